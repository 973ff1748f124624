package store

import (
	"context"
	"database/sql"
	"errors"
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

// write is one unit that happens wholly or not at all. apply may be called
// twice, the first time in a transaction that is then rolled back, so it sets
// its results anew each time.
type write struct {
	apply func(t *tx) error
	size  int
	done  chan error
}

// writer owns the only connection that writes. Waiting for the disk is what a
// commit costs, so it commits everything that waits as a group: while one
// group is on its way, the next one gathers by itself, without a timer.
type writer struct {
	db      *sql.DB
	tx      *tx
	queue   chan write
	closing chan struct{}
	closed  chan struct{}
}

func startWriter(ctx context.Context, dsn string) (*writer, error) {
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, err
	}
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	w := &writer{
		db: db,
		tx: &tx{conn: conn, prepared: map[string]*sql.Stmt{}},
		// Without a buffer, so that handing a write over is the moment from
		// which it will be answered.
		queue:   make(chan write),
		closing: make(chan struct{}),
		closed:  make(chan struct{}),
	}
	go w.run()
	return w, nil
}

// do returns when the write is on disk, or did not happen. The context ends
// the waiting for a turn but not a write that has its turn: a claim that was
// committed for somebody who no longer listens would block its subject. size
// is the length of what the write stores, where that may be large.
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
	var errs []error
	for _, stmt := range w.tx.prepared {
		errs = append(errs, stmt.Close())
	}
	return errors.Join(append(errs, w.tx.conn.Close(), w.db.Close())...)
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
	if _, err := w.tx.exec("BEGIN IMMEDIATE"); err != nil {
		return false, err
	}
	for _, one := range group {
		if err := one.apply(w.tx); err != nil {
			w.rollback()
			return true, err
		}
	}
	if _, err := w.tx.exec("COMMIT"); err != nil {
		w.rollback()
		return false, err
	}
	return false, nil
}

// rollback has no error to return: after some failures SQLite has rolled back
// by itself and says so. Were a transaction left open, the next BEGIN would
// fail, and with it every write.
func (w *writer) rollback() { _, _ = w.tx.exec("ROLLBACK") }

// querier is what a reading function needs: *sql.DB and *tx are queriers.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// tx is the transaction under way on the writer's connection. Its statements
// are prepared once. No context of a caller reaches it, because an interrupted
// statement would take the rest of its group along.
type tx struct {
	conn     *sql.Conn
	prepared map[string]*sql.Stmt
}

func (t *tx) exec(query string, args ...any) (changed int64, err error) {
	stmt, err := t.prepare(query) //nolint:sqlclosecheck // kept for the next time; stop closes it
	if err != nil {
		return 0, err
	}
	result, err := stmt.ExecContext(context.Background(), args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// row runs a query for one row; sql.ErrNoRows where there is none.
func (t *tx) row(query string, args []any, into ...any) error {
	stmt, err := t.prepare(query) //nolint:sqlclosecheck // kept for the next time; stop closes it
	if err != nil {
		return err
	}
	return stmt.QueryRowContext(context.Background(), args...).Scan(into...)
}

// QueryContext implements querier.
func (t *tx) QueryContext(_ context.Context, query string, args ...any) (*sql.Rows, error) {
	return t.conn.QueryContext(context.Background(), query, args...)
}

// QueryRowContext implements querier.
func (t *tx) QueryRowContext(_ context.Context, query string, args ...any) *sql.Row {
	return t.conn.QueryRowContext(context.Background(), query, args...)
}

// script runs several statements that are needed once.
func (t *tx) script(statements string) error {
	_, err := t.conn.ExecContext(context.Background(), statements)
	return err
}

func (t *tx) prepare(query string) (*sql.Stmt, error) {
	if stmt := t.prepared[query]; stmt != nil {
		return stmt, nil
	}
	stmt, err := t.conn.PrepareContext(context.Background(), query)
	if err != nil {
		return nil, err
	}
	t.prepared[query] = stmt
	return stmt, nil
}
