package fakehub

import (
	"slices"
	"time"
)

// history is a value with its past, so that a list can show it as it was.
type history[T any] struct {
	versions []version[T]
}

type version[T any] struct {
	at    time.Time
	value T
}

// set makes v the value from at on.
func (h *history[T]) set(at time.Time, v T) {
	h.versions = append(h.versions, version[T]{at, v})
}

// last is the value now; it must have been set once.
func (h *history[T]) last() T { return h.versions[len(h.versions)-1].value }

// asOf is the value at t, and false where there was none yet.
func (h *history[T]) asOf(t time.Time) (T, bool) {
	for _, v := range slices.Backward(h.versions) {
		if !v.at.After(t) {
			return v.value, true
		}
	}
	var zero T
	return zero, false
}

// LagLists makes a random share of the list requests show the state as it was
// up to d ago, creations, edits and deletions alike. What is fetched by its id
// is never old.
func (h *Hub) LagLists(d time.Duration, share float64) {
	defer h.begin()()
	h.lag, h.lagShare = d, share
}

// listTime is the moment that the list being served shows.
func (h *Hub) listTime() time.Time {
	if h.lag <= 0 || h.lagging.Float64() >= h.lagShare {
		return h.now
	}
	return h.now.Add(-time.Duration(h.lagging.Int64N(int64(h.lag)) + 1))
}
