package list

import (
	"fmt"
	"strings"

	"github.com/kintsugi-app/kintsugi/workflows/document"
	"github.com/kintsugi-app/kintsugi/workflows/postmortem/inspect"
	"github.com/kintsugi-app/kintsugi/workflows/postmortem/section"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// Sign is something in a document that speaks for recommending it. Nothing about
// persons is one: not who wrote it, nor how many took part.
type Sign struct {
	Reason            Reason
	English, Japanese string
}

// In says it in a language.
func (s Sign) In(lang words.Language) string { return teller{lang}.say(s.English, s.Japanese) }

// What a section needs to count as telling much, in minutes to read; and how many
// times make a timeline that one can follow.
const (
	muchToRead = 1.0
	fullStory  = 10
)

// Signs are what speaks for a document, in the order of the reasons. A document
// that is worth a look has two for one reason.
func Signs(d *document.Document, incidents []inspect.Incident) []Sign {
	minutes := minutesByKind(d)
	var all []Sign
	sign := func(r Reason, is bool, english, japanese string, args ...any) {
		if is {
			all = append(all, Sign{r, fmt.Sprintf(english, args...), fmt.Sprintf(japanese, args...)})
		}
	}
	causes := minutes[section.Causes] + minutes[section.Lucky]
	lessons := minutes[section.Lessons] + minutes[section.WentWell] + minutes[section.WentWrong]
	sign(Learning, causes >= muchToRead, "the causes are told at length (%.0f min)", "要因が詳しい（約%.0f分）", causes)
	sign(Learning, lessons >= muchToRead/2, "it says what was learnt", "学びが書かれている")
	actions, done := actionsOf(incidents)
	sign(Learning, actions >= 3, "%d action items, %d of them done", "対応策が%d件、うち完了%d件", actions, done)
	pictures := picturesOf(d)
	sign(Architecture, minutes[section.Background] >= muchToRead/2, "it explains the background", "背景の説明がある")
	sign(Architecture, pictures > 0, "%d drawings or configurations", "図や設定が%d点", pictures)
	named := len(namesIn(d))
	sign(Architecture, named >= 12, "%d parts of the system are named", "システムの構成要素が%d個出てくる", named)
	story, known := 0, false
	for i := range incidents {
		in := &incidents[i]
		story = max(story, len(in.Timeline))
		known = known || in.Detected.Known() && (in.Mitigated.Known() || in.Resolved.Known())
	}
	acts := minutes[section.Response] + minutes[section.Recovery] + minutes[section.Detection]
	sign(Response, story >= fullStory, "a timeline with %d times", "時刻のある経緯が%d件", story)
	sign(Response, known, "it is known when it was noticed and when it was over", "検知と復旧の時刻がわかる")
	sign(Response, acts >= muchToRead/2, "it tells what was done", "対応の内容が書かれている")
	return all
}

// Worthy are the reasons for which two signs speak.
func Worthy(signs []Sign) []Reason {
	var all []Reason
	for _, r := range Reasons {
		n := 0
		for _, s := range signs {
			if s.Reason == r {
				n++
			}
		}
		if n >= 2 {
			all = append(all, r)
		}
	}
	return all
}

func minutesByKind(d *document.Document) map[section.Kind]float64 {
	kinds := kindsOf(d)
	all := map[section.Kind]float64{}
	for i := range d.Rows {
		r := &d.Rows[i]
		if r.Kind == document.Code || r.Kind == document.Comment || r.Kind == document.Heading || r.Italic {
			continue
		}
		count, characters := lengthOf(r.Text)
		for _, cell := range r.Cells {
			w, c := lengthOf(cell.Text)
			count, characters = count+w, characters+c
		}
		all[kinds[r.Section+1]] += float64(count)/wordsPerMinute + float64(characters)/charactersPerMinute
	}
	return all
}

func actionsOf(incidents []inspect.Incident) (all, done int) {
	for i := range incidents {
		for _, a := range incidents[i].ActionItems {
			all++
			if a.Done {
				done++
			}
		}
	}
	return all, done
}

// picturesOf counts images, and blocks of code that are no log: what draws or sets
// up a system.
func picturesOf(d *document.Document) int {
	n := strings.Count(d.Source, "![")
	for _, fence := range []string{"```mermaid", "```plantuml", "```dot", "```yaml", "```yml", "```hcl", "```terraform", "```nginx", "```sql"} {
		n += strings.Count(d.Source, fence)
	}
	return n
}

// namesIn are what a document writes as code within its sentences: names of
// services, files, settings.
func namesIn(d *document.Document) map[string]bool {
	all := map[string]bool{}
	for i := range d.Rows {
		if d.Rows[i].Kind != document.Text {
			continue
		}
		for n, piece := range strings.Split(d.Rows[i].Text, "`") {
			if n%2 == 1 && len(piece) <= 60 && !strings.Contains(piece, " ") {
				all[piece] = true
			}
		}
	}
	return all
}
