package githubapp_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kintsugi-app/kintsugi/app/githubapp"
	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
	"github.com/kintsugi-app/kintsugi/workflows"
)

// reads is how many requests an ask takes, besides those to find the way.
func (w *world) reads(ask workflows.Ask) int {
	w.t.Helper()
	_, _ = w.app.Answer(ctx, ask) // learns the installation
	w.forgetRequests()
	_, err := w.app.Answer(ctx, ask)
	must(w.t, err)
	return w.count("", "")
}

// TestBranch follows a branch from where it is not there to where it was merged, and
// counts what each ask costs.
func TestBranch(t *testing.T) {
	w := pullWorld(t)
	ask := workflows.BranchAsk{Repo: shop, Branch: listing}
	is := func(requests int, want workflows.Branch) {
		t.Helper()
		if diff := cmp.Diff(want, w.told(ask).Branch); diff != "" {
			t.Error(diff)
		}
		if n := w.reads(ask); n != requests {
			t.Errorf("%d requests", n)
		}
	}
	first := w.Trunk(shop).Tip
	is(4, workflows.Branch{Default: "main", Tip: first})
	if diff := cmp.Diff(workflows.Branch{Default: "main", Tip: first}, w.told(workflows.BranchAsk{Repo: shop}).Branch); diff != "" {
		t.Errorf("without a branch: %s", diff)
	}
	if n := w.reads(workflows.BranchAsk{Repo: shop}); n != 2 {
		t.Errorf("%d requests without a branch", n)
	}

	one, err := w.CommitFiles(shop, "alice", listing, map[string]string{"b.md": "1", "a/ä b.md": "1"}, "README.md")
	must(t, err)
	files := []string{"README.md", "a/ä b.md", "b.md"}
	is(3, workflows.Branch{Default: "main", Tip: first, Head: one, Base: first, Ahead: 1, Files: files})
	w.PutFile(shop, "theirs.md", "1")
	second := w.Trunk(shop).Tip
	number, err := w.OpenPull(shop, "alice", fakehub.NewIssue{Title: "List", Head: listing})
	must(t, err)
	open := workflows.BranchPull{Number: number, Open: true, Head: one}
	is(3, workflows.Branch{Default: "main", Tip: second, Head: one, Base: first, Ahead: 1, Behind: 1, Files: files, Pull: open})
	must(t, w.Merge(shop, number, "alice"))
	merged := workflows.BranchPull{Number: number, Merged: true, Head: one}
	is(3, workflows.Branch{Default: "main", Tip: w.Trunk(shop).Tip, Head: one, Base: one, Behind: 2, Pull: merged})
	two, err := w.CommitFiles(shop, "alice", listing, map[string]string{"b.md": "2"})
	must(t, err)
	is(3, workflows.Branch{
		Default: "main", Tip: w.Trunk(shop).Tip, Head: two, Base: one, Ahead: 1, Behind: 2, Files: []string{"b.md"}, Pull: merged,
	})
	w.clock.Advance(time.Hour)
	number, err = w.OpenPull(shop, "alice", fakehub.NewIssue{Title: "Again", Head: listing})
	must(t, err)
	must(t, w.Close(shop, number, "alice", ""))
	must(t, w.DeleteBranch(shop, "alice", listing))
	is(4, workflows.Branch{Default: "main", Tip: w.Trunk(shop).Tip, Pull: workflows.BranchPull{Number: number, Head: two}})
	w.EmptyRepo(shop)
	is(3, workflows.Branch{Default: "main"})
}

// TestBranchOfItsOwn: one that shares no commit with the default branch is there all
// the same.
func TestBranchOfItsOwn(t *testing.T) {
	w := pullWorld(t)
	must(t, w.CommitFile(shop, "alice", listing, "a.md", "1"))
	own := w.Branches(shop)[0].Tip
	w.app = w.newApp(func(c *githubapp.Config) {
		c.Transport = overriding{c.Transport, func(r *http.Request) (*http.Response, error) {
			if strings.Contains(r.URL.Path, "/compare/") {
				return answer(404, `{"message":"No common ancestor between main and it."}`), nil
			}
			return nil, nil
		}}
	})
	got := w.told(workflows.BranchAsk{Repo: shop, Branch: listing}).Branch
	if got.Head != own || got.Base != "" || got.Tip != w.Trunk(shop).Tip {
		t.Errorf("%+v", got)
	}
}

// TestBranchFiles: a comparison tells of 300 files, and of both names of one that was
// renamed.
func TestBranchFiles(t *testing.T) {
	w := pullWorld(t)
	many := map[string]string{}
	for n := range 310 {
		many[fmt.Sprintf("many/%d.md", n)] = fmt.Sprint(n)
	}
	must(t, second(w.CommitFiles(shop, "alice", listing, many)))
	if got := w.told(workflows.BranchAsk{Repo: shop, Branch: listing}).Branch.Files; len(got) != 300 {
		t.Errorf("%d files", len(got))
	}
	must(t, second(w.CommitFiles(shop, "alice", "other", map[string]string{"LIES.md": "# Shop"}, "README.md")))
	if got := w.told(workflows.BranchAsk{Repo: shop, Branch: "other"}).Branch.Files; fmt.Sprint(got) != "[README.md LIES.md]" {
		t.Errorf("renamed: %v", got)
	}
	for n := range 260 { // more commits than a comparison shows
		must(t, w.CommitFile(shop, "alice", "long", "a.md", fmt.Sprint(n)))
	}
	got := w.told(workflows.BranchAsk{Repo: shop, Branch: "long"}).Branch
	if got.Ahead != 260 || got.Head != w.Branches(shop)[1].Tip {
		t.Errorf("%d ahead, at %s", got.Ahead, got.Head)
	}
}

// TestBranchUnknown: what the App was not granted is named.
func TestBranchUnknown(t *testing.T) {
	w := pullWorld(t)
	must(t, w.CommitFile(shop, "alice", listing, "a.md", "1"))
	ask := workflows.BranchAsk{Repo: shop, Branch: listing}
	for missing, granted := range map[string]map[string]string{
		"Contents: read":      {"metadata": "read", "issues": "write", "pull_requests": "write"},
		"Pull requests: read": {"metadata": "read", "issues": "write", "contents": "write"},
	} {
		w.SetPermissions("acme", granted)
		got, err := w.app.Answer(ctx, ask)
		if err != nil || !strings.Contains(got.Unknown, missing) || got.Branch.Head != "" {
			t.Errorf("%+v, %v", got, err)
		}
	}
	w.AddRepo("stranger", "thing", false)
	for _, repo := range []string{"stranger/thing", "acme/..", "acme/none"} {
		if got, err := w.app.Answer(ctx, workflows.BranchAsk{Repo: repo, Branch: listing}); err != nil || got.Unknown == "" {
			t.Errorf("%s: %+v, %v", repo, got, err)
		}
	}
}

// TestLabelled lists who opened what, in any state, over several pages.
func TestLabelled(t *testing.T) {
	w := pullWorld(t)
	for n := range 120 {
		_, err := w.OpenIssue(shop, "alice", fakehub.NewIssue{Title: fmt.Sprint(n), Body: "Text", Labels: []string{"Reading"}})
		must(t, err)
	}
	w.clock.Advance(time.Hour)
	must(t, w.Close(shop, 3, "alice", "not_planned"))
	must(t, w.CommitFile(shop, "alice", listing, "a.md", "1"))
	pull, err := w.OpenPull(shop, "alice", fakehub.NewIssue{Title: "A page", Head: listing})
	must(t, err)
	must(t, w.Label(shop, pull, "alice", "reading"))
	own := w.told(workflows.LabelledAsk{Repo: shop, Label: "reading"}).Own
	if len(own) != 121 || own[0].Subject.Number != 2 || own[120].Subject.Number != pull || !own[120].Issue.Pull || own[119].Issue.Pull {
		t.Fatalf("%d issues: %+v", len(own), own)
	}
	closed := own[1]
	if closed.Subject != (workflows.Subject{Repo: shop, Number: 3}) || closed.Issue.Open || closed.Issue.Reason != "not_planned" ||
		closed.Issue.Title != "1" || closed.Issue.Body != "Text" || fmt.Sprint(closed.Issue.Labels) != "[Reading]" ||
		!closed.Issue.UpdatedAt.Equal(began.Add(time.Hour)) || !own[0].Issue.UpdatedAt.Equal(began) {
		t.Errorf("%+v", closed)
	}
	if n := w.reads(workflows.LabelledAsk{Repo: shop, Label: "reading"}); n != 2 {
		t.Errorf("%d requests", n)
	}
	if got := w.told(workflows.LabelledAsk{Repo: shop, Label: "none"}).Own; len(got) != 0 {
		t.Errorf("without the label: %v", got)
	}
	w.app = w.newApp(func(c *githubapp.Config) { // of a server that does not know the filter
		c.Transport = overriding{c.Transport, func(r *http.Request) (*http.Response, error) {
			query := r.URL.Query()
			query.Del("labels")
			r.URL.RawQuery = query.Encode()
			return nil, nil
		}}
	})
	if got := len(w.told(workflows.LabelledAsk{Repo: shop, Label: "reading"}).Own); got != 121 {
		t.Errorf("%d issues of all", got)
	}
	for _, ask := range []workflows.LabelledAsk{
		{Repo: shop}, {Repo: shop, Label: "a,b"}, {Repo: "acme/none", Label: "a"}, {Repo: "..", Label: "a"},
	} {
		if got, err := w.app.Answer(ctx, ask); err != nil || got.Unknown == "" {
			t.Errorf("%+v: %+v, %v", ask, got, err)
		}
	}
	w.SetPermissions("acme", map[string]string{"metadata": "read"})
	got, err := w.app.Answer(ctx, workflows.LabelledAsk{Repo: shop, Label: "reading"})
	if err != nil || !strings.Contains(got.Unknown, `lacks the permission "Issues: read"`) {
		t.Errorf("not granted: %+v, %v", got, err)
	}
}

func second[T any](_ T, err error) error { return err }
