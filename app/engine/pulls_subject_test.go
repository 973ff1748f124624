package engine_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
)

// TestOrdinaryPull: a pull request that is nobody's here costs one request for each
// delivery that may make it ours, none when it is opened without a label, and the
// sweep passes it over. Commands of workflows that look after issues mean nothing
// on it, labels of theirs neither.
func TestOrdinaryPull(t *testing.T) {
	w := newPaperWorld(t, withoutSweeps)
	w.must(w.hub.CommitFile(repo, "suzuki", "faster", "fast.md", "Fast"))
	cost := func() int {
		w.settle()
		n := w.hub.Counts().Requests
		w.hub.ResetCounts()
		return n
	}
	cost()
	n, err := w.hub.OpenPull(repo, "suzuki", fakehub.NewIssue{Title: "[incident] faster", Body: "/incident", Head: "faster"})
	w.must(err)
	if got := cost(); got != 0 {
		t.Errorf("opening it cost %d requests", got)
	}
	for _, c := range []struct {
		name string
		do   func() error
	}{
		{"a comment", func() error { _, err := w.hub.Comment(repo, n, "tanaka", "/ack"); return err }},
		{"a commit", func() error { return w.hub.CommitFile(repo, "suzuki", "faster", "fast.md", "Faster") }},
		{"a review", func() error { _, err := w.hub.Review(repo, n, "tanaka", "approved"); return err }},
		{"a label", func() error { return w.hub.Label(repo, n, "suzuki", "bug") }},
		{"the label of incidents", func() error { return w.hub.Label(repo, n, "suzuki", "incident") }},
		{"closing", func() error { return w.hub.Close(repo, n, "suzuki", "") }},
	} {
		w.must(c.do())
		if got := cost(); got != 1 {
			t.Errorf("%s cost %d requests, want 1", c.name, got)
		}
	}
	runs := len(w.runs)
	w.clock.Advance(time.Hour)
	w.must(w.store.Wake(context.Background(), engine.Background, engine.SweepKey(w.install)))
	w.settle()
	for _, r := range w.runs[runs:] {
		if !strings.HasPrefix(r.Key, "sweep/") && !strings.HasPrefix(r.Key, "redeliver") {
			t.Errorf("the sweep woke %s", r.Key)
		}
	}
	if got := len(w.ours(n)); got != 0 {
		t.Errorf("%d comments of ours", got)
	}
}

// TestPullTakenUp: a label of a workflow that looks after pull requests makes one
// ours, by its delivery or by the sweep, and it stays so when the label is gone.
func TestPullTakenUp(t *testing.T) {
	for _, swept := range []bool{false, true} {
		w := newPaperWorld(t)
		w.must(w.hub.CommitFile(repo, "suzuki", "mine", "mine.md", "Mine"))
		n, err := w.hub.OpenPull(repo, "suzuki", fakehub.NewIssue{Title: "Mine", Head: "mine"})
		w.must(err)
		w.must(w.hub.Label(repo, n, "suzuki", "paper"))
		if swept {
			w.lose()
			w.must(w.store.Wake(context.Background(), engine.Background, engine.SweepKey(w.install)))
		}
		w.settle()
		w.wants(w.status(n), "not finished", "[mine.md]")
		w.must(w.hub.Unlabel(repo, n, "suzuki", "paper"))
		w.settle()
		w.say(n, "suzuki", "/finish")
		if swept {
			w.lose()
			w.must(w.store.Wake(context.Background(), engine.Background, engine.SweepKey(w.install)))
		}
		w.settle()
		w.wants(w.status(n), "finished, ")
		if strings.Contains(w.status(n), "not finished") {
			t.Error("what was said after the label was gone was not heard")
		}
		before := w.visible(n)
		w.say(n, "tanaka", "/ack") // of another workflow
		w.settle()
		if after := strings.TrimSuffix(w.visible(n), "--- tanaka []\n/ack\n"); after != before {
			t.Errorf("a command of a workflow for issues was answered:\n%s", after)
		}
	}
}

// TestPullUnseen: an App that may not see pull requests takes a person's comment on
// one for none of its business, and fails at nothing.
func TestPullUnseen(t *testing.T) {
	w := newWorld(t, 1)
	n, err := w.hub.OpenIssue(repo, "suzuki", fakehub.NewIssue{Title: "Mine", PullRequest: true})
	w.must(err)
	w.say(n, "tanaka", "/ack")
	w.settle()
	w.must(w.failures())
}
