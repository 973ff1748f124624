package section

import (
	"unicode"
	"unicode/utf8"
)

// mostParts is how many parts of a heading are looked at.
const mostParts = 8

// part is a piece of a heading between marks that part it.
type part struct {
	from, to int
	// explains says that it stands behind a colon or a dash, aside that it stands
	// in round brackets.
	explains, aside bool
}

// folded is a heading in lower case and half width, its words with one space
// between, without numbers before it, emoji and what quotes or asks. It is made
// in one pass, without parts of its own in memory, for there are many headings.
type folded struct {
	bytes [3 * mostHeading]byte
	size  int
	parts [mostParts]part
	count int
	// next is the part that is written.
	next part
}

// fold writes down a heading.
func (f *folded) fold(heading string) {
	space := false // the next letter begins a word
	for i := 0; i < len(heading) && f.count < mostParts; {
		c := heading[i]
		if c < utf8.RuneSelf {
			i++
			if letter := asciiLetters[c]; letter != 0 {
				f.letter(rune(letter), space)
				space = false
				continue
			}
			if c == '\'' { // "what's" is one word
				continue
			}
			if c == '(' && i+1 < len(heading) && heading[i] == 's' && heading[i+1] == ')' {
				i += 2 // "cause(s)"
				f.letter('s', false)
				continue
			}
			f.mark(rune(c), space)
			space = true
			continue
		}
		r, size := utf8.DecodeRuneInString(heading[i:])
		i += size
		switch r = narrow(r); {
		case r == '’':
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			f.letter(unicode.ToLower(r), space)
			space = false
		default:
			f.mark(r, space)
			space = true
		}
	}
	f.end(part{})
}

// letter writes a letter or digit.
func (f *folded) letter(r rune, space bool) {
	if f.size+utf8.UTFMax+1 > len(f.bytes) {
		return
	}
	if space && f.size > f.next.from {
		f.bytes[f.size] = ' '
		f.size++
	}
	f.size += utf8.EncodeRune(f.bytes[f.size:], r)
}

// mark ends a part where the mark does that.
func (f *folded) mark(r rune, space bool) {
	switch r {
	case '(', '〔':
		f.end(part{aside: true})
	case ')', '〕', '[', ']', '【', '】', '/', '|', '&', '+', ',', '、', '・':
		f.end(part{})
	case ':', '—', '–', '―':
		f.end(part{explains: true})
	case '-':
		if space {
			f.end(part{explains: true})
		}
	}
}

// end ends a part and begins the next.
func (f *folded) end(next part) {
	p := f.next
	p.to = f.size
	if f.count == 0 {
		p.from = withoutNumber(f.bytes[:p.to], p.from)
	}
	if p.to > p.from && f.count < mostParts {
		f.parts[f.count] = p
		f.count++
		f.bytes[f.size] = ' '
		f.size++
	}
	next.from = f.size
	f.next = next
}

// asciiLetters are the letters and digits, in lower case.
var asciiLetters = func() (table [utf8.RuneSelf]byte) {
	for c := byte('a'); c <= 'z'; c++ {
		table[c], table[c-'a'+'A'] = c, c
	}
	for c := byte('0'); c <= '9'; c++ {
		table[c] = c
	}
	return table
}()

// withoutNumber is where a text begins behind "3", "3 2", "b" or "iv".
func withoutNumber(text []byte, from int) int {
	for from < len(text) {
		digits, ones, size := true, true, 0
		for ; from+size < len(text) && text[from+size] != ' '; size++ {
			c := text[from+size]
			digits = digits && c >= '0' && c <= '9'
			ones = ones && (c == 'i' || c == 'v' || c == 'x')
		}
		isLast := from+size == len(text)
		if !digits && !ones && (size > 1 || isLast) {
			return from
		}
		from = min(from+size+1, len(text))
	}
	return from
}

// narrow turns full width to half width, and a number in a ring, which is a
// number for Unicode, to a space.
func narrow(r rune) rune {
	switch {
	case r >= '！' && r <= '～':
		return r - 0xfee0
	case r >= '①' && r <= '⓿', r >= '❶' && r <= '➓':
		return ' '
	}
	return r
}
