// Package engine runs the rules: it claims a subject that is due, observes it,
// lets the workflows decide, applies the difference, and says when to look
// again. It declares the small interfaces it needs and must not know what
// stands behind them, nor what any workflow is about.
package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/kintsugi-app/kintsugi/app/clock"
	"github.com/kintsugi-app/kintsugi/workflows"
)

// Config is what an engine is made of. Queue, Ledger, Marks and Writer may be
// nil for one that only plans.
type Config struct {
	Rules  Rules
	Reader Reader
	Places Places
	Writer Writer
	Queue  Queue
	Ledger Ledger
	Marks  Marks
	// Journal may be nil: then nothing is noted.
	Journal Journal
	// Deliveries may be nil: then none is asked for again.
	Deliveries DeliveryLog
	Keys       Keys
	Clock      clock.Clock
	// Timeout bounds one request to GitHub; a lease lasts three of them.
	Timeout time.Duration
	// Lag is how long a list of GitHub's may lag behind a write.
	Lag time.Duration
	// SweepEvery is the pause between two sweeps of an installation.
	SweepEvery time.Duration
	// Parallel bounds how many questions of one run are asked at once.
	Parallel int
	// Pause decides and writes nothing.
	Pause bool
	// OnRun is told of every run, from several goroutines.
	OnRun func(Run)
	Log   *slog.Logger
}

// Engine runs subjects. It keeps no state between two runs.
type Engine struct {
	rules        Rules
	reader       Reader
	places       Places
	writer       Writer
	queue        Queue
	ledger       Ledger
	marks        Marks
	journal      Journal
	deliveries   DeliveryLog
	keys         Keys
	clock        clock.Clock
	timeout, lag time.Duration
	sweepEvery   time.Duration
	parallel     int
	pause        bool
	onRun        func(Run)
	log          *slog.Logger
}

// Run is what happened to a subject once, for people to read.
type Run struct {
	Key  string
	At   time.Time
	Took time.Duration
	// Owner is the workflow that looks after it; empty for none of ours.
	Owner string
	// Why are the reasons: the acts with their verdicts, or what is missing.
	Why []string
	// Plan is what should be true, Did what was written to make it so.
	Plan string
	Did  []string
	Err  error
	Due  time.Time
}

// New returns an engine with defaults where the configuration is silent.
func New(c Config) *Engine {
	e := &Engine{
		rules: c.Rules, reader: c.Reader, places: c.Places, writer: c.Writer, queue: c.Queue, ledger: c.Ledger,
		marks: c.Marks, journal: c.Journal, deliveries: c.Deliveries, keys: c.Keys, clock: c.Clock, timeout: c.Timeout, lag: c.Lag, sweepEvery: c.SweepEvery,
		parallel: max(c.Parallel, 1), pause: c.Pause, onRun: c.OnRun, log: c.Log,
	}
	if e.timeout == 0 {
		e.timeout = 10 * time.Second
	}
	if e.lag == 0 {
		e.lag = 5 * time.Second
	}
	if e.sweepEvery == 0 {
		e.sweepEvery = 10 * time.Minute
	}
	if e.onRun == nil {
		e.onRun = func(Run) {}
	}
	if e.log == nil {
		e.log = slog.New(slog.DiscardHandler)
	}
	return e
}

// span is how long a create whose fate is unknown may stay unseen: until its
// request must have ended, and lists must show it, and a margin.
func (e *Engine) span() time.Duration { return e.timeout + e.lag + e.lag }

func (e *Engine) leaseTime() time.Duration { return 3 * e.timeout }

// Work runs what is due until ctx ends, with this many workers. A run that is
// under way then has a timeout's grace to finish; else it is handed back.
func (e *Engine) Work(ctx context.Context, workers int, doorbell <-chan struct{}) {
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			for ctx.Err() == nil {
				worked, next, err := e.Step(ctx)
				if err != nil {
					e.log.Error("the store does not answer", "error", err)
				}
				if worked && err == nil {
					continue
				}
				// The poll beneath the doorbell: one that rang for another
				// worker, or in another process, is not missed for long.
				until := e.clock.Now().Add(time.Second)
				if !next.IsZero() && next.Before(until) {
					until = next
				}
				_ = e.clock.Until(ctx, until, doorbell)
			}
		})
	}
	group.Wait()
}

// Step claims one subject that is due and runs it. worked is false where none
// was; next is then when the earliest becomes due.
func (e *Engine) Step(ctx context.Context) (worked bool, next time.Time, err error) {
	c, next, ok, err := e.queue.Claim(ctx, e.leaseTime(), nil)
	if err != nil || !ok {
		return false, next, err
	}
	grace, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	defer context.AfterFunc(ctx, func() { // asked to stop: one timeout's grace
		_ = clock.Sleep(grace, e.clock, e.timeout)
		cancel()
	})()
	started := e.clock.Now()
	run := Run{Key: c.Key, At: started}
	out := e.guarded(grace, &c, &run)
	run.Due = out.Due
	run.Took = e.clock.Now().Sub(started)
	err = e.queue.Finish(context.WithoutCancel(ctx), c, out)
	if errors.Is(err, ErrLeaseLost) {
		run.Err, err = errors.Join(run.Err, err), nil
	}
	e.onRun(run)
	return true, time.Time{}, err
}

// guarded turns a panic into a failed run, so that one subject cannot stop the
// others.
func (e *Engine) guarded(ctx context.Context, c *Claim, run *Run) (out Outcome) {
	defer func() {
		if p := recover(); p != nil {
			run.Err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
			out = e.failed(c, run.Err)
		}
	}()
	if chore := e.chore(c.Key); chore != nil {
		return chore(ctx, c, run)
	}
	return e.runSubject(ctx, c, run)
}

// runSubject is one run: look, deliberate, apply, conclude.
func (e *Engine) runSubject(ctx context.Context, c *Claim, run *Run) Outcome {
	if c.Unfinished {
		c.Hint.Watch = e.clock.Now().Add(2 * e.span())
	}
	s, err := workflows.ParseSubject(c.Key)
	if err != nil {
		run.Err = err
		return Outcome{Hint: c.Hint, Error: err.Error()}
	}
	intents, err := e.ledger.Intents(ctx, *c)
	if err != nil {
		run.Err = err
		return e.failed(c, err)
	}
	d, err := e.think(ctx, s, c, intents)
	if err != nil {
		run.Err = quiet(err)
		return e.failed(c, err)
	}
	run.Owner, run.Why = d.owner, d.reasons()
	if !d.policy.Enabled { // what is said meanwhile is read when it is on again
		return Outcome{Hint: c.Hint, Published: c.Published}
	}
	if d.owner == "" {
		return e.concluded(c, &d)
	}
	run.Plan = d.plan.String()
	if e.pause {
		return Outcome{Failed: true, Error: "paused", Hint: c.Hint, Due: e.clock.Now().Add(e.sweepEvery)}
	}
	run.Did, err = e.apply(ctx, c, &d)
	if err != nil {
		run.Err = quiet(err)
		return e.failed(c, err)
	}
	return e.concluded(c, &d)
}

// think observes and deliberates, once the observation explains itself or has
// been looked at often enough.
func (e *Engine) think(ctx context.Context, s workflows.Subject, c *Claim, intents []Intent) (deliberation, error) {
	v, err := e.look(ctx, s, c, intents)
	if errors.Is(err, ErrGone) {
		return deliberation{}, errNoSubject
	}
	if err != nil {
		return deliberation{}, err
	}
	if v.unexplained != "" && v.unexplained != c.Hint.Accepted {
		if c.Hint.Looks++; c.Hint.Looks < mostLooks {
			return deliberation{}, errIncomplete
		}
		c.Hint.Accepted = v.unexplained
	}
	c.Hint.Looks = 0
	return e.deliberate(ctx, v, c)
}

// concluded is the outcome of a run that went through.
func (e *Engine) concluded(c *Claim, d *deliberation) Outcome {
	h := c.Hint
	now := e.clock.Now()
	out := Outcome{Due: d.plan.Wake, Published: c.Published}
	if d.owing {
		out.Due = now
	}
	h.Cursor = d.newest(h.Cursor)
	h.LastComment = max(h.LastComment, c.Expect)
	for _, comment := range d.o.Comments {
		h.LastComment = max(h.LastComment, comment.ID)
	}
	if !h.Watch.IsZero() {
		if now.Before(h.Watch) {
			out.Due = earliest(out.Due, h.Watch)
		} else {
			h.Watch = time.Time{}
		}
	}
	out.Hint = h
	out.Forget = d.begun
	for _, i := range d.intents {
		_, recorded := d.made[i.Key]
		if recorded || i.Key == statusKey && d.status != nil || now.Sub(i.At) > 10*e.span() {
			out.Forget = append(out.Forget, i.Key)
		}
	}
	if d.owner != "" {
		out.Published = published(d.plan)
		if out.Published != c.Published {
			for _, s := range d.plan.Names {
				out.Wake = append(out.Wake, s.String())
			}
		}
	}
	return out
}

// published is the hash by which neighbours learn that something changed.
func published(p workflows.Plan) string {
	names := make([]string, len(p.Names))
	for i, s := range p.Names {
		names[i] = s.String()
	}
	return fingerprint(p.Summary, strings.Join(names, " "))
}

func earliest(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// failed is the outcome of a run that did not go through: it is tried again at
// the time a limit names, or with backoff.
func (e *Engine) failed(c *Claim, err error) Outcome {
	out := Outcome{Failed: true, Error: err.Error(), Hint: c.Hint, Published: c.Published}
	now := e.clock.Now()
	var later *Later
	switch {
	case errors.Is(err, errNoSubject):
		return Outcome{Hint: c.Hint, Published: c.Published}
	case errors.Is(err, ErrRefused):
		out.Due = now.Add(refusedPause)
	case errors.As(err, &later):
		out.Due = later.At
	case errors.Is(err, errIncomplete):
		out.Due = now.Add(lookAgain)
	default:
		out.Due = now.Add(backoff(c.Attempts))
	}
	return out
}

// errNoSubject: the issue is not there, or no longer; there is nothing to do.
var errNoSubject = errors.New("the subject is not there")

// refusedPause is how long a subject waits that GitHub will not let us write to,
// such as one in an archived repository. A wake comes sooner.
const refusedPause = time.Hour

// quiet hides the ends of runs that are nobody's concern.
func quiet(err error) error {
	if errors.Is(err, errNoSubject) || errors.Is(err, errIncomplete) {
		return nil
	}
	return err
}

// backoff doubles from two seconds to two minutes: what waits may be somebody's
// /ack.
func backoff(attempts int) time.Duration {
	return min(2*time.Second<<min(attempts, 10), 2*time.Minute)
}

// holdLease makes sure that the lease outlives the answer of the next write.
func (e *Engine) holdLease(ctx context.Context, c *Claim) error {
	if c.Epoch == 0 { // a dry run holds nothing
		return nil
	}
	if c.LeaseUntil.Sub(e.clock.Now()) >= e.timeout {
		return nil
	}
	until, err := e.queue.Renew(ctx, *c, e.leaseTime())
	c.LeaseUntil = until
	return err
}
