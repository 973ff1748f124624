package githubapp

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/workflows"
)

// mostWaiting is how many runs that wait are looked at, the newest.
const mostWaiting = 20

// waitingRun is a run of a workflow that waits for something: a person, a time, or an App.
type waitingRun struct {
	ID      int64     `json:"id"`
	SHA     string    `json:"head_sha"`
	Attempt int       `json:"run_attempt"`
	Branch  string    `json:"head_branch"`
	Status  string    `json:"status"`
	HTMLURL string    `json:"html_url"`
	At      time.Time `json:"created_at"`
}

// waiting tells of the deployments that wait for this App: of each run that waits, the
// environments, and of each of these whether the App is to be asked there. What a delivery
// said of one is not needed. docs: REST API endpoints for workflow runs, "List workflow
// runs for a repository", "Get pending deployments for a workflow run"; for deployment
// protection rules.
func (a *App) waiting(ctx context.Context, ask workflows.WaitingAsk) (workflows.Answer, error) {
	self, err := a.Identity(ctx)
	if err != nil {
		return workflows.Answer{}, err
	}
	var found []workflows.Waiting
	cut, err := a.eachWaiting(ctx, ask.Repo, func(r waitingRun) error {
		environments, err := a.pending(ctx, ask.Repo, r.ID)
		for _, name := range environments {
			found = append(found, workflows.Waiting{Run: r.ID, Attempt: r.Attempt, Environment: name, Commit: r.SHA, Branch: r.Branch, URL: r.HTMLURL, At: r.At.UTC()})
		}
		return err
	})
	ours := map[string]bool{}
	for _, w := range found {
		if _, known := ours[w.Environment]; !known && err == nil {
			ours[w.Environment], err = a.isAsked(ctx, ask.Repo, w.Environment, self)
		}
	}
	if answer, ok := untold(err, "the deployments of "+ask.Repo+" that wait", toSeeActions); ok {
		return answer, nil
	}
	if err != nil {
		return workflows.Answer{}, err
	}
	found = slices.DeleteFunc(found, func(w workflows.Waiting) bool { return !ours[w.Environment] })
	slices.SortStableFunc(found, func(x, y workflows.Waiting) int { return cmp.Or(x.At.Compare(y.At), cmp.Compare(x.Run, y.Run)) })
	return workflows.Answer{Seen: workflows.Seen{Waiting: found, Cut: cut}}, nil
}

// eachWaiting visits the newest runs that wait; cut says that there are more.
func (a *App) eachWaiting(ctx context.Context, repo string, visit func(waitingRun) error) (cut bool, err error) {
	var runs []waitingRun
	query := url.Values{"status": {"waiting"}, "exclude_pull_requests": {"true"}, "per_page": {strconv.Itoa(mostWaiting)}}
	err = a.listed(ctx, repo, "actions/runs", nil, query, 1, func(page json.RawMessage) error {
		var some struct {
			Total int          `json:"total_count"`
			Runs  []waitingRun `json:"workflow_runs"`
		}
		err := json.Unmarshal(page, &some)
		runs, cut = some.Runs, some.Total > mostWaiting
		return err
	})
	// A filter that is not understood lists all.
	runs = slices.DeleteFunc(runs, func(r waitingRun) bool { return r.Status != "waiting" || r.ID <= 0 })
	for _, r := range runs[:min(mostWaiting, len(runs))] {
		if err == nil {
			err = visit(r)
		}
	}
	return cut, err
}

// pending are the environments that a run waits for. A run may have ended meanwhile.
func (a *App) pending(ctx context.Context, repo string, run int64) (environments []string, err error) {
	var found []struct {
		Environment struct {
			Name string `json:"name"`
		} `json:"environment"`
	}
	err = a.aside(ctx, repo, "actions/runs/{run_id}/pending_deployments", run, &found)
	for _, f := range found {
		if f.Environment.Name != "" {
			environments = append(environments, f.Environment.Name)
		}
	}
	return environments, err
}

// isAsked tells whether an environment waits for this App.
func (a *App) isAsked(ctx context.Context, repo, environment string, self Identity) (bool, error) {
	var found struct {
		Rules []struct {
			Enabled bool `json:"enabled"`
			App     struct {
				ID   int64  `json:"id"`
				Slug string `json:"slug"`
			} `json:"app"`
		} `json:"custom_deployment_protection_rules"`
	}
	err := a.aside(ctx, repo, "environments/{environment_name}/deployment_protection_rules", environment, &found)
	for _, r := range found.Rules {
		if r.Enabled && a.id != 0 && (strings.EqualFold(r.App.Slug, self.Slug) || r.App.ID == a.id) {
			return true, err
		}
	}
	return false, err
}

// aside reads one more thing about what a list named, and nothing where that is gone.
func (a *App) aside(ctx context.Context, repo, route string, arg, out any) error {
	owner, name, err := splitRepo(repo)
	if err != nil {
		return err
	}
	_, err = a.do(ctx, repo, call{method: "GET", route: "repos/{owner}/{repo}/" + route, args: []any{owner, name, arg}}, out)
	if err = absent(err); errors.Is(err, engine.ErrGone) {
		return nil
	}
	return err
}

// ReviewGate implements engine.GateWriter. It goes to the run by its id, wherever GitHub
// is configured to be. docs: REST API endpoints for workflow runs, "Review custom
// deployment protection rules for a workflow run".
func (a *App) ReviewGate(ctx context.Context, repo string, word workflows.GateIntent) error {
	body := map[string]string{"environment_name": word.Environment, "comment": word.Comment}
	if word.State != "" {
		body["state"] = word.State
	}
	return a.change(ctx, "POST", repo, "actions/runs/{run_id}/deployment_protection_rule", []any{word.Run}, body, nil)
}
