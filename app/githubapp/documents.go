package githubapp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/google/go-github/v62/github"

	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/workflows"
)

// MarkdownFile is a file of a repository. Its content is read by Content.
type MarkdownFile struct {
	Path string
	// URL is where people read it.
	URL  string
	Size int

	sha string
}

// MarkdownFiles are those of one folder.
type MarkdownFiles struct {
	Files []MarkdownFile
	// IsThere: there is such a folder.
	IsThere bool
	// IsCut: GitHub lists no more than 100,000 entries, and there are more.
	IsCut bool
}

// MarkdownFiles lists the Markdown files in and below a folder, in GitHub's order.
// No folder is the whole repository, no ref the default branch; a ref is a branch,
// a tag or a commit, and one that is not there is engine.ErrGone, as is a
// repository. docs: REST API endpoints for repositories, "Get a repository".
func (a *App) MarkdownFiles(ctx context.Context, repo, ref, folder string) (found MarkdownFiles, err error) {
	owner, name, err := splitRepo(repo)
	if err != nil {
		return found, err
	}
	err = a.withLane(ctx, repo, func(l *lane) error {
		var about github.Repository
		if err := l.do(ctx, call{method: "GET", route: "repos/{owner}/{repo}", args: []any{owner, name}}, &about); err != nil {
			return err
		}
		if ref == "" {
			ref = about.GetDefaultBranch()
		}
		t := trees{lane: l, owner: owner, name: name, branch: ref}
		entries, isThere, err := t.below(ctx, folder)
		if isEmptyRepository(err) {
			return nil
		}
		if err != nil {
			return err
		}
		found = MarkdownFiles{IsThere: isThere, IsCut: t.cut}
		for _, e := range entries {
			if e.isMarkdown() {
				found.Files = append(found.Files, MarkdownFile{e.Path, pagesOf(about, ref) + escaped(e.Path), e.Size, e.SHA})
			}
		}
		return nil
	})
	return found, err
}

// isEmptyRepository: GitHub answers with 409 for one without a commit. docs: REST
// API endpoints for Git trees, "Conflict".
func isEmptyRepository(err error) bool {
	return errors.Is(err, engine.ErrRefused) && strings.Contains(err.Error(), "epository is empty")
}

// Content reads a file; one that is gone, or that GitHub sends in no form that we
// know, is engine.ErrGone.
func (a *App) Content(ctx context.Context, repo string, f MarkdownFile) (content []byte, err error) {
	owner, name, err := splitRepo(repo)
	if err != nil {
		return nil, err
	}
	err = a.withLane(ctx, repo, func(l *lane) (err error) {
		content, err = readBlob(ctx, l, owner, name, f.sha)
		return err
	})
	if err == nil && content == nil {
		err = fmt.Errorf("%w: the content of %s", engine.ErrGone, f.Path)
	}
	return content, err
}

// LabelledIssue is an issue found by its label.
type LabelledIssue struct {
	Number int
	workflows.Issue
}

// Labelled reads the newest issues with a label, open or closed, and no pull
// requests; more says that there are others. Where issues are switched off it is
// engine.ErrGone. docs: REST API endpoints for issues, "List repository issues".
func (a *App) Labelled(ctx context.Context, repo, label string, most int) (issues []LabelledIssue, more bool, err error) {
	owner, name, err := splitRepo(repo)
	if err != nil {
		return nil, false, err
	}
	err = a.withLane(ctx, repo, func(l *lane) error {
		issues, more = nil, false
		_, err := l.pages(ctx, call{
			method: "GET", route: "repos/{owner}/{repo}/issues", args: []any{owner, name},
			query: url.Values{"labels": {label}, "state": {"all"}, "sort": {"created"}, "direction": {"desc"}},
		}, func(page json.RawMessage) (bool, error) {
			var some []github.Issue
			if err := json.Unmarshal(page, &some); err != nil {
				return false, err
			}
			for _, i := range some {
				if i.IsPullRequest() || i.GetNumber() <= 0 {
					continue
				}
				if more = len(issues) == most; more {
					return false, nil
				}
				issues = append(issues, LabelledIssue{i.GetNumber(), readIssue(i, Identity{})})
			}
			return true, nil
		})
		return err
	})
	// What is opened meanwhile moves the others to the next page.
	slices.SortFunc(issues, func(x, y LabelledIssue) int { return x.Number - y.Number })
	issues = slices.CompactFunc(issues, func(x, y LabelledIssue) bool { return x.Number == y.Number })
	return issues, more, err
}
