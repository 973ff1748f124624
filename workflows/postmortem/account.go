package postmortem

import (
	"slices"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/incident"
	"github.com/kintsugi-app/kintsugi/workflows/policy"
	"github.com/kintsugi-app/kintsugi/workflows/postmortem/inspect"
)

// Name is the workflow's name, for those that build on it.
const Name = name

// Account is what a postmortem says of itself to other workflows on the same
// subject.
type Account struct {
	// Items are the action items, in the order of the document. Path and Commit are
	// the file and its version, of a pull request.
	Items        []inspect.ActionItem
	Path, Commit string
	// Title is that of the postmortem.
	Title string
	// Incident is the number of its incident, 0 for none, and About what that
	// published.
	Incident int
	About    incident.Published
	// Accepted is when people accepted it, zero while they have not or if it was
	// dropped; By is an id of what they did, and Who they are, the last one first.
	Accepted time.Time
	By       string
	Who      []string
	Dropped  bool
}

// AccountOf is the account of the postmortem that the input is about. While
// something has to be asked for that, it is not complete.
func AccountOf(in workflows.Input) (a Account, asks []workflows.Ask) {
	l, asks := lifeOf(in)
	if len(asks) > 0 {
		return a, asks
	}
	a = Account{Path: l.path, Commit: l.pull.Head, Title: in.Observation.Issue.Title, Incident: l.of, About: l.about, Dropped: l.state() == stateDropped}
	for _, one := range l.read {
		a.Items = append(a.Items, one.ActionItems...)
	}
	if l.state() != stateDone {
		return a, nil
	}
	a.accept(&l)
	return a, nil
}

// Of is the number of the postmortem that an incident has, by what was published
// about the incident, or 0.
func Of(incident workflows.Answer) int { return linkIn(incident).Number }

// accept says who accepted it, and when: whoever closed or merged it, and those
// who approved.
func (a *Account) accept(l *life) {
	by, last, ok := l.isAccepted()
	if ok {
		a.Accepted, a.By, a.Who = last.At, last.ID, by
		slices.Reverse(a.Who)
	}
	if closed, is := l.in.Observation.LastState(); is && closed.Kind == workflows.EventClosed && !closed.Ours && !closed.Actor.Bot {
		if !ok {
			a.Accepted, a.By = closed.At, workflows.EventID(closed.ID)
		}
		a.Who = append([]string{closed.Actor.Login}, a.Who...)
	}
}

// Standing is how a postmortem stands, by what was published about it.
type Standing struct {
	// Open: it is neither done nor dropped.
	Open     bool
	Incident int    // its number, or 0
	Service  string // of the incident, or empty
	Due      string // YYYY-MM-DD, or empty
	Authors  []string
}

// StandingIn reads it; it is the zero value where that cannot be read.
func StandingIn(text string) Standing {
	p := publishedIn(text)
	return Standing{Open: p.isOpen(), Incident: p.Incident, Service: p.Service, Due: p.Due, Authors: p.Authors}
}

// LabelOf is the label of postmortems under a policy.
func LabelOf(p policy.Policy) string { return policyOf(p).Label }
