package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"github.com/kintsugi-app/kintsugi/app/engine"
)

// What the journal keeps: the last entries of each subject, for so long.
const (
	keepEntries = 30
	keepJournal = 10 * 24 * time.Hour
)

// Note implements engine.Journal.
func (s *Store) Note(ctx context.Context, c engine.Claim, e engine.Entry) error {
	err := s.db.do(ctx, func(t *tx) error {
		row, err := s.holding(t, c)
		if err != nil {
			return err
		}
		m, err := t.moment()
		if err != nil {
			return err
		}
		return s.note(t, c, e, false, row, m)
	})
	return wrap(err, "note the run of %q", c.Key)
}

// conclude makes the outcome's entry that of the run. What runs without effect
// found is told by the last of them, so that they do not push out the others.
func (s *Store) conclude(t *tx, c engine.Claim, o engine.Outcome, row subject, m moment) error {
	if o.Entry == nil {
		_, err := t.exec(`DELETE FROM journal WHERE app = ? AND key = ? AND epoch = ?`, s.app, c.Key, c.Epoch)
		return err
	}
	idle := len(o.Entry.Did) == 0 && o.Entry.Error == "" && !o.Failed
	if idle {
		if _, err := t.exec(`DELETE FROM journal WHERE app = ? AND key = ? AND idle = 1`, s.app, c.Key); err != nil {
			return err
		}
	}
	return s.note(t, c, *o.Entry, idle, row, m)
}

func (s *Store) note(t *tx, c engine.Claim, e engine.Entry, idle bool, row subject, m moment) error {
	e.At, e.Ended, e.Due = m.in(e.At), m.in(e.Ended), m.in(e.Due)
	text, err := json.Marshal(e)
	if err != nil {
		return err
	}
	isIdle := 0
	if idle {
		isIdle = 1
	}
	if _, err := t.exec(`INSERT INTO journal (app, key, epoch, after_seq, wake_seq, noted_at, idle, entry)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (app, key, epoch) DO UPDATE SET noted_at = excluded.noted_at, idle = excluded.idle, entry = excluded.entry`,
		s.app, c.Key, c.Epoch, row.doneSeq, c.WakeSeq, millis(m.now), isIdle, string(text)); err != nil {
		return err
	}
	_, err = t.exec(`DELETE FROM journal WHERE app = ? AND key = ? AND epoch <= (
		SELECT epoch FROM journal WHERE app = ? AND key = ? ORDER BY epoch DESC LIMIT 1 OFFSET ?)`,
		s.app, c.Key, s.app, c.Key, keepEntries)
	return err
}

// Journaled is a run as the journal has it. Where Ended is zero the run is
// under way, or its process died.
type Journaled struct {
	engine.Entry
	// Deliveries are those whose wakes the run was to answer, the latest first.
	// What a run that failed leaves unanswered is the next one's too.
	Deliveries []Received
}

// Entries are the last n runs of a subject that the journal has, the latest
// first.
func (r *Reader) Entries(ctx context.Context, subject string, n int) (entries []Journaled, err error) {
	err = r.db.read(ctx, func(t *tx) error {
		m, err := t.moment()
		if err != nil {
			return err
		}
		var answered [][2]int64
		entries, answered, err = r.entries(t, m, subject, n)
		for i := 0; i < len(entries) && err == nil; i++ {
			entries[i].Deliveries, err = deliveries(t, m, `SELECT id, guid, event, action, received_at FROM deliveries WHERE id IN (
				SELECT delivery FROM delivery_wakes WHERE app = ? AND key = ? AND wake_seq > ? AND wake_seq <= ?)`,
				r.app, subject, answered[i][0], answered[i][1])
		}
		return err
	})
	return entries, wrap(err, "read the journal of %q", subject)
}

func (r *Reader) entries(t *tx, m moment, subject string, n int) (entries []Journaled, answered [][2]int64, err error) {
	err = t.each(func(rows *sql.Rows) error {
		var (
			one  Journaled
			seqs [2]int64
			text string
		)
		if err := rows.Scan(&seqs[0], &seqs[1], &text); err != nil {
			return err
		}
		if err := json.Unmarshal([]byte(text), &one.Entry); err != nil {
			one.Error = "this entry was written by another version of Kintsugi and cannot be read"
		}
		one.At, one.Ended, one.Due = m.out(one.At), m.out(one.Ended), m.out(one.Due)
		entries, answered = append(entries, one), append(answered, seqs)
		return nil
	}, `SELECT after_seq, wake_seq, entry FROM journal WHERE app = ? AND key = ? ORDER BY epoch DESC LIMIT ?`,
		r.app, subject, n)
	return entries, answered, err
}
