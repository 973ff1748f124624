package server_test

import (
	"net/http"
	"path/filepath"
	"testing"
)

// BenchmarkReady is from nothing to a server that says it is ready, on a new
// database. It is to take less than a second.
func BenchmarkReady(b *testing.B) {
	w := newWorld(b)
	for b.Loop() {
		w.config.DatabaseURL = filepath.Join(b.TempDir(), "kintsugi.db")
		w.start()
		w.until("ready", func() bool { code, _ := w.get("/readyz"); return code == http.StatusOK })
		if err := w.end(); err != nil {
			b.Fatal(err)
		}
	}
}
