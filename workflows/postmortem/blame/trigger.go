package blame

import "strings"

// Most text blames nobody, and all of it is searched. So a first look asks only
// whether any rule could begin somewhere: by the first eight letters of a word in
// English, by two characters in Japanese, each one load, one multiplication and
// one bit. What passes is looked up, and only then a sentence is read.

// sieve has a bit for each key that was put in, and few others.
type sieve [1 << 9]uint32

func (s *sieve) put(key uint64) { h := hash(key); s[h>>5] |= 1 << (h & 31) }

func (s *sieve) has(key uint64) bool { h := hash(key); return s[h>>5]>>(h&31)&1 != 0 }

// hash spreads a key over the bits of a sieve by the golden ratio.
func hash(key uint64) uint32 { return uint32(key * 0x9E3779B97F4A7C15 >> (64 - 14)) }

// latin is the key of the word that begins at i: its first eight bytes in lower
// case. A shorter word has what follows it in its key, as blanks.
func latin(s string, i int) uint64 {
	var key uint64
	for n := range 8 {
		c := byte(' ')
		if i+n < len(s) && isLetter(s[i+n]) {
			c = s[i+n] | 0x20
		}
		key = key<<8 | uint64(c)
		if c == ' ' {
			return key << (8 * (7 - n))
		}
	}
	return key
}

// pair is the key of the two characters of three bytes at i.
func pair(s string, i int) uint64 {
	_ = s[i+5]
	return uint64(s[i])<<40 | uint64(s[i+1])<<32 | uint64(s[i+2])<<24 |
		uint64(s[i+3])<<16 | uint64(s[i+4])<<8 | uint64(s[i+5])
}

// heads has what every rule of English begins with, by the first two letters of
// a word, with a bit for each third one, and tails what every expression of
// Japanese does, by the last bytes of its first two characters. Both are a first
// look before the sieves.
var heads, tails = func() (heads [32][32]uint32, tails [64][64]bool) {
	for word := range patterns {
		second, third := nextLetters(word, 0)
		heads[word[0]&31][second] |= 1 << third
	}
	for key := range expressions {
		tails[key>>24&63][key&63] = true
	}
	return heads, tails
}()

// mayBegin reports whether the word at i begins with the letters of a rule.
func mayBegin(s string, i int) bool {
	second, third := nextLetters(s, i)
	return heads[s[i]&31][second]>>third&1 != 0
}

// nextLetters are the second and the third letter of the word at i by their
// numbers in the alphabet, 0 behind its end.
func nextLetters(s string, i int) (second, third byte) {
	if i+1 < len(s) && isLetter(s[i+1]) {
		second = s[i+1] & 31
		if i+2 < len(s) && isLetter(s[i+2]) {
			third = s[i+2] & 31
		}
	}
	return second, third
}

// suspicious is where the first rule of either language could begin in s, from a
// place on. Where none could it is the length of s.
func suspicious(s string, from int) int {
	inWord := false
	for i := from; i < len(s); i++ {
		switch writing[s[i]] {
		case latinLetter:
			if !inWord && mayBegin(s, i) && stems.has(latin(s, i)) && ruleAt(s, i) {
				return i
			}
			inWord = true
		case japaneseCharacter:
			if i+6 <= len(s) && tails[s[i+2]&63][s[i+5]&63] && openings.has(pair(s, i)) && expressionAt(s, i) {
				return i
			}
			i += 2
			inWord = false
		default:
			inWord = false
		}
	}
	return len(s)
}

// writing says what begins with a byte: a letter of the Latin alphabet, or a
// character of three bytes that an expression of Japanese may begin with.
var writing = func() (table [256]byte) {
	for c := range table {
		switch {
		case isLetter(byte(c)):
			table[c] = latinLetter
		case c >= 0xE3 && c <= 0xE9:
			table[c] = japaneseCharacter
		}
	}
	return table
}()

const (
	latinLetter = 1 + iota
	japaneseCharacter
)

// expressionAt reports whether any expression of the Japanese table stands at i.
func expressionAt(s string, i int) bool {
	for _, x := range phrasesAt(s, i) {
		if strings.HasPrefix(s[i:], x.words) {
			return true
		}
	}
	return false
}
