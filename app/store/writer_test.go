package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// grouped hands several writes over while the writer is busy with another, so
// that they wait together, and returns their errors.
func grouped(t *testing.T, s *Store, writes []func(t *tx) error) []error {
	t.Helper()
	errs := make([]error, len(writes))
	release := make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		err := s.writer.do(t.Context(), 0, func(*tx) error { <-release; return nil })
		if err != nil {
			t.Error(err)
		}
	})
	synctest.Wait()
	for i, write := range writes {
		all.Go(func() { errs[i] = s.writer.do(t.Context(), 0, write) })
	}
	synctest.Wait()
	close(release)
	all.Wait()
	return errs
}

func setMeta(name string) func(t *tx) error {
	return func(t *tx) error {
		_, err := t.exec(`INSERT INTO meta (name, value) VALUES (?, 1)`, name)
		return err
	}
}

// TestGroupSharesACommit: while the last write of a group happens, a reader
// sees none of the others yet.
func TestGroupSharesACommit(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kintsugi.db")
	synctest.Test(t, func(t *testing.T) {
		s := openTest(t, path, Relaxed())
		defer s.Close()
		const written = `SELECT count(*) FROM meta WHERE length(name) <= 2`
		var visible, applied int
		writes := make([]func(t *tx) error, 20)
		for i := range writes {
			writes[i] = func(t *tx) error {
				applied++
				if err := s.readers.QueryRow(written).Scan(&visible); err != nil {
					return err
				}
				return setMeta(fmt.Sprint(i))(t)
			}
		}
		for i, err := range grouped(t, s, writes) {
			if err != nil {
				t.Errorf("write %d: %v", i, err)
			}
		}
		if applied != len(writes) || visible != 0 {
			t.Errorf("%d applied, want each once; %d were committed before the last", applied, visible)
		}
		ok(t, s.readers.QueryRow(written).Scan(&visible))
		if visible != len(writes) {
			t.Errorf("%d are on disk, want all", visible)
		}
	})
}

func TestFailureInAGroup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openTest(t, ":memory:")
		defer s.Close()
		refused := errors.New("refused")
		errs := grouped(t, s, []func(t *tx) error{
			setMeta("a"),
			func(t *tx) error {
				if err := setMeta("b")(t); err != nil {
					return err
				}
				return refused
			},
			setMeta("c"),
			setMeta("a"), // the second of one name
		})
		if !errors.Is(errs[1], refused) {
			t.Errorf("got %v, want the write's own error", errs[1])
		}
		if errs[2] != nil {
			t.Errorf("paid for another's failure: %v", errs[2])
		}
		if (errs[0] == nil) == (errs[3] == nil) {
			t.Errorf("got %v and %v, want one of two to fail", errs[0], errs[3])
		}
		var names string
		ok(t, s.writer.do(t.Context(), 0, func(t *tx) error {
			return t.row(`SELECT group_concat(name, ' ' ORDER BY name) FROM meta WHERE length(name) = 1`, nil, &names)
		}))
		if names != "a c" {
			t.Errorf("written are %q, want the two that were answered with success", names)
		}
	})
}

func TestGroupIsBounded(t *testing.T) {
	w := &writer{queue: make(chan write, 2*maxGroup)}
	fill := func(n, size int) {
		for range n {
			w.queue <- write{size: size}
		}
	}
	fill(2*maxGroup, 0)
	if n := len(w.gather(write{})); n != maxGroup {
		t.Errorf("%d in a group, want %d", n, maxGroup)
	}
	w.queue = make(chan write, 10)
	fill(10, maxGroupBytes/4)
	if n := len(w.gather(write{size: maxGroupBytes / 4})); n != 4 {
		t.Errorf("%d large ones in a group, want 4", n)
	}
}

// TestDiskFull: what does not fit is answered with an error, and the store
// works again when there is room.
func TestDiskFull(t *testing.T) {
	s := openTest(t, filepath.Join(t.TempDir(), "kintsugi.db"), Relaxed())
	limit := func(pages int) {
		ok(t, s.writer.do(t.Context(), 0, func(t *tx) error {
			var now int
			return t.QueryRowContext(context.Background(), fmt.Sprintf("PRAGMA max_page_count = %d", pages)).Scan(&now)
		}))
	}
	d := Delivery{Payload: make([]byte, 16<<10), ReceivedAt: s.clk.Now()}
	limit(60)
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
	recent, err := s.RecentDeliveries(t.Context(), 100)
	ok(t, err)
	if failed == 0 || len(recent) != stored {
		t.Errorf("%d failed, %d answered as stored, %d stored", failed, stored, len(recent))
	}
	limit(1 << 20)
	fresh, err := s.Intake(t.Context(), d, []Wake{{Key: "acme/a#1"}})
	if err != nil || !fresh {
		t.Errorf("with room again: fresh %v, %v", fresh, err)
	}
	c, _, _, err := s.Claim(t.Context(), time.Minute, nil)
	ok(t, err)
	if c.WakeSeq != int64(stored+1) {
		t.Errorf("%d wakes, want %d", c.WakeSeq, stored+1)
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
	_, err = conn.ExecContext(t.Context(), "BEGIN IMMEDIATE")
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
