package engine_test

import (
	"fmt"
	"testing"
	"time"
)

// TestFollowUpBudget keeps the table of what follow-ups cost, in docs/notifications.md:
// what the acceptance of a postmortem with so many items takes beyond that of one
// without any, until all is said.
func TestFollowUpBudget(t *testing.T) {
	if testing.Short() {
		t.Skip("long, and in one thread: nothing for the race detector")
	}
	t.Parallel()
	type cost struct{ reads, writes, comments int }
	measured := map[bool]map[int]cost{}
	counts := []int{0, 1, 5, 8, 9, 20, 50}
	for _, together := range []bool{false, true} {
		w := newWorld(t, 2, withFollowUps, withoutSweeps)
		w.hub.PutFile(repo, ".github/kintsugi.yml", followUpSettings)
		if !together {
			w.hub.WithoutGraphQL()
		}
		w.accepted(items(2)) // makes the label, and learns whether there is GraphQL
		w.settle()
		measured[together] = map[int]cost{}
		for _, n := range counts {
			w.clock.Advance(2 * time.Hour)
			body := "No items.\n"
			if n > 0 {
				body = items(n)
			}
			m := w.accepted(body)
			w.hub.ResetCounts()
			w.settle()
			c := w.hub.Counts()
			measured[together][n] = cost{c.Reads, c.Writes, len(w.ours(m))}
			if n > 0 {
				w.wants(w.list(m), fmt.Sprintf("0 of %d done", n))
			}
		}
		w.wantsNoFailures()
	}
	var rows []string
	for _, n := range counts[1:] {
		of := func(together bool) cost {
			c, none := measured[together][n], measured[together][0]
			return cost{c.reads - none.reads, c.writes - none.writes, c.comments - none.comments}
		}
		rest, graph := of(false), of(true)
		if rest.writes > 2*n+3 || graph.writes > rest.writes || rest.comments != 1 {
			t.Errorf("%d items cost %d writes (%d), %d with GraphQL, and %d comments", n, rest.writes, 2*n+3, graph.writes, rest.comments)
		}
		rows = append(rows, fmt.Sprintf("| %d | %d | %d | %d | %d | %d |", n, rest.reads, rest.writes, graph.reads, graph.writes, rest.comments))
	}
	goldenTable(t, "../../docs/notifications.md", "followups", rows)
}
