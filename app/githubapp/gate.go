package githubapp

import (
	"context"
	"slices"
	"sync"

	"github.com/kintsugi-app/kintsugi/app/engine"
)

// underWay is how many requests an installation has under way at most, far from
// the hundred that GitHub allows, which several processes share.
// docs: Rate limits for the REST API, "About secondary rate limits".
const underWay = 20

// gate lets so many requests through at once. Whoever waits is served by rank,
// and within a rank in order.
type gate struct {
	mu      sync.Mutex
	room    int
	inside  int
	waiting [engine.Urgent + 1][]chan struct{}
}

// resize changes how many may be inside; those who are, stay.
func (g *gate) resize(room int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.room = room
	g.admit()
}

// enter waits for room, or for the end of ctx, which is the only error. Whoever
// entered must leave.
func (g *gate) enter(ctx context.Context, rank engine.Rank) error {
	rank = min(max(rank, engine.Background), engine.Urgent)
	turn := make(chan struct{})
	g.mu.Lock()
	g.waiting[rank] = append(g.waiting[rank], turn)
	g.admit()
	g.mu.Unlock()
	select {
	case <-turn:
		return nil
	case <-ctx.Done():
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if at := slices.Index(g.waiting[rank], turn); at >= 0 {
		g.waiting[rank] = slices.Delete(g.waiting[rank], at, at+1)
		return ctx.Err()
	}
	g.inside-- // the turn came with the end
	g.admit()
	return ctx.Err()
}

func (g *gate) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.inside--
	g.admit()
}

// admit gives their turn to as many as there is room for, the highest rank
// first.
func (g *gate) admit() {
	for rank := engine.Urgent; rank >= engine.Background; rank-- {
		for g.inside < g.room && len(g.waiting[rank]) > 0 {
			close(g.waiting[rank][0])
			g.waiting[rank] = g.waiting[rank][1:]
			g.inside++
		}
	}
}
