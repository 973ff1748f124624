package engine_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
	"github.com/kintsugi-app/kintsugi/workflows"
)

// TestRanks: everything that is done for an open incident that people are called
// to goes first, what a sweep does last.
func TestRanks(t *testing.T) {
	d := &diary{}
	w := newWorld(t, 1, withDiary(d))
	var reads, writes []engine.Rank
	w.hurdle = func(r *http.Request) error {
		switch rank := engine.RankOf(r.Context()); {
		case strings.Contains(r.URL.Path, "access_tokens"):
		case r.Method == http.MethodGet:
			reads = append(reads, rank)
		default:
			writes = append(writes, rank)
		}
		return nil
	}
	n := w.open("sato", "[incident] checkout is blank")
	step := func() engine.Outcome {
		t.Helper()
		reads, writes = nil, nil
		w.deliver()
		if worked, _, err := w.engine.Step(context.Background()); !worked || err != nil {
			t.Fatal("nothing was due", err)
		}
		return d.ended[len(d.ended)-1]
	}
	only := func(list []engine.Rank, want engine.Rank) bool {
		return len(list) > 0 && !slices.ContainsFunc(list, func(r engine.Rank) bool { return r != want })
	}
	w.clock.Advance(time.Hour) // the sweep of the start is due, too, and waits
	for out := step(); d.keys[len(d.keys)-1] != repo+"#1"; out = step() {
		if !only(reads, engine.Background) || out.Rank != engine.Background {
			t.Errorf("a sweep asks as %v and keeps %v", reads, out.Rank)
		}
	}
	if out := d.ended[len(d.ended)-1]; !only(writes, engine.Urgent) || out.Rank != engine.Urgent || out.Entry.Rank != engine.Urgent {
		t.Errorf("a new incident writes as %v and keeps %v", writes, out.Rank)
	}
	w.say(n, "tanaka", "/sev 3")
	if out := step(); !only(writes, engine.Urgent) || out.Rank == engine.Urgent { // it was urgent until then
		t.Errorf("a SEV3 writes as %v and keeps %v", writes, out.Rank)
	}
	w.say(n, "tanaka", "/note looking at the certificates")
	if out := step(); !only(writes, engine.Live) || out.Rank == engine.Urgent {
		t.Errorf("a note on a SEV3 writes as %v and keeps %v", writes, out.Rank)
	}
	w.say(n, "tanaka", "/sev 1")
	w.hub.Fault(fakehub.Matching(1, http.MethodPatch, "/issues/comments/", fakehub.Fault{Status: http.StatusBadGateway}))
	if out := step(); !out.Failed || out.Rank != engine.Urgent {
		t.Errorf("a SEV1 that failed keeps %v, failed %t", out.Rank, out.Failed)
	}
	w.settle() // and nothing of ours may still land
	w.say(n, "tanaka", "/resolved")
	if out := step(); !only(writes, engine.Urgent) || out.Rank == engine.Urgent {
		t.Errorf("what is over writes as %v and keeps %v", writes, out.Rank)
	}
}

// TestFailedKeepsRank: what a sweep found and failed does not go before what
// people did.
func TestFailedKeepsRank(t *testing.T) {
	d := &diary{}
	w := newWorld(t, 1, withDiary(d))
	w.settle()
	w.must(w.store.Wake(context.Background(), engine.Background, repo+"#1"))
	w.hurdle = func(*http.Request) error { return errors.New("the network is down") }
	for range 5 {
		_, _, _ = w.engine.Step(context.Background())
	}
	for i, out := range d.ended {
		if d.keys[i] == repo+"#1" && out.Failed && out.Rank > engine.Live {
			t.Errorf("it keeps %v", out.Rank)
		}
	}
}

// TestSetAside: a subject that fails again and again is tried every ten minutes, says
// so, and is tried at once when something wakes it.
func TestSetAside(t *testing.T) {
	w := newWorld(t, 1, withoutSweeps)
	n := w.night(0)
	broken := true
	w.hub.Fault(func(r *http.Request) *fakehub.Fault {
		if broken && strings.Contains(r.URL.Path, "/issues/1/comments") {
			return &fakehub.Fault{Status: http.StatusInternalServerError}
		}
		return nil
	})
	w.say(n, "tanaka", "/ack")
	w.runs = nil
	began := w.clock.Now()
	for len(w.runs) < engine.SetAsideAfter+2 {
		w.deliver()
		if worked, next, _ := w.engine.Step(context.Background()); !worked {
			_ = w.clock.Until(context.Background(), next, nil)
		}
	}
	for i, r := range w.runs {
		aside := i+1 >= engine.SetAsideAfter
		pause := r.Due.Sub(r.At)
		if r.SetAside != aside || aside != (pause >= 10*time.Minute) || r.Err == nil {
			t.Errorf("try %d: set aside %t, again after %s (%v)", i+1, r.SetAside, pause, r.Err)
		}
	}
	if took := w.runs[engine.SetAsideAfter-1].At.Sub(began); took < 3*time.Minute {
		t.Errorf("set aside after only %s", took)
	}
	w.runs = nil
	w.say(n, "suzuki", "is anybody there?")
	w.deliver()
	_, _, _ = w.engine.Step(context.Background())
	if len(w.runs) != 1 || !w.runs[0].SetAside {
		t.Errorf("woken while set aside: %+v", w.runs)
	}
	broken = false
	w.say(n, "suzuki", "hello?")
	w.settle()
	w.wants(w.status(n), "lead tanaka")
	if last := w.runs[len(w.runs)-1]; last.SetAside || last.Err != nil {
		t.Errorf("it went through, and says %+v", last)
	}
	broken = true
	w.say(n, "tanaka", "/sev 2")
	w.deliver()
	_, _, _ = w.engine.Step(context.Background())
	if last := w.runs[len(w.runs)-1]; last.Due.Sub(last.At) > 10*time.Second {
		t.Errorf("the first failure after that waits %s", last.Due.Sub(last.At))
	}
}

// limited is a GitHub that answers every look at an issue with a limit, until it
// is down.
type limited struct {
	engine.Reader
	w       *world
	guessed bool
}

func (l limited) Issue(context.Context, workflows.Subject) (workflows.Issue, error) {
	if len(l.w.runs) >= 3*engine.SetAsideAfter {
		return workflows.Issue{}, errors.New("the network is down")
	}
	return workflows.Issue{}, &engine.Later{At: l.w.own.Now().Add(time.Minute), Reason: "slow down", Guessed: l.guessed}
}

// TestLimitsSetAside: a limit that states its time is waited for however often
// it comes; one that never says how long is a failure in the end.
func TestLimitsSetAside(t *testing.T) {
	for _, guessed := range []bool{false, true} {
		w := newWorld(t, 1, withoutSweeps, func(w *world) {
			w.wire = func(c *engine.Config) { c.Reader = limited{c.Reader, w, guessed} }
		})
		w.settle()
		w.runs = nil
		w.open("sato", "[incident] checkout is blank")
		for len(w.runs) <= 3*engine.SetAsideAfter {
			w.deliver()
			if worked, next, _ := w.engine.Step(context.Background()); !worked {
				_ = w.clock.Until(context.Background(), next, nil)
			}
		}
		for i, r := range w.runs {
			if want := guessed && i+1 >= engine.SetAsideAfter; r.SetAside != want || want != (r.Due.Sub(r.At) >= 10*time.Minute) {
				t.Fatalf("guessed %t, try %d: set aside %t, again after %s", guessed, i+1, r.SetAside, r.Due.Sub(r.At))
			}
		}
	}
}

// TestRefusedSaysEnough: where GitHub refuses for good, the run says what was
// refused and why, and waits an hour.
func TestRefusedSaysEnough(t *testing.T) {
	w := newWorld(t, 1, withoutSweeps)
	w.hub.Fault(func(r *http.Request) *fakehub.Fault {
		if r.Method == http.MethodGet || strings.Contains(r.URL.Path, "access_tokens") {
			return nil
		}
		return &fakehub.Fault{Status: http.StatusForbidden, Message: "Resource not accessible by integration"}
	})
	w.settle()
	w.open("sato", "[incident] checkout is blank")
	w.settle()
	last := w.runs[len(w.runs)-1]
	if !errors.Is(last.Err, engine.ErrRefused) || last.SetAside || last.Due.Sub(last.At) < 50*time.Minute {
		t.Fatalf("%+v", last)
	}
	w.wants(last.Err.Error(), "comment status", "Resource not accessible by integration")
}

// crowd is a queue of subjects that are due, served in order, and the places
// they stand in, where a run waits until the test lets it go.
type crowd struct {
	engine.Queue
	engine.Ledger
	engine.Places

	mu     sync.Mutex
	due    []string
	claims int
	// running and most count the runs by account, now and at most.
	running, most map[string]int
	done          []string
	// hold holds the runs of an account until it is closed; with more than
	// share of them it holds none, so that a broken engine comes to an end.
	hold  map[string]chan struct{}
	share int
	began chan struct{}
	ended chan struct{}
}

func newCrowd(share int, held ...string) *crowd {
	q := &crowd{
		running: map[string]int{}, most: map[string]int{}, began: make(chan struct{}, 100), ended: make(chan struct{}, 100),
		hold: map[string]chan struct{}{}, share: share,
	}
	for _, account := range held {
		q.hold[account] = make(chan struct{})
	}
	return q
}

// work lets so many workers run until the test ends.
func (q *crowd) work(t *testing.T, workers int) *deaf {
	t.Helper()
	rules, err := engine.NewRules(nil)
	if err != nil {
		t.Fatal(err)
	}
	clk := &deaf{waiting: make(chan struct{}, 1000)}
	e := engine.New(engine.Config{Rules: rules, Places: q, Queue: q, Ledger: q, Clock: clk})
	ctx, cancel := context.WithCancel(context.Background())
	var work sync.WaitGroup
	work.Go(func() { e.Work(ctx, workers, nil) })
	t.Cleanup(func() {
		cancel()
		work.Wait()
		if clk.slept.Load() {
			t.Error("a worker waited for the time to pass, though something was due")
		}
	})
	return clk
}

func (q *crowd) add(keys ...string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.due = append(q.due, keys...)
}

func (q *crowd) Claim(_ context.Context, _ time.Duration, full []string) (engine.Claim, time.Time, bool, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.claims++
	for i, key := range q.due {
		if !slices.Contains(full, engine.Account(key)) {
			q.due = slices.Delete(q.due, i, i+1)
			return engine.Claim{Key: key}, time.Time{}, true, nil
		}
	}
	if len(q.due) > 0 { // due already, and not for us
		return engine.Claim{}, time.Unix(1, 0), false, nil
	}
	return engine.Claim{}, time.Time{}, false, nil
}

func (q *crowd) Home(_ context.Context, repo string) (engine.Home, error) {
	account := engine.Account(repo)
	q.mu.Lock()
	q.running[account]++
	q.most[account] = max(q.most[account], q.running[account])
	hold := q.hold[account]
	if q.most[account] > q.share {
		hold = nil
	}
	q.mu.Unlock()
	q.began <- struct{}{}
	if hold != nil {
		<-hold
	}
	return engine.Home{}, engine.ErrGone
}

func (q *crowd) Finish(_ context.Context, c engine.Claim, _ engine.Outcome) error {
	q.mu.Lock()
	q.running[engine.Account(c.Key)]--
	q.done = append(q.done, c.Key)
	q.mu.Unlock()
	q.ended <- struct{}{}
	return nil
}

func (q *crowd) Intents(context.Context, engine.Claim) ([]engine.Intent, error) { return nil, nil }

// deaf is a clock on which no time passes: only a bell ends a wait. Where none
// ever rings it gives up in the end, so that a broken engine is told of.
type deaf struct {
	waiting chan struct{}
	slept   atomic.Bool
}

func (*deaf) Now() time.Time { return time.Date(2026, 11, 25, 18, 0, 0, 0, time.UTC) }

func (d *deaf) Until(ctx context.Context, _ time.Time, bell <-chan struct{}) error {
	d.waiting <- struct{}{}
	giveUp := time.NewTimer(time.Minute)
	defer giveUp.Stop()
	select {
	case <-ctx.Done():
	case <-bell:
	case <-giveUp.C:
		d.slept.Store(true)
	}
	return ctx.Err()
}

// TestShares: however many subjects of one account are due, and however slow
// they are, another's are run at once.
func TestShares(t *testing.T) {
	q := newCrowd(2, "slow")
	for i := range 20 {
		q.add(fmt.Sprintf("slow/repo#%d", i+1))
	}
	for i := range 5 {
		q.add(fmt.Sprintf("quick/repo#%d", i+1))
	}
	q.work(t, 8)
	for range 5 {
		<-q.ended
	}
	for range 5 + 2 {
		<-q.began
	}
	q.mu.Lock()
	for _, key := range q.done {
		if engine.Account(key) != "quick" {
			t.Errorf("%s is done though its account is held", key)
		}
	}
	q.mu.Unlock()
	close(q.hold["slow"])
	for range 20 {
		<-q.ended
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.most["slow"] != 2 || q.most["quick"] > 2 {
		t.Errorf("at most %v at once, want 2 each", q.most)
	}
	if q.claims > 200 {
		t.Errorf("%d claims for 25 runs: somebody runs in circles", q.claims)
	}
}

// TestShareFreed: when a run ends and its worker goes on with something else,
// another that waits takes the next of that account, with no time passing and
// nothing being delivered.
func TestShareFreed(t *testing.T) {
	q := newCrowd(1, "first", "urgent")
	q.add("first/repo#1", "first/repo#2")
	clk := q.work(t, 2) // one each
	<-clk.waiting       // the second worker: the account is full
	q.mu.Lock()
	q.due = append([]string{"urgent/repo#1"}, q.due...)
	q.mu.Unlock()
	close(q.hold["first"]) // the first worker ends, and gets what is urgent
	<-q.ended
	<-q.ended
	q.mu.Lock()
	if got := fmt.Sprint(q.done); got != "[first/repo#1 first/repo#2]" {
		t.Errorf("done: %s", got)
	}
	q.mu.Unlock()
	close(q.hold["urgent"])
	<-q.ended
}
