package engine

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows"
)

// SetAsideAfter is how many times in a row a subject may fail before it is set
// aside: tried every ten minutes, and at once when something wakes it. It is
// then for a person to look into; Run says so. Rarer would keep somebody's /ack
// waiting after GitHub itself was down for a while.
const SetAsideAfter = 8

const (
	setAsidePause = 10 * time.Minute
	// refusedPause is how long a subject waits that GitHub will not let us write
	// to, such as one in an archived repository. A wake comes sooner.
	refusedPause = time.Hour
	// overtakenPause is how long a run waits whose commit came second, to read again,
	// and mostOvertaken how often in a row that is no failure: whoever comes second
	// that often does not read what it decides on.
	overtakenPause = 2 * time.Second
	mostOvertaken  = 5
	// mostAway is for how many breathers an aggregate stays away at most, so that all
	// of what a limit lets through in quick succession has gathered.
	mostAway = 3
)

// concluded is the outcome of a run that went through.
func (e *Engine) concluded(c *Claim, d *deliberation) Outcome {
	h := c.Hint
	now := e.clock.Now()
	out := Outcome{Due: d.plan.Wake, Published: c.Published}
	if d.announced { // whatever else waits is announced first
		out.Due = now.Add(breather)
	}
	if d.owing || !d.postponed.IsZero() {
		out.Due = now
	}
	if !d.policy.Observe { // what was only looked at is read again, for no record keeps it
		h.Cursor, h.Heard = d.newest(h.Cursor), d.heard(h)
	}
	h.LastComment = max(h.LastComment, c.Expect)
	for _, comment := range d.o.Comments {
		h.LastComment = max(h.LastComment, comment.ID)
	}
	if !d.isPatchy() {
		h.Patchy = 0
	} else if h.Patchy++; h.Patchy <= mostHelps {
		out.Due = earliest(out.Due, now.Add(time.Minute))
	} else if d.plan.Urgent { // people wait, and may have use for it yet
		out.Due = earliest(out.Due, now.Add(e.sweepEvery))
	}
	if d.isAggregate() {
		out.Due = earliest(out.Due, h.refusedUntil())
	}
	if d.plan.Whole {
		h.Whole, h.Looked = d.began, d.policy.Observe
	}
	if !h.Watch.IsZero() {
		if now.Before(h.Watch) {
			out.Due = earliest(out.Due, h.Watch)
		} else {
			h.Watch = time.Time{}
		}
	}
	out.Hint = h
	out.Rank = rankOfDue(d.plan, out.Due)
	for _, key := range d.begun {
		if d.isKept(key) {
			out.Forget = append(out.Forget, key)
		}
	}
	for _, i := range d.intents {
		made, recorded := d.made[i.Key]
		if recorded && !made.Waiting && d.isKept(i.Key) || i.Key == statusKey && d.status != nil || now.Sub(i.At) > 10*e.span() {
			out.Forget = append(out.Forget, i.Key)
		}
	}
	if !d.announced {
		if next := e.line.leave(c.Key); next != "" {
			out.Wake = append(out.Wake, next)
		}
	}
	for _, s := range d.opened { // our own writes wake nobody
		out.Wake = append(out.Wake, s.String())
	}
	if d.owner != "" {
		out.Published = published(d.plan)
		if out.Published != c.Published {
			e.call(&out, c.Key, d.plan.Names)
		}
	}
	return out
}

// call wakes the neighbours that are named, and tells the aggregates who did. What a
// policy here names elsewhere wakes nothing of another account.
func (e *Engine) call(o *Outcome, from string, names []workflows.Subject) {
	for _, s := range names {
		switch {
		case !strings.EqualFold(ownerOf(s.Repo), ownerOf(from)):
		case s.Name != "":
			if _, ok := e.rules.aggregate(s.Name); !ok {
				continue // the workflow that names it stands without the one that it means
			}
			due := e.clock.Now().Add(e.rules.pause(s.Name))
			o.Tell = append(o.Tell, Telling{Aggregate: s.String(), Subject: from, Due: due})
		default:
			o.Wake = append(o.Wake, s.String())
		}
	}
}

// isKept tells whether what was made under a key is known without its intent. Where no
// record keeps it, an issue is known by GitHub's list alone, which lags: its intent
// stays until it is too old for that.
func (d *deliberation) isKept(key string) bool {
	return !d.isAggregate() || !slices.ContainsFunc(d.plan.Issues, func(i workflows.IssueIntent) bool { return i.Key == key })
}

// rankOfDue: an urgent subject stays so until its next run says otherwise; what
// is not due keeps no rank, so that a sweep that finds it does not gain one.
func rankOfDue(p workflows.Plan, due time.Time) Rank {
	switch {
	case p.Urgent:
		return Urgent
	case due.IsZero():
		return Background
	default:
		return Live
	}
}

// published is the hash by which neighbours learn that something changed.
func published(p workflows.Plan) string {
	names := make([]string, len(p.Names))
	for i, s := range p.Names {
		names[i] = s.String()
	}
	return fingerprint(p.Summary, strings.Join(names, " "))
}

func earliest(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// failed is the outcome of a run that did not go through: it is tried again at
// the time a limit names, or with backoff.
func (e *Engine) failed(c *Claim, run *Run, err error) Outcome {
	var later *Later
	var moved *Moved
	switch {
	case errors.Is(err, errNoSubject):
		run.Why = []string{err.Error()}
		return Outcome{Hint: c.Hint, Published: c.Published}
	case errors.As(err, &moved) && moved.key(c.Key) != c.Key:
		return sentOn(c, run, moved)
	case errors.Is(err, ErrOvertaken) && c.Excused < mostOvertaken:
		run.Err = err
		return e.putOff(c, run, err, e.clock.Now().Add(overtakenPause))
	case errors.Is(err, errIncomplete):
		return e.putOff(c, run, err, e.clock.Now().Add(lookAgain))
	case errors.As(err, &later) && !later.Guessed:
		run.Err = err
		return e.putOff(c, run, err, later.At.Add(stayAway(c)))
	}
	run.Err = err
	out := Outcome{Failed: true, Rank: run.Rank, Error: err.Error(), Hint: c.Hint, Published: c.Published}
	out.Due, run.SetAside = e.again(c, err, later)
	return out
}

// again is when a run that failed is tried again, and whether its subject is
// set aside. What a limit put off counts for nothing.
func (e *Engine) again(c *Claim, err error, later *Later) (due time.Time, aside bool) {
	now, failures := e.clock.Now(), c.Attempts-c.Excused
	switch {
	case errors.Is(err, ErrRefused):
		return now.Add(refusedPause), false
	case later != nil:
		due = later.At
	default:
		due = now.Add(backoff(failures))
	}
	if failures+1 < SetAsideAfter {
		return due, false
	}
	return latest(due, now.Add(setAsidePause)), true
}

// putOff is the outcome of a run that waits for a time that was stated. It
// leaves its wakes unanswered, and is no failure.
func (e *Engine) putOff(c *Claim, run *Run, err error, until time.Time) Outcome {
	return Outcome{Due: until, Rank: run.Rank, Failed: true, Excused: true, Error: err.Error(), Hint: c.Hint, Published: c.Published}
}

// stayAway is how much longer an aggregate waits that a limit put off, the longer the more
// often in a row: it may ask for more than the limit lets through until it comes back, and
// begins anew each time.
func stayAway(c *Claim) time.Duration {
	if s, err := workflows.ParseSubject(c.Key); err != nil || s.Name == "" {
		return 0
	}
	return time.Duration(min(c.Excused, mostAway)) * breather
}

// sentOn ends the run of a subject that is found under another name by now, and
// wakes it there: it is looked after under one name, and what is to be known
// about it stands on GitHub.
func sentOn(c *Claim, run *Run, to *Moved) Outcome {
	key := to.key(c.Key)
	run.Why = []string{"it is looked after as " + key}
	out := Outcome{Wake: []string{key}}
	for _, teller := range c.Told {
		out.Tell = append(out.Tell, Telling{Aggregate: key, Subject: teller})
	}
	return out
}

// paused is the outcome of a run that was not to write.
func (e *Engine) paused(c *Claim, run *Run) Outcome {
	return e.putOff(c, run, errPaused, e.clock.Now().Add(e.sweepEvery))
}

var (
	// errNoSubject: the issue is not there, or no longer; there is nothing to do.
	errNoSubject = errors.New("the subject is not there")
	errPaused    = errors.New("paused")
)

// backoff doubles from two seconds to two minutes: what waits may be somebody's
// /ack.
func backoff(failures int) time.Duration {
	return min(2*time.Second<<min(failures, 10), 2*time.Minute)
}
