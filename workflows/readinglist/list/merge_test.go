package list

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// TestMergeBoth: two writers that start from the same state end in one list with
// both.
func TestMergeBoth(t *testing.T) {
	base := entryNumbers(3, 1)
	ours, theirs := slices.Clone(base), slices.Clone(base)
	ours = append(ours, entryNumber(10, 1))
	ours[0].Title, ours[0].Changed = Tell("Ours", "en"), dawn.AddDate(0, 1, 0)
	ours[1].Recommended = append(slices.Clone(ours[1].Recommended), Recommendation{By: "sato", Reason: Learning})
	theirs = append(theirs, entryNumber(11, 1))
	theirs[0].Severity, theirs[0].Read = "SEV1", []Reading{{Day: "2026-12-01"}}
	theirs[1].Recommended = append(slices.Clone(theirs[1].Recommended), Recommendation{By: "suzuki", Reason: Response})
	theirs = slices.Delete(theirs, 2, 3)
	got := Merge(base, ours, theirs)
	byID := byIDs(got)
	if len(got) != 4 {
		t.Fatalf("%d entries", len(got))
	}
	first, second := byID[base[0].ID], byID[base[1].ID]
	if first.Title.En != "Ours" || first.Severity != "SEV1" || !slices.Equal(first.Read, []Reading{{Day: "2026-12-01"}}) {
		t.Errorf("%+v", first)
	}
	if len(second.Recommended) != len(base[1].Recommended)+2 {
		t.Errorf("%+v", second.Recommended)
	}
	if _, there := byID[base[2].ID]; there {
		t.Error("what was taken away is back")
	}
}

// TestMergeTwins: the same postmortem, filed under two days, is one entry.
func TestMergeTwins(t *testing.T) {
	ours, theirs := entryNumber(1, 1), entryNumber(1, 1)
	ours.ID, theirs.ID = NewID(ours.URL, "2026-03-01"), NewID(ours.URL, "2026-04-01")
	ours.Recommended = []Recommendation{{By: "sato", Reason: Learning}}
	theirs.Recommended = []Recommendation{{By: "suzuki", Reason: Response}}
	got := Merge(nil, []Entry{ours}, []Entry{theirs})
	if len(got) != 1 || got[0].ID != ours.ID || len(got[0].Recommended) != 2 {
		t.Errorf("%+v", got)
	}
}

// TestMergeChangeOutlivesRemoval: a change is the later word.
func TestMergeChangeOutlivesRemoval(t *testing.T) {
	base := entryNumbers(1, 1)
	changed := slices.Clone(base)
	changed[0].Severity = "SEV1"
	if got := Merge(base, nil, changed); len(got) != 1 || got[0].Severity != "SEV1" {
		t.Errorf("%+v", got)
	}
	if got := Merge(base, nil, base); len(got) != 0 {
		t.Errorf("%+v", got)
	}
}

// edited draws what a writer makes of a list.
func edited(t *rapid.T, base []Entry, who string) []Entry {
	list := slices.Clone(base)
	for range rapid.IntRange(0, 5).Draw(t, "edits") {
		n := rapid.IntRange(0, 8).Draw(t, "which")
		at := slices.IndexFunc(list, func(e Entry) bool { return e.ID == entryNumber(n, 1).ID })
		if at < 0 {
			list = append(list, entryNumber(n, 1))
			continue
		}
		e := list[at]
		e.Recommended, e.Read = slices.Clone(e.Recommended), slices.Clone(e.Read)
		e.Changed = dawn.Add(time.Duration(rapid.IntRange(0, 3).Draw(t, "hours")) * time.Hour)
		switch rapid.IntRange(0, 4).Draw(t, "edit") {
		case 0:
			list = slices.Delete(list, at, at+1)
			continue
		case 1:
			e.Title = Tell(rapid.SampledFrom([]string{"one", "two", who}).Draw(t, "title"), "en")
		case 2:
			e.Severity = rapid.SampledFrom([]string{"", "SEV1", "SEV3"}).Draw(t, "severity")
		case 3:
			e.Recommend(Recommendation{By: rapid.SampledFrom([]string{"sato", who}).Draw(t, "by"), Reason: Learning, Because: Tell(who, "en")})
		default:
			e.WasRead("2026-12-0"+rapid.StringMatching("[1-9]").Draw(t, "day"), rapid.SampledFrom([]string{"", "https://example.com/" + who}).Draw(t, "notes"))
		}
		list[at] = e
	}
	return list
}

// TestMergeProperties: it makes no difference who merges; who changed nothing gets
// the other's list; nothing that either added is lost.
func TestMergeProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		base := edited(t, nil, "base")
		ours, theirs := edited(t, base, "ours"), edited(t, base, "theirs")
		got := Merge(base, ours, theirs)
		if diff := cmp.Diff(encode(got), encode(Merge(base, theirs, ours))); diff != "" {
			t.Fatal("it matters who merges: " + diff)
		}
		if diff := cmp.Diff(encode(sorted(ours)), encode(Merge(base, ours, base))); diff != "" {
			t.Fatal("one changed nothing: " + diff)
		}
		merged, was := byIDs(got), byIDs(base)
		for _, list := range [][]Entry{ours, theirs} {
			for _, e := range list {
				if _, there := merged[e.ID]; !there && (was[e.ID].ID == "" || !same(was[e.ID], e)) {
					t.Fatalf("%s is lost", e.ID)
				}
			}
		}
	})
}
