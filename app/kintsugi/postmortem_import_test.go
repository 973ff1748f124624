package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/kintsugi-app/kintsugi/app/clock"
	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/app/githubapp"
	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub/contract"
	"github.com/kintsugi-app/kintsugi/workflows/words/hostile"
)

const (
	searchDown   = "# Search was down\n\nSeverity: SEV2\n\n## Timeline\n\n- 2026-11-26 02:40 Incident started: the disk of the index was full.\n- 2026-11-26 02:55 Detected by the latency alert.\n- 2026-11-26 04:05 Resolved: searches work again.\n"
	checkoutSlow = "# Checkout was slow\n\n## Timeline (UTC)\n\n- 2026-10-01 08:00 Incident started: a replica fell behind.\n- 2026-10-01 08:30 Resolved: the replica was rebuilt.\n\n## Action items\n\n- [ ] Send reads to the primary (owner: @sato)\n"
	paymentBlank = "重大度: SEV1\n\n## タイムライン（日本時間）\n\n- 02:40 発生: 証明書の期限が切れた。\n- 04:05 復旧: すべて表示された。\n"
)

// newArchive is a company with old postmortems in acme/pay, as files and as
// issues, and much that is none.
func newArchive(t *testing.T, now clock.Clock) *fakehub.Hub {
	t.Helper()
	hub := fakehub.New(fakehub.Options{Clock: now, App: fakehub.App{ID: 7}})
	hub.AddOrg("acme")
	hub.AddRepo("acme", "payments", true)
	hub.AddRepo("acme", "empty", false)
	hub.AddRepo("acme", "vault", true)
	hub.RenameRepo("acme/payments", "pay")
	hub.SetRole("acme/pay", "suzuki", "write")
	hub.Install("acme", now.Now())
	for path, content := range map[string]string{
		".github/kintsugi.yml": "postmortem:\n  label: 振り返り\n", ".github/postmortem.md": searchDown, "README.md": "# Pay", "main.go": "package main",
		"docs/README.md": "# Postmortems", "docs/template.md": "# Template", "docs/.old/a.md": "# Hidden", "web/node_modules/x/a.md": "# Theirs",
		"docs/postmortems/2026/search.md": searchDown, "docs/checkout.markdown": checkoutSlow,
	} {
		hub.PutFile("acme/pay", path, content)
	}
	do := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	do(hub.CommitFile("acme/pay", "suzuki", "drafts/one", "docs/new.md", "# New\n"))
	for _, i := range []fakehub.NewIssue{
		{Title: "2026-11-27 決済画面が表示されない", Body: paymentBlank, Labels: []string{"振り返り"}},
		{Title: "raise a timeout"},
		{Title: "Search, looked back at", Labels: []string{"retro"}},
	} {
		_, err := hub.OpenIssue("acme/pay", "suzuki", i)
		do(err)
	}
	_, err := hub.OpenPull("acme/pay", "suzuki", fakehub.NewIssue{Title: "A postmortem to be merged", Head: "drafts/one", Labels: []string{"振り返り"}})
	do(err)
	do(hub.Close("acme/pay", 1, "suzuki", "completed"))
	return hub
}

// TestImportScripts reads the archive as people do. Whatever is asked, GitHub is
// asked to change nothing.
func TestImportScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:           filepath.Join("testdata", "import"),
		UpdateScripts: os.Getenv("KINTSUGI_UPDATE_GOLDEN") == "1",
		Setup: func(env *testscript.Env) error {
			hub := newArchive(t, clock.New())
			hub.RecordExchanges(true)
			github := httptest.NewServer(hub)
			env.Defer(github.Close)
			env.Setenv("GITHUB", github.URL)
			env.Values[hubKey{}] = hub
			return os.WriteFile(filepath.Join(env.WorkDir, "key.pem"), hub.PrivateKeyPEM(), 0o600)
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"exits": exits, "permit": permit, "breaks": breaks, "unchanged": unchanged,
		},
	})
}

// breaks PART lets the next request fail whose path holds it.
func breaks(ts *testscript.TestScript, _ bool, args []string) {
	hubOf(ts).Fault(fakehub.Matching(1, "GET", args[0], fakehub.Fault{Status: 502}))
}

// unchanged: of all that was asked, nothing but the App's own token was no mere
// question.
func unchanged(ts *testscript.TestScript, _ bool, _ []string) {
	all := hubOf(ts).Exchanges()
	if len(all) < 50 {
		ts.Fatalf("only %d requests were noted", len(all))
	}
	for _, e := range all {
		if e.Method != "GET" && !strings.HasSuffix(e.Path, "/access_tokens") {
			ts.Fatalf("%s %s", e.Method, e.Path)
		}
	}
}

// archiveReader reads the archive on a clock that jumps, held to GitHub's
// description where that is at hand.
func archiveReader(t *testing.T) (*fakehub.Hub, gitHub) {
	t.Helper()
	now := clock.NewStepped(time.Date(2026, 11, 28, 9, 0, 0, 0, time.UTC))
	hub := newArchive(t, now)
	transport := hub.Transport()
	if contract.Here() {
		transport = contract.Check(t, transport)
	}
	app, err := githubapp.NewWithToken(githubapp.Config{Clock: now, Transport: transport}, "user-suzuki")
	if err != nil {
		t.Fatal(err)
	}
	return hub, gitHub{app: app, clock: now}
}

// readAll reads a repository, and tells of each file what became of it.
func readAll(t *testing.T, g gitHub, choice repositoryChoice) (contents, problems []string, err error) {
	t.Helper()
	ctx := engine.WithRank(t.Context(), engine.Background)
	r, err := openRepository(ctx, g, choice)
	if err != nil {
		return nil, nil, err
	}
	from := r.source(ctx)
	for f := range from.files {
		content, problem := "", f.problem
		if problem == nil {
			if content, problem, err = from.read(f); err != nil {
				return contents, problems, err
			}
		}
		if problem != nil {
			problems = append(problems, problem.in("en"))
			continue
		}
		contents = append(contents, content)
	}
	return contents, problems, nil
}

// TestImportMany: what is too much is said, and what GitHub or our own pace wants
// to be waited for is waited for.
func TestImportMany(t *testing.T) {
	hub, g := archiveReader(t)
	many := map[string]string{}
	for n := range mostFiles {
		many[fmt.Sprintf("docs/many/%d.md", n)] = fmt.Sprintf("# Number %d\n", n)
	}
	hub.PutFiles("acme/pay", many)
	hub.Fault(fakehub.Matching(1, "GET", "/git/blobs/", fakehub.Fault{Status: 429, Header: map[string]string{"Retry-After": "60"}}))
	began := g.clock.Now()
	contents, problems, err := readAll(t, g, repositoryChoice{repo: "acme/pay"})
	if err != nil || len(contents) != mostFiles+1 || len(problems) != 1 || !strings.Contains(problems[0], "of 2002 documents the first 2000 are read: name a folder by --path") {
		t.Fatalf("%d files, %q, %v", len(contents), problems, err)
	}
	if took := g.clock.Now().Sub(began); took < 3*time.Minute || took > 10*time.Minute {
		t.Errorf("GitHub was asked %d times within %s", mostFiles, took)
	}
	others := map[string]string{}
	for n := range 3000 {
		others[fmt.Sprintf("other/%d.txt", n)] = "x"
	}
	hub.PutFiles("acme/pay", others)
	r, err := openRepository(t.Context(), g, repositoryChoice{repo: "acme/pay"})
	if err != nil || r.files[0].problem == nil || !strings.Contains(r.files[0].problem.english, "lists only a part") {
		t.Errorf("of a tree that is cut: %+v, %v", r, err)
	}
}

// TestImportInTrouble: a limit that is far from over, wrong credentials and a
// GitHub in trouble end it; a file in trouble does not.
func TestImportInTrouble(t *testing.T) {
	hub, g := archiveReader(t)
	for n := range 30 {
		hub.PutFile("acme/pay", fmt.Sprintf("docs/many/%d.md", n), fmt.Sprintf("# Number %d\n", n))
	}
	choice := repositoryChoice{repo: "acme/pay", path: "docs/many", label: "none"}
	hub.PutFile("acme/pay", "docs/many/0.md", "\xff")
	hub.PutFile("acme/pay", "docs/many/1.md", strings.Repeat("x", mostDocument+1))
	contents, problems, err := readAll(t, g, choice)
	if err != nil || len(contents) != 28 || len(problems) != 2 || !strings.Contains(problems[0], "0.md:1:1: this is not UTF-8") || !strings.Contains(problems[1], "larger than 5 MB") {
		t.Errorf("%d files, %q, %v", len(contents), problems, err)
	}
	hub.Fault(fakehub.Matching(1, "GET", "/issues", fakehub.Fault{Status: 410, Message: "Issues are disabled for this repo"}))
	if contents, problems, err := readAll(t, g, repositoryChoice{repo: "acme/pay", path: "docs/postmortems"}); err != nil || len(contents) != 1 || len(problems) != 0 {
		t.Errorf("without issues: %d files, %q, %v", len(contents), problems, err)
	}
	for _, c := range []struct {
		fault    fakehub.Fault
		times    int
		read     int
		problems int
		says     string
	}{
		{fakehub.Fault{Status: 502}, mostFailures, 30 - mostFailures, mostFailures + 1, ""},
		{fakehub.Fault{Status: 502}, 100, 0, mostFailures, "the rest of acme/pay was not read: "},
		{fakehub.Fault{Status: 404}, 1, 29, 2, ""},
		{fakehub.Fault{Status: 401}, 1, 0, 0, "GitHub does not accept the credentials"},
		{fakehub.Fault{Status: 403, Header: map[string]string{"Retry-After": "1800"}}, 1, 0, 0, "the rest of acme/pay was not read: not before "},
	} {
		hub, g := archiveReader(t)
		for n := range 30 {
			hub.PutFile("acme/pay", fmt.Sprintf("docs/many/%02d.md", n), fmt.Sprintf("# Number %d\n", n))
		}
		hub.PutFile("acme/pay", "docs/many/99.md", "\xff")
		hub.Fault(fakehub.Matching(c.times, "GET", "/git/blobs/", c.fault))
		contents, problems, err := readAll(t, g, choice)
		if len(contents) != c.read || len(problems) != c.problems || (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%d times %d: %d files, %q, %v", c.times, c.fault.Status, len(contents), problems, err)
		}
	}
}

// TestPatience: nobody waits for ever, nor after an interrupt.
func TestPatience(t *testing.T) {
	_, g := archiveReader(t)
	r := &repositoryReader{clock: g.clock}
	asked := 0
	always := func() error { asked++; return &engine.Later{At: g.clock.Now().Add(time.Minute), Reason: "busy"} }
	if _, ok := errors.AsType[*engine.Later](r.patiently(t.Context(), always)); !ok || asked != mostPatience {
		t.Errorf("asked %d times", asked)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := r.patiently(ctx, always); !errors.Is(err, context.Canceled) || asked != mostPatience+1 {
		t.Errorf("%v after asking %d times", err, asked-mostPatience)
	}
}

// TestImportOfStrangers: whatever a repository holds, a terminal and a job are
// shown nothing to obey.
func TestImportOfStrangers(t *testing.T) {
	hub, _ := archiveReader(t)
	for n, text := range hostile.Texts() {
		if _, err := hub.OpenIssue("acme/pay", "suzuki", fakehub.NewIssue{Title: fmt.Sprint(n, " ", text.Text), Body: text.Text, Labels: []string{"strange"}}); err != nil {
			t.Logf("%s: %v", text.Name, err)
			continue
		}
		hub.PutFile("acme/pay", fmt.Sprintf("strange/%d.md", n), text.Text)
	}
	github := httptest.NewServer(hub)
	defer github.Close()
	t.Setenv("GITHUB_TOKEN", "user-suzuki")
	for _, as := range []string{"text", "json"} {
		var out strings.Builder
		code := run([]string{"postmortem", "import", "acme/pay", "--github-url", github.URL, "--label", "strange", "--path", "strange", "--format", as}, &out, io.Discard)
		if faults := hostile.Job(out.String()); len(faults) > 0 || code == misuse && out.Len() == 0 || strings.Count(out.String(), "/acme/pay/issues/") < 10 {
			t.Errorf("%s ended with %d: %q\n%s", as, code, faults, out.String())
		}
	}
}
