package engine_test

import (
	"fmt"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
)

// withinLimits holds the world to GitHub's limits on content.
func withinLimits(w *world) { w.limited = true }

// stated reads until when the issues are being made, in Tokyo.
var stated = regexp.MustCompile(`(\d+) issues are being made, until about (\d\d:\d\d)`)

// making is an estimate of a postmortem: when it was stated, and for when.
type making struct{ at, until time.Time }

// watched runs the world until it rests, for as long as it takes, and tells what was
// estimated on each postmortem, and when the last of its issues was made.
func (w *world) watched(postmortems ...int) (estimates map[int][]making, done map[int]time.Time) {
	w.t.Helper()
	estimates, done = map[int][]making{}, map[int]time.Time{}
	said := map[int]string{}
	for range 2_000 {
		w.deliver()
		worked, next, err := w.engine.Step(w.t.Context())
		w.must(err)
		now := w.clock.Now()
		for _, m := range postmortems {
			if found := stated.FindStringSubmatch(w.status(m)); found != nil && found[0] != said[m] {
				said[m] = found[0]
				day, err := time.ParseInLocation("2006-01-02 15:04", now.In(tokyo).Format("2006-01-02 ")+found[2], tokyo)
				w.must(err)
				estimates[m] = append(estimates[m], making{now, day})
			}
			if done[m].IsZero() && w.list(m) != "" {
				done[m] = now
			}
		}
		if len(done) == len(postmortems) {
			return estimates, done
		}
		if soon := now.Add(time.Minute); !worked && (next.IsZero() || next.After(soon)) {
			next = soon
		}
		if !worked {
			_ = w.own.Until(w.t.Context(), next, nil)
		}
	}
	w.t.Fatalf("not done after hours: %v\n%v", done, w.failures())
	return nil, nil
}

var tokyo = time.FixedZone("JST", 9*60*60)

// wantsEstimates holds what was last stated to a factor of two, which is: what was
// left then took no less than half and no more than twice as long.
func (w *world) wantsEstimates(m int, all []making, done time.Time) {
	w.t.Helper()
	if len(all) == 0 {
		w.t.Errorf("#%d: nothing was estimated", m)
		return
	}
	last := all[len(all)-1]
	if stated, took := last.until.Sub(last.at), done.Sub(last.at); took > 2*stated || stated > 2*took+time.Minute {
		w.t.Errorf("#%d: stated were %s, and it took %s (%d estimates)", m, stated, took, len(all))
	}
}

// TestThreeHundredFollowUps: three hundred items become issues within GitHub's
// limits, in about the time that was stated.
func TestThreeHundredFollowUps(t *testing.T) {
	if testing.Short() {
		t.Skip("long, and in one thread: nothing for the race detector")
	}
	t.Parallel()
	w := newWorld(t, 2, withFollowUps, withoutSweeps, withinLimits)
	w.hub.PutFile(repo, ".github/kintsugi.yml", followUpSettings)
	m := w.accepted(items(300))
	began := w.clock.Now()
	estimates, done := w.watched(m)
	if got := w.openItems(repo); len(got) != 300 || len(slices.Compact(got)) != 300 {
		t.Errorf("%d issues", len(got))
	}
	if c := w.hub.Counts(); c.Limited != 0 {
		t.Errorf("GitHub refused %d times for its limits", c.Limited)
	}
	w.wantsEstimates(m, estimates[m], done[m])
	t.Logf("%s, estimated %v", done[m].Sub(began), estimates[m])
	w.clock.Advance(24 * time.Hour) // and it is looked after like any other
	w.must(w.hub.Close(repo, m+1, "suzuki", "completed"))
	w.settle()
	w.wants(w.list(m), "1 of 300 done")
}

// TestManyPostmortems: where many are accepted at once, the issues of the worst come
// first.
func TestManyPostmortems(t *testing.T) {
	if testing.Short() {
		t.Skip("long, and in one thread: nothing for the race detector")
	}
	t.Parallel()
	w := newWorld(t, 2, withFollowUps, withoutSweeps, withinLimits)
	w.hub.PutFile(repo, ".github/kintsugi.yml", followUpSettings)
	severity := map[int]int{}
	var all []int
	for i := range 15 {
		n := w.open("tanaka", "[incident] checkout is blank")
		w.settle()
		w.say(n, "tanaka", fmt.Sprintf("/ack\n/sev %d\n/started 10m ago", 4-i%4))
		w.settle()
		m, err := w.hub.OpenIssue(repo, "yamamoto", fakehub.NewIssue{Title: "[postmortem] Checkout was blank", Body: fmt.Sprintf("Incident: #%d\n\n", n) + items(20)})
		w.must(err)
		w.settle()
		severity[m] = 4 - i%4
		all = append(all, m)
	}
	for _, m := range all {
		w.say(m, "suzuki", "/approve")
	}
	began := w.clock.Now()
	estimates, done := w.watched(all...)
	if c := w.hub.Counts(); c.Limited != 0 {
		t.Errorf("GitHub refused %d times for its limits", c.Limited)
	}
	for _, m := range all {
		t.Logf("#%d SEV%d done after %s, estimates %v", m, severity[m], done[m].Sub(began), estimates[m])
		w.wantsEstimates(m, estimates[m], done[m])
		for _, other := range all {
			told := estimates[m][0].at // before which nothing can wait for it
			if severity[m] < severity[other] && done[other].Before(done[m]) && done[other].Sub(told) > 30*time.Second {
				t.Errorf("#%d of SEV%d came before #%d of SEV%d", other, severity[other], m, severity[m])
			}
		}
	}
}
