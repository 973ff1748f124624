package server_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
	"github.com/kintsugi-app/kintsugi/app/server"
	"github.com/kintsugi-app/kintsugi/app/store/postgrestest"
)

// TestTwoReplicas: two processes share one database and the limits, do an
// incident once, and when one stops the other goes on.
func TestTwoReplicas(t *testing.T) {
	w := newWorld(t)
	w.config.DatabaseURL = postgrestest.New(t)
	w.start()
	first := w.server
	w.start()
	second := w.server
	w.clock.Advance(time.Minute)
	for _, s := range []*server.Server{first, second} {
		w.server = s
		w.until("both are counted", func() bool {
			w.clock.Advance(time.Second)
			return w.metric("kintsugi_replicas") == "2"
		})
	}
	if first.Addr() == second.Addr() {
		t.Fatal("it is one server")
	}
	n, err := w.hub.OpenIssue(repo, "sato", fakehub.NewIssue{Title: "[incident] checkout is blank"})
	if err != nil {
		t.Fatal(err)
	}
	// Each hears of it, as if GitHub had delivered twice by two ways.
	for _, d := range w.hub.TakeDeliveries() {
		for _, s := range []*server.Server{first, second} {
			w.server = s
			if code := w.post(d.Event, d.Payload); code != http.StatusAccepted {
				t.Errorf("answered %d", code)
			}
		}
	}
	w.until("a comment", func() bool { v, _ := w.hub.Issue(repo, n); return len(v.Comments) == 1 })
	if err := w.end(); err != nil {
		t.Fatal(err)
	}
	w.server = first
	if _, err := w.hub.Comment(repo, n, "tanaka", "/ack"); err != nil {
		t.Fatal(err)
	}
	w.deliver()
	w.until("the other goes on", func() bool {
		v, _ := w.hub.Issue(repo, n)
		return strings.Contains(v.Comments[0].Body, "tanaka") && len(v.Comments) == 2
	})
	w.rest()
	if v, _ := w.hub.Issue(repo, n); len(v.Comments) != 2 || len(v.Labels) != 1 {
		t.Errorf("%d comments, labels %v", len(v.Comments), v.Labels)
	}
}

// TestReplicasPauseTogether: when GitHub asks one to wait, the other waits.
func TestReplicasPauseTogether(t *testing.T) {
	w := newWorld(t)
	w.config.DatabaseURL = postgrestest.New(t)
	w.start()
	w.rest()
	first := w.server
	var mu sync.Mutex
	limits := 0
	w.hub.Fault(func(r *http.Request) *fakehub.Fault {
		if !strings.HasPrefix(r.URL.Path, "/repos/") {
			return nil
		}
		mu.Lock()
		defer mu.Unlock()
		limits++
		return &fakehub.Fault{Status: 429, Message: "slow down", Header: map[string]string{"Retry-After": "600"}}
	})
	if _, err := w.hub.OpenIssue(repo, "tanaka", fakehub.NewIssue{Title: "[incident] checkout is blank"}); err != nil {
		t.Fatal(err)
	}
	w.deliver()
	w.until("a pause", func() bool { mu.Lock(); defer mu.Unlock(); return limits > 0 })
	w.until("it is known", func() bool {
		w.clock.Advance(time.Second)
		return w.metric("kintsugi_installations_paused") == "1"
	})
	// From here on the first asks nothing any more.
	w.until("rest", func() bool { resting, err := first.Resting(context.Background()); return resting && err == nil })
	mu.Lock()
	before := limits
	mu.Unlock()
	w.start()
	w.until("ready", func() bool { code, _ := w.get("/readyz"); return code == http.StatusOK })
	if _, err := w.hub.OpenIssue(repo, "tanaka", fakehub.NewIssue{Title: "[incident] and another"}); err != nil {
		t.Fatal(err)
	}
	w.deliver()
	w.rest()
	mu.Lock()
	defer mu.Unlock()
	if limits != before {
		t.Errorf("%d requests although GitHub asked to wait", limits-before)
	}
}
