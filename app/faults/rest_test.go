//go:build unix

package faults

import "time"

// quiet returns once everything that is due has been done, or false where
// nothing more happens although not everything is done, because it waits for
// time to pass.
func (t *town) quiet() bool {
	t.Helper()
	last, since := -1, time.Now()
	for deadline := time.Now().Add(2 * time.Minute); time.Now().Before(deadline); time.Sleep(4 * time.Millisecond) {
		sent := t.post()
		resting, exchanges, active := true, 0, 0
		for _, p := range t.all() {
			n, under := p.gate.busy()
			exchanges, active = exchanges+n, active+under
			resting = resting && (!p.up() || p.ask("resting?") == "true")
		}
		switch {
		case sent > 0 || exchanges != last || active > 0:
			last, since = exchanges, time.Now()
		case resting && t.post() == 0: // what the last write of all announced was under way
			return true
		case time.Since(since) > 100*time.Millisecond:
			return false
		}
	}
	t.Fatal("two minutes have passed, and it is not quiet")
	return false
}

// settle has everything done that is due now or in a while, because of our own
// limits on writing.
func (t *town) settle() {
	t.Helper()
	t.quiet()
	t.pass(30 * time.Second)
	t.quiet()
}

// restFor is longer than every wait that is no limit of GitHub's.
const restFor = 25 * time.Minute

// rest lets so much time pass that whatever is to happen has happened.
func (t *town) rest() { t.Helper(); t.restFor(restFor) }

func (t *town) restFor(d time.Duration) {
	t.Helper()
	step, last := shortStep, 0
	for end := t.clock.Now().Add(d); t.clock.Now().Before(end); {
		quiet, now := t.quiet(), 0
		for _, p := range t.all() {
			n, _ := p.gate.busy()
			now += n
		}
		switch {
		case !quiet: // somebody waits, for a lease to end or an answer
			step = 3 * time.Second
		case now != last:
			step = shortStep
		default: // the longer nothing happens, the less there is to miss
			step = min(2*step, longStep)
		}
		last = now
		t.pass(step)
	}
	t.calm()
}

// calm lets so much time pass that everything which is due has been done: a worker that was
// slow may have lost its lease, and another one waits for that to end.
func (t *town) calm() {
	t.Helper()
	for range 100 {
		if t.quiet() {
			return
		}
		t.pass(3 * time.Second)
	}
	t.Fatal("it does not come to rest")
}

// How much time passes at once while nothing is due.
const (
	shortStep = 15 * time.Second
	longStep  = 4 * time.Minute
)

// until lets time pass until something holds; why says what is missing.
func (t *town) until(what string, holds func() bool, why ...func() string) {
	t.Helper()
	for range 300 {
		t.quiet()
		if holds() {
			return
		}
		t.pass(3 * time.Second)
	}
	for _, tell := range why {
		t.Log(tell())
	}
	t.Fatalf("%s: did not happen", what)
}

// soon waits for something that needs no time to pass on the town's clock.
func (t *town) soon(what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !holds(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s: did not happen", what)
		}
	}
}
