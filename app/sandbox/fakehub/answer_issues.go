package fakehub

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"
)

// names reads a list whose elements are names or objects that have one.
type names []string

// UnmarshalJSON implements json.Unmarshaler.
func (n *names) UnmarshalJSON(b []byte) error {
	var elements []json.RawMessage
	if err := json.Unmarshal(b, &elements); err != nil {
		return err
	}
	*n = make(names, 0, len(elements))
	for _, e := range elements {
		var name string
		var named struct{ Name, Login string }
		if json.Unmarshal(e, &name) != nil {
			if err := json.Unmarshal(e, &named); err != nil {
				return err
			}
			name = named.Name + named.Login
		}
		*n = append(*n, name)
	}
	return nil
}

func createIssue(c *call, r *repo) (int, raw, error) {
	var in struct {
		Title, Body       string
		Labels, Assignees names
	}
	if err := c.decode(&in); err != nil {
		return 0, nil, err
	}
	i, err := c.hub.openIssue(c.actor, r, NewIssue{Title: in.Title, Body: in.Body, Labels: in.Labels, Assignees: in.Assignees})
	if err != nil {
		return 0, nil, err
	}
	return http.StatusCreated, c.hub.renderIssue(i), nil
}

func getIssue(c *call, i *issue) (int, raw, error) {
	return http.StatusOK, c.hub.renderIssue(i), nil
}

func updateIssue(c *call, i *issue) (int, raw, error) {
	var in struct {
		Title, Body       *string
		State             *string
		StateReason       string `json:"state_reason"`
		Labels, Assignees *names
	}
	if err := c.decode(&in); err != nil {
		return 0, nil, err
	}
	h, a := c.hub, c.actor
	if err := h.mayChange(a, i); err != nil {
		return 0, nil, err
	}
	if in.State != nil && *in.State != "open" && *in.State != "closed" {
		return 0, nil, invalid("Issue", "state", "invalid", "")
	}
	err := h.editIssue(a, i, Edit{Title: in.Title, Body: in.Body})
	if err == nil && in.Labels != nil {
		err = h.setLabels(a, i, *in.Labels)
	}
	if err == nil && in.Assignees != nil {
		err = h.assign(a, i, *in.Assignees)
	}
	if err == nil && in.State != nil {
		err = h.setState(a, i, *in.State, in.StateReason)
	}
	if err != nil {
		return 0, nil, err
	}
	return http.StatusOK, h.renderIssue(i), nil
}

// listIssues filters, sorts and pages, pull requests included.
// docs: REST API endpoints for issues, "List repository issues".
func listIssues(c *call, r *repo) (int, raw, error) {
	at := c.hub.listTime()
	since, err := c.since()
	if err != nil {
		return 0, nil, err
	}
	var seen []listed
	for _, number := range r.numbers() {
		i := r.issues[number]
		if s, ok := i.state.asOf(at); ok && !s.gone && !s.updated.Before(since) && c.wants(i, s) {
			seen = append(seen, listed{i, s})
		}
	}
	slices.SortStableFunc(seen, c.order())
	return http.StatusOK, renderAll(page(c, seen), func(l listed) raw { return c.hub.renderIssueAt(l.issue, l.state, at) }), nil
}

// listed is an issue as a list shows it.
type listed struct {
	issue *issue
	state issueState
}

func (c *call) wants(i *issue, s issueState) bool {
	q := c.request.URL.Query()
	if i.pull && c.permitted("pull_requests", "read") != nil {
		return false
	}
	if state := orDefault(q.Get("state"), "open"); state != "all" && state != s.state {
		return false
	}
	if creator := q.Get("creator"); creator != "" && !strings.EqualFold(creator, i.author.login) {
		return false
	}
	for wanted := range strings.SplitSeq(q.Get("labels"), ",") {
		has := func(l *label) bool { return strings.EqualFold(l.name, wanted) }
		if wanted != "" && !slices.ContainsFunc(s.labels, has) {
			return false
		}
	}
	return true
}

func (c *call) order() func(a, b listed) int {
	q := c.request.URL.Query()
	sign := -1
	if q.Get("direction") == "asc" {
		sign = 1
	}
	return func(a, b listed) int {
		n := 0
		switch q.Get("sort") {
		case "updated":
			n = a.state.updated.Compare(b.state.updated)
		case "comments":
			n = len(a.issue.comments) - len(b.issue.comments)
		}
		if n == 0 {
			n = a.issue.number - b.issue.number
		}
		return sign * n
	}
}

// since reads the parameter of that name; without it everything is since then.
func (c *call) since() (time.Time, error) {
	text := c.request.URL.Query().Get("since")
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return t, invalid("Issue", "since", "invalid", "")
	}
	return t, nil
}

// listEvents shows what happened to an issue, oldest first.
// docs: REST API endpoints for issue events; Issue event types.
func listEvents(c *call, i *issue) (int, raw, error) {
	at := c.hub.listTime()
	seen := slices.DeleteFunc(slices.Clone(i.events), func(e *event) bool { return e.at.After(at) })
	return http.StatusOK, renderAll(page(c, seen), func(e *event) raw { return c.hub.renderEvent(i, e) }), nil
}

func listIssueLabels(c *call, i *issue) (int, raw, error) {
	return http.StatusOK, c.hub.renderLabels(i.repo, page(c, i.now().labels)), nil
}

// addIssueLabels takes the names as an object, an array or one string.
// docs: REST API endpoints for labels, "Add labels to an issue".
func addIssueLabels(c *call, i *issue) (int, raw, error) {
	var in struct{ Labels names }
	var list names
	if json.Unmarshal(c.body, &list) == nil {
		in.Labels = list
	} else if err := c.decode(&in); err != nil {
		return 0, nil, err
	}
	if err := c.hub.addLabels(c.actor, i, in.Labels); err != nil {
		return 0, nil, err
	}
	return http.StatusOK, c.hub.renderLabels(i.repo, i.now().labels), nil
}

func removeIssueLabel(c *call, i *issue) (int, raw, error) {
	if err := c.hub.removeLabel(c.actor, i, c.request.PathValue("name")); err != nil {
		return 0, nil, err
	}
	return http.StatusOK, c.hub.renderLabels(i.repo, i.now().labels), nil
}
