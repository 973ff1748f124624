//go:build unix

package faults

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"errors"
	"io"
	mathrand "math/rand/v2"
	"net/http"
	"net/http/httptrace"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/clock"
	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
)

// The three repositories of a town. The story is told in the first. The second
// belongs to another account, and nobody else may learn of it; the third is
// public, and a stranger tries what strangers may not.
const (
	repo  = "acme/incidents"
	vault = "globex/vault"
	plaza = "acme/plaza"
)

// canary stands in every text of the vault and may stand nowhere else.
const canary = "canary-of-the-vault"

// bot is how the App's own writes are signed.
const bot = "kintsugi[bot]"

// oneKey is shared by all towns: making one takes a tenth of a second.
var oneKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

// seed decides everything that is left to chance, in all tests of one run.
var seed = sync.OnceValue(func() uint64 {
	if n, err := strconv.ParseUint(os.Getenv("KINTSUGI_SEED"), 10, 64); err == nil {
		return n
	}
	return uint64(time.Now().UnixNano())
})

// chance is what a test draws from; it prints the seed that draws the same.
func chance(t testing.TB) *mathrand.Rand {
	t.Logf("KINTSUGI_SEED=%d draws the same", seed())
	return mathrand.New(mathrand.NewPCG(seed(), uint64(len(t.Name()))))
}

// town is a simulated GitHub with its people, a database, and the processes that
// serve it.
type town struct {
	*testing.T
	kind    database
	url     string // of the database
	dir     string
	clock   *clock.Real
	hub     *fakehub.Hub
	app     int64
	secrets []string // of the webhook, the current one first
	keys    []string // that sign records

	answers   atomic.Int64
	mail      sync.Mutex // held while deliveries are being sent
	mu        sync.Mutex
	held      bool
	turn      int
	processes []*process
	accepted  map[string]bool // by GUID: answered with success
	written   int             // deliveries that a process was sent whole
	elapsed   time.Duration
	slack     time.Duration // how wrong a process's clock ever was
}

// onBoth runs a test on each database, in a town where one process, called a, is
// up and nothing is left to do.
func onBoth(t *testing.T, test func(t *town)) {
	t.Parallel()
	for _, kind := range databases {
		t.Run(kind.name, func(t *testing.T) {
			t.Parallel()
			w := newTown(t, kind)
			w.settleIn("a")
			test(w)
		})
	}
}

// onReplicas runs a test on each database that replicas can share, with two of
// them, a and b.
func onReplicas(t *testing.T, test func(t *town)) {
	t.Parallel()
	for _, kind := range databases {
		if kind.replicas {
			t.Run(kind.name, func(t *testing.T) {
				t.Parallel()
				w := newTown(t, kind)
				w.settleIn("a", "b")
				test(w)
			})
		}
	}
}

// newTown is a town without processes yet.
func newTown(t *testing.T, kind database, change ...func(*fakehub.Options)) *town {
	w := &town{
		T: t, kind: kind, url: kind.make(t), dir: t.TempDir(), clock: clock.New(), app: 7,
		secrets: []string{canarySecret("webhook")}, keys: []string{canarySecret("state-key")}, accepted: map[string]bool{}, slack: time.Second,
	}
	options := fakehub.Options{
		Clock: w.clock, Seed: seed(), RateLimit: -1, WebhookURL: "http://town.example/webhooks/github",
		WebhookSecret: w.secrets[0], Deliver: w.deliver, App: fakehub.App{ID: w.app, PrivateKey: oneKey(), Permissions: map[string]string{
			"metadata": "read", "issues": "write", "contents": "read", "checks": "write", "deployments": "read", "actions": "read",
		}},
	}
	for _, c := range change {
		c(&options)
	}
	w.app = options.App.ID
	w.hub = fakehub.New(options)
	for _, org := range []string{"acme", "globex"} {
		w.hub.AddOrg(org)
	}
	for name, private := range map[string]bool{repo: true, vault: true, plaza: false} {
		owner, short, _ := strings.Cut(name, "/")
		w.hub.AddRepo(owner, short, private)
		for login, role := range map[string]string{"sato": "read", "tanaka": "triage", "suzuki": "write", "yamamoto": "admin"} {
			w.hub.SetRole(name, login, role)
		}
		w.hub.PutFile(name, ".github/kintsugi.yml", "language: en\nincident: {notify: [\"@tanaka\", \"@suzuki\"], reminders: false}\n")
	}
	w.hub.AddUser("mallory")
	w.hub.Install("acme", time.Time{})
	w.hub.Install("globex", time.Time{})
	stop := make(chan struct{})
	var postman sync.WaitGroup
	postman.Go(func() {
		for {
			select {
			case <-stop:
				return
			case <-time.After(5 * time.Millisecond):
				w.post()
			}
		}
	})
	t.Cleanup(func() {
		for _, p := range w.all() {
			p.kill()
		}
		close(stop)
		postman.Wait()
		if t.Failed() {
			for _, p := range w.all() {
				t.Logf("%s was started %d times and said:\n%s", p.gate.name, p.lives, tail(p.said.String(), 6000))
			}
		}
	})
	return w
}

// canarySecret is recognised wherever it shows.
func canarySecret(of string) string {
	random := make([]byte, 18)
	_, _ = rand.Read(random) // never fails
	return of + "-" + base64.RawURLEncoding.EncodeToString(random)
}

func tail(text string, n int) string { return text[max(0, len(text)-n):] }

// process is the process of that name, made and not started yet if there was
// none.
func (t *town) process(name string) *process {
	t.Helper()
	for _, p := range t.all() {
		if p.gate.name == name {
			return p
		}
	}
	dir := filepath.Join(t.dir, name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	p := &process{t: t.T, dir: dir, gate: newGate(t, name)}
	var err error
	if p.clock, err = sharedClock(filepath.Join(dir, "clock")); err != nil {
		t.Fatal(err)
	}
	p.orders = orders{
		AppID: t.app, PrivateKey: string(t.hub.PrivateKeyPEM()), Secrets: t.secrets, StateKeys: t.keys,
		GitHubURL: p.gate.server.URL, DatabaseURL: t.url, Addr: "127.0.0.1:0", Clock: filepath.Join(dir, "clock"),
		Timeout: 2 * time.Second, Lag: time.Second,
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.processes = append(t.processes, p)
	p.clock.moved.Store(int64(t.elapsed))
	return p
}

// settleIn starts processes and has the neighbours' incidents taken up.
func (t *town) settleIn(names ...string) {
	t.Helper()
	for _, name := range names {
		t.process(name).start()
	}
	t.quiet()
	t.pass(time.Minute) // a new store creates nothing at first
	t.open(vault, "tanaka", "[incident] "+canary)
	n := t.open(plaza, "tanaka", "[incident] the fountain is dry")
	for _, body := range []string{"/resolved", "/sev 1", "/ack", "/false-alarm"} {
		t.say(plaza, n, "mallory", body)
	}
	t.calm()
}

// all are the processes of this town, by the time of their making.
func (t *town) all() []*process {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.processes)
}

// pass lets time pass, for GitHub and for every process.
func (t *town) pass(d time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.elapsed += d
	t.clock.Advance(d)
	for _, p := range t.processes {
		p.clock.moved.Store(int64(t.elapsed))
	}
}

// misset puts a process's clock that far off everybody else's.
func (t *town) misset(p *process, by time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.slack = max(t.slack, by.Abs()+time.Second)
	p.clock.wrong.Store(int64(by))
}

// deliver posts a delivery to one of the processes that are up, in turns, as the
// balancer before them would.
func (t *town) deliver(ctx context.Context, d fakehub.Delivery) (int, error) {
	t.mu.Lock()
	t.turn++
	turn, processes := t.turn, slices.Clone(t.processes)
	t.mu.Unlock()
	for i := range processes {
		if p := processes[(turn+i)%len(processes)]; p.up() {
			return t.deliverTo(ctx, p, d)
		}
	}
	return 0, errors.New("connection refused: nobody is up")
}

func (t *town) deliverTo(ctx context.Context, p *process, d fakehub.Delivery) (int, error) {
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteRequest: func(httptrace.WroteRequestInfo) {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.written++
	}})
	status, _, err := send(ctx, p, d.Header(), d.Payload)
	if err == nil && status < 300 {
		t.mu.Lock()
		t.accepted[d.GUID] = true
		t.mu.Unlock()
	}
	return status, err
}

// send posts a delivery to a process, with these headers.
func send(ctx context.Context, p *process, header http.Header, body []byte) (status int, text string, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+p.orders.Addr+"/webhooks/github", bytes.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	r.Header = header
	resp, err := client.Do(r)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(answer), err
}

// post sends what GitHub has to deliver, unless the mail is held.
func (t *town) post() (sent int) {
	t.mail.Lock()
	defer t.mail.Unlock()
	t.mu.Lock()
	held := t.held
	t.mu.Unlock()
	if held {
		return 0
	}
	for _, d := range t.hub.TakeDeliveries() {
		sent++
		_, _ = t.hub.Send(context.Background(), d) // the hub's log has how it ended
	}
	return sent
}

// delivered counts the deliveries that a process was sent whole, and those
// answered with success.
func (t *town) delivered() (written, accepted int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.written, len(t.accepted)
}

// hold keeps deliveries back until it is called with false.
func (t *town) hold(on bool) {
	t.mail.Lock()
	defer t.mail.Unlock()
	t.mu.Lock()
	t.held = on
	t.mu.Unlock()
}
