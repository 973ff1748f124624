package engine_test

import "testing"

// TestClosedIsNotEnded: whoever opened an issue may close it; where that does not end the
// incident, a release still waits, until somebody who may ends it.
func TestClosedIsNotEnded(t *testing.T) {
	w := newGate(t, "en", twoItems)
	w.hub.ProtectEnvironment(payRepo, "production", "kintsugi")
	n := w.opens(repo, "sato", "[incident] checkout is blank", "")
	w.tells(repo, n, "suzuki", "/sev 1")
	w.must(w.hub.Close(repo, n, "sato", "completed"))
	w.catchUp()
	w.wantsSaid(repo, n, "not confirmed as resolved")
	run := w.releasesTo(w.pushes("Show the logo"))
	w.wantsWaiting("closed and not ended", run, "is in progress")
	w.tells(repo, n, "suzuki", "/resolved")
	w.soonGate()
	w.wantsGone("ended", run)
}
