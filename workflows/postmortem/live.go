package postmortem

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/document"
	"github.com/kintsugi-app/kintsugi/workflows/incident"
	"github.com/kintsugi-app/kintsugi/workflows/postmortem/inspect"
	"github.com/kintsugi-app/kintsugi/workflows/postmortem/lint"
)

// life is a postmortem as it stands: what its acts say, what the document says,
// and what its incident has published.
type life struct {
	teller
	s      state
	policy *Policy
	// of is the number of the incident, 0 for none; about is what it published.
	of    int
	about incident.Published
	pull  workflows.Pull
	// path is the file, of a pull request.
	path    string
	doc     *document.Document
	read    []inspect.Incident
	authors []string
	due     time.Time // the day, at midnight
	// findings are what lint has, blame aside; wordings are those.
	findings, wordings []lint.Finding
}

func live(in workflows.Input) workflows.Decision {
	l := life{teller: teller{in}, s: replay(in), policy: policyOf(in.Policy)}
	if asks := l.look(); len(asks) > 0 {
		return workflows.Decision{Asks: asks}
	}
	if asks := l.approvalsOfPull(); len(asks) > 0 {
		return workflows.Decision{Asks: asks}
	}
	asks := l.lint()
	if len(asks) > 0 {
		return workflows.Decision{Asks: asks}
	}
	plan := workflows.Plan{
		Sections: []workflows.Section{l.section()},
		Labels:   l.labels(),
		State:    l.stateIntent(),
		Comments: l.comments(),
		Checks:   l.checks(),
		Summary:  toJSON(l.published()),
	}
	plan.Notices, plan.Wake = l.reminders()
	if l.of != 0 {
		plan.Names = []workflows.Subject{l.incidentSubject()}
	}
	return workflows.Decision{Plan: plan}
}

func (l *life) incidentSubject() workflows.Subject {
	return workflows.Subject{Repo: l.in.Observation.Subject.Repo, Number: l.of}
}

// look reads the incident, the pull request and the document.
func (l *life) look() (asks []workflows.Ask) {
	o := l.in.Observation
	if l.of = l.s.incident; l.of == 0 {
		if key, of, ok := o.Issue.MadeFor(); ok && key == keyDraft {
			l.of = of.Number
		} else if n, ok := incidentIn(o.Issue.Body); ok && o.Issue.Ours {
			fmt.Sscan(n, &l.of) //nolint:errcheck // the pattern has digits only
		}
	}
	if l.of != 0 {
		ask := workflows.SummaryAsk{Subject: l.incidentSubject()}
		if answer, known := l.in.Facts[ask]; known {
			l.about = incident.PublishedIn(answer.Summaries[incident.Name])
		} else {
			asks = append(asks, ask)
		}
	}
	body := o.Issue.Body
	if _, _, ours := o.Issue.MadeFor(); ours { // the mark is the App's, and no line of the document
		_, body, _ = strings.Cut(body, "\n")
		body = "\n" + body
	}
	if o.Issue.Pull {
		ask := workflows.PullAsk{Subject: o.Subject}
		answer, known := l.in.Facts[ask]
		if !known {
			return append(asks, ask)
		}
		l.pull, body = answer.Pull, ""
		if !o.Issue.Open && !l.pull.Merged { // GitHub gives no reason for closing one
			l.s.ended = dropped
		}
		if l.path = l.file(); l.path != "" {
			ask := workflows.FileAsk{Repo: o.Subject.Repo, Ref: l.pull.Head, Path: l.path}
			answer, known := l.in.Facts[ask]
			if !known {
				return append(asks, ask)
			}
			body = answer.Text
		}
	}
	if len(asks) > 0 {
		return asks
	}
	l.doc = document.Read(body)
	l.read = inspect.Read(o.Subject.String(), l.doc)
	l.authors = l.whoWrites()
	l.due = l.dueDay()
	return nil
}

// file is the first postmortem file of the pull request, or "".
func (l *life) file() string {
	for _, path := range l.pull.Files {
		if strings.HasPrefix(path, l.policy.Folder+"/") && strings.HasSuffix(strings.ToLower(path), ".md") {
			return path
		}
	}
	return ""
}

// whoWrites are the authors, whose own approval does not count and who are
// reminded: those assigned, whoever opened it, else the incident's lead.
func (l *life) whoWrites() []string {
	o := l.in.Observation
	authors := slices.Clone(o.Issue.Assignees)
	if a := o.Issue.Author; !a.Bot && a.Login != workflows.Ghost && !contains(authors, a.Login) {
		authors = append(authors, a.Login)
	}
	if len(authors) == 0 && l.about.Lead != "" {
		authors = []string{l.about.Lead}
	}
	return authors
}

// dueDay: as somebody moved it, else business days after the incident's end, or
// after its own beginning where there is no incident.
func (l *life) dueDay() time.Time {
	zone := l.in.Policy.TimeZone
	if at, err := time.ParseInLocation(dateLayout, l.s.due, zone); err == nil {
		return at
	}
	from := l.in.From
	if at, err := time.Parse(time.RFC3339, l.about.Resolved); err == nil {
		from = at
	}
	y, m, d := dueAfter(l.in, from).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, zone)
}

// approvalsOfPull takes the approving reviews of a pull request for /approve.
func (l *life) approvalsOfPull() (asks []workflows.Ask) {
	for _, r := range l.pull.Reviews {
		if r.State != "approved" || r.Author.Bot {
			continue
		}
		role, known := l.in.Facts.Role(l.in.Observation.Subject.Repo, r.Author.Login)
		if !known {
			asks = append(asks, workflows.RoleAsk{Repo: l.in.Observation.Subject.Repo, Login: r.Author.Login})
			continue
		}
		if role >= workflows.RoleWrite && !r.At.Before(l.in.From) {
			l.s.apply(workflows.Act{ID: fmt.Sprintf("r%d", r.ID), Name: "approve", Author: r.Author.Login, At: r.At})
		}
	}
	return asks
}

// isApproved: everybody who was asked has approved, and as many as the policy
// wants, and nothing is missing that the policy calls an error.
func (l *life) isApproved() (by []string, last workflows.Act, ok bool) {
	by, last, ok = l.s.approvedBy(l.authors, l.policy.Approvals)
	return by, last, ok && l.s.ended != dropped && l.errors() == 0
}

func (l *life) state() string {
	_, _, approved := l.isApproved()
	switch {
	case l.s.ended == dropped && !l.pull.Merged:
		return stateDropped
	case l.s.ended != ongoing && !l.reopens(), l.pull.Merged, approved && !l.in.Observation.Issue.Pull,
		l.isAccepted() && !l.in.Observation.Issue.Open: // once done it stays so, whatever is edited
		return stateDone
	case l.s.review != nil || len(l.s.approvals) > 0:
		return stateReview
	}
	return stateDraft
}

// isIncomplete: it was closed by hand, and something is missing.
func (l *life) isIncomplete() bool {
	_, _, approved := l.isApproved()
	return l.s.ended == accepted && (l.open() > 0 || !approved && l.policy.Approvals > 0)
}

// reopens: the policy has it that a first closing with something missing is taken
// back.
func (l *life) reopens() bool {
	return l.isIncomplete() && l.policy.OnClose == onCloseReopen && l.s.closings == 1 && !l.in.Observation.Issue.Pull
}

func (l *life) stateIntent() *workflows.StateIntent {
	if l.in.Observation.Issue.Pull {
		return nil // people merge
	}
	if l.reopens() {
		return &workflows.StateIntent{Open: true, At: l.s.endedBy.At.Add(time.Second), ActID: l.s.endedBy.ID}
	}
	if _, last, ok := l.isApproved(); ok && l.s.ended == ongoing {
		return &workflows.StateIntent{Reason: "completed", At: last.At, ActID: last.ID}
	}
	return nil
}

func (l *life) labels() []workflows.LabelIntent {
	all, state := labels(l.in.Policy), l.state()
	return []workflows.LabelIntent{
		{Label: all[labelOwn], On: true},
		{Label: all[labelDraft], On: state == stateDraft},
		{Label: all[labelReview], On: state == stateReview},
		{Label: all[labelDone], On: state == stateDone},
		{Label: all[labelIncomplete], On: l.isIncomplete() && l.policy.OnClose != onCloseOff && !l.reopens()},
	}
}

func (l *life) published() published {
	by, _, _ := l.isApproved()
	p := published{State: l.state(), Incident: l.of, Due: l.due.Format(dateLayout), Authors: l.authors, Approved: by, Incomplete: l.isIncomplete() && !l.reopens()}
	if !l.s.meeting.IsZero() {
		p.Sharing = l.s.meeting.Format(time.RFC3339)
	}
	return p
}

// section is the postmortem's part of the status comment: where it stands, then
// one next step and who takes it.
func (l *life) section() workflows.Section {
	state := l.state()
	title := l.say("Postmortem · ", "ポストモーテム · ") + l.stateName(state)
	if state == stateDraft || state == stateReview {
		title += l.say(" · due ", " · 期限 ") + l.day(l.due)
	}
	if l.isIncomplete() && !l.reopens() {
		title += l.say(" · something is missing", " · 未記入あり")
	}
	lines := []string{l.origin(), l.approvals(), l.sharing(), l.missing(), l.nextStep(state), l.footer(state)}
	lines = slices.DeleteFunc(lines, func(s string) bool { return s == "" })
	text := strings.Join(lines, "\n")
	return workflows.Section{Key: name, Title: title, Text: text, Facts: title + "\n" + text}
}

func (l *life) origin() string {
	var parts []string
	if l.of != 0 {
		of := fmt.Sprintf("#%d", l.of)
		if l.about.Severity > 0 {
			of += fmt.Sprintf(" · SEV%d", l.about.Severity)
		}
		parts = append(parts, l.say("Incident: ", "障害: ")+of)
	}
	if len(l.authors) > 0 {
		parts = append(parts, l.say("author: ", "執筆: ")+l.people(l.authors))
	}
	return capital(strings.Join(parts, " · "))
}

func (l *life) approvals() string {
	by, _, ok := l.isApproved()
	var parts []string
	if len(by) > 0 {
		parts = append(parts, l.say("Reviewed by "+l.people(by), "レビュー: "+l.people(by)))
	}
	var waiting []string
	for _, who := range l.s.asked {
		if !contains(by, who) && !contains(l.authors, who) {
			waiting = append(waiting, who)
		}
	}
	if len(waiting) > 0 && !ok && l.s.ended == ongoing {
		parts = append(parts, l.say("waiting for "+l.people(waiting), "承認待ち: "+l.people(waiting)))
	}
	for _, a := range l.s.approvals {
		if contains(l.authors, a.Author) {
			parts = append(parts, l.say(l.person(a.Author)+" wrote it, so that approval is not counted", l.person(a.Author)+"は執筆者なので、承認には数えません"))
		}
	}
	return capital(strings.Join(parts, " · "))
}

func (l *life) sharing() string {
	if l.s.meeting.IsZero() {
		return ""
	}
	return l.say("Sharing meeting: ", "共有会: ") + l.dayAndClock(l.s.meeting)
}

// missing points to the comment with the findings, where they were asked for.
func (l *life) missing() string {
	if n := l.open(); l.isAsked() && n > 0 {
		return l.say(fmt.Sprintf("Open points: %d, listed in a comment below", n), fmt.Sprintf("未対応: %d件（下のコメントにあります）", n))
	}
	if l.isAsked() {
		return l.say("Nothing is missing.", "足りないところはありません。")
	}
	return ""
}

func (l *life) nextStep(state string) string {
	var step string
	o := l.in.Observation
	switch {
	case o.Issue.Pull && l.path == "" && state != stateDone:
		step = l.say("add the postmortem as a Markdown file below `"+l.policy.Folder+"/`", "`"+l.policy.Folder+"/` の下に、ポストモーテムをMarkdownのファイルで追加してください")
	case state == stateDraft && len(l.authors) == 0:
		step = l.say("who writes it? Assign somebody; then `/review @name @name`", "どなたが書きますか。担当者を割り当ててください。書けたら `/review @name @name`")
	case state == stateDraft:
		step = l.say("fill in what only people know; then "+l.people(l.authors)+" writes `/review @name @name`. `/lint` shows what is missing", "人にしか分からないところを書いたら、"+l.people(l.authors)+"が `/review @name @name`。足りないところは `/lint` で見られます")
	case state == stateReview && l.errors() > 0 && l.isAccepted():
		step = l.say("approved; it is done once nothing is missing that this team's policy calls an error", "承認されました。チームの設定で必須のところがそろうと完了です")
	case state == stateReview && o.Issue.Pull && l.approvedPull():
		step = l.say("approved: merge it", "承認されました。マージしてください")
	case state == stateReview:
		step = l.say("whoever has read it, write `/approve`", "読んだ方は `/approve`")
		if o.Issue.Pull {
			step = l.say("whoever has read it, approve the pull request or write `/approve`", "読んだ方は、プルリクエストを承認するか `/approve`")
		}
	default:
		return ""
	}
	return "\n" + l.say("**Next step**: ", "**次の一歩**: ") + step
}

// isAccepted: people have approved it, whatever is missing.
func (l *life) isAccepted() bool {
	_, _, ok := l.s.approvedBy(l.authors, l.policy.Approvals)
	return ok
}

func (l *life) approvedPull() bool {
	_, _, ok := l.isApproved()
	return ok
}

func (l *life) footer(state string) string {
	if state == stateDone || state == stateDropped {
		return ""
	}
	return "\n" + l.say("<sub>`/share 12/2 15:00` sets the sharing meeting · `/postpone 12/10 reason` moves the due date · `/help`</sub>",
		"<sub>共有会は `/share 12/2 15:00` · 期限の延期は `/postpone 12/10 理由` · 一覧は `/help`</sub>")
}
