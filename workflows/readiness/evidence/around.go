package evidence

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/incident"
	"github.com/kintsugi-app/kintsugi/workflows/readiness/checklist"
	"github.com/kintsugi-app/kintsugi/workflows/readiness/verdict"
)

// byRecord is why a condition is not looked at yet.
var byRecord = checklist.Text{
	English:  "its dates stand in the App's record, which is not read here yet",
	Japanese: "期日はAppの記録にあり、ここではまだ読んでいません",
}

// around fills in what goes on around the release, who wrote it, and what it fixes.
func (r *Release) around(in *verdict.Input, facts workflows.Facts) {
	commit := told(facts, workflows.CommitAsk{Repo: r.Repo, Commit: r.Commit})
	if commit.Unknown == "" {
		in.Authors = commit.Seen.Commit.Authors
	}
	in.Around.FollowUps.Because, in.Around.Postmortems.Because = byRecord, byRecord
	if in.Around.Incidents = r.incidents(facts); r.Incidents != nil {
		in.Around.Incidents = *r.Incidents
	}
	in.Around.Incidents.Looked = in.Now
	in.Fixes = r.fixes(commit.Seen.Commit)
	if commit.Seen.Commit.NoPulls != "" && in.Fixes == "" {
		why := Because(workflows.Answer{Unknown: commit.Seen.Commit.NoPulls, Lacks: commit.Lacks})
		in.Around.Notes = append(in.Around.Notes, checklist.Text{
			English:  fmt.Sprintf("What its pull request says was not read, because %s: name the incident that it fixes in the commit, or by --incident.", why.English),
			Japanese: fmt.Sprintf("プルリクエストの本文は読めませんでした（%s）。修正する障害は、コミットか --incident に書いてください。", why.Japanese),
		})
	}
	undecided(in)
}

// kept is the answer about the incidents, the repository that they are kept in, and
// their label.
func (r *Release) kept(facts workflows.Facts) (a workflows.Answer, repo, label string) {
	repo, label = incident.KeptIn(r.Policy, r.Repo)
	if ask := r.issues(repo); ask != nil {
		a = told(facts, ask)
	}
	return a, repo, label
}

// incidents are the open ones that concern the service.
func (r *Release) incidents(facts workflows.Facts) (seen verdict.Seen[verdict.Incident]) {
	a, repo, label := r.kept(facts)
	switch {
	case !r.looksAtIncidents():
		return seen
	case a.Unknown != "":
		seen.Because = Because(a)
		return seen
	case a.Seen.Issues[label].Cut:
		seen.Because = checklist.Text{English: "there are too many to look at", Japanese: "多すぎて確認できません"}
		return seen
	}
	seen.Known = true
	for _, i := range a.Seen.Issues[label].All {
		if r.concerns(i, repo) {
			severity := incident.SeverityIn(i.Labels)
			seen.All = append(seen.All, verdict.Incident{Ref: Ref(r.Repo, repo, i.Number), URL: i.URL, Severity: severity, Confirmed: severity > 0})
		}
	}
	return seen
}

// Concerns reports whether an incident, kept in a repository, is one of what is released.
func (r *Release) Concerns(i workflows.LabelledIssue, repo string) bool { return r.concerns(i, repo) }

// concerns: an incident of an unknown service counts where the release is made of the
// very repository that it is reported in, and holds nobody else up.
func (r *Release) concerns(i workflows.LabelledIssue, repo string) bool {
	if r.Service == "" {
		return true
	}
	is := incident.ServiceIn(r.Policy, i.Title, i.Labels, repo)
	return is == r.Service || is == "" && strings.EqualFold(repo, r.Repo)
}

// undecided notes incidents of which only the App's record says whether they count:
// without a label of their severity, that anybody can report one.
func undecided(in *verdict.Input) {
	var refs []string
	for _, i := range in.Around.Incidents.All {
		if !i.Confirmed {
			refs = append(refs, i.Ref)
		}
	}
	if len(refs) == 0 || !in.Around.Incidents.Known {
		return
	}
	slices.Sort(refs)
	list := strings.Join(refs[:min(3, len(refs))], ", ")
	in.Around.Notes = append(in.Around.Notes, checklist.Text{
		English:  fmt.Sprintf("Open without a severity label: %s. Whether that is confirmed stands in the App's record, which is not read here; it holds nothing.", list),
		Japanese: fmt.Sprintf("重大度ラベルのない対応中のもの: %s。確認済みかどうかはAppの記録にあり、ここでは読んでいません。リリースは止めません。", list),
	})
}

// Ref is how one refers to an issue of a repository from here.
func Ref(here, repo string, number int) string {
	if strings.EqualFold(repo, here) {
		return fmt.Sprintf("#%d", number)
	}
	return fmt.Sprintf("%s#%d", repo, number)
}

// fixes is the incident that this is to fix: what was said with the question, else what
// the commit says, else its pull requests.
func (r *Release) fixes(c workflows.Commit) string {
	if r.Fixes != "" {
		return r.incidentNamed(r.Fixes)
	}
	named, _ := incident.FixesIn(c)
	return r.incidentNamed(named)
}

// incidentNamed writes a reference as incidents are referred to here. A bare number is
// one of where the incidents are kept.
func (r *Release) incidentNamed(text string) string {
	kept, _ := incident.KeptIn(r.Policy, r.Repo)
	if named, ok := incident.Named(text, kept); ok {
		return Ref(r.Repo, named.Repo, named.Number)
	}
	return text
}

// IsIncident reports whether a text names an incident as --incident takes it.
func IsIncident(text string) bool {
	_, ok := incident.Named(text, "")
	return ok
}
