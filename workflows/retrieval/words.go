package retrieval

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Bounds of what is looked at. Somebody's log, pasted as it is, must not make
// the index large or a search slow.
const (
	mostText = 16 << 10 // bytes of one text
	longWord = 40       // bytes; what is longer is a hash or a blob
)

// term is what the index counts: an English word without its ending, or two
// neighbouring Japanese characters, which need no dictionary.
type term struct {
	key string
	// from and to are where it stands in the text.
	from, to int
	// weight is 1 for a word. The parts of a name share that of one, and the
	// pairs of a Japanese compound that of the words that it is made of.
	weight float32
	// run counts the names and the Japanese compounds of the text, from 1, and is
	// 0 for a word by itself: what is found of one run counts as one word.
	run int
	// whole is the length of a Japanese run in characters; first says that the
	// pair begins it.
	whole int
	first bool
}

// script is how a character takes part in words.
type script uint8

const (
	blank    script = iota
	letter          // of a word between blanks, a digit too
	han             // kanji, of which two make a word
	katakana        // of which about four do
	hiragana        // endings and particles, which say little
)

func scriptOf(r rune) script {
	switch {
	case r < utf8.RuneSelf:
		if 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' {
			return letter
		}
		return blank
	case r == '々' || r == '〆' || unicode.Is(unicode.Han, r):
		return han
	case r == 'ー' || r == 'ヽ' || r == 'ヾ' || 0xff66 <= r && r <= 0xff9f || unicode.Is(unicode.Katakana, r):
		return katakana
	case unicode.Is(unicode.Hiragana, r):
		return hiragana
	case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r):
		return letter
	}
	return blank
}

// reader takes a text apart.
type reader struct {
	text string
	see  func(term)
	runs int
}

// eachTerm calls see with the terms of a text, in order. Where a name is made of
// parts, such as repo.example.org or kube-proxy, it is a term itself, before
// its parts.
func eachTerm(text string, see func(term)) {
	r := reader{text: text, see: see}
	for at := 0; at < len(text); {
		c, size := utf8.DecodeRuneInString(text[at:])
		switch scriptOf(c) {
		case letter:
			at = r.name(at)
		case han:
			at = r.stretch(at, han)
		case katakana:
			at = r.stretch(at, katakana)
		default:
			at += size
		}
	}
}

// name reads a word with all that is joined to it. Of an address only the host
// counts: what follows is different on every page.
func (r *reader) name(from int) (end int) {
	rest := r.text[from:]
	if scheme, _, ok := strings.Cut(rest[:min(len(rest), 8)], "://"); ok && (scheme == "http" || scheme == "https") {
		from = from + len(scheme) + len("://")
		end = from + strings.IndexFunc(r.text[from:]+" ", func(c rune) bool { return unicode.IsSpace(c) || strings.ContainsRune(")>]\"'|、。）」", c) })
		host := from + strings.IndexAny(r.text[from:end]+"/", "/?#:")
		for from < host {
			from = r.parts(from, host)
		}
		return end
	}
	return r.parts(from, len(r.text))
}

// parts reads a word and what is joined to it, up to a limit. Something is read
// in any case, or the caller would stand still.
func (r *reader) parts(from, limit int) (end int) {
	type part struct{ from, to int }
	var all []part
	at := from
	for at < limit {
		start := at
		at = start + r.while(start, limit, letter)
		if at > start {
			all = append(all, part{start, at})
		}
		joined := at < limit && strings.IndexByte(".-_'", r.text[at]) >= 0 && at > start
		if !joined {
			break
		}
		if r.text[at] == '\'' { // what follows is an ending
			at++
			at += r.while(at, limit, letter)
			break
		}
		next, _ := utf8.DecodeRuneInString(r.text[at+1 : limit])
		if scriptOf(next) != letter {
			break
		}
		at++
	}
	if len(all) == 0 {
		_, size := utf8.DecodeRuneInString(r.text[from:limit])
		return from + size
	}
	if first, last := all[0].from, all[len(all)-1].to; len(all) > 1 && last-first <= longWord {
		name := fold(r.text[first:last])
		if hasLetter(name) && !stopWords[name] {
			r.see(term{key: strings.Map(oneJoint, name), from: first, to: last, weight: 1})
		}
	}
	run := 0
	if len(all) > 1 {
		r.runs++
		run = r.runs
	}
	for _, p := range all {
		if key := wordKey(fold(r.text[p.from:p.to])); key != "" {
			r.see(term{key: key, from: p.from, to: p.to, weight: 1 / float32(len(all)), run: run})
		}
	}
	return at
}

// oneJoint lets kube_proxy and kube-proxy be the same name.
func oneJoint(r rune) rune {
	if r == '_' {
		return '-'
	}
	return r
}

func hasLetter(s string) bool { return strings.IndexFunc(s, unicode.IsLetter) >= 0 }

// while is how many bytes from an offset on are of one script.
func (r *reader) while(from, limit int, of script) int {
	for n, c := range r.text[from:limit] {
		if scriptOf(c) != of {
			return n
		}
	}
	return limit - from
}

// fold makes letters that look alike the same: wide and narrow ones, capitals.
func fold(s string) string { return strings.ToLower(norm.NFKC.String(s)) }

// wordKey is a word as it is counted, or "" for one that tells nothing apart. Of
// numbers only the statuses of HTTP mean the same everywhere.
func wordKey(w string) string {
	if len(w) < 2 || len(w) > longWord || stopWords[w] {
		return ""
	}
	if !hasLetter(w) {
		if len(w) == 3 && (w[0] == '4' || w[0] == '5') {
			return w
		}
		return ""
	}
	if w = stem(w); stopWords[w] {
		return ""
	}
	return w
}

// stretch reads kanji, or katakana, as far as they go.
func (r *reader) stretch(from int, of script) (end int) {
	end = from + r.while(from, len(r.text), of)
	for of == han {
		more := r.inflected(end)
		if more == end {
			break
		}
		end = more + r.while(more, len(r.text), han)
	}
	raw := r.text[from:end]
	folded := []rune(fold(raw))
	// Where the offsets of the characters are not those of the text, as with
	// half-width kana, each stands for the whole stretch.
	var offsets []int
	if utf8.RuneCountInString(raw) == len(folded) {
		for n := range raw {
			offsets = append(offsets, from+n)
		}
		offsets = append(offsets, end)
	}
	place := func(i, j int) (int, int) {
		if offsets == nil {
			return from, end
		}
		return offsets[i], offsets[j]
	}
	if of == katakana {
		if stopWords[string(folded)] {
			return end
		}
		for len(folded) > 2 && folded[len(folded)-1] == 'ー' { // サーバー, サーバ
			folded = folded[:len(folded)-1]
			if offsets != nil { // which is shown all the same
				offsets = append(offsets[:len(folded)], end)
			}
		}
		r.pairs(folded, 0, len(folded), 4, place)
		return end
	}
	begin := 0
	for i := 0; i < len(folded); i++ {
		if i+2 <= len(folded) && stopWords[string(folded[i:i+2])] {
			r.pairs(folded, begin, i, 2, place)
			i++
			begin = i + 1
		}
	}
	r.pairs(folded, begin, len(folded), 2, place)
	return end
}

// inflections are the hiragana that belong to the word before them more often
// than they are a particle or an auxiliary: 切れ, 遅い, 真っ白.
const inflections = "いうえきぎくぐけげちつづっねばびぶべみむめりるれろわん"

// inflected is where a word in kanji ends that ends in hiragana. Further kanji
// belong to it only after っ.
func (r *reader) inflected(at int) int {
	c, size := utf8.DecodeRuneInString(r.text[at:])
	if size == 0 || !strings.ContainsRune(inflections, c) {
		return at
	}
	next, _ := utf8.DecodeRuneInString(r.text[at+size:])
	if (c == 'っ') != (scriptOf(next) == han) {
		return at
	}
	return at + size
}

// pairs sees the pairs of neighbours between two characters, or the one that
// stands alone. usual is how many characters a word has.
func (r *reader) pairs(run []rune, from, to, usual int, place func(i, j int) (int, int)) {
	n := to - from
	if n <= 0 || n > longWord {
		return
	}
	r.runs++
	if n == 1 {
		if usual == 2 {
			begin, end := place(from, to)
			r.see(term{key: string(run[from:to]), from: begin, to: end, weight: 0.5, run: r.runs, whole: n})
		}
		return
	}
	weight := max(1, float32(n)/float32(usual)) / float32(n-1)
	for i := from; i+2 <= to; i++ {
		begin, end := place(i, i+2)
		r.see(term{key: string(run[i : i+2]), from: begin, to: end, weight: weight, run: r.runs, whole: n, first: i == from})
	}
}
