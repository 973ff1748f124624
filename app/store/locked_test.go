package store

import (
	"context"
	"database/sql"
	"errors"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/kintsugi-app/kintsugi/app/clock"
	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/app/store/postgrestest"
)

// locks is a session that has locked a table of ours.
func locks(t *testing.T, db *sql.DB, table string) *sql.Tx {
	t.Helper()
	block, err := db.BeginTx(t.Context(), nil)
	ok(t, err)
	t.Cleanup(func() { _ = block.Rollback() })
	_, err = block.ExecContext(t.Context(), `LOCK TABLE `+table)
	ok(t, err)
	return block
}

// waits returns once a session waits for a lock.
func waits(ctx context.Context, db *sql.DB) (err error) {
	for n := 0; n == 0 && err == nil; {
		err = db.QueryRowContext(ctx, `SELECT count(*) FROM pg_stat_activity
			WHERE datname = current_database() AND wait_event_type = 'Lock'`).Scan(&n)
	}
	return err
}

// TestLockedTables: what another session has locked is waited for until whoever asks
// gives up, or the bound is reached; the change of a schema waits on.
func TestLockedTables(t *testing.T) {
	dsn := postgrestest.New(t)
	db := admin(t, dsn)
	brief := func(o *options) { o.busyTimeout = time.Millisecond }
	long := func(o *options) { o.busyTimeout = time.Hour }
	bounded, err := Open(t.Context(), dsn, 1, clock.New(), brief)
	ok(t, err)
	defer bounded.Close()
	patient, err := Open(t.Context(), dsn, 1, clock.New(), long)
	ok(t, err)
	defer patient.Close()

	block := locks(t, db, "subjects, deliveries")
	var said *pgconn.PgError
	if err := bounded.Wake(t.Context(), engine.Live, "acme/a#1"); !errors.As(err, &said) || said.Code != "55P03" {
		t.Errorf("past the bound: %v", err)
	}
	if _, err := bounded.RecentDeliveries(t.Context(), 1); !errors.As(err, &said) || said.Code != "55P03" {
		t.Errorf("past the bound, reading: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	seen := make(chan error, 1)
	go func() {
		seen <- waits(t.Context(), db)
		cancel()
	}()
	if err := patient.Wake(ctx, engine.Live, "acme/a#1"); !errors.Is(err, context.Canceled) {
		t.Errorf("given up: %v", err)
	}
	ok(t, <-seen)
	ok(t, block.Rollback())
	for _, s := range []*Store{bounded, patient} {
		if due, _, err := s.Busy(t.Context()); err != nil || due != 0 {
			t.Errorf("%d due, %v, want nothing to have happened", due, err)
		}
		ok(t, s.Healthy(t.Context()))
	}

	block = locks(t, db, "kintsugi")
	go func() {
		seen <- errors.Join(waits(t.Context(), db), block.Rollback())
	}()
	again, err := Open(t.Context(), dsn, 1, clock.New(), brief)
	if err != nil {
		t.Fatalf("opened while the schema is locked: %v", err)
	}
	ok(t, again.Close())
	ok(t, <-seen)
}
