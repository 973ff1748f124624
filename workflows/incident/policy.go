package incident

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/policy"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// Policy is the section incident: of .github/kintsugi.yml.
type Policy struct {
	// Label makes an issue an incident, NearMissLabel a near miss: 1 to 50
	// visible characters on one line. GitHub takes no more than 50.
	Label         string `yaml:"label" description:"The label that makes an issue an incident, at most 50 characters."`
	NearMissLabel string `yaml:"near_miss_label" description:"The label of a near miss; not the same as label."`
	// Repository is where incidents are kept, and ConfidentialRepository where
	// those are that may not be read by all, each as owner/name.
	Repository             string `yaml:"repository" description:"Where incidents are kept, as owner/name, if in one place."`
	ConfidentialRepository string `yaml:"confidential_repository" description:"The private place that the first reply names where personal data or a legal duty is concerned."`
	// Notify are the people and teams called when an incident is confirmed,
	// each written as @name or @organisation/team. Escalate are those called
	// when nobody has acknowledged a SEV1 or SEV2, or one not yet judged, after
	// EscalateAfter.
	Notify        []string `yaml:"notify" description:"Who is called when an incident is confirmed, each as @name or @organisation/team."`
	Escalate      []string `yaml:"escalate" description:"Who is called when nobody has acknowledged in time."`
	EscalateAfter Wait     `yaml:"escalate_after" description:"That time, from 1m to 24h, or off."`
	// Reminders are whether a lead who has said nothing for long is asked to.
	Reminders bool `yaml:"reminders" description:"whether the lead of a SEV1 or SEV2 is reminded after half an hour or an hour without a word, twice at most"`
	// Routes say who is called instead. The first one that fits counts.
	Routes []Route `yaml:"routes" description:"Who is called instead, by service, severity and hours. The first that fits counts."`
	// Teams are the members of teams that the App may not read, by
	// organisation/team.
	Teams map[string][]string `yaml:"teams" description:"The members of teams that the App may not read, by organisation/team."`
	// Severity is the table by which a severity follows from what was said of
	// the impact; the strictest row that fits counts.
	Severity []Row `yaml:"severity" description:"The table by which impact becomes a severity. The strictest row that fits wins."`
	// Response are the team's own steps, by severity (sev1 to sev4), or under
	// "always".
	Response map[string][]string `yaml:"response" description:"The team's own first steps, under always and sev1 to sev4."`
	// Runbooks are the folders of this repository in which runbooks are kept.
	Runbooks []string `yaml:"runbooks" description:"Folders of this repository whose Markdown files are suggested."`
}

// Route is who is called for some incidents.
type Route struct {
	// Service is the name of a service; Severity are the levels, and undecided
	// counts as the worst; Hours is "working" or "off". What is left out fits.
	Service  string   `yaml:"service" description:"The name of a service; without it, every one."`
	Severity []int    `yaml:"severity" description:"Levels from 1 to 4; without any, every one."`
	Hours    string   `yaml:"hours" description:"working or off; without it, any time."`
	Notify   []string `yaml:"notify" description:"Who is called."`
	Escalate []string `yaml:"escalate" description:"Who is called when nobody has acknowledged in time."`
}

// Wait is a time to wait, written as "10m" or "1h30m"; "off" is zero and means
// never.
type Wait time.Duration

// waitProblem is why a text is no Wait.
type waitProblem struct{}

func (waitProblem) Error() string {
	return "write a time from `1m` to `24h`, such as `10m`, or `off`"
}

// In says it in a language.
func (p waitProblem) In(lang words.Language) string {
	if lang == words.Japanese {
		return "`10m` のように `1m`〜`24h` の時間で書くか、`off` と書いてください"
	}
	return p.Error()
}

// UnmarshalText reads a Wait.
func (w *Wait) UnmarshalText(text []byte) error {
	if t := strings.ToLower(string(text)); t == "off" || t == "no" || t == "false" {
		*w = 0
		return nil
	}
	d, err := time.ParseDuration(string(text))
	if err != nil || d < time.Minute || d > 24*time.Hour {
		return waitProblem{}
	}
	*w = Wait(d)
	return nil
}

// defaults are the settings of a team that has written none.
func defaults() *Policy {
	return &Policy{
		Label: "incident", NearMissLabel: "near-miss",
		EscalateAfter: Wait(10 * time.Minute), Reminders: true,
		Severity: defaultRows(),
	}
}

func policyOf(p policy.Policy) *Policy {
	if own, ok := p.Section(name).(*Policy); ok {
		return own
	}
	return defaults()
}

var mention = regexp.MustCompile(`^@[A-Za-z0-9][A-Za-z0-9_-]{0,38}(/[A-Za-z0-9_.-]{1,100})?$`)

// Check implements policy.Checker.
func (p *Policy) Check() []policy.Finding {
	c := checker{}
	c.label("label", &p.Label, "incident")
	c.label("near_miss_label", &p.NearMissLabel, "near-miss")
	if strings.EqualFold(p.Label, p.NearMissLabel) {
		p.NearMissLabel = defaults().NearMissLabel
		c.add("near_miss_label", "must differ from `label`; `near-miss` is used instead", "`label` と同じにはできません。代わりに `near-miss` を使います")
	}
	c.repository("repository", &p.Repository)
	c.repository("confidential_repository", &p.ConfidentialRepository)
	c.people("notify", &p.Notify)
	c.people("escalate", &p.Escalate)
	for i := range p.Routes {
		c.route(fmt.Sprintf("routes[%d]", i), &p.Routes[i])
	}
	for team, members := range p.Teams {
		c.people("teams."+team, &members)
		p.Teams[team] = members
	}
	var found []policy.Finding
	p.Severity, found = checkRows(p.Severity)
	c.found = append(c.found, found...)
	for key := range p.Response {
		if !slices.Contains(responseKeys, key) {
			delete(p.Response, key)
			c.add("response."+key, "is no such key: steps stand under `always` or `sev1` to `sev4`", "このキーはありません。`always` か `sev1`〜`sev4` と書いてください")
		}
	}
	p.Runbooks = slices.DeleteFunc(p.Runbooks, func(folder string) bool {
		ok := folderName.MatchString(folder) && !strings.Contains(folder, "..")
		if !ok {
			c.add("runbooks", words.Foreign(folder).Inline(60)+" is no folder of this repository; write it like `docs/runbooks`",
				words.Foreign(folder).Inline(60)+" はこのリポジトリのフォルダーとして読めません。`docs/runbooks` のように書いてください")
		}
		return !ok
	})
	slices.Sort(p.Runbooks)
	return c.found
}

var (
	responseKeys = []string{"always", "sev1", "sev2", "sev3", "sev4"}
	folderName   = regexp.MustCompile(`^[A-Za-z0-9._][A-Za-z0-9._ -]*(/[A-Za-z0-9._ -]+)*/?$`)
	repository   = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9._-]+$`)
)

// checker collects what is wrong, and repairs it.
type checker struct{ found []policy.Finding }

func (c *checker) add(field, english, japanese string) {
	c.found = append(c.found, policy.Finding{Field: field, Message: english, Japanese: japanese})
}

func (c *checker) label(field string, label *string, instead string) {
	if n := len([]rune(*label)); n > 50 || strings.TrimSpace(*label) == "" || !words.IsVisible(*label) {
		*label = instead
		c.add(field, "a label has 1 to 50 characters, all of them visible and on one line; `"+instead+"` is used instead",
			"ラベルは1〜50文字で、改行や目に見えない文字は使えません。代わりに `"+instead+"` を使います")
	}
}

func (c *checker) repository(field string, repo *string) {
	if *repo != "" && !repository.MatchString(*repo) {
		c.add(field, words.Foreign(*repo).Inline(60)+" names no repository; write it like `acme/incidents`",
			words.Foreign(*repo).Inline(60)+" はリポジトリとして読めません。`acme/incidents` のように書いてください")
		*repo = ""
	}
}

func (c *checker) people(field string, people *[]string) {
	var valid []string
	for i, who := range *people {
		if mention.MatchString(who) {
			valid = append(valid, who)
			continue
		}
		c.add(fmt.Sprintf("%s[%d]", field, i), words.Foreign(who).Inline(60)+" names nobody; write `\"@name\"` or `\"@organisation/team\"`, in quotes",
			words.Foreign(who).Inline(60)+" は宛先として読めません。`\"@名前\"` か `\"@組織/チーム\"` と引用符つきで書いてください")
	}
	*people = valid
}

// route: one that cannot be read as it was meant fits nothing, for calling the
// wrong people at night is worse than calling those of the usual list.
func (c *checker) route(field string, r *Route) {
	c.people(field+".notify", &r.Notify)
	c.people(field+".escalate", &r.Escalate)
	if slices.ContainsFunc(r.Severity, func(n int) bool { return n < 1 || n > severities }) {
		r.Severity = []int{-1}
		c.add(field+".severity", "levels go from 1 to 4; this route is left out", "重大度は1〜4です。この経路は使いません")
	}
	if r.Hours != "" && r.Hours != hoursWorking && r.Hours != hoursOff {
		r.Severity = []int{-1}
		c.add(field+".hours", "is `working` or `off`, not "+words.Foreign(r.Hours).Inline(40)+"; this route is left out",
			"`working` か `off` です（いまは "+words.Foreign(r.Hours).Inline(40)+"）。この経路は使いません")
	}
}

// The hours of a Route.
const (
	hoursWorking = "working"
	hoursOff     = "off"
)

// severities are the levels, 1 the worst. Zero is undecided.
const severities = 4

var severityLabels = [severities + 1]workflows.Label{
	1: {Name: "sev1", Color: "b60205", Description: "Kintsugi: severity 1, the worst"},
	2: {Name: "sev2", Color: "d93f0b", Description: "Kintsugi: severity 2"},
	3: {Name: "sev3", Color: "fbca04", Description: "Kintsugi: severity 3"},
	4: {Name: "sev4", Color: "c2e0c6", Description: "Kintsugi: severity 4"},
}

func labels(p policy.Policy) []workflows.Label {
	own := policyOf(p)
	return append([]workflows.Label{
		{Name: own.Label, Color: "d4a017", Description: "Kintsugi: an incident"},
		{Name: own.NearMissLabel, Color: "e8d8a0", Description: "Kintsugi: caught before anybody was hurt"},
	}, severityLabels[1:]...)
}
