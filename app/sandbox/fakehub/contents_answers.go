package fakehub

import (
	"encoding/base64"
	"net/http"
	"strings"
)

// getContents answers with a file or a folder of a branch or commit. docs: REST API
// endpoints for repository contents, "Get repository content".
func getContents(c *call, r *repo) (int, raw, error) {
	ref := c.request.URL.Query().Get("ref")
	at := r.commitAt(ref)
	if at == nil && r.tip() == nil {
		return 0, nil, &refusal{status: 404, message: "This repository is empty."}
	}
	if at == nil {
		return 0, nil, &refusal{status: 404, message: "No commit found for the ref " + ref}
	}
	path := c.request.PathValue("path")
	if f := at.files[path]; f != nil {
		return http.StatusOK, c.hub.renderFile(r, path, f), nil
	}
	inside := at.files.folder(path)
	if len(inside) == 0 {
		return 0, nil, errNotFound
	}
	return http.StatusOK, renderAll(inside, func(e treeEntry) raw { return c.hub.renderEntry(r, path+"/"+e.path, e) }), nil
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
	return status, object(
		part{"content", c.hub.renderFile(r, in.path, newFile(in.content))}, part{"commit", c.hub.renderGitCommit(r, made)},
	), nil
}

// getRef answers with a branch; tags are not simulated. docs: REST API endpoints
// for Git references, "Get a reference".
func getRef(c *call, r *repo) (int, raw, error) {
	if r.tip() == nil {
		return 0, nil, errEmptyRepo
	}
	name, isBranch := strings.CutPrefix(c.request.PathValue("ref"), "heads/")
	if !isBranch || r.branches[name] == nil {
		return 0, nil, errNotFound
	}
	return http.StatusOK, c.hub.renderRef(r, name), nil
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
	if err := c.hub.createBranch(c.actor, r, name, in.SHA); err != nil {
		return 0, nil, err
	}
	return http.StatusCreated, c.hub.renderRef(r, name), nil
}

func updateRef(c *call, r *repo) (int, raw, error) {
	var in struct {
		SHA   string
		Force bool
	}
	if err := c.decode(&in); err != nil {
		return 0, nil, err
	}
	name, isBranch := strings.CutPrefix(c.request.PathValue("ref"), "heads/")
	if !isBranch {
		return 0, nil, &refusal{status: 422, message: "Reference does not exist"}
	}
	if err := c.hub.moveBranch(c.actor, r, name, in.SHA, in.Force); err != nil {
		return 0, nil, err
	}
	return http.StatusOK, c.hub.renderRef(r, name), nil
}

func (h *Hub) renderRef(r *repo, name string) raw {
	sha := r.branches[name].sha
	return object(
		part{"ref", encode("refs/heads/" + name)}, part{"node_id", encode("REF_" + sha)},
		part{"url", encode(h.api("/repos/%s/git/refs/heads/%s", r.fullName(), escapePath(name)))},
		part{"object", object(
			part{"type", encode("commit")}, part{"sha", encode(sha)},
			part{"url", encode(h.api("/repos/%s/git/commits/%s", r.fullName(), sha))},
		)},
	)
}
