package engine_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
)

// diary is a store whose journal is open to the test: what was noted, and how
// each run ended.
type diary struct {
	engine.Queue
	w     *world
	noted []engine.Entry
	// wrote is how often the App had written when each was noted.
	wrote []int
	ended []engine.Outcome
	keys  []string
	fails error
}

// withDiary puts a diary between the engine and its store.
func withDiary(d *diary) worldOption {
	return func(w *world) {
		d.w = w
		w.wire = func(c *engine.Config) { d.Queue, c.Queue, c.Journal = c.Queue, d, d }
	}
}

func (d *diary) Note(_ context.Context, _ engine.Claim, e engine.Entry) error {
	d.noted, d.wrote = append(d.noted, e), append(d.wrote, d.w.writes())
	return d.fails
}

func (d *diary) Finish(ctx context.Context, c engine.Claim, o engine.Outcome) error {
	d.ended, d.keys = append(d.ended, o), append(d.keys, c.Key)
	return d.Queue.Finish(ctx, c, o)
}

// last is the entry of the last run of an issue that did something, or of the
// last at all.
func (d *diary) last(n int, did bool) engine.Entry {
	d.w.t.Helper()
	for i, key := range slices.Backward(d.keys) {
		if key != fmt.Sprintf("%s#%d", repo, n) {
			continue
		}
		e := d.ended[i].Entry
		if e == nil {
			d.w.t.Fatalf("a run of #%d left no entry", n)
		}
		if len(e.Did) > 0 || !did {
			return *e
		}
	}
	d.w.t.Fatalf("#%d was never run so", n)
	return engine.Entry{}
}

// TestJournal: what was seen, asked, decided and done is told, and its reasons
// are on disk before the first write.
func TestJournal(t *testing.T) {
	d := &diary{}
	w := newWorld(t, 1, withDiary(d))
	n := w.open("sato", "[incident] checkout is blank")
	w.settle()
	w.say(n, "tanaka", "/ack")
	before, noted := w.writes(), len(d.noted)
	w.settle()
	if len(d.noted) != noted+1 || d.wrote[noted] != before {
		t.Fatalf("%d notes, the first after %d writes, want one before the first", len(d.noted)-noted, d.wrote[noted]-before)
	}
	for name, e := range map[string]engine.Entry{"noted": d.noted[noted], "kept": d.last(n, true)} {
		all := strings.Join(append(append(append(e.Observed, e.Asked...), e.Why...), e.Plan), "\n")
		for _, part := range []string{
			"the issue is open, opened by sato at 2026-11-25", `labels "incident"`, "comments written or edited since ", "record 1 with 1 act, ",
			"role of tanaka on acme/incidents: triage", "/ack by tanaka (triage): done", "urgent\n", `label "incident" on`,
		} {
			if !strings.Contains(all, part) {
				t.Errorf("what was %s lacks %q:\n%s", name, part, all)
			}
		}
		if e.Owner != "incident" || e.At.IsZero() || e.Ended.IsZero() != (name == "noted") || (len(e.Did) == 0) != (name == "noted") {
			t.Errorf("%s: %+v", name, e)
		}
	}
	w.wants(strings.Join(d.last(n, true).Did, "\n"), "react +1", "edit the status comment")
}

// TestJournalIsShort: what is none of ours, and what changed nothing, is told in
// a few lines.
func TestJournalIsShort(t *testing.T) {
	d := &diary{}
	w := newWorld(t, 1, withDiary(d))
	other := w.open("suzuki", "a question")
	n := w.night(1)
	w.say(n, "suzuki", "looking at shard 7, the password is hunter2")
	noted := len(d.noted)
	w.settle()
	if len(d.noted) != noted {
		t.Error("a run without a write was noted before its end")
	}
	if e := d.last(n, false); e.Plan != "" || len(e.Why) != 0 || len(e.Observed) == 0 {
		t.Errorf("nothing changed, and the entry is %+v", e)
	}
	if e := d.last(other, false); e.Owner != "" || len(e.Why) != 1 || !strings.Contains(e.Why[0], "nothing makes it ours") {
		t.Errorf("none of ours, and the entry is %+v", e)
	}
	if all := fmt.Sprint(d.noted, d.last(n, false), d.last(other, false)); strings.Contains(all, "hunter2") {
		t.Error("the journal copies what people write to each other")
	}
}

// TestJournalFirst: what cannot be noted is not written.
func TestJournalFirst(t *testing.T) {
	d := &diary{fails: errors.New("the disk is full")}
	w := newWorld(t, 1, withDiary(d))
	n := w.open("sato", "[incident] checkout is blank")
	for range 20 {
		w.deliver()
		_, _, _ = w.engine.Step(context.Background())
	}
	if got := w.writes(); got != 0 || len(d.noted) == 0 {
		t.Errorf("%d writes without a reason on disk", got)
	}
	d.fails = nil
	w.settle()
	if w.status(n) == "" {
		t.Error("nothing was said once the disk had room")
	}
}

// TestJournalOfFailure: a run that failed tells what it had found out, and why
// it failed.
func TestJournalOfFailure(t *testing.T) {
	d := &diary{}
	w := newWorld(t, 1, withDiary(d))
	n := w.night(0)
	w.hub.Fault(fakehub.Matching(1, http.MethodPost, "/reactions", fakehub.Fault{Status: http.StatusBadGateway}))
	w.say(n, "tanaka", "/ack")
	w.deliver()
	_, _, _ = w.engine.Step(context.Background())
	e := d.last(n, false)
	w.wants(e.Error, "react +1 to comment", "502")
	w.wants(strings.Join(e.Why, "\n"), "/ack by tanaka")
	if e.Due.IsZero() || e.Plan == "" {
		t.Errorf("%+v", e)
	}
}

// TestJournalIsBounded: 300 labels, a flood of commands and a long plan leave an
// entry that can be read.
func TestJournalIsBounded(t *testing.T) {
	d := &diary{}
	w := newWorld(t, 1, withDiary(d), withRules(novel(200_000)))
	n := w.open("sato", "novel")
	for i := range 300 {
		w.must(w.hub.CreateLabel(repo, "yamamoto", fmt.Sprintf("area %d", i), "d4a017"))
		w.must(w.hub.Label(repo, n, "yamamoto", fmt.Sprintf("area %d", i)))
	}
	w.settle()
	e := d.last(n, true)
	size := len(fmt.Sprint(e))
	if size > 60_000 || size < 10_000 {
		t.Errorf("an entry of %d bytes", size)
	}
	w.wants(strings.Join(e.Observed, "\n"), `"area 0"`, "and 280 more")
	w.wants(e.Plan, "characters more)")
}
