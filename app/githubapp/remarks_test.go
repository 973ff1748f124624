package githubapp_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
	"github.com/kintsugi-app/kintsugi/workflows"
)

const remarked = "Released (test)"

// jobs lets somebody cause a run whose jobs remark some texts under a title, each in a job
// of its own.
func (w *world) jobs(by, event, title string, texts ...string) (run int64) {
	w.t.Helper()
	var all []fakehub.Job
	for i, text := range texts {
		all = append(all, fakehub.Job{Name: fmt.Sprint("gate ", i), Annotations: []fakehub.Annotation{
			{Level: "warning", Title: "Something else", Message: "else"}, {Level: "notice", Title: title, Message: text}, {Level: "notice", Message: "untitled"},
		}})
	}
	run, err := w.RunJobs(vault, "deploy.yml", "main", by, event, all...)
	must(w.t, err)
	return run
}

func pageOf(run int64) string {
	return fmt.Sprintf("https://github.com/%s/actions/runs/%d", vault, run)
}

// remarks asks for those of October on, the usual title and another.
func (w *world) remarks() workflows.Ask {
	return workflows.RemarksAsk{Repo: vault, Titles: "リリース\n" + remarked, From: w.clock.Now().Add(-30 * 24 * time.Hour).Format(time.DateOnly)}
}

// TestRemarks: what jobs remarked is found by its title alone, in runs that somebody
// started by hand lately, by two requests however many runs there are up to fifty.
func TestRemarks(t *testing.T) {
	w, commits := releasing(t)
	w.SetRole(vault, "bob", "write")
	seen, n := w.cost(w.remarks())
	if n != 1 || len(seen.Remarks) != 0 {
		t.Errorf("%d requests where nothing was started: %+v", n, seen.Remarks)
	}
	w.jobs("alice", "workflow_dispatch", remarked, "long ago")
	w.clock.Advance(31 * 24 * time.Hour)
	for _, almost := range []string{"released (test)", remarked + " ", "Released", ""} {
		w.jobs("alice", "workflow_dispatch", almost, "almost")
	}
	w.jobs("alice", "push", remarked, "not started by hand")
	w.jobs("alice", "pull_request", remarked, "from a fork")
	w.CheckOf("another", vault, commits[1], "gate 0", "success", remarked)
	first := w.jobs("alice", "workflow_dispatch", remarked, "one", strings.Repeat("x", 60_000))
	firstAt := w.clock.Now().UTC().Truncate(time.Second)
	w.clock.Advance(time.Minute)
	second := w.jobs("bob", "workflow_dispatch", "リリース", "two\nlines")
	seen, n = w.cost(w.remarks())
	want := []workflows.Remark{
		{By: "bob", Text: "two\nlines", URL: pageOf(second), At: firstAt.Add(time.Minute)},
		{By: "alice", Text: strings.Repeat("x", 60_000), URL: pageOf(first), At: firstAt}, {By: "alice", Text: "one", URL: pageOf(first), At: firstAt},
	}
	if diff := cmp.Diff(want, seen.Remarks); diff != "" || n != 2 || seen.Cut {
		t.Errorf("%d requests, cut %t\n%s", n, seen.Cut, diff)
	}
	for range 310 {
		w.jobs("alice", "workflow_dispatch", "Built", "fine")
	}
	if seen, n = w.cost(w.remarks()); n != 9 || !seen.Cut {
		t.Errorf("%d requests for three hundred runs, cut %t", n, seen.Cut)
	}
}

// TestRemarksOfDeletedRun: a run that is deleted while it is asked about keeps nothing else
// from being told.
func TestRemarksOfDeletedRun(t *testing.T) {
	w, _ := releasing(t)
	w.jobs("alice", "workflow_dispatch", remarked, "one")
	deleted := w.jobs("alice", "workflow_dispatch", remarked, "two")
	w.Fault(fakehub.Before("POST", "graphql", func() { w.DeleteRun(vault, deleted) }))
	if seen := w.seen(w.remarks()); len(seen.Remarks) != 1 || seen.Remarks[0].Text != "one" {
		t.Errorf("%+v", seen.Remarks)
	}
}

// TestRemarksUntold: what the App may not see, or this GitHub does not know, is said, and a
// limit or a failure is no answer.
func TestRemarksUntold(t *testing.T) {
	for missing, want := range map[string]string{"actions": "actions: read", "checks": "checks: read"} {
		w, _ := releasing(t)
		w.jobs("alice", "workflow_dispatch", remarked, "one")
		may := map[string]string{}
		for name, level := range toRelease {
			if name != missing {
				may[name] = level
			}
		}
		w.SetPermissions("acme", may)
		if got, err := w.app.Answer(ctx, w.remarks()); err != nil || got.Lacks != want || len(got.Seen.Remarks) != 0 {
			t.Errorf("without %s: %+v, %v", missing, got, err)
		}
	}
	w, _ := releasing(t)
	w.jobs("alice", "workflow_dispatch", remarked, "one")
	w.WithoutGraphQL()
	for range 2 {
		if got, err := w.app.Answer(ctx, w.remarks()); err != nil || got.Unknown == "" {
			t.Errorf("without GraphQL: %+v, %v", got, err)
		}
	}
	w, _ = releasing(t)
	if got, err := w.app.Answer(ctx, workflows.RemarksAsk{Repo: vault, From: "soon"}); err != nil || got.Unknown == "" {
		t.Errorf("%+v, %v", got, err)
	}
	if !workflows.OnlyHelps(w.remarks()) {
		t.Error("a list of follow-ups waits for it")
	}
}
