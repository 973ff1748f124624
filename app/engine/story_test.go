package engine_test

import (
	"testing"
	"time"
)

// TestNight is the spine of the product: an incident reported by somebody who
// may only read, taken up, measured and resolved.
func TestNight(t *testing.T) {
	w := newWorld(t, 1)
	n := w.open("sato", "[incident] checkout is blank")
	w.settle()
	w.wants(w.status(n), "Waiting for a responder", "@tanaka @suzuki, please take a look", "whoever starts, write `/ack`")

	w.clock.Advance(4 * time.Minute)
	w.say(n, "tanaka", "/ack")
	w.settle()
	w.wants(w.status(n), "In progress", "lead tanaka")
	w.say(n, "tanaka", "/sev 2")
	w.settle()
	w.say(n, "tanaka", "/started 10m ago\n/detected 6m ago")
	w.settle()
	w.say(n, "suzuki", "/影響収束")
	w.settle()
	w.say(n, "suzuki", "/resolved")
	w.settle()

	t.Log(w.visible(n))
	if err := w.failures(); err != nil {
		t.Error(err)
	}
	v := w.issue(n)
	if v.State != "closed" || v.Reason != "completed" {
		t.Errorf("the issue is %s %s", v.State, v.Reason)
	}
	w.wants(w.status(n), "Resolved", "SEV2", "TTD 4 min", "TTR ")
	if got := len(w.ours(n)); got != 2 {
		t.Errorf("%d comments of ours, want the status and the resolution", got)
	}
	if got := len(w.hub.Mentions()); got != 2 {
		t.Errorf("%d mentions: %v", got, w.hub.Mentions())
	}
	t.Log(w.hub.Counts())
}
