package postmortem

import (
	"time"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/document"
	"github.com/kintsugi-app/kintsugi/workflows/incident"
	"github.com/kintsugi-app/kintsugi/workflows/postmortem/inspect"
	"github.com/kintsugi-app/kintsugi/workflows/postmortem/lint"
)

// life is a postmortem as it stands: what its acts say, what the document says,
// and what its incident has published.
type life struct {
	teller
	s      state
	policy *Policy
	// of is the number of the incident, 0 for none; about is what it published, and
	// instead the number of the postmortem that it has in place of this one, or 0.
	of      int
	about   incident.Published
	instead int
	pull    workflows.Pull
	// path is the file, of a pull request.
	path    string
	doc     *document.Document
	read    []inspect.Incident
	authors []string
	due     time.Time // the day, at midnight
	// findings are what lint has: what is needed, what may be so, and wordings. Where
	// it was not looked at, isLinted is false and nothing is known.
	isLinted                    bool
	findings, remarks, wordings []lint.Finding
}

// lifeOf reads a postmortem, or tells what has to be asked for that.
func lifeOf(in workflows.Input) (l life, asks []workflows.Ask) {
	l = life{teller: teller{in}, s: replay(in), policy: policyOf(in.Policy)}
	if asks := l.look(); len(asks) > 0 {
		return l, asks
	}
	return l, append(l.approvalsOfPull(), l.lint()...)
}

func live(in workflows.Input) workflows.Decision {
	l, asks := lifeOf(in)
	if len(asks) > 0 {
		return workflows.Decision{Asks: asks}
	}
	plan := workflows.Plan{
		Sections: []workflows.Section{l.section()},
		Labels:   l.labels(),
		State:    l.stateIntent(),
		Comments: l.comments(),
		Checks:   l.checks(),
		Summary:  toJSON(l.published()),
	}
	plan.Notices, plan.Wake = l.reminders()
	// What is owed here may hold a release.
	plan.Names = workflows.GatesOf(in.Policy, in.Observation.Subject.Repo, l.about.Service)
	if l.of != 0 {
		plan.Names = append(plan.Names, l.incidentSubject())
	}
	return workflows.Decision{Plan: plan}
}

// isSettled: it was done and closed by us, and nobody has reopened it. What
// happens to the policy or to the assignees then changes nothing.
func (l *life) isSettled() bool {
	last, ok := l.in.Observation.LastState()
	return !l.in.Observation.Issue.Open && ok && last.Kind == workflows.EventClosed && last.Ours
}

// isAccepted: people have approved it, whatever is missing: everybody who was
// asked, and as many as the policy wants.
func (l *life) isAccepted() (by []string, last workflows.Act, ok bool) {
	by, last, ok = l.s.approvedBy(l.authors, l.policy.Approvals)
	return by, last, ok && l.s.ended != dropped
}

// isApproved: besides, nothing is missing that the policy calls an error.
func (l *life) isApproved() bool {
	_, _, ok := l.isAccepted()
	return ok && l.errors() == 0 || l.isSettled()
}

func (l *life) state() string {
	isPull := l.in.Observation.Issue.Pull
	switch {
	case l.s.ended == dropped && !l.pull.Merged:
		return stateDropped
	case l.isSettled(), l.s.ended == accepted && !l.reopens() && !l.in.Observation.Issue.Open, l.pull.Merged, l.isApproved() && !isPull:
		return stateDone
	case l.s.review != nil || len(l.s.approvals) > 0:
		return stateReview
	}
	return stateDraft
}

// isOngoing: there is still something to be done by its authors.
func (l *life) isOngoing() bool {
	state := l.state()
	return (state == stateDraft || state == stateReview) && l.in.Observation.Issue.Open && !l.isNothing() && l.instead == 0
}

// isNothing: the incident turned out to be none, or another's.
func (l *life) isNothing() bool {
	return l.about.Ended == "false-alarm" || l.about.Ended == "duplicate"
}

// isIncomplete: it is done, by whatever means, and something is missing.
func (l *life) isIncomplete() bool {
	_, _, ok := l.isAccepted()
	switch {
	case l.s.ended == accepted, l.pull.Merged:
		return l.open() > 0 || !ok && l.policy.Approvals > 0
	case l.isApproved():
		return l.open() > 0
	}
	return false
}

// reopens: the policy has it that a first closing with something missing is taken
// back.
func (l *life) reopens() bool {
	return l.s.ended == accepted && l.isIncomplete() && l.policy.OnClose == onCloseReopen && l.s.closings == 1 && !l.in.Observation.Issue.Pull
}

func (l *life) stateIntent() *workflows.StateIntent {
	if l.in.Observation.Issue.Pull {
		return nil // people merge
	}
	if l.reopens() {
		return &workflows.StateIntent{Open: true, At: l.s.endedBy.At.Add(time.Second), ActID: l.s.endedBy.ID}
	}
	if _, last, ok := l.isAccepted(); ok && l.isApproved() {
		return &workflows.StateIntent{Reason: "completed", At: last.At, ActID: last.ID}
	}
	return nil
}

// labels: of those of the states one. What people set by hand before the last act
// does not speak against it.
func (l *life) labels() []workflows.LabelIntent {
	all, state := labels(l.in.Policy), l.state()
	last := l.in.From
	if n := len(l.in.Acts); n > 0 {
		last = later(last, l.in.Acts[n-1].At)
	}
	return []workflows.LabelIntent{
		{Label: all[labelOwn], On: true},
		{Label: all[labelDraft], On: state == stateDraft, At: last},
		{Label: all[labelReview], On: state == stateReview, At: last},
		{Label: all[labelDone], On: state == stateDone, At: last},
		{Label: all[labelIncomplete], On: l.isIncomplete() && l.policy.OnClose != onCloseOff && !l.reopens(), At: last},
	}
}

func (l *life) published() published {
	by, _, _ := l.isAccepted()
	p := published{State: l.state(), Incident: l.of, Service: l.about.Service, Due: l.due.Format(dateLayout), Authors: l.authors, Approved: by, Incomplete: l.isIncomplete() && !l.reopens()}
	if !l.s.meeting.IsZero() {
		p.Sharing = l.s.meeting.Format(time.RFC3339)
	}
	return p
}
