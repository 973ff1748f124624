package githubapp

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/workflows"
)

// deployedPage is how many deployments are read at once, and maxDeployed how many in
// all.
const (
	deployedPage = 50
	maxDeployed  = 1000
)

// keptDeployed answers from what was read in the last ten minutes, as keptChanges does.
func (a *App) keptDeployed(ctx context.Context, ask workflows.DeployedAsk) (workflows.Answer, error) {
	key := fmt.Sprintf("%s deployed %s %s", ask.Repo, ask.From, ask.To)
	if answer, ok := a.changed.get(key); ok {
		return answer, nil
	}
	answer, err := a.deployed(ctx, ask)
	if err == nil && weightOfAnswer(answer) < keptOfOwner/2 { // pull requests may say much
		a.changed.put(key, answer)
	}
	return answer, err
}

// deployed tells of the deployments to any environment and of their commits, page by
// page, until one is older than what was asked for. docs: GraphQL API, Reference,
// Repository.deployments and Deployment.commit.
func (a *App) deployed(ctx context.Context, ask workflows.DeployedAsk) (answer workflows.Answer, err error) {
	w, err := windowOf(ask.Repo, ask.From, cmp.Or(ask.To, "9999-12-31T00:00:00Z"))
	if err != nil {
		return workflows.Answer{Unknown: err.Error()}, nil //nolint:nilerr // what is no time will not become one
	}
	known := map[string]bool{}
	for after := ""; ; {
		page, missing, untold, err := a.deployedAfter(ctx, ask.Repo, after)
		if err != nil || untold.Unknown != "" {
			return untold, err
		}
		if missing.Unknown != "" {
			answer.Lacks = toSeePulls
		}
		isOlder := false
		for _, n := range page.Nodes {
			isOlder = isOlder || n.CreatedAt.Before(w.from)
			if n.CreatedAt.After(w.to) {
				continue
			}
			d := n.deployment()
			d.URL = Website(a.base.String()) + "/" + ask.Repo + "/deployments" // a status may link anywhere
			answer.Seen.Deployments = append(answer.Seen.Deployments, d)
			if n.Commit != nil && n.Commit.Message != nil && !known[n.CommitOid] {
				known[n.CommitOid] = true
				answer.Seen.Commits = append(answer.Seen.Commits, n.Commit.commit(missing))
			}
		}
		answer.Seen.Cut = page.PageInfo.HasNextPage
		if after = page.PageInfo.EndCursor; isOlder || !answer.Seen.Cut || len(answer.Seen.Deployments) >= maxDeployed {
			return answer, nil
		}
	}
}

// deployedNodes is a page of deployments.
type deployedNodes struct {
	Nodes []struct {
		deploymentNode
		Commit *commitNode
	}
	PageInfo struct {
		HasNextPage bool
		EndCursor   string
	}
}

func (a *App) deployedAfter(ctx context.Context, repo, after string) (page deployedNodes, missing, untold workflows.Answer, err error) {
	fields, missing, untold, err := a.about(ctx, repo, "the deployments of "+repo, toSeeDeployments, "associatedPullRequests", func(d *document) string {
		next := ""
		if after != "" {
			next = ", after: " + d.variable("String", after)
		}
		return fmt.Sprintf(`deployments(first: %d, orderBy: {field: CREATED_AT, direction: DESC}%s) {
			pageInfo { hasNextPage endCursor }
			nodes { %s commit { %s } }
		}
		`, deployedPage, next, deploymentFields, commitFields)
	})
	if err == nil && untold.Unknown == "" {
		err = json.Unmarshal(fields["deployments"], &page)
	}
	return page, missing, untold, err
}

// maxPastPages is how far back the runs of a workflow are read: GitHub lists a thousand
// for a search. docs: REST API endpoints for workflow runs, "List workflow runs for a
// workflow".
const maxPastPages = 10

// pastRuns tells of the successes of a workflow since a day. One that is not there had
// none.
func (a *App) pastRuns(ctx context.Context, ask workflows.PastRunsAsk) (workflows.Answer, error) {
	from, err := time.Parse(time.DateOnly, ask.From)
	if err != nil {
		return workflows.Answer{Unknown: fmt.Sprintf("the runs of %s: not a day: %s", ask.Workflow, ask.From)}, nil //nolint:nilerr // what is no day will not become one
	}
	var answer workflows.Answer
	read := 0
	query := url.Values{"status": {"success"}, "exclude_pull_requests": {"true"}, "created": {">=" + ask.From}}
	err = a.listed(ctx, ask.Repo, "actions/workflows/{workflow_id}/runs", []any{ask.Workflow}, query, maxPastPages, func(page json.RawMessage) error {
		var some runsPage
		err := json.Unmarshal(page, &some)
		read += len(some.Runs)
		answer.Seen.Cut = some.TotalCount > read
		for _, r := range some.results() {
			if r.State == "success" && !r.At.Before(from) {
				r.Name = ask.Workflow
				answer.Seen.Results = append(answer.Seen.Results, r)
			}
		}
		return err
	})
	if errors.Is(err, engine.ErrGone) && !errors.Is(err, errUninstalled) {
		return workflows.Answer{}, nil
	}
	if why, ok := untold(err, "the workflow runs of "+ask.Repo, toSeeActions); ok {
		return why, nil
	}
	return answer, err
}
