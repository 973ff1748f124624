package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// person is somebody who uses GitHub, over its REST API and with a token of
// their own. The story acts and looks through such people only.
type person struct {
	login, address string
	client         *http.Client
}

func (s *stage) person(login string) person {
	return person{login, s.address + "/api/v3", &http.Client{Transport: s.config.Transport}}
}

// open opens an issue and returns its number.
func (p person) open(ctx context.Context, repo, title, body string) (number int, err error) {
	var made struct{ Number int }
	err = p.do(ctx, http.MethodPost, "/repos/"+repo+"/issues", map[string]string{"title": title, "body": body}, &made)
	return made.Number, err
}

// comment writes a comment and returns its id.
func (p person) comment(ctx context.Context, repo string, number int, body string) (id int64, err error) {
	var made struct{ ID int64 }
	err = p.do(ctx, http.MethodPost, fmt.Sprintf("/repos/%s/issues/%d/comments", repo, number), map[string]string{"body": body}, &made)
	return made.ID, err
}

// fill puts a text in the place of another in the body of an issue.
func (p person) fill(ctx context.Context, repo string, number int, empty, text string) error {
	path := fmt.Sprintf("/repos/%s/issues/%d", repo, number)
	var issue struct{ Body string }
	if err := p.get(ctx, path, &issue); err != nil {
		return err
	}
	filled := strings.Replace(issue.Body, empty, text, 1)
	if filled == issue.Body {
		return fmt.Errorf("there is no %q to fill in", empty)
	}
	return p.do(ctx, http.MethodPatch, path, map[string]string{"body": filled}, nil)
}

// setState closes an issue for a reason, or reopens it.
func (p person) setState(ctx context.Context, repo string, number int, state, reason string) error {
	in := map[string]string{"state": state}
	if reason != "" {
		in["state_reason"] = reason
	}
	return p.do(ctx, http.MethodPatch, fmt.Sprintf("/repos/%s/issues/%d", repo, number), in, nil)
}

// file reads a file on a branch.
func (p person) file(ctx context.Context, repo, branch, path string) (string, error) {
	var answer struct{ Content []byte } // base64 in JSON
	err := p.get(ctx, fmt.Sprintf("/repos/%s/contents/%s?ref=%s", repo, path, url.QueryEscape(branch)), &answer)
	return string(answer.Content), err
}

func (p person) get(ctx context.Context, path string, into any) error {
	return p.do(ctx, http.MethodGet, path, nil, into)
}

// maxAnswer is more than any page of what the sandbox holds.
const maxAnswer = 16 << 20

func (p person) do(ctx context.Context, method, path string, in, out any) error {
	var body io.Reader = http.NoBody
	if in != nil {
		encoded, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(encoded)
	}
	r, err := http.NewRequestWithContext(ctx, method, p.address+path, body)
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "token user-"+p.login)
	if in != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	answer, err := p.client.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	if err != nil {
		return err
	}
	if answer.StatusCode >= 300 {
		return fmt.Errorf("GitHub answered %s's %s %s with %d %s", p.login, method, path, answer.StatusCode, strings.TrimSpace(string(text)))
	}
	if raw, ok := out.(*[]byte); ok {
		*raw = text
		return nil
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(text, out)
}
