//go:build unix

package faults

import (
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
)

// TestFault13Clock: a process's clock is ten minutes off GitHub's and its
// neighbour's, either way, and jumps in the middle of the story.
func TestFault13Clock(t *testing.T) {
	const off = 10 * time.Minute
	onBoth(t, func(t *town) {
		a := t.process("a")
		if t.kind.replicas {
			t.process("b").start()
		}
		var issues []int
		for _, way := range [][]time.Duration{{off, off}, {-off, -off}, {0, off}, {off, 0}, {-off, off}, {off, -off}, {0, 0}} {
			t.misset(a, way[0])
			issues = append(issues, t.tell("checkout is blank", func() {
				t.quiet()
				t.misset(a, way[1])
				t.quiet()
				t.pass(5 * time.Second)
				t.misset(a, way[0])
			}))
			t.restFor(15 * time.Minute)
		}
		for _, n := range issues {
			t.wants(n, told)
		}
		t.promises()
	})
}

// TestFault13MachineClock: the machine's clock, by which the App signs, is off
// GitHub's.
func TestFault13MachineClock(t *testing.T) {
	for name, skew := range map[string]time.Duration{"ahead": 10 * time.Minute, "behind": -10 * time.Minute} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newTown(t, sqlite, func(o *fakehub.Options) { o.Skew = skew })
			w.settleIn("a")
			n := w.tell("checkout is blank", func() { w.quiet() })
			w.rest()
			w.wants(n, told)
			w.promises()
		})
	}
}

// TestFault24Down: nobody is up for two hours, so that GitHub's log still has
// what was missed; or for four days, so that only the issues tell. People are
// called once.
func TestFault24Down(t *testing.T) {
	for name, down := range map[string]time.Duration{"two hours": 2 * time.Hour, "four days": 94 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			onBoth(t, func(t *town) {
				a := t.process("a")
				begun := t.open(repo, "sato", "[incident] begun before")
				t.quiet()
				a.kill()
				meanwhile := t.open(repo, "sato", "[incident] opened meanwhile")
				for _, body := range []string{"/ack", "/sev 2", "/resolved"} {
					t.say(repo, begun, "tanaka", body)
					t.post()
					t.pass(down / 4)
				}
				late := t.open(repo, "sato", "[incident] opened late")
				t.post()
				t.pass(down / 4)
				a.start()
				t.rest()
				t.wants(begun, told)
				for _, n := range []int{meanwhile, late} {
					t.wants(n, `open [incident]; ours: status; 👍0 😕0; "Waiting for a responder · severity undecided"`)
					called := 0
					for _, m := range t.hub.Mentions() {
						if m.ByApp && m.Issue == n && m.Repo == repo {
							called++
						}
					}
					if called != 2 {
						t.Errorf("#%d: %d people were called, want two, once each", n, called)
					}
				}
				again := 0
				for _, attempt := range t.hub.DeliveryLog() {
					if attempt.Delivery.Redelivery {
						again++
					}
				}
				if down < 72*time.Hour && again < 5 {
					t.Errorf("only %d deliveries were asked for again", again)
				}
				t.promises()
			})
		})
	}
}
