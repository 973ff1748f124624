package githubapp

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/app/engine"
)

// heard is an answer, as far as limits are concerned.
type heard struct {
	header http.Header
	status int
	write  bool
	// limit: the answer is one, because of why.
	limit bool
	why   string
	// sent and now are on our clock; date is GitHub's time at now.
	sent, now, date time.Time
}

// window is GitHub's word for when the hour ends, if that is still to come.
func (h heard) window() (word int64, ends time.Time, ok bool) {
	word, err := strconv.ParseInt(h.header.Get("X-RateLimit-Reset"), 10, 64)
	ends = time.Unix(word, 0)
	return word, ends, err == nil && ends.After(h.date)
}

// graphLimit reads from an answer of GraphQL's with status 200 whether the whole
// document was refused because of a secondary limit, or because GraphQL's own hourly
// points are spent, which REST's are counted apart from.
func graphLimit(body []byte) (secondary, spent bool, said string) {
	var answer graphAnswer
	if json.Unmarshal(body, &answer) != nil {
		return false, false, "" // that is told when it is read for what it says
	}
	e, limit, secondary := answer.limit()
	return secondary, limit && !secondary, e.Message
}

// graphQLSpent is when GraphQL's points are given anew. The lane stays open: what
// goes over REST has nothing to do with it.
func (h heard) graphQLSpent() *engine.Later {
	if _, ends, ok := h.window(); ok {
		return &engine.Later{At: bounded(h.now.Add(ends.Sub(h.date)), h.now), Reason: h.why}
	}
	return &engine.Later{At: h.now.Add(firstPause), Reason: h.why, Guessed: true}
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
func retryAfter(h http.Header, now, date time.Time) (time.Time, bool) {
	text := h.Get("Retry-After")
	if text == "" {
		return time.Time{}, false
	}
	if seconds, err := strconv.ParseInt(text, 10, 64); err == nil {
		seconds = max(1, min(seconds, int64(longestWait/time.Second)))
		return now.Add(time.Duration(seconds) * time.Second), true
	}
	if at, err := http.ParseTime(text); err == nil && at.After(date) {
		return bounded(now.Add(at.Sub(date)), now), true
	}
	return time.Time{}, false
}

func bounded(at, now time.Time) time.Time {
	if latest := now.Add(longestWait); at.After(latest) {
		return latest
	}
	return at.UTC()
}
