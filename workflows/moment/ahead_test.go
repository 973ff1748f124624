package moment_test

import (
	"errors"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows/moment"
)

// TestAhead reads appointments as written on Thursday, 26 November 2026, 10:00
// in Tokyo.
func TestAhead(t *testing.T) {
	tokyo, err := time.LoadLocation("Asia/Tokyo")
	if err != nil {
		t.Fatal(err)
	}
	ref := time.Date(2026, 11, 26, 10, 0, 0, 0, tokyo)
	for text, want := range map[string]string{
		"12/2 15:00":                  "2026-12-02T15:00:00+09:00",
		"12/2 15:00 room 4":           "2026-12-02T15:00:00+09:00 room 4",
		"１２月２日 15時":                   "2026-12-02T15:00:00+09:00",
		"12/2(水) 15:00":               "2026-12-02T15:00:00+09:00",
		"12/2":                        "2026-12-02",
		"2027-01-15 waiting for ACME": "2027-01-15 waiting for ACME",
		"2027-01-15、部品待ち":             "2027-01-15 部品待ち",
		"1/15 three reasons":          "2027-01-15 three reasons",
		"明日 15:00":                    "2026-11-27T15:00:00+09:00",
		"tomorrow":                    "2026-11-27",
		"Friday 3pm":                  "2026-11-27T15:00:00+09:00",
		"Thursday":                    "2026-11-26",
		"15:00":                       "2026-11-26T15:00:00+09:00",
		"9:00":                        "2026-11-27T09:00:00+09:00",
		"today":                       "2026-11-26",
		"11/25":                       "2027-11-25",
		"2/29":                        "2028-02-29",
		"12/2 15:00 UTC":              "2026-12-02T15:00:00Z",
	} {
		got, rest, err := moment.Ahead(text, ref, tokyo)
		layout := "2006-01-02"
		if got.HasClock {
			layout = time.RFC3339
		}
		said := got.Time.Format(layout)
		if rest != "" {
			said += " " + rest
		}
		if err != nil || said != want {
			t.Errorf("Ahead(%q) = %s, %v, want %s", text, said, err, want)
		}
	}
	for text, want := range map[string]moment.Kind{
		"":                moment.Empty,
		"soon":            moment.Unreadable,
		"2025-12-02":      moment.Past,
		"2026-11-26 9:00": moment.Past,
		"yesterday":       moment.Past,
		"12/2(木)":         moment.Unreadable,
		"2/30":            moment.Unreadable,
		"10分後":            moment.Unreadable,
		"#12":             moment.Unreadable,
		"12/2 午後12時":      moment.AmbiguousHour,
	} {
		got, _, err := moment.Ahead(text, ref, tokyo)
		var problem *moment.Problem
		if !errors.As(err, &problem) || problem.Kind != want {
			t.Errorf("Ahead(%q) = %v, %v, want the problem %d", text, got.Time, err, want)
		}
	}
}
