package page_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/clock"
	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
	"github.com/kintsugi-app/kintsugi/app/sandbox/page"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

const (
	shop  = "acme/shop"
	vault = "acme/vault"
	bot   = "kintsugi[bot]"
)

var key = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

// stage is a small company on the simulated GitHub, with the page before it.
type stage struct {
	*fakehub.Hub
	t       testing.TB
	clock   *clock.Stepped
	handler http.Handler
	runs    []engine.Run
	fates   []string
}

func newStage(t testing.TB, change ...func(*page.Config)) *stage {
	t.Helper()
	s := &stage{t: t, clock: clock.NewStepped(time.Date(2026, 11, 26, 3, 2, 0, 0, time.UTC))}
	s.Hub = fakehub.New(fakehub.Options{
		Clock: s.clock, Seed: 1, App: fakehub.App{PrivateKey: key()},
		Deliver: func(context.Context, fakehub.Delivery) (int, error) { return http.StatusAccepted, nil },
	})
	s.AddOrg("acme")
	s.AddRepo("acme", "shop", false)
	s.AddRepo("acme", "vault", true)
	s.AddUser("guest")
	for login, role := range map[string]string{"sato": "read", "tanaka": "triage", "suzuki": "write", "yamamoto": "maintain"} {
		s.SetRole(shop, login, role)
		s.SetRole(vault, login, role)
	}
	s.Install("acme", time.Time{})
	s.ok(s.CreateLabel(shop, "suzuki", "incident", "d4a017"))
	config := page.Config{
		Hub: s.Hub, Clock: s.clock, Runs: func() []engine.Run { return s.runs }, Advance: s.clock.Advance,
		DropNext:   func() { s.fates = append(s.fates, "drop") },
		RepeatNext: func() { s.fates = append(s.fates, "repeat") },
	}
	for _, login := range []string{"sato", "tanaka", "suzuki", "yamamoto", "guest"} {
		config.People = append(config.People, page.Person{Login: login, About: map[words.Language]string{"en": "about " + login}})
	}
	for _, c := range change {
		c(&config)
	}
	handler, err := page.New(config)
	s.ok(err)
	s.handler = handler
	return s
}

func (s *stage) ok(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// open opens an issue in the shop as sato.
func (s *stage) open(title, body string) int {
	s.t.Helper()
	n, err := s.OpenIssue(shop, "sato", fakehub.NewIssue{Title: title, Body: body})
	s.ok(err)
	return n
}

func (s *stage) say(number int, who, text string) int64 {
	s.t.Helper()
	id, err := s.Comment(shop, number, who, text)
	s.ok(err)
	return id
}

// sent delivers what waits, and loses what says that an issue was opened.
func (s *stage) sent() {
	for _, d := range s.TakeDeliveries() {
		if d.Action == "opened" {
			s.Lose(d)
			continue
		}
		_, err := s.Send(context.Background(), d)
		s.ok(err)
	}
}

func (s *stage) do(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	return w
}

func request(method, path string, form url.Values) *http.Request {
	r := httptest.NewRequest(method, "http://127.0.0.1:8080"+path, strings.NewReader(form.Encode()))
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", "http://127.0.0.1:8080")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	return r
}

// get is a page, which must be there.
func (s *stage) get(path string) string {
	s.t.Helper()
	w := s.do(request(http.MethodGet, path, nil))
	if w.Code != http.StatusOK {
		s.t.Fatalf("GET %s: %d %s", path, w.Code, w.Body)
	}
	return w.Body.String()
}

// post sends a form given as name, value, name, value.
func (s *stage) post(path string, fields ...string) *httptest.ResponseRecorder {
	form := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		form.Add(fields[i], fields[i+1])
	}
	return s.do(request(http.MethodPost, path, form))
}

func (s *stage) holds(text string, wanted ...string) {
	s.t.Helper()
	for _, w := range wanted {
		if !strings.Contains(text, w) {
			s.t.Errorf("the page lacks %q", w)
		}
	}
}

func TestEveryViewSpeaksBothLanguages(t *testing.T) {
	s := newStage(t)
	s.open("Blank page", "It is blank.")
	s.runs = []engine.Run{{Key: "acme/shop#1", At: s.clock.Now(), Owner: "incident"}}
	s.sent()
	for _, path := range []string{"/", "/acme/shop", "/Acme/SHOP/issues", "/acme/shop/issues/1", "/acme/shop/issues/new", "/-/activity"} {
		en, ja := s.get(path+"?lang=en"), s.get(path+"?lang=ja")
		s.holds(en, `<html lang="en">`, "A simulated GitHub.", "Nothing leaves this machine.", "Lose the next delivery")
		s.holds(ja, `<html lang="ja">`, "模擬の GitHub です。", "このパソコンの外には何も送りません。", "時計を10分進める")
	}
	w := s.do(request(http.MethodGet, "/?lang=ja", nil))
	again := request(http.MethodGet, "/", nil)
	again.AddCookie(w.Result().Cookies()[0])
	s.holds(s.do(again).Body.String(), `<html lang="ja">`)
	for _, path := range []string{"/acme/nothing", "/acme/shop/issues/99", "/acme/shop/issues/x", "/no/such/place", "/-/nothing"} {
		if w := s.do(request(http.MethodGet, path, nil)); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

func TestAnIssueReadsAsOnGitHub(t *testing.T) {
	s := newStage(t)
	n := s.open("Blank page", "| a |\n|---|\n| b |\n\n- [x] seen")
	s.ok(s.Label(shop, n, "tanaka", "incident", "bug"))
	id := s.say(n, bot, "<!-- kintsugi:status -->\n**In progress**\n@tanaka please look, @nobody too. See #1.")
	s.ok(s.React(shop, s.say(n, "tanaka", "/ack"), bot, "+1"))
	s.ok(s.EditComment(shop, id, bot, "<!-- kintsugi:status -->\n**Resolved**\n@tanaka please look, @nobody too. See #1."))
	s.ok(s.Close(shop, n, "tanaka", "not_planned"))
	s.sent()
	s.runs = []engine.Run{{
		Key: "acme/shop#1", At: s.clock.Now(), Took: 41 * time.Millisecond, Owner: "incident",
		Plan: "label \"sev2\" on\nsection incident\n  Resolved\n", Did: []string{"label sev2 on"}, Err: errors.New("502 from somewhere"),
	}}
	got := s.get("/acme/shop/issues/1")
	s.holds(got, "Closed as not planned", "<table>", `type="checkbox"`, "about tanaka", `class="label c-d4a017"`,
		`<strong class="mention">@tanaka</strong>`, `<a href="/acme/shop/issues/1">#1</a>`, "edited 1×", "closed this as not planned",
		"&lt;!-- kintsugi:status --&gt;", `href="#r-up"`, "never arrived", "issues.opened", "41 ms", "label sev2 on", "502 from somewhere")
	if strings.Contains(got, `mention">@nobody`) || strings.Contains(got, "<!-- kintsugi") || strings.Contains(got, "event mentioned") {
		t.Error("somebody who was not notified is marked, or a marker or an event that GitHub does not show is in the page")
	}
	order := []string{"<table>", "added", "<strong>Resolved</strong>", "/ack", "closed this"}
	for i, at := 0, 0; i < len(order); i++ {
		next := strings.Index(got[at:], order[i])
		if next < 0 {
			t.Fatalf("%q is not after %q", order[i], order[max(i-1, 0)])
		}
		at += next
	}
	if n := strings.Count(got, "event labeled"); n != 1 {
		t.Errorf("labels put on together are told %d times", n)
	}
	s.holds(s.get("/-/labels.css"), ".c-d4a017{--label:#d4a017;--on-label:#1f2328}", ".c-0075ca{--label:#0075ca;--on-label:#fff}")
}

func TestWhatIsMissingIsRefused(t *testing.T) {
	if _, err := page.New(page.Config{}); err == nil {
		t.Error("a page without a hub")
	}
	hub := fakehub.New(fakehub.Options{Clock: clock.New()})
	if _, err := page.New(page.Config{Hub: hub, Clock: clock.New()}); err == nil {
		t.Error("a page without people")
	}
}

func TestThePageLearnsOfEveryChange(t *testing.T) {
	s := newStage(t)
	n := s.open("Blank page", "")
	var id int64
	seen := map[string]string{}
	for _, c := range []struct {
		what string
		do   func()
	}{
		{"nothing", func() {}},
		{"a comment", func() { id = s.say(n, "sato", "hello") }},
		{"a reaction", func() { s.ok(s.React(shop, id, bot, "+1")) }},
		{"an edit", func() { s.ok(s.EditComment(shop, id, "sato", "hullo")) }},
		{"a label", func() { s.ok(s.Label(shop, n, "tanaka", "incident")) }},
		{"a state", func() { s.ok(s.Close(shop, n, "tanaka", "")) }},
		{"a delivery", s.sent},
		{"a run", func() { s.runs = []engine.Run{{Key: "x", At: s.clock.Now()}} }},
		{"a deletion", func() { s.ok(s.DeleteComment(shop, id, "sato")) }},
	} {
		c.do()
		answer := s.get("/-/version")
		version, _, _ := strings.Cut(answer, `,"day"`)
		if before, known := seen[version]; known {
			t.Errorf("%s leaves the version of %s", c.what, before)
		}
		seen[version] = c.what
	}
	if first, second := s.get("/-/version"), s.get("/-/version"); first[:30] != second[:30] {
		t.Error("the version changes by itself")
	}
}
