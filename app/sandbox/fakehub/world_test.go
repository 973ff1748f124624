package fakehub_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v4"

	"github.com/kintsugi-app/kintsugi/app/clock"
	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub/contract"
)

var key = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

// world is a small company on the simulated GitHub: acme with a public shop, a
// private vault, and people of every role in both.
type world struct {
	*fakehub.Hub
	t       testing.TB
	clock   *clock.Stepped
	install int64
}

const (
	shop  = "acme/shop"
	vault = "acme/vault"
	start = "2026-11-20T09:00:00Z"
)

func newWorld(t testing.TB, change ...func(*fakehub.Options)) *world {
	t.Helper()
	begin, _ := time.Parse(time.RFC3339, start)
	w := &world{t: t, clock: clock.NewStepped(begin)}
	options := fakehub.Options{
		Clock: w.clock, Seed: 1, App: fakehub.App{ID: 7, PrivateKey: key()}, WebhookSecret: "It's a Secret to Everybody",
	}
	for _, c := range change {
		c(&options)
	}
	w.Hub = fakehub.New(options)
	w.AddOrg("acme", "pay")
	w.AddRepo("acme", "shop", false)
	w.AddRepo("acme", "vault", true)
	for _, role := range []string{"read", "triage", "write", "maintain", "admin"} {
		w.SetRole(shop, role, role)
		w.SetRole(vault, role, role)
	}
	w.AddUser("stranger")
	w.install = w.Install("acme", time.Time{})
	w.TakeDeliveries()
	return w
}

// open opens an issue in the shop as a stranger would.
func (w *world) open(title string) int {
	w.t.Helper()
	n, err := w.OpenIssue(shop, "stranger", fakehub.NewIssue{Title: title, Body: "It is slow."})
	w.ok(err)
	return n
}

func (w *world) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// answer is what a request got.
type answer struct {
	status int
	header http.Header
	body   []byte
	err    error
}

func (a answer) object(t testing.TB) map[string]any {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal(a.body, &v); err != nil {
		t.Fatalf("%d %s: %v", a.status, a.body, err)
	}
	return v
}

func (a answer) list(t testing.TB) []map[string]any {
	t.Helper()
	var v []map[string]any
	if err := json.Unmarshal(a.body, &v); err != nil {
		t.Fatalf("%d %s: %v", a.status, a.body, err)
	}
	return v
}

// caller sends requests with one credential.
type caller struct {
	t          testing.TB
	transport  http.RoundTripper
	credential string
	header     map[string]string
}

func (w *world) person(login string) *caller {
	return &caller{t: w.t, transport: w.Transport(), credential: "token user-" + login}
}

// app calls as the App itself.
func (w *world) app() *caller {
	return &caller{t: w.t, transport: w.Transport(), credential: "Bearer " + w.signed(nil)}
}

// bot calls as the App on acme.
func (w *world) bot() *caller {
	w.t.Helper()
	a := w.app().post(fmt.Sprintf("/app/installations/%d/access_tokens", w.install), `{}`)
	token, ok := a.object(w.t)["token"].(string)
	if !ok {
		w.t.Fatalf("no token: %d %s", a.status, a.body)
	}
	return &caller{t: w.t, transport: w.Transport(), credential: "token " + token}
}

// signed is a JWT of the App, with claims changed or added.
func (w *world) signed(claims jwt.MapClaims) string {
	w.t.Helper()
	now := w.clock.Now()
	all := jwt.MapClaims{"iss": "7", "iat": now.Add(-30 * time.Second).Unix(), "exp": now.Add(2 * time.Minute).Unix()}
	maps.Copy(all, claims)
	text, err := jwt.NewWithClaims(jwt.SigningMethodRS256, all).SignedString(key())
	w.ok(err)
	return text
}

// checked is c with every exchange held to GitHub's description.
func (c *caller) checked() *caller {
	c.transport = contract.Check(c.t, c.transport)
	return c
}

func (c *caller) get(path string) answer         { return c.do("GET", path, "") }
func (c *caller) post(path, body string) answer  { return c.do("POST", path, body) }
func (c *caller) patch(path, body string) answer { return c.do("PATCH", path, body) }
func (c *caller) delete(path string) answer      { return c.do("DELETE", path, "") }
func (c *caller) with(name, value string) *caller {
	c.header = map[string]string{name: value}
	return c
}

func (c *caller) do(method, path, body string) answer {
	c.t.Helper()
	return c.doWith(context.Background(), method, path, body)
}

func (c *caller) doWith(ctx context.Context, method, path, body string) answer {
	c.t.Helper()
	var reader io.Reader
	if body != "" {
		reader = strings.NewReader(body)
	}
	if !strings.Contains(path, "://") {
		path = "https://api.fakehub.example" + path
	}
	r, err := http.NewRequestWithContext(ctx, method, path, reader)
	if err != nil {
		c.t.Fatal(err)
	}
	r.Header.Set("Accept", "application/vnd.github+json")
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if c.credential != "" {
		r.Header.Set("Authorization", c.credential)
	}
	for name, value := range c.header {
		r.Header.Set(name, value)
	}
	response, err := c.transport.RoundTrip(r)
	if err != nil {
		return answer{err: err}
	}
	defer response.Body.Close()
	got, err := io.ReadAll(response.Body)
	return answer{status: response.StatusCode, header: response.Header, body: got, err: err}
}

// want fails the test unless a has the status.
func (c *caller) want(status int, a answer) answer {
	c.t.Helper()
	if a.err != nil || a.status != status {
		c.t.Fatalf("status %d (%v), want %d: %s", a.status, a.err, status, a.body)
	}
	return a
}

func path(format string, args ...any) string { return fmt.Sprintf(format, args...) }

func quote(s string) string { return strconv.Quote(s) }

type roundTripper func(*http.Request) *http.Response

// RoundTrip implements http.RoundTripper.
func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r), nil }

func reader(s string) io.ReadCloser { return io.NopCloser(strings.NewReader(s)) }
