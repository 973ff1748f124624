package engine_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
)

// doorChecks are the App's own check runs.
func (w *world) doorChecks() (ours []fakehub.CheckView) {
	return slices.DeleteFunc(w.hub.Checks(repo), func(c fakehub.CheckView) bool { return c.Name != "Door" })
}

const checksRoute, suitesRoute = "GET /repos/{owner}/{repo}/commits/{ref}/check-runs", "GET /repos/{owner}/{repo}/commits/{ref}/check-suites"

// TestAggregateCheck: a check of an aggregate that is to say the same costs nothing as long
// as the store is kept, one look once it is lost, and is never made twice.
func TestAggregateCheck(t *testing.T) {
	said := "Because."
	d := &door{word: always("", "x"), says: func(string) (string, string) { return "Not now", said }}
	w := newDoor(t, d, inFile(t))
	if got := w.doorChecks(); len(got) != 1 || got[0].Edits != 0 {
		t.Fatalf("checks %s", brief(got))
	}
	w.hub.ResetCounts()
	for range 3 {
		w.again()
	}
	if c := w.hub.Counts(); c.Writes != 0 || c.ByRoute[checksRoute]+c.ByRoute[suitesRoute] != 0 {
		t.Errorf("nothing changed, and it cost %v", c.ByRoute)
	}
	w.database = ":memory:" // the store is lost
	w.start()
	w.passSpan()
	w.hub.ResetCounts()
	for range 3 {
		w.again()
	}
	if c := w.hub.Counts(); c.Writes != c.ByRoute["POST /app/installations/{installation}/access_tokens"] || c.ByRoute[checksRoute] != 1 || c.ByRoute[suitesRoute] != 0 {
		t.Errorf("after the store was lost it cost %v", c.ByRoute)
	}
	said = "Because of that."
	w.again()
	if got := w.doorChecks(); len(got) != 1 || got[0].Edits != 1 || got[0].Summary != said {
		t.Errorf("checks %s", brief(got))
	}
	w.must(w.hub.RerunCheck(repo, w.doorChecks()[0].ID, "suzuki"))
	w.settle()
	w.again()
	if got := w.doorChecks(); len(got) != 1 || got[0].Edits != 2 {
		t.Errorf("asked for again, it was not answered once: %s", brief(got))
	}
	w.hub.PutFile(repo, "a.txt", "a")
	w.settle()
	if got := w.doorChecks(); len(got) != 2 || got[0].Edits != 2 {
		t.Errorf("on another commit: %s", brief(got))
	}
	if hint, err := w.store.Peek(t.Context(), doorKey); err != nil || len(hint.Checks) != 1 {
		t.Errorf("kept %v, %v", hint.Checks, err)
	}
	w.wantsNoFailures()
}

// TestAggregateCheckCrash: a check run whose answer was lost, or of which a crash left no
// trace in the store, is found and not made again.
func TestAggregateCheckCrash(t *testing.T) {
	for name, hit := range map[string]func(w *world){
		"answer lost": func(w *world) {
			w.hub.Fault(fakehub.Matching(1, http.MethodPost, "/check-runs", fakehub.Fault{DropAnswer: true}))
		},
		"crash": func(w *world) {
			w.crashAfter(func(r *http.Request) bool {
				return r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/check-runs")
			})
			w.start()
		},
	} {
		d := &door{word: always("", "x")}
		w := newDoor(t, d, inFile(t))
		d.says = func(string) (string, string) { return "Not now", "Because." }
		w.must(w.store.Wake(t.Context(), engine.Live, doorKey))
		hit(w)
		w.settle()
		w.again()
		if got := w.doorChecks(); len(got) != 1 {
			t.Errorf("%s: %s", name, brief(got))
		}
	}
}
