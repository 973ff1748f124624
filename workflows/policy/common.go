package policy

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"github.com/kintsugi-app/kintsugi/workflows/moment"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// The keys that every policy has.
const (
	keyLanguage     = "language"
	keyTimeZone     = "time_zone"
	keyEnabled      = "enabled"
	keyMode         = "mode"
	keySince        = "since"
	keyWorkingHours = "working_hours"
	keyHolidays     = "holidays"
	keyServices     = "services"
)

var commonKeys = []string{keyLanguage, keyTimeZone, keyEnabled, keyMode, keySince, keyWorkingHours, keyHolidays, keyServices}

// fillTop reads the top-level keys of the current file.
func (d *decoder) fillTop(keys []*ast.MappingValueNode) {
	known := append(slices.Clone(commonKeys), d.sections...)
	d.eachKey(keys, "", known, func(name string, value ast.Node) {
		switch name {
		case keyEnabled:
			text, _ := scalar(value)
			d.setEnabled(text, d.start(value), describe(value))
		case keyMode:
			text, _ := scalar(value)
			d.setMode(text, d.start(value), describe(value))
		case keyWorkingHours:
			d.fill(value, reflect.ValueOf(&d.policy.hours).Elem(), name)
		case keyHolidays:
			d.fill(value, reflect.ValueOf(&d.policy.holidays).Elem(), name)
		case keyServices:
			d.fill(value, reflect.ValueOf(&d.policy.Services).Elem(), name)
		case keyLanguage, keyTimeZone, keySince:
			if !isNull(value) {
				text, _ := scalar(value)
				d.setCommon(name, text, d.start(value), describe(value))
			}
		default:
			d.fill(value, reflect.ValueOf(d.policy.sections[name]).Elem(), name)
		}
	})
}

// setEnabled notes whether anything may be written. Everything but a clear yes is
// a no, and what is neither is reported. Once a file has said no, it stays no.
func (d *decoder) setEnabled(text string, at place, got phrase) {
	d.switched = true
	if isTrue(text) {
		return
	}
	d.paused = true
	if !isFalse(text) {
		d.problem(at,
			fmt.Sprintf("`enabled` must be `true` or `false`, not %s. Nothing is written until this is corrected", got.english),
			fmt.Sprintf("`enabled` は `true` か `false` です（いまは%s）。直るまで何も書き込みません", got.japanese))
	}
}

// setMode notes whether the policy asks to decide and write nothing. Everything
// but a clear act is that, and what is neither is reported.
func (d *decoder) setMode(text string, at place, got phrase) {
	d.moded = true
	if text == modeAct {
		return
	}
	d.observes = true
	if text != modeObserve {
		d.problem(at,
			fmt.Sprintf("`mode` must be `act` or `observe`, not %s. Until this is corrected it is `observe`: nothing is written", got.english),
			fmt.Sprintf("`mode` は `act` か `observe` です（いまは%s）。直るまで `observe` とみなし、何も書き込みません", got.japanese))
	}
}

const (
	modeAct     = "act"
	modeObserve = "observe"
)

// isFalse and isTrue know the spellings of YAML 1.1, which many still write.
func isFalse(s string) bool {
	return slices.Contains([]string{"false", "no", "off", "n"}, strings.ToLower(s))
}

func isTrue(s string) bool {
	return slices.Contains([]string{"true", "yes", "on", "y"}, strings.ToLower(s))
}

// setCommon notes the value of one of the other common keys. What is no text
// arrives as an empty one and is reported like a wrong one.
func (d *decoder) setCommon(name, text string, at place, got phrase) {
	switch name {
	case keyLanguage:
		lang, ok := words.Parse(text)
		if !ok {
			d.problem(at,
				fmt.Sprintf("`language` must be `en` or `ja`, not %s", got.english),
				fmt.Sprintf("`language` は `en` か `ja` です（いまは%s）", got.japanese))
			return
		}
		d.policy.Language = lang
	case keyTimeZone:
		zone, err := moment.Zone(text)
		if wrong, ok := errors.AsType[*moment.ZoneError](err); ok {
			d.problem(at, "`time_zone`: "+wrong.In(words.English), "`time_zone`: "+wrong.In(words.Japanese))
			return
		}
		d.policy.TimeZone = zone
	case keySince:
		d.since = &sinceSaid{text, at, got}
	}
}

// sinceSaid is a since as written. It is read last, when the zone is known.
type sinceSaid struct {
	text string
	at   place
	got  phrase
}

// resolveSince reads the since that was said last.
func (d *decoder) resolveSince() {
	if d.since == nil {
		return
	}
	if t, err := time.ParseInLocation(time.DateOnly, d.since.text, d.policy.TimeZone); err == nil {
		d.policy.Since = t
		return
	}
	if t, err := time.Parse(time.RFC3339, d.since.text); err == nil {
		d.policy.Since = t
		return
	}
	d.policy.Since = Never
	d.problem(d.since.at,
		fmt.Sprintf("`since` must be a date such as `2026-12-01` or a time such as `2026-12-01T09:00:00+09:00`, not %s. No issue is taken up unasked until this is corrected", d.since.got.english),
		fmt.Sprintf("`since` は `2026-12-01` のような日付か `2026-12-01T09:00:00+09:00` のような時刻です（いまは%s）。直るまで、頼まれていないIssueには何もしません", d.since.got.japanese))
}

var (
	// commonLine matches a line of a common key at the top level of a file that
	// is no YAML as a whole.
	commonLine = regexp.MustCompile(`^(language|time_zone|since)[ \t]*:[ \t]+["']?([^"'#]*?)["']?[ \t]*(?:#.*)?$`)

	// brakeLine matches whatever may have been meant to set enabled or mode: also
	// indented, in braces, or typed with a full-width colon or no blank after it.
	brakeLine = regexp.MustCompile(`(?i)(?:^|[{,])[\s\x{3000}]*["']?(enabled|mode)["']?[\s\x{3000}]*[:：=][\s\x{3000}]*["']?([^"'#,}\s]*)`)
)

// salvageCommon reads the common keys line by line.
func (d *decoder) salvageCommon(text string) {
	number := 0
	for line := range strings.Lines(text) {
		number++
		if m := commonLine.FindStringSubmatchIndex(strings.TrimRight(line, "\n")); m != nil {
			d.setCommon(line[m[2]:m[3]], line[m[4]:m[5]], place{d.file, number, m[4] + 1}, quoted(line[m[4]:m[5]]))
		}
	}
}

// salvageBrakes reads enabled and mode line by line where the file is not read as
// YAML.
func (d *decoder) salvageBrakes(text string) {
	number := 0
	for line := range strings.Lines(text) {
		number++
		if number < d.unread {
			continue
		}
		for _, m := range brakeLine.FindAllStringSubmatch(line, -1) {
			at := place{d.file, number, 1}
			if strings.EqualFold(m[1], keyMode) {
				d.setMode(m[2], at, quoted(m[2]))
			} else {
				d.setEnabled(m[2], at, quoted(m[2]))
			}
		}
	}
}
