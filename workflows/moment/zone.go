package moment

import (
	"fmt"
	"regexp"
	"strings"
	"time"
	_ "time/tzdata" // a policy names the same zones on a machine without a zone database

	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// offsets are the abbreviations that mean one offset, in minutes east of
// Greenwich. Those of North America are fixed by RFC 5322, section 4.3, except
// CST, which China uses too; the others are those of the IANA database that only
// one region has.
var offsets = map[string]int{
	"z": 0, "utc": 0, "gmt": 0,
	"est": -5 * 60, "edt": -4 * 60, "cdt": -5 * 60, "mst": -7 * 60, "mdt": -6 * 60, "pst": -8 * 60, "pdt": -7 * 60,
	"akst": -9 * 60, "akdt": -8 * 60, "hst": -10 * 60,
	"wet": 0, "west": 60, "cet": 60, "cest": 2 * 60, "eet": 2 * 60, "eest": 3 * 60, "msk": 3 * 60,
	"sast": 2 * 60, "pkt": 5 * 60, "wib": 7 * 60, "hkt": 8 * 60, "sgt": 8 * 60, "awst": 8 * 60,
	"jst": 9 * 60, "kst": 9 * 60,
	"acst": 9*60 + 30, "acdt": 10*60 + 30, "aest": 10 * 60, "aedt": 11 * 60, "nzst": 12 * 60, "nzdt": 13 * 60,
}

// shared are the abbreviations that several regions use at present. Each is
// refused with its meanings, the likelier first.
var shared = map[string][]meaning{
	"ist": {{"India", "インド", "+05:30"}, {"Israel", "イスラエル", "+02:00"}, {"Ireland", "アイルランド", "+01:00"}},
	"cst": {{"North America", "北米中部", "-06:00"}, {"China", "中国", "+08:00"}, {"Cuba", "キューバ", "-05:00"}},
	"bst": {{"Britain", "英国", "+01:00"}, {"Bangladesh", "バングラデシュ", "+06:00"}},
	"ast": {{"Atlantic Canada", "カナダ大西洋岸", "-04:00"}, {"Arabia", "アラビア", "+03:00"}},
	"gst": {{"the Gulf", "湾岸諸国", "+04:00"}, {"South Georgia", "サウスジョージア", "-02:00"}},
	"sst": {{"Samoa", "サモア", "-11:00"}, {"Singapore", "シンガポール", "+08:00"}},
	"amt": {{"Armenia", "アルメニア", "+04:00"}, {"the Amazon", "アマゾン", "-04:00"}},
	"wst": {{"Western Australia", "西オーストラリア", "+08:00"}, {"Samoa", "サモア", "+13:00"}},
}

// meaning is one of the places that an abbreviation can mean.
type meaning struct{ english, japanese, offset string }

var japaneseZones = map[string]*time.Location{
	"日本標準時": fixed("JST"), "日本時間": fixed("JST"), "協定世界時": time.UTC,
}

// fixed returns the zone of an abbreviation that means one offset.
func fixed(abbreviation string) *time.Location {
	if abbreviation == "Z" || abbreviation == "UTC" {
		return time.UTC
	}
	return time.FixedZone(abbreviation, offsets[strings.ToLower(abbreviation)]*60)
}

// readZone reads a word as a zone: an abbreviation or an IANA name.
func readZone(r *reader, m []string) *Problem {
	written := r.written(m)
	word := m[1]
	if _, known := offsets[word]; known {
		return r.setZone(fixed(strings.ToUpper(word)))
	}
	if _, several := shared[word]; several {
		return &Problem{Kind: AmbiguousZone, Zone: written}
	}
	if strings.Contains(word, "/") {
		zone, err := Zone(string(written))
		if err != nil {
			return &Problem{Kind: UnknownZone, Zone: written}
		}
		return r.setZone(zone)
	}
	if abbreviation.MatchString(string(written)) && r.clock {
		return &Problem{Kind: UnknownZone, Zone: written}
	}
	return unreadable // some other word
}

// abbreviation matches what was surely meant as a zone.
var abbreviation = regexp.MustCompile(`^[A-Z]{2,5}$`)

// written returns a match with the case it was written in.
func (r *reader) written(m []string) words.Foreign {
	return words.Foreign(r.src[r.pos : r.pos+len(m[0])])
}

// Zone returns the time zone with an IANA name, such as "Asia/Tokyo", or "UTC".
// Abbreviations and offsets are refused, since they know no daylight saving. The
// error is a *ZoneError.
func Zone(name string) (*time.Location, error) {
	if name == "UTC" {
		return time.UTC, nil
	}
	// "posix/" and "right/" are copies that only some machines have; the latter
	// count leap seconds.
	if strings.Contains(name, "/") && !strings.HasPrefix(name, "posix/") && !strings.HasPrefix(name, "right/") {
		if zone, err := time.LoadLocation(name); err == nil {
			return zone, nil
		}
	}
	return nil, &ZoneError{Name: words.Foreign(name), Instead: usual[strings.ToLower(name)]}
}

// ZoneError says that a name is not that of a time zone.
type ZoneError struct {
	Name words.Foreign
	// Instead is the zone that was likely meant, or empty.
	Instead string
}

// Error says in English what to write instead.
func (e *ZoneError) Error() string { return e.In(words.English) }

// In says in a language what to write instead, as one line of Markdown without
// a full stop.
func (e *ZoneError) In(lang words.Language) string {
	switch {
	case lang == words.Japanese && e.Instead != "":
		return fmt.Sprintf("%s というタイムゾーンはありません。`%s` と書いてください", e.Name, e.Instead)
	case lang == words.Japanese:
		return fmt.Sprintf("%s というタイムゾーンはありません。`Asia/Tokyo` や `Europe/Berlin` のように地域と都市で、または `UTC` と書いてください", e.Name)
	case e.Instead != "":
		return fmt.Sprintf("%s is not the name of a time zone: write `%s`", e.Name, e.Instead)
	}
	return fmt.Sprintf("%s is not the name of a time zone: write an area and a city, such as `Asia/Tokyo` or `Europe/Berlin`, or `UTC`", e.Name)
}

// usual are the zones that are likely meant by other names.
var usual = map[string]string{
	"jst": "Asia/Tokyo", "japan": "Asia/Tokyo", "tokyo": "Asia/Tokyo", "asia/tokyo": "Asia/Tokyo",
	"日本": "Asia/Tokyo", "東京": "Asia/Tokyo", "日本時間": "Asia/Tokyo", "+09:00": "Asia/Tokyo", "asia/osaka": "Asia/Tokyo",
	"utc": "UTC", "gmt": "UTC", "z": "UTC", "+00:00": "UTC",
	"est": "America/New_York", "edt": "America/New_York", "et": "America/New_York",
	"pst": "America/Los_Angeles", "pdt": "America/Los_Angeles", "pt": "America/Los_Angeles",
	"cet": "Europe/Berlin", "cest": "Europe/Berlin", "bst": "Europe/London", "kst": "Asia/Seoul",
}
