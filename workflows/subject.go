package workflows

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows/policy"
)

// Subject is one thing on GitHub that the program looks after: an issue or a pull
// request, which print as GitHub writes them, OWNER/REPO#N, or an aggregate. It is
// comparable.
type Subject struct {
	Repo   string // "owner/name"
	Number int
	// Name is that of an aggregate: what a repository has once, made from many
	// issues, such as its reading list. It has no issue of its own, and so neither
	// comments nor a record, and prints as OWNER/REPO/NAME.
	Name string
}

// Gate is the aggregate of a repository that says whether what is to be released is
// ready. Workflows whose subjects hold releases name it.
const Gate = "gate"

// GatesOf are the gates of what a service is made of, three at most; of a service that
// the policy does not know, that of the repository itself.
func GatesOf(p policy.Policy, repo, service string) (gates []Subject) {
	const most = 3
	for _, r := range p.Services[service].Repositories {
		if len(gates) < most {
			gates = append(gates, Subject{Repo: r, Name: Gate})
		}
	}
	if len(gates) == 0 {
		gates = []Subject{{Repo: repo, Name: Gate}}
	}
	return gates
}

// String is the form that people write and the store's key.
func (s Subject) String() string {
	if s.Name != "" {
		return s.Repo + "/" + s.Name
	}
	return s.Repo + "#" + strconv.Itoa(s.Number)
}

var (
	ownerName     = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]*$`)
	repoName      = regexp.MustCompile(`^[A-Za-z0-9._-]+$`)
	aggregateName = regexp.MustCompile(`^([^/#]+/[^/#]+)/([a-z][a-z-]*)$`)
)

// ParseSubject reads OWNER/REPO#N, or OWNER/REPO/NAME.
func ParseSubject(text string) (Subject, error) {
	name := ""
	if m := aggregateName.FindStringSubmatch(text); m != nil {
		text, name = m[1]+"#1", m[2]
	}
	s, err := parseIssue(text)
	if err == nil && name != "" {
		return Subject{Repo: s.Repo, Name: name}, nil
	}
	return s, err
}

func parseIssue(text string) (Subject, error) {
	repo, number, found := strings.Cut(text, "#")
	owner, name, slash := strings.Cut(repo, "/")
	n, err := strconv.Atoi(number)
	if !found || !slash || !ownerName.MatchString(owner) || !repoName.MatchString(name) || name == "." || name == ".." || err != nil || n < 1 {
		return Subject{}, fmt.Errorf("%q does not name an issue: write OWNER/REPO#NUMBER, such as acme/pay#12", text)
	}
	return Subject{Repo: repo, Number: n}, nil
}

// User is an account on GitHub as a webhook or the REST API names it.
type User struct {
	ID    int64
	Login string
	Bot   bool
}

// Ghost is whose name GitHub shows for an account that was deleted (docs:
// Deleting your personal account). It is nobody: it has no role anywhere.
const Ghost = "ghost"

// Issue is the subject as GitHub answers for it. Times are UTC, to the second.
type Issue struct {
	ID int64
	// Pull says that it is a pull request, which GitHub treats as an issue, too.
	Pull        bool
	Title, Body string
	Author      User
	// Ours is true for what this App itself opened; only there is a marker
	// believed.
	Ours bool
	Open bool
	// Reason is why it is closed: completed, not_planned or duplicate; empty
	// where GitHub says nothing (docs: REST API endpoints for issues).
	Reason    string
	Labels    []string
	Assignees []string // logins
	CreatedAt time.Time
	// UpdatedAt is when anything of it changed last, a comment included.
	UpdatedAt time.Time
	// ClosedAt is when it was closed last; zero while it is open.
	ClosedAt time.Time
	URL      string
	// Commented is how many comments it has, anybody's.
	Commented int
}

// Comment is one comment on an issue.
type Comment struct {
	ID        int64
	Author    User
	Body      string
	CreatedAt time.Time
	UpdatedAt time.Time
	// Ours is true for what this App itself wrote; only there is a marker or
	// a record believed.
	Ours bool
	// ThumbsUp counts the 👍, anybody's.
	ThumbsUp int
}

// Edited reports whether the comment was changed after it was written. Edits
// within the same second cannot be seen.
func (c Comment) Edited() bool { return c.UpdatedAt.After(c.CreatedAt) }

// The kinds of event that the rules look at. Others are carried and ignored.
const (
	EventClosed    = "closed"
	EventReopened  = "reopened"
	EventLabeled   = "labeled"
	EventUnlabeled = "unlabeled"
	EventRenamed   = "renamed"
)

// Event is one entry of an issue's event list.
type Event struct {
	ID    int64
	Kind  string
	Actor User
	Label string // for labeled and unlabeled
	From  string // for renamed, the title before
	// Reason is why a closed event closed, where it can be known: GitHub
	// documents it for the issue only, so it is filled in for the last one.
	Reason string
	At     time.Time
	Ours   bool
}

// Observation is a subject as it is now.
type Observation struct {
	Subject Subject
	RepoID  int64
	Private bool
	// InstalledAt is when the App was installed on the account (the only date
	// that GitHub keeps: the installation's created_at).
	InstalledAt time.Time
	Issue       Issue
	// Comments are those written or edited since the cursor, oldest first.
	Comments []Comment
	// Events are all events of the issue, oldest first.
	Events []Event
}

// HasLabel reports whether the issue carries the label. GitHub compares label
// names without regard to case.
func (o Observation) HasLabel(name string) bool {
	for _, have := range o.Issue.Labels {
		if strings.EqualFold(have, name) {
			return true
		}
	}
	return false
}

// HasAssignee reports whether somebody is assigned. GitHub compares logins
// without regard to case.
func (o Observation) HasAssignee(login string) bool {
	return slices.ContainsFunc(o.Issue.Assignees, func(have string) bool { return strings.EqualFold(have, login) })
}

// LastState is the last event that opened or closed the issue; ok is false
// where there was none.
func (o Observation) LastState() (last Event, ok bool) {
	for _, e := range o.Events {
		if e.Kind == EventClosed || e.Kind == EventReopened {
			last, ok = e, true
		}
	}
	return last, ok
}
