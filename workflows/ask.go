package workflows

import (
	"strings"
	"time"
)

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

// CommentsAsk asks for all comments of the subject itself, oldest first, where
// those that an observation has, since the cursor, are not enough.
type CommentsAsk struct{ Subject Subject }

// LabelledAsk asks for the issues and pull requests with a label in a repository,
// whoever opened them, in any state or only Open ones, and only those updated since a
// day, as YYYY-MM-DD in UTC, if one is given. What they published is read of at most so
// many, those updated last.
type LabelledAsk struct {
	Repo, Label string
	Most        int
	Open        bool
	Since       string
}

// BranchAsk asks how a branch stands to the default one. The branch need not be there.
type BranchAsk struct{ Repo, Branch string }

// HistoryAsk asks what became of a file since a day, as YYYY-MM-DD in UTC. Without a
// path it asks that of the repository.
type HistoryAsk struct{ Repo, Path, Since string }

// FileAsk asks for the text of a file in a repository. Ref is a commit, branch
// or tag, or empty for the default branch; Path is relative to the root.
type FileAsk struct{ Repo, Ref, Path string }

// PullAsk asks for what a pull request has besides being an issue.
type PullAsk struct{ Subject Subject }

// IssueAsk asks what has become of an issue that the App opened for the subject,
// wherever it is by now, or how an issue stands that everybody may read who reads
// the subject.
type IssueAsk struct{ Subject Subject }

// OwnIssuesAsk asks for the issues with a label in a repository that the App opened
// itself for some subject: all that are open, and those updated since a day, as
// YYYY-MM-DD in UTC. Of what open ones published so many are read at most.
type OwnIssuesAsk struct {
	Repo, Label, Since string
	Most               int
}

// EditedAsk asks when the text of the subject itself, an issue, was last edited.
// Only GraphQL tells (docs: GraphQL API, Issue.lastEditedAt).
type EditedAsk struct{ Subject Subject }

// PlaceAsk asks whether issues can be opened in a repository, and who reads them.
type PlaceAsk struct{ Repo string }

func (RoleAsk) ask()      {}
func (SummaryAsk) ask()   {}
func (TeamAsk) ask()      {}
func (LinksAsk) ask()     {}
func (ChangesAsk) ask()   {}
func (RunbooksAsk) ask()  {}
func (SimilarAsk) ask()   {}
func (CommentsAsk) ask()  {}
func (FileAsk) ask()      {}
func (PullAsk) ask()      {}
func (IssueAsk) ask()     {}
func (OwnIssuesAsk) ask() {}
func (PlaceAsk) ask()     {}
func (EditedAsk) ask()    {}
func (LabelledAsk) ask()  {}
func (BranchAsk) ask()    {}
func (HistoryAsk) ask()   {}

// OnlyHelps reports whether the answer to an ask helps people and decides
// nothing. While GitHub does not answer it, the rest goes on without.
func OnlyHelps(a Ask) bool {
	switch a.(type) {
	case ChangesAsk, DeployedAsk, RemarksAsk, RunbooksAsk, SimilarAsk:
		return true
	}
	return false
}

// NotThere is why GitHub does not tell of an issue or a file: there is none, or none
// that the App may see.
const NotThere = "not there"

// Answer is what came back. Unknown says why GitHub would not tell, for good:
// it answered 404, or 403 for a missing permission. A timeout or a limit is no
// answer and never becomes one. Of a ChangesAsk it may name one part only, while
// Changes holds the other. Titles are empty where the audience here is
// wider than that of the place they come from.
type Answer struct {
	Unknown string
	// Lacks is the permission without which GitHub does not tell, such as "issues:
	// read", where that is why.
	Lacks string
	Role  Role
	// Summaries are what each workflow published about another subject, by the
	// workflow's name.
	Summaries map[string]string
	// Members of a team, by login.
	Members []string
	Links   []Link
	Changes []Change
	// Matches, the best first; none where nothing suits well enough.
	Matches []Match
	// Comments of a subject.
	Comments []Comment
	// Text of a file.
	Text string
	Pull Pull
	// Issue and Subject are an issue and where it is by now; Summaries what was
	// published about it. Its title and body are empty where the audience here is
	// wider than there.
	Issue   Issue
	Subject Subject
	Place   Place
	Branch  Branch
	History History
	// Edited is when a text was last edited; zero for never.
	Edited time.Time
	// Own are issues that the App opened, or those with a label, by number. Unread is of how many open ones
	// what they published was not read, because there are too many.
	Own    []OwnIssue
	Unread int
	// Hidden says why nothing that those issues published is told here.
	Hidden string
	// Seen is the answer to what is asked about a release.
	Seen Seen
}

// NotThere reports whether the answer is that there is no such issue or file. Of a file
// the repository was read; where the App may not, or is not installed, Unknown says so.
func (a Answer) NotThere() bool {
	return a.Unknown == NotThere || strings.HasSuffix(a.Unknown, ": "+NotThere)
}

// OwnIssue is an issue that the App opened, under which key and for which subject.
// Summaries are what was published about it, or what its workflow says of it before
// anything was. Its title, body and labels are empty where the audience here is wider
// than there.
type OwnIssue struct {
	Subject   Subject
	Issue     Issue
	Key       string
	For       Subject
	Summaries map[string]string
}

// Branch is how a branch stands to the default one. Commits are named by their sha.
type Branch struct {
	// Default is the name of the default branch, Tip its newest commit; empty where
	// the repository has none.
	Default, Tip string
	// Head is the newest commit of the branch; empty where there is no such branch.
	// Base is the commit at which the two part, Ahead and Behind how many commits one
	// has that the other lacks. Files are the paths that the branch changed since,
	// as far as GitHub lists them (docs: "Compare two commits", at most 300).
	Head, Base    string
	Ahead, Behind int
	Files         []string
	// Pull is the pull request opened last from the branch to the default one.
	Pull BranchPull
}

// BranchPull is a pull request; Number is 0 where there is none. Head is the newest
// commit of the branch when it was merged or closed.
type BranchPull struct {
	Number       int
	Open, Merged bool
	Head         string
}

// History is what became of a file or a repository.
type History struct {
	// Gone: it is not there any more. Now is its new name, where it was renamed.
	Gone bool
	Now  string
	// Then and Text are the file's contents on the day and now; empty where they are
	// the same, or no text.
	Then, Text string
}

// Place is a repository in which issues may be opened.
type Place struct {
	Private bool
	// Closed says why no issue can be opened there: archived or no-issues; empty
	// where one can.
	Closed string
	// Hidden is true where what stands there must not be quoted here.
	Hidden bool
	// Now is its name, where that is another one by now, with the same owner.
	Now string
	// Collects is true where a workflow collects what stands in the subject's
	// repository, under the policy over there.
	Collects bool
}

// Why no issue can be opened in a repository.
const (
	PlaceArchived = "archived"
	PlaceNoIssues = "no-issues"
)

// Pull is what a pull request has besides being an issue (docs: REST API
// endpoints for pull requests).
type Pull struct {
	// Head is the commit to be merged, Branch its branch. HeadRepo and Base are
	// repositories and branches; HeadRepo is empty where it was deleted.
	Head, Branch, HeadRepo, Base string
	Merged, Draft                bool
	// Files are the paths that it adds, changes or renames to, as far as GitHub
	// lists them (docs: "List pull requests files", at most 3,000), without those
	// that it removes.
	Files []string
	// Reviews are those submitted, oldest first.
	Reviews []Review
}

// Review is a review of a pull request. State is GitHub's word in lower case:
// approved, changes_requested, commented, dismissed.
type Review struct {
	ID     int64
	Author User
	State  string
	Commit string
	At     time.Time
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

// Summary is what a workflow published about a subject; ok is false while it was
// not asked.
func (f Facts) Summary(s Subject, workflow string) (summary string, ok bool) {
	a, ok := f[SummaryAsk{Subject: s}]
	return a.Summaries[workflow], ok
}
