package blame

import (
	"strings"
	"unicode/utf8"
)

// longest is where a sentence is cut that does not end: what is longer is a log
// or a trap, and a bound keeps the search linear.
const longest = 1024

// abbreviations are words before a full stop that does not end a sentence.
const abbreviations = " e.g i.e vs cf approx ca mr mrs ms dr no fig "

// sentence returns the end of the sentence that begins at start. Full stops
// inside versions, addresses, quotations and code end nothing. A new line does,
// unless it goes on in lower case, as wrapped prose does.
func sentence(text string, start int) int {
	window := text[:min(len(text), start+longest)]
	for i := start; i < len(window); {
		if c := window[i]; !special[c] || c == 0xE3 && i+1 < len(window) && window[i+1] != 0x80 {
			i++
			continue
		}
		if end := quoted(window, i); end > 0 {
			i = end
			continue
		}
		switch c := window[i]; {
		case c == '\n':
			if i+1 == len(window) || !isLower(window[i+1]) {
				return i + 1
			}
		case c == '.' || c == '!' || c == '?':
			if ends(window, start, i) {
				return i + 1
			}
		case c == 0xE3 && strings.HasPrefix(window[i:], "。"),
			c == 0xEF && (strings.HasPrefix(window[i:], "！") || strings.HasPrefix(window[i:], "？")):
			return i + len("。")
		}
		i++
	}
	end := len(window)
	for end < len(text) && !utf8.RuneStart(text[end]) {
		end++
	}
	return end
}

// special are the bytes that may end a sentence, or begin what is not the
// author's own: those that sentence and quoted look for.
var special = func() (table [256]bool) {
	for _, c := range []byte("\n.!?`\"h\xE2\xE3\xEF") {
		table[c] = true
	}
	return table
}()

// ends reports whether the mark at i ends a sentence: space follows it, then no
// small letter, and no abbreviation stands before it.
func ends(text string, start, i int) bool {
	next := i + 1
	for next < len(text) && text[next] == ' ' {
		next++
	}
	if next < len(text) && (next == i+1 && text[next] != '\n' && text[next] < utf8.RuneSelf || isLower(text[next])) {
		return false
	}
	word := strings.LastIndexAny(text[start:i], " (\n") + 1 + start
	return text[i] != '.' || i-word > 6 || !strings.Contains(abbreviations, " "+strings.ToLower(text[word:i])+" ")
}

func isLower(c byte) bool { return 'a' <= c && c <= 'z' }

func isLetter(c byte) bool { return (c|0x20)-'a' <= 'z'-'a' }
