package list

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/kintsugi-app/kintsugi/workflows/document"
	"github.com/kintsugi-app/kintsugi/workflows/postmortem/inspect"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// TestNextRepeatsNothing: a club that reads what is next reads everything once
// before anything twice.
func TestNextRepeatsNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		entries := entryNumbers(rapid.IntRange(1, 12).Draw(t, "entries"), 2)
		services := []string{rapid.SampledFrom([]string{"", "part 1", "search"}).Draw(t, "service")}
		for round := range 3 {
			seen := map[string]bool{}
			for range entries {
				next := Next(entries, services, 1)[0]
				if seen[next.ID] {
					t.Fatalf("%s comes again in round %d", next.ID, round)
				}
				seen[next.ID] = true
				e := Find(entries, next.URL)
				e.WasRead(dawn.AddDate(0, 0, round*20+len(seen)).Format("2006-01-02"), "")
			}
		}
	})
}

func TestNextOrder(t *testing.T) {
	entry := func(n int, reason Reason, severity string) Entry {
		e := entryNumber(n, 1)
		e.Recommended, e.Severity = []Recommendation{{Reason: reason}}, severity
		return e
	}
	minor, grave, mine, read, other, gone := entry(1, Learning, "SEV3"), entry(2, Learning, "重大度1"), entry(3, Learning, ""), entry(4, Learning, "SEV1"), entry(5, Response, "SEV3"), entry(6, Response, "SEV1")
	mine.Services, read.Read, gone.State = []string{"Payments"}, []Reading{{Day: "2026-10-01"}}, Deleted
	var got []string
	for _, e := range Next([]Entry{minor, grave, mine, read, other, gone}, []string{"payments"}, 9) {
		got = append(got, e.ID)
	}
	if diff := cmp.Diff([]string{mine.ID, other.ID, grave.ID, minor.ID, read.ID}, got); diff != "" {
		t.Error(diff)
	}
}

// TestChooseOrder is a newcomer's list, as it was reviewed.
func TestChooseOrder(t *testing.T) {
	var entries []Entry
	add := func(name string, length int, change func(*Entry), reasons ...Reason) {
		e := Entry{URL: name + ".md", Title: Tell(name, "en"), Words: length}
		e.ID = NewID(e.URL, "2026-03-01")
		for _, r := range reasons {
			e.Recommend(Recommendation{Reason: r, By: "sato"})
		}
		if change != nil {
			change(&e)
		}
		entries = append(entries, e)
	}
	add("long", 2000, nil, Learning)
	add("short", 500, nil, Learning)
	add("unknown length", 0, nil, Learning)
	add("about payments", 3000, func(e *Entry) { e.Services = []string{"Payments"} }, Learning)
	add("gone", 100, func(e *Entry) { e.State = Deleted }, Architecture)
	add("secret", 100, func(e *Entry) { e.State = Private }, Architecture)
	add("elsewhere now", 900, func(e *Entry) { e.State, e.MovedTo = Moved, "b.md" }, Response)
	add("said by two", 900, func(e *Entry) { e.Recommend(Recommendation{Reason: Response, By: "suzuki"}) }, Response)
	add("two reasons", 1500, nil, Learning, Response)
	add("a label alone", 100, func(e *Entry) { e.Recommend(Recommendation{By: "sato"}) })
	var got []string
	for _, e := range Choose(entries, []string{"payments"}, 8) {
		got = append(got, e.Title.En)
	}
	want := []string{"about payments", "two reasons", "short", "said by two", "long", "elsewhere now", "unknown length", "a label alone"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestChooseProperties: every reason has its turn, nothing is chosen that cannot be
// read, what concerns the newcomer and what is short goes before its equals, and the
// order of the entries makes no difference.
func TestChooseProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		entries := entryNumbers(rapid.IntRange(0, 30).Draw(t, "entries"), 2)
		for i := range entries {
			e := &entries[i]
			e.State = rapid.SampledFrom([]State{Fine, Fine, Fine, Moved, Deleted, Private}).Draw(t, "state")
			e.Words = rapid.IntRange(0, 3).Draw(t, "length") * 500
			e.Services = rapid.SampledFrom([][]string{nil, {"payments"}}).Draw(t, "services")
			if r := rapid.SampledFrom(append([]Reason{""}, Reasons...)).Draw(t, "one more"); r != "" {
				e.Recommend(Recommendation{Reason: r, By: "sato"})
			}
		}
		most := rapid.IntRange(0, 10).Draw(t, "most")
		services := []string{"payments"}
		chosen := Choose(entries, services, most)
		if diff := cmp.Diff(chosen, Choose(rapid.Permutation(entries).Draw(t, "order"), services, most)); diff != "" {
			t.Fatal("the order matters: " + diff)
		}
		isChosen := map[string]bool{}
		for _, e := range chosen {
			if isChosen[e.ID] || e.State == Private || e.State == Deleted {
				t.Fatalf("%s is chosen twice, or %s", e.ID, e.State)
			}
			isChosen[e.ID] = true
		}
		readable := slices.DeleteFunc(slices.Clone(entries), func(e Entry) bool { return e.State == Private || e.State == Deleted })
		if len(chosen) != min(most, len(readable)) {
			t.Fatalf("%d of %d are chosen, not %d", len(chosen), len(readable), most)
		}
		for _, e := range readable {
			for _, r := range e.reasons() {
				if most >= len(Reasons) && !slices.ContainsFunc(chosen, func(c Entry) bool { return slices.Contains(c.reasons(), r) }) {
					t.Fatalf("nothing is chosen for %s", r)
				}
			}
			for _, c := range chosen {
				switch {
				case isChosen[e.ID] || !slices.Equal(c.reasons(), e.reasons()) || len(c.Recommended) != len(e.Recommended):
				case !concerns(&c, services) && concerns(&e, services):
					t.Fatalf("%s does not concern the newcomer, as %s does", c.ID, e.ID)
				case concerns(&c, services) == concerns(&e, services) && e.Words > 0 && (c.Words == 0 || e.Words < c.Words):
					t.Fatalf("%s is longer than %s", c.ID, e.ID)
				}
			}
		}
	})
}

func TestSigns(t *testing.T) {
	rich := "# Search was down\n\n## Background\n\n" + strings.Repeat("The index is built from the primary by a nightly job. ", 15) +
		"\n\n```mermaid\ngraph TD; a-->b\n```\n\n## Timeline (UTC)\n\n- 2026-03-01 10:00 Incident started: the disk was full.\n- 2026-03-01 10:05 Detected by the latency alert.\n" +
		strings.Repeat("- 2026-03-01 10:07 The on-call engineer looked at one more graph.\n", 9) + "- 2026-03-01 11:00 Resolved: searches work again.\n\n## Root cause\n\n" +
		strings.Repeat("Nothing looks at free space before the job starts, so it failed half way. ", 20) + "\n\n## Lessons learned\n\n" + strings.Repeat("Alerts must look at space, too. ", 25) + "\n"
	read := func(source string) []Sign {
		d := document.Read(source)
		return Signs(d, inspect.Read("x.md", d))
	}
	signs := read(rich)
	if got := Worthy(signs); !slices.Equal(got, Reasons) {
		t.Errorf("%q: %+v", got, signs)
	}
	for _, s := range signs {
		if s.In(words.English) == "" || s.In(words.Japanese) == s.In(words.English) {
			t.Errorf("%+v is not told in both languages", s)
		}
	}
	if got := Worthy(read("# Search was down\n\n## Impact\n\nNobody could search.\n")); len(got) > 0 {
		t.Errorf("%q", got)
	}
	// Persons are not counted.
	if diff := cmp.Diff(signs, read(rich+"\n## Participants\n\n- @sato\n- @suzuki\n- @tanaka, @yamamoto and eight others\n")); diff != "" {
		t.Error(diff)
	}
}

func TestCover(t *testing.T) {
	documents := entryNumbers(8, 1)
	entries := slices.Clone(documents[:5]) // reasons by turns, the fourth has none
	entries[0].Services = []string{"Payments"}
	documents[7].Date = "2019-05-01"
	got := Cover(entries, documents, []string{"payments", "search"})
	want := Coverage{
		Entries: 5,
		Reasons: []Share{{Name: "learning", Entries: 2, Thin: true}, {Name: "architecture", Entries: 1, Thin: true}, {Name: "response", Entries: 1, Thin: true}},
		// No document says a word about payments, so more cannot be listed.
		Services: []Share{{Name: "Payments", Entries: 1}, {Name: "search", Entries: 5, Documents: 8}},
		Years:    []Share{{Name: "2019", Documents: 1, Thin: true}, {Name: "2026", Entries: 5, Documents: 7}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if share("x", entries[:1], documents[:1], func(*Entry) bool { return true }).Thin {
		t.Error("thin, though nothing is left to list")
	}
}
