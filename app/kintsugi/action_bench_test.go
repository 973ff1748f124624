package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"
)

// waited measures for how long at least one request is being answered.
type waited struct {
	http.Handler
	mu    sync.Mutex
	open  int
	since time.Time
	all   time.Duration
}

func (w *waited) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	if w.open++; w.open == 1 {
		w.since = time.Now()
	}
	w.mu.Unlock()
	defer func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		if w.open--; w.open == 0 {
			w.all += time.Since(w.since)
		}
	}()
	w.Handler.ServeHTTP(out, r)
}

// BenchmarkActionReadiness is a step of the Action, from its first line of shell to its
// verdict on a checklist of 60 items: own-ms is what it takes besides GitHub's answers,
// github-ms these, of the simulated one. What it is compared with is a process that does
// nothing but start.
func BenchmarkActionReadiness(b *testing.B) {
	program := filepath.Join(b.TempDir(), "kintsugi")
	build := exec.Command("go", "build", "-tags", "nomsgpack", "-ldflags", "-s -w", "-o", program, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	w := newGateWorld(b)
	w.PutFile(gateRepo, gateChecklist, itemsOfAllKinds(60))
	github := &waited{Handler: w.Hub}
	server := httptest.NewServer(github)
	b.Cleanup(server.Close)
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		b.Fatal(err)
	}
	job := b.TempDir()
	env := append(os.Environ(), "GITHUB_ACTION_PATH="+root, "GITHUB_OUTPUT="+filepath.Join(job, "outputs"), "GITHUB_STEP_SUMMARY="+filepath.Join(job, "summary"),
		"RUNNER_TEMP="+job, "GITHUB_REPOSITORY="+gateRepo, "GITHUB_TOKEN="+w.JobToken("acme"), "KINTSUGI_GITHUB_URL="+server.URL, "KINTSUGI_BINARY="+program,
		"KINTSUGI_COMMAND=readiness", "KINTSUGI_SHA="+w.tip, "KINTSUGI_SERVICE=payments", "KINTSUGI_ENVIRONMENT=production", "KINTSUGI_MODE=warn")
	for _, name := range []string{"LANGUAGE", "VERSION", "CHECKLIST", "INCIDENT", "ON_UNKNOWN", "SHIP_ANYWAY"} {
		env = append(env, "KINTSUGI_"+name+"=")
	}
	var own, answers, starts []time.Duration
	for b.Loop() {
		github.all = 0
		step := exec.Command("bash", filepath.Join(root, "action", "kintsugi.sh"), "readiness")
		step.Env = env
		began := time.Now()
		out, err := step.CombinedOutput()
		whole := time.Since(began)
		if err != nil {
			b.Fatalf("%v\n%s", err, out)
		}
		began = time.Now()
		if err := exec.Command(program, "version").Run(); err != nil {
			b.Fatal(err)
		}
		own, answers, starts = append(own, whole-github.all), append(answers, github.all), append(starts, time.Since(began))
	}
	b.ReportMetric(0, "ns/op") // it holds GitHub's answers
	b.ReportMetric(middle(own).Seconds()*1000, "own-ms")
	b.ReportMetric(middle(answers).Seconds()*1000, "github-ms")
	b.ReportMetric(middle(own).Seconds()/middle(starts).Seconds(), "times-start")
}

func middle(all []time.Duration) time.Duration {
	slices.Sort(all)
	return all[len(all)/2]
}
