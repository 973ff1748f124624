package engine_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
)

// step is one thing a person does, at a time of its own, so that two tellings
// of a story have the same facts.
type step struct {
	at   time.Duration
	what string
	do   func(w *world, n int) error
}

// tellStory makes a random story of one issue from a seed. Commands may come in
// bursts; gestures, and what must not overtake, stand alone with half an hour
// of rest before and after.
func tellStory(seed uint64) []step {
	r := rand.New(rand.NewPCG(seed, 1))
	var steps []step
	at := time.Duration(0)
	add := func(what string, do func(w *world, n int) error) {
		steps = append(steps, step{at: at, what: what, do: do})
	}
	rest := func() { at += 30 * time.Minute }
	say := func(by, body string) {
		add(by+": "+body, func(w *world, n int) error {
			_, err := w.hub.Comment(repo, n, by, body)
			return err
		})
	}
	people := []string{"sato", "tanaka", "suzuki", "yamamoto"}
	commands := []string{
		"/ack", "/sev 1", "/sev 2", "/sev 3", "/重大度 2", "/started 20m ago", "/detected 10分前", "/mitigated", "/note it is the cache",
		"／影響収束", "/sev banana", "/resolvd", "looking", "thanks\n/note two\n/sev 2", "`/resolved`", "> /resolved", "/help", "/started 2099-01-01 00:00",
	}
	rest()
	for range 2 + r.IntN(5) {
		switch k := r.IntN(10); {
		case k < 5:
			for range 1 + r.IntN(4) {
				say(people[r.IntN(len(people))], commands[r.IntN(len(commands))])
				at += time.Duration(r.IntN(4)) * time.Second
			}
		case k == 5:
			say([]string{"tanaka", "suzuki"}[r.IntN(2)], "/resolved")
		case k == 6:
			reason, by := []string{"completed", "not_planned"}[r.IntN(2)], people[r.IntN(len(people))]
			add(by+" closes as "+reason, func(w *world, n int) error { return w.hub.Close(repo, n, by, reason) })
		case k == 7:
			by := people[1+r.IntN(3)]
			add(by+" reopens", func(w *world, n int) error { return w.hub.Reopen(repo, n, by) })
		case k == 8:
			add("suzuki takes the label off", func(w *world, n int) error { return w.hub.Unlabel(repo, n, "suzuki", "incident") })
		case k == 9:
			by := people[r.IntN(2)]
			say(by, "/false-alarm")
		}
		rest()
	}
	return steps
}

var origin = time.Date(2026, 11, 25, 19, 0, 0, 0, time.UTC)

// tell plays a story and returns what is left at rest.
func tell(t testing.TB, seed uint64, options []worldOption, chaos func(*world, *rand.Rand) *disorder) (visible string, mentions int) {
	w := newWorld(t, seed, options...)
	defer func() { _ = w.store.Close() }()
	d := &disorder{w: w}
	if chaos != nil {
		d = chaos(w, rand.New(rand.NewPCG(seed, 2)))
	}
	d.until(origin)
	n := w.open("sato", "[incident] checkout is blank")
	for _, s := range tellStory(seed) {
		d.until(origin.Add(s.at))
		if err := s.do(w, n); err != nil && fakehub.Status(err) == 0 {
			t.Fatalf("%s: %v", s.what, err)
		}
	}
	d.until(w.clock.Now().Add(30 * time.Minute))
	d.heal()
	d.until(w.clock.Now().Add(40 * time.Minute)) // a clock that went back waits longer
	for range 3 {
		w.must(w.store.Wake(context.Background(), engine.Background, engine.SweepKey(w.install)))
		w.settle()
	}
	timed := w.timed(n)
	for _, m := range w.hub.Mentions() {
		if m.ByApp && !timed[m.Comment] {
			mentions++
		}
	}
	return w.withReports(settled(w, n)), mentions
}

// withReports shows, beside an incident, the issues that the App opened for it and
// that are still open. Their numbers may differ, where one was opened twice.
func (w *world) withReports(visible string) string {
	_, open := w.reported()
	for _, n := range open {
		visible = strings.ReplaceAll(visible, fmt.Sprintf("#%d", n), "#N") + "\n=== a report\n" + settled(w, n)
	}
	return visible
}

// timed are the comments that the passing of time brings about: a reminder to a
// silent lead, a severity that rose and stands. Whether one was due depends on
// when, and by which clock, we were there to see that nothing had happened, which
// is no fact of GitHub's: what is overtaken is not made up for.
func (w *world) timed(n int) map[int64]bool {
	found := map[int64]bool{}
	for _, c := range w.issue(n).Comments {
		found[c.ID] = isTimed.MatchString(c.Body)
	}
	return found
}

var isTimed = regexp.MustCompile(`<!-- kintsugi:incident\.(?:update|raised)\.`)

var ids = regexp.MustCompile(`#(issuecomment|event)-\d+`)

// settled is the visible state without ids, the comments in an order of their
// own, because ours may be made in another.
func settled(w *world, n int) string {
	head, rest, _ := strings.Cut(w.visible(n), "--- ")
	parts := strings.Split(ids.ReplaceAllString(rest, "#$1"), "\n--- ")
	parts = slices.DeleteFunc(parts, func(p string) bool { return isTimed.MatchString(p) })
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	slices.Sort(parts)
	return head + strings.Join(parts, "\n--- ")
}

// disorder is what happens between the steps of a story. Without chance in it,
// everything is delivered at once and in order.
type disorder struct {
	w    *world
	r    *rand.Rand
	held []fakehub.Delivery
	// calm ends all trouble; dead is true while a step has not come to its end.
	calm, dead bool
	// created is when the App last tried to create something.
	created time.Time
}

// jump makes the App's clock ten minutes wrong, or right again, in the middle of
// whatever it does. The one thing that a jump can break is the wait before a
// create whose fate is open is tried again, and so people may be called twice:
// docs/reliability.md says so, and the clock does not jump ahead just then.
func (d *disorder) jump() {
	const most = 10 * time.Minute
	next := time.Duration(d.r.IntN(3)-1) * most
	open := d.w.hub.LateWrites() > 0 || d.w.clock.Now().Sub(d.created) < time.Minute
	if next <= d.w.own.offset || !open {
		d.w.own.offset = next
	}
}

// until runs the world up to a moment.
func (d *disorder) until(end time.Time) {
	w := d.w
	for w.clock.Now().Before(end) {
		d.deliver()
		worked, next := d.step()
		if worked {
			continue
		}
		pause := end
		if due := next.Add(-w.own.offset); !next.IsZero() && due.Before(pause) {
			pause = due
		}
		if len(d.held) > 0 || w.hub.LateWrites() > 0 {
			pause = earlier(pause, w.clock.Now().Add(time.Second))
		}
		_ = w.clock.Until(context.Background(), pause, nil)
		_ = w.hub.LateWrites()
	}
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// step runs one subject in a goroutine of its own, which a crash ends without
// running anything more of the program; the next process then starts.
func (d *disorder) step() (worked bool, next time.Time) {
	var err error
	var wg sync.WaitGroup
	d.dead = true
	wg.Go(func() {
		worked, next, err = d.w.engine.Step(context.Background())
		d.dead = false
	})
	wg.Wait()
	if d.dead {
		d.restart()
		return true, time.Time{}
	}
	if err != nil {
		d.w.t.Fatal(err)
	}
	return worked, next
}

func (d *disorder) restart() {
	if d.r.IntN(3) == 0 {
		_ = d.w.store.Close()
		for _, suffix := range []string{"", "-wal", "-shm"} {
			_ = os.Remove(d.w.database + suffix)
		}
	}
	calm := d.calm
	d.calm = true // a start that fails is tried again, until it does not
	d.w.start()
	d.w.must(d.w.engine.Start(context.Background()))
	d.calm = calm
}

// deliver hands over deliveries: each may be lost, doubled, or held back.
func (d *disorder) deliver() {
	batch := append(d.held, d.w.hub.TakeDeliveries()...)
	d.held = nil
	if d.r == nil || d.calm {
		for _, one := range batch {
			d.w.send(one)
		}
		return
	}
	d.r.Shuffle(len(batch), func(i, j int) { batch[i], batch[j] = batch[j], batch[i] })
	for _, one := range batch {
		switch d.r.IntN(10) {
		case 0, 1:
			d.w.hub.Lose(one)
		case 2:
			d.w.send(one)
			d.w.send(one)
		case 3, 4:
			d.held = append(d.held, one)
		default:
			d.w.send(one)
		}
	}
}

// heal ends all trouble.
func (d *disorder) heal() {
	d.calm = true
	d.w.hub.LagLists(0, 0)
	d.w.hurdle = nil
}

// trouble is the full disorder: lost answers, late writes, errors, lagging
// lists, crashes before and after any call, the store kept or wiped, a clock that
// jumps.
func trouble(w *world, r *rand.Rand) *disorder {
	d := &disorder{w: w, r: r}
	w.hub.LagLists(3*time.Second, 0.3)
	w.hub.Fault(func(req *http.Request) *fakehub.Fault {
		if d.calm || r.IntN(100) >= 6 {
			return nil
		}
		write := req.Method != http.MethodGet
		switch r.IntN(6) {
		case 0:
			return &fakehub.Fault{Status: http.StatusBadGateway}
		case 1:
			return &fakehub.Fault{DropRequest: true}
		case 2:
			return &fakehub.Fault{DropAnswer: true}
		case 3:
			if write {
				return &fakehub.Fault{LandAfter: time.Duration(1+r.IntN(9)) * time.Second}
			}
			return &fakehub.Fault{DropAnswer: true}
		case 4:
			return &fakehub.Fault{Status: http.StatusTooManyRequests, Header: map[string]string{"Retry-After": strconv.Itoa(1 + r.IntN(30))}}
		default:
			return &fakehub.Fault{Status: http.StatusInternalServerError}
		}
	})
	w.hurdle = func(req *http.Request) error {
		if req.Method == http.MethodPost && strings.HasSuffix(req.URL.Path, "/comments") || opensIssue(req) {
			d.created = w.clock.Now()
		}
		if !d.calm && r.IntN(100) < 2 {
			d.jump()
		}
		if d.calm || r.IntN(100) >= 3 {
			return nil
		}
		if r.IntN(2) == 0 {
			if resp, err := w.hub.Transport().RoundTrip(req); err == nil {
				_ = resp.Body.Close()
			}
		}
		runtime.Goexit() // the process dies here
		return errors.New("unreachable")
	}
	return d
}

// TestStories: whatever happens to deliveries, answers, lists and processes,
// the same facts end in the same state. KINTSUGI_STORIES says how many, and
// KINTSUGI_SEED tells one of them again.
func TestStories(t *testing.T) {
	count, first := 24, uint64(1)
	switch {
	case testing.Short():
		count = 8
	case os.Getenv("KINTSUGI_TEST_LONG") == "1":
		count = 2000
	case os.Getenv("KINTSUGI_TEST_ALL") == "1":
		count = 160
	}
	if n, err := strconv.Atoi(os.Getenv("KINTSUGI_STORIES")); err == nil {
		count = n
	}
	if n, err := strconv.ParseUint(os.Getenv("KINTSUGI_SEED"), 10, 64); err == nil {
		first, count = n, 1
	}
	workers := runtime.GOMAXPROCS(0)
	for worker := range workers {
		t.Run(fmt.Sprint(worker), func(t *testing.T) {
			t.Parallel()
			for i := worker; i < count && !t.Failed(); i += workers {
				compareStory(t, first+uint64(i))
			}
		})
	}
}

func compareStory(t *testing.T, seed uint64) {
	var options []worldOption
	if seed%4 == 0 { // in some there is more to be made than comments
		options = []worldOption{withReports}
	}
	want, wantMentions := tell(t, seed, options, nil)
	got, mentions := tell(t, seed, append(options, inFile(t)), trouble)
	if got == want && mentions == wantMentions {
		return
	}
	var story []string
	for _, s := range tellStory(seed) {
		story = append(story, fmt.Sprintf("%s %s", s.at, strings.ReplaceAll(s.what, "\n", " ⏎ ")))
	}
	t.Errorf("seed %d (KINTSUGI_SEED=%d tells it again)\n%s\nmentions: %d in order, %d in disorder\nin order (-), in disorder (+):\n%s",
		seed, seed, strings.Join(story, "\n"), wantMentions, mentions, cmp.Diff(strings.Split(want, "\n"), strings.Split(got, "\n")))
}
