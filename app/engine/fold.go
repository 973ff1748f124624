package engine

import (
	"slices"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows"
)

// foldAge keeps recent acts from being folded: a list may still lag behind
// them, and what is folded is not judged again.
const foldAge = 5 * time.Minute

// keepLast is how many uses of a command stay where only the last ones matter.
const keepLast = 10

// fit folds older acts until the sealed record is small enough, in steps that
// cost more and more: what had no effect; then all but the last uses of the
// commands whose last use counts; then, for a flood, the same without sparing
// what is recent. A replay misses none of it. What is left when not even that
// is enough is the first and the last of each command.
//
// What is recent is told by GitHub's own times, the newest that was seen: by a
// clock of ours that is ahead, nothing would be.
func (r Record) fit(keys Keys, commands workflows.Commands) (Record, string, error) {
	sealed, err := r.seal(keys)
	now := r.newest()
	for _, step := range []struct {
		keep    func([]recordedAct) map[string]bool
		horizon time.Time
	}{
		{effective, now.Add(-foldAge)},
		{lastUses(commands), now.Add(-foldAge)},
		{lastUses(commands), now},
		{firstAndLast, now},
	} {
		if err != nil || len(sealed) <= maxRecord {
			break
		}
		r = r.fold(step.keep(r.Acts), step.horizon)
		sealed, err = r.seal(keys)
	}
	return r, sealed, err
}

// newest is the latest time of GitHub's that the record knows.
func (r Record) newest() time.Time {
	now := r.Cursor
	for _, a := range r.Acts {
		now = latest(now, time.Unix(a.At, 0).UTC())
	}
	return now
}

// lastUses keeps what had an effect, and of the commands whose last use counts
// the last few.
func lastUses(commands workflows.Commands) func([]recordedAct) map[string]bool {
	return func(acts []recordedAct) map[string]bool {
		keep, uses := map[string]bool{}, map[string]int{}
		for _, a := range slices.Backward(acts) {
			c, _ := commands.Find(a.Name)
			if a.Verdict == workflows.Done && (!c.LastCounts || uses[a.Name] < keepLast) {
				keep[a.ID] = true
				uses[a.Name]++
			}
		}
		return keep
	}
}

// fold drops the acts up to the horizon that are not to be kept.
func (r Record) fold(keep map[string]bool, horizon time.Time) Record {
	var kept []recordedAct
	for _, a := range r.Acts {
		at := time.Unix(a.At, 0).UTC()
		if keep[a.ID] || at.After(horizon) {
			kept = append(kept, a)
			continue
		}
		r.FoldedCount++
		if at.After(r.Folded) {
			r.Folded = at
		}
	}
	r.Acts = kept
	return r
}

func effective(acts []recordedAct) map[string]bool {
	keep := map[string]bool{}
	for _, a := range acts {
		keep[a.ID] = a.Verdict == workflows.Done
	}
	return keep
}

func firstAndLast(acts []recordedAct) map[string]bool {
	keep := map[string]bool{}
	first, last := map[string]string{}, map[string]string{}
	for _, a := range acts {
		if a.Verdict != workflows.Done {
			continue
		}
		if first[a.Name] == "" {
			first[a.Name] = a.ID
		}
		last[a.Name] = a.ID
	}
	for _, ids := range []map[string]string{first, last} {
		for _, id := range ids {
			keep[id] = true
		}
	}
	return keep
}

// answered reports whether an act on something written at that time may have
// been folded away, so that it is not judged again.
func (r Record) answered(at time.Time) bool { return !r.Folded.IsZero() && !at.After(r.Folded) }
