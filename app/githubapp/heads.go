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

// The bounds on what is looked at: newest commits of each kind, branches or tags among which
// they are looked for, and patterns of each.
const (
	mostHeads    = 20
	mostRefs     = 100
	mostPatterns = 10
)

// queuePrefix is how the branches of the merge queue begin. docs: Managing a merge queue,
// "Triggering merge group checks with other CI providers".
const queuePrefix = "gh-readonly-queue/"

const (
	branchPrefix = "refs/heads/"
	tagPrefix    = "refs/tags/"
)

// refNode is a branch or a tag as GraphQL tells of it. A tag may be an object of its own,
// between the name and the commit.
type refNode struct {
	Prefix, Name string
	Target       struct {
		headNode
		Target *headNode
	}
}

type headNode struct {
	Oid           string
	CommittedDate time.Time
}

const refFields = "prefix name target { oid ... on Commit { committedDate } ... on Tag { target { oid ... on Commit { committedDate } } } }"

// name is that of a branch or a tag, whatever part of it GitHub takes for its prefix.
func (n refNode) name() string {
	name := n.Prefix + n.Name
	return strings.TrimPrefix(strings.TrimPrefix(name, branchPrefix), tagPrefix)
}

func (n refNode) head(kind string) workflows.Head {
	at := n.Target.headNode
	if n.Target.Target != nil {
		at = *n.Target.Target
	}
	return workflows.Head{Kind: kind, Branch: n.name(), Commit: at.Oid, At: at.CommittedDate.UTC()}
}

// sought are branches or tags that are looked for by a pattern.
type sought struct{ kind, pattern string }

// prefix is below which part of the repository's references they are.
func (s sought) prefix() string {
	if s.kind == workflows.HeadTag {
		return tagPrefix
	}
	return branchPrefix
}

// soughtBy are the merge queue's branches, which are looked for as others are, and what the
// ask names.
func soughtBy(ask workflows.HeadsAsk) []sought {
	all := []sought{{workflows.HeadQueue, queuePrefix + "*"}}
	for _, named := range []sought{{workflows.HeadBranch, ask.Branches}, {workflows.HeadTag, ask.Tags}} {
		patterns := lines(named.pattern)
		for _, pattern := range patterns[:min(len(patterns), mostPatterns)] {
			all = append(all, sought{named.kind, pattern})
		}
	}
	return all
}

// heads tells of the newest commits of a repository's branches and tags and, by a request
// of its own because that takes another permission, of its pull requests. GitHub finds them
// by a part of their names, and tells branches by name: what is newest is chosen here. docs:
// GraphQL API, Reference, Repository.refs.
func (a *App) heads(ctx context.Context, ask workflows.HeadsAsk) (workflows.Answer, error) {
	all := soughtBy(ask)
	fields, _, untold, err := a.about(ctx, ask.Repo, "the branches of "+ask.Repo, toSeeContents, "", func(d *document) string {
		var b strings.Builder
		fmt.Fprintf(&b, "main: defaultBranchRef { %s }\n", refFields)
		for i, one := range all {
			order := ""
			if one.kind == workflows.HeadTag {
				order = ", orderBy: {field: TAG_COMMIT_DATE, direction: DESC}"
			}
			fmt.Fprintf(&b, "r%d: refs(refPrefix: %s, query: %s, first: %d%s) { totalCount nodes { %s } }\n",
				i, d.variable("String!", one.prefix()), d.variable("String", longest(one.pattern)), mostRefs, order, refFields)
		}
		return b.String()
	})
	if err != nil || untold.Unknown != "" {
		return untold, err
	}
	var answer workflows.Answer
	if answer.Seen, err = readHeads(fields, all); err != nil || !ask.Pulls {
		return answer, err
	}
	untold, err = a.openPulls(ctx, ask.Repo, &answer.Seen)
	if err != nil {
		return workflows.Answer{}, err
	}
	answer.Unknown, answer.Lacks = untold.Unknown, untold.Lacks
	return answer, nil
}

// readHeads reads what was found for each pattern, each branch and each tag once.
func readHeads(fields map[string]json.RawMessage, all []sought) (seen workflows.Seen, err error) {
	var main *refNode
	if err := json.Unmarshal(fields["main"], &main); err != nil {
		return seen, err
	}
	taken := map[string]bool{}
	if main != nil {
		seen.Heads = append(seen.Heads, main.head(workflows.HeadDefault))
		taken[branchPrefix+main.name()] = true
	}
	found := map[string][]workflows.Head{}
	for i, one := range all {
		var refs struct {
			TotalCount int
			Nodes      []refNode
		}
		if err := json.Unmarshal(fields[fmt.Sprintf("r%d", i)], &refs); err != nil {
			return seen, err
		}
		seen.Cut = seen.Cut || refs.TotalCount > len(refs.Nodes)
		for _, n := range refs.Nodes {
			ref := one.prefix() + n.name()
			isQueue := strings.HasPrefix(ref, branchPrefix+queuePrefix)
			if !taken[ref] && isQueue == (one.kind == workflows.HeadQueue) && fits(one.pattern, n.name()) {
				taken[ref] = true
				found[one.kind] = append(found[one.kind], n.head(one.kind))
			}
		}
	}
	for _, kind := range []string{workflows.HeadQueue, workflows.HeadBranch, workflows.HeadTag} {
		addHeads(&seen, found[kind])
	}
	return seen, nil
}

// addHeads adds the newest of one kind.
func addHeads(seen *workflows.Seen, heads []workflows.Head) {
	slices.SortStableFunc(heads, func(x, y workflows.Head) int { return y.At.Compare(x.At) })
	seen.Cut = seen.Cut || len(heads) > mostHeads
	seen.Heads = append(seen.Heads, heads[:min(len(heads), mostHeads)]...)
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
