package list

import (
	"slices"
	"strings"

	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// Lookup finds the entry of a postmortem that was filed under one of these days, as
// YYYY-MM-DD, without reading the whole of a long list. It is nil where there is none.
func Lookup(there Folder, url string, days ...string) (*Entry, error) {
	w := newWork(Options{}, there)
	x, found, err := readIndex(there)
	if err != nil {
		return nil, err
	}
	if !found {
		entries, err := w.entries("")
		if e := Find(entries, url); e != nil {
			return e, err
		}
		for i := range entries { // or it was moved there
			if e := &entries[i]; e.State == Moved && sameAddress(e.MovedTo) == sameAddress(url) {
				return e, err
			}
		}
		return nil, err
	}
	for _, day := range days {
		id := NewID(url, day)
		entries, err := w.entries(x.partOf(id))
		if err != nil {
			return nil, err
		}
		if i := slices.IndexFunc(entries, func(e Entry) bool { return e.ID == id }); i >= 0 {
			return &entries[i], nil
		}
	}
	return nil, nil
}

// Markdown is what the page says of an entry, in a language.
func (e *Entry) Markdown(lang words.Language) string { return teller{lang}.entry(e) }

// Headline is the entry in one line of Markdown.
func (e *Entry) Headline(lang words.Language) string { return teller{lang}.headline(e) }

// Says is an entry's summary in Markdown, on one line; empty where there is none.
func (e *Entry) Says(lang words.Language) string {
	text, _ := e.Summary.In(lang)
	if text == "" {
		return ""
	}
	return prose(text, mostSummary)
}

// BySection is what the page says of entries, by their reasons, the latest first,
// without a place for people's own words.
func BySection(entries []Entry, lang words.Language) string {
	entries = keptOf(entries)
	var b strings.Builder
	t := teller{lang}
	for _, r := range pageOrder {
		first := true
		for i := range slices.Backward(entries) {
			if sectionsOf(&entries[i])[0] != r {
				continue
			}
			if first {
				b.WriteString("## " + r.heading(lang) + "\n\n")
				first = false
			}
			b.WriteString(t.entry(&entries[i]) + "\n")
		}
	}
	return b.String()
}

// Same reports whether two entries say the same.
func Same(a, b Entry) bool { return same(a, b) }
