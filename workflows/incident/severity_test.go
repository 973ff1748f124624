package incident

import (
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// TestDefaultRows goes through every cell of the default table: each line, what
// lies just below and above it, and each answer to what is so or not.
func TestDefaultRows(t *testing.T) {
	if valid, found := checkRows(defaultRows()); len(found) > 0 || len(valid) != len(defaultRows()) {
		t.Fatal(found)
	}
	for _, c := range []struct {
		reach string
		level int
	}{
		{"", 0}, {"all=?", 0},
		{"contacts=?", 0}, {"contacts=0", 0}, {"contacts=1", 3}, {"contacts=4", 3}, {"contacts=5", 2}, {"contacts=8", 2}, {"contacts=49", 2}, {"contacts=50", 1}, {"contacts=1000", 1},
		{"users=?", 0}, {"users=0", 0}, {"users=1", 3}, {"users=999", 3}, {"users=1000", 2}, {"users=9999", 2}, {"users=10000", 1},
		{"share=?", 0}, {"share=0", 0}, {"share=0.05", 0}, {"share=0.1", 3}, {"share=4.9", 3}, {"share=5", 2}, {"share=49", 2}, {"share=50", 1}, {"share=100", 1},
		{"slo=?", 0}, {"slo=no", 0}, {"slo=yes", 2},
		{"legal=?", 0}, {"legal=no", 0}, {"legal=yes", 1},
		{"money=?", 0}, {"money=no", 0}, {"money=yes", 2},
		{"contacts=1 slo=yes", 2}, {"contacts=8 legal=yes", 1}, {"contacts=8 users=0 share=0 slo=no legal=no money=no", 2},
		{"users=0 share=0 slo=no legal=no money=no contacts=0", 0},
	} {
		level, row, decided := judge(defaultRows(), reachOfValues(c.reach))
		if level != c.level || decided != (level > 0) || decided && row.Sev != level {
			t.Errorf("%q is SEV%d by %+v, want SEV%d", c.reach, level, row, c.level)
		}
	}
}

// anyRows draws a table such as a team might write.
func anyRows(t *rapid.T) []Row {
	rows := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Row {
		row := Row{Impact: rapid.SampledFrom(kinds).Draw(t, "impact"), Sev: rapid.IntRange(1, severities).Draw(t, "sev")}
		if (&reach{}).amount(row.Impact) != nil {
			row.AtLeast = rapid.SampledFrom([]float64{0.1, 1, 5, 50, 100}).Draw(t, "at least")
		}
		return row
	}), 0, 12).Draw(t, "rows")
	if rapid.Bool().Draw(t, "default") {
		return defaultRows()
	}
	return rows
}

// severer orders levels by what they mean: undecided is the least.
func severer(level int) int {
	if level == 0 {
		return 0
	}
	return severities + 1 - level
}

// TestMoreNeverLowers: whatever the table, more of any impact never lowers the
// severity, and not to know changes nothing.
func TestMoreNeverLowers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := anyRows(t)
		r := reachOfValues(rapid.SliceOfN(rapid.Custom(anyReach), 0, 8).Draw(t, "said")...)
		before, _, _ := judge(rows, r)

		more := r
		more.widen(reachOfValues(rapid.SliceOfN(rapid.Custom(anyReach), 1, 8).Draw(t, "more")...))
		if after, _, _ := judge(rows, more); severer(after) < severer(before) {
			t.Fatalf("%v: SEV%d, with %v SEV%d", r.values(), before, more.values(), after)
		}
		same := r
		for _, kind := range append(slices.Clone(kinds), everything) {
			same.add(kind + "=?")
		}
		if after, _, _ := judge(rows, same); after != before {
			t.Fatalf("%v: SEV%d, and not known SEV%d", r.values(), before, after)
		}
	})
}

// TestStrictestWins: the row that decides matches, and none that matches is
// stricter.
func TestStrictestWins(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := anyRows(t)
		r := reachOfValues(rapid.SliceOfN(rapid.Custom(anyReach), 0, 8).Draw(t, "said")...)
		level, by, decided := judge(rows, r)
		if decided && (!by.matches(r) || by.Sev != level) {
			t.Fatalf("SEV%d by %+v", level, by)
		}
		for _, row := range rows {
			if row.matches(r) && (!decided || row.Sev < level) {
				t.Fatalf("SEV%d, and %+v matches", level, row)
			}
		}
	})
}

func TestRowIn(t *testing.T) {
	for _, c := range []struct{ reach, en, ja string }{
		{"contacts=8", "8 support contacts; the line is 5", "お問い合わせ8件、基準は5件以上"},
		{"contacts=5+", "5 or more support contacts; the line is 5", "お問い合わせ5件以上、基準は5件以上"},
		{"users=12000", "12,000 users affected; the line is 10,000", "影響を受けた利用者12,000人、基準は10,000人以上"},
		{"share=30", "30% of users affected; the line is 5%", "利用者の30%に影響、基準は5%以上"},
		{"slo=yes", "an SLO alert is firing", "SLOアラートが発生中"},
		{"legal=yes", "personal data or a legal duty", "個人情報または法的義務に関係"},
		{"money=yes", "money is concerned", "金銭に影響"},
	} {
		r := reachOfValues(c.reach)
		_, row, _ := judge(defaultRows(), r)
		if en, ja := row.In(words.English, r), row.In(words.Japanese, r); en != c.en || ja != c.ja {
			t.Errorf("%q: %q, %q", c.reach, en, ja)
		}
	}
}

func TestCheckRows(t *testing.T) {
	good := []Row{{Impact: contacts, AtLeast: 3, Sev: 2}, {Impact: legal, Sev: 4}, {Impact: share, AtLeast: 0.5, Sev: 1}}
	if valid, found := checkRows(good); !slices.Equal(valid, good) || found != nil {
		t.Errorf("%v %v", valid, found)
	}
	if valid, found := checkRows(nil); valid != nil || found != nil {
		t.Errorf("%v %v", valid, found)
	}
	for _, c := range []struct {
		row     Row
		english string
	}{
		{Row{Impact: "customers", AtLeast: 3, Sev: 2}, "not `customers`"},
		{Row{Impact: "", Sev: 2}, "`impact` is one of"},
		{Row{Impact: "`x`\n@tanaka", Sev: 2}, "`impact` is one of"},
		{Row{Impact: contacts, AtLeast: 3, Sev: 0}, "is not 0"},
		{Row{Impact: contacts, AtLeast: 3, Sev: 5}, "is not 5"},
		{Row{Impact: contacts, Sev: 2}, "at_least: 5"},
		{Row{Impact: users, AtLeast: -1, Sev: 2}, "at_least: 5"},
		{Row{Impact: users, AtLeast: math.NaN(), Sev: 2}, "at_least: 5"},
		{Row{Impact: users, AtLeast: math.Inf(1), Sev: 2}, "at_least: 5"},
		{Row{Impact: share, AtLeast: 101, Sev: 2}, "at most 100"},
		{Row{Impact: legal, AtLeast: 1, Sev: 2}, "leave `at_least` out"},
	} {
		valid, found := checkRows([]Row{good[0], c.row, good[1]})
		if !slices.Equal(valid, []Row{good[0], good[1]}) || len(found) != 1 {
			t.Errorf("%+v: %v %v", c.row, valid, found)
			continue
		}
		f := found[0]
		if f.Field != "severity[1]" || !strings.Contains(f.Message, c.english) || words.Detect(f.Japanese) != words.Japanese || strings.Contains(f.Message, "\n") {
			t.Errorf("%+v: %+v", c.row, f)
		}
	}
}
