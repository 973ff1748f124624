package list

import (
	"fmt"
	"strings"

	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// teller says things in a language.
type teller struct{ lang words.Language }

func (t teller) say(english, japanese string) string {
	if t.lang == words.Japanese {
		return japanese
	}
	return english
}

// name is a reason as an entry has it.
func (r Reason) name(lang words.Language) string {
	t := teller{lang}
	switch r {
	case Learning:
		return t.say("learning", "学び")
	case Architecture:
		return t.say("architecture", "構成")
	case Response:
		return t.say("response", "障害時の動き")
	}
	return t.say("no reason yet", "理由は未記入")
}

// Name is a reason as an entry has it.
func (r Reason) Name(lang words.Language) string { return r.name(lang) }

// heading is a reason as a part of the page has it.
func (r Reason) heading(lang words.Language) string {
	t := teller{lang}
	switch r {
	case Learning:
		return t.say("Much to learn", "学びが多い")
	case Architecture:
		return t.say("How the system is built", "システムの構成がわかる")
	case Response:
		return t.say("How to act during an incident", "障害時の動き方がわかる")
	}
	return t.say("Recommended, without a reason so far", "推薦のみ、理由は未記入")
}

// minutes says how long it takes to read.
func (t teller) minutes(e *Entry) string {
	if n := e.Minutes(); n > 0 {
		return fmt.Sprintf(t.say("about %d min", "約%d分"), n)
	}
	return ""
}

// inARow puts sentences of either language behind one another.
func inARow(sentences []string) string {
	var b strings.Builder
	for _, s := range sentences {
		if b.Len() > 0 && !endsWide(b.String()) {
			b.WriteByte(' ')
		}
		b.WriteString(s)
	}
	return b.String()
}
