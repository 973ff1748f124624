package checklist_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kintsugi-app/kintsugi/templates"
	"github.com/kintsugi-app/kintsugi/workflows/readiness/checklist"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// FuzzParse: whatever stands in a file, it is a checklist or has problems, and a
// checklist is written as it was read.
func FuzzParse(f *testing.F) {
	f.Add(whole)
	f.Add("items: [{id: a, question: A?}]")
	f.Add("items:\n- id: a\n  question: {en: 1, ja: |\n    x\n   }\n")
	f.Add(string(templates.Readiness(templates.LevelSmall, "ci.yml").Content))
	f.Fuzz(func(t *testing.T, src string) {
		c, problems := checklist.Parse("c.yml", []byte(src))
		if (c == nil) != (len(problems) > 0) {
			t.Fatalf("%q: %v, %v", src, c, problems)
		}
		if c == nil || len(src) > 20_000 {
			return
		}
		again, problems := checklist.Parse("c.yml", c.YAML())
		if again == nil {
			t.Fatalf("%q\n%s\n%v", src, c.YAML(), problems)
		}
		if diff := cmp.Diff(c.Markdown(words.Japanese), again.Markdown(words.Japanese)); diff != "" {
			t.Errorf("%q\n%s", src, diff)
		}
	})
}
