package conformance

import (
	"context"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/app/store"
)

func testIntents(_ *testing.T, h *harness) {
	h.wake("acme/a#1", "acme/b#1")
	a, b := h.claim("acme/a#1"), h.claim("acme/b#1")
	intents := func(c engine.Claim, want ...engine.Intent) {
		h.t.Helper()
		got, err := h.Intents(h.ctx, c)
		h.ok(err)
		h.equal("intents", got, want)
	}
	intents(a)
	h.ok(h.Begin(h.ctx, a, "status"))
	h.ok(h.Begin(h.ctx, a, "issue/1"))
	h.ok(h.Begin(h.ctx, b, "status"))
	h.clk.advance(time.Second)
	h.ok(h.Begin(h.ctx, a, "status")) // again: its time is renewed
	first, second := ms(start), ms(start.Add(time.Second))
	intents(a, engine.Intent{Key: "issue/1", At: first}, engine.Intent{Key: "status", At: second})
	intents(b, engine.Intent{Key: "status", At: first})
	h.ok(h.Drop(h.ctx, a, "issue/1"))
	h.ok(h.Drop(h.ctx, a, "never begun"))
	intents(a, engine.Intent{Key: "status", At: second})

	// A run that did not need an intent leaves it for the next.
	h.finish(a, engine.Outcome{Due: start})
	a = h.claim("acme/a#1")
	intents(a, engine.Intent{Key: "status", At: second})
	h.finish(a, engine.Outcome{Due: start, Forget: []string{"status"}})
	intents(h.claim("acme/a#1"))
	intents(b, engine.Intent{Key: "status", At: first})
}

func testBornAndMarks(_ *testing.T, h *harness) {
	h.clk.advance(time.Hour)
	born, err := h.Born(h.ctx)
	h.ok(err)
	h.equal("born", born, ms(start))

	mark := func(name string, want time.Time) {
		h.t.Helper()
		got, err := h.Mark(h.ctx, name)
		h.ok(err)
		h.equal(name, got, want)
	}
	mark("sweep/1", time.Time{})
	h.ok(h.SetMark(h.ctx, "sweep/1", start))
	h.ok(h.SetMark(h.ctx, "sweep/2", start.Add(time.Hour)))
	mark("sweep/1", ms(start))
	h.ok(h.SetMark(h.ctx, "sweep/1", start.Add(-time.Hour)))
	mark("sweep/1", ms(start.Add(-time.Hour)))
	mark("sweep/2", ms(start.Add(time.Hour)))
	h.ok(h.SetMark(h.ctx, "sweep/1", time.Time{}))
	mark("sweep/1", time.Time{})
}

func testReopen(_ *testing.T, h *harness) {
	h.wake("acme/a#1", "acme/b#1")
	h.finish(h.claim("acme/a#1"), engine.Outcome{Failed: true, Due: start.Add(time.Hour), Hint: engine.Hint{Seq: 3}, Published: "abc"})
	b := h.claim("acme/b#1")
	h.ok(h.Begin(h.ctx, b, "status"))
	h.ok(h.SetMark(h.ctx, "sweep/1", start))
	h.ok(h.Close())
	h.clk.advance(2 * time.Hour)
	h.open()

	born, err := h.Born(h.ctx)
	h.ok(err)
	h.equal("born", born, ms(start))
	mark, err := h.Mark(h.ctx, "sweep/1")
	h.ok(err)
	h.equal("mark", mark, ms(start))
	again := h.claim("acme/b#1")
	h.useless(b)
	intents, err := h.Intents(h.ctx, again)
	h.ok(err)
	h.equal("intents", intents, []engine.Intent{{Key: "status", At: ms(start)}})
	a := h.claim("acme/a#1")
	h.equal("a", a, engine.Claim{
		Key: "acme/a#1", Epoch: a.Epoch, WakeSeq: 1, LeaseUntil: ms(h.clk.Now().Add(lease)),
		Attempts: 1, Rank: engine.Live, Hint: engine.Hint{Seq: 3}, Published: "abc",
	})
}

// testCancelled: whoever gives up before anything happened changes nothing.
func testCancelled(_ *testing.T, h *harness) {
	h.wake("acme/a#1")
	alive := h.ctx
	ctx, cancel := context.WithCancel(alive)
	cancel()
	h.ctx = ctx
	h.refusesEverything(engine.Claim{})
	h.ctx = alive
	h.busy(1, 0)
	h.equal("wakes", h.claim("acme/a#1").WakeSeq, int64(1))
}

func testClosed(_ *testing.T, h *harness) {
	h.wake("acme/a#1")
	c := h.claim("acme/a#1")
	h.ok(h.Healthy(h.ctx))
	h.ok(h.Close())
	h.ok(h.Close())
	h.refusesEverything(c)
}

// refusesEverything expects an error, never success, of every method.
func (h *harness) refusesEverything(c engine.Claim) {
	h.t.Helper()
	errs := map[string]error{
		"Wake":     h.Wake(h.ctx, engine.Live, "acme/a#1"),
		"Finish":   h.Finish(h.ctx, c, engine.Outcome{}),
		"Begin":    h.Begin(h.ctx, c, "status"),
		"Note":     h.Note(h.ctx, c, engine.Entry{}),
		"SetPause": h.SetPause(h.ctx, store.Pause{Installation: 1, Until: start.Add(time.Hour)}),
		"Drop":     h.Drop(h.ctx, c, "status"),
		"SetMark":  h.SetMark(h.ctx, "sweep/1", start),
		"Prune":    h.Prune(h.ctx),
		"Healthy":  h.Healthy(h.ctx),
	}
	fresh, err := h.Intake(h.ctx, store.Delivery{GUID: "g", ReceivedAt: start}, []store.Wake{{Key: "acme/a#1"}})
	errs["Intake"] = err
	_, _, ok, err := h.Claim(h.ctx, lease, nil)
	errs["Claim"] = err
	if fresh || ok {
		h.t.Errorf("fresh is %v and ok %v, want neither", fresh, ok)
	}
	_, errs["Renew"] = h.Renew(h.ctx, c, lease)
	_, errs["Peek"] = h.Peek(h.ctx, "acme/a#1")
	_, errs["Born"] = h.Born(h.ctx)
	_, errs["Intents"] = h.Intents(h.ctx, c)
	_, errs["Mark"] = h.Mark(h.ctx, "sweep/1")
	_, errs["Payload"] = h.Payload(h.ctx, "g")
	_, errs["RecentDeliveries"] = h.RecentDeliveries(h.ctx, 1)
	_, _, errs["Busy"] = h.Busy(h.ctx)
	_, errs["Stuck"] = h.Stuck(h.ctx, 1, 1)
	_, errs["SetAside"] = h.SetAside(h.ctx, 1)
	_, errs["Entries"] = h.Entries(h.ctx, "acme/a#1", 1)
	_, errs["Pauses"] = h.Pauses(h.ctx)
	_, errs["Heartbeat"] = h.Heartbeat(h.ctx, "one")
	for method, err := range errs {
		if err == nil {
			h.t.Errorf("%s succeeded", method)
		}
	}
}
