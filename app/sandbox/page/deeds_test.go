package page_test

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
)

// issue is the first issue of the shop.
func (s *stage) issue() fakehub.IssueView {
	s.t.Helper()
	i, ok := s.Issue(shop, 1)
	if !ok {
		s.t.Fatal("there is no issue")
	}
	return i
}

// act posts a form of the first issue, which must be done.
func (s *stage) act(by, do string, fields ...string) {
	s.t.Helper()
	w := s.post("/acme/shop/issues/1", append([]string{"by", by, "do", do}, fields...)...)
	if w.Code != http.StatusSeeOther || !strings.HasPrefix(w.Header().Get("Location"), "/acme/shop/issues/1") {
		s.t.Fatalf("%s by %s: %d, to %q", do, by, w.Code, w.Header().Get("Location"))
	}
}

func TestOpeningAnIncident(t *testing.T) {
	s := newStage(t)
	w := s.post("/acme/shop/issues/new", "by", "sato", "title", "Blank page", "body", "one\r\ntwo", "kind", "form")
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/acme/shop/issues/1" {
		t.Fatalf("%d to %q", w.Code, w.Header().Get("Location"))
	}
	if i := s.issue(); i.Title != "[incident] Blank page" || i.Body != "one\ntwo" || i.Author != "sato" || !slices.Equal(i.Labels, []string{"incident"}) {
		t.Errorf("%+v", i)
	}
	s.post("/acme/shop/issues/new?lang=ja", "by", "guest", "title", "真っ白", "kind", "form")
	s.post("/acme/shop/issues/new", "by", "guest", "title", "Slow", "kind", "plain")
	second, _ := s.Issue(shop, 2)
	third, _ := s.Issue(shop, 3)
	if second.Title != "[障害] 真っ白" || third.Title != "Slow" || third.Labels != nil {
		t.Errorf("%q, %q %v", second.Title, third.Title, third.Labels)
	}
	if w := s.post("/acme/shop/issues/new", "by", "sato", "title", " ", "body", "kept text"); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("without a title: %d", w.Code)
	} else {
		s.holds(w.Body.String(), "kept text", "Please write a title.")
	}
	if w := s.post("/acme/vault/issues/new", "by", "guest", "title", "x"); w.Code != http.StatusNotFound {
		t.Errorf("in a repository that they cannot see: %d", w.Code)
	}
}

func TestActingOnAnIssue(t *testing.T) {
	s := newStage(t)
	s.open("Blank page", "It is blank.")
	s.act("tanaka", "comment", "body", "/ack")
	status := s.say(1, bot, "<!-- kintsugi:status -->\nIn progress")
	id := strconv.FormatInt(status, 10)
	s.act("yamamoto", "edit", "comment", id, "body", "forged")
	if c := s.issue().Comments; len(c) != 2 || c[0].Body != "/ack" || c[0].Author != "tanaka" || c[1].Body != "forged" || c[1].Author != bot {
		t.Errorf("%+v", c)
	}
	s.act("yamamoto", "delete", "comment", id)
	s.act("tanaka", "label", "name", "incident")
	s.act("tanaka", "label", "name", "bug")
	s.act("tanaka", "unlabel", "name", "bug")
	s.act("sato", "rewrite", "title", "Blank page since 2:40", "body", "It is blank.")
	if i := s.issue(); len(i.Comments) != 1 || !slices.Equal(i.Labels, []string{"incident"}) || i.Title != "Blank page since 2:40" {
		t.Errorf("%+v", i)
	}
	for _, reason := range []string{"completed", "not_planned", "duplicate"} {
		s.act("tanaka", "close", "reason", reason, "original", "7")
		if i := s.issue(); i.State != "closed" || i.Reason != reason {
			t.Errorf("closed as %s: %s %s", reason, i.State, i.Reason)
		}
		s.act("tanaka", "reopen")
	}
	if c := s.issue().Comments; len(c) != 2 || c[1].Body != "Duplicate of #7" {
		t.Errorf("only a duplicate names the other issue: %+v", c)
	}
}

func TestWhatGitHubRefusesIsSaid(t *testing.T) {
	s := newStage(t)
	n := s.open("Blank page", "")
	mine := strconv.FormatInt(s.say(n, "tanaka", "mine"), 10)
	for _, c := range []struct {
		fields []string
		status int
	}{
		{[]string{"by", "guest", "do", "close", "reason", "completed"}, http.StatusForbidden},
		{[]string{"by", "guest", "do", "label", "name", "bug"}, http.StatusForbidden},
		{[]string{"by", "guest", "do", "edit", "comment", mine, "body", "theirs"}, http.StatusForbidden},
		{[]string{"by", "tanaka", "do", "edit", "comment", "99999", "body", "x"}, http.StatusNotFound},
		{[]string{"by", "tanaka", "do", "edit", "comment", "x", "body", "x"}, http.StatusUnprocessableEntity},
		{[]string{"by", "tanaka", "do", "comment", "body", ""}, http.StatusUnprocessableEntity},
		{[]string{"by", "tanaka", "do", "comment", "body", "kept text " + strings.Repeat("x", 66000)}, http.StatusUnprocessableEntity},
		{[]string{"by", "tanaka", "do", "close", "reason", "bored"}, http.StatusUnprocessableEntity},
		{[]string{"by", "tanaka", "do", "close", "reason", "duplicate", "original", "many"}, http.StatusUnprocessableEntity},
		{[]string{"by", "tanaka", "do", "dance"}, http.StatusUnprocessableEntity},
		{[]string{"by", "kintsugi[bot]", "do", "comment", "body", "as the App"}, http.StatusBadRequest},
		{[]string{"by", "nobody", "do", "comment", "body", "kept text"}, http.StatusBadRequest},
	} {
		w := s.post("/acme/shop/issues/1", c.fields...)
		if w.Code != c.status || !strings.Contains(w.Body.String(), `role="alert"`) {
			t.Errorf("%.80v: %d, want %d", c.fields, w.Code, c.status)
		}
		if strings.Contains(strings.Join(c.fields, " "), "kept text") {
			s.holds(w.Body.String(), "kept text")
		}
	}
	if i := s.issue(); i.State != "open" || len(i.Comments) != 1 || i.Comments[0].Body != "mine" || i.Labels != nil {
		t.Errorf("%+v", i)
	}
	for _, path := range []string{"/acme/shop/issues/99", "/acme/none/issues/1", "/acme/none/issues/new"} {
		if w := s.post(path, "by", "sato", "do", "comment", "title", "x", "body", "x"); w.Code != http.StatusNotFound {
			t.Errorf("POST %s: %d", path, w.Code)
		}
	}
}

func TestChoosingWhomToActAs(t *testing.T) {
	s := newStage(t)
	s.open("Blank page", "")
	w := s.post("/-/as", "by", "yamamoto", "back", "/acme/shop/issues/1#act")
	if to := w.Header().Get("Location"); to != "/acme/shop/issues/1#act" {
		t.Errorf("back to %q", to)
	}
	next := request(http.MethodGet, "/acme/shop/issues/1", nil)
	for _, c := range w.Result().Cookies() {
		next.AddCookie(c)
	}
	s.holds(s.do(next).Body.String(), `name="by" value="yamamoto"`, "Comment as yamamoto", "<small>maintain</small>")
	for _, back := range []string{"https://evil.example/", "//evil.example/", `/\evil.example`, "javascript:alert(1)", "evil", "", "/%5Cevil.example", "\n/"} {
		if to := s.post("/-/as", "by", "sato", "back", back).Header().Get("Location"); to != "/" {
			t.Errorf("back %q leads to %q", back, to)
		}
	}
}

func TestHooks(t *testing.T) {
	s := newStage(t)
	before := s.clock.Now()
	s.post("/-/clock", "minutes", "10", "back", "/")
	if moved := s.clock.Now().Sub(before).Minutes(); moved < 10 || moved > 11 {
		t.Errorf("moved by %v minutes", moved)
	}
	if w := s.post("/-/clock", "minutes", "999"); w.Code != http.StatusNotFound {
		t.Errorf("any number of minutes: %d", w.Code)
	}
	if to := s.post("/-/next", "fate", "drop", "back", "/acme/shop").Header().Get("Location"); to != "/acme/shop?done=drop" {
		t.Errorf("back to %q", to)
	}
	s.holds(s.get("/acme/shop?done=drop"), "The next delivery will be lost on its way.")
	s.post("/-/next", "fate", "repeat")
	if !slices.Equal(s.fates, []string{"drop", "repeat"}) {
		t.Errorf("%v", s.fates)
	}
	bare := newStage(t, func(c *pageConfig) { c.Advance, c.DropNext, c.RepeatNext, c.Runs = nil, nil, nil, nil })
	if strings.Contains(bare.get("/"), "Make it harder") {
		t.Error("hooks that are not there are offered")
	}
	for _, w := range []int{bare.post("/-/clock", "minutes", "10").Code, bare.post("/-/next", "fate", "drop").Code} {
		if w != http.StatusNotFound {
			t.Errorf("a hook that is not there: %d", w)
		}
	}
}
