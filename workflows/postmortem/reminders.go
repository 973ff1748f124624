package postmortem

import (
	"fmt"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows"
)

// reminder is something that the author is told once, at or after its time.
type reminder struct {
	key string
	at  time.Time
	// until is when it would be too late to help; zero for never.
	until time.Time
	said  func() string
}

// reminders are what the author alone is told, once each and within working
// hours: before the sharing meeting what is still empty, or, where none is set,
// before the due date; and once after that.
func (l *life) reminders() (notices []workflows.Notice, wake time.Time) {
	earlier := func(at time.Time) {
		if wake.IsZero() || at.Before(wake) {
			wake = at
		}
	}
	if end := l.due.AddDate(0, 0, 1); l.isOngoing() && l.in.Now.Before(end) {
		earlier(end) // findings are shown from then on
	}
	if !l.isOngoing() || !l.policy.Reminders || l.s.quiet || len(l.addressed()) == 0 {
		return nil, wake
	}
	for _, r := range l.schedule() {
		if _, said := l.in.Made[r.key]; said || !r.until.IsZero() && !l.in.Now.Before(r.until) {
			continue
		}
		if strings.HasPrefix(r.key, keyShare) && !l.in.Now.Before(r.at) && l.open() == 0 {
			continue // nothing is empty: nothing to say
		}
		if at := l.in.Policy.NextDaytime(later(r.at, l.in.Now)); at.After(l.in.Now) {
			earlier(at)
			continue
		}
		body := strings.Join(l.addressed(), " ") + " " + r.said()
		notices = append(notices, workflows.Notice{Key: r.key, Body: body, Line: body})
	}
	return notices, wake
}

// remindsSoon: a reminder may be due, and needs the findings.
func (l *life) remindsSoon() bool {
	for _, r := range l.schedule() {
		if _, said := l.in.Made[r.key]; !said && !l.in.Now.Before(r.at) {
			return true
		}
	}
	return false
}

// addressed are the authors who want to be reminded, as they are mentioned.
func (l *life) addressed() (mentions []string) {
	for _, a := range l.authors {
		if !l.s.quietFor[strings.ToLower(a)] {
			mentions = append(mentions, "@"+a)
		}
	}
	return mentions
}

// schedule are the reminders of a postmortem, at most three; one that is not needed is left
// out.
func (l *life) schedule() (all []reminder) {
	afterDue := l.due.AddDate(0, 0, 1)
	hasMeeting := !l.s.meeting.IsZero()
	if hasMeeting {
		all = append(all, reminder{
			key: keyShare + l.s.meeting.In(l.in.Policy.TimeZone).Format("20060102"), at: l.in.Policy.Morning(l.s.meeting, 1), until: l.s.meeting, said: l.beforeMeeting,
		})
	}
	if !hasMeeting || l.s.meeting.After(afterDue) {
		all = append(all, reminder{key: keyBefore + l.due.Format("20060102"), at: l.in.Policy.Morning(l.due, 1), until: afterDue, said: l.beforeDue})
	}
	return append(all, reminder{key: keyAfter + l.due.Format("20060102"), at: afterDue, said: l.afterDue})
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func (l *life) beforeMeeting() string {
	at := l.s.meeting.In(l.in.Policy.TimeZone)
	when := l.relative(at, " at ", "") + at.Format("15:04")
	return l.say("The sharing meeting is "+when+".", "共有会は"+when+"です。") + l.stillOpen()
}

func (l *life) beforeDue() string {
	when := l.relative(l.due, "", "")
	return l.say("The postmortem is due "+when+".", "ポストモーテムの期限は"+when+"です。") + l.stillOpen() +
		l.say("\nIf that is too soon: `/postpone "+l.postponeExample()+" reason`", "\n間に合わないときは `/postpone "+l.postponeExample()+" 理由`")
}

func (l *life) afterDue() string {
	return l.say("The postmortem was due "+l.day(l.due)+".", "ポストモーテムの期限は"+l.day(l.due)+"でした。") + l.stillOpen() +
		l.say("\nA new day: `/postpone "+l.postponeExample()+" reason`. There are no further reminders.", "\n延ばすときは `/postpone "+l.postponeExample()+" 理由`。お知らせはこれで終わりです。")
}

// relative is "tomorrow", or the day.
func (l *life) relative(at time.Time, joinedEn, joinedJa string) string {
	zone := l.in.Policy.TimeZone
	today := l.in.Now.In(zone)
	same := func(a, b time.Time) bool { return a.Format(dateLayout) == b.In(zone).Format(dateLayout) }
	said := l.day(at)
	switch {
	case same(today, at):
		said = l.say("today", "今日")
	case same(today.AddDate(0, 0, 1), at):
		said = l.say("tomorrow", "明日")
		if joinedEn == "" {
			said += l.say(", ", "、") + l.day(at)
		}
	}
	return said + l.say(joinedEn, joinedJa)
}

// stillOpen says what is missing, briefly.
func (l *life) stillOpen() string {
	const most = 5
	n := l.open()
	if n == 0 {
		return l.say(" Nothing is missing.", "足りないところはありません。")
	}
	var b strings.Builder
	fmt.Fprintf(&b, l.say(" Open points: %d.\n", "あと%dか所です。\n"), n)
	listed := 0
	for _, f := range l.findings {
		if listed == most {
			break
		}
		listed++
		b.WriteString("- " + f.Message(l.in.Language) + "\n")
	}
	if n > listed {
		fmt.Fprintf(&b, l.say("- and %d more: `/lint`\n", "- ほか%d件は `/lint` で\n"), n-listed)
	}
	for i, f := range l.wordings {
		if i == 0 {
			b.WriteString(l.say("Wording, as a suggestion:\n", "表現の提案:\n"))
		}
		if i < most {
			b.WriteString("- " + f.Message(l.in.Language) + l.say(" ", "") + f.Suggestion(l.in.Language) + "\n")
		}
	}
	return strings.TrimSuffix(b.String(), "\n")
}
