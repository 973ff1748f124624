package main

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/kintsugi-app/kintsugi/app/clock"
)

// inTurn lets one write after the other: progress is said beside the work, which may have
// something to say, too.
type inTurn struct {
	mu sync.Mutex
	to io.Writer
}

func (w *inTurn) Write(text []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.to.Write(text)
}

// progress says what is being done once it has taken a second, so that nobody
// wonders. The caller calls done when it is over.
func progress(ctx context.Context, errOut io.Writer, what string) (done func()) {
	return saying(ctx, func(wait func(time.Duration) bool) {
		if wait(time.Second) {
			fmt.Fprintln(errOut, what)
		}
	})
}

// progressOf says after a second, and then again and again, how far it is.
func progressOf(ctx context.Context, errOut io.Writer, howFar func() string) (done func()) {
	return saying(ctx, func(wait func(time.Duration) bool) {
		for next := time.Second; wait(next); next = sayAgain {
			fmt.Fprintln(errOut, howFar())
		}
	})
}

// sayAgain is how long a person who waits likes to be left without a word.
const sayAgain = 10 * time.Second

// saying runs say beside the work until that is done. Wait tells whether the work
// still goes on after a while.
func saying(ctx context.Context, say func(wait func(time.Duration) bool)) (done func()) {
	ctx, stop := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		say(func(d time.Duration) bool { return clock.Sleep(ctx, clock.New(), d) == nil })
	}()
	return func() { stop(); <-ended }
}
