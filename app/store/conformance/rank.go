package conformance

import (
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/engine"
)

func testRank(_ *testing.T, h *harness) {
	wake := func(rank engine.Rank, keys ...string) {
		h.t.Helper()
		h.ok(h.Wake(h.ctx, rank, keys...))
		h.clk.advance(time.Millisecond)
	}
	wake(engine.Background, "acme/swept#1", "acme/live#1", "acme/urgent#1")
	wake(engine.Live, "acme/live#1", "acme/live#2")
	wake(engine.Urgent, "acme/urgent#1")
	wake(engine.Background, "acme/urgent#1", "acme/live#2") // does not lower it
	for _, want := range []struct {
		key  string
		rank engine.Rank
	}{
		{"acme/urgent#1", engine.Urgent},
		{"acme/live#1", engine.Live}, // due for longer
		{"acme/live#2", engine.Live},
		{"acme/swept#1", engine.Background},
	} {
		c := h.claim(want.key)
		h.equal("rank of "+c.Key, c.Rank, want.rank)
	}
	// A run that nobody ends is run again as what it was.
	h.clk.advance(lease)
	h.equal("rank", h.claim("acme/urgent#1").Rank, engine.Urgent)
}

func testRankOfDueTime(_ *testing.T, h *harness) {
	soon := func() time.Time { return h.clk.Now().Add(time.Second) }
	again := func(want engine.Rank) engine.Claim {
		h.t.Helper()
		h.clk.advance(time.Second + time.Millisecond)
		c := h.claim("acme/a#1")
		h.equal("rank", c.Rank, want)
		return c
	}
	h.ok(h.Wake(h.ctx, engine.Background, "acme/a#1"))
	h.finish(again(engine.Background), engine.Outcome{Due: soon(), Rank: engine.Urgent})
	h.finish(again(engine.Urgent), engine.Outcome{Due: soon(), Rank: engine.Background})
	c := again(engine.Background)
	h.wake("acme/a#1") // meanwhile: that is what is due now
	h.finish(c, engine.Outcome{Due: soon(), Rank: engine.Background})
	// What failed leaves its wakes unanswered, and so their rank.
	h.finish(again(engine.Live), engine.Outcome{Failed: true, Due: soon(), Rank: engine.Background})
	h.finish(again(engine.Live), engine.Outcome{})
	// Neighbours are woken as the run was. What is urgent stays so at rest: the
	// next thing said there goes first.
	h.ok(h.Wake(h.ctx, engine.Background, "acme/a#1"))
	h.finish(again(engine.Background), engine.Outcome{Rank: engine.Urgent, Wake: []string{"acme/b#1"}})
	h.equal("neighbour", h.claim("acme/b#1").Rank, engine.Background)
	h.wake("acme/a#1")
	h.finish(again(engine.Urgent), engine.Outcome{})
}

func testFull(_ *testing.T, h *harness) {
	full := []string{"acme", "sweep"}
	none := func(want time.Time) {
		h.t.Helper()
		c, next, ok, err := h.Claim(h.ctx, lease, full)
		h.ok(err)
		h.equal("claimed", c.Key, "")
		h.equal("ok", ok, false)
		h.equal("next", next, want)
	}
	h.wake("acme/a#1", "sweep/1")
	h.clk.advance(time.Second)
	none(time.Time{})
	h.wake("acmes/a#1")
	c, _, ok, err := h.Claim(h.ctx, lease, full)
	h.ok(err)
	h.equal("claimed", c.Key, "acmes/a#1")
	h.equal("ok", ok, true)
	h.rang()
	none(c.LeaseUntil)
	if h.rang() {
		h.t.Error("rang for subjects that nobody may take")
	}
	due := h.clk.Now().Truncate(time.Second).Add(time.Hour)
	h.finish(c, engine.Outcome{Due: due})
	h.claim("acme/a#1") // its lease ends before, yet its account is full
	none(due)
	h.claim("sweep/1")
}
