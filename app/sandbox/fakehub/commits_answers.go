package fakehub

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

// createTree makes a tree of files, from another one where that is named. docs: REST
// API endpoints for Git trees, "Create a tree"; the sentences are those that GitHub
// answers with. Of modes only that of a plain file is simulated.
func createTree(c *call, r *repo) (int, raw, error) {
	var in struct {
		BaseTree string `json:"base_tree"`
		Tree     []struct {
			Path, Mode, Type string
			SHA, Content     *string
		}
	}
	if err := c.decode(&in); err != nil {
		return 0, nil, err
	}
	if err := c.hub.mayWriteIn(c.actor, r, write); err != nil {
		return 0, nil, err
	}
	if r.tip() == nil {
		return 0, nil, errEmptyRepo
	}
	files := tree{}
	if in.BaseTree != "" {
		base, folder, found := r.treeNamed(in.BaseTree)
		if !found || folder != "" || r.commitAt(in.BaseTree) != nil {
			return 0, nil, &refusal{status: 422, message: "base_tree is not a valid tree oid"}
		}
		maps.Copy(files, base)
	}
	for _, e := range in.Tree {
		if err := goodPath(e.Path); err != nil {
			return 0, nil, err
		}
		switch {
		case e.Mode != "100644" || (e.SHA == nil) == (e.Content == nil) && files[e.Path] == nil:
			return 0, nil, &refusal{status: 422, message: "GitRPC::BadObjectState"} // "an error if you try to delete a file that does not exist"
		case e.Content != nil:
			files.put(e.Path, newFile(*e.Content))
		case e.SHA == nil:
			delete(files, e.Path)
		case r.blobNamed(*e.SHA) == nil:
			return 0, nil, &refusal{status: 422, message: "tree.sha " + *e.SHA + " is not a valid blob"}
		default:
			files.put(e.Path, r.blobNamed(*e.SHA))
		}
	}
	r.trees[files.name()] = files
	return http.StatusCreated, c.hub.renderTree(r, files.name(), files.folder("")), nil
}

// put adds a file, in the place of a folder or of the file that its folder was.
func (t tree) put(path string, f *file) {
	maps.DeleteFunc(t, func(other string, _ *file) bool {
		return strings.HasPrefix(other, path+"/") || strings.HasPrefix(path, other+"/")
	})
	t[path] = f
}

// goodPath refuses what git cannot hold.
func goodPath(path string) error {
	if strings.HasPrefix(path, "/") {
		return &refusal{status: 422, message: "tree.path cannot start with a slash"}
	}
	for step := range strings.SplitSeq(path, "/") {
		if step == "" || step == "." || step == ".." || strings.EqualFold(step, ".git") || strings.ContainsRune(step, 0) {
			return &refusal{status: 422, message: "tree.path contains a malformed path component"}
		}
	}
	return nil
}

// createCommit makes a commit by whoever asks. docs: REST API endpoints for Git
// commits, "Create a commit"; the sentences are those that GitHub answers with.
func createCommit(c *call, r *repo) (int, raw, error) {
	var in struct {
		Message, Tree string
		Parents       []string
	}
	if err := c.decode(&in); err != nil {
		return 0, nil, err
	}
	if err := c.hub.mayWriteIn(c.actor, r, write); err != nil {
		return 0, nil, err
	}
	if r.tip() == nil {
		return 0, nil, errEmptyRepo
	}
	files, folder, found := r.treeNamed(in.Tree)
	if !found || folder != "" || r.commitAt(in.Tree) != nil {
		return 0, nil, &refusal{status: 422, message: "Tree SHA does not exist"}
	}
	if strings.TrimSpace(in.Message) == "" {
		return 0, nil, invalid("Commit", "message", "missing_field", "")
	}
	var parents []*commit
	for _, sha := range in.Parents {
		p := r.commits[sha]
		if p == nil {
			return 0, nil, &refusal{status: 422, message: "Parent SHA does not exist or is not a commit object"}
		}
		parents = append(parents, p)
	}
	made := c.hub.newCommit(r, c.actor, in.Message, files, parents...)
	return http.StatusCreated, c.hub.renderBareCommit(r, made), nil
}

// getGitCommit answers with a commit. docs: REST API endpoints for Git database, on
// empty repositories; for Git commits, "Get a commit object".
func getGitCommit(c *call, r *repo) (int, raw, error) {
	if r.tip() == nil {
		return 0, nil, errEmptyRepo
	}
	found := r.commits[c.request.PathValue("sha")]
	if found == nil {
		return 0, nil, errNotFound
	}
	return http.StatusOK, c.hub.renderBareCommit(r, found), nil
}

func createMerge(c *call, r *repo) (int, raw, error) {
	var in struct {
		Base, Head    string
		CommitMessage string `json:"commit_message"`
	}
	if err := c.decode(&in); err != nil {
		return 0, nil, err
	}
	made, err := c.hub.mergeBranch(c.actor, r, in.Base, in.Head, in.CommitMessage)
	if err != nil {
		return 0, nil, err
	}
	if made == nil {
		return http.StatusNoContent, nil, nil
	}
	return http.StatusCreated, c.hub.renderCommit(r, made), nil
}

// listCommits lists the newest first, of one path where that is named: those in which
// it is unlike in every parent. docs: REST API endpoints for commits, "List commits";
// git help log, "History Simplification".
func listCommits(c *call, r *repo) (int, raw, error) {
	q := c.request.URL.Query()
	from := r.commitAt(q.Get("sha"))
	switch {
	case r.tip() == nil:
		return 0, nil, errEmptyRepo
	case from == nil:
		return 0, nil, errNotFound
	}
	since, err := timeIn(q.Get("since"), time.Time{})
	if err != nil {
		return 0, nil, err
	}
	until, err := timeIn(q.Get("until"), c.hub.now)
	if err != nil {
		return 0, nil, err
	}
	path := strings.Trim(q.Get("path"), "/")
	found := slices.DeleteFunc(lacking(nil, from), func(one *commit) bool {
		return one.at.Before(since) || one.at.After(until) || path != "" && !one.touches(path)
	})
	slices.Reverse(found)
	return http.StatusOK, renderAll(page(c, found), func(one *commit) raw { return c.hub.renderCommit(r, one) }), nil
}

func timeIn(text string, otherwise time.Time) (time.Time, error) {
	if text == "" {
		return otherwise, nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return at, &refusal{status: 422, message: "Invalid time"}
	}
	return at, nil
}

// touches tells whether a file or folder is unlike in every parent.
func (c *commit) touches(path string) bool {
	here := c.files.below(path)
	for _, p := range c.parents {
		if p.files.below(path) == here {
			return false
		}
	}
	return len(c.parents) > 0 || here != ""
}

// below names the file at a path, or else all that is below it; "" for nothing.
func (t tree) below(path string) string {
	if f := t[path]; f != nil {
		return f.sha
	}
	if inside := t.folder(path); len(inside) > 0 {
		return treeSHA(inside)
	}
	return ""
}

// filesAPage is how many files of a commit are shown at a time, and of a comparison
// in all. docs: REST API endpoints for commits, "Get a commit", "Compare two commits".
const filesAPage = 300

// getCommit answers with a commit and what it changed against its first parent. docs:
// REST API endpoints for commits, "Get a commit".
func getCommit(c *call, r *repo) (int, raw, error) {
	found := r.commitAt(c.request.PathValue("ref"))
	if found == nil {
		return 0, nil, &refusal{status: 422, message: "No commit found for SHA: " + c.request.PathValue("ref")}
	}
	files := differences(found.first().snapshot(), found.files)
	first := (c.queryNumber("page", 1) - 1) * filesAPage
	files = files[min(first, len(files)):min(first+filesAPage, len(files))]
	return http.StatusOK, c.hub.renderCommit(r, found).with(
		part{"stats", object(part{"additions", encode(len(files))}, part{"deletions", encode(0)}, part{"total", encode(len(files))})},
		part{"files", renderAll(files, func(f changedFile) raw { return c.hub.renderChanged(r, found.sha, f) })},
	), nil
}

// commitsAtOnce is how many commits a comparison shows that is not asked for by pages:
// the newest. docs: REST API endpoints for commits, "Compare two commits".
const commitsAtOnce = 250

// compare answers what one ref has that another lacks, of the same repository. docs:
// REST API endpoints for commits, "Compare two commits".
func compare(c *call, r *repo) (int, raw, error) {
	names, q, h := c.request.PathValue("basehead"), c.request.URL.Query(), c.hub
	from, to, _ := strings.Cut(names, "...")
	base, head := r.commitAt(from), r.commitAt(to)
	if base == nil || head == nil {
		return 0, nil, errNotFound
	}
	root := mergeBase(base, head)
	if root == nil {
		return 0, nil, &refusal{status: 404, message: "No common ancestor between " + from + " and " + to + "."}
	}
	ahead, behind := lacking(base, head), lacking(head, base)
	status := map[[2]bool]string{{true, false}: "ahead", {false, true}: "behind", {true, true}: "diverged", {false, false}: "identical"}[[2]bool{len(ahead) > 0, len(behind) > 0}]
	shown := ahead[max(0, len(ahead)-commitsAtOnce):]
	if q.Has("page") || q.Has("per_page") {
		shown = page(c, ahead)
	}
	var files []changedFile
	if c.queryNumber("page", 1) == 1 {
		files = differences(root.files, head.files)
		files = files[:min(len(files), filesAPage)]
	}
	at := h.web("/%s/compare/%s", r.fullName(), escape(names))
	return http.StatusOK, object(
		part{"url", encode(h.api("/repos/%s/compare/%s", r.fullName(), escape(names)))}, part{"html_url", encode(at)},
		part{"permalink_url", encode(at)}, part{"diff_url", encode(at + ".diff")}, part{"patch_url", encode(at + ".patch")},
		part{"base_commit", h.renderCommit(r, base)}, part{"merge_base_commit", h.renderCommit(r, root)}, part{"status", encode(status)},
		part{"ahead_by", encode(len(ahead))}, part{"behind_by", encode(len(behind))}, part{"total_commits", encode(len(ahead))},
		part{"commits", renderAll(shown, func(one *commit) raw { return h.renderCommit(r, one) })},
		part{"files", renderAll(files, func(f changedFile) raw { return h.renderChanged(r, head.sha, f) })},
	), nil
}

// renderCommit renders a commit as lists of commits do.
func (h *Hub) renderCommit(r *repo, c *commit) raw {
	address := h.api("/repos/%s/commits/%s", r.fullName(), c.sha)
	return object(
		part{"url", encode(address)}, part{"sha", encode(c.sha)}, part{"node_id", encode("C_" + c.sha)},
		part{"html_url", encode(h.web("/%s/commit/%s", r.fullName(), c.sha))}, part{"comments_url", encode(address + "/comments")},
		part{"commit", h.renderGitCommit(r, c)}, part{"author", h.renderUser(c.author)}, part{"committer", h.renderUser(c.author)},
		part{"parents", h.renderParents(r, c)},
	)
}

func (h *Hub) renderParents(r *repo, c *commit) raw {
	return renderAll(c.parents, func(p *commit) raw {
		return object(part{"sha", encode(p.sha)}, part{"url", encode(h.api("/repos/%s/commits/%s", r.fullName(), p.sha))},
			part{"html_url", encode(h.web("/%s/commit/%s", r.fullName(), p.sha))})
	})
}

// renderGitCommit renders what git knows of a commit.
func (h *Hub) renderGitCommit(r *repo, c *commit) raw {
	who := object(part{"name", encode(c.author.login)}, part{"email", encode("noreply@fakehub.example")}, part{"date", encode(format(c.at))})
	return object(
		part{"url", encode(h.api("/repos/%s/git/commits/%s", r.fullName(), c.sha))}, part{"sha", encode(c.sha)},
		part{"author", who}, part{"committer", who}, part{"message", encode(c.message)}, part{"comment_count", encode(0)},
		part{"tree", object(part{"sha", encode(rootOf(c))}, part{"url", encode(h.api("/repos/%s/git/trees/%s", r.fullName(), rootOf(c)))})},
	)
}

// renderBareCommit renders a commit as the endpoints for Git commits do. GitHub signs
// what an App makes without an author of its own. docs: About commit signature
// verification, "Signature verification for bots".
func (h *Hub) renderBareCommit(r *repo, c *commit) raw {
	reason, signature := "unsigned", raw("null")
	if c.author.kind == "Bot" {
		reason, signature = "valid", encode("-----BEGIN PGP SIGNATURE-----")
	}
	return h.renderGitCommit(r, c).with(
		part{"node_id", encode("C_" + c.sha)}, part{"html_url", encode(h.web("/%s/commit/%s", r.fullName(), c.sha))},
		part{"parents", h.renderParents(r, c)},
		part{"verification", object(part{"verified", encode(reason == "valid")}, part{"reason", encode(reason)},
			part{"signature", signature}, part{"payload", signature}, part{"verified_at", raw("null")})},
	)
}
