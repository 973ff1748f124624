package githubapp

import (
	"cmp"
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"

	"github.com/google/go-github/v62/github"

	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/workflows"
)

// pull is what a pull request has besides being an issue. docs: REST API
// endpoints for pull requests, "Get a pull request", "List pull requests files".
func (a *App) pull(ctx context.Context, ask workflows.PullAsk) (workflows.Answer, error) {
	what := "what the pull request " + ask.Subject.String() + " changes"
	owner, name, err := splitRepo(ask.Subject.Repo)
	if err != nil {
		return workflows.Answer{Unknown: whyUntold(err, what, "Pull requests: read")}, nil
	}
	route, args := "repos/{owner}/{repo}/pulls/{pull_number}", []any{owner, name, ask.Subject.Number}
	var found github.PullRequest
	var files []github.CommitFile
	var reviews []github.PullRequestReview
	err = a.withLane(ctx, ask.Subject.Repo, func(l *lane) error {
		err := l.do(ctx, call{method: "GET", route: route, args: args}, &found)
		if err == nil {
			files, _, err = listAll[github.CommitFile](ctx, l, call{method: "GET", route: route + "/files", args: args})
		}
		if err == nil {
			reviews, _, err = listAll[github.PullRequestReview](ctx, l, call{method: "GET", route: route + "/reviews", args: args})
		}
		return err
	})
	if why := whyUntold(err, what, "Pull requests: read"); why != "" {
		return workflows.Answer{Unknown: why}, nil
	}
	if err != nil {
		return workflows.Answer{}, err
	}
	return workflows.Answer{Pull: workflows.Pull{
		Head: found.GetHead().GetSHA(), Branch: found.GetHead().GetRef(), HeadRepo: found.GetHead().GetRepo().GetFullName(),
		Base: found.GetBase().GetRef(), Merged: found.GetMerged(), Draft: found.GetDraft(),
		Files: pathsIn(files), Reviews: reviewsIn(reviews),
	}}, nil
}

func pathsIn(files []github.CommitFile) []string {
	var paths []string
	for _, f := range files {
		if f.GetStatus() != "removed" && f.GetFilename() != "" {
			paths = append(paths, f.GetFilename())
		}
	}
	return paths
}

// reviewsIn are the reviews that were submitted; whoever is still writing one
// sees it as pending. docs: REST API endpoints for pull request reviews, "List
// reviews for a pull request", which lists them in chronological order.
func reviewsIn(found []github.PullRequestReview) []workflows.Review {
	var reviews []workflows.Review
	for _, r := range found {
		state := strings.ToLower(r.GetState())
		if state == "pending" {
			continue
		}
		reviews = append(reviews, workflows.Review{
			ID: r.GetID(), Author: readUser(r.User), State: state, Commit: r.GetCommitID(), At: r.GetSubmittedAt().UTC(),
		})
	}
	slices.SortStableFunc(reviews, func(x, y workflows.Review) int { return cmp.Or(x.At.Compare(y.At), cmp.Compare(x.ID, y.ID)) })
	return slices.CompactFunc(reviews, func(x, y workflows.Review) bool { return x.ID == y.ID })
}

// PullsFrom implements engine.PullReader. docs: REST API endpoints for pull
// requests, "List pull requests".
func (a *App) PullsFrom(ctx context.Context, repo, branch string) ([]engine.OwnIssue, error) {
	owner, name, err := splitRepo(repo)
	if err != nil {
		return nil, err
	}
	self, err := a.Identity(ctx)
	if err != nil {
		return nil, err
	}
	var found []github.PullRequest
	err = a.withLane(ctx, repo, func(l *lane) (err error) {
		found, _, err = listAll[github.PullRequest](ctx, l, call{
			method: "GET", route: "repos/{owner}/{repo}/pulls", args: []any{owner, name},
			query: url.Values{"head": {owner + ":" + branch}, "state": {"all"}, "sort": {"created"}, "direction": {"asc"}},
		})
		return err
	})
	var pulls []engine.OwnIssue
	for _, p := range found {
		if p.GetHead().GetRef() == branch && p.GetNumber() > 0 { // a filter that is not understood lists all
			pulls = append(pulls, readPull(p, self))
		}
	}
	return pulls, err
}

func readPull(p github.PullRequest, self Identity) engine.OwnIssue {
	return engine.OwnIssue{Number: p.GetNumber(), Issue: workflows.Issue{
		ID: p.GetID(), Pull: true, Title: p.GetTitle(), Body: p.GetBody(), Author: readUser(p.User),
		Ours: self.is(p.GetUser().GetType(), p.GetUser().GetLogin()), Open: p.GetState() == "open",
		CreatedAt: p.GetCreatedAt().UTC(), UpdatedAt: p.GetUpdatedAt().UTC(), URL: p.GetHTMLURL(),
	}}
}

// Ground implements engine.PullReader.
func (a *App) Ground(ctx context.Context, repo, branch, path string) (g engine.Ground, err error) {
	self, err := a.Identity(ctx)
	if err != nil {
		return g, err
	}
	err = a.withLane(ctx, repo, func(l *lane) error {
		if g, err = l.trunk(ctx, repo); err != nil {
			return err
		}
		if g.Taken, err = l.hasPath(ctx, repo, path); err != nil {
			return err
		}
		return l.compare(ctx, repo, branch, self, &g)
	})
	return g, absent(err)
}

// trunk is the default branch and where it stands. docs: REST API endpoints for
// Git references, "Get a reference".
func (l *lane) trunk(ctx context.Context, repo string) (g engine.Ground, err error) {
	owner, name, err := splitRepo(repo)
	if err != nil {
		return g, err
	}
	var about github.Repository
	if err := l.do(ctx, call{method: "GET", route: "repos/{owner}/{repo}", args: []any{owner, name}}, &about); err != nil {
		return g, err
	}
	var ref github.Reference
	err = l.do(ctx, call{
		method: "GET", route: "repos/{owner}/{repo}/git/ref/{ref...}", args: []any{owner, name, "heads/" + about.GetDefaultBranch()},
	}, &ref)
	return engine.Ground{Base: about.GetDefaultBranch(), Tip: ref.GetObject().GetSHA()}, err
}

// hasPath tells whether the default branch has something under a path. docs: REST
// API endpoints for repository contents, "Get repository content".
func (l *lane) hasPath(ctx context.Context, repo, path string) (bool, error) {
	owner, name, err := splitRepo(repo)
	if err != nil {
		return false, err
	}
	err = l.do(ctx, call{method: "GET", route: "repos/{owner}/{repo}/contents/{path...}", args: []any{owner, name, path}}, nil)
	if errors.Is(err, engine.ErrGone) && !errors.Is(err, errUninstalled) {
		return false, nil
	}
	return err == nil, err
}

// compare tells what a branch has that the default one lacks. The first page shows
// the oldest commits, among which ours would be. docs: REST API endpoints for
// commits, "Compare two commits".
func (l *lane) compare(ctx context.Context, repo, branch string, self Identity, g *engine.Ground) error {
	owner, name, err := splitRepo(repo)
	if err != nil {
		return err
	}
	var between github.CommitsComparison
	err = l.do(ctx, call{
		method: "GET", route: "repos/{owner}/{repo}/compare/{basehead}", args: []any{owner, name, g.Base + "..." + branch},
	}, &between)
	if errors.Is(err, engine.ErrGone) && !errors.Is(err, errUninstalled) {
		return nil
	}
	g.Branch, g.Ahead = err == nil, between.GetAheadBy()
	for _, c := range between.Commits {
		g.Ours = g.Ours || self.is(c.GetAuthor().GetType(), c.GetAuthor().GetLogin())
	}
	return err
}
