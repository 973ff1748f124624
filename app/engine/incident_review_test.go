package engine_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
)

// What a review of the incident rules found wrong, as what must hold instead, of
// all that takes more than deciding once.

const (
	policyFile = ".github/kintsugi.yml"
	// reviewed calls Tanaka, then Yamamoto.
	reviewed = "language: en\ntime_zone: Asia/Tokyo\nincident: {notify: [\"@tanaka\"], escalate: [\"@yamamoto\"]}\n"
)

// reviewWorld has a private and a public repository, both with this policy.
func reviewWorld(t *testing.T, settings string) *world {
	w := newWorld(t, 1, withoutSweeps)
	w.addRepo(public, false)
	w.hub.AddUser("stranger")
	w.hub.SetRole(repo, "kato", "read")
	w.hub.SetRole(repo, "boss", "admin")
	for _, name := range []string{repo, public} {
		w.hub.PutFile(name, policyFile, settings)
		w.must(w.hub.CreateLabel(name, "yamamoto", "incident", "d4a017"))
		w.must(w.hub.CreateLabel(name, "yamamoto", "near-miss", "e8d8a0"))
	}
	return w
}

// paged is whom we called on an issue, in order.
func (w *world) paged(name string, n int) (who []string) {
	for _, m := range w.hub.Mentions() {
		if m.ByApp && m.Repo == name && m.Issue == n {
			who = append(who, m.Who)
		}
	}
	return who
}

func (w *world) wantsPaged(name string, n int, want ...string) {
	w.t.Helper()
	if got := w.paged(name, n); !slices.Equal(got, want) {
		w.t.Errorf("called were %v, want %v", got, want)
	}
}

// opens writes an issue anywhere, and lets the program see it.
func (w *world) opens(name, by, title, body string) int {
	w.t.Helper()
	n, err := w.hub.OpenIssue(name, by, fakehub.NewIssue{Title: title, Body: body})
	w.must(err)
	w.catchUp()
	return n
}

// tells comments anywhere, and lets the program see it.
func (w *world) tells(name string, n int, by, body string) {
	w.t.Helper()
	w.waits(20 * time.Second)
	_, err := w.hub.Comment(name, n, by, body)
	w.must(err)
	w.catchUp()
}

// said is the present text of all our comments, without the record.
func (w *world) said(name string, n int) string {
	v, _ := w.hub.Issue(name, n)
	var b strings.Builder
	for _, c := range v.Comments {
		if c.Author == "kintsugi[bot]" {
			b.WriteString(hidden.ReplaceAllString(c.Body, "") + "\n")
		}
	}
	return b.String()
}

func (w *world) wantsNone(text string, parts ...string) {
	w.t.Helper()
	for _, p := range parts {
		if strings.Contains(text, p) {
			w.t.Errorf("%q must not stand in:\n%s", p, text)
		}
	}
}

// TestStrangerCallsNobody: in a public repository a stranger calls nobody, by
// whatever way round, and not after twenty minutes either.
func TestStrangerCallsNobody(t *testing.T) {
	for name, story := range map[string]struct{ title, body, comment string }{
		"in the body":                {"hello", "/near-miss\n/incident", ""},
		"in a comment":               {"hello", "", "/near-miss\n/incident"},
		"a title, then a comment":    {"[near miss] hello", "", "/incident"},
		"a title, then the body":     {"[near miss] hello", "/incident", "/started 10m ago"},
		"an incident, then the turn": {"[incident] hello", "", "/near-miss\n/incident\n/reach 60 contacts"},
	} {
		t.Run(name, func(t *testing.T) {
			w := reviewWorld(t, reviewed)
			n := w.opens(public, "stranger", story.title, story.body)
			if story.comment != "" {
				w.tells(public, n, "stranger", story.comment)
			}
			for range 25 {
				w.waits(time.Minute)
			}
			w.wantsPaged(public, n)
			w.wants(w.said(public, n), "Reported, unconfirmed")
			w.tells(public, n, "suzuki", "/incident")
			w.wantsPaged(public, n, "tanaka")
		})
	}
}

// TestReferencesHideNoCommand: however many issues speak of an incident, what is
// said on it is read.
func TestReferencesHideNoCommand(t *testing.T) {
	w := reviewWorld(t, reviewed)
	n := w.opens(repo, "sato", "[incident] checkout is blank", "")
	for i := range 45 {
		_, err := w.hub.OpenIssue(repo, "kato", fakehub.NewIssue{Title: fmt.Sprintf("thought %d", i), Body: fmt.Sprintf("see #%d", n)})
		w.must(err)
	}
	for range 10 {
		w.catchUp()
	}
	w.tells(repo, n, "tanaka", "/ack")
	w.wants(w.status(n), "In progress", "lead tanaka")
	if err := w.failures(); err != nil {
		t.Error(err)
	}
}

// TestJoinedCounts: what the reports know that joined an incident counts there,
// the earliest time of several, and stays when customers are no longer affected.
func TestJoinedCounts(t *testing.T) {
	w := reviewWorld(t, reviewed)
	w.at(3, 2)
	first := w.opens(repo, "sato", "[incident] checkout is blank", "")
	w.tells(repo, first, "tanaka", "/ack")
	reports := map[string]int{}
	for _, started := range []string{"2:50", "2:40", "2:45"} {
		n := w.opens(repo, "kato", "[incident] the shop is blank", "")
		w.tells(repo, n, "kato", "/started "+started+"\n/detected 2:55\n/reach 60 contacts")
		w.tells(repo, n, "tanaka", fmt.Sprintf("/duplicate-of #%d", first))
		reports[started] = n
	}
	earliest := []string{
		fmt.Sprintf("tarted [02:40](%s) (from #%d)", w.issue(reports["2:40"]).URL, reports["2:40"]), "detected [02:55]", "SEV1",
	}
	w.waits(time.Minute)
	w.wants(w.status(first), append(earliest, "60 support contacts")...)
	w.at(3, 31)
	w.tells(repo, first, "tanaka", "/mitigated 3:30")
	w.wants(w.status(first), append(earliest, "mitigated", "TTM 50 min")...)
	if labels := w.issue(first).Labels; !slices.Contains(labels, "sev1") {
		t.Errorf("labels %v, want sev1 to stay", labels)
	}
	w.at(3, 41)
	w.tells(repo, first, "tanaka", "/resolved 3:40")
	w.wants(w.status(first), append(earliest, "TTR 1 h")...)
}

// TestUnreachableFirstLine: where the first line is a team that cannot be read,
// the second is called by the first comment, once, and a day of waiting costs few
// runs.
func TestUnreachableFirstLine(t *testing.T) {
	w := reviewWorld(t, strings.Replace(reviewed, "@tanaka", "@acme/oncall", 1))
	n := w.opens(repo, "sato", "[incident] checkout is blank", "")
	w.wants(w.status(n), "@yamamoto, please take a look.", "Not called: `acme/oncall`")
	if len(w.ours(n)) != 1 {
		t.Errorf("%d comments, want the call in the first", len(w.ours(n)))
	}
	w.runs = nil
	for range 24 * 12 {
		w.waits(5 * time.Minute)
	}
	w.wantsPaged(repo, n, "yamamoto")
	runs := 0
	for _, r := range w.runs {
		if r.Key == fmt.Sprintf("%s#%d", repo, n) {
			runs++
		}
	}
	if runs > 10 {
		t.Errorf("%d runs in a day in which nothing happened", runs)
	}
	if err := w.failures(); err != nil {
		t.Error(err)
	}
}

// TestWaitingCostsFewRuns: an incident that nobody takes up calls both lines once
// and then rests.
func TestWaitingCostsFewRuns(t *testing.T) {
	w := reviewWorld(t, reviewed)
	n := w.opens(repo, "sato", "[incident] checkout is blank", "")
	w.runs = nil
	for range 24 * 12 {
		w.waits(5 * time.Minute)
	}
	w.wantsPaged(repo, n, "tanaka", "yamamoto")
	if len(w.runs) > 20 { // with the few of our chores
		t.Errorf("%d runs in a day in which nothing happened", len(w.runs))
	}
}

// TestServiceAfterTheCall: whom it turns out to concern after the call is called
// once, and "Called" names who was called, not who would be by now.
func TestServiceAfterTheCall(t *testing.T) {
	const settings = reviewed + "services: {payments: {owners: [\"@suzuki\"]}, search: {}}\n"
	routed := strings.Replace(settings, "incident: {", "incident: {routes: [{service: payments, notify: [\"@suzuki\"]}], ", 1)
	w := reviewWorld(t, routed)
	n := w.opens(repo, "sato", "[incident] it is blank", "")
	w.wantsPaged(repo, n, "tanaka")
	w.tells(repo, n, "sato", "/service payments")
	w.wantsPaged(repo, n, "tanaka", "suzuki")
	if ours := w.ours(n); len(ours) != 2 || !strings.Contains(ours[1].Body, "kintsugi:incident.rerouted") {
		t.Errorf("want one comment more, incident.rerouted\n%s", w.visible(n))
	}
	w.tells(repo, n, "suzuki", "/service search")
	w.tells(repo, n, "suzuki", "/service payments")
	w.wantsPaged(repo, n, "tanaka", "suzuki")
	w.wants(w.status(n), "Called: tanaka · suzuki")

	w.hub.PutFile(repo, policyFile, strings.Replace(routed, "\"@tanaka\"", "\"@kato\"", 1))
	w.tells(repo, n, "suzuki", "/service search\n/note who looks after it now")
	w.wants(w.status(n), "Called: tanaka · suzuki")
	w.wantsNone(w.status(n), "Called: kato")
}

// TestClosedByMistake: an incident closed before anybody started, and reopened,
// waits anew; a near miss that was closed and reopened was never resolved.
func TestClosedByMistake(t *testing.T) {
	w := reviewWorld(t, reviewed)
	n := w.opens(repo, "sato", "[incident] checkout is blank", "")
	w.waits(time.Minute)
	w.must(w.hub.Close(repo, n, "suzuki", "completed"))
	w.catchUp()
	w.waits(time.Hour)
	w.must(w.hub.Reopen(repo, n, "suzuki"))
	w.catchUp()
	w.wants(w.status(n), "Waiting for a responder", "Called: tanaka")
	w.wantsNone(w.said(repo, n), "Nobody was called")
	for range 9 {
		w.waits(time.Minute)
	}
	w.wantsPaged(repo, n, "tanaka")
	for range 2 {
		w.waits(time.Minute)
	}
	w.wantsPaged(repo, n, "tanaka", "yamamoto")

	near := w.opens(repo, "sato", "[near miss] the backup had stopped", "")
	w.waits(time.Minute)
	w.must(w.hub.Close(repo, near, "suzuki", "completed"))
	w.catchUp()
	w.waits(time.Minute)
	w.must(w.hub.Reopen(repo, near, "suzuki"))
	w.catchUp()
	w.wantsPaged(repo, near)
	w.tells(repo, near, "suzuki", "/promote")
	w.wantsPaged(repo, near, "tanaka")
	w.wantsNone(w.said(repo, near), "esolved once", "Nobody was called")
}

// TestOpeningIsKept: what an opening says counts, also where the issue became an
// incident only later.
func TestOpeningIsKept(t *testing.T) {
	w := reviewWorld(t, reviewed)
	w.at(3, 1)
	n := w.opens(repo, "sato", "help", "8 support contacts so far. Noticed at 2:55.")
	w.at(3, 4)
	w.tells(repo, n, "sato", "/incident")
	w.wants(w.status(n), "Waiting for a responder · SEV2", "8 support contacts; the line is 5", "etected [02:55]")

	const form = "### What is happening?\n\nThe export of Hanako's account holds others' names, 60 contacts\n\n### Since when?\n\n2:40\n\n### How far does it reach?\n\n60 support contacts\n\n" +
		"### Does it concern personal data or a legal duty?\n\n- [X] Personal data may be concerned\n- [ ] I don't know\n"
	for _, pause := range []time.Duration{0, time.Second} {
		n, err := w.hub.OpenIssue(public, "stranger", fakehub.NewIssue{Title: "the export is wrong", Body: form})
		w.must(err)
		if pause > 0 { // we see it before the label
			w.catchUp()
		}
		w.clock.Advance(time.Second)
		w.must(w.hub.Label(public, n, "tanaka", "incident"))
		w.catchUp()
		w.wants(w.said(public, n), "This concerns personal data or a legal duty")
		w.wantsNone(w.said(public, n), "SEV", "60", "02:40", "contacts")
		v, _ := w.hub.Issue(public, n)
		if slices.Contains(v.Labels, "sev1") {
			t.Errorf("labels %v say how severe it is", v.Labels)
		}
	}
}

// TestHiddenEverywhere: of an incident that concerns personal data nothing is said
// where anybody can read it, by no comment of any moment and by no preview.
func TestHiddenEverywhere(t *testing.T) {
	never := []string{"SEV", "TTD", "TTA", "TTM", "TTR", "contact", "02:40", "Customers affected", "seconds", `"severity"`, "was raised"}
	w := reviewWorld(t, reviewed)
	w.at(3, 2)
	n := w.opens(public, "stranger", "[incident] hello", "1 support contact so far\n\n/confidential")
	for _, line := range []string{"/ack", "/sev 3", "/started 2:40", "/reach 60 contacts\n/sev 1", "/mitigated", "/resolved", "/false-alarm"} {
		w.tells(public, n, "tanaka", line)
		for range 5 {
			w.waits(20 * time.Second)
		}
		w.wantsNone(w.said(public, n), never...)
	}
	w.wants(w.said(public, n), "False alarm")

	w = reviewWorld(t, reviewed+"mode: observe\n")
	n = w.opens(public, "stranger", "[incident] hello", "60 support contacts so far\n\n/confidential")
	w.tells(public, n, "tanaka", "/ack\n/started 2:40\n/preview")
	w.wants(w.said(public, n), "This is what would be done here", "concerns personal data")
	for level := 1; level <= 4; level++ {
		never = append(never, fmt.Sprintf("label \"sev%d\" on", level))
	}
	w.wantsNone(w.said(public, n), never...)
}

// TestWhoMayHide: whoever only reported cannot hide an incident that somebody has
// taken up; who has the role can, and can show it again.
func TestWhoMayHide(t *testing.T) {
	w := reviewWorld(t, reviewed)
	n := w.opens(public, "stranger", "[incident] hello", "")
	w.tells(public, n, "tanaka", "/ack\n/reach 8 contacts")
	w.tells(public, n, "stranger", "/confidential")
	w.wants(w.said(public, n), "In progress · SEV2")
	w.tells(public, n, "stranger", "/reach 0 contacts")
	w.wants(w.said(public, n), "In progress · SEV2", "8 support contacts")
	w.tells(public, n, "tanaka", "/confidential")
	w.wantsNone(w.said(public, n), "SEV", "8 support contacts")
	w.tells(public, n, "stranger", "/confidential no")
	w.wantsNone(w.said(public, n), "SEV", "8 support contacts")
	w.tells(public, n, "tanaka", "/confidential no")
	w.wants(w.said(public, n), "In progress · SEV", "TTA")
	w.wantsNone(w.said(public, n), "where anybody can read them")
}

// TestJoiningSlips: /duplicate-of ends no incident but by joining another that
// goes its own way; and what has joined stays closed.
func TestJoiningSlips(t *testing.T) {
	w := reviewWorld(t, reviewed)
	one := w.opens(repo, "sato", "[incident] checkout is blank", "")
	two := w.opens(repo, "kato", "[incident] the shop is blank", "")
	ordinary := w.opens(repo, "kato", "a wish for spring", "")

	w.tells(repo, one, "tanaka", fmt.Sprintf("/duplicate-of #%d", ordinary))
	w.wants(w.status(one), "Waiting for a responder", fmt.Sprintf("#%d is no incident that this one could join", ordinary))
	w.tells(repo, two, "tanaka", fmt.Sprintf("/duplicate-of #%d", one))
	w.tells(repo, one, "tanaka", fmt.Sprintf("/duplicate-of #%d", two))
	w.waits(time.Minute)
	if a, b := w.issue(one).State, w.issue(two).State; a != "open" || b != "closed" {
		t.Errorf("#%d is %s and #%d %s, want the one that was joined open", one, a, two, b)
	}
	w.wants(w.status(two), fmt.Sprintf("Joined #%d", one))

	w.must(w.hub.DeleteIssue(repo, one, "boss"))
	w.catchUp()
	w.tells(repo, two, "kato", "/note it is quiet now")
	w.waits(11 * time.Minute)
	if got := w.issue(two).State; got != "closed" {
		t.Errorf("the duplicate is %s after what it joined was deleted", got)
	}
	w.wants(w.status(two), fmt.Sprintf("Joined #%d", one))
	w.wantsPaged(repo, two, "tanaka")
}

// TestJoiningBoth: two incidents that are told at once to join each other do not
// both end.
func TestJoiningBoth(t *testing.T) {
	w := reviewWorld(t, reviewed)
	one := w.opens(repo, "sato", "[incident] checkout is blank", "")
	two := w.opens(repo, "kato", "[incident] the shop is blank", "")
	w.say(one, "tanaka", fmt.Sprintf("/duplicate-of #%d", two))
	w.say(two, "suzuki", fmt.Sprintf("/duplicate-of #%d", one))
	for range 5 {
		w.waits(time.Minute)
	}
	if a, b := w.issue(one).State, w.issue(two).State; a == "closed" && b == "closed" {
		t.Errorf("both are closed\n%s\n%s", w.status(one), w.status(two))
	}
}

// TestNearMissByLabel: what triage labels a near miss is one, and nobody else is
// called, until somebody promotes it.
func TestNearMissByLabel(t *testing.T) {
	w := reviewWorld(t, reviewed)
	n := w.opens(repo, "sato", "[incident] checkout is blank", "")
	w.waits(time.Minute)
	w.must(w.hub.Label(repo, n, "tanaka", "near-miss"))
	w.catchUp()
	for range 30 {
		w.waits(time.Minute)
	}
	w.wantsPaged(repo, n, "tanaka")
	w.wants(w.status(n), "Near miss")
	if got := w.issue(n).Labels; !slices.Equal(got, []string{"near-miss"}) {
		t.Errorf("labels %v, want near-miss", got)
	}
	w.tells(repo, n, "tanaka", "/promote")
	w.wants(w.status(n), "Waiting for a responder")
	if got := w.issue(n).Labels; !slices.Equal(got, []string{"incident"}) {
		t.Errorf("labels %v, want incident", got)
	}
	for range 12 {
		w.waits(time.Minute)
	}
	w.wantsPaged(repo, n, "tanaka", "yamamoto")
	if err := w.failures(); err != nil {
		t.Error(err)
	}
}

// TestTroubleCallsAnyway: while GitHub cannot list releases, deployments or files,
// people are called all the same, and what these show stands there once it can.
func TestTroubleCallsAnyway(t *testing.T) {
	const runbook = "---\nkeywords: [checkout, blank]\n---\n# Checkout triage\n\nWhat to do when the checkout does not open.\n"
	lines := map[string]string{"/releases": "release `v1`", "/deployments": "deployment `", "/git/trees": "Runbook: "}
	for path, line := range lines {
		for _, lasts := range []time.Duration{time.Minute, 40 * time.Minute} {
			t.Run(fmt.Sprintf("%s for %s", path, lasts), func(t *testing.T) {
				w := newWorld(t, 1)
				w.hub.SetPermissions("acme", map[string]string{"metadata": "read", "issues": "write", "contents": "read", "members": "read", "deployments": "read"})
				w.hub.PutFile(repo, policyFile, strings.Replace(reviewed, "incident: {", "incident: {runbooks: [docs/runbooks], ", 1))
				w.hub.PutFile(repo, "docs/runbooks/checkout.md", runbook)
				w.must(w.hub.Release(repo, "v1", "yamamoto"))
				w.must(w.hub.Deploy(repo, "production", "main", "yamamoto"))
				w.waits(time.Minute)
				end := w.hub.Fault(func(r *http.Request) *fakehub.Fault {
					if strings.Contains(r.URL.Path, path) {
						return &fakehub.Fault{Status: http.StatusBadGateway}
					}
					return nil
				})
				n := w.opens(repo, "sato", "[incident] checkout is blank", "")
				w.wantsPaged(repo, n, "tanaka")
				w.wantsNone(w.status(n), line)
				for range int(lasts / time.Minute) {
					w.waits(time.Minute)
				}
				w.wantsNone(w.status(n), line)
				end()
				for range 15 {
					w.waits(time.Minute)
				}
				w.wants(w.status(n), line)
				w.wants(w.status(n), slices.Collect(maps.Values(lines))...)
			})
		}
	}
}
