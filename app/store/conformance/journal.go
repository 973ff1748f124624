package conformance

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/app/store"
)

// entries expects the plans of a subject's entries, the latest first.
func (h *harness) entries(key string, plans ...string) []store.Journaled {
	h.t.Helper()
	got, err := h.Entries(h.ctx, key, 100)
	h.ok(err)
	seen := []string{}
	for _, one := range got {
		seen = append(seen, one.Plan)
	}
	h.equal("entries of "+key, seen, append([]string{}, plans...))
	return got
}

func testJournal(_ *testing.T, h *harness) {
	h.entries("acme/a#1")
	entry := engine.Entry{
		At: ms(start), Rank: engine.Live, Owner: "incident", Observed: []string{"open, 1 comment"}, Asked: []string{"role of tanaka: write"},
		Why: []string{"障害 /ack by tanaka: accepted"}, Plan: "label", Did: []string{"wrote the label"}, Error: "502", Due: ms(start).Add(time.Hour),
	}
	h.wake("acme/a#1")
	c := h.claim("acme/a#1")
	h.ok(h.Note(h.ctx, c, engine.Entry{At: ms(start), Plan: "begun"}))
	got := h.entries("acme/a#1", "begun")
	h.equal("ended", got[0].Ended.IsZero(), true)
	h.clk.advance(time.Second)
	entry.Ended = ms(h.clk.Now())
	h.finish(c, engine.Outcome{Entry: &entry})
	got = h.entries("acme/a#1", "label")
	h.equal("entry", got[0].Entry, entry)

	// A run whose process died stays as it was noted.
	h.wake("acme/a#1")
	h.ok(h.Note(h.ctx, h.claim("acme/a#1"), engine.Entry{Plan: "died"}))
	h.clk.advance(lease)
	c = h.claim("acme/a#1")
	h.ok(h.Note(h.ctx, c, engine.Entry{Plan: "next"}))
	h.finish(c, engine.Outcome{}) // keeps nothing
	h.entries("acme/a#1", "died", "label")
	h.entries("acme/b#1")
	last, err := h.Entries(h.ctx, "acme/a#1", 1)
	h.ok(err)
	h.equal("the last", len(last), 1)
}

func testJournalBounded(_ *testing.T, h *harness) {
	run := func(e engine.Entry, failed bool) {
		h.t.Helper()
		h.clk.advance(time.Second)
		h.wake("acme/a#1")
		h.finish(h.claim("acme/a#1"), engine.Outcome{Failed: failed, Entry: &e})
	}
	run(engine.Entry{Plan: "idle 1"}, false)
	run(engine.Entry{Plan: "did", Did: []string{"x"}}, false)
	run(engine.Entry{Plan: "idle 2"}, false)
	run(engine.Entry{Plan: "failed", Error: "x"}, false)
	run(engine.Entry{Plan: "failed too"}, true)
	run(engine.Entry{Plan: "idle 3"}, false)
	h.entries("acme/a#1", "idle 3", "failed too", "failed", "did")

	var want []string
	for i := range 40 {
		plan := fmt.Sprint("did ", i)
		run(engine.Entry{Plan: plan, Did: []string{"x"}}, false)
		want = append([]string{plan}, want...)
	}
	h.entries("acme/a#1", want[:30]...)
	h.clk.advance(10*24*time.Hour - 30*time.Second)
	h.ok(h.Prune(h.ctx))
	h.entries("acme/a#1", want[:30]...)
	h.clk.advance(28 * time.Second) // all but the last three are older
	h.ok(h.Prune(h.ctx))
	h.entries("acme/a#1", want[:3]...)
}

// testJournalDeliveries: which run answered which delivery.
func testJournalDeliveries(_ *testing.T, h *harness) {
	run := func(plan string, failed bool, during ...string) {
		h.t.Helper()
		c := h.claim("acme/a#1")
		for _, guid := range during {
			h.intake(delivery(guid), true, store.Wake{Key: "acme/a#1"})
		}
		h.finish(c, engine.Outcome{Failed: failed, Due: start, Entry: &engine.Entry{Plan: plan, Did: []string{"x"}}})
		h.clk.advance(time.Second)
	}
	h.intake(delivery("one"), true, store.Wake{Key: "acme/a#1"}, store.Wake{Key: "acme/b#1"})
	h.intake(delivery("two"), true, store.Wake{Key: "acme/a#1"})
	h.intake(delivery("other"), true, store.Wake{Key: "acme/c#1"})
	h.finish(h.claim("acme/a#1"), engine.Outcome{Due: start, Entry: &engine.Entry{Plan: "first", Did: []string{"x"}}})
	h.finish(h.claim("acme/b#1"), engine.Outcome{})
	h.finish(h.claim("acme/c#1"), engine.Outcome{})
	h.clk.advance(time.Second)
	run("by a due time", false, "three")
	run("failed", true, "four")
	run("last", false)
	want := map[string][]store.Received{
		"first":         {{GUID: "two", Subjects: []string{"acme/a#1"}}, {GUID: "one", Subjects: []string{"acme/a#1", "acme/b#1"}}},
		"by a due time": nil,
		"failed":        {{GUID: "three", Subjects: []string{"acme/a#1"}}},
		"last":          {{GUID: "four", Subjects: []string{"acme/a#1"}}, {GUID: "three", Subjects: []string{"acme/a#1"}}},
	}
	for _, one := range h.entries("acme/a#1", "last", "failed", "by a due time", "first") {
		for i := range want[one.Plan] {
			d := &want[one.Plan][i]
			d.Event, d.Action, d.ReceivedAt, d.Handled = "issue_comment", "created", ms(start), true
		}
		h.equal(one.Plan, one.Deliveries, want[one.Plan], cmpopts.EquateEmpty())
	}
}
