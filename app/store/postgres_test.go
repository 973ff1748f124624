package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver, by the name "pgx"

	"github.com/kintsugi-app/kintsugi/app/clock"
	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/app/store/postgrestest"
)

// admin is a connection of one's own to a database.
func admin(t testing.TB, dsn string) *sql.DB {
	t.Helper()
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func must(t testing.TB, db *sql.DB, statement string) {
	t.Helper()
	if _, err := db.ExecContext(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}

// openAs opens a database for an App, by a clock.
func openAs(t testing.TB, dsn string, app int64, clk clock.Clock) *Store {
	t.Helper()
	s, err := Open(t.Context(), dsn, app, clk)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// heard waits until a bell rings.
func heard(t *testing.T, what string, bell <-chan struct{}) {
	t.Helper()
	select {
	case <-bell:
	case <-time.After(time.Minute):
		t.Fatalf("%s: nothing was heard", what)
	}
}

func silent(bell <-chan struct{}) bool {
	select {
	case <-bell:
		return false
	default:
		return true
	}
}

// TestReplicas: two processes on one database share the work, and tell each
// other what is new; one of another App hears and sees nothing of it.
func TestReplicas(t *testing.T) {
	dsn := postgrestest.New(t)
	one, two, other := openAs(t, dsn, 1, clock.New()), openAs(t, dsn, 1, clock.New()), openAs(t, dsn, 2, clock.New())
	ctx := t.Context()
	ok(t, one.Wake(ctx, engine.Live, "acme/a#1"))
	heard(t, "a wake", two.Doorbell())
	c, _, claimed, err := two.Claim(ctx, time.Minute, nil)
	ok(t, err)
	if !claimed {
		t.Fatal("two cannot claim what one woke")
	}
	for _, s := range []*Store{one, other} {
		if got, _, claimed, err := s.Claim(ctx, time.Minute, nil); err != nil || claimed {
			t.Errorf("claimed %q a second time, %v", got.Key, err)
		}
	}
	fresh, err := one.Intake(ctx, Delivery{GUID: "g", ReceivedAt: time.Now()}, []Wake{{Key: "acme/a#1"}})
	if err != nil || !fresh {
		t.Fatalf("fresh %v, %v", fresh, err)
	}
	if fresh, err = two.Intake(ctx, Delivery{GUID: "g", ReceivedAt: time.Now()}, nil); err != nil || fresh {
		t.Errorf("the same delivery is fresh for the second, %v", err)
	}
	ok(t, two.Finish(ctx, c, engine.Outcome{}))
	if due, _, err := one.Busy(ctx); err != nil || due != 1 {
		t.Errorf("%d due, %v, want what was woken during the run", due, err)
	}

	ok(t, one.SetPause(ctx, Pause{Installation: 7, Until: time.Now().Add(time.Hour), Why: "limit"}))
	heard(t, "a pause", two.PauseBell())
	if pauses, err := two.Pauses(ctx); err != nil || len(pauses) != 1 {
		t.Errorf("two sees the pauses %v, %v", pauses, err)
	}
	for i, want := range []int{1, 2, 2} {
		s := []*Store{one, two, one}[i]
		if live, err := s.Heartbeat(ctx, fmt.Sprint(i%2)); err != nil || live != want {
			t.Errorf("%d live, %v, want %d", live, err, want)
		}
	}
	if live, err := other.Heartbeat(ctx, "o"); err != nil || live != 1 {
		t.Errorf("%d live of the other App, %v", live, err)
	}
	if !silent(one.PauseBell()) || !silent(other.Doorbell()) || !silent(other.PauseBell()) {
		t.Error("a bell rang for what was one's own, or another App's")
	}
}

// wrong is a clock that is set wrong, and nobody knows.
type wrong struct {
	*clock.Real
	by time.Duration
}

func (c wrong) Now() time.Time { return c.Real.Now().Add(c.by) }

// TestClocksDisagree: the database's clock decides on leases and due times,
// and each process sees them on its own.
func TestClocksDisagree(t *testing.T) {
	dsn := postgrestest.New(t)
	const lease = time.Minute
	ctx, late, early := t.Context(), wrong{clock.New(), -10 * time.Minute}, wrong{clock.New(), 10 * time.Minute}
	a, b := openAs(t, dsn, 1, late), openAs(t, dsn, 1, early)
	near := func(what string, got, want time.Time) {
		t.Helper()
		if off := got.Sub(want).Abs(); off > 30*time.Second { // they are ten minutes apart
			t.Errorf("%s is %v, want about %v", what, got, want)
		}
	}
	born, err := b.Born(ctx)
	ok(t, err)
	near("born", born, early.Now())
	ok(t, a.Wake(ctx, engine.Live, "acme/a#1"))
	c, _, claimed, err := a.Claim(ctx, lease, nil)
	if err != nil || !claimed {
		t.Fatalf("claimed %v, %v", claimed, err)
	}
	near("the lease", c.LeaseUntil, late.Now().Add(lease))
	_, next, claimed, err := b.Claim(ctx, lease, nil)
	if err != nil || claimed {
		t.Fatalf("the lease of another was taken for over: %v, %v", claimed, err)
	}
	near("the other's lease", next, early.Now().Add(lease))
	ok(t, a.Begin(ctx, c, "status"))
	until, err := a.Renew(ctx, c, lease)
	ok(t, err)
	near("renewed", until, late.Now().Add(lease))
	ok(t, a.Finish(ctx, c, engine.Outcome{
		Failed: true, Due: late.Now().Add(time.Hour), Hint: engine.Hint{Watch: late.Now().Add(time.Hour)},
		Entry: &engine.Entry{At: late.Now(), Ended: late.Now(), Due: late.Now().Add(time.Hour), Error: "x"},
	}))
	_, next, _, err = b.Claim(ctx, lease, nil)
	ok(t, err)
	near("next", next, early.Now().Add(time.Hour))
	stuck, err := b.Stuck(ctx, 1, 1)
	ok(t, err)
	near("due", stuck[0].Due, early.Now().Add(time.Hour))
	hint, err := b.Peek(ctx, "acme/a#1")
	ok(t, err)
	near("watch", hint.Watch, early.Now().Add(time.Hour))
	intents, err := b.Intents(ctx, c)
	ok(t, err)
	near("intent", intents[0].At, early.Now())
	entries, err := b.Entries(ctx, "acme/a#1", 1)
	ok(t, err)
	near("entry", entries[0].Ended, early.Now())
	ok(t, a.SetPause(ctx, Pause{Installation: 1, Until: late.Now().Add(time.Hour)}))
	pauses, err := b.Pauses(ctx)
	ok(t, err)
	near("pause", pauses[0].Until, early.Now().Add(time.Hour))
	_, err = a.Intake(ctx, Delivery{GUID: "g", ReceivedAt: late.Now()}, nil)
	ok(t, err)
	recent, err := b.RecentDeliveries(ctx, 1)
	ok(t, err)
	near("delivery", recent[0].ReceivedAt, early.Now())
	// A mark is GitHub's time, whatever our clocks say.
	ok(t, a.SetMark(ctx, "sweep/1", born))
	mark, err := b.Mark(ctx, "sweep/1")
	ok(t, err)
	if !mark.Equal(fromMillis(millis(born))) {
		t.Errorf("the mark became %v", mark)
	}
}

// TestMovedOnPurpose: a test that moves the clock moves the database's, too.
func TestMovedOnPurpose(t *testing.T) {
	clk := clock.New()
	s := openAs(t, postgrestest.New(t), 1, clk)
	ctx := t.Context()
	ok(t, s.Wake(ctx, engine.Live, "acme/a#1"))
	c, _, _, err := s.Claim(ctx, time.Hour, nil)
	ok(t, err)
	ok(t, s.Finish(ctx, c, engine.Outcome{Due: clk.Now().Add(time.Hour)}))
	if _, _, claimed, err := s.Claim(ctx, time.Hour, nil); err != nil || claimed {
		t.Fatalf("claimed %v before it was due, %v", claimed, err)
	}
	clk.Advance(61 * time.Minute)
	if _, _, claimed, err := s.Claim(ctx, time.Hour, nil); err != nil || !claimed {
		t.Errorf("claimed %v when it was due, %v", claimed, err)
	}
	clk.Advance(61 * time.Minute)
	if c, _, claimed, err := s.Claim(ctx, time.Hour, nil); err != nil || !claimed || !c.Unfinished {
		t.Errorf("claimed %v (%+v) when the lease was over, %v", claimed, c, err)
	}
}

// TestOpenAtOnce: replicas that start together on an empty database make its
// tables once.
func TestOpenAtOnce(t *testing.T) {
	dsn := postgrestest.New(t)
	var all sync.WaitGroup
	for app := range int64(8) {
		all.Go(func() {
			s, err := Open(t.Context(), dsn, 1+app%2, clock.New())
			if err != nil {
				t.Error(err)
				return
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}

// TestDurableServer: a server that is set to lose what it confirmed does not
// lose ours.
func TestDurableServer(t *testing.T) {
	dsn := postgrestest.New(t)
	must(t, admin(t, dsn), `DO $$ BEGIN EXECUTE 'ALTER DATABASE ' || current_database() || ' SET synchronous_commit = off'; END $$`)
	s := openAs(t, dsn, 1, clock.New())
	ok(t, s.db.do(t.Context(), func(tx *tx) error {
		var got string
		if err := tx.row(`SELECT current_setting('synchronous_commit')`, nil, &got); err != nil {
			return err
		}
		if got != "on" {
			t.Errorf("synchronous_commit is %s", got)
		}
		return nil
	}))
}

// TestTriedAgain: a transaction that PostgreSQL ended in favour of another one
// is begun again, and any other error is not.
func TestTriedAgain(t *testing.T) {
	s := openAs(t, postgrestest.New(t), 1, clock.New())
	for code, want := range map[string]int{"40001": 3, "40P01": 3, "23505": 1} {
		tries := 0
		err := s.db.do(t.Context(), func(tx *tx) error {
			if tries++; tries < 3 {
				return tx.script(`DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '` + code + `'; END $$`)
			}
			return nil
		})
		if tries != want || (err == nil) != (want == 3) {
			t.Errorf("%s: tried %d times, %v", code, tries, err)
		}
	}
}

// TestNoDeadlock: many rows are locked by many at once, in the order of their
// keys whatever order they were named in.
func TestNoDeadlock(t *testing.T) {
	dsn := postgrestest.New(t)
	stores := []*Store{openAs(t, dsn, 1, clock.New()), openAs(t, dsn, 1, clock.New())}
	keys := []string{"acme/a#1", "acme/b#1", "acme/c#1", "acme/d#1"}
	var all sync.WaitGroup
	for w := range 8 {
		all.Go(func() {
			s, ctx := stores[w%2], t.Context()
			for i := range 40 {
				x, y := keys[(w+i)%4], keys[(w*3+i*7+1)%4]
				err := s.Wake(ctx, engine.Live, x, y)
				if err == nil {
					_, err = s.Intake(ctx, Delivery{GUID: fmt.Sprint(w/2, i), ReceivedAt: time.Now()}, []Wake{{Key: y}, {Key: x}})
				}
				var c engine.Claim
				var claimed bool
				if err == nil {
					c, _, claimed, err = s.Claim(ctx, time.Minute, nil)
				}
				if err == nil && claimed {
					err = s.Finish(ctx, c, engine.Outcome{Wake: []string{y, x}})
				}
				if err == nil && i%10 == 0 {
					err = s.Prune(ctx)
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	var deadlocks int
	ok(t, admin(t, dsn).QueryRow(`SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()`).Scan(&deadlocks))
	if deadlocks != 0 {
		t.Errorf("%d deadlocks", deadlocks)
	}
}

// TestIntakeLeavesRoom: deliveries that wait for the database keep nobody else
// waiting.
func TestIntakeLeavesRoom(t *testing.T) {
	dsn := postgrestest.New(t)
	s := openAs(t, dsn, 1, clock.New())
	ctx := t.Context()
	ok(t, s.Wake(ctx, engine.Live, "acme/a#1", "acme/b#1"))
	block, err := admin(t, dsn).BeginTx(ctx, nil)
	ok(t, err)
	_, err = block.ExecContext(ctx, `SELECT * FROM subjects WHERE key = 'acme/a#1' FOR UPDATE`)
	ok(t, err)
	var all sync.WaitGroup
	for i := range 2 * connections {
		all.Go(func() {
			_, err := s.Intake(ctx, Delivery{GUID: fmt.Sprint(i), ReceivedAt: time.Now()}, []Wake{{Key: "acme/a#1"}})
			if err != nil {
				t.Error(err)
			}
		})
	}
	for len(s.db.(*server).slots) < forIntake { // until they wait
		time.Sleep(time.Millisecond)
	}
	if c, _, claimed, err := s.Claim(ctx, time.Minute, nil); err != nil || c.Key != "acme/b#1" {
		t.Errorf("claimed %q, %v, %v, want the subject that nobody has locked", c.Key, claimed, err)
	}
	ok(t, s.Healthy(ctx))
	ok(t, block.Rollback())
	all.Wait()
}

// TestGivenUp: who gives up while the database keeps it waiting for a
// connection gets an error, and has changed nothing.
func TestGivenUp(t *testing.T) {
	s := openAs(t, postgrestest.New(t), 1, clock.New())
	for range forIntake {
		s.db.(*server).slots <- struct{}{}
	}
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(10*time.Millisecond, cancel)
	if fresh, err := s.Intake(ctx, Delivery{GUID: "g", ReceivedAt: time.Now()}, nil); !errors.Is(err, context.Canceled) || fresh {
		t.Errorf("fresh %v, %v", fresh, err)
	}
}
