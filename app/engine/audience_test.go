package engine_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/policy"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// The repositories around the usual one, which is private: one that it may share with,
// another that it does not name, and one that everybody reads.
const (
	clubRepo, elseRepo, everyRepo = "acme/club", "acme/else", "acme/every"
	sharing                       = "language: ja\n" // by which the rule of these tests shares
)

// withShares shares what stands in a repository whose policy says so with the club, with
// one that everybody reads, and with what belongs to somebody else.
func withShares(t *testing.T) *world {
	t.Helper()
	s := shelf{says: true, share: func(p policy.Policy) []string {
		if p.Language == words.Japanese {
			return []string{strings.ToUpper(clubRepo), everyRepo, "rival/open"}
		}
		return nil
	}}
	w := newShelf(t, s)
	for name, private := range map[string]bool{clubRepo: true, elseRepo: true, everyRepo: false} {
		w.addRepo(name, private)
	}
	n, err := w.hub.OpenIssue(repo, "suzuki", fakehub.NewIssue{Title: "a secret", Body: "the body", Labels: []string{"shelved"}})
	w.must(err)
	w.hub.PutFile(repo, "SECRET.md", "the file")
	w.settle()
	if n != 1 {
		t.Fatal(n)
	}
	return w
}

// rulesBy sets the policy of a repository, so that it counts at once.
func (w *world) rulesBy(name, policy string) {
	w.t.Helper()
	w.hub.PutFile(name, ".github/kintsugi.yml", policy)
	w.settle()
}

// learns are the parts of what the usual repository holds that a reader of another one
// is told, by whatever way.
func (w *world) learns(here string) (found []string) {
	w.t.Helper()
	for name, ask := range map[string]workflows.Ask{
		"file": workflows.FileAsk{Repo: repo, Path: "SECRET.md"}, "branch": workflows.BranchAsk{Repo: repo},
		"history": workflows.HistoryAsk{Repo: repo, Path: "SECRET.md", Since: "2026-01-01"},
		"issue":   workflows.IssueAsk{Subject: workflows.Subject{Repo: repo, Number: 1}},
		"list":    workflows.LabelledAsk{Repo: repo, Label: "shelved", Most: 5},
	} {
		answer, err := w.engine.Ask(w.t.Context(), here, ask)
		w.must(err)
		told := answer.Text + answer.Branch.Tip + answer.History.Text + answer.Issue.Title + answer.Issue.Body
		for _, own := range answer.Own {
			told += own.Issue.Title + own.Issue.Body + strings.Join(own.Issue.Labels, "")
			for _, summary := range own.Summaries {
				told += summary
			}
		}
		if told != "" {
			found = append(found, name)
		}
	}
	slices.Sort(found)
	return found
}

// TestSharedText: text of a private repository is told in another private one of the same
// owner which its own policy names, and nowhere else, whatever is said elsewhere.
func TestSharedText(t *testing.T) {
	w := withShares(t)
	wants := func(here string, all bool) {
		t.Helper()
		want := []string{"branch", "file", "history", "issue", "list"}
		if !all {
			want = nil
		}
		if got := w.learns(here); !slices.Equal(got, want) {
			t.Errorf("in %s %q is told, want %q", here, got, want)
		}
	}
	for _, here := range []string{clubRepo, elseRepo, everyRepo} {
		wants(here, false)
	}
	wants(repo, true)
	w.rulesBy(clubRepo, sharing) // what the reader's policy says is of no account
	wants(clubRepo, false)
	w.rulesBy(repo, sharing)
	wants(clubRepo, true)
	wants(elseRepo, false)
	wants(everyRepo, false) // named, and read by everybody
	w.rulesBy(repo, sharing+"enabled: false\n")
	wants(clubRepo, false)
	w.rulesBy(repo, sharing)
	wants(clubRepo, true)
	w.hub.RemoveRepo(clubRepo)
	w.clock.Advance(11 * time.Minute)
	wants(clubRepo, false)
}

// TestLabelledElsewhere: of issues in a private repository that does not share it is
// told that they are there, and of another owner's nothing.
func TestLabelledElsewhere(t *testing.T) {
	w := withShares(t)
	answer, err := w.engine.Ask(t.Context(), elseRepo, workflows.LabelledAsk{Repo: repo, Label: "shelved", Most: 5})
	w.must(err)
	if len(answer.Own) != 1 || answer.Own[0].Subject.Number != 1 || !answer.Own[0].Issue.Open || answer.Unread != 0 {
		t.Errorf("%+v", answer)
	}
	for _, ask := range []workflows.Ask{
		workflows.LabelledAsk{Repo: "rival/open", Label: "shelved"}, workflows.BranchAsk{Repo: "rival/open"},
		workflows.HistoryAsk{Repo: "rival/open", Path: "a", Since: "2026-01-01"},
	} {
		if answer, err := w.engine.Ask(t.Context(), repo, ask); err != nil || answer.Unknown != "in a repository of another owner" {
			t.Errorf("%+v: %+v, %v", ask, answer, err)
		}
	}
}

// TestLabelledRead: what was published is read of so many, those updated last.
func TestLabelledRead(t *testing.T) {
	w := newShelf(t, shelf{says: true})
	for _, title := range []string{"one", "two", "three"} {
		w.shelve(title)
	}
	w.settle()
	for n, title := range map[int]string{2: "TWO", 3: "THREE"} {
		w.clock.Advance(10 * time.Second)
		w.must(w.hub.EditIssue(repo, n, "suzuki", fakehub.Edit{Title: &title}))
		w.settle()
	}
	w.clock.Advance(10 * time.Second)
	w.must(w.hub.ReactToIssue(repo, 1, "sato", "eyes")) // no update
	w.say(2, "sato", "the best of all")
	w.settle()
	for most, want := range []string{"", "TWO", "TWO THREE"} {
		answer, err := w.engine.Ask(t.Context(), repo, workflows.LabelledAsk{Repo: repo, Label: "shelved", Most: most})
		w.must(err)
		var read []string
		for _, own := range answer.Own {
			if text := own.Summaries["shelf"]; text != "" {
				read = append(read, text)
			}
		}
		if got := strings.Join(read, " "); got != want || answer.Unread != 3-most {
			t.Errorf("at most %d: %q, and %d unread", most, got, answer.Unread)
		}
	}
}
