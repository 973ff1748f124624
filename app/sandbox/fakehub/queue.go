package fakehub

import (
	"fmt"
	"strings"
)

// Tag puts a tag with a message on a branch, a commit or the default branch.
func (h *Hub) Tag(repo, tag, ref, by string) error {
	defer h.begin()()
	r, a, err := h.sceneToWrite(repo, by)
	if err != nil {
		return err
	}
	at := r.commitAt(ref)
	if at == nil {
		return errNotFound
	}
	r.tags[tag] = at
	h.emitCreate(a, r, "tag", tag)
	return nil
}

// Enqueue puts an open pull request into the merge queue: a branch of its own, with what
// the default branch would be, on which checks are to pass. It returns the branch's
// newest commit. docs: Managing a merge queue.
func (h *Hub) Enqueue(repo string, number int, by string) (commit string, err error) {
	err = h.onPull(repo, number, by, func(a actor, i *issue) error {
		r := i.repo
		if err := h.mayWriteIn(a, r, write); err != nil {
			return err
		}
		head := r.commits[i.pr.tip]
		files, conflict := mergedFiles(mergeBase(r.tip(), head).snapshot(), r.tip().snapshot(), head.snapshot())
		if i.now().state != "open" || conflict {
			return &refusal{status: 405, message: "Pull Request is not mergeable"}
		}
		merged := h.newCommit(r, a, fmt.Sprintf("Merge pull request #%d", number), files, r.tip(), head)
		branch := fmt.Sprintf("gh-readonly-queue/%s/pr-%d-%s", r.defaultBranch, number, r.tip().name())
		h.point(a, r, branch, merged)
		h.emitGroup(a, r, branch, r.tip(), merged)
		commit = merged.sha
		return nil
	})
	return commit, err
}

// Dequeue takes pull requests out of the merge queue, as GitHub does once they are merged
// or have failed.
func (h *Hub) Dequeue(repo string) {
	defer h.begin()()
	r := h.mustRepo(repo)
	for name := range r.branches {
		if strings.HasPrefix(name, "gh-readonly-queue/") {
			delete(r.branches, name)
		}
	}
}
