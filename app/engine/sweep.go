package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows"
)

// The sweep recovers what deliveries lost: it wakes every issue updated since
// its mark, our own updates included, because a late write of ours wakes
// nobody else. Without a mark it reads a month back, and every open issue with
// a label of ours.
const (
	sweepPrefix = "sweep/"
	sweepBack   = 30 * 24 * time.Hour
	// sweepOverlap covers lists that lag.
	sweepOverlap = 2 * time.Minute
	// sweepPace is what one request of a sweep costs in waiting for the next
	// sweep: a thousand an hour, a fifth of the least that GitHub allows an
	// installation. docs: Rate limits for the REST API, "Primary rate limit for
	// GitHub App installations".
	sweepPace = 3600 * time.Millisecond
	// mostWoken are woken in one transaction, so that deliveries do not wait
	// long for theirs.
	mostWoken = 500
)

// SweepKey is the key under which an installation is swept.
func SweepKey(installation int64) string { return sweepPrefix + strconv.FormatInt(installation, 10) }

// chore is the work behind a key that is no subject but a chore of the
// engine's, or nil.
func (e *Engine) chore(key string) func(context.Context, *Claim, *Run) Outcome {
	if key == RedeliveryKey {
		return e.redeliver
	}
	rest, found := strings.CutPrefix(key, sweepPrefix)
	installation, err := strconv.ParseInt(rest, 10, 64)
	if !found || err != nil {
		return nil
	}
	return func(ctx context.Context, c *Claim, run *Run) Outcome { return e.sweep(ctx, c, run, installation) }
}

// Start makes the sweep of every installation due, and the look for deliveries
// that failed.
func (e *Engine) Start(ctx context.Context) error {
	installations, err := e.places.Installations(ctx)
	if err != nil {
		return fmt.Errorf("list the installations: %w", err)
	}
	keys := make([]string, len(installations), len(installations)+1)
	for i, id := range installations {
		keys[i] = SweepKey(id)
	}
	if e.deliveries != nil {
		keys = append(keys, RedeliveryKey)
	}
	return e.queue.Wake(ctx, Background, keys...)
}

// swept is a repository and how far its last sweep came.
type swept struct {
	repo string
	mark time.Time
}

// sweep goes through the repositories of an installation, the one swept
// longest ago first, each with a mark of its own: a sweep that a limit ends
// goes on where it was, and a repository whose lists fail keeps no other
// waiting. How soon the next one comes depends on what this one cost.
func (e *Engine) sweep(ctx context.Context, c *Claim, run *Run, installation int64) Outcome {
	run.Owner = "sweep"
	started := e.clock.Now()
	repos, err := e.toSweep(ctx, c.Key, installation)
	if errors.Is(err, ErrGone) { // the installation ended
		return Outcome{}
	}
	if err != nil {
		return e.failed(c, run, err)
	}
	woken, requests := 0, 1+len(repos)/100
	var failures error
	for _, r := range repos {
		if c.Attempts > 0 && sweptLately(r.mark, started, e.sweepEvery) {
			continue // done by the try before this one
		}
		if err := e.holdLease(ctx, c); err != nil {
			return e.failed(c, run, err)
		}
		n, cost, err := e.sweepOne(ctx, c.Key, installation, r)
		woken, requests = woken+n, requests+cost
		var later *Later
		switch {
		case err == nil:
		case errors.As(err, &later):
			return e.failed(c, run, err)
		case tolerated(err) == nil: // refused for good, or without issues
			run.Why = append(run.Why, err.Error())
		default:
			failures = errors.Join(failures, fmt.Errorf("%s: %w", r.repo, err))
		}
	}
	run.Observed = []string{fmt.Sprintf("%d repositories, for %d requests", len(repos), requests)}
	if woken > 0 {
		run.Did = []string{fmt.Sprintf("woke %d issues", woken)}
	}
	paced := started.Add(time.Duration(requests) * sweepPace)
	if failures != nil {
		out := e.failed(c, run, failures)
		out.Due = latest(out.Due, paced)
		return out
	}
	return Outcome{Due: latest(started.Add(e.sweepEvery), paced)}
}

// sweptLately: the mark is GitHub's time and now is ours. Where they differ by
// much, a repository is swept once more than it need be.
func sweptLately(mark, now time.Time, every time.Duration) bool {
	age := now.Sub(mark)
	return age >= 0 && age < every/2
}

func (e *Engine) toSweep(ctx context.Context, key string, installation int64) ([]swept, error) {
	names, err := e.places.Repositories(ctx, installation)
	if err != nil {
		return nil, err
	}
	repos := make([]swept, len(names))
	for i, name := range names {
		mark, err := e.marks.Mark(ctx, sweepMark(key, name))
		if err != nil {
			return nil, err
		}
		repos[i] = swept{name, mark}
	}
	slices.SortStableFunc(repos, func(a, b swept) int { return cmp.Or(a.mark.Compare(b.mark), cmp.Compare(a.repo, b.repo)) })
	return repos, nil
}

// unknownAggregates are the aggregates of a repository of which the store does not
// know that they were ever looked at as a whole: it may have lost who told them what.
func (e *Engine) unknownAggregates(ctx context.Context, repo string) (unknown []workflows.Subject, err error) {
	for _, s := range e.rules.aggregates(repo) {
		hint, err := e.queue.Peek(ctx, s.String())
		if err != nil {
			return nil, err
		}
		if hint.Whole.IsZero() {
			unknown = append(unknown, s)
		}
	}
	return unknown, nil
}

func sweepMark(key, repo string) string { return key + "/" + strings.ToLower(repo) }

// sweepOne wakes what was updated in one repository since its mark. The mark is
// in GitHub's time, so that a clock of ours that is wrong leaves nothing out.
func (e *Engine) sweepOne(ctx context.Context, key string, installation int64, r swept) (woken, requests int, err error) {
	from, labels := r.mark.Add(-sweepOverlap), e.rules.LabelNames
	if r.mark.IsZero() {
		from = e.clock.Now().Add(-sweepBack)
	} else {
		labels = nil
	}
	updates, err := e.places.Updated(ctx, installation, r.repo, from, labels)
	if err != nil {
		return 0, 1, err
	}
	pulls, err := e.pullsToWake(ctx, r.repo, updates.Pulls)
	if err != nil {
		return 0, updates.Requests, err
	}
	unknown, err := e.unknownAggregates(ctx, r.repo)
	if err != nil {
		return 0, updates.Requests, err
	}
	for some := range slices.Chunk(slices.Concat(updates.Subjects, pulls, unknown), mostWoken) {
		keys := make([]string, len(some))
		for i, s := range some {
			keys[i] = s.String()
		}
		if err := e.queue.Wake(ctx, Background, keys...); err != nil {
			return woken, updates.Requests, err
		}
		woken += len(keys)
	}
	return woken, updates.Requests, e.marks.SetMark(ctx, sweepMark(key, r.repo), updates.At)
}
