package fakehub

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// refNodes are the branches or the tags whose names hold a text, by name, or tags by the
// time of their commits, the newest first. docs: GraphQL API, Reference, Repository.refs.
func (c *call) refNodes(r *repo, args map[string]any) (any, error) {
	if err := c.permitted("contents", "read"); err != nil {
		return nil, err
	}
	all, show := r.branches, func(name string) node { return c.refNode(r, name) }
	switch prefix := fmt.Sprint(args["refPrefix"]); prefix {
	case "refs/heads/":
	case "refs/tags/":
		all, show = r.tags, func(name string) node {
			return node{"name": plain(name), "prefix": plain("refs/tags/"), "target": plain(c.tagNode(r, name))}
		}
	default:
		return nil, &refusal{status: 501, message: "fakehub does not simulate refs below " + prefix}
	}
	text, _ := args["query"].(string)
	names := slices.DeleteFunc(slices.Sorted(maps.Keys(all)), func(name string) bool { return !strings.Contains(name, text) })
	if order, _ := args["orderBy"].(map[string]any); fmt.Sprint(order["field"]) == "TAG_COMMIT_DATE" {
		slices.SortStableFunc(names, func(x, y string) int { return all[y].at.Compare(all[x].at) })
	}
	return connected(names, args, show)
}

func (c *call) refNode(r *repo, branch string) node {
	return node{"name": plain(branch), "prefix": plain("refs/heads/"), "target": plain(c.commitNode(r, r.branches[branch]))}
}

// tagNode is a commit, or a tag that is an object of its own, as one with a message is.
func (c *call) tagNode(r *repo, name string) node {
	if r.light[name] {
		return c.commitNode(r, r.tags[name])
	}
	return node{
		"__typename": plain("Tag"), "oid": plain(blobSHA("tag " + name)), "target": plain(c.commitNode(r, r.tags[name])),
	}
}

// historyNodes are a commit and those before it along the first parents, the newest first.
// docs: GraphQL API, Reference, Commit.history, which knows all parents.
func (c *call) historyNodes(r *repo, at *commit, args map[string]any) (any, error) {
	var all []*commit
	for one := at; one != nil; one = one.first() {
		all = append(all, one)
	}
	return connected(all, args, func(one *commit) node { return c.commitNode(r, one) })
}

// suiteNodes are the suites of a commit, one for each App, in which a check run of a name
// is. docs: GraphQL API, Reference, Commit.checkSuites.
func (c *call) suiteNodes(r *repo, at *commit, args map[string]any) (any, error) {
	if err := c.permitted("checks", "read"); err != nil {
		return nil, err
	}
	filter, _ := args["filterBy"].(map[string]any)
	name, named := filter["checkName"].(string)
	var apps []string
	for _, one := range r.checks {
		if one.sha == at.sha && (!named || one.name == name) && !slices.Contains(apps, one.app) {
			apps = append(apps, one.app)
		}
	}
	return connected(apps, args, func(app string) node {
		return c.suiteNode(r, nodeID("CS", r.id), app, func(one *check) bool { return one.sha == at.sha && one.app == app })
	})
}

// suiteNode is a suite of an App's with some check runs.
func (c *call) suiteNode(r *repo, id, app string, has func(*check) bool) node {
	return node{
		"__typename": plain("CheckSuite"), "id": plain(id),
		"app": plain(node{"slug": plain(orDefault(app, c.hub.options.App.Slug))}),
		"checkRuns": func(args map[string]any) (any, error) {
			if err := c.permitted("checks", "read"); err != nil {
				return nil, err
			}
			return c.checkNodes(r, has, args)
		},
	}
}

// nodesByID are nodes by their ids, of which this simulation knows the suites of runs of
// workflows. docs: GraphQL API, "Using global node IDs"; Reference, Query.nodes.
func (c *call) nodesByID(args map[string]any) (any, error) {
	found := []node{}
	for _, id := range list(args["ids"]) {
		found = append(found, c.suiteOfRun(id))
	}
	return found, nil
}

// suiteOfRun is nil where there is none.
func (c *call) suiteOfRun(id string) node {
	for _, r := range c.hub.repos {
		for _, w := range r.runs {
			if nodeID("CS", w.id) == id && c.sees(r) {
				return c.suiteNode(r, id, "github-actions", func(one *check) bool { return one.run == w.id })
			}
		}
	}
	return nil
}

// checkNodes are the check runs of a suite, of each name the latest unless all are asked
// for.
func (c *call) checkNodes(r *repo, has func(*check) bool, args map[string]any) (any, error) {
	filter, _ := args["filterBy"].(map[string]any)
	name, named := filter["checkName"].(string)
	var found []*check
	for _, one := range slices.Backward(r.checks) {
		isOlder := slices.ContainsFunc(found, func(other *check) bool { return other.name == one.name })
		if has(one) && (!named || one.name == name) && (!isOlder || fmt.Sprint(filter["checkType"]) == "ALL") {
			found = append(found, one)
		}
	}
	return connected(found, args, func(one *check) node {
		s := one.state.last()
		completed := plain(nil)
		if s.status == "completed" {
			completed = plain(format(one.completed(s)))
		}
		return node{
			"name": plain(one.name), "summary": plain(orNull(s.summary)), "completedAt": completed,
			"url": plain(c.hub.web("/%s/runs/%d", r.fullName(), one.id)),
			"annotations": func(args map[string]any) (any, error) {
				return connected(s.annotations, args, func(a Annotation) node {
					return node{"title": plain(orNull(a.Title)), "message": plain(a.Message)}
				})
			},
		}
	})
}
