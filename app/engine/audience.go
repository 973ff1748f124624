package engine

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/policy"
)

// isWider says why what stands in one repository must not be quoted in another,
// or nothing: text moves to the same repository, out of public ones of the same
// owner, and out of private ones that share it.
func (e *Engine) isWider(ctx context.Context, here, there string) (why string, err error) {
	if strings.EqualFold(here, there) {
		return "", nil
	}
	if !strings.EqualFold(ownerOf(here), ownerOf(there)) {
		return "in a repository of another owner", nil
	}
	home, err := e.places.Home(ctx, there)
	var moved *Moved
	switch {
	case errors.Is(err, ErrGone), errors.As(err, &moved):
		return "the App is not installed on " + there, nil
	case err != nil || !home.Private:
		return "", err
	}
	shared, err := e.isShared(ctx, home, here)
	if err != nil || shared {
		return "", err
	}
	return "in another private repository", nil
}

// isShared tells whether a private repository may be quoted in another private one
// of the same owner: a workflow names that under the policy of the one whose text it
// is. What the other's policy says is of no account: whoever may change it would let
// themselves read.
func (e *Engine) isShared(ctx context.Context, from Home, here string) (bool, error) {
	p, _ := policy.ParseLayers(from.Sources, e.rules.Sections())
	return e.isNamed(ctx, p, here, func(w workflows.Workflow) []string {
		if w.Shares == nil {
			return nil
		}
		return w.Shares(p)
	})
}

// isHeld tells whether what stands in a private repository may hold releases of another
// private one of the same owner: a workflow names that under the policy of the first.
func (e *Engine) isHeld(ctx context.Context, there, here string) (bool, error) {
	home, err := e.places.Home(ctx, there)
	if err != nil {
		return false, absentIsNo(err)
	}
	p, _ := policy.ParseLayers(home.Sources, e.rules.Sections())
	return e.isNamed(ctx, p, here, func(w workflows.Workflow) []string {
		if w.Holds == nil {
			return nil
		}
		return w.Holds(p, there)
	})
}

// absentIsNo: what is not there, or not here any more, is a no and no error.
func absentIsNo(err error) error {
	var moved *Moved
	if errors.Is(err, ErrGone) || errors.As(err, &moved) {
		return nil
	}
	return err
}

// isNamed tells whether a workflow names a repository under a policy, and whether that
// one is private.
func (e *Engine) isNamed(ctx context.Context, p policy.Policy, here string, names func(workflows.Workflow) []string) (bool, error) {
	isNamed := func(w workflows.Workflow) bool {
		return slices.ContainsFunc(names(w), func(repo string) bool { return strings.EqualFold(repo, here) })
	}
	if !p.Enabled || !slices.ContainsFunc(e.rules.List, isNamed) {
		return false, nil
	}
	home, err := e.places.Home(ctx, here)
	return err == nil && home.Private, absentIsNo(err)
}

func ownerOf(repo string) string {
	owner, _, _ := strings.Cut(repo, "/")
	return owner
}

// deployedIn tells what was deployed in a repository of the same owner, as far as it may
// be quoted here.
func (e *Engine) deployedIn(ctx context.Context, here string, ask workflows.DeployedAsk) (workflows.Answer, error) {
	if !strings.EqualFold(ownerOf(here), ownerOf(ask.Repo)) {
		return workflows.Answer{Unknown: "in a repository of another owner"}, nil
	}
	wider, err := e.isWider(ctx, here, ask.Repo)
	if err != nil {
		return workflows.Answer{}, err
	}
	answer, err := e.reader.Answer(ctx, ask)
	if wider != "" {
		answer.Seen = answer.Seen.Bare()
	}
	return answer, err
}

// quoted answers a question about a repository whose text may be quoted here.
func (e *Engine) quoted(ctx context.Context, here, there string, a workflows.Ask) (workflows.Answer, error) {
	if wider, err := e.isWider(ctx, here, there); err != nil || wider != "" {
		return workflows.Answer{Unknown: wider}, err
	}
	return e.reader.Answer(ctx, a)
}
