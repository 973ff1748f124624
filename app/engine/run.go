package engine

import (
	"context"
	"errors"

	"github.com/kintsugi-app/kintsugi/workflows"
)

// runSubject is one run: look, deliberate, apply, conclude.
func (e *Engine) runSubject(ctx context.Context, c *Claim, run *Run) Outcome {
	if c.Unfinished {
		c.Hint.Watch = e.clock.Now().Add(2 * e.span())
	}
	s, err := workflows.ParseSubject(c.Key)
	if err != nil {
		run.Err = err
		return Outcome{Hint: c.Hint, Error: err.Error()}
	}
	intents, err := e.ledger.Intents(ctx, *c)
	if err != nil {
		return e.failed(c, run, err)
	}
	d, err := e.think(ctx, s, c, intents, run)
	if err != nil {
		return e.failed(c, run, err)
	}
	if !d.policy.Enabled { // what is said meanwhile is read when it is on again
		return Outcome{Hint: c.Hint, Published: c.Published}
	}
	if d.owner == "" {
		return e.concluded(c, &d)
	}
	if d.plan.Urgent {
		run.Rank = Urgent
		ctx = WithRank(ctx, run.Rank)
	}
	if e.pause {
		return e.paused(c, run)
	}
	if d.policy.Observe {
		d.plan, run.Held = previews(&d), true
	}
	if err := e.apply(ctx, c, &d, run); err != nil {
		out := e.failed(c, run, err)
		if out.Excused && d.plan.Turn > 0 {
			out.Due = out.Due.Add(breather)
		}
		return out
	}
	return e.concluded(c, &d)
}

// think observes and deliberates. What it found is noted in the run, as far as it
// came.
func (e *Engine) think(ctx context.Context, s workflows.Subject, c *Claim, intents []Intent, run *Run) (deliberation, error) {
	about := e.study
	if s.Name != "" {
		about = e.ponder
	}
	d, err := about(ctx, s, c, intents, run)
	run.Asked = asked(d.facts)
	if err != nil {
		return d, err
	}
	run.Owner, run.Why = d.owner, d.reasons()
	run.decided(&d)
	return d, nil
}

// study observes an issue and deliberates, once the observation explains itself or
// has been looked at often enough.
func (e *Engine) study(ctx context.Context, s workflows.Subject, c *Claim, intents []Intent, run *Run) (deliberation, error) {
	v, err := e.look(ctx, s, c, intents)
	if errors.Is(err, ErrGone) {
		return deliberation{}, errNoSubject
	}
	if err != nil {
		return deliberation{}, err
	}
	run.Observed = v.observed(c.Hint)
	if v.unexplained != "" && v.unexplained != c.Hint.Accepted {
		if c.Hint.Looks++; c.Hint.Looks < mostLooks {
			return deliberation{}, errIncomplete
		}
		c.Hint.Accepted = v.unexplained
	}
	c.Hint.Looks = 0
	return e.deliberate(ctx, v, c)
}

// decided notes what the workflows want.
func (r *Run) decided(d *deliberation) {
	r.Asked = asked(d.facts)
	if d.owner != "" {
		r.Summaries = summariesIn(d.plan.Summary)
	}
	if d.owner != "" && d.policy.Enabled {
		r.Plan = d.plan.String()
	}
}
