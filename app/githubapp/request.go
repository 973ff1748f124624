package githubapp

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/google/go-github/v62/github"

	"github.com/kintsugi-app/kintsugi/app/engine"
)

// call is one request of GitHub's REST API. The route is written as in
// GitHub's documentation, "repos/{owner}/{repo}/issues/{number}", and args fill
// its braces in order; {path...} takes several segments.
type call struct {
	method string
	route  string
	args   []any
	query  url.Values
	body   any
	// reads: it changes nothing although it is a POST, as one of GraphQL's queries.
	reads bool
	// creates is how much content it generates, where the route does not tell.
	creates int
}

// writes tells whether the call may change something.
func (c call) writes() bool { return c.method != "GET" && c.method != "HEAD" && !c.reads }

// String is the call without its body, for errors.
func (c call) String() string {
	path, err := c.path()
	if err != nil {
		path = c.route
	}
	return c.method + " " + path
}

var braces = regexp.MustCompile(`\{[a-z_]+(?:\.\.\.)?\}`)

// path fills the route. Each argument stays one segment of the path: an empty
// one would turn "remove this label" into "remove all labels", and ".." would
// climb out of the issue.
func (c call) path() (string, error) {
	args, filled := c.args, ""
	rest := c.route
	for {
		at := braces.FindStringIndex(rest)
		if at == nil {
			break
		}
		if len(args) == 0 {
			return "", fmt.Errorf("%s: too few arguments", c.route)
		}
		segments := []string{fmt.Sprint(args[0])}
		if strings.HasSuffix(rest[:at[1]], "...}") {
			segments = strings.Split(segments[0], "/")
		}
		for i, s := range segments {
			segments[i] = url.PathEscape(s)
			switch s {
			case "":
				return "", fmt.Errorf("%s: %s is empty", c.route, rest[at[0]:at[1]])
			case ".", "..":
				segments[i] = strings.ReplaceAll(s, ".", "%2E")
			}
		}
		filled += rest[:at[0]] + strings.Join(segments, "/")
		args, rest = args[1:], rest[at[1]:]
	}
	filled += rest
	if len(c.query) > 0 {
		filled += "?" + c.query.Encode()
	}
	return filled, nil
}

// attempt follows one call through the transports, in its context.
type attempt struct {
	route  string
	weight weight
	// pending is true while a request is out that may have had its effect.
	pending bool
	// redirected is true if the answer came from another address.
	redirected bool
	// date is GitHub's time when it last answered.
	date time.Time
}

type attemptKey struct{}

// attemptOf is never nil, so that nobody need ask.
func attemptOf(ctx context.Context) *attempt {
	if a, ok := ctx.Value(attemptKey{}).(*attempt); ok {
		return a
	}
	return &attempt{route: "other", weight: call{method: "POST"}.weight()}
}

// do makes the call and reads the answer into out, unless that is nil.
func (l *lane) do(ctx context.Context, c call, out any) error {
	_, err := l.fetch(ctx, c, out)
	return err
}

// fetched is what besides the body is worth knowing of an answer.
type fetched struct {
	next       url.Values // the query of the next page; nil for none
	redirected bool
	date       time.Time // GitHub's, when it answered
}

func (l *lane) fetch(ctx context.Context, c call, out any) (fetched, error) {
	ctx, cancel := context.WithTimeout(ctx, l.app.timeout)
	defer cancel()
	path, err := c.path()
	if err != nil {
		return fetched{}, err
	}
	if c.route == graphQLRoute {
		path = l.app.graphQL.String()
	}
	req, err := l.client.NewRequest(c.method, path, c.body)
	if err != nil {
		return fetched{}, l.app.redactor.Error(fmt.Errorf("%s: %w", c, err))
	}
	if err := l.gate.enter(ctx, engine.RankOf(ctx)); err != nil {
		if errors.Is(err, context.DeadlineExceeded) {
			return fetched{}, &engine.Later{At: l.app.clock.Now().Add(comeBack), Reason: "own limit on requests under way at once"}
		}
		return fetched{}, fmt.Errorf("%s: not sent: %w", c, err)
	}
	defer l.gate.leave()
	try := &attempt{route: c.route, weight: c.weight()}
	ctx = context.WithValue(ctx, attemptKey{}, try)
	var body bytes.Buffer
	resp, err := l.client.Do(ctx, req, &body)
	if _, accepted := errors.AsType[*github.AcceptedError](err); accepted {
		err = nil // 202, which go-github takes for a failure
	}
	if page, raw := out.(*json.RawMessage); err == nil && raw {
		*page = body.Bytes() // read once, by whoever knows what is in it
	} else if err == nil && out != nil {
		// An empty body, which go-github takes for success, is no JSON.
		err = json.Unmarshal(body.Bytes(), out)
	}
	if err != nil {
		return fetched{}, l.app.failure(c, try, resp, err)
	}
	return fetched{next: nextPage(resp), redirected: try.redirected, date: try.date}, nil
}

// maxPages bounds a list that never ends: 100,000 entries.
const maxPages = 1000

// pages makes the call for every page and hands each to visit, until there is
// none or visit has seen enough. at is GitHub's time at the first answer.
// docs: Using pagination in the REST API.
func (l *lane) pages(ctx context.Context, c call, visit func(page json.RawMessage) (more bool, err error)) (at time.Time, err error) {
	query := url.Values{"per_page": {"100"}}
	maps.Copy(query, c.query)
	c.query = query
	for range maxPages {
		var page json.RawMessage
		got, err := l.fetch(ctx, c, &page)
		if err != nil {
			return at, err
		}
		if at.IsZero() {
			at = got.date
		}
		more, err := visit(page)
		if err != nil {
			return at, l.app.redactor.Error(fmt.Errorf("%s: the answer cannot be read: %w", c, err))
		}
		if !more || got.next == nil {
			return at, nil
		}
		c.query = got.next
	}
	return at, fmt.Errorf("%s %s: more than %d pages", c.method, c.route, maxPages)
}

// listAll collects all pages of a plain list. at is GitHub's time at the first
// answer.
func listAll[T any](ctx context.Context, l *lane, c call) (all []T, at time.Time, err error) {
	at, err = l.pages(ctx, c, func(page json.RawMessage) (bool, error) {
		var some []T
		if err := json.Unmarshal(page, &some); err != nil {
			return false, err
		}
		all = append(all, some...)
		return true, nil
	})
	return all, at, err
}

var nextLink = regexp.MustCompile(`<([^<>]*)>\s*;\s*rel="next"`)

// nextPage is the query of the link to the next page. Only its query is used,
// with the address that was asked: a token never goes where an answer points
// to, and a cursor works as well as a number.
func nextPage(resp *github.Response) url.Values {
	if resp == nil || resp.Response == nil {
		return nil
	}
	link := nextLink.FindStringSubmatch(strings.Join(resp.Header.Values("Link"), ", "))
	if link == nil {
		return nil
	}
	u, err := url.Parse(link[1])
	if err != nil || u.RawQuery == "" {
		return nil
	}
	return u.Query()
}
