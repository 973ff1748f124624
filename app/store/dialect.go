package store

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/kintsugi-app/kintsugi/app/clock"
)

// dialect is the words in which the two databases differ.
type dialect struct {
	// types are what migrations call the types of columns.
	types *strings.Replacer
	// tables counts all tables of the database, and those named as ours.
	tables string
	// lock keeps others from migrating at the same time; empty where there are
	// no others.
	lock string
	// now is the database's own time in microseconds; empty where it has no
	// other clock than ours.
	now string
	// used is the size of the database in bytes.
	used string
	// held locks the row that a query reads until the transaction ends;
	// unclaimed does so too, and leaves out rows that others have locked.
	held, unclaimed string
	// numbered: parameters are $1, $2, … and not ?.
	numbered bool
}

var sqliteDialect = &dialect{
	// Rows within the index that is their key: one write instead of two.
	types: strings.NewReplacer("{{id}}", "INTEGER PRIMARY KEY", "{{bytes}}", "BLOB", "{{key}}", "TEXT", "{{keyed}}", "WITHOUT ROWID"),
	tables: `SELECT count(*), count(CASE WHEN name = 'kintsugi' THEN 1 END)
		FROM sqlite_master WHERE type = 'table'`,
	// What a file could shrink to: pages that pruning freed are used again.
	used: `SELECT (p.page_count - f.freelist_count) * s.page_size
		FROM pragma_page_count() p, pragma_freelist_count() f, pragma_page_size() s`,
}

var postgresDialect = &dialect{
	// Keys are compared by their bytes, whatever language the server speaks.
	types: strings.NewReplacer("{{id}}", "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY", "{{bytes}}", "BYTEA", "{{key}}", `TEXT COLLATE "C"`, "{{keyed}}", ""),
	tables: `SELECT count(*), count(CASE WHEN tablename = 'kintsugi' THEN 1 END)
		FROM pg_tables WHERE schemaname = current_schema()`,
	lock:      `SELECT pg_advisory_xact_lock(7524816402)`,
	now:       `SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)`,
	used:      `SELECT pg_database_size(current_database())`,
	held:      " FOR UPDATE",
	unclaimed: " FOR UPDATE SKIP LOCKED",
	numbered:  true,
}

var rebound sync.Map // of query with ? to query with $1

// rebind writes the parameters of a query as the database wants them. No query
// of ours has a question mark in it otherwise.
func (d *dialect) rebind(query string) string {
	if !d.numbered {
		return query
	}
	if known, ok := rebound.Load(query); ok {
		return fmt.Sprint(known)
	}
	var b strings.Builder
	for i, part := range strings.Split(query, "?") {
		if i > 0 {
			b.WriteString("$" + strconv.Itoa(i))
		}
		b.WriteString(part)
	}
	rebound.Store(query, b.String())
	return b.String()
}

// values are the parameters as both databases take them.
func values(args []any) []any {
	for i, arg := range args {
		if text, ok := arg.(string); ok {
			args[i] = clean(text)
		}
	}
	return args
}

// clean is text without what PostgreSQL refuses in text: a NUL, and what is not
// UTF-8. No subject may be stuck over what somebody wrote.
func clean(text string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "\uFFFD")
}

// database is one that is open: file is SQLite's, server PostgreSQL's.
type database interface {
	transactions
	// begin is the end of opening: what was left by a process that died is
	// cleared away, and bells ring for what other processes tell.
	begin(ctx context.Context, bells map[string]chan<- struct{}) error
	// tell rings a bell in the other processes.
	tell(bell string)
	// reclaim makes what was pruned room again.
	reclaim(ctx context.Context) error
	// free is the room left on the disk, or -1 where that cannot be told.
	free() int64
	stop() error
}

// transactions are how a database is written to and read.
type transactions interface {
	// do returns when what apply wrote is on disk, or did not happen. apply may
	// be called more than once, each time after what it did was rolled back, so
	// it sets its results anew each time. The context ends the waiting
	// for a turn, and on PostgreSQL for what others have locked, but no commit:
	// a claim that was committed for somebody who no longer listens would block
	// its subject.
	do(ctx context.Context, apply func(t *tx) error) error
	// alter is do for a change of the schema, which may take long.
	alter(ctx context.Context, apply func(t *tx) error) error
	// intake is do for deliveries: many at once, size bytes each, and nobody
	// else waits behind all of them.
	intake(ctx context.Context, size int, apply func(t *tx) error) error
	// read lets look see the database as of the last commit.
	read(ctx context.Context, look func(t *tx) error) error
}

// The bells that processes ring for each other.
const (
	wakeBell  = "wake"
	pauseBell = "pause"
)

// runner is what statements run on: a connection, a transaction, or a pool.
type runner interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// tx is a transaction under way, or somebody reading.
type tx struct {
	*dialect
	ctx context.Context
	run runner
	clk clock.Clock
	at  *moment
}

func (t *tx) exec(query string, args ...any) (changed int64, err error) {
	result, err := t.run.ExecContext(t.ctx, t.rebind(query), values(args)...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

func (t *tx) query(query string, args ...any) (*sql.Rows, error) {
	return t.run.QueryContext(t.ctx, t.rebind(query), values(args)...)
}

// row runs a query for one row; sql.ErrNoRows where there is none.
func (t *tx) row(query string, args []any, into ...any) error {
	rows, err := t.query(query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return err
		}
		return sql.ErrNoRows
	}
	if err := rows.Scan(into...); err != nil {
		return err
	}
	return rows.Close()
}

// each runs a query and calls scan for every row.
func (t *tx) each(scan func(rows *sql.Rows) error, query string, args ...any) error {
	rows, err := t.query(query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// script runs several statements that are needed once.
func (t *tx) script(statements string) error {
	_, err := t.run.ExecContext(t.ctx, statements)
	return err
}
