package githubapp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows"
)

// What is asked about a release in one document over GraphQL would take a request for
// each label, environment or file over REST. Each document asks for what one permission
// allows: where that is missing, GitHub may leave out all of the document.

// ofRelease answers the asks about a release; ok is false for any other.
func (a *App) ofRelease(ctx context.Context, ask workflows.Ask) (answer workflows.Answer, ok bool, err error) {
	switch ask := ask.(type) {
	case workflows.CommitAsk:
		answer, err = a.commitOf(ctx, ask)
	case workflows.CommitsAsk:
		answer, err = a.commitsOf(ctx, ask)
	case workflows.TreeAsk:
		answer, err = a.keptAt(ask.Commit, ask.Repo+" tree "+ask.Commit, func() (workflows.Answer, error) { return a.tree(ctx, ask) })
	case workflows.TextsAsk:
		answer, err = a.keptAt(ask.Commit, ask.Repo+" texts "+ask.Commit+" "+ask.Paths, func() (workflows.Answer, error) { return a.textsOf(ctx, ask) })
	case workflows.FolderAsk:
		answer, err = a.folderOf(ctx, ask)
	case workflows.ChecksAsk:
		answer, err = a.checks(ctx, ask)
	case workflows.RunsAsk:
		answer, err = a.runs(ctx, ask)
	case workflows.LastRunsAsk:
		answer, err = a.lastRuns(ctx, ask)
	case workflows.ReleasesAsk:
		answer, err = a.published(ctx, ask)
	case workflows.DeploymentsAsk:
		answer, err = a.deploymentsTo(ctx, ask)
	case workflows.DeployedAsk:
		answer, err = a.keptDeployed(ctx, ask)
	case workflows.PastRunsAsk:
		answer, err = a.pastRuns(ctx, ask)
	case workflows.IssuesAsk:
		answer, err = a.issuesWith(ctx, ask)
	case workflows.WaitingAsk:
		answer, err = a.waiting(ctx, ask)
	case workflows.HeadsAsk:
		answer, err = a.heads(ctx, ask)
	case workflows.NotesAsk:
		answer, err = a.notes(ctx, ask)
	case workflows.RemarksAsk:
		answer, err = a.remarks(ctx, ask)
	default:
		return answer, false, nil
	}
	return answer, true, err
}

// keptAt answers from what was read of a commit in the last ten minutes, if that is its
// whole name: its files never change.
func (a *App) keptAt(commit, name string, read func() (workflows.Answer, error)) (workflows.Answer, error) {
	if answer, ok := a.trees.get(name); ok {
		return answer, nil
	}
	answer, err := read()
	if err == nil && answer.Unknown == "" && commitName.MatchString(commit) && weightOfAnswer(answer) < keptOfOwner/2 {
		a.trees.put(name, answer)
	}
	return answer, err
}

// about asks one document about a repository, whose fields ask writes, and reads what
// came of them by their aliases. may is the part of a path that alone may be missing
// without the rest of the answer being worth nothing.
func (a *App) about(ctx context.Context, repo, what, permission, may string, ask func(d *document) string) (fields map[string]json.RawMessage, missing, answer workflows.Answer, err error) {
	owner, name, err := splitRepo(repo)
	if err != nil {
		return nil, missing, answer, err
	}
	if why := a.lacksGraphQL(repo); why != "" {
		return nil, missing, workflows.Answer{Unknown: what + ": " + why}, nil
	}
	d := &document{kind: "query"}
	head := fmt.Sprintf("repository(owner: %s, name: %s) {\n", d.variable("String!", owner), d.variable("String!", name))
	d.fields = []string{head + ask(d) + "}"}
	got, err := a.graph(ctx, repo, d, 0)
	if why := a.lacksGraphQL(repo); err != nil && why != "" {
		return nil, missing, workflows.Answer{Unknown: what + ": " + why}, nil
	}
	if err != nil {
		return nil, missing, answer, err
	}
	for _, e := range got.Errors {
		refused := a.refusedBy(e, what, permission)
		switch {
		case may != "" && slices.ContainsFunc(e.Path, func(step any) bool { return step == may }):
			missing = refused
		case refused.Unknown != "":
			return nil, missing, refused, nil
		default:
			return nil, missing, answer, a.said(errors.New("no answer"), got.Errors)
		}
	}
	if err := json.Unmarshal(got.Data["repository"], &fields); err != nil {
		return nil, missing, answer, fmt.Errorf("%s: the answer cannot be read: %w", what, err)
	}
	return fields, missing, answer, nil
}

// refusedBy is the answer that an error of GraphQL stands for, or none where asking
// again may help.
func (a *App) refusedBy(e graphError, what, permission string) workflows.Answer {
	switch e.Type {
	case "FORBIDDEN":
		return workflows.Answer{Unknown: fmt.Sprintf("%s: the App lacks the permission %q", what, permission), Lacks: permission}
	case "NOT_FOUND":
		return workflows.Answer{Unknown: fmt.Sprintf("%s: %s", what, workflows.NotThere)}
	}
	return workflows.Answer{}
}

// blob is a file as GraphQL tells of it; Text is null for what is none.
type blob struct {
	Text                  *string
	IsBinary, IsTruncated bool
	ByteSize              int
}

const blobFields = "... on Blob { text isBinary isTruncated byteSize }"

func (b *blob) file(path string) workflows.File {
	switch {
	case b == nil:
		return workflows.File{Path: path, Problem: "not a file"}
	case b.IsBinary || b.Text == nil:
		return workflows.File{Path: path, Problem: "not a text"}
	case b.IsTruncated:
		return workflows.File{Path: path, Problem: "too large"}
	}
	return workflows.File{Path: path, Text: *b.Text}
}

// textsOf reads some files of a commit.
func (a *App) textsOf(ctx context.Context, ask workflows.TextsAsk) (workflows.Answer, error) {
	paths := strings.Split(ask.Paths, "\n")
	fields, _, untold, err := a.about(ctx, ask.Repo, "the files of "+ask.Repo, toSeeContents, "", func(d *document) string {
		var b strings.Builder
		for i, path := range paths {
			fmt.Fprintf(&b, "f%d: object(expression: %s) { %s }\n", i, d.variable("String!", ask.Commit+":"+path), blobFields)
		}
		return b.String()
	})
	if err != nil || untold.Unknown != "" {
		return untold, err
	}
	var answer workflows.Answer
	for i, path := range paths {
		var found *blob
		if err := json.Unmarshal(fields[fmt.Sprintf("f%d", i)], &found); err != nil {
			return workflows.Answer{}, err
		}
		answer.Seen.Files = append(answer.Seen.Files, found.file(path))
	}
	return answer, nil
}

// folderOf reads the files of a folder of the default branch. A folder that is not
// there has none.
func (a *App) folderOf(ctx context.Context, ask workflows.FolderAsk) (workflows.Answer, error) {
	fields, _, untold, err := a.about(ctx, ask.Repo, "the folder "+ask.Path+" in "+ask.Repo, toSeeContents, "", func(d *document) string {
		return fmt.Sprintf("folder: object(expression: %s) { ... on Tree { entries { path type object { %s } } } }\n",
			d.variable("String!", "HEAD:"+ask.Path), blobFields)
	})
	if err != nil || untold.Unknown != "" {
		return untold, err
	}
	var found *struct {
		Entries []struct {
			Path, Type string
			Object     *blob
		}
	}
	if err := json.Unmarshal(fields["folder"], &found); err != nil || found == nil {
		return workflows.Answer{}, err
	}
	var answer workflows.Answer
	for _, e := range found.Entries {
		if e.Type == "blob" {
			answer.Seen.Files = append(answer.Seen.Files, e.Object.file(e.Path))
		}
	}
	return answer, nil
}

// mostDeployments is how many deployments to an environment are read.
const mostDeployments = 100

// deploymentFields are what is asked of a deployment: ten of its statuses, too.
const deploymentFields = "commitOid createdAt environment statuses(first: 10) { nodes { state createdAt logUrl } }"

// deploymentsTo tells of the newest deployments to each environment. One that was
// replaced by a later one is inactive, so that its statuses say whether it ever
// succeeded. docs: REST API endpoints for deployment statuses, "auto_inactive"; GraphQL
// API, Reference, Deployment.
func (a *App) deploymentsTo(ctx context.Context, ask workflows.DeploymentsAsk) (workflows.Answer, error) {
	environments := strings.Split(ask.Environments, "\n")
	fields, _, untold, err := a.about(ctx, ask.Repo, "the deployments of "+ask.Repo, toSeeDeployments, "", func(d *document) string {
		var b strings.Builder
		for i, e := range environments {
			fmt.Fprintf(&b, `e%d: deployments(environments: %s, first: %d, orderBy: {field: CREATED_AT, direction: DESC}) {
				totalCount nodes { %s }
			}
			`, i, d.variable("[String!]", []string{e}), mostDeployments, deploymentFields)
		}
		return b.String()
	})
	if err != nil || untold.Unknown != "" {
		return untold, err
	}
	var answer workflows.Answer
	for i := range environments {
		var found struct {
			TotalCount int
			Nodes      []deploymentNode
		}
		if err := json.Unmarshal(fields[fmt.Sprintf("e%d", i)], &found); err != nil {
			return workflows.Answer{}, err
		}
		for _, n := range found.Nodes {
			answer.Seen.Deployments = append(answer.Seen.Deployments, n.deployment())
		}
		answer.Seen.Cut = answer.Seen.Cut || found.TotalCount > len(found.Nodes)
	}
	return answer, nil
}

type deploymentNode struct {
	CommitOid, Environment string
	CreatedAt              time.Time
	Statuses               struct {
		Nodes []struct {
			State, LogURL string
			CreatedAt     time.Time
		}
	}
}

func (n deploymentNode) deployment() workflows.Deployment {
	d := workflows.Deployment{Environment: n.Environment, Commit: n.CommitOid, At: n.CreatedAt.UTC()}
	latest := time.Time{}
	for _, s := range n.Statuses.Nodes { // in no order that is documented
		if !s.CreatedAt.Before(latest) && (d.State == "" || s.CreatedAt.After(latest)) {
			latest, d.State, d.URL = s.CreatedAt, strings.ToLower(s.State), s.LogURL
		}
		if s.State == "SUCCESS" && (d.Success.IsZero() || s.CreatedAt.Before(d.Success)) {
			d.Success = s.CreatedAt.UTC()
		}
	}
	return d
}

// mostIssues is how many issues are looked at for a set of labels.
const mostIssues = 50

// issuesWith tells of the issues with some labels. GitHub lists those that carry any of
// several labels, so that of a set the first is asked for and the others are looked at
// here. docs: GraphQL API, Reference, Repository.issues.
func (a *App) issuesWith(ctx context.Context, ask workflows.IssuesAsk) (workflows.Answer, error) {
	open, closed := lines(ask.Open), lines(ask.Closed)
	fields, _, untold, err := a.about(ctx, ask.Repo, "the issues of "+ask.Repo, toSeeIssues, "", func(d *document) string {
		var b strings.Builder
		list := func(alias, label, state, order string) {
			fmt.Fprintf(&b, `%s: issues(labels: %s, first: %d, states: %s, orderBy: {field: %s, direction: DESC}) {
				totalCount nodes { number title url closedAt stateReason labels(first: 20) { nodes { name } } }
			}
			`, alias, d.variable("[String!]", []string{label}), mostIssues, state, order)
		}
		for i, set := range open {
			label, _, _ := strings.Cut(set, "\t")
			list(fmt.Sprintf("o%d", i), label, "OPEN", "CREATED_AT")
		}
		for i, label := range closed {
			list(fmt.Sprintf("c%d", i), label, "CLOSED", "UPDATED_AT")
		}
		return b.String()
	})
	if err != nil || untold.Unknown != "" {
		return untold, err
	}
	answer := workflows.Answer{Seen: workflows.Seen{Issues: map[string]workflows.Issues{}}}
	for alias, set := range sets(open, closed) {
		found, err := readIssues(fields[alias], strings.Split(set, "\t"))
		if err != nil {
			return workflows.Answer{}, err
		}
		if alias[0] == 'c' {
			set = "closed\t" + set
		}
		answer.Seen.Issues[set] = found
	}
	return answer, nil
}

func lines(text string) []string {
	return slices.DeleteFunc(strings.Split(text, "\n"), func(line string) bool { return line == "" })
}

// sets are the lines that were asked for, by alias.
func sets(open, closed []string) map[string]string {
	all := map[string]string{}
	for i, set := range open {
		all[fmt.Sprintf("o%d", i)] = set
	}
	for i, label := range closed {
		all[fmt.Sprintf("c%d", i)] = label
	}
	return all
}

func readIssues(data json.RawMessage, labels []string) (issues workflows.Issues, err error) {
	var found struct {
		TotalCount int
		Nodes      []struct {
			Number      int
			Title, URL  string
			ClosedAt    *time.Time
			StateReason string
			Labels      struct{ Nodes []struct{ Name string } }
		}
	}
	if err := json.Unmarshal(data, &found); err != nil {
		return issues, err
	}
	issues.Total, issues.Cut = found.TotalCount, found.TotalCount > len(found.Nodes)
	for _, n := range found.Nodes {
		one := workflows.LabelledIssue{Number: n.Number, Title: n.Title, URL: n.URL, Done: n.StateReason == "COMPLETED"}
		if n.ClosedAt != nil {
			one.Closed = n.ClosedAt.UTC()
		}
		for _, l := range n.Labels.Nodes {
			one.Labels = append(one.Labels, l.Name)
		}
		carries := func(label string) bool {
			return slices.ContainsFunc(one.Labels, func(have string) bool { return strings.EqualFold(have, label) })
		}
		if !slices.ContainsFunc(labels, func(label string) bool { return !carries(label) }) {
			issues.All = append(issues.All, one)
		}
	}
	if len(labels) > 1 && !issues.Cut {
		issues.Total = len(issues.All)
	}
	return issues, nil
}
