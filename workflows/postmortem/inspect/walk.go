package inspect

import (
	"strings"

	"github.com/kintsugi-app/kintsugi/workflows/document"
	"github.com/kintsugi-app/kintsugi/workflows/moment"
	"github.com/kintsugi-app/kintsugi/workflows/postmortem/section"
)

// walker goes through the rows once, with what the rows above it say.
type walker struct {
	*reader
	section int // the heading that it began with
	kind    section.Kind
	trace   trace            // of the row
	skipped bool             // whether its times are not those of the incident
	zone    moment.NamedZone // of the section
	day     civil            // of the section
	told    civil            // the day that was named last
	toldIn  int              // the block that names it
	// table is what the head of the present table says.
	zones []moment.NamedZone
	roles []name
	// open is the entry whose text goes on in the rows below, or -1; room is how
	// many more rows it may take.
	open, room int
	block      int
	name       name // a name that stands alone, whose value is on the next row
	nameBlock  int
	depth      int // of the open entry in lists; -1 of a heading
	seq        []sense
}

func (r *reader) walk() {
	w := &walker{reader: r, open: -1, section: -1}
	if r.from == 0 {
		w.front()
	}
	for i := r.from; i < r.to; i++ {
		row := &r.d.Rows[i]
		w.trace = r.traces[i]
		if w.sections[i] != w.section {
			w.section, w.kind = w.sections[i], w.kindOf(i)
			w.skipped = aside(w.kind)
			w.zone, w.day, w.open = moment.NamedZone{}, civil{}, -1
		}
		switch row.Kind {
		case document.Heading:
			w.heading(i, row)
		case document.TableHead:
			w.tableHead(i, row)
		case document.TableRow:
			w.tableRow(i, row)
		case document.Text, document.HTML:
			if !row.Quoted {
				w.text(i, row)
			} else if w.boxed(i) {
				w.named(row, w.of(i))
			}
		case document.Code, document.Comment:
		}
	}
	r.dateEntries()
}

// aside reports whether a section's times are not those of the incident.
func aside(kind section.Kind) bool {
	switch kind {
	case section.Actions, section.Lessons, section.WentWell, section.WentWrong, section.Lucky, section.Supporting, section.Glossary, section.Background:
		return true
	default:
		return false
	}
}

func (w *walker) heading(i int, row *document.Row) {
	w.open = -1
	w.name = name{}
	stamps := w.of(i)
	if len(stamps) > 0 {
		s := &stamps[0].Stamp
		before := lead(row.Text[:s.From])
		switch {
		case w.isEvent(i):
			w.entry(row, stamps)
			w.room, w.depth = 6, -1
			if s.Dated() {
				w.day = civil{}
			}
			return
		case s.Dated() && !s.Several && row.Level > 1:
			if d := w.cal.dayOf(s); d.known() {
				w.day = d
				if before == "" && w.kind == section.Timeline {
					return // the events of a day
				}
			}
		}
	}
	if z := zoneSaid(row.Text, true); z.Name != "" {
		w.zone = z
	}
	if n := nameOf(row.Text); n.roles&^day != 0 || n.metric != noMetric {
		w.name, w.nameBlock = n, row.Block
	}
}

// rest is what stands behind the time of an entry, as far as it is about that time.
func (w *walker) rest(text string, stamps []placed, texts []string) []string {
	to := stamps[0].To
	if stamps[0].Open && len(stamps) > 1 {
		to, stamps = stamps[1].To, stamps[1:]
	}
	text = untilNext(text, stamps[1:], to)
	if w.kind != section.Timeline {
		_, end := sentence(text, to, to)
		text = text[:end]
	}
	if rest := strings.TrimLeft(text[to:], " \t-–—:：|)]）】*`,>→"); rest != "" {
		texts = append(texts, rest)
	}
	return texts
}

// untilNext cuts a text before the sentence that has the next time of day in it.
func untilNext(text string, stamps []placed, from int) string {
	for k := range stamps {
		if s := &stamps[k].Stamp; s.Clock && s.From >= from {
			begin, _ := sentence(text, s.From, s.To)
			return text[:max(begin, from)]
		}
	}
	return text
}

// entry begins an entry of the timeline.
func (w *walker) entry(row *document.Row, stamps []placed) {
	e := entry{line: row.Line, stamp: stamps[0].Stamp, zone: w.zone, day: w.day, kind: w.kind, group: w.section}
	if stamps[0].Open && len(stamps) > 1 {
		e.end = stamps[1].Stamp
	}
	if stamps[0].Dated() {
		w.told, w.toldIn = w.cal.dayOf(&stamps[0].Stamp), row.Block
	}
	e.written = row.Text[stamps[0].From:stamps[0].To]
	e.texts = w.rest(row.Text, stamps, e.texts)
	w.open, w.block, w.room, w.depth = len(w.entries), row.Block, 0, row.Depth
	if len(e.texts) == 0 {
		w.room = 4
	}
	w.entries = append(w.entries, e)
	switch {
	case !stamps[0].Open:
		w.prose(row, stamps, 1)
	case w.kind != section.Timeline:
		w.prose(row, stamps, 0) // "10:02 - 10:40: logins failed", one of several
	}
}

// text reads a line of a paragraph or of a list.
func (w *walker) text(i int, row *document.Row) {
	stamps := w.of(i)
	if w.pending(row, stamps) {
		return
	}
	if w.skipped {
		w.open = -1
		if label, value, ok := labelled(row); ok {
			if n := nameOf(label); n.metric != noMetric {
				w.field(n, row.Line, value, nil)
			}
		}
		return
	}
	if len(stamps) > 0 && stamps[0].Clock && leadsEntry(lead(row.Text[:stamps[0].From])) && (row.First || w.startsBlock(i, row)) &&
		(row.Depth > 0 || w.kind == section.Timeline || !stamps[0].Open) {
		w.entry(row, stamps)
		return
	}
	if w.named(row, stamps) {
		w.open = -1
		return
	}
	if w.update(i, row, stamps) {
		return
	}
	if w.open >= 0 && row.First && row.Depth <= w.depth {
		w.open = -1
	}
	if w.open >= 0 && (row.Block == w.block || w.room > 0) && !row.Box {
		w.goOn(i, row, stamps)
		return
	}
	if len(stamps) > 0 && stamps[0].Dated() && !stamps[0].Clock && lead(row.Text[:stamps[0].From]) == "" && dayAlone(row.Text[stamps[0].To:]) {
		if d := w.cal.dayOf(&stamps[0].Stamp); d.known() {
			w.day = d // the events of a day
			w.open = -1
			return
		}
	}
	w.prose(row, stamps, 0)
}

// update reads the updates of a status page and the messages of a chat: a name in
// bold letters, then the time, then what was said, or the time below it all.
func (w *walker) update(i int, row *document.Row, stamps []placed) bool {
	if len(stamps) == 0 || !stamps[0].Clock {
		return false
	}
	before, after := strings.Trim(row.Text[:stamps[0].From], updateMarks), strings.Trim(row.Text[stamps[0].To:], updateMarks)
	switch {
	case row.Strong > 0 && row.Strong <= stamps[0].From && strings.Trim(row.Text[row.Strong:stamps[0].From], updateMarks) == "":
		isStatus := statusWords[lower(before)]
		if !isStatus && (after == "" || len(before) > longestSpeaker) {
			return false
		}
		w.entry(row, stamps)
		e := &w.entries[w.open]
		e.texts = append(e.texts[:0], after)
		if e.spoken = !isStatus; isStatus {
			e.texts[0] = before + ". " + after
			w.room = 2
		}
		return true
	case after == "" && (before == "" || strings.EqualFold(before, "posted")):
		above := w.updateAbove(i)
		if above == i {
			return false
		}
		w.entry(row, stamps)
		e := &w.entries[w.open]
		for j := above; j < i; j++ {
			e.texts = append(e.texts, w.d.Rows[j].Text)
		}
		w.open = -1
		return true
	}
	return false
}

// updateMarks may stand between the parts of an update.
const updateMarks = " \t*_:：-–—|,()[]（）【】@."

// longestSpeaker is how long the name of somebody who writes is at most, in bytes.
const longestSpeaker = 24

// statusWords are the names that status pages give to their updates.
var statusWords = setOf(`investigating identified monitoring update resolved completed verifying mitigated scheduled
	調査中 原因特定 監視中 経過観察中 経過観察 対応中 続報 解決 解決済み 復旧 復旧済み`)

// updateAbove is the row of a row's block, above it, with which an update of a
// status page begins, or the row itself.
func (w *walker) updateAbove(i int) int {
	for above := i - 1; above >= w.from && i-above < mostUpdate && w.d.Rows[above].Block == w.d.Rows[i].Block; above-- {
		first, _, _ := strings.Cut(w.d.Rows[above].Text, " ")
		if statusWords[lower(strings.Trim(first, updateMarks))] {
			return above
		}
		if len(w.of(above)) > 0 {
			break
		}
	}
	return i
}

// mostUpdate is how many lines an update has at most.
const mostUpdate = 8

// goOn adds a line to the entry that is open.
func (w *walker) goOn(i int, row *document.Row, stamps []placed) {
	if row.Block != w.block {
		w.room--
	}
	text := untilNext(row.Text, stamps, 0)
	if len(stamps) > 0 && !stamps[0].Open {
		w.prose(row, stamps, 0)
	}
	if text == "" {
		return
	}
	e := &w.entries[w.open]
	switch n := len(e.texts); {
	case n > 0 && w.d.Rows[i-1].Block == row.Block:
		if (w.kind == section.Timeline || row.Depth > 0) && len(e.texts[n-1]) < mostTold {
			e.texts[n-1] += " " + text // a line that goes on
		}
	case n < 6:
		e.texts = append(e.texts, text)
	}
}

// dayAlone reports whether what follows a day leaves it standing alone.
func dayAlone(rest string) bool {
	rest = strings.Trim(rest, " :*_-：")
	return rest == "" || len(rest) < 40 && rest[0] == '(' && strings.HasSuffix(rest, ")")
}

// startsBlock reports whether a line is the first of its paragraph, or stands
// among lines that each begin with a time.
func (w *walker) startsBlock(i int, row *document.Row) bool {
	if row.Kind == document.HTML || i == 0 || w.d.Rows[i-1].Block != row.Block {
		return true
	}
	return w.open >= 0 && w.block == row.Block || w.kind == section.Timeline
}

// leadsEntry reports whether words may stand before the time of an entry.
func leadsEntry(text string) bool {
	switch strings.ToLower(strings.Trim(text, " *~:：")) {
	case "from", "between":
		return false
	case "by", "then at", "finally at", "and at", "and by":
		return true
	}
	return leadsValue(text)
}
