package githubapp_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/app/githubapp"
	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
	"github.com/kintsugi-app/kintsugi/workflows"
)

func TestIssue(t *testing.T) {
	w := newWorld(t)
	must(t, w.Label(shop, w.issue.Number, "alice", "bug"))
	got, err := w.app.Issue(ctx, w.issue)
	must(t, err)
	view, _ := w.Hub.Issue(shop, w.issue.Number)
	want := workflows.Issue{
		ID: view.ID, Title: "Checkout is down", Body: "All of it", Author: got.Author, Open: true,
		Labels: []string{"bug"}, CreatedAt: view.Created, UpdatedAt: view.Updated, URL: view.URL,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got.Author.Login != "alice" || got.Author.Bot || got.Author.ID == 0 {
		t.Errorf("author is %+v", got.Author)
	}
	for _, reason := range []string{"completed", "not_planned", "duplicate"} {
		must(t, w.Close(shop, w.issue.Number, "alice", reason))
		got, err := w.app.Issue(ctx, w.issue)
		must(t, err)
		if got.Open || got.Reason != reason {
			t.Errorf("closed as %s: open %v, reason %q", reason, got.Open, got.Reason)
		}
		must(t, w.Reopen(shop, w.issue.Number, "alice"))
		if got, err := w.app.Issue(ctx, w.issue); err != nil || !got.Open || got.Reason != "" {
			t.Errorf("reopened: %+v, %v", got, err)
		}
	}
}

func TestIssueGone(t *testing.T) {
	w := newWorld(t)
	deleted, err := w.OpenIssue(shop, "alice", fakehub.NewIssue{Title: "Oops"})
	must(t, err)
	must(t, w.DeleteIssue(shop, deleted, "alice"))
	w.AddRepo("stranger", "thing", false)
	for name, s := range map[string]workflows.Subject{
		"missing":       {Repo: shop, Number: 999},
		"deleted":       {Repo: shop, Number: deleted},
		"no repository": {Repo: "acme/nothing", Number: 1},
		"not installed": {Repo: "stranger/thing", Number: 1},
		"traversal":     {Repo: "acme/..", Number: 1},
		"hostile":       {Repo: "acme/shop/issues?x=", Number: 1},
		"nothing":       {},
	} {
		if _, err := w.app.Issue(ctx, s); !errors.Is(err, engine.ErrGone) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestComments(t *testing.T) {
	w := newWorld(t)
	first := w.comment("bob", "/ack")
	w.clock.Advance(10 * time.Second)
	second := w.comment("mallory", "what is going on?")
	must(t, w.React(shop, first, "alice", "+1"))
	mine, err := w.app.CreateComment(ctx, w.issue, "I am on it")
	must(t, err)

	all, err := w.app.Comments(ctx, w.issue, time.Time{})
	must(t, err)
	if len(all) != 3 || all[0].ID != first || all[1].ID != second || all[2].ID != mine.ID {
		t.Fatalf("comments %+v", all)
	}
	if all[0].Ours || all[1].Ours || !all[2].Ours {
		t.Errorf("ours: %v %v %v", all[0].Ours, all[1].Ours, all[2].Ours)
	}
	if all[0].ThumbsUp != 1 || all[0].Author.Login != "bob" || all[0].Body != "/ack" || all[0].Edited() {
		t.Errorf("the first is %+v", all[0])
	}
	if diff := cmp.Diff(mine, all[2]); diff != "" {
		t.Errorf("created and listed differ: %s", diff)
	}
	one, err := w.app.Comment(ctx, shop, first)
	must(t, err)
	if diff := cmp.Diff(all[0], one); diff != "" {
		t.Errorf("listed and read by id differ: %s", diff)
	}

	since, err := w.app.Comments(ctx, w.issue, all[1].CreatedAt.Add(700*time.Millisecond))
	must(t, err)
	if len(since) != 2 || since[0].ID != second {
		t.Errorf("since is not rounded down: %+v", since)
	}
	w.clock.Advance(time.Minute)
	must(t, w.EditComment(shop, first, "bob", "/ack now"))
	since, err = w.app.Comments(ctx, w.issue, w.clock.Now().Add(-30*time.Second))
	must(t, err)
	if len(since) != 1 || since[0].ID != first || !since[0].Edited() {
		t.Errorf("since an edit: %+v", since)
	}
	must(t, w.DeleteComment(shop, first, "bob"))
	if _, err := w.app.Comment(ctx, shop, first); !errors.Is(err, engine.ErrGone) {
		t.Errorf("deleted comment: %v", err)
	}
}

func TestOursIsOnlyTheBot(t *testing.T) {
	w := newWorld(t)
	w.AddUser("kintsugi") // a person who has the App's name
	w.AddUser("kintsugi-bot")
	w.comment("kintsugi", "<!-- kintsugi:status -->")
	w.comment("kintsugi-bot", "<!-- kintsugi:status -->")
	all, err := w.app.Comments(ctx, w.issue, time.Time{})
	must(t, err)
	for _, c := range all {
		if c.Ours {
			t.Errorf("%s passes for the App", c.Author.Login)
		}
	}
}

func TestListsAreWhole(t *testing.T) {
	w := newWorld(t)
	var last int64
	for n := range 230 {
		last = w.comment("mallory", fmt.Sprint("comment ", n))
	}
	all, err := w.app.Comments(ctx, w.issue, time.Time{})
	must(t, err)
	if len(all) != 230 || all[229].ID != last {
		t.Errorf("%d comments of 230", len(all))
	}
	for range 60 {
		must(t, w.Close(shop, w.issue.Number, "alice", ""))
		must(t, w.Reopen(shop, w.issue.Number, "alice"))
	}
	events, err := w.app.Events(ctx, w.issue)
	must(t, err)
	if len(events) != 120 {
		t.Errorf("%d events of 120", len(events))
	}
}

// A link to the next page that leads elsewhere is not followed there.
func TestPagesStayAtHome(t *testing.T) {
	w := newWorld(t)
	var hosts []string
	w.app = w.newApp(func(c *githubapp.Config) {
		next := c.Transport
		c.Transport = overriding{next, func(r *http.Request) (*http.Response, error) {
			hosts = append(hosts, r.URL.Host)
			resp, err := next.RoundTrip(r)
			if err == nil && strings.HasSuffix(r.URL.Path, "/comments") && r.URL.Query().Get("page") == "" {
				resp.Header.Set("Link", `<https://evil.example/repos/acme/shop/issues/1/comments?page=2&per_page=100>; rel="next"`)
			}
			return resp, err
		}}
	})
	_, err := w.app.Comments(ctx, w.issue, time.Time{})
	must(t, err)
	for _, h := range hosts {
		if h != "api.github.com" {
			t.Errorf("a request went to %s", h)
		}
	}
}

func TestEvents(t *testing.T) {
	w := newWorld(t)
	must(t, w.Label(shop, w.issue.Number, "alice", "bug"))
	must(t, w.app.AddLabel(ctx, w.issue, workflows.Label{Name: "障害", Color: "b60205", Description: "incident"}))
	must(t, w.Unlabel(shop, w.issue.Number, "alice", "bug"))
	must(t, w.app.SetState(ctx, w.issue, false, "completed"))
	must(t, w.Reopen(shop, w.issue.Number, "alice"))
	events, err := w.app.Events(ctx, w.issue)
	must(t, err)
	var got []string
	for _, e := range events {
		if e.ID == 0 || e.At.IsZero() || e.At.Location() != time.UTC {
			t.Errorf("event %+v", e)
		}
		got = append(got, fmt.Sprint(e.Kind, " ", e.Label, " ", e.Actor.Login, " ", e.Ours))
	}
	want := []string{
		"labeled bug alice false", "labeled 障害 kintsugi[bot] true", "unlabeled bug alice false",
		"closed  kintsugi[bot] true", "reopened  alice false",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestClosedEventsMayNameTheirReason(t *testing.T) {
	w := newWorld(t)
	w.app = w.newApp(func(c *githubapp.Config) {
		c.Transport = overriding{c.Transport, func(r *http.Request) (*http.Response, error) {
			if !strings.HasSuffix(r.URL.Path, "/events") {
				return nil, nil
			}
			return answer(200, `[
				{"id":1,"event":"closed","actor":{"login":"alice","id":3,"type":"User"},"state_reason":"not_planned","created_at":"2026-11-20T09:00:00Z"},
				{"id":2,"event":"closed","actor":null,"state_reason":null,"created_at":"2026-11-20T09:00:01Z"},
				{"id":3,"event":"something_new","created_at":"2026-11-20T09:00:02Z","label":{"name":"x"}}]`), nil
		}}
	})
	events, err := w.app.Events(ctx, w.issue)
	must(t, err)
	if len(events) != 3 || events[0].Reason != "not_planned" || events[1].Reason != "" || events[1].Actor.Login != "ghost" || events[2].Kind != "something_new" {
		t.Errorf("%+v", events)
	}
}

func TestOurReaction(t *testing.T) {
	w := newWorld(t)
	id := w.comment("bob", "/ack")
	for n := range 120 {
		login := fmt.Sprint("person", n)
		w.AddUser(login)
		must(t, w.React(shop, id, login, "+1"))
	}
	got, err := w.app.OurReaction(ctx, shop, id)
	if err != nil || got != "" {
		t.Errorf("before ours: %q, %v", got, err)
	}
	must(t, w.app.React(ctx, shop, id, "confused"))
	must(t, w.app.React(ctx, shop, id, "confused"))
	got, err = w.app.OurReaction(ctx, shop, id)
	if err != nil || got != "confused" {
		t.Errorf("after ours: %q, %v", got, err)
	}
}

// An answer that is cut, or empty, is no answer: never an empty list.
func TestNoAnswerIsNoFact(t *testing.T) {
	for name, body := range map[string]string{"empty": "", "blank": " \n", "cut": `[{"id": 1,`, "other": `{"message": "hm"}`} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			_, err := w.app.Issue(ctx, w.issue) // warm: identity and installation
			must(t, err)
			w.app = w.newApp(func(c *githubapp.Config) {
				c.Transport = overriding{c.Transport, func(r *http.Request) (*http.Response, error) {
					if strings.Contains(r.URL.Path, "/issues/") {
						return answer(200, body), nil
					}
					return nil, nil
				}}
			})
			if got, err := w.app.Comments(ctx, w.issue, time.Time{}); err == nil || errors.Is(err, engine.ErrGone) {
				t.Errorf("comments: %v, %v", got, err)
			}
			if got, err := w.app.Issue(ctx, w.issue); err == nil || errors.Is(err, engine.ErrGone) {
				t.Errorf("issue: %v, %v", got, err)
			}
		})
	}
}

// answer is a response made by a test.
func answer(status int, body string, header ...string) *http.Response {
	h := http.Header{"Content-Type": {"application/json; charset=utf-8"}}
	for i := 0; i+1 < len(header); i += 2 {
		h.Set(header[i], header[i+1])
	}
	return &http.Response{
		StatusCode: status, Status: http.StatusText(status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: h, Body: io.NopCloser(bytes.NewBufferString(body)), ContentLength: int64(len(body)),
	}
}

func TestNotModified(t *testing.T) {
	w := newWorld(t)
	for n := range 150 {
		w.comment("mallory", fmt.Sprint(n))
	}
	first, err := w.app.Comments(ctx, w.issue, time.Time{})
	must(t, err)
	w.ResetCounts()
	second, err := w.app.Comments(ctx, w.issue, time.Time{})
	must(t, err)
	if c := w.Counts(); c.NotModified != 2 || c.Requests != 2 {
		t.Errorf("second time: %v", c)
	}
	if diff := cmp.Diff(first, second); diff != "" {
		t.Error(diff)
	}
	// What has changed is read anew.
	w.comment("mallory", "one more")
	third, err := w.app.Comments(ctx, w.issue, time.Time{})
	must(t, err)
	if len(third) != 151 {
		t.Errorf("%d comments", len(third))
	}
	// A tag belongs to a token: with a new one nothing is conditional.
	w.ExpireTokens()
	w.ResetCounts()
	_, err = w.app.Comments(ctx, w.issue, time.Time{})
	must(t, err)
	if c := w.Counts(); c.NotModified != 0 {
		t.Errorf("with a new token: %v", c)
	}
}
