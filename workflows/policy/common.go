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
	keyLanguage = "language"
	keyTimeZone = "time_zone"
	keyEnabled  = "enabled"
	keySince    = "since"
)

// fillTop reads the top-level keys of the current file.
func (d *decoder) fillTop(keys []*ast.MappingValueNode) {
	known := append([]string{keyLanguage, keyTimeZone, keyEnabled, keySince}, d.sections...)
	d.eachKey(keys, "", known, func(name string, value ast.Node) {
		switch name {
		case keyEnabled:
			text, _ := scalar(value)
			d.setEnabled(text, d.start(value), describe(value))
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

	// enabledLine matches whatever may have been meant to set enabled: also
	// indented, in braces, or typed with a full-width colon or no blank after it.
	enabledLine = regexp.MustCompile(`(?i)^[\s\x{3000}{]*["']?enabled["']?[\s\x{3000}]*[:：=][\s\x{3000}]*["']?([^"'#,}\s]*)`)
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

// salvageEnabled reads enabled line by line where the file is not read as YAML.
func (d *decoder) salvageEnabled(text string) {
	number := 0
	for line := range strings.Lines(text) {
		number++
		if m := enabledLine.FindStringSubmatch(line); m != nil && number >= d.unread {
			d.setEnabled(m[1], place{d.file, number, 1}, quoted(m[1]))
		}
	}
}
