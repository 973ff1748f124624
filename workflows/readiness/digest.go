package readiness

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/readiness/verdict"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

const (
	// toldFor is for how long a digest tells of what was released anyway, and mostTold how
	// much of it, the last first.
	toldFor  = 30 * 24 * time.Hour
	mostTold = 20
)

// isDigest: somebody has what is still to be done listed on the issue.
func isDigest(in workflows.Input) bool {
	return in.Owner != name && in.Observation.Issue.Open && len(done(in.Acts, "digest")) > 0
}

// entry is a line of a digest.
type entry struct {
	at   time.Time
	text string
}

// digest adds to a list of follow-ups what was released although it was not ready, and
// which exceptions are in force, in the repository of the list.
func digest(in workflows.Input) workflows.Decision {
	l := newLook(in)
	reviews, _ := l.fact(workflows.LabelledAsk{Repo: l.repo, Label: label(in.Policy).Name, Most: mostReviews})
	jobs, _ := l.fact(workflows.RemarksAsk{Repo: l.repo, Titles: anywayTitles(), From: in.Now.Add(-toldFor).UTC().Format(time.DateOnly)})
	if l.asking() {
		return workflows.Decision{Asks: l.asks}
	}
	all := append(l.saidIn(reviews.Own), l.decidedIn(jobs.Seen.Remarks)...)
	if len(all) == 0 {
		return workflows.Decision{}
	}
	slices.SortStableFunc(all, func(a, b entry) int { return b.at.Compare(a.at) })
	var lines []string
	for _, e := range all[:min(mostTold, len(all))] {
		lines = append(lines, e.text)
	}
	text := "**" + in.Say("Releases", "リリース") + "**\n" + strings.Join(lines, "\n")
	return workflows.Decision{Plan: workflows.Plan{Sections: []workflows.Section{{Key: name, Text: text, Facts: text}}}}
}

// saidIn is what people said in reviews.
func (l *look) saidIn(reviews []workflows.OwnIssue) (all []entry) {
	for _, own := range reviews {
		p := PublishedIn(own.Summaries[name])
		for _, a := range p.Acts {
			switch {
			case a.Deed == verdict.ShipAnyway && l.Now.Sub(a.At) <= toldFor:
				all = append(all, l.released(a.By, a.At, a.Reason, fmt.Sprintf("#%d", own.Subject.Number)))
			case a.Deed == verdict.Waive && !p.Withdrawn && l.Now.Before(a.Until.AddDate(0, 0, 1)):
				all = append(all, entry{a.At, fmt.Sprintf(l.Say("- Excepted until %s, by %s: `%s`, %s (#%d)", "- 例外承認、%sまで、%s: `%s`、%s（#%d）"), l.Day(a.Until), l.Person(a.By), a.Item, because(a.Reason), own.Subject.Number)})
			}
		}
	}
	return all
}

// decidedIn is what was decided in runs of workflows, each once however many of its jobs
// said so. Who started the run GitHub says, and not the job.
func (l *look) decidedIn(jobs []workflows.Remark) (all []entry) {
	type decision struct{ url, text string }
	known := map[decision]bool{}
	for _, r := range jobs {
		d := decision{r.URL, r.Text}
		if known[d] || l.Now.Sub(r.At) > toldFor {
			continue
		}
		known[d] = true
		all = append(all, l.released(r.By, r.At, r.Text, fmt.Sprintf("[%s](%s)", l.Say("run", "実行"), r.URL)))
	}
	return all
}

// released says who decided to release what was not ready, when, why and where.
func (l *look) released(by string, at time.Time, reason, where string) entry {
	return entry{at, fmt.Sprintf(l.Say("- Released as decided, %s, by %s: %s (%s)", "- 判断によるリリース、%s、%s: %s（%s）"), l.Day(at), l.Person(by), because(reason), where)}
}

func because(reason string) string {
	return words.Foreign(strings.TrimRight(reason, ".。")).Prose(200)
}
