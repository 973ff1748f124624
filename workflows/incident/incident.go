// Package incident is the workflow of an incident: how an issue becomes one,
// what people may say about it, what its status comment shows, whom it calls,
// and how TTD, TTA, TTM and TTR are measured. It is pure, and must not know
// how anything is read from GitHub or written to it.
package incident

import (
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/policy"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// name is the workflow's name and the prefix of its keys.
const name = "incident"

// Workflow is the incident workflow as the server lists it.
func Workflow() workflows.Workflow {
	return workflows.Workflow{
		Name: name,
		Noun: map[words.Language]workflows.Noun{
			words.English:  {One: "an incident", Many: "incidents"},
			words.Japanese: {One: "障害", Many: "障害"},
		},
		Policy:   policy.Section{Name: name, Description: "What an incident is here, whom it calls and how severe it is.", New: func() any { return defaults() }},
		Labels:   labels,
		Commands: commands(),
		Gesture:  gesture,
		Title:    title,
		Report:   report,
		Phrase:   phrase,
		Owns:     owns,
		Confirms: confirmsUnasked,
		Decide:   decide,
	}
}

// title: an issue whose title begins so was opened as an incident.
func title(text string) (string, bool) {
	text = strings.ToLower(strings.TrimSpace(text))
	for _, prefix := range []string{"[incident]", "[障害]", "【障害】", "［障害］"} {
		if strings.HasPrefix(text, prefix) {
			return "incident", true
		}
	}
	for _, prefix := range []string{"[near miss]", "[near-miss]", "[ヒヤリハット]", "【ヒヤリハット】", "［ヒヤリハット］"} {
		if strings.HasPrefix(text, prefix) {
			return "near-miss", true
		}
	}
	return "", false
}

// withoutPrefix is a title without the prefix that made its issue an incident.
func withoutPrefix(text string) string {
	if _, ok := title(text); !ok {
		return text
	}
	if i := strings.IndexAny(text, "]】］"); i >= 0 {
		_, size := utf8.DecodeRuneInString(text[i:])
		return strings.TrimSpace(text[i+size:])
	}
	return text
}

// gesture: what GitHub's own buttons stand for here.
func gesture(e workflows.Event, p policy.Policy) (command, argument string, ok bool) {
	switch e.Kind {
	case workflows.EventClosed: // one whose reason is not known was undone since
		switch e.Reason {
		case "not_planned":
			return "false-alarm", "", true
		case "duplicate":
			return "duplicate-of", "", true
		case "completed":
			return "resolved", "", true
		}
	case workflows.EventReopened:
		return "reopen", "", true
	case workflows.EventLabeled:
		if strings.EqualFold(e.Label, policyOf(p).Label) {
			return "incident", "", true
		}
		if strings.EqualFold(e.Label, policyOf(p).NearMissLabel) {
			return "near-miss", "", true
		}
		for level, l := range severityLabels {
			if level > 0 && strings.EqualFold(e.Label, l.Name) {
				return "sev", string(rune('0' + level)), true
			}
		}
	}
	return "", "", false
}

var duplicateOf = regexp.MustCompile(`(?i)^\s*duplicate of #(\d{1,9})\s*$`)

// phrase: GitHub marks an issue as a duplicate by a comment of just these words
// (docs: Marking issues or pull requests as a duplicate).
func phrase(body string) (command, argument string, ok bool) {
	if m := duplicateOf.FindStringSubmatch(body); m != nil {
		return "original", m[1], true
	}
	return "", "", false
}

// owns: an issue is an incident, or a near miss, since the first act that says
// so. A label counts while it is on.
func owns(o workflows.Observation, p policy.Policy, acts []workflows.Act) (time.Time, bool) {
	on := map[string]bool{
		"incident": o.HasLabel(policyOf(p).Label), "near-miss": o.HasLabel(policyOf(p).NearMissLabel), "adopt": true,
	}
	for _, a := range acts {
		labelled, says := on[a.Name]
		if _, event := a.FromEvent(); says && (!event || labelled) {
			return a.At, true
		}
	}
	return time.Time{}, false
}

// mayDeclare reports whether somebody with this role may make an issue an
// incident that calls people: triage anywhere, and whoever can read a private
// repository.
func mayDeclare(role workflows.Role, private bool) bool {
	return role >= workflows.RoleTriage || private && role >= workflows.RoleRead
}

// confirming are the acts by which somebody who may declare confirms a report.
var confirming = map[string]bool{
	"incident": true, "ack": true, "sev": true, "started": true, "detected": true,
	"mitigated": true, "resolved": true, "adopt": true, "promote": true, "lead": true,
}

func confirms(a workflows.Act, private bool) bool {
	return a.Verdict == workflows.Done && confirming[a.Name] && mayDeclare(a.Role, private)
}

// confirmsUnasked: an old or closed issue is taken up by a command, or by the
// incident label, of somebody who may declare. Closing an old issue is not
// meant for us.
func confirmsUnasked(o workflows.Observation, a workflows.Act) bool {
	if a.FromOpening() || a.Gesture && a.Name != "incident" && a.Name != "near-miss" {
		return false
	}
	if a.Name == "postmortem" && !a.Gesture { // somebody wants to learn from an old one
		return a.Verdict == workflows.Done && a.Role >= workflows.RoleTriage
	}
	return confirms(a, o.Private) || a.Name == "near-miss" && a.Verdict == workflows.Done && mayDeclare(a.Role, o.Private)
}
