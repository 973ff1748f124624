package fakehub

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// moment is one thing in an issue's timeline.
type moment struct {
	kind   string
	at     time.Time
	render func() raw
}

// listTimeline shows what happened to an issue, what was said on it and what
// refers to it, oldest first; exclude names kinds to leave out.
// docs: REST API endpoints for timeline events, "List timeline events for an
// issue"; Issue event types.
func listTimeline(c *call, i *issue) (int, raw, error) {
	at, excluded := c.hub.listTime(), strings.Split(c.request.URL.Query().Get("exclude"), ",")
	moments := slices.DeleteFunc(c.moments(i, at), func(m moment) bool { return slices.Contains(excluded, m.kind) })
	slices.SortStableFunc(moments, func(x, y moment) int { return x.at.Compare(y.at) })
	return http.StatusOK, renderAll(page(c, moments), func(m moment) raw { return m.render() }), nil
}

func (c *call) moments(i *issue, at time.Time) []moment {
	h := c.hub
	var moments []moment
	for _, e := range i.events {
		if !e.at.After(at) {
			moments = append(moments, moment{e.kind, stamp(e.at), func() raw { return h.renderEvent(i, e) }})
		}
	}
	for _, said := range i.comments {
		if s, ok := said.state.asOf(at); ok && !s.gone {
			moments = append(moments, moment{"commented", said.created, func() raw { return h.renderCommented(said, s) }})
		}
	}
	for _, ref := range i.referred {
		if s, ok := ref.source.state.asOf(at); ok && !ref.at.After(at) && c.actor.sees(ref) {
			moments = append(moments, moment{"cross-referenced", stamp(ref.at), func() raw { return h.renderReference(ref, s, at) }})
		}
	}
	return moments
}

func (h *Hub) renderCommented(said *comment, s commentState) raw {
	return h.renderCommentAt(said, s).with(part{"event", encode("commented")}, part{"actor", h.renderUser(said.author)})
}

// renderReference renders a reference, whose source is always called an issue.
// docs: Issue event types, "cross-referenced".
func (h *Hub) renderReference(ref *reference, s issueState, at time.Time) raw {
	source := h.renderIssueAt(ref.source, s, at).with(part{"repository", h.renderRepo(ref.source.repo)})
	return object(
		part{"actor", h.renderUser(ref.actor)},
		part{"created_at", encode(format(ref.at))},
		part{"updated_at", encode(format(ref.at))},
		part{"source", object(part{"type", encode("issue")}, part{"issue", source})},
		part{"event", encode("cross-referenced")},
	)
}
