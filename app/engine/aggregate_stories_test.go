package engine_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
)

// TestAggregateStories: whatever happens to deliveries, answers, lists, processes and
// stores, the page ends as GitHub's issues say, by one pull request at a time where it
// is proposed, and then nothing more is written.
func TestAggregateStories(t *testing.T) {
	t.Parallel()
	count, first := 12, uint64(1)
	switch {
	case testing.Short():
		count = 4
	case os.Getenv("KINTSUGI_TEST_LONG") == "1":
		count = 1000
	case os.Getenv("KINTSUGI_TEST_ALL") == "1":
		count = 80
	}
	if n, err := strconv.ParseUint(os.Getenv("KINTSUGI_SEED"), 10, 64); err == nil {
		first, count = n, 1
	}
	for seed := first; seed < first+uint64(count) && !t.Failed(); seed++ {
		shelfStory(t, seed)
	}
}

func shelfStory(t *testing.T, seed uint64) {
	r := rand.New(rand.NewPCG(seed, 3))
	s := shelf{every: time.Hour}
	if seed%2 == 0 {
		s.branch, s.title = onBranch.branch, onBranch.title
	}
	w := newShelfOf(t, seed, s, inFile(t))
	defer func() { _ = w.store.Close() }()
	d := trouble(w, r)
	var issues []int
	for step := range 3 + r.IntN(8) {
		switch k := r.IntN(6); {
		case k < 3 || len(issues) == 0:
			issues = append(issues, w.shelve(fmt.Sprint("reading ", step)))
		case k == 3:
			w.must(w.hub.EditIssue(repo, issues[r.IntN(len(issues))], "suzuki", fakehub.Edit{Title: new(fmt.Sprint("edited ", step))}))
		case k == 4:
			w.must(w.hub.CommitFile(repo, "yamamoto", "main", "OTHER.md", fmt.Sprint(step)))
		case k == 5:
			for _, p := range w.shelfPulls() {
				if p.State == "open" {
					w.must(w.hub.Squash(repo, p.Number, "yamamoto"))
				}
			}
		}
		d.until(w.clock.Now().Add(time.Duration(r.IntN(180)) * time.Second))
	}
	d.until(w.clock.Now().Add(10 * time.Minute))
	d.heal()
	w.own.offset = 0
	d.until(w.clock.Now().Add(65 * time.Minute))
	for range 2 {
		w.must(w.store.Wake(context.Background(), engine.Background, engine.SweepKey(w.install), shelfKey))
		w.settle()
	}
	if told := fmt.Sprintf("seed %d (KINTSUGI_SEED=%d tells it again)", seed, seed); !w.shelfIsTrue(s) {
		t.Errorf("%s\n%v", told, w.failures())
	}
	before := w.writes()
	w.must(w.store.Wake(context.Background(), engine.Live, shelfKey))
	if w.settle(); w.writes() != before {
		t.Errorf("seed %d: %d writes where nothing is new", seed, w.writes()-before)
	}
}

// shelfIsTrue expects the page, on the default branch or proposed by the only open pull
// request, to be what the issues say.
func (w *world) shelfIsTrue(s shelf) bool {
	w.t.Helper()
	page, _ := w.hub.File(repo, shelfPage)
	open := slices.DeleteFunc(w.shelfPulls(), func(p fakehub.IssueView) bool { return p.State != "open" })
	if len(open) > 0 {
		page = w.hub.Branches(repo)[0].Files[shelfPage]
	}
	want := w.shelved()
	switch {
	case page != want:
		w.t.Errorf("the page is\n%s\nwant\n%s", page, want)
	case s.title == "" && len(open) > 0, len(open) > 1:
		w.t.Errorf("%d pull requests are open", len(open))
	case len(open) == 1 && fmt.Sprint(open[0].Labels) != "[shelved-page]":
		w.t.Errorf("labels %q", open[0].Labels)
	default:
		return true
	}
	return false
}
