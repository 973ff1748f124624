package engine_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/incident"
)

const others = "acme/others"

// manyIssues is a workflow that opens so many issues where an incident was resolved,
// every other one elsewhere, and says at the end of the incident's comment what
// became of them.
func manyIssues(n int, change ...func(i int, intent *workflows.IssueIntent)) workflows.Workflow {
	return workflows.Workflow{
		Name: "follow",
		Decide: func(in workflows.Input) workflows.Decision {
			resolved := slices.ContainsFunc(in.Acts, func(a workflows.Act) bool { return a.Name == "resolved" && a.Verdict == workflows.Done })
			if in.Owner != "incident" || !resolved {
				return workflows.Decision{}
			}
			var plan workflows.Plan
			made, text := 0, ""
			for i := range n {
				want := workflows.IssueIntent{
					Key: fmt.Sprintf("follow.%02d", i), Title: fmt.Sprintf("Follow-up %02d", i), Body: "As agreed.", Child: true,
					Labels: []workflows.Label{{Name: "follow-up", Color: "0e8a16"}}, Assignees: []string{"tanaka", "nobody"},
				}
				if i%2 == 1 {
					want.Repo = others
				}
				for _, c := range change {
					c(i, &want)
				}
				plan.Issues = append(plan.Issues, want)
				switch m := in.Made[want.Key]; {
				case m.Number > 0 && m.Apart != "":
					text += fmt.Sprintf(" %d apart: %s.", i, m.Apart)
					made++
				case m.Number > 0:
					made++
				case m.Refused != "":
					text += fmt.Sprintf(" %d refused: %s.", i, m.Refused)
				}
			}
			plan.Additions = []workflows.Addition{{To: "incident.resolved", Text: fmt.Sprintf("%d made.%s", made, text)}}
			return workflows.Decision{Plan: plan}
		},
	}
}

// withMany is a world with two repositories and that workflow.
func withMany(n int, change ...func(int, *workflows.IssueIntent)) worldOption {
	return withRules(incident.Workflow(), manyIssues(n, change...))
}

// follows is an incident that was just resolved in a world with two repositories.
func (w *world) follows() int {
	w.t.Helper()
	w.addRepo(others, true)
	return w.resolved()
}

// opened are the titles of what the App opened in both repositories, of those that
// are open, in order, and how many were opened at all.
func (w *world) opened() (open []string, all int) {
	w.t.Helper()
	for _, in := range []string{repo, others} {
		for n := 1; ; n++ {
			v, ok := w.hub.Issue(in, n)
			if !ok {
				break
			}
			if v.Author != "kintsugi[bot]" {
				continue
			}
			all++
			if v.State == "open" {
				open = append(open, v.Title)
				if !slices.Equal(v.Labels, []string{"follow-up"}) || !slices.Equal(v.Assignees, []string{"tanaka"}) {
					w.t.Errorf("%s is labelled %v and assigned to %v", v.Title, v.Labels, v.Assignees)
				}
			}
		}
	}
	slices.Sort(open)
	return open, all
}

// wantsFollows fails the test unless each follow-up is open once, below the
// incident, and nothing else says anything.
func (w *world) wantsFollows(n, count int) {
	w.t.Helper()
	open, _ := w.opened()
	var want []string
	for i := range count {
		want = append(want, fmt.Sprintf("Follow-up %02d", i))
	}
	if !slices.Equal(open, want) {
		w.t.Errorf("open are %v", open)
	}
	below := 0
	for _, child := range w.issue(n).SubIssues {
		s, err := workflows.ParseSubject(child)
		w.must(err)
		if v, _ := w.hub.Issue(s.Repo, s.Number); v.State == "open" {
			below++
		}
	}
	if below != count {
		w.t.Errorf("%d are sub-issues", below)
	}
	w.wants(w.ours(n)[1].Body, fmt.Sprintf("\n%d made.\n", count))
}

// mutates is a request that changes something over GraphQL.
func mutates(r *http.Request) bool {
	if !strings.HasSuffix(r.URL.Path, "/graphql") {
		return false
	}
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	return bytes.Contains(body, []byte(`"query":"mutation`))
}

// onMutation lets the first mutation suffer.
func onMutation(f fakehub.Fault) func(*http.Request) *fakehub.Fault {
	done := false
	return func(r *http.Request) *fakehub.Fault {
		if done || !mutates(r) {
			return nil
		}
		done = true
		return &f
	}
}

// TestIssuesTogether: twenty issues in two repositories cost two mutations, and no
// create over REST besides their labels.
func TestIssuesTogether(t *testing.T) {
	w := newWorld(t, 1, withMany(20), withoutSweeps)
	n := w.follows()
	w.hub.ResetCounts()
	w.settle()
	w.wantsFollows(n, 20)
	c := w.hub.Counts()
	if c.ByRoute["POST /repos/{owner}/{repo}/issues"] != 0 || c.ByRoute["POST /repos/{owner}/{repo}/issues/{number}/sub_issues"] != 0 {
		t.Errorf("over REST: %v", c.ByRoute)
	}
	mutations := 0
	for _, r := range w.runs {
		for _, did := range r.Did {
			if strings.HasPrefix(did, "issues at once: follow.") {
				mutations++
			}
		}
	}
	// Two mutations, each after a query, the first after a second one for the labels;
	// and a query whose mutation had to wait for its turn.
	if documents := c.ByRoute["POST /graphql"]; mutations != 2 || documents != 6 {
		t.Errorf("%d mutations in %d documents", mutations, documents)
	}
	if resolved := w.ours(n)[1]; resolved.Edits != 0 {
		t.Error("the comment named the issues only by an edit")
	}
	w.say(n, "tanaka", "/note thanks")
	w.sweep(1)
	w.settle()
	w.wantsFollows(n, 20)
}

// TestIssuesTogetherLost: whatever becomes of a mutation's answer, each issue is
// open once in the end and below the incident.
func TestIssuesTogetherLost(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]fakehub.Fault{
		"answer lost":  {DropAnswer: true},
		"request lost": {DropRequest: true},
		"502":          {Status: http.StatusBadGateway},
		"limit":        {Status: http.StatusForbidden, Message: "You have exceeded a secondary rate limit."},
		"late":         late(9 * time.Second),
		"later":        late(17 * time.Second),
		"too late":     late(28 * time.Second), // after it was tried again
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, 1, withMany(20), withoutSweeps)
			n := w.follows()
			w.hub.LagLists(3*time.Second, 1)
			w.hub.Fault(onMutation(f))
			w.settle()
			if _, all := w.opened(); name != "too late" && all != 20 {
				t.Errorf("%d were opened", all)
			}
			w.wantsFollows(n, 20)
			w.must(w.store.Wake(t.Context(), engine.Background, engine.SweepKey(w.install)))
			w.settle()
			w.wantsFollows(n, 20)
		})
	}
}

// TestIssuesTogetherCrash: a crash before any request, or right after it, leaves
// each issue once, with the store kept and with a new one.
func TestIssuesTogetherCrash(t *testing.T) {
	t.Parallel()
	for _, kept := range []bool{true, false} {
		for at := 0; ; at++ {
			options := []worldOption{withMany(12)}
			if kept {
				options = append(options, inFile(t))
			}
			w := newWorld(t, 2, options...)
			n := w.follows()
			died := w.dies(n, at)
			w.settle()
			if _, all := w.opened(); all != 12 {
				t.Errorf("store kept %t, a crash at call %d leaves %d", kept, at, all)
			}
			w.wantsFollows(n, 12)
			_ = w.store.Close()
			if t.Failed() {
				t.FailNow()
			}
			if at > 0 && !died {
				if at < 8 {
					t.Fatalf("only %d calls were tried", at)
				}
				break
			}
		}
	}
}

// TestIssuesTogetherRefused: one that GitHub refuses keeps nobody else from being
// made. It is tried alone, and where that is refused, too, it is said why.
func TestIssuesTogetherRefused(t *testing.T) {
	const closed = "acme/closed"
	w := newWorld(t, 1, withoutSweeps, withMany(20, func(i int, want *workflows.IssueIntent) {
		switch i {
		case 3:
			want.Repo = closed
		case 4:
			want.Repo = "other/place"
		}
	}))
	w.addRepo(closed, true)
	w.hub.DisableIssues(closed)
	n := w.follows()
	w.settle()
	w.say(n, "tanaka", "/note thanks")
	w.settle()
	open, all := w.opened()
	if len(open) != 18 || all != 18 || len(w.issue(n).SubIssues) != 18 {
		t.Errorf("%d open of %d, %d below", len(open), all, len(w.issue(n).SubIssues))
	}
	w.wants(w.ours(n)[1].Body, "18 made. 3 refused: 410 Issues has been disabled in this repository.. 4 refused: it belongs to another owner.")
	// Once, and once more because that run was put off by our own limit.
	if c := w.hub.Counts(); c.ByRoute["POST /repos/{owner}/{repo}/issues"] != 2 {
		t.Errorf("over REST: %v", c.ByRoute)
	}
}

// TestIssuesTogetherApart: where the incident can have no more sub-issues, the rest
// is made all the same, and it is known why it stands apart.
func TestIssuesTogetherApart(t *testing.T) {
	w := newWorld(t, 1, withoutSweeps, withMany(4))
	w.addRepo(others, true)
	n := w.open("sato", "[incident] checkout is blank")
	w.settle()
	for range 98 {
		child, err := w.hub.OpenIssue(repo, "sato", fakehub.NewIssue{Title: "x"})
		w.must(err)
		w.must(w.app.AddSubIssue(t.Context(), workflows.Subject{Repo: repo, Number: n}, w.issue(child).ID))
		w.clock.Advance(5 * time.Second)
	}
	w.say(n, "tanaka", "/resolved")
	w.settle()
	open, all := w.opened()
	if len(open) != 4 || all != 4 || len(w.issue(n).SubIssues) != 100 {
		t.Errorf("%d open of %d, %d below", len(open), all, len(w.issue(n).SubIssues))
	}
	body := w.ours(n)[1].Body
	w.wants(body, "4 made.", "apart: "+workflows.NoRoom+".")
	if strings.Count(body, "apart") != 2 {
		t.Error(body)
	}
}

// halfRefusing says of the first issue that it was not made, though it was.
type halfRefusing struct {
	engine.Writer
	why  error
	done bool
}

func (h *halfRefusing) OpenIssues(ctx context.Context, parent workflows.Subject, list []workflows.IssueIntent) ([]engine.Opened, error) {
	opened, err := h.Writer.OpenIssues(ctx, parent, list)
	if err == nil && !h.done {
		h.done = true
		opened[0] = engine.Opened{Err: fmt.Errorf("%w: the parent", h.why)}
	}
	return opened, err
}

// TestIssuesTogetherHalfRefused: should GitHub make an issue and refuse only its
// place below another, it is not left there twice.
func TestIssuesTogetherHalfRefused(t *testing.T) {
	w := newWorld(t, 1, withoutSweeps, withMany(4), wired(func(c *engine.Config) { c.Writer = &halfRefusing{Writer: c.Writer, why: engine.ErrRefused} }))
	n := w.follows()
	w.settle()
	open, all := w.opened()
	if len(open) != 4 || all != 5 {
		t.Errorf("open are %v of %d", open, all)
	}
	w.wants(w.ours(n)[1].Body, "4 made.")
}

// TestIssuesTogetherUncertain: of one whose fate GitHub does not tell the rest is
// kept, and it is looked for before it is tried again.
func TestIssuesTogetherUncertain(t *testing.T) {
	w := newWorld(t, 1, withoutSweeps, withMany(4), wired(func(c *engine.Config) {
		c.Writer = &halfRefusing{Writer: c.Writer, why: engine.ErrUncertain}
	}))
	n := w.follows()
	w.hub.LagLists(3*time.Second, 1)
	w.settle()
	if _, all := w.opened(); all != 4 {
		t.Errorf("%d were opened", all)
	}
	w.wantsFollows(n, 4)
}

// TestIssuesTogetherNotAllowed: where GitHub refuses the request as such, it is not
// asked for the next ten in the same run.
func TestIssuesTogetherNotAllowed(t *testing.T) {
	w := newWorld(t, 1, withoutSweeps, withMany(20))
	n := w.follows()
	asked := 0
	w.hub.Fault(func(r *http.Request) *fakehub.Fault {
		if !mutates(r) {
			return nil
		}
		asked++
		return &fakehub.Fault{Status: http.StatusForbidden, Message: "Resource not accessible by integration"}
	})
	w.deliver()
	_, _, _ = w.engine.Step(context.Background())
	if asked != 1 {
		t.Errorf("asked %d times in a run", asked)
	}
	w.settle()
	w.wantsFollows(n, 20)
}

// TestIssuesOverREST: where GraphQL is absent, or does not know sub-issues, all of
// them are made over REST.
func TestIssuesOverREST(t *testing.T) {
	w := newWorld(t, 1, withoutSweeps, withMany(20))
	n := w.follows()
	w.hub.WithoutGraphQL()
	w.hub.ResetCounts()
	w.settle()
	w.wantsFollows(n, 20)
	c := w.hub.Counts()
	if _, all := w.opened(); all != 20 || c.ByRoute["POST /graphql"] != 1 {
		t.Errorf("%d were opened, with %v", all, c.ByRoute)
	}

	w = newWorld(t, 1, withoutSweeps, withMany(4))
	n = w.follows()
	w.hub.WithoutSubIssues()
	w.settle()
	if open, all := w.opened(); len(open) != 4 || all != 4 {
		t.Errorf("%v of %d", open, all)
	}
	w.wants(w.ours(n)[1].Body, "4 made.", "0 apart: GitHub has no sub-issues here.")
}

// TestIssueAlone: one issue is made over REST, which costs less.
func TestIssueAlone(t *testing.T) {
	w := newWorld(t, 1, withoutSweeps, withMany(1))
	n := w.follows()
	w.settle()
	w.wantsFollows(n, 1)
	if c := w.hub.Counts(); c.ByRoute["POST /graphql"] != 0 {
		t.Errorf("%v", c.ByRoute)
	}
}
