package engine

import (
	"context"
	"errors"

	"github.com/kintsugi-app/kintsugi/workflows"
)

// What becomes of a change where somebody else is at work, too.
var (
	// ErrOvertaken: somebody else's commit came first, and nothing was changed.
	ErrOvertaken = errors.New("somebody else's commit came first")
	// ErrConflict: two branches changed the same lines, and nothing was changed.
	ErrConflict = errors.New("the branches conflict")
)

// ChangeWriter changes files by commits against what was read, never by force, but
// where a branch of our own is made Anew.
type ChangeWriter interface {
	// Commit makes one commit out of a change, and the branch, which is named here
	// also where it is the default one, point to it. ErrOvertaken where the branch is
	// not, or no longer, at the first parent.
	Commit(ctx context.Context, repo, branch string, c workflows.ChangeIntent) error
	// MergeBranch merges what from points to into the branch; ErrConflict.
	MergeBranch(ctx context.Context, repo, branch, from string) error
}
