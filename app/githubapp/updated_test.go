package githubapp_test

import (
	"errors"
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

	got, err := w.sweep(since, nil)
	must(t, err)
	wantSubjects(t, got, before, after)

	got, err = w.sweep(since, func(sources []policy.Source) []string {
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
	got, err = w.sweep(time.Time{}, nil)
	must(t, err)
	if len(got) != 111 { // all but the one in the archived repository
		t.Errorf("%d issues", len(got))
	}
}

// sweep lists what was updated in all repositories, as the engine does.
func (w *world) sweep(since time.Time, labels func([]policy.Source) []string) (all []workflows.Subject, err error) {
	repos, err := w.app.Repositories(ctx, w.install)
	for _, repo := range repos {
		var updates engine.Updates
		updates, err = w.app.Updated(ctx, w.install, repo, since, labels)
		if err != nil {
			break
		}
		all = append(all, updates.Subjects...)
	}
	return all, err
}

// The time that goes with the lists is GitHub's when it answered the first.
func TestUpdatedTellsGitHubsTime(t *testing.T) {
	for _, skew := range []time.Duration{0, -time.Hour, 10 * time.Minute} {
		w := newWorld(t)
		w.skewed(skew)
		before := w.clock.Now().Add(skew)
		updates, err := w.app.Updated(ctx, w.install, shop, time.Time{}, labelsOf)
		must(t, err)
		if off := updates.At.Sub(before); off < -time.Second || off > time.Second || updates.Requests != 2 {
			t.Errorf("%v off after %d requests", off, updates.Requests)
		}
	}
	w := newWorld(t)
	w.app = w.newApp(func(c *githubapp.Config) {
		next := c.Transport
		c.Transport = overriding{next, func(r *http.Request) (*http.Response, error) {
			resp, err := next.RoundTrip(r)
			resp.Header.Set("Date", "yesterday")
			return resp, err
		}}
	})
	before := w.clock.Now()
	updates, err := w.app.Updated(ctx, w.install, shop, time.Time{}, nil)
	if off := updates.At.Sub(before); err != nil || off < 0 || off > time.Second || w.app.Skew() != 0 {
		t.Errorf("without a date: %v off, %v", off, err)
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

// A repository that is gone is told from trouble, so that the sweep's mark
// stays where there is trouble.
func TestUpdatedTrouble(t *testing.T) {
	w := newWorld(t)
	w.fault(1, "GET", "/repos/acme/shop/issues", fakehub.Fault{Status: 410, Message: "Issues are disabled for this repo"})
	if _, err := w.app.Updated(ctx, w.install, shop, time.Time{}, nil); !errors.Is(err, engine.ErrGone) {
		t.Error(err)
	}
	w.fault(1, "GET", "/repos/acme/vault/issues", fakehub.Fault{Status: 502})
	if _, err := w.app.Updated(ctx, w.install, vault, time.Time{}, nil); err == nil || isKind(err) {
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
		updates, err := w.app.Updated(ctx, w.install, vault, began, nil)
		must(t, err)
		got := updates.Subjects
		for n := 1; n <= 250; n++ {
			if s := (workflows.Subject{Repo: vault, Number: n}); n != touched && !slices.Contains(got, s) {
				t.Errorf("%v is hidden by a change of #%d", s, touched)
			}
		}
	}
	w.Uninstall("acme")
	if _, err := w.app.Repositories(ctx, w.install); !errors.Is(err, engine.ErrGone) {
		t.Error(err)
	}
}
