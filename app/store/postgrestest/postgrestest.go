// Package postgrestest gives tests PostgreSQL databases: on the server that
// KINTSUGI_TEST_POSTGRES names, or on one that it starts from what the
// distribution has installed, and that ends with the test process however that
// ends. It must not know what is kept in the databases.
package postgrestest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/kintsugi-app/kintsugi/app/clock"
)

// Setting names a server by a postgres:// URL, of a user who may create
// databases; "none" stands for a machine without one.
const Setting = "KINTSUGI_TEST_POSTGRES"

// errNone: there is no PostgreSQL on this machine.
var errNone = errors.New("no PostgreSQL server is installed here (apt-get install postgresql), and " + Setting + " names none")

// New returns the URL of an empty database that goes when the test ends. All
// tests of a process share one server. Without one the test is skipped.
func New(tb testing.TB) (dsn string) {
	tb.Helper()
	if named := os.Getenv(Setting); named != "" && named != "none" {
		return create(tb, named)
	}
	s, err := shared()
	skip(tb, err)
	return s.New(tb)
}

var shared = sync.OnceValues(func() (*Server, error) { return start() })

// Server is a server of one's own, to be stopped, and started again.
type Server struct {
	bin, dir, port string
	settings       []string
	pid            int
	// alive are held open as long as the server shall live, one a start.
	alive []*os.File
}

// Own starts a server for this test alone. It does not wait for the disk unless
// settings say so ("fsync=on").
func Own(tb testing.TB, settings ...string) *Server {
	tb.Helper()
	s, err := start(settings...)
	skip(tb, err)
	tb.Cleanup(s.end)
	return s
}

// skip ends a test for which there is no server; where everything must run it
// fails.
func skip(tb testing.TB, err error) {
	tb.Helper()
	switch {
	case err == nil:
	case errors.Is(err, errNone) && os.Getenv("KINTSUGI_TEST_ALL") != "1":
		tb.Skip(err)
	default:
		tb.Fatal(err)
	}
}

// New returns the URL of an empty database on the server.
func (s *Server) New(tb testing.TB) (dsn string) {
	tb.Helper()
	return create(tb, s.url())
}

// The one user of a server that we start.
const (
	superuser = "kintsugi"
	password  = "only-for-tests"
)

func (s *Server) url() string {
	return fmt.Sprintf("postgres://%s:%s@127.0.0.1:%s/postgres?sslmode=disable", superuser, password, s.port)
}

var made atomic.Int64

// create makes a database on the server that admin names.
func create(tb testing.TB, admin string) (dsn string) {
	tb.Helper()
	u, err := url.Parse(admin)
	if err != nil {
		tb.Fatalf("%s is no URL", Setting) // which may hold a password
	}
	name := fmt.Sprintf("kintsugi_test_%d_%d", os.Getpid(), made.Add(1))
	if err := ask(admin, "CREATE DATABASE "+name); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { // a server that was stopped takes its databases along
		_ = ask(admin, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)")
	})
	u.Path = "/" + name
	return u.String()
}

func ask(dsn, statement string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	_, err = conn.Exec(ctx, statement)
	return err
}

// binaries is where the newest PostgreSQL is. Debian keeps it off the PATH.
func binaries() (string, error) {
	if runtime.GOOS == "windows" || os.Getenv(Setting) == "none" {
		return "", errNone
	}
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path), nil
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb") // an error is about the pattern
	if len(found) == 0 {
		return "", errNone
	}
	newest := slices.MaxFunc(found, func(a, b string) int { // 9 is before 15
		return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
	})
	return filepath.Dir(newest), nil
}

// start makes a server from nothing.
func start(settings ...string) (*Server, error) {
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "kintsugi-postgres-")
	if err != nil {
		return nil, err
	}
	s := &Server{bin: bin, dir: dir, settings: append([]string{"fsync=off"}, settings...)}
	if err := s.make(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return s, s.run()
}

func (s *Server) data() string { return filepath.Join(s.dir, "data") }

// pidFile is there for as long as the server is: it takes it away last, and
// refuses to start where there is one.
func (s *Server) pidFile() string { return filepath.Join(s.data(), "postmaster.pid") }

func (s *Server) make() error {
	secret := filepath.Join(s.dir, "password")
	if err := os.WriteFile(secret, []byte(password), 0o600); err != nil {
		return err
	}
	if err := hand(s.dir, secret); err != nil {
		return err
	}
	initdb := exec.Command(filepath.Join(s.bin, "initdb"), "--pgdata", s.data(), "--username", superuser, //nolint:gosec,noctx // where the distribution has it
		"--pwfile", secret, "--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C", "--no-sync")
	initdb.Dir = s.dir
	unprivileged(initdb)
	if said, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, said)
	}
	free, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	_, s.port, err = net.SplitHostPort(free.Addr().String())
	return errors.Join(err, free.Close())
}

// guard runs the server until its own standard input ends, which it does when
// this process ends, however it ends; then nothing is left.
const guard = `
dir=$1; shift
"$@" </dev/null >>"$dir/log" 2>&1 &
read -r _
kill -QUIT $! 2>/dev/null
wait
rm -rf "$dir"
`

// run starts the server and waits until it answers.
func (s *Server) run() error {
	args := []string{"-c", guard, "sh", s.dir, filepath.Join(s.bin, "postgres"), "-D", s.data(), "-p", s.port,
		"-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "max_connections=200"}
	for _, setting := range s.settings {
		args = append(args, "-c", setting)
	}
	sh := exec.Command("sh", args...) //nolint:gosec,noctx // it shall outlive any context
	sh.Dir = s.dir
	unprivileged(sh)
	ours, theirs, err := os.Pipe()
	if err != nil {
		return err
	}
	sh.Stdin = ours
	err = sh.Start()
	_ = ours.Close()
	if err != nil {
		return errors.Join(err, theirs.Close())
	}
	go func() { _ = sh.Wait() }()
	s.alive = append(s.alive, theirs)
	for range 400 {
		if err = ask(s.url(), "SELECT 1"); err == nil {
			return s.readPID()
		}
		_ = clock.Sleep(context.Background(), clock.New(), 50*time.Millisecond)
	}
	log, _ := os.ReadFile(filepath.Join(s.dir, "log"))
	return fmt.Errorf("the server does not answer: %w: %s", err, log)
}

func (s *Server) readPID() error {
	text, err := os.ReadFile(s.pidFile())
	if err != nil {
		return err
	}
	_, err = fmt.Sscan(string(text), &s.pid)
	return err
}

// Stop ends the server at once, as a power cut would: what was not on disk is
// lost where fsync is on.
func (s *Server) Stop(tb testing.TB) {
	tb.Helper()
	if err := kill(s.pid); err != nil {
		tb.Fatal(err)
	}
	for range 2000 {
		if _, err := os.Stat(s.pidFile()); errors.Is(err, fs.ErrNotExist) {
			return
		}
		_ = clock.Sleep(tb.Context(), clock.New(), 10*time.Millisecond)
	}
	tb.Fatalf("the server, process %d, does not end", s.pid)
}

// Start lets a server that was stopped run again, with what it had.
func (s *Server) Start(tb testing.TB) {
	tb.Helper()
	if err := s.run(); err != nil {
		tb.Fatal(err)
	}
}

// end lets the last guard end what runs before the others clear away.
func (s *Server) end() {
	for _, f := range slices.Backward(s.alive) {
		_ = f.Close()
	}
}
