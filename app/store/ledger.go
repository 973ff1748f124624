package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/kintsugi-app/kintsugi/app/engine"
)

// Born implements engine.Ledger.
func (s *Store) Born(ctx context.Context) (born time.Time, err error) {
	var ms int64
	err = s.read(ctx, func(q querier) error {
		return q.QueryRowContext(ctx, `SELECT value FROM meta WHERE name = 'born'`).Scan(&ms)
	})
	if err != nil {
		return time.Time{}, wrap(err, "read when the store was made")
	}
	return fromMillis(ms), nil
}

// Begin implements engine.Ledger.
func (s *Store) Begin(ctx context.Context, c engine.Claim, key string) error {
	err := s.writer.do(ctx, 0, func(t *tx) error {
		if _, err := holding(t, c); err != nil {
			return err
		}
		_, err := t.exec(`INSERT INTO intents (subject, key, begun_at) VALUES (?, ?, ?)
			ON CONFLICT (subject, key) DO UPDATE SET begun_at = excluded.begun_at`, c.Key, key, millis(s.clk.Now()))
		return err
	})
	return wrap(err, "begin %q on %q", key, c.Key)
}

// Intents implements engine.Ledger. They are sorted by key.
func (s *Store) Intents(ctx context.Context, c engine.Claim) (intents []engine.Intent, err error) {
	err = s.read(ctx, func(q querier) error {
		intents = nil
		rows, err := q.QueryContext(ctx, `SELECT key, begun_at FROM intents WHERE subject = ? ORDER BY key`, c.Key)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var (
				intent engine.Intent
				ms     int64
			)
			if err := rows.Scan(&intent.Key, &ms); err != nil {
				return err
			}
			intent.At = fromMillis(ms)
			intents = append(intents, intent)
		}
		return rows.Err()
	})
	return intents, wrap(err, "list the intents of %q", c.Key)
}

// Drop implements engine.Ledger. It is fenced as Begin is: an intent may be
// the next owner's by now.
func (s *Store) Drop(ctx context.Context, c engine.Claim, key string) error {
	err := s.writer.do(ctx, 0, func(t *tx) error {
		if _, err := holding(t, c); err != nil {
			return err
		}
		return forget(t, c.Key, []string{key})
	})
	return wrap(err, "drop %q of %q", key, c.Key)
}

func forget(t *tx, subject string, keys []string) error {
	for _, key := range keys {
		if _, err := t.exec(`DELETE FROM intents WHERE subject = ? AND key = ?`, subject, key); err != nil {
			return err
		}
	}
	return nil
}

// Mark implements engine.Marks; it is the zero time where none was set.
func (s *Store) Mark(ctx context.Context, name string) (at time.Time, err error) {
	err = s.read(ctx, func(q querier) error {
		at = time.Time{}
		var ms int64
		err := q.QueryRowContext(ctx, `SELECT marked_at FROM marks WHERE name = ?`, name).Scan(&ms)
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
	err := s.writer.do(ctx, 0, func(t *tx) error {
		if at.IsZero() {
			_, err := t.exec(`DELETE FROM marks WHERE name = ?`, name)
			return err
		}
		_, err := t.exec(`INSERT INTO marks (name, marked_at) VALUES (?, ?)
			ON CONFLICT (name) DO UPDATE SET marked_at = excluded.marked_at`, name, millis(at))
		return err
	})
	return wrap(err, "set mark %q", name)
}

// Note implements engine.Journal.
func (s *Store) Note(_ context.Context, _ engine.Claim, _ engine.Entry) error { return nil }
