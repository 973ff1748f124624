package fakehub

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// commit holds all files as they were then, and is never changed.
type commit struct {
	sha     string
	nth     int // of the repository's, so that parents come before their children
	parents []*commit
	author  *user
	message string
	at      time.Time
	files   tree
	root    string // git's name for files, once it was asked for
}

// first is the commit that a commit was made on, or nil.
func (c *commit) first() *commit {
	if c == nil || len(c.parents) == 0 {
		return nil
	}
	return c.parents[0]
}

// snapshot is what a commit holds; before the first one there is nothing.
func (c *commit) snapshot() tree {
	if c == nil {
		return nil
	}
	return c.files
}

// noCommit is how GitHub names the commit before the first.
const noCommit = "0000000000000000000000000000000000000000"

func (c *commit) name() string {
	if c == nil {
		return noCommit
	}
	return c.sha
}

// tip is the newest commit of the default branch; nil in an empty repository.
func (r *repo) tip() *commit { return r.branches[r.defaultBranch] }

// branchNamed is the newest commit of a branch, or nil.
func (r *repo) branchNamed(name string) *commit {
	return r.branches[strings.TrimPrefix(name, "refs/heads/")]
}

// commitAt is what a ref names: a branch, a tag, a commit, or the default branch where it
// is empty or HEAD; nil where there is none. docs: REST API endpoints for repository
// contents, "ref".
func (r *repo) commitAt(ref string) *commit {
	if ref == "" || ref == "HEAD" {
		return r.tip()
	}
	if c := r.branchNamed(ref); c != nil {
		return c
	}
	if c := r.tags[strings.TrimPrefix(ref, "refs/tags/")]; c != nil {
		return c
	}
	return r.commits[ref]
}

// newCommit makes a commit, to which no branch points yet.
func (h *Hub) newCommit(r *repo, a actor, message string, files tree, parents ...*commit) *commit {
	parents = slices.DeleteFunc(parents, func(p *commit) bool { return p == nil })
	c := &commit{
		sha: h.commitID(), nth: len(r.commits), parents: parents, author: a.user, message: message, at: stamp(h.now), files: files,
	}
	r.commits[c.sha] = c
	return c
}

// point has a branch point to a commit, or makes the branch. Open pull requests from
// it follow. docs: Webhook events and payloads, "pull_request", synchronize.
func (h *Hub) point(a actor, r *repo, name string, to *commit) {
	before := r.branches[name]
	r.branches[name] = to
	if name == r.defaultBranch {
		r.pushed, r.rendered = stamp(h.now), nil
	}
	if before == nil {
		h.emitCreate(a, r, "branch", name)
	}
	h.emitPush(a, r, name, before, to)
	for _, n := range r.numbers() {
		i := r.issues[n]
		if !i.pull || i.pr.head != name || i.now().state != "open" || i.pr.tip == to.sha {
			continue
		}
		old := i.pr.tip
		i.pr.tip = to.sha
		h.touch(i)
		h.emitIssue("synchronize", a, i, part{"before", encode(old)}, part{"after", encode(to.sha)})
	}
}

// commitOn makes one commit of changes on a branch; nil removes a file.
func (h *Hub) commitOn(a actor, r *repo, branch, message string, changes map[string]*file) *commit {
	files := tree{}
	maps.Copy(files, r.branches[branch].snapshot())
	for path, f := range changes {
		if f == nil {
			delete(files, path)
		} else {
			files[path] = f
		}
	}
	c := h.newCommit(r, a, message, files, r.branches[branch])
	h.point(a, r, branch, c)
	return c
}

// reach is a commit with all that came before it.
func reach(c *commit) map[*commit]bool {
	seen, next := map[*commit]bool{}, []*commit{c}
	for len(next) > 0 {
		one := next[len(next)-1]
		next = next[:len(next)-1]
		if one != nil && !seen[one] {
			seen[one] = true
			next = append(next, one.parents...)
		}
	}
	return seen
}

// lacking are the commits that head has and base lacks, oldest first.
func lacking(base, head *commit) []*commit {
	has := reach(base)
	var list []*commit
	for c := range reach(head) {
		if !has[c] {
			list = append(list, c)
		}
	}
	slices.SortFunc(list, func(x, y *commit) int { return x.nth - y.nth })
	return list
}

// mergeBase is the newest commit that both have, or nil. docs: About comparing
// branches in pull requests, "Three-dot and two-dot Git diff comparisons".
func mergeBase(x, y *commit) (base *commit) {
	has := reach(x)
	for c := range reach(y) {
		if has[c] && (base == nil || c.nth > base.nth) {
			base = c
		}
	}
	return base
}

// mergedFiles is a three-way merge of whole files: what only one side changed is as
// that side has it, and what both changed differently is a conflict. Git would still
// merge such a file where the lines are far apart.
func mergedFiles(base, ours, theirs tree) (files tree, conflict bool) {
	files = maps.Clone(ours)
	all := maps.Clone(theirs)
	maps.Copy(all, base)
	for path := range all {
		was, here, there := base[path], ours[path], theirs[path]
		switch {
		case there.same(was), there.same(here):
		case !here.same(was):
			return nil, true
		case there == nil:
			delete(files, path)
		default:
			files[path] = there
		}
	}
	return files, false
}

func (f *file) same(other *file) bool {
	if f == nil || other == nil {
		return f == other
	}
	return f.sha == other.sha
}

// changedFile is a file that differs between two trees.
type changedFile struct {
	path, status string // added, modified, removed, renamed
	sha          string
	previous     string // path, of what was renamed
}

// differences are the files that differ, by path. docs: REST API endpoints for
// commits, "Compare two commits", on renamed files.
func differences(before, after tree) []changedFile {
	var list []changedFile
	var gone []string
	for _, path := range slices.Sorted(maps.Keys(before)) {
		switch f := after[path]; {
		case f == nil:
			gone = append(gone, path)
		case !f.same(before[path]):
			list = append(list, changedFile{path: path, status: "modified", sha: f.sha})
		}
	}
	for _, path := range slices.Sorted(maps.Keys(after)) {
		if before[path] != nil {
			continue
		}
		one := changedFile{path: path, status: "added", sha: after[path].sha}
		if n := slices.IndexFunc(gone, func(old string) bool { return alike(before[old], after[path]) }); n >= 0 {
			one.status, one.previous = "renamed", gone[n]
			gone = slices.Delete(gone, n, n+1)
		}
		list = append(list, one)
	}
	for _, path := range gone {
		list = append(list, changedFile{path: path, status: "removed", sha: before[path].sha})
	}
	slices.SortFunc(list, func(x, y changedFile) int { return strings.Compare(x.path, y.path) })
	return list
}

// alike tells whether one file is the other renamed: git says so from half of the
// content on (git help diff, --find-renames).
func alike(x, y *file) bool {
	if x.sha == y.sha {
		return true
	}
	left := map[string]int{}
	for line := range strings.Lines(x.content) {
		left[line]++
	}
	shared := 0
	for line := range strings.Lines(y.content) {
		if left[line] > 0 {
			left[line]--
			shared += len(line)
		}
	}
	return 2*shared >= max(len(x.content), len(y.content), 1)
}
