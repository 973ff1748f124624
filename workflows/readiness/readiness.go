// Package readiness is the workflow of the gate before a release. It looks after
// readiness reviews, the issues in which people confirm, approve and except, and after
// the gate of a repository, which says of its newest commits, and of deployments that
// wait, whether they are ready. It is pure, and must not know how evidence is gathered,
// which the package evidence asks for, nor what follows from it, which is verdict's to
// judge.
package readiness

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/incident"
	"github.com/kintsugi-app/kintsugi/workflows/policy"
	"github.com/kintsugi-app/kintsugi/workflows/readiness/verdict"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// name is the workflow's name, that of its section of the policy, and the prefix of its
// keys.
const name = "readiness"

// The keys of what is created; a review is followed by what it is of, a check by the
// service and the commit, a word to a deployment by its run and environment.
const (
	keyHelp   = name + ".help."
	keyReview = name + ".review."
	keyCheck  = name + ".check."
	keyGate   = name + ".gate."
)

// pause is how long the gate waits for more of what it is told: people wait for it.
const pause = 5 * time.Second

// events are those after which a verdict may be another one.
var events = []string{
	"deployment_protection_rule", "merge_group.checks_requested", "check_suite.completed", "check_suite.rerequested", "check_run.completed", "check_run.rerequested",
	"workflow_run.completed", "status", "deployment_status", "push", "create", "release.published", "pull_request.opened", "pull_request.edited", "pull_request.synchronize", "pull_request.reopened",
}

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
			Description: "When the gate holds a release besides what its checklist asks, whether it holds at all, and what gets a review.",
			New:         func() any { return new(verdict.Settings) },
		},
		Labels:    func(p policy.Policy) []workflows.Label { return []workflows.Label{label(p)} },
		Commands:  commands(),
		Takes:     []string{"approve"},
		Gesture:   gesture,
		Title:     title,
		Report:    report,
		Owns:      owns,
		Confirms:  confirms,
		Aggregate: workflows.Gate,
		Pause:     pause,
		Events:    events,
		Holds:     holds,
		Decide:    decide,
	}
}

// holds: where the incidents are kept, the policy over there says which repositories a
// service is made of.
func holds(p policy.Policy, repo string) (held []string) {
	if kept, _ := incident.KeptIn(p, repo); !strings.EqualFold(kept, repo) {
		return nil
	}
	for _, service := range p.Services {
		held = append(held, service.Repositories...)
	}
	return held
}

// SettingsIn are the settings of the gate under a policy.
func SettingsIn(p policy.Policy) verdict.Settings {
	if own, ok := p.Section(name).(*verdict.Settings); ok {
		return *own
	}
	return verdict.Settings{}
}

// namesKey: such a problem is about one key, or an unknown one.
var namesKey = regexp.MustCompile("^(an entry of )?`[a-z_]+([.[][^`]*)?`|^unknown key ")

// Concerns reports whether the gate cannot do with a problem of the policy: one of another
// section is none of its own; one that names no key may have cost anything, and the zone
// says when a day ends.
func Concerns(p policy.Problem) bool {
	about, _, _ := strings.Cut(p.Message, " Known here:")
	return strings.Contains(about, "`readiness") || strings.Contains(about, "`time_zone`") || !namesKey.MatchString(about)
}

func label(p policy.Policy) workflows.Label {
	usual := "readiness"
	if p.Language == words.Japanese {
		usual = "リリース準備"
	}
	return workflows.Label{Name: cmp.Or(SettingsIn(p).Label, usual), Color: "c2e0c6", Description: "Kintsugi: is it ready to be released?"}
}

// gesture: the label asks for a review, and closing one ends it.
func gesture(e workflows.Event, p policy.Policy) (command, argument string, ok bool) {
	switch e.Kind {
	case workflows.EventLabeled:
		return "readiness", "", strings.EqualFold(e.Label, label(p).Name)
	case workflows.EventClosed:
		if e.Reason == "not_planned" || e.Reason == "duplicate" {
			return "withdrawn", "", true
		}
	case workflows.EventReopened:
		return "taken-back", "", true
	}
	return "", "", false
}

var opening = regexp.MustCompile(`(?i)^\s*(?:\[readiness\]|[\[［【]リリース準備[\]］】])`)

func title(text string) (command string, ok bool) { return "readiness", opening.MatchString(text) }

// owns: what carries the label, what somebody asks a review of, and what the App opened
// for one.
func owns(o workflows.Observation, p policy.Policy, acts []workflows.Act) (time.Time, bool) {
	if isOurs(o.Issue) || o.HasLabel(label(p).Name) {
		return o.Issue.CreatedAt, true
	}
	for _, a := range acts {
		if a.Name == "readiness" {
			return a.At, true
		}
	}
	return time.Time{}, false
}

func isOurs(i workflows.Issue) bool {
	key, _, ok := i.MadeFor()
	return ok && strings.HasPrefix(key, keyReview)
}

// confirms: an old issue may be made a review as well as a new one.
func confirms(_ workflows.Observation, a workflows.Act) bool {
	return a.Name == "readiness" && a.Verdict == workflows.Done && a.Role >= workflows.RoleTriage && !a.FromOpening()
}

func decide(in workflows.Input) workflows.Decision {
	switch {
	case in.Observation.Subject.Name == workflows.Gate:
		return guard(in)
	case in.Owner == name:
		return review(in)
	case isDigest(in):
		return digest(in)
	}
	return workflows.Decision{}
}

// ServicesOf are the services that a repository is of, by name.
func ServicesOf(p policy.Policy, repo string) (services []string) {
	for _, service := range slices.Sorted(maps.Keys(p.Services)) {
		if slices.ContainsFunc(p.Services[service].Repositories, func(r string) bool { return strings.EqualFold(r, repo) }) {
			services = append(services, service)
		}
	}
	return services
}

// ServiceOf is the service that is meant where nobody names one: that of the
// environment, else the only one of the repository.
func ServiceOf(p policy.Policy, repo, environment string) string {
	for of, service := range SettingsIn(p).Environments {
		if environment != "" && strings.EqualFold(of, environment) {
			return service
		}
	}
	if services := ServicesOf(p, repo); len(services) == 1 {
		return services[0]
	}
	return ""
}
