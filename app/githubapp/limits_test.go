package githubapp_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/app/githubapp"
	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
	"github.com/kintsugi-app/kintsugi/workflows"
)

// wait is how long from now err asks to wait, in seconds, or -1.
func (w *world) wait(err error) time.Duration {
	var later *engine.Later
	if !errors.As(err, &later) {
		return -1
	}
	if later.Reason == "" {
		w.t.Errorf("no reason: %v", later)
	}
	return later.At.Sub(w.clock.Now()).Round(time.Second)
}

func (w *world) look() error {
	_, err := w.app.Issue(ctx, w.issue)
	return err
}

func TestLimitHeaders(t *testing.T) {
	reset := func(d time.Duration) string { return fmt.Sprint(began.Add(d).Unix()) }
	for _, c := range []struct {
		name  string
		fault fakehub.Fault
		want  time.Duration
	}{
		{"403 retry-after", fakehub.Fault{Status: 403, Header: map[string]string{"Retry-After": "30"}}, 30 * time.Second},
		{"429 retry-after", fakehub.Fault{Status: 429, Header: map[string]string{"Retry-After": "30"}}, 30 * time.Second},
		{"retry-after before reset", fakehub.Fault{Status: 429, Header: map[string]string{"Retry-After": "30", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": reset(20 * time.Minute)}}, 30 * time.Second},
		{"403 spent", fakehub.Fault{Status: 403, Header: map[string]string{"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": reset(20 * time.Minute)}}, 20 * time.Minute},
		{"429 spent", fakehub.Fault{Status: 429, Header: map[string]string{"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": reset(20 * time.Minute)}}, 20 * time.Minute},
		{"403 secondary", fakehub.Fault{Status: 403, Message: "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."}, time.Minute},
		{"429 secondary", fakehub.Fault{Status: 429}, time.Minute},
		{"reset not at zero", fakehub.Fault{Status: 429, Header: map[string]string{"X-RateLimit-Remaining": "12", "X-RateLimit-Reset": reset(20 * time.Minute)}}, time.Minute},
		{"reset already past", fakehub.Fault{Status: 429, Header: map[string]string{"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": reset(-time.Minute)}}, time.Minute},
		{"nonsense", fakehub.Fault{Status: 429, Header: map[string]string{"Retry-After": "soon", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "x"}}, time.Minute},
		{"date", fakehub.Fault{Status: 429, Header: map[string]string{"Retry-After": began.Add(90 * time.Second).Format(http.TimeFormat)}}, 90 * time.Second},
		{"a year", fakehub.Fault{Status: 429, Header: map[string]string{"Retry-After": "31536000"}}, 65 * time.Minute},
		{"overflow", fakehub.Fault{Status: 429, Header: map[string]string{"Retry-After": "9223372036854775807"}}, 65 * time.Minute},
		{"far reset", fakehub.Fault{Status: 429, Header: map[string]string{"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": reset(1000 * time.Hour)}}, 65 * time.Minute},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			must(t, w.look())
			w.fault(1, "GET", "/issues/", c.fault)
			if got := w.wait(w.look()); got != c.want {
				t.Fatalf("wait %v, want %v", got, c.want)
			}
			// While the window is closed nothing of this installation is sent.
			w.ResetCounts()
			w.clock.Advance(c.want - 2*time.Second)
			if got := w.wait(w.look()); got > 2*time.Second || got < 0 {
				t.Errorf("just before the end: wait %v", got)
			}
			if err := w.app.React(ctx, shop, 1, "+1"); w.wait(err) < 0 {
				t.Errorf("a write while the window is closed: %v", err)
			}
			if n := w.Counts().Requests; n != 0 {
				t.Errorf("%d requests were sent", n)
			}
			w.clock.Advance(3 * time.Second)
			must(t, w.look())
		})
	}
}

func TestRefusalsAreNoLimits(t *testing.T) {
	for _, f := range []fakehub.Fault{
		{Status: 403, Message: "Resource not accessible by integration"},
		{Status: 403, Message: "Resource not accessible by integration", Header: map[string]string{"X-RateLimit-Remaining": "0"}},
		{Status: 403, Message: "Repository was archived so is read-only."},
		{Status: 403, Message: "Must have admin rights to Repository.", Header: map[string]string{"X-RateLimit-Remaining": "4999"}},
	} {
		w := newWorld(t)
		w.fault(1, "GET", "/issues/", f)
		if err := w.look(); !errors.Is(err, engine.ErrRefused) {
			t.Errorf("%+v: %v", f, err)
		}
		must(t, w.look())
	}
}

func TestRefusalNamesThePermission(t *testing.T) {
	w := newWorld(t)
	w.SetPermissions("acme", map[string]string{"metadata": "read", "issues": "read"})
	err := w.app.SetState(ctx, w.issue, false, "completed")
	if !errors.Is(err, engine.ErrRefused) || !strings.Contains(err.Error(), "issues=write") {
		t.Error(err)
	}
}

// Limits without headers, one after another, double the wait up to a bound;
// a good answer ends the series.
func TestPausesGrow(t *testing.T) {
	w := newWorld(t)
	must(t, w.look())
	remove := w.Fault(fakehub.Matching(99, "GET", "/issues/", fakehub.Fault{Status: 403, Message: "You have exceeded a secondary rate limit."}))
	for _, want := range []time.Duration{1, 2, 4, 8, 16, 16, 16} {
		got := w.wait(w.look())
		if got != want*time.Minute {
			t.Errorf("wait %v, want %v minutes", got, want)
		}
		w.clock.Advance(got + time.Second)
	}
	remove()
	must(t, w.look())
	w.fault(1, "GET", "/issues/", fakehub.Fault{Status: 429})
	if got := w.wait(w.look()); got != time.Minute {
		t.Errorf("after a good answer: wait %v", got)
	}
}

// The last request of the hour succeeds, and closes the window behind it.
func TestQuotaUsedUp(t *testing.T) {
	w := newWorld(t)
	w.Hub = fakehub.New(fakehub.Options{Clock: w.clock, RateLimit: 3, App: fakehub.App{ID: 7, PrivateKey: key()}, APIURL: "https://api.github.com"})
	w.AddRepo("acme", "shop", false)
	w.SetRole(shop, "alice", "admin")
	w.Install("acme", began)
	number, err := w.OpenIssue(shop, "alice", fakehub.NewIssue{Title: "x"})
	must(t, err)
	w.issue = workflows.Subject{Repo: shop, Number: number}
	w.app = w.newApp()
	for range 3 {
		must(t, w.look())
	}
	before := w.Counts().Requests
	if got := w.wait(w.look()); got < 59*time.Minute || got > time.Hour {
		t.Errorf("wait %v", got)
	}
	if w.Counts().Requests != before {
		t.Error("a request over the limit was sent")
	}
	w.clock.Advance(time.Hour)
	must(t, w.look())
}

// The window is by our clock alone: go-github's own, by the machine's clock,
// would stay closed.
func TestOnlyOurClockCloses(t *testing.T) {
	w := newWorld(t)
	w.app = w.newApp(func(c *githubapp.Config) {
		next := c.Transport
		c.Transport = overriding{next, func(r *http.Request) (*http.Response, error) {
			resp, err := next.RoundTrip(r)
			resp.Header.Set("X-RateLimit-Remaining", "0")
			resp.Header.Set("X-RateLimit-Reset", fmt.Sprint(time.Now().Add(time.Hour).Unix()))
			return resp, err
		}}
	})
	w.clock.Advance(time.Since(began) + 24*time.Hour) // ahead of the machine
	must(t, w.look())
	must(t, w.look())
}

func TestInstallationsDoNotSlowEachOther(t *testing.T) {
	w := newWorld(t)
	w.AddRepo("other", "place", false)
	w.SetRole("other/place", "olga", "admin")
	w.Install("other", began)
	number, err := w.OpenIssue("other/place", "olga", fakehub.NewIssue{Title: "x"})
	must(t, err)
	theirs := workflows.Subject{Repo: "other/place", Number: number}
	must(t, w.look())

	// acme is limited, and so is asking for its token.
	w.fault(1, "GET", "/repos/acme/", fakehub.Fault{Status: 429, Header: map[string]string{"Retry-After": "600"}})
	if w.wait(w.look()) != 10*time.Minute {
		t.Fatal("acme is not limited")
	}
	if _, err := w.app.Issue(ctx, theirs); err != nil {
		t.Errorf("other is slowed by acme: %v", err)
	}
	w.clock.Advance(11 * time.Minute)
	w.ExpireTokens()
	w.fault(1, "POST", "/access_tokens", fakehub.Fault{Status: 403, Header: map[string]string{"Retry-After": "600"}})
	if got := w.wait(w.look()); got != 10*time.Minute {
		t.Fatalf("acme gets no token: wait %v", got)
	}
	for range 25 {
		_, err = w.app.CreateComment(ctx, theirs, "x")
	}
	if w.wait(err) < 0 {
		t.Errorf("other's bucket has no bottom: %v", err)
	}
	w.clock.Advance(10 * time.Minute)
	must(t, w.look())
}
