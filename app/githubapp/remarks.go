package githubapp

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows"
)

// The bounds on what is looked at for remarks: pages of a hundred runs, the newest first,
// suites of checks in one request, and in each of these jobs and their annotations.
const (
	mostRunPages   = 3
	suitesAtOnce   = 50
	mostJobs       = 20
	mostAnnotation = 50 // which is how many GitHub keeps of a job
)

// byHand is the event of a run that somebody started, and typed the inputs of. docs:
// Events that trigger workflows, workflow_dispatch.
const byHand = "workflow_dispatch"

// startedRun is a run of a workflow that somebody started by hand.
type startedRun struct {
	ID    int64  `json:"id"`
	Event string `json:"event"`
	Suite string `json:"check_suite_node_id"`
	// Actor typed the inputs; whoever has it run again, the triggering actor, did not.
	Actor     *login    `json:"actor"`
	CreatedAt time.Time `json:"created_at"`
}

// remarks tells of the annotations under some titles that jobs left. The suites of their
// runs are asked for by name, so that nothing but GitHub Actions can have written there.
func (a *App) remarks(ctx context.Context, ask workflows.RemarksAsk) (answer workflows.Answer, err error) {
	what := "the workflow runs of " + ask.Repo
	from, err := time.Parse(time.DateOnly, ask.From)
	if err != nil {
		return workflows.Answer{Unknown: what + ": not a day: " + ask.From}, nil
	}
	runs, cut, err := a.startedByHand(ctx, ask.Repo, from)
	if why, ok := untold(err, what, toSeeActions); ok {
		return why, nil
	}
	if err != nil {
		return workflows.Answer{}, err
	}
	answer.Seen.Cut = cut
	for some := range slices.Chunk(runs, suitesAtOnce) {
		found, why, err := a.remarksOf(ctx, ask, some)
		if err != nil || why.Unknown != "" {
			return why, err
		}
		answer.Seen.Remarks = append(answer.Seen.Remarks, found...)
	}
	slices.SortStableFunc(answer.Seen.Remarks, func(x, y workflows.Remark) int { return y.At.Compare(x.At) })
	return answer, nil
}

// startedByHand lists the runs that were since a day, the newest first. docs: REST API
// endpoints for workflow runs, "List workflow runs for a repository".
func (a *App) startedByHand(ctx context.Context, repo string, from time.Time) (runs []startedRun, cut bool, err error) {
	read := 0
	query := url.Values{"event": {byHand}, "created": {">=" + from.Format(time.DateOnly)}, "exclude_pull_requests": {"true"}}
	err = a.listed(ctx, repo, "actions/runs", nil, query, mostRunPages, func(page json.RawMessage) error {
		var some struct {
			Total int          `json:"total_count"`
			Runs  []startedRun `json:"workflow_runs"`
		}
		err := json.Unmarshal(page, &some)
		read += len(some.Runs)
		cut = some.Total > read
		for _, r := range some.Runs {
			// A filter that is not understood lists all.
			if r.Event == byHand && r.Suite != "" && !r.CreatedAt.Before(from) {
				runs = append(runs, r)
			}
		}
		return err
	})
	return runs, cut, err
}

// remarkedSuite is the suite of a run with what its jobs remarked; whatever may be missing
// of it is nil.
type remarkedSuite struct {
	CheckRuns *struct {
		Nodes []struct {
			CompletedAt *time.Time
			Annotations *struct {
				Nodes []struct {
					Title   *string
					Message string
				}
			}
		}
	}
}

// remarksOf reads the annotations of some runs, by one request. docs: GraphQL API,
// Reference, Query.nodes and CheckSuite.
func (a *App) remarksOf(ctx context.Context, ask workflows.RemarksAsk, runs []startedRun) (found []workflows.Remark, why workflows.Answer, err error) {
	const what = "the annotations of jobs"
	if lacks := a.lacksGraphQL(ask.Repo); lacks != "" {
		return nil, workflows.Answer{Unknown: what + ": " + lacks}, nil
	}
	suites := make([]string, len(runs))
	for i, r := range runs {
		suites[i] = r.Suite
	}
	d := &document{kind: "query"}
	d.fields = []string{fmt.Sprintf(`suites: nodes(ids: %s) { ... on CheckSuite { checkRuns(first: %d, filterBy: {checkType: LATEST}) { nodes {
		completedAt annotations(first: %d) { nodes { title message } }
	} } } }`, d.variable("[ID!]!", suites), mostJobs, mostAnnotation)}
	got, err := a.graph(ctx, ask.Repo, d, 0)
	if lacks := a.lacksGraphQL(ask.Repo); err != nil && lacks != "" {
		return nil, workflows.Answer{Unknown: what + ": " + lacks}, nil
	}
	if err != nil {
		return nil, why, err
	}
	for _, e := range got.Errors {
		switch refused := a.refusedBy(e, what, toSeeChecks); {
		case refused.NotThere(): // the run was deleted meanwhile
		case refused.Unknown != "":
			return nil, refused, nil
		default:
			return nil, why, a.said(errors.New("no answer"), got.Errors)
		}
	}
	var seen []*remarkedSuite
	if err := json.Unmarshal(got.Data["suites"], &seen); err != nil || len(seen) != len(runs) {
		return nil, why, cmp.Or(err, fmt.Errorf("%s: %d runs were asked for, and %d told", what, len(runs), len(seen)))
	}
	titles := lines(ask.Titles)
	for i, suite := range seen {
		found = append(found, suite.remarks(runs[i], titles, a.pageOf(ask.Repo, runs[i].ID))...)
	}
	return found, why, nil
}

// pageOf is where people see a run.
func (a *App) pageOf(repo string, run int64) string {
	return fmt.Sprintf("%s/%s/actions/runs/%d", Website(a.base.String()), repo, run)
}

// remarks are those of a suite under some titles.
func (s *remarkedSuite) remarks(of startedRun, titles []string, page string) (found []workflows.Remark) {
	if s == nil || s.CheckRuns == nil {
		return nil
	}
	by := "ghost" // as GitHub calls an account that is gone
	if of.Actor != nil {
		by = of.Actor.Login
	}
	for _, job := range s.CheckRuns.Nodes {
		if job.CompletedAt == nil || job.Annotations == nil {
			continue
		}
		for _, n := range job.Annotations.Nodes {
			if n.Title != nil && slices.Contains(titles, *n.Title) {
				found = append(found, workflows.Remark{By: by, Text: n.Message, URL: page, At: job.CompletedAt.UTC()})
			}
		}
	}
	return found
}
