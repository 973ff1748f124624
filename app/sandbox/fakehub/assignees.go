package fakehub

import (
	"net/http"
	"slices"
)

// maxAssignees is how many an issue has at most. docs: Assigning issues and
// pull requests to other GitHub users.
const maxAssignees = 10

// checkAssignee tells whether somebody can be assigned to an issue that is opened.
// docs: REST API endpoints for issue assignees, "Check if a user can be assigned".
func checkAssignee(c *call, r *repo) (int, raw, error) {
	if _, err := c.hub.assignable(r, []string{c.request.PathValue("login")}); err != nil {
		return 0, nil, errNotFound
	}
	return http.StatusNoContent, nil, nil
}

// addAssignees adds to those there are. Whoever cannot be assigned, and whoever
// is too many, is left out without a word. docs: REST API endpoints for issue
// assignees, "Add assignees to an issue".
func addAssignees(c *call, i *issue) (int, raw, error) {
	var in struct{ Assignees names }
	if err := c.decode(&in); err != nil {
		return 0, nil, err
	}
	h, r := c.hub, i.repo
	if err := h.mayWriteIn(c.actor, r, read); err != nil {
		return 0, nil, err
	}
	for _, login := range in.Assignees {
		u, before := h.userNamed(login), i.now().assignees
		if u == nil || !c.actor.may(r, triage) || !i.assignable(u) || slices.Contains(before, u) || len(before) >= maxAssignees {
			continue
		}
		h.addAssignee(c.actor, i, u)
	}
	return http.StatusCreated, h.renderIssue(i), nil
}

// removeAssignees takes logins off; whoever is not assigned is passed over.
// docs: REST API endpoints for issue assignees, "Remove assignees from an
// issue".
func removeAssignees(c *call, i *issue) (int, raw, error) {
	var in struct{ Assignees names }
	if err := c.decode(&in); err != nil {
		return 0, nil, err
	}
	h := c.hub
	if err := h.mayWriteIn(c.actor, i.repo, read); err != nil {
		return 0, nil, err
	}
	for _, login := range in.Assignees {
		if u := h.userNamed(login); c.actor.may(i.repo, triage) && slices.Contains(i.now().assignees, u) {
			h.removeAssignee(c.actor, i, u)
		}
	}
	return http.StatusOK, h.renderIssue(i), nil
}

// assignable is who may be assigned: who was given a role, and who commented.
// docs: Assigning issues and pull requests to other GitHub users.
func (i *issue) assignable(u *user) bool {
	if u.kind != "User" {
		return false
	}
	commented := slices.ContainsFunc(i.comments, func(c *comment) bool { return c.author == u && !c.state.last().gone })
	return u == i.repo.owner || i.repo.hasRole(u) || commented && i.repo.grantOf(u).role >= read
}

func (h *Hub) addAssignee(a actor, i *issue, u *user) {
	h.change(i, func(s *issueState) { s.assignees = append(slices.Clip(s.assignees), u) })
	h.record(a, i, &event{kind: "assigned", assignee: u})
	h.emitIssue("assigned", a, i, part{"assignee", h.renderUser(u)})
}

func (h *Hub) removeAssignee(a actor, i *issue, u *user) {
	h.change(i, func(s *issueState) { s.assignees = without(s.assignees, u) })
	h.record(a, i, &event{kind: "unassigned", assignee: u})
	h.emitIssue("unassigned", a, i, part{"assignee", h.renderUser(u)})
}
