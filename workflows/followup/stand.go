package followup

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/policy"
)

// Issue is a follow-up as it stands, wherever it is.
type Issue struct {
	Subject workflows.Subject
	// For is the postmortem that it comes from.
	For workflows.Subject
	// Title is empty where it must not be quoted.
	Title, URL string
	Open       bool
	// Done: it was closed, and not because it will not be done.
	Done bool
	// Due is the day by which it is due, and First what that was before somebody moved
	// it; both are YYYY-MM-DD or empty.
	Due, First string
	Kind       string
	Severity   int
	Assignees  []string
	CreatedAt  time.Time
	ClosedAt   time.Time
}

// IssuesIn are the follow-ups among issues that the App opened.
func IssuesIn(own []workflows.OwnIssue) (all []Issue) {
	for _, o := range own {
		if !strings.HasPrefix(o.Key, keyItem) {
			continue
		}
		p, i := publishedIn(o.Summaries[name]), o.Issue
		next := Issue{
			Subject: o.Subject, For: o.For, Title: i.Title, URL: i.URL, Open: i.Open, Due: p.Due, First: p.Due,
			Kind: p.Kind, Severity: p.Severity, Assignees: i.Assignees, CreatedAt: i.CreatedAt, ClosedAt: i.ClosedAt,
		}
		if p.Moved {
			next.First = p.First
		}
		next.Done = !i.Open && (i.Reason == "completed" || i.Reason == "")
		all = append(all, next)
	}
	return all
}

// IssueIn is the issue in an answer; ok is false where it is no follow-up.
func IssueIn(a workflows.Answer) (i Issue, ok bool) {
	key, of, ok := a.Issue.MadeFor()
	if !ok || !strings.HasPrefix(key, keyItem) {
		return i, false
	}
	own := workflows.OwnIssue{Subject: a.Subject, Issue: a.Issue, Key: key, For: of, Summaries: a.Summaries}
	if own.Summaries[name] == "" {
		own.Summaries = map[string]string{name: outline(a.Issue)}
	}
	return IssuesIn([]workflows.OwnIssue{own})[0], true
}

// PlacesIn are the repositories in which a policy has follow-ups made, besides where
// their postmortem is.
func PlacesIn(p policy.Policy) (repos []string) {
	own := policyOf(p)
	add := func(list ...string) {
		for _, repo := range list {
			if repo != "" && !slices.Contains(repos, repo) {
				repos = append(repos, repo)
			}
		}
	}
	add(own.Repository)
	for _, who := range slices.Sorted(maps.Keys(own.Owners)) {
		add(own.Owners[who])
	}
	for _, service := range slices.Sorted(maps.Keys(p.Services)) {
		add(p.Services[service].Repositories...)
	}
	return repos
}

// LabelIn is the label of the follow-ups under a policy.
func LabelIn(p policy.Policy) string { return policyOf(p).Label }

// IsOver reports whether it is open and its day has passed.
func (i Issue) IsOver(now time.Time, zone *time.Location) bool {
	return i.Open && i.Due != "" && i.Due < now.In(zone).Format(dateLayout)
}

// promised is the day by which people promised to have it done: what the policy says
// for the incident's severity, else the due date as first set.
func (i Issue) promised(p policy.Policy) string {
	if days := policyOf(p).Within.of(i.Severity); days > 0 {
		return p.NextWorkingDay(i.CreatedAt, days).Format(dateLayout)
	}
	return i.First
}

// Digest is what there is to know of many follow-ups.
type Digest struct {
	Open int
	// Overdue are the oldest first, Soon those due within five working days, and Done
	// of the last seven days, the latest first.
	Overdue, Soon, Done []Issue
	// Oldest is the open one that is there the longest; nil for none.
	Oldest *Issue
	// Kept is by severity, the undecided last.
	Kept []Promise
}

// Promise is how many of those done in the last 90 days, or open beyond the day that
// was promised, were done by that day. Severity 0 is not known.
type Promise struct{ Severity, Kept, All int }

// What is looked at.
const (
	soonDays   = 5 // working days
	doneDays   = 7
	recentDays = 90
)

// DigestOf sums up.
func DigestOf(all []Issue, now time.Time, p policy.Policy) (d Digest) {
	now = now.In(p.TimeZone)
	today, soon := now.Format(dateLayout), p.NextWorkingDay(now, soonDays).Format(dateLayout)
	kept := map[int]Promise{}
	for i := range all {
		one := &all[i]
		if one.Open {
			d.Open++
			if d.Oldest == nil || one.CreatedAt.Before(d.Oldest.CreatedAt) {
				d.Oldest = one
			}
		}
		switch {
		case one.IsOver(now, p.TimeZone):
			d.Overdue = append(d.Overdue, *one)
		case one.Open && one.Due != "" && one.Due <= soon:
			d.Soon = append(d.Soon, *one)
		case one.Done && one.ClosedAt.After(now.AddDate(0, 0, -doneDays)):
			d.Done = append(d.Done, *one)
		}
		promised, closed := one.promised(p), one.ClosedAt.In(p.TimeZone).Format(dateLayout)
		isDone := one.Done && one.ClosedAt.After(now.AddDate(0, 0, -recentDays))
		if promised == "" || !isDone && !(one.Open && promised < today) {
			continue
		}
		k := kept[one.Severity]
		k.Severity, k.All = one.Severity, k.All+1
		if isDone && closed <= promised {
			k.Kept++
		}
		kept[one.Severity] = k
	}
	for _, severity := range []int{1, 2, 3, 4, 0} {
		if k := kept[severity]; k.All > 0 {
			d.Kept = append(d.Kept, k)
		}
	}
	byDue := func(a, b Issue) int { return strings.Compare(a.Due, b.Due) }
	slices.SortStableFunc(d.Overdue, byDue)
	slices.SortStableFunc(d.Soon, byDue)
	slices.SortStableFunc(d.Done, func(a, b Issue) int { return b.ClosedAt.Compare(a.ClosedAt) })
	return d
}

// Since is the day from which on a digest looks at what was closed, the same all day
// long where the team is; a day more than is counted, because asks mean days in UTC.
func Since(now time.Time, p policy.Policy) string {
	return now.In(p.TimeZone).AddDate(0, 0, -recentDays-1).Format(dateLayout)
}

// Scope is which repositories are listed, and what was named besides.
type Scope struct {
	Repos []string
	// Unread are words that name nothing, Strangers repositories of other owners,
	// Unknown teams of which the policy names no repository.
	Unread, Strangers, Unknown []string
	// Over: there were more than fit.
	Over bool
}

// mostPlaces is how many repositories one digest lists.
const mostPlaces = 20

// ScopeOf reads the names of repositories and teams. Whatever names none is the
// repository itself.
func ScopeOf(names []string, here string, p policy.Policy) (s Scope) {
	owner, _, _ := strings.Cut(here, "/")
	add := func(repo string) {
		other, _, _ := strings.Cut(repo, "/")
		isThere := func(r string) bool { return strings.EqualFold(r, repo) }
		switch {
		case slices.ContainsFunc(s.Repos, isThere), slices.ContainsFunc(s.Strangers, isThere):
		case !strings.EqualFold(owner, other):
			s.Strangers = append(s.Strangers, repo)
		case len(s.Repos) == mostPlaces:
			s.Over = true
		default:
			s.Repos = append(s.Repos, repo)
		}
	}
	for _, n := range names {
		switch {
		case strings.Contains(n, "/") && ownerName.MatchString(n):
			places := policyOf(p).placesOf(n, p.Services)
			if len(places) == 0 {
				s.Unknown = append(s.Unknown, strings.TrimPrefix(n, "@"))
			}
			for _, repo := range places {
				add(repo)
			}
		case repository.MatchString(n):
			add(n)
		default:
			s.Unread = append(s.Unread, n)
		}
	}
	if len(s.Repos) == 0 && len(s.Strangers) == 0 {
		s.Repos = []string{here}
	}
	return s
}
