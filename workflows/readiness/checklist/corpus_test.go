package checklist_test

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/kintsugi-app/kintsugi/workflows/document"
	"github.com/kintsugi-app/kintsugi/workflows/readiness/checklist"
)

// enough is the share of the items of real checklists that must be found, and of
// what is found that must be one.
const enough = 0.95

// TestCorpus imports real checklists. What there is to be found is looked for line by
// line, without the reader of Markdown, and its number must be the one that a person
// counted (testdata/corpus-items.txt), so that neither can be wrong alone. Each
// checklist that comes out is parsed, and written to the folder that
// KINTSUGI_CORPUS_OUT names, to be judged by eye. KINTSUGI_CORPUS names a folder of
// Markdown files that are named NUMBER-…, or has it beside it as readiness. They are
// other people's, and so not part of this repository: without them the test is
// skipped, everywhere.
func TestCorpus(t *testing.T) {
	folder := os.Getenv("KINTSUGI_CORPUS")
	if folder == "" {
		t.Skip("KINTSUGI_CORPUS names no folder of checklists")
	}
	var files []string
	for _, place := range []string{filepath.Join(folder, "readiness"), filepath.Join(filepath.Dir(filepath.Clean(folder)), "readiness")} {
		if files, _ = filepath.Glob(filepath.Join(place, "*.md")); len(files) > 0 {
			break
		}
	}
	if len(files) == 0 {
		t.Skipf("there are no checklists in %s, nor beside it", folder)
	}
	counted := counts(t)
	var all, known, found int
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		number, _, _ := strings.Cut(filepath.Base(file), "-")
		want, judged := counted[number]
		if !judged {
			t.Errorf("nobody has counted the items of %s", filepath.Base(file))
			continue
		}
		truth := itemLines(string(src))
		if len(truth) != want {
			t.Errorf("%s: a person counted %d items, and %d lines have one", filepath.Base(file), want, len(truth))
		}
		got := checklist.Import(document.Read(string(src)), "")
		hits := 0
		for _, line := range got.Lines {
			if truth[line] {
				hits++
			}
			delete(truth, line)
		}
		for line := range truth {
			t.Logf("%s:%d is not found", filepath.Base(file), line)
		}
		t.Logf("%s: %d items, %d found, %d of them right", number, want, len(got.Lines), hits)
		all, known, found = all+want, known+hits, found+len(got.Lines)
		if float64(hits) < enough*float64(want) {
			t.Errorf("%s: %d of %d items are found", filepath.Base(file), hits, want)
		}
		if got.Checklist != nil {
			yaml := got.Checklist.YAML()
			if _, problems := checklist.Parse(file, yaml); len(problems) > 0 {
				t.Errorf("%s: what comes out has problems: %v", filepath.Base(file), problems)
			}
			judgeByEye(t, filepath.Base(file), yaml)
		}
	}
	t.Logf("%d items, %d found (%.3f); of what is found %.3f are items", all, known, float64(known)/float64(all), float64(known)/float64(found))
	if float64(known) < enough*float64(found) {
		t.Error("too much is taken for an item")
	}
}

func counts(t *testing.T) map[string]int {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", "corpus-items.txt"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	counted := map[string]int{}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var number string
		var n int
		if _, err := fmt.Sscan(lines.Text(), &number, &n); err == nil {
			counted[number] = n
		}
	}
	return counted
}

var (
	boxLine      = regexp.MustCompile(`^\s*(?:[-*+]|\d+[.)])\s+\[[ xX]\]\s`)
	checkHead    = regexp.MustCompile(`(?i)^\|\s*check name\s*\|`)
	boldQuestion = regexp.MustCompile(`^\* \*\*[^*]*\?\*\*`)
)

// itemLines are the lines of a source on which an item begins: a box, unless it is
// an answer to a question above it, a row of a table of checks, a question in bold.
// Bold text may go on in the next line.
func itemLines(src string) map[int]bool {
	items := map[int]bool{}
	inTable, inQuestion := false, false
	lines := strings.Split(src, "\n")
	for i, line := range lines {
		next := ""
		if i+1 < len(lines) {
			next = " " + strings.TrimSpace(lines[i+1])
		}
		isQuestion := boldQuestion.MatchString(line) || strings.Count(line, "**") == 1 && boldQuestion.MatchString(line+next)
		inQuestion = isQuestion || inQuestion && !strings.HasPrefix(line, "#")
		switch {
		case checkHead.MatchString(line):
			inTable = true
			continue
		case !strings.HasPrefix(line, "|"):
			inTable = false
		}
		if isQuestion || boxLine.MatchString(line) && !inQuestion || inTable && !strings.HasPrefix(line, "| :-") {
			items[i+1] = true
		}
	}
	return items
}

// judgeByEye keeps what comes out of a checklist for somebody to read.
func judgeByEye(t *testing.T, name string, yaml []byte) {
	t.Helper()
	folder := os.Getenv("KINTSUGI_CORPUS_OUT")
	if folder == "" {
		return
	}
	if err := os.WriteFile(filepath.Join(folder, strings.TrimSuffix(name, ".md")+".yml"), yaml, 0o600); err != nil {
		t.Fatal(err)
	}
}
