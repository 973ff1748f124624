package engine

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows"
)

// GateWriter answers for deployments that wait for this App's word.
type GateWriter interface {
	// ReviewGate approves or rejects a deployment of a run of a workflow, or, without a
	// state, says why it still waits. docs: REST API endpoints for workflow runs, "Review
	// custom deployment protection rules for a workflow run".
	ReviewGate(ctx context.Context, repo string, word workflows.GateIntent) error
}

// maxWord is how many characters GitHub takes, and mostWaits how often a deployment is
// told why it waits, so that the last word finds room among the ten that GitHub takes.
// docs: "Creating custom deployment protection rules", status reports.
const (
	maxWord   = 1024
	mostWaits = 9
)

// gates tells deployments that wait what is planned, where that is not what they were
// told last. It stands in the store alone: where that was lost, it is said once more. A
// word whose answer was lost is counted and said again. What GitHub refuses is left,
// until there is something else to say or an hour has gone by: a deployment waits for
// thirty days, and somebody may grant the permission.
func (a *applier) gates(ctx context.Context) error {
	words := map[string]Word{}
	for _, want := range a.d.plan.Gates { // of what waits no longer nothing is kept
		word := a.c.Hint.Words[gateOf(want)]
		if a.c.Unfinished { // the run before this one may have said something
			word.Waits++
		}
		words[gateOf(want)] = word
	}
	if !a.dry {
		a.c.Hint.Words = words
	}
	for _, want := range a.d.plan.Gates {
		want.Comment = shorten(want.Comment, maxWord, a.d.language)
		next, due := nextWord(words[gateOf(want)], want, a.e.clock.Now())
		if !due {
			continue
		}
		err := a.write(ctx, said(want), func() error { return a.e.writer.ReviewGate(ctx, a.d.o.Subject.Repo, want) })
		switch {
		case a.dry:
			continue
		case err == nil:
		case tolerated(err) == nil:
			next.Waits, next.Refused = words[gateOf(want)].Waits, a.e.clock.Now()
		case errors.Is(err, ErrUncertain):
			next.Hash = ""
		default: // nothing was sent
			return err
		}
		words[gateOf(want)] = next
		if tolerated(err) != nil {
			return err
		}
	}
	return nil
}

// nextWord is what is remembered once a word was said; due is false where it need not, or
// must not, be said.
func nextWord(last Word, want workflows.GateIntent, now time.Time) (next Word, due bool) {
	next = Word{Hash: fingerprint(want.State, want.Comment), Waits: last.Waits}
	isNew := next.Hash != last.Hash || !last.Refused.IsZero() && now.Sub(last.Refused) >= refusedPause
	if want.State != "" {
		return next, isNew
	}
	next.Waits++
	return next, isNew && want.Comment != "" && last.Waits < mostWaits
}

// refusedUntil is when the first of the words that GitHub refused is tried again; zero
// where it refused none.
func (h Hint) refusedUntil() (first time.Time) {
	for _, word := range h.Words {
		if !word.Refused.IsZero() {
			first = earliest(first, word.Refused.Add(refusedPause))
		}
	}
	return first
}

// gateOf is what GitHub counts the words of. A run that is started again keeps its number,
// and what its last attempt was told it was not.
func gateOf(g workflows.GateIntent) string {
	return fmt.Sprintf("%d.%d %s", g.Run, g.Attempt, g.Environment)
}

// said is a word as the journal has it.
func said(g workflows.GateIntent) string {
	word := "it still waits"
	if g.State != "" {
		word = g.State
	}
	return fmt.Sprintf("tell run %d, for %q: %s", g.Run, g.Environment, word)
}

// wordless is an error that names what no deployment can be told.
func wordless(w string, gates []workflows.GateIntent) error {
	told := map[string]bool{}
	for _, g := range gates {
		switch {
		case g.State != "" && g.State != workflows.GateApproved && g.State != workflows.GateRejected:
			return fmt.Errorf("%s plans %q for a deployment, which is neither approved nor rejected", w, g.State)
		case g.Run <= 0 || g.Environment == "" || strings.ContainsRune(g.Environment, 0):
			return fmt.Errorf("%s plans a word for no deployment: run %d, environment %q", w, g.Run, g.Environment)
		case told[gateOf(g)]:
			return fmt.Errorf("%s plans two words for run %d, environment %q", w, g.Run, g.Environment)
		}
		told[gateOf(g)] = true
	}
	return nil
}
