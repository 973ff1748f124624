package readinglist

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/document"
	"github.com/kintsugi-app/kintsugi/workflows/readinglist/list"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

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
	// off: people took it off; since is when they last did.
	off   bool
	since time.Time
	// days are those under which it may have been filed.
	days []string
	// doc is its text, and repo where it is.
	doc  *document.Document
	repo string
}

// take notes a postmortem as it stands, and tells whether it is recommended.
func (g *gathering) take(s workflows.Subject, i workflows.Issue, summaries map[string]string) bool {
	p, published := publishedIn(summaries)
	if kindOf(i) != "" || !published && g.isSince(i) {
		return false // our own, or labelled by a template for somebody who may not
	}
	labelled := slices.ContainsFunc(i.Labels, func(l string) bool { return strings.EqualFold(l, g.own.label(g.Policy).Name) })
	switch {
	case published && p.Off && i.Pull:
		for _, file := range p.Files {
			g.note(s, i, addressOf(i, file), list.Entry{}, nil, p)
		}
		return false
	case published && p.Off:
		g.note(s, i, i.URL, list.Entry{}, nil, p)
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
	g.note(s, i, i.URL, e, doc, p)
	return true
}

// isSince: what was opened since the installation says itself that somebody who may has
// recommended it, also where the label does.
func (g *gathering) isSince(i workflows.Issue) bool {
	return !g.Observation.InstalledAt.IsZero() && i.CreatedAt.After(g.Observation.InstalledAt)
}

// addressOf is where a file that a pull request brought is on the web.
func addressOf(i workflows.Issue, file string) string {
	root, _, _ := strings.Cut(i.URL, "/pull/")
	return root + "/blob/HEAD/" + escapedPath(file)
}

// takeFiles notes the documents that a merged pull request brought.
func (g *gathering) takeFiles(s workflows.Subject, i workflows.Issue, p Published) (taken bool) {
	for _, file := range p.Files {
		answer, known := g.fact(workflows.FileAsk{Repo: s.Repo, Path: file})
		if !known || answer.Unknown != "" {
			continue
		}
		doc := document.Read(answer.Text)
		url := addressOf(i, file)
		e := list.Describe(url, file, doc, g.Now.UTC().Truncate(time.Second))
		e.Services = g.servicesOf(s.Repo, i)
		e.Recommended = p.Recommended
		g.note(s, i, url, e, doc, p)
		taken = true
	}
	return taken
}

// note remembers a find. It is filed under the day on which its issue was opened,
// which never changes; what somebody else put onto the list may have another day.
func (g *gathering) note(s workflows.Subject, i workflows.Issue, url string, e list.Entry, doc *document.Document, p Published) {
	day := i.CreatedAt.UTC().Format(time.DateOnly)
	days := []string{day}
	if e.Date != "" {
		days = append(days, e.Date)
	}
	e.ID = list.NewID(url, day)
	g.found[url] = find{entry: e, off: p.Off, since: p.Since, days: days, doc: doc, repo: s.Repo}
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
