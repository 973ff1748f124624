package store

import (
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/clock"
)

// incompressible are bytes that take up as much room as they are.
func incompressible(n int) []byte {
	r := rand.New(rand.NewPCG(1, 2))
	bytes := make([]byte, n)
	for i := range bytes {
		bytes[i] = byte(r.Uint32())
	}
	return bytes
}

// TestDiskFull: what does not fit is answered with an error, and the store
// works again when there is room.
func TestDiskFull(t *testing.T) {
	s := openTest(t, filepath.Join(t.TempDir(), "kintsugi.db"), Relaxed())
	limit := func(pages int) {
		ok(t, s.db.do(t.Context(), func(t *tx) error {
			var now int
			return t.row(fmt.Sprintf("PRAGMA max_page_count = %d", pages), nil, &now)
		}))
	}
	d := Delivery{Payload: incompressible(16 << 10), ReceivedAt: s.clk.Now()}
	limit(80)
	stored, failed := 0, 0
	for i := range 40 {
		d.GUID = fmt.Sprint(i)
		fresh, err := s.Intake(t.Context(), d, []Wake{{Key: "acme/a#1"}})
		if err != nil {
			failed++
		} else if fresh {
			stored++
		}
		if fresh == (err != nil) {
			t.Fatalf("intake %d: fresh %v, %v", i, fresh, err)
		}
	}
	if err := s.Healthy(t.Context()); err == nil {
		t.Error("healthy on a full disk")
	}
	recent, err := s.RecentDeliveries(t.Context(), 100)
	ok(t, err)
	if failed == 0 || stored == 0 || len(recent) != stored {
		t.Errorf("%d failed, %d answered as stored, %d stored", failed, stored, len(recent))
	}
	limit(1 << 20)
	fresh, err := s.Intake(t.Context(), d, []Wake{{Key: "acme/a#1"}})
	if err != nil || !fresh {
		t.Errorf("with room again: fresh %v, %v", fresh, err)
	}
	ok(t, s.Healthy(t.Context()))
	c, _, _, err := s.Claim(t.Context(), time.Minute, nil)
	ok(t, err)
	if c.WakeSeq != int64(stored+1) {
		t.Errorf("%d wakes, want %d", c.WakeSeq, stored+1)
	}
}

// TestReserve: deliveries are refused while there is still room on the disk to
// finish what was begun.
func TestReserve(t *testing.T) {
	s := openTest(t, filepath.Join(t.TempDir(), "kintsugi.db"), Relaxed(), func(o *options) { o.reserve = 1 << 60 })
	room, err := s.Room(t.Context())
	ok(t, err)
	if room.Free < 0 {
		t.Skip("this system does not tell how much is free")
	}
	if !room.Full || !strings.Contains(room.Why, "make room on it") {
		t.Errorf("room %+v", room)
	}
	_, err = s.Intake(t.Context(), Delivery{GUID: "g", ReceivedAt: time.Now()}, nil)
	if !errors.Is(err, ErrFull) {
		t.Errorf("got %v", err)
	}
	ok(t, s.Healthy(t.Context()))
}

// TestCounted: many deliveries between two looks at the disk do not slip past
// the quota.
func TestCounted(t *testing.T) {
	r := newReader(1, clock.New(), []Option{Quota(1000)})
	r.meter.at, r.meter.last = r.clk.Now(), Room{Quota: 1000, Free: -1, Used: 500}
	for i, want := range []bool{true, true, false} {
		if err := r.spare(t.Context(), 200); (err == nil) != want {
			t.Errorf("delivery %d: %v", i, err)
		}
	}
}

// TestLocked: somebody looks into the database with a tool and forgets an open
// transaction.
func TestLocked(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kintsugi.db")
	s := openTest(t, path, Relaxed(), func(o *options) { o.busyTimeout = 20 * time.Millisecond })
	tool, err := sql.Open("sqlite", path)
	ok(t, err)
	defer tool.Close()
	conn, err := tool.Conn(t.Context())
	ok(t, err)
	_, err = conn.ExecContext(t.Context(), "BEGIN EXCLUSIVE")
	ok(t, err)
	d := Delivery{GUID: "one", ReceivedAt: s.clk.Now()}
	if fresh, err := s.Intake(t.Context(), d, nil); err == nil || fresh {
		t.Errorf("locked: fresh %v, %v", fresh, err)
	}
	if err := s.Healthy(t.Context()); err == nil {
		t.Error("healthy, but cannot write")
	}
	if _, _, err := s.Busy(t.Context()); err != nil {
		t.Errorf("reading waits for nobody, but got %v", err)
	}
	_, err = conn.ExecContext(t.Context(), "ROLLBACK")
	ok(t, err)
	ok(t, s.Healthy(t.Context()))
	if fresh, err := s.Intake(t.Context(), d, nil); err != nil || !fresh {
		t.Errorf("free again: fresh %v, %v", fresh, err)
	}
}

// ioErrorPath tells a re-executed test binary that its writes shall fail, and
// where its database is.
const ioErrorPath = "KINTSUGI_TEST_IO_ERROR_PATH"

// TestIOError: writes that the system refuses in the middle are answered with
// an error, and what was answered with success before is intact, in the process
// and after it.
func TestIOError(t *testing.T) {
	if path := os.Getenv(ioErrorPath); path != "" {
		writeUntilRefused(t, path)
		return
	}
	if !canLimitFiles {
		t.Skip("files cannot be limited on this system")
	}
	if testing.Short() {
		t.Skip("starts a process")
	}
	path := filepath.Join(t.TempDir(), "kintsugi.db")
	child := exec.Command(os.Args[0], "-test.run=^TestIOError$", "-test.v")
	child.Env = append(os.Environ(), ioErrorPath+"="+path)
	said, err := child.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	s := openTest(t, path)
	answered := 0
	for line := range strings.Lines(string(said)) {
		guid, found := strings.CutPrefix(strings.TrimSpace(line), "answered ")
		if !found {
			continue
		}
		answered++
		fresh, err := s.Intake(t.Context(), Delivery{GUID: guid, ReceivedAt: time.Now()}, nil)
		if err != nil || fresh {
			t.Errorf("delivery %s: fresh %v, %v", guid, fresh, err)
		}
	}
	recent, err := s.RecentDeliveries(t.Context(), 1000)
	if err != nil || answered < 5 || len(recent) != answered {
		t.Errorf("%d stored, %d answered, %v", len(recent), answered, err)
	}
	var verdict string
	ok(t, s.db.read(t.Context(), func(tx *tx) error { return tx.row(`PRAGMA integrity_check`, nil, &verdict) }))
	if verdict != "ok" {
		t.Error(verdict)
	}
}

func writeUntilRefused(t *testing.T, path string) {
	s := openTest(t, path)
	take := func(i int) error {
		guid := fmt.Sprint("d", i)
		fresh, err := s.Intake(t.Context(), Delivery{GUID: guid, Payload: incompressible(16 << 10), ReceivedAt: time.Now()}, []Wake{{Key: "acme/a#1"}})
		if fresh != (err == nil) {
			t.Errorf("intake %d: fresh %v, %v", i, fresh, err)
		}
		if err == nil {
			fmt.Println("answered", guid)
		}
		return err
	}
	for i := range 5 {
		ok(t, take(i))
	}
	info, err := os.Stat(path + "-wal")
	ok(t, err)
	lift := limitFiles(t, info.Size()+100<<10)
	refused := 0
	for i := 5; i < 40; i++ {
		if err := take(i); err != nil {
			refused++
			if !strings.Contains(err.Error(), "I/O error") && !strings.Contains(err.Error(), "full") {
				t.Errorf("refused with %v", err)
			}
		}
	}
	if refused == 0 {
		t.Error("nothing was refused")
	}
	limitFiles(t, info.Size()) // which the log has passed by now
	if err := s.Healthy(t.Context()); err == nil {
		t.Error("healthy, but cannot write")
	}
	lift()
	ok(t, s.Healthy(t.Context()))
	ok(t, take(40))
}
