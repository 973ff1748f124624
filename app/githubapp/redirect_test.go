package githubapp_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/app/githubapp"
	"github.com/kintsugi-app/kintsugi/workflows"
)

// movedTo is where err says that something is by now, or "".
func movedTo(err error) string {
	if moved, ok := errors.AsType[*engine.Moved](err); ok {
		return moved.To
	}
	return ""
}

// A repository that was renamed is looked after under its new name; what was
// under way meanwhile still arrives, reads and writes alike.
func TestRenamedRepository(t *testing.T) {
	w := newWorld(t)
	must(t, w.look())
	_, err := w.app.Home(ctx, shop)
	must(t, err)
	id := w.comment("bob", "/ack")
	w.PutFile(shop, policyPath, "language: ja\n")
	w.RenameRepo(shop, "store")
	if got := movedTo(w.look()); got != "acme/store#1" {
		t.Errorf("the issue moved to %q", got)
	}
	if _, err := w.app.Comments(ctx, w.issue, time.Time{}); err != nil {
		t.Error(err)
	}
	made, err := w.app.CreateComment(ctx, w.issue, "to the new place")
	must(t, err)
	_, err = w.app.EditComment(ctx, shop, made.ID, "edited")
	must(t, err)
	must(t, w.app.React(ctx, shop, id, "+1"))
	must(t, w.app.AddLabel(ctx, w.issue, incident))
	must(t, w.app.RemoveLabel(ctx, w.issue, incident.Name))
	must(t, w.app.SetState(ctx, w.issue, false, "completed"))
	must(t, w.app.DeleteComment(ctx, shop, made.ID))
	view, _ := w.Hub.Issue("acme/store", w.issue.Number)
	if view.State != "closed" || len(view.Comments) != 1 || len(view.Comments[0].Reactions) != 1 {
		t.Errorf("%+v", view)
	}
	// The policy is not read under the old name, even where the name was kept.
	w.app.Forget(shop)
	if home, err := w.app.Home(ctx, shop); movedTo(err) != "acme/store" {
		t.Errorf("%+v, %v", home, err)
	}
	// And without anything learnt before.
	w.app = w.newApp()
	if got := movedTo(w.look()); got != "acme/store#1" {
		t.Errorf("moved to %q", got)
	}
	if _, err := w.app.Home(ctx, shop); movedTo(err) != "acme/store" {
		t.Error(err)
	}
	home, err := w.app.Home(ctx, "acme/store")
	if err != nil || len(home.Sources) != 1 || home.Sources[0].File != "acme/store/"+policyPath {
		t.Errorf("%+v, %v", home, err)
	}
}

// Two spellings of one repository are one: GitHub's own.
func TestSpelling(t *testing.T) {
	w := newWorld(t)
	w.AddRepo("acme", "Pay", false)
	for range 2 { // asked, then kept
		if _, err := w.app.Home(ctx, "ACME/pay"); movedTo(err) != "acme/Pay" {
			t.Error(err)
		}
		if _, err := w.app.Home(ctx, "acme/Pay"); err != nil {
			t.Error(err)
		}
	}
	// Renamed in case alone, and kept as it was: the names do not point at one
	// another.
	w.RenameRepo("acme/Pay", "pay")
	if _, err := w.app.Home(ctx, "acme/pay"); err != nil {
		t.Error(err)
	}
	if _, err := w.app.Home(ctx, "acme/Pay"); movedTo(err) != "acme/pay" {
		t.Error(err)
	}
}

// A repository that went to another owner is looked after there, if the App is
// installed there and serves it.
func TestRepositoryOfAnotherOwner(t *testing.T) {
	for _, installed := range []bool{false, true} {
		w := newWorld(t)
		must(t, w.look())
		if installed {
			w.Install("umbrella", began)
		}
		w.TransferRepo(shop, "umbrella")
		_, err := w.app.Home(ctx, shop)
		if installed && movedTo(err) != "umbrella/shop" || !installed && !errors.Is(err, engine.ErrGone) {
			t.Errorf("installed %v: %v", installed, err)
		}
		w.app = w.newApp(func(c *githubapp.Config) { c.Owners = []string{"acme"} })
		if _, err := w.app.Home(ctx, shop); !errors.Is(err, engine.ErrGone) {
			t.Errorf("not served: %v", err)
		}
	}
}

// An issue that was transferred is not the one that GitHub answers with.
func TestTransferredIssue(t *testing.T) {
	w := newWorld(t)
	must(t, w.look())
	number, err := w.TransferIssue(shop, w.issue.Number, "alice", vault)
	must(t, err)
	if got, want := movedTo(w.look()), (workflows.Subject{Repo: vault, Number: number}).String(); got != want {
		t.Errorf("moved to %q, want %s", got, want)
	}
	w.Select("acme", shop)
	w.heedAll()
	if err := w.look(); !errors.Is(err, engine.ErrGone) {
		t.Errorf("where the App is not installed: %v", err)
	}

	for _, number := range []string{"/issues/77", "/issues/1"} {
		w.app = w.newApp(func(c *githubapp.Config) {
			c.Transport = overriding{c.Transport, func(r *http.Request) (*http.Response, error) {
				switch r.URL.Path {
				case "/repos/acme/shop/issues/1":
					return answer(301, `{}`, "Location", "https://api.github.com/repositories/5/issues/x"), nil
				case "/repositories/5/issues/x":
					return answer(200, `{"id": 9, "number": `+number[len("/issues/"):]+`, "state": "open", "repository_url": "https://api.github.com/repos/acme/vault"}`), nil
				}
				return nil, nil
			}}
		})
		if _, err := w.app.Issue(ctx, workflows.Subject{Repo: shop, Number: 1}); movedTo(err) != vault+"#"+number[len("/issues/"):] {
			t.Errorf("transferred to %s: %v", number, err)
		}
	}
}

// Redirects elsewhere, upwards, in circles or nowhere are not followed, and no
// token leaves the API.
func TestHostileRedirects(t *testing.T) {
	for _, location := range []string{
		"https://evil.example/repos/acme/shop/issues/1", "//evil.example/", "http://api.github.com/repos/acme/shop",
		"https://api.github.com.evil.example/", "https://user@api.github.com/", "https://api.github.com:444/",
		"", "https://api.github.com/loop", ":", "javascript:alert(1)",
	} {
		for _, status := range []int{301, 302, 307, 308} {
			w := newWorld(t)
			w.app = w.newApp(func(c *githubapp.Config) {
				c.Transport = overriding{c.Transport, func(r *http.Request) (*http.Response, error) {
					if r.URL.Scheme != "https" || r.URL.Host != "api.github.com" || r.URL.User != nil {
						t.Errorf("%q: a request went to %s", location, r.URL)
					}
					if strings.Contains(r.URL.Path, "/issues/") || r.URL.Path == "/loop" {
						return answer(status, "", "Location", location), nil
					}
					return nil, nil
				}}
			})
			if err := w.look(); err == nil || isKind(err) {
				t.Errorf("%q: %v", location, err)
			}
			if _, err := w.app.CreateComment(ctx, w.issue, "x"); err == nil || errors.Is(err, engine.ErrUncertain) {
				t.Errorf("%q: writing: %v", location, err)
			}
		}
	}
}

// Above the base of an Enterprise Server are its pages, not its API.
func TestRedirectsStayBelowTheBase(t *testing.T) {
	w := newWorld(t)
	w.app = w.newApp(func(c *githubapp.Config) {
		c.BaseURL = "https://ghe.example/api/v3"
		c.Transport = overriding{c.Transport, func(r *http.Request) (*http.Response, error) {
			if !strings.HasPrefix(r.URL.Path, "/api/v3/") {
				t.Errorf("a request went to %s", r.URL)
			}
			if strings.Contains(r.URL.Path, "/issues/") {
				return answer(302, "", "Location", "https://ghe.example/login"), nil
			}
			return nil, nil
		}}
	})
	if err := w.look(); err == nil || isKind(err) {
		t.Error(err)
	}
}
