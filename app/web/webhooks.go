package web

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"

	"github.com/gin-gonic/gin"
	"golang.org/x/sync/semaphore"
)

// Delivery is what GitHub sent, its signature having held.
type Delivery struct {
	// GUID is X-GitHub-Delivery: the same again when it is delivered again.
	GUID  string
	Event string
	Body  []byte
}

// Outcome is how a request to the webhook route ended, for counting.
type Outcome string

// The outcomes. Those of Intake are answered with 202.
const (
	Accepted  Outcome = "accepted"
	Duplicate Outcome = "duplicate" // known already, by its GUID
	Unknown   Outcome = "unknown"   // an event that nobody here looks at

	Unsigned  Outcome = "unsigned"
	Malformed Outcome = "malformed"
	TooLarge  Outcome = "too_large"
	Busy      Outcome = "busy"
	Failed    Outcome = "failed"
)

// webhooks takes deliveries.
type webhooks struct {
	Config
	reading *semaphore.Weighted
	// failing is true from the first delivery that could not be taken in until
	// one could: the log says so once, and not with each of thousands.
	failing atomic.Bool
}

// maxName is longer than any event's name and any GUID of GitHub's.
const maxName = 100

// take answers a delivery. What costs nothing is looked at first, so that a
// stranger without so much as the form of a signature cannot make us read.
func (w *webhooks) take(g *gin.Context) {
	h := g.Request.Header
	signature := h.Get("X-Hub-Signature-256")
	event, guid := h.Get("X-GitHub-Event"), h.Get("X-GitHub-Delivery")
	switch {
	case !strings.HasPrefix(signature, "sha256="):
		w.refuse(g, http.StatusUnauthorized, Unsigned, "the header X-Hub-Signature-256 is missing; set the App's webhook secret, and sign with SHA-256")
		return
	case !isName(event) || !isName(guid):
		w.refuse(g, http.StatusBadRequest, Malformed, "the headers X-GitHub-Event and X-GitHub-Delivery are needed")
		return
	case g.Request.ContentLength > w.MaxBody:
		w.tooLarge(g)
		return
	}
	limit := w.MaxBody
	if announced := g.Request.ContentLength; announced >= 0 {
		limit = announced
	}
	body, release, err := readBounded(http.MaxBytesReader(g.Writer, g.Request.Body, w.MaxBody), limit, w.reading)
	defer release()
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		w.tooLarge(g)
	case errors.Is(err, errFull):
		g.Header("Retry-After", "5")
		w.refuse(g, http.StatusServiceUnavailable, Busy, "too much is being read at this moment; deliver again")
	case err != nil:
		w.refuse(g, http.StatusBadRequest, Malformed, "the body ended early")
	case !w.Verify(body, signature):
		w.refuse(g, http.StatusUnauthorized, Unsigned, "the signature does not fit; is the webhook secret the one of the App's settings page?")
	case !json.Valid(body):
		w.answer(g, http.StatusBadRequest, event, Malformed, "the body is not JSON; choose the content type application/json in the App's webhook settings")
	default:
		w.intake(g, Delivery{GUID: guid, Event: event, Body: body})
	}
}

func (w *webhooks) intake(g *gin.Context, d Delivery) {
	outcome, err := w.Intake(g.Request.Context(), d)
	if err != nil {
		// The reason is the operators' business.
		level := slog.LevelError
		if w.failing.Swap(true) {
			level = slog.LevelDebug
		}
		w.Log.Log(g.Request.Context(), level, "a delivery was not taken in, nor may those that follow be; they are asked for again later",
			"event", d.Event, "delivery", d.GUID, "error", err)
		g.Header("Retry-After", "5")
		w.answer(g, http.StatusServiceUnavailable, d.Event, Failed, "not taken in; deliver again")
		return
	}
	if w.failing.Swap(false) {
		w.Log.Info("deliveries are taken in again")
	}
	w.answer(g, http.StatusAccepted, d.Event, outcome, string(outcome))
}

// refuse answers somebody who has not shown to be GitHub.
func (w *webhooks) refuse(g *gin.Context, status int, outcome Outcome, why string) {
	w.answer(g, status, "", outcome, why)
}

func (w *webhooks) tooLarge(g *gin.Context) {
	// What is left of the body is not worth reading.
	g.Header("Connection", "close")
	w.refuse(g, http.StatusRequestEntityTooLarge, TooLarge, "a delivery has at most 25 MiB")
}

func (w *webhooks) answer(g *gin.Context, status int, event string, outcome Outcome, text string) {
	w.Counted(event, outcome)
	g.String(status, "%s\n", text)
}

// isName tells whether a header can be an event's name or a GUID: short, and
// of characters that need no care wherever they are written.
func isName(s string) bool {
	if s == "" || len(s) > maxName {
		return false
	}
	return !strings.ContainsFunc(s, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && r != '_' && r != '-' && r != '.'
	})
}
