package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/kintsugi-app/kintsugi/app/doctor"
)

var guides = []string{"install.md", "install.ja.md", "leaving.md", "leaving.ja.md"}

func guide(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("..", "..", "docs", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// TestInstallNamesTheNeeds holds the tables of docs/install.md to the doctor's
// list, those of docs/install.ja.md to its names, and both to nothing besides.
func TestInstallNamesTheNeeds(t *testing.T) {
	english, japanese := guide(t, "install.md"), guide(t, "install.ja.md")
	needs := 0
	row := func(format string, args ...any) {
		if want := fmt.Sprintf(format, args...); !strings.Contains(english, want) {
			t.Errorf("docs/install.md lacks %s", want)
		}
		needs++
	}
	rowJa := func(format string, args ...any) {
		if want := fmt.Sprintf(format, args...); !strings.Contains(japanese, want) {
			t.Errorf("docs/install.ja.md lacks %s", want)
		}
	}
	for _, p := range doctor.NeededPermissions() {
		level := strings.ReplaceAll(p.Level, "write", "read and write")
		if p.Optional {
			row("| %s: %s (optional) | %s | %s |\n", p.Title, level, p.For, p.Without)
			rowJa("\n| %s: %s（任意） | ", p.Title, level)
			continue
		}
		row("| %s: %s | %s | %s |\n", p.Title, level, p.For, p.Without)
		rowJa("\n| %s: %s | ", p.Title, level)
	}
	for _, e := range doctor.NeededEvents() {
		english, japanese := "", ""
		if e.Optional {
			english, japanese = " (optional)", "（任意）"
		}
		row("| %s%s | %s | %s |\n", e.Title, english, e.For, e.Without)
		rowJa("\n| %s%s | ", e.Title, japanese)
	}
	const heads = 4 // and rules beneath them, of two tables
	for name, text := range map[string]string{"install.md": english, "install.ja.md": japanese} {
		if rows := strings.Count(text, "\n|"); rows != needs+heads {
			t.Errorf("docs/%s has %d rows, and %d are needed", name, rows-heads, needs)
		}
	}
}

var (
	inCode   = regexp.MustCompile("`(kintsugi [^`]*)`|(?m:^(kintsugi .*)$)")
	linked   = regexp.MustCompile(`\]\(([^)#:]+)(?:#[^)]*)?\)`)
	flagName = regexp.MustCompile(`^--([a-z-]+)`)
)

// TestGuidesAreTrue: every command that they show exists, with its flags, and
// every page that they name.
func TestGuidesAreTrue(t *testing.T) {
	for _, name := range guides {
		text := guide(t, name)
		shown := 0
		for _, m := range inCode.FindAllStringSubmatch(text, -1) {
			shown++
			words := strings.Fields(m[1] + m[2])
			c, _, err := newRoot().Find(words[1:])
			if err != nil || !c.Runnable() {
				t.Errorf("docs/%s shows %q, which is no command (%v)", name, strings.Join(words, " "), err)
				continue
			}
			for _, word := range words {
				if f := flagName.FindStringSubmatch(word); f != nil && c.Flags().Lookup(f[1]) == nil {
					t.Errorf("docs/%s shows %q, and there is no --%s", name, strings.Join(words, " "), f[1])
				}
			}
		}
		for _, m := range linked.FindAllStringSubmatch(text, -1) {
			shown++
			if _, err := os.Stat(filepath.Join("..", "..", "docs", m[1])); err != nil {
				t.Errorf("docs/%s leads to %s, which is not there", name, m[1])
			}
		}
		if shown < 5 {
			t.Errorf("docs/%s: only %d commands and links were found", name, shown)
		}
	}
}

// TestGuidesAreEqual: both languages show the same commands in the same order.
func TestGuidesAreEqual(t *testing.T) {
	blocks := regexp.MustCompile("(?s)\n```\n(.*?)\n```\n")
	same := strings.NewReplacer(" --lang ja", "", "labels=障害", "labels=incident")
	for _, name := range []string{"install", "leaving"} {
		english, japanese := blocks.FindAllString(guide(t, name+".md"), -1), blocks.FindAllString(guide(t, name+".ja.md"), -1)
		if len(english) < 2 || len(english) != len(japanese) {
			t.Fatalf("docs/%s: %d and %d blocks", name, len(english), len(japanese))
		}
		for i := range english {
			if same.Replace(japanese[i]) != english[i] {
				t.Errorf("docs/%s.ja.md shows %s, and the English page %s", name, japanese[i], english[i])
			}
		}
	}
}
