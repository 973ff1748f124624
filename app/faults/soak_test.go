//go:build unix

package faults

import (
	"math/rand/v2"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
)

// plots are the stories of the soak: who writes what, or closes. Sato may not do
// what he tries.
var plots = [][]string{
	{"tanaka /ack", "tanaka /sev 2", "tanaka /resolved"},
	{"suzuki /sev 1", "tanaka /ack", "tanaka /started 20m ago", "tanaka /mitigated"},
	{"sato /resolved", "tanaka /ack", "sato looking", "suzuki /false-alarm"},
	{"tanaka /ack\n/sev 3", "tanaka /resolvd", "suzuki closes"},
	{"tanaka /ack", "tanaka /resolved", "suzuki /note it is the cache", "suzuki /sev 2"},
}

// TestSoak kills processes at points chosen by a seed, over and over, while
// several stories are told at once and GitHub is not at its best: lists lag,
// answers are lost, deliveries fail while nobody is up. Each story ends as if
// nothing had happened, and the promises hold at the end. KINTSUGI_SOAK_KILLS
// says how many.
func TestSoak(t *testing.T) {
	kills := 20
	switch n, err := strconv.Atoi(os.Getenv("KINTSUGI_SOAK_KILLS")); {
	case err == nil:
		kills = n
	case testing.Short():
		kills = 6
	case os.Getenv("KINTSUGI_TEST_ALL") == "1":
		kills = 60
	}
	t.Parallel()
	for _, kind := range databases {
		t.Run(kind.name, func(t *testing.T) {
			t.Parallel()
			r := chance(t)
			ends := undisturbed(t)
			w := newTown(t, kind)
			w.hub.LagLists(time.Second, 0.2)
			w.settleIn("a")
			if kind.replicas {
				w.process("b").start()
			}
			began, rounds := time.Now(), 0
			for ; w.kills() < (kills+1)/len(databases) && !t.Failed(); rounds++ {
				w.soak(r, ends)
			}
			t.Logf("%d processes were killed in %d rounds and %s; KINTSUGI_SEED=%d", w.kills(), rounds, time.Since(began).Round(time.Second), seed())
			w.hub.LagLists(0, 0)
			w.promises()
		})
	}
}

func (t *town) kills() (n int) {
	for _, p := range t.all() {
		p.mu.Lock()
		n += p.kills
		p.mu.Unlock()
	}
	return n
}

// undisturbed is how each plot ends where nothing goes wrong.
func undisturbed(t *testing.T) (ends []string) {
	w := newTown(t, sqlite)
	w.settleIn("a")
	for _, plot := range plots {
		n := w.open(repo, "sato", "[incident] undisturbed")
		w.settle()
		for _, step := range plot {
			w.act(n, step)
			w.settle()
		}
		w.restFor(5 * time.Minute)
		ends = append(ends, w.summary(repo, n))
	}
	w.process("a").kill()
	return ends
}

func (t *town) act(n int, step string) {
	t.Helper()
	who, what, _ := strings.Cut(step, " ")
	if what == "closes" {
		t.must(t.hub.Close(repo, n, who, "completed"))
		return
	}
	t.say(repo, n, who, what)
}

// soak is one round: several stories at once, their steps in a random order, and
// processes that die all the while.
func (t *town) soak(r *rand.Rand, ends []string) {
	t.Helper()
	// GitHub's own trouble is of a seed of its own, for its requests come in
	// whatever order the machine has.
	var mu sync.Mutex
	trouble := rand.New(rand.NewPCG(r.Uint64(), 1))
	remove := t.hub.Fault(func(req *http.Request) *fakehub.Fault {
		mu.Lock()
		defer mu.Unlock()
		return mishap(trouble, req)
	})
	told := map[int]int{} // issue to plot
	var left []func()
	for range 4 {
		plot := r.IntN(len(plots))
		n := t.open(repo, "sato", "[incident] soak")
		told[n] = plot
		var rest []string
		step := func() { t.act(n, rest[0]); rest = rest[1:] }
		for range plots[plot] {
			left = append(left, step)
		}
		rest = plots[plot]
	}
	r.Shuffle(len(left), func(i, j int) { left[i], left[j] = left[j], left[i] })
	for _, step := range left {
		step()
		for _, p := range t.all() {
			if r.IntN(3) > 0 {
				t.doom(r, p)
			}
		}
		time.Sleep(time.Duration(r.IntN(30)) * time.Millisecond)
		t.pass(time.Duration(1+r.IntN(8)) * time.Second)
		time.Sleep(time.Duration(r.IntN(30)) * time.Millisecond)
		for _, p := range t.all() {
			p.revive()
		}
	}
	remove()
	for _, p := range t.all() {
		p.gate.hooks(nil, nil)
		p.revive()
	}
	wrong := ""
	t.until("the stories end", func() bool {
		wrong = ""
		for n, plot := range told {
			if got := t.summary(repo, n); got != ends[plot] {
				wrong = "#" + strconv.Itoa(n) + "\ngot  " + got + "\nwant " + ends[plot]
			}
		}
		return wrong == ""
	}, func() string { return wrong })
}

// doom kills a process at once, or around one of its next requests.
func (t *town) doom(r *rand.Rand, p *process) {
	die := atExchange(1+r.IntN(12), "", func(*exchange) bool { p.kill(); return false })
	switch r.IntN(3) {
	case 0:
		p.kill()
	case 1:
		p.gate.hooks(die, nil)
	case 2:
		p.gate.hooks(nil, die)
	}
}

// mishap is what goes wrong at GitHub with one request in thirty.
func mishap(r *rand.Rand, req *http.Request) *fakehub.Fault {
	if !strings.Contains(req.URL.Path, "/repos/") {
		return nil
	}
	switch write := req.Method != http.MethodGet; r.IntN(120) {
	case 0:
		return &fakehub.Fault{Status: http.StatusBadGateway}
	case 1:
		return &fakehub.Fault{DropRequest: true}
	case 2:
		return &fakehub.Fault{DropAnswer: true}
	case 3:
		if write {
			return &fakehub.Fault{LandAfter: time.Duration(r.IntN(3000)) * time.Millisecond}
		}
	}
	return nil
}
