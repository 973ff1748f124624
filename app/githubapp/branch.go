package githubapp

import (
	"context"
	"errors"
	"net/url"
	"strings"

	"github.com/google/go-github/v62/github"

	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/workflows"
)

// branch tells how a branch stands to the default one, in three requests: the
// repository, a comparison, the pull requests. A branch that is not there takes a
// fourth, for where the default one stands; an empty branch in the ask asks for nothing
// else, which takes two. docs: REST API endpoints for repositories, "Get a
// repository"; for commits, "Compare two commits"; for pull requests, "List pull
// requests".
func (a *App) branch(ctx context.Context, ask workflows.BranchAsk) (workflows.Answer, error) {
	what := "the branches of " + ask.Repo
	if ask.Branch != "" && !goodBranch(ask.Branch) {
		return workflows.Answer{Unknown: what + ": no name of a branch"}, nil
	}
	var found workflows.Branch
	permission := "Contents: read"
	err := a.withLane(ctx, ask.Repo, func(l *lane) (err error) {
		var owner string
		if found, owner, err = l.stand(ctx, ask); err != nil || found.Tip == "" || ask.Branch == "" || ask.Branch == found.Default {
			return err
		}
		permission = "Pull requests: read"
		found.Pull, err = l.latestPull(ctx, ask.Repo, owner, ask.Branch, found.Default)
		return err
	})
	if why := whyUntold(err, what, permission); why != "" {
		return workflows.Answer{Unknown: why}, nil
	}
	if err != nil {
		return workflows.Answer{}, err
	}
	return workflows.Answer{Branch: found}, nil
}

// stand is what the commits say of a branch, and who owns the repository by now.
func (l *lane) stand(ctx context.Context, ask workflows.BranchAsk) (b workflows.Branch, owner string, err error) {
	owner, name, err := splitRepo(ask.Repo)
	if err != nil {
		return b, "", err
	}
	var about github.Repository
	if err := l.do(ctx, call{method: "GET", route: "repos/{owner}/{repo}", args: []any{owner, name}}, &about); err != nil {
		return b, "", err
	}
	b.Default = about.GetDefaultBranch()
	if now, _, err := splitRepo(about.GetFullName()); err == nil {
		owner = now
	}
	var between github.CommitsComparison
	err = engine.ErrGone
	if ask.Branch != "" {
		// Not by pages: only then the last commit is the newest of all.
		err = l.do(ctx, call{
			method: "GET", route: "repos/{owner}/{repo}/compare/{basehead}", args: []any{owner, name, b.Default + "..." + ask.Branch},
		}, &between)
	}
	switch {
	case err == nil:
		readComparison(between, &b)
		return b, owner, nil
	case !errors.Is(err, engine.ErrGone) || errors.Is(err, errUninstalled):
		return b, owner, err
	}
	unrelated := strings.Contains(err.Error(), "No common ancestor")
	if b.Tip, err = l.head(ctx, ask.Repo, b.Default); isEmptyRepo(err) {
		return b, owner, nil
	}
	if err == nil && unrelated { // a branch with a history of its own
		b.Head, err = l.head(ctx, ask.Repo, ask.Branch)
	}
	return b, owner, err
}

// readComparison takes the newest commit of the branch from the end of the list; a
// branch without commits of its own stands where the two part.
func readComparison(between github.CommitsComparison, b *workflows.Branch) {
	b.Tip, b.Base = between.GetBaseCommit().GetSHA(), between.GetMergeBaseCommit().GetSHA()
	b.Ahead, b.Behind = between.GetAheadBy(), between.GetBehindBy()
	b.Head = b.Base
	if n := len(between.Commits); n > 0 {
		b.Head = between.Commits[n-1].GetSHA()
	}
	for _, f := range between.Files {
		if old := f.GetPreviousFilename(); old != "" {
			b.Files = append(b.Files, old)
		}
		b.Files = append(b.Files, f.GetFilename())
	}
}

// head is the newest commit of a branch. docs: REST API endpoints for Git references,
// "Get a reference".
func (l *lane) head(ctx context.Context, repo, branch string) (string, error) {
	owner, name, err := splitRepo(repo)
	if err != nil {
		return "", err
	}
	var ref github.Reference
	err = l.do(ctx, call{
		method: "GET", route: "repos/{owner}/{repo}/git/ref/{ref...}", args: []any{owner, name, "heads/" + branch},
	}, &ref)
	return ref.GetObject().GetSHA(), err
}

// latestPull is the pull request opened last from a branch of the repository itself, to
// base unless that is empty.
// docs: REST API endpoints for pull requests, "List pull requests".
func (l *lane) latestPull(ctx context.Context, repo, owner, branch, base string) (p workflows.BranchPull, err error) {
	first, name, err := splitRepo(repo)
	if err != nil {
		return p, err
	}
	query := url.Values{"head": {owner + ":" + branch}, "state": {"all"}, "sort": {"created"}, "direction": {"desc"}, "per_page": {"1"}}
	if base != "" {
		query.Set("base", base)
	}
	var found []github.PullRequest
	err = l.do(ctx, call{method: "GET", route: "repos/{owner}/{repo}/pulls", args: []any{first, name}, query: query}, &found)
	if err != nil || len(found) == 0 || found[0].GetHead().GetRef() != branch { // a filter that is not understood lists all
		return p, err
	}
	one := found[0]
	return workflows.BranchPull{
		Number: one.GetNumber(), Open: one.GetState() == "open", Merged: !one.GetMergedAt().IsZero(), Head: one.GetHead().GetSHA(),
	}, nil
}

// isEmptyRepo tells whether a repository has no commits yet. docs: REST API endpoints
// for Git references, "Get a reference" (409); the sentence is GitHub's.
func isEmptyRepo(err error) bool {
	return errors.Is(err, engine.ErrRefused) && strings.Contains(err.Error(), "Repository is empty")
}
