package checklist_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/kintsugi-app/kintsugi/workflows/document"
	"github.com/kintsugi-app/kintsugi/workflows/readiness/checklist"
	"github.com/kintsugi-app/kintsugi/workflows/words"
	strangers "github.com/kintsugi-app/kintsugi/workflows/words/hostile"
)

// TestImport compares what comes out of each text in testdata/import with the file
// beside it. KINTSUGI_UPDATE_GOLDEN=1 rewrites them.
func TestImport(t *testing.T) {
	files, err := filepath.Glob("testdata/import/*.md")
	if err != nil || len(files) == 0 {
		t.Fatal("no cases", err)
	}
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		got := checklist.Import(document.Read(string(src)), "")
		text := "# nothing\n"
		if got.Checklist != nil {
			text = string(got.Checklist.YAML())
			if read, problems := checklist.Parse(file, []byte(text)); !cmp.Equal(read, got.Checklist) {
				t.Errorf("%s: it is read otherwise than it was written: %v\n%s", file, problems, cmp.Diff(got.Checklist, read))
			}
			if len(got.Lines) != len(got.Checklist.Items) {
				t.Errorf("%s: %d lines of %d items", file, len(got.Lines), len(got.Checklist.Items))
			}
		}
		compare(t, strings.TrimSuffix(file, ".md")+".yml", text)
	}
}

func compare(t *testing.T, file, got string) {
	t.Helper()
	want, err := os.ReadFile(file)
	if string(want) == got && err == nil {
		return
	}
	if os.Getenv("KINTSUGI_UPDATE_GOLDEN") == "1" {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	t.Errorf("%s says otherwise (%v); got\n%s", file, err, got)
}

// TestImportSays: where the items stood, what was ticked, which columns have marks;
// and a column that is named decides alone.
func TestImportSays(t *testing.T) {
	src, err := os.ReadFile("testdata/import/tables.md")
	if err != nil {
		t.Fatal(err)
	}
	for column, want := range map[string][]checklist.Level{
		"":    {checklist.Required, checklist.Recommended, checklist.Required},
		"大規模": {checklist.Required, checklist.Required, ""},
		"YES": {"", "", checklist.Required},
	} {
		got := checklist.Import(document.Read(string(src)), column)
		var levels []checklist.Level
		for _, item := range got.Checklist.Items {
			levels = append(levels, item.Level)
		}
		if diff := cmp.Diff(want, levels); diff != "" {
			t.Errorf("by %q:\n%s", column, diff)
		}
		if diff := cmp.Diff([]string{"必須", "大規模", "Yes"}, got.Columns); diff != "" {
			t.Errorf("columns:\n%s", diff)
		}
		if diff := cmp.Diff([]int{5, 6, 15}, got.Lines); diff != "" {
			t.Errorf("lines:\n%s", diff)
		}
	}
	if src, err = os.ReadFile("testdata/import/boxes.md"); err != nil {
		t.Fatal(err)
	}
	if got := checklist.Import(document.Read(string(src)), ""); got.Ticked != 1 {
		t.Errorf("%d boxes are ticked", got.Ticked)
	}
}

// FuzzImport: whatever Markdown it is made of, what comes out is a checklist, or is
// too large for one.
func FuzzImport(f *testing.F) {
	files, err := filepath.Glob("testdata/import/*.md")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(src))
	}
	for _, h := range strangers.Texts() {
		f.Add("- [ ] " + h.Text + "\n- [x] " + h.Text)
	}
	f.Fuzz(func(t *testing.T, src string) {
		got := checklist.Import(document.Read(src), "")
		if got.Checklist == nil || len(got.Checklist.Items) > 100 {
			return
		}
		yaml := got.Checklist.YAML()
		if len(yaml) > 60_000 {
			return
		}
		read, problems := checklist.Parse("c.yml", yaml)
		if diff := cmp.Diff(got.Checklist, read); diff != "" {
			t.Errorf("%q\n%s\n%v\n%s", src, yaml, problems, diff)
		}
	})
}

// anyText is a text as checklists have them, in a language or both.
func anyText() *rapid.Generator[checklist.Text] {
	return rapid.Custom(func(t *rapid.T) checklist.Text {
		plain := rapid.SampledFrom([]string{"", "Is it there?", "はい", "a: b # c", "'x'", "\"y\"\\", "- z", "true", "2", "@x", "%", "&a", "*b", "!c", "{d", "[e", "|", ">", "~", "a\nb", "\t", "\u2028"})
		return checklist.Text{English: plain.Draw(t, "en"), Japanese: plain.Draw(t, "ja")}
	})
}

// TestYAML: what is written is read as the same, whatever it holds.
func TestYAML(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := anyText()
		word := rapid.SampledFrom([]string{"test", "a b", "true", "1", "*.yml", "docs/**", "release: x", "障害"})
		c := &checklist.Checklist{Title: text.Draw(t, "title")}
		if rapid.Bool().Draw(t, "traits") {
			c.Traits = map[string]checklist.Answer{"risk.performance": checklist.Yes, "on": checklist.No}
			c.Services = map[string]map[string]checklist.Answer{"pay ments": {"on": checklist.Yes}, "mail": nil}
		}
		for i := range rapid.IntRange(1, 3).Draw(t, "items") {
			item := checklist.Item{ID: string(rune('a' + i)), Subject: text.Draw(t, "subject"), Why: text.Draw(t, "why"), How: text.Draw(t, "how")}
			item.Question = checklist.Text{English: "x" + text.Draw(t, "question").English, Japanese: text.Draw(t, "question").Japanese}
			item.Level = rapid.SampledFrom([]checklist.Level{"", checklist.Required, checklist.Recommended}).Draw(t, "level")
			item.Enough = rapid.SampledFrom([]checklist.Enough{"", checklist.All, checklist.Any}).Draw(t, "enough")
			item.ValidFor = checklist.Age(rapid.IntRange(0, 100).Draw(t, "valid"))
			if c.Traits != nil {
				item.When = checklist.Condition{Terms: []checklist.Term{{Trait: "on"}, {Not: true, Trait: "risk.performance"}}, Either: rapid.Bool().Draw(t, "either")}
			}
			if rapid.Bool().Draw(t, "approvers") {
				item.Approvers = []string{"@acme/sre", "@tanaka"}
			}
			for range rapid.IntRange(0, 3).Draw(t, "evidence") {
				within := checklist.Age(rapid.IntRange(1, 100).Draw(t, "within"))
				item.Evidence = append(item.Evidence, rapid.SampledFrom([]checklist.Evidence{
					{File: "docs/*.md", Matches: "(?i)a\\.b: \"c\""}, {Check: word.Draw(t, "word")}, {Workflow: word.Draw(t, "word"), Within: within}, {Release: word.Draw(t, "word"), Within: within},
					{Deployment: word.Draw(t, "word"), Within: within}, {Drill: word.Draw(t, "word"), Within: within}, {NoOpenIssues: []string{word.Draw(t, "word"), "b"}}, {Confirmation: checklist.Text{English: "a", Japanese: "b"}}, {Approvals: 2},
				}).Draw(t, "kind"))
			}
			c.Items = append(c.Items, item)
		}
		yaml := c.YAML()
		read, problems := checklist.Parse("c.yml", yaml)
		if diff := cmp.Diff(c, read); diff != "" {
			t.Fatalf("%v\n%s\n%s", problems, yaml, diff)
		}
		if read.Version() != c.Version() {
			t.Fatal("it has another version")
		}
	})
}

// TestMarkdown: a checklist as people read it, in either language.
func TestMarkdown(t *testing.T) {
	c := parse(t, whole)
	for _, lang := range []words.Language{words.English, words.Japanese} {
		compare(t, "testdata/whole-"+string(lang)+".md", c.Markdown(lang))
	}
	own := strangers.Own{Heading: true, List: true}
	for _, h := range strangers.Texts() {
		text := checklist.Text{English: h.Text, Japanese: h.Text}
		c := &checklist.Checklist{Title: text, Items: []checklist.Item{{
			ID: "a", Subject: text, Question: text, Why: text, How: text, Approvers: []string{h.Text}, When: checklist.Condition{Terms: []checklist.Term{{Trait: h.Text}}},
			Evidence: []checklist.Evidence{{File: h.Text, Matches: h.Text}, {NoOpenIssues: []string{h.Text, h.Text}}, {Confirmation: text}},
		}}}
		for _, lang := range []words.Language{words.English, words.Japanese} {
			if faults := strangers.Markdown(c.Markdown(lang), own); len(faults) > 0 {
				t.Errorf("%s acts: %v\n%s", h.Name, faults, c.Markdown(lang))
			}
		}
	}
}
