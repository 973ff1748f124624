package store

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/clock"
	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/app/store/postgrestest"
)

// work claims and finishes at once, as the engine's workers do with GitHub left
// out, until done ends. ran hears of each run.
func work(ctx context.Context, b *testing.B, s *Store, clk clock.Clock, ran func(c engine.Claim)) {
	for ctx.Err() == nil {
		c, next, claimed, err := s.Claim(ctx, time.Minute, nil)
		if err == nil && claimed {
			ran(c)
			err = s.Finish(ctx, c, engine.Outcome{Entry: &engine.Entry{Plan: "x"}})
		}
		if err != nil && ctx.Err() == nil && !errors.Is(err, engine.ErrLeaseLost) {
			b.Error(err)
			return
		}
		if claimed {
			continue
		}
		until := clk.Now().Add(time.Second)
		if !next.IsZero() && next.Before(until) {
			until = next
		}
		_ = clk.Until(ctx, until, s.Doorbell())
	}
}

// BenchmarkDrain lets two replicas on one PostgreSQL database work through
// 50,000 deliveries for 5,000 subjects while they come in. It is one pass,
// whatever -benchtime, and fails unless each was handled.
func BenchmarkDrain(b *testing.B) {
	const deliveries, subjects, workers = 50_000, 5_000, 4
	url, clk := postgrestest.Own(b, "fsync=on").New(b), clock.New()
	stores := []*Store{openAs(b, url, 1, clk), openAs(b, url, 1, clk)}
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	var (
		runs, taken atomic.Int64
		all         sync.WaitGroup
	)
	for _, s := range stores {
		for range workers {
			all.Go(func() { work(ctx, b, s, clk, func(engine.Claim) { runs.Add(1) }) })
		}
	}
	started := time.Now()
	send(b, deliveries, func(payload []byte) error {
		n := taken.Add(1)
		_, err := stores[n%2].Intake(ctx, Delivery{GUID: fmt.Sprint(n), Payload: payload, ReceivedAt: clk.Now()},
			[]Wake{{Key: fmt.Sprintf("acme/a#%d", n%subjects)}})
		return err
	})
	came := time.Since(started)
	for due, leased := 1, 0; due+leased > 0; time.Sleep(10 * time.Millisecond) {
		var err error
		if due, leased, err = stores[0].Busy(ctx); err != nil {
			b.Fatal(err)
		}
	}
	took := time.Since(started)
	cancel()
	all.Wait()
	var stored, unhandled int
	if err := admin(b, url).QueryRow(`SELECT (SELECT count(*) FROM deliveries),
		(SELECT count(*) FROM delivery_wakes w JOIN subjects s ON s.app = w.app AND s.key = w.key WHERE s.done_seq < w.wake_seq)`).
		Scan(&stored, &unhandled); err != nil {
		b.Fatal(err)
	}
	if stored != deliveries || unhandled != 0 {
		b.Errorf("%d of %d stored, %d not handled", stored, deliveries, unhandled)
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(deliveries/came.Seconds(), "intakes/s")
	b.ReportMetric(deliveries/took.Seconds(), "handled/s")
	b.ReportMetric(deliveries/float64(runs.Load()), "deliveries/run")
}

// BenchmarkNeighbour is how long a subject waits for its run while another one
// has 10,000 deliveries that come in at the same time: 100 times, one pass,
// whatever -benchtime.
func BenchmarkNeighbour(b *testing.B) {
	url, clk := postgrestest.Own(b, "fsync=on").New(b), clock.New()
	s := openAs(b, url, 1, clk)
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	var all sync.WaitGroup
	began := make(chan time.Time, 1)
	for range 4 {
		all.Go(func() {
			work(ctx, b, s, clk, func(c engine.Claim) {
				if c.Key == "acme/quiet#1" {
					began <- time.Now()
				}
			})
		})
	}
	var taken atomic.Int64
	all.Go(func() {
		send(b, 10_000, func(payload []byte) error {
			_, err := s.Intake(context.Background(), Delivery{GUID: fmt.Sprint(taken.Add(1)), Payload: payload, ReceivedAt: clk.Now()},
				[]Wake{{Key: "acme/busy#1"}})
			return err
		})
	})
	var waits []time.Duration
	for range 100 {
		woken := time.Now()
		if err := s.Wake(ctx, engine.Live, "acme/quiet#1"); err != nil {
			b.Fatal(err)
		}
		waits = append(waits, (<-began).Sub(woken))
	}
	meanwhile := taken.Load()
	cancel()
	all.Wait()
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(percentile(waits, 50), "p50-ms")
	b.ReportMetric(percentile(waits, 100), "max-ms")
	b.ReportMetric(float64(meanwhile), "deliveries-meanwhile")
}
