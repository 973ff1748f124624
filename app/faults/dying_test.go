//go:build unix

package faults

import (
	"context"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
)

// TestFault01KilledBeforeTheCommit: a delivery that is not on disk is not
// answered with success, so that GitHub can be asked for it again.
func TestFault01KilledBeforeTheCommit(t *testing.T) {
	onBoth(t, func(t *town) {
		a := t.process("a")
		before := t.attempts("issues", "opened")
		written, accepted := t.delivered()
		free := t.jam()
		n := t.open(repo, "sato", "[incident] checkout is blank")
		t.soon("the delivery is sent", func() bool { now, _ := t.delivered(); return now > written })
		time.Sleep(100 * time.Millisecond) // in which it could be answered, wrongly
		a.kill()
		free()
		if _, now := t.delivered(); now != accepted {
			t.Error("it was answered with success and is not on disk")
		}
		t.soon("GitHub notes that it failed", func() bool { return len(t.attempts("issues", "opened")) > len(before) })
		a.start()
		t.rest()
		t.wants(n, `open [incident]; ours: status; 👍0 😕0; "Waiting for a responder · severity undecided"`)
		if again := t.attempts("issues", "opened"); len(again) != len(before)+2 || !again[len(again)-1].Delivery.Redelivery {
			t.Errorf("%d attempts before, %d after: it was not asked for again", len(before), len(again))
		}
		t.promises()
	})
}

// attempts are those that GitHub logged of an event.
func (t *town) attempts(event, action string) (list []fakehub.Attempt) {
	for _, a := range t.hub.DeliveryLog() {
		if a.Delivery.Event == event && a.Delivery.Action == action {
			list = append(list, a)
		}
	}
	return list
}

// TestFault02KilledAfterTheCommit: what was answered with success is done by the
// next process, though GitHub will not send it again.
func TestFault02KilledAfterTheCommit(t *testing.T) {
	onBoth(t, func(t *town) {
		a := t.process("a")
		t.quiet()
		_, accepted := t.delivered()
		free := make(chan struct{})
		a.gate.hooks(func(*exchange) bool { <-free; return false }, nil)
		n := t.open(repo, "sato", "[incident] checkout is blank")
		t.soon("the delivery is taken in", func() bool { _, now := t.delivered(); return now > accepted })
		a.kill()
		close(free)
		a.gate.hooks(nil, nil)
		a.start()
		t.until("it is done", func() bool { v, _ := t.hub.Issue(repo, n); return len(v.Comments) == 1 })
		for _, attempt := range t.attempts("issues", "opened") {
			if attempt.Delivery.Redelivery {
				t.Errorf("it was asked for again: %d", attempt.StatusCode)
			}
		}
		t.promises()
	})
}

// TestFault03KilledAroundAWrite: GitHub has done what was asked, or has not, and
// nobody is left who knows.
func TestFault03KilledAroundAWrite(t *testing.T) {
	onBoth(t, func(t *town) {
		a := t.process("a")
		for n := 1; n <= 6; n++ {
			die := atWrite(1+n/2, repo, func(*exchange) bool { a.kill(); return false })
			if n%2 == 0 {
				a.gate.hooks(die, nil)
			} else {
				a.gate.hooks(nil, die)
			}
			issue := t.tell("checkout is blank", func() { t.quiet(); a.revive() })
			t.rest() // a process that died may have used up its share of the writes
			t.wants(issue, told)
		}
		if a.kills < 6 {
			t.Errorf("only %d processes were killed", a.kills)
		}
		t.promises()
	})
}

// revive starts the process if it was killed.
func (p *process) revive() {
	if !p.up() {
		p.start()
	}
}

// TestFault22TwoReplicasRace: every delivery reaches both at the same moment.
func TestFault22TwoReplicasRace(t *testing.T) {
	onReplicas(t, func(t *town) {
		a, b := t.process("a"), t.process("b")
		t.hold(true)
		race := func() {
			done := make(chan struct{})
			deliveries := t.hub.TakeDeliveries()
			for _, d := range deliveries {
				for _, p := range []*process{a, b} {
					go func() {
						if status, err := t.deliverTo(context.Background(), p, d); status != 202 {
							t.Errorf("answered %d (%v)", status, err)
						}
						done <- struct{}{}
					}()
				}
			}
			for range 2 * len(deliveries) {
				<-done
			}
		}
		var issues []int
		for range 8 {
			issues = append(issues, t.tell("checkout is blank", race))
		}
		t.hold(false)
		t.rest()
		for _, n := range issues {
			t.wants(n, told)
		}
		for _, p := range t.all() {
			wrote := 0
			for _, e := range p.gate.seen() {
				if e.writes() {
					wrote++
				}
			}
			if wrote == 0 {
				t.Errorf("%s wrote nothing: there was no race", p.gate.name)
			}
		}
		t.promises()
	})
}

// TestFault23StoppedPastItsLease: a process is stopped after it has looked, and
// again in the middle of writing; others go on; then it wakes up with what it
// believed then.
func TestFault23StoppedPastItsLease(t *testing.T) {
	t.Parallel()
	for _, kind := range databases {
		t.Run(kind.name, func(t *testing.T) {
			t.Parallel()
			w := newTown(t, kind)
			a := w.process("a")
			// Patience, so that what it is stopped in does not fail for taking long.
			a.orders.Timeout = 20 * time.Second
			w.settleIn("a")
			n := w.open(repo, "sato", "[incident] checkout is blank")
			w.quiet()
			others := &process{}
			if kind.replicas {
				others = w.process("b")
				others.orders.Timeout = a.orders.Timeout
			}
			for i, at := range []string{"GET .*/" + repo + "/issues/.*/comments", "POST .*/reactions", "PATCH .*/comments"} {
				a.gate.hooks(nil, atExchange(1, at, func(*exchange) bool { a.signal(syscall.SIGSTOP); return true }))
				w.say(repo, n, "tanaka", "/ack")
				w.soon("it is stopped", func() bool { return !a.up() })
				if kind.replicas {
					others.resume()
					w.soon("the other one is ready", func() bool { code, _ := others.get("/readyz"); return code == http.StatusOK })
				}
				w.pass(5 * time.Minute)
				w.quiet()
				w.say(repo, n, "tanaka", []string{"/sev 1", "/sev 3", "/sev 3"}[i])
				w.settle()
				others.signal(syscall.SIGSTOP) // so that only what is stale moves, and the next stop finds a at work
				a.signal(syscall.SIGCONT)
				w.quiet()
				w.pass(5 * time.Minute)
				w.quiet()
			}
			a.gate.hooks(nil, nil)
			others.signal(syscall.SIGCONT)
			w.say(repo, n, "tanaka", "/resolved")
			w.rest()
			w.wants(n, `closed completed [incident sev3]; ours: incident.resolved, status; 👍7 😕0; "Resolved · SEV3 · lead tanaka"`)
			w.promises()
		})
	}
}

// resume starts a process, or lets it go on if it was stopped.
func (p *process) resume() {
	if !p.signal(syscall.SIGCONT) {
		p.start()
	}
}

// TestFault11TwoApps: on SQLite a second server is refused clearly, whatever App
// it is; on PostgreSQL two Apps, which GitHub gives the same delivery ids, share
// a database and neither touches what is the other's.
func TestFault11TwoApps(t *testing.T) {
	onBoth(t, func(t *town) {
		other := t.kind
		other.make = func(*testing.T) string { return t.url }
		second := newTown(t.T, other, func(o *fakehub.Options) { o.App.ID = 8 })
		if !t.kind.replicas {
			err := second.process("second").launch()
			if err == nil || !strings.Contains(err.Error(), "in use by another process") || !strings.Contains(err.Error(), "KINTSUGI_DATABASE_URL") {
				t.Errorf("a second server on one file: %v", err)
			}
			t.promises()
			return
		}
		second.settleIn("second")
		both := []*town{t, second}
		var issues [2][]int
		for range 3 {
			for i, w := range both {
				issues[i] = append(issues[i], w.tell("checkout is blank", func() { t.quiet(); second.quiet() }))
			}
			for _, w := range both { // a start of one voids nothing of the other's
				p := w.all()[0]
				p.kill()
				p.start()
			}
			for _, w := range both {
				w.restFor(2 * time.Minute)
			}
		}
		for i, w := range both {
			w.rest()
			for _, n := range issues[i] {
				w.wants(n, told)
			}
		}
		shared := column(t, t.look(), `SELECT guid FROM deliveries GROUP BY guid HAVING count(DISTINCT app) = 2`)
		if len(shared) == 0 {
			t.Error("no delivery had the same id for both: this shows nothing")
		}
		t.promises()
		second.promises()
	})
}
