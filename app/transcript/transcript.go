// Package transcript keeps what a program says while it runs, so that a test can
// read it at the same time. Only tests import it; it must not know who speaks.
package transcript

import (
	"bytes"
	"sync"
)

// Log is all that was written to it, by however many at once. Its zero value is
// ready for use.
type Log struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write implements io.Writer.
func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

// String is what was written so far.
func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}
