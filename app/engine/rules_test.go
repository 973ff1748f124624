package engine_test

import (
	"context"
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/incident"
)

// The thirteen rules of the engine's contract (docs/decisions/0001-contract.md), a
// test each. TestEachRuleIsGuarded breaks the code in the way that each test is
// there to notice, and expects it to fail.

// Rule 1: one reaction a comment, 👍 only where every command in it was
// executed; after a lost record only that is evidence.
func TestRule01OneReaction(t *testing.T) {
	w := newWorld(t, 1)
	n := w.open("sato", "[incident] checkout is blank")
	w.settle()
	mixed := w.say(n, "tanaka", "/ack\n/sev banana")
	both := w.say(n, "suzuki", "/sev 2\n/mitigated")
	w.settle()
	for _, c := range w.issue(n).Comments {
		want := map[int64]string{mixed: "confused", both: "+1"}[c.ID]
		if want != "" && (len(c.Reactions) != 1 || c.Reactions[0].Content != want) {
			t.Errorf("%q got %v, want one %s", c.Body, c.Reactions, want)
		}
	}
	// The record is lost and Tanaka no longer responds: without a 👍 his
	// command is judged as new, with one Suzuki's counts as executed.
	w.hub.SetRole(repo, "tanaka", "read")
	w.hub.SetRole(repo, "suzuki", "read")
	w.must(w.hub.React(repo, mixed, "sato", "+1")) // somebody else's is no evidence
	w.forge(n)
	w.settle()
	w.wants(w.status(n), "SEV2", "mitigated")
	if strings.Contains(w.status(n), "lead tanaka") {
		t.Error("a command without our 👍 was executed by somebody who may not")
	}
}

// forge replaces the record by one that nobody signed.
func (w *world) forge(n int) {
	w.t.Helper()
	body := w.status(n)
	at := strings.LastIndex(body, " -->")
	w.must(w.hub.EditComment(repo, w.statusID(n), "yamamoto", body[:at-4]+"0000"+body[at:]))
}

// Rule 2: an act known only by our 👍 has at least the role its command needs.
func TestRule02ThumbMeansRole(t *testing.T) {
	w := newWorld(t, 1, inFile(t))
	n := w.open("sato", "[incident] checkout is blank")
	w.say(n, "tanaka", "/ack")
	w.crashAfter(func(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, "/reactions") })
	w.hub.SetRole(repo, "tanaka", "read")
	w.start()
	w.settle()
	w.wants(w.status(n), "lead tanaka")
}

// crashAfter runs until the process dies right after a request that matches.
func (w *world) crashAfter(match func(*http.Request) bool) {
	w.t.Helper()
	died := false
	w.hurdle = func(r *http.Request) error {
		if !match(r) {
			return nil
		}
		if resp, err := w.hub.Transport().RoundTrip(r); err == nil {
			_ = resp.Body.Close()
		}
		died = true
		runtime.Goexit()
		return nil
	}
	for range 50 {
		w.deliver()
		var wg sync.WaitGroup
		wg.Go(func() { _, _, _ = w.engine.Step(context.Background()) })
		wg.Wait()
		if died {
			w.hurdle = nil
			return
		}
	}
	w.t.Fatal("the process did not reach the request that should kill it")
}

// Rule 3: a list may show an older record, or no status comment; only reading
// by id may say so. Acts that carry no 👍, such as a label, depend on it.
func TestRule03StaleList(t *testing.T) {
	for seed := range uint64(12) {
		w := newWorld(t, seed)
		w.must(w.hub.CreateLabel(repo, "yamamoto", "sev1", "b60205"))
		n := w.open("sato", "[incident] checkout is blank")
		w.settle()
		w.hub.LagLists(3*time.Second, 1)
		w.must(w.hub.Label(repo, n, "tanaka", "sev1"))
		for range 200 {
			w.deliver()
			_, _, _ = w.engine.Step(context.Background())
			w.clock.Advance(100 * time.Millisecond)
			if strings.Contains(w.status(n), "SEV1") {
				break
			}
		}
		w.hub.SetRole(repo, "tanaka", "read")
		w.say(n, "suzuki", "/note looking")
		w.deliver()
		_, _, _ = w.engine.Step(context.Background())
		w.settle()
		w.hub.LagLists(0, 0)
		w.say(n, "suzuki", "/note still")
		w.settle()
		w.wants(w.status(n), "SEV1")
	}
}

// Rule 4: an observation counts when its events explain the state and our
// labels. A person who takes our label off twice must not see it come back
// because the list of events lags.
func TestRule04WholeObservation(t *testing.T) {
	for seed := range uint64(12) {
		w := newWorld(t, seed)
		n := w.open("sato", "[incident] checkout is blank")
		w.settle()
		w.must(w.hub.Unlabel(repo, n, "suzuki", "incident"))
		w.settle()
		if got := w.issue(n).Labels; len(got) != 1 {
			t.Fatalf("the label is put back once, got %v", got)
		}
		w.clock.Advance(time.Minute)
		w.hub.LagLists(3*time.Second, 1)
		w.must(w.hub.Unlabel(repo, n, "suzuki", "incident"))
		w.settle()
		if got := w.issue(n).Labels; len(got) != 0 {
			t.Fatalf("seed %d: taken off twice, the label is back: %v", seed, got)
		}
	}
}

// errand is a second workflow: a comment as long as the title does not say
// stop, and a section.
func errand() workflows.Workflow {
	return workflows.Workflow{
		Name: "errand",
		Decide: func(in workflows.Input) workflows.Decision {
			plan := workflows.Plan{Sections: []workflows.Section{{Key: "errand", Title: "Errand", Text: "runs"}}}
			if !strings.Contains(in.Observation.Issue.Title, "stop") {
				plan.Comments = []workflows.CommentIntent{{Key: "errand.paper", Body: "a paper"}}
			}
			return workflows.Decision{Plan: plan}
		},
	}
}

// created counts the comments of ours that were ever made, those folded since
// included.
func (w *world) created() int {
	n := 0
	for _, e := range w.hub.Exchanges() {
		if e.App && e.Method == http.MethodPost && strings.HasSuffix(e.Path, "/comments") && e.Status == http.StatusCreated {
			n++
		}
	}
	return n
}

func late(d time.Duration) fakehub.Fault { return fakehub.Fault{LandAfter: d} }

// Rule 5: an intent is forgotten only when its result is in the record or it
// is too old to land; a run that did not need it leaves it.
func TestRule05IntentStays(t *testing.T) {
	w := newWorld(t, 1, withRules(incident.Workflow(), errand()))
	n := w.open("sato", "[incident] stop: checkout is blank")
	w.settle()
	title := func(text string) { w.must(w.hub.EditIssue(repo, n, "suzuki", fakehub.Edit{Title: &text})) }
	posts := 0
	w.hurdle = func(r *http.Request) error {
		if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/comments") {
			posts++
		}
		return nil
	}
	w.hub.Fault(fakehub.Matching(1, http.MethodPost, "/issues/1/comments", late(9*time.Second)))
	title("[incident] checkout is blank")
	w.deliver()
	_, _, _ = w.engine.Step(context.Background()) // begins the paper; its fate is open
	title("[incident] stop again")
	w.deliver()
	_, _, _ = w.engine.Step(context.Background()) // does not need it
	title("[incident] checkout is blank")
	w.settle()
	if posts != 1 {
		t.Errorf("the paper was sent %d times, want once", posts)
	}
}

// Rule 6: before a create is tried again, what the first try may still do must
// be visible.
func TestRule06WaitBeforeRetry(t *testing.T) {
	w := newWorld(t, 1)
	n := w.open("sato", "[incident] checkout is blank")
	w.settle()
	w.hub.LagLists(3*time.Second, 1)
	posts := 0
	w.hurdle = func(r *http.Request) error {
		if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/issues/1/comments") {
			posts++
		}
		return nil
	}
	w.hub.Fault(fakehub.Matching(1, http.MethodPost, "/issues/1/comments", late(9*time.Second)))
	w.say(n, "tanaka", "/resolved")
	w.settle()
	if posts != 1 || len(w.ours(n)) != 2 {
		t.Errorf("the resolution was sent %d times and %d comments of ours stand there, want 1 and 2", posts, len(w.ours(n)))
	}
}

// Rule 7: an empty store creates nothing for as long as its predecessor's last
// create may stay unseen.
func TestRule07EmptyStoreWaits(t *testing.T) {
	w := newWorld(t, 1)
	n := w.open("sato", "[incident] checkout is blank")
	posts := 0
	w.hub.Fault(fakehub.Matching(1, http.MethodPost, "/issues/1/comments", late(9*time.Second)))
	w.crashAfter(func(r *http.Request) bool {
		create := r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/issues/1/comments")
		if create {
			posts++
		}
		return create
	})
	w.start() // in memory: the store is new
	w.must(w.store.Wake(context.Background(), engine.Live, fmt.Sprintf("%s#%d", repo, n)))
	w.hurdle = func(r *http.Request) error {
		if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/issues/1/comments") {
			posts++
		}
		return nil
	}
	w.settle()
	if posts != 1 || len(w.ours(n)) != 1 {
		t.Errorf("the status was sent %d times and %d comments of ours stand there, want 1 and 1", posts, len(w.ours(n)))
	}
}

// Rule 8: a create that lands after the wait is folded into the oldest, though
// no delivery tells of it and no plan names it any more.
func TestRule08FoldDuplicates(t *testing.T) {
	w := newWorld(t, 1, withoutSweeps)
	n := w.open("sato", "[incident] checkout is blank")
	w.settle()
	w.hub.Fault(fakehub.Matching(1, http.MethodPost, "/issues/1/comments", late(28*time.Second)))
	w.say(n, "tanaka", "/resolved")
	w.settle()
	if got := len(w.ours(n)); got != 2 {
		t.Errorf("%d comments of ours at rest, want 2:\n%s", got, w.visible(n))
	}
}

// Rule 9: a notice that rode in the status comment keeps its marker there for
// good. Where the store knows that the comment was deleted, it was sent; where
// nothing is known, people are called again, for silence is worse.
func TestRule09NoticeMarkerStays(t *testing.T) {
	calls := func(w *world) int {
		n := 0
		for _, m := range w.hub.Mentions() {
			if m.ByApp && m.Who == "tanaka" {
				n++
			}
		}
		return n
	}
	w := newWorld(t, 1)
	n := w.open("sato", "[incident] checkout is blank")
	w.settle()
	w.say(n, "suzuki", "/sev 2") // an edit of the status comment
	w.settle()
	w.forge(n)
	w.settle()
	if got := calls(w); got != 1 {
		t.Errorf("called %d times after a forged record, want once", got)
	}
	w.must(w.hub.DeleteComment(repo, w.statusID(n), "yamamoto"))
	w.settle()
	if got := calls(w); got != 1 || w.status(n) == "" {
		t.Errorf("called %d times after a deletion that the store saw, want once, and the status anew", got)
	}
	w.must(w.hub.DeleteComment(repo, w.statusID(n), "yamamoto"))
	w.start() // nothing is known any more
	w.passSpan()
	w.must(w.store.Wake(context.Background(), engine.Live, fmt.Sprintf("%s#%d", repo, n)))
	w.settle()
	if got := calls(w); got != 2 {
		t.Errorf("called %d times where nothing is known, want again", got)
	}
}

// Rule 12: the sweep does not skip what we updated ourselves; deliveries of our
// own writes wake nobody.
func TestRule12SweepSeesOurOwn(t *testing.T) {
	w := newWorld(t, 1, inFile(t))
	n := w.open("sato", "[incident] checkout is blank")
	w.settle()
	before := len(w.runs)
	// A status edit of a process that died lands late, when its successor has
	// written already: an older record stands there, and only a sweep looks.
	w.hub.Fault(fakehub.Matching(1, http.MethodPatch, "/issues/comments/", late(90*time.Second)))
	w.say(n, "tanaka", "/ack")
	w.crashAfter(func(r *http.Request) bool { return r.Method == http.MethodPatch })
	w.start()
	w.say(n, "suzuki", "/sev 2")
	for range 200 {
		w.deliver()
		if worked, _, _ := w.engine.Step(context.Background()); !worked {
			w.clock.Advance(time.Second)
		}
	}
	w.must(w.store.Wake(context.Background(), engine.Background, engine.SweepKey(w.install)))
	w.settle()
	w.wants(w.status(n), "lead tanaka", "SEV2")
	if runs := len(w.runs) - before; runs > 40 {
		t.Errorf("%d runs: our own writes wake us", runs)
	}
}

// Rule 13: everything else first, the status comment with text and record
// last. A crash before or after any call leaves nothing undone that the record
// calls done.
func TestRule13StatusLast(t *testing.T) {
	want := ""
	for at := 0; ; at++ {
		w := newWorld(t, 1, inFile(t))
		n := w.open("sato", "[incident] checkout is blank")
		w.settle()
		w.say(n, "tanaka", "/resolved")
		calls, reached := 0, false
		w.hurdle = func(*http.Request) error {
			if calls++; calls == at {
				reached = true
				runtime.Goexit()
			}
			return nil
		}
		w.deliver()
		var wg sync.WaitGroup
		wg.Go(func() { _, _, _ = w.engine.Step(context.Background()) })
		wg.Wait()
		w.hurdle = nil
		if reached {
			w.start()
		}
		w.settle()
		got := settled(w, n)
		_ = w.store.Close()
		if want == "" {
			want = got
		}
		if got != want {
			t.Fatalf("a crash before call %d ends in\n%s\nwant\n%s", at, got, want)
		}
		if at > 0 && !reached {
			if at < 8 {
				t.Fatalf("only %d calls were tried", at)
			}
			return
		}
	}
}
