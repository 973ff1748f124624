package incident

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/width"

	"github.com/kintsugi-app/kintsugi/workflows/moment"
)

// Pieces of the patterns of times, as they stand within other text. Whether one
// is a time, and which, moment says.
const (
	datePiece = `(?:\d{4}-\d{1,2}-\d{1,2}|\d{4}/\d{1,2}/\d{1,2}|\d{4}\.\d{1,2}\.\d{1,2}|(?:\d{4}年 ?)?\d{1,2}月 ?\d{1,2}日|\d{1,2}/\d{1,2}(?:/\d{4})?` +
		`|(?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? \d{1,2}(?:st|nd|rd|th)?(?:,? \d{4})?` +
		`|\d{1,2}(?:st|nd|rd|th)? (?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?(?:,? \d{4})?)` +
		`(?: ?\((?:[日月火水木金土]|(?i:sun|mon|tue|wed|thu|fri|sat)[a-z]*)\))?`
	dayPiece   = `(?:(?i:today|yesterday|this morning|last night|tonight)|今日|本日|昨日|一昨日|おととい|今朝|昨夜|昨晩|今夜)`
	partPiece  = `(?:午前|午後|早朝|未明|明け方|朝|昼|夕方|深夜|夜中|夜)`
	clockPiece = `(?:\d{1,2}:\d{2}(?::\d{2})?(?: ?(?i:[ap]\.?m\b\.?))?|\d{1,2} ?(?i:[ap]\.?m\b\.?)|\d{1,2}時(?:半|\d{1,2}分)?|正午|(?i:noon|midnight)\b)`
	zonePiece  = `(?:UTC ?[+-]\d{1,2}(?::?\d{2})?|GMT ?[+-]\d{1,2}(?::?\d{2})?|UTC|GMT|JST|KST|CEST|CET|BST|[PMCE][SD]T|AE[SD]T|SGT|Z|[+-]\d{2}:?\d{2}|日本時間)`
	agoPiece   = `(?:(?:\d{1,2} ?時間半?(?: ?\d{1,3} ?分)?|\d{1,3} ?分) ?(?:ほど|くらい|ぐらい)?前|(?i:(?:\d{1,3}|an?|one|two|three|ten|half an) ?(?:minutes?|mins?|m|hours?|hrs?|h) ago))`
	timePiece  = `(?:(?:` + datePiece + `|` + dayPiece + `)(?:の|T|,| at | )? ?)?(?:` + partPiece + `の? ?)?` + clockPiece + `(?: ?\(?` + zonePiece + `\b\)?)?(?: ?(?:頃|ごろ|ころ))?`
	aboutPiece = `(?:(?i:about|around|approx(?:imately|\.)?|roughly|~)|約|およそ|だいたい|大体)? ?`
	anyTime    = `(?:(?i:at|from) )?(` + aboutPiece + `(?:` + timePiece + `|` + agoPiece + `))`
)

var (
	leadingTime = regexp.MustCompile(`^(?:[^\pL\pN~]*)` + anyTime)
	hedge       = regexp.MustCompile(`^(?i:maybe|perhaps|probably|possibly|likely|i think|たぶん|多分|おそらく|恐らく)[ 、,:]*`)
	rangeAhead  = regexp.MustCompile(`^ ?(?:[-–—~〜]|to\b|until\b|till\b|から|より)[ ]*`)
	dateOnly    = regexp.MustCompile(`^` + datePiece)
	zoneInName  = regexp.MustCompile(`[(（ ](` + zonePiece + `)[)）]?`)
	hasZone     = regexp.MustCompile(`(?:\d|\(| )(` + zonePiece + `)\)?(?: ?(?:頃|ごろ))?$`)
	forAllTimes = regexp.MustCompile(`(?i:all times(?: are)?(?: in)?)[ (:]*(` + zonePiece + `)|時刻は(?:すべて|全て)? ?(` + zonePiece + `)`)
)

// halfWidth is a text with its digits and signs at half width, on one line.
func halfWidth(text string) string {
	return strings.Join(strings.Fields(width.Fold.String(strings.ToValidUTF8(text, "\ufffd"))), " ")
}

// isTime reports whether moment can read a text, or would if it were written more
// plainly or at another hour. Any word might be an unknown zone, so that one says
// nothing.
func isTime(text string) bool {
	_, err := moment.Parse(text, afterAll, time.UTC)
	var p *moment.Problem
	if err == nil || !errors.As(err, &p) {
		return err == nil
	}
	return p.Kind != moment.Unreadable && p.Kind != moment.Empty && p.Kind != moment.UnknownZone
}

// afterAll is later than any incident, so that no time lies in its future.
var afterAll = time.Date(2200, time.January, 1, 0, 0, 0, 0, time.UTC)

// span reads the time that an answer begins with, and the end where it is a
// range. Empty is none.
func span(answer string) (from, to string) {
	for line := range strings.Lines(answer) {
		line = strings.ReplaceAll(halfWidth(line), "`", "")
		if line == "" {
			continue
		}
		if rest := hedge.ReplaceAllString(line, ""); rest != line {
			line = "about " + rest
		}
		if isTime(line) {
			return line, ""
		}
		return spanOf(line)
	}
	return "", ""
}

func spanOf(line string) (from, to string) {
	m := leadingTime.FindStringSubmatchIndex(line)
	if m == nil {
		return "", ""
	}
	from, rest := strings.TrimSpace(line[m[2]:m[3]]), line[m[3]:]
	if !isTime(from) {
		return "", ""
	}
	if gap := rangeAhead.FindString(rest); gap != "" {
		if end := leadingTime.FindStringSubmatch(rest[len(gap):]); end != nil && isTime(end[1]) {
			to = strings.TrimSpace(end[1])
		}
	}
	return from, to
}

// times are the times of a report, with what it says once for all of them.
type times struct{ date, zone string }

// orOf takes the date and the zone from the start where nothing else says them:
// people write them once.
func (t times) orOf(started string) times {
	if t.date == "" {
		t.date = strings.TrimSpace(dateOnly.FindString(started))
	}
	if m := hasZone.FindStringSubmatch(started); m != nil && t.zone == "" {
		t.zone = m[1]
	}
	return t
}

// complete gives a time the zone and the date that were said elsewhere. One that
// would then lie before the start, and is of the small hours, is of the night
// that began that day, which moment reads as hours from 24 on.
func (t times) complete(text, name, started string) string {
	zone := t.zone
	if m := zoneInName.FindStringSubmatch(halfWidth(name)); m != nil {
		zone = m[1]
	}
	if zone != "" && !hasZone.MatchString(text) && isTime(text+" "+zone) && !agoTime.MatchString(text) {
		text += " " + zone
	}
	r, err := moment.Parse(text, afterAll, time.UTC)
	if t.date == "" || err != nil || !r.Assumed.Has(moment.Date) {
		return text
	}
	dated, err := moment.Parse(t.date+" "+text, afterAll, time.UTC)
	if err != nil {
		return text
	}
	start, err := moment.Parse(started, afterAll, time.UTC)
	if started == "" || err != nil || !dated.Time.Before(start.Time) {
		return t.date + " " + text
	}
	if m := smallHour.FindStringSubmatch(text); m != nil {
		hour, _ := strconv.Atoi(m[1])
		return fmt.Sprintf("%s %d%s", t.date, 24+hour, m[2])
	}
	return text
}

var (
	agoTime   = regexp.MustCompile(agoPiece)
	smallHour = regexp.MustCompile(`^0?([0-5])(:\d{2}.*)$`)
)
