package inspect

import (
	"strings"

	"github.com/kintsugi-app/kintsugi/workflows/document"
	"github.com/kintsugi-app/kintsugi/workflows/moment"
	"github.com/kintsugi-app/kintsugi/workflows/postmortem/section"
)

func (w *walker) tableHead(i int, row *document.Row) {
	w.open = -1
	w.zones, w.roles = w.zones[:0], w.roles[:0]
	for c := range columns(row) {
		text := row.Cells[c].Text
		w.roles = append(w.roles, nameOf(text))
		w.zones = append(w.zones, moment.ZoneIn(text))
	}
	// A table without a head has its first field there.
	if len(row.Cells) >= 2 && nameOf(row.Cells[0].Text).known() && len(w.inCell(i, 1)) > 0 {
		w.zones, w.roles = w.zones[:0], w.roles[:0]
		w.tableRow(i, row)
	}
}

func (w *walker) tableRow(i int, row *document.Row) {
	w.open = -1
	if len(row.Cells) == 0 {
		return
	}
	// The milestones are the columns.
	across := 0
	for c := range columns(row) {
		if c < len(w.roles) && (w.roles[c].roles&milestones != 0 || w.roles[c].metric != noMetric) {
			across++
		}
	}
	if across >= 2 {
		for c := range columns(row) {
			if c < len(w.roles) && w.roles[c].known() {
				w.field(w.roles[c], row.Line, row.Cells[c].Text, w.inCell(i, c))
			}
		}
		return
	}
	n := nameOf(row.Cells[0].Text)
	if n.metric == noMetric && w.skipped {
		return // 検知 and 緩和 are kinds of action, too
	}
	if n.known() && len(row.Cells) >= 4 && len(row.Cells)%2 == 0 && nameOf(row.Cells[2].Text).known() {
		w.pairs(i, row)
		return
	}
	if n.known() && len(w.inCell(i, 0)) == 0 {
		for c := 1; c < len(columns(row)); c++ {
			zone := w.zone
			if c < len(w.zones) && w.zones[c].Name != "" {
				w.zone = w.zones[c]
			}
			ok := w.field(n, row.Line, row.Cells[c].Text, w.inCell(i, c))
			w.zone = zone
			if ok {
				return
			}
		}
		return
	}
	if w.skipped {
		return
	}
	w.tableEntry(i, row)
}

// pairs reads a row of names and values by turns.
func (w *walker) pairs(i int, row *document.Row) {
	for c := 0; c+1 < len(columns(row)); c += 2 {
		w.field(nameOf(row.Cells[c].Text), row.Line, row.Cells[c+1].Text, w.inCell(i, c+1))
	}
}

// tableEntry reads a row of a timeline: the first cell that begins with a time of
// day, perhaps with its date in the cell before, and what the others say.
func (w *walker) tableEntry(i int, row *document.Row) {
	at := -1
	var date civil
	for c := range columns(row) {
		stamps := w.inCell(i, c)
		if len(stamps) == 0 || len(lead(row.Cells[c].Text[:stamps[0].From])) > 0 {
			continue
		}
		if stamps[0].Clock {
			at = c
			break
		}
		if stamps[0].Dated() && !date.known() {
			date = w.cal.dayOf(&stamps[0].Stamp)
		}
	}
	if at < 0 {
		return
	}
	stamps := w.inCell(i, at)
	zone := w.zone
	if at < len(w.zones) && w.zones[at].Name != "" {
		zone = w.zones[at]
	}
	e := entry{line: row.Line, stamp: stamps[0].Stamp, zone: zone, day: w.day, kind: w.kind, group: w.section}
	if w.kind == section.Unknown {
		e.kind = section.Timeline // whatever is above it
	}
	if date.known() && !e.stamp.Dated() {
		e.stamp.Year, e.stamp.Month, e.stamp.Day = date.year, date.month, date.day
	}
	if stamps[0].Open && len(stamps) > 1 {
		e.end = stamps[1].Stamp
	}
	cell := &row.Cells[at]
	e.written = cell.Text[stamps[0].From:stamps[0].To]
	e.texts = w.rest(cell.Text, stamps, e.texts)
	for c := range columns(row) {
		if text := strings.TrimSpace(row.Cells[c].Text); c != at && text != "" && !w.timeAlone(i, c, text) {
			e.texts = append(e.texts, text)
		}
	}
	e.cells = true
	w.entries = append(w.entries, e)
}

// timeAlone reports whether a cell holds nothing but a time, such as the same one
// in another zone.
func (w *walker) timeAlone(i, c int, text string) bool {
	stamps := w.inCell(i, c)
	return len(stamps) > 0 && len(text)-(stamps[0].To-stamps[0].From) <= 4
}

// mostColumns is how many columns of a table are read.
const mostColumns = 16

// columns are the cells of a row that are read.
func columns(row *document.Row) []document.Cell {
	return row.Cells[:min(len(row.Cells), mostColumns)]
}
