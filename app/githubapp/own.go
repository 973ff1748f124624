package githubapp

import (
	"cmp"
	"context"
	"net/url"
	"slices"

	"github.com/google/go-github/v62/github"

	"github.com/kintsugi-app/kintsugi/workflows"
)

// ownIssues lists the issues with a label that this App opened for a subject, each
// once. docs: REST API endpoints for issues, "List repository issues".
func (a *App) ownIssues(ctx context.Context, ask workflows.OwnIssuesAsk) (workflows.Answer, error) {
	what := "the issues of " + ask.Repo
	owner, name, err := splitRepo(ask.Repo)
	if err != nil {
		return workflows.Answer{Unknown: whyUntold(err, what, "Issues: read")}, nil
	}
	self, err := a.Identity(ctx)
	if err != nil {
		return workflows.Answer{}, err
	}
	var found []github.Issue
	err = a.withLane(ctx, ask.Repo, func(l *lane) error {
		found = nil
		for _, query := range []url.Values{
			{"labels": {ask.Label}, "state": {"open"}},
			{"labels": {ask.Label}, "state": {"all"}, "since": {ask.Since + "T00:00:00Z"}, "sort": {"updated"}, "direction": {"desc"}},
		} {
			some, _, err := listAll[github.Issue](ctx, l, call{
				method: "GET", route: "repos/{owner}/{repo}/issues", args: []any{owner, name}, query: query,
			})
			if err != nil {
				return err
			}
			found = append(found, some...)
		}
		return nil
	})
	if why := whyUntold(err, what, "Issues: read"); why != "" {
		return workflows.Answer{Unknown: why}, nil
	}
	if err != nil {
		return workflows.Answer{}, err
	}
	var own []workflows.OwnIssue
	for _, i := range found {
		issue := readIssue(i, self)
		if key, of, ok := issue.MadeFor(); ok && !issue.Pull && i.GetNumber() > 0 {
			at := workflows.Subject{Repo: cmp.Or(standsIn(i), ask.Repo), Number: i.GetNumber()}
			own = append(own, workflows.OwnIssue{Subject: at, Issue: issue, Key: key, For: of})
		}
	}
	// What changes between the two lists is in both; the later one has it as it is now.
	slices.SortStableFunc(own, func(x, y workflows.OwnIssue) int { return x.Subject.Number - y.Subject.Number })
	slices.Reverse(own)
	own = slices.CompactFunc(own, func(x, y workflows.OwnIssue) bool { return x.Subject.Number == y.Subject.Number })
	slices.Reverse(own)
	return workflows.Answer{Own: own}, nil
}
