package fakehub

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// branch is one besides the default branch, which the repository itself holds.
type branch struct {
	name string
	tip  string
	// files are those on the branch, fork those it began with.
	files, fork map[string]*file
	// commits are its own, oldest first; the first merged ones are on the default
	// branch by now.
	commits []*commit
	merged  int
}

// commit is one on a branch, with the files as they were then.
type commit struct {
	sha, parent string
	author      *user
	message     string
	at          time.Time
	files       map[string]*file
}

// ahead is how many commits the default branch lacks.
func (b *branch) ahead() int { return len(b.commits) - b.merged }

// branchNamed is a branch besides the default one, or nil.
func (r *repo) branchNamed(name string) *branch {
	return r.branches[strings.TrimPrefix(name, "refs/heads/")]
}

// filesAt are the files that a ref names: a branch, or a commit. Of the default
// branch only the newest commit is known. docs: REST API endpoints for repository
// contents, "ref".
func (r *repo) filesAt(ref string) (files map[string]*file, found bool) {
	if ref == "" || ref == "HEAD" || ref == r.head || strings.TrimPrefix(ref, "refs/heads/") == r.defaultBranch {
		return r.files, true
	}
	if b := r.branchNamed(ref); b != nil {
		return b.files, true
	}
	if c := r.commits[ref]; c != nil {
		return c.files, true
	}
	return nil, false
}

// Protect refuses what does not come by a pull request, and new branches besides,
// to all branches whose names begin with prefix; "" is all of them. docs: Available
// rules for rulesets, "Restrict creations", "Require a pull request before merging".
func (h *Hub) Protect(repo, prefix string) {
	defer h.begin()()
	r := h.mustRepo(repo)
	r.protected = append(r.protected, prefix)
}

func (r *repo) isProtected(branch string) bool {
	return slices.ContainsFunc(r.protected, func(prefix string) bool { return strings.HasPrefix(branch, prefix) })
}

// createBranch starts a branch at a commit. docs: REST API endpoints for Git
// references, "Create a reference"; the sentences are those that GitHub answers
// with.
func (h *Hub) createBranch(a actor, r *repo, name, sha string) (*branch, error) {
	if err := h.mayWriteIn(a, r, write); err != nil {
		return nil, err
	}
	from, known := r.filesAt(sha)
	switch {
	case len(r.files) == 0:
		return nil, errEmptyRepo
	case name == r.defaultBranch || r.branches[name] != nil:
		return nil, &refusal{status: 422, message: "Reference already exists"}
	case r.isProtected(name):
		return nil, &refusal{status: 422, message: "Repository rule violations found\n\nCannot create ref due to creations being restricted.\n\n"}
	case !known && !r.past[sha]:
		return nil, &refusal{status: 422, message: "Object does not exist"}
	case !known: // an older commit of the default branch, whose files are not kept
		from = r.files
	}
	b := &branch{name: name, tip: sha, files: maps.Clone(from), fork: maps.Clone(from)}
	if r.branches == nil {
		r.branches, r.commits = map[string]*branch{}, map[string]*commit{}
	}
	r.branches[name] = b
	return b, nil
}

// commitTo changes one file on a branch; nil removes it. An open pull request from
// the branch follows it. docs: Webhook events and payloads, "pull_request",
// synchronize.
func (h *Hub) commitTo(a actor, r *repo, b *branch, path, message string, f *file) *commit {
	before := b.tip
	if f == nil {
		delete(b.files, path)
	} else {
		b.files[path] = f
	}
	c := &commit{sha: h.commitID(), parent: before, author: a.user, message: message, at: stamp(h.now), files: maps.Clone(b.files)}
	r.commits[c.sha] = c
	b.commits, b.tip = append(b.commits, c), c.sha
	for _, n := range r.numbers() {
		if i := r.issues[n]; i.pull && i.pr.head == b.name && i.now().state == "open" {
			i.pr.tip = c.sha
			h.touch(i)
			h.emitIssue("synchronize", a, i, part{"before", encode(before)}, part{"after", encode(c.sha)})
		}
	}
	return c
}

// putFile creates a file, or changes one whose present name (sha) is given.
// docs: REST API endpoints for repository contents, "Create or update file
// contents"; the sentences are those that GitHub answers with.
func (h *Hub) putFile(a actor, r *repo, in filePut) (c *commit, created bool, err error) {
	if err := h.mayWriteIn(a, r, write); err != nil {
		return nil, false, err
	}
	name := orDefault(in.Branch, r.defaultBranch)
	files, found := r.filesAt("refs/heads/" + name)
	if !found {
		return nil, false, &refusal{status: 404, message: "Branch " + name + " not found"}
	}
	old := files[in.path]
	switch {
	case r.isProtected(name):
		return nil, false, &refusal{status: 409, message: "Repository rule violations found\n\nChanges must be made through a pull request.\n\n"}
	case old != nil && in.SHA == "":
		return nil, false, &refusal{status: 422, message: "Invalid request.\n\n\"sha\" wasn't supplied."}
	case old == nil && in.SHA != "", old != nil && in.SHA != old.sha:
		return nil, false, &refusal{status: 409, message: in.path + " does not match " + in.SHA}
	}
	f := &file{content: in.content, sha: blobSHA(in.content)}
	if name != r.defaultBranch {
		return h.commitTo(a, r, r.branches[name], in.path, in.Message, f), old == nil, nil
	}
	change := pushed{path: in.path, added: old == nil, before: r.head}
	r.files[in.path] = f
	h.push(r, change)
	return &commit{sha: r.head, parent: change.before, author: a.user, message: in.Message, at: stamp(h.now)}, old == nil, nil
}

// filePut is what is sent to create or change a file.
type filePut struct {
	Message, Content, Branch, SHA string
	path, content                 string
}

// CommitFile commits a file to a branch, which is made from the default one where
// it is not there. It changes what stands there.
func (h *Hub) CommitFile(repo, by, branch, path, content string) error {
	return h.onBranch(repo, by, branch, path, &file{content: content, sha: blobSHA(content)})
}

// DropFile commits that a file is not on a branch any more.
func (h *Hub) DropFile(repo, by, branch, path string) error {
	return h.onBranch(repo, by, branch, path, nil)
}

func (h *Hub) onBranch(repo, by, name, path string, f *file) error {
	defer h.begin()()
	r, a, err := h.sceneToWrite(repo, by)
	if err != nil {
		return err
	}
	b := r.branchNamed(name)
	if b == nil {
		if b, err = h.createBranch(a, r, name, r.head); err != nil {
			return err
		}
	}
	h.commitTo(a, r, b, path, "Change "+path, f)
	return nil
}

// DeleteBranch removes a branch, which closes the pull requests from it. docs:
// Creating and deleting branches within your repository.
func (h *Hub) DeleteBranch(repo, by, name string) error {
	defer h.begin()()
	r, a, err := h.sceneToWrite(repo, by)
	if err != nil {
		return err
	}
	b := r.branchNamed(name)
	if b == nil {
		return errNotFound
	}
	for _, n := range r.numbers() {
		if i := r.issues[n]; i.pull && i.pr.head == name && i.now().state == "open" {
			i.pr.files = b.changes()
			if err := h.setState(a, i, "closed", ""); err != nil {
				return err
			}
		}
	}
	delete(r.branches, name)
	return nil
}

// BranchView is a branch besides the default one, for assertions.
type BranchView struct {
	Name, Tip string
	Files     map[string]string
	// Commits are who made its own commits, oldest first.
	Commits []string
}

// Branches lists the branches of repo besides the default one, by name.
func (h *Hub) Branches(repo string) []BranchView {
	defer h.begin()()
	r := h.mustRepo(repo)
	var list []BranchView
	for _, name := range slices.Sorted(maps.Keys(r.branches)) {
		b := r.branches[name]
		v := BranchView{Name: name, Tip: b.tip, Files: map[string]string{}}
		for path, f := range b.files {
			v.Files[path] = f.content
		}
		for _, c := range b.commits {
			v.Commits = append(v.Commits, c.author.login)
		}
		list = append(list, v)
	}
	return list
}

var errEmptyRepo = &refusal{status: 409, message: "Git Repository is empty."}
