package postmortem

import (
	"time"

	"github.com/kintsugi-app/kintsugi/workflows"
)

// teller writes what a postmortem says to people. Names stand without @, so that
// only a reminder notifies.
type teller struct{ in workflows.Input }

func (t teller) say(en, ja string) string { return t.in.Say(en, ja) }

func (t teller) person(login string) string { return t.in.Person(login) }

func (t teller) people(logins []string) string { return t.in.People(logins) }

func (t teller) day(at time.Time) string { return t.in.Day(at) }

func (t teller) dayAndClock(at time.Time) string { return t.in.DayAndClock(at) }

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
