package inspect

import (
	"time"

	"github.com/kintsugi-app/kintsugi/workflows/moment"
	"github.com/kintsugi-app/kintsugi/workflows/postmortem/section"
)

// chooser chooses the time of each milestone.
type chooser struct {
	*reader
	started, detected, acknowledged, mitigated, resolved, declared chosen
	// aware is when the timeline first tells of somebody who knows.
	aware time.Time
}

// awareness is told by entries about those who know: who declares an incident or
// looks into it has detected it.
const awareness = detected | declared | acknowledged

// becomeAware finds the first entry of which somebody knows.
func (c *chooser) becomeAware() {
	for i := range c.entries {
		e := &c.entries[i]
		if e.dated && (e.tells|e.marks)&awareness != 0 && (c.aware.IsZero() || e.wall.Before(c.aware)) {
			c.aware = e.wall
		}
	}
}

// choose takes the most trusted time of a milestone.
func (c *chooser) choose(want role) chosen {
	var best chosen
	for i := range c.facts {
		f := &c.facts[i]
		if f.roles&want == 0 || f.source <= best.source {
			continue
		}
		if t, ok := c.factTime(f, want); ok {
			best = t
		}
	}
	if best.source >= Range {
		return best
	}
	for _, kind := range c.kinds() {
		if t, ok := c.fromChronicle(want, kind); ok {
			return t
		}
	}
	if best.source == Prose && c.disagree(want) {
		best = chosen{}
		if want == started {
			best = c.firstWindow()
		}
	}
	if want == resolved && !best.known() {
		return c.resolvedOtherwise()
	}
	return best
}

// kinds are the timelines to look at: that of the section so called, if it has
// one, before what is told with a time elsewhere.
func (c *chooser) kinds() []bool {
	own := 0
	for i := range c.entries {
		if c.entries[i].kind == section.Timeline && c.entries[i].dated {
			own++
		}
	}
	if own >= 2 {
		return []bool{true}
	}
	return []bool{true, false}
}

// disagree reports whether sentences give different times to a milestone.
func (c *chooser) disagree(want role) bool {
	var first chosen
	for i := range c.facts {
		f := &c.facts[i]
		if f.roles&want == 0 || f.source != Prose {
			continue
		}
		t, ok := c.factTime(f, want)
		if ok && first.known() && !t.wall.Equal(first.wall) {
			return true
		}
		if ok {
			first = t
		}
	}
	return false
}

// firstWindow is the beginning of the first of several stretches, where the section
// about the impact lists them and no sentence says anything else. When all was over
// they do not say: it may be the end of any of them.
func (c *chooser) firstWindow() chosen {
	var first chosen
	for i := range c.facts {
		f := &c.facts[i]
		if f.roles&started == 0 || f.source != Prose {
			continue
		}
		t, ok := c.factTime(f, started)
		if !ok || !f.isSpan || !f.ofImpact {
			return chosen{}
		}
		if !first.known() || t.wall.Before(first.wall) {
			first = t
		}
	}
	return first
}

// resolvedOtherwise takes what comes next to a resolution where none is told.
func (c *chooser) resolvedOtherwise() chosen {
	for _, role := range [...]role{repaired, shut} {
		for i := range c.facts {
			f := &c.facts[i]
			if f.roles&role != 0 && f.source >= Range {
				if t, ok := c.factTime(f, role); ok {
					return t
				}
			}
		}
	}
	return chosen{}
}

// factTime is the time of a fact.
func (c *chooser) factTime(f *fact, want role) (chosen, bool) {
	on := c.dayFor(&f.stamp, f.day)
	if !on.known() {
		return chosen{}, false
	}
	wall := f.stamp.On(on.year, on.month, on.day)
	zone := c.zoneOf(&f.stamp, f.zone)
	if f.isSpan && want == resolved {
		wall = c.endOf(&f.end, on, wall)
		if wall.IsZero() {
			return chosen{}, false
		}
		zone = c.zoneOf(&f.end, f.zone)
	}
	return chosen{wall: wall, zone: zone, line: f.line, source: f.source}, true
}

// dayFor is the day of a time that is not part of a timeline.
func (c *chooser) dayFor(s *moment.Stamp, of civil) civil {
	if s.Dated() {
		d := c.cal.dayOf(s)
		if d.known() && c.cal.far(d) {
			return civil{}
		}
		return d
	}
	if s.Relative {
		if !of.known() {
			return civil{}
		}
		return of.plus(s.Shift)
	}
	if of.known() {
		return of
	}
	return c.cal.day
}

func (r *reader) zoneOf(s *moment.Stamp, section moment.NamedZone) moment.NamedZone {
	switch {
	case s.Zone.Name != "":
		return s.Zone
	case section.Name != "":
		return section
	}
	return r.cal.zone
}

// implausible reports whether what only words tell of detection and recovery lies
// so far apart from what the document states that at least one of them is not what
// it means.
func (c *chooser) implausible() bool {
	if c.detected.trusted() || c.resolved.trusted() {
		return false
	}
	stated := c.statedMetrics(byName)
	toDetect, detects := stated.TTD.Duration, stated.TTD.Known && !stated.TTD.Approximate
	toRepair, repairs := exact(stated.TTR)
	if !detects || !repairs || toRepair < toDetect {
		return false
	}
	return contradicts(Measure{Known: true, Duration: toRepair - toDetect}, c.detected, c.resolved)
}

// settle drops what contradicts itself.
func (c *chooser) settle() {
	before := func(a, b chosen) bool {
		return a.known() && b.known() && since(a, b) == Measure{} && a.wall.After(b.wall)
	}
	if before(c.started, c.resolved) {
		// One of the two is wrong; who can tell which?
		switch {
		case c.started.source < c.resolved.source:
			c.started = chosen{}
		case c.resolved.source < c.started.source:
			c.resolved = chosen{}
		default:
			c.started, c.resolved = chosen{}, chosen{}
		}
	}
	if !c.started.trusted() && (contradicts(c.statedMetrics(byName).TTD, c.started, c.detected) || contradicts(c.statedMetrics(byName).TTR, c.started, c.resolved)) {
		c.started = chosen{}
	}
	if c.vague && !c.started.trusted() && c.started.known() && c.started.wall.Truncate(24*time.Hour) != c.vagueDay.time() {
		c.started = chosen{} // the author did not know it
	}
	if before(c.started, c.mitigated) && c.mitigated.source < Range {
		c.mitigated = chosen{}
	}
	if c.implausible() {
		c.detected, c.resolved = chosen{}, chosen{}
	}
	if before(c.started, c.detected) && c.started.source < Range {
		c.started = chosen{}
	}
	if before(c.detected, c.resolved) && c.detected.source < Range {
		c.detected = chosen{}
	}
}

// fromChronicle chooses among the entries of the timeline: those that name the
// milestone, else those whose words amount to it.
func (c *chooser) fromChronicle(want role, timeline bool) (chosen, bool) {
	entries := c.entries
	pick := -1
	last := want == resolved || want == mitigated
	for _, named := range [...]bool{true, false} {
		for i := range entries {
			e := &entries[i]
			if (e.kind == section.Timeline) != timeline {
				continue
			}
			said := e.tells
			if named {
				said = e.marks
			}
			if want == detected && !named && said&awareness != 0 {
				said |= detected
			}
			if !e.dated || said&want == 0 || pick >= 0 && !c.better(e, &entries[pick], last) {
				continue
			}
			if !named && (e.shaky || !c.fits(want, e)) {
				continue
			}
			pick = i
		}
		if pick >= 0 {
			break
		}
	}
	if pick >= 0 && want == resolved {
		pick = c.afterRelapse(pick)
	}
	if pick < 0 && want == started {
		pick = c.firstFailure(timeline)
	}
	if pick < 0 {
		return chosen{}, false
	}
	found := c.chosenEntry(&entries[pick])
	found.named = entries[pick].marks&want != 0
	if last && !entries[pick].until.IsZero() {
		found.wall = entries[pick].until // "10:40 - 10:55 restored"
	}
	return found, true
}

// afterRelapse is the last entry that tells of a resolution, if things went wrong
// again after the one that was picked.
func (c *chooser) afterRelapse(pick int) int {
	wrong := false
	for i := range c.entries {
		e := &c.entries[i]
		if !e.dated || !e.wall.After(c.entries[pick].wall) || e.group != c.entries[pick].group {
			continue
		}
		switch {
		case (e.tells|e.marks)&resolved != 0 && wrong:
			pick, wrong = i, false
		case e.tells&failing != 0 && e.tells&resolved == 0:
			wrong = true
		}
	}
	return pick
}

// better reports whether an entry is earlier than another, or later if the last is
// wanted.
func (c *chooser) better(a, b *entry, last bool) bool {
	if last {
		return a.wall.After(b.wall)
	}
	return a.wall.Before(b.wall)
}

// fits reports whether what an entry tells can be the milestone.
func (c *chooser) fits(want role, e *entry) bool {
	early := c.started.known() && e.wall.Before(c.started.wall)
	late := c.resolved.known() && e.wall.After(c.resolved.wall)
	return (want != resolved || !early) && (want != detected || !early && !late) &&
		(want != started || c.aware.IsZero() || !e.wall.After(c.aware))
}

// firstFailure is the first entry that tells of a failure of which nobody knew yet:
// before anybody did, or, where nobody is told of or there is no timeline, the very
// first.
func (c *chooser) firstFailure(timeline bool) int {
	first, failed := -1, -1
	earlier := func(i, than int) bool { return than < 0 || c.entries[i].wall.Before(c.entries[than].wall) }
	for i := range c.entries {
		e := &c.entries[i]
		if !e.dated || e.shaky || (e.kind == section.Timeline) != timeline {
			continue
		}
		if earlier(i, first) {
			first = i
		}
		if e.tells&failing != 0 && (e.tells&(awareness|resolved) == 0 || e.tells&slip != 0) && earlier(i, failed) {
			failed = i
		}
	}
	switch {
	case failed < 0:
		return -1
	case failed == first && timeline && c.entries[failed].tells&slip != 0:
	case !c.aware.IsZero() && !c.entries[failed].wall.Before(c.aware), (c.aware.IsZero() || !timeline) && failed != first:
		return -1
	}
	return failed
}
