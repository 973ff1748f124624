package githubapp

import (
	"runtime"

	"github.com/kintsugi-app/kintsugi/app/engine"
)

// AwaitQueue returns when so many requests of an installation wait their turn.
func (a *App) AwaitQueue(installation int64, n int) {
	g := a.lane(installation).gate
	for {
		g.mu.Lock()
		waiting := 0
		for rank := engine.Background; rank <= engine.Urgent; rank++ {
			waiting += len(g.waiting[rank])
		}
		g.mu.Unlock()
		if waiting == n {
			return
		}
		runtime.Gosched()
	}
}

// Fill takes all the room that an installation's requests have.
func (a *App) Fill(installation int64) {
	g := a.lane(installation).gate
	g.mu.Lock()
	defer g.mu.Unlock()
	g.inside = g.room
}
