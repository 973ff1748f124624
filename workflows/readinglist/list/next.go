package list

import (
	"cmp"
	"slices"
	"strings"
)

// Next are the entries that a reading club reads next, so many at most, the first
// first: those that were read least, so that nothing comes again until everything
// was read; of these the ones about the club's services, then those with another
// reason than what was read last, then by how much speaks for them.
func Next(entries []Entry, services []string, most int) []Entry {
	last := lastRead(entries)
	list := slices.DeleteFunc(slices.Clone(entries), func(e Entry) bool { return e.State == Private || e.State == Deleted })
	slices.SortStableFunc(list, func(a, b Entry) int {
		return cmp.Or(
			cmp.Compare(len(a.Read), len(b.Read)),
			-compareBool(concerns(&a, services), concerns(&b, services)),
			compareBool(sharesReason(&a, last), sharesReason(&b, last)),
			cmp.Compare(len(b.reasons()), len(a.reasons())),
			cmp.Compare(len(b.Recommended), len(a.Recommended)),
			cmp.Compare(severityRank(a.Severity), severityRank(b.Severity)),
			byID(b, a),
		)
	})
	return list[:min(most, len(list))]
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// lastRead is what the club read last, or nil.
func lastRead(entries []Entry) *Entry {
	var last *Entry
	day := ""
	for i := range entries {
		for _, read := range entries[i].Read {
			if read.Day > day {
				day, last = read.Day, &entries[i]
			}
		}
	}
	return last
}

func sharesReason(e, last *Entry) bool {
	if last == nil {
		return false
	}
	return slices.ContainsFunc(e.reasons(), func(r Reason) bool { return slices.Contains(last.reasons(), r) })
}

// concerns: it is about one of the services, by name or by its own words.
func concerns(e *Entry, services []string) bool {
	for _, s := range services {
		if s = strings.ToLower(s); s == "" {
			continue
		}
		if slices.ContainsFunc(e.Services, func(own string) bool { return strings.EqualFold(own, s) }) {
			return true
		}
		for _, text := range []string{e.Title.En, e.Title.Ja, e.Summary.En, e.Summary.Ja} {
			if strings.Contains(strings.ToLower(text), s) {
				return true
			}
		}
	}
	return false
}

// severityRank is the number in a severity, the gravest first, and last what has
// none.
func severityRank(severity string) int {
	at := strings.IndexAny(severity, "0123456789０１２３４５６７８９")
	if at < 0 {
		return 9
	}
	for n, digit := range []rune("0123456789") {
		if strings.HasPrefix(severity[at:], string(digit)) || strings.HasPrefix(severity[at:], string([]rune("０１２３４５６７８９")[n])) {
			return n
		}
	}
	return 9
}
