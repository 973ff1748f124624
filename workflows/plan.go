package workflows

import (
	"fmt"
	"strings"
	"time"
)

// Label is a label of ours: what to call it and how to make it where the
// repository lacks it. Color is six hex digits without a hash.
type Label struct {
	Name, Color, Description string
}

// Plan says what should be true, not what to call. Every part carries a key or
// is one by itself, so that applying a plan twice is applying it once.
type Plan struct {
	// Sections of the status comment.
	Sections []Section
	// Labels that should be on or off. A label not named is not touched.
	Labels []LabelIntent
	// Assignees are people who should be assigned, by login. Nobody is taken
	// off, and whom GitHub or a person does not leave there is not put back.
	Assignees []string
	// State is whether the issue should be open or closed; only the owner of
	// the subject may set it.
	State *StateIntent
	// Holds are reasons not to close the issue ourselves. They never reopen.
	Holds []Hold
	// Comments are kept true by editing. One that is longer than GitHub takes is
	// split into several, by KEY, KEY.2 and so on.
	Comments []CommentIntent
	// Notices are said once.
	Notices []Notice
	// Summary is what the subject publishes about itself; the subjects in
	// Names are woken when it changes.
	Summary string
	Names   []Subject
	// Wake is when to look again without anything happening; zero for never.
	Wake time.Time
	// Urgent: people are waiting for this subject now, so its work goes before
	// that of others wherever there is not enough for all.
	Urgent bool
}

// Section is one workflow's part of the status comment. The first line of the
// comment is the first section's Title.
type Section struct {
	Key   string
	Title string
	Text  string
	// Facts is what the text says, in a canonical form: the comment is written
	// anew when it changes, and not when only our wording does.
	Facts string
}

// LabelIntent is a label that should be on, or off.
type LabelIntent struct {
	Label Label
	On    bool
	// At is when the act that asks for it happened; what people did with the
	// label before that does not speak against it. Zero where no act does.
	At time.Time
}

// StateIntent is what state the issue should be in. At is when the act that
// asks for it happened: a person's closing or reopening after that wins.
type StateIntent struct {
	Open   bool
	Reason string // for closed: completed, not_planned, duplicate
	At     time.Time
	ActID  string
}

// Hold is a reason not to close the issue.
type Hold struct{ Key, Reason string }

// CommentIntent is a comment that should exist and say Body.
type CommentIntent struct {
	Key  string
	Body string
	// Facts as in Section; empty means the body itself.
	Facts string
}

// Notice calls somebody. It is sent once: with the status comment where that
// is made in the same run (Line), else as a comment of its own (Body).
type Notice struct {
	Key  string
	Line string
	Body string
	// To is whom it mentions, as they are mentioned, with blanks between; it is
	// remembered.
	To string
}

// String is the plan as a dry run prints it.
func (p Plan) String() string {
	var b strings.Builder
	if p.Urgent {
		b.WriteString("urgent\n")
	}
	for _, l := range p.Labels {
		state := "off"
		if l.On {
			state = "on"
		}
		fmt.Fprintf(&b, "label %q %s\n", l.Label.Name, state)
	}
	if p.State != nil {
		state := "open"
		if !p.State.Open {
			state = "closed as " + p.State.Reason
		}
		fmt.Fprintf(&b, "state %s (by %s)\n", state, p.State.ActID)
	}
	if len(p.Assignees) > 0 {
		fmt.Fprintf(&b, "assign %s\n", strings.Join(p.Assignees, ", "))
	}
	for _, h := range p.Holds {
		fmt.Fprintf(&b, "hold %s: %s\n", h.Key, h.Reason)
	}
	for _, c := range p.Comments {
		fmt.Fprintf(&b, "comment %s\n%s", c.Key, indent(c.Body))
	}
	for _, n := range p.Notices {
		fmt.Fprintf(&b, "notice %s\n%s", n.Key, indent(n.Body))
	}
	for _, s := range p.Sections {
		fmt.Fprintf(&b, "section %s\n%s", s.Key, indent(s.Title+"\n"+s.Text))
	}
	if p.Summary != "" {
		fmt.Fprintf(&b, "summary %s\n", p.Summary)
	}
	for _, s := range p.Names {
		fmt.Fprintf(&b, "names %s\n", s)
	}
	if !p.Wake.IsZero() {
		fmt.Fprintf(&b, "wake %s\n", p.Wake.UTC().Format(time.RFC3339))
	}
	if b.Len() == 0 {
		return "nothing\n"
	}
	return b.String()
}

func indent(text string) string {
	return "  " + strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n  ") + "\n"
}
