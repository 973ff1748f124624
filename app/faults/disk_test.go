//go:build unix

package faults

import (
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/store/postgrestest"
)

// unwell checks that a process takes nothing in and says why it is not ready,
// while it lives.
func (t *town) unwell(p *process, what string) {
	t.Helper()
	if status, text := t.give(p, "while-"+what, "issues", padded(64<<10)); status != http.StatusServiceUnavailable {
		t.Errorf("%s: a delivery was answered %d %s", what, status, text)
	}
	t.pass(5 * time.Second) // what was last seen of the store is old by now
	if code, text := p.get("/readyz"); code != http.StatusServiceUnavailable || !strings.Contains(text, "store") {
		t.Errorf("%s: /readyz: %d %s", what, code, text)
	}
	if code, _ := p.get("/healthz"); code != http.StatusOK {
		t.Errorf("%s: /healthz: %d", what, code)
	}
}

// well checks that it is over.
func (t *town) well(p *process, what string) {
	t.Helper()
	t.until(what+" is over", func() bool { code, _ := p.get("/readyz"); return code == http.StatusOK })
	if status, text := t.give(p, "after-"+what, "ping", []byte("{}")); status != http.StatusAccepted {
		t.Errorf("after %s: a delivery was answered %d %s", what, status, text)
	}
}

// TestFault21DatabaseLocked: somebody else holds the database.
func TestFault21DatabaseLocked(t *testing.T) {
	onBoth(t, func(t *town) {
		a := t.process("a")
		n := t.open(repo, "sato", "[incident] checkout is blank")
		t.quiet()
		free := t.jam()
		t.unwell(a, "locked")
		free()
		t.well(a, "locked")
		t.say(repo, n, "tanaka", "/ack")
		t.rest()
		t.wants(n, `open [incident]; ours: status; 👍1 😕0; "In progress · severity undecided · lead tanaka"`)
		t.promises()
	})
}

// TestFault21DiskFull: no file may grow any more, which is how both a full disk
// and a failing one look to the database.
func TestFault21DiskFull(t *testing.T) {
	t.Parallel()
	w := newTown(t, sqlite)
	w.settleIn("a")
	a := w.process("a")
	n := w.open(repo, "sato", "[incident] checkout is blank")
	w.quiet()
	if a.ask("limit "+strconv.FormatInt(largest(w, w.url, w.url+"-wal"), 10)) != "true" {
		t.Fatal("the limit could not be set")
	}
	w.unwell(a, "full")
	w.say(repo, n, "tanaka", "/ack")
	w.quiet()
	w.pass(time.Minute)
	w.quiet()
	if a.ask("limit "+strconv.FormatInt(1<<40, 10)) != "true" {
		t.Fatal("the limit could not be lifted")
	}
	w.well(a, "full")
	w.rest()
	w.wants(n, `open [incident]; ours: status; 👍1 😕0; "In progress · severity undecided · lead tanaka"`)
	if got := column(w, w.look(), "PRAGMA integrity_check"); len(got) != 1 || got[0] != "ok" {
		t.Errorf("the database is not intact: %v", got)
	}
	w.promises()
}

// largest is the size of the largest of some files, in whole pages.
func largest(t *town, files ...string) (size int64) {
	t.Helper()
	for _, file := range files {
		info, err := os.Stat(file)
		if err != nil {
			t.Fatal(err)
		}
		size = max(size, info.Size())
	}
	return size
}

// TestFault21ServerStopped: the database's server ends as in a power cut, and
// comes back.
func TestFault21ServerStopped(t *testing.T) {
	t.Parallel()
	server := postgrestest.Own(t)
	kind := postgres
	kind.make = func(t *testing.T) string { return server.New(t) }
	w := newTown(t, kind)
	for _, name := range []string{"a", "b"} {
		w.process(name).orders.Sure = true
	}
	w.settleIn("a", "b")
	n := w.open(repo, "sato", "[incident] checkout is blank")
	w.quiet()
	server.Stop(t)
	for _, p := range w.all() {
		w.unwell(p, "stopped")
	}
	w.say(repo, n, "tanaka", "/ack")
	w.post()
	w.pass(time.Minute)
	server.Start(t)
	for _, p := range w.all() {
		w.well(p, "stopped")
	}
	w.rest()
	w.wants(n, `open [incident]; ours: status; 👍1 😕0; "In progress · severity undecided · lead tanaka"`)
	w.promises()
}
