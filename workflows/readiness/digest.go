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

// digest adds to a list of follow-ups what was released although it was not ready, and
// which exceptions are in force, in the repository of the list.
func digest(in workflows.Input) workflows.Decision {
	l := newLook(in)
	answer, known := l.fact(workflows.LabelledAsk{Repo: l.repo, Label: label(in.Policy).Name, Most: mostReviews})
	if !known {
		return workflows.Decision{Asks: l.asks}
	}
	type entry struct {
		at   time.Time
		text string
	}
	var all []entry
	for _, own := range answer.Own {
		p := PublishedIn(own.Summaries[name])
		for _, a := range p.Acts {
			reason := words.Foreign(strings.TrimRight(a.Reason, ".。")).Prose(200)
			switch {
			case a.Deed == verdict.ShipAnyway && in.Now.Sub(a.At) <= toldFor:
				all = append(all, entry{a.At, fmt.Sprintf(in.Say("- Released as decided, %s, by %s: %s (#%d)", "- 判断によるリリース、%s、%s: %s（#%d）"), in.Day(a.At), in.Person(a.By), reason, own.Subject.Number)})
			case a.Deed == verdict.Waive && !p.Withdrawn && in.Now.Before(a.Until.AddDate(0, 0, 1)):
				all = append(all, entry{a.At, fmt.Sprintf(in.Say("- Excepted until %s, by %s: `%s`, %s (#%d)", "- 例外承認、%sまで、%s: `%s`、%s（#%d）"), in.Day(a.Until), in.Person(a.By), a.Item, reason, own.Subject.Number)})
			}
		}
	}
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
