package engine

import (
	"context"
	"errors"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

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
	var open []*workflows.OwnIssue
	for i := range answer.Own {
		own := &answer.Own[i]
		own.Summaries = e.rules.outlines(own.Issue)
		// A closed one is not postponed any more, and without a key no record is believed.
		if own.Issue.Open && own.Issue.Commented > 0 && len(e.keys) > 0 {
			open = append(open, own)
		}
	}
	most := min(max(ask.Most, 0), len(open))
	answer.Unread = len(open) - most
	err = e.readPublished(ctx, open[:most])
	for i := range answer.Own {
		own := &answer.Own[i]
		own.Issue = told(own.Issue, own.Subject, wider).Issue
	}
	return answer, err
}

// readPublished reads what issues published, a few at a time, so that many of them
// take no longer than a lease. What published nothing keeps what it has.
func (e *Engine) readPublished(ctx context.Context, list []*workflows.OwnIssue) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(e.parallel)
	for _, own := range list {
		one := func() error {
			published, err := e.published(ctx, own.Subject, own.Issue)
			if published != nil {
				own.Summaries = published
			}
			return err
		}
		if e.parallel > 1 {
			group.Go(one)
		} else if err := one(); err != nil {
			return err
		}
	}
	return group.Wait()
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
	isKnown := wider == ""
	if !isKnown {
		if isKnown, err = e.isHeld(ctx, ask.Repo, here); err != nil {
			return workflows.Answer{}, err
		}
	}
	var latest []*workflows.OwnIssue
	for i := range answer.Own {
		own := &answer.Own[i]
		own.Issue = told(own.Issue, own.Subject, wider).Issue
		if isKnown && own.Issue.Commented > 0 && len(e.keys) > 0 {
			latest = append(latest, own)
		}
	}
	slices.SortStableFunc(latest, func(x, y *workflows.OwnIssue) int { return y.Issue.UpdatedAt.Compare(x.Issue.UpdatedAt) })
	most := min(max(ask.Most, 0), len(latest))
	answer.Unread = len(latest) - most
	if !isKnown {
		answer.Hidden = wider
	}
	return answer, e.readPublished(ctx, latest[:most])
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
