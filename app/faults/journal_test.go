//go:build unix

package faults

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/app/store"
)

// journalKept is how many runs of a subject are told at least.
const journalKept = 30

// tells is how a journal's line begins that tells of a request.
var tells = []struct{ request, line string }{
	{`^POST .*/labels$`, "label "},
	{`^DELETE .*/labels/`, "label "},
	{`^POST /repos/[^/]+/[^/]+/(issues|labels)$`, "issue "}, // with labels that the repository lacks
	{`^POST .*/assignees$`, "assign"},
	{`^POST .*/issues/\d+/comments$`, "comment "},
	{`^PATCH .*/issues/comments/\d+$`, "edit "},
	{`^DELETE .*/issues/comments/\d+$`, "delete "},
	{`^POST .*/reactions$`, "react "},
	{`^PATCH .*/issues/\d+$`, "close "},
	{`^PATCH .*/issues/\d+$`, "reopen"},
}

// allIsTold is promise F: for each write that GitHub saw, the journal has a run
// of its subject at that time that says so. A run that died says what it was
// about to do.
func (t *town) allIsTold() {
	t.Helper()
	reader, err := store.OpenReader(t.Context(), t.url, t.app, t.clock)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = reader.Close() }()
	journal := map[string][]store.Journaled{}
	for _, key := range column(t, t.look(), fmt.Sprintf(`SELECT DISTINCT key FROM journal WHERE app = %d`, t.app)) {
		if journal[key], err = reader.Entries(t.Context(), key, journalKept); err != nil {
			t.Fatal(err)
		}
	}
	writes := 0
	for _, p := range t.all() {
		for _, e := range p.gate.seen() {
			// What GitHub refused was not done.
			if e.writes() && (e.status < 400 || e.status >= 500) {
				writes++
				if !t.told(&e, journal) {
					t.Errorf("F: the journal does not tell of %s, but of\n%s", &e, t.listed(&e, journal))
				}
			}
		}
	}
	if writes == 0 {
		t.Error("F: nothing was written")
	}
}

var issueNumber = regexp.MustCompile(`^/repo[^#]*/issues/(\d+)(/|$)`)

func (t *town) told(e *exchange, journal map[string][]store.Journaled) bool {
	where := "" // how the subject's key begins and ends
	if parts := strings.Split(e.path, "/"); parts[1] == "repos" {
		where = parts[2] + "/" + parts[3] + "#"
	}
	number := ""
	if m := issueNumber.FindStringSubmatch(e.path); m != nil {
		number = "#" + m[1]
	}
	for key, runs := range journal {
		if !strings.HasPrefix(key, where) || !strings.HasSuffix(key, number) {
			continue
		}
		for i, run := range runs {
			switch {
			case i == journalKept-1 && e.sent.Before(run.At):
				return true // too long ago to be told
			case e.sent.Before(run.At.Add(-t.slack)), !run.Ended.IsZero() && e.sent.After(run.Ended.Add(t.slack)):
			case run.Ended.IsZero():
				return run.Plan != ""
			case mentions(run.Did, e) || run.Error != "":
				return true
			}
		}
	}
	return false
}

// mentions tells whether one of the lines is about a request.
func mentions(did []string, e *exchange) bool {
	for _, kind := range tells {
		if ok, _ := regexp.MatchString(kind.request, e.method+" "+e.path); !ok {
			continue
		}
		for _, line := range did {
			if strings.HasPrefix(line, kind.line) {
				return true
			}
		}
	}
	return false
}

// listed is what the journal has of the subject of an exchange, the latest
// first.
func (t *town) listed(e *exchange, journal map[string][]store.Journaled) string {
	var b strings.Builder
	for key, runs := range journal {
		_, number, _ := strings.Cut(key, "#")
		if number == "" || !strings.Contains(e.path+"/", "/issues/"+number+"/") {
			continue
		}
		for _, run := range runs {
			fmt.Fprintf(&b, "%s %s to %s: did %q, error %q\n", key, run.At.Format(time.StampMilli), run.Ended.Format(time.StampMilli), run.Did, run.Error)
		}
	}
	return b.String()
}
