package readinglist

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/moment"
	"github.com/kintsugi-app/kintsugi/workflows/policy"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// Policy is the section reading_list: of .github/kintsugi.yml.
type Policy struct {
	// Label recommends an issue or a pull request; empty is that of the policy's
	// language.
	Label string `yaml:"label" description:"The label that recommends a postmortem, at most 50 characters; by default recommended-postmortem, or おすすめポストモーテム with language: ja."`
	// Repository is where the list is kept, as owner/name; empty is where the
	// postmortem is. The policy over there names this one under From.
	Repository string   `yaml:"repository" description:"Where the list is kept, as owner/name; without it, next to the postmortems. The policy there must name this repository under from."`
	From       []string `yaml:"from" description:"Other repositories of this account whose recommendations are listed here, each as owner/name."`
	Folder     string   `yaml:"folder" description:"The folder of the list's files."`
	// Write is pull_request for one rolling pull request, commits for commits to the
	// default branch, or issue.
	Write string `yaml:"write" description:"pull_request (one that keeps growing until it is merged), commits (to the default branch) or issue (no files)."`
	Club  Club   `yaml:"club" description:"The reading club."`
}

// Club is when a reading club meets, and what it reads.
type Club struct {
	First  Day      `yaml:"first" description:"The day of the first meeting, as YYYY-MM-DD; without it there is no club."`
	At     Clock    `yaml:"at" description:"The time of day, as HH:MM in the policy's zone."`
	Every  Weeks    `yaml:"every" description:"How often it meets: 1 week to 12 weeks."`
	Hosts  []string `yaml:"hosts" description:"Who leads, in turn, each as @name."`
	Reads  int      `yaml:"reads" description:"How many postmortems are read at once, 1 to 5."`
	Topics []string `yaml:"services" description:"The services that the club works on; what is about them comes first."`
}

// Where a list is written to.
const (
	writePull    = "pull_request"
	writeCommits = "commits"
	writeIssue   = "issue"
)

func defaults() *Policy {
	return &Policy{Folder: "reading-list", Write: writePull, Club: Club{At: 16 * 60, Every: 2, Reads: 2}}
}

func policyOf(p policy.Policy) *Policy {
	if own, ok := p.Section("reading_list").(*Policy); ok {
		return own
	}
	return defaults()
}

// problem is why a text of the policy cannot be read.
type problem struct{ english, japanese string }

func (p problem) Error() string { return p.english }

// In says it in a language.
func (p problem) In(lang words.Language) string {
	if lang == words.Japanese {
		return p.japanese
	}
	return p.english
}

// Day is a day of the calendar, YYYY-MM-DD; empty for none.
type Day string

// UnmarshalText reads a Day.
func (d *Day) UnmarshalText(text []byte) error {
	if _, err := time.Parse(time.DateOnly, string(text)); err != nil {
		return problem{"write a day like `2026-12-02`", "`2026-12-02` のように日付を書いてください"}
	}
	*d = Day(text)
	return nil
}

// Clock is a time of day in minutes since midnight.
type Clock int

// UnmarshalText reads a Clock.
func (c *Clock) UnmarshalText(text []byte) error {
	at, err := time.Parse("15:04", string(text))
	if err != nil {
		return problem{"write a time of day like `16:00`", "`16:00` のように時刻を書いてください"}
	}
	*c = Clock(at.Hour()*60 + at.Minute())
	return nil
}

// Weeks is a number of weeks from 1 to 12, written "2 weeks" or just 2.
type Weeks int

var weeks = regexp.MustCompile(`^(\d{1,2})(?:\s*(?:weeks?|週間?(?:ごと)?))?$`)

// UnmarshalText reads Weeks.
func (w *Weeks) UnmarshalText(text []byte) error {
	if m := weeks.FindStringSubmatch(string(text)); m != nil {
		if n, err := strconv.Atoi(m[1]); err == nil && n >= 1 && n <= 12 {
			*w = Weeks(n)
			return nil
		}
	}
	return problem{"write `1 week` to `12 weeks`", "`1 week`〜`12 weeks` のように書いてください"}
}

var (
	repository = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,99}/[A-Za-z0-9._-]{1,100}$`)
	folder     = regexp.MustCompile(`^[\pL\pN._][\pL\pM\pN._ -]*(?:/[\pL\pM\pN._ -]+)*$`)
)

// Check implements policy.Checker.
func (p *Policy) Check() []policy.Finding {
	var found []policy.Finding
	add := func(field, english, japanese string) {
		found = append(found, policy.Finding{Field: field, Message: english, Japanese: japanese})
	}
	if p.Label != "" && (len([]rune(p.Label)) > 50 || strings.TrimSpace(p.Label) == "" || !words.IsVisible(p.Label)) {
		p.Label = ""
		add("label", "a label has 1 to 50 characters, all of them visible and on one line; the usual one is used instead",
			"ラベルは1〜50文字で、改行や目に見えない文字は使えません。代わりに標準のラベルを使います")
	}
	noRepository := func(text string) (english, japanese string) {
		said := words.Foreign(text).Inline(60)
		return said + " names no repository; write it like `acme/handbook`", said + " はリポジトリとして読めません。`acme/handbook` のように書いてください"
	}
	if p.Repository != "" && !repository.MatchString(p.Repository) {
		english, japanese := noRepository(p.Repository)
		add("repository", english, japanese)
		p.Repository = ""
	}
	for i, repo := range p.From {
		if !repository.MatchString(repo) {
			english, japanese := noRepository(repo)
			add(fmt.Sprintf("from[%d]", i), english, japanese)
		}
	}
	p.From = slices.DeleteFunc(p.From, func(repo string) bool { return !repository.MatchString(repo) })
	if p.Folder = strings.Trim(p.Folder, "/"); !folder.MatchString(p.Folder) || strings.Contains(p.Folder, "..") || strings.HasPrefix(p.Folder, ".git/") || p.Folder == ".git" {
		said := words.Foreign(p.Folder).Inline(60)
		p.Folder = defaults().Folder
		add("folder", said+" is no folder inside a repository; `"+p.Folder+"` is used instead", said+" はリポジトリの中のフォルダーとして読めません。代わりに `"+p.Folder+"` を使います")
	}
	if allowed := []string{writePull, writeCommits, writeIssue}; !slices.Contains(allowed, p.Write) {
		was, all := words.Foreign(p.Write).Inline(40), "`"+strings.Join(allowed, "`, `")+"`"
		p.Write = writePull
		add("write", "write one of "+all+" instead of "+was+"; meanwhile `"+writePull+"` is used", all+" のどれかを書いてください（いまは "+was+"）。代わりに `"+writePull+"` を使います")
	}
	return append(found, p.Club.check()...)
}

func (c *Club) check() (found []policy.Finding) {
	if c.Reads < 1 || c.Reads > 5 {
		c.Reads = defaults().Club.Reads
		found = append(found, policy.Finding{Field: "club.reads", Message: "goes from 1 to 5; 2 is used instead", Japanese: "1〜5で書いてください。代わりに2を使います"})
	}
	var hosts []string
	for i, host := range c.Hosts {
		login, ok := words.Login(strings.TrimPrefix(host, "@"))
		if !ok {
			said := words.Foreign(host).Inline(60)
			found = append(found, policy.Finding{
				Field: fmt.Sprintf("club.hosts[%d]", i), Message: said + " is no account; write it like `@tanaka`",
				Japanese: said + " はアカウント名として読めません。`@tanaka` のように書いてください",
			})
			continue
		}
		hosts = append(hosts, login)
	}
	c.Hosts = hosts
	return found
}

// place is the repository of the list for what is recommended in another.
func (p *Policy) place(here string) string { return cmp.Or(p.Repository, here) }

// sources are the repositories whose recommendations are listed in one.
func (p *Policy) sources(here string) []string {
	all := []string{here}
	for _, repo := range p.From {
		owner, _, _ := strings.Cut(repo, "/")
		if strings.HasPrefix(strings.ToLower(here), strings.ToLower(owner)+"/") && !slices.ContainsFunc(all, func(have string) bool { return strings.EqualFold(have, repo) }) {
			all = append(all, repo)
		}
	}
	return all
}

// shares: who keeps the list elsewhere lets it be read there.
func shares(p policy.Policy) []string {
	if repo := policyOf(p).Repository; repo != "" {
		return []string{repo}
	}
	return nil
}

func (p *Policy) label(of policy.Policy) workflows.Label {
	usual := "recommended-postmortem"
	if of.Language == words.Japanese {
		usual = "おすすめポストモーテム"
	}
	return workflows.Label{Name: cmp.Or(p.Label, usual), Color: "bfdadc", Description: "Kintsugi: worth reading"}
}

// The labels of what the App opens for a list, so that people, and the next run, find
// it again.
func pageLabel() workflows.Label {
	return workflows.Label{Name: "reading-list", Color: "bfdadc", Description: "Kintsugi: what newcomers should read first"}
}

func readingLabel() workflows.Label {
	return workflows.Label{Name: "onboarding-reading", Color: "bfdadc", Description: "Kintsugi: what a newcomer reads"}
}

func clubLabel() workflows.Label {
	return workflows.Label{Name: "reading-club", Color: "bfdadc", Description: "Kintsugi: the agenda of a reading club"}
}

func labels(p policy.Policy) []workflows.Label {
	return []workflows.Label{policyOf(p).label(p), pageLabel(), readingLabel(), clubLabel()}
}

// meeting is one of a club's.
type meeting struct {
	At   time.Time
	Host string // login; empty where the policy names nobody
}

// agendaDays is how many working days before a meeting its agenda is there.
const agendaDays = 3

// next is the first meeting after a time. One that falls on a day off is on the next
// working day.
func (c *Club) next(p policy.Policy, after time.Time) (m meeting, ok bool) {
	if c.First == "" {
		return m, false
	}
	first, err := time.ParseInLocation(time.DateOnly, string(c.First), p.TimeZone)
	if err != nil {
		return m, false
	}
	n := 0
	if elapsed := int(after.Sub(first).Hours() / 24); elapsed > 0 {
		n = max(0, elapsed/(7*int(c.Every))-1)
	}
	for ; ; n++ {
		day := first.AddDate(0, 0, 7*int(c.Every)*n)
		day = p.NextWorkingDay(day.AddDate(0, 0, -1), 1)
		at := time.Date(day.Year(), day.Month(), day.Day(), int(c.At)/60, int(c.At)%60, 0, 0, p.TimeZone)
		if !at.After(after) {
			continue
		}
		m.At = at
		if len(c.Hosts) > 0 {
			m.Host = c.Hosts[n%len(c.Hosts)]
		}
		return m, true
	}
}

// when is "Wednesday 2 December 16:00 JST".
func (m meeting) when(in workflows.Input) string {
	return moment.Day(m.At, in.Policy.TimeZone, in.Now, in.Language) + in.Say(" ", " ") + m.At.Format("15:04") + " " + moment.ZoneName(m.At)
}
