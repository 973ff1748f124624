package engine_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
)

// TestRecurrence: who may says that it happened before, and what was to prevent it
// is opened again, once; closing it after that stands.
func TestRecurrence(t *testing.T) {
	for _, who := range []string{"tanaka", "sato"} {
		w := newWorld(t, 1, withFollowUps, withoutSweeps)
		w.hub.PutFile(repo, ".github/kintsugi.yml", followUpSettings)
		first, m := w.resolvedIncident()
		body := fillIn(w.issue(m).Body, complete)
		body = strings.ReplaceAll(body, "| detect |", "| prevent |")
		w.must(w.hub.EditIssue(repo, m, "suzuki", fakehub.Edit{Body: &body}))
		w.say(m, "yamamoto", "/approve")
		w.settle()
		made := w.ownIn(repo)
		f := made[len(made)-1]
		if f == m {
			t.Fatalf("nothing was made\n%s", w.visible(m))
		}
		w.clock.Advance(time.Hour)
		w.must(w.hub.Close(repo, f, "suzuki", "completed"))
		w.settle()
		w.wants(w.list(m), fmt.Sprintf("#%d · done", f))

		w.clock.Advance(24 * time.Hour)
		second := w.open("tanaka", "[incident] checkout is blank again")
		w.settle()
		w.say(second, who, fmt.Sprintf("/recurrence-of #%d", first))
		w.settle()
		if got := w.issue(f).State; (got == "open") != (who == "tanaka") {
			t.Errorf("%s says that it happened again, and it is %s\n%s", who, got, w.visible(second))
		}
		if who != "tanaka" {
			continue
		}
		w.wants(w.status(second), fmt.Sprintf("This is #%d again", first))
		w.wants(w.visible(f), "Opened again: what this was to prevent has happened again")
		w.wants(w.list(m), fmt.Sprintf("#%d · open", f))
		w.clock.Advance(time.Hour)
		w.must(w.hub.Close(repo, f, "suzuki", "completed"))
		w.settle()
		w.until(w.clock.Now().Add(72 * time.Hour))
		if w.issue(f).State != "closed" || len(w.ours(f)) != 2 {
			t.Errorf("the second closing does not stand\n%s", w.visible(f))
		}
		w.wantsNoFailures()
	}
}

// TestFollowUpPolicy: proof is asked for once, the policy's promise dates an item
// that names no day, and what a comment on the issue decides shows on the postmortem.
func TestFollowUpPolicy(t *testing.T) {
	w := newWorld(t, 1, withFollowUps, withoutSweeps)
	w.hub.PutFile(repo, ".github/kintsugi.yml", followUpSettings+"followup: {proof: true, within: {sev1: 5 business days}}\nworking_hours: \"10:00-18:00\"\n")
	n, err := w.hub.OpenIssue(repo, "tanaka", fakehub.NewIssue{Title: "[incident] checkout is blank"})
	w.must(err)
	w.settle()
	w.say(n, "tanaka", "/ack\n/sev 1\n/started 10m ago")
	w.settle()
	m := w.accepted(fmt.Sprintf("Incident: #%d\n\n## Action items\n\n| Action | Owner |\n|---|---|\n| Watch the disks | @suzuki |\n| Rotate the keys | @tanaka |\n| Write it down |  |\n", n))
	w.settle()
	made := w.ownIn(repo)
	disks, keys := made[0], made[1]
	w.wants(w.issue(disks).Body, "- Due: 2026-12-03", "SEV1")
	closes := func() {
		w.clock.Advance(time.Minute)
		w.must(w.hub.Close(repo, disks, "suzuki", "completed"))
		w.settle()
	}
	closes()
	if w.issue(disks).State != "open" {
		t.Errorf("no proof was asked for\n%s", w.visible(disks))
	}
	closes()
	if w.issue(disks).State != "closed" {
		t.Errorf("the second closing does not stand\n%s", w.visible(disks))
	}
	w.say(keys, "suzuki", "/postpone 2027-01-15 the vendor")
	w.say(m, "tanaka", "/wont-do 3 it is written")
	w.settle()
	w.wants(w.list(m), fmt.Sprintf("#%d · done", disks), "| 2 | Rotate the keys | tanaka | Friday 15 January 2027 |", "| 3 | Write it down |  |  | will not be done |", "1 of 2 done")
	w.say(keys, "tanaka", "/wont-do they are gone")
	w.settle()
	w.wants(w.list(m), fmt.Sprintf("#%d · will not be done", keys))
	w.must(w.hub.Reopen(repo, keys, "suzuki"))
	w.settle()
	w.wants(w.list(m), fmt.Sprintf("#%d · open", keys))
	w.wants(w.status(keys), "Follow-up · open")
	w.wantsNoFailures()
}
