package store

import (
	"context"
	"database/sql"
	"time"
)

// liveFor is for how long a process that was seen is taken to be alive, and
// keepReplicas for how long it is remembered.
const (
	liveFor      = 30 * time.Second
	keepReplicas = time.Hour
)

// Heartbeat notes that this process, by whatever name is its own, is alive,
// and returns how many are, with it. A SQLite file has one.
func (s *Store) Heartbeat(ctx context.Context, replica string) (live int, err error) {
	err = s.db.do(ctx, func(t *tx) error {
		m, err := t.moment()
		if err != nil {
			return err
		}
		if _, err := t.exec(`INSERT INTO replicas (app, name, seen_at) VALUES (?, ?, ?)
			ON CONFLICT (app, name) DO UPDATE SET seen_at = excluded.seen_at`, s.app, replica, millis(m.now)); err != nil {
			return err
		}
		return t.row(`SELECT count(*) FROM replicas WHERE app = ? AND seen_at > ?`,
			[]any{s.app, millis(m.now.Add(-liveFor))}, &live)
	})
	return live, wrap(err, "note that this process is alive")
}

// Pause is a limit that GitHub told us: nothing is asked in the name of an
// installation before Until. All processes keep it, and it outlives them.
type Pause struct {
	Installation int64
	Until        time.Time
	Why          string
}

// SetPause remembers a pause for all processes. Of two for one installation
// the longer holds, until one that is over already takes it away.
func (s *Store) SetPause(ctx context.Context, p Pause) error {
	err := s.db.do(ctx, func(t *tx) error {
		m, err := t.moment()
		if err != nil {
			return err
		}
		until := m.in(p.Until)
		if !until.After(m.now) {
			_, err := t.exec(`DELETE FROM pauses WHERE app = ? AND installation = ?`, s.app, p.Installation)
			return err
		}
		_, err = t.exec(`INSERT INTO pauses (app, installation, until, why) VALUES (?, ?, ?, ?)
			ON CONFLICT (app, installation) DO UPDATE SET until = excluded.until, why = excluded.why
			WHERE pauses.until <= excluded.until`, s.app, p.Installation, dueMillis(until), p.Why)
		return err
	})
	if err == nil {
		s.db.tell(pauseBell)
	}
	return wrap(err, "keep the pause of installation %d", p.Installation)
}

// Pauses are those that are not over, by installation.
func (r *Reader) Pauses(ctx context.Context) (pauses []Pause, err error) {
	err = r.db.read(ctx, func(t *tx) error {
		pauses = nil
		m, err := t.moment()
		if err != nil {
			return err
		}
		return t.each(func(rows *sql.Rows) error {
			var (
				one   Pause
				until int64
			)
			err := rows.Scan(&one.Installation, &until, &one.Why)
			one.Until = m.out(fromMillis(until))
			pauses = append(pauses, one)
			return err
		}, `SELECT installation, until, why FROM pauses WHERE app = ? AND until > ? ORDER BY installation`, r.app, millis(m.now))
	})
	return pauses, wrap(err, "list the pauses")
}

// PauseBell rings when another process set or took away a pause, or may have
// while we could not hear it. On SQLite it never rings.
func (s *Store) PauseBell() <-chan struct{} { return s.pauseBell }
