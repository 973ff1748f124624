package inspect

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kintsugi-app/kintsugi/workflows/document"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

func TestTitle(t *testing.T) {
	for text, want := range map[string]Text{
		"# Login page blank\n\n## Summary\n":                                 "Login page blank",
		"---\ntitle: Login page blank\n---\n\n## Summary\n":                  "Login page blank",
		"---\ntitle: Login page blank\n---\n\n# Postmortem\n":                "Login page blank",
		"# Postmortem\n\n## Summary\n":                                       "Postmortem",
		"# Summary\n\ntext\n\n# Timeline\n":                                  "",
		"## Login page blank\n\n### Summary\n":                               "Login page blank",
		"# {{title}}\n":                                                      "",
		"---\ntitle: '[Brief description]'\n---\n# <Title>\n":                "",
		"text\n\n# 決済画面が表示されない\n":                                            "決済画面が表示されない",
		"## Summary\n\n## Something of its own\n":                            "Something of its own",
		strings.Repeat("text\n\n", 100) + "# Far below, which heads nothing": "",
	} {
		d := document.Read(text)
		if got := titleOf(d, 0, len(d.Rows)); got != want {
			t.Errorf("%.60q: %q, want %q", text, got, want)
		}
	}
	for file, want := range map[string]string{
		"postmortems/2026-11-26-checkout-blank.md": "checkout blank", "20210602_dns.md": "dns", "a\\b\\2026-11-26.md": "", "障害.md": "障害", "": "",
	} {
		if got := fileTitle(file); got != want {
			t.Errorf("%q: %q, want %q", file, got, want)
		}
	}
}

func TestSeverity(t *testing.T) {
	for text, want := range map[string]Text{
		"**Severity:** SEV-2":                                      "SEV-2",
		"- Severity: High - two regions were down":                 "High",
		"- **Incident severity**: 2 (two of five teams)":           "2",
		"重大度： SEV2（お問い合わせ8件）":                                      "SEV2",
		"| 項目 | 内容 |\n|---|---|\n| 影響度 | 大 |":                      "大",
		"| Date | Severity |\n|---|---|\n| 1 May | P1 |":           "P1",
		"| Severity | SEV-3 |\n|---|---|\n| Date | 1 May |":        "SEV-3",
		"| Name | | Severity | |\n|---|---|---|---|\n| | | | |":    "",
		"## Severity\n\nMajor\n":                                   "Major",
		"---\nseverity: down\n---\ntext":                           "down",
		"Severity: SEV1/SEV2/SEV3":                                 "",
		"Severity: SEV1 | SEV2 | SEV3":                             "",
		"Severity: low or high":                                    "",
		"重大度: 未定":                                                  "",
		"Severity: [Critical]":                                     "",
		"Severity: ":                                               "",
		"The severity was raised: everybody was called":            "",
		"```\nSeverity: SEV-1\n```":                                "",
		"<!-- Severity: SEV-1 -->":                                 "",
		"Severity: we could not agree on one, so this is a guess.": "",
	} {
		d := document.Read(text)
		if got := severityOf(d, 0, len(d.Rows)); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestLanguage(t *testing.T) {
	for text, want := range map[string]words.Language{
		"# 決済画面が表示されない\n\nIngressのTLSが切れていました。\n":                          words.Japanese,
		"# Checkout blank\n\nTanaka (田中) noticed that it was blank.\n":     words.English,
		"# 障害\n\n```\nERROR: connection refused by the peer, twice\n```\n": words.Japanese,
		"": words.English,
		"| 項目 | 内容 |\n|---|---|\n| 重大度 | 未定です |\n": words.Japanese,
	} {
		if got := languageOf(document.Read(text)); got != want {
			t.Errorf("%q: %s", text, got)
		}
	}
}

func TestSections(t *testing.T) {
	d := document.Read("# Blank page\n\n## Summary\n\n<!-- what happened? -->\n\n## Impact\n\n- \n- TBD\n\n## Timeline\n\n### 10:02\n\nIt began.\n\n### 10:20\n\n" +
		"## Follow-ups\n\n| Action | Owner |\n|---|---|\n| | |\n\n## Where we got lucky\n\nNone.\n\n## 教訓 / Lessons\n\n{{lessons}}\n")
	var got []string
	for _, s := range sectionsOf(d, 0, len(d.Rows)) {
		got = append(got, fmt.Sprintf("%d %d %s [%s] %t", s.Line, s.Level, s.Heading, s.Kind, s.Empty))
	}
	want := []string{
		"1 1 Blank page [] false",
		"3 2 Summary [summary] true",
		"7 2 Impact [impact] true",
		"12 2 Timeline [timeline] false",
		"14 3 10:02 [] false",
		"18 3 10:20 [] true",
		"20 2 Follow-ups [actions] true",
		"26 2 Where we got lucky [lucky] false",
		"30 2 教訓 / Lessons [lessons] true",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
