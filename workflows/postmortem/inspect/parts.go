package inspect

import (
	"strings"

	"github.com/kintsugi-app/kintsugi/workflows/document"
	"github.com/kintsugi-app/kintsugi/workflows/moment"
	"github.com/kintsugi-app/kintsugi/workflows/postmortem/section"
)

// part is a stretch of rows that tells of one incident. Its own says that it is
// one of several.
type part struct {
	from, to int
	own      bool
}

// mostParts is how many incidents one document may tell of. What has more is a
// list of them.
const mostParts = 100

// parts takes a document apart by its incidents. One is the rule. There are
// several where headings of one level name an incident each, by its day and more
// than its day, or by its number, and each has times of its own below it.
func parts(d *document.Document) []part {
	var heads []int // the rows that are headings of these levels
	for i := range d.Rows {
		if row := &d.Rows[i]; row.Kind == document.Heading && row.Level <= 3 {
			heads = append(heads, i)
		}
	}
	for level := 1; level <= 3; level++ {
		if found := partsAt(d, heads, level); len(found) >= 2 && len(found) <= mostParts {
			return found
		}
	}
	return []part{{0, len(d.Rows), false}}
}

func partsAt(d *document.Document, heads []int, level int) []part {
	var found []part
	for _, i := range heads {
		row := &d.Rows[i]
		if row.Level > level {
			continue
		}
		if n := len(found); n > 0 && found[n-1].to == 0 {
			found[n-1].to = i
		}
		if row.Level == level && namesIncident(row.Text) {
			found = append(found, part{from: i, own: true})
		}
	}
	if n := len(found); n > 0 && found[n-1].to == 0 {
		found[n-1].to = len(d.Rows)
	}
	for _, p := range found {
		if !timed(d, p) {
			return nil
		}
	}
	return found
}

// shortestNamed is no longer than any day with more behind it, in bytes.
const shortestNamed = len("1 May abc") - 1

// namesIncident reports whether a heading names one incident among others: "March
// 3, 2026 - Disk full", "Incident 2: …", 障害1.
func namesIncident(text string) bool {
	named := false
	if len(text) >= shortestNamed {
		text := withoutWord(text)
		if stamps := moment.Stamps(nil, text); len(stamps) > 0 && stamps[0].Dated() && !stamps[0].Numeric && !stamps[0].Clock && stamps[0].From == 0 {
			named = len(strings.Trim(text[stamps[0].To:], " :-–—)(")) > 3
		}
	}
	for _, word := range [...]string{"incident", "outage", "インシデント", "障害"} {
		if len(text) > len(word) && strings.EqualFold(text[:len(word)], word) {
			rest := strings.TrimLeft(text[len(word):], " #-")
			named = named || rest != "" && rest[0]-'0' <= 9 && (len(rest) < 3 || rest[1]-'0' > 9 || rest[2]-'0' > 9)
		}
	}
	return named && section.Of(text) == section.Unknown
}

// withoutWord takes "Incident:" off a heading.
func withoutWord(text string) string {
	if word, rest, ok := strings.Cut(text, ":"); ok && isOutage(word) {
		return strings.TrimLeft(rest, " ")
	}
	return text
}

// timed reports whether a part says how long its incident lasted, or has two
// times of day: the events of a day below its heading are no incident by
// themselves.
func timed(d *document.Document, p part) bool {
	var stamps []moment.Stamp
	for i := p.from + 1; i < p.to; i++ {
		row := &d.Rows[i]
		if row.Kind != document.Text && row.Kind != document.TableRow {
			continue
		}
		if label, value, ok := labelled(row); ok {
			n := nameOf(label)
			if n.roles&window == 0 && n.metric == noMetric && n.roles&started == 0 {
				continue
			}
			if _, ok := moment.FieldSpan(value); ok {
				return true
			}
			stamps = moment.Stamps(stamps[:0], value)
			if len(stamps) > 0 && stamps[0].Clock {
				return true
			}
		}
		if row.Kind == document.TableRow && len(row.Cells) > 1 {
			n := nameOf(row.Cells[0].Text)
			stamps = moment.Stamps(stamps[:0], row.Cells[1].Text)
			if n.roles&started != 0 && len(stamps) > 0 && stamps[0].Clock {
				return true
			}
		}
	}
	return false
}
