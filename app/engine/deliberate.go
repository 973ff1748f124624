package engine

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

const (
	// mostRounds is how often workflows may ask before they must decide. The longest
	// way is that of a follow-up: from the postmortem to its incident, to the
	// template, to the repositories and to people's roles there.
	mostRounds = 8
	// freshness is how old an issue, or an act on it, may be to be taken up.
	freshness = 4 * 24 * time.Hour
)

// deliberation is what a run concluded: everything that applying needs.
type deliberation struct {
	view
	// owner is empty where the subject is none of ours.
	owner string
	// notOurs says why, where it is none of ours.
	notOurs  string
	from     time.Time
	language words.Language
	acts     []workflows.Act // all, judged, in order
	fresh    []workflows.Act // those not in the record yet
	// thumbed are the comments that carry our own 👍 already; owing is true
	// where some are left to be answered by the next run.
	thumbed map[int64]bool
	owing   bool
	// postponed is when the first act was that is left to the next run; zero where
	// all were judged.
	postponed time.Time
	// made is what exists by now, by key; a notice that went out with the
	// status comment has no id of its own.
	made map[string]workflows.Made
	// begun are the keys whose creation this run put on disk.
	begun []string
	// announced: more is to be made than at once, and this run only says so.
	announced bool
	// opened are the issues and pull requests that this run made, or found that
	// an earlier try had.
	opened []workflows.Subject
	// facts are the answers to what was asked.
	facts workflows.Facts
	plan  workflows.Plan
	// told and whole are those of an aggregate, as its workflow knows them, and began
	// is when its run did. rerun are the commits on which its checks are asked for again.
	told         []workflows.Subject
	whole, began time.Time
	rerun        map[string]bool
}

// deliberate judges what is new and lets the workflows decide. It only reads.
func (e *Engine) deliberate(ctx context.Context, v view, c *Claim) (deliberation, error) {
	d := deliberation{view: v, language: e.language(v)}
	if v.isFolded() {
		d.notOurs = "it was opened twice, and the other one counts"
		return d, nil
	}
	g := gatherer{rules: v.rules, policy: v.policy, language: d.language, o: v.o, record: v.record}
	read := g.acts()
	owner, from, ok := e.owner(v, read)
	if !ok {
		d.notOurs = "nothing makes it ours: no label, title or command of any workflow"
		return d, nil
	}
	if v.status == nil && c.Hint.StatusGone > 1 && !hasNewer(read, c.Hint.GoneAt) {
		d.notOurs = "its status comment was deleted twice, and nobody has said anything new since"
		return d, nil
	}
	// A first look at an issue reads its whole past. Only what came after it
	// became ours counts.
	read, d.postponed = atOnce(v.record, notBefore(read, from))
	if err := e.readThumbs(ctx, &g, read, c); err != nil {
		return d, err
	}
	d.facts = workflows.Facts{}
	g.owner = owner
	unjudged, _ := atOnce(v.record, notBefore(g.acts(), from))
	fresh, err := e.judged(ctx, g, unjudged, d.facts, c)
	if err != nil {
		return d, err
	}
	if v.status == nil && c.Hint.StatusGone == 0 {
		if owner, from, d.notOurs = e.takenUp(v, fresh); d.notOurs != "" {
			return d, nil
		}
		if owner != g.owner { // what made it another's was not executed
			g.owner = owner
			if fresh, err = e.judged(ctx, g, g.acts(), d.facts, c); err != nil {
				return d, err
			}
		}
		fresh = notBefore(fresh, from)
	}
	if next, since, acts, err := e.passesTo(ctx, g, read, d.facts, c); err != nil {
		return d, err
	} else if next != "" {
		owner, from, fresh, g.owner = next, since, acts, next
	}
	if v.lost != nil {
		fresh = silenced(fresh, c.Hint)
	}
	d.owner, d.from, d.fresh, d.thumbed = owner, from, fresh, g.ours
	d.acts = append(v.record.acts(), fresh...)
	workflows.SortActs(d.acts)
	d.made = d.madeSoFar()
	return e.decide(ctx, d, c)
}

// mostJudged is how many people's roles one run asks for. A run that asked for
// more than our own limit on requests lets through would never end: each try would
// begin anew.
const mostJudged = 20

// atOnce leaves the acts to judge in this run, those of the first so many people,
// and says when the first of the others was. What an issue was opened with, and
// what makes it ours, is judged as a whole.
func atOnce(r Record, acts []workflows.Act) (now []workflows.Act, postponed time.Time) {
	authors := map[string]bool{}
	for i, a := range acts {
		authors[strings.ToLower(a.Author)] = true
		if r.Seq != 0 && len(authors) > mostJudged {
			return acts[:i], a.At
		}
	}
	return acts, time.Time{}
}

// silenced marks the acts that may have been answered before the record was
// lost; they get no reply a second time. Without a cursor these are all.
func silenced(acts []workflows.Act, h Hint) []workflows.Act {
	for i := range acts {
		acts[i].Silent = h.Cursor.IsZero() || !acts[i].At.After(h.Cursor)
	}
	return acts
}

// language is the issue's: as recorded, else the policy's, else its text's.
func (e *Engine) language(v view) words.Language {
	switch {
	case v.record.Language != "":
		return v.record.Language
	case v.policy.Language != "":
		return v.policy.Language
	default:
		return words.Detect(v.o.Issue.Title + "\n" + v.o.Issue.Body)
	}
}

// owner is the workflow that looks after the subject, and since when.
func (e *Engine) owner(v view, acts []workflows.Act) (name string, from time.Time, ok bool) {
	for _, w := range v.rules.List {
		if v.record.Seq != 0 && v.record.Owner == w.Name {
			return w.Name, v.record.From, true
		}
	}
	for _, w := range v.rules.List {
		if w.Owns == nil || v.record.Seq != 0 {
			continue
		}
		if from, ok := w.Owns(v.o, v.policy, acts); ok {
			return w.Name, from, true
		}
		if v.copied.Owner == w.Name { // a transfer takes off labels that the new repository lacks
			return w.Name, v.copied.From, true
		}
	}
	return "", time.Time{}, false
}

// passesTo is the workflow that a subject becomes, and since when, whose owner yields:
// the first for which somebody who may has taken it up since the last run. What was said
// is judged as said there.
func (e *Engine) passesTo(ctx context.Context, g gatherer, read []workflows.Act, facts workflows.Facts, c *Claim) (owner string, from time.Time, fresh []workflows.Act, err error) {
	yields := func(w workflows.Workflow) bool {
		return w.Name == g.record.Owner && w.Yields != nil && w.Yields(g.o)
	}
	if g.record.Seq == 0 || len(read) == 0 || !slices.ContainsFunc(g.rules.List, yields) {
		return "", from, nil, nil
	}
	for _, w := range g.rules.List {
		if w.Name == g.record.Owner || w.Owns == nil || w.Confirms == nil {
			continue
		}
		if _, owns := w.Owns(g.o, g.policy, read); !owns {
			continue
		}
		g.owner = w.Name
		unjudged, _ := atOnce(g.record, notBefore(g.acts(), g.record.From))
		if fresh, err = e.judged(ctx, g, unjudged, facts, c); err != nil {
			return "", from, nil, err
		}
		if i := slices.IndexFunc(fresh, func(a workflows.Act) bool { return w.Confirms(g.o, a) }); i >= 0 {
			return w.Name, fresh[i].At, fresh, nil
		}
	}
	return "", from, nil, nil
}

func hasNewer(acts []workflows.Act, than time.Time) bool {
	for _, a := range acts {
		if a.At.After(than) {
			return true
		}
	}
	return false
}

// takenUp says whether an issue without a status comment of ours becomes ours,
// by which workflow and from when, or why not. Only acts that were executed make
// it so. Unasked it does only if it is open, new, and not from before the
// policy's since, so that installing the App writes nothing on a team's past;
// else from the first recent act of somebody whom the workflow lets confirm. Where
// the first workflow's acts are old, those of another may be new.
func (e *Engine) takenUp(v view, acts []workflows.Act) (owner string, from time.Time, why string) {
	executed := slices.DeleteFunc(slices.Clone(acts), func(a workflows.Act) bool { return a.Verdict != workflows.Done })
	owner, from, ok := e.owner(v, executed)
	if !ok {
		return "", time.Time{}, "nobody who may has made it one of ours"
	}
	now := e.clock.Now()
	recent := func(t time.Time) bool { return !t.Before(v.o.InstalledAt) && now.Sub(t) <= freshness }
	last, closed := v.o.LastState()
	byUs := closed && last.Ours // and then lost our status comment, or never wrote it
	if _, _, ours := v.o.Issue.MadeFor(); ours && (v.o.Issue.Open || closed && recent(last.At)) {
		return owner, from, "" // that we opened it was asked for
	}
	if (v.o.Issue.Open || byUs) && recent(v.o.Issue.CreatedAt) && !v.o.Issue.CreatedAt.Before(v.policy.Since) {
		return owner, from, ""
	}
	for _, w := range v.rules.List {
		if w.Confirms == nil {
			continue
		}
		if w.Name != owner {
			if _, owns := w.Owns(v.o, v.policy, executed); !owns {
				continue
			}
		}
		for _, a := range executed {
			if recent(a.At) && w.Confirms(v.o, a) {
				return w.Name, a.At, ""
			}
		}
	}
	return "", time.Time{}, "it would be one of ours (" + owner + "), but it is closed, or was opened before the installation or since:, " +
		"or more than four days ago, and nobody who may declare has asked for it lately"
}

// readThumbs looks for our own 👍 on the comments whose commands are not in the
// record: they were executed before it was lost, or before it was written.
func (e *Engine) readThumbs(ctx context.Context, g *gatherer, fresh []workflows.Act, c *Claim) error {
	wanted := map[int64]bool{}
	for _, a := range fresh {
		if id, ok := a.FromComment(); ok {
			wanted[id] = true
		}
	}
	g.ours = map[int64]bool{}
	for _, comment := range g.o.Comments {
		edited := g.record.Seq == 0 && comment.Edited() && !comment.Ours
		if comment.ThumbsUp == 0 || !wanted[comment.ID] && !edited {
			continue
		}
		if err := e.holdLease(ctx, c); err != nil {
			return err
		}
		content, err := e.reader.OurReaction(ctx, g.o.Subject.Repo, comment.ID)
		if err != nil && !errors.Is(err, ErrGone) && !errors.Is(err, ErrRefused) {
			return fmt.Errorf("read our reaction: %w", err)
		}
		g.ours[comment.ID] = content == thumbsUp
	}
	return nil
}

// judged asks for the roles that judging needs, and judges.
func (e *Engine) judged(ctx context.Context, g gatherer, fresh []workflows.Act, facts workflows.Facts, c *Claim) ([]workflows.Act, error) {
	_, asks := g.judge(fresh, facts)
	if err := e.answer(ctx, g.o.Subject, asks, facts, c); err != nil {
		return nil, err
	}
	acts, open := g.judge(fresh, facts)
	if len(open) > 0 {
		return nil, fmt.Errorf("judging asks twice for %v", open)
	}
	return acts, nil
}

// decide lets all workflows decide until none asks any more, and merges.
func (e *Engine) decide(ctx context.Context, d deliberation, c *Claim) (deliberation, error) {
	in := workflows.Input{
		Now: e.clock.Now(), Policy: d.policy, Problems: d.problems, Language: d.language, Observation: d.o, Owner: d.owner, From: d.from,
		Acts: d.acts, Facts: d.facts, Made: d.made, Heard: d.heard(c.Hint), Ahead: e.line.ahead(c.Key), Moved: errors.Is(d.lost, errCopied),
		Commands: workflows.CommandsOn(d.rules.List, d.owner), Told: d.told, Whole: d.whole,
	}
	published := summariesIn(d.record.Summary)
	for round := 0; ; round++ {
		var asks []workflows.Ask
		var parts []contribution
		for _, w := range d.rules.List {
			in.Published = published[w.Name]
			decision := w.Decide(in)
			asks = append(asks, decision.Asks...)
			parts = append(parts, contribution{w.Name, decision.Plan})
		}
		asks = unanswered(asks, d.facts)
		if len(asks) == 0 {
			for _, part := range parts {
				if err := d.misplaced(part.workflow, part.plan); err != nil {
					return d, err
				}
			}
			plan, err := d.rules.merge(d.owner, d.policy, parts)
			if err != nil {
				return d, fmt.Errorf("the workflows clash: %w", err)
			}
			plan.Comments = append(plan.Comments, d.rules.replies(d.acts, d.owner, d.language)...)
			plan.Comments, err = spread(plan.Comments, d.made, d.language)
			d.plan = plan
			return d, err
		}
		if round == d.rounds() {
			return d, fmt.Errorf("after %d rounds of answers the workflows still ask %v", round, asks)
		}
		if err := e.answer(ctx, d.o.Subject, asks, d.facts, c); err != nil {
			return d, err
		}
	}
}

// madeSoFar is what the subject created: as recorded, as found by marker, and,
// where the status comment is known to be lost, the notices it carried.
func (d *deliberation) madeSoFar() map[string]workflows.Made {
	made := maps.Clone(d.record.Made)
	if made == nil {
		made = map[string]workflows.Made{}
	}
	for key, c := range d.found {
		m := made[key]
		if key != statusKey && !m.Gone {
			m.ID = c.ID
			if m.At.IsZero() {
				m.At = c.CreatedAt
			}
			made[key] = m
		}
	}
	for key := range d.rode {
		if _, ok := made[key]; !ok {
			made[key] = workflows.Made{At: d.status.CreatedAt}
		}
	}
	return made
}
