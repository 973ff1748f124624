package checklist

import (
	"fmt"
	"strings"

	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// mostText is how much of one text is shown, in characters.
const mostText = 600

// Markdown shows the checklist to people, in a language; what was written in the
// other one only stands in that. It has no boxes: a tick would look as if it counted.
func (c *Checklist) Markdown(lang words.Language) string {
	var b strings.Builder
	say := func(english, japanese string) string {
		if lang == words.Japanese {
			return japanese
		}
		return english
	}
	title := c.Title.In(lang)
	if title == "" {
		title = say("Production readiness", "本番リリースの準備")
	}
	fmt.Fprintf(&b, "# %s\n\n", words.Foreign(title).Prose(100))
	required, decided := 0, 0
	for i := range c.Items {
		if c.Items[i].IsRequired() {
			required++
		}
		if c.Items[i].ByEvidence() {
			decided++
		}
	}
	fmt.Fprintf(&b, say("Items: %d, required: %d, can be decided by evidence: %d. Version `%s`.\n", "%d項目（必須%d、根拠だけで決められるもの%d）。版 `%s`。\n"), len(c.Items), required, decided, c.Version())
	subject := ""
	for i := range c.Items {
		item := &c.Items[i]
		if s := item.Subject.In(lang); s != subject {
			subject = s
			if s != "" {
				fmt.Fprintf(&b, "\n## %s\n", words.Foreign(s).Prose(100))
			}
		}
		level := ""
		if !item.IsRequired() {
			level = say(" *(recommended)*", "（推奨）")
		}
		fmt.Fprintf(&b, "\n- **%s**%s `%s`\n", words.Foreign(item.Question.In(lang)).Prose(mostText), level, item.ID)
		line := func(name, text string) {
			if text != "" {
				fmt.Fprintf(&b, "  - %s: %s\n", name, text)
			}
		}
		prose := func(t Text) string {
			if t.IsEmpty() {
				return ""
			}
			return words.Foreign(t.In(lang)).Prose(mostText)
		}
		line(say("Why", "理由"), prose(item.Why))
		line(say("How", "方法"), prose(item.How))
		if len(item.When.Terms) > 0 {
			line(say("Applies when", "対象"), words.Foreign(item.When.String()).Inline(120))
		}
		line(say("Decided by", "根拠"), item.decidedBy(lang))
		if item.ValidFor > 0 {
			line(say("People's word counts for", "確認・承認の有効期間"), item.ValidFor.In(lang))
		}
		if len(item.Approvers) > 0 {
			who := make([]string, len(item.Approvers))
			for n, a := range item.Approvers {
				who[n] = words.Foreign(strings.TrimPrefix(a, "@")).Inline(80)
			}
			line(say("By", "担当"), strings.Join(who, say(", ", "、")))
		}
	}
	return b.String()
}

// decidedBy names the evidence of an item.
func (i *Item) decidedBy(lang words.Language) string {
	var all []string
	for _, e := range i.Decides() {
		shown := strings.TrimSpace(e.In(lang))
		if e.Kind() == Confirmation && len(i.Evidence) > 0 {
			shown += ": " + words.Foreign(e.Confirmation.In(lang)).Prose(200)
		}
		all = append(all, shown)
	}
	switch {
	case i.Enough == Any && lang == words.Japanese:
		return strings.Join(all, "、または ")
	case i.Enough == Any:
		return strings.Join(all, "; or ")
	case lang == words.Japanese:
		return strings.Join(all, "、")
	}
	return strings.Join(all, "; ")
}
