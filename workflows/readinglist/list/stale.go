package list

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// Staleness is what became of something that a postmortem cites.
type Staleness string

// What can become of it.
const (
	Renamed         Staleness = "renamed"
	Gone            Staleness = "deleted"
	MostlyRewritten Staleness = "rewritten"
)

// Stale is something that a postmortem cites and that is no longer as it was.
type Stale struct {
	What string    `json:"what"`
	How  Staleness `json:"how"`
	// Now is what it is called since it was renamed.
	Now string `json:"now,omitempty"`
}

// Rewritten reports whether less than half of a file's lines are still there, be it
// in another order. Blanks around lines and empty ones do not count, and a file of
// fewer than ten lines is too short to tell.
func Rewritten(then, now string) bool {
	before, count := linesOf(then)
	if count < fewLines {
		return false
	}
	after, _ := linesOf(now)
	survive := 0
	for line, times := range before {
		survive += min(times, after[line])
	}
	return 2*survive < count
}

const fewLines = 10

// linesOf are the lines of a text that hold something, with how often each stands.
func linesOf(text string) (lines map[string]int, count int) {
	lines = map[string]int{}
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			lines[line]++
			count++
		}
	}
	return lines, count
}

// How much is told of what is stale.
const (
	mostStale = 5
	mostPath  = 200
)

// keptStale is what is stale as it may be written down.
func keptStale(all []Stale) []Stale {
	all = slices.Clone(all)
	for i := range all {
		all[i].What, all[i].Now = words.Line(all[i].What, mostPath), words.Line(all[i].Now, mostPath)
	}
	all = slices.DeleteFunc(all, func(s Stale) bool { return s.What == "" })
	return all[:min(len(all), mostCited)]
}

// since says what became of what a postmortem cites, as Markdown.
func (t teller) since(e *Entry) string {
	return t.sinceThen(e, func(name string) string { return words.Foreign(name).Inline(mostPath) })
}

// plainSince says the same as plain text.
func (t teller) plainSince(e *Entry) string {
	return t.sinceThen(e, func(name string) string { return name })
}

func (t teller) sinceThen(e *Entry, shown func(string) string) string {
	var all []string
	for _, s := range e.Stale[:min(len(e.Stale), mostStale)] {
		what := shown(s.What)
		switch {
		case s.How == Gone:
			what += t.say(" is gone", " は削除済み")
		case s.How == MostlyRewritten:
			what += t.say(" was mostly rewritten", " は大部分を書き換え済み")
		case s.Now == "":
			what += t.say(" was renamed", " は名前を変更済み")
		default:
			what += t.say(" is now ", " は現在 ") + shown(s.Now)
		}
		all = append(all, what)
	}
	if len(all) == 0 {
		return ""
	}
	if more := len(e.Stale) - len(all); more > 0 {
		all = append(all, fmt.Sprintf(t.say("%d more", "ほか%d件"), more))
	}
	return t.say("Since then: ", "その後の変化: ") + strings.Join(all, t.say("; ", "、")) + t.say(".", "")
}
