package engine_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
	"github.com/kintsugi-app/kintsugi/workflows/incident"
	"github.com/kintsugi-app/kintsugi/workflows/postmortem"
)

// withPostmortems are the workflows of an incident and its postmortem.
func withPostmortems(w *world) {
	withRules(incident.Workflow(), postmortem.Workflow())(w)
}

// draft is the number of the issue that the App opened, or 0.
func (w *world) draft() int {
	all, _ := w.reported()
	if len(all) > 1 {
		w.t.Fatalf("%d issues were opened by the App", len(all))
	}
	if len(all) == 0 {
		return 0
	}
	return all[0]
}

// postmortemTale is how a postmortem is told, in one language.
type postmortemTale struct {
	policy, title, body, note string
	// parts of the document that a person writes, each put under its heading.
	sections map[string]string
	review   string
	approve  string
	share    string
}

var postmortemTales = map[string]postmortemTale{
	"ja": {
		policy: "language: ja\ntime_zone: Asia/Tokyo\nworking_hours: \"10:00-18:00\"\nholidays: [jp]\nincident: {label: 障害, notify: [\"@tanaka\"]}\npostmortem: {label: ポストモーテム, approvals: 2}\n",
		title:  "[障害] 決済画面が真っ白になる", body: "お問い合わせが8件来ています。2:55に気づきました。", note: "/メモ 証明書を入れ替えました",
		sections: map[string]string{
			"概要":          "決済APIの証明書が切れ、決済画面が開けなくなりました。証明書を入れ替えて復旧しました。",
			"影響":          "50分のあいだ、決済のおよそ3割が失敗しました。",
			"検知":          "お問い合わせで気づきました。監視は反応しませんでした。",
			"対応":          "手順書に沿って切り分け、証明書を入れ替えました。",
			"要因":          "- 証明書の期限を監視していませんでした\n- 更新が手順に組み込まれていませんでした",
			"うまくいったこと":    "切り分けの順番が手順書どおりでした。",
			"うまくいかなかったこと": "Aさんが確認を怠ったため、気づくのが遅れました。",
			"幸運だったこと":     "利用の少ない時間帯でした。",
			"対応策":         "| 対応策 | 種別 | 担当 | 期限 | Issue |\n|---|---|---|---|---|\n| 証明書の期限が30日を切ったら通知する監視を追加する | 検知 | @suzuki | 2026-12-15 | |\n| 証明書の更新を自動にする | 予防 | | 2026-12-25 | |",
			"学んだこと":       "期限のあるものは一覧にして見張る必要があります。",
		},
		review: "/レビュー @suzuki @yamamoto", approve: "/承認", share: "/共有会 12/2 15:00",
	},
	"en": {
		policy: "language: en\ntime_zone: Asia/Tokyo\nworking_hours: \"10:00-18:00\"\nholidays: [jp]\nincident: {notify: [\"@tanaka\"]}\npostmortem: {approvals: 2}\n",
		title:  "[incident] the checkout is blank", body: "8 support contacts so far. Noticed at 2:55.", note: "/note replaced the certificate",
		sections: map[string]string{
			"Summary":              "The certificate of the payment API expired and the checkout did not open. Replacing it brought it back.",
			"Impact":               "For 50 minutes about a third of the payments failed.",
			"Detection":            "Customers told us. No alert fired.",
			"Response":             "The runbook led us to the certificate, which we replaced.",
			"Contributing factors": "- Nothing watched when certificates expire\n- Renewal was not part of any procedure",
			"What went well":       "The runbook had the right order.",
			"What went wrong":      "Anna was careless and forgot to renew the certificate.",
			"Where we got lucky":   "It was a quiet hour.",
			"Action items":         "| Action | Type | Owner | Due | Issue |\n|---|---|---|---|---|\n| Alert 30 days before any certificate expires | detect | @suzuki | 2026-12-15 | |\n| Renew certificates automatically | prevent | | 2026-12-25 | |",
			"Lessons learned":      "What expires needs a list that is watched.",
		},
		review: "/review @suzuki @yamamoto", approve: "/approve", share: "/share 12/2 15:00",
	},
}

// fillIn writes under headings of the document, as a person would, and keeps the
// rest as it is.
func fillIn(body string, sections map[string]string) string {
	var b strings.Builder
	skipping := false
	for line := range strings.Lines(body) {
		heading := strings.TrimSpace(strings.TrimLeft(line, "# "))
		if strings.HasPrefix(line, "#") {
			skipping = false
		}
		if !skipping {
			b.WriteString(line)
		}
		if text := sections[heading]; strings.HasPrefix(line, "#") && text != "" {
			b.WriteString("\n" + text + "\n\n")
			skipping = true
		}
	}
	return b.String()
}

// TestPostmortemStory tells a postmortem from the end of its incident to its own,
// in both languages, and keeps what people read as a page. KINTSUGI_UPDATE_GOLDEN=1
// rewrites it; read what changed.
func TestPostmortemStory(t *testing.T) {
	if testing.Short() {
		t.Skip("long, and in one thread: nothing for the race detector")
	}
	t.Parallel()
	for lang, tale := range postmortemTales {
		t.Run(lang, func(t *testing.T) { tellPostmortem(t, lang, tale) })
	}
}

func tellPostmortem(t *testing.T, lang string, tale postmortemTale) {
	w := newWorld(t, 1, withPostmortems, withoutSweeps)
	w.hub.PutFile(repo, ".github/kintsugi.yml", tale.policy)
	w.hub.SetRole(repo, "tanaka", "write")
	w.at(3, 2)
	n, err := w.hub.OpenIssue(repo, "sato", fakehub.NewIssue{Title: tale.title, Body: tale.body})
	w.must(err)
	w.catchUp()
	for _, s := range []struct {
		hour, minute int
		who, said    string
	}{
		{3, 6, "tanaka", "/ack"}, {3, 10, "tanaka", "/started 2:40"}, {3, 31, "tanaka", "/mitigated 3:30"}, {3, 40, "suzuki", tale.note}, {4, 5, "tanaka", "/resolved"},
	} {
		w.at(s.hour, s.minute)
		w.say(n, s.who, s.said)
		w.catchUp()
	}
	m := w.draft()
	if m == 0 {
		t.Fatalf("no draft was made\n%s\n%v", w.visible(n), w.failures())
	}
	var page strings.Builder
	shown := map[string]string{}
	look := func(what string) {
		fmt.Fprintf(&page, "== %s\n\n", what)
		for _, issue := range []int{n, m} {
			for i, c := range w.ours(issue) {
				key := fmt.Sprintf("%d %d", issue, i)
				if text := strings.TrimSpace(hidden.ReplaceAllString(c.Body, "")); text != shown[key] {
					shown[key] = text
					fmt.Fprintf(&page, "-- #%d, comment %d\n%s\n\n", issue, i+1, linkTarget.ReplaceAllString(text, "$1"))
				}
			}
		}
	}
	look("04:05 tanaka: /resolved")
	fmt.Fprintf(&page, "-- #%d %v %v\n%s\n\n", m, w.issue(m).Labels, w.issue(m).Assignees, linkTarget.ReplaceAllString(w.issue(m).Body, "$1"))
	w.at(11, 0)
	w.say(m, "tanaka", tale.share)
	body := fillIn(w.issue(m).Body, tale.sections)
	w.must(w.hub.EditIssue(repo, m, "tanaka", fakehub.Edit{Body: &body}))
	w.catchUp()
	look("11:00 tanaka writes the document, and " + tale.share)
	w.at(12, 0)
	w.say(m, "tanaka", tale.review)
	w.catchUp()
	look("12:00 tanaka: " + tale.review)
	body = strings.ReplaceAll(strings.ReplaceAll(body, "予防 | |", "予防 | @yamamoto |"), "prevent | |", "prevent | @yamamoto |")
	w.must(w.hub.EditIssue(repo, m, "tanaka", fakehub.Edit{Body: &body}))
	w.catchUp()
	look("tanaka names an owner for the second action")
	w.at(14, 0)
	w.say(m, "suzuki", tale.approve)
	w.catchUp()
	look("14:00 suzuki: " + tale.approve)
	for w.clock.Now().Before(time.Date(2026, 12, 1, 3, 0, 0, 0, time.UTC)) {
		w.at(12, 0)
		w.clock.Advance(time.Minute)
		w.catchUp()
	}
	look("the day before the sharing meeting")
	w.say(m, "yamamoto", tale.approve)
	w.catchUp()
	look("yamamoto: " + tale.approve)
	for range 20 {
		w.at(12, 0)
		w.clock.Advance(time.Minute)
		w.catchUp()
	}
	look("twenty days later")
	if err := w.failures(); err != nil {
		t.Error(err)
	}
	if v := w.issue(m); v.State != "closed" || v.Reason != "completed" || v.Body != body {
		t.Errorf("the postmortem is %s as %q; its text is the person's: %t", v.State, v.Reason, v.Body == body)
	}
	if got := len(w.ours(n)); got > 2 {
		t.Errorf("%d comments on the incident, want at most 2", got)
	}
	if got := len(w.ours(m)); got > 3 {
		t.Errorf("%d comments on the postmortem, want at most 3", got)
	}
	goldenFile(t, "testdata/postmortems/"+lang+".txt", page.String())
}

// TestDraftOfManyComments: an incident with 400 notes gets a draft that GitHub
// takes, in one run, and what is not in it is said to be elsewhere.
func TestDraftOfManyComments(t *testing.T) {
	if testing.Short() {
		t.Skip("long, and in one thread: nothing for the race detector")
	}
	t.Parallel()
	w := newWorld(t, 1, withPostmortems, withoutSweeps)
	n := w.open("sato", "[incident] checkout is blank")
	w.settle()
	w.say(n, "tanaka", "/ack\n/sev 1")
	for i := range 400 {
		w.say(n, "suzuki", fmt.Sprintf("/note step %d of many, %s", i, strings.Repeat("with all that was seen ", 10)))
	}
	w.say(n, "tanaka", "/resolved")
	for range 10 { // 400 reactions take their time
		w.settle()
	}
	m := w.draft()
	if m == 0 {
		t.Fatalf("no draft was made: %v", w.failures())
	}
	body := w.issue(m).Body
	if size := utf8.RuneCountInString(body); size > 60_000 {
		t.Errorf("the draft has %d characters", size)
	}
	var inDraft, elsewhere int
	for line := range strings.Lines(body) {
		if strings.Contains(line, "note by suzuki") {
			inDraft++
		}
		_, _ = fmt.Sscanf(strings.TrimSpace(line), "| | %d more are in the timeline of", &elsewhere)
	}
	if inDraft+elsewhere < 400 || inDraft < 80 {
		t.Errorf("%d notes stand in the draft, and %d entries are said to be elsewhere, of 400", inDraft, elsewhere)
	}
	notes := 0
	for _, c := range w.ours(n) { // the timeline that it points to
		notes += strings.Count(c.Body, "note by suzuki")
	}
	if notes < 400 {
		t.Errorf("the timeline on the incident has %d of 400 notes", notes)
	}
	made := 0
	for _, r := range w.runs {
		if _, limited := errors.AsType[*engine.Later](r.Err); r.Err != nil && !limited {
			t.Error(r.Err)
		}
		for _, did := range r.Did {
			if strings.HasPrefix(did, "issue "+"postmortem.draft") {
				made++
			}
		}
	}
	if made != 1 {
		t.Errorf("the draft was made in %d runs", made)
	}
}

// TestPeoplesTextStays edits the document between any two runs, and finds every
// edit at the end: the App never writes there.
func TestPeoplesTextStays(t *testing.T) {
	if testing.Short() {
		t.Skip("long, and in one thread: nothing for the race detector")
	}
	t.Parallel()
	for seed := range uint64(5) {
		w := newWorld(t, seed, withPostmortems)
		random := rand.New(rand.NewPCG(seed, 1))
		w.hub.SetRole(repo, "tanaka", "write")
		n := w.open("sato", "[incident] checkout is blank")
		w.settle()
		w.say(n, "tanaka", "/ack\n/sev 1\n/started 10m ago\n/resolved")
		w.settle()
		m := w.draft()
		if m == 0 {
			t.Fatal(w.failures())
		}
		body, written := w.issue(m).Body, []string(nil)
		for i, said := range []string{"/lint", "/review @suzuki", "/share 12/2 15:00", "/approve", "/postpone 12/20 why", "/quiet"} {
			w.say(m, []string{"tanaka", "suzuki"}[random.IntN(2)], said)
			if random.IntN(3) == 0 {
				w.say(n, "tanaka", fmt.Sprintf("/started %dm ago", 20+i))
			}
			for range 6 { // a run at a time
				edit := fmt.Sprintf("my words %d.%d", i, len(written))
				lines := strings.SplitAfter(body, "\n")
				at := random.IntN(len(lines)) + 1
				body = strings.Join(lines[:at], "") + "\n" + edit + "\n" + strings.Join(lines[at:], "")
				written = append(written, edit)
				w.must(w.hub.EditIssue(repo, m, "tanaka", fakehub.Edit{Body: &body}))
				w.deliver()
				_, _, err := w.engine.Step(t.Context())
				w.must(err)
			}
			w.settle()
		}
		if got := w.issue(m).Body; got != body {
			t.Errorf("seed %d: the text of the postmortem is not what people wrote", seed)
		}
		for _, edit := range written {
			w.wants(w.issue(m).Body, edit)
		}
	}
}

// TestPostmortemByHand: an issue that a person opens from a template is one from
// the start, without any incident; and one that names its incident is found by it.
func TestPostmortemByHand(t *testing.T) {
	w := newWorld(t, 1, withPostmortems)
	alone := w.open("suzuki", "[postmortem] the backup had stopped for a week")
	w.settle()
	w.wants(w.status(alone), "Postmortem · draft", "Author: suzuki")

	n := w.open("sato", "[incident] checkout is blank")
	w.settle()
	w.say(n, "tanaka", "/ack\n/sev 3\n/resolved")
	w.settle()
	w.wants(w.ours(n)[1].Body, "No postmortem is needed", "`/postmortem`")
	body := fmt.Sprintf("Incident: #%d\n\n## Summary\n\nIt was blank.\n", n)
	byHand, err := w.hub.OpenIssue(repo, "suzuki", fakehub.NewIssue{Title: "[postmortem] checkout", Body: body})
	w.must(err)
	w.settle()
	w.wants(w.status(byHand), fmt.Sprintf("Incident: #%d", n))
	w.wants(w.status(n), fmt.Sprintf("Postmortem: #%d", byHand))

	stranger := w.open("sato", "[postmortem] not for readers to begin")
	w.settle()
	if w.status(stranger) != "" {
		t.Errorf("somebody with the read role began a postmortem\n%s", w.visible(stranger))
	}
	if err := w.failures(); err != nil {
		t.Error(err)
	}
}

// TestClosedIncomplete: closing works; what is missing is answered once, or the
// issue is reopened once where the policy has it so.
func TestClosedIncomplete(t *testing.T) {
	for onClose, closed := range map[string]bool{"remark": true, "off": true, "reopen": false} {
		w := newWorld(t, 1, withPostmortems)
		w.hub.PutFile(repo, ".github/kintsugi.yml", "time_zone: Asia/Tokyo\npostmortem: {on_close: "+onClose+"}\n")
		m := w.open("suzuki", "[postmortem] the backup had stopped")
		w.settle()
		before := len(w.ours(m))
		w.must(w.hub.Close(repo, m, "suzuki", "completed"))
		w.settle()
		if got := w.issue(m).State == "closed"; got != closed {
			t.Errorf("%s: closed is %t after the first closing\n%s", onClose, got, w.visible(m))
		}
		said := len(w.ours(m)) - before
		if onClose != "off" && said < 1 || said > 2 {
			t.Errorf("%s: %d comments answer the closing\n%s", onClose, said, w.visible(m))
		}
		if onClose == "reopen" {
			w.clock.Advance(time.Hour)
			w.must(w.hub.Close(repo, m, "suzuki", "completed"))
			w.settle()
			if w.issue(m).State != "closed" {
				t.Errorf("a second closing does not stand\n%s", w.visible(m))
			}
			if again := len(w.ours(m)) - before; again != said {
				t.Errorf("the second closing was answered by %d more comments", again-said)
			}
		}
		if err := w.failures(); err != nil {
			t.Error(err)
		}
	}
}
