package web_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kintsugi-app/kintsugi/app/clock"
	"github.com/kintsugi-app/kintsugi/app/transcript"
	"github.com/kintsugi-app/kintsugi/app/web"
)

// shelf is a reading list behind the routes, as it is at this moment.
type shelf struct {
	t     *testing.T
	clock *clock.Real
	log   transcript.Log
	http.Handler

	mu     sync.Mutex
	files  map[string]string
	err    error
	panics bool
	takes  time.Duration
	reads  int
}

func newShelf(t *testing.T) *shelf {
	s := &shelf{t: t, clock: clock.New(), files: map[string]string{
		"index.html": "<h1>one</h1>", "index.ja.html": "<h1>一</h1>", "feed.xml": "<feed/>", "2026.html": "<h1>2026</h1>",
	}}
	s.Handler = web.Handler(web.Config{
		Clock: s.clock, Log: slog.New(slog.NewTextHandler(&s.log, nil)),
		ReadingLists: map[string]web.ReadingList{"Acme/Handbook": {Read: s.read, Policy: "default-src 'none'; style-src 'sha256-x'"}},
	})
	return s
}

func (s *shelf) read(ctx context.Context) (map[string]string, error) {
	s.mu.Lock()
	s.reads++
	files, err, panics, takes := s.files, s.err, s.panics, s.takes
	s.mu.Unlock()
	if panics {
		panic("boom")
	}
	if takes > 0 {
		if err := clock.Sleep(ctx, s.clock, takes); err != nil {
			return nil, err
		}
	}
	return files, err
}

func (s *shelf) set(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
}

// count is how often the list was read.
func (s *shelf) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.reads
}

func (s *shelf) ask(method, target string, headers ...string) *http.Response {
	s.t.Helper()
	r := httptest.NewRequest(method, "/", http.NoBody)
	r.URL.Path, r.RequestURI = target, target
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w.Result()
}

// get is the answer in short: status and text.
func (s *shelf) get(target string) (int, string) {
	s.t.Helper()
	resp := s.ask(http.MethodGet, target)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

// expect asks for a page and compares status and text, and how often the list was
// read by then.
func (s *shelf) expect(target string, status int, text string, reads int) {
	s.t.Helper()
	gotStatus, got := s.get(target)
	if gotStatus != status || !strings.Contains(got, text) || s.count() != reads {
		s.t.Errorf("%s: %d %q after %d readings, want %d %q after %d; the log:\n%s", target, gotStatus, got, s.count(), status, text, reads, &s.log)
	}
}

const home = "/reading-list/Acme/Handbook/"

func TestReadingListIsShown(t *testing.T) {
	s := newShelf(t)
	for target, want := range map[string]struct{ kind, text string }{
		home:                                    {"text/html; charset=utf-8", "<h1>one</h1>"},
		home + "index.html":                     {"text/html; charset=utf-8", "<h1>one</h1>"},
		home + "index.ja.html":                  {"text/html; charset=utf-8", "<h1>一</h1>"},
		home + "feed.xml":                       {"application/atom+xml; charset=utf-8", "<feed/>"},
		"/reading-list/acme/HANDBOOK/2026.html": {"text/html; charset=utf-8", "<h1>2026</h1>"},
	} {
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			resp := s.ask(method, target)
			body, _ := io.ReadAll(resp.Body)
			resp.Body.Close()
			if method == http.MethodHead {
				want.text = ""
			}
			if resp.StatusCode != http.StatusOK || string(body) != want.text || resp.Header.Get("Content-Type") != want.kind {
				t.Errorf("%s %s: %d %q %q", method, target, resp.StatusCode, body, resp.Header)
			}
		}
	}
	if n := s.count(); n != 1 {
		t.Errorf("it was read %d times", n)
	}
	resp := s.ask(http.MethodGet, home)
	resp.Body.Close()
	again := s.ask(http.MethodGet, home, "If-None-Match", resp.Header.Get("ETag"))
	again.Body.Close()
	if resp.Header.Get("ETag") == "" || again.StatusCode != http.StatusNotModified {
		t.Errorf("the same again: %d, %q", again.StatusCode, resp.Header.Get("ETag"))
	}
	moved := s.ask(http.MethodGet, strings.TrimSuffix(home, "/"))
	moved.Body.Close()
	if moved.StatusCode != http.StatusPermanentRedirect || moved.Header.Get("Location") != home {
		t.Errorf("without the slash: %d to %q", moved.StatusCode, moved.Header.Get("Location"))
	}
}

// TestReadingListIsStrict: whatever is asked for, nothing but what is there is shown,
// nothing of the question comes back, and a browser is told what not to do.
func TestReadingListIsStrict(t *testing.T) {
	s := newShelf(t)
	for _, target := range []string{
		home + "absent.html", home + "../../../healthz", home + "..", home + "./index.html", home + "/index.html", home + "index.html/", home + "INDEX.html",
		home + "index.html\x00", home + "<script>alert(1)</script>", home + "%2e%2e/index.html", home + "..\\index.html", home + "data/entries.jsonl", home + "\xff\xfe", home + "\r\nSet-Cookie: a=b",
		home + strings.Repeat("a/", 4000), home + "索引.html", "/reading-list/acme/other/", "/reading-list/acme/other", "/reading-list/acme/handbook2/index.html", "/reading-list/../Acme/Handbook/",
		"/reading-list//Acme/Handbook/", "/reading-list/Acme/Handbook\x00/", "/reading-list/<b>/x/", "/reading-list/", "/reading-list", "/reading-list/Acme/", "/reading-list/Acme",
	} {
		status, text := s.get(target)
		if status != http.StatusNotFound || strings.ContainsAny(text, "<>/") {
			t.Errorf("%.80q: %d %q", target, status, text)
		}
	}
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodOptions, "PROPFIND"} {
		resp := s.ask(method, home)
		resp.Body.Close()
		if resp.StatusCode != http.StatusMethodNotAllowed && resp.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", method, resp.StatusCode)
		}
	}
	if n := s.count(); n > 1 {
		t.Errorf("it was read %d times", n)
	}
	for _, target := range []string{home, home + "feed.xml", home + "absent", strings.TrimSuffix(home, "/"), "/reading-list/acme/other/"} {
		resp := s.ask(http.MethodGet, target)
		resp.Body.Close()
		h := resp.Header
		if !strings.HasPrefix(h.Get("Content-Security-Policy"), "default-src 'none'; ") || strings.Contains(h.Get("Content-Security-Policy"), "script-src") ||
			h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Referrer-Policy") != "no-referrer" || h.Get("Cache-Control") != "no-cache" || h.Get("X-Robots-Tag") != "noindex" || h.Get("Set-Cookie") != "" {
			t.Errorf("%s: %v", target, h)
		}
	}
	none := web.Handler(web.Config{})
	w := httptest.NewRecorder()
	none.ServeHTTP(w, httptest.NewRequest(http.MethodGet, home, http.NoBody))
	if w.Code != http.StatusNotFound {
		t.Errorf("where no list is shown: %d", w.Code)
	}
}

func TestReadingListIsKept(t *testing.T) {
	s := newShelf(t)
	s.expect(home, 200, "one", 1)
	s.set(func() { s.files = map[string]string{"index.html": "<h1>two</h1>"} })
	s.clock.Advance(9 * time.Minute)
	s.expect(home, 200, "one", 1)
	s.clock.Advance(2 * time.Minute)
	s.expect(home, 200, "two", 2)
	s.expect(home+"feed.xml", 404, "no such page", 2)

	// While GitHub is down there is the last good copy, and a try each minute.
	s.set(func() { s.err = errors.New("down") })
	s.clock.Advance(11 * time.Minute)
	s.expect(home, 200, "two", 3)
	s.expect(home, 200, "two", 3)
	s.clock.Advance(2 * time.Minute)
	s.expect(home, 200, "two", 4)
	s.set(func() { s.err, s.panics = nil, true })
	s.clock.Advance(2 * time.Minute)
	s.expect(home, 200, "two", 5)
	s.set(func() { s.panics = false })
	s.clock.Advance(2 * time.Minute)
	s.expect(home, 200, "two", 6)

	// What is gone, or not to be seen any more, is not shown from a copy.
	s.set(func() { s.err = web.ErrNoList })
	s.clock.Advance(11 * time.Minute)
	s.expect(home, 404, "no such reading list", 7)
	s.set(func() { s.err = errors.New("down") })
	s.clock.Advance(2 * time.Minute)
	s.expect(home, 503, "cannot be read from GitHub at this moment", 8)
	s.set(func() { s.err = nil })
	s.expect(home, 503, "try again in a minute", 8)
	s.clock.Advance(2 * time.Minute)
	s.expect(home, 200, "two", 9)
	if n := strings.Count(s.log.String(), "level=WARN"); n != 3 {
		t.Errorf("the log warns %d times:\n%s", n, &s.log)
	}
}

// TestReadingListIsReadOnceAtATime: however many ask, and whoever leaves.
func TestReadingListIsReadOnceAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShelf(t)
		s.takes = 5 * time.Second
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() {
				if status, text := s.get(home); status != http.StatusOK {
					t.Errorf("%d %s", status, text)
				}
			})
		}
		left, leave := context.WithCancel(t.Context())
		all.Go(func() {
			s.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(left, http.MethodGet, home, http.NoBody))
		})
		leave()
		all.Wait()
		if n := s.count(); n != 1 {
			t.Errorf("it was read %d times", n)
		}
	})
}

// TestReadingListTakesLong: nobody waits for long, and what was read is kept.
func TestReadingListTakesLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShelf(t)
		s.takes = time.Minute
		began := s.clock.Now()
		s.expect(home, 503, "try again in a minute", 1)
		if waited := s.clock.Now().Sub(began); waited > 10*time.Second {
			t.Errorf("waited %s", waited)
		}
		if err := clock.Sleep(t.Context(), s.clock, time.Minute); err != nil {
			t.Fatal(err)
		}
		s.expect(home, 200, "one", 1)
		// A reading that does not end is ended.
		s.set(func() { s.takes = time.Hour })
		if err := clock.Sleep(t.Context(), s.clock, 11*time.Minute); err != nil {
			t.Fatal(err)
		}
		s.expect(home, 200, "one", 2)
		if err := clock.Sleep(t.Context(), s.clock, 4*time.Minute); err != nil {
			t.Fatal(err)
		}
		s.expect(home, 200, "one", 3)
		synctest.Wait()
		if err := clock.Sleep(t.Context(), s.clock, 3*time.Minute); err != nil {
			t.Fatal(err)
		}
	})
}
