package server

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/app/store"
)

// healthFor is for how long an answer about the store is given again. Strangers
// may ask for readiness and metrics as often as they like; the store is asked
// once in this time.
const healthFor = time.Second

// storeWithin is for how long the store may keep somebody waiting who asks over
// HTTP: GitHub gives a delivery up after ten seconds, and a probe no later. docs:
// Best practices for using webhooks, "Respond within 10 seconds".
const storeWithin = 8 * time.Second

// health is what was last seen of the store.
type health struct {
	mu   sync.Mutex
	at   time.Time
	seen sight
	// refused is the last delivery that did not fit.
	refused atomic.Pointer[refusal]
}

// refusal is a delivery for which there was no room, though there may be for a
// smaller one.
type refusal struct {
	at   time.Time
	size int64
	why  string
}

// refusedFor is for how long it counts where the room is that of a disk, which
// others use, too.
const refusedFor = 5 * time.Minute

// full tells what is true of a database that refuses what is large: it is not
// ready until what it refused would fit.
func (h *health) full(room store.Room, now time.Time) store.Room {
	last := h.refused.Load()
	if last == nil || room.Full {
		return room
	}
	if room.Quota > 0 {
		room.Full = room.Used+last.size > room.Quota
	} else {
		room.Full = now.Sub(last.at) < refusedFor
	}
	if room.Full {
		room.Why = last.why
	}
	return room
}

// sight is what is seen of the store at one look.
type sight struct {
	writable                      bool
	room                          store.Room
	due, leased, setAside, pauses int
}

// look asks the store, unless it was asked a moment ago, and says once what
// has changed for the worse or the better.
func (s *Server) look(ctx context.Context) sight {
	h := &s.health
	h.mu.Lock()
	defer h.mu.Unlock()
	now := s.clock.Now()
	if !h.at.IsZero() && now.Sub(h.at) < healthFor {
		return h.seen
	}
	// Whoever asks may leave; the answer is for everybody.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeWithin)
	defer cancel()
	seen, err := s.ask(ctx, now)
	first, before := h.at.IsZero(), h.seen
	h.at, h.seen = s.clock.Now(), seen // who waited for it need not ask again
	switch {
	case !seen.writable && (first || before.writable):
		s.log.Error("the store cannot be written to; deliveries are refused until it can", "error", err)
	case seen.writable && !first && !before.writable:
		s.log.Info("the store can be written to again")
	}
	switch {
	case seen.room.Full && !before.room.Full:
		s.log.Error("the database is full; deliveries are refused until there is room", "reason", seen.room.Why,
			"used", seen.room.Used, "quota", seen.room.Quota, "free", seen.room.Free)
	case !seen.room.Full && before.room.Full && seen.writable:
		s.log.Info("the database has room again", "used", seen.room.Used)
	}
	return seen
}

// ask looks at everything. What was not answered is as it is where there is
// nothing.
func (s *Server) ask(ctx context.Context, now time.Time) (seen sight, err error) {
	if err := s.store.Healthy(ctx); err != nil {
		return seen, err
	}
	if seen.room, err = s.store.Room(ctx); err != nil {
		return seen, err
	}
	if seen.due, seen.leased, err = s.store.Busy(ctx); err != nil {
		return seen, err
	}
	if seen.setAside, err = s.store.SetAside(ctx, engine.SetAsideAfter); err != nil {
		return seen, err
	}
	pauses, err := s.store.Pauses(ctx)
	if err != nil {
		return seen, err
	}
	for _, p := range pauses {
		if p.Until.After(now) {
			seen.pauses++
		}
	}
	seen.room = s.health.full(seen.room, now)
	seen.writable = true
	return seen, nil
}

// notReady names what is not ready, in words that tell a stranger nothing.
func (s *Server) notReady(ctx context.Context) []string {
	var missing []string
	switch seen := s.look(ctx); {
	case !seen.writable:
		missing = append(missing, "the store cannot be written to")
	case seen.room.Full:
		missing = append(missing, "the database is full")
	}
	if !s.identity.known.Load() {
		missing = append(missing, "GitHub has not said yet who this App is")
	}
	return missing
}
