package followup

import (
	"encoding/json"
	"fmt"
	"maps"
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
		p.Turn, p.Patience = b.urgency(), 10*time.Second // the worse the incident, the sooner
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

// Published is what a postmortem tells others of its follow-ups: references, days
// and states, no texts.
type Published struct {
	Items []PublishedItem `json:"items,omitempty"`
}

// PublishedItem is one of them.
type PublishedItem struct {
	Ref  string `json:"ref"` // OWNER/REPO#N
	Kind string `json:"type,omitempty"`
	Due  string `json:"due,omitempty"`
	Open bool   `json:"open,omitempty"`
}

func (b *board) summary() string {
	var p Published
	for i := range b.cards {
		if c := &b.cards[i]; c.made.Number != 0 && c.fact.Subject.Number != 0 {
			p.Items = append(p.Items, PublishedItem{Ref: c.fact.Subject.String(), Kind: c.Kind, Due: c.dueOf(), Open: c.fact.Issue.Open})
		}
	}
	if len(p.Items) == 0 {
		return ""
	}
	data, err := json.Marshal(p)
	if err != nil {
		panic(fmt.Sprint("texts always encode: ", err))
	}
	return string(data)
}
