package githubapp_test

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
	"github.com/kintsugi-app/kintsugi/workflows"
)

const listing = "kintsugi/reading-list"

// change is one that writes a file on top of a commit.
func change(parent string, more ...string) workflows.ChangeIntent {
	return workflows.ChangeIntent{
		Key: "list", Parents: append([]string{parent}, more...), Message: "Add a reading",
		Write: map[string]string{"lists/読書.md": "# 一覧\n"},
	}
}

// TestCommit: one commit by the App, on the default branch, a new one and one that is
// there; the other files stay.
func TestCommit(t *testing.T) {
	w := pullWorld(t)
	w.PutFiles(shop, map[string]string{"old.md": "old", "docs/kept.md": "kept"})
	c := change(w.Trunk(shop).Tip)
	c.Remove = []string{"old.md"}
	old := workflows.FileAsk{Repo: shop, Path: "old.md"}
	if w.told(old).Text != "old" {
		t.Error("the old file is not there")
	}
	w.forgetRequests()
	must(t, w.app.Commit(ctx, shop, "main", c))
	if n := w.count("", "") - w.count("", "repos/{owner}/{repo}/installation") - w.count("", "app/installations/{installation_id}/access_tokens"); n != 5 {
		t.Errorf("%d requests: %v", n, w.requests)
	}
	if got, err := w.app.Answer(ctx, old); err != nil || !got.NotThere() {
		t.Errorf("what was removed is still believed: %+v, %v", got, err)
	}
	trunk := w.Trunk(shop)
	if got := fmt.Sprint(trunk.Files); got != "map[README.md:# Shop docs/kept.md:kept lists/読書.md:# 一覧\n]" {
		t.Errorf("the files are %s", got)
	}
	if last := len(trunk.Commits) - 1; last != 2 || trunk.Commits[last] != "kintsugi[bot]" || trunk.Messages[last] != "Add a reading" {
		t.Errorf("the commits are %v %v", trunk.Commits, trunk.Messages)
	}

	must(t, w.app.Commit(ctx, shop, listing, workflows.ChangeIntent{
		Parents: []string{trunk.Tip}, Message: "Begin", Write: map[string]string{"lists/読書.md": "# 二\n"},
	}))
	branch := w.Branches(shop)[0]
	next := change(branch.Tip)
	next.Write["new.md"] = "new"
	must(t, w.app.Commit(ctx, shop, listing, next))
	w.PutFile(shop, "docs/kept.md", "changed")
	branch = w.Branches(shop)[0]
	merge := workflows.ChangeIntent{ // ours are settled: the second parent is in it
		Parents: []string{branch.Tip, w.Trunk(shop).Tip}, Message: "Merge", Write: map[string]string{"docs/kept.md": "changed"},
	}
	must(t, w.app.Commit(ctx, shop, listing, merge))
	merge.Parents[0], merge.Write = w.Branches(shop)[0].Tip, nil // nothing is written, and the commit is one
	must(t, w.app.Commit(ctx, shop, listing, merge))
	got := w.told(workflows.BranchAsk{Repo: shop, Branch: listing}).Branch
	if got.Behind != 0 || got.Ahead != 4 || !slices.Equal(got.Files, []string{"new.md"}) {
		t.Errorf("after a merge: %+v", got)
	}
	if w.Trunk(shop).Files["lists/読書.md"] != "# 一覧\n" {
		t.Error("the default branch changed with the other one")
	}
}

// hubState is all that a refused change must not change.
func (w *world) hubState() string { return fmt.Sprint(w.Trunk(shop), w.Branches(shop)) }

// TestCommitOvertaken: somebody else's commit comes at any moment, forwards, backwards,
// or deletes the branch, and stays what it is.
func TestCommitOvertaken(t *testing.T) {
	const refs, commits = "/git/refs", "/git/commits"
	for name, c := range map[string]struct {
		branch, before string
		meanwhile      func(w *world)
	}{
		"before anything":          {"main", commits, func(w *world) { w.PutFile(shop, "theirs.md", "x") }},
		"just before, on main":     {"main", refs, func(w *world) { w.PutFile(shop, "theirs.md", "x") }},
		"just before, on a branch": {listing, refs, func(w *world) { must(w.t, w.CommitFile(shop, "alice", listing, "theirs.md", "x")) }},
		"moved back": {listing, commits, func(w *world) {
			must(w.t, w.ForceBranch(shop, "alice", listing, w.Trunk(shop).Tip))
		}},
		"moved elsewhere": {listing, commits, func(w *world) {
			w.PutFile(shop, "theirs.md", "x")
			must(w.t, w.ForceBranch(shop, "alice", listing, w.Trunk(shop).Tip))
		}},
		"deleted":              {listing, commits, func(w *world) { must(w.t, w.DeleteBranch(shop, "alice", listing)) }},
		"deleted, just before": {listing, refs, func(w *world) { must(w.t, w.DeleteBranch(shop, "alice", listing)) }},
		"made":                 {"kintsugi/new", commits, func(w *world) { must(w.t, w.CommitFile(shop, "alice", "kintsugi/new", "a.md", "x")) }},
		"made, just before":    {"kintsugi/new", refs, func(w *world) { must(w.t, w.CommitFile(shop, "alice", "kintsugi/new", "a.md", "x")) }},
		"the default branch went on": {"kintsugi/new", commits, func(w *world) {
			w.PutFile(shop, "theirs.md", "x")
		}},
	} {
		t.Run(name, func(t *testing.T) {
			w := pullWorld(t)
			w.SetRole(shop, "alice", "admin")
			must(t, w.CommitFile(shop, "alice", listing, "mine.md", "x"))
			parent := w.Trunk(shop).Tip
			if c.branch == listing {
				parent = w.Branches(shop)[0].Tip
			}
			state := ""
			method := http.MethodPost
			if c.before == refs && c.branch != "kintsugi/new" {
				method = http.MethodPatch
			}
			t.Cleanup(w.Fault(fakehub.Before(method, c.before, func() {
				c.meanwhile(w)
				state = w.hubState()
			})))
			if err := w.app.Commit(ctx, shop, c.branch, change(parent)); !errors.Is(err, engine.ErrOvertaken) || errors.Is(err, engine.ErrRefused) {
				t.Errorf("%v", err)
			}
			if state == "" || w.hubState() != state {
				t.Errorf("before:\n%s\nafter:\n%s", state, w.hubState())
			}
		})
	}
}

// TestCommitAnew: a branch of which all was merged begins anew, by force; one on which
// somebody went on does not.
func TestCommitAnew(t *testing.T) {
	for name, c := range map[string]struct {
		before func(w *world, pull int)
		want   error
	}{
		"squashed": {func(w *world, pull int) { must(w.t, w.Squash(shop, pull, "alice")) }, nil},
		"merged":   {func(w *world, pull int) { must(w.t, w.Merge(shop, pull, "alice")) }, nil},
		"merged and deleted": {func(w *world, pull int) {
			must(w.t, w.Merge(shop, pull, "alice"))
			must(w.t, w.DeleteBranch(shop, "alice", listing))
		}, nil},
		"somebody went on": {func(w *world, pull int) {
			must(w.t, w.Squash(shop, pull, "alice"))
			must(w.t, w.CommitFile(shop, "alice", listing, "more.md", "x"))
		}, engine.ErrOvertaken},
		"still open": {func(*world, int) {}, engine.ErrOvertaken},
		"closed":     {func(w *world, pull int) { must(w.t, w.Close(shop, pull, "alice", "")) }, engine.ErrOvertaken},
	} {
		t.Run(name, func(t *testing.T) {
			w := pullWorld(t)
			must(t, w.CommitFile(shop, "alice", listing, "mine.md", "x"))
			pull, err := w.OpenPull(shop, "alice", fakehub.NewIssue{Title: "List", Head: listing})
			must(t, err)
			c.before(w, pull)
			before, anew := w.hubState(), change(w.Trunk(shop).Tip)
			anew.Anew = true
			err = w.app.Commit(ctx, shop, listing, anew)
			if !errors.Is(err, c.want) {
				t.Fatal(err)
			}
			if c.want != nil {
				if w.hubState() != before {
					t.Error("something changed")
				}
				return
			}
			if got := w.told(workflows.BranchAsk{Repo: shop, Branch: listing}).Branch; got.Ahead != 1 || got.Behind != 0 {
				t.Errorf("%+v", got)
			}
		})
	}
}

// TestCommitRefused: for good, with GitHub's reason.
func TestCommitRefused(t *testing.T) {
	for name, c := range map[string]struct {
		prepare func(*world)
		why     string
	}{
		"protected":              {func(w *world) { w.Protect(shop, "") }, "Changes must be made through a pull request"},
		"may only read":          {func(w *world) { w.grant() }, "Resource not accessible by integration (needs contents=write)"},
		"empty":                  {func(w *world) { w.EmptyRepo(shop) }, "Git Repository is empty"},
		"archived":               {func(w *world) { w.ArchiveRepo(shop) }, "archived"},
		"no such file to remove": {func(w *world) {}, "BadObjectState"},
	} {
		w := pullWorld(t)
		intent := change(w.Trunk(shop).Tip)
		if strings.HasPrefix(name, "no such") {
			intent.Remove = []string{"none.md"}
		}
		c.prepare(w)
		before := w.hubState()
		err := w.app.Commit(ctx, shop, "main", intent)
		if !errors.Is(err, engine.ErrRefused) || !strings.Contains(err.Error(), c.why) || w.hubState() != before {
			t.Errorf("%s: %v", name, err)
		}
	}
	w := pullWorld(t)
	w.Protect(shop, "kintsugi/")
	if err := w.app.Commit(ctx, shop, listing, change(w.Trunk(shop).Tip)); !errors.Is(err, engine.ErrRefused) || !strings.Contains(err.Error(), "Cannot create ref") {
		t.Errorf("a new branch against a rule: %v", err)
	}
	if err := w.app.Commit(ctx, shop, "main", change(strings.Repeat("1", 40))); !errors.Is(err, engine.ErrRefused) {
		t.Errorf("a parent that is not there: %v", err)
	}
	if err := w.app.Commit(ctx, "acme/none", "main", change(w.Trunk(shop).Tip)); err == nil || errors.Is(err, engine.ErrOvertaken) {
		t.Errorf("no repository: %v", err)
	}
}

// TestCommitUncertain: only moving the branch has a fate; what nobody points to is as
// if it had not been.
func TestCommitUncertain(t *testing.T) {
	for part, uncertain := range map[string]bool{"/git/trees": false, "/git/commits": false, "/git/refs": true} {
		w := pullWorld(t)
		w.fault(1, "", part, fakehub.Fault{DropAnswer: true})
		if part != "/git/refs" {
			w.fault(1, "POST", part, fakehub.Fault{DropAnswer: true})
		}
		err := w.app.Commit(ctx, shop, "main", change(w.Trunk(shop).Tip))
		if err == nil || errors.Is(err, engine.ErrUncertain) != uncertain || errors.Is(err, engine.ErrRefused) {
			t.Errorf("%s: %v", part, err)
		}
		if _, there := w.File(shop, "lists/読書.md"); there != uncertain {
			t.Errorf("%s: committed: %v", part, there)
		}
	}
}

// TestCommitHostile: what git or GitHub could take otherwise than meant is not sent.
func TestCommitHostile(t *testing.T) {
	w := pullWorld(t)
	tip, before := w.Trunk(shop).Tip, w.hubState()
	refuse := func(what, branch string, c workflows.ChangeIntent) {
		t.Helper()
		w.forgetRequests()
		if err := w.app.Commit(ctx, shop, branch, c); !errors.Is(err, engine.ErrRefused) || w.count("", "") > 0 {
			t.Errorf("%s: %v, %d requests", what, err, w.count("", ""))
		}
	}
	for _, path := range []string{
		"", "/", "/etc/passwd", "../x", "a/../../x", "a/./b", "a//b", "a/", "a\x00b", "a\nb", "a\\..\\b", "絵文字😀.md", ".git/config",
		"a/.GIT/hooks/pre-commit", ".git./config", ".git /config", "git~1/config", ".git::$INDEX_ALLOCATION/config", ".g\u200cit/config",
		"\xff", strings.Repeat("a", 256), strings.Repeat("a/", 600) + "b", "a\u202egnp.md",
	} {
		c := change(tip)
		c.Write = map[string]string{path: "x"}
		refuse(fmt.Sprintf("write %q", path), "main", c)
		c.Write, c.Remove = nil, []string{path}
		refuse(fmt.Sprintf("remove %q", path), "main", c)
	}
	for _, branch := range []string{"", "/", "a..b", "../main", "refs/heads/../x", "a b", "a:b", "a\x00", "-a", "a.lock", "@", "a@{1}", ".a", "a/", strings.Repeat("a", 300)} {
		refuse(fmt.Sprintf("branch %q", branch), branch, change(tip))
		if err := w.app.MergeBranch(ctx, shop, "main", branch); !errors.Is(err, engine.ErrRefused) {
			t.Errorf("merged %q: %v", branch, err)
		}
		if got, err := w.app.Answer(ctx, workflows.BranchAsk{Repo: shop, Branch: branch}); branch != "" && (err != nil || got.Unknown == "") {
			t.Errorf("asked about %q: %+v, %v", branch, got, err)
		}
	}
	many := map[string]string{}
	for n := range 1001 {
		many[fmt.Sprint(n)] = "x"
	}
	for what, edit := range map[string]func(*workflows.ChangeIntent){
		"no parent":       func(c *workflows.ChangeIntent) { c.Parents = nil },
		"a parent's name": func(c *workflows.ChangeIntent) { c.Parents = []string{"main"} },
		"no message":      func(c *workflows.ChangeIntent) { c.Message = " " },
		"no text":         func(c *workflows.ChangeIntent) { c.Write["a"] = "\xff" },
		"NUL":             func(c *workflows.ChangeIntent) { c.Write["a"] = "a\x00b" },
		"both":            func(c *workflows.ChangeIntent) { c.Remove = slices.Collect(maps.Keys(c.Write)) },
		"a large file":    func(c *workflows.ChangeIntent) { c.Write["a"] = strings.Repeat("x", 1<<20+1) },
		"much": func(c *workflows.ChangeIntent) {
			for n := range 5 {
				c.Write[fmt.Sprint(n)] = strings.Repeat("x", 1<<20)
			}
		},
		"many": func(c *workflows.ChangeIntent) { c.Write = many },
	} {
		c := change(tip)
		edit(&c)
		refuse(what, "main", c)
	}
	if w.hubState() != before {
		t.Error("something changed")
	}
}

// TestMergeBranch: the default branch comes into another one, or conflicts.
func TestMergeBranch(t *testing.T) {
	w := pullWorld(t)
	must(t, w.CommitFile(shop, "alice", listing, "mine.md", "1"))
	must(t, w.app.MergeBranch(ctx, shop, listing, "main")) // nothing to do
	if got := len(w.Branches(shop)[0].Commits); got != 1 {
		t.Errorf("%d commits", got)
	}
	w.PutFile(shop, "theirs.md", "1")
	must(t, w.app.MergeBranch(ctx, shop, listing, "main"))
	if b := w.Branches(shop)[0]; b.Files["theirs.md"] != "1" || b.Files["mine.md"] != "1" || b.Commits[1] != "kintsugi[bot]" {
		t.Errorf("merged: %+v", b)
	}
	w.PutFile(shop, "mine.md", "2")
	before := w.hubState()
	if err := w.app.MergeBranch(ctx, shop, listing, "main"); !errors.Is(err, engine.ErrConflict) || errors.Is(err, engine.ErrRefused) {
		t.Errorf("a conflict: %v", err)
	}
	for name, do := range map[string]func() error{
		"no branch":     func() error { return w.app.MergeBranch(ctx, shop, "none", "main") },
		"protected":     func() error { w.Protect(shop, listing); return w.app.MergeBranch(ctx, shop, listing, "main") },
		"may only read": func() error { w.grant(); return w.app.MergeBranch(ctx, shop, listing, "main") },
	} {
		if err := do(); !errors.Is(err, engine.ErrRefused) || errors.Is(err, engine.ErrConflict) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if w.hubState() != before {
		t.Error("something changed")
	}
}
