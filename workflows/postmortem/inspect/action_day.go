package inspect

import (
	"strings"
	"time"
	"unicode/utf8"
)

// dayIn is a due day as YYYY-MM-DD where it can be read as one, as written where
// it cannot, and nothing where there is none.
func dayIn(value string) Text {
	value = strings.Trim(value, " *_`,、")
	if value != "" && value[0]-'0' <= 9 { // as most are written
		if day, ok := dayOf(value); ok && len(value) <= 80 {
			return Text(day)
		}
	}
	if saysNothing(value) || len(value) > 80 || strings.Trim(value, "?？") == "" || saysDone(value) || strings.HasPrefix(value, "YYYY") {
		return ""
	}
	if day, ok := dayOf(value); ok {
		return Text(day)
	}
	// "2026-05-01 (first part)", "2026-05-01 初回"
	if at := strings.IndexAny(value, " (（"); at >= 8 {
		if day, ok := dayOf(value[:at]); ok {
			return Text(day)
		}
	}
	return Text(value)
}

// dueIn is the day behind "by" at the end of a text, or before まで.
func dueIn(text string) Text {
	text = strings.TrimRight(text, " .。)）")
	if before, ok := strings.CutSuffix(strings.TrimSuffix(text, "に"), "まで"); ok {
		from := max(strings.LastIndexAny(before, " (（、。—"), 0)
		if from > 0 {
			_, size := utf8.DecodeRuneInString(before[from:])
			from += size
		}
		if day, ok := dayOf(before[from:]); ok {
			return Text(day)
		}
		if written := before[from:]; len(written) < 30 && strings.ContainsAny(written, "0123456789") && strings.ContainsAny(written, "月/日") {
			return Text(written)
		}
		return ""
	}
	text = text[max(0, len(text)-40):]
	if !strings.ContainsAny(text, "0123456789") {
		return ""
	}
	for _, by := range []string{" by ", "(by ", " until ", " before ", " due ", "(due ", "(", "— "} {
		if at := strings.LastIndex(text, by); at >= 0 {
			if day, ok := dayOf(text[at+len(by):]); ok {
				return Text(day)
			}
		}
	}
	return ""
}

var monthNumbers = map[string]int{"jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11, "dec": 12}

// dayOf reads 2026-05-01, 2026/5/1, 2026年5月1日, 1 May 2026 and "May 1st, 2026".
// Other orders of numbers are read otherwise in other countries, so they are not
// read at all.
func dayOf(text string) (string, bool) {
	numbers, digits := make([]int, 0, 4), make([]int, 0, 4)
	month, atMonth := 0, -1
	for i := 0; i < len(text); {
		c := text[i]
		switch {
		case c >= '0' && c <= '9':
			n, from := 0, i
			for ; i < len(text) && text[i] >= '0' && text[i] <= '9' && i-from < 6; i++ {
				n = n*10 + int(text[i]-'0')
			}
			numbers, digits = append(numbers, n), append(digits, i-from)
			for _, ordinal := range []string{"st", "nd", "rd", "th"} {
				if strings.HasPrefix(text[i:], ordinal) {
					i += 2
					break
				}
			}
		case c|0x20 >= 'a' && c|0x20 <= 'z':
			from := i
			for i < len(text) && text[i]|0x20 >= 'a' && text[i]|0x20 <= 'z' {
				i++
			}
			word := strings.ToLower(text[from:i])
			if len(word) >= 3 && month == 0 {
				if n := monthNumbers[word[:3]]; n > 0 && strings.HasPrefix(strings.ToLower(time.Month(n).String())+"|sept", word) || word == "sept" {
					month, atMonth = n, len(numbers)
					continue
				}
			}
			if !dayWords[word] {
				return "", false
			}
		case strings.HasPrefix(text[i:], "年") || strings.HasPrefix(text[i:], "月") || strings.HasPrefix(text[i:], "日"):
			i += len("年")
		case strings.IndexByte(" -/.,()", c) >= 0:
			i++
		default:
			r, size := utf8.DecodeRuneInString(text[i:])
			if !strings.ContainsRune("（）月火水木金土日・", r) {
				return "", false
			}
			i += size
		}
	}
	var y, m, d int
	switch {
	case month == 0 && len(numbers) == 3 && digits[0] == 4:
		y, m, d = numbers[0], numbers[1], numbers[2]
	case month > 0 && len(numbers) == 2 && digits[1] == 4 && atMonth < 2:
		y, m, d = numbers[1], month, numbers[0]
	default:
		return "", false
	}
	day := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)
	if y < 1990 || y > 2100 || day.Day() != d || int(day.Month()) != m {
		return "", false
	}
	return day.Format(time.DateOnly), true
}

// dayWords may stand beside a day.
var dayWords = map[string]bool{
	"mon": true, "tue": true, "wed": true, "thu": true, "fri": true, "sat": true, "sun": true, "monday": true, "tuesday": true, "wednesday": true, "thursday": true, "friday": true, "saturday": true, "sunday": true, "end": true, "of": true, "day": true, "the": true, "eod": true,
}
