package fakehub

import (
	"net/url"
	"time"
)

// escape makes name fit into one segment of a path.
func escape(name string) string { return url.PathEscape(name) }

// escapePath leaves the slashes of a path.
func escapePath(path string) string { return (&url.URL{Path: path}).EscapedPath() }

type issueJSON struct {
	URL               string  `json:"url"`
	RepositoryURL     string  `json:"repository_url"`
	LabelsURL         string  `json:"labels_url"`
	CommentsURL       string  `json:"comments_url"`
	EventsURL         string  `json:"events_url"`
	TimelineURL       string  `json:"timeline_url"`
	HTMLURL           string  `json:"html_url"`
	ID                int64   `json:"id"`
	NodeID            string  `json:"node_id"`
	Number            int     `json:"number"`
	Title             string  `json:"title"`
	User              raw     `json:"user"`
	Labels            raw     `json:"labels"`
	State             string  `json:"state"`
	StateReason       *string `json:"state_reason"`
	Locked            bool    `json:"locked"`
	ActiveLockReason  *string `json:"active_lock_reason"`
	Assignee          raw     `json:"assignee"`
	Assignees         raw     `json:"assignees"`
	Milestone         *string `json:"milestone"`
	Comments          int     `json:"comments"`
	CreatedAt         string  `json:"created_at"`
	UpdatedAt         string  `json:"updated_at"`
	ClosedAt          *string `json:"closed_at"`
	ClosedBy          raw     `json:"closed_by"`
	AuthorAssociation string  `json:"author_association"`
	PerformedVia      raw     `json:"performed_via_github_app"`
	Body              *string `json:"body"`
	Reactions         raw     `json:"reactions"`
	Draft             *bool   `json:"draft,omitempty"`
	PullRequest       raw     `json:"pull_request,omitempty"`
	ParentIssueURL    *string `json:"parent_issue_url,omitempty"`
}

// renderIssue renders i as it is.
func (h *Hub) renderIssue(i *issue) raw {
	if i.rendered == nil {
		i.rendered = h.renderIssueAt(i, i.now(), h.now)
	}
	return i.rendered
}

// renderIssueAt renders i as it was.
func (h *Hub) renderIssueAt(i *issue, s issueState, at time.Time) raw {
	address := h.api("/repos/%s/issues/%d", i.repo.fullName(), i.number)
	page := h.web("/%s/issues/%d", i.repo.fullName(), i.number)
	v := issueJSON{
		URL: address, RepositoryURL: h.api("/repos/%s", i.repo.fullName()), LabelsURL: address + "/labels{/name}",
		CommentsURL: address + "/comments", EventsURL: address + "/events", TimelineURL: address + "/timeline",
		HTMLURL: page, ID: i.id, NodeID: nodeID("I", i.id), Number: i.number, Title: s.title,
		User: h.renderUser(i.author), Labels: h.renderLabels(i.repo, s.labels), State: s.state,
		StateReason: orNull(s.reason), Assignee: raw("null"), Assignees: renderAll(s.assignees, h.renderUser),
		Comments: i.standing(at), CreatedAt: format(i.created), UpdatedAt: format(s.updated),
		ClosedAt: formatOrNull(s.closed), ClosedBy: h.renderUser(s.closedBy),
		AuthorAssociation: i.repo.association(i.author), PerformedVia: h.renderVia(i.via),
		Body: orNull(s.body), Reactions: renderRollup(address+"/reactions", i.reactions),
	}
	if len(s.assignees) > 0 {
		v.Assignee = h.renderUser(s.assignees[0])
	}
	if i.parent != nil {
		v.ParentIssueURL = new(h.api("/repos/%s/issues/%d", i.parent.repo.fullName(), i.parent.number))
	}
	if i.pull {
		v.Draft, v.PullRequest, v.HTMLURL = new(bool), h.renderPull(i, s), h.web("/%s/pull/%d", i.repo.fullName(), i.number)
	}
	return encode(v)
}

// renderPull is the key by which an issue is known to be a pull request.
// docs: REST API endpoints for issues: "you can identify pull requests by the
// pull_request key".
func (h *Hub) renderPull(i *issue, s issueState) raw {
	page := h.web("/%s/pull/%d", i.repo.fullName(), i.number)
	return object(
		part{"url", encode(h.api("/repos/%s/pulls/%d", i.repo.fullName(), i.number))},
		part{"html_url", encode(page)},
		part{"diff_url", encode(page + ".diff")},
		part{"patch_url", encode(page + ".patch")},
		part{"merged_at", encode(formatOrNull(s.merged))},
	)
}

// association is GitHub's word for somebody's tie to r. docs: GraphQL,
// CommentAuthorAssociation.
func (r *repo) association(u *user) string {
	granted := r.hasRole(u)
	switch {
	case u == r.owner:
		return "OWNER"
	case granted && r.owner.kind == "Organization":
		return "MEMBER"
	case granted:
		return "COLLABORATOR"
	default:
		return "NONE"
	}
}

func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

type commentJSON struct {
	URL               string `json:"url"`
	HTMLURL           string `json:"html_url"`
	IssueURL          string `json:"issue_url"`
	ID                int64  `json:"id"`
	NodeID            string `json:"node_id"`
	User              raw    `json:"user"`
	CreatedAt         string `json:"created_at"`
	UpdatedAt         string `json:"updated_at"`
	AuthorAssociation string `json:"author_association"`
	Body              string `json:"body"`
	Reactions         raw    `json:"reactions"`
	PerformedVia      raw    `json:"performed_via_github_app"`
}

// renderComment renders c as it is.
func (h *Hub) renderComment(c *comment) raw {
	return h.renderCommentAt(c, c.state.last())
}

// renderCommentAt renders c in the version s.
func (h *Hub) renderCommentAt(c *comment, s commentState) raw {
	current := s == c.state.last()
	if current && c.rendered != nil {
		return c.rendered
	}
	r := c.issue.repo
	address := h.api("/repos/%s/issues/comments/%d", r.fullName(), c.id)
	rendered := encode(commentJSON{
		URL: address, HTMLURL: h.web("/%s/issues/%d#issuecomment-%d", r.fullName(), c.issue.number, c.id),
		IssueURL: h.api("/repos/%s/issues/%d", r.fullName(), c.issue.number), ID: c.id, NodeID: nodeID("IC", c.id),
		User: h.renderUser(c.author), CreatedAt: format(c.created), UpdatedAt: format(s.updated),
		AuthorAssociation: r.association(c.author), Body: s.body,
		Reactions: renderRollup(address+"/reactions", c.reactions), PerformedVia: h.renderVia(c.via),
	})
	if current {
		c.rendered = rendered
	}
	return rendered
}

// renderEvent renders an event of i. A closed event does not say why.
// docs: Issue event types.
func (h *Hub) renderEvent(i *issue, e *event) raw {
	parts := []part{
		{"id", encode(e.id)},
		{"node_id", encode(nodeID("EV", e.id))},
		{"url", encode(h.api("/repos/%s/issues/events/%d", i.repo.fullName(), e.id))},
		{"actor", h.renderUser(e.actor)},
		{"event", encode(e.kind)},
		{"commit_id", nil},
		{"commit_url", nil},
		{"created_at", encode(format(e.at))},
		{"performed_via_github_app", h.renderVia(e.via)},
	}
	switch {
	case e.label != nil:
		parts = append(parts, part{"label", object(part{"name", encode(e.label.name)}, part{"color", encode(e.label.color)})})
	case e.assignee != nil:
		parts = append(parts, part{"assignee", h.renderUser(e.assignee)}, part{"assigner", h.renderUser(e.assigner)})
	case e.kind == "renamed":
		parts = append(parts, part{"rename", object(part{"from", encode(e.from)}, part{"to", encode(e.to)})})
	}
	return object(parts...)
}
