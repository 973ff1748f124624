package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/app/githubapp"
	"github.com/kintsugi-app/kintsugi/app/store"
)

// story is what explain tells about a subject.
type story struct {
	Subject  string    `json:"subject"`
	At       time.Time `json:"at"`
	SetAside *setAside `json:"set_aside"`
	Runs     []told    `json:"runs"`
}

// setAside is a subject that failed so often that it waits for long.
type setAside struct {
	Attempts int       `json:"attempts"`
	Error    string    `json:"error"`
	NextTry  time.Time `json:"next_try"`
}

// told is one run of the journal.
type told struct {
	At    time.Time `json:"at"`
	Ended time.Time `json:"ended,omitzero"`
	// State is done, nothing, not_ours, put_off, failed, under_way or died.
	State      string     `json:"state"`
	Rank       string     `json:"rank"`
	Owner      *string    `json:"owner"`
	Deliveries []delivery `json:"deliveries"`
	Observed   []string   `json:"observed"`
	Asked      []string   `json:"asked"`
	Why        []string   `json:"why"`
	Plan       []string   `json:"plan"`
	Did        []string   `json:"did"`
	Error      *string    `json:"error"`
	Due        time.Time  `json:"due,omitzero"`
}

type delivery struct {
	ID         string    `json:"id"`
	Event      string    `json:"event"`
	Action     string    `json:"action"`
	ReceivedAt time.Time `json:"received_at"`
}

// longestRun is more than any run takes: one that has not ended after it never
// will.
const longestRun = 10 * time.Minute

// tell makes a run of the journal what people read. last: it is the newest of
// its subject, so it may be under way.
func tell(j store.Journaled, last bool, now time.Time) told {
	t := told{
		At: j.At, Ended: j.Ended, State: state(j.Entry, last, now), Rank: ranks[j.Rank], Owner: orNull(j.Owner),
		Deliveries: []delivery{}, Observed: clean(j.Observed), Asked: clean(j.Asked), Why: clean(j.Why),
		Plan: clean(strings.Split(strings.TrimRight(j.Plan, "\n"), "\n")), Did: clean(j.Did),
		Error: orNull(githubapp.Redact(j.Error)), Due: j.Due,
	}
	if j.Plan == "" {
		t.Plan = []string{}
	}
	for _, d := range j.Deliveries {
		t.Deliveries = append(t.Deliveries, delivery{d.GUID, d.Event, d.Action, d.ReceivedAt})
	}
	return t
}

var ranks = map[engine.Rank]string{engine.Background: "background", engine.Live: "live", engine.Urgent: "urgent"}

func state(e engine.Entry, last bool, now time.Time) string {
	switch {
	case e.Ended.IsZero() && last && now.Sub(e.At) < longestRun:
		return "under_way"
	case e.Ended.IsZero():
		return "died"
	case e.PutOff:
		return "put_off"
	case e.Error != "":
		return "failed"
	case len(e.Did) > 0:
		return "done"
	case e.Owner == "":
		return "not_ours"
	}
	return "nothing"
}

// clean takes out what looks like a credential. The engine keeps none; what
// people write may hold one.
func clean(lines []string) []string {
	out := make([]string, len(lines))
	for i, line := range lines {
		out[i] = githubapp.Redact(line)
	}
	return out
}

var headlines = map[string]string{
	"done": "done", "nothing": "nothing to do", "not_ours": "none of ours", "put_off": "put off", "failed": "did not go through",
	"under_way": "under way, or its process died a moment ago",
	"died":      "never ended: its process died, or lost the right to go on",
}

func showStory(out io.Writer, as string, s story) error {
	if as == "json" {
		return writeJSON(out, s)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s, as the journal has it, the newest last.\n", s.Subject)
	for _, run := range s.Runs {
		fmt.Fprintf(&b, "\n%s  %s\n", stamp(run.At), headlines[run.State])
		run.write(&b)
	}
	if a := s.SetAside; a != nil {
		fmt.Fprintf(&b, "\nIt is set aside: %d tries failed, the last with\n  %s\nThe next try is at %s. A comment on the issue has it tried at once.\n",
			a.Attempts, under(a.Error, 2), stamp(a.NextTry))
	}
	fmt.Fprintf(&b, "\nWhat would be done now: kintsugi plan %s\n", s.Subject)
	_, err := io.WriteString(out, printable(b.String()))
	return err
}

func (t told) write(b *strings.Builder) {
	var woken []string
	for _, d := range t.Deliveries {
		woken = append(woken, fmt.Sprintf("%s, delivered %s, id %s", strings.TrimSpace(d.Event+" "+d.Action), stamp(d.ReceivedAt), d.ID))
	}
	if len(woken) == 0 {
		woken = []string{"no delivery: the sweep, a neighbour, or a time to look again"}
	}
	part(b, "woken by", woken)
	part(b, "observed", t.Observed)
	part(b, "asked", t.Asked)
	part(b, "because", t.Why)
	part(b, "plan", t.Plan)
	part(b, "applied", t.Did)
	if t.Error != nil {
		part(b, "error", []string{*t.Error})
	}
	switch {
	case t.State == "died":
		part(b, "ended", []string{"what it had begun is looked for by the run after it"})
	case t.State == "under_way":
	case t.Due.IsZero():
		part(b, "ended", []string{fmt.Sprintf("after %s; looks again when something happens", took(t.Ended.Sub(t.At)))})
	default:
		part(b, "ended", []string{fmt.Sprintf("after %s; looks again at %s", took(t.Ended.Sub(t.At)), stamp(t.Due))})
	}
}

// column is where what is told begins. What people wrote stays to its right, so
// that no text of theirs can pass for a line of ours.
const column = 12

func part(b *strings.Builder, name string, lines []string) {
	for _, line := range lines {
		if line == "" {
			continue
		}
		fmt.Fprintf(b, "  %-*s%s\n", column-2, name, under(line, column))
		name = ""
	}
}

// under keeps the further lines of a text under its first.
func under(text string, indent int) string {
	return strings.ReplaceAll(text, "\n", "\n"+strings.Repeat(" ", indent))
}

func took(d time.Duration) string { return max(d, 0).Round(time.Millisecond).String() }

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
