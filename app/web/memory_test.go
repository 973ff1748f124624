package web_test

import (
	"io"
	"net/http"
	"net/http/httptest"
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
