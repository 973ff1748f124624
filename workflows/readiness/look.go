package readiness

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/policy"
	"github.com/kintsugi-app/kintsugi/workflows/readiness/checklist"
	"github.com/kintsugi-app/kintsugi/workflows/readiness/evidence"
	"github.com/kintsugi-app/kintsugi/workflows/readiness/verdict"
)

// look is one decision of the workflow, with what it still has to ask.
type look struct {
	workflows.Input
	repo     string
	settings verdict.Settings
	asks     []workflows.Ask
	// lacks: something that was looked for lately is not known yet.
	lacks bool
}

func newLook(in workflows.Input) *look {
	in.Facts = apart(in.Facts)
	return &look{Input: in, repo: in.Observation.Subject.Repo, settings: SettingsIn(in.Policy)}
}

// apart are the answers so far, with one for each of the commits that were asked for
// together.
func apart(facts workflows.Facts) workflows.Facts {
	all := maps.Clone(facts)
	for ask, answer := range facts {
		together, ok := ask.(workflows.CommitsAsk)
		if !ok {
			continue
		}
		for commit := range strings.SplitSeq(together.Commits, "\n") {
			one := workflows.Answer{Unknown: answer.Unknown, Lacks: answer.Lacks}
			i := slices.IndexFunc(answer.Seen.Commits, func(c workflows.Commit) bool { return c.SHA == commit })
			switch {
			case i >= 0:
				one.Seen.Commit = answer.Seen.Commits[i]
			case answer.Unknown == "":
				one = workflows.Answer{Unknown: workflows.NotThere}
			}
			all[workflows.CommitAsk{Repo: together.Repo, Commit: commit}] = one
		}
	}
	return all
}

func (l *look) asking() bool { return len(l.asks) > 0 }

// fact is an answer; what is not known yet is asked.
func (l *look) fact(ask workflows.Ask) (workflows.Answer, bool) {
	answer, known := l.Facts[ask]
	l.lacks = l.lacks || !known
	if !known && !slices.Contains(l.asks, ask) {
		l.asks = append(l.asks, ask)
	}
	return answer, known
}

var sha = regexp.MustCompile(`^[0-9a-f]{40}([0-9a-f]{24})?$`)

// resolve is the whole name of the commit that a branch, a tag or a commit is, or why
// it is not known.
func (l *look) resolve(version string) (commit string, why checklist.Text) {
	answer, known := l.fact(workflows.CommitAsk{Repo: l.repo, Commit: version})
	switch {
	case !known:
	case answer.Unknown == "" && sha.MatchString(answer.Seen.Commit.SHA):
		return answer.Seen.Commit.SHA, why
	case answer.NotThere():
		return "", checklist.Text{English: "the repository has no such version", Japanese: "この版はリポジトリにありません"}
	default:
		return "", evidence.Because(answer)
	}
	return "", why
}

// checklist is the one for a service, or why it is not known.
func (l *look) checklist(service string) (c Chosen, why checklist.Text) {
	answer, known := l.fact(workflows.FolderAsk{Repo: l.repo, Path: checklist.Folder})
	if !known {
		return c, why
	}
	if answer.Unknown != "" && !answer.NotThere() {
		return c, evidence.Because(answer)
	}
	c, unfit := Choose(answer.Seen.Files, service)
	if unfit != nil {
		return c, unfit.Text()
	}
	return c, why
}

// unfit says why the settings cannot be relied on, if so: what could not be read of them
// may have been a freeze, or where the incidents are.
func (l *look) unfit() (why checklist.Text) {
	for _, p := range l.Problems {
		if !Concerns(p) {
			continue
		}
		p.File = strings.TrimPrefix(p.File, l.repo+"/")
		if !l.Observation.Private { // nobody knows here whether it may be said
			return checklist.Text{English: placeOf(p) + " cannot be used", Japanese: placeOf(p) + " を読み取れません"}
		}
		return (&Unfit{Problems: []policy.Problem{p}}).Text()
	}
	return why
}

// release is a commit that is looked at.
type release struct {
	commit, service, environment string
	// reviews are those in which people say something of it.
	reviews []Published
}

// decide judges a release; ok is false while something has to be asked. What other releases
// lack is of no account: all of them ask at once.
func (l *look) decide(r release) (v *verdict.Verdict, c Chosen, ok bool) {
	l.lacks = false
	c, why := l.checklist(r.service)
	asked := evidence.Release{
		Repo: l.repo, Commit: r.commit, Service: r.service, Environment: r.environment,
		Checklist: c.Checklist, Own: c.IsOwn(), Policy: l.Policy, Settings: l.settings,
	}
	if l.lacks {
		return nil, c, false
	}
	if unfit := l.unfit(); !unfit.IsEmpty() {
		why, asked.Settings.Mode = unfit, verdict.Block // nobody knows what else stands there
	}
	if !why.IsEmpty() {
		v, ok = l.decideUnread(asked, r.reviews, why)
		return v, c, ok
	}
	followUps, postmortems := l.owed(r.service)
	incidents := l.incidents(r.service)
	asked.Incidents = &incidents
	for _, ask := range asked.Asks(l.Facts) {
		l.fact(ask)
	}
	acts := actsOf(r.reviews)
	teams := l.teams(c.Checklist, r.service, acts)
	if l.lacks {
		return nil, c, false
	}
	in := asked.Input(l.Facts, l.Now)
	in.Acts, in.Teams, in.Waits = acts, teams, true
	for _, p := range r.reviews {
		if p.Opener != "" && p.Commit == r.commit {
			in.Openers = append(in.Openers, p.Opener) // who asks for a release does not approve it
		}
	}
	in.Around.FollowUps, in.Around.Postmortems = followUps, postmortems
	in.Around.Touched = l.touched(l.Facts[workflows.CommitAsk{Repo: l.repo, Commit: r.commit}].Seen.Commit.Files)
	return verdict.Decide(in), c, true
}

// decideUnread judges a release of which nobody knows what is asked before it: it waits,
// and the ways out stay open.
func (l *look) decideUnread(asked evidence.Release, reviews []Published, why checklist.Text) (v *verdict.Verdict, ok bool) {
	asked.Checklist, asked.Incidents = new(checklist.Checklist), new(verdict.Seen[verdict.Incident])
	for _, ask := range asked.Asks(l.Facts) {
		l.fact(ask)
	}
	if l.lacks {
		return nil, false
	}
	in := asked.Unread(l.Now, why)
	in.Acts, in.Waits, in.RanBefore = actsOf(reviews), true, asked.RanBefore(l.Facts, l.Now)
	return verdict.Decide(in), true
}

// actsOf are what people said in some reviews, in order.
func actsOf(reviews []Published) (acts []verdict.Act) {
	for _, p := range reviews {
		acts = append(acts, p.Acts...)
	}
	slices.SortStableFunc(acts, func(a, b verdict.Act) int { return a.At.Compare(b.At) })
	return acts
}

// teams are the members of those teams that may say something, as far as anybody said
// anything.
func (l *look) teams(c *checklist.Checklist, service string, acts []verdict.Act) map[string]verdict.Team {
	found := map[string]verdict.Team{}
	if len(acts) == 0 {
		return found
	}
	for i := range c.Items {
		if !c.Applies(&c.Items[i], service) {
			continue
		}
		for _, a := range c.Items[i].Approvers {
			org, slug, isTeam := strings.Cut(strings.TrimPrefix(a, "@"), "/")
			if !isTeam {
				continue
			}
			answer, known := l.fact(workflows.TeamAsk{Org: org, Slug: slug})
			switch {
			case !known:
			case answer.Unknown != "":
				found[a] = verdict.Team{Because: evidence.Because(answer)}
			default:
				found[a] = verdict.Team{Known: true, Members: answer.Members}
			}
		}
	}
	return found
}

func (l *look) zone() *time.Location {
	if l.Policy.TimeZone == nil {
		return time.UTC
	}
	return l.Policy.TimeZone
}

// nextDay is when days change, by which exceptions, dates and freezes do.
func (l *look) nextDay() time.Time {
	now := l.Now.In(l.zone())
	return time.Date(now.Year(), now.Month(), now.Day()+1, 0, 1, 0, 0, l.zone())
}

// wake is when a verdict may change although nothing happens.
func (l *look) wake() time.Time {
	next := l.nextDay()
	for _, edge := range l.settings.Edges(l.zone()) {
		if edge.After(l.Now) && edge.Before(next) {
			next = edge
		}
	}
	return next
}

// of says in a line what is looked at.
func (l *look) of(w wanted, commit string) string {
	var parts []string
	if w.service != "" {
		parts = append(parts, foreign(w.service, 60))
	}
	if w.version != "" && w.version != commit {
		parts = append(parts, foreign(w.version, 100))
	}
	if commit != "" {
		parts = append(parts, "`"+commit[:10]+"`")
	}
	said := strings.Join(parts, " · ")
	if w.environment != "" {
		said += fmt.Sprintf(l.Say(" → %s", " → %s"), foreign(w.environment, 60))
	}
	return said
}
