package incident

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// entry is one line of the timeline.
type entry struct {
	at   time.Time
	link string // where it comes from, or ""
	text string
	note int64 // the comment of a note, or 0
}

// timeline is what happened, in order: milestones at the times that count by
// now, roles, severities, notes, labels, other reports, and what was linked, deployed or
// released. Texts of people are linked to and not copied.
func (t teller) timeline() []entry {
	entries := slices.Concat(t.timelineMilestones(), t.timelineActs(), t.timelineJoined(), t.timelineLabels(), t.timelineLinks(), t.timelineChanges(), t.timelineDeployed())
	slices.SortStableFunc(entries, func(a, b entry) int { return a.at.Compare(b.at) })
	return entries
}

func (t teller) timelineMilestones() []entry {
	var out []entry
	for _, m := range t.named() {
		if m.milestone != nil {
			text := "**" + m.label + "**"
			if m.milestone == t.s.started || m.milestone == t.s.detected {
				text += t.source(m.milestone)
			} else if m.by.Author != "" {
				text += t.say(" by ", " ") + t.person(m.by.Author)
			}
			out = append(out, entry{at: m.at, link: t.from(m.milestone), text: text})
		}
	}
	return out
}

// timelineActs are the acts that are no milestones.
func (t teller) timelineActs() []entry {
	var out []entry
	for _, h := range t.s.history {
		a := h.act
		add := func(text string) { out = append(out, entry{at: a.At, link: t.link(a), text: text}) }
		switch a.Name {
		case "lead", "comms", "scribe":
			who := a.Value
			if who == "" {
				who = a.Author
			}
			add(t.roleName(a.Name) + ": " + t.person(who))
		case "note":
			add(t.say("note by ", "メモ ") + t.person(a.Author))
			out[len(out)-1].note, _ = a.FromComment()
		case "service":
			if a.Value != nobodyKnows {
				add(t.say("service: ", "サービス: ") + words.Foreign(a.Value).Inline(60))
			}
		case "promote":
			add(t.say("a near miss became an incident", "ヒヤリハットから障害へ"))
		case "near-miss":
			add(t.say("kept as a near miss", "ヒヤリハットとして記録"))
		case "false-alarm", "duplicate-of":
			add(t.endName(a))
		}
		if h.level > 0 {
			text := fmt.Sprintf("SEV%d", h.level)
			if a.Name == "sev" {
				text += t.say(" by ", " ") + t.person(a.Author)
			}
			add(text)
		}
	}
	return out
}

func (t teller) endName(a workflows.Act) string {
	if a.Name == "false-alarm" {
		return t.say("false alarm", "誤報")
	}
	return t.say("joined another incident", "別の障害に合流")
}

func (t teller) roleName(command string) string {
	switch command {
	case "lead":
		return t.say("lead", "対応リーダー")
	case "comms":
		return t.say("communications", "連絡担当")
	}
	return t.say("scribe", "記録担当")
}

// timelineJoined are the reports that joined.
func (t teller) timelineJoined() []entry {
	var out []entry
	for _, d := range t.s.duplicates {
		if at := d.at(d.Declared); !at.IsZero() {
			out = append(out, entry{at: at, link: d.url, text: t.say(fmt.Sprintf("also reported as #%d by %s", d.number, t.person(d.Reporter)), fmt.Sprintf("#%d でも報告 %s", d.number, t.person(d.Reporter)))})
		}
	}
	return out
}

// timelineLabels are the labels that people set or took off, but for ours, which
// say what stands here anyway.
func (t teller) timelineLabels() []entry {
	ours := map[string]bool{}
	for _, l := range labels(t.in.Policy) {
		ours[strings.ToLower(l.Name)] = true
	}
	var out []entry
	for _, e := range t.in.Observation.Events {
		if e.Ours || ours[strings.ToLower(e.Label)] || e.At.Before(t.in.From) {
			continue
		}
		label := words.Foreign(e.Label).Inline(60)
		switch e.Kind {
		case workflows.EventLabeled:
			out = append(out, entry{at: e.At, text: t.say("label "+label, "ラベル "+label)})
		case workflows.EventUnlabeled:
			out = append(out, entry{at: e.At, text: t.say("label "+label+" taken off", "ラベル "+label+" を外す")})
		}
	}
	return out
}

// timelineLinks are the pull requests that refer to the incident.
func (t teller) timelineLinks() []entry {
	var out []entry
	for _, l := range t.links().Links {
		if !l.Pull {
			continue
		}
		text := t.say("pull request ", "プルリクエスト ") + t.reference(l.Subject)
		if l.Title != "" {
			text += " " + words.Foreign(l.Title).Inline(80)
		}
		if l.Merged {
			text += t.say(" (merged)", "（マージ済み）")
		}
		out = append(out, entry{at: l.At, link: l.URL, text: text})
	}
	return out
}

// reference names an issue as people write it, without GitHub making a link of
// it, and so a mark on the other side.
func (t teller) reference(s workflows.Subject) string {
	if s.Repo == t.in.Observation.Subject.Repo {
		return fmt.Sprintf("#%d", s.Number)
	}
	return "`" + s.String() + "`"
}

func (t teller) timelineChanges() []entry {
	var out []entry
	for _, c := range t.changes() {
		text := t.changeName(c)
		if c.Title != "" {
			text += " " + words.Foreign(c.Title).Inline(80)
		}
		if c.Repo != t.in.Observation.Subject.Repo {
			text += " (`" + c.Repo + "`)"
		}
		out = append(out, entry{at: c.At, link: c.URL, text: text})
	}
	return out
}

// timelineText is the timeline as a list, behind a fold where it is not so long
// that it may have to be split.
func (t teller) timelineText() string {
	const most = 50_000
	var b strings.Builder
	for _, e := range t.timeline() {
		at := t.clock(&milestone{at: e.at})
		if e.link != "" {
			at = fmt.Sprintf("[%s](%s)", at, e.link)
		}
		b.WriteString("- " + at + " " + e.text + "\n")
	}
	title := t.say("Timeline", "経緯")
	if b.Len() > most {
		return "**" + title + "**\n\n" + b.String()
	}
	return "<details><summary>" + title + "</summary>\n\n" + b.String() + "\n</details>"
}
