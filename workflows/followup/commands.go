package followup

import (
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/text/width"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/incident"
	"github.com/kintsugi-app/kintsugi/workflows/postmortem"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// The codes under which an argument was not understood. Behind whyWord stands the
// word.
const (
	whyEmpty    = "empty"
	whyWord     = "word:"
	whyNumber   = "number"
	whyNoReason = "no-reason"
	whyNoLink   = "no-link"
)

// commands are what people may write. Roles are those of the table "Who may do
// what"; the help comment and the command reference are made from this list.
func commands() []workflows.Command {
	triage := workflows.RoleTriage
	return []workflows.Command{
		{
			Name: "follow-up", Aliases: []string{"フォローアップ", "対応策"}, Role: triage, On: []string{postmortem.Name},
			Parse: asked, Explain: explainAsked,
			Usage: words.Both("/follow-up 2 @kobayashi", "/フォローアップ 2 @kobayashi"),
			Help: words.Both("make an issue of action item 2; or of something new: `/follow-up Alert on free space @kobayashi due:2026-12-18 repo:acme/infra type:prevent`",
				"対応策2をIssueにします。新しいものは `/フォローアップ 空き容量を通知する @kobayashi 期限:2026-12-18 リポジトリ:acme/infra 種別:予防`"),
		},
		{
			Name: "wont-do", Aliases: []string{"やらない", "対応しない"}, Role: triage, On: []string{postmortem.Name, name},
			Parse: dropped, Explain: explainDropped,
			Usage: words.Both("/wont-do 2 reason", "/やらない 2 理由"),
			Help:  words.Both("keep action item 2 on record without an issue; on the issue itself `/wont-do reason` closes it", "対応策2をIssueにせず、記録だけ残します。作ったIssueでは `/やらない 理由` で閉じます"),
		},
		{
			Name: "evidence", Aliases: []string{"完了の根拠"}, Role: triage, LastCounts: true, Parse: link, Explain: explainLink,
			Usage: words.Both("/evidence https://…", "/完了の根拠 https://…"),
			Help:  words.Both("show by a link that it is done", "終わったことをリンクで示します"),
		},
		{
			Name: "recurrence-of", Aliases: []string{"再発"}, Role: triage, LastCounts: true, On: []string{incident.Name}, Parse: number, Explain: explainNumber,
			Usage: words.Both("/recurrence-of #212", "/再発 #212"),
			Help:  words.Both("say that it happened before; what was to prevent it is opened again", "前にも起きたことを記録します。再発防止の対応策を開き直します"),
		},
		{
			Name: "digest", Aliases: []string{"フォローアップ一覧"}, Role: triage, LastCounts: true, Opening: true, Parse: listing,
			Usage: words.Both("/digest @acme/infra", "/フォローアップ一覧 @acme/infra"),
			Help: words.Both("on an issue of its own: list the follow-ups of a team there and keep the list current; or of repositories: `/digest acme/infra acme/pay`",
				"専用のIssueに書くと、チームのフォローアップの一覧を表示し、更新し続けます。リポジトリでも指定できます: `/フォローアップ一覧 acme/infra acme/pay`"),
		},
	}
}

var (
	rowNumber   = regexp.MustCompile(`^#?([1-9]\d{0,2})(?:\s+|$)`)
	issueNumber = regexp.MustCompile(`^#?([1-9]\d{0,8})$`)
	webAddress  = regexp.MustCompile(`^https?://[^\s<>()"'\x60]{4,500}$`)
)

// asked reads the number of an item and who takes it, or a new item. The value is a
// spec.
func asked(a workflows.Argument) (value, problem string) {
	var s spec
	rest := strings.TrimSpace(a.Text)
	if m := rowNumber.FindStringSubmatch(width.Fold.String(rest)); m != nil {
		s.Row, _ = strconv.Atoi(m[1])
		rest = strings.TrimSpace(width.Fold.String(rest)[len(m[0]):])
	}
	if wrong := s.read(rest, a.At, a.Policy.TimeZone); wrong != "" {
		return "", whyWord + words.Line(wrong, 60)
	}
	switch {
	case s.Row == 0 && s.Title == "":
		return "", whyEmpty
	case s.Row != 0 && s.Title != "": // "/follow-up 2 factor authentication" begins with a number by chance
		s.Title, s.Row = words.Line(strconv.Itoa(s.Row)+" "+s.Title, mostTitle), 0
	}
	return s.value(), ""
}

func explainAsked(why string, _ words.Foreign, lang words.Language) string {
	word, isWord := strings.CutPrefix(why, whyWord)
	said := words.Foreign(word).Inline(60)
	switch {
	case lang == words.Japanese && isWord:
		return said + " は読み取れませんでした。期限は `期限:2026-12-18`、リポジトリは `リポジトリ:acme/infra`、種別は予防・緩和・検知・プロセス・アイデアのどれかを、新しいコメントに書いてください。"
	case lang == words.Japanese:
		return "何をするかを書いてください。例: `/フォローアップ 2 @kobayashi`、`/フォローアップ 空き容量を通知する @kobayashi 期限:2026-12-18`"
	case isWord:
		return "I could not read " + said + ". A day is `due:2026-12-18`, a repository `repo:acme/infra`, a type one of prevent, mitigate, detect, process, idea. Please write it in a new comment."
	}
	return "What is to be done? Please write `/follow-up 2 @kobayashi`, or `/follow-up Alert on free space @kobayashi due:2026-12-18`."
}

// dropped reads the number of an item, on a postmortem, and asks for a reason
// behind it, which is not kept: the comment has it. Which of the two the subject is
// shows when the act is used.
func dropped(a workflows.Argument) (value, problem string) {
	rest := width.Fold.String(strings.TrimSpace(a.Text))
	if m := rowNumber.FindStringSubmatch(rest); m != nil {
		value, rest = m[1], strings.TrimSpace(rest[len(m[0]):])
	}
	if rest == "" {
		return "", whyNoReason
	}
	return value, ""
}

func explainDropped(_ string, _ words.Foreign, lang words.Language) string {
	if lang == words.Japanese {
		return "理由をひとこと添えてください。例: `/やらない 2 監視をやめて仕組みごと置き換えるため`。作ったIssueの上では番号はいりません。"
	}
	return "A word on why helps those who read it later: `/wont-do 2 the whole part is being replaced`. On the issue itself no number is needed."
}

func link(a workflows.Argument) (value, problem string) {
	first, _, _ := strings.Cut(strings.TrimSpace(a.Text), " ")
	if !webAddress.MatchString(first) {
		return "", whyNoLink
	}
	return words.Masked(first), ""
}

func explainLink(_ string, _ words.Foreign, lang words.Language) string {
	if lang == words.Japanese {
		return "終わったことが分かるリンクを添えてください。例: `/完了の根拠 https://…`"
	}
	return "Please add a link that shows it, like `/evidence https://…`."
}

func number(a workflows.Argument) (value, problem string) {
	if m := issueNumber.FindStringSubmatch(strings.TrimSpace(width.Fold.String(a.Text))); m != nil && m[1] != strconv.Itoa(a.Subject.Number) {
		return m[1], ""
	}
	return "", whyNumber
}

func explainNumber(_ string, typed words.Foreign, lang words.Language) string {
	if lang == words.Japanese {
		return "どの障害か、" + typed.Inline(40) + " からは読み取れませんでした。`/再発 #212` のように、新しいコメントに書いてください。"
	}
	return "I could not read which incident " + typed.Inline(40) + " means. Please write it like `/recurrence-of #212` in a new comment."
}
