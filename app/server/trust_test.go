package server_test

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
	"github.com/kintsugi-app/kintsugi/app/server"
	"github.com/kintsugi-app/kintsugi/workflows"
)

// pass lets time pass in which nothing is under way: a run that is would lose
// its lease.
func (w *world) pass(d time.Duration) {
	w.t.Helper()
	w.until("rest", func() bool {
		resting, err := w.server.Resting(context.Background())
		return resting && err == nil
	})
	w.clock.Advance(d)
}

// TestTheDatabaseIsFull: before the disk is full deliveries are refused, it is
// said in every place where somebody may look, once in the log, and it ends by
// itself when what was handled is pruned.
func TestTheDatabaseIsFull(t *testing.T) {
	w := newWorld(t)
	w.config.DatabaseURL = filepath.Join(t.TempDir(), "kintsugi.db")
	w.config.DatabaseQuota = 1 << 20
	w.start()
	w.rest()
	if got := w.metric(`kintsugi_database_bytes{kind="quota"}`); got != "1.048576e+06" {
		t.Errorf("the quota is shown as %q", got)
	}
	noise := make([]byte, 50<<10) // which does not shrink
	_, _ = rand.NewChaCha8([32]byte{}).Read(noise)
	large := []byte(fmt.Sprintf("{%q: %q}", "padding", hex.EncodeToString(noise)))
	refused := 0
	for range 20 {
		switch code := w.post("ping", large); code {
		case http.StatusAccepted:
		case http.StatusServiceUnavailable:
			refused++
		default:
			t.Fatalf("answered %d", code)
		}
	}
	if refused == 0 || refused == 20 {
		t.Fatalf("%d of 20 were refused", refused)
	}
	w.clock.Advance(2 * time.Second) // what was last seen of the room is old by now
	if code, text := w.get("/readyz"); code != http.StatusServiceUnavailable || !strings.Contains(text, "the database is full") {
		t.Errorf("/readyz: %d %s", code, text)
	}
	for _, is := range []string{"kintsugi_database_full 1", "kintsugi_ready 0"} {
		name, want, _ := strings.Cut(is, " ")
		if got := w.metric(name); got != want {
			t.Errorf("%s is %q, want %s", name, got, want)
		}
	}
	w.until("room again", func() bool {
		w.pass(time.Minute)
		code, _ := w.get("/readyz")
		return code == http.StatusOK
	})
	if code := w.post("ping", large); code != http.StatusAccepted {
		t.Errorf("answered %d, with room", code)
	}
	for _, line := range []string{"the database is full", "the database has room again", "was not taken in"} {
		if n := strings.Count(w.log.String(), line); n != 1 {
			t.Errorf("the log says %d times %q", n, line)
		}
	}
}

// TestAPauseOutlivesTheProcess: what GitHub wants of one process the next one
// keeps, and so do the others.
func TestAPauseOutlivesTheProcess(t *testing.T) {
	w := newWorld(t)
	w.config.DatabaseURL = filepath.Join(t.TempDir(), "kintsugi.db")
	limited := w.hub.Fault(func(r *http.Request) *fakehub.Fault {
		if strings.HasPrefix(r.URL.Path, "/repos/") {
			return &fakehub.Fault{Status: 403, Message: "You have exceeded a secondary rate limit.", Header: map[string]string{"Retry-After": "600"}}
		}
		return nil
	})
	w.start()
	w.until("a pause", func() bool {
		w.pass(2 * time.Second)
		return w.metric("kintsugi_installations_paused") == "1"
	})
	if err := w.end(); err != nil {
		t.Fatal(err)
	}
	limited()
	before := w.hub.Counts().ByRoute["GET /repos/{owner}/{repo}/issues"]
	w.start()
	w.rest()
	if got := w.metric("kintsugi_installations_paused"); got != "1" {
		t.Errorf("%q are paused after the restart", got)
	}
	if after := w.hub.Counts().ByRoute["GET /repos/{owner}/{repo}/issues"]; after != before {
		t.Errorf("%d requests within the pause", after-before)
	}
	w.pass(11 * time.Minute)
	w.until("work again", func() bool { return w.metric("kintsugi_installations_paused") == "0" })
}

// TestSetAsideIsSaidOnce: a subject that fails again and again is counted,
// named in the log once with the way to its story, and forgotten when it
// succeeds.
func TestSetAsideIsSaidOnce(t *testing.T) {
	w := newWorld(t)
	list := server.Workflows()
	list[0].Decide = func(workflows.Input) workflows.Decision { panic("a rule went wrong") }
	w.config.Workflows = list
	runs := make(chan engine.Run, 1000)
	w.config.OnRun = func(r engine.Run) {
		if strings.Contains(r.Key, "#") {
			runs <- r
		}
	}
	w.start()
	w.clock.Advance(time.Minute)
	if _, err := w.hub.OpenIssue(repo, "tanaka", fakehub.NewIssue{Title: "[incident] checkout is blank"}); err != nil {
		t.Fatal(err)
	}
	w.deliver()
	for n := 0; n < engine.SetAsideAfter+3; {
		w.pass(time.Minute)
		for ; len(runs) > 0; n++ {
			<-runs
		}
	}
	w.clock.Advance(2 * time.Second)
	if got := w.metric(`kintsugi_subjects{state="set_aside"}`); got != "1" {
		t.Errorf("%q are set aside", got)
	}
	said := 0
	for line := range strings.Lines(w.log.String()) {
		if strings.Contains(line, "set aside") {
			said++
			if !strings.Contains(line, "kintsugi explain acme/incidents#") || !strings.Contains(line, "a rule went wrong") {
				t.Errorf("it lacks the reason or the way on: %s", line)
			}
		}
	}
	if said != 1 {
		t.Errorf("said %d times", said)
	}
}

// TestWhatNeverArrivedIsAskedFor: a delivery that reached nobody is asked for
// by its id, and counted.
func TestWhatNeverArrivedIsAskedFor(t *testing.T) {
	w := newWorld(t)
	w.start()
	w.rest()
	w.hub.SetWebhook("http://"+w.server.Addr()+"/webhooks/github", secret)
	w.hub.TakeDeliveries()
	if _, err := w.hub.OpenIssue(repo, "tanaka", fakehub.NewIssue{Title: "[incident] checkout is blank"}); err != nil {
		t.Fatal(err)
	}
	for _, d := range w.hub.TakeDeliveries() {
		w.hub.Lose(d)
	}
	w.until("it was asked for", func() bool {
		w.pass(time.Minute)
		return w.metric("kintsugi_redeliveries_total") != "0"
	})
	if got := w.metric("kintsugi_sweep_requests_total"); got == "0" || got == "" {
		t.Errorf("%q requests by sweeps", got)
	}
	if got := w.metric("kintsugi_replicas"); got != "1" {
		t.Errorf("%q replicas", got)
	}
}

// TestNoDeliveryLog: a GitHub that keeps no log of deliveries is said once, and
// is no trouble.
func TestNoDeliveryLog(t *testing.T) {
	w := newWorld(t)
	w.hub.Fault(func(r *http.Request) *fakehub.Fault {
		if strings.Contains(r.URL.Path, "/app/hook/deliveries") {
			return &fakehub.Fault{Status: http.StatusNotFound}
		}
		return nil
	})
	asked := make(chan engine.Run, 1000)
	w.config.OnRun = func(r engine.Run) {
		if r.Key == engine.RedeliveryKey {
			asked <- r
		}
	}
	w.start()
	for n := 0; n < 3; {
		w.pass(30 * time.Minute)
		for ; len(asked) > 0; n++ {
			// Time that is made to pass during a run ends its lease.
			if r := <-asked; r.Err != nil && !errors.Is(r.Err, engine.ErrLeaseLost) {
				t.Errorf("it failed: %v", r.Err)
			}
		}
	}
	if said := strings.Count(w.log.String(), "keeps no log of deliveries"); said != 1 {
		t.Errorf("said %d times", said)
	}
}
