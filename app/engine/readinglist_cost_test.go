package engine_test

import (
	"fmt"
	"testing"
	"time"
)

// TestReadingListBudget keeps the table of what the reading list costs, in
// docs/notifications.md: of one recommendation from the label to the pull request, of
// ten within a minute, of a night without news.
func TestReadingListBudget(t *testing.T) {
	w := newWorld(t, 2, withReadingList, withoutSweeps)
	w.hub.Ask(paperPermissions, "issues", "issue_comment", "pull_request", "push")
	w.hub.Accept("acme")
	tale := listTales["en"]
	w.hub.PutFile(repo, ".github/kintsugi.yml", "language: en\ntime_zone: Asia/Tokyo\npostmortem: {reminders: false}\n")
	w.catchUp()
	var postmortems []int
	for n := range 12 {
		postmortems = append(postmortems, w.written(fmt.Sprintf("%s, part %d", tale.titles[0], n), tale.body))
	}
	var rows []string
	measured := func(what string, mentions int, do func()) {
		w.settle()
		w.hub.ResetCounts()
		called, said := len(w.hub.Mentions()), w.spoken()
		do()
		w.settle()
		c := w.hub.Counts()
		if got := len(w.hub.Mentions()) - called; got != mentions {
			t.Errorf("%s mentions %d people, want %d", what, got, mentions)
		}
		rows = append(rows, fmt.Sprintf("| %s | %d | %d | %d |", what, c.Reads, c.Writes, w.spoken()-said))
	}
	measured("a night without a list", 0, func() { w.clock.Advance(24 * time.Hour) })
	measured("the first, by the label, without a reason", 0, func() { w.must(w.hub.Label(repo, postmortems[0], "suzuki", tale.label)) })
	measured("its reason", 0, func() { w.say(postmortems[0], "suzuki", "/recommend learning because it is clear") })
	measured("another, with its reason", 0, func() { w.say(postmortems[1], "suzuki", "/recommend response because it is clear") })
	measured("ten within a minute, with reasons", 0, func() {
		for _, n := range postmortems[2:] {
			w.say(n, "suzuki", "/recommend response because it is clear")
		}
	})
	if got := len(w.hub.Branches(repo)[0].Commits); got != 4 {
		t.Errorf("%d commits for four minutes in which something was recommended", got)
	}
	// Whoever writes the command mentions the newcomer; the list does not.
	measured("a newcomer's reading", 1, func() { w.say(postmortems[0], "tanaka", "/onboard @sato") })
	measured("a night without news, a list of 12", 0, func() { w.clock.Advance(24 * time.Hour) })
	goldenTable(t, "../../docs/notifications.md", "readinglist", rows)
}

// spoken is how many comments the App has written.
func (w *world) spoken() (n int) {
	for _, v := range w.hub.Issues(repo) {
		n += len(w.ours(v.Number))
	}
	return n
}
