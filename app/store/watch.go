package store

import (
	"context"
	"database/sql"
	"time"
)

// Busy counts the subjects that could be claimed now and those that are being
// run. Where both are zero the queue rests until the next due time.
func (r *Reader) Busy(ctx context.Context) (due, leased int, err error) {
	err = r.db.read(ctx, func(t *tx) error {
		m, err := t.moment()
		if err != nil {
			return err
		}
		now := millis(m.now)
		return t.row(`SELECT
			(SELECT count(*) FROM subjects WHERE app = ? AND rank IN (0, 1, 2) AND due_at <= ? AND lease_until <= ?),
			(SELECT count(*) FROM subjects WHERE app = ? AND lease_until > 0 AND lease_until > ?)`,
			[]any{r.app, now, now, r.app, now}, &due, &leased)
	})
	return due, leased, wrap(err, "count the busy subjects")
}

// Trouble is a subject that fails: how often in a row, not counting the runs
// that were put off, and what the last run said.
type Trouble struct {
	Key      string
	Failures int
	Error    string
	// Due is when it is tried again, or zero for never.
	Due time.Time
}

// Stuck lists up to n subjects that failed at least so often in a row, those
// that failed most often first.
func (r *Reader) Stuck(ctx context.Context, failures, n int) (stuck []Trouble, err error) {
	err = r.db.read(ctx, func(t *tx) error {
		stuck = nil
		m, err := t.moment()
		if err != nil {
			return err
		}
		return t.each(func(rows *sql.Rows) error {
			var (
				one Trouble
				due sql.NullInt64
			)
			err := rows.Scan(&one.Key, &one.Failures, &one.Error, &due)
			one.Due = m.out(fromDue(due))
			stuck = append(stuck, one)
			return err
		}, `SELECT key, attempts - excused, error, due_at FROM subjects
			WHERE app = ? AND attempts > excused AND attempts - excused >= ?
			ORDER BY attempts - excused DESC, key LIMIT ?`, r.app, failures, n)
	})
	return stuck, wrap(err, "list the failing subjects")
}

// SetAside counts the subjects that failed at least so often in a row.
func (r *Reader) SetAside(ctx context.Context, failures int) (n int, err error) {
	err = r.db.read(ctx, func(t *tx) error {
		return t.row(`SELECT count(*) FROM subjects WHERE app = ? AND attempts > excused AND attempts - excused >= ?`,
			[]any{r.app, failures}, &n)
	})
	return n, wrap(err, "count the failing subjects")
}
