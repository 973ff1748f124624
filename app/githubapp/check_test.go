package githubapp_test

import (
	"errors"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
	"github.com/kintsugi-app/kintsugi/workflows"
)

// checkOn is a check run on the newest commit of a branch of the shop.
func checkOn(w *world) engine.CheckRun {
	w.t.Helper()
	if len(w.Branches(shop)) == 0 {
		must(w.t, w.CommitFile(shop, "alice", "mine", "mine.md", "Mine"))
	}
	return engine.CheckRun{
		Name: "ポストモーテム", Commit: w.Branches(shop)[0].Tip, ExternalID: "paper.lint 0011",
		Conclusion: workflows.CheckNeutral, Title: "Two remarks", Summary: "See the lines.",
		Annotations: []workflows.Annotation{
			{Path: "mine.md", Line: 3, Level: "warning", Title: "Short", Message: "Say more."},
			{Path: "mine.md", Level: "notice", Message: "On no line at all."},
		},
	}
}

// TestCheckRuns: what is written is found again by commit and name, with the
// number of its annotations; an update adds to them.
func TestCheckRuns(t *testing.T) {
	w := pullWorld(t)
	run := checkOn(w)
	none, err := w.app.LatestCheck(ctx, shop, run.Commit, run.Name)
	if must(t, err); !cmp.Equal(none, engine.CheckRun{}) {
		t.Errorf("before: %+v", none)
	}
	id, err := w.app.CreateCheck(ctx, shop, run)
	must(t, err)
	wanted := func(id int64, run engine.CheckRun, annotated int) {
		t.Helper()
		got, err := w.app.LatestCheck(ctx, shop, run.Commit, run.Name)
		must(t, err)
		run.ID, run.Annotations, run.Annotated = id, nil, annotated
		if diff := cmp.Diff(run, got); diff != "" {
			t.Error(diff)
		}
	}
	wanted(id, run, 2)
	if made := w.Checks(shop)[0].Annotations; made[0].Start != 3 || made[0].Level != "warning" || made[0].Message != "Say more." || made[1].Start != 1 {
		t.Errorf("annotations %+v", made)
	}
	run.Title, run.Summary, run.Conclusion, run.Annotations = "Fine", "Nothing to say.", workflows.CheckSuccess, run.Annotations[:1]
	must(t, w.app.UpdateCheck(ctx, shop, id, run))
	wanted(id, run, 3)
	run.ExternalID = "paper.lint 0022"
	next, err := w.app.CreateCheck(ctx, shop, run)
	must(t, err)
	wanted(next, run, 1)
	asked := func() bool {
		t.Helper()
		again, err := w.app.Rerequested(ctx, shop, run.Commit, run.Name)
		must(t, err)
		return again
	}
	if asked() {
		t.Error("nobody asked for it again")
	}
	must(t, w.RerunCheck(shop, next, "alice"))
	if !asked() {
		t.Error("it was asked for again")
	}
	if other, err := w.app.LatestCheck(ctx, shop, run.Commit, "another"); err != nil || other.ID != 0 {
		t.Errorf("of another name: %+v, %v", other, err)
	}
}

// TestCheckRunsRefused: without the permission, on no commit, and in an outage.
func TestCheckRunsRefused(t *testing.T) {
	w := pullWorld(t)
	run := checkOn(w)
	nowhere := run
	nowhere.Commit = "0123456789012345678901234567890123456789"
	if _, err := w.app.CreateCheck(ctx, shop, nowhere); !errors.Is(err, engine.ErrRefused) {
		t.Errorf("on no commit: %v", err)
	}
	w.fault(1, http.MethodPost, "/check-runs", fakehub.Fault{Status: http.StatusBadGateway})
	if _, err := w.app.CreateCheck(ctx, shop, run); !errors.Is(err, engine.ErrUncertain) {
		t.Errorf("in an outage: %v", err)
	}
	w.grant("contents=read")
	if _, err := w.app.CreateCheck(ctx, shop, run); !errors.Is(err, engine.ErrRefused) {
		t.Errorf("without the permission: %v", err)
	}
	if _, err := w.app.LatestCheck(ctx, shop, run.Commit, run.Name); !errors.Is(err, engine.ErrRefused) {
		t.Errorf("without the permission to read: %v", err)
	}
}
