package sandbox

import (
	"time"

	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
	"github.com/kintsugi-app/kintsugi/app/sandbox/page"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// The places of the story: a private repository for incidents, one of the service that
// fails, and a public one where anybody may write.
const (
	private = "acme/incidents"
	pay     = "acme/pay"
	public  = "acme/website"
)

// tokyo is where the team lives. Japan has had one offset since 1951.
var tokyo = time.FixedZone("JST", 9*60*60)

// roles are those of the team, in both repositories. A stranger has none and
// reads what is public.
var roles = map[string]string{"sato": "read", "tanaka": "triage", "suzuki": "write", "yamamoto": "maintain"}

// people are whom a visitor of the page may act as.
var people = []page.Person{
	{Login: "sato", About: map[words.Language]string{
		words.English: "customer support, may only read", words.Japanese: "サポート担当。閲覧のみ"}},
	{Login: "tanaka", About: map[words.Language]string{
		words.English: "on call, has the triage role", words.Japanese: "当番。triage権限"}},
	{Login: "suzuki", About: map[words.Language]string{
		words.English: "on call, may write", words.Japanese: "当番。write権限"}},
	{Login: "yamamoto", About: map[words.Language]string{
		words.English: "maintains the repositories", words.Japanese: "リポジトリの管理者。maintain権限"}},
	{Login: "stranger", About: map[words.Language]string{
		words.English: "nobody knows them; sees only what is public", words.Japanese: "部外者。公開リポジトリだけ見えます"}},
}

// The night on which the story plays is the last one that is over: it begins
// two minutes before the first report and is told within five hours.
const (
	nightHour = 3
	nightEnds = 5 * time.Hour
	monthOld  = 30 * 24 * time.Hour
)

// toTheNight moves the clock a month back from where the night begins. It is
// the one time that the clock goes backwards: nobody has looked at it yet.
func (s *stage) toTheNight() {
	now := s.clock.Now().In(tokyo)
	night := time.Date(now.Year(), now.Month(), now.Day(), nightHour, 0, 0, 0, tokyo)
	for night.Add(nightEnds).After(now) {
		night = night.AddDate(0, 0, -1)
	}
	s.clock.Advance(night.Add(-monthOld).Sub(now))
}

// advanceTo moves the clock on to a time of this night, where it is not there
// yet.
func (s *stage) advanceTo(hour, minute, second int) {
	now := s.clock.Now().In(tokyo)
	then := time.Date(now.Year(), now.Month(), now.Day(), hour, minute, second, 0, tokyo)
	if then.After(now) {
		s.clock.Advance(then.Sub(now))
	}
}

// toThePresent ends the story's time: what visitors do happens now.
func (s *stage) toThePresent() {
	s.clock.Advance(s.watch.Now().Sub(s.clock.Now()))
}

// build makes the town with its past: the team, its settings, and what
// happened in the month before the program came.
func (s *stage) build() {
	words := scripts[s.lang]
	// What a new App asks for, and what lists in files take besides.
	s.hub.Ask(map[string]string{
		"issues": "write", "metadata": "read", "contents": "write", "members": "read", "deployments": "write", "pull_requests": "write", "checks": "write",
		"actions": "read", "statuses": "read",
	}, "issues", "issue_comment", "push", "pull_request", "deployment_protection_rule", "deployment_status", "workflow_run")
	s.hub.AddOrg("acme")
	s.hub.AddUser("stranger")
	s.hub.AddRepo("acme", "incidents", true)
	s.hub.AddRepo("acme", "website", false)
	for _, repo := range []string{private, public} {
		for login, role := range roles {
			s.hub.SetRole(repo, login, role)
		}
		s.hub.PutFile(repo, ".github/kintsugi.yml", words.policy)
		s.hub.PutFile(repo, "docs/runbooks/checkout.md", words.runbook)
		for _, old := range words.past {
			s.happened(repo, old)
		}
	}
	s.clock.Advance(monthOld - time.Hour)
	s.buildPay()
}

// past is an issue from before the program was installed.
type past struct {
	title, body string
	labels      []string
	comments    []string // by the people on call
	closed      bool
}

func (s *stage) happened(repo string, old past) {
	n, err := s.hub.OpenIssue(repo, "suzuki", fakehub.NewIssue{Title: old.title, Body: old.body, Labels: old.labels})
	for _, text := range old.comments {
		if err == nil {
			_, err = s.hub.Comment(repo, n, "tanaka", text)
		}
	}
	if err == nil && old.closed {
		err = s.hub.Close(repo, n, "suzuki", "completed")
	}
	if err != nil {
		panic(err) // the town is always the same
	}
}
