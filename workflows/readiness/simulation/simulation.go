// Package simulation decides by the checklist and the policy of today what was deployed
// in the past, as far as GitHub still tells what was known then, and says which incidents
// followed. It is pure; what it cannot know it counts apart, and never as a yes.
package simulation

import (
	"slices"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/incident"
	"github.com/kintsugi-app/kintsugi/workflows/readiness/checklist"
	"github.com/kintsugi-app/kintsugi/workflows/readiness/evidence"
	"github.com/kintsugi-app/kintsugi/workflows/readiness/verdict"
)

// Simulation is what is to be simulated.
type Simulation struct {
	// Release has everything but a commit: the repository, the service, the environment,
	// which may be empty for all of them, the policy and the checklist of today.
	Release      evidence.Release
	Since, Until time.Time
	// Most is how many deployments are decided, the newest.
	Most int
}

// after is for how long after a deployment an incident is said to have followed it.
const after = 24 * time.Hour

// Asks are what has to be asked of GitHub once, for the whole time.
func (s *Simulation) Asks() []workflows.Ask {
	kept, label := incident.KeptIn(s.Release.Policy, s.Release.Repo)
	asks := []workflows.Ask{s.deployedAsk(), workflows.LabelledAsk{Repo: kept, Label: label}}
	add := func(a workflows.Ask) {
		if !slices.Contains(asks, a) {
			asks = append(asks, a)
		}
	}
	release := s.Release
	for _, ask := range release.Asks(nil) {
		switch ask := ask.(type) {
		case workflows.ReleasesAsk:
			add(ask)
		case workflows.LastRunsAsk:
			for name := range strings.SplitSeq(ask.Workflows, "\n") {
				add(s.pastRuns(name))
			}
		case workflows.IssuesAsk:
			for _, label := range labelsOf(ask) {
				add(workflows.LabelledAsk{Repo: ask.Repo, Label: label})
			}
		}
	}
	return asks
}

// labelsOf are the labels by which issues have to be listed: of several that an issue
// must carry, the first.
func labelsOf(ask workflows.IssuesAsk) (labels []string) {
	for line := range strings.SplitSeq(ask.Open+"\n"+ask.Closed, "\n") {
		if label, _, _ := strings.Cut(line, "\t"); label != "" {
			labels = append(labels, label)
		}
	}
	return labels
}

// within is how long ago evidence of a kind may be, at most.
func (s *Simulation) within(kind checklist.Kind, of string) (longest time.Duration) {
	for i := range s.Release.Checklist.Items {
		for _, e := range s.Release.Checklist.Items[i].Evidence {
			if q, ok := e.Question(); ok && q.Kind == kind && (of == "" || q.Of == of) {
				longest = max(longest, e.Within.Duration())
			}
		}
	}
	return longest
}

func (s *Simulation) deployedAsk() workflows.DeployedAsk {
	from := s.Since.Add(-max(after, s.within(checklist.Deployment, "")))
	return workflows.DeployedAsk{Repo: s.Release.Repo, From: from.UTC().Format(time.RFC3339), To: s.Until.UTC().Format(time.RFC3339)}
}

func (s *Simulation) pastRuns(name string) workflows.PastRunsAsk {
	from := s.Since.Add(-s.within(checklist.Workflow, name))
	return workflows.PastRunsAsk{Repo: s.Release.Repo, Workflow: name, From: from.UTC().Format(time.DateOnly)}
}

// Deployed are the deployments of the time that succeeded, the newest first, and how many
// more of them there were than are decided, and that did not succeed.
func (s *Simulation) Deployed(facts workflows.Facts) (all []workflows.Deployment, more, failed int) {
	for _, d := range facts[s.deployedAsk()].Seen.Deployments {
		switch {
		case d.At.Before(s.Since) || d.At.After(s.Until) || s.Release.Environment != "" && !strings.EqualFold(d.Environment, s.Release.Environment):
		case d.Success.IsZero():
			failed++
		case len(all) == s.Most:
			more++
		default:
			all = append(all, d)
		}
	}
	return all, more, failed
}

// AsksOf are what has to be asked of the commit of a deployment; once that is answered
// there may be more.
func (s *Simulation) AsksOf(d workflows.Deployment, facts workflows.Facts) (asks []workflows.Ask) {
	release := s.of(d)
	for _, ask := range release.Asks(s.asOf(d, facts)) {
		switch ask.(type) {
		case workflows.TreeAsk, workflows.TextsAsk, workflows.ChecksAsk, workflows.RunsAsk:
			asks = append(asks, ask)
		}
	}
	return asks
}

// of is the release that a deployment was.
func (s *Simulation) of(d workflows.Deployment) *evidence.Release {
	release := s.Release
	release.Commit, release.Environment = d.Commit, d.Environment
	return &release
}

// Outcome is what would have become of a deployment.
type Outcome string

// The outcomes.
const (
	Passes Outcome = "passes"
	Held   Outcome = "held"
	// Unknown: only what is not known any more holds it.
	Unknown Outcome = "unknown"
)

// Decided is a deployment with what would have become of it.
type Decided struct {
	workflows.Deployment
	Outcome Outcome
	Way     verdict.Way
	Verdict *verdict.Verdict
	// Because are the reasons that held it, or, where the outcome is unknown, what is
	// not known.
	Because []verdict.Reason
	// MayGoBack: it is held unless it returned to what ran there before, which is not
	// known.
	MayGoBack bool
}

// noReview: what people said of releases then was said nowhere.
var noReview = checklist.Text{English: "what people said then is not recorded", Japanese: "当時の確認や承認の記録がありません"}

// Decide decides a deployment with what is known of that moment, as if the gate held what
// is not ready.
func (s *Simulation) Decide(d workflows.Deployment, facts workflows.Facts) Decided {
	in := s.of(d).Input(s.asOf(d, facts), d.At)
	in.NoReview, in.ReadOnly = noReview, true
	in.Settings.Mode = verdict.Block
	v := verdict.Decide(in)
	decided := Decided{Deployment: d, Outcome: Passes, Way: v.Way, Verdict: v}
	if v.Passes {
		return decided
	}
	var sure, unsure []verdict.Reason
	for _, r := range v.Reasons("en") {
		isUnknown := r.Hold != nil && !r.Hold.Because.IsEmpty() || r.Hold == nil && v.Items[r.Item].State == verdict.Unknowing
		if isUnknown {
			unsure = append(unsure, r)
		} else {
			sure = append(sure, r)
		}
	}
	decided.Outcome, decided.Because = Unknown, unsure
	if len(sure) > 0 {
		decided.Outcome, decided.Because = Held, sure
		decided.MayGoBack = in.RanBefore.Found == verdict.Unknown && facts[s.deployedAsk()].Seen.Cut
	}
	return decided
}
