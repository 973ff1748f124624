package moment

import "strings"

// small reads a number of one or two digits and tells where it ends, or 0.
func (r *stampReader) small(at int) (n, end int) {
	end = r.run(at)
	switch end - at {
	case 1:
		return int(r.src[at] - '0'), end
	case 2:
		return int(r.src[at]-'0')*10 + int(r.src[at+1]-'0'), end
	}
	return 0, 0
}

// is reports whether a text stands at a place.
func (r *stampReader) is(at int, text string) bool {
	return at >= 0 && at <= len(r.src) && strings.HasPrefix(r.src[at:], text)
}

// blanks is where the blanks at a place end.
func (r *stampReader) blanks(at int) int {
	for at < len(r.src) && r.src[at] == ' ' {
		at++
	}
	return at
}

// date reads a date that begins with the number from at to end.
func (r *stampReader) date(s *Stamp, at, end int) bool {
	switch end - at {
	case 8:
		return r.compact(s, at)
	case 4:
		ok := r.yearFirst(s, at, end)
		if ok {
			r.weekdayBefore(s)
		}
		return ok
	case 1, 2:
		return r.eraDate(s, at, end) || r.monthWordFirst(s, at, end) || r.monthWordSecond(s, at, end) ||
			r.kanjiDate(s, at) || r.numericDate(s, at, end)
	}
	return false
}

// set notes a date if there is such a day.
func (s *Stamp) set(year, month, day, end int) bool {
	if month < 1 || month > 12 || day < 1 || day > daysOf(month, year) || year != 0 && (year < 1970 || year > 2199) {
		return false
	}
	s.Year, s.Month, s.Day, s.To = year, month, day, end
	return true
}

func daysOf(month, year int) int {
	switch month {
	case 2:
		if year != 0 && (year%4 != 0 || year%100 == 0 && year%400 != 0) {
			return 28
		}
		return 29
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// ends reports whether a number may end here: no digit or letter goes on, and no
// decimals.
func (r *stampReader) ends(at int) bool {
	if at >= len(r.src) {
		return true
	}
	c := r.src[at]
	return !isWord(c) && ((c != '.' && c != ',' && c != '/' && c != '-') || at+1 >= len(r.src) || !isDigit(r.src[at+1]))
}

// compact reads 20170927.
func (r *stampReader) compact(s *Stamp, at int) bool {
	year := number(r.src[at : at+4])
	return year >= 2000 && year < 2100 && r.ends(at+8) &&
		s.set(year, number(r.src[at+4:at+6]), number(r.src[at+6:at+8]), at+8)
}

// yearFirst reads 2017-09-27, 2017/9/27, 2017.9.27, 2017年9月27日, 2017 Sep 27.
func (r *stampReader) yearFirst(s *Stamp, at, end int) bool {
	year := number(r.src[at:end])
	if year < 1970 || year > 2199 || end >= len(r.src) {
		return false
	}
	switch c := r.src[end]; {
	case c == '-' || c == '/' || c == '.':
		month, next := r.small(end + 1)
		if next == 0 || next >= len(r.src) || r.src[next] != c {
			if month, next := r.monthWord(end + 1); month > 0 && next < len(r.src) && r.src[next] == c {
				if day, last := r.small(next + 1); last > 0 {
					return s.set(year, month, day, last)
				}
			}
			return false
		}
		day, last := r.small(next + 1)
		if last == 0 {
			if month > 0 && c != '.' {
				r.hole = r.holeEnd(next + 1)
			}
			return false
		}
		if last < len(r.src) && (isLetter(r.src[last]) && r.src[last]|0x20 != 't' || r.src[last] == '_') && !r.is(last, "Z") {
			return false
		}
		return s.set(year, month, day, last)
	case r.is(end, "年") || c == ' ' && r.is(r.blanks(end), "年"):
		next := r.blanks(r.blanks(end) + len("年"))
		var d Stamp
		if month, stop := r.small(next); stop > 0 && r.kanjiDate(&d, next) {
			s.Weekday = d.Weekday
			return s.set(year, month, d.Day, d.To)
		}
	case c == ' ':
		if month, next := r.monthWord(r.blanks(end)); month > 0 {
			if day, last := r.small(r.blanks(next)); last > 0 && r.ends(last) {
				return s.set(year, month, day, last)
			}
		}
	}
	return false
}

// holeEnd is where signs such as "??" or "XX" end that stand for a day, or 0.
func (r *stampReader) holeEnd(at int) int {
	end := at
	for end < len(r.src) && strings.IndexByte("?xX_*dD-", r.src[end]) >= 0 {
		end++
	}
	if end == at {
		return 0
	}
	return end
}

// monthWord reads the English name of a month at a place.
func (r *stampReader) monthWord(at int) (month, end int) {
	end = at
	for end < len(r.src) && isLetter(r.src[end]) && end-at < 10 {
		end++
	}
	if month = monthOf(r.src[at:end]); month == 0 {
		return 0, 0
	}
	if end < len(r.src) && r.src[end] == '.' {
		end++
	}
	return month, end
}

// monthBefore is the number of the month whose English name stands right before a
// place.
func (r *stampReader) monthBefore(at int) int {
	month, _ := r.monthWordBefore(at)
	return month
}

func (r *stampReader) monthWordBefore(at int) (month, from int) {
	end := at
	for end > 0 && at-end < 3 && (r.src[end-1] == ' ' || r.src[end-1] == '.' || r.src[end-1] == '-' || r.src[end-1] == '/' || r.src[end-1] == ',') {
		end--
	}
	from = end
	for from > 0 && end-from < 10 && isLetter(r.src[from-1]) {
		from--
	}
	if from > 0 && isDigit(r.src[from-1]) {
		return 0, 0
	}
	return monthOf(r.src[from:end]), from
}

// ordinal is where the ending of "27th" ends.
func (r *stampReader) ordinal(at int) int {
	if at+2 <= len(r.src) {
		switch lowered(r.src[at : at+2]) {
		case "st", "nd", "rd", "th":
			return at + 2
		}
	}
	return at
}

// monthWordFirst reads Sep 27, September 27th, 2017, Sep-27-2017.
func (r *stampReader) monthWordFirst(s *Stamp, at, end int) bool {
	month, from := r.monthWordBefore(at)
	if month == 0 || r.at(end) == ':' && isDigit(r.at(end+1)) {
		return false
	}
	day := number(r.src[at:end])
	end = r.ordinal(end)
	end = r.moreDays(s, end)
	if end < len(r.src) && isLetter(r.src[end]) {
		return false
	}
	year, end := r.yearAfter(end)
	if !s.set(year, month, day, end) {
		return false
	}
	s.From = from
	r.weekdayBefore(s)
	return true
}

// moreDays moves past "-19" in "January 14-19, 2026".
func (r *stampReader) moreDays(s *Stamp, at int) int {
	next := r.blanks(at)
	for _, sign := range [...]string{"-", "–", "—", "/", "&", "and ", "to "} {
		if r.at(next) != sign[0] || !r.is(next, sign) {
			continue
		}
		if day, end := r.small(r.blanks(next + len(sign))); end > 0 && day > 0 && day <= 31 && !r.is(end, ":") {
			end = r.ordinal(end)
			if end == len(r.src) || !isWord(r.src[end]) && r.src[end] != '-' {
				s.Several = true
				return end
			}
		}
	}
	return at
}

// yearAfter reads the year that follows a date, if one does.
func (r *stampReader) yearAfter(at int) (year, end int) {
	next := at
	for next < len(r.src) && next-at < 3 && (r.src[next] == ' ' || r.src[next] == ',' || r.src[next] == '-' || r.src[next] == '/' || r.src[next] == '.') {
		next++
	}
	stop := r.run(next)
	if stop-next != 4 || next == at || r.at(stop) == ':' && isDigit(r.at(stop+1)) || isWord(r.at(stop)) {
		return 0, at
	}
	year = number(r.src[next:stop])
	if year < 1970 || year > 2199 {
		return 0, at
	}
	return year, stop
}

// monthWordSecond reads 27 Sep 2017, 27th of September, 27-Sep-2017, 14-19 January.
func (r *stampReader) monthWordSecond(s *Stamp, at, end int) bool {
	day := number(r.src[at:end])
	end = r.ordinal(end)
	end = r.moreDays(s, end)
	next := end
	for next < len(r.src) && next-end < 2 && (r.src[next] == ' ' || r.src[next] == '-' || r.src[next] == '/') {
		next++
	}
	if r.is(next, "of ") {
		next += len("of ")
	}
	month, last := r.monthWord(next)
	if month == 0 || next == at {
		s.Several = false
		return false
	}
	year, last := r.yearAfter(last)
	if !s.set(year, month, day, last) {
		return false
	}
	r.weekdayBefore(s)
	return true
}

// eraDate reads 令和8年6月1日. Of 令和元年 the date begins behind it.
func (r *stampReader) eraDate(s *Stamp, at, end int) bool {
	if at < len("令和") || r.src[at-1] < 0x80 && r.src[at-1] != ' ' {
		return false
	}
	before := strings.TrimRight(r.src[:at], " ")
	year, next := reiwa+1, at
	switch after := r.blanks(end); {
	case strings.HasSuffix(before, "令和元年"):
		before = strings.TrimSuffix(before, "元年")
	case strings.HasSuffix(before, "令和") && r.is(after, "年"):
		year, next = reiwa+number(r.src[at:end]), r.blanks(after+len("年"))
	default:
		return false
	}
	var d Stamp
	if !r.kanjiDate(&d, next) || !s.set(year, d.Month, d.Day, d.To) {
		return false
	}
	s.Weekday, s.From = d.Weekday, len(before)-len("令和")
	return true
}

// kanjiDate reads 9月27日.
func (r *stampReader) kanjiDate(s *Stamp, at int) bool {
	month, end := r.small(at)
	end = r.blanks(end)
	if end == 0 || !r.is(end, "月") {
		return false
	}
	day, end := r.small(r.blanks(end + len("月")))
	end = r.blanks(end)
	if end == 0 || !r.is(end, "日") || r.is(end, "日間") || !s.set(0, month, day, end+len("日")) {
		return false
	}
	r.weekdayAfter(s)
	return true
}

// numericDate reads 27/09/2017, 9/27/2017, 27.9.2017, 27-09-2017 and, as what may
// be something else, 9/27.
func (r *stampReader) numericDate(s *Stamp, at, end int) bool {
	if end >= len(r.src) {
		return false
	}
	c := r.src[end]
	if c != '/' && c != '.' && c != '-' {
		return false
	}
	first := number(r.src[at:end])
	second, next := r.small(end + 1)
	if next == 0 || first == 0 {
		return false
	}
	year := 0
	if next < len(r.src) && r.src[next] == c && isDigit(r.at(next+1)) {
		stop := r.run(next + 1)
		if stop-next != 5 || !r.ends(stop) {
			return false // a short year may be any of the three numbers
		}
		year, next = number(r.src[next+1:stop]), stop
	} else if c != '/' || !r.ends(next) {
		return false
	}
	s.Numeric = year == 0
	switch {
	case c == '.' || first > 12:
		if !s.set(year, second, first, next) {
			return false
		}
		s.Order = 1
	case second > 12:
		if !s.set(year, first, second, next) {
			return false
		}
		s.Order = 2
	case s.set(year, first, second, next):
		s.Either = first != second
	default:
		return false
	}
	r.weekdayAfter(s)
	r.weekdayBefore(s)
	return true
}

// at is the byte at a place, or 0.
func (r *stampReader) at(i int) byte {
	if i < len(r.src) {
		return r.src[i]
	}
	return 0
}

// weekdayBefore takes "Wed " or "Wednesday, " before a date in.
func (r *stampReader) weekdayBefore(s *Stamp) {
	end := s.From
	for end > 0 && s.From-end < 2 && (r.src[end-1] == ' ' || r.src[end-1] == ',') {
		end--
	}
	from := end
	for from > 0 && end-from < 10 && isLetter(r.src[from-1]) {
		from--
	}
	if day := weekday(lowered(r.src[from:end])); day > 0 {
		s.Weekday, s.From = day, from
	}
}

// weekdayAfter takes （水） or (Wed) behind a date in.
func (r *stampReader) weekdayAfter(s *Stamp) {
	at := r.blanks(s.To)
	if r.at(at) != '(' {
		return
	}
	end := strings.IndexByte(r.src[at:min(len(r.src), at+16)], ')')
	if end < 0 {
		return
	}
	inner := r.src[at+1 : at+end]
	if day := max(weekday(lowered(inner)), kanjiWeekday(inner, 0)); day > 0 {
		s.Weekday, s.To = day, at+end+1
	}
}
