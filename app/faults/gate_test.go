//go:build unix

package faults

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// gate is the way of one process to GitHub. It keeps every exchange, and is
// where a process is killed at a point that the test names.
type gate struct {
	town   *town
	name   string
	server *httptest.Server

	mu        sync.Mutex
	exchanges []*exchange
	active    int
	held      map[string]bool // credentials that were sent or given out
	// before and after, where set, see each exchange before and after the hub
	// has it. Returning false cuts the connection.
	before, after func(*exchange) bool
}

// exchange is one request of a process and its answer; a connection that was cut
// has status 0.
type exchange struct {
	by, method, path string
	sent             time.Time // by the hub's clock
	body, answer     []byte
	status           int
	order            int64 // among all answered exchanges of the town
}

// writes tells whether the exchange may change what people see. A token that is
// asked for changes nothing, nor does a delivery that is asked for again.
func (e *exchange) writes() bool {
	return e.method != http.MethodGet && strings.HasPrefix(e.path, "/repo")
}

func (e *exchange) String() string {
	return fmt.Sprintf("%s %s: %s %s → %d %.200s", e.sent.Format("15:04:05.000"), e.by, e.method, e.path, e.status, e.body)
}

func newGate(t *town, name string) *gate {
	g := &gate{town: t, name: name, held: map[string]bool{}}
	g.server = httptest.NewServer(g)
	t.Cleanup(g.server.Close)
	return g
}

func (g *gate) hooks(before, after func(*exchange) bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.before, g.after = before, after
}

// ServeHTTP implements http.Handler.
func (g *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // whoever sent it is gone
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	e := &exchange{by: g.name, method: r.Method, path: r.URL.Path, sent: g.town.clock.Now(), body: body}
	g.mu.Lock()
	g.exchanges = append(g.exchanges, e)
	g.active++
	_, credential, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	g.held[credential] = true
	before, after := g.before, g.after
	g.mu.Unlock()
	defer func() {
		g.mu.Lock()
		g.active--
		g.mu.Unlock()
	}()
	if before != nil && !before(e) {
		panic(http.ErrAbortHandler)
	}
	answer := httptest.NewRecorder()
	g.town.hub.ServeHTTP(answer, r) // a fault that cuts it panics through here
	g.mu.Lock()
	e.status, e.answer, e.order = answer.Code, answer.Body.Bytes(), g.town.answers.Add(1)
	g.mu.Unlock()
	if after != nil && !after(e) {
		panic(http.ErrAbortHandler)
	}
	maps.Copy(w.Header(), answer.Header())
	w.WriteHeader(answer.Code)
	_, _ = w.Write(answer.Body.Bytes())
}

// credentials are all tokens that GitHub ever gave to the process, and what the
// process ever signed.
func (g *gate) credentials() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.held, "")
	for _, e := range g.exchanges {
		var given struct{ Token string }
		if strings.HasSuffix(e.path, "/access_tokens") && json.Unmarshal(e.answer, &given) == nil && given.Token != "" {
			g.held[given.Token] = true
		}
	}
	return slices.Collect(maps.Keys(g.held))
}

// seen are the exchanges so far.
func (g *gate) seen() []exchange {
	g.mu.Lock()
	defer g.mu.Unlock()
	list := make([]exchange, len(g.exchanges))
	for i, e := range g.exchanges {
		list[i] = *e
	}
	return list
}

func (g *gate) busy() (exchanges, active int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.exchanges), g.active
}

// atWrite calls do at the n-th write from now on (from 1) that matches; do
// returns whether the exchange goes on.
func atWrite(n int, pattern string, do func(*exchange) bool) func(*exchange) bool {
	at := atExchange(n, pattern, do)
	return func(e *exchange) bool { return !e.writes() || at(e) }
}

// atExchange is atWrite for reads, too. The pattern is of "METHOD PATH".
func atExchange(n int, pattern string, do func(*exchange) bool) func(*exchange) bool {
	var mu sync.Mutex
	matches := regexp.MustCompile(pattern)
	return func(e *exchange) bool {
		if !matches.MatchString(e.method + " " + e.path) {
			return true
		}
		mu.Lock()
		n--
		now := n == 0
		mu.Unlock()
		return !now || do(e)
	}
}
