package incident

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows"
)

// The keys of what an incident creates.
const (
	keyOpened   = name + ".opened"
	keyResolved = name + ".resolved"
	keyHelp     = name + ".help."
)

func decide(in workflows.Input) workflows.Decision {
	if in.Owner != name {
		return workflows.Decision{}
	}
	s := replay(in)
	if s.ended == duplicate && s.original != "" {
		original := in.Observation.Subject
		original.Number, _ = strconv.Atoi(s.original)
		answer, known := in.Facts[workflows.SummaryAsk{Subject: original}]
		if !known {
			return workflows.Decision{Asks: []workflows.Ask{workflows.SummaryAsk{Subject: original}}}
		}
		if answer.Unknown != "" {
			s.notThere()
		}
	}
	t := teller{in: in, s: s, policy: policyOf(in.Policy)}
	plan := workflows.Plan{
		Sections: []workflows.Section{t.section()},
		Labels:   labelIntents(in, s),
		State:    stateIntent(s),
		Summary:  summary(s),
		Urgent:   s.urgent(in.Observation.Issue.Open),
	}
	if s.callsPeople() && len(t.policy.Notify) > 0 {
		plan.Notices = []workflows.Notice{t.opened()}
	}
	if s.everResolved {
		plan.Comments = append(plan.Comments, t.resolvedComment())
	}
	plan.Comments = append(plan.Comments, t.helps()...)
	return workflows.Decision{Plan: plan}
}

// callsPeople: a confirmed incident that nobody has taken up yet. Once somebody
// has, a call not yet made is overtaken and is not made.
func (s state) callsPeople() bool {
	return s.confirmed && s.acknowledged == nil && s.mitigated == nil && s.ended == ongoing && !s.everResolved
}

// leastUrgent is the mildest severity that people are called away for.
const leastUrgent = 2

// urgent: a confirmed incident that goes on, of SEV1 or SEV2, or whose severity
// nobody has judged yet, for that may be the worst. Acknowledged or mitigated
// it stays so, since people wait for each answer until it is over. A report that
// nobody confirmed is not: a stranger's title must not go before an incident.
func (s state) urgent(open bool) bool {
	return s.confirmed && s.ended == ongoing && open && s.severity <= leastUrgent
}

// labelIntents: the incident label always; of the severity labels the one that
// was decided, once the incident is confirmed.
func labelIntents(in workflows.Input, s state) []workflows.LabelIntent {
	all := labels(in.Policy)
	intents := []workflows.LabelIntent{{Label: all[0], On: true}}
	for level := 1; level <= severities; level++ {
		intent := workflows.LabelIntent{Label: severityLabels[level], On: s.confirmed && s.severity == level}
		if s.confirmed && s.severity > 0 {
			intent.At = s.severityBy.At
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

// summary is what other subjects may read of an incident: times and states, no
// texts. Times are RFC 3339 in UTC, durations seconds.
func summary(s state) string {
	at := func(m *milestone) string {
		if m == nil {
			return ""
		}
		return m.at.UTC().Format(time.RFC3339)
	}
	seconds := func(m metric) *int64 {
		if !m.isComplete || !s.measured() {
			return nil
		}
		n := int64(m.value.Seconds())
		return &n
	}
	data, err := json.Marshal(struct {
		Confirmed    bool   `json:"confirmed"`
		Ended        string `json:"ended,omitempty"`
		Severity     int    `json:"severity,omitempty"`
		Declared     string `json:"declared"`
		Started      string `json:"started,omitempty"`
		Detected     string `json:"detected,omitempty"`
		Acknowledged string `json:"acknowledged,omitempty"`
		Mitigated    string `json:"mitigated,omitempty"`
		Resolved     string `json:"resolved,omitempty"`
		TTD          *int64 `json:"ttd_seconds,omitempty"`
		TTA          *int64 `json:"tta_seconds,omitempty"`
		TTM          *int64 `json:"ttm_seconds,omitempty"`
		TTR          *int64 `json:"ttr_seconds,omitempty"`
	}{
		s.confirmed, [...]string{"", "resolved", "false-alarm", "duplicate"}[s.ended], s.severity,
		at(s.declared), at(s.started), at(s.detected), at(s.acknowledged), at(s.mitigated), at(s.resolved),
		seconds(s.ttd()), seconds(s.tta()), seconds(s.ttm()), seconds(s.ttr()),
	})
	if err != nil {
		panic(err) // strings and numbers always encode
	}
	return string(data)
}

// facts is what the status section says, in a form that does not change with
// our wording.
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
	fmt.Fprintf(&b, "%t %d %s;%d %s;%s;", s.confirmed, s.severity, s.severityBy.ID, s.ended, s.lead, s.original+"/"+s.missing)
	for _, n := range s.notes {
		b.WriteString(n.ID + ",")
	}
	fmt.Fprintf(&b, ";closed=%t open=%t;%s;%s", t.closedByPerson(), t.reopenedByPerson(), strings.Join(t.policy.Notify, ","), t.in.Policy.TimeZone)
	return b.String()
}
