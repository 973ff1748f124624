package engine_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/engine"
)

// followUpSettings are those of a team that wants to hear of follow-ups alone.
const followUpSettings = "language: en\ntime_zone: Asia/Tokyo\npostmortem: {reminders: false, on_close: remark}\n"

const itemTable = "## Action items\n\n| Action | Type | Owner | Due | Priority |\n|---|---|---|---|---|\n"

// items are that many rows of a table of action items, and no two are alike.
func items(n int) string {
	var rows strings.Builder
	for i := range n {
		fmt.Fprintf(&rows, "| %s | prevent | @suzuki | 2026-12-18 | |\n", itemTitle(i))
	}
	return itemTable + rows.String()
}

// itemTitle is what is to be done as the i-th thing.
func itemTitle(i int) string {
	what := []string{"Alert on", "Rehearse", "Document", "Automate", "Remove", "Limit", "Encrypt", "Review", "Back up", "Measure"}
	where := []string{"certificates", "the rollback of checkout", "who is on call", "Kubernetes upgrades", "old gateways", "uploads"}
	return fmt.Sprintf("%s %s %c%c%c", what[i%10], where[i/10%6], 'a'+rune(i%26), 'a'+rune(i/26), 'z'-rune(i%24))
}

// accepted is a postmortem that somebody wrote and somebody else approved; nothing
// has been handled of the approval yet.
func (w *world) accepted(body string) int {
	w.t.Helper()
	m := w.write("yamamoto", "[postmortem] Checkout was blank", body)
	w.say(m, "suzuki", "/approve")
	return m
}

// openItems are the titles of the open issues that the App made in a repository.
func (w *world) openItems(name string) (titles []string) {
	for _, v := range w.hub.Issues(name) {
		if v.Author == "kintsugi[bot]" && v.State == "open" {
			titles = append(titles, v.Title)
		}
	}
	slices.Sort(titles)
	return titles
}

// wantsNoFailures: every run went through, or was put off by a limit.
func (w *world) wantsNoFailures() {
	w.t.Helper()
	for _, r := range w.runs {
		if later, limited := errors.AsType[*engine.Later](r.Err); r.Err != nil && !(limited && !later.Guessed) {
			w.t.Error(r.Key, r.Err)
		}
	}
}

// list is the list of follow-ups on a postmortem, in however many comments.
func (w *world) list(m int) (text string) {
	for _, c := range w.ours(m) {
		if strings.HasPrefix(c.Body, "<!-- kintsugi:followup.list") {
			text += hidden.ReplaceAllString(c.Body, "")
		}
	}
	return text
}

// TestFollowUpsCrash: a crash before or right after any write, with the store kept
// or with a new one, while lists lag, leaves each of twenty items as one open issue
// and one sub-issue: over REST, and by few requests to GraphQL.
func TestFollowUpsCrash(t *testing.T) {
	if testing.Short() {
		t.Skip("long, and in one thread: nothing for the race detector")
	}
	const share = 4
	for name, c := range map[string]struct {
		singly bool
		least  int // writes
	}{"singly": {true, 2 * twenty}, "together": {false, 10}} {
		want, tried := crashed(t, 0, c.singly)
		if tried {
			t.Fatal("nobody was to die")
		}
		for first := range share {
			t.Run(fmt.Sprintf("%s from %d", name, first+1), func(t *testing.T) {
				t.Parallel()
				for at := first + 1; ; at += share {
					list, died := crashed(t, at, c.singly)
					if list != want {
						t.Fatalf("write %d: the list says\n%s\nwant\n%s", at, list, want)
					}
					if !died && at < c.least {
						t.Fatalf("only %d writes were tried", at)
					}
					if !died {
						return
					}
				}
			})
		}
	}
}

const twenty = 20

// crashed is the list comment on a postmortem of twenty items where the process
// died at a write. The odd writes lose the store, and two of three were done. Singly
// is without GraphQL.
func crashed(t *testing.T, at int, singly bool) (list string, died bool) {
	options := []worldOption{withFollowUps, withoutSweeps}
	isKept, isAfter := at%2 == 0, at%3 != 0
	if isKept {
		options = append(options, inFile(t))
	}
	w := newWorld(t, 2, options...)
	defer func() { _ = w.store.Close() }()
	if singly {
		w.hub.WithoutGraphQL()
	}
	w.hub.PutFile(repo, ".github/kintsugi.yml", followUpSettings)
	m := w.accepted(items(twenty))
	w.hub.LagLists(3*time.Second, 1)
	if died = w.diesAt(at, isAfter); died {
		w.start()
		w.must(w.store.Wake(context.Background(), engine.Live, fmt.Sprintf("%s#%d", repo, m)))
	}
	w.settle()
	got := w.openItems(repo)
	if len(got) != twenty || len(slices.Compact(got)) != twenty || len(w.issue(m).SubIssues) != twenty {
		t.Fatalf("write %d, store kept %t, after it %t: %d sub-issues, open are %q\n%v", at, isKept, isAfter, len(w.issue(m).SubIssues), got, w.failures())
	}
	list = w.list(m)
	w.wants(list, "Follow-ups: 0 of 20 done")
	return list, died
}

// diesAt runs what is due until the process dies at a write, if it comes so far;
// 0 never does.
func (w *world) diesAt(at int, isAfter bool) (died bool) {
	writes := 0
	w.hurdle = func(r *http.Request) error {
		if r.Method == http.MethodGet || strings.Contains(r.URL.Path, "access_tokens") {
			return nil
		}
		if writes++; writes != at {
			return nil
		}
		if isAfter {
			if resp, err := w.hub.Transport().RoundTrip(r); err == nil {
				_ = resp.Body.Close()
			}
		}
		died = true
		runtime.Goexit()
		return nil
	}
	var wg sync.WaitGroup
	wg.Go(w.settle)
	wg.Wait()
	w.hurdle = nil
	return died
}
