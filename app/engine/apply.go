package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows"
)

// applier makes the difference between what a deliberation found and what it
// planned. Everything else comes first; the status comment, text and record in
// one edit, comes last, so that a crash repeats the run and finds its work.
type applier struct {
	e *Engine
	c *Claim
	d *deliberation
	// owed are the comments whose reaction is left to the next run; paid is
	// true where one of an earlier run was given.
	owed map[int64]bool
	paid bool
	// noReactions is set when GitHub refused one here.
	noReactions bool
	// assigned are the people whom we tried to assign, ever, and whether they
	// were then.
	assigned map[string]bool
	// found are the issues that were found by their markers, nil where nobody looked.
	found map[string][]foundIssue
	// children are the ids of the subject's sub-issues, where they were read.
	children []int64
	// apart says why nothing becomes a sub-issue here; empty where that is not known.
	apart string
	// said are the notices that are to go out with the status comment.
	said []workflows.Notice
	// dry only notes what would be written.
	dry bool
	// run is where what was written is said; noted is true once the journal has
	// its reasons.
	run   *Run
	noted bool
}

func newApplier(e *Engine, c *Claim, d *deliberation, run *Run) *applier {
	a := &applier{e: e, c: c, d: d, run: run, owed: map[int64]bool{}, assigned: map[string]bool{}, noReactions: d.record.NoReactions}
	maps.Copy(a.assigned, d.record.Assigned)
	return a
}

func (e *Engine) apply(ctx context.Context, c *Claim, d *deliberation, run *Run) error {
	a := newApplier(e, c, d, run)
	err := a.creations(ctx)
	if err == nil {
		err = a.all(ctx)
	}
	if errors.Is(err, ErrUncertain) {
		c.Hint.Watch = e.clock.Now().Add(2 * e.span())
	}
	return err
}

// all takes every step. The order is part of what keeps it true.
func (a *applier) all(ctx context.Context) error {
	wait := func(ctx context.Context) error { return a.mayCreate(ctx, a.toCreate()) }
	steps := []func(context.Context) error{wait, a.foldTwice, a.labels, a.state, a.assignees, a.comments, a.notices, a.checks, a.reactions, a.status}
	switch {
	case a.d.isAggregate() && a.d.policy.Observe:
		steps = nil
	case a.d.isAggregate():
		steps = []func(context.Context) error{a.gates, wait, a.checks}
	case a.d.policy.Observe:
		steps = []func(context.Context) error{wait, a.foldTwice, a.comments}
	}
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// mayCreate waits before anything is created that an earlier try, or an
// earlier store, may still have under way: what lists do not show yet would be
// made a second time.
func (a *applier) mayCreate(ctx context.Context, keys map[string]bool) error {
	if len(keys) == 0 || a.dry {
		return nil
	}
	born, err := a.e.ledger.Born(ctx)
	if err != nil {
		return err
	}
	until := born.Add(a.e.span())
	for _, i := range a.d.intents {
		if t := i.At.Add(a.e.span()); keys[i.Key] && t.After(until) {
			until = t
		}
	}
	if a.e.clock.Now().Before(until) {
		return &Later{At: until, Reason: "what was begun before may still appear"}
	}
	return nil
}

func (a *applier) toCreate() map[string]bool {
	keys := map[string]bool{}
	if a.d.status == nil && !a.d.isAggregate() {
		keys[statusKey] = true
	}
	for _, c := range a.d.plan.Comments {
		if _, ok := a.d.made[c.Key]; !ok {
			keys[c.Key] = true
		}
	}
	for _, n := range a.d.plan.Notices {
		if _, ok := a.d.made[n.Key]; !ok {
			keys[n.Key] = true
		}
	}
	for _, c := range a.d.plan.Checks {
		if a.d.made[c.Key].Hash != checkHash(c) {
			keys[c.Key] = true
		}
	}
	return keys
}

// write does one write, with its reason in the journal and enough lease left for
// its answer, and says it, also where GitHub refuses it for good.
func (a *applier) write(ctx context.Context, what string, do func() error) error {
	if a.dry {
		a.run.Did = append(a.run.Did, what)
		return nil
	}
	if err := a.note(ctx); err != nil {
		return err
	}
	if err := a.e.holdLease(ctx, a.c); err != nil {
		return err
	}
	err := do()
	if err != nil {
		err = fmt.Errorf("%s: %w", what, err)
	}
	switch {
	case err == nil:
		a.run.Did = append(a.run.Did, what)
	case errors.Is(err, ErrRefused), errors.Is(err, ErrConflict):
		a.run.Did = append(a.run.Did, err.Error())
	}
	return err
}

// foldTwice deletes what a create whose answer was lost left twice; the oldest
// stays. Only comments of our own carry our marker.
func (a *applier) foldTwice(ctx context.Context) error {
	for _, c := range a.d.twice {
		err := a.write(ctx, fmt.Sprintf("delete comment %d, a duplicate of ours", c.ID), func() error {
			return a.e.writer.DeleteComment(ctx, a.d.o.Subject.Repo, c.ID)
		})
		if tolerated(err) != nil {
			return err
		}
	}
	return nil
}

func (a *applier) labels(ctx context.Context) error {
	for _, l := range a.d.plan.Labels {
		var err error
		switch has := a.d.o.HasLabel(l.Label.Name); {
		case l.On && !has && a.removed(l) < 2:
			err = a.write(ctx, fmt.Sprintf("label %q on", l.Label.Name), func() error {
				return a.e.writer.AddLabel(ctx, a.d.o.Subject, l.Label)
			})
		case !l.On && has && a.mayRemove(l):
			err = a.write(ctx, fmt.Sprintf("label %q off", l.Label.Name), func() error {
				return a.e.writer.RemoveLabel(ctx, a.d.o.Subject, l.Label.Name)
			})
		}
		if err := tolerated(err); err != nil {
			return err
		}
	}
	return nil
}

// tolerated: where GitHub refuses one thing (403, 404, 422), the rest goes on.
func tolerated(err error) error {
	if errors.Is(err, ErrRefused) || errors.Is(err, ErrGone) {
		return nil
	}
	return err
}

// removed counts how often people took a label off since it was asked for. It
// is put back once; after that they meant it.
func (a *applier) removed(l workflows.LabelIntent) int {
	n := 0
	for _, e := range a.d.o.Events {
		if e.Kind == workflows.EventUnlabeled && !e.Ours && strings.EqualFold(e.Label, l.Label.Name) &&
			!e.At.Before(a.d.from) && !e.At.Before(l.At) {
			n++
		}
	}
	return n
}

// mayRemove: a label that we put, or an act did, or that was there before the
// act that decides against it. One that somebody put after that stays.
func (a *applier) mayRemove(l workflows.LabelIntent) bool {
	var last workflows.Event
	for _, e := range a.d.o.Events {
		if e.Kind == workflows.EventLabeled && strings.EqualFold(e.Label, l.Label.Name) {
			last = e
		}
	}
	for _, act := range a.d.acts {
		if id, ok := act.FromEvent(); ok && id == last.ID && act.Verdict == workflows.Done {
			return true
		}
	}
	return last.Ours || last.At.Before(l.At)
}

// state opens or closes, unless somebody did so after the act that asks for
// it: people win. A hold stops our own closing and never reopens.
func (a *applier) state(ctx context.Context) error {
	want := a.d.plan.State
	if want == nil || want.Open == a.d.o.Issue.Open || !want.Open && len(a.d.plan.Holds) > 0 {
		return nil
	}
	if last, ok := a.d.o.LastState(); ok && !last.Ours && !last.At.Before(want.At.Truncate(time.Second)) {
		return nil
	}
	what, reason := "reopen", want.Reason
	if !want.Open {
		what = "close as " + reason
	}
	if a.d.o.Issue.Pull { // which is closed without one
		reason = ""
	}
	err := a.write(ctx, what, func() error {
		return a.e.writer.SetState(ctx, a.d.o.Subject, want.Open, reason)
	})
	return tolerated(err)
}

// assignees assigns whom the plan names, each once: whom GitHub leaves out would
// be left out again, and whom a person takes off stays off. docs: REST API
// endpoints for issue assignees, "Add assignees to an issue".
func (a *applier) assignees(ctx context.Context) error {
	var missing []string
	for _, login := range a.d.plan.Assignees {
		if _, tried := a.assigned[strings.ToLower(login)]; !tried && !a.d.o.HasAssignee(login) {
			missing = append(missing, login)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	var now []string
	err := a.write(ctx, "assign "+strings.Join(missing, ", "), func() (err error) {
		now, err = a.e.writer.Assign(ctx, a.d.o.Subject, missing)
		return err
	})
	if tolerated(err) != nil {
		return err
	}
	for _, login := range missing {
		a.assigned[strings.ToLower(login)] = slices.ContainsFunc(now, func(have string) bool { return strings.EqualFold(have, login) })
	}
	return nil
}

// comments makes what is missing and edits what says something else. One that
// a person deleted is not made again.
func (a *applier) comments(ctx context.Context) error {
	for _, want := range a.d.plan.Comments {
		facts := want.Facts
		if facts == "" {
			facts = want.Body
		}
		body, hash := marked(want.Key, want.Body), fingerprint(string(a.d.language), facts)
		made, exists := a.d.made[want.Key]
		switch {
		case !exists:
			id, err := a.create(ctx, want.Key, body)
			if tolerated(err) != nil {
				return err
			}
			if err == nil {
				a.d.made[want.Key] = workflows.Made{ID: id, Hash: hash, At: a.e.second()}
			}
		case made.Gone || made.Hash == hash:
		case a.d.found[want.Key].Body == body: // an earlier try wrote it
			made.Hash = hash
			a.d.made[want.Key] = made
		default:
			err := a.write(ctx, "edit comment "+want.Key, func() error {
				_, err := a.e.writer.EditComment(ctx, a.d.o.Subject.Repo, made.ID, body)
				return err
			})
			made.Hash = hash
			if errors.Is(err, ErrGone) {
				made.Gone, err = true, nil
			}
			if err != nil && !errors.Is(err, ErrRefused) {
				return err
			}
			a.d.made[want.Key] = made
		}
	}
	return nil
}

// notices call people, once. They ride in the status comment where that is
// made in this run. Where it is known to have been deleted they were sent.
func (a *applier) notices(ctx context.Context) error {
	for _, n := range a.d.plan.Notices {
		_, sent := a.d.made[n.Key]
		switch {
		case sent:
		case errors.Is(a.d.lost, errDeleted):
			a.d.made[n.Key] = workflows.Made{}
		case a.d.status == nil:
			a.said = append(a.said, n)
			a.d.made[n.Key] = workflows.Made{At: a.e.second(), To: n.To}
		default:
			body := shorten(n.Body, maxComment-len(marked(n.Key, "")), a.d.language)
			id, err := a.create(ctx, n.Key, marked(n.Key, body))
			if tolerated(err) != nil {
				return err
			}
			if err == nil {
				a.d.made[n.Key] = workflows.Made{ID: id, At: a.e.second(), To: n.To}
			}
		}
	}
	return nil
}

func (a *applier) create(ctx context.Context, key, body string) (int64, error) {
	var id int64
	err := a.begin(ctx, key, "comment "+key, func() error {
		c, err := a.e.writer.CreateComment(ctx, a.d.o.Subject, body)
		id = c.ID
		return err
	})
	return id, err
}

// begin puts the intent on disk, then creates, so that an answer that is lost
// is looked for before it is tried again.
func (a *applier) begin(ctx context.Context, key, what string, create func() error) error {
	return a.beginAll(ctx, []string{key}, what, func() ([]error, error) { return nil, create() })
}

// beginAll is begin for what one request creates. create returns what is wrong with
// all of it, or with each.
func (a *applier) beginAll(ctx context.Context, keys []string, what string, create func() (each []error, all error)) error {
	return a.write(ctx, what, func() error {
		for _, key := range keys {
			if err := a.e.ledger.Begin(ctx, *a.c, key); err != nil {
				return err
			}
			a.d.begun = append(a.d.begun, key)
		}
		each, all := create()
		failed := all
		for i, key := range keys {
			err := all
			if i < len(each) {
				err = cmp.Or(all, each[i])
			}
			// What an earlier run began may be there: it is the reason why this failed.
			if err != nil && !errors.Is(err, ErrUncertain) && ctx.Err() == nil && !a.wasBegun(key) {
				failed = errors.Join(failed, a.e.ledger.Drop(ctx, *a.c, key))
			}
		}
		return failed
	})
}
