package githubapp_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/app/githubapp"
	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub/contract"
	"github.com/kintsugi-app/kintsugi/workflows"
)

// curious is a world whose App was granted what the optional asks take, with
// every exchange held to GitHub's description where that is at hand.
func curious(t *testing.T) *world {
	t.Helper()
	w := newWorld(t, func(c *githubapp.Config) {
		if contract.Here() {
			c.Transport = contract.Check(t, c.Transport)
		}
	})
	w.grant("members=read", "deployments=read", "pull_requests=read")
	return w
}

// grant replaces what the installation is permitted, beyond what it needs.
func (w *world) grant(more ...string) {
	permissions := map[string]string{"metadata": "read", "issues": "write", "contents": "read"}
	for _, p := range more {
		name, level, _ := strings.Cut(p, "=")
		permissions[name] = level
	}
	w.SetPermissions("acme", permissions)
}

func (w *world) goTo(t time.Time) { w.clock.Advance(t.Sub(w.clock.Now())) }

// told is an answer that GitHub gave in full.
func (w *world) told(ask workflows.Ask) workflows.Answer {
	w.t.Helper()
	got, err := w.app.Answer(ctx, ask)
	if err != nil || got.Unknown != "" {
		w.t.Fatalf("%+v: %+v, %v", ask, got, err)
	}
	return got
}

func TestTeam(t *testing.T) {
	w := curious(t)
	var members []string
	for n := range 150 {
		members = append(members, fmt.Sprintf("person-%03d", 149-n))
	}
	w.SetTeam("acme", "on-call", append(members, "Zoe", "anna")...)
	w.SetTeam("acme", "nobody")
	got := w.told(workflows.TeamAsk{Org: "acme", Slug: "on-call"}).Members
	slices.Sort(members)
	if diff := cmp.Diff(append(append([]string{"anna"}, members...), "Zoe"), got); diff != "" {
		t.Error(diff)
	}
	if got := w.told(workflows.TeamAsk{Org: "ACME", Slug: "nobody"}).Members; len(got) != 0 {
		t.Errorf("an empty team has %v", got)
	}
	if n := w.count("GET", "orgs/{org}/installation"); n != 1 {
		t.Errorf("the installation was looked up %d times", n)
	}
	// The installation is found anew where it was made anew.
	w.Uninstall("acme")
	w.install = w.Install("acme", began)
	w.grant("members=read")
	if got := w.told(workflows.TeamAsk{Org: "acme", Slug: "on-call"}).Members; len(got) != 152 {
		t.Errorf("%d members after the App was installed anew", len(got))
	}
}

func TestTeamUnknown(t *testing.T) {
	w := curious(t)
	w.AddUser("solo")
	w.AddOrg("stranger", "theirs")
	for _, c := range []struct{ org, slug, want string }{
		{"acme", "ghosts", `the team acme/ghosts: not there, or the App lacks the permission "Members: read" to see it`},
		{"acme", "../../../user", "not there"},
		{"acme", "", "not there"},
		{"acme/shop", "pay", "not there"},
		{"", "", "not there"},
		{"solo", "pay", "no organisation"},
		{"stranger", "theirs", "no organisation"},
	} {
		got, err := w.app.Answer(ctx, workflows.TeamAsk{Org: c.org, Slug: c.slug})
		if err != nil || !strings.Contains(got.Unknown, c.want) || got.Members != nil {
			t.Errorf("%s/%s: %+v, %v", c.org, c.slug, got, err)
		}
	}
	w.grant()
	got, err := w.app.Answer(ctx, workflows.TeamAsk{Org: "acme", Slug: "pay"})
	if err != nil || got.Unknown != `the team acme/pay: the App lacks the permission "Members: read"` {
		t.Errorf("not granted: %+v, %v", got, err)
	}
}

func TestLinks(t *testing.T) {
	w := curious(t)
	ask := workflows.LinksAsk{Subject: w.issue}
	if got := w.told(ask).Links; len(got) != 0 {
		t.Fatalf("before anything refers to it: %v", got)
	}
	open := func(repo, by string, in fakehub.NewIssue) int {
		t.Helper()
		w.clock.Advance(time.Minute)
		n, err := w.OpenIssue(repo, by, in)
		must(t, err)
		return n
	}
	hidden := open(vault, "alice", fakehub.NewIssue{Title: "A private fix", Body: "Fixes-incident: acme/shop#1", PullRequest: true})
	first := open(shop, "alice", fakehub.NewIssue{Title: "A fix", Body: "Fixes #1", PullRequest: true})
	second := open(shop, "mallory", fakehub.NewIssue{Title: "Same here", Body: "like https://github.com/acme/shop/issues/1"})
	w.comment("mallory", "#1 itself, and elsewhere too")
	w.clock.Advance(time.Minute)
	must(t, w.Merge(shop, first, "alice"))
	at := func(minutes int) time.Time { return began.Add(time.Duration(minutes) * time.Minute) }
	want := []workflows.Link{
		{Subject: workflows.Subject{Repo: vault, Number: hidden}, Pull: true, Title: "A private fix", URL: "https://github.com/acme/vault/pull/1", At: at(1)},
		{Subject: workflows.Subject{Repo: shop, Number: first}, Pull: true, Merged: true, Title: "A fix", URL: "https://github.com/acme/shop/pull/2", At: at(2)},
		{Subject: workflows.Subject{Repo: shop, Number: second}, Title: "Same here", URL: "https://github.com/acme/shop/issues/3", At: at(3)},
	}
	if diff := cmp.Diff(want, w.told(ask).Links); diff != "" {
		t.Error(diff)
	}
	w.grant() // without pull requests
	if diff := cmp.Diff(want[1:], w.told(ask).Links); diff != "" {
		t.Errorf("without the permission for pull requests: %s", diff)
	}
	// What people say meanwhile costs nothing.
	w.ResetCounts()
	w.comment("mallory", "@alice any news?")
	w.told(ask)
	if c := w.Counts(); c.Requests != 1 || c.NotModified != 1 {
		t.Errorf("asked again: %v", c)
	}
}

func TestLinksAreWhole(t *testing.T) {
	w := curious(t)
	for n := range 230 {
		_, err := w.OpenIssue(shop, "mallory", fakehub.NewIssue{Title: fmt.Sprint(n), Body: "see #1"})
		must(t, err)
	}
	if got := w.told(workflows.LinksAsk{Subject: w.issue}).Links; len(got) != 230 || got[229].Title != "229" {
		t.Errorf("%d links of 230", len(got))
	}
}

// What a timeline may hold besides: each source counts once and by its first
// time, and what names none is passed over.
func TestLinksOddities(t *testing.T) {
	w := newWorld(t)
	ref := func(at, repo string, number int, more string) string {
		return fmt.Sprintf(`{"event":"cross-referenced","created_at":%q,"source":{"type":"issue","issue":{"number":%d,"title":"t",`+
			`"repository_url":"https://api.github.com/repos/%s","html_url":"https://github.com/%s/issues/%d"%s}}}`, at, number, repo, repo, number, more)
	}
	body := "[" + strings.Join([]string{
		`{"event":"committed","sha":"abc","author":{"date":"x"}}`,
		`{"event":"connected","id":1,"created_at":"2026-11-20T09:00:00Z","actor":null}`,
		`{"event":"commented","id":2,"created_at":null,"source":null,"body":"#7"}`,
		`{"event":"cross-referenced","created_at":"2026-11-20T09:00:00Z","source":{"type":"issue"}}`,
		ref("2026-11-20T09:03:00Z", "acme/shop", 5, ""),
		ref("2026-11-20T09:02:00Z", "Acme/Shop", 5, `,"pull_request":{"merged_at":null}`),
		ref("2026-11-20T09:01:00Z", "ACME/shop", w.issue.Number, ""),
		ref("2026-11-20T09:01:00Z", "not a repository", 5, ""),
	}, ",") + "]"
	w.app = w.newApp(func(c *githubapp.Config) {
		c.Transport = overriding{c.Transport, func(r *http.Request) (*http.Response, error) {
			if strings.HasSuffix(r.URL.Path, "/timeline") {
				return answer(200, body), nil
			}
			return nil, nil
		}}
	})
	want := []workflows.Link{{
		Subject: workflows.Subject{Repo: "Acme/Shop", Number: 5}, Pull: true, Title: "t",
		URL: "https://github.com/Acme/Shop/issues/5", At: began.Add(2 * time.Minute),
	}}
	if diff := cmp.Diff(want, w.told(workflows.LinksAsk{Subject: w.issue}).Links); diff != "" {
		t.Error(diff)
	}
}

func TestLinksUnknown(t *testing.T) {
	w := curious(t)
	deleted, err := w.OpenIssue(shop, "alice", fakehub.NewIssue{Title: "Oops"})
	must(t, err)
	must(t, w.DeleteIssue(shop, deleted, "alice"))
	w.AddRepo("stranger", "thing", false)
	for name, s := range map[string]workflows.Subject{
		"missing": {Repo: shop, Number: 999}, "deleted": {Repo: shop, Number: deleted}, "nothing": {},
		"no repository": {Repo: "acme/..", Number: 1}, "not installed": {Repo: "stranger/thing", Number: 1},
	} {
		if got, err := w.app.Answer(ctx, workflows.LinksAsk{Subject: s}); err != nil || got.Unknown == "" || got.Links != nil {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	w.SetPermissions("acme", map[string]string{"metadata": "read"})
	got, err := w.app.Answer(ctx, workflows.LinksAsk{Subject: w.issue})
	if err != nil || got.Unknown != `what refers to acme/shop#1: the App lacks the permission "Issues: read"` {
		t.Errorf("not granted: %+v, %v", got, err)
	}
}

func changesAsk(from, to time.Time) workflows.ChangesAsk {
	return workflows.ChangesAsk{Repo: shop, From: from.Format(time.RFC3339), To: to.Format(time.RFC3339)}
}

func TestChanges(t *testing.T) {
	w := curious(t)
	deploy := func(ref string) { must(t, w.Deploy(shop, "production", ref, "alice")) }
	hour := func(n int) time.Time { return began.Add(time.Duration(n) * time.Hour) }
	deploy("too-early")
	w.goTo(hour(1))
	deploy("v1")
	w.goTo(hour(2))
	must(t, w.Release(shop, "v2/beta", "alice"))
	w.goTo(hour(3))
	deploy("v2")
	w.goTo(hour(4))
	deploy("too-late")
	must(t, w.Release(shop, "too-late", "alice"))

	change := func(kind, title, url string, n int) workflows.Change {
		return workflows.Change{Kind: kind, Repo: shop, Title: title, By: "alice", URL: "https://github.com/acme/shop/" + url, At: hour(n)}
	}
	deployed, released := workflows.ChangeDeployment, workflows.ChangeRelease
	want := []workflows.Change{
		change(deployed, "production v1", "deployments", 1), change(released, "v2/beta", "releases/tag/v2%2Fbeta", 2), change(deployed, "production v2", "deployments", 3),
	}
	ask := changesAsk(hour(1), hour(3))
	if diff := cmp.Diff(want, w.told(ask).Changes); diff != "" {
		t.Error(diff)
	}
	w.ResetCounts()
	w.told(ask)
	if c := w.Counts(); c.Requests != 0 {
		t.Errorf("asked again at once: %v", c)
	}
	w.clock.Advance(10 * time.Minute)
	w.told(ask)
	if c := w.Counts(); c.Requests != 2 || c.NotModified != 2 {
		t.Errorf("asked again: %v", c)
	}
	if got := w.told(changesAsk(hour(3), hour(1))).Changes; len(got) != 0 {
		t.Errorf("a window that ends before it begins: %v", got)
	}
	// One part alone.
	w.clock.Advance(10 * time.Minute)
	w.grant()
	got, err := w.app.Answer(ctx, ask)
	if err != nil || got.Unknown != `deployments of acme/shop: the App lacks the permission "Deployments: read"` || !cmp.Equal(got.Changes, want[1:2]) {
		t.Errorf("without deployments: %+v, %v", got, err)
	}
	w.SetPermissions("acme", map[string]string{"metadata": "read", "deployments": "read"})
	w.clock.Advance(10 * time.Minute)
	got, err = w.app.Answer(ctx, ask)
	if err != nil || got.Unknown != `releases of acme/shop: the App lacks the permission "Contents: read"` || len(got.Changes) != 2 {
		t.Errorf("without releases: %+v, %v", got, err)
	}
}

// A busy repository is read as far as the window needs, and never further than
// a thousand of a kind; what was left out is said.
func TestChangesInABusyRepository(t *testing.T) {
	w := curious(t)
	const deployments, a = 1050, time.Minute
	for n := range deployments {
		must(t, w.Deploy(shop, "production", fmt.Sprint(n), "alice"))
		w.goTo(began.Add(time.Duration(n+1) * a))
	}
	end := w.clock.Now()
	w.ResetCounts()
	if got := w.told(changesAsk(end.Add(-150*a), end)).Changes; len(got) != 150 || got[149].Title != "production 1049" {
		t.Errorf("%d changes", len(got))
	}
	if c := w.Counts(); c.ByRoute["GET /repos/{owner}/{repo}/deployments"] != 3 {
		t.Errorf("%v", c)
	}
	got, err := w.app.Answer(ctx, changesAsk(began, end))
	if err != nil || len(got.Changes) != 1000 || got.Unknown != "deployments of acme/shop: only the newest 1000 were read" {
		t.Errorf("%d changes, %q, %v", len(got.Changes), got.Unknown, err)
	}
}

func TestChangesOddities(t *testing.T) {
	w := newWorld(t)
	w.app = w.newApp(func(c *githubapp.Config) {
		c.BaseURL = "https://github.example/api/v3"
		c.Transport = overriding{c.Transport, func(r *http.Request) (*http.Response, error) {
			switch {
			case strings.HasSuffix(r.URL.Path, "/releases"):
				return answer(200, `[
					{"id":1,"draft":true,"name":"draft","published_at":null,"author":{"login":"alice"}},
					{"id":3,"draft":true,"name":"taken back","published_at":"2026-11-20T09:00:00Z","author":{"login":"alice"}},
					{"id":2,"draft":false,"name":null,"tag_name":"v1","published_at":"2026-11-20T09:00:00Z","author":null,"html_url":"https://x.example/"},
					{"id":2,"draft":false,"name":"twice","tag_name":"v1","published_at":"2026-11-20T09:00:00Z"}]`), nil
			case strings.HasSuffix(r.URL.Path, "/deployments"):
				return answer(200, `[{"id":1,"environment":"production","ref":"main","creator":null,"payload":"text","created_at":"2026-11-20T18:00:00+09:00"}]`), nil
			}
			return nil, nil
		}}
	})
	want := []workflows.Change{
		{Kind: workflows.ChangeDeployment, Repo: shop, Title: "production main", By: "ghost", URL: "https://github.example/acme/shop/deployments", At: began},
		{Kind: workflows.ChangeRelease, Repo: shop, Title: "v1", By: "ghost", URL: "https://x.example/", At: began},
	}
	if diff := cmp.Diff(want, w.told(changesAsk(began, began)).Changes); diff != "" {
		t.Error(diff)
	}
}

func TestChangesUnknown(t *testing.T) {
	w := curious(t)
	for name, ask := range map[string]workflows.ChangesAsk{
		"no time":       {Repo: shop, From: "yesterday", To: "2026-11-20T09:00:00Z"},
		"no end":        {Repo: shop, From: "2026-11-20T09:00:00Z"},
		"no repository": {Repo: "acme/..", From: "2026-11-20T09:00:00Z", To: "2026-11-20T09:00:00Z"},
		"gone":          {Repo: "acme/nothing", From: "2026-11-20T09:00:00Z", To: "2026-11-20T09:00:00Z"},
	} {
		if got, err := w.app.Answer(ctx, ask); err != nil || got.Unknown == "" || got.Changes != nil {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

// Trouble on the way is never an answer, nor half a one.
func TestAsksUnanswered(t *testing.T) {
	w := curious(t)
	must(t, w.Release(shop, "v1", "alice"))
	for part, ask := range map[string]workflows.Ask{
		"/members": workflows.TeamAsk{Org: "acme", Slug: "pay"}, "/timeline": workflows.LinksAsk{Subject: w.issue},
		"/deployments": changesAsk(began, began.Add(time.Hour)), "/releases": changesAsk(began, began.Add(time.Hour)),
	} {
		for name, f := range map[string]fakehub.Fault{
			"500": {Status: 500}, "502": {Status: 502}, "cut": {DropAnswer: true},
			"limit": {Status: 403, Message: "You have exceeded a secondary rate limit", Header: map[string]string{"Retry-After": "5"}},
		} {
			w.clock.Advance(10 * time.Minute) // what is kept is none
			remove := w.Fault(fakehub.Matching(1, "GET", part, f))
			got, err := w.app.Answer(ctx, ask)
			if err == nil || errors.Is(err, engine.ErrGone) || errors.Is(err, engine.ErrRefused) || !cmp.Equal(got, workflows.Answer{}) {
				t.Errorf("%s %s: %+v, %v", part, name, got, err)
			}
			remove()
			w.clock.Advance(10 * time.Second)
			w.told(ask)
		}
	}
}
