package incident

import (
	"fmt"
	"strings"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/moment"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// resolvedComment ends the phase: a new comment once, kept true by editing.
func (t teller) resolvedComment() workflows.CommentIntent {
	switch t.s.ended {
	case ongoing:
		return workflows.CommentIntent{
			Key:   keyResolved,
			Body:  t.say("**This was resolved once and is no longer.** The status comment above has the present state.", "**いったん復旧しましたが、いまは復旧していません。** 現在の状況は、上の状況コメントにあります。"),
			Facts: "not resolved",
		}
	case falseAlarm, duplicate:
		return workflows.CommentIntent{
			Key:   keyResolved,
			Body:  "**" + t.headline() + "**\n" + t.say("The status comment above has the present state.", "現在の状況は、上の状況コメントにあります。"),
			Facts: t.headline(),
		}
	}
	s := t.s
	parts := []string{t.metric(s.ttd()), t.metric(s.tta()), t.metric(s.ttr())}
	if affected := t.affected(); affected != "" {
		parts = append([]string{affected}, parts...)
	}
	if t.isHidden() {
		return workflows.CommentIntent{Key: keyResolved, Body: t.say("**Resolved. Thank you, everyone.**", "**復旧しました。おつかれさまでした。**"), After: t.rest(), Facts: "resolved"}
	}
	body := []string{
		t.say("**Resolved. Thank you, everyone.**", "**復旧しました。おつかれさまでした。**"),
		tight(strings.Join(parts, " · ")),
		t.say("If a time is wrong, `/started 2:35` corrects it.", "時刻が違うときは `/started 2:35` のように書けば直ります。"),
	}
	timeline := "\n\n" + t.timelineText()
	return workflows.CommentIntent{
		Key:   keyResolved,
		Body:  strings.Join(body, "\n"),
		After: t.rest() + timeline,
		Facts: strings.Join(parts, " ") + timeline,
	}
}

// rest says that there is nothing left to do, which at night means to sleep.
func (t teller) rest() string {
	if h := t.s.endedBy.At.In(t.in.Policy.TimeZone).Hour(); h < 6 || h >= 20 {
		return t.say("Nothing more is needed tonight.", "今夜はここまでで大丈夫です。")
	}
	return t.say("Nothing more is needed now.", "今はここまでで大丈夫です。")
}

// affected is how long customers felt it: from the start until mitigated, or
// until resolved where nobody said earlier.
func (t teller) affected() string {
	until := t.s.calm()
	if until == nil {
		until = t.s.resolved
	}
	m := measure("", t.s.started, until)
	if !m.isComplete {
		return ""
	}
	span := t.clock(m.from) + "–" + t.clock(m.to)
	if loc := t.in.Policy.TimeZone; m.from.at.In(loc).YearDay() != m.to.at.In(loc).YearDay() { // each with its date
		span = moment.Clock(m.from.at, loc, m.to.at, t.in.Language) + " – " + moment.Clock(m.to.at, loc, m.from.at, t.in.Language)
	}
	took := moment.Duration(m.value, t.in.Language)
	return t.say(fmt.Sprintf("Customers affected %s (%s)", span, took), fmt.Sprintf("お客様への影響 %s（%s）", span, took))
}

// HelpNote is what stands below the list of commands, as /help answers it and as
// the documentation shows it.
func HelpNote(lang words.Language) string {
	if lang == words.Japanese {
		return "\nTTD＝検知−発生、TTA＝対応開始−報告、TTM＝影響収束−発生、TTR＝復旧−発生。分からないものは — と表示します。\n"
	}
	return "\nTTD = detected − started, TTA = acknowledged − reported, TTM = mitigated − started, TTR = resolved − started; what is not known is shown as —.\n"
}
