package list

import (
	"cmp"
	"slices"
	"strings"
)

// mostInPart is how many entries one file has. Beyond it they are kept by year, in
// a year of more by month, and so on: a part is named by how the ids of its entries
// begin. So a change concerns one small file, however long the list is, and two
// writers who hold the same entries cut them alike.
const mostInPart = 100

// part is a piece of the list.
type part struct {
	prefix  string
	entries []Entry // by id
}

// nextCut is how many characters of an id a part goes by, if those above it go by
// so many: the year, the month, the day, then letter by letter.
func nextCut(length int) int {
	for _, cut := range []int{len("2006"), len("2006-01"), len("2006-01-02"), len("2006-01-02-x")} {
		if length < cut {
			return cut
		}
	}
	return length + 1
}

// divide cuts entries that share the beginning of their ids.
func divide(prefix string, entries []Entry) []part {
	if len(entries) <= mostInPart {
		return []part{{prefix, entries}}
	}
	var all []part
	cut := nextCut(len(prefix))
	for len(entries) > 0 {
		next := entries[0].ID[:cut]
		end := slices.IndexFunc(entries, func(e Entry) bool { return !strings.HasPrefix(e.ID, next) })
		if end < 0 {
			end = len(entries)
		}
		all = append(all, divide(next, entries[:end])...)
		entries = entries[end:]
	}
	return all
}

// above are the prefixes of the pages that lead to a part, the outermost first:
// the whole list, the year, and so on.
func above(prefix string) []string {
	if prefix == "" {
		return nil
	}
	all := []string{""}
	for cut := nextCut(0); cut < len(prefix); cut = nextCut(cut) {
		all = append(all, prefix[:cut])
	}
	return all
}

// The names of files in the list's folder.
const (
	// IndexFile says which data files a long list has; a short one has none.
	IndexFile = "data/index.json"
	feedFile  = "feed.xml"
)

func dataFile(prefix string) string {
	if prefix == "" {
		return "data/entries.jsonl"
	}
	return "data/" + prefix + ".jsonl"
}

// pageFile is the page of a part. The first language's has the plain name.
func (o *Options) pageFile(prefix string, language int) string {
	return fileOf(prefix, o.suffix(language))
}

func fileOf(prefix, suffix string) string { return cmp.Or(prefix, "README") + suffix + ".md" }

func (o *Options) suffix(language int) string {
	if language == 0 {
		return ""
	}
	return "." + string(o.Languages[language])
}
