package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/kintsugi-app/kintsugi/workflows"
)

// mostTogether is how many issues one request opens. GitHub gives up on a request
// after ten seconds, and each issue takes it a good part of one (docs:
// Troubleshooting the REST API, "Timeouts").
const mostTogether = 10

// openIssues opens what is missing, several at once where GitHub can. opened is
// false where there was nothing to open.
func (a *applier) openIssues(ctx context.Context, missing map[string]workflows.IssueIntent) (opened bool, err error) {
	var list []workflows.IssueIntent
	for _, want := range a.d.plan.Issues {
		if _, is := missing[want.Key]; !is {
			continue
		}
		opened = true
		if want = a.asSent(want); strings.EqualFold(ownerOf(want.Repo), ownerOf(a.d.o.Subject.Repo)) {
			list = append(list, want)
		} else {
			a.d.made[want.Key] = workflows.Made{Refused: "it belongs to another owner", At: a.e.second()}
		}
	}
	if len(list) > 1 && !a.dry {
		if err := a.leaveRoom(ctx, list); err != nil {
			return opened, err
		}
	}
	var singly []workflows.IssueIntent
	for len(list) > 1 && !a.dry {
		together := list[:min(len(list), mostTogether)]
		left, err := a.openTogether(ctx, together)
		if err != nil {
			return opened, err
		}
		list, singly = list[len(together):], append(singly, left...)
	}
	for _, want := range append(singly, list...) {
		if err := a.openIssue(ctx, want); err != nil {
			return opened, err
		}
	}
	return opened, nil
}

// leaveRoom lets only so many hang below the subject as have room there: for each of
// the others GitHub would refuse, and count, a request.
func (a *applier) leaveRoom(ctx context.Context, list []workflows.IssueIntent) error {
	if !slices.ContainsFunc(list, func(want workflows.IssueIntent) bool { return want.Child }) {
		return nil
	}
	err := a.readChildren(ctx)
	room := mostChildren - len(a.children)
	for i := range list {
		if list[i].Child = list[i].Child && a.apart == "" && room > 0; list[i].Child {
			room--
		}
	}
	return err
}

// asSent is an issue as GitHub is to have it.
func (a *applier) asSent(want workflows.IssueIntent) workflows.IssueIntent {
	want.Repo = cmp.Or(want.Repo, a.d.o.Subject.Repo)
	want.Title = cutTitle(want.Title)
	room := maxComment - len(workflows.Marked(want.Key, a.d.o.Subject, ""))
	want.Body = workflows.Marked(want.Key, a.d.o.Subject, shorten(want.Body, room, a.d.language))
	return want
}

// openTogether opens issues by one request, and returns those that have to be opened
// singly: what GitHub refuses of several says nothing about one alone, which may only
// have no room below its parent. Each key is on disk before the request is sent.
func (a *applier) openTogether(ctx context.Context, list []workflows.IssueIntent) (singly []workflows.IssueIntent, err error) {
	var keys []string
	for _, want := range list {
		keys = append(keys, want.Key)
	}
	var opened []Opened
	err = a.beginAll(ctx, keys, "issues at once: "+strings.Join(keys, ", "), func() ([]error, error) {
		var err error
		if opened, err = a.e.writer.OpenIssues(ctx, a.d.o.Subject, list); err == nil && len(opened) != len(list) {
			err = fmt.Errorf("%w: %d issues were to be opened, and %d are told of", ErrUncertain, len(list), len(opened))
		}
		each := make([]error, len(opened))
		for i, o := range opened {
			each[i] = o.Err
		}
		return each, err
	})
	if err != nil {
		return list, tolerated(err)
	}
	for i, o := range opened {
		want := list[i]
		switch {
		case o.Err == nil:
			if err := a.haveIssue(ctx, foundIssue{o.Issue, want.Key, want.Repo}, false); err != nil {
				return nil, err
			}
		case tolerated(o.Err) == nil:
			singly = append(singly, want)
			if want.Child {
				// That GitHub makes no issue whose parent it refuses is not
				// documented: should it be there, it is found and folded.
				a.c.Hint.Watch = a.e.clock.Now().Add(2 * a.e.span())
			}
		default:
			err = errors.Join(err, fmt.Errorf("issue %s: %w", want.Key, o.Err))
		}
	}
	return singly, err
}
