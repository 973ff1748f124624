package engine_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
)

const open = "acme/site" // a public repository

// TestStranger: in a public repository somebody who may only read reports.
// Nobody is mentioned and nothing is decided until somebody with the role acts.
func TestStranger(t *testing.T) {
	for name, issue := range map[string]fakehub.NewIssue{
		"by title":          {Title: "[incident] site is down"},
		"by form and label": {Title: "site is down", Labels: []string{"incident", "sev1"}, FromForm: true},
		"by body":           {Title: "site is down", Body: "/incident\n/sev 1\nplease hurry"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, 1)
			w.addRepo(open, false)
			w.hub.AddUser("stranger")
			for _, label := range []string{"incident", "sev1"} {
				w.must(w.hub.CreateLabel(open, "yamamoto", label, "d4a017"))
			}
			n, err := w.hub.OpenIssue(open, "stranger", issue)
			w.must(err)
			w.settle()
			v, _ := w.hub.Issue(open, n)
			w.wants(v.Comments[0].Body, "**Reported, unconfirmed · severity undecided**", "confirms with `/incident`")
			if got := len(w.hub.Mentions()); got != 0 {
				t.Errorf("%d mentions for a stranger's report: %v", got, w.hub.Mentions())
			}
			if got := fmt.Sprint(v.Labels); strings.Contains(got, "sev") && !issue.FromForm {
				t.Errorf("labels %s", got)
			}
			for _, e := range v.Events {
				if e.ByApp && strings.HasPrefix(e.Label, "sev") {
					t.Errorf("the app set %s for a stranger", e.Label)
				}
			}
			_, err = w.hub.Comment(open, n, "tanaka", "/incident")
			w.must(err)
			w.settle()
			v, _ = w.hub.Issue(open, n)
			w.wants(v.Comments[0].Body, "**Waiting for a responder")
			if got := len(w.hub.Mentions()); got != 2 {
				t.Errorf("%d mentions once confirmed, want 2", got)
			}
		})
	}
}

// TestRoles holds every command against every role, as the table in the
// documentation of manners has it. The reporter is Sato.
func TestRoles(t *testing.T) {
	if testing.Short() {
		t.Skip("long, and in one thread: nothing for the race detector")
	}
	t.Parallel()
	// The least role on somebody else's report, and on one's own.
	for command, least := range map[string]struct{ other, own string }{
		"/incident":           {"read", "none"},
		"/ack":                {"triage", "triage"},
		"/sev 2":              {"triage", "triage"},
		"/started 1m ago":     {"triage", "none"},
		"/detected 1m ago":    {"triage", "none"},
		"/mitigated":          {"triage", "triage"},
		"/resolved":           {"triage", "triage"},
		"/note it is the cdn": {"read", "none"},
		"/false-alarm":        {"triage", "none"},
		"/duplicate-of #1":    {"triage", "triage"},
		"/adopt":              {"maintain", "maintain"},
		"/help":               {"none", "none"},
	} {
		t.Run(strings.Fields(command)[0], func(t *testing.T) {
			order := []string{"none", "read", "triage", "write", "maintain", "admin"}
			rank := func(role string) int { return strings.Index("none read triage write maintain admin", role) }
			w := newWorld(t, 1)
			w.addRepo(open, false)
			for _, role := range order {
				if role == "none" {
					continue // in a public repository everybody may read
				}
				for own, reporter := range map[bool]string{true: "somebody", false: "sato"} {
					w.hub.SetRole(open, "somebody", role)
					n, err := w.hub.OpenIssue(open, reporter, fakehub.NewIssue{Title: "[incident] site is down"})
					w.must(err)
					w.settle()
					_, err = w.hub.Comment(open, n, "somebody", command)
					w.must(err)
					w.settle()
					v, _ := w.hub.Issue(open, n)
					want, need := "confused", least.other
					if own {
						need = least.own
					}
					if rank(role) >= rank(need) {
						want = "+1"
					}
					got := ""
					for _, c := range v.Comments {
						if c.Author == "somebody" && len(c.Reactions) > 0 {
							got = c.Reactions[0].Content
						}
					}
					if got != want {
						t.Errorf("%s by %s (own report: %t) got %q, want %q", command, role, own, got, want)
					}
				}
			}
		})
	}
}

// TestRepliesOnce: one reply a person and issue, then 😕 alone; foreign words
// are ignored, near misses of ours are not.
func TestRepliesOnce(t *testing.T) {
	w := newWorld(t, 1)
	n := w.night(0)
	for _, body := range []string{"/resolvd", "/ackk", "/sev x", "/shrug", "/usr/bin/env is missing", "```\n/ack\n```", "> /ack"} {
		w.say(n, "tanaka", body)
		w.settle()
	}
	w.say(n, "suzuki", "/mitigatd")
	w.settle()
	if got := len(w.ours(n)); got != 3 {
		t.Errorf("%d comments of ours, want the status and a reply for each of two people\n%s", got, w.visible(n))
	}
	w.wants(w.visible(n), "I could not read `/resolvd`. Did you mean `/resolved`?", "I could not read `/mitigatd`.")
	confused := strings.Count(w.visible(n), "confused")
	if confused != 3 { // "/ackk" is too short to be told from somebody else's word
		t.Errorf("%d comments got 😕, want 3\n%s", confused, w.visible(n))
	}
}

// TestClosedWithoutRole: the issue stays as the person left it, no milestone is
// set, and the status says so.
func TestClosedWithoutRole(t *testing.T) {
	w := newWorld(t, 1)
	n := w.night(1)
	w.must(w.hub.Close(repo, n, "sato", "completed")) // the author may close, and only reads
	w.settle()
	w.wants(w.status(n), "Closed, not confirmed as resolved")
	if w.issue(n).State != "closed" || strings.Contains(w.status(n), "resolved [") {
		t.Errorf("state %s\n%s", w.issue(n).State, w.status(n))
	}
	w.say(n, "tanaka", "/resolved")
	w.settle()
	w.wants(w.status(n), "**Resolved")
}

// TestGestures: GitHub's own buttons count, with the role of their command.
func TestGestures(t *testing.T) {
	w := newWorld(t, 1)
	n := w.night(2)
	w.must(w.hub.Close(repo, n, "tanaka", "completed"))
	w.settle()
	w.wants(w.status(n), "**Resolved · SEV2")
	w.must(w.hub.Reopen(repo, n, "tanaka"))
	w.settle()
	w.wants(w.status(n), "In progress", "reopened [")
	w.wants(w.visible(n), "This was resolved once and is no longer")
	w.must(w.hub.Close(repo, n, "tanaka", "not_planned"))
	w.settle()
	w.wants(w.status(n), "False alarm", "not measured")
	w.must(w.hub.Reopen(repo, n, "tanaka"))
	w.settle()
	w.must(w.hub.Close(repo, n, "tanaka", "duplicate"))
	w.settle()
	w.wants(w.status(n), "Closed as a duplicate", "which incident does it join?")
	original := w.open("sato", "[incident] the payment API is down")
	w.say(n, "tanaka", fmt.Sprintf("Duplicate of #%d", original))
	w.settle()
	w.wants(w.status(n), fmt.Sprintf("Joined #%d", original))
	w.must(w.hub.CreateLabel(repo, "yamamoto", "sev1", "b60205"))
	w.must(w.hub.Label(repo, n, "tanaka", "sev1"))
	w.settle()
	if got := fmt.Sprint(w.issue(n).Labels); !strings.Contains(got, "sev1") || strings.Contains(got, "sev2") {
		t.Errorf("labels %s: the label that a person set counts as /sev 1", got)
	}
}

// TestPastIsLeftAlone: installed on 300 old incidents and postmortems, a week of
// sweeps and restarts writes nothing.
func TestPastIsLeftAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1)
	w.addRepo("acme/past", true)
	past := 300
	if testing.Short() {
		past = 60
	}
	for i := range past {
		labels := []string{"incident"}
		if i%3 == 0 {
			labels = []string{"postmortem"}
		}
		n, err := w.hub.OpenIssue("acme/past", "suzuki", fakehub.NewIssue{
			Title: []string{"[incident] old", "【障害】決済", "Postmortem: cache", "old"}[i%4], Body: "/incident\n/sev 1", Labels: labels,
		})
		w.must(err)
		if i%2 == 0 {
			_, err = w.hub.Comment("acme/past", n, "tanaka", "/resolved")
			w.must(err)
		}
		if i%5 == 0 {
			w.must(w.hub.Close("acme/past", n, "tanaka", "completed"))
		}
	}
	w.clock.Advance(6 * time.Hour)
	w.hub.Uninstall("acme") // and installed today, on a team with a past
	w.install = w.hub.Install("acme", time.Time{})
	w.hub.TakeDeliveries()
	w.hub.ResetCounts()
	for range 7 {
		w.start()
		w.must(w.engine.Start(context.Background()))
		w.settle()
		w.clock.Advance(24 * time.Hour)
	}
	if got := w.writes(); got != 0 {
		t.Errorf("%d writes on a team's past: %v", got, w.hub.Counts())
	}
	// A command of somebody who may declare takes one up all the same.
	_, err := w.hub.Comment("acme/past", 2, "tanaka", "/ack")
	w.must(err)
	w.settle()
	v, _ := w.hub.Issue("acme/past", 2)
	if len(v.Comments) != 2 {
		t.Errorf("an old incident that somebody acknowledges is taken up; got %d comments", len(v.Comments))
	}
}

// TestSwitchedOff: enabled: false stops every write.
func TestSwitchedOff(t *testing.T) {
	w := newWorld(t, 1)
	w.hub.PutFile(repo, ".github/kintsugi.yml", "enabled: false\n")
	w.settle()
	w.hub.ResetCounts()
	n := w.open("sato", "[incident] checkout is blank")
	w.say(n, "tanaka", "/ack")
	w.settle()
	if got := w.writes(); got != 0 {
		t.Errorf("%d writes though switched off", got)
	}
}

// writes are those of the App but for its tokens.
func (w *world) writes() int {
	c := w.hub.Counts()
	for route, n := range c.ByRoute {
		if strings.HasSuffix(route, "/access_tokens") {
			c.Writes -= n
		}
	}
	return c.Writes
}

// TestBudget keeps the table in docs/notifications.md: the untroubled incident
// costs at most 16 writes and 45 requests warm, 2 new comments and 1 call.
func TestBudget(t *testing.T) {
	w := newWorld(t, 1)
	w.night(wholeNight) // warms caches and makes the labels
	w.hub.ResetCounts()
	mentions := len(w.hub.Mentions())
	w.hub.RecordExchanges(false)
	w.hub.RecordExchanges(true)
	n := w.open("sato", "[incident] checkout is blank")
	rows := []string{w.costs("opened, by its title")}
	for _, s := range [][2]string{{"tanaka", "/ack"}, {"tanaka", "/sev 2"}, {"tanaka", "/mitigated"}, {"tanaka", "/resolved"}} {
		w.say(n, s[0], s[1])
		rows = append(rows, w.costs("`"+s[1]+"`"))
	}
	c := w.hub.Counts()
	rows = append(rows, fmt.Sprintf("| **all** | %d | %d | %d |", c.Reads, c.Writes, len(w.ours(n))))
	if c.Writes > 16 || c.Requests > 45 || len(w.ours(n)) != 2 {
		t.Errorf("%d writes (16), %d requests (45), %d comments of ours (2)", c.Writes, c.Requests, len(w.ours(n)))
	}
	calls := map[int64]bool{}
	for _, m := range w.hub.Mentions()[mentions:] {
		calls[m.Comment] = true
	}
	if len(calls) != 1 {
		t.Errorf("%d comments mention somebody, want 1", len(calls))
	}
	goldenTable(t, "../../docs/notifications.md", "budget", rows)

	w.hub.ResetCounts()
	w.must(w.store.Wake(context.Background(), engine.Live, fmt.Sprintf("%s#%d", repo, n)))
	_, _, _ = w.engine.Step(context.Background())
	if c := w.hub.Counts(); c.Writes != 0 {
		t.Errorf("a run with nothing to change wrote: %v", c)
	}
}

// costs runs what is due, without sweeps, and makes a row of what it cost.
func (w *world) costs(what string) string {
	w.t.Helper()
	before := w.hub.Counts()
	comments := before.CommentsCreated
	for range 5 {
		w.deliver()
		_, _, _ = w.engine.Step(context.Background())
	}
	after := w.hub.Counts()
	return fmt.Sprintf("| %s | %d | %d | %d |", what, after.Reads-before.Reads, after.Writes-before.Writes, after.CommentsCreated-comments)
}

// TestOwnWritesWakeNobody: 1,000 events of our own bot cause no run.
func TestOwnWritesWakeNobody(t *testing.T) {
	if testing.Short() {
		t.Skip("long, and in one thread: nothing for the race detector")
	}
	t.Parallel()
	w := newWorld(t, 1)
	n := w.night(1)
	runs := len(w.runs)
	w.hub.ResetCounts()
	for i := range 500 {
		_, err := w.hub.Comment(repo, n, "kintsugi[bot]", fmt.Sprintf("/ack %d", i))
		w.must(err)
		w.must(w.hub.Label(repo, n, "kintsugi[bot]", fmt.Sprintf("l%d", i)))
	}
	w.deliver()
	_, _, _ = w.engine.Step(context.Background())
	if len(w.runs) != runs {
		t.Errorf("%d runs for what we did ourselves", len(w.runs)-runs)
	}

}

// TestOpeningCountsOnce: what an edit brings into the title or the opening body
// is not read.
func TestOpeningCountsOnce(t *testing.T) {
	w := newWorld(t, 1)
	n, err := w.hub.OpenIssue(repo, "tanaka", fakehub.NewIssue{Title: "[incident] checkout is blank", Body: "/sev 3\n/started 5m ago\n/resolved"})
	w.must(err)
	w.settle()
	w.wants(w.status(n), "SEV3", "Started [")
	body := "/sev 3\n/sev 1\n/mitigated"
	w.must(w.hub.EditIssue(repo, n, "tanaka", fakehub.Edit{Body: &body}))
	w.settle()
	w.say(n, "tanaka", "/note looking")
	w.settle()
	w.wants(w.status(n), "SEV3")
	if strings.Contains(w.status(n), "no longer affected") {
		t.Error("an edit of the opening was executed")
	}
}
