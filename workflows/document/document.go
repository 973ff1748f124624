// Package document reads Markdown as GitHub shows it and answers with positions
// in the source. It knows what is text, code, quotation or comment; it must not
// know what any of it means to a workflow, and it renders nothing.
package document

import (
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// markdown is the one parser, safe for any number of callers at once. Linkify is
// left out: it costs a third of the time and only adds links to what is text
// anyway.
var markdown parser.Parser = goldmark.New(goldmark.WithExtensions(extensions...)).Parser()

var extensions = []goldmark.Extender{extension.Table, extension.TaskList, extension.Strikethrough}

// Line is one line of a Markdown source.
type Line struct {
	// Text is the line from its slash to its end, as written, without space
	// around it: nothing is folded to half width or lower case.
	Text string
	// Line and Column say where Text begins, both counted from 1. The column
	// counts characters.
	Line, Column int
}

// CommandLines returns the lines of a Markdown source that speak to a program:
// those that begin with a slash, half or full width, after at most three blanks,
// in a paragraph of the document itself. What only looks like such a line is
// left out, as GitHub shows it otherwise: lines in code, quotations (also their
// lazy continuation), lists, headings (also "/ack" over a line of dashes), table
// rows, HTML and comments, and lines that begin inside a link, a code span or
// emphasis. The lines come in the order of the source.
func CommandLines(src string) []Line {
	src = lineFeeds(strings.TrimPrefix(src, "\ufeff"))
	candidates := slashLines(src)
	if len(candidates) == 0 {
		return nil // most comments end here, unparsed
	}
	spoken := plainStarts(tame(src))
	var lines []Line
	for _, c := range candidates {
		if spoken[c.offset] {
			lines = append(lines, c.Line)
		}
	}
	return lines
}

// lineFeeds turns a carriage return that stands alone into a newline, which it is
// in GitHub's Markdown but not in goldmark's. Offsets stay what they were.
func lineFeeds(src string) string {
	if !strings.Contains(src, "\r") {
		return src
	}
	b := []byte(src)
	for i, c := range b {
		if c == '\r' && (i+1 == len(b) || b[i+1] != '\n') {
			b[i] = '\n'
		}
	}
	return string(b)
}

// slashLine is a line that has the shape of a command, wherever it stands.
type slashLine struct {
	Line
	offset int // of the slash, in bytes
}

// slashLines finds every line of src that begins with a slash.
func slashLines(src string) []slashLine {
	var found []slashLine
	number, start := 0, 0
	for line := range strings.Lines(src) {
		number++
		rest := strings.TrimLeft(line, " ")
		indent := len(line) - len(rest)
		if indent <= 3 && (strings.HasPrefix(rest, "/") || strings.HasPrefix(rest, "／")) {
			found = append(found, slashLine{
				Line:   Line{Text: strings.TrimSpace(rest), Line: number, Column: indent + 1},
				offset: start + indent,
			})
		}
		start += len(line)
	}
	return found
}

// plainStarts returns the offsets at which a run of plain text begins, or a line
// of it, directly in a paragraph that is a child of the document.
func plainStarts(src string) map[int]bool {
	starts := map[int]bool{}
	document := markdown.Parse(text.NewReader([]byte(src)))
	for block := document.FirstChild(); block != nil; block = block.NextSibling() {
		if block.Kind() != ast.KindParagraph {
			continue
		}
		for inline := block.FirstChild(); inline != nil; inline = inline.NextSibling() {
			if t, ok := inline.(*ast.Text); ok {
				starts[t.Segment.Start] = true
			}
		}
	}
	return starts
}
