package engine_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
	"github.com/kintsugi-app/kintsugi/workflows"
)

// withList is a world in which the action items of a postmortem became issues, here,
// in two private repositories and in a public one.
func withList(t *testing.T) *world {
	t.Helper()
	w := newWorld(t, 1, withFollowUps, withoutSweeps)
	tale := followUpTales["en"]
	w.addTeams(strings.Replace(tale.policy, "{owners: {\"@acme/infra\": acme/infra}}", "{owners: {\"@acme/infra\": acme/infra}, within: {sev2: 5 business days}}", 1))
	w.addRepo(openRepo, false)
	w.at(11, 0)
	m := w.written(tale.title, tale.heading+tale.rows+"| Tell customers sooner repo:acme/open | process | @suzuki | 2026-12-11 | |\n")
	w.at(12, 0)
	w.say(m, "suzuki", tale.approve)
	w.at(12, 1)
	return w
}

const openRepo = "acme/open"

// TestDigest: a command makes an issue a list, which is kept current every morning
// without a notification; the issue's own text is left alone.
func TestDigest(t *testing.T) {
	w := withList(t)
	n, err := w.hub.OpenIssue(repo, "tanaka", fakehub.NewIssue{Title: "Follow-ups of infra", Body: "/digest acme/incidents acme/pay acme/infra acme/open"})
	w.must(err)
	w.settle()
	w.must(w.hub.EditIssue(openRepo, 1, "yamamoto", fakehub.Edit{Title: new("Tell customers sooner")}))
	w.wants(w.status(n), "**Follow-ups · 4 open**", "In `acme/incidents`, `acme/pay`, `acme/infra`, `acme/open`")
	mentions := len(w.hub.Mentions())
	rehearsal := w.ownIn(repo)[0]
	w.until(time.Date(2026, 12, 7, 3, 0, 0, 0, time.UTC))
	w.wants(w.status(n), "**Follow-ups · 4 open, 1 overdue**",
		fmt.Sprintf("Overdue (1)\n- %s#%d Rehearse the rollback once a quarter · due Friday 4 December · tanaka", repo, rehearsal),
		"Due within 5 working days (2)\n- acme/infra#1 · due Thursday 10 December", "- acme/open#1 Tell customers sooner · due Friday 11 December · suzuki")
	if strings.Contains(w.status(n), "Renew certificates") {
		t.Error("the title of an issue in another private repository is quoted")
	}

	_, err = w.hub.Comment(repo, rehearsal, "suzuki", "/postpone 2027-01-15 waiting for staging")
	w.must(err)
	w.must(w.hub.Close(openRepo, 1, "suzuki", "completed"))
	w.catchUp()
	w.until(time.Date(2026, 12, 8, 3, 0, 0, 0, time.UTC))
	w.wants(w.status(n), "**Follow-ups · 3 open**", "Done in the last 7 days (1)\n- acme/open#1 Tell customers sooner · Monday 7 December · suzuki",
		fmt.Sprintf("Oldest open: %s#%d, since Thursday 26 November", repo, rehearsal), "severity unknown 1 of 2")
	v := w.issue(n)
	if v.Body != "/digest acme/incidents acme/pay acme/infra acme/open" || len(v.Comments) != 1 || fmt.Sprint(v.Labels) != "[follow-up-digest]" {
		t.Errorf("body %q, %d comments, labels %v", v.Body, len(v.Comments), v.Labels)
	}
	for _, m := range w.hub.Mentions()[mentions:] {
		if m.Repo == repo && m.Issue == n {
			t.Errorf("the list notified: %+v", m)
		}
	}

	edits := w.edits(n)
	w.until(time.Date(2026, 12, 8, 23, 0, 0, 0, time.UTC))
	if again := w.edits(n); again != edits {
		t.Errorf("%d edits on a day on which nothing changed", again-edits)
	}
	w.must(w.hub.Close(repo, n, "tanaka", "completed"))
	w.catchUp()
	w.wants(w.status(n), "this list has ended")
	w.until(time.Date(2026, 12, 20, 3, 0, 0, 0, time.UTC))
	for _, r := range w.runs {
		if r.Key == fmt.Sprintf("%s#%d", repo, n) && r.At.After(time.Date(2026, 12, 9, 12, 0, 0, 0, time.UTC)) {
			t.Errorf("a list that has ended was looked at %s", r.At)
		}
	}
}

// edits is how often the status comment was rewritten.
func (w *world) edits(n int) int { return w.ours(n)[0].Edits }

// TestDigestIsNoWayIn: what whoever asked cannot read is not asked for, and of what
// others here cannot read no word is shown.
func TestDigestIsNoWayIn(t *testing.T) {
	w := withList(t)
	w.hub.SetRole(infraRepo, "tanaka", "none")
	n, err := w.hub.OpenIssue(openRepo, "tanaka", fakehub.NewIssue{Title: "What is to be done", Body: "/digest acme/pay acme/infra rival/open"})
	w.must(err)
	asked := false
	w.hurdle = func(r *http.Request) error {
		asked = asked || r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/acme/infra/issues") && r.URL.Query().Get("labels") != ""
		return nil
	}
	w.settle()
	v, _ := w.hub.Issue(openRepo, n)
	text := v.Comments[0].Body
	w.wants(text, "**Follow-ups · 1 open**", "Oldest open: acme/pay#1", "Left out, because tanaka cannot read it or it is not there for me: `acme/infra`", "another owner: `rival/open`")
	if asked || strings.Contains(text, "certificate") || strings.Contains(text, "acme/infra#") {
		t.Errorf("asked %t\n%s", asked, text)
	}
	// Whoever may only read makes no list.
	n, err = w.hub.OpenIssue(openRepo, "sato", fakehub.NewIssue{Title: "What is to be done", Body: "/digest acme/pay"})
	w.must(err)
	w.settle()
	if v, _ := w.hub.Issue(openRepo, n); len(v.Comments) != 0 || len(v.Labels) != 0 {
		t.Errorf("%+v", v)
	}
}

// TestOwnIssuesRead: of so many open ones what they published is read, and no more.
func TestOwnIssuesRead(t *testing.T) {
	w := withList(t)
	rehearsal := w.ownIn(repo)[0]
	_, err := w.hub.Comment(repo, rehearsal, "suzuki", "/postpone 2027-01-15 waiting for staging")
	w.must(err)
	w.settle()
	for most, want := range []string{`{"due":"2026-12-04","type":"mitigate"}`, `{"due":"2027-01-15","type":"mitigate","moved":true,"first":"2026-12-04"}`} {
		answer, err := w.engine.Ask(t.Context(), repo, workflows.OwnIssuesAsk{Repo: repo, Label: "follow-up", Since: "2026-11-01", Most: most})
		w.must(err)
		if got := answer.Own[0].Summaries["followup"]; got != want || answer.Unread != 1-most {
			t.Errorf("reading %d: %s, %d unread", most, got, answer.Unread)
		}
	}
	// Without keys no record is believed, and so none is read.
	config := w.config()
	config.Keys = nil
	answer, err := engine.New(config).Ask(t.Context(), repo, workflows.OwnIssuesAsk{Repo: repo, Label: "follow-up", Since: "2026-11-01", Most: 5})
	w.must(err)
	if got := answer.Own[0].Summaries["followup"]; got != `{"due":"2026-12-04","type":"mitigate"}` || answer.Unread != 0 {
		t.Error(got)
	}
}
