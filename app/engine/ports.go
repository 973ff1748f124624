package engine

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/policy"
)

// The engine declares what it needs of GitHub and of a store; the adapters
// satisfy it. What an adapter returns as an error decides what happens next,
// so there are few kinds and each has one meaning.
var (
	// ErrGone: GitHub answered 404 or 410. For a subject the run ends quietly.
	ErrGone = errors.New("not there, or not visible to this App")
	// ErrUncertain: the fate of a write is unknown. The answer was lost, or
	// was a 5xx, and the write may still happen.
	ErrUncertain = errors.New("the fate of a write is unknown")
	// ErrRefused: GitHub answered for good that it will not (403 for a missing
	// permission, 422). Nothing happened.
	ErrRefused = errors.New("refused by GitHub")
	// ErrLeaseLost: another worker owns the subject by now.
	ErrLeaseLost = errors.New("the lease on this subject was lost")
)

// Later is a limit: GitHub, or our own bucket, wants nothing before At. Guessed
// means that GitHub named no time and At is ours: a subject that hears nothing
// else for long is set aside.
type Later struct {
	At      time.Time
	Reason  string
	Guessed bool
}

func (e *Later) Error() string {
	return fmt.Sprintf("not before %s: %s", e.At.UTC().Format(time.RFC3339), e.Reason)
}

// Moved means that a repository or an issue is found under another name by now.
// To is OWNER/REPO, or OWNER/REPO#N for an issue. Whoever says it has just asked
// GitHub, so that no two names are each said to have moved to the other.
type Moved struct{ To string }

func (e *Moved) Error() string { return "moved to " + e.To }

// key is where the subject of a key is found by now.
func (e *Moved) key(old string) string {
	if _, number, found := strings.Cut(old, "#"); found && !strings.Contains(e.To, "#") {
		return e.To + "#" + number
	}
	return e.To
}

// Rank says whose work goes first where there is not enough for all: of the
// subjects that are due, and of what an installation may still ask and write.
type Rank int

// The ranks, the last the first to be served.
const (
	// Background is what a sweep found: it may wait.
	Background Rank = iota
	// Live is where somebody did something just now.
	Live
	// Urgent is an incident that people are called to.
	Urgent
)

type rankKey struct{}

// WithRank marks everything done in ctx as of this rank.
func WithRank(ctx context.Context, r Rank) context.Context {
	return context.WithValue(ctx, rankKey{}, r)
}

// RankOf is the rank of what is done in ctx, Live where nobody said.
func RankOf(ctx context.Context) Rank {
	if r, ok := ctx.Value(rankKey{}).(Rank); ok {
		return r
	}
	return Live
}

// Reader observes. Lists may lag behind writes by a few seconds; what is read
// by id does not. Every list is complete: all pages. ErrRefused means that a
// permission is missing; all errors other than these mean "no answer; try
// again".
type Reader interface {
	IssueReader
	CommentReader
	PullReader
	// Answer answers every ask but a SummaryAsk. Unknown in the answer says why
	// GitHub would not tell for good.
	Answer(ctx context.Context, ask workflows.Ask) (workflows.Answer, error)
}

// IssueReader sees issues and pull requests themselves.
type IssueReader interface {
	// Issue returns an issue or a pull request, ErrGone where there is none, and
	// *Moved for one that was transferred.
	Issue(ctx context.Context, s workflows.Subject) (workflows.Issue, error)
	Events(ctx context.Context, s workflows.Subject) ([]workflows.Event, error)
	// SubIssues lists the ids of the issues that hang below one. ErrGone: this GitHub
	// has no sub-issues.
	SubIssues(ctx context.Context, s workflows.Subject) ([]int64, error)
	// OwnIssues lists the issues of a repository that this App itself opened, in
	// any state, at or after since.
	OwnIssues(ctx context.Context, repo string, since time.Time) ([]OwnIssue, error)
}

// CommentReader sees what was said beneath.
type CommentReader interface {
	// Comments lists those updated at or after since (zero: all), by id.
	Comments(ctx context.Context, s workflows.Subject, since time.Time) ([]workflows.Comment, error)
	Comment(ctx context.Context, repo string, id int64) (workflows.Comment, error)
	// OurReaction is the reaction that this App gave to a comment ("+1",
	// "confused"), or "" for none.
	OurReaction(ctx context.Context, repo string, comment int64) (string, error)
}

// OwnIssue is an issue that this App opened.
type OwnIssue struct {
	Number int
	workflows.Issue
	// Child: it is a sub-issue already, as far as GitHub says.
	Child bool
}

// Opened is what became of one issue among several, as OpenIssue tells of one.
type Opened struct {
	Issue OwnIssue
	Err   error
}

// Home is what the engine knows about the place a subject stands in. It
// changes rarely and is cached by the adapter for ten minutes, or until a push
// to the default branch.
type Home struct {
	RepoID  int64
	Private bool
	// Closed says why no issue can be opened there, as in workflows.Place.
	Closed      string
	InstalledAt time.Time
	// Sources are the policy files, the organisation's first.
	Sources []policy.Source
}

// Places finds the home of a repository, and what the sweep walks through.
type Places interface {
	// Home returns ErrGone where the App is not installed, or is suspended,
	// and *Moved where the repository is called otherwise by now.
	Home(ctx context.Context, repo string) (Home, error)
	// Installations are all accounts that this App serves.
	Installations(ctx context.Context) ([]int64, error)
	// Repositories are those of an installation that have issues and can be
	// written to, by name.
	Repositories(ctx context.Context, installation int64) ([]string, error)
	// Updated lists the issues of a repository updated at or after since, in
	// any state, and with labels non-nil also every open issue that carries
	// one of those that labels returns for the repository's policy. ErrGone:
	// there is no such repository, or it has no issues.
	Updated(ctx context.Context, installation int64, repo string, since time.Time, labels func([]policy.Source) []string) (Updates, error)
}

// Updates is what a repository's lists say.
type Updates struct {
	Subjects []workflows.Subject
	// Pulls are pull requests, which the lists hold, too.
	Pulls []UpdatedPull
	// At is GitHub's own time when the first list was answered: what was
	// updated before it is listed, whatever our clock says.
	At time.Time
	// Requests is what asking cost.
	Requests int
}

// Attempt is one line of GitHub's delivery log: a delivery as it was tried
// once. Several attempts have one GUID.
type Attempt struct {
	ID   int64
	GUID string
	At   time.Time
	// OK: it was answered with success.
	OK bool
}

// DeliveryLog is GitHub's memory of what it delivered, which reaches back
// three days.
type DeliveryLog interface {
	// Attempts are those made at or after since, and GitHub's own time.
	Attempts(ctx context.Context, since time.Time) (all []Attempt, at time.Time, err error)
	// Redeliver asks GitHub to deliver again what an attempt carried.
	Redeliver(ctx context.Context, attempt int64) error
}

// Writer changes GitHub. Errors: ErrUncertain, ErrRefused, ErrGone, *Later;
// anything else means that nothing was sent. A method ends within the engine's
// timeout, whatever requests it takes.
type Writer interface {
	IssueWriter
	BatchWriter
	CommentWriter
	PullWriter
}

// IssueWriter opens issues and changes them. OpenIssue makes labels that the
// repository lacks, and leaves out whom GitHub cannot assign. AddLabel makes the label first where the
// repository lacks it. Assign adds assignees and tells who is assigned now:
// GitHub silently leaves out whom it cannot assign, and whoever is too many.
type IssueWriter interface {
	OpenIssue(ctx context.Context, repo string, i workflows.IssueIntent) (OwnIssue, error)
	Assign(ctx context.Context, s workflows.Subject, logins []string) (assigned []string, err error)
	AddLabel(ctx context.Context, s workflows.Subject, label workflows.Label) error
	RemoveLabel(ctx context.Context, s workflows.Subject, name string) error
	SetState(ctx context.Context, s workflows.Subject, open bool, reason string) error
	// AddSubIssue hangs an issue, by its id, below another. ErrGone: this GitHub
	// has no sub-issues.
	AddSubIssue(ctx context.Context, parent workflows.Subject, child int64) error
}

// BatchWriter opens several issues by one request, each in its own repository and,
// where it is to be a Child, below the parent at once. It tells of each what became
// of it; an error of the whole means that of all. What cannot be opened among others
// is refused, which says nothing about opening it alone. ErrGone: this GitHub knows
// no such request.
type BatchWriter interface {
	OpenIssues(ctx context.Context, parent workflows.Subject, list []workflows.IssueIntent) ([]Opened, error)
}

// CommentWriter changes what is said beneath an issue. React is idempotent on
// GitHub: the same reaction twice is one.
type CommentWriter interface {
	CreateComment(ctx context.Context, s workflows.Subject, body string) (workflows.Comment, error)
	EditComment(ctx context.Context, repo string, id int64, body string) (workflows.Comment, error)
	DeleteComment(ctx context.Context, repo string, id int64) error
	React(ctx context.Context, repo string, comment int64, content string) error
}

// Hint is what the store remembers about a subject. All of it may be lost.
type Hint struct {
	// Cursor is GitHub's time of the last comment seen, new or edited.
	Cursor time.Time `json:"cursor,omitzero"`
	// LastComment is the highest comment id seen.
	LastComment int64 `json:"last_comment,omitempty"`
	// Status and Seq are id and sequence number of the status comment.
	Status int64 `json:"status,omitempty"`
	Seq    int64 `json:"seq,omitempty"`
	// StatusGone is how often a person deleted the status comment, and GoneAt
	// the cursor at the last time: what was said after that is new.
	StatusGone int       `json:"status_gone,omitempty"`
	GoneAt     time.Time `json:"gone_at,omitzero"`
	// Watch is until when a late write of our own may still appear.
	Watch time.Time `json:"watch,omitzero"`
	// Accepted is what an observation could not explain after several looks,
	// so that the next run does not wait for it again.
	Accepted string `json:"accepted,omitempty"`
	// Looks counts the runs that found the observation incomplete.
	Looks int `json:"looks,omitempty"`
	// Heard is when a person last wrote a comment.
	Heard time.Time `json:"heard,omitzero"`
	// Patchy counts the runs in a row that went on without what only helps.
	Patchy int `json:"patchy,omitempty"`
}

// Claim is the exclusive right to run one subject, until LeaseUntil, as long as
// Epoch is the subject's.
type Claim struct {
	Key        string
	Epoch      int64
	WakeSeq    int64
	LeaseUntil time.Time
	// Attempts is how many runs in a row did not go through, and Excused how
	// many of those were no failure.
	Attempts, Excused int
	// Unfinished is true where the claim before this one never finished: its
	// process died, or lost its lease, and a write of it may still land.
	Unfinished bool
	// Expect is the highest comment id that a delivery announced, or 0.
	Expect int64
	// Rank is the highest of the wakes that this run answers, and of the due
	// time that it keeps.
	Rank Rank
	Hint Hint
	// Published is the hash of the summary that neighbours were woken for;
	// empty means unknown.
	Published string
}

// Outcome is how a run ended, applied in one transaction that does nothing and
// returns ErrLeaseLost unless the epoch is still the claim's.
type Outcome struct {
	// Due is when to look again; zero for never. If the subject was woken
	// during the run it is due at once, whatever Due says.
	Due time.Time
	// Rank is that of the due time, and stays with a subject that is not due.
	Rank Rank
	// Failed counts as an attempt and leaves wakes unanswered; it resets to
	// zero otherwise. Error is kept for people to read.
	Failed bool
	// Excused, of one that Failed: it was put off until a time that was
	// stated, which is no failure. It resets with the attempts.
	Excused bool
	Error   string
	Hint    Hint
	// Published and Wake: the new hash, and the keys woken with it.
	Published string
	Wake      []string
	// Forget are the intents whose result is in the record.
	Forget []string
	// Entry is what the journal keeps of the run; nil keeps nothing.
	Entry *Entry
}

// Entry is what one run saw, decided and did, in lines for people to read. It
// may hold text of the subject, so it is shown to nobody but the operators.
type Entry struct {
	At time.Time `json:"at"`
	// Ended is zero while the run is under way, and stays so if its process
	// died.
	Ended time.Time `json:"ended,omitzero"`
	Rank  Rank      `json:"rank"`
	// Owner is the workflow that looks after the subject, or empty.
	Owner string `json:"owner,omitempty"`
	// Observed is the subject as it was found; Asked the questions that rules
	// had and GitHub's answers; Why the acts with their verdicts.
	Observed []string `json:"observed,omitempty"`
	Asked    []string `json:"asked,omitempty"`
	Why      []string `json:"why,omitempty"`
	// Plan is what should be true, Did what was written to make it so.
	Plan  string   `json:"plan,omitempty"`
	Did   []string `json:"did,omitempty"`
	Error string   `json:"error,omitempty"`
	// PutOff: what it was to do waits for what Error says, a limit for one.
	PutOff bool      `json:"put_off,omitempty"`
	Due    time.Time `json:"due,omitzero"`
}

// Intent is a create that was begun: its key on the subject and when.
type Intent struct {
	Key string
	At  time.Time
}

// Queue says who is due and gives out the exclusive right to run it. It holds
// no rules. Times are the clock's. Keys of subjects are OWNER/REPO#N; others
// ("sweep/12") are the engine's own chores.
type Queue interface {
	// Wake makes subjects due now and raises their wake sequence, and their
	// rank where it is lower.
	Wake(ctx context.Context, rank Rank, keys ...string) error
	// Claim takes a subject that is due and not leased, with a new epoch: of
	// those of the highest rank the one due longest. Subjects of the accounts
	// in full (Account of their key) are passed over. ok is false where there
	// is none, and next is then when the earliest becomes due (zero for
	// never).
	Claim(ctx context.Context, lease time.Duration, full []string) (claim Claim, next time.Time, ok bool, err error)
	// Renew extends the lease of a claim that is still its own, else
	// ErrLeaseLost.
	Renew(ctx context.Context, c Claim, lease time.Duration) (until time.Time, err error)
	// Finish ends the claim: a second one is ErrLeaseLost.
	Finish(ctx context.Context, c Claim, o Outcome) error
	// Peek is the hint of a subject, claimed or not; zero where there is none.
	Peek(ctx context.Context, key string) (Hint, error)
}

// Ledger keeps the creates that were begun, so that one whose answer is lost
// is looked for before it is tried again.
type Ledger interface {
	// Born is when this store was made.
	Born(ctx context.Context) (time.Time, error)
	// Begin puts an intent on disk; ErrLeaseLost unless the epoch is still
	// the claim's. Beginning again renews its time.
	Begin(ctx context.Context, c Claim, key string) error
	// Intents are those of the claim's subject; Drop forgets one at once, or
	// returns ErrLeaseLost.
	Intents(ctx context.Context, c Claim) ([]Intent, error)
	Drop(ctx context.Context, c Claim, key string) error
}

// Journal keeps what runs did, for a while.
type Journal interface {
	// Note keeps the entry of a run that is about to write, so that what a run
	// was about is known even if it never ends; Finish replaces it by the
	// Outcome's. ErrLeaseLost unless the epoch is still the claim's.
	Note(ctx context.Context, c Claim, e Entry) error
}

// Account is whose share of the workers a key counts for: the owner of a
// subject's repository; all sweeps together are one.
func Account(key string) string {
	account, _, _ := strings.Cut(key, "/")
	return account
}

// Marks remembers how far a sweep came.
type Marks interface {
	Mark(ctx context.Context, name string) (time.Time, error)
	SetMark(ctx context.Context, name string, at time.Time) error
}
