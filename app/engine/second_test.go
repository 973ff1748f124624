package engine_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/incident"
)

// checklist is what a new workflow amounts to: a folder, here a function, and
// one line in the list. It contributes a section to an incident, holds its
// closing while the title says so, and keeps a comment.
func checklist() workflows.Workflow {
	return workflows.Workflow{
		Name: "checklist",
		Decide: func(in workflows.Input) workflows.Decision {
			title := in.Observation.Issue.Title
			plan := workflows.Plan{Sections: []workflows.Section{{Key: "checklist", Title: "Checklist", Text: "for " + in.Owner}}}
			if strings.Contains(title, "hold") {
				plan.Holds = []workflows.Hold{{Key: "checklist.open", Reason: "The checklist is still open."}}
			}
			plan.Comments = []workflows.CommentIntent{{Key: "checklist.list", Body: "the list for " + title}}
			return workflows.Decision{Plan: plan}
		},
	}
}

// TestSecondWorkflow: a section in the order of the list, a hold that stops our
// own closing and never reopens.
func TestSecondWorkflow(t *testing.T) {
	w := newWorld(t, 1, withRules(incident.Workflow(), checklist()))
	n := w.open("sato", "[incident] hold: checkout is blank")
	w.settle()
	body := w.status(n)
	w.wants(body, "**Checklist**\n\nfor incident")
	if strings.Index(body, "Checklist") < strings.Index(body, "Waiting for a responder") {
		t.Error("the sections are not in the order of the list")
	}
	w.say(n, "tanaka", "/resolved")
	w.settle()
	if w.issue(n).State != "open" {
		t.Error("closed in spite of a hold")
	}
	w.wants(w.status(n), "The checklist is still open.")
	w.must(w.hub.Close(repo, n, "tanaka", "completed"))
	w.settle()
	if w.issue(n).State != "closed" {
		t.Error("a hold reopened what a person closed")
	}
}

// TestDeletedStaysDeleted: what a person deleted of ours is not made again, also
// when it would have to say something else by now.
func TestDeletedStaysDeleted(t *testing.T) {
	w := newWorld(t, 1, withRules(incident.Workflow(), checklist()))
	n := w.open("sato", "[incident] checkout is blank")
	w.settle()
	for _, c := range w.ours(n) {
		if strings.Contains(c.Body, "the list for") {
			w.must(w.hub.DeleteComment(repo, c.ID, "yamamoto"))
		}
	}
	for _, title := range []string{"[incident] checkout", "[incident] payments"} {
		w.must(w.hub.EditIssue(repo, n, "suzuki", fakehub.Edit{Title: &title}))
		w.settle()
	}
	if got := len(w.ours(n)); got != 1 {
		t.Errorf("%d comments of ours, want the status alone\n%s", got, w.visible(n))
	}
}

// TestClash: two workflows that plan the same thing are an error that names
// both, and nothing is applied.
func TestClash(t *testing.T) {
	clashing := workflows.Workflow{Name: "other", Decide: func(workflows.Input) workflows.Decision {
		return workflows.Decision{Plan: workflows.Plan{
			Labels: []workflows.LabelIntent{{Label: workflows.Label{Name: "sev1"}, On: true}},
			State:  &workflows.StateIntent{Reason: "completed"},
		}}
	}}
	w := newWorld(t, 1, withRules(incident.Workflow(), clashing))
	n := w.open("sato", "[incident] checkout is blank")
	w.settle()
	err := w.failures()
	if err == nil {
		t.Fatal("nobody was told of the clash")
	}
	w.wants(err.Error(), "the workflows clash", `other plans the label "sev1", which belongs to "incident"`, "other sets the state of a subject of incident")
	if got := len(w.ours(n)); got != 0 {
		t.Errorf("%d comments were written in spite of a clash", got)
	}
}

// TestStartupClash: a label or a command that two workflows claim stops the
// program at its start.
func TestStartupClash(t *testing.T) {
	one := incident.Workflow()
	two := incident.Workflow()
	two.Name = "twin"
	two.Policy.Name = "twin"
	if _, err := engine.NewRules([]workflows.Workflow{one, two}); err == nil || !strings.Contains(err.Error(), "command") {
		t.Errorf("two workflows with the same commands: %v", err)
	}
	two.Commands = nil
	if _, err := engine.NewRules([]workflows.Workflow{one, two}); err == nil || !strings.Contains(err.Error(), "belongs to two workflows") {
		t.Errorf("two workflows with the same label: %v", err)
	}
}

// TestAskingWithoutEnd: eight rounds of answers are enough for anybody; a ninth is a
// bug, and the run fails.
func TestAskingWithoutEnd(t *testing.T) {
	for rounds, fails := range map[int]bool{8: false, 9: true} {
		curious := workflows.Workflow{Name: "curious", Decide: func(in workflows.Input) workflows.Decision {
			for i := range rounds {
				login := fmt.Sprintf("nobody%d", i)
				if _, ok := in.Facts.Role(repo, login); !ok {
					return workflows.Decision{Asks: []workflows.Ask{workflows.RoleAsk{Repo: repo, Login: login}}}
				}
			}
			return workflows.Decision{}
		}}
		w := newWorld(t, 1, withRules(incident.Workflow(), curious))
		n := w.open("sato", "[incident] checkout is blank")
		w.settle()
		if failed := w.failures() != nil; failed != fails || (w.status(n) == "") != fails {
			t.Errorf("%d rounds: failed %t, want %t (%v)", rounds, failed, fails, w.failures())
		}
	}
}

// TestPanicIsContained: a workflow that panics fails its run; others go on.
func TestPanicIsContained(t *testing.T) {
	shaky := workflows.Workflow{Name: "shaky", Decide: func(in workflows.Input) workflows.Decision {
		if strings.Contains(in.Observation.Issue.Title, "boom") {
			panic("boom")
		}
		return workflows.Decision{}
	}}
	w := newWorld(t, 1, withRules(incident.Workflow(), shaky))
	bad := w.open("sato", "[incident] boom")
	good := w.open("sato", "[incident] checkout is blank")
	w.settle()
	if w.status(bad) != "" || w.status(good) == "" {
		t.Error("one subject's panic is another's trouble")
	}
	w.wants(w.failures().Error(), "panic: boom")
}

// TestWording: the status comment is written anew when facts change, and not
// when only our wording does.
func TestWording(t *testing.T) {
	w := newWorld(t, 1)
	n := w.night(1)
	w.clock.Advance(time.Hour)
	reworded := incident.Workflow()
	decide := reworded.Decide
	reworded.Decide = func(in workflows.Input) workflows.Decision {
		d := decide(in)
		for i := range d.Plan.Sections {
			d.Plan.Sections[i].Text += " (in other words)"
		}
		return d
	}
	w.rules = []workflows.Workflow{reworded}
	w.start()
	w.passSpan()
	w.hub.ResetCounts()
	w.must(w.store.Wake(t.Context(), engine.Live, fmt.Sprintf("%s#%d", repo, n)))
	w.settle()
	if got := w.writes(); got != 0 {
		t.Errorf("%d writes for a change of wording", got)
	}
	w.say(n, "tanaka", "/sev 2")
	w.settle()
	w.wants(w.status(n), "(in other words)", "SEV2")
}

// TestPlanWritesNothing: a dry run says what would be written and writes none of
// it, also for a backlog.
func TestPlanWritesNothing(t *testing.T) {
	w := newWorld(t, 1)
	n := w.open("sato", "[incident] checkout is blank")
	for i := range 15 {
		w.say(n, "tanaka", fmt.Sprintf("/note %d", i))
	}
	w.say(n, "tanaka", "/sev 2")
	w.hub.ResetCounts()
	run, err := w.engine.Plan(t.Context(), workflows.Subject{Repo: repo, Number: n})
	if err != nil {
		t.Fatal(err)
	}
	if got := w.writes(); got != 0 {
		t.Errorf("a dry run wrote %d times", got)
	}
	said := strings.Join(run.Did, "\n")
	w.wants(said, `label "incident" on`, `label "sev2" on`, "react +1", "comment status")
	w.wants(strings.Join(run.Why, "\n"), `/sev "2" by tanaka (triage): done`)
	w.settle()
	w.wants(w.status(n), "SEV2", "Notes: 5 earlier")
	for _, c := range w.issue(n).Comments {
		if c.Author == "tanaka" && len(c.Reactions) != 1 {
			t.Errorf("%q has %d reactions, want 1: a backlog is answered in full", c.Body, len(c.Reactions))
		}
	}
}
