package inspect

import (
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows/moment"
	"github.com/kintsugi-app/kintsugi/workflows/postmortem/section"
)

// entry is something told with a time: a row of a table, a line of a list, a
// heading with what stands below it.
type entry struct {
	line    int
	stamp   moment.Stamp
	end     moment.Stamp // of "10:02 - 10:15"
	zone    moment.NamedZone
	day     civil // of the section
	kind    section.Kind
	group   int
	written string
	texts   []string
	spoken  bool // somebody writes it, who then knows of it
	cells   bool // the texts are cells, and any of them may name a milestone

	// wall is the wall clock, in UTC, where the day is known.
	wall  time.Time
	dated bool
	shaky bool      // its timeline runs backwards: what only words tell is not believed
	until time.Time // the wall clock of end

	// marks are the milestones that the entry names at its beginning, tells those
	// that its words amount to.
	marks, tells role
}

// backward is how far a time of day may lie before the one above it without a
// midnight between them: people note things a little out of order.
const backward = 3 * time.Hour

// untidy is how far it may lie without a doubt whether one of the two is mistyped.
const untidy = 30 * time.Minute

// dateEntries gives the entries their days.
func (r *reader) dateEntries() {
	for from := 0; from < len(r.entries); {
		to := from + 1
		for to < len(r.entries) && r.entries[to].group == r.entries[from].group {
			to++
		}
		r.dateGroup(r.entries[from:to])
		from = to
	}
}

// dateGroup gives the entries of one timeline their days: their own, else that of
// the entry above, or of the next one if the clock has gone back, else that of
// the section or the document.
func (r *reader) dateGroup(entries []entry) {
	if r.elapsed(entries) {
		return
	}
	down := descends(entries)
	twelve := twelveHours(entries)
	var running civil
	var last time.Time
	lost, shaky := false, false
	for i := range entries {
		e := &entries[i]
		s := &e.stamp
		d := r.cal.dayOf(s)
		switch {
		case s.Dated():
			running, lost = d, !d.known()
			if d.known() && r.cal.far(d) {
				lost = true
			}
		case s.Relative && running.known():
			running = running.plus(s.Shift)
		case e.day.known() && (i == 0 || e.day != entries[i-1].day):
			running, lost = e.day, false
		case !running.known() && !lost:
			running = r.cal.day
		}
		if lost || !running.known() {
			continue
		}
		wall := s.On(running.year, running.month, running.day)
		if !s.Dated() && !s.Relative && !last.IsZero() && wall.Before(last) && !down {
			back := last.Sub(wall)
			shaky = shaky || back > untidy && back <= backward
			if back > backward {
				if twelve {
					lost = true // one o'clock after eleven may be the same afternoon
					continue
				}
				running = running.plus(1)
				wall = wall.AddDate(0, 0, 1)
			}
		}
		e.wall, e.dated = wall, true
		last = wall
		if e.end.Clock {
			e.until = r.endOf(&e.end, running, wall)
		}
	}
	for i := range entries {
		entries[i].shaky = shaky
	}
}

// elapsed reports whether the times of a timeline may count from its beginning, or
// were left from a template: it begins with 00:00, and no date or zone says that
// these are times of day.
func (r *reader) elapsed(entries []entry) bool {
	for i := range entries {
		if e := &entries[i]; e.stamp.Dated() || e.stamp.Zone.Name != "" || e.zone.Name != "" || r.cal.zone.Name != "" {
			return same(entries)
		}
	}
	s := &entries[0].stamp
	return len(entries) > 1 && s.Hour == 0 && s.Minute == 0 && s.Second == 0
}

// same reports whether several entries all are at 00:00.
func same(entries []entry) bool {
	for i := range entries {
		if s := &entries[i].stamp; s.Dated() || s.Hour != 0 || s.Minute != 0 {
			return false
		}
	}
	return len(entries) > 1
}

// endOf is the wall clock at which a stretch ends that began at a wall clock.
func (r *reader) endOf(end *moment.Stamp, on civil, began time.Time) time.Time {
	if end.Dated() {
		d := r.cal.dayOf(end)
		if !d.known() {
			return time.Time{}
		}
		return end.On(d.year, d.month, d.day)
	}
	if end.Relative {
		on = on.plus(end.Shift)
	}
	t := end.On(on.year, on.month, on.day)
	if t.Before(began) {
		t = t.AddDate(0, 0, 1)
	}
	return t
}

// descends reports whether a timeline has its latest entry first.
func descends(entries []entry) bool {
	up, down := 0, 0
	for i := 1; i < len(entries); i++ {
		a, b := &entries[i-1].stamp, &entries[i].stamp
		if a.Dated() != b.Dated() {
			continue
		}
		switch c := compare(a, b); {
		case c < 0:
			up++
		case c > 0:
			down++
		}
	}
	return down >= 2 && down > 3*up
}

func compare(a, b *moment.Stamp) int {
	x := ((a.Year*12+a.Month)*31+a.Day)*86400 + a.Hour*3600 + a.Minute*60 + a.Second
	y := ((b.Year*12+b.Month)*31+b.Day)*86400 + b.Hour*3600 + b.Minute*60 + b.Second
	return x - y
}

// twelveHours reports whether a timeline may be written on the clock of twelve
// hours without saying so.
func twelveHours(entries []entry) bool {
	for i := range entries {
		if s := &entries[i].stamp; s.Half || s.Hour > 12 || s.Hour == 0 {
			return false
		}
	}
	return true
}

// tell finds out what each entry announces.
func (r *reader) tell() {
	var seq []sense
	for i := range r.entries {
		e := &r.entries[i]
		if len(e.texts) == 0 {
			continue
		}
		for k, t := range e.texts {
			if k == 0 || e.cells {
				e.marks |= marksOf(t)
			}
			e.tells |= tellsOf(t, &seq)
		}
		if e.spoken && e.tells&(failing|started) != 0 {
			e.tells = e.tells&^(failing|started) | detected
		}
	}
}

// marksOf reads the name at the beginning of an entry: "Detected: …", "[RESOLVED]
// …", "復旧 — …".
func marksOf(text string) role {
	text = strings.TrimLeft(text, " *_[(（【\"'`")
	if len(text) == 0 {
		return 0
	}
	limit := min(len(text), longestName)
	end := -1
	for at := range limit {
		switch c := text[at]; {
		case c == ':' || c == '.' || c == ']' || c == '|' || c == '*' || c == '\n' || c == ';':
			end = at
		case c == '-' && at > 0 && text[at-1] == ' ':
			end = at
		case c >= 0xE2 && at+3 <= len(text):
			switch text[at : at+3] {
			case "：", "。", "—", "–", "】", "（", "→", "、":
				end = at
			}
		}
		if end >= 0 {
			break
		}
	}
	if end < 0 {
		if len(text) > longestName {
			return 0
		}
		end = len(text)
	}
	roles := nameOf(text[:end]).roles & milestones
	if roles == 0 {
		return 0
	}
	switch first, _, _ := strings.Cut(text[:end], " "); lower(first) {
	case "discovery", "found", "identified", "identification":
		return 0 // among events these are of causes
	}
	return roles
}
