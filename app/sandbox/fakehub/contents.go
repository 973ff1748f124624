package fakehub

import (
	"maps"
	"slices"
	"strings"
)

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

// byPullOnly is how GitHub refuses a change of a protected branch; the status
// differs between the endpoints.
func byPullOnly(status int) *refusal {
	return &refusal{status: status, message: "Repository rule violations found\n\nChanges must be made through a pull request.\n\n"}
}

var errEmptyRepo = &refusal{status: 409, message: "Git Repository is empty."}

// createBranch starts a branch at a commit. docs: REST API endpoints for Git
// references, "Create a reference"; the sentences are those that GitHub answers
// with.
func (h *Hub) createBranch(a actor, r *repo, name, sha string) error {
	if err := h.mayWriteIn(a, r, write); err != nil {
		return err
	}
	switch {
	case r.tip() == nil:
		return errEmptyRepo
	case r.branches[name] != nil:
		return &refusal{status: 422, message: "Reference already exists"}
	case r.isProtected(name):
		return &refusal{status: 422, message: "Repository rule violations found\n\nCannot create ref due to creations being restricted.\n\n"}
	case r.commits[sha] == nil:
		return &refusal{status: 422, message: "Object does not exist"}
	}
	h.point(a, r, name, r.commits[sha])
	return nil
}

// moveBranch has a branch point to another commit, which without force must come
// after the one that it points to. docs: REST API endpoints for Git references,
// "Update a reference"; the sentences are those that GitHub answers with.
func (h *Hub) moveBranch(a actor, r *repo, name, sha string, force bool) error {
	if err := h.mayWriteIn(a, r, write); err != nil {
		return err
	}
	from, to := r.branches[name], r.commits[sha]
	switch {
	case r.tip() == nil:
		return errEmptyRepo
	case from == nil:
		return &refusal{status: 422, message: "Reference does not exist"}
	case to == nil:
		return &refusal{status: 422, message: "Object does not exist"}
	case r.isProtected(name):
		return byPullOnly(422)
	case !force && !reach(to)[from]:
		return &refusal{status: 422, message: "Update is not a fast forward"}
	case from != to:
		h.point(a, r, name, to)
	}
	return nil
}

// mergeBranch merges what head names into a branch; made is nil where the branch has
// all of it already. docs: REST API endpoints for branches, "Merge a branch".
func (h *Hub) mergeBranch(a actor, r *repo, base, head, message string) (made *commit, err error) {
	if err := h.mayWriteIn(a, r, write); err != nil {
		return nil, err
	}
	into, from := r.branchNamed(base), r.commitAt(head)
	switch {
	case into == nil:
		return nil, &refusal{status: 404, message: "Base does not exist"}
	case from == nil:
		return nil, &refusal{status: 404, message: "Head does not exist"}
	case r.isProtected(base):
		return nil, byPullOnly(403)
	case reach(into)[from]:
		return nil, nil
	}
	files, conflict := mergedFiles(mergeBase(into, from).snapshot(), into.files, from.files)
	if conflict {
		return nil, &refusal{status: 409, message: "Merge conflict"}
	}
	made = h.newCommit(r, a, orDefault(message, "Merge "+head+" into "+base), files, into, from)
	h.point(a, r, base, made)
	return made, nil
}

// putFile creates a file, or changes one whose present name (sha) is given.
// docs: REST API endpoints for repository contents, "Create or update file
// contents"; the sentences are those that GitHub answers with.
func (h *Hub) putFile(a actor, r *repo, in filePut) (c *commit, created bool, err error) {
	if err := h.mayWriteIn(a, r, write); err != nil {
		return nil, false, err
	}
	name := orDefault(in.Branch, r.defaultBranch)
	if r.branches[name] == nil && name != r.defaultBranch {
		return nil, false, &refusal{status: 404, message: "Branch " + name + " not found"}
	}
	old := r.branches[name].snapshot()[in.path]
	switch {
	case r.isProtected(name):
		return nil, false, byPullOnly(409)
	case old != nil && in.SHA == "":
		return nil, false, &refusal{status: 422, message: "Invalid request.\n\n\"sha\" wasn't supplied."}
	case old == nil && in.SHA != "", old != nil && in.SHA != old.sha:
		return nil, false, &refusal{status: 409, message: in.path + " does not match " + in.SHA}
	}
	return h.commitOn(a, r, name, in.Message, map[string]*file{in.path: newFile(in.content)}), old == nil, nil
}

// filePut is what is sent to create or change a file.
type filePut struct {
	Message, Content, Branch, SHA string
	path, content                 string
}

// CommitFile commits a file to a branch, as CommitFiles does.
func (h *Hub) CommitFile(repo, by, branch, path, content string) error {
	_, err := h.CommitFiles(repo, by, branch, map[string]string{path: content})
	return err
}

// DropFile commits that a file is not on a branch any more.
func (h *Hub) DropFile(repo, by, branch, path string) error {
	_, err := h.CommitFiles(repo, by, branch, nil, path)
	return err
}

// CommitFiles writes and removes files on a branch in one commit, whose sha it
// returns. A branch that is not there is made from the default one. Rules that
// protect a branch do not keep this person from it.
func (h *Hub) CommitFiles(repo, by, branch string, writes map[string]string, removes ...string) (sha string, err error) {
	defer h.begin()()
	r, a, err := h.sceneToWrite(repo, by)
	if err != nil {
		return "", err
	}
	if r.branches[branch] == nil && branch != r.defaultBranch {
		if err := h.createBranch(a, r, branch, r.tip().name()); err != nil {
			return "", err
		}
	}
	changes := map[string]*file{}
	for path, content := range writes {
		changes[path] = newFile(content)
	}
	for _, path := range removes {
		changes[path] = nil
	}
	paths := slices.Sorted(maps.Keys(changes))
	return h.commitOn(a, r, branch, "Change "+strings.Join(paths, ", "), changes).sha, nil
}

// ForceBranch pushes a branch to a commit by force, backwards too.
func (h *Hub) ForceBranch(repo, by, branch, sha string) error {
	defer h.begin()()
	r, a, err := h.sceneToWrite(repo, by)
	if err != nil {
		return err
	}
	return h.moveBranch(a, r, branch, sha, true)
}

// DeleteBranch removes a branch, which closes the pull requests from it. docs:
// Creating and deleting branches within your repository.
func (h *Hub) DeleteBranch(repo, by, name string) error {
	defer h.begin()()
	r, a, err := h.sceneToWrite(repo, by)
	if err != nil {
		return err
	}
	if r.branches[name] == nil || name == r.defaultBranch {
		return errNotFound
	}
	for _, n := range r.numbers() {
		if i := r.issues[n]; i.pull && i.pr.head == name && i.now().state == "open" {
			if err := h.setState(a, i, "closed", ""); err != nil {
				return err
			}
		}
	}
	delete(r.branches, name)
	return nil
}

// BranchView is a branch, for assertions.
type BranchView struct {
	Name, Tip string
	Files     map[string]string
	// Commits are who made the commits that the default branch lacks, oldest first.
	Commits []string
	// Messages are what those commits say.
	Messages []string
}

// Branches lists the branches of repo besides the default one, by name.
func (h *Hub) Branches(repo string) []BranchView {
	defer h.begin()()
	r := h.mustRepo(repo)
	var list []BranchView
	for _, name := range slices.Sorted(maps.Keys(r.branches)) {
		if name != r.defaultBranch {
			list = append(list, r.viewBranch(name))
		}
	}
	return list
}

// Trunk is the default branch of repo, with all its commits; without commits, and
// so without a tip, the repository is empty.
func (h *Hub) Trunk(repo string) BranchView {
	defer h.begin()()
	r := h.mustRepo(repo)
	return r.viewBranch(r.defaultBranch)
}

func (r *repo) viewBranch(name string) BranchView {
	tip, base := r.branches[name], r.tip()
	v := BranchView{Name: name, Files: map[string]string{}}
	if tip == nil {
		return v
	}
	if name == r.defaultBranch {
		base = nil
	}
	v.Tip = tip.sha
	for path, f := range tip.files {
		v.Files[path] = f.content
	}
	for _, c := range lacking(base, tip) {
		v.Commits, v.Messages = append(v.Commits, c.author.login), append(v.Messages, c.message)
	}
	return v
}
