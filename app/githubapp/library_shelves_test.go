package githubapp

import (
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/clock"
	"github.com/kintsugi-app/kintsugi/workflows/retrieval"
)

// Whoever has most gives up what it did not ask for the longest, and nobody
// else gives up anything.
func TestShelvesAreShared(t *testing.T) {
	now := clock.NewStepped(time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC))
	b := newLibrary(now)
	fill := func(repo string, documents int) {
		now.Advance(time.Minute)
		s := b.at(repo, "incidents", "incident")
		for n := range documents {
			s.index.Put(retrieval.Incident(n+1, "x", "", "", true))
		}
		b.settle(s)
	}
	there := func(repo string) bool { return b.at(repo, "incidents", "incident").index.Len() > 0 }
	fill("small/first", 10_000)
	fill("large/old", 15_000)
	fill("large/new", 10_000)
	fill("large/old", 15_000) // asked for again
	fill("Large/newest", 10_000)
	for repo, want := range map[string]bool{"small/first": true, "large/old": true, "large/new": false, "large/newest": true} {
		if there(repo) != want {
			t.Errorf("%s is there: %t", repo, !want)
		}
	}
	fill("huge/one", mostDocuments+1)
	if there("huge/one") || !there("small/first") {
		t.Error("one that is too large drove out another, or stayed")
	}
}
