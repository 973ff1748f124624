package engine

import (
	"context"
	"errors"
	"fmt"

	"github.com/kintsugi-app/kintsugi/workflows"
)

// The two reactions that answer a command.
const (
	thumbsUp = "+1"
	puzzled  = "confused"
)

// mostReactions is how many comments one run answers; the rest is owed, by the
// record, and comes with the next. It bounds what a run writes, so that a
// backlog moves forward however small the limits.
const mostReactions = 10

// reactions answers each comment with commands once: 👍 where all were executed,
// else 😕. Where GitHub gives none, the status comment shows the acts and we do
// not ask here again.
func (a *applier) reactions(ctx context.Context) error {
	if a.dry && len(a.e.keys) == 0 { // what was answered cannot be known
		return nil
	}
	given := 0
	for _, r := range a.unanswered() {
		switch {
		case a.noReactions:
			a.paid = a.paid || r.owed
			continue
		case given == mostReactions:
			a.owed[r.comment], a.d.owing = true, true
			continue
		}
		given++
		a.paid = a.paid || r.owed
		if a.c.Attempts > 0 { // an earlier try may have come this far; looking is cheaper
			already, err := a.e.reader.OurReaction(ctx, a.d.o.Subject.Repo, r.comment)
			if err == nil && already == r.content {
				continue
			}
		}
		if err := a.react(ctx, r.comment, r.content); err != nil {
			return err
		}
	}
	return nil
}

// reaction is the answer to a comment; owed is one that an earlier run left.
type reaction struct {
	comment int64
	content string
	owed    bool
}

// unanswered are the reactions still to be given, in the order of the comments.
// An edit of a comment that was judged before changes none.
func (a *applier) unanswered() []reaction {
	fresh, content, owed := map[int64]bool{}, map[int64]string{}, map[int64]bool{}
	for _, act := range a.d.fresh {
		fresh[comment(act)] = true
	}
	for _, act := range a.d.record.acts() {
		delete(fresh, comment(act))
		if act.Owed {
			owed[comment(act)] = true
		}
	}
	var order []int64
	for _, act := range a.d.acts {
		id := comment(act)
		if !fresh[id] && !owed[id] || act.Gesture || act.Verdict == workflows.Unread || a.d.thumbed[id] {
			continue
		}
		if content[id] == "" {
			order = append(order, id)
			content[id] = thumbsUp
		}
		if act.Verdict != workflows.Done {
			content[id] = puzzled
		}
	}
	var list []reaction
	for _, id := range order {
		if id != 0 {
			list = append(list, reaction{comment: id, content: content[id], owed: owed[id]})
		}
	}
	return list
}

// comment is the id of the comment that an act stands in, or 0.
func comment(a workflows.Act) int64 {
	id, _ := a.FromComment()
	return id
}

func (a *applier) react(ctx context.Context, comment int64, content string) error {
	repo := a.d.o.Subject.Repo
	err := a.write(ctx, fmt.Sprintf("react %s to comment %d", content, comment), func() error {
		return a.e.writer.React(ctx, repo, comment, content)
	})
	if errors.Is(err, ErrGone) {
		// Gone is the comment, or the whole surface on an older server.
		_, err = a.e.reader.Comment(ctx, repo, comment)
		if errors.Is(err, ErrGone) {
			return nil
		}
		a.noReactions = err == nil
		return err
	}
	if errors.Is(err, ErrRefused) {
		a.noReactions = true
		return nil
	}
	return err
}
