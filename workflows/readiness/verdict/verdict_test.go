package verdict_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/kintsugi-app/kintsugi/workflows/readiness/checklist"
	"github.com/kintsugi-app/kintsugi/workflows/readiness/verdict"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

const payments = `title: {en: Payments, ja: 決済}
traits: {risk.performance: true, data.personal: false}
items:
  - {id: tests, question: {en: "Do the tests pass?", ja: "テストは通っていますか。"}, evidence: [{check: test}]}
  - {id: runbook, question: {en: "Does the runbook say how to roll back?", ja: "手順書に切り戻しがありますか。"}, evidence: [{file: "docs/runbook*.md", matches: "(?i)roll ?back"}]}
  - {id: load-test, when: risk.performance, question: {en: "Does it hold the expected load?", ja: "想定した負荷に耐えますか。"}, evidence: [{workflow: load-test.yml, within: 30 days}]}
  - {id: restore, question: {en: "Has restoring the data been tried?", ja: "データの復元を試しましたか。"}, evidence: [{drill: restore-drill, within: 90 days}]}
  - {id: monitoring, question: {en: "Does an alert fire when it fails?", ja: "失敗するとアラートが鳴りますか。"}, evidence: [{confirmation: {en: "the alert", ja: "アラートの画面"}}], valid_for: 180 days}
  - {id: blockers, question: {en: "Is nothing open that blocks a release?", ja: "リリースを止めるIssueは残っていませんか。"}, evidence: [{no_open_issues: [release-blocker]}]}
  - {id: review, question: {en: "Have others looked at it?", ja: "ほかの方も確認しましたか。"}, evidence: [{approvals: 2}], approvers: ["@acme/sre", "@yamamoto"]}
  - {id: privacy, when: data.personal, question: {en: "Is personal data protected?", ja: "個人情報は守られていますか。"}}
  - {id: cost, level: recommended, question: {en: "Is its cost known?", ja: "費用は分かっていますか。"}}
`

var (
	tokyo = time.FixedZone("JST", 9*60*60)
	now   = at("2026-11-27 03:40")
)

func at(text string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", text, tokyo)
	if err != nil {
		panic(err)
	}
	return t
}

func read(t testing.TB, src string) *checklist.Checklist {
	t.Helper()
	c, problems := checklist.Parse("c.yml", []byte(src))
	if c == nil {
		t.Fatal(problems)
	}
	return c
}

// ready is a release of which nothing is missing.
func ready(t testing.TB) *verdict.Input {
	t.Helper()
	c := read(t, payments)
	in := &verdict.Input{
		Now: now, Zone: tokyo, Checklist: c, Own: true, Service: "payments", Environment: "production",
		Commit: "4b825dc642cb6eb9a060e54bf8d69288fbee4904", Authors: []string{"tanaka"},
		Answers: map[checklist.Question]verdict.Answer{}, RanBefore: verdict.Answer{Found: verdict.No},
		Teams: map[string]verdict.Team{"@acme/sre": {Known: true, Members: []string{"suzuki", "kobayashi", "tanaka"}}},
		Acts: []verdict.Act{
			{Deed: verdict.Done, Item: "monitoring", By: "tanaka", At: at("2026-11-20 10:00"), Link: "https://example.com/alerts", Version: c.Items[4].Version()},
			{Deed: verdict.Approve, By: "suzuki", At: at("2026-11-26 18:00"), Version: c.Version(), Commit: "4b825dc642cb6eb9a060e54bf8d69288fbee4904"},
			{Deed: verdict.Approve, By: "yamamoto", At: at("2026-11-26 19:00"), Version: c.Version(), Commit: "4b825dc642cb6eb9a060e54bf8d69288fbee4904"},
		},
	}
	in.Around.Incidents.Known, in.Around.FollowUps.Known, in.Around.Postmortems.Known = true, true, true
	for _, q := range c.Questions("payments") {
		in.Answers[q] = verdict.Answer{Found: verdict.Yes, At: at("2026-11-26 17:00"), Looked: now}
	}
	in.Answers[question(c, "runbook")] = verdict.Answer{Found: verdict.Yes, Looked: now, Seen: "docs/runbook-payments.md"}
	return in
}

func question(c *checklist.Checklist, id string) checklist.Question {
	for _, item := range c.Items {
		if item.ID == id {
			q, _ := item.Evidence[0].Question()
			return q
		}
	}
	panic("no item " + id)
}

// answer changes what was found of an item.
func answer(in *verdict.Input, id string, a verdict.Answer) {
	in.Answers[question(in.Checklist, id)] = a
}

var sev2 = verdict.Incident{Ref: "#340", Severity: 2, Confirmed: true}

// stories are what may be met with at a gate.
var stories = map[string]struct {
	ready, passes bool
	way           verdict.Way
	make          func(in *verdict.Input)
}{
	"ready":     {true, true, "", func(*verdict.Input) {}},
	"not-ready": {false, false, "", notReady},
	"warned":    {false, true, verdict.Warning, func(in *verdict.Input) { in.Own = false; notReady(in) }},
	"one-reason": {false, false, "", func(in *verdict.Input) {
		answer(in, "tests", verdict.Answer{Found: verdict.No, Looked: now, Seen: "failure"})
	}},
	"nobody-said-anything": {false, false, "", func(in *verdict.Input) { in.Acts = nil }},
	"one-approval":         {false, false, "", func(in *verdict.Input) { in.Acts = in.Acts[:2] }},
	"lapsed": {false, false, "", func(in *verdict.Input) {
		in.Acts[0].Version = "000000000000"
		in.Acts[1].Commit = "0000000"
	}},
	"stale": {false, false, "", func(in *verdict.Input) {
		in.Acts[0].At = at("2026-03-01 10:00")
		answer(in, "load-test", verdict.Answer{Found: verdict.Yes, At: at("2026-10-01 09:00"), Looked: now})
		answer(in, "restore", verdict.Answer{Found: verdict.Yes, At: at("2026-07-01 09:00"), Looked: now})
	}},
	"unknown": {false, false, "", func(in *verdict.Input) {
		answer(in, "blockers", verdict.Answer{Looked: now, Because: checklist.Text{English: "the token lacks `issues: read`", Japanese: "トークンに `issues: read` の権限がありません"}})
		in.Teams = nil
		delete(in.Answers, question(in.Checklist, "tests"))
	}},
	"waived": {true, true, "", func(in *verdict.Input) {
		answer(in, "load-test", verdict.Answer{Found: verdict.No, Looked: now})
		in.Acts = append(in.Acts, verdict.Act{Deed: verdict.Waive, Item: "load-test", By: "yamamoto", At: now, Until: at("2026-11-27 00:00"), Reason: "Traffic is limited to staff."})
	}},
	"waiver-expired": {false, false, "", func(in *verdict.Input) {
		answer(in, "load-test", verdict.Answer{Found: verdict.No, Looked: now})
		in.Acts = append(in.Acts, verdict.Act{Deed: verdict.Waive, Item: "load-test", By: "yamamoto", At: at("2026-11-01 10:00"), Until: at("2026-11-26 00:00"), Reason: "Traffic is limited to staff."})
	}},
	"waived-twice": {true, true, "", func(in *verdict.Input) {
		answer(in, "load-test", verdict.Answer{Found: verdict.No, Looked: now})
		for _, until := range []string{"2026-12-31 00:00", "2026-11-20 00:00"} {
			in.Acts = append(in.Acts, verdict.Act{Deed: verdict.Waive, Item: "load-test", By: "yamamoto", At: at("2026-11-01 10:00"), Until: at(until), Reason: "Traffic is limited to staff."})
		}
	}},
	"waived-by-the-author": {false, false, "", func(in *verdict.Input) {
		answer(in, "load-test", verdict.Answer{Found: verdict.No, Looked: now})
		in.Acts = append(in.Acts, verdict.Act{Deed: verdict.Waive, Item: "load-test", By: "Tanaka", At: now, Until: at("2026-12-31 00:00"), Reason: "later"},
			verdict.Act{Deed: verdict.Approve, By: "tanaka", At: now, Version: in.Checklist.Version(), Commit: in.Commit})
	}},
	"incident": {false, false, "", func(in *verdict.Input) { in.Around.Incidents.All = []verdict.Incident{sev2} }},
	"suspicion": {true, true, "", func(in *verdict.Input) {
		in.Around.Incidents.All = []verdict.Incident{{Ref: "#341", Severity: 1}, {Ref: "#342", Severity: 3, Confirmed: true}, {Ref: "#343", Confirmed: true}}
	}},
	"incidents-off": {true, true, "", func(in *verdict.Input) {
		in.Settings.Incidents, in.Around.Incidents.All = verdict.Off, []verdict.Incident{sev2}
	}},
	"hotfix": {true, true, verdict.Fix, func(in *verdict.Input) {
		in.Around.Incidents.All, in.Fixes = []verdict.Incident{sev2}, "#340"
		in.Settings.Freezes = []verdict.Freeze{{From: "2026-11-26", To: "2026-11-30", Reason: "Black Friday"}}
	}},
	"hotfix-with-failing-tests": {false, false, "", func(in *verdict.Input) {
		in.Around.Incidents.All, in.Fixes = []verdict.Incident{sev2}, "#340"
		answer(in, "tests", verdict.Answer{Found: verdict.No, Looked: now, Seen: "failure"})
	}},
	"hotfix-of-another": {false, false, "", func(in *verdict.Input) {
		in.Around.Incidents.All, in.Fixes = []verdict.Incident{sev2}, "#12"
	}},
	"hotfix-of-a-small-one": {false, false, "", func(in *verdict.Input) {
		in.Around.Incidents.All, in.Fixes = []verdict.Incident{sev2, {Ref: "#350", Severity: 4, Confirmed: true}}, "#350"
		in.Settings.Freezes = []verdict.Freeze{{From: "2026-11-26", To: "2026-11-30"}}
	}},
	"hotfix-unseen": {true, true, verdict.Fix, func(in *verdict.Input) {
		in.Settings.Incidents, in.Fixes = verdict.On, "#340"
		in.Around.Incidents = verdict.Seen[verdict.Incident]{Because: checklist.Text{English: "GitHub does not answer", Japanese: "GitHubが応答しません"}}
	}},
	"rollback": {false, true, verdict.Back, func(in *verdict.Input) {
		in.Around.Incidents.All, in.RanBefore.Found, in.Acts = []verdict.Incident{sev2}, verdict.Yes, nil
	}},
	"rollback-unknown": {false, false, "", func(in *verdict.Input) {
		in.Around.Incidents.All = []verdict.Incident{sev2}
		in.RanBefore = verdict.Answer{Because: checklist.Text{English: "the token lacks `deployments: read`", Japanese: "トークンに `deployments: read` の権限がありません"}}
	}},
	"author-unknown": {false, false, "", func(in *verdict.Input) {
		in.Authors = nil
		answer(in, "load-test", verdict.Answer{Found: verdict.No, Looked: now})
		in.Acts = append(in.Acts, verdict.Act{Deed: verdict.Waive, Item: "load-test", By: "yamamoto", At: now, Until: at("2026-11-27 00:00"), Reason: "Traffic is limited to staff."})
	}},
	"shipped-anyway": {false, true, verdict.Anyway, func(in *verdict.Input) {
		notReady(in)
		in.Acts = append(in.Acts, verdict.Act{Deed: verdict.ShipAnyway, By: "suzuki", At: now, Reason: "The contract ends today.", Commit: in.Commit})
	}},
	"shipped-another": {false, false, "", func(in *verdict.Input) {
		in.Acts = append(in.Acts[:1], verdict.Act{Deed: verdict.ShipAnyway, By: "suzuki", At: now, Reason: "The contract ends today.", Commit: "0000000"})
	}},
	"overdue": {false, false, "", func(in *verdict.Input) {
		in.Around.FollowUps.All = []verdict.FollowUp{
			{Ref: "acme/pay#88", Incident: "#212", Type: "prevent", Due: at("2026-11-20 00:00"), Owners: []string{"kobayashi"}},
			{Ref: "#89", Incident: "#212", Type: "detect", Due: at("2026-11-25 00:00")},
			{Ref: "#90", Incident: "#212", Type: "prevent", Due: at("2026-11-27 00:00")},
			{Ref: "#91", Incident: "#212", Type: "process", Due: at("2026-11-01 00:00")},
		}
		in.Around.Postmortems.All = []verdict.Postmortem{{Ref: "#213", Incident: "#212", Due: at("2026-11-24 00:00"), Author: "suzuki"}}
	}},
	"follow-up-of-this-incident": {true, true, "", func(in *verdict.Input) {
		in.Around.Incidents.All = []verdict.Incident{{Ref: "#340", Severity: 3, Confirmed: true}}
		in.Around.FollowUps.All = []verdict.FollowUp{{Ref: "#88", Incident: "#340", Type: "prevent", Due: at("2026-11-20 00:00")}}
	}},
	"freeze": {false, false, "", func(in *verdict.Input) {
		in.Settings.Freezes = []verdict.Freeze{
			{From: "2026-11-26", To: "2026-11-27", Reason: "the sale"},
			{From: "2026-11-27T03:00:00+09:00", To: "2026-11-27T03:40:00+09:00"},
			{From: "2026-11-26", To: "2026-11-30", Services: []string{"search"}},
		}
	}},
	"conditions-unknown": {false, false, "", func(in *verdict.Input) {
		in.Settings.Incidents, in.Settings.Postmortems = verdict.On, verdict.Off
		in.Around = verdict.Around{Touched: []verdict.Touched{{File: "pay/checkout.go", Incident: "#212", FollowUps: 2}}}
		in.Around.Incidents.Because = checklist.Text{English: "the token cannot read issues of `acme/incidents`", Japanese: "トークンで `acme/incidents` のIssueを読めません"}
	}},
	"conditions-allowed": {true, true, "", func(in *verdict.Input) {
		in.Settings.Incidents, in.Settings.OnUnknown = verdict.On, "allow"
		in.Around.Incidents = verdict.Seen[verdict.Incident]{}
	}},
	"either": {false, false, "", func(in *verdict.Input) {
		c := *in.Checklist
		c.Items = slices.Clone(c.Items)[:1]
		c.Items[0].Enough = checklist.Any
		c.Items[0].Evidence = []checklist.Evidence{{Check: "test"}, {Release: "v*", Within: 24}, {Deployment: "staging", Within: 48}, {Confirmation: checklist.Text{English: "a log", Japanese: "ログ"}}}
		in.Checklist, in.Answers = &c, map[checklist.Question]verdict.Answer{}
		for _, q := range c.Questions("") {
			in.Answers[q] = verdict.Answer{Found: verdict.No, Looked: now}
		}
	}},
}

func notReady(in *verdict.Input) {
	answer(in, "runbook", verdict.Answer{Found: verdict.No, Looked: now})
	answer(in, "blockers", verdict.Answer{Found: verdict.No, Looked: now, Seen: "#310 and 2 more"})
	in.Around.Incidents.All = []verdict.Incident{sev2}
}

// TestStories decides each and compares what people are told, in both languages,
// with what is written in testdata/texts. KINTSUGI_UPDATE_GOLDEN=1 rewrites them.
func TestStories(t *testing.T) {
	written := map[string]bool{}
	for name, story := range stories {
		t.Run(name, func(t *testing.T) {
			in := ready(t)
			story.make(in)
			v := verdict.Decide(in)
			if v.Ready != story.ready || v.Passes != story.passes || v.Way != story.way {
				t.Errorf("ready %v, passes %v, by %q; want %v, %v, %q", v.Ready, v.Passes, v.Way, story.ready, story.passes, story.way)
			}
			got := &txtar.Archive{}
			for _, lang := range []words.Language{words.English, words.Japanese} {
				got.Files = append(got.Files, txtar.File{Name: string(lang), Data: []byte(v.Headline(lang) + "\n\n" + v.Text(lang))})
			}
			compare(t, filepath.Join("testdata", "texts", name+".txtar"), txtar.Format(got))
		})
		written[name+".txtar"] = true
	}
	files, err := os.ReadDir(filepath.Join("testdata", "texts"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !written[f.Name()] {
			t.Errorf("%s belongs to no story", f.Name())
		}
	}
}

// TestBriefRests: what a deployment is told while it waits does not change by the hour, since
// GitHub takes ten words.
func TestBriefRests(t *testing.T) {
	in := ready(t)
	answer(in, "restore", verdict.Answer{Found: verdict.Yes, At: now.AddDate(0, 0, -100), Seen: "#12"})
	answer(in, "load-test", verdict.Answer{Found: verdict.Yes, At: now.AddDate(0, 0, -40)})
	for _, lang := range []words.Language{words.English, words.Japanese} {
		in.Now = now
		before := verdict.Decide(in).Brief(lang, 1000)
		in.Now = now.AddDate(0, 0, 3)
		if after := verdict.Decide(in).Brief(lang, 1000); after != before {
			t.Errorf("%s\nthree days later\n%s", before, after)
		}
	}
}

// TestNight: a deploy is refused while a SEV1 is open; its fix and a way back pass;
// once it is resolved the deploy passes; and what was to prevent an earlier one, if
// overdue, refuses it until that is done.
func TestNight(t *testing.T) {
	in := ready(t)
	tell := func(when string, passes bool, way verdict.Way) {
		t.Helper()
		if v := verdict.Decide(in); v.Passes != passes || v.Way != way {
			t.Errorf("%s: passes %v by %q, want %v by %q\n%s", when, v.Passes, v.Way, passes, way, v.Text(words.English))
		}
	}
	tell("before", true, "")
	in.Around.Incidents.All = []verdict.Incident{{Ref: "#340", Severity: 1}}
	tell("a suspicion", true, "")
	in.Around.Incidents.All[0].Confirmed = true
	tell("confirmed", false, "")
	in.Fixes = "acme/incidents#340"
	tell("the fix of another repository's", false, "")
	in.Fixes = "#340"
	tell("its fix", true, verdict.Fix)
	in.Fixes, in.RanBefore.Found = "", verdict.Yes
	tell("back", true, verdict.Back)
	in.RanBefore.Found, in.Around.Incidents.All = verdict.No, nil
	tell("resolved", true, "")
	late := verdict.FollowUp{Ref: "#88", Incident: "#212", Type: "prevent", Due: at("2026-11-26 00:00")}
	in.Around.FollowUps.All = []verdict.FollowUp{late}
	tell("overdue", false, "")
	in.Around.FollowUps.All[0].Due = at("2026-11-27 00:00")
	tell("postponed to today", true, "")
	in.Around.FollowUps.All = nil
	tell("done", true, "")
}

func compare(t *testing.T, file string, got []byte) {
	t.Helper()
	want, err := os.ReadFile(file)
	if string(want) == string(got) && err == nil {
		return
	}
	if os.Getenv("KINTSUGI_UPDATE_GOLDEN") == "1" {
		if err := os.WriteFile(file, got, 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	t.Errorf("%s says otherwise (%v); got\n%s", file, err, got)
}
