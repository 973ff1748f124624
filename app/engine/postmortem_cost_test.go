package engine_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
)

// postmortemCost is a story of a postmortem, and what it costs people: comments
// of ours on the incident and on the postmortem, and how often the author is
// mentioned there. Nobody else ever is.
type postmortemCost struct {
	name                     string
	tell                     func(w *world, m int)
	onIncident, onPostmortem int
	mentions                 int
}

var complete = map[string]string{
	"Summary": "It was blank.", "Impact": "All payments failed.", "Detection": "By a customer.", "Response": "By the runbook.",
	"Contributing factors": "- The certificate expired\n- Nothing watched it", "What went well": "- The runbook", "What went wrong": "- No alert",
	"Where we got lucky": "- A quiet hour", "Lessons learned": "Watch what expires.",
	"Action items": "| Action | Type | Owner | Due | Issue |\n|---|---|---|---|---|\n| Alert 30 days before any certificate expires | detect | @suzuki | 2026-12-15 | |",
}

// completes fills in what people know.
func (w *world) completes(m int) {
	body := fillIn(w.issue(m).Body, complete)
	w.must(w.hub.EditIssue(repo, m, "tanaka", fakehub.Edit{Body: &body}))
	w.catchUp()
}

// days lets working days pass, hour by hour.
func (w *world) days(n int) {
	for range 24 * n {
		w.waits(time.Hour)
	}
}

var postmortemCosts = []postmortemCost{
	{"untroubled: written, shared, reviewed, done", func(w *world, m int) {
		w.completes(m)
		w.says(m, "/share 12/2 15:00", "/review @suzuki")
		w.say(m, "suzuki", "/approve")
		w.days(14)
	}, 2, 1, 0},
	{"written late: two points are open before the meeting", func(w *world, m int) {
		w.says(m, "/share 12/2 15:00")
		w.days(8)
		w.completes(m)
		w.says(m, "/review @suzuki")
		w.say(m, "suzuki", "/approve")
		w.days(7)
	}, 2, 3, 1},
	{"nobody ever writes it", func(w *world, _ int) { w.days(40) }, 2, 4, 2},
	{"the same, with `/quiet`", func(w *world, m int) {
		w.says(m, "/quiet")
		w.days(40)
	}, 2, 2, 0},
	{"asked for twice what is missing, then written", func(w *world, m int) {
		w.says(m, "/lint", "/lint")
		w.completes(m)
		w.says(m, "/review @suzuki")
		w.say(m, "suzuki", "/approve")
		w.days(14)
	}, 2, 2, 0},
	{"postponed twice, then closed with points open", func(w *world, m int) {
		w.says(m, "/postpone 12/20 waiting for the vendor", "/postpone 2027-01-20 still waiting")
		w.days(10)
		w.must(w.hub.Close(repo, m, "tanaka", "completed"))
		w.days(60)
	}, 2, 3, 0},
	{"a time of the incident is corrected three times", func(w *world, m int) {
		w.completes(m)
		for i := range 3 {
			w.says(1, fmt.Sprintf("/started %dm ago", 30+i))
		}
		w.says(m, "/review @suzuki")
		w.say(m, "suzuki", "/approve")
		w.days(14)
	}, 2, 2, 0},
	{"nobody is to write it", func(w *world, m int) {
		w.must(w.hub.Close(repo, m, "tanaka", "not_planned"))
		w.days(40)
	}, 2, 1, 0},
}

// TestPostmortemNotifications keeps the table of what each story of a postmortem
// costs people, in docs/notifications.md, and that nobody is mentioned outside of
// working hours.
func TestPostmortemNotifications(t *testing.T) {
	var rows []string
	for _, c := range postmortemCosts {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, 2, withPostmortems, withoutSweeps)
			w.hub.SetRole(repo, "tanaka", "write")
			w.hub.PutFile(repo, ".github/kintsugi.yml", "time_zone: Asia/Tokyo\nworking_hours: \"10:00-18:00\"\nholidays: [jp]\n")
			n := w.plays("/ack", "/sev 2", "/started 10m ago", "/resolved")
			m := w.draft()
			if m == 0 {
				t.Fatal(w.failures())
			}
			c.tell(w, m)
			if err := w.failures(); err != nil {
				t.Fatal(err)
			}
			mentions := 0
			for _, r := range w.runs {
				for _, did := range r.Did {
					at := r.At.In(time.FixedZone("JST", 9*60*60))
					isReminder := strings.HasPrefix(did, "comment postmortem.share.") || strings.HasPrefix(did, "comment postmortem.before.") || strings.HasPrefix(did, "comment postmortem.after.")
					if isReminder && (at.Hour() < 10 || at.Hour() >= 18 || at.Weekday() == time.Saturday || at.Weekday() == time.Sunday) {
						t.Errorf("%s at %s", did, at)
					}
				}
			}
			for _, x := range w.hub.Mentions() {
				if !x.ByApp || x.Issue != m {
					continue
				}
				mentions++
				if x.Who != "tanaka" {
					t.Errorf("%s was mentioned, who did not write it", x.Who)
				}
			}
			if got := (postmortemCost{onIncident: len(w.ours(n)), onPostmortem: len(w.ours(m)), mentions: mentions}); got.onIncident != c.onIncident || got.onPostmortem != c.onPostmortem || got.mentions != c.mentions {
				t.Errorf("%d comments on the incident, %d on the postmortem, %d mentions; want %d, %d, %d\n%s", got.onIncident, got.onPostmortem, got.mentions, c.onIncident, c.onPostmortem, c.mentions, w.visible(m))
			}
			rows = append(rows, fmt.Sprintf("| %s | %d | %d | %d |", c.name, len(w.ours(n)), len(w.ours(m)), mentions))
		})
	}
	goldenTable(t, "../../docs/notifications.md", "postmortems", rows)
}
