package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
)

const aDay = 24 * time.Hour

// release commits, and deploys to production what was committed.
func (w *gateWorld) release(message string) {
	w.t.Helper()
	w.commit(message)
	w.clock.Advance(10 * time.Minute)
	w.deploy("production", w.tip, "success")
}

// twoMonths are releases and incidents as a team may have had them.
func twoMonths(t *testing.T) *gateWorld {
	w := gateWorldSince(t, 60*aDay)
	w.policy("time_zone: Asia/Tokyo\nservices: {payments: {repositories: [acme/pay]}}\n")
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	w.clock.Advance(aDay)
	w.release("Charge once") // passes, and breaks something
	first := w.tip
	w.clock.Advance(2 * time.Hour)
	n := w.issue("", "incident", "sev2")
	w.clock.Advance(time.Hour)
	w.release("A feature") // held by the incident
	w.clock.Advance(time.Hour)
	_, err := w.CommitFiles(gateRepo, "tanaka", "fix", map[string]string{"fix.go": "package pay"})
	must(err)
	pull, err := w.OpenPull(gateRepo, "tanaka", fakehub.NewIssue{Title: "Fix", Head: "fix", Body: "Fixes-incident: #" + strings.TrimPrefix(ref(n), gateRepo+"#")})
	must(err)
	must(w.Merge(gateRepo, pull, "tanaka"))
	w.tip = w.Tip(gateRepo)
	w.RunWorkflow(gateRepo, "ci.yml", w.tip, "success")
	w.Check(gateRepo, w.tip, "lint", "success")
	w.deploy("staging", w.tip, "success")
	w.deploy("production", w.tip, "success") // passes as its fix
	must(w.Close(gateRepo, n, "tanaka", "completed"))

	w.clock.Advance(35 * aDay)
	w.release("Without a load test") // held: the last one is too old
	w.clock.Advance(3 * time.Hour)
	n = w.issue("", "incident", "sev1")
	w.clock.Advance(time.Minute)
	w.deploy("production", first, "success") // goes back
	must(w.Close(gateRepo, n, "tanaka", "completed"))
	w.issue("not_planned", "incident")

	w.clock.Advance(3 * aDay)
	w.RunWorkflow(gateRepo, "load-test.yml", w.tip, "success")
	sha, err := w.CommitFiles(gateRepo, "tanaka", "main", map[string]string{"pay.go": "package pay // quick"})
	must(err)
	w.Check(gateRepo, sha, "lint", "success")
	w.deploy("staging", sha, "success")
	w.deploy("production", sha, "success")
	w.RunWorkflow(gateRepo, "ci.yml", sha, "success") // after it: what was before is not known
	w.deploy("production", sha, "failure")
	w.clock.Advance(2 * time.Hour)
	w.issue("completed", "incident", "sev3")
	w.clock.Advance(10 * aDay)
	w.issue("", "incident", "sev3") // after none
	return w
}

// What depends on the day on which this runs.
var (
	ofTime   = regexp.MustCompile(`\d{4}-\d{2}-\d{2}(?:[ T]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?Z)?)?`)
	ofCommit = regexp.MustCompile(`\b(?:[0-9a-f]{40}|[0-9a-f]{7})\b`)
)

// TestSimulate tells two months in both languages and as JSON, and keeps to the number of
// requests that the command promises.
func TestSimulate(t *testing.T) {
	w := twoMonths(t)
	w.serve()
	simulated := func(args ...string) string {
		var out, errOut bytes.Buffer
		if code := run(append([]string{"readiness", "simulate", "--repo", gateRepo, "--service", "payments"}, args...), &out, &errOut); code != fine {
			t.Fatalf("%q ended with %d: %s", args, code, errOut.String())
		}
		commits := map[string]string{}
		said := ofCommit.ReplaceAllStringFunc(ofTime.ReplaceAllString(out.String(), "TIME"), func(sha string) string {
			if commits[sha[:7]] == "" {
				commits[sha[:7]] = string(rune('A' + len(commits)))
			}
			return commits[sha[:7]]
		})
		return said
	}
	const file = "testdata/readiness/simulate.golden"
	got := &txtar.Archive{}
	for _, c := range []struct {
		name string
		args []string
	}{
		{"en.txt", []string{"--environment", "production"}},
		{"ja.txt", []string{"--environment", "production", "--lang", "ja"}},
		{"json", []string{"--environment", "production", "--format", "json", "--since", "59d", "--most", "3"}},
	} {
		w.ResetCounts()
		got.Files = append(got.Files, txtar.File{Name: c.name, Data: []byte(simulated(c.args...))})
		if n := w.Counts().Requests; n > 12+5*6 {
			t.Errorf("%s: %d requests", c.name, n)
		}
	}
	if os.Getenv("KINTSUGI_UPDATE_GOLDEN") == "1" {
		if err := os.WriteFile(file, txtar.Format(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(filepath.FromSlash(file))
	if err != nil {
		t.Fatal(err)
	}
	if string(txtar.Format(got)) != string(want) {
		t.Errorf("got\n%s\nwant\n%s", txtar.Format(got), want)
	}
}

// TestSimulateWrongly: what was written wrongly is named, and so is what the token may
// not see.
func TestSimulateWrongly(t *testing.T) {
	w := newGateWorld(t)
	w.PutFile(gateRepo, ".github/readiness/broken.yml", "items: [{id: x, question: Y?, evidence: [{wrkflow: ci.yml}]}]\n")
	w.serve()
	for _, c := range []struct {
		code int
		args []string
		want string
	}{
		{misuse, []string{"--repo", "pay"}, `--repo is "pay"`},
		{misuse, []string{"--since", "soon"}, `--since is "soon"`},
		{misuse, []string{"--since", "2999-01-01", "--lang", "ja"}, `--since が "2999-01-01"`},
		{misuse, []string{"--most", "0"}, "--most is 0"},
		{misuse, []string{"--repo", "acme/nowhere"}, "acme/nowhere is not there"},
		{misuse, nil, ".github/readiness/broken.yml:1:"},
	} {
		var out, errOut bytes.Buffer
		args := append([]string{"readiness", "simulate", "--repo", gateRepo}, c.args...)
		if code := run(args, &out, &errOut); code != c.code || !strings.Contains(errOut.String(), c.want) {
			t.Errorf("%q ended with %d: %s%s", args, code, out.String(), errOut.String())
		}
	}
	w.RemoveFile(gateRepo, ".github/readiness/broken.yml")
	w.permit("contents", "issues")
	var out, errOut bytes.Buffer
	code := run([]string{"readiness", "simulate", "--repo", gateRepo, "--lang", "ja"}, &out, &errOut)
	if want := "acme/pay のデプロイが分かりません: `deployments: read` の権限がありません"; code == fine || !strings.Contains(errOut.String(), want) {
		t.Errorf("without a permission it ended with %d: %s%s", code, out.String(), errOut.String())
	}
}
