package engine_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
	"github.com/kintsugi-app/kintsugi/workflows/policy"
)

// TestDownTwoHours: what GitHub delivered in vain is asked for by its id, and
// arrives.
func TestDownTwoHours(t *testing.T) {
	for _, wrong := range []time.Duration{0, 10 * time.Minute, -10 * time.Minute} {
		w := newWorld(t, 1, withoutSweeps)
		w.settle()
		w.own.offset = wrong
		n := w.open("sato", "[incident] checkout is blank")
		w.clock.Advance(30 * time.Minute)
		w.say(n, "tanaka", "/ack")
		w.clock.Advance(90 * time.Minute)
		w.lose()
		w.start()
		w.must(w.store.Wake(context.Background(), engine.Background, engine.RedeliveryKey))
		w.settle()
		w.wants(w.status(n), "lead tanaka", "TTA 30 min")
		for _, a := range w.hub.DeliveryLog() {
			if a.Delivery.Redelivery && a.StatusCode != http.StatusAccepted {
				t.Errorf("clock off by %s: %+v", wrong, a)
			}
		}
		if err := w.failures(); err != nil {
			t.Error(err)
		}
	}
}

// TestDownFourDays: what is too old for GitHub's log is found by the sweep. An
// incident younger than four days is taken up, and calls once; an older one and
// one that is over call nobody.
func TestDownFourDays(t *testing.T) {
	for _, kept := range []bool{true, false} {
		w := newWorld(t, 1, inFile(t))
		known := w.night(1)
		w.clock.Advance(time.Hour)
		mentions := len(w.hub.Mentions())
		old := w.open("sato", "[incident] before the last four days")
		w.clock.Advance(12 * time.Hour)
		young := w.open("sato", "[incident] checkout is blank again")
		over := w.open("suzuki", "[incident] over by now")
		w.say(over, "tanaka", "/resolved")
		w.say(known, "tanaka", "/sev 1")
		for i := range 20 {
			w.clock.Advance(2 * time.Hour)
			w.say(young, "suzuki", fmt.Sprintf("/note %d", i))
		}
		w.clock.Advance(4*24*time.Hour - 50*time.Hour)
		w.lose()
		if !kept {
			w.database = t.TempDir() + "/another.db"
		}
		w.start()
		w.must(w.engine.Start(context.Background()))
		w.settle()
		w.wants(w.status(young), "Waiting for a responder", "20")
		w.wants(w.status(known), "SEV1", "lead tanaka")
		w.wants(w.status(over), "**Resolved")
		if w.status(old) != "" {
			t.Errorf("store kept %t: an incident of more than four days ago was taken up", kept)
		}
		called := 0
		for _, m := range w.hub.Mentions()[mentions:] {
			if m.ByApp && m.Who == "tanaka" {
				called++
			}
		}
		if called != 2 { // to the one that is new, and as the lead of the other, who was silent
			t.Errorf("store kept %t: tanaka was mentioned %d times, want twice", kept, called)
		}
	}
}

// TestSweepClock: with a clock that is wrong, or jumps, the sweep still finds
// every update.
func TestSweepClock(t *testing.T) {
	for _, wrong := range []time.Duration{10 * time.Minute, -10 * time.Minute} {
		w := newWorld(t, 1)
		n := w.night(0)
		for i, say := range []string{"/ack", "/sev 2", "/mitigated", "/resolved"} {
			if i%2 == 0 {
				w.own.offset = wrong
			} else {
				w.own.offset = 0
			}
			w.say(n, "tanaka", say)
			w.hub.TakeDeliveries() // not even logged
			w.clock.Advance(40 * time.Minute)
			w.settle()
		}
		w.wants(w.status(n), "**Resolved · SEV2 · lead tanaka")
	}
}

// gazetteer is a GitHub of many repositories, whose lists may fail.
type gazetteer struct {
	engine.Places
	w     *world
	repos []string
	fails func(repo string) error
	asked []string
	cost  int
}

func (g *gazetteer) Repositories(context.Context, int64) ([]string, error) { return g.repos, nil }

func (g *gazetteer) Updated(_ context.Context, _ int64, repo string, _ time.Time, _ func([]policy.Source) []string) (engine.Updates, error) {
	g.asked = append(g.asked, repo)
	if err := g.fails(repo); err != nil {
		return engine.Updates{}, err
	}
	return engine.Updates{At: g.w.clock.Now(), Requests: g.cost}, nil
}

// sweeping is a world whose sweeps go through so many repositories.
func sweeping(t *testing.T, repos int) (*world, *gazetteer) {
	g := &gazetteer{cost: 1, fails: func(string) error { return nil }}
	for i := range repos {
		g.repos = append(g.repos, fmt.Sprintf("acme/r%02d", i))
	}
	w := newWorld(t, 1, func(w *world) { g.w = w }, wired(func(c *engine.Config) { g.Places, c.Places = c.Places, g }))
	w.must(w.store.Wake(context.Background(), engine.Background, engine.SweepKey(w.install)))
	return w, g
}

// sweep runs until the sweep has been run so often, and returns its last run.
func (w *world) sweep(times int) (last engine.Run) {
	w.t.Helper()
	for range 1000 {
		before := len(w.runs)
		worked, next, err := w.engine.Step(context.Background())
		w.must(err)
		if !worked {
			_ = w.own.Until(context.Background(), next, nil)
			continue
		}
		if w.runs[before].Key == engine.SweepKey(w.install) {
			if times--; times == 0 {
				return w.runs[before]
			}
		}
	}
	w.t.Fatal("the sweep does not come")
	return last
}

// TestSweepGoesOn: a sweep that a limit ends is gone on with where it was.
func TestSweepGoesOn(t *testing.T) {
	w, g := sweeping(t, 10)
	g.fails = func(string) error {
		if len(g.asked) == 6 {
			return &engine.Later{At: w.own.Now().Add(time.Minute), Reason: "enough for now"}
		}
		return nil
	}
	if r := w.sweep(1); r.Err == nil || r.SetAside {
		t.Fatalf("%+v", r)
	}
	w.sweep(1)
	counts := map[string]int{}
	for _, repo := range g.asked {
		counts[repo]++
	}
	if len(g.asked) != 11 || len(counts) != 10 || counts["acme/r05"] != 2 {
		t.Errorf("asked for %v", g.asked)
	}
}

// TestSweepPastFailure: a repository whose lists always fail keeps no other from
// being swept; one that refuses for good is no failure.
func TestSweepPastFailure(t *testing.T) {
	w, g := sweeping(t, 5)
	g.fails = func(repo string) error {
		switch repo {
		case "acme/r00":
			return errors.New("502")
		case "acme/r01":
			return fmt.Errorf("%w: no permission", engine.ErrRefused)
		}
		return nil
	}
	last := w.sweep(engine.SetAsideAfter + 3)
	for _, repo := range g.repos {
		if !slices.Contains(g.asked, repo) {
			t.Errorf("%s was never swept", repo)
		}
	}
	if last.Err == nil || errors.Is(last.Err, engine.ErrRefused) || !last.SetAside || !strings.Contains(last.Err.Error(), "acme/r00") {
		t.Errorf("%+v", last)
	}
	if pause := last.Due.Sub(last.At); pause > 15*time.Minute {
		t.Errorf("the sweep waits %s, though nobody else wakes what it finds", pause)
	}
}

// TestSweepPace: a sweep takes at most a thousand requests an hour.
func TestSweepPace(t *testing.T) {
	w, g := sweeping(t, 100)
	g.cost = 20
	last := w.sweep(1)
	if pause := last.Due.Sub(last.At); pause < 2*time.Hour || pause > 3*time.Hour {
		t.Errorf("2,000 requests, and the next sweep after %s", pause)
	}
}

// hookLog is GitHub's log where one delivery always fails.
type hookLog struct {
	w        *world
	attempts []engine.Attempt
	asked    int
	// lag is how long an attempt takes to be listed.
	lag time.Duration
}

func (l *hookLog) Attempts(_ context.Context, since time.Time) (all []engine.Attempt, at time.Time, err error) {
	now := l.w.clock.Now()
	for _, a := range l.attempts {
		if !a.At.Before(since) && !now.Before(a.At.Add(l.lag)) {
			all = append(all, a)
		}
	}
	return all, now, nil
}

func (l *hookLog) Redeliver(_ context.Context, id int64) error {
	l.asked++
	l.add(l.attempts[id-1].GUID)
	return nil
}

func (l *hookLog) add(guid string) {
	l.attempts = append(l.attempts, engine.Attempt{ID: int64(len(l.attempts) + 1), GUID: guid, At: l.w.clock.Now().Truncate(time.Second)})
}

// TestRedeliveryEnds: a delivery that always fails is asked for a few times, with
// growing pauses, and then left to the sweep, however often the log is looked at
// and whatever our clock says.
func TestRedeliveryEnds(t *testing.T) {
	for _, often := range []bool{false, true} {
		for _, wrong := range []time.Duration{0, 10 * time.Minute, -10 * time.Minute} {
			l := &hookLog{lag: 20 * time.Second}
			w := newWorld(t, 1, func(w *world) { l.w = w }, wired(func(c *engine.Config) { c.Deliveries = l }))
			w.own.offset = wrong
			l.add("one")
			l.add("two")
			end := w.clock.Now().Add(5 * time.Hour) // past the overlap, by far
			for w.clock.Now().Before(end) {
				worked, next, err := w.engine.Step(context.Background())
				w.must(err)
				switch {
				case worked:
				case often:
					w.clock.Advance(15 * time.Second)
					w.must(w.store.Wake(context.Background(), engine.Background, engine.RedeliveryKey))
				default:
					_ = w.own.Until(context.Background(), next, nil)
				}
			}
			if len(l.attempts) != 2*6 || l.asked != 2*5 {
				t.Errorf("clock off by %s, looked at often %t: %d attempts of two deliveries, asked for %d times", wrong, often, len(l.attempts), l.asked)
			}
			for i := 2; i < len(l.attempts); i += 2 {
				if pause, least := l.attempts[i].At.Sub(l.attempts[i-2].At), time.Minute<<(i/2-1); pause < least {
					t.Fatalf("attempt %d came %s after the one before, want %s", i/2+1, pause, least)
				}
			}
		}
	}
}

// TestNoDeliveryLog: a server that keeps none is no failure.
func TestNoDeliveryLog(t *testing.T) {
	w := newWorld(t, 1)
	w.hub.Fault(fakehub.Matching(1000, http.MethodGet, "/app/hook/deliveries", fakehub.Fault{Status: http.StatusNotFound}))
	w.must(w.store.Wake(context.Background(), engine.Background, engine.RedeliveryKey))
	w.settle()
	if err := w.failures(); err != nil {
		t.Error(err)
	}
}
