package incident

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/moment"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// call is who is called, as they are mentioned, and which names of the policy
// reach nobody: teams that the App may not read and the policy does not list.
type call struct{ mentions, unreachable []string }

// since is when people had reason to be called.
func (t teller) since() time.Time {
	if t.s.since.IsZero() {
		return t.s.declared.at
	}
	return t.s.since
}

// lines are whom the policy names for an incident of this severity: the first
// line and the second. The route is chosen by the hour in which it became one
// that people are called to, and does not change with the hour of the day.
func (t teller) lines(level int) (first, second []string) {
	p, service := t.policy, t.serviceOf()
	for _, r := range p.Routes {
		if r.fits(service, level, t.in.Policy.Working(t.since())) {
			first, second = r.Notify, r.Escalate
			break
		}
	}
	owners := t.in.Policy.Services[service]
	if len(first) == 0 {
		first = p.Notify
	}
	if len(first) == 0 {
		first = owners.Owners
	}
	if len(second) == 0 {
		second = p.Escalate
	}
	if len(second) == 0 && owners.Lead != "" {
		second = []string{owners.Lead}
	}
	return first, second
}

// fits: an undecided severity may be the worst.
func (r Route) fits(service string, level int, working bool) bool {
	return (r.Service == "" || strings.EqualFold(r.Service, service)) &&
		(len(r.Severity) == 0 || slices.Contains(r.Severity, max(level, 1))) &&
		(r.Hours == "" || (r.Hours == hoursWorking) == working)
}

// calls resolves names of the policy to mentions. A team is mentioned where the
// App may read its members, else its members are, as the policy lists them;
// while a team has not been asked about it returns the question.
func (t teller) calls(names []string) (c call, asks []workflows.Ask) {
	for _, who := range names {
		org, slug, isTeam := strings.Cut(strings.TrimPrefix(who, "@"), "/")
		if !isTeam {
			c.mentions = append(c.mentions, who)
			continue
		}
		ask := workflows.TeamAsk{Org: org, Slug: slug}
		answer, known := t.in.Facts[ask]
		members := t.members(org + "/" + slug)
		switch {
		case !known:
			asks = append(asks, ask)
		case answer.Unknown == "":
			c.mentions = append(c.mentions, who)
		case len(members) > 0:
			c.mentions = append(c.mentions, members...)
		default:
			c.unreachable = append(c.unreachable, strings.TrimPrefix(who, "@"))
		}
	}
	c.mentions = unique(c.mentions)
	return c, asks
}

func (t teller) members(team string) []string {
	for name, members := range t.policy.Teams {
		if strings.EqualFold(name, team) {
			return members
		}
	}
	return nil
}

func unique(names []string) []string {
	seen := map[string]bool{}
	return slices.DeleteFunc(slices.Clone(names), func(who string) bool {
		again := seen[strings.ToLower(who)]
		seen[strings.ToLower(who)] = true
		return again
	})
}

// calling are the notices that call people, and when to look again though
// nothing happens.
func (t *teller) calling() (notices []workflows.Notice, wake time.Time, asks []workflows.Ask) {
	first, second := t.lines(t.s.level)
	if t.callsPeople() {
		var more []workflows.Ask
		t.call, asks = t.calls(first)
		t.second, more = t.calls(second)
		asks = append(asks, more...)
		if len(t.call.mentions) == 0 { // nobody stands before them
			t.call.mentions, t.second.mentions = t.second.mentions, nil
		}
		if len(t.call.mentions) > 0 {
			notices = append(notices, t.notice(keyOpened, t.call.mentions))
		}
	}
	if !t.isGoingOn() {
		return notices, time.Time{}, asks
	}
	for _, add := range []func() (workflows.Notice, time.Time, []workflows.Ask){t.rerouted, t.raised, t.escalated, t.reminded} {
		notice, at, more := add()
		asks = append(asks, more...)
		if notice.Key != "" {
			notices = append(notices, notice)
		}
		if !at.IsZero() && (wake.IsZero() || at.Before(wake)) {
			wake = at
		}
	}
	return notices, wake, asks
}

// callsPeople: a confirmed incident that nobody has taken up yet. Once somebody
// has, a call not yet made is overtaken and is not made.
func (t teller) callsPeople() bool { return t.isGoingOn() && t.s.acknowledged == nil }

// rerouted calls those who were not called yet, because it turned out later whom
// it concerns. It is said once.
func (t teller) rerouted() (n workflows.Notice, at time.Time, asks []workflows.Ask) {
	opened, called := t.in.Made[keyOpened]
	if !called || opened.To == "" || t.s.acknowledged != nil || t.s.service.Value == "" {
		return n, at, nil
	}
	known := strings.Fields(strings.ToLower(opened.To))
	others := slices.DeleteFunc(slices.Clone(t.call.mentions), func(who string) bool { return slices.Contains(known, strings.ToLower(who)) })
	if len(others) == 0 {
		return n, at, nil
	}
	return t.notice(keyRerouted, others), at, nil
}

// isGoingOn: a confirmed incident, not mitigated, not closed.
func (t teller) isGoingOn() bool {
	s := t.s
	return s.confirmed && !s.nearMiss && s.hurts() && t.in.Observation.Issue.Open
}

// notice is a call for help: who, the headline, the next step.
func (t teller) notice(key string, mentions []string) workflows.Notice {
	line := strings.Join(mentions, " ") + t.say(", please take a look.", " 確認をお願いします。")
	return workflows.Notice{Key: key, To: strings.Join(mentions, " "), Line: line, Body: "**" + t.headline() + "**\n" + line + "\n" + t.nextStep()}
}

// raiseStands is how long a severity that rose must stand before it is said, so
// that a slip of the finger, put right at once, calls nobody.
const raiseStands = time.Minute

// raised: the severity became worse than it was known to be, and stays so. Each
// level is said once. What decides is what people wrote and when, not when we
// came to read it.
func (t teller) raised() (n workflows.Notice, at time.Time, asks []workflows.Ask) {
	if len(t.s.raises) == 0 || t.isHidden() {
		return n, at, nil
	}
	last := t.s.raises[len(t.s.raises)-1]
	opened, called := t.in.Made[keyOpened]
	if !last.by.At.After(t.since()) || called && !opened.At.Before(last.by.At) || !called && t.callsPeople() {
		return n, at, nil // whoever was called, or is now, knows
	}
	key := fmt.Sprintf("%s%d", keyRaised, last.level)
	if _, said := t.in.Made[key]; said || last.level != t.s.level {
		return n, at, nil
	}
	if due := last.by.At.Add(raiseStands); t.in.Now.Before(due) {
		return n, due, nil
	}
	line, _ := t.lines(last.level)
	c, asks := t.calls(line)
	said := t.say(fmt.Sprintf("the severity was raised to SEV%d%s.", last.level, t.because()), fmt.Sprintf("重大度がSEV%dに上がりました%s。", last.level, t.because()))
	if len(c.mentions) > 0 {
		said = strings.Join(c.mentions, " ") + t.say(", please take a look: ", " 確認をお願いします。") + said
	} else {
		said = words.Capital(said)
	}
	return workflows.Notice{Key: key, Line: said, Body: "**" + t.headline() + "**\n" + said + "\n" + t.nextStep()}, at, asks
}

// because names the row that decided a severity, or who did.
func (t teller) because() string {
	if t.s.isSet {
		return t.say(" by "+t.person(t.s.by.Author), "（"+t.person(t.s.by.Author)+"）")
	}
	return t.say(" ("+t.s.row.In(t.in.Language, t.s.reach)+")", "（"+t.s.row.In(t.in.Language, t.s.reach)+"）")
}

// escalated: nobody has acknowledged in time. It is said once.
func (t teller) escalated() (n workflows.Notice, at time.Time, asks []workflows.Ask) {
	wait := time.Duration(t.policy.EscalateAfter)
	_, done := t.in.Made[keyEscalated]
	if t.s.acknowledged != nil || t.s.level > leastUrgent || wait == 0 || len(t.second.mentions) == 0 || done {
		return n, at, nil
	}
	opened, called := t.in.Made[keyOpened]
	from := t.since()
	if !called { // by this run
		from = t.in.Now
	} else if opened.At.After(from) { // we were late ourselves
		from = opened.At
	}
	for _, r := range t.s.raises {
		if r.level <= leastUrgent && r.by.At.After(from) { // until then it could wait
			from = r.by.At.Add(raiseStands)
		}
	}
	if due := from.Add(wait); t.in.Now.Before(due) {
		return n, due, nil
	}
	minutes := moment.Duration(wait, t.in.Language)
	line := strings.Join(t.second.mentions, " ") + t.say(
		fmt.Sprintf(", nobody has started on this for %s. Please take a look.", minutes),
		fmt.Sprintf(" %sたっても対応が始まっていません。確認をお願いします。", minutes))
	return workflows.Notice{Key: keyEscalated, To: strings.Join(t.second.mentions, " "), Line: line, Body: "**" + t.headline() + "**\n" + line + "\n" + t.nextStep()}, at, nil
}

// updateEvery is how long nothing may be heard of an incident before its lead
// is asked, by severity.
var updateEvery = map[int]time.Duration{1: 30 * time.Minute, 2: time.Hour}

// mostReminders is how often the lead is asked.
const mostReminders = 2

// reminded: the lead has said nothing for long, and people wait to hear.
func (t teller) reminded() (n workflows.Notice, at time.Time, asks []workflows.Ask) {
	s, every := t.s, updateEvery[t.s.level]
	if s.acknowledged == nil || every == 0 || !t.policy.Reminders || s.quiet || s.quietFor[strings.ToLower(s.lead)] {
		return n, at, nil
	}
	heard := s.lastActed
	if t.in.Heard.After(heard) {
		heard = t.in.Heard
	}
	for i := 1; i <= mostReminders; i++ {
		key := fmt.Sprintf("%s%d", keyUpdate, i)
		if sent, ok := t.in.Made[key]; ok {
			if sent.At.After(heard) {
				heard = sent.At
			}
			continue
		}
		if due := heard.Add(every); t.in.Now.Before(due) {
			return n, due, nil
		}
		since := moment.Duration(t.in.Now.Sub(heard).Truncate(time.Minute), t.in.Language)
		line := t.say(
			fmt.Sprintf("@%s Nothing new was written for %s. One line helps those who wait. `/quiet` ends these reminders.", s.lead, since),
			fmt.Sprintf("@%s %s新しい書き込みがありません。待っている方のために、ひとことお願いします。`/quiet` で止められます。", s.lead, since))
		if i < mostReminders {
			at = t.in.Now.Add(every)
		}
		return workflows.Notice{Key: key, Line: line, Body: line}, at, nil
	}
	return n, at, nil
}
