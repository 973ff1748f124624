//go:build unix

package faults

import (
	"context"
	"os"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"
)

// shared is a clock of a child in memory that the test shares with it: how far
// the town's time is ahead of the machine's, and how wrong this child's machine
// is besides. So a child that was stopped finds the right time at the moment it
// goes on.
type shared struct{ moved, wrong *atomic.Int64 }

// sharedClock maps a file, which is made where there is none.
func sharedClock(path string) (shared, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return shared{}, err
	}
	defer f.Close()
	if err := f.Truncate(16); err != nil {
		return shared{}, err
	}
	memory, err := syscall.Mmap(int(f.Fd()), 0, 16, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_SHARED)
	if err != nil {
		return shared{}, err
	}
	return shared{(*atomic.Int64)(unsafe.Pointer(&memory[0])), (*atomic.Int64)(unsafe.Pointer(&memory[8]))}, nil
}

// Now implements clock.Clock.
func (c shared) Now() time.Time {
	return time.Now().UTC().Add(c.Offset() + time.Duration(c.wrong.Load()))
}

// Offset is how far the clock was moved on purpose, as clock.Real has it; how
// wrong it is, nobody knows.
func (c shared) Offset() time.Duration { return time.Duration(c.moved.Load()) }

// Until implements clock.Clock. Nothing tells when the clock was moved, so it
// looks often.
func (c shared) Until(ctx context.Context, t time.Time, doorbell <-chan struct{}) error {
	for ctx.Err() == nil {
		wait := t.Sub(c.Now())
		if wait <= 0 {
			return nil
		}
		select {
		case <-ctx.Done():
		case <-doorbell:
			return nil
		case <-time.After(min(wait, 10*time.Millisecond)):
		}
	}
	return ctx.Err()
}
