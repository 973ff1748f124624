package engine

import (
	"cmp"
	"context"
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
	// logKept is how far GitHub's log reaches back.
	logKept = 72 * time.Hour
	// logOverlap is for how long a delivery that keeps failing is followed.
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

// due is when it should be delivered again.
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

func (e *Engine) redeliver(ctx context.Context, c *Claim, run *Run) Outcome {
	run.Owner = "redelivery"
	failed := func(err error) Outcome {
		run.Err = quiet(err)
		return e.failed(c, err)
	}
	mark, err := e.marks.Mark(ctx, c.Key)
	if err != nil {
		return failed(err)
	}
	now := e.clock.Now()
	from := mark.Add(-logOverlap)
	if oldest := now.Add(-logKept); from.Before(oldest) {
		from = oldest
	}
	attempts, at, err := e.deliveries.Attempts(ctx, from)
	if err != nil {
		return failed(err)
	}
	next := now.Add(e.sweepEvery)
	asked := 0
	for _, m := range neverArrived(attempts) {
		if wait := m.due().Sub(at); wait > 0 {
			next = earliest(next, now.Add(wait))
			continue
		}
		if err := e.holdLease(ctx, c); err != nil {
			return failed(err)
		}
		if err := tolerated(e.deliveries.Redeliver(ctx, m.last.ID)); err != nil {
			return failed(err)
		}
		asked++
		next = earliest(next, now.Add(settling<<m.count))
	}
	if err := e.marks.SetMark(ctx, c.Key, at); err != nil {
		return failed(err)
	}
	if asked > 0 {
		run.Did = []string{fmt.Sprintf("asked for %d deliveries that never arrived, of %d attempts in the log", asked, len(attempts))}
	}
	return Outcome{Due: next}
}
