package readinglist

import (
	"slices"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows"
)

const (
	// mostPublished is of how many labelled issues of a repository a look at
	// everything reads what they published.
	mostPublished = 200
	// nightHour is when everything is looked at, in the policy's zone.
	nightHour = 3
)

// gather decides on the list of a repository: what was told since the last run goes
// in, and every night all that carries the label, so that nothing that was lost stays
// lost. It writes nothing before somebody has recommended something.
func gather(in workflows.Input) workflows.Decision {
	g := newGathering(in, in.Observation.Subject.Repo)
	night := g.nextNight(in.Whole)
	g.whole = in.Whole.IsZero() || !in.Now.Before(night)
	if g.whole {
		night = g.nextNight(in.Now)
	}
	p := workflows.Plan{Wake: night, Whole: g.whole}
	if !strings.EqualFold(g.own.place(g.here), g.here) { // the list is kept elsewhere
		return workflows.Decision{Plan: p}
	}
	meets, due := g.meeting(&p)
	if !g.whole && !due && len(in.Told) == 0 {
		return workflows.Decision{Plan: p}
	}
	g.whole = g.whole || due // an agenda is made from all that there is
	g.look()
	if !g.asking() {
		g.keep(&p)
	}
	if due && !g.asking() {
		g.announce(&p, meets)
	}
	if g.asking() {
		return workflows.Decision{Asks: g.asks}
	}
	return workflows.Decision{Plan: p}
}

func newGathering(in workflows.Input, here string) *gathering {
	return &gathering{Input: in, own: policyOf(in.Policy), here: here, found: map[string]find{}, listed: map[string]bool{}}
}

// nextNight is the first night after a time.
func (g *gathering) nextNight(after time.Time) time.Time {
	after = after.In(g.Policy.TimeZone)
	night := time.Date(after.Year(), after.Month(), after.Day(), nightHour, 0, 0, 0, g.Policy.TimeZone)
	if !night.After(after) {
		night = night.AddDate(0, 0, 1)
	}
	return night
}

// gathering is one decision on a list.
type gathering struct {
	workflows.Input
	own *Policy
	// here is the repository of the list.
	here string
	// whole: everything is looked at, and not only what was told.
	whole bool
	asks  []workflows.Ask
	// found are the postmortems that were looked at, by their addresses; listed are the
	// ids of those that are on the list already.
	found  map[string]find
	listed map[string]bool
	// wanted: something was told of as recommended.
	wanted bool
	// ended says that a meeting of the reading club was told of.
	ended bool
}

func (g *gathering) asking() bool { return len(g.asks) > 0 }

// fact is an answer; what is not known yet is asked.
func (g *gathering) fact(ask workflows.Ask) (workflows.Answer, bool) {
	answer, known := g.Facts[ask]
	if !known && !slices.Contains(g.asks, ask) {
		g.asks = append(g.asks, ask)
	}
	return answer, known
}

// look finds what was told of, and, at night, all that carries the label.
func (g *gathering) look() {
	sources := g.own.sources(g.here)
	for _, s := range g.Told {
		if !slices.ContainsFunc(sources, func(repo string) bool { return strings.EqualFold(repo, s.Repo) }) {
			continue
		}
		answer, known := g.fact(workflows.IssueAsk{Subject: s})
		if !known || answer.Unknown != "" {
			continue // what is gone shows at night, when the list itself is looked through
		}
		if kindOf(answer.Issue) == keyClub {
			g.ended = true
			continue
		}
		if g.take(answer.Subject, answer.Issue, answer.Summaries) {
			g.wanted = true
		}
	}
	if !g.whole {
		return
	}
	label := g.own.label(g.Policy).Name
	for _, repo := range sources {
		answer, known := g.fact(workflows.LabelledAsk{Repo: repo, Label: label, Most: mostPublished})
		if !known || answer.Unknown != "" {
			continue
		}
		for _, own := range answer.Own {
			g.take(own.Subject, own.Issue, own.Summaries)
		}
	}
}

// keep plans what makes the list hold what was found.
func (g *gathering) keep(p *workflows.Plan) {
	if made, done := g.Made[keyChange]; done && made.Refused == "" {
		return // in this run
	}
	if len(g.found) == 0 && !g.ended {
		// Most repositories have no list, and are asked for little every night.
		answer, known := g.fact(workflows.FileAsk{Repo: g.here, Path: g.own.Folder + "/data/list.json"})
		if !known || answer.Unknown != "" {
			return
		}
	}
	shelf, ok := g.shelf()
	switch {
	case g.asking():
	case ok:
		g.file(p, shelf)
	default:
		g.onPage(p)
	}
}

// onPage has the list kept on an issue, where it cannot be kept in files.
func (g *gathering) onPage(p *workflows.Plan) {
	answer, known := g.fact(workflows.OwnIssuesAsk{Repo: g.here, Label: pageLabel().Name, Since: "2008-01-01"})
	if !known || answer.Unknown != "" {
		return
	}
	for _, own := range answer.Own {
		if own.Key == keyPage {
			p.Names = append(p.Names, own.Subject)
			p.Summary = g.Now.UTC().Format(time.RFC3339) // so that it looks again
			return
		}
	}
	if !g.wanted {
		return
	}
	p.Issues = append(p.Issues, workflows.IssueIntent{
		Key: keyPage, Title: g.Say("Reading list: postmortems worth reading", "読書リスト: おすすめのポストモーテム"), Labels: []workflows.Label{pageLabel()},
		Body: g.Say("What a newcomer should read first, and a reading club next. The list is in my comment below and is kept current. Write here what you like: I change nothing in this text.",
			"新しく加わった方が最初に読むもの、読書会で次に読むものです。一覧は下のコメントにあり、更新し続けます。この本文は自由に書きかえてください。こちらからは変更しません。"),
	})
}
