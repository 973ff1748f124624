package githubapp

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/workflows"
)

// The permissions without which GitHub does not tell what is asked about a release.
// docs: Permissions required for GitHub Apps.
const (
	toSeeActions     = "actions: read"
	toSeeChecks      = "checks: read"
	toSeeContents    = "contents: read"
	toSeeDeployments = "deployments: read"
	toSeeIssues      = "issues: read"
	toSeePulls       = "pull-requests: read"
	toSeeStatuses    = "statuses: read"
)

// mostResultPages bounds how many runs, checks or statuses of one commit are read.
const mostResultPages = 5

// untold is the answer where GitHub will not tell something, for good; ok is false for
// any other error, and for none.
func untold(err error, what, permission string) (answer workflows.Answer, ok bool) {
	why := whyUntold(err, what, permission)
	if why == "" {
		return answer, false
	}
	answer.Unknown = why
	if errors.Is(err, engine.ErrRefused) && strings.Contains(err.Error(), "not accessible") {
		answer.Lacks = permission
	}
	return answer, true
}

// listed reads some pages of a list about a commit, whose entries stand in an object.
func (a *App) listed(ctx context.Context, repo, route string, args []any, query url.Values, pages int, read func(json.RawMessage) error) error {
	owner, name, err := splitRepo(repo)
	if err != nil {
		return err
	}
	c := call{method: "GET", route: "repos/{owner}/{repo}/" + route, args: append([]any{owner, name}, args...), query: query}
	return a.withLane(ctx, repo, func(l *lane) error {
		left := pages
		_, err := l.pages(ctx, c, func(page json.RawMessage) (bool, error) {
			left--
			return left > 0, read(page)
		})
		return err
	})
}

// runsPage is a page of runs of workflows. docs: REST API endpoints for workflow runs,
// "List workflow runs for a repository", "for a workflow".
type runsPage struct {
	TotalCount int `json:"total_count"`
	Runs       []struct {
		Path       string    `json:"path"`
		HeadSHA    string    `json:"head_sha"`
		Status     string    `json:"status"`
		Conclusion string    `json:"conclusion"`
		HTMLURL    string    `json:"html_url"`
		UpdatedAt  time.Time `json:"updated_at"`
	} `json:"workflow_runs"`
}

// results are the runs by the names of their workflows' files. A path may end with the
// branch that it was taken from, after an @.
func (p runsPage) results() (all []workflows.Result) {
	for _, r := range p.Runs {
		file, _, _ := strings.Cut(path.Base(r.Path), "@")
		all = append(all, workflows.Result{
			Name: file, State: cmp.Or(r.Conclusion, r.Status), URL: r.HTMLURL, Commit: r.HeadSHA, At: r.UpdatedAt.UTC(),
		})
	}
	return all
}

// runs tells how the workflows ended on a commit.
func (a *App) runs(ctx context.Context, ask workflows.RunsAsk) (workflows.Answer, error) {
	var found []workflows.Result
	query := url.Values{"head_sha": {ask.Commit}, "exclude_pull_requests": {"true"}}
	err := a.listed(ctx, ask.Repo, "actions/runs", nil, query, mostResultPages, func(page json.RawMessage) error {
		var some runsPage
		err := json.Unmarshal(page, &some)
		found = append(found, some.results()...)
		return err
	})
	if answer, ok := untold(err, "the workflow runs of "+ask.Repo, toSeeActions); ok {
		return answer, nil
	}
	// A filter that is not understood lists all.
	found = slices.DeleteFunc(found, func(r workflows.Result) bool { return r.Commit != ask.Commit })
	return workflows.Answer{Seen: workflows.Seen{Results: found}}, err
}

// lastRuns tells of the last success of some workflows: one list of the newest
// successes, and one request for each workflow that is not among them, unless there are
// no more.
func (a *App) lastRuns(ctx context.Context, ask workflows.LastRunsAsk) (workflows.Answer, error) {
	what := "the workflow runs of " + ask.Repo
	last := map[string]workflows.Result{}
	whole := false
	success := url.Values{"status": {"success"}, "exclude_pull_requests": {"true"}}
	note := func(page json.RawMessage) error {
		var some runsPage
		err := json.Unmarshal(page, &some)
		whole = some.TotalCount <= len(some.Runs)
		for _, r := range some.results() {
			if known, ok := last[r.Name]; r.State == "success" && (!ok || r.At.After(known.At)) {
				last[r.Name] = r
			}
		}
		return err
	}
	err := a.listed(ctx, ask.Repo, "actions/runs", nil, success, 1, note)
	for file := range strings.SplitSeq(ask.Workflows, "\n") {
		if _, known := last[file]; err != nil || known || whole || file == "" {
			continue
		}
		settled := whole
		one := url.Values{"status": {"success"}, "exclude_pull_requests": {"true"}, "per_page": {"1"}}
		err = a.listed(ctx, ask.Repo, "actions/workflows/{workflow_id}/runs", []any{file}, one, 1, note)
		whole = settled
		if errors.Is(err, engine.ErrGone) && !errors.Is(err, errUninstalled) {
			err = nil // there is no such workflow
		}
	}
	if answer, ok := untold(err, what, toSeeActions); ok {
		return answer, nil
	}
	var found []workflows.Result
	for file := range strings.SplitSeq(ask.Workflows, "\n") {
		if r, ok := last[file]; ok {
			found = append(found, r)
		}
	}
	return workflows.Answer{Seen: workflows.Seen{Results: found}}, err
}

// checks tells how the check runs and the statuses of a commit ended. Where only one of
// the two is told, Unknown says so beside it. docs: REST API endpoints for check runs,
// "List check runs for a Git reference"; for commit statuses, "Get the combined status
// for a specific reference".
func (a *App) checks(ctx context.Context, ask workflows.ChecksAsk) (workflows.Answer, error) {
	var answer workflows.Answer
	for _, part := range []struct {
		route, what, permission string
		read                    func(json.RawMessage) error
	}{
		{"commits/{ref}/check-runs", "the check runs of " + ask.Repo, toSeeChecks, func(page json.RawMessage) error {
			var some struct {
				Runs []struct {
					Name        string    `json:"name"`
					Status      string    `json:"status"`
					Conclusion  string    `json:"conclusion"`
					HTMLURL     string    `json:"html_url"`
					CompletedAt time.Time `json:"completed_at"`
				} `json:"check_runs"`
			}
			err := json.Unmarshal(page, &some)
			for _, r := range some.Runs {
				answer.Seen.Results = append(answer.Seen.Results, workflows.Result{
					Name: r.Name, State: cmp.Or(r.Conclusion, r.Status), URL: r.HTMLURL, Commit: ask.Commit, At: r.CompletedAt.UTC(),
				})
			}
			return err
		}},
		{"commits/{ref}/status", "the statuses of " + ask.Repo, toSeeStatuses, func(page json.RawMessage) error {
			var some struct {
				Statuses []struct {
					Context   string    `json:"context"`
					State     string    `json:"state"`
					TargetURL string    `json:"target_url"`
					UpdatedAt time.Time `json:"updated_at"`
				} `json:"statuses"`
			}
			err := json.Unmarshal(page, &some)
			for _, s := range some.Statuses {
				answer.Seen.Results = append(answer.Seen.Results, workflows.Result{
					Name: s.Context, State: s.State, URL: s.TargetURL, Commit: ask.Commit, At: s.UpdatedAt.UTC(),
				})
			}
			return err
		}},
	} {
		err := a.listed(ctx, ask.Repo, part.route, []any{ask.Commit}, nil, mostResultPages, part.read)
		if why, ok := untold(err, part.what, part.permission); ok {
			answer.Unknown, answer.Lacks = why.Unknown, why.Lacks
			continue
		}
		if err != nil {
			return workflows.Answer{}, err
		}
	}
	return answer, nil
}

// published tells of the newest hundred releases. docs: REST API endpoints for
// releases, "List releases".
func (a *App) published(ctx context.Context, ask workflows.ReleasesAsk) (workflows.Answer, error) {
	var found []workflows.Release
	err := a.listed(ctx, ask.Repo, "releases", nil, nil, 1, func(page json.RawMessage) error {
		var some []struct {
			Tag         string    `json:"tag_name"`
			Draft       bool      `json:"draft"`
			HTMLURL     string    `json:"html_url"`
			PublishedAt time.Time `json:"published_at"`
		}
		err := json.Unmarshal(page, &some)
		for _, r := range some {
			if !r.Draft {
				found = append(found, workflows.Release{Tag: r.Tag, URL: inLink.Replace(r.HTMLURL), At: r.PublishedAt.UTC()})
			}
		}
		return err
	})
	if answer, ok := untold(err, "the releases of "+ask.Repo, toSeeContents); ok {
		return answer, nil
	}
	cut := len(found) >= 100
	slices.SortStableFunc(found, func(x, y workflows.Release) int { return y.At.Compare(x.At) })
	return workflows.Answer{Seen: workflows.Seen{Releases: found, Cut: cut}}, err
}

// tree tells which files there are at a commit. docs: REST API endpoints for Git trees,
// "Get a tree", which also takes the name of a commit.
func (a *App) tree(ctx context.Context, ask workflows.TreeAsk) (workflows.Answer, error) {
	owner, name, err := splitRepo(ask.Repo)
	if err != nil {
		return workflows.Answer{}, err
	}
	var answer workflows.Answer
	err = a.withLane(ctx, ask.Repo, func(l *lane) error {
		t := &trees{lane: l, owner: owner, name: name, branch: ask.Commit}
		entries, err := t.list(ctx, ask.Commit, true)
		answer.Seen.Files, answer.Seen.Cut = nil, t.cut
		for _, e := range entries {
			if e.Type == "blob" {
				answer.Seen.Files = append(answer.Seen.Files, workflows.File{Path: e.Path})
			}
		}
		return err
	})
	if why, ok := untold(err, "the files of "+ask.Repo+" at "+ask.Commit, toSeeContents); ok {
		return why, nil
	}
	return answer, err
}
