package incident

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows"
)

// joined is a report that joined this incident, as it published itself.
type joined struct {
	number int
	url    string
	published
}

// mostJoined bounds how many reports are read.
const mostJoined = 10

// join reads the reports that joined this incident, among the issues that refer
// to it, and carries over what they know: times that are missing here, and how
// far it reaches. While something has not been asked it returns the questions.
func (s *state) join(in workflows.Input) (asks []workflows.Ask) {
	subject := in.Observation.Subject
	for _, l := range in.Facts[workflows.LinksAsk{Subject: subject}].Links {
		if l.Pull || l.Subject.Repo != subject.Repo || len(s.duplicates)+len(asks) == mostJoined {
			continue
		}
		ask := workflows.SummaryAsk{Subject: l.Subject}
		summary, known := in.Facts.Summary(l.Subject)
		if !known {
			asks = append(asks, ask)
			continue
		}
		var p published
		if json.Unmarshal([]byte(summary), &p) == nil && p.Joined == subject.Number {
			s.duplicates = append(s.duplicates, joined{number: l.Subject.Number, url: l.URL, published: p})
		}
	}
	if len(asks) > 0 {
		return asks
	}
	for _, d := range s.duplicates {
		source := workflows.Act{ID: "b0", At: d.at(d.Declared), Author: d.Reporter}
		carry := func(have **milestone, text string) {
			if at := d.at(text); *have == nil && !at.IsZero() {
				*have = &milestone{at: at, by: source, from: d.number}
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

// carry takes the wider of what is known here and there, since the same customers
// may have been counted twice.
func (s *severity) carry(values []string) {
	var other reach
	for _, v := range values {
		other.add(v)
	}
	s.reach.widen(other)
}

func (p published) at(text string) time.Time {
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
