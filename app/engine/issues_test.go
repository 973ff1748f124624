package engine_test

import (
	"context"
	"fmt"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/incident"
	"github.com/kintsugi-app/kintsugi/workflows/policy"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// reports is a workflow that opens an issue of its own where an incident was
// resolved, says so at the end of the incident's comment, and looks after it.
func reports(assignees ...string) workflows.Workflow {
	label := workflows.Label{Name: "report", Color: "0e8a16"}
	return workflows.Workflow{
		Name:     "report",
		Noun:     map[words.Language]workflows.Noun{words.English: {One: "a report", Many: "reports"}, words.Japanese: {One: "報告書", Many: "報告書"}},
		Labels:   func(policy.Policy) []workflows.Label { return []workflows.Label{label} },
		Commands: []workflows.Command{{Name: "file", Aliases: []string{"提出"}, Role: workflows.RoleTriage}},
		Owns: func(o workflows.Observation, _ policy.Policy, _ []workflows.Act) (time.Time, bool) {
			key, _, ok := o.Issue.MadeFor()
			return o.Issue.CreatedAt, ok && key == "report.draft"
		},
		Gesture: func(e workflows.Event, _ policy.Policy) (string, string, bool) {
			return "file", "", e.Kind == workflows.EventClosed
		},
		Decide: func(in workflows.Input) workflows.Decision {
			if in.Owner == "report" {
				return workflows.Decision{Plan: aboutReport(in)}
			}
			resolved := slices.ContainsFunc(in.Acts, func(a workflows.Act) bool { return a.Name == "resolved" && a.Verdict == workflows.Done })
			if in.Owner != "incident" || !resolved {
				return workflows.Decision{}
			}
			plan := workflows.Plan{Issues: []workflows.IssueIntent{{
				Key: "report.draft", Title: "Report on " + in.Observation.Issue.Title, Body: "What happened?",
				Labels: []workflows.Label{label}, Assignees: assignees,
			}}}
			text := "The report is still to come."
			switch made := in.Made["report.draft"]; {
			case made.Number > 0:
				text = fmt.Sprintf("The report: #%d", made.Number)
				plan.Names = []workflows.Subject{{Repo: in.Observation.Subject.Repo, Number: made.Number}}
			case made.Refused != "":
				text = "No report, for GitHub says: " + made.Refused
			}
			plan.Additions = []workflows.Addition{{To: "incident.resolved", Text: text}}
			return workflows.Decision{Plan: plan}
		},
	}
}

func aboutReport(in workflows.Input) workflows.Plan {
	text := "open"
	for _, a := range in.Acts {
		if a.Name == "file" && a.Verdict == workflows.Done {
			text = "filed by " + words.Name(a.Author)
		}
	}
	_, of, _ := in.Observation.Issue.MadeFor()
	return workflows.Plan{Sections: []workflows.Section{{Key: "report", Title: "Report", Text: fmt.Sprintf("on #%d: %s", of.Number, text)}}}
}

// reported are the numbers of the reports that the App ever opened, closed ones
// included.
func (w *world) reported() (numbers, open []int) {
	for n := 1; ; n++ {
		v, ok := w.hub.Issue(repo, n)
		if !ok {
			return numbers, open
		}
		if v.Author == "kintsugi[bot]" {
			numbers = append(numbers, n)
			if v.State == "open" {
				open = append(open, n)
			}
		}
	}
}

func withReports(w *world) { w.rules = []workflows.Workflow{incident.Workflow(), reports()} }

func (w *world) resolved() int {
	w.t.Helper()
	n := w.open("sato", "[incident] checkout is blank")
	w.settle()
	w.say(n, "tanaka", "/resolved")
	return n
}

// opens is a request that opens an issue.
func opensIssue(r *http.Request) bool {
	return r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/issues")
}

// TestIssueByKey: an issue is opened once, with its labels and the assignees whom
// GitHub takes; what is said in the same run names it from the first; it is looked
// after by its own workflow, though no delivery of somebody else's tells of it.
func TestIssueByKey(t *testing.T) {
	w := newWorld(t, 1, withRules(incident.Workflow(), reports("suzuki", "stranger")), withoutSweeps)
	n := w.resolved()
	w.settle()
	all, _ := w.reported()
	if len(all) != 1 {
		t.Fatalf("%d reports, want one\n%s", len(all), w.visible(n))
	}
	made := w.issue(all[0])
	if !slices.Equal(made.Labels, []string{"report"}) || !slices.Equal(made.Assignees, []string{"suzuki"}) {
		t.Errorf("labels %v, assignees %v", made.Labels, made.Assignees)
	}
	w.wants(made.Body, fmt.Sprintf("<!-- kintsugi:report.draft %s#%d -->\nWhat happened?", repo, n))
	w.wants(w.status(all[0]), fmt.Sprintf("on #%d: open", n))
	resolved := w.ours(n)[1]
	w.wants(resolved.Body, fmt.Sprintf("\nThe report: #%d", all[0]))
	if resolved.Edits != 0 {
		t.Error("the comment named the report only by an edit")
	}
	w.say(n, "tanaka", "/note thanks")
	w.sweep(1)
	w.settle()
	if again, _ := w.reported(); len(again) != 1 {
		t.Errorf("%d reports later, want one", len(again))
	}
}

// TestIssueLost: whatever becomes of the answer, there is one report in the end.
func TestIssueLost(t *testing.T) {
	for name, f := range map[string]fakehub.Fault{
		"answer lost":  {DropAnswer: true},
		"request lost": {DropRequest: true},
		"502":          {Status: http.StatusBadGateway},
		"late":         late(9 * time.Second),
		"later":        late(17 * time.Second),
		"too late":     late(28 * time.Second), // after it was tried again
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, 1, withReports, withoutSweeps)
			n := w.resolved()
			w.hub.LagLists(3*time.Second, 1)
			w.hub.Fault(fakehub.Matching(1, http.MethodPost, "/issues", f))
			w.settle()
			all, open := w.reported()
			want := 1
			if name == "too late" {
				want = 2
			}
			if len(open) != 1 || len(all) != want {
				t.Fatalf("reports %v, open %v, want one", all, open)
			}
			w.wants(w.ours(n)[1].Body, fmt.Sprintf("The report: #%d", open[0]))
			for _, twice := range all[1:] {
				v := w.issue(twice)
				if v.Reason != "duplicate" || len(v.Labels) != 0 || len(v.Comments) != 1 || w.status(twice) != "" {
					t.Errorf("the duplicate is %s, labelled %v, with %d comments", v.Reason, v.Labels, len(v.Comments))
				}
				w.wants(v.Comments[0].Body, fmt.Sprintf("Please use #%d", open[0]))
			}
			w.must(w.store.Wake(t.Context(), engine.Background, engine.SweepKey(w.install)))
			w.settle()
			if _, again := w.reported(); !slices.Equal(again, open) {
				t.Errorf("open are %v after a sweep, and were %v", again, open)
			}
			for _, twice := range all[1:] {
				if got := len(w.issue(twice).Comments); got != 1 {
					t.Errorf("%d comments on the duplicate after a sweep", got)
				}
			}
		})
	}
}

// dies lets one run of the issue begin and its process end at a call, before the
// request or, of a write, right after it; then another process starts. It is false
// where the run has fewer calls.
func (w *world) dies(n, at int) (died bool) {
	w.t.Helper()
	calls := 0
	w.hurdle = func(r *http.Request) error {
		if calls++; (calls+1)/2 == at {
			if calls%2 == 0 && r.Method != http.MethodGet { // right after
				if resp, err := w.hub.Transport().RoundTrip(r); err == nil {
					_ = resp.Body.Close()
				}
			}
			died = true
			runtime.Goexit()
		}
		return nil
	}
	w.deliver()
	var wg sync.WaitGroup
	wg.Go(func() { _, _, _ = w.engine.Step(context.Background()) })
	wg.Wait()
	w.hurdle = nil
	if died {
		w.start()
		w.must(w.store.Wake(context.Background(), engine.Live, fmt.Sprintf("%s#%d", repo, n)))
	}
	return died
}

// TestIssueCrash: a crash before any request, or right after it, leaves one
// report, with the store kept and with a new one.
func TestIssueCrash(t *testing.T) {
	t.Parallel()
	want := map[bool]string{}
	for _, kept := range []bool{true, false} {
		for at := 0; ; at++ {
			options := []worldOption{withReports}
			if kept {
				options = append(options, inFile(t))
			}
			w := newWorld(t, 1, options...)
			n := w.resolved()
			died := w.dies(n, at)
			w.settle()
			all, _ := w.reported()
			got := settled(w, n)
			_ = w.store.Close()
			if len(all) != 1 {
				t.Fatalf("store kept %t, a crash at call %d leaves %d reports", kept, at, len(all))
			}
			if want[kept] == "" {
				want[kept] = got
			}
			if got != want[kept] {
				t.Fatalf("store kept %t, a crash at call %d ends in\n%s\nwant\n%s", kept, at, got, want[kept])
			}
			if at > 0 && !died {
				if at < 6 {
					t.Fatalf("only %d calls were tried", at)
				}
				break
			}
		}
	}
}

// TestIssueRefused: what GitHub refuses for good is said, once, and the rest goes
// on.
func TestIssueRefused(t *testing.T) {
	for _, status := range []int{403, 404, 410, 422} {
		w := newWorld(t, 1, withReports)
		n := w.resolved()
		asked := 0
		w.hub.Fault(func(r *http.Request) *fakehub.Fault {
			if !opensIssue(r) {
				return nil
			}
			asked++
			return &fakehub.Fault{Status: status, Message: "Issues are not for\nyou"}
		})
		w.settle()
		w.say(n, "tanaka", "/note thanks")
		w.settle()
		if asked != 1 {
			t.Errorf("%d: asked %d times, want once", status, asked)
		}
		w.wants(w.ours(n)[1].Body, fmt.Sprintf("No report, for GitHub says: %d Issues are not for you", status))
		if v := w.issue(n); v.State != "closed" {
			t.Errorf("%d: the rest did not go on", status)
		}
	}
}

// TestIssueAfterLostRecord: a report is found by its marker where the record that
// knew of it is gone; what somebody else wrote is not believed.
func TestIssueAfterLostRecord(t *testing.T) {
	w := newWorld(t, 1, withReports)
	n := w.resolved()
	w.settle()
	all, _ := w.reported()
	_, err := w.hub.OpenIssue(repo, "sato", fakehub.NewIssue{Title: "Mine", Body: w.issue(all[0]).Body})
	w.must(err)
	w.must(w.hub.EditIssue(repo, all[0], "suzuki", fakehub.Edit{Body: new(w.issue(all[0]).Body + "\nand more")}))
	w.forge(n)
	w.start()
	w.passSpan()
	w.must(w.store.Wake(context.Background(), engine.Live, fmt.Sprintf("%s#%d", repo, n)))
	w.settle()
	if again, _ := w.reported(); !slices.Equal(again, all) {
		t.Errorf("reports %v after the record was lost, were %v", again, all)
	}
	w.wants(w.ours(n)[1].Body, fmt.Sprintf("The report: #%d", all[0]))
	if v := w.issue(all[0] + 1); v.State != "open" || len(v.Comments) != 0 {
		t.Error("an issue of somebody else's was taken for ours by the marker in it")
	}
}

// TestIssueLeftAlone: what a person closes or deletes of ours is neither opened
// again nor made anew.
func TestIssueLeftAlone(t *testing.T) {
	w := newWorld(t, 1, withReports)
	n := w.resolved()
	w.settle()
	all, _ := w.reported()
	w.hub.SetRole(repo, "yamamoto", "admin")
	w.must(w.hub.DeleteIssue(repo, all[0], "yamamoto"))
	w.clock.Advance(time.Minute)
	w.say(n, "tanaka", "/note thanks")
	w.settle()
	if again, _ := w.reported(); len(again) > 1 {
		t.Errorf("a deleted report was made anew: %v", again)
	}
	w.wants(w.ours(n)[1].Body, fmt.Sprintf("The report: #%d", all[0]))
}

// TestIssuePreviewed: a plan prints the issue and opens none; nor does mode:
// observe.
func TestIssuePreviewed(t *testing.T) {
	w := newWorld(t, 1, withReports)
	n := w.resolved()
	run, err := w.engine.Plan(t.Context(), workflows.Subject{Repo: repo, Number: n})
	w.must(err)
	w.wants(strings.Join(run.Did, "\n"), `issue report.draft: "Report on [incident] checkout is blank"`)
	w.wants(run.Plan, "issue report.draft\n  Report on [incident] checkout is blank\n  What happened?")
	w.hub.PutFile(repo, ".github/kintsugi.yml", "language: en\nmode: observe\n")
	w.say(n, "tanaka", "/preview")
	w.settle()
	if all, _ := w.reported(); len(all) != 0 {
		t.Errorf("%d reports were opened by looking", len(all))
	}
	ours := w.ours(n)
	w.wants(ours[len(ours)-1].Body, "issue report.draft")
}
