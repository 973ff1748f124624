package inspect

import "time"

// agree finds the entries of the timeline that the stated durations point to.
// Where a document says that it was detected after 88 minutes and over after 122,
// and three entries lie just so far apart, those are the ones that it means. They
// give what is unknown, and come before what words alone tell.
func (c *chooser) agree() {
	stated := c.statedMetrics(ofField)
	toDetect, detects := exact(stated.TTD)
	toRepair, repairs := exact(stated.TTR)
	switch {
	case detects && repairs && c.triple(toDetect, toRepair):
	case detects && c.detected.known() && !c.started.trusted():
		c.point(&c.started, c.detected.wall.Add(-toDetect))
	case detects && c.started.known() && !c.detected.trusted():
		c.point(&c.detected, c.started.wall.Add(toDetect))
	}
	if repairs {
		c.agreeRepair(toRepair)
	}
	if stated.TTD.Known && stated.TTD.Duration == 0 && !c.detected.known() {
		c.detected = c.started // "time to detection: 0 minutes"
	}
}

// agreeRepair does that for the duration until all was over.
func (c *chooser) agreeRepair(toRepair time.Duration) {
	switch {
	case c.started.known() && !c.resolved.trusted():
		if !c.point(&c.resolved, c.started.wall.Add(toRepair)) && c.detected.known() {
			c.point(&c.resolved, c.detected.wall.Add(toRepair))
		}
	case !c.started.known() && c.resolved.known() && (!c.detected.known() || c.resolved.wall.Add(-toRepair).Before(c.detected.wall.Add(-time.Minute))):
		c.point(&c.started, c.resolved.wall.Add(-toRepair))
	}
}

// contradicts reports whether a time that only words tell makes nonsense of a
// duration that the document states.
func contradicts(m Measure, from, to chosen) bool {
	computed := since(from, to)
	if !m.Known || !computed.Known {
		return false
	}
	off := (computed.Duration - m.Duration).Abs()
	return off > 10*time.Minute && off > m.Duration/10
}

// exact returns a duration that was stated to the minute.
func exact(m Measure) (time.Duration, bool) {
	return m.Duration, m.Known && !m.Approximate && m.Duration > 0
}

// trusted reports whether a time is more than what words tell.
func (c chosen) trusted() bool { return c.source >= Range || c.named }

// point sets a milestone to a time if the timeline has an entry there.
func (c *chooser) point(m *chosen, wall time.Time) bool {
	e := c.entryAt(wall)
	if e == nil {
		return false
	}
	*m = c.chosenEntry(e)
	return true
}

func (c *chooser) chosenEntry(e *entry) chosen {
	return chosen{wall: e.wall, zone: c.zoneOf(&e.stamp, e.zone), line: e.line, source: Chronicle}
}

// entryAt is the entry of the timeline at a time, to the minute.
func (c *chooser) entryAt(wall time.Time) *entry {
	for i := range c.entries {
		e := &c.entries[i]
		if d := e.wall.Sub(wall); e.dated && -time.Minute <= d && d <= time.Minute {
			return e
		}
	}
	return nil
}

// mostPointed bounds the search for entries that durations point to.
const mostPointed = 400

// triple sets all three milestones where just one entry has others at both
// distances behind it.
func (c *chooser) triple(toDetect, toRepair time.Duration) bool {
	if c.started.trusted() || len(c.entries) > mostPointed {
		return false
	}
	var first, second, third *entry
	for i := range c.entries {
		e := &c.entries[i]
		if !e.dated || first != nil && e.wall.Equal(first.wall) {
			continue
		}
		detect, repair := c.entryAt(e.wall.Add(toDetect)), c.entryAt(e.wall.Add(toRepair))
		if detect == nil || repair == nil {
			continue
		}
		if first != nil {
			return false
		}
		first, second, third = e, detect, repair
	}
	if first == nil {
		return false
	}
	c.started = c.chosenEntry(first)
	if !c.detected.trusted() {
		c.detected = c.chosenEntry(second)
	}
	if !c.resolved.trusted() {
		c.resolved = c.chosenEntry(third)
	}
	return true
}
