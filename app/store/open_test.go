package store

import (
	"bufio"
	"context"
	"database/sql"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/clock"
	"github.com/kintsugi-app/kintsugi/app/engine"
)

func openTest(t *testing.T, url string, opts ...Option) *Store {
	t.Helper()
	s, err := Open(t.Context(), url, 1, clock.New(), opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// fileOf is the file behind a store.
func fileOf(s *Store) *file { return s.db.(*file) }

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// alter changes a database behind the store's back.
func alter(t *testing.T, path, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	ok(t, err)
	_, err = db.Exec(statement)
	ok(t, err)
	ok(t, db.Close())
}

func TestOpenRefuses(t *testing.T) {
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	ok(t, os.WriteFile(in("text"), []byte(strings.Repeat("this is no database\n", 100)), 0o600))
	ok(t, os.Mkdir(in("folder"), 0o700))
	ok(t, openTest(t, in("newer")).Close())
	alter(t, in("newer"), `UPDATE kintsugi SET version = 99`)
	alter(t, in("foreign"), `CREATE TABLE songs (title TEXT)`)

	tests := []struct{ url, want string }{
		{"", "is empty"},
		{"sqlite:", "is empty"},
		{"postgres://me:hunter2@[db/kintsugi", "cannot be read; write postgres://USER:PASSWORD@HOST:5432/DATABASE"},
		{"postgresql://me:hunter2@db:port/kintsugi", "cannot be read"},
		{"postgres://me:hunter2@127.0.0.1:1/kintsugi", "the PostgreSQL server at 127.0.0.1:1 does not answer; start it"},
		{"postgres://me:hunter2@host.invalid/kintsugi", "the PostgreSQL server at host.invalid:5432 does not answer"},
		{"mysql://me:hunter2@db/kintsugi", `databases of the kind "mysql" are not supported`},
		{"sqlite:///var/kintsugi.db", "write a path, or sqlite:PATH"},
		{"file:kintsugi.db", "write a path, or sqlite:PATH"},
		{in("missing/kintsugi.db"), "the directory " + in("missing") + " does not exist"},
		{in("text/kintsugi.db"), "must be writable"},
		{in("folder"), "is a directory"},
		{in("text"), "is not a database"},
		{in("newer"), "made by a newer version of Kintsugi (its schema is 99"},
		{in("foreign"), "belongs to another program"},
	}
	for _, test := range tests {
		t.Run(test.url, func(t *testing.T) {
			s, err := Open(t.Context(), test.url, 1, clock.New())
			if err == nil {
				_ = s.Close()
				t.Fatal("opened")
			}
			if !strings.HasPrefix(err.Error(), setting+": ") || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %q, want %s and %q", err, setting, test.want)
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Errorf("%q repeats a password", err)
			}
		})
	}
	content, err := os.ReadFile(in("text"))
	ok(t, err)
	if !strings.HasPrefix(string(content), "this is no database\n") {
		t.Error("a file that is no database was overwritten")
	}
}

func TestOpenReadOnlyDirectory(t *testing.T) {
	if runtime.GOOS == "windows" || os.Geteuid() == 0 {
		t.Skip("permissions do not bind this user")
	}
	dir := t.TempDir()
	ok(t, os.Chmod(dir, 0o500))
	_, err := Open(t.Context(), filepath.Join(dir, "kintsugi.db"), 1, clock.New())
	if err == nil || !strings.Contains(err.Error(), "must be writable") {
		t.Errorf("got %v", err)
	}
}

func TestOpenNames(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"plain.db", "with space.db", "100%?#&;=.db", "障害.db", "no-ending"} {
		if runtime.GOOS == "windows" && strings.Contains(name, "?") {
			continue
		}
		path := filepath.Join(dir, name)
		ok(t, openTest(t, "sqlite:"+path).Close())
		info, err := os.Stat(path)
		ok(t, err)
		if info.Mode().Perm() != 0o600 && runtime.GOOS != "windows" {
			t.Errorf("%s has mode %v, want it private", name, info.Mode())
		}
	}
}

// TestDurable reads the settings back, for SQLite ignores those it does not
// know.
func TestDurable(t *testing.T) {
	s := openTest(t, filepath.Join(t.TempDir(), "kintsugi.db"))
	for pragma, want := range map[string]string{
		"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "busy_timeout": "3000",
	} {
		var got string
		ok(t, fileOf(s).writer.conn.conn.QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&got))
		if got != want {
			t.Errorf("%s is %s, want %s", pragma, got, want)
		}
	}
	if _, err := fileOf(s).readers.Exec(`DELETE FROM subjects`); err == nil {
		t.Error("a reader can write")
	}
}

func TestMemory(t *testing.T) {
	s := openTest(t, ":memory:")
	other := openTest(t, ":memory:")
	ok(t, s.Wake(t.Context(), engine.Live, "acme/a#1"))
	due, _, err := s.Busy(t.Context())
	ok(t, err)
	if due != 1 {
		t.Errorf("%d due, want 1", due)
	}
	if due, _, err = other.Busy(t.Context()); err != nil || due != 0 {
		t.Errorf("%d due in another database, want none; %v", due, err)
	}
}

func TestUnreadableHint(t *testing.T) {
	s := openTest(t, ":memory:")
	ok(t, s.Wake(t.Context(), engine.Live, "acme/a#1"))
	ok(t, s.db.do(t.Context(), func(tx *tx) error {
		_, err := tx.exec(`UPDATE subjects SET hint = '{"seq": 3, "cursor": "a later form"}'`)
		return err
	}))
	c, _, claimed, err := s.Claim(t.Context(), time.Minute, nil)
	ok(t, err)
	if !claimed || c.Hint.Seq != 0 {
		t.Errorf("claimed %v with %+v, want an empty hint", claimed, c.Hint)
	}
}

// holdPath tells a re-executed test binary to hold a database until killed.
const holdPath = "KINTSUGI_TEST_HOLD_PATH"

func TestOneProcess(t *testing.T) {
	if path := os.Getenv(holdPath); path != "" {
		s := openTest(t, path)
		ok(t, s.Wake(t.Context(), engine.Live, "acme/a#1"))
		_, _, _, err := s.Claim(t.Context(), time.Hour, nil)
		ok(t, err)
		fmt.Println("holding")
		select {}
	}
	if testing.Short() {
		t.Skip("starts and kills a process")
	}
	path := filepath.Join(t.TempDir(), "kintsugi.db")
	child := exec.Command(os.Args[0], "-test.run=^TestOneProcess$")
	child.Env = append(os.Environ(), holdPath+"="+path)
	out, err := child.StdoutPipe()
	ok(t, err)
	ok(t, child.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	if line != "holding\n" {
		rest, _ := io.ReadAll(out)
		t.Fatalf("the child says %q, %v, %s", line, err, rest)
	}
	if _, err := Open(t.Context(), path, 1, clock.New()); err == nil || !strings.Contains(err.Error(), "in use by another process") {
		t.Errorf("a second process got %v", err)
	}
	ok(t, child.Process.Kill())
	_ = child.Wait()
	// Nothing stale: the file is free at once, and so is what it had leased.
	s := openTest(t, path)
	if _, _, claimed, err := s.Claim(t.Context(), time.Hour, nil); err != nil || !claimed {
		t.Errorf("claimed %v, %v, want the subject that the killed process had", claimed, err)
	}
}

func TestOneStore(t *testing.T) {
	dir := t.TempDir()
	path, link := filepath.Join(dir, "kintsugi.db"), filepath.Join(dir, "link.db")
	ctx, cancel := context.WithCancel(t.Context())
	s, err := Open(ctx, path, 1, clock.New())
	ok(t, err)
	cancel() // ends the opening only
	if err := os.Symlink(path, link); err != nil {
		t.Log("without links:", err)
		link = path
	}
	for _, name := range []string{path, link} {
		if _, err := Open(t.Context(), name, 1, clock.New()); err == nil || !strings.Contains(err.Error(), "in use by another process") {
			t.Errorf("a second store at %s got %v", name, err)
		}
	}
	ok(t, s.Wake(t.Context(), engine.Live, "acme/a#1"))
	ok(t, s.Close())
	if _, err := os.Stat(path + "-wal"); err == nil {
		t.Error("the write-ahead log remains after Close: a connection is still open")
	}
	ok(t, openTest(t, link).Close())
}
