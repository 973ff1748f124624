package moment

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// part is a part of the day: the hours that people mean by its name, from and to
// included. Hours from 24 on are those after the midnight that ends the day.
type part struct{ from, to int }

var (
	morning   = part{0, 11}
	noonish   = part{11, 16}
	afternoon = part{12, 18}
	dusk      = part{15, 19}
	evening   = part{17, 23}
	night     = part{20, 28}
)

// parts are the parts of any day.
var parts = map[string]part{
	"morning": morning, "afternoon": afternoon, "evening": evening, "night": night,
	"朝": morning, "早朝": morning, "未明": morning, "明け方": morning,
	"昼": noonish, "お昼": noonish, "夕方": dusk, "夜": evening, "晩": evening,
	"深夜": night, "夜中": night, "真夜中": night,
}

// dayParts name a part of a particular day, so many days back.
var dayParts = map[string]struct {
	back int
	part part
}{
	"this morning": {0, morning}, "this afternoon": {0, afternoon}, "this evening": {0, evening}, "tonight": {0, evening},
	"今朝": {0, morning}, "けさ": {0, morning}, "今夜": {0, evening}, "今晩": {0, evening},
	"last night": {1, evening}, "昨夜": {1, evening}, "昨晩": {1, evening}, "ゆうべ": {1, evening},
}

// dayWords name a day, so many days back.
var dayWords = map[string]int{
	"today": 0, "今日": 0, "きょう": 0, "本日": 0,
	"yesterday": 1, "昨日": 1, "きのう": 1,
	"day before yesterday": 2, "一昨日": 2, "おととい": 2,
	"tomorrow": -1, "明日": -1, "あした": -1, "あす": -1,
}

// alternatives makes a pattern of the keys of a table, longer ones first so that
// none hides another.
func alternatives[V any](table map[string]V) *regexp.Regexp {
	keys := slices.SortedFunc(maps.Keys(table), func(a, b string) int {
		return cmp.Or(cmp.Compare(len(b), len(a)), strings.Compare(a, b))
	})
	return regexp.MustCompile(`^(` + strings.Join(keys, "|") + `)`)
}

// hour24 returns the hour on the 24-hour clock, 24 to 29 being after midnight.
func (s *said) hour24() (int, *Problem) {
	h := s.hour
	switch s.half {
	case am:
		if h > 12 {
			return 0, unreadable
		}
		h %= 12
	case gozen:
		if h > 12 {
			return 0, unreadable
		}
		if h == 12 {
			// By the decree of 1872 it is noon; by most clocks it is midnight.
			return 0, &Problem{Kind: AmbiguousHour}
		}
	case pm, gogo:
		if h > 23 {
			return 0, unreadable
		}
		if h == 12 && s.half == gogo {
			return 0, &Problem{Kind: AmbiguousHour}
		}
		if h < 12 {
			h += 12
		}
	case halfUnsaid:
	}
	if s.part == nil {
		return h, nil
	}
	return s.hourWithin(h)
}

// hourWithin finds the one hour that h can mean in the part of the day named: 11
// at night is 23. Two or none is a doubt, not a choice.
func (s *said) hourWithin(h int) (int, *Problem) {
	candidates := []int{h}
	if s.half == halfUnsaid && 1 <= h && h <= 11 {
		candidates = append(candidates, h+12)
	}
	if h <= 4 {
		candidates = append(candidates, h+24)
	}
	candidates = slices.DeleteFunc(candidates, func(c int) bool { return c < s.part.from || c > s.part.to })
	switch {
	case len(candidates) == 0 && h > 5 && h != 12:
		return 0, unreadable // 朝15時 contradicts itself
	case len(candidates) != 1:
		return 0, &Problem{Kind: AmbiguousHour} // 夜12時, 昨夜2:40
	}
	found := candidates[0]
	if found >= 24 && h < 24 {
		if s.day != dayUnsaid || s.hasWeekday {
			// Two in the night of the 20th: some mean the 20th, some the 21st.
			return 0, &Problem{Kind: AmbiguousHour}
		}
		found = h
	}
	return found, nil
}
