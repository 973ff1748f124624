package list

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/kintsugi-app/kintsugi/workflows/document"
	"github.com/kintsugi-app/kintsugi/workflows/postmortem/section"
)

// paragraph is a piece of a document that may be prose: a paragraph, an item of a
// list, or what stands behind a label such as "**Summary**:".
type paragraph struct {
	text string
	// kind is what the headings around it, or its label, say it is about.
	kind section.Kind
	// inList and quoted say where it stands; a label makes it stand by itself.
	inList, quoted bool
	// introduces says that it ends in a colon: what it tells of stands below.
	introduces bool
	// leads says that it stands before every heading but the title.
	leads bool
}

// paragraphsOf are the paragraphs of a document in its order, without headings,
// tables, code, comments, other HTML, boxes, and hints in italics.
func paragraphsOf(d *document.Document) []paragraph {
	r := reading{kinds: kindsOf(d), lead: leadOf(d)}
	for i := 0; i < len(d.Rows); i++ {
		first := &d.Rows[i]
		switch {
		case first.Kind == document.Heading:
			r.label, r.isLabelled, r.message = section.Unknown, false, ""
		case first.Kind == document.TableRow:
			r.all = append(r.all, cellProse(first)...)
		case first.Kind == document.Text && !first.Box && first.Level == 0:
			lines, hint := []string{first.Text}, first.Italic
			for i+1 < len(d.Rows) && continues(first, &d.Rows[i+1]) {
				i++
				lines = append(lines, d.Rows[i].Text)
				hint = hint && d.Rows[i].Italic
			}
			if !hint {
				r.paragraph(first, joined(lines))
			}
		}
	}
	return r.all
}

// reading is the way through a document.
type reading struct {
	kinds []section.Kind
	lead  int // the line up to which paragraphs lead
	all   []paragraph
	// label is one that stands alone: what follows belongs to it, up to the next.
	label      section.Kind
	isLabelled bool
	depth      int
	// message is the label of a status page's message.
	message string
}

// paragraph takes a paragraph that begins with a row.
func (r *reading) paragraph(first *document.Row, text string) {
	p := paragraph{kind: r.kinds[first.Section+1], inList: first.Depth > 0, quoted: first.Quoted, leads: first.Line < r.lead}
	if r.isLabelled {
		p.kind, p.leads = r.label, false
	}
	if m := messageLabel.FindStringSubmatch(text); m != nil {
		r.message, text = m[1], text[len(m[0]):]
	}
	switch {
	case r.message == "":
	case firstMessage.MatchString(r.message):
		p.kind = section.Summary
	default:
		p.kind, p.leads = section.Response, false
	}
	if name, rest, ok := labelled(text, first.Strong, first.Bold); ok {
		around := p.kind
		text = rest
		p.kind, p.inList = section.Of(name), false
		p.leads = p.leads && p.kind == section.Summary
		switch {
		case p.kind != section.Unknown || rest == "":
		case around == section.Impact || around == section.Summary:
			p.kind, p.inList = around, true // "**Customers**: …" tells of the impact
		case utf8.RuneCountInString(rest) < mostValue:
			p.kind = section.Facts
		}
		if !r.isLabelled || first.Depth <= r.depth {
			r.label, r.isLabelled, r.depth = p.kind, rest == "", first.Depth
		}
	}
	if p.text = plain(text); p.text != "" {
		p.introduces = strings.HasSuffix(p.text, ":") || strings.HasSuffix(p.text, "：")
		r.all = append(r.all, p)
	}
}

// mostValue is how long a field's value is at most, in characters. What is longer
// tells something.
const mostValue = 60

// Status pages put the newest message first, each under a label in brackets. What
// happened stands in the first that was written.
var (
	messageLabel = regexp.MustCompile(`^\[([\p{L}][^\]\[]{2,50})\]\s*`)
	firstMessage = regexp.MustCompile(`(?i)^(?:initial|first|open|opening|investigating|初報|第一報|第1報)`)
)

// leadOf is the line of the first heading that is not the title.
func leadOf(d *document.Document) int {
	seen := 0
	for i := range d.Rows {
		r := &d.Rows[i]
		if r.Kind != document.Heading {
			continue
		}
		if seen++; r.Level > 1 || seen > 1 || section.Of(r.Text) != section.Unknown {
			return r.Line
		}
	}
	return len(d.Source) + 1
}

// kindsOf says of each row, plus one, what it is about as a heading: what it says
// itself, else what the heading above it in rank says.
func kindsOf(d *document.Document) []section.Kind {
	kinds := make([]section.Kind, len(d.Rows)+1)
	var byLevel [8]section.Kind
	for i := range d.Rows {
		r := &d.Rows[i]
		if r.Kind != document.Heading {
			continue
		}
		kind := section.Of(r.Text)
		if kind == section.Unknown && r.Level > 1 {
			kind = byLevel[r.Level-1]
		}
		for level := r.Level; level < len(byLevel); level++ {
			byLevel[level] = kind
		}
		kinds[i+1] = kind
	}
	return kinds
}

// continues says whether a row belongs to the paragraph that began with first.
func continues(first, r *document.Row) bool {
	return r.Kind == document.Text && r.Block == first.Block && !r.First && !r.Box && r.Strong == 0 && !fieldLine.MatchString(r.Text) && !messageLabel.MatchString(r.Text)
}

// joined puts the lines of a paragraph together, Japanese ones without a blank.
func joined(lines []string) string {
	var b strings.Builder
	for _, line := range lines {
		line = strings.TrimSpace(line)
		if text := b.String(); text != "" && line != "" && !(endsWide(text) || beginsWide(line)) {
			b.WriteByte(' ')
		}
		b.WriteString(line)
	}
	return b.String()
}

// fieldLine is a name with its value.
var fieldLine = regexp.MustCompile(`^([\p{Lu}\p{Lo}][\p{L}\d /&()（）_-]{1,40}?)\s*[:：](?:\s|$|[^\x00-\x7f])\s*(.*)$`)

// mostLabel is how many words a label has at most.
const mostLabel = 5

// labelled takes "Summary: what happened" apart. Bold is how much of the text is
// bold from its beginning; isLine says that it is the first line.
func labelled(text string, bold int, isLine bool) (name, rest string, ok bool) {
	if bold > 0 && bold <= len(text) {
		name, rest = strings.TrimSpace(text[:bold]), strings.TrimSpace(text[bold:])
		isName := strings.TrimRight(name, ":： ") != name || strings.HasPrefix(rest, ":") || strings.HasPrefix(rest, "：")
		name, rest = strings.Trim(name, ":： "), strings.TrimSpace(strings.TrimLeft(rest, ":： -–—"))
		if isName && len(strings.Fields(name)) <= mostLabel {
			return name, rest, true
		}
		if (rest == "" || isLine) && section.Of(name) != section.Unknown {
			return name, rest, true // a heading that was written as a line in bold
		}
	}
	if m := fieldLine.FindStringSubmatch(text); m != nil && len(strings.Fields(m[1])) <= mostLabel {
		return m[1], m[2], true
	}
	return "", "", false
}

// cellProse is what a row of a table says that names a summary.
func cellProse(r *document.Row) []paragraph {
	if len(r.Cells) != 2 || section.Of(r.Cells[0].Text) != section.Summary || r.Cells[1].Italic {
		return nil
	}
	return []paragraph{{text: plain(r.Cells[1].Text), kind: section.Summary, inList: true}}
}

var (
	wikiLink = regexp.MustCompile(`\[\[([^\[\]]+)\]\]`)
	address  = regexp.MustCompile(`\(?\bhttps?://([^\s/()<>]+)[^\s()<>]*\)?`)
	footnote = regexp.MustCompile(`\[\^[^\]\s]+\]`)
	brackets = regexp.MustCompile(`[(（]\s*[)）]`)
	emoji    = regexp.MustCompile(`(^|\s):[a-z0-9_+-]{2,30}:`)
)

// plain is the text of rows as a sentence reads: without the backticks of code,
// the marks of footnotes and shortcodes; of an address the host is left.
func plain(text string) string {
	text = strings.ReplaceAll(text, "`", "")
	text = address.ReplaceAllString(text, "$1")
	text = wikiLink.ReplaceAllString(text, "$1")
	text = footnote.ReplaceAllString(text, "")
	text = emoji.ReplaceAllString(text, "$1")
	text = brackets.ReplaceAllString(text, "")
	return strings.Join(strings.Fields(text), " ")
}
