package engine_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
	"github.com/kintsugi-app/kintsugi/workflows"
)

// TestAggregateTold: what ten subjects tell within a minute is one run and one commit,
// and what they tell once it ran is another.
func TestAggregateTold(t *testing.T) {
	var told []string
	w := newShelf(t, shelf{told: &told})
	told = nil
	began := w.clock.Now()
	for n := range 10 {
		w.shelve(fmt.Sprint("reading ", n))
		w.clock.Advance(5 * time.Second)
		w.catchUp()
	}
	if runs := w.shelfRuns(); len(runs) != 0 {
		t.Fatalf("it ran within the minute: %+v", runs)
	}
	w.settle()
	w.wantsShelf(1)
	runs := w.shelfRuns()
	if len(runs) != 1 || runs[0].At.Before(began.Add(time.Minute)) || runs[0].At.After(began.Add(67*time.Second)) {
		t.Errorf("runs %+v, want one, a minute after the first telling", runs)
	}
	if want := 10; len(told) == 0 || len(strings.Fields(told[0])) != want {
		t.Errorf("told %q, want %d subjects", told, want)
	}
	told = nil
	w.must(w.hub.EditIssue(repo, 3, "suzuki", fakehub.Edit{Title: new("reading three")}))
	w.settle()
	w.wantsShelf(2)
	if fmt.Sprint(told) != "["+repo+"#3 "+repo+"#3]" { // once more after its commit
		t.Errorf("told %q", told)
	}
	w.must(w.hub.Label(repo, 3, "suzuki", "bug")) // which its summary does not show
	w.runs = nil
	w.settle()
	if runs := w.shelfRuns(); len(runs) != 0 {
		t.Errorf("it ran though nothing that it shows has changed: %+v", runs)
	}
	if w.failures() != nil {
		t.Error(w.failures())
	}
}

// TestAggregateWoken: whoever wakes it does not wait for the minute.
func TestAggregateWoken(t *testing.T) {
	w := newShelf(t, shelf{})
	w.shelve("a reading")
	w.catchUp()
	w.must(w.store.Wake(t.Context(), engine.Live, shelfKey))
	w.catchUp()
	w.wantsShelf(1)
}

// TestAggregateOfAnotherAccount: whatever a workflow names, a run wakes and tells
// nothing that belongs to another account.
func TestAggregateOfAnotherAccount(t *testing.T) {
	w := newShelf(t, shelf{names: []workflows.Subject{{Repo: "rival/shop", Name: "shelf"}, {Repo: "rival/shop", Number: 1}}})
	w.shelve("a reading")
	w.settle()
	w.wantsShelf(1)
	for _, r := range w.runs {
		if strings.HasPrefix(r.Key, "rival/") {
			t.Errorf("%s was woken: %v", r.Key, r.Observed)
		}
	}
}

// TestAggregateToldInTheMiddle: what is told while it runs is left to a run of its own,
// a minute later.
func TestAggregateToldInTheMiddle(t *testing.T) {
	var told []string
	w := newShelf(t, shelf{told: &told})
	w.shelve("a reading")
	w.catchUp()
	w.clock.Advance(61 * time.Second)
	isRunning, other := false, w.second()
	done := w.hub.Fault(func(r *http.Request) *fakehub.Fault {
		if isRunning || !strings.Contains(r.URL.Path, "/git/") {
			return nil
		}
		isRunning = true
		w.shelve("another one")
		w.deliver()
		if worked, _, err := other.Step(context.Background()); !worked || err != nil {
			t.Errorf("nobody told it in the middle: %t, %v", worked, err)
		}
		return nil
	})
	defer done()
	told = nil
	w.catchUp()
	middle := w.clock.Now()
	if runs := w.shelfRuns(); !isRunning || len(runs) != 1 || !runs[0].Due.IsZero() && runs[0].Due.Before(middle.Add(time.Minute)) {
		t.Fatalf("in the middle %t, runs %+v", isRunning, runs)
	}
	w.settle()
	w.wantsShelf(2)
	if runs := w.shelfRuns(); len(runs) != 2 || runs[1].At.Before(middle.Add(59*time.Second)) {
		t.Errorf("runs %+v, want one a minute later", runs)
	}
	if first, last := told[0], told[len(told)-1]; first != repo+"#1" || last != repo+"#2" {
		t.Errorf("told %q", told)
	}
}

// TestAggregateLostStore: a new store does not know who told what. The sweep has the
// shelf look at everything, once.
func TestAggregateLostStore(t *testing.T) {
	w := newShelf(t, shelf{})
	w.shelve("a reading")
	w.catchUp() // told, and lost before the minute is over
	w.start()
	w.must(w.engine.Start(t.Context()))
	w.settle()
	w.wantsShelf(1)
	w.must(w.hub.Unlabel(repo, 1, "suzuki", "shelved")) // which is told by nobody any more
	w.start()
	w.must(w.engine.Start(t.Context()))
	w.settle()
	w.wantsShelf(2)
	w.runs = nil
	w.sweep(3)
	if runs := w.shelfRuns(); len(runs) != 0 {
		t.Errorf("the sweep woke what is known: %+v", runs)
	}
}

// TestAggregateToldLost: whoever was not heard is found by the daily look at everything.
func TestAggregateToldLost(t *testing.T) {
	w := newShelf(t, shelf{}, withoutSweeps)
	w.shelve("a reading")
	w.lose()
	w.settle()
	if page, _ := w.hub.File(repo, shelfPage); page != "" {
		t.Fatalf("who told? %s", page)
	}
	w.clock.Advance(25 * time.Hour)
	w.settle()
	w.wantsShelf(1)
}

// TestAggregateObserve: with mode: observe nothing is written, and the journal has what
// would be. Once the mode is act, what was found meanwhile is done.
func TestAggregateObserve(t *testing.T) {
	w := newShelf(t, shelf{}, withoutSweeps)
	w.hub.PutFile(repo, ".github/kintsugi.yml", "language: en\nmode: observe\n")
	w.shelve("a reading")
	w.clock.Advance(25 * time.Hour)
	w.settle()
	w.wantsNothing()
	entries, err := w.store.Entries(t.Context(), shelfKey, 9)
	w.must(err)
	if len(entries) == 0 || !strings.Contains(entries[0].Plan, "change shelf.page on the default branch: Shelve") {
		t.Errorf("the journal does not have the plan: %+v", entries)
	}
	w.hub.PutFile(repo, ".github/kintsugi.yml", "language: en\n")
	w.must(w.store.Wake(t.Context(), engine.Live, shelfKey))
	w.settle()
	w.wantsShelf(1)
}

// wantsNothing expects that nothing was committed though something is shelved.
func (w *world) wantsNothing() {
	w.t.Helper()
	if got := w.shelfCommits(); len(got) != 0 || w.shelved() == "" {
		w.t.Errorf("commits %q, shelved %q", got, w.shelved())
	}
}

// TestAggregateOff: with enabled: false nothing is asked, and the sweep sees to it that
// everything is looked at when it is on again.
func TestAggregateOff(t *testing.T) {
	w := newShelf(t, shelf{})
	w.hub.PutFile(repo, ".github/kintsugi.yml", "enabled: false\n")
	w.shelve("a reading")
	w.must(w.store.Wake(t.Context(), engine.Live, shelfKey))
	w.settle()
	w.wantsNothing()
	w.hub.PutFile(repo, ".github/kintsugi.yml", "language: en\n")
	w.sweep(2)
	w.settle()
	w.wantsShelf(1)
}

// TestAggregatePause: while writing is paused nothing is, and nothing told is lost.
func TestAggregatePause(t *testing.T) {
	w := newShelf(t, shelf{}, withoutSweeps, inFile(t))
	w.shelve("a reading")
	w.catchUp()
	w.wire = func(c *engine.Config) { c.Pause = true }
	w.start()
	w.clock.Advance(2 * time.Minute)
	w.catchUp()
	if w.wantsNothing(); len(w.shelfRuns()) != 1 {
		t.Errorf("runs %+v, want one that was paused", w.shelfRuns())
	}
	w.wire = nil
	w.start()
	w.must(w.store.Wake(t.Context(), engine.Live, shelfKey))
	w.settle()
	w.wantsShelf(1)
}

// TestAggregatePlan: a dry run shows the change and makes none.
func TestAggregatePlan(t *testing.T) {
	w := newShelf(t, shelf{title: "The shelf", branch: "shelf"})
	w.shelve("a reading")
	config := w.config()
	planner := engine.New(engine.Config{Rules: config.Rules, Reader: w.app, Places: w.app, Clock: w.own})
	run, err := planner.Plan(t.Context(), workflows.Subject{Repo: repo, Name: "shelf"})
	w.must(err)
	w.wants(run.Plan, "change shelf.page on shelf: Shelve", "- #1 a reading", "pull request The shelf", "looked at everything")
	w.wants(strings.Join(run.Did, "\n"), "change shelf.page on shelf: Shelve", `pull request shelf.page: "The shelf"`)
	w.wantsNothing()
	if len(w.hub.Branches(repo)) != 0 {
		t.Error("a dry run made a branch")
	}
	run, err = planner.Plan(t.Context(), workflows.Subject{Repo: repo, Name: "nobodys"})
	w.must(err)
	w.wants(strings.Join(run.Why, ""), "no workflow looks after what is called nobodys")
}

// TestAggregateGone: what is not there any more, or is called otherwise, ends quietly,
// and who told something is sent on.
func TestAggregateGone(t *testing.T) {
	w := newShelf(t, shelf{})
	w.must(w.store.Wake(t.Context(), engine.Live, "acme/nothing/shelf", repo+"/nobodys"))
	w.shelve("a reading")
	w.catchUp()
	w.hub.RenameRepo(repo, "trouble")
	w.clock.Advance(61 * time.Second)
	w.settle()
	if page, _ := w.hub.File("acme/trouble", shelfPage); page != "- #1 a reading\n" {
		t.Errorf("under its new name it has %q", page)
	}
	if w.failures() != nil {
		t.Error(w.failures())
	}
	w.hub.RemoveRepo("acme/trouble")
	w.must(w.store.Wake(t.Context(), engine.Live, "acme/trouble/shelf"))
	w.settle()
	if w.failures() != nil {
		t.Error(w.failures())
	}
}

// TestAggregateCaseOfLetters: whoever names it in other letters is heard all the same.
func TestAggregateCaseOfLetters(t *testing.T) {
	var told []string
	s := shelf{told: &told}
	loud := s.workflow()
	decide := loud.Decide
	loud.Decide = func(in workflows.Input) workflows.Decision {
		d := decide(in)
		for i := range d.Plan.Names {
			d.Plan.Names[i].Repo = strings.ToUpper(d.Plan.Names[i].Repo)
		}
		return d
	}
	w := newShelf(t, s, withRules(loud), withoutSweeps)
	told = nil
	w.shelve("a reading")
	w.settle()
	w.wantsShelf(1)
	if len(told) == 0 || told[0] != repo+"#1" {
		t.Errorf("told %q", told)
	}
}

// TestAggregateCannot: what needs an issue has no place on an aggregate, and a change
// to a file none elsewhere. The run says so, and writes nothing.
func TestAggregateCannot(t *testing.T) {
	for want, more := range map[string]func(workflows.Input, *workflows.Plan){
		"labels": func(_ workflows.Input, p *workflows.Plan) {
			p.Labels = []workflows.LabelIntent{{Label: workflows.Label{Name: "shelved"}, On: true}}
		},
		"comments, sections": func(_ workflows.Input, p *workflows.Plan) {
			p.Comments = []workflows.CommentIntent{{Key: "shelf.note", Body: "x"}}
			p.Sections = []workflows.Section{{Key: "shelf", Text: "x"}}
		},
		"issues that need one of its own": func(_ workflows.Input, p *workflows.Plan) {
			p.Issues = []workflows.IssueIntent{{Key: "shelf.ask", Title: "x", Patient: true}}
		},
	} {
		w := newShelf(t, shelf{more: more})
		w.shelve("a reading")
		w.settle()
		if w.failures() == nil || !strings.Contains(w.failures().Error(), "shelf plans what an aggregate cannot have: "+want) {
			t.Errorf("%s: %v", want, w.failures())
		}
		w.wantsNothing()
	}
	w := newWorld(t, 1, withRules(workflows.Workflow{Name: "bold", Decide: func(workflows.Input) workflows.Decision {
		return workflows.Decision{Plan: workflows.Plan{Changes: []workflows.ChangeIntent{{Key: "bold.page"}}}}
	}}, shelf{}.workflow()))
	w.shelve("a reading")
	w.settle()
	if w.failures() == nil || !strings.Contains(w.failures().Error(), "bold plans changes to files, which only aggregates make") {
		t.Error(w.failures())
	}
}

// TestAggregateNames: an aggregate has one owner, and a name that its key can hold.
func TestAggregateNames(t *testing.T) {
	one := shelf{}.workflow()
	two := workflows.Workflow{Name: "two", Aggregate: "shelf"}
	if _, err := engine.NewRules([]workflows.Workflow{one, two}); err == nil || !strings.Contains(err.Error(), `shelf and two claim the aggregate "shelf"`) {
		t.Error(err)
	}
	for _, name := range []string{"The shelf", "shelf#1", "a/b", "Shelf"} {
		two.Aggregate = name
		if _, err := engine.NewRules([]workflows.Workflow{one, two}); err == nil || !strings.Contains(err.Error(), "two cannot call its aggregate") {
			t.Errorf("%q: %v", name, err)
		}
	}
	if got := engine.Account(shelfKey); got != "acme" {
		t.Errorf("the shelf counts for %q", got)
	}
}

// TestAggregateIssue: an issue that it opens is opened once, though nothing but GitHub's
// list, which lags, tells of it.
func TestAggregateIssue(t *testing.T) {
	var seen []map[string]workflows.Made
	w := newShelf(t, shelf{seen: &seen, more: func(_ workflows.Input, p *workflows.Plan) {
		p.Issues = []workflows.IssueIntent{{Key: "shelf.ask", Title: "Is this still so?", Body: "x"}}
	}})
	w.hub.LagLists(5*time.Second, 1)
	for range 5 {
		w.must(w.store.Wake(t.Context(), engine.Live, shelfKey))
		w.settle()
	}
	opened := 0
	for _, i := range w.hub.Issues(repo) {
		if i.Author == "kintsugi[bot]" {
			opened++
			if !strings.HasPrefix(i.Body, "<!-- kintsugi:shelf.ask "+shelfKey+" -->\n") {
				t.Errorf("it is not known again: %s", i.Body)
			}
		}
	}
	if opened != 1 || seen[len(seen)-1]["shelf.ask"].Number != 1 {
		t.Errorf("%d issues, last seen %+v", opened, seen[len(seen)-1])
	}
	w.wantsNoFailures()
}
