package engine

import (
	"context"

	"github.com/kintsugi-app/kintsugi/workflows"
)

// PullReader sees how far a file that is proposed has come, and what stands on a
// commit.
type PullReader interface {
	// PullsFrom are the pull requests from a branch of the repository itself to any
	// other, in any state, oldest first.
	PullsFrom(ctx context.Context, repo, branch string) ([]OwnIssue, error)
	// Ground is what is there of a branch and of a path; ErrRefused where the
	// repository has no commit yet.
	Ground(ctx context.Context, repo, branch, path string) (Ground, error)
	// LatestCheck is the latest check run of this App by that name on a commit, as
	// GitHub shows it; zero where there is none.
	LatestCheck(ctx context.Context, repo, commit, name string) (CheckRun, error)
	// Rerequested tells whether somebody wants a check run of this App's to be run
	// again, and waits.
	Rerequested(ctx context.Context, repo, commit, name string) (bool, error)
}

// Ground is what a repository has where a file is to be proposed.
type Ground struct {
	// Base is the default branch, Tip its newest commit.
	Base, Tip string
	// Taken: the default branch has a file or a folder under the path.
	Taken bool
	// Branch: the branch is there. Ahead is how many commits it has that the
	// default branch lacks, and Ours says that this App made one of them.
	Branch bool
	Ahead  int
	Ours   bool
}

// CheckRun is a check run, or what is to be written into one. Annotated is how
// many annotations it has; Annotations come beside those.
type CheckRun struct {
	ID                         int64
	Name, Commit, ExternalID   string
	Conclusion, Title, Summary string
	Annotations                []workflows.Annotation
	Annotated                  int
}

// PullWriter proposes files, and writes check runs. What is there already is no
// refusal but an error like others: another look shows it.
type PullWriter interface {
	CreateBranch(ctx context.Context, repo, branch, commit string) error
	// CreateFile commits the file to its branch, and never touches one that is
	// there.
	CreateFile(ctx context.Context, repo string, f workflows.FileIntent) error
	// OpenPull opens a pull request from the branch to another, without
	// labels and assignees.
	OpenPull(ctx context.Context, repo, base string, f workflows.FileIntent) (OwnIssue, error)
	CreateCheck(ctx context.Context, repo string, c CheckRun) (id int64, err error)
	UpdateCheck(ctx context.Context, repo string, id int64, c CheckRun) error
}

// UpdatedPull is a pull request as the sweep's list shows it.
type UpdatedPull struct {
	Subject workflows.Subject
	Labels  []string
	Ours    bool
}
