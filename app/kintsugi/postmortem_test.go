package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/kintsugi-app/kintsugi/workflows/postmortem/lint"
	"github.com/kintsugi-app/kintsugi/workflows/words/hostile"
)

// TestPostmortemScripts runs the commands as people do, in both languages and
// every format. KINTSUGI_UPDATE_GOLDEN=1 rewrites what they print.
func TestPostmortemScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:           filepath.Join("testdata", "postmortem"),
		UpdateScripts: os.Getenv("KINTSUGI_UPDATE_GOLDEN") == "1",
		Cmds:          map[string]func(ts *testscript.TestScript, neg bool, args []string){"exits": exits},
	})
}

// lintOf runs lint in this process.
func lintOf(t *testing.T, args ...string) (out, errOut string, code int) {
	t.Helper()
	var o, e strings.Builder
	code = run(append([]string{"postmortem", "lint"}, args...), &o, &e)
	return o.String(), e.String(), code
}

// TestLintStrangers: whatever a document or its name holds, nothing that is
// printed acts on a terminal or a job, in any format; and each finding is told of
// in as many lines as any other.
func TestLintStrangers(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	for n, text := range hostile.Texts() {
		content := "# " + text.Text + "\n\n## Impact\n\n## " + text.Text + "\n\nTBD: " + text.Text + "\n\n- " + text.Text + ": TBD\n\n**Cause**: human error, " + text.Text + "\n\n<!-- kintsugi-lint: ignore " + text.Text + " -->\n"
		name := strings.NewReplacer("/", "-", "\x00", "").Replace(text.Text)
		name = strings.TrimLeft(name[:min(len(name), 60)], "-.")
		if os.WriteFile(name, []byte(content), 0o600) != nil || !utf8.ValidString(content) || strings.Contains(content, "\x00") {
			name = fmt.Sprint(n, ".md")
			content = strings.ReplaceAll(strings.ToValidUTF8(content, "?"), "\x00", "")
			if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		for _, lang := range []string{"en", "ja"} {
			text := text.Name + " in " + lang
			out, errOut, _ := lintOf(t, "--lang", lang, "--format", "text", "--", name)
			if faults := hostile.Job(out + errOut); len(faults) > 0 || out == "" || strings.Count(out, "\n    ") != strings.Count(out, "\n")/2 {
				t.Errorf("%s: %q: %q", text, out+errOut, faults)
			}
			out, _, _ = lintOf(t, "--lang", lang, "--format", "json", "--", name)
			if faults := hostile.Job(out); len(faults) > 0 || !linesAre(out, func(line string) bool { return json.Valid([]byte(line)) && strings.HasPrefix(line, `{"rule":`) }) {
				t.Errorf("%s: %q: %q", text, out, faults)
			}
			out, _, _ = lintOf(t, "--lang", lang, "--format", "github", "--", name)
			if !linesAre(out, ourCommand.MatchString) || len(hostile.Job(ourCommand.ReplaceAllString(out, "$1 $2 $3"))) > 0 {
				t.Errorf("%s: %q", text, out)
			}
			out, _, _ = lintOf(t, "--lang", lang, "--format", "sarif", "--", name)
			if faults := hostile.Job(out); len(faults) > 0 || !json.Valid([]byte(out)) {
				t.Errorf("%s: %q: %q", text, out, faults)
			}
		}
		if err := os.Remove(name); err != nil {
			t.Fatal(err)
		}
	}
}

// ourCommand is an annotation as a runner takes it apart.
var ourCommand = regexp.MustCompile(`(?m)^::(?:warning|notice) file=([^:,\n]*),line=\d+,col=\d+,title=([a-z-]+)::([^\n]*)$`)

func linesAre(out string, fine func(line string) bool) bool {
	for line := range strings.Lines(out) {
		if !fine(strings.TrimSuffix(line, "\n")) {
			return false
		}
	}
	return out != ""
}

// TestGitHubEscapes: what has a meaning in a command is written otherwise.
func TestGitHubEscapes(t *testing.T) {
	if got := githubProperty("a,b:c%d\r\ne"); got != "a%2Cb%3Ac%25d�%0Ae" {
		t.Errorf("%q", got)
	}
	if got := githubData("100%: a,\nb\a"); got != "100%25: a,%0Ab�" {
		t.Errorf("%q", got)
	}
}

// sarifEssentials is what SARIF 2.1.0 demands of the parts that are printed.
// docs: OASIS, SARIF 2.1.0, sections 3.13, 3.14, 3.18, 3.19, 3.27 to 3.30, 3.49.
const sarifEssentials = `{
	"type": "object", "required": ["version", "runs"], "additionalProperties": false,
	"properties": {
		"$schema": {"type": "string", "format": "uri"},
		"version": {"const": "2.1.0"},
		"runs": {"type": "array", "items": {
			"type": "object", "required": ["tool", "results"], "additionalProperties": false,
			"properties": {
				"columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
				"tool": {"type": "object", "required": ["driver"], "additionalProperties": false, "properties": {"driver": {
					"type": "object", "required": ["name"], "additionalProperties": false,
					"properties": {
						"name": {"type": "string", "minLength": 1}, "version": {"type": "string"},
						"rules": {"type": "array", "uniqueItems": true, "items": {
							"type": "object", "required": ["id"], "additionalProperties": false,
							"properties": {
								"id": {"type": "string", "minLength": 1},
								"shortDescription": {"$ref": "#/$defs/message"},
								"defaultConfiguration": {"type": "object", "properties": {"level": {"$ref": "#/$defs/level"}}}
							}
						}}
					}
				}}},
				"results": {"type": "array", "items": {
					"type": "object", "required": ["message", "ruleId", "locations"], "additionalProperties": false,
					"properties": {
						"ruleId": {"type": "string", "minLength": 1},
						"level": {"$ref": "#/$defs/level"},
						"message": {"$ref": "#/$defs/message"},
						"locations": {"type": "array", "minItems": 1, "items": {
							"type": "object", "required": ["physicalLocation"], "additionalProperties": false,
							"properties": {"physicalLocation": {
								"type": "object", "required": ["artifactLocation", "region"], "additionalProperties": false,
								"properties": {
									"artifactLocation": {"type": "object", "required": ["uri"], "properties": {"uri": {"type": "string", "format": "uri-reference", "minLength": 1}}},
									"region": {"type": "object", "required": ["startLine", "startColumn"], "properties": {
										"startLine": {"type": "integer", "minimum": 1}, "startColumn": {"type": "integer", "minimum": 1}
									}}
								}
							}}
						}}
					}
				}}
			}
		}}
	},
	"$defs": {
		"level": {"enum": ["none", "note", "warning", "error"]},
		"message": {"type": "object", "required": ["text"], "additionalProperties": false, "properties": {"text": {"type": "string", "minLength": 1}}}
	}
}`

func TestSARIF(t *testing.T) {
	parsed, err := jsonschema.UnmarshalJSON(strings.NewReader(sarifEssentials))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	if err := compiler.AddResource("sarif.json", parsed); err != nil {
		t.Fatal(err)
	}
	schema := compiler.MustCompile("sarif.json")

	t.Chdir(t.TempDir())
	files := map[string]string{"決済 1.md": "# 決済\n\n- [ ] 気をつける\n", "a:b.md": "# a\n\n## Impact\n\nTom carelessly forgot it.\n", "none.md": ""}
	for name, content := range files {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, args := range [][]string{{"a:b.md", "決済 1.md"}, {"決済 1.md"}, {"--policy", "off.yml", "none.md"}} {
		off := "postmortem:\n  lint:\n"
		for _, r := range lint.Rules {
			off += "    " + r.ID + ": off\n"
		}
		if err := os.WriteFile("off.yml", []byte(off), 0o600); err != nil {
			t.Fatal(err)
		}
		out, errOut, code := lintOf(t, append([]string{"--format", "sarif"}, args...)...)
		if errOut != "" || (code == fine) != (len(args) == 3) {
			t.Errorf("%v: %d %s", args, code, errOut)
		}
		log, err := jsonschema.UnmarshalJSON(strings.NewReader(out))
		if err != nil {
			t.Fatalf("%v: %v in %s", args, err, out)
		}
		if err := schema.Validate(log); err != nil {
			t.Errorf("%v: %v", args, err)
		}
		for _, uri := range []string{`"uri":"./a:b.md"`, `"uri":"%E6%B1%BA%E6%B8%88%201.md"`} {
			if len(args) == 2 && strings.Count(out, uri) == 0 {
				t.Errorf("there is no %s in %s", uri, out)
			}
		}
	}
}
