package incident

import (
	"fmt"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/moment"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// milestones are the times, each a link to its source: in their usual order
// once it is known when it started; before that, what is known and what is not.
func (t teller) milestones() string {
	s := t.s
	waiting := s.ended == ongoing && s.started == nil && !s.nearMiss
	var parts []string
	for _, m := range t.named() {
		if m.milestone != nil {
			parts = append(parts, fmt.Sprintf("%s [%s](%s)%s", m.label, t.clock(m.milestone), t.from(m.milestone), m.detail))
		}
	}
	separator := " → "
	if waiting {
		separator = " · "
		start := t.say("started: not known yet", "発生 まだ不明")
		if s.noStart {
			start = t.say("started: not known", "発生 不明")
		}
		parts = append(parts, start)
	}
	return words.Capital(tight(strings.Join(parts, separator)))
}

// namedMilestone is a milestone with its name and what is to be said of it.
type namedMilestone struct {
	*milestone
	label, detail string
}

// named are the milestones in their usual order; some are nil.
func (t teller) named() []namedMilestone {
	s := t.s
	return []namedMilestone{
		{s.started, t.say("started", "発生"), t.source(s.started)},
		{s.detected, t.say("detected", "検知"), t.longAgo(s.detected)},
		{s.declared, t.say("reported", "報告"), t.reporter()},
		{s.acknowledged, t.say("acknowledged", "対応開始"), t.longAgo(s.acknowledged)},
		{s.mitigated, t.say("mitigated", "影響収束"), t.longAgo(s.mitigated)},
		{s.reopened, t.say("reopened", "再開"), t.who(s.reopened)},
		{s.resolved, t.say("resolved", "復旧"), t.longAgo(s.resolved)},
	}
}

// tight takes the blank after a full-width bracket, which brings its own.
func tight(line string) string { return strings.ReplaceAll(line, "） ", "）") }

func (t teller) link(a workflows.Act) string { return a.Link(t.in.Observation.Issue.URL) }

// from is where a milestone comes from.
func (t teller) from(m *milestone) string {
	if m.url != "" {
		return m.url
	}
	return t.link(m.by)
}

// source says who entered the start, on which the measurements rest, and what
// was assumed.
func (t teller) source(m *milestone) string {
	if m != nil && m.from != 0 {
		return t.say(fmt.Sprintf(" (from #%d)", m.from), fmt.Sprintf("（#%dより）", m.from))
	}
	if m == nil || !m.stated {
		return ""
	}
	who := t.person(m.by.Author)
	if m.guessed {
		return t.say(" (entered by "+who+", date assumed)", "（"+who+"記入、日付は推定）")
	}
	return t.say(" (entered by "+who+")", "（"+who+"記入）")
}

// longAgo says that the date of a bare time was assumed where that is not
// plain: it was many hours before it was written.
func (t teller) longAgo(m *milestone) string {
	if m != nil && m.from != 0 {
		return t.source(m)
	}
	if m == nil || !m.guessed || m.by.At.Sub(m.at) < 6*time.Hour {
		return ""
	}
	return t.say(" (date assumed)", "（日付は推定）")
}

func (t teller) who(m *milestone) string {
	if m == nil {
		return ""
	}
	return " " + t.person(m.by.Author)
}

// reporter is named until somebody has taken over.
func (t teller) reporter() string {
	if t.s.acknowledged != nil {
		return ""
	}
	return t.say(" by ", " ") + t.person(t.in.Observation.Issue.Author.Login)
}

// clock is a time in the policy's zone; the date stands with it where it is
// not the day of the report.
func (t teller) clock(m *milestone) string {
	loc := t.in.Policy.TimeZone
	full := moment.Clock(m.at, loc, t.s.declared.at, t.in.Language)
	return strings.TrimSuffix(full, " "+t.zone(m))
}

func (t teller) zone(m *milestone) string {
	return moment.ZoneName(m.at.In(t.in.Policy.TimeZone))
}

// metrics are the four durations, once there is anything to measure.
func (t teller) metrics() string {
	s := t.s
	if !s.measured() || s.acknowledged == nil && s.started == nil {
		return ""
	}
	ttd := t.metric(s.ttd())
	if s.ttd().isComplete {
		ttd += t.say(" (detected − started)", "（検知−発生）")
	}
	return tight(strings.Join([]string{ttd, t.metric(s.tta()), t.metric(s.ttm()), t.metric(s.ttr())}, " · "))
}

func (t teller) metric(m metric) string {
	value := "—"
	if m.isComplete {
		value = moment.Duration(m.value, t.in.Language)
	}
	return m.name + " " + value
}
