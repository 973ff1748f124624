package githubapp_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/clock"
	"github.com/kintsugi-app/kintsugi/app/githubapp"
	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub/contract"
	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/policy"
)

// key is the App's, made once because it takes a while.
var key = sync.OnceValue(func() *rsa.PrivateKey {
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return k
})

func keyPEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key())})
}

const (
	shop   = "acme/shop"
	vault  = "acme/vault"
	canary = "It's a Secret to Everybody & <all>"
)

var began = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

// world is a small company on the simulated GitHub, and the App under test.
type world struct {
	*fakehub.Hub
	t       *testing.T
	clock   *clock.Stepped
	app     *githubapp.App
	install int64
	issue   workflows.Subject
	log     bytes.Buffer

	mu       sync.Mutex
	requests []request
}

// request is what OnRequest heard.
type request struct {
	method, route string
	status        int
	installation  int64
}

// newWorld checks every exchange against GitHub's description where that is at
// hand; strict skips the test where it is not.
func newWorld(t *testing.T, change ...func(*githubapp.Config)) *world {
	t.Helper()
	w := &world{t: t, clock: clock.NewStepped(began)}
	w.build(fakehub.Options{})
	w.app = w.newApp(change...)
	t.Cleanup(w.noSecrets)
	return w
}

// skewed builds the world anew, with GitHub's clock ahead of ours by so much.
func (w *world) skewed(ahead time.Duration, change ...func(*githubapp.Config)) {
	w.t.Helper()
	w.build(fakehub.Options{Skew: ahead})
	w.app = w.newApp(change...)
}

func (w *world) build(options fakehub.Options) {
	w.t.Helper()
	options.Clock, options.Seed, options.APIURL, options.WebURL = w.clock, 1, "https://api.github.com", "https://github.com"
	options.App, options.WebhookSecret = fakehub.App{ID: 7, PrivateKey: key()}, canary
	w.Hub = fakehub.New(options)
	w.AddOrg("acme", "pay")
	w.AddRepo("acme", "shop", false)
	w.AddRepo("acme", "vault", true)
	w.SetRole(shop, "alice", "admin")
	w.SetRole(shop, "bob", "triage")
	w.SetRole(vault, "alice", "write")
	w.AddUser("mallory")
	w.install = w.Install("acme", began.Add(-48*time.Hour))
	number, err := w.OpenIssue(shop, "alice", fakehub.NewIssue{Title: "Checkout is down", Body: "All of it"})
	must(w.t, err)
	w.issue = workflows.Subject{Repo: shop, Number: number}
}

func (w *world) newApp(change ...func(*githubapp.Config)) *githubapp.App {
	w.t.Helper()
	config := githubapp.Config{
		AppID: 7, PrivateKey: keyPEM(), Clock: w.clock, Transport: w.Transport(), Secrets: []string{canary},
		Log: slog.New(slog.NewJSONHandler(&w.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		OnRequest: func(method, route string, status int, _ time.Duration, installation int64) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.requests = append(w.requests, request{method, route, status, installation})
		},
	}
	for _, c := range change {
		c(&config)
	}
	app, err := githubapp.New(config)
	must(w.t, err)
	return app
}

// checked has every exchange checked against GitHub's description, or skips
// the test where that is not at hand.
func checked(t *testing.T) func(*githubapp.Config) {
	return func(c *githubapp.Config) { c.Transport = contract.Check(t, c.Transport) }
}

// noSecrets fails the test if a secret has reached the log.
func (w *world) noSecrets() {
	for _, secret := range []string{"Secret to Everybody", "ghs_", "eyJ", "PRIVATE KEY"} {
		if strings.Contains(w.log.String(), secret) {
			w.t.Errorf("the log holds %q:\n%s", secret, w.log.String())
		}
	}
}

// count is how many requests OnRequest heard of, by method and route.
func (w *world) count(method, route string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := 0
	for _, r := range w.requests {
		if (method == "" || r.method == method) && (route == "" || r.route == route) {
			n++
		}
	}
	return n
}

func (w *world) forgetRequests() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.requests = nil
}

// fault injects f into the n next requests of a method whose path contains
// part.
func (w *world) fault(n int, method, part string, f fakehub.Fault) {
	w.t.Cleanup(w.Fault(fakehub.Matching(n, method, part, f)))
}

func (w *world) comment(by, body string) int64 {
	w.t.Helper()
	id, err := w.Hub.Comment(w.issue.Repo, w.issue.Number, by, body)
	must(w.t, err)
	return id
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// overriding answers some requests itself and passes the others on.
type overriding struct {
	next   http.RoundTripper
	answer func(*http.Request) (*http.Response, error) // nil, nil to pass on
}

func (o overriding) RoundTrip(r *http.Request) (*http.Response, error) {
	if resp, err := o.answer(r); resp != nil || err != nil {
		return resp, err
	}
	return o.next.RoundTrip(r)
}

var ctx = context.Background()

func labelsOf([]policy.Source) []string { return []string{incident.Name} }

func roleOn(repo, login string) workflows.RoleAsk {
	return workflows.RoleAsk{Repo: repo, Login: login}
}
