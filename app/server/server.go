// Package server puts the program together: the store, GitHub, the engine and
// the web routes, on one clock. It starts them in an order in which nothing is
// lost, watches over them, and stops them so that what is in flight is finished
// or handed back. `kintsugi serve`, the sandbox and the tests all start this. It
// must not know what any workflow is about, nor decide anything that one could:
// workflows.go is the one list of them.
package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
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

// Config is what a server is made of. The first part is what a person sets (see
// ReadSettings); the rest is for hosts and tests and has defaults.
type Config struct {
	AppID      int64
	PrivateKey []byte
	// WebhookSecrets and StateKeys hold the current one and, while it is being
	// replaced, the previous one.
	WebhookSecrets []string
	StateKeys      [][]byte
	GitHubURL      string
	DatabaseURL    string
	// DatabaseQuota is how many bytes the database may take; 0 for as many as
	// its disk has room for.
	DatabaseQuota int64
	// Addr receives webhooks; port 0 takes a free one. MetricsAddr serves the
	// metrics alone; empty serves them on Addr.
	Addr, MetricsAddr string
	Owners            []string
	// Pause decides and writes nothing.
	Pause     bool
	LogFormat string // text or json
	// ReadingLists are shown to whoever reaches the server.
	ReadingLists []ReadingList

	// Version is shown in the metrics and to GitHub.
	Version string
	Clock   clock.Clock
	// Transport carries the requests to GitHub.
	Transport http.RoundTripper
	// Workflows are by default those of Workflows.
	Workflows []workflows.Workflow
	// OnRun is told of every run, from several goroutines.
	OnRun func(engine.Run)
	// Workers is how many subjects are run at once, a quarter of them for one
	// account at most.
	Workers int
	// Timeout bounds one request to GitHub, and Lag how long its lists may lag
	// behind; SweepEvery is the pause between sweeps. Zero is the engine's own.
	Timeout, Lag, SweepEvery time.Duration
	// StoreOptions are for tests that need no disk.
	StoreOptions []store.Option
	// LogTo receives the log; nil drops it.
	LogTo io.Writer
}

// How long each part may take to come to an end when the server stops.
const (
	defaultTimeout = 10 * time.Second
	defaultWorkers = 16
	parallelAsks   = 4
	stopMargin     = 2 * time.Second
)

// Server is a running server.
type Server struct {
	config   Config
	clock    clock.Clock
	log      *slog.Logger
	app      *githubapp.App
	store    *store.Store
	engine   *engine.Engine
	metrics  *metrics
	identity identity
	health   health
	replicas *replicas
	aside    aside
	refused  refused
	// noLog: it was said that GitHub has no log of deliveries.
	noLog atomic.Bool
	// crowded rings when there was no room for a delivery.
	crowded chan struct{}

	listeners []net.Listener
	group     *errgroup.Group
	ended     chan struct{}
	err       error
}

// Run starts a server and returns when ctx has ended and everything has stopped,
// or when it cannot go on.
func Run(ctx context.Context, c Config) error {
	s, err := Start(ctx, c)
	if err != nil {
		return err
	}
	return s.Wait()
}

// Start starts a server; it stops when ctx ends. It listens at once: GitHub may
// be down at this moment, and a webhook that is not answered is lost until the
// next sweep. Whether the server is ready it tells by itself.
func Start(ctx context.Context, c Config) (*Server, error) {
	c = c.withDefaults()
	s := &Server{config: c, clock: c.Clock, replicas: newReplicas(), crowded: make(chan struct{}, 1), ended: make(chan struct{})}
	if err := s.assemble(ctx); err != nil {
		return nil, errors.Join(err, s.release())
	}
	s.log.Info("listening", "address", s.Addr(), "version", c.Version, "replica", s.replicas.name, "paused", c.Pause)
	group, ctx := errgroup.WithContext(ctx)
	s.group = group
	s.serve(ctx)
	group.Go(func() error { return s.work(ctx) })
	go func() {
		s.err = errors.Join(s.group.Wait(), s.release())
		s.log.Info("stopped")
		close(s.ended)
	}()
	return s, nil
}

func (c Config) withDefaults() Config {
	if c.Clock == nil {
		c.Clock = clock.New()
	}
	if c.Workflows == nil {
		c.Workflows = Workflows()
	}
	if c.Workers == 0 {
		c.Workers = defaultWorkers
	}
	if c.Timeout == 0 {
		c.Timeout = defaultTimeout
	}
	if c.OnRun == nil {
		c.OnRun = func(engine.Run) {}
	}
	if c.LogTo == nil {
		c.LogTo = io.Discard
	}
	return c
}

// assemble makes every part. What can be wrong with the settings shows here,
// before anything is served.
func (s *Server) assemble(ctx context.Context) error {
	c := s.config
	if len(c.WebhookSecrets) == 0 || slices.Contains(c.WebhookSecrets, "") {
		// Never a server that takes unsigned deliveries.
		return &SettingError{Name: WebhookSecret, Problem: "is not set: give the webhook secret of the App's settings page"}
	}
	rules, err := engine.NewRules(c.Workflows)
	if err != nil {
		return fmt.Errorf("the workflows do not fit together: %w", err)
	}
	keys, err := Keys(c)
	if err != nil {
		return err
	}
	s.metrics = newMetrics(c.Version, s.state)
	github := c.github()
	github.OnRequest, github.OnPause = s.metrics.request, s.replicas.paused
	if s.app, err = githubapp.New(github); err != nil {
		return err
	}
	s.log = slog.New(s.app.Redactor().Handler(logHandler(c.LogTo, c.LogFormat)))
	options := append([]store.Option{store.Quota(c.DatabaseQuota)}, c.StoreOptions...)
	if s.store, err = store.Open(ctx, c.DatabaseURL, c.AppID, s.clock, options...); err != nil {
		// The store's errors begin with the setting's name.
		return &SettingError{Problem: err.Error(), Cause: err}
	}
	s.heedPauses(ctx)
	s.beat(ctx)
	s.engine = engine.New(engine.Config{
		Rules: rules, Reader: s.app, Places: s.app, Writer: s.app, Queue: s.store, Ledger: s.store, Marks: s.store,
		Journal: s.store, Deliveries: s.app, Keys: keys, Clock: s.clock, Timeout: c.Timeout, Lag: c.Lag,
		SweepEvery: c.SweepEvery, Parallel: parallelAsks, Pause: c.Pause, OnRun: s.ran, Log: s.log,
	})
	return s.listen(ctx)
}

// Keys are what records are signed with and believed by. The App's own key is
// always believed, so that STATE_KEYS can be set at any time.
func Keys(c Config) (engine.Keys, error) {
	return engine.NewKeys(append(slices.Clone(c.StateKeys), c.PrivateKey)...)
}

// NewApp makes the adapter to GitHub of these settings. It asks GitHub nothing.
func NewApp(c Config) (*githubapp.App, error) { return githubapp.New(c.github()) }

func (c Config) github() githubapp.Config {
	return githubapp.Config{
		AppID: c.AppID, PrivateKey: c.PrivateKey, BaseURL: c.GitHubURL, Clock: c.Clock, Transport: c.Transport,
		Timeout: c.Timeout, Owners: c.Owners, UserAgent: userAgent(c.Version), Secrets: c.secrets(),
		Log: slog.New(logHandler(logTarget(c), c.LogFormat)),
	}
}

// secrets are what no output may show. Of the key each line is one, for who
// quotes it may quote a part.
func (c Config) secrets() []string {
	secrets := slices.Clone(c.WebhookSecrets)
	for _, key := range c.StateKeys {
		secrets = append(secrets, string(key))
	}
	for line := range strings.Lines(string(c.PrivateKey)) {
		if !strings.HasPrefix(line, "-----") {
			secrets = append(secrets, line)
		}
	}
	return secrets
}

func logTarget(c Config) io.Writer {
	if c.LogTo == nil {
		return io.Discard
	}
	return c.LogTo
}

func userAgent(version string) string {
	if version == "" {
		return "kintsugi"
	}
	return "kintsugi/" + version
}

func logHandler(to io.Writer, format string) slog.Handler {
	if format == "json" {
		return slog.NewJSONHandler(to, nil)
	}
	return slog.NewTextHandler(to, nil)
}

// listen takes the addresses, so that one in use is known before anything runs.
func (s *Server) listen(ctx context.Context) error {
	for _, at := range []struct{ name, address string }{{Addr, s.config.Addr}, {MetricsAddr, s.config.MetricsAddr}} {
		if at.address == "" && at.name == MetricsAddr {
			continue
		}
		var config net.ListenConfig
		l, err := config.Listen(ctx, "tcp", at.address)
		if err != nil {
			return &SettingError{Name: at.name, Problem: fmt.Sprintf("%s cannot be listened on: %v", at.address, err), Cause: err}
		}
		s.listeners = append(s.listeners, l)
	}
	return nil
}

// serve answers on the addresses until ctx ends, and then finishes what was
// begun.
func (s *Server) serve(ctx context.Context) {
	for i, l := range s.listeners {
		server := web.NewServer(s.handler(ctx, i), s.log)
		s.group.Go(func() error {
			if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
				return fmt.Errorf("serve %s: %w", l.Addr(), err)
			}
			return nil
		})
		s.group.Go(func() error {
			<-ctx.Done()
			grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.config.Timeout)
			defer cancel()
			if err := server.Shutdown(grace); err != nil {
				s.log.Warn("a request did not end in time and was cut", "address", l.Addr().String())
				return server.Close()
			}
			return nil
		})
	}
}

// handler is what is served on the i-th address until ctx ends: the routes, or the
// metrics.
func (s *Server) handler(ctx context.Context, i int) http.Handler {
	metrics := s.metrics.handler()
	if i > 0 {
		return web.MetricsHandler(metrics, s.log)
	}
	if s.config.MetricsAddr != "" {
		metrics = nil
	}
	return web.Handler(web.Config{
		Verify: func(body []byte, signature string) bool {
			return githubapp.Verify(s.config.WebhookSecrets, body, signature)
		},
		Intake: s.intake, Counted: s.metrics.delivery, NotReady: s.notReady, Metrics: metrics, Log: s.log,
		ReadingLists: s.readingLists(ctx), Clock: s.clock,
	})
}

// Addr is where webhooks are received, with the actual port.
func (s *Server) Addr() string { return s.listeners[0].Addr().String() }

// MetricsAddr is where the metrics are served.
func (s *Server) MetricsAddr() string { return s.listeners[len(s.listeners)-1].Addr().String() }

// Wait returns when everything has stopped. The error says why, where it was not
// asked for.
func (s *Server) Wait() error {
	<-s.ended
	return s.err
}

// Resting tells whether nothing is being run and nothing is due at this moment,
// and the server is ready.
func (s *Server) Resting(ctx context.Context) (bool, error) {
	due, leased, err := s.store.Busy(ctx)
	return err == nil && due+leased == 0 && s.identity.known.Load() && s.identity.swept.Load(), err
}

// release closes what does not close itself. The store comes last of all,
// because everything else may still write to it.
func (s *Server) release() error {
	for _, l := range s.listeners {
		_ = l.Close() // closed already where it was served
	}
	if s.store == nil {
		return nil
	}
	return s.store.Close()
}
