package store

import (
	"context"
	"database/sql"
	"errors"

	"github.com/kintsugi-app/kintsugi/app/clock"
)

// Bounds of a group: how many writes, and how many bytes of payload, share one
// commit. They limit how long the first of a group waits, and the memory of a
// transaction.
const (
	maxGroup      = 256
	maxGroupBytes = 16 << 20
)

// ErrClosed is the answer of a store that was closed.
var ErrClosed = errors.New("the store is closed")

// write is one unit that happens wholly or not at all.
type write struct {
	apply func(t *tx) error
	size  int
	done  chan error
}

// writer owns the only connection that writes to a SQLite database. Waiting
// for the disk is what a commit costs, so it commits everything that waits as
// a group: while one group is on its way, the next one gathers by itself,
// without a timer.
type writer struct {
	db         *sql.DB
	conn       *prepared
	clk        clock.Clock
	committing func()
	queue      chan write
	closing    chan struct{}
	closed     chan struct{}
}

func startWriter(ctx context.Context, dsn string, r *Reader) (*writer, error) {
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, err
	}
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	w := &writer{
		db: db, clk: r.clk, committing: r.opts.committing,
		conn: &prepared{conn: conn, statements: map[string]*sql.Stmt{}},
		// Without a buffer, so that handing a write over is the moment from
		// which it will be answered.
		queue:   make(chan write),
		closing: make(chan struct{}),
		closed:  make(chan struct{}),
	}
	go w.run()
	return w, nil
}

// do answers when what apply wrote is on disk, or did not happen. size is the length of what the write stores.
func (w *writer) do(ctx context.Context, size int, apply func(t *tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	one := write{apply, size, make(chan error, 1)}
	select {
	case w.queue <- one:
		return <-one.done
	case <-ctx.Done():
		return ctx.Err()
	case <-w.closing:
		return ErrClosed
	}
}

// stop answers what has its turn, then closes the connection.
func (w *writer) stop() error {
	close(w.closing)
	<-w.closed
	return errors.Join(w.conn.close(), w.db.Close())
}

func (w *writer) run() {
	defer close(w.closed)
	for {
		select {
		case <-w.closing:
			return
		case first := <-w.queue:
			w.commit(w.gather(first))
		}
	}
}

// gather takes whatever waits at this moment.
func (w *writer) gather(first write) []write {
	group, size := []write{first}, first.size
	for len(group) < maxGroup && size < maxGroupBytes {
		select {
		case next := <-w.queue:
			group, size = append(group, next), size+next.size
		default:
			return group
		}
	}
	return group
}

// commit answers every write of the group. If one of them fails, each is tried
// by itself, so that nobody pays for another's failure. If the transaction as
// such fails, it would fail for each, so that is the answer to all.
func (w *writer) commit(group []write) {
	failed, err := w.transact(group)
	if failed && len(group) > 1 {
		for i, one := range group {
			_, err := w.transact(group[i : i+1])
			one.done <- err
		}
		return
	}
	for _, one := range group {
		one.done <- err
	}
}

// transact runs the group in one transaction. failed means that a write of the
// group returned the error, and not the transaction.
func (w *writer) transact(group []write) (failed bool, err error) {
	if err := w.say("BEGIN IMMEDIATE"); err != nil {
		return false, err
	}
	for _, one := range group {
		if err := one.apply(w.tx()); err != nil {
			w.rollback()
			return true, err
		}
	}
	if w.committing != nil {
		w.committing()
	}
	if err := w.say("COMMIT"); err != nil {
		w.rollback()
		return false, err
	}
	return false, nil
}

// tx is the transaction under way. No context of a caller reaches it, because
// an interrupted statement would take the rest of its group along.
func (w *writer) tx() *tx {
	return &tx{dialect: sqliteDialect, ctx: context.Background(), run: w.conn, clk: w.clk}
}

func (w *writer) say(statement string) error {
	_, err := w.conn.ExecContext(context.Background(), statement)
	return err
}

// rollback has no error to return: after some failures SQLite has rolled back
// by itself and says so. Were a transaction left open, the next BEGIN would
// fail, and with it every write.
func (w *writer) rollback() { _ = w.say("ROLLBACK") }

// prepared is a connection whose statements are prepared once. It is a runner
// for one goroutine.
type prepared struct {
	conn       *sql.Conn
	statements map[string]*sql.Stmt
}

// ExecContext implements runner. Without parameters it may be a script of
// several statements, which cannot be prepared.
func (p *prepared) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if len(args) == 0 {
		return p.conn.ExecContext(ctx, query)
	}
	statement, err := p.prepare(ctx, query) //nolint:sqlclosecheck // kept for the next time; close closes it
	if err != nil {
		return nil, err
	}
	return statement.ExecContext(ctx, args...)
}

// QueryContext implements runner.
func (p *prepared) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	statement, err := p.prepare(ctx, query) //nolint:sqlclosecheck // kept for the next time; close closes it
	if err != nil {
		return nil, err
	}
	return statement.QueryContext(ctx, args...)
}

func (p *prepared) prepare(ctx context.Context, query string) (*sql.Stmt, error) {
	if statement := p.statements[query]; statement != nil {
		return statement, nil
	}
	statement, err := p.conn.PrepareContext(ctx, query)
	if err == nil {
		p.statements[query] = statement
	}
	return statement, err
}

func (p *prepared) close() error {
	var errs []error
	for _, statement := range p.statements {
		errs = append(errs, statement.Close())
	}
	return errors.Join(append(errs, p.conn.Close())...)
}
