package checklist

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// said is why a text cannot be read, in both languages.
type said struct{ english, japanese string }

func (s said) Error() string { return s.english }

// In says it in a language.
func (s said) In(lang words.Language) string {
	if lang == words.Japanese {
		return s.japanese
	}
	return s.english
}

// Level says what an item that is not met does.
type Level string

// Required items hold a release; recommended ones are shown.
const (
	Required    Level = "required"
	Recommended Level = "recommended"
)

// UnmarshalText reads a level.
func (l *Level) UnmarshalText(text []byte) error {
	switch read := Level(strings.ToLower(strings.TrimSpace(string(text)))); read {
	case Required, Recommended:
		*l = read
		return nil
	}
	return said{"write `required` or `recommended`", "`required` か `recommended` と書いてください"}
}

// IsRequired reports whether the item holds a release while it is not met.
func (i *Item) IsRequired() bool { return i.Level != Recommended }

// Enough says how much of the evidence an item needs.
type Enough string

// All is the usual.
const (
	All Enough = "all"
	Any Enough = "any"
)

// UnmarshalText reads it.
func (e *Enough) UnmarshalText(text []byte) error {
	switch read := Enough(strings.ToLower(strings.TrimSpace(string(text)))); read {
	case All, Any:
		*e = read
		return nil
	}
	return said{"write `all` or `any`", "`all`（すべて）か `any`（どれか1つ）と書いてください"}
}

// Age is how long ago something may have been, in hours.
type Age int

// maxAge is ten years.
const maxAge = Age(10 * 366 * 24)

var age = regexp.MustCompile(`^(\d{1,5})(?: *(hours?|h|days?|d|weeks?|w|months?) *| *(時間|日間?|週間?|か月|ヶ月|カ月|ヵ月) *)$`)

// hours are those of a unit; a month has 30 days, so that it is no longer in March
// than in February.
var hours = map[string]Age{
	"h": 1, "hour": 1, "時間": 1, "d": 24, "day": 24, "日": 24, "日間": 24,
	"w": 7 * 24, "week": 7 * 24, "週": 7 * 24, "週間": 7 * 24, "month": 30 * 24, "か月": 30 * 24, "ヶ月": 30 * 24, "カ月": 30 * 24, "ヵ月": 30 * 24,
}

// UnmarshalText reads an age with its unit.
func (a *Age) UnmarshalText(text []byte) error {
	if m := age.FindStringSubmatch(strings.ToLower(strings.TrimSpace(string(text)))); m != nil {
		n, err := strconv.Atoi(m[1])
		unit := m[3]
		if unit == "" {
			unit = strings.TrimSuffix(m[2], "s")
		}
		if read := Age(n) * hours[unit]; err == nil && read > 0 && read <= maxAge {
			*a = read
			return nil
		}
	}
	return said{"write a time with its unit, such as `30 days`; at most ten years", "`30 days` のように、単位をつけて書いてください。10年までです"}
}

// Duration is the age as Go has it.
func (a Age) Duration() time.Duration { return time.Duration(a) * time.Hour }

// String is the age as UnmarshalText reads it.
func (a Age) String() string {
	n, unit := int(a), "hour"
	if n%24 == 0 {
		n, unit = n/24, "day"
	}
	if n != 1 {
		unit += "s"
	}
	return strconv.Itoa(n) + " " + unit
}

// Answer says whether a trait is true. The zero value is none, which is not the
// same as no: what depends on it would vanish unseen.
type Answer string

// Yes and No are answers.
const (
	Yes Answer = "true"
	No  Answer = "false"
)

// UnmarshalText reads an answer, in the spellings of YAML 1.1, too.
func (a *Answer) UnmarshalText(text []byte) error {
	switch strings.ToLower(strings.TrimSpace(string(text))) {
	case "true", "yes", "on", "y":
		*a = Yes
	case "false", "no", "off", "n":
		*a = No
	default:
		return said{"write `true` or `false`", "`true` か `false` と書いてください"}
	}
	return nil
}

// MarshalText writes an age as UnmarshalText reads it.
func (a Age) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// Condition is when an item applies. The zero value always holds.
type Condition struct {
	Terms []Term
	// Either: one of the terms is enough; else all must hold.
	Either bool
}

// Term is a trait, or the lack of one.
type Term struct {
	Not   bool
	Trait string
}

var traitName = regexp.MustCompile(`^[a-z][a-z0-9_-]*(\.[a-z0-9_-]+)*$`)

var errCondition = said{
	"write a trait such as `risk.performance`, or several joined by `and` or by `or`, not by both; `not` may stand before each",
	"`risk.performance` のような特性を書いてください。複数なら `and` か `or` のどちらか一方でつなぎます。それぞれの前に `not` をつけられます",
}

// UnmarshalText reads a condition.
func (c *Condition) UnmarshalText(text []byte) error {
	var read Condition
	var joined []string
	next := Term{}
	for word := range strings.FieldsSeq(string(text)) {
		isLast := len(read.Terms) == len(joined)+1
		switch {
		case isLast && (word == "and" || word == "or"):
			joined = append(joined, word)
		case !isLast && word == "not" && !next.Not:
			next.Not = true
		case !isLast && traitName.MatchString(word) && word != "and" && word != "or" && word != "not":
			next.Trait = word
			read.Terms, next = append(read.Terms, next), Term{}
		default:
			return errCondition
		}
	}
	if len(read.Terms) != len(joined)+1 || len(slices.Compact(slices.Clone(joined))) > 1 {
		return errCondition
	}
	read.Either = len(joined) > 0 && joined[0] == "or"
	*c = read
	return nil
}

// String is the condition as UnmarshalText reads it.
func (c Condition) String() string {
	terms := make([]string, len(c.Terms))
	for i, t := range c.Terms {
		terms[i] = t.Trait
		if t.Not {
			terms[i] = "not " + t.Trait
		}
	}
	if c.Either {
		return strings.Join(terms, " or ")
	}
	return strings.Join(terms, " and ")
}

// MarshalText writes a condition as UnmarshalText reads it.
func (c Condition) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// Holds reports whether the condition does, given the traits that are true.
func (c Condition) Holds(has func(trait string) bool) bool {
	if len(c.Terms) == 0 {
		return true
	}
	for _, t := range c.Terms {
		if has(t.Trait) != t.Not == c.Either {
			return c.Either
		}
	}
	return !c.Either
}
