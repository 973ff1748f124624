package readinglist

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/readinglist/list"
)

// meeting is the reading club's next one, and whether its agenda is due. The plan's
// wake is set to when the next agenda is.
func (g *gathering) meeting(p *workflows.Plan) (m meeting, due bool) {
	m, ok := g.own.Club.next(g.Policy, g.Now)
	if !ok {
		return m, false
	}
	at := g.Policy.Morning(m.At, agendaDays)
	if g.Now.Before(at) {
		p.Wake = earliest(p.Wake, at)
		return m, false
	}
	for _, own := range g.agendas() {
		if own.Key == keyOf(m) {
			p.Wake = earliest(p.Wake, m.At)
			return m, false
		}
	}
	return m, !g.asking()
}

func keyOf(m meeting) string { return keyClub + m.At.Format(time.DateOnly) }

func earliest(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// agendaMonths is how long agendas are looked at: who closes one later than that has
// it counted no more.
const agendaMonths = 6

// agendas are the club's issues: all that are open, and the closed ones of some months.
func (g *gathering) agendas() (all []workflows.OwnIssue) {
	answer, _ := g.fact(workflows.OwnIssuesAsk{Repo: g.here, Label: clubLabel().Name, Since: g.Now.UTC().AddDate(0, -agendaMonths, 0).Format("2006-01") + "-01"})
	for _, own := range answer.Own {
		if strings.HasPrefix(own.Key, keyClub) {
			all = append(all, own)
		}
	}
	return all
}

// announce opens the agenda of a meeting.
func (g *gathering) announce(p *workflows.Plan, m meeting) {
	if _, made := g.Made[keyOf(m)]; made {
		return
	}
	entries := list.Next(g.entries(), g.own.Club.Topics, g.own.Club.Reads)
	if g.asking() || len(entries) == 0 {
		return
	}
	in := g.Input
	var b strings.Builder
	b.WriteString(in.Say("**When**: ", "**日時**: ") + m.when(in) + "\n")
	if m.Host != "" {
		b.WriteString(in.Say("**Host**: ", "**進行**: ") + in.Person(m.Host) + "\n")
	}
	b.WriteString("\n## " + in.Say("To read before", "事前に読むもの") + "\n\n")
	for i := range entries {
		e := &entries[i]
		fmt.Fprintf(&b, "- [ ] %s <!-- %s -->\n", e.Headline(in.Language), e.ID)
		if summary := e.Says(in.Language); summary != "" {
			b.WriteString("  " + summary + "\n")
		}
	}
	b.WriteString("\n" + in.Say("Tick what you read together. Closing this issue notes it on the list, with a link to here; closing it as not planned notes nothing.",
		"いっしょに読んだものにチェックを入れてください。このIssueを閉じると、ここへのリンクとともにリストに記録します。「対応しない」で閉じると、何も記録しません。") + "\n\n## " +
		in.Say("Notes", "メモ") + "\n\n" + in.Say("- What surprised us?\n- What would we have done?\n- What is different today?\n", "- 意外だったこと\n- 自分たちならどうしたか\n- いまはどう変わったか\n"))
	intent := workflows.IssueIntent{
		Key: keyOf(m), Title: in.Say("Reading club, ", "読書会 ") + in.Day(m.At), Body: b.String(), Labels: []workflows.Label{clubLabel()}, Once: true,
	}
	if m.Host != "" {
		intent.Assignees = []string{m.Host}
	}
	p.Issues = append(p.Issues, intent)
}

// agenda looks after the issue of a meeting: when it is closed, the list hears of it.
func agenda(in workflows.Input) workflows.Decision {
	key, of, _ := in.Observation.Issue.MadeFor()
	p := workflows.Plan{
		Names: []workflows.Subject{{Repo: in.Observation.Subject.Repo, Name: of.Name}}, Comments: in.HelpComments(keyHelp, helped(in.Acts), ""),
	}
	if of.Name == "" { // it was not made for a list
		return workflows.Decision{}
	}
	if len(in.Acts) > 0 { // an untouched agenda needs no comment of ours
		p.Sections = []workflows.Section{{Key: name, Title: in.Say("Reading club", "読書会"), Text: in.Say(
			"Closing this issue notes on the reading list what was ticked, or everything if nothing was.", "このIssueを閉じると、チェックしたものを読書リストに記録します。ひとつもなければ、すべて記録します。")}}
	}
	if !in.Observation.Issue.Open {
		p.Summary = Published{Ended: strings.TrimPrefix(key, keyClub), Text: textOf(in.Observation.Issue)}.encode()
	}
	return workflows.Decision{Plan: p}
}

// readings are what the club read, by the entries' ids: of each meeting that was held
// what is ticked, or everything where nothing is.
func (g *gathering) readings() map[string][]list.Reading {
	read := map[string][]list.Reading{}
	if g.own.Club.First == "" {
		return read
	}
	for _, own := range g.agendas() {
		day := strings.TrimPrefix(own.Key, keyClub)
		if _, err := time.Parse(time.DateOnly, day); err != nil || own.Issue.Open || own.Issue.Reason == "not_planned" {
			continue // somebody may have rewritten the key, which stands in the text
		}
		ids, ticked := boxes(own.Issue.Body)
		if !slices.ContainsFunc(ids, func(id string) bool { return ticked[id] }) {
			for _, id := range ids {
				ticked[id] = true
			}
		}
		for _, id := range ids {
			if ticked[id] {
				read[id] = append(read[id], list.Reading{Day: day, Notes: own.Issue.URL})
			}
		}
	}
	return read
}
