//go:build unix

package faults

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"path/filepath"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver, by the name "pgx"

	"github.com/kintsugi-app/kintsugi/app/store/postgrestest"
)

// database is one of the two kinds, seen from outside: a test makes one, looks
// into it, and holds it up. It never writes to it.
type database struct {
	name string
	// make makes an empty one and returns its address, or skips the test.
	make func(*testing.T) string
	// open connects to it beside the program.
	open func(url string) (*sql.DB, error)
	// hold are the statements that keep everybody else from committing
	// deliveries, until the transaction they began ends.
	hold []string
	// replicas says that many processes may share it.
	replicas bool
}

var sqlite = database{
	name: "sqlite",
	make: func(t *testing.T) string { return filepath.Join(t.TempDir(), "kintsugi.db") },
	open: func(url string) (*sql.DB, error) {
		return sql.Open("sqlite", "file:"+url+"?_pragma=busy_timeout(5000)")
	},
	hold: []string{"BEGIN IMMEDIATE"},
}

var postgres = database{
	name: "postgres",
	make: func(t *testing.T) string { return postgrestest.New(t) },
	open: func(url string) (*sql.DB, error) { return sql.Open("pgx", url) },
	hold: []string{"BEGIN", "LOCK TABLE deliveries, apps IN EXCLUSIVE MODE"},

	replicas: true,
}

var databases = []database{sqlite, postgres}

// passwords are those in a database's address.
func (database) passwords(address string) []string {
	if u, err := url.Parse(address); err == nil && u.User != nil {
		if password, ok := u.User.Password(); ok && password != "" {
			return []string{password}
		}
	}
	return nil
}

// jam keeps everybody from committing deliveries until free is called.
func (t *town) jam() (free func()) {
	t.Helper()
	conn, err := t.look().Conn(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range t.kind.hold {
		if _, err := conn.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	return func() {
		t.Helper()
		_, err := conn.ExecContext(context.Background(), "ROLLBACK")
		if err := errors.Join(err, conn.Close()); err != nil {
			t.Error(err)
		}
	}
}
