package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/policy"
)

const (
	// overlap is how far behind the cursor lists are read, so that what a
	// lagging list left out comes with the next one.
	overlap = time.Minute
	// mostLooks bounds how often an observation that does not explain itself
	// is made again, and lookAgain is the pause between.
	mostLooks = 5
	lookAgain = time.Second
)

// errIncomplete: the lists do not explain the issue yet; look again.
var errIncomplete = errors.New("the observation does not explain itself yet")

// view is a subject as one run sees it, before anything is judged.
type view struct {
	home   Home
	policy policy.Policy
	// rules are those for a subject of its kind.
	rules    Rules
	problems []policy.Problem
	o        workflows.Observation
	intents  []Intent
	// from is where the list of comments began; zero for all.
	from time.Time
	// status is the status comment; nil where there is none.
	status *workflows.Comment
	record Record
	// lost says why the record that was there is not believed; nil where it
	// is, and where there was none.
	lost error
	// copied is the genuine record of another issue in our own status comment:
	// this issue was transferred, or somebody copied it. It says which workflow
	// looks after the issue, and since when, and nothing else.
	copied Record
	// found are our comments by key, the oldest of each; twice are the others.
	found map[string]workflows.Comment
	twice []workflows.Comment
	// rode are the keys of notices that went out with the status comment.
	rode map[string]bool
	// unexplained is what the events do not account for.
	unexplained string
}

// arrive is what is known of any subject: where it stands, and the policy there.
func (e *Engine) arrive(ctx context.Context, s workflows.Subject) (view, error) {
	home, err := e.places.Home(ctx, s.Repo)
	if err != nil {
		return view{}, fmt.Errorf("find the repository: %w", err)
	}
	v := view{home: home}
	v.policy, v.problems = policy.ParseLayers(home.Sources, e.rules.Sections())
	v.o = workflows.Observation{Subject: s, RepoID: home.RepoID, Private: home.Private, InstalledAt: home.InstalledAt}
	return v, nil
}

// look observes an issue: itself, its events, and the comments since the
// cursor, which bring the status comment and the record with them.
func (e *Engine) look(ctx context.Context, s workflows.Subject, c *Claim, intents []Intent) (view, error) {
	v, err := e.arrive(ctx, s)
	if err != nil {
		return view{}, err
	}
	v.intents = intents
	v.o.Issue, err = e.reader.Issue(ctx, s)
	switch {
	case err == nil && e.isOrdinary(v.o.Issue, v.policy, c.Hint):
		return view{}, errOrdinary
	case errors.Is(err, ErrRefused) && !knowsStatus(c.Hint):
		return view{}, errUnseen
	case err != nil:
		return view{}, fmt.Errorf("read the issue: %w", err)
	}
	v.rules = e.rules.of(v.o.Issue)
	v.from = readFrom(c.Hint, intents)
	if v.o.Comments, err = e.reader.Comments(ctx, s, v.from); err != nil {
		return view{}, fmt.Errorf("list the comments: %w", err)
	}
	if v.o.Events, err = e.reader.Events(ctx, s); err != nil {
		return view{}, fmt.Errorf("list the events: %w", err)
	}
	v.fillReason()
	if err := e.readAnnounced(ctx, &v, *c); err != nil {
		return view{}, err
	}
	if err := e.findStatus(ctx, &v, &c.Hint); err != nil {
		return view{}, err
	}
	if err := e.readFurther(ctx, &v, c.Hint); err != nil {
		return view{}, err
	}
	v.sortOwn()
	v.unexplained = v.explain()
	return v, nil
}

// readFrom is where the list of comments starts: a little before the cursor,
// and before the oldest create whose fate is open.
func readFrom(h Hint, intents []Intent) time.Time {
	if h.Cursor.IsZero() {
		return time.Time{}
	}
	from := h.Cursor
	for _, i := range intents {
		if i.At.Before(from) {
			from = i.At
		}
	}
	return from.Add(-overlap)
}

// fillReason gives the last closing its reason: GitHub documents it for the
// issue and not for its events. A pull request is closed without one.
func (v *view) fillReason() {
	last, ok := v.o.LastState()
	if !ok || last.Kind != workflows.EventClosed || v.o.Issue.Open || v.o.Issue.Pull {
		return
	}
	for i := range v.o.Events {
		if v.o.Events[i].ID == last.ID && v.o.Events[i].Reason == "" {
			v.o.Events[i].Reason = cmp.Or(v.o.Issue.Reason, "completed")
		}
	}
}

// readAnnounced reads a comment by id that a delivery announced and that the
// list does not show yet, so that nobody waits for a list to catch up.
func (e *Engine) readAnnounced(ctx context.Context, v *view, c Claim) error {
	if c.Expect <= c.Hint.LastComment || v.has(c.Expect) {
		return nil
	}
	announced, err := e.reader.Comment(ctx, v.o.Subject.Repo, c.Expect)
	switch {
	case errors.Is(err, ErrGone):
		return nil
	case err != nil:
		return fmt.Errorf("read the comment that a delivery announced: %w", err)
	}
	v.o.Comments = append(v.o.Comments, announced)
	return nil
}

func (v *view) has(comment int64) bool {
	return slices.ContainsFunc(v.o.Comments, func(c workflows.Comment) bool { return c.ID == comment })
}

// findStatus finds the status comment and its record. A list may show an older
// version, or none: what the store remembers is then read by id, and only that
// may say that it is older, or deleted.
func (e *Engine) findStatus(ctx context.Context, v *view, h *Hint) error {
	repo, issue := v.o.RepoID, v.o.Issue.ID
	var candidates []workflows.Comment
	for _, c := range v.o.Comments {
		if c.Ours && markerOf(c.Body) == statusKey {
			candidates = append(candidates, c)
		}
	}
	if h.Status != 0 {
		i := slices.IndexFunc(candidates, func(c workflows.Comment) bool { return c.ID == h.Status })
		if i < 0 || seqOf(candidates[i].Body) < h.Seq {
			now, err := e.reader.Comment(ctx, v.o.Subject.Repo, h.Status)
			switch {
			case errors.Is(err, ErrGone):
				h.Status, h.GoneAt = 0, h.Cursor
				h.StatusGone++
				if i >= 0 {
					candidates = slices.Delete(candidates, i, i+1)
				}
			case err != nil:
				return fmt.Errorf("read the status comment: %w", err)
			case i >= 0:
				candidates[i] = now
			default:
				candidates = append(candidates, now)
			}
		}
	}
	if h.Status == 0 && h.StatusGone > 0 {
		v.lost = errDeleted
	}
	slices.SortFunc(candidates, byID)
	for i, c := range candidates {
		if i == 0 {
			v.status = &candidates[0]
			v.lost = nil
		}
		r, err := open(c.Body, e.keys, repo, issue)
		switch {
		case err == nil && (v.record.Seq == 0 || r.Seq > v.record.Seq):
			v.record, v.lost = r, nil
		case err != nil && v.record.Seq == 0:
			v.lost, v.copied = err, r
		}
	}
	if v.status != nil {
		h.Status, h.Seq = v.status.ID, max(h.Seq, v.record.Seq)
	}
	return nil
}

func byID(a, b workflows.Comment) int { return cmp.Compare(a.ID, b.ID) }

// readFurther reads the older comments too where the record does not cover
// them: it was lost, or it is an older one than we wrote.
func (e *Engine) readFurther(ctx context.Context, v *view, h Hint) error {
	var back time.Time
	switch {
	case v.from.IsZero():
		return nil
	case v.lost != nil:
	case v.record.Seq != 0 && v.record.Seq < h.Seq && v.record.Cursor.Before(v.from):
		back = v.record.Cursor.Add(-overlap)
	default:
		return nil
	}
	all, err := e.reader.Comments(ctx, v.o.Subject, back)
	if err != nil {
		return fmt.Errorf("list the older comments: %w", err)
	}
	for _, c := range v.o.Comments { // read by id, not listed yet
		if !slices.ContainsFunc(all, func(a workflows.Comment) bool { return a.ID == c.ID }) {
			all = append(all, c)
		}
	}
	v.o.Comments, v.from = all, back
	return nil
}

// sortOwn finds what we made by its markers, believed only in what we wrote.
// The oldest of a key is the one that stays, so that a create that landed
// twice becomes one again.
func (v *view) sortOwn() {
	v.found, v.rode = map[string]workflows.Comment{}, map[string]bool{}
	slices.SortFunc(v.o.Comments, byID)
	for _, c := range v.o.Comments {
		key := markerOf(c.Body)
		if !c.Ours || key == "" {
			continue
		}
		first, made := v.found[key], v.record.Made[key]
		switch {
		case first.ID != 0, made.ID != 0 && made.ID < c.ID:
			v.twice = append(v.twice, c)
		default:
			v.found[key] = c
			if made.ID > c.ID {
				v.twice = append(v.twice, workflows.Comment{ID: made.ID})
			}
		}
	}
	if v.status != nil {
		v.twice = slices.DeleteFunc(v.twice, func(c workflows.Comment) bool { return c.ID == v.status.ID })
		for _, key := range rodeWith(v.status.Body) {
			v.rode[key] = true
		}
	}
}

// explain returns what the events, ours included, do not account for: the
// state, and each label of ours. Events lag like all lists; acting on a stale
// one would fight a person.
func (v *view) explain() string {
	var missing []string
	last, ok := v.o.LastState()
	if open := !ok || last.Kind == workflows.EventReopened; open != v.o.Issue.Open {
		missing = append(missing, fmt.Sprintf("state open=%t", v.o.Issue.Open))
	}
	on := map[string]bool{}
	for _, e := range v.o.Events {
		switch e.Kind {
		case workflows.EventLabeled:
			on[strings.ToLower(e.Label)] = true
		case workflows.EventUnlabeled:
			delete(on, strings.ToLower(e.Label))
		}
	}
	owners, _ := v.rules.labels(v.policy)
	for name := range owners {
		if v.o.HasLabel(name) != on[name] {
			missing = append(missing, fmt.Sprintf("label %s=%t", name, v.o.HasLabel(name)))
		}
	}
	slices.Sort(missing)
	return strings.Join(missing, ", ")
}
