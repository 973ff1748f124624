package incident

import (
	"fmt"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows"
)

// The keys of what an incident creates.
const (
	keyOpened    = name + ".opened"
	keyRerouted  = name + ".rerouted"
	keyEscalated = name + ".escalated"
	keyRaised    = name + ".raised."
	keyUpdate    = name + ".update."
	keyResolved  = name + ".resolved"
	keyHelp      = name + ".help."
)

func decide(in workflows.Input) workflows.Decision {
	if in.Owner != name {
		return workflows.Decision{}
	}
	s := replay(in)
	original, isJoined := originalOf(in, s)
	if isJoined {
		answer, known := in.Facts[workflows.SummaryAsk{Subject: original}]
		if !known {
			return workflows.Decision{Asks: []workflows.Ask{workflows.SummaryAsk{Subject: original}}}
		}
		if isJoined = s.mayJoin(in, answer); !isJoined {
			s.notThere()
		}
	}
	asks := s.join(in)
	t := teller{in: in, s: s, policy: policyOf(in.Policy)}
	asks = append(asks, t.asks()...)
	notices, wake, more := t.calling()
	plan := workflows.Plan{
		Sections: []workflows.Section{t.section()},
		Labels:   t.labelIntents(),
		State:    stateIntent(s),
		Notices:  notices,
		Summary:  t.summary(),
		Wake:     wake,
		Urgent:   s.urgent(in.Observation.Issue.Open),
	}
	if isJoined {
		plan.Names = []workflows.Subject{original}
	}
	if s.confirmed && !s.nearMiss { // which may hold releases, or holds them no longer
		plan.Names = append(plan.Names, workflows.GatesOf(in.Policy, in.Observation.Subject.Repo, t.serviceOf())...)
	}
	if s.everResolved && !s.nearMiss {
		plan.Comments = append(plan.Comments, t.resolvedComment())
	}
	plan.Comments = append(plan.Comments, in.HelpComments(keyHelp, s.helped, HelpNote(in.Language))...)
	return workflows.Decision{Asks: append(asks, more...), Plan: plan}
}

// leastUrgent is the mildest severity that people are called away for.
const leastUrgent = 2

// urgent: a confirmed incident that goes on, of SEV1 or SEV2, or whose severity
// nobody has judged yet, for that may be the worst. Acknowledged or mitigated
// it stays so, since people wait for each answer until it is over. A report that
// nobody confirmed is not: a stranger's title must not go before an incident.
func (s state) urgent(open bool) bool {
	return s.confirmed && !s.nearMiss && s.ended == ongoing && open && s.level <= leastUrgent
}

// labelIntents: the incident label always, or that of a near miss; of the
// severity labels the one that was decided, once the incident is confirmed.
func (t teller) labelIntents() []workflows.LabelIntent {
	s, all := t.s, labels(t.in.Policy)
	intents := []workflows.LabelIntent{{Label: all[0], On: !s.nearMiss}, {Label: all[1], On: s.nearMiss}}
	if s.promoted != nil {
		intents[0].At, intents[1].At = s.promoted.At, s.promoted.At
	}
	for level := 1; level <= severities; level++ {
		intent := workflows.LabelIntent{Label: severityLabels[level], On: s.confirmed && !s.nearMiss && !t.isHidden() && s.level == level}
		if s.confirmed && s.level > 0 {
			intent.At = s.by.At
		}
		intents = append(intents, intent)
	}
	return intents
}

// stateIntent: an incident that ended is closed. Reopening is what a person
// did; nothing is left to do.
func stateIntent(s state) *workflows.StateIntent {
	reason := map[int]string{resolved: "completed", falseAlarm: "not_planned", duplicate: "duplicate"}[s.ended]
	if reason == "" {
		return nil
	}
	return &workflows.StateIntent{Reason: reason, At: s.endedBy.At, ActID: s.endedBy.ID}
}

// facts is what the status section says, in a form that does not change with
// our wording, nor with what suits it best among documents that come and go.
func (t teller) facts() string {
	s := t.s
	var b strings.Builder
	for _, m := range []*milestone{s.declared, s.started, s.detected, s.acknowledged, s.mitigated, s.reopened, s.resolved} {
		if m == nil {
			b.WriteString("-;")
			continue
		}
		fmt.Fprintf(&b, "%s %s %t;", m.at.Format(time.RFC3339), m.by.ID, m.guessed)
	}
	fmt.Fprintf(&b, "%t %d %s;%d %s;%s;", s.confirmed, s.level, s.by.ID, s.ended, s.lead, s.original+"/"+s.missing)
	for _, n := range s.notes {
		b.WriteString(n.ID + ",")
	}
	fmt.Fprintf(&b, ";closed=%t open=%t;%s;", t.closedByPerson(), t.reopenedByPerson(), t.in.Policy.TimeZone)
	fmt.Fprintf(&b, "near=%t hidden=%t %s %s;%s;%t;", s.nearMiss, t.isHidden(), s.comms, s.scribe, t.serviceOf(), s.noStart)
	_, escalated := t.in.Made[keyEscalated]
	fmt.Fprintf(&b, "%q %q %t;", t.call, t.second, escalated) // and not that the call went out, or it would be edited away at once
	// Which runbook suits best may change with every push; that one does is news.
	fmt.Fprintf(&b, "runbook=%t;", len(t.in.Facts[t.runbooksAsk()].Matches) > 0)
	for _, line := range []string{t.severityLine(), t.changed(), t.deployedLine(), t.joinedLine(), t.response(), t.question()} {
		b.WriteString(line + ";")
	}
	return b.String()
}
