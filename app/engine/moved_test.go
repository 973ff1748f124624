package engine_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
)

const elsewhere = "acme/pay" // another repository of the same owner

// in is what stands on an issue of any repository: its status comment, and how
// many comments are ours.
func (w *world) in(name string, n int) (status string, ours int) {
	w.t.Helper()
	v, ok := w.hub.Issue(name, n)
	if !ok {
		w.t.Fatalf("%s#%d is not there", name, n)
	}
	for _, c := range v.Comments {
		if c.Author != "kintsugi[bot]" {
			continue
		}
		ours++
		if strings.HasPrefix(c.Body, "<!-- kintsugi:status -->") {
			if status != "" {
				w.t.Errorf("two status comments on %s#%d", name, n)
			}
			status = c.Body
		}
	}
	return status, ours
}

// TestRenamed: a repository that is renamed in the middle of an incident is
// looked after under its new name, and under no other.
func TestRenamed(t *testing.T) {
	for _, kept := range []bool{true, false} {
		w := newWorld(t, 1, inFile(t))
		n := w.night(1)
		mentions := len(w.hub.Mentions())
		w.say(n, "tanaka", "/sev 2")
		w.deliver() // under the old name
		w.hub.RenameRepo(repo, "outages")
		if !kept {
			w.database = t.TempDir() + "/another.db"
			w.start()
			w.must(w.engine.Start(context.Background()))
		}
		w.settle()
		_, err := w.hub.Comment("acme/outages", n, "suzuki", "/mitigated")
		w.must(err)
		w.must(w.store.Wake(context.Background(), engine.Live, fmt.Sprintf("%s#%d", repo, n)))
		w.runs = nil
		w.settle()
		status, ours := w.in("acme/outages", n)
		w.wants(status, "SEV2", "lead tanaka", "customers no longer affected")
		if strings.Contains(status, "Rebuilt") || ours != 1 || len(w.hub.Mentions()) != mentions {
			t.Errorf("store kept %t: %d comments of ours, %d mentions\n%s", kept, ours, len(w.hub.Mentions())-mentions, status)
		}
		for _, r := range w.runs {
			if strings.HasPrefix(r.Key, repo+"#") && (len(r.Did) > 0 || r.Err != nil || !r.Due.IsZero() || !strings.Contains(strings.Join(r.Why, ""), "acme/outages#1")) {
				t.Errorf("under its old name: %+v", r)
			}
		}
	}
}

// TestCaseOfLetters: GitHub does not tell acme/Incidents from acme/incidents,
// so one name alone is looked after.
func TestCaseOfLetters(t *testing.T) {
	w := newWorld(t, 1, withoutSweeps)
	w.settle()
	n := w.open("sato", "[incident] checkout is blank")
	w.hub.TakeDeliveries()
	w.must(w.store.Wake(context.Background(), engine.Live, "acme/Incidents#1", "ACME/incidents#1"))
	w.settle()
	status, ours := w.in(repo, n)
	if ours != 1 || status == "" {
		t.Errorf("%d comments of ours", ours)
	}
	for _, r := range w.runs {
		if len(r.Did) > 0 && strings.Contains(r.Key, "#") && r.Key != "acme/incidents#1" {
			t.Errorf("%s did %v", r.Key, r.Did)
		}
	}
}

// TestMovedNowhere: what is said to have moved to itself is a failure, and no
// circle.
func TestMovedNowhere(t *testing.T) {
	w := newWorld(t, 1, withoutSweeps, func(w *world) {
		w.wire = func(c *engine.Config) { c.Places = itself{c.Places} }
	})
	w.must(w.store.Wake(context.Background(), engine.Live, repo+"#1"))
	w.clock.Advance(time.Second)
	for range 20 {
		_, _, _ = w.engine.Step(context.Background())
	}
	runs := 0
	for _, r := range w.runs {
		if r.Key == repo+"#1" {
			runs++
			if r.Err == nil || !r.Due.After(r.At) {
				t.Errorf("%+v", r)
			}
		}
	}
	if runs != 1 {
		t.Errorf("%d runs, want one", runs)
	}
}

type itself struct{ engine.Places }

func (i itself) Home(_ context.Context, repo string) (engine.Home, error) {
	return engine.Home{}, &engine.Moved{To: repo}
}

// TestTransferred: a transferred issue is another issue, so its record is not
// believed; what was executed is known by our 👍, whoever may do what in the new
// repository. Nobody is called again, and the comment says what happened.
func TestTransferred(t *testing.T) {
	for name, c := range map[string]struct {
		labels bool // the other repository has ours
		kept   bool // the store
	}{
		"with labels":    {true, true},
		"without labels": {false, true},
		"store lost":     {true, false},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, 1, inFile(t))
			w.addRepo(elsewhere, true)
			if c.labels {
				for _, l := range []string{"incident", "sev2"} {
					w.must(w.hub.CreateLabel(elsewhere, "yamamoto", l, "d4a017"))
				}
			}
			n := w.night(2)
			w.say(n, "suzuki", "/note it is the cache")
			w.settle()
			mentions := len(w.hub.Mentions())
			w.hub.SetRole(elsewhere, "tanaka", "read")
			moved, err := w.hub.TransferIssue(repo, n, "suzuki", elsewhere)
			w.must(err)
			if !c.kept {
				w.database = t.TempDir() + "/another.db"
				w.start()
				w.must(w.engine.Start(context.Background()))
			}
			w.settle()
			_, err = w.hub.Comment(elsewhere, moved, "suzuki", "/mitigated")
			w.must(err)
			w.settle()
			status, ours := w.in(elsewhere, moved)
			w.wants(status, "In progress · SEV2 · customers no longer affected · lead tanaka", "Notes:",
				"Rebuilt from the comments, because the record in it belonged to another issue, or this one was transferred")
			if ours != 1 {
				t.Errorf("%d comments of ours, want the status alone", ours)
			}
			if got := len(w.hub.Mentions()) - mentions; got != 0 {
				t.Errorf("%d mentions more: %v", got, w.hub.Mentions()[mentions:])
			}
			v, _ := w.hub.Issue(elsewhere, moved)
			if got := fmt.Sprint(v.Labels); got != "[incident sev2]" {
				t.Errorf("labels %s", got)
			}
			if err := w.failures(); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestTransferredByLabel: an incident by its label alone stays one where the
// other repository has no such label, which a transfer takes off.
func TestTransferredByLabel(t *testing.T) {
	w := newWorld(t, 1)
	w.addRepo(elsewhere, true)
	w.must(w.hub.CreateLabel(repo, "yamamoto", "incident", "d4a017"))
	n := w.open("suzuki", "checkout is blank", "incident")
	w.settle()
	w.say(n, "tanaka", "/ack")
	w.settle()
	w.clock.Advance(time.Minute)
	moved, err := w.hub.TransferIssue(repo, n, "suzuki", elsewhere)
	w.must(err)
	w.settle()
	_, err = w.hub.Comment(elsewhere, moved, "tanaka", "/mitigated")
	w.must(err)
	w.settle()
	status, _ := w.in(elsewhere, moved)
	w.wants(status, "In progress", "customers no longer affected", "lead tanaka", "transferred")
	v, _ := w.hub.Issue(elsewhere, moved)
	if got := fmt.Sprint(v.Labels); got != "[incident]" {
		t.Errorf("labels %s", got)
	}
}

// TestTransferredBeforeRead: an act that waits when its issue is transferred is
// judged where the issue is now, with the role there.
func TestTransferredBeforeRead(t *testing.T) {
	w := newWorld(t, 1)
	w.addRepo(elsewhere, true)
	n := w.night(0)
	w.say(n, "tanaka", "/ack")
	w.hub.SetRole(elsewhere, "tanaka", "read")
	moved, err := w.hub.TransferIssue(repo, n, "suzuki", elsewhere)
	w.must(err)
	w.settle()
	status, _ := w.in(elsewhere, moved)
	w.wants(status, "Waiting for a responder")
	if _, err := w.hub.OpenIssue(repo, "sato", fakehub.NewIssue{Title: "[incident] another"}); err != nil {
		t.Fatal(err)
	}
	w.settle()
	w.wants(w.status(n+1), "Waiting for a responder")
}
