package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// setting is what a person changes to name another database. Every error of
// Open begins with it.
const setting = "KINTSUGI_DATABASE_URL"

func refuse(format string, args ...any) error {
	return fmt.Errorf(setting+": "+format, args...)
}

// location is where a database is: place is SQLite's, address PostgreSQL's.
type location interface {
	// open opens it for one that writes, and makes it where it can be made.
	open(ctx context.Context, r *Reader) (database, error)
	openReader(ctx context.Context, r *Reader) (database, error)
	// explain turns what the driver says at opening into what a person can act
	// on.
	explain(err error) error
}

// parseURL never repeats a URL of a server in an error, for it may hold a
// password.
func parseURL(url string) (location, error) {
	path, named := strings.CutPrefix(url, "sqlite:")
	scheme, _, isURL := strings.Cut(path, "://")
	switch {
	case path == "":
		return nil, refuse("is empty; set it to the path of a file, such as kintsugi.db, or to postgres://USER:PASSWORD@HOST/DATABASE")
	case path == ":memory:":
		return place{path}, nil
	case named && strings.HasPrefix(path, "//"), strings.HasPrefix(path, "file:"):
		return nil, refuse("%q is not understood; write a path, or sqlite:PATH", url)
	case isURL && (scheme == "postgres" || scheme == "postgresql"):
		return parseAddress(url)
	case isURL:
		return nil, refuse("databases of the kind %q are not supported; set it to the path of a file, such as kintsugi.db, or to postgres://USER:PASSWORD@HOST/DATABASE", scheme)
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, refuse("%s: %w", path, err)
	}
	return place{abs}, nil
}

// place is where a SQLite database is: an absolute path, or ":memory:".
type place struct{ path string }

func (p place) memory() bool { return p.path == ":memory:" }

// prepare resolves links, so that two names of one file are one place, and
// says early and clearly what is wrong with the directory.
func (p *place) prepare() error {
	dir, err := filepath.EvalSymlinks(filepath.Dir(p.path))
	if errors.Is(err, fs.ErrNotExist) {
		return refuse("the directory %s does not exist; create it, or name another path", filepath.Dir(p.path))
	}
	if err != nil {
		return refuse("%w", err)
	}
	p.path = filepath.Join(dir, filepath.Base(p.path))
	if file, err := filepath.EvalSymlinks(p.path); err == nil {
		p.path = file
	}
	if info, err := os.Stat(p.path); err == nil && info.IsDir() {
		return refuse("%s is a directory; name a file in it", p.path)
	}
	return nil
}

func (p place) exists() bool {
	_, err := os.Stat(p.path)
	return err == nil
}

// create makes the file readable by its owner alone, because payloads of
// private repositories pass through it. SQLite gives its side files the same
// mode. It must run after own: closing a file would drop the locks that
// another Store of this process holds on it.
func (p place) create() error {
	f, err := os.OpenFile(p.path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return refuse("%s cannot be written: %w", p.path, err)
	}
	return f.Close()
}

func (p place) writerDSN(o options) string {
	synchronous := "synchronous(FULL)"
	if o.relaxed {
		synchronous = "synchronous(OFF)"
	}
	return p.dsn(o, "journal_mode(WAL)", synchronous, "foreign_keys(ON)")
}

// readerDSN neither makes a file nor changes one.
func (p place) readerDSN(o options) string { return p.dsn(o, "query_only(ON)") + "&mode=rw" }

func (p place) dsn(o options, pragmas ...string) string {
	q := url.Values{"_txlock": {"immediate"}}
	q.Add("_pragma", fmt.Sprintf("busy_timeout(%d)", o.busyTimeout.Milliseconds()))
	for _, pragma := range pragmas {
		q.Add("_pragma", pragma)
	}
	if p.memory() {
		return "file::memory:?" + q.Encode()
	}
	path := filepath.ToSlash(p.path)
	if !strings.HasPrefix(path, "/") { // C:/...
		path = "/" + path
	}
	return (&url.URL{Scheme: "file", Path: path, RawQuery: q.Encode()}).String()
}

// explain implements location.
func (p place) explain(err error) error {
	var failure *sqlite.Error
	if !errors.As(err, &failure) {
		return err
	}
	switch failure.Code() & 0xff {
	case sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT:
		return refuse("%s is not a database, or a damaged one; move it away, or name another path: %w", p.path, err)
	case sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM:
		return refuse("%s and its directory must be writable: %w", p.path, err)
	}
	return refuse("%s: %w", p.path, err)
}
