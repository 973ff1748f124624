package list

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/kintsugi-app/kintsugi/workflows/document"
	"github.com/kintsugi-app/kintsugi/workflows/postmortem/inspect"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// Describe is the entry of a document, without anybody's recommendation. URL is
// where it is, from the list's folder; file its name, which may be all that tells
// the day or the title.
func Describe(url, file string, d *document.Document, now time.Time) Entry {
	incidents := inspect.Read(file, d)
	first := incidents[0]
	in := first.Language
	title := string(first.Title)
	if title == "" {
		title = nameOf(file)
	}
	count, characters := Length(d)
	e := Entry{
		URL: url, Title: Tell(titled(title), in), Severity: strings.TrimLeftFunc(string(first.Severity), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }), Date: dateOf(file, d, incidents),
		Words: count, Characters: characters, Summary: Tell(Summary(d), in), Listed: now, Changed: now,
	}
	e.ID = NewID(url, e.Date)
	if e.Date == "" {
		e.ID = NewID(url, now.UTC().Format(time.DateOnly))
	}
	return e.kept()
}

// titled is a heading as a title: without marks of code and brackets of links.
func titled(heading string) string { return words.Line(plain(heading), mostTitle) }

// nameOf is a file's name as words.
func nameOf(file string) string {
	name := path.Base(strings.ReplaceAll(file, "\\", "/"))
	name = strings.TrimSuffix(name, path.Ext(name))
	return strings.Join(strings.FieldsFunc(name, func(r rune) bool { return r == '-' || r == '_' || r == ' ' }), " ")
}

var writtenDay = regexp.MustCompile(`(?:^|[^0-9])((?:19|20)\d{2})[-/.年]?(0[1-9]|1[0-2])[-/.月]?(0[1-9]|[12]\d|3[01])(?:$|[^0-9])`)

// dateOf is the day of the first incident: that of its times, else of the title, of
// the file's name, of the front matter.
func dateOf(file string, d *document.Document, incidents []inspect.Incident) string {
	first := incidents[0]
	for _, m := range []inspect.Milestone{first.Started, first.Detected, first.Acknowledged, first.Mitigated, first.Resolved} {
		if m.Known() {
			return m.At.Format(time.DateOnly)
		}
	}
	candidates := []string{string(first.Title), path.Base(strings.ReplaceAll(file, "\\", "/"))}
	for _, pair := range d.Front {
		if strings.EqualFold(pair.Key, "date") {
			candidates = append(candidates, pair.Value)
		}
	}
	for _, text := range candidates {
		if m := writtenDay.FindStringSubmatch(text); m != nil {
			return m[1] + "-" + m[2] + "-" + m[3]
		}
	}
	for i := range first.Timeline {
		if at := first.Timeline[i].At; !at.IsZero() {
			return at.Format(time.DateOnly)
		}
	}
	return ""
}

// TakeUp puts what documents say onto a list. Of what is listed already it reads
// anew what the document says now; all else stays: the id, the reasons, what is
// private. Recommend, if there is one, is said of each.
func TakeUp(entries, described []Entry, recommend *Recommendation) []Entry {
	entries = slices.Clone(entries)
	at := make(map[string]int, len(entries))
	for i := range entries {
		at[sameAddress(entries[i].URL)] = i
	}
	for i := range described {
		read := described[i]
		if was, listed := at[sameAddress(read.URL)]; listed {
			entries[was].refresh(&read, recommend)
			continue
		}
		if recommend != nil {
			read.Recommend(*recommend)
		}
		at[sameAddress(read.URL)] = len(entries)
		entries = append(entries, read)
	}
	return entries
}

// Join puts others' entries onto a list, but for the postmortems that are on it.
func Join(entries, others []Entry) []Entry {
	entries = slices.Clone(entries)
	listed := make(map[string]bool, len(entries))
	for i := range entries {
		listed[sameAddress(entries[i].URL)] = true
	}
	for i := range others {
		if address := sameAddress(others[i].URL); !listed[address] {
			listed[address] = true
			entries = append(entries, others[i])
		}
	}
	return entries
}

// refresh takes over what a document says now.
func (e *Entry) refresh(read *Entry, recommend *Recommendation) {
	before := *e
	e.Recommended = slices.Clone(e.Recommended)
	if recommend != nil {
		e.Recommend(*recommend)
	}
	if e.State != Private {
		e.State, e.MovedTo = Fine, ""
		e.Title, e.Severity, e.Words, e.Characters, e.Summary = read.Title, read.Severity, read.Words, read.Characters, read.Summary
		if read.Date != "" {
			e.Date = read.Date
		}
	}
	if !same(*e, before) {
		e.Changed = read.Changed
	}
}
