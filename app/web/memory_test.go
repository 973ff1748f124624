package web_test

import (
	"context"
	"crypto/sha256"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"sync"
	"testing"

	"github.com/kintsugi-app/kintsugi/app/web"
)

// stalling is a body of which a part comes and then, for a long time, nothing.
type stalling struct {
	left    int
	stalled chan<- struct{}
	goOn    <-chan struct{}
}

func (s *stalling) Read(p []byte) (int, error) {
	if s.left == 0 {
		s.stalled <- struct{}{}
		<-s.goOn
		return 0, io.ErrUnexpectedEOF
	}
	n := min(len(p), s.left)
	for i := range p[:n] {
		p[i] = 'a'
	}
	s.left -= n
	return n, nil
}

// TestManyLargeBodiesAtOnce: the memory that strangers can hold is bounded by
// the budget, and not by how many they are or by what they announce.
func TestManyLargeBodiesAtOnce(t *testing.T) {
	const senders, each, budget = 100, 1 << 20, 8 << 20
	b := &bench{}
	h := b.handler(func(c *web.Config) { c.MaxReading = budget })
	stalled, goOn, ended := make(chan struct{}), make(chan struct{}), make(chan int)
	for i := range senders {
		go func() {
			r := httptest.NewRequest(http.MethodPost, web.PathWebhooks, &stalling{each, stalled, goOn})
			r.Header = delivery(nil).Header
			r.ContentLength = -1
			if i%2 == 0 {
				r.ContentLength = 25 << 20
			}
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			ended <- w.Code
		}()
	}
	holding, refused := 0, 0
	for range senders {
		select {
		case <-stalled:
			holding++
		case code := <-ended:
			if refused++; code != http.StatusServiceUnavailable {
				t.Errorf("answered %d, want 503", code)
			}
		}
	}
	if holding == 0 || holding*each > budget {
		t.Errorf("%d senders hold %d MiB each, of a budget of %d MiB", holding, each>>20, budget>>20)
	}
	close(goOn)
	for range holding {
		if code := <-ended; code != http.StatusBadRequest {
			t.Errorf("a body that ended early is answered %d, want 400", code)
		}
	}
	if len(b.taken) != 0 {
		t.Error("something was taken in")
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, delivery(big(3<<20)))
	if w.Code != http.StatusAccepted {
		t.Errorf("the budget was not given back: answered %d", w.Code)
	}
}

// endless reads as a JSON string of n bytes and needs no memory for it.
type endless struct{ n, at int }

func (e *endless) Read(p []byte) (int, error) {
	if e.at == e.n {
		return 0, io.EOF
	}
	n := min(len(p), e.n-e.at)
	for i := range p[:n] {
		p[i] = 'a'
		if e.at+i == 0 || e.at+i == e.n-1 {
			p[i] = '"'
		}
	}
	e.at += n
	return n, nil
}

// TestThirtyTwoLargestAtOnce: of 32 deliveries of 25 MiB at once as many are
// held as the budget allows, the others are told to come again, and come
// through later; 26 MiB never do.
func TestThirtyTwoLargestAtOnce(t *testing.T) {
	if testing.Short() {
		t.Skip("signs and reads some two gigabytes")
	}
	const senders, largest, budget = 32, 25 << 20, 64 << 20
	signed := map[int]string{}
	for _, size := range []int{largest, largest + 1<<20} {
		signed[size] = sign(sha256.New, "sha256=", secret, big(size))
	}
	held, goOn := make(chan struct{}, senders), make(chan struct{})
	b := &bench{}
	h := b.handler(func(c *web.Config) {
		c.Intake = func(context.Context, web.Delivery) (web.Outcome, error) {
			held <- struct{}{}
			<-goOn
			return web.Accepted, nil
		}
	})
	post := func(size int, announced bool) int {
		r := httptest.NewRequest(http.MethodPost, web.PathWebhooks, &endless{n: size})
		r.Header = delivery(nil, with("X-Hub-Signature-256", signed[size])).Header
		r.ContentLength = -1
		if announced {
			r.ContentLength = int64(size)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Code
	}
	var before, during runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	ended := make(chan int, senders)
	for i := range senders {
		go func() { ended <- post(largest, i%2 == 0) }()
	}
	holding := 0
	for range senders {
		select {
		case <-held:
			holding++
		case code := <-ended:
			if code != http.StatusServiceUnavailable {
				t.Errorf("answered %d, want 503", code)
			}
		}
	}
	runtime.GC()
	runtime.ReadMemStats(&during)
	grown := int64(during.HeapAlloc) - int64(before.HeapAlloc)
	if holding == 0 || grown > budget+8<<20 {
		t.Errorf("%d deliveries are held, in %d MiB", holding, grown>>20)
	}
	t.Logf("%d of %d held, in %d MiB; %d MiB of the machine's memory", holding, senders, grown>>20, during.Sys>>20)
	if during.Sys > before.Sys+4*budget {
		t.Errorf("the process took %d MiB of the machine's memory", during.Sys>>20)
	}
	close(goOn)
	for range holding {
		if code := <-ended; code != http.StatusAccepted {
			t.Errorf("a delivery that was held is answered %d", code)
		}
	}
	if code := post(largest, false); code != http.StatusAccepted {
		t.Errorf("one that came again is answered %d", code)
	}
	<-held
	var group sync.WaitGroup
	for i := range senders {
		group.Go(func() {
			// Unannounced, its length shows only while it is read, for which there
			// may be no room.
			code := post(largest+1<<20, i%2 == 0)
			if code != http.StatusRequestEntityTooLarge && (i%2 == 0 || code != http.StatusServiceUnavailable) {
				t.Errorf("26 MiB are answered %d", code)
			}
		})
	}
	group.Wait()
	if len(held) != 0 {
		t.Error("26 MiB were taken in")
	}
}
