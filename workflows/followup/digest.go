package followup

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/width"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// mostNamed bounds how many names /digest takes.
const mostNamed = 30

// listing reads the names behind /digest. What they mean is looked up when they are
// used, because the policy may change; what cannot be read is said in the list.
func listing(a workflows.Argument) (value, problem string) {
	named := strings.FieldsFunc(width.Fold.String(words.Masked(a.Text)), func(r rune) bool {
		return unicode.IsSpace(r) || r == ',' || r == '、'
	})
	for i, n := range named {
		named[i] = words.Line(n, 140)
	}
	return strings.Join(named[:min(len(named), mostNamed)], " "), ""
}

// digestAsked is the last command that made the issue a digest; ok is false for a
// follow-up.
func digestAsked(in workflows.Input) (last workflows.Act, ok bool) {
	if isFollowUp(in.Observation.Issue) {
		return last, false
	}
	for _, a := range in.Acts {
		if a.Name == "digest" && a.Verdict == workflows.Done {
			last, ok = a, true
		}
	}
	return last, ok
}

// mostRead is of how many open follow-ups in all the due date is read as it was
// moved; GitHub tells each by a request.
const mostRead = 200

// digest keeps a list of follow-ups current, on an issue of its own. It notifies
// nobody, and looks again every working morning.
func digest(in workflows.Input, act workflows.Act) workflows.Decision {
	p := workflows.Plan{
		Labels:   []workflows.LabelIntent{{Label: digestLabel(), On: true, At: act.At}},
		Comments: in.HelpComments(keyHelp, helped(in.Acts), ""),
	}
	if !in.Observation.Issue.Open {
		p.Sections = []workflows.Section{{Key: name, Title: in.Say("Follow-ups · this list has ended", "フォローアップ · 一覧の更新を終了"),
			Text: in.Say("Reopening the issue has it kept again.", "Issueを開き直すと、更新を再開します。")}}
		return workflows.Decision{Plan: p}
	}
	scope := ScopeOf(strings.Fields(act.Value), in.Observation.Subject.Repo, in.Policy)
	hidden, asks := readableBy(in, &scope, act.Author)
	if len(asks) > 0 {
		return workflows.Decision{Asks: asks}
	}
	var own []workflows.OwnIssue
	var seen []string
	unread := 0
	for _, repo := range scope.Repos {
		ask := workflows.OwnIssuesAsk{Repo: repo, Label: policyOf(in.Policy).Label, Since: Since(in.Now, in.Policy), Most: mostRead / len(scope.Repos)}
		answer, known := in.Facts[ask]
		switch {
		case !known:
			asks = append(asks, ask)
		case answer.Unknown != "":
			hidden = append(hidden, repo)
		default:
			seen = append(seen, repo)
		}
		own = append(own, answer.Own...)
		unread += answer.Unread
	}
	if len(asks) > 0 {
		return workflows.Decision{Asks: asks}
	}
	title, text := DigestOf(IssuesIn(own), in.Now, in.Policy).Text(in)
	if len(seen) == 0 {
		title, text = in.Say("Follow-ups · nothing that can be listed", "フォローアップ · 一覧にできるものがありません"), ""
	}
	lines := append([]string{text}, notes(in, scope, hidden, act, unread)...)
	lines = append(lines, in.Say("<sub>Kept current every working morning. Another list: `/digest @acme/infra` or `/digest acme/pay`. Closing this issue ends it.</sub>",
		"<sub>営業日の朝に更新します。対象を変えるには `/フォローアップ一覧 @acme/infra` や `/フォローアップ一覧 acme/pay`。このIssueを閉じると更新を終了します。</sub>"))
	if len(seen) > 0 && !slices.Equal(seen, []string{in.Observation.Subject.Repo}) {
		lines = append([]string{in.Say("In ", "対象: ") + listed(inCode(seen), in.Say(", ", "、"))}, lines...)
	}
	p.Sections = []workflows.Section{{Key: name, Title: title, Text: strings.TrimSpace(strings.Join(lines, "\n\n"))}}
	p.Wake = nextMorning(in)
	return workflows.Decision{Plan: p}
}

func helped(acts []workflows.Act) (asked []workflows.Act) {
	for _, a := range acts {
		if a.Name == "help" && a.Verdict == workflows.Done {
			asked = append(asked, a)
		}
	}
	return asked
}

// readableBy leaves in the scope what whoever asked may read.
func readableBy(in workflows.Input, scope *Scope, login string) (hidden []string, asks []workflows.Ask) {
	scope.Repos = slices.DeleteFunc(scope.Repos, func(repo string) bool {
		if strings.EqualFold(repo, in.Observation.Subject.Repo) {
			return false // the role here was judged with the command
		}
		role, known := in.Facts.Role(repo, login)
		if !known {
			asks = append(asks, workflows.RoleAsk{Repo: repo, Login: login})
		}
		if known && role < workflows.RoleRead {
			hidden = append(hidden, repo)
		}
		return known && role < workflows.RoleRead
	})
	return hidden, asks
}

// nextMorning is the next working day's.
func nextMorning(in workflows.Input) time.Time {
	now := in.Now.In(in.Policy.TimeZone)
	if first := in.Policy.Morning(in.Policy.NextWorkingDay(now.AddDate(0, 0, -1), 1), 0); first.After(now) {
		return first
	}
	return in.Policy.Morning(in.Policy.NextWorkingDay(now, 1), 0)
}

// notes say what is not listed, and why. Of repositories that only the policy names
// they tell how many: whoever reads this may not know them.
func notes(in workflows.Input, scope Scope, hidden []string, act workflows.Act, unread int) (notes []string) {
	asked, login := strings.Fields(act.Value), act.Author
	unnamed := 0
	named := func(list []string) []string {
		return slices.DeleteFunc(slices.Clone(list), func(repo string) bool {
			isNamed := slices.ContainsFunc(asked, func(n string) bool { return strings.EqualFold(n, repo) })
			if !isNamed {
				unnamed++
			}
			return !isNamed
		})
	}
	say := func(list []string, english, japanese string) {
		if len(list) > 0 {
			notes = append(notes, strings.ReplaceAll(in.Say(english, japanese), "{n}", listed(inCode(list), in.Say(", ", "、"))))
		}
	}
	say(named(hidden), "Left out, because "+in.Person(login)+" cannot read it or it is not there for me: {n}",
		in.Person(login)+"が読めないか、アプリから見えないため、含めていません: {n}")
	say(named(scope.Strangers), "Left out, because it belongs to another owner: {n}", "別の組織のものなので、含めていません: {n}")
	if unnamed > 0 {
		notes = append(notes, in.Say(fmt.Sprintf("Of the repositories that the policy names for the team, %d cannot be read by %s, or not be listed here.", unnamed, in.Person(login)),
			fmt.Sprintf("設定にあるチームのリポジトリのうち、%sが読めないなどの理由で含めていないもの: %d個", in.Person(login), unnamed)))
	}
	say(scope.Unknown, "The policy names no repository of {n} (`services:` or `followup.owners:`).", "{n} のリポジトリが設定にありません（`services:` か `followup.owners:`）。")
	say(scope.Unread, "I could not read {n}: a team is `@acme/infra`, a repository `acme/pay`.", "{n} は読み取れませんでした。チームは `@acme/infra`、リポジトリは `acme/pay` のように書いてください。")
	if scope.Over {
		notes = append(notes, in.Say(fmt.Sprintf("One list takes %d repositories; the others are left out.", mostPlaces), fmt.Sprintf("一つの一覧に入るリポジトリは%d個までです。残りは含めていません。", mostPlaces)))
	}
	if unread > 0 {
		notes = append(notes, in.Say(fmt.Sprintf("Of %d open ones the due date is the one first set, because there are too many to read.", unread),
			fmt.Sprintf("件数が多いため、%d件の期限は最初に決めた日を表示しています。", unread)))
	}
	return notes
}

func inCode(texts []string) (shown []string) {
	for _, t := range texts {
		shown = append(shown, words.Foreign(t).Inline(140))
	}
	return shown
}

// Text is the digest for people: its headline, and the rest in Markdown.
func (d Digest) Text(in workflows.Input) (title, text string) {
	if d.Open == 0 {
		title = in.Say("Follow-ups · none open", "フォローアップ · 未完了はありません")
	} else {
		title = in.Say(fmt.Sprintf("Follow-ups · %d open", d.Open), fmt.Sprintf("フォローアップ · 未完了%d件", d.Open))
		if n := len(d.Overdue); n > 0 {
			title += in.Say(fmt.Sprintf(", %d overdue", n), fmt.Sprintf("、期限超過%d件", n))
		}
	}
	var parts []string
	for _, list := range []struct {
		head string
		of   []Issue
		when func(Issue) string
	}{
		{in.Say("Overdue", "期限超過"), d.Overdue, d.due(in)},
		{in.Say(fmt.Sprintf("Due within %d working days", soonDays), fmt.Sprintf("%d営業日以内に期限", soonDays)), d.Soon, d.due(in)},
		{in.Say(fmt.Sprintf("Done in the last %d days", doneDays), fmt.Sprintf("最近%d日間に完了", doneDays)), d.Done, func(i Issue) string { return in.Day(i.ClosedAt) }},
	} {
		if len(list.of) > 0 {
			parts = append(parts, list.head+in.Say(fmt.Sprintf(" (%d)", len(list.of)), fmt.Sprintf("（%d件）", len(list.of)))+"\n"+rows(in, list.of, list.when))
		}
	}
	var sums []string
	if d.Oldest != nil {
		sums = append(sums, in.Say("Oldest open: "+d.Oldest.Subject.String()+", since "+in.Day(d.Oldest.CreatedAt),
			"いちばん古い未完了: "+d.Oldest.Subject.String()+"（"+in.Day(d.Oldest.CreatedAt)+"から）"))
	}
	if len(d.Kept) > 0 {
		sums = append(sums, in.Say(fmt.Sprintf("Done in the time promised, in the last %d days: ", recentDays), fmt.Sprintf("約束した期限までに完了（最近%d日間）: ", recentDays))+d.kept(in))
	}
	if len(sums) > 0 {
		parts = append(parts, strings.Join(sums, "\n"))
	}
	if len(parts) == 0 {
		return title, in.Say("Nothing was done lately, either.", "最近完了したものもありません。")
	}
	return title, strings.Join(parts, "\n\n")
}

func (d Digest) due(in workflows.Input) func(Issue) string {
	return func(i Issue) string {
		day, err := time.ParseInLocation(dateLayout, i.Due, in.Policy.TimeZone)
		if err != nil {
			return ""
		}
		return in.Say("due ", "期限 ") + in.Day(day)
	}
}

// mostRows is how many follow-ups a list shows.
const mostRows = 20

func rows(in workflows.Input, all []Issue, when func(Issue) string) string {
	var lines []string
	for _, i := range all[:min(len(all), mostRows)] {
		line := "- " + i.Subject.String()
		if i.Title != "" {
			line += " " + words.Foreign(i.Title).Plain(100)
		}
		line += " · " + when(i)
		if len(i.Assignees) > 0 {
			line += " · " + in.People(i.Assignees)
		}
		lines = append(lines, line)
	}
	if n := len(all) - mostRows; n > 0 {
		lines = append(lines, in.Say(fmt.Sprintf("- and %d more", n), fmt.Sprintf("- ほか%d件", n)))
	}
	return strings.Join(lines, "\n")
}

func (d Digest) kept(in workflows.Input) string {
	var parts []string
	for _, k := range d.Kept {
		severity := fmt.Sprintf("SEV%d", k.Severity)
		if k.Severity == 0 {
			severity = in.Say("severity unknown", "重大度不明")
		}
		parts = append(parts, in.Say(fmt.Sprintf("%s %d of %d", severity, k.Kept, k.All), fmt.Sprintf("%s %d件中%d件", severity, k.All, k.Kept)))
	}
	return strings.Join(parts, " · ")
}
