package store

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"time"

	_ "modernc.org/sqlite" // the driver, by the name "sqlite"

	"github.com/kintsugi-app/kintsugi/app/clock"
)

// file is an open SQLite database.
type file struct {
	place
	clk    clock.Clock
	owner  *owner
	writer *writer // nil for one that is only looked at
	// readers is nil in memory, where the only connection is the writer's.
	readers *sql.DB
}

// open implements location.
func (p place) open(ctx context.Context, r *Reader) (_ database, err error) {
	f := &file{place: p, clk: r.clk}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.stop())
		}
	}()
	if !p.memory() {
		if err := f.prepare(); err != nil {
			return nil, err
		}
		if f.owner, err = own(ctx, f.place); err != nil {
			return nil, err
		}
		if err := f.create(); err != nil {
			return nil, err
		}
	}
	if f.writer, err = startWriter(ctx, f.writerDSN(r.opts), r); err != nil {
		return nil, err
	}
	if !p.memory() {
		if f.readers, err = sql.Open("sqlite", f.readerDSN(r.opts)); err != nil {
			return nil, err
		}
		f.readers.SetMaxOpenConns(4)
	}
	return f, nil
}

// openReader implements location.
func (p place) openReader(_ context.Context, r *Reader) (database, error) {
	if p.memory() {
		return nil, refuse("a database in memory can be seen by the process that made it only")
	}
	f := &file{place: p, clk: r.clk}
	if err := f.prepare(); err != nil {
		return nil, err
	}
	if !f.exists() {
		return nil, refuse("there is no database at %s; name the one that the server uses", f.path)
	}
	var err error
	f.readers, err = sql.Open("sqlite", f.readerDSN(r.opts))
	return f, err
}

// retryPause is how much longer a subject waits for each time that its run
// ended with its process, so that one which kills the process lets it live.
const retryPause = 5 * time.Second

// begin ends every run of the process that had this file before.
func (f *file) begin(ctx context.Context, _ map[string]chan<- struct{}) error {
	return f.do(ctx, func(t *tx) error {
		if _, err := t.exec(`DELETE FROM replicas`); err != nil {
			return err
		}
		_, err := t.exec(`UPDATE subjects SET epoch = epoch + 1, lease_until = 0,
			due_at = CASE WHEN attempts > excused THEN ? + (attempts - excused) * ? ELSE due_at END
			WHERE lease_until > 0`, millis(f.clk.Now()), retryPause.Milliseconds())
		return err
	})
}

func (f *file) do(ctx context.Context, apply func(t *tx) error) error {
	return f.writer.do(ctx, 0, apply)
}

func (f *file) alter(ctx context.Context, apply func(t *tx) error) error { return f.do(ctx, apply) }

func (f *file) intake(ctx context.Context, size int, apply func(t *tx) error) error {
	return f.writer.do(ctx, size, apply)
}

func (f *file) read(ctx context.Context, look func(t *tx) error) error {
	if f.readers == nil {
		return f.do(ctx, look)
	}
	return look(&tx{dialect: sqliteDialect, ctx: ctx, run: f.readers, clk: f.clk})
}

// tell implements database: there is no other process.
func (f *file) tell(string) {}

// reclaim implements database: pages that were freed are used again.
func (f *file) reclaim(context.Context) error { return nil }

func (f *file) free() int64 {
	if f.memory() {
		return -1
	}
	return freeBytes(filepath.Dir(f.path))
}

// stop releases whatever was opened, the right to the file last.
func (f *file) stop() error {
	var errs []error
	if f.readers != nil {
		errs = append(errs, f.readers.Close())
	}
	if f.writer != nil {
		errs = append(errs, f.writer.stop())
	}
	if f.owner != nil {
		errs = append(errs, f.owner.release())
	}
	return errors.Join(errs...)
}
