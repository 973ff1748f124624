package words_test

import (
	"strings"
	"testing"

	"github.com/kintsugi-app/kintsugi/workflows/words"
)

func TestMasked(t *testing.T) {
	line := strings.Repeat("Ab1/", 16)
	for text, want := range map[string]string{
		"ghp_A1b2A1b2A1b2A1b2A1b2A1b2A1b2A1b2A1b2":                        "ghp_…",
		"x=ghs_1234567_eyJhbGciOi.eyJpc3Mi.s-ig_4 y":                      "x=ghs_… y",
		"(github_pat_11ABCDEFG0abcdef_ghijkl)":                            "(github_pat_…)",
		"gho_A1b2A1b2A1, ghr_A1b2A1b2A1":                                  "gho_…, ghr_…",
		"begins with ghp_":                                                "begins with ghp_",
		"a\n-----BEGIN RSA PRIVATE KEY-----\nMII\nx=":                     "a\n-----BEGIN RSA PRIVATE KEY-----…",
		"-----BEGIN PRIVATE KEY----- MII -----END PRIVATE KEY----- after": "-----BEGIN PRIVATE KEY-----… after",
		"-----BEGIN PUBLIC KEY-----":                                      "-----BEGIN PUBLIC KEY-----",
		"x\n" + line + "\n" + line[:20] + "==":                            "x\n…\n" + line[:20] + "==",
		strings.Repeat("w", 200):                                          strings.Repeat("w", 200),
		"16c3ae1e2ad18efbdd4c96dc73dd7a4bb586b8c2":                        "16c3ae1e2ad18efbdd4c96dc73dd7a4bb586b8c2",
	} {
		if got := words.Masked(text); got != want {
			t.Errorf("Masked(%q) = %q, want %q", text, got, want)
		}
	}
	hidden := words.Foreign("ghp_A1b2\u200bA1b2A1b2A1b2")
	if got := hidden.Inline(0) + hidden.Block(); strings.Contains(got, "A1b2") {
		t.Errorf("a token with a hidden space is shown: %q", got)
	}
}

func TestIsVisible(t *testing.T) {
	for _, good := range []string{"", "incident", "障害 P1", "👩\u200d🚒 on call", "@acme/x `y`"} {
		if !words.IsVisible(good) {
			t.Errorf("IsVisible(%q) is false", good)
		}
	}
	for _, bad := range []string{"a\nb", "a\tb", "a\rb", "a\x00", "\x1b[31m", "a\u202eb", "a\u200bb", "a\u2028b", "a\xff", "a\ufeff"} {
		if words.IsVisible(bad) {
			t.Errorf("IsVisible(%q) is true", bad)
		}
	}
}
