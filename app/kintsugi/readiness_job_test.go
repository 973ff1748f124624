package main

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
)

// job is what a job of GitHub Actions gives a step to write into.
type job struct {
	t                     testing.TB
	dir, summary, outputs string
}

func (w *gateWorld) job(actor string) job {
	w.t.Helper()
	dir := w.t.TempDir()
	j := job{w.t, dir, filepath.Join(dir, "summary.md"), filepath.Join(dir, "outputs")}
	for name, value := range map[string]string{"GITHUB_STEP_SUMMARY": j.summary, "GITHUB_OUTPUT": j.outputs, "RUNNER_TEMP": dir, "GITHUB_ACTOR": actor} {
		w.t.Setenv(name, value)
	}
	return j
}

// read takes what a step has written.
func (j job) read() (summary string, outputs map[string]string) {
	j.t.Helper()
	text, err := os.ReadFile(j.summary)
	if err != nil {
		j.t.Fatal(err)
	}
	raw, err := os.ReadFile(j.outputs)
	if err != nil {
		j.t.Fatal(err)
	}
	return string(text), readOutputs(j.t, string(raw))
}

// readOutputs takes apart what a step wrote, as a runner does. docs: Workflow commands
// for GitHub Actions, "Multiline strings".
func readOutputs(t testing.TB, text string) map[string]string {
	t.Helper()
	outputs := map[string]string{}
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	for len(lines) > 0 {
		name, end, ok := strings.Cut(lines[0], "<<")
		n := 1
		for n < len(lines) && lines[n] != end {
			n++
		}
		if !ok || n == len(lines) {
			t.Fatalf("no outputs:\n%s", text)
		}
		outputs[name] = strings.Join(lines[1:n], "\n")
		lines = lines[n+1:]
	}
	return outputs
}

// TestReadinessCheckInJob: whatever the answer is, it stands in the summary, the outputs
// and the report, and in none of them strangers can write anything else.
func TestReadinessCheckInJob(t *testing.T) {
	const hostile = "x\n::error::forged\n##[error]forged\nready<<EOF\ntrue\nEOF"
	w := newGateWorld(t)
	w.PutFile(gateRepo, gateChecklist, "items:\n  - {id: alert, question: \"Does it ring?\\n::error::forged ready=true\"}\n")
	w.serve()
	for name, c := range map[string]struct {
		code                    int
		args                    []string
		ready, verdict, summary string
	}{
		"not ready":   {findings, []string{"--environment", hostile}, "false", "not-ready", "**Not now (1 reason)**"},
		"in Japanese": {findings, []string{"--lang", "ja"}, "false", "not-ready", "**いまはリリースできません（理由1件）**"},
		"warns":       {fine, []string{"--mode", "warn"}, "false", "warn", "**Not ready (1 reason); nothing is held here yet**"},
		"anyway":      {fine, []string{"--ship-anyway", hostile}, "false", "ship-anyway", "tanaka decided at"},
		"no commit":   {misuse, []string{"--sha", "soon"}, "false", "not-ready", "--sha is"},
	} {
		t.Run(name, func(t *testing.T) {
			w.t = t
			w.SetRole(gateRepo, "tanaka", "maintain")
			j := w.job("tanaka")
			code, out, errOut := w.check(append([]string{"--format", "github", "--sha", w.tip}, c.args...)...)
			summary, outputs := j.read()
			if code != c.code || outputs["ready"] != c.ready || outputs["verdict"] != c.verdict || len(outputs) != 3 || !strings.Contains(summary, c.summary) {
				t.Errorf("%d %q\n%s\n%s%s", code, outputs, summary, out, errOut)
			}
			report, err := os.ReadFile(outputs["report"])
			var answer struct{ Ready, Passes bool }
			if err != nil || json.Unmarshal(report, &answer) != nil || answer.Ready || answer.Passes != (code == fine) {
				t.Errorf("%v %s", err, report)
			}
			for _, text := range []string{out, summary} {
				if found := regexp.MustCompile(`(?m)^\s*::error::|^ready|##\[`).FindString(text); found != "" {
					t.Errorf("%q is in\n%s", found, text)
				}
			}
		})
	}
}

// TestReadinessCheckOutsideJob: without the files of a job none is made.
func TestReadinessCheckOutsideJob(t *testing.T) {
	w := newGateWorld(t)
	w.serve()
	j := w.job("")
	t.Setenv("GITHUB_STEP_SUMMARY", "")
	t.Setenv("GITHUB_OUTPUT", "")
	if code, out, errOut := w.check("--format", "github", "--sha", w.tip); code != fine {
		t.Error(code, out, errOut)
	}
	if left, err := os.ReadDir(j.dir); err != nil || len(left) > 0 {
		t.Error(left, err)
	}
	t.Setenv("GITHUB_OUTPUT", filepath.Join(j.dir, "no", "folder"))
	if code, _, errOut := w.check("--format", "github", "--sha", w.tip); code != findings || !strings.Contains(errOut, "cannot be written") {
		t.Error(code, errOut)
	}
}

// TestReadinessSummaryFits: a summary that would be too long for GitHub is cut at a line.
func TestReadinessSummaryFits(t *testing.T) {
	g := &gate{}
	text := strings.Repeat("日本\n", 1000)
	for _, room := range []int{0, 1, 60, 90, 200, 6999, len(text), mostSummary} {
		got := g.fit(text, room)
		if len(got) > room || (room >= len(text)) != (got == text) || (room >= 90 && room < len(text)) != strings.Contains(got, "Cut here") {
			t.Errorf("%d: %q", room, got)
		}
		if kept, _, _ := strings.Cut(got, "\n\n"); !strings.HasPrefix(text, kept) || strings.HasSuffix(kept, "日") {
			t.Errorf("%d: %q", room, got)
		}
	}
	file := filepath.Join(t.TempDir(), "summary.md")
	write(t, file, strings.Repeat("x", mostSummary-500))
	if err := g.summarize(file, text); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(file); err != nil || info.Size() > mostSummary || info.Size() < mostSummary-20 {
		t.Error(info.Size(), err)
	}
}

// TestReadinessShipAnyway: releasing what is not ready takes the maintain role; where
// GitHub does not tell the role, the decision counts and the answer says so.
func TestReadinessShipAnyway(t *testing.T) {
	for name, c := range map[string]struct {
		role, actor string
		make        func(w *gateWorld)
		code        int
		says        string
	}{
		"maintain": {"maintain", "suzuki", nil, fine, "suzuki decided at"},
		"admin":    {"admin", "suzuki", nil, fine, "suzuki decided at"},
		"write":    {"write", "suzuki", nil, findings, "suzuki decided to release this anyway (the contract). It does not count: it takes the maintain role, and theirs is write."},
		"none":     {"none", "suzuki", nil, findings, "theirs is none."},
		"a bot":    {"none", "github-actions[bot]", nil, findings, "theirs is none."},
		"nobody":   {"none", "", nil, misuse, "set GITHUB_ACTOR"},
		"silent": {"read", "suzuki", func(w *gateWorld) { w.down("/collaborators/") }, fine,
			"The role of suzuki could not be looked at; the decision counts all the same."},
		"refused": {"read", "suzuki", func(w *gateWorld) {
			w.Fault(func(r *http.Request) *fakehub.Fault {
				if !strings.Contains(r.URL.Path, "/collaborators/") {
					return nil
				}
				return &fakehub.Fault{Status: http.StatusForbidden}
			})
		}, fine, "could not be looked at"},
		"all is silent": {"read", "suzuki", func(w *gateWorld) { w.down("") }, fine, "could not be looked at"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newGateWorld(t)
			w.RemoveFile(gateRepo, "docs/runbook.md")
			w.tip = w.Tip(gateRepo)
			w.SetRole(gateRepo, "suzuki", c.role)
			if c.make != nil {
				c.make(w)
			}
			w.serve()
			t.Setenv("GITHUB_ACTOR", c.actor)
			code, out, errOut := w.check("--sha", w.tip, "--ship-anyway", "the contract.")
			if code != c.code || !strings.Contains(out+errOut, c.says) {
				t.Errorf("%d\n%s%s", code, out, errOut)
			}
			unwrittenBy(t, w.Counts())
			_, text, _ := w.check("--sha", w.tip, "--ship-anyway", "the contract.", "--format", "json")
			var answer struct {
				Shipped *struct{ By, Reason string }
			}
			if code != misuse && (json.Unmarshal([]byte(text), &answer) != nil || (answer.Shipped != nil) != (code == fine)) {
				t.Errorf("%s", text)
			}
			for _, mode := range []string{"block", "warn"} { // one that lets it through does not let the decision count
				_, text, _ = w.check("--sha", w.tip, "--ship-anyway", "the contract.\n::error::x", "--format", "github", "--mode", mode)
				const notice = "::notice title=Released as decided (Kintsugi)::the contract. ::error::x\n"
				if strings.Contains(text, notice) != (code == fine) {
					t.Errorf("%s", text)
				}
			}
		})
	}
	w := newGateWorld(t)
	w.SetRole(gateRepo, "suzuki", "maintain")
	w.serve()
	t.Setenv("GITHUB_ACTOR", "suzuki")
	if code, out, _ := w.check("--sha", w.tip, "--ship-anyway", "the contract", "--format", "github"); code != fine || strings.Contains(out, "::notice") {
		t.Errorf("what is ready needs no decision: %d\n%s", code, out)
	}
}

// TestReadinessCheckOverrides: what is said here goes before what the policy says.
func TestReadinessCheckOverrides(t *testing.T) {
	w := newGateWorld(t)
	w.policy("readiness: {open_incidents: true, mode: block}\n")
	w.permit("contents", "actions", "checks", "statuses", "deployments", "pull_requests")
	w.PutFile(gateRepo, gateChecklist, "items:\n  - {id: docs, question: Q?, evidence: [{file: \"docs/*\"}]}\n")
	w.serve()
	for _, c := range []struct {
		code int
		args []string
		says string
	}{
		{findings, nil, "whether an incident is open is unknown"},
		{fine, []string{"--on-unknown", "allow"}, "Let through by the settings"},
		{findings, []string{"--on-unknown", "Block"}, "is unknown"},
		{fine, []string{"--mode", "warn"}, "nothing is held here yet"},
		{findings, []string{"--mode", "block"}, "Not now"},
		{misuse, []string{"--mode", "off"}, `--mode is "off": write block or warn`},
		{misuse, []string{"--on-unknown", "maybe", "--lang", "ja"}, "--on-unknown が"},
		{misuse, []string{"--ship-anyway", " "}, "gives no reason"},
	} {
		code, out, errOut := w.check(append([]string{"--sha", w.tip}, c.args...)...)
		if code != c.code || !strings.Contains(strings.ToLower(out+errOut), strings.ToLower(c.says)) {
			t.Errorf("%q: %d\n%s%s", c.args, code, out, errOut)
		}
	}
	w.policy("readiness: {mode: warn}\n")
	w.RemoveFile(gateRepo, gateChecklist)
	if code, out, _ := w.check("--sha", w.tip, "--mode", "block"); code != findings {
		t.Errorf("without a checklist of its own: %d\n%s", code, out)
	}
	w.down("")
	if code, out, _ := w.check("--sha", w.tip, "--mode", "warn"); code != fine {
		t.Errorf("warning of what cannot be read: %d\n%s", code, out)
	}
}
