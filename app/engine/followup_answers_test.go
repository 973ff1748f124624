package engine_test

import (
	"fmt"
	"strings"
	"testing"
)

// TestFollowUpsAnswered: what cannot be made, or not as it was meant, is said in the
// list comment, item by item, and the rest goes on.
func TestFollowUpsAnswered(t *testing.T) {
	w := newWorld(t, 1, withFollowUps, withoutSweeps)
	w.hub.PutFile(repo, ".github/kintsugi.yml", followUpSettings)
	for _, name := range []string{payRepo, atticRepo, "acme/docs"} {
		w.addRepo(name, true)
	}
	w.hub.ArchiveRepo(atticRepo)
	w.hub.DisableIssues("acme/docs")
	w.hub.AddUser("outsider")
	var eleven []string
	for i := range 11 {
		login := fmt.Sprintf("dev%d", i)
		w.hub.SetRole(repo, login, "write")
		eleven = append(eleven, "@"+login)
	}
	rows := []string{
		"A good one | @suzuki", "Nobody's | ", "By nobody there is | @nobody-at-all", "By somebody outside | @outsider", "Where there is nothing repo:acme/missing | @suzuki",
		"In the attic repo:acme/attic | @suzuki", "Without issues repo:acme/docs | @suzuki", "By eleven | " + strings.Join(eleven, " "), strings.Repeat("long ", 80) + "end | @suzuki",
		"At another's repo:other/place | @suzuki", "Elsewhere repo:acme/pay | @suzuki",
	}
	m := w.accepted("## Action items\n\n| Action | Owner |\n|---|---|\n| " + strings.Join(rows, " |\n| ") + " |\n")
	w.settle()
	w.wants(w.list(m),
		"| A good one | suzuki |", "Item 2 has no owner yet", "Item 3: not assigned: nobody-at-all.", "Item 4: not assigned: outsider.",
		"Item 5: `acme/missing` is no repository that I can see", "Item 6: `acme/attic` is archived", "Item 7: `acme/docs` has no issues",
		"Item 8 names 1 more than the ten people", "Item 10: `other/place` belongs to another owner", "acme/pay#1 · open")
	if got := w.openItems(repo); len(got) != 5 {
		t.Errorf("%d issues: %q", len(got), got)
	}
	for _, v := range w.hub.Issues(repo) {
		if strings.HasPrefix(v.Title, "long") && (len([]rune(v.Title)) > 256 || !strings.Contains(v.Body, "long end")) {
			t.Errorf("the long one is %q\n%s", v.Title, v.Body)
		}
	}
	w.say(m, "suzuki", "/follow-up 5 repo:acme/pay")
	w.settle()
	w.wants(w.list(m), "acme/pay#2 · open")
}

// TestFollowUpsApart: where GitHub takes no sub-issue, the issues are there all the
// same, and the list says it once.
func TestFollowUpsApart(t *testing.T) {
	t.Run("a GitHub without sub-issues", func(t *testing.T) {
		w := newWorld(t, 1, withFollowUps, withoutSweeps)
		w.hub.PutFile(repo, ".github/kintsugi.yml", followUpSettings)
		w.hub.WithoutSubIssues()
		m := w.accepted(items(3))
		w.settle()
		w.wants(w.list(m), "0 of 3 done", "This GitHub has no sub-issues")
	})
	t.Run("the 101st", func(t *testing.T) {
		if testing.Short() {
			t.Skip("long, and in one thread: nothing for the race detector")
		}
		w := newWorld(t, 2, withFollowUps, withoutSweeps)
		w.hub.PutFile(repo, ".github/kintsugi.yml", followUpSettings)
		m := w.accepted(items(101))
		w.settle()
		w.settle()
		w.wants(w.list(m), "0 of 101 done", "Made, but not as ", "101.")
		if got := len(w.issue(m).SubIssues); got != 100 {
			t.Errorf("%d sub-issues", got)
		}
	})
}

// TestFollowUpsOfAnySize: neither thousands of rows nor one without end stops the
// program, or makes it write more than GitHub takes.
func TestFollowUpsOfAnySize(t *testing.T) {
	if testing.Short() {
		t.Skip("long, and in one thread: nothing for the race detector")
	}
	for name, body := range map[string]string{
		"rows":        itemTable + strings.Repeat("| x | | | |\n", 4_500),
		"a long row":  itemTable + "| " + strings.Repeat("w", 60_000) + " | prevent | @suzuki | 2026-12-18 |\n",
		"long owners": itemTable + "| x | prevent | " + strings.Repeat("@suzuki ", 7_000) + " | 2026-12-18 |\n",
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, 2, withFollowUps, withoutSweeps)
			w.hub.PutFile(repo, ".github/kintsugi.yml", followUpSettings)
			m := w.accepted(body)
			w.settle()
			for _, c := range w.ours(m) {
				if size := len([]rune(c.Body)); size > 65_536 {
					t.Errorf("a comment of %d characters", size)
				}
			}
			if made := w.openItems(repo); len(made) > 1 || name == "a long row" && len(made) != 1 {
				t.Errorf("%d issues", len(made))
			}
			w.wants(w.list(m), "Follow-ups:")
			if name == "rows" {
				w.wants(w.list(m), "Only the first 300 items are looked after; the 4200 that follow are not.")
			}
			w.wantsNoFailures()
		})
	}
}
