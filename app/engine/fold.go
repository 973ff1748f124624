package engine

import (
	"time"

	"github.com/kintsugi-app/kintsugi/workflows"
)

// foldAge keeps recent acts from being folded: a list may still lag behind
// them, and what is folded is not judged again.
const foldAge = 5 * time.Minute

// fit folds older acts until the sealed record is small enough. What goes is
// what a replay does not miss: acts without effect, then all but the first and
// the last of each command. The rules allow it, because state follows from the
// first act (declared, acknowledged) or the last (everything else).
func (r Record) fit(keys Keys, now time.Time) (Record, string, error) {
	sealed, err := r.seal(keys)
	if err != nil || len(sealed) <= maxRecord {
		return r, sealed, err
	}
	for _, keep := range []func([]recordedAct) map[string]bool{effective, firstAndLast} {
		r = r.fold(keep(r.Acts), now.Add(-foldAge))
		if sealed, err = r.seal(keys); err != nil || len(sealed) <= maxRecord {
			return r, sealed, err
		}
	}
	return r, sealed, err
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
