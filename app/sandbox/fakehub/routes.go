package fakehub

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// route is an endpoint. The standard library's router cannot hold these: GitHub
// has both issues/comments/{comment} and issues/{number}/comments, of which
// neither is the more specific.
type route struct {
	pattern  string // method and path, for counting
	method   string
	segments []string
	needsApp bool // a JWT of the App instead of a token
	answer   handler
}

// routes is every endpoint there is; of two that fit, the first answers. Each
// names what the App must be permitted.
func routes() []route {
	var all []route
	add := func(pattern string, needsApp bool, answer handler) {
		method, path, _ := strings.Cut(pattern, " ")
		all = append(all, route{pattern, method, strings.Split(path, "/"), needsApp, answer})
	}
	app := func(pattern string, answer handler) { add(pattern, true, answer) }
	both := func(pattern string, answer handler) { add(pattern, false, answer) }

	app("GET /app", getApp)
	app("GET /app/installations", listInstallations)
	app("GET /app/installations/{installation}", getInstallation)
	app("POST /app/installations/{installation}/access_tokens", createToken)
	app("GET /repos/{owner}/{repo}/installation", getRepoInstallation)
	app("GET /orgs/{org}/installation", getOrgInstallation)
	app("GET /app/hook/config", getHookConfig)
	app("GET /app/hook/deliveries", listDeliveries)
	app("GET /app/hook/deliveries/{delivery}", getDelivery)
	app("POST /app/hook/deliveries/{delivery}/attempts", redeliver)

	both(graphQLRoute, graphQL)
	both("GET /installation/repositories", listInstallationRepos)
	both("GET /users/{login}", getUser)
	both("GET /orgs/{org}/teams/{team}/members", onOrg("members", "read", listTeamMembers))
	both("GET /repos/{owner}/{repo}", onRepo("metadata", "read", getRepo))
	both("GET /repos/{owner}/{repo}/collaborators/{login}/permission", onRepo("metadata", "read", getPermission))

	both("GET /repos/{owner}/{repo}/deployments", onRepo("deployments", "read", listDeployments))
	both("GET /repos/{owner}/{repo}/releases", onRepo("contents", "read", listReleases))
	both("GET /repos/{owner}/{repo}/actions/runs", onRepo("actions", "read", listRuns))
	both("GET /repos/{owner}/{repo}/actions/runs/{run}/pending_deployments", onRepo("actions", "read", listPending))
	both("POST /repos/{owner}/{repo}/actions/runs/{run}/deployment_protection_rule", onRepo("deployments", "write", reviewGate))
	both("GET /repos/{owner}/{repo}/environments/{environment}/deployment_protection_rules", onRepo("actions", "read", listProtections))
	both("GET /repos/{owner}/{repo}/actions/workflows/{workflow}/runs", onRepo("actions", "read", listRunsOf))
	both("GET /repos/{owner}/{repo}/commits/{ref}/status", onRepo("statuses", "read", getStatus))
	issueRoutes(both)
	pullRoutes(both)
	fileRoutes(both)
	return all
}

// fileRoutes are those for files and commits.
func fileRoutes(both func(pattern string, answer handler)) {
	both("GET /repos/{owner}/{repo}/contents/{path...}", onRepo("contents", "read", getContents))
	both("PUT /repos/{owner}/{repo}/contents/{path...}", onRepo("contents", "write", putContents))
	both("GET /repos/{owner}/{repo}/compare/{basehead}", onRepo("contents", "read", compare))
	both("GET /repos/{owner}/{repo}/commits", onRepo("contents", "read", listCommits))
	both("GET /repos/{owner}/{repo}/commits/{ref}", onRepo("contents", "read", getCommit))
	both("POST /repos/{owner}/{repo}/merges", onRepo("contents", "write", createMerge))
	both("GET /repos/{owner}/{repo}/git/ref/{ref...}", onRepo("contents", "read", getRef))
	both("POST /repos/{owner}/{repo}/git/refs", onRepo("contents", "write", createRef))
	both("PATCH /repos/{owner}/{repo}/git/refs/{ref...}", onRepo("contents", "write", updateRef))
	both("GET /repos/{owner}/{repo}/git/trees/{sha}", onRepo("contents", "read", getTree))
	both("POST /repos/{owner}/{repo}/git/trees", onRepo("contents", "write", createTree))
	both("GET /repos/{owner}/{repo}/git/commits/{sha}", onRepo("contents", "read", getGitCommit))
	both("POST /repos/{owner}/{repo}/git/commits", onRepo("contents", "write", createCommit))
	both("GET /repos/{owner}/{repo}/git/blobs/{sha}", onRepo("contents", "read", getBlob))
}

// issueRoutes are those for issues and what belongs to them.
func issueRoutes(both func(pattern string, answer handler)) {
	both("GET /repos/{owner}/{repo}/labels", onRepo("issues", "read", listLabels))
	both("POST /repos/{owner}/{repo}/labels", onRepo("issues", "write", createLabel))
	both("GET /repos/{owner}/{repo}/labels/{name}", onRepo("issues", "read", getLabel))

	both("GET /repos/{owner}/{repo}/assignees/{login}", onRepo("issues", "read", checkAssignee))
	both("GET /repos/{owner}/{repo}/issues", onRepo("issues", "read", listIssues))
	both("POST /repos/{owner}/{repo}/issues", onRepo("issues", "write", createIssue))
	both("GET /repos/{owner}/{repo}/issues/comments/{comment}", onComment("read", getComment))
	both("PATCH /repos/{owner}/{repo}/issues/comments/{comment}", onComment("write", updateComment))
	both("DELETE /repos/{owner}/{repo}/issues/comments/{comment}", onComment("write", deleteComment))
	both("GET /repos/{owner}/{repo}/issues/comments/{comment}/reactions", onComment("read", listCommentReactions))
	both("POST /repos/{owner}/{repo}/issues/comments/{comment}/reactions", onComment("write", createCommentReaction))
	both("GET /repos/{owner}/{repo}/issues/{number}", onIssue("read", getIssue))
	both("PATCH /repos/{owner}/{repo}/issues/{number}", onIssue("write", updateIssue))
	both("POST /repos/{owner}/{repo}/issues/{number}/assignees", onIssue("write", addAssignees))
	both("DELETE /repos/{owner}/{repo}/issues/{number}/assignees", onIssue("write", removeAssignees))
	both("GET /repos/{owner}/{repo}/issues/{number}/events", onIssue("read", listEvents))
	both("GET /repos/{owner}/{repo}/issues/{number}/timeline", onIssue("read", listTimeline))
	both("GET /repos/{owner}/{repo}/issues/{number}/sub_issues", onIssue("read", listSubIssues))
	both("POST /repos/{owner}/{repo}/issues/{number}/sub_issues", onIssue("write", addSubIssue))
	both("GET /repos/{owner}/{repo}/issues/{number}/labels", onIssue("read", listIssueLabels))
	both("POST /repos/{owner}/{repo}/issues/{number}/labels", onIssue("write", addIssueLabels))
	both("DELETE /repos/{owner}/{repo}/issues/{number}/labels/{name}", onIssue("write", removeIssueLabel))
	both("GET /repos/{owner}/{repo}/issues/{number}/comments", onIssue("read", listComments))
	both("POST /repos/{owner}/{repo}/issues/{number}/comments", onIssue("write", createComment))
	both("GET /repos/{owner}/{repo}/issues/{number}/reactions", onIssue("read", listIssueReactions))
	both("POST /repos/{owner}/{repo}/issues/{number}/reactions", onIssue("write", createIssueReaction))
}

// find looks up the route for a request and puts what its path holds into it.
func (h *Hub) find(r *http.Request) (route, bool) {
	segments := strings.Split(r.URL.EscapedPath(), "/")
	for _, candidate := range h.routes {
		if candidate.method == r.Method && candidate.fits(r, segments) {
			return candidate, true
		}
	}
	return route{}, false
}

// fits tells whether the route's path is that of the request, and if so sets
// the request's path values. A last segment {name...} takes all that is left.
func (rt route) fits(r *http.Request, segments []string) bool {
	if n := len(rt.segments); strings.HasSuffix(rt.segments[n-1], "...}") && len(segments) > n {
		segments = append(slices.Clone(segments[:n-1]), strings.Join(segments[n-1:], "/"))
	}
	if len(segments) != len(rt.segments) {
		return false
	}
	for n, s := range rt.segments {
		if !strings.HasPrefix(s, "{") && s != segments[n] {
			return false
		}
	}
	for n, s := range rt.segments {
		if value, err := url.PathUnescape(segments[n]); err == nil && strings.HasPrefix(s, "{") {
			r.SetPathValue(strings.TrimSuffix(strings.Trim(s, "{}"), "..."), value)
		}
	}
	return true
}

// onRepo answers for a repository that the actor may read, if the App has the
// permission. What an installation does not cover is not found.
// docs: Permissions required for GitHub Apps.
func onRepo(permission, level string, answer func(*call, *repo) (int, raw, error)) handler {
	return func(c *call) (int, raw, error) {
		r, err := c.repo()
		if err != nil {
			return 0, nil, err
		}
		if err := c.permitted(permission, level); err != nil {
			return 0, nil, err
		}
		return answer(c, r)
	}
}

// permitted refuses an installation that was not granted the permission, and
// names it. docs: Troubleshooting the REST API, "Resource not accessible".
func (c *call) permitted(permission, level string) error {
	if i := c.actor.install; i == nil || i.permits(permission, level) {
		return nil
	}
	no := *errNoAccess
	no.header = map[string]string{"X-Accepted-GitHub-Permissions": permission + "=" + level}
	return &no
}

func (c *call) repo() (*repo, error) {
	r := c.hub.repos[strings.ToLower(c.request.PathValue("owner")+"/"+c.request.PathValue("repo"))]
	if !c.sees(r) {
		return nil, errNotFound
	}
	return r, nil
}

func onIssue(level string, answer func(*call, *issue) (int, raw, error)) handler {
	return onRepo("issues", level, func(c *call, r *repo) (int, raw, error) {
		number, err := c.number("number")
		if err != nil {
			return 0, nil, err
		}
		i, err := r.issueNumbered(int(number))
		if err == nil && i.pull {
			err = c.permitted("pull_requests", level)
		}
		if err != nil {
			return 0, nil, err
		}
		return answer(c, i)
	})
}

func onComment(level string, answer func(*call, *comment) (int, raw, error)) handler {
	return onRepo("issues", level, func(c *call, r *repo) (int, raw, error) {
		id, err := c.number("comment")
		if err != nil {
			return 0, nil, err
		}
		found, err := r.commentWithID(id)
		if err == nil && found.issue.pull {
			err = c.permitted("pull_requests", level)
		}
		if err != nil {
			return 0, nil, err
		}
		return answer(c, found)
	})
}

// errCut is what a client sees when the connection ends without an answer.
var errCut = errors.New("fakehub: connection cut")

// ServeHTTP implements http.Handler. The API is at / and at /api/v3/, as on
// GitHub Enterprise Server.
func (h *Hub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c, err := h.exchange(r)
	if err != nil {
		panic(http.ErrAbortHandler) // net/http's way to cut a connection
	}
	maps.Copy(w.Header(), c.header)
	w.WriteHeader(c.status)
	_, _ = w.Write(c.answer)
}

// Transport serves requests in process, without sockets. A request whose
// context has ended, and one whose connection a fault cuts, return an error.
func (h *Hub) Transport() http.RoundTripper { return transport{h} }

type transport struct{ hub *Hub }

// RoundTrip implements http.RoundTripper.
func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		defer r.Body.Close()
	}
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	c, err := t.hub.exchange(r)
	if err != nil {
		return nil, err
	}
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	return &http.Response{
		Status:     fmt.Sprintf("%d %s", c.status, http.StatusText(c.status)),
		StatusCode: c.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: c.header, Body: io.NopCloser(bytes.NewReader(c.answer)),
		ContentLength: int64(len(c.answer)), Request: r,
	}, nil
}

// exchange answers r as the faults in force allow.
func (h *Hub) exchange(r *http.Request) (*call, error) {
	body, err := readBody(r)
	if err != nil {
		return nil, err
	}
	r = h.addressed(r)
	r.Body = io.NopCloser(bytes.NewReader(body)) // for faults that look at it
	leave, refused := h.enter(r)
	defer leave()
	if refused != nil {
		return refused, nil
	}
	fault := h.faultFor(r)
	if fault == nil {
		defer h.begin()()
		c := h.perform(r, body)
		h.count(c)
		return c, nil
	}
	return h.suffer(fault, r, body)
}

// maxRequest is more than ten of the largest issues take, escaped.
const maxRequest = 8 << 20

func readBody(r *http.Request) ([]byte, error) {
	if r.Body == nil {
		return nil, nil
	}
	return io.ReadAll(io.LimitReader(r.Body, maxRequest))
}

// addressed returns a copy of r with its path as the router knows it: without
// the prefix of GitHub Enterprise Server, where GraphQL stands beside the REST API
// and not in it, and with a repository's name for its id.
func (h *Hub) addressed(r *http.Request) *http.Request {
	next := r.WithContext(r.Context())
	path := r.URL.EscapedPath()
	switch path {
	case "/api/graphql":
		path = "/graphql"
	case "/api/v3/graphql":
	default:
		path = strings.TrimPrefix(path, "/api/v3")
	}
	if rest, ok := strings.CutPrefix(path, "/repositories/"); ok {
		path = h.pathByID(rest)
	}
	if path == r.URL.EscapedPath() {
		return next
	}
	at := *r.URL
	at.Path, at.RawPath = path, ""
	if unescaped, err := url.PathUnescape(path); err == nil {
		at.Path, at.RawPath = unescaped, path
	}
	next.URL = &at
	return next
}

func (h *Hub) pathByID(rest string) string {
	h.mu.Lock()
	defer h.mu.Unlock()
	id, rest, _ := strings.Cut(rest, "/")
	n, _ := strconv.ParseInt(id, 10, 64)
	r := h.reposByID[n]
	if r == nil {
		return "/repositories/" + id // which no route knows
	}
	return strings.TrimSuffix("/repos/"+r.fullName()+"/"+rest, "/")
}
