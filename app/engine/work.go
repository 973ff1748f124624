package engine

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/kintsugi-app/kintsugi/app/clock"
)

// shares divides the workers of this process among the accounts: none has more
// than its share, so that one whose runs are slow, or many, keeps no other
// waiting.
type shares struct {
	most int
	// bell rings for the workers that wait: the store rang, or an account that
	// was full is so no longer.
	bell chan struct{}
	// silent: the store did not answer the last time.
	silent atomic.Bool

	mu   sync.Mutex
	busy map[string]int // runs under way, by account
}

func newShares(workers, perAccount int) *shares {
	if perAccount < 1 {
		perAccount = max(workers/4, 1)
	}
	return &shares{most: perAccount, bell: make(chan struct{}, 1), busy: map[string]int{}}
}

// claim takes what is due of the accounts that have a share left. One worker
// claims at a time, so that no two take the last share.
func (s *shares) claim(ctx context.Context, q Queue, lease time.Duration) (c Claim, next time.Time, ok bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var full []string
	for account, runs := range s.busy {
		if runs >= s.most {
			full = append(full, account)
		}
	}
	c, next, ok, err = q.Claim(ctx, lease, full)
	if err == nil && ok {
		s.busy[Account(c.Key)]++
	}
	return c, next, ok && err == nil, err
}

// end gives a share back.
func (s *shares) end(key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	account := Account(key)
	if s.busy[account] >= s.most {
		s.ring()
	}
	if s.busy[account]--; s.busy[account] == 0 {
		delete(s.busy, account)
	}
}

// ring wakes one worker that waits. One is enough: a claim that leaves another
// subject due makes the store ring again.
func (s *shares) ring() {
	select {
	case s.bell <- struct{}{}:
	default:
	}
}

// relay passes on what the store rings.
func (s *shares) relay(ctx context.Context, doorbell <-chan struct{}) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-doorbell:
			s.ring()
		}
	}
}

// Work runs what is due until ctx ends, with this many workers. A run that is
// under way then has a timeout's grace to finish; else it is handed back.
func (e *Engine) Work(ctx context.Context, workers int, doorbell <-chan struct{}) {
	s := newShares(workers, e.perAccount)
	var group sync.WaitGroup
	group.Go(func() { s.relay(ctx, doorbell) })
	for range workers {
		group.Go(func() {
			for ctx.Err() == nil {
				e.workOnce(ctx, s)
			}
		})
	}
	group.Wait()
}

// workOnce runs one subject, or waits for one.
func (e *Engine) workOnce(ctx context.Context, s *shares) {
	asked := e.clock.Now()
	c, next, ok, err := s.claim(ctx, e.queue, e.leaseTime())
	if ok {
		err = func() error {
			defer s.end(c.Key)
			return e.run(ctx, c)
		}()
	}
	switch {
	case err != nil && ctx.Err() == nil && !s.silent.Swap(true):
		e.log.Error("the store does not answer; trying again", "error", err)
	case err == nil && s.silent.Swap(false):
		e.log.Info("the store answers again")
	}
	if ok && err == nil {
		return
	}
	// The poll beneath the bell: one that rang in another process is not missed
	// for long. What was due before we asked and is not ours is of an account
	// that is full: waiting for that time would not wait.
	until := e.clock.Now().Add(time.Second)
	if next.After(asked) && next.Before(until) {
		until = next
	}
	_ = e.clock.Until(ctx, until, s.bell) // the loop looks at ctx
}

// Step claims one subject that is due, of whatever account, and runs it. worked
// is false where none was; next is then when the earliest becomes due.
func (e *Engine) Step(ctx context.Context) (worked bool, next time.Time, err error) {
	c, next, ok, err := e.queue.Claim(ctx, e.leaseTime(), nil)
	if err != nil || !ok {
		return false, next, err
	}
	return true, time.Time{}, e.run(ctx, c)
}

// run runs a claim and finishes it.
func (e *Engine) run(ctx context.Context, c Claim) error {
	grace, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	defer context.AfterFunc(ctx, func() { // asked to stop: one timeout's grace
		_ = clock.Sleep(grace, e.clock, e.timeout)
		cancel()
	})()
	run := Run{Key: c.Key, At: e.clock.Now(), Rank: c.Rank}
	out := e.guarded(grace, &c, &run)
	ended := e.clock.Now()
	run.Due, run.Took = out.Due, ended.Sub(run.At)
	if e.journal != nil {
		out.Entry = run.entry(ended, out)
	}
	err := e.queue.Finish(context.WithoutCancel(ctx), c, out)
	if errors.Is(err, ErrLeaseLost) { // how the subject fares, its new holder says
		run.Err, run.SetAside, err = errors.Join(run.Err, err), false, nil
	}
	e.onRun(run)
	return err
}

// guarded turns a panic into a failed run, so that one subject cannot stop the
// others.
func (e *Engine) guarded(ctx context.Context, c *Claim, run *Run) (out Outcome) {
	defer func() {
		if p := recover(); p != nil {
			out = e.failed(c, run, fmt.Errorf("panic: %v\n%s", p, debug.Stack()))
		}
	}()
	if chore := e.chore(c.Key); chore != nil {
		run.Rank = Background
		return chore(WithRank(ctx, run.Rank), c, run)
	}
	return e.runSubject(WithRank(ctx, run.Rank), c, run)
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
