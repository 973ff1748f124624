package fakehub

import (
	"slices"
	"time"
	"unicode/utf8"
)

type comment struct {
	id        int64
	issue     *issue
	author    *user
	via       *installation
	created   time.Time
	state     history[commentState]
	reactions []*reaction
	rendered  raw
}

type commentState struct {
	body    string
	updated time.Time
	gone    bool
}

// addComment needs no more than the right to read.
// docs: REST API endpoints for issue comments, "Create an issue comment".
func (h *Hub) addComment(a actor, i *issue, body string) (*comment, error) {
	if err := h.mayWriteIn(a, i.repo, read); err != nil {
		return nil, err
	}
	if err := checkComment(body); err != nil {
		return nil, err
	}
	c := &comment{id: h.nextID(), issue: i, author: a.user, via: a.install, created: stamp(h.now)}
	c.state.set(h.now, commentState{body: body, updated: c.created})
	i.comments = append(i.comments, c)
	i.repo.comments[c.id] = c
	h.touch(i)
	h.counts.CommentsCreated++
	h.emitComment("created", a, c)
	h.heed(a, i, c.id, body)
	return c, nil
}

// editComment is for the author and for who may write. It moves updated_at and
// notifies nobody. docs: Repository roles for an organization, "Edit and
// delete anyone's comments".
func (h *Hub) editComment(a actor, c *comment, body string) error {
	if err := h.mayAlter(a, c); err != nil {
		return err
	}
	if err := checkComment(body); err != nil {
		return err
	}
	old := c.state.last().body
	if old == body {
		return nil
	}
	c.state.set(h.now, commentState{body: body, updated: stamp(h.now)})
	c.rendered = nil
	h.touch(c.issue)
	h.emitComment("edited", a, c, changed("body", old))
	h.refer(a, c.issue, h.readable(body))
	return nil
}

// deleteComment leaves nothing behind: the comment answers 404.
// docs: REST API endpoints for issue comments, "Delete an issue comment".
func (h *Hub) deleteComment(a actor, c *comment) error {
	if err := h.mayAlter(a, c); err != nil {
		return err
	}
	last := c.state.last()
	last.gone = true
	c.state.set(h.now, last)
	h.touch(c.issue)
	h.emitComment("deleted", a, c)
	return nil
}

func (h *Hub) mayAlter(a actor, c *comment) error {
	if c.author == a.user {
		return h.mayWriteIn(a, c.issue.repo, read)
	}
	return h.mayWriteIn(a, c.issue.repo, write)
}

func checkComment(body string) error {
	if body == "" {
		return invalid("IssueComment", "data", "missing_field", "Body can't be blank")
	}
	if utf8.RuneCountInString(body) > maxBody {
		return invalid("IssueComment", "data", "unprocessable", "Body is too long (maximum is 65536 characters)")
	}
	return nil
}

// standing counts the comments that are there at t.
func (i *issue) standing(t time.Time) int {
	n := 0
	for _, c := range i.comments {
		if s, ok := c.state.asOf(t); ok && !s.gone {
			n++
		}
	}
	return n
}

// reaction is somebody's emoji on an issue or a comment.
type reaction struct {
	id      int64
	user    *user
	content string
	at      time.Time
}

var reactionContents = []string{"+1", "-1", "laugh", "confused", "heart", "hooray", "rocket", "eyes"}

// react adds a reaction to those on a subject of r; the same one twice stays
// one, and fresh is then false. A reaction moves no updated_at and sends no
// delivery. docs: REST API endpoints for reactions, "Create reaction for an
// issue comment": 200 means that you already added it.
func (h *Hub) react(a actor, r *repo, on *[]*reaction, content string) (re *reaction, fresh bool, err error) {
	if err := h.mayWriteIn(a, r, read); err != nil {
		return nil, false, err
	}
	if !slices.Contains(reactionContents, content) {
		return nil, false, invalid("Reaction", "content", "invalid", "")
	}
	for _, re := range *on {
		if re.user == a.user && re.content == content {
			return re, false, nil
		}
	}
	re = &reaction{id: h.nextID(), user: a.user, content: content, at: h.now}
	*on = append(*on, re)
	return re, true, nil
}
