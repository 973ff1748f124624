package conformance

import (
	"fmt"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/app/store"
)

const list = "acme/a/list"

// tells lets a subject run and tell the list something, so that it is due in a minute.
func (h *harness) tells(teller string) {
	h.t.Helper()
	h.wake(teller)
	h.finish(h.claim(teller), engine.Outcome{
		Tell: []engine.Telling{{Aggregate: list, Subject: teller, Due: h.clk.Now().Add(time.Minute)}},
	})
}

// told expects the list to be given out, with those who told it something.
func (h *harness) told(want ...string) engine.Claim {
	h.t.Helper()
	c := h.claim(list)
	h.equal("told", c.Told, want)
	return c
}

// testTold: the first telling says when, and the run that goes through has heard all.
func testTold(_ *testing.T, h *harness) {
	h.tells("acme/a#2")
	first := dueAfter(start, time.Minute)
	h.rest(first)
	h.clk.advance(30 * time.Second)
	h.tells("acme/a#1")
	h.tells("acme/a#2")
	h.rest(first)
	h.clk.advance(31 * time.Second)
	c := h.told("acme/a#1", "acme/a#2")
	h.equal("rank", c.Rank, engine.Live)
	h.finish(c, engine.Outcome{Due: h.clk.Now().Add(time.Hour)})
	h.wake(list)
	h.finish(h.told(), engine.Outcome{})
	h.rest(time.Time{})
}

// testToldAndWoken: a wake is at once, and a telling after it puts nothing off.
func testToldAndWoken(_ *testing.T, h *harness) {
	h.tells("acme/a#1")
	h.wake(list)
	h.tells("acme/a#2")
	h.finish(h.told("acme/a#1", "acme/a#2"), engine.Outcome{Due: start.Add(10 * time.Second)})
	h.tells("acme/a#3")
	h.rest(dueAfter(start, 10*time.Second))
}

// testToldDuringRun: what is told during a run is left to the next one, a minute
// after it was first told.
func testToldDuringRun(_ *testing.T, h *harness) {
	h.tells("acme/a#1")
	h.tells("acme/a#2")
	h.clk.advance(2 * time.Minute)
	c := h.told("acme/a#1", "acme/a#2")
	h.clk.advance(time.Second)
	during := h.clk.Now()
	h.tells("acme/a#2")
	h.clk.advance(time.Second)
	h.tells("acme/a#2")
	h.tells("acme/a#3")
	h.finish(c, engine.Outcome{Due: start.Add(time.Hour)})
	h.rest(dueAfter(during, time.Minute))
	h.clk.advance(2 * time.Minute)
	h.finish(h.told("acme/a#2", "acme/a#3"), engine.Outcome{})
	h.rest(time.Time{})
}

// testToldByDelivery: what deliveries tell makes due once, whoever they say it of, also
// while it is run; a wake is sooner.
func testToldByDelivery(_ *testing.T, h *harness) {
	in := func(d time.Duration) time.Time { return h.clk.Now().Add(d) }
	h.intake(delivery("one"), true, store.Wake{Key: list, Due: in(5 * time.Second)})
	h.intake(delivery("two"), true, store.Wake{Key: list, Due: in(7 * time.Second), Teller: "rerun on x"})
	h.intake(delivery("two"), false, store.Wake{Key: list, Due: in(time.Second), Teller: "rerun on y"})
	h.rest(dueAfter(start, 5*time.Second))
	h.clk.advance(6 * time.Second)
	c := h.told("rerun on x")
	during := h.clk.Now()
	for n := range 3 {
		h.intake(delivery(fmt.Sprint("during ", n)), true, store.Wake{Key: list, Due: in(5 * time.Second)})
		h.clk.advance(time.Second)
	}
	h.finish(c, engine.Outcome{})
	h.rest(dueAfter(during, 5*time.Second))
	h.intake(delivery("woken"), true, store.Wake{Key: list, Comment: 7})
	h.finish(h.told(), engine.Outcome{})
	h.rest(time.Time{})
}

// testToldAndFailed: a run that failed, or never ended, has heard nothing.
func testToldAndFailed(_ *testing.T, h *harness) {
	h.tells("acme/a#1")
	h.clk.advance(2 * time.Minute)
	c := h.told("acme/a#1")
	h.tells("acme/a#2")
	again := h.clk.Now().Add(2 * time.Second)
	h.finish(c, engine.Outcome{Failed: true, Due: again})
	h.rest(dueAfter(again, 0)) // what it was told before does not make it due at once
	h.clk.advance(3 * time.Second)
	old := h.told("acme/a#1", "acme/a#2")
	h.tells("acme/a#3")
	h.clk.advance(lease)
	now := h.told("acme/a#1", "acme/a#2", "acme/a#3")
	h.useless(old)
	h.finish(now, engine.Outcome{})
	h.rest(time.Time{})
}

// testToldAfterReopen: who told something is on disk.
func testToldAfterReopen(_ *testing.T, h *harness) {
	h.tells("acme/a#1")
	h.ok(h.Close())
	h.open()
	h.rest(dueAfter(start, time.Minute))
	h.clk.advance(2 * time.Minute)
	h.ok(h.Prune(h.ctx))
	h.told("acme/a#1")
}

// testToldPruned: nobody is told for ever what a subject never goes through with.
func testToldPruned(_ *testing.T, h *harness) {
	for n := range 3 {
		h.tells(fmt.Sprintf("acme/a#%d", n))
	}
	h.clk.advance(11 * 24 * time.Hour)
	h.finish(h.told("acme/a#0", "acme/a#1", "acme/a#2"), engine.Outcome{Failed: true, Due: h.clk.Now().Add(time.Hour)})
	h.tells("acme/a#1")
	h.ok(h.Prune(h.ctx))
	h.clk.advance(2 * time.Minute)
	h.finish(h.told("acme/a#1"), engine.Outcome{})
	h.wake(list)
	h.told()
}

// testToldAtOnce: what is told while somebody claims is heard by that run, or stays.
func testToldAtOnce(t *testing.T, h *harness) {
	const tellers, rounds = 4, 25
	done := make(chan struct{})
	heard := map[string]bool{}
	var claims []engine.Claim
	for n := range tellers * rounds {
		h.wake(fmt.Sprintf("acme/t#%03d", n))
	}
	for range tellers * rounds {
		c, _, ok, err := h.Claim(h.ctx, time.Hour, nil)
		h.ok(err)
		if !ok {
			t.Fatal("nothing is due")
		}
		claims = append(claims, c)
	}
	go func() {
		defer close(done)
		for _, c := range claims {
			if err := h.Finish(h.ctx, c, engine.Outcome{Tell: []engine.Telling{{Aggregate: list, Subject: c.Key}}}); err != nil {
				t.Error(err)
			}
		}
	}()
	for last := false; ; {
		select {
		case <-done:
			last = true
		default:
		}
		c, _, ok, err := h.Claim(h.ctx, time.Hour, nil)
		h.ok(err)
		if !ok && last {
			break
		}
		if !ok {
			continue
		}
		for _, teller := range c.Told {
			heard[teller] = true
		}
		h.finish(c, engine.Outcome{})
	}
	h.equal("heard", len(heard), tellers*rounds)
}

// dueAfter is when a store that keeps milliseconds gives out what is due then: never
// early.
func dueAfter(t time.Time, d time.Duration) time.Time {
	return ms(t.Add(d + time.Millisecond - time.Nanosecond))
}
