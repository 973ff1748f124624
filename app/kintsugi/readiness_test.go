package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/kintsugi-app/kintsugi/templates"
	"github.com/kintsugi-app/kintsugi/workflows/readiness/checklist"
)

// TestReadinessScripts runs the commands as people do, in both languages and both
// formats. KINTSUGI_UPDATE_GOLDEN=1 rewrites what they print.
func TestReadinessScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:           filepath.Join("testdata", "readiness"),
		UpdateScripts: os.Getenv("KINTSUGI_UPDATE_GOLDEN") == "1",
		Cmds:          map[string]func(ts *testscript.TestScript, neg bool, args []string){"exits": exits},
	})
}

var (
	yamlBlocks = regexp.MustCompile("(?s)```yaml\n(.*?)```")
	// What a workflow says to people.
	proseInYAML = regexp.MustCompile(`description: "[^"]*"| # [^v].*`)
	countRows   = regexp.MustCompile("(?m)^\\| `(small|standard|critical)` \\| (\\d+) \\|")
)

// TestReadinessGuides: what both guides show can be read and is the same list but for
// its words, and the sizes that they name are true.
func TestReadinessGuides(t *testing.T) {
	var shapes [2][]string
	for i, name := range []string{"readiness.md", "readiness.ja.md"} {
		text, err := os.ReadFile(filepath.Join("..", "..", "docs", name))
		if err != nil {
			t.Fatal(err)
		}
		for _, block := range yamlBlocks.FindAllSubmatch(text, -1) {
			if bytes.Contains(block[1], []byte("\njobs:")) {
				shapes[i] = append(shapes[i], proseInYAML.ReplaceAllString(string(block[1]), ""))
				continue
			}
			c, problems := checklist.Parse(name, block[1])
			if c == nil {
				t.Fatalf("%s: %v\n%s", name, problems, block[1])
			}
			for _, item := range c.Items {
				shapes[i] = append(shapes[i], item.ID, string(item.Level), item.When.String(), item.ValidFor.String())
			}
		}
		for _, row := range countRows.FindAllSubmatch(text, -1) {
			c, problems := checklist.Parse(name, templates.Readiness(string(row[1]), "ci.yml").Content)
			if c == nil {
				t.Fatal(problems)
			}
			shapes[i] = append(shapes[i], string(row[1]))
			if got := len(c.Items); string(row[2]) != strconv.Itoa(got) {
				t.Errorf("%s: %s has %d items", name, row[1], got)
			}
		}
	}
	if diff := cmp.Diff(shapes[0], shapes[1]); diff != "" || len(shapes[0]) < 7 {
		t.Errorf("the guides differ, or show nothing:\n%s", diff)
	}
}
