package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"strconv"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/kintsugi-app/kintsugi/app/clock"
)

// How many connections a process keeps to a PostgreSQL server, besides the one
// that listens, and how many of them deliveries may take: a claim must not
// wait behind all that come in.
const (
	connections = 16
	forIntake   = 8
)

// For how long a transaction may take on a server that does not answer before
// the connection is given up: patience is any one's, alteration that of a change
// of the schema, which may rewrite tables.
const (
	patience   = 30 * time.Second
	alteration = time.Hour
)

// within bounds what a session waits for on the server's side, in place of what
// the server has as its own bounds. docs: PostgreSQL, "Statement Behavior":
// lock_timeout and statement_timeout, in milliseconds.
func within(o options) string {
	return fmt.Sprintf("SET lock_timeout = %d; SET statement_timeout = %d;", o.busyTimeout.Milliseconds(), patience.Milliseconds())
}

// unbounded lifts that for a transaction.
const unbounded = "SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = 0"

// mostTries is how often a transaction is begun that PostgreSQL ended in favour
// of another. Rows are locked in the order of their keys, so it is rare.
const mostTries = 10

// server is an open PostgreSQL database.
type server struct {
	clk   clock.Clock
	opts  options
	pool  *sql.DB
	slots chan struct{} // taken by deliveries
	bells *bells        // nil for one that is only looked at

	mu     sync.RWMutex // held for reading by every transaction
	closed bool
}

// address is where a PostgreSQL database is.
type address struct{ config *pgx.ConnConfig }

// parseAddress says nothing of the URL: what the driver would quote may be a
// part of the password.
func parseAddress(url string) (location, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, refuse("this PostgreSQL URL cannot be read; write postgres://USER:PASSWORD@HOST:5432/DATABASE, with %%40 for @, %%3A for :, %%2F for / and %%23 for # in the password")
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = 5 * time.Second
	}
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "kintsugi"
	}
	return address{config}, nil
}

// open implements location.
func (a address) open(ctx context.Context, r *Reader) (database, error) {
	// Whoever runs the server may have traded safety for speed for all of it;
	// what we answer with success is on disk all the same.
	durable := `SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'`
	if r.opts.relaxed {
		durable = `SET synchronous_commit = off`
	}
	pool := a.pool(within(r.opts) + durable)
	pool.SetMaxOpenConns(connections)
	pool.SetMaxIdleConns(connections)
	pool.SetConnMaxIdleTime(5 * time.Minute)
	s := &server{clk: r.clk, opts: r.opts, pool: pool, slots: make(chan struct{}, forIntake), bells: newBells(a.config, r, pool)}
	if err := pool.PingContext(ctx); err != nil {
		return nil, errors.Join(err, s.stop())
	}
	return s, nil
}

// pool is of connections that each begin with some statements.
func (a address) pool(first string) *sql.DB {
	return stdlib.OpenDB(*a.config, stdlib.OptionAfterConnect(func(ctx context.Context, c *pgx.Conn) error {
		_, err := c.Exec(ctx, first)
		return err
	}))
}

// openReader implements location.
func (a address) openReader(ctx context.Context, r *Reader) (database, error) {
	config := a.config.Copy()
	config.RuntimeParams["default_transaction_read_only"] = "on"
	pool := address{config}.pool(within(r.opts))
	pool.SetMaxOpenConns(2)
	s := &server{clk: r.clk, opts: r.opts, pool: pool}
	if err := pool.PingContext(ctx); err != nil {
		return nil, errors.Join(err, s.stop())
	}
	return s, nil
}

func (s *server) begin(ctx context.Context, bells map[string]chan<- struct{}) error {
	return s.bells.start(ctx, bells)
}

func (s *server) tell(bell string) { s.bells.tell(bell) }

// reclaim does at once what the server does by itself after a while, so that
// the size of the database says what is in it.
func (s *server) reclaim(ctx context.Context) error {
	if err := s.enter(ctx); err != nil {
		return err
	}
	defer s.leave()
	conn, err := s.pool.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }() // gives it back
	if _, err := conn.ExecContext(ctx, `SET statement_timeout = 0`); err != nil {
		return err
	}
	_, err = conn.ExecContext(ctx, `VACUUM deliveries`)
	_, back := conn.ExecContext(context.WithoutCancel(ctx), within(s.opts))
	return errors.Join(err, back)
}

func (s *server) free() int64 { return -1 }

// enter keeps the database open until leave.
func (s *server) enter(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.RLock()
	if s.closed {
		s.mu.RUnlock()
		return ErrClosed
	}
	return nil
}

func (s *server) leave() { s.mu.RUnlock() }

func (s *server) do(ctx context.Context, apply func(t *tx) error) error {
	return s.repeat(ctx, patience, apply)
}

func (s *server) alter(ctx context.Context, apply func(t *tx) error) error {
	return s.repeat(ctx, alteration, func(t *tx) error {
		if err := t.script(unbounded); err != nil {
			return err
		}
		return apply(t)
	})
}

// repeat begins a transaction again where it lost to another one.
func (s *server) repeat(ctx context.Context, limit time.Duration, apply func(t *tx) error) error {
	if err := s.enter(ctx); err != nil {
		return err
	}
	defer s.leave()
	for try := 1; ; try++ {
		err := s.transact(ctx, limit, apply)
		if try == mostTries || !lostToAnother(err) {
			return err
		}
	}
}

// intake takes one of the places for deliveries first. Each has a transaction
// of its own: the server writes the log once for all that commit together.
func (s *server) intake(ctx context.Context, _ int, apply func(t *tx) error) error {
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
		return s.do(ctx, apply)
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *server) read(ctx context.Context, look func(t *tx) error) error {
	if err := s.enter(ctx); err != nil {
		return err
	}
	defer s.leave()
	return look(&tx{dialect: postgresDialect, ctx: ctx, run: s.pool, clk: s.clk})
}

// transact runs apply in one transaction, on one connection, at the isolation
// that the statements are made for. The context ends a statement that waits, and
// the connection with it, but not the commit.
func (s *server) transact(ctx context.Context, limit time.Duration, apply func(t *tx) error) error {
	conn, err := s.pool.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }() // gives it back
	whole, cancel := context.WithTimeout(context.WithoutCancel(ctx), limit)
	defer cancel()
	waiting, stop := context.WithCancel(whole)
	defer stop()
	defer context.AfterFunc(ctx, stop)()
	under, err := conn.BeginTx(whole, &sql.TxOptions{Isolation: sql.LevelReadCommitted})
	if err != nil {
		return err
	}
	if err := apply(&tx{dialect: postgresDialect, ctx: waiting, run: under, clk: s.clk}); err != nil {
		_ = under.Rollback() // the connection is dropped where even that fails
		return err
	}
	return under.Commit()
}

// lostToAnother tells whether a transaction was ended in favour of another one,
// and would now go through.
func lostToAnother(err error) bool {
	var said *pgconn.PgError
	return errors.As(err, &said) && (said.Code == "40001" || said.Code == "40P01")
}

func (s *server) stop() error {
	if s.bells != nil {
		s.bells.stop()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	return s.pool.Close()
}

// explain implements location. No error of the driver has the password in it.
func (a address) explain(err error) error {
	c := a.config
	host := net.JoinHostPort(c.Host, strconv.Itoa(int(c.Port)))
	var said *pgconn.PgError
	if !errors.As(err, &said) {
		if _, failed := errors.AsType[*pgconn.ConnectError](err); failed {
			return refuse("the PostgreSQL server at %s does not answer; start it, or correct host and port: %w", host, err)
		}
		return err
	}
	switch said.Code {
	case "28P01", "28000":
		return refuse("the PostgreSQL server at %s does not let the user %q in; correct user and password: %w", host, c.User, err)
	case "3D000":
		return refuse("there is no database %q on the PostgreSQL server at %s; create it (CREATE DATABASE), or name another one: %w", c.Database, host, err)
	case "42501":
		return refuse("the user %q may not make or use tables in the database %q; grant it that (GRANT CREATE, USAGE ON SCHEMA public), or make it the owner: %w", c.User, c.Database, err)
	case "25006":
		return refuse("the PostgreSQL server at %s takes no writes; name the primary, not a standby: %w", host, err)
	}
	return refuse("the PostgreSQL server at %s: %w", host, err)
}
