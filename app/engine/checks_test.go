package engine_test

import (
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
)

// paperPull is a pull request with a check of ours.
func paperPull(t *testing.T, prepare func(*world)) (*world, int) {
	w := newPaperWorld(t)
	if prepare != nil {
		prepare(w)
	}
	w.must(w.hub.CommitFile(repo, "suzuki", "mine", "mine.md", "Mine"))
	n, err := w.hub.OpenPull(repo, "suzuki", fakehub.NewIssue{Title: "Mine", Head: "mine"})
	w.must(err)
	w.must(w.hub.Label(repo, n, "suzuki", "paper"))
	w.settle()
	return w, n
}

// TestCheckKept: a check run is updated where its text changes, written anew on
// another commit, and left alone otherwise.
func TestCheckKept(t *testing.T) {
	w, n := paperPull(t, nil)
	before := w.hub.Checks(repo)
	w.say(n, "tanaka", "looks good")
	w.settle()
	if after := w.hub.Checks(repo); len(after) != 1 || after[0].Edits != before[0].Edits {
		t.Errorf("nothing changed, and the check was written: %s", brief(after))
	}
	w.must(w.hub.RerunCheck(repo, before[0].ID, "suzuki"))
	w.settle()
	w.say(n, "tanaka", "still good")
	w.settle()
	if after := w.hub.Checks(repo); len(after) != 1 || after[0].Edits != before[0].Edits+1 || len(after[0].Annotations) != paperRemarks {
		t.Errorf("asked for again, it was not answered once: %s", brief(after))
	}
	w.say(n, "suzuki", "/finish")
	w.settle()
	after := w.hub.Checks(repo)
	if len(after) != 1 || !strings.HasPrefix(after[0].Summary, "finished") || len(after[0].Annotations) != paperRemarks {
		t.Errorf("the text changed: %s", brief(after))
	}
	w.must(w.hub.CommitFile(repo, "suzuki", "mine", "mine.md", "Ours"))
	w.settle()
	if after = w.hub.Checks(repo); len(after) != 2 || after[1].Commit != w.hub.Branches(repo)[0].Tip {
		t.Errorf("another commit: %s", brief(after))
	}
}

// TestCheckRefused: without the permission for checks everything else goes on, and
// each text is tried once.
func TestCheckRefused(t *testing.T) {
	w, n := paperPull(t, func(w *world) {
		less := maps.Clone(paperPermissions)
		less["checks"] = "read"
		w.hub.SetPermissions("acme", less)
	})
	w.wants(w.status(n), "not finished")
	const post = "POST /repos/{owner}/{repo}/check-runs"
	if got := w.hub.Counts().ByRoute[post]; got != 1 {
		t.Errorf("tried %d times", got)
	}
	w.say(n, "tanaka", "hello")
	w.settle()
	if got := w.hub.Counts().ByRoute[post]; got != 1 {
		t.Errorf("tried %d times though nothing changed", got)
	}
	w.hub.SetPermissions("acme", paperPermissions)
	w.say(n, "suzuki", "/finish")
	w.settle()
	if got := w.hub.Checks(repo); len(got) != 1 {
		t.Errorf("with the permission: %s", brief(got))
	}
}

// TestCheckUnreadable: a list of checks that cannot be read for now is no answer.

func TestCheckUnreadable(t *testing.T) {
	w, n := paperPull(t, func(w *world) {
		w.hub.Fault(fakehub.Matching(1, http.MethodGet, "/check-runs", fakehub.Fault{Status: http.StatusInternalServerError}))
	})
	w.wants(w.status(n), "not finished")
	if got := w.hub.Checks(repo); len(got) != 1 {
		t.Errorf("after a list that failed: %s", brief(got))
	}
}
