package hostile_test

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/kintsugi-app/kintsugi/workflows/readinglist/list"
	"github.com/kintsugi-app/kintsugi/workflows/words/hostile"
)

// fromCheckouts runs the commands that read a checkout, whose settings, templates and
// names of files somebody else wrote.
func fromCheckouts(t *testing.T, program string) {
	t.Helper()
	for n, text := range hostile.Texts() {
		if !everything() && !forTerminals(text) && n%10 != 0 {
			continue
		}
		dir := checkout(t, text.Text)
		settings, template := filepath.Join(dir, ".github", "kintsugi.yml"), filepath.Join(dir, "postmortems", "template.md")
		folder := filepath.Join(dir, "postmortems")
		for k, args := range append(ofLists(dir), [][]string{
			{"init", "--dir=" + dir}, {"init", "--lang=ja", "--dir=" + dir},
			{"policy", "validate", settings}, {"policy", "validate", "--lang=ja", "--format=json", settings},
			{"postmortem", "lint", "--lang=ja", "--template=" + template, folder}, {"postmortem", "lint", "--format=github", folder},
			{"postmortem", "lint", "--format=json", folder}, {"postmortem", "lint", "--format=sarif", folder},
			{"postmortem", "inspect", folder}, {"postmortem", "import", folder},
		}...) {
			if !everything() && k < len(ofLists(dir)) && k%4 != n%4 {
				continue
			}
			c := exec.Command(program, args...)
			out, err := c.CombinedOutput()
			var ended *exec.ExitError
			isText := utf8.ValidString(text.Text) && !strings.Contains(text.Text, "\x00") // else it cannot be read, which ends with 2
			mayEnd := slices.Contains(readers, args[0]) && !isText || args[0] == "reading-list" || args[0] == "readiness" && args[1] == "render"
			if err != nil && (!errors.As(err, &ended) || ended.ExitCode() != 1 && !(mayEnd && ended.ExitCode() == 2)) || len(out) == 0 {
				t.Errorf("kintsugi %s with %s: %v: %s", args[:2], text.Name, err, quote(string(out)))
			}
			if slices.Contains(args, "--format=github") { // which begins its lines with commands of ours
				out = annotation.ReplaceAll(out, nil)
			}
			for _, f := range hostile.Job(string(out)) {
				t.Errorf("kintsugi %s with %s: %s: %s", args[:2], text.Name, f, quote(string(out)))
				break
			}
		}
	}
}

// readers are the commands that read documents.
var readers = []string{"postmortem", "reading-list", "readiness"}

// ofLists are the commands that read checklists and reading lists; what is broken in a
// list ends them with 2.
func ofLists(dir string) [][]string {
	checklist, folder, list := filepath.Join(dir, ".github", "readiness", "checklist.yml"), filepath.Join(dir, "postmortems"), "--list="+filepath.Join(dir, "reading-list")
	return [][]string{
		{"readiness", "validate", checklist}, {"readiness", "render", "--lang=ja", checklist}, {"readiness", "render", filepath.Join(dir, "sound.yml")},
		{"readiness", "import", filepath.Join(dir, "boxes.md")}, {"readiness", "validate", "--format=json", checklist},
		{"reading-list", "build", folder}, {"reading-list", "build", "--lang=ja", "--format=json", folder}, {"reading-list", "candidates", filepath.Join(dir, "worth")},
		{"reading-list", "coverage", list}, {"reading-list", "next", list}, {"reading-list", "next", "--newcomer", "--lang=ja", list}, {"reading-list", "check", list},
	}
}

// annotation is how a remark on a line of a file begins in the log of a job, with
// properties in which nothing acts, and its message.
// docs: Workflow commands for GitHub Actions, "Setting a warning message".
var annotation = regexp.MustCompile(`(?m)^::(?:notice|warning|error) file=[^,:\s][^,\n]*,line=[0-9]+,(?:endLine=[0-9]+,)?col=[0-9]+,title=[a-z-]+::`)

// checkout has a text in its settings, as a key and as a value, in a template
// and in the template's name.
func checkout(t *testing.T, text string) string {
	t.Helper()
	dir := t.TempDir()
	name := strings.NewReplacer("/", "_", "\x00", "_").Replace(strings.ToValidUTF8(atMost(text, 40), "_"))
	for path, content := range map[string]string{
		".git/HEAD":            "ref: refs/heads/main\n",
		".github/kintsugi.yml": "incident: {label: " + yaml(text) + ", notify: [" + yaml(text) + "], " + yaml(text) + ": 1}\n" + yaml(text) + ": 1\n",
		".github/ISSUE_TEMPLATE/incident" + name + ".yml": "name: " + yaml(text) + "\ndescription: incident " + yaml(text) + "\nlabels: [" + yaml(text) + ", incident]\n" +
			"body:\n  - type: input\n    attributes: {label: " + yaml(text) + "}\n",
		"postmortems/2026-11-26" + name + ".md": document(text),
		"postmortems/template.md":               "## Summary\n\n" + text + "\n\n## " + oneLine(text) + "\n",
		".github/readiness/checklist.yml":       checklistOf(text) + yaml(text) + ": 1\n",
		"sound.yml":                             checklistOf(text),
		"boxes.md":                              "# " + oneLine(text) + "\n\n- [ ] " + oneLine(text) + "\n- [x] Is it " + oneLine(text) + "?\n\n" + text + "\n",
		"worth/reading" + name + ".md":          "# " + oneLine(atMost(text, 500)) + "\n\n## Background\n\n" + strings.Repeat("The service reads a queue and writes what it found. ", 60) + "\n\n```mermaid\ngraph LR\n```\n\n## Lessons learned\n\n" + text + "\n", // a candidate
		"reading-list/data/list.json":           `{"languages":["en","ja"]}`,
		"reading-list/data/entries.jsonl":       entryOf(text),
		"reading-list/README.md":                text + "\n",
		".github/ISSUE_TEMPLATE/incident2.md":   "---\nname: Incident\nlabels: " + yaml(text) + "\n---\n" + text + "\n",
	} {
		path = filepath.Join(dir, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// checklistOf is a checklist that says a text wherever it says something.
func checklistOf(text string) string {
	said := yaml(atMost(text, 1_000))
	return "title: {en: " + said + ", ja: " + said + "}\ntraits: {data.kept: true}\nitems:\n  - id: tests\n    subject: {en: " + said + ", ja: " + said + "}\n    question: {en: " + said + ", ja: " + said + "}\n" +
		"    why: {en: " + said + ", ja: " + said + "}\n    how: {en: " + said + ", ja: " + said + "}\n    evidence:\n      - workflow: " + said + "\n      - confirmation: {en: " + said + ", ja: " + said + "}\n"
}

// entryOf is an entry of a list that says it.
func entryOf(text string) string {
	told := list.Told{En: atMost(text, 1_000), Ja: atMost(text, 1_000)}
	e := list.Entry{
		ID: "2026-11-26-abcdefgh", URL: "https://fakehub.example/acme/incidents/issues/1", Title: told, Summary: told, Severity: text, Services: []string{text}, Date: "2026-11-26",
		Recommended: []list.Recommendation{{Reason: list.Learning, By: text, Because: told}}, Stale: []list.Stale{{What: text, How: list.Renamed, Now: text}},
	}
	line, err := json.Marshal(e)
	if err != nil {
		panic(err) // texts always encode
	}
	return string(line) + "\n"
}
