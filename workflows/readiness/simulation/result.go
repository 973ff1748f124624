package simulation

import (
	"cmp"
	"slices"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/incident"
	"github.com/kintsugi-app/kintsugi/workflows/readiness/checklist"
	"github.com/kintsugi-app/kintsugi/workflows/readiness/evidence"
	"github.com/kintsugi-app/kintsugi/workflows/readiness/verdict"
)

// Result is what came of a simulation.
type Result struct {
	Decided []Decided // the newest first
	// More deployments were not decided, and Failed ones not looked at. Since is how far
	// back all of them are known, where that is not as far as was asked for.
	More, Failed int
	Since        time.Time
	// Incidents are those that were declared within a day after a deployment, the newest
	// first, and Others how many were without one before them.
	Incidents []Followed
	Others    int
	// NoIncidents says why incidents are not known.
	NoIncidents checklist.Text
	// Reasons are what held, or was not known, by outcome, the most frequent first.
	Reasons map[Outcome][]Count

	s *Simulation
}

// Followed is an incident with the deployments of the day before it.
type Followed struct {
	Ref, URL string
	Severity int // 0 without a label of one
	At       time.Time
	After    []Decided
	// Outcome is held where one of these would have been, else unknown where one is.
	Outcome Outcome
}

// Count is a reason, by the id of an item or the key of a condition, and how many
// deployments it concerned.
type Count struct {
	Reason string `json:"reason"`
	Count  int    `json:"count"`
}

// Result decides everything.
func (s *Simulation) Result(facts workflows.Facts) *Result {
	r := &Result{s: s, Reasons: map[Outcome][]Count{}}
	all, more, failed := s.Deployed(facts)
	r.More, r.Failed = more, failed
	for _, d := range all {
		r.Decided = append(r.Decided, s.Decide(d, facts))
	}
	deployed := told(facts, s.deployedAsk()).Seen
	if n := len(deployed.Deployments); deployed.Cut && n > 0 && deployed.Deployments[n-1].At.After(s.Since) {
		r.Since = deployed.Deployments[n-1].At
	}
	r.count()
	r.follow(facts)
	return r
}

// Of is how many deployments have an outcome.
func (r *Result) Of(o Outcome) (n int) {
	for _, d := range r.Decided {
		if d.Outcome == o {
			n++
		}
	}
	return n
}

// name is a reason's, by which it is counted.
func (d Decided) name(reason verdict.Reason) string {
	if reason.Hold != nil {
		return string(reason.Hold.Kind)
	}
	return d.Verdict.Items[reason.Item].ID
}

func (r *Result) count() {
	counts := map[Outcome]map[string]int{Held: {}, Unknown: {}}
	for _, d := range r.Decided {
		for _, reason := range d.Because {
			counts[d.Outcome][d.name(reason)]++
		}
	}
	for outcome, by := range counts {
		for name, n := range by {
			r.Reasons[outcome] = append(r.Reasons[outcome], Count{name, n})
		}
		slices.SortFunc(r.Reasons[outcome], func(x, y Count) int {
			return cmp.Or(y.Count-x.Count, cmp.Compare(x.Reason, y.Reason))
		})
	}
}

// follow finds the incidents of the service that were declared in the time, but for false
// alarms and those that joined another, and what was deployed in the day before each.
func (r *Result) follow(facts workflows.Facts) {
	s := r.s
	kept, label := incident.KeptIn(s.Release.Policy, s.Release.Repo)
	found := listed(facts, workflows.LabelledAsk{Repo: kept, Label: label})
	if found.Unknown != "" {
		r.NoIncidents = evidence.Because(found)
		return
	}
	begin := s.Since
	if n := len(r.Decided); r.More > 0 { // of what was deployed before these nothing was decided
		begin = r.Decided[n-1].Success
	}
	for _, own := range slices.Backward(found.Own) {
		i := own.Issue
		if i.Pull || i.Reason == "not_planned" || i.Reason == "duplicate" || i.CreatedAt.Before(begin) || i.CreatedAt.After(s.Until) || !s.Release.Concerns(labelled(own), kept) {
			continue
		}
		f := Followed{Ref: evidence.Ref(s.Release.Repo, kept, own.Subject.Number), URL: i.URL, Severity: incident.SeverityIn(i.Labels), At: i.CreatedAt, Outcome: Passes}
		for _, d := range r.Decided {
			if d.Success.After(i.CreatedAt) || i.CreatedAt.Sub(d.Success) > after {
				continue
			}
			f.After = append(f.After, d)
			if d.Outcome == Held || d.Outcome == Unknown && f.Outcome == Passes {
				f.Outcome = d.Outcome
			}
		}
		if len(f.After) == 0 {
			r.Others++
		} else {
			r.Incidents = append(r.Incidents, f)
		}
	}
}
