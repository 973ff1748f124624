package githubapp

import (
	"cmp"
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

// Issue implements engine.Reader. Where the issue was transferred, or its
// repository renamed, GitHub redirects to what is a subject of its own, here
// *engine.Moved; if the App may not see that it is not found. docs: REST API
// endpoints for issues, "Get an issue".
func (a *App) Issue(ctx context.Context, s workflows.Subject) (workflows.Issue, error) {
	owner, name, err := splitRepo(s.Repo)
	if err != nil {
		return workflows.Issue{}, err
	}
	var found github.Issue
	got, err := a.do(ctx, s.Repo, call{
		method: "GET", route: "repos/{owner}/{repo}/issues/{issue_number}", args: []any{owner, name, s.Number},
	}, &found)
	switch {
	case errors.Is(err, engine.ErrGone):
		a.forgetRepo(s.Repo)
		return workflows.Issue{}, err
	case err != nil:
		return workflows.Issue{}, err
	case found.GetID() == 0:
		return workflows.Issue{}, fmt.Errorf("GitHub did not describe %s", s)
	}
	to := workflows.Subject{Repo: standsIn(found), Number: found.GetNumber()}
	switch {
	case to.Repo == "" && got.redirected:
		return workflows.Issue{}, fmt.Errorf("%w: GitHub redirects %s to an issue without a repository", engine.ErrGone, s)
	case to.Repo != "" && (!strings.EqualFold(to.Repo, s.Repo) || to.Number != s.Number):
		return workflows.Issue{}, &engine.Moved{To: to.String()}
	}
	var self Identity
	if found.GetUser().GetType() == "Bot" {
		if self, err = a.Identity(ctx); err != nil {
			return workflows.Issue{}, err
		}
	}
	return readIssue(found, self), nil
}

// standsIn is the repository of an issue, as its own address has it, or "".
func standsIn(i github.Issue) string { return repoIn(i.GetRepositoryURL()) }

// repoIn is the repository that an address of the API names, or "".
func repoIn(address string) string {
	_, name, _ := strings.Cut(address, "/repos/")
	if _, _, err := splitRepo(name); err != nil {
		return ""
	}
	return name
}

func readIssue(i github.Issue, self Identity) workflows.Issue {
	issue := workflows.Issue{
		ID:        i.GetID(),
		Pull:      i.IsPullRequest(),
		Title:     i.GetTitle(),
		Body:      i.GetBody(),
		Author:    readUser(i.User),
		Ours:      self.is(i.GetUser().GetType(), i.GetUser().GetLogin()),
		Open:      i.GetState() == "open",
		CreatedAt: i.GetCreatedAt().UTC(),
		UpdatedAt: i.GetUpdatedAt().UTC(),
		URL:       i.GetHTMLURL(),
		Commented: i.GetComments(),
	}
	if !issue.Open {
		issue.Reason, issue.ClosedAt = i.GetStateReason(), i.GetClosedAt().UTC()
	}
	for _, l := range i.Labels {
		issue.Labels = append(issue.Labels, l.GetName())
	}
	for _, u := range i.Assignees {
		issue.Assignees = append(issue.Assignees, u.GetLogin())
	}
	return issue
}

// readUser is an account as the rules know it. Where an account was deleted,
// GitHub shows the user ghost, and the API at times nobody.
func readUser(u *github.User) workflows.User {
	if u.GetLogin() == "" {
		return workflows.User{Login: "ghost"}
	}
	return workflows.User{ID: u.GetID(), Login: u.GetLogin(), Bot: u.GetType() == "Bot"}
}

// Comments implements engine.Reader. GitHub counts since in whole seconds, and
// by the time of the last edit. docs: REST API endpoints for issue comments,
// "List issue comments".
func (a *App) Comments(ctx context.Context, s workflows.Subject, since time.Time) ([]workflows.Comment, error) {
	owner, name, err := splitRepo(s.Repo)
	if err != nil {
		return nil, err
	}
	self, err := a.Identity(ctx)
	if err != nil {
		return nil, err
	}
	query := url.Values{}
	if !since.IsZero() {
		query.Set("since", stamp(since))
	}
	var found []github.IssueComment
	err = a.withLane(ctx, s.Repo, func(l *lane) (err error) {
		found, _, err = listAll[github.IssueComment](ctx, l, call{
			method: "GET", route: "repos/{owner}/{repo}/issues/{issue_number}/comments",
			args: []any{owner, name, s.Number}, query: query,
		})
		return err
	})
	if err != nil {
		return nil, err
	}
	comments := make([]workflows.Comment, 0, len(found))
	for _, c := range found {
		comments = append(comments, readComment(c, self))
	}
	// A comment that is deleted or written meanwhile moves the pages' borders.
	slices.SortFunc(comments, func(x, y workflows.Comment) int { return cmp.Compare(x.ID, y.ID) })
	return slices.CompactFunc(comments, func(x, y workflows.Comment) bool { return x.ID == y.ID }), nil
}

// Comment implements engine.Reader. docs: REST API endpoints for issue
// comments, "Get an issue comment".
func (a *App) Comment(ctx context.Context, repo string, id int64) (workflows.Comment, error) {
	owner, name, err := splitRepo(repo)
	if err != nil {
		return workflows.Comment{}, err
	}
	self, err := a.Identity(ctx)
	if err != nil {
		return workflows.Comment{}, err
	}
	var found github.IssueComment
	_, err = a.do(ctx, repo, call{
		method: "GET", route: "repos/{owner}/{repo}/issues/comments/{comment_id}", args: []any{owner, name, id},
	}, &found)
	if err != nil {
		return workflows.Comment{}, absent(err)
	}
	if found.GetID() == 0 {
		return workflows.Comment{}, fmt.Errorf("GitHub did not describe comment %d of %s", id, repo)
	}
	return readComment(found, self), nil
}

func readComment(c github.IssueComment, self Identity) workflows.Comment {
	return workflows.Comment{
		ID:        c.GetID(),
		Author:    readUser(c.User),
		Body:      c.GetBody(),
		CreatedAt: c.GetCreatedAt().UTC(),
		UpdatedAt: c.GetUpdatedAt().UTC(),
		Ours:      self.is(c.GetUser().GetType(), c.GetUser().GetLogin()),
		ThumbsUp:  c.GetReactions().GetPlusOne(),
	}
}

// event is an issue event; go-github leaves out its state_reason.
type event struct {
	ID          int64         `json:"id"`
	Event       string        `json:"event"`
	Actor       *github.User  `json:"actor"`
	Label       *github.Label `json:"label"`
	StateReason string        `json:"state_reason"`
	Rename      struct {
		From string `json:"from"`
	} `json:"rename"`
	CreatedAt github.Timestamp `json:"created_at"`
}

// Events implements engine.Reader. Why an event closed the issue is filled in
// only where the event itself says so, which GitHub does not document; else
// it is for the caller to fill in, from the issue and for the last one.
// docs: REST API endpoints for issue events, "List issue events".
func (a *App) Events(ctx context.Context, s workflows.Subject) ([]workflows.Event, error) {
	owner, name, err := splitRepo(s.Repo)
	if err != nil {
		return nil, err
	}
	self, err := a.Identity(ctx)
	if err != nil {
		return nil, err
	}
	var found []event
	err = a.withLane(ctx, s.Repo, func(l *lane) (err error) {
		found, _, err = listAll[event](ctx, l, call{
			method: "GET", route: "repos/{owner}/{repo}/issues/{issue_number}/events", args: []any{owner, name, s.Number},
		})
		return err
	})
	if err != nil {
		return nil, err
	}
	events := make([]workflows.Event, 0, len(found))
	for _, e := range found {
		next := workflows.Event{
			ID:    e.ID,
			Kind:  e.Event,
			Actor: readUser(e.Actor),
			Label: e.Label.GetName(),
			From:  e.Rename.From,
			At:    e.CreatedAt.UTC(),
			Ours:  self.is(e.Actor.GetType(), e.Actor.GetLogin()),
		}
		if e.Event == workflows.EventClosed {
			next.Reason = e.StateReason
		}
		events = append(events, next)
	}
	return events, nil
}

// OurReaction implements engine.Reader. It reads no further than it must.
// docs: REST API endpoints for reactions, "List reactions for an issue
// comment".
func (a *App) OurReaction(ctx context.Context, repo string, comment int64) (string, error) {
	owner, name, err := splitRepo(repo)
	if err != nil {
		return "", err
	}
	self, err := a.Identity(ctx)
	if err != nil {
		return "", err
	}
	content := ""
	err = a.withLane(ctx, repo, func(l *lane) error {
		_, err := l.pages(ctx, call{
			method: "GET", route: "repos/{owner}/{repo}/issues/comments/{comment_id}/reactions", args: []any{owner, name, comment},
		}, func(page json.RawMessage) (bool, error) {
			var reactions []github.Reaction
			if err := json.Unmarshal(page, &reactions); err != nil {
				return false, err
			}
			for _, r := range reactions {
				if self.is(r.GetUser().GetType(), r.GetUser().GetLogin()) {
					content = r.GetContent()
					return false, nil
				}
			}
			return true, nil
		})
		return err
	})
	return content, err
}
