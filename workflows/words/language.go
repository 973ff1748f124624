// Package words knows the two languages that Kintsugi speaks and the text that
// somebody else wrote. It says which language a text is in, and holds foreign
// text in a type that renders only escaped, so that no rule can by oversight
// let a title, an alert or a name mention, close or forge anything. It must not
// know what is said: the sentences belong to the workflows.
package words

import (
	"regexp"
	"strings"
	"unicode"
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

// unspoken matches what says nothing about the language of its author: fenced
// code (also unclosed, to the end), code spans, comments left over from a
// template, and addresses.
var unspoken = regexp.MustCompile("(?s)" +
	"(?:^|\n) {0,3}```.*?(?:\n {0,3}```|$)|" +
	"(?:^|\n) {0,3}~~~.*?(?:\n {0,3}~~~|$)|" +
	"``.+?``|`[^`]+`|" +
	"<!--.*?(?:-->|$)|" +
	`https?://[!-~]+`)

// Detect says whether a text is Japanese; everything else counts as English.
// Kana or a text that is mostly Han is Japanese; one Japanese name in an English
// sentence is not. Code, addresses and HTML comments are not looked at, because
// people paste them from elsewhere.
func Detect(text string) Language {
	text = unspoken.ReplaceAllString(text, " ")
	// Japanese writes no spaces, so runs of one script stand for words. A run of
	// hiragana counts three times: it is grammar, whereas katakana and Han are
	// often a lone name.
	var japanese, latin int
	before := other
	for _, r := range text {
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
