package document

import (
	"strings"
	"unicode/utf8"
)

// Field is what a text says under a name: a heading and what stands below it, a
// line such as "Severity: SEV2", a row of a table. All of it is plain text.
// Code blocks, quotations, HTML and comments are not in it, nor a line all in
// italics, which is how templates give hints and how GitHub writes
// "_No response_"; a code span keeps its backticks, so that a reader can tell.
type Field struct {
	// Heading is the name as written, without marks and colon. It is empty for
	// what stands before the first heading.
	Heading string
	// Level is that of the heading, 1 to 6, or 7 for a line all in bold; 0 is a
	// name on a line of its own words or in a table.
	Level int
	// Text is what is said, line by line. Boxes are not in it.
	Text string
	// Ticked are the texts of the boxes that are ticked.
	Ticked []string
	// Column is the head of the text's column, where a table has its names in
	// another, such as "Time (UTC)".
	Column string
	// Line is where the name stands, counted from 1.
	Line int
}

// boldLine is the level of a line all in bold.
const boldLine = 7

// These bound the work on a text that is nothing but names. No form and no
// person comes near.
const (
	maxFields = 500
	maxName   = 80    // characters
	maxNames  = 2_000 // that are looked at
)

// Fields reads a text as the answers to an issue form, or as a person types the
// same: the headings first, in the order of the source, what stands before them
// under the empty one. Of other lines and of tables only those are fields whose
// name the caller knows, for "Note: see below" is none. An answer may hold
// headings, too, since a text area takes any text: whoever reads the fields
// decides which of two to believe. GitHub writes the answer to a form as a
// heading of the third level, a blank line, and the answer (docs: Syntax for
// issue forms; the written form is not documented).
func Fields(src string, known func(name string) bool) []Field {
	f := &former{known: known, open: -1, fields: []Field{{Line: 1}}, said: map[int][]string{}}
	for _, r := range Read(src).Rows {
		if !r.Quoted && (r.Kind == Text && r.Level == 0 || r.Kind == Heading || r.Cells != nil) {
			f.add(r)
		}
	}
	for i, lines := range f.said {
		f.fields[i].Text = strings.TrimSpace(strings.Join(append([]string{f.fields[i].Text}, lines...), "\n"))
	}
	if first := f.fields[0]; first.Text == "" && first.Ticked == nil {
		return f.fields[1:]
	}
	return f.fields
}

// former puts rows together to fields.
type former struct {
	known  func(string) bool
	names  int // looked at
	fields []Field
	said   map[int][]string // the lines of each field that has more than its own
	// section is the field that the text goes to, open one on a line of its own
	// whose answer is yet to come, or -1; openBlock is the block that began it.
	section, open, openBlock int
	columns                  []string // the names at the head of a table
	firstColumn              string   // its head, whatever it says
}

func (f *former) add(r Row) {
	if f.open >= 0 && r.Block != f.openBlock && len(f.said[f.open]) > 0 {
		f.open = -1 // its answer ended with the paragraph
	}
	switch {
	case r.Cells != nil:
		f.table(r)
	case r.Box && r.Ticked:
		at := &f.fields[f.target()]
		at.Ticked = append(at.Ticked, r.Text)
	case r.Box || r.Italic:
	case r.Kind == Heading:
		f.head(r)
	default:
		f.line(r)
	}
}

func (f *former) target() int {
	if f.open >= 0 {
		return f.open
	}
	return f.section
}

// put adds a field and reports where it is; beyond the bound all goes to the last.
func (f *former) put(field Field) int {
	if len(f.fields) < maxFields {
		f.fields = append(f.fields, field)
	}
	return len(f.fields) - 1
}

func (f *former) head(r Row) {
	f.section, f.open = f.put(Field{Heading: bare(r.Text), Level: r.Level, Line: r.Line}), -1
}

func (f *former) line(r Row) {
	if name, value, ok := f.named(r); ok {
		if r.inItalic > 0 && r.inItalic == visible(value) {
			value = "" // a hint
		}
		at := f.put(Field{Heading: name, Text: value, Line: r.Line})
		f.open = -1
		if value == "" {
			f.open, f.openBlock = at, r.Block
		}
		return
	}
	if r.Bold {
		r.Level = boldLine
		f.head(r)
		return
	}
	f.said[f.target()] = append(f.said[f.target()], r.Text)
	if f.open >= 0 {
		f.openBlock = r.Block
	}
}

// bullets are the signs that stand before a name in Japanese mails.
const bullets = "■□◆◇●○▼▽▪・※＊* \u3000"

// named takes a line apart into a known name and its value. The name stands
// before a colon, in bold, in 【】, or is the whole line.
func (f *former) named(r Row) (name, value string, ok bool) {
	if r.Code {
		return "", "", false
	}
	text := strings.TrimLeft(r.Text, bullets)
	if inner, found := strings.CutPrefix(text, "【"); found {
		if name, value, ok = strings.Cut(inner, "】"); ok && f.knows(bare(name)) {
			return bare(name), strings.TrimLeft(value, ":： "), true
		}
	}
	if at := strings.IndexAny(text, ":："); at > 0 && f.knows(bare(text[:at])) {
		_, colon := utf8.DecodeRuneInString(text[at:])
		return bare(text[:at]), strings.Trim(text[at+colon:], "* "), true
	}
	if lead := r.Text[:r.Strong]; lead != "" && f.knows(bare(lead)) {
		return bare(lead), strings.TrimSpace(r.Text[r.Strong:]), true
	}
	if f.knows(bare(text)) {
		return bare(text), "", true
	}
	return "", "", false
}

func (f *former) knows(name string) bool {
	if name == "" || utf8.RuneCountInString(name) > maxName || f.names == maxNames {
		return false
	}
	f.names++
	return f.known(name)
}

// bare is a name without its colon and marks.
func bare(name string) string { return strings.Trim(name, "*_:： \u3000") }

// table reads a row of names and values side by side, one of a value and its
// name, such as "| 02:55 | Detected |", or the one row below a head of names.
func (f *former) table(r Row) {
	cells := make([]string, len(r.Cells))
	for i, c := range r.Cells {
		if !c.Italic {
			cells[i] = c.Text
		}
	}
	known := 0
	for _, c := range cells {
		if f.knows(bare(c)) {
			known++
		}
	}
	if r.Kind == TableHead {
		f.columns, f.firstColumn = nil, ""
		if len(cells) > 0 {
			f.firstColumn = cells[0]
		}
		if known == len(cells) && known > 1 {
			f.columns = cells
			return
		}
	}
	if f.columns != nil && known == 0 {
		for i, c := range cells[:min(len(cells), len(f.columns))] {
			f.put(Field{Heading: bare(f.columns[i]), Text: c, Line: r.Line})
		}
		f.columns = nil // a second row is of something else
		return
	}
	if len(cells) == 2 && !f.knows(bare(cells[0])) {
		if f.knows(bare(cells[1])) {
			f.put(Field{Heading: bare(cells[1]), Text: cells[0], Column: bare(f.firstColumn), Line: r.Line})
		}
		return
	}
	for i := 0; i+1 < len(cells); i += 2 {
		if f.knows(bare(cells[i])) && !f.knows(bare(cells[i+1])) {
			f.put(Field{Heading: bare(cells[i]), Text: cells[i+1], Line: r.Line})
		}
	}
}
