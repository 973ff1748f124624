package list

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// index says which parts a long list has and what is in them, so that a change
// need not read them all. It is worked out from the data, never the other way. A
// list of one part has none.
type index struct {
	Version int              `json:"version"`
	Parts   map[string]count `json:"parts"`
	// Recent are the entries listed last, for the feed, the latest first.
	Recent []Entry `json:"recent"`
}

// count is how many entries there are, of each reason, and without one.
type count struct {
	All          int `json:"all"`
	Learning     int `json:"learning,omitempty"`
	Architecture int `json:"architecture,omitempty"`
	Response     int `json:"response,omitempty"`
	NoReason     int `json:"no_reason,omitempty"`
}

// indexVersion is raised when the form changes.
const indexVersion = 1

// feedSize is how many entries the feed has.
const feedSize = 20

func countOf(entries []Entry) (c count) {
	for i := range entries {
		c.All++
		for _, r := range sectionsOf(&entries[i]) {
			*c.of(r)++
		}
	}
	return c
}

// of is the number for a reason, "" for none.
func (c *count) of(r Reason) *int {
	switch r {
	case Learning:
		return &c.Learning
	case Architecture:
		return &c.Architecture
	case Response:
		return &c.Response
	}
	return &c.NoReason
}

func (c *count) add(other count) {
	c.All += other.All
	for _, r := range pageOrder {
		*c.of(r) += *other.of(r)
	}
}

// pageOrder are the sections of a page.
var pageOrder = []Reason{Learning, Architecture, Response, ""}

// sectionsOf are the sections that an entry stands in: its reasons, or the one for
// those without.
func sectionsOf(e *Entry) []Reason {
	if given := e.reasons(); len(given) > 0 {
		return given
	}
	return []Reason{""}
}

func readIndex(there Folder) (x index, found bool, err error) {
	content, found := there(IndexFile)
	if !found {
		return x, false, nil
	}
	if err := json.Unmarshal([]byte(content), &x); err != nil || x.Version != indexVersion {
		return x, true, &Problem{
			File: IndexFile, Line: 1, Column: 1,
			English:  "this index cannot be read; it is worked out from the other files: delete it and build the list",
			Japanese: "この索引は読めません。ほかのファイルから作られるものなので、削除してからbuildを実行してください",
		}
	}
	return x, true, nil
}

func (x *index) encode() string {
	var b strings.Builder
	lines := json.NewEncoder(&b)
	lines.SetEscapeHTML(false)
	lines.SetIndent("", " ")
	kept := *x
	kept.Version = indexVersion
	_ = lines.Encode(&kept) // memory does not fail
	return b.String()
}

// prefixes are the parts in order.
func (x *index) prefixes() []string { return slices.Sorted(maps.Keys(x.Parts)) }

// partOf is the part that an id belongs to: the one there is, else the largest new
// one that overlaps with none.
func (x *index) partOf(id string) string {
	for cut := 0; cut <= len(id); cut = nextCut(cut) {
		if _, ok := x.Parts[id[:cut]]; ok {
			return id[:cut]
		}
	}
	cut := 0
	for prefix := range x.Parts {
		for cut < len(id) && strings.HasPrefix(prefix, id[:cut]) {
			cut = nextCut(cut)
		}
	}
	return id[:cut]
}

// below is what the pages that a page leads to hold, by their prefixes.
func (x *index) below(prefix string) map[string]*count {
	all := map[string]*count{}
	cut := nextCut(len(prefix))
	for p, c := range x.Parts {
		if len(p) < cut || !strings.HasPrefix(p, prefix) {
			continue
		}
		if all[p[:cut]] == nil {
			all[p[:cut]] = &count{}
		}
		all[p[:cut]].add(c)
	}
	return all
}

// recent are the entries listed last, the latest first.
func recent(entries []Entry) []Entry {
	entries = slices.DeleteFunc(slices.Clone(entries), func(e Entry) bool { return e.State == Private })
	slices.SortFunc(entries, func(a, b Entry) int {
		if c := b.Listed.Compare(a.Listed); c != 0 {
			return c
		}
		return byID(b, a)
	})
	return entries[:min(len(entries), feedSize)]
}
