package main

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/kintsugi-app/kintsugi/app/clock"
	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/words"
	"github.com/kintsugi-app/kintsugi/workflows/words/hostile"
)

// TestIncidentScripts runs the program as people do, the morning after. In
// acme/pay, #1 went on from two hours ago for an hour, #2 is a report that calls
// people by its title, #3 is nothing of ours, and #4 was over days ago.
func TestIncidentScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "incident"),
		Setup: func(env *testscript.Env) error {
			hub := newNight(t)
			github := httptest.NewServer(hub)
			env.Defer(github.Close)
			env.Setenv("GITHUB", github.URL)
			return os.WriteFile(filepath.Join(env.WorkDir, "key.pem"), hub.PrivateKeyPEM(), 0o600)
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){"exits": exits},
	})
}

// hostileTitle would mention people, close an issue, forge a mark of ours and
// ring a bell.
const hostileTitle = "@all closes #1 <!-- kintsugi:x --> \a `checkout` is **blank**"

func newNight(t *testing.T) *fakehub.Hub {
	t.Helper()
	now := clock.NewStepped(time.Now().Add(-5 * 24 * time.Hour))
	hub := fakehub.New(fakehub.Options{Clock: now, App: fakehub.App{ID: 7}})
	hub.AddOrg("acme")
	hub.AddRepo("acme", "pay", true)
	hub.AddRepo("acme", "quiet", true)
	hub.PutFile("acme/pay", ".github/kintsugi.yml", "time_zone: Asia/Tokyo\nincident:\n  label: outage\n")
	hub.SetRole("acme/pay", "tanaka", "triage")
	hub.SetRole("acme/pay", "sato", "read")
	hub.SetRole("acme/pay", "suzuki", "write") // who may ask for roles
	hub.Install("acme", now.Now())
	now.Advance(time.Minute)
	number := 0
	open := func(by, title string) {
		t.Helper()
		if _, err := hub.OpenIssue("acme/pay", by, fakehub.NewIssue{Title: title}); err != nil {
			t.Fatal(err)
		}
		number++
	}
	write := func(after time.Duration, commands ...string) {
		t.Helper()
		now.Advance(after)
		for _, c := range commands {
			if _, err := hub.Comment("acme/pay", number, "tanaka", c); err != nil {
				t.Fatal(err)
			}
		}
	}
	label := func() {
		t.Helper()
		if err := hub.Label("acme/pay", number, "tanaka", "outage"); err != nil {
			t.Fatal(err)
		}
	}
	if err := hub.CreateLabel("acme/pay", "suzuki", "outage", "d4a017"); err != nil {
		t.Fatal(err)
	}
	closed := func() { // as the server does at /resolved
		t.Helper()
		if err := hub.Close("acme/pay", number, "tanaka", "completed"); err != nil {
			t.Fatal(err)
		}
	}

	open("tanaka", "an incident of last week")
	label()
	write(time.Minute, "/ack", "/resolved")
	closed()
	now.Advance(5*24*time.Hour - 2*time.Hour)

	open("tanaka", hostileTitle)
	label()
	write(4*time.Minute, "/ack", "/sev 2", "/started 20m ago", "/detected 10m ago")
	write(30*time.Minute, "/mitigated")
	write(26*time.Minute, "/resolved")
	closed()

	open("sato", "[incident] search is slow")
	label()
	open("sato", "raise a timeout")
	return hub
}

// aNight is an incident with everything known, as the model night has it.
func aNight(t *testing.T) anIncident {
	t.Helper()
	tokyo, err := time.LoadLocation("Asia/Tokyo")
	if err != nil {
		t.Fatal(err)
	}
	at := func(clock string) time.Time {
		t.Helper()
		when, err := time.ParseInLocation("2006-01-02 15:04", "2026-11-26 "+clock, tokyo)
		if err != nil {
			t.Fatal(err)
		}
		return when
	}
	seconds := func(minutes int64) *int64 { minutes *= 60; return &minutes }
	return anIncident{
		subject: workflows.Subject{Repo: "acme/pay", Number: 340},
		issue:   workflows.Issue{Title: "決済画面が表示されない", URL: "https://github.com/acme/pay/issues/340"},
		zone:    tokyo,
		incidentFacts: incidentFacts{
			Confirmed: true, Ended: stateResolved, Severity: 2, Lead: "tanaka",
			Started: at("02:40"), Detected: at("02:55"), Declared: at("03:02"), Acknowledged: at("03:06"), Mitigated: at("03:30"), Resolved: at("04:05"),
			TTD: seconds(15), TTA: seconds(4), TTM: seconds(50), TTR: seconds(85),
		},
	}
}

func shown(t *testing.T, as string, lang words.Language, i anIncident) string {
	t.Helper()
	var b strings.Builder
	if err := showIncident(&b, as, lang, i); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestShowIncident(t *testing.T) {
	for _, c := range []struct {
		as   string
		lang words.Language
		want string
	}{
		{"text", words.English, `acme/pay#340 · SEV2 · resolved · lead tanaka
  !決済画面が表示されない!
  started 02:40 JST → detected 02:55 JST → reported 26 Nov 2026 03:02 JST → acknowledged 03:06 JST → mitigated 03:30 JST → resolved 04:05 JST
  TTD 15 min · TTA 4 min · TTM 50 min · TTR 1 h 25 min
  https://github.com/acme/pay/issues/340
`},
		{"text", words.Japanese, `acme/pay#340 · SEV2 · 復旧 · 対応リーダー tanakaさん
  !決済画面が表示されない!
  発生 02:40 JST → 検知 02:55 JST → 報告 2026年11月26日 03:02 JST → 対応開始 03:06 JST → 影響収束 03:30 JST → 復旧 04:05 JST
  TTD 15分 · TTA 4分 · TTM 50分 · TTR 1時間25分
  https://github.com/acme/pay/issues/340
`},
		{"md", words.English, "**SEV2 · resolved · lead tanaka** · [acme/pay#340](https://github.com/acme/pay/issues/340) `決済画面が表示されない`\n" +
			"started 02:40 JST → detected 02:55 JST → reported 26 Nov 2026 03:02 JST → acknowledged 03:06 JST → mitigated 03:30 JST → resolved 04:05 JST\n" +
			"TTD 15 min · TTA 4 min · TTM 50 min · TTR 1 h 25 min\n"},
		{"json", words.English, `{"subject":"acme/pay#340","title":"決済画面が表示されない","url":"https://github.com/acme/pay/issues/340","open":false,` +
			`"severity":2,"state":"resolved","duplicate_of":null,"lead":"tanaka","started":"2026-11-25T17:40:00Z","detected":"2026-11-25T17:55:00Z",` +
			`"reported":"2026-11-25T18:02:00Z","acknowledged":"2026-11-25T18:06:00Z","mitigated":"2026-11-25T18:30:00Z","resolved":"2026-11-25T19:05:00Z",` +
			`"ttd_seconds":900,"tta_seconds":240,"ttm_seconds":3000,"ttr_seconds":5100}` + "\n"},
	} {
		if diff := cmp.Diff(strings.ReplaceAll(c.want, "!", "`"), shown(t, c.as, c.lang, aNight(t))); diff != "" {
			t.Errorf("%s in %s (-want +got)\n%s", c.as, c.lang, diff)
		}
	}
}

// TestShowWhatIsMissing: what nobody knows is a dash, never a zero or a guess.
func TestShowWhatIsMissing(t *testing.T) {
	i := aNight(t)
	i.incidentFacts = incidentFacts{Declared: i.Declared}
	i.issue.Open = true
	want := `acme/pay#340 · severity undecided · unconfirmed · lead —
  !決済画面が表示されない!
  started — → detected — → reported 26 Nov 2026 03:02 JST → acknowledged — → mitigated — → resolved —
  TTD — · TTA — · TTM — · TTR —
  https://github.com/acme/pay/issues/340
`
	if diff := cmp.Diff(strings.ReplaceAll(want, "!", "`"), shown(t, "text", words.English, i)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if got := shown(t, "json", words.English, i); !strings.Contains(got, `"severity":null,"state":"unconfirmed"`) || !strings.Contains(got, `"ttd_seconds":null`) {
		t.Error(got)
	}
}

func TestIncidentStates(t *testing.T) {
	acknowledged := time.Date(2026, 11, 26, 3, 6, 0, 0, time.UTC)
	for _, c := range []struct {
		facts             incidentFacts
		open              bool
		json, en, inJapan string
	}{
		{incidentFacts{}, true, "unconfirmed", "unconfirmed", "確認待ち"},
		{incidentFacts{Confirmed: true}, true, "waiting", "waiting", "対応者待ち"},
		{incidentFacts{Confirmed: true, Acknowledged: acknowledged}, true, "in-progress", "in progress", "対応中"},
		{incidentFacts{Confirmed: true, Mitigated: acknowledged}, false, "in-progress", "in progress (the issue is closed)", "対応中（Issueは閉じられています）"},
		{incidentFacts{Confirmed: true, Ended: "resolved"}, false, "resolved", "resolved", "復旧"},
		{incidentFacts{Confirmed: true, Ended: "resolved"}, true, "resolved", "resolved (the issue is open)", "復旧（Issueは開いています）"},
		{incidentFacts{Ended: "false-alarm"}, false, "false-alarm", "false alarm", "誤報"},
		{incidentFacts{Ended: "duplicate", Joined: 12}, false, "duplicate", "duplicate of #12", "#12 と重複"},
		{incidentFacts{Ended: "duplicate"}, false, "duplicate", "duplicate", "重複"},
		{incidentFacts{Confirmed: true, NearMiss: true}, true, "near-miss", "near miss", "ヒヤリハット"},
		{incidentFacts{NearMiss: true, Ended: "resolved"}, false, "near-miss", "near miss", "ヒヤリハット"},
	} {
		i := anIncident{issue: workflows.Issue{Open: c.open}, incidentFacts: c.facts}
		en, ja := incidentTeller{words.English}.state(i), incidentTeller{words.Japanese}.state(i)
		if i.state() != c.json || en != c.en || ja != c.inJapan {
			t.Errorf("%+v: %s, %s, %s", c.facts, i.state(), en, ja)
		}
	}
}

// TestIncidentOfStrangers: whatever a title or a login holds, what is pasted
// mentions and links nothing but the incident, and what a terminal is shown does
// nothing to it.
func TestIncidentOfStrangers(t *testing.T) {
	for _, text := range hostile.Texts() {
		i := aNight(t)
		i.issue.Title, i.Lead = text.Text, text.Text
		for _, lang := range []words.Language{words.English, words.Japanese} {
			own := hostile.Own{References: []string{"acme/pay#340"}, Links: []string{"https://github.com/acme/pay/issues/340"}}
			if md := shown(t, "md", lang, i); len(hostile.Markdown(md, own)) > 0 || strings.Count(md, "\n") != 3 {
				t.Errorf("%s: %q: %q", text.Name, md, hostile.Markdown(md, own))
			}
			if plain := shown(t, "text", lang, i); len(hostile.Job(plain)) > 0 || strings.Count(plain, "\n") != 5 {
				t.Errorf("%s: %q: %q", text.Name, plain, hostile.Job(plain))
			}
		}
	}
	i := aNight(t)
	i.issue.URL = "javascript:alert(1)"
	if md := shown(t, "md", words.English, i); strings.Contains(md, "javascript") {
		t.Error(md)
	}
}

func TestParseBack(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"12h": 12 * time.Hour, "1d": 24 * time.Hour, "2w": 14 * 24 * time.Hour, "366d": 366 * 24 * time.Hour,
		"": 0, "d": 0, "0d": 0, "1": 0, "1m": 0, "-1d": 0, "1.5d": 0, "367d": 0, "9999w": 0, "yesterday": 0, "1d ": 0,
	} {
		got, err := parseBack(text)
		if got != want || (err == nil) != (want > 0) {
			t.Errorf("%q: %s, %v", text, got, err)
		}
	}
}
