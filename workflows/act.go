package workflows

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Act is something a person did that counts: a command in a comment or in the
// opening body, or a gesture of GitHub's own. It is judged once, when it is
// first read, and kept in the record, because roles and texts change later.
type Act struct {
	// ID is "c12" for the first command of comment 12 and "c12.1" for its
	// second, "c12!" for a command that an edit brought in, "e7" for an event,
	// "b0" for a line of the opening body, "title".
	ID     string
	At     time.Time // GitHub's created_at, never the time of handling
	Author string    // login
	// Name is the command's canonical name, whatever was typed.
	Name string
	// Argument is the raw text behind the command. It is not recorded.
	Argument string
	// Value is the argument as it was understood when the act was judged, in a
	// form of the command's own; for an act that was not understood, what was
	// typed, cut short.
	Value string
	// Gesture is true where no words were written.
	Gesture bool
	// Role is the author's role when the act was judged.
	Role Role
	// Verdict says what became of it.
	Verdict Verdict
	// Why is a short code for a verdict other than Done, from the command's
	// parser or one of the Why constants.
	Why string
	// Owed is true while the reaction that answers it is still to be given.
	Owed bool
	// Silent acts get no reply: they were judged again after the record was
	// lost, and may have been answered before.
	Silent bool
}

// Verdict is what became of an act.
type Verdict int

// The verdicts. Pending is that of an act not judged yet.
const (
	Pending  Verdict = iota
	Done             // executed
	Refused          // the role does not suffice, or is not known
	Misread          // the argument could not be read; Why says how
	Misspelt         // nearly a command of ours; Name is the likely one
	Edited           // written by an edit, or edited before it was first read
	Unread           // executed once, as our 👍 shows, but edited since
)

// FromComment is the comment that the act stands in; ok is false for others.
func (a Act) FromComment() (id int64, ok bool) {
	rest, found := strings.CutPrefix(a.ID, "c")
	if !found {
		return 0, false
	}
	rest = strings.TrimSuffix(rest, "!")
	rest, _, _ = strings.Cut(rest, ".")
	id, err := strconv.ParseInt(rest, 10, 64)
	return id, err == nil
}

// EventID is the ID of an act that is an event.
func EventID(event int64) string { return "e" + strconv.FormatInt(event, 10) }

// FromEvent is the event that the act is; ok is false for others.
func (a Act) FromEvent() (id int64, ok bool) {
	rest, found := strings.CutPrefix(a.ID, "e")
	if !found {
		return 0, false
	}
	id, err := strconv.ParseInt(rest, 10, 64)
	return id, err == nil
}

// Link is the address of what the act stands in, given its issue's.
func (a Act) Link(issue string) string {
	if id, ok := a.FromComment(); ok {
		return fmt.Sprintf("%s#issuecomment-%d", issue, id)
	}
	if id, ok := a.FromEvent(); ok {
		return fmt.Sprintf("%s#event-%d", issue, id)
	}
	return issue
}

// FromOpening reports whether the act stands in the title or opening body.
func (a Act) FromOpening() bool { return a.ID == "title" || strings.HasPrefix(a.ID, "b") }

// rank orders acts of the same second: the opening, comments, then events.
func (a Act) rank() (kind int, id int64, part string) {
	if id, ok := a.FromComment(); ok {
		_, part, _ = strings.Cut(a.ID, ".")
		return 1, id, part
	}
	if id, ok := a.FromEvent(); ok {
		return 2, id, ""
	}
	return 0, 0, a.ID
}

// Compare orders acts by second, comments before events, then by id.
func (a Act) Compare(b Act) int {
	if c := a.At.Truncate(time.Second).Compare(b.At.Truncate(time.Second)); c != 0 {
		return c
	}
	ak, ai, ap := a.rank()
	bk, bi, bp := b.rank()
	return cmp.Or(cmp.Compare(ak, bk), cmp.Compare(ai, bi), cmp.Compare(len(ap), len(bp)), cmp.Compare(ap, bp))
}

// SortActs puts acts in their order.
func SortActs(acts []Act) { slices.SortStableFunc(acts, Act.Compare) }
