package fakehub

import (
	"net/http"
)

// listComments goes by ascending id; since filters by the time of the last
// update. docs: REST API endpoints for issue comments, "List issue comments".
func listComments(c *call, i *issue) (int, raw, error) {
	at := c.hub.listTime()
	since, err := c.since()
	if err != nil {
		return 0, nil, err
	}
	type shown struct {
		comment *comment
		state   commentState
	}
	var seen []shown
	for _, found := range i.comments {
		if s, ok := found.state.asOf(at); ok && !s.gone && !s.updated.Before(since) {
			seen = append(seen, shown{found, s})
		}
	}
	return http.StatusOK, renderAll(page(c, seen), func(s shown) raw { return c.hub.renderCommentAt(s.comment, s.state) }), nil
}

func createComment(c *call, i *issue) (int, raw, error) {
	body, err := c.bodyText()
	if err != nil {
		return 0, nil, err
	}
	made, err := c.hub.addComment(c.actor, i, body)
	if err != nil {
		return 0, nil, err
	}
	return http.StatusCreated, c.hub.renderComment(made), nil
}

func getComment(c *call, found *comment) (int, raw, error) {
	return http.StatusOK, c.hub.renderComment(found), nil
}

func updateComment(c *call, found *comment) (int, raw, error) {
	body, err := c.bodyText()
	if err != nil {
		return 0, nil, err
	}
	if err := c.hub.editComment(c.actor, found, body); err != nil {
		return 0, nil, err
	}
	return http.StatusOK, c.hub.renderComment(found), nil
}

func deleteComment(c *call, found *comment) (int, raw, error) {
	if err := c.hub.deleteComment(c.actor, found); err != nil {
		return 0, nil, err
	}
	return http.StatusNoContent, nil, nil
}

func (c *call) bodyText() (string, error) {
	var in struct{ Body string }
	err := c.decode(&in)
	return in.Body, err
}

func listIssueReactions(c *call, i *issue) (int, raw, error) {
	return listReactions(c, i.reactions)
}

func listCommentReactions(c *call, found *comment) (int, raw, error) {
	return listReactions(c, found.reactions)
}

// listReactions may be narrowed to one content.
// docs: REST API endpoints for reactions.
func listReactions(c *call, all []*reaction) (int, raw, error) {
	at, wanted := c.hub.listTime(), c.request.URL.Query().Get("content")
	var seen []*reaction
	for _, re := range all {
		if !re.at.After(at) && (wanted == "" || wanted == re.content) {
			seen = append(seen, re)
		}
	}
	return http.StatusOK, renderAll(page(c, seen), c.hub.renderReaction), nil
}

func createIssueReaction(c *call, i *issue) (int, raw, error) {
	i.rendered = nil
	return createReaction(c, i.repo, &i.reactions)
}

func createCommentReaction(c *call, found *comment) (int, raw, error) {
	found.rendered = nil
	return createReaction(c, found.issue.repo, &found.reactions)
}

func createReaction(c *call, r *repo, on *[]*reaction) (int, raw, error) {
	var in struct{ Content string }
	if err := c.decode(&in); err != nil {
		return 0, nil, err
	}
	re, fresh, err := c.hub.react(c.actor, r, on, in.Content)
	if err != nil {
		return 0, nil, err
	}
	if fresh {
		return http.StatusCreated, c.hub.renderReaction(re), nil
	}
	return http.StatusOK, c.hub.renderReaction(re), nil
}
