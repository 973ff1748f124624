package moment

import (
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/width"
)

// said is what the words of a text say, before a day is looked for that fits.
type said struct {
	day   dayKind
	year  int // 0 if unsaid
	month time.Month
	mday  int
	back  int // days before today, for dayBack

	weekday    time.Weekday
	hasWeekday bool

	clock                      bool
	hour, minute, second, nano int
	half                       half
	part                       *part

	zone *time.Location

	distance bool
	ago      time.Duration

	assumed Assumption
}

// dayKind says how a text names its day.
type dayKind int

const (
	dayUnsaid dayKind = iota
	dayDate           // 11/20, 2026-11-20
	dayBack           // yesterday, 3日前
)

// half is the half of the day that a text names.
type half int

const (
	halfUnsaid half = iota
	am              // am, a.m.
	pm
	gozen // 午前
	gogo  // 午後
)

// reader walks over a text and collects what it says.
type reader struct {
	src string // folded to half width, with its case
	low string // the same in lower case, byte for byte
	pos int
	iso bool // the date had a T behind it
	said
}

// read takes a text apart.
func read(text string) (*said, *Problem) {
	if len(text) > longest {
		return nil, unreadable
	}
	src := fold(text)
	if src == "" {
		return nil, &Problem{Kind: Empty}
	}
	r := &reader{src: src, low: lower(src)}
	for r.skip(); r.pos < len(r.low); r.skip() {
		if problem := r.next(); problem != nil {
			return nil, problem
		}
	}
	if r.distance == r.clock || r.distance && r.day != dayUnsaid {
		return nil, unreadable // neither of them, or both
	}
	return &r.said, nil
}

// fold brings a text to one spelling: half-width letters and digits, single
// blanks, an ASCII minus, and Arabic numerals before Japanese units.
func fold(text string) string {
	text = width.Fold.String(text)
	text = strings.Map(func(r rune) rune {
		if r == '\u2212' {
			return '-'
		}
		if unicode.IsSpace(r) {
			return ' '
		}
		return r
	}, text)
	text = strings.Join(strings.Fields(text), " ")
	return kanjiNumber.ReplaceAllStringFunc(text, func(s string) string {
		m := kanjiNumber.FindStringSubmatch(s)
		return arabic(m[1]) + m[2]
	})
}

var kanjiNumber = regexp.MustCompile(`([〇一二三四五六七八九十]+)([年月日時分秒])`)

// arabic turns a kanji number below 100, or one written digit by digit, into
// Arabic digits. What is neither comes back as it is and will not be read.
func arabic(kanji string) string {
	const digits = "〇一二三四五六七八九"
	digit := func(s string) int { return strings.Index(digits, s) / len("〇") }
	tens, ones, isTens := strings.Cut(kanji, "十")
	if !isTens {
		var b strings.Builder
		for _, r := range kanji {
			b.WriteString(strconv.Itoa(digit(string(r))))
		}
		return b.String()
	}
	if len(tens) > len("一") || len(ones) > len("一") || strings.Contains(ones, "十") {
		return kanji
	}
	n := 10
	if tens != "" {
		n = 10 * digit(tens)
	}
	if ones != "" {
		n += digit(ones)
	}
	return strconv.Itoa(n)
}

// lower lowers ASCII letters only, so that offsets stay what they are.
func lower(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + ('a' - 'A')
		}
		return r
	}, s)
}

// filler matches what joins the parts of a time and says nothing by itself. A wave
// at the end means from then on.
var filler = regexp.MustCompile(`^(?:[ ,、。.()\[\]@の]|に|から|です|でした|ちょうど|ぴったり|先ほど|さきほど|さっき|[~〜]$|` +
	`(?:at|on|in the|the|since|from|exactly|sharp)\b)+`)

// skip moves past filler.
func (r *reader) skip() { r.pos += len(filler.FindString(r.low[r.pos:])) }

// next reads one part of the text by the first form that fits.
func (r *reader) next() *Problem {
	rest := r.low[r.pos:]
	for _, f := range forms {
		m := f.pattern.FindStringSubmatch(rest)
		if m == nil || m[0] == "" || splits(m[0], rest[len(m[0]):]) {
			continue
		}
		if problem := f.read(r, m); problem != nil {
			return problem
		}
		r.pos += len(m[0])
		return nil
	}
	return unreadable
}

// splits reports whether a number or a word goes on from one string to the next.
func splits(left, right string) bool {
	if right == "" {
		return false
	}
	l, r := left[len(left)-1], right[0]
	isDigit := func(b byte) bool { return '0' <= b && b <= '9' }
	isLetter := func(b byte) bool { return 'a' <= b && b <= 'z' }
	return isDigit(l) && isDigit(r) || isLetter(l) && isLetter(r)
}

// setDate notes a date of the calendar; a year of 0 is unsaid.
func (r *reader) setDate(year, month, day string) *Problem {
	y, m, d := number(year), number(month), number(day)
	if r.day != dayUnsaid || m < 1 || m > 12 || d < 1 || d > 31 || year != "" && y < 1970 {
		return unreadable
	}
	r.day, r.year, r.month, r.mday = dayDate, y, time.Month(m), d
	return nil
}

// setBack notes a day by its distance from today.
func (r *reader) setBack(days int) *Problem {
	if r.day != dayUnsaid {
		return unreadable
	}
	r.day, r.back = dayBack, days
	return nil
}

// setWeekday notes a weekday.
func (r *reader) setWeekday(d time.Weekday) *Problem {
	if r.hasWeekday {
		return unreadable
	}
	r.weekday, r.hasWeekday = d, true
	return nil
}

// setClock notes a time of day. Minute, second and fraction may be empty.
func (r *reader) setClock(hour, minute, second, fraction string) *Problem {
	h, m, s := number(hour), number(minute), number(second)
	if r.clock || h > 29 || m > 59 || s > 59 {
		return unreadable
	}
	r.clock, r.hour, r.minute, r.second = true, h, m, s
	if fraction != "" {
		r.nano = number((fraction + "000000000")[:9])
	}
	return nil
}

// setHalf notes am, pm, 午前 or 午後.
func (r *reader) setHalf(h half) *Problem {
	if r.half != halfUnsaid {
		return unreadable
	}
	r.half = h
	return nil
}

// setPart notes a part of the day.
func (r *reader) setPart(p part) *Problem {
	if r.part != nil {
		return unreadable
	}
	r.part = &p
	return nil
}

// setZone notes a zone.
func (r *reader) setZone(z *time.Location) *Problem {
	if r.zone != nil {
		return unreadable
	}
	r.zone = z
	return nil
}

// setAgo notes a distance into the past; a negative one lies ahead.
func (r *reader) setAgo(d time.Duration) *Problem {
	if r.distance {
		return unreadable
	}
	r.distance, r.ago = true, d
	return nil
}

// number reads digits that a pattern has matched. Empty is 0.
func number(digits string) int {
	n, _ := strconv.Atoi(digits)
	return n
}
