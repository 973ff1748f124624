package engine_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
)

// TestListCrash: a crash before or right after any write, with the store kept or lost
// and lists that lag, leaves one branch, one pull request and all that was recommended,
// once.
func TestListCrash(t *testing.T) {
	if testing.Short() {
		t.Skip("long, and in one thread: nothing for the race detector")
	}
	t.Parallel()
	at := 1
	for died := true; died; at++ {
		isAfter, isKept := at%2 == 0, at%3 == 0
		var options []worldOption
		if isKept {
			options = append(options, inFile(t))
		}
		w := newList(t, "", append(options, func(w *world) { w.sweepEvery = 0 })...)
		var all []int
		for i := range 3 {
			n, err := w.hub.OpenIssue(repo, "yamamoto", fakehub.NewIssue{Title: fmt.Sprintf("[postmortem] No. %d", i), Body: listTales["en"].body})
			w.must(err)
			w.say(n, "suzuki", "/recommend learning because it is told well")
			all = append(all, n)
		}
		w.hub.LagLists(3*time.Second, 1)
		if died = w.diesAt(at, isAfter); died {
			w.start()
			w.must(w.engine.Start(t.Context()))
			w.passSpan()
		}
		w.settle()
		w.soon()
		w.nights(1)
		w.wantsListed(true, all...)
		if open, pulls := w.openPulls(); len(open) != 1 || pulls != 1 {
			t.Errorf("open %v of %d", open, pulls)
		}
		for _, n := range all {
			if len(w.ours(n)) != 1 {
				t.Errorf("#%d has %d comments", n, len(w.ours(n)))
			}
		}
		if t.Failed() {
			t.Fatalf("write %d, after it %t, store kept %t: %v", at, isAfter, isKept, w.failures())
		}
		_ = w.store.Close()
	}
	if at < 20 {
		t.Errorf("only %d writes were tried", at-1)
	}
}

// TestListTwoHosts: while one host commits, another with a store of its own commits
// another recommendation. Both are listed, by one pull request.
func TestListTwoHosts(t *testing.T) {
	for _, part := range []string{"/git/trees", "/git/commits", "/git/refs", "/pulls"} {
		w := newList(t, "")
		a, b := w.recommends("A good one"), 0
		w.catchUp()
		w.clock.Advance(61 * time.Second)
		other := w.twin()
		w.meets(part, func() {
			var err error
			b, err = w.hub.OpenIssue(repo, "yamamoto", fakehub.NewIssue{Title: "[postmortem] Another", Body: listTales["en"].body})
			w.must(err)
			w.say(b, "suzuki", "/recommend response because of the checks")
			for _, d := range w.hub.TakeDeliveries() {
				other.take(d)
			}
			other.works()
		})
		w.soon()
		w.wantsListed(true, a, b)
		if open, all := w.openPulls(); b == 0 || len(open) != 1 || all != 1 {
			t.Errorf("%s: open %v of %d", part, open, all)
		}
	}
}

// twin is a second host on the same GitHub: another store, another engine.
func (w *world) twin() *world {
	other := *w
	other.store, other.database, other.runs, other.hurdle = nil, ":memory:", nil, nil
	other.start()
	w.must(other.engine.Start(context.Background()))
	return &other
}

// works lets a host do what is due within some minutes, with what it was told.
func (w *world) works() {
	w.t.Helper()
	for end := w.clock.Now().Add(4 * time.Minute); ; {
		worked, next, err := w.engine.Step(context.Background())
		w.must(err)
		if !worked && (next.IsZero() || next.After(end)) {
			return
		}
		if !worked {
			_ = w.own.Until(context.Background(), next, nil)
		}
	}
}

// TestListLegacy: what carried the label before the installation, in great number, is
// left alone, and listed by the night after the first recommendation; nights without
// news write nothing.
func TestListLegacy(t *testing.T) {
	if testing.Short() {
		t.Skip("long, and in one thread: nothing for the race detector")
	}
	t.Parallel()
	const count = 250
	for _, write := range []string{"pull_request", "issue"} {
		t.Run(write, func(t *testing.T) {
			w := newWorld(t, 1, withReadingList, withoutSweeps)
			w.hub.Ask(filePermissions, "issues", "issue_comment", "pull_request", "push")
			w.must(w.hub.CreateLabel(repo, "yamamoto", recommended, "ededed"))
			for i := range count {
				_, err := w.hub.OpenIssue(repo, "yamamoto", fakehub.NewIssue{Title: fmt.Sprintf("[postmortem] Old %d", i), Body: listTales["en"].body, Labels: []string{recommended}})
				w.must(err)
			}
			w.lose()
			w.clock.Advance(20 * 24 * time.Hour)
			w.hub.Uninstall("acme")
			w.hub.Install("acme", time.Time{})
			w.hub.Accept("acme")
			w.hub.PutFile(repo, ".github/kintsugi.yml", listPolicy+"reading_list: {write: "+write+"}\n")
			w.start()
			w.must(w.engine.Start(t.Context()))
			w.passSpan()
			w.settle()
			before := w.writes()
			w.nights(1)
			if w.writes() != before || len(w.ownIn(repo)) != 0 {
				t.Errorf("%d writes before anybody has recommended anything", w.writes()-before)
			}
			n := w.recommends("A good one")
			w.soon()
			w.nights(1)
			before = w.writes()
			w.nights(2)
			if w.writes() != before {
				t.Errorf("%d writes in nights without news", w.writes()-before)
			}
			own := w.ownIn(repo)[0]
			listed := strings.Count(w.said(repo, own), "/issues/")
			for path, text := range w.listFiles() {
				if strings.HasPrefix(path, "reading-list/data/2") {
					listed += strings.Count(text, "\n")
				}
			}
			if listed != count+1 || len(w.ownIn(repo)) != 1 {
				t.Errorf("%d are listed, want %d", listed, count+1)
			}
			for i := 1; i < n; i++ {
				if len(w.issue(i).Comments) != 0 {
					t.Errorf("a comment on the old #%d", i)
				}
			}
			w.wantsNoFailures()
		})
	}
}

// listFiles are the files on our branch.
func (w *world) listFiles() map[string]string {
	for _, b := range w.hub.Branches(repo) {
		if b.Name == listBranch {
			return b.Files
		}
	}
	return nil
}
