package githubapp_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/app/githubapp"
	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
	"github.com/kintsugi-app/kintsugi/workflows"
)

func TestRole(t *testing.T) {
	w := newWorld(t)
	w.SetRole(shop, "mia", "maintain")
	w.SetRole(shop, "will", "write")
	w.SetCustomRole(shop, "carol", "incident-commander", "maintain")
	w.SetCustomRole(shop, "dave", "admin-lookalike", "triage")
	for _, c := range []struct {
		repo, login string
		want        workflows.Role
	}{
		{shop, "alice", workflows.RoleAdmin},
		{shop, "mia", workflows.RoleMaintain},
		{shop, "will", workflows.RoleWrite},
		{shop, "bob", workflows.RoleTriage},
		{shop, "mallory", workflows.RoleRead}, // public
		{shop, "carol", workflows.RoleMaintain},
		{shop, "dave", workflows.RoleTriage},
		{vault, "mallory", workflows.RoleNone},
		{vault, "alice", workflows.RoleWrite},
		{shop, "nobody-of-this-name", workflows.RoleNone},
		{shop, "", workflows.RoleNone},
		{shop, "../../../user", workflows.RoleNone},
	} {
		got, err := w.app.Answer(ctx, workflows.RoleAsk{Repo: c.repo, Login: c.login})
		if err != nil || got.Unknown != "" || got.Role != c.want {
			t.Errorf("%s on %s: %+v, %v; want %v", c.login, c.repo, got, err, c.want)
		}
	}
}

func TestRoleUnknown(t *testing.T) {
	w := newWorld(t)
	w.AddRepo("stranger", "thing", false)
	got, err := w.app.Answer(ctx, workflows.RoleAsk{Repo: "stranger/thing", Login: "alice"})
	if err != nil || got.Unknown == "" || got.Role != workflows.RoleUnknown {
		t.Errorf("not installed: %+v, %v", got, err)
	}
	w.fault(1, "GET", "/permission", fakehub.Fault{Status: 403, Message: "Resource not accessible by integration"})
	got, err = w.app.Answer(ctx, workflows.RoleAsk{Repo: shop, Login: "alice"})
	if err != nil || !strings.Contains(got.Unknown, "not accessible") || got.Role != workflows.RoleUnknown {
		t.Errorf("forbidden: %+v, %v", got, err)
	}
}

// Trouble on the way is never an answer.
func TestRoleUnanswered(t *testing.T) {
	w := newWorld(t)
	for name, f := range map[string]fakehub.Fault{
		"502":   {Status: 502},
		"cut":   {DropAnswer: true},
		"limit": {Status: 429, Header: map[string]string{"Retry-After": "5"}},
	} {
		remove := w.Fault(fakehub.Matching(1, "GET", "/permission", f))
		got, err := w.app.Answer(ctx, workflows.RoleAsk{Repo: shop, Login: "alice"})
		if err == nil || errors.Is(err, engine.ErrGone) || errors.Is(err, engine.ErrUncertain) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
		remove()
	}
}

func TestRoleWithoutPermissions(t *testing.T) {
	for body, want := range map[string]workflows.Role{
		`{"permission":"write","role_name":"maintain","user":null}`: workflows.RoleMaintain,
		`{"permission":"read","role_name":"triage"}`:                workflows.RoleTriage,
		`{"permission":"write","role_name":"our-own-role"}`:         workflows.RoleWrite,
		`{"permission":"none"}`:                                     workflows.RoleNone,
		`{}`:                                                        workflows.RoleNone,
		`{"permission":"admin","user":{"permissions":{"pull":false,"push":false}}}`:                               workflows.RoleNone,
		`{"permission":"write","role_name":"x","user":{"role_name":"x","permissions":{"pull":true,"push":true}}}`: workflows.RoleWrite,
	} {
		w := newWorld(t)
		w.app = w.newApp(func(c *githubapp.Config) {
			c.Transport = overriding{c.Transport, func(r *http.Request) (*http.Response, error) {
				if strings.HasSuffix(r.URL.Path, "/permission") {
					return answer(200, body), nil
				}
				return nil, nil
			}}
		})
		got, err := w.app.Answer(ctx, workflows.RoleAsk{Repo: shop, Login: "alice"})
		if err != nil || got.Role != want {
			t.Errorf("%s: %+v, %v; want %v", body, got, err, want)
		}
	}
}
