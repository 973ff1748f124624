package githubapp

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/google/go-github/v62/github"
	"golang.org/x/sync/errgroup"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/retrieval"
)

// mostRunbooks is how many files of one repository are read.
const mostRunbooks = 1000

// filesRead is how far the runbooks of a repository have been read.
type filesRead struct {
	looked time.Time // when their list was read
	pages  string    // the address that a file's path is added to
	have   map[string]string
	want   []runbookFile
}

// runbookFile is a file by its path and by git's name for its content.
type runbookFile struct{ path, sha string }

// runbooks answers from the Markdown files of some folders, on the default
// branch. Their list is read anew after ten minutes, or after a push, and of
// the files those that have changed.
func (a *App) runbooks(ctx context.Context, ask workflows.RunbooksAsk) (workflows.Answer, error) {
	if _, _, err := splitRepo(ask.Repo); err != nil {
		return workflows.Answer{Unknown: err.Error()}, nil //nolint:nilerr // what is no repository has no runbooks, for good
	}
	s := a.library.at(ask.Repo, "runbooks", ask.Folders)
	read := func(ctx context.Context, l *lane) error {
		if stale := s.stale.Swap(false); stale || a.clock.Now().Sub(s.files.looked).Abs() >= keptFor {
			if err := a.listRunbooks(ctx, l, ask, s); err != nil {
				s.stale.Store(stale)
				return err
			}
		}
		return a.readRunbooks(ctx, l, ask.Repo, s)
	}
	return a.consult(ctx, s, matter{"the runbooks", ask.Repo, "contents: read"}, read, func() []workflows.Match {
		matches := s.index.Runbooks(ask.Text)
		for i, m := range matches {
			matches[i].URL = s.files.pages + escaped(m.URL)
		}
		return matches
	})
}

// listRunbooks finds which files there are, and forgets those that are not.
// docs: REST API endpoints for repositories, "Get a repository".
func (a *App) listRunbooks(ctx context.Context, l *lane, ask workflows.RunbooksAsk, s *shelf) error {
	owner, name, err := splitRepo(ask.Repo)
	if err != nil {
		return err
	}
	var about github.Repository
	if err := l.do(ctx, call{method: "GET", route: "repos/{owner}/{repo}", args: []any{owner, name}}, &about); err != nil {
		return err
	}
	t := trees{lane: l, owner: owner, name: name, branch: about.GetDefaultBranch()}
	found := map[string]string{}
	for folder := range strings.SplitSeq(ask.Folders, "\n") {
		below, _, err := t.below(ctx, folder)
		if err != nil {
			return err
		}
		for _, e := range below {
			if e.isMarkdown() && e.Size <= retrieval.MostRunbook {
				found[e.Path] = e.SHA
			}
		}
	}
	if t.cut {
		a.log.Warn("a folder has more than GitHub lists: not all of its runbooks are read", "repository", ask.Repo)
	}
	files := &s.files
	files.want = nil
	for file, sha := range files.have {
		if found[file] != sha {
			s.index.Remove(file)
			delete(files.have, file)
		}
	}
	if files.have == nil {
		files.have = map[string]string{}
	}
	for file, sha := range found {
		if _, known := files.have[file]; !known {
			files.want = append(files.want, runbookFile{file, sha})
		}
	}
	slices.SortFunc(files.want, func(a, b runbookFile) int { return strings.Compare(a.path, b.path) })
	if n := mostRunbooks - len(files.have); len(files.want) > n {
		a.log.Warn("more runbooks than are read", "repository", ask.Repo, "files", len(found), "read", mostRunbooks)
		files.want = files.want[:max(0, n)]
	}
	files.pages = pagesOf(about, t.branch)
	files.looked = a.clock.Now()
	return nil
}

// readRunbooks reads the next of the files that are missing. What was read
// before trouble came stays.
func (a *App) readRunbooks(ctx context.Context, l *lane, repo string, s *shelf) error {
	owner, name, err := splitRepo(repo)
	if err != nil {
		return err
	}
	next := s.files.want[:min(len(s.files.want), runbooksAtAsk)]
	contents := make([][]byte, len(next))
	done := make([]bool, len(next))
	var group errgroup.Group
	group.SetLimit(mostAtOnce)
	for i, f := range next {
		group.Go(func() (err error) {
			contents[i], err = readBlob(ctx, l, owner, name, f.sha)
			done[i] = err == nil
			return err
		})
	}
	err = group.Wait()
	for i, f := range next {
		if !done[i] {
			continue
		}
		s.files.have[f.path] = f.sha
		if d, ok := retrieval.Runbook(f.path, contents[i]); ok && contents[i] != nil {
			d.URL = f.path
			s.index.Put(d)
		}
	}
	s.files.want = slices.DeleteFunc(s.files.want, func(f runbookFile) bool { _, known := s.files.have[f.path]; return known })
	return err
}
