package readinglist

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/readinglist/list"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// The codes under which an argument was not understood.
const (
	whyReason = "reason"
	whyWho    = "who"
	whyNumber = "number"
)

// mostBecause is how many characters of what somebody says for a postmortem are kept.
const mostBecause = 300

// commands are what people may write. Roles are those of the table "Who may do
// what"; the help comment and the command reference are made from this list.
func commands() []workflows.Command {
	triage := workflows.RoleTriage
	return []workflows.Command{
		{
			Name: "recommend", Aliases: []string{"推薦", "おすすめ"}, Role: triage, Everywhere: true, LastCounts: true, Parse: recommended, Explain: explainRecommended,
			Usage: words.Both("/recommend response because …", "/推薦 障害時の動き 理由"),
			Help: words.Both("put this postmortem on the reading list: `learning`, `architecture` or `response`, and a word on why",
				"このポストモーテムを読書リストに載せます。`学び`、`構成`、`障害時の動き` のどれかと、理由をひとこと"),
		},
		{
			Name: "unrecommend", Aliases: []string{"推薦取り消し", "おすすめ解除"}, Role: triage, Everywhere: true, LastCounts: true,
			Usage: words.Both("/unrecommend", "/推薦取り消し"),
			Help:  words.Both("take it off the reading list", "読書リストから外します"),
		},
		{
			Name: "onboard", Aliases: []string{"オンボーディング"}, Role: triage, Everywhere: true, Opening: true, Parse: newcomer, Explain: explainNewcomer,
			Usage: words.Both("/onboard @mika payments", "/オンボーディング @mika payments"),
			Help: words.Both("open an issue with eight postmortems for a newcomer to read, those about the services named first; you are the mentor",
				"新しく入った方が読む8件のIssueを作ります。書いたサービスについてのものが先になります。相談役は書いた方です"),
		},
		{
			Name: "read", Aliases: []string{"読了", "読みました"}, Role: workflows.RoleRead, Parse: numbers, Explain: explainNumbers,
			Usage: words.Both("/read 3", "/読了 3"),
			Help:  words.Both("on a newcomer's reading: number 3 was read; ticking its box does the same", "読書のIssueで、3番を読んだことを記録します。チェックを入れても同じです"),
		},
	}
}

var because = regexp.MustCompile(`(?i)^(?:[:：,、-]+|because(?: of)?\b|reason\b|理由(?:は)?|なぜなら)\s*`)

// recommended reads a reason and words. The value is the reason's name, a blank, and
// the words; empty for neither.
func recommended(a workflows.Argument) (value, problem string) {
	rest := strings.TrimSpace(words.Line(a.Text, 2*mostBecause))
	if rest == "" {
		return "", ""
	}
	reason, rest, ok := reasonIn(rest)
	if !ok {
		return "", whyReason
	}
	for because.MatchString(rest) {
		rest = strings.TrimSpace(because.ReplaceAllString(rest, ""))
	}
	return strings.TrimSpace(string(reason) + " " + words.Line(rest, mostBecause)), ""
}

// reasonIn reads the reason that a text begins with. Japanese has no blanks: what goes
// on without one, such as 学びが多いので, is part of the words.
func reasonIn(said string) (reason list.Reason, rest string, ok bool) {
	folded := width.Fold.String(said)
	for _, r := range list.Reasons {
		if rest, found := strings.CutPrefix(strings.ToLower(folded), string(r)); found && (rest == "" || !unicode.IsLetter(rune(rest[0])) && rest[0] < utf8.RuneSelf || rest[0] >= utf8.RuneSelf) {
			return r, strings.TrimSpace(folded[len(r):]), true
		}
		japanese := r.Name(words.Japanese)
		if rest, found := strings.CutPrefix(folded, japanese); found {
			if strings.IndexFunc(rest, unicode.IsLetter) == 0 {
				rest = folded
			}
			return r, strings.TrimSpace(rest), true
		}
	}
	return "", said, false
}

func explainRecommended(_ string, typed words.Foreign, lang words.Language) string {
	if lang == words.Japanese {
		return "理由の種類を " + typed.Inline(40) + " からは読み取れませんでした。`学び`、`構成`、`障害時の動き` のどれかをはじめに書いてください。例: `/推薦 障害時の動き 切り分けの順番が参考になる`"
	}
	return "I could not read which reason " + typed.Inline(40) + " means. Please begin with `learning`, `architecture` or `response`, like `/recommend response because the order of checks helps`, in a new comment."
}

// newcomer reads whom to open a reading for, and services. The value is the login and
// the services, with blanks between.
func newcomer(a workflows.Argument) (value, problem string) {
	named := strings.FieldsFunc(width.Fold.String(words.Line(a.Text, 300)), func(r rune) bool {
		return unicode.IsSpace(r) || r == ',' || r == '、'
	})
	if len(named) == 0 || !strings.HasPrefix(named[0], "@") {
		return "", whyWho
	}
	login, ok := words.Login(strings.TrimSuffix(strings.TrimPrefix(named[0], "@"), "さん"))
	if !ok {
		return "", whyWho
	}
	return strings.Join(append([]string{login}, named[1:min(len(named), 11)]...), " "), ""
}

func explainNewcomer(_ string, typed words.Foreign, lang words.Language) string {
	if lang == words.Japanese {
		return "どなたのためかを " + typed.Inline(40) + " からは読み取れませんでした。`/オンボーディング @mika payments` のように、新しいコメントに書いてください。"
	}
	return "I could not read for whom " + typed.Inline(40) + " is. Please write it like `/onboard @mika payments` in a new comment."
}

// numbers reads which entries of a reading were read; none means the next one.
func numbers(a workflows.Argument) (value, problem string) {
	var read []string
	for _, typed := range strings.FieldsFunc(width.Fold.String(a.Text), func(r rune) bool { return unicode.IsSpace(r) || r == ',' || r == '、' || r == '#' }) {
		n, err := strconv.Atoi(typed)
		if err != nil || n < 1 || n > mostToRead {
			return "", whyNumber
		}
		read = append(read, strconv.Itoa(n))
	}
	return strings.Join(read, " "), ""
}

func explainNumbers(_ string, typed words.Foreign, lang words.Language) string {
	if lang == words.Japanese {
		return "何番かを " + typed.Inline(40) + " からは読み取れませんでした。`/読了 3` のように、1〜8の番号を新しいコメントに書いてください。"
	}
	return "I could not read which number " + typed.Inline(40) + " means. Please write one from 1 to 8, like `/read 3`, in a new comment."
}
