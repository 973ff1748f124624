package fakehub

import (
	"net/http"
	"slices"
	"strings"
)

func getApp(c *call) (int, raw, error) {
	return http.StatusOK, c.hub.renderApp(), nil
}

func listInstallations(c *call) (int, raw, error) {
	return http.StatusOK, renderAll(page(c, c.hub.installations), c.hub.renderInstallation), nil
}

func getInstallation(c *call) (int, raw, error) {
	i, err := c.installation()
	if err != nil {
		return 0, nil, err
	}
	return http.StatusOK, c.hub.renderInstallation(i), nil
}

func (c *call) installation() (*installation, error) {
	id, err := c.number("installation")
	if err != nil {
		return nil, err
	}
	i := c.hub.installationWithID(id)
	if i == nil {
		return nil, errNotFound
	}
	return i, nil
}

// createToken makes an access token for an installation that is not suspended.
// docs: REST API endpoints for GitHub Apps, "Create an installation access
// token for an app". A narrower token than the installation is not simulated.
func createToken(c *call) (int, raw, error) {
	i, err := c.installation()
	if err != nil {
		return 0, nil, err
	}
	if !i.suspended.IsZero() {
		return 0, nil, errSuspended
	}
	text, t := c.hub.issueToken(i)
	return http.StatusCreated, encode(struct {
		Token       string            `json:"token"`
		ExpiresAt   string            `json:"expires_at"`
		Permissions map[string]string `json:"permissions"`
		Selection   string            `json:"repository_selection"`
	}{text, format(t.expires), i.permissions, i.selection()}), nil
}

func getRepoInstallation(c *call) (int, raw, error) {
	r := c.hub.repos[repoKey(c)]
	if r == nil {
		return 0, nil, errNotFound
	}
	i := c.hub.installationFor(r)
	if i == nil {
		return 0, nil, errNotFound
	}
	return http.StatusOK, c.hub.renderInstallation(i), nil
}

// getOrgInstallation finds none for a personal account, which is no
// organisation. docs: REST API endpoints for GitHub Apps, "Get an organization
// installation for the authenticated app".
func getOrgInstallation(c *call) (int, raw, error) {
	for _, i := range c.hub.installations {
		if i.account.kind == "Organization" && strings.EqualFold(i.account.login, c.request.PathValue("org")) {
			return http.StatusOK, c.hub.renderInstallation(i), nil
		}
	}
	return 0, nil, errNotFound
}

// listInstallationRepos is what the token's installation covers.
// docs: REST API endpoints for GitHub App installations.
func listInstallationRepos(c *call) (int, raw, error) {
	i := c.actor.install
	if i == nil {
		return 0, nil, &refusal{status: 403, message: "You must authenticate with an installation access token in order to list repositories for an installation."}
	}
	repos := c.hub.reposOf(i)
	list := renderAll(page(c, repos), func(r *repo) raw { return c.hub.renderRepoFor(c.actor, r) })
	return http.StatusOK, object(
		part{"total_count", encode(len(repos))},
		part{"repository_selection", encode(i.selection())},
		part{"repositories", list},
	), nil
}

func getHookConfig(c *call) (int, raw, error) {
	return http.StatusOK, c.hub.renderHookConfig(), nil
}

// listDeliveries shows the attempts of the last three days, newest first. The
// cursor is the id to go on below. docs: REST API endpoints for GitHub App
// webhooks; Viewing webhook deliveries: the past 3 days.
func listDeliveries(c *call) (int, raw, error) {
	c.hub.forgetOldAttempts()
	attempts := slices.Clone(c.hub.attempts)
	slices.Reverse(attempts)
	if cursor, ok, err := c.cursor(); err != nil {
		return 0, nil, err
	} else if ok {
		attempts = slices.DeleteFunc(attempts, func(a *Attempt) bool { return a.ID >= cursor })
	}
	size := min(c.queryNumber("per_page", 30), 100)
	if len(attempts) > size {
		attempts = attempts[:size]
		c.linkCursor(attempts[size-1].ID)
	}
	return http.StatusOK, renderAll(attempts, renderAttempt), nil
}

func getDelivery(c *call) (int, raw, error) {
	a, err := c.attempt()
	if err != nil {
		return 0, nil, err
	}
	return http.StatusOK, c.hub.renderAttemptWhole(a), nil
}

// redeliver queues the delivery again under its own guid.
// docs: Redelivering webhooks.
func redeliver(c *call) (int, raw, error) {
	a, err := c.attempt()
	if err != nil {
		return 0, nil, err
	}
	again := a.Delivery
	again.Redelivery = true
	c.hub.enqueue(again)
	return http.StatusAccepted, raw("{}"), nil
}

func (c *call) attempt() (*Attempt, error) {
	id, err := c.number("delivery")
	if err != nil {
		return nil, err
	}
	c.hub.forgetOldAttempts()
	for _, a := range c.hub.attempts {
		if a.ID == id {
			return a, nil
		}
	}
	return nil, errNotFound
}
