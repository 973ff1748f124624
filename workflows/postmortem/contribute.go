package postmortem

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/incident"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// contributor adds to an incident what concerns its postmortem: the draft when it
// is due, a line where the incident ends, a section with its state.
type contributor struct {
	teller
	a      incident.Account
	policy *Policy
	// command is the last /postmortem on the incident, if any, and named the number
	// that the last one with a number names, or 0.
	command *workflows.Act
	named   int
	// notThere is a number that was named and is not there.
	notThere int
}

func contribute(in workflows.Input) workflows.Decision {
	c := contributor{teller: teller{in}, policy: policyOf(in.Policy)}
	for _, act := range in.Acts {
		if act.Name == "postmortem" && act.Verdict == workflows.Done && !act.Gesture {
			c.command = &act
			if n, err := strconv.Atoi(act.Value); err == nil {
				c.named = n
			}
		}
	}
	var asks []workflows.Ask
	if c.a, asks = incident.AccountOf(in); len(asks) > 0 && !answered(in, asks) {
		return workflows.Decision{Asks: asks}
	}
	if (c.a.NearMiss || !c.a.Confirmed || c.a.Resolved.IsZero()) && c.command == nil {
		return workflows.Decision{}
	}
	number, asks := c.number()
	if len(asks) > 0 {
		return workflows.Decision{Asks: asks}
	}
	if number != 0 {
		return c.linked(number)
	}
	return c.unlinked()
}

// isDraftKey: a draft that was refused, or deleted, and then asked for again has a
// key of its own.
func isDraftKey(key string) bool { return key == keyDraft || strings.HasPrefix(key, keyDraft+".") }

// made is the draft that was made last, or tried.
func (c contributor) made() (made workflows.Made, tried bool) {
	key := ""
	for k, m := range c.in.Made {
		if isDraftKey(k) && (!tried || m.At.After(made.At) || m.At.Equal(made.At) && k > key) {
			key, made, tried = k, m, true
		}
	}
	return made, tried
}

// again is the key of another try: somebody asked for it after the last one.
func (c contributor) again(made workflows.Made) (key string, ok bool) {
	if c.command == nil || c.command.Value != "" && c.command.Value != short || !c.command.At.After(made.At) {
		return "", false
	}
	return keyDraft + "." + c.command.ID, true
}

func answered(in workflows.Input, asks []workflows.Ask) bool {
	for _, a := range asks {
		if _, ok := in.Facts[a]; !ok {
			return false
		}
	}
	return true
}

// number is that of the postmortem, or 0: the one that somebody named, the draft
// that was made, or one written by hand that says it is of this incident.
func (c *contributor) number() (number int, asks []workflows.Ask) {
	if c.named != 0 {
		answer, known := c.in.Facts[workflows.SummaryAsk{Subject: c.neighbour(c.named)}]
		switch {
		case !known:
			return 0, []workflows.Ask{workflows.SummaryAsk{Subject: c.neighbour(c.named)}}
		case answer.Unknown == "":
			return c.named, nil
		}
		c.notThere = c.named
	}
	if made, _ := c.made(); made.Number != 0 {
		answer, known := c.in.Facts[workflows.SummaryAsk{Subject: c.neighbour(made.Number)}]
		if !known {
			return 0, []workflows.Ask{workflows.SummaryAsk{Subject: c.neighbour(made.Number)}}
		}
		if answer.Unknown == "" {
			return made.Number, nil
		}
		c.notThere = made.Number
	}
	self := c.in.Observation.Subject
	for i, l := range c.in.Facts[workflows.LinksAsk{Subject: self}].Links {
		// Pull requests are many, and those that fix it say nothing here.
		if l.Subject.Repo != self.Repo || i >= mostLinked || l.Pull && c.policy.As != asFile {
			continue
		}
		answer, known := c.in.Facts[workflows.SummaryAsk{Subject: l.Subject}]
		if !known {
			asks = append(asks, workflows.SummaryAsk{Subject: l.Subject})
			continue
		}
		if p := publishedIn(answer.Summaries[name]); p.Incident == self.Number && p.State != "" {
			return l.Subject.Number, nil
		}
	}
	return 0, asks
}

func (c contributor) neighbour(number int) workflows.Subject {
	return workflows.Subject{Repo: c.in.Observation.Subject.Repo, Number: number}
}

// linked: there is one.
func (c contributor) linked(number int) workflows.Decision {
	there := c.neighbour(number)
	ask := workflows.SummaryAsk{Subject: there}
	answer, known := c.in.Facts[ask]
	if !known {
		return workflows.Decision{Asks: []workflows.Ask{ask}}
	}
	p := publishedIn(answer.Summaries[name])
	due := c.dueText(p)
	plan := workflows.Plan{
		Labels:  []workflows.LabelIntent{{Label: labels(c.in.Policy)[labelDue], On: false}},
		Summary: toJSON(linkSummary{Number: number}),
		Names:   []workflows.Subject{there},
	}
	state := c.stateName(p.State)
	said := fmt.Sprintf("#%d · %s", number, state)
	if p.State == "" {
		said = fmt.Sprintf("#%d", number)
	}
	if !c.a.IsOver && !c.a.Resolved.IsZero() {
		due = "" // a false alarm, another's, or it goes on
	}
	if p.isOpen() && due != "" {
		said += c.say(" · due "+due, " · 期限 "+due)
	}
	if p.Sharing != "" && p.isOpen() {
		if at, err := time.Parse(time.RFC3339, p.Sharing); err == nil {
			said += c.say(" · sharing meeting ", " · 共有会 ") + c.dayAndClock(at)
		}
	}
	plan.Sections = []workflows.Section{{Key: name, Text: c.say("Postmortem: ", "ポストモーテム: ") + said, Facts: said}}
	if !c.a.Resolved.IsZero() {
		line := c.say(fmt.Sprintf("The draft postmortem is #%d; times and timeline are filled in.", number), fmt.Sprintf("ポストモーテムの下書きは #%d です。時刻と経緯は入れてあります。", number))
		if made, _ := c.made(); made.Number != number {
			line = c.say(fmt.Sprintf("The postmortem is #%d.", number), fmt.Sprintf("ポストモーテムは #%d です。", number))
		}
		if due != "" && (p.State == "" || p.isOpen()) {
			line += c.say(" Due "+due+".", "期限は"+due+"です。")
		}
		plan.Additions = []workflows.Addition{{To: incident.KeyResolved, Text: line, Facts: fmt.Sprintf("#%d", number)}}
	}
	return workflows.Decision{Plan: plan}
}

// dueText is the due day: as the postmortem says, or as it will once it has been
// looked at.
func (c contributor) dueText(p published) string {
	if p.Due == "" {
		from := c.a.Resolved
		if made, _ := c.made(); made.Number != 0 {
			from = later(from, made.At)
		}
		if from.IsZero() {
			return ""
		}
		return c.day(dueAfter(c.in, from))
	}
	at, err := time.ParseInLocation(dateLayout, p.Due, c.in.Policy.TimeZone)
	if err != nil {
		return ""
	}
	return c.day(at)
}

// dueAfter is the day by which a postmortem is due.
func dueAfter(in workflows.Input, end time.Time) time.Time {
	return in.Policy.NextWorkingDay(end.In(in.Policy.TimeZone), int(policyOf(in.Policy).Due))
}

// unlinked: there is none yet. It is drafted where the policy or a person wants
// it; otherwise one friendly line says how.
func (c contributor) unlinked() workflows.Decision {
	wanted := c.command != nil || c.a.IsOver && c.policy.needs(c.a.Severity)
	made, tried := c.made()
	key, again := c.again(made)
	switch {
	case !c.a.IsOver && c.command == nil:
		return workflows.Decision{}
	case c.a.Hidden:
		line := c.say("A postmortem of this belongs where only those may read it who need to; none was drafted here.", "この件のポストモーテムは、必要な方だけが読める場所に書いてください。ここに下書きは作りません。")
		return workflows.Decision{Plan: c.ending(line)}
	case !wanted:
		line := c.say("No postmortem is needed. If it would teach something: `/postmortem`", "ポストモーテムは必須ではありません。残しておきたいときは `/postmortem` と書いてください。")
		if c.a.Severity == 0 {
			line = c.say("No severity was decided, so no postmortem is asked for. If one would help: `/postmortem`", "重大度が未定のため、ポストモーテムは求めません。残しておきたいときは `/postmortem` と書いてください。")
		}
		return workflows.Decision{Plan: c.ending(line)}
	case !tried:
		return c.draft(keyDraft)
	case again:
		return c.draft(key)
	case made.Refused != "":
		why := words.Foreign(made.Refused).Inline(120)
		return c.due(c.say("The draft could not be made ("+why+"). `/postmortem` tries again; whoever writes it: `/postmortem #341` links it here.", "下書きを作れませんでした（"+why+"）。もう一度試すときは `/postmortem`、書いたものがあるときは `/postmortem #341` のように番号を入れてください。"))
	case c.notThere != 0:
		return c.due(c.say(fmt.Sprintf("The postmortem #%d is not there any more. `/postmortem` drafts another.", c.notThere), fmt.Sprintf("ポストモーテム #%d は見つかりません。もう一度下書きを作るときは `/postmortem` と書いてください。", c.notThere)))
	}
	return workflows.Decision{} // lost and not found again: nothing true can be said
}

// due: one is needed, and there is none.
func (c contributor) due(line string) workflows.Decision {
	plan := c.ending(line)
	plan.Labels = []workflows.LabelIntent{{Label: labels(c.in.Policy)[labelDue], On: true}}
	plan.Sections = []workflows.Section{{Key: name, Text: c.say("Postmortem: to be written · due ", "ポストモーテム: 未作成 · 期限 ") + c.dueText(published{}) + "\n" + line, Facts: "due " + line}}
	return workflows.Decision{Plan: plan}
}

// ending adds a line to the comment that ends the incident.
func (c contributor) ending(line string) workflows.Plan {
	return workflows.Plan{Additions: []workflows.Addition{{To: incident.KeyResolved, Text: line}}}
}

// linkSummary is what is published about an incident: its postmortem.
type linkSummary struct {
	Number int `json:"number"`
}

func linkIn(answer workflows.Answer) (l linkSummary) {
	if json.Unmarshal([]byte(answer.Summaries[name]), &l) != nil {
		return linkSummary{}
	}
	return l
}

// published is what is published about a postmortem: states, days and names, no
// texts.
type published struct {
	State    string   `json:"state"` // draft, review, done, dropped
	Incident int      `json:"incident,omitempty"`
	Service  string   `json:"service,omitempty"` // of the incident
	Due      string   `json:"due,omitempty"`     // YYYY-MM-DD
	Sharing  string   `json:"sharing,omitempty"` // RFC 3339
	Authors  []string `json:"authors,omitempty"`
	Approved []string `json:"approved,omitempty"`
	// Incomplete says that it was closed with something missing.
	Incomplete bool `json:"incomplete,omitempty"`
}

func (p published) isOpen() bool { return p.State == stateDraft || p.State == stateReview }

func publishedIn(text string) (p published) {
	if json.Unmarshal([]byte(text), &p) != nil {
		return published{}
	}
	return p
}

func toJSON(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err) // texts and numbers always encode
	}
	return string(data)
}

// incidentIn finds, in the body of a postmortem, which incident it is of, by a
// line such as "Incident: #340".
func incidentIn(body string) (number string, ok bool) {
	for line := range strings.Lines(body[:min(len(body), 20_000)]) {
		line = strings.Trim(line, " \t\r\n-*>|")
		if len(line) > 200 {
			continue
		}
		if m := incidentLine.FindStringSubmatch(line); m != nil {
			return m[1], true
		}
	}
	return "", false
}
