package githubapp

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/google/go-github/v62/github"
	"golang.org/x/sync/errgroup"

	"github.com/kintsugi-app/kintsugi/app/engine"
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
			matches[i].URL = s.files.pages + (&url.URL{Path: m.URL}).EscapedPath()
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
	t := trees{app: a, lane: l, owner: owner, name: name, branch: about.GetDefaultBranch()}
	found := map[string]string{}
	for folder := range strings.SplitSeq(ask.Folders, "\n") {
		if err := t.below(ctx, folder, found); err != nil {
			return err
		}
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
	files.pages = about.GetHTMLURL() + "/blob/" + (&url.URL{Path: t.branch}).EscapedPath() + "/"
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

// readBlob reads a file by git's name for its content; nil where it is gone,
// because somebody has rewritten the branch meanwhile, or cannot be read.
// docs: REST API endpoints for Git blobs, "Get a blob".
func readBlob(ctx context.Context, l *lane, owner, name, sha string) ([]byte, error) {
	var blob struct {
		Encoding string `json:"encoding"`
		Content  string `json:"content"`
	}
	err := l.do(ctx, call{
		method: "GET", route: "repos/{owner}/{repo}/git/blobs/{file_sha}", args: []any{owner, name, sha},
	}, &blob)
	if errors.Is(err, engine.ErrGone) && !errors.Is(err, errUninstalled) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	content, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(blob.Content, "\n", ""))
	if err != nil || blob.Encoding != "base64" {
		return nil, nil //nolint:nilerr // what cannot be read is no runbook
	}
	return content, nil
}

// trees walks through the folders of a branch. It steps down to the folder
// asked for before it lists all that is below, so that the size of the rest of
// the repository does not matter.
type trees struct {
	app                 *App
	lane                *lane
	owner, name, branch string
	root                []treeEntry
}

// treeEntry is a line of a folder. docs: REST API endpoints for Git trees,
// "Get a tree".
type treeEntry struct {
	Path string `json:"path"`
	Mode string `json:"mode"`
	Type string `json:"type"`
	SHA  string `json:"sha"`
	Size int    `json:"size"`
}

// below notes the Markdown files in and below a folder. One that is not there
// has none.
func (t *trees) below(ctx context.Context, folder string, found map[string]string) error {
	folder = strings.Trim(path.Clean("/"+folder), "/")
	at := t.branch
	for _, step := range strings.FieldsFunc(folder, func(r rune) bool { return r == '/' }) {
		entries, err := t.list(ctx, at, false)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(entries, func(e treeEntry) bool { return e.Path == step && e.Type == "tree" })
		if i < 0 {
			return nil
		}
		at = entries[i].SHA
	}
	entries, err := t.list(ctx, at, true)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.isRunbook() {
			found[path.Join(folder, e.Path)] = e.SHA
		}
	}
	return nil
}

// isRunbook tells whether an entry is a Markdown file to be read. A link, of
// mode 120000, holds only the path that it leads to.
func (e treeEntry) isRunbook() bool {
	kind := strings.ToLower(path.Ext(e.Path))
	return e.Type == "blob" && e.Mode != "120000" && (kind == ".md" || kind == ".markdown") && e.Size <= retrieval.MostRunbook
}

// list reads a tree. GitHub cuts off what has more than 100,000 entries, of
// which the rest is not read.
func (t *trees) list(ctx context.Context, at string, recursive bool) ([]treeEntry, error) {
	if at == t.branch && !recursive && t.root != nil {
		return t.root, nil
	}
	c := call{method: "GET", route: "repos/{owner}/{repo}/git/trees/{tree_sha}", args: []any{t.owner, t.name, at}}
	if recursive {
		c.query = url.Values{"recursive": {"1"}}
	}
	var raw json.RawMessage
	if err := t.lane.do(ctx, c, &raw); err != nil {
		return nil, err
	}
	var tree struct {
		Tree      []treeEntry `json:"tree"`
		Truncated bool        `json:"truncated"`
	}
	if err := json.Unmarshal(raw, &tree); err != nil {
		return nil, err
	}
	if tree.Truncated {
		t.app.log.Warn("a folder has more than GitHub lists: not all of its runbooks are read", "repository", t.owner+"/"+t.name, "tree", at)
	}
	if at == t.branch && !recursive {
		t.root = tree.Tree
	}
	return tree.Tree, nil
}
