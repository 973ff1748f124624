package githubapp

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"github.com/google/go-github/v62/github"

	"github.com/kintsugi-app/kintsugi/app/engine"
)

// LatestCheck implements engine.PullReader. docs: REST API endpoints for check
// runs, "List check runs for a Git reference".
func (a *App) LatestCheck(ctx context.Context, repo, commit, name string) (engine.CheckRun, error) {
	owner, short, err := splitRepo(repo)
	if err != nil {
		return engine.CheckRun{}, err
	}
	query := url.Values{"check_name": {name}, "filter": {"latest"}}
	if a.token == nil {
		query.Set("app_id", strconv.FormatInt(a.id, 10))
	}
	var latest *github.CheckRun
	err = a.withLane(ctx, repo, func(l *lane) error {
		_, err := l.pages(ctx, call{
			method: "GET", route: "repos/{owner}/{repo}/commits/{ref}/check-runs", args: []any{owner, short, commit}, query: query,
		}, func(page json.RawMessage) (bool, error) {
			var some github.ListCheckRunsResults
			if err := json.Unmarshal(page, &some); err != nil {
				return false, err
			}
			for _, r := range some.CheckRuns {
				if (a.token != nil || r.GetApp().GetID() == a.id) && r.GetName() == name && r.GetID() > latest.GetID() {
					latest = r
				}
			}
			return true, nil
		})
		return err
	})
	return engine.CheckRun{
		ID: latest.GetID(), Name: latest.GetName(), Commit: latest.GetHeadSHA(), ExternalID: latest.GetExternalID(),
		Conclusion: latest.GetConclusion(), Title: latest.GetOutput().GetTitle(), Summary: latest.GetOutput().GetSummary(),
		Annotated: latest.GetOutput().GetAnnotationsCount(),
	}, absent(err)
}

// Rerequested implements engine.PullReader. A check run that is to be run again
// stays as it is; the suite that it belongs to is not completed any more. docs:
// REST API endpoints for check runs, "Rerequest a check run"; for check suites,
// "List check suites for a Git reference".
func (a *App) Rerequested(ctx context.Context, repo, commit, name string) (bool, error) {
	owner, short, err := splitRepo(repo)
	if err != nil {
		return false, err
	}
	query := url.Values{"check_name": {name}}
	if a.token == nil {
		query.Set("app_id", strconv.FormatInt(a.id, 10))
	}
	var found github.ListCheckSuiteResults
	_, err = a.do(ctx, repo, call{
		method: "GET", route: "repos/{owner}/{repo}/commits/{ref}/check-suites", args: []any{owner, short, commit}, query: query,
	}, &found)
	for _, s := range found.CheckSuites {
		if s.GetStatus() != "completed" && (a.token != nil || s.GetApp().GetID() == a.id) {
			return true, nil
		}
	}
	return false, absent(err)
}

// CreateCheck implements engine.PullWriter. docs: REST API endpoints for check
// runs, "Create a check run".
func (a *App) CreateCheck(ctx context.Context, repo string, c engine.CheckRun) (int64, error) {
	var made github.CheckRun
	err := a.change(ctx, "POST", repo, "check-runs", nil, &github.CreateCheckRunOptions{
		Name: c.Name, HeadSHA: c.Commit, ExternalID: &c.ExternalID,
		Status: new("completed"), Conclusion: &c.Conclusion, Output: outputOf(c),
	}, &made)
	if err == nil && made.GetID() == 0 {
		err = fmt.Errorf("%w: GitHub took the check run and did not describe it", engine.ErrUncertain)
	}
	return made.GetID(), err
}

// UpdateCheck implements engine.PullWriter. GitHub does not say whether a check run that is
// completed again gets a new time by itself, and which note is the newest goes by that.
// docs: REST API endpoints for check runs, "Update a check run".
func (a *App) UpdateCheck(ctx context.Context, repo string, id int64, c engine.CheckRun) error {
	return a.change(ctx, "PATCH", repo, "check-runs/{check_run_id}", []any{id}, &github.UpdateCheckRunOptions{
		Name: c.Name, Status: new("completed"), Conclusion: &c.Conclusion, Output: outputOf(c),
		CompletedAt: &github.Timestamp{Time: a.clock.Now().UTC().Truncate(time.Second)},
	}, nil)
}

func outputOf(c engine.CheckRun) *github.CheckRunOutput {
	out := &github.CheckRunOutput{Title: &c.Title, Summary: &c.Summary}
	for _, n := range c.Annotations {
		line := max(1, n.Line)
		a := &github.CheckRunAnnotation{
			Path: &n.Path, StartLine: &line, EndLine: &line, AnnotationLevel: &n.Level, Message: &n.Message,
		}
		if n.Title != "" {
			a.Title = &n.Title
		}
		out.Annotations = append(out.Annotations, a)
	}
	return out
}
