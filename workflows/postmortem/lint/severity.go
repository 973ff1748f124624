package lint

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"

	"github.com/kintsugi-app/kintsugi/workflows/policy"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// Severity is how much a finding matters to the team.
type Severity string

// The severities. Errors and warnings are what a check fails by; a suggestion
// never is.
const (
	Error      Severity = "error"
	Warning    Severity = "warning"
	Suggestion Severity = "suggestion"

	off Severity = "off"
)

// Severities is what a team has decided by rule: "error", "warning", "suggestion"
// or "off". Rules that it does not name keep their own.
type Severities map[string]string

// of is the severity of a rule. What CheckSettings refuses counts as not said.
func (s Severities) of(rule string) Severity {
	r := byID[rule]
	said := Severity(s[rule])
	if !slices.Contains(allowed(r), said) {
		return r.Severity
	}
	return said
}

// allowed are the severities that a rule may have. Nobody is blocked, labelled or
// counted for blame: how something is said is for its author to decide.
func allowed(r Rule) []Severity {
	if r.ID == ruleBlame {
		return []Severity{Suggestion, off}
	}
	return []Severity{Error, Warning, Suggestion, off}
}

// CheckSettings says what in a team's severities cannot be used, as a policy's
// Checker does. Field is the path of the map within its section.
func CheckSettings(field string, settings map[string]string) (problems []policy.Finding) {
	for _, rule := range slices.Sorted(maps.Keys(settings)) {
		at := field + "." + rule
		r, known := byID[rule]
		if !known {
			shown := words.Foreign(rule).Inline(mostQuoted)
			near := nearest(rule)
			problems = append(problems, policy.Finding{
				Field:    at,
				Message:  fmt.Sprintf("%s is no rule: %s", shown, near.en),
				Japanese: fmt.Sprintf("%sという規則はありません。%s", shown, near.ja),
			})
			continue
		}
		if choices := allowed(r); !slices.Contains(choices, Severity(settings[rule])) {
			list := make([]string, len(choices))
			for i, s := range choices {
				list[i] = "`" + string(s) + "`"
			}
			shown, last := words.Foreign(settings[rule]).Inline(mostQuoted), len(list)-1
			problems = append(problems, policy.Finding{
				Field:    at,
				Message:  fmt.Sprintf("%s is no severity that `%s` can have: write %s or %s", shown, rule, strings.Join(list[:last], ", "), list[last]),
				Japanese: fmt.Sprintf("`%s`に%sは使えません。%sのどれかを書いてください", rule, shown, strings.Join(list, "、")),
			})
		}
	}
	return problems
}

// nearest says which rule may have been meant.
func nearest(name string) text {
	if len(name) <= 40 { // longer than any rule
		for _, r := range Rules {
			if levenshtein.ComputeDistance(name, r.ID) <= 3 {
				return text{"did you mean `" + r.ID + "`?", "`" + r.ID + "`でしょうか"}
			}
		}
	}
	return text{"`kintsugi postmortem rules` lists them", "`kintsugi postmortem rules`で一覧を表示できます"}
}
