package fakehub

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// place is where an issue stood before it was transferred.
type place struct {
	repo   int64
	number int
}

// RenameRepo gives repo a new name; the old one answers with redirects.
// docs: Renaming a repository; Best practices for using the REST API, "Follow
// redirects".
func (h *Hub) RenameRepo(repo, name string) {
	defer h.begin()()
	r := h.mustRepo(repo)
	h.move(r, func() { r.name = name })
}

// TransferRepo gives repo to another account, which keeps its name; the old
// address answers with redirects. Installations that cover all of an account's
// repositories lose and gain it. docs: Transferring a repository.
func (h *Hub) TransferRepo(repoName, owner string) {
	defer h.begin()()
	r, account := h.mustRepo(repoName), h.newUser(owner, "Organization")
	before := h.installationFor(r)
	h.move(r, func() { r.owner = account })
	if before != nil {
		delete(before.selected, r.id)
		h.emitRepositories(before, nil, []*repo{r})
	}
	if after := h.installationFor(r); after != nil {
		h.emitRepositories(after, []*repo{r}, nil)
	}
}

func (h *Hub) move(r *repo, change func()) {
	old := strings.ToLower(r.fullName())
	change()
	delete(h.repos, old)
	h.renamed[old] = r
	next := strings.ToLower(r.fullName())
	delete(h.renamed, next)
	h.repos[next] = r
	r.forgetRendered()
}

// TransferIssue moves an issue to another repository of the same owner and
// returns its number there. It becomes a new issue with the comments, events
// and assignees of the old one, and those labels that the other repository has
// by name; the old address answers with redirects. docs: Transferring an issue
// to another repository.
func (h *Hub) TransferIssue(repo string, number int, by, to string) (int, error) {
	moved := 0
	err := h.onIssue(repo, number, by, func(a actor, i *issue) error {
		next, err := h.transferIssue(a, i, h.mustRepo(to))
		if err == nil {
			moved = next.number
		}
		return err
	})
	return moved, err
}

func (h *Hub) transferIssue(a actor, old *issue, to *repo) (*issue, error) {
	from := old.repo
	for _, r := range []*repo{from, to} {
		if err := h.mayWriteIn(a, r, write); err != nil {
			return nil, err
		}
	}
	if from.owner != to.owner || from == to || from.private && !to.private {
		return nil, &refusal{status: 422, message: "The issue cannot be transferred to this repository."}
	}
	to.lastNumber++
	next := &issue{
		id: h.nextID(), number: to.lastNumber, repo: to, author: old.author, via: old.via, created: old.created,
		events: slices.Clone(old.events), referred: old.referred, reactions: old.reactions, mentioned: old.mentioned,
	}
	state := old.now()
	state.updated = stamp(h.now)
	state.labels = nil
	for _, l := range old.now().labels {
		if same := to.labelNamed(l.name); same != nil {
			state.labels = append(state.labels, same)
		}
	}
	next.state.set(h.now, state)
	to.issues[next.number] = next
	h.carryComments(old, next)
	h.record(a, next, &event{kind: "transferred"})
	h.transferred[place{from.id, old.number}] = next
	from.rendered, to.rendered = nil, nil
	h.emitTransfer(a, old, next)
	h.change(old, func(s *issueState) { s.gone = true })
	return next, nil
}

// carryComments gives the new issue what was said on the old one, under ids of
// its own.
func (h *Hub) carryComments(old, next *issue) {
	for _, c := range old.comments {
		s := c.state.last()
		if s.gone {
			continue
		}
		carried := &comment{id: h.nextID(), issue: next, author: c.author, via: c.via, created: c.created, reactions: c.reactions}
		carried.state.set(h.now, s)
		next.comments = append(next.comments, carried)
		next.repo.comments[carried.id] = carried
	}
}

// emitTransfer announces both halves of a transfer. docs: Webhook events and
// payloads, "issues", actions transferred and opened.
func (h *Hub) emitTransfer(a actor, old, next *issue) {
	h.emitIssue("transferred", a, old, part{"changes", object(
		part{"new_issue", h.renderIssue(next)}, part{"new_repository", h.renderRepo(next.repo)},
	)})
	h.emitIssue("opened", a, next, part{"changes", object(
		part{"old_issue", h.renderIssue(old)}, part{"old_repository", h.renderRepo(old.repo)},
	)})
}

// currentPath turns the address of a repository that is called otherwise by
// now, or of an issue that was transferred, into the one that holds, and tells
// whether it had to.
func (h *Hub) currentPath(path string) (string, bool) {
	parts := strings.Split(strings.TrimPrefix(path, "/"), "/")
	if len(parts) < 3 || parts[0] != "repos" {
		return "", false
	}
	name := strings.ToLower(parts[1] + "/" + parts[2])
	if r := h.renamed[name]; r != nil {
		return strings.Join(append([]string{"/repositories", strconv.FormatInt(r.id, 10)}, parts[3:]...), "/"), true
	}
	r := h.repos[name]
	if r == nil || len(parts) < 5 || parts[3] != "issues" || len(h.transferred) == 0 {
		return "", false
	}
	number, _ := strconv.Atoi(parts[4]) // 0, which none has, for "comments"
	next := h.transferred[place{r.id, number}]
	if next == nil {
		return "", false
	}
	at := fmt.Sprintf("/repositories/%d/issues/%d", next.repo.id, next.number)
	return strings.Join(append([]string{at}, parts[5:]...), "/"), true
}
