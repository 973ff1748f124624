package moment

import (
	"strings"
	"sync"
	"time"
)

// NamedZone is a time zone as a document names it. The zero value is none.
type NamedZone struct {
	// Name is as written, or the IANA name of a place that was named by its city.
	Name string
	// fixed is the offset of the name; nil where a place tells it, or nothing.
	fixed *time.Location
}

// At returns the instant at which clocks in the zone showed a wall clock (given
// in UTC), and whether that is certain. It is not for an abbreviation that
// several regions use, for "PST" in summer, which people write and do not mean,
// and in the hour that clocks showed twice or never.
func (z NamedZone) At(wall time.Time) (time.Time, bool) {
	if z.fixed != nil {
		at := wall.Add(-offsetOf(z.fixed, wall)).In(z.fixed)
		home := homes[z.Name]
		if home == "" {
			return at, true
		}
		there := placed(home)
		if there == nil || offsetOf(there, at) != offsetOf(z.fixed, at) {
			return wall, false
		}
		return at, true
	}
	name := z.Name
	if short := shortPlaces[name]; short != "" {
		name = short
	}
	if !strings.Contains(name, "/") {
		return wall, false
	}
	loc := placed(name)
	if loc == nil {
		return wall, false
	}
	found, problem := instants(wall, loc, wall.Add(48*time.Hour))
	if problem != nil || len(found) != 1 {
		return wall, false
	}
	return found[0], true
}

// offsetOf is how far a zone is east of Greenwich at a time.
func offsetOf(loc *time.Location, at time.Time) time.Duration {
	_, seconds := at.In(loc).Zone()
	return time.Duration(seconds) * time.Second
}

// loaded holds the zones that were asked for, those of the abbreviations, and, as
// nil, some names that are none.
var loaded = struct {
	sync.RWMutex
	zones  map[string]*time.Location
	misses int
}{zones: map[string]*time.Location{}}

// mostMisses bounds how many names that are no zones are remembered.
const mostMisses = 1_000

// placed returns the zone with an IANA name, or nil.
func placed(name string) *time.Location {
	return load(name, func() *time.Location {
		loc, err := time.LoadLocation(name)
		if err != nil {
			return nil
		}
		return loc
	})
}

func load(name string, find func() *time.Location) *time.Location {
	loaded.RLock()
	loc, known := loaded.zones[name]
	loaded.RUnlock()
	if known {
		return loc
	}
	loc = find()
	loaded.Lock()
	defer loaded.Unlock()
	if loc == nil {
		loaded.misses++
	}
	if loc != nil || loaded.misses < mostMisses {
		loaded.zones[name] = loc
	}
	return loc
}

// homes are the places where the abbreviations of one season are used.
var homes = map[string]string{
	"PST": "America/Los_Angeles", "PDT": "America/Los_Angeles", "MDT": "America/Denver",
	"CDT": "America/Chicago", "EST": "America/New_York", "EDT": "America/New_York",
	"AKST": "America/Anchorage", "AKDT": "America/Anchorage",
	"WET": "Europe/Lisbon", "WEST": "Europe/Lisbon", "CET": "Europe/Berlin", "CEST": "Europe/Berlin",
	"EET": "Europe/Helsinki", "EEST": "Europe/Helsinki", "ACST": "Australia/Adelaide", "ACDT": "Australia/Adelaide",
	"AEDT": "Australia/Sydney", "NZST": "Pacific/Auckland", "NZDT": "Pacific/Auckland",
}

// shortPlaces are the abbreviations that hold in both seasons.
var shortPlaces = map[string]string{
	"PT": "America/Los_Angeles", "ET": "America/New_York", "CT": "America/Chicago", "MT": "America/Denver",
}

// places are the names by which people call the zone of a place. Those of one
// word are read only with a capital letter.
var places = map[string]string{
	"pacific": "America/Los_Angeles", "eastern": "America/New_York",
	"uk": "Europe/London", "london": "Europe/London", "paris": "Europe/Paris", "berlin": "Europe/Berlin", "amsterdam": "Europe/Amsterdam",
	"madrid": "Europe/Madrid", "rome": "Europe/Rome", "zurich": "Europe/Zurich", "vienna": "Europe/Vienna", "stockholm": "Europe/Stockholm",
	"copenhagen": "Europe/Copenhagen", "oslo": "Europe/Oslo", "helsinki": "Europe/Helsinki", "warsaw": "Europe/Warsaw", "prague": "Europe/Prague",
	"brussels": "Europe/Brussels", "dublin": "Europe/Dublin", "lisbon": "Europe/Lisbon", "athens": "Europe/Athens",
	"denver": "America/Denver", "chicago": "America/Chicago", "seattle": "America/Los_Angeles", "toronto": "America/Toronto", "vancouver": "America/Vancouver",
	"tokyo": "Asia/Tokyo", "osaka": "Asia/Tokyo", "japan": "Asia/Tokyo", "seoul": "Asia/Seoul", "singapore": "Asia/Singapore", "bangalore": "Asia/Kolkata",
	"mumbai": "Asia/Kolkata", "india": "Asia/Kolkata", "shanghai": "Asia/Shanghai", "beijing": "Asia/Shanghai", "sydney": "Australia/Sydney", "melbourne": "Australia/Melbourne",
	"auckland": "Pacific/Auckland",
}

// areas begin the IANA names of zones.
var areas = map[string]bool{
	"Africa": true, "America": true, "Asia": true, "Atlantic": true, "Australia": true, "Europe": true, "Indian": true, "Pacific": true, "US": true, "Etc": true,
}

// zoneAfter reads the zone behind a time of day, with the brackets around it, and
// tells where it ends: where it began if there is none.
func (r *stampReader) zoneAfter(at int) (NamedZone, int) {
	next := r.blanks(at)
	open := byte(0)
	if c := r.at(next); c == '(' || c == '[' {
		open = c
		next = r.blanks(next + 1)
	}
	zone, end := readZoneName(r.src, next, next == at)
	if zone.Name == "" {
		return NamedZone{}, at
	}
	if open != 0 {
		if stop := r.blanks(end); r.at(stop) == open+1+open/0x50 { // ( ) and [ ]
			return zone, stop + 1
		}
	}
	return zone, end
}

// zoneBefore reads a zone right before a time of day: "JST 10:00".
func (r *stampReader) zoneBefore(at int) NamedZone {
	end := at
	for end > 0 && at-end < 2 && r.src[end-1] == ' ' {
		end--
	}
	from := end
	for from > 0 && end-from < 5 && r.src[from-1]-'A' <= 25 {
		from--
	}
	if end-from < 3 || from > 0 && (isWord(r.src[from-1]) || r.src[from-1] == ':') {
		return NamedZone{}
	}
	if from >= 2 && isDigit(r.src[from-2]) {
		return NamedZone{} // it belongs to a time before
	}
	zone, _ := readZoneName(r.src, from, false)
	return zone
}

// ZoneIn finds the first zone that a text names, such as "All times in CET" or
// "時刻 (JST)".
func ZoneIn(text string) NamedZone {
	for at := 0; at < len(text) && at < 400; at++ {
		c := text[at]
		if at > 0 && isWord(text[at-1]) || !isLetter(c) && c < 0x80 {
			continue
		}
		if zone, _ := readZoneName(text, at, false); zone.Name != "" {
			return zone
		}
	}
	return NamedZone{}
}

// readZoneName reads a zone at a place. Attached says that it stands right behind
// a time of day.
func readZoneName(s string, at int, attached bool) (NamedZone, int) {
	if at >= len(s) {
		return NamedZone{}, at
	}
	switch c := s[at]; {
	case c == '+' || c == '-':
		return signedZone(s, at, attached)
	case c >= 0x80:
		for _, name := range [...]string{"日本標準時", "日本時間", "協定世界時"} {
			if c == name[0] && strings.HasPrefix(s[at:], name) {
				return NamedZone{Name: name, fixed: japaneseZones[name]}, at + len(name)
			}
		}
		return NamedZone{}, at
	case !isLetter(c):
		return NamedZone{}, at
	}
	end := at
	for end < len(s) && isLetter(s[end]) && end-at < 16 {
		end++
	}
	word := s[at:end]
	if end < len(s) && s[end] == '/' {
		return areaZone(s, at, end)
	}
	if end < len(s) && (isWord(s[end])) {
		return NamedZone{}, at
	}
	return namedZone(s, word, at, end)
}

// signedZone reads +09:00 or -0500.
func signedZone(s string, at int, attached bool) (NamedZone, int) {
	end := at + 1
	for end < len(s) && isDigit(s[end]) {
		end++
	}
	digits := end - at - 1
	var hours, minutes int
	switch {
	case digits == 4:
		hours, minutes = number(s[at+1:at+3]), number(s[at+3:end])
	case digits == 2 && end+2 < len(s) && s[end] == ':' && isDigit(s[end+1]) && isDigit(s[end+2]):
		hours, minutes = number(s[at+1:end]), number(s[end+1:end+3])
		end += 3
		if s[at] == '-' && !attached {
			return NamedZone{}, at // "10:00 -11:00" is a stretch of time
		}
	case digits == 2 && attached && s[at] == '+':
		hours = number(s[at+1 : end])
	default:
		return NamedZone{}, at
	}
	if end < len(s) && isWord(s[end]) || hours > 14 || minutes > 59 || attached && s[at] == '-' && !isoBefore(s, at) {
		return NamedZone{}, at
	}
	return offsetZone(s[at:end], s[at], hours, minutes), end
}

// isoBefore reports whether what stands before a minus is a time to the second or
// with a T before it: "10:00-11:00" is a stretch of time.
func isoBefore(s string, at int) bool {
	before := s[max(0, at-20):at]
	return strings.Count(before[max(0, len(before)-8):], ":") >= 2 || strings.ContainsAny(before, "T.")
}

func offsetZone(name string, sign byte, hours, minutes int) NamedZone {
	seconds := (hours*60 + minutes) * 60
	if sign == '-' {
		seconds = -seconds
	}
	if seconds == 0 {
		return NamedZone{Name: "UTC", fixed: time.UTC}
	}
	return NamedZone{Name: name, fixed: time.FixedZone(offsetName(seconds), seconds)}
}

// areaZone reads Europe/London.
func areaZone(s string, at, slash int) (NamedZone, int) {
	if !areas[s[at:slash]] {
		return namedZone(s, s[at:slash], at, slash) // UTC/GMT
	}
	end := slash + 1
	for end < len(s) && end-at < 40 && (isWord(s[end]) || s[end] == '/' || s[end] == '-' || s[end] == '+') {
		end++
	}
	// Whether there is such a zone is asked when it matters.
	name := strings.TrimRight(s[at:end], "/-+_")
	return NamedZone{Name: name}, at + len(name)
}

// namedZone reads an abbreviation, also UTC+9, or the name of a place.
func namedZone(s, word string, at, end int) (NamedZone, int) {
	if word[0]-'a' <= 25 && len(word) != len("utc") {
		return NamedZone{}, at // few zones are known without a capital letter
	}
	low := lowered(word)
	if len(word) > 2 && places[low] != "" || word == "UK" {
		return placeZone(s, word, low, at, end)
	}
	if low == "utc" || low == "gmt" {
		return greenwich(s, word, end)
	}
	if word == "Z" {
		return NamedZone{Name: "UTC", fixed: time.UTC}, end
	}
	if !isCapitals(word) && low != "jst" || len(word) < 2 {
		return NamedZone{}, at
	}
	if shortPlaces[word] != "" {
		return NamedZone{Name: word}, end
	}
	if _, several := shared[low]; several {
		return NamedZone{Name: word}, end
	}
	if minutes, known := offsets[low]; known {
		return NamedZone{Name: strings.ToUpper(word), fixed: abbreviated(strings.ToUpper(word), minutes)}, end
	}
	return NamedZone{}, at
}

// isCapitals reports whether a word of ASCII letters has no small ones.
func isCapitals(word string) bool {
	for i := range len(word) {
		if word[i]-'a' <= 25 {
			return false
		}
	}
	return true
}

// abbreviated returns the location of an abbreviation.
func abbreviated(name string, minutes int) *time.Location {
	return load(name, func() *time.Location { return time.FixedZone(name, minutes*60) })
}

// placeZone reads the name of a city, with a capital letter, or "Pacific Time".
func placeZone(s, word, low string, at, end int) (NamedZone, int) {
	place := places[low]
	if place == "" || word[0]-'A' > 25 {
		return NamedZone{}, at
	}
	rest := lowered(s[end:min(len(s), end+16)])
	for _, suffix := range [...]string{" standard time", " daylight time", " time"} {
		if strings.HasPrefix(rest, suffix) {
			return NamedZone{Name: place}, end + len(suffix)
		}
	}
	if end+1 < len(s) && s[end] == ' ' && isLetter(s[end+1]) {
		return NamedZone{}, at // "10:00 London office reports": a place, not a zone
	}
	return NamedZone{Name: place}, end
}

// greenwich reads UTC, UTC+9, UTC +05:30 or GMT-7.
func greenwich(s, word string, end int) (NamedZone, int) {
	plain := NamedZone{Name: strings.ToUpper(word), fixed: time.UTC}
	next := end
	for next < len(s) && s[next] == ' ' && next-end < 1 {
		next++
	}
	if next+1 >= len(s) || s[next] != '+' && s[next] != '-' || !isDigit(s[next+1]) || next > end && s[next] == '-' {
		return plain, end
	}
	stop := next + 1
	for stop < len(s) && isDigit(s[stop]) && stop-next <= 4 {
		stop++
	}
	digits := stop - next - 1
	var hours, minutes int
	switch {
	case digits == 4:
		hours, minutes = number(s[next+1:next+3]), number(s[next+3:stop])
	case digits <= 2:
		hours = number(s[next+1 : stop])
		if stop+2 < len(s) && s[stop] == ':' && isDigit(s[stop+1]) && isDigit(s[stop+2]) {
			minutes = number(s[stop+1 : stop+3])
			stop += 3
		}
	default:
		return plain, end
	}
	if hours > 14 || minutes > 59 || stop < len(s) && isWord(s[stop]) {
		return plain, end
	}
	return offsetZone(strings.ToUpper(word)+s[next:stop], s[next], hours, minutes), stop
}
