package incident

import (
	"strconv"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows"
)

// milestone is one of the six times of an incident, with its source.
type milestone struct {
	at time.Time
	// by is the act that set it.
	by workflows.Act
	// guessed is true where the act gave a time without its date.
	guessed bool
	// stated is true where a time was written, false where the act's own
	// moment counts.
	stated bool
}

// The ways an incident ends.
const (
	ongoing = iota
	resolved
	falseAlarm
	duplicate
)

// state is an incident as its acts leave it. It is a replay of them, from the
// first to the last, and nothing else.
type state struct {
	confirmed bool
	severity  int
	// severityBy is the act that decided it.
	severityBy workflows.Act

	declared, started, detected, acknowledged, mitigated, resolved *milestone

	// lead is who acknowledged first; correcting the time changes nobody's role.
	lead string

	ended int
	// endedBy is the last act that says it ended, and so asks to close.
	endedBy workflows.Act
	// original is the number of the incident that a duplicate joined.
	original string
	// missing is the number of an original that is not there.
	missing string
	// reopened is the last reopening; any resolution that stands is later.
	reopened *milestone
	// again is true from a reopening until somebody says mitigated anew.
	again bool
	// everResolved keeps the phase-end comment true after a reopening.
	everResolved bool
	notes        []workflows.Act
	helped       []workflows.Act
}

// replay folds the judged acts into the state of the incident.
func replay(in workflows.Input) state {
	var s state
	for _, a := range in.Acts {
		if a.Verdict != workflows.Done {
			continue
		}
		s.confirmed = s.confirmed || confirms(a, in.Observation.Private)
		s.apply(a)
	}
	if s.declared == nil {
		s.declared = &milestone{at: in.From}
	}
	return s
}

func (s *state) apply(a workflows.Act) {
	switch a.Name {
	case "incident":
		if s.declared == nil {
			s.declared = &milestone{at: a.At, by: a}
		}
	case "ack":
		if s.lead == "" {
			s.lead = a.Author
		}
		s.acknowledged = first(s.acknowledged, a)
	case "sev":
		if level, err := strconv.Atoi(a.Value); err == nil && level <= severities {
			s.severity, s.severityBy = level, a
		}
	case "started":
		s.started = timed(a)
	case "detected":
		s.detected = timed(a)
	case "mitigated":
		if s.again {
			s.mitigated, s.again = nil, false
		}
		s.mitigated = first(s.mitigated, a)
	case "resolved":
		s.resolved = first(s.resolved, a)
		s.ended, s.endedBy, s.everResolved = resolved, a, true
	case "false-alarm":
		s.ended, s.endedBy = falseAlarm, a
	case "duplicate-of":
		s.ended, s.endedBy = duplicate, a
		if a.Value != "" {
			s.original = a.Value
		}
	case "original":
		s.original = a.Value
	case "reopen":
		s.reopen(a)
	case "note":
		s.notes = append(s.notes, a)
	case "help":
		s.helped = append(s.helped, a)
	}
}

// notThere: a slip of the finger must not close a live incident. What a person
// closed by hand stays closed; which one it joins is asked for.
func (s *state) notThere() {
	s.missing, s.original = s.original, ""
	if !s.endedBy.Gesture {
		s.ended, s.endedBy = ongoing, workflows.Act{}
	}
}

// reopen clears the resolution; whether customers are affected again is not
// said. One of an issue that had not ended, closed by
// somebody without the role, changes nothing.
func (s *state) reopen(a workflows.Act) {
	if s.ended == ongoing {
		return
	}
	s.ended, s.endedBy, s.reopened = ongoing, workflows.Act{}, timed(a)
	s.resolved, s.again = nil, true
}

// first keeps what an earlier act set, unless the new one states a time: then
// it is a correction.
func first(have *milestone, a workflows.Act) *milestone {
	if have != nil && a.Value == "" {
		return have
	}
	return timed(a)
}

// timed is the milestone that an act sets: at the time it states, else at its
// own.
func timed(a workflows.Act) *milestone {
	m := &milestone{at: a.At, by: a}
	value, guess := strings.CutSuffix(a.Value, guessed)
	if t, err := time.Parse(time.RFC3339, value); err == nil {
		m.at, m.guessed, m.stated = t, guess, true
	}
	return m
}

// metric is one of the four durations, with its formula's two ends. Missing is
// shown as missing, and so is one whose ends are out of order; never zero.
type metric struct {
	name       string
	from, to   *milestone
	isComplete bool
	value      time.Duration
}

func measure(name string, from, to *milestone) metric {
	m := metric{name: name, from: from, to: to}
	if from != nil && to != nil && !to.at.Before(from.at) {
		m.isComplete, m.value = true, to.at.Sub(from.at)
	}
	return m
}

// measured: a false alarm is not, nor is a report that nobody confirmed.
func (s state) measured() bool { return s.confirmed && s.ended != falseAlarm }

// The formulas: TTD = detected − started, TTA = acknowledged − declared,
// TTM = mitigated − started, TTR = resolved − started.
func (s state) ttd() metric { return measure("TTD", s.started, s.detected) }
func (s state) tta() metric { return measure("TTA", s.declared, s.acknowledged) }
func (s state) ttm() metric { return measure("TTM", s.started, s.mitigated) }
func (s state) ttr() metric { return measure("TTR", s.started, s.resolved) }
