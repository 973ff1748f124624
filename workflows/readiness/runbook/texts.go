package runbook

import (
	"fmt"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows/moment"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// Markdown says a difference to people on GitHub. Last is how one refers to the runbook
// before, as Markdown, such as "#12". Nothing that people wrote acts in it.
func (d Difference) Markdown(lang words.Language, last string) string {
	t := teller{d: d, lang: lang, mark: "`", shown: func(text string) string { return words.Foreign(text).Plain(0) }}
	lines := []string{"**" + t.headline(last) + "**"}
	lines = append(lines, t.beside()...)
	if len(d.Changes) > 0 {
		lines = append(lines, "")
	}
	for _, c := range d.Changes {
		lines = append(lines, "- "+t.kind(c)+t.change(c))
	}
	return strings.Join(lines, "\n") + "\n"
}

// Text says it in a terminal.
func (d Difference) Text(lang words.Language, last string) string {
	t := teller{d: d, lang: lang, shown: func(text string) string {
		if text == "" {
			return "—"
		}
		return text
	}}
	lines := append([]string{t.headline(last)}, t.beside()...)
	for _, c := range d.Changes {
		sign := map[string]string{Added: "+ ", Removed: "- ", Changed: "~ "}[c.Kind]
		if c.Moved != nil {
			sign = "> "
		}
		lines = append(lines, sign+t.change(c))
	}
	return strings.Join(lines, "\n") + "\n"
}

type teller struct {
	d     Difference
	lang  words.Language
	shown func(text string) string
	// mark is what stands around code.
	mark string
}

func (t teller) code(text string) string { return t.mark + text + t.mark }

func (t teller) say(english, japanese string) string {
	if t.lang == words.Japanese {
		return japanese
	}
	return english
}

func (t teller) headline(last string) string {
	d := t.d
	if d.Same == d.Steps && len(d.Changes) == 0 {
		return fmt.Sprintf(t.say("Nothing differs from %s: all %d steps are as they were", "%sとの違いはありません（全%d手順）"), last, d.Steps)
	}
	return fmt.Sprintf(t.say("What differs from %s: %d of %d steps are as they were", "%sとの違い（%[3]d手順のうち%[2]dは同じ）"), last, d.Same, d.Steps)
}

// beside is what differs of the whole.
func (t teller) beside() (lines []string) {
	if from, to := t.d.Before.Version, t.d.Now.Version; from != to {
		lines = append(lines, fmt.Sprintf(t.say("Version %s, before %s.", "版は %s（前回は %s）。"), t.code(to), t.code(from)))
	} else {
		lines = append(lines, fmt.Sprintf(t.say("Version %s.", "版は %s。"), t.code(to)))
	}
	if by := t.d.Shift; by != 0 {
		took := moment.Duration(time.Duration(max(by, -by))*time.Minute, t.lang)
		if by > 0 {
			lines = append(lines, t.say("Times are "+took+" later, unless a step says otherwise.", "時刻は、個別に書いたもの以外、"+took+"遅くなりました。"))
		} else {
			lines = append(lines, t.say("Times are "+took+" earlier, unless a step says otherwise.", "時刻は、個別に書いたもの以外、"+took+"早くなりました。"))
		}
	}
	if from, to := t.d.Before.Template, t.d.Now.Template; from != to && from != "" && to != "" {
		lines = append(lines, fmt.Sprintf(t.say("Its template is another: %s, before %s.", "テンプレートが変わりました: %s（前回は %s）。"), t.shown(to), t.shown(from)))
	}
	return lines
}

func (t teller) kind(c Change) string {
	switch {
	case c.Kind == Added:
		return t.say("**Added** ", "**追加** ")
	case c.Kind == Removed:
		return t.say("**Removed** ", "**削除** ")
	case c.Moved != nil:
		return t.say("**Moved** ", "**移動** ")
	}
	return t.say("**Changed** ", "**変更** ")
}

// place is where a step stands, such as "Steps 3".
func (t teller) place(p Place) string {
	if p.Section == "" {
		return fmt.Sprint(p.Number)
	}
	return fmt.Sprintf("%s %d", t.shown(p.Section), p.Number)
}

func (t teller) change(c Change) string {
	said := t.place(Place{c.Step.Section, c.Number}) + t.say(": ", "：") + t.shown(c.Step.What)
	var details []string
	for _, text := range []string{c.Step.Who, c.Step.Planned} {
		if text != "" && c.Kind != Changed {
			details = append(details, t.shown(text))
		}
	}
	if c.Moved != nil {
		details = append(details, fmt.Sprintf(t.say("was %s", "前回は%s"), t.place(*c.Moved)))
	}
	if len(details) > 0 {
		said += t.say(" ("+strings.Join(details, ", ")+")", "（"+strings.Join(details, "、")+"）")
	}
	return said + t.fields(c.Fields)
}

func (t teller) fields(all []Field) string {
	var b strings.Builder
	for _, f := range all {
		name := map[string]string{
			Who: t.say("who", "担当"), Planned: t.say("planned", "予定"),
			Sign: t.say("it worked if", "うまくいったしるし"), Fallback: t.say("if not", "だめなとき"),
		}[f.Name]
		if f.Name == What {
			b.WriteString(t.say("; was: ", "；前回：") + t.shown(f.From))
		} else {
			fmt.Fprintf(&b, t.say("; %s: %s → %s", "；%s：%s → %s"), name, t.shown(f.From), t.shown(f.To))
		}
	}
	return b.String()
}
