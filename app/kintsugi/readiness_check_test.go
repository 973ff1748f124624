package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/tools/txtar"

	"github.com/kintsugi-app/kintsugi/app/clock"
	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
	"github.com/kintsugi-app/kintsugi/templates"
	"github.com/kintsugi-app/kintsugi/workflows/policy"
	"github.com/kintsugi-app/kintsugi/workflows/readiness"
	"github.com/kintsugi-app/kintsugi/workflows/readiness/verdict"
)

const (
	gateRepo      = "acme/pay"
	gateChecklist = ".github/readiness/checklist.yml"
	gateItems     = `title: {en: Payments, ja: 決済}
items:
  - {id: tests, question: {en: "Do the tests pass?", ja: "テストは通っていますか。"}, evidence: [{workflow: ci.yml}]}
  - {id: lint, question: {en: "Is it linted?", ja: "静的解析は通っていますか。"}, evidence: [{check: lint}]}
  - {id: runbook, question: {en: "Does the runbook say how to roll back?", ja: "手順書に切り戻しがありますか。"}, evidence: [{file: "docs/runbook*.md", matches: "(?i)roll ?back"}]}
  - {id: load-test, question: {en: "Does it hold the expected load?", ja: "想定した負荷に耐えますか。"}, evidence: [{workflow: load-test.yml, within: 30 days}]}
  - {id: restore, question: {en: "Has restoring the data been tried?", ja: "データの復元を試しましたか。"}, evidence: [{drill: restore-drill, within: 90 days}]}
  - {id: staging, question: {en: "Did it run in staging?", ja: "検証環境で動きましたか。"}, evidence: [{deployment: staging, within: 7 days}]}
  - {id: blockers, question: {en: "Is nothing open that blocks a release?", ja: "リリースを止めるIssueは残っていませんか。"}, evidence: [{no_open_issues: [release-blocker]}]}
  - {id: notes, level: recommended, question: {en: "Are there release notes?", ja: "リリースノートはありますか。"}, evidence: [{release: "v*", within: 30 days}]}
`
)

// gateWorld is a repository that is ready to be released, and a token that may read
// all that is looked at.
type gateWorld struct {
	*fakehub.Hub
	t     testing.TB
	clock *clock.Stepped
	// before ran in production, tip is to be released.
	before, tip string
}

func newGateWorld(t testing.TB) *gateWorld { return gateWorldSince(t, 3*time.Hour) }

func gateWorldSince(t testing.TB, ago time.Duration) *gateWorld {
	t.Helper()
	now := clock.NewStepped(time.Now().Add(-ago))
	w := &gateWorld{t: t, clock: now, Hub: fakehub.New(fakehub.Options{Clock: now, Seed: 8, App: fakehub.App{ID: 7, Permissions: map[string]string{
		"metadata": "read", "contents": "read", "issues": "read", "actions": "read", "checks": "read", "statuses": "read", "deployments": "read", "pull_requests": "read",
	}}})}
	w.AddOrg("acme")
	w.AddRepo("acme", "pay", true)
	w.SetRole(gateRepo, "tanaka", "write")
	w.Install("acme", now.Now())
	w.PutFile(gateRepo, "docs/runbook.md", "To roll back, redeploy.\n")
	w.before = w.Tip(gateRepo)
	w.deploy("production", w.before, "success")
	w.policy("services: {payments: {repositories: [acme/pay]}}\n")
	w.PutFile(gateRepo, gateChecklist, gateItems)
	w.commit("Charge once")
	w.RunWorkflow(gateRepo, "load-test.yml", w.before, "success")
	w.issue("completed", "restore-drill")
	if err := w.Release(gateRepo, "v1", "tanaka"); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *gateWorld) policy(text string) { w.PutFile(gateRepo, ".github/kintsugi.yml", text) }

// commit is what is to be released from here on, with all that has to run on it.
func (w *gateWorld) commit(message string) {
	w.t.Helper()
	sha, err := w.CommitFiles(gateRepo, "tanaka", "main", map[string]string{"pay.go": "package pay // " + message})
	if err != nil {
		w.t.Fatal(err)
	}
	w.tip = sha
	w.RunWorkflow(gateRepo, "ci.yml", sha, "success")
	w.Check(gateRepo, sha, "lint", "success")
	w.deploy("staging", sha, "success")
}

func (w *gateWorld) deploy(environment, sha, state string) {
	w.t.Helper()
	if err := w.Deploy(gateRepo, environment, sha, "tanaka"); err != nil {
		w.t.Fatal(err)
	}
	w.clock.Advance(time.Minute)
	w.Deployed(gateRepo, environment, state)
}

// issue opens one, and closes it unless that is empty.
func (w *gateWorld) issue(closed string, labels ...string) int {
	w.t.Helper()
	n, err := w.OpenIssue(gateRepo, "tanaka", fakehub.NewIssue{Title: "@all checkout <b>", Labels: labels})
	if err == nil && closed != "" {
		err = w.Close(gateRepo, n, "tanaka", closed)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

// permit leaves the token some of its permissions.
func (w *gateWorld) permit(names ...string) {
	left := map[string]string{"metadata": "read"}
	for _, n := range names {
		left[n] = "read"
	}
	w.SetPermissions("acme", left)
}

// serve lets the command ask this GitHub.
func (w *gateWorld) serve() {
	w.t.Helper()
	server := httptest.NewServer(w.Hub)
	w.t.Cleanup(server.Close)
	for _, name := range []string{"KINTSUGI_APP_ID", "KINTSUGI_PRIVATE_KEY", "KINTSUGI_PRIVATE_KEY_FILE", "GITHUB_REPOSITORY", "GITHUB_SHA"} {
		w.t.Setenv(name, "")
	}
	w.t.Setenv("KINTSUGI_GITHUB_URL", server.URL)
	w.t.Setenv("GITHUB_TOKEN", w.JobToken("acme"))
	w.ResetCounts()
}

// check runs the command and returns how it ended.
func (w *gateWorld) check(args ...string) (code int, out, errOut string) {
	w.t.Helper()
	var o, e bytes.Buffer
	code = run(append([]string{"readiness", "check", "--repo", gateRepo, "--environment", "production", "--service", "payments"}, args...), &o, &e)
	return code, o.String(), e.String()
}

// gateStories are what a release may meet with. Each is told in both languages, as JSON
// and as annotations (testdata/readiness/check).
var gateStories = map[string]struct {
	code int
	make func(w *gateWorld)
	args []string
}{
	"ready": {fine, func(*gateWorld) {}, nil},
	"not-ready": {findings, func(w *gateWorld) {
		w.RemoveFile(gateRepo, "docs/runbook.md")
		w.tip = w.Tip(gateRepo)
		w.RunWorkflow(gateRepo, "ci.yml", w.tip, "failure")
		w.issue("", "release-blocker")
		w.issue("", "release-blocker")
	}, nil},
	"nobody-can-say-so-yet": {findings, func(w *gateWorld) {
		w.PutFile(gateRepo, gateChecklist, "items:\n  - {id: alert, question: Does an alert fire?}\n  - {id: review, question: Did others look?, evidence: [{approvals: 1}]}\n")
	}, nil},
	"warn": {fine, func(w *gateWorld) { w.RemoveFile(gateRepo, gateChecklist) }, nil},
	"unknown": {findings, func(w *gateWorld) {
		w.policy("readiness: {open_incidents: true}\n")
		w.permit("contents")
	}, nil},
	"no-contents":        {findings, func(w *gateWorld) { w.permit("issues", "actions") }, nil},
	"github-down":        {findings, func(w *gateWorld) { w.down("") }, nil},
	"half-down":          {findings, func(w *gateWorld) { w.down("/actions/") }, nil},
	"hotfix-in-the-dark": {findings, func(w *gateWorld) { w.down("") }, []string{"--incident", "340"}},
	"malformed": {misuse, func(w *gateWorld) {
		w.PutFile(gateRepo, gateChecklist, "items:\n  - id: tests\n    question: Do they pass?\n    evidence: [{wrkflow: ci.yml}]\n")
	}, nil},
	"malformed-policy": {misuse, func(w *gateWorld) {
		w.policy("incident: {label: [x]}\nreadiness:\n  freeze: [{from: tomorrow, to: 2026-12-01}]\n")
	}, nil},
	"malformed-and-warned": {fine, func(w *gateWorld) {
		w.PutFile(gateRepo, gateChecklist, "items:\n  - id: tests\n    question: Do they pass?\n    evidence: [{wrkflow: ci.yml}]\n")
	}, []string{"--mode", "warn"}},
	"malformed-policy-without-a-checklist": {fine, func(w *gateWorld) {
		w.policy("readiness:\n  freeze: [{from: tomorrow, to: 2026-12-01}]\n")
		w.RemoveFile(gateRepo, gateChecklist)
	}, nil},
	"freeze": {findings, func(w *gateWorld) {
		w.policy("time_zone: Asia/Tokyo\nreadiness:\n  freeze:\n    - {from: 2020-01-01, to: 2020-01-02}\n    - {from: 2020-01-01, to: 2099-12-31, reason: the sale}\n")
	}, nil},
	"incident": {findings, func(w *gateWorld) { w.issue("", "incident", "sev2"); w.issue("", "incident") }, nil},
	"hotfix-in-a-freeze": {fine, func(w *gateWorld) {
		n := w.issue("", "incident", "sev1")
		w.policy("readiness: {freeze: [{from: 2020-01-01, to: 2099-12-31}]}\n")
		_, err := w.CommitFiles(gateRepo, "tanaka", "fix", map[string]string{"fix.go": "package pay"})
		pull, err2 := w.OpenPull(gateRepo, "tanaka", fakehub.NewIssue{Title: "Fix", Head: "fix", Body: fmt.Sprintf("Mends it.\n\nFixes-incident: #%d\n", n)})
		if err != nil || err2 != nil || w.Merge(gateRepo, pull, "tanaka") != nil {
			w.t.Fatal(err, err2)
		}
		w.tip = w.Tip(gateRepo)
		w.RunWorkflow(gateRepo, "ci.yml", w.tip, "success")
		w.Check(gateRepo, w.tip, "lint", "success")
	}, nil},
	"hotfix-of-nothing": {findings, func(w *gateWorld) { w.issue("", "incident", "sev1") }, []string{"--incident", "99"}},
	"rollback-in-a-freeze": {fine, func(w *gateWorld) {
		w.issue("", "incident", "sev1")
		w.policy("readiness: {freeze: [{from: 2020-01-01, to: 2099-12-31}]}\n")
		w.deploy("production", w.tip, "success")
		w.tip = w.before
	}, nil},
}

// down lets GitHub fail whatever is asked for below a path.
func (w *gateWorld) down(path string) {
	w.Fault(func(r *http.Request) *fakehub.Fault {
		if !strings.Contains(r.URL.Path, path) {
			return nil
		}
		return &fakehub.Fault{Status: http.StatusBadGateway}
	})
}

// Times differ from run to run; everything else must not.
var runTimes = regexp.MustCompile(`(\d{1,2} [A-Z][a-z]{2} |\d{1,2}月\d{1,2}日 )?\d\d:\d\d (UTC|JST)|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ`)

func TestReadinessCheck(t *testing.T) {
	written := map[string]bool{}
	for name, story := range gateStories {
		t.Run(name, func(t *testing.T) {
			w := newGateWorld(t)
			story.make(w)
			w.serve()
			got := &txtar.Archive{}
			for part, args := range map[string][]string{"1 en": nil, "2 ja": {"--lang", "ja"}, "3 github": {"--format", "github"}, "4 json": {"--format", "json"}} {
				code, out, errOut := w.check(append(append([]string{"--sha", w.tip}, story.args...), args...)...)
				if code != story.code {
					t.Errorf("%s ends with %d, want %d\n%s%s", part, code, story.code, out, errOut)
				}
				if part[0] == '3' {
					out, _, _ = strings.Cut(out, "**")
				}
				if code == misuse {
					out += errOut
				}
				got.Files = append(got.Files, txtar.File{Name: part, Data: []byte(strings.TrimRight(runTimes.ReplaceAllString(out, "TIME"), "\n") + "\n")})
			}
			unwrittenBy(t, w.Counts())
			byName(got)
			golden(t, filepath.Join("testdata", "readiness", "check", name+".txtar"), txtar.Format(got))
		})
		written[name+".txtar"] = true
	}
	files, err := os.ReadDir(filepath.Join("testdata", "readiness", "check"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !written[f.Name()] {
			t.Errorf("%s belongs to no story", f.Name())
		}
	}
}

func byName(a *txtar.Archive) {
	for i := range a.Files {
		for j := range a.Files[:i] {
			if a.Files[i].Name < a.Files[j].Name {
				a.Files[i], a.Files[j] = a.Files[j], a.Files[i]
			}
		}
	}
}

func unwrittenBy(t *testing.T, c fakehub.Counts) {
	t.Helper()
	for route, n := range c.ByRoute {
		if !strings.HasPrefix(route, "GET ") && route != "POST /graphql" && route != "(fault)" {
			t.Errorf("%d times %s", n, route)
		}
	}
	if c.IssuesCreated+c.CommentsCreated > 0 {
		t.Errorf("%+v", c)
	}
}

func golden(t *testing.T, file string, got []byte) {
	t.Helper()
	want, err := os.ReadFile(file)
	switch {
	case err == nil && string(want) == string(got):
	case os.Getenv("KINTSUGI_UPDATE_GOLDEN") == "1":
		if err := os.WriteFile(file, got, 0o600); err != nil {
			t.Fatal(err)
		}
	default:
		t.Errorf("%s says otherwise (%v); got\n%s", file, err, got)
	}
}

// TestReadinessCheckUnreadModes: a file that cannot be read holds nobody who asked only to be
// warned; where nobody knows the mode, because it stands in that file, it does. What is
// wrong in the command is no matter of the mode.
func TestReadinessCheckUnreadModes(t *testing.T) {
	const list, settings, warned = "items: 3\n", "readiness: {mode: warn, freeze: [{from: tomorrow}]}\n", "readiness: {mode: warn}\n"
	local := filepath.Join(t.TempDir(), "mine.yml")
	write(t, local, list)
	fit := filepath.Join(t.TempDir(), "fit.yml")
	write(t, fit, gateItems)
	absent := strings.Repeat("0", 40)
	for name, c := range map[string]struct {
		code              int
		settings, content string // of the policy, and of the checklist; none if empty
		args              []string
		says              string
	}{
		"a checklist":                  {misuse, "", list, nil, "`items` must be a list"},
		"a checklist, to be warned":    {fine, "", list, []string{"--mode", "warn"}, "the mode is `warn`"},
		"a checklist, by the policy":   {fine, warned, list, nil, "the mode is `warn`"},
		"a checklist, against it":      {misuse, warned, list, []string{"--mode", "block"}, "`items` must be a list"},
		"one on this machine":          {misuse, "", gateItems, []string{"--checklist", local}, "`items` must be a list"},
		"one here, to be warned":       {fine, "", gateItems, []string{"--checklist", local, "--mode", "warn"}, "the mode is `warn`"},
		"a policy":                     {misuse, settings, gateItems, nil, "readiness.freeze"},
		"a policy, to be warned":       {fine, settings, gateItems, []string{"--mode", "warn"}, "the mode is `warn`"},
		"a policy, in Japanese":        {fine, settings, gateItems, []string{"--mode", "warn", "--lang", "ja"}, "モードが `warn` のため、止めません"},
		"a policy and no checklist":    {fine, settings, "", nil, "no checklist of its own"},
		"no checklist, in Japanese":    {fine, settings, "", []string{"--lang", "ja"}, "チェックリストがないため、止めません"},
		"no checklist, and held":       {misuse, settings, "", []string{"--mode", "block"}, "readiness.freeze"},
		"no checklist but one here":    {misuse, settings, "", []string{"--checklist", fit}, "readiness.freeze"},
		"both, to be warned":           {fine, settings, list, []string{"--mode", "warn"}, "readiness.freeze"},
		"both":                         {misuse, settings, list, nil, "readiness.freeze"},
		"a wrong flag, to be warned":   {misuse, "", list, []string{"--mode", "warn", "--incident", "soon"}, "--incident is"},
		"no such commit, to be warned": {misuse, "", list, []string{"--mode", "warn", "--sha", absent}, "is no commit of"},
		"no such file, to be warned":   {misuse, "", list, []string{"--mode", "warn", "--checklist", "missing.yml"}, "missing.yml"},
		"a policy and a decision":      {fine, settings, gateItems, []string{"--mode", "warn", "--ship-anyway", "The contract."}, "suzuki decided"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newGateWorld(t)
			w.policy(c.settings)
			if w.PutFile(gateRepo, gateChecklist, c.content); c.content == "" {
				w.RemoveFile(gateRepo, gateChecklist)
			}
			w.SetRole(gateRepo, "suzuki", "maintain")
			w.serve()
			t.Setenv("GITHUB_ACTOR", "suzuki")
			if code, out, errOut := w.check(append([]string{"--sha", w.tip}, c.args...)...); code != c.code || !strings.Contains(out+errOut, c.says) {
				t.Errorf("%d, want %d\n%s%s", code, c.code, out, errOut)
			}
		})
	}
}

// TestReadinessCheckCosts: the checklists that come along take twelve requests at most,
// and sixty items of the same kinds no more than ten.
func TestReadinessCheckCosts(t *testing.T) {
	cost := func(list string) int {
		w := newGateWorld(t)
		w.PutFile(gateRepo, gateChecklist, list)
		w.serve()
		if code, out, errOut := w.check("--sha", w.tip); code == misuse {
			t.Fatal(out, errOut)
		}
		return w.Counts().Requests
	}
	for _, level := range templates.Levels {
		n := cost(string(templates.Readiness(level, "ci.yml").Content))
		t.Logf("%s: %d requests", level, n)
		if n > 12 {
			t.Errorf("%s: %d requests", level, n)
		}
	}
	if few, many := cost(itemsOfAllKinds(10)), cost(itemsOfAllKinds(60)); few != many {
		t.Errorf("ten items take %d requests, sixty %d", few, many)
	}
}

// itemsOfAllKinds is a checklist of so many items, by all kinds of evidence in turn.
func itemsOfAllKinds(items int) string {
	var b strings.Builder
	b.WriteString("items:\n")
	for i := range items {
		fmt.Fprintf(&b, "  - {id: i%d, question: Q?, evidence: [{%s}]}\n", i, strings.ReplaceAll([]string{
			`file: "docs/N*"`, `file: "docs/*", matches: "xN"`, "workflow: wN.yml", "workflow: wN.yml, within: 9 days", "deployment: eN, within: 9 days",
			"drill: dN, within: 9 days", "no_open_issues: [lN]", "check: cN", "release: vN, within: 9 days",
		}[i%9], "N", fmt.Sprint(i)))
	}
	return b.String()
}

// TestReadinessCheckUsage: what is written wrongly is said before anything is asked.
func TestReadinessCheckUsage(t *testing.T) {
	w := newGateWorld(t)
	w.PutFile(gateRepo, ".github/readiness/other.yml", gateItems)
	w.serve()
	local := filepath.Join(t.TempDir(), "mine.yml")
	if err := os.WriteFile(local, []byte("items:\n  - {id: docs, question: Q?, evidence: [{file: \"docs/*\"}]}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	absent := strings.Repeat("0", 40)
	for name, c := range map[string]struct {
		code int
		args []string
		says string
	}{
		"no commit":       {misuse, nil, "--sha is"},
		"a short one":     {misuse, []string{"--sha", w.tip[:10]}, "write the whole name"},
		"not there":       {misuse, []string{"--sha", absent, "--checklist", local}, "is no commit of acme/pay"},
		"no repository":   {misuse, []string{"--sha", w.tip, "--repo", "pay"}, "--repo is"},
		"not seen":        {misuse, []string{"--sha", w.tip, "--repo", "acme/nothing"}, "is not there"},
		"no incident":     {misuse, []string{"--sha", w.tip, "--incident", "soon"}, "--incident is"},
		"two checklists":  {misuse, []string{"--sha", w.tip}, "several checklists are for this service: .github/readiness/checklist.yml, .github/readiness/other.yml"},
		"no such file":    {misuse, []string{"--sha", w.tip, "--checklist", "missing.yml"}, "missing.yml"},
		"no such format":  {misuse, []string{"--sha", w.tip, "--format", "sarif"}, "--format is"},
		"one of its own":  {fine, []string{"--sha", w.tip, "--checklist", local}, ""},
		"in capitals":     {fine, []string{"--sha", strings.ToUpper(w.tip), "--checklist", local}, ""},
		"wrong language":  {misuse, []string{"--sha", w.tip, "--lang", "fr"}, "--lang is"},
		"in Japanese too": {misuse, []string{"--lang", "ja"}, "コミットの名前を40文字で"},
	} {
		if code, out, errOut := w.check(c.args...); code != c.code || !strings.Contains(errOut, c.says) {
			t.Errorf("%s: %d, want %d\n%s%s", name, code, c.code, out, errOut)
		}
	}
	t.Setenv("GITHUB_SHA", w.tip)
	if code, out, errOut := w.check("--checklist", local); code != fine {
		t.Errorf("by the job's environment: %d\n%s%s", code, out, errOut)
	}
	t.Setenv("GITHUB_TOKEN", "")
	if code, _, errOut := w.check("--checklist", local); code != misuse || !strings.Contains(errOut, "GITHUB_TOKEN") {
		t.Errorf("without a token: %d %s", code, errOut)
	}
}

// TestConcernsGate: what is wrong elsewhere in the policy stops no release.
func TestConcernsGate(t *testing.T) {
	for text, want := range map[string]bool{
		"incident: {label: [x]}":                        false,
		"incident: {notify: [somebody]}":                false,
		"incident: {labl: x}":                           false,
		"services: {pay: {repositories: [x]}}":          false,
		"colour: red":                                   false,
		"language: tlh":                                 false,
		"holidays: [nowhere]":                           false,
		"readines: {mode: block}":                       true,
		"readiness: {mode: maybe}":                      true,
		"readiness: {mood: block}":                      true,
		"readiness: [block]":                            true,
		"readiness: {freeze: [{from: 2026-12-01}]}":     true,
		"time_zone: EST5":                               true,
		"readiness: {mode: warn":                        true,
		"readiness: {mode: warn}\nreadiness: {mode: x}": true,
		"- a list":                                      true,
	} {
		_, problems := policy.Parse("x", []byte(text), sections())
		if len(problems) == 0 {
			t.Errorf("%q has no problem", text)
		}
		if got := slices.ContainsFunc(problems, readiness.Concerns); got != want {
			t.Errorf("%q: %v: %v", text, got, problems)
		}
	}
}

// TestReadinessCheckEnds: a GitHub that never answers does not keep the gate for longer
// than it has.
func TestReadinessCheckEnds(t *testing.T) {
	w := newGateWorld(t)
	w.serve()
	over := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-over:
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(server.Close)
	t.Cleanup(func() { close(over) })
	t.Setenv("KINTSUGI_GITHUB_URL", server.URL)
	g := &gate{repo: gateRepo, commit: w.tip, environment: "production"}
	g.command = &cobra.Command{}
	g.command.SetErr(io.Discard)
	g.settings = addSettings(g.command, nil)
	ctx, stop := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer stop()
	asked, err := g.look(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if v := verdict.Decide(asked.input); v.Passes || len(v.Holds) != 1 || v.Holds[0].Kind != verdict.Unread {
		t.Errorf("%+v", v)
	}
}

// TestReadinessCheckAsApp: with the App's settings it decides the same, and signing in
// takes four requests more at most.
func TestReadinessCheckAsApp(t *testing.T) {
	w := newGateWorld(t)
	w.serve()
	code, byToken, errOut := w.check("--sha", w.tip)
	cost := w.Counts().Requests
	if code != fine {
		t.Fatal(byToken, errOut)
	}
	key := filepath.Join(t.TempDir(), "key.pem")
	if err := os.WriteFile(key, w.PrivateKeyPEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("KINTSUGI_APP_ID", "7")
	t.Setenv("KINTSUGI_PRIVATE_KEY_FILE", key)
	t.Setenv("GITHUB_TOKEN", "")
	w.ResetCounts()
	code, out, errOut := w.check("--sha", w.tip)
	if code != fine || runTimes.ReplaceAllString(out, "") != runTimes.ReplaceAllString(byToken, "") {
		t.Errorf("%d\n%s%s", code, out, errOut)
	}
	if more := w.Counts().Requests - cost; more > 4 {
		t.Errorf("%d requests more: %v", more, w.Counts().ByRoute)
	}
}
