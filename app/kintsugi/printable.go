package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf16"

	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// printable is a text that comes from elsewhere as a terminal, or the log of a
// job, may be given it: without what moves the cursor, rings, recolours or
// turns the direction of what follows, and with what a runner would obey taken
// apart by a blank.
func printable(text string) string {
	text = strings.Map(func(r rune) rune {
		if acts(r) {
			return unicode.ReplacementChar
		}
		return r
	}, strings.ToValidUTF8(text, string(unicode.ReplacementChar)))
	return lineCommand.ReplaceAllString(strings.ReplaceAll(text, olderCommand, "## ["), "$1: :")
}

// A runner obeys a command where a line begins with two colons, blanks of any
// kind aside, and its older form anywhere in a line. docs: Workflow commands for
// GitHub Actions; github.com/actions/runner, ActionCommand.cs.
var lineCommand = regexp.MustCompile(`(?m)^([\s\p{Z}]*)::`)

const olderCommand = "##["

// acts tells whether a character does something to a terminal but to show, or
// hides a word from whoever reads it.
func acts(r rune) bool {
	return r != '\n' && r != '\t' && r != unicode.ReplacementChar && !words.IsVisible(string(r))
}

// writeJSON writes a value in one line. A program reads from it what people
// wrote to the letter; a terminal or a runner that is shown it finds nothing to
// obey, since that is written in JSON's other way.
func writeJSON(out io.Writer, value any) error {
	plain, err := json.Marshal(value)
	if err != nil {
		return err
	}
	var b strings.Builder
	for _, r := range string(bytes.ReplaceAll(plain, []byte(olderCommand), []byte(`##\u005b`))) {
		if !acts(r) {
			b.WriteRune(r)
			continue
		}
		for _, unit := range utf16.Encode([]rune{r}) {
			fmt.Fprintf(&b, `\u%04x`, unit)
		}
	}
	_, err = fmt.Fprintln(out, b.String())
	return err
}
