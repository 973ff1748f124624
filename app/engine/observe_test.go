package engine_test

import (
	"strings"
	"testing"

	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/workflows/policy"
)

// TestObserve: with mode: observe nothing is written but the plan, to whoever
// asks for it, and it calls nobody. Once the mode is act, everything is done.
func TestObserve(t *testing.T) {
	settled := policy.Source{File: repo + "/.github/kintsugi.yml", Content: []byte("mode: observe\nincident: {notify: [\"@suzuki\"]}\n")}
	w := newWorld(t, 1, func(w *world) {
		w.wire = func(c *engine.Config) { c.Places = settings{c.Places, &settled} }
	})
	n := w.open("sato", "[incident] checkout is blank")
	w.settle()
	w.say(n, "tanaka", "/ack")
	w.say(n, "sato", "/preview") // who may only read
	w.settle()
	if len(w.ours(n)) != 0 || len(w.issue(n).Labels) != 0 || strings.Contains(w.visible(n), "[kintsugi") {
		t.Errorf("it wrote though it only observes\n%s", w.visible(n))
	}
	w.say(n, "tanaka", "/preview")
	w.settle()
	ours := w.ours(n)
	if len(ours) != 1 || !strings.Contains(ours[0].Body, "mode: observe") || !strings.Contains(ours[0].Body, "In progress") {
		t.Fatalf("%d comments: %s", len(ours), w.visible(n))
	}
	if len(w.hub.Mentions()) != 0 || len(w.issue(n).Labels) != 0 {
		t.Errorf("it did more than answer: %s", w.visible(n))
	}
	settled.Content = []byte("incident: {notify: [\"@suzuki\"]}\n")
	w.say(n, "tanaka", "/sev 2")
	w.settle()
	w.wants(w.status(n), "In progress · SEV2 · lead tanaka")
}
