package engine

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/kintsugi-app/kintsugi/workflows"
)

// Ask answers a question as for a subject of a repository, to hosts that show what
// is there. It reads, and changes nothing.
func (e *Engine) Ask(ctx context.Context, repo string, a workflows.Ask) (workflows.Answer, error) {
	return e.ask(ctx, workflows.Subject{Repo: repo}, a)
}

// ownIssuesOf lists the issues that the App opened in a repository of the same owner,
// as far as those may know who read the repository that asks.
func (e *Engine) ownIssuesOf(ctx context.Context, here string, ask workflows.OwnIssuesAsk) (workflows.Answer, error) {
	if !strings.EqualFold(ownerOf(here), ownerOf(ask.Repo)) {
		return workflows.Answer{Unknown: "in a repository of another owner"}, nil
	}
	answer, err := e.reader.Answer(ctx, ask)
	if err != nil || answer.Unknown != "" {
		return answer, err
	}
	wider, err := e.isWider(ctx, here, ask.Repo)
	if err != nil {
		return workflows.Answer{}, err
	}
	read := 0
	for i := range answer.Own {
		own := &answer.Own[i]
		own.Summaries = e.rules.outlines(own.Issue)
		switch {
		case !own.Issue.Open || own.Issue.Commented == 0 || len(e.keys) == 0:
			// A closed one is not postponed any more, and without a key no record is believed.
		case read == ask.Most:
			answer.Unread++
		default:
			read++
			published, err := e.published(ctx, own.Subject, own.Issue)
			if err != nil {
				return workflows.Answer{}, err
			}
			if published != nil {
				own.Summaries = published
			}
		}
		own.Issue = told(own.Issue, own.Subject, wider).Issue
	}
	return answer, nil
}

// labelledIn lists the issues with a label in a repository of the same owner. What
// they say and have published is told only where it may be quoted.
func (e *Engine) labelledIn(ctx context.Context, here string, ask workflows.LabelledAsk) (workflows.Answer, error) {
	if !strings.EqualFold(ownerOf(here), ownerOf(ask.Repo)) {
		return workflows.Answer{Unknown: "in a repository of another owner"}, nil
	}
	wider, err := e.isWider(ctx, here, ask.Repo)
	if err != nil {
		return workflows.Answer{}, err
	}
	answer, err := e.reader.Answer(ctx, ask)
	if _, moved := errors.AsType[*Moved](err); moved {
		return workflows.Answer{Unknown: workflows.NotThere}, nil
	}
	if err != nil || answer.Unknown != "" {
		return answer, err
	}
	var latest []*workflows.OwnIssue
	for i := range answer.Own {
		own := &answer.Own[i]
		own.Issue = told(own.Issue, own.Subject, wider).Issue
		if wider == "" && own.Issue.Commented > 0 && len(e.keys) > 0 {
			latest = append(latest, own)
		}
	}
	slices.SortStableFunc(latest, func(x, y *workflows.OwnIssue) int { return y.Issue.UpdatedAt.Compare(x.Issue.UpdatedAt) })
	most := min(max(ask.Most, 0), len(latest))
	answer.Unread = len(latest) - most
	for _, own := range latest[:most] {
		if own.Summaries, err = e.published(ctx, own.Subject, own.Issue); err != nil {
			return workflows.Answer{}, err
		}
	}
	return answer, nil
}

// outlines are what the workflows say of an issue that has no record.
func (r Rules) outlines(i workflows.Issue) map[string]string {
	said := map[string]string{}
	for _, w := range r.List {
		if w.Outline == nil {
			continue
		}
		if outline := w.Outline(i); outline != "" {
			said[w.Name] = outline
		}
	}
	return said
}
