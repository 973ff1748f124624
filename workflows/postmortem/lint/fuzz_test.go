package lint_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/kintsugi-app/kintsugi/workflows/document"
	"github.com/kintsugi-app/kintsugi/workflows/postmortem/inspect"
	"github.com/kintsugi-app/kintsugi/workflows/postmortem/lint"
	"github.com/kintsugi-app/kintsugi/workflows/words"
	"github.com/kintsugi-app/kintsugi/workflows/words/hostile"
)

// held says what is wrong with the findings about a document.
func held(t *testing.T, source, template string) {
	t.Helper()
	options := lint.Options{}
	if template != "" {
		options.Template = lint.NewTemplate(template)
	}
	d := document.Read(source)
	found := lint.Check(d, inspect.Read("x.md", d), options)
	lines := strings.Split(d.Source, "\n")
	for _, f := range found {
		if f.Line < 1 || f.Line > len(lines) || f.Column < 1 || f.Column > 1+utf8.RuneCountInString(lines[f.Line-1]) {
			t.Errorf("%s stands at %d:%d", f.Rule, f.Line, f.Column)
		}
		for _, lang := range []words.Language{words.English, words.Japanese} {
			for _, said := range []string{f.Message(lang), f.Suggestion(lang)} {
				if said == "" || !strings.Contains(source+template, "%!") && strings.Contains(said, "%!") || strings.ContainsAny(said, "\r\n") {
					t.Errorf("%s says %q", f.Rule, said)
				}
			}
		}
	}
	if !slices.IsSortedFunc(found, func(a, b lint.Finding) int { return a.Line - b.Line }) {
		t.Errorf("not in order: %v", places(found))
	}
	if blames := slices.ContainsFunc(found, func(f lint.Finding) bool { return f.Rule == "blame" && f.Severity != lint.Suggestion }); blames {
		t.Error("blame is more than a suggestion")
	}
}

func FuzzCheck(f *testing.F) {
	for _, source := range complete {
		f.Add(source, "")
		f.Add(source, "# T\n\n## Impact\n\n*who?*\n")
		f.Add(strings.ReplaceAll(source, "|", "-"), "body:\n- type: input\n  attributes:\n    label: x\n")
	}
	f.Add("<!-- kintsugi-lint: ignore blame x -->\n# a\n<!-- kintsugi-lint: ignore", "")
	f.Add("- **Root cause**: human error\n> - x\n\n| 原因 | 操作ミス |\n|-|-|\n| 原因 | 操作ミス |", "")
	for _, text := range hostile.Texts() {
		f.Add("# "+text.Text+"\n\n## Impact\n\n## "+text.Text+"\n\n"+text.Text+"\n", "# "+text.Text+"\n\n## "+text.Text)
	}
	f.Fuzz(held)
}

// TestForeignText: whatever a document holds, what is said of it mentions nobody
// and forges nothing on GitHub.
func TestForeignText(t *testing.T) {
	for _, text := range hostile.Texts() {
		template := lint.NewTemplate("## " + text.Text + "\n\n*" + text.Text + "*\n")
		source := "# x\n\n## Impact\n\n## " + text.Text + "\n\nTime to resolve: " + text.Text + "\n\n- **Cause**: " + text.Text + "\n\nTBD: " + text.Text +
			"\n\n<!-- kintsugi-lint: ignore " + text.Text + " x -->\n"
		for _, options := range []lint.Options{{}, {Template: template}} {
			for _, f := range check(source, options) {
				for _, lang := range []words.Language{words.English, words.Japanese} {
					shown := f.Message(lang) + "\n\n" + f.Suggestion(lang)
					if faults := hostile.Markdown(shown, hostile.Own{}); len(faults) > 0 {
						t.Errorf("%s: %s: %q: %q", text.Name, f.Rule, shown, faults)
					}
				}
			}
		}
	}
}

// TestLongDocuments: what is long, deep or much of the same is read to its end.
func TestLongDocuments(t *testing.T) {
	for _, unit := range []string{
		"# a\n", "## Impact\n", "- TBD\n", "<!-- kintsugi-lint: ignore blame x -->", "kintsugi-lint: ", "`<!-- kintsugi-lint: ignore blame x -->",
		"**Root cause**: ", "- **Root cause**: human error\n", "| 原因 | 操作ミス |\n|--|--|\n", "Tom carelessly ignored it. ", "田中さんが確認を怠った。", "| TBD ", "> ", "「", "“", "02:40 ",
		"- 10:00 a\n- 09:00 b\n",
	} {
		held(t, "# x\n\n"+strings.Repeat(unit, 30_000/len(unit)), "")
	}
}
