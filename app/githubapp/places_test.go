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
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/app/githubapp"
	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
	"github.com/kintsugi-app/kintsugi/workflows/policy"
)

const (
	policyPath    = ".github/kintsugi.yml"
	contentsRoute = "repos/{owner}/{repo}/contents/.github/kintsugi.yml"
)

func TestHome(t *testing.T) {
	w := newWorld(t)
	home, err := w.app.Home(ctx, vault)
	must(t, err)
	if home.RepoID == 0 || !home.Private || !home.InstalledAt.Equal(began.Add(-48*time.Hour)) || home.Sources != nil {
		t.Errorf("%+v", home)
	}
	w.clock.Advance(11 * time.Minute)
	w.AddRepo("acme", ".github", false)
	w.PutFile("acme/.github", policyPath, "language: ja\n")
	w.PutFile(shop, policyPath, "time_zone: Asia/Tokyo # "+strings.Repeat("長い", 500)+"\n")
	home, err = w.app.Home(ctx, shop)
	must(t, err)
	want := []policy.Source{
		{File: "acme/.github/" + policyPath, Content: []byte("language: ja\n")},
		{File: shop + "/" + policyPath, Content: []byte("time_zone: Asia/Tokyo # " + strings.Repeat("長い", 500) + "\n")},
	}
	if diff := cmp.Diff(want, home.Sources); diff != "" || home.Private {
		t.Errorf("%+v\n%s", home, diff)
	}
	own, err := w.app.Home(ctx, "acme/.github")
	must(t, err)
	if diff := cmp.Diff(want[:1], own.Sources); diff != "" {
		t.Error(diff)
	}
	w.PutFile(vault, policyPath, "language: en\n")
	home, err = w.app.Home(ctx, vault)
	must(t, err)
	if len(home.Sources) != 2 || home.Sources[0].Private || !home.Sources[1].Private {
		t.Errorf("of a private repository: %+v", home.Sources)
	}
}

func TestHomeIsKept(t *testing.T) {
	w := newWorld(t)
	home := func() int {
		t.Helper()
		h, err := w.app.Home(ctx, shop)
		must(t, err)
		return len(h.Sources)
	}
	home()
	w.ResetCounts()
	w.PutFile(shop, policyPath, "language: en\n")
	if home() != 0 || w.Counts().Requests != 0 {
		t.Errorf("within ten minutes: %v", w.Counts())
	}
	w.clock.Advance(10 * time.Minute)
	if home() != 1 {
		t.Error("after ten minutes the policy is still the old one")
	}
	w.RemoveFile(shop, policyPath)
	w.app.Forget("ACME/shop")
	if home() != 0 {
		t.Error("after Forget the policy is still the old one")
	}
	// A push forgets, and one to .github forgets for all repositories.
	w.AddRepo("acme", ".github", false)
	w.TakeDeliveries()
	w.PutFile("acme/.github", policyPath, "language: en\n")
	w.PutFile(shop, policyPath, "language: en\n")
	w.heedAll()
	if home() != 2 {
		t.Error("after a push the policy is still the old one")
	}
	w.ResetCounts()
	w.PutFile(shop, "README.md", "hello")
	w.heedAll()
	if home(); w.Counts().Requests != 0 {
		t.Error("a push that leaves the policy alone made it be read again")
	}
}

// heedAll lets the App heed the deliveries under way, and returns the keys
// that they wake.
func (w *world) heedAll() (wake []string) {
	w.t.Helper()
	for _, d := range w.TakeDeliveries() {
		e, err := githubapp.Decode(d.Event, d.Payload)
		must(w.t, err)
		wake = append(wake, w.app.Heed(e)...)
	}
	return wake
}

// What an installation may see or do can change: what was not seen before is
// looked for at once, with a new token.
func TestInstallationChanges(t *testing.T) {
	w := newWorld(t)
	w.AddRepo("acme", ".github", true)
	w.PutFile("acme/.github", policyPath, "language: ja\n")
	w.Select("acme", shop)
	w.SetPermissions("acme", map[string]string{"metadata": "read", "issues": "write"})
	w.PutFile(shop, policyPath, "language: en\n")
	w.heedAll()
	for _, c := range []struct {
		change func()
		want   int
	}{
		{func() {}, 1}, // which cannot be read
		{func() {
			w.SetPermissions("acme", map[string]string{"metadata": "read", "issues": "write", "contents": "read"})
		}, 1},
		{func() { w.Select("acme") }, 2},
		{func() { w.Select("acme", shop) }, 1},
	} {
		c.change()
		w.heedAll()
		home, err := w.app.Home(ctx, shop)
		if err != nil || len(home.Sources) != c.want {
			t.Errorf("%d policies, want %d (%v)", len(home.Sources), c.want, err)
		}
	}
	if n := w.count("POST", tokenRoute); n != 4 {
		t.Errorf("%d tokens", n)
	}
	w.Select("acme", "acme/.github")
	w.heedAll()
	if err := w.look(); !errors.Is(err, engine.ErrGone) {
		t.Errorf("no longer selected: %v", err)
	}
	if _, err := w.app.Home(ctx, shop); !errors.Is(err, engine.ErrGone) {
		t.Errorf("no longer selected, and yet a home: %v", err)
	}
}

// A policy that cannot be read is told of, and stops nothing.
func TestPolicyThatCannotBeRead(t *testing.T) {
	large := strings.Repeat("#", 64<<10+1)
	file, defaults := shop+"/"+policyPath, "acme/.github/"+policyPath
	noContents := map[string]string{"metadata": "read", "issues": "write"}
	for name, c := range map[string]struct {
		arrange func(*world)
		want    []policy.Source
	}{
		"no permission": {
			func(w *world) { w.AddRepo("acme", ".github", false); w.SetPermissions("acme", noContents) },
			[]policy.Source{{File: file, Problem: policy.ProblemForbidden}},
		},
		"too large": { // so large that its common keys still count
			func(w *world) { w.PutFile(shop, policyPath, large+strings.Repeat("x", 1<<16)) },
			[]policy.Source{{File: file, Content: []byte(large)}},
		},
		"much too large": {
			func(w *world) { w.contents(`{"type":"file","size":2000000,"encoding":"none","content":""}`) },
			[]policy.Source{{File: file, Problem: policy.ProblemTooLarge}},
		},
		"a folder":           {func(w *world) { w.contents(`[{"type":"file","name":"x"}]`) }, []policy.Source{{File: file, Problem: policy.ProblemNoFile}}},
		"a submodule":        {func(w *world) { w.contents(`{"type":"submodule"}`) }, []policy.Source{{File: file, Problem: policy.ProblemNoFile}}},
		"another encoding":   {func(w *world) { w.contents(`{"type":"file","encoding":"utf-7","content":"eHh4"}`) }, []policy.Source{{File: file, Problem: "GitHub sent this file in a form that cannot be read"}}},
		"not base64":         {func(w *world) { w.contents(`{"type":"file","encoding":"base64","content":"%"}`) }, []policy.Source{{File: file, Problem: "GitHub sent this file in a form that cannot be read"}}},
		"organisation's 403": {func(w *world) { w.fault(1, "GET", "/acme/.github/", fakehub.Fault{Status: 403}) }, []policy.Source{{File: defaults, Problem: "GitHub did not allow the App to read this file"}}},
	} {
		w := newWorld(t)
		c.arrange(w)
		home, err := w.app.Home(ctx, shop)
		if diff := cmp.Diff(c.want, home.Sources, cmpopts.EquateEmpty()); diff != "" || err != nil {
			t.Errorf("%s: %v\n%.500s", name, err, diff)
		}
	}
	// No answer is not "no policy".
	w := newWorld(t)
	w.fault(1, "GET", "/contents/", fakehub.Fault{Status: 502})
	if home, err := w.app.Home(ctx, shop); err == nil || isKind(err) {
		t.Errorf("%+v, %v", home, err)
	}
	if _, err := w.app.Home(ctx, shop); err != nil {
		t.Error(err)
	}
	w.PutFile(shop, policyPath, strings.Repeat("#", 64<<10))
	w.app.Forget(shop)
	w.Suspend("acme")
	w.ExpireTokens()
	if _, err := w.app.Home(ctx, shop); !errors.Is(err, engine.ErrGone) {
		t.Errorf("suspended: %v", err)
	}
	w.Unsuspend("acme")
	w.heedAll()
	if home, err := w.app.Home(ctx, shop); err != nil || len(home.Sources) != 1 {
		t.Errorf("64 KiB: %+v, %v", len(home.Sources), err)
	}
}

// contents answers whoever asks for the shop's policy.
func (w *world) contents(body string) {
	w.app = w.newApp(func(c *githubapp.Config) {
		c.Transport = overriding{c.Transport, func(r *http.Request) (*http.Response, error) {
			if strings.HasPrefix(r.URL.Path, "/repos/acme/shop/contents/") {
				return answer(200, body), nil
			}
			return nil, nil
		}}
	})
}

func TestHomeGone(t *testing.T) {
	w := newWorld(t)
	w.app.Learn("acme/nothing", w.install)
	for _, repo := range []string{"acme/nothing", "nobody/nothing", "", "acme", "acme/shop/x"} {
		if _, err := w.app.Home(ctx, repo); !errors.Is(err, engine.ErrGone) {
			t.Errorf("%q: %v", repo, err)
		}
	}
}

func TestInstallations(t *testing.T) {
	w := newWorld(t)
	w.AddRepo("other", "place", false)
	theirs := w.Install("other", began)
	w.AddRepo("asleep", "place", false)
	w.Install("asleep", began)
	w.Suspend("asleep")
	for n := range 120 {
		w.Install(fmt.Sprint("account", n), began)
	}
	ids, err := w.app.Installations(ctx)
	must(t, err)
	if len(ids) != 122 || !slices.Contains(ids, w.install) || !slices.Contains(ids, theirs) {
		t.Errorf("%d installations", len(ids))
	}
	w.app = w.newApp(func(c *githubapp.Config) { c.Owners = []string{" OTHER ", "asleep", ""} })
	ids, err = w.app.Installations(ctx)
	if err != nil || !slices.Equal(ids, []int64{theirs}) {
		t.Errorf("served %v, %v", ids, err)
	}
	if _, err := w.app.Issue(ctx, w.issue); !errors.Is(err, engine.ErrGone) {
		t.Errorf("an account not served: %v", err)
	}
}
