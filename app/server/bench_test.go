package server_test

import (
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
	"github.com/kintsugi-app/kintsugi/app/store/postgrestest"
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

// BenchmarkWakeToApplied is from handing a comment with a command to the server
// until what it says is applied on GitHub, by a server that does nothing else,
// on a disk that is waited for. times-GitHub is the median as a multiple of the
// least it can be: the requests of one run, asked one after the other of a
// simulated GitHub that answers at once.
func BenchmarkWakeToApplied(b *testing.B) {
	for name, url := range map[string]func(testing.TB) string{
		"sqlite":   func(tb testing.TB) string { return filepath.Join(tb.TempDir(), "kintsugi.db") },
		"postgres": func(tb testing.TB) string { return postgrestest.Own(tb).New(tb) },
	} {
		b.Run(name, func(b *testing.B) {
			w := newWorld(b)
			w.config.DatabaseURL, w.config.Transport = url(b), nil
			w.config.SweepEvery = 1000 * time.Hour
			w.start()
			w.until("ready", func() bool { code, _ := w.get("/readyz"); return code == http.StatusOK })
			w.clock.Advance(time.Minute) // a new store waits before it creates
			var (
				n, asked int
				took     []time.Duration
			)
			for i := 0; b.Loop(); i++ {
				if i%20 == 0 { // incidents of an ordinary length
					n = w.underWay(b)
				}
				w.clock.Advance(time.Minute) // what may be written is there again
				w.rest()
				w.deliver()
				before := w.hub.Counts().Requests
				said := fmt.Sprintf("/sev %d", 2+i%2)
				if _, err := w.hub.Comment(repo, n, "tanaka", said); err != nil {
					b.Fatal(err)
				}
				began := time.Now()
				w.deliver()
				head := fmt.Sprintf("SEV%d", 2+i%2)
				w.until(said, func() bool {
					v, _ := w.hub.Issue(repo, n)
					return strings.Contains(v.Comments[0].Body, head)
				})
				took = append(took, time.Since(began))
				w.rest()
				asked += w.hub.Counts().Requests - before
			}
			b.StopTimer()
			requests := float64(asked) / float64(len(took))
			slices.Sort(took)
			p50, p99 := took[len(took)/2], took[len(took)*99/100]
			b.ReportMetric(0, "ns/op") // it holds the waiting between two events
			b.ReportMetric(p50.Seconds()*1000, "p50-ms")
			b.ReportMetric(p99.Seconds()*1000, "p99-ms")
			b.ReportMetric(requests, "requests")
			b.ReportMetric(p50.Seconds()/(requests*w.roundTrip(b).Seconds()), "times-GitHub")
		})
	}
}

// underWay is a new incident that the server has taken up.
func (w *world) underWay(b *testing.B) int {
	n, err := w.hub.OpenIssue(repo, "tanaka", fakehub.NewIssue{Title: "[incident] checkout is blank"})
	if err != nil {
		b.Fatal(err)
	}
	w.deliver()
	w.until("it is taken up", func() bool { v, _ := w.hub.Issue(repo, n); return len(v.Comments) == 1 })
	w.rest()
	return n
}

// roundTrip is how long the simulated GitHub takes to answer, at the median.
func (w *world) roundTrip(b *testing.B) time.Duration {
	var took []time.Duration
	for range 200 {
		began := time.Now()
		resp, err := http.Get(w.github.URL + "/repos/" + repo)
		if err != nil {
			b.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	return took[len(took)/2]
}
