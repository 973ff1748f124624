package workflows

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"

	"github.com/kintsugi-app/kintsugi/workflows/policy"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// Command is something people may write, and what a gesture is judged as. The
// help text and the command reference are made from it.
type Command struct {
	// Name is the English name without slash; Aliases are the others, the
	// Japanese one first.
	Name    string
	Aliases []string
	// Role is the least role that may use it.
	Role Role
	// Reporter lets whoever opened the issue use it on that issue, whatever
	// their role.
	Reporter bool
	// ReporterUntil are the commands that end the reporter's right, once
	// somebody with the role has used one: then it is no mere report any more.
	ReporterUntil []string
	// On are the workflows on whose subjects it counts; none means those of the
	// workflow that declares it. Everywhere means all that own any.
	On         []string
	Everywhere bool
	// LastCounts: only the last few uses matter, so that older ones may be
	// folded away when the record grows too large.
	LastCounts bool
	// Opening lets it count in the opening body.
	Opening bool
	// GestureOnly hides it: it cannot be typed.
	GestureOnly bool
	// Usage is the right form, such as "/started 2:40"; Help is one line.
	Usage map[words.Language]string
	Help  map[words.Language]string
	// Parse reads the argument, once, when the act is judged. A non-empty
	// problem is a code that Explain has a sentence for. Nil accepts anything
	// and keeps nothing, so that texts are referenced and not stored.
	Parse func(Argument) (value, problem string)
	// Explain says to a person what was wrong with what they typed.
	Explain func(problem string, typed words.Foreign, lang words.Language) string
}

// Argument is what a command's parser may look at.
type Argument struct {
	Text     string
	At       time.Time // when it was written
	Gesture  bool      // nothing was written
	Subject  Subject   // where it was written
	Policy   policy.Policy
	Language words.Language
}

// Answers to people are planned for refused acts under these codes, besides
// those of the commands' own parsers.
const (
	WhyRole        = "role"
	WhyRoleUnknown = "role-unknown"
	WhyElsewhere   = "elsewhere" // it is for other subjects
)

// Commands finds commands by any of their names.
type Commands map[string]Command

// CommandsOf collects the commands of all workflows by every name. A name that
// two workflows claim is returned as clash.
func CommandsOf(list []Workflow) (all Commands, clash string) {
	all = Commands{}
	var owners []string
	for _, w := range list {
		if w.Owns != nil {
			owners = append(owners, w.Name)
		}
	}
	for _, w := range list {
		for _, c := range w.Commands {
			switch {
			case c.Everywhere:
				c.On = owners
			case len(c.On) == 0:
				c.On = []string{w.Name}
			}
			c.On = append(slices.Clip(c.On), takers(list, c.Name)...)
			for _, name := range append([]string{c.Name}, c.Aliases...) {
				if _, taken := all[fold(name)]; taken {
					clash = name
				}
				all[fold(name)] = c
			}
		}
	}
	return all, clash
}

// CommandsOn are those that count on the subjects of a workflow, in the order of the
// list; those that count everywhere come last.
func CommandsOn(list []Workflow, owner string) (here []Command) {
	var everywhere []Command
	all, _ := CommandsOf(list)
	for _, w := range list {
		for _, c := range w.Commands {
			switch known, _ := all.Find(c.Name); {
			case known.Everywhere:
				everywhere = append(everywhere, known)
			case slices.Contains(known.On, owner):
				here = append(here, known)
			}
		}
	}
	return append(here, everywhere...)
}

// takers are the workflows that take a command of another one's.
func takers(list []Workflow, command string) (names []string) {
	for _, w := range list {
		if slices.Contains(w.Takes, command) {
			names = append(names, w.Name)
		}
	}
	return names
}

// Find returns the command of that name, in either language, any case, half-
// or full-width.
func (c Commands) Find(name string) (Command, bool) {
	found, ok := c[fold(name)]
	return found, ok
}

// SplitCommand takes a line that begins with a slash, half- or full-width, into
// the name as typed and the rest.
func SplitCommand(line string) (name, argument string) {
	_, slash := utf8.DecodeRuneInString(line)
	line = line[slash:]
	end := strings.IndexFunc(line, func(r rune) bool { return unicode.IsSpace(r) || r == ':' || r == '：' })
	if end < 0 {
		return line, ""
	}
	return line[:end], strings.TrimFunc(line[end:], func(r rune) bool {
		return unicode.IsSpace(r) || r == ':' || r == '：'
	})
}

func fold(name string) string { return strings.ToLower(width.Fold.String(name)) }
