package fakehub

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// call is one request being answered, with the hub's lock held.
type call struct {
	hub     *Hub
	request *http.Request
	body    []byte
	actor   actor
	isApp   bool // by JWT
	route   string
	queries bool // by GraphQL, which changes nothing
	named   []string

	status int
	header http.Header
	answer []byte
}

// handler answers a call with a status and a body, or refuses it.
type handler func(*call) (int, raw, error)

// perform answers r, with the lock held. The caller counts it.
func (h *Hub) perform(r *http.Request, body []byte) *call {
	c := &call{hub: h, request: r, body: body, header: http.Header{}}
	if path, ok := h.currentPath(r.URL.EscapedPath()); ok {
		c.redirect(path)
	} else {
		rt, ok := h.find(r)
		if !ok {
			rt.answer = func(*call) (int, raw, error) { return 0, nil, errNotFound }
		}
		c.serve(rt)
	}
	return c
}

// serve runs a handler for c: who is it, what is the answer, what goes into the
// headers.
func (c *call) serve(rt route) {
	c.route = rt.pattern
	status, body, err := c.authenticated(rt)
	if no, ok := errors.AsType[*refusal](err); ok {
		status, body = no.status, c.refuse(no)
	} else if err != nil {
		panic(err) // a handler returned something that is not GitHub's
	}
	c.rateHeaders()
	c.common()
	if status == http.StatusOK && c.request.Method == http.MethodGet {
		status, body = c.validate(body)
	}
	if body != nil {
		c.header.Set("Content-Type", "application/json; charset=utf-8")
	}
	c.status, c.answer = status, body
}

// common sets what every answer carries, whatever it is.
func (c *call) common() {
	c.header.Set("Date", c.hub.date().UTC().Format(http.TimeFormat))
	c.header.Set("X-GitHub-Media-Type", "github.v3; format=json")
	c.header.Set("X-GitHub-Request-Id", fmt.Sprintf("FAKE:%d", c.hub.counts.Requests+1))
}

func (c *call) authenticated(rt route) (int, raw, error) {
	var err error
	c.actor, c.isApp, err = c.hub.authenticate(c.request)
	if err != nil {
		return 0, nil, err
	}
	if rt.needsApp && !c.isApp {
		return 0, nil, &refusal{status: 401, message: "A JSON web token could not be decoded"}
	}
	if !rt.needsApp && c.isApp {
		return 0, nil, &refusal{status: 403, message: "Resource not accessible by integration"}
	}
	if rt.pattern == graphQLRoute { // which counts for itself
		return rt.answer(c)
	}
	if i := c.actor.install; i != nil && !c.spend(&i.core) {
		return 0, nil, &refusal{status: 403, message: fmt.Sprintf("API rate limit exceeded for installation ID %d.", i.id)}
	}
	creates := 0
	if slices.Contains(creating, c.route) {
		creates = 1
	}
	if err := c.withinCreations(creates); err != nil {
		return 0, nil, err
	}
	return rt.answer(c)
}

// refuse renders a refusal. docs: Troubleshooting the REST API.
func (c *call) refuse(no *refusal) raw {
	for name, value := range no.header {
		c.header.Set(name, value)
	}
	return encode(struct {
		Message          string       `json:"message"`
		Errors           []fieldError `json:"errors,omitempty"`
		DocumentationURL string       `json:"documentation_url"`
		Status           string       `json:"status"`
	}{no.message, no.errors, "https://docs.github.com/rest", strconv.Itoa(no.status)})
}

// validate gives body its ETag, and answers 304 to who has it already. The tag
// belongs to the token that asked. docs: Best practices for using the REST API,
// "Use conditional requests".
func (c *call) validate(body raw) (int, raw) {
	sum := sha256.New()
	sum.Write([]byte(c.request.Header.Get("Authorization")))
	sum.Write(body)
	tag := `W/"` + hex.EncodeToString(sum.Sum(nil)) + `"`
	c.header.Set("ETag", tag)
	c.header.Set("Cache-Control", "private, max-age=60, s-maxage=60")
	c.header.Set("Vary", "Accept, Authorization, Cookie, X-GitHub-OTP, Accept-Encoding, Accept, X-Requested-With")
	for sent := range strings.SplitSeq(c.request.Header.Get("If-None-Match"), ",") {
		if strings.TrimSpace(sent) == tag {
			return http.StatusNotModified, nil
		}
	}
	return http.StatusOK, body
}

// spend takes one of an hour's requests, and tells whether there was one left.
// docs: Rate limits for the REST API.
func (c *call) spend(of *spent) bool {
	limit := c.hub.options.RateLimit
	if limit < 0 {
		return true
	}
	if c.hub.now.Sub(of.window) >= time.Hour {
		of.window, of.used = stamp(c.hub.now), 0
	}
	if of.used >= limit {
		c.hub.counts.Limited++
		return false
	}
	of.used++
	return true
}

func (c *call) rateHeaders() {
	i, limit, resource := c.actor.install, c.hub.options.RateLimit, "core"
	used, reset := 0, c.hub.date().Add(time.Hour)
	if c.route == graphQLRoute {
		resource = "graphql"
	}
	if i != nil {
		of := i.core
		if c.route == graphQLRoute {
			of = i.graphQL
		}
		used, reset = of.used, of.window.Add(time.Hour+c.hub.options.Skew)
	}
	if limit < 0 {
		limit, used = 5000, 0
	}
	c.header.Set("X-RateLimit-Limit", strconv.Itoa(limit))
	c.header.Set("X-RateLimit-Remaining", strconv.Itoa(max(0, limit-used)))
	c.header.Set("X-RateLimit-Used", strconv.Itoa(used))
	c.header.Set("X-RateLimit-Reset", strconv.FormatInt(reset.Unix(), 10))
	c.header.Set("X-RateLimit-Resource", resource)
}

// redirect sends the client to path: 301 for what only reads, 307 for the rest,
// so that the method is kept. docs: Best practices for using the REST API,
// "Follow redirects".
func (c *call) redirect(path string) {
	c.status = http.StatusTemporaryRedirect
	if c.request.Method == http.MethodGet {
		c.status = http.StatusMovedPermanently
	}
	url := c.origin() + path
	if q := c.request.URL.RawQuery; q != "" {
		url += "?" + q
	}
	c.common()
	c.header.Set("Location", url)
	c.header.Set("Content-Type", "application/json; charset=utf-8")
	c.answer = encode(map[string]string{
		"message": "Moved Permanently", "url": url, "documentation_url": "https://docs.github.com/rest",
	})
}

// origin is the address that the client used, so that links lead back here.
func (c *call) origin() string {
	r := c.request
	scheme := orDefault(r.URL.Scheme, "http")
	if r.TLS != nil {
		scheme = "https"
	}
	return scheme + "://" + orDefault(r.Host, r.URL.Host)
}

// decode reads the request's JSON into v; no body leaves v as it is.
func (c *call) decode(v any) error {
	if len(c.body) == 0 {
		return nil
	}
	if err := json.Unmarshal(c.body, v); err != nil {
		return errBadJSON
	}
	return nil
}

// number reads a whole number out of the path.
func (c *call) number(name string) (int64, error) {
	n, err := strconv.ParseInt(c.request.PathValue(name), 10, 64)
	if err != nil {
		return 0, errNotFound
	}
	return n, nil
}
