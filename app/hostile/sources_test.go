package hostile_test

import (
	"fmt"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
)

// questions are those of our own form in a repository's language, with true
// answers to them. The last has boxes.
func questions(repo string) (questions, answers []string) {
	if language(repo) == "ja" {
		return []string{"何が起きていますか", "いつからですか", "影響はどのくらいですか", "どのサービスですか", "個人情報や法的な義務に関わりますか"},
			[]string{"2:40から決済画面が真っ白です。お客様8人から連絡がありました。", "2:40", "お問い合わせ 8件", "payments", ""}
	}
	return []string{"What is happening?", "Since when?", "How far does it reach?", "Which service?", "Does it concern personal data or a legal duty?"},
		[]string{"Checkout has been blank since 2:40, and 8 customers wrote in.", "2:40", "8 support contacts", "payments", ""}
}

// readable are openings that say one thing or another.
var readable = []string{
	"", "started: 2:40\nusers affected: 120", "detected: 2:45\nslo: yes", "started: 2:40\ndetected: 2:45\n30% of users are affected.",
	"started: 2:45\ndetected: 2:40\n8 customers wrote in.", "severity: SEV2",
	"started: 2:50\nresolved: 2:40", "started: 2:40\nresolved: 2:50",
}

// answered is what an opening says in other words than commands: the answers to
// a form, headings and lines typed by hand, sentences.
func answered() []ingress {
	var all []ingress
	for _, c := range []struct{ name, beside string }{
		{"alone", "%[2]s"}, {"behind a true one", "%[1]s %[2]s"}, {"above a true one", "%[2]s\n\n%[1]s"},
	} {
		written := func(repo, text string) string {
			text = atMost(text, 5_000)
			asked, answers := questions(repo)
			body := ""
			for n, question := range asked {
				body += "### " + question + "\n\n" + fmt.Sprintf(c.beside, answers[n], text) + "\n\n"
			}
			return body + "- [X] " + text + "\n"
		}
		all = append(all, ingress{name: "answer of a form, " + c.name, covers: []string{"Issue.Body"}, like: readable, stays: true, play: func(w *world, repo, text string) issue {
			return w.form(repo, written(repo, text))
		}}, ingress{name: "line of a report, " + c.name, covers: []string{"Issue.Body"}, like: readable, stays: true, play: func(w *world, repo, text string) issue {
			text = fmt.Sprintf(c.beside, "SEV2", atMost(text, 5_000))
			body := "**Severity**: " + text + "\n発生: 2:40 " + text + "\n## Detected\n2:45\n" + text + "\n| Service | Users affected | SLO |\n|---|---|---|\n| " + text + " | 120 " + text + " | yes |\n■影響 お問い合わせ 8件 " + text + "\n"
			return w.open(repo, "tanaka", "[incident] Checkout", body)
		}})
	}
	return append(all, ingress{name: "question of a form", covers: []string{"Issue.Body"}, like: readable, stays: true, play: func(w *world, repo, text string) issue {
		text = atMost(text, 5_000)
		return w.open(repo, "tanaka", "[incident] Checkout", "### "+text+"\n\n2:40\n\n### Since when? "+text+"\n\n2:40\n\n"+text+": 2:40\n\n【"+text+"】2:40\n")
	}}, ingress{name: "sentence", covers: []string{"Issue.Body"}, like: readable, stays: true, play: func(w *world, repo, text string) issue {
		text = atMost(text, 5_000)
		body := "It started at 2:40 " + text + ". 8 customers wrote in " + text + ".\nWe noticed it at 2:45" + text + "\n" + text + " 30% of users are affected. 2:40 " + text + "から" + text + "発生しています。お問い合わせが" + text + "8件" + text + "\n"
		return w.open(repo, "tanaka", "[incident] Checkout", body)
	}})
}

// form is an incident that was reported by a form, whose label declares it.
func (w *world) form(repo, body string) issue {
	w.t.Helper()
	n, err := w.hub.OpenIssue(repo, "tanaka", fakehub.NewIssue{Title: "Checkout", Body: body, Labels: []string{"incident"}, FromForm: true})
	w.must(err)
	return issue{repo, n}
}

// handbook is where the runbooks are.
const handbook = "docs/runbooks/"

// longName is what GitHub takes as a name of a tag, a branch or an environment,
// 255 bytes, in characters of three.
const longName = 85

// near is what GitHub knows around an incident, which the rules ask for.
func near() []ingress {
	var all []ingress
	for _, c := range []struct {
		name  string
		make  func(w *world, repo, text string) error
		links string
	}{
		{"environment of a deployment", func(w *world, repo, text string) error {
			return w.hub.Deploy(repo, atMost(text, longName), "main", "suzuki")
		}, "deployments"},
		{"ref of a deployment", func(w *world, repo, text string) error {
			return w.hub.Deploy(repo, "production", atMost(text, longName), "suzuki")
		}, "deployments"},
		{"name of a release", func(w *world, repo, text string) error { return w.hub.Release(repo, atMost(text, longName), "suzuki") }, "releases/tag/"},
	} {
		all = append(all, ingress{
			name: c.name, covers: []string{"Change.Title", "Change.URL"}, stays: true, links: c.links, shows: "Changed before: |直前の変更: ",
			play: func(w *world, repo, text string) issue {
				w.clock.Advance(3 * time.Hour) // beyond those of the text before
				w.must(c.make(w, repo, text))
				w.clock.Advance(15 * time.Minute)
				return w.incident(repo)
			},
		})
	}
	all = append(all, ingress{
		name:   "what is deployed while it goes on",
		covers: []string{"Deployment.Environment", "Commit.Message", "CommitPull.Body"}, stays: true, refers: 1, links: "deployments commit/ pull/", shows: "the fix|この障害の修正",
		play: func(w *world, repo, text string) issue {
			w.clock.Advance(3 * time.Hour) // beyond those of the text before
			i := w.incident(repo)
			w.settle()
			w.turn++
			branch := fmt.Sprintf("fix-%d", w.turn)
			_, err := w.hub.CommitFiles(repo, "suzuki", branch, map[string]string{branch: "fixed"})
			w.must(err)
			n, err := w.hub.OpenPull(repo, "suzuki", fakehub.NewIssue{Title: short(text), Body: fmt.Sprintf("Fixes-incident: #%d\n\n%s\n\nFixes-incident: %[2]s\n", i.number, atMost(text, 10_000)), Head: branch})
			w.must(err)
			w.must(w.hub.Merge(repo, n, "suzuki"))
			w.clock.Advance(time.Minute)
			environment := atMost(text, longName)
			w.must(w.hub.Deploy(repo, environment, "main", "suzuki"))
			w.hub.Deployed(repo, environment, "success")
			return i
		},
	}, ingress{
		name: "title of a pull request", covers: []string{"Link.Title"}, stays: true, refers: 1, links: "pull/", shows: "pull request #|プルリクエスト #",
		play: func(w *world, repo, text string) issue {
			i := w.incident(repo)
			w.settle()
			w.clock.Advance(time.Minute)
			n, err := w.hub.OpenIssue(repo, "suzuki", fakehub.NewIssue{PullRequest: true, Title: short(text), Body: fmt.Sprintf("Fixes-incident: #%d", i.number)})
			w.must(err)
			w.must(w.hub.Merge(repo, n, "suzuki"))
			return i
		},
	}, ingress{
		name: "earlier incident", covers: []string{"Match.Title", "Match.Words"}, like: readable, stays: true, shows: `Similar: #\d+ .* \(matched |似た障害: #\d+ .*（.*が一致）`,
		play: func(w *world, repo, text string) issue {
			body := "The payment certificate expired, checkout is blank.\n" + atMost(text, 10_000)
			earlier := w.open(repo, "tanaka", "[incident] "+short(text), body)
			w.settle()
			w.say(earlier, "tanaka", "/resolved")
			w.settle()
			return w.open(repo, "tanaka", "[incident] "+short(text)+" certificate expired, checkout blank", body)
		},
	}, ingress{
		name: "report that joins", covers: []string{"Answer.Summaries"}, like: readable, stays: true, refers: 1, links: "issues/", shows: "Also reported: |ほかの報告: ",
		play: func(w *world, repo, text string) issue {
			i := w.incident(repo)
			w.settle()
			w.clock.Advance(time.Minute)
			asked, answers := questions(repo)
			body := atMost(text, 10_000) + "\n\n### " + asked[1] + "\n\n2:40\n\n### " + asked[2] + "\n\n" + answers[2] + "\n\n### " + asked[3] + "\n\n" + atMost(text, 1_000) + "\n\n### Detected\n\n2:45"
			joins := w.open(repo, "sato", "[incident] "+short(text), body)
			w.say(joins, "tanaka", fmt.Sprintf("/duplicate-of #%d", i.number))
			return i
		},
	})
	return append(all, runbooks()...)
}

// runbooks are the files that may be suggested.
func runbooks() []ingress {
	const title = "Checkout triage"
	var all []ingress
	for _, c := range []struct{ name, file, content string }{
		{"title of a runbook", "x", "---\ntitle: %s\nkeywords: [checkout]\n---\n"},
		{"keywords of a runbook", "x", "---\ntitle: " + title + "\nkeywords: [checkout, %[1]s]\n---\n"},
		{"heading of a runbook", "x", "---\nkeywords: [checkout]\n---\n# %[2]s\n"},
		{"body of a runbook", "x", "---\ntitle: " + title + "\nkeywords: [checkout]\n---\n%[2]s\n"},
		{"front matter that is no YAML of a runbook", "x", "---\nkeywords: [checkout]\ntitle: %[2]s\n---\n# " + title + "\n"},
		{"file of a runbook", "%s", "---\nkeywords: [checkout]\n---\n"},
	} {
		before := map[string]string{}
		shows := `Runbook: \[.*\(matched |手順書: \[.*が一致）`
		if strings.Contains(c.name, "YAML") {
			shows = "" // and no keywords
		}
		all = append(all, ingress{
			name: c.name, covers: []string{"Match.Title", "Match.URL", "Match.Words"}, like: readable, stays: true, links: "blob/main/" + handbook, shows: shows,
			play: func(w *world, repo, text string) issue {
				if last := before[repo]; last != "" {
					w.hub.RemoveFile(repo, last)
				}
				file := c.file
				if file == "%s" {
					file = strings.ReplaceAll(atMost(text, longName), "..", "._") // which git does not take
				}
				before[repo] = handbook + file + ".md"
				w.hub.PutFile(repo, before[repo], fmt.Sprintf(c.content+"%[3]s", yaml(atMost(text, 1_000)), text, ""))
				w.hub.PutFile(repo, ".github/kintsugi.yml", fmt.Sprintf(strings.Replace(settings, "{", "{runbooks: [docs/runbooks], ", 1), language(repo)))
				w.deliver()
				return w.open(repo, "tanaka", "[incident] Checkout is blank", atMost(text, 2_000))
			},
		})
	}
	return all
}
