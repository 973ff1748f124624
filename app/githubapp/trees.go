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

	"github.com/google/go-github/v62/github"

	"github.com/kintsugi-app/kintsugi/app/engine"
)

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
		return nil, nil //nolint:nilerr // what cannot be read is nil
	}
	return content, nil
}

// pagesOf is the address that a file's escaped path is added to, for people.
func pagesOf(about github.Repository, ref string) string {
	return about.GetHTMLURL() + "/blob/" + escaped(ref) + "/"
}

func escaped(path string) string { return (&url.URL{Path: path}).EscapedPath() }

// trees walks through the folders of a branch. It steps down to the folder
// asked for before it lists all that is below, so that the size of the rest of
// the repository does not matter.
type trees struct {
	lane                *lane
	owner, name, branch string
	root                []treeEntry
	// cut: GitHub left out a part of a folder.
	cut bool
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

// below lists what is in and below a folder, with paths from the root. One that
// is not there has nothing.
func (t *trees) below(ctx context.Context, folder string) (entries []treeEntry, found bool, err error) {
	folder = strings.Trim(path.Clean("/"+folder), "/")
	at := t.branch
	for _, step := range strings.FieldsFunc(folder, func(r rune) bool { return r == '/' }) {
		entries, err := t.list(ctx, at, false)
		if err != nil {
			return nil, false, err
		}
		i := slices.IndexFunc(entries, func(e treeEntry) bool { return e.Path == step && e.Type == "tree" })
		if i < 0 {
			return nil, false, nil
		}
		at = entries[i].SHA
	}
	entries, err = t.list(ctx, at, true)
	for i := range entries {
		entries[i].Path = path.Join(folder, entries[i].Path)
	}
	return entries, err == nil, err
}

// isMarkdown tells whether an entry is a Markdown file to be read. A link, of
// mode 120000, holds only the path that it leads to.
func (e treeEntry) isMarkdown() bool {
	kind := strings.ToLower(path.Ext(e.Path))
	return e.Type == "blob" && e.Mode != "120000" && (kind == ".md" || kind == ".markdown")
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
	t.cut = t.cut || tree.Truncated
	if at == t.branch && !recursive {
		t.root = tree.Tree
	}
	return tree.Tree, nil
}
