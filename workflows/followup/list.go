package followup

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// GitHub lets an App write once a second where there is much, and each issue takes
// two writes; people's own work goes before.
const perIssue = 2500 * time.Millisecond

// until is by when the issues are said to be there. What was stated stands while it
// holds within a factor of two.
func (b *board) until(waiting int) time.Time {
	for turn, left := range b.Ahead {
		if turn <= b.urgency() {
			waiting += left
		}
	}
	now := b.Now.Add(time.Duration(waiting)*perIssue + 90*time.Second).Truncate(time.Minute)
	for _, c := range b.cards {
		if at, stated := c.made.At, c.made.Until; c.made.Waiting && !stated.IsZero() && b.Now.Before(stated.Add(time.Minute)) && now.Sub(at) < 2*stated.Sub(at) {
			return stated
		}
	}
	return now
}

// making is what is said while the issues are made: how many, and until when.
func (b *board) making(waiting int, until time.Time) workflows.Section {
	at := until.In(b.Policy.TimeZone).Format("15:04")
	said := b.Say(fmt.Sprintf("Follow-ups: %d issues are being made, until about %s.", waiting, at), fmt.Sprintf("フォローアップ: %d件のIssueを作っています（%sごろまで）。", waiting, at))
	return workflows.Section{Key: name, Text: said, Facts: "making until " + at}
}

// count is how many issues there are, how many of them are done, and overdue.
func (b *board) count() (all, done, overdue int) {
	for i := range b.cards {
		c := &b.cards[i]
		if c.made.Number == 0 || c.fact.Unknown != "" {
			continue
		}
		all++
		if !c.fact.Issue.Open {
			done++
		} else if b.isOver(c.dueOf()) {
			overdue++
		}
	}
	return all, done, overdue
}

// isOver: the day has passed, in the policy's zone.
func (b *board) isOver(due string) bool {
	return due != "" && due < b.Now.In(b.Policy.TimeZone).Format(dateLayout)
}

// headline is "Follow-ups: 2 of 5 done, 1 overdue".
func (b *board) headline() string {
	all, done, overdue := b.count()
	if all == 0 {
		return b.Say("Follow-ups: no issues yet", "フォローアップ: Issueはまだありません")
	}
	said := b.Say(fmt.Sprintf("Follow-ups: %d of %d done", done, all), fmt.Sprintf("フォローアップ: %d件中%d件完了", all, done))
	if overdue > 0 {
		said += b.Say(fmt.Sprintf(", %d overdue", overdue), fmt.Sprintf("、期限超過%d件", overdue))
	}
	return said
}

func (b *board) section() workflows.Section {
	said := b.headline()
	if n := b.unmade(); n > 0 {
		said += b.Say(fmt.Sprintf(" · %d without an issue", n), fmt.Sprintf(" · Issueなし%d件", n))
	}
	return workflows.Section{Key: name, Text: said + b.Say(" (see the list below)", "（下の一覧をご覧ください）"), Facts: said}
}

// unmade are the items that wait for somebody.
func (b *board) unmade() (n int) {
	for _, c := range b.cards {
		if c.why != "" && c.why != whyDone && c.why != whyIdea && c.why != whyDropped && c.why != whyElse {
			n++
		}
	}
	return n
}

// list is the one comment with every item, kept true by editing.
func (b *board) list() string {
	var t strings.Builder
	fmt.Fprintf(&t, "**%s**\n\n", b.headline())
	t.WriteString(b.Say("| | Action | Owner | Due | Issue |\n|---|---|---|---|---|\n", "| | 対応策 | 担当 | 期限 | Issue |\n|---|---|---|---|---|\n"))
	for i := range b.cards {
		c := &b.cards[i]
		title := words.Foreign(c.Title).Plain(120)
		if c.Title == "" { // and its issue is not to be quoted here
			title = b.Say("not in the document any more", "文書からなくなりました")
		}
		if kind := b.kindName(c.Kind); kind != "" {
			title += b.Say(" ("+kind+")", "（"+kind+"）")
		}
		fmt.Fprintf(&t, "| %d | %s | %s | %s | %s |\n", c.number, strings.TrimSpace(title), b.who(c), b.when(c), b.state(c))
	}
	for _, note := range b.notes() {
		t.WriteString("\n" + note + "\n")
	}
	if offer := b.offer(); offer != "" {
		t.WriteString("\n<sub>" + offer + "</sub>\n")
	}
	return strings.TrimRight(t.String(), "\n")
}

// offer says how the document can name the issues, which is left to people.
func (b *board) offer() string {
	for i := range b.cards {
		c := &b.cards[i]
		if c.isOpen() && c.line > 0 && c.ref.Repo == "" {
			ref := strings.TrimSpace(strings.SplitN(b.state(c), " · ", 2)[0])
			return b.Say(fmt.Sprintf("The document is not edited. Its rows can name their issues: %s in row %d, and so on.", ref, c.number),
				fmt.Sprintf("文書は書き換えません。行からリンクするときは、%d行目のIssueの欄に %s のように入れてください。", c.number, ref))
		}
	}
	return ""
}

// who is whom GitHub shows as assigned, else whom the item names.
func (b *board) who(c *card) string {
	people := slices.Clone(c.Owners)
	if c.made.Number != 0 && c.fact.Unknown == "" && len(c.fact.Issue.Assignees) > 0 {
		people = c.fact.Issue.Assignees
	}
	if len(people) == 0 && c.named != "" {
		return words.Foreign(c.named).Plain(60)
	}
	if len(people) == 0 {
		return ""
	}
	return b.People(people)
}

func (b *board) when(c *card) string {
	due := c.dueOf()
	day, err := time.ParseInLocation(dateLayout, due, b.Policy.TimeZone)
	if err != nil {
		if c.dueSaid == "" {
			return ""
		}
		return words.Foreign(c.dueSaid).Plain(40)
	}
	said := b.Day(day)
	if c.isOpen() && b.isOver(due) {
		said += b.Say(" · **overdue**", " · **期限超過**")
	}
	return said
}

// state is the issue and how it stands, or why there is none.
func (b *board) state(c *card) string {
	if c.made.Number == 0 && c.ref.Repo == "" {
		return b.unmadeState(c)
	}
	if c.made.Number == 0 && c.fact.Unknown != "" { // what a row names, as it names it
		return words.Foreign(c.ref.String()).Inline(140)
	}
	if c.fact.Unknown == "not there" {
		return b.Say("deleted, or not to be seen any more", "削除されたか、見られなくなりました")
	}
	at := c.fact.Subject
	if at.Number == 0 {
		at = c.ref
		if c.made.Number != 0 {
			at = entry{made: c.made}.subject(b.Observation.Subject)
		}
	}
	ref := at.String()
	if b.elsewhere(at.Repo) == "" {
		ref = fmt.Sprintf("#%d", at.Number)
	}
	switch issue := c.fact.Issue; {
	case c.fact.Unknown != "":
		return ref
	case issue.Open:
		return ref + b.Say(" · open", " · 未完了")
	case issue.Reason == "not_planned" || issue.Reason == "duplicate":
		return ref + b.Say(" · will not be done", " · 対応しない")
	case issue.ClosedAt.IsZero():
		return ref + b.Say(" · done", " · 完了")
	default:
		return ref + b.Say(" · done "+issue.ClosedAt.In(b.Policy.TimeZone).Format("2 January"), " · 完了（"+issue.ClosedAt.In(b.Policy.TimeZone).Format("1月2日")+"）")
	}
}

func (b *board) unmadeState(c *card) string {
	switch c.why {
	case whyDone:
		return b.Say("done", "完了")
	case whyIdea:
		return b.Say("an idea, kept on record", "アイデアとして記録")
	case whyDropped:
		return b.Say("will not be done", "対応しない")
	}
	return b.Say("no issue yet", "まだありません")
}

// notes say what keeps items from being issues, and who can do what about it.
func (b *board) notes() (notes []string) {
	numbers := map[reason][]string{}
	for _, c := range b.cards {
		numbers[c.why] = append(numbers[c.why], fmt.Sprint(c.number))
	}
	say := func(why reason, one, many, japanese string) {
		list := numbers[why]
		if len(list) == 0 {
			return
		}
		shown := listed(list, b.Say(", ", "、"))
		english := one
		if len(list) > 1 {
			english = many
		}
		notes = append(notes, b.Say(strings.ReplaceAll(english, "{n}", shown), strings.ReplaceAll(japanese, "{n}", shown)))
	}
	first := func(why reason) string {
		if len(numbers[why]) == 0 {
			return ""
		}
		return numbers[why][0]
	}
	say(whyOwner, "Item {n} has no owner yet, so no issue was made. When it has one: `/follow-up "+first(whyOwner)+" @name`", "Items {n} have no owner yet, so no issues were made. When one has: `/follow-up "+first(whyOwner)+" @name`",
		"{n}は担当者が未定のため、Issueを作っていません。決まったら `/フォローアップ "+first(whyOwner)+" @名前` と書いてください。")
	say(whyRequest, "Item {n} becomes an issue when somebody asks for it: `/follow-up "+first(whyRequest)+"`", "Items {n} become issues when somebody asks for them: `/follow-up "+first(whyRequest)+"`",
		"{n}は、`/フォローアップ "+first(whyRequest)+"` のように書くとIssueになります。")
	for i := range b.cards {
		if note := b.note(&b.cards[i]); note != "" {
			notes = append(notes, note)
		}
	}
	if b.tooMany > 0 {
		notes = append(notes, b.Say(fmt.Sprintf("Only the first %d items are looked after; the %d that follow are not.", mostItems, b.tooMany), fmt.Sprintf("扱うのは先頭の%d件までです。残りの%d件は含めていません。", mostItems, b.tooMany)))
	}
	return append(append(notes, b.apartNotes()...), b.slipNotes()...)
}

// note is what keeps one item from being an issue, where that is said of each, or
// what did not go as it should with its issue.
func (b *board) note(c *card) string {
	again := fmt.Sprintf("`/follow-up %d`", c.number)
	repo := words.Foreign(c.repo).Inline(140)
	switch c.why {
	case whyRole: // whichever it is: who has no role there is not told what is there
		return b.Say(fmt.Sprintf("Item %d: %s is no repository that I can see, or those who asked for it may not have issues made there. Somebody with the triage role there can: %s. Elsewhere: `/follow-up %d repo:owner/name`", c.number, repo, again, c.number),
			fmt.Sprintf("%d: %s は、アプリから見えないリポジトリか、依頼した方に権限がないリポジトリです。そこでtriage以上の権限がある方が %s と書くとIssueになります。別の場所に作るには `/フォローアップ %d リポジトリ:owner/name`", c.number, repo, again, c.number))
	case whyArchived:
		return b.Say(fmt.Sprintf("Item %d: %s is archived. Elsewhere: `/follow-up %d repo:owner/name`", c.number, repo, c.number),
			fmt.Sprintf("%d: %s はアーカイブされています。別の場所に作るには `/フォローアップ %d リポジトリ:owner/name`", c.number, repo, c.number))
	case whyNoIssues:
		return b.Say(fmt.Sprintf("Item %d: %s has no issues. Elsewhere: `/follow-up %d repo:owner/name`", c.number, repo, c.number),
			fmt.Sprintf("%d: %s ではIssueが使えません。別の場所に作るには `/フォローアップ %d リポジトリ:owner/name`", c.number, repo, c.number))
	case whyStranger:
		return b.Say(fmt.Sprintf("Item %d: %s belongs to another owner, so please open an issue there by hand and put its address into the document.", c.number, repo),
			fmt.Sprintf("%d: %s は別の組織のリポジトリです。そちらで手でIssueを作り、アドレスを文書に入れてください。", c.number, repo))
	case whyRefused:
		return b.Say(fmt.Sprintf("Item %d: GitHub refused the issue in %s (%s). Another try: %s", c.number, repo, words.Foreign(c.made.Refused).Inline(120), again),
			fmt.Sprintf("%d: %s のIssueはGitHubに断られました（%s）。もう一度試すには %s", c.number, repo, words.Foreign(c.made.Refused).Inline(120), again))
	}
	return b.apart(c)
}

// apart is what did not go as it should with an issue that is there.
func (b *board) apart(c *card) string {
	if c.isGone && c.isOpen() {
		return b.Say(fmt.Sprintf("Item %d is not in the document any more; its issue stays open. If it is not to be done, write `/wont-do reason` there.", c.number),
			fmt.Sprintf("%dは文書からなくなりましたが、Issueは開いたままです。やらない場合は、そのIssueに `/やらない 理由` と書いてください。", c.number))
	}
	if !c.isOpen() || c.isGone {
		return ""
	}
	people, more := c.people()
	var missing []string
	for _, who := range people {
		if !slices.ContainsFunc(c.fact.Issue.Assignees, func(l string) bool { return strings.EqualFold(l, who) }) && len(c.fact.Issue.Assignees) < len(people) {
			missing = append(missing, who)
		}
	}
	switch {
	case len(missing) > 0:
		return b.Say(fmt.Sprintf("Item %d: not assigned: %s. GitHub assigns people with access to the repository.", c.number, b.People(missing)),
			fmt.Sprintf("%d: 担当者に設定できませんでした: %s。設定できるのは、そのリポジトリを利用できる方です。", c.number, b.People(missing)))
	case more > 0:
		return b.Say(fmt.Sprintf("Item %d names %d more than the ten people that GitHub assigns.", c.number, more), fmt.Sprintf("%d: GitHubで設定できる担当者は10人までのため、%d人は設定していません。", c.number, more))
	}
	return ""
}

// apartNotes say which issues hang below no other, and why.
func (b *board) apartNotes() (notes []string) {
	numbers := map[string][]string{}
	for _, c := range b.cards {
		if why := c.made.Apart; why != "" {
			numbers[why] = append(numbers[why], fmt.Sprint(c.number))
		}
	}
	for _, why := range slices.Sorted(maps.Keys(numbers)) {
		list, said := listed(numbers[why], b.Say(", ", "、")), words.Foreign(why).Inline(120)
		switch why {
		case workflows.NoSubIssues:
			notes = append(notes, b.Say("This GitHub has no sub-issues, so the issues stand on their own.", "このGitHubにはサブIssueがないため、Issueはサブ項目になっていません。"))
		case workflows.NoRoom:
			notes = append(notes, b.Say("Made, but not as sub-issues, of which GitHub takes 100: "+list+".", "サブIssueは100件までのため、次のIssueはサブ項目になっていません: "+list+"。"))
		default:
			notes = append(notes, b.Say("Made, but not as a sub-issue of this one: "+list+". GitHub says: "+said, "Issueはありますが、サブIssueにはなっていません: "+list+"。GitHubの返答: "+said))
		}
	}
	return notes
}

// slipNotes answer commands that name an item that is not there, or is an issue.
func (b *board) slipNotes() (notes []string) {
	for _, s := range b.slips {
		switch {
		case s.why == slipNone:
			notes = append(notes, b.Say(fmt.Sprintf("`/%s %d`: there was no item %d.", s.act.Name, s.number, s.number), fmt.Sprintf("`/%s %d`: %d番の項目はありませんでした。", s.act.Name, s.number, s.number)))
		case s.act.Name == "wont-do":
			notes = append(notes, b.Say(fmt.Sprintf("`/wont-do %d`: that was an issue already; `/wont-do reason` there closes it.", s.number), fmt.Sprintf("`/やらない %d`: すでにIssueになっていました。そのIssueに `/やらない 理由` と書くと閉じます。", s.number)))
		default:
			notes = append(notes, b.Say(fmt.Sprintf("`/follow-up %d`: that was an issue already; please change it there.", s.number), fmt.Sprintf("`/フォローアップ %d`: すでにIssueになっていました。変更は、そのIssueでお願いします。", s.number)))
		}
	}
	return notes[max(0, len(notes)-5):]
}

// listed joins numbers, the first of many.
func listed(numbers []string, separator string) string {
	const most = 20
	if len(numbers) > most {
		return strings.Join(numbers[:most], separator) + separator + "…"
	}
	return strings.Join(numbers, separator)
}
