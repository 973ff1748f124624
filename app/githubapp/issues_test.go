package githubapp_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
	"github.com/kintsugi-app/kintsugi/workflows"
)

var draft = workflows.IssueIntent{Key: "x.draft", Title: "What happened", Body: "<!-- a -->\nText", Labels: []workflows.Label{{Name: "draft", Color: "0e8a16"}}}

// TestOpenIssue: whom GitHub cannot assign is left out, and the label is made.
func TestOpenIssue(t *testing.T) {
	w := curious(t)
	i := draft
	i.Assignees = []string{"bob", "mallory's ghost", "", "alice"}
	made, err := w.app.OpenIssue(ctx, shop, i)
	must(t, err)
	view, _ := w.Hub.Issue(shop, made.Number)
	if !made.Ours || made.ID == 0 || view.Body != draft.Body || !slices.Equal(view.Labels, []string{"draft"}) || !slices.Equal(view.Assignees, []string{"bob", "alice"}) {
		t.Errorf("made %+v, there is %+v", made, view)
	}
	if !slices.Contains(w.Labels(shop), "draft") {
		t.Error("the label was made by being used")
	}
	i.Assignees = slices.Repeat([]string{"bob", "alice"}, 20)
	if _, err := w.app.OpenIssue(ctx, shop, i); err != nil {
		t.Errorf("more assignees than GitHub takes: %v", err)
	}
	again, err := w.app.Issue(ctx, workflows.Subject{Repo: shop, Number: made.Number})
	must(t, err)
	if theirs, err := w.app.Issue(ctx, w.issue); !again.Ours || err != nil || theirs.Ours {
		t.Errorf("ours %t, alice's %t, %v", again.Ours, theirs.Ours, err)
	}
}

// TestOpenIssueFails: each way of not being answered has its kind of error.
func TestOpenIssueFails(t *testing.T) {
	for want, f := range map[error]fakehub.Fault{
		engine.ErrUncertain: {DropAnswer: true},
		engine.ErrRefused:   {Status: 403, Message: "Resource not accessible by integration"},
		engine.ErrGone:      {Status: 410, Message: "Issues are disabled for this repo"},
	} {
		w := newWorld(t)
		w.fault(1, "POST", "/issues", f)
		if _, err := w.app.OpenIssue(ctx, shop, draft); !errors.Is(err, want) {
			t.Errorf("%v is not %v", err, want)
		}
	}
}

// TestOwnIssues: all that the App opened, on whatever page, and nobody else's; no
// further back than asked for.
func TestOwnIssues(t *testing.T) {
	w := curious(t)
	open := func(by string, pull bool) int {
		t.Helper()
		w.clock.Advance(time.Second)
		n, err := w.OpenIssue(shop, by, fakehub.NewIssue{Title: "x", Body: draft.Body, PullRequest: pull})
		must(t, err)
		return n
	}
	open("kintsugi[bot]", false)
	w.clock.Advance(time.Hour)
	since := w.clock.Now()
	want := []int{open("kintsugi[bot]", false), open("kintsugi[bot]", false)}
	must(t, w.Close(shop, want[1], "alice", "not_planned"))
	open("kintsugi[bot]", true)
	for range 150 {
		open("alice", false)
	}
	want = append(want, open("kintsugi[bot]", false))
	w.forgetRequests()
	own, err := w.app.OwnIssues(ctx, shop, since)
	must(t, err)
	var got []int
	for _, i := range own {
		got = append(got, i.Number)
		if !i.Ours || i.Body != draft.Body || i.CreatedAt.IsZero() {
			t.Errorf("%+v", i)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("own issues %v, want %v", got, want)
	}
	if n := w.count("GET", "repos/{owner}/{repo}/issues"); n != 2 {
		t.Errorf("%d pages were read, want 2", n)
	}
}

// TestFile: text by path and ref; what is none is unknown.
func TestFile(t *testing.T) {
	w := curious(t)
	w.PutFile(shop, "postmortems/2026 日本/a#b?.md", "# 日本\n")
	w.PutFile(shop, "logo.png", "\x89PNG\x00")
	w.PutFile(shop, "large.md", strings.Repeat("x", 1<<20+1))
	for _, c := range []struct{ path, ref, text, unknown string }{
		{"postmortems/2026 日本/a#b?.md", "", "# 日本\n", ""},
		{"/postmortems/2026 日本/a#b?.md", "main", "# 日本\n", ""},
		{"postmortems/2026 日本/a#b?.md", "0000000000000000000000000000000000000000", "", "is no commit there"},
		{"absent.md", "", "", "not there"},
		{"../vault/README.md", "", "", "not there"},
		{"", "", "", "no path of a file"},
		{"a//b", "", "", "no path of a file"},
		{"logo.png", "", "", "not a text"},
		{"large.md", "", "", "larger than 1 MB"},
	} {
		got, err := w.app.Answer(ctx, workflows.FileAsk{Repo: shop, Ref: c.ref, Path: c.path})
		if err != nil || got.Text != c.text || c.unknown == "" && got.Unknown != "" || !strings.Contains(got.Unknown, c.unknown) {
			t.Errorf("%q at %q: %.60q, unknown %q, %v", c.path, c.ref, got.Text, got.Unknown, err)
		}
	}
	asked := w.count("GET", "repos/{owner}/{repo}/contents/{path...}")
	if _, err := w.app.Answer(ctx, workflows.FileAsk{Repo: shop, Path: "absent.md"}); err != nil {
		t.Error(err)
	}
	if again := w.count("GET", "repos/{owner}/{repo}/contents/{path...}"); again != asked || asked == 0 {
		t.Errorf("what is not there was asked for again: %d requests, then %d", asked, again)
	}
	w.SetPermissions("acme", map[string]string{"metadata": "read", "issues": "write"})
	got, err := w.app.Answer(ctx, workflows.FileAsk{Repo: shop, Path: "another.md"})
	if err != nil || !strings.Contains(got.Unknown, `lacks the permission "Contents: read"`) {
		t.Errorf("not granted: %q, %v", got.Unknown, err)
	}
	w.fault(1, "GET", "/contents/", fakehub.Fault{Status: 502})
	if _, err := w.app.Answer(ctx, workflows.FileAsk{Repo: shop, Path: "another.md"}); err == nil {
		t.Error("an outage is an answer")
	}
}
