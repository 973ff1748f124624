package githubapp

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/kintsugi-app/kintsugi/workflows"
)

// commitFields are what is asked of a commit, withFiles what else of one alone, and
// commitNode is what comes.
const commitFields = `oid message url authors(first: 20) { nodes { user { login } } }
	associatedPullRequests(first: 10) { nodes { number body url author { login } } }`

var withFiles = strings.Replace(commitFields, "body url", "body url files(first: 100) { nodes { path } }", 1)

type commitNode struct {
	Oid, URL string
	Message  *string
	Authors  struct{ Nodes []struct{ User *login } }
	Pulls    struct {
		Nodes []struct {
			Number    int
			Body, URL string
			Author    *login
			Files     struct{ Nodes []struct{ Path string } }
		}
	} `json:"associatedPullRequests"`
}

// commit is the commit that a node tells of; missing is why not of its pull requests.
func (n *commitNode) commit(missing workflows.Answer) workflows.Commit {
	c := workflows.Commit{SHA: n.Oid, Message: *n.Message, URL: n.URL, NoPulls: missing.Unknown}
	add := func(who *login) {
		if who != nil && who.Login != "" && !slices.Contains(c.Authors, who.Login) {
			c.Authors = append(c.Authors, who.Login)
		}
	}
	for _, a := range n.Authors.Nodes {
		add(a.User)
	}
	for _, p := range n.Pulls.Nodes {
		add(p.Author)
		c.Pulls = append(c.Pulls, workflows.CommitPull{Number: p.Number, Body: p.Body, URL: p.URL})
		for _, f := range p.Files.Nodes {
			c.Files = append(c.Files, f.Path)
		}
	}
	return c
}

// commitOf tells who made a commit and opened its pull requests. It may be named by a
// branch or a tag, also by one that is an object of its own. docs: GraphQL API, Reference,
// Commit, Tag.
func (a *App) commitOf(ctx context.Context, ask workflows.CommitAsk) (workflows.Answer, error) {
	what := "the commit " + ask.Commit + " of " + ask.Repo
	fields, missing, untold, err := a.about(ctx, ask.Repo, what, toSeeContents, "associatedPullRequests", func(d *document) string {
		return fmt.Sprintf("commit: object(expression: %[1]s) { ... on Commit { %[2]s } ... on Tag { target { ... on Commit { %[2]s } } } }\n",
			d.variable("String!", ask.Commit), withFiles)
	})
	if err != nil || untold.Unknown != "" {
		return untold, err
	}
	var found *struct {
		commitNode
		Target *commitNode
	}
	if err := json.Unmarshal(fields["commit"], &found); err != nil {
		return workflows.Answer{}, err
	}
	if found != nil && found.Target != nil {
		found.commitNode = *found.Target
	}
	if found == nil || found.Message == nil {
		return workflows.Answer{Unknown: what + ": " + workflows.NotThere}, nil
	}
	answer := workflows.Answer{Seen: workflows.Seen{Commit: found.commit(missing)}}
	if missing.Unknown != "" {
		answer.Lacks = toSeePulls
	}
	return answer, nil
}
