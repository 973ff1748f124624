package inspect

import (
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows/moment"
)

// chosen is a time that was chosen for a milestone.
type chosen struct {
	wall   time.Time
	zone   moment.NamedZone
	line   int
	source Source
	// named says that an entry of the timeline names the milestone.
	named bool
}

func (c chosen) known() bool { return c.source != Unknown }

// conclude chooses among all that was read.
func (r *reader) conclude(in *Incident) {
	r.tell()
	c := chooser{reader: r}
	c.becomeAware()
	c.started = c.choose(started)
	c.resolved = c.choose(resolved)
	c.detected = c.choose(detected)
	c.acknowledged = c.choose(acknowledged)
	c.mitigated = c.choose(mitigated)
	c.declared = c.choose(declared)
	c.agree()
	c.settle()
	times := [5]chosen{c.started, c.detected, c.acknowledged, c.mitigated, c.resolved}
	shareZones(&times)
	for i, m := range [5]*Milestone{&in.Started, &in.Detected, &in.Acknowledged, &in.Mitigated, &in.Resolved} {
		*m = times[i].milestone()
		if times[i].known() && times[i].zone.Name != "" && in.TimeZone == "" {
			in.TimeZone = Text(times[i].zone.Name)
		}
	}
	in.Computed = Metrics{
		TTD: since(c.started, c.detected), TTA: since(c.declared, c.acknowledged),
		TTM: since(c.started, c.mitigated), TTR: since(c.started, c.resolved),
	}
	in.Stated = r.statedMetrics(ofField)
	if !in.Computed.TTR.Known {
		in.Stated = r.statedMetrics(ofSentence)
	}
	in.Metrics = Metrics{
		TTD: either(in.Stated.TTD, in.Computed.TTD), TTA: either(in.Stated.TTA, in.Computed.TTA),
		TTM: either(in.Stated.TTM, in.Computed.TTM), TTR: either(in.Stated.TTR, in.Computed.TTR),
	}
	in.Timeline = r.timeline()
}

// shareZones gives the zone of a time to those on the same line that have none:
// "start: 10:00, end: 10:40 (UTC)".
func shareZones(times *[5]chosen) {
	for i := range times {
		for j := range times {
			if a, b := &times[i], &times[j]; a.known() && b.known() && a.line == b.line && a.zone.Name == "" {
				a.zone = b.zone
			}
		}
	}
}

func either(a, b Measure) Measure {
	if a.Known {
		return a
	}
	return b
}

func (c chosen) milestone() Milestone {
	if !c.known() {
		return Milestone{}
	}
	at, ok := c.zone.At(c.wall)
	return Milestone{At: at, Zoned: ok, Line: c.line, Source: c.source}
}

// since is the time from one milestone to another, where it can be told: both in
// one zone, or both in known ones.
func since(a, b chosen) Measure {
	if !a.known() || !b.known() {
		return Measure{}
	}
	d := b.wall.Sub(a.wall)
	from, ok := a.zone.At(a.wall)
	to, also := b.zone.At(b.wall)
	switch {
	case ok && also:
		d = to.Sub(from)
	case a.zone.Name != b.zone.Name && a.zone.Name != "" && b.zone.Name != "":
		return Measure{}
	}
	if d < 0 {
		return Measure{}
	}
	return Measure{Known: true, Duration: d}
}

// statedMetrics are the durations that the document gives by name, else the time
// that it says it lasted, down to a rank. What a sentence says in passing is often
// round, and taken only where the times do not tell.
func (r *reader) statedMetrics(down rank) Metrics {
	var m Metrics
	for how := byName; how <= down; how++ {
		for i := range r.measures {
			s := &r.measures[i]
			if s.rank != how {
				continue
			}
			for k, at := range [...]*Measure{&m.TTD, &m.TTA, &m.TTM, &m.TTR} {
				if int(s.metric) == k+1 && !at.Known {
					*at = s.Measure
				}
			}
		}
	}
	return m
}

// timeline is what lint sees of the entries.
func (r *reader) timeline() []Entry {
	if len(r.entries) == 0 {
		return nil
	}
	all := make([]Entry, 0, len(r.entries))
	for i := range r.entries {
		e := &r.entries[i]
		out := Entry{Line: e.line, Written: e.written, Text: strings.Join(e.texts, " ")}
		if e.dated {
			out.At, out.Zoned = r.zoneOf(&e.stamp, e.zone).At(e.wall)
		}
		all = append(all, out)
	}
	return all
}
