// Package clock is the one clock of the program, handed at wiring to the
// engine, the store and the simulated GitHub. It is real time plus an offset
// that the sandbox and the tests move; it is never frozen, so that every wait
// ends by itself. It must not know who uses it. Tokens and JWTs alone live on
// the machine's clock, because the libraries that judge them do.
package clock

import (
	"context"
	"os"
	"strings"
	"sync"
	"time"
)

// Clock tells the time and waits for it. *Real and *Stepped are the two kinds.
type Clock interface {
	Now() time.Time
	// Until returns when the clock has reached t, or the doorbell rings, or
	// ctx ends; only the last is an error. A nil doorbell never rings.
	Until(ctx context.Context, t time.Time, doorbell <-chan struct{}) error
}

// Sleep waits for d on the clock c.
func Sleep(ctx context.Context, c Clock, d time.Duration) error {
	return c.Until(ctx, c.Now().Add(d), nil)
}

// Real is the machine's clock plus an offset.
type Real struct {
	mu     sync.Mutex
	offset time.Duration
	moved  chan struct{}
	file   string
}

// New returns a clock that starts at the machine's time.
func New() *Real { return &Real{moved: make(chan struct{})} }

// FromFile returns a clock whose offset is read from a file that holds a Go
// duration, such as "3m". A test moves the clock of a process it started by
// rewriting the file. A file that is missing or half written means the offset
// last read.
func FromFile(path string) *Real { return &Real{moved: make(chan struct{}), file: path} }

// Now is the machine's time plus the offset, in UTC.
func (c *Real) Now() time.Time { return time.Now().UTC().Add(c.Offset()) }

// Offset is how far the clock was moved on purpose. Whoever takes the time from
// another machine adds it, so that a test moves both.
func (c *Real) Offset() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.file != "" {
		if b, err := os.ReadFile(c.file); err == nil {
			if d, err := time.ParseDuration(strings.TrimSpace(string(b))); err == nil {
				c.offset = d
			}
		}
	}
	return c.offset
}

// Advance moves the clock forward by d and wakes whoever waits for it.
func (c *Real) Advance(d time.Duration) {
	c.mu.Lock()
	c.offset += d
	close(c.moved)
	c.moved = make(chan struct{})
	c.mu.Unlock()
}

// Until implements Clock. It looks again at least every 50 ms when the offset
// comes from a file, because nothing tells us when that changes.
func (c *Real) Until(ctx context.Context, t time.Time, doorbell <-chan struct{}) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		c.mu.Lock()
		moved := c.moved
		c.mu.Unlock()
		wait := t.Sub(c.Now())
		if wait <= 0 {
			return nil
		}
		if c.file != "" {
			wait = min(wait, 50*time.Millisecond)
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		case <-doorbell:
			timer.Stop()
			return nil
		case <-moved:
			timer.Stop()
		case <-timer.C:
		}
	}
}

// Stepped is a clock for single-threaded simulations: every look moves it by a
// millisecond and every wait jumps to its end at once, so that a story is the
// same each time it is told with the same seed.
type Stepped struct {
	mu  sync.Mutex
	now time.Time
}

// NewStepped returns a clock that starts at t.
func NewStepped(t time.Time) *Stepped { return &Stepped{now: t.UTC()} }

// Now is the simulated time; asking for it costs a millisecond.
func (c *Stepped) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(time.Millisecond)
	return c.now
}

// Advance moves the clock forward by d.
func (c *Stepped) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// Until implements Clock by jumping to t.
func (c *Stepped) Until(ctx context.Context, t time.Time, _ <-chan struct{}) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if t.After(c.now) {
		c.now = t.UTC()
	}
	return ctx.Err()
}
