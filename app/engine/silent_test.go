package engine_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/clock"
	"github.com/kintsugi-app/kintsugi/app/engine"
)

// moody is a queue that says what it is told to: one answer for each claim.
type moody struct {
	engine.Queue
	engine.Ledger
	engine.Places

	mu      sync.Mutex
	answers []error // of the claims, the last for all others
	finish  error
	claim   engine.Claim
	ended   chan struct{} // closed when only the last answer is left
}

func (q *moody) Claim(context.Context, time.Duration, []string) (engine.Claim, time.Time, bool, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	err := q.answers[0]
	if len(q.answers) > 1 {
		q.answers = q.answers[1:]
	} else if q.ended != nil {
		close(q.ended)
		q.ended = nil
	}
	return q.claim, time.Time{}, err == nil && q.claim.Key != "", err
}

func (q *moody) Finish(context.Context, engine.Claim, engine.Outcome) error { return q.finish }

func (q *moody) Intents(context.Context, engine.Claim) ([]engine.Intent, error) {
	return nil, errors.New("no answer")
}

// TestSilentStore: however often it is asked, it is said once
// that the store does not answer, and once that it does again.
func TestSilentStore(t *testing.T) {
	down := errors.New("connection refused")
	ended := make(chan struct{})
	q := &moody{ended: ended, answers: []error{nil, down, down, down, down, down, down, down, nil, nil, nil, down, down, down, nil, nil}}
	var said bytes.Buffer
	ctx, cancel := context.WithCancel(context.Background())
	e := engine.New(engine.Config{
		Queue: q, Ledger: q, Places: q, Clock: clock.NewStepped(time.Unix(0, 0)), Log: slog.New(slog.NewTextHandler(&said, nil)),
	})
	var work sync.WaitGroup
	work.Go(func() { e.Work(ctx, 1, nil) })
	<-ended
	q.mu.Lock()
	q.answers = []error{context.Canceled} // which is what a store says when we stop
	cancel()
	q.mu.Unlock()
	work.Wait()
	for text, want := range map[string]int{"connection refused": 2, "answers again": 2, "canceled": 0} {
		if got := strings.Count(said.String(), text); got != want {
			t.Errorf("%q is said %d times, want %d:\n%s", text, got, want, said.String())
		}
	}
}

// TestLostLeaseIsNoFailure: a worker that lost its subject does not say how the
// subject fares.
func TestLostLeaseIsNoFailure(t *testing.T) {
	for _, lost := range []error{nil, engine.ErrLeaseLost} {
		q := &moody{answers: []error{nil}, finish: lost, claim: engine.Claim{Key: "acme/a#1", Attempts: engine.SetAsideAfter}}
		var run engine.Run
		e := engine.New(engine.Config{
			Queue: q, Ledger: q, Places: q, Clock: clock.NewStepped(time.Unix(0, 0)), OnRun: func(r engine.Run) { run = r },
		})
		if _, _, err := e.Step(context.Background()); err != nil {
			t.Fatal(err)
		}
		if run.Err == nil || !errors.Is(run.Err, lost) && lost != nil || run.SetAside != (lost == nil) {
			t.Errorf("with %v: set aside %t, %v", lost, run.SetAside, run.Err)
		}
	}
}
