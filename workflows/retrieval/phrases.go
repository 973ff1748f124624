package retrieval

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Bounds of the keywords of one document.
const (
	mostKeywords = 50
	longKeyword  = 100 // bytes
)

// phrases finds keywords in a text, however many there are in all: by the first
// two characters. Keywords are compared as they are written, and not as terms,
// because whoever chose 真っ白 or "down" meant it.
type phrases map[string][]*phrase

// phrase is a keyword of one or several documents.
type phrase struct {
	text string // folded
	of   []*entry
}

// add notes the keywords of a document.
func (p phrases) add(e *entry) {
	for _, text := range keywordsOf(e) {
		start := beginning(text)
		at := slices.IndexFunc(p[start], func(f *phrase) bool { return f.text == text })
		if at < 0 {
			at = len(p[start])
			p[start] = append(p[start], &phrase{text: text})
		}
		p[start][at].of = append(p[start][at].of, e)
	}
}

// remove forgets them.
func (p phrases) remove(e *entry) {
	for _, text := range keywordsOf(e) {
		start := beginning(text)
		for _, f := range p[start] {
			if f.text == text {
				f.of = slices.DeleteFunc(f.of, func(other *entry) bool { return other == e })
			}
		}
		p[start] = slices.DeleteFunc(p[start], func(f *phrase) bool { return len(f.of) == 0 })
		if len(p[start]) == 0 {
			delete(p, start)
		}
	}
}

// keywordsOf are the keywords of a document as they are compared.
func keywordsOf(e *entry) []string {
	var all []string
	for _, k := range e.doc.Keywords[:min(len(e.doc.Keywords), mostKeywords)] {
		if text := strings.TrimSpace(foldText(k).text); utf8.RuneCountInString(text) > 1 && len(text) <= longKeyword && !slices.Contains(all, text) {
			all = append(all, text)
		}
	}
	return all
}

// beginning is the first two characters.
func beginning(text string) string {
	n, runes := 0, 0
	for n < len(text) && runes < 2 {
		_, size := utf8.DecodeRuneInString(text[n:])
		n += size
		runes++
	}
	return text[:n]
}

// hit is a keyword that stands in a text.
type hit struct {
	*phrase
	from, to int // in the text
}

// find lists the keywords in a text, each once, where it stands first. A longer
// one wins over one that it contains.
func (p phrases) find(text string) []hit {
	if len(p) == 0 {
		return nil
	}
	f := foldText(text)
	var hits []hit
	for at := 0; at < len(f.text); {
		_, size := utf8.DecodeRuneInString(f.text[at:])
		if !inWord(f.text, at) {
			for _, candidate := range p[beginning(f.text[at:])] {
				if end := f.ends(candidate.text, at); end > 0 {
					hits = append(hits, hit{candidate, f.offsets[at], f.offsets[end]})
				}
			}
		}
		at += size
	}
	slices.SortStableFunc(hits, func(a, b hit) int { return (b.to - b.from) - (a.to - a.from) })
	var kept []hit
	for _, h := range hits {
		if !slices.ContainsFunc(kept, func(k hit) bool { return k.phrase == h.phrase || k.from <= h.from && h.to <= k.to }) {
			kept = append(kept, h)
		}
	}
	slices.SortStableFunc(kept, func(a, b hit) int { return a.from - b.from })
	return kept
}

// folded is a text as it is compared, and where each of its bytes stands in the
// original.
type folded struct {
	text    string
	offsets []int // one more than bytes
}

// foldText folds letters and makes every stretch of blanks one.
func foldText(text string) folded {
	var f folded
	var b strings.Builder
	var it norm.Iter
	it.InitString(norm.NFKC, text)
	for !it.Done() {
		at := it.Pos()
		next := strings.ToLower(string(it.Next()))
		if strings.TrimSpace(next) == "" {
			if strings.HasSuffix(b.String(), " ") {
				continue
			}
			next = " "
		}
		b.WriteString(next)
		for range len(next) {
			f.offsets = append(f.offsets, at)
		}
	}
	f.text = b.String()
	f.offsets = append(f.offsets, len(text))
	return f
}

// ends is where a keyword ends that begins at an offset, or 0 where it does not
// stand there. An English one may have another ending than it was written with,
// as long as the word is the same.
func (f folded) ends(keyword string, at int) int {
	if !strings.HasPrefix(f.text[at:], keyword) {
		return 0
	}
	end := at + len(keyword)
	for end < len(f.text) && inWord(f.text, end) {
		_, size := utf8.DecodeRuneInString(f.text[end:])
		end += size
	}
	if end == at+len(keyword) {
		return end
	}
	if lastWord(f.text[at:end]) != lastWord(keyword) {
		return 0
	}
	return end
}

// inWord tells whether a word that is written between blanks goes on at an
// offset. Japanese needs no blanks.
func inWord(text string, at int) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:at])
	after, _ := utf8.DecodeRuneInString(text[at:])
	return scriptOf(before) == letter && scriptOf(after) == letter
}

// lastWord is the last word without its ending.
func lastWord(text string) string {
	at := strings.LastIndexFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	return stem(text[at+1:])
}
