// Package workflows is the vocabulary of the rules: what a subject looks like,
// what people did, what a workflow may ask, and what it may plan. Each workflow
// is a folder below, a value of type Workflow, and pure: input in, decision
// out. Nothing here or below may know a client, a clock, a database or a log,
// so that every rule can be replayed, dry-run, fuzzed and shared by each host.
package workflows

import (
	"time"

	"github.com/kintsugi-app/kintsugi/workflows/policy"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// Workflow is one set of rules. It is declared as a value, so that the server
// lists all of them in one place.
type Workflow struct {
	// Name is the prefix of every key the workflow uses, and of its section.
	Name string
	// Noun is what its subjects are called, by language.
	Noun map[words.Language]Noun
	// Policy is the section of .github/kintsugi.yml that belongs to it.
	Policy policy.Section
	// Pulls says that it may own pull requests, too; others never see one.
	Pulls bool
	// Labels are the labels it may set. A label belongs to one workflow only.
	Labels func(policy.Policy) []Label
	// Commands are what people may write to it, in a comment or by a gesture.
	Commands []Command
	// Takes names commands that another workflow declares and that mean the same on
	// the subjects of this one.
	Takes []string
	// Gesture translates an event of GitHub's own, such as closing, into the
	// command it stands for; ok is false for events that mean nothing here.
	Gesture func(Event, policy.Policy) (command, argument string, ok bool)
	// Title says what an issue opened under this title stands for, such as a
	// title that begins with "[incident]".
	Title func(title string) (command string, ok bool)
	// Report reads what an issue says in its opening, be it the answers to a
	// form, text under headings, or sentences, as if the author had written the
	// commands. It is read once, as first seen, and judged as commands are, but
	// what is refused or not understood gets no reply.
	Report func(title, body string) []Said
	// Phrase reads a comment that GitHub itself gives a meaning, such as
	// "Duplicate of #12". It counts as a gesture: no reaction, no reply.
	Phrase func(body string) (command, argument string, ok bool)
	// Owns says whether the workflow looks after the subject, and since when.
	// It sees acts not yet judged and may ask nothing, so that an ordinary
	// issue costs no look-up. A workflow that only contributes leaves it nil.
	Owns func(Observation, policy.Policy, []Act) (from time.Time, ok bool)
	// Confirms says whether an act of somebody with this role may take up an
	// issue that is not taken up unasked (too old, closed).
	Confirms func(Observation, Act) bool
	// Yields says whether a subject that is this workflow's becomes another's, once
	// somebody does what that one takes an issue up for; nil is never.
	Yields func(Observation) bool
	// Outline is what a subject that the App opened publishes as long as it has no
	// record, from its opening alone; empty for subjects of others.
	Outline func(Issue) string
	// Aggregate is the name of the aggregate that the workflow looks after, one in each
	// repository; empty for none. Of an aggregate no other workflow decides.
	Aggregate string
	// Pause is how long the aggregate waits after the first of what it is told, so that
	// much of it is one run; zero is a minute.
	Pause time.Duration
	// Events are GitHub's, in the repository of the aggregate, after which it is to be
	// run: "push", or with an action "check_run.completed". docs: Webhook events and
	// payloads.
	Events []string
	// Shares are repositories of the same owner whose readers may read, under this
	// policy, what stands here, although this repository is private; so may theirs only
	// if they are private, too.
	Shares func(policy.Policy) []string
	// Holds are repositories of the same owner whose releases may be held, under this
	// policy, by what stands in a repository: there it may be known that it is there, and
	// what it published, but not what it says.
	Holds func(p policy.Policy, repo string) []string
	// Collects are repositories of the same owner from which, under this policy,
	// something is collected here.
	Collects func(policy.Policy) []string
	// Decide says what should be true of a subject, whoever owns it.
	Decide func(Input) Decision
}

// Noun is a name for subjects as sentences need it: "this is One", "is for Many".
type Noun struct{ One, Many string }

// Said is a command that somebody gave in other words.
type Said struct{ Command, Argument string }

// Input is all that a decision may depend on.
type Input struct {
	Now    time.Time
	Policy policy.Policy
	// Problems are of what could not be used of it. Their words may be those of a private
	// file, and are for nobody to read on what is public.
	Problems    []policy.Problem
	Language    words.Language
	Observation Observation
	// Owner is the name of the workflow that owns the subject.
	Owner string
	// From is when the subject became ours; earlier acts are not in Acts, but for
	// what its opening says.
	From time.Time
	// Acts are the judged acts in order: by second, comments before events,
	// then by id.
	Acts []Act
	// Facts are the answers to what this or an earlier round asked.
	Facts Facts
	// Made is what this subject created so far, by key.
	Made map[string]Made
	// Commands are what people may write here, whichever workflow declares it.
	Commands []Command
	// Heard is when a person last wrote a comment here, as far as is known; zero
	// where nobody has.
	Heard time.Time
	// Moved: what is recorded here is of another issue, so this one was transferred,
	// or somebody copied that. What it made before is not in Made.
	Moved bool
	// Published is what the workflow last published about the subject, as recorded: what
	// people had before them when they wrote what is new.
	Published string
	// Told are, for an aggregate, the subjects that named it and have published
	// something else since its last run. Some may be missing, after the store was lost.
	Told []Subject
	// Whole is when it was last looked at as a whole; zero where that is not known.
	Whole time.Time
	// Ahead are the issues that are still to be made on other subjects of this
	// account, by the Turn of their plans, as far as this process knows.
	Ahead map[int]int
}

// Decision is what a workflow wants to know before it can say what it plans,
// and the plan. While asks are open the plan is thrown away.
type Decision struct {
	Asks []Ask
	Plan Plan
}

// Why an issue is no sub-issue.
const (
	NoSubIssues = "GitHub has no sub-issues here"
	NoRoom      = "an issue has 100 sub-issues at most"
)

// Made is something the subject created on GitHub: a comment, an issue, a pull
// request by key, or a notice. Gone means that a person deleted it; it is not
// made again.
type Made struct {
	ID int64 `json:"id,omitempty"`
	// Number is that of an issue or a pull request, and Repo where it was made, if
	// not in the repository of the subject.
	Number int    `json:"n,omitempty"`
	Repo   string `json:"r,omitempty"`
	// Waiting: it is to be made, and what was made before it comes first.
	Waiting bool `json:"w,omitempty"`
	// Apart says why it is no sub-issue although it should be: what GitHub said, or
	// one of the two above.
	Apart string `json:"apart,omitempty"`
	// Refused says why GitHub would not have it, for good; nothing was made.
	Refused string `json:"no,omitempty"`
	Hash    string `json:"h,omitempty"`
	Gone    bool   `json:"gone,omitempty"`
	// To is whom a notice mentioned; it may be forgotten.
	To string `json:"to,omitempty"`
	// At is when it was made, to the second; of what waits, when that was said, and
	// Until for how long.
	At    time.Time `json:"at,omitzero"`
	Until time.Time `json:"until,omitzero"`
}
