package fakehub

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Counts is what the App has asked of the hub. People's requests are counted
// apart, and what was created is counted whoever made it.
type Counts struct {
	Requests, Reads, Writes int
	// Points weigh a request as the secondary rate limit does: one for a read,
	// five for a write. docs: Rate limits for the REST API, "Calculating points
	// for the secondary rate limit".
	Points      int
	NotModified int
	Refused     int // answered with a status from 400 on
	// Limited were refused by a limit of the hub's own, primary or secondary,
	// and MostAtOnce is the most that one installation had under way; that and
	// the secondary limits are counted with Options.Secondary only.
	Limited, MostAtOnce int
	Cut                 int // not answered at all

	IssuesCreated   int
	CommentsCreated int
	Deliveries      int

	PeopleRequests int
	// ByRoute is the number of the App's requests for each route, such as
	// "GET /app".
	ByRoute map[string]int
	// PointsByRoute are the points of each: a query over GraphQL, though a POST, is a read.
	PointsByRoute map[string]int
}

// Exchange is one request and its answer. A cut connection has status 0.
type Exchange struct {
	At           time.Time
	Method, Path string
	Status       int
	App          bool
	// Installation is whose token was used, or asked for; 0 for people, and for
	// what the App asks for itself.
	Installation int64
	// Named are the repositories that a query over GraphQL is about, as OWNER/NAME.
	Named []string
}

// Place is the path, or that of the one repository which a query over GraphQL is about.
func (e Exchange) Place() string {
	if len(e.Named) == 1 {
		return "/repos/" + e.Named[0] + "/"
	}
	return e.Path
}

// Counts returns what was counted since the start or the last ResetCounts.
func (h *Hub) Counts() Counts {
	defer h.begin()()
	counts := h.counts
	counts.ByRoute, counts.PointsByRoute = maps.Clone(h.counts.ByRoute), maps.Clone(h.counts.PointsByRoute)
	return counts
}

// ResetCounts starts counting anew.
func (h *Hub) ResetCounts() {
	defer h.begin()()
	h.counts = Counts{}
}

// RecordExchanges keeps a list of all exchanges from now on, or stops it.
func (h *Hub) RecordExchanges(on bool) {
	defer h.begin()()
	h.recording, h.exchanges = on, nil
}

// Exchanges is the list since RecordExchanges.
func (h *Hub) Exchanges() []Exchange {
	defer h.begin()()
	return slices.Clone(h.exchanges)
}

// Calls is how many exchanges of an installation fell into [from, to), of those
// since RecordExchanges.
func (h *Hub) Calls(installation int64, from, to time.Time) int {
	n := 0
	for _, e := range h.Exchanges() {
		if e.Installation == installation && !e.At.Before(from) && e.At.Before(to) {
			n++
		}
	}
	return n
}

// count notes an answered call, or one whose connection was cut, which has
// status 0.
func (h *Hub) count(c *call) {
	_, credential, _ := strings.Cut(c.request.Header.Get("Authorization"), " ")
	person := strings.HasPrefix(credential, "user-")
	if h.recording {
		e := Exchange{At: h.now, Method: c.request.Method, Path: c.request.URL.Path, Status: c.status, App: !person, Named: c.named}
		if i := h.installationOf(c.request); i != nil {
			e.Installation = i.id
		}
		h.exchanges = append(h.exchanges, e)
	}
	if person {
		h.counts.PeopleRequests++
		return
	}
	n := &h.counts
	n.Requests++
	points := 1
	if c.request.Method == http.MethodGet || c.queries {
		n.Reads++
	} else {
		n.Writes++
		points = 5
	}
	n.Points += points
	switch {
	case c.status == 0:
		n.Cut++
	case c.status == http.StatusNotModified:
		n.NotModified++
	case c.status >= 400:
		n.Refused++
	}
	if n.ByRoute == nil {
		n.ByRoute, n.PointsByRoute = map[string]int{}, map[string]int{}
	}
	n.ByRoute[orDefault(c.route, "(none)")]++
	n.PointsByRoute[orDefault(c.route, "(none)")] += points
}

// String is a line for a log.
func (c Counts) String() string {
	return fmt.Sprintf("%d requests (%d reads, %d writes, %d points, %d not modified), %d issues, %d comments",
		c.Requests, c.Reads, c.Writes, c.Points, c.NotModified, c.IssuesCreated, c.CommentsCreated)
}
