package hostile_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/clock"
	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/app/githubapp"
	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
	"github.com/kintsugi-app/kintsugi/app/server"
	"github.com/kintsugi-app/kintsugi/app/store"
	"github.com/kintsugi-app/kintsugi/workflows"
)

var ctx = context.Background()

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

const (
	app    = "kintsugi[bot]"
	secret = "It's a Secret to Everybody"
	// oncall is whom the settings call: nobody whom a text names.
	oncall   = "yamada"
	settings = "language: %s\ntime_zone: Asia/Tokyo\nincident: {notify: [\"@" + oncall + "\"]}\n"
)

// people are those of the team, whom the texts try to call.
var people = map[string]string{"sato": "read", "tanaka": "triage", "suzuki": "write", "yamamoto": "maintain", oncall: "triage"}

// permissions are all that the App can use.
var permissions = map[string]string{
	"metadata": "read", "issues": "write", "contents": "write", "members": "read", "deployments": "write", "pull_requests": "write", "checks": "write", "actions": "read", "statuses": "read",
}

// events are what it is told of.
var events = []string{
	"issues", "issue_comment", "label", "push", "pull_request", "pull_request_review", "check_run", "check_suite", "workflow_run", "status", "create",
	"deployment_status", "deployment_protection_rule", "merge_group",
}

// world is a simulated GitHub with the real adapter, store and engine and the
// real rules, on a clock that jumps, in one thread.
type world struct {
	t      testing.TB
	clock  *clock.Stepped
	hub    *fakehub.Hub
	app    *githubapp.App
	store  *store.Store
	engine *engine.Engine
	runs   []engine.Run
	// asked is how many exchanges there were after each run, where they are recorded.
	asked []asked
	log   bytes.Buffer
	// known are the branches and checks of ours that were looked at already.
	known map[string]bool
	// branches counts those that people made, lists the reading lists, and turn whose
	// turn it is of several ways in.
	branches, lists, turn int
	// staged are the reviews and the incidents around releases, as a reference names them.
	staged map[string][]string
	// decided are the runs that released something anyway.
	decided []int64
	// files are those of reading lists that were looked at already, and commits how many.
	files   map[string]string
	commits map[string]int
}

// newWorld has a team on two repositories, a private one that speaks English
// and a public one that speaks Japanese.
func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{t: t, clock: clock.NewStepped(time.Date(2026, 11, 25, 18, 0, 0, 0, time.UTC)), known: map[string]bool{}, staged: map[string][]string{}, files: map[string]string{}, commits: map[string]int{}}
	w.hub = fakehub.New(fakehub.Options{
		Clock: w.clock, Seed: 1, RateLimit: -1, WebhookSecret: secret, App: fakehub.App{ID: 7, PrivateKey: oneKey(), Permissions: permissions, Events: events},
	})
	w.hub.AddOrg("acme", "oncall")
	w.hub.AddUser("stranger")
	w.addRepo("acme/incidents", true, "en")
	w.addRepo("acme/website", false, "ja")
	w.hub.Install("acme", time.Time{})
	w.hub.RecordExchanges(true)
	w.start()
	w.settle()
	return w
}

func (w *world) addRepo(name string, private bool, language string) {
	owner, short, _ := strings.Cut(name, "/")
	w.hub.AddRepo(owner, short, private)
	for login, role := range people {
		w.hub.SetRole(name, login, role)
	}
	w.hub.PutFile(name, ".github/kintsugi.yml", fmt.Sprintf(settings, language))
}

// start wires the program as the server does, but for one thread.
func (w *world) start() {
	w.t.Helper()
	log := slog.New(slog.NewJSONHandler(&w.log, nil))
	var err error
	w.app, err = githubapp.New(githubapp.Config{
		AppID: 7, PrivateKey: w.hub.PrivateKeyPEM(), BaseURL: "https://api.fakehub.example", Clock: w.clock, Transport: w.hub.Transport(), Log: log,
	})
	w.must(err)
	_, err = w.app.Identity(ctx)
	w.must(err)
	opened, err := store.Open(ctx, ":memory:", 7, w.clock, store.Relaxed())
	w.must(err)
	w.t.Cleanup(func() { _ = opened.Close() }) // not of the world: a test keeps this for as long as its parent runs
	w.store = opened
	w.engine = engine.New(engine.Config{
		Rules: w.rules(), Reader: w.app, Places: w.app, Writer: w.app, Queue: w.store, Ledger: w.store, Marks: w.store,
		Keys: w.keys(), Clock: w.clock, Log: log, SweepEvery: 1000 * time.Hour, OnRun: w.ran,
	})
	w.clock.Advance(time.Minute) // in which a new store creates nothing
}

// asked is a run, and how many exchanges there had been when it was over.
type asked struct {
	engine.Run
	until int
}

func (w *world) ran(r engine.Run) {
	w.runs = append(w.runs, r)
	if w.asked != nil {
		w.asked = append(w.asked, asked{r, len(w.hub.Exchanges())})
	}
}

func (w *world) rules() engine.Rules {
	rules, err := engine.NewRules(server.Workflows())
	w.must(err)
	return rules
}

func (w *world) keys() engine.Keys {
	keys, err := engine.NewKeys(w.hub.PrivateKeyPEM())
	w.must(err)
	return keys
}

// deliver hands over what GitHub has to say.
func (w *world) deliver() {
	for _, d := range w.hub.TakeDeliveries() {
		w.take(d.GUID, d.Event, d.Payload)
	}
}

// take hands over one delivery as the web route does, and returns what it
// wakes.
func (w *world) take(guid, event string, payload []byte) []string {
	w.t.Helper()
	e, err := githubapp.Decode(event, payload)
	w.must(err)
	keys := w.app.Heed(e)
	var wakes []store.Wake
	for _, key := range keys {
		wakes = append(wakes, store.Wake{Key: key, Comment: e.Comment})
	}
	if event, ok := w.app.News(e); ok {
		for _, t := range w.engine.Hear(event) {
			wakes = append(wakes, store.Wake{Key: t.Aggregate, Teller: t.Subject, Due: t.Due})
		}
	}
	_, err = w.store.Intake(ctx, store.Delivery{GUID: guid, Event: e.Event, Action: e.Action, Payload: payload, ReceivedAt: w.clock.Now()}, wakes)
	w.must(err)
	return keys
}

// settle delivers and runs until nothing is due for a minute; waits jump.
func (w *world) settle() {
	w.t.Helper()
	end := w.clock.Now().Add(time.Minute)
	for range 10_000 {
		w.deliver()
		worked, next, err := w.engine.Step(ctx)
		w.must(err)
		if !worked && (next.IsZero() || next.After(end)) {
			return
		}
		if !worked {
			_ = w.clock.Until(ctx, next, nil)
		}
	}
	w.t.Fatal("the world does not come to rest")
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// issue is where a story plays.
type issue struct {
	repo   string
	number int
}

func (i issue) String() string { return fmt.Sprintf("%s#%d", i.repo, i.number) }

func (w *world) open(repo, by, title, body string, labels ...string) issue {
	w.t.Helper()
	n, err := w.hub.OpenIssue(repo, by, fakehub.NewIssue{Title: title, Body: body, Labels: labels})
	w.must(err)
	return issue{repo, n}
}

func (w *world) say(i issue, by, body string) {
	w.t.Helper()
	_, err := w.hub.Comment(i.repo, i.number, by, body)
	w.must(err)
}

// incident is one that somebody who may has declared.
func (w *world) incident(repo string) issue {
	return w.open(repo, "tanaka", "[incident] Checkout is blank", "")
}

// ours are the App's comments on an issue.
func (w *world) ours(i issue) []string {
	w.t.Helper()
	view, ok := w.hub.Issue(i.repo, i.number)
	if !ok {
		w.t.Fatalf("%s is not there", i)
	}
	var ours []string
	for _, c := range view.Comments {
		if c.Author == app {
			ours = append(ours, c.Body)
		}
	}
	return ours
}

// told is what operators can read of a subject since forget was called: of the
// runs, and of dry runs with and without the keys.
func (w *world) told(i issue) map[string]string {
	w.t.Helper()
	return w.toldOf(workflows.Subject{Repo: i.repo, Number: i.number})
}

func (w *world) toldOf(subject workflows.Subject) map[string]string {
	w.t.Helper()
	all := map[string]string{}
	note := func(kind string, r engine.Run) {
		all[kind+" key"] = r.Key
		all[kind+" plan"] = r.Plan
		all[kind+" why"] = strings.Join(r.Why, "\n")
		all[kind+" did"] = strings.Join(r.Did, "\n")
		if r.Err != nil {
			all[kind+" error"] = r.Err.Error()
		}
	}
	for n, r := range w.runs {
		if r.Key == subject.String() {
			note(fmt.Sprintf("run %d", n), r)
		}
	}
	for kind, keys := range map[string]engine.Keys{"dry run": w.keys(), "dry run without keys": nil} {
		planner := engine.New(engine.Config{Rules: w.rules(), Reader: w.app, Places: w.app, Keys: keys, Clock: w.clock})
		r, err := planner.Plan(ctx, subject)
		w.must(err)
		note(kind, r)
	}
	return all
}

// forget drops what runs said so far, and lets enough time pass for GitHub's
// limits on what is created.
func (w *world) forget() {
	w.clock.Advance(2 * time.Minute)
	w.runs = nil
	w.log.Reset()
}

// quote shows the beginning of a long text.
func quote(s string) string {
	if len(s) > 600 {
		s = s[:600] + "…"
	}
	return fmt.Sprintf("%q", s)
}
