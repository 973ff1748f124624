package moment_test

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows/moment"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

func TestClock(t *testing.T) {
	ref := time.Date(2026, 11, 19, 18, 6, 0, 0, time.UTC)
	for _, c := range []struct {
		zone, at string
		en, ja   string
	}{
		{"Asia/Tokyo", "2026-11-19T17:40:59Z", "02:40 JST", "02:40 JST"},
		{"Asia/Tokyo", "2026-11-19T14:50:00Z", "19 Nov 23:50 JST", "11月19日 23:50 JST"},
		{"Asia/Tokyo", "2025-11-19T17:40:00Z", "20 Nov 2025 02:40 JST", "2025年11月20日 02:40 JST"},
		{"Asia/Tokyo", "2026-12-03T06:00:00Z", "3 Dec 15:00 JST", "12月3日 15:00 JST"},
		{"UTC", "2026-11-19T17:40:00Z", "17:40 UTC", "17:40 UTC"},
		{"Europe/London", "2026-11-19T17:40:00Z", "17:40 GMT", "17:40 GMT"},
		{"Europe/London", "2026-07-19T17:40:00Z", "19 Jul 18:40 UTC+01:00", "7月19日 18:40 UTC+01:00"},
		{"America/New_York", "2026-11-19T17:40:00Z", "12:40 EST", "12:40 EST"},
		{"America/New_York", "2026-07-19T17:40:00Z", "19 Jul 13:40 EDT", "7月19日 13:40 EDT"},
		{"America/Chicago", "2026-11-19T17:40:00Z", "11:40 UTC-06:00", "11:40 UTC-06:00"},
		{"Asia/Kolkata", "2026-11-19T17:40:00Z", "23:10 UTC+05:30", "23:10 UTC+05:30"},
		{"Asia/Manila", "2026-11-19T17:40:00Z", "01:40 UTC+08:00", "01:40 UTC+08:00"}, // PST there, too
		{"America/Sao_Paulo", "2026-11-19T17:40:00Z", "14:40 UTC-03:00", "14:40 UTC-03:00"},
	} {
		loc, err := moment.Zone(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		at, err := time.Parse(time.RFC3339, c.at)
		if err != nil {
			t.Fatal(err)
		}
		if got := moment.Clock(at, loc, ref, words.English); got != c.en {
			t.Errorf("%s in %s: %q, want %q", c.at, c.zone, got, c.en)
		}
		if got := moment.Clock(at, loc, ref, words.Japanese); got != c.ja {
			t.Errorf("%s in %s: %q, want %q", c.at, c.zone, got, c.ja)
		}
	}
	if got := moment.Clock(ref, nil, ref, words.English); got != "18:06 UTC" {
		t.Errorf("without a zone: %q", got)
	}
}

func TestDuration(t *testing.T) {
	for _, c := range []struct {
		d      time.Duration
		en, ja string
	}{
		{0, "0 min", "0分"},
		{59 * time.Second, "0 min", "0分"},
		{-59 * time.Second, "0 min", "0分"},
		{15 * time.Minute, "15 min", "15分"},
		{50*time.Minute + 59*time.Second, "50 min", "50分"},
		{time.Hour, "1 h", "1時間"},
		{85 * time.Minute, "1 h 25 min", "1時間25分"},
		{23*time.Hour + 59*time.Minute, "23 h 59 min", "23時間59分"},
		{24 * time.Hour, "1 d", "1日"},
		{24*time.Hour + 5*time.Minute, "1 d", "1日"},
		{26*time.Hour + 5*time.Minute, "1 d 2 h", "1日2時間"},
		{400 * 24 * time.Hour, "400 d", "400日"},
		{-85 * time.Minute, "−1 h 25 min", "−1時間25分"},
		{math.MaxInt64, "106751 d 23 h", "106751日23時間"},
		{math.MinInt64, "−106751 d 23 h", "−106751日23時間"},
	} {
		if got := moment.Duration(c.d, words.English); got != c.en {
			t.Errorf("%v: %q, want %q", c.d, got, c.en)
		}
		if got := moment.Duration(c.d, words.Japanese); got != c.ja {
			t.Errorf("%v: %q, want %q", c.d, got, c.ja)
		}
	}
}

func TestZone(t *testing.T) {
	for _, name := range []string{"Asia/Tokyo", "UTC", "America/Argentina/Buenos_Aires", "Etc/UTC", "Europe/Berlin"} {
		if loc, err := moment.Zone(name); err != nil || loc.String() != name {
			t.Errorf("Zone(%q) = %v, %v", name, loc, err)
		}
	}
	for name, want := range map[string]string{
		"":                     "— is not the name of a time zone: write an area and a city, such as `Asia/Tokyo` or `Europe/Berlin`, or `UTC`",
		"Local":                "`Local` is not the name of a time zone: write an area and a city, such as `Asia/Tokyo` or `Europe/Berlin`, or `UTC`",
		"JST":                  "`JST` is not the name of a time zone: write `Asia/Tokyo`",
		"東京":                   "`東京` is not the name of a time zone: write `Asia/Tokyo`",
		"asia/TOKYO":           "`asia/TOKYO` is not the name of a time zone: write `Asia/Tokyo`",
		"EST":                  "`EST` is not the name of a time zone: write `America/New_York`",
		"utc":                  "`utc` is not the name of a time zone: write `UTC`",
		"+09:00":               "`+09:00` is not the name of a time zone: write `Asia/Tokyo`",
		"../../etc/passwd":     "write an area and a city",
		"/etc/localtime":       "write an area and a city",
		"right/Asia/Tokyo":     "write an area and a city",
		"posix/Asia/Tokyo":     "write an area and a city",
		"Asia":                 "write an area and a city",
		"Asia/":                "write an area and a city",
		"Asia/Tokyo\x00":       "write an area and a city",
		"Asia/@all <!-- x -->": "`Asia/@all <! -- x -- >` is not",
	} {
		loc, err := moment.Zone(name)
		if err == nil || loc != nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Zone(%q) = %v, %v", name, loc, err)
		}
	}
}

func TestZoneErrorInJapanese(t *testing.T) {
	for name, want := range map[string]string{
		"JST":   "`JST` というタイムゾーンはありません。`Asia/Tokyo` と書いてください",
		"tokio": "`tokio` というタイムゾーンはありません。`Asia/Tokyo` や `Europe/Berlin` のように地域と都市で、または `UTC` と書いてください",
	} {
		_, err := moment.Zone(name)
		var e *moment.ZoneError
		if !errors.As(err, &e) || e.In(words.Japanese) != want {
			t.Errorf("Zone(%q): %v", name, err)
		}
	}
}
