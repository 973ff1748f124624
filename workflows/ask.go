package workflows

import "time"

// Ask is a question to GitHub. Asks are small comparable values of a closed
// set, so that the engine can ask each once and count them.
type Ask interface{ ask() }

// RoleAsk asks for somebody's role on a repository.
type RoleAsk struct{ Repo, Login string }

// SummaryAsk asks for what another subject published about itself.
type SummaryAsk struct{ Subject Subject }

// TeamAsk asks who belongs to a team, given the organisation's login and the
// team's slug; only a team of the account that the subject belongs to is told.
type TeamAsk struct{ Org, Slug string }

// LinksAsk asks which issues and pull requests refer to the subject, oldest
// first (docs: REST API endpoints for timeline events, cross-referenced).
type LinksAsk struct{ Subject Subject }

// ChangesAsk asks what was deployed or released in a repository from From to
// To, both RFC 3339 in UTC, oldest first.
type ChangesAsk struct{ Repo, From, To string }

// RunbooksAsk asks for the runbooks that suit a text. Folders are paths inside
// the repository, sorted and separated by newlines; a runbook is a Markdown file
// in or below one of them.
type RunbooksAsk struct{ Repo, Folders, Text string }

// SimilarAsk asks for earlier issues with the label, in the subject's
// repository, that suit a text.
type SimilarAsk struct {
	Subject Subject
	Label   string
	Text    string
}

func (RoleAsk) ask()     {}
func (SummaryAsk) ask()  {}
func (TeamAsk) ask()     {}
func (LinksAsk) ask()    {}
func (ChangesAsk) ask()  {}
func (RunbooksAsk) ask() {}
func (SimilarAsk) ask()  {}

// OnlyHelps reports whether the answer to an ask helps people and decides
// nothing. While GitHub does not answer it, the rest goes on without.
func OnlyHelps(a Ask) bool {
	switch a.(type) {
	case ChangesAsk, RunbooksAsk, SimilarAsk:
		return true
	}
	return false
}

// Answer is what came back. Unknown says why GitHub would not tell, for good:
// it answered 404, or 403 for a missing permission. A timeout or a limit is no
// answer and never becomes one. Of a ChangesAsk it may name one part only, while
// Changes holds the other. Titles are empty where the audience here is
// wider than that of the place they come from.
type Answer struct {
	Unknown string
	Role    Role
	Summary string
	// Members of a team, by login.
	Members []string
	Links   []Link
	Changes []Change
	// Matches, the best first; none where nothing suits well enough.
	Matches []Match
}

// Link is an issue or pull request that refers to the subject.
type Link struct {
	Subject Subject
	// Pull is true for a pull request, Merged for one that was merged.
	Pull, Merged bool
	Title        string
	URL          string
	At           time.Time // when it first referred to the subject
}

// The kinds of Change.
const (
	ChangeDeployment = "deployment"
	ChangeRelease    = "release"
)

// Change is something that changed what runs.
type Change struct {
	Kind  string
	Repo  string
	Title string // the environment and ref of a deployment, the name of a release
	By    string // login
	URL   string
	At    time.Time
}

// Match is a document that suits a text.
type Match struct {
	Title string
	URL   string
	// Number is the issue's, for an earlier incident.
	Number int
	// Words are those of the text that made it a match, as the text has them.
	Words []string
}

// Facts are the answers so far.
type Facts map[Ask]Answer

// Role is the answer to a RoleAsk; ok is false while it was not asked.
func (f Facts) Role(repo, login string) (role Role, ok bool) {
	a, ok := f[RoleAsk{Repo: repo, Login: login}]
	if a.Unknown != "" {
		return RoleUnknown, ok
	}
	return a.Role, ok
}

// Summary is the answer to a SummaryAsk; ok is false while it was not asked.
func (f Facts) Summary(s Subject) (summary string, ok bool) {
	a, ok := f[SummaryAsk{Subject: s}]
	return a.Summary, ok
}
