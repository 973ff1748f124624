//go:build unix

package faults

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestFault17DeletedInFlight: what a process is about to write to is deleted
// between its look and its write.
func TestFault17DeletedInFlight(t *testing.T) {
	onBoth(t, func(t *town) {
		a := t.process("a")
		inFlight := func(at string, do func() error) {
			a.gate.hooks(atExchange(1, at, func(*exchange) bool { t.must(do()); return true }), nil)
		}
		status := func(n int) int64 {
			v, _ := t.hub.Issue(repo, n)
			for _, c := range v.Comments {
				if strings.HasPrefix(c.Body, "<!-- kintsugi:status -->") {
					return c.ID
				}
			}
			t.Fatalf("#%d has no status comment", n)
			return 0
		}
		// The label, taken from the repository.
		inFlight("POST .*/"+repo+"/issues/.*/labels", func() error { return t.hub.DeleteLabel(repo, "yamamoto", "incident") })
		label := t.tell("label", t.settle)
		// The command that is to be answered.
		var ack int64
		command := t.open(repo, "sato", "[incident] command")
		t.settle()
		inFlight("POST .*/reactions", func() error { return t.hub.DeleteComment(repo, ack, "tanaka") })
		ack = t.say(repo, command, "tanaka", "/ack")
		t.settle()
		// The status comment, once before its edit.
		edited := t.open(repo, "sato", "[incident] status")
		t.settle()
		inFlight("PATCH .*/issues/comments/", func() error { return t.hub.DeleteComment(repo, status(edited), "yamamoto") })
		t.say(repo, edited, "tanaka", "/ack")
		t.settle()
		// The issue, before its label and before its comment.
		var issue int
		for _, at := range []string{"labels", "comments"} {
			inFlight("POST .*/"+repo+"/issues/.*/"+at, func() error { return t.hub.DeleteIssue(repo, issue, "yamamoto") })
			issue = t.open(repo, "sato", "[incident] issue")
			t.settle()
		}
		a.gate.hooks(nil, nil)
		t.say(repo, command, "tanaka", "/sev 2")
		t.say(repo, edited, "tanaka", "/sev 2")
		t.rest()
		t.wants(label, told)
		const going = `open [incident sev2]; ours: status; 👍%; "In progress · SEV2 · lead tanaka"`
		t.wants(command, strings.ReplaceAll(going, "%", "1 😕0"))
		t.wants(edited, strings.ReplaceAll(going, "%", "2 😕0"))
		t.wants(issue, "gone")
		t.promises()
	})
}

// TestFault18Moved: the repository is called otherwise in the middle of the
// story, then belongs to somebody else; an issue moves to another repository.
func TestFault18Moved(t *testing.T) {
	onBoth(t, func(t *town) {
		n := t.open(repo, "sato", "[incident] checkout is blank")
		moving := t.open(repo, "sato", "[incident] the wrong place")
		t.quiet()
		t.say(repo, n, "tanaka", "/ack")
		t.hub.RenameRepo(repo, "outages")
		t.quiet()
		t.say("acme/outages", n, "tanaka", "/sev 2")
		t.quiet()
		t.pass(15 * time.Minute) // what was cached of the old name is forgotten
		t.hub.AddRepo("acme", "elsewhere", true)
		for login, role := range map[string]string{"sato": "read", "tanaka": "triage", "suzuki": "write", "yamamoto": "admin"} {
			t.hub.SetRole("acme/elsewhere", login, role)
		}
		moved, err := t.hub.TransferIssue("acme/outages", moving, "yamamoto", "acme/elsewhere")
		t.must(err)
		t.rest()
		t.say("acme/elsewhere", moved, "tanaka", "/ack")
		t.say("acme/outages", n, "tanaka", "/resolved")
		t.rest()
		if got := t.summary("acme/outages", n); got != told {
			t.Errorf("after the renaming\ngot  %s\nwant %s", got, told)
		}
		if got, want := t.summary("acme/elsewhere", moved), `open [incident]; ours: status; 👍1 😕0; "In progress · severity undecided · lead tanaka"`; got != want {
			t.Errorf("after the transfer\ngot  %s\nwant %s", got, want)
		}
		t.promises()
	})
}

// TestFault19Installation: suspended, taken off, put back; a repository removed
// and given back. Meanwhile nothing is written there, and afterwards what
// happened meanwhile is done.
func TestFault19Installation(t *testing.T) {
	stops := map[string]struct{ stop, resume func(t *town) }{
		"suspended": {
			func(t *town) { t.hub.Suspend("acme") },
			func(t *town) { t.hub.Unsuspend("acme") },
		},
		"removed": {
			func(t *town) { t.hub.Select("acme", plaza) },
			func(t *town) { t.hub.Select("acme") },
		},
		"deleted": {
			func(t *town) { t.hub.Uninstall("acme") },
			func(t *town) { t.hub.Install("acme", time.Time{}) },
		},
	}
	for name, s := range stops {
		t.Run(name, func(t *testing.T) {
			onBoth(t, func(t *town) {
				n := t.open(repo, "sato", "[incident] checkout is blank")
				t.quiet()
				t.say(repo, n, "tanaka", "/ack")
				t.quiet()
				s.stop(t)
				t.quiet()
				before := len(t.process("a").gate.seen())
				t.say(repo, n, "tanaka", "/sev 2")
				t.pass(time.Hour)
				t.rest()
				asked := 0
				for _, e := range t.process("a").gate.seen()[before:] {
					// Asking the App's own installation is how it learns that it is suspended.
					isLookup := strings.HasSuffix(e.path, "/installation")
					if strings.Contains(e.path, repo) && (e.writes() || e.status < 300) && !isLookup {
						t.Errorf("while it was %s: %s", name, &e)
					}
					if strings.Contains(e.path, repo) || strings.Contains(e.path, "access_tokens") {
						asked++
					}
				}
				if asked > 60 {
					t.Errorf("%d requests in an hour and a half about what is %s", asked, name)
				}
				s.resume(t)
				t.rest()
				t.say(repo, n, "tanaka", "/resolved")
				t.rest()
				t.wants(n, told)
				t.promises()
			})
		})
	}
}

// TestFault20PermissionMissing: without the permission to write, nothing works
// and it is said once; with it, everything is made up for.
func TestFault20PermissionMissing(t *testing.T) {
	onBoth(t, func(t *town) {
		a := t.process("a")
		all := map[string]string{"metadata": "read", "issues": "write", "contents": "read", "checks": "write"}
		t.hub.SetPermissions("acme", map[string]string{"metadata": "read", "issues": "read", "contents": "read"})
		t.quiet()
		began := len(a.said.String())
		n := t.open(repo, "sato", "[incident] checkout is blank")
		t.rest()
		t.say(repo, n, "tanaka", "/ack")
		t.rest()
		refused := t.answered(http.StatusForbidden, repo)
		if len(refused) == 0 || len(refused) > 30 {
			t.Errorf("%d requests were refused in an hour", len(refused))
		}
		said := 0
		for line := range strings.Lines(a.said.String()[began:]) {
			if strings.Contains(line, "level=WARN") && strings.Contains(line, "issues=write") {
				said++
			}
		}
		if said != 1 {
			t.Errorf("the log said %d times that issues=write is missing", said)
		}
		t.hub.SetPermissions("acme", all)
		t.quiet()
		t.say(repo, n, "tanaka", "/sev 2")
		t.quiet()
		t.say(repo, n, "tanaka", "/resolved")
		t.restFor(2 * time.Hour)
		t.wants(n, told)
		t.promises()
	})
}
