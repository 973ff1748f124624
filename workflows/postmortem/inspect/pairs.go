package inspect

import "strings"

// pairs are which pairs of bytes stand side by side in a text, roughly: to tell
// from one way through it which of many phrases it does not have.
type pairs [4]uint64

func pairsOf(text string) (p pairs) {
	for i := 1; i < len(text); i++ {
		at := placeOf(text[i-1], text[i])
		p[at>>6] |= 1 << (at & 63)
	}
	return p
}

// placeOf spreads pairs of bytes, which others may share.
func placeOf(first, second byte) byte { return first*37 + second*11 }

// mayHave reports whether a text may have a phrase.
func (p *pairs) mayHave(phrase string) bool {
	for i := 1; i < len(phrase); i++ {
		if at := placeOf(phrase[i-1], phrase[i]); p[at>>6]>>(at&63)&1 == 0 {
			return false
		}
	}
	return true
}

// index is where the phrase stands in the text, or -1.
func (p *pairs) index(text, phrase string) int {
	if !p.mayHave(phrase) {
		return -1
	}
	return strings.Index(text, phrase)
}
