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

// tree is all files of a branch or a commit, by path.
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

// treeNamed finds a folder by its name, or the root by that of a branch or of a
// commit.
func (r *repo) treeNamed(asked string) (t tree, folder string, found bool) {
	if files, known := r.filesAt(asked); known {
		return files, "", true
	}
	for _, files := range r.allFiles() {
		for _, folder := range tree(files).foldersBelow() {
			if treeSHA(tree(files).folder(folder)) == asked {
				return files, folder, true
			}
		}
	}
	return nil, "", false
}

// allFiles are the files of all branches, those of the default one first.
func (r *repo) allFiles() []map[string]*file {
	all := []map[string]*file{r.files}
	for _, name := range slices.Sorted(maps.Keys(r.branches)) {
		all = append(all, r.branches[name].files)
	}
	return all
}

// getTree answers with a folder by its name, or with the root by the name of a
// branch or of a commit. Any recursive but none lists what is below, too; what is
// too much is left out and said to be. docs: REST API endpoints for Git trees,
// "Get a tree".
func getTree(c *call, r *repo) (int, raw, error) {
	if len(r.files) == 0 {
		return 0, nil, &refusal{status: 409, message: "Git Repository is empty."}
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
	truncated := len(entries) > mostEntries
	entries = entries[:min(len(entries), mostEntries)]
	address := func(kind, sha string) string { return c.hub.api("/repos/%s/git/%ss/%s", r.fullName(), kind, sha) }
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
	return http.StatusOK, object(
		part{"sha", encode(sha)}, part{"url", encode(address("tree", sha))},
		part{"tree", list}, part{"truncated", encode(truncated)},
	), nil
}

// getBlob answers with the content of a file of any branch by its name. What only
// older commits have is not simulated. docs: REST API endpoints for Git blobs,
// "Get a blob".
func getBlob(c *call, r *repo) (int, raw, error) {
	sha := c.request.PathValue("sha")
	for _, files := range r.allFiles() {
		for _, f := range files {
			if f.sha == sha {
				return http.StatusOK, object(
					part{"sha", encode(sha)}, part{"node_id", encode("B_" + sha)}, part{"size", encode(len(f.content))},
					part{"url", encode(c.hub.api("/repos/%s/git/blobs/%s", r.fullName(), sha))},
					part{"content", encode(wrapped(f.content))}, part{"encoding", encode("base64")},
				), nil
			}
		}
	}
	return 0, nil, errNotFound
}
