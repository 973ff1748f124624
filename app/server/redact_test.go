package server_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
	"github.com/kintsugi-app/kintsugi/app/server"
	"github.com/kintsugi-app/kintsugi/workflows"
)

// TestSecretsReachNoOutput walks through what a server says, when things go
// well and when they do not, and looks for every secret that it holds.
func TestSecretsReachNoOutput(t *testing.T) {
	w := newWorld(t)
	canaries := []string{"webhook-canary-now", "webhook-canary-before", "state-canary-now", "state-canary-before"}
	w.config.WebhookSecrets = []string{secret, canaries[0], canaries[1]}
	w.config.StateKeys = [][]byte{[]byte(canaries[2]), []byte(canaries[3])}
	w.config.LogFormat = "json"
	pem := strings.Split(string(w.config.PrivateKey), "\n")
	canaries = append(canaries, secret, pem[1], pem[2])

	// A GitHub and a rule that repeat whatever they can lay hands on. GitHub does
	// it once, so that the next run comes as far as the rule.
	list := server.Workflows()
	list[0].Decide = func(workflows.Input) workflows.Decision {
		panic("a rule knows " + strings.Join(canaries, " ") + string(w.config.PrivateKey))
	}
	w.config.Workflows = list
	failed := make(chan engine.Run, 100)
	w.config.OnRun = func(r engine.Run) {
		if r.Err != nil {
			failed <- r
		}
	}
	var mu sync.Mutex
	tokens, told := map[string]bool{}, false
	w.hub.Fault(func(r *http.Request) *fakehub.Fault {
		mu.Lock()
		defer mu.Unlock()
		_, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		tokens[token] = true
		if !told && strings.HasSuffix(r.URL.Path, "/events") {
			told = true
			return &fakehub.Fault{Status: 500, Message: "GitHub knows " + token + " " + strings.Join(canaries, " ")}
		}
		return nil
	})
	w.start()
	w.clock.Advance(time.Minute)
	if _, err := w.hub.OpenIssue(repo, "tanaka", fakehub.NewIssue{Title: "[incident] " + canaries[0], Body: "Authorization: Bearer " + canaries[2]}); err != nil {
		t.Fatal(err)
	}
	w.deliver()
	<-failed
	w.clock.Advance(time.Minute)
	<-failed
	var said strings.Builder
	for _, path := range []string{"/readyz", "/healthz", "/metrics", "/webhooks/github", "/nowhere"} {
		_, text := w.get(path)
		said.WriteString(text)
	}
	r, _ := http.NewRequest(http.MethodPost, "http://"+w.server.Addr()+"/webhooks/github", strings.NewReader(canaries[0]))
	r.Header.Set("X-Hub-Signature-256", "sha256="+canaries[0])
	r.Header.Set("X-GitHub-Event", canaries[1])
	r.Header.Set("X-GitHub-Delivery", canaries[2])
	if resp, err := http.DefaultClient.Do(r); err == nil {
		resp.Body.Close()
	}
	_, metrics := w.get("/metrics")
	if err := w.end(); err != nil {
		said.WriteString(err.Error())
	}
	all := said.String() + metrics + w.log.String()
	for _, reached := range []string{"GitHub knows [redacted]", "a rule knows [redacted]"} {
		if !strings.Contains(all, reached) {
			t.Errorf("%q is not in the log: this test does not reach what it is for", reached)
		}
	}
	mu.Lock()
	defer mu.Unlock()
	for token := range tokens {
		canaries = append(canaries, token)
	}
	for _, canary := range canaries {
		if canary != "" && strings.Contains(all, canary) {
			t.Errorf("%.30q shows", canary)
		}
	}
}
