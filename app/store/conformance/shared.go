package conformance

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/clock"
	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/app/store"
)

func testPauses(_ *testing.T, h *harness) {
	pauses := func(want ...store.Pause) {
		h.t.Helper()
		got, err := h.Pauses(h.ctx)
		h.ok(err)
		h.equal("pauses", got, want)
	}
	set := func(installation int64, after time.Duration, why string) store.Pause {
		h.t.Helper()
		p := store.Pause{Installation: installation, Until: ms(start).Add(after), Why: why}
		h.ok(h.SetPause(h.ctx, p))
		return p
	}
	pauses()
	two := set(2, time.Minute, "secondary limit")
	one := set(1, time.Second, "primary limit")
	pauses(one, two)
	set(2, time.Second, "a shorter one does not end it")
	pauses(one, two)
	two = set(2, time.Hour, "a longer one")
	h.clk.advance(2 * time.Second)
	pauses(two)
	h.ok(h.Close())
	h.open()
	pauses(two) // a restart forgets nothing
	h.ok(h.Prune(h.ctx))
	pauses(two)
	set(2, 0, "")
	pauses()
	select {
	case <-h.PauseBell():
		h.t.Error("rang for what this process did")
	default:
	}
}

func testHeartbeat(_ *testing.T, h *harness) {
	for range 3 {
		live, err := h.Heartbeat(h.ctx, "this one")
		h.ok(err)
		h.equal("live", live, 1)
		h.clk.advance(time.Minute)
		h.ok(h.Prune(h.ctx))
	}
}

// testQuota: deliveries are refused before there is no room, everything else
// goes on, and pruning makes room.
func testQuota(_ *testing.T, h *harness) {
	room, err := h.Room(h.ctx)
	h.ok(err)
	if room.Full || room.Used <= 0 || room.Quota != 0 {
		h.t.Fatalf("an empty database without a quota has %+v", room)
	}
	h.ok(h.Close())
	h.openFor(app, store.Quota(room.Used+4<<20))
	big := delivery("")
	big.Payload = incompressible(256 << 10)
	taken := 0
	for ; ; taken++ {
		big.GUID = fmt.Sprint(taken)
		fresh, err := h.Intake(h.ctx, big, []store.Wake{{Key: "acme/a#1"}})
		if errors.Is(err, store.ErrFull) && !fresh {
			break
		}
		h.ok(err)
		h.equal("fresh", fresh, true)
		if taken > 100 {
			h.t.Fatal("25 MiB went into 4")
		}
	}
	if taken < 8 {
		h.t.Fatalf("only %d of 256 KiB went into 4 MiB", taken)
	}
	h.ok(h.Healthy(h.ctx))
	room, err = h.Room(h.ctx)
	h.ok(err)
	if room.Used+int64(len(big.Payload)) <= room.Quota {
		h.t.Errorf("refused, with %+v", room)
	}
	c := h.claim("acme/a#1")
	h.equal("wakes", c.WakeSeq, int64(taken))
	h.finish(c, engine.Outcome{})
	// PostgreSQL gives back only what nobody else's transaction still sees.
	for range 40 {
		h.clk.advance(10 * time.Second)
		h.ok(h.Prune(h.ctx))
		if room, err = h.Room(h.ctx); err != nil || room.Used+int64(len(big.Payload)) <= room.Quota {
			break
		}
		h.ok(clock.Sleep(h.ctx, clock.New(), 250*time.Millisecond)) // its time, not ours
	}
	h.ok(err)
	h.intake(big, true, store.Wake{Key: "acme/a#1"})
}

// incompressible bytes take the room that they say.
func incompressible(n int) []byte {
	b := make([]byte, n)
	x := uint32(2463534242)
	for i := range b {
		x ^= x << 13
		x ^= x >> 17
		x ^= x << 5
		b[i] = byte(x & 0xff)
	}
	return b
}

// testHostileText: whatever somebody writes, no subject is stuck over it.
func testHostileText(_ *testing.T, h *harness) {
	text := "NUL \x00, not UTF-8 \xff\xc3(, quotes '\"`, parameters ? $1 %s, 障害\u202e"
	d := store.Delivery{GUID: "one", Event: text, Action: text, Payload: []byte(text), ReceivedAt: start}
	h.intake(d, true, store.Wake{Key: text})
	h.payload(d, d.Payload)
	c, _, ok, err := h.Claim(h.ctx, lease, []string{text, "\x00"})
	h.ok(err)
	if ok {
		h.t.Fatalf("claimed %q of an account that is full", c.Key)
	}
	c, _, ok, err = h.Claim(h.ctx, lease, nil)
	h.ok(err)
	h.equal("claimed", ok, true)
	h.ok(h.Begin(h.ctx, c, text))
	h.ok(h.Note(h.ctx, c, engine.Entry{Plan: text}))
	intents, err := h.Intents(h.ctx, c)
	h.ok(err)
	h.equal("intents", len(intents), 1)
	h.finish(c, engine.Outcome{
		Failed: true, Error: text, Due: start.Add(time.Hour), Hint: engine.Hint{Accepted: text}, Published: text,
		Wake: []string{text + "2"}, Forget: []string{text}, Entry: &engine.Entry{Error: text},
	})
	stuck, err := h.Stuck(h.ctx, 1, 1)
	h.ok(err)
	h.equal("stuck", len(stuck), 1)
	if !strings.HasSuffix(stuck[0].Error, "障害\u202e") {
		h.t.Errorf("the error became %q", stuck[0].Error)
	}
	entries, err := h.Entries(h.ctx, text, 1)
	h.ok(err)
	if len(entries) != 1 || len(entries[0].Deliveries) != 1 {
		h.t.Errorf("the journal has %+v", entries)
	}
	h.ok(h.SetMark(h.ctx, text, start))
	at, err := h.Mark(h.ctx, text)
	h.ok(err)
	h.equal("mark", at, ms(start))
	h.ok(h.SetPause(h.ctx, store.Pause{Installation: 1, Until: start.Add(time.Hour), Why: text}))
}

// testTwoApps: two Apps on one database know nothing of each other.
func testTwoApps(_ *testing.T, h *harness) {
	d := delivery("shared") // GitHub gives both Apps the same id
	h.intake(d, true, store.Wake{Key: "acme/a#1"})
	c := h.claim("acme/a#1")
	h.ok(h.Begin(h.ctx, c, "status"))
	h.finish(c, engine.Outcome{Failed: true, Error: "x", Due: start, Hint: engine.Hint{Seq: 3}, Published: "abc", Entry: &engine.Entry{Error: "x"}})
	h.ok(h.SetMark(h.ctx, "sweep/1", start))
	h.ok(h.SetPause(h.ctx, store.Pause{Installation: 1, Until: start.Add(time.Hour)}))
	h.ok(h.Close())

	h.clk.advance(time.Second)
	second := h.clk.Now()
	h.openFor(2)
	h.rest(time.Time{})
	h.busy(0, 0)
	born, err := h.Born(h.ctx)
	h.ok(err)
	h.equal("born", born, ms(second)) // an App new to an old database waits, too
	mark, err := h.Mark(h.ctx, "sweep/1")
	h.ok(err)
	hint, err := h.Peek(h.ctx, "acme/a#1")
	h.ok(err)
	pauses, err := h.Pauses(h.ctx)
	h.ok(err)
	entries, err := h.Entries(h.ctx, "acme/a#1", 9)
	h.ok(err)
	stuck, err := h.Stuck(h.ctx, 1, 9)
	h.ok(err)
	recent, err := h.RecentDeliveries(h.ctx, 9)
	h.ok(err)
	if !mark.IsZero() || !reflect.DeepEqual(hint, engine.Hint{}) || len(pauses)+len(entries)+len(stuck)+len(recent) != 0 {
		h.t.Errorf("seen of the other App: %v %v %v %v %v %v", mark, hint, pauses, entries, stuck, recent)
	}
	h.payload(d, nil)
	h.lost("Renew", func() error { _, err := h.Renew(h.ctx, c, lease); return err }())
	h.intake(d, true, store.Wake{Key: "acme/a#1"})
	mine := h.claim("acme/a#1")
	intents, err := h.Intents(h.ctx, mine)
	h.ok(err)
	h.equal("intents", len(intents), 0)
	h.finish(mine, engine.Outcome{})
	h.ok(h.Prune(h.ctx))
	h.ok(h.Close())

	h.open()
	h.payload(d, d.Payload) // pruned for the other App only
	again := h.claim("acme/a#1")
	h.equal("hint", again.Hint, engine.Hint{Seq: 3})
}
