package store

import (
	"database/sql"
	"time"

	"github.com/kintsugi-app/kintsugi/app/clock"
)

// moment is one instant, as the database and as our own clock tell it. On
// SQLite both are the clock. On PostgreSQL the database decides, so that
// replicas whose clocks disagree agree on leases; what the clock was moved on
// purpose is added, so that a test moves both. Times from outside are
// translated on their way in, and all others on their way out.
//
// Ours is read before the database's, so a lease is translated to end rather
// too early.
type moment struct{ now, ours time.Time }

// moment is now, the same throughout a transaction.
func (t *tx) moment() (moment, error) {
	if t.at != nil {
		return *t.at, nil
	}
	moved, ok := t.clk.(interface{ Offset() time.Duration })
	if t.dialect.now == "" || !ok {
		now := t.clk.Now()
		t.at = &moment{now, now}
		return *t.at, nil
	}
	m, offset := reading(t.clk, moved.Offset)
	var micros int64
	if err := t.row(t.dialect.now, nil, &micros); err != nil {
		return moment{}, err
	}
	m.now = time.UnixMicro(micros).UTC().Add(offset)
	t.at = &m
	return m, nil
}

// reading is our clock with the offset that it was read with: moved in between,
// the difference would look like one between the clocks.
func reading(clk clock.Clock, offset func() time.Duration) (m moment, by time.Duration) {
	for by = offset(); ; by = offset() {
		m.ours = clk.Now()
		if offset() == by {
			return m, by
		}
	}
}

// in is a time of our clock as the database tells it; the zero time stays.
func (m moment) in(t time.Time) time.Time {
	if t.IsZero() || m.now == m.ours { //nolint:staticcheck // the very same reading, not the same time
		return t
	}
	return m.now.Add(t.Sub(m.ours))
}

// out is a time of the database as our clock tells it; the zero time stays.
func (m moment) out(t time.Time) time.Time {
	if t.IsZero() || m.now == m.ours { //nolint:staticcheck // the very same reading, not the same time
		return t
	}
	return m.ours.Add(t.Sub(m.now))
}

// millis is t as the database keeps it. It rounds down: a lease is rather too
// short, and a mark rather too early.
func millis(t time.Time) int64 { return t.UnixMilli() }

// dueMillis rounds up, because nothing may be given out before it is due; the
// zero time is never, and null.
func dueMillis(t time.Time) sql.NullInt64 {
	if t.IsZero() {
		return sql.NullInt64{}
	}
	return sql.NullInt64{Int64: millis(t.Add(time.Millisecond - time.Nanosecond)), Valid: true}
}

func fromMillis(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

// fromDue is the zero time for null.
func fromDue(ms sql.NullInt64) time.Time {
	if !ms.Valid {
		return time.Time{}
	}
	return fromMillis(ms.Int64)
}
