package server

import (
	"context"
	"crypto/rand"
	"fmt"
	"maps"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/kintsugi-app/kintsugi/app/clock"
	"github.com/kintsugi-app/kintsugi/app/store"
)

// heartbeatEvery is how often a replica says in the database that it lives; it
// counts as gone after it has been silent for several of these.
const heartbeatEvery = 10 * time.Second

// replicaName tells one process from another: for people by host and process,
// and by chance where those are the same in two containers.
func replicaName() string {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	return fmt.Sprintf("%.60s-%d-%s", host, os.Getpid(), rand.Text()[:6])
}

// replicas are the processes that share one App and one database. Together
// they keep GitHub's limits: what one may do is divided, and when GitHub
// pauses one, all pause.
type replicas struct {
	name string
	bell chan struct{}

	mu   sync.Mutex
	live int
	// told are GitHub's pauses of which the database does not know yet.
	told map[int64]pause
}

type pause struct {
	until time.Time
	why   string
}

func newReplicas() *replicas {
	return &replicas{name: replicaName(), bell: make(chan struct{}, 1), live: 1, told: map[int64]pause{}}
}

func (r *replicas) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.live
}

// paused notes what GitHub said. It is called in the middle of a request, so
// it leaves the database to others.
func (r *replicas) paused(installation int64, until time.Time, why string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if until.After(r.told[installation].until) {
		r.told[installation] = pause{until, why}
	}
	select {
	case r.bell <- struct{}{}:
	default: // it rings already
	}
}

func (r *replicas) take() map[int64]pause {
	r.mu.Lock()
	defer r.mu.Unlock()
	told := r.told
	r.told = map[int64]pause{}
	return told
}

// beat says that this process lives, and takes its share of the limits. When
// the database does not answer, the share stays as it was.
func (s *Server) beat(ctx context.Context) {
	live, err := s.store.Heartbeat(ctx, s.replicas.name)
	if err != nil {
		if ctx.Err() == nil {
			s.log.Warn("the other replicas cannot be counted", "error", err)
		}
		return
	}
	live = max(1, live)
	s.replicas.mu.Lock()
	before := s.replicas.live
	s.replicas.live = live
	s.replicas.mu.Unlock()
	if live != before {
		s.app.Share(live)
		s.log.Info("the limits are shared by as many replicas", "replicas", live)
	}
}

// beats does so until ctx ends, and has a look at the database on the way, so
// that trouble is said even where nobody asks for readiness.
func (s *Server) beats(ctx context.Context) {
	for ctx.Err() == nil {
		s.look(ctx)
		_ = clock.Sleep(ctx, s.clock, heartbeatEvery) // the loop looks at ctx
		s.beat(ctx)
	}
}

// heedPauses learns of the pauses that the database knows: those of other
// replicas, and of the process before this one.
func (s *Server) heedPauses(ctx context.Context) {
	pauses, err := s.store.Pauses(ctx)
	if err != nil {
		if ctx.Err() == nil {
			s.log.Warn("it is not known what GitHub told other replicas to leave alone", "error", err)
		}
		return
	}
	for _, p := range pauses {
		s.app.Pause(p.Installation, p.Until, p.Why)
	}
}

// pauses passes GitHub's pauses on to the other replicas, and theirs to this
// one, until ctx ends.
func (s *Server) pauses(ctx context.Context) {
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-s.store.PauseBell():
			s.heedPauses(ctx)
		case <-s.replicas.bell:
			s.passOn(ctx, s.replicas.take())
		}
	}
}

func (s *Server) passOn(ctx context.Context, told map[int64]pause) {
	for _, installation := range slices.Sorted(maps.Keys(told)) {
		p := told[installation]
		if err := s.store.SetPause(ctx, store.Pause{Installation: installation, Until: p.until, Why: p.why}); err != nil && ctx.Err() == nil {
			s.log.Warn("the other replicas could not be told", "error", err)
		}
	}
}
