package fakehub

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Fault is what goes wrong with one request. Its parts combine: a request may
// be delayed and then lose its answer.
type Fault struct {
	// Delay waits on the hub's clock before anything else. A client that gives
	// up meanwhile has had no effect.
	Delay time.Duration
	// DropRequest cuts the connection before the request has an effect.
	DropRequest bool
	// Status answers without an effect, with Header and a message.
	Status  int
	Header  map[string]string
	Message string
	// LandAfter cuts the connection now; the effect happens that much later.
	LandAfter time.Duration
	// DropAnswer cuts the connection after the effect.
	DropAnswer bool
}

type injected struct {
	judge func(*http.Request) *Fault
}

// Fault asks judge about every request from now on, until remove is called. It
// returns nil for a request that nothing is wrong with. The first fault found
// is the one that happens. The request's body may be read; judge may call the
// hub.
func (h *Hub) Fault(judge func(*http.Request) *Fault) (remove func()) {
	defer h.begin()()
	f := &injected{judge}
	h.faults = append(h.faults, f)
	return func() {
		defer h.begin()()
		h.faults = without(h.faults, f)
	}
}

// Matching is the n next requests of a method ("" for any) whose path contains
// part, each of them suffering f. It is meant for Hub.Fault.
func Matching(n int, method, part string, f Fault) func(*http.Request) *Fault {
	return func(r *http.Request) *Fault {
		if n <= 0 || method != "" && r.Method != method || !strings.Contains(r.URL.Path, part) {
			return nil
		}
		n--
		return &f
	}
}

// Before does something once, just before the next request of a method ("" for any)
// whose path contains part has its effect: what somebody else does between two requests
// of a client. It is meant for Hub.Fault.
func Before(method, part string, do func()) func(*http.Request) *Fault {
	done := false
	return func(r *http.Request) *Fault {
		if !done && (method == "" || r.Method == method) && strings.Contains(r.URL.Path, part) {
			done = true
			do()
		}
		return nil
	}
}

func (h *Hub) faultFor(r *http.Request) *Fault {
	h.mu.Lock()
	faults := slices.Clone(h.faults)
	h.mu.Unlock()
	for _, f := range faults {
		if fault := f.judge(r); fault != nil {
			return fault
		}
	}
	return nil
}

// suffer answers r as f has it.
func (h *Hub) suffer(f *Fault, r *http.Request, body []byte) (*call, error) {
	if f.Delay > 0 {
		if err := h.clock.Until(r.Context(), h.clock.Now().Add(f.Delay), nil); err != nil {
			return nil, err
		}
	}
	defer h.begin()()
	switch {
	case f.DropRequest:
		return nil, h.cut(r)
	case f.Status != 0:
		return h.answerFault(f, r), nil
	case f.LandAfter > 0:
		h.landLate(r, body, f.LandAfter)
		return nil, h.cut(r)
	}
	c := h.perform(r, body)
	if f.DropAnswer {
		return nil, h.cut(r)
	}
	h.count(c)
	return c, nil
}

// cut counts a request that was never answered.
func (h *Hub) cut(r *http.Request) error {
	h.count(&call{hub: h, request: r, route: "(cut)"})
	return errCut
}

func (h *Hub) answerFault(f *Fault, r *http.Request) *call {
	c := &call{hub: h, request: r, header: http.Header{}, status: f.Status, route: "(fault)"}
	c.answer = c.refuse(&refusal{
		status: f.Status, message: orDefault(f.Message, http.StatusText(f.Status)), header: f.Header,
	})
	c.common()
	for name, value := range f.Header {
		c.header.Set(name, value)
	}
	c.header.Set("Content-Type", "application/json; charset=utf-8")
	h.count(c)
	return c
}

// lateWrite is a request whose effect is still to come.
type lateWrite struct {
	at      time.Time
	request *http.Request
	body    []byte
}

func (h *Hub) landLate(r *http.Request, body []byte, after time.Duration) {
	late := r.Clone(context.WithoutCancel(r.Context()))
	late.Body = io.NopCloser(bytes.NewReader(body))
	h.late = append(h.late, lateWrite{h.now.Add(after), late, body})
	slices.SortStableFunc(h.late, func(a, b lateWrite) int { return a.at.Compare(b.at) })
}

// landDue performs the late writes whose time has come, as of that time. They
// were counted when they were sent.
func (h *Hub) landDue() {
	now := h.now
	for len(h.late) > 0 && !h.late[0].at.After(now) {
		due := h.late[0]
		h.late = h.late[1:]
		h.now = due.at
		h.perform(due.request, due.body)
	}
	h.now = now
}

// LateWrites is the number of writes that are still to land.
func (h *Hub) LateWrites() int {
	defer h.begin()()
	return len(h.late)
}
