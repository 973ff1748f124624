package engine

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kintsugi-app/kintsugi/workflows"
)

// maxTitle is how many characters GitHub takes for a title; a longer one is
// answered with 422, "title is too long (maximum is 256 characters)".
const maxTitle = 256

// creations makes the issues and files that are planned, before anything is
// said, and then the changes to files. Where one was made, found or refused, the
// workflows decide again, so that what is then said or written can name it.
func (a *applier) creations(ctx context.Context) error {
	for range a.d.rounds() {
		opened, err := a.issues(ctx)
		if err != nil {
			return err
		}
		proposed, err := a.files(ctx)
		if err != nil {
			return err
		}
		changed := false
		if !opened && !proposed {
			changed, err = a.changes(ctx)
		}
		if err != nil || !opened && !proposed && !changed {
			return err
		}
		next, err := a.e.decide(ctx, *a.d, a.c)
		if err != nil {
			return err
		}
		*a.d = next
		a.run.decided(a.d)
	}
	return fmt.Errorf("after %d rounds the workflows still plan further issues, files or changes", a.d.rounds())
}

// mostUntold is how many issues are made before anybody is told that it takes a while:
// as many as fit into what GitHub lets an App write at once, with their sub-issues.
const mostUntold = 8

// issues makes the planned issues that are not there yet, after looking for what
// an earlier try or an earlier record knew of. changed is true where something
// new is known of one.
func (a *applier) issues(ctx context.Context) (changed bool, err error) {
	missing := a.missingIssues()
	// What we wrote may land late, and is then looked for although it was made.
	if len(missing) == 0 && (len(a.d.plan.Issues) == 0 || a.c.Hint.Watch.IsZero()) {
		return a.settle(ctx)
	}
	if a.d.announced {
		return false, nil
	}
	if changed, err = a.believe(ctx, missing); err != nil || changed {
		return changed, err
	}
	if a.announced(missing) {
		a.decided()
		return true, nil
	}
	if err := a.mayBeMade(missing); err != nil {
		return false, err
	}
	keys := map[string]bool{}
	for key := range missing {
		keys[key] = true
	}
	if err := a.mayCreate(ctx, keys); err != nil {
		return changed, err
	}
	opened, err := a.openIssues(ctx, missing)
	if err != nil {
		return changed, err
	}
	if opened && !a.dry {
		return true, nil
	}
	return a.settle(ctx)
}

// believe looks for what an earlier try made, and notes it. It is true where that
// is news.
func (a *applier) believe(ctx context.Context, missing map[string]workflows.IssueIntent) (changed bool, err error) {
	if a.found == nil {
		if a.found, err = a.findIssues(ctx); err != nil {
			return false, err
		}
	}
	for _, key := range slices.Sorted(maps.Keys(a.found)) {
		first, known := a.found[key][0], a.d.made[key]
		if a.isBelieved(first) && !known.Gone && (known.Number == 0 || inRepo(known, a.d.o.Subject) == first.repo && first.Number < known.Number) {
			if err := a.haveIssue(ctx, first, true); err != nil {
				return changed, err
			}
			delete(missing, key)
			changed = true
		}
	}
	for _, want := range a.d.plan.Issues {
		for _, twice := range a.found[want.Key][min(1, len(a.found[want.Key])):] {
			if err := a.foldIssue(ctx, want, a.found[want.Key][0], twice); err != nil {
				return changed, err
			}
		}
		if same := a.found[want.Key]; len(same) > 1 {
			a.found[want.Key] = same[:1]
		}
	}
	return changed, nil
}

// settle does what is left once every issue is there: what is not to be made is
// remembered, and what was asked for is opened again.
func (a *applier) settle(ctx context.Context) (changed bool, err error) {
	if a.decided() {
		return true, nil
	}
	return a.reopen(ctx)
}

// decided remembers what is not to be made. It is true where that is news.
func (a *applier) decided() (changed bool) {
	for _, want := range a.d.plan.Issues {
		if made, known := a.d.made[want.Key]; want.Not != "" && (!known || made.Waiting) {
			a.d.made[want.Key] = workflows.Made{Refused: want.Not, Repo: want.Repo, At: a.e.second()}
			changed = true
		}
	}
	return changed
}

// missingIssues are those planned that were not made yet.
func (a *applier) missingIssues() map[string]workflows.IssueIntent {
	missing := map[string]workflows.IssueIntent{}
	for _, want := range a.d.plan.Issues {
		if made, known := a.d.made[want.Key]; want.Not == "" && (!known || made.Waiting) && !slices.Contains(a.c.Hint.Once, want.Key) {
			missing[want.Key] = want
		}
	}
	return missing
}

// announced puts off what is patient and too much for once, so that this run says
// that it comes, and until when, and the next ones make it. It is true where that is
// news, which it is again where it takes much longer.
func (a *applier) announced(missing map[string]workflows.IssueIntent) bool {
	patient, isNew := 0, false
	for key, want := range missing {
		if want.Patient {
			patient++
			isNew = isNew || !a.d.made[key].Until.Equal(a.d.plan.Until)
		}
	}
	if patient != len(missing) || (patient <= mostUntold && !a.wasAnnounced(missing)) || !isNew || a.dry {
		return false
	}
	for key := range missing {
		a.d.made[key] = workflows.Made{Waiting: true, Repo: missing[key].Repo, Hash: missing[key].Hash, At: a.e.second(), Until: a.d.plan.Until}
	}
	a.e.line.join(a.c.Key, a.d.plan.Turn, len(missing), a.e.clock.Now())
	a.d.announced = true
	return true
}

func (a *applier) wasAnnounced(missing map[string]workflows.IssueIntent) bool {
	for key := range missing {
		if a.d.made[key].Waiting {
			return true
		}
	}
	return false
}

// foundIssue is an issue of ours, and where it was found.
type foundIssue struct {
	OwnIssue
	key, repo string
}

func (f foundIssue) subject() workflows.Subject {
	return workflows.Subject{Repo: f.repo, Number: f.Number}
}

// isBelieved: whoever may write over there can put any marker into an issue of ours,
// so one that nothing asks for is looked at only where our own record was lost.
//
// An aggregate, which has no record, looks at what it asks for.
func (a *applier) isBelieved(i foundIssue) bool {
	lost := !a.d.isAggregate() && (i.repo == a.d.o.Subject.Repo || a.d.record.Seq == 0 || a.d.lost != nil)
	return lost || a.wasBegun(i.key) ||
		slices.ContainsFunc(a.d.plan.Issues, func(want workflows.IssueIntent) bool { return want.Key == i.key })
}

// inRepo is where something was made.
func inRepo(m workflows.Made, by workflows.Subject) string { return cmp.Or(m.Repo, by.Repo) }

// findIssues lists what this App opened since the subject was, by the keys in the
// markers that name it, the oldest first. Elsewhere a marker is not believed.
func (a *applier) findIssues(ctx context.Context) (map[string][]foundIssue, error) {
	var repos []string
	for _, want := range a.d.plan.Issues {
		if repo := cmp.Or(want.Repo, a.d.o.Subject.Repo); want.Not == "" && !slices.Contains(repos, repo) {
			repos = append(repos, repo)
		}
	}
	found := map[string][]foundIssue{}
	for _, repo := range repos {
		own, err := a.e.reader.OwnIssues(ctx, repo, a.d.bornAt().Add(-overlap))
		if err != nil && tolerated(err) == nil {
			continue // what cannot be listed cannot be made either, and that says why
		}
		if err != nil {
			return nil, fmt.Errorf("list the issues that this App opened: %w", err)
		}
		for _, i := range own {
			key, of, ok := i.MadeFor()
			if !ok {
				continue
			}
			isMine, err := a.e.isSame(ctx, of, a.d.o.Subject)
			if err != nil {
				return nil, err
			}
			if isMine {
				found[key] = append(found[key], foundIssue{i, key, repo})
			}
		}
	}
	for _, same := range found {
		slices.SortFunc(same, func(x, y foundIssue) int { return cmp.Or(x.CreatedAt.Compare(y.CreatedAt), x.Number-y.Number) })
	}
	return found, nil
}

// bornAt is the time before which nothing can have been made for the subject.
func (d *deliberation) bornAt() time.Time {
	if d.isAggregate() {
		return d.o.InstalledAt
	}
	return d.o.Issue.CreatedAt
}

// mostOnce is of how many issues it is remembered that an aggregate opened them.
const mostOnce = 20

// haveIssue notes an issue of ours, and hangs it below the subject where that is
// wanted and it hangs nowhere yet. One that was found an earlier try made.
func (a *applier) haveIssue(ctx context.Context, i foundIssue, found bool) error {
	made := workflows.Made{ID: i.ID, Number: i.Number, Repo: a.elsewhere(i.repo), At: i.CreatedAt}
	wanted := slices.IndexFunc(a.d.plan.Issues, func(want workflows.IssueIntent) bool { return want.Key == i.key })
	if wanted >= 0 && a.d.plan.Issues[wanted].Child && i.Open && !i.Child {
		apart, err := a.addChild(ctx, i, found)
		if err != nil {
			return err
		}
		made.Apart = apart
	}
	if i.Child && a.children != nil && !slices.Contains(a.children, i.ID) {
		a.children = append(a.children, i.ID)
	}
	a.d.made[i.key] = made
	if !found || !a.d.isAggregate() || a.wasBegun(i.key) { // an aggregate finds what it made in every run
		a.d.opened = append(a.d.opened, i.subject())
	}
	if wanted >= 0 && a.d.plan.Issues[wanted].Once && !slices.Contains(a.c.Hint.Once, i.key) {
		a.c.Hint.Once = append(a.c.Hint.Once, i.key)
		a.c.Hint.Once = a.c.Hint.Once[max(0, len(a.c.Hint.Once)-mostOnce):]
	}
	if i.Commented > 0 { // and may have published something
		return nil
	}
	wider, err := a.e.isWider(ctx, a.d.o.Subject.Repo, i.repo)
	a.d.facts[workflows.IssueAsk{Subject: i.subject()}] = told(i.Issue, i.subject(), wider)
	return err
}

// reopen opens again what somebody asked for since it was closed.
func (a *applier) reopen(ctx context.Context) (changed bool, err error) {
	for _, want := range a.d.plan.Issues {
		made := a.d.made[want.Key]
		ask := workflows.IssueAsk{Subject: workflows.Subject{Repo: inRepo(made, a.d.o.Subject), Number: made.Number}}
		fact, known := a.d.facts[ask]
		if want.ReopenAt.IsZero() || !known || fact.Unknown != "" || fact.Issue.Open || !fact.Issue.ClosedAt.Before(want.ReopenAt) {
			continue
		}
		err := a.write(ctx, fmt.Sprintf("reopen %s", fact.Subject), func() error {
			return a.e.writer.SetState(ctx, fact.Subject, true, "")
		})
		if tolerated(err) != nil {
			return changed, err
		}
		fact.Issue.Open, fact.Issue.ClosedAt = true, time.Time{}
		if err != nil || a.dry { // it stays as it is, and this is not asked again now
			continue
		}
		a.d.facts[ask] = fact
		a.d.opened = append(a.d.opened, fact.Subject)
		changed = true
	}
	return changed, nil
}

// openIssue opens an issue. What GitHub refuses for good is remembered as such,
// and not tried again.
func (a *applier) openIssue(ctx context.Context, want workflows.IssueIntent) error {
	var made OwnIssue
	err := a.begin(ctx, want.Key, fmt.Sprintf("issue %s%s: %q", want.Key, inPlace(a.elsewhere(want.Repo)), want.Title), func() (err error) {
		made, err = a.e.writer.OpenIssue(ctx, want.Repo, want)
		return err
	})
	switch {
	case a.dry:
	case err == nil:
		return a.haveIssue(ctx, foundIssue{made, want.Key, want.Repo}, false)
	case tolerated(err) == nil:
		a.d.made[want.Key] = workflows.Made{Refused: refusal(err), Repo: a.elsewhere(want.Repo), At: a.e.second()}
		return nil
	}
	return err
}

// elsewhere is a repository, if it is not that of the subject.
func (a *applier) elsewhere(repo string) string {
	if strings.EqualFold(repo, a.d.o.Subject.Repo) {
		return ""
	}
	return repo
}

func inPlace(repo string) string {
	if repo == "" {
		return ""
	}
	return " in " + repo
}

func cutTitle(title string) string {
	if utf8.RuneCountInString(title) <= maxTitle {
		return title
	}
	return string([]rune(title)[:maxTitle-1]) + "…"
}

var answered = regexp.MustCompile(`\b(?:GET|POST|PUT|PATCH|DELETE) \S+: (.*)`)

// refusal is what GitHub answered, in short, to what it refused for good.
func refusal(err error) string {
	const most = 200
	text := strings.ReplaceAll(err.Error(), "\n", " ")
	if m := answered.FindStringSubmatch(text); m != nil {
		text = m[1]
	}
	return string([]rune(text)[:min(most, utf8.RuneCountInString(text))])
}
