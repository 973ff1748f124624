package store

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/clock"
	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/app/store/postgrestest"
)

// both runs a test on an empty database of each kind.
func both(t *testing.T, test func(t *testing.T, url string)) {
	t.Run("SQLite", func(t *testing.T) { test(t, filepath.Join(t.TempDir(), "kintsugi.db")) })
	t.Run("PostgreSQL", func(t *testing.T) { test(t, postgrestest.New(t)) })
}

// TestBack: a step back keeps all that the older version knew, and so does the
// step forward again.
func TestBack(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		ctx := t.Context()
		s := openTest(t, url)
		for _, guid := range []string{"one", "two"} {
			_, err := s.Intake(ctx, Delivery{GUID: guid, Payload: []byte(guid), ReceivedAt: time.Now()}, []Wake{{Key: "acme/a#1"}})
			ok(t, err)
		}
		c, _, _, err := s.Claim(ctx, time.Minute, nil)
		ok(t, err)
		ok(t, s.Begin(ctx, c, "status"))
		ok(t, s.Finish(ctx, c, engine.Outcome{Hint: engine.Hint{Seq: 3}, Entry: &engine.Entry{Plan: "x"}, Due: time.Now().Add(time.Hour)}))
		ok(t, s.SetMark(ctx, "sweep/1", time.UnixMilli(7)))
		ok(t, s.Close())

		from, to, err := Back(ctx, url)
		if err != nil || from != len(steps) || to != len(steps)-1 {
			t.Fatalf("from %d to %d, %v", from, to, err)
		}
		for ; to > 1; to-- { // the journal's was the first step
			_, _, err := Back(ctx, url)
			ok(t, err)
		}
		if r, err := OpenReader(ctx, url, 1, clock.New()); err == nil || !strings.Contains(err.Error(), "the database has schema 1, and this program reads 3; start the server once") {
			t.Errorf("reading the older schema gave %v, %v", r, err)
		}
		if _, _, err := Back(ctx, url); err == nil || !strings.Contains(err.Error(), "no step back from schema 1") {
			t.Errorf("a step back from the first gave %v", err)
		}

		s = openTest(t, url)
		version, err := s.Schema(ctx)
		if err != nil || version != len(steps) {
			t.Errorf("schema %d, %v, want %d again", version, err, len(steps))
		}
		hint, err := s.Peek(ctx, "acme/a#1")
		if err != nil || hint.Seq != 3 {
			t.Errorf("hint %+v, %v", hint, err)
		}
		payload, err := s.Payload(ctx, "two")
		if err != nil || string(payload) != "two" {
			t.Errorf("payload %q, %v", payload, err)
		}
		intents, err := s.Intents(ctx, c)
		if err != nil || len(intents) != 1 {
			t.Errorf("intents %v, %v", intents, err)
		}
		recent, err := s.RecentDeliveries(ctx, 9)
		if err != nil || len(recent) != 2 || !recent[0].Handled {
			t.Errorf("deliveries %+v, %v", recent, err)
		}
		entries, err := s.Entries(ctx, "acme/a#1", 9)
		if err != nil || len(entries) != 0 {
			t.Errorf("entries %+v, %v, want none: the older version has no journal", entries, err)
		}
		ok(t, s.Wake(ctx, engine.Live, "acme/a#1"))
		if _, _, claimed, err := s.Claim(ctx, time.Minute, nil); err != nil || !claimed {
			t.Errorf("claimed %v, %v", claimed, err)
		}
	})
}

// TestBackRefuses: a step back makes no database where there is none, and takes
// none from under a server.
func TestBackRefuses(t *testing.T) {
	refused := func(t *testing.T, url, want string) {
		t.Helper()
		if _, _, err := Back(t.Context(), url); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	t.Run("SQLite", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "kintsugi.db")
		refused(t, path, "there is no database at")
		if _, err := os.Stat(path); err == nil {
			t.Error("it made one")
		}
		refused(t, ":memory:", "can be seen by the process that made it only")
		ok(t, os.WriteFile(path, nil, 0o600))
		refused(t, path, "there is nothing in the database")
		if info, err := os.Stat(path); err != nil || info.Size() > 0 {
			t.Errorf("it wrote to the empty file: %v", err)
		}
		s := openTest(t, path)
		_, err := s.Heartbeat(t.Context(), "one")
		ok(t, err)
		refused(t, path, "in use by another process")
		ok(t, s.Close())
		_, _, err = Back(t.Context(), path) // whoever used it is gone for certain
		ok(t, err)
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		dsn := postgrestest.New(t)
		refused(t, dsn, "there is nothing in the database")
		clk := clock.New()
		clk.Advance(-2 * liveFor) // as long ago as that
		s := openAs(t, dsn, 1, clk)
		_, err := s.Heartbeat(t.Context(), "gone")
		ok(t, err)
		ok(t, s.Close())
		other := openAs(t, dsn, 2, clock.New())
		_, err = other.Heartbeat(t.Context(), "alive")
		ok(t, err)
		refused(t, dsn, "1 servers used the database within the last 30s; stop them all")
		must(t, admin(t, dsn), `DELETE FROM replicas WHERE name = 'alive'`)
		ok(t, other.Close())
		_, _, err = Back(t.Context(), dsn)
		ok(t, err)
	})
}

// TestReader: somebody looks into the database of a server that runs.
func TestReader(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		ctx := t.Context()
		if r, err := OpenReader(ctx, url, 0, clock.New()); err == nil {
			t.Errorf("opened %v where there is nothing", r)
		}
		s := openTest(t, url)
		_, err := s.Intake(ctx, Delivery{GUID: "one", Payload: []byte("x"), ReceivedAt: time.Now()}, []Wake{{Key: "acme/a#1"}, {Key: "acme/b#1"}})
		ok(t, err)
		c, _, _, err := s.Claim(ctx, time.Minute, nil)
		ok(t, err)
		ok(t, s.Finish(ctx, c, engine.Outcome{Failed: true, Error: "x", Due: time.Now().Add(time.Hour), Entry: &engine.Entry{Plan: "x", Error: "x"}}))

		r, err := OpenReader(ctx, url, 0, clock.New())
		ok(t, err)
		defer r.Close()
		if r.App() != 1 {
			t.Errorf("App %d, want the only one", r.App())
		}
		entries, err := r.Entries(ctx, "acme/a#1", 9)
		if err != nil || len(entries) != 1 || len(entries[0].Deliveries) != 1 {
			t.Errorf("entries %+v, %v", entries, err)
		}
		stuck, err := r.Stuck(ctx, 1, 9)
		if err != nil || len(stuck) != 1 {
			t.Errorf("stuck %+v, %v", stuck, err)
		}
		due, leased, err := r.Busy(ctx)
		if err != nil || due != 1 || leased != 0 {
			t.Errorf("%d due, %d leased, %v", due, leased, err)
		}
		recent, err := r.RecentDeliveries(ctx, 9)
		if err != nil || len(recent) != 1 {
			t.Errorf("deliveries %+v, %v", recent, err)
		}
		room, err := r.Room(ctx)
		if err != nil || room.Used == 0 {
			t.Errorf("room %+v, %v", room, err)
		}
		if version, err := r.Schema(ctx); err != nil || version != len(steps) {
			t.Errorf("schema %d, %v", version, err)
		}
		if err := r.db.read(ctx, func(tx *tx) error { _, err := tx.exec(`DELETE FROM subjects`); return err }); err == nil {
			t.Error("a reader can write")
		}
		ok(t, s.Wake(ctx, engine.Live, "acme/c#1")) // the server goes on
		if due, _, err = r.Busy(ctx); err != nil || due != 2 {
			t.Errorf("%d due, %v, want what is new to be seen", due, err)
		}
	})
}

// TestReaderOfManyApps: nobody guesses whose journal is meant.
func TestReaderOfManyApps(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		for _, app := range []int64{7, 9} {
			s, err := Open(t.Context(), url, app, clock.New())
			ok(t, err)
			ok(t, s.Close())
		}
		for _, app := range []int64{0, 8} {
			if _, err := OpenReader(t.Context(), url, app, clock.New()); err == nil || !strings.Contains(err.Error(), "was used for the Apps 7, 9; name one of them") {
				t.Errorf("App %d: %v", app, err)
			}
		}
		r, err := OpenReader(t.Context(), url, 9, clock.New())
		ok(t, err)
		ok(t, r.Close())
	})
}
