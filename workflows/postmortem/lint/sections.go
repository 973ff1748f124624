package lint

import (
	"slices"
	"strings"

	"github.com/kintsugi-app/kintsugi/workflows/document"
	"github.com/kintsugi-app/kintsugi/workflows/postmortem/inspect"
	"github.com/kintsugi-app/kintsugi/workflows/postmortem/section"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// span is a section of the document: a heading and the rows under it, those of
// the sections below it included.
type span struct {
	kind     section.Kind
	heading  string
	row      int // of the heading, or of the label that stands for one
	from, to int // the rows under it
	isLabel  bool
}

// core is what a document is asked for that follows no template. Action items
// have a rule of their own.
var core = []section.Required{{Kind: section.Impact}, {Kind: section.Timeline}, {Kind: section.Causes}}

// instead are where many tell the same without a section of its own.
var instead = map[section.Kind]section.Kind{section.Impact: section.Summary, section.Causes: section.WentWrong}

// spansOf finds the sections of a document: its headings, and labels that do the
// same, such as "**Root cause**: the disk was full" and "| 原因 | … |".
func spansOf(d *document.Document) (all []span) {
	var open [7]int // by level, the last span that has not ended
	end := func(level, row int) {
		for l := level; l < len(open); l++ {
			if open[l] > 0 {
				all[open[l]-1].to = row
				open[l] = 0
			}
		}
	}
	for i := range d.Rows {
		r := &d.Rows[i]
		if r.Kind == document.Heading {
			end(r.Level, i)
			all = append(all, span{kind: section.Of(r.Text), heading: r.Text, row: i, from: i + 1})
			open[r.Level] = len(all)
		} else if label := labelOf(r); label != "" {
			if kind := section.Of(label); kind != section.Unknown {
				all = append(all, span{kind: kind, heading: label, row: i, from: i, to: belongs(d.Rows, i), isLabel: true})
			}
		}
	}
	end(1, len(d.Rows))
	return all
}

// labelOf is the name of a field: what is bold at the beginning of a line, or the
// first of two cells.
func labelOf(r *document.Row) string {
	switch {
	case r.Kind == document.Text && r.Strong > 0:
		return strings.TrimRight(r.Text[:r.Strong], " :：")
	case r.Kind == document.TableRow && len(r.Cells) == 2:
		return r.Cells[0].Text
	}
	return ""
}

// belongs is the row after those that belong to a label: the deeper items below
// it, or where it stands alone, the list below it.
func belongs(rows []document.Row, label int) int {
	r := &rows[label]
	to := label + 1
	if r.Kind != document.Text {
		return to
	}
	for to < len(rows) && rows[to].Kind != document.Heading &&
		(rows[to].Depth > r.Depth || rows[to].Depth == r.Depth && !rows[to].First && rows[to].Block == r.Block) {
		to++
	}
	return to
}

// sections looks for those that are missing or empty.
func (c *checker) sections() {
	c.spans = spansOf(c.doc)
	if c.options.Template == nil {
		c.options.Template = marked(c.doc)
	}
	required, isAsked := core, false
	if c.options.Template != nil {
		required, isAsked = c.options.Template.required, true
	}
	for _, r := range required {
		switch i := slices.IndexFunc(c.spans, func(s span) bool { return s.answers(r) }); {
		case r.Kind == section.Actions: // no-actions says it
		case i < 0 && r.Kind == section.Timeline && c.hasTimeline():
		case i < 0:
			c.add(ruleSectionMissing, c.top(), text{
				"There is no section %[2]s.",
				"%[2]sの見出しがありません。",
			}, text{
				"Add a heading of that name and what belongs there. If it does not apply here, say so there in a sentence.",
				"この名前の見出しを加えて、内容を書いてください。当てはまらないときは、その旨を一文で書いてください。",
			}, nameOf(r))
		case isAsked && !slices.ContainsFunc(c.spans, func(s span) bool { return s.answers(r) && !c.isEmpty(s) }):
			c.empty(c.spans[i])
		}
	}
	for _, s := range c.spans {
		if !isAsked && !s.isLabel && s.kind != section.Unknown && s.kind != section.Actions && c.isEmpty(s) {
			c.empty(s)
		}
	}
}

func (c *checker) empty(s span) {
	offset := c.doc.Rows[s.row].Offset
	if c.isLeft == nil {
		c.isLeft = map[int]bool{}
	}
	c.isLeft[s.row] = true
	c.add(ruleSectionEmpty, offset, text{
		"Nothing is written under %[2]s.",
		"%[2]sの内容が書かれていません。",
	}, text{
		"Write what is known. A sentence that says why there is nothing to write is fine, too.",
		"分かっていることを書いてください。書くことがない理由の一文でもかまいません。",
	}, words.Foreign(s.heading))
}

// answers tells whether this is a section that is required.
func (s span) answers(r section.Required) bool {
	switch {
	case r.Heading == "": // of no template
		return s.kind == r.Kind || s.kind != section.Unknown && s.kind == instead[r.Kind]
	case r.Kind != section.Unknown:
		return s.kind == r.Kind
	}
	return strings.EqualFold(s.heading, r.Heading)
}

// nameOf is a required section by the name that the team gave it, else by ours.
func nameOf(r section.Required) any {
	if r.Heading != "" {
		return words.Foreign(r.Heading)
	}
	quoted := func(name string) string { return "`" + name + "`" }
	return text{quoted(r.Kind.Name(words.English)), quoted(r.Kind.Name(words.Japanese))}
}

// hasTimeline: the story is told with its times somewhere else than under a
// heading of that name.
func (c *checker) hasTimeline() bool {
	return slices.ContainsFunc(c.incidents, func(i inspect.Incident) bool { return len(i.Timeline) > 1 })
}

// isEmpty: nobody has written anything here. What stands in the template is not
// written by anybody, and a comment is seen by nobody.
func (c *checker) isEmpty(s span) bool {
	for _, r := range c.doc.Rows[s.from:s.to] {
		switch {
		case r.Kind == document.Heading, r.Kind == document.Comment, r.Kind == document.TableHead:
		case r.Kind == document.Text && r.Text == noResponse:
		case c.options.Template != nil && c.options.Template.texts[plain(r)]:
		case r.Kind != document.TableRow || slices.ContainsFunc(r.Cells, func(cell document.Cell) bool { return cell.Text != "" || len(cell.Links) > 0 }):
			return false
		}
	}
	return true
}

// noResponse is what GitHub writes for a field of a form that was left empty.
const noResponse = "No response"

// lineOf is where an incident tells of one kind of section, or where it begins.
func (c *checker) lineOf(kind section.Kind, i inspect.Incident) int {
	for _, s := range c.spans {
		if line := c.doc.Rows[s.row].Line; s.kind == kind && line >= i.Line {
			return line
		}
	}
	return i.Line
}

// top is where a finding stands that concerns all of the document: its title, or
// its beginning.
func (c *checker) top() int {
	if len(c.doc.Rows) > 0 && c.doc.Rows[0].Kind == document.Heading {
		return c.doc.Rows[0].Offset
	}
	return 0
}
