package store

import (
	"bytes"
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/clock"
	"github.com/kintsugi-app/kintsugi/app/store/postgrestest"
)

// senders deliver at once, payloads from 10 to 25 KB.
const (
	senders         = 32
	smallestPayload = 10_000
	largestPayload  = 25_000
)

// BenchmarkIntake is the durable intake of deliveries, their signatures
// checked, as a share of the limit: the same checks and an append to a file,
// synced once for all that wait. limit/intake is how many times faster the
// limit is; nearer to 1 is better. "slow disk" adds 4 ms to each commit of
// both.
func BenchmarkIntake(b *testing.B) {
	const slow = 4 * time.Millisecond
	b.Run("SQLite", func(b *testing.B) {
		intake(b, filepath.Join(b.TempDir(), "kintsugi.db"), 0)
	})
	b.Run("SQLite on a slow disk", func(b *testing.B) {
		intake(b, filepath.Join(b.TempDir(), "kintsugi.db"), slow, func(o *options) { o.committing = func() { time.Sleep(slow) } })
	})
	b.Run("PostgreSQL", func(b *testing.B) {
		intake(b, postgrestest.Own(b, "fsync=on").New(b), 0)
	})
}

func intake(b *testing.B, url string, slow time.Duration, opts ...Option) {
	clk := clock.New()
	s, err := Open(b.Context(), url, 1, clk, opts...)
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	log, err := startAppend(filepath.Join(b.TempDir(), "limit"), slow)
	if err != nil {
		b.Fatal(err)
	}
	defer log.stop()
	var guid atomic.Int64
	// In turns, so that a slow moment of the disk falls on both.
	const turns = 10
	var ours, limit time.Duration
	var waits []time.Duration
	b.ResetTimer()
	for turn := range turns {
		n := b.N/turns + min(1, max(0, b.N%turns-turn))
		took, each := send(b, n, func(payload []byte) error { return deliver(s, clk, guid.Add(1), payload) })
		ours, waits = ours+took, append(waits, each...)
		took, _ = send(b, n, log.append)
		limit += took
	}
	b.StopTimer()
	b.ReportMetric(0, "ns/op") // the sum of both says nothing
	b.ReportMetric(float64(b.N)/ours.Seconds(), "intakes/s")
	b.ReportMetric(float64(b.N)/limit.Seconds(), "limit/s")
	b.ReportMetric(ours.Seconds()/limit.Seconds(), "limit/intake")
	b.ReportMetric(percentile(waits, 99), "p99-ms")
}

// deliver takes in the n-th delivery, for one of 500 subjects.
func deliver(s *Store, clk clock.Clock, n int64, payload []byte) error {
	_, err := s.Intake(context.Background(), Delivery{
		GUID: fmt.Sprintf("%032d", n), Event: "issues", Action: "edited", Payload: payload, ReceivedAt: clk.Now(),
	}, []Wake{{Key: fmt.Sprintf("acme/a#%d", n%500)}})
	return err
}

func percentile(all []time.Duration, p int) (ms float64) {
	if len(all) == 0 {
		return 0
	}
	slices.Sort(all)
	return float64(all[min(len(all)-1, len(all)*p/100)]) / float64(time.Millisecond)
}

// send passes n signed payloads to accept, from all senders at once, and
// returns how long all of it took, and each.
func send(b *testing.B, n int, accept func(payload []byte) error) (all time.Duration, each []time.Duration) {
	var (
		secret  = []byte("It's a Secret to Everybody")
		left    atomic.Int64
		mu      sync.Mutex
		group   sync.WaitGroup
		started = time.Now()
	)
	left.Store(int64(n))
	for c := range senders {
		group.Go(func() {
			payload := likeGitHubs(uint64(c), smallestPayload+c*(largestPayload-smallestPayload)/(senders-1))
			var waits []time.Duration
			for left.Add(-1) >= 0 {
				since := time.Now()
				mac := hmac.New(sha256.New, secret)
				mac.Write(payload)
				if len(mac.Sum(nil)) == 0 {
					b.Error("no signature")
				}
				if err := accept(payload); err != nil {
					b.Error(err)
					return
				}
				waits = append(waits, time.Since(since))
			}
			mu.Lock()
			each = append(each, waits...)
			mu.Unlock()
		})
	}
	group.Wait()
	return time.Since(started), each
}

// likeGitHubs is a payload of this size that shrinks as GitHub's own do, to about
// a fifth: it consists of accounts and their many addresses, with ids and
// tokens that no other has.
func likeGitHubs(seed uint64, size int) []byte {
	r := rand.New(rand.NewPCG(seed, 7))
	var b bytes.Buffer
	b.WriteString(`{"action":"edited","issue":[`)
	for b.Len() < size {
		login, at := fmt.Sprintf("user-%x", r.Uint32()), "https://api.github.com/users/"
		fmt.Fprintf(&b, `{"login":%q,"id":%d,"node_id":"%016x%016x","gravatar_id":""`, login, r.Uint32(), r.Uint64(), r.Uint64())
		for _, what := range []string{"followers", "following", "gists", "starred", "subscriptions", "orgs", "repos", "events", "received_events"} {
			fmt.Fprintf(&b, `,"%s_url":"%s%s/%s"`, what, at, login, what)
		}
		fmt.Fprintf(&b, `,"site_admin":false,"body":"%x"},`, r.Uint64())
	}
	return b.Bytes()[:size]
}

// appendLog is the least that a durable intake can do.
type appendLog struct {
	file  *os.File
	slow  time.Duration
	queue chan entry
	done  chan struct{}
}

type entry struct {
	payload []byte
	synced  chan error
}

func startAppend(path string, slow time.Duration) (*appendLog, error) {
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	log := &appendLog{f, slow, make(chan entry), make(chan struct{})}
	go log.run()
	return log, nil
}

func (l *appendLog) append(payload []byte) error {
	e := entry{payload, make(chan error, 1)}
	l.queue <- e
	return <-e.synced
}

func (l *appendLog) stop() {
	close(l.queue)
	<-l.done
	_ = l.file.Close()
}

func (l *appendLog) run() {
	defer close(l.done)
	var buffer []byte
	for first := range l.queue {
		group := []entry{first}
		for more := true; more; {
			select {
			case e, open := <-l.queue:
				if more = open; open {
					group = append(group, e)
				}
			default:
				more = false
			}
		}
		buffer = buffer[:0]
		for _, e := range group {
			buffer = append(buffer, e.payload...)
		}
		_, err := l.file.Write(buffer)
		if err == nil {
			time.Sleep(l.slow)
			err = l.file.Sync()
		}
		for _, e := range group {
			e.synced <- err
		}
	}
}

// BenchmarkMemory takes in 100,000 deliveries, of which none is handled, and
// reports what the process holds then. It is one pass, whatever -benchtime.
func BenchmarkMemory(b *testing.B) {
	for name, url := range map[string]func() string{
		"SQLite":     func() string { return filepath.Join(b.TempDir(), "kintsugi.db") },
		"PostgreSQL": func() string { return postgrestest.New(b) },
	} {
		b.Run(name, func(b *testing.B) {
			clk := clock.New()
			s := openAs(b, url(), 1, clk)
			var guid atomic.Int64
			send(b, 100_000, func(payload []byte) error { return deliver(s, clk, guid.Add(1), payload[:smallestPayload]) })
			var after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&after)
			b.ReportMetric(float64(after.HeapInuse)/(1<<20), "heap-MiB")
			b.ReportMetric(float64(after.Sys)/(1<<20), "from-system-MiB")
			b.ReportMetric(cmp.Or(resident(), 0), "resident-MiB")
		})
	}
}

// resident is the memory of the process as linux tells it, else 0.
func resident() (mib float64) {
	status, _ := os.ReadFile("/proc/self/status")
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			_, _ = fmt.Sscan(rest, &mib)
		}
	}
	return mib / 1024
}
