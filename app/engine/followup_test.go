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
)

// withFollowUps are all workflows from an incident to what is to be done after it.
func withFollowUps(w *world) {
	withRules(incident.Workflow(), postmortem.Workflow(), followup.Workflow())(w)
}

// followUpTale is how a story of follow-ups is told, in one language.
type followUpTale struct {
	policy, title, heading, rows string
	approve, ask, postpone       string
}

var followUpTales = map[string]followUpTale{
	"en": {
		policy:  "language: en\ntime_zone: Asia/Tokyo\nworking_hours: \"10:00-18:00\"\nholidays: [jp]\npostmortem: {reminders: false}\nfollowup: {owners: {\"@acme/infra\": acme/infra}}\n",
		title:   "[postmortem] Checkout was blank",
		heading: "## Action items\n\n| Action | Type | Owner | Due | Issue |\n|---|---|---|---|---|\n",
		rows: "| Alert 30 days before a certificate expires repo:acme/pay | detect | @suzuki | 2026-12-18 | |\n" +
			"| Renew certificates automatically | prevent | @acme/infra | 2026-12-10 | |\n" +
			"| Rehearse the rollback once a quarter | mitigate | @tanaka | 2026-12-04 | |\n" +
			"| Write the runbook anew | process | | 2026-12-25 | |\n" +
			"| Remove the old gateway repo:acme/attic | prevent | @suzuki | 2026-12-25 | |\n" +
			"| Move to another provider | idea | | | |\n",
		approve: "/approve", ask: "/follow-up 4 @yamamoto", postpone: "/postpone 2027-01-15 the rehearsal needs the new staging",
	},
	"ja": {
		policy:  "language: ja\ntime_zone: Asia/Tokyo\nworking_hours: \"10:00-18:00\"\nholidays: [jp]\npostmortem: {reminders: false}\nfollowup: {owners: {\"@acme/infra\": acme/infra}}\n",
		title:   "[ポストモーテム] 決済画面が真っ白になった",
		heading: "## 対応策\n\n| 対応策 | 種別 | 担当 | 期限 | Issue |\n|---|---|---|---|---|\n",
		rows: "| 証明書の期限が30日を切ったら通知する リポジトリ:acme/pay | 検知 | @suzuki | 2026-12-18 | |\n" +
			"| 証明書の更新を自動にする | 予防 | @acme/infra | 2026-12-10 | |\n" +
			"| 切り戻しを四半期に一度試す | 緩和 | @tanaka | 2026-12-04 | |\n" +
			"| 手順書を書き直す | プロセス | | 2026-12-25 | |\n" +
			"| 古いゲートウェイを止める リポジトリ:acme/attic | 予防 | @suzuki | 2026-12-25 | |\n" +
			"| 別の決済会社に移る | アイデア | | | |\n",
		approve: "/承認", ask: "/フォローアップ 4 @yamamoto", postpone: "/延期 2027-01-15 新しい検証環境を待つため",
	},
}

// TestFollowUpStory tells what becomes of the action items of a postmortem: in
// three repositories, one closed by a merged pull request, one overdue, one
// postponed, one where nothing may be written, one without an owner and then given
// one. The pages are kept.
func TestFollowUpStory(t *testing.T) {
	t.Parallel()
	for lang, tale := range followUpTales {
		t.Run(lang, func(t *testing.T) { tellFollowUps(t, lang, tale) })
	}
}

const (
	payRepo   = "acme/pay"
	infraRepo = "acme/infra"
	atticRepo = "acme/attic"
)

// addTeams makes the repositories in which the work is done.
func (w *world) addTeams(policy string) {
	for _, name := range []string{payRepo, infraRepo, atticRepo} {
		w.addRepo(name, true)
		w.hub.PutFile(name, ".github/kintsugi.yml", policy)
	}
	w.hub.PutFile(repo, ".github/kintsugi.yml", policy)
	w.hub.SetRole(repo, "tanaka", "write")
	w.hub.SetRole(repo, "admin", "admin")
	w.hub.ArchiveRepo(atticRepo)
}

// written opens a postmortem that a person has written.
func (w *world) written(title, body string) int {
	n, err := w.hub.OpenIssue(repo, "yamamoto", fakehub.NewIssue{Title: title, Body: body})
	w.must(err)
	w.catchUp()
	return n
}

func tellFollowUps(t *testing.T, lang string, tale followUpTale) {
	w := newWorld(t, 1, withFollowUps, withoutSweeps)
	w.addTeams(tale.policy)
	w.at(11, 0)
	m := w.written(tale.title, tale.heading+tale.rows)
	var page strings.Builder
	shown := map[string]string{}
	look := func(what string) {
		fmt.Fprintf(&page, "== %s\n\n", what)
		for _, r := range []string{repo, payRepo, infraRepo} {
			for _, v := range w.hub.Issues(r) {
				if r != repo || v.Number != m {
					if key := v.URL; shown[key] != v.State {
						fmt.Fprintf(&page, "-- %s#%d is %s: %s %v %v\n", r, v.Number, v.State, v.Title, v.Labels, v.Assignees)
						if shown[key] == "" {
							fmt.Fprintf(&page, "%s\n\n", linkTarget.ReplaceAllString(v.Body, "$1"))
						}
						shown[key] = v.State
					}
				}
				for i, c := range v.Comments {
					if c.Author != "kintsugi[bot]" {
						continue
					}
					key := fmt.Sprintf("%s %d %d", r, v.Number, i)
					if text := strings.TrimSpace(hidden.ReplaceAllString(c.Body, "")); text != shown[key] {
						shown[key] = text
						fmt.Fprintf(&page, "-- %s#%d, comment %d\n%s\n\n", r, v.Number, i+1, linkTarget.ReplaceAllString(text, "$1"))
					}
				}
			}
		}
	}
	w.at(12, 0)
	w.say(m, "suzuki", tale.approve)
	w.at(12, 1)
	look("12:00 suzuki: " + tale.approve)
	w.at(13, 0)
	w.say(m, "tanaka", tale.ask)
	w.catchUp()
	look("13:00 tanaka: " + tale.ask)

	here := w.ownIn(repo)
	pay, infra, rehearsal := w.ownIn(payRepo)[0], w.ownIn(infraRepo)[0], here[len(here)-2]
	w.must(w.hub.CommitFile(payRepo, "suzuki", "alerts", "alerts.yml", "days: 30\n"))
	fix, err := w.hub.OpenPull(payRepo, "suzuki", fakehub.NewIssue{Title: "Alert on certificates", Body: fmt.Sprintf("Closes #%d", pay), Head: "alerts"})
	w.must(err)
	w.must(w.hub.Merge(payRepo, fix, "suzuki"))
	w.must(w.hub.Close(payRepo, pay, "suzuki", "completed"))
	w.catchUp()
	look("suzuki merges the fix, which closes " + fmt.Sprintf("%s#%d", payRepo, pay))

	w.until(time.Date(2026, 12, 1, 3, 0, 0, 0, time.UTC))
	look("1 December, three working days before the first is due")
	_, err = w.hub.Comment(repo, rehearsal, "suzuki", tale.postpone)
	w.must(err)
	w.catchUp()
	look("suzuki: " + tale.postpone)
	w.until(time.Date(2026, 12, 14, 3, 0, 0, 0, time.UTC))
	look("14 December, after the second was due")
	w.must(w.hub.DeleteIssue(repo, here[len(here)-1], "admin"))
	w.catchUp()
	look("somebody deletes the issue of the fourth")
	w.must(w.hub.EditIssue(infraRepo, infra, "yamamoto", fakehub.Edit{Title: new("Renew certificates by machine")}))
	body := strings.ReplaceAll(w.issue(m).Body, tale.rows[:strings.Index(tale.rows, "\n")+1], "")
	w.must(w.hub.EditIssue(repo, m, "yamamoto", fakehub.Edit{Body: &body}))
	w.catchUp()
	look("yamamoto renames the second, and takes the first row out of the document")
	w.wantsNoFailures()
	if v := w.issue(m); v.Body != body {
		t.Error("the text of the document is not the person's")
	}
	goldenFile(t, "testdata/followups/"+lang+".txt", page.String())
}

// ownIn are the numbers of the issues that the App opened in a repository.
func (w *world) ownIn(name string) (numbers []int) {
	for _, v := range w.hub.Issues(name) {
		if v.Author == "kintsugi[bot]" {
			numbers = append(numbers, v.Number)
		}
	}
	return numbers
}

// until lets the days pass, looking twice a day.
func (w *world) until(then time.Time) {
	w.t.Helper()
	for w.clock.Now().Before(then) {
		w.clock.Advance(min(12*time.Hour, then.Sub(w.clock.Now())))
		w.catchUp()
	}
}
