package engine_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"fmt"
	"net/http"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/clock"
	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/app/githubapp"
	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub/contract"
	"github.com/kintsugi-app/kintsugi/app/store"
	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/incident"
)

// TestMain collects garbage less often: the worlds make much of it and keep
// little, and a quarter of the time went there.
func TestMain(m *testing.M) {
	debug.SetGCPercent(300)
	m.Run()
}

// oneKey is shared by all worlds: making one takes a tenth of a second.
var oneKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 1024) // short: it signs nothing of worth, thousands of times
	if err != nil {
		panic(err)
	}
	return key
})

const repo = "acme/incidents"

// world is a simulated GitHub with the real adapter, the real store and the
// engine, on a clock that jumps, in one thread: each story is the same for the
// same seed.
type world struct {
	t     testing.TB
	clock *clock.Stepped
	// own is the App's clock, which may be wrong.
	own *skewed
	hub *fakehub.Hub
	// hurdle stands between App and hub; tests put crashes there.
	hurdle  func(*http.Request) error
	app     *githubapp.App
	store   *store.Store
	engine  *engine.Engine
	rules   []workflows.Workflow
	keys    engine.Keys
	runs    []engine.Run
	install int64
	// older is a status comment as it once was.
	older    string
	database string
	// github is the way to the hub; where GitHub's description is at hand, every
	// exchange and every delivery is held to it.
	github http.RoundTripper
	held   bool
	// sweepEvery is the engine's default where zero.
	sweepEvery time.Duration
	// limited: the hub holds GitHub's secondary limits.
	limited bool
	// wire changes what the engine is made of.
	wire func(*engine.Config)
}

// skewed is a clock that is wrong by its offset.
type skewed struct {
	*clock.Stepped
	offset time.Duration
}

func (c *skewed) Now() time.Time { return c.Stepped.Now().Add(c.offset) }

func (c *skewed) Until(ctx context.Context, t time.Time, doorbell <-chan struct{}) error {
	return c.Stepped.Until(ctx, t.Add(-c.offset), doorbell)
}

type worldOption func(*world)

func wired(wire func(*engine.Config)) worldOption { return func(w *world) { w.wire = wire } }

func withRules(list ...workflows.Workflow) worldOption { return func(w *world) { w.rules = list } }

// withoutSweeps leaves a world to its deliveries, and to what the engine wakes
// itself for.
func withoutSweeps(w *world) { w.sweepEvery = 1000 * time.Hour }

// inFile keeps the database on disk, so that a restart finds it.
func inFile(t *testing.T) worldOption {
	return func(w *world) { w.database = t.TempDir() + "/kintsugi.db" }
}

// newWorld is a private repository of the team in the model night: Sato may
// read, Tanaka and Suzuki respond, Yamamoto maintains.
func newWorld(t testing.TB, seed uint64, options ...worldOption) *world {
	w := &world{t: t, clock: clock.NewStepped(time.Date(2026, 11, 25, 18, 0, 0, 0, time.UTC)), database: ":memory:",
		rules: []workflows.Workflow{incident.Workflow()}}
	w.own = &skewed{Stepped: w.clock}
	for _, o := range options {
		o(w)
	}
	w.hub = fakehub.New(fakehub.Options{
		Deliver: func(_ context.Context, d fakehub.Delivery) (int, error) {
			w.take(d)
			return http.StatusAccepted, nil
		},
		Clock: w.clock, Seed: seed, RateLimit: -1, Secondary: w.limited, WebhookSecret: "It's a Secret to Everybody",
		App: fakehub.App{ID: 7, Slug: "kintsugi", PrivateKey: oneKey()},
	})
	w.github = w.hub.Transport()
	if w.held = contract.Here() && seed%20 == 1; w.held {
		w.github = contract.Check(t, w.github)
	}
	w.hub.RecordExchanges(true)
	w.hub.AddOrg("acme")
	w.addRepo(repo, true)
	w.install = w.hub.Install("acme", time.Time{})
	var err error
	if w.keys, err = engine.NewKeys(w.hub.PrivateKeyPEM()); err != nil {
		t.Fatal(err)
	}
	w.start()
	w.must(w.engine.Start(context.Background()))
	w.passSpan()
	return w
}

func (w *world) addRepo(name string, private bool) {
	owner, short, _ := strings.Cut(name, "/")
	w.hub.AddRepo(owner, short, private)
	for login, role := range map[string]string{"sato": "read", "tanaka": "triage", "suzuki": "write", "yamamoto": "maintain"} {
		w.hub.SetRole(name, login, role)
	}
	w.hub.PutFile(name, ".github/kintsugi.yml", "language: en\ntime_zone: Asia/Tokyo\nincident: {notify: [\"@tanaka\", \"@suzuki\"]}\n")
}

// start makes a new process: adapter, store and engine. The store is kept if it
// is a file.
func (w *world) start() {
	w.t.Helper()
	var err error
	w.app, err = githubapp.New(githubapp.Config{
		AppID: 7, PrivateKey: w.hub.PrivateKeyPEM(), BaseURL: "https://api.fakehub.example", Clock: w.own,
		Transport: gate{w},
	})
	if err != nil {
		w.t.Fatal(err)
	}
	w.clearHurdle(func() {
		if _, err := w.app.Identity(context.Background()); err != nil {
			w.t.Fatal(err)
		}
	})
	if w.store != nil {
		_ = w.store.Close()
	}
	if w.store, err = store.Open(context.Background(), w.database, 7, w.own, store.Relaxed()); err != nil {
		w.t.Fatal(err)
	}
	config := w.config()
	config.OnRun = func(r engine.Run) {
		w.runs = append(w.runs, r)
		if os.Getenv("KINTSUGI_SEED") != "" {
			w.t.Logf("%s %s %q %v due %s", r.At.Format("15:04:05.000"), r.Key, r.Did, r.Err, r.Due.Format("15:04:05"))
		}
	}
	w.engine = engine.New(config)
	if os.Getenv("KINTSUGI_SEED") != "" {
		w.t.Logf("%s start", w.clock.Now().Format("15:04:05.000"))
	}
}

// config is what the engine of this process is made of.
func (w *world) config() engine.Config {
	w.t.Helper()
	rules, err := engine.NewRules(w.rules)
	w.must(err)
	config := engine.Config{
		Rules: rules, Reader: w.app, Places: w.app, Writer: w.app, Queue: w.store, Ledger: w.store, Marks: w.store,
		Journal: w.store, Deliveries: w.app, Keys: w.keys, Clock: w.own, SweepEvery: w.sweepEvery,
	}
	if w.wire != nil {
		w.wire(&config)
	}
	return config
}

func (w *world) clearHurdle(do func()) {
	h := w.hurdle
	w.hurdle = nil
	do()
	w.hurdle = h
}

// passSpan lets the time pass in which a new store creates nothing.
func (w *world) passSpan() { w.clock.Advance(time.Minute) }

// gate is the App's connection to the hub.
type gate struct{ w *world }

func (g gate) RoundTrip(r *http.Request) (*http.Response, error) {
	if g.w.hurdle != nil {
		if err := g.w.hurdle(r); err != nil {
			return nil, err
		}
	}
	return g.w.github.RoundTrip(r)
}

// deliver hands over what is in the outbox.
func (w *world) deliver() {
	for _, d := range w.hub.TakeDeliveries() {
		w.send(d)
	}
}

// send is GitHub delivering once, and logging it.
func (w *world) send(d fakehub.Delivery) {
	w.t.Helper()
	_, err := w.hub.Send(context.Background(), d)
	w.must(err)
}

// lose is a delivery that reaches nobody.
func (w *world) lose() {
	for _, d := range w.hub.TakeDeliveries() {
		w.hub.Lose(d)
	}
}

// take is what the web route does with a delivery.
func (w *world) take(d fakehub.Delivery) {
	w.t.Helper()
	if w.held {
		contract.Webhook(w.t, d.Event, d.Payload)
	}
	e, err := githubapp.Decode(d.Event, d.Payload)
	if err != nil {
		w.t.Fatal(err)
	}
	var wakes []store.Wake
	for _, key := range w.app.Heed(e) {
		wakes = append(wakes, store.Wake{Key: key, Comment: e.Comment})
	}
	if event, ok := w.app.News(e); ok {
		for _, t := range w.engine.Hear(event) {
			wakes = append(wakes, store.Wake{Key: t.Aggregate, Teller: t.Subject, Due: t.Due})
		}
	}
	if _, err := w.store.Intake(context.Background(), store.Delivery{
		GUID: d.GUID, Event: e.Event, Action: e.Action, Payload: d.Payload, ReceivedAt: w.own.Now(),
	}, wakes); err != nil {
		w.t.Fatal(err)
	}
}

// settle delivers and runs until nothing is due for ten minutes; waits jump.
func (w *world) settle() {
	w.t.Helper()
	end := w.own.Now().Add(10 * time.Minute)
	for range 10_000 {
		w.deliver()
		worked, next, err := w.engine.Step(context.Background())
		if err != nil {
			w.t.Fatal(err)
		}
		if worked {
			continue
		}
		if w.hub.LateWrites() > 0 {
			w.clock.Advance(time.Second)
			_ = w.hub.Counts() // any look lets late writes land
			continue
		}
		if next.IsZero() || next.After(end) {
			return
		}
		_ = w.own.Until(context.Background(), next, nil)
	}
	w.t.Fatal("the world does not come to rest")
}

func (w *world) open(by, title string, labels ...string) int {
	w.t.Helper()
	n, err := w.hub.OpenIssue(repo, by, fakehub.NewIssue{Title: title, Labels: labels})
	w.must(err)
	return n
}

func (w *world) say(n int, by, body string) int64 {
	w.t.Helper()
	id, err := w.hub.Comment(repo, n, by, body)
	w.must(err)
	return id
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) issue(n int) fakehub.IssueView {
	w.t.Helper()
	v, ok := w.hub.Issue(repo, n)
	if !ok {
		w.t.Fatalf("issue %d is not there", n)
	}
	return v
}

// ours are the comments of the App on an issue.
func (w *world) ours(n int) []fakehub.CommentView {
	var ours []fakehub.CommentView
	for _, c := range w.issue(n).Comments {
		if c.Author == "kintsugi[bot]" {
			ours = append(ours, c)
		}
	}
	return ours
}

// status is the text of the status comment, or "".
func (w *world) status(n int) string {
	w.t.Helper()
	text := ""
	for _, c := range w.ours(n) {
		if strings.HasPrefix(c.Body, "<!-- kintsugi:status -->") {
			if text != "" {
				w.t.Fatalf("two status comments on #%d", n)
			}
			text = c.Body
		}
	}
	return text
}

func (w *world) statusID(n int) int64 {
	for _, c := range w.ours(n) {
		if strings.HasPrefix(c.Body, "<!-- kintsugi:status -->") {
			return c.ID
		}
	}
	return 0
}

// visible is what a person can see of an issue, ids and edit counts aside: the
// state that every path to the same facts must end in.
func (w *world) visible(n int) string {
	v := w.issue(n)
	var b strings.Builder
	slices.Sort(v.Labels)
	fmt.Fprintf(&b, "%s %s %v\n", v.State, v.Reason, v.Labels)
	for _, c := range v.Comments {
		text, _, _ := strings.Cut(c.Body, "\n<!-- kintsugi:record")
		var reactions []string
		for _, r := range c.Reactions {
			reactions = append(reactions, r.User+" "+r.Content)
		}
		fmt.Fprintf(&b, "--- %s %v\n%s\n", c.Author, reactions, text)
	}
	return b.String()
}

func (w *world) wants(text string, parts ...string) {
	w.t.Helper()
	for _, p := range parts {
		if !strings.Contains(text, p) {
			w.t.Errorf("%q is missing in:\n%s", p, text)
		}
	}
}

// failures are the errors of runs that did not go through.
func (w *world) failures() error {
	var errs []error
	for _, r := range w.runs {
		if r.Err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", r.Key, r.Err))
		}
	}
	return errors.Join(errs...)
}
