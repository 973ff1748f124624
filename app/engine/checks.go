package engine

import (
	"context"
	"fmt"
	"maps"
	"strconv"

	"github.com/kintsugi-app/kintsugi/workflows"
)

// mostAnnotations is how many annotations GitHub takes at a time; those of an
// update come beside what is there. maxSummary is how many characters of a
// summary. docs: REST API endpoints for check runs, "Create a check run".
const (
	mostAnnotations = 50
	maxSummary      = 65_535
)

// checks keeps the planned check runs true. A run stands on one commit, so that
// the next commit gets one of its own. Where GitHub refuses, that is remembered
// until there is something else to say, and the rest goes on.
func (a *applier) checks(ctx context.Context) error {
	for _, want := range a.d.plan.Checks {
		hash := checkHash(want)
		done, err := a.isDone(ctx, want, hash)
		if err != nil {
			return err
		}
		if done {
			continue
		}
		id, err := a.check(ctx, want, a.d.made[want.Key].Hash == hash || a.d.rerun[want.Commit])
		if tolerated(err) != nil {
			return err
		}
		made := workflows.Made{ID: id, Hash: hash, At: a.e.second()}
		if err != nil {
			made = workflows.Made{Refused: refusal(err), Hash: hash, At: made.At}
		}
		if !a.dry {
			a.d.made[want.Key] = made
			a.hintCheck(want.Key, made)
		}
	}
	a.forgetChecks()
	return nil
}

// mostHinted is how many checks of an aggregate are remembered, more than it has heads of
// branches to write them on.
const mostHinted = 200

// hintCheck remembers a check of an aggregate, which has no record: as long as the
// store is kept, one that is to say the same costs no request.
func (a *applier) hintCheck(key string, made workflows.Made) {
	if _, known := a.c.Hint.Checks[key]; !a.d.isAggregate() || !known && len(a.c.Hint.Checks) >= mostHinted {
		return
	}
	if a.c.Hint.Checks == nil {
		a.c.Hint.Checks = map[string]workflows.Made{}
	}
	a.c.Hint.Checks[key] = made
}

// forgetChecks drops what is not planned any more.
func (a *applier) forgetChecks() {
	planned := map[string]bool{}
	for _, c := range a.d.plan.Checks {
		planned[c.Key] = true
	}
	maps.DeleteFunc(a.c.Hint.Checks, func(key string, _ workflows.Made) bool { return !a.dry && !planned[key] })
}

// isDone tells whether a check says already what it should and nobody asks for it
// again: until that is answered, GitHub shows it as waiting. An aggregate, which may
// have many, does not ask who does: it is told.
func (a *applier) isDone(ctx context.Context, want workflows.CheckIntent, hash string) (bool, error) {
	switch made := a.d.made[want.Key]; {
	case made.Hash != hash:
		return false, nil
	case made.ID == 0: // it was refused
		return true, nil
	case a.d.isAggregate():
		return !a.d.rerun[want.Commit], nil
	}
	again, err := a.e.reader.Rerequested(ctx, a.d.o.Subject.Repo, want.Commit, want.Name)
	return !again, tolerated(err)
}

// checkHash is by what a check is known to say already what it should.
func checkHash(c workflows.CheckIntent) string {
	return fingerprint(c.Commit, c.Name, c.Conclusion, c.Title, c.Summary, annotated(c))
}

func annotated(c workflows.CheckIntent) string {
	var parts []string
	for _, n := range c.Annotations {
		parts = append(parts, n.Path, strconv.Itoa(n.Line), n.Level, n.Title, n.Message)
	}
	return fingerprint(parts...)
}

// check writes one check run, after looking for what an earlier try, or an
// earlier record, left of it: where that says already what it should, nothing is
// written, unless somebody asks for it again. GitHub never takes an annotation back: a
// run that has others is followed by a new one, which hides it.
func (a *applier) check(ctx context.Context, want workflows.CheckIntent, again bool) (id int64, err error) {
	run := CheckRun{
		Name: want.Name, Commit: want.Commit, ExternalID: want.Key + " " + annotated(want),
		Conclusion: want.Conclusion, Title: want.Title, Summary: shorten(want.Summary, maxSummary, a.d.language),
	}
	latest, err := a.e.reader.LatestCheck(ctx, a.d.o.Subject.Repo, want.Commit, want.Name)
	if err != nil {
		return 0, err
	}
	written := 0
	switch {
	case !again && latest.says(run) && latest.Annotated == len(want.Annotations):
		return latest.ID, nil
	case latest.ExternalID == run.ExternalID && latest.Annotated <= len(want.Annotations):
		id, written = latest.ID, latest.Annotated
		run.Annotations, written = nextAnnotations(want, written)
		err = a.updateCheck(ctx, want, id, run)
	default:
		run.Annotations, written = nextAnnotations(want, written)
		err = a.begin(ctx, want.Key, fmt.Sprintf("check %s on %s: %s", want.Key, want.Commit, want.Conclusion), func() (err error) {
			id, err = a.e.writer.CreateCheck(ctx, a.d.o.Subject.Repo, run)
			return err
		})
	}
	for err == nil && written < len(want.Annotations) {
		run.Annotations, written = nextAnnotations(want, written)
		err = a.updateCheck(ctx, want, id, run)
	}
	return id, err
}

// says tells whether a check run shows what another is to, annotations aside.
func (c CheckRun) says(other CheckRun) bool {
	return c.ID != 0 && c.ExternalID == other.ExternalID && c.Conclusion == other.Conclusion && c.Title == other.Title && c.Summary == other.Summary
}

func nextAnnotations(want workflows.CheckIntent, written int) (next []workflows.Annotation, until int) {
	until = min(written+mostAnnotations, len(want.Annotations))
	return want.Annotations[written:until], until
}

// updateCheck puts an intent on disk as a create does: annotations whose answer
// was lost must be counted before they are sent again.
func (a *applier) updateCheck(ctx context.Context, want workflows.CheckIntent, id int64, run CheckRun) error {
	return a.begin(ctx, want.Key, fmt.Sprintf("update check %s: %s", want.Key, want.Conclusion), func() error {
		return a.e.writer.UpdateCheck(ctx, a.d.o.Subject.Repo, id, run)
	})
}
