package moment

import (
	"strings"
	"sync"
	"time"
)

// Stamp is a date, a time of day or both, as a document writes them: "Sep 27 2017
// 13:06", "4月15日（水）23:28", "04:49 PM UTC", "2:40". It says what is written and
// fills in nothing; what the document says elsewhere is for the caller to know.
type Stamp struct {
	// From and To are the bytes of the text that were read.
	From, To int

	// Day and Month are 0 where the text names no date, Year where it names none.
	Year, Month, Day int
	// Either says that month and day may be meant the other way round, as in
	// "03/04/2020"; Month holds the first then.
	Either bool
	// Order is 1 where two numbers were read as day and month, 2 where as month and
	// day, because there is no other way; 0 where that says nothing.
	Order int
	// Numeric says that the date is two numbers only, such as "3/4", which may be
	// something else.
	Numeric bool
	// Several says that the date is the first of several days: "January 14-19".
	Several bool
	// Weekday is that of the text, counted from 1 for Sunday, or 0.
	Weekday int
	// Shift is the day as seen from that of the text before: 1 for "next day" or
	// 翌日, with Relative; 0 and Relative for 同日.
	Shift    int
	Relative bool

	// Clock says that there is a time of day. Hours from 24 on are those after
	// the midnight that ends the day.
	Clock                bool
	Hour, Minute, Second int
	// Half says that the text leaves no doubt about the half of the day: by AM or
	// 午後, by an hour beyond 12, or by two digits.
	Half bool
	Zone NamedZone

	// Approximate says that the text itself says "about", "頃" or the like.
	Approximate bool
	// Open says that a stretch of time begins here, whose end is the next stamp.
	Open bool
}

// Dated reports whether the text names a date.
func (s *Stamp) Dated() bool { return s.Day != 0 }

// On returns the time of day on a date, as a wall clock in UTC.
func (s *Stamp) On(year, month, day int) time.Time {
	return time.Date(year, time.Month(month), day, s.Hour, s.Minute, s.Second, 0, time.UTC)
}

// Stamps finds the dates and times of day in a line of text, in its order, and
// appends them to found. What has holes, such as "2022-02-?? 10:00", is none of
// them, nor is what only looks similar: versions, ratios, ports, addresses.
func Stamps(found []Stamp, text string) []Stamp {
	if !mayHoldStamp(text) {
		return found
	}
	r := stampReader{src: text, out: found, base: len(found)}
	if !isWide(text) {
		r.read()
		return r.out
	}
	n := narrowers.Get().(*narrower) //nolint:errcheck // nothing else is put
	r.src = n.narrow(text)
	r.read()
	for i := r.base; i < len(r.out); i++ {
		r.out[i].From, r.out[i].To = n.back[r.out[i].From], n.back[r.out[i].To]
	}
	narrowers.Put(n)
	return r.out
}

// mayHoldStamp reports whether a text has a digit, also full width, or 正午.
func mayHoldStamp(text string) bool {
	for i := range len(text) {
		c := text[i]
		if !inStamp[c] {
			continue // most of all texts
		}
		if isDigit(c) || c == 0xEF && i+2 < len(text) && text[i+1] == 0xBC && text[i+2]-0x90 <= 9 || c == 0xE6 && strings.HasPrefix(text[i:], "正午") {
			return true
		}
	}
	return false
}

// inStamp are the digits and the first bytes of what else a stamp has one of.
var inStamp = func() (table [256]bool) {
	for _, c := range []byte("0123456789\xE6\xEF") {
		table[c] = true
	}
	return table
}()

// firstDigit is where the next ASCII digit stands, or the end.
func firstDigit(s string, from int) int {
	for from < len(s) && s[from]-'0' > 9 {
		from++
	}
	return from
}

// isWide reports whether a text has full-width letters, or one of the blanks and
// hyphens that editors put in place of the plain ones.
func isWide(text string) bool {
	for i := range len(text) {
		c := text[i]
		switch {
		case c < 0xC2: // ASCII, or within a character
		case c == 0xEF:
			return true
		case c == 0xE3 && i+2 < len(text) && text[i+1]|text[i+2] != 0x80:
			// most of Japanese
		case c == 0xC2, c == 0xE2, c == 0xE3:
			if _, size := narrowAt(text, i); size > 1 {
				return true
			}
		}
	}
	return false
}

// plain are the characters, other than full-width ASCII, that are read as another.
var plain = [...]struct {
	wide   string
	narrow byte
}{{"\u2011", '-'}, {"\u2212", '-'}, {"\u00a0", ' '}, {"\u202f", ' '}, {"\u3000", ' '}}

// narrower brings texts to half width.
type narrower struct {
	out []byte
	// back tells where each byte of the narrow text, and its end, stood before.
	back []int
}

// narrowers are used again, for most lines of Japanese need one.
var narrowers = sync.Pool{New: func() any { return new(narrower) }}

// narrow brings full-width ASCII, and what is read as it, to half width.
func (n *narrower) narrow(text string) string {
	n.out, n.back = n.out[:0], n.back[:0]
	for i := 0; i < len(text); {
		b, size := narrowAt(text, i)
		n.out, n.back = append(n.out, b), append(n.back, i)
		i += size
	}
	n.back = append(n.back, len(text))
	return string(n.out)
}

// narrowAt is the narrow byte for what stands at a place, and how long that is; of
// anything else, its first byte.
func narrowAt(text string, i int) (b byte, size int) {
	switch text[i] {
	case 0xEF:
		if i+2 >= len(text) {
			break
		}
		if c := text[i+2]; text[i+1] == 0xBC && c >= 0x81 && c <= 0xBF { // ！ to ＿
			return c - 0x81 + '!', 3
		} else if text[i+1] == 0xBD && c >= 0x80 && c <= 0x9E { // ｀ to ～
			return c - 0x80 + '`', 3
		}
	case 0xC2, 0xE2, 0xE3:
		for _, p := range plain {
			if strings.HasPrefix(text[i:], p.wide) {
				return p.narrow, len(p.wide)
			}
		}
	}
	return text[i], 1
}

// stampReader walks from digit to digit and puts dates and times of day together.
type stampReader struct {
	src  string
	out  []Stamp
	base int
	// hole is the end of a date with holes, or 0.
	hole int
}

func (r *stampReader) read() {
	for at := firstDigit(r.src, 0); at < len(r.src); {
		end := r.run(at)
		s := Stamp{From: at}
		switch {
		case !r.begins(at):
		case r.date(&s, at, end), r.clock(&s, at, end):
			r.add(s)
			end = max(end, s.To)
		}
		at = firstDigit(r.src, end)
	}
	r.noons()
}

// run is the end of the digits that begin at a place.
func (r *stampReader) run(at int) int {
	for at < len(r.src) && r.src[at]-'0' <= 9 {
		at++
	}
	return at
}

// begins reports whether a number may begin a date or a time: not within a word,
// a longer number, an address or a path.
func (r *stampReader) begins(at int) bool {
	if at == 0 {
		return true
	}
	if len(r.out) > r.base {
		// Right behind another: 2021-06-01T14:00, 10:00-11:15.
		last, c := &r.out[len(r.out)-1], r.src[at-1]
		if last.To == at-1 && (c == '-' || c|0x20 == 't' && last.Dated() && !last.Clock) {
			return true
		}
	}
	switch c := r.src[at-1]; c {
	case '_', '#', '$', '%', '&', '=', '\\', '`':
		return c == '`' && (at == 1 || !isWord(r.src[at-2]))
	case '/', ':', '.', '-', '+', '\'':
		if at > 1 && (isWord(r.src[at-2]) || r.src[at-2] == c) {
			// "Sep-27" and "due:10:00" are read, "v1.24.10" and "https://10" are not.
			return c == '-' && r.monthBefore(at) > 0 || c == ':' && at > 2 && isLetter(r.src[at-2]) && !r.address(at)
		}
		return c != '/' && c != '+' && c != '.'
	default:
		return !isLetter(c) || r.halfBefore(at) > 0
	}
}

// address reports whether a colon belongs to a host and its port.
func (r *stampReader) address(at int) bool {
	return r.run(at) < len(r.src) && r.src[r.run(at)] != ':' || r.run(at) == len(r.src)
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
func isDigit(c byte) bool  { return c-'0' <= 9 }
func isWord(c byte) bool   { return isLetter(c) || isDigit(c) || c == '_' }

// add puts a date or a time of day behind the last, or together with it.
func (r *stampReader) add(s Stamp) {
	end := 0
	if len(r.out) > r.base {
		end = r.out[len(r.out)-1].To
	}
	if s.From < end {
		return // its month is that of the date before
	}
	if s.Clock {
		r.around(&s)
		s.From = max(s.From, end)
	}
	if len(r.out) > r.base {
		last := &r.out[len(r.out)-1]
		gap := r.src[last.To:s.From]
		switch {
		case last.Dated() && !last.Clock && s.Clock && !s.Dated() && joins(gap):
			if s.Relative {
				break
			}
			last.clockOf(s)
			return
		case last.Clock && !last.Dated() && !last.Relative && s.Dated() && !s.Clock && joinsBack(gap) && !r.clockFollows(s.To):
			last.dateOf(s)
			last.To = s.To
			return
		case ranges(gap) || betweens(gap, r.src[:last.From]):
			last.Open = true
			switch {
			case !s.Clock || !last.Clock:
			case last.Zone.Name == "":
				last.Zone = s.Zone
			case s.Zone.Name == "":
				s.Zone = last.Zone
			}
		}
	}
	if r.hole > 0 && s.From-r.hole <= 24 && joins(r.src[r.hole:s.From]) && !s.Dated() {
		return // a time of a day that was left open
	}
	r.out = append(r.out, s)
}

func (s *Stamp) clockOf(c Stamp) {
	s.Clock, s.Hour, s.Minute, s.Second, s.Half, s.Zone = true, c.Hour, c.Minute, c.Second, c.Half, c.Zone
	s.Approximate = s.Approximate || c.Approximate
	s.To = c.To
	if s.Year == 0 {
		s.Year = c.Year
	}
}

func (s *Stamp) dateOf(d Stamp) {
	s.Year, s.Month, s.Day, s.Either, s.Order, s.Numeric, s.Several, s.Weekday = d.Year, d.Month, d.Day, d.Either, d.Order, d.Numeric, d.Several, d.Weekday
}

// clockFollows reports whether a time of day follows right behind a date, which
// then is its date and not that of the time before.
func (r *stampReader) clockFollows(at int) bool {
	next := firstDigit(r.src, at)
	if next == len(r.src) || next-at > 12 || !joins(r.src[at:next]) {
		return false
	}
	var s Stamp
	return r.clock(&s, next, r.run(next))
}
