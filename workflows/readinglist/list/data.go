package list

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// Problem is what is wrong with a file of a list, and where. Nothing is written
// while there is one, so that nothing is lost.
type Problem struct {
	File              string
	Line, Column      int // counted from 1
	English, Japanese string
}

func (p *Problem) Error() string { return p.In(words.English) }

// In says it in a language.
func (p *Problem) In(lang words.Language) string {
	said := p.English
	if lang == words.Japanese {
		said = p.Japanese
	}
	return fmt.Sprintf("%s:%d:%d: %s", p.File, p.Line, p.Column, said)
}

// encode writes entries down, one a line, so that a change of one changes a line.
func encode(entries []Entry) string {
	var b strings.Builder
	for i := range entries {
		b.Write(lineOf(&entries[i]))
	}
	return b.String()
}

func lineOf(e *Entry) []byte {
	var b bytes.Buffer
	lines := json.NewEncoder(&b)
	lines.SetEscapeHTML(false)
	_ = lines.Encode(e) // memory does not fail, and an entry holds nothing that JSON has no words for
	return b.Bytes()
}

// Decode reads the entries of a file.
func Decode(file, content string) ([]Entry, error) {
	var all []Entry
	seen := map[string]bool{}
	number := 0
	for line := range strings.Lines(content) {
		number++
		if strings.TrimSpace(line) == "" {
			continue
		}
		e, problem := decodeLine(line)
		if problem == nil && seen[e.ID] {
			problem = &Problem{Column: 1, English: "the id " + e.ID + " stands here a second time", Japanese: "idの" + e.ID + "が2回書かれています"}
		}
		if problem != nil {
			problem.File, problem.Line = file, number
			return nil, problem
		}
		seen[e.ID] = true
		all = append(all, e.kept()) // somebody may have written it by hand
	}
	return all, nil
}

func decodeLine(line string) (Entry, *Problem) {
	var e Entry
	from := json.NewDecoder(strings.NewReader(line))
	from.DisallowUnknownFields()
	err := from.Decode(&e)
	if err == nil {
		if _, more := from.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("more follows on the line")
		}
	}
	if err != nil {
		return e, &Problem{
			Column:   columnOf(line, err, from.InputOffset()),
			English:  "this is no entry in JSON: " + strings.TrimPrefix(err.Error(), "json: "),
			Japanese: "JSONの項目として読めません: " + strings.TrimPrefix(err.Error(), "json: "),
		}
	}
	if english, japanese := e.fault(); english != "" {
		return e, &Problem{Column: 1, English: english, Japanese: japanese}
	}
	return e, nil
}

// columnOf is where a line stops to be JSON of the right form.
func columnOf(line string, err error, read int64) int {
	at := read
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		at = syntax.Offset - 1
	case errors.As(err, &kind):
		at = kind.Offset
	default:
		if _, name, ok := strings.Cut(err.Error(), "unknown field "); ok {
			at = int64(max(0, strings.Index(line, name)))
		}
	}
	at = max(0, min(at, int64(len(line))))
	return 1 + utf8.RuneCountInString(line[:at])
}

// byID is the order of a list: by the day that entries are filed under.
func byID(a, b Entry) int { return strings.Compare(a.ID, b.ID) }

func sorted(entries []Entry) []Entry {
	entries = slices.Clone(entries)
	slices.SortFunc(entries, byID)
	return entries
}
