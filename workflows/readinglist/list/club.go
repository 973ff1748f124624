package list

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// Reading is one of a postmortem in the reading club.
type Reading struct {
	// Day is when it was, YYYY-MM-DD, or as much of it as is known.
	Day string `json:"day"`
	// Notes is the address of what the club wrote down, if anything.
	Notes string `json:"notes,omitempty"`
}

// UnmarshalJSON reads a reading, or a day alone, which is how lists kept it before
// there were notes.
func (r *Reading) UnmarshalJSON(content []byte) error {
	if bytes.HasPrefix(content, []byte(`"`)) {
		*r = Reading{}
		return json.Unmarshal(content, &r.Day)
	}
	type plain Reading // without this method
	from := json.NewDecoder(bytes.NewReader(content))
	from.DisallowUnknownFields()
	err := from.Decode((*plain)(r))
	if _, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		// Its place would be one within this reading and not within the line.
		return errors.New("a reading is a day, or has a day and notes")
	}
	return err
}

func (r Reading) key() string { return r.Day + "\n" + r.Notes }

func compareReadings(a, b Reading) int { return strings.Compare(a.key(), b.key()) }

// WasRead notes that the reading club read an entry on a day, once. The address of
// the notes may come later than the day.
func (e *Entry) WasRead(day, notes string) {
	e.Read = orderedReadings(append(slices.Clone(e.Read), Reading{day, notes}))
}

// orderedReadings are readings by day, each once. Where the notes of a day are
// known, the day alone says nothing more.
func orderedReadings(all []Reading) []Reading {
	slices.SortFunc(all, compareReadings)
	all = slices.Compact(all)
	hasNotes := func(day string) bool {
		return slices.ContainsFunc(all, func(r Reading) bool { return r.Day == day && r.Notes != "" })
	}
	return slices.DeleteFunc(slices.Clone(all), func(r Reading) bool { return r.Notes == "" && hasNotes(r.Day) })
}

// keptReadings are readings as they are written down: in order, with notes that are an
// address and hold no secret, or without.
func keptReadings(all []Reading) []Reading {
	all = slices.Clone(all)
	for i := range all {
		if n := all[i].Notes; !IsWeb(n) || words.Masked(n) != n {
			all[i].Notes = ""
		}
	}
	return orderedReadings(all)
}

// readings say when the reading club read an entry, as Markdown.
func (t teller) readings(e *Entry) string {
	var days []string
	for _, r := range e.Read {
		day := r.Day
		if r.Notes != "" {
			day += t.say(" (", "（") + link(t.say("notes", "記録"), r.Notes) + t.say(")", "）")
		}
		days = append(days, day)
	}
	if len(days) == 0 {
		return ""
	}
	return t.say("Read in the reading club on ", "読書会で読んだ日: ") + strings.Join(days, t.say(", ", "、")) + t.say(".", "")
}
