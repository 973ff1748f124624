package words

import (
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Foreign is text that somebody else wrote: a person, an alert, a file. In
// GitHub's Markdown a backslash or an entity does not keep "@name" from
// notifying; only code spans and fences do. So a Foreign renders as one of the
// two and as nothing else, whichever verb of fmt prints it. Whoever needs the
// raw text, to compare or to store it, converts it with string(f), which is
// easy to find in a review.
//
// It is made for Markdown. Inside a block of raw HTML, or directly beside a
// backtick or a backslash of the caller's, no code span forms: do not put it
// there.
type Foreign string

// Limits of what is shown of a foreign text, in runes. A comment on GitHub
// holds 65,536 characters in all.
const (
	inlineMax = 120
	blockMax  = 8000
)

// nothing stands where a foreign text is empty.
const nothing = "—"

// Inline renders the text as a code span on one line, cut to at most max runes,
// the last of which is then "…". A max below 1 means 120. Space of any kind
// becomes one blank, and "|" a look-alike, since a bar ends a table cell even
// inside a code span. Secrets are Masked. An empty text gives "—".
func (f Foreign) Inline(max int) string {
	if max < 1 {
		max = inlineMax
	}
	text := strings.Join(strings.Fields(Masked(readable(string(f), false))), " ")
	// In "[`]:`](address)" Markdown would see the definition of a link, of which
	// nothing is shown.
	text = strings.NewReplacer("|", "│", "]:", "] :").Replace(text)
	text = cut(disarm(text), max)
	if text == "" {
		return nothing
	}
	fence := strings.Repeat("`", longestRun(text, '`')+1)
	if text[0] == '`' || text[len(text)-1] == '`' {
		// Markdown takes one blank off both ends again.
		text = " " + text + " "
	}
	return fence + text + fence
}

// Line is a text as it may stand where no Markdown is read, such as a title or a
// log: one line of characters that are seen, at most max of them. Secrets are
// Masked.
func Line(text string, max int) string {
	return cut(strings.Join(strings.Fields(Masked(readable(text, false))), " "), max)
}

// Plain renders the text like Inline, but without a code span where it has
// nothing but words: letters, digits, blanks and marks that mean nothing to
// Markdown or GitHub. It reads better in a sentence.
func (f Foreign) Plain(max int) string {
	shown := f.Inline(max)
	text := strings.TrimSuffix(strings.Trim(shown, "`"), "…")
	if len(shown) != len(text)+2 && shown != "`"+text+"…`" || linked.MatchString(text) {
		return shown
	}
	for i, r := range text {
		hyphen := r == '-' && i > 0 && isLetterAt(text, i-1) && isLetterAt(text, i+1)
		if !hyphen && !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(" 、。・（）「」", r) {
			return shown
		}
	}
	return strings.Trim(shown, "`")
}

// isLetterAt reports whether an ASCII letter stands at i.
func isLetterAt(text string, i int) bool {
	return i < len(text) && (text[i]|0x20 >= 'a' && text[i]|0x20 <= 'z')
}

// Block renders the text as a fenced block that keeps its lines, cut to 8,000
// runes. It begins and ends with a newline, so that its fences stand on lines of
// their own wherever it is put. Secrets are Masked. An empty text gives "—" on
// its line.
func (f Foreign) Block() string {
	text := strings.Trim(disarm(Masked(readable(string(f), true))), "\n")
	text = cut(text, blockMax)
	if strings.TrimSpace(text) == "" {
		return "\n" + nothing + "\n"
	}
	fence := strings.Repeat("`", max(3, longestRun(text, '`')+1))
	return "\n" + fence + "\n" + text + "\n" + fence + "\n"
}

// String is Inline at its usual length, so that printing is never raw.
func (f Foreign) String() string { return f.Inline(0) }

// Format prints String for every verb and flag: even "%#v" and a wrong verb,
// which would go past String, print nothing raw.
func (f Foreign) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, f.String()) }

// readable drops what is not seen but acts: control characters, marks that
// reorder text for the eye, and invisible ones that hide a word from a reader.
// Line ends of every kind become newlines where lines are kept, else blanks.
func readable(text string, keepLines bool) string {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\u0085' || r == '\u2028' || r == '\u2029':
			if keepLines {
				return '\n'
			}
			return ' '
		case r == '\t':
			return r
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r), isInvisible(r):
			return -1
		}
		return r // an invalid byte arrives as U+FFFD and stays one
	}, text)
}

// isInvisible reports whether r shows nothing at all. The joiners U+200C and
// U+200D are no such runes: emoji and several scripts are spelt with them.
func isInvisible(r rune) bool {
	switch {
	case r == '\u00AD', r == '\u200B', r == '\uFEFF', r == '\u180E',
		'\u2060' <= r && r <= '\u2064', '\u206A' <= r && r <= '\u206F',
		'\uFFF9' <= r && r <= '\uFFFB', '\U000E0000' <= r && r <= '\U000E007F':
		return true
	}
	return false
}

// IsVisible reports whether a text is one line of characters that are seen:
// valid UTF-8 without control characters, marks that reorder, or invisible ones.
func IsVisible(text string) bool {
	return readable(text, false) == text && !strings.Contains(text, "\t")
}

// disarm parts the ends of an HTML comment. Our own marks on GitHub are such
// comments, found again in the raw text, where a code span protects nothing.
func disarm(text string) string {
	// One after the other: in "<!-->" the two overlap.
	return strings.ReplaceAll(strings.ReplaceAll(text, "<!--", "<! --"), "-->", "-- >")
}

// cut shortens text to at most max runes.
func cut(text string, max int) string {
	if utf8.RuneCountInString(text) <= max {
		return text
	}
	seen := 0
	for i := range text {
		if seen == max-1 {
			return strings.TrimRight(text[:i], " \n") + "…"
		}
		seen++
	}
	return text
}

// longestRun returns the length of the longest unbroken run of b in text.
func longestRun(text string, b byte) int {
	longest, run := 0, 0
	for i := range len(text) {
		if text[i] != b {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	return longest
}
