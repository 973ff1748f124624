package inspect

import (
	"slices"
	"strings"
	"sync"

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
		r := readers.Get().(*reader) //nolint:errcheck // nothing else is put
		r.file, r.d, r.from, r.to = file, d, p.from, p.to
		in := r.incident()
		r.forget()
		readers.Put(r)
		in.File, in.Index = file, i
		found = append(found, in)
	}
	if first := &found[0]; all[0].own {
		// What stands around them all goes with the first.
		first.Sections = sectionsOf(d, 0, len(d.Rows))
		first.ActionItems = append(append(actionItems(d, 0, all[0].from), first.ActionItems...), actionItems(d, all[len(all)-1].to, len(d.Rows))...)
	}
	for i := range found {
		if in := &found[i]; in.ActionItems == nil { // a list in JSON is never null
			in.ActionItems = []ActionItem{}
		}
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
	// traces are what each row has, as far as it is a text.
	traces []trace
	// sections are, of each row, the heading that began its section, or -1; kinds
	// what that heading says.
	sections []int
	kinds    []section.Kind
	cal      calendar

	facts    []fact
	measures []stated
	entries  []entry
	// vague says that a field leaves the start open, but for its day.
	vague    bool
	vagueDay civil
}

// placed is a stamp and the cell that it stands in, or -1.
type placed struct {
	moment.Stamp
	cell int
}

// readers are used again, for what they note while they read is several times
// as large as what they return. Nothing of it is part of that.
var readers = sync.Pool{New: func() any { return new(reader) }}

// forget empties a reader, also of all texts.
func (r *reader) forget() {
	clear(r.stamps)
	clear(r.facts)
	clear(r.measures)
	clear(r.entries)
	*r = reader{stamps: r.stamps[:0], at: r.at[:0], traces: r.traces[:0], sections: r.sections[:0], kinds: r.kinds[:0], facts: r.facts[:0], measures: r.measures[:0], entries: r.entries[:0]}
}

// zeros is a slice of so many zero values, in the room of another.
func zeros[T any](room []T, size int) []T {
	room = slices.Grow(room[:0], size)[:size]
	clear(room)
	return room
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
	r.at, r.traces = zeros(r.at, len(r.d.Rows)+1), zeros(r.traces, len(r.d.Rows))
	for i := r.from; i < r.to; i++ {
		r.at[i] = len(r.stamps)
		row := &r.d.Rows[i]
		switch row.Kind {
		case document.Text, document.Heading, document.HTML:
			r.traces[i] = traceOf(row.Text)
			if r.traces[i]&(digit|wide|noon) == 0 {
				continue
			}
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

// trace is which of some bytes a text has, to tell from one look at most texts
// what they cannot say.
type trace uint8

const (
	digit  trace = 1 << iota
	wide         // what may be a full-width digit
	noon         // what may be 正午
	letter       // kana or Han
)

// traceBy are the traces of each byte.
var traceBy = func() (by [256]trace) {
	for c := range by {
		switch {
		case c >= '0' && c <= '9':
			by[c] = digit
		case c == 0xEF:
			by[c] = wide
		case c >= 0xE3 && c <= 0xE9:
			by[c] = letter
		}
	}
	by["正午"[0]] |= noon
	return by
}()

func traceOf(text string) trace {
	var all trace
	for len(text) >= 8 { // eight at a time, for all text goes through here
		all |= traceBy[text[0]] | traceBy[text[1]] | traceBy[text[2]] | traceBy[text[3]] |
			traceBy[text[4]] | traceBy[text[5]] | traceBy[text[6]] | traceBy[text[7]]
		text = text[8:]
	}
	for i := range len(text) {
		all |= traceBy[text[i]]
	}
	return all
}

// divide finds out which section each row belongs to. A heading that begins with a
// time of day is an event and begins none; one that says nothing that is known
// belongs to the section above, if it stands lower.
func (r *reader) divide() {
	r.sections, r.kinds = zeros(r.sections, len(r.d.Rows)), zeros(r.kinds, len(r.d.Rows))
	at, level, of := -1, 0, section.Unknown
	for i := r.from; i < r.to; i++ {
		row := &r.d.Rows[i]
		if kind := r.titled(i); kind != section.Unknown {
			at, level, of = i, titledLevel, kind
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
				at, level, of = i, row.Level, kind
			}
		}
		r.sections[i], r.kinds[i] = at, of
	}
}

// titledLevel is below that of every heading.
const titledLevel = 7

// titled is what a section is for whose title is a line of its own, in bold or
// with a colon behind it: "Timeline:".
func (r *reader) titled(i int) section.Kind {
	row := &r.d.Rows[i]
	if row.Kind != document.Text || row.Depth > 0 || row.Quoted || len(row.Text) > mostTitled || len(r.of(i)) > 0 {
		return section.Unknown
	}
	if name := unmarked(row.Text); name != "" {
		return section.Of(name)
	}
	if i > 0 && r.d.Rows[i-1].Block == row.Block && !row.Bold {
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

// mostTitled is how long such a line is at most, in bytes.
const mostTitled = 40

// unmarked is a line without the sign or number that stands before titles in
// Japanese, "■ 概要", 【原因】, "１．発生日時", and nothing where there is none.
func unmarked(text string) string {
	if len(text) <= 4 || len(text) > longestName || isLetter(text[0]) && text[0] > '9' {
		return ""
	}
	switch text[:3] {
	case "■", "□", "◆", "◇", "●", "○", "◎", "▼", "▽", "【":
		return bareName(text)
	}
	if text[0] != 0xEF && text[0]-'0' > 9 {
		return ""
	}
	for _, stop := range [...]string{"．", "、"} {
		if number, rest, ok := strings.Cut(text, stop); ok && len(number) <= 6 && strings.Trim(number, "0123456789０１２３４５６７８９") == "" {
			return bareName(rest)
		}
	}
	return ""
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
func (r *reader) kindOf(i int) section.Kind { return r.kinds[i] }

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
	return strings.TrimLeft(text, " \t\u3000*_`[(（【~≈・-–—")
}
