package readinglist

import (
	"slices"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/readinglist/list"
)

const (
	// mostFresh is how many postmortems a night are read for what they cite, and
	// mostCited of how many of their citations it is asked what became of them.
	mostFresh = 5
	mostCited = 8
)

// freshness notes what of that which a postmortem cites is not as it was. Of what
// GitHub does not tell this time, what was known stays.
func (g *gathering) freshness(e *list.Entry, changes map[string]change) {
	f := g.found[e.URL]
	services := map[string][]string{}
	for service, s := range g.Policy.Services {
		services[service] = s.Repositories
	}
	since := e.Date
	if len(since) != len(time.DateOnly) {
		since = f.days[0]
	}
	var stale []list.Stale
	cites := list.Cites(f.doc, f.repo, services)
	for _, c := range cites[:min(len(cites), mostCited)] {
		what := c.Path
		if what == "" {
			what = c.Repo
		}
		answer, known := g.fact(workflows.HistoryAsk{Repo: c.Repo, Path: c.Path, Since: since})
		h := answer.History
		switch {
		case !known:
		case answer.NotThere(): // and never was: no file, but a word that looks like one
		case answer.Unknown != "":
			for _, before := range e.Stale {
				if before.What == what {
					stale = append(stale, before)
				}
			}
		case h.Now != "":
			stale = append(stale, list.Stale{What: what, How: list.Renamed, Now: h.Now})
		case h.Gone:
			stale = append(stale, list.Stale{What: what, How: list.Gone})
		case list.Rewritten(h.Then, h.Text):
			stale = append(stale, list.Stale{What: what, How: list.MostlyRewritten})
		}
	}
	before := changes[e.ID]
	changes[e.ID] = func(e *list.Entry, listed bool) bool {
		if before != nil && !before(e, listed) {
			return false
		}
		if !slices.Equal(e.Stale, stale) {
			e.Stale, e.Changed = stale, g.Now.UTC().Truncate(time.Second)
		}
		return true
	}
}
