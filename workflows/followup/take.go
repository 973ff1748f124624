package followup

import (
	"slices"
	"strconv"
	"strings"

	"github.com/kintsugi-app/kintsugi/workflows"
)

// take decides which items become issues now. What was made or decided before
// stays so.
func (b *board) take() {
	b.follow()
	_, told := b.Made[keyAccepted+b.a.By]
	isNew := !b.a.Accepted.IsZero() && !told
	for i := range b.cards {
		c := &b.cards[i]
		switch {
		case c.made.Waiting:
			c.why = b.waiting(c)
			c.wanted = c.why == ""
		case c.made.Number != 0, c.wanted:
		case c.made.Refused != "":
			c.why = refusedFor(c.made.Refused)
		case c.ref.Repo != "":
			c.why = whyElse
		case c.done:
			c.why = whyDone
		case c.Kind == kindIdea:
			c.why = whyIdea
		case len(c.Owners) == 0:
			c.why = whyOwner
		case b.Moved: // and what was made for it before, there is no telling
			c.why = whyRequest
		default:
			c.why = b.unasked(c, isNew)
			c.wanted = c.why == ""
		}
		isTold := b.Moved && c.why == whyRequest ||
			isNew && b.elsewhere(c.repo) != "" && slices.Contains([]reason{whyRole, whyArchived, whyNoIssues}, c.why)
		if (c.wanted || isTold) && c.key == "" {
			c.key = keyItem + c.mark
		}
	}
}

// waiting says why what was to be made is not to be any more. Elsewhere only what
// was agreed to counts, and not what the row was made of since.
func (b *board) waiting(c *card) reason {
	if b.elsewhere(c.repo) != "" && c.made.Hash != c.hash() {
		return whyRequest
	}
	return b.closed(c.repo)
}

// unasked says why an item does not become an issue without being asked for by
// name, or nothing where it does: with the postmortem's acceptance those that it
// had then, where one of those who accepted it may; later, and with at_once, those
// next to the postmortem.
func (b *board) unasked(c *card, isNew bool) reason {
	switch {
	case b.isStranger(c.repo):
		return whyStranger
	case c.by != nil:
		return b.askedBy(*c.by, c.repo)
	case b.policy.Create == createOnRequest:
		return whyRequest
	case isNew && b.elsewhere(c.repo) != "" && b.isEditedSince():
		return whyRequest
	case isNew:
		return b.anyMay(b.a.Who, c.repo)
	case b.elsewhere(c.repo) != "":
		return whyRequest
	case b.Observation.Issue.Ours: // into which only those write who may
		return ""
	}
	return b.anyMay([]string{b.Observation.Issue.Author.Login}, c.repo)
}

// isEditedSince: the document is not the one any more that was accepted, so its
// rows are nobody's with a role elsewhere. Where GitHub does not tell, it is taken
// for the same.
func (b *board) isEditedSince() bool {
	if b.Observation.Issue.Pull { // which is read as of a commit
		return false
	}
	ask := workflows.EditedAsk{Subject: b.Observation.Subject}
	answer, known := b.Facts[ask]
	if !known {
		b.asks = append(b.asks, ask)
	}
	return answer.Edited.After(b.a.Accepted)
}

// mostAcceptors is how many of those who accepted are asked about.
const mostAcceptors = 5

// anyMay says nothing where one of these people may have issues opened there.
// Before one of them is known to, nothing is asked or said about the place.
func (b *board) anyMay(people []string, repo string) reason {
	answered := true
	for _, who := range people[:min(len(people), mostAcceptors)] {
		role, known := b.Facts.Role(repo, who)
		if !known {
			b.asks = append(b.asks, workflows.RoleAsk{Repo: repo, Login: who})
			answered = false
		}
		if role >= workflows.RoleTriage {
			return b.closed(repo)
		}
	}
	switch {
	case !answered:
		return ""
	case b.elsewhere(repo) == "":
		return whyRequest
	}
	return whyRole
}

func (b *board) askedBy(act workflows.Act, repo string) reason {
	switch {
	case b.elsewhere(repo) == "":
		return "" // the role was judged with the act
	case b.isStranger(repo):
		return whyStranger
	}
	return b.anyMay([]string{act.Author}, repo)
}

// isStranger: it belongs to another owner.
func (b *board) isStranger(repo string) bool {
	owner, _, _ := strings.Cut(b.Observation.Subject.Repo, "/")
	other, _, _ := strings.Cut(repo, "/")
	return !strings.EqualFold(owner, other)
}

// closed says why no issue can be opened in a repository of this owner.
func (b *board) closed(repo string) reason {
	if b.elsewhere(repo) == "" {
		return ""
	}
	answer, known := b.Facts[workflows.PlaceAsk{Repo: repo}]
	switch {
	case !known:
		b.asks = append(b.asks, workflows.PlaceAsk{Repo: repo})
		return ""
	case answer.Unknown != "":
		return whyRole
	}
	return answer.Place.Closed
}

// follow does what commands ask that name an item by its number. Each is bound,
// once, to the item that had the number when it was first looked at.
func (b *board) follow() {
	bound := map[string]bool{}
	for _, e := range b.entries() {
		if e.by != "" {
			bound[e.by] = true
		}
	}
	for _, act := range b.Acts {
		n := numberIn(act)
		if n == 0 || bound[act.ID] {
			continue
		}
		if made, told := b.Made[keySlip+act.ID]; told {
			b.slips = append(b.slips, slip{act, n, made.Refused})
			continue
		}
		i := slices.IndexFunc(b.cards, func(c card) bool { return c.number == n && !c.isGone })
		switch {
		case i < 0:
			b.slips = append(b.slips, slip{act, n, slipNone})
		case b.cards[i].made.Number != 0 || b.cards[i].made.Waiting || b.cards[i].wanted:
			b.slips = append(b.slips, slip{act, n, slipMade})
		default:
			b.obey(&b.cards[i], act)
		}
	}
}

// What is wrong with a command that names an item.
const (
	slipNone reason = "none" // there is no such item
	slipMade reason = "made" // it is an issue already
)

func numberIn(a workflows.Act) int {
	if a.Verdict != workflows.Done {
		return 0
	}
	switch a.Name {
	case "follow-up":
		return specIn(a.Value).Row
	case "wont-do":
		n, _ := strconv.Atoi(a.Value)
		return n
	}
	return 0
}

// obey does what one command asks of an item.
func (b *board) obey(c *card, act workflows.Act) {
	key := keyItem + c.mark + "." + act.ID
	decided := func(why reason) {
		c.key, c.made, c.why = key, workflows.Made{Refused: why, At: act.At}, why
	}
	if act.Name == "wont-do" {
		decided(whyDropped)
		return
	}
	b.amend(c, act)
	switch why := b.askedBy(act, c.repo); {
	case len(c.Owners) == 0:
		decided(whyOwner)
	case why != "":
		decided(why)
	default:
		c.key, c.made, c.wanted, c.why = key, workflows.Made{}, true, ""
	}
}

// amend adds what a command says of an item to what the document does.
func (b *board) amend(c *card, act workflows.Act) {
	s := specIn(act.Value)
	if len(s.Owners) > 0 {
		c.Owners, c.named = s.Owners, ""
	}
	c.Due, c.Repo = or(s.Due, c.Due), or(s.Repo, c.Repo)
	c.Kind, c.Priority = or(s.Kind, c.Kind), or(s.Priority, c.Priority)
	c.repo = b.repoOf(c.spec)
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// refusedFor reads back why an item was not made: a reason of ours, or GitHub's.
func refusedFor(text string) reason {
	switch text {
	case whyDropped, whyOwner, whyRole, whyRequest, whyArchived, whyNoIssues, whyStranger:
		return text
	}
	return whyRefused
}
