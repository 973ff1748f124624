package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kintsugi-app/kintsugi/app/doctor"
)

const (
	madeKey    = "-----BEGIN RSA PRIVATE KEY-----\nY2FuYXJ5LWtleQ==\n-----END RSA PRIVATE KEY-----\n"
	madeSecret = "canary-of-a-webhook-secret"
)

// registry is the part of GitHub where Apps are registered. docs: Registering a
// GitHub App from a manifest.
type registry struct {
	*httptest.Server

	mu       sync.Mutex
	page     string
	manifest map[string]any
	codes    map[string]bool // true until it is used
	asked    []string        // conversions
	answer   string          // instead of the App
}

func newRegistry(t *testing.T) *registry {
	r := &registry{codes: map[string]bool{}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /settings/apps/new", r.register)
	mux.HandleFunc("POST /organizations/{org}/settings/apps/new", r.register)
	mux.HandleFunc("POST /app-manifests/{code}/conversions", r.convert)
	r.Server = httptest.NewServer(mux)
	t.Cleanup(r.Close)
	return r
}

// register stands for the person who confirms, too.
func (r *registry) register(w http.ResponseWriter, request *http.Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.page, r.manifest = request.URL.Path, nil
	if err := json.Unmarshal([]byte(request.FormValue("manifest")), &r.manifest); err != nil {
		http.Error(w, err.Error(), http.StatusUnprocessableEntity)
		return
	}
	code := fmt.Sprintf("code%d", len(r.codes))
	r.codes[code] = true
	back, _ := r.manifest["redirect_url"].(string)
	http.Redirect(w, request, back+"?"+url.Values{"code": {code}, "state": {request.URL.Query().Get("state")}}.Encode(), http.StatusFound)
}

func (r *registry) convert(w http.ResponseWriter, request *http.Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	code := request.PathValue("code")
	r.asked = append(r.asked, code)
	if !r.codes[code] {
		http.Error(w, `{"message":"Not Found"}`, http.StatusNotFound)
		return
	}
	r.codes[code] = false
	w.WriteHeader(http.StatusCreated)
	if r.answer != "" {
		fmt.Fprint(w, r.answer)
		return
	}
	_ = json.NewEncoder(w).Encode(map[string]any{
		"id": 4711, "slug": "kintsugi-acme", "html_url": r.URL + "/apps/kintsugi-acme", "pem": madeKey, "webhook_secret": madeSecret,
		"client_secret": "canary-of-a-client-secret",
	})
}

func (r *registry) conversions() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.asked)
}

// settingUp is a kintsugi setup under way.
type settingUp struct {
	start, dir string
	stop       context.CancelFunc
	ended      chan int
	read       chan struct{} // all that it said
	said       *bytes.Buffer
}

// setUpWith starts it and waits for the address that it prints.
func setUpWith(t *testing.T, github *registry, args ...string) *settingUp {
	t.Helper()
	t.Setenv("KINTSUGI_GITHUB_URL", github.URL)
	ctx, stop := context.WithCancel(t.Context())
	s := &settingUp{dir: filepath.Join(t.TempDir(), "secrets"), stop: stop, ended: make(chan int, 1), read: make(chan struct{}), said: &bytes.Buffer{}}
	printed, out := io.Pipe()
	root := newRoot()
	root.SetArgs(append([]string{"setup", "--url", "https://kintsugi.example.com", "--out", s.dir}, args...))
	root.SetOut(out)
	root.SetErr(out)
	go func() {
		code := exitCode(root.ExecuteContext(ctx), out)
		out.Close()
		s.ended <- code
	}()
	lines := bufio.NewReader(printed)
	for s.start == "" {
		line, err := lines.ReadString('\n')
		if err != nil {
			t.Fatalf("no address was printed: %s%v", s.said, err)
		}
		s.said.WriteString(line)
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "http://") {
			s.start = line
		}
	}
	go func() { _, _ = s.said.ReadFrom(lines); close(s.read) }()
	t.Cleanup(func() { stop(); <-s.read })
	return s
}

// wait is how it ended, and what it said.
func (s *settingUp) wait(t *testing.T, code int) string {
	t.Helper()
	select {
	case got := <-s.ended:
		if got != code {
			t.Errorf("it ended with %d, want %d", got, code)
		}
	case <-time.After(20 * time.Second):
		s.stop()
		t.Error("it does not end")
	}
	<-s.read
	return s.said.String()
}

// answer is what a browser is shown, with its status before it.
func answer(t *testing.T, request *http.Request, err error) string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if policy := response.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") || response.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("%s is shown with %v", request.URL, response.Header)
	}
	return fmt.Sprint(response.StatusCode, " ", html.UnescapeString(string(body)))
}

func get(t *testing.T, address string) string {
	t.Helper()
	request, err := http.NewRequest(http.MethodGet, address, nil)
	return answer(t, request, err)
}

var formOn = regexp.MustCompile(`(?s)<form action="([^"]*)" method="post"><input type="hidden" name="manifest" value="(.*?)"><button>`)

// click presses the button on the page and goes where GitHub sends the browser.
func (s *settingUp) click(t *testing.T) string {
	t.Helper()
	m := formOn.FindStringSubmatch(get(t, s.start))
	if m == nil {
		t.Fatalf("there is no button on %s", s.start)
	}
	request, err := http.NewRequest(http.MethodPost, m[1], strings.NewReader(url.Values{"manifest": {m[2]}}.Encode()))
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return answer(t, request, err)
}

// TestSetup is the whole way: what GitHub is asked for is what the doctor
// checks, the credentials are kept for this user alone, and no secret is shown.
func TestSetup(t *testing.T) {
	github := newRegistry(t)
	s := setUpWith(t, github, "--org", "acme", "--name", "Kintsugi of Acme")
	shown := s.click(t)
	said := s.wait(t, fine)
	if !strings.HasPrefix(shown, "200 ") || !strings.Contains(shown, "kintsugi-acme") || !strings.Contains(shown, "/apps/kintsugi-acme/installations/new") {
		t.Errorf("the browser is shown %s", shown)
	}
	for _, want := range []string{"4711", s.dir, "kintsugi serve", "kintsugi doctor", "/apps/kintsugi-acme/installations/new", "kintsugi init"} {
		if !strings.Contains(said, want) {
			t.Errorf("it lacks %q:\n%s", want, said)
		}
	}
	if strings.Contains(said+shown, "canary") || strings.Contains(said+shown, "Y2FuYXJ5") {
		t.Errorf("a secret is shown:\n%s\n%s", said, shown)
	}
	want := map[string]any{
		"name": "Kintsugi of Acme", "url": "https://kintsugi.example.com", "public": false,
		"hook_attributes":     map[string]any{"url": "https://kintsugi.example.com/webhooks/github", "active": true},
		"redirect_url":        s.start[:strings.LastIndex(s.start, "/")] + "/made",
		"default_permissions": map[string]any{}, "default_events": []any{},
	}
	for _, p := range doctor.NeededPermissions() {
		want["default_permissions"].(map[string]any)[p.Name] = p.Level
	}
	for _, e := range doctor.NeededEvents() {
		want["default_events"] = append(want["default_events"].([]any), e.Name)
	}
	if diff := cmp.Diff(want, github.manifest); diff != "" || github.page != "/organizations/acme/settings/apps/new" {
		t.Errorf("%s was asked for otherwise than meant (-want +got):\n%s", github.page, diff)
	}
	kept := map[string]string{
		"app.pem": "file " + madeKey, "webhook_secret": "file " + madeSecret + "\n",
		"kintsugi.env": fmt.Sprintf("file KINTSUGI_APP_ID=4711\nKINTSUGI_PRIVATE_KEY_FILE=%s\nKINTSUGI_WEBHOOK_SECRET_FILE=%s\nKINTSUGI_GITHUB_URL=%s\n",
			filepath.Join(s.dir, "app.pem"), filepath.Join(s.dir, "webhook_secret"), github.URL),
	}
	if diff := cmp.Diff(kept, snapshot(t, s.dir)); diff != "" {
		t.Errorf("not what should be kept (-want +got):\n%s", diff)
	}
	for name := range kept {
		if info, err := os.Stat(filepath.Join(s.dir, name)); err != nil || info.Mode().Perm() != 0o600 && runtime.GOOS != "windows" {
			t.Errorf("%s: %v, want it private (%v)", name, info.Mode(), err)
		}
	}
}

// TestSetupForOneself: without an organisation the App is one's own.
func TestSetupForOneself(t *testing.T) {
	github := newRegistry(t)
	s := setUpWith(t, github, "--lang", "ja")
	s.click(t)
	if said := s.wait(t, fine); github.page != "/settings/apps/new" || !strings.Contains(said, "次にすること") {
		t.Errorf("%s was asked, and it says:\n%s", github.page, said)
	}
}

// TestSetupBelievesOnlyItself: what did not begin on its page exchanges no code,
// keeps nothing, and does not end it.
func TestSetupBelievesOnlyItself(t *testing.T) {
	github := newRegistry(t)
	s := setUpWith(t, github)
	site := s.start[:strings.LastIndex(s.start, "/")]
	m := formOn.FindStringSubmatch(get(t, s.start))
	action, _ := url.Parse(m[1])
	state := action.Query().Get("state")
	if len(state) < 20 || strings.Contains(s.start, state) {
		t.Fatalf("the state is %q", state)
	}
	for address, want := range map[string]string{
		site + "/made?code=stolen&state=" + strings.ToLower(state):          "403 ",
		site + "/made?code=stolen&state=" + state + "x":                     "403 ",
		site + "/made?code=stolen":                                          "403 ",
		site + "/made?state=" + state:                                       "403 ",
		site + "/made?state=" + state + "&code=":                            "403 ",
		site + "/made?code=" + strings.Repeat("x", 201) + "&state=" + state: "403 ",
		site + "/": "404 ",
		site + strings.ToLower(s.start[len(site):]): "404 ",
	} {
		if got := get(t, address); !strings.HasPrefix(got, want) || strings.Contains(got, state) {
			t.Errorf("%s answers %s", address, got)
		}
	}
	// A form on another site, and a name of another site that leads here.
	for _, path := range []string{s.start, site + "/made?code=stolen&state=" + state} {
		request, err := http.NewRequest(http.MethodPost, path, strings.NewReader("code=stolen&state="+state))
		request.Header.Set("Origin", "https://evil.example.com")
		if got := answer(t, request, err); !strings.HasPrefix(got, "405 ") {
			t.Errorf("a form of another site is answered with %s", got)
		}
		request, err = http.NewRequest(http.MethodGet, path, nil)
		request.Host = "evil.example.com"
		if got := answer(t, request, err); !strings.HasPrefix(got, "403 ") || strings.Contains(got, state) {
			t.Errorf("another name is answered with %s", got)
		}
	}
	if _, err := os.Lstat(s.dir); github.conversions() != 0 || !os.IsNotExist(err) {
		t.Errorf("%d codes were exchanged, and the folder: %v", github.conversions(), err)
	}
	s.click(t)
	s.wait(t, fine)
}

// TestSetupAgain: after an expired code, or an answer that is none, nothing is
// left over and one can start again.
func TestSetupAgain(t *testing.T) {
	github := newRegistry(t)
	s := setUpWith(t, github)
	m := formOn.FindStringSubmatch(get(t, s.start))
	action, _ := url.Parse(m[1])
	back := s.start[:strings.LastIndex(s.start, "/")] + "/made?" + url.Values{"state": {action.Query().Get("state")}, "code": {"of/yesterday"}}.Encode()
	if got := get(t, back); !strings.HasPrefix(got, "502 ") || !strings.Contains(got, "older than an hour") {
		t.Errorf("an expired code is answered with %s", got)
	}
	if diff := cmp.Diff([]string{"of/yesterday"}, github.asked); diff != "" {
		t.Error("the code went out otherwise than it came:", diff)
	}
	github.answer = `{"id": 4711, "pem": "` + "canary" + `"}`
	if got := s.click(t); !strings.HasPrefix(got, "502 ") || !strings.Contains(got, "holds no App") || strings.Contains(got, "canary") {
		t.Errorf("half an answer is answered with %s", got)
	}
	if _, err := os.Lstat(s.dir); !os.IsNotExist(err) {
		t.Errorf("something was left: %v", err)
	}
	github.answer = ""
	if got := s.click(t); !strings.HasPrefix(got, "200 ") {
		t.Errorf("starting again is answered with %s", got)
	}
	s.wait(t, fine)
}

// TestSetupOverwritesNothing, although the files appeared when it was running
// already; the code is not spent, so that reloading works.
func TestSetupOverwritesNothing(t *testing.T) {
	github := newRegistry(t)
	s := setUpWith(t, github)
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(s.dir, "kintsugi.env")
	if err := os.WriteFile(other, []byte("another App"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := s.click(t); !strings.HasPrefix(got, "502 ") || !strings.Contains(got, "is there already") || github.conversions() != 0 {
		t.Errorf("%d conversions, and %s", github.conversions(), got)
	}
	if diff := cmp.Diff(map[string]string{"kintsugi.env": "file another App"}, snapshot(t, s.dir)); diff != "" {
		t.Errorf("the folder holds:\n%s", diff)
	}
	s.stop()
	if said := s.wait(t, findings); !strings.Contains(said, "no file was written") {
		t.Errorf("it says:\n%s", said)
	}
}

// TestSettingsFileIsRead: whatever the folder is called, a shell reads from the
// file what was meant.
func TestSettingsFileIsRead(t *testing.T) {
	for text, want := range map[string]string{
		"/srv/kintsugi/app.pem": "/srv/kintsugi/app.pem", "/srv/my keys": "'/srv/my keys'", "it's $HOME": `'it'\''s $HOME'`, "": "''",
	} {
		if got := shellWord(text); got != want {
			t.Errorf("%q becomes %s, want %s", text, got, want)
		}
	}
}

// TestReserveGivesBack: what could not be taken whole is not taken at all.
func TestReserveGivesBack(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, secretFile), []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := reserve(dir); err == nil || !strings.Contains(err.Error(), "may hold the key of another App") {
		t.Errorf("got %v", err)
	}
	if diff := cmp.Diff(map[string]string{secretFile: "file old"}, snapshot(t, dir)); diff != "" {
		t.Error(diff)
	}
	if _, err := reserve(filepath.Join(dir, secretFile)); err == nil || !strings.Contains(err.Error(), "cannot be made") {
		t.Errorf("a file as a folder: %v", err)
	}
	if _, err := fs.Stat(os.DirFS(dir), keyFile); !os.IsNotExist(err) {
		t.Error(err)
	}
}
