package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/kintsugi-app/kintsugi/app/engine"
)

// Born implements engine.Ledger: when this App first used the database.
func (s *Store) Born(ctx context.Context) (born time.Time, err error) {
	err = s.db.read(ctx, func(t *tx) error {
		var ms int64
		if err := t.row(`SELECT born_at FROM apps WHERE app = ?`, []any{s.app}, &ms); err != nil {
			return err
		}
		m, err := t.moment()
		born = m.out(fromMillis(ms))
		return err
	})
	return born, wrap(err, "read when the store was made")
}

// Begin implements engine.Ledger.
func (s *Store) Begin(ctx context.Context, c engine.Claim, key string) error {
	err := s.db.do(ctx, func(t *tx) error {
		if _, err := s.holding(t, c); err != nil {
			return err
		}
		m, err := t.moment()
		if err != nil {
			return err
		}
		_, err = t.exec(`INSERT INTO intents (app, subject, key, begun_at) VALUES (?, ?, ?, ?)
			ON CONFLICT (app, subject, key) DO UPDATE SET begun_at = excluded.begun_at`, s.app, c.Key, key, millis(m.now))
		return err
	})
	return wrap(err, "begin %q on %q", key, c.Key)
}

// Intents implements engine.Ledger. They are sorted by key.
func (s *Store) Intents(ctx context.Context, c engine.Claim) (intents []engine.Intent, err error) {
	err = s.db.read(ctx, func(t *tx) error {
		intents = nil
		m, err := t.moment()
		if err != nil {
			return err
		}
		return t.each(func(rows *sql.Rows) error {
			var (
				intent engine.Intent
				ms     int64
			)
			err := rows.Scan(&intent.Key, &ms)
			intent.At = m.out(fromMillis(ms))
			intents = append(intents, intent)
			return err
		}, `SELECT key, begun_at FROM intents WHERE app = ? AND subject = ? ORDER BY key`, s.app, c.Key)
	})
	return intents, wrap(err, "list the intents of %q", c.Key)
}

// Drop implements engine.Ledger. It is fenced as Begin is: an intent may be
// the next owner's by now.
func (s *Store) Drop(ctx context.Context, c engine.Claim, key string) error {
	err := s.db.do(ctx, func(t *tx) error {
		if _, err := s.holding(t, c); err != nil {
			return err
		}
		return s.forget(t, c.Key, []string{key})
	})
	return wrap(err, "drop %q of %q", key, c.Key)
}

func (s *Store) forget(t *tx, subject string, keys []string) error {
	for _, key := range keys {
		if _, err := t.exec(`DELETE FROM intents WHERE app = ? AND subject = ? AND key = ?`, s.app, subject, key); err != nil {
			return err
		}
	}
	return nil
}

// Mark implements engine.Marks; it is the zero time where none was set. Marks
// are in GitHub's time, and translated to nobody's.
func (s *Store) Mark(ctx context.Context, name string) (at time.Time, err error) {
	err = s.db.read(ctx, func(t *tx) error {
		at = time.Time{}
		var ms int64
		err := t.row(`SELECT marked_at FROM marks WHERE app = ? AND name = ?`, []any{s.app, name}, &ms)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err == nil {
			at = fromMillis(ms)
		}
		return err
	})
	return at, wrap(err, "read mark %q", name)
}

// SetMark implements engine.Marks; the zero time takes a mark away.
func (s *Store) SetMark(ctx context.Context, name string, at time.Time) error {
	err := s.db.do(ctx, func(t *tx) error {
		if at.IsZero() {
			_, err := t.exec(`DELETE FROM marks WHERE app = ? AND name = ?`, s.app, name)
			return err
		}
		_, err := t.exec(`INSERT INTO marks (app, name, marked_at) VALUES (?, ?, ?)
			ON CONFLICT (app, name) DO UPDATE SET marked_at = excluded.marked_at`, s.app, name, millis(at))
		return err
	})
	return wrap(err, "set mark %q", name)
}
