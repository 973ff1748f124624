package inspect

import (
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows/moment"
)

// role is what a name is the name of: "First detected", 復旧日時, "Time to repair".
type role uint16

// The roles. A name may have several: "Detected / acknowledged".
const (
	started role = 1 << iota
	detected
	declared
	acknowledged
	mitigated
	repaired // what some call a milestone before resolved
	resolved
	shut   // the paperwork; believed only where nothing else is said
	window // when or how long it lasted: "Duration", 影響期間
	day    // "Date"
	zoned  // "Time zone"
	interval
)

const milestones = started | detected | declared | acknowledged | mitigated | repaired | resolved | shut

// nameWords are the words of English names and what they stand for; the others
// that a name may hold stand for nothing, and a name with any other word than
// these is none.
var nameWords = map[string]role{
	"start": started, "started": started, "starts": started, "starting": started, "began": started, "begin": started, "begins": started, "beginning": started, "begun": started,
	"onset": started, "occurred": started, "occurs": started, "occur": started, "occurrence": started, "happened": started, "commenced": started, "triggered": started, "down": started,
	"caught": detected, "detected": detected, "detection": detected, "detect": detected, "discovered": detected, "discovery": detected, "discover": detected, "noticed": detected, "notice": detected,
	"aware": detected, "awareness": detected, "identified": detected, "identification": detected, "identify": detected, "reported": detected, "report": detected, "alerted": detected, "alert": detected, "alerts": detected,
	"paged": detected, "page": detected, "observed": detected, "spotted": detected, "notified": detected, "notification": detected, "known": detected, "found": detected, "alarm": detected, "recognised": detected, "recognized": detected,
	"declared": declared, "declaration": declared, "declare": declared,
	"acknowledged": acknowledged, "acknowledge": acknowledged, "acknowledgement": acknowledged, "acknowledgment": acknowledged, "ack": acknowledged, "acked": acknowledged,
	"responded": acknowledged, "engaged": acknowledged, "engagement": acknowledged, "engage": acknowledged, "respond": acknowledged, "response": acknowledged, "responding": acknowledged,
	"mitigated": mitigated, "mitigation": mitigated, "mitigate": mitigated, "contained": mitigated, "containment": mitigated, "contain": mitigated, "stabilized": mitigated, "stabilised": mitigated, "remediated": mitigated,
	"repaired": repaired, "repair": repaired,
	"resolved": resolved, "resolution": resolved, "resolve": resolved, "resolves": resolved, "recovered": resolved, "recovery": resolved, "recover": resolved, "restored": resolved, "restoration": resolved, "restore": resolved,
	"fixed": resolved, "end": resolved, "ended": resolved, "ends": resolved, "ending": resolved, "finished": resolved, "finish": resolved, "stopped": resolved, "over": resolved, "allclear": resolved, "up": resolved, "back": resolved,
	"closed": shut, "closure": shut, "close": shut,
	"duration": window, "downtime": window, "window": window, "period": window, "length": window, "lasted": window, "when": window, "timeframe": window,
	"date": day, "dates": day, "day": day,
	"timezone": zoned, "tz": zoned,
	"delay": interval, "lag": interval,
}

// nameNoise are the words of a name that stand for nothing by themselves.
var nameNoise = setOf(`again online running incident issue outage problem event fault failure service services system customer customers client user users impact impacted affected

	the of a an was is were has been be time times timestamp datetime at on first initial initially actual approx approximate approximately estimated utc gmt local in for by team we us our production
	full fully complete completed completely finally final all official officially total and this it degradation disruption interruption symptoms symptom raised exposure breach attack leak intrusion compromise slowness error errors normal overall
	pst pdt est edt cet cest bst jst ist pt et ct mt live site visible real operations operation work elapsed monitoring exact status sev public became made began how long did last
	call oncall engineer engineers responder responders primary secondary sre ops pagerduty automated automatically internal internally external externally automatic manual manually firing fired confirmed complete minutes mins min hours hrs seconds sec`)

func setOf(s string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(s) {
		m[w] = true
	}
	return m
}

// metrics of a name.
type metric uint8

const (
	noMetric metric = iota
	ttd
	tta
	ttm
	ttr
)

// name is what a name means.
type name struct {
	roles  role
	metric metric
	// unit is that of the number which follows: "Duration (minutes)".
	unit time.Duration
	// zone is that of the time which follows: "Start (UTC)".
	zone moment.NamedZone
}

func (n name) known() bool { return n.roles != 0 || n.metric != noMetric }

// longestName bounds what is looked at as a name, in bytes.
const longestName = 72

// nameOf reads a name in either language.
func nameOf(text string) name {
	text = bareName(text)
	if text == "" || len(text) > longestName {
		return name{}
	}
	var n name
	if isJapanese(text) {
		n = japaneseName(text)
	} else {
		n = englishName(text)
	}
	if n.roles != 0 {
		n.zone = moment.ZoneIn(text)
	}
	if n.metric != noMetric || n.roles&window != 0 {
		n.unit = unitIn(text)
	}
	return n
}

// bareName takes the marks off a name.
func bareName(text string) string {
	for text != "" && text[0] < 'A' && text[0] != '(' && text[0]-'0' > 9 {
		text = text[1:]
	}
	for text != "" && text[len(text)-1] < 'A' && text[len(text)-1] != ')' && text[len(text)-1]-'0' > 9 {
		text = text[:len(text)-1]
	}
	if text == "" || text[0]-'a' <= 25 && text[len(text)-1]-'a' <= 25 {
		return text
	}
	return withoutMarks(text, " \t*_:：|`-–—・■□◆◇●○▼▽▪※＊.。,、～~[]【】<>#")
}

// withoutMarks is strings.Trim, for marks none of which is a letter or digit. It is
// there because that is slow with marks that are not ASCII, and most texts begin
// and end with a letter.
func withoutMarks(text, marks string) string {
	if len(text) >= 3 && (isLetter(text[0]) || isWideLetter(text[:3])) && (isLetter(text[len(text)-1]) || isWideLetter(text[len(text)-3:])) {
		return text
	}
	return strings.Trim(text, marks)
}

// isLetter: it is a letter or digit of ASCII.
func isLetter(c byte) bool { return (c|0x20)-'a' <= 25 || c-'0' <= 9 }

// isWideLetter: three bytes are a letter of Han, hiragana or katakana for sure.
func isWideLetter(text string) bool {
	return text[2] >= 0x80 && (text[0] >= 0xE4 && text[0] <= 0xE9 || text[0] == 0xE3 && text[1] >= 0x81 && text[1] <= 0x83 && text != "・")
}

// unitIn is the unit that a name of a duration gives.
func unitIn(text string) time.Duration {
	switch low := strings.ToLower(text); {
	case strings.Contains(low, "minutes"), strings.Contains(low, "mins"), strings.Contains(low, "(min"), strings.Contains(text, "分"):
		return time.Minute
	case strings.Contains(low, "hours"), strings.Contains(low, "hrs"), strings.Contains(low, "(h)"):
		return time.Hour
	case strings.Contains(low, "seconds"), strings.Contains(low, "secs"), strings.Contains(low, "(s)"), strings.Contains(text, "秒"):
		return time.Second
	}
	return 0
}

func englishName(text string) name {
	if before, inner, ok := strings.Cut(text, "("); ok {
		// "Time to detect (TTD)", "Started (UTC)", "Detected (by a customer)".
		if n := englishName(strings.TrimSpace(before)); n.known() {
			return n
		}
		return englishName(strings.Trim(inner, ") "))
	}
	var e english
	var buf [24]byte
	for at := 0; at < len(text); {
		word, next := nextWord(text, at, &buf)
		if len(word) > 0 && !e.add(word) {
			return name{}
		}
		at = next
	}
	return e.name()
}

// nextWord reads a word of a name in lower case; "resolvedWhen" and "started_at"
// are two words each.
func nextWord(s string, at int, buf *[24]byte) (word []byte, next int) {
	for at < len(s) && s[at]|0x20-'a' > 25 {
		if s[at]-'0' <= 9 {
			return append(buf[:0], '0'), at + 1 // no name has a number
		}
		at++
	}
	n := 0
	for at < len(s) && (s[at]|0x20)-'a' <= 25 {
		if n > 0 && s[at]-'A' <= 25 && s[at-1]-'a' <= 25 {
			break
		}
		if n < len(buf) {
			buf[n] = s[at] | 0x20
			n++
		}
		at++
	}
	return buf[:n], at
}

// metricOf is the time until a milestone.
func metricOf(r role) metric {
	switch {
	case r == detected:
		return ttd
	case r == acknowledged, r == acknowledged|detected:
		return tta
	case r == mitigated:
		return ttm
	case r != 0 && r&^(resolved|repaired|shut) == 0:
		return ttr
	}
	return noMetric
}
