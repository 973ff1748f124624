package list

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/kintsugi-app/kintsugi/workflows/words"
)

func TestRewritten(t *testing.T) {
	lines := func(from, to int) string {
		var b strings.Builder
		for n := from; n < to; n++ {
			fmt.Fprintf(&b, "line %d\n", n)
		}
		return b.String()
	}
	for _, c := range []struct {
		name, then, now string
		want            bool
	}{
		{"as it was", lines(0, 10), lines(0, 10), false},
		{"half is left", lines(0, 10), lines(0, 5), false},
		{"less than half is left", lines(0, 10), lines(0, 4), true},
		{"nothing is left", lines(0, 10), "", true},
		{"too short to tell", lines(0, 9), "", false},
		{"too short but for empty lines", lines(0, 9) + "\n \n\t\n", "", false},
		{"much was added", lines(0, 10), lines(0, 1000), false},
		{"only blanks differ", lines(0, 10), strings.ReplaceAll(lines(0, 10), "line", "\t  line") + "\r\n", false},
		{"with carriage returns", lines(0, 10), strings.ReplaceAll(lines(0, 10), "\n", "\r\n"), false},
		{"the same line counts as often as it stands", strings.Repeat("}\n", 10), "}\n}\n}\n}\n", true},
	} {
		if got := Rewritten(c.then, c.now); got != c.want {
			t.Errorf("%s: %t", c.name, got)
		}
	}
}

// TestRewrittenProperties: the order of lines does not matter, and more lines never
// make a file rewritten.
func TestRewrittenProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		line := rapid.SampledFrom([]string{"a", "b", "c", "d", "e", "", "  "})
		then, now := rapid.SliceOfN(line, 0, 30).Draw(t, "then"), rapid.SliceOfN(line, 0, 30).Draw(t, "now")
		of := func(lines []string) string { return strings.Join(lines, "\n") }
		is := Rewritten(of(then), of(now))
		if is != Rewritten(of(rapid.Permutation(then).Draw(t, "then, mixed")), of(rapid.Permutation(now).Draw(t, "now, mixed"))) {
			t.Fatal("the order matters")
		}
		if !is && Rewritten(of(then), of(append(slices.Clone(now), line.Draw(t, "one more")))) {
			t.Fatal("it is rewritten by a line more")
		}
		if Rewritten(of(then), of(append(slices.Clone(now), then...))) {
			t.Fatal("rewritten, though all lines are there")
		}
	})
}

func TestSince(t *testing.T) {
	e := Entry{Stale: []Stale{{"pay/cert.go", Renamed, "pay/tls.go"}, {"old/", Gone, ""}, {"x.go", MostlyRewritten, ""}, {"y.go", Renamed, ""}}}
	many := Entry{Stale: slices.Repeat([]Stale{{"a.go", Gone, ""}}, mostStale+2)}
	for _, c := range []struct {
		got, want string
	}{
		{teller{words.English}.since(&e), "Since then: `pay/cert.go` is now `pay/tls.go`; `old/` is gone; `x.go` was mostly rewritten; `y.go` was renamed."},
		{teller{words.Japanese}.since(&e), "その後の変化: `pay/cert.go` は現在 `pay/tls.go`、`old/` は削除済み、`x.go` は大部分を書き換え済み、`y.go` は名前を変更済み"},
		{teller{words.English}.plainSince(&many), "Since then: " + strings.Repeat("a.go is gone; ", mostStale) + "2 more."},
		{teller{words.Japanese}.plainSince(&many), "その後の変化: " + strings.Repeat("a.go は削除済み、", mostStale) + "ほか2件"},
		{teller{words.English}.since(&Entry{}), ""},
	} {
		if diff := cmp.Diff(c.want, c.got); diff != "" {
			t.Error(diff)
		}
	}
}

// TestStaleIsKept: what is written down is read again, bounded and without secrets.
func TestStaleIsKept(t *testing.T) {
	e := entryNumber(1, 1)
	e.Stale = append(slices.Repeat([]Stale{{strings.Repeat("a", 500), Gone, ""}}, 30), Stale{"b", Gone, ""})
	e.Stale[0] = Stale{"\u200b", Gone, ""}
	e.Stale[1] = Stale{"a/ghp_abcdefghij0123456789.go", Renamed, "b\n.go"}
	kept := e.kept()
	read, err := Decode("x", encode([]Entry{kept}))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(kept, read[0]); diff != "" {
		t.Error(diff)
	}
	if got := kept.Stale; len(got) != mostCited || got[0] != (Stale{"a/ghp_…", Renamed, "b .go"}) || len([]rune(got[1].What)) != mostPath {
		t.Error(got)
	}
	if e.State = Private; len(e.kept().Stale) > 0 {
		t.Error("it tells what a private one cites")
	}
}
