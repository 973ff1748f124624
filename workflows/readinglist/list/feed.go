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
		Content    *string        `xml:"content"`
	}
	atomCategory struct {
		Term  string `xml:"term,attr"`
		Label string `xml:"label,attr"`
	}
)

// feedPlace is what a feed has to know of where it stands. What is not known is
// empty.
type feedPlace struct {
	self, page string
	// files leads to the list's folder, for postmortems that are paths.
	files string
}

// Feed is the Atom feed of the entries listed last, beside the list's pages. Of a
// private postmortem it says nothing.
func Feed(entries []Entry, o Options) (string, error) {
	place := feedPlace{files: o.Address}
	if o.Address != "" {
		place.self, place.page = o.Address+feedFile, o.Address
	}
	return feedAt(place, entries, o)
}

func feedAt(place feedPlace, entries []Entry, o Options) (string, error) {
	lang := words.English
	if len(o.Languages) > 0 {
		lang = o.Languages[0]
	}
	name, _ := o.Name.In(lang)
	// Lists of one name are told apart by their addresses, where those are known.
	address := ""
	if IsWeb(place.files) {
		address = place.files
	}
	f := atomFeed{
		Lang: string(lang), Title: words.Line(name, mostTitle), Author: atomPerson{words.Line(name, mostTitle)},
		ID: urn("list", address+"\n"+o.Name.En+"\n"+o.Name.Ja),
	}
	if place.self != "" {
		f.Links = append(f.Links, atomLink{Rel: "self", Type: "application/atom+xml", Href: place.self})
	}
	if place.page != "" {
		f.Links = append(f.Links, atomLink{Rel: "alternate", Type: "text/html", Href: place.page})
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
		f.Entries = append(f.Entries, place.atomOf(e, lang))
	}
	f.Updated = atomTime(updated)
	content, err := xml.MarshalIndent(f, "", " ")
	if err != nil {
		return "", fmt.Errorf("the feed cannot be written: %w", err)
	}
	return xml.Header + string(content) + "\n", nil
}

func (place *feedPlace) atomOf(e *Entry, lang words.Language) atomEntry {
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
	to := place.of(e)
	if to != "" {
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
	if e.State == Deleted {
		said = append(said, t.say("It is no longer there.", "元の文書は削除されています。"))
	}
	a.Summary = inARow(said)
	if to == "" {
		// Where nothing is linked, there is to be content (RFC 4287, 4.1.2).
		a.Summary, a.Content = "", new(a.Summary)
	}
	return a
}

// of is where a postmortem is, as a reader of the feed can follow it, or nothing.
func (place *feedPlace) of(e *Entry) string {
	url := e.URL
	if e.State == Moved && e.MovedTo != "" {
		url = e.MovedTo
	}
	switch to := target(url); {
	case e.State == Deleted || to == "":
		return ""
	case IsWeb(url):
		return url
	default:
		return place.files + to
	}
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
