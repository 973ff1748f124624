package engine

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows"
)

// status writes the status comment, text and record in one edit, where there
// is anything new to say or to keep. The record's cursor moves only with it.
func (a *applier) status(ctx context.Context) error {
	d := a.d
	next := a.nextRecord()
	notes := remarks(next, d.acts, d.sayable(), d.plan.Holds, d.o.Issue.URL, d.language)
	facts := statusFacts(d.plan.Sections, notes, d.language)
	before := d.record.Made[statusKey]
	next.Made[statusKey] = workflows.Made{ID: before.ID, Hash: facts, At: before.At}
	if d.status != nil && d.lost == nil && before.Hash == facts && len(d.fresh) == 0 && !a.paid &&
		maps.Equal(d.record.Made, next.Made) && maps.Equal(d.record.Assigned, next.Assigned) && d.record.Summary == next.Summary {
		return nil
	}
	if d.status == nil && d.isQuiet(next) {
		return nil
	}
	if a.dry && len(a.e.keys) == 0 && d.status != nil { // nor what the record holds
		return nil
	}
	if a.dry {
		return a.writeStatus(ctx, "", 0)
	}
	body, err := a.statusBody(next, notes)
	if err != nil {
		return err
	}
	return a.writeStatus(ctx, body, next.Seq)
}

// isQuiet: there is nothing to say about the subject and nothing to keep, so it
// needs no comment of ours. An issue that we opened and that nobody has touched is
// such.
func (d *deliberation) isQuiet(r Record) bool {
	return d.lost == nil && len(d.plan.Sections) == 0 && len(d.acts) == 0 && len(r.Made) == 1 && len(r.Assigned) == 0
}

func (a *applier) writeStatus(ctx context.Context, body string, seq int64) error {
	hint := &a.c.Hint
	if a.d.status == nil {
		id, err := a.create(ctx, statusKey, body)
		if err == nil {
			hint.Status, hint.Seq = id, seq
		}
		return err
	}
	hint.Status = a.d.status.ID
	err := a.write(ctx, "edit the status comment", func() error {
		_, err := a.e.writer.EditComment(ctx, a.d.o.Subject.Repo, a.d.status.ID, body)
		return err
	})
	if errors.Is(err, ErrGone) {
		return errIncomplete // deleted while we worked: the next look says so
	}
	if err == nil {
		hint.Seq = seq
	}
	return err
}

// newest is when the last comment that was seen was written or edited.
func (d *deliberation) newest(cursor time.Time) time.Time {
	for _, c := range d.o.Comments {
		if c.UpdatedAt.After(cursor) {
			cursor = c.UpdatedAt
		}
	}
	if !d.postponed.IsZero() && cursor.After(d.postponed) { // to be listed again
		cursor = d.postponed.Add(-time.Second)
	}
	return cursor
}

// heard is when a person last wrote a comment, as far as is known.
func (d *deliberation) heard(h Hint) time.Time {
	last := h.Heard
	if d.record.Heard.After(last) {
		last = d.record.Heard
	}
	for _, c := range d.o.Comments {
		if !c.Ours && !c.Author.Bot && c.CreatedAt.After(last) {
			last = c.CreatedAt
		}
	}
	return last
}

// nextRecord is the record after this run.
func (a *applier) nextRecord() Record {
	d := a.d
	r := d.record
	r.Acts = slices.Clone(r.Acts)
	r.add(d.fresh)
	for i, act := range r.Acts {
		id, ok := act.act().FromComment()
		r.Acts[i].Owed = ok && a.owed[id]
	}
	r.Version = max(r.Version, recordVersion)
	r.Seq = max(r.Seq, a.c.Hint.Seq)
	if d.status != nil {
		r.Seq = max(r.Seq, seqOf(d.status.Body))
	}
	r.Seq++
	r.RepoID, r.IssueID, r.Kind = d.o.RepoID, d.o.Issue.ID, "issue"
	r.Owner, r.From, r.Language = d.owner, d.from, d.language
	r.Summary, r.NoReactions = d.plan.Summary, a.noReactions
	if d.lost != nil {
		r.Rebuilt = d.lost.Error()
	}
	r.Made = maps.Clone(d.made)
	if len(a.assigned) > 0 {
		r.Assigned = a.assigned
	}
	r.Cursor = d.newest(r.Cursor)
	r.Heard = d.heard(a.c.Hint)
	return r
}

// statusBody puts text, the markers of the notices that ever rode here, and the
// record together. The markers stay for good: they show that people were
// called, even after a record was lost. The text has the room that is left.
func (a *applier) statusBody(r Record, notes []string) (string, error) {
	r, sealed, err := r.fit(a.e.keys, a.e.rules.Commands)
	if err != nil {
		return "", err
	}
	if len(sealed) > maxRecord {
		return "", errors.New("the record of this issue outgrew its comment even after folding")
	}
	hidden := []string{""}
	for _, key := range slices.Sorted(maps.Keys(r.Made)) {
		m := r.Made[key]
		if m.ID == 0 && m.Refused == "" && !m.Waiting && key != statusKey {
			hidden = append(hidden, "<!-- kintsugi:"+key+" -->")
		}
	}
	tail := strings.Join(append(hidden, sealed), "\n")
	room := min(maxText, maxComment-len(tail)-len(marked(statusKey, ""))-1)
	return marked(statusKey, statusText(a.d.plan.Sections, a.said, notes, room, a.d.language)) + "\n" + tail, nil
}
