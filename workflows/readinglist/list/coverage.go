package list

import (
	"slices"
	"strings"
)

// Thin is what fewer entries speak of than this.
const Thin = 3

// Share is how many entries speak of something, and of how many documents that
// could; 0 where no documents were given.
type Share struct {
	Name      string `json:"name"`
	Entries   int    `json:"entries"`
	Documents int    `json:"documents,omitempty"`
	Thin      bool   `json:"thin"`
}

// Coverage is what a list speaks of, and where it is thin. It counts documents,
// never persons.
type Coverage struct {
	Entries  int     `json:"entries"`
	Reasons  []Share `json:"reasons"`
	Services []Share `json:"services"`
	Years    []Share `json:"years"`
}

// Cover counts. Services are those that the list ought to speak of, besides those
// it names; documents are all that there are, listed or not.
func Cover(entries, documents []Entry, services []string) Coverage {
	c := Coverage{Entries: len(entries), Reasons: []Share{}, Services: []Share{}, Years: []Share{}}
	for _, r := range Reasons {
		c.Reasons = append(c.Reasons, share(string(r), entries, nil, func(e *Entry) bool { return slices.Contains(e.reasons(), r) }))
	}
	services = slices.Clone(services)
	for i := range entries {
		services = append(services, entries[i].Services...)
	}
	slices.Sort(services)
	for _, s := range slices.CompactFunc(services, strings.EqualFold) {
		c.Services = append(c.Services, share(s, entries, documents, func(e *Entry) bool { return concerns(e, []string{s}) }))
	}
	var years []string
	for _, list := range [][]Entry{entries, documents} {
		for i := range list {
			if len(list[i].Date) >= 4 {
				years = append(years, list[i].Date[:4])
			}
		}
	}
	slices.Sort(years)
	for _, y := range slices.Compact(years) {
		c.Years = append(c.Years, share(y, entries, documents, func(e *Entry) bool { return strings.HasPrefix(e.Date, y) }))
	}
	return c
}

// share counts. What there are few documents of is not thin when all of them are
// listed.
func share(name string, entries, documents []Entry, is func(*Entry) bool) Share {
	s := Share{Name: name}
	for i := range entries {
		if is(&entries[i]) {
			s.Entries++
		}
	}
	for i := range documents {
		if is(&documents[i]) {
			s.Documents++
		}
	}
	s.Thin = s.Entries < Thin && (len(documents) == 0 || s.Entries < s.Documents)
	return s
}
