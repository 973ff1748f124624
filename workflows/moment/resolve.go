package moment

import "time"

// resolve finds the time that the words mean, written at ref in the zone loc.
func (s *said) resolve(ref time.Time, loc *time.Location) (Reading, *Problem) {
	limit := ref.Add(grace)
	if s.distance {
		t := ref.Add(-s.ago).In(loc)
		if t.After(limit) {
			return Reading{}, &Problem{Kind: Future}
		}
		if s.zone != nil {
			t = t.In(s.zone)
		}
		return Reading{Time: t, Assumed: s.assumed}, nil
	}
	zone, assumed := s.zone, s.assumed
	if zone == nil {
		zone, assumed = loc, assumed|ZoneGiven
	}
	hour, problem := s.hour24()
	if problem != nil {
		return Reading{}, problem
	}
	if s.day == dayBack && !sameDay(ref.In(loc), ref.In(zone)) {
		// "yesterday 23:50 UTC", written where it is another day than in UTC.
		return Reading{}, &Problem{Kind: AmbiguousHour}
	}
	if s.day == dayUnsaid {
		assumed |= Date
		if !s.hasWeekday {
			hour %= 24 // 25:30 of some day is 01:30 of some day
		}
	} else if s.day == dayDate && s.year == 0 {
		assumed |= Year
	}
	t, problem := s.latest(s.days(ref.In(zone)), hour, zone, limit)
	if problem != nil {
		return Reading{}, problem
	}
	return Reading{Time: t, Assumed: assumed}, nil
}

func sameDay(a, b time.Time) bool {
	return a.Year() == b.Year() && a.YearDay() == b.YearDay()
}

// days lists the days that can be meant, the latest first, as midnights in UTC.
// Tomorrow is among them where the day is unsaid: within the minute of grace it
// may have begun.
func (s *said) days(today time.Time) []time.Time {
	midnight := func(year int, month time.Month, day int) time.Time {
		return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	}
	y, m, d := today.Date()
	var days []time.Time
	switch {
	case s.day == dayBack:
		days = append(days, midnight(y, m, d-s.back))
	case s.day == dayDate && s.year != 0:
		days = append(days, midnight(s.year, s.month, s.mday))
	case s.day == dayDate:
		// Eight years hold a 29th of February, also around 1900 and 2100.
		for year := y + 1; year >= y-8; year-- {
			days = append(days, midnight(year, s.month, s.mday))
		}
	default:
		for back := -1; back <= 7; back++ {
			days = append(days, midnight(y, m, d-back))
		}
	}
	return days
}

// latest returns the latest time on one of the days that is not in the future.
func (s *said) latest(days []time.Time, hour int, zone *time.Location, limit time.Time) (time.Time, *Problem) {
	future := false
	for _, day := range days {
		if s.day == dayDate && (day.Month() != s.month || day.Day() != s.mday) {
			continue // no such day in this year
		}
		if s.hasWeekday && day.Weekday() != s.weekday && s.day == dayUnsaid {
			continue
		}
		wall := day.Add(time.Duration(hour)*time.Hour + time.Duration(s.minute)*time.Minute +
			time.Duration(s.second)*time.Second + time.Duration(s.nano))
		past, problem := instants(wall, zone, limit)
		switch {
		case problem != nil:
			return time.Time{}, problem
		case len(past) == 0:
			future = true
		case s.hasWeekday && day.Weekday() != s.weekday:
			return time.Time{}, unreadable // 11/20(木) was a Friday: one of the two is wrong
		case len(past) > 1:
			return time.Time{}, &Problem{Kind: Ambiguous}
		default:
			return past[0], nil
		}
	}
	if future {
		return time.Time{}, &Problem{Kind: Future}
	}
	return time.Time{}, unreadable // 2/30
}

// instants returns the instants, up to limit, at which clocks in zone showed what
// wall shows in UTC: one as a rule, none yet if all lie in the future, two where
// clocks went back. A time that was skipped is a Problem.
func instants(wall time.Time, zone *time.Location, limit time.Time) ([]time.Time, *Problem) {
	var past []time.Time
	exists := false
	earliest := wall.Add(time.Hour * 48)
	// Zones change their offset at most once in two days.
	seen := map[int]bool{}
	for _, near := range []time.Duration{-24 * time.Hour, 0, 24 * time.Hour} {
		_, offset := wall.Add(near).In(zone).Zone()
		if seen[offset] {
			continue
		}
		seen[offset] = true
		t := wall.Add(-time.Duration(offset) * time.Second).In(zone)
		if t.Before(earliest) {
			earliest = t
		}
		if _, shown := t.Zone(); shown != offset {
			continue
		}
		exists = true
		if !t.After(limit) {
			past = append(past, t)
		}
	}
	if exists {
		return past, nil
	}
	// Read by the later offset, a skipped time lies before the change.
	if _, change := earliest.ZoneBounds(); change.After(limit) {
		return nil, nil
	}
	return nil, &Problem{Kind: Nonexistent}
}
