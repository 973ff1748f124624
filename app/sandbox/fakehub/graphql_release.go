package fakehub

import (
	"fmt"
	"slices"
	"strings"
)

// issueNodes are the issues in some states with any of some labels, without pull
// requests. docs: GraphQL API, Reference, Repository.issues. That any of the labels is
// enough is what GitHub does and does not document.
func (c *call) issueNodes(r *repo, args map[string]any) (any, error) {
	states, labels := list(args["states"]), list(args["labels"])
	var found []*issue
	for _, number := range r.numbers() {
		i := r.issues[number]
		s := i.now()
		has := slices.ContainsFunc(s.labels, func(l *label) bool {
			return slices.ContainsFunc(labels, func(name string) bool { return strings.EqualFold(name, l.name) })
		})
		if i.pull || s.gone || len(states) > 0 && !slices.Contains(states, strings.ToUpper(s.state)) || len(labels) > 0 && !has {
			continue
		}
		found = append(found, i)
	}
	order, _ := args["orderBy"].(map[string]any)
	slices.SortStableFunc(found, func(x, y *issue) int {
		n := x.created.Compare(y.created)
		if fmt.Sprint(order["field"]) == "UPDATED_AT" {
			n = x.now().updated.Compare(y.now().updated)
		}
		if fmt.Sprint(order["direction"]) == "DESC" {
			return -n
		}
		return n
	})
	return connected(found, args, c.issueNode)
}

// deploymentNodes are the deployments to some environments. docs: GraphQL API,
// Reference, Repository.deployments.
func (c *call) deploymentNodes(r *repo, args map[string]any) (any, error) {
	if err := c.permitted("deployments", "read"); err != nil {
		return nil, err
	}
	environments := list(args["environments"])
	found := slices.DeleteFunc(slices.Clone(r.deployments), func(d *deployment) bool {
		return len(environments) > 0 && !slices.Contains(environments, d.environment)
	})
	if order, _ := args["orderBy"].(map[string]any); fmt.Sprint(order["direction"]) == "DESC" {
		slices.Reverse(found)
	}
	return connected(found, args, func(d *deployment) node {
		return node{
			"commit":    func(map[string]any) (any, error) { return c.gitObject(r, map[string]any{"oid": d.sha}) },
			"commitOid": plain(d.sha), "createdAt": plain(format(d.created)), "environment": plain(d.environment),
			"statuses": func(args map[string]any) (any, error) {
				newest := slices.Clone(d.statuses)
				slices.Reverse(newest)
				return connected(newest, args, func(s deploymentStatus) node {
					return node{
						"state": plain(strings.ToUpper(s.state)), "createdAt": plain(format(s.at)),
						"logUrl": plain(c.hub.web("/%s/actions/runs/%d", r.fullName(), d.id)),
					}
				})
			},
		}
	})
}

// gitObject is a commit by its sha, or what lies at a path of one, written REF:PATH.
// docs: GraphQL API, Reference, Repository.object.
func (c *call) gitObject(r *repo, args map[string]any) (any, error) {
	if err := c.permitted("contents", "read"); err != nil {
		return nil, err
	}
	if oid, given := args["oid"].(string); given {
		if found := r.commits[oid]; found != nil {
			return c.commitNode(r, found), nil
		}
		return nil, nil
	}
	ref, path, inside := strings.Cut(fmt.Sprint(args["expression"]), ":")
	at := r.commitAt(ref)
	switch {
	case at == nil:
		return nil, nil
	case !inside && r.tags[ref] != nil && r.branchNamed(ref) == nil:
		return c.tagNode(r, ref), nil
	case !inside:
		return c.commitNode(r, at), nil
	}
	return objectAt(at.files, path), nil
}

// objectAt is a file or a folder, or nil.
func objectAt(files tree, path string) any {
	if f := files[path]; f != nil {
		return node{
			"__typename": plain("Blob"), "oid": plain(f.sha), "text": plain(f.content), "byteSize": plain(len(f.content)),
			"isBinary": plain(false), "isTruncated": plain(false),
		}
	}
	inside := files.folder(path)
	if len(inside) == 0 {
		return nil
	}
	var entries []node
	for _, e := range inside {
		at := strings.TrimPrefix(path+"/"+e.path, "/")
		entries = append(entries, node{
			"name": plain(e.path), "path": plain(at), "type": plain(e.kind),
			"object": func(map[string]any) (any, error) { return objectAt(files, at), nil },
		})
	}
	return node{"__typename": plain("Tree"), "oid": plain(treeSHA(inside)), "entries": plain(entries)}
}

// commitNode is a commit with its author, and with the pull requests that brought it,
// which takes a permission of its own. docs: GraphQL API, Reference, Commit.
func (c *call) commitNode(r *repo, at *commit) node {
	return node{
		"__typename": plain("Commit"), "oid": plain(at.sha), "message": plain(at.message),
		"url": plain(c.hub.web("/%s/commit/%s", r.fullName(), at.sha)), "committedDate": plain(format(at.at)),
		"history":     func(args map[string]any) (any, error) { return c.historyNodes(r, at, args) },
		"checkSuites": func(args map[string]any) (any, error) { return c.suiteNodes(r, at, args) },
		"authors": func(args map[string]any) (any, error) {
			return connected([]*user{at.author}, args, func(u *user) node {
				if u.kind != "User" { // an account that is no person's has no user
					return node{"user": plain(nil)}
				}
				return node{"user": plain(node{"id": plain(nodeID("U", u.id)), "login": plain(u.login)})}
			})
		},
		"associatedPullRequests": func(args map[string]any) (any, error) {
			if err := c.permitted("pull_requests", "read"); err != nil {
				return nil, err
			}
			var found []*issue
			for _, n := range r.numbers() {
				if i := r.issues[n]; i.pull && (i.pr.tip == at.sha || i.pr.into == at) {
					found = append(found, i)
				}
			}
			return connected(found, args, func(i *issue) node {
				return node{
					"number": plain(i.number), "body": plain(i.now().body), "url": plain(c.hub.web("/%s/pull/%d", r.fullName(), i.number)),
					"author": plain(node{"login": plain(i.author.login)}),
					"files": func(args map[string]any) (any, error) {
						return connected(i.changed(), args, func(f changedFile) node { return node{"path": plain(f.path)} })
					},
				}
			})
		},
	}
}
