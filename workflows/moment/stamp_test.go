package moment_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/kintsugi-app/kintsugi/workflows/moment"
)

// shown writes a stamp down: its date with "?" for what is not said, its time of
// day, its zone, and what else is said in letters.
func shown(s moment.Stamp) string {
	var parts []string
	if s.Dated() {
		year := "?"
		if s.Year != 0 {
			year = fmt.Sprint(s.Year)
		}
		date := fmt.Sprintf("%s-%02d-%02d", year, s.Month, s.Day)
		if s.Either {
			date += " either"
		}
		if s.Several {
			date += " several"
		}
		parts = append(parts, date)
	}
	if s.Relative {
		parts = append(parts, fmt.Sprintf("day%+d", s.Shift))
	}
	if s.Clock {
		clock := fmt.Sprintf("%02d:%02d", s.Hour, s.Minute)
		if s.Second != 0 {
			clock += fmt.Sprintf(":%02d", s.Second)
		}
		parts = append(parts, clock)
	}
	if s.Zone.Name != "" {
		parts = append(parts, s.Zone.Name)
	}
	if s.Approximate {
		parts = append(parts, "about")
	}
	if s.Open {
		parts = append(parts, "to")
	}
	return strings.Join(parts, " ")
}

func TestStamps(t *testing.T) {
	for text, want := range map[string]string{
		// Dates and times of day.
		"Fault occurs 2020-02-25 07:32":        "2020-02-25 07:32",
		"declared 2022-03-10 11.50":            "2022-03-10 11:50",
		"Sep 27 2017 13:06":                    "2017-09-27 13:06",
		"September 27th, 2017 at 1:06 PM":      "2017-09-27 13:06",
		"27th of September 2017, 13:06":        "2017-09-27 13:06",
		"27-Sep-2017 13:06":                    "2017-09-27 13:06",
		"Sep-27-2017 13:06":                    "2017-09-27 13:06",
		"2017 Sep 27 13:06":                    "2017-09-27 13:06",
		"2017/9/27 13:06:05":                   "2017-09-27 13:06:05",
		"2021-06-01T14:00:00Z":                 "2021-06-01 14:00 UTC",
		"2021-06-01T14:00:00.123+02:00":        "2021-06-01 14:00 +02:00",
		"2021-06-01T14:00:00-0700":             "2021-06-01 14:00 -0700",
		"2021-06-01 - 14:00 UTC: it fell over": "2021-06-01 14:00 UTC",
		"Wed, 4 Mar 2020 10:00:00 GMT":         "2020-03-04 10:00 GMT",
		"Sep 27 13:06:02 UTC 2017":             "2017-09-27 13:06:02 UTC",
		"20170927":                             "2017-09-27",
		"2025‑05‑20 10:00":                     "2025-05-20 10:00",
		"July 11, 2025, 12:42 PM":              "2025-07-11 12:42",
		"Jan 14, 10:18 AM":                     "?-01-14 10:18",
		"13:06 UTC on May 15th, 2014":          "2014-05-15 13:06 UTC",
		"25.10.2026 12:00":                     "2026-10-25 12:00",
		"3/4/2026 12:00":                       "2026-03-04 either 12:00",
		"13/4/2026 12:00":                      "2026-04-13 12:00",
		"4/13/2026 12:00":                      "2026-04-13 12:00",
		"5/5/2026":                             "2026-05-05",
		"January 14-19, 2026":                  "2026-01-14 several",
		"14–19 January 2026":                   "2026-01-14 several",
		// Times of day alone.
		"04:49 PM UTC":                   "16:49 UTC",
		"11:21a things":                  "11:21",
		"11:21 a thing":                  "11:21",
		"17:14pm":                        "17:14",
		"5pm":                            "17:00",
		"5:37 P.M. – a segment":          "17:37",
		"12:05 am":                       "00:05",
		"AM 10:30":                       "10:30",
		"1630 UTC":                       "16:30 UTC",
		"1630 - 1715 UTC":                "16:30 UTC to | 17:15 UTC",
		"7 May 2026: lost":               "2026-05-07",
		"May 7: lost":                    "?-05-07",
		"May 7:30":                       "07:30",
		"Tue 2026-06-30 15:10":           "2026-06-30 15:10",
		"at 4:12 in the afternoon (UTC)": "16:12 UTC",
		"1630 to 1715 tickets":           "",
		"令和8年6月1日（月）午後2時5分頃": "2026-06-01 14:05 about",
		"令和元年5月1日 10:00":     "2019-05-01 10:00",
		"令和 8 年 6 月 1 日":     "2026-06-01",
		"平成8年6月1日":           "?-06-01",
		"24:10":              "24:10",
		"`14:20` Detection":  "14:20",
		"~16:05":             "16:05 about",
		"ca. 11:20":          "11:20 about",
		"next day 09:00":     "day+1 09:00",
		"翌日 0:30 復旧":         "day+1 00:30",
		"同日10:20":            "day+0 10:20",
		// Zones.
		"16:37 Denver - updated":   "16:37 America/Denver",
		"10:00 London office says": "10:00",
		"9:02PM Pacific":           "21:02 America/Los_Angeles",
		"10:00 ET":                 "10:00 ET",
		"10:00 (UTC+9)":            "10:00 UTC+9",
		"10:00 UTC-07:00":          "10:00 UTC-07:00",
		"10:00 Europe/Berlin":      "10:00 Europe/Berlin",
		"10:00 IST":                "10:00 IST",
		"JST 10:00":                "10:00 JST",
		"10:00 it fell":            "10:00",
		// Stretches.
		"10:00-11:15 JST":                       "10:00 JST to | 11:15 JST",
		"10:00 -11:00":                          "10:00 to | 11:00",
		"from 10:00 to 11:15":                   "10:00 to | 11:15",
		"between 10:00 and 11:15 PST":           "10:00 PST to | 11:15 PST",
		"10:00 and 11:15":                       "10:00 | 11:15",
		"2021-11-18 - 11:07 UTC => 13:40 UTC":   "2021-11-18 11:07 UTC to | 13:40 UTC",
		"2021-06-02 18:02 until 2021-06-03 1:3": "2021-06-02 18:02 to | 2021-06-03",
		"March 12th 2014 18:50 UTC to 19:20":    "2014-03-12 18:50 UTC to | 19:20 UTC",
		"2026-03-23 19:25 JST 〜 21:27 JST":      "2026-03-23 19:25 JST to | 21:27 JST",
		"10:00から11:30まで":                        "10:00 to | 11:30",
		// Japanese.
		"4月15日（水）23:28":             "?-04-15 23:28",
		"2026年4月15日 10時20分":         "2026-04-15 10:20",
		"2013 年 4 月 16 日 00 時 35 分": "2013-04-16 00:35",
		"2026-04-16 00:00 頃 (JST)":  "2026-04-16 00:00 JST about",
		"午後3時20分頃":                  "15:20 about",
		"午後12時":                     "",
		"15時半":                      "15:30",
		"3時間かかった":                   "",
		"２０２６年５月１日　１０：２０":           "2026-05-01 10:20",
		"復旧は正午":                     "12:00",
		"10:20 日本時間":                "10:20 日本時間",
		// What is none.
		"":                                  "",
		"2022-02-?? ??:??":                  "",
		"2022-02-?? 10:20":                  "",
		"YYYY-MM-DD HH:mm":                  "",
		"v1.24.10 on 10.0.0.1:20":           "",
		"localhost:8080 and port:10":        "",
		"a ratio of 3:1, 16:9:4 and 10:5":   "",
		"https://example.com/2021/03/04/x":  "",
		"T+05:10 and +0:05":                 "",
		"99:99, 10:60, 13 am":               "",
		"2021-02-30 and 2021-13-01":         "",
		"22025-03-18":                       "",
		"sha256:12 id#10:20 x_10:20 $10:20": "",
		"12:34:56:78:9a:bc":                 "",
	} {
		var got []string
		for _, s := range moment.Stamps(nil, text) {
			got = append(got, shown(s))
		}
		if all := strings.Join(got, " | "); all != want {
			t.Errorf("Stamps(%q) = %q, want %q", text, all, want)
		}
	}
}

func TestNamedZoneAt(t *testing.T) {
	winter, summer := time.Date(2026, 1, 10, 12, 0, 0, 0, time.UTC), time.Date(2026, 7, 10, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		text           string
		winter, summer string
	}{
		{"10:00 UTC", "12:00Z", "12:00Z"},
		{"10:00 PST", "12:00-08:00", "doubt"},
		{"10:00 PDT", "doubt", "12:00-07:00"},
		{"10:00 PT", "12:00-08:00", "12:00-07:00"},
		{"10:00 CEST", "doubt", "12:00+02:00"},
		{"10:00 JST", "12:00+09:00", "12:00+09:00"},
		{"10:00 MST", "12:00-07:00", "12:00-07:00"}, // Arizona has it all year
		{"10:00 BST", "doubt", "doubt"},
		{"10:00 IST", "doubt", "doubt"},
		{"10:00 Denver", "12:00-07:00", "12:00-06:00"},
		{"10:00 UTC+5:30", "12:00+05:30", "12:00+05:30"},
		{"10:00", "doubt", "doubt"},
	} {
		zone := moment.Stamps(nil, c.text)[0].Zone
		for _, at := range []struct {
			wall time.Time
			want string
		}{{winter, c.winter}, {summer, c.summer}} {
			got := "doubt"
			if found, ok := zone.At(at.wall); ok {
				got = found.Format("15:04Z07:00")
			}
			if got != at.want {
				t.Errorf("%s in %v: %s, want %s", c.text, at.wall.Month(), got, at.want)
			}
		}
	}
}

func TestZoneIn(t *testing.T) {
	for text, want := range map[string]string{
		"All times in CET": "CET", "時刻 (JST)": "JST", "Time (UTC)": "UTC", "全時刻は日本時間": "日本時間", "times in UTC+2": "UTC+2",
		"Times are US Eastern": "", "Time": "", "SUMMARY": "", "All times Pacific": "America/Los_Angeles", "All times are in Europe/London": "Europe/London",
	} {
		if got := moment.ZoneIn(text); want != "" && got.Name != want || want == "" && strings.Contains(text, "IME") && got.Name != "" {
			t.Errorf("ZoneIn(%q) = %q, want %q", text, got.Name, want)
		}
	}
}

func TestSpans(t *testing.T) {
	for text, want := range map[string]string{
		"0h 55m": "55m", "1d 5h 47m": "29h47m", "2,5 hours": "2h30m", "1,415 minutes": "23h35m", "1415 minutes": "23h35m", "eleven minutes": "11m",
		"twenty-five minutes": "25m", "1 hour and 3 mins": "1h3m", "an hour and a half": "1h30m", "half an hour": "30m", "PT1H30M": "1h30m", "P1DT2H": "26h",
		"01:25:00": "1h25m", "about 2 hours": "2h about", "~2 hrs": "2h about", "約9時間弱": "9h about", "約 1 時間 7 分": "1h7m about", "1時間半": "1h30m",
		"4 日 19 時間（平日）": "115h", "５分": "5m", "7h (from 10:00 to 17:00)": "7h", "lasted 5 hours": "5h", "1 week": "168h", "90 s": "1m30s", "12 min 30 sec": "12m30s",
		"nearly 3 days": "72h about", "5 minutes or so": "5m",
		"less than 5 minutes": "5m bound", "5分以内": "5m bound", "up to 3 hours": "3h bound", "10 minutes ago": "10m bound",
		"N/A": "", "0:45": "", "半日": "", "5M users": "", "": "", "?": "", "when 3 hours had passed": "", "1-2 hours": "",
	} {
		got := ""
		if s, ok := moment.FieldSpan(text); ok {
			got = strings.NewReplacer("m0s", "m", "h0m", "h").Replace(s.Duration.String())
			if got = strings.TrimSuffix(got, "0s"); s.Duration%time.Minute != 0 {
				got = s.Duration.String()
			}
			if s.Approximate {
				got += " about"
			}
			if s.Bound {
				got += " bound"
			}
		}
		if got != want {
			t.Errorf("FieldSpan(%q) = %q, want %q", text, got, want)
		}
	}
	if s, ok := moment.FirstSpan("1-2 hours"); !ok || !s.Bound {
		t.Errorf("1-2 hours is %v, want a bound", s)
	}
	if s, ok := moment.FirstSpan("which lasted 約73分 in all"); !ok || s.Duration != 73*time.Minute || s.From != 16 {
		t.Errorf("in a sentence: %v", s)
	}
}

// stampPieces are what lines with times are made of.
var stampPieces = []string{
	"2026", "-", "/", ".", ":", "03", "4", "10", "25", "59", "99", "T", "Z", " ", "  ", "Sep", "27th", "of", "am", "PM", "p.m.", "UTC", "(JST)", "+09:00", "年", "月", "日", "時", "分",
	"頃", "午後", "翌日", "～", "〜", "to", "about", "（水）", "１０：２０", "\xff", "x", "hours", "h", "m", "and", "半", "P", "T1H", "Europe/London", "PST", ",", "half an hour",
}

func TestStampsOfAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(stampPieces), 0, 24).Draw(t, "pieces"), "")
		isStamps(t, text)
	})
}

func FuzzStamps(f *testing.F) {
	f.Add(strings.Join(stampPieces, ""))
	f.Add("2026-03-04 10:00 UTC to 11:15 (UTC+9) 約9時間弱")
	f.Fuzz(func(t *testing.T, text string) { isStamps(t, text) })
}

type complainer interface {
	Helper()
	Errorf(format string, args ...any)
}

// isStamps holds that what is found lies in the text, in order, and exists.
func isStamps(t complainer, text string) {
	t.Helper()
	end := 0
	for _, s := range moment.Stamps(nil, text) {
		if s.From < 0 || s.To > len(text) || s.From >= s.To || s.To < end {
			t.Errorf("%q: stamp at %d to %d after %d", text, s.From, s.To, end)
		}
		end = s.To
		if utf8.ValidString(text) && s.From < len(text) && (!utf8.RuneStart(text[s.From]) || s.To < len(text) && !utf8.RuneStart(text[s.To])) {
			t.Errorf("%q: stamp at %d to %d cuts a character", text, s.From, s.To)
		}
		if s.Month < 0 || s.Month > 12 || s.Day < 0 || s.Day > 31 || s.Hour > 29 || s.Minute > 59 || s.Second > 59 || !s.Clock && !s.Dated() {
			t.Errorf("%q: no time: %s", text, shown(s))
		}
	}
	if s, ok := moment.FirstSpan(text); ok && (s.From < 0 || s.To > len(text) || s.From >= s.To || s.Duration < 0) {
		t.Errorf("%q: no duration: %v", text, s)
	}
	if s, ok := moment.FieldSpan(text); ok && (s.To > len(text) || s.Duration < 0) {
		t.Errorf("%q: no duration: %v", text, s)
	}
}
