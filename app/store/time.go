package store

import (
	"database/sql"
	"time"
)

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
