package incident

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows"
)

// joined is a report that joined this incident, as it published itself.
type joined struct {
	number int
	url    string
	Published
}

// mostJoined bounds how many of the issues that refer to this one are read, the
// newest: anybody can refer to it.
const mostJoined = 10

// join reads the reports that joined this incident, among the issues that refer
// to it, and carries over what they know: times that are missing here, and how
// far it reaches. While something has not been asked it returns the questions.
func (s *state) join(in workflows.Input) (asks []workflows.Ask) {
	subject := in.Observation.Subject
	links := slices.DeleteFunc(slices.Clone(in.Facts[workflows.LinksAsk{Subject: subject}].Links), func(l workflows.Link) bool {
		return l.Pull || l.Subject.Repo != subject.Repo
	})
	for _, l := range links[max(0, len(links)-mostJoined):] {
		summary, known := in.Facts.Summary(l.Subject, name)
		if !known {
			asks = append(asks, workflows.SummaryAsk{Subject: l.Subject})
			continue
		}
		var p Published
		if json.Unmarshal([]byte(summary), &p) == nil && p.Joined == subject.Number {
			s.duplicates = append(s.duplicates, joined{number: l.Subject.Number, url: l.URL, Published: p})
		}
	}
	if s.isJoining = len(asks) > 0; s.isJoining {
		return asks
	}
	for _, d := range s.duplicates {
		source := workflows.Act{ID: "b0", At: d.at(d.Declared), Author: d.Reporter}
		carry := func(have **milestone, text string) {
			if at := d.at(text); !at.IsZero() && (*have == nil || (*have).from != 0 && at.Before((*have).at)) {
				*have = &milestone{at: at, by: source, from: d.number, url: d.url}
			}
		}
		if !s.noStart {
			carry(&s.started, d.Started)
		}
		carry(&s.detected, d.Detected)
		s.carry(d.Reach)
		s.weigh(source, policyOf(in.Policy).Severity)
	}
	return nil
}

// mayJoin: a command joins an incident that did not join this one. What GitHub's
// own button closed as a duplicate is one of anything, and what we have closed
// already stays so, whatever became of the other.
func (s state) mayJoin(in workflows.Input, original workflows.Answer) bool {
	last, ok := in.Observation.LastState()
	if ok && last.Ours && last.Kind == workflows.EventClosed && !in.Observation.Issue.Open {
		return true
	}
	if s.endedBy.Gesture {
		return original.Unknown == ""
	}
	var p Published
	return json.Unmarshal([]byte(original.Summaries[name]), &p) == nil && p.Joined != in.Observation.Subject.Number
}

// carry takes the wider of what is known here and there, since the same customers
// may have been counted twice.
func (s *severity) carry(values []string) {
	var other reach
	for _, v := range values {
		other.add(v)
	}
	s.reach.widen(other)
}

func (p Published) at(text string) time.Time {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}
	}
	return t
}

// joinedLine names the reports that joined.
func (t teller) joinedLine() string {
	var parts []string
	for _, d := range t.s.duplicates {
		part := fmt.Sprintf("[#%d](%s)", d.number, d.url)
		if d.Reporter != "" {
			part += " " + t.person(d.Reporter)
		}
		if at := d.at(d.Declared); !at.IsZero() {
			part += " " + t.clock(&milestone{at: at})
		}
		parts = append(parts, part)
	}
	if len(parts) == 0 {
		return ""
	}
	return t.say("Also reported: ", "ほかの報告: ") + strings.Join(parts, t.say(", ", "、"))
}

// originalOf is the incident that a duplicate joined.
func originalOf(in workflows.Input, s state) (workflows.Subject, bool) {
	n, err := strconv.Atoi(s.original)
	if s.ended != duplicate || err != nil {
		return workflows.Subject{}, false
	}
	return workflows.Subject{Repo: in.Observation.Subject.Repo, Number: n}, true
}
