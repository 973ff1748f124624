package list

import (
	"unicode"

	"github.com/kintsugi-app/kintsugi/workflows/document"
)

// How fast people read: means of native speakers who read plain paragraphs aloud,
// 228 words a minute in English, 357 characters in Japanese. One study measured
// both in the same way, so that the two compare. docs: Trauzettel-Klosinski and
// Dietz, Standardized Assessment of Reading Performance: The New International
// Reading Speed Texts IReST, IOVS 53 (2012), 5452-5461.
const (
	wordsPerMinute      = 228
	charactersPerMinute = 357
)

// Length is how much there is to read in a document: the words of languages that
// write them apart, and the characters of Japanese. Code is not counted: readers
// look at it, and nobody reads a log aloud.
func Length(d *document.Document) (count, characters int) {
	for i := range d.Rows {
		r := &d.Rows[i]
		switch r.Kind {
		case document.Code, document.Comment:
		default:
			w, c := lengthOf(r.Text)
			count, characters = count+w, characters+c
			for _, cell := range r.Cells {
				w, c := lengthOf(cell.Text)
				count, characters = count+w, characters+c
			}
		}
	}
	return count, characters
}

func lengthOf(text string) (count, characters int) {
	inWord := false
	for _, r := range text {
		switch {
		case isWide(r):
			characters++
			inWord = false
		case unicode.IsSpace(r):
			inWord = false
		case !inWord && (unicode.IsLetter(r) || unicode.IsDigit(r)):
			count++
			inWord = true
		}
	}
	return count, characters
}

// Minutes is how long it takes to read an entry, at least 1; 0 where its length is
// not known.
func (e *Entry) Minutes() int {
	if e.Words == 0 && e.Characters == 0 {
		return 0
	}
	return (e.Words*charactersPerMinute + e.Characters*wordsPerMinute + wordsPerMinute*charactersPerMinute - 1) / (wordsPerMinute * charactersPerMinute)
}
