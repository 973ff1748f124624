package githubapp

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"

	"github.com/bradleyfalzon/ghinstallation/v2"
	"github.com/google/go-github/v62/github"
)

// routeToken is how tokens are asked for, as a route for the metrics.
const routeToken = "app/installations/{installation_id}/access_tokens"

// newAppLane is the lane of the App itself, which signs each request.
func (a *App) newAppLane() *lane {
	l := a.newLane(0, paceOfApp, nil)
	l.transport = a.signer(a.transport)
	return l
}

// signer signs what it sends as the App. Each lane has one of its own, because
// ghinstallation writes to it, unguarded, whenever it asks for a token.
func (a *App) signer(next http.RoundTripper) *ghinstallation.AppsTransport {
	s, err := ghinstallation.NewAppsTransportWithOptions(next, a.id, ghinstallation.WithSigner(signer{a}))
	if err != nil {
		panic(err) // it misses a signer, and has one
	}
	s.BaseURL = strings.TrimSuffix(a.base.String(), "/")
	return s
}

// newInstallationLane is the lane of one installation.
func (a *App) newInstallationLane(id int64) *lane {
	c := &installationToken{app: a, id: id}
	l := a.newLane(id, pacePerInstallation, c)
	c.lane = l
	c.source = c.newSource()
	return l
}

// installationToken is an installation's access token, which ends after an
// hour and is renewed by ghinstallation, by the machine's clock.
// docs: Generating an installation access token for a GitHub App.
type installationToken struct {
	app  *App
	id   int64
	lane *lane

	mu      sync.Mutex
	source  *ghinstallation.Transport
	current string
}

// newSource has no token yet; ghinstallation cannot be told to forget one.
func (c *installationToken) newSource() *ghinstallation.Transport {
	source := ghinstallation.NewFromAppsTransport(c.app.signer(&mint{c.lane}), c.id)
	// All that the installation may do. Without this the body would be "null",
	// which GitHub's description does not allow.
	source.InstallationTokenOptions = &github.InstallationTokenOptions{}
	return source
}

func (c *installationToken) token(ctx context.Context) (string, error) {
	c.mu.Lock()
	source, skew := c.source, c.app.Skew()
	c.mu.Unlock()
	text, err := source.Token(ctx)
	if errors.Is(err, ErrUnauthorized) && c.app.Skew() != skew {
		text, err = source.Token(ctx) // our clock was wrong, as the answer revealed
	}
	if err != nil {
		return "", err
	}
	if text == "" {
		return "", fmt.Errorf("GitHub answered without a token for installation %d", c.id)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.current != text {
		c.current = text
		c.app.redactor.Add(text)
	}
	return text, nil
}

// drop forgets a refused token, unless another request has done so already.
func (c *installationToken) drop(refused string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.current == refused {
		c.source, c.current = c.newSource(), ""
	}
	return true
}

// renew forgets the token, because what it may do has changed.
func (c *installationToken) renew() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.source, c.current = c.newSource(), ""
}

// mint carries the requests for tokens. It belongs to the installation's lane:
// a limit on its tokens closes that lane and no other.
type mint struct{ lane *lane }

// RoundTrip implements http.RoundTripper. What is not a token is an error of
// its own kind, because ghinstallation would only say that it failed.
func (m *mint) RoundTrip(r *http.Request) (*http.Response, error) {
	// It is not the caller's own request: its route is another, and so is the
	// question whether that one has left.
	try := &attempt{route: routeToken, weight: call{method: "POST"}.weight()}
	resp, err := m.lane.send(r.WithContext(context.WithValue(r.Context(), attemptKey{}, try)))
	if err != nil {
		return nil, err
	}
	if resp.StatusCode < 300 {
		return resp, nil
	}
	text := fmt.Sprintf("%d %s", resp.StatusCode, message(readBody(resp, maxError)))
	switch resp.StatusCode {
	case http.StatusNotFound, http.StatusForbidden:
		return nil, &uninstalled{m.lane.id, "no access token (" + text + "): it was removed or suspended"}
	case http.StatusUnauthorized:
		return nil, fmt.Errorf("%w (%s)", ErrUnauthorized, text)
	}
	return nil, fmt.Errorf("no access token for installation %d: %s", m.lane.id, text)
}
