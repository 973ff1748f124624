package githubapp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/kintsugi-app/kintsugi/app/engine"
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

// commitsAtOnce is of how many commits one document asks.
const commitsAtOnce = 10

// commitsOf tells the same of several commits. Where GitHub would not answer for so many at
// once, since what their pull requests say is too much or takes too long, each is asked for.
func (a *App) commitsOf(ctx context.Context, ask workflows.CommitsAsk) (answer workflows.Answer, err error) {
	for some := range slices.Chunk(lines(ask.Commits), commitsAtOnce) {
		part, err := a.commitsTogether(ctx, ask.Repo, some)
		_, limited := errors.AsType[*engine.Later](err)
		if err != nil && !limited && ctx.Err() == nil {
			part, err = a.commitsApart(ctx, ask.Repo, some)
		}
		if err != nil || part.Unknown != "" {
			return part, err
		}
		answer.Seen.Commits = append(answer.Seen.Commits, part.Seen.Commits...)
		answer.Lacks = part.Lacks
	}
	return answer, nil
}

func (a *App) commitsTogether(ctx context.Context, repo string, commits []string) (answer workflows.Answer, err error) {
	fields, missing, untold, err := a.about(ctx, repo, "commits of "+repo, toSeeContents, "associatedPullRequests", func(d *document) string {
		var b strings.Builder
		for i, commit := range commits {
			fmt.Fprintf(&b, "c%d: object(expression: %s) { ... on Commit { %s } }\n", i, d.variable("String!", commit), withFiles)
		}
		return b.String()
	})
	if err != nil || untold.Unknown != "" {
		return untold, err
	}
	for i := range commits {
		var found *commitNode
		if err := json.Unmarshal(fields[fmt.Sprintf("c%d", i)], &found); err != nil {
			return workflows.Answer{}, err
		}
		if found != nil && found.Message != nil {
			answer.Seen.Commits = append(answer.Seen.Commits, found.commit(missing))
		}
	}
	if missing.Unknown != "" {
		answer.Lacks = toSeePulls
	}
	return answer, nil
}

func (a *App) commitsApart(ctx context.Context, repo string, commits []string) (answer workflows.Answer, err error) {
	for _, commit := range commits {
		one, err := a.commitOf(ctx, workflows.CommitAsk{Repo: repo, Commit: commit})
		switch {
		case err != nil:
			return workflows.Answer{}, err
		case one.NotThere():
		case one.Unknown != "":
			return one, nil
		default:
			answer.Seen.Commits = append(answer.Seen.Commits, one.Seen.Commit)
			answer.Lacks = one.Lacks
		}
	}
	return answer, nil
}
