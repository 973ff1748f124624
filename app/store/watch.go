package store

import (
	"context"
	"database/sql"
	"time"
)

// Busy counts the subjects that could be claimed now and those that are being
// run. Where both are zero the queue rests until the next due time.
func (s *Store) Busy(ctx context.Context) (due, leased int, err error) {
	err = s.read(ctx, func(q querier) error {
		now := millis(s.clk.Now())
		return q.QueryRowContext(ctx, `SELECT
			(SELECT count(*) FROM subjects WHERE due_at <= ? AND lease_until <= ?),
			(SELECT count(*) FROM subjects WHERE lease_until > ?)`, now, now, now).Scan(&due, &leased)
	})
	return due, leased, wrap(err, "count the busy subjects")
}

// Trouble is a subject whose last run failed.
type Trouble struct {
	Key      string
	Attempts int
	Error    string
	// Due is when it is tried again, or zero for never.
	Due time.Time
}

// Stuck lists up to n subjects whose last run failed, those with most attempts
// first.
func (s *Store) Stuck(ctx context.Context, n int) (stuck []Trouble, err error) {
	err = s.read(ctx, func(q querier) error {
		stuck = nil
		rows, err := q.QueryContext(ctx, `SELECT key, attempts, error, due_at FROM subjects
			WHERE attempts > 0 ORDER BY attempts DESC, key LIMIT ?`, n)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var (
				one Trouble
				due sql.NullInt64
			)
			if err := rows.Scan(&one.Key, &one.Attempts, &one.Error, &due); err != nil {
				return err
			}
			one.Due = fromDue(due)
			stuck = append(stuck, one)
		}
		return rows.Err()
	})
	return stuck, wrap(err, "list the failing subjects")
}
