package hostile_test

import (
	"bytes"
	"context"
	"fmt"
	"go/build"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/kintsugi-app/kintsugi/app/clock"
	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
	"github.com/kintsugi-app/kintsugi/app/sandbox/page"
	"github.com/kintsugi-app/kintsugi/app/server"
	"github.com/kintsugi-app/kintsugi/app/store"
	"github.com/kintsugi-app/kintsugi/app/transcript"
	"github.com/kintsugi-app/kintsugi/workflows/words/hostile"
)

// process is the real server before the simulated GitHub, both over sockets,
// with an issue for each text of the set, in its title, its body, a label and
// commands. Without KINTSUGI_TEST_LONG=1 only those for terminals go through it,
// and every fifth of the others.
type process struct {
	hub      *fakehub.Hub
	clock    *clock.Real
	server   *server.Server
	github   string
	database string
	log      *transcript.Log
	mu       sync.Mutex
	runs     []engine.Run
	texts    []hostile.Text
	issues   []issue // one for each
}

// few is a repository with so few of them that a list of all can be asked for.
const (
	few      = "acme/few"
	fewTexts = 6
)

// newProcess plays the set and returns when there is nothing left to do.
func newProcess(t *testing.T) *process {
	p := &process{clock: clock.New(), log: &transcript.Log{}, database: filepath.Join(t.TempDir(), "kintsugi.db")}
	p.hub = fakehub.New(fakehub.Options{
		Clock: p.clock, RateLimit: -1, WebhookSecret: secret, App: fakehub.App{ID: 7, PrivateKey: oneKey()},
		Deliver: p.post,
	})
	p.hub.AddOrg("acme", "oncall")
	for _, name := range []string{"acme/incidents", few} {
		p.hub.AddRepo("acme", strings.TrimPrefix(name, "acme/"), true)
		for login, role := range people {
			p.hub.SetRole(name, login, role)
		}
		p.hub.PutFile(name, ".github/kintsugi.yml", fmt.Sprintf(settings, "en"))
	}
	p.hub.Install("acme", time.Time{})
	github := httptest.NewServer(p.hub)
	t.Cleanup(github.Close)
	p.github = github.URL
	running, stop := context.WithCancel(ctx)
	var err error
	p.server, err = server.Start(running, server.Config{
		AppID: 7, PrivateKey: p.hub.PrivateKeyPEM(), WebhookSecrets: []string{secret}, GitHubURL: p.github, DatabaseURL: p.database,
		Addr: "127.0.0.1:0", Clock: p.clock, LogTo: p.log, LogFormat: "json", Version: "test", SweepEvery: 1000 * time.Hour, StoreOptions: []store.Option{store.Relaxed()},
		OnRun: func(r engine.Run) { p.mu.Lock(); defer p.mu.Unlock(); p.runs = append(p.runs, r) },
	})
	if err != nil {
		stop()
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(); _ = p.server.Wait() })
	p.rest(t)
	p.clock.Advance(time.Minute)
	for n, text := range hostile.Texts() {
		if everything() || forTerminals(text) || n%5 == 0 {
			p.texts = append(p.texts, text)
			p.issues = append(p.issues, p.play(t, "acme/incidents", text.Text))
		}
		if forTerminals(text) && len(p.hub.Issues(few)) < fewTexts {
			p.play(t, few, text.Text)
		}
	}
	for range 3 { // what GitHub's limits put off
		p.rest(t)
		p.clock.Advance(time.Hour)
	}
	return p
}

// post carries a delivery as GitHub does.
func (p *process) post(ctx context.Context, d fakehub.Delivery) (int, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+p.server.Addr()+"/webhooks/github", bytes.NewReader(d.Payload))
	if err != nil {
		return 0, err
	}
	r.Header = d.Header()
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	_, err = io.Copy(io.Discard, answer.Body)
	return answer.StatusCode, err
}

func (p *process) play(t *testing.T, repo, text string) issue {
	t.Helper()
	n, err := p.hub.OpenIssue(repo, "sato", fakehub.NewIssue{Title: "[incident] " + short(text), Body: atMost(text, 10_000)})
	if err != nil {
		t.Fatal(err)
	}
	for _, said := range []string{"/sev ", "/note ", "/resolvd"} {
		if _, err := p.hub.Comment(repo, n, "tanaka", said+atMost(text, 10_000)); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.hub.Label(repo, n, "suzuki", atMost(short(text), 50)); err != nil {
		t.Fatal(err)
	}
	if n%4 == 0 {
		p.rest(t)
		p.clock.Advance(10 * time.Minute) // for GitHub's limits on what is created
	}
	return issue{repo, n}
}

// rest delivers what waits, until there is nothing left to do.
func (p *process) rest(t *testing.T) {
	t.Helper()
	deadline := time.Now().Add(time.Minute)
	for {
		for _, d := range p.hub.TakeDeliveries() {
			if status, err := p.hub.Send(ctx, d); err != nil || status != http.StatusAccepted {
				t.Fatalf("a delivery was answered %d, %v", status, err)
			}
		}
		resting, err := p.server.Resting(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if resting {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("the server does not come to rest")
		}
		time.Sleep(2 * time.Millisecond)
	}
}

// TestProcess looks at all that the real program shows to operators and to
// whoever asks, after the whole set went through it.
func TestProcess(t *testing.T) {
	p := newProcess(t)
	faults := func(what, said string, found []string) {
		t.Helper()
		for _, f := range found[:min(len(found), 3)] {
			t.Errorf("%s: %s: %s", what, f, quote(said))
		}
	}
	for line := range strings.Lines(p.log.String()) {
		faults("the log", line, hostile.Terminal(strings.TrimSuffix(line, "\n")))
	}
	for _, path := range []string{"/healthz", "/readyz", "/metrics"} {
		answer, err := http.Get("http://" + p.server.Addr() + path)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if err != nil || len(body) == 0 {
			t.Fatal(path, err)
		}
		faults(path, string(body), hostile.Job(string(body)))
		for name := range people {
			if strings.Contains(string(body), name) || strings.Contains(string(body), "acme") {
				t.Errorf("%s names %s or the repository", path, name)
			}
		}
	}
	t.Run("commands", func(t *testing.T) { p.commands(t) })
	t.Run("sandbox", func(t *testing.T) { p.page(t) })
}

// shown are the commands that show what people wrote, with what they need
// besides an issue; those of files are in files_test.go; silent are those that
// show nothing of it.
var (
	shown   = map[string][]string{"plan": {"--github-url"}, "explain": {"--database-url", "--app-id"}, "incident show": {"--github-url"}}
	ofFiles = []string{"init", "policy", "postmortem", "readiness", "reading-list"}
	// what followup shows only the App can have opened; its own tests hold it
	apart  = []string{"followup"}
	silent = []string{"completion", "database", "doctor", "help", "ready", "sandbox", "serve", "setup", "version"}
)

var command = regexp.MustCompile(`(?m)^  ([a-z-]+) +[A-Z]`)

// commands runs the program as operators do, in a terminal and in a job.
func (p *process) commands(t *testing.T) {
	program := filepath.Join(t.TempDir(), "kintsugi")
	// By its path, so that Go sees that nothing in this package depends on what else
	// there is on the PATH: .ci/run plays these texts once.
	compiler := filepath.Join(build.Default.GOROOT, "bin", "go")
	if out, err := exec.Command(compiler, "build", "-o", program, "../kintsugi").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	help, err := exec.Command(program, "--help").Output()
	if err != nil {
		t.Fatal(err)
	}
	known := slices.Concat(ofFiles, apart, silent)
	for name := range shown {
		first, _, _ := strings.Cut(name, " ")
		known = append(known, first)
	}
	var there []string
	for _, m := range command.FindAllStringSubmatch(string(help), -1) {
		there = append(there, m[1])
	}
	slices.Sort(known)
	if slices.Sort(there); !slices.Equal(known, there) {
		t.Errorf("the commands are %q, and known are %q: does a new one show what people wrote? Add it to shown, ofFiles or silent", there, known)
	}
	values := map[string]string{"--github-url": p.github, "--database-url": p.database, "--app-id": "7"}
	for name, flags := range shown {
		args := strings.Fields(name)
		for _, flag := range flags {
			args = append(args, flag+"="+values[flag])
		}
		for n, i := range p.issues {
			if !everything() && !forTerminals(p.texts[n]) && n%4 != 0 {
				continue
			}
			format := []string{"--format=text", "--format=json"}[n%2]
			show(t, program, p.texts[n].Name, append(slices.Clone(args), format, i.String()), n%3 == 0)
			if name == "incident show" {
				md := show(t, program, p.texts[n].Name, append(slices.Clone(args), "--format=md", i.String()), n%3 == 0)
				pasteable(t, md[strings.Index(md, "**"):])
			}
		}
	}
	for _, lang := range []string{"en", "ja"} {
		for _, format := range []string{"text", "json", "md"} {
			said := show(t, program, "all", []string{"incident", "list", "--github-url=" + p.github, "--lang=" + lang, "--format=" + format, "--since=2w", few}, lang == "en")
			if strings.Count(said, few+"#") < fewTexts {
				t.Errorf("incident list as %s shows only %s", format, quote(said))
			}
			if format == "md" {
				pasteable(t, said[strings.Index(said, "**"):])
			}
		}
	}
	fromCheckouts(t, program)
}

// show runs the program and holds that nothing in what it prints acts.
func show(t *testing.T, program, text string, args []string, inJob bool) string {
	t.Helper()
	c := exec.Command(program, args...)
	c.Env = append(os.Environ(), "GITHUB_TOKEN=user-suzuki")
	if inJob {
		c.Env = append(c.Env, "GITHUB_ACTIONS=true")
	}
	out, err := c.CombinedOutput()
	if err != nil || len(out) == 0 {
		t.Fatalf("kintsugi %s: %v\n%s", args, err, out)
	}
	for _, f := range hostile.Job(string(out)) {
		t.Errorf("kintsugi %s of %s: %s: %s", args, text, f, quote(string(out)))
		break
	}
	return string(out)
}

// pasteable holds that what is made for an issue or a chat does nothing there.
func pasteable(t *testing.T, md string) {
	t.Helper()
	own := hostile.Own{Links: []string{"https://fakehub.example/acme/incidents/issues/", "https://fakehub.example/" + few + "/issues/"}}
	for n := range 1000 { // whatever the number is
		own.References = append(own.References, fmt.Sprintf("acme/incidents#%d", n), fmt.Sprintf("%s#%d", few, n))
	}
	for _, f := range hostile.Markdown(md, own) {
		t.Errorf("%s: %s", f, quote(md))
		break
	}
}

// everything tells whether there is time for all of it, which takes minutes.
func everything() bool { return os.Getenv("KINTSUGI_TEST_LONG") == "1" }

// forTerminals tells whether a text is in the set for the sake of terminals and
// jobs.
func forTerminals(t hostile.Text) bool {
	return len(hostile.Job(t.Text)) > 0
}

// page looks at the sandbox's pages as a browser would: with one script, its
// own, and nothing that loads from elsewhere.
func (p *process) page(t *testing.T) {
	handler, err := page.New(page.Config{
		Hub: p.hub, Clock: p.clock, Runs: func() []engine.Run { return p.runs[max(0, len(p.runs)-300):] },
		People: []page.Person{{Login: "tanaka"}, {Login: "sato"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	paths := []string{"/", "/acme/incidents", "/-/activity"}
	for _, i := range p.issues {
		paths = append(paths, fmt.Sprintf("/%s/issues/%d", i.repo, i.number))
	}
	for _, path := range paths {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.Host = "localhost"
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, r)
		if answer.Code != http.StatusOK {
			t.Fatalf("%s: %d", path, answer.Code)
		}
		document, err := html.Parse(strings.NewReader(answer.Body.String()))
		if err != nil {
			t.Fatal(err)
		}
		counts := map[string]int{}
		for n := range document.Descendants() {
			if n.Type != html.ElementNode {
				continue
			}
			counts[n.Data]++
			for _, a := range n.Attr {
				loads := a.Key == "src" || a.Key == "srcset" || a.Key == "action" || n.Data == "link" && a.Key == "href"
				if strings.HasPrefix(a.Key, "on") || a.Key == "style" || loads && !strings.HasPrefix(a.Val, "/") || strings.HasPrefix(a.Val, "javascript:") || loads && strings.HasPrefix(a.Val, "//") {
					t.Errorf("%s: <%s %s=%q>", path, n.Data, a.Key, a.Val)
				}
			}
		}
		for _, name := range []string{"img", "iframe", "object", "embed", "base", "video", "picture"} {
			if counts[name] > 0 {
				t.Errorf("%s: a <%s>", path, name)
			}
		}
		if counts["script"] != 1 || counts["main"] != 1 {
			t.Errorf("%s: the page lost its shape: %v", path, counts)
		}
	}
}
