package engine_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/engine"
)

// second is another worker on the same store and GitHub.
func (w *world) second() *engine.Engine { return engine.New(w.config()) }

// TestLeaseHeld: while one worker is in the middle of a subject, another does
// not get it, though it is due again.
func TestLeaseHeld(t *testing.T) {
	w := newWorld(t, 1)
	w.settle()
	other := w.second()
	n := w.open("sato", "[incident] checkout is blank")
	entered := false
	w.hurdle = func(r *http.Request) error {
		if entered || r.Method != http.MethodPost || !strings.HasSuffix(r.URL.Path, "/issues/1/comments") {
			return nil
		}
		entered = true
		w.say(n, "suzuki", "is it only me?") // wakes the subject in the middle
		w.deliver()
		if worked, _, err := other.Step(context.Background()); worked || err != nil {
			t.Errorf("a second worker got a subject that is under way (%v)", err)
		}
		return nil
	}
	w.settle()
	if !entered {
		t.Fatal("nothing was created")
	}
	if got := w.created(); got != 1 {
		t.Errorf("%d comments were made, want 1", got)
	}
}

// TestLeaseLost: a worker that was stopped past its lease and then continues
// writes nothing any more; another has the subject by then. What it had under
// way when it was stopped is all that still lands.
func TestLeaseLost(t *testing.T) {
	for at, landing := range map[string]int{"/permission": 0, "/reactions": 1} {
		w := newWorld(t, 1)
		n := w.night(0)
		other := w.second()
		w.say(n, "tanaka", "/ack")
		stopped := false
		w.hurdle = func(r *http.Request) error {
			if stopped || !strings.HasSuffix(r.URL.Path, at) {
				return nil
			}
			stopped = true
			w.clock.Advance(2 * time.Minute) // the machine slept
			w.say(n, "tanaka", "/sev 1")
			w.deliver()
			for range 3 {
				if _, _, err := other.Step(context.Background()); err != nil {
					t.Error(err)
				}
			}
			w.hub.ResetCounts()
			return nil
		}
		w.deliver()
		_, _, _ = w.engine.Step(context.Background())
		if got := w.writes(); !stopped || got != landing {
			t.Errorf("stopped at %s, a worker without its lease wrote %d times, want %d", at, got, landing)
		}
		w.hurdle = nil
		w.settle()
		w.wants(w.status(n), "SEV1", "lead tanaka")
	}
}
