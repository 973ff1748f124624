package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestAudit: in each file of testdata just that is found which stands behind its lines.
func TestAudit(t *testing.T) {
	files, err := filepath.Glob("testdata/*")
	if err != nil || len(files) < 4 {
		t.Fatal(files, err)
	}
	seen := map[string]bool{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var want, got []string
		for n, line := range strings.Split(string(text), "\n") {
			if _, rules, ok := strings.Cut(line, " # "); ok && !strings.HasPrefix(rules, "v") {
				for rule := range strings.FieldsSeq(rules) {
					want = append(want, fmt.Sprint(n+1, " ", rule))
					seen[rule] = true
				}
			}
		}
		documents, err := read(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range documents {
			findings, err := audit(d.text)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range findings {
				got = append(got, fmt.Sprint(d.line+f.line, " ", f.rule))
			}
		}
		slices.Sort(want)
		slices.Sort(got)
		if !slices.Equal(want, got) {
			t.Errorf("%s: found %q, want %q", file, got, want)
		}
	}
	rules, err := os.ReadFile("rules.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`a\.say\([^"]*"([a-z-]+)"`).FindAllSubmatch(rules, -1) {
		if !seen[string(m[1])] {
			t.Errorf("nothing in testdata shows %s", m[1])
		}
	}
}

func TestAuditBrokenFile(t *testing.T) {
	if found, err := audit("jobs: {a: [}"); err == nil {
		t.Errorf("%v is found in what is no YAML", found)
	}
}
