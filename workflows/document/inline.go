package document

import (
	"bytes"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// writer writes down the plain text of inlines, line by line. As long as a line
// is one piece of the source it is kept as such; only what is put together from
// several is copied.
type writer struct {
	*scanner
	// from and to are the piece of the source that the line is so far, start where
	// its text begins in the builder once it is more than that.
	from, to, start int
	isCopied        bool
	// seen says that something but blanks stands in the line, unBold and unItalic
	// that some of it is not so.
	seen, unBold, unItalic bool
}

func (w *writer) row() *Row { return &w.rows[len(w.rows)-1] }

func (w *writer) inlines(parent ast.Node, bold, italic int) {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		switch n := n.(type) {
		case *ast.Text:
			w.piece(n.Segment.Start, n.Segment.Stop, bold, italic)
			if n.SoftLineBreak() || n.HardLineBreak() {
				w.end()
			}
		case *ast.CodeSpan:
			w.codeSpan(n, bold, italic)
		case *ast.Emphasis:
			if n.Level == 2 {
				w.inlines(n, bold+1, italic)
			} else {
				w.inlines(n, bold, italic+1)
			}
		case *ast.RawHTML:
			if from := n.Segments.At(0).Start; from+3 < len(w.src) && strings.EqualFold(w.src[from:from+3], "<br") {
				w.end()
			}
		case *ast.Link:
			at, line := w.length(), len(w.rows)
			w.inlines(n, bold, italic)
			shown := ""
			if line == len(w.rows) {
				shown = strings.TrimSpace(w.written()[at:])
			}
			w.row().Links = append(w.row().Links, Link{Text: shown, URL: string(n.Destination)})
		case *ast.AutoLink:
			w.row().Links = append(w.row().Links, Link{URL: string(n.URL(w.raw))})
		}
		// Nothing else is said: an image, what is struck through.
	}
}

// pieces writes a paragraph that was skimmed.
func (w *writer) pieces(pieces []piece) {
	bold, italic, at := 0, 0, 0
	for _, p := range pieces {
		switch p.kind {
		case words: // without escapes and entities
			w.place(p.from)
			w.verbatim(p.from, p.to)
			w.count(w.src[p.from:p.to], bold, italic)
		case code:
			w.beginsCode()
			w.code(p.from, p.to, bold, italic)
		case strong:
			bold++
		case strongEnd:
			bold--
		case emphasis:
			italic++
		case emphasisEnd:
			italic--
		case link:
			at = w.length()
		case linkEnd:
			w.row().Links = append(w.row().Links, Link{Text: strings.TrimSpace(w.written()[at:]), URL: w.src[p.from:p.to]})
		case lineEnd:
			w.end()
		}
	}
}

// written is the line so far.
func (w *writer) written() string {
	if w.isCopied {
		return w.text.String()[w.start:]
	}
	return w.src[w.from:w.to]
}

func (w *writer) length() int { return len(w.written()) }

// end ends a line and begins the next.
func (w *writer) end() {
	w.finish()
	w.rows = append(w.rows, Row{})
	w.from, w.to, w.isCopied = 0, 0, false
	w.seen, w.unBold, w.unItalic = false, false, false
}

func (w *writer) finish() {
	r := w.row()
	line := w.written()
	trimmed := line
	if line != "" && (line[0] <= ' ' || line[0] == "\u3000"[0]) {
		trimmed = strings.TrimLeft(line, " \t\n\u3000")
	}
	r.Strong = max(0, r.Strong-(len(line)-len(trimmed)))
	r.Text = strings.TrimSpace(trimmed)
	r.Strong = min(r.Strong, len(r.Text))
	r.Bold, r.Italic = w.seen && !w.unBold, w.seen && !w.unItalic
}

// piece writes a piece of the source as it reads.
func (w *writer) piece(from, to, bold, italic int) {
	value := w.src[from:to]
	w.place(from)
	if strings.IndexByte(value, '\\') >= 0 || strings.IndexByte(value, '&') >= 0 {
		plain := util.ResolveEntityNames(util.ResolveNumericReferences(util.UnescapePunctuations([]byte(value))))
		w.copied(string(plain))
	} else {
		w.verbatim(from, to)
	}
	w.count(value, bold, italic)
}

// verbatim adds a piece of the source as it stands.
func (w *writer) verbatim(from, to int) {
	if w.isCopied || w.to != 0 && w.to != from {
		w.copied(w.src[from:to])
		return
	}
	if w.to == 0 {
		w.from = from
	}
	w.to = to
}

// copied adds to a line that is no piece of the source any more.
func (w *writer) copied(value string) {
	if !w.isCopied {
		w.isCopied, w.start = true, w.text.Len()
		w.text.WriteString(w.src[w.from:w.to])
	}
	w.text.WriteString(value)
}

// place remembers where the line begins.
func (w *writer) place(offset int) {
	if r := w.row(); r.Line == 0 {
		r.Line, r.Offset = w.lineOf(offset), offset
	}
}

// count notes how what was just added is written.
func (w *writer) count(value string, bold, italic int) {
	if !isBlank(value) {
		w.seen = true
		w.unBold, w.unItalic = w.unBold || bold == 0, w.unItalic || italic == 0
	}
	if bold > 0 && !w.unBold {
		w.row().Strong = w.length()
	}
	if italic > 0 {
		w.row().inItalic += visible(value)
	}
}

// isBlank reports whether a text has nothing but blanks.
func isBlank(text string) bool {
	for text != "" {
		switch {
		case text[0] == ' ' || text[0] == '\t':
			text = text[1:]
		case strings.HasPrefix(text, "\u3000"):
			text = text[len("\u3000"):]
		default:
			return false // soon, as most have
		}
	}
	return true
}

// visible counts the bytes of a text but blanks, as far as it matters whether two
// counts are the same.
func visible(text string) int {
	return len(text) - strings.Count(text, " ") - strings.Count(text, "\t") - 3*strings.Count(text, "\u3000")
}

// asWritten reports whether code stands in the source as it is to be written: on
// one line, between single backticks.
func (w *writer) asWritten(code text.Segment) bool {
	from, to := code.Start-1, code.Stop+1
	return code.Padding == 0 && from >= 0 && to <= len(w.src) && w.src[from] == '`' && w.src[to-1] == '`' &&
		strings.IndexByte(w.src[from:to], '\n') < 0 && w.src[from:to] == string(w.raw[from:to])
}

// beginsCode notes that code follows.
func (w *writer) beginsCode() {
	r := w.row()
	r.Code = r.Code || strings.TrimSpace(w.written()) == ""
}

// code writes a piece of the source that is code with its backticks.
func (w *writer) code(from, to, bold, italic int) {
	w.place(from + 1)
	w.verbatim(from, to)
	w.count("`", bold, italic)
}

func (w *writer) codeSpan(n *ast.CodeSpan, bold, italic int) {
	w.beginsCode()
	if t, ok := n.FirstChild().(*ast.Text); ok && t.NextSibling() == nil && w.asWritten(t.Segment) {
		w.code(t.Segment.Start-1, t.Segment.Stop+1, bold, italic)
		return
	}
	value := []byte("`")
	for part := n.FirstChild(); part != nil; part = part.NextSibling() {
		if t, ok := part.(*ast.Text); ok {
			w.place(t.Segment.Start)
			value = append(value, bytes.ReplaceAll(t.Segment.Value(w.raw), []byte("\n"), []byte(" "))...)
		}
	}
	value = append(value, '`')
	w.copied(string(value))
	w.count(string(value), bold, italic)
}
