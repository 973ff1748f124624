package githubapp

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/google/go-github/v62/github"

	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/policy"
)

// place is what is kept about a repository.
type place struct {
	id      int64
	name    string // as it is called now
	private bool
	closed  string // why no issue can be opened, as in workflows.Place
}

func readPlace(r github.Repository) place {
	p := place{id: r.GetID(), name: r.GetFullName(), private: r.GetPrivate()}
	switch {
	case r.GetArchived():
		p.closed = workflows.PlaceArchived
	case r.HasIssues != nil && !r.GetHasIssues():
		p.closed = workflows.PlaceNoIssues
	}
	return p
}

// Home implements engine.Places. Whether a repository is private, and its
// settings, are kept for ten minutes; a push that changes the settings ends
// that earlier. Settings are read from the default branch only.
func (a *App) Home(ctx context.Context, repo string) (engine.Home, error) {
	home, err := a.home(ctx, repo)
	if errors.Is(err, engine.ErrGone) && a.forgetRepo(repo) {
		// What was learnt of its installation may be out of date, where the
		// repository went to another owner.
		home, err = a.home(ctx, repo)
	}
	return home, err
}

func (a *App) home(ctx context.Context, repo string) (engine.Home, error) {
	var home engine.Home
	err := a.withLane(ctx, repo, func(l *lane) error {
		at, err := a.place(ctx, l, repo)
		if err != nil {
			return err
		}
		installed, err := a.installedAt(ctx, repo, l.id)
		if err != nil {
			return err
		}
		sources, err := a.sources(ctx, l, repo)
		if err != nil {
			return err
		}
		home = engine.Home{RepoID: at.id, Private: at.private, Closed: at.closed, InstalledAt: installed, Sources: sources}
		return nil
	})
	return home, err
}

// Forget drops the settings read from a repository. For an owner's .github
// repository these are the defaults of all that the owner has.
func (a *App) Forget(repo string) { a.files.drop(repo) }

// place is the repository as kept, or as GitHub tells, if it is called so. One
// that was renamed or given away is *engine.Moved, and so is one of which only
// the letters' case differs, or a subject could be looked after twice. What is
// kept is not believed in that, or two names could point at one another.
func (a *App) place(ctx context.Context, l *lane, repo string) (place, error) {
	if known, ok := a.homes.get(repo); ok && known.name == repo {
		return known, nil
	}
	at, err := a.askPlace(ctx, l, repo)
	if err != nil {
		return place{}, err
	}
	owner, _, err := splitRepo(at.name)
	switch {
	case err != nil:
		return place{}, err
	case !a.serves(owner):
		return place{}, fmt.Errorf("%w: %s belongs to %s by now, which is not among the accounts served", engine.ErrGone, repo, owner)
	case at.name != repo:
		a.homes.drop(repo)
		return place{}, &engine.Moved{To: at.name}
	}
	a.homes.put(repo, at)
	return at, nil
}

// askPlace asks for a repository; one that was renamed answers under its new
// name. docs: REST API endpoints for repositories, "Get a repository".
func (a *App) askPlace(ctx context.Context, l *lane, repo string) (place, error) {
	owner, name, err := splitRepo(repo)
	if err != nil {
		return place{}, err
	}
	var found github.Repository
	err = l.do(ctx, call{method: "GET", route: "repos/{owner}/{repo}", args: []any{owner, name}}, &found)
	if err != nil {
		return place{}, err
	}
	if found.GetID() == 0 {
		return place{}, fmt.Errorf("GitHub did not describe %s", repo)
	}
	return readPlace(found), nil
}

// sources are the policy files that hold for a repository, the owner's first.
func (a *App) sources(ctx context.Context, l *lane, repo string) ([]policy.Source, error) {
	owner, name, err := splitRepo(repo)
	if err != nil {
		return nil, err
	}
	places := []string{owner + "/.github"}
	if !strings.EqualFold(name, ".github") {
		places = append(places, repo)
	}
	var sources []policy.Source
	for _, p := range places {
		source, err := a.source(ctx, l, p)
		if errors.Is(err, errElsewhere) {
			err = nil
			if strings.EqualFold(p, repo) {
				a.homes.drop(repo)
				_, err = a.place(ctx, l, repo)
			} // an owner's defaults stand in .github and nowhere else
		}
		if err != nil {
			return nil, err
		}
		if source != nil {
			sources = append(sources, *source)
		}
	}
	if len(sources) == 2 && sources[0].Problem == policy.ProblemForbidden && sources[1].Problem == policy.ProblemForbidden {
		// One permission is missing, and whether there is a file is not known.
		sources = sources[1:]
	}
	return sources, nil
}

// errElsewhere: the repository has another name by now, and so has its file.
var errElsewhere = errors.New("this file belongs to a repository of another name")

// largestPolicy is what policy.Source takes; of more it reads the common keys.
const largestPolicy = 64 << 10

// source is the policy file of one repository, or nil where there is none and
// where the installation does not cover it. One that is there and cannot be
// read comes with the reason, for people. docs: REST API endpoints for
// repository contents, "Get repository content".
func (a *App) source(ctx context.Context, l *lane, repo string) (*policy.Source, error) {
	if known, ok := a.files.get(repo); ok {
		return known, nil
	}
	owner, name, err := splitRepo(repo)
	if err != nil {
		return nil, err
	}
	var answer json.RawMessage
	got, err := l.fetch(ctx, call{
		method: "GET", route: "repos/{owner}/{repo}/contents/" + policyFile, args: []any{owner, name},
	}, &answer)
	source := &policy.Source{File: repo + "/" + policyFile}
	switch {
	case err == nil && got.redirected:
		return nil, errElsewhere
	case err == nil:
		source.Content, source.Problem = fileContent(answer)
		if source.Private, err = a.isPrivate(ctx, l, repo); err != nil {
			return nil, err
		}
	case errors.Is(err, errUninstalled):
		return nil, err // which says nothing about the file
	case errors.Is(err, engine.ErrGone):
		source = nil
	case errors.Is(err, engine.ErrRefused):
		source.Problem = whyRefused(err)
	default:
		return nil, err
	}
	a.files.put(repo, source)
	return source, nil
}

// isPrivate tells whether a repository is private, as one counts of which
// GitHub does not tell.
func (a *App) isPrivate(ctx context.Context, l *lane, repo string) (bool, error) {
	at, err := a.place(ctx, l, repo)
	_, moved := errors.AsType[*engine.Moved](err)
	if moved || errors.Is(err, engine.ErrGone) || errors.Is(err, engine.ErrRefused) {
		return true, nil
	}
	return at.private, err
}

// weightOf is what a policy file takes up in memory.
func weightOf(s *policy.Source) int {
	if s == nil {
		return 0
	}
	return len(s.Content) + len(s.Problem)
}

// whyRefused says for people why GitHub does not hand out a file.
func whyRefused(err error) string {
	if strings.Contains(err.Error(), "not accessible") {
		return policy.ProblemForbidden
	}
	return "GitHub did not allow the App to read this file"
}

// fileContent is the text in an answer about a file, or what is wrong with it.
// It keeps no more than shows that there is too much.
func fileContent(answer []byte) (content []byte, problem string) {
	var file struct {
		Type     string `json:"type"`
		Size     int    `json:"size"`
		Encoding string `json:"encoding"`
		Content  string `json:"content"`
	}
	if err := json.Unmarshal(answer, &file); err != nil || file.Type != "file" {
		return nil, policy.ProblemNoFile
	}
	// GitHub itself hands out no more than a megabyte.
	if file.Encoding != "base64" && file.Size > largestPolicy {
		return nil, policy.ProblemTooLarge
	}
	content, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(file.Content, "\n", ""))
	if err != nil || file.Encoding != "base64" {
		return nil, "GitHub sent this file in a form that cannot be read"
	}
	return slices.Clone(content[:min(len(content), largestPolicy+1)]), ""
}

// Updated implements engine.Places.
//
// The lists are asked for newest first: what changes while they are read moves
// to the front, behind our back, but is newer than this sweep and so part of
// the next. Oldest first, it would pull an unchanged issue over the edge of a
// page that was read already, and nobody would miss it.
func (a *App) Updated(ctx context.Context, installation int64, repo string, since time.Time, labels func([]policy.Source) []string) (engine.Updates, error) {
	var updates engine.Updates
	err := a.updatedIn(ctx, a.laneBy(installation), repo, since, labels, &updates)
	return updates, err
}

// Repositories implements engine.Places. Archived ones are skipped. What the
// list tells about them is kept. docs: REST API endpoints for GitHub App
// installations, "List repositories accessible to the app installation".
func (a *App) Repositories(ctx context.Context, installation int64) ([]string, error) {
	var names []string
	_, err := a.laneBy(installation).pages(ctx, call{method: "GET", route: "installation/repositories"}, func(page json.RawMessage) (bool, error) {
		var some struct {
			Repositories []github.Repository `json:"repositories"`
		}
		if err := json.Unmarshal(page, &some); err != nil {
			return false, err
		}
		for _, r := range some.Repositories {
			at := readPlace(r)
			if at.closed != "" || !a.serves(r.GetOwner().GetLogin()) {
				continue
			}
			names = append(names, at.name)
			a.Learn(at.name, installation)
			a.homes.put(at.name, at)
		}
		return true, nil
	})
	return names, err
}

// updatedIn lists the issues of one repository. docs: REST API
// endpoints for issues, "List repository issues", which lists pull requests
// among them.
func (a *App) updatedIn(ctx context.Context, l *lane, repo string, since time.Time, labels func([]policy.Source) []string, updates *engine.Updates) error {
	owner, name, err := splitRepo(repo)
	if err != nil {
		return err
	}
	self, err := a.Identity(ctx)
	if err != nil {
		return err
	}
	queries := []url.Values{{"state": {"all"}, "sort": {"updated"}, "direction": {"desc"}}}
	if !since.IsZero() {
		queries[0].Set("since", stamp(since))
	}
	if labels != nil {
		sources, err := a.sources(ctx, l, repo)
		if err != nil {
			return err
		}
		for _, label := range labels(sources) {
			queries = append(queries, url.Values{"state": {"open"}, "labels": {label}})
		}
	}
	seen := map[int]bool{}
	for _, q := range queries {
		issues, at, err := listAll[github.Issue](ctx, l, call{
			method: "GET", route: "repos/{owner}/{repo}/issues", args: []any{owner, name}, query: q,
		})
		if err != nil {
			return err
		}
		if updates.At.IsZero() {
			updates.At = at
		}
		updates.Requests += 1 + len(issues)/100
		for _, i := range issues {
			n := i.GetNumber()
			s := workflows.Subject{Repo: cmp.Or(standsIn(i), repo), Number: n}
			switch {
			case n <= 0 || seen[n]:
				continue
			case i.IsPullRequest():
				about := readIssue(i, self)
				updates.Pulls = append(updates.Pulls, engine.UpdatedPull{Subject: s, Labels: about.Labels, Ours: about.Ours})
			default:
				updates.Subjects = append(updates.Subjects, s)
			}
			seen[n] = true
		}
	}
	return nil
}

// stamp writes a time as GitHub does, in whole seconds. It rounds down, so that
// "since" leaves nothing out.
func stamp(t time.Time) string { return t.UTC().Truncate(time.Second).Format(time.RFC3339) }
