package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/kintsugi-app/kintsugi/workflows/policy"
	"github.com/kintsugi-app/kintsugi/workflows/words"
	"github.com/kintsugi-app/kintsugi/workflows/words/hostile"
)

// policyPages are the documentation of the policy, in both languages.
var policyPages = []string{"../../docs/policy.md", "../../docs/policy.ja.md"}

func policyPage(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.FromSlash(name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// keysOf are all keys that a part of the schema names.
func keysOf(schema map[string]any) []string {
	var all []string
	properties, _ := schema["properties"].(map[string]any)
	for name, of := range properties {
		all = append(all, name)
		if part, ok := of.(map[string]any); ok {
			all = append(all, keysOf(part)...)
		}
	}
	for _, deeper := range []string{"items", "additionalProperties"} {
		if part, ok := schema[deeper].(map[string]any); ok {
			all = append(all, keysOf(part)...)
		}
	}
	return all
}

// TestEveryKeyIsDocumented: each key of the schema is explained in both
// languages, and stands in an example or has one beside it.
func TestEveryKeyIsDocumented(t *testing.T) {
	keys := keysOf(policy.Schema(sections()))
	if len(keys) < 15 {
		t.Fatalf("the schema has %d keys only: %v", len(keys), keys)
	}
	for _, name := range policyPages {
		text := policyPage(t, name)
		for _, key := range keys {
			if !strings.Contains(text, "`"+key+"`") && !strings.Contains(text, "## "+key+"\n") {
				t.Errorf("%s does not explain `%s`", name, key)
			}
			if !regexp.MustCompile(`(?m)(^[ -]*|[{ ])`+key+`:`).MatchString(text) && !strings.Contains(text, "| `"+key+"` | `") {
				t.Errorf("%s gives no example of `%s`", name, key)
			}
		}
	}
}

var yamlBlock = regexp.MustCompile("(?s)```yaml\n(.*?)```")

// TestPolicyExamplesAreRead: what the documentation shows is what the reader takes.
func TestPolicyExamplesAreRead(t *testing.T) {
	for _, name := range policyPages {
		blocks := yamlBlock.FindAllStringSubmatch(policyPage(t, name), -1)
		if len(blocks) < 3 {
			t.Errorf("%s has %d examples", name, len(blocks))
		}
		for _, block := range blocks {
			if _, problems := policy.Parse(name, []byte(block[1]), sections()); len(problems) > 0 {
				t.Errorf("%v in\n%s", problems, block[1])
			}
		}
	}
}

// TestKnownCountriesAreDocumented: the list in the documentation is the one that
// the reader has.
func TestKnownCountriesAreDocumented(t *testing.T) {
	_, problems := policy.Parse("x", []byte("holidays: [nowhere]"), sections())
	_, list, found := strings.Cut(problems[0].Message, "one of `")
	if !found {
		t.Fatal(problems)
	}
	for _, name := range policyPages {
		if !strings.Contains(policyPage(t, name), ": "+strings.TrimSuffix(list, "`")) {
			t.Errorf("%s does not list %s", name, list)
		}
	}
}

// TestValidateStrangers: whatever a file holds, what is said of it does nothing
// to a terminal or a job's log.
func TestValidateStrangers(t *testing.T) {
	for _, text := range hostile.Texts() {
		file := filepath.Join(t.TempDir(), "x.yml")
		if err := os.WriteFile(file, []byte("language: "+text.Text+"\n"+text.Text+": 1\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		problems, err := validate(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, lang := range []words.Language{words.English, words.Japanese} {
			var b strings.Builder
			if err := showProblems(&b, "text", problems, lang); err != nil {
				t.Fatal(err)
			}
			if faults := hostile.Job(b.String()); len(faults) > 0 {
				t.Errorf("%s: %q: %q", text.Name, b.String(), faults)
			}
		}
	}
}
