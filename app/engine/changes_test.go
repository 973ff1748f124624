package engine_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
	"github.com/kintsugi-app/kintsugi/workflows"
)

// onBranch is a shelf whose changes are proposed.
var onBranch = shelf{branch: "shelf", title: "The shelf"}

// shelfPulls are the pull requests that this App opened.
func (w *world) shelfPulls() (pulls []fakehub.IssueView) {
	for _, i := range w.hub.Issues(repo) {
		if i.Author == "kintsugi[bot]" {
			pulls = append(pulls, i)
		}
	}
	return pulls
}

// wantsProposal expects so many commits on the branch, whose page is this, and one pull
// request, open, with its label.
func (w *world) wantsProposal(page string, commits int) {
	w.t.Helper()
	branches := w.hub.Branches(repo)
	if len(branches) != 1 || branches[0].Files[shelfPage] != page || len(branches[0].Commits) != commits {
		w.t.Errorf("branches %+v, want %q after %d commits", branches, page, commits)
	}
	var open []fakehub.IssueView
	for _, p := range w.shelfPulls() {
		if p.State == "open" {
			open = append(open, p)
		}
	}
	if len(open) != 1 || fmt.Sprint(open[0].Labels) != "[shelved-page]" || !strings.HasPrefix(open[0].Body, "<!-- kintsugi:shelf.page "+shelfKey+" -->\n") {
		w.t.Errorf("pull requests %+v, want one", open)
	}
}

// TestChangeProposed: a branch is made, one pull request opened from it, and further
// changes go there. Once it was merged the branch begins again. What is there already
// is not written again.
func TestChangeProposed(t *testing.T) {
	w := newShelf(t, onBranch)
	w.shelve("a reading")
	w.settle()
	w.wantsProposal("- #1 a reading\n", 1)
	w.shelve("another one")
	w.settle()
	w.wantsProposal("- #1 a reading\n- #3 another one\n", 2)

	before := w.writes()
	w.must(w.store.Wake(t.Context(), engine.Live, shelfKey))
	w.settle()
	if writes := w.writes() - before; writes != 0 {
		t.Errorf("%d writes where nothing is new", writes)
	}
	w.must(w.hub.Squash(repo, 2, "yamamoto"))
	w.settle()
	w.shelve("a third one")
	w.settle()
	w.wantsProposal("- #1 a reading\n- #3 another one\n- #4 a third one\n", 1)
	w.wantsNoFailures()
}

// TestChangeIsThere: a change that the branch has already is no commit, and still has
// its pull request seen to.
func TestChangeIsThere(t *testing.T) {
	s := onBranch
	s.more = func(in workflows.Input, p *workflows.Plan) {
		b := in.Facts[workflows.BranchAsk{Repo: repo, Branch: "shelf"}].Branch
		p.Changes = []workflows.ChangeIntent{{
			Key: "shelf.page", Branch: "shelf", Parents: []string{b.Head}, Write: map[string]string{"A.md": "a"}, Remove: []string{"B.md"},
			Message: "x", Title: "The shelf", Labels: []workflows.Label{{Name: "shelved-page"}},
		}}
	}
	w := newWorld(t, 1, withRules(s.workflow()), withoutSweeps)
	w.hub.SetPermissions("acme", filePermissions)
	w.must(w.hub.CommitFile(repo, "suzuki", "shelf", "A.md", "a"))
	for range 2 {
		w.must(w.store.Wake(t.Context(), engine.Live, shelfKey))
		w.settle()
		w.wantsProposal("", 1)
	}
	w.must(w.hub.CommitFile(repo, "suzuki", "shelf", "B.md", "b"))
	w.must(w.store.Wake(t.Context(), engine.Live, shelfKey))
	w.settle()
	w.wantsProposal("", 3)
	if _, is := w.hub.Branches(repo)[0].Files["B.md"]; is {
		t.Error("B.md was to be removed")
	}
	w.wantsNoFailures()
}

// TestChangeCrash: a crash before or right after any write, with the store kept or lost,
// leaves one branch with what is shelved, and one open pull request with its label.
func TestChangeCrash(t *testing.T) {
	t.Parallel()
	for _, isAfter := range []bool{false, true} {
		for _, isKept := range []bool{false, true} {
			at := 1
			for died := true; died; at++ {
				options := []worldOption{}
				if isKept {
					options = append(options, inFile(t))
				}
				w := newShelf(t, onBranch, options...)
				w.shelve("a reading")
				if died = w.diesAt(at, isAfter); died {
					w.start()
					w.must(w.engine.Start(t.Context()))
					w.passSpan()
					w.settle()
				}
				if w.wantsProposal("- #1 a reading\n", 1); t.Failed() {
					t.Fatalf("write %d, after it %t, store kept %t: %v", at, isAfter, isKept, w.failures())
				}
			}
			if at < 6 {
				t.Errorf("only %d writes were tried", at-1)
			}
		}
	}
}

// meets lets something happen once, before the first request that matches.
func (w *world) meets(part string, happens func()) {
	isOver := false
	w.hub.Fault(func(r *http.Request) *fakehub.Fault {
		if !isOver && r.Method != http.MethodGet && strings.Contains(r.URL.Path, part) {
			isOver = true
			happens()
		}
		return nil
	})
}

// TestChangeOvertaken: where a person's commit comes first, nothing is lost of either:
// the shelf reads again, seconds later, still knowing who told it something.
func TestChangeOvertaken(t *testing.T) {
	w := newShelf(t, shelf{}, withoutSweeps)
	w.meets("/git/refs", func() { w.must(w.hub.CommitFile(repo, "yamamoto", "main", shelfPage, "- #7 by hand\n")) })
	w.shelve("a reading")
	w.catchUp()
	w.clock.Advance(61 * time.Second)
	w.catchUp()
	runs := w.shelfRuns()
	if len(runs) != 1 || !errors.Is(runs[0].Err, engine.ErrOvertaken) || runs[0].Due.Sub(runs[0].At) > 5*time.Second {
		t.Fatalf("runs %+v", runs)
	}
	if failing, err := w.store.Stuck(t.Context(), 1, 9); err != nil || len(failing) != 0 {
		t.Errorf("to be overtaken once is a failure: %+v, %v", failing, err)
	}
	w.settle()
	if page, _ := w.hub.File(repo, shelfPage); page != "- #1 a reading\n- #7 by hand\n" {
		t.Errorf("the page is %q", page)
	}
}

// TestChangeOvertakenForEver: whoever is overtaken every time does not read what it
// decides on, and is set aside in the end.
func TestChangeOvertakenForEver(t *testing.T) {
	w := newShelf(t, shelf{more: func(_ workflows.Input, p *workflows.Plan) {
		for i := range p.Changes {
			p.Changes[i].Parents = []string{strings.Repeat("a", 40)}
		}
	}}, withoutSweeps, wired(func(c *engine.Config) { c.Writer = overtaken{c.Writer} }))
	w.shelve("a reading")
	for range 40 {
		w.clock.Advance(2 * time.Minute)
		w.catchUp()
	}
	if failing, err := w.store.Stuck(t.Context(), engine.SetAsideAfter, 9); err != nil || len(failing) != 1 {
		t.Errorf("failing %+v, %v", failing, err)
	}
}

// overtaken is a GitHub on which somebody else is always faster.
type overtaken struct{ engine.Writer }

func (overtaken) Commit(context.Context, string, string, workflows.ChangeIntent) error {
	return engine.ErrOvertaken
}

// TestChangeTwoHosts: two programs without a common store, each told something else,
// that change one page in each other's midst both find their change in it.
func TestChangeTwoHosts(t *testing.T) {
	w := newShelf(t, shelf{}, withoutSweeps)
	other := *w
	other.store, other.database = nil, ":memory:"
	other.start()
	other.passSpan()
	whole := engine.Hint{Whole: w.clock.Now()} // nothing but what is told is looked at
	other.must(other.store.Wake(t.Context(), engine.Live, shelfKey))
	c, _, _, err := other.store.Claim(t.Context(), time.Minute, nil)
	w.must(err)
	w.must(other.store.Finish(t.Context(), c, engine.Outcome{Hint: whole}))

	w.shelve("told to the one")
	w.catchUp()
	n := w.shelve("told to the other")
	w.lose()
	w.must(other.store.Wake(t.Context(), engine.Live, fmt.Sprintf("%s#%d", repo, n)))
	other.catchUp()
	other.catchUp()
	met := false
	w.meets("/git/refs", func() {
		met = true
		other.clock.Advance(2 * time.Minute)
		other.catchUp()
	})
	w.clock.Advance(61 * time.Second)
	w.settle()
	other.settle()
	if w.wantsShelf(2); !met {
		t.Error("they did not meet")
	}
	if runs := w.shelfRuns(); len(runs) < 2 || !errors.Is(runs[0].Err, engine.ErrOvertaken) {
		t.Errorf("runs %+v, want the first to be overtaken", runs)
	}
}

// TestChangeRefused: what GitHub refuses for good is told to the workflow, in this run,
// and the run goes through.
func TestChangeRefused(t *testing.T) {
	var seen []map[string]workflows.Made
	w := newShelf(t, shelf{seen: &seen}, withoutSweeps)
	w.hub.SetPermissions("acme", map[string]string{"metadata": "read", "issues": "write", "contents": "read"})
	w.clock.Advance(2 * time.Hour) // a token of before still had the permission
	seen = nil
	w.shelve("a reading")
	w.settle()
	w.wantsNoFailures()
	w.wantsNothing()
	if len(seen) < 2 || len(seen[0]) != 0 || seen[len(seen)-1]["shelf.page"].Refused == "" {
		t.Errorf("seen %+v", seen)
	}
	entries, err := w.store.Entries(t.Context(), shelfKey, 1)
	w.must(err)
	if len(entries) != 1 || !strings.Contains(strings.Join(entries[0].Did, "\n"), "change shelf.page") {
		t.Errorf("the journal does not tell of it: %+v", entries)
	}
	w.hub.SetPermissions("acme", filePermissions)
	w.clock.Advance(25 * time.Hour)
	w.settle()
	w.wantsShelf(1)
}

// TestCatchUp: the default branch is merged into another one; where both changed the
// same lines the workflow hears of a conflict, and nothing was changed.
func TestCatchUp(t *testing.T) {
	var seen []map[string]workflows.Made
	s := onBranch
	s.seen = &seen
	s.more = func(in workflows.Input, p *workflows.Plan) {
		if b := in.Facts[workflows.BranchAsk{Repo: repo, Branch: "shelf"}].Branch; b.Head != "" && b.Behind > 0 {
			p.Changes = []workflows.ChangeIntent{{Key: "shelf.catch-up", Branch: "shelf", CatchUp: true}}
		}
	}
	w := newShelf(t, s, withoutSweeps)
	w.shelve("a reading")
	w.settle()
	w.must(w.hub.CommitFile(repo, "yamamoto", "main", "OTHER.md", "x"))
	w.must(w.store.Wake(t.Context(), engine.Live, shelfKey))
	w.settle()
	w.wantsProposal("- #1 a reading\n", 2)
	if made := seen[len(seen)-1]["shelf.catch-up"]; made.Refused != "" || made.At.IsZero() {
		t.Errorf("made %+v", made)
	}

	w.must(w.hub.CommitFile(repo, "yamamoto", "main", shelfPage, "by hand\n"))
	w.must(w.store.Wake(t.Context(), engine.Live, shelfKey))
	w.settle()
	w.wantsProposal("- #1 a reading\n", 2)
	if made := seen[len(seen)-1]["shelf.catch-up"]; made.Refused != workflows.Conflict {
		t.Errorf("made %+v", made)
	}
	w.wantsNoFailures()
}

// TestChangeInOrder: of two changes to one branch the second is decided on again once
// the first is made, and does not overtake it.
func TestChangeInOrder(t *testing.T) {
	isOn := false
	two := func(in workflows.Input, p *workflows.Plan) {
		if !isOn {
			return
		}
		tip := in.Facts[workflows.BranchAsk{Repo: repo}].Branch.Tip
		p.Changes = nil
		for _, path := range []string{"a", "b"} {
			p.Changes = append(p.Changes, workflows.ChangeIntent{
				Key: "shelf." + path, Parents: []string{tip}, Write: map[string]string{path: "x"}, Message: "Write " + path,
			})
		}
	}
	w := newShelf(t, shelf{more: two})
	isOn = true
	w.must(w.store.Wake(t.Context(), engine.Live, shelfKey))
	w.settle()
	if got := fmt.Sprint(w.shelfCommits()); got != "[Write a Write b]" {
		t.Errorf("commits %s", got)
	}
	w.must(w.store.Wake(t.Context(), engine.Live, shelfKey))
	w.settle()
	if got := len(w.shelfCommits()); got != 2 {
		t.Errorf("%d commits after another look", got)
	}
	w.wantsNoFailures()
}

// TestChangeAnewLate: where the fate of a branch that begins again is unknown, that is
// waited for, and looked at: by force it would take along what came after it.
func TestChangeAnewLate(t *testing.T) {
	w := newShelf(t, onBranch, withoutSweeps)
	w.shelve("a reading")
	w.settle()
	w.must(w.hub.Squash(repo, 2, "yamamoto"))
	w.settle()
	w.hub.Fault(fakehub.Matching(1, http.MethodPatch, "/git/refs/heads/shelf", fakehub.Fault{LandAfter: 8 * time.Second}))
	w.shelve("another one")
	w.settle()
	w.wantsProposal("- #1 a reading\n- #3 another one\n", 1)
	var tries []time.Time
	for _, r := range w.shelfRuns() {
		if strings.Contains(strings.Join(r.Did, ""), "change shelf.page") || errors.Is(r.Err, engine.ErrUncertain) {
			tries = append(tries, r.At)
		}
	}
	if len(tries) != 2 || !errors.Is(w.failures(), engine.ErrUncertain) {
		t.Errorf("tried %v: %v", tries, w.failures())
	}
}
