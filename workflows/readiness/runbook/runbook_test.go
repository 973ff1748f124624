package runbook_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/kintsugi-app/kintsugi/templates"
	"github.com/kintsugi-app/kintsugi/workflows/policy"
	"github.com/kintsugi-app/kintsugi/workflows/readiness/runbook"
	"github.com/kintsugi-app/kintsugi/workflows/words"
	"github.com/kintsugi-app/kintsugi/workflows/words/hostile"
)

func read(t testing.TB, text string) *runbook.Runbook {
	t.Helper()
	b, problems := runbook.Parse("runbook.md", text)
	if b == nil {
		t.Fatal(problems)
	}
	return b
}

// TestDifferences compares the two runbooks of each case, and what is said of them in
// both languages with what is written there. KINTSUGI_UPDATE_GOLDEN=1 rewrites that.
func TestDifferences(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no cases", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			d := runbook.Compare(read(t, string(archive.Files[0].Data)), read(t, string(archive.Files[1].Data)))
			answer, err := json.MarshalIndent(d, "", " ")
			if err != nil {
				t.Fatal(err)
			}
			got := map[string]string{
				"en.txt": d.Text(words.English, "before.md"), "ja.txt": d.Text(words.Japanese, "before.md"),
				"en.md": d.Markdown(words.English, "#12"), "ja.md": d.Markdown(words.Japanese, "#12"), "json": string(answer) + "\n",
			}
			changed := false
			for i, f := range archive.Files[2:] {
				if string(f.Data) != got[f.Name] {
					changed = true
					archive.Files[i+2].Data = []byte(got[f.Name])
					if os.Getenv("KINTSUGI_UPDATE_GOLDEN") != "1" {
						t.Errorf("%s: got\n%s\nwant\n%s", f.Name, got[f.Name], f.Data)
					}
				}
			}
			if changed && os.Getenv("KINTSUGI_UPDATE_GOLDEN") == "1" {
				if err := os.WriteFile(file, txtar.Format(archive), 0o600); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// TestTemplates: those that come along are runbooks, and a copy of one does not differ
// from it, whatever was ticked, done and laid out anew.
func TestTemplates(t *testing.T) {
	for _, language := range []string{"en", "ja"} {
		text := string(templates.Paper(language, "release-runbook").Content)
		b := read(t, text)
		if !runbook.Is(text) || b.Template != "release-runbook "+language+" 1" || len(b.Steps) != 7 {
			t.Errorf("%s: %+v", language, b)
		}
		copied := read(t, "# For v2\n\n"+strings.ReplaceAll(strings.ReplaceAll(text, "- [ ]", "* [x]"), "| | | |", "| | | 10:42 |"))
		if d := runbook.Compare(b, copied); d.Same != 7 || len(d.Changes) > 0 || d.Before.Version != d.Now.Version {
			t.Errorf("%s: %+v", language, d)
		}
	}
	for _, text := range []string{"", "# Notes\n\n- a\n", "| Step | Who |\n|---|---|\n| a | b |\n"} {
		if runbook.Is(text) {
			t.Errorf("%q is taken for a runbook", text)
		}
	}
}

// TestProblems: what cannot be used is named with its line and column, in both languages.
func TestProblems(t *testing.T) {
	for text, want := range map[string][]string{
		"# Release\n\nWe deploy.\n": {"x.md:1:1: there are no steps: a table with a column `Step`, boxes, or a numbered list"},
		"| Step | Who | Planned |\n|---|---|---|\n| Deploy | sato | 25:10 |\n| | sato | 10:00 |\n| | | |\n": {
			"x.md:3:19: this is no time of day: write it as 9:30", "x.md:4:5: this row has no step: write what is to be done",
		},
		strings.Repeat("1. x\n", 501):             {"x.md:1:1: there are more than 500 steps: compare parts of it"},
		strings.Repeat("x", 300<<10):              {"x.md: larger than 256 KiB: no runbook is"},
		"1. Deploy\n\n- not a step\n":             nil,
		"| 手順 | 予定 |\n|---|---|\n| a | １０：３０ |\n": nil,
	} {
		b, problems := runbook.Parse("x.md", text)
		if (b == nil) != (len(want) > 0) {
			t.Errorf("%.60q: %v", text, b)
		}
		if got := lines(problems); strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("%.60q:\n%s", text, strings.Join(got, "\n"))
		}
		for _, p := range problems {
			if p.In(words.Japanese) == p.Message {
				t.Errorf("%.60q: no Japanese for %s", text, p.Message)
			}
		}
	}
}

func lines(problems []policy.Problem) (all []string) {
	for _, p := range problems {
		all = append(all, p.String())
	}
	return all
}

// TestVersion: it is of what is said, and of all of that.
func TestVersion(t *testing.T) {
	const base = "## Steps\n\n| Step | Who | Planned | Worked if | If not |\n|---|---|---|---|---|\n| Deploy | sato | 10:00 | no errors | back |\n"
	version := read(t, base).Version()
	for from, isAnother := range map[string]bool{"Deploy": true, "sato": true, "10:00": true, "no errors": true, "back": true, "## Steps": true, "| Deploy": false} {
		to := map[bool]string{true: from + "x", false: "|   Deploy"}[isAnother]
		if from == "10:00" {
			to = "10:30"
		}
		if got := read(t, strings.Replace(base, from, to, 1)).Version(); (got != version) != isAnother {
			t.Errorf("%q: %s, before %s", from, got, version)
		}
	}
}

// TestStrangers: whatever stands in a runbook, what is said of it does nothing.
func TestStrangers(t *testing.T) {
	const table = "## Steps\n\n| Step | Who | Planned | Worked if | If not |\n|---|---|---|---|---|\n| Deploy | sato | 10:00 | no errors | back |\n"
	played := 0
	defer func() {
		if played < 40 {
			t.Errorf("only %d texts were played", played)
		}
	}()
	for _, text := range hostile.Texts() {
		cell := strings.NewReplacer("|", "\\|", "\n", " ", "\r", " ").Replace(text.Text)
		if len(cell) > 5000 {
			continue // the table alone would be larger than an issue
		}
		row := "| " + cell + " | " + cell + " | x" + cell + " | " + cell + " | " + cell + " |\n"
		other, _ := runbook.Parse("x", "## "+cell+"\n\n1. "+cell+"\n\n"+table+row)
		if other == nil {
			continue // nothing of it is seen, so it is no step
		}
		played++
		b := read(t, table)
		for _, d := range []runbook.Difference{runbook.Compare(b, other), runbook.Compare(other, b)} {
			for _, lang := range []words.Language{words.English, words.Japanese} {
				said := d.Markdown(lang, "#12")
				if faults := hostile.Markdown(said, hostile.Own{References: []string{"#12"}, List: true}); len(faults) > 0 {
					t.Errorf("%s: %q\n%s", text.Name, faults, said)
				}
			}
		}
	}
}

// FuzzCompare: no two texts bring it down, nothing is lost, and nothing differs from
// itself.
func FuzzCompare(f *testing.F) {
	f.Add("1. Deploy\n2. Watch\n", "- [ ] Watch\n- [x] Deploy\n")
	f.Add("| Step | Planned |\n|-|-|\n| a | 1:00 |\n| b | 2:00 |\n", "| Step | Planned |\n|-|-|\n| b | 3:00 |\n| a | 4:00 |\n| a | |\n")
	f.Fuzz(func(t *testing.T, before, now string) {
		b, _ := runbook.Parse("b", before)
		n, _ := runbook.Parse("n", now)
		if b == nil || n == nil {
			return
		}
		d := runbook.Compare(b, n)
		added, removed := 0, 0
		for _, c := range d.Changes {
			switch c.Kind {
			case runbook.Added:
				added++
			case runbook.Removed:
				removed++
			}
		}
		if len(b.Steps)-removed != len(n.Steps)-added || d.Same > len(n.Steps) {
			t.Errorf("of %d steps %d were removed, and of %d are %d new", len(b.Steps), removed, len(n.Steps), added)
		}
		if same := runbook.Compare(n, n); len(same.Changes) > 0 || same.Same != len(n.Steps) || same.Shift != 0 {
			t.Errorf("it differs from itself: %+v", same)
		}
	})
}
