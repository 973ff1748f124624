package fakehub

import (
	"net/http"
	"slices"
	"strings"
)

// pullRoutes are those for pull requests and what stands on their commits.
func pullRoutes(both func(pattern string, answer handler)) {
	both("GET /repos/{owner}/{repo}/pulls", onRepo("pull_requests", "read", listPulls))
	both("POST /repos/{owner}/{repo}/pulls", onRepo("pull_requests", "write", createPull))
	both("GET /repos/{owner}/{repo}/pulls/{number}", onPull(getPull))
	both("GET /repos/{owner}/{repo}/pulls/{number}/files", onPull(listPullFiles))
	both("GET /repos/{owner}/{repo}/pulls/{number}/reviews", onPull(listReviews))
	both("POST /repos/{owner}/{repo}/check-runs", onRepo("checks", "write", createCheck))
	both("PATCH /repos/{owner}/{repo}/check-runs/{check}", onRepo("checks", "write", updateCheck))
	both("GET /repos/{owner}/{repo}/commits/{ref}/check-runs", onRepo("checks", "read", listChecks))
	both("GET /repos/{owner}/{repo}/commits/{ref}/check-suites", onRepo("checks", "read", listSuites))
}

func onPull(answer func(*call, *issue) (int, raw, error)) handler {
	return onRepo("pull_requests", "read", func(c *call, r *repo) (int, raw, error) {
		number, err := c.number("number")
		if err != nil {
			return 0, nil, err
		}
		i, err := r.issueNumbered(int(number))
		if err == nil && !i.pull {
			err = errNotFound
		}
		if err != nil {
			return 0, nil, err
		}
		return answer(c, i)
	})
}

// listPulls filters by state and head. docs: REST API endpoints for pull requests,
// "List pull requests": head is user:ref-name.
func listPulls(c *call, r *repo) (int, raw, error) {
	at, q := c.hub.listTime(), c.request.URL.Query()
	var seen []listed
	for _, number := range r.numbers() {
		i := r.issues[number]
		s, ok := i.state.asOf(at)
		if !ok || !i.pull || s.gone {
			continue
		}
		if state := orDefault(q.Get("state"), "open"); state != "all" && state != s.state {
			continue
		}
		if head := q.Get("head"); strings.Contains(head, ":") && !strings.EqualFold(head, r.owner.login+":"+i.pr.head) {
			continue
		}
		seen = append(seen, listed{i, s})
	}
	if q.Get("direction") != "asc" {
		slices.Reverse(seen)
	}
	return http.StatusOK, renderAll(page(c, seen), func(l listed) raw { return c.hub.renderPullAt(l.issue, l.state) }), nil
}

func createPull(c *call, r *repo) (int, raw, error) {
	var in struct {
		Title, Body, Head, Base string
		Draft                   bool
	}
	if err := c.decode(&in); err != nil {
		return 0, nil, err
	}
	if in.Base != r.defaultBranch {
		return 0, nil, invalid("PullRequest", "base", "invalid", "")
	}
	i, err := c.hub.openPull(c.actor, r, NewIssue{Title: in.Title, Body: in.Body, Head: in.Head, Draft: in.Draft})
	if err != nil {
		return 0, nil, err
	}
	return http.StatusCreated, c.hub.renderPullWhole(i), nil
}

func getPull(c *call, i *issue) (int, raw, error) {
	return http.StatusOK, c.hub.renderPullWhole(i), nil
}

func listPullFiles(c *call, i *issue) (int, raw, error) {
	return http.StatusOK, renderAll(page(c, i.changed()), func(f changedFile) raw {
		return c.hub.renderChanged(i.repo, i.pr.tip, f)
	}), nil
}

func (h *Hub) renderChanged(r *repo, at string, f changedFile) raw {
	page := h.web("/%s/blob/%s/%s", r.fullName(), at, escapePath(f.path))
	parts := []part{
		{"sha", encode(f.sha)}, {"filename", encode(f.path)}, {"status", encode(f.status)},
		{"additions", encode(1)}, {"deletions", encode(0)}, {"changes", encode(1)},
		{"blob_url", encode(page)}, {"raw_url", encode(page + "?raw=1")},
		{"contents_url", encode(h.api("/repos/%s/contents/%s?ref=%s", r.fullName(), escapePath(f.path), at))}, {"patch", encode("@@")},
	}
	if f.previous != "" {
		parts = append(parts, part{"previous_filename", encode(f.previous)})
	}
	return object(parts...)
}

func listReviews(c *call, i *issue) (int, raw, error) {
	at := c.hub.listTime()
	seen := slices.DeleteFunc(slices.Clone(i.pr.reviews), func(re *review) bool { return re.submitted.After(at) })
	return http.StatusOK, renderAll(page(c, seen), func(re *review) raw { return c.hub.renderReview(i, re, re.state) }), nil
}

// renderReview renders a review. Deliveries have its state in lower case, unlike
// lists. docs: Webhook events and payloads, "pull_request_review".
func (h *Hub) renderReview(i *issue, re *review, state string) raw {
	pull := h.api("/repos/%s/pulls/%d", i.repo.fullName(), i.number)
	page := h.web("/%s/pull/%d#pullrequestreview-%d", i.repo.fullName(), i.number, re.id)
	link := func(address string) raw { return object(part{"href", encode(address)}) }
	return object(
		part{"id", encode(re.id)}, part{"node_id", encode(nodeID("PRR", re.id))}, part{"user", h.renderUser(re.author)},
		part{"body", encode(re.body)}, part{"state", encode(state)}, part{"html_url", encode(page)},
		part{"pull_request_url", encode(pull)}, part{"author_association", encode(i.repo.association(re.author))},
		part{"_links", object(part{"html", link(page)}, part{"pull_request", link(pull)})},
		part{"submitted_at", encode(format(re.submitted))}, part{"commit_id", encode(re.commit)},
	)
}

type pullJSON struct {
	URL                string   `json:"url"`
	ID                 int64    `json:"id"`
	NodeID             string   `json:"node_id"`
	HTMLURL            string   `json:"html_url"`
	DiffURL            string   `json:"diff_url"`
	PatchURL           string   `json:"patch_url"`
	IssueURL           string   `json:"issue_url"`
	CommitsURL         string   `json:"commits_url"`
	ReviewCommentsURL  string   `json:"review_comments_url"`
	ReviewCommentURL   string   `json:"review_comment_url"`
	CommentsURL        string   `json:"comments_url"`
	StatusesURL        string   `json:"statuses_url"`
	Number             int      `json:"number"`
	State              string   `json:"state"`
	Locked             bool     `json:"locked"`
	Title              string   `json:"title"`
	User               raw      `json:"user"`
	Body               *string  `json:"body"`
	CreatedAt          string   `json:"created_at"`
	UpdatedAt          string   `json:"updated_at"`
	ClosedAt           *string  `json:"closed_at"`
	MergedAt           *string  `json:"merged_at"`
	MergeCommitSHA     *string  `json:"merge_commit_sha"`
	Assignee           raw      `json:"assignee"`
	Assignees          raw      `json:"assignees"`
	RequestedReviewers []string `json:"requested_reviewers"`
	RequestedTeams     []string `json:"requested_teams"`
	Labels             raw      `json:"labels"`
	Milestone          *string  `json:"milestone"`
	Draft              bool     `json:"draft"`
	Head               raw      `json:"head"`
	Base               raw      `json:"base"`
	Links              raw      `json:"_links"`
	AuthorAssociation  string   `json:"author_association"`
	AutoMerge          *string  `json:"auto_merge"`
	ActiveLockReason   *string  `json:"active_lock_reason"`
}

// renderPullAt renders a pull request as lists of them do, as it was.
func (h *Hub) renderPullAt(i *issue, s issueState) raw {
	r := i.repo
	address, page := h.api("/repos/%s/pulls/%d", r.fullName(), i.number), h.web("/%s/pull/%d", r.fullName(), i.number)
	asIssue, statuses := h.api("/repos/%s/issues/%d", r.fullName(), i.number), h.api("/repos/%s/statuses/%s", r.fullName(), i.pr.tip)
	one := h.api("/repos/%s/pulls/comments{/number}", r.fullName())
	v := pullJSON{
		URL: address, ID: i.id + 1_000_000, NodeID: nodeID("PR", i.id), HTMLURL: page, DiffURL: page + ".diff", PatchURL: page + ".patch",
		IssueURL: asIssue, CommitsURL: address + "/commits", ReviewCommentsURL: address + "/comments", ReviewCommentURL: one,
		CommentsURL: asIssue + "/comments", StatusesURL: statuses, Number: i.number, State: s.state, Title: s.title,
		User: h.renderUser(i.author), Body: orNull(s.body), CreatedAt: format(i.created), UpdatedAt: format(s.updated),
		ClosedAt: formatOrNull(s.closed), MergedAt: formatOrNull(s.merged), Assignee: raw("null"),
		Assignees: renderAll(s.assignees, h.renderUser), RequestedReviewers: []string{}, RequestedTeams: []string{},
		Labels: renderAll(s.labels, func(l *label) raw { return h.renderLabelWith(r, l, &l.description) }), Draft: i.pr.draft,
		Head: h.renderEnd(r, i.pr.head, i.pr.tip), Base: h.renderEnd(r, r.defaultBranch, r.tip().name()),
		AuthorAssociation: r.association(i.author),
	}
	if i.pr.into != nil {
		v.MergeCommitSHA = &i.pr.into.sha
	}
	if len(s.assignees) > 0 {
		v.Assignee = h.renderUser(s.assignees[0])
	}
	link := func(name, address string) part { return part{name, object(part{"href", encode(address)})} }
	v.Links = object(
		link("self", address), link("html", page), link("issue", asIssue), link("comments", v.CommentsURL), link("review_comments", v.ReviewCommentsURL),
		link("review_comment", one), link("commits", v.CommitsURL), link("statuses", statuses),
	)
	return encode(v)
}

// renderEnd renders one of the two branches of a pull request.
func (h *Hub) renderEnd(r *repo, branch, sha string) raw {
	return object(
		part{"label", encode(r.owner.login + ":" + branch)}, part{"ref", encode(branch)}, part{"sha", encode(sha)},
		part{"user", h.renderUser(r.owner)}, part{"repo", h.renderRepo(r)},
	)
}

// renderPullWhole renders a pull request as it answers by itself, and as deliveries
// carry it.
func (h *Hub) renderPullWhole(i *issue) raw {
	s := i.now()
	return h.renderPullAt(i, s).with(
		part{"merged", encode(!s.merged.IsZero())}, part{"mergeable", raw("true")}, part{"rebaseable", raw("true")},
		part{"mergeable_state", encode("clean")}, part{"merged_by", h.renderUser(i.pr.mergedBy)}, part{"comments", encode(i.standing(h.now))},
		part{"review_comments", encode(0)}, part{"maintainer_can_modify", raw("false")}, part{"commits", encode(1)},
		part{"additions", encode(1)}, part{"deletions", encode(0)}, part{"changed_files", encode(len(i.changed()))},
	)
}

// emitPull announces a change of a pull request.
func (h *Hub) emitPull(action string, a actor, i *issue, extra ...part) {
	if h.listener(i.repo, "pull_request") == nil {
		return
	}
	parts := append([]part{{"action", encode(action)}, {"number", encode(i.number)}, {"pull_request", h.renderPullWhole(i)}}, extra...)
	h.emit("pull_request", action, a, i.repo, parts)
}

func (h *Hub) emitReview(action string, a actor, i *issue, re *review) {
	if h.listener(i.repo, "pull_request_review") == nil {
		return
	}
	h.emit("pull_request_review", action, a, i.repo, []part{
		{"action", encode(action)}, {"review", h.renderReview(i, re, strings.ToLower(re.state))},
		{"pull_request", h.renderPullAt(i, i.now())},
	})
}
