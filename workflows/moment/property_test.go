package moment_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/kintsugi-app/kintsugi/workflows/moment"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// zones are places with and without daylight saving, with odd offsets, and with
// abbreviations that cannot be read back.
var zones = []string{
	"UTC", "Asia/Tokyo", "America/New_York", "America/Chicago", "Europe/Berlin", "Europe/London", "Europe/Dublin",
	"Asia/Kolkata", "Asia/Shanghai", "Asia/Kathmandu", "Australia/Lord_Howe", "America/St_Johns", "Africa/Casablanca",
	"Pacific/Apia", "America/Sao_Paulo", "Pacific/Kiritimati",
}

func anyZone() *rapid.Generator[*time.Location] {
	return rapid.Map(rapid.SampledFrom(zones), func(name string) *time.Location {
		loc, err := moment.Zone(name)
		if err != nil {
			panic(err)
		}
		return loc
	})
}

func anyTime() *rapid.Generator[time.Time] {
	first := time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
	last := time.Date(2080, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
	return rapid.Map(rapid.Int64Range(first, last), func(s int64) time.Time { return time.Unix(s, 0) })
}

var pieces = []string{
	"2", "11", "29", "2026", "0", "99", ":", "：", "40", "/", "-", "+", ".", ",", " ", "　", "T", "Z", "時", "分", "秒", "半", "前", "後", "日", "月", "年",
	"午前", "午後", "昨日", "今日", "今", "今朝", "昨夜", "深夜", "夜", "の", "頃", "約", "(", ")", "金", "金曜", "am", "pm", "a", "p", "ago", "in", "h", "m",
	"min", "hour", "an", "half an hour", "day", "days", "yesterday", "today", "last night", "midnight", "noon", "now", "Nov", "Fri", "JST", "UTC",
	"IST", "EST", "Asia/Tokyo", "十", "一", "〇", "\x00", "\xff", "@x",
}

func TestParseNeverReachesTheFuture(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.Map(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 12), func(p []string) string {
			return strings.Join(p, "")
		})).Draw(t, "text")
		holds(t, text, anyTime().Draw(t, "ref"), anyZone().Draw(t, "zone"))
	})
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{
		"2:40", "２時半", "10分前", "1h30m ago", "昨日の23時50分", "11/20(金) 02:40 JST", "2026-11-20T02:40:00+09:00", "Nov 20, 2026 2:40 pm",
		"25:30", "2:40 IST", "深夜1時", "an hour and a half ago", "2:40 Asia/Tokyo",
	} {
		f.Add(text, int64(1_795_000_000), 0)
	}
	f.Fuzz(func(t *testing.T, text string, seconds int64, zone int) {
		if seconds < 0 || seconds > 4_000_000_000 || zone < 0 {
			t.Skip("written in no time of ours")
		}
		loc, err := moment.Zone(zones[zone%len(zones)])
		if err != nil {
			t.Fatal(err)
		}
		holds(t, text, time.Unix(seconds, 0), loc)
	})
}

type failer interface {
	Helper()
	Errorf(format string, args ...any)
}

// holds checks what every reading and every refusal promises.
func holds(t failer, text string, ref time.Time, loc *time.Location) {
	t.Helper()
	r, err := moment.Parse(text, ref, loc)
	if err != nil {
		var p *moment.Problem
		if !errors.As(err, &p) || p.Kind < moment.Unreadable || p.Error() == "" || strings.ContainsAny(p.Error()+p.In(words.Japanese), "\n\r\x00") {
			t.Errorf("%q: %#v", text, err)
		}
		return
	}
	if r.Time.After(ref.Add(time.Minute)) {
		t.Errorf("%q written at %s is %s, in the future", text, ref, r.Time)
	}
	if r.Assumed.Has(moment.ZoneGiven) && r.Time.Location() != loc {
		t.Errorf("%q is in %s, not in the zone given", text, r.Time.Location())
	}
	if r.Assumed.Has(moment.Date) && ref.Sub(r.Time) > 8*24*time.Hour {
		t.Errorf("%q written at %s is %s, not its last occurrence", text, ref, r.Time)
	}
}

// TestBareTimeIsTheLastOne compares bare times with a search minute by minute.
func TestBareTimeIsTheLastOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ref, loc := anyTime().Draw(t, "ref").Truncate(time.Minute), anyZone().Draw(t, "zone")
		want := fmt.Sprintf("%02d:%02d", rapid.IntRange(0, 23).Draw(t, "hour"), rapid.IntRange(0, 59).Draw(t, "minute"))
		r, err := moment.Parse(want, ref, loc)
		var p *moment.Problem
		if errors.As(err, &p) && (p.Kind == moment.Nonexistent || p.Kind == moment.Ambiguous) {
			return // held to examples in TestParseDaylightSaving
		}
		if err != nil {
			t.Fatal(err)
		}
		for at := ref.In(loc).Add(time.Minute); ; at = at.Add(-time.Minute) {
			if at.Format("15:04") == want {
				if !at.Equal(r.Time) {
					t.Fatalf("%s written at %s is %s, want %s", want, ref.In(loc), r.Time, at)
				}
				return
			}
		}
	})
}

// TestClockIsReadBack holds that what the program writes, people can write too.
func TestClockIsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ref, loc := anyTime().Draw(t, "ref"), anyZone().Draw(t, "zone")
		back := time.Duration(rapid.Int64Range(0, 3*366*24*3600).Draw(t, "seconds back")) * time.Second
		at := ref.Add(-back)
		_, then := at.In(loc).Zone()
		_, now := ref.In(loc).Zone()
		if then != now && back < 25*time.Hour {
			t.Skip("the same clock may show twice on the day on which it is set back")
		}
		for _, lang := range []words.Language{words.English, words.Japanese} {
			written := moment.Clock(at, loc, ref, lang)
			r, err := moment.Parse(written, ref, loc)
			if err != nil || !r.Time.Equal(at.Truncate(time.Minute)) {
				t.Fatalf("%s is written %q and read %s, %v", at.In(loc), written, r.Time, err)
			}
		}
	})
}
