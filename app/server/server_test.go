package server_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub/contract"
	"github.com/kintsugi-app/kintsugi/app/server"
	"github.com/kintsugi-app/kintsugi/workflows"
)

func signature(body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}

func TestAnIncidentIsTakenUp(t *testing.T) {
	w := newWorld(t)
	w.start()
	w.until("ready", func() bool { code, _ := w.get("/readyz"); return code == http.StatusOK })
	w.clock.Advance(time.Minute) // a new store creates nothing at first
	n, err := w.hub.OpenIssue(repo, "sato", fakehub.NewIssue{Title: "[incident] checkout is blank"})
	if err != nil {
		t.Fatal(err)
	}
	for _, code := range w.deliver() {
		if code != http.StatusAccepted {
			t.Errorf("a delivery was answered with %d", code)
		}
	}
	w.until("a comment", func() bool { v, _ := w.hub.Issue(repo, n); return len(v.Comments) == 1 })
	w.rest()
	w.clock.Advance(2 * time.Second) // what was last seen of the store is old by now
	if got := w.metric(`kintsugi_deliveries_total{event="issues",result="accepted"}`); got != "1" {
		t.Errorf("%q deliveries counted", got)
	}
	if got := w.metric(`kintsugi_run_seconds_count{result="changed"}`); got != "1" {
		t.Errorf("%q runs counted", got)
	}
	if got := w.metric(`kintsugi_subjects{state="due"}`); got != "0" {
		t.Errorf("%q due", got)
	}
	if got := w.metric(`kintsugi_github_requests_total{method="POST",route="repos/{owner}/{repo}/issues/{issue_number}/comments",status="201"}`); got != "1" {
		t.Errorf("%q comments counted", got)
	}
	_, metrics := w.get("/metrics")
	for _, private := range []string{"acme", "incidents", "sato"} {
		if strings.Contains(metrics, private) {
			t.Errorf("%q shows in the metrics", private)
		}
	}
	if err := w.end(); err != nil {
		t.Errorf("stopped with %v", err)
	}
}

func TestADuplicateIsCountedAndNotTakenInTwice(t *testing.T) {
	w := newWorld(t)
	w.start()
	send := func() int {
		r, _ := http.NewRequest(http.MethodPost, "http://"+w.server.Addr()+"/webhooks/github", strings.NewReader(`{}`))
		r.Header.Set("X-GitHub-Event", "ping")
		r.Header.Set("X-GitHub-Delivery", "the-same-again")
		r.Header.Set("X-Hub-Signature-256", signature([]byte(`{}`)))
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		return resp.StatusCode
	}
	if a, b := send(), send(); a != 202 || b != 202 {
		t.Errorf("answered %d and %d", a, b)
	}
	if got := w.metric(`kintsugi_deliveries_total{event="ping",result="duplicate"}`); got != "1" {
		t.Errorf("%q duplicates counted", got)
	}
}

// TestExampleDeliveries: whatever real deliveries of GitHub's look like, each is
// answered, nothing panics, and nothing is written because of them.
func TestExampleDeliveries(t *testing.T) {
	examples := contract.Examples(t)
	w := newWorld(t)
	w.start()
	w.rest()
	before := w.hub.Counts().Writes
	sent, panics := 0, strings.Count(w.log.String(), "panic")
	for event, payloads := range examples {
		for _, payload := range payloads {
			sent++
			if code := w.post(event, payload); code != http.StatusAccepted {
				t.Errorf("%s: answered %d to %.200s", event, code, payload)
			}
		}
	}
	if sent != 329 {
		t.Errorf("%d deliveries were sent, want 329", sent)
	}
	w.rest()
	counted := 0
	_, text := w.get("/metrics")
	for line := range strings.Lines(text) {
		var n int
		if strings.HasPrefix(line, "kintsugi_deliveries_total") {
			if _, err := fmt.Sscanf(line[strings.Index(line, "} "):], "} %d", &n); err != nil {
				t.Fatal(err)
			}
			counted += n
		}
	}
	if counted != sent {
		t.Errorf("%d deliveries were counted", counted)
	}
	if w.metric(`kintsugi_deliveries_total{event="other",result="unknown"}`) == "" {
		t.Error("unknown events are not counted")
	}
	if n := strings.Count(w.log.String(), "panic") - panics; n > 0 {
		t.Errorf("%d panics:\n%s", n, w.log)
	}
	// Sweeps of installations that do not exist ask for a token; nothing else
	// may be written. What is asked over GraphQL is no write.
	counts := w.hub.Counts()
	tokens := 0
	for route, n := range counts.ByRoute {
		switch {
		case strings.HasSuffix(route, "access_tokens"):
			tokens += n
		case !strings.HasPrefix(route, "GET ") && route != "POST /graphql":
			t.Errorf("%d × %s", n, route)
		}
	}
	if counts.Writes != tokens {
		t.Errorf("%d writes, of which %d are for tokens: %v", counts.Writes, tokens, counts.ByRoute)
	}
	t.Logf("%d sent; %d writes before, %d after", sent, before, counts.Writes)
}

// TestOurOwnEventsCauseNothing: the App's own writes come back as deliveries.
func TestOurOwnEventsCauseNothing(t *testing.T) {
	w := newWorld(t)
	w.start()
	w.clock.Advance(time.Minute)
	n, err := w.hub.OpenIssue(repo, "tanaka", fakehub.NewIssue{Title: "[incident] checkout is blank"})
	if err != nil {
		t.Fatal(err)
	}
	w.deliver()
	w.until("a comment", func() bool { v, _ := w.hub.Issue(repo, n); return len(v.Comments) == 1 })
	w.deliver()
	w.rest()
	before := w.hub.Counts()
	for i := range 1000 {
		if _, err := w.hub.Comment(repo, n, "kintsugi[bot]", fmt.Sprintf("/resolved %d", i)); err != nil {
			t.Fatal(err)
		}
	}
	for _, code := range w.deliver() {
		if code != http.StatusAccepted {
			t.Fatalf("answered %d", code)
		}
	}
	w.rest()
	if after := w.hub.Counts(); after.Requests != before.Requests {
		t.Errorf("%d requests, %d of them writes", after.Requests-before.Requests, after.Writes-before.Writes)
	}
}

// TestGitHubIsDownAtTheStart: the server listens, says that it is not ready,
// takes deliveries in, and goes on once GitHub answers.
func TestGitHubIsDownAtTheStart(t *testing.T) {
	w := newWorld(t)
	up := w.hub.Fault(func(*http.Request) *fakehub.Fault { return &fakehub.Fault{Status: 503} })
	w.start()
	w.until("a try", func() bool { return w.hub.Counts().Refused > 0 })
	if code, text := w.get("/readyz"); code != http.StatusServiceUnavailable || !strings.Contains(text, "who this App is") {
		t.Errorf("/readyz: %d %s", code, text)
	}
	if code, _ := w.get("/healthz"); code != http.StatusOK {
		t.Errorf("/healthz: %d", code)
	}
	w.clock.Advance(time.Minute)
	n, err := w.hub.OpenIssue(repo, "sato", fakehub.NewIssue{Title: "[incident] checkout is blank"})
	if err != nil {
		t.Fatal(err)
	}
	for _, code := range w.deliver() {
		if code != http.StatusAccepted {
			t.Errorf("answered %d", code)
		}
	}
	up()
	w.clock.Advance(2 * time.Minute)
	w.until("a comment", func() bool { v, _ := w.hub.Issue(repo, n); return len(v.Comments) == 1 })
	w.until("ready", func() bool { code, _ := w.get("/readyz"); return code == http.StatusOK })
}

func TestWrongCredentialsEndTheServer(t *testing.T) {
	w := newWorld(t)
	w.config.AppID = 8 // not the App of this key
	w.start()
	err := w.server.Wait()
	var setting *server.SettingError
	if !errors.As(err, &setting) || !strings.Contains(err.Error(), "KINTSUGI_APP_ID and KINTSUGI_PRIVATE_KEY are not accepted by GitHub") {
		t.Errorf("ended with %v", err)
	}
}

func TestADatabaseInUse(t *testing.T) {
	w := newWorld(t)
	w.config.DatabaseURL = filepath.Join(t.TempDir(), "kintsugi.db")
	w.start()
	other := w.config
	_, err := server.Start(context.Background(), other)
	var setting *server.SettingError
	if !errors.As(err, &setting) || !strings.Contains(err.Error(), "in use by another process") {
		t.Errorf("a second server on one database: %v", err)
	}
}

func TestAnAddressInUse(t *testing.T) {
	w := newWorld(t)
	w.start()
	other := newWorld(t)
	other.config.Addr = w.server.Addr()
	_, err := server.Start(context.Background(), other.config)
	if err == nil || !strings.HasPrefix(err.Error(), "KINTSUGI_ADDR ") {
		t.Errorf("an address in use: %v", err)
	}
}

func TestMetricsOnAnAddressOfTheirOwn(t *testing.T) {
	w := newWorld(t)
	w.config.MetricsAddr = "127.0.0.1:0"
	w.start()
	if code, _ := w.get("/metrics"); code != http.StatusNotFound {
		t.Errorf("metrics are on the main address too: %d", code)
	}
	if w.metric(`kintsugi_build_info{go="`+goVersion+`",version="test"}`) != "1" {
		t.Error("no metrics on their own address")
	}
	if code, _ := w.getFrom(w.server.MetricsAddr(), "/healthz"); code != http.StatusNotFound {
		t.Errorf("the address of the metrics serves more: %d", code)
	}
}

// TestARunUnderWayIsFinished: told to stop, the server ends what it began and
// does not leave a comment half made.
func TestARunUnderWayIsFinished(t *testing.T) {
	w := newWorld(t)
	w.config.DatabaseURL = filepath.Join(t.TempDir(), "kintsugi.db")
	began, goOn := make(chan struct{}), make(chan struct{})
	w.config.Workflows = slowed(func() { close(began); <-goOn })
	w.start()
	w.clock.Advance(time.Minute)
	n, err := w.hub.OpenIssue(repo, "tanaka", fakehub.NewIssue{Title: "[incident] checkout is blank"})
	if err != nil {
		t.Fatal(err)
	}
	w.deliver()
	<-began
	w.stop()
	close(goOn)
	if err := w.server.Wait(); err != nil {
		t.Fatal(err)
	}
	if v, _ := w.hub.Issue(repo, n); len(v.Comments) != 1 || len(v.Labels) != 1 {
		t.Errorf("left %d comments and labels %v", len(v.Comments), v.Labels)
	}
	if _, err := http.Get("http://" + w.server.Addr() + "/healthz"); err == nil {
		t.Error("it still answers")
	}
	// The file is free again.
	w.start()
	w.rest()
}

// slowed are the server's workflows, of which the first decision waits.
func slowed(wait func()) []workflows.Workflow {
	list := server.Workflows()
	decide, first := list[0].Decide, true
	list[0].Decide = func(in workflows.Input) workflows.Decision {
		if first {
			first = false
			wait()
		}
		return decide(in)
	}
	return list
}

func TestAPanicInAWorkflowIsLogged(t *testing.T) {
	w := newWorld(t)
	list := server.Workflows()
	list[0].Decide = func(workflows.Input) workflows.Decision { panic("a rule went wrong") }
	w.config.Workflows = list
	failed := make(chan engine.Run, 10)
	w.config.OnRun = func(r engine.Run) {
		if r.Err != nil {
			failed <- r
		}
	}
	w.start()
	w.clock.Advance(time.Minute)
	if _, err := w.hub.OpenIssue(repo, "tanaka", fakehub.NewIssue{Title: "[incident] checkout is blank"}); err != nil {
		t.Fatal(err)
	}
	w.deliver()
	<-failed
	if code, _ := w.get("/healthz"); code != http.StatusOK {
		t.Errorf("/healthz: %d", code)
	}
	w.until("the panic is logged", func() bool { return strings.Contains(w.log.String(), "a rule went wrong") })
	if w.metric(`kintsugi_run_seconds_count{result="failed"}`) == "" {
		t.Error("no failed run is counted")
	}
}

// TestTheDiskFails: nothing is accepted that is not on disk, and the server
// says that it is not ready.
func TestTheDiskFails(t *testing.T) {
	w := newWorld(t)
	w.start()
	w.rest()
	if code := w.post("ping", []byte(`{}`)); code != http.StatusAccepted {
		t.Fatalf("answered %d", code)
	}
	if err := w.server.BreakStore(); err != nil {
		t.Fatal(err)
	}
	if code := w.post("ping", []byte(`{}`)); code != http.StatusServiceUnavailable {
		t.Errorf("answered %d", code)
	}
	w.clock.Advance(time.Minute) // what was last seen of the store is old by now
	if code, text := w.get("/readyz"); code != http.StatusServiceUnavailable || !strings.Contains(text, "store") {
		t.Errorf("/readyz: %d %s", code, text)
	}
	if code, _ := w.get("/healthz"); code != http.StatusOK {
		t.Errorf("/healthz: %d", code)
	}
	if got := w.metric(`kintsugi_deliveries_total{event="ping",result="failed"}`); got != "1" {
		t.Errorf("%q failures counted", got)
	}
}
