package engine_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
)

// night is the night that the manners of this program are measured by, in one
// language: what people write, and what they then read, word for word. Names
// are logins here.
type night struct {
	policy, runbook         string
	past, pastBody          string
	title, body             string
	waiting, mitigated      string
	resolved, slip          string
	ack, started, influence string
}

var nights = map[string]night{
	"ja": {
		policy:  "language: ja\ntime_zone: Asia/Tokyo\nincident:\n  label: 障害\n  notify: [\"@tanaka\", \"@suzuki\"]\n  runbooks: [docs/runbooks]\n",
		runbook: "---\nkeywords: [決済, 真っ白]\n---\n# 決済画面の切り分け\n\n決済画面が開かないときの手順です。\n",
		past:    "[障害] 決済APIの証明書切れ", pastBody: "決済画面が真っ白になるとのお問い合わせ。決済APIの証明書が切れていました。",
		title: "[障害] 決済画面が真っ白になる",
		body:  "お問い合わせが8件来ています。2:55に気づきました。勘違いかもしれません。",
		waiting: `対応者を待っています · SEV2
@tanaka @suzuki 確認をお願いします。

重大度: SEV2（お問い合わせ8件、基準は5件以上）
検知 02:55 · 報告 03:02 satoさん · 発生 まだ不明
手順書: 決済画面の切り分け（「決済」「真っ白」が一致）
似た障害: #PAST

次の一歩: 対応を始める方は /ack
satoさん、報告ありがとうございます。勘違いでもかまいません。件数が増えたら、ここに書いてください。`,
		ack: "/ack", started: "/started 2:40", influence: "/影響収束 3:30",
		mitigated: `対応中 · SEV2 · 影響は収束 · 対応リーダー tanakaさん

発生 02:40（tanakaさん記入、日付は推定）→ 検知 02:55 → 報告 03:02 → 対応開始 03:06 → 影響収束 03:30
TTD 15分（検知−発生）· TTA 4分 · TTM 50分 · TTR —

次の一歩: 元どおりになったら、tanakaさんが /resolved`,
		slip: "/resolvd は読み取れませんでした。/resolved でしょうか。新しいコメントに書いてください（編集は読みません）。",
		resolved: `復旧しました。おつかれさまでした。
お客様への影響 02:40–03:30（50分）· TTD 15分 · TTA 4分 · TTR 1時間25分
時刻が違うときは /started 2:35 のように書けば直ります。
今夜はここまでで大丈夫です。`,
	},
	"en": {
		policy:  "language: en\ntime_zone: Asia/Tokyo\nincident:\n  notify: [\"@tanaka\", \"@suzuki\"]\n  runbooks: [docs/runbooks]\n",
		runbook: "---\nkeywords: [checkout, blank]\n---\n# Checkout triage\n\nWhat to do when the checkout does not open.\n",
		past:    "[incident] expired payment API certificate", pastBody: "The checkout was blank because the certificate of the payment API had expired.",
		title: "[incident] the checkout is blank, the payment API fails",
		body:  "8 support contacts so far. Noticed at 2:55. Maybe it is nothing.",
		waiting: `Waiting for a responder · SEV2
@tanaka @suzuki, please take a look.

Severity: SEV2 (8 support contacts; the line is 5)
Detected 02:55 · reported 03:02 by sato · started: not known yet
Runbook: Checkout triage (matched "checkout", "blank")
Similar: #PAST

Next step: whoever starts, write /ack
Thank you, sato. It is fine if this turns out to be nothing. If more contacts come in, add them here.`,
		ack: "/ack", started: "/started 2:40", influence: "/mitigated 3:30",
		mitigated: `In progress · SEV2 · customers no longer affected · lead tanaka

Started 02:40 (entered by tanaka, date assumed) → detected 02:55 → reported 03:02 → acknowledged 03:06 → mitigated 03:30
TTD 15 min (detected − started) · TTA 4 min · TTM 50 min · TTR —

Next step: once everything is as before, tanaka writes /resolved`,
		slip: "I could not read /resolvd. Did you mean /resolved? Please write it in a new comment; edits are not read.",
		resolved: `Resolved. Thank you, everyone.
Customers affected 02:40–03:30 (50 min) · TTD 15 min · TTA 4 min · TTR 1 h 25 min
If a time is wrong, /started 2:35 corrects it.
Nothing more is needed tonight.`,
	},
}

var (
	linkTarget = regexp.MustCompile(`\[([^\]]*)\]\([^)]*\)`)
	hidden     = regexp.MustCompile(`<!--[^>]*-->|</?(?:sub|summary)>`)
	similar    = regexp.MustCompile(`(?m)^((?:Similar|似た障害): #)(\d+ .*)$`)
)

// seen is what a person sees of a comment: no link targets, no marks.
func seen(body string) string {
	body, _, _ = strings.Cut(body, "<details>")
	text := hidden.ReplaceAllString(linkTarget.ReplaceAllString(body, "$1"), "")
	text = strings.NewReplacer("**", "", "`", "").Replace(text)
	text, _, _ = strings.Cut(text, "\n\nTimes are ")
	text, _, _ = strings.Cut(text, "\n\n時刻は")
	return strings.TrimSpace(similar.ReplaceAllString(text, "${1}PAST"))
}

// TestModelNight plays the night, and counts what it cost people.
func TestModelNight(t *testing.T) {
	for lang, tale := range nights {
		t.Run(lang, func(t *testing.T) { playNight(t, tale) })
	}
}

func playNight(t *testing.T, tale night) {
	w := newWorld(t, 1)
	w.hub.PutFile(repo, ".github/kintsugi.yml", tale.policy)
	w.hub.PutFile(repo, "docs/runbooks/checkout.md", tale.runbook)
	label := "incident"
	if strings.Contains(tale.policy, "障害") {
		label = "障害"
	}
	w.hub.SetRole(repo, "sato", "read")
	w.must(w.hub.CreateLabel(repo, "yamamoto", label, "d4a017"))
	past, err := w.hub.OpenIssue(repo, "tanaka", fakehub.NewIssue{Title: tale.past, Body: tale.pastBody, Labels: []string{label}})
	w.must(err)
	w.must(w.hub.Close(repo, past, "tanaka", "completed"))
	w.catchUp()
	mentions := len(w.hub.Mentions())

	w.at(3, 2)
	n, err := w.hub.OpenIssue(repo, "sato", fakehub.NewIssue{Title: tale.title, Body: tale.body})
	w.must(err)
	w.catchUp()
	w.reads("waiting", w.status(n), tale.waiting)
	w.at(3, 6)
	w.say(n, "tanaka", tale.ack)
	w.catchUp()
	w.at(3, 10)
	w.say(n, "tanaka", tale.started)
	w.catchUp()
	w.at(3, 31)
	w.say(n, "tanaka", tale.influence)
	w.catchUp()
	w.reads("mitigated", w.status(n), tale.mitigated)
	w.say(n, "tanaka", "/resolvd")
	w.catchUp()
	w.reads("slip", w.ours(n)[1].Body, tale.slip)
	w.at(4, 5)
	w.say(n, "tanaka", "/resolved")
	w.catchUp()
	w.reads("resolved", w.ours(n)[2].Body, tale.resolved)
	if got := len(w.ours(n)); got != 3 { // with the answer to the slip
		t.Errorf("%d comments, want 3\n%s", got, w.visible(n))
	}
	called := 0
	for _, m := range w.hub.Mentions()[mentions:] {
		if m.ByApp {
			called++
		}
	}
	if called != 2 {
		t.Errorf("%d people were mentioned, want tanaka and suzuki, once", called)
	}
	if err := w.failures(); err != nil {
		t.Error(err)
	}
}

// catchUp lets the program do what is due, without any time passing.
func (w *world) catchUp() {
	w.t.Helper()
	for worked := true; worked; {
		w.deliver()
		var err error
		worked, _, err = w.engine.Step(context.Background())
		w.must(err)
	}
}

// at moves the clock to a time of the night, in Tokyo.
func (w *world) at(hour, minute int) {
	w.t.Helper()
	tokyo := time.FixedZone("JST", 9*60*60)
	now := w.clock.Now().In(tokyo)
	then := time.Date(now.Year(), now.Month(), now.Day(), hour, minute, 0, 0, tokyo)
	if then.Before(now) {
		then = then.AddDate(0, 0, 1)
	}
	for next := now; next.Before(then); next = next.Add(time.Minute) {
		w.clock.Advance(min(time.Minute, then.Sub(next)))
		w.catchUp()
	}
}

func (w *world) reads(what, body, want string) {
	w.t.Helper()
	if diff := cmp.Diff(strings.Split(want, "\n"), strings.Split(seen(body), "\n")); diff != "" {
		w.t.Errorf("%s (-want +got)\n%s", what, diff)
	}
}

// TestNights tells two more nights in both languages, each kept as a page of
// what people read at every step: one told through a blank issue and comments
// alone, and one in which nobody knows anything. KINTSUGI_UPDATE_GOLDEN=1
// rewrites them; read what changed.
func TestNights(t *testing.T) {
	const policy = "time_zone: Asia/Tokyo\nincident: {notify: [\"@tanaka\", \"@suzuki\"], escalate: [\"@yamamoto\"], response: {sev1: [\"Open the bridge\", \"Tell support\"]}}\nservices: {payments: {words: [checkout, 決済]}, search: {words: [search, 検索]}}\n"
	type line struct {
		hour, minute int
		who, said    string
	}
	for name, story := range map[string]struct {
		title, body string
		lines       []line
	}{
		"blank.en": {"help", "something is wrong with the checkout", []line{
			{3, 2, "sato", "/incident"}, {3, 4, "sato", "/reach 3 contacts"}, {3, 13, "yamamoto", "/ack"}, {3, 14, "yamamoto", "/scribe @suzuki"},
			{3, 15, "suzuki", "/started 2:50\n/note the deploy of 2:45"}, {3, 20, "sato", "/reach 60 contacts"}, {3, 30, "yamamoto", "/lead @tanaka"},
			{3, 40, "tanaka", "/mitigated"}, {4, 10, "tanaka", "/resolved 4:05"}, {4, 20, "tanaka", "/started 2:45"},
		}},
		"blank.ja": {"助けてください", "決済の様子が変です", []line{
			{3, 2, "sato", "／障害"}, {3, 4, "sato", "／影響　お問い合わせ　３件"}, {3, 13, "yamamoto", "/対応開始"}, {3, 14, "yamamoto", "/記録担当 @suzuki"},
			{3, 15, "suzuki", "/発生 2時50分\n/メモ 2:45のデプロイ"}, {3, 20, "sato", "/影響 お問い合わせ 60件"}, {3, 30, "yamamoto", "/リーダー @tanaka"},
			{3, 40, "tanaka", "/影響収束"}, {4, 10, "tanaka", "/復旧 4時5分"}, {4, 20, "tanaka", "/発生 2時45分"},
		}},
		"unknown.en": {"[incident] not sure", "### What is happening?\n\nI don't know\n\n### Since when?\n\n_No response_\n\n### How far does it reach?\n\nI don't know\n\n### Which service?\n\nI don't know\n", []line{
			{3, 6, "tanaka", "/ack"}, {3, 7, "tanaka", "/reach unknown"}, {3, 8, "tanaka", "/started unknown"}, {3, 9, "tanaka", "/service unknown"},
			{3, 10, "tanaka", "/sev undecided"}, {3, 40, "tanaka", "/mitigated"}, {4, 0, "tanaka", "/resolved"},
		}},
		"unknown.ja": {"[障害] よく分かりません", "### 何が起きていますか\n\n分からない\n\n### いつからですか\n\n_No response_\n\n### 影響はどのくらいですか\n\n分からない\n\n### どのサービスですか\n\n分からない\n", []line{
			{3, 6, "tanaka", "/対応開始"}, {3, 7, "tanaka", "/影響 不明"}, {3, 8, "tanaka", "/発生 不明"}, {3, 9, "tanaka", "/サービス 不明"},
			{3, 10, "tanaka", "/重大度 未定"}, {3, 40, "tanaka", "/影響収束"}, {4, 0, "tanaka", "/復旧"},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, 1, withoutSweeps)
			w.hub.PutFile(repo, ".github/kintsugi.yml", policy)
			w.at(3, 1)
			n, err := w.hub.OpenIssue(repo, "sato", fakehub.NewIssue{Title: story.title, Body: story.body})
			w.must(err)
			w.catchUp()
			var page strings.Builder
			shown := map[string]string{}
			look := func(what string) {
				fmt.Fprintf(&page, "== %s\n\n", what)
				for i, c := range w.ours(n) {
					key := fmt.Sprint(i)
					if text := strings.TrimSpace(hidden.ReplaceAllString(c.Body, "")); text != shown[key] {
						shown[key] = text
						fmt.Fprintf(&page, "-- comment %d\n%s\n\n", i+1, linkTarget.ReplaceAllString(text, "$1"))
					}
				}
			}
			look("03:01 sato: " + story.title)
			for _, l := range story.lines {
				w.at(l.hour, l.minute)
				w.say(n, l.who, l.said)
				w.catchUp()
				look(fmt.Sprintf("%02d:%02d %s: %s", l.hour, l.minute, l.who, l.said))
			}
			if err := w.failures(); err != nil {
				t.Fatal(err)
			}
			goldenFile(t, "testdata/nights/"+name+".txt", page.String())
		})
	}
}

// goldenFile compares a text with a file.
func goldenFile(t *testing.T, file, got string) {
	t.Helper()
	want, err := os.ReadFile(file)
	if string(want) == got {
		return
	}
	if os.Getenv("KINTSUGI_UPDATE_GOLDEN") == "1" {
		if err = os.MkdirAll(filepath.Dir(file), 0o750); err == nil {
			err = os.WriteFile(file, []byte(got), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
		return
	}
	t.Errorf("%s (%v; -want +got)\n%s", file, err, cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")))
}
