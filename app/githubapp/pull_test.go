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
	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
	"github.com/kintsugi-app/kintsugi/workflows"
)

// page is a file that is proposed.
var page = workflows.FileIntent{
	Key: "paper.file", Path: "papers/11月 のこと.md", Content: "# 停止\n", Branch: "kintsugi/paper-1", Commit: "Draft a paper",
	Title: "Paper", Body: "<!-- kintsugi:paper.file acme/shop#1 -->\nTo be written.",
}

func pullWorld(t *testing.T) *world {
	w := newWorld(t, checked(t))
	w.grant("contents=write", "pull_requests=write", "checks=write")
	w.PutFile(shop, "README.md", "# Shop")
	return w
}

// propose takes the three steps, and tells the number of the pull request.
func (w *world) propose() engine.OwnIssue {
	w.t.Helper()
	g, err := w.app.Ground(ctx, shop, page.Branch, page.Path)
	must(w.t, err)
	must(w.t, w.app.CreateBranch(ctx, shop, page.Branch, g.Tip))
	must(w.t, w.app.CreateFile(ctx, shop, page))
	made, err := w.app.OpenPull(ctx, shop, g.Base, page)
	must(w.t, err)
	return made
}

// TestPropose: what is there after each step of proposing a file, over the wire.
func TestPropose(t *testing.T) {
	w := pullWorld(t)
	ground := func() engine.Ground {
		t.Helper()
		g, err := w.app.Ground(ctx, shop, page.Branch, page.Path)
		must(t, err)
		if g.Base != "main" || len(g.Tip) != 40 {
			t.Errorf("the default branch is %q at %q", g.Base, g.Tip)
		}
		g.Base, g.Tip = "", ""
		return g
	}
	if got := ground(); got != (engine.Ground{}) {
		t.Errorf("before: %+v", got)
	}
	made := w.propose()
	if got, want := ground(), (engine.Ground{Branch: true, Ahead: 1, Ours: true}); got != want {
		t.Errorf("after: %+v", got)
	}
	if w.Branches(shop)[0].Files[page.Path] != page.Content {
		t.Errorf("the branch is %+v", w.Branches(shop)[0])
	}
	found, err := w.app.PullsFrom(ctx, shop, page.Branch)
	must(t, err)
	if len(found) != 1 || !found[0].Ours || !found[0].Open || !found[0].Pull {
		t.Fatalf("found %+v", found)
	}
	if diff := cmp.Diff(made, found[0]); diff != "" {
		t.Errorf("made and found differ: %s", diff)
	}
	if key, of, ok := found[0].MadeFor(); key != page.Key || of.Number != 1 || !ok {
		t.Errorf("made for %s %s %t", key, of, ok)
	}
	must(t, w.Close(shop, made.Number, "alice", ""))
	if found, err = w.app.PullsFrom(ctx, shop, page.Branch); err != nil || len(found) != 1 || found[0].Open {
		t.Errorf("closed: %+v, %v", found, err)
	}
	must(t, w.Merge(shop, w.propose2(), "alice"))
	if got := ground(); got != (engine.Ground{Branch: true, Taken: true}) {
		t.Errorf("merged: %+v", got)
	}
	if found, err = w.app.PullsFrom(ctx, shop, "another"); err != nil || len(found) != 0 {
		t.Errorf("from another branch: %+v, %v", found, err)
	}
}

// propose2 opens the pull request a second time, which works once the first is
// closed.
func (w *world) propose2() int {
	w.t.Helper()
	made, err := w.app.OpenPull(ctx, shop, "main", page)
	must(w.t, err)
	return made.Number
}

// TestProposeTwice: what GitHub has already is no refusal: another look shows it.
// What it will not have is one, with its sentence.
func TestProposeTwice(t *testing.T) {
	w := pullWorld(t)
	w.propose()
	g, err := w.app.Ground(ctx, shop, page.Branch, page.Path)
	must(t, err)
	_, again := w.app.OpenPull(ctx, shop, "main", page)
	for name, err := range map[string]error{
		"branch": w.app.CreateBranch(ctx, shop, page.Branch, g.Tip),
		"file":   w.app.CreateFile(ctx, shop, page),
		"pull":   again,
	} {
		if err == nil || errors.Is(err, engine.ErrRefused) || errors.Is(err, engine.ErrUncertain) {
			t.Errorf("%s a second time: %v", name, err)
		}
	}
	w.Protect(shop, "")
	other := page
	other.Path = "papers/2.md"
	for name, err := range map[string]error{
		"branch": w.app.CreateBranch(ctx, shop, "kintsugi/other", g.Tip),
		"file":   w.app.CreateFile(ctx, shop, other),
	} {
		if !errors.Is(err, engine.ErrRefused) || !strings.Contains(err.Error(), "Repository rule violations found") {
			t.Errorf("%s against a rule: %v", name, err)
		}
	}
	if len(w.Branches(shop)) != 1 || fmt.Sprint(w.Branches(shop)[0].Commits) != "[kintsugi[bot]]" {
		t.Errorf("branches: %+v", w.Branches(shop))
	}
	w.EmptyRepo(shop)
	if _, err := w.app.Ground(ctx, shop, page.Branch, page.Path); !errors.Is(err, engine.ErrRefused) {
		t.Errorf("an empty repository: %v", err)
	}
}

// TestProposeUncertain: a write whose answer is lost may have happened.
func TestProposeUncertain(t *testing.T) {
	w := pullWorld(t)
	g, err := w.app.Ground(ctx, shop, page.Branch, page.Path)
	must(t, err)
	for _, c := range []struct {
		part string
		do   func() error
	}{
		{"/git/refs", func() error { return w.app.CreateBranch(ctx, shop, page.Branch, g.Tip) }},
		{"/contents/", func() error { return w.app.CreateFile(ctx, shop, page) }},
		{"/pulls", func() error { _, err := w.app.OpenPull(ctx, shop, g.Base, page); return err }},
		{"/check-runs", func() error { _, err := w.app.CreateCheck(ctx, shop, checkOn(w)); return err }},
	} {
		w.fault(1, "", c.part, fakehub.Fault{DropAnswer: true})
		if err := c.do(); !errors.Is(err, engine.ErrUncertain) {
			t.Errorf("%s: %v", c.part, err)
		}
	}
	if len(w.Branches(shop)) != 1 || len(w.Checks(shop)) != 1 {
		t.Error("what was sent did not happen")
	}
}

// TestPullAsk: what a pull request has besides being an issue, all pages of it.
func TestPullAsk(t *testing.T) {
	w := pullWorld(t)
	must(t, w.CommitFile(shop, "alice", "many", "a.md", "A"))
	for i := range 120 {
		must(t, w.CommitFile(shop, "alice", "many", fmt.Sprintf("docs/%03d.md", i), "x"))
	}
	must(t, w.DropFile(shop, "alice", "many", "README.md"))
	n, err := w.OpenPull(shop, "alice", fakehub.NewIssue{Title: "Many", Head: "many", Draft: true})
	must(t, err)
	for range 101 {
		_, err := w.Review(shop, n, "bob", "commented")
		must(t, err)
	}
	w.clock.Advance(time.Minute)
	id, err := w.Review(shop, n, "bob", "approved")
	must(t, err)
	ask := workflows.PullAsk{Subject: workflows.Subject{Repo: shop, Number: n}}
	answer, err := w.app.Answer(ctx, ask)
	must(t, err)
	p := answer.Pull
	if answer.Unknown != "" || p.Head != w.Branches(shop)[0].Tip || p.Branch != "many" || p.HeadRepo != shop || p.Base != "main" || p.Merged || !p.Draft {
		t.Errorf("%s %+v", answer.Unknown, p)
	}
	if len(p.Files) != 121 || slices.Contains(p.Files, "README.md") || !slices.Contains(p.Files, "docs/119.md") {
		t.Errorf("%d files", len(p.Files))
	}
	last := p.Reviews[len(p.Reviews)-1]
	want := workflows.Review{ID: id, Author: last.Author, State: "approved", Commit: p.Head, At: w.clock.Now().UTC().Truncate(time.Second)}
	if len(p.Reviews) != 102 || last.Author.Login != "bob" || !cmp.Equal(last, want) {
		t.Errorf("%d reviews, the last %+v", len(p.Reviews), last)
	}
	must(t, w.DismissReview(shop, n, id, "alice"))
	must(t, w.ReadyForReview(shop, n, "alice"))
	must(t, w.Merge(shop, n, "alice"))
	must(t, w.DeleteBranch(shop, "alice", "many"))
	answer, err = w.app.Answer(ctx, ask)
	must(t, err)
	if p = answer.Pull; !p.Merged || p.Draft || len(p.Files) != 121 || p.Reviews[101].State != "dismissed" {
		t.Errorf("merged: %t %t, %d files, %+v", p.Merged, p.Draft, len(p.Files), p.Reviews[101])
	}
}

// TestPullUnknown: an issue is no pull request, and without the permission GitHub
// tells nothing of one.
func TestPullUnknown(t *testing.T) {
	w := pullWorld(t)
	answer, err := w.app.Answer(ctx, workflows.PullAsk{Subject: w.issue})
	if err != nil || !strings.Contains(answer.Unknown, "not there") {
		t.Errorf("of an issue: %+v, %v", answer, err)
	}
	w.grant()
	answer, err = w.app.Answer(ctx, workflows.PullAsk{Subject: w.issue})
	if err != nil || !strings.Contains(answer.Unknown, `lacks the permission "Pull requests: read"`) {
		t.Errorf("without the permission: %+v, %v", answer, err)
	}
	w.fault(1, http.MethodGet, "/pulls/", fakehub.Fault{Status: http.StatusBadGateway})
	if _, err := w.app.Answer(ctx, workflows.PullAsk{Subject: w.issue}); err == nil {
		t.Error("an outage became an answer")
	}
}

// TestPullAsIssue: a pull request reads as the issue that it is, too, and the sweep
// lists it apart.
func TestPullAsIssue(t *testing.T) {
	w := pullWorld(t)
	made := w.propose()
	must(t, w.app.AddLabel(ctx, workflows.Subject{Repo: shop, Number: made.Number}, incident))
	got, err := w.app.Issue(ctx, workflows.Subject{Repo: shop, Number: made.Number})
	must(t, err)
	if !got.Pull || !got.Ours || got.Title != "Paper" || !cmp.Equal(got.Labels, []string{incident.Name}) {
		t.Errorf("%+v", got)
	}
	updates, err := w.app.Updated(ctx, w.install, shop, time.Time{}, nil)
	must(t, err)
	want := []engine.UpdatedPull{{Subject: workflows.Subject{Repo: shop, Number: made.Number}, Labels: []string{incident.Name}, Ours: true}}
	if diff := cmp.Diff(want, updates.Pulls); diff != "" || len(updates.Subjects) != 1 {
		t.Errorf("%v %s", updates.Subjects, diff)
	}
}
