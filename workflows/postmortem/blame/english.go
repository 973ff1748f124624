package blame

import (
	"strings"
	"unicode/utf8"
)

// A pattern is a rule's phrase, taken apart.
type pattern struct {
	rule
	items  []map[string]bool // nil stands for "~"
	unless map[string]bool   // what may not follow
	anchor int
	// supposes says that it blames only in a sentence of what would have been.
	supposes bool
}

// compile makes the index from the first letters of a word, and from the word,
// to the patterns that are looked for by it.
func compile() (*sieve, map[string][]*pattern) {
	stems, index := new(sieve), map[string][]*pattern{}
	put := func(word string, p *pattern) {
		stems.put(latin(word, 0))
		index[word] = append(index[word], p)
	}
	for _, r := range rulesEnglish {
		p := &pattern{rule: r}
		for i, item := range strings.Fields(r.phrase) {
			if strings.HasPrefix(item, "^") {
				p.anchor = i
			}
			if words, ok := strings.CutPrefix(item, "!"); ok {
				p.unless = set(strings.ReplaceAll(words, "|", " "))
				continue
			}
			if item == "~" {
				p.items = append(p.items, nil)
				continue
			}
			p.items = append(p.items, set(strings.ReplaceAll(strings.TrimPrefix(item, "^"), "|", " ")))
		}
		for w := range p.items[p.anchor] {
			put(w, p)
		}
	}
	// These are read by obligation and counterfactual.
	must := &pattern{items: []map[string]bool{nil, set("have not never to")}}
	for _, w := range []string{"should", "shouldn", "ought"} {
		put(w, must)
	}
	put("had", &pattern{items: []map[string]bool{nil}, supposes: true})
	put("didn", index["did"][0])
	return stems, index
}

var stems, patterns = compile()

// ruleAt reports whether a pattern is looked for by the word at i, and the word
// after it, adverbs apart, is one that the pattern goes on with.
func ruleAt(s string, i int) bool {
	var low, next [24]byte
	n := fold(&low, s, i)
	found := patterns[string(low[:n])]
	for _, p := range found {
		if (p.anchor+1 >= len(p.items) || p.items[p.anchor+1] == nil) && (!p.supposes || mayBeConditional(s, i)) {
			return true
		}
	}
	if len(found) == 0 {
		return false
	}
	at := i + n
	for at < len(s) && strings.IndexByte(" \n*_", s[at]) >= 0 {
		at++
	}
	if at < len(s) && (s[at] == '\'' || s[at] == 0xE2) {
		return true // "didn't" is two words
	}
	after := next[:fold(&next, s, at)]
	for _, p := range found {
		if p.supposes {
			continue
		}
		if p.items[p.anchor+1][string(after)] || lexicon[string(after)]&adverb != 0 {
			return true
		}
	}
	return false
}

// mayBeConditional is a quick look for would, could or might in the sentence
// around i: "had" is in many that have none.
func mayBeConditional(s string, i int) bool {
	s = s[max(0, i-longest-utf8.UTFMax):min(len(s), i+longest+utf8.UTFMax)]
	for i := range max(0, len(s)-3) {
		switch s[i] | 0x20 {
		case 'o':
			if strings.EqualFold(s[i:i+4], "ould") {
				return true
			}
		case 'i':
			if strings.EqualFold(s[i:i+4], "ight") {
				return true
			}
		}
	}
	return false
}

// fold puts the word at i into low, in lower case, and returns its length.
func fold(low *[24]byte, s string, i int) int {
	n := 0
	for ; i+n < len(s) && n < len(low) && (isLetter(s[i+n]) || s[i+n] == '-' && n > 0); n++ {
		low[n] = s[i+n] | 0x20
	}
	return n
}

// english appends what blames in an English sentence, which begins at base.
func english(found []Finding, s string, base int) []Finding {
	var space [40]token // more are rare
	r := reader{s: s, t: tokens(space[:0], s)}
	first := true
	for i := 0; i < len(r.t); i++ {
		from, to, better := r.match(i)
		if to == 0 {
			continue
		}
		if first && r.disclaims() {
			return found
		}
		first = false
		found = report(found, s, r.t[from].start, r.t[to-1].end, base, better)
		i = max(i, to-1)
	}
	return found
}

// disclaims reports whether the sentence speaks about blame.
func (r *reader) disclaims() bool {
	for i := range r.t {
		if r.t[i].kind == word && r.t[i].is(disclaimer) {
			return true
		}
	}
	return false
}

// A reader reads one English sentence.
type reader struct {
	s      string
	t      []token
	leader int       // the token that lead found
	led    certainty // who that is; no before lead has looked
}

// match returns the tokens of a phrase that is looked for by token i and blames,
// and the better wording. It returns to = 0 where there is none.
func (r *reader) match(i int) (from, to int, better string) {
	if r.t[i].kind != word {
		return 0, 0, ""
	}
	switch w := r.t[i].word; w {
	case "should", "ought":
		return r.obligation(i)
	case "had":
		if from, to, better = r.counterfactual(i); to > 0 {
			return from, to, better
		}
	}
	if w := r.t[i].word; w == "" || !isLetter(w[0]) || !mayBegin(w, 0) || !stems.has(latin(w, 0)) {
		return 0, 0, ""
	}
	for _, p := range patterns[r.t[i].word] {
		from, to := r.phrase(p, i)
		if to == 0 || !r.blames(p, from, to) {
			continue
		}
		return from, to, r.better(p.rule, to)
	}
	return 0, 0, ""
}

// phrase returns the tokens that a pattern covers with its anchor at i.
func (r *reader) phrase(p *pattern, i int) (from, to int) {
	if p.items[p.anchor] == nil || !p.items[p.anchor][r.t[i].word] {
		return 0, 0
	}
	from, to = i, i+1
	for k := p.anchor - 1; k >= 0; k-- {
		if from = r.back(p.items, k, from); from < 0 {
			return 0, 0
		}
	}
	for k := p.anchor + 1; k < len(p.items); k++ {
		gap := 0
		if p.items[k] == nil {
			gap, k = 4, k+1
		}
		at := r.forth(p.items[k], to, gap)
		if at < 0 {
			return 0, 0
		}
		to = at + 1
	}
	if p.unless != nil && r.forth(p.unless, to, 0) >= 0 {
		return 0, 0
	}
	return from, to
}

// back returns where item k stands before token from: beside it, adverbs apart,
// or within four words where "~" parts them. It is negative if nowhere.
func (r *reader) back(items []map[string]bool, k, from int) int {
	if items[k] == nil {
		return from // the item before it looks that far itself
	}
	gap := 0
	if items[k+1] == nil {
		gap = 4
	}
	for j := from - 1; j >= 0 && r.t[j].kind == word; j-- {
		if items[k][r.t[j].word] {
			return j
		}
		if !r.t[j].is(adverb) {
			if gap--; gap < 0 {
				break
			}
		}
	}
	return -1
}

// forth is back's counterpart for what follows.
func (r *reader) forth(item map[string]bool, at, gap int) int {
	for ; at < len(r.t) && r.t[at].kind == word; at++ {
		if item[r.t[at].word] {
			return at
		}
		if !r.t[at].is(adverb) {
			if gap--; gap < 0 {
				break
			}
		}
	}
	return -1
}

// blames reports whether the phrase is said of whom its rule needs, and not
// denied, guarded against or supposed.
func (r *reader) blames(p *pattern, from, to int) bool {
	if r.denied(from) {
		return false
	}
	switch p.who {
	case anyone:
		return !r.relative(to)
	case doer:
		return r.doer(from, to) >= known && !r.supposed(from) && !r.explained(to)
	case human:
		return r.doer(from, to) >= likely && !r.supposed(from)
	case owner:
		return r.owned(from) || r.ownedAfter(to)
	case target:
		return r.follows(to) >= known
	}
	return false
}

// denied reports whether one of the four words before a phrase turns it, or the
// sentence says what is not so in general.
func (r *reader) denied(from int) bool {
	for j := from - 1; j >= 0 && j >= from-4 && r.t[j].kind == word; j-- {
		if r.t[j].is(denial) {
			return true
		}
	}
	for j := max(0, from-20); j < from; j++ {
		// "people do not err because they are careless" speaks of people at large.
		if w := r.t[j].word; (w == "do" || w == "does") && j+1 < from && r.t[j+1].word == "not" {
			return true
		}
	}
	return false
}

// relative reports whether what follows a phrase denies it or speaks of what
// may happen: "human error is not a cause", "can occur", "prone".
func (r *reader) relative(to int) bool {
	for j := to; j < len(r.t) && j < to+3 && r.t[j].kind == word; j++ {
		switch r.t[j].word {
		case "can", "cannot", "may", "might", "could", "will", "prone", "possible", "often", "always", "happens", "occurs", "stems":
			return true
		case "not", "never":
			if j > to && r.t[j-1].is(auxiliary) {
				return true
			}
		}
	}
	return false
}

// supposed reports whether the clause is about what may happen.
func (r *reader) supposed(from int) bool {
	for j := from - 1; j >= 0 && r.t[j].kind != mark; j-- {
		if w := r.t[j].word; w == "if" || w == "unless" || w == "whether" || w == "perhaps" || w == "maybe" || w == "may" || w == "might" || w == "case" && j > 0 && r.t[j-1].word == "in" {
			return true
		}
	}
	return false
}

// explained reports whether what somebody did is traced to a thing: "because
// the dashboard was down". "Because he was asleep" is no such reason.
func (r *reader) explained(to int) bool {
	for j := to; j+1 < len(r.t); j++ {
		if w := r.t[j].word; w == "because" || w == "since" {
			next := &r.t[j+1]
			return next.kind == word && r.headed(j+1) == no
		}
	}
	return false
}
