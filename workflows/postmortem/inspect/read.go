package inspect

import (
	"strings"

	"github.com/kintsugi-app/kintsugi/workflows/document"
	"github.com/kintsugi-app/kintsugi/workflows/moment"
	"github.com/kintsugi-app/kintsugi/workflows/postmortem/section"
)

// Read says what a document says. File is its name, whose date may be all that
// tells the day. There is always at least one incident.
func Read(file string, d *document.Document) []Incident {
	var found []Incident
	all := parts(d)
	for i, p := range all {
		r := &reader{file: file, d: d, from: p.from, to: p.to}
		in := r.incident()
		in.File, in.Index = file, i
		found = append(found, in)
	}
	if first := &found[0]; all[0].own {
		// What stands around them all goes with the first.
		first.Sections = sectionsOf(d, 0, len(d.Rows))
		first.ActionItems = append(append(actionItems(d, 0, all[0].from), first.ActionItems...), actionItems(d, all[len(all)-1].to, len(d.Rows))...)
	}
	for i := range found {
		in := &found[i] // a list in JSON is never null
		in.ActionItems, in.Sections = append([]ActionItem{}, in.ActionItems...), append([]Section{}, in.Sections...)
	}
	return found
}

// reader reads one incident from the rows of a document, from included.
type reader struct {
	file     string
	d        *document.Document
	from, to int

	// stamps are all dates and times of the rows, at[i] the first of row i.
	stamps []placed
	at     []int
	// sections are, of each row, the heading that began its section, or -1; kinds
	// what the heading says, for those that are one.
	sections []int
	kinds    map[int]section.Kind
	cal      calendar

	facts    []fact
	measures []stated
	entries  []entry
}

// placed is a stamp and the cell that it stands in, or -1.
type placed struct {
	moment.Stamp
	cell int
}

func (r *reader) incident() Incident {
	r.scan()
	r.divide()
	r.calendarOf()
	r.walk()
	in := Incident{Line: 1}
	if r.from > 0 {
		in.Line = r.d.Rows[r.from].Line
	}
	r.conclude(&in)
	in.Language = languageOf(r.d)
	in.Title, in.Severity = titleOf(r.d, r.from, r.to), severityOf(r.d, r.from, r.to)
	in.Sections, in.ActionItems = sectionsOf(r.d, r.from, r.to), actionItems(r.d, r.from, r.to)
	return in
}

// scan finds every date and time of day in what a reader sees as text. Logs in
// code are none of the document's own times.
func (r *reader) scan() {
	var buf []moment.Stamp
	r.stamps = make([]placed, 0, 32)
	r.at = make([]int, len(r.d.Rows)+1)
	for i := r.from; i < r.to; i++ {
		r.at[i] = len(r.stamps)
		row := &r.d.Rows[i]
		switch row.Kind {
		case document.Text, document.Heading, document.HTML:
			buf = moment.Stamps(buf[:0], row.Text)
			for _, s := range buf {
				r.stamps = append(r.stamps, placed{s, -1})
			}
		case document.Code, document.Comment:
		case document.TableRow, document.TableHead:
			for c := range columns(row) {
				buf = moment.Stamps(buf[:0], row.Cells[c].Text)
				for _, s := range buf {
					r.stamps = append(r.stamps, placed{s, c})
				}
			}
		}
	}
	for i := r.to; i < len(r.at); i++ {
		r.at[i] = len(r.stamps)
	}
}

// divide finds out which section each row belongs to. A heading that begins with a
// time of day is an event and begins none; one that says nothing that is known
// belongs to the section above, if it stands lower.
func (r *reader) divide() {
	r.sections = make([]int, len(r.d.Rows))
	r.kinds = map[int]section.Kind{}
	at, level := -1, 0
	for i := r.from; i < r.to; i++ {
		row := &r.d.Rows[i]
		if kind := r.titled(i); kind != section.Unknown {
			at, level = i, titledLevel
			r.kinds[at] = kind
		}
		if row.Kind == document.Heading && !r.isEvent(i) {
			kind := section.Of(row.Text)
			if row.Level == 1 && i <= r.from+1 {
				kind = section.Unknown // the title
			}
			if kind == section.Timeline && strings.Contains(strings.ToLower(row.Text), "follow") {
				kind = section.Supporting // what happened afterwards
			}
			if row.Level <= level || level == 0 || kind != section.Unknown {
				at, level = i, row.Level
				r.kinds[at] = kind
			}
		}
		r.sections[i] = at
	}
}

// titledLevel is below that of every heading.
const titledLevel = 7

// titled is what a section is for whose title is a line of its own, in bold or
// with a colon behind it: "Timeline:".
func (r *reader) titled(i int) section.Kind {
	row := &r.d.Rows[i]
	if row.Kind != document.Text || row.Depth > 0 || row.Quoted || len(row.Text) > 40 || len(r.of(i)) > 0 ||
		i > 0 && r.d.Rows[i-1].Block == row.Block && !row.Bold {
		return section.Unknown
	}
	text, colon := strings.CutSuffix(row.Text, ":")
	if !colon {
		text, colon = strings.CutSuffix(row.Text, "：")
	}
	if !row.Bold && !colon {
		return section.Unknown
	}
	return section.Of(text)
}

// isEvent reports whether a heading begins with a time of day.
func (r *reader) isEvent(i int) bool {
	stamps := r.of(i)
	return len(stamps) > 0 && stamps[0].Clock && lead(r.d.Rows[i].Text[:stamps[0].From]) == "" && !(r.d.Rows[i].Level == 1 && i < 3)
}

// boxed reports whether a quoted row is one of the facts that some put in a box
// below the title.
func (r *reader) boxed(i int) bool {
	row := &r.d.Rows[i]
	return row.Quoted && row.Strong > 0 && r.sections[i] <= r.from
}

// kindOf is what the section of a row is for.
func (r *reader) kindOf(i int) section.Kind { return r.kinds[r.sections[i]] }

// of returns the stamps of a row.
func (r *reader) of(i int) []placed { return r.stamps[r.at[i]:r.at[i+1]] }

// inCell returns the stamps of a cell.
func (r *reader) inCell(i, cell int) []placed {
	all := r.of(i)
	from := 0
	for from < len(all) && all[from].cell < cell {
		from++
	}
	to := from
	for to < len(all) && all[to].cell == cell {
		to++
	}
	return all[from:to]
}

// lead strips what may stand before the beginning of a line's words.
func lead(text string) string {
	return strings.TrimLeft(text, " \t*_`[(（【~≈・-–—")
}
