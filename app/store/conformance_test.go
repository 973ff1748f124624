package store_test

import (
	"path/filepath"
	"testing"

	"github.com/kintsugi-app/kintsugi/app/clock"
	"github.com/kintsugi-app/kintsugi/app/store"
	"github.com/kintsugi-app/kintsugi/app/store/conformance"
	"github.com/kintsugi-app/kintsugi/app/store/postgrestest"
)

// at is the database that url names, for the suite.
func at(t *testing.T, url string) conformance.Database {
	return func(app int64, clk clock.Clock, opts ...store.Option) (conformance.Store, error) {
		return store.Open(t.Context(), url, app, clk, append(opts, store.Relaxed())...)
	}
}

func TestSQLite(t *testing.T) {
	conformance.Run(t, func(t *testing.T) conformance.Database {
		return at(t, filepath.Join(t.TempDir(), "kintsugi.db"))
	})
}

func TestPostgreSQL(t *testing.T) {
	postgrestest.New(t) // skips as a whole where there is none
	conformance.Run(t, func(t *testing.T) conformance.Database { return at(t, postgrestest.New(t)) })
}

// durable is a database that waits for the disk.
func durable(t *testing.T) func(url string, clk clock.Clock) (conformance.Store, error) {
	return func(url string, clk clock.Clock) (conformance.Store, error) {
		return store.Open(t.Context(), url, 1, clk)
	}
}

func TestCrashSQLite(t *testing.T) {
	conformance.Crash(t, filepath.Join(t.TempDir(), "kintsugi.db"), false, durable(t))
}

func TestCrashPostgreSQL(t *testing.T) {
	url := ""
	if !conformance.Crashing() {
		url = postgrestest.New(t)
	}
	conformance.Crash(t, url, true, durable(t))
}
