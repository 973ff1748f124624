package followup

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/incident"
	"github.com/kintsugi-app/kintsugi/workflows/postmortem"
)

// repeat is what is published about an incident that happened before: which it
// was, and who said so.
type repeat struct {
	Of int       `json:"recurrence_of"`
	By string    `json:"by"`
	At time.Time `json:"at"`
}

// repeats cites in an incident what was to prevent it, where it happened before:
// because somebody said so, or because an earlier one is much alike.
func repeats(in workflows.Input) workflows.Decision {
	of, said := incident.LikelyRepeat(in), workflows.Act{}
	for _, a := range in.Acts {
		if n, err := strconv.Atoi(a.Value); a.Name == "recurrence-of" && a.Verdict == workflows.Done && err == nil {
			of, said = n, a
		}
	}
	if of == 0 {
		return workflows.Decision{}
	}
	before, open := neighbour(in, of)
	if open != nil {
		return workflows.Decision{Asks: open}
	}
	number := postmortem.Of(before)
	if number == 0 {
		return workflows.Decision{}
	}
	written, open := neighbour(in, number)
	if open != nil {
		return workflows.Decision{Asks: open}
	}
	var p Published
	if json.Unmarshal([]byte(written.Summaries[name]), &p) != nil || len(p.Items) == 0 {
		return workflows.Decision{}
	}
	var meant []string
	for _, i := range p.Items {
		if i.prevents() && len(meant) < mostCited {
			state := in.Say("open", "未完了")
			if !i.Open {
				state = in.Say("done", "完了")
			}
			meant = append(meant, strings.TrimPrefix(i.Ref, in.Observation.Subject.Repo)+in.Say(" ("+state+")", "（"+state+"）"))
		}
	}
	if len(meant) == 0 {
		return workflows.Decision{}
	}
	list := strings.Join(meant, in.Say(", ", "、"))
	if said.ID == "" {
		text := in.Say(fmt.Sprintf("If this is #%d again: #%d was to prevent it by %s. `/recurrence-of #%d` opens that again.", of, number, list, of),
			fmt.Sprintf("#%d の再発であれば、#%d で決めた再発防止策は %s です。`/再発 #%d` と書くと開き直します。", of, number, list, of))
		return workflows.Decision{Plan: workflows.Plan{Sections: []workflows.Section{{Key: keyRepeat, Text: text, Facts: text}}}}
	}
	text := in.Say(fmt.Sprintf("This is #%d again, %s says. #%d was to prevent it by %s.", of, in.Person(said.Author), number, list),
		fmt.Sprintf("#%d の再発です（%s）。#%d で決めた再発防止策: %s", of, in.Person(said.Author), number, list))
	data, err := json.Marshal(repeat{Of: of, By: said.Author, At: said.At})
	if err != nil {
		panic(err) // texts and numbers always encode
	}
	return workflows.Decision{Plan: workflows.Plan{
		Sections: []workflows.Section{{Key: keyRepeat, Text: text, Facts: text}},
		Summary:  string(data),
		Names:    []workflows.Subject{{Repo: in.Observation.Subject.Repo, Number: number}},
	}}
}

// mostCited is how many follow-ups an incident cites.
const mostCited = 5

// prevents: it was meant to keep the incident from happening again. Where nobody
// said what it is for, it may have been.
func (i PublishedItem) prevents() bool { return i.Kind == kindPrevent || i.Kind == "" }

// neighbour is what another issue of the repository published.
func neighbour(in workflows.Input, number int) (answer workflows.Answer, open []workflows.Ask) {
	ask := workflows.SummaryAsk{Subject: workflows.Subject{Repo: in.Observation.Subject.Repo, Number: number}}
	answer, known := in.Facts[ask]
	if !known {
		return answer, []workflows.Ask{ask}
	}
	return answer, nil
}

// mostRepeats bounds how many of the issues that refer to the postmortem are read.
const mostRepeats = 10

// repeated is when somebody last said, of a later incident, that it was the one of
// this postmortem again, and who. It is looked for only where something is closed
// that was to prevent it.
func (b *board) repeated() (last repeat) {
	if !b.isReopenable() {
		return last
	}
	ask := workflows.LinksAsk{Subject: b.Observation.Subject}
	links, known := b.Facts[ask]
	if !known {
		b.asks = append(b.asks, ask)
		return last
	}
	read := 0
	for i := len(links.Links) - 1; i >= 0 && read < mostRepeats; i-- {
		l := links.Links[i]
		if l.Pull || l.Subject.Repo != b.Observation.Subject.Repo || l.Subject.Number == b.a.Incident {
			continue
		}
		read++
		answer, open := neighbour(b.Input, l.Subject.Number)
		b.asks = append(b.asks, open...)
		var r repeat
		if json.Unmarshal([]byte(answer.Summaries[name]), &r) == nil && r.Of == b.a.Incident && r.At.After(last.At) {
			last = r
		}
	}
	return last
}

func (b *board) isReopenable() bool {
	for i := range b.cards {
		if b.cards[i].isReopenable() && b.a.Incident != 0 {
			return true
		}
	}
	return false
}

func (c *card) isReopenable() bool {
	return c.made.Number != 0 && c.fact.Unknown == "" && c.fact.Subject.Number != 0 && !c.fact.Issue.Open && PublishedItem{Kind: c.Kind}.prevents()
}

// reopen marks what is to be opened again, as far as whoever said so may there.
func (b *board) reopen() {
	r := b.repeated()
	for i := range b.cards {
		c := &b.cards[i]
		if r.At.IsZero() || !c.isReopenable() || !c.fact.Issue.ClosedAt.Before(r.At) {
			continue
		}
		role, known := b.Facts.Role(c.fact.Subject.Repo, r.By)
		if !known {
			b.asks = append(b.asks, workflows.RoleAsk{Repo: c.fact.Subject.Repo, Login: r.By})
		}
		if role >= workflows.RoleTriage {
			c.reopenAt = r.At
		}
	}
}
