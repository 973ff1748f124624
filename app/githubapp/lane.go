package githubapp

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/google/go-github/v62/github"

	"github.com/kintsugi-app/kintsugi/app/engine"
)

// lane is the way to GitHub of one installation: its token, its limits and its
// share of the answers kept. Lanes have nothing in common that one could use
// up for another. As a RoundTripper it stands below go-github's client and
// takes care of what that does not: limits on 403 and 429 alike, one more try
// with a new token, redirects of writes, conditional requests.
type lane struct {
	app        *App
	id         int64
	credential credential // nil where transport signs by itself
	transport  http.RoundTripper
	limits     *limits
	gate       *gate
	client     *github.Client
}

// newLane expects a.mu to be held, or nobody else to know a yet.
func (a *App) newLane(id int64, p pace, c credential) *lane {
	l := &lane{app: a, id: id, credential: c, transport: a.transport, limits: newLimits(p), gate: &gate{}}
	l.share(a.replicas)
	l.client = github.NewClient(&http.Client{
		Transport: l,
		// The lane follows redirects itself; what it leaves is an answer.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	})
	l.client.BaseURL = a.base
	return l
}

// share makes this process one of so many that share the lane's limits.
func (l *lane) share(replicas int) {
	l.limits.share(replicas, l.app.clock.Now())
	l.gate.resize(max(1, underWay/max(1, replicas)))
}

// RoundTrip implements http.RoundTripper.
func (l *lane) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		// Every exchange takes a fresh copy from GetBody.
		defer req.Body.Close()
	}
	if err := l.limits.admit(attemptOf(req.Context()).weight, engine.RankOf(req.Context()), l.app.clock.Now()); err != nil {
		return nil, err
	}
	skew := l.app.Skew()
	resp, used, err := l.exchange(req)
	if err == nil && resp.StatusCode == http.StatusUnauthorized && l.worthAnother(used, skew) {
		discard(resp)
		resp, _, err = l.exchange(req)
	}
	if err != nil {
		return nil, err
	}
	// go-github keeps limits of its own, by the machine's clock and for 403
	// only; without these headers it leaves that to the lane.
	for _, name := range []string{"X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "X-RateLimit-Used", "Retry-After"} {
		resp.Header.Del(name)
	}
	return resp, nil
}

// worthAnother tells whether a request that was refused as unauthorized may
// fare better: with another token, where the App was installed anew or its
// tokens were revoked; or signed anew, where the answer revealed that our clock
// is wrong. It is tried once only: a wrong key answers so for ever.
func (l *lane) worthAnother(used string, skew time.Duration) bool {
	if l.credential == nil {
		return l.app.Skew() != skew
	}
	return l.credential.drop(used)
}

// exchange sends the request once, as the credential of the moment, and
// follows redirects. used is the credential's name for drop.
func (l *lane) exchange(req *http.Request) (resp *http.Response, used string, err error) {
	r, err := again(req, req.URL)
	if err != nil {
		return nil, "", err
	}
	if l.credential != nil {
		used, err = l.credential.token(r.Context())
		if err != nil {
			return nil, "", err
		}
		r.Header.Set("Authorization", "Bearer "+used)
	}
	kept := l.app.etags.find(l.id, used, req)
	if kept != nil {
		r.Header.Set("If-None-Match", kept.tag)
	}
	resp, err = l.follow(r)
	if err != nil {
		return nil, used, err
	}
	return l.app.etags.settle(l.id, used, req, resp, kept), used, nil
}

// maxRedirects is more than a repository that was renamed and moved needs.
const maxRedirects = 3

// follow sends r and repeats it verbatim where GitHub says that its place has
// changed, writes too, which net/http would turn into GETs. It goes to no
// other host and never above the API's base, because the token goes along.
// docs: Best practices for using the REST API, "Follow redirects".
func (l *lane) follow(r *http.Request) (*http.Response, error) {
	try := attemptOf(r.Context())
	for range maxRedirects + 1 {
		resp, err := l.send(r)
		if err != nil {
			return nil, err
		}
		switch resp.StatusCode {
		case http.StatusMovedPermanently, http.StatusFound, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		default:
			return resp, nil
		}
		discard(resp)
		try.pending = false // it was sent away unheard
		target, err := r.URL.Parse(resp.Header.Get("Location"))
		if err != nil || resp.Header.Get("Location") == "" {
			return nil, fmt.Errorf("a redirect (%d) without an address", resp.StatusCode)
		}
		if !l.app.ours(target) {
			return nil, fmt.Errorf("a redirect (%d) away from GitHub's API, to %s: not followed", resp.StatusCode, target.Host)
		}
		try.redirected = true
		if r, err = again(r, target); err != nil {
			return nil, err
		}
	}
	return nil, errors.New("too many redirects")
}

// ours tells whether an address is part of the API that was configured.
func (a *App) ours(u *url.URL) bool {
	return u.Scheme == a.base.Scheme && strings.EqualFold(u.Host, a.base.Host) && u.User == nil &&
		strings.HasPrefix(u.EscapedPath(), a.base.EscapedPath())
}

// again is a copy of req for another sending, to u.
func again(req *http.Request, u *url.URL) (*http.Request, error) {
	r := req.Clone(req.Context())
	r.URL, r.Host = u, ""
	if req.GetBody != nil {
		body, err := req.GetBody()
		if err != nil {
			return nil, err
		}
		r.Body = body
	}
	return r, nil
}

// send is one exchange over the wire. A limit in the answer becomes a
// *engine.Later and closes the lane for as long.
func (l *lane) send(r *http.Request) (*http.Response, error) {
	try := attemptOf(r.Context())
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	try.pending = true
	sent := l.app.clock.Now()
	resp, err := l.transport.RoundTrip(r)
	now := l.app.clock.Now()
	l.app.heard(r.Method, try.route, resp, now.Sub(sent), l.id)
	if err != nil {
		return nil, err
	}
	try.date = l.app.learn(resp, sent, now)
	if later := l.limited(try, resp, sent, now); later != nil {
		return nil, later
	}
	if resp.StatusCode == http.StatusUnauthorized {
		try.pending = false
	}
	return resp, nil
}

// limited asks the limits what the answer means for them. An answer that means
// to wait is used up by that.
func (l *lane) limited(try *attempt, resp *http.Response, sent, now time.Time) *engine.Later {
	var said string
	var limit, spent bool
	switch {
	case resp.StatusCode == http.StatusForbidden, resp.StatusCode == http.StatusTooManyRequests:
		body := readBody(resp, maxError)
		limit, said = isLimit(resp, body), message(body)
	case resp.StatusCode == http.StatusOK && try.route == graphQLRoute:
		limit, spent, said = graphLimit(readBody(resp, maxGraph))
	}
	why := ""
	if limit || spent {
		why = l.app.redactor.Redact(fmt.Sprintf("GitHub's limit: %d %s", resp.StatusCode, said))
	}
	h := heard{resp.Header, resp.StatusCode, try.weight.writes > 0, limit, why, sent, now, try.date}
	later, closed := l.limits.observe(h)
	if later == nil && spent {
		later = h.graphQLSpent()
	}
	if closed {
		l.paused()
	}
	if later != nil {
		discard(resp)
	}
	return later
}

// paused tells that GitHub closed the lane.
func (l *lane) paused() {
	until, why := l.limits.closed()
	l.app.log.Warn("GitHub asks to wait", "installation", l.id, "until", until, "reason", why)
	if l.app.onPause != nil {
		l.app.onPause(l.id, until, why)
	}
}

// introduced says on every request who asks and for which version of the API,
// those of ghinstallation too, which says neither and asks twice for the same
// media type. docs: Getting started with the REST API, "Headers".
type introduced struct {
	next      http.RoundTripper
	userAgent string
}

// RoundTrip implements http.RoundTripper.
func (i introduced) RoundTrip(req *http.Request) (*http.Response, error) {
	r := req.Clone(req.Context())
	r.Header.Set("User-Agent", i.userAgent)
	r.Header.Set("X-GitHub-Api-Version", "2022-11-28")
	r.Header.Set("Accept", "application/vnd.github+json")
	return i.next.RoundTrip(r)
}

// heard reports an exchange to whoever counts them.
func (a *App) heard(method, route string, resp *http.Response, took time.Duration, installation int64) {
	if a.onRequest == nil {
		return
	}
	status := 0
	if resp != nil {
		status = resp.StatusCode
	}
	a.onRequest(method, route, status, took, installation)
}

// maxError bounds what is read of an answer that is an error.
const maxError = 64 << 10

// readBody returns the body of a small answer and leaves it to be read again.
func readBody(resp *http.Response, most int64) []byte {
	// A body cut short still says what it says.
	body, _ := io.ReadAll(io.LimitReader(resp.Body, most))
	resp.Body.Close()
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return body
}

// discard reads what is left of a small answer, so that its connection can be
// used again.
func discard(resp *http.Response) {
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, maxError))
	resp.Body.Close()
}

// credential is what a lane authenticates with.
type credential interface {
	token(ctx context.Context) (string, error)
	// drop forgets a token that GitHub refused, and tells whether asking for
	// another makes sense.
	drop(token string) bool
}

// plainToken is a token that somebody gave us; there is no other.
type plainToken struct{ text string }

func (p *plainToken) token(context.Context) (string, error) { return p.text, nil }
func (p *plainToken) drop(string) bool                      { return false }
