package githubapp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/workflows"
)

// OpenIssues implements engine.Writer: one query for the node ids of all that is
// named, and one mutation. Labels that a repository lacks are made over REST, and
// then there is a second query. docs: GraphQL API, Reference, createIssue.
func (a *App) OpenIssues(ctx context.Context, parent workflows.Subject, list []workflows.IssueIntent) ([]engine.Opened, error) {
	if a.token != nil {
		return nil, errReadOnly
	}
	if !a.knowsGraphQL(parent.Repo) {
		return nil, fmt.Errorf("%w: this GitHub opens no several issues at once", engine.ErrGone)
	}
	ctx, cancel := context.WithTimeout(ctx, a.timeout)
	defer cancel()
	self, err := a.Identity(ctx)
	if err != nil {
		return nil, err
	}
	b := &batch{parent: parent, list: list}
	if err := a.resolve(ctx, b); err != nil {
		return nil, err
	}
	made, err := a.ensureLabels(ctx, b)
	if err == nil && made {
		err = a.resolve(ctx, b)
	}
	if err != nil {
		return nil, err
	}
	return a.openAll(ctx, b, workflows.User{Login: self.Login, Bot: true})
}

// batch is a list of issues and what GitHub calls what they name.
type batch struct {
	parent workflows.Subject
	list   []workflows.IssueIntent
	nodes  map[named]string
}

// named is something with a node id: a label, a person or an issue of a
// repository, or without a kind the repository itself.
type named struct{ repo, kind, name string }

func ofRepo(repo, kind, name string) named {
	return named{strings.ToLower(repo), kind, strings.ToLower(name)}
}

const (
	nodeIssue = "issue"
	nodeLabel = "label"
	nodeUser  = "user"
)

// names are what the batch names, each once and after its repository.
func (b *batch) names() []named {
	var all []named
	seen := map[named]bool{}
	add := func(n named, as string) {
		if !seen[n] {
			seen[n] = true
			all = append(all, named{n.repo, n.kind, as}) // in the letters of whoever wrote it
		}
	}
	for _, i := range b.list {
		add(ofRepo(i.Repo, "", ""), "")
		for _, l := range i.Labels {
			add(ofRepo(i.Repo, nodeLabel, l.Name), l.Name)
		}
		for _, login := range assignees(i) {
			add(ofRepo(i.Repo, nodeUser, login), login)
		}
		if i.Child {
			add(ofRepo(b.parent.Repo, "", ""), "")
			add(ofRepo(b.parent.Repo, nodeIssue, ""), "")
		}
	}
	return all
}

// assignees are as many as GitHub assigns.
func assignees(i workflows.IssueIntent) []string {
	var logins []string
	for _, login := range i.Assignees[:min(len(i.Assignees), mostAssignees)] {
		if login != "" {
			logins = append(logins, login)
		}
	}
	return logins
}

// resolve asks for the node ids of all that the batch names. What is not there,
// and who cannot be assigned, has none. docs: GraphQL API, Reference, Repository.
func (a *App) resolve(ctx context.Context, b *batch) error {
	d := &document{kind: "query"}
	all := b.names()
	within := map[string][]string{} // by repository
	for i, n := range all {
		var field string
		switch n.kind {
		case nodeLabel:
			field = fmt.Sprintf("label(name: %s) { id }", d.variable("String!", n.name))
		case nodeUser:
			// It finds names that are alike, too.
			field = fmt.Sprintf("assignableUsers(first: 100, query: %s) { nodes { id login } }", d.variable("String!", n.name))
		case nodeIssue:
			field = fmt.Sprintf("issue(number: %s) { id }", d.variable("Int!", b.parent.Number))
		default:
			continue
		}
		within[n.repo] = append(within[n.repo], fmt.Sprintf("n%d: %s", i, field))
	}
	for i, n := range all {
		if n.kind != "" {
			continue
		}
		owner, name, err := splitRepo(n.repo)
		if err != nil {
			return err
		}
		d.fields = append(d.fields, fmt.Sprintf("n%d: repository(owner: %s, name: %s) { id %s }",
			i, d.variable("String!", owner), d.variable("String!", name), strings.Join(within[n.repo], " ")))
	}
	answer, err := a.graph(ctx, b.parent.Repo, d, 0)
	if err != nil {
		return err
	}
	b.nodes = map[named]string{}
	return b.read(all, answer)
}

// read takes the node ids out of the answer.
func (b *batch) read(all []named, answer graphAnswer) error {
	repos := map[string]map[string]json.RawMessage{}
	for i, n := range all {
		alias := fmt.Sprintf("n%d", i)
		data := answer.Data[alias]
		if n.kind != "" {
			data = repos[n.repo][alias]
		}
		var found *struct {
			ID    string
			Nodes []*struct{ ID, Login string }
		}
		if data == nil {
			continue
		}
		if err := json.Unmarshal(data, &found); err != nil {
			return fmt.Errorf("POST %s: the answer cannot be read: %w", graphQLRoute, err)
		}
		if found == nil {
			continue
		}
		if n.kind == "" {
			var fields map[string]json.RawMessage
			if err := json.Unmarshal(data, &fields); err != nil {
				return fmt.Errorf("POST %s: the answer cannot be read: %w", graphQLRoute, err)
			}
			repos[n.repo] = fields
		}
		id := found.ID
		for _, u := range found.Nodes {
			if u != nil && strings.EqualFold(u.Login, n.name) {
				id = u.ID
			}
		}
		if id != "" {
			b.nodes[ofRepo(n.repo, n.kind, n.name)] = id
		}
	}
	return nil
}

// ensureLabels makes the labels that were not found, and tells whether there were
// any.
func (a *App) ensureLabels(ctx context.Context, b *batch) (some bool, err error) {
	asked := map[named]bool{}
	for _, i := range b.list {
		for _, l := range i.Labels {
			n := ofRepo(i.Repo, nodeLabel, l.Name)
			if b.nodes[n] != "" || b.nodes[ofRepo(i.Repo, "", "")] == "" || asked[n] {
				continue
			}
			asked[n] = true
			a.labels.drop(i.Repo + "/" + l.Name) // it is not there, whatever was known
			if err := a.ensureLabel(ctx, i.Repo, l); err != nil {
				return some, err
			}
			some = true
		}
	}
	return some, nil
}

// input is CreateIssueInput, as far as we use it.
type input struct {
	RepositoryID  string   `json:"repositoryId"`
	Title         string   `json:"title"`
	Body          string   `json:"body"`
	LabelIDs      []string `json:"labelIds,omitempty"`
	AssigneeIDs   []string `json:"assigneeIds,omitempty"`
	ParentIssueID string   `json:"parentIssueId,omitempty"`
}

// input is what is sent for an issue, or why it cannot be one of several: whatever
// it names has to be there.
func (b *batch) input(i workflows.IssueIntent) (input, error) {
	in := input{RepositoryID: b.nodes[ofRepo(i.Repo, "", "")], Title: i.Title, Body: i.Body}
	if in.RepositoryID == "" {
		return in, fmt.Errorf("%w: %s is not found", engine.ErrGone, i.Repo)
	}
	for _, l := range i.Labels {
		id := b.nodes[ofRepo(i.Repo, nodeLabel, l.Name)]
		if id == "" {
			return in, fmt.Errorf("%w: the label %q is not found", engine.ErrRefused, l.Name)
		}
		in.LabelIDs = append(in.LabelIDs, id)
	}
	for _, login := range assignees(i) {
		if id := b.nodes[ofRepo(i.Repo, nodeUser, login)]; id != "" {
			in.AssigneeIDs = append(in.AssigneeIDs, id)
		}
	}
	if i.Child {
		if in.ParentIssueID = b.nodes[ofRepo(b.parent.Repo, nodeIssue, "")]; in.ParentIssueID == "" {
			return in, fmt.Errorf("%w: %s is not found", engine.ErrRefused, b.parent)
		}
	}
	return in, nil
}

// openAll sends the mutation, and tells what became of each issue. Those of one
// mutation are no transaction: some may be made and others refused.
func (a *App) openAll(ctx context.Context, b *batch, author workflows.User) ([]engine.Opened, error) {
	opened := make([]engine.Opened, len(b.list))
	d := &document{kind: "mutation"}
	for i, want := range b.list {
		in, err := b.input(want)
		if err != nil {
			opened[i].Err = err
			continue
		}
		d.fields = append(d.fields, fmt.Sprintf("i%d: createIssue(input: %s) { issue { fullDatabaseId number createdAt url assignees(first: %d) { nodes { login } } } }",
			i, d.variable("CreateIssueInput!", in), mostAssignees))
	}
	if len(d.fields) == 0 {
		return opened, nil
	}
	answer, err := a.graph(ctx, b.parent.Repo, d, len(d.fields))
	if err != nil {
		return nil, err
	}
	for i, want := range b.list {
		if opened[i].Err == nil {
			opened[i].Issue, opened[i].Err = a.readOpened(answer, fmt.Sprintf("i%d", i), want)
			opened[i].Issue.Author = author
		}
	}
	return opened, nil
}

// readOpened is what became of one issue, by its alias.
func (a *App) readOpened(answer graphAnswer, alias string, want workflows.IssueIntent) (engine.OwnIssue, error) {
	var payload *struct {
		Issue *struct {
			FullDatabaseID int64 `json:"fullDatabaseId,string"`
			Number         int
			CreatedAt      time.Time
			URL            string
			Assignees      struct{ Nodes []*struct{ Login string } }
		}
	}
	if data := answer.Data[alias]; data == nil || json.Unmarshal(data, &payload) != nil {
		return engine.OwnIssue{}, a.notOpened(answer, alias)
	}
	if payload == nil || payload.Issue == nil || payload.Issue.FullDatabaseID == 0 || payload.Issue.Number == 0 {
		return engine.OwnIssue{}, a.notOpened(answer, alias)
	}
	i := payload.Issue
	made := engine.OwnIssue{Number: i.Number, Child: want.Child}
	made.Issue = workflows.Issue{
		ID: i.FullDatabaseID, Title: want.Title, Body: want.Body, Ours: true, Open: true, CreatedAt: i.CreatedAt.UTC(), URL: i.URL,
	}
	for _, l := range want.Labels {
		made.Labels = append(made.Labels, l.Name)
	}
	for _, u := range i.Assignees.Nodes {
		if u != nil {
			made.Assignees = append(made.Assignees, u.Login)
		}
	}
	return made, nil
}

// notOpened is why there is no issue under an alias. What GitHub says nothing of,
// and what went wrong on its side, may have been made all the same.
func (a *App) notOpened(answer graphAnswer, alias string) error {
	for _, e := range answer.Errors {
		if !e.of(alias) {
			continue
		}
		list := []graphError{e}
		limit, _ := e.isLimit()
		switch {
		case limit:
			return &engine.Later{At: a.clock.Now().Add(firstPause), Reason: a.said(errors.New("GitHub's limit"), list).Error(), Guessed: true}
		case e.Type == "INTERNAL", e.Type == "SERVICE_UNAVAILABLE", strings.HasPrefix(e.Message, "Something went wrong"):
			return a.said(engine.ErrUncertain, list)
		case e.Type == "NOT_FOUND":
			return a.said(engine.ErrGone, list)
		default:
			return a.said(engine.ErrRefused, list)
		}
	}
	return a.said(engine.ErrUncertain, answer.Errors)
}
