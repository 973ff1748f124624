// Package words knows the two languages that Kintsugi speaks and the text that
// somebody else wrote. It says which language a text is in, and holds foreign
// text in a type that renders only escaped, so that no rule can by oversight
// let a title, an alert or a name mention, close or forge anything. It must not
// know what is said: the sentences belong to the workflows.
package words

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Language is one of the languages that Kintsugi reads and writes. The zero
// value means that nobody has chosen one yet.
type Language string

// The languages, of equal rank. Their values are what a policy writes.
const (
	English  Language = "en"
	Japanese Language = "ja"
)

// Parse reads a language as a policy or a flag names it: "en" or "ja", in any
// case, with space around it forgiven. Anything else is refused.
func Parse(name string) (Language, bool) {
	switch l := Language(strings.ToLower(strings.TrimSpace(name))); l {
	case English, Japanese:
		return l, true
	}
	return "", false
}

// unspoken is how long what begins at a place is, if it says nothing about the
// language of its author: fenced code (also unclosed, to the end), code spans,
// comments left over from a template, and addresses. It is 0 for anything else.
func unspoken(text string, at int) int {
	rest := text[at:]
	switch rest[0] {
	case '`':
		if at == 0 && strings.HasPrefix(rest, "```") {
			return fenced(rest)
		}
		return codeSpan(rest)
	case '\n':
		return fenced(rest)
	case ' ', '~':
		if at == 0 {
			return fenced(rest)
		}
	case '<':
		if strings.HasPrefix(rest, "<!--") {
			return through(rest, len("<!--"), "-->")
		}
	case 'h':
		return address(rest)
	}
	return 0
}

// fenced is how long the fenced code is that a text begins with, with the newline
// before it and up to the fence that ends it.
func fenced(text string) int {
	inner, fence := fence(strings.TrimPrefix(text, "\n"))
	if fence == "" {
		return 0
	}
	for {
		at := strings.IndexByte(inner, '\n')
		if at < 0 {
			return len(text)
		}
		inner = inner[at+1:]
		if after, end := fenceOf(inner, fence); end {
			return len(text) - len(after)
		}
	}
}

// fence is the fence that a line begins with, and what follows it.
func fence(line string) (after, fence string) {
	for _, fence := range [...]string{"```", "~~~"} {
		if after, ok := fenceOf(line, fence); ok {
			return after, fence
		}
	}
	return line, ""
}

// fenceOf is what follows a fence that is indented by no more than three blanks.
func fenceOf(line, fence string) (after string, ok bool) {
	for range 3 {
		line = strings.TrimPrefix(line, " ")
	}
	return strings.CutPrefix(line, fence)
}

// codeSpan is how long the code span is that a text begins with.
func codeSpan(text string) int {
	if strings.HasPrefix(text, "``") {
		if at := strings.Index(text[min(len(text), 3):], "``"); at >= 0 {
			return 3 + at + len("``")
		}
		return 0
	}
	if at := strings.IndexByte(text[1:], '`'); at >= 0 {
		return 1 + at + 1
	}
	return 0
}

// through is how long a text is with its next end, or all of it.
func through(text string, from int, end string) int {
	if at := strings.Index(text[from:], end); at >= 0 {
		return from + at + len(end)
	}
	return len(text)
}

// address is how long the address is that a text begins with.
func address(text string) int {
	rest, ok := strings.CutPrefix(text, "http")
	if !ok {
		return 0
	}
	rest, ok = strings.CutPrefix(strings.TrimPrefix(rest, "s"), "://")
	size := 0
	for size < len(rest) && rest[size] > ' ' && rest[size] <= '~' {
		size++
	}
	if !ok || size == 0 {
		return 0
	}
	return len(text) - len(rest) + size
}

// Detect says whether a text is Japanese; everything else counts as English.
// Kana or a text that is mostly Han is Japanese; one Japanese name in an English
// sentence is not. Code, addresses and HTML comments are not looked at, because
// people paste them from elsewhere.
func Detect(text string) Language {
	// Japanese writes no spaces, so runs of one script stand for words. A run of
	// hiragana counts three times: it is grammar, whereas katakana and Han are
	// often a lone name.
	var japanese, latin int
	before := other
	for i := 0; i < len(text); {
		if skip := unspoken(text, i); skip > 0 {
			before = other
			i += skip
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		i += size
		s := scriptOf(r, before)
		if s != before {
			switch s {
			case hiragana:
				japanese += 3
			case katakana, han:
				japanese++
			case alphabet:
				latin++
			case other:
			}
		}
		before = s
	}
	if japanese > 0 && japanese >= latin {
		return Japanese
	}
	return English
}

type script int

const (
	other script = iota
	hiragana
	katakana
	han
	alphabet
)

// scriptOf returns the script of r. The prolonged sound mark and combining
// marks belong to whatever stands before them.
func scriptOf(r rune, before script) script {
	switch {
	case r|0x20 >= 'a' && r|0x20 <= 'z':
		return alphabet
	case r < utf8.RuneSelf && r != '\'':
		return other
	// Most of what is Japanese needs no table.
	case r >= 'ぁ' && r <= 'ゖ':
		return hiragana
	case r >= 'ァ' && r <= 'ヺ':
		return katakana
	case r >= '一' && r <= '\u9fff':
		return han
	case r == 'ー' || r == 'ｰ' || r == '\'' || unicode.Is(unicode.Mn, r):
		return before
	case unicode.Is(unicode.Hiragana, r):
		return hiragana
	case unicode.Is(unicode.Katakana, r):
		return katakana
	case unicode.Is(unicode.Han, r):
		return han
	case unicode.Is(unicode.Latin, r):
		return alphabet
	}
	return other
}

// Capital begins a line with a capital letter.
func Capital(line string) string {
	if line == "" {
		return ""
	}
	first, size := utf8.DecodeRuneInString(line)
	return string(unicode.ToUpper(first)) + line[size:]
}

// Both is a text in both languages.
func Both(english, japanese string) map[Language]string {
	return map[Language]string{English: english, Japanese: japanese}
}
