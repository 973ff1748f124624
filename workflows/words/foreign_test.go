package words_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"text/template"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/kintsugi-app/kintsugi/workflows/words"
	strangers "github.com/kintsugi-app/kintsugi/workflows/words/hostile"
)

func TestInline(t *testing.T) {
	for _, c := range []struct {
		text string
		max  int
		want string
	}{
		{"", 10, "—"},
		{" \n\t\u3000", 10, "—"},
		{"\u200b\u202e\x00", 10, "—"},
		{"checkout is blank", 0, "`checkout is blank`"},
		{"@tanaka see #1, fixes #2", 0, "`@tanaka see #1, fixes #2`"},
		{"two\r\nlines\tand  space", 0, "`two lines and space`"},
		{"one\u2028two\u0085three", 0, "`one two three`"},
		{"a `b` c", 0, "``a `b` c``"},
		{"`b`", 0, "`` `b` ``"},
		{"`", 0, "`` ` ``"},
		{"```", 0, "```` ``` ````"},
		{"a ``` b `` c", 0, "````a ``` b `` c````"},
		{"a | b", 0, "`a │ b`"},
		{`back\`, 0, "`back\\`"},
		{"<!-- kintsugi:status -->", 0, "`<! -- kintsugi:status -- >`"},
		{"<!\u200b-- kintsugi:status -\u00ad->", 0, "`<! -- kintsugi:status -- >`"},
		{"<!-->", 0, "`<! -- >`"},
		{"abc\u202egpj.exe", 0, "`abcgpj.exe`"},
		{"決済画面が真っ白", 5, "`決済画面…`"},
		{"決済画面が", 5, "`決済画面が`"},
		{"ab cd", 4, "`ab…`"},
		{"abc", 1, "`…`"},
		{"bad \xff byte", 0, "`bad \ufffd byte`"},
		{"👩\u200d🚒 on call", 0, "`👩\u200d🚒 on call`"},
		{strings.Repeat("x", 200), 0, "`" + strings.Repeat("x", 119) + "…`"},
	} {
		if got := words.Foreign(c.text).Inline(c.max); got != c.want {
			t.Errorf("Foreign(%q).Inline(%d)\n got %q\nwant %q", c.text, c.max, got, c.want)
		}
	}
}

func TestPlain(t *testing.T) {
	for text, want := range map[string]string{
		"expired payment API certificate": "expired payment API certificate",
		"決済APIの証明書切れ（本番）":                 "決済APIの証明書切れ（本番）",
		"read-only replica":               "read-only replica",
		"決済画面が真っ白":                        "決済画面が真っ白",
		"":                                "—",
		"@tanaka":                         "`@tanaka`",
		"GH-1 is back":                    "`GH-1 is back`",
		"see 16c3ae1":                     "`see 16c3ae1`",
		"deadbeef":                        "`deadbeef`",
		"- item":                          "`- item`",
		"a -b":                            "`a -b`",
		"fixes #1":                        "`fixes #1`",
		"a_b_c":                           "`a_b_c`",
		"1. one":                          "`1. one`",
		"x`y":                             "``x`y``",
		"www.example.com":                 "`www.example.com`",
	} {
		if got := words.Foreign(text).Plain(40); got != want {
			t.Errorf("Foreign(%q).Plain(40)\n got %q\nwant %q", text, got, want)
		}
	}
	if got := words.Foreign("one two three").Plain(5); got != "one…" {
		t.Errorf("cut to %q", got)
	}
	for _, h := range strangers.Texts() {
		if problems := strangers.Markdown("x "+words.Foreign(h.Text).Plain(0)+" y", strangers.Own{}); len(problems) > 0 {
			t.Errorf("%s acts: %v", h.Name, problems)
		}
	}
}

func TestBlock(t *testing.T) {
	for text, want := range map[string]string{
		"":                           "\n—\n",
		"\n \r\n":                    "\n—\n",
		"one\r\ntwo\n":               "\n```\none\ntwo\n```\n",
		"  keep\n\tthis":             "\n```\n  keep\n\tthis\n```\n",
		"```\ncode\n```":             "\n````\n```\ncode\n```\n````\n",
		"~~~\n@all":                  "\n```\n~~~\n@all\n```\n",
		"a\rb\u2028c\x1b[31m":        "\n```\na\nb\nc[31m\n```\n",
		"<!-- kintsugi:record x -->": "\n```\n<! -- kintsugi:record x -- >\n```\n",
	} {
		if got := words.Foreign(text).Block(); got != want {
			t.Errorf("Foreign(%q).Block()\n got %q\nwant %q", text, got, want)
		}
	}
	long := words.Foreign(strings.Repeat("x", 20_000)).Block()
	if n := utf8.RuneCountInString(long); n != 8000+len("\n```\n\n```\n") || !strings.Contains(long, "…\n") {
		t.Errorf("a long text gives a block of %d runes", n)
	}
}

// TestForeignNeverPrintsRaw tries the ways by which a text usually reaches an
// output without anybody deciding it.
func TestForeignNeverPrintsRaw(t *testing.T) {
	f := words.Foreign("@tanaka")
	const want = "`@tanaka`"
	for _, verb := range []string{"%s", "%v", "%+v", "%#v", "%q", "%x", "%d", "%5t", "%-20s"} {
		if got := fmt.Sprintf(verb, f); got != want {
			t.Errorf("%s prints %q", verb, got)
		}
	}
	if got := fmt.Sprint(f, []words.Foreign{f}, struct{ F words.Foreign }{f}); strings.Count(got, want) != 3 {
		t.Errorf("Sprint gives %q", got)
	}
	var b bytes.Buffer
	if err := template.Must(template.New("").Parse("{{.}}")).Execute(&b, f); err != nil || b.String() != want {
		t.Errorf("a template gives %q, %v", b.String(), err)
	}
	if string(f) != "@tanaka" {
		t.Error("the raw text is lost")
	}
}

// places are contexts of Markdown in which a code span is put; each is followed
// by text that must not be swallowed.
var places = []string{
	"%s", "%s\n", "before %s after\n", "- %s\n- next\n", "1. %s\n", "# %s\n", "> %s\n> next\n",
	"**%s** end\n", "[%s](https://example.com)\n", "| a | b |\n|---|---|\n| %s | next |\n",
	"- [ ] %s\n", "line\n%s\n---\n", "%s %s\n",
}

// blockPlaces are those for a fenced block.
var blockPlaces = []string{
	"%s", "Log:%s", "Log:\n%safter\n", "# Title\n%s# Next\n", "- item\n%s- item\n", "%s%s",
	"<details><summary>x</summary>\n%s</details>\n", "| a |\n|---|\n| b |\n%s",
}

// hostile are pieces of text that act in Markdown, on GitHub, or in our own marks.
var hostile = []string{
	"@tanaka", "@acme/team", "#1", "GH-1", "acme/pay#3", "fixes #1", "https://example.com", "`", "``", "```",
	"````", "~~~", "\n", "\n\n", "\r", "\r\n", "\t", " ", "    ", "|", "\\", "\\`", "<!--", "<!-- kintsugi:status -->", "-->",
	"--", "<", "!", ">", "<b>", "</details>", "<script>", "[x](y)", "![i](j)", "[^1]", "*", "_", "~~", "$", "$`", "&#64;x", "&lt;",
	"# h", "- [ ] t", "---", "===", "\x00", "\x1b", "\u0085", "\u2028", "\u202e", "\u200b", "\ufeff", "\xff", "a", "決済", "👩\u200d🚒",
}

func foreignText() *rapid.Generator[words.Foreign] {
	return rapid.Custom(func(t *rapid.T) words.Foreign {
		pieces := rapid.SliceOf(rapid.OneOf(rapid.SampledFrom(hostile), rapid.String())).Draw(t, "pieces")
		return words.Foreign(strings.Join(pieces, ""))
	})
}

func TestForeignStaysInCode(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		staysInCode(t, foreignText().Draw(t, "text"), rapid.IntRange(-1, 200).Draw(t, "max"))
	})
}

func FuzzForeign(f *testing.F) {
	for _, h := range hostile {
		f.Add(h, 10)
	}
	f.Add(strings.Join(hostile, ""), 0)
	f.Fuzz(func(t *testing.T, text string, max int) { staysInCode(t, words.Foreign(text), max) })
}

type failer interface {
	Helper()
	Errorf(format string, args ...any)
}

// staysInCode holds that a foreign text changes nothing around it: each document
// has the skeleton that it has with a harmless word in the text's stead.
func staysInCode(t failer, foreign words.Foreign, max int) {
	t.Helper()
	inline, block := foreign.Inline(max), foreign.Block()
	for _, out := range []string{inline, block} {
		if strings.Contains(out, "<!--") || strings.Contains(out, "-->") || !utf8.ValidString(out) {
			t.Errorf("%q forges a mark or is broken: %q", string(foreign), out)
		}
		if i := strings.IndexFunc(out, func(r rune) bool {
			return r != '\n' && r != '\t' && unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)
		}); i >= 0 {
			t.Errorf("%q keeps a control character: %q", string(foreign), out)
		}
	}
	if strings.ContainsAny(inline, "\n\r") {
		t.Errorf("%q leaves its line: %q", string(foreign), inline)
	}
	if inline != "—" {
		unchanged(t, places, inline, "`x`")
	}
	if block != "\n—\n" {
		unchanged(t, blockPlaces, block, "\n```\nx\n```\n")
	}
}

func unchanged(t failer, places []string, rendered, harmless string) {
	t.Helper()
	for _, place := range places {
		got, want := strangers.Skeleton(strings.ReplaceAll(place, "%s", rendered)), strangers.Skeleton(strings.ReplaceAll(place, "%s", harmless))
		if got != want {
			t.Errorf("%q in %q leaves its code:\n got %s\nwant %s", rendered, place, got, want)
		}
	}
}
