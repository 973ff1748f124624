package githubapp_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kintsugi-app/kintsugi/workflows"
)

const firstDay = "2026-11-20"

var story = strings.Repeat("A line of the story.\n", 10)

// TestHistory: what a file is by now, and was when a day ended.
func TestHistory(t *testing.T) {
	w := pullWorld(t)
	put := func(path, content string) func() { return func() { w.PutFile(shop, path, content) } }
	commit := func(writes map[string]string, removes ...string) func() {
		return func() { must(t, second(w.CommitFiles(shop, "alice", "main", writes, removes...))) }
	}
	nothing := func() {}
	for name, c := range map[string]struct {
		then, later, last func()
		want              workflows.History
		requests          int
	}{
		"the same":           {put("a.md", story), put("b.md", "b"), nothing, workflows.History{}, 3},
		"changed":            {put("a.md", story), put("a.md", "new"), nothing, workflows.History{Then: story, Text: "new"}, 3},
		"changed and back":   {put("a.md", story), put("a.md", "new"), put("a.md", story), workflows.History{}, 3},
		"not there then":     {nothing, put("a.md", "new"), nothing, workflows.History{Text: "new"}, 2},
		"removed":            {put("a.md", story), commit(nil, "a.md"), nothing, workflows.History{Gone: true}, 3},
		"a binary":           {put("a.md", "\x00"), put("a.md", "new"), nothing, workflows.History{}, 3},
		"too large":          {put("a.md", "old"), put("a.md", strings.Repeat("x", 1<<20+1)), nothing, workflows.History{}, 3},
		"a folder":           {put("a.md/b.md", "old"), put("a.md/b.md", "new"), nothing, workflows.History{}, 3},
		"renamed":            {put("a.md", story), commit(map[string]string{"ä b.md": story + "."}, "a.md"), nothing, workflows.History{Gone: true, Now: "ä b.md"}, 4},
		"renamed, changed":   {put("a.md", story), commit(map[string]string{"b.md": story}, "a.md"), put("b.md", "new"), workflows.History{Gone: true, Now: "b.md"}, 5},
		"renamed, removed":   {put("a.md", story), commit(map[string]string{"b.md": story}, "a.md"), commit(nil, "b.md"), workflows.History{Gone: true}, 5},
		"renamed twice":      {put("a.md", story), commit(map[string]string{"b.md": story}, "a.md"), commit(map[string]string{"c.md": story}, "b.md"), workflows.History{Gone: true, Now: "c.md"}, 6},
		"removed, elsewhere": {put("a.md", story), commit(map[string]string{"b.md": "something else"}, "a.md"), nothing, workflows.History{Gone: true}, 3},
	} {
		w.EmptyRepo(shop)
		w.PutFile(shop, "README.md", "# Shop")
		w.goTo(w.clock.Now().Truncate(24 * time.Hour).Add(33 * time.Hour))
		day := w.clock.Now().Format(time.DateOnly)
		c.then()
		w.clock.Advance(24 * time.Hour)
		c.later()
		w.clock.Advance(24 * time.Hour)
		c.last()
		ask := workflows.HistoryAsk{Repo: shop, Path: "a.md", Since: day}
		if diff := cmp.Diff(c.want, w.told(ask).History); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if n := w.reads(ask); n != c.requests {
			t.Errorf("%s: %d requests", name, n)
		}
	}
}

// TestHistoryBounds: three renames are more than is looked into, a circle ends, and an
// empty repository has no history.
func TestHistoryBounds(t *testing.T) {
	w := pullWorld(t)
	ask := workflows.HistoryAsk{Repo: shop, Path: "0.md", Since: firstDay}
	rename := func(from, to string) {
		must(t, second(w.CommitFiles(shop, "alice", "main", map[string]string{to: story}, from)))
	}
	w.PutFile(shop, "0.md", story)
	rename("0.md", "1.md")
	rename("1.md", "2.md")
	rename("2.md", "3.md")
	if got := w.told(ask).History; got != (workflows.History{Gone: true}) || w.reads(ask) != 6 {
		t.Errorf("renamed three times: %+v, %d requests", got, w.reads(ask))
	}
	w.EmptyRepo(shop)
	if got := w.told(ask).History; got != (workflows.History{Gone: true}) {
		t.Errorf("in an empty repository: %+v", got)
	}
}

// TestHistoryUnknown: what cannot be seen is not said to be gone.
func TestHistoryUnknown(t *testing.T) {
	w := pullWorld(t)
	w.AddRepo("stranger", "thing", false)
	for name, ask := range map[string]workflows.HistoryAsk{
		"no day":        {Repo: shop, Path: "a.md", Since: "yesterday"},
		"no path":       {Repo: shop, Path: "../a.md", Since: firstDay},
		"not installed": {Repo: "stranger/thing", Path: "a.md", Since: firstDay},
		"theirs":        {Repo: "stranger/thing"},
		"nonsense":      {Repo: "acme/.."},
		"never there":   {Repo: shop, Path: "never.md", Since: firstDay},
	} {
		if got, err := w.app.Answer(ctx, ask); err != nil || got.Unknown == "" || got.History.Gone {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	w.SetPermissions("acme", map[string]string{"metadata": "read"})
	got, err := w.app.Answer(ctx, workflows.HistoryAsk{Repo: shop, Path: "a.md", Since: firstDay})
	if err != nil || !strings.Contains(got.Unknown, `lacks the permission "Contents: read"`) {
		t.Errorf("not granted: %+v, %v", got, err)
	}
}

// TestHistoryOfRepo: renamed, deleted, or only hidden.
func TestHistoryOfRepo(t *testing.T) {
	w := pullWorld(t)
	for _, name := range []string{"old", "deleted", "hidden", "never-asked"} {
		w.AddRepo("acme", name, true)
		if name != "never-asked" {
			if got := w.told(workflows.HistoryAsk{Repo: "acme/" + name}).History; got != (workflows.History{}) {
				t.Errorf("%s: %+v", name, got)
			}
		}
	}
	w.RenameRepo("acme/old", "new")
	w.RemoveRepo("acme/deleted")
	w.RemoveRepo("acme/never-asked")
	for name, want := range map[string]workflows.History{
		"acme/old": {Gone: true, Now: "acme/new"}, "acme/deleted": {Gone: true}, "acme/never-asked": {Gone: true}, "ACME/Shop": {},
	} {
		if got := w.told(workflows.HistoryAsk{Repo: name}).History; got != want {
			t.Errorf("%s: %+v", name, got)
		}
	}
	w.Select("acme", shop)
	for _, repo := range []string{"acme/hidden", "acme/deleted"} { // one cannot be told from the other
		if got, err := w.app.Answer(ctx, workflows.HistoryAsk{Repo: repo}); err != nil || got.Unknown == "" {
			t.Errorf("%s: %+v, %v", repo, got, err)
		}
	}
}

// TestFileNotThere: no such file is one thing, and not being allowed to look another.
func TestFileNotThere(t *testing.T) {
	w := pullWorld(t)
	old := w.Trunk(shop).Tip
	w.PutFile(shop, "README.md", "# The shop")
	file := func(repo, ref, path string) workflows.Answer {
		t.Helper()
		got, err := w.app.Answer(ctx, workflows.FileAsk{Repo: repo, Ref: ref, Path: path})
		must(t, err)
		return got
	}
	if got := file(shop, old, "README.md"); got.Text != "# Shop" {
		t.Errorf("at an earlier commit: %+v", got)
	}
	for _, ref := range []string{"", old, "main"} {
		if got := file(shop, ref, "none.md"); !got.NotThere() {
			t.Errorf("at %q: %+v", ref, got)
		}
	}
	if got := file(shop, strings.Repeat("1", 40), "README.md"); got.NotThere() || !strings.Contains(got.Unknown, "is no commit there") {
		t.Errorf("at no commit: %+v", got)
	}
	for _, repo := range []string{"stranger/thing", "acme/none", "acme/.."} {
		if got := file(repo, "", "README.md"); got.NotThere() || got.Unknown == "" {
			t.Errorf("%s: %+v", repo, got)
		}
	}
	w.SetPermissions("acme", map[string]string{"metadata": "read", "issues": "write"})
	if got := file(shop, old, "none.md"); got.NotThere() || got.Unknown == "" {
		t.Errorf("not granted: %+v", got)
	}
}
