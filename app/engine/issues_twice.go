package engine

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// foldIssue closes what a create whose answer was lost left twice, with a word on
// why, so that there is one again: the oldest.
func (a *applier) foldIssue(ctx context.Context, want workflows.IssueIntent, first, twice foundIssue) error {
	if !twice.Open {
		return nil
	}
	s := twice.subject()
	said, err := a.e.reader.Comments(ctx, s, time.Time{})
	if err != nil {
		return err
	}
	do := func(what string, write func() error) {
		if err == nil {
			err = tolerated(a.write(ctx, fmt.Sprintf("%s #%d, a duplicate of our #%d", what, twice.Number, first.Number), write))
		}
	}
	if !slices.ContainsFunc(said, func(c workflows.Comment) bool { return c.Ours && markerOf(c.Body) == want.Key }) {
		do("comment on", func() error {
			_, err := a.e.writer.CreateComment(ctx, s, marked(want.Key, duplicateText(first.Number, a.d.language)))
			return err
		})
	}
	for _, l := range want.Labels {
		do(fmt.Sprintf("label %q off", l.Name), func() error { return a.e.writer.RemoveLabel(ctx, s, l.Name) })
	}
	do("close", func() error { return a.e.writer.SetState(ctx, s, false, reasonDuplicate) })
	return err
}

func duplicateText(first int, lang words.Language) string {
	if lang == words.Japanese {
		return fmt.Sprintf("GitHubの応答が届かず、同じIssueが2つできました。#%d をお使いください。", first)
	}
	return fmt.Sprintf("This was opened twice, because an answer of GitHub's was lost. Please use #%d.", first)
}

const reasonDuplicate = "duplicate"

// isFolded tells whether the subject is an issue of our own that was closed by us
// because it was there twice. Nobody looks after it.
func (v *view) isFolded() bool {
	last, ok := v.o.LastState()
	return v.o.Issue.Ours && !v.o.Issue.Open && v.o.Issue.Reason == reasonDuplicate && ok && last.Ours
}
