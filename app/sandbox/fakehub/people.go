package fakehub

import (
	"slices"
	"strings"
)

// The methods in this file are what people do. `by` is a login; the App's own
// (slug[bot]) acts through its installation. They share one implementation
// with the REST endpoints, so that what GitHub would refuse is refused here,
// with an error whose Status is GitHub's.

// NewIssue is what is given when an issue is opened.
type NewIssue struct {
	Title, Body       string
	Labels, Assignees []string
	// FromForm says that an issue form was used: its labels stay even if who
	// opens it could not set any.
	FromForm bool
	// PullRequest opens a pull request, which is an issue to many endpoints.
	PullRequest bool
	// Head is the branch of a pull request, and Draft its stage.
	Head  string
	Draft bool
}

// OpenIssue opens an issue and returns its number.
func (h *Hub) OpenIssue(repo, by string, in NewIssue) (int, error) {
	defer h.begin()()
	r, a, err := h.scene(repo, by)
	if err != nil {
		return 0, err
	}
	i, err := h.openIssue(a, r, in)
	if err != nil {
		return 0, err
	}
	return i.number, nil
}

// EditIssue changes an issue's title, body or both.
func (h *Hub) EditIssue(repo string, number int, by string, e Edit) error {
	return h.onIssue(repo, number, by, func(a actor, i *issue) error { return h.editIssue(a, i, e) })
}

// Close closes an issue; the reason is completed, not_planned, duplicate, or
// empty for completed.
func (h *Hub) Close(repo string, number int, by, reason string) error {
	return h.onIssue(repo, number, by, func(a actor, i *issue) error { return h.setState(a, i, "closed", reason) })
}

// Reopen opens a closed issue again.
func (h *Hub) Reopen(repo string, number int, by string) error {
	return h.onIssue(repo, number, by, func(a actor, i *issue) error { return h.setState(a, i, "open", "") })
}

// DeleteIssue removes an issue for good, which takes an administrator.
func (h *Hub) DeleteIssue(repo string, number int, by string) error {
	return h.onIssue(repo, number, by, h.deleteIssue)
}

// Label puts labels on an issue and makes those that the repository lacks.
func (h *Hub) Label(repo string, number int, by string, names ...string) error {
	return h.onIssue(repo, number, by, func(a actor, i *issue) error { return h.addLabels(a, i, names) })
}

// Unlabel takes a label off an issue.
func (h *Hub) Unlabel(repo string, number int, by, name string) error {
	return h.onIssue(repo, number, by, func(a actor, i *issue) error { return h.removeLabel(a, i, name) })
}

// Assign makes logins the assignees of an issue.
func (h *Hub) Assign(repo string, number int, by string, logins ...string) error {
	return h.onIssue(repo, number, by, func(a actor, i *issue) error { return h.assign(a, i, logins) })
}

// ReactToIssue adds a reaction to an issue itself.
func (h *Hub) ReactToIssue(repo string, number int, by, content string) error {
	return h.onIssue(repo, number, by, func(a actor, i *issue) error {
		_, _, err := h.react(a, i.repo, &i.reactions, content)
		i.rendered = nil
		return err
	})
}

// Comment writes a comment and returns its id.
func (h *Hub) Comment(repo string, number int, by, body string) (id int64, err error) {
	err = h.onIssue(repo, number, by, func(a actor, i *issue) error {
		c, err := h.addComment(a, i, body)
		if err == nil {
			id = c.id
		}
		return err
	})
	return id, err
}

// EditComment replaces the text of a comment.
func (h *Hub) EditComment(repo string, id int64, by, body string) error {
	return h.onComment(repo, id, by, func(a actor, c *comment) error { return h.editComment(a, c, body) })
}

// DeleteComment removes a comment.
func (h *Hub) DeleteComment(repo string, id int64, by string) error {
	return h.onComment(repo, id, by, h.deleteComment)
}

// React adds a reaction to a comment.
func (h *Hub) React(repo string, comment int64, by, content string) error {
	return h.onComment(repo, comment, by, h.reactTo(content))
}

func (h *Hub) reactTo(content string) func(actor, *comment) error {
	return func(a actor, c *comment) error {
		_, _, err := h.react(a, c.issue.repo, &c.reactions, content)
		c.rendered = nil
		return err
	}
}

// CreateLabel makes a label in a repository.
func (h *Hub) CreateLabel(repo, by, name, color string) error {
	defer h.begin()()
	r, a, err := h.scene(repo, by)
	if err != nil {
		return err
	}
	_, err = h.createLabel(a, r, label{name: name, color: color})
	return err
}

// DeleteLabel takes a label from a repository and all its issues.
func (h *Hub) DeleteLabel(repo, by, name string) error {
	defer h.begin()()
	r, a, err := h.scene(repo, by)
	if err != nil {
		return err
	}
	l := r.labelNamed(name)
	if l == nil {
		return errNotFound
	}
	return h.deleteLabel(a, r, l)
}

func (h *Hub) onIssue(repo string, number int, by string, do func(actor, *issue) error) error {
	defer h.begin()()
	r, a, err := h.scene(repo, by)
	if err != nil {
		return err
	}
	i, err := r.issueNumbered(number)
	if err != nil {
		return err
	}
	return do(a, i)
}

func (h *Hub) onComment(repo string, id int64, by string, do func(actor, *comment) error) error {
	defer h.begin()()
	r, a, err := h.scene(repo, by)
	if err != nil {
		return err
	}
	c, err := r.commentWithID(id)
	if err != nil {
		return err
	}
	return do(a, c)
}

// scene finds where something is done and by whom. An unknown account is a
// mistake in the test.
func (h *Hub) scene(repo, by string) (*repo, actor, error) {
	r := h.mustRepo(repo)
	a := actor{user: h.userNamed(by)}
	if a.user == nil {
		panic("fakehub: no account " + by)
	}
	if a.user == h.app {
		if a.install = h.installationFor(r); a.install == nil {
			return nil, a, errNotFound
		}
	}
	if !a.may(r, read) {
		return nil, a, errNotFound
	}
	return r, a, nil
}

func (h *Hub) userNamed(login string) *user { return h.users[strings.ToLower(login)] }

// issueNumbered finds an issue, which is gone (410) where it was deleted.
func (r *repo) issueNumbered(number int) (*issue, error) {
	i := r.issues[number]
	if i == nil {
		return nil, errNotFound
	}
	if i.now().gone {
		return nil, errGone
	}
	return i, nil
}

func (r *repo) commentWithID(id int64) (*comment, error) {
	c := r.comments[id]
	if c == nil || c.state.last().gone || c.issue.now().gone {
		return nil, errNotFound
	}
	return c, nil
}

// numbers lists the issues of r that were ever opened, ascending.
func (r *repo) numbers() []int {
	numbers := make([]int, 0, len(r.issues))
	for n := range r.issues {
		numbers = append(numbers, n)
	}
	slices.Sort(numbers)
	return numbers
}
