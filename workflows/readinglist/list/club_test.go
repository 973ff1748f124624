package list

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWasRead(t *testing.T) {
	const notes, others = "https://example.com/notes", "https://example.com/others"
	var e Entry
	e.WasRead("2026-12-08", "")
	e.WasRead("2026-12-01", "")
	e.WasRead("2026-12-01", "")
	e.WasRead("2026-12-01", notes) // they come later than the day
	e.WasRead("2026-12-01", notes)
	e.WasRead("2026-12-01", "")
	e.WasRead("2026-12-01", others) // two clubs
	before := e
	e.WasRead("2026-12-15", "")
	want := []Reading{{"2026-12-01", notes}, {"2026-12-01", others}, {"2026-12-08", ""}}
	if diff := cmp.Diff(want, before.Read); diff != "" {
		t.Error(diff)
	}
	if len(e.Read) != 4 {
		t.Error(e.Read)
	}
}

// TestReadingsAreKept: older lists have days alone; what is no address, or holds a
// secret, is not kept.
func TestReadingsAreKept(t *testing.T) {
	got, err := Decode("x", `{"id":"2026-11-26-aaaaaaaa","url":"a.md","read":["2026-12-08","2026-12-01",`+
		`{"day":"2026-12-02","notes":"javascript:alert(1)"},{"day":"2026-12-03","notes":"https://example.com/?t=ghp_abcdefghij0123456789"},{"day":"2026-12-04","notes":"https://example.com/"}]}`)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"id":"2026-11-26-aaaaaaaa","url":"a.md","read":[{"day":"2026-12-01"},{"day":"2026-12-02"},{"day":"2026-12-03"},{"day":"2026-12-04","notes":"https://example.com/"},{"day":"2026-12-08"}]}` + "\n"
	if diff := cmp.Diff(want, encode(got)); diff != "" {
		t.Error(diff)
	}
}

// TestMergeReadings: notes that came to a day that both know take its place; others'
// notes on the same day stay beside them.
func TestMergeReadings(t *testing.T) {
	base := entryNumber(1, 1)
	base.WasRead("2026-12-01", "")
	ours, theirs := base, base
	ours.WasRead("2026-12-01", "https://example.com/ours")
	ours.WasRead("2026-12-08", "")
	theirs.WasRead("2026-12-01", "https://example.com/theirs")
	theirs.WasRead("2026-12-08", "https://example.com/eighth")
	got := Merge([]Entry{base}, []Entry{ours}, []Entry{theirs})
	want := []Reading{{"2026-12-01", "https://example.com/ours"}, {"2026-12-01", "https://example.com/theirs"}, {"2026-12-08", "https://example.com/eighth"}}
	if diff := cmp.Diff(want, got[0].Read); diff != "" {
		t.Error(diff)
	}
}
