package verdict

import (
	"fmt"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows/moment"
	"github.com/kintsugi-app/kintsugi/workflows/readiness/checklist"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// lack says what a piece of evidence does not show, and who can do what about it.
func (t *teller) lack(item *Item, p *Piece) string {
	switch p.State {
	case Unknowing:
		return fmt.Sprintf(t.say("%s: unknown, because %s.", "%sは不明です（%s）。"), words.Capital(p.Evidence.In(t.lang)), p.Answer.Because.In(t.lang))
	case Stale:
		at := p.Answer.At
		allowed := p.Within
		if p.Act != nil {
			at = p.Act.At
		}
		if allowed == 0 {
			allowed = item.ValidFor
		}
		if p.Kind() == checklist.Approvals {
			return fmt.Sprintf(t.say("The approvals are more than %s old. %s", "承認から%sを過ぎています。%s"), allowed.In(t.lang), t.todo(item, p))
		}
		if t.isBrief {
			return fmt.Sprintf(t.say("The last was on %s and counts for %s. %s", "前回は%sで、有効なのは%sです。%s"), t.day(at), allowed.In(t.lang), t.todo(item, p))
		}
		return fmt.Sprintf(t.say("The last was on %s, %s ago, and counts for %s. %s", "前回は%s（%s前）で、有効なのは%sです。%s"),
			t.day(at), t.ago(at), allowed.In(t.lang), t.todo(item, p))
	case Lapsed:
		if p.Kind() == checklist.Approvals {
			return fmt.Sprintf(t.say("It was approved for another commit, or before the checklist changed. %s", "別のコミットか、変更前のチェックリストへの承認です。%s"), t.todo(item, p))
		}
		return fmt.Sprintf(t.say("%s confirmed it on %s, before the item changed. %s", "%sが%sに確認した後で、この項目が変わりました。%s"), t.person(p.Act.By), t.day(p.Act.At), t.todo(item, p))
	default:
		return t.absent(item, p) + t.say(" ", "") + t.todo(item, p)
	}
}

// absent says what was not found.
func (t *teller) absent(item *Item, p *Piece) string {
	seen := ""
	if p.Answer.Seen != "" {
		seen = fmt.Sprintf(t.say(" (%s)", "（%s）"), words.Foreign(p.Answer.Seen).Plain(80))
	}
	switch p.Kind() {
	case checklist.File:
		if p.Matches != "" {
			return fmt.Sprintf(t.say("No %s%s.", "%sがありません%s。"), p.Evidence.In(t.lang), seen)
		}
		return fmt.Sprintf(t.say("There is no %s%s.", "%sがありません%s。"), p.Evidence.In(t.lang), seen)
	case checklist.Check, checklist.Workflow:
		return fmt.Sprintf(t.say("No success of %s%s.", "%sが成功していません%s。"), p.Evidence.In(t.lang), seen)
	case checklist.Release, checklist.Deployment, checklist.Drill:
		return fmt.Sprintf(t.say("No %s%s.", "%sがありません%s。"), p.Evidence.In(t.lang), seen)
	case checklist.NoOpenIssues:
		return fmt.Sprintf(t.say("Issues are open with %s%s.", "%s のIssueが残っています%s。"), checklist.Labels(p.NoOpenIssues, t.lang), seen)
	case checklist.Approvals:
		if len(p.By) > 0 {
			return fmt.Sprintf(t.say("Approved by %s: %d of %d.", "%sが承認しました（%d/%d名）。"), t.people(p.By), len(p.By), p.Approvals)
		}
		return fmt.Sprintf(t.say("Nobody has approved yet; it takes %d.", "まだ承認がありません（%d名必要です）。"), p.Approvals)
	default:
		if p.Confirmation == item.Question {
			return t.say("Nobody has confirmed it yet.", "まだ確認されていません。")
		}
		return fmt.Sprintf(t.say("Nobody has confirmed it yet (%s).", "まだ確認されていません（%s）。"), sentence(p.Confirmation.In(t.lang)))
	}
}

// todo says who can do what.
func (t *teller) todo(item *Item, p *Piece) string {
	who := t.say("somebody with write access", "write権限のある方")
	if len(item.Approvers) > 0 {
		var names []string
		for _, a := range item.Approvers {
			names = append(names, strings.TrimPrefix(a, "@"))
		}
		who = t.people(names)
	}
	switch p.Kind() {
	case checklist.File:
		return t.say("Add it in a commit.", "コミットに加えてください。")
	case checklist.Check:
		return t.say("Run it, or mend what fails.", "実行するか、失敗の原因を直してください。")
	case checklist.Workflow:
		return t.say("Run it from the Actions tab.", "Actionsの画面から実行してください。")
	case checklist.Release:
		return t.say("Publish one.", "リリースを公開してください。")
	case checklist.Deployment:
		return t.say("Deploy there first.", "先にそこへデプロイしてください。")
	case checklist.Drill:
		return t.say("Hold one, and close the issue with this label as completed.", "訓練をして、このラベルのIssueを完了として閉じてください。")
	case checklist.NoOpenIssues:
		return t.say("Close them, or take a label off.", "閉じるか、ラベルを外してください。")
	case checklist.Approvals:
		return fmt.Sprintf(t.say("Next: `/approve` by %s, not an author.", "次の一歩: %s（作成者以外）が `/approve`。"), who)
	default:
		return fmt.Sprintf(t.say("Next: `/done %s link` by %s.", "次の一歩: `/done %s リンク`（%s）。"), item.ID, who)
	}
}

// all lists everything that was looked at, folded away.
func (t *teller) all() {
	if len(t.Items) == 0 {
		return
	}
	t.put("\n<details><summary>%s</summary>\n", t.say("Details", "詳細"))
	t.put("%s\n|---|---|---|---|", t.say("| item | state | looked at | when |", "| 項目 | 状態 | 見たもの | 日時 |"))
	for i := range t.Items {
		item := &t.Items[i]
		if item.State == Aside {
			t.put("| `%s` | %s | %s | |", item.ID, t.state(Aside), words.Foreign(item.When.String()).Inline(80))
			continue
		}
		for j := range item.Looked {
			p := &item.Looked[j]
			name, state := "", t.state(p.State)
			if j == 0 {
				name = "`" + item.ID + "`"
				if item.Waiver != nil {
					state = fmt.Sprintf(t.say("%s (until %s, %s)", "%s（%sまで、%s）"), t.state(item.State), t.day(item.Waiver.Until), t.person(item.Waiver.By))
				}
			}
			t.put("| %s | %s | %s | %s |", name, state, t.shown(p), t.when(p))
		}
	}
	t.put("\n%s\n\n</details>", fmt.Sprintf(t.say("Checklist `%s`, commit %s.", "チェックリスト `%s`、コミット %s。"), t.version, words.Foreign(cutCommit(t.in.Commit)).Inline(12)))
}

// cutCommit is a commit as people know it.
func cutCommit(commit string) string { return commit[:min(len(commit), 10)] }

func (t *teller) state(s State) string {
	switch s {
	case Met:
		return t.say("yes", "はい")
	case Missing:
		return t.say("no", "いいえ")
	case Stale:
		return t.say("too old", "古い")
	case Waived:
		return t.say("excepted", "例外承認")
	case Expired:
		return t.say("exception over", "例外承認の期限切れ")
	case Lapsed:
		return t.say("lapsed", "失効")
	case Aside:
		return t.say("does not apply", "対象外")
	case Unknowing:
	}
	return t.say("unknown", "不明")
}

// shown is what was looked at, and what was seen there.
func (t *teller) shown(p *Piece) string {
	text := strings.TrimSpace(p.Evidence.In(t.lang))
	switch {
	case p.State == Unknowing:
		text += ": " + p.Answer.Because.In(t.lang)
	case len(p.By) > 0:
		text += ": " + t.people(p.By)
	case p.Answer.Seen != "":
		text += ": " + words.Foreign(p.Answer.Seen).Plain(80)
	}
	return text
}

// when says of when that is which was seen, else when it was looked at.
func (t *teller) when(p *Piece) string {
	switch {
	case p.Act != nil:
		return t.clock(p.Act.At)
	case !p.Answer.At.IsZero():
		return t.clock(p.Answer.At)
	case !p.Answer.Looked.IsZero():
		return t.clock(p.Answer.Looked)
	}
	return ""
}

func (t *teller) clock(at time.Time) string {
	return moment.Clock(at, t.in.zone(), t.in.Now, t.lang)
}

// day writes a day; one that is written without a time is the same in every zone.
func (t *teller) day(at time.Time) string {
	zone := t.in.zone()
	if h, m, s := at.Clock(); h+m+s == 0 {
		zone = at.Location()
	}
	return moment.Day(at, zone, t.in.Now, t.lang)
}

// ago is how long something is past, in days from two on.
func (t *teller) ago(at time.Time) string {
	past := t.in.Now.Sub(at)
	if days := int(past / (24 * time.Hour)); days >= 2 {
		return fmt.Sprintf(t.say("%d days", "%d日"), days)
	}
	return fmt.Sprintf(t.say("%d hours", "%d時間"), int(past/time.Hour))
}

// person is somebody's name, who is not called by it.
func (t *teller) person(login string) string {
	if strings.Contains(login, "/") {
		return words.Foreign(login).Inline(80)
	}
	return words.Name(login) + t.say("", "さん")
}

func (t *teller) people(logins []string) string {
	if len(logins) == 0 {
		return t.say("nobody is named", "未定")
	}
	named := make([]string, len(logins))
	for i, l := range logins {
		named[i] = t.person(strings.TrimPrefix(l, "@"))
	}
	return strings.Join(named, t.say(", ", "、"))
}
