package policy

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rickar/cal/v2"
	"golang.org/x/text/width"

	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// Working reports whether people may be called at this time although nothing is
// urgent: from Monday to Friday, on no holiday, within the working hours, all in
// the policy's zone. With holidays alone such a day counts as a whole; a policy
// that says nothing of either does not restrict the time.
func (p Policy) Working(t time.Time) bool {
	if p.hours == nil && p.holidays == nil {
		return true
	}
	t = t.In(p.TimeZone)
	if !p.workingDay(t) {
		return false
	}
	minute := t.Hour()*60 + t.Minute()
	return p.hours == nil || p.hours.from <= minute && minute < p.hours.to
}

// The hours in which people are reminded where a team names none.
const (
	usualFrom = 10 * 60
	usualTo   = 18 * 60
)

// Daytime reports whether people may be reminded of something that can wait: when
// Working does, on a working day, and, where the policy names no hours, from ten
// to six.
func (p Policy) Daytime(t time.Time) bool {
	t = t.In(p.TimeZone)
	minute := t.Hour()*60 + t.Minute()
	return p.Working(t) && p.workingDay(t) && (p.hours != nil || usualFrom <= minute && minute < usualTo)
}

// NextDaytime is the first time from t on, by the quarter of an hour, at which
// people may be reminded; t itself where a month holds none.
func (p Policy) NextDaytime(t time.Time) time.Time {
	const step = 15 * time.Minute
	next := t
	for range 31 * 24 * time.Hour / step {
		if p.Daytime(next) {
			return next
		}
		next = next.Truncate(step).Add(step)
	}
	return t
}

// Morning is the usual time for a reminder, on the n-th working day before a day.
func (p Policy) Morning(day time.Time, before int) time.Time {
	y, m, d := p.NextWorkingDay(day, -before).Date()
	return time.Date(y, m, d, 0, usualFrom, 0, 0, p.TimeZone)
}

// NextWorkingDay is the n-th working day after t at the same time of day in the
// policy's zone: Monday to Friday without holidays, whatever the hours. It is t
// itself for no days, and counts back for fewer. Where there is none for years it
// gives up three years on.
func (p Policy) NextWorkingDay(t time.Time, n int) time.Time {
	t = t.In(p.TimeZone)
	step := 1
	if n < 0 {
		step, n = -1, -n
	}
	// A policy may declare every day there is a holiday.
	for range 3 * 366 {
		if n == 0 {
			break
		}
		if t = t.AddDate(0, 0, step); p.workingDay(t) {
			n--
		}
	}
	return t
}

// workingDay looks at the date that t has in its own zone.
func (p Policy) workingDay(t time.Time) bool {
	if day := t.Weekday(); day == time.Saturday || day == time.Sunday {
		return false
	}
	date := t.Format(time.DateOnly)
	return !slices.ContainsFunc(p.holidays, func(h holiday) bool {
		return h.country != "" && isHoliday(h.country, t) || h.from <= date && date <= h.to
	})
}

// between is what people write between the ends of a range.
const between = `[ ]*(?:-|–|—|~|〜|\.\.)[ ]*`

// hours are the minutes of a day from and to which people work.
type hours struct{ from, to int }

var hoursForm = regexp.MustCompile(`^(\d{1,2}):(\d{2})` + between + `(\d{1,2}):(\d{2})$`)

// UnmarshalText reads "10:00-18:00".
func (h *hours) UnmarshalText(text []byte) error {
	m := hoursForm.FindStringSubmatch(fold(text))
	if m == nil {
		return wrong{
			fmt.Sprintf("must be two times such as `\"10:00-18:00\"`, not %s", quoted(string(text)).english),
			fmt.Sprintf("`\"10:00-18:00\"` のように2つの時刻で書いてください（いまは%s）", quoted(string(text)).japanese),
		}
	}
	read := hours{minutes(m[1], m[2]), minutes(m[3], m[4])}
	if read.from < 0 || read.to < 0 || read.from >= read.to {
		return wrong{
			fmt.Sprintf("must end after they begin, within one day from `00:00` to `24:00`, unlike %s", quoted(string(text)).english),
			fmt.Sprintf("`00:00` から `24:00` までの1日の中で、終わりを始まりより後にしてください（いまは%s）", quoted(string(text)).japanese),
		}
	}
	*h = read
	return nil
}

// minutes counts from midnight; -1 is no time of a day.
func minutes(hour, minute string) int {
	h, _ := strconv.Atoi(hour)
	m, _ := strconv.Atoi(minute)
	if m > 59 || h*60+m > 24*60 {
		return -1
	}
	return h*60 + m
}

// holiday is the holidays of a country, or the days from one date to another as
// YYYY-MM-DD, both included.
type holiday struct{ country, from, to string }

var daysForm = regexp.MustCompile(`^(\d{4}-\d{2}-\d{2})(?:` + between + `(\d{4}-\d{2}-\d{2}))?$`)

// UnmarshalText reads "jp", "2026-12-29" or "2026-12-29..2027-01-03".
func (h *holiday) UnmarshalText(text []byte) error {
	typed := fold(text)
	if m := daysForm.FindStringSubmatch(typed); m != nil {
		read := holiday{from: m[1], to: m[1]}
		if m[2] != "" {
			read.to = m[2]
		}
		if !isDate(read.from) || !isDate(read.to) || read.from > read.to {
			return wrong{
				fmt.Sprintf("%s is no day, or no days in order, of the calendar", quoted(string(text)).english),
				fmt.Sprintf("%s は暦にない日か、順序が逆です", strings.TrimSpace(quoted(string(text)).japanese)),
			}
		}
		*h = read
		return nil
	}
	code := strings.ToLower(typed)
	if _, known := countries[code]; !known {
		return notHoliday(string(text))
	}
	*h = holiday{country: code} // its dates are empty, which is before any
	return nil
}

var countryForm = regexp.MustCompile(`^[A-Za-z ]+$`)

// notHoliday refuses what is neither a day nor a country.
func notHoliday(text string) wrong {
	got := quoted(text)
	if !countryForm.MatchString(text) {
		return wrong{
			"must be a day such as `2026-12-29`, days such as `2026-12-29..2027-01-03`, or the code of a country such as `jp`, not " + got.english,
			"`2026-12-29` のような日、`2026-12-29..2027-01-03` のような期間、または `jp` のような国コードで書いてください（いまは" + got.japanese + "）",
		}
	}
	known := "`" + strings.Join(slices.Sorted(maps.Keys(countries)), " ") + "`"
	return wrong{
		"the holidays of " + got.english + " are not known: write its days one by one, or one of " + known,
		strings.TrimSpace(got.japanese) + " の祝日は登録がありません。日付で書くか、次の国コードから選んでください: " + known,
	}
}

// fold undoes full-width letters, digits and signs, and blanks around.
func fold(text []byte) string { return strings.TrimSpace(width.Fold.String(string(text))) }

func isDate(text string) bool {
	_, err := time.Parse(time.DateOnly, text)
	return err == nil
}

// isHoliday reports whether the date that t has in its own zone is a holiday of
// the country. The library keeps what it works out in its holidays, so it is
// given copies: rules of several subjects look at one calendar at once.
func isHoliday(country string, t time.Time) bool {
	var of cal.Calendar
	for _, h := range countries[country] {
		of.AddHoliday(h.Clone(nil))
	}
	actual, observed, _ := of.IsHoliday(t)
	return actual || observed
}

// wrong is what a value is refused with, in both languages.
type wrong struct{ english, japanese string }

func (w wrong) Error() string { return w.english }

// In is the sentence in a language.
func (w wrong) In(lang words.Language) string {
	if lang == words.Japanese {
		return w.japanese
	}
	return w.english
}
