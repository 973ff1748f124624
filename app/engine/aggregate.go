package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// An aggregate is what a repository has once, made from many issues. It has no issue
// of its own, and so no comments, events, record or acts: its workflow asks for what
// it needs, and what a run made is found again on GitHub by the next one.
const (
	// tellingPause is how long an aggregate waits after the first of what it is told,
	// unless its workflow says otherwise, so that ten labels in a minute are one commit.
	tellingPause = time.Minute
	// rerunOn begins what an aggregate is told where somebody wants its checks on a
	// commit to be run again.
	rerunOn = "rerun on "
	// mostReadings is how often the workflow of an aggregate may ask. It reads one
	// file after another: the page names the entries, an entry its sources, a source
	// may have moved.
	mostReadings = 16
)

// aggregate is the workflow that looks after the aggregates of a name.
func (r Rules) aggregate(name string) (w workflows.Workflow, ok bool) {
	i := slices.IndexFunc(r.List, func(w workflows.Workflow) bool { return name != "" && w.Aggregate == name })
	if i < 0 {
		return w, false
	}
	return r.List[i], true
}

// aggregates are those that a repository has.
func (r Rules) aggregates(repo string) (all []workflows.Subject) {
	for _, w := range r.List {
		if w.Aggregate != "" {
			all = append(all, workflows.Subject{Repo: repo, Name: w.Aggregate})
		}
	}
	return all
}

// pause is how long the aggregates of a name wait after the first of what they are told.
func (r Rules) pause(name string) time.Duration {
	w, _ := r.aggregate(name)
	return cmp.Or(w.Pause, tellingPause)
}

// Event is what a delivery says has happened in a repository. Rerun is the commit on
// which somebody wants the checks of this App to be run again, if that is it.
type Event struct{ Repo, Name, Action, Rerun string }

// Hear is what the aggregates of a repository are told of an event that their workflows
// named.
func (e *Engine) Hear(ev Event) (tell []Telling) {
	for _, w := range e.rules.List {
		if w.Aggregate == "" || !slices.Contains(w.Events, ev.Name) && !slices.Contains(w.Events, ev.Name+"."+ev.Action) {
			continue
		}
		of := workflows.Subject{Repo: ev.Repo, Name: w.Aggregate}
		t := Telling{Aggregate: of.String(), Due: e.clock.Now().Add(e.rules.pause(w.Aggregate))}
		if ev.Rerun != "" {
			t.Subject = rerunOn + ev.Rerun
		}
		tell = append(tell, t)
	}
	return tell
}

// ponder lets the workflow of an aggregate decide. Where nothing is to be done about
// it, it is looked at as a whole once there is.
func (e *Engine) ponder(ctx context.Context, s workflows.Subject, c *Claim, intents []Intent, run *Run) (deliberation, error) {
	d := deliberation{began: e.clock.Now()}
	w, ok := e.rules.aggregate(s.Name)
	if !ok {
		c.Hint.Whole, d.notOurs = time.Time{}, "no workflow looks after what is called "+s.Name
		return d, nil
	}
	v, err := e.arrive(ctx, s)
	if errors.Is(err, ErrGone) {
		c.Hint.Whole, err = time.Time{}, errNoSubject
	}
	if err != nil {
		return d, err
	}
	v.rules, v.intents = Rules{List: []workflows.Workflow{w}}, intents
	d.view, d.owner, d.language = v, w.Name, v.policy.Language
	if d.language == "" {
		d.language = words.English
	}
	d.facts, d.made, d.rerun = workflows.Facts{}, map[string]workflows.Made{}, map[string]bool{}
	maps.Copy(d.made, c.Hint.Checks)
	for _, key := range c.Told {
		if commit, is := strings.CutPrefix(key, rerunOn); is {
			d.rerun[commit] = true
		} else if teller, err := workflows.ParseSubject(key); err == nil {
			d.told = append(d.told, teller)
		}
	}
	if d.whole = c.Hint.Whole; c.Hint.Looked && !v.policy.Observe {
		d.whole = time.Time{} // what was found then is still to be done
	}
	run.Observed = d.aggregateFound()
	if !v.policy.Enabled {
		c.Hint.Whole = time.Time{}
		return d, nil
	}
	return e.decide(ctx, d, c)
}

func (d *deliberation) isAggregate() bool { return d.o.Subject.Name != "" }

// rounds is how often the workflows may ask about the subject, and make something,
// before they must be done.
func (d *deliberation) rounds() int {
	if d.isAggregate() {
		return mostReadings
	}
	return mostRounds
}

// aggregateFound is an aggregate as it was found, in lines.
func (d *deliberation) aggregateFound() []string {
	whole := "never, as far as is known"
	if !d.whole.IsZero() {
		whole = logTime(d.whole)
	}
	lines := []string{"an aggregate, looked at as a whole: " + whole}
	for _, teller := range d.told {
		lines = append(lines, "something else was published by "+teller.String())
	}
	for _, commit := range slices.Sorted(maps.Keys(d.rerun)) {
		lines = append(lines, "its checks are to be run again on "+commit)
	}
	for _, p := range d.problems {
		lines = append(lines, "policy: "+p.String())
	}
	return lines
}

// misplaced is an error that names what a plan has and its subject no place for: an
// aggregate has no issue, and changes to files are made by aggregates alone, so that
// no file has two writers. So are deployments told by them alone.
func (d *deliberation) misplaced(w string, p workflows.Plan) error {
	if !d.isAggregate() {
		switch {
		case len(p.Changes) > 0:
			return fmt.Errorf("%s plans changes to files, which only aggregates make", w)
		case len(p.Gates) > 0:
			return fmt.Errorf("%s plans words for deployments, which only aggregates say", w)
		}
		return nil
	}
	var found []string
	for what, is := range map[string]bool{
		"labels": len(p.Labels) > 0, "a state": p.State != nil, "holds": len(p.Holds) > 0, "sections": len(p.Sections) > 0,
		"comments": len(p.Comments) > 0, "additions": len(p.Additions) > 0, "notices": len(p.Notices) > 0,
		"assignees": len(p.Assignees) > 0, "new files": len(p.Files) > 0,
		"a turn": p.Turn != 0, "urgency": p.Urgent,
		"issues that need one of its own": slices.ContainsFunc(p.Issues, func(i workflows.IssueIntent) bool { return i.Patient || i.Child }),
	} {
		if is {
			found = append(found, what)
		}
	}
	if len(found) == 0 {
		return wordless(w, p.Gates)
	}
	slices.Sort(found)
	return fmt.Errorf("%s plans what an aggregate cannot have: %s", w, strings.Join(found, ", "))
}
