package engine

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/agnivade/levenshtein"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/document"
	"github.com/kintsugi-app/kintsugi/workflows/policy"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// gatherer reads acts out of an observation: what people wrote and did, not
// yet judged. It is pure.
type gatherer struct {
	rules    Rules
	policy   policy.Policy
	language words.Language
	o        workflows.Observation
	record   Record
	// owner is the workflow that looks after the subject; empty while that is not
	// known, and then whatever anybody might mean by what was done is read.
	owner string
	// ours are the comments that carry our own 👍: their commands were
	// executed, whatever became of the record.
	ours map[int64]bool
}

// acts are the acts that the record does not hold yet, in order.
func (g gatherer) acts() []workflows.Act {
	known := map[string]bool{}
	inComment := map[int64][]workflows.Act{}
	for _, a := range g.record.acts() {
		known[a.ID] = true
		if id, ok := a.FromComment(); ok {
			inComment[id] = append(inComment[id], a)
		}
	}
	all := g.opening()
	for _, c := range g.o.Comments {
		if !c.Ours && !c.Author.Bot {
			all = append(all, g.comment(c, inComment[c.ID])...)
		}
	}
	for _, e := range g.o.Events {
		if !e.Ours {
			all = append(all, g.event(e)...)
		}
	}
	var fresh []workflows.Act
	for _, a := range all {
		if !known[a.ID] && !g.record.answered(a.At) && (g.isHere(a.Name) || !a.Gesture && !a.FromOpening()) {
			fresh = append(fresh, a)
		}
	}
	workflows.SortActs(fresh)
	return fresh
}

// isHere tells whether a command counts on this subject: each says on whose. What
// was typed elsewhere is answered; what was done there meant something else.
func (g gatherer) isHere(command string) bool {
	c, ok := g.rules.Commands.Find(command)
	return g.owner == "" || !ok || len(c.On) == 0 || slices.Contains(c.On, g.owner)
}

// opening reads the title and the opening body. They count once, as first seen:
// what an edit brings in is not read. Of the body the few commands count that
// say so; a bot's body does not.
func (g gatherer) opening() []workflows.Act {
	if g.record.Seq != 0 {
		return nil
	}
	issue := g.o.Issue
	if _, _, ours := issue.MadeFor(); ours { // it says what a plan said
		return nil
	}
	base := workflows.Act{At: issue.CreatedAt, Author: issue.Author.Login}
	var acts []workflows.Act
	for _, w := range g.rules.List {
		if w.Title == nil {
			continue
		}
		if name, ok := w.Title(issue.Title); ok {
			a := g.titled(w, base)
			a.ID, a.Name = "title", name
			acts = append(acts, a)
		}
	}
	if issue.Author.Bot {
		return acts
	}
	said := g.reported()
	for _, line := range document.CommandLines(issue.Body) {
		name, argument := workflows.SplitCommand(line.Text)
		said = append(said, workflows.Said{Command: name, Argument: argument})
	}
	for i, one := range said {
		c, ok := g.rules.Commands.Find(one.Command)
		if !ok || !c.Opening || c.GestureOnly || i == mostSaid {
			continue
		}
		a := base
		a.ID, a.Name, a.Argument = fmt.Sprintf("b%d", i), c.Name, one.Argument
		acts = append(acts, a)
	}
	return acts
}

// mostSaid is how many commands an opening may give, in whatever words.
const mostSaid = 100

// reported is what the workflows read in the opening besides commands. Those
// that were typed come after it, and so win.
func (g gatherer) reported() []workflows.Said {
	var said []workflows.Said
	for _, w := range g.rules.List {
		if w.Report != nil {
			said = append(said, w.Report(g.o.Issue.Title, g.o.Issue.Body)...)
		}
	}
	return said
}

// titled is who gave the issue the title that counts, and when: whoever opened
// it, or whoever renamed it from one that did not count.
func (g gatherer) titled(w workflows.Workflow, opened workflows.Act) workflows.Act {
	for _, e := range g.o.Events {
		if e.Kind != workflows.EventRenamed {
			continue
		}
		if _, counted := w.Title(e.From); !counted {
			opened.At, opened.Author = e.At, e.Actor.Login
		}
	}
	return opened
}

// mostLines is how many commands of one comment are read.
const mostLines = 20

// comment reads the commands of one comment. One that was edited does nothing
// new: what it was executed for is in the record or shown by our 👍.
func (g gatherer) comment(c workflows.Comment, recorded []workflows.Act) []workflows.Act {
	if len(recorded) > 0 && !c.Edited() {
		return nil // judged, all of it, when it was first read
	}
	var acts []workflows.Act
	for _, line := range document.CommandLines(c.Body) {
		if a, ok := g.command(line.Text); ok && len(acts) < mostLines {
			a.At, a.Author = c.CreatedAt, c.Author.Login
			a.ID = fmt.Sprintf("c%d", c.ID)
			if n := len(acts); n > 0 {
				a.ID += fmt.Sprintf(".%d", n)
			}
			acts = append(acts, a)
		}
	}
	if len(acts) == 0 && !c.Edited() {
		acts = g.phrase(c)
	}
	if !c.Edited() {
		if g.ours[c.ID] {
			for i := range acts { // answered, whether or not a record tells of it
				acts[i].Verdict, acts[i].Silent = workflows.Done, g.record.Seq == 0
			}
		}
		return acts
	}
	for _, a := range acts {
		if len(recorded) > 0 && g.executed(a, recorded) {
			continue
		}
		a.ID = fmt.Sprintf("c%d!", c.ID)
		a.Verdict = workflows.Edited
		if len(recorded) == 0 && g.ours[c.ID] {
			a.Verdict = workflows.Unread
		}
		return []workflows.Act{a}
	}
	if len(acts) == 0 && len(recorded) == 0 && g.ours[c.ID] {
		return []workflows.Act{{ID: fmt.Sprintf("c%d!", c.ID), At: c.CreatedAt, Author: c.Author.Login, Verdict: workflows.Unread}}
	}
	return nil
}

// phrase reads a comment without commands that GitHub gives a meaning.
func (g gatherer) phrase(c workflows.Comment) []workflows.Act {
	var acts []workflows.Act
	for _, w := range g.rules.List {
		if w.Phrase == nil {
			continue
		}
		if name, argument, ok := w.Phrase(c.Body); ok {
			acts = append(acts, workflows.Act{
				ID: fmt.Sprintf("c%d", c.ID), At: c.CreatedAt, Author: c.Author.Login,
				Name: name, Argument: argument, Gesture: true,
			})
		}
	}
	return acts
}

// executed reports whether a command that stands in an edited comment is one
// that this comment was judged for.
func (g gatherer) executed(a workflows.Act, recorded []workflows.Act) bool {
	value := a.Value
	if c, ok := g.rules.Commands.Find(a.Name); ok && a.Verdict == workflows.Pending {
		value, _ = g.parse(c, a)
	}
	for _, r := range recorded {
		if r.Name == a.Name && r.Value == value {
			return true
		}
	}
	return false
}

// command reads one line that begins with a slash; ok is false for words that
// are not ours nor nearly ours.
func (g gatherer) command(line string) (a workflows.Act, ok bool) {
	name, argument := workflows.SplitCommand(line)
	if c, found := g.rules.Commands.Find(name); found && !c.GestureOnly {
		return workflows.Act{Name: c.Name, Argument: argument}, true
	}
	// "/sev1" and "/重大度２": nobody types the blank before a number at night.
	if digit := strings.IndexFunc(name, unicode.IsDigit); digit > 0 {
		if c, found := g.rules.Commands.Find(name[:digit]); found && !c.GestureOnly {
			return workflows.Act{Name: c.Name, Argument: strings.TrimSpace(name[digit:] + " " + argument)}, true
		}
	}
	if c, near := g.nearly(name); near {
		return workflows.Act{Name: c.Name, Value: cut(name), Verdict: workflows.Misspelt}, true
	}
	return workflows.Act{}, false
}

// nearly finds the command that a mistyped word most likely means: one slip in
// a short word, two in a longer one. Words of three letters or fewer are too
// easily somebody else's. Japanese has no blanks, so a word that goes on after a
// command of ours ("対応開始しました") is taken for it, too.
func (g gatherer) nearly(name string) (best workflows.Command, ok bool) {
	word := []rune(strings.ToLower(name))
	least, bestName := 3, ""
	for known, c := range g.rules.Commands {
		allowed := 1
		if len([]rune(known)) > 5 {
			allowed = 2
		}
		if c.GestureOnly || len(word) < 4 || len([]rune(known)) < 4 {
			continue
		}
		if !g.isHere(c.Name) {
			continue
		}
		d := levenshtein.ComputeDistance(string(word), known)
		if d <= allowed && (d < least || d == least && known < bestName) {
			best, bestName, least, ok = c, known, d, true
		}
	}
	if ok {
		return best, true
	}
	for known, c := range g.rules.Commands {
		japanese := strings.IndexFunc(known, func(r rune) bool { return r > unicode.MaxLatin1 }) == 0
		if japanese && !c.GestureOnly && g.isHere(c.Name) && strings.HasPrefix(name, known) && len(known) > len(bestName) {
			best, bestName, ok = c, known, true
		}
	}
	return best, ok
}

func (g gatherer) event(e workflows.Event) []workflows.Act {
	var acts []workflows.Act
	for _, w := range g.rules.List {
		if w.Gesture == nil {
			continue
		}
		if name, argument, ok := w.Gesture(e, g.policy); ok {
			acts = append(acts, workflows.Act{
				ID: fmt.Sprintf("e%d", e.ID), At: e.At, Author: e.Actor.Login,
				Name: name, Argument: argument, Gesture: true,
			})
		}
	}
	return acts
}

// parse reads an act's argument in the language of its issue.
func (g gatherer) parse(c workflows.Command, a workflows.Act) (value, problem string) {
	if c.Parse == nil {
		return "", ""
	}
	return c.Parse(workflows.Argument{Text: a.Argument, At: a.At, Gesture: a.Gesture, Subject: g.o.Subject, Policy: g.policy, Language: g.language})
}

// cut shortens what somebody typed to what a reply needs to quote. Secrets are
// masked first: anybody can read a record, and half a token is not recognised.
func cut(typed string) string {
	const most = 40
	typed = words.Masked(typed)
	if r := []rune(typed); len(r) > most {
		return string(r[:most])
	}
	return typed
}

// notBefore drops what happened before the issue became ours.
func notBefore(acts []workflows.Act, from time.Time) []workflows.Act {
	var later []workflows.Act
	for _, a := range acts {
		if !a.At.Before(from) || a.FromOpening() {
			later = append(later, a)
		}
	}
	return later
}
