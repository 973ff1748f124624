package list

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// sentences takes a paragraph apart.
func sentences(text string) []string {
	var all []string
	from := 0
	for i, r := range text {
		if i < from {
			continue
		}
		size := utf8.RuneLen(r)
		switch r {
		case '。', '！', '？':
			if next, _ := utf8.DecodeRuneInString(text[i+size:]); strings.ContainsRune("」』）)。！？", next) && next != utf8.RuneError {
				continue
			}
		case '.', '!', '?':
			if !endsSentence(text[from:i], text[i+size:]) {
				continue
			}
		default:
			continue
		}
		end := i + size
		for !isWide(r) && end < len(text) && strings.IndexByte(`.!?"')`, text[end]) >= 0 {
			end++
		}
		all = append(all, strings.TrimSpace(text[from:end]))
		from = end
	}
	if rest := strings.TrimSpace(text[from:]); rest != "" {
		all = append(all, rest)
	}
	return all
}

// shortForms end in a full stop that ends no sentence.
var shortForms = []string{"e.g", "i.e", "etc", "vs", "approx", "ca", "cf", "no", "nos", "mr", "ms", "mrs", "dr", "st", "inc", "ltd", "co", "jr", "sr", "fig", "a.m", "p.m", "u.s", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec", "min", "max", "incl", "resp"}

// endsSentence: a full stop behind before and in front of after.
func endsSentence(before, after string) bool {
	closed := strings.TrimLeft(after, `.!?"')”`)
	if closed == "" {
		return true
	}
	next, _ := utf8.DecodeRuneInString(strings.TrimLeft(closed, " "))
	if isWide(next) {
		return endsWide(before) || closed[0] == ' '
	}
	if closed[0] != ' ' || unicode.IsLower(next) {
		return false
	}
	last := before[strings.LastIndexAny(before, " (")+1:]
	initial, size := utf8.DecodeRuneInString(last)
	return !slices.Contains(shortForms, strings.ToLower(last)) && !(size == len(last) && unicode.IsUpper(initial))
}

// isWide: a letter or mark of Japanese.
func isWide(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) || r >= '\u3000' && r <= '\u303f' || r >= '\uff01' && r <= '\uff9f'
}

func endsWide(text string) bool {
	r, _ := utf8.DecodeLastRuneInString(text)
	return isWide(r)
}

func beginsWide(text string) bool {
	r, _ := utf8.DecodeRuneInString(text)
	return isWide(r)
}
