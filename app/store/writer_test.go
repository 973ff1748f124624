package store

import (
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
)

// grouped hands several writes over while the writer is busy with another, so
// that they wait together, and returns their errors.
func grouped(t *testing.T, s *Store, writes []func(t *tx) error) []error {
	t.Helper()
	errs := make([]error, len(writes))
	release := make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		err := s.db.do(t.Context(), func(*tx) error { <-release; return nil })
		if err != nil {
			t.Error(err)
		}
	})
	synctest.Wait()
	for i, write := range writes {
		all.Go(func() { errs[i] = s.db.do(t.Context(), write) })
	}
	synctest.Wait()
	close(release)
	all.Wait()
	return errs
}

func setMark(name string) func(t *tx) error {
	return func(t *tx) error {
		_, err := t.exec(`INSERT INTO marks (app, name, marked_at) VALUES (1, ?, 1)`, name)
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
		const written = `SELECT count(*) FROM marks WHERE length(name) <= 2`
		var visible, applied int
		writes := make([]func(t *tx) error, 20)
		for i := range writes {
			writes[i] = func(t *tx) error {
				applied++
				if err := fileOf(s).readers.QueryRow(written).Scan(&visible); err != nil {
					return err
				}
				return setMark(fmt.Sprint(i))(t)
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
		ok(t, fileOf(s).readers.QueryRow(written).Scan(&visible))
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
			setMark("a"),
			func(t *tx) error {
				if err := setMark("b")(t); err != nil {
					return err
				}
				return refused
			},
			setMark("c"),
			setMark("a"), // the second of one name
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
		ok(t, s.db.do(t.Context(), func(t *tx) error {
			return t.row(`SELECT group_concat(name, ' ' ORDER BY name) FROM marks WHERE length(name) = 1`, nil, &names)
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
