package store

import (
	"cmp"
	"database/sql"
	"slices"
	"time"

	"github.com/kintsugi-app/kintsugi/app/engine"
)

// What a subject is told stays in the table told until a run that saw it went
// through. Which rows a claim saw is known by their epoch: that of the subject when
// it was told, which grows whenever a right to run begins or ends. So what is told
// during a run has the epoch of its claim, and all that the claim saw an earlier one.
// Rows are touched by those only who hold the subject's own row, so that no claim
// misses one that was written at the same time.

// keepTold is for how long somebody is told who never goes through. By then it has
// to look at everything anyway.
const keepTold = 10 * 24 * time.Hour

// call is what the end of a run, or a delivery, has for a subject: it is woken or told.
type call struct {
	key, teller string
	tells       bool
	due         time.Time
}

// calls are in the order of their keys; those from after on come after a key.
func calls(o engine.Outcome, key string) (all []call, after int) {
	for _, woken := range o.Wake {
		all = append(all, call{key: woken})
	}
	for _, t := range o.Tell {
		all = append(all, call{t.Aggregate, t.Subject, true, t.Due})
	}
	slices.SortFunc(all, func(a, b call) int { return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.teller, b.teller)) })
	after, _ = slices.BinarySearchFunc(all, key, func(c call, key string) int { return cmp.Compare(c.key, key) })
	return all, after
}

// callAll wakes and tells, in the order of the keys. Nobody is called to what is told.
func (s *Store) callAll(t *tx, c engine.Claim, all []call) error {
	m, err := t.moment()
	if err != nil {
		return err
	}
	for _, one := range all {
		if one.tells {
			_, err = s.tell(t, min(c.Rank, engine.Live), one, m)
		} else {
			_, err = s.wake(t, c.Rank, Wake{Key: one.key}, m.now)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// tell notes who told a subject something, if anybody did, and makes that due, or
// leaves it due where it is sooner. While it is run its own due time is spent, so that
// the first one of the telling is kept beside it for the end of the run. It returns the
// number of the last wake, which this is none of.
func (s *Store) tell(t *tx, rank engine.Rank, one call, m moment) (seq int64, err error) {
	due := sql.NullInt64{Int64: millis(m.now), Valid: true}
	if !one.due.IsZero() {
		due = dueMillis(m.in(one.due))
	}
	var epoch int64
	err = t.row(`INSERT INTO subjects (app, key, account, rank, due_at, told_epoch, told_due) VALUES (?, ?, ?, ?, ?, 0, ?)
		ON CONFLICT (app, key) DO UPDATE SET
			rank = CASE WHEN subjects.rank >= excluded.rank THEN subjects.rank ELSE excluded.rank END,
			due_at = CASE WHEN subjects.due_at <= excluded.due_at THEN subjects.due_at ELSE excluded.due_at END,
			told_due = CASE WHEN subjects.told_epoch = subjects.epoch AND subjects.told_due <= excluded.told_due
				THEN subjects.told_due ELSE excluded.told_due END,
			told_epoch = subjects.epoch
		RETURNING epoch, wake_seq`,
		[]any{s.app, one.key, engine.Account(one.key), int64(rank), due, due}, &epoch, &seq)
	if err != nil || one.teller == "" {
		return seq, err
	}
	_, err = t.exec(`INSERT INTO told (app, key, teller, epoch, told_at) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (app, key, teller) DO UPDATE SET epoch = excluded.epoch, told_at = excluded.told_at`,
		s.app, one.key, one.teller, epoch, millis(m.now))
	return seq, err
}

// tellers are who told a subject something, sorted. They are read once its row is
// held, and so by a statement of their own.
func (s *Store) tellers(t *tx, key string) (all []string, err error) {
	err = t.each(func(rows *sql.Rows) error {
		var one string
		err := rows.Scan(&one)
		all = append(all, one)
		return err
	}, `SELECT teller FROM told WHERE app = ? AND key = ? ORDER BY teller`, s.app, key)
	return all, err
}

// heard is the end of a run, as far as what its subject was told goes: what the claim
// saw is done with, unless the run failed.
func (s *Store) heard(t *tx, c engine.Claim, o engine.Outcome, row *subject) error {
	if !row.toldEpoch.Valid || o.Failed {
		return nil
	}
	if row.toldEpoch.Int64 < c.Epoch {
		row.toldEpoch, row.toldDue = sql.NullInt64{}, sql.NullInt64{}
	}
	_, err := t.exec(`DELETE FROM told WHERE app = ? AND key = ? AND epoch < ?`, s.app, c.Key, c.Epoch)
	return err
}

// toldDuring is when what was told during the run of a claim makes its subject due;
// null where nothing was.
func (row subject) toldDuring(c engine.Claim) sql.NullInt64 {
	if row.toldEpoch.Valid && row.toldEpoch.Int64 == c.Epoch {
		return row.toldDue
	}
	return sql.NullInt64{}
}
