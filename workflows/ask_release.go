package workflows

import "time"

// What is asked about a commit that is to be released. Each of these is one look, or a
// few, however much is wanted of it: a checklist of sixty items costs no more requests
// than one of ten. Lists in them are sorted and separated by newlines.

// CommitAsk asks who made a commit, what it says, and which pull requests brought it.
// The commit may be named by a branch or a tag.
type CommitAsk struct{ Repo, Commit string }

// CommitsAsk asks the same of several commits of a repository, each by its whole name, in
// fewer requests.
type CommitsAsk struct{ Repo, Commits string }

// TreeAsk asks for the paths of all files at a commit.
type TreeAsk struct{ Repo, Commit string }

// TextsAsk asks for the texts of some files at a commit.
type TextsAsk struct{ Repo, Commit, Paths string }

// FolderAsk asks for the texts of the files directly in a folder of the default branch.
type FolderAsk struct{ Repo, Path string }

// ChecksAsk asks for the check runs and the statuses of a commit.
type ChecksAsk struct{ Repo, Commit string }

// RunsAsk asks for the runs of workflows on a commit.
type RunsAsk struct{ Repo, Commit string }

// LastRunsAsk asks for the last success of some workflows on any commit, each named by
// its file, without the folder.
type LastRunsAsk struct{ Repo, Workflows string }

// ReleasesAsk asks for the newest releases that were published.
type ReleasesAsk struct{ Repo string }

// DeploymentsAsk asks for the newest deployments to some environments.
type DeploymentsAsk struct{ Repo, Environments string }

// DeployedAsk asks for the deployments of a repository to any environment from From to
// To, both RFC 3339 in UTC, with their commits; To may be empty. Older ones come along
// as far as they were read.
type DeployedAsk struct{ Repo, From, To string }

// PastRunsAsk asks for the successes of a workflow, named by its file, in runs that were
// made from From on, a day as YYYY-MM-DD in UTC.
type PastRunsAsk struct{ Repo, Workflow, From string }

// IssuesAsk asks for the issues with some labels. A line of Open are labels separated
// by tabs, all of which an open issue must carry; a line of Closed is one label.
type IssuesAsk struct{ Repo, Open, Closed string }

// WaitingAsk asks for the deployments that wait for this App's word. docs: "Creating
// custom deployment protection rules".
type WaitingAsk struct{ Repo string }

// HeadsAsk asks for the newest commits of a repository: those of the default branch and
// of the merge queue, and of its other branches and its tags as far as they fit one of some
// patterns, a line each, in which * stands for anything. Pulls asks for those of open
// pull requests, too.
type HeadsAsk struct {
	Repo, Branches, Tags string
	Pulls                bool
}

// NotesAsk asks what an App wrote as a check run of this name on a commit, and on the
// newest few of the default branch. What GitHub Actions wrote is none of it, since any
// workflow could have.
type NotesAsk struct{ Repo, Commit, Check string }

// RemarksAsk asks what jobs of GitHub Actions remarked under some titles, a line each, in
// runs that somebody started by hand from From on, a day as YYYY-MM-DD in UTC.
type RemarksAsk struct{ Repo, Titles, From string }

func (CommitAsk) ask()      {}
func (CommitsAsk) ask()     {}
func (WaitingAsk) ask()     {}
func (HeadsAsk) ask()       {}
func (NotesAsk) ask()       {}
func (RemarksAsk) ask()     {}
func (TreeAsk) ask()        {}
func (TextsAsk) ask()       {}
func (FolderAsk) ask()      {}
func (ChecksAsk) ask()      {}
func (RunsAsk) ask()        {}
func (LastRunsAsk) ask()    {}
func (ReleasesAsk) ask()    {}
func (DeploymentsAsk) ask() {}
func (DeployedAsk) ask()    {}
func (PastRunsAsk) ask()    {}
func (IssuesAsk) ask()      {}

// Quotes is the repository whose contents the answer to an ask quotes, so that only
// those may have it who may read that; ok is false for asks that it is not so simple of.
func Quotes(a Ask) (repo string, ok bool) {
	switch a := a.(type) {
	case FileAsk:
		return a.Repo, true
	case BranchAsk:
		return a.Repo, true
	case HistoryAsk:
		return a.Repo, true
	case RunbooksAsk:
		return a.Repo, true
	case CommitAsk:
		return a.Repo, true
	case CommitsAsk:
		return a.Repo, true
	case TreeAsk:
		return a.Repo, true
	case TextsAsk:
		return a.Repo, true
	case FolderAsk:
		return a.Repo, true
	case ChecksAsk:
		return a.Repo, true
	case RunsAsk:
		return a.Repo, true
	case LastRunsAsk:
		return a.Repo, true
	case ReleasesAsk:
		return a.Repo, true
	case DeploymentsAsk:
		return a.Repo, true
	case PastRunsAsk:
		return a.Repo, true
	case IssuesAsk:
		return a.Repo, true
	case WaitingAsk:
		return a.Repo, true
	case HeadsAsk:
		return a.Repo, true
	case NotesAsk:
		return a.Repo, true
	case RemarksAsk:
		return a.Repo, true
	}
	return "", false
}

// Seen is what the asks about a release are answered by; each fills what it is about.
type Seen struct {
	// Commit is the answer to a CommitAsk.
	Commit Commit
	// Files are those of a tree, without texts, or with the texts that were asked for.
	// Cut: there are more of them than GitHub tells.
	Files []File
	Cut   bool
	// Results are check runs, statuses or runs of workflows, the newest first.
	Results  []Result
	Releases []Release
	// Deployments are the newest first, and Commits those that a DeployedAsk found with
	// them, each once, or those of a CommitsAsk that are there.
	Deployments []Deployment
	Commits     []Commit
	// Hidden: nothing of the repository may be quoted here, and what names its
	// environments and commits here are no names of its own.
	Hidden bool
	// Issues are those found for each line that was asked for, the newest first.
	Issues map[string]Issues
	// Waiting are deployments that wait for this App's word, the oldest first.
	Waiting []Waiting
	Heads   []Head
	// Notes are what was found on commits, the newest first.
	Notes []Note
	// Remarks are the newest first.
	Remarks []Remark
}

// Waiting is a deployment that a job is to make and that waits for this App's word.
type Waiting struct {
	Run int64
	// Attempt is how often the run was started: each time, it waits anew.
	Attempt int
	// Environment is where to; Branch is the branch or tag that the run is of.
	Environment, Commit, Branch, URL string
	At                               time.Time // when the run began to wait, or was made
}

// The kinds of Head.
const (
	HeadDefault = "default"
	HeadBranch  = "branch"
	HeadQueue   = "queue" // of the merge queue
	HeadPull    = "pull"
	HeadTag     = "tag"
)

// Head is the newest commit of a branch, or of pull request Pull, or that of a tag, whose
// name Branch is then. At is when it was committed.
type Head struct {
	Kind, Branch, Commit string
	Pull                 int
	At                   time.Time
}

// Note is the summary of a check run, a Markdown text.
type Note struct {
	Commit, App, Text, URL string
	At                     time.Time
}

// Remark is an annotation that a job left, in a run that By started. What it says may be
// anybody's who can change a workflow.
type Remark struct {
	By, Text string
	URL      string // the run's
	At       time.Time
}

// Commit is a commit with what is around it.
type Commit struct {
	// SHA is the whole name of the commit.
	SHA, Message, URL string
	// Authors are the logins of those who wrote it, as far as GitHub knows them, and
	// of those who opened its pull requests.
	Authors []string
	Pulls   []CommitPull
	// Files are the paths that its pull requests change, the first hundred of each.
	Files []string
	// NoPulls says why its pull requests are not told.
	NoPulls string
}

// CommitPull is a pull request that brought a commit.
type CommitPull struct {
	Number    int
	Body, URL string
}

// File is a file of a repository. Problem says why its text cannot be read.
type File struct{ Path, Text, Problem string }

// Result is how a check, a status or a run of a workflow ended. State is GitHub's word:
// success, failure, neutral, skipped, in_progress …
type Result struct {
	// Name is that of the check or the status, or of the workflow's file.
	Name, State, URL, Commit string
	At                       time.Time
	// Unknown says why it is not told how it ended.
	Unknown string
}

// Release is one that was published.
type Release struct {
	Tag, URL string
	At       time.Time
}

// Deployment is a commit sent to an environment. Success is when it first succeeded,
// zero where it has not; State is GitHub's word for how it stands.
type Deployment struct {
	Environment, Commit, State, URL string
	At, Success                     time.Time
}

// Issues are those that were found with some labels.
type Issues struct {
	Total int
	All   []LabelledIssue
	// Cut: All are not all that there are.
	Cut bool
}

// LabelledIssue is one of them. Closed is zero while it is open; Done says that it was
// closed as completed.
type LabelledIssue struct {
	Number     int
	Title, URL string
	Labels     []string
	Closed     time.Time
	Done       bool
}
