package githubapp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/google/go-github/v62/github"

	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/workflows"
)

// OwnIssues implements engine.Reader. GitHub's own filter, creator, is not used:
// on Enterprise Cloud it was seen to find nothing that an App opened. What was
// opened before since ends the list, because the newest come first. docs: REST API
// endpoints for issues, "List repository issues".
func (a *App) OwnIssues(ctx context.Context, repo string, since time.Time) ([]engine.OwnIssue, error) {
	owner, name, err := splitRepo(repo)
	if err != nil {
		return nil, err
	}
	self, err := a.Identity(ctx)
	if err != nil {
		return nil, err
	}
	var own []engine.OwnIssue
	err = a.withLane(ctx, repo, func(l *lane) error {
		_, err := l.pages(ctx, call{
			method: "GET", route: "repos/{owner}/{repo}/issues", args: []any{owner, name},
			query: url.Values{"state": {"all"}, "sort": {"created"}, "direction": {"desc"}},
		}, func(page json.RawMessage) (more bool, err error) {
			var issues []struct {
				github.Issue
				// ParentIssueURL is not known to go-github v62.
				ParentIssueURL string `json:"parent_issue_url"`
			}
			if err := json.Unmarshal(page, &issues); err != nil {
				return false, err
			}
			for _, i := range issues {
				if i.GetCreatedAt().Before(since) {
					return false, nil
				}
				if found := readIssue(i.Issue, self); found.Ours && !i.IsPullRequest() && i.GetNumber() > 0 {
					own = append(own, engine.OwnIssue{Number: i.GetNumber(), Issue: found, Child: i.ParentIssueURL != ""})
				}
			}
			return true, nil
		})
		return err
	})
	// What is opened meanwhile moves the others to the next page.
	slices.SortFunc(own, func(x, y engine.OwnIssue) int { return x.Number - y.Number })
	return slices.CompactFunc(own, func(x, y engine.OwnIssue) bool { return x.Number == y.Number }), err
}

// SubIssues implements engine.Reader. docs: REST API endpoints for sub-issues,
// "List sub-issues".
func (a *App) SubIssues(ctx context.Context, s workflows.Subject) ([]int64, error) {
	owner, name, err := splitRepo(s.Repo)
	if err != nil {
		return nil, err
	}
	ids := []int64{}
	err = a.withLane(ctx, s.Repo, func(l *lane) error {
		_, err := l.pages(ctx, call{method: "GET", route: "repos/{owner}/{repo}/issues/{issue_number}/sub_issues", args: []any{owner, name, s.Number}},
			func(page json.RawMessage) (more bool, err error) {
				var issues []github.Issue
				if err := json.Unmarshal(page, &issues); err != nil {
					return false, err
				}
				for _, i := range issues {
					ids = append(ids, i.GetID())
				}
				return true, nil
			})
		return err
	})
	return ids, absent(err)
}

// mostAssignees is how many people GitHub assigns. docs: Assigning issues and
// pull requests to other GitHub users.
const mostAssignees = 10

// OpenIssue implements engine.Writer. GitHub refuses the whole issue for one
// assignee whom it cannot assign (422, "assignees invalid"), so each is then asked
// about. docs: REST API endpoints for issues, "Create an issue".
func (a *App) OpenIssue(ctx context.Context, repo string, i workflows.IssueIntent) (engine.OwnIssue, error) {
	ctx, cancel := context.WithTimeout(ctx, a.timeout)
	defer cancel()
	self, err := a.Identity(ctx)
	if err != nil {
		return engine.OwnIssue{}, err
	}
	labels := make([]string, 0, len(i.Labels))
	for _, l := range i.Labels {
		if err := a.ensureLabel(ctx, repo, l); err != nil {
			return engine.OwnIssue{}, err
		}
		labels = append(labels, l.Name)
	}
	assignees := i.Assignees[:min(len(i.Assignees), mostAssignees)]
	var made github.Issue
	open := func() error {
		return a.change(ctx, "POST", repo, "issues", nil,
			map[string]any{"title": i.Title, "body": i.Body, "labels": labels, "assignees": append([]string{}, assignees...)}, &made)
	}
	err = open()
	if errors.Is(err, engine.ErrRefused) && len(assignees) > 0 && strings.Contains(err.Error(), "assignees") {
		if assignees, err = a.assignable(ctx, repo, assignees); err == nil {
			err = open()
		}
	}
	if err != nil {
		return engine.OwnIssue{}, err
	}
	if made.GetID() == 0 || made.GetNumber() == 0 {
		return engine.OwnIssue{}, fmt.Errorf("%w: GitHub took the issue and did not describe it", engine.ErrUncertain)
	}
	return engine.OwnIssue{Number: made.GetNumber(), Issue: readIssue(made, self)}, nil
}

// assignable are those of logins whom GitHub would assign. docs: REST API
// endpoints for issue assignees, "Check if a user can be assigned".
func (a *App) assignable(ctx context.Context, repo string, logins []string) ([]string, error) {
	owner, name, err := splitRepo(repo)
	if err != nil {
		return nil, err
	}
	var can []string
	for _, login := range logins {
		if login == "" {
			continue
		}
		_, err := a.do(ctx, repo, call{
			method: "GET", route: "repos/{owner}/{repo}/assignees/{assignee}", args: []any{owner, name, login},
		}, nil)
		switch err = absent(err); {
		case err == nil:
			can = append(can, login)
		case !errors.Is(err, engine.ErrGone):
			return nil, err
		}
	}
	return can, nil
}
