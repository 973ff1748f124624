package clock_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/clock"
)

// TestOffset: what was moved on purpose is told, from wherever it came, and is
// in what Now says.
func TestOffset(t *testing.T) {
	file := filepath.Join(t.TempDir(), "offset")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	moved, read := clock.New(), clock.FromFile(file)
	expect := func(what string, c *clock.Real, want time.Duration) {
		t.Helper()
		if got := c.Offset(); got != want {
			t.Errorf("%s: the offset is %v, want %v", what, got, want)
		}
		before := time.Now()
		got := c.Now()
		if got.Before(before.Add(want)) || got.After(time.Now().Add(want)) {
			t.Errorf("%s: Now is %v, want the machine's time and %v", what, got, want)
		}
	}
	expect("new", moved, 0)
	moved.Advance(time.Hour)
	moved.Advance(time.Minute)
	expect("advanced", moved, time.Hour+time.Minute)
	expect("no file", read, 0)
	write(" 3m\n")
	expect("file", read, 3*time.Minute)
	write("3")
	expect("half written", read, 3*time.Minute)
	write("-10m")
	expect("back", read, -10*time.Minute)
}
