package engine_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
)

// tale is a story whose notifications are counted.
type tale struct {
	name string
	tell func(w *world) (incident int)
	// comments of ours, and who is mentioned by them, in order.
	comments int
	mentions []string
}

var called = []string{"tanaka", "suzuki"}

// tales cover what an incident can come to.
var tales = []tale{
	{"a stranger reports in a public repository; nobody confirms", func(w *world) int {
		w.hub.AddUser("stranger")
		n, err := w.hub.OpenIssue(public, "stranger", fakehub.NewIssue{Title: "[incident] it is down @tanaka"})
		w.must(err)
		w.catchUp()
		return n
	}, 1, nil},
	{"a near miss", func(w *world) int {
		n := w.open("sato", "[near miss] the backup had stopped")
		w.catchUp()
		return n
	}, 1, nil},
	{"a false alarm", func(w *world) int { return w.plays("/false-alarm") }, 1, called},
	{"untroubled", func(w *world) int { return w.plays("/ack", "/sev 2", "/started 5m ago", "/mitigated", "/resolved") }, 2, called},
	{"corrected afterwards, five times", func(w *world) int {
		n := w.plays("/ack", "/sev 2", "/resolved")
		for i := range 5 {
			w.says(n, fmt.Sprintf("/started %dm ago", 10+i))
		}
		return n
	}, 2, called},
	{"nobody starts for ten minutes", func(w *world) int {
		n := w.plays("/sev 2")
		w.waits(11 * time.Minute)
		w.waits(time.Hour)
		w.says(n, "/ack", "/resolved")
		return n
	}, 3, append(slices.Clone(called), "yamamoto")},
	{"the severity is raised; it falls and rises again", func(w *world) int {
		n := w.plays("/sev 3", "/ack")
		for _, level := range []string{"/sev 1", "/sev 3", "/sev 1"} {
			w.says(n, level)
			w.waits(2 * time.Minute)
		}
		w.says(n, "/resolved")
		return n
	}, 3, append(slices.Clone(called), called...)},
	{"a slip, put right within a minute", func(w *world) int { return w.plays("/sev 3", "/ack", "/sev 1", "/sev 3", "/resolved") }, 2, called},
	{"the lead of a SEV1 is silent for five hours", func(w *world) int {
		n := w.plays("/ack", "/sev 1")
		for range 20 {
			w.waits(15 * time.Minute)
		}
		w.says(n, "/resolved")
		return n
	}, 4, append(slices.Clone(called), "tanaka", "tanaka")},
	{"the same, with `/quiet`", func(w *world) int {
		n := w.plays("/ack", "/sev 1", "/quiet")
		for range 20 {
			w.waits(15 * time.Minute)
		}
		w.says(n, "/resolved")
		return n
	}, 2, called},
	{"reopened twice, resolved three times", func(w *world) int {
		n := w.plays("/ack", "/sev 2", "/resolved")
		for range 2 {
			w.must(w.hub.Reopen(repo, n, "tanaka"))
			w.waits(time.Minute)
			w.says(n, "/resolved")
		}
		return n
	}, 2, called},
	{"a second report joins it; the second is counted", func(w *world) int {
		first := w.plays("/ack")
		second := w.open("kato", "[incident] the shop is blank")
		w.catchUp()
		w.says(second, fmt.Sprintf("/duplicate-of #%d", first))
		return second
	}, 1, called},
}

// plays opens an incident and has Tanaka, or for what needs it Suzuki, write.
func (w *world) plays(said ...string) int {
	n := w.open("sato", "[incident] checkout is blank")
	w.catchUp()
	w.says(n, said...)
	return n
}

func (w *world) says(n int, said ...string) {
	for _, body := range said {
		who := "tanaka"
		w.waits(20 * time.Second)
		w.say(n, who, body)
		w.catchUp()
	}
}

// waits lets time pass, and the program do what is due by then.
func (w *world) waits(d time.Duration) {
	w.clock.Advance(d)
	w.catchUp()
}

// kindOf finds in a comment's marker why it was written.
var kindOf = regexp.MustCompile(`status|escalated|raised|update`)

const public = "acme/website"

// TestNotifications keeps the table of what each story costs people, in
// docs/notifications.md.
func TestNotifications(t *testing.T) {
	var rows []string
	for _, tale := range tales {
		t.Run(tale.name, func(t *testing.T) {
			w := newWorld(t, 2, withoutSweeps)
			w.addRepo(public, false)
			w.hub.SetRole(repo, "kato", "read")
			w.hub.PutFile(repo, ".github/kintsugi.yml", "time_zone: Asia/Tokyo\nincident: {notify: [\"@tanaka\", \"@suzuki\"], escalate: [\"@yamamoto\"]}\n")
			n := tale.tell(w)
			if err := w.failures(); err != nil {
				t.Fatal(err)
			}
			where := repo
			if strings.Contains(tale.name, "stranger") {
				where = public
			}
			issue, _ := w.hub.Issue(where, n)
			comments, mentions := 0, []string(nil)
			why, kinds := map[int64]string{}, map[string]int{}
			for _, c := range issue.Comments {
				if c.Author == "kintsugi[bot]" {
					comments++
					why[c.ID] = kindOf.FindString(c.Body)
				}
			}
			for _, m := range w.hub.Mentions() {
				if m.ByApp && m.Repo == where && m.Issue == n {
					mentions = append(mentions, m.Who)
					kinds[why[m.Comment]]++
				}
			}
			if comments != tale.comments || !slices.Equal(mentions, tale.mentions) {
				t.Errorf("%d comments and mentions of %v, want %d and %v\n%s", comments, mentions, tale.comments, tale.mentions, w.visible(n))
			}
			rows = append(rows, fmt.Sprintf("| %s | %d | %d | %d | %d | %d |", tale.name, comments, kinds["status"], kinds["escalated"], kinds["raised"], kinds["update"]))
		})
	}
	goldenTable(t, "../../docs/notifications.md", "stories", rows)
}
