package engine_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
)

const (
	recommended = "recommended-postmortem"
	listData    = "reading-list/data/entries.jsonl"
	listPage    = "reading-list/README.md"
	listPolicy  = "language: en\ntime_zone: Asia/Tokyo\nworking_hours: \"10:00-18:00\"\npostmortem: {reminders: false}\n"
)

// newList is a world whose reading list is kept in files, at eleven in Tokyo.
func newList(t testing.TB, more string, options ...worldOption) *world {
	w := newWorld(t, 1, append([]worldOption{withReadingList, withoutSweeps}, options...)...)
	w.hub.Ask(filePermissions, "issues", "issue_comment", "pull_request", "push")
	w.hub.Accept("acme")
	w.hub.PutFile(repo, ".github/kintsugi.yml", listPolicy+more)
	w.hub.SetRole(repo, "yamamoto", "admin") // who may delete issues
	w.must(w.hub.CreateLabel(repo, "yamamoto", recommended, "ededed"))
	w.settle()
	w.at(11, 0)
	w.runs = nil
	return w
}

// soon lets the minute pass that a list waits for.
func (w *world) soon() {
	w.t.Helper()
	w.catchUp()
	w.clock.Advance(time.Minute)
	w.settle()
}

// nights lets so many nights pass.
func (w *world) nights(n int) {
	w.t.Helper()
	for range n {
		w.at(3, 5)
		w.settle()
	}
}

// recommends has a postmortem written and recommended.
func (w *world) recommends(title string) int {
	w.t.Helper()
	n := w.written("[postmortem] "+title, listTales["en"].body)
	w.say(n, "suzuki", "/recommend learning because it is told well")
	return n
}

// onList is what the list's data are, on our branch if there is one.
func (w *world) onList() string {
	if text := w.onBranch(listBranch, listData); text != "" {
		return text
	}
	return w.onBranch("main", listData)
}

// wantsListed expects these issues on the list, or not, and nothing but issues.
func (w *world) wantsListed(want bool, numbers ...int) {
	w.t.Helper()
	data := w.onList()
	for _, n := range numbers {
		if got := strings.Contains(data, fmt.Sprintf("/issues/%d\"", n)); got != want {
			w.t.Errorf("#%d listed %t, want %t:\n%s", n, got, want, data)
		}
	}
	if strings.Count(data, "/issues/") != strings.Count(data, "\n") {
		w.t.Errorf("this is no list of issues, each once:\n%s", data)
	}
}

// titled are the issues that the App opened whose titles begin so.
func (w *world) titled(title string) (numbers []int) {
	for _, n := range w.ownIn(repo) {
		if strings.HasPrefix(w.issue(n).Title, title) {
			numbers = append(numbers, n)
		}
	}
	return numbers
}

// TestListForeignLabels: a label that a template brought in for somebody who may not
// recommend lists nothing, tonight or ever.
func TestListForeignLabels(t *testing.T) {
	w := newList(t, "")
	n := w.recommends("A good one")
	var foreign []int
	for _, title := range []string{"[postmortem] Mine", "Something else"} {
		i, err := w.hub.OpenIssue(repo, "sato", fakehub.NewIssue{Title: title, Body: "text", Labels: []string{recommended}, FromForm: true})
		w.must(err)
		w.wants(w.visible(i), recommended)
		foreign = append(foreign, i)
	}
	w.soon()
	w.nights(2)
	w.wantsListed(true, n)
	w.wantsListed(false, foreign...)
	w.wantsNoFailures()
}

// TestListToggled: somebody who cannot decide makes one commit and is asked once.
func TestListToggled(t *testing.T) {
	w := newList(t, "")
	n := w.written("[postmortem] Toggled", listTales["en"].body)
	for range 5 {
		w.must(w.hub.Label(repo, n, "suzuki", recommended))
		w.catchUp()
		w.clock.Advance(5 * time.Second)
		w.must(w.hub.Unlabel(repo, n, "suzuki", recommended))
		w.catchUp()
		w.clock.Advance(5 * time.Second)
	}
	w.must(w.hub.Label(repo, n, "suzuki", recommended))
	w.soon()
	w.wantsListed(true, n)
	if got := len(w.hub.Branches(repo)[0].Commits); got != 1 || len(w.ours(n)) != 2 {
		t.Errorf("%d commits, %d comments", got, len(w.ours(n)))
	}
	w.wantsNoFailures()
}

// TestListTakenBack: what was said for a postmortem before it was taken off is not said
// any more, also where somebody else recommends it within the minute.
func TestListTakenBack(t *testing.T) {
	w := newList(t, "")
	n := w.recommends("A good one")
	w.soon()
	w.say(n, "suzuki", "/unrecommend")
	w.say(n, "yamamoto", "/recommend response because of the checks")
	w.soon()
	w.wantsListed(true, n)
	w.wants(w.onList(), "The checks")
	w.wantsNone(w.onList(), "told well", "suzuki")
	w.wantsNoFailures()
}

// TestListThenIncident: what was recommended, or where somebody was onboarded, can still
// become an incident or a postmortem, and stays listed. Nothing else makes it one.
func TestListThenIncident(t *testing.T) {
	t.Parallel()
	for _, first := range []string{"/recommend learning", "/onboard @sato payments"} {
		for said, want := range map[string]string{
			"tanaka /incident": "severity undecided", "sato /incident": "severity undecided", "tanaka incident": "severity undecided",
			"tanaka /sev 1": "is for incidents", "tanaka /postmortem": "Postmortem · draft", "tanaka postmortem": "Postmortem · draft",
			"sato /postmortem": "so nothing was done", "yamamoto /recommend response": "Reading list: listed",
		} {
			w := newList(t, "")
			w.recommends("A good one")
			w.soon()
			w.must(w.hub.CreateLabel(repo, "yamamoto", "incident", "ededed"))
			n, err := w.hub.OpenIssue(repo, "yamamoto", fakehub.NewIssue{Title: "[postmortem] The checkout was slow", Body: "text"})
			w.must(err)
			w.must(w.hub.Close(repo, n, "yamamoto", "completed"))
			w.lose()
			w.clock.Advance(20 * 24 * time.Hour)
			w.say(n, "suzuki", first)
			w.soon()
			w.wantsNone(w.visible(n), "draft", "open points")
			who, what, _ := strings.Cut(said, " ")
			if strings.HasPrefix(what, "/") {
				w.say(n, who, what)
			} else {
				w.must(w.hub.Label(repo, n, who, what))
			}
			w.soon()
			w.wants(w.said(repo, n), want)
			if !strings.Contains(want, " · ") {
				w.wantsNone(w.said(repo, n), "Postmortem ·")
			}
			w.wantsListed(strings.Contains(first+what, "/recommend"), n)
			w.wantsNoFailures()
			if t.Failed() {
				t.Fatalf("%s, then %s:\n%s", first, said, w.visible(n))
			}
		}
	}
}

// TestListOwn: what the App opened for the list is not listed itself, neither by the
// label nor by a command, and no comment of ours is empty.
func TestListOwn(t *testing.T) {
	for _, by := range []string{"label", "/recommend learning because why not", "/help"} {
		w := newList(t, "reading_list: {club: {first: 2026-11-30, every: 2 weeks, reads: 1}}\n")
		first := w.recommends("A good one")
		w.soon()
		w.say(first, "suzuki", "/onboard @sato")
		w.nights(1)
		own := w.ownIn(repo)
		if len(own) != 3 {
			t.Fatalf("opened were %d", own)
		}
		for _, n := range own {
			if by == "label" {
				w.must(w.hub.Label(repo, n, "suzuki", recommended))
			} else {
				w.say(n, "suzuki", by)
			}
		}
		w.soon()
		pulls, _ := w.openPulls()
		w.must(w.hub.Merge(repo, pulls[0], "yamamoto"))
		w.nights(2)
		w.wantsListed(true, first)
		w.wantsListed(false, own...)
		for _, n := range own {
			for _, c := range w.ours(n) {
				if text := strings.TrimSpace(hidden.ReplaceAllString(c.Body, "")); text == "" || by != "/help" && !strings.Contains(text, "not listed itself") {
					t.Errorf("%s: on #%d, %s, I said %q", by, n, w.issue(n).Title, text)
				}
			}
		}
		w.wantsNoFailures()
	}
}

// TestListDeleted: what a person deleted of ours is not opened again, nor what was closed
// as not planned.
func TestListDeleted(t *testing.T) {
	w := newList(t, "reading_list: {club: {first: 2026-12-04, every: 2 weeks, reads: 1}}\n")
	n := w.recommends("A good one")
	w.soon()
	w.say(n, "suzuki", "/onboard @sato")
	w.nights(6)
	for _, title := range []string{"Reading club", "Reading for"} {
		if got := w.titled(title); len(got) != 1 {
			t.Fatalf("%s: %d", title, got)
		}
		w.must(w.hub.DeleteIssue(repo, w.titled(title)[0], "yamamoto"))
	}
	w.recommends("Another one")
	w.say(n, "suzuki", "/onboard @sato payments")
	w.soon()
	w.nights(1)
	if got := w.ownIn(repo); len(got) != 1 { // the pull request
		t.Errorf("opened again: %d", got)
	}
	w.until(time.Date(2026, 12, 16, 3, 0, 0, 0, time.UTC)) // the next agenda
	w.must(w.hub.Close(repo, w.titled("Reading club")[0], "yamamoto", "not_planned"))
	w.nights(1)
	if got := w.titled("Reading club"); len(got) != 1 || w.issue(got[0]).State != "closed" {
		t.Errorf("opened again: %d", got)
	}
	w.wantsNoFailures()
}

// TestListOff: nothing is written while the App may not, and all of it once it may.
func TestListOff(t *testing.T) {
	for _, mode := range []string{"mode: observe\n", "enabled: false\n", "pause"} {
		w := newList(t, "", wired(func(c *engine.Config) { c.Pause = mode == "pause" }))
		if mode != "pause" {
			w.hub.PutFile(repo, ".github/kintsugi.yml", listPolicy+mode)
		}
		before := w.writes()
		n := w.recommends("A good one")
		w.catchUp()
		w.at(3, 5)
		if w.writes() != before || w.onList() != "" {
			t.Errorf("%s: %d writes", mode, w.writes()-before)
		}
		w.hub.PutFile(repo, ".github/kintsugi.yml", listPolicy)
		w.wire = nil
		w.start()
		w.must(w.engine.Start(t.Context()))
		w.passSpan()
		w.soon()
		w.nights(1)
		w.wantsListed(true, n)
	}
}
