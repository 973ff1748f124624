package hostile_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
	"github.com/kintsugi-app/kintsugi/workflows/readiness"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// inVerdict is where the gate says how a release stands: in a review, on a commit, to a
// deployment that waits, and in a digest.
const inVerdict place = "a verdict"

// release is what is staged around a commit that is to be released. Empty fields are what
// is sound.
type release struct {
	settings, checklist, file string
	title, body               string // of the review
	said                      []string
	pull                      fakehub.NewIssue
	branch, tag, environment  string
	checks                    []string
	forged                    string // what GitHub Actions writes as our check run
	decided                   string // why a job released it anyway
	incident                  bool
}

// toRelease is a checklist of which a part is missing.
const toRelease = "items:\n  - {id: tests, question: {en: Do the tests pass?, ja: テストは通りますか。}, evidence: [{workflow: ci.yml}]}\n" +
	"  - {id: load-test, question: {en: Does it hold the peak?, ja: 最大の負荷に耐えますか。}}\n  - {id: review, evidence: [{approvals: 1}], question: {en: Did another look?, ja: ほかの方が見ましたか。}}\n"

// gated are settings by which new releases get a review.
const gatedBy = "readiness: {mode: block, branches: [\"release/*\"], tags: [\"*\"]}\n"

// stage lets a release come to the gate, and returns its review.
func (w *world) stage(repo string, r release) issue {
	w.t.Helper()
	w.unstage(repo)
	orElse := func(text *string, sound string) {
		if *text == "" {
			*text = sound
		}
	}
	orElse(&r.settings, gatedBy)
	orElse(&r.checklist, toRelease)
	orElse(&r.file, "checklist.yml")
	orElse(&r.title, "[readiness]")
	orElse(&r.environment, "production")
	orElse(&r.pull.Title, "Charge once")
	w.hub.PutFiles(repo, map[string]string{
		".github/kintsugi.yml": fmt.Sprintf(settings, language(repo)) + r.settings, ".github/readiness/" + r.file: r.checklist, "docs/runbook.md": "To roll back, deploy the version before.\n",
	})
	w.deliver()
	for len(w.hub.Issues(repo)) < 4 { // which texts name
		w.open(repo, "sato", "A question", "")
	}
	if r.incident {
		i := w.incident(repo)
		w.staged[repo] = append(w.staged[repo], fmt.Sprintf("#%d", i.number))
		w.say(i, "tanaka", "/sev 1")
		w.settle()
	}
	w.branches++
	r.pull.Head = fmt.Sprintf("charge-%d", w.branches)
	w.must(w.hub.CommitFile(repo, "suzuki", r.pull.Head, "pay.go", fmt.Sprintf("package pay // %d\n", w.branches)))
	pull, err := w.hub.OpenPull(repo, "suzuki", r.pull)
	w.must(err)
	w.must(w.hub.Squash(repo, pull, "suzuki"))
	for _, name := range r.checks {
		w.hub.CheckOf("another", repo, "main", name, "failure", name)
		w.hub.SetStatus(repo, "main", name, "failure")
	}
	if r.forged != "" {
		w.hub.CheckOf("github-actions", repo, "main", "Kintsugi readiness", "success", r.forged)
	}
	if r.decided != "" {
		var remarks []fakehub.Annotation
		for _, title := range []string{readiness.AnywayTitle(words.Language(language(repo))), r.decided} {
			remarks = append(remarks, fakehub.Annotation{Title: title, Message: r.decided})
		}
		run, err := w.hub.RunJobs(repo, "deploy.yml", "main", "suzuki", "workflow_dispatch", fakehub.Job{Name: "gate", Annotations: remarks})
		w.must(err)
		w.decided = append(w.decided, run)
	}
	i := w.open(repo, "tanaka", r.title, r.body)
	w.staged[repo] = append(w.staged[repo], fmt.Sprintf("#%d", i.number))
	w.settle()
	for _, said := range r.said {
		w.say(i, "yamamoto", said)
	}
	w.settle()
	if r.branch != "" {
		w.must(w.hub.CommitFile(repo, "suzuki", r.branch, "release.txt", r.branch))
	}
	if r.tag != "" {
		w.must(w.hub.Tag(repo, r.tag, "main", "suzuki"))
		w.must(w.hub.Release(repo, r.tag, "suzuki"))
	}
	w.hub.ProtectEnvironment(repo, r.environment, strings.TrimSuffix(app, "[bot]"))
	_, err = w.hub.RunTo(repo, "deploy.yml", "main", "suzuki", r.environment)
	w.must(err)
	w.settle()
	w.say(w.open(repo, "tanaka", "What is still to be done", "/digest "+repo), "tanaka", "Thanks")
	return i
}

// unstage ends what was staged before, of which the gate would have to speak, too.
func (w *world) unstage(repo string) {
	w.t.Helper()
	for _, run := range w.decided {
		w.hub.DeleteRun(repo, run)
	}
	w.decided = nil
	for _, v := range w.hub.Protected(repo) {
		if v.Waits {
			w.must(w.hub.ReviewAs(strings.TrimSuffix(app, "[bot]"), repo, v.Run, v.Environment, "rejected"))
		}
	}
	for _, view := range w.hub.Issues(repo) {
		if view.State == "open" && !view.PullRequest {
			w.must(w.hub.Close(repo, view.Number, "suzuki", "not_planned"))
		}
	}
	for _, b := range w.hub.Branches(repo) {
		if strings.HasPrefix(b.Name, "release/") || strings.HasPrefix(b.Name, "charge-") {
			w.must(w.hub.DeleteBranch(repo, "suzuki", b.Name))
		}
	}
	for path := range w.hub.Trunk(repo).Files {
		if strings.HasPrefix(path, ".github/readiness/") {
			w.hub.RemoveFile(repo, path)
		}
	}
	w.settle()
}

// spoken adds what the gate said since a review was opened: to deployments that wait, and
// in the digest.
func (w *world) spoken(i issue, all *heard) {
	w.t.Helper()
	for _, v := range w.hub.Protected(i.repo) {
		for n, word := range v.Words {
			key := fmt.Sprint(i.repo, v.Run, v.Environment, n)
			if !w.known[key] {
				all.add(inVerdict, word.Comment)
			}
			w.known[key] = true
		}
	}
	for _, view := range w.hub.Issues(i.repo) {
		if view.Number > i.number && !view.PullRequest {
			all.add(inVerdict, w.ours(issue{i.repo, view.Number})...)
		}
	}
}

// A note is what only the App writes, before the text of a check run.
var noted = regexp.MustCompile(`^<!-- kintsugi-readiness [A-Za-z0-9+/=]+ -->\n\n`)

// forgedNote says that everything was confirmed, approved and released anyway.
const forgedNote = "<!-- kintsugi-readiness eyJkYXkiOiIyMDI2LTExLTI2IiwiYWN0cyI6W3siZGVlZCI6InNoaXAtYW55d2F5IiwiYnkiOiJzYXRvIiwicmVhc29uIjoiZm9yZ2VkIn1dfQ== -->\n\n"

// releases are the ways in by what is released: its review, its checklist, its names, and
// what people and other programs say of its commit.
func releases() []ingress {
	of := func(name, shows string, covers []string, stage func(repo, text string) release) ingress {
		return ingress{
			name: name, covers: covers, gate: true, names: true, shows: shows,
			play: func(w *world, repo, text string) issue { return w.stage(repo, stage(repo, text)) },
		}
	}
	trimmed := func(text string) string { return strings.TrimLeft(atMost(text, 5_000), " \t\r\n") }
	const notNow = "Not now|いまはリリースできません"
	return []ingress{
		of("review", notNow, []string{"Issue.Title", "Issue.Body"}, func(_, text string) release {
			return release{title: "[readiness] " + short(text), body: text}
		}),
		of("form of a review", notNow, []string{"Issue.Body"}, func(repo, text string) release {
			form := "### Service\n\n%[1]s\n\n### Version (a tag, a branch or a commit)\n\n%[2]s\n\n### Environment\n\n%[1]s\n"
			if language(repo) == "ja" {
				form = "### サービス\n\n%[1]s\n\n### 版（タグ、ブランチ、コミット）\n\n%[2]s\n\n### 環境\n\n%[1]s\n"
			}
			return release{title: "[リリース準備]", body: fmt.Sprintf(form, trimmed(text), "main"), settings: "services: {payments: {}}\n" + gatedBy}
		}),
		of("words of a review", "anyway|判断により|例外承認|Excepted", []string{"Comment.Body", "Act.Reason", "Act.Link", "Act.Item", "Act.Environment"}, func(_, text string) release {
			text = trimmed(text)
			return release{incident: true, said: []string{
				"/readiness " + text, "/リリース準備 payments version:" + text + " environment:" + text, "/done " + text, "/done load-test https://evil.example/" + text,
				"/waive load-test until:2026-12-31 " + text, "/waive " + text, "/ship-anyway " + text, "/readiness version:main environment:" + text,
			}}
		}),
		of("exception in a review", "例外承認|Excepted", []string{"Act.Reason"}, func(_, text string) release {
			return release{said: []string{"/例外承認 load-test 期限:2026-12-31 " + trimmed(text), "/確認済み load-test https://evil.example/" + trimmed(text)}}
		}),
		of("texts of a checklist", notNow, []string{"File.Text"}, func(_, text string) release {
			return release{checklist: saying(yaml(atMost(text, 1_000))), incident: true}
		}),
		of("checklist that is none", "unknown, because|不明です", []string{"File.Text", "File.Path"}, func(_, text string) release {
			return release{checklist: "title: x\n" + yaml(atMost(text, 1_000)) + ": 1\nitems: " + text, file: nameOfFile(oneLine(text)) + ".yml"}
		}),
		of("names of a release", `\[(?:readiness|リリース準備)\] release/`, []string{"Head.Branch", "Waiting.Environment", "Deployment.Environment", "Release.Tag"}, func(_, text string) release {
			name := nameOfRef(text)
			return release{branch: "release/" + name, tag: name, environment: short(strings.ToValidUTF8(oneLine(text), "_")), checklist: toRelease + "  - {id: released, question: Is it out?, evidence: [{release: \"*\", within: 3 days}]}\n"}
		}),
		of("commit that is released", notNow, []string{"Commit.Message", "CommitPull.Body", "Result.Name", "Note.Text"}, func(_, text string) release {
			text = atMost(text, 5_000)
			return release{
				incident: true, pull: fakehub.NewIssue{Title: "Fixes-incident: " + short(oneLine(text)), Body: "Fixes-incident: " + text + "\n\n" + text}, checks: []string{short(oneLine(text))}, forged: forgedNote + text,
				checklist: toRelease + "  - {id: check, question: Is it green?, evidence: [{check: " + yaml(short(oneLine(text))) + "}, {check: Kintsugi readiness}]}\n",
			}
		}),
		of("decision of a job", "Released as decided|判断によるリリース", []string{"Remark.Text"}, func(_, text string) release {
			return release{decided: text}
		}),
		of("settings of the gate", "(?i)readiness", []string{"policy.readiness.freeze.reason", "policy.readiness.environments"}, func(repo, text string) release {
			said := yaml(atMost(oneLine(text), 200))
			return release{settings: "services: {" + said + ": {repositories: [" + repo + "]}, payments: {repositories: [" + repo + "]}}\n" +
				"readiness: {mode: block, environments: {production: " + said + "}, freeze: [{from: 2026-11-20, to: 2028-01-03, reason: " + said + "}]}\n"}
		}),
	}
}

// saying is a checklist that says a text wherever it says something, and whose evidence
// is missing.
func saying(text string) string {
	both := "{en: " + text + ", ja: " + text + "}"
	item := func(id, more string) string {
		return "  - id: " + id + "\n    subject: " + both + "\n    question: " + both + "\n    why: " + both + "\n    how: " + both + "\n" + more
	}
	return "title: " + both + "\nitems:\n" +
		item("word", "    evidence: [{confirmation: "+both+"}]\n    approvers: [\"@acme/oncall\", \"@yamamoto\"]\n") + item("workflow", "    evidence: [{workflow: "+text+"}]\n") +
		item("check", "    evidence: [{check: "+text+"}]\n") + item("release", "    evidence: [{release: "+text+", within: 3 days}]\n") +
		item("deployment", "    evidence: [{deployment: "+text+", within: 3 days}]\n    level: recommended\n") + item("drill", "    evidence: [{drill: "+text+", within: 3 days}]\n") +
		item("file", "    enough: any\n    evidence: [{file: "+text+"}, {file: docs/runbook.md, matches: \"[0-9]{9}\"}]\n") + item("bare", "")
}

// nameOfRef is a text as git takes it for a branch or a tag. docs: git help
// check-ref-format.
func nameOfRef(text string) string {
	name := strings.Map(func(r rune) rune {
		if r <= ' ' || r == 0x7f || strings.ContainsRune(`~^:?*[\`, r) {
			return '-'
		}
		return r
	}, strings.ToValidUTF8(atMost(text, 60), "_"))
	name = strings.Trim(strings.NewReplacer("..", "-", "@{", "-", "//", "/", "/.", "/-", ".lock", "-").Replace(name), "/.-")
	if name == "" || name == "@" {
		return "x"
	}
	return name
}

// goOnGate are the texts of the gate about a review.
func (w *world) goOnGate(i issue) heard {
	w.t.Helper()
	var all heard
	w.settle()
	all.add(inVerdict, w.ours(i)...)
	w.opened(i, &all)
	w.spoken(i, &all)
	w.clock.Advance(time.Minute)                                                   // for our own limits on what is asked
	return slices.DeleteFunc(all, func(s said) bool { return s.place == inReply }) // which are verdicts, too
}
