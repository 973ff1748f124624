package main

import (
	"strings"
	"unicode"
)

// printable is a text that comes from elsewhere as a terminal may be given it:
// without what moves the cursor, rings, recolours or turns the direction of
// what follows.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r):
			return unicode.ReplacementChar
		}
		return r
	}, strings.ToValidUTF8(text, string(unicode.ReplacementChar)))
}
