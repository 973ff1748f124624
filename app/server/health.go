package server

import (
	"context"
	"sync"
	"time"
)

// healthFor is for how long an answer about the store is given again. Strangers
// may ask for readiness and metrics as often as they like; the store is asked
// once in this time.
const healthFor = time.Second

// health is what was last seen of the store.
type health struct {
	mu          sync.Mutex
	at          time.Time
	writable    bool
	due, leased int
}

// look asks the store, unless it was asked a moment ago.
func (s *Server) look(ctx context.Context) (writable bool, due, leased int) {
	h := &s.health
	h.mu.Lock()
	defer h.mu.Unlock()
	now := s.clock.Now()
	if !h.at.IsZero() && now.Sub(h.at) < healthFor {
		return h.writable, h.due, h.leased
	}
	// Whoever asks may leave; the answer is for everybody.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.config.Timeout)
	defer cancel()
	err := s.store.Healthy(ctx)
	if err == nil {
		h.due, h.leased, err = s.store.Busy(ctx)
	}
	if err != nil && (h.writable || h.at.IsZero()) {
		s.log.Error("the store cannot be written to", "error", err)
	}
	h.at, h.writable = now, err == nil
	return h.writable, h.due, h.leased
}

// notReady names what is not ready, in words that tell a stranger nothing.
func (s *Server) notReady(ctx context.Context) []string {
	var missing []string
	if writable, _, _ := s.look(ctx); !writable {
		missing = append(missing, "the store cannot be written to")
	}
	if !s.identity.known.Load() {
		missing = append(missing, "GitHub has not said yet who this App is")
	}
	return missing
}

// busy is what the metrics show of the queue.
func (s *Server) busy() (due, leased int) {
	_, due, leased = s.look(context.Background())
	return due, leased
}
