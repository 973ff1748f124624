package githubapp

import (
	"context"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/google/go-github/v62/github"

	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/workflows"
)

// maxBody is how many characters GitHub takes for a comment.
const maxBody = 65_536

var errReadOnly = errors.New("this host only reads: writing takes the App's id and private key")

// change makes a call that writes to a repository. The route begins after the
// repository, whose two names it fills in.
func (a *App) change(ctx context.Context, method, repo, route string, args []any, body, out any) error {
	if a.token != nil {
		return errReadOnly
	}
	owner, name, err := splitRepo(repo)
	if err != nil {
		return err
	}
	_, err = a.do(ctx, repo, call{
		method: method, route: "repos/{owner}/{repo}/" + route, args: append([]any{owner, name}, args...), body: body,
	}, out)
	return absent(err)
}

// Assign implements engine.Writer. docs: REST API endpoints for issue
// assignees, "Add assignees to an issue": up to ten, and whoever cannot be
// assigned is left out without a word, so that the answer says who is.
func (a *App) Assign(ctx context.Context, s workflows.Subject, logins []string) ([]string, error) {
	var changed github.Issue
	err := a.change(ctx, "POST", s.Repo, "issues/{issue_number}/assignees", []any{s.Number},
		map[string][]string{"assignees": logins}, &changed)
	if err != nil {
		return nil, err
	}
	if changed.GetID() == 0 {
		return nil, fmt.Errorf("%w: GitHub did not say who is assigned to %s", engine.ErrUncertain, s)
	}
	assigned := make([]string, 0, len(changed.Assignees))
	for _, u := range changed.Assignees {
		assigned = append(assigned, u.GetLogin())
	}
	return assigned, nil
}

// AddLabel implements engine.Writer. The label is made first where the
// repository lacks it, in its own colour; GitHub would else make it in grey.
// Not being able to make it is no reason not to add it. docs: REST API
// endpoints for labels, "Add labels to an issue".
func (a *App) AddLabel(ctx context.Context, s workflows.Subject, label workflows.Label) error {
	ctx, cancel := context.WithTimeout(ctx, a.timeout)
	defer cancel()
	if err := a.ensureLabel(ctx, s.Repo, label); err != nil {
		return err
	}
	return a.change(ctx, "POST", s.Repo, "issues/{issue_number}/labels", []any{s.Number},
		map[string][]string{"labels": {label.Name}}, nil)
}

// ensureLabel makes a label that the repository lacks. What it returns as an
// error means that nothing was sent, or nothing should be.
func (a *App) ensureLabel(ctx context.Context, repo string, label workflows.Label) error {
	key := repo + "/" + label.Name
	if _, known := a.labels.get(key); known {
		return nil
	}
	owner, name, err := splitRepo(repo)
	if err != nil {
		return err
	}
	_, err = a.do(ctx, repo, call{
		method: "GET", route: "repos/{owner}/{repo}/labels/{name}", args: []any{owner, name, label.Name},
	}, nil)
	if err = absent(err); errors.Is(err, engine.ErrGone) {
		err = a.change(ctx, "POST", repo, "labels", nil,
			&github.Label{Name: &label.Name, Color: &label.Color, Description: &label.Description}, nil)
		if alreadyExists(err) {
			err = nil
		}
		if errors.Is(err, engine.ErrRefused) || errors.Is(err, engine.ErrUncertain) || errors.Is(err, engine.ErrGone) {
			// Putting it on makes it in grey, or is refused and told of there.
			a.log.Debug("the label could not be made", "repository", repo, "label", label.Name, "error", err)
			return nil
		}
	}
	if err == nil {
		a.labels.put(key, true)
	}
	return err
}

// RemoveLabel implements engine.Writer. A label that is not there is removed.
// docs: REST API endpoints for labels, "Remove a label from an issue".
func (a *App) RemoveLabel(ctx context.Context, s workflows.Subject, name string) error {
	err := a.change(ctx, "DELETE", s.Repo, "issues/{issue_number}/labels/{name}", []any{s.Number, name}, nil, nil)
	if errors.Is(err, engine.ErrGone) {
		return nil
	}
	return err
}

// SetState implements engine.Writer. The reason is completed, not_planned or
// duplicate for closing, and left to GitHub ("reopened") for opening.
// docs: REST API endpoints for issues, "Update an issue".
func (a *App) SetState(ctx context.Context, s workflows.Subject, open bool, reason string) error {
	state := "closed"
	if open {
		state, reason = "open", "reopened"
	}
	change := github.IssueRequest{State: &state}
	if reason != "" {
		change.StateReason = &reason
	}
	return a.change(ctx, "PATCH", s.Repo, "issues/{issue_number}", []any{s.Number}, &change, nil)
}

// AddSubIssue implements engine.Writer. GitHub takes the id of the child, not its
// number, and refuses more than 100 of one parent, or a child of another owner.
// docs: REST API endpoints for sub-issues, "Add sub-issue".
func (a *App) AddSubIssue(ctx context.Context, parent workflows.Subject, child int64) error {
	return a.change(ctx, "POST", parent.Repo, "issues/{issue_number}/sub_issues", []any{parent.Number},
		map[string]int64{"sub_issue_id": child}, nil)
}

// CreateComment implements engine.Writer. docs: REST API endpoints for issue
// comments, "Create an issue comment".
func (a *App) CreateComment(ctx context.Context, s workflows.Subject, body string) (workflows.Comment, error) {
	return a.writeComment(ctx, "POST", s.Repo, "issues/{issue_number}/comments", s.Number, body)
}

// EditComment implements engine.Writer. docs: REST API endpoints for issue
// comments, "Update an issue comment".
func (a *App) EditComment(ctx context.Context, repo string, id int64, body string) (workflows.Comment, error) {
	return a.writeComment(ctx, "PATCH", repo, "issues/comments/{comment_id}", id, body)
}

func (a *App) writeComment(ctx context.Context, method, repo, route string, arg any, body string) (workflows.Comment, error) {
	if n := utf8.RuneCountInString(body); n > maxBody {
		return workflows.Comment{}, fmt.Errorf("the comment has %d characters, and GitHub takes %d: not sent", n, maxBody)
	}
	self, err := a.Identity(ctx)
	if err != nil {
		return workflows.Comment{}, err
	}
	var made github.IssueComment
	err = a.change(ctx, method, repo, route, []any{arg}, &github.IssueComment{Body: &body}, &made)
	if err != nil {
		return workflows.Comment{}, err
	}
	if made.GetID() == 0 {
		return workflows.Comment{}, fmt.Errorf("%w: GitHub took the comment and did not describe it", engine.ErrUncertain)
	}
	return readComment(made, self), nil
}

// DeleteComment implements engine.Writer. docs: REST API endpoints for issue
// comments, "Delete an issue comment".
func (a *App) DeleteComment(ctx context.Context, repo string, id int64) error {
	return a.change(ctx, "DELETE", repo, "issues/comments/{comment_id}", []any{id}, nil, nil)
}

// React implements engine.Writer. docs: REST API endpoints for reactions,
// "Create reaction for an issue comment".
func (a *App) React(ctx context.Context, repo string, comment int64, content string) error {
	return a.change(ctx, "POST", repo, "issues/comments/{comment_id}/reactions", []any{comment},
		map[string]string{"content": content}, nil)
}
