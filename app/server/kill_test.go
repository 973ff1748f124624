package server_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/clock"
	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
	"github.com/kintsugi-app/kintsugi/app/server"
	"github.com/kintsugi-app/kintsugi/app/store"
)

// victim holds, in the environment of the process that is to be killed, the
// folder with its key, database and clock.
const victim = "KINTSUGI_TEST_VICTIM"

// TestKill kills the real process (SIGKILL) at random points of the story, over
// and over, on one database. At rest each story ends as if nothing had
// happened: closed, labelled, two comments of ours, a 👍 on each command.
// KINTSUGI_SEED tells a run again as far as the machine's timing allows.
func TestKill(t *testing.T) {
	if dir := os.Getenv(victim); dir != "" {
		beKilled(t, dir)
		return
	}
	rounds := 5
	switch {
	case testing.Short():
		rounds = 2
	case os.Getenv("KINTSUGI_TEST_ALL") == "1":
		rounds = 50
	}
	seed, err := strconv.ParseUint(os.Getenv("KINTSUGI_SEED"), 10, 64)
	if err != nil {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("seed %d, %d rounds", seed, rounds)
	k := newKilling(t, rand.New(rand.NewPCG(seed, 3)))
	for round := range rounds {
		k.round(round)
	}
	t.Logf("%d processes were killed", k.kills)
}

// killing is the simulated GitHub, which lives on, and the process that does
// not.
type killing struct {
	t      *testing.T
	r      *rand.Rand
	dir    string
	addr   string
	hub    *fakehub.Hub
	offset time.Duration

	mu    sync.Mutex
	child *exec.Cmd
	kills int
}

func newKilling(t *testing.T, r *rand.Rand) *killing {
	k := &killing{t: t, r: r, dir: t.TempDir()}
	k.write("clock", "0s")
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	k.addr = listener.Addr().String()
	_ = listener.Close() // the child takes the port, again and again
	k.hub = fakehub.New(fakehub.Options{
		Clock: clock.FromFile(filepath.Join(k.dir, "clock")), RateLimit: -1, WebhookSecret: secret,
		WebhookURL: "http://" + k.addr + "/webhooks/github", App: fakehub.App{ID: 7, PrivateKey: oneKey()},
	})
	k.hub.AddOrg("acme")
	k.hub.AddRepo("acme", "incidents", true)
	for login, role := range map[string]string{"sato": "read", "tanaka": "triage"} {
		k.hub.SetRole(repo, login, role)
	}
	k.hub.PutFile(repo, ".github/kintsugi.yml", "language: en\nincident: {notify: [\"@tanaka\"]}\n")
	k.hub.Install("acme", time.Time{})
	k.hub.LagLists(time.Second, 0.2)
	github := httptest.NewServer(k.hub)
	t.Cleanup(github.Close)
	k.write("key", string(k.hub.PrivateKeyPEM()))
	k.write("github", github.URL)
	k.write("addr", k.addr)
	ctx, stop := context.WithCancel(context.Background())
	go func() { _ = k.hub.Run(ctx) }()
	t.Cleanup(stop)
	k.start()
	t.Cleanup(func() { k.kill() })
	return k
}

func (k *killing) write(name, text string) {
	if err := os.WriteFile(filepath.Join(k.dir, name), []byte(text), 0o600); err != nil {
		k.t.Fatal(err)
	}
}

// start runs the child and returns once it listens.
func (k *killing) start() {
	k.mu.Lock()
	defer k.mu.Unlock()
	child := exec.Command(os.Args[0], "-test.run=^TestKill$")
	child.Env = append(os.Environ(), victim+"="+k.dir)
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	if err != nil {
		k.t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		k.t.Fatal(err)
	}
	k.child = child
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if lines.Text() == "listening" {
			return
		}
	}
	k.t.Error("the child did not start")
}

func (k *killing) kill() {
	k.mu.Lock()
	defer k.mu.Unlock()
	_ = k.child.Process.Kill()
	_ = k.child.Wait()
	k.kills++
}

// round tells one story while the process is killed around it.
func (k *killing) round(number int) {
	k.t.Helper()
	n, err := k.hub.OpenIssue(repo, "sato", fakehub.NewIssue{Title: fmt.Sprintf("[incident] round %d", number)})
	if err != nil {
		k.t.Fatal(err)
	}
	for _, body := range []string{"", "/ack", "/sev 2", "/mitigated", "/resolved"} {
		if body != "" {
			if _, err := k.hub.Comment(repo, n, "tanaka", body); err != nil {
				k.t.Fatal(err)
			}
		}
		time.Sleep(time.Duration(k.r.IntN(60)) * time.Millisecond)
		if k.r.IntN(2) == 0 {
			k.kill()
			k.start()
		}
	}
	deadline := time.Now().Add(30 * time.Second)
	for {
		wrong := k.wrong(n)
		if wrong == "" {
			break
		}
		if time.Now().After(deadline) {
			k.t.Fatalf("round %d: %s", number, wrong)
		}
		k.offset += 20 * time.Second // waits end, sweeps come
		k.write("clock", k.offset.String())
		time.Sleep(50 * time.Millisecond)
	}
}

// wrong says what an issue lacks of the state that all paths end in.
func (k *killing) wrong(n int) string {
	v, _ := k.hub.Issue(repo, n)
	var ours, thumbs, statuses int
	status := ""
	for _, c := range v.Comments {
		if c.Author == "kintsugi[bot]" {
			ours++
			if strings.HasPrefix(c.Body, "<!-- kintsugi:status -->") {
				statuses++
				status = c.Body
			}
			continue
		}
		for _, r := range c.Reactions {
			if r.Content == "+1" {
				thumbs++
			}
		}
	}
	got := fmt.Sprintf("%s %s %v, %d comments of ours, %d 👍", v.State, v.Reason, v.Labels, ours, thumbs)
	want := "closed completed [incident sev2], 2 comments of ours, 4 👍"
	if got != want {
		return fmt.Sprintf("got %s\nwant %s\n%s", got, want, status)
	}
	if head := "**Resolved · SEV2 · lead tanaka**"; !strings.Contains(status, head) {
		return fmt.Sprintf("%q is missing in\n%s", head, status)
	}
	return ""
}

// beKilled is the child: the real server, until it is killed.
func beKilled(t *testing.T, dir string) {
	read := func(name string) string {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	s, err := server.Start(context.Background(), server.Config{
		AppID: 7, PrivateKey: []byte(read("key")), WebhookSecrets: []string{secret}, GitHubURL: read("github"), Addr: read("addr"),
		DatabaseURL: filepath.Join(dir, "kintsugi.db"), Clock: clock.FromFile(filepath.Join(dir, "clock")),
		Timeout: 2 * time.Second, Lag: time.Second, StoreOptions: []store.Option{store.Relaxed()},
	})
	if err != nil {
		t.Fatal(err)
	}
	_, _ = fmt.Fprintln(os.Stdout, "listening")
	_ = s.Wait()
}
