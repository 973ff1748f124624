package readiness

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/readiness/checklist"
	"github.com/kintsugi-app/kintsugi/workflows/readiness/verdict"
	"github.com/kintsugi-app/kintsugi/workflows/words/hostile"
)

// TestNote: what is written is read again, whatever strangers put into it; a long one
// loses its oldest acts and not its form; nothing owed is told apart from nothing seen.
func TestNote(t *testing.T) {
	at := time.Date(2026, 12, 2, 3, 0, 0, 0, time.UTC)
	for _, text := range hostile.Texts() {
		n := Note{Day: "2026-12-02", Service: text.Text[:min(len(text.Text), 200)], Acts: []verdict.Act{{Deed: verdict.Waive, By: "sato", At: at, Item: "tests", Reason: text.Text[:min(len(text.Text), 1200)], Until: at}},
			FollowUps: &[]verdict.FollowUp{}, Postmortems: nil}
		got, ok := noteIn(n.write("c1", "Ready\n\n"+strings.ReplaceAll(text.Text, noteMark, "")))
		want := n
		if !utf8.ValidString(n.Acts[0].Reason) || !utf8.ValidString(n.Service) {
			continue // JSON has no such text
		}
		if diff := cmp.Diff(want, got); !ok || diff != "" {
			t.Fatalf("%s: %t %s", text.Name, ok, diff)
		}
	}
	long := Note{}
	for i := range 2000 {
		long.Acts = append(long.Acts, verdict.Act{ID: fmt.Sprint(i), Deed: verdict.Done, Reason: strings.Repeat("x", 200)})
	}
	written := long.write("c1", "Ready")
	got, ok := noteIn(written)
	if !ok || len(written) > mostNote+200 || len(got.Acts) < 20 || got.Acts[len(got.Acts)-1].ID != "1999" {
		t.Errorf("%t, %d characters, %d acts", ok, len(written), len(got.Acts))
	}
}

// TestNoteSheds: what is in force stays in a note as long as there is room for it, however
// old it is; what counts for nothing goes before confirmations.
func TestNoteSheds(t *testing.T) {
	at := time.Date(2026, 12, 2, 3, 0, 0, 0, time.UTC)
	n := Note{Day: "2026-12-02", Acts: []verdict.Act{
		{ID: "excepted", Deed: verdict.Waive, Item: "tests", Until: at.AddDate(0, 0, 29)},
		{ID: "until today", Deed: verdict.Waive, Item: "tests", Until: at},
		{ID: "of this commit", Deed: verdict.Approve, Commit: "c1"},
		{ID: "decided", Deed: verdict.ShipAnyway, Commit: "c1"},
		{ID: "confirmed", Deed: verdict.Done, Item: "load-test"},
	}}
	for i := range 100 {
		n.Acts = append(n.Acts, verdict.Act{ID: fmt.Sprint("expired ", i), Deed: verdict.Waive, Item: "tests", Until: at.AddDate(0, 0, -1), Reason: strings.Repeat("x", 100)},
			verdict.Act{ID: fmt.Sprint("of another commit ", i), Deed: verdict.Approve, Commit: fmt.Sprint("d", i)})
	}
	ids := func() (ids []string) {
		got, _ := noteIn(n.write("c1", "Ready"))
		for _, a := range got.Acts {
			ids = append(ids, a.ID)
		}
		return ids
	}
	first := []string{"excepted", "until today", "of this commit", "decided", "confirmed"}
	if got := ids(); len(got) < 20 || len(got) == len(n.Acts) || !slices.Equal(got[:5], first) || got[len(got)-1] != "of another commit 99" {
		t.Errorf("%q", got)
	}
	for i := range 500 {
		n.Acts = append(n.Acts, verdict.Act{ID: fmt.Sprint("confirmed ", i), Deed: verdict.Done, Item: "load-test"})
	}
	if got := ids(); len(got) < 20 || !slices.Equal(got[:4], first[:4]) || got[4] == "confirmed" || got[len(got)-1] != "confirmed 499" {
		t.Errorf("%q", got)
	}
}

// TestHeed: the newest note of the service counts, its dates for two days; without any
// nobody's word is known, and why not is said.
func TestHeed(t *testing.T) {
	at := time.Date(2026, 12, 2, 3, 0, 0, 0, time.UTC)
	of := func(n Note) workflows.Note { return workflows.Note{Text: n.write("c1", "Ready")} }
	heed := func(service string, now time.Time, notes ...workflows.Note) *verdict.Input {
		in := &verdict.Input{Now: now, Service: service, Commit: "c1"}
		Heed(in, workflows.Answer{Seen: workflows.Seen{Notes: notes}})
		return in
	}
	approved := Note{Day: "2026-12-02", Service: "payments", Acts: []verdict.Act{{Deed: verdict.Approve, By: "sato", At: at}},
		Openers: []Opener{{"mori", "c1"}, {"kato", "c2"}}, Teams: map[string][]string{"@acme/sre": {"sato"}}, FollowUps: &[]verdict.FollowUp{}, Review: "#90"}
	in := heed("payments", at, workflows.Note{Text: "no note"}, of(Note{Day: "2026-12-02", Service: "refunds"}), of(approved), of(Note{Service: "payments"}))
	if len(in.Acts) != 1 || len(in.Openers) != 1 || in.Openers[0] != "mori" || !in.Teams["@acme/sre"].Known || in.Review != "#90" || !in.NoReview.IsEmpty() {
		t.Errorf("%+v", in)
	}
	if !in.Around.FollowUps.Known || in.Around.Postmortems.Known || in.Around.Postmortems.Because.IsEmpty() {
		t.Errorf("%+v", in.Around)
	}
	if in := heed("payments", at.AddDate(0, 0, 4), of(approved)); len(in.Acts) != 1 || in.Around.FollowUps.Known || in.Around.FollowUps.Because != oldNote {
		t.Errorf("an old note: %+v", in.Around)
	}
	approved.Acts[0].Environment = "staging"
	for environment, counts := range map[string]int{"": 1, "Staging": 1, "production": 0} {
		in := &verdict.Input{Now: at, Service: "payments", Environment: environment}
		if Heed(in, workflows.Answer{Seen: workflows.Seen{Notes: []workflows.Note{of(approved)}}}); len(in.Acts) != counts {
			t.Errorf("said of staging, for %q: %+v", environment, in.Acts)
		}
	}
	if in := heed("payments", at); in.NoReview != noNote || len(in.Acts) != 0 {
		t.Errorf("no note: %+v", in)
	}
	in = &verdict.Input{Now: at}
	Heed(in, workflows.Answer{Unknown: "refused", Lacks: "checks: read"})
	if want := (checklist.Text{English: "the permission `checks: read` is missing", Japanese: "`checks: read` の権限がありません"}); in.NoReview != want {
		t.Errorf("%+v", in.NoReview)
	}
}
