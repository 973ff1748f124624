package document

import (
	"bytes"
	"slices"
	"sort"
	"strings"

	"github.com/yuin/goldmark/ast"
	extension "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/text"
)

// row is one line of text as GitHub shows it, a heading, or a row of a table.
type row struct {
	text  string
	line  int
	block int // counts the blocks: lines of a paragraph share one
	level int // of a heading, else 0
	// bold and italic say that all of it is; strong is how many bytes of it are
	// bold from its beginning; code, that it begins with a code span.
	bold, italic, code bool
	strong             int
	isBox, ticked      bool
	cells              []string
	isHead             bool // of a table

	all, inBold, inItalic int // bytes but blanks
}

// rows are the lines of a text that are said by its author in plain words: none
// in code, quotations or HTML.
func rows(src string) []row {
	s := &scanner{src: []byte(src)}
	for at, c := range s.src {
		if c == '\n' {
			s.ends = append(s.ends, at)
		}
	}
	// The tamed text has the same offsets; what it lost is still in the source.
	s.blocks(markdown.Parse(text.NewReader([]byte(tame(src)))), true)
	return s.rows
}

type scanner struct {
	src   []byte
	ends  []int // of the lines
	rows  []row
	block int
}

// lineOf is the line of an offset, counted from 1.
func (s *scanner) lineOf(offset int) int { return sort.SearchInts(s.ends, offset) + 1 }

// blocks reads the children of a document, a list or an item. A heading within a
// list names nothing but its item.
func (s *scanner) blocks(parent ast.Node, top bool) {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		s.block++
		switch n := n.(type) {
		case *ast.Heading:
			if top {
				s.heading(n)
			}
		case *ast.Paragraph, *ast.TextBlock:
			s.rows = append(s.rows, s.lines(n)...)
		case *ast.List, *ast.ListItem:
			s.blocks(n, false)
		case *extension.Table:
			s.table(n)
		case *ast.HTMLBlock:
			s.afterComment(n)
		}
	}
}

func (s *scanner) heading(n *ast.Heading) {
	r := row{level: n.Level, block: s.block}
	var parts []string
	for _, l := range s.lines(n) {
		parts = append(parts, l.text)
		if r.line == 0 {
			r.line = l.line
		}
	}
	if r.text = strings.Join(parts, " "); r.text != "" {
		s.rows = append(s.rows, r)
	}
}

// afterComment reads what GitHub shows of a line that begins with a comment,
// such as the hint of a template with the answer behind it.
func (s *scanner) afterComment(n *ast.HTMLBlock) {
	if n.HTMLBlockType != ast.HTMLBlockType2 {
		return
	}
	last := n.ClosureLine
	if !n.HasClosure() {
		if n.Lines().Len() == 0 {
			return
		}
		last = n.Lines().At(n.Lines().Len() - 1)
	}
	line := last.Value(s.src)
	at := bytes.LastIndex(line, []byte("-->"))
	if at < 0 || bytes.ContainsAny(line[at+3:], "<>") {
		return
	}
	if rest := strings.TrimSpace(string(line[at+3:])); rest != "" {
		s.rows = append(s.rows, row{text: rest, line: s.lineOf(last.Start), block: s.block})
	}
}

func (s *scanner) table(n *extension.Table) {
	for line := n.FirstChild(); line != nil; line = line.NextSibling() {
		r := row{block: s.block, isHead: line.Kind() == extension.KindTableHeader, cells: []string{}}
		for cell := line.FirstChild(); cell != nil; cell = cell.NextSibling() {
			var parts []string
			for _, l := range s.lines(cell) {
				if !l.italic {
					parts = append(parts, l.text)
				}
				if r.line == 0 {
					r.line = l.line
				}
			}
			r.cells = append(r.cells, strings.Join(parts, " "))
		}
		s.rows = append(s.rows, r)
	}
}

// lines are the lines of a block, without those that show nothing. The lines of
// a box are one.
func (s *scanner) lines(block ast.Node) []row {
	w := &writer{scanner: s, lines: []row{{block: s.block}}}
	w.inlines(block, 0, 0)
	box, isBox := block.FirstChild().(*extension.TaskCheckBox)
	for i := range w.lines {
		r := &w.lines[i]
		lead := len(r.text) - len(strings.TrimLeft(r.text, " \t\n\u3000"))
		r.strong = max(0, r.strong-lead)
		r.text = strings.TrimSpace(r.text)
		r.strong = min(r.strong, len(r.text))
		r.bold, r.italic = r.all > 0 && r.inBold == r.all, r.all > 0 && r.inItalic == r.all
	}
	shown := slices.DeleteFunc(w.lines, func(r row) bool { return r.text == "" })
	if !isBox || len(shown) == 0 {
		return shown
	}
	whole := shown[0]
	for _, r := range shown[1:] {
		whole.text += " " + r.text
	}
	whole.isBox, whole.ticked = true, box.IsChecked
	return []row{whole}
}

// writer writes down the plain text of inlines, line by line.
type writer struct {
	*scanner
	lines []row
}

func (w *writer) inlines(parent ast.Node, bold, italic int) {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		switch n := n.(type) {
		case *ast.Text:
			w.write(n.Segment.Value(w.src), n.Segment.Start, bold, italic)
			if n.SoftLineBreak() || n.HardLineBreak() {
				w.end()
			}
		case *ast.CodeSpan:
			w.code(n, bold, italic)
		case *ast.Emphasis:
			if n.Level == 2 {
				w.inlines(n, bold+1, italic)
			} else {
				w.inlines(n, bold, italic+1)
			}
		case *ast.RawHTML:
			if tag := n.Segments.Value(w.src); len(tag) > 3 && bytes.EqualFold(tag[:3], []byte("<br")) {
				w.end()
			}
		case *ast.Link:
			w.inlines(n, bold, italic)
		}
		// Nothing else is said: an image, an address, what is struck through.
	}
}

func (w *writer) end() { w.lines = append(w.lines, row{block: w.block}) }

func (w *writer) write(value []byte, start, bold, italic int) {
	r := &w.lines[len(w.lines)-1]
	if r.line == 0 {
		r.line = w.lineOf(start)
	}
	r.text += string(value)
	size := visible(string(value))
	r.all += size
	if bold > 0 {
		if r.inBold+size == r.all {
			r.strong = len(r.text)
		}
		r.inBold += size
	}
	if italic > 0 {
		r.inItalic += size
	}
}

func (w *writer) code(n *ast.CodeSpan, bold, italic int) {
	r := &w.lines[len(w.lines)-1]
	r.code = r.code || strings.TrimSpace(r.text) == ""
	value, start := []byte("`"), 0
	for part := n.FirstChild(); part != nil; part = part.NextSibling() {
		if t, ok := part.(*ast.Text); ok {
			if start == 0 {
				start = t.Segment.Start
			}
			value = append(value, bytes.ReplaceAll(t.Segment.Value(w.src), []byte("\n"), []byte(" "))...)
		}
	}
	w.write(append(value, '`'), start, bold, italic)
}
