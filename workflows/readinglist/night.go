package readinglist

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/readinglist/list"
)

// mostLooked is how many listed postmortems that carry no label are looked up in a
// night; the rest have their turn in the next ones.
const mostLooked = 50

// change brings an entry up to date, and tells whether it stays on the list.
type change = func(e *list.Entry, listed bool) bool

// lookThrough looks at what is on the list already: what was moved or deleted since,
// and, of a few each night, what they cite.
func (g *gathering) lookThrough(s *shelf, changes map[string]change) error {
	entries, err := list.Entries(s.there)
	if err != nil || g.asking() {
		return err
	}
	var unseen []list.Entry
	for i := range entries {
		e := &entries[i]
		repo := repoOf(e)
		to := e.MovedTo
		if now := g.renamed(repo); now != "" {
			to = strings.Replace(e.URL, repo, now, 1)
		}
		_, seen := g.found[e.URL]
		_, seenThere := g.found[to]
		switch {
		case seen:
		case g.isHidden(repo):
			changes[e.ID] = inState(list.Private, "", g.Now)
		case seenThere:
			g.follow(e, to, changes)
		case e.State != list.Deleted && g.isSource(repo):
			unseen = append(unseen, *e)
		}
	}
	for _, e := range tonight(g, unseen, mostLooked) {
		g.lookUp(&e, changes)
	}
	var read []list.Entry
	for _, e := range entries {
		if g.found[e.URL].doc != nil {
			read = append(read, e)
		}
	}
	for _, e := range tonight(g, read, mostFresh) {
		g.freshness(&e, changes)
	}
	return nil
}

// tonight are those of a list whose turn it is: so many each night, one after another,
// without anything being remembered.
func tonight(g *gathering, entries []list.Entry, most int) []list.Entry {
	nights := (len(entries) + most - 1) / most
	if nights < 2 {
		return entries
	}
	turn := int(g.Now.Unix()/(24*60*60)) % nights
	return entries[turn*most : min((turn+1)*most, len(entries))]
}

var onGitHub = regexp.MustCompile(`^https?://[^/]+/([^/]+/[^/]+)/(?:(issues|pull)/(\d+)|blob/HEAD/(.+))$`)

// repoOf is the repository that a listed postmortem is in, as far as its address is
// like those on GitHub.
func repoOf(e *list.Entry) string {
	if m := onGitHub.FindStringSubmatch(e.URL); m != nil {
		return m[1]
	}
	return ""
}

func (g *gathering) isSource(repo string) bool {
	return slices.ContainsFunc(g.own.sources(g.here), func(source string) bool { return strings.EqualFold(source, repo) })
}

// place is what GitHub tells of another repository of the same owner.
func (g *gathering) place(repo string) (place workflows.Answer, known bool) {
	owner, _, _ := strings.Cut(g.here, "/")
	if !strings.HasPrefix(strings.ToLower(repo), strings.ToLower(owner)+"/") || strings.EqualFold(repo, g.here) {
		return place, false
	}
	return g.fact(workflows.PlaceAsk{Repo: repo})
}

// isHidden reports whether those who read the list may not read a repository, so that
// no words of it may stay: a source that cannot be read any more, or one that was, and
// is private by now.
func (g *gathering) isHidden(repo string) bool {
	place, known := g.place(repo)
	if g.isSource(repo) {
		return known && (place.Unknown != "" || place.Place.Hidden)
	}
	return known && place.Place.Hidden && !g.Observation.Private // there people may have listed it
}

// renamed is the name that a repository has by now, if it has another.
func (g *gathering) renamed(repo string) string {
	place, _ := g.place(repo)
	return place.Place.Now
}

// lookUp says what became of a postmortem that is listed and carries no label.
func (g *gathering) lookUp(e *list.Entry, changes map[string]change) {
	m := onGitHub.FindStringSubmatch(e.URL)
	if m[4] != "" {
		switch answer, known := g.fact(workflows.FileAsk{Repo: m[1], Path: unescapedPath(m[4])}); {
		case !known:
		case answer.NotThere():
			changes[e.ID] = inState(list.Deleted, "", g.Now)
		case answer.Unknown != "" && g.isClosed(m[1]):
			changes[e.ID] = inState(list.Private, "", g.Now)
		}
		return
	}
	number, _ := strconv.Atoi(m[3])
	asked := workflows.Subject{Repo: m[1], Number: number}
	answer, known := g.fact(workflows.IssueAsk{Subject: asked})
	p, _ := publishedIn(answer.Summaries)
	switch {
	case !known:
	case answer.NotThere():
		changes[e.ID] = inState(list.Deleted, "", g.Now)
	case answer.Unknown != "":
		changes[e.ID] = inState(list.Private, "", g.Now)
	case p.Off:
		changes[e.ID] = func(*list.Entry, bool) bool { return false }
	case answer.Subject != asked:
		g.follow(e, answer.Issue.URL, changes)
	}
}

// follow notes that a listed postmortem is elsewhere. It keeps its id and its words,
// and is not listed a second time.
func (g *gathering) follow(e *list.Entry, to string, changes map[string]change) {
	changes[e.ID] = inState(list.Moved, to, g.Now)
	f, listedThere := g.found[to]
	if !listedThere || f.entry.ID == e.ID {
		return
	}
	if f.off {
		changes[e.ID] = f.onto
	} else {
		changes[e.ID] = func(e *list.Entry, _ bool) bool { return f.refresh(e, list.Moved, to) }
	}
	delete(changes, f.entry.ID)
	if g.listed[f.entry.ID] {
		changes[f.entry.ID] = func(*list.Entry, bool) bool { return false }
	}
}

// isClosed reports whether a file that is not told of is in another repository that has
// become private: else it is only too large, or no text.
func (g *gathering) isClosed(repo string) bool {
	if strings.EqualFold(repo, g.here) {
		return false
	}
	answer, known := g.fact(workflows.PlaceAsk{Repo: repo})
	return known && (answer.Unknown != "" || answer.Place.Private)
}

func inState(state list.State, to string, now time.Time) change {
	return func(e *list.Entry, _ bool) bool {
		if e.State != state || e.MovedTo != to {
			e.State, e.MovedTo, e.Changed = state, to, now.UTC().Truncate(time.Second)
		}
		return true
	}
}
