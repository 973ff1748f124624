package githubapp

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/kintsugi-app/kintsugi/app/engine"
)

// About is what GitHub knows of the App: what it is called, and what it asks
// for. Installations may have granted less.
type About struct {
	Slug, Name, Owner string
	// Permissions are by name, with read, write or admin.
	Permissions map[string]string
	Events      []string
}

// About asks GitHub who the App is. ErrUnauthorized: the id and the private
// key do not belong together, or to no App. docs: REST API endpoints for GitHub
// Apps, "Get the authenticated app".
func (a *App) About(ctx context.Context) (About, error) {
	if a.token != nil {
		return About{}, errReadOnly
	}
	var found struct {
		Slug        string            `json:"slug"`
		Name        string            `json:"name"`
		Owner       login             `json:"owner"`
		Permissions map[string]string `json:"permissions"`
		Events      []string          `json:"events"`
	}
	err := a.self.do(ctx, call{method: "GET", route: "app"}, &found)
	switch {
	case errors.Is(err, engine.ErrGone):
		// Not ErrGone: it is no subject that is missing, but the App.
		return About{}, fmt.Errorf("%w: GitHub knows no App with the id %d", ErrUnauthorized, a.id)
	case err != nil:
		return About{}, fmt.Errorf("GitHub does not say who this App is: %w", err)
	case found.Slug == "":
		return About{}, errors.New("GitHub did not say what this App is called (GET app has no slug)")
	}
	return About{found.Slug, found.Name, found.Owner.Login, found.Permissions, found.Events}, nil
}

// Installation is the App on one account.
type Installation struct {
	ID      int64
	Account string
	// Suspended is since when, or zero.
	Suspended time.Time
	// Permissions and Events are those granted.
	Permissions map[string]string
	Events      []string
	// URL is where an owner of the account sees and changes it.
	URL string

	created time.Time
}

// Installed lists the installations on accounts that are served, suspended ones
// included. docs: REST API endpoints for GitHub Apps, "List installations for
// the authenticated app".
func (a *App) Installed(ctx context.Context) ([]Installation, error) {
	if a.token != nil {
		return nil, errReadOnly
	}
	all, _, err := listAll[struct {
		ID          int64             `json:"id"`
		Account     login             `json:"account"`
		SuspendedAt *time.Time        `json:"suspended_at"`
		CreatedAt   time.Time         `json:"created_at"`
		Permissions map[string]string `json:"permissions"`
		Events      []string          `json:"events"`
		HTMLURL     string            `json:"html_url"`
	}](ctx, a.self, call{method: "GET", route: "app/installations"})
	if err != nil {
		return nil, err
	}
	var served []Installation
	for _, i := range all {
		if !a.serves(i.Account.Login) {
			continue
		}
		next := Installation{
			ID: i.ID, Account: i.Account.Login, Permissions: maps.Clone(i.Permissions), Events: i.Events,
			URL: i.HTMLURL, created: i.CreatedAt.UTC(),
		}
		if i.SuspendedAt != nil {
			next.Suspended = i.SuspendedAt.UTC()
		}
		served = append(served, next)
	}
	return served, nil
}

// Installations implements engine.Places: those of accounts that are served
// and have not suspended the App.
func (a *App) Installations(ctx context.Context) ([]int64, error) {
	if a.token != nil {
		return nil, nil
	}
	all, err := a.Installed(ctx)
	if err != nil {
		return nil, err
	}
	var ids []int64
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, i := range all {
		if i.Suspended.IsZero() {
			ids = append(ids, i.ID)
			a.since[i.ID] = i.created
		}
	}
	return ids, nil
}

// Hook is the App's webhook as GitHub has it.
type Hook struct {
	URL string
	// ContentType is "json" or "form".
	ContentType string
	// Insecure: GitHub does not verify the certificate of URL.
	Insecure bool
}

// Hook asks GitHub where it sends deliveries. docs: REST API endpoints for
// GitHub App webhooks, "Get a webhook configuration for an app".
func (a *App) Hook(ctx context.Context) (Hook, error) {
	if a.token != nil {
		return Hook{}, errReadOnly
	}
	var found struct {
		URL         string `json:"url"`
		ContentType string `json:"content_type"`
		InsecureSSL any    `json:"insecure_ssl"` // "0", "1", or such a number
	}
	if err := a.self.do(ctx, call{method: "GET", route: "app/hook/config"}, &found); err != nil {
		return Hook{}, err
	}
	return Hook{found.URL, found.ContentType, fmt.Sprint(found.InsecureSSL) == "1"}, nil
}
