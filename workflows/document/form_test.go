package document_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/kintsugi-app/kintsugi/workflows/document"
	"github.com/kintsugi-app/kintsugi/workflows/words/hostile"
)

// names are those that the caller of these tests knows.
func names(name string) bool {
	return slices.Contains([]string{"Severity", "Started", "Detected", "発生日時", "検知"}, name)
}

func TestFields(t *testing.T) {
	type field = document.Field
	for _, c := range []struct {
		name, src string
		want      []field
	}{
		{"empty", "", []field{}},
		{"text only", "It is down.\nSince 2:40", []field{{Text: "It is down.\nSince 2:40", Line: 1}}},
		{"answers to a form", "### What is happening?\n\nBlank page.\nSince 2:40\n\n### Started\n\n_No response_\n\n### 検知\n\n2:55", []field{
			{Heading: "What is happening?", Level: 3, Text: "Blank page.\nSince 2:40", Line: 1},
			{Heading: "Started", Level: 3, Line: 6},
			{Heading: "検知", Level: 3, Text: "2:55", Line: 10},
		}},
		{"line ends of every kind", "### Started\r\n\r\n2:40\r\n\r\n### 検知\r\r2:55\r", []field{
			{Heading: "Started", Level: 3, Text: "2:40", Line: 1}, {Heading: "検知", Level: 3, Text: "2:55", Line: 5},
		}},
		{"boxes", "### Impact\n\n- [X] Money\n- [ ] Law\n- [x] **SLO** alert\n* [X] x\n  more", []field{
			{Heading: "Impact", Level: 3, Ticked: []string{"Money", "SLO alert", "x more"}, Line: 1},
		}},
		{"headings of any level", "# A\nb\n\nStarted\n=======\n2:40\n\n###### Severity ######\n2", []field{
			{Heading: "A", Level: 1, Text: "b", Line: 1}, {Heading: "Started", Level: 1, Text: "2:40", Line: 4},
			{Heading: "Severity", Level: 6, Text: "2", Line: 8},
		}},
		{"lines with a name", "Severity: SEV2\n発生日時：２:40\nNote: 3:00\n- **Detected:** 2:55\n  - Started : 1", []field{
			{Text: "Note: 3:00", Line: 1},
			{Heading: "Severity", Text: "SEV2", Line: 1}, {Heading: "発生日時", Text: "２:40", Line: 2},
			{Heading: "Detected", Text: "2:55", Line: 4}, {Heading: "Started", Text: "1", Line: 5},
		}},
		{"names in bold", "**Severity**\nSEV2\n\n**Started** 2:40\n\n**Something else**\ntext\n\n**検知：**\n\n2:55", []field{
			{Heading: "Severity", Text: "SEV2", Line: 1}, {Heading: "Started", Text: "2:40", Line: 4},
			{Heading: "Something else", Level: 7, Text: "text", Line: 6}, {Heading: "検知", Text: "2:55", Line: 9},
		}},
		{"names as in a Japanese mail", "■発生日時\n2:40\n【検知】2:55\n・Severity：2\n検知\n3:00", []field{
			{Heading: "発生日時", Text: "2:40", Line: 1}, {Heading: "検知", Text: "2:55", Line: 3},
			{Heading: "Severity", Text: "2", Line: 4}, {Heading: "検知", Text: "3:00", Line: 5},
		}},
		{"an answer ends with its paragraph", "Started:\n\n2:40\nor so\n\nDone.", []field{
			{Text: "Done.", Line: 1}, {Heading: "Started", Text: "2:40\nor so", Line: 1},
		}},
		{"table of pairs", "| 項目 | 内容 |\n|---|---|\n| 発生日時 | 2:40 (JST) |\n| **Severity** | SEV-2 |\n| x | y |", []field{
			{Heading: "発生日時", Text: "2:40 (JST)", Line: 3}, {Heading: "Severity", Text: "SEV-2", Line: 4},
		}},
		{"two pairs in a row", "| Started | 2:40 | Severity | 2 |\n|-|-|-|-|\n| Detected | | x | y |", []field{
			{Heading: "Started", Text: "2:40", Line: 1}, {Heading: "Severity", Text: "2", Line: 1}, {Heading: "Detected", Line: 3},
		}},
		{"timeline", "| Time (UTC) | Event |\n|-|-|\n| 2:55 | Detected |\n| 3:00 | Deployed |", []field{
			{Heading: "Detected", Text: "2:55", Column: "Time (UTC)", Line: 3},
		}},
		{"names at the head", "| Started | Detected |\n|-|-|\n| 2:40 | 2:55 |\n| 3:40 | 3:55 |", []field{
			{Heading: "Started", Text: "2:40", Line: 3}, {Heading: "Detected", Text: "2:55", Line: 3},
		}},
		{"hints of a template", "### Started\n<!-- with the zone -->\n2:40\n\n### Detected\n<!-- when\nseen --> 2:55\n\n### Severity\n*1 is the worst*\n2 <!-- 1 to 4 -->", []field{
			{Heading: "Started", Level: 3, Text: "2:40", Line: 1}, {Heading: "Detected", Level: 3, Text: "2:55", Line: 5},
			{Heading: "Severity", Level: 3, Text: "2", Line: 9},
		}},
		{"code, quotations and HTML hold none", "```\n### Severity\nSeverity: 1\n```\n> ### Severity\n> Severity: 1\n\n    Severity: 1\n\n<!--\n### Severity\n-->\n<div>\nSeverity: 1\n</div>\n\n- ### Severity\n- ```\n  Severity: 1\n  ```\n\n`Severity: 1`\n`Severity`\n~~Severity: 1~~", []field{
			{Text: "`Severity: 1`\n`Severity`", Line: 1},
		}},
		{"hints behind names", "**Severity:** _1 to 4_\nStarted: 2:40 _UTC_", []field{
			{Heading: "Severity", Line: 1}, {Heading: "Started", Text: "2:40 UTC", Line: 2},
		}},
		{"the answer in code", "Severity: `SEV2`\n\n### Started\n\n```text\n2:40\n```", []field{
			{Heading: "Severity", Text: "`SEV2`", Line: 1}, {Heading: "Started", Level: 3, Line: 3},
		}},
		{"marks inside", "### Severity\n\n[SEV2](https://example.com) ~~SEV1~~ ![SEV3](x) *now*<br>then", []field{
			{Heading: "Severity", Level: 3, Text: "SEV2   now\nthen", Line: 1},
		}},
		{"forged by a text area", "### What?\n\nx\n\n### Severity\n\nSEV1\n\n### Severity\n\nSEV3", []field{
			{Heading: "What?", Level: 3, Text: "x", Line: 1},
			{Heading: "Severity", Level: 3, Text: "SEV1", Line: 5}, {Heading: "Severity", Level: 3, Text: "SEV3", Line: 9},
		}},
		{"a heading without a name", "#\n\ntext", []field{{Text: "text", Line: 1}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, document.Fields(c.src, names)); diff != "" {
				t.Errorf("Fields(%q) (-want +got)\n%s", c.src, diff)
			}
		})
	}
}

// TestFieldsBounded: a text of nothing but names, and every hostile one, ends.
func TestFieldsBounded(t *testing.T) {
	if got := document.Fields(strings.Repeat("Severity: 2\n", 5000), names); len(got) > 500 {
		t.Errorf("%d fields", len(got))
	}
	for _, h := range hostile.Texts() {
		for _, src := range []string{h.Text, "### Severity\n\n" + h.Text, "Severity: " + h.Text, "| Severity | " + h.Text + " |\n|-|-|"} {
			document.Fields(src, names)
		}
	}
	for _, piece := range []string{">", "- ", "[", "](", "*", "**a ", "`", "<!--", "~~", "|", "a|b\n-|-\n", "### a\n", "- [x] ", "**\n", "x<br>"} {
		document.Fields(strings.Repeat(piece, 65_536/len(piece)), func(string) bool { return true })
	}
}

// TestFieldsAreInOrder: whatever the text, each field stands behind the one
// before, and quoting all of it leaves none.
func TestFieldsAreInOrder(t *testing.T) {
	parts := append(slices.Clone(pieces), "### Severity\n", "Severity: 2\n", "**Started**", "- [x] a\n", "_", "<br>", "【検知】")
	rapid.Check(t, func(t *rapid.T) {
		src := strings.Join(rapid.SliceOf(rapid.SampledFrom(parts)).Draw(t, "parts"), "")
		lines := strings.Count(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(src), "\n") + 1
		before := 1
		for _, f := range document.Fields(src, names) {
			if f.Line < before || f.Line > lines {
				t.Fatalf("%q: %+v out of place", src, f)
			}
			before = f.Line
			if f.Level == 0 && f.Heading != "" && !names(f.Heading) {
				t.Fatalf("%q: nobody knows %q", src, f.Heading)
			}
		}
		if strings.ContainsAny(src, "[]<") {
			return // what follows may define a link or close a tag
		}
		quoted := "> " + strings.NewReplacer("\r\n", "\n> ", "\r", "\n> ", "\n", "\n> ").Replace(src)
		if got := document.Fields(quoted, names); len(got) > 0 {
			t.Fatalf("%q: %+v from a quotation", quoted, got)
		}
	})
}
