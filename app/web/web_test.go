package web_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/kintsugi-app/kintsugi/app/githubapp"
	"github.com/kintsugi-app/kintsugi/app/web"
)

const secret = "It's a Secret to Everybody"

// bench is the routes with everything behind them replaced by what notes what
// reached it.
type bench struct {
	mu      sync.Mutex
	taken   []web.Delivery
	counted []string
	fail    error
	log     bytes.Buffer
	missing []string
}

func (b *bench) handler(change ...func(*web.Config)) http.Handler {
	c := web.Config{
		Verify: func(body []byte, signature string) bool {
			return githubapp.Verify([]string{secret}, body, signature)
		},
		Intake: func(_ context.Context, d web.Delivery) (web.Outcome, error) {
			b.mu.Lock()
			defer b.mu.Unlock()
			if d.Event == "panic" {
				panic("boom")
			}
			if b.fail != nil {
				return "", b.fail
			}
			b.taken = append(b.taken, d)
			if d.Event == "strange" {
				return web.Unknown, nil
			}
			return web.Accepted, nil
		},
		Counted: func(event string, o web.Outcome) {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.counted = append(b.counted, event+" "+string(o))
		},
		NotReady: func(context.Context) []string { return b.missing },
		Log:      slog.New(slog.NewTextHandler(&b.log, nil)),
	}
	for _, f := range change {
		f(&c)
	}
	return web.Handler(c)
}

func sign(hash func() hash.Hash, prefix, secret string, body []byte) string {
	mac := hmac.New(hash, []byte(secret))
	mac.Write(body)
	return prefix + hex.EncodeToString(mac.Sum(nil))
}

// delivery is a request as GitHub sends it; change makes it another.
func delivery(body []byte, change ...func(*http.Request)) *http.Request {
	r := httptest.NewRequest(http.MethodPost, web.PathWebhooks, bytes.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-GitHub-Event", "issues")
	r.Header.Set("X-GitHub-Delivery", "72d3162e-cc78-11e3-81ab-4c9367dc0958")
	r.Header.Set("X-Hub-Signature-256", sign(sha256.New, "sha256=", secret, body))
	for _, f := range change {
		f(r)
	}
	return r
}

func with(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

func without(name string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Del(name) }
}

// unannounced sends the body in chunks, without its length.
func unannounced(r *http.Request) {
	r.ContentLength = -1
	r.TransferEncoding = []string{"chunked"}
}

// big is a JSON string of n bytes.
func big(n int) []byte {
	return []byte(`"` + strings.Repeat("a", n-2) + `"`)
}

func TestWhatIsTakenIn(t *testing.T) {
	body := []byte(`{"action":"opened"}`)
	for _, c := range []struct {
		name    string
		request *http.Request
		status  int
		counted string
	}{
		{"signed", delivery(body), 202, "issues accepted"},
		{"signed, unannounced", delivery(body, unannounced), 202, "issues accepted"},
		{"an unknown event", delivery(body, with("X-GitHub-Event", "strange")), 202, "strange unknown"},
		{"unsigned", delivery(body, without("X-Hub-Signature-256")), 401, " unsigned"},
		{"SHA-1 only", delivery(body, without("X-Hub-Signature-256"), with("X-Hub-Signature", sign(sha1.New, "sha1=", secret, body))), 401, " unsigned"},
		{"SHA-1 as SHA-256", delivery(body, with("X-Hub-Signature-256", sign(sha1.New, "sha256=", secret, body))), 401, " unsigned"},
		{"another secret", delivery(body, with("X-Hub-Signature-256", sign(sha256.New, "sha256=", "guess", body))), 401, " unsigned"},
		{"an empty secret", delivery(body, with("X-Hub-Signature-256", sign(sha256.New, "sha256=", "", body))), 401, " unsigned"},
		{"an empty signature", delivery(body, with("X-Hub-Signature-256", "sha256=")), 401, " unsigned"},
		{"another body", delivery(body, with("X-Hub-Signature-256", sign(sha256.New, "sha256=", secret, []byte(`{}`)))), 401, " unsigned"},
		{"not JSON", delivery([]byte(`payload=%7B%7D`)), 400, "issues malformed"},
		{"empty", delivery(nil), 400, "issues malformed"},
		{"cut JSON", delivery([]byte(`{"action":`)), 400, "issues malformed"},
		{"too deep", delivery([]byte(strings.Repeat("[", 1<<20))), 400, "issues malformed"},
		{"no event", delivery(body, without("X-GitHub-Event")), 400, " malformed"},
		{"no delivery id", delivery(body, without("X-GitHub-Delivery")), 400, " malformed"},
		{"a long event", delivery(body, with("X-GitHub-Event", strings.Repeat("a", 101))), 400, " malformed"},
		{"an event with a newline", delivery(body, with("X-GitHub-Event", "issues\nlevel=ERROR")), 400, " malformed"},
		{"25 MiB", delivery(big(25 << 20)), 202, "issues accepted"},
		{"25 MiB, unannounced", delivery(big(25<<20), unannounced), 202, "issues accepted"},
		{"26 MiB", delivery(big(26 << 20)), 413, " too_large"},
		{"26 MiB, unannounced", delivery(big(26<<20), unannounced), 413, " too_large"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := &bench{}
			w := httptest.NewRecorder()
			b.handler().ServeHTTP(w, c.request)
			if w.Code != c.status {
				t.Errorf("answered %d %s, want %d", w.Code, w.Body, c.status)
			}
			if got := strings.Join(b.counted, ", "); got != c.counted {
				t.Errorf("counted %q, want %q", got, c.counted)
			}
			if taken := len(b.taken); (taken == 1) != (c.status == 202) {
				t.Errorf("%d deliveries were taken in", taken)
			}
			if strings.Contains(w.Body.String()+b.log.String(), secret) {
				t.Error("the secret shows")
			}
		})
	}
}

func TestTheBodyIsHandedOnWhole(t *testing.T) {
	for _, n := range []int{2, 65534, 65535, 65536, 65537, 131072, 1 << 20} {
		b := &bench{}
		body := big(n)
		for _, change := range []func(*http.Request){func(*http.Request) {}, unannounced} {
			b.handler().ServeHTTP(httptest.NewRecorder(), delivery(body, change))
		}
		if len(b.taken) != 2 || !bytes.Equal(b.taken[0].Body, body) || !bytes.Equal(b.taken[1].Body, body) {
			t.Errorf("a body of %d bytes did not arrive whole twice", n)
		}
	}
}

func TestWhatIsNotOnDiskIsNotAccepted(t *testing.T) {
	b := &bench{fail: errors.New("disk full at the secret place")}
	w := httptest.NewRecorder()
	b.handler().ServeHTTP(w, delivery([]byte(`{}`)))
	if w.Code != 503 || w.Header().Get("Retry-After") == "" {
		t.Errorf("answered %d %v", w.Code, w.Header())
	}
	if strings.Contains(w.Body.String(), "disk") || !strings.Contains(b.log.String(), "disk full") {
		t.Errorf("the reason belongs in the log only: %s / %s", w.Body, &b.log)
	}
}

// TestAFullDiskIsSaidOnce: a thousand refused deliveries are one line in the
// log, and so is the end of it.
func TestAFullDiskIsSaidOnce(t *testing.T) {
	b := &bench{fail: errors.New("disk full")}
	h := b.handler()
	send := func(n int) {
		for range n {
			h.ServeHTTP(httptest.NewRecorder(), delivery([]byte(`{}`)))
		}
	}
	send(1000)
	b.fail = nil
	send(2)
	b.fail = errors.New("disk full")
	send(2)
	if lines := strings.Count(b.log.String(), "was not taken in"); lines != 2 {
		t.Errorf("said %d times, want 2: %s", lines, &b.log)
	}
	if lines := strings.Count(b.log.String(), "taken in again"); lines != 1 {
		t.Errorf("its end was said %d times", lines)
	}
}

func TestAPanicEndsOneRequestOnly(t *testing.T) {
	b := &bench{}
	h := b.handler()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, delivery([]byte(`{}`), with("X-GitHub-Event", "panic")))
	if w.Code != 500 || !strings.Contains(b.log.String(), "boom") || !strings.Contains(b.log.String(), "web_test.go") {
		t.Errorf("answered %d, logged %s", w.Code, &b.log)
	}
	w = httptest.NewRecorder()
	h.ServeHTTP(w, delivery([]byte(`{}`)))
	if w.Code != 202 {
		t.Errorf("the next request is answered %d", w.Code)
	}
}

func TestOtherRoutes(t *testing.T) {
	b := &bench{}
	h := b.handler(func(c *web.Config) {
		c.Metrics = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "numbers") })
	})
	get := func(method, path string, want int, text string) {
		t.Helper()
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(method, path, http.NoBody))
		if w.Code != want || !strings.Contains(w.Body.String(), text) {
			t.Errorf("%s %s: %d %q, want %d %q", method, path, w.Code, w.Body, want, text)
		}
	}
	get("GET", web.PathHealth, 200, "alive")
	get("GET", web.PathReady, 200, "ready")
	get("GET", web.PathMetrics, 200, "numbers")
	get("GET", web.PathWebhooks, 405, "")
	get("POST", web.PathHealth, 405, "")
	get("GET", "/", 404, "")
	get("GET", "/webhooks/github/", 404, "")
	b.missing = []string{"the store cannot be written to", "nobody knows who we are"}
	get("GET", web.PathReady, 503, "- the store cannot be written to\n- nobody knows who we are")
	get("GET", web.PathHealth, 200, "alive")
}

// TestNobodyCanLinger: a server without one of these can be held open by whoever
// sends slowly.
func TestNobodyCanLinger(t *testing.T) {
	s := web.NewServer(http.NotFoundHandler(), slog.New(slog.DiscardHandler))
	if s.ReadHeaderTimeout <= 0 || s.ReadTimeout <= 0 || s.WriteTimeout <= 0 || s.IdleTimeout <= 0 || s.MaxHeaderBytes <= 0 {
		t.Errorf("a limit is missing: %+v", s)
	}
}
