package retrieval

// Terms is how many terms and keywords an index holds.
func (x *Index) Terms() int { return len(x.lists) + len(x.phrases) }

// Has tells whether there is a document of that key.
func (x *Index) Has(key string) bool { return x.entries[key] != nil }
