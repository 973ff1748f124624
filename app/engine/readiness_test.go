package engine_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
	"github.com/kintsugi-app/kintsugi/workflows/followup"
	"github.com/kintsugi-app/kintsugi/workflows/incident"
	"github.com/kintsugi-app/kintsugi/workflows/postmortem"
	"github.com/kintsugi-app/kintsugi/workflows/readiness"
)

// withGate are the workflows that a release has to do with.
func withGate(w *world) {
	withRules(incident.Workflow(), postmortem.Workflow(), followup.Workflow(), readiness.Workflow())(w)
}

// releases are the permissions and events that the gate takes.
func (w *world) releases() {
	w.hub.Ask(map[string]string{
		"metadata": "read", "issues": "write", "contents": "read", "checks": "write", "actions": "read", "deployments": "write", "statuses": "read", "pull_requests": "read",
	}, "issues", "issue_comment", "push", "check_run", "check_suite", "workflow_run", "status", "deployment_status", "deployment_protection_rule", "merge_group", "create", "pull_request")
	w.hub.Accept("acme")
}

const (
	gateList = ".github/readiness/checklist.yml"
	twoItems = "items:\n  - {id: tests, question: {en: Do the tests pass?, ja: テストは通りますか。}, evidence: [{workflow: ci.yml}]}\n" +
		"  - {id: runbook, question: {en: Is there a runbook?, ja: 手順書はありますか。}, evidence: [{file: docs/runbook.md}]}\n"
	byPeople = "  - {id: load-test, question: {en: Does it hold the peak?, ja: 最大の負荷に耐えますか。}}\n" +
		"  - {id: review, question: {en: Did another look?, ja: ほかの方が見ましたか。}, evidence: [{approvals: 1}]}\n"
	gatePolicy = "language: %s\ntime_zone: Asia/Tokyo\nincident: {repository: acme/incidents, notify: [\"@tanaka\"]}\n" +
		"services: {payments: {repositories: [acme/pay], words: [checkout]}}\n"
)

// newGate is a world with a repository that is ready to be released, by a checklist.
func newGate(t *testing.T, lang, checklist string) *world {
	t.Helper()
	w := newWorld(t, 1, withGate, withoutSweeps)
	w.addRepo(payRepo, true)
	w.releases()
	for _, name := range []string{repo, payRepo} {
		w.hub.SetRole(name, "suzuki", "maintain")
		w.hub.PutFile(name, ".github/kintsugi.yml", fmt.Sprintf(gatePolicy, lang))
	}
	w.hub.PutFile(payRepo, "docs/runbook.md", "To roll back, deploy the version before.\n")
	w.hub.PutFile(payRepo, gateList, checklist)
	w.at(10, 0)
	w.pushes("Charge once")
	return w
}

// pushes makes a commit whose tests pass, and lets the program see it.
func (w *world) pushes(message string) (commit string) {
	w.t.Helper()
	commit, err := w.hub.CommitFiles(payRepo, "yamamoto", "main", map[string]string{"pay.go": "package pay // " + message})
	w.must(err)
	w.hub.RunWorkflow(payRepo, "ci.yml", commit, "success")
	w.soonGate()
	return commit
}

// soonGate lets happen what the gate waits a few seconds for.
func (w *world) soonGate() {
	for range 4 {
		w.catchUp()
		w.clock.Advance(6 * time.Second)
	}
	w.catchUp()
}

// checkOf is the newest check run of ours on a commit.
func (w *world) checkOf(commit string) (last fakehub.CheckView) {
	for _, c := range w.hub.Checks(payRepo) {
		if c.Commit == commit && strings.HasPrefix(c.Name, "Kintsugi readiness") {
			last = c
		}
	}
	return last
}

func (w *world) wantsCheck(commit, conclusion, title string) {
	w.t.Helper()
	if c := w.checkOf(commit); c.Conclusion != conclusion || !strings.Contains(c.Title, title) {
		w.t.Errorf("the check run on %.8s is %q (%s), want %q (%s)\n%s", commit, c.Conclusion, c.Title, conclusion, title, c.Summary)
	}
}

func (w *world) wantsSaid(name string, n int, parts ...string) {
	w.t.Helper()
	said := w.said(name, n)
	for _, p := range parts {
		if !strings.Contains(said, p) {
			w.t.Errorf("%q does not stand in:\n%s", p, said)
		}
	}
}

// TestReadinessReview: people confirm and approve what is shown; the next commit lets the
// approval lapse and not the confirmation; an exception and a decision to ship count for
// what they were given; what is said before anything was shown does not count for later.
func TestReadinessReview(t *testing.T) {
	for _, c := range []struct{ lang, title, notNow, ready, done, approve, lapsed, anyway string }{
		{"en", "[readiness] payments", "**Not now (2 reasons)**", "**Ready**", "/done load-test https://example.com/report", "/approve", "approved for another commit", "Released as decided"},
		{"ja", "[リリース準備] payments", "いまはリリースできません（理由2件）", "**リリースできます**", "/確認済み load-test https://example.com/report", "/承認", "別のコミット", "判断によりリリースします"},
	} {
		t.Run(c.lang, func(t *testing.T) {
			w := newGate(t, c.lang, twoItems+byPeople)
			first := w.hub.Tip(payRepo)
			w.wantsCheck(first, "action_required", "2")
			n := w.opens(payRepo, "tanaka", c.title, "")
			w.wantsSaid(payRepo, n, c.notNow, "payments", first[:10])
			w.tells(payRepo, n, "suzuki", c.done)
			w.tells(payRepo, n, "yamamoto", c.approve) // who wrote the commit
			w.tells(payRepo, n, "suzuki", c.approve)
			w.wantsSaid(payRepo, n, c.ready, "yamamoto")
			w.soonGate()
			w.wantsCheck(first, "success", "")
			second := w.pushes("Charge twice")
			w.waits(31 * time.Minute)
			w.soonGate()
			w.wantsSaid(payRepo, n, c.lapsed, second[:10])
			w.wantsNone(w.said(payRepo, n), "`load-test`: ")
			w.wantsCheck(second, "action_required", "1")
			w.tells(payRepo, n, "suzuki", "/ship-anyway customers wait")
			w.soonGate()
			w.wantsSaid(payRepo, n, c.anyway, "customers wait")
			w.wantsCheck(second, "neutral", "")
			w.wantsCheck(first, "success", "")
			if v, _ := w.hub.Issue(payRepo, n); len(v.Comments) != 5 {
				t.Errorf("%d comments, want one of ours and four", len(v.Comments))
			}
			if err := w.failures(); err != nil {
				t.Error(err)
			}
		})
	}
}

// waitsFor is how a deployment stands that waits for the App, or did.
func (w *world) waitsFor(run int64) fakehub.WaitingView {
	w.t.Helper()
	all := w.hub.Protected(payRepo)
	i := slices.IndexFunc(all, func(v fakehub.WaitingView) bool { return v.Run == run })
	if i < 0 {
		w.t.Fatalf("no run %d", run)
	}
	return all[i]
}

// deploys starts a deployment to production of a version, which waits for the App.
func (w *world) releasesTo(ref string) (run int64) {
	w.t.Helper()
	run, err := w.hub.RunTo(payRepo, "deploy.yml", ref, "suzuki", "production")
	w.must(err)
	w.soonGate()
	return run
}

func (w *world) wantsGone(what string, run int64) {
	w.t.Helper()
	if v := w.waitsFor(run); v.Waits || v.Rejected {
		w.t.Errorf("%s: it waits (%t) or is refused (%t): %+v", what, v.Waits, v.Rejected, v.Words)
	}
}

func (w *world) wantsWaiting(what string, run int64, because string) {
	w.t.Helper()
	v := w.waitsFor(run)
	if !v.Waits || len(v.Words) != 1 || !strings.Contains(v.Words[0].Comment, because) {
		w.t.Errorf("%s: %+v, want one word with %q", what, v, because)
	}
}

// TestGateStory: a deploy is refused while the SEV1 is open; its hotfix and a rollback
// pass; after resolution the deploy passes by itself; an overdue prevent item of an
// earlier incident refuses another until it is done.
func TestGateStory(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ lang, inProgress, overdue string }{
		{"en", "(SEV1, payments) is in progress", "was due"},
		{"ja", "（SEV1、payments）の対応中", "過ぎています"},
	} {
		t.Run(c.lang, func(t *testing.T) {
			w := newGate(t, c.lang, twoItems)
			w.hub.ProtectEnvironment(payRepo, "production", "kintsugi")
			before := w.hub.Tip(payRepo)
			w.wantsGone("a quiet day", w.releasesTo(before))
			n := w.opens(repo, "suzuki", "[incident] checkout is blank", "/sev 1")
			next := w.pushes("Show the logo")
			held := w.releasesTo(next)
			w.wantsWaiting("another release", held, c.inProgress)
			w.wantsCheck(next, "action_required", "1")

			_, err := w.hub.CommitFiles(payRepo, "yamamoto", "fix", map[string]string{"fix.go": "package pay"})
			w.must(err)
			pull, err := w.hub.OpenPull(payRepo, "yamamoto", fakehub.NewIssue{Title: "Fix", Head: "fix", Body: fmt.Sprintf("Mends it.\n\nFixes-incident: acme/incidents#%d\n", n)})
			w.must(err)
			w.must(w.hub.Merge(payRepo, pull, "suzuki"))
			fix := w.hub.Tip(payRepo)
			w.hub.RunWorkflow(payRepo, "ci.yml", fix, "success")
			w.soonGate()
			w.wantsGone("the fix", w.releasesTo(fix))
			w.wantsGone("going back", w.releasesTo(before))
			w.wantsWaiting("another release, still", held, c.inProgress)

			w.tells(repo, n, "suzuki", "/resolved")
			w.soonGate()
			w.wantsGone("after resolution, by itself", held)

			body := fmt.Sprintf("Incident: #%d\n\n## Action items\n\n| Action | Type | Owner | Due | Priority | Repository | Issue |\n|---|---|---|---|---|---|---|\n| Watch certificates | prevent | @suzuki | 2026-12-02 | | acme/pay | |\n", n)
			m := w.opens(repo, "yamamoto", "[postmortem] checkout was blank", body)
			w.tells(repo, m, "suzuki", "/follow-up 1")
			w.soonGate()
			w.wantsGone("before it is due", w.releasesTo(next))
			w.until(time.Date(2026, 12, 3, 1, 0, 0, 0, time.UTC))
			later := w.pushes("Show another logo")
			late := w.releasesTo(later)
			w.wantsWaiting("something is overdue", late, c.overdue)
			for _, v := range w.hub.Issues(payRepo) {
				if strings.Contains(v.Title, "Watch certificates") {
					w.must(w.hub.Close(payRepo, v.Number, "suzuki", "completed"))
				}
			}
			w.soonGate()
			w.soonGate()
			w.wantsGone("once it is done", late)
			if err := w.failures(); err != nil {
				t.Error(err)
			}
		})
	}
}
