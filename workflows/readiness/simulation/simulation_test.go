package simulation_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/incident"
	"github.com/kintsugi-app/kintsugi/workflows/policy"
	"github.com/kintsugi-app/kintsugi/workflows/readiness/checklist"
	"github.com/kintsugi-app/kintsugi/workflows/readiness/evidence"
	"github.com/kintsugi-app/kintsugi/workflows/readiness/simulation"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

const items = `items:
  - {id: file, question: A?, evidence: [{file: "docs/*.md", matches: roll}]}
  - {id: check, question: A?, evidence: [{check: lint}]}
  - {id: workflow, question: A?, evidence: [{workflow: ci.yml}]}
  - {id: load, question: A?, evidence: [{workflow: load.yml, within: 30 days}]}
  - {id: release, question: A?, evidence: [{release: "v*", within: 30 days}]}
  - {id: staging, question: A?, evidence: [{deployment: staging, within: 7 days}]}
  - {id: drill, question: A?, evidence: [{drill: restore, within: 90 days}]}
  - {id: blockers, question: A?, evidence: [{no_open_issues: [blocker, payments]}]}
`

var (
	then = time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC)
	of   = workflows.Deployment{Environment: "production", Commit: "c0ffee", At: then, Success: hours(1)}
)

func hours(n int) time.Time { return then.Add(time.Duration(n) * time.Hour) }

func simulate(t testing.TB) *simulation.Simulation {
	t.Helper()
	c, problems := checklist.Parse("checklist.yml", []byte(items))
	p, wrong := policy.Parse("kintsugi.yml", []byte("{}"), []policy.Section{incident.Workflow().Policy})
	if c == nil || len(wrong) > 0 {
		t.Fatal(problems, wrong)
	}
	return &simulation.Simulation{
		Release: evidence.Release{Repo: "acme/pay", Environment: "production", Checklist: c, Own: true, Policy: p},
		Since:   hours(-24 * 30), Until: hours(24 * 30), Most: 10,
	}
}

func issue(number int, created, closed time.Time, reason string, labels ...string) workflows.OwnIssue {
	return workflows.OwnIssue{Subject: workflows.Subject{Repo: "acme/pay", Number: number}, Issue: workflows.Issue{
		Open: closed.IsZero(), CreatedAt: created, ClosedAt: closed, Reason: reason, Labels: labels,
	}}
}

// answers are what GitHub tells today of a deployment that was ready, and had been ready
// for an hour.
func answers(s *simulation.Simulation) workflows.Facts {
	facts := workflows.Facts{}
	for _, ask := range s.Asks() {
		var a workflows.Answer
		switch ask := ask.(type) {
		case workflows.DeployedAsk:
			a.Seen.Deployments = []workflows.Deployment{of, {Environment: "staging", Commit: of.Commit, At: hours(-2), Success: hours(-1)}}
			a.Seen.Commits = []workflows.Commit{{SHA: of.Commit, Message: "x"}}
		case workflows.PastRunsAsk:
			a.Seen.Results = []workflows.Result{{Name: ask.Workflow, State: "success", At: hours(-1)}}
		case workflows.ReleasesAsk:
			a.Seen.Releases = []workflows.Release{{Tag: "v1", At: hours(-1)}}
		case workflows.LabelledAsk:
			if ask.Label == "restore" {
				a.Own = []workflows.OwnIssue{issue(1, hours(-3), hours(-1), "completed", "restore")}
			}
		}
		facts[ask] = a
	}
	return more(s, facts)
}

// more answers what is asked of the commit.
func more(s *simulation.Simulation, facts workflows.Facts) workflows.Facts {
	for range 2 {
		for _, ask := range s.AsksOf(of, facts) {
			var a workflows.Answer
			switch ask.(type) {
			case workflows.TreeAsk:
				a.Seen.Files = []workflows.File{{Path: "docs/a.md"}}
			case workflows.TextsAsk:
				a.Seen.Files = []workflows.File{{Path: "docs/a.md", Text: "roll back"}}
			case workflows.ChecksAsk:
				a.Seen.Results = []workflows.Result{{Name: "lint", State: "success", At: hours(-1)}}
			case workflows.RunsAsk:
				a.Seen.Results = []workflows.Result{{Name: "ci.yml", State: "success", At: hours(-1)}, {Name: "deploy.yml", State: "success", At: hours(1)}}
			}
			facts[ask] = a
		}
	}
	return facts
}

func outcome(s *simulation.Simulation, facts workflows.Facts) string {
	d := s.Decide(of, facts)
	var why []string
	for _, r := range d.Because {
		if r.Hold != nil {
			why = append(why, string(r.Hold.Kind))
		} else {
			why = append(why, d.Verdict.Items[r.Item].ID)
		}
	}
	return strings.TrimSpace(string(d.Outcome) + " " + strings.Join(why, " "))
}

// TestThen: what happened after a deployment is no evidence for it, and holds it neither.
func TestThen(t *testing.T) {
	s := simulate(t)
	if got := outcome(s, answers(s)); got != "passes" {
		t.Fatal(got)
	}
	tree := workflows.RunsAsk{Repo: "acme/pay", Commit: of.Commit}
	checks := workflows.ChecksAsk{Repo: "acme/pay", Commit: of.Commit}
	for name, c := range map[string]struct {
		change func(f workflows.Facts)
		want   string
	}{
		"a run that ended later":   {func(f workflows.Facts) { set(f, tree, results("ci.yml", 1)) }, "unknown workflow"},
		"a check that ended later": {func(f workflows.Facts) { set(f, checks, results("lint", 1)) }, "unknown check"},
		"a check that was not run": {func(f workflows.Facts) { set(f, checks, workflows.Seen{}) }, "held check"},
		"a load test later":        {func(f workflows.Facts) { each(f, func(a workflows.PastRunsAsk) { set(f, a, results(a.Workflow, 1)) }) }, "held load"},
		"a load test long before": {func(f workflows.Facts) {
			each(f, func(a workflows.PastRunsAsk) { set(f, a, results(a.Workflow, -24*40)) })
		}, "held load"},
		"too many load tests later": {func(f workflows.Facts) {
			each(f, func(a workflows.PastRunsAsk) {
				seen := results(a.Workflow, 1)
				seen.Cut = true
				set(f, a, seen)
			})
		}, "unknown load"},
		"a release later": {func(f workflows.Facts) {
			set(f, workflows.ReleasesAsk{Repo: "acme/pay"}, workflows.Seen{Releases: []workflows.Release{{Tag: "v2", At: hours(1)}}})
		}, "held release"},
		"staging later": {func(f workflows.Facts) {
			each(f, func(a workflows.DeployedAsk) {
				set(f, a, workflows.Seen{Commits: f[a].Seen.Commits, Deployments: []workflows.Deployment{of, {Environment: "staging", Commit: of.Commit, At: hours(-2), Success: hours(1)}}})
			})
		}, "held staging"},
		"a drill later":                          {listed("restore", issue(1, hours(-3), hours(1), "completed", "restore")), "held drill"},
		"a drill given up":                       {listed("restore", issue(1, hours(-3), hours(-1), "not_planned", "restore")), "held drill"},
		"a blocker that was open":                {listed("blocker", issue(1, hours(-3), hours(1), "completed", "blocker", "payments")), "held blockers"},
		"a blocker since":                        {listed("blocker", issue(1, hours(1), time.Time{}, "", "blocker", "payments")), "passes"},
		"a blocker before":                       {listed("blocker", issue(1, hours(-3), hours(-1), "completed", "blocker", "payments")), "passes"},
		"a blocker elsewhere":                    {listed("blocker", issue(1, hours(-3), hours(1), "completed", "blocker")), "passes"},
		"an incident that was open":              {listed("incident", issue(1, hours(-3), hours(1), "completed", "incident", "sev1")), "held open_incidents"},
		"an incident since":                      {listed("incident", issue(1, hours(1), time.Time{}, "", "incident", "sev1")), "passes"},
		"an incident before":                     {listed("incident", issue(1, hours(-3), hours(-1), "completed", "incident", "sev1")), "passes"},
		"incidents of which nothing may be told": {listed("incident", issue(1, hours(-3), hours(1), "")), "unknown drill blockers"}, // one look for all issues
	} {
		facts := answers(s)
		c.change(facts)
		if got := outcome(s, more(s, facts)); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func set(f workflows.Facts, ask workflows.Ask, seen workflows.Seen) {
	f[ask] = workflows.Answer{Seen: seen}
}

func each[A workflows.Ask](f workflows.Facts, do func(A)) {
	for ask := range f {
		if a, ok := ask.(A); ok {
			do(a)
		}
	}
}

func results(name string, at int) workflows.Seen {
	return workflows.Seen{Results: []workflows.Result{{Name: name, State: "success", At: hours(at)}}}
}

func listed(label string, issues ...workflows.OwnIssue) func(workflows.Facts) {
	return func(f workflows.Facts) {
		f[workflows.LabelledAsk{Repo: "acme/pay", Label: label}] = workflows.Answer{Own: issues}
	}
}

// TestNeverYes: whatever is not answered, a deployment does not pass by that.
func TestNeverYes(t *testing.T) {
	s := simulate(t)
	for _, answer := range []workflows.Answer{{Unknown: evidence.Silent}, {Unknown: "x", Lacks: "some: read"}} {
		for ask := range answers(s) {
			facts := answers(s)
			facts[ask] = answer
			got := outcome(s, facts)
			if !strings.HasPrefix(got, "unknown ") {
				t.Errorf("%T: %s", ask, got)
			}
		}
	}
	if got := outcome(s, workflows.Facts{}); strings.HasPrefix(got, "passes") {
		t.Error(got)
	}
}

// TestFollowed: an incident follows what was deployed in the day before it, and counts
// with the worst of that.
func TestFollowed(t *testing.T) {
	s := simulate(t)
	s.Most = 3
	facts := answers(s)
	another := func(commit string, at int) workflows.Deployment {
		return workflows.Deployment{Environment: "production", Commit: commit, At: hours(at), Success: hours(at + 1)}
	}
	each(facts, func(a workflows.DeployedAsk) {
		all := []workflows.Deployment{another("dead", 40), another("beef", 10), {Environment: "production", Commit: "failed", At: hours(5)}, of, another("old", -50)}
		facts[a] = workflows.Answer{Seen: workflows.Seen{Deployments: append(all, facts[a].Seen.Deployments[1]), Commits: facts[a].Seen.Commits}}
	})
	listed("incident",
		issue(1, hours(-60), hours(-59), "completed", "incident"), // before what is decided
		issue(2, hours(2), hours(3), "completed", "incident", "sev2"), issue(3, hours(12), hours(13), "completed", "incident"),
		issue(4, hours(12), hours(13), "not_planned", "incident"), issue(5, hours(38), hours(39), "completed", "incident"),
		issue(6, hours(64), hours(65), "completed", "incident"), issue(7, hours(66), hours(67), "completed", "incident"),
	)(facts)
	r := s.Result(facts)
	var got []string
	for _, f := range r.Incidents {
		got = append(got, fmt.Sprintf("%s %d after %d, %s", f.Ref, f.Severity, len(f.After), f.Outcome))
	}
	want := []string{"#6 0 after 1, unknown", "#3 0 after 2, unknown", "#2 2 after 1, passes"}
	if !slices.Equal(got, want) || r.Others != 2 || r.More != 1 || r.Failed != 1 || r.Of(simulation.Passes) != 1 || r.Of(simulation.Unknown) != 2 {
		t.Errorf("%q, others %d, more %d, failed %d:\n%s", got, r.Others, r.More, r.Failed, r.Text(words.English))
	}
}
