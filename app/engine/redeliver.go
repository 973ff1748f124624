package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"
)

// GitHub does not deliver again by itself what failed. The chore behind
// RedeliveryKey reads its log and asks for what never arrived: what came while
// the program was down, or was answered with an error. docs: Handling failed
// webhook deliveries; Automatically redelivering failed deliveries for a
// GitHub App webhook.
const (
	RedeliveryKey = "redelivery/log"
	// logOverlap is how long it may take to ask for one thing that often.
	logOverlap = 2 * time.Hour
	// mostDeliveries of one thing are asked for; after that the sweep finds
	// what it was about.
	mostDeliveries = 6
	// settling is how long an attempt may wait for its answer, and doubles
	// with each attempt.
	settling = time.Minute
)

// missed is a delivery that never succeeded: its last attempt, and how many
// there were.
type missed struct {
	last  Attempt
	count int
}

// due is when to ask for it again.
func (m missed) due() time.Time { return m.last.At.Add(settling << (m.count - 1)) }

// neverArrived are the deliveries of which no attempt succeeded and that are
// worth another, the oldest first.
func neverArrived(attempts []Attempt) []missed {
	byGUID := map[string]missed{}
	arrived := map[string]bool{}
	for _, a := range attempts {
		m := byGUID[a.GUID]
		if m.count == 0 || a.At.After(m.last.At) {
			m.last = a
		}
		m.count++
		byGUID[a.GUID] = m
		arrived[a.GUID] = arrived[a.GUID] || a.OK
	}
	maps.DeleteFunc(byGUID, func(guid string, m missed) bool { return arrived[guid] || m.count >= mostDeliveries })
	return slices.SortedFunc(maps.Values(byGUID), func(a, b missed) int {
		return cmp.Or(a.last.At.Compare(b.last.At), cmp.Compare(a.last.ID, b.last.ID))
	})
}

// redeliver looks through the log since the last look, and without a mark as far
// as it reaches. It asks for what became due since then, so that nothing is
// asked for twice whose new attempt is not logged yet, or whose first ones are
// too far back to be counted. All times compared are GitHub's.
func (e *Engine) redeliver(ctx context.Context, c *Claim, run *Run) Outcome {
	run.Owner = "redelivery"
	mark, err := e.marks.Mark(ctx, c.Key)
	if err != nil {
		return e.failed(c, run, err)
	}
	var from time.Time
	if !mark.IsZero() {
		from = mark.Add(-logOverlap)
	}
	attempts, at, err := e.deliveries.Attempts(ctx, from)
	if errors.Is(err, ErrGone) { // this server keeps no log; the sweep remains
		run.Why = []string{err.Error()}
		return Outcome{Due: e.clock.Now().Add(refusedPause)}
	}
	if err != nil {
		return e.failed(c, run, err)
	}
	run.Observed = []string{fmt.Sprintf("%d attempts in the log", len(attempts))}
	asked, wait := 0, e.sweepEvery
	for _, m := range neverArrived(attempts) {
		due := m.due()
		if due.After(at) {
			wait = min(wait, due.Sub(at))
		}
		if due.After(at) || !due.After(mark) { // which the last look asked for
			continue
		}
		if err := e.holdLease(ctx, c); err != nil {
			return e.failed(c, run, err)
		}
		if err := tolerated(e.deliveries.Redeliver(ctx, m.last.ID)); err != nil {
			return e.failed(c, run, err)
		}
		asked++
		wait = min(wait, settling<<m.count)
	}
	if err := e.marks.SetMark(ctx, c.Key, at); err != nil {
		return e.failed(c, run, err)
	}
	if asked > 0 {
		run.Did = []string{fmt.Sprintf("asked for %d deliveries that never arrived", asked)}
	}
	return Outcome{Due: e.clock.Now().Add(wait)}
}
