package readinglist

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/document"
	"github.com/kintsugi-app/kintsugi/workflows/readinglist/list"
	"github.com/kintsugi-app/kintsugi/workflows/words"
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
	own   *Policy
	here  string
	whole bool
	asks  []workflows.Ask
	// found are the postmortems that were looked at, by their addresses; wanted says
	// that one of them was told of as recommended.
	found map[string]find
	// listed are the ids of those that are on the list already.
	listed map[string]bool
	wanted bool
	// ended says that a meeting of the reading club was told of.
	ended bool
}

// opening is the text that an issue was opened with, without the App's mark.
func opening(i workflows.Issue) string {
	if _, _, ours := i.MadeFor(); ours {
		_, body, _ := strings.Cut(i.Body, "\n")
		return body
	}
	return i.Body
}

// kindOfTitle is what a title begins with to say that it is a postmortem, which
// everything on the list is.
var kindOfTitle = regexp.MustCompile(`(?i)^\s*(?:[\[【［](?:post-?mortem|ポストモーテム|incident|障害)[\]】］]|(?:post-?mortem|ポストモーテム)\s*[:：])\s*`)

// titleOf is an issue's title as the list has it.
func titleOf(i workflows.Issue) string {
	title := i.Title
	for range 3 {
		rest := kindOfTitle.ReplaceAllString(title, "")
		if strings.TrimSpace(rest) == "" {
			break
		}
		title = rest
	}
	return words.Line(title, mostTitle)
}

// mostTitle is how many characters of a title the list keeps.
const mostTitle = 200

// find is a postmortem as it stands.
type find struct {
	entry list.Entry
	// off: people took it off. gone: it is not there any more, or not to be read here.
	off bool
	// days are those under which it may have been filed.
	days []string
	doc  *document.Document
	repo string
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

// take notes a postmortem as it stands, and tells whether it is recommended.
func (g *gathering) take(s workflows.Subject, i workflows.Issue, summaries map[string]string) bool {
	p, published := publishedIn(summaries)
	labelled := slices.ContainsFunc(i.Labels, func(l string) bool { return strings.EqualFold(l, g.own.label(g.Policy).Name) })
	switch {
	case published && p.Off:
		g.note(s, i, i.URL, list.Entry{}, nil, true)
		return false
	case i.Title == "" || i.URL == "", !published && (!labelled || i.Pull), published && p.Recommended == nil && !labelled:
		return false
	case i.Pull:
		return g.takeFiles(s, i, p)
	}
	body := opening(i)
	doc := document.Read(body)
	e := list.Describe(i.URL, "", doc, g.Now.UTC().Truncate(time.Second))
	e.Title = list.Tell(titleOf(i), words.Detect(i.Title+"\n"+body))
	e.Services = g.servicesOf(s.Repo, i)
	e.Recommended = p.Recommended
	g.note(s, i, i.URL, e, doc, false)
	return true
}

// takeFiles notes the documents that a merged pull request brought.
func (g *gathering) takeFiles(s workflows.Subject, i workflows.Issue, p Published) (taken bool) {
	root, _, _ := strings.Cut(i.URL, "/pull/")
	for _, file := range p.Files {
		answer, known := g.fact(workflows.FileAsk{Repo: s.Repo, Path: file})
		if !known || answer.Unknown != "" {
			continue
		}
		doc := document.Read(answer.Text)
		url := root + "/blob/HEAD/" + escapedPath(file)
		e := list.Describe(url, file, doc, g.Now.UTC().Truncate(time.Second))
		e.Services = g.servicesOf(s.Repo, i)
		e.Recommended = p.Recommended
		g.note(s, i, url, e, doc, false)
		taken = true
	}
	return taken
}

// note remembers a find. It is filed under the day on which its issue was opened,
// which never changes; what somebody else put onto the list may have another day.
func (g *gathering) note(s workflows.Subject, i workflows.Issue, url string, e list.Entry, doc *document.Document, off bool) {
	day := i.CreatedAt.UTC().Format(time.DateOnly)
	days := []string{day}
	if e.Date != "" {
		days = append(days, e.Date)
	}
	e.ID = list.NewID(url, day)
	g.found[url] = find{entry: e, off: off, days: days, doc: doc, repo: s.Repo}
}

// servicesOf are the services of a repository that an issue is about: those it is
// labelled for, else those made in its repository.
func (g *gathering) servicesOf(repo string, i workflows.Issue) (names []string) {
	var made []string
	for _, service := range slices.Sorted(maps.Keys(g.Policy.Services)) {
		s := g.Policy.Services[service]
		if slices.ContainsFunc(i.Labels, func(l string) bool {
			return strings.EqualFold(l, service) || slices.ContainsFunc(s.Labels, func(own string) bool { return strings.EqualFold(l, own) })
		}) {
			names = append(names, service)
		}
		if slices.ContainsFunc(s.Repositories, func(r string) bool { return strings.EqualFold(r, repo) }) {
			made = append(made, service)
		}
	}
	if len(names) == 0 {
		return made
	}
	return names
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

// inMessage is a title as it may stand in the message of a commit, where nothing is
// escaped: words alone, so that it neither calls anybody nor closes anything.
func inMessage(title string) string {
	const most = 60
	title = strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) {
			return r
		}
		return ' '
	}, words.Line(title, 2*most))
	return words.Line(strings.Join(strings.Fields(title), " "), most)
}

// messageOf says in a line what a commit changes.
func messageOf(in workflows.Input, added, changed, removed []string) string {
	var parts []string
	say := func(titles []string, one, many, japanese string) {
		switch {
		case len(titles) == 1:
			parts = append(parts, fmt.Sprintf(in.Say(one, japanese+"（%s）"), inMessage(titles[0])))
		case len(titles) > 1:
			parts = append(parts, fmt.Sprintf(in.Say(many, japanese+"（%d件）"), len(titles)))
		}
	}
	say(added, "add “%s”", "add %d postmortems", "追加")
	say(changed, "bring “%s” up to date", "bring %d up to date", "更新")
	say(removed, "take off “%s”", "take off %d", "削除")
	if len(parts) == 0 {
		parts = []string{in.Say("bring the pages up to date", "ページを更新")}
	}
	return in.Say("Reading list: ", "読書リスト: ") + strings.Join(parts, in.Say(", ", "、"))
}
