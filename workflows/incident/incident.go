// Package incident is the workflow of an incident: how an issue becomes one,
// what people may say about it, what its status comment shows, whom it calls,
// and how TTD, TTA, TTM and TTR are measured. It is pure, and must not know
// how anything is read from GitHub or written to it.
package incident

import (
	"regexp"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/policy"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// name is the workflow's name and the prefix of its keys.
const name = "incident"

// Workflow is the incident workflow as the server lists it.
func Workflow() workflows.Workflow {
	return workflows.Workflow{
		Name:     name,
		Policy:   policy.Section{Name: name, New: func() any { return &Policy{Label: "incident"} }},
		Labels:   labels,
		Commands: commands(),
		Gesture:  gesture,
		Title:    title,
		Phrase:   phrase,
		Owns:     owns,
		Confirms: confirmsUnasked,
		Decide:   decide,
	}
}

// Policy is the section incident: of .github/kintsugi.yml.
type Policy struct {
	// Label makes an issue an incident: 1 to 50 visible characters on one line.
	// GitHub takes no more than 50.
	Label string `yaml:"label"`
	// Notify are the people and teams called when an incident is confirmed,
	// each written as @name or @organisation/team.
	Notify []string `yaml:"notify"`
}

var mention = regexp.MustCompile(`^@[A-Za-z0-9][A-Za-z0-9_-]{0,38}(/[A-Za-z0-9_.-]{1,100})?$`)

// Check implements policy.Checker.
func (p *Policy) Check() []policy.Finding {
	var found []policy.Finding
	if n := len([]rune(p.Label)); n > 50 || strings.TrimSpace(p.Label) == "" || !words.IsVisible(p.Label) {
		p.Label = "incident"
		found = append(found, policy.Finding{
			Field:    "label",
			Message:  "a label has 1 to 50 characters, all of them visible and on one line; `incident` is used instead",
			Japanese: "ラベルは1〜50文字で、改行や目に見えない文字は使えません。代わりに `incident` を使います",
		})
	}
	var valid []string
	for _, who := range p.Notify {
		if mention.MatchString(who) {
			valid = append(valid, who)
			continue
		}
		found = append(found, policy.Finding{
			Field:    "notify",
			Message:  words.Foreign(who).Inline(60) + " names nobody; write `\"@name\"` or `\"@organisation/team\"`, in quotes",
			Japanese: words.Foreign(who).Inline(60) + " は宛先として読めません。`\"@名前\"` か `\"@組織/チーム\"` と引用符つきで書いてください",
		})
	}
	p.Notify = valid
	return found
}

func policyOf(p policy.Policy) *Policy {
	if own, ok := p.Section(name).(*Policy); ok {
		return own
	}
	return &Policy{Label: "incident"}
}

// severities are the levels, 1 the worst. Zero is undecided.
const severities = 4

var severityLabels = [severities + 1]workflows.Label{
	1: {Name: "sev1", Color: "b60205", Description: "Kintsugi: severity 1, the worst"},
	2: {Name: "sev2", Color: "d93f0b", Description: "Kintsugi: severity 2"},
	3: {Name: "sev3", Color: "fbca04", Description: "Kintsugi: severity 3"},
	4: {Name: "sev4", Color: "c2e0c6", Description: "Kintsugi: severity 4"},
}

func labels(p policy.Policy) []workflows.Label {
	own := workflows.Label{Name: policyOf(p).Label, Color: "d4a017", Description: "Kintsugi: an incident"}
	return append([]workflows.Label{own}, severityLabels[1:]...)
}

// title: an issue whose title begins so was opened as an incident.
func title(text string) (string, bool) {
	text = strings.ToLower(strings.TrimSpace(text))
	for _, prefix := range []string{"[incident]", "[障害]", "【障害】", "［障害］"} {
		if strings.HasPrefix(text, prefix) {
			return "incident", true
		}
	}
	return "", false
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

// owns: an issue is an incident since the first act that says so. A label
// counts while it is on.
func owns(o workflows.Observation, p policy.Policy, acts []workflows.Act) (time.Time, bool) {
	labelled := o.HasLabel(policyOf(p).Label)
	for _, a := range acts {
		_, event := a.FromEvent()
		if (a.Name == "incident" || a.Name == "adopt") && (!event || labelled) {
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
	"mitigated": true, "resolved": true, "adopt": true,
}

func confirms(a workflows.Act, private bool) bool {
	return a.Verdict == workflows.Done && confirming[a.Name] && mayDeclare(a.Role, private)
}

// confirmsUnasked: an old or closed issue is taken up by a command, or by the
// incident label, of somebody who may declare. Closing an old issue is not
// meant for us.
func confirmsUnasked(o workflows.Observation, a workflows.Act) bool {
	if a.FromOpening() || a.Gesture && a.Name != "incident" {
		return false
	}
	return confirms(a, o.Private)
}
