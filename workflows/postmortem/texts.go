package postmortem

import (
	"fmt"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/moment"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// teller writes what a postmortem says to people. Names stand without @, so that
// only a reminder notifies.
type teller struct{ in workflows.Input }

// say picks the sentence in the language.
func (t teller) say(en, ja string) string {
	if t.in.Language == words.Japanese {
		return ja
	}
	return en
}

// person shows a login as a name.
func (t teller) person(login string) string { return words.Name(login) + t.say("", "さん") }

func (t teller) people(logins []string) string {
	const most = 10
	var named []string
	for i, l := range logins {
		if i == most-1 && len(logins) > most {
			named = append(named, t.say(fmt.Sprintf("%d others", len(logins)-i), fmt.Sprintf("ほか%d名", len(logins)-i)))
			break
		}
		named = append(named, t.person(l))
	}
	if n := len(named); n > 1 && t.in.Language != words.Japanese {
		return strings.Join(named[:n-1], ", ") + " and " + named[n-1]
	}
	return strings.Join(named, "、")
}

var weekdays = [...]string{"日", "月", "火", "水", "木", "金", "土"}

// day is "Thursday 3 December" or "12月3日（木）", with the year where it is not
// this one.
func (t teller) day(at time.Time) string {
	at = at.In(t.in.Policy.TimeZone)
	other := at.Year() != t.in.Now.In(t.in.Policy.TimeZone).Year()
	if t.in.Language == words.Japanese {
		said := fmt.Sprintf("%d月%d日（%s）", at.Month(), at.Day(), weekdays[at.Weekday()])
		if other {
			said = fmt.Sprintf("%d年%s", at.Year(), said)
		}
		return said
	}
	if other {
		return at.Format("Monday 2 January 2006")
	}
	return at.Format("Monday 2 January")
}

func (t teller) dayAndClock(at time.Time) string {
	at = at.In(t.in.Policy.TimeZone)
	return t.day(at) + t.say(" ", "") + at.Format("15:04") + " " + moment.ZoneName(at)
}

// The states, as they are published.
const (
	stateDraft   = "draft"
	stateReview  = "review"
	stateDone    = "done"
	stateDropped = "dropped"
)

func (t teller) stateName(state string) string {
	switch state {
	case stateDraft:
		return t.say("draft", "下書き")
	case stateReview:
		return t.say("in review", "レビュー中")
	case stateDone:
		return t.say("done", "完了")
	case stateDropped:
		return t.say("will not be written", "作成しない")
	}
	return ""
}
