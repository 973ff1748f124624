package incident

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// deployed is a deployment that succeeded while the incident went on.
type deployed struct {
	workflows.Deployment
	repo string
	// hidden: nothing but this may be said of it.
	hidden bool
	commit workflows.Commit
	// fix: it says that it fixes this incident, pull where that is said in one. back:
	// what ran there before runs there again.
	fix, back bool
	pull      int
}

// mostDeployed is how many deployments are told that are neither.
const mostDeployed = 5

// deployedAsks ask what was deployed since it began, and until it was resolved. Of what
// was just opened that is nothing, and where GitHub does not let us see deployments it
// said so when it was asked what changed before.
func (t teller) deployedAsks() []workflows.DeployedAsk {
	_, told := t.in.Made["status"]
	if t.s.ended == falseAlarm || t.s.ended == duplicate || t.s.ended == ongoing && !told || t.s.isJoining {
		return nil
	}
	until := ""
	if t.s.resolved != nil {
		until = t.s.resolved.at.UTC().Format(time.RFC3339)
	}
	var asks []workflows.DeployedAsk
	for _, before := range t.changesAsks() {
		if t.seesDeployments(before.Repo) {
			asks = append(asks, workflows.DeployedAsk{Repo: before.Repo, From: before.To, To: until})
		}
	}
	return asks
}

// seesDeployments tells whether deployments were told of when it was asked what changed
// before, be it before another time.
func (t teller) seesDeployments(repo string) bool {
	for ask, answer := range t.in.Facts {
		if before, ok := ask.(workflows.ChangesAsk); ok && before.Repo == repo && answer.Lacks == "" {
			return true
		}
	}
	return false
}

// deployed are the deployments that succeeded since it began, oldest first: those that
// fix it or go back, and the last few of the others.
func (t teller) deployed() []deployed {
	var all []deployed
	for _, ask := range t.deployedAsks() {
		seen := t.in.Facts[ask].Seen
		began, _ := time.Parse(time.RFC3339, ask.From)
		for i, d := range seen.Deployments {
			if d.At.After(began) && !d.Success.IsZero() {
				all = append(all, t.deployment(d, ask.Repo, seen, seen.Deployments[i+1:]))
			}
		}
	}
	slices.SortStableFunc(all, func(a, b deployed) int { return b.Success.Compare(a.Success) })
	others := 0
	all = slices.DeleteFunc(all, func(d deployed) bool {
		if !d.fix && !d.back {
			others++
		}
		return !d.fix && !d.back && others > mostDeployed
	})
	slices.Reverse(all)
	return all
}

func (t teller) deployment(one workflows.Deployment, repo string, seen workflows.Seen, older []workflows.Deployment) deployed {
	d := deployed{Deployment: one, repo: repo, hidden: seen.Hidden, back: goesBack(one, older)}
	if i := slices.IndexFunc(seen.Commits, func(c workflows.Commit) bool { return c.SHA == one.Commit }); i >= 0 {
		d.commit = seen.Commits[i]
	}
	here := t.in.Observation.Subject
	kept, _ := KeptIn(t.in.Policy, here.Repo)
	said, by := FixesIn(d.commit)
	is, ok := Named(said, kept)
	if d.fix = ok && is.Number == here.Number && strings.EqualFold(is.Repo, here.Repo); d.fix {
		d.pull = by.Number
	}
	return d
}

// goesBack: this version had succeeded there, and another one since. The older ones are
// the newest first.
func goesBack(d workflows.Deployment, older []workflows.Deployment) bool {
	another := false
	for _, o := range older {
		switch {
		case !strings.EqualFold(o.Environment, d.Environment) || o.Success.IsZero():
		case o.Commit == d.Commit:
			return another
		default:
			another = true
		}
	}
	return false
}

// says is what a deployment was, in a line.
func (d deployed) says(t teller) string {
	if d.hidden {
		return d.saysLess(t)
	}
	commit := words.Foreign(d.Commit[:min(7, len(d.Commit))]).Inline(0)
	if d.commit.URL != "" {
		commit = fmt.Sprintf("[%s](%s)", commit, d.commit.URL)
	}
	where := ""
	switch {
	case d.pull > 0:
		where = t.reference(workflows.Subject{Repo: d.repo, Number: d.pull})
	case d.repo != t.in.Observation.Subject.Repo:
		where = "`" + d.repo + "`"
	}
	if where != "" {
		where = t.say(" ("+where+")", "（"+where+"）")
	}
	to := words.Foreign(d.Environment).Inline(40)
	switch {
	case d.fix:
		return t.say("deployment to "+to+": the fix "+commit, to+" にデプロイ: この障害の修正 "+commit) + where
	case d.back:
		return t.say("deployment to "+to+": back to "+commit+", which ran there before", to+" にデプロイ: 以前の版 "+commit+" に戻した") + where
	}
	return t.say("deployment to "+to+": "+commit, to+" にデプロイ: "+commit) + where
}

// saysLess names neither the environment nor the version.
func (d deployed) saysLess(t teller) string {
	where := t.say(" (`"+d.repo+"`)", "（`"+d.repo+"`）")
	switch {
	case d.fix:
		return t.say("deployment: the fix", "デプロイ: この障害の修正") + where
	case d.back:
		return t.say("deployment: back to what ran there before", "デプロイ: 以前の版に戻した") + where
	}
	return t.say("deployment", "デプロイ") + where
}

func (t teller) timelineDeployed() []entry {
	var out []entry
	for _, d := range t.deployed() {
		out = append(out, entry{at: d.Success, link: d.URL, text: d.says(t)})
	}
	return out
}

// deployedLine is what was deployed last while it goes on, the latest first.
func (t teller) deployedLine() string {
	if t.s.ended != ongoing {
		return ""
	}
	all := t.timelineDeployed()
	slices.Reverse(all)
	var parts []string
	for _, e := range all[:min(mostChanges, len(all))] {
		at := t.clock(&milestone{at: e.at})
		if e.link != "" {
			at = fmt.Sprintf("[%s](%s)", at, e.link)
		}
		parts = append(parts, at+" "+e.text)
	}
	if len(parts) == 0 {
		return ""
	}
	return t.say("Since it began: ", "発生後の変更: ") + strings.Join(parts, t.say(", ", "、"))
}
