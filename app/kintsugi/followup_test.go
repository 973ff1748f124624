package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/kintsugi-app/kintsugi/app/clock"
	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/app/githubapp"
	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
	"github.com/kintsugi-app/kintsugi/app/server"
	"github.com/kintsugi-app/kintsugi/app/store"
	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/followup"
	"github.com/kintsugi-app/kintsugi/workflows/policy"
	"github.com/kintsugi-app/kintsugi/workflows/words"
	"github.com/kintsugi-app/kintsugi/workflows/words/hostile"
)

// TestFollowUpScripts runs the program as people do. acme/incidents#1 is a postmortem
// that was accepted twenty days ago, and #2 nothing of ours. Of its items
// acme/pay#1 is overdue, acme/pay#2 was postponed, acme/infra#1 is done and
// acme/infra#2 will not be done.
func TestFollowUpScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "followup"),
		Setup: func(env *testscript.Env) error {
			hub := newFollowedUp(t)
			github := httptest.NewServer(hub)
			env.Defer(github.Close)
			env.Setenv("GITHUB", github.URL)
			env.Values[hubKey{}] = hub
			hub.ResetCounts()
			return os.WriteFile(filepath.Join(env.WorkDir, "key.pem"), hub.PrivateKeyPEM(), 0o600)
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){"exits": exits, "unwritten": unwritten},
	})
}

// unwritten holds that GitHub was asked, and not written to.
func unwritten(ts *testscript.TestScript, _ bool, _ []string) {
	c := hubOf(ts).Counts()
	for route, n := range c.ByRoute {
		if !strings.HasPrefix(route, "GET ") && !strings.HasSuffix(route, "/access_tokens") {
			ts.Fatalf("%d times %s", n, route)
		}
	}
	if c.Reads == 0 || c.CommentsCreated > 0 || c.IssuesCreated > 0 {
		ts.Fatalf("%+v", c)
	}
}

const followUpPolicy = `language: en
time_zone: Asia/Tokyo
postmortem: {reminders: false}
services: {payments: {repositories: [acme/pay], owners: ["@acme/infra"]}}
followup: {reminders: false, owners: {"@acme/infra": acme/infra}}
`

// newFollowedUp lets the App itself make the follow-ups.
func newFollowedUp(t *testing.T) *fakehub.Hub {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	now := clock.NewStepped(time.Now().Add(-20 * 24 * time.Hour))
	day := func(n int) string { return time.Now().AddDate(0, 0, n).Format(time.DateOnly) }
	hub := fakehub.New(fakehub.Options{Clock: now, RateLimit: -1, App: fakehub.App{ID: 7}})
	hub.AddOrg("acme", "infra")
	for _, name := range []string{"incidents", "pay", "infra", ".github", "bare"} {
		hub.AddRepo("acme", name, true)
		hub.PutFile("acme/"+name, ".github/kintsugi.yml", followUpPolicy)
		hub.SetRole("acme/"+name, "suzuki", "write")
		hub.SetRole("acme/"+name, "tanaka", "write")
	}
	install := hub.Install("acme", now.Now())
	app, err := githubapp.New(githubapp.Config{AppID: 7, PrivateKey: hub.PrivateKeyPEM(), BaseURL: "https://api.github.com", Clock: now, Transport: hub.Transport()})
	must(err)
	keys, err := engine.NewKeys(hub.PrivateKeyPEM())
	must(err)
	rules, err := engine.NewRules(server.Workflows())
	must(err)
	db, err := store.Open(context.Background(), ":memory:", 7, now, store.Relaxed())
	must(err)
	t.Cleanup(func() { _ = db.Close() })
	e := engine.New(engine.Config{
		Rules: rules, Reader: app, Places: app, Writer: app, Queue: db, Ledger: db, Marks: db, Journal: db, Deliveries: app, Keys: keys, Clock: now,
	})
	must(e.Start(context.Background()))
	settle := func() {
		t.Helper()
		now.Advance(2 * time.Minute)
		must(db.Wake(context.Background(), engine.Live, engine.SweepKey(install)))
		for end := now.Now().Add(5 * time.Minute); now.Now().Before(end); now.Advance(10 * time.Second) {
			for worked := true; worked; {
				var err error
				worked, _, err = e.Step(context.Background())
				must(err)
			}
		}
	}
	comment := func(repo string, n int, who, body string) {
		t.Helper()
		_, err := hub.Comment(repo, n, who, body)
		must(err)
	}
	_, err = hub.OpenIssue("acme/incidents", "tanaka", fakehub.NewIssue{Title: "[postmortem] Checkout was blank", Body: "## Action items\n\n" +
		"| Action | Type | Owner | Due | Repository |\n|---|---|---|---|---|\n" +
		"| =HYPERLINK(1) @all alert \a on *certificates* | detect | @suzuki | " + day(-3) + " | acme/pay |\n" +
		"| Rehearse the rollback | mitigate | @tanaka | " + day(-5) + " | acme/pay |\n" +
		"| Renew certificates automatically | prevent | @acme/infra | " + day(10) + " | |\n" +
		"| Move to another provider | prevent | @acme/infra | " + day(20) + " | |\n"})
	must(err)
	_, err = hub.OpenIssue("acme/incidents", "tanaka", fakehub.NewIssue{Title: "Tidy up", Labels: []string{"follow-up"}})
	must(err)
	settle()
	comment("acme/incidents", 1, "suzuki", "/approve")
	settle()
	comment("acme/pay", 2, "suzuki", "/postpone "+day(30)+" staging comes first")
	must(hub.Close("acme/infra", 1, "suzuki", "completed"))
	must(hub.Close("acme/infra", 2, "suzuki", "not_planned"))
	settle()
	now.Advance(time.Until(now.Now()) * -1)
	return hub
}

func aStory(t *testing.T) (aFollowUp, time.Time) {
	t.Helper()
	tokyo, err := time.LoadLocation("Asia/Tokyo")
	if err != nil {
		t.Fatal(err)
	}
	created := time.Date(2026, 11, 26, 3, 0, 0, 0, time.UTC)
	return aFollowUp{followup.Issue{
		Subject: workflows.Subject{Repo: "acme/pay", Number: 88}, For: workflows.Subject{Repo: "acme/incidents", Number: 341},
		Title: "証明書の期限が30日を切ったら通知する", URL: "https://github.com/acme/pay/issues/88", Open: true,
		Due: "2027-01-15", First: "2026-12-18", Kind: "detect", Severity: 2, Assignees: []string{"suzuki"}, CreatedAt: created,
	}, tokyo}, created.AddDate(0, 0, 10)
}

func TestShowFollowUp(t *testing.T) {
	i, now := aStory(t)
	done := i
	done.Open, done.Done, done.ClosedAt = false, true, now
	bare := aFollowUp{followup.Issue{Subject: i.Subject, For: i.For, Open: true, CreatedAt: i.CreatedAt}, i.zone}
	for _, c := range []struct {
		of   aFollowUp
		as   string
		lang words.Language
		want string
	}{
		{i, "text", words.English, "acme/pay#88 · open · due Friday 15 January 2027 (postponed) · suzuki\n  `証明書の期限が30日を切ったら通知する`\n  detect · SEV2 · from acme/incidents#341\n  https://github.com/acme/pay/issues/88\n"},
		{i, "text", words.Japanese, "acme/pay#88 · 未完了 · 期限 2027年1月15日（金）（延期） · suzukiさん\n  `証明書の期限が30日を切ったら通知する`\n  検知 · SEV2 · 元のポストモーテム acme/incidents#341\n  https://github.com/acme/pay/issues/88\n"},
		{done, "text", words.English, "acme/pay#88 · done Sunday 6 December · suzuki\n  `証明書の期限が30日を切ったら通知する`\n  detect · SEV2 · from acme/incidents#341\n  https://github.com/acme/pay/issues/88\n"},
		{i, "json", words.English, `{"subject":"acme/pay#88","title":"証明書の期限が30日を切ったら通知する","url":"https://github.com/acme/pay/issues/88","state":"open","overdue":false,` +
			`"due":"2027-01-15","first_due":"2026-12-18","type":"detect","severity":2,"owners":["suzuki"],"postmortem":"acme/incidents#341","created":"2026-11-26T03:00:00Z","closed":null}` + "\n"},
		{bare, "json", words.English, `{"subject":"acme/pay#88","title":"","url":"","state":"open","overdue":false,"due":null,"first_due":null,"type":null,"severity":null,"owners":[],` +
			`"postmortem":"acme/incidents#341","created":"2026-11-26T03:00:00Z","closed":null}` + "\n"},
	} {
		var b strings.Builder
		if err := showFollowUp(&b, c.as, c.lang, now, c.of); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, b.String()); diff != "" {
			t.Errorf("%s in %s (-want +got)\n%s", c.as, c.lang, diff)
		}
	}
}

// TestFollowUpsOfStrangers: whatever a title or a login holds, a terminal and the log
// of a job are shown nothing that acts, and a spreadsheet no formula.
func TestFollowUpsOfStrangers(t *testing.T) {
	texts := []string{"=1+1", "+1", "-1", "@SUM(A1)", " =1", "\t=1", "\r=1", "＝1", "a,b", "a\"b", "two\nlines"}
	for _, h := range hostile.Texts() {
		texts = append(texts, h.Text)
	}
	for _, text := range texts {
		i, now := aStory(t)
		i.Title, i.Assignees = text, []string{text}
		for _, as := range []string{"text", "json", "csv"} {
			var b bytes.Buffer
			if err := showFollowUps(&b, as, words.English, now, []aFollowUp{i}); err != nil {
				t.Fatal(err)
			}
			if found := hostile.Job(strings.ReplaceAll(b.String(), "\r\n", "\n")); len(found) > 0 {
				t.Errorf("%q as %s: %q", text, as, found)
			}
			if as != "csv" {
				continue
			}
			if rows := strings.Split(b.String(), "\r\n"); len(rows) != 3 {
				t.Errorf("%q: %d lines end in CR LF", text, len(rows))
			}
			table, err := csv.NewReader(&b).ReadAll()
			if err != nil || len(table) != 2 || len(table[1]) != len(table[0]) {
				t.Fatalf("%q: %v, %v", text, table, err)
			}
			for _, cell := range table[1] {
				if strings.IndexAny(cell, "=+-@\t\r＝＋－＠") == 0 {
					t.Errorf("%q: the cell %q is a formula", text, cell)
				}
			}
		}
	}
}

func TestFilters(t *testing.T) {
	open, now := aStory(t)
	over, done, old := open, open, open
	over.Due, over.Assignees, over.Kind = "2026-12-05", []string{"Tanaka"}, "prevent"
	done.Open, done.Done, done.ClosedAt = false, true, now.AddDate(0, 0, -1)
	old.Open, old.Done, old.ClosedAt = false, true, now.AddDate(0, 0, -91)
	all := []aFollowUp{open, over, done, old}
	for _, c := range []struct {
		f    filter
		want string
	}{
		{filter{}, "open over"},
		{filter{state: "closed"}, "done"},
		{filter{state: "all"}, "open over done"},
		{filter{overdue: true}, "over"},
		{filter{owner: "@tanaka"}, "over"},
		{filter{owner: "tanaka", kind: "検知"}, ""},
		{filter{owner: "TANAKA", kind: "Prevent", overdue: true}, "over"},
		{filter{kind: "detect", state: "all"}, "open done"},
	} {
		if c.f.state == "" {
			c.f.state = "open"
		}
		if err := c.f.read("90d", nil); err != nil {
			t.Fatal(err)
		}
		var got []string
		for n, i := range all {
			if c.f.takes(i, now) {
				got = append(got, []string{"open", "over", "done", "old"}[n])
			}
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%+v: %v, want %s", c.f, got, c.want)
		}
	}
}

// TestShowDigest: what is shown is what the issue would say, without what an issue
// alone can do.
func TestShowDigest(t *testing.T) {
	i, now := aStory(t)
	over := i
	over.Due, over.First, over.Title = "2026-12-04", "2026-12-04", "alert"
	settings := policy.Default([]policy.Section{followup.Workflow().Policy})
	settings.TimeZone = i.zone
	sum := aDigest{Digest: followup.DigestOf([]followup.Issue{i.Issue, over.Issue}, now, settings), at: now, repos: []string{"acme/pay"}, policy: settings}
	for as, want := range map[string]string{
		"text": "Follow-ups · 2 open, 1 overdue\nacme/pay\n\nOverdue (1)\n- acme/pay#88 alert · due Friday 4 December · suzuki\n\nOldest open: acme/pay#88, since Thursday 26 November\nDone in the time promised, in the last 90 days: SEV2 0 of 1\n",
		"json": `"open":2,"overdue":[{"subject":"acme/pay#88","title":"alert",`,
	} {
		var b strings.Builder
		if err := showDigest(&b, as, words.English, sum); err != nil {
			t.Fatal(err)
		}
		if as == "text" && b.String() != want || !strings.Contains(b.String(), want) {
			t.Errorf("%s: %s", as, b.String())
		}
	}
	var b strings.Builder
	if err := showDigest(&b, "json", words.English, aDigest{at: now, policy: settings}); err != nil || !strings.Contains(b.String(),
		`"repositories":[],"open":0,"overdue":[],"due_soon":[],"done":[],"oldest":null,"promised":[]}`) {
		t.Error(fmt.Sprint(b.String(), err))
	}
}
