package incident

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/words/hostile"
)

// FuzzReport: whatever an opening holds, it says nothing but the few commands
// that a report may, each in a form that the command could read, and the same
// each time; and quoting all of it leaves what the title says.
func FuzzReport(f *testing.F) {
	for _, text := range hostile.Seeds() {
		f.Add("[SEV2] x", text)
		f.Add(text, "### Severity\n\n"+text+"\n\n### Since when?\n\n2:40 "+text)
	}
	files, err := filepath.Glob("testdata/report/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for _, opening := range archive.Files {
			title, body, _ := strings.Cut(string(opening.Data), "\n")
			f.Add(title, body)
		}
	}
	f.Fuzz(func(t *testing.T, title, body string) {
		said := report(title, body)
		if fault := sound(said); fault != "" {
			t.Fatalf("%q %q: %s", title, body, fault)
		}
		if again := report(title, body); !slices.Equal(again, said) {
			t.Fatalf("%q %q says %q, then %q", title, body, said, again)
		}
		if strings.ContainsAny(body, "[]<") {
			return // what follows may define a link or close a tag
		}
		quoted := "> " + strings.NewReplacer("\r\n", "\n> ", "\r", "\n> ", "\n", "\n> ").Replace(body)
		if got, alone := report(title, quoted), report(title, ""); !slices.Equal(got, alone) {
			t.Fatalf("%q says %q, and its title %q", quoted, got, alone)
		}
	})
}

// FuzzReach: whatever stands behind /reach becomes a value that can be read
// again, or a problem.
func FuzzReach(f *testing.F) {
	for _, text := range slices.Concat(hostile.Seeds(), []string{"8 contacts", "お問い合わせ８件、利用者の3割", "no legal, slo", "1.2k users or more", "1万2千人"}) {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		value, problem := parseReach(workflows.Argument{Text: text})
		if !reachValue.MatchString(value) || (value == "") == (problem == "") {
			t.Fatalf("%q is %q %q", text, value, problem)
		}
		var r reach
		r.add(value)
		if value != "" && r.isSilent() {
			t.Fatalf("%q is %q, and nothing is known", text, value)
		}
	})
}
