package runbook

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"

	"golang.org/x/text/unicode/norm"
)

// Difference is how a runbook differs from the one before.
type Difference struct {
	Before Edition `json:"before"`
	Now    Edition `json:"now"`
	// Steps is how many the newer has; Same, how many of them are as they were.
	Steps int `json:"steps"`
	Same  int `json:"same"`
	// Shift is by how many minutes most of the planned times moved alike; a step whose
	// time did is not changed by that.
	Shift   int      `json:"shift_minutes,omitempty"`
	Changes []Change `json:"changes"`
}

// Edition names what a runbook says, and the template that it was made from.
type Edition struct {
	Version  string `json:"version"`
	Template string `json:"template,omitempty"`
}

// The kinds of change.
const (
	Added   = "added"
	Removed = "removed"
	Changed = "changed"
)

// Change is a step that was added or removed, or is another than it was.
type Change struct {
	Kind string `json:"kind"`
	// Step is as it is now, or was where it was removed, and Number is where in its
	// section, from 1.
	Step   Step `json:"step"`
	Number int  `json:"number"`
	// Moved is where it stood, where that was elsewhere in the order.
	Moved *Place `json:"moved,omitempty"`
	// Fields are what else differs.
	Fields []Field `json:"fields,omitempty"`
}

// Place is where a step stands.
type Place struct {
	Section string `json:"section,omitempty"`
	Number  int    `json:"number"`
}

// The fields of a step that may differ.
const (
	What     = "what"
	Who      = "who"
	Planned  = "planned"
	Sign     = "sign"
	Fallback = "fallback"
)

// Field is one that differs.
type Field struct {
	Name string `json:"name"`
	From string `json:"from"`
	To   string `json:"to"`
}

// Compare says how a runbook differs from the one before: in the order of the newer, with
// what was removed where it stood.
func Compare(before, now *Runbook) Difference {
	was := pairs(before.Steps, now.Steps)
	moved := outOfOrder(was)
	d := Difference{
		Before: before.edition(), Now: now.edition(), Steps: len(now.Steps), Shift: shift(before.Steps, now.Steps, was), Changes: []Change{},
	}
	old, places := placesOf(before.Steps), placesOf(now.Steps)
	after := map[int][]Change{} // what was removed, by the step of the newer that it stood behind
	at := -1
	for i, s := range before.Steps {
		if n := slices.Index(was, i); n >= 0 {
			at = n
		} else {
			after[at] = append(after[at], Change{Kind: Removed, Step: s, Number: old[i].Number})
		}
	}
	d.Changes = append(d.Changes, after[-1]...)
	for n, s := range now.Steps {
		c := Change{Kind: Added, Step: s, Number: places[n].Number}
		if was[n] >= 0 {
			c.Kind, c.Fields = Changed, fields(before.Steps[was[n]], s, d.Shift)
			if from := old[was[n]]; moved[n] || has(places, from.Section) && has(old, s.Section) && folded(from.Section) != folded(s.Section) {
				c.Moved = &from
			}
		}
		if c.Kind == Changed && c.Moved == nil && len(c.Fields) == 0 {
			d.Same++
		} else {
			d.Changes = append(d.Changes, c)
		}
		d.Changes = append(d.Changes, after[n]...)
	}
	return d
}

// placesOf are where steps stand in their sections.
func placesOf(steps []Step) []Place {
	places, last := make([]Place, len(steps)), map[string]int{}
	for i, s := range steps {
		last[s.Section]++
		places[i] = Place{s.Section, last[s.Section]}
	}
	return places
}

// has reports whether there is a section of that name: one that has another name now is
// no other place.
func has(places []Place, section string) bool {
	return slices.ContainsFunc(places, func(p Place) bool { return folded(p.Section) == folded(section) })
}

func (b *Runbook) edition() Edition { return Edition{b.Version(), b.Template} }

// alike is how much two texts must have in common to be the same step in other words,
// of 1.
const alike = 0.7

// pairs finds for each step of the newer which it was before, or -1: first by its words
// and where it stands, then by its words, then by words that are much alike.
func pairs(before, now []Step) []int {
	was, taken := make([]int, len(now)), make([]bool, len(before))
	for n := range was {
		was[n] = -1
	}
	match := func(fits func(b, n Step) bool) {
		for n := range now {
			for b := range before {
				if was[n] < 0 && !taken[b] && fits(before[b], now[n]) {
					was[n], taken[b] = b, true
				}
			}
		}
	}
	match(func(b, n Step) bool {
		return folded(b.What) == folded(n.What) && folded(b.Section) == folded(n.Section)
	})
	match(func(b, n Step) bool { return folded(b.What) == folded(n.What) })
	reworded(before, now, was, taken)
	return was
}

// reworded pairs what is left by its words, those that are most alike first.
func reworded(before, now []Step, was []int, taken []bool) {
	type pair struct {
		b, n int
		how  float64
	}
	var candidates []pair
	old := map[int]map[[2]rune]int{}
	for b := range before {
		if !taken[b] {
			old[b] = bigrams(before[b].What)
		}
	}
	for n := range now {
		if was[n] >= 0 {
			continue
		}
		words := bigrams(now[n].What)
		for b := range before {
			if how := likeness(old[b], words); !taken[b] && how >= alike {
				candidates = append(candidates, pair{b, n, how})
			}
		}
	}
	slices.SortStableFunc(candidates, func(x, y pair) int { return cmp.Compare(y.how, x.how) })
	for _, p := range candidates {
		if was[p.n] < 0 && !taken[p.b] {
			was[p.n], taken[p.b] = p.b, true
		}
	}
}

// likeness is how many pairs of neighbouring characters two texts share, of all that
// they have.
func likeness(x, y map[[2]rune]int) float64 {
	shared, all := 0, 0
	for p, n := range x {
		shared += 2 * min(n, y[p])
		all += n
	}
	for _, n := range y {
		all += n
	}
	if all == 0 {
		return 0
	}
	return float64(shared) / float64(all)
}

func bigrams(text string) map[[2]rune]int {
	all := map[[2]rune]int{}
	last := rune(0)
	for _, r := range folded(text) {
		if last != 0 {
			all[[2]rune{last, r}]++
		}
		last = r
	}
	return all
}

// outOfOrder are the fewest steps that have to move for the others to be in the order of
// before: those outside of a longest run that ascends.
func outOfOrder(was []int) map[int]bool {
	longest, from := make([]int, len(was)), make([]int, len(was))
	best := -1
	for n := range was {
		from[n] = -1
		if was[n] < 0 {
			continue
		}
		longest[n] = 1
		for m := range n {
			if was[m] >= 0 && was[m] < was[n] && longest[m]+1 > longest[n] {
				longest[n], from[n] = longest[m]+1, m
			}
		}
		if best < 0 || longest[n] > longest[best] {
			best = n
		}
	}
	stays := map[int]bool{}
	for n := best; n >= 0; n = from[n] {
		stays[n] = true
	}
	moved := map[int]bool{}
	for n := range was {
		moved[n] = was[n] >= 0 && !stays[n]
	}
	return moved
}

func fields(b, n Step, shift int) (all []Field) {
	add := func(name, from, to string) {
		if folded(from) != folded(to) {
			all = append(all, Field{name, from, to})
		}
	}
	add(What, b.What, n.What)
	add(Who, b.Who, n.Who)
	if by, ok := later(b.Planned, n.Planned); !ok || by != shift {
		add(Planned, b.Planned, n.Planned)
	}
	add(Sign, b.Sign, n.Sign)
	add(Fallback, b.Fallback, n.Fallback)
	return all
}

// clock is a time of day.
var clock = regexp.MustCompile(`^(\d{1,2}):(\d{2})$`)

// minutesOf is a time of day in minutes, or -1 for any other text.
func minutesOf(text string) int {
	m := clock.FindStringSubmatch(norm.NFKC.String(text))
	if m == nil {
		return -1
	}
	hours, _ := strconv.Atoi(m[1])
	minutes, _ := strconv.Atoi(m[2])
	if hours > 23 || minutes > 59 {
		return -1
	}
	return 60*hours + minutes
}

const day = 24 * 60

// later is by how many minutes a time of day is later than another, the nearer way round
// the day; ok is false where one is none.
func later(from, to string) (by int, ok bool) {
	f, t := minutesOf(from), minutesOf(to)
	return (t-f+day+day/2)%day - day/2, f >= 0 && t >= 0
}

// shift is by how many minutes most times of day moved alike, two of them at least; 0
// where they did not.
func shift(before, now []Step, was []int) int {
	times, most := 0, 0
	count := map[int]int{}
	for n, b := range was {
		if b < 0 {
			continue
		}
		if by, ok := later(before[b].Planned, now[n].Planned); ok {
			times++
			if count[by]++; count[by] > count[most] {
				most = by
			}
		}
	}
	if count[most] < 2 || 2*count[most] <= times {
		return 0
	}
	return most
}
