package fakehub

import (
	"encoding/base64"
	"net/http"
	"strings"
)

func repoKey(c *call) string {
	return strings.ToLower(c.request.PathValue("owner") + "/" + c.request.PathValue("repo"))
}

func getRepo(c *call, r *repo) (int, raw, error) {
	return http.StatusOK, c.hub.renderRepoFor(c.actor, r), nil
}

func getUser(c *call) (int, raw, error) {
	u := c.hub.userNamed(c.request.PathValue("login"))
	if u == nil {
		return 0, nil, errNotFound
	}
	return http.StatusOK, c.hub.renderUserWhole(u), nil
}

// wrapped is base64 in lines of 60, as GitHub and git have it.
func wrapped(content string) string {
	text := base64.StdEncoding.EncodeToString([]byte(content))
	var b strings.Builder
	for len(text) > 60 {
		b.WriteString(text[:60] + "\n")
		text = text[60:]
	}
	b.WriteString(text + "\n")
	return b.String()
}

// getPermission tells a person's role, to who may push.
// docs: REST API endpoints for collaborators, "Get repository permissions for
// a user".
func getPermission(c *call, r *repo) (int, raw, error) {
	if !c.actor.may(r, write) {
		return 0, nil, errNoPushUser
	}
	login := c.request.PathValue("login")
	u := c.hub.userNamed(login)
	if u == nil {
		return 0, nil, &refusal{status: 404, message: login + " is not a user"}
	}
	g := r.grantOf(u)
	return http.StatusOK, object(
		part{"permission", encode(g.role.legacy())},
		part{"role_name", encode(g.name)},
		part{"user", c.hub.renderCollaborator(u, g)},
	), nil
}

func listLabels(c *call, r *repo) (int, raw, error) {
	return http.StatusOK, c.hub.renderLabels(r, page(c, r.labels)), nil
}

func getLabel(c *call, r *repo) (int, raw, error) {
	l := r.labelNamed(c.request.PathValue("name"))
	if l == nil {
		return 0, nil, errNotFound
	}
	return http.StatusOK, c.hub.renderLabel(r, l), nil
}

func createLabel(c *call, r *repo) (int, raw, error) {
	var in struct{ Name, Color, Description string }
	if err := c.decode(&in); err != nil {
		return 0, nil, err
	}
	l, err := c.hub.createLabel(c.actor, r, label{name: in.Name, color: in.Color, description: in.Description})
	if err != nil {
		return 0, nil, err
	}
	return http.StatusCreated, c.hub.renderLabel(r, l), nil
}
