package server

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/kintsugi-app/kintsugi/app/clock"
	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/app/githubapp"
	"github.com/kintsugi-app/kintsugi/app/store"
	"github.com/kintsugi-app/kintsugi/app/web"
	"github.com/kintsugi-app/kintsugi/workflows"
)

// The pauses between tries at GitHub while it does not answer.
const (
	firstTry = time.Second
	lastTry  = time.Minute
)

const (
	sweepsEvery = time.Hour
	// refusedEvery is how often the log tells of a repository that refuses.
	refusedEvery = time.Hour
	pruneEvery   = 2 * time.Minute
	pruneRest    = 10 * time.Second
)

// identity is what is known about who the App is.
type identity struct {
	known atomic.Bool
	// swept is true once the sweeps of the start are in the queue.
	swept atomic.Bool
}

// work learns who the App is, and then runs what is due until ctx ends.
// Nothing is run before: which comments are the App's own would be unknown.
func (s *Server) work(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { s.beats(ctx); return nil })
	group.Go(func() error { s.pauses(ctx); return nil })
	group.Go(func() error { s.prune(ctx); return nil })
	group.Go(func() error {
		if err := s.identify(ctx); err != nil || ctx.Err() != nil {
			return err
		}
		group.Go(func() error { s.sweeps(ctx); return nil })
		s.engine.Work(ctx, s.config.Workers, s.store.Doorbell())
		return nil
	})
	return group.Wait()
}

// identify asks GitHub until it says who the App is. It gives up only where
// asking again cannot help.
func (s *Server) identify(ctx context.Context) error {
	refused := false
	for pause := firstTry; ctx.Err() == nil; pause = min(2*pause, lastTry) {
		who, err := s.app.Identity(ctx)
		if err == nil {
			s.identity.known.Store(true)
			s.log.Info("GitHub knows this App", "app", who.Slug, "id", who.AppID)
			return nil
		}
		// Once may be a clock that jumped between two requests.
		before := refused
		if refused = errors.Is(err, githubapp.ErrUnauthorized); refused && before {
			return &SettingError{Name: AppID, Cause: err, Problem: fmt.Sprintf(
				"and %s are not accepted by GitHub (%v): check that they belong together, and that %s is right",
				PrivateKey, err, GitHubURL)}
		}
		s.log.Warn("GitHub does not say who this App is; trying again", "error", err, "pause", pause)
		_ = clock.Sleep(ctx, s.clock, pause) // the loop looks at ctx
	}
	return nil
}

// sweeps makes every installation's sweep due at the start and every hour,
// because the delivery that announced an installation may have been lost.
func (s *Server) sweeps(ctx context.Context) {
	for pause := firstTry; ctx.Err() == nil; {
		if err := s.engine.Start(ctx); err != nil {
			s.log.Warn("the installations cannot be listed; trying again", "error", err, "pause", pause)
			_ = clock.Sleep(ctx, s.clock, pause) // the loop looks at ctx
			pause = min(2*pause, lastTry)
			continue
		}
		s.identity.swept.Store(true)
		pause = firstTry
		_ = clock.Sleep(ctx, s.clock, sweepsEvery)
	}
}

// prune drops what the store need not keep, soon after it was handled, and
// sooner where there is no room.
func (s *Server) prune(ctx context.Context) {
	for failed := false; ctx.Err() == nil; {
		err := s.store.Prune(ctx)
		if err != nil && !failed && ctx.Err() == nil {
			s.log.Error("the store could not be pruned; trying again", "error", err)
		}
		failed = err != nil
		now := s.clock.Now()
		_ = s.clock.Until(ctx, now.Add(pruneRest), nil) // the loop looks at ctx
		_ = s.clock.Until(ctx, now.Add(pruneEvery), s.crowded)
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
	if event, ok := s.app.News(e); ok {
		for _, t := range s.engine.Hear(event) {
			wakes = append(wakes, store.Wake{Key: t.Aggregate, Teller: t.Subject, Due: t.Due})
		}
	}
	ctx, cancel := context.WithTimeout(ctx, storeWithin)
	defer cancel()
	fresh, err := s.store.Intake(ctx, store.Delivery{
		GUID: d.GUID, Event: e.Event, Action: action(e.Action), Payload: d.Body, ReceivedAt: s.clock.Now(),
	}, wakes)
	s.log.Debug("delivery", "event", e.Event, "action", e.Action, "delivery", d.GUID, "wakes", len(wakes), "fresh", fresh)
	if errors.Is(err, store.ErrFull) {
		s.health.refused.Store(&refusal{s.clock.Now(), int64(len(d.Body)), err.Error()})
		select {
		case s.crowded <- struct{}{}:
		default: // it is being pruned
		}
	}
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

// action is what a delivery calls its action, if it is a word. GitHub sends
// none else, and it is shown to people.
func action(text string) string {
	if !word.MatchString(text) {
		return ""
	}
	return text
}

var word = regexp.MustCompile(`^[a-z_]{1,60}$`)

// ran notes a run where it can be seen: in the log what changed or went wrong,
// in the metrics all of them.
func (s *Server) ran(r engine.Run) {
	s.metrics.ran(r)
	first := s.aside.note(r)
	var later *engine.Later
	switch {
	case first:
		s.log.Error("set aside: it failed again and again, and is tried every ten minutes from now on",
			"subject", r.Key, "error", r.Err, "again", r.Due, "more", more(r.Key))
	case errors.Is(r.Err, engine.ErrLeaseLost):
		s.log.Info("left to another worker, which took it over", "subject", r.Key, "error", r.Err)
	case errors.As(r.Err, &later):
		s.log.Info("put off", "subject", r.Key, "until", later.At, "reason", later.Reason)
	case errors.Is(r.Err, engine.ErrOvertaken):
		s.log.Info("somebody else's commit came first", "subject", r.Key, "again", r.Due)
	case errors.Is(r.Err, engine.ErrRefused) && !s.refused.first(r.Key, s.clock.Now()):
		s.log.Debug("refused as before", "subject", r.Key, "error", r.Err, "again", r.Due)
	case r.Err != nil:
		s.log.Warn("a run did not go through", "subject", r.Key, "error", r.Err, "again", r.Due)
	case r.Key == engine.RedeliveryKey && len(r.Why) > 0 && !s.noLog.Swap(true):
		s.log.Info("GitHub keeps no log of deliveries for this App; what never arrives, the sweeps find", "reason", strings.Join(r.Why, "; "))
	case len(r.Did) > 0:
		s.log.Info("done", "subject", r.Key, "did", strings.Join(r.Did, "; "), "took", r.Took)
	default:
		s.log.Debug("nothing to do", "subject", r.Key, "took", r.Took)
	}
	s.config.OnRun(r)
}

// more is the command that tells all about a subject. Chores have none.
func more(key string) string {
	if _, err := workflows.ParseSubject(key); err != nil {
		return ""
	}
	return "kintsugi explain " + key
}

// refused is when the log last told of a repository that GitHub refuses what is
// asked there: every issue in it meets the same missing permission.
type refused struct {
	mu   sync.Mutex
	said map[string]time.Time
}

// first tells whether the last hour has not said so yet.
func (r *refused) first(key string, now time.Time) bool {
	repo := key
	if s, err := workflows.ParseSubject(key); err == nil {
		repo = s.Repo
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	maps.DeleteFunc(r.said, func(_ string, at time.Time) bool { return now.Sub(at).Abs() >= refusedEvery })
	if _, ok := r.said[repo]; ok {
		return false
	}
	if r.said == nil {
		r.said = map[string]time.Time{}
	}
	r.said[repo] = now
	return true
}

// aside are the subjects of which the log has said that they were set aside.
type aside struct {
	mu   sync.Mutex
	said map[string]bool
}

// note tells whether a run is the first that set its subject aside.
func (a *aside) note(r engine.Run) (first bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case errors.Is(r.Err, engine.ErrLeaseLost): // which says nothing about the subject
		return false
	case !r.SetAside:
		delete(a.said, r.Key)
		return false
	}
	if a.said == nil {
		a.said = map[string]bool{}
	}
	first = !a.said[r.Key]
	a.said[r.Key] = true
	return first
}
