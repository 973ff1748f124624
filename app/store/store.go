// Package store keeps what the program must remember between two looks at
// GitHub: deliveries that wait to be handled, which subject is due when and
// who has the right to run it, creates that were begun, how far the sweeps
// came, and for a while what runs did. It must not know what a delivery says,
// what a key stands for, or any rule of a workflow: facts live on GitHub, and
// whoever deletes this database loses nothing but time. A promise is kept all
// the same: what was answered with success is on disk.
//
// SQLite serves one process, PostgreSQL any number of them, by the same
// statements; dialect.go has the few words in which they differ, and package
// conformance the promises that both keep. Every row belongs to one App: two
// Apps on one database know nothing of each other.
//
// Times are whole milliseconds of Unix time, on SQLite the clock's, on
// PostgreSQL the database's (time.go).
package store

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/kintsugi-app/kintsugi/app/clock"
	"github.com/kintsugi-app/kintsugi/app/engine"
)

// Store is an open database. It is safe for use by many goroutines.
type Store struct {
	*Reader
	doorbell, pauseBell chan struct{}
	stop                func() error
}

var (
	_ engine.Queue   = (*Store)(nil)
	_ engine.Ledger  = (*Store)(nil)
	_ engine.Marks   = (*Store)(nil)
	_ engine.Journal = (*Store)(nil)
)

type options struct {
	relaxed bool
	// busyTimeout is how long a statement waits for what others have locked. A
	// write to SQLite may wait for that twice, once behind the group before it;
	// GitHub waits ten seconds for the answer to a delivery.
	busyTimeout    time.Duration
	quota, reserve int64
	// committing is called before each commit of the SQLite writer.
	committing func()
}

// Option changes how a store is opened.
type Option func(*options)

// Relaxed does not wait for the disk, so that tests are quick. A power cut may
// then lose what was answered with success; a killed process still does not.
func Relaxed() Option { return func(o *options) { o.relaxed = true } }

// Quota is how many bytes the database may use before deliveries are refused;
// 0, the default, is no quota.
func Quota(bytes int64) Option { return func(o *options) { o.quota = bytes } }

// Open opens the database that url names and makes its tables where there are
// none: a path, sqlite:PATH, or postgres://USER:PASSWORD@HOST/DATABASE. A
// SQLite file belongs to one process at a time: a second one is refused, and
// because nobody else can be at work, opening voids every lease. ":memory:" is
// a database that ends with the Store. A PostgreSQL database serves any number
// of processes at once; there leases end by running out.
func Open(ctx context.Context, url string, app int64, clk clock.Clock, opts ...Option) (*Store, error) {
	at, err := parseURL(url)
	if err != nil {
		return nil, err
	}
	s := &Store{
		Reader:   newReader(app, clk, opts),
		doorbell: make(chan struct{}, 1), pauseBell: make(chan struct{}, 1),
	}
	s.stop = sync.OnceValue(s.shut)
	if s.db, err = at.open(ctx, s.Reader); err == nil {
		err = s.start(ctx)
	}
	if err != nil {
		return nil, errors.Join(at.explain(err), s.stop())
	}
	return s, nil
}

func (s *Store) start(ctx context.Context) error {
	if err := s.db.alter(ctx, migrate); err != nil {
		return err
	}
	if err := s.db.do(ctx, func(t *tx) error { return register(t, s.app) }); err != nil {
		return err
	}
	return s.db.begin(ctx, map[string]chan<- struct{}{wakeBell: s.doorbell, pauseBell: s.pauseBell})
}

// register notes when an App first used this database.
func register(t *tx, app int64) error {
	m, err := t.moment()
	if err != nil {
		return err
	}
	_, err = t.exec(`INSERT INTO apps (app, born_at) VALUES (?, ?) ON CONFLICT (app) DO NOTHING`, app, millis(m.now))
	return err
}

// Close finishes the writes that were begun and refuses all others. It may be
// called more than once.
func (s *Store) Close() error { return s.stop() }

func (s *Store) shut() error {
	if s.db == nil {
		return nil
	}
	return s.db.stop()
}

// probe is the size of what Healthy writes: enough that the database must find
// room for it.
const probe = 16 << 10

// Healthy tells whether the store can write, by writing.
func (s *Store) Healthy(ctx context.Context) error {
	err := s.db.do(ctx, func(t *tx) error {
		if _, err := t.exec(`UPDATE apps SET probe = ? WHERE app = ?`, make([]byte, probe), s.app); err != nil {
			return err
		}
		_, err := t.exec(`UPDATE apps SET probe = NULL WHERE app = ?`, s.app)
		return err
	})
	return wrap(err, "check that the store can write")
}

// wrap says what was being done when err happened, if it happened.
func wrap(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("store: %s: %w", fmt.Sprintf(format, args...), err)
}

// ring rings a bell that keeps one ring for somebody who is not listening yet.
func ring(bell chan<- struct{}) {
	select {
	case bell <- struct{}{}:
	default:
	}
}
