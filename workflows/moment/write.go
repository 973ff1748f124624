package moment

import (
	"fmt"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// Clock writes a time in a zone, to the minute: "02:40 JST" on the day of ref,
// else with its date, "20 Nov 02:40 JST" or "11月20日 02:40 JST", and where the
// year differs too, "20 Nov 2025 02:40 JST" or "2025年11月20日 02:40 JST". A zone
// whose abbreviation Parse would refuse or not know is written by its offset,
// "02:40 UTC-06:00", so that whatever is written can be read back.
func Clock(t time.Time, loc *time.Location, ref time.Time, lang words.Language) string {
	if loc == nil {
		loc = time.UTC
	}
	t, ref = t.In(loc), ref.In(loc)
	layout := "15:04"
	switch {
	case sameDay(t, ref):
	case t.Year() != ref.Year() && lang == words.Japanese:
		layout = "2006年1月2日 15:04"
	case t.Year() != ref.Year():
		layout = "2 Jan 2006 15:04"
	case lang == words.Japanese:
		layout = "1月2日 15:04"
	default:
		layout = "2 Jan 15:04"
	}
	return t.Format(layout) + " " + ZoneName(t)
}

var weekdays = [...]string{"日", "月", "火", "水", "木", "金", "土"}

// Day writes a day in a zone: "Thursday 3 December" or "12月3日（木）", with the year
// where it is not that of ref.
func Day(t time.Time, loc *time.Location, ref time.Time, lang words.Language) string {
	t, ref = t.In(loc), ref.In(loc)
	other := t.Year() != ref.Year()
	if lang == words.Japanese {
		said := fmt.Sprintf("%d月%d日（%s）", t.Month(), t.Day(), weekdays[t.Weekday()])
		if other {
			said = fmt.Sprintf("%d年%s", t.Year(), said)
		}
		return said
	}
	if other {
		return t.Format("Monday 2 January 2006")
	}
	return t.Format("Monday 2 January")
}

// ZoneName names the offset of t from UTC as Clock does.
func ZoneName(t time.Time) string {
	name, seconds := t.Zone()
	if minutes, known := offsets[strings.ToLower(name)]; known && minutes*60 == seconds {
		return name
	}
	if seconds == 0 {
		return "UTC"
	}
	return "UTC" + offsetName(seconds)
}

// offsetName writes an offset in seconds east of Greenwich as "+09:00".
func offsetName(seconds int) string {
	sign := '+'
	if seconds < 0 {
		sign, seconds = '-', -seconds
	}
	return fmt.Sprintf("%c%02d:%02d", sign, seconds/3600, seconds/60%60)
}

// Duration writes a duration in whole minutes, seconds being dropped: "1 h 25
// min" or "1時間25分", "50 min" or "50分", "0 min" or "0分". From a day on it drops
// the minutes too: "1 d 2 h" or "1日2時間". A part that is zero is left out. A
// negative duration begins with "−".
func Duration(d time.Duration, lang words.Language) string {
	minutes := int64(d / time.Minute)
	sign := ""
	if minutes < 0 {
		sign, minutes = "−", -minutes
	}
	day, hour, minute, gap := " d", " h", " min", " "
	if lang == words.Japanese {
		day, hour, minute, gap = "日", "時間", "分", ""
	}
	days, hours, minutes := minutes/(24*60), minutes/60%24, minutes%60
	var parts []string
	if days > 0 {
		parts = append(parts, fmt.Sprint(days, day))
		minutes = 0
	}
	if hours > 0 {
		parts = append(parts, fmt.Sprint(hours, hour))
	}
	if minutes > 0 || len(parts) == 0 {
		parts = append(parts, fmt.Sprint(minutes, minute))
	}
	return sign + strings.Join(parts, gap)
}
