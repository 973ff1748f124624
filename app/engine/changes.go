package engine

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/kintsugi-app/kintsugi/workflows"
)

// changes makes the planned changes to files that this run has not made yet, one on
// each branch: what else is planned for it was decided on before. changed is true
// where something new is known of one.
func (a *applier) changes(ctx context.Context) (changed bool, err error) {
	touched := map[string]bool{}
	for _, want := range a.d.plan.Changes {
		if _, known := a.d.made[want.Key]; known || touched[want.Branch] {
			continue
		}
		made, err := a.change(ctx, want)
		switch {
		case errors.Is(err, ErrConflict):
			made, err = workflows.Made{Refused: workflows.Conflict}, nil
		case err != nil && tolerated(err) == nil:
			made, err = workflows.Made{Refused: refusal(err)}, nil
		}
		if err != nil {
			return changed, err
		}
		touched[want.Branch] = true
		if !a.dry {
			made.At = a.e.second()
			a.d.made[want.Key] = made
			changed = true
		}
	}
	return changed, nil
}

// change makes one change, as far as it is not there, and sees to its pull request.
func (a *applier) change(ctx context.Context, want workflows.ChangeIntent) (workflows.Made, error) {
	stands, err := a.stands(ctx, want.Branch)
	if err != nil {
		return workflows.Made{}, err
	}
	if want.CatchUp {
		return workflows.Made{}, a.catchUp(ctx, want, stands)
	}
	isThere, err := a.isThere(ctx, want)
	if err == nil && !isThere {
		err = a.commitChange(ctx, want, stands.Default)
	}
	switch {
	case err != nil || want.Title == "":
		return workflows.Made{}, err
	case a.dry:
		if !stands.Pull.Open {
			a.run.Did = append(a.run.Did, fmt.Sprintf("pull request %s: %q", want.Key, want.Title))
		}
		return workflows.Made{}, nil
	}
	return a.proposeChange(ctx, want)
}

// stands is how a branch stands to the default one. It is asked once, until a change
// is made.
func (a *applier) stands(ctx context.Context, branch string) (workflows.Branch, error) {
	ask := workflows.BranchAsk{Repo: a.d.o.Subject.Repo, Branch: branch}
	if err := a.e.answer(ctx, a.d.o.Subject, []workflows.Ask{ask}, a.d.facts, a.c); err != nil {
		return workflows.Branch{}, err
	}
	answer := a.d.facts[ask]
	if answer.Unknown != "" {
		return workflows.Branch{}, fmt.Errorf("%w: %s", ErrRefused, answer.Unknown)
	}
	return answer.Branch, nil
}

// catchUp has the default branch merged into another one, where that lacks something.
func (a *applier) catchUp(ctx context.Context, want workflows.ChangeIntent, stands workflows.Branch) error {
	if stands.Head != "" && stands.Behind == 0 {
		return nil
	}
	err := a.write(ctx, fmt.Sprintf("merge %s: the default branch into %s", want.Key, want.Branch), func() error {
		return a.e.writer.MergeBranch(ctx, a.d.o.Subject.Repo, want.Branch, stands.Tip)
	})
	a.forget(want.Branch, stands.Default)
	return err
}

// isThere tells whether the branch has already what a change would write, and lacks
// what it would remove: then there is nothing to commit. What joins two histories, or
// begins one again, is never there.
func (a *applier) isThere(ctx context.Context, want workflows.ChangeIntent) (bool, error) {
	if want.Anew || len(want.Parents) != 1 {
		return false, nil
	}
	file := func(path string) workflows.Ask {
		return workflows.FileAsk{Repo: a.d.o.Subject.Repo, Ref: want.Parents[0], Path: path}
	}
	var asks []workflows.Ask
	for _, path := range slices.Concat(slices.Sorted(maps.Keys(want.Write)), want.Remove) {
		asks = append(asks, file(path))
	}
	if err := a.e.answer(ctx, a.d.o.Subject, asks, a.d.facts, a.c); err != nil {
		return false, err
	}
	for path, text := range want.Write {
		if have := a.d.facts[file(path)]; have.Unknown != "" || have.Text != text {
			return false, nil
		}
	}
	return !slices.ContainsFunc(want.Remove, func(path string) bool { return !a.d.facts[file(path)].NotThere() }), nil
}

// commitChange makes the commit. GitHub moves a branch forward only, so that one whose
// answer was lost cannot land twice; where it begins again this is made sure of by
// waiting, and so by an intent on disk.
func (a *applier) commitChange(ctx context.Context, want workflows.ChangeIntent, base string) error {
	branch, where := want.Branch, want.Branch
	if branch == "" {
		branch, where = base, "the default branch"
	}
	what := fmt.Sprintf("change %s on %s: %s", want.Key, where, want.Message)
	commit := func() error { return a.e.writer.Commit(ctx, a.d.o.Subject.Repo, branch, want) }
	defer a.forget(branch, base)
	if !want.Anew {
		return a.write(ctx, what, commit)
	}
	if err := a.mayCreate(ctx, map[string]bool{want.Key: true}); err != nil {
		return err
	}
	return a.begin(ctx, want.Key, what, commit)
}

// forget drops the answers that a change to a branch made old. What was read at a
// commit stays true.
func (a *applier) forget(branch, base string) {
	maps.DeleteFunc(a.d.facts, func(ask workflows.Ask, _ workflows.Answer) bool {
		switch ask := ask.(type) {
		case workflows.BranchAsk:
			return ask.Repo == a.d.o.Subject.Repo
		case workflows.HistoryAsk:
			return ask.Repo == a.d.o.Subject.Repo
		case workflows.FileAsk:
			return ask.Repo == a.d.o.Subject.Repo && (ask.Ref == branch || ask.Ref == "" && branch == base)
		}
		return false
	})
}

// proposeChange makes sure that a pull request from the branch to the default one is
// open. GitHub opens none twice.
func (a *applier) proposeChange(ctx context.Context, want workflows.ChangeIntent) (workflows.Made, error) {
	stands, err := a.stands(ctx, want.Branch)
	if err != nil {
		return workflows.Made{}, err
	}
	file := workflows.FileIntent{Key: want.Key, Branch: want.Branch, Title: want.Title, Body: want.Body, Labels: want.Labels}
	switch {
	case stands.Pull.Open:
		return a.openAlready(ctx, file, stands.Pull.Number)
	case stands.Ahead == 0: // nothing to propose
		return workflows.Made{}, nil
	}
	err = a.openPull(ctx, stands.Default, file)
	a.forget(want.Branch, stands.Default)
	return a.d.made[want.Key], err
}

// openAlready gives a pull request that is open the labels that it may not have got:
// those of one that was begun, as an intent on disk says, or may have been begun with
// a store that was lost. Otherwise a label that it lacks was taken off by a person.
func (a *applier) openAlready(ctx context.Context, want workflows.FileIntent, number int) (workflows.Made, error) {
	made := workflows.Made{Number: number}
	if len(want.Labels) == 0 || !a.wasBegun(want.Key) && !a.c.Hint.Whole.IsZero() {
		return made, nil
	}
	s := workflows.Subject{Repo: a.d.o.Subject.Repo, Number: number}
	issue, err := a.e.reader.Issue(ctx, s)
	if err != nil {
		return made, fmt.Errorf("read the pull request: %w", err)
	}
	has := workflows.Observation{Issue: issue}
	want.Labels = slices.DeleteFunc(slices.Clone(want.Labels), func(l workflows.Label) bool { return has.HasLabel(l.Name) })
	return made, a.dress(ctx, s, want)
}
