package githubapp_test

import (
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/clock"
	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/app/githubapp"
	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
)

func TestBadSettings(t *testing.T) {
	good := githubapp.Config{AppID: 7, PrivateKey: keyPEM(), Clock: clock.New()}
	for name, c := range map[string]struct {
		change func(*githubapp.Config)
		want   string
	}{
		"no id":      {func(c *githubapp.Config) { c.AppID = 0 }, "App's id"},
		"no key":     {func(c *githubapp.Config) { c.PrivateKey = nil }, "private key"},
		"not a key":  {func(c *githubapp.Config) { c.PrivateKey = []byte("hunter2hunter2") }, "private key"},
		"flat key":   {func(c *githubapp.Config) { c.PrivateKey = []byte(strings.ReplaceAll(string(keyPEM()), "\n", " ")) }, "line breaks"},
		"no clock":   {func(c *githubapp.Config) { c.Clock = nil }, "clock"},
		"no scheme":  {func(c *githubapp.Config) { c.BaseURL = "ghe.example/api/v3" }, "address"},
		"a path":     {func(c *githubapp.Config) { c.BaseURL = "/api/v3" }, "address"},
		"ftp":        {func(c *githubapp.Config) { c.BaseURL = "ftp://ghe.example/" }, "address"},
		"a password": {func(c *githubapp.Config) { c.BaseURL = "https://x:hunter2hunter2@ghe.example/" }, "address"},
		"a query":    {func(c *githubapp.Config) { c.BaseURL = "https://ghe.example/?a=b" }, "address"},
		"no URL":     {func(c *githubapp.Config) { c.BaseURL = "https://[hunter2hunter2" }, "address"},
	} {
		config := good
		c.change(&config)
		_, err := githubapp.New(config)
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), "MII") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := githubapp.New(good); err != nil {
		t.Error(err)
	}
}

// The base may end in a slash or not, and have a path or not.
func TestBaseURL(t *testing.T) {
	for _, base := range []string{"https://api.github.com", "https://api.github.com/", "https://ghe.example/api/v3", "https://ghe.example/api/v3/", "http://127.0.0.1:4001"} {
		w := newWorld(t)
		w.app = w.newApp(func(c *githubapp.Config) {
			c.BaseURL = base
			c.Transport = overriding{c.Transport, func(r *http.Request) (*http.Response, error) {
				if !strings.HasPrefix(r.URL.String(), strings.TrimSuffix(base, "/")+"/") || strings.Contains(r.URL.Path, "//") {
					t.Errorf("%s: a request went to %s", base, r.URL)
				}
				if r.Header.Get("User-Agent") != "kintsugi" || r.Header.Get("X-GitHub-Api-Version") == "" || len(r.Header.Values("Accept")) != 1 {
					t.Errorf("%s %s: %q, %q, %q", r.Method, r.URL, r.Header.Get("User-Agent"), r.Header.Get("X-GitHub-Api-Version"), r.Header.Values("Accept"))
				}
				return nil, nil
			}}
		})
		must(t, w.look())
		_, err := w.app.CreateComment(ctx, w.issue, "hello")
		must(t, err)
	}
}

func TestIdentity(t *testing.T) {
	w := newWorld(t)
	for range 3 {
		got, err := w.app.Identity(ctx)
		if err != nil || got.Slug != "kintsugi" || got.Login != "kintsugi[bot]" || got.AppID != 7 {
			t.Errorf("%+v, %v", got, err)
		}
	}
	if n := w.count("GET", "app"); n != 1 {
		t.Errorf("asked %d times", n)
	}
	// A wrong id is no subject that is gone, or a run would end quietly.
	other := w.newApp(func(c *githubapp.Config) { c.AppID = 8 })
	if _, err := other.Identity(ctx); err == nil || errors.Is(err, engine.ErrGone) {
		t.Error(err)
	}
	w.fault(1, "GET", "/app", fakehub.Fault{Status: 502})
	again := w.newApp()
	if _, err := again.Identity(ctx); err == nil {
		t.Error("a 502 has an identity")
	}
	if _, err := again.Identity(ctx); err != nil {
		t.Error(err)
	}
}

// Metrics see every exchange, by a route that names no repository.
func TestOnRequest(t *testing.T) {
	w := newWorld(t)
	must(t, w.app.AddLabel(ctx, w.issue, incident))
	w.fault(1, "GET", "/issues/", fakehub.Fault{DropAnswer: true})
	_ = w.look()
	if len(w.requests) != w.Counts().Requests {
		t.Errorf("%d requests heard of, %d made", len(w.requests), w.Counts().Requests)
	}
	want := []request{
		{"GET", findRoute, 200, 0},
		{"POST", tokenRoute, 201, w.install},
		{"GET", "repos/{owner}/{repo}/labels/{name}", 404, w.install},
		{"POST", "repos/{owner}/{repo}/labels", 201, w.install},
		{"POST", "repos/{owner}/{repo}/issues/{issue_number}/labels", 200, w.install},
		{"GET", "repos/{owner}/{repo}/issues/{issue_number}", 0, w.install},
	}
	for i, r := range want {
		if i >= len(w.requests) || w.requests[i] != r {
			t.Fatalf("heard of %+v, want %+v", w.requests, want)
		}
	}
}

// Everything that we ask is in GitHub's own description, and so are the
// answers that the simulated GitHub gives.
func TestRequestsKeepTheContract(t *testing.T) {
	w := newWorld(t)
	w.app = w.newApp(checked(t))
	w.AddRepo("acme", ".github", false)
	w.PutFile("acme/.github", policyPath, "language: ja\n")
	bob := w.comment("bob", "/ack")
	home, err := w.app.Home(ctx, shop)
	must(t, err)
	_, err = w.app.Installations(ctx)
	must(t, err)
	_, err = w.app.Updated(ctx, w.install, shop, began, labelsOf)
	must(t, err)
	must(t, w.app.AddLabel(ctx, w.issue, incident))
	must(t, w.app.React(ctx, shop, bob, "+1"))
	must(t, w.app.React(ctx, shop, bob, "confused"))
	_, err = w.app.OurReaction(ctx, shop, bob)
	must(t, err)
	made, err := w.app.CreateComment(ctx, w.issue, "hello")
	must(t, err)
	_, err = w.app.EditComment(ctx, shop, made.ID, "hello again")
	must(t, err)
	_, err = w.app.Comment(ctx, shop, made.ID)
	must(t, err)
	must(t, w.app.DeleteComment(ctx, shop, made.ID))
	for _, reason := range []string{"completed", "not_planned", "duplicate"} {
		must(t, w.app.SetState(ctx, w.issue, false, reason))
		must(t, w.app.SetState(ctx, w.issue, true, ""))
	}
	must(t, w.app.RemoveLabel(ctx, w.issue, incident.Name))
	_, err = w.app.Comments(ctx, w.issue, home.InstalledAt)
	must(t, err)
	_, err = w.app.Events(ctx, w.issue)
	must(t, err)
	for _, login := range []string{"alice", "bob", "mallory", "nobody-of-this-name"} {
		_, err = w.app.Answer(ctx, roleOn(vault, login))
		must(t, err)
	}
	_, err = w.app.Assign(ctx, w.issue, []string{"bob", "nobody"})
	must(t, err)
	_, err = w.app.About(ctx)
	must(t, err)
	_, err = w.app.Hook(ctx)
	must(t, err)
	for _, d := range w.TakeDeliveries() {
		w.Lose(d)
	}
	log, _, err := w.app.Attempts(ctx, began)
	must(t, err)
	must(t, w.app.Redeliver(ctx, log[0].ID))
	w.RenameRepo(shop, "store")
	if movedTo(w.look()) == "" {
		t.Error("a renamed repository did not move")
	}
}

// A log given to the App is kept clean by the App.
func TestAppLog(t *testing.T) {
	w := newWorld(t)
	w.app = w.newApp(func(c *githubapp.Config) {
		c.Log = slog.New(slog.NewTextHandler(&w.log, nil))
	})
	w.fault(1, "GET", "/issues/", fakehub.Fault{Status: 403, Message: "rate limit exceeded for ghs_" + strings.Repeat("a", 36) + " " + canary})
	if w.wait(w.look()) != time.Minute || !strings.Contains(w.log.String(), "[redacted]") {
		t.Errorf("log %q", w.log.String())
	}
}
