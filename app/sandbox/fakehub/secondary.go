package fakehub

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// The secondary limits of an installation that are simulated, with
// Options.Secondary. docs: Rate limits for the REST API, "About secondary rate
// limits".
const (
	createdAMinute = 80
	createdAnHour  = 500
	atOnce         = 100
)

// creating are the routes that generate content: those whose pages warn that
// "creating content too quickly using this endpoint may result in secondary
// rate limiting". docs: REST API endpoints for issues, "Create an issue"; for
// issue comments, "Create an issue comment"; for pull requests, "Create a pull
// request".
var creating = []string{
	"POST /repos/{owner}/{repo}/issues",
	"POST /repos/{owner}/{repo}/issues/{number}/comments",
	"POST /repos/{owner}/{repo}/pulls",
}

func errSecondary(what string) *refusal {
	return &refusal{
		status: http.StatusForbidden, header: map[string]string{"Retry-After": "60"},
		message: fmt.Sprintf("You have exceeded a secondary rate limit (%s). Please wait a few minutes before you try again.", what),
	}
}

// withinCreations refuses so many pieces of content where they would be too much.
func (c *call) withinCreations(n int) error {
	i, h := c.actor.install, c.hub
	if i == nil || !h.options.Secondary || n == 0 {
		return nil
	}
	since := func(window time.Duration) int {
		return len(slices.DeleteFunc(slices.Clone(i.creations), func(t time.Time) bool { return h.now.Sub(t) >= window }))
	}
	if since(time.Minute)+n > createdAMinute || since(time.Hour)+n > createdAnHour {
		h.counts.Limited++
		return errSecondary("content creation")
	}
	i.creations = slices.DeleteFunc(i.creations, func(t time.Time) bool { return h.now.Sub(t) >= time.Hour })
	i.creations = append(i.creations, slices.Repeat([]time.Time{h.now}, n)...)
	return nil
}

// enter counts r among the requests that its installation has under way, until
// leave is called, and refuses it where those are too many.
func (h *Hub) enter(r *http.Request) (leave func(), refused *call) {
	if !h.options.Secondary {
		return func() {}, nil
	}
	defer h.begin()()
	i := h.installationOf(r)
	if i == nil {
		return func() {}, nil
	}
	i.underway++
	h.counts.MostAtOnce = max(h.counts.MostAtOnce, i.underway)
	leave = func() {
		defer h.begin()()
		i.underway--
	}
	if i.underway <= atOnce {
		return leave, nil
	}
	h.counts.Limited++
	c := &call{hub: h, request: r, header: http.Header{}, status: http.StatusForbidden, route: "(limit)"}
	c.answer = c.refuse(errSecondary("concurrent requests"))
	c.common()
	h.count(c)
	return leave, c
}

// installationOf is whose token r carries, or for whom it asks for one; nil for
// people, and for what the App asks for itself.
func (h *Hub) installationOf(r *http.Request) *installation {
	_, credential, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if t := h.tokens[credential]; t != nil {
		return t.install
	}
	var id int64
	if n, _ := fmt.Sscanf(r.URL.Path, "/app/installations/%d/access_tokens", &id); n == 1 {
		return h.installationWithID(id)
	}
	return nil
}
