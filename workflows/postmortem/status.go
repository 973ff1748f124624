package postmortem

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// section is the postmortem's part of the status comment: where it stands, then
// one next step and who takes it.
func (l *life) section() workflows.Section {
	state := l.state()
	title := l.say("Postmortem · ", "ポストモーテム · ") + l.stateName(state)
	if l.isOngoing() {
		title += l.say(" · due ", " · 期限 ") + l.day(l.due)
	}
	if l.isIncomplete() && !l.reopens() {
		title += l.say(" · something is missing", " · 未記入あり")
	}
	lines := []string{l.origin(), l.approvals(), l.sharing(), l.missing(), l.nextStep(state), l.footer(state)}
	lines = slices.DeleteFunc(lines, func(s string) bool { return s == "" })
	text := strings.Join(lines, "\n")
	return workflows.Section{Key: name, Title: title, Text: text, Facts: title + "\n" + text}
}

func (l *life) origin() string {
	var parts []string
	if l.of != 0 {
		of := fmt.Sprintf("#%d", l.of)
		if l.about.Severity > 0 {
			of += fmt.Sprintf(" · SEV%d", l.about.Severity)
		}
		parts = append(parts, l.say("Incident: ", "障害: ")+of)
	}
	if len(l.authors) > 0 {
		parts = append(parts, l.say("author: ", "執筆: ")+l.people(l.authors))
	}
	return words.Capital(strings.Join(parts, " · "))
}

func (l *life) approvals() string {
	by, _, ok := l.isAccepted()
	ok = ok || l.isSettled()
	var parts []string
	if len(by) > 0 {
		parts = append(parts, l.say("Reviewed by "+l.people(by), "承認: "+l.people(by)))
	}
	if needed := l.policy.Approvals; len(l.s.asked) == 0 && len(by) > 0 && len(by) < needed && !ok {
		parts = append(parts, l.say(fmt.Sprintf("%d of %d approvals", len(by), needed), fmt.Sprintf("承認 %d/%d", len(by), needed)))
	}
	var waiting []string
	for _, who := range l.s.asked {
		if !contains(by, who) && !contains(l.authors, who) {
			waiting = append(waiting, who)
		}
	}
	if len(waiting) > 0 && !ok && l.s.ended == ongoing {
		parts = append(parts, l.say("waiting for "+l.people(waiting), "承認待ち: "+l.people(waiting)))
	}
	for _, a := range l.s.approvals {
		if contains(l.authors, a.Author) {
			parts = append(parts, l.say(l.person(a.Author)+" wrote it, so that approval is not counted", l.person(a.Author)+"は執筆者なので、承認には数えません"))
		}
	}
	return words.Capital(strings.Join(parts, " · "))
}

func (l *life) sharing() string {
	if l.s.meeting.IsZero() {
		return ""
	}
	return l.say("Sharing meeting: ", "共有会: ") + l.dayAndClock(l.s.meeting)
}

// missing points to the comment with the findings, where they were asked for.
func (l *life) missing() string {
	switch n := l.open(); {
	case !l.isLinted || !l.isAsked():
		return ""
	case n > 0:
		return l.say(fmt.Sprintf("Open points: %d, listed in a comment below", n), fmt.Sprintf("未対応: %d件（下のコメントにあります）", n))
	}
	return l.say("Nothing is missing.", "足りないところはありません。")
}

func (l *life) nextStep(state string) string {
	var step string
	o := l.in.Observation
	_, _, isAccepted := l.isAccepted()
	switch {
	case state == stateDone || state == stateDropped:
		return ""
	case l.instead != 0:
		step = l.say(fmt.Sprintf("#%d has #%d for its postmortem; this one can be closed as not planned", l.of, l.instead), fmt.Sprintf("#%d のポストモーテムは #%d になりました。こちらは「計画なし」として閉じてかまいません", l.of, l.instead))
	case l.isNothing():
		step = l.say(fmt.Sprintf("#%d turned out to be none of its own; this can be closed as not planned", l.of), fmt.Sprintf("#%d は誤報か、別の障害でした。こちらは「計画なし」として閉じてかまいません", l.of))
	case o.Issue.Pull && l.path == "":
		step = l.say("add the postmortem as a Markdown file below `"+l.policy.Folder+"/`", "`"+l.policy.Folder+"/` の下に、ポストモーテムをMarkdownのファイルで追加してください")
	case state == stateDraft && len(l.authors) == 0:
		step = l.say("who writes it? Assign somebody; then `/review @name @name`", "どなたが書きますか。担当者を割り当ててください。書けたら `/review @name @name`")
	case state == stateDraft:
		step = l.say("fill in what only people know; then "+l.people(l.authors)+" writes `/review @name @name`. `/lint` shows what is missing", "人にしか分からないところを書いたら、"+l.people(l.authors)+"が `/review @name @name`。足りないところは `/lint` で見られます")
	case state == stateReview && l.errors() > 0 && isAccepted:
		step = l.say("approved; it is done once nothing is missing that this team's policy calls an error", "承認されました。チームの設定で必須のところがそろうと完了です")
	case state == stateReview && o.Issue.Pull && isAccepted:
		step = l.say("approved: merge it", "承認されました。マージしてください")
	case state == stateReview:
		step = l.say("when you have read it, write `/approve`", "読んだ方は `/approve`")
		if o.Issue.Pull {
			step = l.say("when you have read it, approve the pull request or write `/approve`", "読んだ方は、プルリクエストを承認するか `/approve`")
		}
	default:
		return ""
	}
	return "\n" + l.say("**Next step**: ", "**次の一歩**: ") + step
}

func (l *life) footer(state string) string {
	if !l.isOngoing() || state == stateDone {
		return ""
	}
	// Of the due day, and not of now: a comment must not change as time passes.
	share, postpone := l.shareExample(), l.in.Policy.NextWorkingDay(l.due, 5).Format("1/2")
	return "\n" + l.say("<sub>`/share "+share+"` sets the sharing meeting · `/postpone "+postpone+" reason` moves the due date · `/help`</sub>",
		"<sub>共有会は `/share "+share+"` · 期限の延期は `/postpone "+postpone+" 理由` · 一覧は `/help`</sub>")
}

// shareExample is a time for the meeting that is worth copying: the working day
// before it is due.
func (l *life) shareExample() string {
	return l.in.Policy.NextWorkingDay(l.due, -1).Format("1/2") + " 15:00"
}

// postponeExample is a day that is worth copying: a week of work after it is due.
func (l *life) postponeExample() string {
	return l.in.Policy.NextWorkingDay(later(l.due, l.in.Now), 5).Format("1/2")
}
