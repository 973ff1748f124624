package inspect

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kintsugi-app/kintsugi/workflows/document"
	"github.com/kintsugi-app/kintsugi/workflows/moment"
)

// fact is a time that a name or a sentence gives to a milestone.
type fact struct {
	roles  role
	source Source
	line   int
	stamp  moment.Stamp
	// end is that of a stretch of time, which then goes from started to resolved.
	end    moment.Stamp
	isSpan bool
	zone   moment.NamedZone
	day    civil // of the section, for a time without its date
	// ofImpact says that it stands in the section about the impact.
	ofImpact bool
}

// stated is a duration that the document gives.
type stated struct {
	metric metric
	Measure
	rank rank
}

// measured is a duration as it is stated on a line.
func measured(s moment.Span, line int) Measure {
	return Measure{Known: true, Duration: s.Duration, Approximate: s.Approximate, Line: line}
}

// rank is how a duration is stated, the better first.
type rank uint8

const (
	byName     rank = iota // by the metric's own name
	ofField                // "Duration", 影響時間, "the outage lasted"
	ofSentence             // in passing
)

// front reads the front matter. Its date is that of the text, but where it says
// too when all was over, it is when it began.
func (w *walker) front() {
	before := len(w.facts)
	for _, p := range w.d.Front {
		w.field(nameOf(p.Key), p.Line, p.Value, plainStamps(p.Value))
	}
	var all role
	for _, f := range w.facts[before:] {
		all |= f.roles
	}
	if all&resolved == 0 || all&started != 0 {
		return
	}
	for _, p := range w.d.Front {
		if nameOf(p.Key).roles == day {
			w.field(name{roles: started}, p.Line, p.Value, plainStamps(p.Value))
		}
	}
}

func plainStamps(text string) []placed {
	var out []placed
	for _, s := range moment.Stamps(nil, text) {
		out = append(out, placed{s, -1})
	}
	return out
}

// field takes a name and its value.
func (w *walker) field(n name, line int, value string, stamps []placed) bool {
	if !n.known() {
		return false
	}
	if n.metric != noMetric {
		if s, ok := moment.FieldSpan(value); ok && !s.Bound {
			w.measures = append(w.measures, stated{n.metric, measured(s, line), byName})
			return true
		}
		return w.bare(n, n.metric, line, value)
	}
	if w.window(n, line, value, stamps) {
		return true
	}
	if len(stamps) > 0 && stamps[0].Clock && leadsValue(lead(value[:stamps[0].From])) && n.roles&milestones != 0 && n.roles&window == 0 {
		f := w.factOf(n, line, stamps[0].Stamp)
		f.roles = n.roles & milestones
		w.facts = append(w.facts, f)
		return true
	}
	if n.roles&^day == started && !w.vague {
		w.vague, w.vagueDay = w.openStart(value, stamps)
	}
	if n.roles&window != 0 {
		return w.measureIn(value, line) || w.bare(n, ttr, line, value)
	}
	if n.roles == detected || n.roles == resolved || n.roles == mitigated || n.roles == repaired {
		if s, ok := moment.FieldSpan(value); ok && !s.Bound && s.From <= 8 && len(stamps) == 0 && len(value) < 60 {
			w.measures = append(w.measures, stated{metricOf(n.roles), measured(s, line), ofField})
			return true
		}
	}
	return false
}

// openStart reports whether a field leaves it open when all began: it gives only a
// day, which is returned, or says in words that nobody knows.
func (w *walker) openStart(value string, stamps []placed) (bool, civil) {
	if len(stamps) > 0 && stamps[0].Dated() && !stamps[0].Clock {
		d := w.cal.dayOf(&stamps[0].Stamp)
		return d.known(), d
	}
	if len(value) > mostUnknown {
		return false, civil{}
	}
	value = lower(value)
	return len(stamps) == 0 && (strings.Contains(value, "unknown") || strings.Contains(value, "unclear") || strings.Contains(value, "不明")), civil{}
}

// mostUnknown is how long a value is at most that says only that it is not known,
// in bytes.
const mostUnknown = 80

// factOf is a fact that a field gives.
func (w *walker) factOf(n name, line int, s moment.Stamp) fact {
	f := fact{source: Field, line: line, stamp: s, zone: w.zone, day: w.day}
	if s.Relative {
		f.day = w.told // 同日, 翌日: as seen from the last that was named
	}
	if s.Dated() {
		w.told = w.cal.dayOf(&s)
	}
	if n.zone.Name != "" {
		f.zone = n.zone
	}
	return f
}

// window reads the stretch of time that a field gives: "10:02 - 11:15", "about 1h
// (10:02 - 11:15)".
func (w *walker) window(n name, line int, value string, stamps []placed) bool {
	if n.roles == 0 || n.roles&^(window|day|started) != 0 {
		return false
	}
	for k := range stamps {
		s := &stamps[k].Stamp
		if k > 0 && n.roles&window == 0 || !s.Clock {
			return false
		}
		if s.Open && k+1 < len(stamps) && stamps[k+1].Clock {
			f := w.factOf(n, line, *s)
			f.roles, f.source = started|resolved, Range
			f.end, f.isSpan = stamps[k+1].Stamp, true
			w.facts = append(w.facts, f)
			w.measureIn(value, line)
			return true
		}
	}
	return false
}

// bare reads a number whose unit is in its name: "Duration (minutes): 153".
func (w *walker) bare(n name, m metric, line int, value string) bool {
	count, err := strconv.ParseFloat(strings.Trim(value, " *`~"), 64)
	if n.unit == 0 || err != nil || !(count >= 0 && count <= 1e6) {
		return false
	}
	d := time.Duration(count * float64(n.unit))
	how := byName
	if n.metric == noMetric {
		how = ofField
	}
	w.measures = append(w.measures, stated{m, Measure{Known: true, Duration: d, Line: line}, how})
	return true
}

// measureIn reads the duration of a field that tells how long it lasted.
func (w *walker) measureIn(value string, line int) bool {
	s, ok := moment.FieldSpan(value)
	if !ok {
		// "10:02 - 11:15 (73 minutes)", 書き込み不能: 約23分.
		if s, ok = moment.FirstSpan(value); !ok || !strings.ContainsAny(lastRune(strings.TrimRight(value[:s.From], " 約~")), "(（:：") {
			return false
		}
	}
	if s.Bound {
		return false
	}
	w.measures = append(w.measures, stated{ttr, measured(s, line), ofField})
	return true
}

// lastRune is the last character of a text.
func lastRune(text string) string {
	_, size := utf8.DecodeLastRuneInString(text)
	return text[len(text)-size:]
}

// pending gives the value to a name that stood alone on a line or as a heading.
func (w *walker) pending(row *document.Row, stamps []placed) bool {
	if !w.name.known() || row.Block == w.nameBlock && row.First {
		return false
	}
	n := w.name
	w.name = name{}
	if len(row.Text) > 120 {
		return false
	}
	if len(stamps) > 0 && lead(row.Text[:stamps[0].From]) != "" && !leadsValue(row.Text[:stamps[0].From]) {
		return false
	}
	return w.field(n, row.Line, row.Text, stamps)
}

// leadsValue reports whether words may stand before the time in a value.
func leadsValue(text string) bool {
	switch lower(strings.Trim(text, " *~:：")) {
	case "", "at", "on", "about", "around", "approx", "approx.", "approximately", "約", "from":
		return true
	}
	return false
}

// named reads a line that is a name and a value.
func (w *walker) named(row *document.Row, stamps []placed) bool {
	label, value, ok := labelled(row)
	if ok {
		n := nameOf(label)
		if len(stamps) > 0 && stamps[0].Open && isOutage(label) {
			n = name{roles: window} // "Incident: 16:20 - 17:05"
		}
		if n.known() {
			shift := len(row.Text) - len(value)
			if strings.Trim(value, " *-–—:：|_") == "" {
				w.name, w.nameBlock = n, row.Block
				return true
			}
			ok := w.field(n, row.Line, value, shifted(stamps, shift))
			if ok && n.metric != noMetric {
				w.furtherMetrics(row, value)
			}
			return ok && w.furtherNames(row, stamps)
		}
	}
	if name := unmarked(row.Text); len(stamps) == 0 && (row.Bold && row.First || name != "") {
		if name == "" {
			name = row.Text
		}
		if n := nameOf(name); n.known() {
			w.name, w.nameBlock = n, row.Block
			return true
		}
	}
	// "Fault occurs 2020-02-25 07:32", "Severity 1 | Start 2020-02-25 07:32".
	if len(stamps) > 0 && stamps[0].Clock && stamps[0].From > 0 {
		label := row.Text[:stamps[0].From]
		label = label[strings.LastIndexByte(label, '|')+1:]
		if len(label) <= longestName {
			if n := nameOf(label); n.roles != 0 {
				if row.Depth > 0 || len(row.Text)-stamps[0].To < 40 || namesNext(row, stamps) {
					return w.field(n, row.Line, row.Text[stamps[0].From:], shifted(stamps, stamps[0].From)) && w.furtherNames(row, stamps)
				}
			}
		}
	}
	return false
}

// isOutage reports whether a name says only that this is the incident.
func isOutage(label string) bool {
	switch lower(bareName(label)) {
	case "incident", "outage", "disruption", "障害", "インシデント":
		return true
	}
	return false
}

// mostNames is how many names with their times one line may have.
const mostNames = 8

// namesNext reports whether the second time of a line has a name, too: "Began
// 10:02 UTC, noticed 10:40 UTC when …".
func namesNext(row *document.Row, stamps []placed) bool {
	if len(stamps) < 2 || !stamps[1].Clock {
		return false
	}
	label := lastClause(row.Text[stamps[0].To:stamps[1].From])
	return len(label) <= longestName && nameOf(label).roles&milestones != 0
}

// furtherNames reads the other names of "Start: 10:00, end: 11:30", and is true.
func (w *walker) furtherNames(row *document.Row, stamps []placed) bool {
	for k := 1; k < min(len(stamps), mostNames); k++ {
		label := lastClause(row.Text[stamps[k-1].To:stamps[k].From])
		if !stamps[k].Clock || len(label) > longestName {
			continue
		}
		if n := nameOf(strings.TrimLeft(label, " ,;/|、／)）")); n.roles&milestones != 0 {
			at := stamps[k].From
			w.field(n, row.Line, row.Text[at:], shifted(stamps, at))
		}
	}
	return true
}

// furtherMetrics reads the others of "TTD: 2 min / TTR: 13 min".
func (w *walker) furtherMetrics(row *document.Row, value string) {
	for range mostNames {
		at := strings.IndexAny(value, "/,;|、／")
		if at < 0 {
			return
		}
		value = strings.TrimLeft(value[at:], " /,;|、／")
		name, rest, ok := strings.Cut(strings.Replace(value[:min(len(value), longestName)], "：", ":", 1), ":")
		if n := nameOf(name); ok && n.metric != noMetric {
			w.field(n, row.Line, strings.TrimLeft(rest, " "), nil)
		}
	}
}

// labelled takes a line apart at its colon or at the end of its bold words.
func labelled(row *document.Row) (label, value string, ok bool) {
	text := row.Text
	if at := row.Strong; at > 0 && at < len(text) && at <= longestName {
		return text[:at], strings.TrimLeft(text[at:], " :：-–—"), true
	}
	for at := 1; at < len(text) && at <= longestName; at++ {
		size := 0
		switch c := text[at]; {
		case !parting[c]:
			continue // most letters
		case c == ':' && (at+1 == len(text) || text[at+1] == ' ' || text[at+1] == '*' || text[at+1] >= 0x80), c == '\t':
			size = 1
		case c == ' ' && at+2 < len(text) && (text[at+1] == '-' || text[at+1] == '=' || text[at+1] == 0xE2):
			size = dash(text[at:])
		case c == 0xEF && strings.HasPrefix(text[at:], "："), c == 0xE3 && strings.HasPrefix(text[at:], "】"):
			size = len("：")
		}
		if size > 0 {
			return text[:at], strings.TrimLeft(text[at+size:], " :："), true
		}
	}
	return "", "", false
}

// parting are the bytes that a sign behind a label begins with.
var parting = func() (table [256]bool) {
	for _, c := range []byte("\t :" + "："[:1] + "】"[:1]) {
		table[c] = true
	}
	return table
}()

// dash is how long the sign is that parts a name from its value, with the blanks
// around it, or 0.
func dash(text string) int {
	for _, sign := range [...]string{" - ", " – ", " — ", " = "} {
		if strings.HasPrefix(text, sign) {
			return len(sign)
		}
	}
	return 0
}

// shifted are the stamps of the end of a text, seen from there.
func shifted(stamps []placed, by int) []placed {
	var out []placed
	for _, s := range stamps {
		if s.From >= by {
			s.From, s.To = s.From-by, s.To-by
			out = append(out, s)
		}
	}
	return out
}
