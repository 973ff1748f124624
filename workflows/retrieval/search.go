package retrieval

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/kintsugi-app/kintsugi/workflows"
)

// What it takes to be suggested. Evidence is counted in words that no other
// text has: one of which every second text speaks counts for little. The
// figures were found on 160 real incidents, see TestCorpus, with precision
// before everything else.
const (
	// The share, of all that the text's words could tell, of those that a
	// document has: with little, its title and the text's must have something
	// in common, with much, a word of its title anywhere in the text is enough.
	someShare, muchShare = 0.25, 0.75
	commonTitle          = 0.5
	namedAnywhere        = 0.4
	// Three words, or two out of a short text.
	enoughWords, ofShort, shortShare = 3, 2, 0.6
)

const (
	// unread is how many texts are imagined that have none of the words: in a
	// repository with three incidents, a word that stands in one is not rare yet.
	unread = 30
	// closer is how many of the candidates are looked at closely.
	closer = 30
	// mostWanted is how many terms of a text are looked for: a long report names
	// what it is about at its beginning.
	mostWanted = 1000
	// saturation and lengthShare are BM25's k1 and b: how soon repeating a word
	// stops counting, and how much of its length is held against a long text.
	saturation, lengthShare = 1.2, 0.75
	// What a word counts for that stands in the title of a document, or of the
	// text, as a multiple.
	inTitle, fromTitle = 1.5, 2.0
	// A keyword that somebody chose, by itself, is worth more than all words.
	keywordHit = 1000.0
	// An end to learn from is worth a tenth.
	settled = 1.1
)

// wanted is a term of the text that is searched for.
type wanted struct {
	term
	list   *list
	weight float64
	// titled: it stands in the text's title. plain is the weight without that.
	titled bool
	plain  float64
}

// candidate is a document that may suit.
type candidate struct {
	*entry
	score float64
	hits  []hit
	// found are the terms that it has in common with the text, by number.
	found []foundTerm
	words []word
	count int // of the words that tell something the others do not
	// evidence is what those tell in all; named is the part that stands in the
	// document's title, and common in both titles.
	evidence, named, common float64
}

// foundTerm is a term of the text, by number, in a document.
type foundTerm struct {
	n int
	posting
}

// word is a stretch of the text that a document has, too.
type word struct {
	from, to                int
	evidence, named, common float64
}

// search lists the documents that are allowed and suit a text, at most k.
func (x *Index) search(text string, k int, allowed func(*Document) bool) []workflows.Match {
	text = cut(text, mostText)
	terms, possible := x.wanted(text)
	hits := x.phrases.find(text)
	norms := x.norms()
	candidates := x.candidates(terms, hits, norms, allowed)
	x.inspect(candidates, terms)
	var good []*candidate
	for _, c := range candidates {
		c.weigh(text, terms, norms)
		if c.chosen(k) || c.suits(possible) {
			good = append(good, c)
		}
	}
	slices.SortFunc(good, func(a, b *candidate) int { return before(a, b, a.rank(), b.rank()) })
	var matches []workflows.Match
	for _, c := range good[:min(len(good), max(0, k))] {
		matches = append(matches, workflows.Match{Title: c.doc.Title, URL: c.doc.URL, Number: c.doc.Number, Words: c.shown(text)})
	}
	return matches
}

// rarity is 1 for a word that one text has, and falls towards 0.
func (x *Index) rarity(l *list) float64 {
	idf := func(df float64) float64 {
		return math.Log(1 + (float64(x.Len())+unread-df+0.5)/(df+0.5))
	}
	return idf(float64(len(l.postings))) / idf(1)
}

// wanted are the terms of a text, and what a document that had all of them
// would score. A term counts where it stands first, and is listed again without
// weight, so that words can be told as they stand in the text.
func (x *Index) wanted(text string) (terms []wanted, possible float64) {
	seen := map[string]bool{}
	title := len(text) - len(strings.TrimLeft(text, "\r\n"))
	title += strings.IndexByte(text[title:]+"\n", '\n')
	eachTerm(text, func(t term) {
		w := wanted{term: t, list: x.lists[t.key], titled: t.from < title}
		if !seen[t.key] {
			seen[t.key] = true
			w.plain = float64(t.weight)
			if w.list != nil {
				w.plain *= x.rarity(w.list)
			}
			w.weight = w.plain
			if w.titled {
				w.weight *= fromTitle
			}
			possible += w.weight
		}
		if w.list != nil && len(terms) < mostWanted {
			terms = append(terms, w)
		}
	})
	return terms, possible
}

// norms is how much of a term it takes in each document to count as much as in
// one of the usual length, by slot.
func (x *Index) norms() []float64 {
	norms := make([]float64, len(x.slots))
	average := float64(x.length) / float64(max(1, x.Len()))
	for n, e := range x.slots {
		if e != nil {
			norms[n] = saturation * (1 - lengthShare + lengthShare*float64(len(e.lists))/average)
		}
	}
	return norms
}

// strength is how much it tells that a document has a term.
func (p posting) strength(norms []float64) float64 {
	s := (saturation + 1) * float64(p.times) / (float64(p.times) + norms[p.slot])
	if p.named {
		s = max(s, 1) * inTitle
	}
	return s
}

// candidates are the documents to look at closely, by a first sum.
func (x *Index) candidates(terms []wanted, hits []hit, norms []float64, allowed func(*Document) bool) []*candidate {
	scores := make([]float64, len(x.slots))
	for _, t := range terms {
		if t.weight == 0 {
			continue
		}
		for _, p := range t.list.postings {
			scores[p.slot] += t.weight * p.strength(norms)
		}
	}
	hitsOf := map[uint32][]hit{}
	for _, h := range hits {
		for _, e := range h.of {
			hitsOf[e.slot] = append(hitsOf[e.slot], h)
			scores[e.slot] += keywordHit
		}
	}
	var best []*candidate
	for slot, score := range scores {
		if score == 0 || len(best) == closer && score < best[closer-1].score || !allowed(&x.slots[slot].doc) {
			continue
		}
		c := &candidate{entry: x.slots[slot], score: score, hits: hitsOf[uint32(slot)]}
		at, _ := slices.BinarySearchFunc(best, c, func(a, b *candidate) int { return before(a, b, a.score, b.score) })
		best = slices.Insert(best, at, c)
		best = best[:min(len(best), closer)]
	}
	return best
}

// before orders two candidates by what they score, and those alike so that the
// newer comes first, whatever order they were read in.
func before(a, b *candidate, scoreA, scoreB float64) int {
	return cmp.Or(cmp.Compare(scoreB, scoreA), cmp.Compare(b.doc.Number, a.doc.Number), cmp.Compare(a.doc.Key, b.doc.Key))
}

// inspect finds which of the terms each candidate has.
func (x *Index) inspect(candidates []*candidate, terms []wanted) {
	of := make([]*candidate, len(x.slots))
	for _, c := range candidates {
		of[c.slot] = c
	}
	for n, t := range terms {
		for _, p := range t.list.postings {
			if c := of[p.slot]; c != nil {
				c.found = append(c.found, foundTerm{n, p})
			}
		}
	}
}
