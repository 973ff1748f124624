package githubapp

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/google/go-github/v62/github"
)

// Requests that met a refused token together: the first to come back drops it,
// and the others leave the new one alone.
func TestDropOnlyWhatWasRefused(t *testing.T) {
	c := &installationToken{app: &App{base: &url.URL{}}, current: "old"}
	first := c.source
	if !c.drop("old") || c.source == first {
		t.Error("the refused token is still there")
	}
	c.current = "new"
	second := c.source
	if !c.drop("old") || c.source != second || c.current != "new" {
		t.Error("a token that nobody refused was dropped")
	}
}

// Requests under way together when a limit begins count once.
func TestStrikesTogether(t *testing.T) {
	l := newLimits(pacePerInstallation)
	now := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	limited := &http.Response{StatusCode: http.StatusTooManyRequests, Header: http.Header{}}
	hit := func(sent time.Time) time.Duration {
		t.Helper()
		later, _ := l.observe(heard{header: limited.Header, status: limited.StatusCode, limit: true, why: "why", sent: sent, now: now, date: now})
		if later == nil {
			t.Fatal("not a limit")
		}
		return later.At.Sub(now)
	}
	for range 5 {
		if got := hit(now); got != time.Minute {
			t.Errorf("together: %v", got)
		}
	}
	now = now.Add(time.Minute)
	if got := hit(now); got != 2*time.Minute {
		t.Errorf("again: %v", got)
	}
	// An answer to what was sent before does not end the series.
	_, _ = l.observe(heard{header: http.Header{}, status: http.StatusOK, sent: now, now: now.Add(time.Second), date: now})
	now = now.Add(2 * time.Minute)
	if got := hit(now); got != 4*time.Minute {
		t.Errorf("after an old answer: %v", got)
	}
}

// Reading goes well while writing is refused: the waits grow all the same, until
// a write goes well.
func TestStrikesOfWrites(t *testing.T) {
	l := newLimits(pacePerInstallation)
	now := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	said := func(write, limit bool) time.Duration {
		later, _ := l.observe(heard{header: http.Header{}, status: map[bool]int{true: 403, false: 200}[limit],
			write: write, limit: limit, sent: now, now: now, date: now})
		if later == nil {
			return 0
		}
		wait := later.At.Sub(now)
		now = later.At
		return wait
	}
	for _, want := range []time.Duration{1, 2, 4, 8, 16, 16} {
		said(false, false)
		if got := said(true, true); got != want*time.Minute {
			t.Errorf("wait %v, want %v minutes", got, int(want))
		}
	}
	said(true, false)
	if got := said(false, true); got != time.Minute {
		t.Errorf("after a write: %v", got)
	}
}

func TestNextPage(t *testing.T) {
	for link, want := range map[string]string{
		"": "",
		`<https://api.github.com/x?page=2&per_page=100>; rel="next"`:                                                         "page=2&per_page=100",
		`<https://api.github.com/x?page=1>; rel="prev", <https://api.github.com/x?page=3>; rel="next"`:                       "page=3",
		`<https://api.github.com/x?labels=a,b&page=2>; rel="next", <https://api.github.com/x?labels=a,b&page=9>; rel="last"`: "labels=a%2Cb&page=2",
		`<https://api.github.com/x?after=Y3Vyc29y%3D&page=2>; rel="next"`:                                                    "after=Y3Vyc29y%3D&page=2",
		`<https://api.github.com/x?page=1>; rel="first"`:                                                                     "",
		`<https://api.github.com/x>; rel="next"`:                                                                             "",
		`<:>; rel="next"`:                                                                                                    "",
		`page=2`:                                                                                                             "",
	} {
		got := nextPage(&github.Response{Response: &http.Response{Header: http.Header{"Link": {link}}}})
		if got.Encode() != want {
			t.Errorf("%s: %q, want %q", link, got.Encode(), want)
		}
	}
}
