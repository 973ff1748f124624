package policy_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kintsugi-app/kintsugi/workflows/policy"
)

// in reads a policy in which nothing is wrong.
func in(t *testing.T, src string) policy.Policy {
	t.Helper()
	p, problems := policy.Parse(file, []byte(src), sections)
	for _, problem := range problems {
		t.Errorf("%q: %s", src, problem)
	}
	return p
}

func TestWorking(t *testing.T) {
	const tokyo = "time_zone: Asia/Tokyo\n"
	for _, c := range []struct {
		src, at string
		want    bool
	}{
		// Nothing is said of either.
		{"", "2026-11-28T03:00:00Z", true},
		{tokyo, "2026-12-31T23:59:59Z", true},

		// Hours, in the policy's zone. 2026-11-26 is a Thursday.
		{tokyo + "working_hours: \"10:00-18:00\"", "2026-11-26T00:59:59Z", false},
		{tokyo + "working_hours: \"10:00-18:00\"", "2026-11-26T01:00:00Z", true},
		{tokyo + "working_hours: \"10:00-18:00\"", "2026-11-26T08:59:59Z", true},
		{tokyo + "working_hours: \"10:00-18:00\"", "2026-11-26T09:00:00Z", false},
		{tokyo + "working_hours: 9:30〜24:00", "2026-11-26T14:59:59Z", true},
		{tokyo + "working_hours: 9:30～24:00", "2026-11-26T15:00:00Z", false},
		{tokyo + "working_hours: １０：００ – １８：００", "2026-11-26T01:00:00Z", true},
		{"working_hours: 00:00-24:00", "2026-11-26T23:59:59Z", true},

		// Days of the week, in the policy's zone.
		{tokyo + "working_hours: 00:00-24:00", "2026-11-27T14:59:59Z", true},  // Friday
		{tokyo + "working_hours: 00:00-24:00", "2026-11-27T15:00:00Z", false}, // Saturday
		{tokyo + "working_hours: 00:00-24:00", "2026-11-29T14:59:59Z", false}, // Sunday
		{tokyo + "working_hours: 00:00-24:00", "2026-11-29T15:00:00Z", true},  // Monday

		// Holidays: of a country, a date, a range with both its ends.
		{tokyo + "holidays: [jp]", "2026-11-23T03:00:00Z", false},
		{tokyo + "holidays: [jp]", "2026-11-24T18:00:00Z", true},
		{tokyo + "holidays: [JP, us]", "2026-11-26T03:00:00Z", false},
		{tokyo + "holidays: [jp]", "2026-11-26T03:00:00Z", true},
		{tokyo + "holidays: [2026-12-29]", "2026-12-28T15:00:00Z", false},
		{tokyo + "holidays: [2026-12-29]", "2026-12-28T14:59:59Z", true},
		{tokyo + "holidays: [2026-12-29..2027-01-03]", "2026-12-28T15:00:00Z", false},
		{tokyo + "holidays: ['2026-12-25 〜 2026-12-31']", "2026-12-31T14:59:59Z", false},
		{tokyo + "holidays: ['2026-12-25 - 2026-12-30']", "2026-12-31T14:59:59Z", true},
		{tokyo + "holidays: []", "2026-11-28T03:00:00Z", false}, // a weekend, since days are named

		// Both, and daylight saving: 10:00 in Berlin is 08:00 UTC in summer.
		{"time_zone: Europe/Berlin\nworking_hours: 10:00-18:00\nholidays: [de]", "2026-03-27T09:00:00Z", true},
		{"time_zone: Europe/Berlin\nworking_hours: 10:00-18:00\nholidays: [de]", "2026-03-30T08:00:00Z", true},
		{"time_zone: Europe/Berlin\nworking_hours: 10:00-18:00\nholidays: [de]", "2026-03-30T16:00:00Z", false},
		{"time_zone: Europe/Berlin\nworking_hours: 10:00-18:00\nholidays: [de]", "2026-04-03T10:00:00Z", false}, // Good Friday
	} {
		at, err := time.Parse(time.RFC3339, c.at)
		if err != nil {
			t.Fatal(err)
		}
		if got := in(t, c.src).Working(at); got != c.want {
			t.Errorf("%q at %s: working is %v", c.src, c.at, got)
		}
	}
}

// TestUnreadableHours: what cannot be read leaves what lies beneath, as with
// every other key.
func TestUnreadableHours(t *testing.T) {
	night := time.Date(2026, 11, 26, 3, 0, 0, 0, time.UTC)
	organisation := policy.Source{File: "org", Content: []byte("working_hours: 10:00-18:00\nholidays: [jp]")}
	for _, src := range []string{"working_hours: 10-18", "working_hours:", "x: ["} {
		p, _ := policy.ParseLayers([]policy.Source{organisation, {File: "repo", Content: []byte(src)}}, sections)
		if p.Working(night) || !p.Working(night.Add(8*time.Hour)) {
			t.Errorf("%q: the hours beneath do not hold", src)
		}
	}
	p, _ := policy.ParseLayers([]policy.Source{organisation, {File: "repo", Content: []byte("holidays: [us]")}}, sections)
	if !p.Working(time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)) {
		t.Error("a list of holidays is laid over another without replacing it")
	}
}

// TestJapaneseHolidays holds the library to what the Cabinet Office announced:
// the weekdays off that a rule of thumb gets wrong are among them.
// https://www8.cao.go.jp/chosei/shukujitsu/gaiyou.html
func TestJapaneseHolidays(t *testing.T) {
	p := in(t, "time_zone: Asia/Tokyo\nholidays: [jp]")
	for year, want := range map[int]string{
		2025: "0101 0113 0211 0224 0320 0429 0505 0506 0721 0811 0915 0923 1013 1103 1124",
		2026: "0101 0112 0211 0223 0320 0429 0504 0505 0506 0720 0811 0921 0922 0923 1012 1103 1123",
		2027: "0101 0111 0211 0223 0322 0429 0503 0504 0505 0719 0811 0920 0923 1011 1103 1123",
	} {
		var got []string
		for day := time.Date(year, 1, 1, 12, 0, 0, 0, p.TimeZone); day.Year() == year; day = day.AddDate(0, 0, 1) {
			if d := day.Weekday(); d != time.Saturday && d != time.Sunday && !p.Working(day) {
				got = append(got, day.Format("0102"))
			}
		}
		if diff := cmp.Diff(strings.Fields(want), got); diff != "" {
			t.Errorf("%d (-want +got)\n%s", year, diff)
		}
	}
}

func TestNextWorkingDay(t *testing.T) {
	p := in(t, "time_zone: Asia/Tokyo\nworking_hours: 10:00-18:00\nholidays: [jp, 2026-12-29..2027-01-03]")
	for _, c := range []struct {
		from string
		n    int
		want string
	}{
		{"2026-11-26T04:05:00+09:00", 0, "2026-11-26T04:05:00+09:00"},
		{"2026-11-26T04:05:00+09:00", 1, "2026-11-27T04:05:00+09:00"},
		{"2026-11-26T04:05:00+09:00", 5, "2026-12-03T04:05:00+09:00"}, // as the model night has it
		{"2026-11-20T04:05:00+09:00", 1, "2026-11-24T04:05:00+09:00"},
		{"2026-11-19T16:00:00Z", 1, "2026-11-24T01:00:00+09:00"},
		{"2026-12-28T04:05:00+09:00", 1, "2027-01-04T04:05:00+09:00"},
		{"2027-01-04T04:05:00+09:00", -1, "2026-12-28T04:05:00+09:00"},
		{"2026-12-18T09:00:00+09:00", -3, "2026-12-15T09:00:00+09:00"},
	} {
		from, err := time.Parse(time.RFC3339, c.from)
		if err != nil {
			t.Fatal(err)
		}
		if got := p.NextWorkingDay(from, c.n).Format(time.RFC3339); got != c.want {
			t.Errorf("%s and %d working days: %s, want %s", c.from, c.n, got, c.want)
		}
	}
	never := in(t, "holidays: [0000-01-01..9999-12-31]")
	if got := never.NextWorkingDay(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), 1); got.Year() > 2029 {
		t.Errorf("where no day is a working day: %s", got)
	}
}

// TestHolidaysTogether: rules of several subjects look at one calendar at once,
// and the library's own would be written to by all (under -race this fails).
func TestHolidaysTogether(t *testing.T) {
	_, problems := policy.Parse(file, []byte("holidays: [nowhere]"), sections)
	_, known, _ := strings.Cut(problems[0].Message, "one of `")
	p := in(t, "holidays: ["+strings.ReplaceAll(strings.Trim(known, "`"), " ", ", ")+"]")
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for day := range 100 {
				p.Working(time.Date(2026, 1, day, 0, 0, 0, 0, time.UTC))
			}
		})
	}
	all.Wait()
}
