package checklist_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kintsugi-app/kintsugi/workflows/policy"
	"github.com/kintsugi-app/kintsugi/workflows/readiness/checklist"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

const file = ".github/readiness/checklist.yml"

const whole = `title: {en: Payments, ja: 決済}
traits:
  risk.performance: false
  data.personal: yes
services:
  payments: {risk.performance: true}
  mail:
items:
  - id: runbook
    subject: 運用
    question: {en: "Is there a runbook?", ja: "手順書はありますか。"}
    why: At night nobody wants to find out.
    how: 切り分けの順番を書いてください。
    evidence:
      - {file: docs/runbooks/*.md, matches: "(?i)rollback"}
  - id: load-test
    level: recommended
    question: Does it hold its load?
    when: risk.performance and not data.personal
    enough: any
    evidence:
      - {workflow: load-test.yml, within: 30 days}
      - {confirmation: the report}
      - {approvals: 2}
    approvers: ["@tanaka", "@acme/sre"]
    valid_for: 3か月
  - id: oncall
    question: だれが呼ばれますか。
`

func parse(t *testing.T, src string) *checklist.Checklist {
	t.Helper()
	c, problems := checklist.Parse(file, []byte(src))
	if c == nil {
		t.Fatalf("it has problems: %v", problems)
	}
	return c
}

func TestParse(t *testing.T) {
	want := &checklist.Checklist{
		Title:    checklist.Text{English: "Payments", Japanese: "決済"},
		Traits:   map[string]checklist.Answer{"risk.performance": checklist.No, "data.personal": checklist.Yes},
		Services: map[string]map[string]checklist.Answer{"payments": {"risk.performance": checklist.Yes}, "mail": nil},
		Items: []checklist.Item{
			{
				ID: "runbook", Subject: checklist.Text{Japanese: "運用"},
				Question: checklist.Text{English: "Is there a runbook?", Japanese: "手順書はありますか。"},
				Why:      checklist.Text{English: "At night nobody wants to find out."}, How: checklist.Text{Japanese: "切り分けの順番を書いてください。"},
				Evidence: []checklist.Evidence{{File: "docs/runbooks/*.md", Matches: "(?i)rollback"}},
			},
			{
				ID: "load-test", Level: checklist.Recommended, Question: checklist.Text{English: "Does it hold its load?"},
				When:   checklist.Condition{Terms: []checklist.Term{{Trait: "risk.performance"}, {Not: true, Trait: "data.personal"}}},
				Enough: checklist.Any,
				Evidence: []checklist.Evidence{
					{Workflow: "load-test.yml", Within: 30 * 24}, {Confirmation: checklist.Text{English: "the report"}}, {Approvals: 2},
				},
				Approvers: []string{"@tanaka", "@acme/sre"}, ValidFor: 90 * 24,
			},
			{ID: "oncall", Question: checklist.Text{Japanese: "だれが呼ばれますか。"}},
		},
	}
	if diff := cmp.Diff(want, parse(t, whole)); diff != "" {
		t.Error(diff)
	}
}

// TestProblems: what is wrong is told with its place and what to do, in both
// languages, and nothing of such a checklist is used.
func TestProblems(t *testing.T) {
	const item = "- id: a\n  question: A?\n"
	for src, want := range map[string]string{
		"":                                   "0:0 there is no item",
		"items: []\n":                        "1:8 there is no item",
		"item:\n":                            "1:1 unknown key `item`. Did you mean `items`?",
		"items:\n- question: A?\n":           "2:3 the item has no `id`",
		"items:\n- id: A b\n":                "2:7 an id has up to 60",
		"items:\n- id: a\n":                  "2:3 the item asks nothing",
		"items:\n" + item + item:             "4:7 another item is called `a` already",
		"items:\n" + item + "  level: x\n":   "4:10 write `required` or `recommended`",
		"items:\n" + item + "  enough: 2\n":  "4:11 write `all` or `any`",
		"items:\n" + item + "  when: risk\n": "4:9 `risk` is not among the `traits` (—)",
		"traits: {data: true}\nitems:\n" + item + "  when: dat\n":                      "5:9 `dat` is not among the `traits` (`data`)",
		"items:\n" + item + "  when: a and b or c\n":                                   "4:9 write a trait such as `risk.performance`",
		"items:\n" + item + "  when: a b\n":                                            "4:9 write a trait such as",
		"items:\n" + item + "  when: a and\n":                                          "4:9 write a trait such as",
		"items:\n" + item + "  when: not not_b not a\n":                                "4:9 write a trait such as",
		"items:\n" + item + "  valid_for: 3\n":                                         "4:14 write a time with its unit",
		"items:\n" + item + "  valid_for: 0 days\n":                                    "4:14 write a time with its unit",
		"items:\n" + item + "  valid_for: 200 months\n":                                "4:14 write a time with its unit",
		"items:\n" + item + "  approvers: [tanaka]\n":                                  "4:15 write people as `\"@name\"`",
		"items:\n" + item + "  evidence:\n  - {}\n":                                    "5:5 a piece of evidence has one of the keys",
		"items:\n" + item + "  evidence:\n  - {within: 3 days}\n":                      "5:5 a piece of evidence has one of the keys",
		"items:\n" + item + "  evidence:\n  - {check: a, drill: b}\n":                  "5:5 a piece of evidence has one of the keys",
		"items:\n" + item + "  evidence:\n  - {chek: a}\n":                             "5:6 unknown key `chek`",
		"items:\n" + item + "  evidence:\n  - {check: a, matches: b}\n":                "5:25 `matches` goes with `file` only",
		"items:\n" + item + "  evidence:\n  - {drill: a}\n":                            "5:5 say how long ago it may have been",
		"items:\n" + item + "  evidence:\n  - {deployment: a}\n":                       "5:5 say how long ago it may have been",
		"items:\n" + item + "  evidence:\n  - {release: \"[v\", within: 3 days}\n":     "5:15 this is no pattern",
		"items:\n" + item + "  evidence:\n  - {file: a, within: 3 days}\n":             "5:23 this is looked at as it is now",
		"items:\n" + item + "  evidence:\n  - {no_open_issues: [a], within: 3 days}\n": "5:35 this is looked at as it is now",
		"items:\n" + item + "  evidence:\n  - {no_open_issues: [\" \"]}\n":             "5:22 a label has visible characters",
		"items:\n" + item + "  evidence:\n  - {approvals: 2, within: 3 days}\n":        "5:28 how long people's word stays true",
		"items:\n" + item + "  evidence:\n  - {approvals: 21}\n":                       "5:17 write how many people",
		"items:\n" + item + "  evidence:\n  - {approvals: -1}\n":                       "5:17 write how many people",
		"items:\n" + item + "  evidence:\n  - {file: /etc/x}\n":                        "5:12 write the path from the top",
		"items:\n" + item + "  evidence:\n  - {file: a/../b}\n":                        "5:12 write the path from the top",
		"items:\n" + item + "  evidence:\n  - {file: \"a/[b\"}\n":                      "5:12 this is no pattern",
		"items:\n" + item + "  evidence:\n  - {file: a, matches: \"(\"}\n":             "5:24 this is no regular expression",
		"traits: {a: maybe}\nitems:\n" + item:                                          "1:13 write `true` or `false`",
		"traits:\n  a:\nitems:\n" + item:                                               "2:3 answer by `true` or `false`",
		"traits: {Risk: true}\nitems:\n" + item:                                        "1:16 a trait is named by",
		"services: {pay: {a: true}}\nitems:\n" + item:                                  "1:21 `a` is not among the `traits`",
		"traits: {a: true}\nservices:\n  pay:\n    a:\nitems:\n" + item:                "4:5 answer by `true` or `false`",
	} {
		c, problems := checklist.Parse(file, []byte(src))
		if c != nil || len(problems) == 0 {
			t.Errorf("%q is accepted", src)
			continue
		}
		place, message, _ := strings.Cut(want, " ")
		at := file + ":" + place + ":"
		if place == "0:0" {
			at = file + ":"
		}
		if !slices.ContainsFunc(problems, func(p policy.Problem) bool {
			return strings.HasPrefix(p.String(), at) && strings.Contains(p.Message, message)
		}) {
			t.Errorf("%q\n got %s\nwant %s %s", src, problems, at, message)
		}
		for _, p := range problems {
			if words.Detect(p.Japanese) != words.Japanese {
				t.Errorf("%q: this is not Japanese: %s", src, p.Japanese)
			}
		}
	}
}

// TestVersions: an approval is bound to what the checklist says, a confirmation to
// what was confirmed; how the file is laid out concerns neither.
func TestVersions(t *testing.T) {
	base := parse(t, whole)
	for _, c := range []struct {
		name, from, to string
		list, item     bool // whether they change
	}{
		{"layout", "title: {en: Payments, ja: 決済}", "# Ours.\ntitle:\n  ja: 決済\n  en: Payments", false, false},
		{"a reason", "At night nobody wants to find out.", "Somebody will be woken up.", true, false},
		{"a question", "Is there a runbook?", "Is there a tested runbook?", true, true},
		{"evidence", "docs/runbooks/*.md", "docs/*.md", true, true},
		{"another item", "id: oncall", "id: on-call", true, false},
		{"a trait", "data.personal: yes", "data.personal: no", true, false},
	} {
		if !strings.Contains(whole, c.from) {
			t.Fatalf("%s: there is no %q", c.name, c.from)
		}
		changed := parse(t, strings.Replace(whole, c.from, c.to, 1))
		if got := changed.Version() != base.Version(); got != c.list {
			t.Errorf("%s: the version changes: %v", c.name, got)
		}
		if got := changed.Items[0].Version() != base.Items[0].Version(); got != c.item {
			t.Errorf("%s: the item's version changes: %v", c.name, got)
		}
	}
	// Pinned: if the program names the same content otherwise, every approval that
	// waits for a release lapses.
	if got := base.Version() + " " + base.Items[0].Version(); got != "8ce7614c1063 a4756184bfe6" {
		t.Errorf("versions %s", got)
	}
}

// TestWhen: what a service answers for itself comes before what the checklist says.
func TestWhen(t *testing.T) {
	c := parse(t, strings.Replace(whole, "data.personal: yes", "data.personal: no", 1))
	for service, want := range map[string]bool{"payments": true, "mail": false, "": false} {
		if got := c.Applies(&c.Items[1], service); got != want {
			t.Errorf("%q is asked for load: %v", service, got)
		}
	}
	if !c.For("mail") || c.For("search") || !parse(t, "items:\n- {id: a, question: A?}\n").For("search") {
		t.Error("whom the checklist is for")
	}
	for text, want := range map[string][4]bool{ // none, a, b, both
		"a":               {false, true, false, true},
		"not a":           {true, false, true, false},
		"a and b":         {false, false, false, true},
		"a or b":          {false, true, true, true},
		"a and not b":     {false, true, false, false},
		"not a or not b":  {true, true, true, false},
		"not a and not b": {true, false, false, false},
	} {
		var when checklist.Condition
		if err := when.UnmarshalText([]byte(text)); err != nil || when.String() != text {
			t.Errorf("%q: %v, %v", text, when, err)
		}
		for i, is := range want {
			has := func(trait string) bool { return trait == "a" && i&1 == 1 || trait == "b" && i&2 == 2 }
			if got := when.Holds(has); got != is {
				t.Errorf("%q holds with %02b: %v", text, i, got)
			}
		}
	}
	if !(checklist.Condition{}).Holds(func(string) bool { return false }) {
		t.Error("without a condition it does not apply")
	}
}

// TestQuestions: what two items want to know is asked once, people's words never.
func TestQuestions(t *testing.T) {
	c := parse(t, `traits: {load: false}
items:
  - {id: a, question: A?, evidence: [{check: test}, {no_open_issues: [b, a]}, {confirmation: x}, {approvals: 2}]}
  - {id: b, question: B?, evidence: [{check: test}, {check: test, within: 3 days}, {check: test, within: 5 days}, {no_open_issues: [a, b]}]}
  - {id: c, question: C?, evidence: [{workflow: load.yml}], when: load}
  - {id: d, question: D?}
`)
	want := []checklist.Question{
		{Kind: checklist.Check, Of: "test"}, {Kind: checklist.NoOpenIssues, Of: "a\nb"}, {Kind: checklist.Check, Of: "test", Anywhere: true},
	}
	if diff := cmp.Diff(want, c.Questions("")); diff != "" {
		t.Error(diff)
	}
	var by []bool
	for _, item := range parse(t, strings.Replace(whole, "evidence:\n      - {file", "enough: all\n    evidence:\n      - {file", 1)).Items {
		by = append(by, item.ByEvidence())
	}
	if diff := cmp.Diff([]bool{true, true, false}, by); diff != "" {
		t.Errorf("decided by evidence:\n%s", diff)
	}
	if c.Items[0].ByEvidence() {
		t.Error("an item that needs people's word, too, counts as decided by evidence")
	}
}

func TestFileMatches(t *testing.T) {
	for _, c := range []struct {
		pattern, file string
		want          bool
	}{
		{"README.md", "README.md", true}, {"README.md", "Readme.MD", true}, {"README.md", "docs/README.md", false}, {"docs/*.md", "docs/a.md", true}, {"docs/*.md", "docs/a/b.md", false},
		{"docs/**/*.md", "docs/a/b/c.md", true}, {"docs/**/*.md", "docs/c.md", true}, {"docs/**", "docs/a/b", true}, {"docs/**", "docs", false},
		{"**/CODEOWNERS", "CODEOWNERS", true}, {"**/CODEOWNERS", ".github/CODEOWNERS", true}, {"docs", "docs/a", false}, {"docs/a", "docs", false}, {"[", "[", false},
	} {
		if got := checklist.FileMatches(c.pattern, c.file); got != c.want {
			t.Errorf("%s names %s: %v", c.pattern, c.file, got)
		}
	}
}

func TestAge(t *testing.T) {
	for text, want := range map[string]string{
		"30 days": "30 days", "1 day": "1 day", "36h": "36 hours", "2 weeks": "14 days", "6 months": "180 days", "90日": "90 days", "1週間": "7 days", "12時間": "12 hours", "3ヶ月": "90 days",
	} {
		var a checklist.Age
		if err := a.UnmarshalText([]byte(text)); err != nil || a.String() != want {
			t.Errorf("%q: %s, %v", text, a, err)
		}
	}
	if got := checklist.Age(48).Duration(); got != 48*time.Hour {
		t.Error(got)
	}
}

// TestLines: each item is found again in its file, however it is written.
func TestLines(t *testing.T) {
	text := "title: Pay\nitems:\n  # first\n  - id: a\n    question: A?\n  - {id: b, question: B?}\n  -\n    question: C?\n    id: c\n"
	if got := checklist.Lines(policy.Source{Content: []byte(text)}); !slices.Equal(got, []int{4, 6, 8}) {
		t.Error(got)
	}
}
