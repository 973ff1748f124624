package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"github.com/kintsugi-app/kintsugi/app/engine"
)

// Doorbell rings when a subject became due, and when a claim left another one
// that is due, so that one ring reaches as many workers as there is work. It
// keeps one ring for a worker that is not listening yet. It does not ring when
// a due time merely passes: Claim tells when that will be.
func (s *Store) Doorbell() <-chan struct{} { return s.doorbell }

func (s *Store) ring() {
	select {
	case s.doorbell <- struct{}{}:
	default:
	}
}

// Wake implements engine.Queue.
func (s *Store) Wake(ctx context.Context, _ engine.Rank, keys ...string) error {
	if len(keys) == 0 {
		return nil
	}
	err := s.writer.do(ctx, 0, func(t *tx) error { return wakeAll(t, keys, s.clk.Now()) })
	if err == nil {
		s.ring()
	}
	return wrap(err, "wake %q", keys)
}

// wake makes a subject due at once, or leaves it due where it has been for
// longer, and returns the number of this wake.
func wake(t *tx, w Wake, now time.Time) (seq int64, err error) {
	return seq, t.row(`INSERT INTO subjects (key, wake_seq, due_at, expect) VALUES (?, 1, ?, ?)
		ON CONFLICT (key) DO UPDATE SET
			wake_seq = subjects.wake_seq + 1,
			due_at = CASE WHEN subjects.due_at <= excluded.due_at THEN subjects.due_at ELSE excluded.due_at END,
			expect = CASE WHEN subjects.expect >= excluded.expect THEN subjects.expect ELSE excluded.expect END
		RETURNING wake_seq`, []any{w.Key, millis(now), w.Comment}, &seq)
}

func wakeAll(t *tx, keys []string, now time.Time) error {
	for _, key := range keys {
		if _, err := wake(t, Wake{Key: key}, now); err != nil {
			return err
		}
	}
	return nil
}

// Claim implements engine.Queue.
func (s *Store) Claim(ctx context.Context, lease time.Duration, _ []string) (claim engine.Claim, next time.Time, ok bool, err error) {
	more := false
	err = s.writer.do(ctx, 0, func(t *tx) (err error) {
		now := s.clk.Now()
		claim, ok, err = take(t, now, now.Add(lease))
		if err != nil {
			return err
		}
		next, err = earliest(t, now)
		more = ok && !next.IsZero() && !next.After(now)
		if ok {
			next = time.Time{}
		}
		return err
	})
	if err != nil {
		return engine.Claim{}, time.Time{}, false, wrap(err, "claim")
	}
	if more {
		s.ring()
	}
	return claim, next, ok, nil
}

// take leases the subject that is due longest, under a new epoch. A run that
// never finished counts as an attempt: what kills the process must not look
// like something new each time.
func take(t *tx, now, until time.Time) (c engine.Claim, ok bool, err error) {
	var hint string
	err = t.row(`UPDATE subjects SET epoch = epoch + 1, lease_until = ?,
			attempts = attempts + running, unfinished = running, running = 1
		WHERE key = (SELECT key FROM subjects WHERE due_at <= ? AND lease_until <= ? ORDER BY due_at, key LIMIT 1)
		RETURNING key, epoch, wake_seq, attempts, unfinished, expect, hint, published`,
		[]any{millis(until), millis(now), millis(now)},
		&c.Key, &c.Epoch, &c.WakeSeq, &c.Attempts, &c.Unfinished, &c.Expect, &hint, &c.Published)
	if errors.Is(err, sql.ErrNoRows) {
		return engine.Claim{}, false, nil
	}
	if err != nil {
		return engine.Claim{}, false, err
	}
	c.LeaseUntil = fromMillis(millis(until))
	c.Hint = readHint(hint)
	return c, true, nil
}

// readHint takes what another version wrote differently for no hint: all of it
// may be lost, and a subject must not be stuck over it.
func readHint(text string) (hint engine.Hint) {
	if json.Unmarshal([]byte(text), &hint) != nil {
		return engine.Hint{}
	}
	return hint
}

// earliest is when the next subject can be claimed, which may have passed, or
// zero for never. One that is leased was due before, so it can be claimed when
// its lease ends.
func earliest(t *tx, now time.Time) (time.Time, error) {
	var at sql.NullInt64
	err := t.row(`SELECT min(at) FROM (
		SELECT min(due_at) AS at FROM subjects WHERE due_at IS NOT NULL AND lease_until <= ?
		UNION ALL
		SELECT min(lease_until) FROM subjects WHERE lease_until > ?) AS each`,
		[]any{millis(now), millis(now)}, &at)
	return fromDue(at), err
}

// Renew implements engine.Queue.
func (s *Store) Renew(ctx context.Context, c engine.Claim, lease time.Duration) (until time.Time, err error) {
	err = s.writer.do(ctx, 0, func(t *tx) error {
		if _, err := holding(t, c); err != nil {
			return err
		}
		until = fromMillis(millis(s.clk.Now().Add(lease)))
		_, err := t.exec(`UPDATE subjects SET lease_until = ? WHERE key = ?`, millis(until), c.Key)
		return err
	})
	if err != nil {
		return time.Time{}, wrap(err, "renew %q", c.Key)
	}
	return until, nil
}

// Finish implements engine.Queue. The end of a run ends its epoch too, so a
// claim cannot be finished, renewed or used twice. A run that failed leaves
// the expected comment expected, since it belongs to the wakes that it leaves
// unanswered; after any other, only what was announced meanwhile is expected.
func (s *Store) Finish(ctx context.Context, c engine.Claim, o engine.Outcome) error {
	hint, err := json.Marshal(o.Hint)
	if err != nil {
		return wrap(err, "finish %q", c.Key)
	}
	ring := false
	err = s.writer.do(ctx, 0, func(t *tx) error {
		row, err := holding(t, c)
		if err != nil {
			return err
		}
		now := s.clk.Now()
		due, atOnce := dueMillis(o.Due), row.wakeSeq > c.WakeSeq || !o.Due.IsZero() && !o.Due.After(now)
		if atOnce {
			due = sql.NullInt64{Int64: millis(now), Valid: true}
		}
		if o.Failed {
			row.attempts++
		} else {
			row.attempts, row.doneSeq = 0, c.WakeSeq
			if row.expect <= c.Expect {
				row.expect = 0
			}
		}
		if _, err := t.exec(`UPDATE subjects SET epoch = epoch + 1, lease_until = 0, running = 0, due_at = ?,
			done_seq = ?, attempts = ?, expect = ?, hint = ?, published = ?, error = ? WHERE key = ?`,
			due, row.doneSeq, row.attempts, row.expect, string(hint), o.Published, o.Error, c.Key); err != nil {
			return err
		}
		if err := forget(t, c.Key, o.Forget); err != nil {
			return err
		}
		ring = atOnce || len(o.Wake) > 0
		return wakeAll(t, o.Wake, now)
	})
	if err == nil && ring {
		s.ring()
	}
	return wrap(err, "finish %q", c.Key)
}

// subject is the part of a row that the end of a run depends on.
type subject struct{ wakeSeq, doneSeq, attempts, expect int64 }

// holding reads the row of a claim that is still its own, and is what fences
// everything done in the name of a claim: the epoch decides, not the time, so
// a lease that ran out unnoticed by others still holds.
func holding(t *tx, c engine.Claim) (row subject, err error) {
	err = t.row(`SELECT wake_seq, done_seq, attempts, expect FROM subjects WHERE key = ? AND epoch = ?`,
		[]any{c.Key, c.Epoch}, &row.wakeSeq, &row.doneSeq, &row.attempts, &row.expect)
	if errors.Is(err, sql.ErrNoRows) {
		return subject{}, engine.ErrLeaseLost
	}
	return row, err
}

// Peek implements engine.Queue.
func (s *Store) Peek(ctx context.Context, key string) (engine.Hint, error) {
	var hint string
	err := s.read(ctx, func(q querier) error {
		return q.QueryRowContext(ctx, `SELECT hint FROM subjects WHERE key = ?`, key).Scan(&hint)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return engine.Hint{}, nil
	}
	if err != nil {
		return engine.Hint{}, wrap(err, "peek at %q", key)
	}
	return readHint(hint), nil
}

// retryPause is how much longer a subject waits for each time that its run
// ended with its process, so that one which kills the process lets it live.
const retryPause = 5 * time.Second

// voidLeases ends every run of the process that had this database before.
func (s *Store) voidLeases(ctx context.Context) error {
	return s.writer.do(ctx, 0, func(t *tx) error {
		_, err := t.exec(`UPDATE subjects SET epoch = epoch + 1, lease_until = 0,
			due_at = CASE WHEN attempts > 0 THEN ? + attempts * ? ELSE due_at END WHERE lease_until > 0`, millis(s.clk.Now()), retryPause.Milliseconds())
		return err
	})
}
