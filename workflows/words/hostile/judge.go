package hostile

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"
)

// markdown reads as GitHub does, footnotes and all.
var markdown = goldmark.New(goldmark.WithExtensions(extension.GFM, extension.Footnote)).Parser()

// Skeleton writes down the nodes of a Markdown text with all that stands
// outside of code. Two texts that differ only in what they quote have the same
// one.
func Skeleton(src string) string {
	var b strings.Builder
	source := []byte(src)
	run := "" // of text, however many nodes it was read as
	flush := func() {
		if run != "" {
			fmt.Fprintf(&b, " %q", run)
		}
		run = ""
	}
	_ = ast.Walk(markdown.Parse(text.NewReader(source)), func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if t, ok := n.(*ast.Text); ok {
			if entering {
				run += string(t.Segment.Value(source))
				if t.SoftLineBreak() || t.HardLineBreak() {
					run += "\n"
				}
			}
			return ast.WalkContinue, nil
		}
		flush()
		if !entering {
			b.WriteString(")")
			return ast.WalkContinue, nil
		}
		fmt.Fprintf(&b, "(%s", n.Kind())
		switch n := n.(type) {
		case *ast.CodeSpan, *ast.FencedCodeBlock:
			return ast.WalkSkipChildren, nil
		case *ast.RawHTML:
			fmt.Fprintf(&b, " %q", n.Segments.Value(source))
		case *ast.HTMLBlock:
			fmt.Fprintf(&b, " %q", n.Lines().Value(source))
		case *ast.Link:
			fmt.Fprintf(&b, " %q", n.Destination)
		}
		return ast.WalkContinue, nil
	})
	return b.String()
}

// Own is what of the things that act a text of ours may hold.
type Own struct {
	// Mentions are whom it calls, such as "@tanaka"; References are what it
	// refers to, such as "#12".
	Mentions, References []string
	// Links begin with one of these.
	Links []string
	// Table, Heading, List and Fold are true where ours has one.
	Table, Heading, List, Fold bool
}

// The HTML that is ours: small print, a fold whose name is a word, and the marks
// on lines of their own.
var (
	ownTag  = regexp.MustCompile(`^</?sub>$`)
	ownFold = regexp.MustCompile(`^(?:<details><summary>\pL+</summary>|</details>)$`)
	ownMark = regexp.MustCompile(`^(?:<!-- kintsugi:(?:[a-z0-9][a-z0-9._-]*|record [0-9]+\.[0-9]+\.[0-9a-f]{8}\.[A-Za-z0-9+/=]+\.[0-9a-f]{64}) -->\n?)+$`)
)

// What GitHub makes something of, wherever it stands outside of code.
// docs: Autolinked references and URLs; Basic writing and formatting syntax,
// "Mentioning people and teams".
var (
	mention   = regexp.MustCompile(`(?i)(?:@|＠|&#0*64;|&#x0*40;|&commat;)[A-Za-z0-9][A-Za-z0-9_-]*(?:/[A-Za-z0-9._-]+)?`)
	reference = regexp.MustCompile(`(?i)(?:[A-Za-z0-9._/-]*(?:#|&#0*35;|&#x0*23;|&num;)[0-9]+|\bGH-[0-9]+)`)
	commit    = regexp.MustCompile(`\b[0-9a-f]{7,40}\b`)
	letter    = regexp.MustCompile(`[a-f]`)
	closing   = regexp.MustCompile(`(?i)\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?\s+(?:[A-Za-z0-9._/-]*#|GH-|https?:)[0-9]*`)
)

// Markdown says what acts in a text of ours that is not our own.
func Markdown(src string, own Own) []string {
	var faults []string
	fault := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	faults = append(faults, Characters(src)...)
	if strings.ContainsAny(src, "\r") {
		fault("a carriage return")
	}
	source := []byte(src)
	var blocks []string
	_ = ast.Walk(markdown.Parse(text.NewReader(source)), func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		if n.Type() == ast.TypeBlock {
			blocks = append(blocks, "")
		}
		last := len(blocks) - 1
		switch n := n.(type) {
		case *ast.CodeSpan:
			blocks[last] += " "
			return ast.WalkSkipChildren, nil
		case *ast.FencedCodeBlock:
			return ast.WalkSkipChildren, nil
		case *ast.CodeBlock:
			fault("an indented block of code")
		case *ast.Image:
			fault("an image that loads %q", n.Destination)
		case *ast.AutoLink:
			fault("an automatic link to %q", n.URL(source))
		case *ast.Link:
			if !within(string(n.Destination), own.Links) {
				fault("a link to %q", n.Destination)
			}
		case *ast.RawHTML:
			if html := string(n.Segments.Value(source)); !ownTag.MatchString(html) {
				fault("HTML %q", html)
			}
		case *ast.HTMLBlock:
			html := string(n.Lines().Value(source))
			if n.HasClosure() {
				html += string(n.ClosureLine.Value(source))
			}
			fold := own.Fold && ownFold.MatchString(strings.TrimSpace(html))
			if !fold && !ownMark.MatchString(html) && !ownTag.MatchString(strings.TrimSpace(html)) && !smallPrint(html) {
				fault("a block of HTML %q", html)
			}
		case *ast.Heading:
			if !own.Heading {
				fault("a heading")
			}
		case *ast.Text:
			blocks[last] += string(n.Segment.Value(source))
			if n.SoftLineBreak() || n.HardLineBreak() {
				blocks[last] += "\n"
			}
		default:
			switch kind := n.Kind().String(); kind {
			case "Document", "Paragraph", "TextBlock", "Emphasis", "String":
			case "Table", "TableHeader", "TableRow", "TableCell":
				if !own.Table {
					fault("a table")
				}
			case "List", "ListItem":
				if !own.List {
					fault("a list")
				}
			default:
				fault("a node of kind %s", kind)
			}
		}
		return ast.WalkContinue, nil
	})
	for _, block := range blocks {
		faults = append(faults, acting(block, own)...)
	}
	return faults
}

// smallPrint tells whether a block of HTML is one line between sub tags.
func smallPrint(html string) bool {
	inner, opened := strings.CutPrefix(strings.TrimSpace(html), "<sub>")
	inner, closed := strings.CutSuffix(inner, "</sub>")
	return opened && closed && !strings.ContainsAny(inner, "<>&@#\n")
}

// acting says what GitHub would make of plain text.
func acting(plain string, own Own) []string {
	var faults []string
	plain = mention.ReplaceAllStringFunc(plain, func(m string) string {
		if containsFold(own.Mentions, m) {
			return " " // and nothing else, even where the name would be
		}
		faults = append(faults, fmt.Sprintf("a mention %q", m))
		return m
	})
	for _, r := range reference.FindAllString(plain, -1) {
		if !containsFold(own.References, r) {
			faults = append(faults, fmt.Sprintf("a reference %q", r))
		}
	}
	for _, c := range commit.FindAllString(plain, -1) {
		if letter.MatchString(c) || len(c) == 40 {
			faults = append(faults, fmt.Sprintf("a commit %q", c))
		}
	}
	if c := closing.FindString(plain); c != "" {
		faults = append(faults, fmt.Sprintf("a closing keyword %q", c))
	}
	return faults
}

func containsFold(list []string, s string) bool {
	for _, e := range list {
		if strings.EqualFold(e, s) {
			return true
		}
	}
	return false
}

func within(link string, allowed []string) bool {
	for _, a := range allowed {
		if strings.HasPrefix(link, a) {
			return true
		}
	}
	return false
}

// unseen are the characters that show nothing: soft hyphen, the Mongolian
// separator, zero-width and joining ones, line separators, the mark of byte
// order, and tags. The joiners proper are spelling in emoji and some scripts.
var unseen = &unicode.RangeTable{
	R16: []unicode.Range16{
		{0x00AD, 0x00AD, 1}, {0x180E, 0x180E, 1}, {0x200B, 0x200B, 1}, {0x2028, 0x2029, 1}, {0x2060, 0x2064, 1},
		{0x206A, 0x206F, 1}, {0xFEFF, 0xFEFF, 1}, {0xFFF9, 0xFFFB, 1},
	},
	R32:         []unicode.Range32{{0xE0000, 0xE007F, 1}},
	LatinOffset: 1,
}

// Characters says which characters in a text act on whoever looks at it:
// control characters but newline and tab, marks that reorder, unseen ones, and
// bytes that are none.
func Characters(s string) []string {
	var faults []string
	for i, r := range s {
		switch {
		case r == utf8.RuneError:
			if _, size := utf8.DecodeRuneInString(s[i:]); size == 1 {
				faults = append(faults, fmt.Sprintf("an invalid byte at %d", i))
			}
		case r == '\n' || r == '\t' || r == '\r':
		case unicode.IsControl(r), unicode.In(r, unicode.Bidi_Control, unseen):
			faults = append(faults, fmt.Sprintf("the character %U at %d", r, i))
		}
		if len(faults) == 5 {
			break
		}
	}
	return faults
}

// A runner reads a command where a line begins with one, blanks aside, and the
// older form anywhere in a line.
// docs: Workflow commands for GitHub Actions.
var (
	lineCommand = regexp.MustCompile(`(?m)^\s*::[A-Za-z-]+`)
	jobCommand  = regexp.MustCompile(`(?m)^\s*::[A-Za-z-]+|##\[[A-Za-z-]+`)
)

// Terminal says what acts in a text that a terminal shows, or that becomes part
// of a line there.
func Terminal(s string) []string {
	faults := Characters(s)
	if strings.Contains(s, "\r") {
		faults = append(faults, "a carriage return")
	}
	if c := lineCommand.FindString(s); c != "" {
		faults = append(faults, fmt.Sprintf("a workflow command %q", c))
	}
	return faults
}

// Job says what acts in the log of a job, too.
func Job(s string) []string {
	faults := Terminal(s)
	if c := jobCommand.FindString(s); c != "" {
		faults = append(faults, fmt.Sprintf("a workflow command %q", c))
	}
	return faults
}
