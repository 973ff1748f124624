package store

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/clock"
)

const (
	connections  = 32
	payloadBytes = 16 << 10
)

// BenchmarkIntake is the durable intake of deliveries from 32 connections,
// their signatures checked, as a share of the limit: the same checks and an
// append to a file, synced once for all that wait. limit/intake is how many
// times faster the limit is; nearer to 1 is better.
func BenchmarkIntake(b *testing.B) {
	clk := clock.New()
	s, err := Open(b.Context(), filepath.Join(b.TempDir(), "kintsugi.db"), 1, clk)
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	log, err := startAppend(filepath.Join(b.TempDir(), "limit"))
	if err != nil {
		b.Fatal(err)
	}
	defer log.stop()

	var guid atomic.Int64
	intake := func(payload []byte) error {
		n := guid.Add(1)
		d := Delivery{
			GUID: fmt.Sprintf("%032d", n), Event: "issues", Action: "edited",
			Payload: payload, ReceivedAt: clk.Now(),
		}
		_, err := s.Intake(context.Background(), d, []Wake{{Key: fmt.Sprintf("acme/a#%d", n%500)}})
		return err
	}
	// In turns, so that a slow moment of the disk falls on both.
	const turns = 10
	var ours, limit time.Duration
	b.ResetTimer()
	for turn := range turns {
		n := b.N/turns + min(1, max(0, b.N%turns-turn))
		ours += took(b, clk, n, intake)
		limit += took(b, clk, n, log.append)
	}
	b.StopTimer()
	b.ReportMetric(0, "ns/op") // the sum of both says nothing
	b.ReportMetric(float64(b.N)/ours.Seconds(), "intakes/s")
	b.ReportMetric(float64(b.N)/limit.Seconds(), "limit/s")
	b.ReportMetric(ours.Seconds()/limit.Seconds(), "limit/intake")
}

// took sends n signed payloads through accept, from all connections at once.
func took(b *testing.B, clk clock.Clock, n int, accept func(payload []byte) error) time.Duration {
	var (
		secret  = []byte("It's a Secret to Everybody")
		left    atomic.Int64
		all     sync.WaitGroup
		started = clk.Now()
	)
	left.Store(int64(n))
	for c := range connections {
		all.Go(func() {
			payload := make([]byte, payloadBytes)
			for i := range payload {
				payload[i] = byte(i * (c + 1))
			}
			for left.Add(-1) >= 0 {
				mac := hmac.New(sha256.New, secret)
				mac.Write(payload)
				if len(mac.Sum(nil)) == 0 {
					b.Error("no signature")
				}
				if err := accept(payload); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	return clk.Now().Sub(started)
}

// appendLog is the least that a durable intake can do.
type appendLog struct {
	file  *os.File
	queue chan entry
	done  chan struct{}
}

type entry struct {
	payload []byte
	synced  chan error
}

func startAppend(path string) (*appendLog, error) {
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	log := &appendLog{f, make(chan entry), make(chan struct{})}
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
			err = l.file.Sync()
		}
		for _, e := range group {
			e.synced <- err
		}
	}
}
