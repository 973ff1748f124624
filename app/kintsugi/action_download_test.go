package main

import (
	"crypto/sha256"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// released is a release of a program that says how it was called, on a server of its
// own, and the action beside the checksums of it.
type released struct {
	repository
	temp, part string
	env        []string
	fetched    atomic.Int32
	// answer is what the server does instead of serving the program.
	answer atomic.Pointer[http.HandlerFunc]
}

const releasedProgram = "#!/bin/sh\necho ran \"$@\"\n"

func newReleased(t *testing.T) *released {
	t.Helper()
	if _, err := exec.LookPath("curl"); err != nil {
		if os.Getenv("KINTSUGI_TEST_ALL") == "1" {
			t.Fatal("there is no curl")
		}
		t.Skip("there is no curl to fetch a release with")
	}
	r := &released{repository: newRepository(t), temp: t.TempDir()}
	r.commit(map[string]string{"postmortems/a.md": "x"})
	over := make(chan struct{})
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		switch answer := r.answer.Load(); {
		case answer != nil:
			(*answer)(w, q)
		case q.URL.Path == "/silent/v1/kintsugi_v1_linux_amd64":
			select {
			case <-over:
			case <-q.Context().Done():
			}
		case q.URL.Path == "/v1/kintsugi_v1_linux_amd64":
			r.fetched.Add(1)
			fmt.Fprint(w, releasedProgram)
		default:
			http.NotFound(w, q)
		}
	}))
	t.Cleanup(server.Close)
	t.Cleanup(func() { close(over) })
	r.part = server.URL
	bundle := filepath.Join(t.TempDir(), "ca.pem")
	write(t, bundle, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})))

	script, err := os.ReadFile(filepath.Join("..", "..", "action", "kintsugi.sh"))
	if err != nil {
		t.Fatal(err)
	}
	path := t.TempDir()
	quick := strings.Replace(string(script), "download_seconds=10", "download_seconds=1", 1)
	if quick == string(script) {
		t.Fatal("the script does not say how long a download may take")
	}
	write(t, filepath.Join(path, "action", "kintsugi.sh"), quick)
	sum := fmt.Sprintf("%x", sha256.Sum256([]byte(releasedProgram)))
	write(t, filepath.Join(path, "action", "checksums.txt"), "# sums\n"+
		sum+"  kintsugi_v1_linux_amd64\n"+strings.Repeat("0", 64)+"  kintsugi_v1_darwin_arm64\n"+sum+"  kintsugi_v2_linux_amd64\n")
	r.env = []string{
		"GITHUB_ACTION_PATH=" + path + "/", "RUNNER_OS=Linux", "RUNNER_ARCH=X64", "RUNNER_TEMP=" + r.temp,
		"KINTSUGI_RELEASES=" + server.URL, "CURL_CA_BUNDLE=" + bundle,
		"GITHUB_OUTPUT=" + filepath.Join(r.temp, "outputs"), "GITHUB_STEP_SUMMARY=" + filepath.Join(r.temp, "summary.md"),
	}
	return r
}

func (r *released) run(version string, env ...string) (out string, code int) {
	return r.runs("", map[string]string{"version": version}, append(r.env, env...)...)
}

// TestActionFetches: a release is run only if it is the one whose checksum is committed.
func TestActionFetches(t *testing.T) {
	r := newReleased(t)
	kept := filepath.Join(r.temp, "kintsugi_v1_linux_amd64")
	for _, what := range []string{"fetched", "there already"} {
		if out, code := r.run("v1"); code != 0 || !strings.HasPrefix(out, "ran postmortem lint") || r.fetched.Load() != 1 {
			t.Errorf("%s: %d, after %d\n%s", what, code, r.fetched.Load(), out)
		}
	}
	write(t, kept, "#!/bin/sh\necho forged\n")
	if out, code := r.run("v1"); code != 0 || !strings.HasPrefix(out, "ran ") || r.fetched.Load() != 2 {
		t.Errorf("changed since: %d\n%s", code, out)
	}
	if err := os.Remove(kept); err != nil {
		t.Fatal(err)
	}
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	forge := func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "#!/bin/sh\necho forged\n") }
	plain := httptest.NewServer(http.HandlerFunc(forge))
	t.Cleanup(plain.Close)
	for name, c := range map[string]struct {
		version string
		env     []string
		answer  http.HandlerFunc
		says    string
	}{
		"another program":   {"v1", nil, forge, "does not have the checksum"},
		"of another system": {"v1", []string{"RUNNER_OS=macOS", "RUNNER_ARCH=ARM64"}, forge, "does not have the checksum"},
		"half a program":    {"v1", nil, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, releasedProgram[:10]) }, "does not have the checksum"},
		"not there":         {"v2", nil, nil, "could not be fetched"},
		"broken":            {"v1", nil, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }, "could not be fetched"},
		"silent":            {"v1", []string{"KINTSUGI_RELEASES=" + r.part + "/silent"}, nil, "could not be fetched in time"},
		"led elsewhere": {"v1", nil, func(w http.ResponseWriter, q *http.Request) {
			http.Redirect(w, q, plain.URL+q.URL.Path, http.StatusFound)
		}, "could not be fetched"},
		"not encrypted":      {"v1", []string{"KINTSUGI_RELEASES=" + plain.URL}, nil, "could not be fetched"},
		"no checksum":        {"v3", nil, forge, "knows no checksum"},
		"no such runner":     {"v1", []string{"RUNNER_ARCH=X86"}, forge, "knows no checksum"},
		"no runner":          {"v1", []string{"RUNNER_OS="}, forge, "knows no checksum"},
		"a path":             {"../v1", nil, forge, "knows no checksum"},
		"the committed file": {"v1", []string{"GITHUB_ACTION_PATH=" + root}, forge, "knows no checksum"},
	} {
		t.Run(name, func(t *testing.T) {
			r.answer.Store(nil)
			if c.answer != nil {
				r.answer.Store(&c.answer)
			}
			out, code := r.run(c.version, c.env...)
			if code != 2 || !strings.Contains(out, "::error title=Kintsugi::") || !strings.Contains(out, c.says) || strings.Contains(out, "ran ") || strings.Contains(out, "forged") {
				t.Errorf("%d\n%s", code, out)
			}
			left, err := filepath.Glob(filepath.Join(r.temp, "kintsugi_*"))
			if err != nil || len(left) > 0 && !strings.HasSuffix(left[0], ".part") {
				t.Error(left, err)
			}
		})
	}
}

// TestActionAnswersInTime: what is waited for, one after the other, leaves the rest of a
// minute for whatever is done by the machine itself.
func TestActionAnswersInTime(t *testing.T) {
	script, err := os.ReadFile(filepath.Join("..", "..", "action", "kintsugi.sh"))
	if err != nil {
		t.Fatal(err)
	}
	var seconds int
	_, rest, _ := strings.Cut(string(script), "\ndownload_seconds=")
	if _, err := fmt.Sscan(rest, &seconds); err != nil || seconds < 1 {
		t.Fatal(seconds, err)
	}
	if all := time.Duration(seconds)*time.Second + gateTimeout; all > 55*time.Second {
		t.Errorf("the answer takes up to %s", all)
	}
}

// TestActionWithoutProgram: the gate that cannot run is not ready, and says so in every
// place and in the language that was asked for.
func TestActionWithoutProgram(t *testing.T) {
	r := newReleased(t)
	out, code := r.runs("", map[string]string{"command": "readiness", "version": "v2", "language": "ja"}, append(r.env, "GITHUB_API_URL=http://127.0.0.1:9/")...)
	summary, _ := os.ReadFile(filepath.Join(r.temp, "summary.md"))
	outputs, _ := os.ReadFile(filepath.Join(r.temp, "outputs"))
	if code != 2 || !strings.Contains(out, "::error title=Kintsugi::リリースを時間内に") || !strings.Contains(string(summary), "**Kintsugi**: リリースを") ||
		string(outputs) != "ready=false\nverdict=not-ready\nreport=\n" {
		t.Errorf("%d\n%s\n%s\n%s", code, out, summary, outputs)
	}
}
