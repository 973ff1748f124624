package moment

import "strings"

// clock reads a time of day that begins with the number from at to end.
func (r *stampReader) clock(s *Stamp, at, end int) bool {
	n := number(r.src[at:min(end, at+4)])
	switch {
	case end-at == 4:
		return r.military(s, n, end)
	case end-at > 2:
		return false
	}
	next := r.blanks(end)
	switch {
	case r.is(end, ":"):
		return r.minutes(s, at, n, end+1)
	case r.is(next, "時") && !r.is(next, "時間"):
		return r.kanjiClock(s, n, next+len("時"))
	case r.is(end, "."):
		return r.dotted(s, at, n, end+1)
	}
	return r.hourOnly(s, n, end)
}

// take notes a time of day if there is one.
func (s *Stamp) take(hour, minute, second, end int) bool {
	if hour > 29 || minute > 59 || second > 59 {
		return false
	}
	s.Clock, s.Hour, s.Minute, s.Second, s.To = true, hour, minute, second, end
	return true
}

// minutes reads what follows "13:".
func (r *stampReader) minutes(s *Stamp, at, hour, next int) bool {
	minute, end := r.small(next)
	if end-next != 2 {
		return false
	}
	second := 0
	if r.is(end, ":") && isDigit(r.at(end+1)) {
		sec, stop := r.small(end + 1)
		if stop-end != 3 {
			return false
		}
		second, end = sec, stop
		if c := r.at(end); (c == '.' || c == ',') && isDigit(r.at(end+1)) {
			end = r.run(end + 1)
		}
	}
	s.Half = hour > 12 || r.src[at] == '0' && hour < 13
	return r.finish(s, hour, minute, second, end)
}

// finish reads AM or PM and the zone behind a time of day, which must end there.
func (r *stampReader) finish(s *Stamp, hour, minute, second, end int) bool {
	before := r.halfBefore(s.From)
	half, stop := r.halfAfter(end)
	if before > 0 {
		half = before
	}
	switch {
	case half == 0:
		stop = end
	case hour > 12 && half == 1, hour == 0 && half == 2 && before == 0:
		return false // 13 am
	case hour == 12 && half == 1:
		hour = 0
	case hour < 12 && half == 2:
		hour += 12
	}
	if c := r.at(stop); isWord(c) && c != 'Z' || c == ':' && isDigit(r.at(stop+1)) || c == '.' && isDigit(r.at(stop+1)) || c == '%' {
		return false
	}
	s.Half = s.Half || half > 0
	if !s.take(hour, minute, second, stop) {
		return false
	}
	s.Zone, s.To = r.zoneAfter(stop)
	return true
}

// halfAfter reads "am", "p.m." or "a" at a place: 1 is the morning, 2 the evening.
func (r *stampReader) halfAfter(at int) (half, end int) {
	at = r.blanks(at)
	c := r.at(at) | 0x20
	if c != 'a' && c != 'p' {
		return r.partAfter(at)
	}
	end = at + 1
	if r.at(end) == '.' && r.at(end+1)|0x20 == 'm' {
		end++
	}
	if r.at(end)|0x20 == 'm' {
		end++
		if r.at(end) == '.' && end >= 2 && r.src[end-2] == '.' {
			end++
		}
	} else if at > 0 && r.src[at-1] == ' ' {
		return 0, at // the article
	}
	if isWord(r.at(end)) {
		return 0, at
	}
	return 1 + int(c-'a')/('p'-'a'), end
}

// partAfter reads "in the afternoon" at a place.
func (r *stampReader) partAfter(at int) (half, end int) {
	if r.is(at, "in the ") {
		for half, part := range [...]string{"morning", "afternoon", "evening"} {
			if r.is(at+len("in the "), part) {
				return min(half, 1) + 1, at + len("in the ") + len(part)
			}
		}
	}
	return 0, at
}

// halfBefore reads 午前, 午後, "AM " or "PM" that stands right before a place.
func (r *stampReader) halfBefore(at int) int {
	before := strings.TrimRight(r.src[max(0, at-8):at], " ")
	switch {
	case strings.HasSuffix(before, "午前"):
		return 1
	case strings.HasSuffix(before, "午後"):
		return 2
	}
	if len(before) < 2 || len(before) > 2 && (isWord(before[len(before)-3]) || before[len(before)-3] >= 0x80) {
		return 0
	}
	switch before[len(before)-2:] {
	case "AM":
		if at >= 4 && isDigit(r.src[max(0, at-4)]) {
			return 0 // "3 AM 4"
		}
		return 1
	case "PM":
		if at >= 4 && isDigit(r.src[max(0, at-4)]) {
			return 0
		}
		return 2
	}
	return 0
}

// kanjiClock reads what follows "14時".
func (r *stampReader) kanjiClock(s *Stamp, hour, end int) bool {
	minute, second := 0, 0
	if r.is(end, "半") {
		minute, end = 30, end+len("半")
	} else if m, stop := r.small(r.blanks(end)); stop > 0 && r.is(r.blanks(stop), "分") {
		minute, end = m, r.blanks(stop)+len("分")
		if sec, stop := r.small(r.blanks(end)); stop > 0 && r.is(r.blanks(stop), "秒") {
			second, end = sec, r.blanks(stop)+len("秒")
		}
	}
	s.Half = hour > 12
	before := r.halfBefore(s.From)
	switch {
	case before > 0 && hour >= 12:
		return false // 午後12時 is noon to some and midnight to others
	case before == 2:
		hour += 12
	}
	s.Half = s.Half || before > 0
	if !s.take(hour, minute, second, end) {
		return false
	}
	s.Zone, s.To = r.zoneAfter(end)
	return true
}

// dotted reads what follows "11.", a time only right behind a date, before AM or
// PM, or before a zone.
func (r *stampReader) dotted(s *Stamp, at, hour, next int) bool {
	minute, end := r.small(next)
	if end-next != 2 || hour > 23 {
		return false
	}
	half, _ := r.halfAfter(end)
	zone, _ := r.zoneAfter(end)
	if half == 0 && zone.Name == "" && !r.dateBefore(at) {
		return false
	}
	s.Half = hour > 12 || r.src[at] == '0'
	return r.finish(s, hour, minute, 0, end)
}

// dateBefore reports whether the last that was read is a date that ends right
// before a place.
func (r *stampReader) dateBefore(at int) bool {
	if len(r.out) == r.base {
		return false
	}
	last := &r.out[len(r.out)-1]
	return last.Dated() && !last.Clock && last.To <= at && at-last.To <= 3 && strings.Trim(r.src[last.To:at], " ,") == ""
}

// hourOnly reads 5pm.
func (r *stampReader) hourOnly(s *Stamp, hour, end int) bool {
	half, stop := r.halfAfter(end)
	if half == 0 || hour == 0 || hour > 12 || r.src[stop-1]|0x20 != 'm' && r.src[stop-1] != '.' {
		return false
	}
	return r.finish(s, hour, 0, 0, end)
}

// military reads 1630 where a zone stands behind it, or behind the end of the stretch
// that it begins ("1630 to 1715 UTC"), or a date right before it.
func (r *stampReader) military(s *Stamp, n, end int) bool {
	zone, stop := r.zoneAfter(end)
	if zone.Name == "" && !r.militaryEnd(end) && (!r.dateBefore(s.From) || strings.IndexByte(":-–|", r.at(r.blanks(end))) < 0) {
		return false
	}
	if n/100 > 24 || !s.take(n/100, n%100, 0, stop) {
		return false
	}
	s.Zone, s.Half = zone, true
	return true
}

// militaryEnd reports whether a stretch ends behind a place with four digits and
// their zone.
func (r *stampReader) militaryEnd(at int) bool {
	next := firstDigit(r.src, at)
	if next == at || next-at > len(" until ") || r.run(next) != next+4 {
		return false
	}
	switch lowered(strings.TrimSpace(r.src[at:next])) {
	case "-", "–", "—", "~", "〜", "to", "until", "till", "and":
		zone, _ := r.zoneAfter(next + 4)
		return zone.Name != ""
	}
	return false
}

// around takes in what stands around a time of day: its half and the day before
// it, "about", 頃, and a year behind it as the command date prints it.
func (r *stampReader) around(s *Stamp) {
	from := s.From
	for {
		before := strings.TrimRight(r.src[max(0, from-24):from], " ")
		switch {
		case r.halfBefore(from) > 0:
			from = max(0, from-24) + len(before) - 2
			for from > 0 && r.src[from] >= 0x80 && !r.is(from, "午") {
				from--
			}
			continue
		case endsWith(before, abouts...) != "":
			s.Approximate = true
		default:
			for _, d := range otherDays {
				if phrase := endsWith(before, d.words...); phrase != "" {
					s.Relative, s.Shift = true, d.shift
					from = max(0, from-24) + len(before) - len(phrase)
					break
				}
			}
		}
		break
	}
	s.From = from
	at := r.blanks(s.To)
	for _, sign := range [...]string{"頃", "ごろ", "ころ", "前後", "くらい", "ぐらい"} {
		if r.at(at) >= 0x80 && r.is(at, sign) {
			s.Approximate, s.To = true, at+len(sign)
			if s.Zone.Name == "" {
				s.Zone, s.To = r.zoneAfter(s.To)
			}
			break
		}
	}
	if year, end := r.yearAfter(s.To); year > 0 && r.ends(end) {
		s.Year = year
		if len(r.out) > r.base && r.out[len(r.out)-1].Dated() && r.out[len(r.out)-1].Year == 0 {
			s.To = end
		} else {
			s.Year = 0
		}
	}
	if s.Zone.Name == "" {
		s.Zone = r.zoneBefore(s.From)
	}
}

// abouts stand before a time that is not exact.
var abouts = []string{"~", "≈", "約", "およそ", "about", "around", "approx.", "approx", "approximately", "roughly", "circa", "ca.", "ca"}

// otherDays name the day of a time from that of the time before.
var otherDays = []struct {
	shift int
	words []string
}{
	{2, []string{"翌々日"}},
	{1, []string{"翌日", "翌朝", "翌日の", "翌", "next day", "next day,", "next day at", "next morning", "following day", "following day at", "following morning"}},
	{-1, []string{"前日", "前日の", "previous day"}},
	{0, []string{"同日", "同日の", "same day"}},
}

// endsWith returns the first of some words that a text ends with, or nothing.
func endsWith(text string, words ...string) string {
	if text == "" {
		return ""
	}
	last := text[len(text)-1]
	if last-'A' <= 25 {
		last |= 0x20
	}
	for _, w := range words {
		if w[len(w)-1] != last || len(text) < len(w) || lowered(text[len(text)-len(w):]) != w {
			continue
		}
		rest := text[:len(text)-len(w)]
		if isLetter(w[0]) && rest != "" && isLetter(rest[len(rest)-1]) {
			continue
		}
		return w
	}
	return ""
}

// noons reads 正午, "noon" is left: "by noon" is no time that anybody noted.
func (r *stampReader) noons() {
	at := strings.Index(r.src, "正午")
	if at < 0 || strings.HasPrefix(r.src[at:], "正午前") || strings.HasPrefix(r.src[at:], "正午過") {
		return
	}
	s := Stamp{From: at, To: at + len("正午"), Clock: true, Hour: 12, Half: true}
	for i := r.base; i < len(r.out); i++ {
		if r.out[i].From > at {
			return // only where it comes last; it hardly ever does not
		}
	}
	s.Zone, s.To = r.zoneAfter(s.To)
	r.add(s)
}
