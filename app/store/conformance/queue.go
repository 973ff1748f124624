package conformance

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/app/store"
)

func testWake(_ *testing.T, h *harness) {
	h.rest(time.Time{})
	h.wake()
	h.wake("acme/a#1")
	h.wake("acme/a#1")
	h.busy(1, 0)
	c := h.claim("acme/a#1")
	h.equal("claim", c, engine.Claim{Key: "acme/a#1", Epoch: c.Epoch, WakeSeq: 2, Rank: engine.Live, LeaseUntil: ms(start.Add(lease))})
	h.busy(0, 1)
	h.finish(c, engine.Outcome{})
	h.busy(0, 0)
	h.rest(time.Time{})
}

func testOrder(_ *testing.T, h *harness) {
	keys := []string{"acme/z#1", "acme/m#1", "acme/a#1"}
	for _, key := range keys {
		h.wake(key)
		h.clk.advance(time.Millisecond)
	}
	h.wake("acme/z#1") // waking again does not send it to the end
	for _, key := range keys {
		h.claim(key)
	}
}

// testOrderOfKeys: where nothing else decides it is the bytes of the key, in
// whatever language the database sorts.
func testOrderOfKeys(_ *testing.T, h *harness) {
	keys := []string{"Zoo/a#1", "acme/a#1", "acme/a#10", "acme/a#2", "acme/B#1", "acme/_#1", "acme/é#1"}
	h.wake(keys...)
	slices.Sort(keys)
	for _, key := range keys {
		h.claim(key)
	}
}

func testClaimIsExclusive(_ *testing.T, h *harness) {
	h.wake("acme/a#1", "acme/b#1")
	h.claim("acme/a#1")
	h.wake("acme/a#1")
	h.claim("acme/b#1")
	h.rest(ms(start.Add(lease)))
	h.busy(0, 2)
}

// testManyWorkers lets workers fight over a few subjects that are woken all
// the time: no two may hold one at once, and every wake is answered in the end.
func testManyWorkers(t *testing.T, h *harness) {
	const workers, subjects, wakes = 8, 5, 200
	var (
		mu      sync.Mutex
		holders = map[string]int{}
		working sync.WaitGroup
		woken   = make(chan struct{})
	)
	hold := func(key string, change int) {
		mu.Lock()
		defer mu.Unlock()
		if holders[key] += change; holders[key] > 1 {
			t.Errorf("%s was given to two workers at once", key)
		}
	}
	for range workers {
		working.Go(func() {
			for last := false; ; {
				select {
				case <-woken:
					last = true
				default:
				}
				c, _, ok, err := h.Claim(h.ctx, time.Hour, nil)
				if err != nil {
					t.Error(err)
					return
				}
				if !ok {
					if last {
						return
					}
					continue
				}
				hold(c.Key, 1)
				hold(c.Key, -1)
				if err := h.Finish(h.ctx, c, engine.Outcome{}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for i := range wakes {
		d := store.Delivery{GUID: fmt.Sprint(i), Event: "issues", ReceivedAt: start}
		_, err := h.Intake(h.ctx, d, []store.Wake{{Key: fmt.Sprintf("acme/a#%d", i%subjects)}})
		h.ok(err)
	}
	close(woken)
	working.Wait()
	h.busy(0, 0)
	recent, err := h.RecentDeliveries(h.ctx, wakes)
	h.ok(err)
	h.equal("deliveries", len(recent), wakes)
	for _, d := range recent {
		if !d.Handled {
			t.Errorf("delivery %s was never handled", d.GUID)
		}
	}
}

func testExpiredLease(_ *testing.T, h *harness) {
	h.wake("acme/a#1")
	old := h.claim("acme/a#1")
	h.ok(h.Begin(h.ctx, old, "begun"))
	h.clk.advance(lease - time.Millisecond)
	h.rest(old.LeaseUntil)
	h.clk.advance(time.Millisecond)
	h.busy(1, 0)
	now := h.claim("acme/a#1")
	if now.Epoch <= old.Epoch {
		h.t.Fatalf("epoch %d after %d, want a higher one", now.Epoch, old.Epoch)
	}
	h.useless(old)
	h.busy(0, 1)
	intents, err := h.Intents(h.ctx, now)
	h.ok(err)
	h.equal("intents", intents, []engine.Intent{{Key: "begun", At: ms(start)}})
	h.rest(now.LeaseUntil)
	h.finish(now, engine.Outcome{Published: "new"})
	h.wake("acme/a#1")
	h.equal("published", h.claim("acme/a#1").Published, "new")
}

func testFinishedClaim(_ *testing.T, h *harness) {
	h.useless(engine.Claim{Key: "acme/unknown#1"})
	h.wake("acme/a#1")
	c := h.claim("acme/a#1")
	h.ok(h.Begin(h.ctx, c, "begun"))
	h.finish(c, engine.Outcome{})
	h.useless(c)
	intents, err := h.Intents(h.ctx, c)
	h.ok(err)
	h.equal("intents", len(intents), 1)
	h.rest(time.Time{})
}

func testRenew(_ *testing.T, h *harness) {
	h.wake("acme/a#1")
	c := h.claim("acme/a#1")
	h.clk.advance(20 * time.Second)
	until, err := h.Renew(h.ctx, c, lease)
	h.ok(err)
	h.equal("until", until, ms(start.Add(20*time.Second+lease)))
	h.clk.advance(20 * time.Second)
	h.rest(until)
	// A lease that ran out still holds as long as nobody else took it.
	h.clk.advance(time.Hour)
	_, err = h.Renew(h.ctx, c, lease)
	h.ok(err)
	h.busy(0, 1)
	h.clk.advance(time.Hour)
	h.ok(h.Begin(h.ctx, c, "still ours"))
	h.finish(c, engine.Outcome{})
}

func testWakeDuringRun(_ *testing.T, h *harness) {
	h.wake("acme/a#1")
	c := h.claim("acme/a#1")
	h.clk.advance(time.Second)
	h.wake("acme/a#1")
	h.clk.advance(time.Second)
	h.wake("acme/b#1")
	h.finish(c, engine.Outcome{Due: start.Add(time.Hour)})
	h.clk.advance(time.Second)
	h.busy(2, 0)
	h.wake("acme/a#1")
	c = h.claim("acme/a#1")
	h.equal("wakes", c.WakeSeq, int64(3))
	h.finish(c, engine.Outcome{})
	h.finish(h.claim("acme/b#1"), engine.Outcome{})
	h.rest(time.Time{})
}

func testFailure(_ *testing.T, h *harness) {
	h.wake("acme/a#1")
	for attempt := range 3 {
		c := h.claim("acme/a#1")
		h.equal("attempts", c.Attempts, attempt)
		h.finish(c, engine.Outcome{Failed: true, Error: fmt.Sprint("no answer ", attempt), Due: h.clk.Now().Add(time.Minute)})
		h.clk.advance(time.Minute + time.Millisecond)
	}
	stuck, err := h.Stuck(h.ctx, 1, 10)
	h.ok(err)
	h.equal("stuck", stuck, []store.Trouble{{
		Key: "acme/a#1", Failures: 3, Error: "no answer 2", Due: ms(h.clk.Now()),
	}})
	h.aside(0, 1)
	h.aside(3, 1)
	h.aside(4, 0)
	h.finish(h.claim("acme/a#1"), engine.Outcome{})
	stuck, err = h.Stuck(h.ctx, 0, 10)
	h.ok(err)
	h.equal("stuck", len(stuck), 0)
	h.wake("acme/a#1")
	h.equal("attempts", h.claim("acme/a#1").Attempts, 0)
}

// aside expects so many subjects to have failed so often.
func (h *harness) aside(failures, want int) {
	h.t.Helper()
	n, err := h.SetAside(h.ctx, failures)
	h.ok(err)
	h.equal("set aside", n, want)
	stuck, err := h.Stuck(h.ctx, failures, 10)
	h.ok(err)
	h.equal("stuck", len(stuck), want)
}

// testExcused: what was put off counts as an attempt, and never as a failure.
func testExcused(_ *testing.T, h *harness) {
	h.wake("acme/a#1", "acme/b#1")
	var last time.Time
	ends := func(key string, excused bool, attempts, before int) {
		h.t.Helper()
		c := h.claim(key)
		h.equal("attempts", [2]int{c.Attempts, c.Excused}, [2]int{attempts, before})
		last = ms(h.clk.Now()).Add(time.Second)
		h.finish(c, engine.Outcome{Failed: true, Excused: excused, Error: "x", Due: last})
	}
	for n := range 9 {
		ends("acme/a#1", true, n, n)
		ends("acme/b#1", n%3 > 0, n, n-(n+2)/3)
		h.clk.advance(time.Minute)
	}
	h.aside(0, 1) // a was never more than put off
	h.aside(3, 1)
	h.aside(4, 0)
	stuck, err := h.Stuck(h.ctx, 1, 10)
	h.ok(err)
	h.equal("stuck", stuck, []store.Trouble{{Key: "acme/b#1", Failures: 3, Error: "x", Due: ms(last)}})
	h.claim("acme/a#1")
	h.finish(h.claim("acme/b#1"), engine.Outcome{})
	h.clk.advance(2 * lease)
	c := h.claim("acme/a#1") // its run never ended, which is no excuse
	h.equal("attempts", [2]int{c.Attempts, c.Excused}, [2]int{10, 9})
	h.aside(1, 1)
	h.finish(c, engine.Outcome{})
	h.aside(0, 0)
	h.wake("acme/a#1", "acme/b#1")
	ends("acme/a#1", false, 0, 0) // a new row
	ends("acme/b#1", true, 0, 0)
	h.aside(0, 1)
}

func testExpect(_ *testing.T, h *harness) {
	guid := 0
	announce := func(comment int64) {
		guid++
		_, err := h.Intake(h.ctx, store.Delivery{GUID: fmt.Sprint(guid), ReceivedAt: start},
			[]store.Wake{{Key: "acme/a#1", Comment: comment}})
		h.ok(err)
	}
	expect := func(want int64) engine.Claim {
		h.t.Helper()
		c := h.claim("acme/a#1")
		h.equal("expect", c.Expect, want)
		return c
	}
	announce(7)
	announce(9)
	announce(8)
	h.wake("acme/a#1")
	h.finish(expect(9), engine.Outcome{Failed: true, Due: start}) // failed: still expected
	h.clk.advance(time.Second)
	c := expect(9)
	h.wake("acme/a#1") // announces nothing
	h.finish(c, engine.Outcome{})
	c = expect(0)
	announce(12)
	h.finish(c, engine.Outcome{}) // raised meanwhile: kept
	c = expect(12)
	announce(12)
	h.finish(c, engine.Outcome{})
	h.finish(expect(0), engine.Outcome{})
}

func testHint(_ *testing.T, h *harness) {
	hint := engine.Hint{
		Cursor: start, LastComment: 12, Status: 1 << 53, Seq: 4, StatusGone: 1, GoneAt: start,
		Watch: start.Add(time.Hour), Accepted: "状態", Looks: 2,
	}
	peek := func(want engine.Hint) {
		h.t.Helper()
		got, err := h.Peek(h.ctx, "acme/a#1")
		h.ok(err)
		h.equal("hint", got, want)
	}
	peek(engine.Hint{})
	h.wake("acme/a#1")
	peek(engine.Hint{})
	h.finish(h.claim("acme/a#1"), engine.Outcome{Hint: hint, Published: "abc", Due: start})
	peek(hint)
	h.clk.advance(time.Second)
	c := h.claim("acme/a#1")
	h.equal("hint", c.Hint, hint)
	h.equal("published", c.Published, "abc")
	peek(hint)
	h.finish(c, engine.Outcome{Failed: true, Due: start})
	peek(engine.Hint{})
	c = h.claim("acme/a#1")
	h.equal("hint", c.Hint, engine.Hint{})
	h.equal("published", c.Published, "")
}

func testNeighbours(_ *testing.T, h *harness) {
	h.wake("acme/a#1")
	h.finish(h.claim("acme/a#1"), engine.Outcome{Wake: []string{"acme/b#1", "acme/c#1"}})
	h.finish(h.claim("acme/b#1"), engine.Outcome{})
	h.finish(h.claim("acme/c#1"), engine.Outcome{Wake: []string{"acme/c#1"}, Due: start.Add(time.Hour)})
	h.finish(h.claim("acme/c#1"), engine.Outcome{})
	h.rest(time.Time{})
}

func testNext(_ *testing.T, h *harness) {
	h.wake("acme/a#1", "acme/b#1", "acme/c#1")
	a, b, c := h.claim("acme/a#1"), h.claim("acme/b#1"), h.claim("acme/c#1")
	h.rest(ms(start.Add(lease)))
	soon := start.Add(10 * time.Second).Truncate(time.Second)
	h.finish(a, engine.Outcome{Due: soon.Add(time.Hour)})
	h.finish(b, engine.Outcome{Due: soon.Add(time.Nanosecond)}) // never given out early
	h.finish(c, engine.Outcome{})
	h.rest(soon.Add(time.Millisecond))
	h.clk.advance(soon.Sub(start))
	h.rest(soon.Add(time.Millisecond))
	h.clk.advance(time.Millisecond)
	h.claim("acme/b#1")
	h.wake("acme/a#1") // earlier than planned
	h.claim("acme/a#1")
}

func testDoorbell(t *testing.T, h *harness) {
	expect := func(what string, want bool) {
		t.Helper()
		if got := h.rang(); got != want {
			t.Fatalf("%s: rang is %v, want %v", what, got, want)
		}
	}
	expect("at rest", false)
	h.wake("acme/a#1", "acme/b#1")
	expect("wake", true)
	expect("once", false)
	a := h.claim("acme/a#1")
	expect("a claim that leaves one due", true)
	b := h.claim("acme/b#1")
	expect("a claim that leaves none", false)
	h.finish(a, engine.Outcome{Due: start.Add(time.Hour)})
	expect("due later", false)
	h.finish(b, engine.Outcome{Wake: []string{"acme/c#1"}})
	expect("neighbour", true)
	c := h.claim("acme/c#1")
	h.wake("acme/c#1")
	h.rang()
	h.finish(c, engine.Outcome{})
	expect("woken during the run", true)
	d := store.Delivery{GUID: "g", ReceivedAt: start}
	for _, want := range []bool{true, false} {
		_, err := h.Intake(h.ctx, d, []store.Wake{{Key: "acme/a#1"}})
		h.ok(err)
		expect("intake", want)
	}
}
