package lint_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kintsugi-app/kintsugi/workflows/postmortem/lint"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// TestWaivers are documents whose first action item has no owner, in line 24 plus
// the lines that are added, and whose impact is yet to be told.
func TestWaivers(t *testing.T) {
	source := strings.NewReplacer("| @tanaka |", "| |", "Every third visitor saw an empty page and 212 orders were lost.", "TBD").Replace(complete[words.English])
	const owner = "<!-- kintsugi-lint: ignore action-without-owner decided in the review on Friday -->"
	for _, c := range []struct {
		name    string
		old, by string
		off     string
		want    []string
	}{
		{"without any", "# Checkout", "# Checkout", "", []string{"template-text:5", "action-without-owner:24"}},
		{"in the section", "## Action items\n", "## Action items\n\n" + owner + "\n", "", []string{"template-text:5"}},
		{"in the section's last line", "| 2026-12-11 |\n", "| 2026-12-11 |\n\n" + owner + "\n", "", []string{"template-text:5"}},
		{"at the end of a line", "## Contributing", "That is all. " + owner + "\n\n## Contributing", "", []string{"template-text:5", "waiver:15", "action-without-owner:26"}},
		{"on several lines", "## Action items\n", "## Action items\n\n" + strings.ReplaceAll(owner, " ", "\n") + "\n", "", []string{"template-text:5"}},
		{"under the title", "was blank\n", "was blank\n\n" + owner + "\n", "", []string{"template-text:7"}},
		{"above the title", "# Checkout", owner + "\n\n# Checkout", "", []string{"template-text:7"}},
		{"in another section", "TBD", "TBD\n" + owner, "", []string{"template-text:5", "waiver:6", "action-without-owner:25"}},
		{"without a reason", "## Action items\n", "## Action items\n\n<!-- kintsugi-lint: ignore action-without-owner -->\n", "",
			[]string{"template-text:5", "waiver:22", "action-without-owner:26"}},
		{"of no rule", "TBD", "TBD\n\n<!-- kintsugi-lint: ignore template-texts a slip -->", "", []string{"template-text:5", "waiver:7", "action-without-owner:26"}},
		{"of all rules", "TBD", "TBD\n\n<!-- kintsugi-lint: ignore waiver I know better -->", "", []string{"template-text:5", "waiver:7", "action-without-owner:26"}},
		{"that is no sentence", "TBD", "TBD\n\n<!-- kintsugi-lint: disable -->", "", []string{"template-text:5", "waiver:7", "action-without-owner:26"}},
		{"in code", "TBD", "TBD\n\n```\n" + owner + "\n```", "", []string{"template-text:5", "action-without-owner:28"}},
		{"in a code span", "TBD", "TBD\n\nWrite `" + owner + "` there.", "", []string{"template-text:5", "action-without-owner:26"}},
		{"of a rule that is off", "TBD", "TBD\n\n" + owner, "action-without-owner", []string{"template-text:5"}},
		{"while waivers are not looked at", "TBD", "TBD\n\n" + owner, "waiver", []string{"template-text:5", "action-without-owner:26"}},
	} {
		if !strings.Contains(source, c.old) {
			t.Fatal(c.name)
		}
		options := lint.Options{Severities: lint.Severities{c.off: "off"}}
		got := places(check(strings.Replace(source, c.old, c.by, 1), options))
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", c.name, diff)
		}
	}
}

// TestWaiversOfSubsections: a waiver holds for the sections below its own, and
// not for those beside it.
func TestWaiversOfSubsections(t *testing.T) {
	const waiver = "<!-- kintsugi-lint: ignore template-text it is not over yet -->\n\n"
	source := complete[words.English] + "\n## Lessons\n\n" + waiver + "### One\n\nTBD\n\n## Links\n\nTBD\n"
	if diff := cmp.Diff([]string{"template-text:37"}, places(check(source, lint.Options{}))); diff != "" {
		t.Error(diff)
	}
}

// TestManyWaivers: their number is bounded, and that is said.
func TestManyWaivers(t *testing.T) {
	found := check(complete[words.English]+strings.Repeat("<!-- kintsugi-lint: ignore blame why not -->\n", 150), lint.Options{})
	if len(found) != 101 || !strings.Contains(found[100].Message(words.English), "100") {
		t.Errorf("%d: %v", len(found), places(found))
	}
}
