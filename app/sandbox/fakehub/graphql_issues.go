package fakehub

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// query is the root of what can be asked for.
func (c *call) query() node {
	return node{"nodes": c.nodesByID, "repository": func(args map[string]any) (any, error) {
		name := fmt.Sprintf("%v/%v", args["owner"], args["name"])
		c.named = append(c.named, name)
		r := c.hub.repos[strings.ToLower(name)]
		if r == nil && args["followRenames"] == true {
			r = c.hub.renamed[strings.ToLower(name)]
		}
		if !c.sees(r) {
			return nil, &refusal{status: 404, message: fmt.Sprintf("Could not resolve to a Repository with the name '%s'.", name)}
		}
		return c.repoNode(r), nil
	}}
}

// mutation is the root of what can be done.
func (c *call) mutation() node {
	return node{"createIssue": func(args map[string]any) (any, error) {
		input, _ := args["input"].(map[string]any)
		i, err := c.openIssueByNodes(input)
		if err != nil {
			return nil, err
		}
		return node{"issue": plain(c.issueNode(i))}, nil
	}}
}

// sees tells whether there is such a repository for whoever asks.
func (c *call) sees(r *repo) bool {
	return r != nil && c.actor.may(r, read) && (c.actor.install == nil || c.actor.install.covers(r))
}

func (c *call) repoNode(r *repo) node {
	ofIssues := func(ask func(args map[string]any) (any, error)) func(map[string]any) (any, error) {
		return func(args map[string]any) (any, error) {
			if err := c.permitted("issues", "read"); err != nil {
				return nil, err
			}
			return ask(args)
		}
	}
	return node{
		"id": plain(nodeID("R", r.id)),
		"label": ofIssues(func(args map[string]any) (any, error) {
			l := r.labelNamed(fmt.Sprint(args["name"]))
			if l == nil {
				return nil, nil
			}
			return node{"id": plain(nodeID("LA", l.id))}, nil
		}),
		"issue": ofIssues(func(args map[string]any) (any, error) {
			number := whole(args["number"])
			i, err := r.issueNumbered(number)
			if err != nil || i.pull {
				return nil, &refusal{status: 404, message: fmt.Sprintf("Could not resolve to an Issue with the number of %d.", number)}
			}
			return c.issueNode(i), nil
		}),
		"assignableUsers": func(args map[string]any) (any, error) { return c.assignableNodes(r, args) },
		"issues":          ofIssues(func(args map[string]any) (any, error) { return c.issueNodes(r, args) }),
		"deployments":     func(args map[string]any) (any, error) { return c.deploymentNodes(r, args) },
		"object":          func(args map[string]any) (any, error) { return c.gitObject(r, args) },
		"refs":            func(args map[string]any) (any, error) { return c.refNodes(r, args) },
		"defaultBranchRef": func(map[string]any) (any, error) {
			if err := c.permitted("contents", "read"); err != nil || r.tip() == nil {
				return nil, err
			}
			return c.refNode(r, r.defaultBranch), nil
		},
	}
}

// assignableNodes are the first of those whose login holds what is asked for.
func (c *call) assignableNodes(r *repo, args map[string]any) (any, error) {
	text, _ := args["query"].(string)
	var users []*user
	for _, login := range c.hub.logins() {
		if _, err := c.hub.assignable(r, []string{login}); err != nil || !strings.Contains(strings.ToLower(login), strings.ToLower(text)) {
			continue
		}
		if u := c.hub.userNamed(login); u.kind == "User" {
			users = append(users, u)
		}
	}
	return connection(users, args)
}

// connection is the first of a list. docs: Rate limits and query limits for the
// GraphQL API, "Node limit": first must be given, from 1 to 100.
func connection(users []*user, args map[string]any) (any, error) {
	return connected(users, args, func(u *user) node { return node{"id": plain(nodeID("U", u.id)), "login": plain(u.login)} })
}

// connected likewise.
func connected[T any](all []T, args map[string]any, show func(T) node) (any, error) {
	first := whole(args["first"])
	if first < 1 || first > 100 {
		return nil, &refusal{status: 422, message: "You must provide a `first` value of 1 to 100 to properly paginate a connection."}
	}
	cursor, _ := args["after"].(string)
	from, _ := strconv.Atoi(cursor) // GitHub's cursors are opaque
	to := min(from+first, len(all))
	nodes := []node{}
	for _, one := range all[min(from, to):to] {
		nodes = append(nodes, show(one))
	}
	return node{
		"nodes": plain(nodes), "totalCount": plain(len(all)),
		"pageInfo": plain(node{"endCursor": plain(strconv.Itoa(to)), "hasNextPage": plain(to < len(all))}),
	}, nil
}

// logins are all accounts by name.
func (h *Hub) logins() []string {
	var all []string
	for _, u := range h.users {
		all = append(all, u.login)
	}
	slices.Sort(all)
	return all
}

func (c *call) issueNode(i *issue) node {
	return node{
		"assignees": func(args map[string]any) (any, error) { return connection(i.now().assignees, args) },
		"id":        plain(nodeID("I", i.id)), "fullDatabaseId": plain(strconv.FormatInt(i.id, 10)), "number": plain(i.number),
		"createdAt": plain(format(i.created)), "lastEditedAt": plain(formatOrNull(i.now().edited)), "url": plain(c.hub.web("/%s/issues/%d", i.repo.fullName(), i.number)),
		"title": plain(i.now().title), "closedAt": plain(formatOrNull(i.now().closed)), "stateReason": plain(orNull(strings.ToUpper(i.now().reason))),
		"labels": func(args map[string]any) (any, error) {
			return connected(i.now().labels, args, func(l *label) node { return node{"id": plain(nodeID("LA", l.id)), "name": plain(l.name)} })
		},
	}
}

// openIssueByNodes opens an issue whose repository, labels, assignees and parent
// are named by node ids. That what GitHub refuses of it is then not half done is
// an assumption. docs: GraphQL API, Reference, createIssue.
func (c *call) openIssueByNodes(input map[string]any) (*issue, error) {
	h := c.hub
	id, _ := input["repositoryId"].(string)
	r := h.reposByID[idOf("R", id)]
	if !c.sees(r) {
		return nil, noNode(id)
	}
	if err := c.permitted("issues", "write"); err != nil {
		return nil, err
	}
	in := NewIssue{}
	in.Title, _ = input["title"].(string)
	in.Body, _ = input["body"].(string)
	for _, id := range list(input["labelIds"]) {
		at := slices.IndexFunc(r.labels, func(l *label) bool { return nodeID("LA", l.id) == id })
		if at < 0 {
			return nil, noNode(id)
		}
		in.Labels = append(in.Labels, r.labels[at].name)
	}
	for _, id := range list(input["assigneeIds"]) {
		u := h.userWithID(idOf("U", id))
		if u == nil {
			return nil, noNode(id)
		}
		in.Assignees = append(in.Assignees, u.login)
	}
	var parent *issue
	if id, given := input["parentIssueId"].(string); given {
		if parent = h.issueByID(idOf("I", id)); parent == nil || !c.sees(parent.repo) {
			return nil, noNode(id)
		}
		if err := mayHaveChild(parent, r); err != nil {
			return nil, err
		}
	}
	i, err := h.openIssue(c.actor, r, in)
	if err == nil && parent != nil {
		h.hang(parent, i)
	}
	return i, err
}

// idOf is the number in a node's id of this kind, or 0, which is nobody's.
func idOf(kind, node string) int64 {
	digits, _ := strings.CutPrefix(node, kind+"_fake")
	id, _ := strconv.ParseInt(digits, 10, 64)
	return id
}

func noNode(id string) error {
	return &refusal{status: 404, message: fmt.Sprintf("Could not resolve to a node with the global id of '%s'", id)}
}

// whole is a number in a document, or in a variable, or 0 for none.
func whole(value any) int {
	switch value := value.(type) {
	case int64:
		return int(value)
	case float64:
		return int(value)
	}
	return 0
}

// list are the strings of a list in a variable; one that is missing has none.
func list(value any) []string {
	elements, _ := value.([]any)
	all := make([]string, 0, len(elements))
	for _, e := range elements {
		all = append(all, fmt.Sprint(e))
	}
	return all
}

func (h *Hub) userWithID(id int64) *user {
	for _, u := range h.users {
		if u.id == id {
			return u
		}
	}
	return nil
}
