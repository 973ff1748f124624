package hostile_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

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
		for _, args := range [][]string{
			{"init", "--dir=" + dir}, {"init", "--lang=ja", "--dir=" + dir},
			{"policy", "validate", settings}, {"policy", "validate", "--lang=ja", "--format=json", settings},
			{"postmortem", "lint", "--lang=ja", "--template=" + template, folder}, {"postmortem", "lint", "--format=github", folder},
			{"postmortem", "lint", "--format=json", folder}, {"postmortem", "lint", "--format=sarif", folder},
			{"postmortem", "inspect", folder}, {"postmortem", "import", folder},
		} {
			c := exec.Command(program, args...)
			out, err := c.CombinedOutput()
			var ended *exec.ExitError
			isText := utf8.ValidString(text.Text) && !strings.Contains(text.Text, "\x00") // else it cannot be read, which ends with 2
			if err != nil && (!errors.As(err, &ended) || ended.ExitCode() != 1 && (isText || args[0] != "postmortem")) || len(out) == 0 {
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
