package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/kintsugi-app/kintsugi/app/clock"
	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
	"github.com/kintsugi-app/kintsugi/app/store"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"kintsugi": main})
}

// TestScripts runs the program as people do. Each script has a simulated GitHub
// of its own: a private repository acme/incidents with an incident (#1) and
// something else (#2), the App with its key in the file key.pem, and a free
// address.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(env *testscript.Env) error {
			hub := newHub(t)
			github := httptest.NewServer(hub)
			env.Defer(github.Close)
			env.Setenv("GITHUB", github.URL)
			env.Setenv("ADDR", freeAddress(t))
			env.Values[hubKey{}] = hub
			return os.WriteFile(filepath.Join(env.WorkDir, "key.pem"), hub.PrivateKeyPEM(), 0o600)
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"await":      await,
			"exits":      exits,
			"eventually": eventually,
			"webhook":    webhook,
			"comment":    comment,
			"settle":     settle,
			"suspend":    suspend,
			"permit":     permit,
			"aged":       aged,
		},
	})
}

func newHub(t *testing.T) *fakehub.Hub {
	t.Helper()
	hub := fakehub.New(fakehub.Options{Clock: clock.New(), App: fakehub.App{ID: 7}})
	hub.AddOrg("acme")
	hub.AddRepo("acme", "incidents", true)
	hub.SetRole("acme/incidents", "tanaka", "triage")
	hub.SetRole("acme/incidents", "suzuki", "write") // who may ask for roles
	hub.Install("acme", time.Time{})
	for _, title := range []string{"[incident] checkout is blank", "raise a timeout"} {
		if _, err := hub.OpenIssue("acme/incidents", "tanaka", fakehub.NewIssue{Title: title}); err != nil {
			t.Fatal(err)
		}
	}
	return hub
}

// hubKey is where a script keeps its simulated GitHub.
type hubKey struct{}

func hubOf(ts *testscript.TestScript) *fakehub.Hub {
	hub, ok := ts.Value(hubKey{}).(*fakehub.Hub)
	if !ok {
		ts.Fatalf("there is no simulated GitHub")
	}
	return hub
}

// webhook SECRET sets the App's webhook to $ADDR. What happened before is
// delivered to nobody.
func webhook(ts *testscript.TestScript, _ bool, args []string) {
	hubOf(ts).TakeDeliveries()
	hubOf(ts).SetWebhook("http://"+ts.Getenv("ADDR")+"/webhooks/github", args[0])
}

// comment LOGIN TEXT writes under #1 and delivers what that causes.
func comment(ts *testscript.TestScript, _ bool, args []string) {
	if _, err := hubOf(ts).Comment("acme/incidents", 1, args[0], args[1]); err != nil {
		ts.Fatalf("%v", err)
	}
	settle(ts, false, nil)
}

// settle delivers what waits.
func settle(ts *testscript.TestScript, _ bool, _ []string) {
	for _, d := range hubOf(ts).TakeDeliveries() {
		// The log has how it ended.
		_, _ = hubOf(ts).Send(context.Background(), d)
	}
}

// suspend suspends the installation.
func suspend(ts *testscript.TestScript, _ bool, _ []string) { hubOf(ts).Suspend("acme") }

// permit NAME=LEVEL… is what the installation may do from now on.
func permit(ts *testscript.TestScript, _ bool, args []string) {
	permissions := map[string]string{}
	for _, arg := range args {
		name, level, _ := strings.Cut(arg, "=")
		permissions[name] = level
	}
	hubOf(ts).SetPermissions("acme", permissions)
}

// aged FILE makes a database of App 7 an hour ago: with a new one nothing is
// created for the first seconds.
func aged(ts *testscript.TestScript, _ bool, args []string) {
	s, err := store.Open(context.Background(), ts.MkAbs(args[0]), 7, clock.NewStepped(time.Now().Add(-time.Hour)))
	if err == nil {
		err = s.Close()
	}
	ts.Check(err)
}

// eventually TEXT COMMAND… runs the program until its output holds a text.
func eventually(ts *testscript.TestScript, _ bool, args []string) {
	for deadline := time.Now().Add(15 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		_ = ts.Exec(args[1], args[2:]...) // how it ends is another question
		if strings.Contains(ts.ReadFile("stdout"), args[0]) {
			return
		}
	}
	ts.Fatalf("%s does not say %q", strings.Join(args[1:], " "), args[0])
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// await URL TEXT waits until the answer of an address holds a text.
func await(ts *testscript.TestScript, _ bool, args []string) {
	url, text := args[0], args[1]
	var last string
	for deadline := time.Now().Add(15 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		answer, err := http.Get(url)
		if err != nil {
			last = err.Error()
			continue
		}
		var body bytes.Buffer
		_, err = body.ReadFrom(answer.Body)
		answer.Body.Close()
		if last = fmt.Sprint(answer.StatusCode, " ", body.String(), err); strings.Contains(last, text) {
			return
		}
	}
	ts.Fatalf("%s does not answer with %q, but %s", url, text, last)
}

// exits CODE COMMAND… runs the program and compares its exit code, which
// testscript's exec does not tell apart.
func exits(ts *testscript.TestScript, _ bool, args []string) {
	err := ts.Exec(args[1], args[2:]...)
	code := "0"
	if err != nil {
		code = strings.TrimPrefix(err.Error(), "exit status ")
	}
	if code != args[0] {
		ts.Fatalf("%s ended with %s, want %s", strings.Join(args[1:], " "), code, args[0])
	}
}
