package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/app/engine"
)

// Claim implements engine.Queue.
func (s *Store) Claim(ctx context.Context, lease time.Duration, full []string) (claim engine.Claim, next time.Time, ok bool, err error) {
	more := false
	err = s.db.do(ctx, func(t *tx) (err error) {
		m, err := t.moment()
		if err != nil {
			return err
		}
		var due int64
		claim, due, ok, err = s.take(t, m, lease, full)
		if err != nil {
			return err
		}
		at, err := s.earliest(t, m.now, full, claim.Rank, due)
		more = ok && !at.IsZero() && !at.After(m.now)
		next = m.out(at)
		return err
	})
	if err != nil {
		return engine.Claim{}, time.Time{}, false, wrap(err, "claim")
	}
	if more {
		ring(s.doorbell)
	}
	if ok {
		next = time.Time{}
	}
	return claim, next, ok, nil
}

// free is a condition, and its parameters: the account is none of those that
// are full. There is always one to name, and no account has a slash in it.
func free(full []string) (condition string, args []any) {
	args = []any{"/"}
	for _, account := range full {
		args = append(args, account)
	}
	return "account NOT IN (?" + strings.Repeat(", ?", len(full)) + ")", args
}

// firstDue asks for the subject of one rank that is due longest, from a time
// on, and can be claimed; rest is how the query ends. Each rank is looked at
// by itself, so that the index leads to the answer without passing over what
// is not due yet.
func firstDue(column string, rank engine.Rank, free, rest string) string {
	return fmt.Sprintf(`(SELECT %s FROM subjects
		WHERE app = ? AND rank = %d AND due_at >= ? AND due_at <= ? AND %s AND lease_until <= ?
		ORDER BY due_at, key LIMIT 1%s)`, column, rank, free, rest)
}

// take leases the subject to run next, under a new epoch, and tells since when
// it was due. A run that never finished counts as an attempt: what kills the
// process must not look like something new each time.
func (s *Store) take(t *tx, m moment, lease time.Duration, full []string) (c engine.Claim, due int64, ok bool, err error) {
	now, until := millis(m.now), millis(m.now.Add(lease))
	condition, accounts := free(full)
	args := []any{until, s.app}
	for range engine.Urgent + 1 {
		args = append(append(append(args, s.app, 0, now), accounts...), now)
	}
	var hint string
	var told sql.NullInt64
	err = t.row(`UPDATE subjects SET epoch = epoch + 1, lease_until = ?,
			attempts = attempts + running, unfinished = running, running = 1
		WHERE app = ? AND key = coalesce(`+
		firstDue("key", engine.Urgent, condition, t.unclaimed)+", "+
		firstDue("key", engine.Live, condition, t.unclaimed)+", "+
		firstDue("key", engine.Background, condition, t.unclaimed)+`)
		RETURNING key, epoch, wake_seq, attempts, excused, unfinished, expect, rank, hint, published, due_at, told_epoch`, args,
		&c.Key, &c.Epoch, &c.WakeSeq, &c.Attempts, &c.Excused, &c.Unfinished, &c.Expect, &c.Rank, &hint, &c.Published, &due, &told)
	if errors.Is(err, sql.ErrNoRows) {
		return engine.Claim{}, 0, false, nil
	}
	if err != nil {
		return engine.Claim{}, 0, false, err
	}
	c.LeaseUntil = m.out(fromMillis(until))
	c.Hint = readHint(hint, m)
	if told.Valid {
		c.Told, err = s.tellers(t, c.Key)
	}
	return c, due, err == nil, err
}

// earliest is when the next subject can be claimed, which may have passed, or
// zero for never. One that is leased was due before, so it can be claimed when
// its lease ends. Of one rank it is known that nothing is due before since.
func (s *Store) earliest(t *tx, now time.Time, full []string, rank engine.Rank, since int64) (earliest time.Time, err error) {
	const never = 1 << 62 // any time is due before
	condition, accounts := free(full)
	var args []any
	for _, each := range []engine.Rank{engine.Urgent, engine.Live, engine.Background} {
		from := int64(0)
		if each == rank {
			from = since
		}
		args = append(append(append(args, s.app, from, int64(never)), accounts...), millis(now))
	}
	args = append(append(args, s.app, millis(now)), accounts...)
	var at [engine.Urgent + 2]sql.NullInt64
	err = t.row("SELECT "+
		firstDue("due_at", engine.Urgent, condition, "")+", "+
		firstDue("due_at", engine.Live, condition, "")+", "+
		firstDue("due_at", engine.Background, condition, "")+`,
		(SELECT min(lease_until) FROM subjects WHERE app = ? AND lease_until > 0 AND lease_until > ? AND `+condition+")",
		args, &at[0], &at[1], &at[2], &at[3])
	for _, one := range at {
		if t := fromDue(one); !t.IsZero() && (earliest.IsZero() || t.Before(earliest)) {
			earliest = t
		}
	}
	return earliest, err
}

// Renew implements engine.Queue.
func (s *Store) Renew(ctx context.Context, c engine.Claim, lease time.Duration) (until time.Time, err error) {
	err = s.db.do(ctx, func(t *tx) error {
		if _, err := s.holding(t, c); err != nil {
			return err
		}
		m, err := t.moment()
		if err != nil {
			return err
		}
		end := millis(m.now.Add(lease))
		until = m.out(fromMillis(end))
		_, err = t.exec(`UPDATE subjects SET lease_until = ? WHERE app = ? AND key = ?`, end, s.app, c.Key)
		return err
	})
	if err != nil {
		return time.Time{}, wrap(err, "renew %q", c.Key)
	}
	return until, nil
}

// subject is the part of a row that the end of a run depends on.
type subject struct {
	wakeSeq, doneSeq, attempts, excused, expect int64
	rank                                        engine.Rank
	toldEpoch, toldDue                          sql.NullInt64
}

// holding reads the row of a claim that is still its own, and keeps it so
// until the transaction ends. It is what fences everything done in the name of
// a claim: the epoch decides, not the time, so a lease that ran out unnoticed
// by others still holds.
func (s *Store) holding(t *tx, c engine.Claim) (row subject, err error) {
	err = t.row(`SELECT wake_seq, done_seq, attempts, excused, expect, rank, told_epoch, told_due FROM subjects
		WHERE app = ? AND key = ? AND epoch = ?`+t.held, []any{s.app, c.Key, c.Epoch},
		&row.wakeSeq, &row.doneSeq, &row.attempts, &row.excused, &row.expect, &row.rank, &row.toldEpoch, &row.toldDue)
	if errors.Is(err, sql.ErrNoRows) {
		return subject{}, engine.ErrLeaseLost
	}
	return row, err
}

// readHint takes what another version wrote differently for no hint: all of it
// may be lost, and a subject must not be stuck over it.
func readHint(text string, m moment) (hint engine.Hint) {
	if json.Unmarshal([]byte(text), &hint) != nil {
		return engine.Hint{}
	}
	hint.Watch, hint.Whole = m.out(hint.Watch), m.out(hint.Whole)
	return hint
}

// writeHint translates the times in a hint that are not GitHub's.
func writeHint(hint engine.Hint, m moment) (string, error) {
	hint.Watch, hint.Whole = m.in(hint.Watch), m.in(hint.Whole)
	text, err := json.Marshal(hint)
	return string(text), err
}

// Peek implements engine.Queue.
func (s *Store) Peek(ctx context.Context, key string) (hint engine.Hint, err error) {
	err = s.db.read(ctx, func(t *tx) error {
		hint = engine.Hint{}
		var text string
		err := t.row(`SELECT hint FROM subjects WHERE app = ? AND key = ?`, []any{s.app, key}, &text)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		m, err := t.moment()
		hint = readHint(text, m)
		return err
	})
	return hint, wrap(err, "peek at %q", key)
}
