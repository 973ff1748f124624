package web

import (
	"errors"
	"io"

	"golang.org/x/sync/semaphore"
)

var (
	// errFull: all the bytes that may be read at once are being read.
	errFull = errors.New("web: too many bytes are being read")
	errLong = errors.New("web: the body is longer than it may be")
)

// firstPiece is enough for most deliveries, so that they are read at once.
const firstPiece = 64 << 10

// readBounded reads all of r, which holds at most limit bytes. Each piece of
// memory is taken out of the budget before it is made, and only as bytes really
// arrive: announcing 25 MiB and sending none reserves next to nothing. It never
// waits for the budget, since everybody who waits holds a part of it. What it
// took is given back by release, which is never nil.
func readBounded(r io.Reader, limit int64, budget *semaphore.Weighted) (body []byte, release func(), err error) {
	held := int64(0)
	release = func() { budget.Release(held) }
	for size := int64(firstPiece); ; size *= 2 {
		size = min(size, limit+1) // one more, so that the end is seen
		if !budget.TryAcquire(size) {
			return nil, release, errFull
		}
		grown := make([]byte, len(body), size)
		copy(grown, body)
		// The smaller piece is garbage from here on.
		budget.Release(held)
		body, held = grown, size
		n, err := fill(r, body)
		body = body[:n]
		if errors.Is(err, io.EOF) {
			return body, release, nil
		}
		if err == nil && int64(n) > limit {
			err = errLong
		}
		if err != nil {
			return nil, release, err
		}
	}
}

// fill reads until the capacity of b is used up, and returns how much b holds.
func fill(r io.Reader, b []byte) (int, error) {
	n := len(b)
	for n < cap(b) {
		more, err := r.Read(b[n:cap(b)])
		n += more
		if err != nil {
			return n, err
		}
	}
	return n, nil
}
