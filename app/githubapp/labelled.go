package githubapp

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/google/go-github/v62/github"

	"github.com/kintsugi-app/kintsugi/workflows"
)

// labelled lists the issues and pull requests with a label, by number: a request for
// every hundred. The oldest come first, so that what is opened meanwhile moves no page.
// docs: REST API endpoints for issues, "List repository issues".
func (a *App) labelled(ctx context.Context, ask workflows.LabelledAsk) (workflows.Answer, error) {
	what := "the issues of " + ask.Repo
	owner, name, err := splitRepo(ask.Repo)
	if err != nil {
		return workflows.Answer{Unknown: whyUntold(err, what, "Issues: read")}, nil
	}
	if ask.Label == "" || strings.Contains(ask.Label, ",") { // all issues, and those with several labels
		return workflows.Answer{Unknown: what + ": GitHub lists by no such label"}, nil
	}
	self, err := a.Identity(ctx)
	if err != nil {
		return workflows.Answer{}, err
	}
	query := url.Values{"labels": {ask.Label}, "state": {"all"}, "sort": {"created"}, "direction": {"asc"}}
	if ask.Open {
		query.Set("state", "open")
	}
	if ask.Since != "" {
		query.Set("since", ask.Since+"T00:00:00Z")
	}
	var found []github.Issue
	err = a.withLane(ctx, ask.Repo, func(l *lane) (err error) {
		found, _, err = listAll[github.Issue](ctx, l, call{
			method: "GET", route: "repos/{owner}/{repo}/issues", args: []any{owner, name},
			query: query,
		})
		return err
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
		has := slices.ContainsFunc(issue.Labels, func(l string) bool { return strings.EqualFold(l, ask.Label) })
		if !has || i.GetNumber() <= 0 { // a filter that is not understood lists all
			continue
		}
		one := workflows.OwnIssue{Subject: workflows.Subject{Repo: cmp.Or(standsIn(i), ask.Repo), Number: i.GetNumber()}, Issue: issue}
		one.Key, one.For, _ = issue.MadeFor()
		own = append(own, one)
	}
	slices.SortStableFunc(own, func(x, y workflows.OwnIssue) int { return x.Subject.Number - y.Subject.Number })
	return workflows.Answer{Own: slices.CompactFunc(own, func(x, y workflows.OwnIssue) bool { return x.Subject == y.Subject })}, nil
}
