package store

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// ErrFull is why deliveries are refused before the disk is full. Everything
// else goes on, so that there is room again when work is done and pruned.
var ErrFull = errors.New("no room for deliveries")

// defaultReserve is the room on the disk at which deliveries are refused, so
// that what was taken in can still be worked on.
const defaultReserve = 64 << 20

// measureEvery is how often the room is looked at; what is taken in meanwhile
// is counted.
const measureEvery = time.Second

// Room is how much the database uses and may use, in bytes.
type Room struct {
	// Used is the size of the database. A SQLite file may be larger: what was
	// pruned is used again before it grows.
	Used int64
	// Quota is how much it may use, 0 for no limit.
	Quota int64
	// Free is what the disk has left, -1 where that cannot be told: on
	// PostgreSQL, which is another machine's, and in memory.
	Free int64
	// Full: every delivery is refused. A large one is already while it alone
	// does not fit, and that does not show here. Why says it to the operators.
	Full bool
	Why  string
}

// meter is the room as it was last looked at. looking is held by whoever looks:
// a database that does not answer keeps one waiting, not all.
type meter struct {
	looking sync.Mutex
	mu      sync.Mutex
	at      time.Time
	last    Room
	taken   int64 // bytes since
}

// Room tells how much room there is.
func (r *Reader) Room(ctx context.Context) (Room, error) {
	r.meter.looking.Lock()
	err := r.measure(ctx)
	r.meter.looking.Unlock()
	if err != nil {
		return Room{}, wrap(err, "look how much room there is")
	}
	r.meter.mu.Lock()
	defer r.meter.mu.Unlock()
	return r.judge(0), nil
}

// spare is ErrFull unless there is room for size bytes more. Where that cannot
// be told there may be: storing them will say.
func (r *Reader) spare(ctx context.Context, size int) error {
	if r.meter.looking.TryLock() {
		err := r.measure(ctx)
		r.meter.looking.Unlock()
		if err != nil {
			return nil // see above
		}
	}
	r.meter.mu.Lock()
	defer r.meter.mu.Unlock()
	if room := r.judge(int64(size)); room.Full {
		return fmt.Errorf("%w: %s", ErrFull, room.Why)
	}
	r.meter.taken += int64(size)
	return nil
}

// measure looks anew where the last look is old. A clock that was set back
// makes it old, too.
func (r *Reader) measure(ctx context.Context) error {
	now := r.clk.Now()
	if age := now.Sub(r.meter.at); age >= 0 && age < measureEvery {
		return nil
	}
	room := Room{Quota: r.opts.quota, Free: r.db.free()}
	err := r.db.read(ctx, func(t *tx) error { return t.row(t.used, nil, &room.Used) })
	if err != nil {
		return err
	}
	r.meter.mu.Lock()
	defer r.meter.mu.Unlock()
	r.meter.last, r.meter.at, r.meter.taken = room, now, 0
	return nil
}

// judge is the room once what was taken in since the last look, and size bytes
// more, are on disk.
func (r *Reader) judge(size int64) Room {
	room := r.meter.last
	room.Used += r.meter.taken
	if room.Free >= 0 {
		room.Free = max(0, room.Free-r.meter.taken)
	}
	switch {
	case room.Quota > 0 && room.Used+size > room.Quota:
		room.Full = true
		room.Why = fmt.Sprintf("the database uses %s of the %s that it may; raise the quota, or wait until what waits is handled", megabytes(room.Used), megabytes(room.Quota))
	case room.Free >= 0 && !r.meter.at.IsZero() && room.Free-size < r.opts.reserve:
		room.Full = true
		room.Why = fmt.Sprintf("the disk has %s left, and %s are kept for finishing what was begun; make room on it", megabytes(room.Free), megabytes(r.opts.reserve))
	}
	return room
}

func megabytes(n int64) string { return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20)) }
