package engine_test

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
)

// toShip are the permissions by which an incident sees what is deployed.
var toShip = map[string]string{"metadata": "read", "issues": "write", "contents": "read", "deployments": "read", "pull_requests": "read"}

// ships deploys a branch or a commit to production, with success.
func (w *world) ships(ref string) { w.shipsIn(repo, ref) }

func (w *world) shipsIn(repo, ref string) {
	w.t.Helper()
	w.clock.Advance(time.Minute)
	w.must(w.hub.Deploy(repo, "production", ref, "yamamoto"))
	w.clock.Advance(time.Minute)
	w.hub.Deployed(repo, "production", "success")
}

// fixes merges a pull request that says so.
func (w *world) fixes(n int) (pull int) {
	w.t.Helper()
	_, err := w.hub.CommitFiles(repo, "suzuki", "fix", map[string]string{"fix.go": "package pay"})
	w.must(err)
	pull, err = w.hub.OpenPull(repo, "suzuki", fakehub.NewIssue{Title: "Renew it", Body: fmt.Sprintf("Expired.\n\nFixes-incident: #%d\n", n), Head: "fix"})
	w.must(err)
	w.must(w.hub.Merge(repo, pull, "yamamoto"))
	return pull
}

// TestDeployedWhileItGoesOn: a way back and the fix stand in the status comment while the
// incident goes on, and in the timeline once it is over.
func TestDeployedWhileItGoesOn(t *testing.T) {
	w := reviewWorld(t, reviewed)
	w.hub.SetPermissions("acme", toShip)
	first := w.hub.Tip(repo)
	w.ships("main")
	w.hub.PutFile(repo, "pay.go", "package pay // broken")
	w.ships("main")
	n := w.opens(repo, "tanaka", "[incident] checkout is blank", "")
	w.tells(repo, n, "tanaka", "/ack")
	w.wantsNone(w.status(n), "Since it began")

	w.ships(first)
	pull := w.fixes(n)
	w.ships("main")
	w.waits(11 * time.Minute) // for so long is believed what was deployed
	w.tells(repo, n, "tanaka", "/sev 2")
	back, fix := ": back to [`"+first[:7]+"`](", fmt.Sprintf("deployment to `production`: the fix [`%s`](https://fakehub.example/%s/commit/%s) (#%d)", w.hub.Tip(repo)[:7], repo, w.hub.Tip(repo), pull)
	w.wants(w.status(n), "Since it began: [", back, fix)

	w.hub.PutFile(repo, "note.md", "later")
	w.ships("main")
	w.tells(repo, n, "tanaka", "/resolved")
	_, timeline, _ := strings.Cut(w.said(repo, n), "Timeline")
	w.wants(timeline, back, fix, fmt.Sprintf("deployment to `production`: [`%s`](", w.hub.Tip(repo)[:7]))
	w.wantsNone(w.status(n), "Since it began")
	if err := w.failures(); err != nil {
		t.Error(err)
	}
}

// TestDeployedElsewhere: of another private repository only that it was the fix, or a way
// back, and when.
func TestDeployedElsewhere(t *testing.T) {
	const pay = "acme/pay"
	w := reviewWorld(t, strings.Replace(reviewed, "incident:", "services: {pay: {repositories: [acme/pay], words: [checkout]}}\nincident:", 1))
	w.addRepo(pay, true)
	w.hub.SetPermissions("acme", toShip)
	first := w.hub.Tip(pay)
	w.shipsIn(pay, "main")
	w.hub.PutFile(pay, "pay.go", "package pay // broken")
	w.shipsIn(pay, "main")
	n := w.opens(repo, "tanaka", "[incident] checkout is blank", "")
	w.tells(repo, n, "tanaka", "/ack")
	w.shipsIn(pay, first)
	_, err := w.hub.CommitFiles(pay, "suzuki", "fix", map[string]string{"fix.go": "package pay"})
	w.must(err)
	pull, err := w.hub.OpenPull(pay, "suzuki", fakehub.NewIssue{Title: "Renew it", Body: fmt.Sprintf("Fixes-incident: %s#%d", repo, n), Head: "fix"})
	w.must(err)
	w.must(w.hub.Merge(pay, pull, "yamamoto"))
	w.shipsIn(pay, "main")
	w.tells(repo, n, "tanaka", "/resolved")
	_, timeline, _ := strings.Cut(w.said(repo, n), "Timeline")
	w.wants(timeline, "deployment: back to what ran there before (`acme/pay`)", "deployment: the fix (`acme/pay`)")
	w.wantsNone(timeline, first[:7], w.hub.Tip(pay)[:7], "production", "Renew it")
}

// TestDeployedCosts: an untroubled incident asks twice what is deployed, while it goes on
// and once it is over, and never where the App may not see it.
func TestDeployedCosts(t *testing.T) {
	for permission, want := range map[string]int{"read": 2, "": 0} {
		w := reviewWorld(t, reviewed)
		may := maps.Clone(toShip)
		if may["deployments"] = permission; permission == "" {
			delete(may, "deployments")
		}
		w.hub.SetPermissions("acme", may)
		before := len(w.hub.Exchanges())
		n := w.opens(repo, "tanaka", "[incident] checkout is blank", "")
		for _, said := range []string{"/ack", "/sev 2", "/mitigated", "/resolved"} {
			w.tells(repo, n, "tanaka", said)
		}
		got := 0
		for _, e := range w.hub.Exchanges()[before:] {
			if strings.HasSuffix(e.Path, "graphql") {
				got++
			}
		}
		if got != want {
			t.Errorf("with %q: %d requests, want %d", permission, got, want)
		}
	}
}

// TestDeployedIsNoHurdle: while GitHub does not tell what is deployed the incident goes
// on, and what it shows stands there once GitHub does.
func TestDeployedIsNoHurdle(t *testing.T) {
	w := reviewWorld(t, reviewed)
	w.hub.SetPermissions("acme", toShip)
	end := w.hub.Fault(func(r *http.Request) *fakehub.Fault {
		if strings.HasSuffix(r.URL.Path, "graphql") {
			return &fakehub.Fault{Status: http.StatusBadGateway}
		}
		return nil
	})
	n := w.opens(repo, "tanaka", "[incident] checkout is blank", "")
	w.fixes(n)
	w.ships("main")
	w.tells(repo, n, "tanaka", "/ack")
	w.wants(w.status(n), "In progress")
	w.wantsNone(w.status(n), "Since it began")
	end()
	for range 15 {
		w.waits(time.Minute)
	}
	w.wants(w.status(n), "Since it began", "the fix")
}
