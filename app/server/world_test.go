package server_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/clock"
	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub/contract"
	"github.com/kintsugi-app/kintsugi/app/server"
	"github.com/kintsugi-app/kintsugi/app/transcript"
)

// oneKey is shared by all worlds: making one takes a tenth of a second.
var oneKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

const (
	repo   = "acme/incidents"
	secret = "It's a Secret to Everybody"
)

// world is a real server against the simulated GitHub, both over sockets.
type world struct {
	t      testing.TB
	clock  *clock.Real
	hub    *fakehub.Hub
	github *httptest.Server
	config server.Config
	log    *transcript.Log
	server *server.Server
	stop   context.CancelFunc
}

// newWorld is a private repository on which the App is installed; the server is
// not started yet.
func newWorld(t testing.TB) *world {
	w := &world{t: t, clock: clock.New(), log: &transcript.Log{}}
	w.hub = fakehub.New(fakehub.Options{
		Clock: w.clock, RateLimit: -1, WebhookSecret: secret, App: fakehub.App{ID: 7, PrivateKey: oneKey()},
	})
	w.hub.AddOrg("acme")
	w.hub.AddRepo("acme", "incidents", true)
	for login, role := range map[string]string{"sato": "read", "tanaka": "triage"} {
		w.hub.SetRole(repo, login, role)
	}
	w.hub.Install("acme", time.Time{})
	w.github = httptest.NewServer(w.hub)
	t.Cleanup(w.github.Close)
	w.config = server.Config{
		AppID: 7, PrivateKey: w.hub.PrivateKeyPEM(), WebhookSecrets: []string{secret}, GitHubURL: w.github.URL,
		DatabaseURL: ":memory:", Addr: "127.0.0.1:0", Clock: w.clock, LogTo: w.log, Version: "test",
	}
	if contract.Here() { // then every exchange is held to GitHub's description
		w.config.Transport = contract.Check(t, http.DefaultTransport)
	}
	return w
}

func (w *world) start() {
	w.t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	s, err := server.Start(ctx, w.config)
	if err != nil {
		stop()
		w.t.Fatal(err)
	}
	w.server, w.stop = s, stop
	w.t.Cleanup(func() { stop(); _ = s.Wait() })
}

// end stops the server and returns what it ended with.
func (w *world) end() error {
	w.stop()
	return w.server.Wait()
}

// until waits for something to hold.
func (w *world) until(what string, holds func() bool) {
	w.t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for !holds() {
		if time.Now().After(deadline) {
			w.t.Fatalf("%s: did not happen; the log:\n%s", what, w.log)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// rest waits until the server has nothing to do.
func (w *world) rest() {
	w.t.Helper()
	w.until("rest", func() bool {
		resting, err := w.server.Resting(context.Background())
		if err != nil {
			w.t.Fatal(err)
		}
		return resting
	})
}

func (w *world) get(path string) (int, string) {
	w.t.Helper()
	return w.getFrom(w.server.Addr(), path)
}

func (w *world) getFrom(addr, path string) (int, string) {
	w.t.Helper()
	resp, err := http.Get("http://" + addr + path)
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

// deliver posts everything that the hub has to say, and returns the answers.
func (w *world) deliver() []int {
	w.t.Helper()
	w.hub.SetWebhook("http://"+w.server.Addr()+"/webhooks/github", secret)
	var codes []int
	for _, d := range w.hub.TakeDeliveries() {
		codes = append(codes, w.post(d.Event, d.Payload))
	}
	return codes
}

var guids = sync.OnceValue(func() func() string {
	var mu sync.Mutex
	n := 0
	return func() string {
		mu.Lock()
		defer mu.Unlock()
		n++
		return fmt.Sprintf("00000000-0000-4000-8000-%012d", n)
	}
})

// post sends one delivery, correctly signed.
func (w *world) post(event string, payload []byte) int {
	w.t.Helper()
	r, err := http.NewRequest(http.MethodPost, "http://"+w.server.Addr()+"/webhooks/github", bytes.NewReader(payload))
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set("X-GitHub-Event", event)
	r.Header.Set("X-GitHub-Delivery", guids()())
	r.Header.Set("X-Hub-Signature-256", signature(payload))
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode
}

// metric is the value of a line of the metrics that begins so, or "".
func (w *world) metric(name string) string {
	w.t.Helper()
	_, text := w.getFrom(w.server.MetricsAddr(), "/metrics")
	for line := range strings.Lines(text) {
		if rest, ok := strings.CutPrefix(line, name+" "); ok {
			return strings.TrimSpace(rest)
		}
	}
	return ""
}
