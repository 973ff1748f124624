package githubapp_test

import (
	"errors"
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
	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub/contract"
	"github.com/kintsugi-app/kintsugi/workflows"
)

// toRelease is all that is needed to see what is asked about a release.
var toRelease = map[string]string{
	"metadata": "read", "contents": "read", "issues": "write", "actions": "read", "checks": "read", "statuses": "read",
	"deployments": "read", "pull_requests": "read",
}

// releasing is a world in which vault has what may be looked at before a release, with
// its commits, the oldest first. Every exchange is held to GitHub's description where
// that is at hand.
func releasing(t *testing.T) (w *world, commits []string) {
	t.Helper()
	w = newWorld(t, func(c *githubapp.Config) {
		if contract.Here() {
			c.Transport = contract.Check(t, c.Transport)
		}
	})
	w.SetPermissions("acme", toRelease)
	commit := func(files map[string]string) {
		w.PutFiles(vault, files)
		commits = append(commits, w.Tip(vault))
		w.clock.Advance(time.Hour)
	}
	commit(map[string]string{"README.md": "# Vault\n"})
	commit(map[string]string{"docs/runbook.md": "Roll back: redeploy.\n", ".github/readiness/a.yml": "items: []\n", ".github/readiness/deep/b.yml": "x"})
	w.RunWorkflow(vault, "load-test.yml", commits[0], "success")
	w.clock.Advance(time.Hour)
	w.RunWorkflow(vault, "ci.yml", commits[1], "failure")
	w.clock.Advance(time.Hour)
	w.RunWorkflow(vault, "ci.yml", commits[1], "success")
	w.Check(vault, commits[1], "lint", "success")
	w.SetStatus(vault, commits[1], "deploy/preview", "pending")
	must(t, w.Release(vault, "v1 (beta)", "alice"))
	for _, c := range commits {
		must(t, w.Deploy(vault, "production", c, "alice"))
		w.Deployed(vault, "production", "in_progress")
		w.clock.Advance(time.Minute)
		w.Deployed(vault, "production", "success")
		w.clock.Advance(time.Hour)
	}
	open := func(labels ...string) int {
		n, err := w.OpenIssue(vault, "alice", fakehub.NewIssue{Title: "@all <b>", Labels: labels})
		must(t, err)
		w.clock.Advance(time.Minute)
		return n
	}
	open("security", "payments")
	open("security")
	must(t, w.Close(vault, open("restore-drill"), "alice", "completed"))
	must(t, w.Close(vault, open("restore-drill"), "alice", "not_planned"))
	w.forgetRequests()
	return w, commits
}

func (w *world) seen(a workflows.Ask) workflows.Seen {
	w.t.Helper()
	return w.told(a).Seen
}

// requests is how many were made to answer an ask.
func (w *world) cost(a workflows.Ask) (workflows.Seen, int) {
	w.t.Helper()
	w.forgetRequests()
	seen := w.seen(a)
	return seen, w.count("", "") - w.count("POST", "app/installations/{installation_id}/access_tokens") - w.count("GET", "repos/{owner}/{repo}/installation")
}

func TestFilesOfARelease(t *testing.T) {
	w, commits := releasing(t)
	tree, n := w.cost(workflows.TreeAsk{Repo: vault, Commit: commits[0]})
	if diff := cmp.Diff([]workflows.File{{Path: "README.md"}}, tree.Files); diff != "" || n != 1 || tree.Cut {
		t.Errorf("%d requests, %v\n%s", n, tree.Cut, diff)
	}
	texts, n := w.cost(workflows.TextsAsk{Repo: vault, Commit: commits[1], Paths: "README.md\ndocs\ndocs/runbook.md\nmissing"})
	if diff := cmp.Diff([]workflows.File{
		{Path: "README.md", Text: "# Vault\n"}, {Path: "docs", Problem: "not a text"},
		{Path: "docs/runbook.md", Text: "Roll back: redeploy.\n"}, {Path: "missing", Problem: "not a file"},
	}, texts.Files); diff != "" || n != 1 {
		t.Errorf("%d requests\n%s", n, diff)
	}
	folder, n := w.cost(workflows.FolderAsk{Repo: vault, Path: ".github/readiness"})
	if diff := cmp.Diff([]workflows.File{{Path: ".github/readiness/a.yml", Text: "items: []\n"}}, folder.Files); diff != "" || n != 1 {
		t.Errorf("%d requests\n%s", n, diff)
	}
	if none := w.seen(workflows.FolderAsk{Repo: shop, Path: ".github/readiness"}); none.Files != nil {
		t.Errorf("%v in a repository without commits", none.Files)
	}
}

func TestResultsOfARelease(t *testing.T) {
	w, commits := releasing(t)
	brief := func(all []workflows.Result) (lines []string) {
		for _, r := range all {
			lines = append(lines, strings.Join([]string{r.Name, r.State, r.Commit[:4], r.At.Format("15:04")}, " "))
		}
		return lines
	}
	for name, c := range map[string]struct {
		ask  workflows.Ask
		want []string
		cost int
	}{
		"on a commit":   {workflows.RunsAsk{Repo: vault, Commit: commits[1]}, []string{"ci.yml success " + commits[1][:4] + " 13:00", "ci.yml failure " + commits[1][:4] + " 12:00"}, 1},
		"on another":    {workflows.RunsAsk{Repo: vault, Commit: commits[0]}, []string{"load-test.yml success " + commits[0][:4] + " 11:00"}, 1},
		"last":          {workflows.LastRunsAsk{Repo: vault, Workflows: "absent.yml\nci.yml\nload-test.yml"}, []string{"ci.yml success " + commits[1][:4] + " 13:00", "load-test.yml success " + commits[0][:4] + " 11:00"}, 1},
		"checks":        {workflows.ChecksAsk{Repo: vault, Commit: commits[1]}, []string{"lint success " + commits[1][:4] + " 13:00", "deploy/preview pending " + commits[1][:4] + " 13:00"}, 2},
		"none":          {workflows.ChecksAsk{Repo: vault, Commit: commits[0]}, nil, 2},
		"no such runs":  {workflows.RunsAsk{Repo: shop, Commit: commits[0]}, nil, 1},
		"no such files": {workflows.LastRunsAsk{Repo: vault, Workflows: "absent.yml"}, nil, 1},
	} {
		seen, n := w.cost(c.ask)
		if diff := cmp.Diff(c.want, brief(seen.Results)); diff != "" || n != c.cost {
			t.Errorf("%s: %d requests\n%s", name, n, diff)
		}
	}
	// In a busy repository an old success takes a request of its own.
	for range 101 {
		w.RunWorkflow(vault, "busy.yml", commits[1], "success")
	}
	seen, n := w.cost(workflows.LastRunsAsk{Repo: vault, Workflows: "absent.yml\nbusy.yml\nci.yml\nload-test.yml"})
	if len(seen.Results) != 3 || seen.Results[1].Name != "ci.yml" || seen.Results[2].Name != "load-test.yml" || n != 4 {
		t.Errorf("%d requests: %v", n, brief(seen.Results))
	}
}

func TestWhatWasReleased(t *testing.T) {
	w, commits := releasing(t)
	if got := w.seen(workflows.ReleasesAsk{Repo: vault}).Releases; len(got) != 1 || got[0].Tag != "v1 (beta)" || strings.ContainsAny(got[0].URL, "( ") || got[0].At.IsZero() {
		t.Errorf("%+v", got)
	}
	must(t, w.Deploy(vault, "production", commits[1], "alice"))
	w.Deployed(vault, "production", "failure")
	seen, n := w.cost(workflows.DeploymentsAsk{Repo: vault, Environments: "production\nstaging"})
	var got []string
	for _, d := range seen.Deployments {
		got = append(got, strings.Join([]string{d.Environment, d.Commit[:4], d.State, d.Success.Format("15:04")}, " "))
	}
	want := []string{"production " + commits[1][:4] + " failure 00:00", "production " + commits[1][:4] + " success 14:02", "production " + commits[0][:4] + " inactive 13:01"}
	if diff := cmp.Diff(want, got); diff != "" || n != 1 || seen.Cut {
		t.Errorf("%d requests\n%s", n, diff)
	}
}

func TestIssuesBeforeARelease(t *testing.T) {
	w, _ := releasing(t)
	seen, n := w.cost(workflows.IssuesAsk{Repo: vault, Open: "payments\tsecurity\nrelease-blocker\nsecurity", Closed: "restore-drill\nrollback-drill"})
	var got []string
	for _, set := range []string{"payments\tsecurity", "release-blocker", "security", "closed\trestore-drill", "closed\trollback-drill"} {
		line := strings.ReplaceAll(set, "\t", "+")
		for _, i := range seen.Issues[set].All {
			if i.Closed.IsZero() == strings.HasPrefix(set, "closed") || i.URL == "" {
				t.Errorf("%+v", i)
			}
			line += map[bool]string{true: " done", false: " #"}[i.Done] + string(rune('0'+i.Number))
		}
		got = append(got, line)
	}
	want := []string{"payments+security #1", "release-blocker", "security #2 #1", "closed+restore-drill #4 done3", "closed+rollback-drill"}
	if diff := cmp.Diff(want, got); diff != "" || n != 1 || seen.Issues["security"].Total != 2 || seen.Issues["payments\tsecurity"].Total != 1 {
		t.Errorf("%d requests, %+v\n%s", n, seen.Issues, diff)
	}
}

func TestWhoMadeACommit(t *testing.T) {
	w, _ := releasing(t)
	_, err := w.CommitFiles(vault, "alice", "fix", map[string]string{"a.go": "package a"})
	must(t, err)
	n, err := w.OpenPull(vault, "alice", fakehub.NewIssue{Title: "Fix", Body: "Fixes-incident: #340", Head: "fix"})
	must(t, err)
	must(t, w.Merge(vault, n, "alice"))
	tip := w.Tip(vault)
	seen, cost := w.cost(workflows.CommitAsk{Repo: vault, Commit: tip})
	c := seen.Commit
	if cost != 1 || !slices.Equal(c.Authors, []string{"alice"}) || len(c.Pulls) != 1 || c.Pulls[0].Body != "Fixes-incident: #340" || !strings.HasPrefix(c.Message, "Merge pull request") || c.URL == "" || c.NoPulls != "" {
		t.Errorf("%d requests: %+v", cost, c)
	}
	without := map[string]string{}
	for name, level := range toRelease {
		if name != "pull_requests" {
			without[name] = level
		}
	}
	w.SetPermissions("acme", without)
	got := w.told(workflows.CommitAsk{Repo: vault, Commit: tip})
	if c := got.Seen.Commit; c.NoPulls == "" || got.Lacks != "pull-requests: read" || !slices.Equal(c.Authors, []string{"alice"}) {
		t.Errorf("%+v", got)
	}
	if got, err := w.app.Answer(ctx, workflows.CommitAsk{Repo: vault, Commit: strings.Repeat("0", 40)}); err != nil || !got.NotThere() {
		t.Errorf("%+v %v", got, err)
	}
}

// TestDeployed: what was deployed since, with what the commits and pull requests say, and
// what ran before that, as far as it came along; what was asked a moment ago is not asked
// again.
func TestDeployed(t *testing.T) {
	w, commits := releasing(t)
	_, err := w.CommitFiles(vault, "alice", "fix", map[string]string{"a.go": "package a"})
	must(t, err)
	n, err := w.OpenPull(vault, "alice", fakehub.NewIssue{Title: "Fix", Body: "Fixes-incident: #340", Head: "fix"})
	must(t, err)
	must(t, w.Merge(vault, n, "alice"))
	from := w.clock.Now()
	for _, environment := range []string{"staging", "production"} {
		w.clock.Advance(time.Minute)
		must(t, w.Deploy(vault, environment, "main", "alice"))
		w.Deployed(vault, environment, "success")
	}
	ask := workflows.DeployedAsk{Repo: vault, From: from.Format(time.RFC3339)}
	seen, cost := w.cost(ask)
	var got []string
	for _, d := range seen.Deployments {
		got = append(got, strings.Join([]string{d.Environment, d.Commit[:4], d.State, d.Success.Format("15:04")}, " "))
	}
	tip := w.Tip(vault)
	after := func(minutes time.Duration) string { return from.Add(minutes * time.Minute).Format("15:04") }
	want := []string{
		"production " + tip[:4] + " success " + after(2), "staging " + tip[:4] + " success " + after(1),
		"production " + commits[1][:4] + " inactive 14:02", "production " + commits[0][:4] + " inactive 13:01",
	}
	if diff := cmp.Diff(want, got); diff != "" || cost != 1 || seen.Cut {
		t.Errorf("%d requests, %v\n%s", cost, seen.Cut, diff)
	}
	if c := seen.Commits; len(c) != 3 || c[0].SHA != tip || len(c[0].Pulls) != 1 || c[0].Pulls[0].Body != "Fixes-incident: #340" || c[1].SHA != commits[1] {
		t.Errorf("%+v", c)
	}
	if _, cost := w.cost(ask); cost != 0 {
		t.Errorf("%d requests for what was known", cost)
	}
	for range 120 { // more than one page
		w.clock.Advance(time.Minute)
		must(t, w.Deploy(vault, "preview", "main", "alice"))
	}
	ask.To = w.clock.Now().Add(-110 * time.Minute).Format(time.RFC3339)
	if seen, cost := w.cost(ask); cost != 3 || len(seen.Deployments) != 14 {
		t.Errorf("%d requests, %d deployments", cost, len(seen.Deployments))
	}
	if got, err := w.app.Answer(ctx, workflows.DeployedAsk{Repo: vault, From: "yesterday"}); err != nil || got.Unknown == "" {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestPastRuns: all successes of a workflow since a day, whichever commit they were on.
func TestPastRuns(t *testing.T) {
	w, commits := releasing(t)
	for range 130 {
		w.clock.Advance(time.Hour)
		w.RunWorkflow(vault, "ci.yml", commits[0], "success")
	}
	ask := workflows.PastRunsAsk{Repo: vault, Workflow: "ci.yml", From: "2026-11-20"}
	if seen, cost := w.cost(ask); len(seen.Results) != 131 || cost != 2 || seen.Cut {
		t.Errorf("%d requests, %d results", cost, len(seen.Results))
	}
	ask.From = w.clock.Now().Format(time.DateOnly)
	if seen := w.seen(ask); len(seen.Results) == 0 || len(seen.Results) > 24 || seen.Results[0].Name != "ci.yml" {
		t.Errorf("%d results", len(seen.Results))
	}
	ask.Workflow = "missing.yml"
	if seen := w.seen(ask); len(seen.Results) > 0 {
		t.Errorf("%+v", seen.Results)
	}
}

// TestCommitsTogether: of several commits the same is told as of each, in one request for
// ten; where GitHub would not, each is asked for.
func TestCommitsTogether(t *testing.T) {
	w, commits := releasing(t)
	for i := range 9 {
		w.PutFiles(vault, map[string]string{"n.txt": fmt.Sprint(i)})
		commits = append(commits, w.Tip(vault))
	}
	_, err := w.CommitFiles(vault, "alice", "fix", map[string]string{"fix.go": "package vault"})
	must(t, err)
	pull, err := w.OpenPull(vault, "alice", fakehub.NewIssue{Title: "Fix", Head: "fix", Body: "Fixes-incident: #340"})
	must(t, err)
	must(t, w.Merge(vault, pull, "alice"))
	commits = append(commits, w.Tip(vault))
	ask := workflows.CommitsAsk{Repo: vault, Commits: strings.Join(append(commits, strings.Repeat("0", 40)), "\n")}
	want := func() (want workflows.Answer) {
		for _, commit := range commits {
			one := w.told(workflows.CommitAsk{Repo: vault, Commit: commit})
			want.Seen.Commits = append(want.Seen.Commits, one.Seen.Commit)
			want.Lacks = one.Lacks
		}
		return want
	}
	seen, cost := w.cost(ask)
	if diff := cmp.Diff(want().Seen, seen); diff != "" || cost != 2 || len(seen.Commits[11].Pulls) != 1 {
		t.Errorf("%d requests\n%s", cost, diff)
	}
	remove := w.Fault(fakehub.Matching(1, "POST", "/graphql", fakehub.Fault{Status: 502}))
	if seen, cost := w.cost(ask); !cmp.Equal(want().Seen, seen) || cost < 12 {
		t.Errorf("%d requests, %+v", cost, seen)
	}
	remove()
	less := maps.Clone(toRelease)
	delete(less, "pull_requests")
	w.SetPermissions("acme", less)
	if got := w.told(ask); len(got.Seen.Commits) != 12 || got.Seen.Commits[11].NoPulls == "" || got.Lacks != want().Lacks || got.Lacks == "" {
		t.Errorf("%+v", got)
	}
	delete(less, "contents")
	w.SetPermissions("acme", less)
	if got, err := w.app.Answer(ctx, ask); err != nil || got.Unknown == "" || got.Lacks != "contents: read" {
		t.Errorf("%+v, %v", got, err)
	}
	w.SetPermissions("acme", toRelease)
	w.Fault(fakehub.Matching(100, "POST", "/graphql", fakehub.Fault{Status: 502}))
	if got, err := w.app.Answer(ctx, ask); err == nil || !cmp.Equal(got, workflows.Answer{}) {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestFilesKept: the files of a commit are read once; what a branch has may change.
func TestFilesKept(t *testing.T) {
	w, commits := releasing(t)
	for ask, again := range map[workflows.Ask]int{
		workflows.TreeAsk{Repo: vault, Commit: commits[1]}: 0, workflows.TextsAsk{Repo: vault, Commit: commits[1], Paths: "README.md"}: 0,
		workflows.TreeAsk{Repo: vault, Commit: "main"}: 1, workflows.TextsAsk{Repo: vault, Commit: "main", Paths: "README.md"}: 1,
	} {
		first, _ := w.cost(ask)
		if second, cost := w.cost(ask); cost != again || !cmp.Equal(first, second) {
			t.Errorf("%+v: %d requests, %+v", ask, cost, second)
		}
	}
}

// releaseAsks are one of each kind, with the permission that it takes.
func releaseAsks(commit string) map[workflows.Ask]string {
	return map[workflows.Ask]string{
		workflows.CommitAsk{Repo: vault, Commit: commit}:                           "contents: read",
		workflows.TreeAsk{Repo: vault, Commit: commit}:                             "contents: read",
		workflows.TextsAsk{Repo: vault, Commit: commit, Paths: "README.md"}:        "contents: read",
		workflows.FolderAsk{Repo: vault, Path: "docs"}:                             "contents: read",
		workflows.RunsAsk{Repo: vault, Commit: commit}:                             "actions: read",
		workflows.LastRunsAsk{Repo: vault, Workflows: "ci.yml"}:                    "actions: read",
		workflows.ReleasesAsk{Repo: vault}:                                         "contents: read",
		workflows.DeploymentsAsk{Repo: vault, Environments: "production"}:          "deployments: read",
		workflows.DeployedAsk{Repo: vault, From: "2026-11-20T00:00:00Z"}:           "deployments: read",
		workflows.PastRunsAsk{Repo: vault, Workflow: "ci.yml", From: "2026-11-20"}: "actions: read",
		workflows.IssuesAsk{Repo: vault, Open: "security", Closed: "x-drill"}:      "issues: read",
		workflows.WaitingAsk{Repo: vault}:                                          "actions: read",
		workflows.HeadsAsk{Repo: vault, Branches: "release/*"}:                     "contents: read",
		workflows.NotesAsk{Repo: vault, Commit: commit, Check: "Readiness"}:        "checks: read",
	}
}

// A missing permission is an answer that names it, for a token of a job as for the App.
func TestReleaseWithoutPermission(t *testing.T) {
	w, commits := releasing(t)
	w.SetPermissions("acme", map[string]string{"metadata": "read"})
	job, err := githubapp.NewWithToken(githubapp.Config{BaseURL: "https://api.github.com", Clock: w.clock, Transport: w.Transport()}, w.JobToken("acme"))
	must(t, err)
	for ask, lacks := range releaseAsks(commits[1]) {
		for name, app := range map[string]*githubapp.App{"App": w.app, "token": job} {
			if got, err := app.Answer(ctx, ask); err != nil || got.Unknown == "" || got.Lacks != lacks || !cmp.Equal(got.Seen, workflows.Seen{}) {
				t.Errorf("%s %T: %+v, %v", name, ask, got, err)
			}
		}
	}
	w.SetPermissions("acme", map[string]string{"metadata": "read", "checks": "read"})
	got, err := w.app.Answer(ctx, workflows.ChecksAsk{Repo: vault, Commit: commits[1]})
	if err != nil || got.Lacks != "statuses: read" || len(got.Seen.Results) != 1 {
		t.Errorf("%+v, %v", got, err)
	}
}

// Trouble on the way is never an answer, nor half a one.
func TestReleaseUnanswered(t *testing.T) {
	w, commits := releasing(t)
	asks := releaseAsks(commits[1])
	asks[workflows.ChecksAsk{Repo: vault, Commit: commits[1]}] = ""
	for ask := range asks {
		for name, f := range map[string]fakehub.Fault{
			"500": {Status: 500}, "cut": {DropAnswer: true}, "limit": {Status: 403, Message: "You have exceeded a secondary rate limit", Header: map[string]string{"Retry-After": "5"}},
		} {
			remove := w.Fault(fakehub.Matching(1, "", "", f))
			got, err := w.app.Answer(ctx, ask)
			if err == nil || errors.Is(err, engine.ErrGone) || errors.Is(err, engine.ErrRefused) || !cmp.Equal(got, workflows.Answer{}) {
				t.Errorf("%T %s: %+v, %v", ask, name, got, err)
			}
			remove()
			w.clock.Advance(10 * time.Second)
			w.told(ask)
			switch ask.(type) {
			case workflows.DeployedAsk, workflows.TreeAsk, workflows.TextsAsk: // they are kept
				w.clock.Advance(11 * time.Minute)
			}
		}
	}
}

// A GitHub without GraphQL tells what REST alone tells, and says of the rest why.
func TestReleaseWithoutGraphQL(t *testing.T) {
	w, commits := releasing(t)
	w.WithoutGraphQL()
	for ask := range releaseAsks(commits[1]) {
		got, err := w.app.Answer(ctx, ask)
		over := got.Unknown != ""
		switch ask.(type) {
		case workflows.TreeAsk, workflows.RunsAsk, workflows.PastRunsAsk, workflows.LastRunsAsk, workflows.ReleasesAsk, workflows.WaitingAsk:
			over = !over
		}
		if err != nil || !over {
			t.Errorf("%T: %+v, %v", ask, got, err)
		}
	}
}
