package conformance

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/app/store"
)

// story is one random sequence of steps, each taken by the store and by the
// model.
type story struct {
	model
	s   Store
	clk *hand
	// run is a prefix of its own for the names of a story.
	run string
}

var background = context.Background()

func (st *story) key(t *rapid.T, label string) string {
	name := rapid.SampledFrom([]string{"acme/a", "acme/b", "bird/c"}).Draw(t, label)
	return st.run[:len(st.run)-1] + name
}

func (st *story) keys(t *rapid.T) []string {
	n := rapid.IntRange(0, 2).Draw(t, "how many")
	keys := make([]string, 0, n)
	for range n {
		keys = append(keys, st.key(t, "key"))
	}
	return keys
}

func rank(t *rapid.T) engine.Rank {
	return engine.Rank(rapid.IntRange(int(engine.Background), int(engine.Urgent)).Draw(t, "rank"))
}

// anyClaim draws one of all claims, most of them lost, as the model's number.
func (st *story) anyClaim(t *rapid.T) int {
	if len(st.claims) == 0 {
		t.Skip("no claim yet")
	}
	return rapid.IntRange(max(1, len(st.claims)-3), len(st.claims)).Draw(t, "claim")
}

func must(t *rapid.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func same(t *rapid.T, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("%s (-model +store):\n%s", what, diff)
	}
}

// fenced expects success from a holder and ErrLeaseLost from everybody else.
func (st *story) fenced(t *rapid.T, n int, err error) (holds bool) {
	t.Helper()
	if !st.holds(n) {
		if !errors.Is(err, engine.ErrLeaseLost) {
			t.Fatalf("claim %d was lost, yet the answer is %v", n, err)
		}
		return false
	}
	must(t, err)
	return true
}

func (st *story) wakes(t *rapid.T) {
	keys, rank := st.keys(t), rank(t)
	must(t, st.s.Wake(background, rank, keys...))
	for _, key := range keys {
		st.wake(rank, key, 0)
	}
}

func (st *story) intakes(t *rapid.T) {
	guid := st.run + fmt.Sprint(rapid.IntRange(1, 9).Draw(t, "guid"))
	w := store.Wake{Key: st.key(t, "key"), Comment: int64(rapid.IntRange(0, 5).Draw(t, "comment"))}
	tells := rapid.Bool().Draw(t, "tells")
	if tells {
		told := st.telling(t, w.Key)
		w.Comment, w.Due, w.Teller = 0, told.Due, told.Subject
	}
	d := store.Delivery{GUID: guid, Payload: []byte(guid), ReceivedAt: st.now}
	fresh, err := st.s.Intake(background, d, []store.Wake{w})
	must(t, err)
	known := slices.ContainsFunc(st.seen, func(a arrival) bool { return a.guid == guid })
	same(t, "fresh", fresh, !known)
	switch {
	case !fresh:
	case tells:
		st.seen = append(st.seen, arrival{guid, w.Key, st.tell(engine.Live, w.Key, w.Teller, w.Due)})
	default:
		st.seen = append(st.seen, arrival{guid, w.Key, st.wake(engine.Live, w.Key, w.Comment)})
	}
}

// telling is one by a subject or, of an event, by nobody.
func (st *story) telling(t *rapid.T, key string) engine.Telling {
	return engine.Telling{
		Aggregate: key, Subject: rapid.SampledFrom([]string{"x#1", "y#2", ""}).Draw(t, "teller"),
		Due: ms(st.now).Add(time.Duration(rapid.IntRange(0, 20).Draw(t, "tell in")) * time.Second),
	}
}

func (st *story) claimsOne(t *rapid.T) {
	lease := time.Duration(rapid.IntRange(1, 20).Draw(t, "lease")) * time.Second
	var full []string
	if rapid.IntRange(0, 3).Draw(t, "full") == 0 {
		full = []string{"nobody", engine.Account(st.key(t, "full"))}
	}
	got, next, ok, err := st.s.Claim(background, lease, full)
	must(t, err)
	key, wantNext := st.claimable(full)
	same(t, "claimed", got.Key, key)
	same(t, "ok", ok, key != "")
	same(t, "next", next, wantNext)
	if !ok {
		return
	}
	for _, old := range st.claims {
		if old.Key == key && old.Epoch >= got.Epoch {
			t.Fatalf("epoch %d was given out after %d", got.Epoch, old.Epoch)
		}
	}
	r := st.rows[key]
	st.claims = append(st.claims, got)
	unfinished := r.holder != 0 // its lease ran out, and nobody finished
	if unfinished {
		r.attempts++
	}
	r.holder, r.until, r.toldDue = len(st.claims), ms(st.now.Add(lease)), time.Time{}
	for teller := range r.told {
		r.told[teller] = false
	}
	same(t, "claim", got, engine.Claim{
		Key: key, Epoch: got.Epoch, WakeSeq: r.wakes, LeaseUntil: r.until,
		Attempts: r.attempts, Excused: r.excused, Unfinished: unfinished, Expect: r.expect, Rank: r.rank, Hint: r.hint, Published: r.published,
		Told: slices.Sorted(maps.Keys(r.told)),
	})
}

func (st *story) renews(t *rapid.T) {
	n := st.anyClaim(t)
	until, err := st.s.Renew(background, st.claims[n-1], lease)
	if st.fenced(t, n, err) {
		r := st.rows[st.claims[n-1].Key]
		r.until = ms(st.now.Add(lease))
		same(t, "until", until, r.until)
	}
}

func (st *story) begins(t *rapid.T) {
	n, key := st.anyClaim(t), rapid.SampledFrom([]string{"x", "y"}).Draw(t, "intent")
	if st.fenced(t, n, st.s.Begin(background, st.claims[n-1], key)) {
		st.rows[st.claims[n-1].Key].intents[key] = ms(st.now)
	}
}

func (st *story) drops(t *rapid.T) {
	n, key := st.anyClaim(t), rapid.SampledFrom([]string{"x", "y"}).Draw(t, "intent")
	if st.fenced(t, n, st.s.Drop(background, st.claims[n-1], key)) {
		delete(st.rows[st.claims[n-1].Key].intents, key)
	}
}

func (st *story) finishes(t *rapid.T) {
	n := st.anyClaim(t)
	c := st.claims[n-1]
	o := engine.Outcome{
		Failed:    rapid.Bool().Draw(t, "failed"),
		Excused:   rapid.Bool().Draw(t, "excused"), // of nothing, where it did not fail
		Rank:      rank(t),
		Hint:      engine.Hint{Seq: int64(n)},
		Published: fmt.Sprint(n),
		Wake:      st.keys(t),
		Forget:    rapid.SliceOfN(rapid.SampledFrom([]string{"x", "y"}), 0, 2).Draw(t, "forget"),
	}
	for _, key := range st.keys(t) {
		o.Tell = append(o.Tell, st.telling(t, key))
	}
	if later := rapid.IntRange(-1, 20).Draw(t, "due in"); later >= 0 {
		o.Due = ms(st.now).Add(time.Duration(later) * time.Second)
	}
	if !st.fenced(t, n, st.s.Finish(background, c, o)) {
		return
	}
	r := st.rows[c.Key]
	r.holder, r.due, r.hint, r.published = 0, o.Due, o.Hint, o.Published
	switch {
	case r.wakes > c.WakeSeq || o.Failed || !r.toldDue.IsZero():
		r.rank = max(r.rank, o.Rank)
	default:
		r.rank = o.Rank
	}
	switch { // what is overdue when a run ends is due then
	case r.toldDue.IsZero():
	case r.toldDue.Before(st.now):
		r.due = ms(st.now)
	default:
		r.due = sooner(r.due, r.toldDue)
	}
	if r.wakes > c.WakeSeq {
		r.due = ms(st.now)
	}
	r.toldDue = time.Time{}
	if o.Failed {
		r.attempts++
		if o.Excused {
			r.excused++
		}
	} else {
		r.attempts, r.excused, r.done = 0, 0, c.WakeSeq
		maps.DeleteFunc(r.told, func(_ string, during bool) bool { return !during })
		if r.expect == c.Expect {
			r.expect = 0
		}
	}
	for _, key := range o.Forget {
		delete(r.intents, key)
	}
	for _, key := range o.Wake {
		st.wake(c.Rank, key, 0)
	}
	for _, t := range o.Tell {
		st.tell(c.Rank, t.Aggregate, t.Subject, t.Due)
	}
}

func (st *story) advances(t *rapid.T) {
	st.clk.advance(time.Duration(rapid.IntRange(1, 15_000).Draw(t, "ms")) * time.Millisecond)
	st.now = st.clk.Now()
}

// agrees compares all that can be seen without changing anything.
func (st *story) agrees(t *rapid.T) {
	wantDue, wantLeased := 0, 0
	for key, r := range st.rows {
		switch {
		case !st.free(r):
			wantLeased++
		case !r.due.IsZero() && !r.due.After(st.now):
			wantDue++
		}
		intents, err := st.s.Intents(background, engine.Claim{Key: key})
		must(t, err)
		got := map[string]time.Time{}
		for _, intent := range intents {
			got[intent.Key] = intent.At
		}
		same(t, "intents of "+key, got, r.intents)
		hint, err := st.s.Peek(background, key)
		must(t, err)
		same(t, "hint of "+key, hint, r.hint)
	}
	due, leased, err := st.s.Busy(background)
	must(t, err)
	same(t, "due and leased", [2]int{due, leased}, [2]int{wantDue, wantLeased})

	recent, err := st.s.RecentDeliveries(background, len(st.seen))
	must(t, err)
	for i, a := range slices.Backward(st.seen) {
		d := recent[len(st.seen)-1-i]
		same(t, "delivery", d.GUID, a.guid)
		same(t, "handled "+a.guid, d.Handled, st.rows[a.key].done >= a.wake)
	}
}
