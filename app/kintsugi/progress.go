package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/kintsugi-app/kintsugi/app/clock"
)

// progress says what is being done once it has taken a second, so that nobody
// wonders. The caller calls done when it is over.
func progress(ctx context.Context, errOut io.Writer, what string) (done func()) {
	ctx, stop := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if clock.Sleep(ctx, clock.New(), time.Second) == nil {
			fmt.Fprintln(errOut, what)
		}
	}()
	return func() { stop(); <-ended }
}
