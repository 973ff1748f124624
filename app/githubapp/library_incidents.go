package githubapp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/go-github/v62/github"

	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/retrieval"
)

const (
	// mostIncidents is how many of a repository are searched, the newest.
	mostIncidents = 10_000
	incidentsPage = 100
	// freshFor is how long the list is not asked for changes: the second report
	// of the same trouble should find the first.
	freshFor = time.Minute
	// lag is how far behind a list of GitHub's may be.
	lag = time.Minute
	// mostGone is how many suggestions in a row may turn out to be gone.
	mostGone = 5
)

// listRead is how far the incidents of a repository have been read.
type listRead struct {
	page     int  // the last that was read; 0 for none
	complete bool // there are no more
	// since is GitHub's time from which on changes are not known yet, and asked
	// when we asked for them.
	since, asked time.Time
	// told is what was last told, and lookedAt when it was seen to be there.
	told     workflows.Match
	lookedAt time.Time
}

// similar answers from the earlier issues with a label in the subject's
// repository. What it finds is looked at once more before it is told: somebody
// may have deleted it, moved it, or taken the label off, none of which a list
// of changes tells.
func (a *App) similar(ctx context.Context, ask workflows.SimilarAsk) (workflows.Answer, error) {
	if _, _, err := splitRepo(ask.Subject.Repo); err != nil || ask.Label == "" {
		return workflows.Answer{Unknown: fmt.Sprintf("there are no incidents labelled %q in %q", ask.Label, ask.Subject.Repo)}, nil //nolint:nilerr // for good
	}
	s := a.library.at(ask.Subject.Repo, "incidents", strings.ToLower(ask.Label))
	read := func(ctx context.Context, l *lane) error { return a.readIncidents(ctx, l, ask, s) }
	what := matter{"the incidents", ask.Subject.Repo, "issues: read"}
	for range mostGone {
		answer, err := a.consult(ctx, s, what, read, func() []workflows.Match {
			return s.index.Similar(ask.Text, ask.Subject.Number)
		})
		if err != nil || len(answer.Matches) == 0 {
			return answer, err
		}
		found, err := a.seen(ctx, ask, s, answer.Matches[0])
		if err != nil {
			return workflows.Answer{}, err
		}
		if found != nil {
			return workflows.Answer{Matches: []workflows.Match{*found}}, nil
		}
		s.mu.Lock()
		s.index.Remove(strconv.Itoa(answer.Matches[0].Number))
		s.mu.Unlock()
	}
	return workflows.Answer{}, nil
}

// readIncidents reads what has changed, and then on where the last ask ended.
func (a *App) readIncidents(ctx context.Context, l *lane, ask workflows.SimilarAsk, s *shelf) error {
	read := &s.list
	left := pagesAtAsk
	if now := a.clock.Now(); !read.since.IsZero() && now.Sub(read.asked).Abs() >= freshFor {
		query := url.Values{"sort": {"updated"}, "direction": {"desc"}, "since": {stamp(read.since.Add(-lag))}}
		pages, all, at, err := a.readPages(ctx, l, ask, s, query, 1, left)
		if err != nil {
			return err
		}
		if left -= pages; all {
			read.since, read.asked = at, now
		} else {
			*read = listRead{} // so much has changed that it is as well to begin again
		}
	}
	if read.complete || left <= 0 {
		return nil
	}
	// The last page is read again: where issues have gone meanwhile, those of
	// the next one have moved up to it.
	from := max(1, read.page)
	query := url.Values{"sort": {"created"}, "direction": {"desc"}}
	began := a.clock.Now()
	pages, all, at, err := a.readPages(ctx, l, ask, s, query, from, left)
	if from == 1 && pages > 0 {
		read.since, read.asked = at, began
	}
	if pages > 0 {
		read.page = from + pages - 1
	}
	read.complete = all || read.page >= mostIncidents/incidentsPage
	return err
}

// readPages reads so many pages of the list of incidents, in any state. It
// tells how many it has read, whether the last of them was the end, and
// GitHub's time at the first. docs: REST API endpoints for issues, "List
// repository issues", which lists pull requests among them.
func (a *App) readPages(ctx context.Context, l *lane, ask workflows.SimilarAsk, s *shelf, query url.Values, from, most int) (pages int, all bool, at time.Time, err error) {
	owner, name, err := splitRepo(ask.Subject.Repo)
	if err != nil {
		return 0, false, time.Time{}, err
	}
	query.Set("labels", ask.Label)
	query.Set("state", "all")
	query.Set("per_page", strconv.Itoa(incidentsPage))
	for pages < most {
		query.Set("page", strconv.Itoa(from+pages))
		var raw json.RawMessage
		got, err := l.fetch(ctx, call{
			method: "GET", route: "repos/{owner}/{repo}/issues", args: []any{owner, name}, query: query,
		}, &raw)
		if err != nil {
			return pages, false, at, err
		}
		var issues []github.Issue
		if err := json.Unmarshal(raw, &issues); err != nil {
			return pages, false, at, l.app.redactor.Error(fmt.Errorf("the list of incidents cannot be read: %w", err))
		}
		for _, i := range issues {
			if !i.IsPullRequest() && i.GetNumber() > 0 {
				s.index.Put(incidentOf(i))
			}
		}
		s.index.Trim(mostIncidents)
		pages++
		if at.IsZero() {
			at = got.date
		}
		if got.next == nil {
			return pages, true, at, nil
		}
	}
	return pages, false, at, nil
}

// incidentOf is an issue as a document. One that was closed as completed has a
// story to tell; another was a false alarm, or a duplicate of the one that has.
// docs: REST API endpoints for issues, state_reason.
func incidentOf(i github.Issue) retrieval.Document {
	reason := i.GetStateReason()
	settled := i.GetState() == "closed" && (reason == "" || reason == "completed")
	d := retrieval.Incident(i.GetNumber(), i.GetTitle(), i.GetBody(), i.GetHTMLURL(), settled)
	d.Version = i.GetUpdatedAt().String()
	return d
}

// seen is a match as GitHub has it, or had it a minute ago, or nil.
func (a *App) seen(ctx context.Context, ask workflows.SimilarAsk, s *shelf, m workflows.Match) (*workflows.Match, error) {
	now := a.clock.Now()
	s.mu.Lock()
	told, fresh := s.list.told, now.Sub(s.list.lookedAt).Abs() < freshFor
	s.mu.Unlock()
	if fresh && told.Number == m.Number {
		m.Title, m.URL = told.Title, told.URL
		return &m, nil
	}
	found, err := a.stillThere(ctx, ask, m)
	if err == nil && found != nil {
		s.mu.Lock()
		s.list.told, s.list.lookedAt = *found, now
		s.mu.Unlock()
	}
	return found, err
}

// stillThere is a match as GitHub has it now, or nil.
func (a *App) stillThere(ctx context.Context, ask workflows.SimilarAsk, m workflows.Match) (*workflows.Match, error) {
	issue, err := a.Issue(ctx, workflows.Subject{Repo: ask.Subject.Repo, Number: m.Number})
	_, moved := errors.AsType[*engine.Moved](err)
	if moved || errors.Is(err, engine.ErrGone) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(issue.Labels, func(name string) bool { return strings.EqualFold(name, ask.Label) }) {
		return nil, nil
	}
	m.Title, m.URL = issue.Title, issue.URL
	return &m, nil
}
