package githubapp_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/app/githubapp"
	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
	"github.com/kintsugi-app/kintsugi/workflows"
)

// follow is one of several issues, in a repository and below the world's issue.
func follow(repo, title string) workflows.IssueIntent {
	i := draft
	i.Repo, i.Title, i.Child = repo, title, true
	return i
}

// TestOpenIssues: several repositories, labels that are missing, people whom GitHub
// cannot assign and words that look like GraphQL cost one query, the labels and one
// mutation; what is made is what was asked for.
func TestOpenIssues(t *testing.T) {
	w := curious(t)
	must(t, w.CreateLabel(vault, "alice", "draft", "0e8a16"))
	evil := `") { id } } mutation { x: createIssue(input: {title: "` + "\u2028$v0 }"
	one, two, three := follow(shop, evil), follow(vault, "Two"), follow(shop, "Three")
	one.Body = evil
	one.Labels = append(slices.Clone(draft.Labels), workflows.Label{Name: `"quoted" 障害`, Color: "b60205"})
	one.Assignees = []string{"bob", "mallory's ghost", "", "ALICE", "bo"}
	two.Assignees = slices.Repeat([]string{"alice"}, 20)
	three.Child = false
	w.forgetRequests()
	opened, err := w.app.OpenIssues(ctx, w.issue, []workflows.IssueIntent{one, two, three})
	must(t, err)
	if len(opened) != 3 {
		t.Fatalf("%+v", opened)
	}
	for i, want := range []struct {
		intent            workflows.IssueIntent
		labels, assignees []string
	}{{one, []string{"draft", `"quoted" 障害`}, []string{"bob", "alice"}}, {two, []string{"draft"}, []string{"alice"}}, {three, []string{"draft"}, nil}} {
		got := opened[i]
		must(t, got.Err)
		v, _ := w.Hub.Issue(want.intent.Repo, got.Issue.Number)
		if v.ID != got.Issue.ID || v.Title != want.intent.Title || v.Body != want.intent.Body || !slices.Equal(v.Labels, want.labels) || !slices.Equal(v.Assignees, want.assignees) {
			t.Errorf("%d: made %+v, there is %+v", i, got, v)
		}
		again, err := w.app.Issue(ctx, workflows.Subject{Repo: want.intent.Repo, Number: got.Issue.Number})
		must(t, err)
		if !got.Issue.Ours || !got.Issue.Open || got.Issue.Child != want.intent.Child || !got.Issue.CreatedAt.Equal(again.CreatedAt) || got.Issue.URL != again.URL || got.Issue.Author.Login != again.Author.Login ||
			!slices.Equal(got.Issue.Assignees, again.Assignees) || !slices.Equal(got.Issue.Labels, again.Labels) {
			t.Errorf("%d: %+v, read again %+v", i, got.Issue, again)
		}
	}
	if below, _ := w.Hub.Issue(shop, w.issue.Number); len(below.SubIssues) != 2 {
		t.Errorf("below it: %v", below.SubIssues)
	}
	if n, labels := w.count("POST", "graphql"), w.count("POST", "repos/{owner}/{repo}/labels"); n != 3 || labels != 2 {
		t.Errorf("%d documents and %d labels made, want 3 and 2", n, labels)
	}
	own, err := w.app.OwnIssues(ctx, shop, began)
	must(t, err)
	if len(own) != 2 || !own[0].Child || own[1].Child {
		t.Errorf("found as %+v", own)
	}
	w.forgetRequests()
	_, err = w.app.OpenIssues(ctx, w.issue, []workflows.IssueIntent{follow(shop, "Four"), follow(vault, "Five")})
	must(t, err)
	if n := w.count("", ""); n != 2 {
		t.Errorf("%d requests where the labels are there, want 2", n)
	}
}

// TestOpenIssuesRefused: each issue has its own fate, and what names something that
// is not there is not sent.
func TestOpenIssuesRefused(t *testing.T) {
	w := curious(t)
	w.AddRepo("acme", "old", false)
	w.ArchiveRepo("acme/old")
	w.SetRole("acme/old", "alice", "admin")
	long, unlabelled := follow(shop, strings.Repeat("x", 257)), follow("acme/old", "x")
	unlabelled.Labels = []workflows.Label{}
	opened, err := w.app.OpenIssues(ctx, w.issue, []workflows.IssueIntent{follow(shop, "One"), long, follow("acme/absent", "x"), unlabelled, follow("acme/old", "x")})
	must(t, err)
	for i, want := range []error{nil, engine.ErrRefused, engine.ErrGone, engine.ErrRefused, engine.ErrRefused} {
		if got := opened[i].Err; want == nil && got != nil || !errors.Is(got, want) {
			t.Errorf("%d: %v, want %v", i, got, want)
		}
	}
	if !strings.Contains(opened[1].Err.Error(), "POST graphql: UNPROCESSABLE title is too long") {
		t.Error(opened[1].Err)
	}
	for range 100 {
		opened, err = w.app.OpenIssues(ctx, w.issue, []workflows.IssueIntent{follow(vault, "x")})
		must(t, err)
		if opened[0].Err != nil {
			break
		}
		w.clock.Advance(time.Minute)
	}
	if err := opened[0].Err; !errors.Is(err, engine.ErrRefused) || !strings.Contains(err.Error(), "more than 100 sub-issues") {
		t.Error(err)
	}
}

// TestOpenIssuesFails: each way of not being answered has its kind of error, and a
// lost answer is only that of the mutation.
func TestOpenIssuesFails(t *testing.T) {
	two := []workflows.IssueIntent{follow(shop, "One"), follow(shop, "Two")}
	// on is the nth request to GraphQL.
	on := func(w *world, nth int, f fakehub.Fault) {
		asked := 0
		w.t.Cleanup(w.Fault(func(r *http.Request) *fakehub.Fault {
			if strings.HasSuffix(r.URL.Path, "/graphql") {
				if asked++; asked == nth {
					return &f
				}
			}
			return nil
		}))
	}
	for _, c := range []struct {
		name  string
		nth   int
		fault fakehub.Fault
		want  error
		made  int
	}{
		{"query lost", 1, fakehub.Fault{DropAnswer: true}, nil, 0},
		{"query 502", 1, fakehub.Fault{Status: 502}, nil, 0},
		{"mutation lost", 2, fakehub.Fault{DropAnswer: true}, engine.ErrUncertain, 2},
		{"mutation not sent", 2, fakehub.Fault{DropRequest: true}, engine.ErrUncertain, 0},
		{"mutation 502", 2, fakehub.Fault{Status: 502}, engine.ErrUncertain, 0},
		{"mutation not allowed", 2, fakehub.Fault{Status: 403, Message: "Resource not accessible by integration"}, engine.ErrRefused, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			must(t, w.CreateLabel(shop, "alice", "draft", "0e8a16"))
			before := w.Counts().IssuesCreated
			on(w, c.nth, c.fault)
			_, err := w.app.OpenIssues(ctx, w.issue, two)
			if err == nil || c.want != nil && !errors.Is(err, c.want) || c.want == nil && (errors.Is(err, engine.ErrUncertain) || errors.Is(err, engine.ErrGone) || errors.Is(err, engine.ErrRefused)) {
				t.Errorf("%v is not %v", err, c.want)
			}
			if made := w.Counts().IssuesCreated - before; made != c.made {
				t.Errorf("%d made, want %d", made, c.made)
			}
		})
	}
	reading, err := githubapp.NewWithToken(githubapp.Config{Clock: newWorld(t).clock}, "x")
	must(t, err)
	if _, err := reading.OpenIssues(ctx, workflows.Subject{Repo: shop, Number: 1}, two); err == nil {
		t.Error("a token that only reads opens issues")
	}
}

// saying answers the nth document with a body.
func (w *world) saying(nth int, header http.Header, body string) {
	asked := 0
	w.app = w.newApp(func(c *githubapp.Config) {
		c.Transport = overriding{c.Transport, func(r *http.Request) (*http.Response, error) {
			if !strings.HasSuffix(r.URL.Path, "/graphql") {
				return nil, nil
			}
			if asked++; asked != nth {
				return nil, nil
			}
			return &http.Response{StatusCode: 200, Header: header, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
		}}
	})
}

// TestOpenIssuesAnswers: what GitHub says with status 200 is taken for what it is.
func TestOpenIssuesAnswers(t *testing.T) {
	const made = `{"issue":{"fullDatabaseId":"4000000000","number":7,"createdAt":"2026-11-20T09:00:00Z","url":"https://github.com/acme/shop/issues/7"}}`
	for _, c := range []struct {
		name, body string
		all        error // of all of it
		each       []error
	}{
		{"both", `{"data":{"i0":` + made + `,"i1":` + made + `}}`, nil, []error{nil, nil}},
		{"one without a word", `{"data":{"i0":` + made + `,"i1":null}}`, nil, []error{nil, engine.ErrUncertain}},
		{"one went wrong", `{"data":{"i0":` + made + `,"i1":null},"errors":[{"message":"Something went wrong while executing your query.","path":["i1"]}]}`, nil, []error{nil, engine.ErrUncertain}},
		{"one went wrong, unnamed", `{"data":{"i0":` + made + `,"i1":null},"errors":[{"message":"Something went wrong while executing your query."}]}`, nil, []error{nil, engine.ErrUncertain}},
		{"one of a type never seen", `{"data":{"i0":` + made + `,"i1":null},"errors":[{"type":"TEAPOT","message":"no","path":["i1"]}]}`, nil, []error{nil, engine.ErrRefused}},
		{"half described", `{"data":{"i0":` + made + `,"i1":{"issue":{"number":8}}}}`, nil, []error{nil, engine.ErrUncertain}},
		{"nothing", `{}`, engine.ErrUncertain, nil},
		{"no JSON", `<html>`, engine.ErrUncertain, nil},
		{"went wrong", `{"data":null,"errors":[{"message":"Something went wrong while executing your query."}]}`, engine.ErrUncertain, nil},
		{"unknown argument", `{"errors":[{"message":"Variable $v0 of type CreateIssueInput! was provided invalid value for parentIssueId (Field is not defined on CreateIssueInput)","extensions":{"problems":[{"path":["parentIssueId"],"explanation":"Field is not defined on CreateIssueInput"}]}}]}`, engine.ErrGone, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			must(t, w.CreateLabel(shop, "alice", "draft", "0e8a16"))
			w.saying(2, nil, c.body)
			opened, err := w.app.OpenIssues(ctx, w.issue, []workflows.IssueIntent{follow(shop, "One"), follow(shop, "Two")})
			if !errors.Is(err, c.all) || len(opened) != len(c.each) {
				t.Fatalf("%+v, %v", opened, err)
			}
			for i, want := range c.each {
				if got := opened[i]; !errors.Is(got.Err, want) || want == nil && (got.Err != nil || got.Issue.ID != 4_000_000_000) {
					t.Errorf("%d: %+v, want %v", i, got, want)
				}
			}
		})
	}
}

// TestWithoutGraphQL: where there is none, or an older one, that is remembered for
// an hour.
func TestWithoutGraphQL(t *testing.T) {
	for name, without := range map[string]func(*world){
		"none": func(w *world) { w.WithoutGraphQL() }, "older": func(w *world) { w.WithoutSubIssues() },
		"not allowed": func(w *world) {
			w.fault(100, "POST", "/graphql", fakehub.Fault{Status: 403, Message: "Resource not accessible by integration"})
		},
	} {
		w := newWorld(t)
		without(w)
		two := []workflows.IssueIntent{follow(shop, "One"), follow(shop, "Two")}
		open := func() int {
			w.forgetRequests()
			if _, err := w.app.OpenIssues(ctx, w.issue, two); !errors.Is(err, engine.ErrGone) && !errors.Is(err, engine.ErrRefused) {
				t.Errorf("%s: %v", name, err)
			}
			return w.count("", "graphql")
		}
		asked := open()
		w.clock.Advance(59 * time.Minute)
		if again := open(); asked == 0 || again != 0 {
			t.Errorf("%s: asked %d times, and %d within the hour", name, asked, again)
		}
		w.clock.Advance(2 * time.Minute)
		if open() == 0 {
			t.Errorf("%s: not asked again after an hour", name)
		}
	}
}

// TestGraphQLAddress: it stands beside the REST API.
func TestGraphQLAddress(t *testing.T) {
	for base, want := range map[string]string{
		"": "https://api.github.com/graphql", "https://github.acme.example/api/v3": "https://github.acme.example/api/graphql",
		"https://api.acme.ghe.com/": "https://api.acme.ghe.com/graphql", "http://127.0.0.1:4001/base": "http://127.0.0.1:4001/base/graphql",
	} {
		w := newWorld(t)
		asked := ""
		app := w.newApp(func(c *githubapp.Config) {
			c.BaseURL = base
			c.Transport = overriding{c.Transport, func(r *http.Request) (*http.Response, error) {
				if strings.HasSuffix(r.URL.Path, "/graphql") {
					asked = r.URL.String()
				}
				r.URL.Path = strings.TrimPrefix(r.URL.Path, "/base")
				return nil, nil
			}}
		})
		opened, err := app.OpenIssues(ctx, w.issue, []workflows.IssueIntent{follow(shop, "One")})
		must(t, err)
		if asked != want || opened[0].Err != nil {
			t.Errorf("%q: asked at %s, %v", base, asked, opened[0].Err)
		}
	}
}

// TestGraphQLLimits: a limit is waited for, whatever the status; that of GraphQL's
// own points stops nothing else. What was made of a document counts.
func TestGraphQLLimits(t *testing.T) {
	spent := http.Header{"X-Ratelimit-Resource": {"graphql"}, "X-Ratelimit-Remaining": {"0"}, "X-Ratelimit-Reset": {fmt.Sprint(began.Add(20 * time.Minute).Unix())}}
	two := []workflows.IssueIntent{follow(shop, "One"), follow(shop, "Two")}
	for _, c := range []struct {
		name   string
		header http.Header
		body   string
		want   time.Duration
		closed bool
	}{
		{"points spent", spent, `{"errors":[{"type":"RATE_LIMITED","message":"API rate limit exceeded for installation ID 1."}]}`, 20 * time.Minute, false},
		{"points spent, no header", nil, `{"errors":[{"type":"RATE_LIMITED","message":"API rate limit exceeded."}]}`, time.Minute, false},
		{"secondary", nil, `{"data":null,"errors":[{"message":"You have exceeded a secondary rate limit."}]}`, time.Minute, true},
		{"secondary with a time", http.Header{"Retry-After": {"90"}}, `{"data":{"i0":null,"i1":null},"errors":[{"message":"You have exceeded a secondary rate limit."}]}`, 90 * time.Second, true},
	} {
		for _, nth := range []int{1, 2} {
			w := newWorld(t)
			must(t, w.CreateLabel(shop, "alice", "draft", "0e8a16"))
			w.saying(nth, c.header, c.body)
			_, err := w.app.OpenIssues(ctx, w.issue, two)
			if got := w.wait(err); got != c.want {
				t.Errorf("%s: wait %v, want %v (%v)", c.name, got, c.want, err)
			}
			if err := w.look(); (w.wait(err) >= 0) != c.closed {
				t.Errorf("%s: REST answers %v", c.name, err)
			}
		}
	}
	w := newWorld(t)
	must(t, w.CreateLabel(shop, "alice", "draft", "0e8a16"))
	w.saying(2, nil, `{"data":{"i0":{"issue":{"fullDatabaseId":"4","number":7,"createdAt":"2026-11-20T09:00:00Z","url":"x"}},"i1":null},"errors":[{"message":"was submitted too quickly","path":["i1"]}]}`)
	opened, err := w.app.OpenIssues(ctx, w.issue, two)
	must(t, err)
	if opened[0].Err != nil || w.wait(opened[1].Err) != time.Minute {
		t.Errorf("%+v", opened)
	}
}

// TestBatchesAreMetered: each issue counts as a write and as content, the request
// as five points, and a query as one.
func TestBatchesAreMetered(t *testing.T) {
	w := newWorld(t)
	w.Hub = fakehub.New(fakehub.Options{Clock: w.clock, Seed: 1, App: fakehub.App{ID: 7, PrivateKey: key()}, Secondary: true, RateLimit: -1})
	w.AddRepo("acme", "shop", false)
	w.SetRole(shop, "alice", "admin")
	w.Install("acme", began)
	number, err := w.OpenIssue(shop, "alice", fakehub.NewIssue{Title: "x"})
	must(t, err)
	must(t, w.CreateLabel(shop, "alice", "draft", "0e8a16"))
	w.issue = workflows.Subject{Repo: shop, Number: number}
	w.app = w.newApp()
	var ten []workflows.IssueIntent
	for i := range 10 {
		ten = append(ten, follow(shop, fmt.Sprint(i)))
		ten[i].Child = false
	}
	atOnce := func() (n int) {
		for ; err == nil; n++ {
			_, err = w.app.OpenIssues(urgent, w.issue, ten)
		}
		return n - 1
	}
	if n := atOnce(); n != 2 || w.wait(err) < 10*time.Second {
		t.Errorf("%d batches of ten at once (%v), want 2", n, err)
	}
	made := 20
	for range 600 { // an hour
		w.clock.Advance(6 * time.Second)
		if _, err := w.app.OpenIssues(urgent, w.issue, ten); err == nil {
			made += 10
		}
	}
	if c := w.Counts(); c.Limited != 0 || made < 480 || made > 510 {
		t.Errorf("%d issues in an hour, %d times limited", made, c.Limited)
	}
}

// TestNoTextInDocuments: what others wrote stands in variables only, and no secret
// in what is said of a failure.
func TestNoTextInDocuments(t *testing.T) {
	w := newWorld(t)
	app := w.newApp(func(c *githubapp.Config) {
		c.Transport = overriding{c.Transport, func(r *http.Request) (*http.Response, error) {
			if !strings.HasSuffix(r.URL.Path, "/graphql") {
				return nil, nil
			}
			body, err := io.ReadAll(r.Body)
			must(t, err)
			r.Body = io.NopCloser(bytes.NewReader(body))
			var sent struct{ Query string }
			must(t, json.Unmarshal(body, &sent))
			for _, foreign := range []string{"acme", "shop", "Wählen", "text of it", "draft", "alice", `"`} {
				if strings.Contains(sent.Query, foreign) {
					t.Errorf("%q stands in %s", foreign, sent.Query)
				}
			}
			return nil, nil
		}}
	})
	i := follow(shop, "Wählen")
	i.Body, i.Assignees = "text of it", []string{"alice"}
	opened, err := app.OpenIssues(ctx, w.issue, []workflows.IssueIntent{i})
	must(t, err)
	must(t, opened[0].Err)
	w.saying(1, nil, `{"errors":[{"message":"no `+strings.ReplaceAll(canary, "&", `\u0026`)+`\nghs_0123456789abcdef0123456789abcdef0123"}]}`)
	if _, err := w.app.OpenIssues(ctx, w.issue, []workflows.IssueIntent{i}); err == nil || strings.Contains(err.Error(), "ghs_0") || strings.Contains(err.Error(), canary) || strings.Contains(err.Error(), "\n") {
		t.Errorf("%v", err)
	}
}
