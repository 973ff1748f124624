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
	// from is the number of the report that it was carried over from, or 0.
	from int
	// url is where that report is.
	url string
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
	// since is when it became one that people are called to.
	since time.Time
	// nearMiss: caught before anybody was hurt; nobody is called. promoted is
	// the act that made it an incident after all.
	nearMiss bool
	promoted *workflows.Act
	// confidential: it concerns personal data or a legal duty.
	confidential bool

	severity
	service workflows.Act // the last that names the service; its Value is the name

	declared, started, detected, acknowledged, mitigated, resolved *milestone
	// noStart: somebody was asked when it began, and nobody knows.
	noStart bool

	// lead is who acknowledged first, or took over since; correcting a time
	// changes nobody's role.
	lead, comms, scribe string

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
	// quiet ends reminders: for all, or for these people.
	quiet      bool
	quietFor   map[string]bool
	lastActed  time.Time
	history    []turn
	duplicates []joined
	// isJoining: what joined it has not been read yet, by which its times may change.
	isJoining bool
}

// severity is the level that counts, and why: what somebody set, else what the
// table gives for what was said of the reach.
type severity struct {
	level int // 0 is undecided
	by    workflows.Act
	row   Row // that decided it; of no meaning where somebody set it
	reach reach
	isSet bool
	known int // the last level that was not undecided
	// raises are the acts by which it became worse than it was known to be.
	raises []raise
}

// raise is when the severity became worse, and which it became.
type raise struct {
	level int
	by    workflows.Act
}

// turn is something that happened, for the timeline: an act, and the severity
// that it led to where it changed it.
type turn struct {
	act   workflows.Act
	level int
}

// replay folds the judged acts into the state of the incident.
func replay(in workflows.Input) state {
	s := state{quietFor: map[string]bool{}}
	rows := policyOf(in.Policy).Severity
	for _, a := range in.Acts {
		if a.Verdict != workflows.Done {
			continue
		}
		if !s.confirmed && confirms(a, in.Observation.Private) {
			s.confirmed, s.since = true, a.At
			if in.From.After(a.At) { // what the opening says was said before it became one
				s.since = in.From
			}
		}
		before := s.level
		s.apply(a)
		s.weigh(a, rows)
		happened := turn{act: a}
		if s.level != before {
			happened.level = s.level
		}
		s.history = append(s.history, happened)
		if a.Name != "help" && a.At.After(s.lastActed) {
			s.lastActed = a.At
		}
	}
	if s.declared == nil {
		s.declared = &milestone{at: in.From}
	}
	return s
}

// weigh decides the severity anew after an act.
func (s *severity) weigh(a workflows.Act, rows []Row) {
	switch a.Name {
	case "sev":
		level, err := strconv.Atoi(a.Value)
		if err != nil || level > severities {
			return
		}
		s.level, s.by, s.isSet = level, a, level > 0 // undecided leaves it to the table
	case "reach":
		if a.Role >= workflows.RoleTriage {
			s.reach.add(a.Value)
			break
		}
		var said reach // a reporter may have more to say, and takes nothing back
		said.add(a.Value)
		s.reach.widen(said)
	case "confidential":
		if a.Value == notConfidential {
			s.reach.add("legal=no")
		} else {
			s.reach.add("legal=yes")
		}
	}
	if !s.isSet {
		level, row, _ := judge(rows, s.reach)
		if level != s.level {
			s.level, s.row, s.by = level, row, a
		}
		s.row = row
	}
	if s.known > 0 && s.level > 0 && s.level < s.known {
		s.raises = append(s.raises, raise{s.level, a})
	}
	if s.level > 0 {
		s.known = s.level
	}
}

func (s *state) apply(a workflows.Act) {
	switch a.Name {
	case "incident":
		s.promote(a)
		if s.declared == nil {
			s.declared = &milestone{at: a.At, by: a}
		}
	case "near-miss":
		if s.declared == nil {
			s.declared = &milestone{at: a.At, by: a}
			s.nearMiss = true
		}
		s.nearMiss = s.nearMiss || a.Role >= workflows.RoleTriage
	case "promote":
		s.promote(a)
	case "confidential":
		s.confidential = a.Value != notConfidential
	case "service":
		s.service = a
	case "started":
		s.started, s.noStart = timed(a), a.Value == nobodyKnows
	case "detected":
		s.detected = timed(a)
	case "note":
		s.notes = append(s.notes, a)
	case "help":
		s.helped = append(s.helped, a)
	case "quiet":
		s.quiet = s.quiet || a.Role >= workflows.RoleWrite
		s.quietFor[strings.ToLower(a.Author)] = true
	default:
		s.applyRole(a)
		s.applyEnd(a)
	}
}

// promote makes an incident of a near miss, from now on. What was said of it is
// kept. Whether it is confirmed is another question.
func (s *state) promote(a workflows.Act) {
	if s.nearMiss {
		s.nearMiss, s.promoted, s.declared, s.since = false, &a, &milestone{at: a.At, by: a}, a.At
	}
}

func (s *state) applyRole(a workflows.Act) {
	who := a.Value
	if who == "" {
		who = a.Author
	}
	switch a.Name {
	case "ack":
		if s.lead == "" {
			s.lead = a.Author
		}
		s.acknowledged = first(s.acknowledged, a)
	case "lead":
		s.lead = who
		if strings.EqualFold(who, a.Author) && s.acknowledged == nil {
			s.acknowledged = timed(workflows.Act{ID: a.ID, At: a.At, Author: a.Author})
		}
	case "comms":
		s.comms = who
	case "scribe":
		s.scribe = who
	}
}

func (s *state) applyEnd(a workflows.Act) {
	switch a.Name {
	case "mitigated":
		if s.again {
			s.mitigated, s.again = nil, false
		}
		s.mitigated = first(s.mitigated, a)
	case "resolved":
		s.resolved = first(s.resolved, a)
		s.ended, s.endedBy, s.everResolved = resolved, a, s.everResolved || !s.nearMiss
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
	if s.acknowledged == nil {
		s.since = a.At
	}
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
	if a.Value == nobodyKnows {
		return nil
	}
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

// hurts: it goes on, and customers may be affected.
func (s state) hurts() bool { return s.ended == ongoing && (s.mitigated == nil || s.again) }

// isCalm: it goes on, and customers are no longer affected.
func (s state) isCalm() bool { return s.ended == ongoing && !s.hurts() }

// calm is when customers were no longer affected, unless they may be again.
func (s state) calm() *milestone {
	if s.again {
		return nil
	}
	return s.mitigated
}

// measured: a false alarm is not, nor is a report that nobody confirmed, nor a
// near miss.
func (s state) measured() bool { return s.confirmed && s.ended != falseAlarm && !s.nearMiss }

// The formulas: TTD = detected − started, TTA = acknowledged − declared,
// TTM = mitigated − started, TTR = resolved − started.
func (s state) ttd() metric { return measure("TTD", s.started, s.detected) }
func (s state) tta() metric { return measure("TTA", s.declared, s.acknowledged) }
func (s state) ttm() metric { return measure("TTM", s.started, s.calm()) }
func (s state) ttr() metric { return measure("TTR", s.started, s.resolved) }
