package lint

import "github.com/kintsugi-app/kintsugi/workflows/words"

// The rules. Their names stand in policies and in waivers, so they stay.
const (
	ruleSectionMissing   = "section-missing"
	ruleSectionEmpty     = "section-empty"
	ruleTemplateText     = "template-text"
	ruleMilestone        = "timeline-missing-milestone"
	ruleOrder            = "timeline-order"
	ruleZone             = "zone-missing"
	ruleStated           = "stated-differs"
	ruleNoActions        = "no-actions"
	ruleActionOwner      = "action-without-owner"
	ruleActionDue        = "action-without-due"
	ruleActionVerifiable = "action-not-verifiable"
	ruleSingleHumanError = "single-human-error"
	ruleBlame            = "blame"
	ruleWaiver           = "waiver"
)

// Rule is one thing that is looked at.
type Rule struct {
	ID string
	// Severity is the one that it has unless a policy says otherwise.
	Severity Severity

	about text
}

// About says in a sentence what a rule asks for.
func (r Rule) About(lang words.Language) string { return r.about.in(lang) }

// Rules are all rules, in the order of a postmortem. docs/postmortem-rules.md has
// a section for each.
var Rules = []Rule{
	{ruleSectionMissing, Warning, text{
		"Every section that the template requires is there.",
		"テンプレートで必須の見出しがそろっていること",
	}},
	{ruleSectionEmpty, Warning, text{
		"Something is written in every required section.",
		"必須の見出しに内容が書かれていること",
	}},
	{ruleTemplateText, Warning, text{
		"No text of the template is left where an answer belongs.",
		"テンプレートの文や記入例が残っていないこと",
	}},
	{ruleMilestone, Warning, text{
		"It says when the incident started, was detected and was resolved.",
		"発生、検知、復旧の時刻が書かれていること",
	}},
	{ruleOrder, Suggestion, text{
		"Times are in order. They need not be: some things are noticed late.",
		"時刻が順番どおりであること（事実として前後することもあります）",
	}},
	{ruleZone, Warning, text{
		"Times have a zone.",
		"時刻のタイムゾーンが分かること",
	}},
	{ruleStated, Warning, text{
		"Durations that are stated agree with the times.",
		"書かれた所要時間が、時刻から計算した値と合っていること",
	}},
	{ruleNoActions, Warning, text{
		"There is at least one action item.",
		"対応策が1件以上あること",
	}},
	{ruleActionOwner, Warning, text{
		"Every open action item has an owner.",
		"未完了の対応策に担当者がいること",
	}},
	{ruleActionDue, Warning, text{
		"Every open action item has a due date.",
		"未完了の対応策に期限があること",
	}},
	{ruleActionVerifiable, Warning, text{
		"Anyone can see whether an action item is done.",
		"対応策が終わったかどうかを、だれでも確かめられること",
	}},
	{ruleSingleHumanError, Warning, text{
		"The cause is more than one person's error.",
		"原因が「人為的ミス」ひとつで終わっていないこと",
	}},
	{ruleBlame, Suggestion, text{
		"Sentences say what happened and not whose fault it was. Always a suggestion.",
		"だれのせいかではなく、何が起きたかを書いていること（常に提案です）",
	}},
	{ruleWaiver, Warning, text{
		"Waivers name a rule, give a reason and are needed.",
		"例外の指定に規則名と理由があり、必要なものだけであること",
	}},
}

var byID = func() map[string]Rule {
	all := make(map[string]Rule, len(Rules))
	for _, r := range Rules {
		all[r.ID] = r
	}
	return all
}()
