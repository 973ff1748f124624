package policy_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kintsugi-app/kintsugi/workflows/policy"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// incident stands for a workflow's section, with a field of every kind.
type incident struct {
	Label     string              `yaml:"label"`
	Notify    []string            `yaml:"notify"`
	Quiet     bool                `yaml:"quiet"`
	Reminders int                 `yaml:"reminders"`
	Share     float64             `yaml:"share"`
	Colour    colour              `yaml:"colour"`
	Colours   []colour            `yaml:"colours"`
	Services  map[string]service  `yaml:"services"`
	Teams     map[string]*service `yaml:"teams"`
	Page      *service            `yaml:"page"`
	Small     int8                `yaml:"small"`
	Internal  func()              `yaml:"-"`
}

type service struct {
	Lead   string   `yaml:"lead"`
	Owners []string `yaml:"owners"`
}

// Check drops names without "@", as a real section would.
func (i *incident) Check() []policy.Finding {
	var found []policy.Finding
	var kept []string
	for n, name := range i.Notify {
		if strings.HasPrefix(name, "@") {
			kept = append(kept, name)
			continue
		}
		found = append(found, policy.Finding{
			Field:    "notify[" + string(rune('0'+n)) + "]",
			Message:  words.Foreign(name).String() + " must begin with @",
			Japanese: words.Foreign(name).String() + " は@で始めてください",
		})
	}
	i.Notify = kept
	if i.Reminders < 0 {
		found = append(found, policy.Finding{Field: "reminders", Message: "must not be negative"})
		i.Reminders = 2
	}
	return found
}

// colour is a type that reads itself.
type colour string

func (c *colour) UnmarshalText(text []byte) error {
	if s := string(text); s == "red" || s == "blue" {
		*c = colour(s)
		return nil
	}
	return errColour
}

type bilingual struct{ error }

func (bilingual) In(lang words.Language) string {
	if lang == words.Japanese {
		return "`red` か `blue` です"
	}
	return errColour.Error()
}

var errColour = bilingual{errors.New("must be `red` or `blue`")}

type digest struct {
	Day string `yaml:"day"`
}

var sections = []policy.Section{
	{Name: "incident", New: func() any { return &incident{Label: "incident", Reminders: 2, Notify: []string{"@default"}} }},
	{Name: "digest", New: func() any { return &digest{Day: "monday"} }},
}

const file = ".github/kintsugi.yml"

// incidentOf returns the section that the tests read.
func incidentOf(p policy.Policy) *incident { return p.Section("incident").(*incident) }

func TestDefault(t *testing.T) {
	p := policy.Default(sections)
	if p.Language != "" || p.TimeZone != time.UTC || !p.Enabled || !p.Since.IsZero() {
		t.Errorf("common keys: %+v", p)
	}
	if got := incidentOf(p); got.Label != "incident" || got.Reminders != 2 {
		t.Errorf("incident: %+v", got)
	}
	if p.Section("oncall") != nil {
		t.Error("a section that nobody named is there")
	}
	for _, empty := range []string{"", "\n", "# nothing yet\n", "---\n", "\ufeff", "~\n", "language:\ntime_zone:\nsince: ~\nincident:\n"} {
		got, problems := policy.Parse(file, []byte(empty), sections)
		if len(problems) != 0 || !got.Enabled || got.Language != "" || incidentOf(got).Label != "incident" {
			t.Errorf("%q: %+v, %v", empty, got, problems)
		}
	}
}

func TestParse(t *testing.T) {
	p, problems := policy.Parse(file, []byte("\ufeff# ours\r\n"+strings.ReplaceAll(`---
language: ja
time_zone: Asia/Tokyo
enabled: yes
since: 2026-12-01
incident:
  label: 障害
  notify: ["@tanaka", '@suzuki']   # second line
  quiet: true
  reminders: 0
  share: 0.5
  colour: red
  colours: [red, blue]
  small: -1
  services:
    payments: {lead: "@tanaka", owners: ["@acme/pay"]}
    検索:
      owners:
        - "@acme/search"
    7:
  teams:
    pay: {lead: "@a"}
    ops:
  page: {lead: "@b"}
...
`, "\n", "\r\n")), sections)
	for _, problem := range problems {
		t.Error(problem)
	}
	tokyo, _ := time.LoadLocation("Asia/Tokyo")
	if p.Language != words.Japanese || p.TimeZone.String() != "Asia/Tokyo" || !p.Enabled ||
		!p.Since.Equal(time.Date(2026, 12, 1, 0, 0, 0, 0, tokyo)) {
		t.Errorf("common keys: %+v", p)
	}
	want := &incident{
		Label: "障害", Notify: []string{"@tanaka", "@suzuki"}, Quiet: true, Share: 0.5, Colour: "red", Colours: []colour{"red", "blue"}, Small: -1,
		Services: map[string]service{
			"payments": {Lead: "@tanaka", Owners: []string{"@acme/pay"}}, "検索": {Owners: []string{"@acme/search"}}, "7": {},
		},
		Teams: map[string]*service{"pay": {Lead: "@a"}, "ops": {}},
		Page:  &service{Lead: "@b"},
	}
	if diff := cmp.Diff(want, incidentOf(p), cmp.AllowUnexported(incident{})); diff != "" {
		t.Errorf("incident (-want +got)\n%s", diff)
	}
	if got := p.Section("digest").(*digest).Day; got != "monday" {
		t.Errorf("digest.day is %q", got)
	}
}

func TestLayers(t *testing.T) {
	organisation := policy.Source{File: "acme/.github/kintsugi.yml", Content: []byte(`
language: en
time_zone: Asia/Tokyo
since: 2026-12-01
enabled: false
incident:
  label: outage
  notify: ["@everyone", "@else"]
  services:
    payments: {lead: "@a", owners: ["@b", "@c"]}
    search: {lead: "@d"}
  colour: blu
`)}
	repository := policy.Source{File: "acme/pay/kintsugi.yml", Content: []byte(`
language: jp
time_zone: Europe/Berlin
enabled: true
incident:
  label:
  notify: ["@tanaka"]
  services:
    payments: {owners: []}
`)}
	p, problems := policy.ParseLayers([]policy.Source{organisation, repository}, sections)
	var said []string
	for _, problem := range problems {
		said = append(said, problem.String())
	}
	if diff := cmp.Diff([]string{
		"acme/.github/kintsugi.yml:12:11: `incident.colour`: must be `red` or `blue`",
		"acme/pay/kintsugi.yml:2:11: `language` must be `en` or `ja`, not `jp`",
	}, said); diff != "" {
		t.Errorf("problems (-want +got)\n%s", diff)
	}
	berlin, _ := time.LoadLocation("Europe/Berlin")
	if p.Language != words.English || !p.Enabled || !p.Since.Equal(time.Date(2026, 12, 1, 0, 0, 0, 0, berlin)) {
		t.Errorf("common keys: %+v", p)
	}
	want := &incident{
		Label: "outage", Notify: []string{"@tanaka"}, Reminders: 2,
		Services: map[string]service{"payments": {Lead: "@a", Owners: []string{}}, "search": {Lead: "@d"}},
	}
	if diff := cmp.Diff(want, incidentOf(p), cmp.AllowUnexported(incident{})); diff != "" {
		t.Errorf("incident (-want +got)\n%s", diff)
	}
}

// TestSlipsNeverSwitchWritingOn holds what may be written after each file.
func TestSlipsNeverSwitchWritingOn(t *testing.T) {
	for src, want := range map[string]bool{
		"enabled: true":  true,
		"enabled: True":  true,
		"enabled: on":    true,
		"enabled: yes":   true,
		"language: ja\n": true,

		"enabled: false":                         false,
		"enabled: False # for now":               false,
		"enabled: FALSE":                         false,
		"enabled: no":                            false,
		"enabled: Off":                           false,
		"enabled: n":                             false,
		"enabled: 'false'":                       false,
		"\"enabled\": false":                     false,
		"{enabled: false, language: ja}":         false,
		"enabled: flase":                         false,
		"enabled: 0":                             false,
		"enabled:":                               false,
		"enabled: [false]":                       false,
		"enabled: {a: b}":                        false,
		"enabled: !!bool false":                  false,
		"enabled: &x false":                      false,
		"enabeld: false":                         false,
		"Enabled: false":                         false,
		"enable: no":                             false,
		"enabled: true\nenabled: false":          false,
		"enabled: false\nenabled: true":          false,
		"incident:\n  label: x\n  enabled: no":   false,
		"language: ja\n---\nenabled: false":      false,
		"language: ja\n  enabled: false":         false,
		"enabled: false\nincident: [":            false,
		"enabled: no\n\tincident: x":             false,
		"enabled:false":                          false,
		"enabled：false":                          false,
		"enabled = false":                        false,
		"enabled: false\nnotify: [@tanaka]":      false,
		"{mode: act, enabled: no, x: [@tanaka]}": false,
		"enabled: flase\nnotify: [@tanaka]":      false,
		"{enabled: false, notify: [@tanaka]}":    false,
		"'enabled': 'false'\nnotify: [@tanaka]":  false,
		"\ufeffenabled: false\r\nnotify: [@x]":   false,
		"enabled: false\n\xff":                   false,
		"\xff\xfee\x00n\x00a\x00b\x00l\x00e\x00d\x00:\x00 \x00f\x00a\x00l\x00s\x00e\x00": false,
		"enabled: false\n# " + strings.Repeat("x", 70_000):                               false,
		"enabled: false\nx: " + strings.Repeat("[", 100):                                 false,

		"enabled: true\nnotify: [@tanaka]":    true,
		"# enabled: false\nnotify: [@tanaka]": true,
		"language: ja\nnotify: [@tanaka]":     true,
		"label: 'not enabled: false'\nx: [":   true,
	} {
		p, problems := policy.Parse(file, []byte(src), sections)
		if p.Enabled != want {
			t.Errorf("%.60q: enabled is %v\n%v", src, p.Enabled, problems)
		}
	}

	// A repository's file that is broken leaves what the organisation decided.
	off := policy.Source{File: "org", Content: []byte("enabled: false")}
	for _, src := range []string{"", "x: [", "language: ja", "\xff", "enabled:"} {
		if p, _ := policy.ParseLayers([]policy.Source{off, {File: "repo", Content: []byte(src)}}, sections); p.Enabled {
			t.Errorf("%q over enabled: false switches writing on", src)
		}
	}
}

// TestSlipsNeverEndObserving holds whether anything is only observed after each
// file.
func TestSlipsNeverEndObserving(t *testing.T) {
	for src, want := range map[string]bool{
		"":                                   false,
		"mode: act":                          false,
		"mode: 'act'":                        false,
		"language: ja":                       false,
		"# mode: observe\nnotify: [@tanaka]": false,
		"mode: act\nnotify: [@tanaka]":       false,

		"mode: observe":                           true,
		"mode: \"observe\" # for now":             true,
		"mode: Act":                               true,
		"mode: observ":                            true,
		"mode:":                                   true,
		"mode: [act]":                             true,
		"mode: true":                              true,
		"mode: !!str act":                         true,
		"mode: act\nmode: observe":                true,
		"mode: observe\nmode: act":                true,
		"mod: observe":                            true,
		"Mode: Observe":                           true,
		"incident:\n  mode: observe":              true,
		"language: ja\n---\nmode: observe":        true,
		"mode: observe\nnotify: [@tanaka]":        true,
		"mode：observe":                            true,
		"{enabled: true, mode: observe, x: [@a]}": true,
		"mode: observe\nx: " + strings.Repeat("[", 100): true,
	} {
		p, problems := policy.Parse(file, []byte(src), sections)
		if p.Observe != want {
			t.Errorf("%.60q: observe is %v\n%v", src, p.Observe, problems)
		}
	}
	observe := policy.Source{File: "org", Content: []byte("mode: observe")}
	for src, want := range map[string]bool{"": true, "x: [": true, "language: ja": true, "mode:": true, "mode: act": false} {
		if p, _ := policy.ParseLayers([]policy.Source{observe, {File: "repo", Content: []byte(src)}}, sections); p.Observe != want {
			t.Errorf("%q over mode: observe: observe is %v", src, p.Observe)
		}
	}
}

func TestSince(t *testing.T) {
	for src, want := range map[string]time.Time{
		"since: 2026-12-01":                        time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC),
		"since: '2026-12-01'":                      time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC),
		"since: 2026-12-01\ntime_zone: Asia/Tokyo": time.Date(2026, 11, 30, 15, 0, 0, 0, time.UTC),
		"since: 2026-12-01T09:00:00+09:00":         time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC),
		"since:":                                   {},
		"since: 2026-13-01":                        policy.Never,
		"since: 2026/12/01":                        policy.Never,
		"since: tomorrow":                          policy.Never,
		"since: 20261201":                          policy.Never,
		"since: [2026-12-01]":                      policy.Never,
		"since: 2026-12-01 # ours\ntime_zone: 'Asia/Tokyo'\nx: [": time.Date(2026, 11, 30, 15, 0, 0, 0, time.UTC),
		"since: 1 Dec\nx: [": policy.Never,
	} {
		p, problems := policy.Parse(file, []byte(src), sections)
		if !p.Since.Equal(want) {
			t.Errorf("%q: since %s, want %s\n%v", src, p.Since, want, problems)
		}
	}
}

func TestUnreadableTypesPanic(t *testing.T) {
	for name, settings := range map[string]any{
		"function": &struct {
			F func() `yaml:"f"`
		}{},
		"no tag": &struct{ F string }{},
		"map by number": &struct {
			F map[int]string `yaml:"f"`
		}{},
		"deep": &struct {
			F []struct {
				G chan int `yaml:"g"`
			} `yaml:"f"`
		}{},
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("the section is accepted")
				}
			}()
			policy.Default([]policy.Section{{Name: "x", New: func() any { return settings }}})
		})
	}
}
