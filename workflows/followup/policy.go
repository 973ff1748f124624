package followup

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/policy"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// Policy is the section followup: of .github/kintsugi.yml.
type Policy struct {
	// Label is what every follow-up carries: 1 to 50 visible characters.
	Label string `yaml:"label" description:"The label of an issue that was made from an action item."`
	// Create is when action items become issues: accepted, at_once or on_request.
	Create string `yaml:"create" description:"When action items become issues: accepted (with the postmortem), at_once or on_request (only by /follow-up)."`
	// Repository is where the items go that name none, as owner/name; empty is the
	// postmortem's own. Owners are repositories by owner, @name or
	// @organisation/team.
	Repository string            `yaml:"repository" description:"Where the items go that name no repository, as owner/name; without it, next to the postmortem."`
	Owners     map[string]string `yaml:"owners" description:"By owner, @name or @organisation/team: the repository of what they are to do, as owner/name."`
	// Within is how long people promise to take, by the incident's severity: the due
	// date of an item that names none.
	Within    Within `yaml:"within" description:"By severity: how long people promise to take, such as 20 business days. It dates the items without a due date."`
	Reminders bool   `yaml:"reminders" description:"Whether whoever is assigned is reminded before and after the due date."`
	// Proof wants a merged pull request or /evidence for closing; one that has
	// neither is reopened once.
	Proof bool `yaml:"proof" description:"Whether closing needs a merged pull request or /evidence; otherwise it is reopened once."`
	// EscalateAfter tells the service's lead once, that long after the due date; 0
	// tells nobody.
	EscalateAfter policy.Days `yaml:"escalate_after" description:"How long after its due date the service's lead is told once, such as 5 business days."`
}

// Within is a promise for each severity; 0 for none.
type Within struct {
	SEV1 policy.Days `yaml:"sev1" description:"For SEV1."`
	SEV2 policy.Days `yaml:"sev2" description:"For SEV2."`
	SEV3 policy.Days `yaml:"sev3" description:"For SEV3."`
	SEV4 policy.Days `yaml:"sev4" description:"For SEV4."`
}

func (w Within) of(severity int) int {
	return int([...]policy.Days{0, w.SEV1, w.SEV2, w.SEV3, w.SEV4}[min(max(severity, 0), 4)])
}

// When action items become issues.
const (
	createAccepted  = "accepted"
	createAtOnce    = "at_once"
	createOnRequest = "on_request"
)

// defaults are the settings of a team that has written none.
func defaults() *Policy {
	return &Policy{Label: "follow-up", Create: createAccepted, Owners: map[string]string{}, Reminders: true}
}

func policyOf(p policy.Policy) *Policy {
	if own, ok := p.Section(name).(*Policy); ok {
		return own
	}
	return defaults()
}

var (
	repository = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,99}/[A-Za-z0-9._-]{1,100}$`)
	ownerName  = regexp.MustCompile(`^@[A-Za-z0-9][A-Za-z0-9_-]{0,38}(?:/[A-Za-z0-9_.-]{1,100})?$`)
)

// Check implements policy.Checker.
func (p *Policy) Check() []policy.Finding {
	var found []policy.Finding
	add := func(field, english, japanese string) {
		found = append(found, policy.Finding{Field: field, Message: english, Japanese: japanese})
	}
	if n := len([]rune(p.Label)); n > 50 || strings.TrimSpace(p.Label) == "" || !words.IsVisible(p.Label) {
		p.Label = defaults().Label
		add("label", "a label has 1 to 50 characters, all of them visible and on one line; `follow-up` is used instead",
			"ラベルは1〜50文字で、改行や目に見えない文字は使えません。代わりに `follow-up` を使います")
	}
	if allowed := []string{createAccepted, createAtOnce, createOnRequest}; !slices.Contains(allowed, p.Create) {
		was, list := words.Foreign(p.Create).Inline(40), "`"+strings.Join(allowed, "`, `")+"`"
		p.Create = createOnRequest
		add("create", "write one of "+list+" instead of "+was+"; meanwhile nothing is made unasked", list+" のどれかを書いてください（いまは "+was+"）。それまで、頼まれるまでIssueは作りません")
	}
	if p.Repository != "" && !repository.MatchString(p.Repository) {
		add("repository", words.Foreign(p.Repository).Inline(60)+" names no repository; write it like `acme/pay`", words.Foreign(p.Repository).Inline(60)+" はリポジトリとして読めません。`acme/pay` のように書いてください")
		p.Repository = ""
	}
	for _, who := range slices.Sorted(maps.Keys(p.Owners)) {
		if where := p.Owners[who]; !ownerName.MatchString(who) || !repository.MatchString(where) {
			delete(p.Owners, who)
			add(fmt.Sprintf("owners[%s]", who), "write an owner and a repository, like `\"@acme/infra\": acme/infra`; this one is left out",
				"`\"@acme/infra\": acme/infra` のように、担当とリポジトリを書いてください。この行は使いません")
		}
	}
	return found
}

// placeOf is the repository in which an owner's items are to be made, or "".
func (p *Policy) placeOf(owner string, services map[string]policy.Service) string {
	for _, who := range slices.Sorted(maps.Keys(p.Owners)) {
		if strings.EqualFold(who, owner) {
			return p.Owners[who]
		}
	}
	for _, service := range slices.Sorted(maps.Keys(services)) {
		s := services[service]
		if len(s.Repositories) > 0 && strings.Contains(owner, "/") && slices.ContainsFunc(s.Owners, func(o string) bool { return strings.EqualFold(o, owner) }) {
			return s.Repositories[0]
		}
	}
	return ""
}

// placesOf are the repositories in which a team works: those of the services that it
// owns, and where its items are made.
func (p *Policy) placesOf(team string, services map[string]policy.Service) (repos []string) {
	for _, service := range slices.Sorted(maps.Keys(services)) {
		s := services[service]
		if slices.ContainsFunc(s.Owners, func(o string) bool { return strings.EqualFold(o, team) }) {
			repos = append(repos, s.Repositories...)
		}
	}
	for _, who := range slices.Sorted(maps.Keys(p.Owners)) {
		if strings.EqualFold(who, team) {
			repos = append(repos, p.Owners[who])
		}
	}
	return repos
}

// label is the one label of a follow-up.
func (p *Policy) label() workflows.Label {
	return workflows.Label{Name: p.Label, Color: "c5def5", Description: "Kintsugi: an action item of a postmortem"}
}

// digestLabel is on an issue that lists follow-ups, so that it is found again, by
// people and by the sweep.
func digestLabel() workflows.Label {
	return workflows.Label{Name: "follow-up-digest", Color: "c5def5", Description: "Kintsugi: a list of follow-ups, kept current"}
}

func labels(p policy.Policy) []workflows.Label {
	return []workflows.Label{policyOf(p).label(), digestLabel()}
}
