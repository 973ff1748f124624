package githubapp_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/app/githubapp"
	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
	"github.com/kintsugi-app/kintsugi/workflows"
)

// guarding is a world as releasing makes it, in which "production" of vault waits for the
// App, "staging" for the App and another one, and "preview" for that alone.
func guarding(t *testing.T) *world {
	w, _ := releasing(t)
	all := maps.Clone(toRelease)
	all["deployments"], all["checks"] = "write", "write"
	w.SetPermissions("acme", all)
	w.ProtectEnvironment(vault, "production", "kintsugi")
	w.ProtectEnvironment(vault, "staging", "another", "kintsugi")
	w.ProtectEnvironment(vault, "preview", "another")
	_, err := w.app.Identity(ctx)
	must(t, err)
	return w
}

func (w *world) deploys(ref string, environments ...string) int64 {
	w.t.Helper()
	run, err := w.RunTo(vault, "deploy.yml", ref, "alice", environments...)
	must(w.t, err)
	w.clock.Advance(time.Minute)
	return run
}

// briefly is what waits, as run, environment and branch.
func briefly(all []workflows.Waiting) (lines []string) {
	for _, w := range all {
		lines = append(lines, fmt.Sprint(w.Run, " ", w.Environment, " ", w.Branch))
	}
	return lines
}

// TestWaiting: only what waits for this App is told of, the oldest first, whoever else it
// waits for; and a word goes to the run.
func TestWaiting(t *testing.T) {
	w := guarding(t)
	must(t, w.Tag(vault, "v2", "", "alice"))
	one := w.deploys("main", "production", "preview")
	two := w.deploys("v2", "staging", "nowhere")
	w.deploys("main", "preview")
	w.forgetRequests()
	seen, cost := w.cost(workflows.WaitingAsk{Repo: vault})
	want := []string{fmt.Sprint(one, " production main"), fmt.Sprint(two, " staging v2")}
	if diff := cmp.Diff(want, briefly(seen.Waiting)); diff != "" || cost != 1+3+3 || seen.Cut {
		t.Errorf("%d requests\n%s", cost, diff)
	}
	if first := seen.Waiting[0]; first.Commit != w.Tip(vault) || first.URL == "" || first.At.IsZero() {
		t.Errorf("%+v", first)
	}
	say := func(run int64, environment, state, comment string) error {
		return w.app.ReviewGate(ctx, vault, workflows.GateIntent{Run: run, Environment: environment, State: state, Comment: comment})
	}
	must(t, say(one, "production", "", "An incident is open."))
	must(t, say(one, "production", workflows.GateApproved, "Ready."))
	must(t, say(two, "staging", workflows.GateRejected, ""))
	if err := say(one, "production", workflows.GateApproved, ""); !strings.Contains(fmt.Sprint(err), engine.ErrRefused.Error()) {
		t.Errorf("a second approval: %v", err)
	}
	if err := say(404, "production", workflows.GateApproved, ""); !strings.Contains(fmt.Sprint(err), engine.ErrGone.Error()) {
		t.Errorf("no such run: %v", err)
	}
	if got := w.seen(workflows.WaitingAsk{Repo: vault}).Waiting; len(got) > 0 {
		t.Errorf("%v still waits", briefly(got))
	}
	if got := w.seen(workflows.WaitingAsk{Repo: shop}).Waiting; len(got) > 0 {
		t.Errorf("%v where nothing ever ran", briefly(got))
	}
}

// TestWaitingMany: however many wait, the newest twenty are looked at, and an environment
// is asked about once.
func TestWaitingMany(t *testing.T) {
	w := guarding(t)
	var last int64
	for range 25 {
		last = w.deploys("main", "production")
	}
	seen, cost := w.cost(workflows.WaitingAsk{Repo: vault})
	if n := len(seen.Waiting); n != 20 || seen.Waiting[19].Run != last || !seen.Cut || cost != 1+20+1 {
		t.Errorf("%d requests, %v", cost, briefly(seen.Waiting))
	}
}

// TestWaitingMeanwhile: a run that ends while it is looked at waits no longer, and an
// environment that nobody knows any more asks nobody.
func TestWaitingMeanwhile(t *testing.T) {
	w := guarding(t)
	w.deploys("main", "production")
	w.fault(1, "GET", "/pending_deployments", fakehub.Fault{Status: 404})
	if got := w.seen(workflows.WaitingAsk{Repo: vault}).Waiting; len(got) > 0 {
		t.Error(briefly(got))
	}
	w.fault(1, "GET", "/deployment_protection_rules", fakehub.Fault{Status: 404})
	if got := w.seen(workflows.WaitingAsk{Repo: vault}).Waiting; len(got) > 0 {
		t.Error(briefly(got))
	}
	if got := w.seen(workflows.WaitingAsk{Repo: vault}).Waiting; len(got) != 1 {
		t.Error(briefly(got))
	}
}

// TestHeads: the newest commits of the default branch, of the merge queue, of branches that
// fit, and of open pull requests.
func TestHeads(t *testing.T) {
	w := guarding(t)
	commit := func(branch string) string {
		must(t, w.CommitFile(vault, "alice", branch, strings.ReplaceAll(branch, "/", "-")+".txt", "x"))
		w.clock.Advance(time.Minute)
		return w.tipOf(branch)
	}
	old, fresh := commit("release/1.0"), commit("release/2.0")
	commit("releases")
	hotfix := commit("hotfix-3/release")
	pr := commit("fix")
	n, err := w.OpenPull(vault, "alice", fakehub.NewIssue{Title: "Fix", Head: "fix"})
	must(t, err)
	queued, err := w.Enqueue(vault, n, "alice")
	must(t, err)
	main := workflows.Head{Kind: workflows.HeadDefault, Branch: "main", Commit: w.Tip(vault)}
	must(t, w.Tag(vault, "v9", "release/1.0", "alice"))
	must(t, w.Tag(vault, "v10", "release/2.0", "alice"))
	must(t, w.Tag(vault, "main", "release/2.0", "alice"))
	tag := func(name, commit string) workflows.Head {
		return workflows.Head{Kind: workflows.HeadTag, Branch: name, Commit: commit}
	}
	queue := workflows.Head{Kind: workflows.HeadQueue, Branch: fmt.Sprintf("gh-readonly-queue/main/pr-%d-%s", n, w.Tip(vault)), Commit: queued}
	branch := func(name, commit string) workflows.Head {
		return workflows.Head{Kind: workflows.HeadBranch, Branch: name, Commit: commit}
	}
	for name, c := range map[string]struct {
		ask  workflows.HeadsAsk
		want []workflows.Head
		cost int
	}{
		"none":     {workflows.HeadsAsk{Repo: vault}, []workflows.Head{main, queue}, 1},
		"branches": {workflows.HeadsAsk{Repo: vault, Branches: "release/*\nhotfix-*\nabsent"}, []workflows.Head{main, queue, branch("hotfix-3/release", hotfix), branch("release/2.0", fresh), branch("release/1.0", old)}, 1},
		"twice":    {workflows.HeadsAsk{Repo: vault, Branches: "release/2.0\n*/2*0\nmain"}, []workflows.Head{main, queue, branch("release/2.0", fresh)}, 1},
		"pulls":    {workflows.HeadsAsk{Repo: vault, Pulls: true}, []workflows.Head{main, queue, {Kind: workflows.HeadPull, Branch: "fix", Commit: pr, Pull: n}}, 2},
		"tags":     {workflows.HeadsAsk{Repo: vault, Tags: "v*\nmain\nv9"}, []workflows.Head{main, queue, tag("v10", fresh), tag("main", fresh), tag("v9", old), tag("v1 (beta)", w.Tip(vault))}, 1},
		"empty":    {workflows.HeadsAsk{Repo: shop, Branches: "*", Tags: "*", Pulls: true}, nil, 2},
	} {
		seen, cost := w.cost(c.ask)
		for i := range seen.Heads {
			if h := &seen.Heads[i]; h.At.IsZero() != (h.Kind == workflows.HeadPull) {
				t.Errorf("%s: %+v", name, h)
			} else {
				h.At = time.Time{}
			}
		}
		if diff := cmp.Diff(c.want, seen.Heads); diff != "" || cost != c.cost || seen.Cut {
			t.Errorf("%s: %d requests, %v\n%s", name, cost, seen.Cut, diff)
		}
	}
	for n := range 30 {
		commit(fmt.Sprintf("many/%02d", n))
	}
	seen := w.seen(workflows.HeadsAsk{Repo: vault, Branches: "many/*"})
	if len(seen.Heads) != 2+20 || seen.Heads[2].Branch != "many/29" || !seen.Cut {
		t.Errorf("%d heads, cut %v", len(seen.Heads), seen.Cut)
	}
	without := maps.Clone(toRelease)
	delete(without, "pull_requests")
	w.SetPermissions("acme", without)
	got, err := w.app.Answer(ctx, workflows.HeadsAsk{Repo: vault, Pulls: true})
	if err != nil || got.Lacks != "pull-requests: read" || got.Unknown == "" || len(got.Seen.Heads) != 2 {
		t.Errorf("%+v", got)
	}
}

// tipOf is the newest commit of a branch of vault.
func (w *world) tipOf(branch string) string {
	w.t.Helper()
	all := w.Branches(vault)
	i := slices.IndexFunc(all, func(b fakehub.BranchView) bool { return b.Name == branch })
	if i < 0 {
		w.t.Fatalf("no branch %s", branch)
	}
	return all[i].Tip
}

// TestNotes: what Apps wrote on a commit and on the newest of the default branch, the
// newest first; what GitHub Actions wrote under the same name is none of it.
func TestNotes(t *testing.T) {
	w, commits := releasing(t)
	note := func(app, ref, name, text string) {
		w.CheckOf(app, vault, ref, name, "neutral", text)
		w.clock.Advance(time.Minute)
	}
	must(t, w.CommitFile(vault, "alice", "fix", "a.txt", "x"))
	fix := w.tipOf("fix")
	note("another", commits[0], "Readiness", "on an older commit")
	note("github-actions", fix, "Readiness", "forged")
	note("", fix, "Another check", "of another name")
	note("", fix, "Readiness", "replaced")
	note("", fix, "Readiness", "on the commit")
	note("", commits[1], "Readiness", "on the newest")
	note("", fix, "readiness", "in small letters")
	texts := func(seen workflows.Seen) (all []string) {
		for _, n := range seen.Notes {
			if n.URL == "" || n.At.IsZero() || n.Commit == "" {
				t.Errorf("%+v", n)
			}
			all = append(all, n.App+": "+n.Text)
		}
		return all
	}
	seen, cost := w.cost(workflows.NotesAsk{Repo: vault, Commit: fix, Check: "Readiness"})
	want := []string{"kintsugi: on the newest", "kintsugi: on the commit", "another: on an older commit"}
	if diff := cmp.Diff(want, texts(seen)); diff != "" || cost != 1 {
		t.Errorf("%d requests\n%s", cost, diff)
	}
	if got := texts(w.seen(workflows.NotesAsk{Repo: vault, Commit: w.Tip(vault), Check: "Readiness"})); len(got) != 2 {
		t.Errorf("each is told once: %q", got)
	}
	for range 5 {
		w.PutFile(vault, "a.txt", fmt.Sprint(w.clock.Now()))
		w.clock.Advance(time.Minute)
	}
	if got := texts(w.seen(workflows.NotesAsk{Repo: vault, Commit: w.Tip(vault), Check: "Readiness"})); got != nil {
		t.Errorf("of older commits %q is told", got)
	}
	if got := w.seen(workflows.NotesAsk{Repo: shop, Commit: fix, Check: "Readiness"}); got.Notes != nil {
		t.Errorf("in a repository without commits: %v", got.Notes)
	}
}

// TestNoteUpdated: what is written again counts from then on.
func TestNoteUpdated(t *testing.T) {
	w := guarding(t)
	run := engine.CheckRun{Name: "Readiness", Commit: w.Tip(vault), ExternalID: "x", Conclusion: workflows.CheckFailure, Title: "Not now", Summary: "one"}
	id, err := w.app.CreateCheck(ctx, vault, run)
	must(t, err)
	w.clock.Advance(time.Hour)
	run.Summary = "two"
	must(t, w.app.UpdateCheck(ctx, vault, id, run))
	got := w.seen(workflows.NotesAsk{Repo: vault, Commit: run.Commit, Check: run.Name}).Notes
	if len(got) != 1 || got[0].Text != "two" || w.clock.Now().Sub(got[0].At) > time.Minute {
		t.Errorf("%s: %+v", w.clock.Now(), got)
	}
}

// TestCommitByName: a commit may be named by a branch or a tag, and is told by its own
// name.
func TestCommitByName(t *testing.T) {
	w, commits := releasing(t)
	must(t, w.Tag(vault, "v1", commits[0], "alice"))
	for name, want := range map[string]string{
		"main": commits[1], "refs/heads/main": commits[1], "v1": commits[0], "refs/tags/v1": commits[0], commits[0]: commits[0], "HEAD": commits[1],
		"main:README.md": "", "absent": "", "v1 (beta)": commits[1],
	} {
		answer, err := w.app.Answer(ctx, workflows.CommitAsk{Repo: vault, Commit: name})
		must(t, err)
		got := answer.Seen.Commit
		if answer.NotThere() != (want == "") || got.SHA != want || want != "" && (got.Message == "" || len(got.Authors) == 0 && got.NoPulls != "") {
			t.Errorf("%q is %+v, want %s: %s", name, got, want, answer.Unknown)
		}
	}
}

// TestNews: what may concern an aggregate is told of, and our own checks are not.
func TestNews(t *testing.T) {
	w := newWorld(t)
	const place = `"repository":{"full_name":"acme/shop"},"sender":{"login":"alice","type":"User"}`
	sha := strings.Repeat("a1", 20)
	event := func(name, action, rerun string) engine.Event {
		return engine.Event{Repo: shop, Name: name, Action: action, Rerun: rerun}
	}
	for name, c := range map[string]struct {
		event, body string
		want        engine.Event
	}{
		"a deployment waits": {"deployment_protection_rule", `{"action":"requested","environment":"production","deployment_callback_url":"https://evil.example/x",` + place + `}`,
			event("deployment_protection_rule", "requested", "")},
		"push":               {"push", `{"ref":"refs/heads/other",` + place + `}`, event("push", "", "")},
		"status":             {"status", `{"state":"success",` + place + `}`, event("status", "", "")},
		"another's check":    {"check_run", `{"action":"completed","check_run":{"head_sha":"` + sha + `","app":{"id":8}},` + place + `}`, event("check_run", "completed", "")},
		"our check":          {"check_run", `{"action":"completed","check_run":{"head_sha":"` + sha + `","app":{"id":7}},` + place + `}`, engine.Event{}},
		"our suite":          {"check_suite", `{"action":"completed","check_suite":{"app":{"id":7}},` + place + `}`, engine.Event{}},
		"our check again":    {"check_run", `{"action":"rerequested","check_run":{"head_sha":"` + sha + `","app":{"id":7}},` + place + `}`, event("check_run", "rerequested", sha)},
		"our suite again":    {"check_suite", `{"action":"rerequested","check_suite":{"head_sha":"` + sha + `","app":{"id":7}},` + place + `}`, event("check_suite", "rerequested", sha)},
		"no commit":          {"check_run", `{"action":"rerequested","check_run":{"head_sha":"rerun on x","app":{"id":7}},` + place + `}`, event("check_run", "rerequested", "")},
		"merge queue":        {"merge_group", `{"action":"checks_requested",` + place + `}`, event("merge_group", "checks_requested", "")},
		"no repository":      {"push", `{"ref":"refs/heads/main"}`, engine.Event{}},
		"no such repository": {"push", `{"repository":{"full_name":"../../app"}}`, engine.Event{}},
	} {
		e, err := githubapp.Decode(c.event, []byte(c.body))
		must(t, err)
		if got, ok := w.app.News(e); got != c.want || ok != (c.want != engine.Event{}) || !e.Known {
			t.Errorf("%s: %+v %t", name, got, ok)
		}
	}
	other := w.newApp(func(c *githubapp.Config) { c.Owners = []string{"other"} })
	e, err := githubapp.Decode("push", []byte(`{`+place+`}`))
	must(t, err)
	if got, ok := other.News(e); ok {
		t.Errorf("%+v of an account not served", got)
	}
}
