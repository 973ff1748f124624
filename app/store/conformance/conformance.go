// Package conformance is the test suite that every database behind the store
// passes: each promise of engine.Queue, engine.Ledger, engine.Marks and
// engine.Journal, and of the deliveries. It must not know which database it runs on; what only one of
// them promises is tested beside that one.
package conformance

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kintsugi-app/kintsugi/app/clock"
	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/app/store"
)

// Store is what the suite needs; *store.Store is one.
type Store interface {
	Ports
	Deliveries
	Watched
	Shared
	Close() error
}

// Ports are what the engine asks of a store.
type Ports interface {
	engine.Queue
	engine.Ledger
	engine.Marks
	engine.Journal
}

// Deliveries is how deliveries come in, are looked at and go.
type Deliveries interface {
	Intake(ctx context.Context, d store.Delivery, wakes []store.Wake) (fresh bool, err error)
	Prune(ctx context.Context) error
	Payload(ctx context.Context, guid string) ([]byte, error)
	RecentDeliveries(ctx context.Context, n int) ([]store.Received, error)
}

// Watched is what workers, probes and people see of a store.
type Watched interface {
	Doorbell() <-chan struct{}
	Busy(ctx context.Context) (due, leased int, err error)
	Stuck(ctx context.Context, failures, n int) ([]store.Trouble, error)
	SetAside(ctx context.Context, failures int) (int, error)
	Healthy(ctx context.Context) error
	Entries(ctx context.Context, subject string, n int) ([]store.Journaled, error)
}

// Shared is what processes tell each other, and how much room they have.
type Shared interface {
	SetPause(ctx context.Context, p store.Pause) error
	Pauses(ctx context.Context) ([]store.Pause, error)
	PauseBell() <-chan struct{}
	Heartbeat(ctx context.Context, replica string) (int, error)
	Room(ctx context.Context) (store.Room, error)
}

// Database is one database, empty at first, that can be opened again after a
// Close and is then what it was, for one App or another.
type Database func(app int64, clk clock.Clock, opts ...store.Option) (Store, error)

// Run runs the suite. fresh makes an empty database that the test owns.
func Run(t *testing.T, fresh func(t *testing.T) Database) {
	tests := []struct {
		name string
		run  func(t *testing.T, h *harness)
	}{
		{"wake", testWake},
		{"order", testOrder},
		{"order of keys", testOrderOfKeys},
		{"rank", testRank},
		{"rank of a due time", testRankOfDueTime},
		{"full accounts", testFull},
		{"claim is exclusive", testClaimIsExclusive},
		{"many workers", testManyWorkers},
		{"expired lease", testExpiredLease},
		{"finished claim", testFinishedClaim},
		{"renew", testRenew},
		{"wake during a run", testWakeDuringRun},
		{"failure", testFailure},
		{"excused", testExcused},
		{"expect", testExpect},
		{"hint and published", testHint},
		{"neighbours", testNeighbours},
		{"told", testTold},
		{"told and woken", testToldAndWoken},
		{"told during a run", testToldDuringRun},
		{"told by a delivery", testToldByDelivery},
		{"told and failed", testToldAndFailed},
		{"told, and opened again", testToldAfterReopen},
		{"told for too long", testToldPruned},
		{"told while claimed", testToldAtOnce},
		{"next", testNext},
		{"doorbell", testDoorbell},
		{"intents", testIntents},
		{"born and marks", testBornAndMarks},
		{"intake", testIntake},
		{"intake twice", testIntakeTwice},
		{"intake of one delivery at once", testIntakeAtOnce},
		{"intake of many at once", testIntakeMany},
		{"recent deliveries", testRecent},
		{"prune", testPrune},
		{"journal", testJournal},
		{"journal is bounded", testJournalBounded},
		{"journal and deliveries", testJournalDeliveries},
		{"pauses", testPauses},
		{"heartbeat", testHeartbeat},
		{"quota", testQuota},
		{"hostile text", testHostileText},
		{"two Apps", testTwoApps},
		{"reopen", testReopen},
		{"cancelled", testCancelled},
		{"closed", testClosed},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { test.run(t, newHarness(t, fresh(t))) })
	}
	t.Run("model", func(t *testing.T) { testModel(t, fresh(t)) })
}

// start is a time with a part below the millisecond, as real ones have.
var start = time.Date(2026, 11, 20, 2, 40, 0, 123_456_789, time.UTC)

const lease = 30 * time.Second

// hand is a clock that moves only when told, so that equal times occur and
// every result is known to the millisecond.
type hand struct {
	mu  sync.Mutex
	now time.Time
}

func (c *hand) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *hand) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func (c *hand) Until(ctx context.Context, t time.Time, _ <-chan struct{}) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if t.After(c.now) {
		c.now = t
	}
	return ctx.Err()
}

// app is the App under test.
const app = 1

// harness is a store under test with the steps that the tests share.
type harness struct {
	Store
	t        *testing.T
	ctx      context.Context
	clk      *hand
	database Database
}

func newHarness(t *testing.T, database Database) *harness {
	h := &harness{t: t, ctx: t.Context(), clk: &hand{now: start}, database: database}
	h.open()
	return h
}

func (h *harness) open() {
	h.t.Helper()
	h.openFor(app)
}

func (h *harness) openFor(app int64, opts ...store.Option) {
	h.t.Helper()
	s, err := h.database(app, h.clk, opts...)
	if err != nil {
		h.t.Fatalf("open: %v", err)
	}
	h.Store = s
	h.t.Cleanup(func() { _ = s.Close() })
}

func (h *harness) ok(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *harness) equal(what string, got, want any, opts ...cmp.Option) {
	h.t.Helper()
	if diff := cmp.Diff(want, got, opts...); diff != "" {
		h.t.Fatalf("%s (-want +got):\n%s", what, diff)
	}
}

func (h *harness) wake(keys ...string) {
	h.t.Helper()
	h.ok(h.Wake(h.ctx, engine.Live, keys...))
}

// claim expects key to be given out.
func (h *harness) claim(key string) engine.Claim {
	h.t.Helper()
	c, _, ok, err := h.Claim(h.ctx, lease, nil)
	h.ok(err)
	if !ok || c.Key != key {
		h.t.Fatalf("claimed %q (%v), want %q", c.Key, ok, key)
	}
	return c
}

// rest expects nothing to be given out before next.
func (h *harness) rest(next time.Time) {
	h.t.Helper()
	c, got, ok, err := h.Claim(h.ctx, lease, nil)
	h.ok(err)
	if ok {
		h.t.Fatalf("claimed %q, want nothing to be due", c.Key)
	}
	if !got.Equal(next) {
		h.t.Fatalf("next is %v, want %v", got, next)
	}
}

func (h *harness) finish(c engine.Claim, o engine.Outcome) {
	h.t.Helper()
	h.ok(h.Finish(h.ctx, c, o))
}

func (h *harness) busy(due, leased int) {
	h.t.Helper()
	d, l, err := h.Busy(h.ctx)
	h.ok(err)
	if d != due || l != leased {
		h.t.Fatalf("%d due and %d leased, want %d and %d", d, l, due, leased)
	}
}

func (h *harness) lost(what string, err error) {
	h.t.Helper()
	if !errors.Is(err, engine.ErrLeaseLost) {
		h.t.Fatalf("%s with a lost lease: %v, want ErrLeaseLost", what, err)
	}
}

// useless expects that nothing can be done with a claim that was lost.
func (h *harness) useless(c engine.Claim) {
	h.t.Helper()
	_, err := h.Renew(h.ctx, c, time.Hour)
	h.lost("Renew", err)
	h.lost("Begin", h.Begin(h.ctx, c, "late"))
	h.lost("Drop", h.Drop(h.ctx, c, "begun"))
	h.lost("Note", h.Note(h.ctx, c, engine.Entry{Plan: "late"}))
	h.lost("Finish", h.Finish(h.ctx, c, engine.Outcome{
		Due: h.clk.Now().Add(time.Hour), Published: "late", Hint: engine.Hint{Seq: 99},
		Wake: []string{"acme/a", "acme/neighbour#1"}, Tell: []engine.Telling{{Aggregate: "acme/a/list", Subject: "acme/late#1"}}, Forget: []string{"begun"}, Entry: &engine.Entry{Plan: "late"},
	}))
}

// rang tells whether the doorbell rang since it was last asked.
func (h *harness) rang() bool {
	select {
	case <-h.Doorbell():
		return true
	default:
		return false
	}
}

// ms is t as any store keeps it.
func ms(t time.Time) time.Time { return t.Truncate(time.Millisecond) }
