package githubapp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/workflows"
)

// edited tells when the text of an issue was last edited, which REST does not.
// docs: GraphQL API, Reference, Issue.lastEditedAt.
func (a *App) edited(ctx context.Context, ask workflows.EditedAsk) (workflows.Answer, error) {
	unknown := workflows.Answer{Unknown: "this GitHub does not say when a text was edited"}
	owner, name, err := splitRepo(ask.Subject.Repo)
	if err != nil {
		return workflows.Answer{}, err
	}
	if !a.knowsGraphQL(ask.Subject.Repo) {
		return unknown, nil
	}
	d := &document{kind: "query"}
	d.fields = []string{fmt.Sprintf("repository(owner: %s, name: %s) { issue(number: %s) { lastEditedAt } }",
		d.variable("String!", owner), d.variable("String!", name), d.variable("Int!", ask.Subject.Number))}
	answer, err := a.graph(ctx, ask.Subject.Repo, d, 0)
	if errors.Is(err, engine.ErrGone) || errors.Is(err, engine.ErrRefused) {
		return unknown, nil
	}
	if err != nil {
		return workflows.Answer{}, err
	}
	var repo *struct {
		Issue *struct{ LastEditedAt *time.Time }
	}
	if err := json.Unmarshal(answer.Data["repository"], &repo); err != nil || repo == nil || repo.Issue == nil {
		return unknown, nil //nolint:nilerr // GitHub's errors say no more than that it is not told
	}
	if at := repo.Issue.LastEditedAt; at != nil {
		return workflows.Answer{Edited: at.UTC()}, nil
	}
	return workflows.Answer{}, nil
}
