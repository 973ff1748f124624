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
	"github.com/kintsugi-app/kintsugi/workflows"
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
		{func() {}, 0},
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

func TestPolicyThatCannotBeRead(t *testing.T) {
	for name, arrange := range map[string]func(*world){
		"no permission":    func(w *world) { w.SetPermissions("acme", map[string]string{"metadata": "read", "issues": "write"}) },
		"too large":        func(w *world) { w.PutFile(shop, policyPath, strings.Repeat("#", 64<<10+1)) },
		"organisation 403": func(w *world) { w.fault(1, "GET", "/acme/.github/", fakehub.Fault{Status: 403}) },
	} {
		w := newWorld(t)
		arrange(w)
		home, err := w.app.Home(ctx, shop)
		if err != nil || home.Sources != nil {
			t.Errorf("%s: %+v, %v", name, home, err)
		}
		if !strings.Contains(w.log.String(), "policy") {
			t.Errorf("%s: nothing is logged", name)
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
	if home, err := w.app.Home(ctx, shop); err != nil || len(home.Sources) != 1 {
		t.Errorf("64 KiB: %+v, %v", len(home.Sources), err)
	}
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

func TestUpdated(t *testing.T) {
	w := newWorld(t)
	w.AddRepo("acme", "old", false)
	w.SetRole("acme/old", "alice", "admin")
	open := func(repo, title string, labels ...string) workflows.Subject {
		t.Helper()
		n, err := w.OpenIssue(repo, "alice", fakehub.NewIssue{Title: title, Labels: labels})
		must(t, err)
		return workflows.Subject{Repo: repo, Number: n}
	}
	before := open(shop, "before")
	labelled := open(shop, "before, with our label", "incident")
	closed := open(shop, "before, closed, with our label", "incident")
	must(t, w.Close(shop, closed.Number, "alice", ""))
	open("acme/old", "in a repository soon archived", "incident")
	w.PutFile(vault, policyPath, "label: 障害\n")
	w.SetRole(vault, "alice", "admin")
	japanese := open(vault, "before, with the label of another policy", "障害")
	w.clock.Advance(time.Hour)
	since := w.clock.Now()
	w.ArchiveRepo("acme/old")
	after := open(shop, "after")
	must(t, w.Close(shop, after.Number, "alice", ""))
	_, err := w.OpenIssue(shop, "alice", fakehub.NewIssue{Title: "a pull request", PullRequest: true})
	must(t, err)
	_, err = w.Hub.Comment(shop, before.Number, "alice", "news")
	must(t, err)

	got, err := w.app.Updated(ctx, w.install, since, nil)
	must(t, err)
	wantSubjects(t, got, before, after)

	got, err = w.app.Updated(ctx, w.install, since, func(sources []policy.Source) []string {
		for _, s := range sources {
			if strings.Contains(string(s.Content), "障害") {
				return []string{"障害"}
			}
		}
		return []string{"incident", "a label that is not there"}
	})
	must(t, err)
	wantSubjects(t, got, before, after, labelled, japanese)

	for range 105 {
		open(vault, "many")
	}
	got, err = w.app.Updated(ctx, w.install, time.Time{}, nil)
	must(t, err)
	if len(got) != 111 { // all but the one in the archived repository
		t.Errorf("%d issues", len(got))
	}
}

func wantSubjects(t *testing.T, got []workflows.Subject, want ...workflows.Subject) {
	t.Helper()
	order := func(a, b workflows.Subject) int { return strings.Compare(a.String(), b.String()) }
	slices.SortFunc(got, order)
	slices.SortFunc(want, order)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// One repository that is gone does not end the sweep; trouble does, so that
// the sweep's mark stays.
func TestUpdatedTrouble(t *testing.T) {
	w := newWorld(t)
	w.fault(1, "GET", "/repos/acme/shop/issues", fakehub.Fault{Status: 410, Message: "Issues are disabled for this repo"})
	if _, err := w.app.Updated(ctx, w.install, time.Time{}, nil); err != nil {
		t.Error(err)
	}
	w.fault(1, "GET", "/repos/acme/vault/issues", fakehub.Fault{Status: 502})
	if _, err := w.app.Updated(ctx, w.install, time.Time{}, nil); err == nil || isKind(err) {
		t.Error(err)
	}
	// What changes while the lists are read hides no other issue.
	w = newWorld(t)
	for range 250 {
		_, err := w.OpenIssue(vault, "alice", fakehub.NewIssue{Title: "x"})
		must(t, err)
		w.clock.Advance(time.Second)
	}
	for _, touched := range []int{1, 60, 125, 249} {
		pages := 0
		w.app = w.newApp(func(c *githubapp.Config) {
			c.Transport = overriding{c.Transport, func(r *http.Request) (*http.Response, error) {
				if strings.HasSuffix(r.URL.Path, "/vault/issues") {
					if pages++; pages == 2 {
						if _, err := w.Hub.Comment(vault, touched, "alice", "news"); err != nil {
							t.Error(err)
						}
					}
				}
				return nil, nil
			}}
		})
		got, err := w.app.Updated(ctx, w.install, began, nil)
		must(t, err)
		for n := 1; n <= 250; n++ {
			if s := (workflows.Subject{Repo: vault, Number: n}); n != touched && !slices.Contains(got, s) {
				t.Errorf("%v is hidden by a change of #%d", s, touched)
			}
		}
	}
	w.Uninstall("acme")
	if _, err := w.app.Updated(ctx, w.install, time.Time{}, nil); !errors.Is(err, engine.ErrGone) {
		t.Error(err)
	}
}
