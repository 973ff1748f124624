package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"github.com/klauspost/compress/s2"

	"github.com/kintsugi-app/kintsugi/app/engine"
)

// Delivery is a webhook as it came, after its signature held.
type Delivery struct {
	GUID          string
	Event, Action string
	Payload       []byte
	ReceivedAt    time.Time
}

// Wake is a subject that a delivery concerns, and the comment that it
// announces, or 0. One with a time is told, by Teller if that is set, and not woken:
// it becomes due then at the latest, however many such deliveries come until then.
type Wake struct {
	Key     string
	Comment int64
	Due     time.Time
	Teller  string
}

// Received is a delivery as people see it.
type Received struct {
	GUID          string
	Event, Action string
	ReceivedAt    time.Time
	// Subjects are the keys that it woke, sorted.
	Subjects []string
	// Handled: every one of them finished a run that began after the wake. What was
	// told is not waited for.
	Handled bool
}

// Intake stores a delivery and wakes its subjects, both or neither, and
// returns when that is on disk. A delivery that is known already, by App and
// GUID, changes nothing and is not fresh. An error means that it may or may
// not have been stored: the sender shall try again. ErrFull is such an error.
func (s *Store) Intake(ctx context.Context, d Delivery, wakes []Wake) (fresh bool, err error) {
	if d.GUID == "" {
		return false, errors.New("store: a delivery without an id cannot be told from another")
	}
	if err := s.spare(ctx, len(d.Payload)); err != nil {
		return false, wrap(err, "take in delivery %s", d.GUID)
	}
	wakes = slices.SortedFunc(slices.Values(wakes), func(a, b Wake) int { return cmp.Compare(a.Key, b.Key) })
	// GitHub's payloads shrink to a fifth in some microseconds, which waiting for
	// the disk would cost several times over.
	packed := s2.Encode(nil, d.Payload)
	err = s.db.intake(ctx, len(packed), func(t *tx) (err error) {
		fresh, err = s.takeIn(t, d, packed, wakes)
		return err
	})
	if err != nil {
		return false, wrap(err, "take in delivery %s", d.GUID)
	}
	if fresh && len(wakes) > 0 {
		s.due()
	}
	return fresh, nil
}

// takeIn stores a delivery and wakes its subjects, which are sorted.
func (s *Store) takeIn(t *tx, d Delivery, packed []byte, wakes []Wake) (fresh bool, err error) {
	m, err := t.moment()
	if err != nil {
		return false, err
	}
	var id int64
	err = t.row(`INSERT INTO deliveries (app, guid, event, action, received_at, payload)
		VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (app, guid) DO NOTHING RETURNING id`,
		[]any{s.app, d.GUID, d.Event, d.Action, millis(m.in(d.ReceivedAt)), packed}, &id)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	for _, w := range wakes {
		seq, err := s.rouse(t, w, m)
		if err != nil {
			return false, err
		}
		if _, err := t.exec(`INSERT INTO delivery_wakes (delivery, app, key, wake_seq) VALUES (?, ?, ?, ?)
			ON CONFLICT (delivery, key) DO UPDATE SET wake_seq = excluded.wake_seq`, id, s.app, w.Key, seq); err != nil {
			return false, err
		}
	}
	return true, nil
}

// rouse wakes or tells a subject for a delivery, and returns the number of its last wake.
func (s *Store) rouse(t *tx, w Wake, m moment) (seq int64, err error) {
	if w.Due.IsZero() {
		return s.wake(t, engine.Live, w, m.now)
	}
	return s.tell(t, engine.Live, call{key: w.Key, teller: w.Teller, due: w.Due}, m)
}

// Payload is a delivery as it came, or nil where it was pruned or never seen.
func (s *Store) Payload(ctx context.Context, guid string) (payload []byte, err error) {
	err = s.db.read(ctx, func(t *tx) error {
		var packed []byte
		payload = nil
		err := t.row(`SELECT payload FROM deliveries WHERE app = ? AND guid = ?`, []any{s.app, guid}, &packed)
		if errors.Is(err, sql.ErrNoRows) || err == nil && packed == nil {
			return nil
		}
		if err == nil {
			payload, err = s2.Decode(nil, packed)
		}
		return err
	})
	return payload, wrap(err, "read delivery %s", guid)
}

// RecentDeliveries are the last n that came, the latest first.
func (r *Reader) RecentDeliveries(ctx context.Context, n int) (recent []Received, err error) {
	err = r.db.read(ctx, func(t *tx) error {
		m, err := t.moment()
		if err != nil {
			return err
		}
		recent, err = deliveries(t, m, `SELECT id, guid, event, action, received_at FROM deliveries
			WHERE app = ? ORDER BY id DESC LIMIT ?`, r.app, n)
		return err
	})
	return recent, wrap(err, "list deliveries")
}

// deliveries are those that which selects, the latest first: one Received of
// the rows of each, of which there is one a wake.
func deliveries(t *tx, m moment, which string, args ...any) (found []Received, err error) {
	last := int64(-1)
	err = t.each(func(rows *sql.Rows) error {
		var (
			id, receivedAt int64
			key            sql.NullString
			waits          bool
			d              = Received{Handled: true}
		)
		if err := rows.Scan(&id, &d.GUID, &d.Event, &d.Action, &receivedAt, &key, &waits); err != nil {
			return err
		}
		if id != last {
			d.ReceivedAt = m.out(fromMillis(receivedAt))
			found, last = append(found, d), id
		}
		if key.Valid {
			r := &found[len(found)-1]
			r.Subjects = append(r.Subjects, key.String)
			r.Handled = r.Handled && !waits
		}
		return nil
	}, `SELECT d.id, d.guid, d.event, d.action, d.received_at,
			w.key, CASE WHEN s.done_seq < w.wake_seq THEN 1 ELSE 0 END
		FROM (`+which+`) d
		LEFT JOIN delivery_wakes w ON w.delivery = d.id
		LEFT JOIN subjects s ON s.app = w.app AND s.key = w.key
		ORDER BY d.id DESC, w.key`, args...)
	return found, err
}
