// Package moment reads times as people type them, in English and Japanese, and
// writes times and durations as people read them. It must not know the clock:
// whoever calls says when the words were written and which zone they are in.
// What a text leaves out is filled in by documented rules and named in the
// answer; what could mean two times is refused, never guessed.
package moment

import "time"

// Reading is a time that was read.
type Reading struct {
	// Time is in the zone that the text names, else in the one that was given.
	Time time.Time
	// Assumed names what the text did not say.
	Assumed Assumption
}

// Assumption is a set of things that a text left to be filled in.
type Assumption uint8

// What can be assumed.
const (
	// Date: a bare time is its last occurrence, and a weekday the last one.
	Date Assumption = 1 << iota
	// Year: a date without a year is its last occurrence.
	Year
	// ZoneGiven: the text names no zone, so the caller's was used.
	ZoneGiven
	// MonthFirst: "3/4" is read as the fourth of March, which elsewhere is the
	// third of April. "11/20" leaves no doubt and assumes nothing.
	MonthFirst
	// Approximate: the text itself says "about", "頃" or the like.
	Approximate
)

// Has reports whether all of b was assumed.
func (a Assumption) Has(b Assumption) bool { return a&b == b }

// grace is how far after its writing a time may lie: clocks differ, and people
// round up.
const grace = time.Minute

// longest is the length in bytes beyond which a text is no time. It bounds the
// work, and no form that is read comes near.
const longest = 200

// Parse reads one time. ref is when the text was written; loc is the zone of
// those who wrote it, UTC if nil. The text may hold
//
//   - a time of day: 2:40, 02:40:15, 2時40分, 2時半, 午後3時, 2:40 pm, noon
//   - with a day before or after it: yesterday, 昨日, 11/20, 11月20日, Nov 20,
//     2026-11-20, Friday, 3日前; or a part of the day: 今朝, last night, 夕方
//   - and a zone: JST, UTC, +09:00, Z, Asia/Tokyo, 日本時間
//   - or instead of all these a distance: 10分前, 1h30m ago, half an hour ago
//   - or simply now, 今
//
// with full-width characters, any case, "about" and 頃 forgiven. Hours 24 to 29
// are those after midnight of the day named, as Japanese timetables have it: the
// night of 11/19, 25:30, is 01:30 on 11/20. Without a day, 25:30 is 01:30, and
// like every bare time its last occurrence.
//
// The time is never more than a minute after ref. Every error is a *Problem.
func Parse(text string, ref time.Time, loc *time.Location) (Reading, error) {
	if loc == nil {
		loc = time.UTC
	}
	words, problem := read(text)
	if problem != nil {
		return Reading{}, problem
	}
	reading, problem := words.resolve(ref, loc)
	if problem != nil {
		return Reading{}, problem
	}
	return reading, nil
}
