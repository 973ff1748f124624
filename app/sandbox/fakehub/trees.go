package fakehub

import (
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// treeEntry is a file or a folder in a folder.
type treeEntry struct {
	path, mode, kind, sha string
	size                  int
}

// tree is all files of a commit, by path.
type tree map[string]*file

// folder lists what lies directly in a folder, which "" is the root of. Nobody
// can commit an empty folder, so that one without files is none.
func (t tree) folder(path string) []treeEntry {
	prefix := path
	if prefix != "" {
		prefix += "/"
	}
	entries := map[string]treeEntry{}
	for name, f := range t {
		rest, inside := strings.CutPrefix(name, prefix)
		if !inside {
			continue
		}
		if step, _, deeper := strings.Cut(rest, "/"); deeper {
			entries[step] = treeEntry{path: step, mode: "040000", kind: "tree"}
		} else {
			entries[step] = treeEntry{path: step, mode: "100644", kind: "blob", sha: f.sha, size: len(f.content)}
		}
	}
	list := slices.SortedFunc(maps.Values(entries), func(a, b treeEntry) int { return strings.Compare(a.path, b.path) })
	for i, e := range list {
		if e.kind == "tree" {
			list[i].sha = treeSHA(t.folder(prefix + e.path))
		}
	}
	return list
}

// treeSHA names a folder after all that is in it. It is as long as git's name
// and, as git's, the same for the same content; it is not the same name.
func treeSHA(entries []treeEntry) string {
	sum := sha1.New()
	for _, e := range entries {
		fmt.Fprintf(sum, "%s %s\x00%s", e.mode, e.path, e.sha)
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// foldersBelow are the paths of all folders, the root's "" among them.
func (t tree) foldersBelow() []string {
	all := map[string]bool{"": true}
	for name := range t {
		for i, c := range name {
			if c == '/' {
				all[name[:i]] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// all lists what lies in a folder and below it, each folder before what it
// holds.
func (t tree) all(path, prefix string) []treeEntry {
	var list []treeEntry
	for _, e := range t.folder(path) {
		below := strings.TrimPrefix(path+"/"+e.path, "/")
		e.path = prefix + e.path
		list = append(list, e)
		if e.kind == "tree" {
			list = append(list, t.all(below, e.path+"/")...)
		}
	}
	return list
}

// mostEntries is how many entries a tree lists, a hundred thousand on GitHub.
// docs: REST API endpoints for Git trees, "Get a tree".
const mostEntries = 5000

// name is git's name for all files together.
func (t tree) name() string { return treeSHA(t.folder("")) }

// rootOf is the name of a commit's files.
func rootOf(c *commit) string {
	if c.root == "" {
		c.root = c.files.name()
	}
	return c.root
}

// treeNamed finds a folder by its name, or the root by that of a branch or of a
// commit.
func (r *repo) treeNamed(asked string) (t tree, folder string, found bool) {
	if c := r.commitAt(asked); c != nil {
		return c.files, "", true
	}
	if t, made := r.trees[asked]; made {
		return t, "", true
	}
	for _, c := range r.newestFirst() {
		for _, folder := range c.files.foldersBelow() {
			if treeSHA(c.files.folder(folder)) == asked {
				return c.files, folder, true
			}
		}
	}
	return nil, "", false
}

// newestFirst are all commits.
func (r *repo) newestFirst() []*commit {
	return slices.SortedFunc(maps.Values(r.commits), func(x, y *commit) int { return y.nth - x.nth })
}

// getTree answers with a folder by its name, or with the root by the name of a
// branch or of a commit. Any recursive but none lists what is below, too; what is
// too much is left out and said to be. docs: REST API endpoints for Git trees,
// "Get a tree".
func getTree(c *call, r *repo) (int, raw, error) {
	if r.tip() == nil {
		return 0, nil, errEmptyRepo
	}
	t, path, found := r.treeNamed(c.request.PathValue("sha"))
	if !found {
		return 0, nil, errNotFound
	}
	entries := t.folder(path)
	sha := treeSHA(entries)
	if c.request.URL.Query().Has("recursive") {
		entries = t.all(path, "")
	}
	return http.StatusOK, c.hub.renderTree(r, sha, entries), nil
}

func (h *Hub) renderTree(r *repo, sha string, entries []treeEntry) raw {
	truncated := len(entries) > mostEntries
	entries = entries[:min(len(entries), mostEntries)]
	address := func(kind, sha string) string { return h.api("/repos/%s/git/%ss/%s", r.fullName(), kind, sha) }
	list := renderAll(entries, func(e treeEntry) raw {
		parts := []part{
			{"path", encode(e.path)}, {"mode", encode(e.mode)}, {"type", encode(e.kind)},
			{"sha", encode(e.sha)}, {"url", encode(address(e.kind, e.sha))},
		}
		if e.kind == "blob" {
			parts = append(parts, part{"size", encode(e.size)})
		}
		return object(parts...)
	})
	return object(
		part{"sha", encode(sha)}, part{"url", encode(address("tree", sha))},
		part{"tree", list}, part{"truncated", encode(truncated)},
	)
}

// getBlob answers with the content of a file of any commit by its name. docs: REST
// API endpoints for Git blobs, "Get a blob".
func getBlob(c *call, r *repo) (int, raw, error) {
	sha := c.request.PathValue("sha")
	f := r.blobNamed(sha)
	if f == nil {
		return 0, nil, errNotFound
	}
	return http.StatusOK, object(
		part{"sha", encode(sha)}, part{"node_id", encode("B_" + sha)}, part{"size", encode(len(f.content))},
		part{"url", encode(c.hub.api("/repos/%s/git/blobs/%s", r.fullName(), sha))},
		part{"content", encode(wrapped(f.content))}, part{"encoding", encode("base64")},
	), nil
}

func (r *repo) blobNamed(sha string) *file {
	for _, c := range r.newestFirst() {
		for _, f := range c.files {
			if f.sha == sha {
				return f
			}
		}
	}
	return nil
}
