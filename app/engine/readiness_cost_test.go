package engine_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
	"github.com/kintsugi-app/kintsugi/workflows/readiness"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// TestGateBudget keeps the table of what reviews and the gate cost, in
// docs/notifications.md. Nobody is mentioned by any of it.
func TestGateBudget(t *testing.T) {
	w := newGate(t, "en", twoItems+byPeople)
	w.soonGate()
	var rows []string
	measured := func(what string, comments int, do func()) {
		t.Helper()
		w.soonGate()
		w.hub.ResetCounts()
		called, said := len(w.hub.Mentions()), w.spokenIn(payRepo)
		do()
		w.soonGate()
		c := w.hub.Counts()
		if got := len(w.hub.Mentions()) - called; got != 0 {
			t.Errorf("%s mentions %d people", what, got)
		}
		if got := w.spokenIn(payRepo) - said; got != comments {
			t.Errorf("%s costs %d comments, want %d", what, got, comments)
		}
		rows = append(rows, fmt.Sprintf("| %s | %d | %d | %d |", what, c.Reads, c.Writes, w.spokenIn(payRepo)-said))
	}
	measured("a push, and its tests pass", 0, func() { w.pushes("Show the logo") })
	n := 0
	measured("a review is opened", 1, func() { n = w.opens(payRepo, "tanaka", "[readiness] payments", "") })
	measured("`/done`", 0, func() { w.tells(payRepo, n, "suzuki", "/done load-test https://example.com/1") })
	measured("`/approve`, and it is ready", 0, func() { w.tells(payRepo, n, "suzuki", "/approve") })
	w.hub.ProtectEnvironment(payRepo, "production", "kintsugi")
	measured("a deployment that waits, and goes", 0, func() { w.releasesTo(w.hub.Tip(payRepo)) })
	measured("twenty checks that end within a second", 0, func() {
		for i := range 20 {
			w.hub.CheckOf("github-actions", payRepo, w.hub.Tip(payRepo), fmt.Sprintf("other-%d", i), "success", "")
		}
	})
	measured("an hour in which nothing happens", 0, func() {
		for range 60 {
			w.clock.Advance(time.Minute)
			w.catchUp()
		}
	})
	w.must(w.hub.Close(payRepo, n, "suzuki", "completed"))
	measured("a night, with no review open", 0, func() {
		for range 24 {
			w.clock.Advance(time.Hour)
			w.catchUp()
		}
	})
	w.addRepo("acme/plain", true)
	w.soonGate()
	measured("a push to a repository without a checklist", 0, func() {
		_, err := w.hub.CommitFiles("acme/plain", "yamamoto", "main", map[string]string{"a": "b"})
		w.must(err)
	})
	_, err := w.hub.OpenIssue("acme/plain", "suzuki", fakehub.NewIssue{Title: "What is still to be done", Body: "/digest acme/plain"})
	w.must(err)
	w.soonGate()
	w.mornings(2)
	morning := func() { w.mornings(0) }
	w.until(w.clock.Now().Add(22 * time.Hour)) // past midnight in Tokyo, when gates look
	measured("a morning's look at a list of follow-ups", 0, morning)
	w.until(w.clock.Now().Add(22 * time.Hour))
	_, err = w.hub.RunJobs("acme/plain", "deploy.yml", "main", "suzuki", "workflow_dispatch", fakehub.Job{
		Name: "gate", Annotations: []fakehub.Annotation{{Title: readiness.AnywayTitle(words.English), Message: "customers wait"}},
	})
	w.must(err)
	measured("the same, after a workflow released something as decided", 0, morning)
	w.releaseBranches(20)
	w.soonGate()
	w.settle()
	measured("a check that ends, with twenty release branches under review", 0, func() {
		w.hub.CheckOf("github-actions", payRepo, "", "preview", "success", "")
	})
	goldenTable(t, "../../docs/notifications.md", "gate", rows)
}

// releaseBranches makes so many, each with a commit of its own that passed its tests.
func (w *world) releaseBranches(count int) {
	w.t.Helper()
	w.hub.PutFile(payRepo, ".github/kintsugi.yml", fmt.Sprintf(gatePolicy, "en")+"readiness: {branches: [\"release/*\"]}\n")
	for i := range count {
		commit, err := w.hub.CommitFiles(payRepo, "yamamoto", fmt.Sprintf("release/%d", i), map[string]string{"pay.go": fmt.Sprint(i)})
		w.must(err)
		w.hub.RunWorkflow(payRepo, "ci.yml", commit, "success")
	}
}

// spokenIn is how many comments the App has written in a repository.
func (w *world) spokenIn(name string) (n int) {
	for _, v := range w.hub.Issues(name) {
		for _, c := range v.Comments {
			if c.Author == "kintsugi[bot]" {
				n++
			}
		}
	}
	return n
}

// TestGateManyReviews: an exception holds for its whole time though a hundred releases come
// meanwhile, and a look costs no more for it; where the store was lost, one does.
func TestGateManyReviews(t *testing.T) {
	if testing.Short() {
		t.Skip("long, and in one thread: nothing for the race detector")
	}
	t.Parallel()
	w := newGate(t, "en", twoItems+"  - {id: load-test, question: {en: Does it hold the peak?, ja: 最大の負荷に耐えますか。}}\n")
	ends := func(n int) {
		w.must(w.hub.Close(payRepo, n, "suzuki", "completed"))
		w.soonGate()
	}
	n := w.opens(payRepo, "tanaka", "[readiness] payments", "")
	w.tells(payRepo, n, "suzuki", "/waive load-test until:2027-06-30 It is the same as before.")
	ends(n)
	for i := range 99 {
		ends(w.opens(payRepo, "tanaka", fmt.Sprint("[readiness] payments ", i), ""))
	}
	look := func(what string, most int) {
		t.Helper()
		w.hub.ResetCounts()
		w.runs = nil
		commit := w.pushes(what)
		w.soonGate()
		w.wantsCheck(commit, "success", "Ready")
		w.wants(w.checkOf(commit).Summary, "Excepted until Wednesday 30 June 2027")
		if reads := w.hub.Counts().Reads; w.looks() != 1 || reads > most {
			t.Errorf("%s: %d looks with %d reads, want one with %d at most", what, w.looks(), reads, most)
		}
	}
	look("known", 20)
	w.start() // with an empty store
	w.passSpan()
	look("lost", 140)
	look("known again", 20)
}
