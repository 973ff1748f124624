package store_test

import (
	"path/filepath"
	"testing"

	"github.com/kintsugi-app/kintsugi/app/clock"
	"github.com/kintsugi-app/kintsugi/app/store"
	"github.com/kintsugi-app/kintsugi/app/store/conformance"
)

func TestConformance(t *testing.T) {
	conformance.Run(t, func(t *testing.T) conformance.Database {
		path := filepath.Join(t.TempDir(), "kintsugi.db")
		return func(clk clock.Clock) (conformance.Store, error) {
			return store.Open(t.Context(), path, 1, clk, store.Relaxed())
		}
	})
}

func TestCrash(t *testing.T) {
	conformance.Crash(t, filepath.Join(t.TempDir(), "kintsugi.db"), func(url string, clk clock.Clock) (conformance.Store, error) {
		return store.Open(t.Context(), url, 1, clk)
	})
}
