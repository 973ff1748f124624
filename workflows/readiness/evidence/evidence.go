// Package evidence turns what a checklist and its conditions want to know into asks to
// GitHub, and the answers into what a verdict depends on. It knows what shows that a
// thing is so; it must not know what follows from it, nor how GitHub is asked.
package evidence

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/incident"
	"github.com/kintsugi-app/kintsugi/workflows/policy"
	"github.com/kintsugi-app/kintsugi/workflows/readiness/checklist"
	"github.com/kintsugi-app/kintsugi/workflows/readiness/verdict"
)

// Release is what is to be released, and by what it is judged.
type Release struct {
	Repo, Commit string
	// Service and Environment may be empty.
	Service, Environment string
	// Fixes is the incident that somebody says this is to fix, as they wrote it; empty
	// where what the commit and its pull requests say counts.
	Fixes     string
	Checklist *checklist.Checklist
	// Own says that the checklist is the repository's own.
	Own      bool
	Policy   policy.Policy
	Settings verdict.Settings
	// Incidents are the open ones, where somebody has looked at them already; nil has
	// them told by their labels.
	Incidents *verdict.Seen[verdict.Incident]
}

// Asks are what has to be asked of GitHub. What some of it depends on is asked in a
// second round, when there is an answer to the first.
func (r *Release) Asks(facts workflows.Facts) []workflows.Ask {
	asks := []workflows.Ask{workflows.CommitAsk{Repo: r.Repo, Commit: r.Commit}}
	for _, ask := range []workflows.Ask{r.tree(), r.checks(), r.runs(), r.lastRuns(), r.releases(), r.deployments(), r.issues(r.Repo), r.elsewhere()} {
		if ask != nil && !slices.Contains(asks, ask) {
			asks = append(asks, ask)
		}
	}
	if ask := r.texts(facts); ask != nil {
		asks = append(asks, ask)
	}
	return slices.DeleteFunc(asks, func(a workflows.Ask) bool { _, known := facts[a]; return known })
}

// of are the questions of some kind, in the order of their items; anywhere is whether
// they look beyond this commit.
func (r *Release) of(kind checklist.Kind, anywhere bool) (found []checklist.Question) {
	for _, q := range r.Checklist.Questions(r.Service) {
		if q.Kind == kind && q.Anywhere == anywhere {
			found = append(found, q)
		}
	}
	return found
}

// named are what questions ask about, sorted, a line each.
func named(questions []checklist.Question) string {
	var names []string
	for _, q := range questions {
		names = append(names, q.Of)
	}
	slices.Sort(names)
	return strings.Join(slices.Compact(names), "\n")
}

func (r *Release) tree() workflows.Ask {
	if len(r.of(checklist.File, false)) == 0 {
		return nil
	}
	return workflows.TreeAsk{Repo: r.Repo, Commit: r.Commit}
}

// checks are looked at on this commit also where one on any would do: GitHub tells of
// them by commit only.
func (r *Release) checks() workflows.Ask {
	if len(r.of(checklist.Check, false))+len(r.of(checklist.Check, true)) == 0 {
		return nil
	}
	return workflows.ChecksAsk{Repo: r.Repo, Commit: r.Commit}
}

func (r *Release) runs() workflows.Ask {
	if len(r.of(checklist.Workflow, false)) == 0 {
		return nil
	}
	return workflows.RunsAsk{Repo: r.Repo, Commit: r.Commit}
}

func (r *Release) lastRuns() workflows.Ask {
	if names := named(r.of(checklist.Workflow, true)); names != "" {
		return workflows.LastRunsAsk{Repo: r.Repo, Workflows: names}
	}
	return nil
}

func (r *Release) releases() workflows.Ask {
	if len(r.of(checklist.Release, true)) == 0 {
		return nil
	}
	return workflows.ReleasesAsk{Repo: r.Repo}
}

// deployments are those that evidence names, and those by which a way back is known.
func (r *Release) deployments() workflows.Ask {
	names := r.of(checklist.Deployment, true)
	if r.Environment != "" {
		names = append(names, checklist.Question{Of: r.Environment})
	}
	if len(names) == 0 {
		return nil
	}
	return workflows.DeploymentsAsk{Repo: r.Repo, Environments: named(names)}
}

// issues are the open and closed ones of a repository that are looked at.
func (r *Release) issues(repo string) workflows.Ask {
	ask := workflows.IssuesAsk{Repo: repo}
	var open []checklist.Question
	if strings.EqualFold(repo, r.Repo) {
		for _, q := range r.of(checklist.NoOpenIssues, false) {
			open = append(open, checklist.Question{Of: labels(q)})
		}
		ask.Closed = named(r.of(checklist.Drill, true))
	}
	if kept, label := incident.KeptIn(r.Policy, r.Repo); strings.EqualFold(kept, repo) && r.looksAtIncidents() {
		open = append(open, checklist.Question{Of: label})
	}
	ask.Open = named(open)
	if ask.Open == "" && ask.Closed == "" {
		return nil
	}
	return ask
}

// elsewhere are the incidents that are kept in another repository.
func (r *Release) elsewhere() workflows.Ask {
	kept, _ := incident.KeptIn(r.Policy, r.Repo)
	if strings.EqualFold(kept, r.Repo) {
		return nil
	}
	return r.issues(kept)
}

func (r *Release) looksAtIncidents() bool {
	return r.Incidents == nil && (r.Settings.Incidents != verdict.Off || r.Fixes != "")
}

// labels are those that an open issue must carry, as an ask writes them.
func labels(q checklist.Question) string { return strings.ReplaceAll(q.Of, "\n", "\t") }

// Silent is the Unknown of an answer that GitHub did not give in time.
const Silent = "GitHub did not answer"

// What GitHub does not keep of the past, as the Unknown of an answer or a result.
const (
	// Later: it ended after the time that is asked about, and what it said before is
	// not kept.
	Later = "ended later"
	// Cut: there are more than were looked at.
	Cut = "too many"
)

// told is the answer to an ask. What was asked and not answered is not known.
func told(facts workflows.Facts, ask workflows.Ask) workflows.Answer {
	if a, ok := facts[ask]; ok {
		return a
	}
	return workflows.Answer{Unknown: Silent}
}

// Because says, as a part of a sentence, why something is not known.
func Because(a workflows.Answer) checklist.Text {
	switch {
	case a.Lacks != "":
		return checklist.Text{
			English:  fmt.Sprintf("the permission `%s` is missing", a.Lacks),
			Japanese: fmt.Sprintf("`%s` の権限がありません", a.Lacks),
		}
	case a.Unknown == Silent:
		return checklist.Text{English: Silent, Japanese: "GitHubが応答しませんでした"}
	case a.Unknown == Later:
		return checklist.Text{English: "it ended later, and what it said before is not kept", Japanese: "その後に終わったもので、それより前の結果は残っていません"}
	case a.Unknown == Cut:
		return checklist.Text{English: "there are more than were looked at", Japanese: "数が多く、すべては確認していません"}
	case a.NotThere():
		return checklist.Text{English: "it is not there, or cannot be seen from here", Japanese: "見つからないか、ここからは見えません"}
	}
	said := foreign(a.Unknown)
	return checklist.Text{English: "GitHub would not tell: " + said, Japanese: "GitHubから得られませんでした: " + said}
}

// Input is what a verdict depends on, given the answers.
func (r *Release) Input(facts workflows.Facts, now time.Time) *verdict.Input {
	in := &verdict.Input{
		Now: now, Zone: r.Policy.TimeZone, Checklist: r.Checklist, Settings: r.Settings, Own: r.Own,
		Service: r.Service, Environment: r.Environment, Commit: r.Commit,
		Answers: map[checklist.Question]verdict.Answer{}, RanBefore: r.RanBefore(facts, now),
	}
	for _, q := range r.Checklist.Questions(r.Service) {
		a := r.answer(q, facts)
		a.Looked = now
		in.Answers[q] = a
	}
	r.around(in, facts)
	return in
}

// Unread is what a verdict depends on where the checklist or the settings are not known. Of
// the settings the mode alone counts, if they are known.
func (r *Release) Unread(now time.Time, why checklist.Text) *verdict.Input {
	in := &verdict.Input{
		Now: now, Zone: r.Policy.TimeZone, Checklist: new(checklist.Checklist), Own: true, Unread: why, Fixes: r.Fixes,
		Service: r.Service, Environment: r.Environment, Commit: r.Commit, RanBefore: verdict.Answer{Because: why},
		Settings: verdict.Settings{Mode: r.Settings.Mode},
	}
	in.Around.Incidents.Because, in.Around.FollowUps.Because, in.Around.Postmortems.Because = why, why, why
	return in
}
