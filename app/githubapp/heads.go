package githubapp

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows"
)

// The bounds on what is looked at: newest commits of each kind, branches among which they
// are looked for, and patterns of branches.
const (
	mostHeads    = 20
	mostBranches = 100
	mostPatterns = 10
)

// queuePrefix is how the branches of the merge queue begin. docs: Managing a merge queue,
// "Triggering merge group checks with other CI providers".
const queuePrefix = "gh-readonly-queue/"

const branchPrefix = "refs/heads/"

// refNode is a branch as GraphQL tells of it.
type refNode struct {
	Prefix, Name string
	Target       struct {
		Oid           string
		CommittedDate time.Time
	}
}

const refFields = "prefix name target { oid ... on Commit { committedDate } }"

// branch is the name of a branch, whatever part of it GitHub takes for its prefix.
func (n refNode) branch() string { return strings.TrimPrefix(n.Prefix+n.Name, branchPrefix) }

// heads tells of the newest commits of a repository's branches and, by a request of its
// own because that takes another permission, of its pull requests. GitHub finds branches
// by a part of their names and tells them by name: what is newest is chosen here. docs:
// GraphQL API, Reference, Repository.refs.
func (a *App) heads(ctx context.Context, ask workflows.HeadsAsk) (workflows.Answer, error) {
	// The merge queue's branches are looked for as others are.
	patterns := append([]string{queuePrefix + "*"}, lines(ask.Branches)...)
	patterns = patterns[:min(len(patterns), mostPatterns)]
	fields, _, untold, err := a.about(ctx, ask.Repo, "the branches of "+ask.Repo, toSeeContents, "", func(d *document) string {
		var b strings.Builder
		fmt.Fprintf(&b, "main: defaultBranchRef { %s }\n", refFields)
		all := d.variable("String!", branchPrefix)
		for i, pattern := range patterns {
			fmt.Fprintf(&b, "b%d: refs(refPrefix: %s, query: %s, first: %d) { totalCount nodes { %s } }\n",
				i, all, d.variable("String", longest(pattern)), mostBranches, refFields)
		}
		return b.String()
	})
	if err != nil || untold.Unknown != "" {
		return untold, err
	}
	var answer workflows.Answer
	if answer.Seen, err = readHeads(fields, patterns); err != nil || !ask.Pulls {
		return answer, err
	}
	untold, err = a.openPulls(ctx, ask.Repo, &answer.Seen)
	if err != nil {
		return workflows.Answer{}, err
	}
	answer.Unknown, answer.Lacks = untold.Unknown, untold.Lacks
	return answer, nil
}

// readHeads reads what was found for each pattern, the first of which is that of the merge
// queue.
func readHeads(fields map[string]json.RawMessage, patterns []string) (seen workflows.Seen, err error) {
	var main *refNode
	if err := json.Unmarshal(fields["main"], &main); err != nil {
		return seen, err
	}
	taken := map[string]bool{}
	if main != nil {
		seen.Heads = append(seen.Heads, workflows.Head{Kind: workflows.HeadDefault, Branch: main.branch(), Commit: main.Target.Oid})
		taken[main.branch()] = true
	}
	var branches []refNode
	for i, pattern := range patterns {
		var found struct {
			TotalCount int
			Nodes      []refNode
		}
		if err := json.Unmarshal(fields[fmt.Sprintf("b%d", i)], &found); err != nil {
			return seen, err
		}
		seen.Cut = seen.Cut || found.TotalCount > len(found.Nodes)
		for _, n := range found.Nodes {
			isQueue := strings.HasPrefix(n.branch(), queuePrefix)
			if !taken[n.branch()] && isQueue == (i == 0) && fits(pattern, n.branch()) {
				taken[n.branch()] = true
				branches = append(branches, n)
			}
		}
		if i == 0 {
			addHeads(&seen, workflows.HeadQueue, branches)
			branches = nil
		}
	}
	addHeads(&seen, workflows.HeadBranch, branches)
	return seen, nil
}

// addHeads adds the newest of some branches.
func addHeads(seen *workflows.Seen, kind string, branches []refNode) {
	slices.SortStableFunc(branches, func(x, y refNode) int { return y.Target.CommittedDate.Compare(x.Target.CommittedDate) })
	seen.Cut = seen.Cut || len(branches) > mostHeads
	for _, n := range branches[:min(len(branches), mostHeads)] {
		seen.Heads = append(seen.Heads, workflows.Head{Kind: kind, Branch: n.branch(), Commit: n.Target.Oid})
	}
}

// openPulls adds the pull requests that were updated last. docs: REST API endpoints for
// pull requests, "List pull requests".
func (a *App) openPulls(ctx context.Context, repo string, seen *workflows.Seen) (workflows.Answer, error) {
	query := url.Values{"state": {"open"}, "sort": {"updated"}, "direction": {"desc"}, "per_page": {strconv.Itoa(mostHeads)}}
	err := a.listed(ctx, repo, "pulls", nil, query, 1, func(page json.RawMessage) error {
		var some []struct {
			Number int `json:"number"`
			Head   struct {
				Ref string `json:"ref"`
				SHA string `json:"sha"`
			} `json:"head"`
		}
		err := json.Unmarshal(page, &some)
		for _, p := range some {
			seen.Heads = append(seen.Heads, workflows.Head{Kind: workflows.HeadPull, Branch: p.Head.Ref, Commit: p.Head.SHA, Pull: p.Number})
		}
		seen.Cut = seen.Cut || len(some) == mostHeads
		return err
	})
	if answer, ok := untold(err, "the pull requests of "+repo, toSeePulls); ok {
		return answer, nil
	}
	return workflows.Answer{}, err
}

// longest is the longest part of a pattern that stands for itself.
func longest(pattern string) (part string) {
	for one := range strings.SplitSeq(pattern, "*") {
		if len(one) > len(part) {
			part = one
		}
	}
	return part
}

// fits tells whether a name fits a pattern, in which * stands for anything.
func fits(pattern, name string) bool {
	parts := strings.Split(pattern, "*")
	rest, ok := strings.CutPrefix(name, parts[0])
	if !ok || len(parts) == 1 {
		return ok && rest == ""
	}
	last := parts[len(parts)-1]
	for _, part := range parts[1 : len(parts)-1] {
		_, after, found := strings.Cut(rest, part)
		if !found {
			return false
		}
		rest = after
	}
	return strings.HasSuffix(rest, last)
}
