package postgrestest_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/kintsugi-app/kintsugi/app/store/postgrestest"
)

func query(t *testing.T, dsn, statement string, into ...any) error {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		return err
	}
	defer conn.Close(t.Context())
	return conn.QueryRow(t.Context(), statement).Scan(into...)
}

// TestNew: each test has an empty database of its own.
func TestNew(t *testing.T) {
	one, other := postgrestest.New(t), postgrestest.New(t)
	var n int
	if err := query(t, one, `WITH made AS (SELECT 1) SELECT count(*) FROM pg_tables WHERE schemaname = 'public'`, &n); err != nil || n != 0 {
		t.Fatalf("%d tables, %v", n, err)
	}
	if one == other {
		t.Errorf("%s twice", one)
	}
}

// TestStopStart: what was on disk is there after a stop.
func TestStopStart(t *testing.T) {
	if testing.Short() {
		t.Skip("starts servers")
	}
	s := postgrestest.Own(t, "fsync=on")
	dsn := s.New(t)
	var n int
	_ = query(t, dsn, `CREATE TABLE kept (n int)`)
	if err := query(t, dsn, `INSERT INTO kept VALUES (7) RETURNING n`, &n); err != nil {
		t.Fatal(err)
	}
	s.Stop(t)
	if err := query(t, dsn, `SELECT n FROM kept`, &n); err == nil {
		t.Fatal("a stopped server answers")
	}
	s.Start(t)
	if err := query(t, dsn, `SELECT n FROM kept`, &n); err != nil || n != 7 {
		t.Errorf("%d, %v, want what was kept", n, err)
	}
}

// ends tells a re-executed test binary to start a server, say where, and wait
// to be killed.
const ends = "KINTSUGI_TEST_POSTGRES_ENDS"

// TestEnds: no server outlives the process that started it, even if that is
// killed.
func TestEnds(t *testing.T) {
	if os.Getenv(ends) != "" {
		postgrestest.Own(t)
		fmt.Println("started in", os.TempDir())
		select {}
	}
	if testing.Short() {
		t.Skip("starts a server")
	}
	postgrestest.New(t)                            // skips where there is none
	dir, err := os.MkdirTemp("", "kintsugi-ends-") //nolint:usetesting // which nobody else may enter
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	child := exec.Command(os.Args[0], "-test.run=^TestEnds$")
	child.Env = append(os.Environ(), ends+"=1", "TMPDIR="+dir)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = child.Wait() }()
	line, err := bufio.NewReader(out).ReadString('\n')
	if !strings.HasPrefix(line, "started") {
		_ = child.Process.Kill()
		t.Skipf("no server of one's own: %q, %v", line, err)
	}
	left := func() []string {
		found, _ := filepath.Glob(filepath.Join(dir, "kintsugi-postgres-*"))
		return found
	}
	if len(left()) != 1 {
		t.Fatalf("found %q, want one server", left())
	}
	_ = child.Process.Kill()
	for range 400 {
		if len(left()) == 0 {
			return // the guard clears away once the server has ended
		}
		time.Sleep(25 * time.Millisecond)
	}
	t.Errorf("still there: %q", left())
}
