package lint

import (
	"slices"
	"strings"

	"github.com/kintsugi-app/kintsugi/workflows/postmortem/inspect"
	"github.com/kintsugi-app/kintsugi/workflows/postmortem/section"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// actions looks at the action items of an incident.
func (c *checker) actions(i inspect.Incident) {
	if len(i.ActionItems) == 0 {
		c.add(ruleNoActions, c.offsetOf(c.lineOf(section.Actions, i)), text{
			"There are no action items.",
			"対応策がありません。",
		}, text{
			"Write at least one under a heading such as \"Action items\": what, by whom, until when. If there is truly nothing to do, waive this rule and say why.",
			"「対応策」などの見出しの下に、何を、だれが、いつまでに行うかを1件以上書いてください。本当に何もないときは、理由を添えてこの規則を例外にしてください。",
		})
		return
	}
	var unowned, undated []numbered
	open := 0
	for n, item := range i.ActionItems {
		if !item.Done {
			open++
			if item.Owner == "" {
				unowned = append(unowned, numbered{n + 1, item.Line})
			}
			if item.Due == "" {
				undated = append(undated, numbered{n + 1, item.Line})
			}
		}
		if phrase := hope(item.Text); phrase != "" {
			c.add(ruleActionVerifiable, c.offsetOf(item.Line), text{
				"Action item %[2]d asks for %[3]s: nobody can see whether that is done.",
				"対応策%[2]dの%[3]sは、終わったかどうかを確かめられません。",
			}, text{
				"Write what will be different, such as a check, an alert, a test or a step of a runbook.",
				"チェック、アラート、テスト、手順書の項目など、何がどう変わるのかを書いてください。",
			}, n+1, words.Foreign(phrase))
		}
	}
	c.each(ruleActionOwner, unowned, open, text{
		"Action item %[2]d has no owner.",
		"対応策%[2]dの担当者が書かれていません。",
	}, text{
		"None of the %[2]d open action items has an owner.",
		"未完了の対応策%[2]d件のどれにも、担当者が書かれていません。",
	}, text{
		"Name one person, such as `Owner: @name`. A team is fine where it assigns its own work.",
		"`担当: @名前` のように、ひとり決めて書いてください。チームの中で割り振る場合はチーム名でもかまいません。",
	})
	c.each(ruleActionDue, undated, open, text{
		"Action item %[2]d has no due date.",
		"対応策%[2]dの期限が書かれていません。",
	}, text{
		"None of the %[2]d open action items has a due date.",
		"未完了の対応策%[2]d件のどれにも、期限が書かれていません。",
	}, text{
		"Write a day, such as \"Due: 2026-12-18\". It can be moved later.",
		"「期限: 2026-12-18」のように日付を書いてください。あとから変えられます。",
	})
}

// numbered is an action item by its number in the document, and its line.
type numbered struct{ number, line int }

// each notes what each of several items lacks; once, where all of them do: then
// it is the list that lacks it.
func (c *checker) each(rule string, lacking []numbered, open int, one, all, advice text) {
	if len(lacking) == open && open > 1 {
		c.add(rule, c.offsetOf(lacking[0].line), all, advice, open)
		return
	}
	for _, item := range lacking {
		c.add(rule, c.offsetOf(item.line), one, advice, item.number)
	}
}

// hopes are what people resolve to do, and nobody can see whether they did, by a
// word that each has, so that few are looked for. In lower case.
var hopes = []struct {
	has string
	all []string
}{
	{"care", []string{"be careful", "be more careful", "be extra careful", "more care", "extra care", "greater care"}},
	{"vigilant", []string{"be vigilant", "be more vigilant"}},
	{"mindful", []string{"be mindful", "be more mindful"}},
	{"attention", []string{"more attention", "closer attention", "pay attention"}},
	{"try ", []string{"try harder", "try to remember"}},
	{"remember", []string{"remember to"}},
	{"forget", []string{"don't forget", "do not forget"}},
	{"awareness", []string{"raise awareness", "increase awareness"}},
	{"sure ", []string{"make sure everyone", "make sure everybody", "make sure that everyone", "make sure that everybody", "make sure people"}},
	{"ensure ", []string{"ensure everyone", "ensure everybody", "ensure that everyone", "ensure that everybody"}},
	{"remind ", []string{"remind everyone", "remind everybody"}},
	{"気を", []string{"気をつけ", "気を付け", "気を配"}},
	{"注意", []string{"注意する", "注意して", "注意を払", "注意喚起"}},
	{"徹底", []string{"徹底"}},
	{"心", []string{"心がけ", "心掛け"}},
	{"意識", []string{"意識する", "意識を高", "意識づけ"}},
	{"忘れ", []string{"忘れないよう"}},
}

// spared are words before a hope that turn it round: "so that nobody has to
// remember to".
var spared = []string{"not ", "n't ", "nobody ", "no one ", "without ", "no longer ", "instead of "}

// hope is the words of an action item that nobody can verify, or nothing.
func hope(item string) string {
	lower := lowered(item)
	for _, some := range hopes {
		if !strings.Contains(lower, some.has) {
			continue
		}
		for _, h := range some.all {
			if at := strings.Index(lower, h); at >= 0 && !isSpared(lower[:at]) {
				return item[at : at+len(h)]
			}
		}
	}
	return ""
}

func isSpared(before string) bool {
	return slices.ContainsFunc(spared, func(word string) bool { return strings.Contains(before, word) })
}

// lowered is a text in lower case, letter by letter at the same place.
func lowered(text string) string {
	if lower := strings.ToLower(text); len(lower) == len(text) {
		return lower
	}
	return text // it has a letter whose lower case is longer or shorter
}
