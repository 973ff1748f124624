package githubapp_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/clock"
	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/app/githubapp"
	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
)

// However wrong our clock is, GitHub's own time is learnt from its first
// answer, a refusal if need be, and JWTs are signed with it from then on.
func TestClocksThatDiffer(t *testing.T) {
	for _, ahead := range []time.Duration{0, 10 * time.Minute, -10 * time.Minute, 26 * time.Hour, -26 * time.Hour, 20 * time.Second} {
		for name, first := range map[string]func(*world) error{
			"as the App":         func(w *world) error { _, err := w.app.Identity(ctx); return err },
			"as an installation": func(w *world) error { w.app.Learn(shop, w.install); return w.look() },
			"together": func(w *world) error {
				w.app.Learn(shop, w.install)
				var wg sync.WaitGroup
				for range 5 {
					wg.Go(func() {
						if _, err := w.app.Installations(ctx); err != nil {
							t.Errorf("%v ahead: %v", ahead, err)
						}
					})
				}
				wg.Wait()
				return nil
			},
		} {
			w := newWorld(t)
			w.skewed(ahead)
			if err := first(w); err != nil {
				t.Errorf("%s, GitHub %v ahead: %v", name, ahead, err)
			}
			if off := (w.app.Skew() - ahead).Abs(); off > time.Second || ahead == 0 && off != 0 {
				t.Errorf("%s, GitHub %v ahead: the skew is %v", name, ahead, w.app.Skew())
			}
			refused := w.Counts().Refused
			must(t, w.look())
			w.ExpireTokens()
			must(t, w.look())
			if n := w.Counts().Refused - refused; n > 1 { // the expired token
				t.Errorf("%s, GitHub %v ahead: %d refusals although the skew is known", name, ahead, n)
			}
		}
	}
}

// A clock that jumps while the program runs is noticed, too, and what limits
// last is not counted by it.
func TestClockJumps(t *testing.T) {
	w := newWorld(t)
	ours := &jumping{Stepped: w.clock}
	w.app = w.newApp(func(c *githubapp.Config) { c.Clock = ours })
	must(t, w.look())
	for _, jump := range []time.Duration{10 * time.Minute, -3 * time.Hour, 0} {
		ours.by = jump
		_, err := w.app.Installations(ctx)
		must(t, err)
		if off := (w.app.Skew() + jump).Abs(); off > time.Second {
			t.Errorf("after a jump of %v the skew is %v", jump, w.app.Skew())
		}
		reset := w.clock.Now().Add(20 * time.Minute) // by GitHub's clock
		w.fault(1, "GET", "/issues/", fakehub.Fault{Status: 403, Header: map[string]string{
			"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": fmt.Sprint(reset.Unix()),
		}})
		later, ok := errors.AsType[*engine.Later](w.look())
		if wait := later.At.Sub(ours.Now()); !ok || wait < 20*time.Minute-2*time.Second || wait > 20*time.Minute+2*time.Second {
			t.Errorf("after a jump of %v: wait %v", jump, wait)
		}
		w.clock.Advance(21 * time.Minute)
		must(t, w.look())
	}
}

// A Date far off is believed only as far as JWTs go: an answer without one
// changes nothing.
func TestNoDate(t *testing.T) {
	w := newWorld(t)
	w.skewed(10 * time.Minute)
	must(t, w.look())
	known := w.app.Skew()
	w.fault(1, "GET", "/issues/", fakehub.Fault{Status: 502, Header: map[string]string{"Date": ""}})
	if err := w.look(); err == nil || w.app.Skew() != known {
		t.Errorf("%v, skew %v", err, w.app.Skew())
	}
}

// Wrong credentials are an error of their own, whatever is asked, and no
// subject's.
func TestUnauthorized(t *testing.T) {
	w := newWorld(t)
	w.app = w.newApp(func(c *githubapp.Config) {
		next := c.Transport
		c.Transport = overriding{next, func(r *http.Request) (*http.Response, error) {
			if token := r.Header.Get("Authorization"); strings.HasPrefix(token, "Bearer eyJ") {
				r.Header.Set("Authorization", token[:len(token)-8]+"AAAAAAAA") // another key's
			}
			return nil, nil
		}}
	})
	w.app.Learn(shop, w.install)
	_, about := w.app.About(ctx)
	_, installed := w.app.Installed(ctx)
	_, hook := w.app.Hook(ctx)
	_, _, log := w.app.Attempts(ctx, began)
	_, identity := w.app.Identity(ctx)
	for name, err := range map[string]error{
		"about": about, "installed": installed, "hook": hook, "log": log, "identity": identity, "issue": w.look(),
		"redeliver": w.app.Redeliver(ctx, 1),
	} {
		if !errors.Is(err, githubapp.ErrUnauthorized) || isKind(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := w.Counts().Requests; n > 9 {
		t.Errorf("%d requests: a wrong key was tried again", n)
	}
	other := w.newApp(func(c *githubapp.Config) { c.AppID = 8 })
	if _, err := other.About(ctx); !errors.Is(err, githubapp.ErrUnauthorized) || errors.Is(err, engine.ErrGone) {
		t.Error(err)
	}
}

// jumping is a clock of ours that is set wrong while it runs.
type jumping struct {
	*clock.Stepped
	by time.Duration
}

func (j *jumping) Now() time.Time { return j.Stepped.Now().Add(j.by) }
