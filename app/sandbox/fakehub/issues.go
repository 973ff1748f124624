package fakehub

import (
	"slices"
	"time"
	"unicode/utf8"
)

// issue is an issue or, as GitHub has it, a pull request seen as one.
type issue struct {
	id        int64
	number    int
	repo      *repo
	author    *user
	via       *installation
	pull      bool
	pr        *pull // of a pull request
	created   time.Time
	state     history[issueState]
	comments  []*comment
	events    []*event
	referred  []*reference
	parent    *issue // of a sub-issue
	children  []*issue
	reactions []*reaction
	mentioned map[*user]bool
	rendered  raw
}

type issueState struct {
	title, body string
	state       string // open, closed
	reason      string // completed, not_planned, duplicate, reopened, or empty
	labels      []*label
	assignees   []*user
	updated     time.Time
	edited      time.Time // the body
	closed      time.Time
	closedBy    *user
	merged      time.Time // of a pull request
	gone        bool
}

// The limits on text. docs: Troubleshooting the REST API; the figures are
// those that GitHub names when it refuses.
const (
	maxBody  = 65536
	maxTitle = 256
)

// now is the issue as it is.
func (i *issue) now() issueState { return i.state.last() }

// change makes a new version of i at the hub's time.
func (h *Hub) change(i *issue, edit func(*issueState)) {
	s := i.now()
	edit(&s)
	s.updated = stamp(h.now)
	i.state.set(h.now, s)
	i.rendered = nil
}

// touch moves updated_at, as nearly everything on an issue does.
func (h *Hub) touch(i *issue) { h.change(i, func(*issueState) {}) }

// openIssue creates an issue. Labels and assignees from somebody without triage
// are dropped without a word, unless an issue form supplied them.
// docs: REST API endpoints for issues, "Create an issue"; Syntax for issue
// forms, "labels".
func (h *Hub) openIssue(a actor, r *repo, in NewIssue) (*issue, error) {
	if err := h.mayWriteIn(a, r, read); err != nil {
		return nil, err
	}
	if r.withoutIssues && !in.PullRequest {
		return nil, errNoIssues
	}
	if err := checkTexts(&in.Title, &in.Body); err != nil {
		return nil, err
	}
	trusted := a.may(r, triage) || in.FromForm
	state := issueState{title: in.Title, body: in.Body, state: "open", updated: stamp(h.now)}
	var err error
	if trusted {
		if state.assignees, err = h.assignable(r, in.Assignees); err != nil {
			return nil, err
		}
		if state.labels, err = h.labelsNamed(a, r, in.Labels, !in.FromForm); err != nil {
			return nil, err
		}
	}
	r.lastNumber++
	i := &issue{
		id: h.nextID(), number: r.lastNumber, repo: r, author: a.user, via: a.install, pull: in.PullRequest,
		created: stamp(h.now), mentioned: map[*user]bool{},
	}
	if i.pull {
		i.pr = h.newPull(a, r, i.number, in)
	}
	i.state.set(h.now, state)
	r.issues[i.number] = i
	r.rendered = nil
	h.opened(a, i)
	return i, nil
}

// opened emits what the creation of i causes.
func (h *Hub) opened(a actor, i *issue) {
	h.counts.IssuesCreated++
	h.emitIssue("opened", a, i)
	for _, l := range i.now().labels {
		h.record(a, i, &event{kind: "labeled", label: l})
		h.emitIssue("labeled", a, i, part{"label", h.renderLabel(i.repo, l)})
	}
	for _, u := range i.now().assignees {
		h.record(a, i, &event{kind: "assigned", assignee: u})
		h.emitIssue("assigned", a, i, part{"assignee", h.renderUser(u)})
	}
	h.heed(a, i, 0, i.now().body)
}

// Edit is a change of an issue's texts; nil leaves one as it is.
type Edit struct{ Title, Body *string }

// editIssue changes title and body. docs: REST API endpoints for issues,
// "Update an issue": issue owners and users with push access or Triage role.
func (h *Hub) editIssue(a actor, i *issue, e Edit) error {
	if err := h.mayChange(a, i); err != nil {
		return err
	}
	if err := checkTexts(e.Title, e.Body); err != nil {
		return err
	}
	old := i.now()
	if e.Title != nil && *e.Title != old.title {
		h.change(i, func(s *issueState) { s.title = *e.Title })
		h.record(a, i, &event{kind: "renamed", from: old.title, to: *e.Title})
		h.emitIssue("edited", a, i, changed("title", old.title))
	}
	if e.Body != nil && *e.Body != old.body {
		h.change(i, func(s *issueState) { s.body, s.edited = *e.Body, stamp(h.now) })
		h.emitIssue("edited", a, i, changed("body", old.body))
		h.refer(a, i, h.readable(*e.Body))
	}
	return nil
}

// setState closes or reopens. Without triage, people close what they opened and
// reopen what they closed themselves. A state that it has already changes
// nothing, its reason neither. docs: Repository roles for an organization;
// REST API endpoints for issues, "state_reason: ignored unless state is
// changed".
func (h *Hub) setState(a actor, i *issue, state, reason string) error {
	if err := h.mayChange(a, i); err != nil {
		return err
	}
	if i.now().state == state {
		return nil
	}
	if state == "closed" {
		return h.close(a, i, orDefault(reason, "completed"))
	}
	if !a.may(i.repo, triage) && i.now().closedBy != a.user {
		return errNoRights
	}
	h.change(i, func(s *issueState) {
		s.state, s.reason, s.closed, s.closedBy = "open", "reopened", time.Time{}, nil
	})
	h.stateChanged(a, i, "reopened")
	return nil
}

func (h *Hub) close(a actor, i *issue, reason string) error {
	if !slices.Contains([]string{"completed", "not_planned", "duplicate"}, reason) {
		return invalid("Issue", "state_reason", "invalid", "")
	}
	h.change(i, func(s *issueState) {
		s.state, s.reason, s.closed, s.closedBy = "closed", reason, stamp(h.now), a.user
	})
	h.stateChanged(a, i, "closed")
	return nil
}

func (h *Hub) stateChanged(a actor, i *issue, what string) {
	i.repo.rendered = nil // counts its open issues
	h.record(a, i, &event{kind: what})
	h.emitIssue(what, a, i)
}

// deleteIssue removes an issue for good; its address answers 410 from then on.
// docs: Deleting an issue; REST API endpoints for issues, "Get an issue".
func (h *Hub) deleteIssue(a actor, i *issue) error {
	if err := h.mayWriteIn(a, i.repo, admin); err != nil {
		return err
	}
	h.change(i, func(s *issueState) { s.gone = true })
	i.repo.rendered = nil
	h.emitIssue("deleted", a, i)
	return nil
}

// assign replaces the assignees; somebody who cannot be assigned is refused,
// and more than ten are dropped. docs: REST API endpoints for issue assignees.
func (h *Hub) assign(a actor, i *issue, logins []string) error {
	if !a.may(i.repo, triage) {
		return nil // "Without push access, assignee changes are silently dropped."
	}
	next, err := h.assignable(i.repo, logins)
	if err != nil {
		return err
	}
	before := i.now().assignees
	for _, u := range next {
		if !slices.Contains(before, u) {
			h.addAssignee(a, i, u)
		}
	}
	for _, u := range before {
		if !slices.Contains(next, u) {
			h.removeAssignee(a, i, u)
		}
	}
	return nil
}

func (h *Hub) assignable(r *repo, logins []string) ([]*user, error) {
	var users []*user
	for _, login := range logins[:min(len(logins), maxAssignees)] {
		u := h.userNamed(login)
		if u == nil || r.grantOf(u).role < read {
			return nil, invalid("Issue", "assignees", "invalid", "")
		}
		if !slices.Contains(users, u) {
			users = append(users, u)
		}
	}
	return users, nil
}

// mayChange is the right to edit, close and reopen i.
func (h *Hub) mayChange(a actor, i *issue) error {
	if i.author == a.user {
		return h.mayWriteIn(a, i.repo, read)
	}
	return h.mayWriteIn(a, i.repo, triage)
}

// mayWriteIn is the right to change something in r that takes the role wanted.
func (h *Hub) mayWriteIn(a actor, r *repo, wanted role) error {
	switch {
	case !a.may(r, read):
		return errNotFound
	case !a.may(r, wanted):
		return errNoRights
	case r.archived:
		return errArchived
	}
	return nil
}

// checkTexts holds a title and a body, where given, to GitHub's limits.
func checkTexts(title, body *string) error {
	if title != nil && *title == "" {
		return invalid("Issue", "title", "missing_field", "")
	}
	if title != nil && utf8.RuneCountInString(*title) > maxTitle {
		return invalid("Issue", "title", "custom", "title is too long (maximum is 256 characters)")
	}
	if body != nil && utf8.RuneCountInString(*body) > maxBody {
		return invalid("Issue", "body", "custom", "body is too long (maximum is 65536 characters)")
	}
	return nil
}

// without returns list without the element, leaving list itself alone.
func without[T comparable](list []T, element T) []T {
	return slices.DeleteFunc(slices.Clone(list), func(e T) bool { return e == element })
}
