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

	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/incident"
	"github.com/kintsugi-app/kintsugi/workflows/policy"
)

const (
	paperBranch = "kintsugi/paper-1"
	paperPath   = "papers/1.md"
)

// paper is a workflow as one that drafts documents would be: on an incident it
// proposes a file, and on the pull request it counts what stands there and keeps a
// check with more annotations than GitHub takes at a time.
func paper() workflows.Workflow {
	label := workflows.Label{Name: "paper", Color: "c5def5"}
	return workflows.Workflow{
		Name: "paper", Pulls: true,
		Labels: func(policy.Policy) []workflows.Label { return []workflows.Label{label} },
		Commands: []workflows.Command{
			{Name: "finish", Role: workflows.RoleWrite},
		},
		Owns: func(o workflows.Observation, _ policy.Policy, _ []workflows.Act) (time.Time, bool) {
			return o.Issue.CreatedAt, o.Issue.Pull && o.HasLabel(label.Name)
		},
		Decide: func(in workflows.Input) workflows.Decision {
			if in.Observation.Issue.Pull {
				return paperOnPull(in)
			}
			text := "no paper yet"
			switch made := in.Made["paper.file"]; {
			case made.Refused != "":
				text = "no paper: " + made.Refused
			case made.Number > 0:
				text = fmt.Sprintf("the paper is #%d", made.Number)
			}
			return workflows.Decision{Plan: workflows.Plan{
				Sections: []workflows.Section{{Key: "paper", Title: "Paper", Text: text, Facts: text}},
				Files: []workflows.FileIntent{{
					Key: "paper.file", Path: paperPath, Content: "# Paper\n", Branch: paperBranch, Commit: "Draft a paper",
					Title: "Paper", Body: "To be written.", Labels: []workflows.Label{label}, Assignees: []string{"tanaka"},
				}},
			}}
		},
	}
}

const paperRemarks = 120

func paperOnPull(in workflows.Input) workflows.Decision {
	ask := workflows.PullAsk{Subject: in.Observation.Subject}
	answer, known := in.Facts[ask]
	if !known {
		return workflows.Decision{Asks: []workflows.Ask{ask}}
	}
	p := answer.Pull
	var states []string
	for _, r := range p.Reviews {
		states = append(states, r.Author.Login+" "+r.State)
	}
	finished := "not finished"
	for _, a := range in.Acts {
		if a.Name == "finish" && a.Verdict == workflows.Done {
			finished = "finished"
		}
	}
	text := strings.TrimSpace(fmt.Sprintf("%s, merged %t, %v %v %s", finished, p.Merged, p.Files, states, answer.Unknown))
	check := workflows.CheckIntent{
		Key: "paper.lint", Name: "Paper", Commit: p.Head, Conclusion: workflows.CheckNeutral, Title: "Remarks", Summary: text,
	}
	for i := range paperRemarks {
		check.Annotations = append(check.Annotations, workflows.Annotation{
			Path: paperPath, Line: i + 1, Level: "notice", Title: "Remark", Message: "say more",
		})
	}
	plan := workflows.Plan{Sections: []workflows.Section{{Key: "paper", Title: "Paper", Text: text, Facts: text}}}
	if p.Head != "" {
		plan.Checks = []workflows.CheckIntent{check}
	}
	return workflows.Decision{Plan: plan}
}

var paperPermissions = map[string]string{
	"metadata": "read", "issues": "write", "contents": "write", "pull_requests": "write", "checks": "write",
}

// newPaperWorld has the App permitted and told what pull requests take.
func newPaperWorld(t testing.TB, options ...worldOption) *world {
	w := newWorld(t, 1, append([]worldOption{withRules(incident.Workflow(), paper())}, options...)...)
	w.hub.Ask(paperPermissions, "issues", "issue_comment", "pull_request", "pull_request_review", "check_run", "push")
	w.hub.Accept("acme")
	w.settle()
	return w
}

// thePull is the number of the one pull request there is.
func (w *world) thePull() int {
	w.t.Helper()
	n := 0
	for _, i := range w.hub.Issues(repo) {
		if i.PullRequest {
			if n != 0 {
				w.t.Fatalf("two pull requests, #%d and #%d", n, i.Number)
			}
			n = i.Number
		}
	}
	if n == 0 {
		w.t.Fatal("no pull request")
	}
	return n
}

// onePaper fails unless there is one branch with one commit of ours, one pull
// request as it was meant to be, and one check with all its annotations.
func (w *world) onePaper() {
	w.t.Helper()
	n := w.thePull()
	branches := w.hub.Branches(repo)
	if len(branches) != 1 || fmt.Sprint(branches[0].Commits) != "[kintsugi[bot]]" || branches[0].Files[paperPath] != "# Paper\n" {
		w.t.Errorf("branches: %+v", branches)
	}
	pull := w.issue(n)
	if !strings.HasPrefix(pull.Body, "<!-- kintsugi:paper.file acme/incidents#1 -->\n") || fmt.Sprint(pull.Labels) != "[paper]" || fmt.Sprint(pull.Assignees) != "[tanaka]" {
		w.t.Errorf("the pull request is %+v", pull)
	}
	w.wants(w.status(1), fmt.Sprintf("the paper is #%d", n))
	w.wants(w.status(n), "not finished, merged false, [papers/1.md] []")
	checks := w.hub.Checks(repo)
	if len(checks) != 1 || len(checks[0].Annotations) != paperRemarks || checks[0].Commit != branches[0].Tip {
		w.t.Errorf("%d checks, want one with %d annotations: %+v", len(checks), paperRemarks, brief(checks))
	}
	if got := len(w.ours(n)); got != 1 {
		w.t.Errorf("%d comments of ours on the pull request", got)
	}
}

func brief(checks []fakehub.CheckView) string {
	var b strings.Builder
	for _, c := range checks {
		fmt.Fprintf(&b, "%d on %s: %d annotations, %q; ", c.ID, c.Commit, len(c.Annotations), c.Summary)
	}
	return b.String()
}

// TestProposed: a file is proposed once and for all. What people do with it since
// is theirs: their commits stay, and so does what they close or delete.
func TestProposed(t *testing.T) {
	w := newPaperWorld(t)
	w.open("sato", "[incident] checkout is blank")
	w.settle()
	w.onePaper()
	n := w.thePull()

	w.must(w.hub.CommitFile(repo, "suzuki", paperBranch, paperPath, "# What happened\n"))
	_, err := w.hub.Review(repo, n, "suzuki", "approved")
	w.must(err)
	w.say(n, "suzuki", "/finish")
	w.settle()
	w.wants(w.status(n), "finished, merged false, [papers/1.md] [suzuki approved]")
	branch := w.hub.Branches(repo)[0]
	if branch.Files[paperPath] != "# What happened\n" || len(branch.Commits) != 2 {
		t.Errorf("the person's commit is not there: %+v", branch)
	}
	last := w.hub.Checks(repo)[len(w.hub.Checks(repo))-1]
	if last.Commit != branch.Tip || !strings.Contains(last.Summary, "finished, ") || len(last.Annotations) != paperRemarks {
		t.Errorf("the check on the new commit: %s", brief([]fakehub.CheckView{last}))
	}

	w.must(w.hub.Merge(repo, n, "suzuki"))
	w.settle()
	w.wants(w.status(n), "merged true")
	w.must(w.hub.DeleteBranch(repo, "suzuki", paperBranch))
	w.forge(1) // and the incident's record is lost
	w.say(1, "tanaka", "/ack")
	w.settle()
	if got := len(w.hub.Branches(repo)); got != 0 || w.thePull() != n {
		t.Errorf("%d branches after a person deleted it", got)
	}
	w.wants(w.status(1), fmt.Sprintf("the paper is #%d", n))
}

// TestClosedProposal: a pull request that a person closed stays closed, and the
// branch gone, also where nothing is known of it any more.
func TestClosedProposal(t *testing.T) {
	w := newPaperWorld(t)
	w.open("sato", "[incident] checkout is blank")
	w.settle()
	n := w.thePull()
	w.must(w.hub.Unlabel(repo, n, "suzuki", "paper"))
	w.must(w.hub.Close(repo, n, "suzuki", ""))
	w.must(w.hub.DeleteBranch(repo, "suzuki", paperBranch))
	w.forge(1)
	w.start()
	w.must(w.engine.Start(context.Background()))
	w.passSpan()
	w.settle()
	if v := w.issue(w.thePull()); v.State != "closed" || len(v.Labels) > 0 || len(w.hub.Branches(repo)) > 0 {
		t.Errorf("%s %v, branches %v", v.State, v.Labels, w.hub.Branches(repo))
	}
}

// TestProposedOnce: a process that dies before any of its calls, or loses the
// answer to any of its writes, or whose writes land late, or whose lists lag,
// leaves one branch, one commit, one pull request and one check.
func TestProposedOnce(t *testing.T) {
	t.Parallel()
	for at := 1; ; at++ {
		w := newPaperWorld(t, inFile(t))
		w.open("sato", "[incident] checkout is blank")
		calls, reached := 0, false
		w.hurdle = func(*http.Request) error {
			if calls++; calls == at {
				reached = true
				runtime.Goexit()
			}
			return nil
		}
		var wg sync.WaitGroup
		wg.Go(w.settle)
		wg.Wait()
		w.hurdle = nil
		if reached {
			w.start()
			w.settle()
		}
		w.onePaper()
		if t.Failed() {
			t.Fatalf("after a crash before call %d", at)
		}
		_ = w.store.Close()
		if !reached {
			if at < 40 {
				t.Fatalf("only %d calls were tried", at)
			}
			return
		}
	}
}

var paperWrites = []string{"/git/refs", "/contents/", "/pulls", "/issues/2/labels", "/issues/2/assignees", "/check-runs", "/check-runs/"}

// TestProposedThroughFaults: the answers of the same writes are lost, and what was
// sent lands late, while lists lag.
func TestProposedThroughFaults(t *testing.T) {
	t.Parallel()
	most := 3
	if testing.Short() {
		most = 1
	}
	for name, fault := range map[string]fakehub.Fault{
		"lost answer": {DropAnswer: true},
		"lost":        {DropRequest: true},
		"late":        {LandAfter: 8 * time.Second},
		"unavailable": {Status: http.StatusBadGateway},
	} {
		for _, part := range paperWrites {
			for times := range most {
				w := newPaperWorld(t)
				w.hub.LagLists(4*time.Second, 0.7)
				w.hub.Fault(writesTo(times+1, part, fault))
				w.open("sato", "[incident] checkout is blank")
				w.settle()
				w.hub.LagLists(0, 0)
				w.settle()
				w.onePaper()
				if t.Failed() {
					t.Fatalf("%s, %d times, %s\n%v", part, times+1, name, w.failures())
				}
			}
		}
	}
}

// writesTo is the n next writes to a path suffering f. No two fall into the same
// list: "/check-runs/" is an update, "/check-runs" anything about a check.
func writesTo(n int, part string, f fakehub.Fault) func(*http.Request) *fakehub.Fault {
	return func(r *http.Request) *fakehub.Fault {
		if n <= 0 || r.Method == http.MethodGet || !strings.Contains(r.URL.Path, part) {
			return nil
		}
		n--
		return &f
	}
}

// TestCommitBetween: what a person commits to the branch while the pull request is
// still to be opened is part of it, and stays.
func TestCommitBetween(t *testing.T) {
	w := newPaperWorld(t)
	stop := w.hub.Fault(writesTo(1000, "/pulls", fakehub.Fault{Status: http.StatusBadGateway}))
	w.open("sato", "[incident] checkout is blank")
	for range 20 {
		w.deliver()
		if worked, _, _ := w.engine.Step(context.Background()); !worked {
			w.clock.Advance(time.Second)
		}
	}
	w.must(w.hub.CommitFile(repo, "suzuki", paperBranch, paperPath, "# By hand\n"))
	w.must(w.hub.DropFile(repo, "suzuki", paperBranch, paperPath))
	w.must(w.hub.CommitFile(repo, "suzuki", paperBranch, "papers/renamed.md", "# By hand\n"))
	stop()
	w.settle()
	b := w.hub.Branches(repo)[0]
	if _, again := b.Files[paperPath]; again || len(b.Commits) != 4 || b.Commits[0] != "kintsugi[bot]" || b.Commits[3] != "suzuki" {
		t.Errorf("the branch is %+v", b)
	}
	w.wants(w.status(w.thePull()), "[papers/renamed.md]")
}

// TestProposalRefused: what GitHub does not let us do, and what is somebody else's,
// is remembered with the reason; nothing is tried a second time, and the rest goes
// on.
func TestProposalRefused(t *testing.T) {
	without := func(name string) func(*world) {
		return func(w *world) {
			less := map[string]string{}
			for n, level := range paperPermissions {
				if n != name {
					less[n] = level
				}
			}
			if name == "contents" {
				less[name] = "read"
			}
			w.hub.SetPermissions("acme", less)
		}
	}
	for name, c := range map[string]struct {
		prepare func(*world)
		why     string
	}{
		"no permission to write":    {without("contents"), "Resource not accessible by integration"},
		"no pull requests":          {without("pull_requests"), "Resource not accessible by integration"},
		"a rule against new branch": {func(w *world) { w.hub.Protect(repo, "kintsugi/") }, "Cannot create ref"},
		"the path is taken":         {func(w *world) { w.hub.PutFile(repo, paperPath, "# Older\n") }, "papers/1.md is there already"},
		"the branch is somebody's": {func(w *world) {
			w.must(w.hub.CommitFile(repo, "suzuki", paperBranch, "mine.md", "Mine"))
		}, "somebody else has a branch kintsugi/paper-1"},
		"an empty repository": {func(w *world) { w.hub.EmptyRepo(repo) }, "Git Repository is empty"},
		"somebody's pull request": {func(w *world) {
			w.must(w.hub.CommitFile(repo, "suzuki", paperBranch, "mine.md", "Mine"))
			_, err := w.hub.OpenPull(repo, "suzuki", fakehub.NewIssue{Title: "Mine", Head: paperBranch})
			w.must(err)
		}, "there is another pull request from the branch"},
	} {
		w := newPaperWorld(t)
		c.prepare(w)
		w.settle()
		n := w.open("sato", "[incident] checkout is blank")
		w.settle()
		w.wants(w.status(n), "no paper: ", c.why)
		w.hub.ResetCounts()
		w.say(n, "tanaka", "/ack")
		w.settle()
		w.wants(w.status(n), "lead tanaka", c.why)
		counts := w.hub.Counts().ByRoute
		if tried := counts["POST /repos/{owner}/{repo}/git/refs"] + counts["GET /repos/{owner}/{repo}/pulls"]; tried > 0 {
			t.Errorf("%s: tried again %d times", name, tried)
		}
		if t.Failed() {
			t.Fatalf("%s: %v", name, w.failures())
		}
	}
}
