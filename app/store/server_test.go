package store

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/clock"
	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/app/store/postgrestest"
)

// TestServerLost: while the server is away nothing is answered with success;
// when it is back everything is as it was, and nobody has to do anything.
func TestServerLost(t *testing.T) {
	if testing.Short() {
		t.Skip("stops and starts a server")
	}
	server := postgrestest.Own(t, "fsync=on")
	dsn := server.New(t)
	one, two := openAs(t, dsn, 1, clock.New()), openAs(t, dsn, 1, clock.New())
	ctx := t.Context()
	d := Delivery{GUID: "kept", Payload: []byte("payload"), ReceivedAt: time.Now()}
	if fresh, err := one.Intake(ctx, d, []Wake{{Key: "acme/a#1"}}); err != nil || !fresh {
		t.Fatalf("fresh %v, %v", fresh, err)
	}
	c, _, _, err := one.Claim(ctx, time.Hour, nil)
	ok(t, err)
	ok(t, one.Begin(ctx, c, "status"))

	server.Stop(t)
	lost := d
	lost.GUID = "lost"
	fresh, err := one.Intake(ctx, lost, []Wake{{Key: "acme/a#1"}})
	errs := []error{err, one.Healthy(ctx), one.Wake(ctx, engine.Live, "acme/a#1"), one.Finish(ctx, c, engine.Outcome{})}
	_, _, claimed, err := one.Claim(ctx, time.Hour, nil)
	_, openErr := Open(ctx, dsn, 1, clock.New())
	for i, err := range append(errs, err, openErr) {
		if err == nil || strings.Contains(err.Error(), "only-for-tests") {
			t.Errorf("%d: got %v, want an error without the password", i, err)
		}
	}
	if fresh || claimed {
		t.Errorf("fresh %v, claimed %v without a server", fresh, claimed)
	}

	server.Start(t)
	for try := 0; one.Healthy(ctx) != nil; try++ { // each lost connection is noticed once
		if try > 2*connections {
			t.Fatal("it does not connect again")
		}
	}
	if fresh, err := one.Intake(ctx, d, nil); err != nil || fresh {
		t.Errorf("what was answered with success: fresh %v, %v", fresh, err)
	}
	if fresh, err := one.Intake(ctx, lost, nil); err != nil || !fresh {
		t.Errorf("what was not: fresh %v, %v", fresh, err)
	}
	intents, err := one.Intents(ctx, c)
	if err != nil || len(intents) != 1 {
		t.Errorf("intents %v, %v", intents, err)
	}
	ok(t, one.Finish(ctx, c, engine.Outcome{}))
	for silent(two.Doorbell()) { // what was missed is rung for, and what is new is heard
		ok(t, one.Wake(ctx, engine.Live, "acme/b#1"))
		time.Sleep(20 * time.Millisecond)
	}
}

// TestServerRefuses: each way in which opening can fail says what to do.
func TestServerRefuses(t *testing.T) {
	dsn := postgrestest.New(t)
	db := admin(t, dsn)
	u, err := url.Parse(dsn)
	ok(t, err)
	with := func(change func(u *url.URL)) string {
		c := *u
		change(&c)
		return c.String()
	}
	foreign, newer, readOnly := postgrestest.New(t), postgrestest.New(t), postgrestest.New(t)
	must(t, admin(t, foreign), `CREATE TABLE songs (title text)`)
	ok(t, openAs(t, newer, 1, clock.New()).Close())
	must(t, admin(t, newer), `UPDATE kintsugi SET version = 99`)
	must(t, db, fmt.Sprintf(`CREATE ROLE %s_guest LOGIN PASSWORD 'hunter2'`, strings.TrimPrefix(u.Path, "/")))
	guest := strings.TrimPrefix(u.Path, "/") + "_guest"
	t.Cleanup(func() { _, _ = db.ExecContext(context.Background(), "DROP ROLE "+guest) })
	must(t, db, `REVOKE CREATE ON SCHEMA public FROM public`)
	tests := []struct{ name, dsn, want string }{
		{"password", with(func(u *url.URL) { u.User = url.UserPassword(guest, "hunter3") }), `does not let the user "` + guest + `" in; correct user and password`},
		{"database", with(func(u *url.URL) { u.Path = "/missing" }), `there is no database "missing"`},
		{"rights", with(func(u *url.URL) { u.User = url.UserPassword(guest, "hunter2") }), `may not make or use tables`},
		{"foreign", foreign, "belongs to another program"},
		{"newer", newer, "made by a newer version of Kintsugi (its schema is 99"},
		{"standby", readOnly + "&default_transaction_read_only=on", "name the primary"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s, err := Open(t.Context(), test.dsn, 1, clock.New())
			if err == nil {
				_ = s.Close()
				t.Fatal("opened")
			}
			if !strings.HasPrefix(err.Error(), setting+": ") || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %q, want %s and %q", err, setting, test.want)
			}
			for _, secret := range []string{"hunter", "only-for-tests"} {
				if strings.Contains(err.Error(), secret) {
					t.Errorf("%q repeats a password", err)
				}
			}
		})
	}
}
