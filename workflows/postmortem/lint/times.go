package lint

import (
	"slices"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows/postmortem/inspect"
	"github.com/kintsugi-app/kintsugi/workflows/postmortem/section"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// usualMilestones are those that TTD and TTR are made of.
var usualMilestones = []string{"started", "detected", "resolved"}

// milestone is a milestone of one incident under its name.
type milestone struct {
	name string
	said text
	inspect.Milestone
}

// milestonesOf are those of an incident, in the order in which they usually come.
func milestonesOf(i inspect.Incident) []milestone {
	return []milestone{
		{"started", text{"started", "発生"}, i.Started},
		{"detected", text{"detected", "検知"}, i.Detected},
		{"acknowledged", text{"acknowledged", "対応開始"}, i.Acknowledged},
		{"mitigated", text{"mitigated", "影響収束"}, i.Mitigated},
		{"resolved", text{"resolved", "復旧"}, i.Resolved},
	}
}

// milestones looks for those that are required.
func (c *checker) milestones(i inspect.Incident) {
	required := c.options.Milestones
	if required == nil {
		required = usualMilestones
	}
	var missing []text
	for _, m := range milestonesOf(i) {
		if slices.Contains(required, m.name) && !m.Known() {
			missing = append(missing, m.said)
		}
	}
	if len(missing) > 0 {
		c.add(ruleMilestone, c.offsetOf(c.lineOf(section.Timeline, i)), text{
			"Not given, or not readable: %[2]s.",
			"%[2]sの時刻がないか、読み取れません。",
		}, text{
			"Write each in the timeline with its day (once is enough), time and zone, such as \"2026-03-04 02:40 JST\", and use these words. Where nobody knows, waive this rule and say so.",
			"タイムラインに、これらの言葉と、「2026-03-04 02:40 JST」のような日付（年も。一度で足ります）と時刻を書いてください。だれにも分からないときは、理由を添えてこの規則を例外にしてください。",
		}, missing)
	}
}

// order remarks on times before those that stand above them. A timeline whose
// newest entry comes first is in order, too.
func (c *checker) order(i inspect.Incident) {
	type step struct {
		line             int
		written, earlier string
	}
	var back []step
	var last inspect.Entry
	steps := 0
	for _, e := range i.Timeline {
		if e.At.IsZero() {
			continue
		}
		// Some are to the second, and others to the minute.
		at, before := e.At.Truncate(time.Minute), last.At.Truncate(time.Minute)
		if !last.At.IsZero() && last.Zoned == e.Zoned && !before.Equal(at) {
			steps++
			if at.Before(before) {
				back = append(back, step{e.Line, e.Written, last.Written})
			}
		}
		last = e
	}
	told := map[int]bool{}
	if len(back) < steps || steps == 1 {
		for _, b := range back {
			told[b.line] = true
			c.add(ruleOrder, c.offsetOf(b.line), text{
				"%[2]s stands after %[3]s.",
				"%[3]sのあとに%[2]sがあります。",
			}, adviceOrder, words.Foreign(b.written), words.Foreign(b.earlier))
		}
	}
	var before milestone
	for _, m := range milestonesOf(i) {
		if !m.Known() {
			continue
		}
		if before.Known() && before.Zoned == m.Zoned && m.At.Truncate(time.Minute).Before(before.At.Truncate(time.Minute)) && !told[m.Line] {
			c.add(ruleOrder, c.offsetOf(m.Line), text{
				"The time of \"%[2]s\" is before that of \"%[3]s\".",
				"「%[2]s」が「%[3]s」より前の時刻です。",
			}, adviceOrder, m.said, before.said)
		}
		before = m
	}
}

var adviceOrder = text{
	"If it was so, leave it. Otherwise correct the time, or its date where midnight has passed.",
	"事実であればそのままで大丈夫です。そうでなければ時刻を、日をまたいだときは日付を直してください。",
}

// zone looks for a zone. One is enough for the whole incident.
func (c *checker) zone(i inspect.Incident) {
	line := 0
	for _, m := range milestonesOf(i) {
		if m.Known() && m.Zoned {
			return
		}
		if m.Known() && (line == 0 || m.Line < line) {
			line = m.Line
		}
	}
	for _, e := range i.Timeline {
		if e.Zoned {
			return
		}
		if line == 0 {
			line = e.Line
		}
	}
	switch {
	case line == 0:
	case !slices.ContainsFunc(milestonesOf(i), func(m milestone) bool { return m.Known() }):
		// Without a day no time is known, and a zone alone would not help.
	case i.TimeZone == "":
		c.add(ruleZone, c.offsetOf(line), text{
			"The times have no zone.",
			"時刻のタイムゾーンがありません。",
		}, text{
			"Name it once, such as \"All times in UTC\" above the timeline, or in each time: \"02:40 JST\".",
			"タイムラインの上に「時刻はすべて日本時間」のように一度書くか、「02:40 JST」のように時刻ごとに書いてください。",
		})
	default:
		c.add(ruleZone, c.offsetOf(line), text{
			"The zone %[2]s can mean more than one.",
			"タイムゾーン%[2]sは、ひとつに決まりません。",
		}, text{
			"Write its offset, such as \"UTC-06:00\", or its name, such as \"America/Chicago\".",
			"「UTC-06:00」のような時差か、「America/Chicago」のような名前で書いてください。",
		}, words.Foreign(i.TimeZone))
	}
}

// stated compares what is stated with what the times give.
func (c *checker) stated(i inspect.Incident) {
	for _, m := range []struct {
		name             string
		formula          text
		stated, computed inspect.Measure
	}{
		{"TTD", text{"detected − started", "検知−発生"}, i.Stated.TTD, i.Computed.TTD},
		{"TTA", text{"acknowledged − reported", "対応開始−報告"}, i.Stated.TTA, i.Computed.TTA},
		{"TTM", text{"mitigated − started", "影響収束−発生"}, i.Stated.TTM, i.Computed.TTM},
		{"TTR", text{"resolved − started", "復旧−発生"}, i.Stated.TTR, i.Computed.TTR},
	} {
		if !m.stated.Known || !m.computed.Known || (m.stated.Duration-m.computed.Duration).Abs() <= rounding(m.stated) {
			continue
		}
		c.add(ruleStated, c.offsetOf(m.stated.Line), text{
			"%[2]s is stated as %[4]s, and its times give %[5]s (%[3]s).",
			"%[2]sは%[4]sと書かれていますが、時刻から計算すると%[5]sです（%[3]s）。",
		}, text{
			"Correct the one that is wrong. If both are right, because the stated one is counted in another way, say so in a waiver.",
			"違うほうを直してください。数え方が異なるなどで両方正しいときは、その理由を書いて例外にしてください。",
		}, m.name, m.formula, m.stated.Duration, m.computed.Duration)
	}
}

// rounding is how far a stated duration may be from the times: half of the unit
// that it seems to be counted in, all of it where it is said to be approximate,
// and a minute, since that is how exact most times are.
func rounding(stated inspect.Measure) time.Duration {
	unit := time.Minute
	for _, u := range []time.Duration{24 * time.Hour, time.Hour, 5 * time.Minute} {
		if stated.Duration > 0 && stated.Duration%u == 0 {
			unit = u
			break
		}
	}
	if !stated.Approximate {
		unit /= 2
	}
	return max(unit, time.Minute)
}
