package checklist_test

import (
	"testing"

	"github.com/kintsugi-app/kintsugi/templates"
	"github.com/kintsugi-app/kintsugi/workflows/readiness/checklist"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// TestDefaults: the checklists that come with the program can be read, edited with
// the schema and shown, and want to know little of GitHub.
func TestDefaults(t *testing.T) {
	schema := compile(t)
	for _, level := range templates.Levels {
		file := templates.Readiness(level, "test: all.yml")
		c, problems := checklist.Parse(file.Path, file.Content)
		if c == nil {
			t.Errorf("%s: %v", level, problems)
			continue
		}
		if err := schema.Validate(asJSON(t, string(file.Content))); err != nil {
			t.Errorf("%s: %v", level, err)
		}
		byEvidence := 0
		for i := range c.Items {
			if c.Items[i].ByEvidence() {
				byEvidence++
			}
		}
		if n := len(c.Items); level == templates.LevelSmall && (n > 10 || 2*byEvidence < n) {
			t.Errorf("%s: %d items, %d of them decided by evidence", level, n, byEvidence)
		}
		kinds := map[checklist.Kind]bool{}
		for _, q := range c.Questions("") {
			kinds[q.Kind] = true
		}
		t.Logf("%s: %d items, %d by evidence, %d questions of %d kinds", level, len(c.Items), byEvidence, len(c.Questions("")), len(kinds))
		for _, lang := range []words.Language{words.English, words.Japanese} {
			shown := c.Markdown(lang)
			for i := range c.Items {
				if item := &c.Items[i]; item.Question.English == "" || item.Question.Japanese == "" {
					t.Errorf("%s: %s lacks a language", level, item.ID)
				}
			}
			if words.Detect(shown) != lang {
				t.Errorf("%s is shown in another language than %s:\n%s", level, lang, shown)
			}
		}
	}
}

// TestDefaultFiles: the patterns of the small checklist name the files that teams
// have.
func TestDefaultFiles(t *testing.T) {
	c, _ := checklist.Parse("", templates.Readiness(templates.LevelCritical, "ci.yml").Content)
	for id, files := range map[string][]string{
		"owner": {"CODEOWNERS", ".github/CODEOWNERS", "docs/CODEOWNERS"}, "runbook": {"docs/runbook.md", "RUNBOOK.md", "ops/runbooks.md", "docs/payments-runbook.ja.md"},
		"readme": {"README.md", "README"}, "dependency-updates": {".github/dependabot.yml", ".github/dependabot.yaml", "renovate.json", ".github/renovate.json5"},
		"design-doc": {"docs/design.md", "docs/arch/Design-v2.md"}, "slo": {"docs/slo.md", "docs/SLO/payments-slo.yml"}, "changes": {"CHANGELOG.md"},
	} {
		for _, file := range files {
			found := false
			for _, item := range c.Items {
				for _, e := range item.Evidence {
					found = found || item.ID == id && checklist.FileMatches(e.File, file)
				}
			}
			if !found {
				t.Errorf("%s: %s is not found", id, file)
			}
		}
	}
}
