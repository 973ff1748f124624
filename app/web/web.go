// Package web is the program's face towards the network: the route that takes
// GitHub's webhooks, the pages by which operators see that it lives, that it is
// ready, and what it counts, and reading lists as web pages. It bounds what a stranger may cost and hands
// on only what GitHub signed. It must not know what a delivery says, how it is
// stored or decoded, nor any rule: all of that is given to it as functions.
package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"golang.org/x/sync/semaphore"

	"github.com/kintsugi-app/kintsugi/app/clock"
)

// The routes, which other programs rely on.
const (
	PathWebhooks = "/webhooks/github"
	PathHealth   = "/healthz"
	PathReady    = "/readyz"
	PathMetrics  = "/metrics"
)

// Config is what the routes are made from. Verify and Intake are required.
type Config struct {
	// Verify tells whether GitHub signed the body, given the header
	// X-Hub-Signature-256.
	Verify func(body []byte, signature256 string) bool
	// Intake puts a verified delivery on disk. Only once it returned without
	// an error is the delivery answered with success.
	Intake func(context.Context, Delivery) (Outcome, error)
	// Counted, where set, hears how each request to the webhook route ended.
	// The event is empty until the signature held: what a stranger writes must
	// not become a metric.
	Counted func(event string, outcome Outcome)
	// NotReady names what is not ready, for operators; nil means ready. It is
	// asked by strangers, so it is cheap and names no secret.
	NotReady func(context.Context) []string
	// Metrics is served on PathMetrics; nil serves none here.
	Metrics http.Handler
	// ReadingLists are shown under PathReadingList, by OWNER/REPO.
	ReadingLists map[string]ReadingList
	// Clock is needed where there are any.
	Clock clock.Clock
	// MaxBody bounds one delivery, by default GitHub's own limit. MaxReading
	// bounds the bytes of all deliveries being read at once.
	MaxBody, MaxReading int64
	Log                 *slog.Logger
}

// GitHub caps payloads at 25 MB.
// docs: Webhook events and payloads, "Payload cap".
const (
	defaultMaxBody    = 25 << 20
	defaultMaxReading = 64 << 20
)

// Handler serves the routes.
func Handler(c Config) http.Handler {
	if c.MaxBody == 0 {
		c.MaxBody = defaultMaxBody
	}
	if c.MaxReading == 0 {
		c.MaxReading = max(defaultMaxReading, 2*c.MaxBody)
	}
	if c.Counted == nil {
		c.Counted = func(string, Outcome) {}
	}
	if c.NotReady == nil {
		c.NotReady = func(context.Context) []string { return nil }
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	w := &webhooks{Config: c, reading: semaphore.NewWeighted(c.MaxReading)}

	r := newRouter(c.Log)
	r.POST(PathWebhooks, w.take)
	r.GET(PathHealth, func(g *gin.Context) { g.String(http.StatusOK, "alive\n") })
	r.GET(PathReady, readiness(c.NotReady))
	if c.Metrics != nil {
		r.GET(PathMetrics, gin.WrapH(c.Metrics))
	}
	addReadingLists(r, c)
	return r
}

// MetricsHandler serves the metrics alone, for an address of their own.
func MetricsHandler(metrics http.Handler, log *slog.Logger) http.Handler {
	r := newRouter(log)
	r.GET(PathMetrics, gin.WrapH(metrics))
	return r
}

// newRouter is a gin that says nothing by itself, believes no header about who
// is calling, and guesses no address.
func newRouter(log *slog.Logger) *gin.Engine {
	gin.SetMode(gin.ReleaseMode)
	r := gin.New()
	// No proxy is believed; the list is valid, so there is no error.
	_ = r.SetTrustedProxies(nil)
	r.HandleMethodNotAllowed = true
	r.RedirectTrailingSlash = false
	r.Use(recovering(log))
	return r
}

// recovering turns a panic into a 500 and a line in the log; the process and
// everybody else's requests go on. gin's own would print the headers.
func recovering(log *slog.Logger) gin.HandlerFunc {
	return func(g *gin.Context) {
		defer func() {
			p := recover()
			if p == nil {
				return
			}
			if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				panic(p) // net/http's way to cut a connection
			}
			log.Error("a request panicked", "route", g.FullPath(), "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			if !g.Writer.Written() {
				g.String(http.StatusInternalServerError, "something went wrong here; it has been logged\n")
			}
			g.Abort()
		}()
		g.Next()
	}
}

// readiness says what is not ready, without reasons that belong in the log.
func readiness(notReady func(context.Context) []string) gin.HandlerFunc {
	return func(g *gin.Context) {
		missing := notReady(g.Request.Context())
		if len(missing) == 0 {
			g.String(http.StatusOK, "ready\n")
			return
		}
		g.String(http.StatusServiceUnavailable, "not ready:\n- %s\n", strings.Join(missing, "\n- "))
	}
}

// How long a request may take in each of its phases. GitHub gives up after ten
// seconds; twenty for a body leave room for a slow proxy in between.
const (
	headerWithin = 5 * time.Second
	readWithin   = 20 * time.Second
	writeWithin  = 30 * time.Second
	idleFor      = 2 * time.Minute
	maxHeader    = 32 << 10
)

// NewServer is an http.Server on which nobody can linger.
func NewServer(h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: headerWithin,
		ReadTimeout:       readWithin,
		WriteTimeout:      writeWithin,
		IdleTimeout:       idleFor,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
}
