package githubapp

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"time"

	"github.com/google/go-github/v62/github"

	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/workflows"
)

// mostOfHistory is how many requests an ask about a file takes at most: three for one
// that is there, four to six for one that was renamed, or removed.
const mostOfHistory = 6

// history tells what became of a file of the default branch since a day, which ends at
// midnight in UTC, or of a repository. What is gone under its name has the new one, as
// far as it can be found; its texts are not compared. docs: REST API endpoints for
// repository contents; for commits, "List commits", "Get a commit".
func (a *App) history(ctx context.Context, ask workflows.HistoryAsk) (workflows.Answer, error) {
	if ask.Path == "" {
		return a.historyOfRepo(ctx, ask.Repo)
	}
	what := "what became of " + ask.Path + " in " + ask.Repo
	day, err := time.Parse(time.DateOnly, ask.Since)
	if err != nil || !goodPath(ask.Path) {
		return workflows.Answer{Unknown: what + ": no day, or no path of a file"}, nil //nolint:nilerr // there is no answer, for good
	}
	owner, name, err := splitRepo(ask.Repo)
	if err != nil {
		return workflows.Answer{Unknown: whyUntold(err, what, "Contents: read")}, nil
	}
	var found workflows.History
	err = a.withLane(ctx, ask.Repo, func(l *lane) (err error) {
		past := &past{lane: l, owner: owner, name: name, left: mostOfHistory}
		found, err = past.of(ctx, ask.Path, day.Add(24*time.Hour-time.Second))
		return err
	})
	if errors.Is(err, errNeverThere) {
		return workflows.Answer{Unknown: what + ": " + workflows.NotThere}, nil
	}
	if isEmptyRepo(err) {
		return workflows.Answer{History: workflows.History{Gone: true}}, nil
	}
	if why := whyUntold(err, what, "Contents: read"); why != "" {
		return workflows.Answer{Unknown: why}, nil
	}
	if err != nil {
		return workflows.Answer{}, err
	}
	return workflows.Answer{History: found}, nil
}

// errNeverThere: no commit touched such a file.
var errNeverThere = errors.New("there was no such file")

// past looks into what a repository was.
type past struct {
	lane        *lane
	owner, name string
	left        int // requests
}

func (p *past) of(ctx context.Context, path string, at time.Time) (h workflows.History, err error) {
	now, there, err := p.contents(ctx, path, "")
	if err != nil {
		return h, err
	}
	if !there {
		h.Gone = true
		h.Now, err = p.renamed(ctx, path)
		return h, err
	}
	last, err := p.last(ctx, path, at)
	if err != nil {
		return h, err
	}
	if last == "" { // it came later
		h.Text, _ = now.text()
		return h, nil
	}
	then, _, err := p.contents(ctx, path, last)
	if err != nil || then.SHA == now.SHA {
		return h, err
	}
	text, problem := now.text()
	before, unreadable := then.text()
	if problem == "" && (unreadable == "" || then.SHA == "") { // two texts, or one that was not there
		h.Then, h.Text = before, text
	}
	return h, nil
}

// contents is a file at a ref; a folder has no name for its content.
func (p *past) contents(ctx context.Context, path, ref string) (f oneFile, there bool, err error) {
	c := call{method: "GET", route: "repos/{owner}/{repo}/contents/{path...}", args: []any{p.owner, p.name, path}}
	if ref != "" {
		c.query = url.Values{"ref": {ref}}
	}
	var answer json.RawMessage
	p.left--
	err = p.lane.do(ctx, c, &answer)
	if errors.Is(err, engine.ErrGone) && !errors.Is(err, errUninstalled) {
		return f, false, nil
	}
	if err == nil && json.Unmarshal(answer, &f) != nil {
		f = oneFile{}
	}
	return f, err == nil, err
}

// last is the newest commit that touched a path, not after a time unless that is zero;
// "" for none.
func (p *past) last(ctx context.Context, path string, at time.Time) (string, error) {
	query := url.Values{"path": {path}, "per_page": {"1"}}
	if !at.IsZero() {
		query.Set("until", stamp(at))
	}
	var commits []github.RepositoryCommit
	p.left--
	err := p.lane.do(ctx, call{
		method: "GET", route: "repos/{owner}/{repo}/commits", args: []any{p.owner, p.name}, query: query,
	}, &commits)
	if err != nil || len(commits) == 0 {
		return "", err
	}
	return commits[0].GetSHA(), nil
}

// renamed is what a file that is gone is called by now, or "". The newest commit that
// touched it took it away, and says whereto. The new name counts once it is known to be
// there: either nothing happened to it since, or what happened last left it there.
// A second renaming is followed; at the third the requests are used up.
func (p *past) renamed(ctx context.Context, path string) (string, error) {
	by := ""
	for p.left > 0 {
		last, err := p.last(ctx, path, time.Time{})
		switch {
		case err != nil:
			return "", err
		case last == "" && by == "":
			return "", errNeverThere
		case last == "":
			return "", nil
		}
		if last == by {
			return path, nil
		}
		if p.left == 0 {
			return "", nil
		}
		is, next, err := p.whatIn(ctx, last, path)
		switch {
		case err != nil || is == "removed":
			return "", err
		case is != "renamed":
			return path, nil
		}
		path, by = next, last
	}
	return "", nil
}

// whatIn tells what a commit did to a path, and its new name where it was renamed. Of a
// very large commit the first 300 files are looked at.
func (p *past) whatIn(ctx context.Context, commit, path string) (is, to string, err error) {
	var found github.RepositoryCommit
	p.left--
	err = p.lane.do(ctx, call{
		method: "GET", route: "repos/{owner}/{repo}/commits/{ref}", args: []any{p.owner, p.name, commit},
	}, &found)
	is = "removed" // what is not told of
	for _, f := range found.Files {
		switch {
		case f.GetPreviousFilename() == path && f.GetStatus() == "renamed":
			return "renamed", f.GetFilename(), err
		case f.GetFilename() == path:
			is = f.GetStatus()
			if is == "renamed" { // from elsewhere, to here
				is = "added"
			}
		}
	}
	return is, "", err
}

// historyOfRepo tells whether a repository is there. That one is gone, and not only
// hidden, is known where the App is installed on all repositories of its account, or is
// still installed on it. docs: REST API endpoints for repositories, "Get a repository";
// for GitHub Apps, "Get an organization installation for the authenticated app".
func (a *App) historyOfRepo(ctx context.Context, repo string) (workflows.Answer, error) {
	what := "the repository " + repo
	owner, name, err := splitRepo(repo)
	if err != nil {
		return workflows.Answer{Unknown: whyUntold(err, what, "Metadata: read")}, nil
	}
	var about github.Repository
	_, err = a.do(ctx, repo, call{method: "GET", route: "repos/{owner}/{repo}", args: []any{owner, name}}, &about)
	if errors.Is(err, engine.ErrGone) && a.token == nil && a.serves(owner) {
		all, lookup := a.coversAll(ctx, owner)
		if lookup != nil {
			return workflows.Answer{}, lookup
		}
		if all {
			return workflows.Answer{History: workflows.History{Gone: true}}, nil
		}
	}
	if why := whyUntold(err, what, "Metadata: read"); why != "" {
		return workflows.Answer{Unknown: why}, nil
	}
	if err != nil {
		return workflows.Answer{}, err
	}
	if now := about.GetFullName(); now != "" && !strings.EqualFold(now, repo) {
		return workflows.Answer{History: workflows.History{Gone: true, Now: now}}, nil
	}
	return workflows.Answer{}, nil
}

// coversAll tells whether the App is installed on all repositories of an organisation.
func (a *App) coversAll(ctx context.Context, owner string) (bool, error) {
	_, asks, err := whoCovers(owner)
	if err != nil {
		return false, err
	}
	var found github.Installation
	err = a.self.do(ctx, asks, &found)
	if errors.Is(err, engine.ErrGone) {
		return false, nil
	}
	return err == nil && found.GetRepositorySelection() == "all" && found.SuspendedAt == nil, err
}
