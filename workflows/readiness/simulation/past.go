package simulation

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/readiness/evidence"
)

// asOf are the answers to what a release asks, as they would have been when the
// deployment began.
func (s *Simulation) asOf(d workflows.Deployment, facts workflows.Facts) workflows.Facts {
	release, then := s.of(d), workflows.Facts{}
	for range 2 { // what is asked once files are known, too
		for _, ask := range release.Asks(then) {
			if answer, ok := s.answer(ask, d.At, facts); ok {
				then[ask] = answer
			}
		}
	}
	return then
}

// answer is what GitHub would have answered at a time; ok is false while that has to be
// asked.
func (s *Simulation) answer(ask workflows.Ask, at time.Time, facts workflows.Facts) (answer workflows.Answer, ok bool) {
	switch ask := ask.(type) {
	case workflows.CommitAsk:
		return s.commit(ask.Commit, facts), true
	case workflows.TreeAsk, workflows.TextsAsk: // a commit's files stay what they were
		answer, ok = facts[ask]
		return answer, ok
	case workflows.ChecksAsk, workflows.RunsAsk:
		answer, ok = facts[ask]
		answer.Seen.Results = until(answer.Seen.Results, at)
		return answer, ok
	case workflows.LastRunsAsk:
		return s.lastRuns(ask, at, facts), true
	case workflows.ReleasesAsk:
		answer = told(facts, ask)
		answer.Seen.Releases = slices.DeleteFunc(slices.Clone(answer.Seen.Releases), func(r workflows.Release) bool { return r.At.After(at) })
		return answer, true
	case workflows.DeploymentsAsk:
		return s.deployments(at, facts), true
	case workflows.IssuesAsk:
		return s.issues(ask, at, facts), true
	}
	return workflows.Answer{Unknown: fmt.Sprintf("%T of the past", ask)}, true
}

// told is an answer, or that there was none.
func told(facts workflows.Facts, ask workflows.Ask) workflows.Answer {
	if a, ok := facts[ask]; ok {
		return a
	}
	return workflows.Answer{Unknown: evidence.Silent}
}

func (s *Simulation) commit(sha string, facts workflows.Facts) workflows.Answer {
	deployed := told(facts, s.deployedAsk())
	i := slices.IndexFunc(deployed.Seen.Commits, func(c workflows.Commit) bool { return c.SHA == sha })
	if i < 0 {
		return workflows.Answer{Unknown: workflows.NotThere}
	}
	return workflows.Answer{Lacks: deployed.Lacks, Seen: workflows.Seen{Commit: deployed.Seen.Commits[i]}}
}

// until are the results as they stood at a time. Of what ended later GitHub keeps nothing
// that was before, be it another try or that it was still under way.
func until(results []workflows.Result, at time.Time) (then []workflows.Result) {
	for _, r := range results {
		if r.At.After(at) {
			r = workflows.Result{Name: r.Name, Unknown: evidence.Later}
		}
		then = append(then, r)
	}
	return then
}

func (s *Simulation) lastRuns(ask workflows.LastRunsAsk, at time.Time, facts workflows.Facts) (answer workflows.Answer) {
	for name := range strings.SplitSeq(ask.Workflows, "\n") {
		runs := told(facts, s.pastRuns(name))
		var last workflows.Result
		for _, r := range runs.Seen.Results {
			if !r.At.After(at) && r.At.After(last.At) {
				last = r
			}
		}
		switch {
		case last.Name != "":
			answer.Seen.Results = append(answer.Seen.Results, last)
		case runs.Unknown != "":
			answer.Seen.Results = append(answer.Seen.Results, workflows.Result{Name: name, Unknown: runs.Unknown})
		case runs.Seen.Cut:
			answer.Seen.Results = append(answer.Seen.Results, workflows.Result{Name: name, Unknown: evidence.Cut})
		}
	}
	return answer
}

// deployments are those that had been made by then. One that succeeded later had not
// succeeded yet.
func (s *Simulation) deployments(at time.Time, facts workflows.Facts) workflows.Answer {
	ask := s.deployedAsk()
	answer := told(facts, ask)
	then := answer.Seen
	then.Deployments = nil
	for _, d := range answer.Seen.Deployments {
		if d.At.After(at) {
			continue
		}
		if d.State = ""; d.Success.After(at) {
			d.Success = time.Time{}
		}
		then.Deployments = append(then.Deployments, d)
	}
	answer.Seen, answer.Lacks = then, ""
	if all := answer.Seen.Deployments; answer.Seen.Cut && len(all) > 0 && all[len(all)-1].At.Format(time.RFC3339) > ask.From {
		answer.Unknown = evidence.Cut // not as far back as was wanted
	}
	return answer
}

func (s *Simulation) issues(ask workflows.IssuesAsk, at time.Time, facts workflows.Facts) workflows.Answer {
	answer := workflows.Answer{Seen: workflows.Seen{Issues: map[string]workflows.Issues{}}}
	find := func(key, set string, fits func(workflows.Issue) bool) {
		labels := strings.Split(set, "\t")
		listed := listed(facts, workflows.LabelledAsk{Repo: ask.Repo, Label: labels[0]})
		if listed.Unknown != "" {
			answer.Unknown = listed.Unknown
			return
		}
		var found workflows.Issues
		for _, own := range listed.Own {
			if i := own.Issue; !i.Pull && !i.CreatedAt.After(at) && fits(i) && hasAll(i.Labels, labels) {
				found.All = append(found.All, labelled(own))
			}
		}
		found.Total = len(found.All)
		slices.Reverse(found.All) // the newest first
		answer.Seen.Issues[key] = found
	}
	for set := range strings.SplitSeq(ask.Open, "\n") {
		if set != "" {
			find(set, set, func(i workflows.Issue) bool { return i.Open || i.ClosedAt.After(at) })
		}
	}
	for label := range strings.SplitSeq(ask.Closed, "\n") {
		if label != "" {
			find("closed\t"+label, label, func(i workflows.Issue) bool { return !i.Open && !i.ClosedAt.After(at) })
		}
	}
	return answer
}

// listed are the issues with a label. Where nothing of them may be told, not even their
// labels are there.
func listed(facts workflows.Facts, ask workflows.LabelledAsk) workflows.Answer {
	answer := told(facts, ask)
	for _, own := range answer.Own {
		if len(own.Issue.Labels) == 0 {
			return workflows.Answer{Unknown: "in another private repository"}
		}
	}
	return answer
}

func labelled(own workflows.OwnIssue) workflows.LabelledIssue {
	i := own.Issue
	return workflows.LabelledIssue{Number: own.Subject.Number, Title: i.Title, URL: i.URL, Labels: i.Labels, Closed: i.ClosedAt, Done: i.Reason == "completed"}
}

func hasAll(have, want []string) bool {
	return !slices.ContainsFunc(want, func(label string) bool {
		return !slices.ContainsFunc(have, func(h string) bool { return strings.EqualFold(h, label) })
	})
}
