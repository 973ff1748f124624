package engine_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
)

// happened are what people do to the follow-ups of a postmortem, each to another
// one, and so in any order to the same end.
func (w *world) happened(m int, made []int) []func() {
	body := w.issue(m).Body
	return []func(){
		func() {
			w.must(w.hub.EditIssue(repo, made[0], "suzuki", fakehub.Edit{Title: new("Quite another title")}))
		},
		func() { w.must(w.hub.Close(repo, made[1], "suzuki", "completed")) },
		func() {
			w.must(w.hub.Close(repo, made[2], "suzuki", "completed"))
			w.clock.Advance(time.Second)
			w.must(w.hub.Reopen(repo, made[2], "suzuki"))
		},
		func() { w.must(w.hub.DeleteIssue(repo, made[3], "admin")) },
		func() {
			_, err := w.hub.TransferIssue(repo, made[4], "suzuki", payRepo)
			w.must(err)
		},
		func() { w.must(w.hub.Close(repo, made[5], "suzuki", "not_planned")) },
		func() { w.must(w.hub.Unlabel(repo, made[6], "suzuki", "follow-up")) },
		func() {
			w.must(w.hub.EditIssue(repo, m, "yamamoto", fakehub.Edit{Body: new(strings.ReplaceAll(body, itemTitle(0), itemTitle(0)+", please"))}))
		},
	}
}

// TestFollowUpsConverge: whatever people do to follow-ups, in whatever order, and
// whatever becomes of the deliveries, the list ends the same by the next day, and
// nothing is made twice.
func TestFollowUpsConverge(t *testing.T) {
	if testing.Short() {
		t.Skip("long, and in one thread: nothing for the race detector")
	}
	t.Parallel()
	want := ""
	for seed := range uint64(12) {
		w := newWorld(t, 2, withFollowUps, withoutSweeps)
		w.hub.PutFile(repo, ".github/kintsugi.yml", followUpSettings)
		w.addRepo(payRepo, true)
		w.hub.SetRole(repo, "admin", "admin")
		m := w.accepted(items(7))
		w.settle()
		w.clock.Advance(time.Minute)
		made := w.ownIn(repo)
		random := rand.New(rand.NewPCG(seed, 0))
		steps := w.happened(m, made)
		if seed > 0 {
			random.Shuffle(len(steps), func(i, j int) { steps[i], steps[j] = steps[j], steps[i] })
		}
		var late []fakehub.Delivery
		for _, step := range steps {
			step()
			w.clock.Advance(2 * time.Second)
			switch all := w.hub.TakeDeliveries(); seed % 4 {
			case 0:
				late = append(late, all...)
				for _, d := range late {
					w.send(d)
				}
				late = nil
			case 1: // they are lost
				for _, d := range all {
					w.hub.Lose(d)
				}
			case 2: // and come late, twice, and in another order
				late = append(late, slices.Concat(all, all)...)
			case 3:
				for _, d := range all {
					if random.IntN(2) == 0 {
						late = append(late, d)
					} else {
						w.hub.Lose(d)
					}
				}
			}
			if seed%4 == 0 || random.IntN(2) == 0 {
				w.settle()
			}
		}
		random.Shuffle(len(late), func(i, j int) { late[i], late[j] = late[j], late[i] })
		for _, d := range late {
			w.send(d)
		}
		w.settle()
		w.until(time.Date(2026, 11, 28, 0, 0, 0, 0, time.UTC))
		got := w.list(m)
		if want == "" {
			want = got
			w.wants(got, fmt.Sprintf("#%d · open", made[0]), fmt.Sprintf("#%d · done", made[1]), fmt.Sprintf("#%d · open", made[2]),
				"deleted", payRepo+"#1 · open", fmt.Sprintf("#%d · will not be done", made[5]), "2 of 6 done")
		}
		if got != want {
			t.Errorf("seed %d: the list is\n%s\nwant\n%s", seed, got, want)
		}
		if again := w.ownIn(repo); len(again) != 5 {
			t.Errorf("seed %d: there are %v, and were %v", seed, again, made)
		}
		w.wantsNoFailures()
	}
}

// TestFollowUpRows: a row that is added is added, one that is reworded is the item it
// was, one that is taken out closes nothing, and a command means the row that it
// named when it was given.
func TestFollowUpRows(t *testing.T) {
	w := newWorld(t, 2, withFollowUps, withoutSweeps)
	w.hub.PutFile(repo, ".github/kintsugi.yml", followUpSettings)
	const (
		alert, runbook, backups = "| Alert on the free space of the database disks | @suzuki |\n", "| Write the runbook anew | |\n", "| Encrypt all backups |  |\n"
		head                    = "## Action items\n\n| Action | Owner |\n|---|---|\n"
	)
	writes := func(m int, rows ...string) {
		w.clock.Advance(time.Minute)
		w.must(w.hub.EditIssue(repo, m, "yamamoto", fakehub.Edit{Body: new(head + strings.Join(rows, ""))}))
		w.settle()
	}
	m := w.accepted(head + alert + runbook + backups)
	w.settle()
	titles := func() string { return strings.Join(w.openItems(repo), "; ") }
	if got := titles(); got != "Alert on the free space of the database disks" {
		t.Fatal(got)
	}
	w.say(m, "suzuki", "/wont-do 2 it goes away\n")
	w.say(m, "suzuki", "/follow-up 1 @tanaka")
	w.say(m, "suzuki", "/follow-up 4 @tanaka")
	w.settle()
	w.wants(w.list(m), "| 2 | Write the runbook anew |  |  | will not be done |", "`/follow-up 1`: that was an issue already", "`/follow-up 4`: there was no item 4")
	writes(m, "| Quite new, and unlike the others | |\n", backups, runbook, alert)
	w.wants(w.list(m), "| 3 | Write the runbook anew |  |  | will not be done |", "| 4 | Alert on the free space of the database disks | suzuki |")
	if got := titles(); got != "Alert on the free space of the database disks" {
		t.Errorf("an old command made %s", got)
	}
	writes(m, backups, "| Alert early on the free space of database disks | @suzuki |\n", "| Rotate all keys | @tanaka |\n")
	if got := titles(); got != "Alert on the free space of the database disks; Rotate all keys" {
		t.Errorf("there are %s", got)
	}
	w.wants(w.list(m), "| 2 | Alert early on the free space of database disks | suzuki |  | #2 · open |", "| 3 | Rotate all keys | tanaka |  | #3 · open |")
	writes(m, "| Rotate all keys | @tanaka |\n")
	w.wants(w.list(m), "Item 2 is not in the document any more; its issue stays open")
	if v := w.issue(2); v.State != "open" {
		t.Error("it was closed")
	}
	w.wantsNoFailures()
}

// TestPostmortemThatMoves: a postmortem that is transferred keeps its follow-ups, and
// none is made a second time.
func TestPostmortemThatMoves(t *testing.T) {
	w := newWorld(t, 1, withFollowUps, withoutSweeps)
	w.hub.PutFile(repo, ".github/kintsugi.yml", followUpSettings)
	w.addRepo(payRepo, true)
	w.hub.PutFile(payRepo, ".github/kintsugi.yml", followUpSettings)
	m := w.accepted(items(3))
	w.settle()
	w.clock.Advance(time.Hour)
	moved, err := w.hub.TransferIssue(repo, m, "suzuki", payRepo)
	w.must(err)
	w.settle()
	w.until(w.clock.Now().Add(48 * time.Hour))
	if there, here := w.ownIn(payRepo), w.ownIn(repo); len(there) != 0 || len(here) != 3 {
		v, _ := w.hub.Issue(payRepo, moved)
		t.Errorf("made here are %v, and there %v\n%s", here, there, strings.Join(bodies(v), "\n"))
	}
}
