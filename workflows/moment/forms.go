package moment

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// form is one way in which people write a part of a time.
type form struct {
	pattern *regexp.Regexp
	read    func(r *reader, m []string) *Problem
}

// Pieces of the patterns below.
const (
	monthName = `(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|` +
		`sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?`
	monthDay  = `(\d{1,2})(?:st|nd|rd|th)?`
	count     = `\d{1,4}(?:\.\d)?|an?|one|two|three|four|five|six|seven|eight|nine|ten|fifteen|twenty|thirty|forty`
	unit      = `hours?|hrs?|h|minutes?|mins?|m|seconds?|secs?|s`
	stretch   = `(?:` + count + `) ?(?:` + unit + `)`
	stretches = `(half an hour|` + stretch + `(?:,? ?(?:and )?` + stretch + `)*(?: and a half)?)`
)

// forms are tried in this order: what is longer or more particular comes first.
var forms = []form{
	// Now, only as the whole text: 今 begins other words.
	{regexp.MustCompile(`^(?:right now|just now|now|たった今|たったいま|只今|ただいま|今|いま)(?:です)?[。.]?$`), func(r *reader, _ []string) *Problem {
		return r.setAgo(0)
	}},

	// Distances.
	{regexp.MustCompile(`^` + stretches + ` (ago|from now|later)`), func(r *reader, m []string) *Problem {
		return r.setAgo(towards(m[2] == "ago", englishLength(m[1])))
	}},
	{regexp.MustCompile(`^in ` + stretches), func(r *reader, m []string) *Problem {
		return r.setAgo(-englishLength(m[1]))
	}},
	{regexp.MustCompile(`^(?:(\d{1,4}(?:\.\d)?) ?時間(半)? ?)?(?:(\d{1,4}) ?分(半)? ?)?(?:(\d{1,5}) ?秒 ?)?(ほど|程|くらい|ぐらい|位|ばかり)?(前|まえ|後)`), readJapaneseDistance},

	// Dates.
	{regexp.MustCompile(`^(\d{4})-(\d{1,2})-(\d{1,2})t?`), readDate},
	{regexp.MustCompile(`^(\d{4})/(\d{1,2})/(\d{1,2})`), readDate},
	{regexp.MustCompile(`^(\d{4})\.(\d{1,2})\.(\d{1,2})`), readDate},
	{regexp.MustCompile(`^(\d{4}) ?年 ?(\d{1,2}) ?月 ?(\d{1,2}) ?日`), readDate},
	{regexp.MustCompile(`^令和 ?(\d{1,2}|元) ?年 ?(\d{1,2}) ?月 ?(\d{1,2}) ?日`), func(r *reader, m []string) *Problem {
		year := number(m[1])
		if m[1] == "元" {
			year = 1
		}
		if year == 0 {
			return unreadable
		}
		return r.setDate(strconv.Itoa(reiwa+year), m[2], m[3])
	}},
	{regexp.MustCompile(`^(\d{1,2}) ?月 ?(\d{1,2}) ?日`), func(r *reader, m []string) *Problem {
		return r.setDate("", m[1], m[2])
	}},
	{regexp.MustCompile(`^(\d{1,2})/(\d{1,2})(?:/(\d{4}))?`), func(r *reader, m []string) *Problem {
		if month, day := number(m[1]), number(m[2]); month <= 12 && day <= 12 && month != day {
			r.assumed |= MonthFirst
		}
		return r.setDate(m[3], m[1], m[2])
	}},
	// As web servers log it.
	{regexp.MustCompile(`^(\d{1,2})/` + monthName + `/(\d{4}):`), func(r *reader, m []string) *Problem {
		return r.setDate(m[3], monthNumber(m[2]), m[1])
	}},
	{regexp.MustCompile(`^` + monthName + ` ?` + monthDay + `(?:,? (\d{4}))?`), func(r *reader, m []string) *Problem {
		return r.setDate(m[3], monthNumber(m[1]), m[2])
	}},
	{regexp.MustCompile(`^` + monthDay + `[ -]?(?:of )?` + monthName + `(?:[ -]|, )?(\d{4})?`), func(r *reader, m []string) *Problem {
		return r.setDate(m[3], monthNumber(m[2]), m[1])
	}},

	// The year of a date, where it comes last, as the command date prints it.
	{regexp.MustCompile(`^(?:19|20)\d{2}\b`), func(r *reader, m []string) *Problem {
		if r.day != dayDate || r.year != 0 || !r.clock {
			return unreadable
		}
		r.year = number(m[0])
		return nil
	}},

	// Days seen from today, with or without a part of the day.
	{regexp.MustCompile(`^(?:(\d{1,3})|(an?|one|two|three)) days? ago`), func(r *reader, m []string) *Problem {
		return r.setBack(number(m[1]) + int(counts[m[2]]))
	}},
	{regexp.MustCompile(`^(\d{1,3}) ?日前`), func(r *reader, m []string) *Problem {
		return r.setBack(number(m[1]))
	}},
	{alternatives(dayWords), func(r *reader, m []string) *Problem {
		return r.setBack(dayWords[m[1]])
	}},
	{alternatives(dayParts), func(r *reader, m []string) *Problem {
		dp := dayParts[m[1]]
		if problem := r.setBack(dp.back); problem != nil {
			return problem
		}
		return r.setPart(dp.part)
	}},

	// Weekdays. A single kanji is one only in brackets: 日 and 月 are units.
	{regexp.MustCompile(`^(sun|mon|tue|wed|thu|fri|sat)(?:day|s|sday|nesday|r|rs|rsday|urday)?\b`), func(r *reader, m []string) *Problem {
		return r.setWeekday(time.Weekday(strings.Index("sunmontuewedthufrisat", m[1]) / 3))
	}},
	{regexp.MustCompile(`^([日月火水木金土])(?:曜日?|\))`), readWeekday},

	// Times of day.
	{regexp.MustCompile(`^(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(?: ?([ap])(?:\.?m\b\.?|\b))?`), func(r *reader, m []string) *Problem {
		if m[5] != "" {
			if problem := r.setHalf(englishHalf(m[5])); problem != nil {
				return problem
			}
		}
		return r.setClock(m[1], m[2], m[3], m[4])
	}},
	{regexp.MustCompile(`^(\d{1,2}) ?([ap])\.?m\b\.?`), func(r *reader, m []string) *Problem {
		if problem := r.setHalf(englishHalf(m[2])); problem != nil {
			return problem
		}
		return r.setClock(m[1], "", "", "")
	}},
	{regexp.MustCompile(`^(\d{1,2}) ?時半`), func(r *reader, m []string) *Problem {
		return r.setClock(m[1], "30", "", "")
	}},
	{regexp.MustCompile(`^(\d{1,2}) ?時(?: ?(\d{1,2}) ?分(?: ?(\d{1,2}) ?秒)?)?`), func(r *reader, m []string) *Problem {
		return r.setClock(m[1], m[2], m[3], "")
	}},
	{regexp.MustCompile(`^(?:(?:12 )?(?:noon|midday)|正午)`), func(r *reader, _ []string) *Problem {
		return r.setClock("12", "", "", "")
	}},
	{regexp.MustCompile(`^(?:12 )?midnight`), func(r *reader, _ []string) *Problem {
		if problem := r.setPart(night); problem != nil {
			return problem
		}
		return r.setClock("0", "", "", "")
	}},
	{regexp.MustCompile(`^([ap])\.?m\.?`), func(r *reader, m []string) *Problem { // AM2:40, too
		return r.setHalf(englishHalf(m[1]))
	}},
	{regexp.MustCompile(`^午(前|後)`), func(r *reader, m []string) *Problem {
		if m[1] == "前" {
			return r.setHalf(gozen)
		}
		return r.setHalf(gogo)
	}},
	{alternatives(parts), func(r *reader, m []string) *Problem {
		return r.setPart(parts[m[1]])
	}},

	// What softens all of it.
	{regexp.MustCompile(`^(?:about|around|approx(?:imately)?|roughly|circa|ca|-?ish|~|約|およそ|だいたい|大体|頃|ごろ|ころ|くらい|ぐらい|あたり|過ぎ|すぎ)`), func(r *reader, _ []string) *Problem {
		r.assumed |= Approximate
		return nil
	}},

	// Zones come last: any other word might be one.
	{regexp.MustCompile(`^(?:utc|gmt) ?([+-])(\d{1,2})(?::?(\d{2}))?`), readOffset},
	{regexp.MustCompile(`^([+-])(\d{1,2})(?::?(\d{2}))?`), func(r *reader, m []string) *Problem {
		if m[1] == "-" && !r.mayBeOffset(m) {
			return unreadable
		}
		return readOffset(r, m)
	}},
	{regexp.MustCompile(`^(日本標準時|日本時間|協定世界時)`), func(r *reader, m []string) *Problem {
		return r.setZone(japaneseZones[m[1]])
	}},
	{regexp.MustCompile(`^([a-z]+(?:/[a-z0-9_+-]+)+|[a-z]+)`), readZone},
}

// reiwa is the year before the first of the era.
const reiwa = 2018

// mayBeOffset tells "02:40 -05:00" from the range "2:40-3:30": an offset west of
// Greenwich has two digits for its hour, and space or a whole ISO time before it.
func (r *reader) mayBeOffset(m []string) bool {
	return len(m[2]) == 2 && (r.iso || strings.HasSuffix(r.low[:r.pos], " "))
}

func readDate(r *reader, m []string) *Problem {
	r.iso = strings.HasSuffix(m[0], "t")
	return r.setDate(m[1], m[2], m[3])
}

func readWeekday(r *reader, m []string) *Problem {
	return r.setWeekday(time.Weekday(strings.Index("日月火水木金土", m[1]) / len("日")))
}

func readJapaneseDistance(r *reader, m []string) *Problem {
	hours, halfHour, minutes, halfMinute, seconds := m[1], m[2], m[3], m[4], m[5]
	if hours == "" && minutes == "" && seconds == "" {
		return unreadable
	}
	d := length(hours, time.Hour) + length(minutes, time.Minute) + length(seconds, time.Second)
	if halfHour != "" {
		d += 30 * time.Minute
	}
	if halfMinute != "" {
		d += 30 * time.Second
	}
	if m[6] != "" {
		r.assumed |= Approximate
	}
	return r.setAgo(towards(m[7] != "後", d))
}

func readOffset(r *reader, m []string) *Problem {
	hours, minutes := number(m[2]), number(m[3])
	if hours > 14 || minutes > 59 {
		return &Problem{Kind: UnknownZone, Zone: r.written(m)}
	}
	seconds := (hours*60 + minutes) * 60
	if m[1] == "-" {
		seconds = -seconds
	}
	return r.setZone(time.FixedZone(offsetName(seconds), seconds))
}

// towards gives a distance its sign: positive into the past.
func towards(past bool, d time.Duration) time.Duration {
	if past {
		return d
	}
	return -d
}

var stretchParts = regexp.MustCompile(`(` + count + `) ?(` + unit + `)`)

// englishLength adds up "1 hour and 30 min", "half an hour" or "2 hours and a
// half".
func englishLength(text string) time.Duration {
	if text == "half an hour" {
		return 30 * time.Minute
	}
	text, andHalf := strings.CutSuffix(text, " and a half")
	var sum, last time.Duration
	for _, m := range stretchParts.FindAllStringSubmatch(text, -1) {
		last = map[byte]time.Duration{'h': time.Hour, 'm': time.Minute, 's': time.Second}[m[2][0]]
		sum += length(m[1], last)
	}
	if andHalf {
		sum += last / 2
	}
	return sum
}

// counts are the numbers that English distances spell out.
var counts = map[string]float64{
	"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
	"nine": 9, "ten": 10, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40,
}

// length returns n units, n being digits with at most one decimal, or a word.
func length(n string, unit time.Duration) time.Duration {
	value, spelt := counts[n]
	if !spelt {
		value, _ = strconv.ParseFloat(n, 64)
	}
	return time.Duration(value * float64(unit))
}

func englishHalf(letter string) half {
	if letter == "a" {
		return am
	}
	return pm
}

// monthNumber returns the number of an English month, as digits.
func monthNumber(name string) string {
	return strconv.Itoa(strings.Index("janfebmaraprmayjunjulaugsepoctnovdec", name[:3])/3 + 1)
}
