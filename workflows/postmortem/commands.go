package postmortem

import (
	"errors"
	"regexp"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/width"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/incident"
	"github.com/kintsugi-app/kintsugi/workflows/moment"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// The codes under which an argument was not understood; those of a time are
// "time-" and the kind of moment's problem.
const (
	whyPeople   = "people"
	whyNumber   = "number"
	whyWhich    = "which"
	whyTime     = "time-"
	whyNoClock  = "no-clock"
	whyNoReason = "no-reason"
)

// Values of /postmortem besides a number.
const short = "short"

// commands are what people may write. Roles are those of the table "Who may do
// what"; the help comment and the command reference are made from this list.
func commands() []workflows.Command {
	triage, write := workflows.RoleTriage, workflows.RoleWrite
	return []workflows.Command{
		{
			Name: "postmortem", Aliases: []string{"ポストモーテム"}, Role: triage, Opening: true, On: []string{name, incident.Name},
			Parse: which, Explain: explainWhich,
			Usage: words.Both("/postmortem", "/ポストモーテム"),
			Help:  words.Both("draft the postmortem of this incident; `short` for the short form, `#341` for one that is there already. Elsewhere: this issue is one", "この障害のポストモーテムの下書きを作ります。短い書式は `短縮`、すでにあるときは `#341`。ほかのIssueでは、そのIssueをポストモーテムとして扱います"),
		},
		{
			Name: "postmortem-of", Aliases: []string{"対象の障害"}, Role: triage, Opening: true, LastCounts: true, Parse: number, Explain: explainNumber,
			Usage: words.Both("/postmortem-of #340", "/対象の障害 #340"),
			Help:  words.Both("say which incident this is the postmortem of", "どの障害のポストモーテムかを入れます"),
		},
		{
			Name: "lint", Aliases: []string{"点検"}, Role: triage, Reporter: true, LastCounts: true,
			Usage: words.Both("/lint", "/点検"),
			Help:  words.Both("show what is still missing, in one comment that shrinks", "足りないところを1つのコメントにまとめます。直すと減っていきます"),
		},
		{
			Name: "review", Aliases: []string{"レビュー"}, Role: write, Reporter: true, LastCounts: true, Parse: people, Explain: explainPeople,
			Usage: words.Both("/review @suzuki @yamamoto", "/レビュー @suzuki @yamamoto"),
			Help:  words.Both("ask these people to read and approve it", "読んで承認してもらう方を指定します"),
		},
		{
			Name: "approve", Aliases: []string{"承認"}, Role: write,
			Usage: words.Both("/approve", "/承認"),
			Help:  words.Both("approve it; the author's own approval does not count", "承認します。執筆者自身の承認は数えません"),
		},
		{
			Name: "share", Aliases: []string{"共有会"}, Role: write, LastCounts: true, Parse: meeting, Explain: explainTime("/share 12/2 15:00", "/共有会 12/2 15:00"),
			Usage: words.Both("/share 12/2 15:00", "/共有会 12/2 15:00"),
			Help:  words.Both("set the sharing meeting; the author hears one business day before what is still empty", "共有会の日時を決めます。1営業日前に、空いているところを執筆者だけにお知らせします"),
		},
		{
			Name: "postpone", Aliases: []string{"延期"}, Role: write, LastCounts: true, Parse: postponed, Explain: explainTime("/postpone 12/10 reason", "/延期 12/10 理由"),
			Usage: words.Both("/postpone 12/10 reason", "/延期 12/10 理由"),
			Help:  words.Both("move the due date, with a reason", "期限を理由つきで延ばします"),
		},
		{Name: "accepted", Role: triage, GestureOnly: true, Reporter: true},
		{Name: "dropped", Role: triage, GestureOnly: true, Reporter: true},
		{Name: "taken-up-again", Role: triage, GestureOnly: true, Reporter: true},
	}
}

var issueNumber = regexp.MustCompile(`^#?([1-9]\d{0,8})$`)

func folded(a workflows.Argument) string {
	return strings.ToLower(strings.TrimSpace(width.Fold.String(a.Text)))
}

// which reads "#341", "short" or nothing.
func which(a workflows.Argument) (value, problem string) {
	typed := folded(a)
	m := issueNumber.FindStringSubmatch(typed)
	switch {
	case typed == "":
		return "", ""
	case m != nil && m[1] != strconv.Itoa(a.Subject.Number):
		return m[1], ""
	case typed == short, typed == "短縮", typed == "短く", typed == "短縮版":
		return short, ""
	}
	return "", whyWhich
}

func explainWhich(_ string, typed words.Foreign, lang words.Language) string {
	if lang == words.Japanese {
		return "`/postmortem` のあとの " + typed.Inline(40) + " は読み取れませんでした。`/postmortem` だけ、短い書式なら `/postmortem short`、すでにあるIssueなら `/postmortem #341` と、新しいコメントに書いてください。"
	}
	return "I could not read " + typed.Inline(40) + " after `/postmortem`. Please write `/postmortem` alone, `/postmortem short`, or `/postmortem #341` for one that is there, in a new comment."
}

func number(a workflows.Argument) (value, problem string) {
	if m := issueNumber.FindStringSubmatch(folded(a)); m != nil && m[1] != strconv.Itoa(a.Subject.Number) {
		return m[1], ""
	}
	return "", whyNumber
}

func explainNumber(_ string, typed words.Foreign, lang words.Language) string {
	if lang == words.Japanese {
		return "どの障害か、" + typed.Inline(40) + " からは読み取れませんでした。`/postmortem-of #340` のように、新しいコメントに書いてください。"
	}
	return "I could not read which incident " + typed.Inline(40) + " means. Please write it like `/postmortem-of #340` in a new comment."
}

// mostReviewers is how many people may be asked at once: more feel not meant.
const mostReviewers = 10

// people reads "@a @b", also with commas and 、 between; none is allowed. The
// value is the logins, in lower case, with commas between.
func people(a workflows.Argument) (value, problem string) {
	var logins []string
	for _, typed := range strings.FieldsFunc(folded(a), func(r rune) bool { return r == ' ' || r == ',' || r == '、' || r == '\u3000' }) {
		typed = strings.TrimSuffix(strings.TrimSuffix(typed, "さん"), "-san")
		login, ok := words.Login(strings.TrimPrefix(typed, "@"))
		if !ok || !strings.HasPrefix(typed, "@") || len(logins) == mostReviewers {
			return "", whyPeople
		}
		logins = append(logins, login)
	}
	return strings.Join(logins, ","), ""
}

func explainPeople(_ string, typed words.Foreign, lang words.Language) string {
	if lang == words.Japanese {
		return "レビューする方を " + typed.Inline(60) + " からは読み取れませんでした。`/review @suzuki @yamamoto` のように、10人までのアカウント名を、新しいコメントに書いてください。"
	}
	return "I could not read whom " + typed.Inline(60) + " means. Please write up to ten accounts, like `/review @suzuki @yamamoto`, in a new comment."
}

// meeting reads a day with a time of day; the value is RFC 3339.
func meeting(a workflows.Argument) (value, problem string) {
	at, _, err := moment.Ahead(a.Text, a.At, a.Policy.TimeZone)
	switch {
	case err != nil:
		return "", timeProblem(err)
	case !at.HasClock:
		return "", whyNoClock
	}
	return at.Time.Format(time.RFC3339), ""
}

const dateLayout = "2006-01-02"

// postponed reads a day and asks for a reason behind it, which is not kept: the
// comment has it. The value is YYYY-MM-DD.
func postponed(a workflows.Argument) (value, problem string) {
	at, rest, err := moment.Ahead(a.Text, a.At, a.Policy.TimeZone)
	switch {
	case err != nil:
		return "", timeProblem(err)
	case rest == "":
		return "", whyNoReason
	}
	return at.Time.Format(dateLayout), ""
}

func timeProblem(err error) string {
	var p *moment.Problem
	if !errors.As(err, &p) || p.Kind == moment.Empty {
		return whyTime + "0"
	}
	return whyTime + strconv.Itoa(int(p.Kind))
}

func explainTime(english, japanese string) func(string, words.Foreign, words.Language) string {
	return func(why string, typed words.Foreign, lang words.Language) string {
		kind, _ := strconv.Atoi(strings.TrimPrefix(why, whyTime))
		ja := lang == words.Japanese
		pick := func(en, japanese string) string {
			if ja {
				return japanese
			}
			return en
		}
		var said string
		switch {
		case why == whyNoClock:
			said = pick("At what time? ", "何時からでしょうか。")
		case why == whyNoReason:
			said = pick("A word on why helps those who wait. ", "待っている方のために、理由をひとこと添えてください。")
		case moment.Kind(kind) == moment.Past:
			said = pick(typed.Inline(40)+" is over. ", typed.Inline(40)+" は過ぎています。")
		case typed != "":
			said = pick("I could not read the day in "+typed.Inline(40)+". ", typed.Inline(40)+" から日付を読み取れませんでした。")
		}
		return said + pick("Please write it like `"+english+"` in a new comment; edits are not read.", "`"+japanese+"` のように、新しいコメントに書いてください（編集は読みません）。")
	}
}
