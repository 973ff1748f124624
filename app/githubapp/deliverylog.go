package githubapp

import (
	"context"
	"encoding/json"
	"net/url"
	"time"

	"github.com/google/go-github/v62/github"

	"github.com/kintsugi-app/kintsugi/app/engine"
)

// Attempts implements engine.DeliveryLog. GitHub lists the newest first, by a
// cursor; the list is left where it passes since. What was never answered has
// the status 0. docs: REST API endpoints for GitHub App webhooks, "List
// deliveries for an app webhook".
func (a *App) Attempts(ctx context.Context, since time.Time) (all []engine.Attempt, at time.Time, err error) {
	if a.token != nil {
		return nil, time.Time{}, errReadOnly
	}
	since = since.Truncate(time.Second) // which is all that GitHub shows of a time
	at, err = a.self.pages(ctx, call{method: "GET", route: "app/hook/deliveries"}, func(page json.RawMessage) (bool, error) {
		var some []github.HookDelivery
		if err := json.Unmarshal(page, &some); err != nil {
			return false, err
		}
		for _, d := range some {
			when := d.GetDeliveredAt().UTC()
			if when.Before(since) {
				return false, nil
			}
			code := d.GetStatusCode()
			all = append(all, engine.Attempt{ID: d.GetID(), GUID: d.GetGUID(), At: when, OK: code >= 200 && code < 300})
		}
		return true, nil
	})
	return all, at, err
}

// Redeliver implements engine.DeliveryLog. docs: REST API endpoints for GitHub
// App webhooks, "Redeliver a delivery for an app webhook".
func (a *App) Redeliver(ctx context.Context, attempt int64) error {
	if a.token != nil {
		return errReadOnly
	}
	return a.self.do(ctx, call{
		method: "POST", route: "app/hook/deliveries/{delivery_id}/attempts", args: []any{attempt},
	}, nil)
}

// Delivered is a delivery as GitHub tried it once, for people to read.
type Delivered struct {
	GUID, Event string
	At          time.Time
	// Code is what was answered, 0 where nothing was, and Status GitHub's word
	// for it.
	Code   int
	Status string
}

// Delivered are the last attempts in GitHub's log, up to a hundred, the newest
// first.
func (a *App) Delivered(ctx context.Context) (last []Delivered, err error) {
	if a.token != nil {
		return nil, errReadOnly
	}
	var some []github.HookDelivery
	err = a.self.do(ctx, call{method: "GET", route: "app/hook/deliveries", query: url.Values{"per_page": {"100"}}}, &some)
	for _, d := range some {
		last = append(last, Delivered{d.GetGUID(), d.GetEvent(), d.GetDeliveredAt().UTC(), d.GetStatusCode(), d.GetStatus()})
	}
	return last, err
}
