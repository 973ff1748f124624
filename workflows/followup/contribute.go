package followup

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/postmortem"
)

// board is what a postmortem's action items come to: which of them are issues, how
// those stand, and what keeps the others.
type board struct {
	workflows.Input
	policy *Policy
	a      postmortem.Account
	items  []item
	// tooMany is how many items there are beyond those that are looked after.
	tooMany int
	// cards are in the order of the items.
	cards []card
	// slips are commands that could not be followed.
	slips []slip
	asks  []workflows.Ask
}

// card is an item with what became of it.
type card struct {
	item
	repo string
	// key is that of its issue, made what is known of it; both are empty before.
	key  string
	made workflows.Made
	// fact is how the issue stands, of one that is there.
	fact workflows.Answer
	// wanted: its issue is to be made in this run or one of the next.
	wanted bool
	// why says what keeps an issue from being made.
	why reason
	// reopenAt is when somebody said that what it was to prevent happened again.
	reopenAt time.Time
	// isGone: the document has no such row any more.
	isGone bool
}

// reason is why there is no issue.
type reason = string

const (
	whyDone     reason = "done"     // the document says so
	whyIdea     reason = "idea"     // it is one
	whyDropped  reason = "dropped"  // /wont-do
	whyOwner    reason = "owner"    // it has none
	whyRequest  reason = "request"  // nobody who may has asked for it
	whyRole     reason = "role"     // nobody who may, over there, has asked for it, or there is no such place
	whyArchived reason = "archived" // nothing can be written there
	whyNoIssues reason = "no-issues"
	whyStranger reason = "stranger" // it belongs to another owner
	whyRefused  reason = "refused"  // by GitHub
	whyElse     reason = "elsewhere"
)

// slip is a command that names an item that is not there, or has an issue already.
// It is remembered as that, so that it never means another item that gets the
// number later.
type slip struct {
	act    workflows.Act
	number int
	why    reason
}

// mostItems bounds how many action items of one postmortem are looked after.
const mostItems = 300

func contribute(in workflows.Input) workflows.Decision {
	b := board{Input: in, policy: policyOf(in.Policy)}
	a, asks := postmortem.AccountOf(in)
	if len(asks) > 0 {
		return workflows.Decision{Asks: asks}
	}
	b.a = a
	if !b.isWanted() {
		return workflows.Decision{}
	}
	b.collect()
	b.lay()
	if len(b.asks) > 0 {
		return workflows.Decision{Asks: b.asks}
	}
	b.take()
	b.reopen()
	if len(b.asks) > 0 {
		return workflows.Decision{Asks: b.asks}
	}
	return workflows.Decision{Plan: b.plan()}
}

// isWanted: it was accepted, or somebody asked for an issue, or there are some.
func (b *board) isWanted() bool {
	if !b.a.Accepted.IsZero() || b.policy.Create == createAtOnce && !b.a.Dropped {
		return true
	}
	for key := range b.Made {
		if strings.HasPrefix(key, keyItem) {
			return true
		}
	}
	return slices.ContainsFunc(b.Acts, func(a workflows.Act) bool {
		return a.Verdict == workflows.Done && (a.Name == "follow-up" || a.Name == "wont-do")
	})
}

// collect puts the rows of the document and the items of commands into one list.
func (b *board) collect() {
	zone, ref := b.Policy.TimeZone, b.Observation.Issue.CreatedAt
	seen := map[string]int{}
	add := func(it item) {
		if len(b.items) == mostItems {
			b.tooMany++
			return
		}
		it.number = len(b.items) + 1
		if seen[it.mark]++; seen[it.mark] > 1 { // the same words twice are two items
			it.mark = printOf(it.mark + strconv.Itoa(seen[it.mark]))
		}
		b.items = append(b.items, it)
	}
	for _, row := range b.a.Items {
		add(rowItem(row, b.Observation.Subject.Repo, ref, zone))
	}
	for _, act := range b.Acts {
		if act.Name != "follow-up" || act.Verdict != workflows.Done {
			continue
		}
		if s := specIn(act.Value); s.Row == 0 && s.Title != "" {
			add(item{spec: s, mark: printOf(s.Title), by: &act})
		}
	}
}

// plan is what is to be true.
func (b *board) plan() workflows.Plan {
	p := workflows.Plan{Summary: b.summary()}
	waiting := 0
	for _, c := range b.byPriority() {
		switch {
		case c.wanted:
			p.Issues = append(p.Issues, b.intent(c))
			waiting++
		case c.made.Number != 0:
			p.Issues = append(p.Issues, workflows.IssueIntent{Key: c.key, Repo: b.elsewhere(c.made.Repo), Labels: []workflows.Label{b.policy.label()}, Patient: true, ReopenAt: c.reopenAt})
		case c.key != "" && c.why != whyRefused:
			p.Issues = append(p.Issues, workflows.IssueIntent{Key: c.key, Repo: b.elsewhere(c.repo), Not: c.why, Patient: true})
		}
	}
	for _, s := range b.slips {
		p.Issues = append(p.Issues, workflows.IssueIntent{Key: keySlip + s.act.ID, Not: s.why, Patient: true})
	}
	if !b.a.Accepted.IsZero() {
		p.Issues = append(p.Issues, workflows.IssueIntent{Key: keyAccepted + b.a.By, Not: "seen", Patient: true})
	}
	if waiting > 0 {
		p.Until = b.until(waiting)
		p.Sections = []workflows.Section{b.making(waiting, p.Until)}
		p.Turn = b.urgency() // the worse the incident, the sooner
		return p
	}
	if len(b.cards) == 0 {
		return p
	}
	p.Sections = []workflows.Section{b.section()}
	p.Comments = []workflows.CommentIntent{{Key: keyList, Body: b.list()}}
	p.Wake = b.next()
	return p
}

// priorities are the words for what goes first; others stand in the middle.
var priorities = map[string]int{
	"p0": -2, "critical": -2, "最優先": -2, "緊急": -2, "p1": -1, "high": -1, "高": -1, "p3": 1, "p4": 1, "low": 1, "低": 1,
}

// byPriority are the cards in the order in which they become issues.
func (b *board) byPriority() []*card {
	sorted := make([]*card, len(b.cards))
	for i := range b.cards {
		sorted[i] = &b.cards[i]
	}
	slices.SortStableFunc(sorted, func(x, y *card) int {
		return priorities[strings.ToLower(x.Priority)] - priorities[strings.ToLower(y.Priority)]
	})
	return sorted
}

// elsewhere is a repository, or "" for the postmortem's own.
func (b *board) elsewhere(repo string) string {
	if strings.EqualFold(repo, b.Observation.Subject.Repo) {
		return ""
	}
	return repo
}

// urgency is the severity, with the lowest for an undecided one.
func (b *board) urgency() int {
	if b.a.About.Severity == 0 {
		return 4
	}
	return b.a.About.Severity
}

// next is when to look again: the next morning, while something is open.
func (b *board) next() time.Time {
	for _, c := range b.cards {
		if c.isOpen() {
			now := b.Now.In(b.Policy.TimeZone)
			return time.Date(now.Year(), now.Month(), now.Day()+1, 5, 0, 0, 0, b.Policy.TimeZone)
		}
	}
	return time.Time{}
}

// isOpen: there is an issue, and it is open.
func (c *card) isOpen() bool { return c.made.Number != 0 && c.fact.Unknown == "" && c.fact.Issue.Open }

// dueOf is by when an issue is due: as it says itself by now, else as it was made.
func (c *card) dueOf() string {
	if p := publishedIn(c.fact.Summaries[name]); p.Due != "" {
		return p.Due
	}
	if f := factsIn(c.fact.Issue.Body); f.due != "" {
		return f.due
	}
	return c.Due
}
