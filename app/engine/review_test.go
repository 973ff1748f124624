package engine_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
)

// TestRebuildKeepsAll: a lost record is rebuilt whole, however many comments there were.
func TestRebuildKeepsAll(t *testing.T) {
	w := newWorld(t, 1)
	n := w.night(1)
	for i := range 12 {
		w.clock.Advance(2 * time.Minute)
		w.say(n, "suzuki", fmt.Sprintf("/note %d", i))
		w.settle()
	}
	w.clock.Advance(2 * time.Minute)
	w.say(n, "tanaka", "/sev 1")
	w.settle()
	w.clock.Advance(10 * time.Minute)
	w.say(n, "tanaka", "/mitigated")
	w.settle()
	w.wants(w.status(n), "SEV1", "TTM")
	w.clock.Advance(10 * time.Minute)
	w.say(n, "sato", "plain")
	w.settle()
	w.forge(n)
	w.settle()
	w.say(n, "tanaka", "/note still here")
	w.settle()
	w.wants(w.status(n), "SEV1", "no longer affected")
}

// public is an incident that a stranger reported in a public repository.
func (w *world) public() int {
	w.addRepo(open, false)
	w.hub.AddUser("stranger")
	n, err := w.hub.OpenIssue(open, "stranger", fakehub.NewIssue{Title: "[incident] site is down"})
	w.must(err)
	w.settle()
	return n
}

// sayIn comments on it, statusIn reads its status comment.
func (w *world) sayIn(n int, by, body string) {
	w.t.Helper()
	_, err := w.hub.Comment(open, n, by, body)
	w.must(err)
}

func (w *world) statusIn(n int) string {
	v, _ := w.hub.Issue(open, n)
	for _, c := range v.Comments {
		if strings.HasPrefix(c.Body, "<!-- kintsugi:status") {
			return c.Body
		}
	}
	return ""
}

// TestThumbOfReporterIsNoRole: what a reporter may do on their own report proves no role, also when only our 👍 tells of it.
func TestThumbOfReporterIsNoRole(t *testing.T) {
	w := newWorld(t, 1)
	n := w.public()
	w.hub.Fault(fakehub.Matching(1, http.MethodPatch, "/issues/comments/", fakehub.Fault{Status: http.StatusBadGateway}))
	w.sayIn(n, "stranger", "/started 1m ago")
	w.settle()
	w.wants(w.statusIn(n), "unconfirmed")
	if m := w.hub.Mentions(); len(m) != 0 {
		t.Errorf("mentions %v", m)
	}
}

// TestReportEndsWhenTakenOver: once somebody with the role has taken over, the reporter's word is no more than anybody's.
func TestReportEndsWhenTakenOver(t *testing.T) {
	w := newWorld(t, 1)
	n := w.public()
	for _, s := range []string{"/ack", "/sev 1", "/started 1m ago"} {
		w.sayIn(n, "tanaka", s)
		w.settle()
	}
	w.sayIn(n, "stranger", "/started 2026-11-25 00:00 UTC")
	w.settle()
	w.sayIn(n, "stranger", "/false-alarm")
	w.settle()
	v, _ := w.hub.Issue(open, n)
	if v.State != "open" {
		t.Errorf("a stranger closed a confirmed, acknowledged SEV1: %s %s", v.State, v.Reason)
	}
}

// TestRenamedLater: an issue renamed to an incident is one from then on; commands from before are none of ours.
func TestRenamedLater(t *testing.T) {
	w := newWorld(t, 1)
	n := w.open("suzuki", "checkout is blank")
	w.settle()
	w.say(n, "tanaka", "/resolved") // for another bot
	w.settle()
	w.clock.Advance(30 * time.Second)
	title := "[incident] checkout is blank"
	w.must(w.hub.EditIssue(repo, n, "suzuki", fakehub.Edit{Title: &title}))
	w.settle()
	if w.issue(n).State != "open" {
		t.Errorf("closed for a command from before it was ours\n%s", w.status(n)[:400])
	}
}

// TestFlood: one comment of a stranger with thousands of commands delays nobody.
func TestFlood(t *testing.T) {
	w := newWorld(t, 1)
	n := w.public()
	w.sayIn(n, "stranger", strings.Repeat("/ack\n", 13_000))
	end := w.clock.Now().Add(4 * time.Minute)
	w.sayIn(n, "tanaka", "/ack")
	for w.clock.Now().Before(end) {
		w.deliver()
		if worked, _, _ := w.engine.Step(context.Background()); !worked {
			w.clock.Advance(time.Second)
		}
	}
	if !strings.Contains(w.statusIn(n), "lead tanaka") {
		t.Errorf("four minutes after a stranger's flood /ack is still not shown; %v", w.failures())
	}
}

// TestBacklogCallsNobody: what was over before our first run calls nobody, however long the backlog.
func TestBacklogCallsNobody(t *testing.T) {
	w := newWorld(t, 1)
	n := w.open("tanaka", "[incident] checkout is blank")
	for i := range 11 {
		w.say(n, "sato", fmt.Sprintf("/note %d", i))
	}
	w.say(n, "tanaka", "/ack")
	w.say(n, "tanaka", "/resolved")
	w.settle()
	if m := w.hub.Mentions(); len(m) != 0 {
		t.Errorf("people called for what was over before the first run: %v", m)
	}
}

// TestDeletedMeanwhile: a status comment that is deleted in the middle of a run is made anew, also if no delivery tells of it.
func TestDeletedMeanwhile(t *testing.T) {
	w := newWorld(t, 1, withoutSweeps)
	n := w.night(1)
	id := w.statusID(n)
	w.say(n, "tanaka", "/sev 1")
	w.hurdle = func(r *http.Request) error {
		if r.Method == http.MethodPatch {
			w.hurdle = nil
			_ = w.hub.DeleteComment(repo, id, "yamamoto")
		}
		return nil
	}
	w.deliver()
	_, _, _ = w.engine.Step(context.Background())
	w.hub.TakeDeliveries() // the delivery of the deletion is lost
	w.settle()
	w.wants(w.status(n), "SEV1")
}

// TestSwitchedOffMeanwhile: what is said while switched off counts the same with the store kept and wiped.
func TestSwitchedOffMeanwhile(t *testing.T) {
	w := newWorld(t, 1)
	n := w.night(1)
	policy := "language: en\ntime_zone: Asia/Tokyo\n"
	w.hub.PutFile(repo, ".github/kintsugi.yml", policy+"enabled: false\n")
	w.settle()
	w.say(n, "tanaka", "/sev 1")
	w.settle()
	w.clock.Advance(30 * time.Minute)
	w.say(n, "tanaka", "plain")
	w.settle()
	w.hub.PutFile(repo, ".github/kintsugi.yml", policy)
	w.settle()
	w.clock.Advance(30 * time.Minute)
	w.say(n, "tanaka", "/note x")
	w.settle()
	kept := strings.Contains(w.status(n), "SEV1")
	w.start()
	w.must(w.engine.Start(context.Background()))
	w.settle()
	if wiped := strings.Contains(w.status(n), "SEV1"); kept != wiped {
		t.Errorf("/sev 1 while switched off counts: store kept %t, store wiped %t", kept, wiped)
	}
}

// TestAdoptAnywhere: /adopt takes up any issue.
func TestAdoptAnywhere(t *testing.T) {
	w := newWorld(t, 1)
	n := w.open("suzuki", "Outage of the checkout")
	w.settle()
	w.say(n, "yamamoto", "/adopt")
	w.settle()
	if w.status(n) == "" {
		t.Errorf("/adopt did nothing: %s", w.visible(n))
	}
}

// TestRefusedTakesNothingUp: a refused /incident makes no incident.
func TestRefusedTakesNothingUp(t *testing.T) {
	w := newWorld(t, 1)
	n := w.open("suzuki", "a question")
	w.settle()
	w.hub.Fault(fakehub.Matching(100, http.MethodGet, "/permission", fakehub.Fault{Status: http.StatusForbidden, Message: "Resource not accessible by integration"}))
	w.say(n, "sato", "/incident")
	w.settle()
	if w.status(n) != "" || len(w.issue(n).Labels) > 0 {
		t.Errorf("a refused /incident made an incident:\n%s", w.visible(n))
	}
}

// TestResolvedAgain: /resolved closes what somebody without the role reopened.
func TestResolvedAgain(t *testing.T) {
	w := newWorld(t, 1)
	n := w.night(wholeNight)
	w.must(w.hub.Reopen(repo, n, "yamamoto"))
	w.hub.SetRole(repo, "yamamoto", "read")
	w.settle()
	w.clock.Advance(time.Minute)
	w.say(n, "tanaka", "/resolved")
	w.settle()
	if w.issue(n).State != "closed" {
		t.Errorf("/resolved got its 👍 and did not close:\n%s", w.visible(n))
	}
}

// TestEarlierCloseUnknown: an earlier closing whose reason GitHub does not tell is not taken for a resolution.
func TestEarlierCloseUnknown(t *testing.T) {
	w := newWorld(t, 1)
	n := w.night(1)
	w.must(w.hub.Close(repo, n, "tanaka", "not_planned"))
	w.clock.Advance(2 * time.Second)
	w.must(w.hub.Reopen(repo, n, "tanaka"))
	w.settle()
	if strings.Contains(w.visible(n), "resolved once") {
		t.Errorf("never resolved:\n%s", w.visible(n))
	}
}

// TestDoubleSlash: two slashes are a comment in many languages, and no command.
func TestDoubleSlash(t *testing.T) {
	w := newWorld(t, 1)
	n := w.night(1)
	w.say(n, "tanaka", "//resolved")
	w.settle()
	if w.issue(n).State != "open" {
		t.Errorf("//resolved closed the incident")
	}
}

// TestLabelNotFound: where GitHub will not let us label, the rest goes on.
func TestLabelNotFound(t *testing.T) {
	w := newWorld(t, 1)
	w.hub.Fault(fakehub.Matching(1000, http.MethodPost, "/issues/1/labels", fakehub.Fault{Status: http.StatusNotFound}))
	n := w.open("sato", "[incident] checkout is blank")
	w.settle()
	if w.status(n) == "" {
		t.Errorf("nothing was said, and no error: %v", w.failures())
	}
}

// TestFalseAlarmUnmeasured: a false alarm shows no durations.
func TestFalseAlarmUnmeasured(t *testing.T) {
	w := newWorld(t, 1)
	n := w.night(5)
	w.say(n, "tanaka", "/false-alarm")
	w.settle()
	if strings.Contains(w.status(n), "TTM 20 min") {
		t.Errorf("%s", w.status(n)[:500])
	}
}

// TestAckCorrectionKeepsLead: correcting the time changes nobody's role.
func TestAckCorrectionKeepsLead(t *testing.T) {
	w := newWorld(t, 1)
	n := w.night(1)
	w.clock.Advance(5 * time.Minute)
	w.say(n, "suzuki", "/ack 4m ago")
	w.settle()
	w.wants(w.status(n), "lead tanaka")
}

// TestReopenedIsNotMitigated: reopened, customers may be affected again.
func TestReopenedIsNotMitigated(t *testing.T) {
	w := newWorld(t, 1)
	n := w.night(wholeNight)
	w.clock.Advance(time.Hour)
	w.must(w.hub.Reopen(repo, n, "tanaka"))
	w.settle()
	if strings.Contains(w.status(n), "· customers no longer affected") {
		t.Errorf("reopened, and says: %s", strings.SplitN(w.status(n), "\n", 3)[1])
	}
}

// TestSeverityByLabels: people who change the severity by labels do not use up our right to set them.
func TestSeverityByLabels(t *testing.T) {
	w := newWorld(t, 1)
	n := w.night(2)
	for _, l := range []string{"sev1", "sev3"} {
		w.must(w.hub.CreateLabel(repo, "yamamoto", l, "b60205"))
	}
	// people change the severity by label, as they are used to
	for _, step := range [][2]string{{"sev2", "sev1"}, {"sev1", "sev2"}, {"sev2", "sev3"}} {
		w.must(w.hub.Label(repo, n, "tanaka", step[1]))
		w.must(w.hub.Unlabel(repo, n, "tanaka", step[0]))
		w.settle()
		w.clock.Advance(time.Minute)
	}
	w.say(n, "tanaka", "/sev 2")
	w.settle()
	if got := fmt.Sprint(w.issue(n).Labels); !strings.Contains(got, "sev2") {
		t.Errorf("/sev 2 leaves the labels %s", got)
	}
}

// TestRebuildIsCheap: rebuilding a record gives no reaction twice.
func TestRebuildIsCheap(t *testing.T) {
	w := newWorld(t, 1)
	n := w.night(wholeNight)
	w.forge(n)
	w.hub.ResetCounts()
	w.settle()
	if got := w.writes(); got > 1 {
		t.Errorf("%d writes to rebuild a record: %v", got, w.hub.Counts().ByRoute)
	}
}

// TestNewSlipIsAnswered: a slip after a deleted status comment is a new one.
func TestNewSlipIsAnswered(t *testing.T) {
	w := newWorld(t, 1)
	n := w.night(1)
	w.must(w.hub.DeleteComment(repo, w.statusID(n), "yamamoto"))
	w.say(n, "suzuki", "/resolvd")
	w.settle()
	w.wants(w.visible(n), "I could not read")
}

// TestDecidedSeverityWins: a decided severity stands alone, whatever label a form brought.
func TestDecidedSeverityWins(t *testing.T) {
	w := newWorld(t, 1)
	w.addRepo(open, false)
	w.hub.AddUser("stranger")
	for _, label := range []string{"incident", "sev1"} {
		w.must(w.hub.CreateLabel(open, "yamamoto", label, "d4a017"))
	}
	n, err := w.hub.OpenIssue(open, "stranger", fakehub.NewIssue{Title: "x", Labels: []string{"incident", "sev1"}, FromForm: true})
	w.must(err)
	w.settle()
	w.clock.Advance(time.Minute)
	w.sayIn(n, "tanaka", "/sev 3")
	w.settle()
	v, _ := w.hub.Issue(open, n)
	if got := fmt.Sprint(v.Labels); strings.Contains(got, "sev1") {
		t.Errorf("SEV3, labels %s", got)
	}
}

// TestSlowRebuildKeepsLease: a rebuild that reads longer than a lease keeps it.
func TestSlowRebuildKeepsLease(t *testing.T) {
	w := newWorld(t, 1)
	n := w.night(1)
	for i := range 120 {
		w.say(n, "suzuki", fmt.Sprintf("/note %d", i))
		w.clock.Advance(time.Second)
	}
	w.settle()
	w.forge(n)
	stolen := 0
	w.hurdle = func(r *http.Request) error {
		w.clock.Advance(300 * time.Millisecond) // as a real request takes
		if _, _, ok, _ := w.store.Claim(context.Background(), 30*time.Second, nil); ok {
			stolen++
		}
		return nil
	}
	for range 200 {
		w.deliver()
		if worked, _, _ := w.engine.Step(context.Background()); !worked {
			w.clock.Advance(time.Second)
		}
	}
	if !strings.Contains(w.status(n), "Rebuilt") {
		t.Errorf("not rebuilt; stolen %d times", stolen)
	}
}

// TestRenamedLaterWiped: the same with the database deleted afterwards.
func TestRenamedLaterWiped(t *testing.T) {
	w := newWorld(t, 1)
	n := w.open("suzuki", "checkout is blank")
	w.settle()
	w.say(n, "tanaka", "/resolved")
	w.settle()
	w.clock.Advance(30 * time.Minute)
	w.say(n, "tanaka", "plain")
	w.settle()
	title := "[incident] checkout is blank"
	w.must(w.hub.EditIssue(repo, n, "suzuki", fakehub.Edit{Title: &title}))
	w.settle()
	before := w.issue(n).State
	w.start()
	w.must(w.engine.Start(context.Background()))
	w.settle()
	if after := w.issue(n).State; before != after {
		t.Errorf("deleting the database turned %s into %s", before, after)
	}
}

// TestDuplicateOfNothing: a slip of the finger must not close a live incident.
func TestDuplicateOfNothing(t *testing.T) {
	w := newWorld(t, 1)
	n := w.night(1)
	w.say(n, "tanaka", "/duplicate-of #4242")
	w.settle()
	if w.issue(n).State != "open" {
		t.Error("closed for an incident that is not there")
	}
	w.wants(w.status(n), "In progress", "#4242 is no incident that this one could join")
}

// TestWithoutBlank: nobody types the blank before a number at night, and
// Japanese has none.
func TestWithoutBlank(t *testing.T) {
	w := newWorld(t, 1)
	n := w.night(0)
	w.say(n, "tanaka", "/sev1")
	w.settle()
	w.wants(w.status(n), "SEV1")
	w.say(n, "tanaka", "／重大度２")
	w.settle()
	w.wants(w.status(n), "SEV2")
	w.say(n, "suzuki", "/対応開始しました")
	w.settle()
	w.wants(w.visible(n), "Did you mean `/ack`?")
}
