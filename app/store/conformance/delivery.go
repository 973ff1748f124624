package conformance

import (
	"bytes"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/app/store"
)

func delivery(guid string) store.Delivery {
	return store.Delivery{
		GUID: guid, Event: "issue_comment", Action: "created",
		Payload: []byte(`{"guid": "` + guid + `"}`), ReceivedAt: start,
	}
}

// intake expects the delivery to be taken in, fresh or not.
func (h *harness) intake(d store.Delivery, fresh bool, wakes ...store.Wake) {
	h.t.Helper()
	got, err := h.Intake(h.ctx, d, wakes)
	h.ok(err)
	h.equal("fresh", got, fresh)
}

func (h *harness) payload(d store.Delivery, want []byte) {
	h.t.Helper()
	got, err := h.Payload(h.ctx, d.GUID)
	h.ok(err)
	if !bytes.Equal(got, want) {
		h.t.Fatalf("payload is %q, want %q", got, want)
	}
}

func testIntake(_ *testing.T, h *harness) {
	d := delivery("one")
	d.Payload = []byte("\x00\xff raw 障害 '\"\n")
	h.intake(d, true, store.Wake{Key: "acme/a#1", Comment: 5}, store.Wake{Key: "acme/b#1"})
	h.payload(d, d.Payload)
	a := h.claim("acme/a#1")
	h.equal("a", a, engine.Claim{Key: "acme/a#1", Epoch: a.Epoch, WakeSeq: 1, Rank: engine.Live, Expect: 5, LeaseUntil: ms(start.Add(lease))})
	h.claim("acme/b#1")

	h.payload(delivery("never seen"), nil)
	if _, err := h.Intake(h.ctx, delivery(""), nil); err == nil {
		h.t.Fatal("a delivery without an id was taken in")
	}
}

func testIntakeTwice(_ *testing.T, h *harness) {
	d := delivery("one")
	wake := store.Wake{Key: "acme/a#1", Comment: 5}
	h.intake(d, true, wake)
	h.finish(h.claim("acme/a#1"), engine.Outcome{})
	changed := d
	changed.Payload = []byte("other")
	wake.Comment = 6
	h.intake(changed, false, wake)
	h.payload(d, d.Payload)
	h.rest(time.Time{})
}

func testIntakeAtOnce(t *testing.T, h *harness) {
	var (
		fresh atomic.Int64
		all   sync.WaitGroup
	)
	for range 100 {
		all.Go(func() {
			ok, err := h.Intake(h.ctx, delivery("same"), []store.Wake{{Key: "acme/a#1"}})
			if err != nil {
				t.Error(err)
			}
			if ok {
				fresh.Add(1)
			}
		})
	}
	all.Wait()
	h.equal("fresh", fresh.Load(), int64(1))
	h.equal("wakes", h.claim("acme/a#1").WakeSeq, int64(1))
}

// testIntakeMany: whatever shares a commit, each is answered for itself and
// every wake is counted.
func testIntakeMany(t *testing.T, h *harness) {
	const n = 400
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			d := delivery(fmt.Sprint(i))
			ok, err := h.Intake(h.ctx, d, []store.Wake{{Key: "acme/a#1", Comment: int64(i)}})
			if err != nil || !ok {
				t.Errorf("intake %d: fresh %v, %v", i, ok, err)
			}
			got, err := h.Payload(h.ctx, d.GUID)
			if err != nil || !bytes.Equal(got, d.Payload) {
				t.Errorf("intake %d was answered before it could be read: %q, %v", i, got, err)
			}
		})
	}
	all.Wait()
	c := h.claim("acme/a#1")
	h.equal("wakes", c.WakeSeq, int64(n))
	h.equal("expect", c.Expect, int64(n-1))
}

func testRecent(_ *testing.T, h *harness) {
	h.intake(delivery("one"), true, store.Wake{Key: "acme/b#1"}, store.Wake{Key: "acme/a#1"})
	h.intake(delivery("two"), true)
	h.finish(h.claim("acme/a#1"), engine.Outcome{})
	h.clk.advance(time.Second)
	h.intake(delivery("three"), true, store.Wake{Key: "acme/a#1"}, store.Wake{Key: "acme/a#1"})
	recent := func(n int, want ...store.Received) {
		h.t.Helper()
		got, err := h.RecentDeliveries(h.ctx, n)
		h.ok(err)
		for i := range want {
			want[i].Event, want[i].Action, want[i].ReceivedAt = "issue_comment", "created", ms(start)
		}
		h.equal("recent", got, want)
	}
	one := store.Received{GUID: "one", Subjects: []string{"acme/a#1", "acme/b#1"}}
	two := store.Received{GUID: "two", Handled: true}
	three := store.Received{GUID: "three", Subjects: []string{"acme/a#1"}}
	recent(10, three, two, one)
	recent(2, three, two)
	b := h.claim("acme/b#1") // due longest, for a was woken anew
	h.finish(b, engine.Outcome{Failed: true, Due: start})
	recent(10, three, two, one)
	for range 2 {
		c, _, ok, err := h.Claim(h.ctx, lease, nil)
		h.ok(err)
		h.equal("claimed", ok, true)
		h.finish(c, engine.Outcome{})
	}
	one.Handled, three.Handled = true, true
	recent(10, three, two, one)
}

func testPrune(_ *testing.T, h *harness) {
	handled, failed, during, idle := delivery("handled"), delivery("failed"), delivery("during"), delivery("idle")
	h.intake(handled, true, store.Wake{Key: "acme/a#1"})
	h.intake(failed, true, store.Wake{Key: "acme/a#1"}, store.Wake{Key: "acme/b#1"})
	h.intake(idle, true)
	a, b := h.claim("acme/a#1"), h.claim("acme/b#1")
	h.intake(during, true, store.Wake{Key: "acme/a#1"})
	h.ok(h.Prune(h.ctx))
	h.payload(handled, handled.Payload)
	h.payload(idle, nil)

	h.finish(a, engine.Outcome{})
	h.finish(b, engine.Outcome{Failed: true})
	h.ok(h.Prune(h.ctx))
	h.payload(handled, nil)
	h.payload(failed, failed.Payload)
	h.payload(during, during.Payload)

	h.clk.advance(10*24*time.Hour - time.Second)
	h.ok(h.Prune(h.ctx))
	h.intake(handled, false, store.Wake{Key: "acme/a#1"})
	h.clk.advance(2 * time.Second)
	h.ok(h.Prune(h.ctx))
	recent, err := h.RecentDeliveries(h.ctx, 10)
	h.ok(err)
	h.equal("recent", len(recent), 0)
	// The wake outlives the delivery.
	h.equal("wakes", h.claim("acme/a#1").WakeSeq, int64(3))

	// More than one batch.
	for i := range 450 {
		h.intake(delivery(fmt.Sprint(i)), true)
	}
	h.ok(h.Prune(h.ctx))
	h.intake(delivery("449"), true)
	h.payload(delivery("0"), nil)
}
