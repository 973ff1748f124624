package githubapp_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/kintsugi-app/kintsugi/app/clock"
	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/app/githubapp"
	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
)

func TestDoctorsFacts(t *testing.T) {
	w := newWorld(t)
	granted := map[string]string{"metadata": "read", "issues": "write", "contents": "read", "checks": "write"}
	wanted := map[string]string{"metadata": "read", "issues": "write", "deployments": "write"}
	w.Ask(wanted, "issues", "deployment")
	w.AddRepo("asleep", "place", false)
	theirs := w.Install("asleep", began)
	w.Suspend("asleep")
	w.SetWebhook("https://kintsugi.example/webhooks/github", "x")
	w.SetWebhookForm("form", true)

	about, err := w.app.About(ctx)
	want := githubapp.About{Slug: "kintsugi", Name: "kintsugi", Owner: "kintsugi-maker", Permissions: wanted, Events: []string{"issues", "deployment"}}
	if diff := cmp.Diff(want, about); diff != "" || err != nil {
		t.Errorf("%v\n%s", err, diff)
	}
	installed, err := w.app.Installed(ctx)
	must(t, err)
	if len(installed) != 2 || installed[1].ID != theirs || installed[1].Suspended.IsZero() {
		t.Fatalf("%+v", installed)
	}
	first := githubapp.Installation{
		ID: w.install, Account: "acme", Permissions: granted, Events: []string{"issues", "issue_comment", "label", "push"},
		URL: fmt.Sprintf("https://github.com/settings/installations/%d", w.install),
	}
	if diff := cmp.Diff(first, installed[0], cmpopts.IgnoreUnexported(githubapp.Installation{})); diff != "" {
		t.Error(diff)
	}
	hook, err := w.app.Hook(ctx)
	if hook != (githubapp.Hook{URL: "https://kintsugi.example/webhooks/github", ContentType: "form", Insecure: true}) || err != nil {
		t.Errorf("%+v, %v", hook, err)
	}
	w.SetWebhookForm("json", false)
	if hook, err = w.app.Hook(ctx); hook.ContentType != "json" || hook.Insecure || err != nil {
		t.Errorf("%+v, %v", hook, err)
	}
}

// The log tells what arrived and what did not, back to a moment and no
// further, page by page, the newest first.
func TestAttempts(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer server.Close()
	w := newWorld(t)
	w.build(fakehub.Options{WebhookURL: server.URL})
	w.app = w.newApp()
	for _, d := range w.TakeDeliveries() {
		w.Lose(d) // before the moment
	}
	w.clock.Advance(time.Hour)
	since := w.clock.Now()
	for n := range 250 {
		w.comment("bob", "x")
		for _, d := range w.TakeDeliveries() {
			if n%2 == 0 {
				w.Lose(d)
			} else if _, err := w.Send(ctx, d); err != nil {
				t.Fatal(err)
			}
		}
		w.clock.Advance(time.Second)
	}
	w.forgetRequests()
	got, at, err := w.app.Attempts(ctx, since)
	must(t, err)
	if off := w.clock.Now().Sub(at); off < 0 || off > 2*time.Second {
		t.Errorf("GitHub's time is %v off", off)
	}
	if len(got) != 250 || w.count("GET", "app/hook/deliveries") != 3 {
		t.Fatalf("%d attempts with %d requests", len(got), w.count("GET", "app/hook/deliveries"))
	}
	for n, a := range got {
		if a.OK != (n%2 == 0) || a.GUID == "" || a.ID == 0 || a.At.Before(since.Add(-time.Second)) || n > 0 && a.ID >= got[n-1].ID {
			t.Fatalf("attempt %d: %+v", n, a)
		}
	}
	w.forgetRequests()
	got, _, err = w.app.Attempts(ctx, w.clock.Now().Add(-30*time.Second))
	if len(got) > 31 || len(got) < 29 || err != nil || w.count("", "") != 1 {
		t.Errorf("%d attempts of half a minute, with %d requests, %v", len(got), w.count("", ""), err)
	}
	w.fault(1, "GET", "/deliveries", fakehub.Fault{Status: 502})
	if _, _, err := w.app.Attempts(ctx, since); err == nil || isKind(err) {
		t.Error(err)
	}
}

// Only 2xx is success, and no answer is none.
func TestWhatArrived(t *testing.T) {
	var status atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		if status.Load() == 0 {
			panic(http.ErrAbortHandler)
		}
		rw.WriteHeader(int(status.Load()))
	}))
	defer server.Close()
	w := newWorld(t)
	w.build(fakehub.Options{WebhookURL: server.URL})
	w.app = w.newApp()
	w.TakeDeliveries()
	for code, ok := range map[int]bool{200: true, 202: true, 204: true, 0: false, 400: false, 401: false, 413: false, 500: false, 503: false} {
		status.Store(int64(code))
		w.comment("bob", "x")
		_, _ = w.Send(ctx, w.TakeDeliveries()[0])
		got, _, err := w.app.Attempts(ctx, began)
		if err != nil || got[0].OK != ok {
			t.Errorf("%d: %+v, %v", code, got[0], err)
		}
	}
}

// What never arrived is delivered again under its own id, as often as asked,
// and hub.Run logs every attempt.
func TestRedeliver(t *testing.T) {
	var up bool
	seen := make(chan fakehub.Delivery, 10)
	hub := fakehub.New(fakehub.Options{
		Clock: clock.New(), App: fakehub.App{ID: 7, PrivateKey: key()}, APIURL: "https://api.github.com",
		Deliver: func(_ context.Context, d fakehub.Delivery) (int, error) {
			defer func() { seen <- d }()
			if !up {
				return 0, errors.New("connection refused")
			}
			return 202, nil
		},
	})
	hub.AddRepo("acme", "shop", false)
	running, stop := context.WithCancel(ctx)
	ended := make(chan error)
	go func() { ended <- hub.Run(running) }()
	hub.Install("acme", began)
	first := <-seen
	app, err := githubapp.New(githubapp.Config{AppID: 7, PrivateKey: keyPEM(), Clock: clock.New(), Transport: hub.Transport()})
	must(t, err)
	attempts := func() (all []engine.Attempt) {
		for len(all) == 0 { // it is logged after it was sent
			all, _, err = app.Attempts(ctx, time.Time{})
			must(t, err)
		}
		return all
	}
	tried := attempts()
	if len(tried) != 1 || tried[0].OK || tried[0].GUID != first.GUID {
		t.Errorf("%+v", tried)
	}
	up = true
	must(t, app.Redeliver(ctx, tried[0].ID))
	if again := <-seen; again.GUID != first.GUID || !again.Redelivery {
		t.Errorf("%+v", again)
	}
	stop()
	<-ended
	if log := attempts(); len(log) != 2 || !log[0].OK || log[0].GUID != first.GUID || log[0].ID == log[1].ID {
		t.Errorf("%+v", log)
	}
	if err := app.Redeliver(ctx, 99999); !errors.Is(err, engine.ErrGone) {
		t.Error(err)
	}
}
