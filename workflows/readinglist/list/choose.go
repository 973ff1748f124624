package list

import (
	"cmp"
	"math"
	"slices"
)

// Choose are the entries that a newcomer reads first, so many at most, the first
// first. The reasons take turns, each with the entry that speaks for it most: one
// about the newcomer's services before others, one that more is said for before one
// with less, a short one before a long one. What has no reason fills up what is left.
func Choose(entries []Entry, services []string, most int) []Entry {
	open := make([]choice, 0, len(entries))
	for i := range entries {
		if e := &entries[i]; e.State != Private && e.State != Deleted {
			open = append(open, choice{e, e.reasons(), concerns(e, services)})
		}
	}
	slices.SortFunc(open, compareChoices)
	var chosen []Entry
	for turn := 0; len(chosen) < most && len(open) > 0; turn++ {
		r := Reasons[turn%len(Reasons)]
		next := slices.IndexFunc(open, func(c choice) bool { return slices.Contains(c.reasons, r) })
		if next < 0 && !slices.ContainsFunc(open, func(c choice) bool { return len(c.reasons) > 0 }) {
			next = 0
		}
		if next >= 0 {
			chosen = append(chosen, *open[next].Entry)
			open = slices.Delete(open, next, next+1)
		}
	}
	return chosen
}

// choice is an entry with what the choice goes by.
type choice struct {
	*Entry
	reasons  []Reason
	concerns bool
}

// compareChoices puts first what a newcomer reads first. What is equal but for its
// id goes by the latest, as on the page.
func compareChoices(a, b choice) int {
	return cmp.Or(
		-compareBool(a.concerns, b.concerns),
		cmp.Compare(len(b.reasons), len(a.reasons)),
		cmp.Compare(len(b.Recommended), len(a.Recommended)),
		cmp.Compare(a.toRead(), b.toRead()),
		byID(*b.Entry, *a.Entry),
	)
}

// toRead is how long it takes to read; what is not known counts as longest.
func (c *choice) toRead() int {
	if n := c.Words*charactersPerMinute + c.Characters*wordsPerMinute; n > 0 {
		return n
	}
	return math.MaxInt
}
