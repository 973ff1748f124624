package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/followup"
	"github.com/kintsugi-app/kintsugi/workflows/moment"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// The states of a follow-up, as JSON and CSV have them.
const (
	followUpOpen     = "open"
	followUpDone     = "done"
	followUpDeclined = "wont-do"
)

func (i aFollowUp) state() string {
	switch {
	case i.Open:
		return followUpOpen
	case i.Done:
		return followUpDone
	}
	return followUpDeclined
}

// followUpTeller writes follow-ups for people, in one language.
type followUpTeller struct {
	incidentTeller
	now time.Time
}

// text is a follow-up for a terminal.
func (t followUpTeller) text(i aFollowUp) string {
	head := []string{i.Subject.String(), t.stands(i)}
	if due := t.due(i); due != "" {
		head = append(head, due)
	}
	for _, who := range i.Assignees {
		head = append(head, words.Name(who)+t.say("", "さん"))
	}
	var about []string
	if kind := followup.KindName(i.Kind, t.lang); kind != "" {
		about = append(about, kind)
	}
	if i.Severity > 0 {
		about = append(about, fmt.Sprintf("SEV%d", i.Severity))
	}
	about = append(about, t.say("from ", "元のポストモーテム ")+i.For.String())
	return fmt.Sprintf("%s\n  %s\n  %s\n  %s\n", strings.Join(head, " · "), words.Foreign(i.Title).Inline(0), strings.Join(about, " · "), i.URL)
}

// stands is how it stands, and since when where it is closed.
func (t followUpTeller) stands(i aFollowUp) string {
	said := map[string]string{
		followUpOpen: t.say("open", "未完了"), followUpDone: t.say("done", "完了"), followUpDeclined: t.say("will not be done", "対応しない"),
	}[i.state()]
	if !i.Open {
		said += " " + moment.Day(i.ClosedAt, i.zone, t.now, t.lang)
	}
	return said
}

func (t followUpTeller) due(i aFollowUp) string {
	day, err := time.ParseInLocation(time.DateOnly, i.Due, i.zone)
	if err != nil || !i.Open {
		return ""
	}
	said := t.say("due ", "期限 ") + moment.Day(day, i.zone, t.now, t.lang)
	if i.First != i.Due {
		said += t.say(" (postponed)", "（延期）")
	}
	if i.IsOver(t.now, i.zone) {
		said += t.say(" · overdue", " · 期限超過")
	}
	return said
}

func (t followUpTeller) texts(all []aFollowUp) string {
	var shown []string
	for _, i := range all {
		shown = append(shown, t.text(i))
	}
	return strings.Join(shown, "\n")
}

func showFollowUps(out io.Writer, as string, lang words.Language, now time.Time, all []aFollowUp) error {
	t := followUpTeller{incidentTeller{lang}, now}
	switch as {
	case "json":
		return writeJSON(out, struct {
			At        time.Time      `json:"at"`
			FollowUps []jsonFollowUp `json:"follow_ups"`
		}{now.UTC().Truncate(time.Second), followUpsJSON(all, now)})
	case "csv":
		return writeCSV(out, all, now)
	}
	text := t.say("No such follow-ups.", "当てはまるフォローアップはありません。") + "\n"
	if len(all) > 0 {
		text = fmt.Sprintf(t.say("Follow-ups: %d", "フォローアップ: %d件"), len(all)) + "\n\n" + t.texts(all)
	}
	_, err := io.WriteString(out, printable(text))
	return err
}

func showFollowUp(out io.Writer, as string, lang words.Language, now time.Time, one aFollowUp) error {
	if as == "json" {
		return writeJSON(out, followUpJSON(one, now))
	}
	_, err := io.WriteString(out, printable(followUpTeller{incidentTeller{lang}, now}.text(one)))
	return err
}

// showFollowUpsOf shows what became of a postmortem's action items.
func showFollowUpsOf(out io.Writer, as string, lang words.Language, now time.Time, postmortem workflows.Subject, all []aFollowUp) error {
	if as == "json" {
		return writeJSON(out, struct {
			Postmortem string         `json:"postmortem"`
			FollowUps  []jsonFollowUp `json:"follow_ups"`
		}{postmortem.String(), followUpsJSON(all, now)})
	}
	t := followUpTeller{incidentTeller{lang}, now}
	text := fmt.Sprintf(t.say("%s has no follow-ups.", "%s にフォローアップはありません。"), postmortem) + "\n"
	if len(all) > 0 {
		done := 0
		for _, i := range all {
			if !i.Open {
				done++
			}
		}
		text = t.say(fmt.Sprintf("Follow-ups of %s: %d, of which %d closed", postmortem, len(all), done),
			fmt.Sprintf("%s のフォローアップ: %d件（うち%d件は閉じています）", postmortem, len(all), done)) + "\n\n" + t.texts(all)
	}
	_, err := io.WriteString(out, printable(text))
	return err
}

// jsonFollowUp is a follow-up for programs. What is not known is null; days are
// YYYY-MM-DD, times UTC.
type jsonFollowUp struct {
	Subject    string     `json:"subject"`
	Title      string     `json:"title"`
	URL        string     `json:"url"`
	State      string     `json:"state"`
	Overdue    bool       `json:"overdue"`
	Due        *string    `json:"due"`
	FirstDue   *string    `json:"first_due"`
	Type       *string    `json:"type"`
	Severity   *int       `json:"severity"`
	Owners     []string   `json:"owners"`
	Postmortem string     `json:"postmortem"`
	Created    time.Time  `json:"created"`
	Closed     *time.Time `json:"closed"`
}

func followUpJSON(i aFollowUp, now time.Time) jsonFollowUp {
	shown := jsonFollowUp{
		Subject: i.Subject.String(), Title: i.Title, URL: i.URL, State: i.state(), Overdue: i.IsOver(now, i.zone),
		Due: orNull(i.Due), FirstDue: orNull(i.First), Type: orNull(i.Kind), Owners: nonNull(i.Assignees),
		Postmortem: i.For.String(), Created: i.CreatedAt.UTC(),
	}
	if i.Severity > 0 {
		shown.Severity = &i.Severity
	}
	if !i.ClosedAt.IsZero() {
		closed := i.ClosedAt.UTC()
		shown.Closed = &closed
	}
	return shown
}

func followUpsJSON(all []aFollowUp, now time.Time) []jsonFollowUp {
	shown := []jsonFollowUp{}
	for _, i := range all {
		shown = append(shown, followUpJSON(i, now))
	}
	return shown
}

// writeCSV writes a table with a head, as RFC 4180 has it.
func writeCSV(out io.Writer, all []aFollowUp, now time.Time) error {
	w := csv.NewWriter(out)
	w.UseCRLF = true
	rows := [][]string{{"subject", "title", "state", "overdue", "due", "first_due", "type", "severity", "owners", "postmortem", "created", "closed", "url"}}
	for _, i := range all {
		severity, closed := "", ""
		if i.Severity > 0 {
			severity = strconv.Itoa(i.Severity)
		}
		if !i.ClosedAt.IsZero() {
			closed = i.ClosedAt.UTC().Format(time.RFC3339)
		}
		row := []string{
			i.Subject.String(), i.Title, i.state(), strconv.FormatBool(i.IsOver(now, i.zone)), i.Due, i.First, i.Kind, severity,
			strings.Join(i.Assignees, " "), i.For.String(), i.CreatedAt.UTC().Format(time.RFC3339), closed, i.URL,
		}
		for n := range row {
			row[n] = harmlessCell(row[n])
		}
		rows = append(rows, row)
	}
	return w.WriteAll(rows)
}

// harmlessCell keeps a spreadsheet from taking a text for a formula, at full width
// too, and a terminal from obeying it.
func harmlessCell(text string) string {
	text = printable(strings.Join(strings.Fields(text), " "))
	if strings.IndexAny(text, "=+-@＝＋－＠") == 0 {
		return "'" + text
	}
	return text
}

func showDigest(out io.Writer, as string, lang words.Language, sum aDigest) error {
	if as == "json" {
		return writeJSON(out, digestJSON(sum))
	}
	title, text := sum.Text(workflows.Input{Now: sum.at, Policy: sum.policy, Language: lang})
	_, err := io.WriteString(out, printable(title+"\n"+strings.Join(sum.repos, ", ")+"\n\n"+text+"\n"))
	return err
}

type jsonPromise struct {
	Severity *int `json:"severity"`
	Kept     int  `json:"kept"`
	All      int  `json:"all"`
}

type jsonDigest struct {
	At           time.Time      `json:"at"`
	Repositories []string       `json:"repositories"`
	Open         int            `json:"open"`
	Overdue      []jsonFollowUp `json:"overdue"`
	DueSoon      []jsonFollowUp `json:"due_soon"`
	Done         []jsonFollowUp `json:"done"`
	Oldest       *jsonFollowUp  `json:"oldest"`
	Promised     []jsonPromise  `json:"promised"`
}

func digestJSON(sum aDigest) jsonDigest {
	all := func(issues []followup.Issue) []jsonFollowUp {
		shown := []jsonFollowUp{}
		for _, i := range issues {
			shown = append(shown, followUpJSON(aFollowUp{i, sum.policy.TimeZone}, sum.at))
		}
		return shown
	}
	d := jsonDigest{
		At: sum.at.UTC().Truncate(time.Second), Repositories: nonNull(sum.repos), Open: sum.Open,
		Overdue: all(sum.Overdue), DueSoon: all(sum.Soon), Done: all(sum.Done), Promised: []jsonPromise{},
	}
	if sum.Oldest != nil {
		d.Oldest = &all([]followup.Issue{*sum.Oldest})[0]
	}
	for _, k := range sum.Kept {
		promise := jsonPromise{Kept: k.Kept, All: k.All}
		if k.Severity > 0 {
			promise.Severity = &k.Severity
		}
		d.Promised = append(d.Promised, promise)
	}
	return d
}
