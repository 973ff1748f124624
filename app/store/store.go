// Package store keeps what the program must remember between two looks at
// GitHub: deliveries that wait to be handled, which subject is due when and
// who has the right to run it, creates that were begun, and how far the sweeps
// came. It must not know what a delivery says, what a key stands for, or any
// rule of a workflow: facts live on GitHub, and whoever deletes this database
// loses nothing but time. A promise is kept all the same: what was answered
// with success is on disk.
//
// All times are the clock's, as whole milliseconds of Unix time. SQLite is
// driven in plain SQL that PostgreSQL takes nearly unchanged; package
// conformance holds the promises that both must keep.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"

	_ "modernc.org/sqlite" // the driver, by the name "sqlite"

	"github.com/kintsugi-app/kintsugi/app/clock"
	"github.com/kintsugi-app/kintsugi/app/engine"
)

// Store is an open database. It is safe for use by many goroutines.
type Store struct {
	app    int64
	clk    clock.Clock
	owner  *owner
	writer *writer
	// readers is nil in memory, where the only connection is the writer's.
	readers  *sql.DB
	doorbell chan struct{}
	close    func() error
}

var (
	_ engine.Queue   = (*Store)(nil)
	_ engine.Ledger  = (*Store)(nil)
	_ engine.Marks   = (*Store)(nil)
	_ engine.Journal = (*Store)(nil)
)

type options struct {
	relaxed     bool
	busyTimeout time.Duration
}

// Option changes how a store is opened.
type Option func(*options)

// Relaxed does not wait for the disk, so that tests are quick. A power cut may
// then lose what was answered with success; a killed process still does not.
func Relaxed() Option { return func(o *options) { o.relaxed = true } }

// Open opens the database that url names, a path or sqlite:PATH, and makes it
// where there is none. ":memory:" is a database that ends with the Store. The
// file belongs to one process at a time: a second one is refused, and because
// nobody else can be at work, opening voids every lease.
func Open(ctx context.Context, url string, app int64, clk clock.Clock, opts ...Option) (*Store, error) {
	o := options{busyTimeout: 5 * time.Second}
	for _, opt := range opts {
		opt(&o)
	}
	at, err := parseURL(url)
	if err != nil {
		return nil, err
	}
	s := &Store{app: app, clk: clk, doorbell: make(chan struct{}, 1)}
	if err := s.open(ctx, at, o); err != nil {
		return nil, errors.Join(at.explain(err), s.shut())
	}
	s.close = sync.OnceValue(s.shut)
	return s, nil
}

func (s *Store) open(ctx context.Context, at place, o options) (err error) {
	if !at.memory() {
		if err := at.prepare(); err != nil {
			return err
		}
		if s.owner, err = own(ctx, at); err != nil {
			return err
		}
		if err := at.create(); err != nil {
			return err
		}
	}
	if s.writer, err = startWriter(ctx, at.writerDSN(o)); err != nil {
		return err
	}
	if err := s.writer.do(ctx, 0, func(t *tx) error { return migrate(t, s.clk.Now()) }); err != nil {
		return err
	}
	if err := s.voidLeases(ctx); err != nil {
		return err
	}
	if !at.memory() {
		if s.readers, err = sql.Open("sqlite", at.readerDSN(o)); err != nil {
			return err
		}
		s.readers.SetMaxOpenConns(4)
	}
	return nil
}

// Close finishes the writes that were begun and refuses all others. It may be
// called more than once.
func (s *Store) Close() error { return s.close() }

// shut releases whatever was opened, the right to the file last.
func (s *Store) shut() error {
	var errs []error
	if s.readers != nil {
		errs = append(errs, s.readers.Close())
	}
	if s.writer != nil {
		errs = append(errs, s.writer.stop())
	}
	if s.owner != nil {
		errs = append(errs, s.owner.release())
	}
	return errors.Join(errs...)
}

// Healthy tells whether the store can write, by writing.
func (s *Store) Healthy(ctx context.Context) error {
	err := s.writer.do(ctx, 0, func(t *tx) error {
		_, err := t.exec(`INSERT INTO meta (name, value) VALUES ('checked', ?)
			ON CONFLICT (name) DO UPDATE SET value = excluded.value`, millis(s.clk.Now()))
		return err
	})
	return wrap(err, "check that the store can write")
}

// read lets look see the database as of the last commit.
func (s *Store) read(ctx context.Context, look func(q querier) error) error {
	if s.readers != nil {
		return look(s.readers)
	}
	return s.writer.do(ctx, 0, func(t *tx) error { return look(t) })
}

// wrap says what was being done when err happened, if it happened.
func wrap(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("store: %s: %w", fmt.Sprintf(format, args...), err)
}
