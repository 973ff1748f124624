package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/kintsugi-app/kintsugi/app/clock"
	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/app/githubapp"
	"github.com/kintsugi-app/kintsugi/app/store"
	"github.com/kintsugi-app/kintsugi/app/web"
)

// The pauses between tries at GitHub while it does not answer.
const (
	firstTry  = time.Second
	lastTry   = time.Minute
	choreTime = time.Hour
)

// identity is what is known about who the App is.
type identity struct {
	known atomic.Bool
	// swept is true once the sweeps of the start are in the queue.
	swept atomic.Bool
	// status is what GitHub last answered to the question.
	status atomic.Int32
}

// heard listens to the exchanges with GitHub. Whether the App's credentials are
// wrong, or GitHub is merely not well, shows only in the status of this answer.
func (i *identity) heard(_, route string, status int, _ time.Duration) {
	if route == "app" {
		i.status.Store(int32(status)) //nolint:gosec // three digits
	}
}

// work learns who the App is, and then runs what is due until ctx ends.
// Nothing is run before: which comments are the App's own would be unknown.
func (s *Server) work(ctx context.Context) error {
	if err := s.identify(ctx); err != nil || ctx.Err() != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		s.engine.Work(ctx, s.config.Workers, s.store.Doorbell())
		return nil
	})
	group.Go(func() error { s.chores(ctx); return nil })
	return group.Wait()
}

// identify asks GitHub until it says who the App is. It gives up only where
// asking again cannot help.
func (s *Server) identify(ctx context.Context) error {
	for pause := firstTry; ctx.Err() == nil; pause = min(2*pause, lastTry) {
		who, err := s.app.Identity(ctx)
		if err == nil {
			s.identity.known.Store(true)
			s.log.Info("GitHub knows this App", "app", who.Slug, "id", who.AppID)
			return nil
		}
		switch s.identity.status.Load() {
		case http.StatusUnauthorized, http.StatusNotFound:
			return &SettingError{Name: AppID, Cause: err, Problem: fmt.Sprintf(
				"and %s are not accepted by GitHub (%v): check that they belong together, that %s is right, and that this machine's clock is",
				PrivateKey, err, GitHubURL)}
		}
		s.log.Warn("GitHub does not say who this App is; trying again", "error", err, "pause", pause)
		_ = clock.Sleep(ctx, s.clock, pause) // the loop looks at ctx
	}
	return nil
}

// chores are done at the start and every hour: every installation's sweep is
// made due, because the delivery that announced an installation may have been
// lost, and what the store need not keep is dropped.
func (s *Server) chores(ctx context.Context) {
	for pause := firstTry; ctx.Err() == nil; {
		if err := s.engine.Start(ctx); err != nil {
			s.log.Warn("the installations cannot be listed; trying again", "error", err, "pause", pause)
			_ = clock.Sleep(ctx, s.clock, pause) // the loop looks at ctx
			pause = min(2*pause, lastTry)
			continue
		}
		s.identity.swept.Store(true)
		pause = firstTry
		if err := s.store.Prune(ctx); err != nil && ctx.Err() == nil {
			s.log.Error("the store could not be pruned", "error", err)
		}
		_ = clock.Sleep(ctx, s.clock, choreTime)
	}
}

// intake puts a delivery on disk together with what it wakes.
func (s *Server) intake(ctx context.Context, d web.Delivery) (web.Outcome, error) {
	e, err := githubapp.Decode(d.Event, d.Body)
	if err != nil {
		return "", err
	}
	var wakes []store.Wake
	for _, key := range s.app.Heed(e) {
		wakes = append(wakes, store.Wake{Key: key, Comment: e.Comment})
	}
	fresh, err := s.store.Intake(ctx, store.Delivery{
		GUID: d.GUID, Event: e.Event, Action: e.Action, Payload: d.Body, ReceivedAt: s.clock.Now(),
	}, wakes)
	s.log.Debug("delivery", "event", e.Event, "action", e.Action, "delivery", d.GUID, "wakes", len(wakes), "fresh", fresh)
	switch {
	case err != nil:
		return "", err
	case !fresh:
		return web.Duplicate, nil
	case !e.Known:
		return web.Unknown, nil
	default:
		return web.Accepted, nil
	}
}

// ran notes a run where it can be seen: in the log what changed or went wrong,
// in the metrics all of them.
func (s *Server) ran(r engine.Run) {
	s.metrics.ran(r)
	var later *engine.Later
	switch {
	case errors.As(r.Err, &later):
		s.log.Info("put off", "subject", r.Key, "until", later.At, "reason", later.Reason)
	case r.Err != nil:
		s.log.Warn("a run did not go through", "subject", r.Key, "error", r.Err, "again", r.Due)
	case len(r.Did) > 0:
		s.log.Info("done", "subject", r.Key, "did", strings.Join(r.Did, "; "), "took", r.Took)
	default:
		s.log.Debug("nothing to do", "subject", r.Key, "took", r.Took)
	}
	s.config.OnRun(r)
}
