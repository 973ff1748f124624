package store

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// keepDeliveries is for how long the id of a delivery is known. GitHub can
// redeliver for three days, an Enterprise Server for seven.
const keepDeliveries = 10 * 24 * time.Hour

// pruneBatch bounds how long one step of pruning keeps intakes waiting.
const pruneBatch = 200

// Delivery is a webhook as it came, after its signature held.
type Delivery struct {
	GUID          string
	Event, Action string
	Payload       []byte
	ReceivedAt    time.Time
}

// Wake is a subject that a delivery concerns, and the comment that it
// announces, or 0.
type Wake struct {
	Key     string
	Comment int64
}

// Received is a delivery as people see it.
type Received struct {
	GUID          string
	Event, Action string
	ReceivedAt    time.Time
	// Subjects are the keys that it woke, sorted.
	Subjects []string
	// Handled: every one of them finished a run that began after the wake.
	Handled bool
}

// Intake stores a delivery and wakes its subjects, both or neither, and
// returns when that is on disk. A delivery that is known already, by App and
// GUID, changes nothing and is not fresh. An error means that it may or may
// not have been stored: the sender shall try again.
func (s *Store) Intake(ctx context.Context, d Delivery, wakes []Wake) (fresh bool, err error) {
	if d.GUID == "" {
		return false, errors.New("store: a delivery without an id cannot be told from another")
	}
	err = s.writer.do(ctx, len(d.Payload), func(t *tx) error {
		fresh = false
		var id int64
		err := t.row(`INSERT INTO deliveries (app, guid, event, action, received_at, payload)
			VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (app, guid) DO NOTHING RETURNING id`,
			[]any{s.app, d.GUID, d.Event, d.Action, millis(d.ReceivedAt), d.Payload}, &id)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		now := s.clk.Now()
		for _, w := range wakes {
			seq, err := wake(t, w, now)
			if err != nil {
				return err
			}
			if _, err := t.exec(`INSERT INTO delivery_wakes (delivery, key, wake_seq) VALUES (?, ?, ?)
				ON CONFLICT (delivery, key) DO UPDATE SET wake_seq = excluded.wake_seq`, id, w.Key, seq); err != nil {
				return err
			}
		}
		fresh = true
		return nil
	})
	if err != nil {
		return false, wrap(err, "take in delivery %s", d.GUID)
	}
	if fresh && len(wakes) > 0 {
		s.ring()
	}
	return fresh, nil
}

// Prune drops the payloads of handled deliveries, and deliveries that are
// older than ten days: handled or not, for the wake stands in its subject's
// row and GitHub would not send them again.
func (s *Store) Prune(ctx context.Context) error {
	for {
		pruned := int64(0)
		err := s.writer.do(ctx, 0, func(t *tx) error {
			emptied, err := t.exec(`UPDATE deliveries SET payload = NULL WHERE id IN (
				SELECT id FROM deliveries WHERE payload IS NOT NULL AND NOT EXISTS (
					SELECT 1 FROM delivery_wakes w JOIN subjects s ON s.key = w.key
					WHERE w.delivery = deliveries.id AND s.done_seq < w.wake_seq)
				ORDER BY id LIMIT ?)`, pruneBatch)
			if err != nil {
				return err
			}
			deleted, err := t.exec(`DELETE FROM deliveries WHERE id IN (
				SELECT id FROM deliveries WHERE received_at < ? ORDER BY received_at LIMIT ?)`,
				millis(s.clk.Now().Add(-keepDeliveries)), pruneBatch)
			pruned = max(emptied, deleted)
			return err
		})
		if err != nil || pruned < pruneBatch {
			return wrap(err, "prune deliveries")
		}
	}
}

// Payload is a delivery as it came, or nil where it was pruned or never seen.
func (s *Store) Payload(ctx context.Context, guid string) (payload []byte, err error) {
	err = s.read(ctx, func(q querier) error {
		payload = nil
		err := q.QueryRowContext(ctx, `SELECT payload FROM deliveries WHERE app = ? AND guid = ?`, s.app, guid).Scan(&payload)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	})
	return payload, wrap(err, "read delivery %s", guid)
}

// RecentDeliveries are the last n that came, the latest first.
func (s *Store) RecentDeliveries(ctx context.Context, n int) (recent []Received, err error) {
	err = s.read(ctx, func(q querier) error {
		rows, err := q.QueryContext(ctx, `
			SELECT d.id, d.guid, d.event, d.action, d.received_at,
				w.key, CASE WHEN s.done_seq < w.wake_seq THEN 1 ELSE 0 END
			FROM (SELECT id, guid, event, action, received_at FROM deliveries ORDER BY id DESC LIMIT ?) d
			LEFT JOIN delivery_wakes w ON w.delivery = d.id
			LEFT JOIN subjects s ON s.key = w.key
			ORDER BY d.id DESC, w.key`, n)
		if err != nil {
			return err
		}
		defer rows.Close()
		recent, err = foldDeliveries(rows)
		return err
	})
	return recent, wrap(err, "list deliveries")
}

// foldDeliveries makes one Received of the rows of each delivery, one a wake.
func foldDeliveries(rows *sql.Rows) (recent []Received, err error) {
	last := int64(-1)
	for rows.Next() {
		var (
			id, receivedAt int64
			key            sql.NullString
			waits          bool
			d              = Received{Handled: true}
		)
		if err := rows.Scan(&id, &d.GUID, &d.Event, &d.Action, &receivedAt, &key, &waits); err != nil {
			return nil, err
		}
		if id != last {
			d.ReceivedAt = fromMillis(receivedAt)
			recent, last = append(recent, d), id
		}
		if key.Valid {
			r := &recent[len(recent)-1]
			r.Subjects = append(r.Subjects, key.String)
			r.Handled = r.Handled && !waits
		}
	}
	return recent, rows.Err()
}
