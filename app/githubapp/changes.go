package githubapp

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows"
)

// maxChangePages is how far back deployments and releases are read, a thousand
// of each: in a busy repository an old incident must not read all there were.
const maxChangePages = 10

// change is a deployment or a release.
type change struct {
	id int64
	workflows.Change
}

// window is a part of time, both ends included.
type window struct{ from, to time.Time }

// keptChanges answers from what was read in the last ten minutes: what happened
// before an incident began hardly changes while it goes on, and every run asks.
func (a *App) keptChanges(ctx context.Context, ask workflows.ChangesAsk) (workflows.Answer, error) {
	key := ask.Repo + " " + ask.From + " " + ask.To
	if answer, ok := a.changed.get(key); ok {
		return answer, nil
	}
	answer, err := a.changes(ctx, ask)
	if err == nil {
		a.changed.put(key, answer)
	}
	return answer, err
}

func weightOfAnswer(a workflows.Answer) int {
	n := 0
	for _, c := range a.Changes {
		n += 100 + len(c.Repo) + len(c.Title) + len(c.By) + len(c.URL)
	}
	n += 300 * len(a.Seen.Deployments)
	for _, f := range a.Seen.Files {
		n += 50 + len(f.Path) + len(f.Text)
	}
	for _, c := range a.Seen.Commits {
		n += 300 + len(c.Message)
		for _, p := range c.Pulls {
			n += 100 + len(p.Body)
		}
	}
	return n
}

// changes are the deployments and releases of a repository in a window, oldest
// first. A part that GitHub does not tell is named in Unknown, while the other
// is there all the same; Lacks is said of deployments only. docs: REST API endpoints
// for deployments, "List deployments", which are wishes to deploy, whatever became of
// them; REST API endpoints for releases, "List releases".
func (a *App) changes(ctx context.Context, ask workflows.ChangesAsk) (workflows.Answer, error) {
	w, err := windowOf(ask.Repo, ask.From, ask.To)
	if err != nil {
		return workflows.Answer{Unknown: err.Error()}, nil //nolint:nilerr // what is no time will not become one
	}
	var answer workflows.Answer
	var missing []string
	for _, part := range []struct {
		what, permission, route string
		read                    func(page json.RawMessage) ([]change, error)
	}{
		{"deployments", "Deployments: read", "repos/{owner}/{repo}/deployments", a.deployments(ask.Repo)},
		{"releases", "Contents: read", "repos/{owner}/{repo}/releases", releases(ask.Repo)},
	} {
		found, whole, err := a.changesIn(ctx, ask.Repo, part.route, w, part.read)
		why, isUntold := untold(err, part.what+" of "+ask.Repo, part.permission)
		switch {
		case isUntold:
			missing = append(missing, why.Unknown)
			if part.what == "deployments" && why.Lacks != "" {
				answer.Lacks = toSeeDeployments
			}
		case err != nil:
			return workflows.Answer{}, err
		case !whole:
			missing = append(missing, fmt.Sprintf("%s of %s: only the newest %d were read", part.what, ask.Repo, 100*maxChangePages))
		}
		answer.Changes = append(answer.Changes, found...)
	}
	slices.SortStableFunc(answer.Changes, func(x, y workflows.Change) int { return x.At.Compare(y.At) })
	answer.Unknown = strings.Join(missing, "; ")
	return answer, nil
}

func windowOf(repo, from, to string) (w window, err error) {
	if w.from, err = time.Parse(time.RFC3339, from); err == nil {
		w.to, err = time.Parse(time.RFC3339, to)
	}
	if err != nil {
		err = fmt.Errorf("changes of %s: not a time in RFC 3339: %w", repo, err)
	}
	return w, err
}

// changesIn reads one list until a page is wholly older than the window, for
// GitHub lists the newest first without promising it; whole is false where that
// did not come within the pages that are read.
func (a *App) changesIn(ctx context.Context, repo, route string, w window, read func(json.RawMessage) ([]change, error)) (found []workflows.Change, whole bool, err error) {
	owner, name, err := splitRepo(repo)
	if err != nil {
		return nil, false, err
	}
	err = a.withLane(ctx, repo, func(l *lane) error {
		pages, seen := 0, map[int64]bool{}
		found, whole = nil, true
		_, err := l.pages(ctx, call{method: "GET", route: route, args: []any{owner, name}}, func(page json.RawMessage) (bool, error) {
			if pages++; pages > maxChangePages {
				whole = false
				return false, nil
			}
			some, err := read(page)
			more := false
			for _, c := range some {
				more = more || !c.At.Before(w.from)
				if c.At.Before(w.from) || c.At.After(w.to) || seen[c.id] {
					continue
				}
				seen[c.id] = true // what is new meanwhile moves the pages' borders
				found = append(found, c.Change)
			}
			return more, err
		})
		return err
	})
	if err != nil {
		return nil, false, err
	}
	slices.Reverse(found)
	return found, whole, nil
}

// deployments reads a page of them. They have no page of their own for people.
func (a *App) deployments(repo string) func(json.RawMessage) ([]change, error) {
	shown := Website(a.base.String()) + "/" + repo + "/deployments"
	return func(page json.RawMessage) (some []change, err error) {
		var list []struct {
			ID          int64     `json:"id"`
			Environment string    `json:"environment"`
			Ref         string    `json:"ref"`
			Creator     login     `json:"creator"`
			CreatedAt   time.Time `json:"created_at"`
		}
		err = json.Unmarshal(page, &list)
		for _, d := range list {
			some = append(some, change{d.ID, workflows.Change{
				Kind: workflows.ChangeDeployment, Repo: repo, Title: d.Environment + " " + d.Ref,
				By: cmp.Or(d.Creator.Login, "ghost"), URL: shown, At: d.CreatedAt.UTC(),
			}})
		}
		return some, err
	}
}

// inLink escapes what a tag may bring into an address that Markdown or GitHub
// would take for something else.
var inLink = strings.NewReplacer("(", "%28", ")", "%29", "@", "%40", "<", "%3C", ">", "%3E", "`", "%60", " ", "%20")

// releases reads a page of them. A release counts from when it was published;
// created_at is the date of its commit.
func releases(repo string) func(json.RawMessage) ([]change, error) {
	return func(page json.RawMessage) (some []change, err error) {
		var list []struct {
			ID          int64     `json:"id"`
			Name        string    `json:"name"`
			Tag         string    `json:"tag_name"`
			Draft       bool      `json:"draft"`
			Author      login     `json:"author"`
			HTMLURL     string    `json:"html_url"`
			PublishedAt time.Time `json:"published_at"`
		}
		err = json.Unmarshal(page, &list)
		for _, r := range list {
			if r.Draft {
				continue
			}
			some = append(some, change{r.ID, workflows.Change{
				Kind: workflows.ChangeRelease, Repo: repo, Title: cmp.Or(r.Name, r.Tag),
				By: cmp.Or(r.Author.Login, "ghost"), URL: inLink.Replace(r.HTMLURL), At: r.PublishedAt.UTC(),
			}})
		}
		return some, err
	}
}
