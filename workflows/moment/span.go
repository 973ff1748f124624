package moment

import (
	"strings"
	"time"
)

// Span is a duration as a document writes it: "1d 5h 47m", "2,5 hours", "eleven
// minutes", "約9時間弱", "PT1H".
type Span struct {
	// From and To are the bytes of the text that were read.
	From, To int
	Duration time.Duration
	// Approximate says that the text itself says "about", "nearly" or 約.
	Approximate bool
	// Bound says that it is no value but a limit or one end of several: "less
	// than 5 minutes", "1-2 hours", 10分以内.
	Bound bool
}

// maxSpan bounds what is read as a duration. Longer ones are not measured.
const maxSpan = 10 * 366 * 24 * time.Hour

// mostForSpan is how much of a text is looked at for a duration, in bytes.
const mostForSpan = 600

// FirstSpan finds the first duration in a line of text.
func FirstSpan(text string) (Span, bool) {
	src, back := text[:min(len(text), mostForSpan)], []int(nil)
	if isWide(src) {
		var n narrower
		src = n.narrow(src)
		back = n.back
	}
	for at := 0; at < len(src); {
		c := src[at]
		if !isDigit(c) && !isLetter(c) || at > 0 && isWord(src[at-1]) && !isDigit(c) {
			at++
			continue
		}
		if s, ok := spanAt(src, at); ok {
			s.around(src)
			if back != nil {
				s.From, s.To = back[s.From], back[s.To]
			}
			return s, true
		}
		for at < len(src) && (isWord(src[at]) || src[at] == '.' || src[at] == ':') {
			at++
		}
	}
	return Span{}, false
}

// FieldSpan reads a duration at the beginning of what is given as one, where
// 01:25:00 is one too. "About" and brackets may stand before it.
func FieldSpan(text string) (Span, bool) {
	if d, end, ok := colons(strings.TrimLeft(text, " *`~(")); ok {
		return Span{To: len(text) - len(strings.TrimLeft(text, " *`~(")) + end, Duration: d}, true
	}
	s, ok := FirstSpan(text)
	if !ok {
		return s, false
	}
	for word := range strings.FieldsSeq(strings.Trim(lowered(text[:s.From]), " *`~(≈:=-—")) {
		if !leads[strings.Trim(word, "(,:")] {
			return Span{}, false
		}
	}
	return s, true
}

// leads may stand before a duration that a field gives.
var leads = map[string]bool{
	"about": true, "around": true, "approx": true, "approx.": true, "approximately": true, "roughly": true, "circa": true, "ca.": true, "~": true,
	"nearly": true, "almost": true, "just": true, "over": true, "under": true, "less": true, "more": true, "than": true, "up": true, "to": true, "at": true, "least": true,
	"a": true, "total": true, "of": true, "in": true, "the": true, "within": true, "≈": true, "約": true, "およそ": true, "some": true, "only": true, "for": true, "incident": true, "lasted": true,
	"合計": true, "計": true, "およそ約": true, "概ね": true, "最大": true,
}

// colons reads 01:25:00, hours, minutes and seconds. "01:25" alone may be either.
func colons(text string) (d time.Duration, end int, ok bool) {
	r := stampReader{src: text}
	end = r.run(0)
	if end == 0 || end > 3 || !r.is(end, ":") {
		return 0, 0, false
	}
	hours := number(text[:end])
	minutes, stop := r.small(end + 1)
	if stop-end != 3 || minutes > 59 || !r.is(stop, ":") {
		return 0, 0, false
	}
	seconds, last := r.small(stop + 1)
	if last-stop != 3 || seconds > 59 || isWord(r.at(last)) || r.at(last) == ':' {
		return 0, 0, false
	}
	return time.Duration(hours)*time.Hour + time.Duration(minutes)*time.Minute + time.Duration(seconds)*time.Second, last, true
}

// spanAt reads the duration that begins at a place.
func spanAt(s string, at int) (Span, bool) {
	if s[at] == 'P' {
		if d, end, ok := isoSpan(s, at); ok {
			return Span{From: at, To: end, Duration: d}, true
		}
	}
	span := Span{From: at}
	var least, last time.Duration = maxSpan, 0
	for next := at; ; {
		amount, unit, end, ok := piece(s, next)
		if !ok || unit >= least {
			break
		}
		if amount*float64(unit) > float64(maxSpan) {
			return Span{}, false
		}
		span.Duration += time.Duration(amount * float64(unit))
		span.To, least, last = end, unit, unit
		next = joined(s, end)
	}
	if last == 0 {
		return Span{}, false
	}
	if rest := lowered(s[span.To:min(len(s), span.To+12)]); strings.HasPrefix(rest, " and a half") {
		span.Duration += last / 2
		span.To += len(" and a half")
	}
	return span, true
}

// joined moves past what joins the parts of a duration.
func joined(s string, at int) int {
	end := at
	for end < len(s) && (s[end] == ' ' || s[end] == ',') {
		end++
	}
	if strings.HasPrefix(s[end:], "and ") || strings.HasPrefix(s[end:], "と") {
		end += len("and ")
		if s[end-1] != ' ' {
			end--
		}
	}
	return end
}

// piece reads one number and its unit.
func piece(s string, at int) (amount float64, unit time.Duration, end int, ok bool) {
	amount, end, ok = amountAt(s, at)
	if !ok {
		return 0, 0, 0, false
	}
	next := end
	for next < len(s) && next-end < 2 && (s[next] == ' ' || s[next] == '-') {
		next++
	}
	unit, end = unitAt(s, next)
	if unit > 0 && strings.HasPrefix(s[end:], "半") {
		amount += 0.5
		end += len("半")
	}
	return amount, unit, end, unit > 0
}

// amountAt reads 2, 2.5, "2,5", "eleven", "twenty-five", "a", "half an".
func amountAt(s string, at int) (n float64, end int, ok bool) {
	if at >= len(s) {
		return 0, 0, false
	}
	if isDigit(s[at]) {
		end = at
		for end < len(s) && isDigit(s[end]) && end-at < 8 {
			n = n*10 + float64(s[end]-'0')
			end++
		}
		if end < len(s) && isDigit(s[end]) {
			return 0, 0, false
		}
		if end+1 < len(s) && (s[end] == '.' || s[end] == ',') && isDigit(s[end+1]) {
			if s[end] == ',' && end+3 < len(s) && isDigit(s[end+2]) && isDigit(s[end+3]) { // 1,415 minutes
				for i := end + 1; i < end+4; i++ {
					n = n*10 + float64(s[i]-'0')
				}
				return n, end + 4, true
			}
			scale := 0.1
			for end++; end < len(s) && isDigit(s[end]); end++ {
				n += scale * float64(s[end]-'0')
				scale /= 10
			}
		}
		return n, end, true
	}
	end = at
	for end < len(s) && (isLetter(s[end]) || s[end] == '-' && end > at) && end-at < 14 {
		end++
	}
	word := lowered(s[at:end])
	if word == "half" {
		if rest := lowered(s[end:min(len(s), end+4)]); strings.HasPrefix(rest, " an ") || strings.HasPrefix(rest, " a ") {
			return 0.5, end + strings.LastIndexByte(rest, ' '), true
		}
		return 0, 0, false
	}
	if value, spelt := spelled[word]; spelt {
		return value, end, true
	}
	tens, ones, compound := strings.Cut(word, "-")
	if compound && spelled[tens] >= 20 && spelled[ones] > 0 && spelled[ones] < 10 && ones != "a" {
		return spelled[tens] + spelled[ones], end, true
	}
	if compound && spelled[tens] > 0 { // one-hour
		return spelled[tens], at + len(tens), true
	}
	return 0, 0, false
}

// spelled are the numbers that durations spell out.
var spelled = map[string]float64{
	"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
	"eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19,
	"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "ninety": 90,
}

// unitAt reads a unit of time at a place.
func unitAt(s string, at int) (time.Duration, int) {
	if at >= len(s) {
		return 0, at
	}
	if s[at] >= 0x80 {
		for _, u := range [...]struct {
			sign string
			unit time.Duration
		}{{"時間", time.Hour}, {"分間", time.Minute}, {"分", time.Minute}, {"秒間", time.Second}, {"秒", time.Second}, {"日間", 24 * time.Hour}, {"日", 24 * time.Hour}, {"週間", 7 * 24 * time.Hour}} {
			if strings.HasPrefix(s[at:], u.sign) {
				return u.unit, at + len(u.sign)
			}
		}
		return 0, at
	}
	end := at
	for end < len(s) && isLetter(s[end]) && end-at < 9 {
		end++
	}
	switch lowered(s[at:end]) {
	case "w", "wk", "wks", "week", "weeks":
		return 7 * 24 * time.Hour, end
	case "d", "day", "days":
		return 24 * time.Hour, end
	case "h", "hr", "hrs", "hour", "hours":
		return time.Hour, end
	case "m", "min", "mins", "minute", "minutes":
		if s[at] != 'M' || end-at > 1 {
			return time.Minute, end
		}
	case "s", "sec", "secs", "second", "seconds":
		return time.Second, end
	}
	return 0, at
}

// isoSpan reads PT1H30M or P1DT2H.
func isoSpan(s string, at int) (d time.Duration, end int, ok bool) {
	r := stampReader{src: s}
	inTime := false
	end = at + 1
	for end < len(s) {
		if s[end] == 'T' && !inTime {
			inTime = true
			end++
			continue
		}
		stop := r.run(end)
		if stop == end || stop-end > 6 {
			break
		}
		var unit time.Duration
		switch c := r.at(stop); {
		case c == 'D' && !inTime:
			unit = 24 * time.Hour
		case c == 'H' && inTime:
			unit = time.Hour
		case c == 'M' && inTime:
			unit = time.Minute
		case c == 'S' && inTime:
			unit = time.Second
		default:
			return 0, 0, false
		}
		if float64(number(s[end:stop]))*float64(unit) > float64(maxSpan) {
			return 0, 0, false
		}
		d += time.Duration(number(s[end:stop])) * unit
		ok, end = true, stop+1
	}
	return d, end, ok && d <= maxSpan && !isWord(r.at(end))
}

// limits stand before what is no duration but a bound of one, or a date.
var limits = []string{
	"less than", "more than", "at least", "at most", "up to", "within", "under", "<", ">", "≤", "≥", "最大", "greater than",
	"fewer than", "longer than", "every", "next", "last", "past",
}

// around takes in what stands around a duration: "about", "less than", "1-".
func (s *Span) around(src string) {
	before := strings.TrimRight(src[max(0, s.From-24):s.From], " ")
	switch {
	case endsWith(before, limits...) != "":
		s.Bound = true
	case endsWith(before, abouts...) != "" || endsWith(before, "nearly", "almost", "over", "some", "概ね") != "":
		s.Approximate = true
	}
	if n := len(before); n > 1 && isDigit(before[n-2]) && before[n-1] == '-' ||
		n > 3 && (strings.HasSuffix(before, "–") || strings.HasSuffix(before, "〜") || strings.HasSuffix(before, "~")) && isDigit(strings.TrimRight(before, "–〜~ ")[max(0, len(strings.TrimRight(before, "–〜~ "))-1)]) {
		s.Bound = true
	}
	for _, sign := range [...]string{"以上", "以内", "未満", "超", "+", "前", "後", " ago", " later", " before", " after", "おき", "ごと", "毎"} {
		if strings.HasPrefix(src[s.To:], sign) {
			s.Bound = true
		}
	}
	for _, sign := range [...]string{"弱", "強", "ほど", "程度", "くらい", "ぐらい", "前後"} {
		if strings.HasPrefix(src[s.To:], sign) {
			s.Approximate, s.Bound = true, false
			s.To += len(sign)
		}
	}
}
