package fakehub

import (
	"net/http"
	"slices"
)

// maxSubIssues is how many sub-issues an issue has at most, closed ones counted.
// docs: Adding sub-issues, "You can add up to 100 sub-issues per parent issue".
const maxSubIssues = 100

// WithoutSubIssues makes the hub an older one that knows no sub-issues, as
// Enterprise Server up to 3.16.
func (h *Hub) WithoutSubIssues() {
	defer h.begin()()
	h.noSubIssues = true
}

// addSubIssue hangs an issue below another of the same owner. docs: REST API
// endpoints for sub-issues, "Add sub-issue": the issue is named by its id and not
// by its number. The words of the refusals are not documented.
func addSubIssue(c *call, parent *issue) (int, raw, error) {
	var in struct {
		SubIssueID    int64 `json:"sub_issue_id"`
		ReplaceParent bool  `json:"replace_parent"`
	}
	if err := c.decode(&in); err != nil {
		return 0, nil, err
	}
	h := c.hub
	child := h.issueByID(in.SubIssueID)
	switch err := h.mayWriteIn(c.actor, parent.repo, triage); {
	case h.noSubIssues, child == nil, !c.actor.may(child.repo, read), c.actor.install != nil && !c.actor.install.covers(child.repo):
		return 0, nil, errNotFound
	case err != nil:
		return 0, nil, err
	case child == parent, child.parent != nil && !in.ReplaceParent:
		return 0, nil, invalid("Issue", "sub_issue_id", "custom", "Sub issue may only have one parent")
	}
	if err := mayHaveChild(parent, child.repo); err != nil {
		return 0, nil, err
	}
	h.hang(parent, child)
	return http.StatusCreated, h.renderIssue(child), nil
}

// mayHaveChild refuses a sub-issue in r where the parent can have none, or no more.
func mayHaveChild(parent *issue, r *repo) error {
	switch {
	case r.owner != parent.repo.owner:
		return invalid("Issue", "sub_issue_id", "custom", "Sub-issue must belong to the same owner as its parent")
	case len(parent.children) >= maxSubIssues:
		return invalid("Issue", "parent_issue_id", "custom", "Parent cannot have more than 100 sub-issues")
	}
	return nil
}

// hang makes child a sub-issue of parent, and of no other.
func (h *Hub) hang(parent, child *issue) {
	if child.parent != nil {
		child.parent.children = without(child.parent.children, child)
	}
	child.parent, parent.children = parent, append(parent.children, child)
	h.touch(parent)
	h.touch(child)
}

// listSubIssues shows what hangs below an issue. docs: REST API endpoints for
// sub-issues, "List sub-issues".
func listSubIssues(c *call, parent *issue) (int, raw, error) {
	if c.hub.noSubIssues {
		return 0, nil, errNotFound
	}
	there := slices.DeleteFunc(slices.Clone(parent.children), func(i *issue) bool { return i.now().gone })
	return http.StatusOK, renderAll(page(c, there), c.hub.renderIssue), nil
}

func (h *Hub) issueByID(id int64) *issue {
	for _, r := range h.repos {
		for _, i := range r.issues {
			if i.id == id && !i.now().gone {
				return i
			}
		}
	}
	return nil
}
