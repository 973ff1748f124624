package engine_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/policy"
)

// pair names the next issue as a neighbour, publishes what it knows of it, and
// counts its runs.
func pair(runs map[int]int) workflows.Workflow {
	return workflows.Workflow{
		Name:   "pair",
		Title:  func(title string) (string, bool) { return "pair", strings.HasPrefix(title, "pair") },
		Policy: policy.Section{},
		Commands: []workflows.Command{
			{Name: "pair", GestureOnly: true},
			{Name: "count"},
		},
		Owns: func(_ workflows.Observation, _ policy.Policy, acts []workflows.Act) (time.Time, bool) {
			for _, a := range acts {
				if a.Name == "pair" {
					return a.At, true
				}
			}
			return time.Time{}, false
		},
		Decide: func(in workflows.Input) workflows.Decision {
			if in.Owner != "pair" {
				return workflows.Decision{}
			}
			other := workflows.Subject{Repo: in.Observation.Subject.Repo, Number: in.Observation.Subject.Number%2 + 1}
			seen, ok := in.Facts.Summary(other, "pair")
			if !ok {
				return workflows.Decision{Asks: []workflows.Ask{workflows.SummaryAsk{Subject: other}}}
			}
			runs[in.Observation.Subject.Number]++
			own, _ := json.Marshal(len(in.Acts))
			return workflows.Decision{Plan: workflows.Plan{
				Sections: []workflows.Section{{Key: "pair", Title: "Pair", Text: "the other says " + seen}},
				Summary:  string(own), Names: []workflows.Subject{other},
			}}
		},
	}
}

// Rule 10: a subject that answers 404 ends the run quietly.
func TestRule10GoneIsQuiet(t *testing.T) {
	w := newWorld(t, 1, withRules(pair(map[int]int{})))
	w.open("sato", "pair one") // its neighbour, #2, is not there
	w.settle()
	if err := w.failures(); err != nil {
		t.Error(err)
	}
	attempts := 0
	for _, r := range w.runs {
		if r.Key == repo+"#2" {
			attempts++
		}
	}
	if attempts != 1 {
		t.Errorf("the missing neighbour was run %d times, want once", attempts)
	}
}

// Rule 11: the hash by which neighbours are woken is set with the wake, after
// the record is written, so that a crash in between wakes them all the same.
func TestRule11NeighbourHash(t *testing.T) {
	runs := map[int]int{}
	w := newWorld(t, 1, inFile(t), withoutSweeps, withRules(pair(runs)))
	one := w.open("sato", "pair one")
	two := w.open("sato", "pair two")
	w.settle()
	w.say(one, "tanaka", "/count")
	w.crashAfter(func(r *http.Request) bool { return r.Method == http.MethodPatch })
	w.start()
	w.settle()
	w.wants(w.status(two), "the other says 2")
	if runs[one] > 8 || runs[two] > 8 {
		t.Errorf("the chain of neighbours does not end: %v", runs)
	}
}
