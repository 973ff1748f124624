package sandbox

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/kintsugi-app/kintsugi/app/clock"
	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
	"github.com/kintsugi-app/kintsugi/app/sandbox/page"
	"github.com/kintsugi-app/kintsugi/app/server"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// stage is everything that runs: the simulated GitHub with its page on one
// address, the program on another, and the one clock that all of them share.
type stage struct {
	lang  words.Language
	clock *clock.Real
	// watch is the machine's time, which nobody moves.
	watch *clock.Real
	hub   *fakehub.Hub
	wire  *wire
	// address is that of the simulated GitHub and of its page.
	address string
	folder  string
	config  server.Config
	program *server.Server
	runs    runs

	github *http.Server
	// earlier is the version of the service that ran before, next the one that waits.
	earlier, next string

	stopProgram context.CancelFunc
	stopHub     context.CancelFunc
	hubEnded    chan struct{}
}

// newStage sets everything up but the program, which enters in the first step.
func newStage(o Options, lang words.Language) (*stage, error) {
	s := &stage{lang: lang, clock: clock.New(), watch: clock.New(), wire: &wire{next: http.DefaultTransport}, hubEnded: make(chan struct{})}
	var err error
	if s.folder, err = os.MkdirTemp("", "kintsugi-sandbox-"); err != nil {
		return nil, err
	}
	var config net.ListenConfig
	listener, err := config.Listen(context.Background(), "tcp", o.Addr)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(s.folder))
	}
	s.address = "http://" + listener.Addr().String()
	secret := rand.Text()
	s.hub = fakehub.New(fakehub.Options{
		Clock: s.clock, APIURL: s.address + "/api/v3", WebURL: s.address, WebhookSecret: secret,
		HTTPClient: &http.Client{Transport: s.wire},
	})
	s.config = server.Config{
		AppID: 1, PrivateKey: s.hub.PrivateKeyPEM(), WebhookSecrets: []string{secret}, GitHubURL: s.address + "/api/v3",
		DatabaseURL: filepath.Join(s.folder, "kintsugi.db"), Addr: "127.0.0.1:0", Version: o.Version, Clock: s.clock,
		Workflows: o.Workflows, OnRun: s.runs.add, Transport: o.Transport,
	}
	s.toTheNight()
	s.build()
	if err := s.open(listener); err != nil {
		return nil, errors.Join(err, os.RemoveAll(s.folder))
	}
	return s, nil
}

// open serves the simulated GitHub: its API where GitHub Enterprise Server has
// it, its page everywhere else.
func (s *stage) open(listener net.Listener) error {
	show, err := page.New(page.Config{
		Hub: s.hub, Clock: s.clock, Runs: s.runs.latest, People: people, Language: s.lang, Zone: tokyo,
		FormLabels: []string{scripts[s.lang].label}, Advance: s.clock.Advance, DropNext: s.wire.loseNext, RepeatNext: s.wire.repeatNext,
	})
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("/api/v3/", s.hub)
	mux.Handle("/api/graphql", s.hub)
	mux.Handle("/", show)
	// The API believes any name a person gives, so it is guarded as the page is.
	s.github = &http.Server{Handler: page.Guard(mux), ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = s.github.Serve(listener) }() // until it is closed
	ctx, stop := context.WithCancel(context.Background())
	s.stopHub = stop
	go func() {
		defer close(s.hubEnded)
		_ = s.hub.Run(ctx) // until it is stopped
	}()
	return nil
}

// enter starts the program. A second time it comes back to where it was.
func (s *stage) enter() error {
	ctx, stop := context.WithCancel(context.Background())
	program, err := server.Start(ctx, s.config)
	if err != nil {
		stop()
		return err
	}
	s.program, s.stopProgram = program, stop
	s.config.Addr = program.Addr()
	s.hub.SetWebhook("http://"+program.Addr()+"/webhooks/github", s.config.WebhookSecrets[0])
	return nil
}

// leave stops the program as SIGTERM does.
func (s *stage) leave() error {
	if s.program == nil {
		return nil
	}
	s.stopProgram()
	err := s.program.Wait()
	s.program = nil
	return err
}

// forget deletes the program's database.
func (s *stage) forget() error {
	files, err := filepath.Glob(s.config.DatabaseURL + "*")
	for _, file := range files {
		err = errors.Join(err, os.Remove(file))
	}
	return err
}

// rest waits until every delivery has arrived, or was lost, and the program has
// nothing to do.
func (s *stage) rest(ctx context.Context) error {
	for {
		resting, err := s.program.Resting(ctx)
		if err == nil && resting && s.wire.ended() == s.hub.Counts().Deliveries {
			return nil
		}
		if clock.Sleep(ctx, s.watch, lookEvery) != nil {
			return fmt.Errorf("the program does not come to rest: %w", errors.Join(err, context.Cause(ctx)))
		}
	}
}

func (s *stage) close() error {
	err := s.leave()
	s.stopHub()
	<-s.hubEnded
	return errors.Join(err, s.github.Close(), os.RemoveAll(s.folder))
}

// runs are the latest of the engine's, for the page.
type runs struct {
	mu   sync.Mutex
	list []engine.Run
}

const mostRuns = 500

func (r *runs) add(run engine.Run) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.list = append(r.list, run)
	if len(r.list) > 2*mostRuns {
		r.list = append([]engine.Run(nil), r.list[mostRuns:]...)
	}
}

// latest is newest first.
func (r *runs) latest() []engine.Run {
	r.mu.Lock()
	defer r.mu.Unlock()
	var list []engine.Run
	for i := len(r.list) - 1; i >= 0 && len(list) < mostRuns; i-- {
		list = append(list, r.list[i])
	}
	return list
}

// lastError is what the last run that failed said.
func (r *runs) lastError() error {
	for _, run := range r.latest() {
		if run.Err != nil {
			return fmt.Errorf("%s: %w", run.Key, run.Err)
		}
	}
	return nil
}
