package githubapp

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/google/go-github/v62/github"

	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/workflows"
)

// Commit implements engine.ChangeWriter, in five requests, or six for a branch that is
// made or begins anew. Trees and commits that no branch points to are nothing that
// anybody sees, and GitHub forgets them.
//
// GitHub moves a branch only forwards, so that nobody's commit is lost. A branch that
// somebody moved *back* it would move forwards again, over what was taken off; and one
// that begins anew is moved by force. Therefore it is looked at once more just before.
// docs: REST API endpoints for Git commits, "Get a commit object", "Create a commit";
// for Git trees, "Create a tree"; for Git references. Without an author the commit is
// the App's, and GitHub signs it (docs: About commit signature verification).
func (a *App) Commit(ctx context.Context, repo, branch string, c workflows.ChangeIntent) error {
	if why := unfit(branch, c); why != "" {
		return fmt.Errorf("%w: %s: not sent", engine.ErrRefused, why)
	}
	if a.token != nil {
		return errReadOnly
	}
	tree, err := a.makeTree(ctx, repo, c)
	if err != nil {
		return settled(err)
	}
	var made github.Commit
	err = a.change(ctx, "POST", repo, "git/commits", nil,
		map[string]any{"message": c.Message, "tree": tree, "parents": c.Parents}, &made)
	if err == nil && made.GetSHA() == "" {
		err = errors.New("GitHub took the commit and did not name it")
	}
	if err != nil {
		return settled(err)
	}
	there, force, err := a.standsReady(ctx, repo, branch, c)
	if err != nil {
		return err
	}
	if there {
		err = a.change(ctx, "PATCH", repo, "git/refs/{ref...}", []any{"heads/" + branch},
			map[string]any{"sha": made.GetSHA(), "force": force}, nil)
	} else {
		err = a.change(ctx, "POST", repo, "git/refs", nil,
			map[string]string{"ref": "refs/heads/" + branch, "sha": made.GetSHA()}, nil)
	}
	for _, path := range append(slices.Collect(maps.Keys(c.Write)), c.Remove...) {
		a.texts.drop(repo + " " + path) // the default branch may have changed
	}
	return overtaken(refused(err))
}

// makeTree makes the files of the first parent with the change in them, and returns
// their name.
func (a *App) makeTree(ctx context.Context, repo string, c workflows.ChangeIntent) (string, error) {
	owner, name, err := splitRepo(repo)
	if err != nil {
		return "", err
	}
	var parent github.Commit
	_, err = a.do(ctx, repo, call{
		method: "GET", route: "repos/{owner}/{repo}/git/commits/{commit_sha}", args: []any{owner, name, c.Parents[0]},
	}, &parent)
	if err != nil || len(c.Write)+len(c.Remove) == 0 {
		return parent.GetTree().GetSHA(), absent(err)
	}
	entries := []map[string]any{}
	for _, path := range slices.Sorted(maps.Keys(c.Write)) {
		entries = append(entries, map[string]any{"path": path, "mode": "100644", "type": "blob", "content": c.Write[path]})
	}
	for _, path := range c.Remove {
		entries = append(entries, map[string]any{"path": path, "mode": "100644", "type": "blob", "sha": nil})
	}
	var made github.Tree
	err = a.change(ctx, "POST", repo, "git/trees", nil,
		map[string]any{"base_tree": parent.GetTree().GetSHA(), "tree": entries}, &made)
	if err == nil && made.GetSHA() == "" {
		err = errors.New("GitHub took the files and did not name them")
	}
	return made.GetSHA(), err
}

// standsReady tells whether the branch is there, if it is where the change was decided
// on: at the first parent; or, beginning anew, where it was merged, which takes force;
// or not there, the first parent being the newest commit of the default branch. docs:
// REST API endpoints for commits, "List commits".
func (a *App) standsReady(ctx context.Context, repo, branch string, c workflows.ChangeIntent) (there, force bool, err error) {
	owner, name, err := splitRepo(repo)
	if err != nil {
		return false, false, err
	}
	now := ""
	err = a.withLane(ctx, repo, func(l *lane) error {
		head, err := l.head(ctx, repo, branch)
		there, force, now = err == nil, false, head
		switch {
		case errors.Is(err, engine.ErrGone) && !errors.Is(err, errUninstalled):
			var newest []github.RepositoryCommit
			err = l.do(ctx, call{
				method: "GET", route: "repos/{owner}/{repo}/commits", args: []any{owner, name}, query: url.Values{"per_page": {"1"}},
			}, &newest)
			if len(newest) > 0 {
				now = newest[0].GetSHA()
			}
		case err == nil && c.Anew && head != c.Parents[0]:
			var p workflows.BranchPull
			p, err = l.latestPull(ctx, repo, owner, branch, "")
			if force = p.Merged && p.Head == head; force {
				now = c.Parents[0]
			}
		}
		return err
	})
	if err = refused(absent(err)); err == nil && now != c.Parents[0] {
		err = fmt.Errorf("%w: %s of %s is at %.10s by now, and not at %.10s", engine.ErrOvertaken, branch, repo, now, c.Parents[0])
	}
	return there, force, err
}

// MergeBranch implements engine.ChangeWriter. docs: REST API endpoints for branches,
// "Merge a branch": 204 where there is nothing to merge.
func (a *App) MergeBranch(ctx context.Context, repo, branch, from string) error {
	if !goodBranch(branch) || !goodBranch(from) {
		return fmt.Errorf("%w: %.100q and %.100q are no two branches: not sent", engine.ErrRefused, branch, from)
	}
	err := refused(a.change(ctx, "POST", repo, "merges", nil, map[string]string{"base": branch, "head": from}, nil))
	if errors.Is(err, engine.ErrRefused) && strings.Contains(err.Error(), "Merge conflict") {
		return fmt.Errorf("%w: %s", engine.ErrConflict, err.Error())
	}
	return err
}

// refused makes of 404, with which GitHub also says that something is not permitted, a
// refusal for good.
func refused(err error) error {
	if errors.Is(err, engine.ErrGone) {
		return fmt.Errorf("%w: %s", engine.ErrRefused, err.Error())
	}
	return err
}

// settled is refused for what no branch points to: where its fate is unknown, nothing
// has changed all the same.
func settled(err error) error {
	if errors.Is(err, engine.ErrUncertain) {
		return errors.New(err.Error())
	}
	return refused(err)
}

// overtaken finds the refusals that mean that somebody else was faster. docs: REST API
// endpoints for Git references, "Create a reference", "Update a reference" (422); the
// sentences are those that GitHub answers with.
func overtaken(err error) error {
	if !errors.Is(err, engine.ErrRefused) {
		return err
	}
	for _, sentence := range []string{
		"not a fast forward", "Reference already exists", "Reference update failed", "Reference does not exist", "but expected",
	} {
		if strings.Contains(err.Error(), sentence) {
			return fmt.Errorf("%w: %s", engine.ErrOvertaken, err.Error())
		}
	}
	return err
}

// What a change may hold. A file of more than 1 MB could not be read again (file.go);
// the whole is ours, and far below what GitHub takes.
const (
	mostOfFile   = 1 << 20
	mostOfChange = 4 << 20
	mostFiles    = 1000
)

var commitName = regexp.MustCompile(`^([0-9a-f]{40}|[0-9a-f]{64})$`)

// unfit is why a change cannot be sent, or "".
func unfit(branch string, c workflows.ChangeIntent) string {
	paths := append(slices.Collect(maps.Keys(c.Write)), c.Remove...)
	slices.Sort(paths)
	switch {
	case !goodBranch(branch):
		return fmt.Sprintf("%.100q is no name of a branch", branch)
	case len(c.Parents) == 0 || !allMatch(commitName, c.Parents):
		return fmt.Sprintf("the parents of the commit are no commits: %.200q", c.Parents)
	case strings.TrimSpace(c.Message) == "" || !isText(c.Message):
		return "a commit needs a message"
	case len(paths) > mostFiles:
		return fmt.Sprintf("the change is to %d files, and %d are the most", len(paths), mostFiles)
	case len(slices.Compact(slices.Clone(paths))) < len(paths):
		return "the change writes and removes the same file"
	}
	total := 0
	for _, path := range paths {
		content := c.Write[path]
		total += len(content)
		switch {
		case !goodPath(path):
			return fmt.Sprintf("%.200q is no path of a file that everybody could have", path)
		case !isText(content):
			return path + " would hold what is no text"
		case len(content) > mostOfFile:
			return fmt.Sprintf("%s would have %d bytes, and a file of more than %d could not be read again", path, len(content), mostOfFile)
		}
	}
	if total > mostOfChange {
		return fmt.Sprintf("the change has %d bytes, and %d are the most", total, mostOfChange)
	}
	return ""
}

func allMatch(pattern *regexp.Regexp, all []string) bool {
	return !slices.ContainsFunc(all, func(one string) bool { return !pattern.MatchString(one) })
}
