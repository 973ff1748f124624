// Package followup is the workflow of what is to be done after an incident: the
// action items of a postmortem become issues with those who own them, the
// postmortem shows what becomes of each, and the issue itself knows its due date.
// It is pure, and must not know how anything is read from GitHub or written to it,
// nor how a postmortem is read or accepted: it builds on the account that the
// postmortem gives of itself.
package followup

import (
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/incident"
	"github.com/kintsugi-app/kintsugi/workflows/policy"
	"github.com/kintsugi-app/kintsugi/workflows/postmortem"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// name is the workflow's name and the prefix of its keys.
const name = "followup"

// Name is the workflow's name, for those that read what it published.
const Name = name

// The keys of what is created. Behind keyItem stand the fingerprint of the item
// and, where somebody asked for it, the comment that did.
const (
	keyItem     = name + ".item."
	keyAccepted = name + ".accepted."
	keySlip     = name + ".slip."
	keyList     = name + ".list"
	keyRepeat   = name + ".repeat"
	keyBefore   = name + ".before."
	keyAfter    = name + ".after."
	keyLead     = name + ".lead."
	keyProof    = name + ".proof"
	keyAgain    = name + ".again"
	keyHelp     = name + ".help."
)

// Workflow is the follow-up workflow as the server lists it.
func Workflow() workflows.Workflow {
	return workflows.Workflow{
		Name: name,
		Noun: map[words.Language]workflows.Noun{
			words.English:  {One: "a follow-up", Many: "follow-ups"},
			words.Japanese: {One: "フォローアップ", Many: "フォローアップ"},
		},
		Policy:   policy.Section{Name: name, Description: "Where action items of postmortems become issues, and by when they are to be done.", New: func() any { return defaults() }},
		Pulls:    true, // a postmortem may be one
		Labels:   labels,
		Commands: commands(),
		Takes:    []string{"postpone"},
		Owns:     owns,
		Confirms: confirms,
		Outline:  outline,
		Decide:   decide,
	}
}

// owns: an issue is a follow-up where the App opened it as one. Its marker says so,
// wherever it was transferred to. Any other becomes a digest by the command.
func owns(o workflows.Observation, _ policy.Policy, acts []workflows.Act) (time.Time, bool) {
	if isFollowUp(o.Issue) {
		return o.Issue.CreatedAt, true
	}
	for _, a := range acts {
		if a.Name == "digest" {
			return a.At, true
		}
	}
	return time.Time{}, false
}

func isFollowUp(i workflows.Issue) bool {
	key, _, ok := i.MadeFor()
	return ok && strings.HasPrefix(key, keyItem)
}

// confirms: an old issue becomes a digest, too, where somebody asks for it now.
func confirms(_ workflows.Observation, a workflows.Act) bool {
	return a.Name == "digest" && a.Verdict == workflows.Done && a.Role >= workflows.RoleTriage && !a.FromOpening()
}

func decide(in workflows.Input) workflows.Decision {
	switch in.Owner {
	case name:
		if act, ok := digestAsked(in); ok {
			return digest(in, act)
		}
		return live(in)
	case postmortem.Name:
		return contribute(in)
	case incident.Name:
		return repeats(in)
	}
	return workflows.Decision{}
}
