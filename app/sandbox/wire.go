package sandbox

import (
	"errors"
	"net/http"
	"sync"
)

// wire carries the webhooks from the simulated GitHub to the program. It can
// lose one on the way or carry it twice, as happens.
type wire struct {
	next http.RoundTripper

	mu           sync.Mutex
	lose, repeat bool
	carried      int
}

var errLost = errors.New("lost on the way, as was asked for")

// loseNext lets the next delivery reach nobody.
func (w *wire) loseNext() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lose = true
}

// repeatNext lets the next delivery arrive twice.
func (w *wire) repeatNext() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.repeat = true
}

// ended is how many deliveries have arrived or were lost.
func (w *wire) ended() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.carried
}

// RoundTrip implements http.RoundTripper.
func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	w.mu.Lock()
	lose, repeat := w.lose, w.repeat
	w.lose, w.repeat = false, false
	w.mu.Unlock()
	defer func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.carried++
	}()
	if lose {
		return nil, errLost
	}
	if repeat {
		if first, err := w.carry(r.Clone(r.Context())); err == nil {
			first.Body.Close()
		}
	}
	return w.carry(r)
}

// carry sends one copy.
func (w *wire) carry(r *http.Request) (*http.Response, error) {
	body, err := r.GetBody()
	if err != nil {
		return nil, err
	}
	r.Body = body
	return w.next.RoundTrip(r)
}
