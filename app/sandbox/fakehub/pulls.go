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
	// files are what it changed, and into is the commit that did so, once merged.
	files   []changedFile
	into    *commit
	reviews []*review
}

// changed are the files of a pull request: what its branch did since the two parted.
// docs: About comparing branches in pull requests.
func (i *issue) changed() []changedFile {
	head := i.repo.commits[i.pr.tip]
	if i.pr.files != nil || head == nil {
		return i.pr.files
	}
	return differences(mergeBase(i.repo.tip(), head).snapshot(), head.files)
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
	head := r.branchNamed(in.Head)
	if head == nil {
		return nil, invalid("PullRequest", "head", "invalid", "")
	}
	if len(lacking(r.tip(), head)) == 0 {
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
// it has a commit of its own, in which nothing changes.
func (h *Hub) newPull(a actor, r *repo, number int, in NewIssue) *pull {
	p := &pull{head: orDefault(in.Head, fmt.Sprintf("patch-%d", number)), draft: in.Draft}
	head := r.branches[p.head]
	if head == nil {
		head = h.newCommit(r, a, "Change nothing", maps.Clone(r.tip().snapshot()), r.tip())
	}
	p.tip = head.sha
	return p
}

// merge is for who may write. A squash brings the changes as one commit, without
// those of the branch. docs: REST API endpoints for pull requests, "Merge a pull
// request"; Issue event types, "merged"; About pull request merges.
func (h *Hub) merge(a actor, i *issue, squash bool) error {
	if err := h.mayWriteIn(a, i.repo, write); err != nil {
		return err
	}
	if !i.pull {
		return errNotFound
	}
	r, head := i.repo, i.repo.commits[i.pr.tip]
	files, conflict := mergedFiles(mergeBase(r.tip(), head).snapshot(), r.tip().snapshot(), head.snapshot())
	if i.now().state != "open" || i.pr.draft || conflict {
		return &refusal{status: 405, message: "Pull Request is not mergeable"}
	}
	i.pr.mergedBy, i.pr.files = a.user, append([]changedFile{}, i.changed()...)
	if r.branches[i.pr.head] != nil {
		parents, message := []*commit{r.tip(), head}, fmt.Sprintf("Merge pull request #%d from %s/%s", i.number, r.owner.login, i.pr.head)
		if squash {
			parents, message = parents[:1], fmt.Sprintf("%s (#%d)", i.now().title, i.number)
		}
		i.pr.into = h.newCommit(r, a, message, files, parents...)
	}
	h.change(i, func(s *issueState) {
		s.state, s.merged, s.closed, s.closedBy = "closed", stamp(h.now), stamp(h.now), a.user
	})
	h.record(a, i, &event{kind: "merged"})
	h.stateChanged(a, i, "closed")
	if i.pr.into != nil {
		h.point(a, r, r.defaultBranch, i.pr.into)
	}
	return nil
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

// Merge merges an open pull request by a merge commit, which closes it.
func (h *Hub) Merge(repo string, number int, by string) error {
	return h.onIssue(repo, number, by, func(a actor, i *issue) error { return h.merge(a, i, false) })
}

// Squash merges an open pull request as one commit, after which its branch still has
// commits that the default one lacks.
func (h *Hub) Squash(repo string, number int, by string) error {
	return h.onIssue(repo, number, by, func(a actor, i *issue) error { return h.merge(a, i, true) })
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
