package inspect

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kintsugi-app/kintsugi/workflows/document"
)

func actionsOf(text string) []ActionItem {
	d := document.Read(text)
	return actionItems(d, 0, len(d.Rows))
}

// asTruth writes an item as truth.txt has it.
func asTruth(item ActionItem) string {
	state := "open"
	if item.Done {
		state = "done"
	}
	return trimmed(fmt.Sprintf("%d|%s|%s|%s|%s|%s", item.Line, state, item.Owner, item.Due, item.URL, item.Text))
}

// trimmed is a line of truth.txt with one space around its cells.
func trimmed(line string) string {
	cells := strings.SplitN(line, "|", 6)
	for i := range cells {
		cells[i] = strings.TrimSpace(cells[i])
	}
	return strings.Join(cells, " | ")
}

// TestActionItems holds what is read in documents of our own, which imitate what
// teams write, against what a careful reader takes from them.
func TestActionItems(t *testing.T) {
	truth, err := os.ReadFile(filepath.Join("testdata", "action", "truth.txt"))
	if err != nil {
		t.Fatal(err)
	}
	want, file := map[string][]string{}, ""
	for line := range strings.Lines(string(truth)) {
		line = strings.TrimSpace(line)
		if name, ok := strings.CutPrefix(line, "= "); ok {
			file = name
			want[file] = nil
		} else if file != "" && line != "" {
			want[file] = append(want[file], trimmed(line))
		}
	}
	files, _ := filepath.Glob(filepath.Join("testdata", "action", "*.md"))
	if len(files) < 20 || len(files) != len(want) {
		t.Fatalf("%d documents, truth for %d", len(files), len(want))
	}
	for _, path := range files {
		src, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, item := range actionsOf(string(src)) {
			got = append(got, asTruth(item))
		}
		if diff := cmp.Diff(want[filepath.Base(path)], got); diff != "" {
			t.Errorf("%s (- wanted, + read):\n%s", filepath.Base(path), diff)
		}
	}
}

// TestNoActionItems: what looks like action items and is none.
func TestNoActionItems(t *testing.T) {
	for name, text := range map[string]string{
		"resolution":        "## Resolution\n\n- [ ] Restart the API\n- Drop the index\n",
		"actions taken":     "## Actions taken\n\n- Restarted the API\n",
		"in the response":   "## Response\n\n### Follow-up actions\n\n- Called the vendor\n",
		"nothing":           "## Action items\n\nNone at this time.\n",
		"nothing, japanese": "## 対応策\n\n- 特になし。\n",
		"left empty":        "## Action items\n\n| Action | Owner | Due |\n|---|---|---|\n| | | |\n| [action] | | |\n",
		"hints":             "## Action items\n\n*Write down who does what.*\n",
		"quoted":            "## Action items\n\n> - from last year\n",
		"code":              "## Action items\n\n```\n- [ ] not this\n```\n",
		"comment":           "## Action items\n\n<!--\n- not this\n-->\n",
		"a timeline":        "## What happened next\n\n| Time | Owner | Action |\n|---|---|---|\n| 10:00 | ana | Restarted |\n",
		"a checklist":       "## Actions\n\n- [x] All sections are filled out\n- [x] Incident is over\n- [ ] Postmortem is reviewed\n",
		"told":              "## Improvements\n\n- We have raised the limit.\n- The alert was added.\n",
		"a wish elsewhere":  "## Lessons\n\n- [ ] We should test more\n",
	} {
		if got := actionsOf(text); len(got) > 0 {
			t.Errorf("%s: read %+v", name, got)
		}
	}
}

// TestActionsOfSeveralIncidents: only the given rows are read.
func TestActionsOfSeveralIncidents(t *testing.T) {
	d := document.Read("# First\n\n## Action items\n\n- Fix one\n\n# Second\n\n## Action items\n\n- Fix two\n- ~~Fix three~~\n")
	second := slices.IndexFunc(d.Rows, func(r document.Row) bool { return r.Text == "Second" })
	var got []string
	for _, item := range append(actionItems(d, 0, second), actionItems(d, second, len(d.Rows))...) {
		got = append(got, item.Text)
	}
	if diff := cmp.Diff([]string{"Fix one", "Fix two", "Fix three"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestDays(t *testing.T) {
	for written, want := range map[string]Text{
		"2026-05-01": "2026-05-01", "2026/5/1": "2026-05-01", "2026年5月1日（金）": "2026-05-01", "1 May 2026": "2026-05-01", "Fri, May 1st, 2026": "2026-05-01",
		"2026-05-01 (first part)": "2026-05-01", "Sept 3, 2026": "2026-09-03",
		"5/1": "5/1", "01/05/2026": "01/05/2026", "2026-02-30": "2026-02-30", "end of Q2": "end of Q2", "next sprint": "next sprint", "2026年3月末": "2026年3月末", "May 2026": "May 2026", "Mayor 1 2026": "Mayor 1 2026",
		"TBD": "", "-": "", "未定": "", "要設定": "", "done": "", "YYYY-MM-DD": "", "": "", "??": "",
	} {
		if got := dayIn(written); got != want {
			t.Errorf("%q: %q, want %q", written, got, want)
		}
	}
}

func TestStates(t *testing.T) {
	for _, text := range []string{"Done", "**DONE** (see 12)", "✅", "completed 2026-05-01", "Merged", "完了", "対応済み", "済", "this has been done", "Already fixed", "Done - shipped last week"} {
		if !saysDone(text) {
			t.Errorf("%q is done", text)
		}
	}
	for _, text := range []string{"", "Not done", "Open", "In progress", "未完了", "未対応", "TODO", "完了予定 5月", "undone", "to be done", "fixing"} {
		if saysDone(text) {
			t.Errorf("%q is not done", text)
		}
	}
}

func TestOwners(t *testing.T) {
	for text, want := range map[string]Text{
		"## Action items\n- Ask @ana whether it helps": "", "## Action items\n- Write a test, thanks to @ana": "", "## Action items\n- Mail admin@example.com": "",
		"## Action items\n- Write a test @ana": "@ana", "## Action items\n- Write a test (@ana)": "@ana", "## Action items\n- @ana: write a test": "@ana", "## Action items\n- @ana to write a test": "@ana",
		"## Action items\n- Write a test. Assigned to: Ana B.": "Ana B", "## Action items\n- Write a test (owner: unassigned)": "", "## Action items\n- Upgrade the cache (Redis)": "",
		"## 対応策\n- 試験を書く（担当: 未定）": "", "## 対応策\n- 試験を書く（田中さん）": "田中さん", "## 対応策\n- 試験を書く 担当：田中": "田中",
	} {
		got := actionsOf(text)
		if len(got) != 1 || got[0].Owner != want {
			t.Errorf("%q: %+v, want the owner %q", text, got, want)
		}
	}
}

// TestHostileActions: whatever stands there neither breaks the reader nor takes it
// more than some passes over it.
func TestHostileActions(t *testing.T) {
	const n = 20_000
	for name, text := range map[string]string{
		"one long item":   "## Action items\n\n- a\n" + strings.Repeat("  b [Issue](https://x.example/issues/1)\n", n),
		"many links":      "## Action items\n\n- a " + strings.Repeat("[Issue](u) ", n),
		"many names":      "## Action items\n\n- a " + strings.Repeat("owner: b, ", n),
		"names in names":  "## Action items\n\n- a " + strings.Repeat("owner: ", n),
		"brackets":        "## Action items\n\n- a " + strings.Repeat("(", n) + strings.Repeat(")", n),
		"many struck":     "## Action items\n\n" + strings.Repeat("- ~~a~~\n- b\n", n),
		"many labels":     strings.Repeat("**Action items:** x\n\n", n),
		"many headings":   strings.Repeat("## Action items\n- a\n", n),
		"deep groups":     "## Action items\n\n" + deep(12),
		"a wide table":    "## Action items\n\n|" + strings.Repeat("Action|", 500) + "\n|" + strings.Repeat("-|", 500) + "\n" + strings.Repeat("|a\n", 500),
		"not UTF-8":       "## Action items\n\n- \xff\xfe owner: \xff (\xff\n| \xff |\n|-|\n| \xff |\n",
		"wide characters": "## 対応策\n\n- " + strings.Repeat("（担当：", n),
	} {
		d := document.Read(text)
		items := actionItems(d, 0, len(d.Rows))
		titleOf(d, 0, len(d.Rows))
		severityOf(d, 0, len(d.Rows))
		sectionsOf(d, 0, len(d.Rows))
		languageOf(d)
		if len(items) == 0 && name != "not UTF-8" && name != "many labels" {
			t.Errorf("%s: nothing is read", name)
		}
	}
}

func deep(levels int) string {
	var b strings.Builder
	for i := range levels {
		b.WriteString(strings.Repeat("  ", i) + "- Short term:\n")
	}
	b.WriteString(strings.Repeat("  ", levels) + "- the item\n")
	return b.String()
}
