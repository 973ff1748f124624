package retrieval

import (
	"maps"
	"slices"
	"strings"
)

// mostTerms bounds the terms kept of one document, and with them the memory of
// an index: the title's and the keywords' first, and then those that come first
// in the text. Ten thousand documents take some 100 MB at the very most.
const mostTerms = 400

// Index holds documents to be searched. It is not safe for concurrent use. What
// a document adds to it, Remove takes away, so that it can follow a repository
// for months.
type Index struct {
	entries map[string]*entry
	slots   []*entry // nil where there is none
	free    []uint32
	next    uint32 // the slot after the last
	lists   map[string]*list
	phrases phrases
	length  int // terms of all entries
}

// entry is a document in its index.
type entry struct {
	doc   Document
	slot  uint32
	lists []*list
}

// list is where a term occurs.
type list struct {
	key      string
	postings []posting
}

// posting says how much a term says of a document.
type posting struct {
	slot  uint32
	times uint16
	// named: it stands in the title, or among the keywords.
	named bool
}

// Build makes an index of documents.
func Build(docs []Document) *Index {
	x := &Index{entries: map[string]*entry{}, lists: map[string]*list{}, phrases: phrases{}}
	for _, d := range docs {
		x.Put(d)
	}
	return x
}

// Len is how many documents there are.
func (x *Index) Len() int { return len(x.entries) }

// Put adds a document, in place of the one that has the same key, unless that
// is of the same version. Its body is not kept.
func (x *Index) Put(d Document) {
	if e := x.entries[d.Key]; e != nil && e.doc.Version == d.Version && d.Version != "" {
		return
	}
	x.Remove(d.Key)
	e := &entry{doc: d, slot: x.place()}
	x.slots[e.slot], x.entries[d.Key] = e, e
	for key, t := range tally(&d) {
		l := x.lists[key]
		if l == nil {
			l = &list{key: strings.Clone(key)} // which may be a part of the body
			x.lists[l.key] = l
		}
		l.postings = append(l.postings, posting{slot: e.slot, times: t.times, named: t.named})
		e.lists = append(e.lists, l)
	}
	x.length += len(e.lists)
	x.phrases.add(e)
	e.doc.Body = ""
}

// Remove takes a document away, if it is there.
func (x *Index) Remove(key string) {
	e := x.entries[key]
	if e == nil {
		return
	}
	for _, l := range e.lists {
		l.postings = slices.DeleteFunc(l.postings, func(p posting) bool { return p.slot == e.slot })
		if len(l.postings) == 0 {
			delete(x.lists, l.key)
		}
	}
	x.phrases.remove(e)
	x.length -= len(e.lists)
	x.slots[e.slot] = nil
	x.free = append(x.free, e.slot)
	delete(x.entries, key)
}

// Trim leaves the documents with the highest numbers, so many at most.
func (x *Index) Trim(most int) {
	if x.Len() <= most {
		return
	}
	all := slices.Collect(maps.Values(x.entries))
	slices.SortFunc(all, func(a, b *entry) int { return a.doc.Number - b.doc.Number })
	for _, e := range all[:len(all)-most] {
		x.Remove(e.doc.Key)
	}
}

// place is a slot that is free.
func (x *Index) place() uint32 {
	if n := len(x.free); n > 0 {
		slot := x.free[n-1]
		x.free = x.free[:n-1]
		return slot
	}
	slot := x.next
	x.next++
	x.slots = append(x.slots, nil)
	return slot
}

// tallied is how often a term occurs, and whether in the title.
type tallied struct {
	times uint16
	named bool
}

// tally counts the terms of a document.
func tally(d *Document) map[string]tallied {
	counts := map[string]tallied{}
	count := func(text string, named bool) {
		eachTerm(text, func(t term) {
			c, known := counts[t.key]
			if !known && len(counts) >= mostTerms {
				return
			}
			c.times, c.named = min(c.times+1, 1000), c.named || named
			counts[t.key] = c
		})
	}
	count(cut(d.Title, 1<<10), true)
	for _, k := range d.Keywords {
		count(cut(k, 1<<10), true)
	}
	count(cut(d.Body, mostText), false)
	return counts
}

// cut is the beginning of a text, whole characters only.
func cut(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "")
}
