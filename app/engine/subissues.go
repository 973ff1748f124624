package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/kintsugi-app/kintsugi/workflows"
)

// addChild makes an issue a sub-issue of the subject, or says why it is none. GitHub
// refuses one that is one already, so where an earlier try may have come that far
// the list is read first, once it shows what that try did.
func (a *applier) addChild(ctx context.Context, i foundIssue, found bool) (apart string, err error) {
	if a.apart != "" {
		return a.apart, nil
	}
	if found {
		if err := a.readChildren(ctx); err != nil || a.apart != "" {
			return a.apart, err
		}
	}
	switch {
	case slices.Contains(a.children, i.ID):
		return "", nil
	case len(a.children) >= mostChildren:
		return workflows.NoRoom, nil
	}
	key := i.key + ".child"
	if found {
		if err := a.mayCreate(ctx, map[string]bool{key: true}); err != nil {
			return "", err
		}
	}
	err = a.begin(ctx, key, fmt.Sprintf("sub-issue %s", i.subject()), func() error {
		return a.e.writer.AddSubIssue(ctx, a.d.o.Subject, i.ID)
	})
	switch {
	case errors.Is(err, ErrGone):
		a.apart = workflows.NoSubIssues
		return a.apart, nil
	case errors.Is(err, ErrRefused):
		// Where there is no room, GitHub need not be asked again for each.
		return refusal(err), a.readChildren(ctx)
	case err == nil && a.children != nil:
		a.children = append(a.children, i.ID)
	}
	return "", err
}

// mostChildren is how many sub-issues an issue has at most. docs: Adding sub-issues,
// "You can add up to 100 sub-issues per parent issue".
const mostChildren = 100

// readChildren reads what hangs below the subject, once.
func (a *applier) readChildren(ctx context.Context) (err error) {
	if a.children != nil {
		return nil
	}
	a.children, err = a.e.reader.SubIssues(ctx, a.d.o.Subject)
	if errors.Is(err, ErrGone) {
		a.apart, err = workflows.NoSubIssues, nil
	}
	return err
}
