package followup

import (
	"maps"
	"slices"
	"strings"

	"github.com/kintsugi-app/kintsugi/workflows"
)

// lay finds for each item what was made of it. Cards without an item are issues
// whose row is gone.
func (b *board) lay() {
	entries := b.entries()
	used := map[string]bool{}
	claim := func(match func(entry) bool) (best entry, found bool) {
		for _, e := range entries {
			if used[e.mark] || !match(e) {
				continue
			}
			// An issue counts more than a refusal, and the later more than the earlier.
			if !found || best.made.Number == 0 && (e.made.Number != 0 || !e.made.At.Before(best.made.At)) {
				best, found = e, true
			}
		}
		return best, found
	}
	b.cards = make([]card, len(b.items))
	for i, it := range b.items {
		b.cards[i] = card{item: it, repo: b.repoOf(it.spec)}
		if e, ok := claim(func(e entry) bool {
			return e.mark == it.mark && b.stands(e, b.cards[i].repo) || e.isAt(it.ref, b.Observation.Subject)
		}); ok {
			for _, act := range b.Acts {
				if act.ID == e.by && act.Name == "follow-up" && numberIn(act) != 0 {
					b.amend(&b.cards[i], act)
				}
			}
			b.cards[i].hold(e, b.Observation.Subject)
			used[e.mark] = true
		}
	}
	facts, open := b.factsOf(entries)
	if b.asks = open; len(open) > 0 {
		return
	}
	// A row whose words were changed is the item it was, if it is like one.
	for i := range b.cards {
		c := &b.cards[i]
		if c.key != "" || c.by != nil {
			continue
		}
		if e, ok := claim(func(e entry) bool {
			f := facts[e.key]
			return e.made.Number != 0 && f.Issue.Title != "" && likeness(f.Issue.Title, c.Title) >= alike
		}); ok {
			c.hold(e, b.Observation.Subject)
			used[e.mark] = true
		}
	}
	b.pair(entries, facts, used)
	for _, e := range entries {
		if !used[e.mark] && e.made.Number != 0 {
			used[e.mark] = true
			c := card{item: item{number: len(b.cards) + 1, mark: e.mark}, isGone: true}
			c.hold(e, b.Observation.Subject)
			b.cards = append(b.cards, c)
		}
	}
	for i := range b.cards {
		c := &b.cards[i]
		if c.fact = facts[c.key]; c.isGone {
			c.Title = c.fact.Issue.Title
		}
		if c.key == "" && c.ref.Repo != "" {
			c.fact = b.Facts[workflows.IssueAsk{Subject: c.ref}]
		}
	}
}

// pair takes the one row of a repository that is new and the one issue there whose
// row is gone for the same item, where that issue's title cannot tell: somebody
// renamed it, or it is not to be read here.
func (b *board) pair(entries []entry, facts map[string]workflows.Answer, used map[string]bool) {
	rows, gone := map[string][]*card{}, map[string][]entry{}
	for i := range b.cards {
		if c := &b.cards[i]; c.key == "" && c.by == nil && c.ref.Repo == "" {
			rows[strings.ToLower(c.repo)] = append(rows[strings.ToLower(c.repo)], c)
		}
	}
	for _, e := range entries {
		f, known := facts[e.key]
		if !used[e.mark] && e.made.Number != 0 && known && f.Unknown == "" && printOf(f.Issue.Title) != e.mark {
			repo := strings.ToLower(e.subject(b.Observation.Subject).Repo)
			gone[repo] = append(gone[repo], e)
		}
	}
	for repo, issues := range gone {
		if len(issues) == 1 && len(rows[repo]) == 1 {
			rows[repo][0].hold(issues[0], b.Observation.Subject)
			used[issues[0].mark] = true
		}
	}
}

// alike is how much two titles have in common that mean one thing.
const alike = 0.6

// hold ties a card to what was made or decided, and to the place which that was
// about, whatever the row says by now.
func (c *card) hold(e entry, postmortem workflows.Subject) {
	c.key, c.made, c.repo = e.key, e.made, e.subject(postmortem).Repo
}

// entry is what was made, or decided, for the item with that mark.
type entry struct {
	key, mark string
	// by is the id of the act that asked for it, or empty.
	by   string
	made workflows.Made
}

// isAt reports whether it is the issue that a row names.
func (e entry) isAt(ref, postmortem workflows.Subject) bool {
	return ref.Repo != "" && e.made.Number == ref.Number && strings.EqualFold(e.subject(postmortem).Repo, ref.Repo)
}

// stands: what was decided unasked because of the place the item had stands while
// it has it.
func (b *board) stands(e entry, repo string) bool {
	return e.made.Refused == "" || e.by != "" || strings.EqualFold(e.subject(b.Observation.Subject).Repo, repo)
}

func (e entry) subject(postmortem workflows.Subject) workflows.Subject {
	repo := e.made.Repo
	if repo == "" {
		repo = postmortem.Repo
	}
	return workflows.Subject{Repo: repo, Number: e.made.Number}
}

// entries are those of all keys, by key.
func (b *board) entries() []entry {
	var all []entry
	for key, made := range b.Made {
		if rest, ok := strings.CutPrefix(key, keyItem); ok {
			e := entry{key: key, made: made}
			e.mark, e.by, _ = strings.Cut(rest, ".")
			all = append(all, e)
		}
	}
	slices.SortFunc(all, func(x, y entry) int { return strings.Compare(x.key, y.key) })
	return all
}

// mostAsked is how many issues are looked at that rows name themselves.
const mostAsked = 50

// factsOf is how the issues stand. While some are still to be made nobody is told,
// and so nothing is asked.
func (b *board) factsOf(entries []entry) (facts map[string]workflows.Answer, open []workflows.Ask) {
	facts = map[string]workflows.Answer{}
	if slices.ContainsFunc(entries, func(e entry) bool { return e.made.Waiting }) {
		return facts, nil
	}
	listed, open := b.listed(entries)
	if len(open) > 0 {
		return facts, open
	}
	for _, e := range entries {
		if e.made.Number == 0 {
			continue
		}
		at := e.subject(b.Observation.Subject)
		answer, known := b.Facts[workflows.IssueAsk{Subject: at}]
		if !known {
			answer, known = listed[at]
		}
		if !known {
			open = append(open, workflows.IssueAsk{Subject: at})
		}
		facts[e.key] = answer
	}
	asked := 0
	for _, c := range b.cards {
		ask := workflows.IssueAsk{Subject: c.ref}
		if _, known := b.Facts[ask]; c.ref.Repo == "" || c.key != "" || known || asked == mostAsked {
			continue
		}
		asked++
		open = append(open, ask)
	}
	return facts, open
}

// mostSingly is how many issues of a repository are read one by one; of more the
// repository's list is. Of those so many are looked at for what they published.
const (
	mostSingly    = 30
	mostPublished = 50
)

// listed is how the issues stand in repositories that have many.
func (b *board) listed(entries []entry) (facts map[workflows.Subject]workflows.Answer, open []workflows.Ask) {
	unread := map[string]int{}
	for _, e := range entries {
		at := e.subject(b.Observation.Subject)
		if _, known := b.Facts[workflows.IssueAsk{Subject: at}]; e.made.Number != 0 && !known {
			unread[at.Repo]++
		}
	}
	facts = map[workflows.Subject]workflows.Answer{}
	for _, repo := range slices.Sorted(maps.Keys(unread)) {
		ask := workflows.OwnIssuesAsk{Repo: repo, Label: b.policy.Label, Since: b.Observation.Issue.CreatedAt.UTC().Format(dateLayout), Most: mostPublished}
		answer, known := b.Facts[ask]
		if !known && unread[repo] > mostSingly {
			open = append(open, ask)
		}
		for _, own := range answer.Own {
			facts[own.Subject] = workflows.Answer{Issue: own.Issue, Subject: own.Subject, Summaries: own.Summaries}
		}
	}
	return facts, open
}

// repoOf is where an item belongs: where it says, else with its owner, else where
// the policy says, else next to the postmortem.
func (b *board) repoOf(s spec) string {
	if s.Repo != "" {
		return s.Repo
	}
	for _, who := range s.Owners {
		if repo := b.policy.placeOf("@"+who, b.Policy.Services); repo != "" {
			return repo
		}
	}
	if b.policy.Repository != "" {
		return b.policy.Repository
	}
	return b.Observation.Subject.Repo
}
