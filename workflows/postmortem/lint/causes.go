package lint

import (
	"slices"
	"strings"

	"github.com/kintsugi-app/kintsugi/workflows/document"
	"github.com/kintsugi-app/kintsugi/workflows/postmortem/section"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// humanErrors are names for the one cause that ends every investigation. In lower
// case.
var humanErrors = []string{
	"human error", "human mistake", "operator error", "operator mistake", "user error", "user mistake", "engineer error", "manual error", "pilot error",
	"ヒューマンエラー", "人為的ミス", "人為的なミス", "人的ミス", "人的なミス", "人的エラー", "操作ミス", "作業ミス", "オペレーションミス", "オペミス",
	"うっかりミス", "確認不足", "確認漏れ", "不注意", "ケアレスミス",
}

// cause is what a document gives as one cause.
type cause struct {
	offset int
	text   string
}

// causes looks for a human error that stands alone.
func (c *checker) causes() {
	var all []cause
	to := 0 // rows before it have been read, as part of the section above
	for _, s := range c.spans {
		if s.kind == section.Causes && s.from >= to {
			all = c.causesIn(all, s)
			to = s.to
		}
		if len(all) > 1 {
			return
		}
	}
	if len(all) != 1 || sentences(all[0].text) > mostAlone {
		return
	}
	lower := lowered(all[0].text)
	named := slices.IndexFunc(humanErrors, func(name string) bool { return strings.Contains(lower, name) })
	if named < 0 || isDenied(lower, humanErrors[named]) {
		return
	}
	at := strings.Index(lower, humanErrors[named])
	name := all[0].text[at : at+len(humanErrors[named])]
	offset := c.within(all[0].offset, at, name)
	if c.options.Severities.of(ruleSingleHumanError) != off {
		c.told = offset
	}
	c.add(ruleSingleHumanError, offset, text{
		"The only cause given is %[2]s.",
		"原因として%[2]sだけが挙げられています。",
	}, text{
		"Ask what made the error easy and what let it through: tools, defaults, instructions, load, missing checks. Write these as further factors.",
		"何がその誤りを起こしやすくし、なぜ途中で止まらなかったのか（道具、初期値、手順書、忙しさ、チェックの有無など）を、要因として書き足してください。",
	}, words.Foreign(name))
}

// mostAlone is how many sentences a cause has at most that explains nothing.
const mostAlone = 2

// causesIn adds the causes of a section: its items, paragraphs and rows of
// tables; two are enough to know.
func (c *checker) causesIn(all []cause, s span) []cause {
	block := -1
	for i, r := range c.doc.Rows[s.from:s.to] {
		said := plain(r)
		if s.isLabel && i == 0 {
			said = strings.TrimLeft(said[min(len(said), len(s.heading)):], " :：|*")
		}
		isMore := r.Kind == document.Text && r.Block == block && !r.First // a line of the same paragraph
		switch {
		case r.Kind == document.Heading, r.Kind == document.Comment, r.Kind == document.TableHead, said == "", said == noResponse:
		case isMore && len(all) > 0:
			all[len(all)-1].text += "\n" + said
		default:
			all = append(all, cause{r.Offset, said})
		}
		if block = r.Block; len(all) > 1 {
			break
		}
	}
	return all
}

// sentences counts those of a text.
func sentences(text string) int {
	count := 0
	for _, end := range []string{". ", ".\n", "。", "! ", "! ", "！", "? ", "？"} {
		count += strings.Count(text, end)
	}
	if text = strings.TrimRight(text, " \n"); !strings.HasSuffix(text, "。") {
		count++
	}
	return count
}

// isDenied: the text says that it was no human error.
func isDenied(lower, name string) bool {
	at := strings.Index(lower, name)
	before, after := lower[:at], lower[at+len(name):]
	return strings.Contains(before, "not ") || strings.Contains(before, "n't ") || strings.Contains(before, "no ") ||
		strings.HasPrefix(after, "ではな") || strings.HasPrefix(after, "でな")
}
