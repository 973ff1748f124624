// Package readiness is the workflow of the gate before a release. So far it only
// declares the settings of the gate, which `kintsugi readiness check` decides by; it
// looks after no subject of its own and plans nothing. It must not know how evidence is
// gathered: that is the package evidence's to ask, and verdict's to judge.
package readiness

import (
	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/policy"
	"github.com/kintsugi-app/kintsugi/workflows/readiness/verdict"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// name is the workflow's name, and that of its section of the policy.
const name = "readiness"

// Workflow is the readiness workflow as the server lists it.
func Workflow() workflows.Workflow {
	return workflows.Workflow{
		Name: name,
		Noun: map[words.Language]workflows.Noun{
			words.English:  {One: "a readiness review", Many: "readiness reviews"},
			words.Japanese: {One: "リリース準備の確認", Many: "リリース準備の確認"},
		},
		Policy: policy.Section{
			Name:        name,
			Description: "When the gate holds a release besides what its checklist asks, and whether it holds at all.",
			New:         func() any { return new(verdict.Settings) },
		},
		Decide: func(workflows.Input) workflows.Decision { return workflows.Decision{} },
	}
}

// SettingsIn are the settings of the gate under a policy.
func SettingsIn(p policy.Policy) verdict.Settings {
	if own, ok := p.Section(name).(*verdict.Settings); ok {
		return *own
	}
	return verdict.Settings{}
}
