package moment

import "strings"

// joiners may stand between a date and its time of day.
var joiners = map[string]bool{
	"at": true, "on": true, "t": true, "the": true, "from": true, "between": true, "about": true, "around": true,
	"approx": true, "approximately": true, "roughly": true, "circa": true, "ca": true, "since": true, "starting": true,
	"beginning": true, "of": true, "time": true, "shortly": true, "just": true, "before": true, "after": true, "until": true, "by": true,
}

// joins reports whether a text between a date and a time makes them one.
func joins(gap string) bool { return filled(gap, " ,-–—@()[].~:*`\"の約頃に、\u3000") }

// joinsBack reports the same of a time and a date behind it.
func joinsBack(gap string) bool {
	return filled(gap, " ,([") && !strings.Contains(gap, "  ")
}

// filled reports whether a text has nothing but some signs, joiners and names of
// weekdays.
func filled(gap, signs string) bool {
	if len(gap) > 32 {
		return false
	}
	for i := 0; i < len(gap); {
		if isLetter(gap[i]) {
			j := i
			for j < len(gap) && isLetter(gap[j]) {
				j++
			}
			word := lowered(gap[i:j])
			if !joiners[word] && weekday(word) == 0 {
				return false
			}
			i = j
			continue
		}
		size := runeSize(gap[i])
		if i+size > len(gap) || !strings.Contains(signs, gap[i:i+size]) && kanjiWeekday(gap, i) == 0 && gap[i:i+size] != "曜" {
			return false
		}
		i += size
	}
	return true
}

// runeSize is how many bytes the rune has that begins with a byte.
func runeSize(b byte) int {
	switch {
	case b < 0xC0:
		return 1
	case b < 0xE0:
		return 2
	case b < 0xF0:
		return 3
	}
	return 4
}

// ranges reports whether a text between two times makes them the ends of a
// stretch.
func ranges(gap string) bool {
	if len(gap) > 40 {
		return false
	}
	gap = strings.Trim(gap, " )]*`,")
	for _, sign := range [...]string{"->", "=>", "-", "–", "—", "~", "〜", "→", "⇒", "−", "から", "より", "until", "till", "through", "thru", "to"} {
		rest, ok := strings.CutPrefix(gap, sign)
		if !ok && isLetter(sign[0]) && len(gap) >= len(sign) && lowered(gap[:len(sign)]) == sign {
			rest, ok = gap[len(sign):], true
		}
		if ok && filled(rest, " ([*`,~約") {
			return true
		}
	}
	return false
}

// betweens reports whether two times are the ends of "between A and B".
func betweens(gap, before string) bool {
	gap = strings.Trim(gap, " )],*")
	if gap != "and" && gap != "and about" && gap != "and around" {
		return false
	}
	before = before[max(0, len(before)-40):]
	return strings.Contains(lowered(before), "between")
}

// lowered lowers the ASCII letters of a short text, without a copy where there is
// nothing to lower.
func lowered(s string) string {
	for i := range len(s) {
		if s[i]-'A' <= 25 {
			return strings.ToLower(s)
		}
	}
	return s
}

// monthOf is the number of a month's English name or abbreviation, or 0.
func monthOf(word string) int {
	if len(word) < 3 || len(word) > len("september") {
		return 0
	}
	month := monthsByLetters[[3]byte{word[0] | 0x20, word[1] | 0x20, word[2] | 0x20}]
	if month == 0 {
		return 0
	}
	switch full := months[month-1]; {
	case len(word) == 3, strings.EqualFold(word, full), month == 9 && strings.EqualFold(word, "sept"):
		return month
	}
	return 0
}

var months = [...]string{"january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"}

// monthsByLetters are the numbers of the months by their first three letters.
var monthsByLetters = func() map[[3]byte]int {
	m := map[[3]byte]int{}
	for i, full := range months {
		m[[3]byte{full[0], full[1], full[2]}] = i + 1
	}
	return m
}()

// weekday is the number of an English weekday in lower case, from 1, or 0.
func weekday(word string) int {
	switch word {
	case "sun", "sunday":
		return 1
	case "mon", "monday":
		return 2
	case "tue", "tues", "tuesday":
		return 3
	case "wed", "wednesday":
		return 4
	case "thu", "thur", "thurs", "thursday":
		return 5
	case "fri", "friday":
		return 6
	case "sat", "saturday":
		return 7
	}
	return 0
}

// kanjiWeekday is the number of the weekday at a place of a text, from 1, or 0.
func kanjiWeekday(s string, at int) int {
	if at+3 > len(s) {
		return 0
	}
	for i, day := range [...]string{"日", "月", "火", "水", "木", "金", "土"} {
		if s[at:at+3] == day {
			return i + 1
		}
	}
	return 0
}
