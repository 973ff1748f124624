//go:build linux || darwin

package store

import (
	"os/signal"
	"syscall"
	"testing"
)

const canLimitFiles = true

// limitFiles lets no file of this process grow beyond size until lift.
func limitFiles(t *testing.T, size int64) (lift func()) {
	signal.Ignore(syscall.SIGXFSZ) // the write fails instead
	var before syscall.Rlimit
	ok(t, syscall.Getrlimit(syscall.RLIMIT_FSIZE, &before))
	now := before
	now.Cur = uint64(size)
	ok(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &now))
	return func() { ok(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &before)) }
}
