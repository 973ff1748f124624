// Package doctor looks an installation over: what Kintsugi needs of GitHub, of
// its webhook and of its database, what it found, and what a person does about
// each difference. Examine is pure, facts in and findings out; Gather asks for
// the facts and goes on where something does not answer. It must not change
// anything, print a secret, or know what an incident is.
package doctor

import (
	"fmt"
	"strings"
	"time"
)

// Level is how much a finding matters.
type Level string

// The levels. A problem means that something does not work; a warning that
// something will not, or that somebody should have a look; a hint that more
// would be possible, which nobody need want.
const (
	OK      Level = "ok"
	Hint    Level = "hint"
	Warning Level = "warning"
	Problem Level = "problem"
)

// Finding is one thing that was looked at.
type Finding struct {
	Check Check  `json:"check"`
	Level Level  `json:"level"`
	Text  string `json:"text"`
	// Do is what a person does about it, and Where the page to do it on.
	Do    string `json:"do,omitempty"`
	Where string `json:"where,omitempty"`
}

// Check is the part of the installation that a finding is about.
type Check string

// The checks, in the order in which they are made and shown: what stands first
// explains what follows.
const (
	Credentials Check = "credentials"
	Clock       Check = "clock"
	Permissions Check = "permissions"
	Events      Check = "events"
	Webhook     Check = "webhook"
	Limits      Check = "limits"
	Database    Check = "database"
)

// Report is everything that was found.
type Report struct {
	At       time.Time `json:"at"`
	Problems int       `json:"problems"`
	Warnings int       `json:"warnings"`
	Findings []Finding `json:"findings"`
}

// Fine tells whether there is nothing that must be done.
func (r Report) Fine() bool { return r.Problems+r.Warnings == 0 }

// Examine judges the facts.
func Examine(f Facts) Report {
	r := &report{Report: Report{At: f.At.UTC().Truncate(time.Second)}}
	r.credentials(f)
	if g := f.GitHub; g.App != nil {
		r.clock(g)
		r.permissions(g)
		r.events(g)
		r.webhook(f)
		r.limits(f)
	}
	r.database(f)
	for _, one := range r.Findings {
		switch one.Level {
		case Problem:
			r.Problems++
		case Warning:
			r.Warnings++
		case OK, Hint:
		}
	}
	return r.Report
}

// report is a Report while it is made.
type report struct{ Report }

func (r *report) add(one Finding) { r.Findings = append(r.Findings, one) }

func (r *report) ok(check Check, format string, args ...any) {
	r.add(Finding{Check: check, Level: OK, Text: fmt.Sprintf(format, args...)})
}

// String is the report for people to read.
func (r Report) String() string {
	var b strings.Builder
	last := Check("")
	for _, one := range r.Findings {
		if one.Check != last {
			fmt.Fprintf(&b, "%s\n", one.Check)
			last = one.Check
		}
		fmt.Fprintf(&b, "  %-8s %s\n", one.Level, indented(one.Text))
		if one.Do != "" {
			fmt.Fprintf(&b, "           Do: %s\n", indented(one.Do))
		}
		if one.Where != "" {
			fmt.Fprintf(&b, "           %s\n", one.Where)
		}
	}
	fmt.Fprintf(&b, "\n%s, %s, ", count(r.Problems, "problem"), count(r.Warnings, "warning"))
	hints := 0
	for _, one := range r.Findings {
		if one.Level == Hint {
			hints++
		}
	}
	if hints > 0 {
		b.WriteString(count(hints, "hint") + ", ")
	}
	fmt.Fprintf(&b, "%d ok. Nothing was changed.\n", len(r.Findings)-r.Problems-r.Warnings-hints)
	return b.String()
}

// indented keeps the lines of a text under its first one.
func indented(text string) string { return strings.ReplaceAll(text, "\n", "\n           ") }

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
