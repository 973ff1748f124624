package document_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/kintsugi-app/kintsugi/workflows/document"
)

// at builds the lines that a case expects.
func at(line, column int, text string) document.Line {
	return document.Line{Text: text, Line: line, Column: column}
}

func TestCommandLines(t *testing.T) {
	for _, c := range []struct {
		name, src string
		want      []document.Line
	}{
		{"empty", "", nil},
		{"no command", "It is down.\nSince 2:40", nil},
		{"one", "/ack", []document.Line{at(1, 1, "/ack")}},
		{"full width, not folded", "／重大度　２", []document.Line{at(1, 1, "／重大度　２")}},
		{"any case", "/ACK", []document.Line{at(1, 1, "/ACK")}},
		{"arguments and trailing space", "/started 2:40 JST \t\n", []document.Line{at(1, 1, "/started 2:40 JST")}},
		{"first, middle and last line", "/ack\nI am on it\n/sev 2\n\n/started 2:40", []document.Line{
			at(1, 1, "/ack"), at(3, 1, "/sev 2"), at(5, 1, "/started 2:40"),
		}},
		{"after text without a blank line", "Looks bad.\n/sev 1", []document.Line{at(2, 1, "/sev 1")}},
		{"three blanks", "   /ack", []document.Line{at(1, 4, "/ack")}},
		{"blanks inside a paragraph", "text\n  /ack", []document.Line{at(2, 3, "/ack")}},
		{"four blanks is code", "    /ack", nil},
		{"four blanks inside a paragraph", "text\n    /ack", nil},
		{"a tab is code", "\t/ack", nil},
		{"in the middle of a line", "please /ack", nil},
		{"a lone slash, a path, a comment", "/\n/usr/bin/env\n// no", []document.Line{
			at(1, 1, "/"), at(2, 1, "/usr/bin/env"), at(3, 1, "// no"),
		}},
		{"line ends of every kind", "a\r\n/ack\r\nb\r/sev 2\r\r/note x\r\n", []document.Line{
			at(2, 1, "/ack"), at(4, 1, "/sev 2"), at(6, 1, "/note x"),
		}},
		{"byte order mark", "\ufeff/ack", []document.Line{at(1, 1, "/ack")}},
		{"Markdown after the slash stays raw", "/note **x** `y` <!-- z --> [a](b)\\", []document.Line{
			at(1, 1, "/note **x** `y` <!-- z --> [a](b)\\"),
		}},
		{"hard line breaks", "/ack  \n/sev 2\\\n/note", []document.Line{
			at(1, 1, "/ack"), at(2, 1, `/sev 2\`), at(3, 1, "/note"),
		}},

		{"fence", "```\n/ack\n```", nil},
		{"fence of tildes", "~~~\n/ack\n~~~", nil},
		{"fence left open", "```\n/ack", nil},
		{"a shorter fence does not close", "````\n```\n/ack\n````", nil},
		{"after a fence", "```\nx\n```\n/ack", []document.Line{at(4, 1, "/ack")}},
		{"code span over lines", "see `a\n/ack\nb`", nil},
		{"code span left open", "see `a\n/ack", []document.Line{at(2, 1, "/ack")}},
		{"longer code span", "see ``a `\n/ack\n``", nil},

		{"quotation", "> /ack", nil},
		{"lazy continuation", "> quoted\n/ack", nil},
		{"after a quotation", "> quoted\n\n/ack", []document.Line{at(3, 1, "/ack")}},
		{"alert", "> [!NOTE]\n> /ack", nil},
		{"reply by mail", "On Monday, Sato wrote:\n> /resolved\n> thanks", nil},
		{"list", "- /ack\n* /ack\n+ /ack\n1. /ack", nil},
		{"continuation of a list item", "- item\n/ack", nil},
		{"paragraph in a list item", "- item\n\n  /ack", nil},
		{"after a list", "- item\n\n/ack", []document.Line{at(3, 1, "/ack")}},
		{"task list", "- [ ] /ack", nil},

		{"heading", "# /ack", nil},
		{"title over a line of dashes", "/ack\n---", nil},
		{"title over equals signs", "/ack\n===", nil},
		{"after a rule", "---\n/ack", []document.Line{at(2, 1, "/ack")}},
		{"table", "| a |\n|---|\n| /ack |", nil},
		{"header of a table", "/a | b\n---|---\nc | d", nil},
		{"row of a table", "| a |\n|---|\n/ack", nil},
		{"after a table", "| a |\n|---|\n| b |\n\n/ack", []document.Line{at(5, 1, "/ack")}},

		{"HTML block", "<div>\n/ack\n</div>", nil},
		{"HTML block, then text", "<div>\n\n/ack\n\n</div>", []document.Line{at(3, 1, "/ack")}},
		{"folded details", "<details>\n<summary>x</summary>\n/ack\n</details>", nil},
		{"comment", "<!--\n/ack\n-->", nil},
		{"comment with a blank line", "<!-- a\n\n/ack\n-->\n\n/sev 2", []document.Line{at(6, 1, "/sev 2")}},
		{"comment left open", "<!--\n/ack", nil},
		{"comment inside a line", "text <!-- a\n/ack\n--> more", nil},
		{"tag over lines", "text <a title='\n/ack'>x</a>", nil},
		{"script", "<script>\n\n/ack\n</script>", nil},

		{"text of a link", "[see\n/ack](https://example.com)", nil},
		{"title of a link", "[see](https://example.com 'x\n/ack')", nil},
		{"address of a link definition", "[see]:\n/ack\n\n/sev 2", []document.Line{at(4, 1, "/sev 2")}},
		{"text of an image", "![see\n/ack](https://example.com)", nil},
		{"not a link after all", "[see\n/ack] x", []document.Line{at(2, 1, "/ack] x")}},
		{"emphasis", "*see\n/ack*", nil},
		{"struck through", "~~no\n/ack~~", nil},
		{"escaped", `\/ack`, nil},
		{"entity", "&#47;ack", nil},

		{"invalid UTF-8", "/note \xff\xfe\n\xff/ack", []document.Line{at(1, 1, "/note \xff\xfe")}},
		{"NUL", "/note a\x00b\n\x00/ack", []document.Line{at(1, 1, "/note a\x00b")}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, document.CommandLines(c.src)); diff != "" {
				t.Errorf("CommandLines(%q) (-want +got)\n%s", c.src, diff)
			}
		})
	}
}

// TestCommandLinesAmongMarks reads commands in sources beyond the limits of tame.
func TestCommandLinesAmongMarks(t *testing.T) {
	logs := strings.Repeat("2026-11-20 [INFO] [pay] retry_count=3 ~ `x`\n", 1_000)
	nested := strings.Repeat(">", 5_000) + " deep\n"
	for name, c := range map[string]struct {
		src  string
		want []document.Line
	}{
		"log":                {logs + "/ack", []document.Line{at(1_001, 1, "/ack")}},
		"log in a fence":     {"```````\n" + logs + "/ack\n```````\n/sev 2", []document.Line{at(1_004, 1, "/sev 2")}},
		"log in a list":      {"* a\n/ack\n\n" + logs + "\n/note `[x]`", []document.Line{at(1_005, 1, "/note `[x]`")}},
		"deep quotation":     {nested + "/ack\n\n/sev 2", []document.Line{at(4, 1, "/sev 2")}},
		"deep list":          {strings.Repeat("1. ", 5_000) + "deep\n/ack\n\n/sev 2", []document.Line{at(4, 1, "/sev 2")}},
		"wide indented code": {strings.Repeat(" ", 200) + "x\n/ack", []document.Line{at(2, 1, "/ack")}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, document.CommandLines(c.src)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// TestCommandLinesBounded gives the parser what nests or repeats as deep as a
// comment on GitHub can be long. It only has to come back.
func TestCommandLinesBounded(t *testing.T) {
	for _, piece := range []string{
		">", "> ", "- ", "[", "![", "](", "*", "**a ", "_a*", "`", "`a``", "<", "<!--", "<a ", "~~", "|", "\\", "&", "\n",
		"1. ", "[a]: /b\n", "a|b\n-|-\n", "/a\n", "\r", "\x00", "\xff", "/a `\n",
		"\\``\n[", "\\``_\n", "[](", "[a](b", "+ ", "\n*~",
	} {
		document.CommandLines(strings.Repeat(piece, 65_536/len(piece)) + "\n\n/ack")
	}
}

var pieces = []string{
	"/ack", "／重大度 2", "/", "\n", "\r\n", "\r", "\n\n", " ", "    ", "\t", "> ", "- ", "1. ", "# ", "---\n", "===\n", "```\n", "~~~\n", "`",
	"``", "<!--", "-->", "<div>\n", "</div>\n", "[", "](", ")", "]: ", "| a |\n", "|---|\n", "*", "~~", "\\", "text", "検知",
	"\x00", "\xff", "\ufeff",
}

func TestCommandLinesAreLines(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		src := strings.Join(rapid.SliceOf(rapid.SampledFrom(pieces)).Draw(t, "pieces"), "")
		areLines(t, src)
		if strings.ContainsAny(src, "[]<") {
			return // what follows may define a link or close a tag and change what stands before it
		}
		// A blank line ends whatever a quotation or a list holds, so quoting
		// everything leaves no command at all.
		quoted := "> " + strings.NewReplacer("\r\n", "\n> ", "\r", "\n> ", "\n", "\n> ").Replace(src)
		if got := document.CommandLines(quoted); got != nil {
			t.Errorf("CommandLines(%q) = %v, want nothing from a quotation", quoted, got)
		}
	})
}

func FuzzCommandLines(f *testing.F) {
	for _, p := range pieces {
		f.Add(p + "\n/ack")
	}
	f.Add(strings.Join(pieces, ""))
	f.Fuzz(func(t *testing.T, src string) { areLines(t, src) })
}

type failer interface {
	Helper()
	Errorf(format string, args ...any)
}

// areLines holds that every answer is a line of the source, at its place and in
// order.
func areLines(t failer, src string) {
	t.Helper()
	source := strings.Split(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(strings.TrimPrefix(src, "\ufeff")), "\n")
	before := 0
	for _, l := range document.CommandLines(src) {
		if l.Line <= before || l.Line > len(source) || l.Column < 1 || l.Column > 4 {
			t.Errorf("%q: line out of place: %+v", src, l)
			return
		}
		before = l.Line
		if got := strings.TrimSpace(source[l.Line-1][l.Column-1:]); got != l.Text {
			t.Errorf("%q: line %d is %q, not %q", src, l.Line, got, l.Text)
		}
		if r, _ := utf8.DecodeRuneInString(l.Text); r != '/' && r != '／' {
			t.Errorf("%q: %q begins with no slash", src, l.Text)
		}
	}
}

func BenchmarkCommandLines(b *testing.B) {
	for name, src := range map[string]string{
		"speech":  strings.Repeat("A paragraph with **some** `code`, and a [link](https://example.com).\n\n- item\n", 150),
		"command": strings.Repeat("A paragraph with **some** `code`, and a [link](https://example.com).\n\n- item\n", 150) + "\n\n/ack",
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				document.CommandLines(src)
			}
		})
	}
}
