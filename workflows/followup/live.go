package followup

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// task is the issue of a follow-up: a replay of its acts, and what its body says.
type task struct {
	workflows.Input
	policy   *Policy
	facts    issueFacts
	due      time.Time // the day, at midnight; zero for none
	postpone *workflows.Act
	evidence *workflows.Act
	dropped  *workflows.Act
	helped   []workflows.Act
	quiet    bool
	quietFor map[string]bool
	links    []workflows.Link
}

// published is what a follow-up tells others of itself: days and states, no texts.
type published struct {
	Due      string `json:"due,omitempty"` // YYYY-MM-DD
	Kind     string `json:"type,omitempty"`
	Severity int    `json:"severity,omitempty"`
	Moved    bool   `json:"moved,omitempty"` // the due date was
	// First is the due date as it was set first, where it was moved.
	First string `json:"first,omitempty"`
	// Closed: it is done, or will not be.
	Closed bool `json:"closed,omitempty"`
}

func publishedIn(text string) (p published) {
	if json.Unmarshal([]byte(text), &p) != nil {
		return published{}
	}
	return p
}

func live(in workflows.Input) workflows.Decision {
	t := task{Input: in, policy: policyOf(in.Policy), facts: factsIn(in.Observation.Issue.Body), quietFor: map[string]bool{}}
	t.replay()
	if t.policy.Proof && (t.reopenedUnsaid() || !in.Observation.Issue.Open) {
		links, known := in.Facts[workflows.LinksAsk{Subject: in.Observation.Subject}]
		if !known {
			return workflows.Decision{Asks: []workflows.Ask{workflows.LinksAsk{Subject: in.Observation.Subject}}}
		}
		t.links = links.Links
	}
	p := workflows.Plan{State: t.state(), Comments: in.HelpComments(keyHelp, t.helped, "")}
	p.Notices, p.Wake = t.reminders()
	for _, one := range []*workflows.CommentIntent{t.proof(), t.again()} {
		if one != nil {
			p.Comments = append(p.Comments, *one)
		}
	}
	_, stirred := in.Observation.LastState()
	touched := p.State != nil || len(in.Acts)+len(in.Made)+len(p.Notices)+len(p.Comments) > 0
	if !stirred && !touched {
		return workflows.Decision{Plan: p}
	}
	p.Summary = t.summary()
	if _, of, ok := in.Observation.Issue.MadeFor(); ok {
		p.Names = []workflows.Subject{of}
	}
	if touched { // else there is nothing to say
		p.Sections = []workflows.Section{t.section()}
	}
	return workflows.Decision{Plan: p}
}

func (t *task) replay() {
	for _, a := range t.Acts {
		if a.Verdict != workflows.Done {
			continue
		}
		switch a.Name {
		case "postpone":
			t.postpone = &a
		case "evidence":
			t.evidence = &a
		case "wont-do":
			t.dropped = &a
		case "help":
			t.helped = append(t.helped, a)
		case "quiet":
			t.quiet = t.quiet || a.Role >= workflows.RoleWrite
			t.quietFor[strings.ToLower(a.Author)] = true
		}
	}
	if last, ok := t.Observation.LastState(); ok && t.dropped != nil && last.Kind == workflows.EventReopened && !last.At.Before(t.dropped.At) {
		t.dropped = nil // it is to be done after all
	}
	due := t.facts.due
	if t.postpone != nil {
		due = t.postpone.Value
	}
	t.due, _ = time.ParseInLocation(dateLayout, due, t.Policy.TimeZone)
}

// closing is a person's last closing of it, ok is false while it is open or was
// closed by us.
func (t *task) closing() (closed workflows.Event, ok bool) {
	last, ok := t.Observation.LastState()
	return last, ok && last.Kind == workflows.EventClosed && !last.Ours && !t.Observation.Issue.Open
}

// reopenedUnsaid: we opened it again, and have not said why.
func (t *task) reopenedUnsaid() bool {
	last, ok := t.Observation.LastState()
	_, proof := t.Made[keyProof]
	_, again := t.Made[keyAgain]
	return ok && last.Kind == workflows.EventReopened && last.Ours && !proof && !again
}

// isShown: a merged pull request refers to it, or /evidence shows it.
func (t *task) isShown() bool {
	return t.evidence != nil || slices.ContainsFunc(t.links, func(l workflows.Link) bool { return l.Pull && l.Merged })
}

// lacksProof: somebody closed it as done, the team wants to see that, and nothing
// shows it: no merged pull request that refers to it, and no /evidence.
func (t *task) lacksProof() bool {
	closed, ok := t.closing()
	return t.policy.Proof && ok && closed.Reason == "completed" && !t.isShown()
}

// wasReopened: we have done so before, and a second closing stands.
func (t *task) wasReopened() bool {
	_, said := t.Made[keyProof]
	return said
}

func (t *task) state() *workflows.StateIntent {
	closed, _ := t.closing()
	switch {
	case t.lacksProof() && !t.wasReopened():
		return &workflows.StateIntent{Open: true, At: closed.At.Add(time.Second), ActID: workflows.EventID(closed.ID)}
	case t.dropped != nil:
		return &workflows.StateIntent{Reason: "not_planned", At: t.dropped.At, ActID: t.dropped.ID}
	}
	return nil
}

// isOpen: it is, or is opened again now, and is not dropped.
func (t *task) isOpen() bool {
	return t.dropped == nil && (t.Observation.Issue.Open || t.lacksProof() && !t.wasReopened())
}

// proof says once why it is open again.
func (t *task) proof() *workflows.CommentIntent {
	wasCut := t.policy.Proof && t.reopenedUnsaid() && !t.isShown() // then the process died
	if !t.lacksProof() && !t.wasReopened() && !wasCut {
		return nil
	}
	return &workflows.CommentIntent{Key: keyProof, Facts: "proof", Body: t.Say(
		"This team's policy asks for a merged pull request, or a link that shows that it is done: `/evidence https://…`. So it was opened again, once; closing it a second time stands.",
		"このチームの設定では、マージされたプルリクエストか、終わったことが分かるリンク（`/完了の根拠 https://…`）が必要なため、一度だけ開き直しました。もう一度閉じれば、そのままになります。")}
}

// again says why we opened it again where that was not for want of proof: what it
// was to prevent has happened.
func (t *task) again() *workflows.CommentIntent {
	if _, said := t.Made[keyAgain]; !said && (!t.reopenedUnsaid() || t.proof() != nil) {
		return nil
	}
	_, of, _ := t.Observation.Issue.MadeFor()
	return &workflows.CommentIntent{Key: keyAgain, Facts: "again", Body: t.Say(
		"Opened again: what this was to prevent has happened again, see "+of.String()+". Closing it stands.",
		"再発したため開き直しました（"+of.String()+"）。対応が済んでいれば、閉じればそのままになります。")}
}

func (t *task) summary() string {
	p := published{Closed: !t.isOpen(), Kind: t.facts.kind, Severity: t.facts.severity, Moved: t.postpone != nil}
	if !t.due.IsZero() {
		p.Due = t.due.Format(dateLayout)
	}
	if p.Moved {
		p.First = t.facts.due
	}
	return p.text()
}

// outline is what a follow-up tells of itself before anybody has touched it.
func outline(i workflows.Issue) string {
	if !isFollowUp(i) {
		return ""
	}
	f := factsIn(i.Body)
	return published{Due: f.due, Kind: f.kind, Severity: f.severity}.text()
}

func (p published) text() string {
	data, err := json.Marshal(p)
	if err != nil {
		panic(err) // texts and numbers always encode
	}
	return string(data)
}

// section is where it stands, and one next step.
func (t *task) section() workflows.Section {
	issue := t.Observation.Issue
	isOpen := t.isOpen()
	title := t.Say("Follow-up · open", "フォローアップ · 未完了")
	switch {
	case isOpen:
	case t.dropped != nil, issue.Reason != "completed" && issue.Reason != "":
		title = t.Say("Follow-up · will not be done", "フォローアップ · 対応しない")
	default:
		title = t.Say("Follow-up · done", "フォローアップ · 完了")
	}
	if isOpen && !t.due.IsZero() {
		title += t.Say(" · due ", " · 期限 ") + t.Day(t.due)
	}
	var lines []string
	link := func(a *workflows.Act) string { return a.Link(issue.URL) }
	if t.postpone != nil && isOpen {
		lines = append(lines, t.Say("Postponed by "+t.Person(t.postpone.Author)+" ([why]("+link(t.postpone)+"))", t.Person(t.postpone.Author)+"が延期（[理由]("+link(t.postpone)+")）"))
	}
	if t.dropped != nil {
		lines = append(lines, t.Say("Decided by "+t.Person(t.dropped.Author)+" ([why]("+link(t.dropped)+"))", t.Person(t.dropped.Author)+"が決定（[理由]("+link(t.dropped)+")）"))
	}
	if t.evidence != nil {
		lines = append(lines, t.Say("Shown by "+t.Person(t.evidence.Author)+" ([link]("+link(t.evidence)+"))", t.Person(t.evidence.Author)+"が根拠を記入（[リンク]("+link(t.evidence)+")）"))
	}
	if slices.ContainsFunc(t.Acts, func(a workflows.Act) bool { return a.Name == "digest" && a.Verdict == workflows.Done }) {
		lines = append(lines, t.Say("`/digest` lists follow-ups on an issue of its own, not on one of them.", "`/フォローアップ一覧` は、フォローアップではない別のIssueに書いてください。"))
	}
	if isOpen {
		example := "2027-01-15"
		if !t.due.IsZero() {
			example = t.Policy.NextWorkingDay(t.due, 10).Format(dateLayout)
		}
		lines = append(lines, t.Say("**Next step**: close it when it is done. A new day: `/postpone "+example+" reason` · not to be done after all: `/wont-do reason`",
			"**次の一歩**: 終わったら閉じてください。延期は `/延期 "+example+" 理由`、やらないことにしたら `/やらない 理由`"))
	}
	body := strings.Join(lines, "\n")
	return workflows.Section{Key: name, Title: title, Text: body, Facts: title + "\n" + body}
}

// reminder is something that those assigned are told once.
type reminder struct {
	key string
	at  time.Time
	// until is when it would be too late to help; zero for never.
	until time.Time
	to    []string // as they are mentioned
	said  string
}

// reminders are one before the due date, one after it, and, where the policy wants
// it, one to the service's lead; all within working hours.
func (t *task) reminders() (notices []workflows.Notice, wake time.Time) {
	if !t.policy.Reminders || t.quiet || t.due.IsZero() || !t.isOpen() {
		return nil, time.Time{}
	}
	for _, r := range t.schedule() {
		if _, said := t.Made[r.key]; said || len(r.to) == 0 || !r.until.IsZero() && !t.Now.Before(r.until) {
			continue
		}
		at := r.at
		if at.Before(t.Now) {
			at = t.Now
		}
		if at = t.Policy.NextDaytime(at); at.After(t.Now) {
			if wake.IsZero() || at.Before(wake) {
				wake = at
			}
			continue
		}
		to := strings.Join(r.to, " ")
		notices = append(notices, workflows.Notice{Key: r.key, Body: to + " " + r.said, Line: to + " " + r.said, To: to})
	}
	return notices, wake
}

// before is how many working days before the due date those assigned are reminded.
const before = 3

func (t *task) schedule() []reminder {
	day, end := t.due.Format("20060102"), t.due.AddDate(0, 0, 1)
	postpone := t.Policy.NextWorkingDay(later(t.due, t.Now), 10).Format(dateLayout)
	all := []reminder{
		{
			key: keyBefore + day, at: t.Policy.Morning(t.due, before), until: end, to: t.addressed(),
			said: t.Say("This is due "+t.Day(t.due)+". If that is too soon: `/postpone "+postpone+" reason`", "期限は"+t.Day(t.due)+"です。間に合わないときは `/延期 "+postpone+" 理由`"),
		},
		{
			key: keyAfter + day, at: t.Policy.Morning(end, 0), to: t.addressed(),
			said: t.Say("This was due "+t.Day(t.due)+". Done? Then please close it. A new day: `/postpone "+postpone+" reason`. There are no further reminders.", "期限は"+t.Day(t.due)+"でした。終わっていたら閉じてください。延期は `/延期 "+postpone+" 理由`。お知らせはこれで終わりです。"),
		},
	}
	if n := int(t.policy.EscalateAfter); n > 0 && t.lead() != "" {
		all = append(all, reminder{
			key: keyLead + day, at: t.Policy.Morning(t.Policy.NextWorkingDay(t.due, n), 0), to: []string{t.lead()},
			said: t.Say("This was due "+t.Day(t.due)+" and is still open. Who can help, or decide that it can wait? `/postpone "+postpone+" reason`", "期限は"+t.Day(t.due)+"でしたが、まだ終わっていません。手伝える方がいるか、延期してよいか、ご判断をお願いします。延期は `/延期 "+postpone+" 理由`"),
		})
	}
	return all
}

// addressed are those assigned who want to be reminded, as they are mentioned.
func (t *task) addressed() (mentions []string) {
	for _, a := range t.Observation.Issue.Assignees {
		if _, ok := words.Login(a); ok && !t.quietFor[strings.ToLower(a)] {
			mentions = append(mentions, "@"+a)
		}
	}
	return mentions
}

// lead speaks for the service that is made in this repository, or is empty.
func (t *task) lead() string {
	var names []string
	for name, s := range t.Policy.Services {
		if s.Lead != "" && slices.ContainsFunc(s.Repositories, func(r string) bool { return strings.EqualFold(r, t.Observation.Subject.Repo) }) {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return t.Policy.Services[slices.Min(names)].Lead
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
