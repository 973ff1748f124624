// Package blame finds wording that lays an incident at somebody's door, in
// English and Japanese, and has a better wording for each: one that asks what
// let a mistake through. It is for suggestions only. It must not know who the
// people are or what becomes of a finding: it keeps no count of anybody, and a
// person's name never reaches the better wording. That somebody did something
// is a fact and no finding; that they were careless, lazy, unable, or ought to
// have known is one.
package blame

import (
	"strings"
	"unicode/utf8"
)

// Finding is wording that blames, with another that could stand for what it
// says. Start and End are bytes of the text that was searched. Both wordings
// hold words of that text, so they are shown as words.Foreign.
type Finding struct {
	Start, End int
	Words      string // text[Start:End]
	Better     string // in the language of the sentence, without a full stop
}

// Find returns what blames in a text without markup such as headings or fences,
// in order and without overlap. The text may be a line, a paragraph, or many;
// each sentence is read in its own language. Nothing is found inside code spans,
// quotation marks or addresses. It takes linear time, and no memory where
// no rule could begin, which is most text.
func Find(text string) []Finding {
	var found []Finding
	next := suspicious(text, 0)
	for start := 0; next < len(text); {
		end := sentence(text, start)
		if next < end {
			if s := text[start:end]; isJapanese(s) {
				found = japanese(found, s, start)
			} else {
				found = english(found, s, start)
			}
			next = suspicious(text, end)
		}
		start = end
	}
	return found
}

// report appends a finding that stands at from..to of a sentence, which begins
// at base.
func report(found []Finding, s string, from, to, base int, better string) []Finding {
	if n := len(found); n > 0 && base+from < found[n-1].End {
		return found // the first of two that overlap says enough
	}
	return append(found, Finding{base + from, base + to, s[from:to], better})
}

// isJapanese reports whether a sentence has kana, or Han that a full stop of
// Japanese ends: a lone name in Han does not make an English sentence Japanese.
func isJapanese(s string) bool {
	for i := range len(s) {
		// Hiragana and katakana are U+3041 to U+30FF: E3 81 to E3 83.
		if s[i] == 0xE3 && i+2 < len(s) && s[i+1] >= 0x81 && s[i+1] <= 0x83 {
			return true
		}
	}
	return strings.HasSuffix(strings.TrimSpace(s), "。")
}

// quoted returns the end of what begins at i and is not the author's own word: a
// code span, a quotation, an address. It is 0 where nothing of the kind begins.
func quoted(s string, i int) int {
	open := s[i]
	switch {
	case open == '`' || open == '"':
		if n := strings.IndexByte(s[i+1:], open); n >= 0 {
			return i + 1 + n + 1
		}
	case open == 0xE2 && strings.HasPrefix(s[i:], "“"):
		return closed(s, i, "“", "”")
	case open == 0xE3 && strings.HasPrefix(s[i:], "「"):
		return closed(s, i, "「", "」")
	case open == 0xE3 && strings.HasPrefix(s[i:], "『"):
		return closed(s, i, "『", "』")
	case open == 'h' && (strings.HasPrefix(s[i:], "http://") || strings.HasPrefix(s[i:], "https://")):
		n := strings.IndexFunc(s[i:], func(r rune) bool { return r <= ' ' || r >= utf8.RuneSelf })
		if n < 0 {
			return len(s)
		}
		return i + n
	}
	return 0
}

// closed returns where a quotation that begins at i ends, or 0 if it does not.
func closed(s string, i int, open, end string) int {
	n := strings.Index(s[i+len(open):], end)
	if n < 0 {
		return 0
	}
	return i + len(open) + n + len(end)
}
