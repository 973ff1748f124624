package fakehub

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// pull is what a pull request has besides being an issue. It goes from a branch of
// the repository itself to the default one; forks are not simulated.
type pull struct {
	head     string // the branch
	tip      string
	draft    bool
	mergedBy *user
	// files are what it changed, once its branch is merged or gone.
	files   []changedFile
	reviews []*review
}

// changedFile is a file that a branch adds, changes or removes.
type changedFile struct {
	path, status string // added, modified, removed
	sha          string
}

// changes is what the branch as a whole did to the files that it began with.
func (b *branch) changes() []changedFile {
	all := maps.Clone(b.fork)
	maps.Copy(all, b.files)
	var list []changedFile
	for _, path := range slices.Sorted(maps.Keys(all)) {
		before, after := b.fork[path], b.files[path]
		switch {
		case before == nil:
			list = append(list, changedFile{path, "added", after.sha})
		case after == nil:
			list = append(list, changedFile{path, "removed", before.sha})
		case before.sha != after.sha:
			list = append(list, changedFile{path, "modified", after.sha})
		}
	}
	return list
}

// changed are the files of a pull request.
func (i *issue) changed() []changedFile {
	if b := i.repo.branches[i.pr.head]; b != nil && i.pr.files == nil {
		return b.changes()
	}
	return i.pr.files
}

// review is somebody's judgement of a pull request.
type review struct {
	id        int64
	author    *user
	state     string // APPROVED, CHANGES_REQUESTED, COMMENTED, DISMISSED
	body      string
	commit    string
	submitted time.Time
}

// openPull opens a pull request from a branch. docs: REST API endpoints for pull
// requests, "Create a pull request"; the sentences are those that GitHub answers
// with.
func (h *Hub) openPull(a actor, r *repo, in NewIssue) (*issue, error) {
	if err := h.mayWriteIn(a, r, write); err != nil {
		return nil, err
	}
	b := r.branchNamed(in.Head)
	if b == nil {
		return nil, invalid("PullRequest", "head", "invalid", "")
	}
	if b.ahead() == 0 {
		return nil, invalid("PullRequest", "", "custom", fmt.Sprintf("No commits between %s and %s", r.defaultBranch, in.Head))
	}
	for _, i := range r.issues {
		if i.pull && i.pr.head == in.Head && i.now().state == "open" {
			return nil, invalid("PullRequest", "", "custom", fmt.Sprintf("A pull request already exists for %s:%s.", r.owner.login, in.Head))
		}
	}
	in.PullRequest = true
	return h.openIssue(a, r, in)
}

// newPull is what belongs to a pull request that is being opened; without a branch
// it has one of its own, on which nothing happens.
func (h *Hub) newPull(r *repo, number int, in NewIssue) *pull {
	p := &pull{head: orDefault(in.Head, fmt.Sprintf("patch-%d", number)), tip: r.head, draft: in.Draft}
	if b := r.branches[p.head]; b != nil {
		p.tip = b.tip
	}
	return p
}

// merge is for who may write. docs: REST API endpoints for pull requests,
// "Merge a pull request"; Issue event types, "merged".
func (h *Hub) merge(a actor, i *issue) error {
	if err := h.mayWriteIn(a, i.repo, write); err != nil {
		return err
	}
	if !i.pull {
		return errNotFound
	}
	if i.now().state != "open" || i.pr.draft {
		return &refusal{status: 405, message: "Pull Request is not mergeable"}
	}
	i.pr.mergedBy, i.pr.files = a.user, append([]changedFile{}, i.changed()...)
	h.change(i, func(s *issueState) {
		s.state, s.merged, s.closed, s.closedBy = "closed", stamp(h.now), stamp(h.now), a.user
	})
	h.record(a, i, &event{kind: "merged"})
	h.stateChanged(a, i, "closed")
	h.land(i)
	return nil
}

// land brings what a pull request changed to the default branch.
func (h *Hub) land(i *issue) {
	b := i.repo.branches[i.pr.head]
	if b == nil {
		return
	}
	b.merged = len(b.commits)
	for _, c := range i.pr.files {
		change := pushed{path: c.path, added: c.status == "added", removed: c.status == "removed", before: i.repo.head}
		if change.removed {
			delete(i.repo.files, c.path)
		} else {
			i.repo.files[c.path] = b.files[c.path]
		}
		h.push(i.repo, change)
	}
}

// OpenPull opens a pull request from a branch and returns its number.
func (h *Hub) OpenPull(repo, by string, in NewIssue) (int, error) {
	defer h.begin()()
	r, a, err := h.scene(repo, by)
	if err != nil {
		return 0, err
	}
	i, err := h.openPull(a, r, in)
	if err != nil {
		return 0, err
	}
	return i.number, nil
}

// Merge merges an open pull request, which closes it.
func (h *Hub) Merge(repo string, number int, by string) error {
	return h.onIssue(repo, number, by, h.merge)
}

// ReadyForReview ends that a pull request is a draft. docs: Changing the stage of
// a pull request.
func (h *Hub) ReadyForReview(repo string, number int, by string) error {
	return h.onPull(repo, number, by, func(a actor, i *issue) error {
		if err := h.mayChange(a, i); err != nil {
			return err
		}
		i.pr.draft = false
		h.touch(i)
		h.record(a, i, &event{kind: "ready_for_review"})
		h.emitIssue("ready_for_review", a, i)
		return nil
	})
}

// Review submits a review: approved, changes_requested or commented. Nobody judges
// what is their own. docs: REST API endpoints for pull request reviews, "Create a
// review for a pull request"; Approving a pull request with required reviews.
func (h *Hub) Review(repo string, number int, by, state string) (id int64, err error) {
	err = h.onPull(repo, number, by, func(a actor, i *issue) error {
		if err := h.mayWriteIn(a, i.repo, read); err != nil {
			return err
		}
		if a.user == i.author && state != "commented" {
			return &refusal{status: 422, message: "Can not approve your own pull request"}
		}
		re := &review{id: h.nextID(), author: a.user, state: strings.ToUpper(state), commit: i.pr.tip, submitted: stamp(h.now)}
		i.pr.reviews = append(i.pr.reviews, re)
		id = re.id
		h.touch(i)
		h.emitReview("submitted", a, i, re)
		return nil
	})
	return id, err
}

// DismissReview takes the weight from a review. docs: Dismissing a pull request
// review.
func (h *Hub) DismissReview(repo string, number int, id int64, by string) error {
	return h.onPull(repo, number, by, func(a actor, i *issue) error {
		if err := h.mayWriteIn(a, i.repo, write); err != nil {
			return err
		}
		n := slices.IndexFunc(i.pr.reviews, func(re *review) bool { return re.id == id })
		if n < 0 {
			return errNotFound
		}
		i.pr.reviews[n].state = "DISMISSED"
		h.touch(i)
		h.record(a, i, &event{kind: "review_dismissed"})
		h.emitReview("dismissed", a, i, i.pr.reviews[n])
		return nil
	})
}

func (h *Hub) onPull(repo string, number int, by string, do func(actor, *issue) error) error {
	return h.onIssue(repo, number, by, func(a actor, i *issue) error {
		if !i.pull {
			return errNotFound
		}
		return do(a, i)
	})
}
