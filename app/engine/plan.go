package engine

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/kintsugi-app/kintsugi/workflows"
)

// Plan is what a run would do to a subject now, and why: Did holds what would be
// written. It reads, and changes nothing; neither store nor keys are needed.
// Without keys the record cannot be verified: all acts are judged afresh, with
// today's roles.
func (e *Engine) Plan(ctx context.Context, s workflows.Subject) (Run, error) {
	run := Run{Key: s.String(), At: e.clock.Now()}
	c := Claim{Key: run.Key, Hint: Hint{Looks: mostLooks}}
	d, err := e.think(ctx, s, &c, nil, &run)
	if errors.Is(err, errNoSubject) {
		err = ErrGone
	}
	if err != nil {
		return run, err
	}
	if d.owner == "" {
		return run, nil
	}
	if !d.policy.Enabled {
		run.Why = append(run.Why, "nothing is written: the policy says enabled: false")
		return run, nil
	}
	if d.policy.Observe {
		run.Why = append(run.Why, "nothing is written: the policy says mode: observe")
	}
	a := newApplier(e, &c, &d, &run)
	a.dry = true
	if !d.policy.Observe {
		if err := a.creations(ctx); err != nil {
			return run, err
		}
	}
	return run, a.all(ctx)
}

// reasons say, for people who ask, why the plan is as it is.
func (d *deliberation) reasons() []string {
	if d.owner == "" {
		return []string{d.notOurs}
	}
	var why []string
	if text := lostText(fmt.Sprint(d.lost), false); d.lost != nil {
		why = append(why, strings.ToLower(text[:1])+text[1:])
	}
	for _, a := range d.acts {
		why = append(why, fmt.Sprintf("%s %s by %s (%s): %s", a.At.Format("2006-01-02 15:04:05Z"), described(a), a.Author, a.Role, verdict(a)))
	}
	return why
}

func described(a workflows.Act) string {
	text := "/" + a.Name
	if a.Gesture {
		text = a.Name
	}
	if a.Value != "" {
		text += " " + fmt.Sprintf("%q", a.Value)
	}
	return text
}

func verdict(a workflows.Act) string {
	names := [...]string{
		workflows.Pending: "not judged", workflows.Done: "done", workflows.Refused: "refused", workflows.Misread: "not understood",
		workflows.Misspelt: "misspelt", workflows.Edited: "written by an edit, not read", workflows.Unread: "done once, edited since",
	}
	text := "a verdict of a newer version"
	if a.Verdict >= 0 && int(a.Verdict) < len(names) {
		text = names[a.Verdict]
	}
	if a.Why != "" {
		text += " (" + a.Why + ")"
	}
	return text
}
