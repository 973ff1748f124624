package verdict

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kintsugi-app/kintsugi/workflows/policy"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// Settings are what a team has decided of its gate: the section readiness: of
// .github/kintsugi.yml.
type Settings struct {
	Mode      Mode      `yaml:"mode" description:"block holds what is not ready; warn only says so. Without it, warn until the repository has a checklist of its own."`
	OnUnknown OnUnknown `yaml:"on_unknown" description:"What a condition that is switched on does while it cannot be looked at: block or allow. Without it: block."`
	// The conditions, each switchable; without a word, on where they can be seen.
	Incidents   Switch   `yaml:"open_incidents" description:"Whether an open incident of SEV1 or SEV2 on the service holds other releases: true or false. Without it, where incidents can be seen."`
	FollowUps   Switch   `yaml:"overdue_follow_ups" description:"Whether overdue follow-ups of earlier incidents that are to prevent or detect hold releases: true or false. Without it, where they can be seen."`
	Postmortems Switch   `yaml:"overdue_postmortems" description:"Whether an overdue postmortem of the service holds releases: true or false. Without it, where postmortems can be seen."`
	Freezes     []Freeze `yaml:"freeze" description:"Times in which nothing is released."`

	// What follows says where the gate looks, and is nothing to a verdict.

	// Label makes an issue a readiness review; empty is that of the policy's language.
	Label string `yaml:"label" description:"The label of a readiness review, at most 50 characters; by default readiness, or リリース準備 with language: ja."`
	// Branches and Tags are patterns in which * stands for anything. A new one gets a
	// review.
	Branches []string `yaml:"branches" description:"Release branches, such as release/*: a new one gets a readiness review, and its newest commit a check run."`
	Tags     []string `yaml:"tags" description:"Tags of releases, such as v*: a new one gets a readiness review."`
	Pulls    bool     `yaml:"pull_requests" description:"Whether the newest commit of an open pull request gets a check run, too: true or false. A check that a merge queue requires has to be there first."`
	// Environments are services by environment, whose capitals do not matter.
	Environments map[string]string `yaml:"environments" description:"By environment: the service that is released there, where a repository has several."`
}

// Freeze is a time in which nothing is released.
type Freeze struct {
	From     Edge     `yaml:"from" description:"Its first day, such as 2026-12-28, or a time such as 2026-12-28T18:00:00+09:00."`
	To       Edge     `yaml:"to" description:"Its last day, or the time at which it ends."`
	Reason   string   `yaml:"reason" description:"What it is for, as people are told."`
	Services []string `yaml:"services" description:"The services that it concerns; without any, all."`
}

// Check implements policy.Checker.
func (s *Settings) Check() []policy.Finding {
	found := s.checkPlaces()
	for i, f := range s.Freezes {
		from, to := f.From.begin(time.UTC), f.To.end(time.UTC)
		if f.From == "" || f.To == "" || !from.Before(to) {
			found = append(found, policy.Finding{
				Field:   fmt.Sprintf("freeze[%d]", i),
				Message: "a freeze has a `from` and a later `to`, each a day or a time", Japanese: "`from` と、それより後の `to` を、日付か時刻で書いてください",
			})
		}
	}
	return found
}

var pattern = regexp.MustCompile(`^[A-Za-z0-9*][A-Za-z0-9*._/-]{0,99}$`)

func (s *Settings) checkPlaces() (found []policy.Finding) {
	if s.Label != "" && (utf8.RuneCountInString(s.Label) > 50 || strings.TrimSpace(s.Label) == "" || !words.IsVisible(s.Label)) {
		s.Label = ""
		found = append(found, policy.Finding{
			Field: "label", Message: "a label has 1 to 50 characters, all of them visible and on one line; the usual one is used instead",
			Japanese: "ラベルは1〜50文字で、改行や目に見えない文字は使えません。代わりに標準のラベルを使います",
		})
	}
	for field, list := range map[string]*[]string{"branches": &s.Branches, "tags": &s.Tags} {
		for i, p := range *list {
			if !pattern.MatchString(p) {
				found = append(found, policy.Finding{
					Field: fmt.Sprintf("%s[%d]", field, i), Message: words.Foreign(p).Inline(60) + " is no name with `*` for what may differ: write it like `release/*`",
					Japanese: words.Foreign(p).Inline(60) + " は名前として読めません。変わる部分を `*` にして `release/*` のように書いてください",
				})
			}
		}
		*list = slices.DeleteFunc(*list, func(p string) bool { return !pattern.MatchString(p) })
	}
	return found
}

// concerns reports whether a freeze is on for a service.
func (f Freeze) concerns(service string, now time.Time, zone *time.Location) bool {
	if f.From == "" || f.To == "" || now.Before(f.From.begin(zone)) || !now.Before(f.To.end(zone)) {
		return false
	}
	return len(f.Services) == 0 || slices.Contains(f.Services, service)
}

// reason is a text that names what cannot be read, in both languages.
type reason struct{ english, japanese string }

func (r reason) Error() string { return r.english }

// In says it in a language.
func (r reason) In(lang words.Language) string {
	if lang == words.Japanese {
		return r.japanese
	}
	return r.english
}

// choose reads one of a few words.
func choose[T ~string](into *T, text []byte, choices ...T) error {
	var named []string
	for _, c := range choices {
		if T(strings.ToLower(strings.TrimSpace(string(text)))) == c {
			*into = c
			return nil
		}
		named = append(named, "`"+string(c)+"`")
	}
	return reason{"write " + strings.Join(named, " or "), strings.Join(named, "か") + "と書いてください"}
}

// Mode says what the gate does with what is not ready.
type Mode string

// The modes.
const (
	Block Mode = "block"
	Warn  Mode = "warn"
)

// UnmarshalText reads a mode.
func (m *Mode) UnmarshalText(text []byte) error { return choose(m, text, Block, Warn) }

// OnUnknown says what becomes of a condition that cannot be looked at.
type OnUnknown string

// UnmarshalText reads it.
func (o *OnUnknown) UnmarshalText(text []byte) error {
	return choose(o, text, OnUnknown(Block), "allow")
}

// Switch is on, off, or left to what can be seen.
type Switch string

// The switches that somebody set.
const (
	On  Switch = "true"
	Off Switch = "false"
)

// UnmarshalText reads a switch.
func (s *Switch) UnmarshalText(text []byte) error { return choose(s, text, On, Off) }

// Edge is a day or a time, as it is written.
type Edge string

// UnmarshalText reads it.
func (e *Edge) UnmarshalText(text []byte) error {
	read := Edge(strings.TrimSpace(string(text)))
	if read.begin(time.UTC).IsZero() {
		return reason{"write a day such as `2026-12-28` or a time such as `2026-12-28T18:00:00+09:00`", "`2026-12-28` のような日付か `2026-12-28T18:00:00+09:00` のような時刻を書いてください"}
	}
	*e = read
	return nil
}

func (e Edge) begin(zone *time.Location) time.Time {
	if t, err := time.ParseInLocation(time.DateOnly, string(e), zone); err == nil {
		return t
	}
	t, err := time.Parse(time.RFC3339, string(e))
	if err != nil {
		return time.Time{}
	}
	return t
}

// end is the end of the day where a day is written.
func (e Edge) end(zone *time.Location) time.Time {
	if t, err := time.ParseInLocation(time.DateOnly, string(e), zone); err == nil {
		return t.AddDate(0, 0, 1)
	}
	return e.begin(zone)
}

// blocks reports whether what is not ready is held.
func (in *Input) blocks() bool {
	if in.Settings.Mode == "" {
		return in.Own
	}
	return in.Settings.Mode == Block
}

// Edges are when freezes begin and end.
func (s *Settings) Edges(zone *time.Location) (all []time.Time) {
	for _, f := range s.Freezes {
		if f.From != "" && f.To != "" {
			all = append(all, f.From.begin(zone), f.To.end(zone))
		}
	}
	return all
}
