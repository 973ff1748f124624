package document

import (
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	extension "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
)

// Document is a Markdown text line by line, as a reader sees it, with the place
// of each line in the source.
type Document struct {
	// Source is the text as it was given, without a byte order mark, and with
	// newlines where it had lone carriage returns. Offsets are bytes of it.
	Source string
	// Front is the front matter: the pairs of the block between two lines of
	// "---" (YAML) or "+++" (TOML) at the very beginning, those of its first
	// level only, in order and without quotation marks.
	Front []Pair
	// Body is the offset of what follows the front matter.
	Body int
	Rows []Row
}

// Pair is a key of the front matter with its value.
type Pair struct {
	Key, Value string
	Line       int
}

// Kind says what a Row is.
type Kind uint8

// The kinds of row.
const (
	// Text is a line of a paragraph or of a list item.
	Text Kind = iota
	// Heading is a heading outside of lists and quotations. One within is Text.
	Heading
	// TableHead and TableRow have Cells and no Text.
	TableHead
	TableRow
	// Code is a whole block of code, fenced or indented, as it stands.
	Code
	// Comment is a whole HTML comment that stands on lines of its own, without
	// its marks. Nobody sees it on GitHub.
	Comment
	// HTML is a line of other HTML, without its tags.
	HTML
)

// Row is one line of text as GitHub shows it, or a heading, a row of a table, a
// block of code.
type Row struct {
	Kind Kind
	// Text has no marks of emphasis and no addresses of links. Code spans keep
	// their backticks, so that a reader can tell. What is struck through and
	// images are left out.
	Text string
	// Line counts from 1. Offset is that of the text's beginning.
	Line, Offset int
	// Block counts the blocks: the lines of a paragraph share one, and the rows
	// of a table.
	Block int
	// Section is the index of the heading above, or -1.
	Section int
	// Level is a heading's, from 1 to 6, also where it is only Text.
	Level int
	// Depth is how many lists the row stands in; First says that it begins an
	// item, Ordered that its list is numbered.
	Depth          int
	First, Ordered bool
	// Quoted rows stand in a quotation.
	Quoted bool
	// Bold and Italic say that all of it is; Strong is how many bytes of Text are
	// bold from its beginning; Code, that it begins with a code span.
	Bold, Italic, Code bool
	// Box rows are those of a task list.
	Box, Ticked bool
	Strong      int
	Cells       []Cell
	Links       []Link

	inItalic int // bytes but blanks
}

// Cell is one cell of a row of a table.
type Cell struct {
	Text   string
	Offset int
	// Italic says that all of it is, as templates give hints.
	Italic bool
	Links  []Link
}

// Link is a link in a text; Text is empty where the address stands for itself.
// An address without any marks is not a link here, but part of the text.
type Link struct{ Text, URL string }

// Read reads a Markdown text of any size and shape.
func Read(src string) *Document { return read(src, skimming) }

func read(src string, by parser.Parser) *Document {
	src = lineFeeds(strings.TrimPrefix(src, "\ufeff"))
	d := &Document{Source: src}
	// The text that is parsed has the same lines and offsets as the source.
	parsed := tame(src)
	if end := d.front(src); end > 0 {
		d.Body = end
		parsed = strings.Repeat("\n", strings.Count(src[:end], "\n")) + parsed[end:]
		parsed = strings.Repeat(" ", len(src)-len(parsed)) + parsed
	}
	d.Rows = make([]Row, 0, 16+strings.Count(src, "\n")*3/4)
	s := scanners.Get().(*scanner) //nolint:errcheck // nothing else is put
	s.d, s.src, s.line, s.section = d, src, 1, -1
	s.raw = append(s.raw, parsed...)
	s.text.Grow(len(src) / 4)
	s.blocks(parse(by, s.raw, &s.skim), Row{}, true)
	s.forget()
	scanners.Put(s)
	return d
}

// Position is the line of an offset and its column in characters, both counted
// from 1.
func (d *Document) Position(offset int) (line, column int) {
	before := d.Source[:min(max(offset, 0), len(d.Source))]
	start := strings.LastIndexByte(before, '\n') + 1
	return 1 + strings.Count(before, "\n"), 1 + utf8.RuneCountInString(before[start:])
}

// mostFront is how long front matter may be, in bytes.
const mostFront = 16_384

// front reads the front matter and reports where it ends, 0 where there is none.
func (d *Document) front(src string) (end int) {
	var fence, separator string
	switch {
	case strings.HasPrefix(src, "---\n"), strings.HasPrefix(src, "---\r\n"):
		fence, separator = "---", ":"
	case strings.HasPrefix(src, "+++\n"), strings.HasPrefix(src, "+++\r\n"):
		fence, separator = "+++", "="
	default:
		return 0
	}
	var pairs []Pair
	number := 0
	for line := range strings.Lines(src[:min(len(src), mostFront)]) {
		number++
		end += len(line)
		trimmed := strings.TrimRight(line, " \t\r\n")
		if number > 1 && trimmed == fence {
			d.Front = pairs
			return end
		}
		key, value, ok := strings.Cut(trimmed, separator)
		if number > 1 && ok && strings.TrimLeft(key, " \t-#") == key && key != "" {
			pairs = append(pairs, Pair{Key: strings.TrimSpace(key), Value: strings.Trim(strings.TrimSpace(value), `"'`), Line: number})
		}
	}
	return 0
}

// scanner walks through a parsed text from its beginning to its end.
type scanner struct {
	d       *Document
	src     string
	raw     []byte // what was parsed
	block   int
	section int
	// line is that of the offset at, the last that was asked for.
	line, at int
	// text holds the lines that are not a piece of the source.
	text strings.Builder
	// rows are those of the block that is read, until the next one is.
	rows []Row
	skim skim
}

// scanners are used again, for what they note while they read is as large as what
// they return. Nothing of it is part of that.
var scanners = sync.Pool{New: func() any { return new(scanner) }}

// forget empties a scanner, also of all texts.
func (s *scanner) forget() {
	clear(s.rows[:cap(s.rows)])
	clear(s.skim.paragraphs)
	*s = scanner{raw: s.raw[:0], rows: s.rows[:0], skim: skim{paragraphs: s.skim.paragraphs[:0], pieces: s.skim.pieces[:0]}}
}

// lineOf is the line of an offset. It costs as much as the way from the last.
func (s *scanner) lineOf(offset int) int {
	if offset < s.at {
		s.line -= strings.Count(s.src[offset:s.at], "\n")
	} else {
		s.line += strings.Count(s.src[s.at:offset], "\n")
	}
	s.at = offset
	return s.line
}

// blocks reads the children of a document, a quotation, a list or an item. Place
// is what a row there has of its own. A heading within one of these names
// nothing but its item.
func (s *scanner) blocks(parent ast.Node, place Row, top bool) {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		s.block++
		switch n := n.(type) {
		case *ast.Heading:
			if top {
				s.heading(n)
			} else {
				inner := place
				inner.Level = n.Level
				s.paragraph(n, inner)
				place.First = false
			}
		case *ast.Paragraph, *ast.TextBlock, *skimmed:
			place = s.paragraph(n, place)
		case *ast.List:
			inner := place
			inner.Depth, inner.Ordered = place.Depth+1, n.IsOrdered()
			s.blocks(n, inner, false)
		case *ast.ListItem:
			inner := place
			inner.First = true
			s.blocks(n, inner, false)
		case *ast.Blockquote:
			inner := place
			inner.Quoted = true
			s.blocks(n, inner, false)
		case *extension.Table:
			s.table(n, place)
		case *ast.CodeBlock:
			s.code(n, place)
		case *ast.FencedCodeBlock:
			s.code(n, place)
		case *ast.HTMLBlock:
			s.html(n, place)
		}
	}
}

// put adds a row at its place.
func (s *scanner) put(r *Row, place *Row) {
	r.Block, r.Section = s.block, s.section
	r.Depth, r.First, r.Ordered, r.Quoted = place.Depth, place.First, place.Ordered, place.Quoted
	r.Level = max(r.Level, place.Level)
	s.d.Rows = append(s.d.Rows, *r)
}

// paragraph puts the lines of a block, and returns the place for what follows: only
// the first line of an item begins it.
func (s *scanner) paragraph(n ast.Node, place Row) Row {
	lines := s.lines(n)
	for i := range lines {
		s.put(&lines[i], &place)
		place.First = false
	}
	return place
}

func (s *scanner) heading(n *ast.Heading) {
	lines := s.lines(n)
	if len(lines) == 0 {
		return
	}
	r := lines[0]
	for _, l := range lines[1:] {
		r.Text += " " + l.Text
		r.Links = append(r.Links, l.Links...)
	}
	r.Kind, r.Level = Heading, n.Level
	s.section = len(s.d.Rows)
	s.put(&r, &Row{})
}

func (s *scanner) code(n ast.Node, place Row) {
	lines := n.Lines()
	if lines.Len() == 0 {
		return
	}
	from, to := lines.At(0).Start, lines.At(lines.Len()-1).Stop
	s.put(&Row{Kind: Code, Text: strings.TrimRight(s.src[from:to], "\n"), Offset: from, Line: s.lineOf(from)}, &place)
}

// html puts a comment as one row, and after it what GitHub shows of a line that
// begins with one, such as the hint of a template with the answer behind it; of
// other HTML, line by line, what is not a tag.
func (s *scanner) html(n *ast.HTMLBlock, place Row) {
	lines := n.Lines()
	if lines.Len() == 0 && !n.HasClosure() {
		return
	}
	var from, to int
	if lines.Len() > 0 {
		from, to = lines.At(0).Start, lines.At(lines.Len()-1).Stop
	} else {
		from = n.ClosureLine.Start
	}
	if n.HasClosure() {
		to = n.ClosureLine.Stop
	}
	all := s.src[from:to]
	if n.HTMLBlockType == ast.HTMLBlockType2 {
		end := strings.Index(all, "-->")
		inner, after := all, ""
		if end >= 0 {
			inner, after = all[:end], all[end+3:]
		}
		inner = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(inner), "<!--"))
		s.put(&Row{Kind: Comment, Text: inner, Offset: from, Line: s.lineOf(from)}, &place)
		if rest := strings.TrimSpace(after); rest != "" && !strings.ContainsAny(rest, "<>") {
			at := from + end + 3 + strings.Index(after, rest)
			s.put(&Row{Text: rest, Offset: at, Line: s.lineOf(at)}, &place)
		}
		return
	}
	for line := range strings.Lines(all) {
		if shown := strings.TrimSpace(withoutTags(line)); shown != "" {
			s.put(&Row{Kind: HTML, Text: shown, Offset: from, Line: s.lineOf(from)}, &place)
		}
		from += len(line)
	}
}

// withoutTags drops everything between "<" and ">".
func withoutTags(line string) string {
	var b strings.Builder
	for {
		from := strings.IndexByte(line, '<')
		if from < 0 {
			break
		}
		to := strings.IndexByte(line[from:], '>')
		if to < 0 {
			break
		}
		b.WriteString(line[:from])
		line = line[from+to+1:]
	}
	b.WriteString(line)
	return b.String()
}

// lines are the lines of a block, without those that show nothing, until it is
// called again. The lines of a box are one.
func (s *scanner) lines(block ast.Node) []Row {
	s.rows = append(s.rows[:0], Row{})
	w := writer{scanner: s}
	if plain, ok := block.(*skimmed); ok {
		w.pieces(plain.pieces)
	} else {
		w.inlines(block, 0, 0)
	}
	w.finish()
	box, isBox := block.FirstChild().(*extension.TaskCheckBox)
	shown := s.rows[:0]
	for i := range s.rows {
		if r := &s.rows[i]; r.Text != "" || len(r.Links) > 0 {
			if len(shown) < i {
				s.rows[len(shown)] = *r
			}
			shown = shown[:len(shown)+1]
		}
	}
	if !isBox || len(shown) == 0 {
		return shown
	}
	whole := shown[0]
	for _, r := range shown[1:] {
		whole.Text += " " + r.Text
		whole.Links = append(whole.Links, r.Links...)
	}
	whole.Box, whole.Ticked = true, box.IsChecked
	shown[0] = whole
	return shown[:1]
}
