package engine

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// recordVersion is raised when parts are added. An older binary carries parts
// it does not know unread, so a newer record survives it.
const recordVersion = 1

// maxRecord is how many characters of a comment a record may take; GitHub
// allows 65,536 in all.
const maxRecord = 40_000

// Record is what cannot be observed again: the judged acts and what was
// created. It travels hidden in the status comment, signed and bound to its
// issue. Everything else is a replay of it.
type Record struct {
	Version int       `json:"v"`
	Seq     int64     `json:"seq"`
	RepoID  int64     `json:"repo"`
	IssueID int64     `json:"issue"`
	Kind    string    `json:"kind"`
	Cursor  time.Time `json:"cursor,omitzero"`
	// Heard is when a person last wrote a comment.
	Heard    time.Time      `json:"heard,omitzero"`
	Owner    string         `json:"owner"`
	From     time.Time      `json:"from,omitzero"`
	Language words.Language `json:"lang,omitempty"`
	Acts     []recordedAct  `json:"acts,omitempty"`
	// Made are comments and notices by key.
	Made    map[string]workflows.Made `json:"made,omitempty"`
	Summary string                    `json:"summary,omitempty"`
	// NoReactions is set once GitHub refused a reaction here.
	NoReactions bool `json:"noreact,omitempty"`
	// Assigned are the people whom we tried to assign, by login in lower case,
	// and whether GitHub did.
	Assigned map[string]bool `json:"assigned,omitempty"`
	// Rebuilt says why the record before this one was not believed.
	Rebuilt string `json:"rebuilt,omitempty"`
	// Folded: acts up to this time that are not listed had their effect, or
	// none, and are not judged again.
	Folded      time.Time `json:"folded,omitzero"`
	FoldedCount int       `json:"folds,omitempty"`

	rest map[string]json.RawMessage
}

// recordedAct is an act as the record keeps it: short names, no texts.
type recordedAct struct {
	ID      string            `json:"i"`
	At      int64             `json:"t"`
	Author  string            `json:"a"`
	Name    string            `json:"n"`
	Value   string            `json:"v,omitempty"`
	Gesture bool              `json:"g,omitempty"`
	Role    workflows.Role    `json:"r,omitempty"`
	Verdict workflows.Verdict `json:"k"`
	Why     string            `json:"w,omitempty"`
	Silent  bool              `json:"s,omitempty"`
	Owed    bool              `json:"o,omitempty"`

	rest map[string]json.RawMessage
}

func (a recordedAct) act() workflows.Act {
	return workflows.Act{
		ID: a.ID, At: time.Unix(a.At, 0).UTC(), Author: a.Author, Name: a.Name, Value: a.Value,
		Gesture: a.Gesture, Role: a.Role, Verdict: a.Verdict, Why: a.Why, Silent: a.Silent, Owed: a.Owed,
	}
}

func (r Record) acts() []workflows.Act {
	acts := make([]workflows.Act, len(r.Acts))
	for i, a := range r.Acts {
		acts[i] = a.act()
	}
	return acts
}

// add takes in newly judged acts, in order; what it holds already stays as it
// was read.
func (r *Record) add(acts []workflows.Act) {
	for _, a := range acts {
		r.Acts = append(r.Acts, recordedAct{
			ID: a.ID, At: a.At.Unix(), Author: a.Author, Name: a.Name, Value: a.Value,
			Gesture: a.Gesture, Role: a.Role, Verdict: a.Verdict, Why: a.Why, Silent: a.Silent, Owed: a.Owed,
		})
	}
	slices.SortStableFunc(r.Acts, func(a, b recordedAct) int { return a.act().Compare(b.act()) })
}

// MarshalJSON keeps the parts of an act that a newer binary wrote.
func (a recordedAct) MarshalJSON() ([]byte, error) {
	type plain recordedAct
	return marshalWith(plain(a), a.rest)
}

// UnmarshalJSON is the other half of MarshalJSON.
func (a *recordedAct) UnmarshalJSON(data []byte) error {
	type plain recordedAct
	rest, err := unmarshalWith(data, (*plain)(a))
	a.rest = rest
	return err
}

// unmarshalWith decodes an object into v, a pointer to a struct, and returns the
// fields that the struct has no place for.
func unmarshalWith(data []byte, v any) (map[string]json.RawMessage, error) {
	if err := json.Unmarshal(data, v); err != nil {
		return nil, err
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(data, &all); err != nil {
		return nil, err
	}
	for t, i := reflect.TypeOf(v).Elem(), 0; i < t.NumField(); i++ {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		delete(all, name)
	}
	if len(all) == 0 {
		return nil, nil
	}
	return all, nil
}

// marshalWith encodes v and puts the carried fields beside its own.
func marshalWith(v any, rest map[string]json.RawMessage) ([]byte, error) {
	data, err := json.Marshal(v)
	if err != nil || len(rest) == 0 {
		return data, err
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(data, &all); err != nil {
		return nil, err
	}
	for name, value := range rest {
		if _, ours := all[name]; !ours {
			all[name] = value
		}
	}
	return json.Marshal(all)
}
