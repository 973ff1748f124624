package incident

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
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
	whyPerson   = "person"
	whyService  = "service"
	// Those of a time are "time-" and the kind of moment's problem.
	whyTime = "time-"
)

// commands are what people may write. Roles are those of the table "Who may do
// what"; the help comment and the command reference are made from this list.
func commands() []workflows.Command {
	return slices.Concat(responding(), stating(), keeping())
}

// responding: who takes part, and how bad it is.
func responding() []workflows.Command {
	triage, read := workflows.RoleTriage, workflows.RoleRead
	return []workflows.Command{
		{
			Name: "incident", Aliases: []string{"障害"}, Role: read, Reporter: true, Opening: true,
			Usage: words.Both("/incident", "/障害"),
			Help:  words.Both("make this issue an incident; a suspicion is enough", "このIssueを障害として扱います。疑いで十分です"),
		},
		{
			Name: "ack", Aliases: []string{"対応開始"}, Role: triage, Parse: optionalTime, Explain: explainTime("/ack"),
			Usage: words.Both("/ack", "/対応開始"),
			Help:  words.Both("say that you are on it; whoever writes it first leads", "対応を始めたことを知らせます。最初に書いた方が対応リーダーです"),
		},
		role("lead", "リーダー", words.Both("take the lead, or hand it to somebody", "対応リーダーになる、または任せます")),
		role("comms", "連絡担当", words.Both("tell customers and colleagues", "お客様や社内への連絡を受け持つ、または任せます")),
		role("scribe", "記録担当", words.Both("write down what happens", "記録を受け持つ、または任せます")),
		{
			Name: "sev", Aliases: []string{"重大度", "severity"}, Role: triage, LastCounts: true, Opening: true, Parse: parseSeverity, Explain: explainSeverity,
			Usage: words.Both("/sev 2", "/重大度 2"),
			Help:  words.Both("set the severity, 1 (worst) to 4, or \"undecided\"", "重大度を1（最も重い）〜4、または「未定」にします"),
		},
	}
}

// stating: what is known of it, when and how far.
func stating() []workflows.Command {
	triage := workflows.RoleTriage
	return []workflows.Command{
		{
			Name: "started", Aliases: []string{"発生"}, Role: triage, Reporter: true, ReporterUntil: []string{"started", "resolved"}, LastCounts: true, Opening: true, Parse: requiredTime, Explain: explainTime("/started"),
			Usage: words.Both("/started 2:40", "/発生 2:40"),
			Help:  words.Both("set or correct when it began; \"unknown\" where nobody knows", "発生時刻を入れる、または直します。分からないときは「不明」"),
		},
		{
			Name: "detected", Aliases: []string{"検知"}, Role: triage, Reporter: true, ReporterUntil: []string{"detected", "resolved"}, LastCounts: true, Opening: true, Parse: requiredTime, Explain: explainTime("/detected"),
			Usage: words.Both("/detected 2:55", "/検知 2:55"),
			Help:  words.Both("set or correct when it was noticed", "検知時刻を入れる、または直します"),
		},
		{
			Name: "mitigated", Aliases: []string{"影響収束"}, Role: triage, Opening: true, Parse: optionalTime, Explain: explainTime("/mitigated"),
			Usage: words.Both("/mitigated 3:30", "/影響収束 3:30"),
			Help:  words.Both("customers are no longer affected; without a time, now", "お客様への影響が収まったことを知らせます。時刻を省くと今"),
		},
		{
			Name: "resolved", Aliases: []string{"復旧"}, Role: triage, Opening: true, Parse: optionalTime, Explain: explainTime("/resolved"),
			Usage: words.Both("/resolved 4:05", "/復旧 4:05"),
			Help:  words.Both("everything is as before; closes the issue; without a time, now", "元どおりになったことを知らせ、Issueを閉じます。時刻を省くと今"),
		},
		{
			Name: "reach", Aliases: []string{"影響"}, Role: triage, Reporter: true, ReporterUntil: []string{"sev", "resolved"}, Opening: true, Parse: parseReach, Explain: explainReach,
			Usage: words.Both("/reach 8 contacts", "/影響 お問い合わせ 8件"),
			Help:  words.Both("say how far it reaches; the severity follows from the policy's table", "影響の大きさを入れます。重大度は設定の表から決まります"),
		},
		{
			Name: "service", Aliases: []string{"サービス"}, Role: triage, Reporter: true, ReporterUntil: []string{"service", "ack", "resolved"}, LastCounts: true, Opening: true, Parse: service, Explain: explainService,
			Usage: words.Both("/service payments", "/サービス payments"),
			Help:  words.Both("say which service it is; whoever looks after that is called", "どのサービスかを入れます。担当の方に連絡します"),
		},
		{
			Name: "confidential", Aliases: []string{"機密"}, Role: triage, Reporter: true, ReporterUntil: []string{"confidential", "ack", "resolved"}, Opening: true, Parse: isConfidential,
			Usage: words.Both("/confidential", "/機密"),
			Help:  words.Both("it concerns personal data or a legal duty, and nothing of it is said here; \"no\" takes that back", "個人情報や法的な義務に関わることを知らせます。ここには内容を書きません。取り消しは「いいえ」"),
		},
	}
}

// keeping: notes, endings, and the rest.
func keeping() []workflows.Command {
	triage, read := workflows.RoleTriage, workflows.RoleRead
	return []workflows.Command{
		{
			Name: "note", Aliases: []string{"メモ"}, Role: read, Reporter: true, LastCounts: true,
			Usage: words.Both("/note text", "/メモ 内容"),
			Help:  words.Both("keep this comment among the notes", "このコメントをメモとして残します"),
		},
		{
			Name: "false-alarm", Aliases: []string{"誤報"}, Role: triage, Reporter: true,
			ReporterUntil: []string{"ack", "sev", "mitigated", "resolved"},
			Usage:         words.Both("/false-alarm", "/誤報"),
			Help:          words.Both("it was nothing; closes the issue, with thanks", "問題ではなかったことを知らせ、Issueを閉じます"),
		},
		{
			Name: "duplicate-of", Aliases: []string{"重複"}, Role: triage, Parse: number, Explain: explainNumber,
			Usage: words.Both("/duplicate-of #12", "/重複 #12"),
			Help:  words.Both("join another incident and close this one", "別の障害に合流し、このIssueを閉じます"),
		},
		{
			Name: "near-miss", Aliases: []string{"ヒヤリハット"}, Role: read, Reporter: true, Opening: true,
			Usage: words.Both("/near-miss", "/ヒヤリハット"),
			Help:  words.Both("keep what was caught before anybody was hurt; nobody is called", "被害が出る前に気づいたことを残します。だれも呼びません"),
		},
		{
			Name: "promote", Aliases: []string{"昇格"}, Role: triage,
			Usage: words.Both("/promote", "/昇格"),
			Help:  words.Both("a near miss was an incident after all; its times are kept", "ヒヤリハットを障害にします。入れた時刻は残ります"),
		},
		{
			Name: "quiet", Aliases: []string{"静かに"}, Everywhere: true, Role: read,
			Usage: words.Both("/quiet", "/静かに"),
			Help:  words.Both("no more reminders to you; from the write role on, to nobody here", "あなたへのリマインドを止めます。write以上の方が書くと、このIssueのリマインドをすべて止めます"),
		},
		{
			Name: "adopt", Aliases: []string{"取り込み"}, Everywhere: true, Role: workflows.RoleMaintain,
			Usage: words.Both("/adopt", "/取り込み"),
			Help:  words.Both("look after an incident from before Kintsugi was installed", "導入前からある障害を扱います"),
		},
		{
			Name: "help", Aliases: []string{"ヘルプ"}, Everywhere: true, Role: workflows.RoleNone,
			Usage: words.Both("/help", "/ヘルプ"),
			Help:  words.Both("show this list", "この一覧を表示します"),
		},
		{Name: "reopen", Role: triage, GestureOnly: true},
		{Name: "original", Role: triage, GestureOnly: true, Parse: number},
	}
}

// role is a command by which somebody takes a role, or gives it to another.
func role(name, japanese string, help map[words.Language]string) workflows.Command {
	return workflows.Command{
		Name: name, Aliases: []string{japanese}, Role: workflows.RoleTriage, LastCounts: true, Parse: person, Explain: explainPerson("/" + name),
		Usage: words.Both("/"+name, "/"+japanese), Help: help,
	}
}

// person reads "@tanaka" or "tanaka"; without an argument it is the author, and
// the value is empty.
func person(a workflows.Argument) (value, problem string) {
	typed := strings.TrimPrefix(strings.TrimSpace(width.Fold.String(a.Text)), "@")
	if typed == "" {
		return "", ""
	}
	if login, ok := words.Login(typed); ok {
		return login, ""
	}
	return "", whyPerson
}

func explainPerson(command string) func(string, words.Foreign, words.Language) string {
	return func(_ string, typed words.Foreign, lang words.Language) string {
		if lang == words.Japanese {
			return typed.Inline(40) + " はアカウント名として読めませんでした。`" + command + " @name` のように、一人だけを、新しいコメントに書いてください。自分のときは名前を省けます。"
		}
		return typed.Inline(40) + " is not one account. Please write it like `" + command + " @name` in a new comment; without a name it is you."
	}
}

// notConfidential is the value that takes a /confidential back.
const notConfidential = "no"

// isConfidential reads "no"; without an argument it is. Anything else is taken for
// the reason, which is not kept.
func isConfidential(a workflows.Argument) (value, problem string) {
	switch strings.ToLower(strings.Trim(width.Fold.String(a.Text), " \t.。")) {
	case "no", "いいえ", "なし", "解除", "取消":
		return notConfidential, ""
	}
	return "", ""
}

// service reads the name of a service of the policy, in any case; one that the
// policy does not have is kept where the policy has none at all.
func service(a workflows.Argument) (value, problem string) {
	typed := strings.TrimSpace(a.Text)
	if found := recognise(a.Policy.Services, typed, nil, ""); found != "" {
		return found, ""
	}
	if isUnknown(typed) {
		return nobodyKnows, ""
	}
	return "", whyService
}

func explainService(_ string, typed words.Foreign, lang words.Language) string {
	if lang == words.Japanese {
		return "サービス " + typed.Inline(40) + " は設定の `services` にありません。そこにある名前で、`/service payments` のように、新しいコメントに書いてください。"
	}
	return "The policy has no service " + typed.Inline(40) + " under `services`. Please write one that it has, like `/service payments`, in a new comment."
}

var level = regexp.MustCompile(`^(?:sev)?[ -]?([1-4])$`)

// parseSeverity reads 1 to 4 as people type it; the value is one digit, 0 undecided.
func parseSeverity(a workflows.Argument) (value, problem string) {
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

// nobodyKnows is the value of an answer by which nobody knows.
const nobodyKnows = "unknown"

// isUnknown reports whether somebody answered that nobody knows.
func isUnknown(text string) bool {
	switch strings.ToLower(strings.Trim(width.Fold.String(text), " \t\r\n.。")) {
	case "unknown", "not known", "i don't know", "don't know", "dunno", "?", "??", "不明", "未定", "分からない", "わからない", "分かりません", "わかりません":
		return true
	}
	return false
}

func requiredTime(a workflows.Argument) (value, problem string) {
	if isUnknown(a.Text) {
		return nobodyKnows, ""
	}
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
	if isUnknown(a.Text) {
		return "", whyTime + "0"
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
