package engine_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
)

// night plays the untroubled incident up to a step and returns its issue.
func (w *world) night(steps int) int {
	w.t.Helper()
	n := w.open("sato", "[incident] checkout is blank")
	w.settle()
	for i, s := range [...][2]string{
		{"tanaka", "/ack"}, {"tanaka", "/sev 2"}, {"suzuki", "/started 20m ago"}, {"suzuki", "/detected 15m ago"},
		{"tanaka", "/mitigated"}, {"tanaka", "/resolved"},
	} {
		if i >= steps {
			break
		}
		w.say(n, s[0], s[1])
		w.settle()
	}
	return n
}

const wholeNight = 6

// TestExecutedStays: a command that was executed stays so, whatever becomes of
// its comment or its author's role.
func TestExecutedStays(t *testing.T) {
	w := newWorld(t, 1)
	n := w.open("sato", "[incident] checkout is blank")
	w.settle()
	ack := w.say(n, "tanaka", "/ack")
	sev := w.say(n, "tanaka", "/sev 2")
	w.settle()
	w.clock.Advance(time.Minute)
	w.must(w.hub.EditComment(repo, sev, "tanaka", "/sev 4"))
	w.must(w.hub.DeleteComment(repo, ack, "tanaka"))
	w.hub.SetRole(repo, "tanaka", "none")
	w.settle()
	w.say(n, "suzuki", "/note still here")
	w.settle()
	w.wants(w.status(n), "SEV2", "lead tanaka")
	answers := 0
	for _, c := range w.ours(n) {
		if strings.Contains(c.Body, "written by an edit") {
			answers++
		}
	}
	if answers != 1 {
		t.Errorf("an edit that brings in another command is answered %d times, want once", answers)
	}
}

// TestEditedBeforeRead: what was edited before it was first read does nothing
// and is answered.
func TestEditedBeforeRead(t *testing.T) {
	w := newWorld(t, 1)
	n := w.open("sato", "[incident] checkout is blank")
	w.settle()
	id := w.say(n, "tanaka", "/sev 4")
	w.clock.Advance(5 * time.Second)
	w.must(w.hub.EditComment(repo, id, "tanaka", "/sev 1"))
	w.settle()
	w.wants(w.status(n), "severity undecided")
	w.wants(w.visible(n), "`/sev` was written by an edit", "kintsugi[bot] confused")
}

// TestDatabaseDeleted: delete the database between any two steps, restart, and
// the same state is reached.
func TestDatabaseDeleted(t *testing.T) {
	want := ""
	for at := 0; at <= wholeNight+1; at++ {
		w := newWorld(t, 1)
		n := w.open("sato", "[incident] checkout is blank")
		w.settle()
		for i, body := range []string{"/ack", "/sev 2", "/started 2026-11-25 18:00 UTC", "/detected 2026-11-25 18:01 UTC", "/mitigated 2026-11-25 18:01 UTC", "/resolved 2026-11-25 18:02 UTC"} {
			if i == at {
				w.start() // in memory: nothing of the old store is left
				w.must(w.engine.Start(context.Background()))
				w.settle()
			}
			w.say(n, "tanaka", body)
			w.settle()
		}
		w.start()
		w.must(w.engine.Start(context.Background()))
		w.settle()
		got := withoutClocks(settled(w, n))
		if want == "" {
			want = got
		}
		if got != want {
			t.Errorf("deleted before step %d:\n%s\nwant\n%s", at, got, want)
		}
		if len(w.ours(n)) != 2 {
			t.Errorf("deleted before step %d: %d comments of ours", at, len(w.ours(n)))
		}
	}
}

// withoutClocks drops the times that depend on when a step was made.
func withoutClocks(text string) string {
	var kept []string
	for line := range strings.SplitSeq(text, "\n") {
		line, _, _ = strings.Cut(line, "acknowledged [")
		if !strings.Contains(line, "TTA") {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "\n")
}

// TestRecordReplaced: what becomes of a record that is not to be believed, and
// of one that is.
func TestRecordReplaced(t *testing.T) {
	// Each case changes the status comment of a resolved night, then something
	// new is said. The state must be as before, with a remark where it says so.
	for name, c := range map[string]struct {
		replace func(w *world, n int)
		remark  string
	}{
		"forged": {func(w *world, n int) { w.forge(n) }, "could not be verified"},
		"copied from another issue": {func(w *world, n int) {
			other := w.open("sato", "[incident] another")
			w.settle()
			w.say(other, "suzuki", "/sev 1")
			w.settle()
			w.swapRecord(n, w.status(other))
		}, "belonged to another issue"},
		"of an unknown key": {func(w *world, n int) {
			keys, _ := engine.NewKeys([]byte("another key"))
			w.keys = keys
			w.start()
			w.passSpan()
		}, "key unknown here"},
		"of the previous key": {func(w *world, n int) {
			keys, _ := engine.NewKeys([]byte("the new key"), w.hub.PrivateKeyPEM())
			w.keys = keys
			w.start()
			w.passSpan()
		}, ""},
		"deleted": {func(w *world, n int) {
			w.must(w.hub.DeleteComment(repo, w.statusID(n), "yamamoto"))
		}, "status comment was deleted"},
		"of a newer version": {func(w *world, n int) {
			body, err := engine.NewerRecord(w.status(n), w.keys)
			w.must(err)
			w.must(w.hub.EditComment(repo, w.statusID(n), "kintsugi[bot]", body))
		}, ""},
		"older": {func(w *world, n int) {
			w.must(w.hub.EditComment(repo, w.statusID(n), "yamamoto", w.older))
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, 1)
			n := w.night(2)
			w.older = w.status(n)
			w.say(n, "suzuki", "/started 20m ago")
			w.settle()
			w.say(n, "tanaka", "/mitigated")
			w.settle()
			mentions := len(w.hub.Mentions())
			comments := len(w.ours(n))
			c.replace(w, n)
			w.settle()
			w.say(n, "tanaka", "/note still here")
			w.settle()
			got := w.status(n)
			w.wants(got, "In progress · SEV2 · customers no longer affected · lead tanaka", "TTM 30 min", "Notes:")
			if c.remark != "" {
				w.wants(got, c.remark)
			} else if strings.Contains(got, "Rebuilt") {
				t.Errorf("rebuilt without need:\n%s", got)
			}
			if name == "of a newer version" && engine.UnknownParts(got) != `"calm"` {
				t.Error("the parts of a newer binary were lost")
			}
			if name != "copied from another issue" && len(w.hub.Mentions()) != mentions {
				t.Errorf("people were called again: %v", w.hub.Mentions())
			}
			if len(w.ours(n)) != comments {
				t.Errorf("%d comments of ours, want %d", len(w.ours(n)), comments)
			}
		})
	}
}

// swapRecord puts the hidden record of one status comment into another.
func (w *world) swapRecord(n int, from string) {
	_, record, _ := strings.Cut(from, "<!-- kintsugi:record")
	text, _, _ := strings.Cut(w.status(n), "<!-- kintsugi:record")
	w.must(w.hub.EditComment(repo, w.statusID(n), "yamamoto", text+"<!-- kintsugi:record"+record))
}

// TestDeletedTwice: a status comment that was deleted is made anew once; after
// that the issue is left alone until somebody says something new.
func TestDeletedTwice(t *testing.T) {
	w := newWorld(t, 1)
	n := w.night(1)
	for range 2 {
		w.must(w.hub.DeleteComment(repo, w.statusID(n), "yamamoto"))
		w.settle()
		w.clock.Advance(time.Minute)
	}
	if w.status(n) != "" {
		t.Error("deleted twice, and it is back")
	}
	w.say(n, "tanaka", "/sev 1")
	w.settle()
	w.wants(w.status(n), "SEV1", "lead tanaka")
	w.say(n, "tanaka", "/mitigated")
	w.settle()
	w.wants(w.status(n), "no longer affected")
}

// TestOutageRefusesNobody: while GitHub does not answer for a role, the command
// waits; it is not refused.
func TestOutageRefusesNobody(t *testing.T) {
	for name, fault := range map[string]fakehub.Fault{
		"502": {Status: http.StatusBadGateway}, "cut": {DropAnswer: true},
		"429": {Status: http.StatusTooManyRequests, Header: map[string]string{"Retry-After": "60"}},
	} {
		w := newWorld(t, 1)
		n := w.night(0)
		w.hub.Fault(fakehub.Matching(3, http.MethodGet, "/collaborators/tanaka/permission", fault))
		w.say(n, "tanaka", "/ack")
		w.settle()
		w.wants(w.status(n), "lead tanaka")
		if strings.Contains(w.visible(n), "confused") {
			t.Errorf("%s: somebody was refused in an outage", name)
		}
	}
}

// TestUnknownRoleRefused: GitHub says for good that it will not tell.
func TestUnknownRoleRefused(t *testing.T) {
	w := newWorld(t, 1)
	n := w.night(0)
	w.hub.Fault(fakehub.Matching(100, http.MethodGet, "/permission", fakehub.Fault{Status: http.StatusForbidden, Message: "Resource not accessible by integration"}))
	w.say(n, "tanaka", "/ack")
	w.settle()
	w.wants(w.visible(n), "GitHub would not tell your role")
	if strings.Contains(w.status(n), "lead") {
		t.Error("an unknown role was obeyed")
	}
}

// TestManyComments: 400 plain comments later, a run reads one page of them.
func TestManyComments(t *testing.T) {
	w := newWorld(t, 1)
	n := w.night(1)
	for i := range 400 {
		w.say(n, "suzuki", fmt.Sprintf("looking at shard %d", i))
		w.clock.Advance(time.Second)
		if i%40 == 0 {
			w.settle()
		}
	}
	w.settle()
	w.hub.RecordExchanges(false)
	w.hub.RecordExchanges(true)
	w.say(n, "tanaka", "/sev 1")
	w.deliver()
	_, _, _ = w.engine.Step(context.Background())
	pages := 0
	for _, e := range w.hub.Exchanges() {
		if e.App && strings.HasSuffix(e.Path, "/comments") && e.Method == http.MethodGet {
			pages++
		}
	}
	if pages != 1 {
		t.Errorf("a run read %d pages of comments, want 1", pages)
	}
	w.wants(w.status(n), "SEV1")
}

// TestReactionsMissing: where GitHub gives no reactions the status comment
// shows the acts, and the subject is not asked again.
func TestReactionsMissing(t *testing.T) {
	w := newWorld(t, 1)
	n := w.night(0)
	asked := 0
	w.hub.Fault(func(r *http.Request) *fakehub.Fault {
		if !strings.HasSuffix(r.URL.Path, "/reactions") {
			return nil
		}
		asked++
		return &fakehub.Fault{Status: http.StatusNotFound}
	})
	w.say(n, "tanaka", "/ack")
	w.settle()
	w.say(n, "tanaka", "/sev 2")
	w.say(n, "tanaka", "/resolvd")
	w.settle()
	w.wants(w.status(n), "Commands (✓ was executed):", "✓ [`/ack`]", "✓ [`/sev`]", "✗ [`/resolvd`]", "tanaka")
	if asked != 1 {
		t.Errorf("reactions were tried %d times, want once", asked)
	}
}

// TestManyActs: an incident with a thousand commands keeps its state, its
// record stays within its limit, and an old comment edited later is not judged
// anew.
func TestManyActs(t *testing.T) {
	w := newWorld(t, 1)
	n := w.night(1)
	acts := 1000
	if testing.Short() {
		acts = 100 // the limit is not reached, the rest holds
	}
	var oldest int64
	for i := range acts {
		id := w.say(n, []string{"tanaka", "suzuki", "yamamoto"}[i%3], fmt.Sprintf("/sev %d\n/note %d", 1+i%4, i))
		if i == 0 {
			oldest = id
		}
		w.clock.Advance(15 * time.Second)
		if i%100 == 99 {
			w.settle()
		}
	}
	w.say(n, "tanaka", "/sev 2")
	w.settle()
	w.must(w.hub.EditComment(repo, oldest, "tanaka", "/sev 1\n/resolved"))
	w.settle()
	w.say(n, "suzuki", "/mitigated")
	w.settle()
	body := w.status(n)
	w.wants(body, "SEV2", "lead tanaka", "no longer affected")
	if _, record, _ := strings.Cut(body, "<!-- kintsugi:record"); len(record) > 40_000 || len([]rune(body)) > 65_536 {
		t.Errorf("a record of %d characters in a comment of %d", len(record), len([]rune(body)))
	}
	for _, r := range w.runs {
		if later := new(engine.Later); r.Err != nil && !errors.As(r.Err, &later) {
			t.Error(r.Err)
		}
	}
}
