package section_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kintsugi-app/kintsugi/templates"
	"github.com/kintsugi-app/kintsugi/workflows/postmortem/section"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// TestOf lists headings in the words that teams choose, by what they are about.
func TestOf(t *testing.T) {
	for want, headings := range map[section.Kind][]string{
		section.Facts:      {"Metadata", "Date", "Start Date/Time", "Duration", "Names of people involved", "Postmortem attendees", "メタデータ", "対応者", "■ 基本情報", "Severity", "概要情報"},
		section.Summary:    {"Summary", "1. Executive Summary", "📝 Incident summary", "What happened?", "TL;DR", "Summary of the incident", "サマリー", "【概要】", "オーバービュー", "何が起きたか", "1. 何が起きた？（1行）", "何が起きましたか", "概要 / Summary"},
		section.Impact:     {"Impact", "Customer impact", "Impact on our users in Europe", "Who was affected?", "What was the impact?", "Impact Assessment", "Affected services", "影響", "影響範囲", "定量的影響", "お客様への影響", "2．影響"},
		section.Timeline:   {"Timeline", "Timeline (all times in UTC)", "⏱️ Incident Timeline", "Timeline - 3 May", "Timeline Reconstruction", "Chain of events", "時系列", "タイムライン", "対応の経過", "障害発生の経緯", "③ タイムライン"},
		section.Detection:  {"Detection", "How was it detected?", "How did we find out?", "Why wasn't this caught earlier?", "検知", "検知（Detect）", "発見の経緯"},
		section.Response:   {"Response", "How did we respond?", "Investigation", "Actions taken", "5. Immediate Actions Taken", "対応内容", "初動対応", "対応"},
		section.Recovery:   {"Resolution", "Mitigation & Resolution", "How was it fixed?", "Resolution steps", "Recovery", "復旧", "復旧対応", "暫定対応", "解決"},
		section.Causes:     {"Root cause", "Root Cause(s)", "Root-cause analysis", "5 Why's", "Five Whys", "Contributing factors", "Trigger(s)", "Why did it happen?", "What caused the incident?", "根本原因", "3. 根因（技術/運用）", "「原因」", "寄与要因 (contributing factors)", "要因 / Root cause", "Root cause / 要因", "なぜなぜ分析"},
		section.WentWell:   {"What went well", "What went well?", "Things that went well", "What worked", "5. What Went Well / What Could Be Improved", "うまくいったこと", "よかった点", "良かったこと"},
		section.WentWrong:  {"What went wrong", "What went badly?", "What could have gone better?", "What didn't go well", "What didn’t go so well?", "うまくいかなかったこと", "改善が必要なこと", "反省点", "課題"},
		section.Lucky:      {"Where we got lucky", "Where did we get lucky?", "運が良かったこと", "幸運だったこと"},
		section.Actions:    {"Action items", "Action Items & Followups", "Follow-up actions", "Proposed Action Items", "Next steps", "Preventative Actions", "Long-term improvements", "6. Corrective and Preventive Actions (CAPA)", "4. 是正（コード/CI）", "5. 再発防止（期限/担当）", "What are we doing to prevent this?", "アクションアイテム", "再発防止策", "対応策", "対策", "今後の対応", "恒久対応", "予防（Prevent）", "VI. Action items", "TODO"},
		section.Lessons:    {"Lessons learned", "Lessons Learnt", "Key takeaways", "What did we learn?", "教訓", "学び", "技術的な学び", "振り返り", "対応の評価"},
		section.Background: {"Background", "Context", "背景", "前提知識"},
		section.Supporting: {"Appendix A", "References", "Supporting documents", "Related issues", "参考資料", "関連リンク", "付録"},
		section.Glossary:   {"Glossary", "用語集", "カテゴリの説明"},
		section.Unknown: {
			"", "13:35", "2024-05-03 13:35", "Sep 27 2017 13:06", "🔥", "3.", "BinderHub", "Login page blank for eight minutes", "2. Missing retry in the client",
			"Postmortem: Login page blank", "{{ summary }}", "Metrics to track", "Checkout", "決済画面", "ポストモーテム: 証明書の期限切れで決済ができなかった障害について", "外部告知",
			"We learned too late that the impact of the change on all our customers in Europe was larger than the summary had said, and the timeline shows it with all its details, hour by hour",
		},
	} {
		for _, heading := range headings {
			if got := section.Of(heading); got != want {
				t.Errorf("%q is %q, want %q", heading, got, want)
			}
		}
	}
}

// TestNames: what our templates call a section is read as that section.
func TestNames(t *testing.T) {
	seen := map[string]bool{}
	for _, kind := range []section.Kind{
		section.Facts, section.Summary, section.Impact, section.Timeline, section.Detection, section.Response, section.Recovery, section.Causes, section.WentWell,
		section.WentWrong, section.Lucky, section.Actions, section.Lessons, section.Background, section.Supporting, section.Glossary,
	} {
		for _, language := range []words.Language{words.English, words.Japanese} {
			name := kind.Name(language)
			if section.Of(name) != kind || seen[name] {
				t.Errorf("%s: its name %q is read as %q, or is another's", kind, name, section.Of(name))
			}
			seen[name] = true
		}
	}
	if section.Unknown.Name(words.English) != "" {
		t.Error("what is unknown has a name")
	}
}

func TestHostileHeadings(t *testing.T) {
	for _, heading := range []string{"\xff\xfe", strings.Repeat("(", 160), strings.Repeat("1 ", 80), strings.Repeat("/", 100_000), "—", "(s)(s)(s)", "\x00", "of", "and of", strings.Repeat("影響", 60_000)} {
		if got := section.Of(heading); got != section.Unknown {
			t.Errorf("%.20q is %q", heading, got)
		}
	}
}

func TestHeadings(t *testing.T) {
	const own = "---\nname: Postmortem\n---\n<!-- ## Not this -->\n# Postmortem of {{title}}\n\n## Summary\n\n## Where we got lucky (optional)\n\n### Luck with people\n\n## Timeline\n\n### {{ hh:mm }}\n\n" +
		"```\n## Nor this\n```\n\n## Our own matter\n\n## 補足（任意）\n"
	want := []section.Required{{"Summary", section.Summary, 2}, {"Timeline", section.Timeline, 2}, {"Our own matter", section.Unknown, 2}}
	if diff := cmp.Diff(want, section.Headings(own)); diff != "" {
		t.Error(diff)
	}
	const noTitle = "# Summary\n# Action items\n"
	if diff := cmp.Diff([]section.Required{{"Summary", section.Summary, 1}, {"Action items", section.Actions, 1}}, section.Headings(noTitle)); diff != "" {
		t.Error(diff)
	}
}

func TestHeadingsOfForms(t *testing.T) {
	const form = `name: Postmortem
description: What happened
body:
  - type: markdown
    attributes:
      label: not shown
      value: Thank you.
  - type: textarea
    id: summary
    attributes:
      label: "What happened?"
      description: A sentence
    validations:
      required: true
  - type: dropdown
    id: sev
    attributes:
      label: Severity
      options:
        - label: not this
        - SEV1
  - id: luck
    type: textarea
    attributes:
      label: Where we got lucky
    validations:
      required: false
  - type: textarea
    attributes:
      label: 参考資料（任意）
  - type: checkboxes
    attributes:
      label: 対応策
      options:
        - label: a box
          required: false
`
	want := []section.Required{{"What happened?", section.Summary, 3}, {"Severity", section.Facts, 3}, {"対応策", section.Actions, 3}}
	if diff := cmp.Diff(want, section.Headings(form)); diff != "" {
		t.Error(diff)
	}
	for _, hostile := range []string{"", "body:", "body:\n" + strings.Repeat("  ", 40_000), "body: &a [*a, *a]", "body:\n- label\n- - -\n", "\xffbody:\n- \xff: \xff"} {
		if got := section.Headings(hostile); len(got) > 0 {
			t.Errorf("%.20q asks for %v", hostile, got)
		}
	}
}

// TestOurTemplates: our own templates ask for what they should, under the names
// that the kinds have.
func TestOurTemplates(t *testing.T) {
	full := []section.Kind{
		section.Facts, section.Summary, section.Impact, section.Timeline, section.Detection, section.Response, section.Causes,
		section.WentWell, section.WentWrong, section.Lucky, section.Actions, section.Lessons,
	}
	short := []section.Kind{section.Facts, section.Summary, section.Timeline, section.Causes, section.Actions, section.Lessons}
	for _, language := range []words.Language{words.English, words.Japanese} {
		for _, c := range []struct {
			short bool
			kinds []section.Kind
		}{{false, full}, {true, short}} {
			var want []section.Required
			for _, kind := range c.kinds {
				want = append(want, section.Required{Heading: kind.Name(language), Kind: kind, Level: 2})
			}
			if diff := cmp.Diff(want, section.Headings(templates.Postmortem(string(language), c.short))); diff != "" {
				t.Errorf("%s, short %t:\n%s", language, c.short, diff)
			}
		}
	}
}
