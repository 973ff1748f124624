package githubapp

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/kintsugi-app/kintsugi/app/engine"
)

// How fast one installation may write. GitHub wants a second between writes
// where there are many, and refuses more than 80 contents created in a minute
// or 500 in an hour; the bucket keeps that and lets a single incident be
// answered at once. docs: Rate limits for the REST API, "About secondary rate
// limits"; Best practices for using the REST API, "Pause between mutative
// requests".
const (
	writeBurst      = 20
	writesPerSecond = 1
	createdAMinute  = 80
	createdAnHour   = 500
)

// How long to wait where GitHub asks for it. docs: Rate limits for the REST
// API, "Exceeding the rate limit": at least a minute where no header says
// more, then exponentially longer. The bounds are ours: no answer, however
// wrong, silences an installation for longer.
const (
	firstPause   = time.Minute
	longestPause = 16 * time.Minute
	longestWait  = 65 * time.Minute
)

// limits are what one installation may still do. It keeps no time of its own.
type limits struct {
	mu      sync.Mutex
	until   time.Time // nothing is sent before
	why     string
	strikes int // limits without a header in a row
	writes  *rate.Limiter
	created []time.Time // of the last hour, oldest first
}

func newLimits() *limits {
	return &limits{writes: rate.NewLimiter(writesPerSecond, writeBurst)}
}

// comeBack is how much longer whoever finds the bucket empty stays away, so
// that it finds more than one write in it: coming back costs reads.
const comeBack = 4 * time.Second

// admit lets a request pass or says when to come back. A write that passes is
// counted, whatever becomes of it.
func (l *limits) admit(method string, now time.Time) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if now.Before(l.until) {
		return &engine.Later{At: l.until, Reason: l.why}
	}
	if method == http.MethodGet || method == http.MethodHead {
		return nil
	}
	if method == http.MethodPost {
		if at := l.nextCreation(now); at.After(now) {
			return &engine.Later{At: at, Reason: fmt.Sprintf("own limit of %d creations a minute and %d an hour", createdAMinute, createdAnHour)}
		}
	}
	write := l.writes.ReserveN(now, 1)
	if wait := write.DelayFrom(now); wait > 0 {
		write.CancelAt(now)
		return &engine.Later{At: now.Add(wait + comeBack), Reason: "own limit of one write a second"}
	}
	if method == http.MethodPost {
		l.created = append(l.created, now)
	}
	return nil
}

// nextCreation is when the next content may be created; not after now for at
// once.
func (l *limits) nextCreation(now time.Time) time.Time {
	l.created = slices.DeleteFunc(l.created, func(t time.Time) bool { return now.Sub(t) >= time.Hour })
	var at time.Time
	for _, limit := range []struct {
		count  int
		window time.Duration
	}{{createdAMinute, time.Minute}, {createdAnHour, time.Hour}} {
		if n := len(l.created) - limit.count; n >= 0 {
			if free := l.created[n].Add(limit.window); free.After(at) {
				at = free
			}
		}
	}
	return at
}

// observe learns from an answer to a request that went out at sent. It returns
// nil unless the answer is a limit, which why is the reason of; the request
// then had no effect.
func (l *limits) observe(resp *http.Response, limit bool, why string, sent, now time.Time) *engine.Later {
	l.mu.Lock()
	defer l.mu.Unlock()
	reset, spent := quotaSpent(resp.Header, now)
	if !limit {
		if resp.StatusCode < 400 && !now.Before(l.until) {
			l.strikes = 0
		}
		if spent && reset.After(l.until) {
			// The answer is good, but it was the last one of this hour.
			l.until, l.why = reset, "GitHub's hourly limit is used up"
		}
		return nil
	}
	at, headers := retryAfter(resp.Header, now)
	if !headers && spent {
		at, headers = reset, true
	}
	if !headers {
		at = now.Add(l.pause(sent))
	}
	if at.After(l.until) {
		l.until, l.why = at, why
	}
	return &engine.Later{At: l.until, Reason: l.why}
}

// pause is the exponential wait. Requests that were under way together count
// as one strike: those sent before the pause began learn nothing new.
func (l *limits) pause(sent time.Time) time.Duration {
	if !sent.Before(l.until) || l.strikes == 0 {
		l.strikes++
	}
	return min(firstPause<<min(l.strikes-1, 10), longestPause)
}

// isLimit tells a limit from other refusals. GitHub says both with 403, and
// only some limits carry a header.
// docs: Rate limits for the REST API, "Exceeding the rate limit".
func isLimit(resp *http.Response, body []byte) bool {
	switch resp.StatusCode {
	case http.StatusTooManyRequests:
		return true
	case http.StatusForbidden:
	default:
		return false
	}
	if resp.Header.Get("Retry-After") != "" {
		return true
	}
	said := strings.ToLower(string(body))
	if strings.Contains(said, "rate limit") || strings.Contains(said, "rate-limit") || strings.Contains(said, "abuse detection") {
		return true
	}
	// A missing permission stays one on the last request of the hour.
	return resp.Header.Get("X-RateLimit-Remaining") == "0" && !strings.Contains(said, "not accessible")
}

// retryAfter reads seconds or a date, as RFC 9110 allows both.
func retryAfter(h http.Header, now time.Time) (time.Time, bool) {
	text := h.Get("Retry-After")
	if text == "" {
		return time.Time{}, false
	}
	if seconds, err := strconv.ParseInt(text, 10, 64); err == nil {
		seconds = max(1, min(seconds, int64(longestWait/time.Second)))
		return now.Add(time.Duration(seconds) * time.Second), true
	}
	if at, err := http.ParseTime(text); err == nil && at.After(now) {
		return bounded(at, now), true
	}
	return time.Time{}, false
}

// quotaSpent is when the hour's requests are given anew, if there are none
// left. A moment already past says nothing: the clocks differ.
func quotaSpent(h http.Header, now time.Time) (reset time.Time, spent bool) {
	if h.Get("X-RateLimit-Remaining") != "0" {
		return time.Time{}, false
	}
	if resource := h.Get("X-RateLimit-Resource"); resource != "" && resource != "core" {
		return time.Time{}, false // search and others are counted apart
	}
	seconds, err := strconv.ParseInt(h.Get("X-RateLimit-Reset"), 10, 64)
	if err != nil {
		return time.Time{}, false
	}
	reset = time.Unix(seconds, 0).UTC()
	return bounded(reset, now), reset.After(now)
}

func bounded(at, now time.Time) time.Time {
	if latest := now.Add(longestWait); at.After(latest) {
		return latest
	}
	return at.UTC()
}
