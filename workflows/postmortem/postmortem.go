// Package postmortem is the workflow of a postmortem: the draft that an incident
// gets when it is resolved, and the life of an issue or a pull request that is
// one, from draft over review to done, with its due date, its sharing meeting and
// what is still missing. It is pure, and must not know how anything is read from
// GitHub or written to it, nor what an incident's commands mean: it builds on the
// account that the incident gives of itself.
package postmortem

import (
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/incident"
	"github.com/kintsugi-app/kintsugi/workflows/policy"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// name is the workflow's name and the prefix of its keys.
const name = "postmortem"

// The keys of what is created: on an incident the draft, on a postmortem the rest.
const (
	keyDraft    = name + ".draft"
	keyFacts    = name + ".facts"
	keyFindings = name + ".findings"
	keyClosed   = name + ".closed"
	keyShare    = name + ".share."
	keyBefore   = name + ".before."
	keyAfter    = name + ".after."
	keyHelp     = name + ".help."
	keyCheck    = name + ".check"
)

// Workflow is the postmortem workflow as the server lists it.
func Workflow() workflows.Workflow {
	return workflows.Workflow{
		Name: name,
		Noun: map[words.Language]workflows.Noun{
			words.English:  {One: "a postmortem", Many: "postmortems"},
			words.Japanese: {One: "ポストモーテム", Many: "ポストモーテム"},
		},
		Policy:   policy.Section{Name: name, Description: "Which incidents need a postmortem, what it is kept as, and when it is due.", New: func() any { return defaults() }},
		Pulls:    true,
		Labels:   labels,
		Commands: commands(),
		Gesture:  gesture,
		Title:    title,
		Report:   report,
		Owns:     owns,
		Confirms: confirms,
		Decide:   decide,
	}
}

// title: an issue whose title begins so was opened as a postmortem.
func title(text string) (string, bool) {
	text = strings.ToLower(strings.TrimSpace(text))
	for _, prefix := range []string{"[postmortem]", "[post-mortem]", "[ポストモーテム]", "【ポストモーテム】", "［ポストモーテム］"} {
		if strings.HasPrefix(text, prefix) {
			return "postmortem", true
		}
	}
	return "", false
}

// gesture: what GitHub's own buttons stand for here.
func gesture(e workflows.Event, p policy.Policy) (command, argument string, ok bool) {
	switch e.Kind {
	case workflows.EventClosed:
		if e.Reason == "completed" {
			return "accepted", "", true
		}
		if e.Reason != "" {
			return "dropped", "", true
		}
	case workflows.EventReopened:
		return "taken-up-again", "", true
	case workflows.EventLabeled:
		if strings.EqualFold(e.Label, policyOf(p).Label) {
			return "postmortem", "", true
		}
	}
	return "", "", false
}

// report reads which incident a postmortem is of, where its opening says so.
func report(_, body string) []workflows.Said {
	if of, ok := incidentIn(body); ok {
		return []workflows.Said{{Command: "postmortem-of", Argument: of}}
	}
	return nil
}

// owns: an issue or a pull request is a postmortem since the first act that says
// so, or from its beginning where the App itself drafted it. A label counts
// while it is on.
func owns(o workflows.Observation, p policy.Policy, acts []workflows.Act) (time.Time, bool) {
	if key, _, ok := o.Issue.MadeFor(); ok && isDraftKey(key) {
		return o.Issue.CreatedAt, true
	}
	for _, a := range acts {
		if a.Name != "postmortem" && a.Name != "adopt" || a.Name == "adopt" && !o.HasLabel(policyOf(p).Label) {
			continue
		}
		if _, event := a.FromEvent(); !event || o.HasLabel(policyOf(p).Label) {
			return a.At, true
		}
	}
	return time.Time{}, false
}

// confirms: an old or closed issue is taken up by a command, or by the label, of
// somebody who may. Closing an old issue is not meant for us.
func confirms(_ workflows.Observation, a workflows.Act) bool {
	return a.Verdict == workflows.Done && a.Role >= workflows.RoleTriage && !a.FromOpening() &&
		(a.Name == "postmortem" || a.Name == "adopt" && !a.Gesture)
}

func decide(in workflows.Input) workflows.Decision {
	switch in.Owner {
	case name:
		return live(in)
	case incident.Name:
		return contribute(in)
	}
	return workflows.Decision{}
}
