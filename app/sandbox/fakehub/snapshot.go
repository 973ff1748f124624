package fakehub

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// IssueView is an issue as it is, for assertions and for showing.
type IssueView struct {
	ID                int64
	Number            int
	Title, Body       string
	Author            string
	State, Reason     string
	Labels, Assignees []string
	Created, Updated  time.Time
	Closed            time.Time
	PullRequest       bool
	SubIssues         []string // OWNER/REPO#N
	Reactions         []ReactionView
	Comments          []CommentView
	Events            []EventView
	URL               string
}

// CommentView is a comment that has not been deleted.
type CommentView struct {
	ID               int64
	Author           string
	Body             string
	Created, Updated time.Time
	Edits            int
	Reactions        []ReactionView
	URL              string
}

// ReactionView is one person's reaction.
type ReactionView struct{ User, Content string }

// EventView is an entry of an issue's events.
type EventView struct {
	ID       int64
	Kind     string
	Actor    string
	ByApp    bool
	At       time.Time
	Label    string
	Assignee string
}

// Issue returns an issue as it is, and false where there is none or it was
// deleted.
func (h *Hub) Issue(repo string, number int) (IssueView, bool) {
	defer h.begin()()
	i, err := h.mustRepo(repo).issueNumbered(number)
	if err != nil {
		return IssueView{}, false
	}
	return h.viewIssue(i), true
}

// Issues lists the issues of repo by number, without those deleted.
func (h *Hub) Issues(repo string) []IssueView {
	defer h.begin()()
	r := h.mustRepo(repo)
	var list []IssueView
	for _, n := range r.numbers() {
		if i := r.issues[n]; !i.now().gone {
			list = append(list, h.viewIssue(i))
		}
	}
	return list
}

// Repos lists the repositories ("owner/name") in the order of their making.
func (h *Hub) Repos() []string {
	defer h.begin()()
	var list []string
	for _, r := range slices.SortedFunc(maps.Values(h.reposByID), byID) {
		list = append(list, r.fullName())
	}
	return list
}

// Labels lists the names of a repository's labels.
func (h *Hub) Labels(repo string) []string {
	defer h.begin()()
	return labelNames(h.mustRepo(repo).labels)
}

// File returns a file of the default branch.
func (h *Hub) File(repo, path string) (content string, ok bool) {
	defer h.begin()()
	f := h.mustRepo(repo).tip().snapshot()[path]
	if f == nil {
		return "", false
	}
	return f.content, true
}

func (h *Hub) viewIssue(i *issue) IssueView {
	s := i.now()
	v := IssueView{
		ID: i.id, Number: i.number, Title: s.title, Body: s.body, Author: i.author.login, State: s.state, Reason: s.reason,
		Labels: labelNames(s.labels), Created: i.created, Updated: s.updated, Closed: s.closed, PullRequest: i.pull,
		Reactions: viewReactions(i.reactions), URL: h.web("/%s/issues/%d", i.repo.fullName(), i.number),
	}
	for _, child := range i.children {
		v.SubIssues = append(v.SubIssues, fmt.Sprintf("%s#%d", child.repo.fullName(), child.number))
	}
	for _, u := range s.assignees {
		v.Assignees = append(v.Assignees, u.login)
	}
	for _, c := range i.comments {
		if s := c.state.last(); !s.gone {
			v.Comments = append(v.Comments, CommentView{
				ID: c.id, Author: c.author.login, Body: s.body, Created: c.created, Updated: s.updated,
				Edits: len(c.state.versions) - 1, Reactions: viewReactions(c.reactions),
				URL: h.web("/%s/issues/%d#issuecomment-%d", i.repo.fullName(), i.number, c.id),
			})
		}
	}
	for _, e := range i.events {
		v.Events = append(v.Events, viewEvent(e))
	}
	return v
}

func viewEvent(e *event) EventView {
	v := EventView{ID: e.id, Kind: e.kind, Actor: e.actor.login, ByApp: e.via != nil, At: stamp(e.at)}
	if e.label != nil {
		v.Label = e.label.name
	}
	if e.assignee != nil {
		v.Assignee = e.assignee.login
	}
	return v
}

func viewReactions(reactions []*reaction) []ReactionView {
	var list []ReactionView
	for _, re := range reactions {
		list = append(list, ReactionView{re.user.login, re.content})
	}
	return list
}

func labelNames(labels []*label) []string {
	var list []string
	for _, l := range labels {
		list = append(list, l.name)
	}
	return list
}
