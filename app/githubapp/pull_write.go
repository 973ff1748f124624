package githubapp

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/google/go-github/v62/github"

	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/workflows"
)

// CreateBranch implements engine.PullWriter. docs: REST API endpoints for Git
// references, "Create a reference".
func (a *App) CreateBranch(ctx context.Context, repo, branch, commit string) error {
	return notTwice(a.change(ctx, "POST", repo, "git/refs", nil,
		map[string]string{"ref": "refs/heads/" + branch, "sha": commit}, nil))
}

// CreateFile implements engine.PullWriter. Without the sha of an earlier file
// GitHub writes over none. docs: REST API endpoints for repository contents,
// "Create or update file contents".
func (a *App) CreateFile(ctx context.Context, repo string, f workflows.FileIntent) error {
	content := []byte(f.Content) // []byte is base64 in JSON, as it is to be sent
	return notTwice(a.change(ctx, "PUT", repo, "contents/{path...}", []any{f.Path},
		&github.RepositoryContentFileOptions{Message: &f.Commit, Content: content, Branch: &f.Branch}, nil))
}

// OpenPull implements engine.PullWriter. docs: REST API endpoints for pull
// requests, "Create a pull request".
func (a *App) OpenPull(ctx context.Context, repo, base string, f workflows.FileIntent) (engine.OwnIssue, error) {
	self, err := a.Identity(ctx)
	if err != nil {
		return engine.OwnIssue{}, err
	}
	var made github.PullRequest
	err = a.change(ctx, "POST", repo, "pulls", nil,
		&github.NewPullRequest{Title: &f.Title, Head: &f.Branch, Base: &base, Body: &f.Body}, &made)
	if err != nil {
		return engine.OwnIssue{}, notTwice(err)
	}
	if made.GetNumber() == 0 {
		return engine.OwnIssue{}, fmt.Errorf("%w: GitHub took the pull request and did not describe it", engine.ErrUncertain)
	}
	return readPull(made, self), nil
}

// notTwice makes of GitHub's refusal to make something a second time an error of
// no kind, so that another look shows what is there. docs: Troubleshooting the
// REST API, "Validation Failed"; the sentences are those that GitHub answers with:
// 422 for what exists, 409 where somebody else's commit came between.
func notTwice(err error) error {
	if !errors.Is(err, engine.ErrRefused) {
		return err
	}
	for _, sentence := range []string{"already exists", `"sha" wasn't supplied`, "but expected", "expected to be at"} {
		if strings.Contains(err.Error(), sentence) {
			return errors.New(err.Error())
		}
	}
	return err
}
