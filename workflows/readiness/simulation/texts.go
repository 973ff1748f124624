package simulation

import (
	"fmt"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows/moment"
	"github.com/kintsugi-app/kintsugi/workflows/readiness/verdict"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// mostLines of a list are shown.
const mostLines = 20

// teller says a result in one language, for a terminal.
type teller struct {
	*Result
	lang words.Language
	b    strings.Builder
}

// Text says the result: how many would have passed and how many not, why, which incidents
// followed, and what this cannot know.
func (r *Result) Text(lang words.Language) string {
	t := &teller{Result: r, lang: lang}
	t.head()
	t.reasons(Held, t.say("What held", "止まった理由"))
	t.reasons(Unknown, t.say("What is not known of the others", "判定できない理由"))
	t.incidents()
	t.list(Held, t.say("Held", "止まったもの"))
	t.list(Unknown, t.say("Not known", "判定できないもの"))
	t.limits()
	return t.b.String()
}

func (t *teller) say(english, japanese string) string {
	if t.lang == words.Japanese {
		return japanese
	}
	return english
}

func (t *teller) put(format string, args ...any) { fmt.Fprintf(&t.b, format+"\n", args...) }

func (t *teller) zone() *time.Location {
	if zone := t.s.Release.Policy.TimeZone; zone != nil {
		return zone
	}
	return time.UTC
}

func (t *teller) day(at time.Time) string   { return at.In(t.zone()).Format(time.DateOnly) }
func (t *teller) clock(at time.Time) string { return at.In(t.zone()).Format("2006-01-02 15:04") }

func (t *teller) head() {
	what := words.Line(t.s.Release.Repo, 0)
	if service := t.s.Release.Service; service != "" {
		what += fmt.Sprintf(t.say(", service %s", "、サービス %s"), words.Line(service, 60))
	}
	if environment := t.s.Release.Environment; environment != "" {
		what += fmt.Sprintf(t.say(", to %s", "、%s へのデプロイ"), words.Line(environment, 60))
	}
	t.put(t.say("%s, %s to %s, decided by the policy and the checklist of today. Times are %s.", "%s、%s〜%s。今日の設定とチェックリストで判定しました。時刻は%s。"),
		what, t.day(t.s.Since), t.day(t.s.Until), moment.ZoneName(t.s.Until.In(t.zone())))
	t.put("")
	passes := fmt.Sprint(t.Of(Passes))
	ways := map[verdict.Way]int{}
	for _, d := range t.Decided {
		ways[d.Way]++
	}
	if fix, back := ways[verdict.Fix], ways[verdict.Back]; fix+back > 0 {
		passes += fmt.Sprintf(t.say(" (%d as the fix of an incident, %d going back)", "（うち障害の修正%d、以前の版への切り戻し%d）"), fix, back)
	}
	t.put(t.say("Deployments that succeeded: %d. They would have passed: %s; been held: %d. Not known: %d.", "成功したデプロイ %d件: 通ったもの %s、止まったもの %d、判定できないもの %d。"),
		len(t.Decided), passes, t.Of(Held), t.Of(Unknown))
	if t.s.Release.Settings.Mode == verdict.Warn || t.s.Release.Settings.Mode == "" && !t.s.Release.Own {
		t.put("%s", t.say("Today nothing is held, only said: the mode is warn.", "今日の設定は warn です。実際には止めず、知らせるだけです。"))
	}
	if t.More > 0 {
		t.put(t.say("Older ones that were not decided: %d (--most).", "判定しなかった古いもの: %d件（--most）。"), t.More)
	}
	if t.Failed > 0 {
		t.put(t.say("Left out, since they did not succeed: %d.", "成功しなかったため除いたもの: %d件。"), t.Failed)
	}
	if !t.Since.IsZero() {
		t.put(t.say("GitHub told of deployments since %s only.", "GitHubから得られたデプロイは%s以降だけです。"), t.day(t.Since))
	}
}

func (t *teller) reasons(of Outcome, title string) {
	if len(t.Reasons[of]) == 0 {
		return
	}
	t.put("\n%s:", title)
	for _, c := range t.Reasons[of] {
		t.put("  %d × %s", c.Count, c.Reason)
	}
}

// short is a deployment in a few words.
func (t *teller) short(d Decided) string {
	return fmt.Sprintf("%s %s %s", t.clock(d.Success), words.Line(d.Environment, 40), words.Line(d.Commit[:min(7, len(d.Commit))], 0))
}

// why is what held a deployment, or is not known of it.
func (t *teller) why(d Decided) string {
	var all []string
	for _, r := range d.Because {
		all = append(all, d.name(r)+t.detail(d, r))
	}
	said := strings.Join(all, t.say(", ", "、"))
	if d.MayGoBack {
		said += t.say("; unless it was a way back, which is not known", "。以前の版への切り戻しだったかどうかは分かりません")
	}
	return said
}

func (t *teller) detail(d Decided, r verdict.Reason) string {
	said := ""
	switch {
	case r.Hold != nil && r.Hold.Incident != nil:
		said = r.Hold.Incident.Ref
	case r.Hold != nil && r.Hold.Freeze != nil:
		said = words.Line(r.Hold.Freeze.Reason, 60)
	case r.Hold != nil:
		said = r.Hold.Because.In(t.lang)
	default:
		item := d.Verdict.Items[r.Item]
		switch item.State {
		case verdict.Missing:
			said = t.say("not met", "満たさない")
		case verdict.Stale:
			said = t.say("too old", "古い")
		default:
			for _, p := range item.Looked {
				if p.State == verdict.Unknowing {
					said = p.Answer.Because.In(t.lang)
				}
			}
		}
	}
	if said == "" {
		return ""
	}
	return t.say(" ("+said+")", "（"+said+"）")
}

func (t *teller) incidents() {
	if !t.NoIncidents.IsEmpty() {
		t.put(t.say("\nIncidents are not known: %s.", "\n障害は分かりません: %s。"), t.NoIncidents.In(t.lang))
		return
	}
	t.put(t.say("\nIncidents declared within 24 hours after one of these: %d; others: %d. What comes after is not always because of it.", "\nこれらのデプロイから24時間以内に報告された障害: %d件、そのほかの障害: %d件。後に起きたことが、それによるとは限りません。"),
		len(t.Incidents), t.Others)
	for _, group := range []struct {
		of    Outcome
		title string
	}{
		{Passes, t.say("After what would have passed", "通ったデプロイのあと")}, {Held, t.say("After what would have been held", "止まったデプロイのあと")}, {Unknown, t.say("After what is not known", "判定できないデプロイのあと")},
	} {
		var lines []string
		for _, f := range t.Incidents {
			if f.Outcome == group.of {
				lines = append(lines, t.followed(f))
			}
		}
		t.lines(group.title, lines)
	}
}

func (t *teller) followed(f Followed) string {
	severity := t.say("no severity label", "重大度ラベルなし")
	if f.Severity > 0 {
		severity = fmt.Sprintf("SEV%d", f.Severity)
	}
	var after []string
	for _, d := range f.After[:min(3, len(f.After))] {
		one := t.short(d)
		if f.Outcome != Passes && d.Outcome == f.Outcome {
			one += t.say(" ("+t.why(d)+")", "（"+t.why(d)+"）")
		}
		after = append(after, one)
	}
	if more := len(f.After) - len(after); more > 0 {
		after = append(after, fmt.Sprintf(t.say("%d more", "ほか%d件"), more))
	}
	return fmt.Sprintf(t.say("%s %s, %s, after %s", "%s %s、%s。先立つデプロイ: %s"), f.Ref, severity, t.clock(f.At), strings.Join(after, t.say(" and ", "、")))
}

func (t *teller) list(of Outcome, title string) {
	var lines []string
	for _, d := range t.Decided {
		if d.Outcome == of {
			lines = append(lines, t.short(d)+t.say(": ", "：")+t.why(d))
		}
	}
	if len(lines) > 0 {
		t.put("")
	}
	t.lines(title, lines)
}

func (t *teller) lines(title string, all []string) {
	if len(all) == 0 {
		return
	}
	t.put(t.say("%s (%d):", "%s（%d件）:"), title, len(all))
	for i, line := range all {
		if i == mostLines {
			t.put(t.say("  %d more: --format json has all", "  ほか%d件。--format json にすべてあります"), len(all)-i)
			break
		}
		t.put("  %s", line)
	}
}

// limits are what nobody can know of the past from what GitHub keeps.
func (t *teller) limits() {
	t.put("%s", t.say(`
What this cannot know:
  - Labels are those of today: when a severity or another label came or went is not looked at.
  - Of an issue that was closed, reopened and closed again, only the last closing counts.
  - Of a check or a workflow that ran again after the deployment, what it said before is not known.
  - What people confirmed, approved, waived or decided then is not known, nor are overdue follow-ups and postmortems.
  - Releases and issues that were deleted since were never there, as far as this can see.`,
		`
分からないこと:
  - ラベルは今日のものです。重大度などのラベルがいつ付き、いつ外れたかは見ていません。
  - 閉じてから再オープンし、また閉じたIssueは、最後に閉じた時刻だけが残っています。
  - デプロイのあとに再実行されたチェックやワークフローの、それより前の結果は分かりません。
  - 当時の確認、承認、例外承認、判断と、期限を過ぎた対応策やポストモーテムは分かりません。
  - その後に削除されたリリースやIssueは、初めからなかったものとして扱います。`))
}
