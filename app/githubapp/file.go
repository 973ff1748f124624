package githubapp

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/workflows"
)

// file reads a file's text. One of the default branch is believed for ten
// minutes, or until somebody pushes to it, and so is that it is not there. GitHub
// hands out at most 1 MB this way; a folder, a larger file and what is no text are
// unknown. docs: REST API endpoints for repository contents, "Get repository content".
func (a *App) file(ctx context.Context, ask workflows.FileAsk) (workflows.Answer, error) {
	if ask.Ref != "" { // a commit is asked for once
		return a.readFile(ctx, ask)
	}
	name := ask.Repo + " " + ask.Path
	if answer, ok := a.texts.get(name); ok {
		return answer, nil
	}
	answer, err := a.readFile(ctx, ask)
	if err == nil && (answer.Unknown == "" || answer.NotThere()) {
		a.texts.put(name, answer)
	}
	return answer, err
}

func (a *App) readFile(ctx context.Context, ask workflows.FileAsk) (workflows.Answer, error) {
	what := "the file " + ask.Path + " in " + ask.Repo
	owner, name, err := splitRepo(ask.Repo)
	if err != nil {
		return workflows.Answer{Unknown: err.Error()}, nil //nolint:nilerr // what is no repository has no answer, for good
	}
	c := call{
		method: "GET", route: "repos/{owner}/{repo}/contents/{path...}",
		args: []any{owner, name, strings.Trim(ask.Path, "/")}, query: url.Values{},
	}
	if ask.Ref != "" {
		c.query.Set("ref", ask.Ref)
	}
	if _, err := c.path(); err != nil {
		return workflows.Answer{Unknown: what + ": no path of a file"}, nil //nolint:nilerr // likewise
	}
	var answer json.RawMessage
	_, err = a.do(ctx, ask.Repo, c, &answer)
	if errors.Is(err, engine.ErrGone) && strings.Contains(err.Error(), "No commit found for the ref") {
		return workflows.Answer{Unknown: what + ": " + ask.Ref + " is no commit there"}, nil
	}
	if errors.Is(err, engine.ErrGone) && !errors.Is(err, errUninstalled) {
		return workflows.Answer{Unknown: what + ": " + workflows.NotThere}, nil
	}
	if why := whyUntold(err, what, "Contents: read"); why != "" {
		return workflows.Answer{Unknown: why}, nil
	}
	if err != nil {
		return workflows.Answer{}, err
	}
	var found oneFile
	if json.Unmarshal(answer, &found) != nil { // a folder is a list
		found = oneFile{}
	}
	text, problem := found.text()
	if problem != "" {
		return workflows.Answer{Unknown: what + ": " + problem}, nil
	}
	return workflows.Answer{Text: text}, nil
}

// oneFile is an answer about a file.
type oneFile struct{ Type, Encoding, Content, SHA string }

// text is the text of a file, or what is wrong with it.
func (f oneFile) text() (text, problem string) {
	switch {
	case f.Type != "file":
		return "", "not a file"
	case f.Encoding == "none":
		return "", "larger than 1 MB"
	}
	content, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(f.Content, "\n", ""))
	switch {
	case err != nil || f.Encoding != "base64":
		return "", "sent in a form that cannot be read"
	case !utf8.Valid(content) || bytes.IndexByte(content, 0) >= 0:
		return "", "not a text"
	}
	return string(content), ""
}
