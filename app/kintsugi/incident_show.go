package main

import (
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows/moment"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// The states of an incident, as JSON has them.
const (
	stateWaiting     = "waiting"
	stateInProgress  = "in-progress"
	stateResolved    = "resolved"
	stateFalseAlarm  = "false-alarm"
	stateDuplicate   = "duplicate"
	stateNearMiss    = "near-miss"
	stateUnconfirmed = "unconfirmed"
)

// state is where the incident stands.
func (i anIncident) state() string {
	switch {
	case i.Ended == stateFalseAlarm, i.Ended == stateDuplicate:
		return i.Ended
	case i.NearMiss:
		return stateNearMiss
	case i.Ended == stateResolved:
		return i.Ended
	case !i.Confirmed:
		return stateUnconfirmed
	case i.Acknowledged.IsZero() && i.Mitigated.IsZero():
		return stateWaiting
	}
	return stateInProgress
}

// incidentTeller writes incidents for people, in one language.
type incidentTeller struct{ lang words.Language }

func (t incidentTeller) say(en, ja string) string {
	if t.lang == words.Japanese {
		return ja
	}
	return en
}

// state names a state, and what the issue itself says otherwise.
func (t incidentTeller) state(i anIncident) string {
	name := map[string]string{
		stateWaiting:     t.say("waiting", "対応者待ち"),
		stateInProgress:  t.say("in progress", "対応中"),
		stateResolved:    t.say("resolved", "復旧"),
		stateFalseAlarm:  t.say("false alarm", "誤報"),
		stateDuplicate:   t.say("duplicate", "重複"),
		stateNearMiss:    t.say("near miss", "ヒヤリハット"),
		stateUnconfirmed: t.say("unconfirmed", "確認待ち"),
	}[i.state()]
	switch {
	case i.state() == stateDuplicate && i.Joined > 0:
		name = fmt.Sprintf(t.say("duplicate of #%d", "#%d と重複"), i.Joined)
	case i.Ended == "" && !i.issue.Open:
		name += t.say(" (the issue is closed)", "（Issueは閉じられています）")
	case i.Ended != "" && i.issue.Open:
		name += t.say(" (the issue is open)", "（Issueは開いています）")
	}
	return name
}

// headline is severity, state and lead.
func (t incidentTeller) headline(i anIncident) string {
	severity := t.say("severity undecided", "重大度未定")
	if i.Severity > 0 {
		severity = fmt.Sprintf("SEV%d", i.Severity)
	}
	lead := "—"
	if i.Lead != "" {
		lead = words.Name(i.Lead) + t.say("", "さん")
	}
	return strings.Join([]string{severity, t.state(i), t.say("lead ", "対応リーダー ") + lead}, " · ")
}

// times are the milestones in the order in which they are measured. The report
// has its date, and the others theirs where it differs.
func (t incidentTeller) times(i anIncident) string {
	clock := func(at time.Time) string {
		if at.IsZero() {
			return "—"
		}
		return moment.Clock(at, i.zone, i.Declared, t.lang)
	}
	return strings.Join([]string{
		t.say("started ", "発生 ") + clock(i.Started),
		t.say("detected ", "検知 ") + clock(i.Detected),
		t.say("reported ", "報告 ") + moment.Clock(i.Declared, i.zone, time.Time{}, t.lang),
		t.say("acknowledged ", "対応開始 ") + clock(i.Acknowledged),
		t.say("mitigated ", "影響収束 ") + clock(i.Mitigated),
		t.say("resolved ", "復旧 ") + clock(i.Resolved),
	}, " → ")
}

// metrics are TTD, TTA, TTM and TTR.
func (t incidentTeller) metrics(i anIncident) string {
	took := func(seconds *int64) string {
		if seconds == nil {
			return "—"
		}
		return moment.Duration(time.Duration(*seconds)*time.Second, t.lang)
	}
	return "TTD " + took(i.TTD) + " · TTA " + took(i.TTA) + " · TTM " + took(i.TTM) + " · TTR " + took(i.TTR)
}

// text is an incident for a terminal.
func (t incidentTeller) text(i anIncident) string {
	return fmt.Sprintf("%s · %s\n  %s\n  %s\n  %s\n  %s\n",
		i.subject, t.headline(i), words.Foreign(i.issue.Title).Inline(0), t.times(i), t.metrics(i), i.issue.URL)
}

// markdown is an incident to be pasted. The title is quoted, so that it mentions
// nobody and links nothing, and names stand without @.
func (t incidentTeller) markdown(i anIncident) string {
	name := words.Foreign(i.subject.String()).String()
	if u, err := url.Parse(i.issue.URL); err == nil && (u.Scheme == "https" || u.Scheme == "http") && !strings.ContainsAny(i.issue.URL, " ()<>\\") {
		name = "[" + i.subject.String() + "](" + i.issue.URL + ")"
	}
	return fmt.Sprintf("**%s** · %s %s\n%s\n%s\n", t.headline(i), name, words.Foreign(i.issue.Title).Inline(100), t.times(i), t.metrics(i))
}

func showIncident(out io.Writer, as string, lang words.Language, i anIncident) error {
	t := incidentTeller{lang}
	switch as {
	case "json":
		return writeJSON(out, incidentJSON(i))
	case "md":
		_, err := io.WriteString(out, printable(t.markdown(i)))
		return err
	}
	_, err := io.WriteString(out, printable(t.text(i)))
	return err
}

func showIncidents(out io.Writer, as string, lang words.Language, from time.Time, all []anIncident) error {
	t := incidentTeller{lang}
	if as == "json" {
		list := []jsonIncident{}
		for _, i := range all {
			list = append(list, incidentJSON(i))
		}
		return writeJSON(out, struct {
			Since     time.Time      `json:"since"`
			Incidents []jsonIncident `json:"incidents"`
		}{from.UTC().Truncate(time.Second), list})
	}
	var b strings.Builder
	head := t.since(from, all)
	if as == "md" {
		fmt.Fprintf(&b, "**%s**\n\n", head)
	} else {
		fmt.Fprintf(&b, "%s\n\n", head)
	}
	if len(all) == 0 {
		b.Reset()
		fmt.Fprintln(&b, head)
	}
	for n, i := range all {
		if n > 0 {
			b.WriteByte('\n')
		}
		if as == "md" {
			b.WriteString(t.markdown(i))
			continue
		}
		b.WriteString(t.text(i))
	}
	_, err := io.WriteString(out, printable(b.String()))
	return err
}

// since is the heading of a list, in the zone of its incidents where they share
// one.
func (t incidentTeller) since(from time.Time, all []anIncident) string {
	zone := time.UTC
	for n, i := range all {
		if n > 0 && i.zone.String() != zone.String() {
			zone = time.UTC
			break
		}
		zone = i.zone
	}
	at := moment.Clock(from, zone, time.Time{}, t.lang)
	if len(all) == 0 {
		return t.say("No incidents updated since "+at+".", at+" から更新された障害はありません。")
	}
	return fmt.Sprintf(t.say("Incidents updated since %s: %d", "%s から更新された障害: %d件"), at, len(all))
}

// jsonIncident is an incident for programs. What is not known is null; times are
// UTC, durations seconds.
type jsonIncident struct {
	Subject      string     `json:"subject"`
	Title        string     `json:"title"`
	URL          string     `json:"url"`
	Open         bool       `json:"open"`
	Severity     *int       `json:"severity"`
	State        string     `json:"state"`
	DuplicateOf  *int       `json:"duplicate_of"`
	Lead         *string    `json:"lead"`
	Started      *time.Time `json:"started"`
	Detected     *time.Time `json:"detected"`
	Reported     *time.Time `json:"reported"`
	Acknowledged *time.Time `json:"acknowledged"`
	Mitigated    *time.Time `json:"mitigated"`
	Resolved     *time.Time `json:"resolved"`
	TTD          *int64     `json:"ttd_seconds"`
	TTA          *int64     `json:"tta_seconds"`
	TTM          *int64     `json:"ttm_seconds"`
	TTR          *int64     `json:"ttr_seconds"`
}

func incidentJSON(i anIncident) jsonIncident {
	known := func(t time.Time) *time.Time {
		if t.IsZero() {
			return nil
		}
		t = t.UTC()
		return &t
	}
	number := func(n int) *int {
		if n == 0 {
			return nil
		}
		return &n
	}
	return jsonIncident{
		Subject: i.subject.String(), Title: i.issue.Title, URL: i.issue.URL, Open: i.issue.Open,
		Severity: number(i.Severity), State: i.state(), DuplicateOf: number(i.Joined), Lead: orNull(i.Lead),
		Started: known(i.Started), Detected: known(i.Detected), Reported: known(i.Declared),
		Acknowledged: known(i.Acknowledged), Mitigated: known(i.Mitigated), Resolved: known(i.Resolved),
		TTD: i.TTD, TTA: i.TTA, TTM: i.TTM, TTR: i.TTR,
	}
}
