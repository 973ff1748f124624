package inspect

import (
	"path"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows/document"
	"github.com/kintsugi-app/kintsugi/workflows/moment"
)

// civil is a day of the calendar. The zero value is none.
type civil struct{ year, month, day int }

func (c civil) known() bool { return c.day != 0 }

func (c civil) time() time.Time {
	return time.Date(c.year, time.Month(c.month), c.day, 0, 0, 0, 0, time.UTC)
}

func (c civil) plus(days int) civil {
	y, m, d := c.time().AddDate(0, 0, days).Date()
	return civil{y, int(m), d}
}

// calendar is what the whole of a document says about days and zones, for the
// times that do not say it themselves.
type calendar struct {
	// day is that of the incident, where the document names one.
	day civil
	// near is a day that is not far from all of it, to tell the year of others.
	near civil
	// order is 1 where dates of two numbers begin with the day, 2 where with the
	// month, 0 where nothing tells.
	order int
	// zone is that of all times that name none.
	zone moment.NamedZone
}

// dayOf is the day that a stamp names, and nothing where it leaves it in doubt.
func (c *calendar) dayOf(s *moment.Stamp) civil {
	if !s.Dated() {
		return civil{}
	}
	d := civil{s.Year, s.Month, s.Day}
	if s.Either {
		var ok bool
		if d, ok = c.ordered(s); !ok {
			return civil{}
		}
	}
	if d.year == 0 {
		d.year = c.yearOf(d)
	}
	if d.year == 0 || d.time().Day() != d.day {
		return civil{}
	}
	if s.Weekday != 0 && int(d.time().Weekday())+1 != s.Weekday && s.Year != 0 {
		return civil{} // one of the two is wrong
	}
	return d
}

// ordered decides which number of a date is the month.
func (c *calendar) ordered(s *moment.Stamp) (civil, bool) {
	monthFirst, dayFirst := civil{s.Year, s.Month, s.Day}, civil{s.Year, s.Day, s.Month}
	switch {
	case c.order == 1:
		return dayFirst, true
	case c.order == 2:
		return monthFirst, true
	case s.Weekday != 0 && s.Year != 0:
		a, b := int(monthFirst.time().Weekday())+1 == s.Weekday, int(dayFirst.time().Weekday())+1 == s.Weekday
		if a != b {
			if a {
				return monthFirst, true
			}
			return dayFirst, true
		}
	}
	if !c.near.known() {
		return civil{}, false
	}
	for _, d := range [...]*civil{&monthFirst, &dayFirst} {
		if d.year == 0 {
			d.year = c.yearOf(*d)
		}
	}
	a, b := apart(monthFirst, c.near), apart(dayFirst, c.near)
	switch {
	case a <= 3 && b > 14:
		return monthFirst, true
	case b <= 3 && a > 14:
		return dayFirst, true
	}
	return civil{}, false
}

// apart is how many days lie between two days.
func apart(a, b civil) int {
	days := int(a.time().Sub(b.time()) / (24 * time.Hour))
	return max(days, -days)
}

// yearOf is the year that brings a day nearest to the incident's, within half a
// year less some doubt.
func (c *calendar) yearOf(d civil) int {
	if !c.near.known() {
		return 0
	}
	for _, year := range [...]int{c.near.year, c.near.year - 1, c.near.year + 1} {
		if apart(civil{year, d.month, d.day}, c.near) <= 150 {
			return year
		}
	}
	return 0
}

// far reports whether a day cannot belong to the same incident: most likely its
// year was mistyped.
func (c *calendar) far(d civil) bool {
	return c.near.known() && apart(d, c.near) > 200
}

// hints collects what a document says about its day, from what is trusted most.
type hints struct {
	stamps   []moment.Stamp
	title    civil
	partial  civil // a title's day whose year is elsewhere
	field    civil
	front    civil
	file     civil
	prose    civil
	years    map[int]int
	first    int // the first year that is written
	orders   [3]int
	americas bool // a zone of those who write the month first
	others   bool // one of those who write the day first
	zone     moment.NamedZone
	noDay    bool // the title names several days
}

// calendarOf reads the days and the zone of a document.
func (r *reader) calendarOf() {
	h := &hints{years: map[int]int{}}
	if r.from == 0 {
		h.file = fileDay(r.file)
		for _, p := range r.d.Front {
			h.pair(p)
		}
	}
	r.orders(h)
	r.cal.order = h.decideOrder()
	first := true
	for i := r.from; i < r.to; i++ {
		row := &r.d.Rows[i]
		if aside(r.kindOf(i)) {
			continue
		}
		switch {
		case row.Kind == document.Heading && (first || row.Level == 1):
			if first || !h.title.known() {
				h.heading(r, i)
			}
			first = false
		case row.Kind == document.Text && (!row.Quoted || r.boxed(i)):
			r.hint(h, i)
		case row.Kind == document.TableRow && len(row.Cells) >= 2:
			if nameOf(row.Cells[0].Text).roles&(day|window|started) != 0 && !h.field.known() {
				h.field = h.dayIn(r, row.Cells[1].Text)
			}
		}
		if h.zone.Name == "" && (row.Kind == document.Text || row.Kind == document.Heading) {
			h.zone = zoneSaid(row.Text, row.Kind == document.Heading || r.sections[i] == i)
		}
	}
	r.cal.zone = h.zone
	r.cal.day, r.cal.near = h.decide()
	if r.cal.day.known() && r.cal.day.year == 0 {
		r.cal.day = civil{}
	}
}

// decideOrder is how dates of two numbers are written, where all that tell agree.
func (h *hints) decideOrder() int {
	switch {
	case h.orders[1] > 0 && h.orders[2] == 0:
		return 1
	case h.orders[2] > 0 && h.orders[1] == 0:
		return 2
	case h.orders[1] > 0:
		return 0
	case h.americas && !h.others:
		return 2
	case h.others && !h.americas:
		return 1
	}
	return 0
}

// orders looks at every stamp for what tells the order of day and month, and the
// year.
func (r *reader) orders(h *hints) {
	for i := r.from; i < r.to; i++ {
		if r.at[i] == r.at[i+1] || aside(r.kindOf(i)) {
			continue
		}
		for k := r.at[i]; k < r.at[i+1]; k++ {
			h.order(&r.stamps[k].Stamp)
		}
	}
}

func (h *hints) order(s *moment.Stamp) {
	if s.Order != 0 && !s.Numeric {
		h.orders[s.Order]++
	}
	switch s.Zone.Name {
	case "PST", "PDT", "PT", "EST", "EDT", "ET", "CT", "MT", "MST", "MDT", "CDT":
		h.americas = true
	case "CET", "CEST", "BST", "WET", "WEST", "EET", "EEST", "AEST", "AEDT", "NZST", "NZDT", "IST":
		h.others = true
	}
	if s.Year != 0 && !s.Either {
		if h.first == 0 {
			h.first = s.Year
		}
		h.years[s.Year]++
	}
}

func (h *hints) heading(r *reader, i int) {
	for k := r.at[i]; k < r.at[i+1]; k++ {
		s := &r.stamps[k].Stamp
		if !s.Dated() || s.Numeric {
			continue
		}
		if s.Several || s.Open {
			h.noDay = true
			h.near(s)
			return
		}
		if s.Year == 0 {
			h.partial = civil{0, s.Month, s.Day}
		} else {
			h.title = r.cal.dayOf(s)
		}
		return
	}
}

func (h *hints) near(s *moment.Stamp) {
	if s.Year != 0 && !h.prose.known() {
		h.prose = civil{s.Year, s.Month, s.Day}
	}
}

// pair reads a pair of the front matter.
func (h *hints) pair(p document.Pair) {
	n := nameOf(p.Key)
	h.stamps = moment.Stamps(h.stamps[:0], p.Value)
	for i := range h.stamps {
		s := &h.stamps[i]
		if s.Dated() && s.Year == 0 && !s.Numeric && !s.Several && strings.EqualFold(p.Key, "title") {
			h.partial = civil{0, s.Month, s.Day}
			return
		}
		if !s.Dated() || s.Year == 0 || s.Either {
			continue
		}
		switch {
		case strings.EqualFold(p.Key, "title"):
			h.title = civil{s.Year, s.Month, s.Day}
		case n.roles&(day|started) != 0 && !h.front.known():
			h.front = civil{s.Year, s.Month, s.Day}
		}
		return
	}
}

// hint reads a line for the day of the incident: as a field, or in a sentence.
func (r *reader) hint(h *hints, i int) {
	if r.at[i] == r.at[i+1] {
		return
	}
	s := &r.stamps[r.at[i]].Stamp
	if !s.Dated() {
		return
	}
	row := &r.d.Rows[i]
	if isByline(row.Text) {
		return
	}
	label := strings.TrimRight(row.Text[:s.From], " ")
	if !h.field.known() && len(label) < longestName && label != "" && nameOf(label).roles&(day|window|started) != 0 {
		if s.Several {
			h.near(s)
			return
		}
		if d := r.cal.dayOf(s); d.known() {
			h.field = d
		}
	}
	if !h.prose.known() && s.Year != 0 && !s.Several {
		h.prose = r.cal.dayOf(s)
	}
}

// isByline reports whether a line tells when the text was written.
func isByline(text string) bool {
	first, _, _ := strings.Cut(strings.TrimLeft(text, " *_("), " ")
	switch lower(strings.TrimRight(first, ":")) {
	case "posted", "published", "written", "updated":
		return true
	}
	return false
}

// dayIn is the day that a value names.
func (h *hints) dayIn(r *reader, value string) civil {
	h.stamps = moment.Stamps(h.stamps[:0], value)
	if len(h.stamps) == 0 || h.stamps[0].Several {
		return civil{}
	}
	return r.cal.dayOf(&h.stamps[0])
}

// decide chooses the day: what the title says, then a field, then the file's name
// or the front matter unless a sentence says otherwise.
func (h *hints) decide() (d, near civil) {
	near = firstKnown(h.title, h.field, h.file, h.front, h.prose)
	if !near.known() && h.first != 0 && len(h.years) == 1 {
		near = civil{h.first, 7, 1}
	}
	if h.partial.known() && !h.title.known() && near.known() {
		c := calendar{near: near}
		if year := c.yearOf(h.partial); year != 0 {
			h.title = civil{year, h.partial.month, h.partial.day}
		}
	}
	switch {
	case h.title.known():
		return h.title, h.title
	case h.field.known():
		return h.field, h.field
	case h.noDay:
		return civil{}, near
	}
	if d = firstKnown(h.file, h.front); d.known() && (!h.prose.known() || h.prose == d) {
		return d, near
	}
	if h.prose.known() && !d.known() {
		return h.prose, near
	}
	return civil{}, near
}

func firstKnown(days ...civil) civil {
	for _, d := range days {
		if d.known() {
			return d
		}
	}
	return civil{}
}

// fileDay is the day that the name of a file says.
func fileDay(file string) civil {
	base := strings.ReplaceAll(path.Base(strings.ReplaceAll(file, `\`, "/")), "_", " ")
	for at := range len(base) {
		if base[at]-'0' > 9 || at > 0 && base[at-1]-'0' <= 9 {
			continue
		}
		for _, length := range [...]int{10, 8} {
			if at+length > len(base) {
				continue
			}
			stamps := moment.Stamps(nil, base[at:at+length])
			if len(stamps) == 1 && stamps[0].Year != 0 && stamps[0].Dated() && !stamps[0].Either && stamps[0].To == length &&
				(at+length == len(base) || base[at+length]-'0' > 9) {
				return civil{stamps[0].Year, stamps[0].Month, stamps[0].Day}
			}
		}
	}
	return civil{}
}
