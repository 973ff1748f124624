package engine_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
	"github.com/kintsugi-app/kintsugi/workflows/followup"
	"github.com/kintsugi-app/kintsugi/workflows/incident"
	"github.com/kintsugi-app/kintsugi/workflows/postmortem"
	"github.com/kintsugi-app/kintsugi/workflows/readinglist"
)

// withReadingList are all workflows up to the reading list.
func withReadingList(w *world) {
	withRules(incident.Workflow(), postmortem.Workflow(), followup.Workflow(), readinglist.Workflow())(w)
}

// listTale is how a story of a reading list is told, in one language.
type listTale struct {
	policy, label                         string
	titles                                [3]string
	body, recommend, note, onboard, notes string
}

var listTales = map[string]listTale{
	"en": {
		policy: "language: en\ntime_zone: Asia/Tokyo\nworking_hours: \"10:00-18:00\"\nholidays: [jp]\npostmortem: {reminders: false}\n" +
			"reading_list: {club: {first: 2026-12-16, every: 2 weeks, hosts: [\"@tanaka\", \"@suzuki\"], reads: 1}}\n",
		label:     "recommended-postmortem",
		titles:    [3]string{"[postmortem] Checkout was blank", "[postmortem] Mails were late", "[postmortem] Orders were doubled"},
		body:      "## Summary\n\nAn expired certificate kept customers from paying for fifty minutes. It was noticed after fifteen.\n\n## Timeline\n\n- 2026-11-24 02:40 JST started\n- 2026-11-24 02:55 JST detected\n",
		recommend: "/recommend response because the order of checks helps", note: "Read it with the dashboard open.", onboard: "/onboard @sato payments",
		notes: "- We would have called the bank first.",
	},
	"ja": {
		policy: "language: ja\ntime_zone: Asia/Tokyo\nworking_hours: \"10:00-18:00\"\nholidays: [jp]\npostmortem: {reminders: false}\n" +
			"reading_list: {club: {first: 2026-12-16, every: 2 weeks, hosts: [\"@tanaka\", \"@suzuki\"], reads: 1}}\n",
		label:     "おすすめポストモーテム",
		titles:    [3]string{"[ポストモーテム] 決済画面が真っ白になった", "[ポストモーテム] メールの配信が遅れた", "[ポストモーテム] 注文が二重になった"},
		body:      "## 概要\n\n証明書の期限が切れ、お客様が50分間お支払いできませんでした。15分で気づきました。\n\n## 経緯\n\n- 2026-11-24 02:40 JST 発生\n- 2026-11-24 02:55 JST 検知\n",
		recommend: "/推薦 障害時の動き 切り分けの順番が参考になります", note: "ダッシュボードを開いて読むのがおすすめです。", onboard: "/オンボーディング @sato 決済",
		notes: "- 先に銀行へ電話するという意見がありました。",
	},
}

// TestReadingListStory tells how a list comes to be: a label without a reason, a
// reason, a person's words in the pull request, its merge, a newcomer, the club. The
// pages are kept, with files and without.
func TestReadingListStory(t *testing.T) {
	t.Parallel()
	for lang, tale := range listTales {
		t.Run(lang, func(t *testing.T) { tellReadingList(t, lang, tale, true) })
		t.Run(lang+" without files", func(t *testing.T) { tellReadingList(t, lang, tale, false) })
	}
}

const listBranch = "kintsugi/reading-list"

// onBranch is a file on a branch; empty where there is none.
func (w *world) onBranch(branch, path string) string {
	for _, b := range append(w.hub.Branches(repo), w.hub.Trunk(repo)) {
		if b.Name == branch {
			return b.Files[path]
		}
	}
	return ""
}

func tellReadingList(t *testing.T, lang string, tale listTale, isInFiles bool) {
	w := newWorld(t, 1, withReadingList, withoutSweeps)
	if isInFiles {
		w.hub.Ask(filePermissions, "issues", "issue_comment", "pull_request", "push")
		w.hub.Accept("acme")
	}
	w.hub.PutFile(repo, ".github/kintsugi.yml", tale.policy)
	w.hub.SetRole(repo, "tanaka", "triage")
	w.catchUp()
	var page strings.Builder
	shown := map[string]string{}
	look := func(what string) {
		fmt.Fprintf(&page, "== %s\n\n", what)
		for _, v := range w.hub.Issues(repo) {
			if v.Author == "kintsugi[bot]" && shown[v.URL] != v.State {
				fmt.Fprintf(&page, "-- #%d is %s: %s %v %v\n", v.Number, v.State, v.Title, v.Labels, v.Assignees)
				if shown[v.URL] == "" {
					fmt.Fprintf(&page, "%s\n\n", linkTarget.ReplaceAllString(v.Body, "$1"))
				}
				shown[v.URL] = v.State
			}
			for i, c := range v.Comments {
				key := fmt.Sprintf("%d %d", v.Number, i)
				if text := strings.TrimSpace(hidden.ReplaceAllString(c.Body, "")); c.Author == "kintsugi[bot]" && text != shown[key] {
					shown[key] = text
					fmt.Fprintf(&page, "-- #%d, comment %d\n%s\n\n", v.Number, i+1, linkTarget.ReplaceAllString(text, "$1"))
				}
			}
		}
		list := "reading-list/README.md"
		for _, branch := range []string{"main", listBranch} {
			if text := linkTarget.ReplaceAllString(w.onBranch(branch, list), "$1"); text != shown[branch] {
				shown[branch] = text
				fmt.Fprintf(&page, "-- %s on %s\n%s\n\n", list, branch, text)
			}
		}
	}
	minute := func() { // after what was said
		w.catchUp()
		w.clock.Advance(time.Minute)
		w.catchUp()
	}
	w.at(11, 0)
	var numbers []int
	for _, title := range tale.titles {
		numbers = append(numbers, w.written(title, tale.body))
	}
	w.must(w.hub.Label(repo, numbers[0], "yamamoto", tale.label))
	minute()
	look("yamamoto puts the label on the first")
	w.say(numbers[0], "yamamoto", tale.recommend)
	w.say(numbers[1], "suzuki", "/recommend learning")
	minute()
	look("yamamoto: " + tale.recommend + "; suzuki recommends the second")
	if isInFiles {
		text := w.onBranch(listBranch, "reading-list/README.md")
		at := strings.Index(text, "<!-- kintsugi-note:end ")
		w.must(w.hub.CommitFile(repo, "suzuki", listBranch, "reading-list/README.md", text[:at]+tale.note+"\n"+text[at:]))
	}
	w.must(w.hub.Label(repo, numbers[2], "suzuki", tale.label))
	minute()
	w.must(w.hub.Unlabel(repo, numbers[1], "suzuki", tale.label))
	minute()
	look("suzuki writes a note in the page, labels the third, and takes the label off the second")
	if isInFiles {
		for _, v := range w.hub.Issues(repo) {
			if v.PullRequest && v.State == "open" {
				w.must(w.hub.Merge(repo, v.Number, "yamamoto"))
			}
		}
		if text := w.onBranch("main", "reading-list/README.md"); strings.Count(text, tale.note) != 1 {
			t.Error("the note is not on the page:", text)
		}
	}
	w.say(numbers[0], "tanaka", tale.onboard)
	w.catchUp()
	look("tanaka: " + tale.onboard)
	own := w.ownIn(repo)
	reading := own[len(own)-1]
	w.say(reading, "sato", "/read")
	w.catchUp()
	look("sato: /read")
	w.until(time.Date(2026, 12, 11, 3, 0, 0, 0, time.UTC))
	look("11 December, three working days before the club meets")
	own = w.ownIn(repo)
	agenda := own[len(own)-1]
	body := strings.Replace(w.issue(agenda).Body, "- [ ]", "- [x]", 1) + tale.notes + "\n"
	w.must(w.hub.EditIssue(repo, agenda, "suzuki", fakehub.Edit{Body: &body}))
	w.must(w.hub.Close(repo, agenda, "tanaka", "completed"))
	w.catchUp()
	minute()
	look("tanaka closes the agenda")
	w.wantsNoFailures()
	name := lang
	if !isInFiles {
		name += "-issue"
	}
	goldenFile(t, "testdata/readinglist/"+name+".txt", page.String())
}
