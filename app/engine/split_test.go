package engine

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// TestSplit: whatever the text, no part is too long, nothing of it is lost, and
// what stood in a code block or span stays in one.
func TestSplit(t *testing.T) {
	pieces := []string{
		"plain words", "\n", "\n\n", "```", "```go\n", "~~~~\n", "`@tanaka and @suzuki`", "`` ` ``", strings.Repeat("長", 70), strings.Repeat("x ", 40),
		"- item\n", words.Foreign("@all").Block(), "    ", "`", "````\n```\n````\n",
	}
	for i, p := range split("```go\n"+strings.Repeat("x\n", 300)+"```\n", 200) {
		if strings.Count(p, "```") != 2 {
			t.Errorf("part %d opens or closes its block alone:\n%s", i, p)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 100).Draw(t, "pieces"), "")
		most := rapid.IntRange(200, 500).Draw(t, "most")
		parts := split(text, most)
		cut := utf8.RuneCountInString(text) > most // then line ends around a part go
		kept := ""
		for i, p := range parts {
			if got := utf8.RuneCountInString(p); got > most {
				t.Fatalf("part %d of %q has %d characters, want %d", i, text, got, most)
			}
			var f fence
			for line := range strings.Lines(p) {
				f = f.after(line, most/4)
			}
			if len(parts) > 1 && i < len(parts)-1 && f.marks != "" {
				t.Fatalf("part %d of %q leaves a block open:\n%s", i, text, p)
			}
			kept += p
		}
		rest := text
		if cut {
			rest = strings.TrimLeft(rest, "\n")
		}
		for _, r := range kept {
			if next, size := utf8.DecodeRuneInString(rest); size > 0 && r == next {
				rest = rest[size:]
			}
			for strings.HasPrefix(rest, "\n") && cut { // a part does not end with them
				rest = rest[1:]
			}
		}
		if rest != "" {
			t.Fatalf("of %q this is missing in %q: %q", text, parts, rest)
		}
	})
}

// TestSplitMentions: a name that stands in a code span or block never leaves it
// by being cut.
func TestSplitMentions(t *testing.T) {
	for _, text := range []string{
		strings.Repeat("`@tanaka, @suzuki and @sato` ", 50),
		strings.Repeat("``@tanaka ` @suzuki``", 50),
		words.Foreign(strings.Repeat("@tanaka @suzuki\n", 50)).Block(),
		words.Foreign(strings.Repeat("@tanaka @suzuki ", 50)).Block(),
	} {
		for most := 45; most < 120; most++ {
			for _, p := range split(text, most) {
				for _, outside := range outsideCode(p) {
					if strings.Contains(outside, "@") {
						t.Fatalf("cut at %d, a name escapes its code: %q in %q", most, outside, p)
					}
				}
			}
		}
	}
}

// outsideCode are the stretches of a part that stand in no code.
func outsideCode(part string) []string {
	var out []string
	var f fence
	for line := range strings.Lines(part) {
		was := f.marks
		f = f.after(line, len(part))
		if was != "" || f.marks != "" || strings.HasPrefix(line, "    ") {
			continue
		}
		for line != "" {
			before, rest, found := strings.Cut(line, "`")
			out = append(out, before)
			if !found {
				break
			}
			ticks := "`" + rest[:len(rest)-len(strings.TrimLeft(rest, "`"))]
			rest = rest[len(ticks)-1:]
			i := 0
			for ; i < len(rest); i++ {
				if strings.HasPrefix(rest[i:], ticks) && !strings.HasPrefix(rest[i:], ticks+"`") && (i == 0 || rest[i-1] != '`') {
					break
				}
			}
			if i == len(rest) {
				out = append(out, rest)
				break
			}
			line = rest[i+len(ticks):]
		}
	}
	return out
}

// TestShorten: the sentence stands on its own and says how much is missing.
func TestShorten(t *testing.T) {
	text := strings.Repeat("one line of text\n", 100)
	for _, c := range []struct {
		lang words.Language
		want string
	}{{words.English, "more characters were left out)"}, {words.Japanese, "文字は省きました）"}} {
		got := shorten(text, 500, c.lang)
		if n := utf8.RuneCountInString(got); n > 500 || n < 400 || !strings.HasSuffix(got, c.want) {
			t.Errorf("%d characters: %q", n, got)
		}
	}
	if shorten("short", 500, words.English) != "short" {
		t.Error("a short text was changed")
	}
}
