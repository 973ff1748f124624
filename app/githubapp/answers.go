package githubapp

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/workflows"
)

// Answer implements engine.Reader. What is asked again costs nothing of the
// hour's requests while it is the same (etags.go).
func (a *App) Answer(ctx context.Context, ask workflows.Ask) (workflows.Answer, error) {
	switch ask := ask.(type) {
	case workflows.RoleAsk:
		return a.role(ctx, ask)
	case workflows.TeamAsk:
		return a.team(ctx, ask)
	case workflows.LinksAsk:
		return a.links(ctx, ask)
	case workflows.ChangesAsk:
		return a.keptChanges(ctx, ask)
	case workflows.RunbooksAsk:
		return a.runbooks(ctx, ask)
	case workflows.SimilarAsk:
		return a.similar(ctx, ask)
	case workflows.FileAsk:
		return a.file(ctx, ask)
	case workflows.PullAsk:
		return a.pull(ctx, ask)
	case workflows.EditedAsk:
		return a.edited(ctx, ask)
	case workflows.OwnIssuesAsk:
		return a.ownIssues(ctx, ask)
	case workflows.LabelledAsk:
		return a.labelled(ctx, ask)
	case workflows.BranchAsk:
		return a.branch(ctx, ask)
	case workflows.HistoryAsk:
		return a.history(ctx, ask)
	default:
		if answer, ok, err := a.ofRelease(ctx, ask); ok {
			return answer, err
		}
		return workflows.Answer{}, fmt.Errorf("an ask that this adapter does not know: %T", ask)
	}
}

// whyUntold says for people why GitHub will not tell something, for good:
// there is none, or a permission is missing. It is "" for any other error,
// which is no answer. docs: Troubleshooting the REST API, "404 Not Found for an
// existing resource": what an App may not see may be answered so, too.
func whyUntold(err error, what, permission string) string {
	switch {
	case errors.Is(err, errUninstalled):
		return fmt.Sprintf("%s: the App is not installed there", what)
	case errors.Is(err, engine.ErrGone):
		return fmt.Sprintf("%s: not there, or the App lacks the permission %q to see it", what, permission)
	case errors.Is(err, engine.ErrRefused) && strings.Contains(err.Error(), "not accessible"):
		return fmt.Sprintf("%s: the App lacks the permission %q", what, permission)
	case errors.Is(err, engine.ErrRefused):
		return fmt.Sprintf("%s: GitHub would not say: %v", what, err)
	default:
		return ""
	}
}
