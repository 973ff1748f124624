package fakehub

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// reference is another issue or pull request that refers to this one.
type reference struct {
	source *issue
	actor  *user
	at     time.Time // of the first time; created and updated are the same here
}

// The forms of a reference besides an address: #26, GH-26 and OWNER/REPO#26.
// docs: Autolinked references and URLs, "Issues and pull requests".
var shortReference = regexp.MustCompile(`(?i)(?:^|[^\w/#&.-])(?:([a-z0-9-]+/[\w.-]+)?#|gh-)(\d{1,9})\b`)

// issuePages matches the addresses of issues and pull requests.
func issuePages(web string) *regexp.Regexp {
	return regexp.MustCompile(regexp.QuoteMeta(web) + `/([A-Za-z0-9-]+/[\w.-]+)/(?:issues|pull)/(\d{1,9})\b`)
}

// mayRefer tells quickly what holds no reference at all.
func (h *Hub) mayRefer(body string) bool {
	return shortReference.MatchString(body) || h.pageOfIssue.MatchString(body)
}

// refer notes on each issue that a text of i names that i refers to it: once for
// each i, and not on i itself. Whoever cannot see an issue cannot refer to it. It
// moves no updated_at and sends no delivery. docs: Issue event types,
// "cross-referenced": a cross-reference is added once and may be updated.
func (h *Hub) refer(a actor, i *issue, blocks []string) {
	for _, text := range blocks {
		for _, pattern := range []*regexp.Regexp{shortReference, h.pageOfIssue} {
			for _, m := range pattern.FindAllStringSubmatch(text, -1) {
				h.referTo(a, i, m[1], m[2])
			}
		}
	}
}

func (h *Hub) referTo(a actor, i *issue, repo, number string) {
	r := i.repo
	if repo != "" {
		r = h.repos[strings.ToLower(repo)]
	}
	if r == nil || !a.may(r, read) || a.install != nil && r.private && !a.install.covers(r) {
		return
	}
	n, _ := strconv.Atoi(number) // nine digits
	target, err := r.issueNumbered(n)
	known := func(ref *reference) bool { return ref.source == i }
	if err != nil || target == i || slices.ContainsFunc(target.referred, known) {
		return
	}
	target.referred = append(target.referred, &reference{source: i, actor: a.user, at: h.now})
}

// sees tells whether a reference is shown to a: its source must be one that a
// may read, and an App without the permission for pull requests sees those of
// public repositories only.
// docs: Permissions required for GitHub Apps (as of Enterprise Server 2.22, later
// ones are silent), "Permission on issues": what would return both is filtered;
// REST API endpoints for timeline events: public
// resources need no permission.
func (a actor) sees(ref *reference) bool {
	source := ref.source
	switch i := a.install; {
	case source.now().gone:
		return false
	case i == nil:
		return a.may(source.repo, read)
	case !source.repo.private:
		return true
	default:
		return i.covers(source.repo) && (!source.pull || i.permits("pull_requests", "read"))
	}
}
