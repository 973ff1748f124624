package moment_test

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows/moment"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// kinds are the refusals as the tables below write them.
var kinds = map[string]moment.Kind{
	"unreadable": moment.Unreadable, "empty": moment.Empty, "future": moment.Future,
	"shared zone": moment.AmbiguousZone, "unknown zone": moment.UnknownZone, "which hour": moment.AmbiguousHour,
	"skipped": moment.Nonexistent, "twice": moment.Ambiguous,
}

// letters shows assumptions in the tables: d(ate), y(ear), z(one), m(onth first)
// and a(pproximate).
func letters(a moment.Assumption) string {
	var b strings.Builder
	for i, flag := range []moment.Assumption{moment.Date, moment.Year, moment.ZoneGiven, moment.MonthFirst, moment.Approximate} {
		if a.Has(flag) {
			b.WriteByte("dyzma"[i])
		}
	}
	return b.String()
}

// table is what texts mean, or why they are refused, written at ref in zone. Each
// row is a text and "time assumptions", or the name of a refusal.
type table struct {
	zone, ref string
	rows      [][2]string
}

// check reads each text of the table.
func (c table) check(t *testing.T) {
	t.Helper()
	loc, err := time.LoadLocation(c.zone)
	if err != nil {
		t.Fatal(err)
	}
	at, err := time.Parse(time.RFC3339, c.ref)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range c.rows {
		text, want := row[0], row[1]
		r, err := moment.Parse(text, at, loc)
		if err != nil {
			var p *moment.Problem
			if !errors.As(err, &p) || p.Kind != kinds[want] {
				t.Errorf("%q: %v, want %s", text, err, want)
			}
			continue
		}
		got := strings.TrimSuffix(r.Time.Format(time.RFC3339Nano)+" "+letters(r.Assumed), " ")
		if got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

// TestTables reads what people type, in both languages, across midnight, daylight
// saving and zones. It is what docs promise of times, so it says how much it is:
// every refusal and every assumption is in it, and nothing is left unsaid.
func TestTables(t *testing.T) {
	texts, english, japanese, seen := map[string]bool{}, 0, 0, map[string]bool{}
	for _, c := range slices.Concat([]table{tokyo, pasted}, turns) {
		c.check(t)
		for _, row := range c.rows {
			if !texts[row[0]] {
				texts[row[0]] = true
				if words.Detect(row[0]) == words.Japanese {
					japanese++
				} else {
					english++
				}
			}
			seen[row[1]] = true
			if _, flags, found := strings.Cut(row[1], " "); found && kinds[row[1]] == 0 {
				for _, flag := range flags {
					seen[string(flag)] = true
				}
			}
		}
	}
	if len(texts) < 200 || english < 100 || japanese < 100 {
		t.Errorf("%d distinct texts, %d English and %d Japanese: at least 200, half of each", len(texts), english, japanese)
	}
	for _, what := range append(slices.Collect(maps.Keys(kinds)), "d", "y", "z", "m", "a") {
		if !seen[what] {
			t.Errorf("no text in the tables is %q", what)
		}
	}
}

// tokyo is written on Friday 2026-11-20 at 03:06:30.
var tokyo = table{
	"Asia/Tokyo", "2026-11-20T03:06:30+09:00", [][2]string{
		// Bare times: the last occurrence.
		{"2:40", "2026-11-20T02:40:00+09:00 dz"},
		{"02:40", "2026-11-20T02:40:00+09:00 dz"},
		{"  02:40\t", "2026-11-20T02:40:00+09:00 dz"},
		{"２：４０", "2026-11-20T02:40:00+09:00 dz"},
		{"　２：４０　", "2026-11-20T02:40:00+09:00 dz"},
		{"02:40:15", "2026-11-20T02:40:15+09:00 dz"},
		{"2時40分", "2026-11-20T02:40:00+09:00 dz"},
		{"２時４０分", "2026-11-20T02:40:00+09:00 dz"},
		{"2時 40分", "2026-11-20T02:40:00+09:00 dz"},
		{"2時5分", "2026-11-20T02:05:00+09:00 dz"},
		{"2時40分15秒", "2026-11-20T02:40:15+09:00 dz"},
		{"2時", "2026-11-20T02:00:00+09:00 dz"},
		{"2時半", "2026-11-20T02:30:00+09:00 dz"},
		{"0時", "2026-11-20T00:00:00+09:00 dz"},
		{"二時四十分", "2026-11-20T02:40:00+09:00 dz"},
		{"二時半", "2026-11-20T02:30:00+09:00 dz"},
		{"午前2時40分", "2026-11-20T02:40:00+09:00 dz"},
		{"午前2:40", "2026-11-20T02:40:00+09:00 dz"},
		{"午前0時5分", "2026-11-20T00:05:00+09:00 dz"},
		{"午後3時", "2026-11-19T15:00:00+09:00 dz"},
		{"午後11時半", "2026-11-19T23:30:00+09:00 dz"},
		{"午後0時40分", "2026-11-19T12:40:00+09:00 dz"},
		{"午後15時", "2026-11-19T15:00:00+09:00 dz"},
		{"2:40 pm", "2026-11-19T14:40:00+09:00 dz"},
		{"2:40pm", "2026-11-19T14:40:00+09:00 dz"},
		{"2:40 P.M.", "2026-11-19T14:40:00+09:00 dz"},
		{"2:40p", "2026-11-19T14:40:00+09:00 dz"},
		{"11:21a", "2026-11-19T11:21:00+09:00 dz"},
		{"11:21 am", "2026-11-19T11:21:00+09:00 dz"},
		{"3pm", "2026-11-19T15:00:00+09:00 dz"},
		{"3 PM", "2026-11-19T15:00:00+09:00 dz"},
		{"ＡＭ ２：４０", "2026-11-20T02:40:00+09:00 dz"},
		{"12:40 am", "2026-11-20T00:40:00+09:00 dz"},
		{"12:40 pm", "2026-11-19T12:40:00+09:00 dz"},
		{"14:40 pm", "2026-11-19T14:40:00+09:00 dz"},
		{"noon", "2026-11-19T12:00:00+09:00 dz"},
		{"正午", "2026-11-19T12:00:00+09:00 dz"},
		{"midnight", "2026-11-20T00:00:00+09:00 dz"},
		{"at 2:40", "2026-11-20T02:40:00+09:00 dz"},
		{"since 02:40.", "2026-11-20T02:40:00+09:00 dz"},
		{"2:40です", "2026-11-20T02:40:00+09:00 dz"},
		{"2時40分から", "2026-11-20T02:40:00+09:00 dz"},
		{"2時40分に", "2026-11-20T02:40:00+09:00 dz"},
		{"03:06", "2026-11-20T03:06:00+09:00 dz"},
		{"03:07", "2026-11-20T03:07:00+09:00 dz"}, // within the minute of grace
		{"03:08", "2026-11-19T03:08:00+09:00 dz"},
		{"23:59", "2026-11-19T23:59:00+09:00 dz"},

		// Words that soften.
		{"2:40頃", "2026-11-20T02:40:00+09:00 dza"},
		{"2時40分ごろ", "2026-11-20T02:40:00+09:00 dza"},
		{"だいたい2:40", "2026-11-20T02:40:00+09:00 dza"},
		{"about 2:40", "2026-11-20T02:40:00+09:00 dza"},
		{"around 2:40 am", "2026-11-20T02:40:00+09:00 dza"},
		{"~2:40", "2026-11-20T02:40:00+09:00 dza"},
		{"約10分前", "2026-11-20T02:56:30+09:00 a"},
		{"10分くらい前", "2026-11-20T02:56:30+09:00 a"},
		{"30分ほど前", "2026-11-20T02:36:30+09:00 a"},
		{"about an hour ago", "2026-11-20T02:06:30+09:00 a"},

		// Distances.
		{"10分前", "2026-11-20T02:56:30+09:00"},
		{"１０分前", "2026-11-20T02:56:30+09:00"},
		{"十分前", "2026-11-20T02:56:30+09:00"},
		{"二十五分前", "2026-11-20T02:41:30+09:00"},
		{"30秒前", "2026-11-20T03:06:00+09:00"},
		{"1分半前", "2026-11-20T03:05:00+09:00"},
		{"1時間前", "2026-11-20T02:06:30+09:00"},
		{"一時間前", "2026-11-20T02:06:30+09:00"},
		{"1時間半前", "2026-11-20T01:36:30+09:00"},
		{"1時間30分前", "2026-11-20T01:36:30+09:00"},
		{"1時間 30分 前", "2026-11-20T01:36:30+09:00"},
		{"1.5時間前", "2026-11-20T01:36:30+09:00"},
		{"26時間前", "2026-11-19T01:06:30+09:00"},
		{"10m ago", "2026-11-20T02:56:30+09:00"},
		{"10 min ago", "2026-11-20T02:56:30+09:00"},
		{"10 mins ago", "2026-11-20T02:56:30+09:00"},
		{"10 minutes ago", "2026-11-20T02:56:30+09:00"},
		{"10 Minutes Ago", "2026-11-20T02:56:30+09:00"},
		{"ten minutes ago", "2026-11-20T02:56:30+09:00"},
		{"a minute ago", "2026-11-20T03:05:30+09:00"},
		{"30s ago", "2026-11-20T03:06:00+09:00"},
		{"1h ago", "2026-11-20T02:06:30+09:00"},
		{"1h30m ago", "2026-11-20T01:36:30+09:00"},
		{"1h 30m ago", "2026-11-20T01:36:30+09:00"},
		{"1 hour and 30 minutes ago", "2026-11-20T01:36:30+09:00"},
		{"1 hour, 30 min ago", "2026-11-20T01:36:30+09:00"},
		{"1.5h ago", "2026-11-20T01:36:30+09:00"},
		{"an hour ago", "2026-11-20T02:06:30+09:00"},
		{"one hour ago", "2026-11-20T02:06:30+09:00"},
		{"an hour and a half ago", "2026-11-20T01:36:30+09:00"},
		{"2 hours ago", "2026-11-20T01:06:30+09:00"},
		{"half an hour ago", "2026-11-20T02:36:30+09:00"},
		{"今", "2026-11-20T03:06:30+09:00"},
		{"いま", "2026-11-20T03:06:30+09:00"},
		{"たった今", "2026-11-20T03:06:30+09:00"},
		{"たった今です。", "2026-11-20T03:06:30+09:00"},
		{"now", "2026-11-20T03:06:30+09:00"},
		{"just now", "2026-11-20T03:06:30+09:00"},
		{"Right now.", "2026-11-20T03:06:30+09:00"},

		// Days seen from today.
		{"昨日 23:50", "2026-11-19T23:50:00+09:00 z"},
		{"昨日の23時50分", "2026-11-19T23:50:00+09:00 z"},
		{"きのう23:50", "2026-11-19T23:50:00+09:00 z"},
		{"昨日の夜11時50分", "2026-11-19T23:50:00+09:00 z"},
		{"一昨日の10時", "2026-11-18T10:00:00+09:00 z"},
		{"おととい 10:00", "2026-11-18T10:00:00+09:00 z"},
		{"yesterday 23:50", "2026-11-19T23:50:00+09:00 z"},
		{"yesterday at 23:50", "2026-11-19T23:50:00+09:00 z"},
		{"23:50 yesterday", "2026-11-19T23:50:00+09:00 z"},
		{"11:50 pm yesterday", "2026-11-19T23:50:00+09:00 z"},
		{"yesterday, 11:50 PM", "2026-11-19T23:50:00+09:00 z"},
		{"the day before yesterday 10:00", "2026-11-18T10:00:00+09:00 z"},
		{"today 02:40", "2026-11-20T02:40:00+09:00 z"},
		{"今日2:40", "2026-11-20T02:40:00+09:00 z"},
		{"本日 2時40分", "2026-11-20T02:40:00+09:00 z"},
		{"今朝2:40", "2026-11-20T02:40:00+09:00 z"},
		{"this morning 2:40", "2026-11-20T02:40:00+09:00 z"},
		{"3日前の10時", "2026-11-17T10:00:00+09:00 z"},
		{"3 days ago at 10:00", "2026-11-17T10:00:00+09:00 z"},
		{"two days ago 10:00", "2026-11-18T10:00:00+09:00 z"},
		{"昨夜 23:50", "2026-11-19T23:50:00+09:00 z"},
		{"昨夜11時50分", "2026-11-19T23:50:00+09:00 z"},
		{"last night 11:50", "2026-11-19T23:50:00+09:00 z"},
		{"last night 11:50 pm", "2026-11-19T23:50:00+09:00 z"},
		{"夜11時", "2026-11-19T23:00:00+09:00 dz"},
		{"夕方5時半", "2026-11-19T17:30:00+09:00 dz"},
		{"昼1時", "2026-11-19T13:00:00+09:00 dz"},
		{"朝9時", "2026-11-19T09:00:00+09:00 dz"},
		{"深夜1時", "2026-11-20T01:00:00+09:00 dz"},
		{"未明の2時", "2026-11-20T02:00:00+09:00 dz"},
		{"2:40 in the morning", "2026-11-20T02:40:00+09:00 dz"},
		{"11 pm at night", "2026-11-19T23:00:00+09:00 dz"},
		{"Friday 02:40", "2026-11-20T02:40:00+09:00 dz"},
		{"Thursday 23:50", "2026-11-19T23:50:00+09:00 dz"},
		{"Fri 10:00", "2026-11-13T10:00:00+09:00 dz"},
		{"木曜 23:50", "2026-11-19T23:50:00+09:00 dz"},
		{"木曜日の23時50分", "2026-11-19T23:50:00+09:00 dz"},

		// Dates.
		{"11/20 02:40 JST", "2026-11-20T02:40:00+09:00 y"},
		{"11/20 02:40", "2026-11-20T02:40:00+09:00 yz"},
		{"１１／２０　０２：４０", "2026-11-20T02:40:00+09:00 yz"},
		{"02:40 11/20", "2026-11-20T02:40:00+09:00 yz"},
		{"11/20(金) 02:40", "2026-11-20T02:40:00+09:00 yz"},
		{"11/19（木）23:50", "2026-11-19T23:50:00+09:00 yz"},
		{"2026-11-20 02:40", "2026-11-20T02:40:00+09:00 z"},
		{"2026/11/20 2:40", "2026-11-20T02:40:00+09:00 z"},
		{"2026.11.20 2:40", "2026-11-20T02:40:00+09:00 z"},
		{"2026-11-20T02:40:00+09:00", "2026-11-20T02:40:00+09:00"},
		{"2026-11-20t02:40:00.25+0900", "2026-11-20T02:40:00.25+09:00"},
		{"2026-11-19T17:40:00Z", "2026-11-19T17:40:00Z"},
		{"2026-11-19T17:40Z", "2026-11-19T17:40:00Z"},
		{"2026-11-19T12:40:00-05:00", "2026-11-19T12:40:00-05:00"},
		{"2026-11-20T02:40", "2026-11-20T02:40:00+09:00 z"},
		{"2026年11月20日 2時40分", "2026-11-20T02:40:00+09:00 z"},
		{"２０２６年１１月２０日２時４０分", "2026-11-20T02:40:00+09:00 z"},
		{"二〇二六年十一月二十日 二時四十分", "2026-11-20T02:40:00+09:00 z"},
		{"11月20日 2:40", "2026-11-20T02:40:00+09:00 yz"},
		{"11月20日の午前2時40分", "2026-11-20T02:40:00+09:00 yz"},
		{"11月20日（金）2:40", "2026-11-20T02:40:00+09:00 yz"},
		{"Nov 20 02:40", "2026-11-20T02:40:00+09:00 yz"},
		{"Nov. 20, 2:40 am", "2026-11-20T02:40:00+09:00 yz"},
		{"November 20th, 2026 at 2:40 am", "2026-11-20T02:40:00+09:00 z"},
		{"20 Nov 2:40", "2026-11-20T02:40:00+09:00 yz"},
		{"19 Nov 2026 17:40 UTC", "2026-11-19T17:40:00Z"},
		{"19-Nov-2026 17:40 UTC", "2026-11-19T17:40:00Z"},
		{"Thu, 19 Nov 2026 17:40:00 GMT", "2026-11-19T17:40:00Z"},
		{"Thursday 19 November 23:50", "2026-11-19T23:50:00+09:00 yz"},
		{"3/4 10:00", "2026-03-04T10:00:00+09:00 yzm"},
		{"03/04/2026 10:00", "2026-03-04T10:00:00+09:00 zm"},
		{"11/19/2026 10:00", "2026-11-19T10:00:00+09:00 z"},
		{"3/3 10:00", "2026-03-03T10:00:00+09:00 yz"},
		{"11/21 10:00", "2025-11-21T10:00:00+09:00 yz"}, // tomorrow's date: last year's
		{"12/25 10:00", "2025-12-25T10:00:00+09:00 yz"},
		{"2/29 10:00", "2024-02-29T10:00:00+09:00 yz"},

		// Hours after midnight.
		{"11/19 24:10", "2026-11-20T00:10:00+09:00 yz"},
		{"11/19 25:30", "2026-11-20T01:30:00+09:00 yz"},
		{"11/19 26時40分", "2026-11-20T02:40:00+09:00 yz"},
		{"11/19(木) 25:30", "2026-11-20T01:30:00+09:00 yz"},
		{"昨日 25:30", "2026-11-20T01:30:00+09:00 z"},
		{"木曜 25:30", "2026-11-20T01:30:00+09:00 dz"},
		{"25:30", "2026-11-20T01:30:00+09:00 dz"},
		{"深夜25時半", "2026-11-20T01:30:00+09:00 dz"},
		{"24:00", "2026-11-20T00:00:00+09:00 dz"},
		{"29:59", "2026-11-19T05:59:00+09:00 dz"},

		// Zones.
		{"2:40 JST", "2026-11-20T02:40:00+09:00 d"},
		{"2:40JST", "2026-11-20T02:40:00+09:00 d"},
		{"2:40 (jst)", "2026-11-20T02:40:00+09:00 d"},
		{"2:40（日本時間）", "2026-11-20T02:40:00+09:00 d"},
		{"日本時間2:40", "2026-11-20T02:40:00+09:00 d"},
		{"JST 2:40", "2026-11-20T02:40:00+09:00 d"},
		{"17:40 UTC", "2026-11-19T17:40:00Z d"},
		{"02:40 UTC", "2026-11-19T02:40:00Z d"},
		{"17:40Z", "2026-11-19T17:40:00Z d"},
		{"02:40 +09:00", "2026-11-20T02:40:00+09:00 d"},
		{"02:40+0900", "2026-11-20T02:40:00+09:00 d"},
		{"02:40 +9", "2026-11-20T02:40:00+09:00 d"},
		{"02:40 UTC+9", "2026-11-20T02:40:00+09:00 d"},
		{"02:40 (UTC+09:00)", "2026-11-20T02:40:00+09:00 d"},
		{"12:40 -05:00", "2026-11-19T12:40:00-05:00 d"},
		{"12:40 −05:00", "2026-11-19T12:40:00-05:00 d"},
		{"12:40 GMT-5", "2026-11-19T12:40:00-05:00 d"},
		{"12:40 EST", "2026-11-19T12:40:00-05:00 d"},
		{"1:40 pm EDT", "2026-11-19T13:40:00-04:00 d"},
		{"9:40 am PST", "2026-11-19T09:40:00-08:00 d"},
		{"18:40 CET", "2026-11-19T18:40:00+01:00 d"},
		{"02:40 KST", "2026-11-20T02:40:00+09:00 d"},
		{"02:40 Asia/Tokyo", "2026-11-20T02:40:00+09:00 d"},
		{"18:40 Europe/Berlin", "2026-11-19T18:40:00+01:00 d"},
		{"23:10 +05:30", "2026-11-19T23:10:00+05:30 d"},
		{"2:40 IST", "shared zone"},
		{"2:40 CST", "shared zone"},
		{"2:40 BST", "shared zone"},
		{"2:40 ast", "shared zone"},
		{"2:40 XYZ", "unknown zone"},
		{"2:40 Asia/Nowhere", "unknown zone"},
		{"2:40 +15:00", "unknown zone"},
		{"2:40 +09:75", "unknown zone"},

		// The future.
		{"today 04:00", "future"},
		{"今日 25:30", "future"},
		{"明日 2:40", "future"},
		{"tomorrow 2:40", "future"},
		{"2026-11-20 03:08", "future"},
		{"2027-01-01 00:00", "future"},
		{"2026-11-19T20:00:00Z", "future"},
		{"10分後", "future"},
		{"1時間後", "future"},
		{"in 10 minutes", "future"},
		{"10 minutes from now", "future"},
		{"今夜11時", "future"},
		{"this afternoon 3:00", "future"},

		// What can mean two times.
		{"午後12時", "which hour"},
		{"午前12時30分", "which hour"},
		{"夜12時", "which hour"},
		{"昨夜2:40", "which hour"},
		{"last night 2:40", "which hour"},
		{"昨日の深夜1時", "which hour"},
		{"11/19 深夜1時", "which hour"},
		{"11/20 midnight", "which hour"},
		{"yesterday 17:50 UTC", "which hour"}, // it is still the 19th in UTC

		// What cannot be read.
		{"", "empty"},
		{" 　\n", "empty"},
		{"2", "unreadable"},
		{"0240", "unreadable"},
		{"2:4", "unreadable"},
		{"2.40", "unreadable"},
		{"2:60", "unreadable"},
		{"30:00", "unreadable"},
		{"99:99", "unreadable"},
		{"2:40:60", "unreadable"},
		{"123:45", "unreadable"},
		{"2:400", "unreadable"},
		{"13:40 am", "unreadable"},
		{"25:30 pm", "unreadable"},
		{"朝15時", "unreadable"},
		{"13/04 10:00", "unreadable"},
		{"0/5 10:00", "unreadable"},
		{"2/30 10:00", "unreadable"},
		{"2026-02-29 10:00", "unreadable"},
		{"26/11/20 10:00", "unreadable"},
		{"11-20 10:00", "unreadable"},
		{"1899-01-01 10:00", "unreadable"},
		{"11/20(木) 02:40", "unreadable"}, // a Friday
		{"Monday 20 Nov 2026 02:40", "unreadable"},
		{"11/20", "unreadable"},
		{"昨日", "unreadable"},
		{"3日前", "unreadable"},
		{"Friday", "unreadable"},
		{"JST", "unreadable"},
		{"頃", "unreadable"},
		{"2:40 3:30", "unreadable"},
		{"2:40-3:30", "unreadable"},
		{"02:40-03:30", "unreadable"},
		{"2:40〜3:30", "unreadable"},
		{"2:40 JST UTC", "unreadable"},
		{"10分前 2:40", "unreadable"},
		{"昨日 10分前", "unreadable"},
		{"10m", "unreadable"},
		{"2時10分前", "unreadable"}, // ten to two, or two ten ago
		{"さっき", "unreadable"},
		{"a few minutes ago", "unreadable"},
		{"sometime last week", "unreadable"},
		{"わかりません", "unreadable"},
		{"2:40 because the cache was full", "unreadable"},
		{"2:40 @tanaka", "unreadable"},
		{"午前午後2時", "unreadable"},
		{"2:40 am pm", "unreadable"},
		{"十十時", "unreadable"},
		{"999999999999999999999:00", "unreadable"},
		{"99999時間前", "unreadable"},
		{"\x00\xff", "unreadable"},
		{strings.Repeat("2", 300), "unreadable"},
	},
}

func TestParseWithoutZone(t *testing.T) {
	r, err := moment.Parse("2:40", time.Date(2026, 11, 20, 3, 0, 0, 0, time.UTC), nil)
	if err != nil || r.Time.Location() != time.UTC || !r.Assumed.Has(moment.Date|moment.ZoneGiven) {
		t.Errorf("%+v, %v", r, err)
	}
}
