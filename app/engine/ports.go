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
	s, err := workflows.ParseSubject(old)
	if err != nil || strings.Contains(e.To, "#") {
		return e.To
	}
	s.Repo = e.To
	return s.String()
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
	ChangeWriter
	GateWriter
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
