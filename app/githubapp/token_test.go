package githubapp_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/app/githubapp"
	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
	"github.com/kintsugi-app/kintsugi/workflows"
)

const (
	tokenRoute = "app/installations/{installation_id}/access_tokens"
	findRoute  = "repos/{owner}/{repo}/installation"
)

func TestOneTokenIsUsed(t *testing.T) {
	w := newWorld(t)
	for range 3 {
		must(t, w.look())
	}
	if a, b := w.count("POST", tokenRoute), w.count("GET", findRoute); a != 1 || b != 1 {
		t.Errorf("%d tokens, %d look-ups", a, b)
	}
}

func TestTokenExpiresMidRun(t *testing.T) {
	w := newWorld(t)
	must(t, w.look())
	w.ExpireTokens()
	made, err := w.app.CreateComment(ctx, w.issue, "once")
	must(t, err)
	if made.ID == 0 || w.count("POST", tokenRoute) != 2 {
		t.Errorf("made %+v with %d tokens", made, w.count("POST", tokenRoute))
	}
	if view, _ := w.Hub.Issue(shop, w.issue.Number); len(view.Comments) != 1 || view.Comments[0].Body != "once" {
		t.Errorf("comments %+v", view.Comments)
	}
}

// A new token that is refused as well is not followed by a third.
func TestUnauthorizedIsTriedOnce(t *testing.T) {
	w := newWorld(t)
	must(t, w.look())
	w.forgetRequests()
	w.fault(99, "", "/issues/", fakehub.Fault{Status: 401, Message: "Bad credentials"})
	if err := w.look(); err == nil || isKind(err) {
		t.Error(err)
	}
	if err := w.app.SetState(ctx, w.issue, false, "completed"); err == nil || isKind(err) {
		t.Error(err)
	}
	if tokens, tries := w.count("POST", tokenRoute), w.count("", "repos/{owner}/{repo}/issues/{issue_number}"); tokens > 2 || tries != 4 {
		t.Errorf("%d tokens, %d tries", tokens, tries)
	}
}

// Workers that meet a 401 together replace the token once, not once each.
func TestConcurrentExpiry(t *testing.T) {
	w := newWorld(t)
	must(t, w.look())
	w.ExpireTokens()
	w.forgetRequests()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if _, err := w.app.Issue(ctx, w.issue); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := w.count("POST", tokenRoute); n != 1 {
		t.Errorf("%d tokens", n)
	}
}

// The simulated GitHub's own tokens are of 500 characters with dots; others
// may come in any form.
func TestTokensOfAnyForm(t *testing.T) {
	for _, token := range []string{"x", "ghs_" + strings.Repeat("aB3.-_", 100), "ghs_7_" + strings.Repeat("e", 200) + "." + strings.Repeat("y", 300) + ".z", "v9:+/=~!*"} {
		w := newWorld(t)
		var sent string
		w.app = w.newApp(func(c *githubapp.Config) {
			c.Transport = overriding{c.Transport, func(r *http.Request) (*http.Response, error) {
				switch {
				case strings.HasSuffix(r.URL.Path, "/access_tokens"):
					return answer(201, fmt.Sprintf(`{"token": %q, "expires_at": %q}`, token, time.Now().Add(time.Hour).Format(time.RFC3339))), nil
				case strings.Contains(r.URL.Path, "/issues/"):
					sent = r.Header.Get("Authorization")
					return answer(500, `{"message": "cannot serve `+sent+`"}`), nil
				}
				return nil, nil
			}}
		})
		err := w.look()
		if sent != "Bearer "+token {
			t.Errorf("sent %q", sent)
		}
		if len(token) > 5 && strings.Contains(err.Error(), token) {
			t.Errorf("the error tells the token: %v", err)
		}
	}
}

func TestSuspended(t *testing.T) {
	w := newWorld(t)
	id := w.comment("bob", "/ack")
	must(t, w.look())
	w.Suspend("acme")
	// The token at hand answers 403; a new one is refused.
	for range 2 {
		for range 2 {
			if err := w.look(); !errors.Is(err, engine.ErrGone) {
				t.Error(err)
			}
			// Nobody has deleted the comment, and nothing was sent.
			if _, err := w.app.Comment(ctx, shop, id); err == nil || isKind(err) {
				t.Error(err)
			}
			if err := w.app.RemoveLabel(ctx, w.issue, "bug"); err == nil || isKind(err) {
				t.Error(err)
			}
			if err := w.app.AddLabel(ctx, w.issue, incident); err == nil || isKind(err) {
				t.Error(err)
			}
		}
		w.ExpireTokens()
		w.app = w.newApp()
	}
	if _, err := w.app.Home(ctx, shop); !errors.Is(err, engine.ErrGone) {
		t.Error(err)
	}
	if ids, err := w.app.Installations(ctx); err != nil || len(ids) != 0 {
		t.Errorf("installations %v, %v", ids, err)
	}
	w.Unsuspend("acme")
	if err := w.look(); !errors.Is(err, engine.ErrGone) {
		t.Errorf("asked again at once: %v", err)
	}
	w.heedAll() // which says that it was resumed
	must(t, w.look())
	// And where no delivery says so, it is found out.
	w.Suspend("acme")
	if err := w.look(); !errors.Is(err, engine.ErrGone) {
		t.Error(err)
	}
	w.Unsuspend("acme")
	w.clock.Advance(time.Minute)
	must(t, w.look())
}

// Many subjects of an account that removed the App do not use up what the App
// may ask for everybody.
func TestUninstalledIsRemembered(t *testing.T) {
	w := newWorld(t)
	w.Uninstall("acme")
	w.forgetRequests()
	for n := range 100 {
		if _, err := w.app.Issue(ctx, workflows.Subject{Repo: shop, Number: n + 1}); !errors.Is(err, engine.ErrGone) {
			t.Error(err)
		}
	}
	if n := w.count("", ""); n != 1 {
		t.Errorf("%d requests", n)
	}
}

func TestReinstalled(t *testing.T) {
	w := newWorld(t)
	must(t, w.look())
	w.Uninstall("acme")
	if err := w.look(); !errors.Is(err, engine.ErrGone) {
		t.Errorf("uninstalled: %v", err)
	}
	w.Install("acme", w.clock.Now())
	w.heedAll()
	must(t, w.look())
	// Installed anew behind our back: what was learnt is wrong, and found out.
	w.Uninstall("acme")
	w.Install("acme", w.clock.Now())
	must(t, w.look())
	must(t, w.app.SetState(ctx, w.issue, false, "completed"))
}

func TestLearnSavesLookUps(t *testing.T) {
	w := newWorld(t)
	w.app.Learn("Acme/Shop", w.install)
	w.app.Learn("not a repository", 3)
	w.app.Learn(vault, -1)
	must(t, w.look())
	if n := w.count("GET", findRoute); n != 0 {
		t.Errorf("%d look-ups", n)
	}
	home, err := w.app.Home(ctx, shop)
	must(t, err)
	if !home.InstalledAt.Equal(began.Add(-48 * time.Hour)) {
		t.Errorf("installed at %v", home.InstalledAt)
	}
}

func TestWithToken(t *testing.T) {
	w := newWorld(t)
	w.comment("bob", "/ack")
	_, err := w.app.CreateComment(ctx, w.issue, "by the App")
	must(t, err)
	w.forgetRequests()
	reader, err := githubapp.NewWithToken(githubapp.Config{
		Clock: w.clock, Transport: w.Transport(),
		OnRequest: func(method, route string, _ int, _ time.Duration, _ int64) {
			if method != "GET" || strings.Contains(route, "installation") || route == "app" {
				t.Errorf("%s %s takes an App", method, route)
			}
		},
	}, " user-alice\n")
	must(t, err)
	if _, err := reader.Issue(ctx, w.issue); err != nil {
		t.Error(err)
	}
	comments, err := reader.Comments(ctx, w.issue, time.Time{})
	if err != nil || len(comments) != 2 || comments[0].Ours || !comments[1].Ours {
		t.Errorf("%+v, %v", comments, err)
	}
	home, err := reader.Home(ctx, shop)
	if err != nil || home.RepoID == 0 || !home.InstalledAt.IsZero() {
		t.Errorf("%+v, %v", home, err)
	}
	role, err := reader.Answer(ctx, workflows.RoleAsk{Repo: shop, Login: "bob"})
	if err != nil || role.Role != workflows.RoleTriage {
		t.Errorf("%+v, %v", role, err)
	}
	if _, err := reader.Answer(ctx, workflows.RoleAsk{Repo: "acme/none", Login: "bob"}); err != nil {
		t.Error(err)
	}
	if ids, err := reader.Installations(ctx); err != nil || len(ids) != 0 {
		t.Errorf("%v, %v", ids, err)
	}
	if _, err := reader.CreateComment(ctx, w.issue, "x"); err == nil || isKind(err) {
		t.Errorf("writing with a token: %v", err)
	}
	if err := reader.AddLabel(ctx, w.issue, incident); err == nil || isKind(err) {
		t.Errorf("labelling with a token: %v", err)
	}
	if _, err := githubapp.NewWithToken(githubapp.Config{Clock: w.clock}, " "); err == nil {
		t.Error("an empty token was taken")
	}
}
