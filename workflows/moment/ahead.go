package moment

import (
	"strings"
	"time"
)

// Appointment is a day, and perhaps a time of it, that lies ahead.
type Appointment struct {
	// Time is in the zone that the text names, else in the one that was given;
	// midnight where only a day was named.
	Time time.Time
	// HasClock says that a time of day was named, not only a day.
	HasClock bool
	Assumed  Assumption
}

// Ahead reads the time that a text begins with, as the next one after ref: a day
// in the forms that Parse takes, also tomorrow and a weekday, with or without a
// time of day. A day that is today is next while it lasts. What follows the time
// is returned with full-width letters and blanks folded. Every error is a
// *Problem; one of Kind Past says that the text names a time that is over.
func Ahead(text string, ref time.Time, loc *time.Location) (a Appointment, rest string, err error) {
	if loc == nil {
		loc = time.UTC
	}
	src := fold(text)
	if src == "" {
		return a, "", &Problem{Kind: Empty}
	}
	r := &reader{src: src, low: lower(src)}
	for r.skip(); r.pos < len(r.low); r.skip() {
		was, pos := r.said, r.pos
		if r.next() != nil {
			r.said, r.pos = was, pos
			break
		}
	}
	rest = strings.TrimSpace(src[min(r.pos, len(src)):])
	if r.distance || r.day == dayUnsaid && !r.hasWeekday && !r.clock {
		return a, rest, unreadable
	}
	a, problem := r.ahead(ref, loc)
	if problem != nil {
		return Appointment{}, rest, problem
	}
	return a, rest, nil
}

func (s *said) ahead(ref time.Time, loc *time.Location) (Appointment, *Problem) {
	zone, assumed := s.zone, s.assumed
	if zone == nil {
		zone, assumed = loc, assumed|ZoneGiven
	}
	hour := 0
	if s.clock {
		var problem *Problem
		if hour, problem = s.hour24(); problem != nil {
			return Appointment{}, problem
		}
	}
	y, m, d := ref.In(zone).Date()
	midnight := func(year int, month time.Month, day int) time.Time {
		return time.Date(year, month, day, hour, s.minute, s.second, 0, zone)
	}
	var days []time.Time
	switch {
	case s.day == dayBack:
		days = []time.Time{midnight(y, m, d-s.back)}
	case s.day == dayDate && s.year != 0:
		days = []time.Time{midnight(s.year, s.month, s.mday)}
	case s.day == dayDate:
		assumed |= Year
		for year := y; year <= y+8; year++ {
			days = append(days, midnight(year, s.month, s.mday))
		}
	default:
		assumed |= Date
		for ahead := range 8 {
			days = append(days, midnight(y, m, d+ahead))
		}
	}
	over := false
	for _, day := range days {
		switch {
		case s.day == dayDate && hour < 24 && (day.Month() != s.month || day.Day() != s.mday):
			continue // no such day in this year
		case s.hasWeekday && s.day == dayUnsaid && day.Weekday() != s.weekday:
			continue
		case s.clock && !day.After(ref), !s.clock && !day.AddDate(0, 0, 1).After(ref):
			over = true
			continue
		}
		if s.hasWeekday && hour < 24 && day.Weekday() != s.weekday {
			return Appointment{}, unreadable // 12/2(木) will be a Wednesday: one of the two is wrong
		}
		return Appointment{Time: day, HasClock: s.clock, Assumed: assumed}, nil
	}
	if over {
		return Appointment{}, &Problem{Kind: Past}
	}
	return Appointment{}, unreadable
}
