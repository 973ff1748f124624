package blame

import "strings"

// kind is what a token is.
type kind byte

const (
	word   kind = iota
	handle      // @tanaka: always a person
	mark        // punctuation that parts clauses
	opaque      // code, a quotation, an address: not the author's words
)

// A token is a word of an English sentence. "didn't" is two: did, not.
type token struct {
	start, end int
	word       string // in lower case, without 's
	kind       kind
	class      class
	classified bool // class is known
	capital    bool // begins with a capital and goes on in lower case
	possessive bool // ends in 's or s'
}

// is looks a word up when it is first asked for; of most nothing is.
func (t *token) is(c class) bool {
	if !t.classified {
		t.class, t.classified = lexicon[t.word], true
	}
	return t.class&c != 0
}

// most is how many tokens of one sentence are read.
const most = 200

// tokens splits an English sentence into dst.
func tokens(dst []token, s string) []token {
	low := lower(s)
	for i := 0; i < len(s) && len(dst) < most; {
		if s[i] == ' ' { // every other step
			i++
			continue
		}
		if end := quoted(s, i); end > 0 {
			dst = append(dst, token{start: i, end: end, kind: opaque})
			i = end
			continue
		}
		switch c := s[i]; {
		case isInWord(s, i):
			end := i + 1
			for end < len(s) && (isInWord(s, end) || s[end] == '-' && end+1 < len(s) && isInWord(s, end+1)) {
				end++
			}
			dst, i = appendWord(dst, s, low, i, end)
		case c == '@' && i+1 < len(s) && isInWord(s, i+1):
			end := i + 1
			for end < len(s) && (isInWord(s, end) || s[end] == '-' || s[end] == '/') {
				end++
			}
			dst = append(dst, token{start: i, end: end, kind: handle, possessive: apostrophe(s, end) > 0})
			i = end + apostrophe(s, end)
		case strings.IndexByte(",;:()[].!?|", c) >= 0 || c == 0xE2 || c == '-':
			dst = append(dst, token{start: i, end: i + 1, kind: mark, word: low[i : i+1]})
			i++
			for i < len(s) && s[i]&0xC0 == 0x80 { // the rest of a dash
				dst[len(dst)-1].end++
				i++
			}
		default:
			i++
		}
	}
	return dst
}

// appendWord appends the word s[i:end] with what an apostrophe joins to it, and
// returns where it ends.
func appendWord(dst []token, s, low string, i, end int) ([]token, int) {
	t := token{start: i, end: end, word: low[i:end], capital: 'A' <= s[i] && s[i] <= 'Z' && i+1 < end && s[i+1] == low[i+1]}
	n := apostrophe(s, end)
	if n == 0 {
		return append(dst, t), end
	}
	after := end + n
	for after < len(s) && isLetter(s[after]) {
		after++
	}
	switch tail := low[end+n : after]; {
	case tail == "t" && strings.HasSuffix(t.word, "n"):
		t.word, t.end = t.word[:len(t.word)-1], after
		return append(dst, t, token{start: end - 1, end: after, word: "not"}), after
	case tail == "ve":
		return append(dst, t, token{start: end, end: after, word: "have"}), after
	case tail == "s" || tail == "" && strings.HasSuffix(t.word, "s"):
		t.possessive, t.end = true, after
	}
	return append(dst, t), after
}

// apostrophe returns the length of an apostrophe at i, 0 where there is none.
func apostrophe(s string, i int) int {
	switch {
	case i < len(s) && s[i] == '\'':
		return 1
	case strings.HasPrefix(s[i:], "’"):
		return len("’")
	}
	return 0
}

// isInWord reports whether the byte at i is part of a word: a letter, a digit,
// or of a letter outside of ASCII.
func isInWord(s string, i int) bool {
	c := s[i]
	return isLetter(c) || '0' <= c && c <= '9' || c == '_' || c >= 0x80 && c != 0xE2 && (c >= 0xC0 || i > 0 && s[i-1] >= 0xC0 && s[i-1] != 0xE2)
}

// lower returns s with its ASCII letters in lower case, at the same places.
func lower(s string) string {
	for i := range len(s) {
		if 'A' <= s[i] && s[i] <= 'Z' {
			return lowered(s)
		}
	}
	return s
}

func lowered(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for i := range len(s) {
		c := s[i]
		if 'A' <= c && c <= 'Z' {
			c |= 0x20
		}
		b.WriteByte(c)
	}
	return b.String()
}
