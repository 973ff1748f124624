package githubapp

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/kintsugi-app/kintsugi/workflows"
)

// team tells who belongs to a team, the members of teams inside it included,
// sorted by login. It takes the organisation's permission "Members: read".
// docs: REST API endpoints for team members, "List team members".
func (a *App) team(ctx context.Context, ask workflows.TeamAsk) (workflows.Answer, error) {
	what := "the team " + ask.Org + "/" + ask.Slug
	if !repoName.MatchString(ask.Org) || ask.Slug == "" {
		return workflows.Answer{Unknown: what + ": not there"}, nil
	}
	var members []login
	err := a.withLane(ctx, ask.Org, func(l *lane) (err error) {
		members, _, err = listAll[login](ctx, l, call{
			method: "GET", route: "orgs/{org}/teams/{team_slug}/members", args: []any{ask.Org, ask.Slug},
		})
		return err
	})
	if errors.Is(err, errUninstalled) {
		return workflows.Answer{Unknown: what + ": the App is installed on no organisation of that name"}, nil
	}
	if why := whyUntold(err, what, "Members: read"); why != "" {
		return workflows.Answer{Unknown: why}, nil
	}
	if err != nil {
		return workflows.Answer{}, err
	}
	var answer workflows.Answer
	for _, m := range members {
		answer.Members = append(answer.Members, m.Login)
	}
	slices.SortFunc(answer.Members, func(x, y string) int {
		return cmp.Or(cmp.Compare(strings.ToLower(x), strings.ToLower(y)), cmp.Compare(x, y))
	})
	// Somebody who joins meanwhile moves the pages' borders.
	answer.Members = slices.Compact(answer.Members)
	return answer, nil
}
