package incident

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/width"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/moment"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// The codes under which an argument was not understood.
const (
	whySeverity = "severity"
	whyNumber   = "number"
	// Those of a time are "time-" and the kind of moment's problem.
	whyTime = "time-"
)

type both = map[words.Language]string

func text(en, ja string) both { return both{words.English: en, words.Japanese: ja} }

// commands are what people may write. Roles are those of the table "Who may do
// what"; the help comment and the command reference are made from this list.
func commands() []workflows.Command {
	triage, read := workflows.RoleTriage, workflows.RoleRead
	return []workflows.Command{
		{
			Name: "incident", Aliases: []string{"障害"}, Role: read, Reporter: true, Opening: true,
			Usage: text("/incident", "/障害"),
			Help:  text("make this issue an incident; a suspicion is enough", "このIssueを障害として扱います。疑いで十分です"),
		},
		{
			Name: "ack", Aliases: []string{"対応開始"}, Role: triage, Parse: optionalTime, Explain: explainTime("/ack"),
			Usage: text("/ack", "/対応開始"),
			Help:  text("say that you are on it; whoever writes it first leads", "対応を始めたことを知らせます。最初に書いた方が対応リーダーです"),
		},
		{
			Name: "sev", Aliases: []string{"重大度", "severity"}, Role: triage, LastCounts: true, Opening: true, Parse: severity, Explain: explainSeverity,
			Usage: text("/sev 2", "/重大度 2"),
			Help:  text("set the severity, 1 (worst) to 4, or \"undecided\"", "重大度を1（最も重い）〜4、または「未定」にします"),
		},
		{
			Name: "started", Aliases: []string{"発生"}, Role: triage, Reporter: true, ReporterUntil: []string{"started", "resolved"}, LastCounts: true, Opening: true, Parse: requiredTime, Explain: explainTime("/started"),
			Usage: text("/started 2:40", "/発生 2:40"),
			Help:  text("set or correct when it began", "発生時刻を入れる、または直します"),
		},
		{
			Name: "detected", Aliases: []string{"検知"}, Role: triage, Reporter: true, ReporterUntil: []string{"detected", "resolved"}, LastCounts: true, Opening: true, Parse: requiredTime, Explain: explainTime("/detected"),
			Usage: text("/detected 2:55", "/検知 2:55"),
			Help:  text("set or correct when it was noticed", "検知時刻を入れる、または直します"),
		},
		{
			Name: "mitigated", Aliases: []string{"影響収束"}, Role: triage, Opening: true, Parse: optionalTime, Explain: explainTime("/mitigated"),
			Usage: text("/mitigated 3:30", "/影響収束 3:30"),
			Help:  text("customers are no longer affected; without a time, now", "お客様への影響が収まったことを知らせます。時刻を省くと今"),
		},
		{
			Name: "resolved", Aliases: []string{"復旧"}, Role: triage, Opening: true, Parse: optionalTime, Explain: explainTime("/resolved"),
			Usage: text("/resolved 4:05", "/復旧 4:05"),
			Help:  text("everything is as before; closes the issue; without a time, now", "元どおりになったことを知らせ、Issueを閉じます。時刻を省くと今"),
		},
		{
			Name: "note", Aliases: []string{"メモ"}, Role: read, Reporter: true, LastCounts: true,
			Usage: text("/note text", "/メモ 内容"),
			Help:  text("keep this comment among the notes", "このコメントをメモとして残します"),
		},
		{
			Name: "false-alarm", Aliases: []string{"誤報"}, Role: triage, Reporter: true,
			ReporterUntil: []string{"ack", "sev", "mitigated", "resolved"},
			Usage:         text("/false-alarm", "/誤報"),
			Help:          text("it was nothing; closes the issue, with thanks", "問題ではなかったことを知らせ、Issueを閉じます"),
		},
		{
			Name: "duplicate-of", Aliases: []string{"重複"}, Role: triage, Parse: number, Explain: explainNumber,
			Usage: text("/duplicate-of #12", "/重複 #12"),
			Help:  text("join another incident and close this one", "別の障害に合流し、このIssueを閉じます"),
		},
		{
			Name: "adopt", Aliases: []string{"取り込み"}, Role: workflows.RoleMaintain,
			Usage: text("/adopt", "/取り込み"),
			Help:  text("look after an incident from before Kintsugi was installed", "導入前からある障害を扱います"),
		},
		{
			Name: "help", Aliases: []string{"ヘルプ"}, Role: workflows.RoleNone,
			Usage: text("/help", "/ヘルプ"),
			Help:  text("show this list", "この一覧を表示します"),
		},
		{Name: "reopen", Role: triage, GestureOnly: true},
		{Name: "original", Role: triage, GestureOnly: true, Parse: number},
	}
}

var level = regexp.MustCompile(`^(?:sev)?[ -]?([1-4])$`)

// severity reads 1 to 4 as people type it; the value is one digit, 0 undecided.
func severity(a workflows.Argument) (value, problem string) {
	typed := strings.ToLower(strings.TrimSpace(width.Fold.String(a.Text)))
	if typed == "undecided" || typed == "未定" || typed == "?" {
		return "0", ""
	}
	if m := level.FindStringSubmatch(typed); m != nil {
		return m[1], ""
	}
	return "", whySeverity
}

var issueNumber = regexp.MustCompile(`^#?(\d{1,9})$`)

// number reads "#12". Closing as a duplicate says nothing of which: the value
// is then empty, and the original is asked for.
func number(a workflows.Argument) (value, problem string) {
	m := issueNumber.FindStringSubmatch(strings.TrimSpace(width.Fold.String(a.Text)))
	switch {
	case m != nil && m[1] == strconv.Itoa(a.Subject.Number):
		return "", whyNumber // it cannot join itself
	case m != nil:
		return m[1], ""
	case a.Gesture:
		return "", ""
	default:
		return "", whyNumber
	}
}

// guessed marks, in a recorded time, that its date was not written.
const guessed = " assumed"

func requiredTime(a workflows.Argument) (value, problem string) {
	r, err := moment.Parse(a.Text, a.At, a.Policy.TimeZone)
	if err != nil {
		return "", timeProblem(err)
	}
	value = r.Time.Format(time.RFC3339)
	if r.Assumed&(moment.Date|moment.Year|moment.MonthFirst) != 0 {
		value += guessed
	}
	return value, ""
}

// optionalTime: without an argument the act's own time counts, and the value is
// empty.
func optionalTime(a workflows.Argument) (value, problem string) {
	if strings.TrimSpace(a.Text) == "" {
		return "", ""
	}
	return requiredTime(a)
}

// timeProblem is the code of a time that was not read: its kind and, where the
// zone is the trouble, the zone.
func timeProblem(err error) string {
	var p *moment.Problem
	if !errors.As(err, &p) {
		return whyTime + "0"
	}
	return strings.TrimSpace(fmt.Sprintf("%s%d %s", whyTime, p.Kind, string(p.Zone)))
}

// explainTime makes the sentence for such a code again.
func explainTime(command string) func(string, words.Foreign, words.Language) string {
	return func(why string, typed words.Foreign, lang words.Language) string {
		kind, zone, _ := strings.Cut(strings.TrimPrefix(why, whyTime), " ")
		n, _ := strconv.Atoi(kind)
		problem := &moment.Problem{Kind: moment.Kind(n), Zone: words.Foreign(zone)}
		what := "`" + command + "` " + typed.Inline(40)
		if typed == "" {
			what = "`" + command + "`"
		}
		if lang == words.Japanese {
			return what + ": " + problem.In(lang) + "新しいコメントにお願いします（編集は読みません）。"
		}
		return what + ": " + problem.In(lang) + " Please use a new comment; edits are not read."
	}
}

func explainSeverity(_ string, typed words.Foreign, lang words.Language) string {
	if lang == words.Japanese {
		return "重大度 " + typed.Inline(40) + " は読み取れませんでした。1（最も重い）〜4です。`/sev 1` から `/sev 4`、または `/sev 未定` と、新しいコメントに書いてください。"
	}
	return "I could not read the severity " + typed.Inline(40) + ". It goes from 1, the worst, to 4: please write `/sev 1` to `/sev 4`, or `/sev undecided`, in a new comment."
}

func explainNumber(_ string, typed words.Foreign, lang words.Language) string {
	if lang == words.Japanese {
		return "合流先 " + typed.Inline(40) + " は読み取れませんでした。`/duplicate-of #12` のように、新しいコメントに書いてください。"
	}
	return "I could not read which incident " + typed.Inline(40) + " means. Please write it like `/duplicate-of #12` in a new comment."
}
