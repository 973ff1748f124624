package simulation

import (
	"time"

	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// Answer is a result for programs.
type Answer struct {
	Repo        string              `json:"repo"`
	Service     string              `json:"service,omitempty"`
	Environment string              `json:"environment,omitempty"`
	Since       time.Time           `json:"since"`
	Until       time.Time           `json:"until"`
	KnownSince  *time.Time          `json:"known_since,omitempty"`
	Checklist   string              `json:"checklist_version"`
	Counts      map[Outcome]int     `json:"counts"`
	Undecided   int                 `json:"not_decided"`
	Failed      int                 `json:"not_succeeded"`
	Reasons     map[Outcome][]Count `json:"reasons"`
	Deployments []DecidedAnswer     `json:"deployments"`
	Incidents   []FollowedAnswer    `json:"incidents"`
	Others      int                 `json:"other_incidents"`
	NoIncidents string              `json:"incidents_unknown,omitempty"`
}

// DecidedAnswer is a deployment.
type DecidedAnswer struct {
	At          time.Time `json:"at"`
	Environment string    `json:"environment"`
	Commit      string    `json:"commit"`
	Outcome     Outcome   `json:"outcome"`
	Way         string    `json:"way,omitempty"`
	Because     []string  `json:"because,omitempty"`
	MayGoBack   bool      `json:"may_go_back,omitempty"`
}

// FollowedAnswer is an incident; After are the commits deployed in the day before it.
type FollowedAnswer struct {
	Ref      string    `json:"ref"`
	URL      string    `json:"url"`
	Severity int       `json:"severity"`
	At       time.Time `json:"at"`
	Outcome  Outcome   `json:"after_outcome"`
	After    []string  `json:"after"`
}

// JSON is the result for programs; its reasons are in a language.
func (r *Result) JSON(lang words.Language) Answer {
	t := &teller{Result: r, lang: lang}
	release := &r.s.Release
	a := Answer{
		Repo: release.Repo, Service: release.Service, Environment: release.Environment, Since: r.s.Since, Until: r.s.Until,
		Checklist: release.Checklist.Version(), Undecided: r.More, Failed: r.Failed, Reasons: r.Reasons, Others: r.Others,
		Counts:      map[Outcome]int{Passes: r.Of(Passes), Held: r.Of(Held), Unknown: r.Of(Unknown)},
		Deployments: []DecidedAnswer{}, Incidents: []FollowedAnswer{}, NoIncidents: r.NoIncidents.In(lang),
	}
	if !r.Since.IsZero() {
		a.KnownSince = &r.Since
	}
	for _, d := range r.Decided {
		one := DecidedAnswer{At: d.Success, Environment: d.Environment, Commit: d.Commit, Outcome: d.Outcome, Way: string(d.Way), MayGoBack: d.MayGoBack}
		for _, reason := range d.Because {
			one.Because = append(one.Because, d.name(reason)+t.detail(d, reason))
		}
		a.Deployments = append(a.Deployments, one)
	}
	for _, f := range r.Incidents {
		one := FollowedAnswer{Ref: f.Ref, URL: f.URL, Severity: f.Severity, At: f.At, Outcome: f.Outcome}
		for _, d := range f.After {
			one.After = append(one.After, d.Commit)
		}
		a.Incidents = append(a.Incidents, one)
	}
	return a
}
