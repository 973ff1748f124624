package githubapp

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows"
)

// moment is something in an issue's timeline, as far as it refers to another
// issue. Only "cross-referenced" names its source; "connected", for what was
// linked by hand, has nothing beyond who did it and when. docs: Issue event
// types, "cross-referenced" and "connected".
type moment struct {
	Event     string    `json:"event"`
	CreatedAt time.Time `json:"created_at"`
	Source    struct {
		Issue source `json:"issue"`
	} `json:"source"`
}

// source is an issue or a pull request that refers to another one.
type source struct {
	RepositoryURL string `json:"repository_url"`
	Number        int    `json:"number"`
	Title         string `json:"title"`
	HTMLURL       string `json:"html_url"`
	PullRequest   *struct {
		MergedAt *time.Time `json:"merged_at"`
	} `json:"pull_request"`
}

// unread are kinds of moments that are many and say nothing about links;
// without them a comment does not change the answer, which then costs nothing.
// Servers that do not know the parameter send them, and they are passed over.
const unread = "commented,mentioned,subscribed"

// links are the issues and pull requests that refer to an issue, each once. In
// private repositories pull requests are among them only with the permission
// "Pull requests: read". docs: REST API endpoints for timeline events, "List
// timeline events for an issue"; Permissions required for GitHub Apps (as of
// Enterprise Server 2.22, later ones are silent), "Permission on issues".
func (a *App) links(ctx context.Context, ask workflows.LinksAsk) (workflows.Answer, error) {
	what := "what refers to " + ask.Subject.String()
	owner, name, err := splitRepo(ask.Subject.Repo)
	if err != nil {
		return workflows.Answer{Unknown: whyUntold(err, what, "Issues: read")}, nil
	}
	var moments []moment
	err = a.withLane(ctx, ask.Subject.Repo, func(l *lane) (err error) {
		moments, _, err = listAll[moment](ctx, l, call{
			method: "GET", route: "repos/{owner}/{repo}/issues/{issue_number}/timeline",
			args: []any{owner, name, ask.Subject.Number}, query: url.Values{"exclude": {unread}},
		})
		return err
	})
	if why := whyUntold(err, what, "Issues: read"); why != "" {
		return workflows.Answer{Unknown: why}, nil
	}
	if err != nil {
		return workflows.Answer{}, err
	}
	return workflows.Answer{Links: linksIn(moments, ask.Subject)}, nil
}

// linksIn are the sources of a timeline, by when each first referred to s.
func linksIn(moments []moment, s workflows.Subject) []workflows.Link {
	slices.SortStableFunc(moments, func(x, y moment) int { return x.CreatedAt.Compare(y.CreatedAt) })
	seen := map[string]bool{strings.ToLower(s.String()): true}
	var links []workflows.Link
	for _, m := range moments {
		from := m.Source.Issue
		link := workflows.Link{
			Subject: workflows.Subject{Repo: repoIn(from.RepositoryURL), Number: from.Number},
			Title:   from.Title, URL: from.HTMLURL, At: m.CreatedAt.UTC(),
			Pull: from.PullRequest != nil, Merged: from.PullRequest != nil && from.PullRequest.MergedAt != nil,
		}
		key := strings.ToLower(link.Subject.String())
		if m.Event != "cross-referenced" || link.Subject.Repo == "" || from.Number <= 0 || seen[key] {
			continue
		}
		seen[key] = true
		links = append(links, link)
	}
	return links
}
