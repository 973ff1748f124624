package list

import (
	"crypto/sha256"
	"encoding/xml"
	"fmt"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// The elements of Atom that are used. docs: RFC 4287, section 4.
type (
	atomFeed struct {
		XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
		Lang    string      `xml:"xml:lang,attr"`
		ID      string      `xml:"id"`
		Title   string      `xml:"title"`
		Updated string      `xml:"updated"`
		Author  atomPerson  `xml:"author"`
		Links   []atomLink  `xml:"link"`
		Entries []atomEntry `xml:"entry"`
	}
	atomPerson struct {
		Name string `xml:"name"`
	}
	atomLink struct {
		Rel  string `xml:"rel,attr"`
		Type string `xml:"type,attr,omitempty"`
		Href string `xml:"href,attr"`
	}
	atomEntry struct {
		Lang       string         `xml:"xml:lang,attr"`
		ID         string         `xml:"id"`
		Title      string         `xml:"title"`
		Published  string         `xml:"published,omitempty"`
		Updated    string         `xml:"updated"`
		Links      []atomLink     `xml:"link"`
		Categories []atomCategory `xml:"category"`
		Summary    string         `xml:"summary,omitempty"`
	}
	atomCategory struct {
		Term  string `xml:"term,attr"`
		Label string `xml:"label,attr"`
	}
)

// Feed is the Atom feed of the entries listed last. Of a private postmortem it
// says nothing.
func Feed(entries []Entry, o Options) (string, error) {
	lang := words.English
	if len(o.Languages) > 0 {
		lang = o.Languages[0]
	}
	name, _ := o.Name.In(lang)
	f := atomFeed{
		Lang: string(lang), Title: words.Line(name, mostTitle), Author: atomPerson{words.Line(name, mostTitle)},
		ID: urn("list", o.Address+"\n"+o.Name.En+"\n"+o.Name.Ja),
	}
	if o.Address != "" {
		f.Links = []atomLink{
			{Rel: "self", Type: "application/atom+xml", Href: o.Address + feedFile},
			{Rel: "alternate", Type: "text/html", Href: o.Address},
		}
	}
	var updated time.Time
	for i := range entries {
		e := &entries[i]
		if e.State == Private {
			continue
		}
		if e.Changed.After(updated) {
			updated = e.Changed
		}
		f.Entries = append(f.Entries, o.atomOf(e, lang))
	}
	f.Updated = atomTime(updated)
	content, err := xml.MarshalIndent(f, "", " ")
	if err != nil {
		return "", fmt.Errorf("the feed cannot be written: %w", err)
	}
	return xml.Header + string(content) + "\n", nil
}

func (o *Options) atomOf(e *Entry, lang words.Language) atomEntry {
	t := teller{lang}
	title, in := e.Title.In(lang)
	// An id that a feed gave once must not change (RFC 4287, 4.2.6), and that of an
	// entry does not.
	a := atomEntry{Lang: string(in), ID: urn("entry", e.ID), Title: title, Updated: atomTime(e.Changed)}
	if a.Title == "" {
		a.Title = e.URL
	}
	if !e.Listed.IsZero() {
		a.Published = atomTime(e.Listed)
	}
	if to := o.onWeb(e); to != "" {
		a.Links = []atomLink{{Rel: "alternate", Href: to}}
	}
	for _, r := range e.reasons() {
		a.Categories = append(a.Categories, atomCategory{Term: string(r), Label: r.name(lang)})
	}
	var said []string
	if text, _ := e.Summary.In(lang); text != "" {
		said = append(said, text)
	}
	for _, r := range e.Recommended {
		if text, _ := r.Because.In(lang); text != "" {
			said = append(said, ended(text))
		}
	}
	if long := t.minutes(e); long != "" {
		said = append(said, ended(long))
	}
	a.Summary = inARow(said)
	return a
}

// onWeb is where a postmortem is, as a reader of the feed can follow it.
func (o *Options) onWeb(e *Entry) string {
	url := e.URL
	if e.State == Moved && e.MovedTo != "" {
		url = e.MovedTo
	}
	if IsWeb(url) {
		return url
	}
	return o.Address + target(url)
}

// atomTime is a time as RFC 3339 has it, to the second.
func atomTime(at time.Time) string {
	if at.IsZero() {
		at = time.Unix(0, 0)
	}
	return at.UTC().Format(time.RFC3339)
}

// urn is an address for something that has none, the same each time. docs: RFC 9562,
// section 5.8, UUID version 8.
func urn(kind, name string) string {
	sum := sha256.Sum256([]byte("kintsugi reading list\n" + kind + "\n" + name))
	id := sum[:16]
	id[6] = id[6]&0x0f | 0x80
	id[8] = id[8]&0x3f | 0x80
	return fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:])
}
