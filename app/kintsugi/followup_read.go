package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/kintsugi-app/kintsugi/app/clock"
	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/followup"
	"github.com/kintsugi-app/kintsugi/workflows/policy"
)

// followUpReader reads follow-ups from GitHub as incidentReader does incidents.
type followUpReader struct {
	*incidentReader
	errOut io.Writer
}

func newFollowUpReader(c *cobra.Command, s *settings) (*followUpReader, error) {
	r, err := newIncidentReader(c.Context(), s.lookup, c.ErrOrStderr())
	if err == nil && !r.isApp {
		fmt.Fprintln(c.ErrOrStderr(), "Due dates are those first set, as the issues' texts have them: postponing shows on GitHub only.")
	}
	return &followUpReader{r, c.ErrOrStderr()}, err
}

// aFollowUp is one, with the zone in which its day ends.
type aFollowUp struct {
	followup.Issue
	zone *time.Location
}

// list reads the follow-ups of repositories, those due first at the top.
func (r *followUpReader) list(ctx context.Context, repos []string, f filter) ([]aFollowUp, error) {
	all, err := r.in(ctx, repos, f.label, r.clock.Now().Add(-f.since))
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(i aFollowUp) bool { return !f.takes(i, r.clock.Now()) }), nil
}

// in reads the follow-ups of repositories, or of all that the App serves: all that
// are open, and those updated since. Whatever is missing is an error where it was
// named.
func (r *followUpReader) in(ctx context.Context, repos []string, label string, since time.Time) (all []aFollowUp, err error) {
	places, err := r.places(ctx, repos)
	if err != nil {
		return nil, err
	}
	var named []string
	for _, list := range places {
		named = append(named, list...)
	}
	slices.Sort(named)
	for _, repo := range slices.Compact(named) {
		some, err := r.inRepository(ctx, repo, label, since)
		switch {
		case errors.Is(err, engine.ErrGone) && len(repos) > 0:
			return nil, notServed(repo)
		case errors.Is(err, engine.ErrGone):
		case err != nil:
			return nil, err
		}
		all = append(all, some...)
	}
	slices.SortFunc(all, func(x, y aFollowUp) int {
		return cmp.Or(strings.Compare(cmp.Or(x.Due, "9999"), cmp.Or(y.Due, "9999")), strings.Compare(x.Subject.Repo, y.Subject.Repo), x.Subject.Number-y.Subject.Number)
	})
	return all, nil
}

func (r *followUpReader) inRepository(ctx context.Context, repo, label string, since time.Time) ([]aFollowUp, error) {
	settings, err := r.policy(ctx, repo)
	if err != nil {
		return nil, err
	}
	ask := workflows.OwnIssuesAsk{Repo: repo, Label: cmp.Or(label, followup.LabelIn(settings)), Since: since.UTC().Format(time.DateOnly)}
	answer, err := r.ask(ctx, repo, ask)
	if err != nil {
		return nil, err
	}
	var mu sync.Mutex
	var all []aFollowUp
	work, ctx := errgroup.WithContext(ctx)
	work.SetLimit(4)
	for _, own := range answer.Own {
		work.Go(func() error {
			told := workflows.Answer{Issue: own.Issue, Subject: own.Subject}
			if own.Issue.Open && own.Issue.Commented > 0 && r.isApp { // it may have been postponed
				var err error
				if told, err = r.ask(ctx, repo, workflows.IssueAsk{Subject: own.Subject}); err != nil {
					return err
				}
			}
			mu.Lock()
			defer mu.Unlock()
			if one, ok := followup.IssueIn(told); ok {
				all = append(all, aFollowUp{one, settings.TimeZone})
			}
			return nil
		})
	}
	return all, work.Wait()
}

// ask asks GitHub. What there is no answer to is gone.
func (r *followUpReader) ask(ctx context.Context, repo string, a workflows.Ask) (answer workflows.Answer, err error) {
	err = r.patiently(ctx, func() error {
		answer, err = r.engine.Ask(ctx, repo, a)
		return err
	})
	if err == nil && answer.Unknown != "" {
		err = fmt.Errorf("%w: %s", engine.ErrGone, answer.Unknown)
	}
	return answer, err
}

// mostWait is how long somebody at a terminal may be left waiting for a limit.
const mostWait = time.Minute

// patiently tries again what a limit of ours put off for a moment.
func (r *followUpReader) patiently(ctx context.Context, try func() error) error {
	for {
		err := try()
		later, limited := errors.AsType[*engine.Later](err)
		if !limited {
			return err
		}
		wait := later.At.Sub(r.clock.Now())
		if wait > mostWait {
			return err
		}
		if err := clock.Sleep(ctx, r.clock, wait); err != nil {
			return err
		}
	}
}

// policy are the settings of a repository.
func (r *followUpReader) policy(ctx context.Context, repo string) (settings policy.Policy, err error) {
	var home engine.Home
	err = r.patiently(ctx, func() error {
		home, err = r.app.Home(ctx, repo)
		return err
	})
	if _, moved := errors.AsType[*engine.Moved](err); moved {
		err = fmt.Errorf("%w: %w", engine.ErrGone, err)
	}
	if err != nil {
		return settings, err
	}
	settings, _ = policy.ParseLayers(home.Sources, r.rules.Sections())
	return settings, nil
}

// one reads a follow-up, or those of a postmortem.
func (r *followUpReader) one(ctx context.Context, s workflows.Subject) (*aFollowUp, []aFollowUp, error) {
	settings, err := r.policy(ctx, s.Repo)
	if err != nil {
		return nil, nil, err
	}
	answer, err := r.ask(ctx, s.Repo, workflows.IssueAsk{Subject: s})
	if err != nil {
		return nil, nil, err
	}
	if i, ok := followup.IssueIn(answer); ok {
		return &aFollowUp{i, settings.TimeZone}, nil, nil
	}
	run, err := r.engine.Plan(ctx, s)
	if err != nil {
		return nil, nil, err
	}
	if run.Owner != "postmortem" {
		return nil, nil, fmt.Errorf("%s is neither a follow-up nor a postmortem: %s", s, strings.Join(run.Why, "; "))
	}
	if !r.isApp {
		all, err := r.lookedFor(ctx, s, settings)
		return nil, all, err
	}
	all, err := r.published(ctx, s, run.Summaries["followup"])
	return nil, all, err
}

// published reads the follow-ups that a postmortem says it has. Those that are gone
// are left out.
func (r *followUpReader) published(ctx context.Context, s workflows.Subject, summary string) (all []aFollowUp, err error) {
	if summary == "" {
		return nil, nil
	}
	var p followup.Published
	if err := json.Unmarshal([]byte(summary), &p); err != nil {
		return nil, fmt.Errorf("%s: what the postmortem publishes cannot be read: %w", s, err)
	}
	for _, i := range p.Items {
		ref, err := workflows.ParseSubject(i.Ref)
		if err != nil {
			return nil, err
		}
		settings, err := r.policy(ctx, ref.Repo)
		if err != nil {
			return nil, err
		}
		answer, err := r.ask(ctx, ref.Repo, workflows.IssueAsk{Subject: ref})
		if err != nil && !errors.Is(err, engine.ErrGone) {
			return nil, err
		}
		if one, ok := followup.IssueIn(answer); ok {
			all = append(all, aFollowUp{one, settings.TimeZone})
		}
	}
	return all, nil
}

// lookedFor finds the follow-ups of a postmortem without its record: in its own
// repository, and where the policy has them made.
func (r *followUpReader) lookedFor(ctx context.Context, s workflows.Subject, settings policy.Policy) (found []aFollowUp, err error) {
	repos := append([]string{s.Repo}, followup.PlacesIn(settings)...)
	fmt.Fprintln(r.errOut, "Without the App's key they are looked for in: "+printable(strings.Join(repos, ", ")))
	for _, repo := range repos {
		all, err := r.inRepository(ctx, repo, "", r.clock.Now().Add(-farthestBack))
		if errors.Is(err, engine.ErrGone) && repo != s.Repo {
			fmt.Fprintln(r.errOut, "Not seen: "+printable(repo))
			continue
		}
		if err != nil {
			return nil, err
		}
		for _, one := range all {
			if one.For == s {
				found = append(found, one)
			}
		}
	}
	return found, nil
}

// aDigest sums up the follow-ups of some repositories.
type aDigest struct {
	followup.Digest
	at     time.Time
	repos  []string
	policy policy.Policy
}

// digest sums up repositories and teams, or all that the App serves.
func (r *followUpReader) digest(ctx context.Context, names []string) (sum aDigest, err error) {
	sum.at = r.clock.Now()
	if sum.repos, sum.policy, err = r.scope(ctx, names); err != nil {
		return sum, err
	}
	since, err := time.Parse(time.DateOnly, followup.Since(sum.at, sum.policy))
	if err != nil {
		return sum, err
	}
	found, err := r.in(ctx, sum.repos, followup.LabelIn(sum.policy), since)
	if err != nil {
		return sum, err
	}
	var all []followup.Issue
	for _, one := range found {
		all = append(all, one.Issue)
	}
	sum.Digest = followup.DigestOf(all, sum.at, sum.policy)
	return sum, nil
}

// scope is which repositories are meant, and the policy that counts.
func (r *followUpReader) scope(ctx context.Context, names []string) (repos []string, settings policy.Policy, err error) {
	if len(names) == 0 {
		places, err := r.places(ctx, nil)
		for _, list := range places {
			repos = append(repos, list...)
		}
		slices.Sort(repos)
		if err != nil || len(repos) == 0 {
			return nil, policy.Default(r.rules.Sections()), err
		}
		settings, err = r.policy(ctx, repos[0])
		return repos, settings, err
	}
	from := ownerIn(names[0]) + "/.github"
	if i := slices.IndexFunc(names, func(n string) bool { return !strings.HasPrefix(n, "@") }); i >= 0 {
		from = names[i]
	}
	settings, err = r.policy(ctx, from)
	if errors.Is(err, engine.ErrGone) {
		return nil, settings, fmt.Errorf("%s is not there, or cannot be seen with these credentials: name a repository whose policy says what the team owns", from)
	}
	if err != nil {
		return nil, settings, err
	}
	scope := followup.ScopeOf(names, from, settings)
	if len(scope.Unknown) > 0 {
		return nil, settings, fmt.Errorf("the policy of %s names no repository of %s (services: or followup.owners:)", from, strings.Join(scope.Unknown, ", "))
	}
	if len(scope.Strangers) > 0 {
		return nil, settings, fmt.Errorf("%s: a digest is of one owner's repositories", strings.Join(scope.Strangers, ", "))
	}
	if scope.Over {
		fmt.Fprintf(r.errOut, "Not shown: more than %d repositories\n", len(scope.Repos))
	}
	return scope.Repos, settings, nil
}
