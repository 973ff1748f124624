package engine_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
)

// These tests come from a review: each names a thing that a team would have seen
// go wrong, and stays so that it does not come back.

// drafted is a world whose first issue is an incident that was resolved, and
// whose second is its draft.
func drafted(t *testing.T, policyText string) (w *world, n, m int) {
	t.Helper()
	w = newWorld(t, 1, withPostmortems)
	w.hub.SetRole(repo, "tanaka", "write")
	if policyText != "" {
		w.hub.PutFile(repo, ".github/kintsugi.yml", policyText)
	}
	n = w.open("sato", "[incident] checkout is blank")
	w.settle()
	w.say(n, "tanaka", "/ack\n/sev 2\n/started 30m ago\n/resolved")
	w.settle()
	if m = w.draft(); m == 0 {
		t.Fatalf("no draft was made\n%s\n%v", w.visible(n), w.failures())
	}
	return w, n, m
}

// byHand opens a postmortem as a person does.
func (w *world) byHand(by, title, body string) int {
	w.t.Helper()
	m, err := w.hub.OpenIssue(repo, by, fakehub.NewIssue{Title: title, Body: body})
	w.must(err)
	w.settle()
	return m
}

// TestNamedOnTheIncident: `/postmortem #2` on the incident connects the two, on
// both sides: the postmortem knows its incident, with its severity and its times.
func TestNamedOnTheIncident(t *testing.T) {
	w := newWorld(t, 1, withPostmortems)
	n := w.open("sato", "[incident] checkout is blank")
	w.settle()
	m := w.byHand("suzuki", "[postmortem] checkout", "## Summary\n\nIt was blank.\n")
	w.say(n, "tanaka", "/ack\n/sev 2\n/resolved")
	w.say(n, "tanaka", fmt.Sprintf("/postmortem #%d", m))
	w.settle()
	w.wants(w.status(n), fmt.Sprintf("Postmortem: #%d · draft", m))
	w.wants(w.status(m), fmt.Sprintf("Incident: #%d · SEV2", n))
}

// TestNamedAfterTheDraft: a postmortem written elsewhere replaces the draft; the
// draft's assignee hears no more of it, and a second `/postmortem` changes nothing.
func TestNamedAfterTheDraft(t *testing.T) {
	w, n, m := drafted(t, "")
	other := w.byHand("suzuki", "[postmortem] checkout", fmt.Sprintf("Incident: #%d\n", n))
	w.say(n, "tanaka", fmt.Sprintf("/postmortem #%d", other))
	w.settle()
	w.say(n, "tanaka", "/postmortem")
	w.settle()
	w.wants(w.status(n), fmt.Sprintf("Postmortem: #%d", other))
	w.days(14)
	for _, x := range w.hub.Mentions() {
		if x.ByApp && x.Issue == m {
			t.Fatalf("%s is reminded of the draft #%d, which #%d replaced\n%s", x.Who, m, other, w.visible(m))
		}
	}
}

// TestAgainAndAgain: resolved, reopened, resolved again, raised and lowered: one
// draft, one end comment, and every run goes through.
func TestAgainAndAgain(t *testing.T) {
	w, n, m := drafted(t, "")
	for _, said := range []string{"/sev 3", "/sev 1", "/postmortem", "/postmortem short"} {
		w.clock.Advance(time.Hour)
		w.say(n, "tanaka", said)
		w.settle()
	}
	w.must(w.hub.Reopen(repo, n, "tanaka"))
	w.settle()
	w.wants(w.status(n), fmt.Sprintf("Postmortem: #%d · draft", m))
	w.clock.Advance(time.Hour)
	w.say(n, "tanaka", "/resolved")
	w.settle()
	if got := strings.Count(w.visible(n), "The draft postmortem is #"); w.draft() != m || got != 1 {
		t.Errorf("the draft is told of %d times\n%s", got, w.visible(n))
	}
	if err := w.failures(); err != nil {
		t.Error(err)
	}
}

// TestAtRest: an untouched postmortem and its incident cost no write in a sweep,
// do not wake each other, and few requests.
func TestAtRest(t *testing.T) {
	w, n, m := drafted(t, "")
	w.says(m, "/share 12/8 15:00", "/lint")
	w.settle()
	w.clock.Advance(time.Hour)
	w.settle()
	runs := len(w.runs)
	w.hub.ResetCounts()
	const sweeps = 5
	for range sweeps {
		w.must(w.store.Wake(t.Context(), 0, fmt.Sprintf("%s#%d", repo, n), fmt.Sprintf("%s#%d", repo, m)))
		w.settle()
	}
	if got := w.writes(); got != 0 {
		t.Errorf("%d writes while nothing happened", got)
	}
	quiet := 0
	for _, r := range w.runs[runs:] {
		if strings.Contains(r.Key, "#") {
			quiet++
		}
	}
	if quiet != 2*sweeps {
		t.Errorf("%d runs for %d wakes: they wake each other", quiet, 2*sweeps)
	}
	// Two runs, a sweep and a look for lost deliveries; three of four are answered
	// by "not modified".
	if got := w.hub.Counts(); got.Reads > 24*sweeps || got.Reads-got.NotModified > 10*sweeps {
		t.Errorf("%d quiet rounds cost %s", sweeps, got)
	}
}

// TestOldIncidentAskedFor: on an incident from before the installation somebody
// with the role asks for its postmortem, and is answered.
func TestOldIncidentAskedFor(t *testing.T) {
	w := newWorld(t, 1, withPostmortems)
	n := w.open("sato", "[incident] checkout is blank")
	w.must(w.hub.Close(repo, n, "sato", "completed"))
	w.hub.TakeDeliveries()
	w.clock.Advance(30 * 24 * time.Hour)
	w.say(n, "yamamoto", "/postmortem")
	w.settle()
	if reactions := w.visible(n); !strings.Contains(reactions, "kintsugi[bot]") {
		t.Errorf("`/postmortem` on an old incident gets no answer of any kind\n%s", reactions)
	}
}

// TestUnconfirmedAskedFor: whoever has the triage role and asks for the postmortem
// of a report is heard, or told what is in the way.
func TestUnconfirmedAskedFor(t *testing.T) {
	w := newWorld(t, 1, withPostmortems)
	w.addRepo(open, false)
	w.hub.AddUser("stranger")
	n, err := w.hub.OpenIssue(open, "stranger", fakehub.NewIssue{Title: "[incident] site is down"})
	w.must(err)
	w.settle()
	before := len(w.hub.Issues(open))
	_, err = w.hub.Comment(open, n, "suzuki", "/postmortem")
	w.must(err)
	w.settle()
	v, _ := w.hub.Issue(open, n)
	thumb := false
	for _, c := range v.Comments {
		thumb = thumb || c.Author == "suzuki" && len(c.Reactions) > 0 && c.Reactions[0].Content == "+1"
	}
	if thumb && len(w.hub.Issues(open)) == before && !strings.Contains(v.Comments[0].Body, "ostmortem") {
		t.Errorf("`/postmortem` got a thumb, and nothing happened:\n%s", v.Comments[0].Body)
	}
}

// TestRefusedThenAllowed: the draft could not be made; once GitHub allows it,
// `/postmortem` makes it.
func TestRefusedThenAllowed(t *testing.T) {
	w := newWorld(t, 1, withPostmortems)
	w.hub.SetPermissions("acme", map[string]string{"metadata": "read", "issues": "write", "contents": "read", "pull_requests": "write"})
	w.hub.PutFile(repo, ".github/kintsugi.yml", "language: en\ntime_zone: Asia/Tokyo\npostmortem: {as: file}\n")
	n := w.open("sato", "[incident] checkout is blank")
	w.settle()
	w.say(n, "tanaka", "/ack\n/sev 2\n/resolved")
	w.settle()
	w.wants(w.visible(n), "could not be made", "postmortem: due")
	w.hub.SetPermissions("acme", map[string]string{"metadata": "read", "issues": "write", "contents": "write", "pull_requests": "write"})
	w.clock.Advance(2 * time.Hour)
	w.say(n, "tanaka", "/postmortem")
	w.settle()
	if w.draft() == 0 {
		t.Errorf("the permission is there, somebody asks again, and there is no draft\n%s", w.visible(n))
	}
}

// TestDraftDeleted: somebody deletes the draft; the incident does not point to it,
// and `/postmortem` makes another.
func TestDraftDeleted(t *testing.T) {
	w, n, m := drafted(t, "")
	w.hub.SetRole(repo, "yamamoto", "admin")
	w.must(w.hub.DeleteIssue(repo, m, "yamamoto"))
	w.settle()
	w.clock.Advance(time.Hour)
	w.say(n, "tanaka", "/postmortem")
	w.settle()
	others := 0
	for _, i := range w.hub.Issues(repo) {
		if i.Number != n && i.Number != m {
			others++
		}
	}
	if others != 1 {
		t.Errorf("the draft was deleted, somebody asks for it again, and %d were made\n%s", others, w.visible(n))
	}
}

// TestDraftTransferred: a draft that was moved to another repository does not take
// the incident of the same number there for its own.
func TestDraftTransferred(t *testing.T) {
	w, _, m := drafted(t, "")
	const there = "acme/postmortems"
	w.addRepo(there, true)
	other, err := w.hub.OpenIssue(there, "sato", fakehub.NewIssue{Title: "[incident] something else"})
	w.must(err)
	w.settle()
	_, err = w.hub.Comment(there, other, "tanaka", "/ack\n/sev 1\n/started 5h ago")
	w.must(err)
	w.settle()
	moved, err := w.hub.TransferIssue(repo, m, "yamamoto", there)
	w.must(err)
	w.settle()
	v, _ := w.hub.Issue(there, moved)
	for _, c := range v.Comments {
		if strings.Contains(c.Body, fmt.Sprintf("#%d says", other)) || strings.Contains(c.Body, "SEV1") {
			t.Errorf("it says of an incident that is not its own:\n%s", c.Body)
		}
	}
}

// TestOneStateLabel: whatever was set by hand, there is one state label in the end.
func TestOneStateLabel(t *testing.T) {
	states := func(w *world, m int) (on []string) {
		for _, l := range w.issue(m).Labels {
			if strings.Contains(l, ": ") {
				on = append(on, l)
			}
		}
		return on
	}
	finish := func(w *world, m int) {
		w.say(m, "tanaka", "/review @suzuki")
		w.settle()
		w.clock.Advance(time.Minute)
		w.say(m, "suzuki", "/approve")
		w.settle()
	}
	t.Run("set by hand", func(t *testing.T) {
		w, _, m := drafted(t, "")
		w.must(w.hub.CreateLabel(repo, "yamamoto", "postmortem: done", "c2e0c6"))
		w.must(w.hub.Label(repo, m, "tanaka", "postmortem: done"))
		w.settle()
		finish(w, m)
		w.clock.Advance(time.Hour)
		w.must(w.hub.Reopen(repo, m, "tanaka"))
		w.settle()
		if on := states(w, m); len(on) != 1 || on[0] != "postmortem: in review" {
			t.Errorf("reopened, and labelled %v", on)
		}
	})
}

// TestLeadWithoutAccess: a lead whom GitHub cannot assign costs the assignment, not
// the draft.
func TestLeadWithoutAccess(t *testing.T) {
	w := newWorld(t, 1, withPostmortems)
	w.hub.AddUser("visitor")
	n := w.open("sato", "[incident] checkout is blank")
	w.settle()
	w.say(n, "tanaka", "/ack\n/sev 1\n/lead @visitor\n/resolved")
	w.settle()
	if w.draft() == 0 {
		t.Errorf("no draft, because the lead cannot be assigned\n%s", w.visible(n))
	}
}

// TestByHandAsFile: somebody opened the pull request with the postmortem before the
// incident was over; there is no second one.
func TestByHandAsFile(t *testing.T) {
	w := newWorld(t, 1, withPostmortems)
	w.hub.SetPermissions("acme", map[string]string{"metadata": "read", "issues": "write", "contents": "write", "pull_requests": "write", "checks": "write"})
	w.hub.PutFile(repo, ".github/kintsugi.yml", "language: en\ntime_zone: Asia/Tokyo\npostmortem: {as: file}\n")
	n := w.open("sato", "[incident] checkout is blank")
	w.settle()
	w.say(n, "tanaka", "/ack\n/sev 2")
	w.settle()
	w.must(w.hub.CommitFile(repo, "suzuki", "retro", "postmortems/2026-11-26-checkout.md", "# Checkout\n\n## Summary\n\nBlank.\n"))
	m, err := w.hub.OpenPull(repo, "suzuki", fakehub.NewIssue{Title: "Postmortem of the checkout", Body: fmt.Sprintf("Incident: #%d\n", n), Head: "retro", Labels: []string{"postmortem"}})
	w.must(err)
	w.must(w.hub.Label(repo, m, "suzuki", "postmortem"))
	w.settle()
	w.wants(w.status(m), "Postmortem · draft", fmt.Sprintf("Incident: #%d", n))
	w.say(n, "tanaka", "/resolved")
	w.settle()
	if _, all := w.reported(); len(all) > 0 || !strings.Contains(w.status(n), fmt.Sprintf("Postmortem: #%d", m)) {
		t.Errorf("suzuki has opened #%d of it, and the App opened %v besides\n%s", m, all, w.status(n))
	}
}

// TestPullClosedAndReopened: a pull request that is closed unmerged is given up;
// reopened, it goes on where it was.
func TestPullClosedAndReopened(t *testing.T) {
	w := newWorld(t, 1, withPostmortems)
	w.hub.SetRole(repo, "tanaka", "write")
	w.hub.SetPermissions("acme", map[string]string{"metadata": "read", "issues": "write", "contents": "write", "pull_requests": "write", "checks": "write"})
	w.hub.PutFile(repo, ".github/kintsugi.yml", "language: en\ntime_zone: Asia/Tokyo\npostmortem: {as: file}\n")
	n := w.open("sato", "[incident] checkout is blank")
	w.settle()
	w.say(n, "tanaka", "/ack\n/sev 2\n/started 30m ago\n/resolved")
	w.settle()
	m := w.draft()
	w.must(w.hub.Close(repo, m, "tanaka", ""))
	w.settle()
	w.wants(w.status(m), "Postmortem · will not be written")
	w.wants(w.status(n), fmt.Sprintf("Postmortem: #%d · will not be written", m))
	w.clock.Advance(time.Hour)
	w.must(w.hub.Reopen(repo, m, "tanaka"))
	w.settle()
	w.wants(w.status(m), "Postmortem · draft")
	id, err := w.hub.Review(repo, m, "suzuki", "approved")
	w.must(err)
	w.settle()
	w.wants(w.status(m), "Reviewed by suzuki")
	w.must(w.hub.DismissReview(repo, m, id, "yamamoto"))
	w.settle()
	if strings.Contains(w.status(m), "Reviewed by suzuki") {
		t.Errorf("the review was dismissed\n%s", w.status(m))
	}
	w.must(w.hub.DropFile(repo, "tanaka", "kintsugi/postmortem-1", slices.Sorted(func(yield func(string) bool) {
		for path := range w.hub.Branches(repo)[0].Files {
			if strings.HasPrefix(path, "postmortems/") && !yield(path) {
				return
			}
		}
	})[0]))
	w.settle()
	w.wants(w.status(m), "add the postmortem as a Markdown file")
	if err := w.failures(); err != nil {
		t.Error(err)
	}
}

// TestStatusOfAPostmortemDeleted: the status comment comes back once, with what
// people decided, and nobody is reminded again.
func TestStatusOfAPostmortemDeleted(t *testing.T) {
	w, _, m := drafted(t, "")
	w.says(m, "/share 12/8 15:00", "/review @suzuki")
	w.settle()
	w.days(10)
	reminders := len(w.ours(m))
	w.must(w.hub.DeleteComment(repo, w.statusID(m), "yamamoto"))
	w.settle()
	w.wants(w.status(m), "in review", "Sharing meeting: Tuesday 8 December 15:00", "Waiting for suzuki")
	if got := len(w.ours(m)); got != reminders {
		t.Errorf("%d comments of ours, before there were %d\n%s", got, reminders, w.visible(m))
	}
}

// TestManyApprovals: a hundred people who approve do not outgrow the
// comment, and the postmortem ends once.
func TestManyApprovals(t *testing.T) {
	if testing.Short() {
		t.Skip("long, and in one thread: nothing for the race detector")
	}
	w, _, m := drafted(t, "time_zone: Asia/Tokyo\npostmortem: {approvals: 10}\n")
	for i := range 100 {
		who := fmt.Sprintf("reader-%03d", i)
		w.hub.AddUser(who)
		w.hub.SetRole(repo, who, "write")
		w.say(m, who, "/approve")
	}
	for range 12 {
		w.settle()
	}
	w.wants(w.status(m), "Postmortem · done")
	if size := len(w.status(m)); size > 20_000 {
		t.Errorf("the status comment has %d bytes", size)
	}
	if got := strings.Count(w.status(m), "reader-"); got > 30 {
		t.Errorf("the status names %d people", got)
	}
}

// TestFalseAlarmAfterItsDraft: it was nothing after all; the incident no longer
// asks for a postmortem, and nobody is reminded of one.
func TestFalseAlarmAfterItsDraft(t *testing.T) {
	w, n, m := drafted(t, "")
	w.clock.Advance(time.Hour)
	w.say(n, "tanaka", "/false-alarm")
	w.settle()
	if text := w.visible(n); strings.Contains(text, "Due Thursday") || strings.Contains(text, "· due Thursday") {
		t.Errorf("a false alarm has a postmortem that is due\n%s", text)
	}
	w.days(14)
	for _, x := range w.hub.Mentions() {
		if x.ByApp && x.Issue == m {
			t.Fatalf("%s is reminded of the postmortem of a false alarm\n%s", x.Who, w.visible(m))
		}
	}
}

// TestRepositoryRenamed: the two know each other still.
func TestRepositoryRenamed(t *testing.T) {
	w, n, m := drafted(t, "")
	w.hub.RenameRepo(repo, "outages")
	w.settle()
	w.clock.Advance(time.Hour)
	_, err := w.hub.Comment("acme/outages", n, "tanaka", "/sev 1")
	w.must(err)
	w.settle()
	v, _ := w.hub.Issue("acme/outages", m)
	w.wants(v.Comments[0].Body, fmt.Sprintf("Incident: #%d · SEV1", n))
}

// TestStoreOfAPostmortemLost: an empty store reminds nobody again, drafts nothing
// again, and writes nothing.
func TestStoreOfAPostmortemLost(t *testing.T) {
	w, n, m := drafted(t, "")
	w.says(m, "/share 12/8 15:00")
	w.days(12)
	before := w.visible(n) + w.visible(m)
	w.start()
	w.must(w.engine.Start(t.Context()))
	w.passSpan()
	w.settle()
	if after := w.visible(n) + w.visible(m); after != before {
		t.Errorf("before\n%s\nafter\n%s", before, after)
	}
	if w.draft() != m {
		t.Error("another draft")
	}
}
