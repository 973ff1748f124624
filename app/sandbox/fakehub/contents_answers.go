package fakehub

import (
	"encoding/base64"
	"net/http"
	"strings"
)

// getContents answers with a file of a branch or commit. Directories are not
// simulated. docs: REST API endpoints for repository contents.
func getContents(c *call, r *repo) (int, raw, error) {
	ref := c.request.URL.Query().Get("ref")
	files, found := r.filesAt(ref)
	if !found {
		return 0, nil, &refusal{status: 404, message: "No commit found for the ref " + ref}
	}
	path := c.request.PathValue("path")
	f := files[path]
	if f == nil {
		return 0, nil, errNotFound
	}
	return http.StatusOK, c.hub.renderFile(r, path, f), nil
}

func putContents(c *call, r *repo) (int, raw, error) {
	in := filePut{path: c.request.PathValue("path")}
	if err := c.decode(&in); err != nil {
		return 0, nil, err
	}
	content, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(in.Content, "\n", ""))
	if err != nil {
		return 0, nil, &refusal{status: 422, message: "content is not valid Base64"}
	}
	in.content = string(content)
	made, created, err := c.hub.putFile(c.actor, r, in)
	if err != nil {
		return 0, nil, err
	}
	status := http.StatusOK
	if created {
		status = http.StatusCreated
	}
	f := &file{content: in.content, sha: blobSHA(in.content)}
	return status, object(
		part{"content", c.hub.renderFile(r, in.path, f)}, part{"commit", c.hub.renderGitCommit(r, made)},
	), nil
}

// getRef answers with a branch; tags are not simulated. docs: REST API endpoints
// for Git references, "Get a reference".
func getRef(c *call, r *repo) (int, raw, error) {
	if len(r.files) == 0 {
		return 0, nil, errEmptyRepo
	}
	name, isBranch := strings.CutPrefix(c.request.PathValue("ref"), "heads/")
	tip := r.head
	if b := r.branches[name]; b != nil {
		tip = b.tip
	} else if name != r.defaultBranch {
		isBranch = false
	}
	if !isBranch {
		return 0, nil, errNotFound
	}
	return http.StatusOK, c.hub.renderRef(r, name, tip), nil
}

func createRef(c *call, r *repo) (int, raw, error) {
	var in struct{ Ref, SHA string }
	if err := c.decode(&in); err != nil {
		return 0, nil, err
	}
	name, isBranch := strings.CutPrefix(in.Ref, "refs/heads/")
	if !isBranch || name == "" {
		return 0, nil, &refusal{status: 422, message: "Reference name must start with 'refs/' and contain at least one slash"}
	}
	b, err := c.hub.createBranch(c.actor, r, name, in.SHA)
	if err != nil {
		return 0, nil, err
	}
	return http.StatusCreated, c.hub.renderRef(r, name, b.tip), nil
}

func (h *Hub) renderRef(r *repo, name, sha string) raw {
	return object(
		part{"ref", encode("refs/heads/" + name)}, part{"node_id", encode("REF_" + sha)},
		part{"url", encode(h.api("/repos/%s/git/refs/heads/%s", r.fullName(), name))},
		part{"object", object(
			part{"type", encode("commit")}, part{"sha", encode(sha)},
			part{"url", encode(h.api("/repos/%s/git/commits/%s", r.fullName(), sha))},
		)},
	)
}

// compare answers what a branch has that the default one lacks; other pairs are
// not simulated. docs: REST API endpoints for commits, "Compare two commits".
func compare(c *call, r *repo) (int, raw, error) {
	base, head, _ := strings.Cut(c.request.PathValue("basehead"), "...")
	b := r.branchNamed(head)
	if base != r.defaultBranch || b == nil {
		return 0, nil, errNotFound
	}
	own := b.commits[b.merged:]
	status := "ahead"
	if len(own) == 0 {
		status = "identical"
	}
	at, h := c.hub.web("/%s/compare/%s...%s", r.fullName(), base, escape(head)), c.hub
	root := h.renderCommit(r, &commit{sha: r.head, author: r.owner, message: "Before", at: r.pushed})
	return http.StatusOK, object(
		part{"url", encode(h.api("/repos/%s/compare/%s...%s", r.fullName(), base, escape(head)))}, part{"html_url", encode(at)},
		part{"permalink_url", encode(at)}, part{"diff_url", encode(at + ".diff")}, part{"patch_url", encode(at + ".patch")},
		part{"base_commit", root}, part{"merge_base_commit", root}, part{"status", encode(status)},
		part{"ahead_by", encode(len(own))}, part{"behind_by", encode(0)}, part{"total_commits", encode(len(own))},
		part{"commits", renderAll(page(c, own), func(one *commit) raw { return h.renderCommit(r, one) })},
		part{"files", renderAll(b.changes(), func(f changedFile) raw { return h.renderChanged(r, b.tip, f) })},
	), nil
}

// renderCommit renders a commit as lists of commits do.
func (h *Hub) renderCommit(r *repo, c *commit) raw {
	address, parents := h.api("/repos/%s/commits/%s", r.fullName(), c.sha), []string{}
	if c.parent != "" {
		parents = append(parents, c.parent)
	}
	return object(
		part{"url", encode(address)}, part{"sha", encode(c.sha)}, part{"node_id", encode("C_" + c.sha)},
		part{"html_url", encode(h.web("/%s/commit/%s", r.fullName(), c.sha))}, part{"comments_url", encode(address + "/comments")},
		part{"commit", h.renderGitCommit(r, c)}, part{"author", h.renderUser(c.author)}, part{"committer", h.renderUser(c.author)},
		part{"parents", renderAll(parents, func(sha string) raw {
			return object(part{"sha", encode(sha)}, part{"url", encode(h.api("/repos/%s/commits/%s", r.fullName(), sha))})
		})},
	)
}

// renderGitCommit renders what git knows of a commit.
func (h *Hub) renderGitCommit(r *repo, c *commit) raw {
	who := object(part{"name", encode(c.author.login)}, part{"email", encode("noreply@fakehub.example")}, part{"date", encode(format(c.at))})
	address := h.api("/repos/%s/git/commits/%s", r.fullName(), c.sha)
	return object(
		part{"url", encode(address)}, part{"sha", encode(c.sha)}, part{"author", who}, part{"committer", who},
		part{"message", encode(c.message)}, part{"comment_count", encode(0)},
		part{"tree", object(part{"sha", encode(c.sha)}, part{"url", encode(h.api("/repos/%s/git/trees/%s", r.fullName(), c.sha))})},
	)
}
