package lint_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/kintsugi-app/kintsugi/workflows/document"
	"github.com/kintsugi-app/kintsugi/workflows/postmortem/inspect"
	"github.com/kintsugi-app/kintsugi/workflows/postmortem/lint"
)

// ruleHeading is that of a rule; the headings in examples begin with capitals.
var ruleHeading = regexp.MustCompile(`(?m)^## ([a-z][a-z-]+)$`)

var markdownBlock = regexp.MustCompile("(?ms)^```markdown\n(.*?)^```$")

// TestRulesAreDocumented: each rule has a section in both languages, in the same
// order, with its usual severity; what stands there as an example has the finding, and
// with the waiver above it has none.
func TestRulesAreDocumented(t *testing.T) {
	for _, name := range []string{"../../../docs/postmortem-rules.md", "../../../docs/postmortem-rules.ja.md"} {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		headings := ruleHeading.FindAllStringSubmatch(string(content), -1)
		sections := ruleHeading.Split(string(content), -1)[1:]
		if len(sections) != len(lint.Rules) {
			t.Fatalf("%s has %d sections for %d rules", name, len(sections), len(lint.Rules))
		}
		for i, r := range lint.Rules {
			heading, body := headings[i][1], sections[i]
			if heading != r.ID {
				t.Errorf("%s: %q stands where %q belongs", name, heading, r.ID)
				continue
			}
			if !strings.Contains(body, "`"+string(r.Severity)+"`") {
				t.Errorf("%s: %s does not say that it is a %s", name, r.ID, r.Severity)
			}
			blocks := markdownBlock.FindAllStringSubmatch(body, -1)
			if len(blocks) == 0 || len(blocks) == 1 && r.ID != "waiver" {
				t.Errorf("%s: %s has %d examples", name, r.ID, len(blocks))
				continue
			}
			if !has(blocks[0][1], r.ID) {
				t.Errorf("%s: the example of %s has no such finding", name, r.ID)
			}
			if len(blocks) > 1 && (has(blocks[1][1]+"\n"+blocks[0][1], r.ID) || has(blocks[1][1]+"\n"+blocks[0][1], "waiver")) {
				t.Errorf("%s: the waiver of %s does not do", name, r.ID)
			}
		}
	}
}

func has(source, rule string) bool {
	d := document.Read(source)
	return slices.ContainsFunc(lint.Check(d, inspect.Read("x.md", d), lint.Options{}), func(f lint.Finding) bool { return f.Rule == rule })
}
