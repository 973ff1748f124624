package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"golang.org/x/tools/txtar"

	"github.com/kintsugi-app/kintsugi/workflows/readiness"
	"github.com/kintsugi-app/kintsugi/workflows/readiness/verdict"
)

// actStory is a release as a job of a workflow meets it.
type actStory struct {
	code int
	// as names the story of the command that it is in; or make makes it.
	as   string
	make func(w *gateWorld)
	// with are inputs beside the usual ones.
	with map[string]string
	// event is what the workflow runs on; push unless it says otherwise.
	event string
}

// actStories are told in both languages (testdata/readiness/action).
var actStories = map[string]actStory{
	"ready":                {code: fine, as: "ready"},
	"not-ready":            {code: findings, as: "not-ready"},
	"warn":                 {code: fine, as: "warn"},
	"unknown":              {code: findings, as: "unknown"},
	"github-down":          {code: findings, as: "github-down"},
	"without-permission":   {code: findings, as: "no-contents"},
	"malformed":            {code: misuse, as: "malformed"},
	"malformed-and-warned": {code: fine, as: "malformed", with: map[string]string{"mode": "warn"}},
	"freeze":               {code: findings, as: "freeze"},
	"hotfix-in-a-freeze":   {code: fine, as: "hotfix-in-a-freeze"},
	"rollback-in-a-freeze": {code: fine, as: "rollback-in-a-freeze"},
	"ship-anyway":          {code: fine, make: shipAnyway("maintain"), with: map[string]string{"ship-anyway": "The contract ends today.\n::error::forged\nready=true"}},
	"ship-anyway-refused":  {code: findings, make: shipAnyway("write"), with: map[string]string{"ship-anyway": "The contract ends today."}},
	"waived":               {code: fine, make: waived("2099-12-31")},
	"expired":              {code: findings, make: waived("2020-01-02")},
	// What somebody from elsewhere proposes changes the checklist and the settings to its
	// own taste. Both are read on the default branch.
	"fork": {code: findings, event: "pull_request", make: func(w *gateWorld) {
		sha, err := w.CommitFiles(gateRepo, "tanaka", "fork", map[string]string{
			gateChecklist: "items: [{id: docs, question: Q?, evidence: [{file: \"docs/*\"}]}]\n", ".github/kintsugi.yml": "readiness: {mode: warn}\n",
		})
		if err != nil {
			w.t.Fatal(err)
		}
		w.tip = sha
	}},
}

func shipAnyway(role string) func(w *gateWorld) {
	return func(w *gateWorld) {
		w.issue("", "release-blocker")
		w.SetRole(gateRepo, "suzuki", role)
	}
}

// waived: somebody excepted an item in a readiness issue, until the end of a day. The
// App's check run tells.
func waived(until string) func(w *gateWorld) {
	return func(w *gateWorld) {
		w.issue("", "release-blocker")
		end, err := time.Parse(time.DateOnly, until)
		if err != nil {
			w.t.Fatal(err)
		}
		now := time.Now().UTC()
		note, err := json.Marshal(readiness.Note{
			Day: now.Format(time.DateOnly), Service: "payments", Review: "#90", FollowUps: &[]verdict.FollowUp{}, Postmortems: &[]verdict.Postmortem{},
			Acts: []verdict.Act{{Deed: verdict.Waive, By: "suzuki", At: now, Item: "blockers", Until: end, Reason: "It concerns another service."}},
		})
		if err != nil {
			w.t.Fatal(err)
		}
		w.CheckOf("kintsugi", gateRepo, w.tip, "Kintsugi readiness", "success", "<!-- kintsugi-readiness "+base64.StdEncoding.EncodeToString(note)+" -->\n")
	}
}

// actProgram is what runs workflows here. docs: github.com/nektos/act.
func actProgram(t *testing.T) string {
	t.Helper()
	program, err := filepath.Abs(filepath.Join("..", "..", ".cache", "act", "act"))
	if err == nil {
		_, err = os.Stat(program)
	}
	switch {
	case err == nil:
		return program
	case os.Getenv("KINTSUGI_TEST_ALL") == "1":
		t.Fatalf("there is no act to run workflows with: make act (%v)", err)
	}
	t.Skip("there is no act to run workflows with: make act")
	return ""
}

// TestActionInWorkflows runs the action in workflows, with act in place of GitHub's
// runner and the simulation in place of GitHub.
func TestActionInWorkflows(t *testing.T) {
	if testing.Short() {
		t.Skip("it runs processes, in which a race detector sees nothing")
	}
	act := actProgram(t)
	program, err := exec.LookPath("kintsugi") // testscript puts this very program there
	if err != nil {
		t.Fatal(err)
	}
	r := newRepository(t)
	r.commit(actionFiles(t))
	r.git("remote", "add", "origin", "https://github.com/"+gateRepo)
	reports := t.TempDir()
	program = keeping(t, program)
	jobs := map[string]map[string]any{}
	var hubs []*gateWorld
	var secrets []string
	head := "" // of the pull request
	for name, story := range actStories {
		w := newGateWorld(t)
		hubs = append(hubs, w)
		if story.as != "" {
			gateStories[story.as].make(w)
		} else {
			story.make(w)
		}
		token := w.JobToken("acme")
		secrets = append(secrets, token)
		server := httptest.NewServer(w.Hub)
		t.Cleanup(server.Close)
		w.ResetCounts()
		with := map[string]string{"command": "readiness", "binary": program, "service": "payments", "environment": "production", "token": token, "sha": w.tip}
		maps.Copy(with, story.with)
		event := "push"
		if story.event != "" {
			event, head = story.event, w.tip
			delete(with, "sha")
		}
		if jobs[event] == nil {
			jobs[event] = map[string]any{}
		}
		for _, lang := range []string{"en", "ja"} {
			jobs[event][name+"-"+lang] = actJob(server.URL, lang, with, filepath.Join(reports, name+"-"+lang))
		}
	}
	got := map[string]*actRun{}
	for event, list := range jobs {
		flow, err := yaml.Marshal(map[string]any{"on": event, "permissions": map[string]string{"contents": "read"}, "jobs": list})
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(".github", "workflows", event+".yml")
		write(t, filepath.Join(r.dir, file), string(flow))
		payload := filepath.Join(t.TempDir(), "event.json")
		write(t, payload, fmt.Sprintf(`{"number": 9, "pull_request": {"number": 9, "head": {"sha": %q, "repo": {"fork": true, "full_name": "mallory/pay"}}, "base": {"sha": %[1]q}}}`, head))
		out := runAct(t, act, r.dir, event, "-W", file, "-e", payload)
		for _, secret := range secrets {
			if strings.Contains(out, secret) {
				t.Errorf("a token is in the log of %s", event)
			}
		}
		readAct(t, out, got)
	}
	for name, story := range actStories {
		t.Run(name, func(t *testing.T) {
			told := &txtar.Archive{}
			for _, lang := range []string{"en", "ja"} {
				run := got[name+"-"+lang]
				if run == nil || run.code != story.code {
					t.Fatalf("in %s it ended otherwise than with %d: %+v", lang, story.code, run)
				}
				run.isConsistent(t, filepath.Join(reports, name+"-"+lang))
				told.Files = append(told.Files, run.files(lang)...)
			}
			golden(t, filepath.Join("testdata", "readiness", "action", name+".txtar"), txtar.Format(told))
		})
	}
	for _, w := range hubs {
		unwrittenBy(t, w.Counts())
	}
	files, err := os.ReadDir(filepath.Join("testdata", "readiness", "action"))
	if err != nil || len(files) != len(actStories) {
		t.Errorf("%d files for %d stories (%v)", len(files), len(actStories), err)
	}
}

// actionFiles are what the action is made of.
func actionFiles(t *testing.T) map[string]string {
	t.Helper()
	files := map[string]string{}
	for _, name := range []string{"action.yml", "action/kintsugi.sh", "action/checksums.txt"} {
		content, err := os.ReadFile(filepath.Join("..", "..", name))
		if err != nil {
			t.Fatal(err)
		}
		files[name] = string(content)
	}
	return files
}

// actJob is a job as in docs/readiness.md, which then keeps what a later step can see.
func actJob(github, lang string, with map[string]string, keep string) map[string]any {
	inputs := maps.Clone(with)
	inputs["language"] = lang
	return map[string]any{
		"runs-on": "ubuntu-latest",
		"env":     map[string]string{"KINTSUGI_GITHUB_URL": github, "KEEP": keep},
		"steps": []any{
			map[string]any{"uses": "actions/checkout@v6"},
			map[string]any{"id": "gate", "uses": "./", "with": inputs},
			map[string]any{"if": "always()", "run": `cp "$REPORT" "$KEEP.json"; echo "$READY $VERDICT $OUTCOME" >"$KEEP.txt"`, "env": map[string]string{
				"REPORT": "${{ steps.gate.outputs.report }}", "READY": "${{ steps.gate.outputs.ready }}",
				"VERDICT": "${{ steps.gate.outputs.verdict }}", "OUTCOME": "${{ steps.gate.outcome }}",
			}},
		},
	}
}

// keeping is the program that also keeps what it prints: of a step that fails, act loses
// the last lines now and then (pkg/container/host_environment.go returns then before all
// is read).
func keeping(t *testing.T, program string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "kintsugi")
	script := fmt.Sprintf("#!/bin/sh\n'%s' \"$@\" >\"$KEEP.log\"\ncode=$?\ncat \"$KEEP.log\"\nexit $code\n", program)
	if err := os.WriteFile(file, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	return file
}

// runAct returns the log of all jobs.
func runAct(t *testing.T, act, dir, event string, args ...string) string {
	t.Helper()
	home := t.TempDir()
	c := exec.Command(act, append([]string{event, "-P", "ubuntu-latest=-self-hosted", "--json", "--no-cache-server", "--actor", "suzuki"}, args...)...)
	c.Dir = dir
	c.Env = append(os.Environ(), "HOME="+home, "XDG_CACHE_HOME="+home, "XDG_CONFIG_HOME="+home, "ACT_DISABLE_VERSION_CHECK=1")
	out, err := c.CombinedOutput()
	if _, failed := errors.AsType[*exec.ExitError](err); err != nil && !failed {
		t.Fatal(err)
	}
	return string(out)
}

// What the simulation calls a commit depends on all that it is made of, and the example
// of a command on the day.
var (
	shortCommits = regexp.MustCompile("`[0-9a-f]{10}`")
	inAMonth     = regexp.MustCompile(`until:\d{4}-\d\d-\d\d`)
)

var annotationLine = regexp.MustCompile(`(?m)^::(?:error|warning|notice) .*$`)

// actRun is what a run of the action left.
type actRun struct {
	code                 int
	annotations, outputs []string
	summary              string
}

// actEvent is a line of act's log.
type actEvent struct {
	JobID, Command, Raw, Name, Arg, Content, Msg string
	StepID                                       []string
	Output                                       bool `json:"raw_output"`
}

// readAct sorts a log by jobs.
func readAct(t *testing.T, log string, runs map[string]*actRun) {
	t.Helper()
	for line := range strings.Lines(log) {
		var e actEvent
		if json.Unmarshal([]byte(line), &e) != nil || e.JobID == "" {
			continue
		}
		run := runs[e.JobID]
		if run == nil {
			run = &actRun{}
			runs[e.JobID] = run
		}
		if !slices.Equal(e.StepID, []string{"gate", "readiness"}) {
			continue
		}
		switch {
		case e.Command == "error" || e.Command == "warning" || e.Command == "notice":
			run.annotations = append(run.annotations, strings.TrimSpace(e.Raw))
		case e.Command == "set-output":
			run.outputs = append(run.outputs, e.Name+"="+e.Arg)
		case e.Command == "summary":
			run.summary = e.Content
		case e.Output:
		case e.Command != "":
			t.Errorf("%s: a command that nobody gave: %+v", e.JobID, e)
		default:
			_, _ = fmt.Sscanf(e.Msg, "exit status %d", &run.code) // most lines say something else
		}
	}
}

// isConsistent: later steps see what the log says, the report agrees with both, and no
// more and no other annotations are made than the program printed.
func (a *actRun) isConsistent(t *testing.T, kept string) {
	t.Helper()
	printed, err := os.ReadFile(kept + ".log")
	if err != nil {
		t.Fatal(err)
	}
	seenByAct := a.annotations
	a.annotations = annotationLine.FindAllString(string(printed), -1)
	if n := len(seenByAct); n > len(a.annotations) || !slices.Equal(seenByAct, a.annotations[:n]) || a.code == fine && n < len(a.annotations) {
		t.Errorf("act saw %q of %q", seenByAct, a.annotations)
	}
	seen, err := os.ReadFile(kept + ".txt")
	if err != nil {
		t.Fatal(err)
	}
	report, err := os.ReadFile(kept + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var answer struct{ Ready, Passes bool }
	if err := json.Unmarshal(report, &answer); err != nil {
		t.Fatal(err)
	}
	outcome := "failure"
	if a.code == fine {
		outcome = "success"
	}
	words := strings.Fields(string(seen))
	if len(words) != 3 || words[0] != fmt.Sprint(answer.Ready) || words[2] != outcome || (words[1] != notReady) != (a.code == fine) || answer.Passes != (a.code == fine) {
		t.Errorf("later steps see %q, the report says %+v", words, answer)
	}
	if !slices.Contains(a.outputs, "ready="+words[0]) || !slices.Contains(a.outputs, "verdict="+words[1]) || len(a.outputs) != 3 {
		t.Errorf("later steps see %q of %q", words, a.outputs)
	}
}

// files are what is looked at by eye: nothing in it differs from run to run.
func (a *actRun) files(lang string) []txtar.File {
	var b bytes.Buffer
	fmt.Fprintf(&b, "exit status %d\n", a.code)
	slices.Sort(a.outputs) // the runner keeps no order
	for _, output := range a.outputs {
		if strings.HasPrefix(output, "report=") {
			output = "report=FILE"
		}
		fmt.Fprintln(&b, output)
	}
	for _, annotation := range a.annotations {
		fmt.Fprintln(&b, annotation)
	}
	files := []txtar.File{{Name: lang, Data: b.Bytes()}, {Name: lang + " summary", Data: []byte(strings.TrimRight(a.summary, "\n") + "\n")}}
	for i := range files {
		files[i].Data = runTimes.ReplaceAll(files[i].Data, []byte("TIME"))
		files[i].Data = shortCommits.ReplaceAll(files[i].Data, []byte("`COMMIT`"))
		files[i].Data = inAMonth.ReplaceAll(files[i].Data, []byte("until:DAY"))
	}
	return files
}
