package workflows

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
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
	// Additions are what the workflow has to say at the end of another's comment.
	Additions []Addition
	// Notices are said once.
	Notices []Notice
	// Issues and Files are made once and never changed: what stands in them is for
	// people. They are made before everything else, and the workflows then decide
	// again, so that what is said can name them.
	Issues []IssueIntent
	Files  []FileIntent
	// Changes are made to files of the subject's repository, each as one commit.
	Changes []ChangeIntent
	// Checks are kept true, each on its commit.
	Checks []CheckIntent
	// Gates are what deployments that wait for this App's word are told.
	Gates []GateIntent
	// Summary is what the workflow publishes about the subject; the subjects in
	// Names are woken when it changes.
	Summary string
	Names   []Subject
	// Whole: this decision on an aggregate looked at all that belongs to it, and not
	// only at what was told. Input.Whole says later when that was.
	Whole bool
	// Wake is when to look again without anything happening; zero for never.
	Wake time.Time
	// Turn orders the subjects whose patient issues are too many for once, the lowest
	// first; 0 for those that need not wait. Until is by when they are said to be
	// there.
	Turn  int
	Until time.Time
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

// CommentIntent is a comment that should exist and say Body, what other workflows
// add, and After, each on a line of its own.
type CommentIntent struct {
	Key   string
	Body  string
	After string
	// Facts as in Section; empty means the body itself.
	Facts string
}

// Addition stands in another workflow's comment, where that is planned, as a line
// between its Body and its After.
type Addition struct {
	To   string // the key of the comment
	Text string
	// Facts as in Section; empty means the text itself.
	Facts string
}

// IssueIntent is an issue that should have been opened. What became of it is in
// Input.Made: the number, or why GitHub refused. Body has at most 60,000
// characters.
type IssueIntent struct {
	Key string
	// Repo is where, of the same owner; empty means the repository of the subject.
	Repo        string
	Title, Body string
	Labels      []Label
	Assignees   []string // logins; whom GitHub cannot assign is left out
	// Child asks that it hangs below the subject as a sub-issue, where GitHub can;
	// where not, Made.Apart says why.
	Child bool
	// Patient ones may be made a little later than the rest is said, so that people
	// learn how long many of them take.
	Patient bool
	// Hash stands for what it was decided on; Made.Hash has it while it waits.
	Hash string
	// Once: what an aggregate opened and somebody deleted since is not opened again, as
	// long as the store is kept. Of what a subject opened its record tells.
	Once bool
	// Not says why it is not to be made after all: that is remembered as if GitHub
	// had refused it, so that what was decided once stays decided.
	Not string
	// ReopenAt is when somebody asked that it be opened again: it is where it was
	// closed before that, and not where it was closed since.
	ReopenAt time.Time
}

// FileIntent is a new file that should have been proposed by a pull request, from
// a branch of our own to the default branch, in the repository of the subject.
// A branch, file or pull request that is there already is left as it is and taken
// for the one that is meant where we made it.
type FileIntent struct {
	Key string
	// Path is relative to the root; Content has at most 1 MB.
	Path, Content string
	Branch        string
	Commit        string // the message
	// Title, Body, Labels and Assignees are the pull request's.
	Title, Body string
	Labels      []Label
	Assignees   []string
}

// ChangeIntent is a change to files, made as one commit against what was read: where
// somebody else was faster the commit is refused, and the next run reads again. What
// became of it is in Input.Made, in this run only: Refused says why GitHub would not
// have it for good.
type ChangeIntent struct {
	Key string
	// Branch is committed to; empty means the default branch.
	Branch string
	// Parents are the commits that the change was decided on. The first is the newest
	// of the branch, or, for a branch that is to be made, the newest of the default
	// one; its files stay, but for those below. A second one makes it a merge.
	Parents []string
	// Anew: the branch is there, and what stands on it was merged, so it begins again
	// at the first parent.
	Anew bool
	// Write holds contents by path, Remove paths; a path is relative to the root.
	Write   map[string]string
	Remove  []string
	Message string
	// CatchUp asks only that GitHub merges the default branch into the branch; what
	// else the change says is not looked at. Refused is then Conflict where it cannot.
	CatchUp bool
	// Title, Body and Labels are those of the pull request that is opened from the
	// branch to the default one, unless one is open. Empty: none.
	Title, Body string
	Labels      []Label
}

// Conflict is why one branch cannot be merged into another.
const Conflict = "conflict"

// The conclusions of a check. GitHub counts a neutral one as passed, and one that waits
// for somebody's action as not (docs: About status checks).
const (
	CheckSuccess        = "success"
	CheckNeutral        = "neutral"
	CheckActionRequired = "action_required"
	CheckFailure        = "failure"
)

// CheckIntent is a check run that should stand on a commit. GitHub takes fifty
// annotations at a time and 65,535 characters of text (docs: REST API endpoints
// for check runs).
type CheckIntent struct {
	Key        string
	Name       string // as it is shown
	Commit     string
	Conclusion string
	Title      string
	Summary    string // Markdown
	// Annotations stand on lines of files.
	Annotations []Annotation
}

// Annotation is a remark on a line. Level is notice, warning or failure.
type Annotation struct {
	Path           string
	Line           int
	Level          string
	Title, Message string
}

// GateIntent is what a deployment that waits is told: that it may go, that it may not,
// or, with no state, why it still waits. It is said once, and again when it is another;
// GitHub takes ten words a deployment (docs: "Review custom deployment protection rules
// for a workflow run").
type GateIntent struct {
	Key         string
	Run         int64
	Attempt     int // of the run, if it was started again; each is told by itself
	Environment string
	State       string // approved, rejected, or empty
	Comment     string // Markdown, at most 1,024 characters
}

// What a waiting deployment may be told.
const (
	GateApproved = "approved"
	GateRejected = "rejected"
)

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
		body := c.Body
		if c.After != "" {
			body += "\n" + c.After
		}
		fmt.Fprintf(&b, "comment %s\n%s", c.Key, indent(body))
	}
	for _, a := range p.Additions {
		fmt.Fprintf(&b, "addition to %s\n%s", a.To, indent(a.Text))
	}
	for _, n := range p.Notices {
		fmt.Fprintf(&b, "notice %s\n%s", n.Key, indent(n.Body))
	}
	for _, i := range p.Issues {
		fmt.Fprintf(&b, "issue %s%s\n%s", i.Key, i.where(), indent(i.Title+"\n"+i.Body))
	}
	for _, f := range p.Files {
		fmt.Fprintf(&b, "file %s %s from branch %s\n%s", f.Key, f.Path, f.Branch, indent(f.Title+"\n"+f.Body+"\n"+f.Content))
	}
	for _, c := range p.Changes {
		c.write(&b)
	}
	for _, c := range p.Checks {
		c.write(&b)
	}
	for _, w := range p.Gates {
		fmt.Fprintf(&b, "gate %s: run %d for %q, %s\n%s", w.Key, w.Run, w.Environment, cmp.Or(w.State, "wait"), indent(w.Comment))
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
	if p.Whole {
		b.WriteString("looked at everything\n")
	}
	if !p.Wake.IsZero() {
		fmt.Fprintf(&b, "wake %s\n", p.Wake.UTC().Format(time.RFC3339))
	}
	if b.Len() == 0 {
		return "nothing\n"
	}
	return b.String()
}

// write writes a check as a dry run prints it.
func (c CheckIntent) write(b *strings.Builder) {
	fmt.Fprintf(b, "check %s %s on %s: %s\n%s", c.Key, c.Conclusion, c.Commit, c.Title, indent(c.Summary))
	for _, a := range c.Annotations {
		fmt.Fprintf(b, "  %q:%d: %s: %s\n", a.Path, a.Line, a.Level, a.Message)
	}
}

// write writes a change as a dry run prints it.
func (c ChangeIntent) write(b *strings.Builder) {
	branch := cmp.Or(c.Branch, "the default branch")
	if c.CatchUp {
		fmt.Fprintf(b, "merge %s: the default branch into %s\n", c.Key, branch)
		return
	}
	fmt.Fprintf(b, "change %s on %s: %s\n", c.Key, branch, c.Message)
	for _, path := range slices.Sorted(maps.Keys(c.Write)) {
		b.WriteString(indent("write " + path + "\n" + indent(c.Write[path])))
	}
	for _, path := range c.Remove {
		b.WriteString(indent("remove " + path))
	}
	if c.Title != "" {
		b.WriteString(indent("pull request " + c.Title + "\n" + indent(c.Body)))
	}
}

// where is the part of an issue's line that says what is special about it.
func (i IssueIntent) where() (said string) {
	if i.Not != "" {
		said += " not made: " + i.Not
	}
	if i.Repo != "" {
		said += " in " + i.Repo
	}
	if i.Child {
		said += " below this one"
	}
	if len(i.Assignees) > 0 {
		said += " for " + strings.Join(i.Assignees, ", ")
	}
	if !i.ReopenAt.IsZero() {
		said += " open again, asked for " + i.ReopenAt.UTC().Format(time.RFC3339)
	}
	return said
}

func indent(text string) string {
	return "  " + strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n  ") + "\n"
}
