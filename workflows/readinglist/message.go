package readinglist

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/readinglist/list"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// tally is what a commit does to the list, by the titles of the entries.
type tally struct{ added, changed, removed []list.Told }

// message says it in a line.
func (t tally) message(in workflows.Input) string {
	var parts []string
	say := func(titles []list.Told, one, many, japanese string) {
		switch len(titles) {
		case 0:
		case 1:
			title, _ := titles[0].In(in.Language)
			parts = append(parts, fmt.Sprintf(in.Say(one, japanese+"（%s）"), inMessage(title)))
		default:
			parts = append(parts, fmt.Sprintf(in.Say(many, japanese+"（%d件）"), len(titles)))
		}
	}
	say(t.added, "add “%s”", "add %d postmortems", "追加")
	say(t.changed, "bring “%s” up to date", "bring %d up to date", "更新")
	say(t.removed, "take off “%s”", "take off %d", "削除")
	if len(parts) == 0 {
		parts = []string{in.Say("bring the pages up to date", "ページを更新")}
	}
	return in.Say("Reading list: ", "読書リスト: ") + strings.Join(parts, in.Say(", ", "、"))
}

// aCommit is what GitHub takes for the name of a commit, in messages, too. Seven digits
// and more are a day or a count. docs: Autolinked references and URLs.
var aCommit = regexp.MustCompile(`(?i)\b(?:[0-9]*[a-f][0-9a-f]*|[0-9]{40,})\b`)

// inMessage is a title as it may stand in the message of a commit, where nothing is
// escaped: words alone, so that it neither calls anybody nor closes anything, and no
// names of commits.
func inMessage(title string) string {
	const most = 60
	title = strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) {
			return r
		}
		return ' '
	}, words.Line(title, 2*most))
	title = aCommit.ReplaceAllStringFunc(title, func(name string) string {
		if len(name) < 7 {
			return name
		}
		return "…"
	})
	return words.Line(strings.Join(strings.Fields(title), " "), most)
}
