package store

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"github.com/kintsugi-app/kintsugi/app/engine"
)

// Doorbell rings when a subject became due, here or in another process, and
// when a claim left another one that is due, so that one ring reaches as many
// workers as there is work. It keeps one ring for a worker that is not
// listening yet. It does not ring when a due time merely passes: Claim tells
// when that will be. What another process tells may get lost; workers look by
// themselves once a second.
func (s *Store) Doorbell() <-chan struct{} { return s.doorbell }

// due rings for workers everywhere.
func (s *Store) due() {
	ring(s.doorbell)
	s.db.tell(wakeBell)
}

// Wake implements engine.Queue.
func (s *Store) Wake(ctx context.Context, rank engine.Rank, keys ...string) error {
	if len(keys) == 0 {
		return nil
	}
	err := s.db.do(ctx, func(t *tx) error { return s.wakeAll(t, rank, slices.Sorted(slices.Values(keys))) })
	if err == nil {
		s.due()
	}
	return wrap(err, "wake %q", keys)
}

// wake makes a subject due at once, or leaves it due where it has been for
// longer, and returns the number of this wake.
//
// Whoever wakes several does so in the order of their keys: two transactions
// that wait for each other's rows would never end.
func (s *Store) wake(t *tx, rank engine.Rank, w Wake, now time.Time) (seq int64, err error) {
	return seq, t.row(`INSERT INTO subjects (app, key, account, rank, wake_seq, due_at, expect) VALUES (?, ?, ?, ?, 1, ?, ?)
		ON CONFLICT (app, key) DO UPDATE SET
			wake_seq = subjects.wake_seq + 1,
			rank = CASE WHEN subjects.rank >= excluded.rank THEN subjects.rank ELSE excluded.rank END,
			due_at = CASE WHEN subjects.due_at <= excluded.due_at THEN subjects.due_at ELSE excluded.due_at END,
			expect = CASE WHEN subjects.expect >= excluded.expect THEN subjects.expect ELSE excluded.expect END
		RETURNING wake_seq`,
		[]any{s.app, w.Key, engine.Account(w.Key), int64(rank), millis(now), w.Comment}, &seq)
}

// wakeAll wakes keys, which are sorted.
func (s *Store) wakeAll(t *tx, rank engine.Rank, keys []string) error {
	m, err := t.moment()
	if err != nil {
		return err
	}
	for _, key := range keys {
		if _, err := s.wake(t, rank, Wake{Key: key}, m.now); err != nil {
			return err
		}
	}
	return nil
}

// Finish implements engine.Queue. The end of a run ends its epoch too, so a
// claim cannot be finished, renewed or used twice. Neighbours are woken with
// the rank of the run.
func (s *Store) Finish(ctx context.Context, c engine.Claim, o engine.Outcome) error {
	neighbours, after := calls(o, c.Key) // see wake: rows in the order of their keys
	var again bool
	err := s.db.do(ctx, func(t *tx) (err error) {
		if err := s.callAll(t, c, neighbours[:after]); err != nil {
			return err
		}
		if again, err = s.end(t, c, o); err != nil {
			return err
		}
		return s.callAll(t, c, neighbours[after:])
	})
	if err == nil && (again || len(o.Wake) > 0) {
		s.due()
	}
	return wrap(err, "finish %q", c.Key)
}

// end writes the outcome into the subject's own row. A run that failed leaves
// the expected comment expected, since it belongs to the wakes that it leaves
// unanswered; after any other, only what was announced meanwhile is expected.
// again means that the subject is due at once.
func (s *Store) end(t *tx, c engine.Claim, o engine.Outcome) (again bool, err error) {
	row, err := s.holding(t, c)
	if err != nil {
		return false, err
	}
	m, err := t.moment()
	if err != nil {
		return false, err
	}
	hint, err := writeHint(o.Hint, m)
	if err != nil {
		return false, err
	}
	if err := s.conclude(t, c, o, row, m); err != nil {
		return false, err
	}
	woken, due := row.wakeSeq > c.WakeSeq, m.in(o.Due)
	dueAt, told := dueMillis(due), row.toldDuring(c)
	if told.Valid && (!dueAt.Valid || told.Int64 < dueAt.Int64) {
		due, dueAt = fromMillis(told.Int64), told
	}
	again = woken || dueAt.Valid && !due.After(m.now)
	if again {
		dueAt = sql.NullInt64{Int64: millis(m.now), Valid: true}
	}
	switch {
	case woken, o.Failed, told.Valid: // wakes are unanswered, and theirs is the rank
		row.rank = max(row.rank, o.Rank)
	default:
		row.rank = o.Rank
	}
	if o.Failed {
		row.attempts++
		if o.Excused {
			row.excused++
		}
	} else {
		row.attempts, row.excused, row.doneSeq = 0, 0, c.WakeSeq
		if row.expect <= c.Expect {
			row.expect = 0
		}
	}
	if err := s.heard(t, c, o, &row); err != nil {
		return false, err
	}
	if _, err := t.exec(`UPDATE subjects SET epoch = epoch + 1, lease_until = 0, running = 0, due_at = ?, rank = ?, done_seq = ?,
		attempts = ?, excused = ?, expect = ?, hint = ?, published = ?, error = ?, told_epoch = ?, told_due = ? WHERE app = ? AND key = ?`,
		dueAt, int64(row.rank), row.doneSeq, row.attempts, row.excused, row.expect, hint, o.Published, o.Error,
		row.toldEpoch, row.toldDue, s.app, c.Key); err != nil {
		return false, err
	}
	return again, s.forget(t, c.Key, o.Forget)
}
