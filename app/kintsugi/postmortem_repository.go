package main

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/kintsugi-app/kintsugi/app/clock"
	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/app/githubapp"
	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/policy"
	"github.com/kintsugi-app/kintsugi/workflows/postmortem"
)

// What is read of one repository. Two thousand files take some four minutes at the
// pace that GitHub likes.
const (
	mostFiles  = 2000
	mostIssues = 2000
	// filesAtOnce is how many are asked for at a time.
	filesAtOnce = 8
	// longestPatience is how far away the end of a limit may be that is waited for.
	longestPatience = 2 * time.Minute
	// mostPatience is how often the same thing is asked for.
	mostPatience = 5
	// mostFailures in a row are GitHub's trouble, not that of the files.
	mostFailures = 10
)

// repositoryChoice is what is to be read of a repository.
type repositoryChoice struct {
	repo, path, ref string
	// label is that of issues; empty is the policy's.
	label string
}

// errNoSuchChoice: what was chosen is not in the repository.
var errNoSuchChoice = errors.New("there is nothing to read")

// repositoryReader reads the documents of one on GitHub: Markdown files, and issues with
// the label of postmortems. It only reads.
type repositoryReader struct {
	repositoryChoice
	app   *githubapp.App
	clock clock.Clock
	// documents are by the names that they go by in files.
	documents map[string]repositoryDocument
	files     []file

	finished, failures atomic.Int64
}

// repositoryDocument is a file, or an issue with its content.
type repositoryDocument struct {
	url     string
	file    *githubapp.MarkdownFile
	content string
}

// openRepository finds out which documents there are.
func openRepository(ctx context.Context, g gitHub, choice repositoryChoice) (*repositoryReader, error) {
	r := &repositoryReader{repositoryChoice: choice, app: g.app, clock: g.clock, documents: map[string]repositoryDocument{}}
	if err := r.meet(ctx); err != nil {
		return nil, err
	}
	if err := r.listFiles(ctx); err != nil {
		return nil, err
	}
	if err := r.listIssues(ctx); err != nil {
		return nil, err
	}
	if len(r.files) == 0 {
		r.problem(
			"there are no documents here: no *.md but perhaps a README or templates, and no issue labelled "+r.label,
			"文書がありません。READMEとテンプレートを除く *.md と、ラベル "+r.label+" のIssueを読みます")
	}
	return r, nil
}

// problem notes what keeps a part of the repository from being read.
func (r *repositoryReader) problem(english, japanese string) {
	r.files = append(r.files, file{r.repo, &fileProblem{file: r.repo, english: english, japanese: japanese}})
}

// meet looks whether the repository can be seen, how it is called by now, and
// which label its policy names.
func (r *repositoryReader) meet(ctx context.Context) error {
	var home engine.Home
	ask := func() (err error) {
		home, err = r.app.Home(ctx, r.repo)
		return err
	}
	err := r.patiently(ctx, ask)
	if moved, ok := errors.AsType[*engine.Moved](err); ok {
		r.repo = moved.To
		err = r.patiently(ctx, ask)
	}
	if errors.Is(err, engine.ErrGone) {
		return fmt.Errorf("%s is no folder here, and no repository on GitHub that can be seen with these credentials", r.repo)
	}
	if err != nil {
		return err
	}
	if r.label == "" {
		settings, _ := policy.ParseLayers(home.Sources, sections())
		r.label = sectionOf[postmortem.Policy](settings).Label
	}
	return nil
}

func (r *repositoryReader) listFiles(ctx context.Context) error {
	var found githubapp.MarkdownFiles
	err := r.patiently(ctx, func() (err error) {
		found, err = r.app.MarkdownFiles(ctx, r.repo, r.ref, r.path)
		return err
	})
	switch {
	case errors.Is(err, engine.ErrGone) && r.ref != "":
		return fmt.Errorf("%w: %s has no branch, tag or commit %q", errNoSuchChoice, r.repo, r.ref)
	case errors.Is(err, engine.ErrRefused):
		r.problem("its files may not be read: "+err.Error(), "ファイルを読み取る権限がありません: "+err.Error())
		return nil
	case err != nil:
		return err
	case !found.IsThere && r.path != "":
		return fmt.Errorf("%w: %s has no folder %q", errNoSuchChoice, r.repo, r.path)
	case found.IsCut:
		r.problem(
			"GitHub lists only a part of so many files, and the rest is not read: name a folder by --path",
			"ファイルが多く、GitHubは一部しか一覧に出しません。残りは読みません。--path でフォルダーを指定してください")
	}
	files := slices.DeleteFunc(found.Files, func(f githubapp.MarkdownFile) bool { return !r.isDocument(f.Path) })
	slices.SortFunc(files, func(a, b githubapp.MarkdownFile) int { return strings.Compare(a.Path, b.Path) })
	if len(files) > mostFiles {
		r.problem(
			fmt.Sprintf("of %d documents the first %d are read: name a folder by --path", len(files), mostFiles),
			fmt.Sprintf("文書%d件のうち最初の%d件を読みます。--path でフォルダーを指定してください", len(files), mostFiles))
		files = files[:mostFiles]
	}
	for _, f := range files {
		r.documents[f.Path] = repositoryDocument{url: f.URL, file: &f}
		r.files = append(r.files, file{name: f.Path})
	}
	return nil
}

// isDocument: of a folder on this machine, the same files are read.
func (r *repositoryReader) isDocument(name string) bool {
	folders, base := path.Split(strings.TrimPrefix(name, strings.Trim(path.Clean("/"+r.path), "/")))
	for folder := range strings.SplitSeq(folders, "/") {
		if strings.HasPrefix(folder, ".") || folder == "node_modules" {
			return false
		}
	}
	return isDocument(base)
}

func (r *repositoryReader) listIssues(ctx context.Context) error {
	var issues []githubapp.LabelledIssue
	var more bool
	err := r.patiently(ctx, func() (err error) {
		issues, more, err = r.app.Labelled(ctx, r.repo, r.label, mostIssues)
		return err
	})
	switch {
	case errors.Is(err, engine.ErrGone): // a repository need have no issues
		return nil
	case errors.Is(err, engine.ErrRefused):
		r.problem("its issues may not be read: "+err.Error(), "Issueを読み取る権限がありません: "+err.Error())
		return nil
	case err != nil:
		return err
	case more:
		r.problem(
			fmt.Sprintf("of the issues labelled %s the newest %d are read", r.label, mostIssues),
			fmt.Sprintf("ラベル %s のIssueのうち、新しい%d件を読みます", r.label, mostIssues))
	}
	for _, i := range issues {
		name := workflows.Subject{Repo: r.repo, Number: i.Number}.String()
		r.documents[name] = repositoryDocument{url: i.URL, content: "# " + i.Title + "\n\n" + i.Body}
		r.files = append(r.files, file{name: name})
	}
	return nil
}

// source hands the documents out.
func (r *repositoryReader) source(ctx context.Context) source {
	return source{slices.Values(r.files), filesAtOnce, func(f file) (string, *fileProblem, error) {
		defer r.finished.Add(1)
		d := r.documents[f.name]
		switch {
		case d.file == nil:
			return d.content, unreadable(f.name, d.content, int64(len(d.content))), nil
		case d.file.Size > mostDocument:
			return "", unreadable(f.name, "", int64(d.file.Size)), nil
		}
		return r.content(ctx, *d.file)
	}}
}

// content reads a file. One that cannot be read keeps nobody from the others.
func (r *repositoryReader) content(ctx context.Context, f githubapp.MarkdownFile) (string, *fileProblem, error) {
	var content []byte
	err := r.patiently(ctx, func() (err error) {
		content, err = r.app.Content(ctx, r.repo, f)
		return err
	})
	if err == nil {
		r.failures.Store(0)
		return string(content), unreadable(f.Path, string(content), int64(len(content))), nil
	}
	_, limit := errors.AsType[*engine.Later](err)
	if limit || ctx.Err() != nil || errors.Is(err, githubapp.ErrUnauthorized) || r.failures.Add(1) > mostFailures {
		return "", nil, fmt.Errorf("the rest of %s was not read: %w", r.repo, err)
	}
	return "", &fileProblem{
		file: f.Path, english: "GitHub did not hand it out: " + err.Error(), japanese: "GitHubから読み取れませんでした: " + err.Error(),
	}, nil
}

// patiently asks again where GitHub, or the pace that we keep, wants a short wait.
// As what may wait, it leaves a part of the hour's requests to the server, which
// has the same.
func (r *repositoryReader) patiently(ctx context.Context, ask func() error) error {
	for n := 1; ; n++ {
		err := ask()
		later, ok := errors.AsType[*engine.Later](err)
		if !ok || n == mostPatience || later.At.Sub(r.clock.Now()) > longestPatience {
			return err
		}
		if err := r.clock.Until(ctx, later.At, nil); err != nil {
			return err
		}
	}
}
