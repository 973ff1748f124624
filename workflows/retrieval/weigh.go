package retrieval

import (
	"cmp"
	"slices"
	"strings"
)

// weigh sums up what a candidate has in common with the text, word by word:
// neighbours in one run are one word.
func (c *candidate) weigh(text string, terms []wanted, norms []float64) {
	for i := 0; i < len(c.found); {
		first := terms[c.found[i].n]
		w := word{from: first.from, to: first.to}
		pairs := 0
		for ; i < len(c.found); i++ {
			t := terms[c.found[i].n]
			if pairs > 0 && (t.run == 0 || t.run != first.run || t.from > w.to+1) {
				break
			}
			w.to = max(w.to, t.to)
			w.add(t, c.found[i], c.found[i].strength(norms))
			pairs++
		}
		if found := []rune(text[w.from:w.to]); !fragment(found, first) {
			w.scale(found, first, pairs)
			c.words = append(c.words, w)
		}
	}
	c.words = withoutParts(c.words)
	for _, w := range c.words {
		if w.evidence > 0 {
			c.count++
		}
		c.evidence += w.evidence
		c.named += w.named
		c.common += w.common
	}
}

func (w *word) add(t wanted, f foundTerm, strength float64) {
	w.evidence += t.weight * strength
	if f.named {
		w.named += t.plain
	}
	if f.named && t.titled {
		w.common += t.plain
	}
}

// scale makes a Japanese word count for what it is, although its pairs are a
// part of those of a longer run: 決済 for one word, out of 決済画面 too.
func (w *word) scale(found []rune, t wanted, pairs int) {
	if t.whole < 2 {
		return
	}
	factor := max(1, float64(len(found))/float64(usual(found))) / float64(pairs) / float64(t.term.weight)
	w.evidence *= factor
	w.named *= factor
	w.common *= factor
}

// usual is how many characters a Japanese word has.
func usual(word []rune) int {
	if scriptOf(word[0]) == katakana {
		return 4
	}
	return 2
}

// fragment tells whether what was found is less than a word: one kanji, or of a
// word in katakana not its beginning, or too little of that. リリース is no リース,
// and コンテナ no コンテキスト.
func fragment(found []rune, t wanted) bool {
	switch {
	case t.whole == 0:
		return false
	case usual(found) == 4:
		return !t.first || len(found) < min(4, t.whole)
	}
	return len(found) < 2
}

// withoutParts leaves out the parts of a name that was found whole: they are
// the same evidence.
func withoutParts(words []word) []word {
	var kept []word
	for _, w := range words {
		if n := len(kept); n > 0 && w.to <= kept[n-1].to {
			continue
		}
		kept = append(kept, w)
	}
	return kept
}

// suits tells whether a candidate has enough in common with the text.
func (c *candidate) suits(possible float64) bool {
	share := c.evidence / possible
	if c.count < ofShort || c.count < enoughWords && share < shortShare {
		return false
	}
	return share >= someShare && c.common >= commonTitle || share >= muchShare && c.named >= namedAnywhere
}

// chosen tells whether somebody's keywords single the candidate out.
func (c *candidate) chosen(k int) bool {
	return slices.ContainsFunc(c.hits, func(h hit) bool { return len(h.of) <= max(k, 1) })
}

// rank orders those that suit.
func (c *candidate) rank() float64 {
	r := c.evidence
	for _, h := range c.hits {
		r += keywordHit / float64(len(h.of))
	}
	if c.doc.Settled {
		r *= settled
	}
	return r
}

// shown are the words to show, as the text has them: the keywords, then those
// that tell most.
func (c *candidate) shown(text string) []string {
	slices.SortStableFunc(c.words, func(a, b word) int { return cmp.Compare(b.evidence, a.evidence) })
	var shown []string
	add := func(from, to int) {
		w := strings.Join(strings.Fields(text[from:to]), " ")
		same := func(other string) bool { return strings.Contains(fold(other), fold(w)) }
		if w != "" && len(shown) < mostWords && !slices.ContainsFunc(shown, same) {
			shown = append(shown, w)
		}
	}
	for _, h := range c.hits {
		add(h.from, h.to)
	}
	for _, w := range c.words {
		add(w.from, w.to)
	}
	return shown
}
