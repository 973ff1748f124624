package engine

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// The sweep recovers what deliveries lost: it wakes every issue updated since
// its mark, our own updates included, because a late write of ours wakes
// nobody else. Without a mark it reads a month back, and every open issue with
// a label of ours.
const (
	sweepPrefix = "sweep/"
	sweepBack   = 30 * 24 * time.Hour
	// sweepOverlap covers lists that lag and clocks that differ.
	sweepOverlap = 2 * time.Minute
)

// SweepKey is the key under which an installation is swept.
func SweepKey(installation int64) string { return sweepPrefix + strconv.FormatInt(installation, 10) }

// chore reads a key that is no subject but a chore of the engine's.
func chore(key string) (name string, installation int64, ok bool) {
	rest, found := strings.CutPrefix(key, sweepPrefix)
	if !found {
		return "", 0, false
	}
	id, err := strconv.ParseInt(rest, 10, 64)
	return key, id, err == nil
}

// Start makes the sweep of every installation due.
func (e *Engine) Start(ctx context.Context) error {
	installations, err := e.places.Installations(ctx)
	if err != nil {
		return fmt.Errorf("list the installations: %w", err)
	}
	for _, id := range installations {
		if err := e.queue.Wake(ctx, SweepKey(id)); err != nil {
			return err
		}
	}
	return nil
}

func (e *Engine) sweep(ctx context.Context, c *Claim, run *Run, name string, installation int64) Outcome {
	run.Owner = "sweep"
	started := e.clock.Now()
	mark, err := e.marks.Mark(ctx, name)
	if err != nil {
		run.Err = err
		return e.failed(c, err)
	}
	from, labels := mark.Add(-sweepOverlap), e.rules.LabelNames
	if mark.IsZero() {
		from = started.Add(-sweepBack)
	} else {
		labels = nil
	}
	subjects, err := e.places.Updated(ctx, installation, from, labels)
	if errors.Is(err, ErrGone) { // the installation ended
		return Outcome{}
	}
	if err != nil {
		run.Err = quiet(err)
		return e.failed(c, err)
	}
	keys := make([]string, len(subjects))
	for i, s := range subjects {
		keys[i] = s.String()
	}
	if err := e.queue.Wake(ctx, keys...); err != nil {
		run.Err = err
		return e.failed(c, err)
	}
	if err := e.marks.SetMark(ctx, name, started); err != nil {
		run.Err = err
		return e.failed(c, err)
	}
	run.Did = []string{fmt.Sprintf("woke %d issues updated since %s", len(keys), from.UTC().Format(time.RFC3339))}
	return Outcome{Due: started.Add(e.sweepEvery)}
}
