package words_test

import (
	"strings"
	"testing"

	"github.com/kintsugi-app/kintsugi/workflows/words"
	strangers "github.com/kintsugi-app/kintsugi/workflows/words/hostile"
)

func TestLogin(t *testing.T) {
	for _, good := range []string{
		"a", "tanaka", "Tanaka-7", "7of9", "tanaka_acme", "dependabot[bot]", "kintsugi-acme[bot]", "old-",
		"two--hyphens", strings.Repeat("a", 39),
	} {
		if got, ok := words.Login(good); !ok || got != good {
			t.Errorf("Login(%q) = %q, %v", good, got, ok)
		}
	}
	for _, bad := range []string{
		"", "-a", "_a", "a_", "@tanaka", "a b", "a.b", "a/b", "田中", "a\n", "a[bot]b", "[bot]", "a[BOT]", "ａ",
		"a`", "<b>", strings.Repeat("a", 40), "---",
	} {
		if got, ok := words.Login(bad); ok || got != "" {
			t.Errorf("Login(%q) = %q, %v, want it refused", bad, got, ok)
		}
	}
}

func TestName(t *testing.T) {
	for account, want := range map[string]string{
		"tanaka":          "tanaka",
		"dependabot[bot]": "dependabot[bot]",
		"@tanaka":         "`@tanaka`",
		"田中":              "`田中`",
		"":                "—",
		"GH-7":            "`GH-7`",
		"gh-7":            "`gh-7`",
		"deadbeef":        "`deadbeef`",
		"facade":          "facade",
		"deadbeef-":       "`deadbeef-`",
		"ops-gh-7":        "`ops-gh-7`",
		"abcdefg-7":       "abcdefg-7",
		"a_\n@all":        "`a_ @all`",
	} {
		if got := words.Name(account); got != want {
			t.Errorf("Name(%q) = %q, want %q", account, got, want)
		}
	}
}

// TestNameIsText holds that a login shown plainly has no meaning in Markdown.
func TestNameIsText(t *testing.T) {
	for _, name := range []string{"a", "tanaka_acme", "a_b_c", "a--b", "old-", "7", "dependabot[bot]", "x_y-z_w"} {
		for _, place := range places {
			if name == "dependabot[bot]" && strings.Contains(place, "](") {
				continue // the bracket would end the text of the link around it
			}
			got := strangers.Skeleton(strings.ReplaceAll(place, "%s", words.Name(name)))
			want := strangers.Skeleton(strings.ReplaceAll(place, "%s", "name"))
			for _, kind := range []string{"Link", "Emphasis", "CodeSpan", "HTML", "List", "ThematicBreak", "Paragraph"} {
				if strings.Count(got, "("+kind) != strings.Count(want, "("+kind) {
					t.Errorf("%q in %q changes a %s: %s", name, place, kind, got)
				}
			}
		}
	}
}
