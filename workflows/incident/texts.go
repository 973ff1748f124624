package incident

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// teller writes what an incident says to people, status first, then one next
// step and who takes it. Names stand without @, so that only a call notifies.
type teller struct {
	in     workflows.Input
	s      state
	policy *Policy
	// call is whom the call goes to, while nobody has taken over.
	call call
	// second is whom it goes to after that.
	second call
}

// say picks the sentence in the issue's language.
func (t teller) say(en, ja string) string { return t.in.Say(en, ja) }

// person shows a login as a name.
func (t teller) person(login string) string { return t.in.Person(login) }

// section is the incident's part of the status comment.
func (t teller) section() workflows.Section {
	parts := []string{t.calledLine(), t.severityLine(), t.milestones(), t.metrics(), t.disorder(), t.roles(), t.suggestions(), t.changed(), t.deployedLine(), t.joinedLine(), t.notes(), t.response(), t.nextStep(), t.question(), t.thanks(), t.footer()}
	if t.isHidden() {
		parts = []string{t.calledLine(), t.private(), t.nextStep(), t.footer()}
	}
	parts = slices.DeleteFunc(parts, func(p string) bool { return p == "" })
	return workflows.Section{
		Key: name, Title: t.headline(), Text: strings.Join(parts, "\n"), Facts: t.facts(),
	}
}

// headline says where the incident stands.
func (t teller) headline() string {
	s := t.s
	var parts []string
	switch {
	case s.nearMiss && s.ended == ongoing:
		return t.say("Near miss", "ヒヤリハット")
	case s.nearMiss:
		return t.say("Near miss · closed", "ヒヤリハット · 完了")
	case s.ended == falseAlarm:
		return t.say("False alarm", "誤報でした")
	case s.ended == duplicate && s.original != "":
		return t.say("Joined #"+s.original, "#"+s.original+" に合流しました")
	case s.ended == duplicate:
		return t.say("Closed as a duplicate", "重複として閉じられました")
	case s.ended == resolved && t.reopenedByPerson():
		parts = append(parts, t.say("Resolved; reopened by somebody without the role", "復旧しました（権限のない方が再オープン）"))
	case s.ended == resolved:
		parts = append(parts, t.say("Resolved", "復旧しました"))
	case t.closedByPerson():
		parts = append(parts, t.say("Closed, not confirmed as resolved", "閉じられましたが、復旧は確認されていません"))
	case !s.confirmed:
		parts = append(parts, t.say("Reported, unconfirmed", "確認待ち"))
	case s.acknowledged == nil:
		parts = append(parts, t.say("Waiting for a responder", "対応者を待っています"))
	default:
		parts = append(parts, t.say("In progress", "対応中"))
	}
	if !t.isHidden() {
		parts = append(parts, t.severity())
	}
	if s.isCalm() {
		parts = append(parts, t.say("customers no longer affected", "影響は収束"))
	}
	if s.acknowledged != nil {
		lead := t.person(s.lead)
		parts = append(parts, t.say("lead "+lead, "対応リーダー "+lead))
	}
	return strings.Join(parts, " · ")
}

// closedByPerson: somebody without the role for it closed the incident, and it
// is not known to be over. Our own closing is not meant.
func (t teller) closedByPerson() bool {
	last, ok := t.in.Observation.LastState()
	return t.s.ended == ongoing && !t.in.Observation.Issue.Open && ok && last.Kind == workflows.EventClosed && !last.Ours
}

// reopenedByPerson: somebody without the role for it reopened what had ended.
func (t teller) reopenedByPerson() bool {
	last, ok := t.in.Observation.LastState()
	return t.s.ended != ongoing && t.in.Observation.Issue.Open && ok && last.Kind == workflows.EventReopened && !last.Ours &&
		!last.At.Before(t.s.endedBy.At)
}

func (t teller) severity() string {
	if t.s.level == 0 {
		return t.say("severity undecided", "重大度未定")
	}
	return fmt.Sprintf("SEV%d", t.s.level)
}

// severityLine says who decided the severity, or which row of the table.
func (t teller) severityLine() string {
	if t.s.level == 0 || t.s.isCalm() {
		return ""
	}
	why, link := t.person(t.s.by.Author), t.link(t.s.by)
	if !t.s.isSet {
		why = t.s.row.In(t.in.Language, t.s.reach)
	}
	return t.say(
		fmt.Sprintf("Severity: [SEV%d](%s) (%s)", t.s.level, link, why),
		fmt.Sprintf("重大度: [SEV%d](%s)（%s）", t.s.level, link, why))
}

// roles are those besides the lead, whom the headline has.
func (t teller) roles() string {
	var parts []string
	for _, r := range []struct{ command, who string }{{"comms", t.s.comms}, {"scribe", t.s.scribe}} {
		if r.who != "" && t.s.ended == ongoing {
			parts = append(parts, t.roleName(r.command)+": "+t.person(r.who))
		}
	}
	return words.Capital(strings.Join(parts, " · "))
}

// calledLine keeps the names, without @, of whom the call went to, until
// somebody has taken over, and says whom it could not reach.
func (t teller) calledLine() string {
	if t.s.acknowledged != nil || t.s.ended != ongoing {
		return ""
	}
	var parts []string
	names := func(mentions []string) string {
		var shown []string
		for _, who := range mentions {
			shown = append(shown, words.Name(strings.TrimPrefix(who, "@")))
		}
		return strings.Join(shown, ", ")
	}
	for _, c := range []struct {
		key, says string
		now       []string // stands in where it is not known any more
	}{
		{keyOpened, t.say("Called: ", "連絡済み: "), t.call.mentions},
		{keyRerouted, "", nil},
		{keyEscalated, t.say("then ", "次の担当者 "), t.second.mentions},
	} {
		m, called := t.in.Made[c.key]
		to := strings.Fields(m.To)
		if len(to) == 0 {
			to = c.now
		}
		if called && len(to) > 0 {
			parts = append(parts, c.says+names(to))
		}
	}
	line := strings.Join(parts, " · ")
	if unreachable := unique(append(slices.Clone(t.call.unreachable), t.second.unreachable...)); len(unreachable) > 0 {
		who := "`" + strings.Join(unreachable, "`, `") + "`"
		line = strings.TrimSpace(line + "\n" + t.say(
			"Not called: "+who+". The App may not read its members; `incident.teams` in `.github/kintsugi.yml` can list them.",
			"連絡できていません: "+who+"。Appがメンバーを読めません。`.github/kintsugi.yml` の `incident.teams` に書けます。"))
	}
	return line
}

// disorder says which times cannot both be right.
func (t teller) disorder() string {
	s := t.s
	var wrong []string
	for _, m := range []struct {
		*milestone
		name string
	}{
		{s.detected, t.say("detected", "検知")}, {s.mitigated, t.say("mitigated", "影響収束")}, {s.resolved, t.say("resolved", "復旧")},
	} {
		if m.milestone != nil && s.started != nil && m.at.Before(s.started.at) {
			wrong = append(wrong, m.name)
		}
	}
	if len(wrong) == 0 {
		return ""
	}
	return t.say("Earlier than the start: "+strings.Join(wrong, ", ")+". If a time is wrong, `/started 2:35` corrects it.",
		"発生より前の時刻になっています: "+strings.Join(wrong, "、")+"。違うときは `/started 2:35` のように書けば直ります。")
}

// notes links the last notes; their text stays where it was written.
func (t teller) notes() string {
	var links []string
	for _, n := range t.s.notes[max(0, len(t.s.notes)-10):] {
		links = append(links, fmt.Sprintf("[%s](%s) %s", t.clock(&milestone{at: n.At}), t.link(n), t.person(n.Author)))
	}
	if len(links) == 0 {
		return ""
	}
	if more := len(t.s.notes) - len(links); more > 0 {
		links = append([]string{t.say(fmt.Sprintf("%d earlier", more), fmt.Sprintf("ほか%d件", more))}, links...)
	}
	return t.say("Notes: ", "メモ: ") + strings.Join(links, t.say(", ", "、"))
}

// nextStep is one step and who takes it.
func (t teller) nextStep() string {
	step := t.step()
	if step == "" {
		return ""
	}
	return "\n" + t.say("**Next step**: ", "**次の一歩**: ") + step
}

func (t teller) step() string {
	s := t.s
	switch {
	case s.nearMiss && s.ended == ongoing:
		return t.say("if customers were affected after all, somebody with the triage role writes `/promote`; else close the issue once it is written down",
			"お客様に影響があったときは、triage以上の権限がある方が `/promote`。なければ、書き終えたらIssueを閉じてください")
	case s.nearMiss:
		return ""
	case s.missing != "" && s.ended == ongoing:
		return t.say("#"+s.missing+" is no incident that this one could join. Which one is it? `/duplicate-of #12`", "#"+s.missing+" は合流できる障害ではありません。どの障害でしょうか。`/duplicate-of #12` のように書いてください")
	case s.ended == duplicate && s.original == "":
		return t.say("which incident does it join? Write `/duplicate-of #12`", "どの障害に合流しますか。`/duplicate-of #12` のように書いてください")
	case s.ended == resolved && s.started == nil && !s.noStart:
		return t.say("when did it begin? `/started 2:40` completes the measurements", "発生時刻が分かれば `/started 2:40` のように書いてください。TTDとTTRが入ります")
	case s.ended != ongoing:
		return ""
	case t.closedByPerson():
		return t.say("if it is over, somebody with the triage role writes `/resolved`; if not, reopen the issue",
			"復旧していれば、triage以上の権限がある方は `/resolved` と書いてください。まだなら、Issueを再オープンしてください")
	case !s.confirmed:
		return t.say("somebody with the triage role confirms with `/incident` or starts with `/ack`",
			"triage以上の権限がある方は、`/incident` で確認するか、`/ack` で対応を始めてください")
	case s.acknowledged == nil:
		return t.say("whoever starts, write `/ack`", "対応を始める方は `/ack`")
	}
	lead := t.person(s.lead)
	if s.hurts() {
		return t.say("once customers are no longer affected, "+lead+" writes `/mitigated`", "お客様への影響が収まったら、"+lead+"が `/mitigated`")
	}
	return t.say("once everything is as before, "+lead+" writes `/resolved`", "元どおりになったら、"+lead+"が `/resolved`")
}

// thanks stands in the first state only, and where it was a false alarm.
func (t teller) thanks() string {
	s := t.s
	reporter := t.person(t.in.Observation.Issue.Author.Login)
	bot := t.in.Observation.Issue.Author.Bot
	switch {
	case s.nearMiss && s.ended == ongoing && !bot:
		return t.say("Thank you, "+reporter+". What is caught early is worth writing down. Nobody was called, and it is not measured.",
			reporter+"、ありがとうございます。早く気づいたことの記録は役に立ちます。だれにも通知せず、計測にも含めません。")
	case s.nearMiss:
		return ""
	case s.ended == falseAlarm:
		return t.say("Thank you for looking. A false alarm is welcome; it is not measured.", "ご確認ありがとうございます。誤報でも問題ありません。計測には含めません。")
	case s.ended != ongoing || s.acknowledged != nil || t.closedByPerson():
		return ""
	case t.callsPeople() && len(t.call.mentions) == 0 && !t.hasCalled():
		return t.say("Nobody was called: `incident.notify` in `.github/kintsugi.yml` says whom to call.\n",
			"だれにも通知していません。通知先は `.github/kintsugi.yml` の `incident.notify` で決められます。\n") + t.thankReporter(reporter, bot)
	default:
		return t.thankReporter(reporter, bot)
	}
}

func (t teller) hasCalled() bool {
	_, called := t.in.Made[keyOpened]
	return called
}

func (t teller) thankReporter(reporter string, bot bool) string {
	if bot {
		return ""
	}
	more := t.say("If you see more, add it here.", "分かったことがあれば、ここに書いてください。")
	if t.s.reach.contacts != nil {
		more = t.say("If more contacts come in, add them here.", "件数が増えたら、ここに書いてください。")
	}
	return t.say("Thank you, "+reporter+". It is fine if this turns out to be nothing. "+more,
		reporter+"、報告ありがとうございます。勘違いでもかまいません。"+more)
}

// footer says once which zone the times are in, and how to ask for help.
func (t teller) footer() string {
	zone := t.zone(t.s.declared)
	return "\n" + t.say("<sub>Times are "+zone+" · `/help` lists what you can write</sub>", "<sub>時刻は"+zone+" · 書けることの一覧は `/help`</sub>")
}
