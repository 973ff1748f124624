package store

import (
	"context"
	"database/sql"
	"errors"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// owner is the right of one process to one database file. It is SQLite's own
// exclusive lock on an empty file beside it, PATH.lock, held by an open
// transaction that never writes.
//
// Why this: the kernel drops it when the process ends, however it ends, so
// nothing stale remains; it works wherever the driver does, with no code per
// system; and it excludes a second Store in this process too. Locking the
// database itself (locking_mode=EXCLUSIVE) would shut out our own readers and
// whoever takes a backup. The file stays behind on purpose: removing it would
// let two processes lock two files of one name.
type owner struct {
	db   *sql.DB
	conn *sql.Conn
}

func own(ctx context.Context, p place) (*owner, error) {
	lock := place{p.path + ".lock"}
	db, err := sql.Open("sqlite", lock.dsn(options{}))
	if err != nil {
		return nil, err
	}
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	o := &owner{db, conn}
	_, err = conn.ExecContext(ctx, "BEGIN EXCLUSIVE")
	var failure *sqlite.Error
	if errors.As(err, &failure) && failure.Code()&0xff == sqlite3.SQLITE_BUSY {
		err = refuse("%s is in use by another process; stop that one, or name another path", p.path)
	}
	if err != nil {
		return nil, errors.Join(err, o.release())
	}
	return o, nil
}

// release closes the connection, and with it the transaction.
func (o *owner) release() error { return errors.Join(o.conn.Close(), o.db.Close()) }
