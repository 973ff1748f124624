package githubapp

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows"
)

// The bounds on what is looked at for notes: commits of the default branch, and on each
// suites of checks, and check runs in one.
const (
	mostNoted  = 5
	mostSuites = 10
	mostNotes  = 5
)

// ofActions is the App that every workflow of a repository can speak as. docs:
// GITHUB_TOKEN.
const ofActions = "github-actions"

// notedNode is a commit with the check runs of one name on it.
type notedNode struct {
	Oid         string
	CheckSuites struct {
		Nodes []struct {
			App       *struct{ Slug string }
			CheckRuns struct {
				Nodes []struct {
					Summary     *string
					URL         string
					CompletedAt *time.Time
				}
			}
		}
	}
}

// notes tells what Apps wrote as a check run of a name, on a commit and on the newest of
// the default branch. What GitHub Actions wrote may be anybody's who can change a
// workflow. docs: GraphQL API, Reference, CheckRun.
func (a *App) notes(ctx context.Context, ask workflows.NotesAsk) (workflows.Answer, error) {
	fields, _, untold, err := a.about(ctx, ask.Repo, "the check runs of "+ask.Repo, toSeeChecks, "", func(d *document) string {
		of := fmt.Sprintf(`... on Commit { oid checkSuites(first: %d, filterBy: {checkName: %s}) { nodes {
			app { slug }
			checkRuns(first: %d, filterBy: {checkName: %s, checkType: LATEST}) { nodes { summary url completedAt } }
		} } }`, mostSuites, d.variable("String", ask.Check), mostNotes, d.variable("String", ask.Check))
		return fmt.Sprintf("commit: object(expression: %s) { %s }\nmain: defaultBranchRef { target { ... on Commit { history(first: %d) { nodes { %s } } } } }\n",
			d.variable("String!", ask.Commit), of, mostNoted, of)
	})
	if err != nil || untold.Unknown != "" {
		return untold, err
	}
	var commit *notedNode
	var main *struct {
		Target struct {
			History struct{ Nodes []notedNode }
		}
	}
	if err := cmp.Or(json.Unmarshal(fields["commit"], &commit), json.Unmarshal(fields["main"], &main)); err != nil {
		return workflows.Answer{}, err
	}
	var commits []notedNode
	if commit != nil && commit.Oid != "" {
		commits = append(commits, *commit)
	}
	if main != nil {
		commits = append(commits, main.Target.History.Nodes...)
	}
	return workflows.Answer{Seen: workflows.Seen{Notes: notesOn(commits)}}, nil
}

// notesOn are the notes on some commits, each once, the newest first.
func notesOn(commits []notedNode) (notes []workflows.Note) {
	for _, c := range commits {
		for _, s := range c.CheckSuites.Nodes {
			if s.App == nil || s.App.Slug == "" || strings.EqualFold(s.App.Slug, ofActions) {
				continue
			}
			for _, r := range s.CheckRuns.Nodes {
				if r.Summary == nil || r.CompletedAt == nil {
					continue
				}
				n := workflows.Note{Commit: c.Oid, App: s.App.Slug, Text: *r.Summary, URL: r.URL, At: r.CompletedAt.UTC()}
				if !slices.Contains(notes, n) {
					notes = append(notes, n)
				}
			}
		}
	}
	slices.SortStableFunc(notes, func(x, y workflows.Note) int { return y.At.Compare(x.At) })
	return notes
}
