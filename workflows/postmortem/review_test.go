package postmortem_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/kintsugi-app/kintsugi/workflows"
)

// These tests come from a review: each names a thing that a team would have seen
// go wrong, and stays so that it does not come back.

// reviewPolicy is that of the golden cases.
const reviewPolicy = "time_zone: Asia/Tokyo\nworking_hours: \"10:00-18:00\"\nholidays: [jp]\n"

// ended is the incident of the model night, as it is published.
const ended = `summary 340 incident {"confirmed":true,"ended":"resolved","severity":2,"lead":"tanaka","declared":"2026-11-25T18:02:00Z","started":"2026-11-25T17:40:00Z","detected":"2026-11-25T17:55:00Z","resolved":"2026-11-25T19:05:00Z"}` + "\n"

// thin is a document with its times and hardly anything else.
const thin = "<!-- kintsugi:postmortem.draft acme/incidents#340 -->\n# Checkout page was blank\n\n## Timeline\n\n" +
	"- 2026-11-26 02:40 JST: started, the certificate expired\n- 2026-11-26 02:55 JST: detected by support\n- 2026-11-26 04:05 JST: resolved\n"

// stands is a draft of ours as it stands at a time, after some acts.
func stands(t *testing.T, policyText, document, now, acts string, issue ...string) *story {
	t.Helper()
	lines := append([]string{"ours: yes", "assignee: tanaka", "created: 2026-11-26T04:06:00+09:00", "now: " + now}, issue...)
	return read(t, &txtar.Archive{Files: []txtar.File{
		{Name: "policy.yml", Data: []byte(policyText)},
		{Name: "issue", Data: []byte(strings.Join(lines, "\n"))},
		{Name: "document", Data: []byte(document)},
		{Name: "acts", Data: []byte(acts)},
		{Name: "facts", Data: []byte(ended)},
	}})
}

// comment is what the plan has under a key, or "".
func comment(p workflows.Plan, key string) string {
	for _, c := range p.Comments {
		if c.Key == key {
			return c.Body
		}
	}
	return ""
}

func noticeKeys(p workflows.Plan) (keys []string) {
	for _, n := range p.Notices {
		keys = append(keys, n.Key)
	}
	return keys
}

// TestFindingsAreNotCalledMet: what the comment with the findings says is true
// whatever happens to the postmortem besides: "Nothing is missing" stands there
// only where nothing is.
func TestFindingsAreNotCalledMet(t *testing.T) {
	const missing = "Action items"
	for _, c := range []struct{ name, now, acts string }{
		{"overdue, then postponed", "2026-12-04T11:00:00+09:00", "2026-12-04T10:40:00+09:00 tanaka write /postpone 12/20 waiting for the vendor\n"},
		{"overdue, then approved", "2026-12-04T11:00:00+09:00", "2026-12-04T10:40:00+09:00 suzuki write /approve\n"},
		{"overdue, then not to be written", "2026-12-04T11:00:00+09:00", "2026-12-04T10:40:00+09:00 tanaka write gesture:dropped\n"},
		{"looked at, then not to be written", "2026-11-30T11:00:00+09:00", "2026-11-30T10:00:00+09:00 tanaka write /lint\n2026-11-30T10:40:00+09:00 tanaka write gesture:dropped\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := stands(t, reviewPolicy, thin, c.now, c.acts)
			s.in.Made["postmortem.findings"] = workflows.Made{ID: 9, At: s.in.Now}
			s.in.Made["postmortem.after.20261203"] = workflows.Made{ID: 10, At: s.in.Now}
			s.in.Made["postmortem.before.20261203"] = workflows.Made{ID: 11, At: s.in.Now}
			p := s.decide(t)
			if text := comment(p, "postmortem.findings"); strings.Contains(text, "Nothing is missing") {
				t.Errorf("the document has no %s, and the comment says:\n%s", missing, text)
			}
			if text := p.Sections[0].Text; strings.Contains(text, "Nothing is missing") {
				t.Errorf("the document has no %s, and the status says:\n%s", missing, text)
			}
		})
	}
}

// TestNoFileIsNotComplete: a pull request without a postmortem file, or one that
// lost it, lacks everything.
func TestNoFileIsNotComplete(t *testing.T) {
	s := stands(t, reviewPolicy, "", "2026-11-30T11:00:00+09:00", "2026-11-30T10:00:00+09:00 tanaka write /review @suzuki\n", "pull: yes")
	s.facts[workflows.PullAsk{Subject: s.in.Observation.Subject}] = workflows.Answer{Pull: workflows.Pull{Head: "abc", Files: []string{"README.md"}}}
	s.in.Made["postmortem.findings"] = workflows.Made{ID: 9, At: s.in.Now}
	p := s.decide(t)
	if text := p.Sections[0].Text + comment(p, "postmortem.findings"); strings.Contains(text, "Nothing is missing") {
		t.Errorf("there is no file at all, and it says:\n%s", text)
	}
}

// TestReopenedIsNotComplete: "to go on, reopen it" is followed, and the comment
// that said so does not then claim that nothing is open.
func TestReopenedIsNotComplete(t *testing.T) {
	for _, last := range []string{"taken-up-again", "dropped"} {
		s := stands(t, reviewPolicy, thin, "2026-11-30T11:00:00+09:00",
			"2026-11-30T10:00:00+09:00 tanaka write gesture:accepted\n2026-11-30T10:30:00+09:00 tanaka write gesture:"+last+"\n")
		s.in.Made["postmortem.closed"] = workflows.Made{ID: 9, At: s.in.Now}
		if text := comment(s.decide(t), "postmortem.closed"); strings.Contains(text, "Nothing is open") {
			t.Errorf("%s: points are open and nobody has approved, and the comment says: %s", last, text)
		}
	}
}

// whole is a document in which nothing is missing.
const whole = `<!-- kintsugi:postmortem.draft acme/incidents#340 -->
# Checkout page was blank

## Summary

The certificate expired and the page did not open.

## Impact

A third of the payments failed.

## Timeline

- 2026-11-26 02:40 JST: started, the certificate expired
- 2026-11-26 02:55 JST: detected by support
- 2026-11-26 04:05 JST: resolved

## Contributing factors

- Nothing watched the certificate
- Renewal was nobody's step

## Action items

| Action | Owner | Due |
|---|---|---|
| Alert 30 days before a certificate expires | @suzuki | 2026-12-18 |
`

// TestReopenedByUsThenMet: with on_close: reopen it was reopened once. When all is
// met and approved afterwards it is done like any other: closed, or else not
// called done.
func TestReopenedByUsThenMet(t *testing.T) {
	s := stands(t, reviewPolicy+"postmortem: {on_close: reopen}\n", whole, "2026-11-30T12:00:00+09:00",
		"2026-11-30T10:00:00+09:00 tanaka write gesture:accepted\n2026-11-30T11:30:00+09:00 suzuki write /approve\n")
	s.in.Made["postmortem.closed"] = workflows.Made{ID: 9, At: s.in.Now.Add(-time.Hour)}
	p := s.decide(t) // the issue is open: the App reopened it
	if strings.Contains(p.Sections[0].Title, "done") && (p.State == nil || p.State.Open) {
		t.Errorf("the issue is open, nothing closes it, and it says %q", p.Sections[0].Title)
	}
}

// TestDoneStaysDone: what was approved and closed is not in review again, nor
// overdue, because of something that happens to the policy or to the assignees
// later. Only reopening takes it up again.
func TestDoneStaysDone(t *testing.T) {
	const approved = "2026-11-27T10:00:00+09:00 tanaka write /review @suzuki\n2026-11-27T11:00:00+09:00 suzuki write /approve\n"
	for _, c := range []struct {
		name, policy, acts string
		issue              []string
	}{
		{"the policy wants two approvals by now", "postmortem: {approvals: 2}\n", approved, nil},
		{"the reviewer is assigned, to follow up", "", approved, []string{"assignee: suzuki"}},
		{"somebody asks for one more reader", "", approved + "2026-12-07T10:00:00+09:00 tanaka write /review @yamamoto\n", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := stands(t, reviewPolicy+c.policy, whole, "2026-12-07T11:00:00+09:00", c.acts, append(c.issue, "closed: yes")...)
			s.in.Observation.Issue.Reason = "completed"
			s.in.Observation.Events = []workflows.Event{{ID: 99, Kind: workflows.EventClosed, Ours: true, Reason: "completed", At: s.in.From.AddDate(0, 0, 1)}}
			p := s.decide(t)
			if !strings.Contains(p.Sections[0].Title, "done") {
				t.Errorf("a postmortem that was done and is closed says %q", p.Sections[0].Title)
			}
			if keys := noticeKeys(p); len(keys) > 0 {
				t.Errorf("its author is reminded of it: %v", keys)
			}
		})
	}
}

// TestRemindersAtNight: a team that names no working hours is not called at
// midnight, nor on a Saturday.
func TestRemindersAtNight(t *testing.T) {
	for name, text := range map[string]string{
		"no hours":                 "time_zone: Asia/Tokyo\n",
		"no hours, but holidays":   "time_zone: Asia/Tokyo\nholidays: [jp]\n",
		"no hours, west of UTC":    "time_zone: America/Los_Angeles\n",
		"no hours, due on Friday":  "time_zone: Asia/Tokyo\npostmortem: {due: 6 business days}\n",
		"hours, and west of UTC":   "time_zone: America/Los_Angeles\nworking_hours: \"09:00-17:00\"\n",
		"hours that begin at noon": "time_zone: Asia/Tokyo\nworking_hours: \"12:00-20:00\"\n",
	} {
		t.Run(name, func(t *testing.T) {
			s := stands(t, text, thin, "2026-11-27T12:00:00+09:00", "2026-11-27T10:00:00+09:00 tanaka write /lint\n")
			said := 0
			for range 40 { // wake by wake, as the engine would
				p := s.decide(t)
				for _, n := range p.Notices {
					said++
					s.in.Made[n.Key] = workflows.Made{ID: 1, At: s.in.Now}
					at := s.in.Now.In(s.in.Policy.TimeZone)
					if at.Hour() < 8 || at.Hour() >= 20 || at.Weekday() == time.Saturday || at.Weekday() == time.Sunday {
						t.Errorf("%s goes out on %s", n.Key, at.Format("Monday 2006-01-02 15:04"))
					}
				}
				if len(p.Notices) == 0 && p.Wake.IsZero() {
					break
				}
				if len(p.Notices) == 0 {
					s.in.Now = p.Wake
				}
			}
			if said != 2 {
				t.Errorf("%d reminders, want one before and one after", said)
			}
		})
	}
}

// TestAskedForLater: a postmortem of an incident that ended long ago has as many
// days as any other; nobody is told in the same minute that it is late.
func TestAskedForLater(t *testing.T) {
	s := stands(t, reviewPolicy, thin, "2027-02-01T11:00:00+09:00", "")
	s.in.Observation.Issue.CreatedAt = at(t, "2027-02-01T10:58:00+09:00")
	s.in.From = s.in.Observation.Issue.CreatedAt
	p := s.decide(t)
	if keys := noticeKeys(p); len(keys) > 0 {
		t.Errorf("two minutes old, and its author is told: %s", p.Notices[0].Body)
	}
	if text := comment(p, "postmortem.findings"); text != "" {
		t.Errorf("two minutes old, and found fault with:\n%s", text)
	}
	if !strings.Contains(p.Sections[0].Title, "February") {
		t.Errorf("two minutes old, and %q", p.Sections[0].Title)
	}
}

// TestDraftAskedForLaterIsNotOverdue: the same on the incident, and in the draft.
func TestDraftAskedForLaterIsNotOverdue(t *testing.T) {
	s := read(t, &txtar.Archive{Files: []txtar.File{
		{Name: "policy.yml", Data: []byte(reviewPolicy)},
		{Name: "issue", Data: []byte("owner: incident\nauthor: sato\ntitle: [incident] Checkout\ncreated: 2026-11-26T03:02:00+09:00\nnow: 2027-02-01T10:58:00+09:00\n")},
		{Name: "acts", Data: []byte("2026-11-26T03:02:00+09:00 tanaka triage /incident\n2026-11-26T03:03:00+09:00 tanaka triage /sev 3\n2026-11-26T04:05:00+09:00 tanaka triage /resolved\n2027-02-01T10:57:00+09:00 tanaka triage /postmortem\n")},
	}})
	p := s.decide(t)
	if len(p.Issues) != 1 || strings.Contains(p.Issues[0].Body, "2026-12-03") {
		t.Errorf("asked for in February, the draft is due in December:\n%s", p)
	}
}

// TestFalseAlarmAfterTheDraft: what turns out to have been nothing needs no
// postmortem, and nobody is reminded of one.
func TestFalseAlarmAfterTheDraft(t *testing.T) {
	for _, how := range []string{"false-alarm", "duplicate"} {
		s := stands(t, reviewPolicy, thin, "2026-12-04T10:30:00+09:00", "")
		s.facts[workflows.SummaryAsk{Subject: workflows.Subject{Repo: "acme/incidents", Number: 340}}] =
			workflows.Answer{Summaries: map[string]string{"incident": strings.Replace(strings.TrimPrefix(strings.TrimSpace(ended), "summary 340 incident "), `"ended":"resolved"`, `"ended":"`+how+`"`, 1)}}
		p := s.decide(t)
		if keys := noticeKeys(p); len(keys) > 0 {
			t.Errorf("%s: the author is told: %s", how, p.Notices[0].Body)
		}
		if comment(p, "postmortem.findings") != "" {
			t.Errorf("%s: it is found fault with", how)
		}
	}
}

// TestNearMissOnDemand: somebody asks for the postmortem of a near miss, gets a
// thumb, and so must get a draft.
func TestNearMissOnDemand(t *testing.T) {
	s := read(t, &txtar.Archive{Files: []txtar.File{
		{Name: "policy.yml", Data: []byte(reviewPolicy)},
		{Name: "issue", Data: []byte("owner: incident\nauthor: sato\ntitle: [near miss] nearly dropped the table\ncreated: 2026-11-26T03:02:00+09:00\n")},
		{Name: "acts", Data: []byte("2026-11-26T03:02:00+09:00 tanaka triage /near-miss\n2026-11-26T04:05:00+09:00 tanaka triage /resolved\n2026-11-26T10:00:00+09:00 tanaka triage /postmortem\n")},
	}})
	if p := s.decide(t); len(p.Issues) != 1 {
		t.Errorf("`/postmortem` on a near miss does nothing, and says nothing:\n%s", p)
	}
}

// TestCountsAgree: the status, the comment with the findings and the one at the
// closing speak of the same number.
func TestCountsAgree(t *testing.T) {
	document := strings.Replace(whole, "- 2026-11-26 02:55 JST: detected by support\n", "- 2026-11-26 02:55 JST: detected by support\n- 2026-11-26 02:50 JST: nobody knew yet\n", 1)
	for name, text := range map[string]string{"out of order": document, "suggestions only": strings.Replace(document, "2026-12-18", "", 1)} {
		s := stands(t, reviewPolicy+"postmortem: {lint: {action-without-due: suggestion}}\n", text, "2026-11-30T11:00:00+09:00", "2026-11-30T10:00:00+09:00 tanaka write /lint\n")
		p := s.decide(t)
		findings, status := comment(p, "postmortem.findings"), p.Sections[0].Text
		if findings != "" && !strings.Contains(findings, "Nothing is missing") && strings.Contains(status, "Nothing is missing") {
			t.Errorf("%s: the comment says\n%s\nand the status\n%s", name, findings, status)
		}
	}
}

// TestFactsAgree: no document is said to have other times than the incident where
// a careful reader finds the same ones.
func TestFactsAgree(t *testing.T) {
	for name, document := range map[string]string{
		"in UTC":                 "# X\n\n## Timeline (UTC)\n\n- 2026-11-25 17:40 started\n- 2026-11-25 17:55 detected\n- 2026-11-25 19:05 resolved\n",
		"in the table's zone":    "# X\n\n| Started | 2026-11-25 17:40 UTC |\n|---|---|\n| Detected | 2026-11-25 17:55 UTC |\n| Resolved | 2026-11-25 19:05 UTC |\n",
		"days only":              "# X\n\n- Started: 2026-11-26\n- Detected: 2026-11-26\n- Resolved: 2026-11-26\n",
		"the incident is second": "# Two\n\n## Incident 1\n\n- Started: 2026-10-01 01:00 JST\n- Detected: 2026-10-01 01:10 JST\n- Resolved: 2026-10-01 02:00 JST\n\n## Incident 2\n\n- Started: 2026-11-26 02:40 JST\n- Detected: 2026-11-26 02:55 JST\n- Resolved: 2026-11-26 04:05 JST\n",
	} {
		s := stands(t, reviewPolicy, "<!-- kintsugi:postmortem.draft acme/incidents#340 -->\n"+document, "2026-11-27T11:00:00+09:00", "")
		if text := comment(s.decide(t), "postmortem.facts"); text != "" {
			t.Errorf("%s:\n%s\nis answered by\n%s", name, document, text)
		}
	}
}

// TestDraftAgreesWithItsIncident: a draft just made is not told that its times are
// others than those that were put there, whatever the zone and the language.
func TestDraftAgreesWithItsIncident(t *testing.T) {
	own := "---\nname: Postmortem\n---\n\n## What happened\n\n## Timeline of events\n\n## What we will do\n"
	for _, zone := range []string{"Asia/Tokyo", "UTC", "Europe/London", "Europe/Berlin", "America/New_York", "America/Chicago", "America/Los_Angeles", "America/Sao_Paulo", "Asia/Kolkata", "Asia/Shanghai", "Asia/Kathmandu", "Australia/Sydney", "Pacific/Honolulu"} {
		t.Run(zone, func(t *testing.T) { draftAgrees(t, zone, own) })
	}
}

func draftAgrees(t *testing.T, zone, own string) {
	t.Helper()
	for _, night := range []string{"2026-11-26T03:00:00Z", "2026-07-15T03:00:00Z", "2026-11-01T05:00:00Z", "2026-10-25T00:00:00Z", "2026-12-31T23:30:00Z"} {
		for _, form := range []string{"full", "short", "own"} {
			for _, lang := range []string{"en", "ja"} {
				began := at(t, night)
				stamp := func(minutes int) string { return began.Add(time.Duration(minutes) * time.Minute).Format(time.RFC3339) }
				said := func(minutes int, what string) string { return stamp(minutes) + " tanaka triage " + what + "\n" }
				files := []txtar.File{
					{Name: "policy.yml", Data: []byte("language: " + lang + "\ntime_zone: " + zone + "\n")},
					{Name: "issue", Data: []byte("owner: incident\nauthor: sato\ntitle: [incident] Checkout\ncreated: " + stamp(10) + "\n")},
					{Name: "acts", Data: []byte(said(10, "/incident") + said(11, "/ack") + said(12, "/sev 2") + said(13, "/started "+stamp(0)) + said(14, "/detected "+stamp(5)) +
						said(70, "/mitigated") + said(130, "/resolved") + said(131, "/postmortem"+map[string]string{"full": "", "own": "", "short": " short"}[form]))},
				}
				if form == "own" {
					files = append(files, txtar.File{Name: "file:.github/ISSUE_TEMPLATE/postmortem.md", Data: []byte(own)})
				}
				p := read(t, &txtar.Archive{Files: files}).decide(t)
				if len(p.Issues) != 1 {
					t.Fatalf("no draft:\n%s", p)
				}
				rfc := func(m int) string { return began.Add(time.Duration(m) * time.Minute).UTC().Format(time.RFC3339) }
				s := stands(t, "language: "+lang+"\ntime_zone: "+zone+"\n", "<!-- kintsugi:postmortem.draft acme/incidents#340 -->\n"+p.Issues[0].Body, stamp(140), "")
				s.in.From = began.Add(131 * time.Minute)
				s.facts[workflows.SummaryAsk{Subject: workflows.Subject{Repo: "acme/incidents", Number: 340}}] = workflows.Answer{Summaries: map[string]string{"incident": fmt.Sprintf(
					`{"confirmed":true,"ended":"resolved","severity":2,"lead":"tanaka","declared":%q,"started":%q,"detected":%q,"acknowledged":%q,"mitigated":%q,"resolved":%q}`, rfc(10), rfc(0), rfc(5), rfc(11), rfc(70), rfc(130))}}
				if text := comment(s.decide(t), "postmortem.facts"); text != "" {
					t.Fatalf("%s, %s, %s, %s: a draft just made is answered by\n%s", zone, night, form, lang, text)
				}
			}
		}
	}
}

// TestNamedButNotThere: a slip in the number must not cost a SEV1 its postmortem:
// either one is drafted, or somebody is told that there is none of that number.
func TestNamedButNotThere(t *testing.T) {
	s := read(t, &txtar.Archive{Files: []txtar.File{
		{Name: "policy.yml", Data: []byte(reviewPolicy)},
		{Name: "issue", Data: []byte("owner: incident\nauthor: sato\ntitle: [incident] Checkout\ncreated: 2026-11-26T03:02:00+09:00\n")},
		{Name: "acts", Data: []byte("2026-11-26T03:02:00+09:00 tanaka triage /incident\n2026-11-26T03:03:00+09:00 tanaka triage /sev 1\n2026-11-26T03:30:00+09:00 tanaka triage /postmortem #3411\n2026-11-26T04:05:00+09:00 tanaka triage /resolved\n")},
	}})
	s.facts[workflows.SummaryAsk{Subject: workflows.Subject{Repo: "acme/incidents", Number: 3411}}] = workflows.Answer{Unknown: "not there"}
	p := s.decide(t)
	said := p.String()
	if len(p.Issues) == 0 && !strings.Contains(said, "not there") && !strings.Contains(said, "not found") {
		t.Errorf("there is no #3411: no draft is made of a SEV1, and the incident says\n%s", said)
	}
}

// TestDeletedDraft: a draft that somebody deleted is not pointed to as if it were
// there.
func TestDeletedDraft(t *testing.T) {
	for _, again := range []string{"", "2026-11-27T10:00:00+09:00 tanaka triage /postmortem\n"} {
		s := read(t, &txtar.Archive{Files: []txtar.File{
			{Name: "policy.yml", Data: []byte(reviewPolicy)},
			{Name: "issue", Data: []byte("owner: incident\nauthor: sato\ntitle: [incident] Checkout\ncreated: 2026-11-26T03:02:00+09:00\nmade: postmortem.draft 341\n")},
			{Name: "acts", Data: []byte("2026-11-26T03:02:00+09:00 tanaka triage /incident\n2026-11-26T03:03:00+09:00 tanaka triage /sev 1\n2026-11-26T04:05:00+09:00 tanaka triage /resolved\n" + again)},
		}})
		s.facts[workflows.SummaryAsk{Subject: workflows.Subject{Repo: "acme/incidents", Number: 341}}] = workflows.Answer{Unknown: "not there"}
		p := s.decide(t)
		if said := p.String(); len(p.Issues) == 0 && strings.Contains(said, "filled in. Due") {
			t.Errorf("#341 was deleted (asked for again: %t), and the incident says\n%s", again != "", said)
		}
	}
}

// TestChangedMind: whoever approved a pull request and then asks for changes has
// not approved it. GitHub counts the last word of each.
func TestChangedMind(t *testing.T) {
	s := stands(t, reviewPolicy, "", "2026-11-30T11:00:00+09:00", "", "pull: yes")
	self := s.in.Observation.Subject
	suzuki := workflows.User{Login: "suzuki"}
	s.facts[workflows.PullAsk{Subject: self}] = workflows.Answer{Pull: workflows.Pull{Head: "abc", Files: []string{"postmortems/2026-11-26-x.md"}, Reviews: []workflows.Review{
		{ID: 1, Author: suzuki, State: "approved", At: s.in.From.Add(time.Hour)},
		{ID: 2, Author: suzuki, State: "changes_requested", At: s.in.From.Add(2 * time.Hour)},
	}}}
	s.facts[workflows.RoleAsk{Repo: self.Repo, Login: "suzuki"}] = workflows.Answer{Role: workflows.RoleWrite}
	s.files["postmortems/2026-11-26-x.md"] = whole
	if text := s.decide(t).Sections[0].Text; strings.Contains(text, "merge it") || strings.Contains(text, "Reviewed by suzuki") {
		t.Errorf("suzuki asks for changes, and the status says\n%s", text)
	}
}

// TestMergedIncomplete: merging is GitHub's way to close a file's postmortem; what
// is missing is answered as for an issue.
func TestMergedIncomplete(t *testing.T) {
	s := stands(t, reviewPolicy, "", "2026-11-30T11:00:00+09:00", "", "pull: yes", "closed: yes")
	self := s.in.Observation.Subject
	s.facts[workflows.PullAsk{Subject: self}] = workflows.Answer{Pull: workflows.Pull{Head: "abc", Merged: true, Files: []string{"postmortems/2026-11-26-x.md"}}}
	s.files["postmortems/2026-11-26-x.md"] = thin
	p := s.decide(t)
	if !strings.Contains(p.Sections[0].Title, "missing") {
		t.Errorf("merged without an approval and without action items, and it says %q", p.Sections[0].Title)
	}
}

// TestReadmeIsNoPostmortem: a folder holds other Markdown, too, and whoever writes a
// new postmortem may touch it.
func TestReadmeIsNoPostmortem(t *testing.T) {
	s := stands(t, reviewPolicy, "", "2026-11-30T11:00:00+09:00", "2026-11-30T10:00:00+09:00 tanaka write /lint\n", "pull: yes")
	self := s.in.Observation.Subject
	for _, files := range [][]string{{"postmortems/0000-template.md", "postmortems/2026-11-26-x.md"}, {"postmortems/2025-01-01-old.md", "postmortems/2026-11-26-x.md"}} {
		s.facts[workflows.PullAsk{Subject: self}] = workflows.Answer{Pull: workflows.Pull{Head: "abc", Files: files}}
		delete(s.in.Facts, workflows.PullAsk{Subject: self})
		s.files[files[0]], s.files[files[1]] = "# "+files[0]+"\n\n## Summary\n", whole
		p := s.decide(t)
		if i := slices.IndexFunc(p.Checks, func(c workflows.CheckIntent) bool { return c.Conclusion != workflows.CheckSuccess }); i >= 0 {
			t.Errorf("of %v the first is taken for the postmortem: %s", files, p.Checks[i].Title)
		}
	}
}

// TestMeetingIsNotOver: nothing was "shared" before the meeting.
func TestMeetingIsNotOver(t *testing.T) {
	i := read(t, &txtar.Archive{Files: []txtar.File{
		{Name: "policy.yml", Data: []byte(reviewPolicy)},
		{Name: "issue", Data: []byte("owner: incident\nauthor: sato\ntitle: [incident] Checkout\ncreated: 2026-11-26T03:02:00+09:00\nmade: postmortem.draft 341\n")},
		{Name: "acts", Data: []byte("2026-11-26T03:02:00+09:00 tanaka triage /incident\n2026-11-26T03:03:00+09:00 tanaka triage /sev 1\n2026-11-26T04:05:00+09:00 tanaka triage /resolved\n")},
		{Name: "facts", Data: []byte(`summary 341 postmortem {"state":"draft","incident":340,"due":"2026-12-03","sharing":"2026-12-02T15:00:00+09:00"}` + "\n")},
	}})
	if text := i.decide(t).String(); strings.Contains(text, "shared Wednesday") {
		t.Errorf("the meeting is still to come, and the incident says\n%s", text)
	}
}

// TestApprovalsThatAreMissing: where more than one approval is needed and nobody
// in particular was asked, the status says how many there are of how many.
func TestApprovalsThatAreMissing(t *testing.T) {
	said := func(approvals string) string {
		return stands(t, reviewPolicy+"postmortem: {approvals: "+approvals+"}\n", whole, "2026-11-30T11:00:00+09:00", "2026-11-30T10:00:00+09:00 suzuki write /approve\n").decide(t).Sections[0].Text
	}
	if said("2") == said("3") {
		t.Errorf("whether one or two approvals are missing, the status says\n%s", said("3"))
	}
}

// TestClosedByABot: what a bot closed, whose role nobody knows, is closed all the
// same: its author hears nothing more of it.
func TestClosedByABot(t *testing.T) {
	s := stands(t, reviewPolicy, thin, "2026-12-04T10:30:00+09:00", "2026-11-30T10:00:00+09:00 stale[bot] none gesture:dropped\n", "closed: yes")
	s.in.Acts[0].Verdict, s.in.Acts[0].Why = workflows.Refused, workflows.WhyRole
	if p := s.decide(t); len(p.Notices) > 0 {
		t.Errorf("the issue is closed, and its author is told: %s", p.Notices[0].Body)
	}
}

// TestApprovedIncomplete: what people approve although something is missing is
// done, and does not pretend that nothing is.
func TestApprovedIncomplete(t *testing.T) {
	p := stands(t, reviewPolicy, thin, "2026-11-30T11:00:00+09:00", "2026-11-30T10:00:00+09:00 suzuki write /approve\n").decide(t)
	if !strings.Contains(p.Sections[0].Title, "missing") && comment(p, "postmortem.findings") == "" {
		t.Errorf("approved without action items, closed without a word:\n%s", p)
	}
}

// TestLimitsOfADraft: the longest title, none at all, and a timeline of thousands
// make a draft that GitHub takes and a person can read.
func TestLimitsOfADraft(t *testing.T) {
	for name, title := range map[string]string{"long": strings.Repeat("決済", 128), "none": "[incident]", "long word": strings.Repeat("x", 256)} {
		acts := "2026-11-26T03:02:00+09:00 tanaka triage /incident\n2026-11-26T03:03:00+09:00 tanaka triage /sev 1\n" +
			strings.Repeat("2026-11-26T03:30:00+09:00 tanaka triage /note\n", 2000) + "2026-11-26T04:05:00+09:00 tanaka triage /resolved\n"
		for _, as := range []string{"issue", "file"} {
			p := read(t, &txtar.Archive{Files: []txtar.File{
				{Name: "policy.yml", Data: []byte(reviewPolicy + "postmortem: {as: " + as + "}\n")},
				{Name: "issue", Data: []byte("owner: incident\nauthor: sato\ntitle: " + title + "\ncreated: 2026-11-26T03:02:00+09:00\n")},
				{Name: "acts", Data: []byte(acts)},
			}}).decide(t)
			var body, head string
			for _, i := range p.Issues {
				body, head = i.Body, i.Title
			}
			for _, f := range p.Files {
				body, head = f.Content, f.Title
				if len(f.Path) > 120 {
					t.Errorf("%s: the path has %d bytes", name, len(f.Path))
				}
			}
			if size := len([]rune(body)); size == 0 || size > 60_000 {
				t.Errorf("%s, %s: the draft has %d characters", name, as, size)
			}
			if n := len([]rune(head)); n == 0 || n > 256 {
				t.Errorf("%s, %s: the title has %d characters", name, as, n)
			}
			if !strings.Contains(body, "more are in the timeline of #340") {
				t.Errorf("%s, %s: it does not say that the timeline was shortened", name, as)
			}
			if strings.Contains(body, "\n# \n") || strings.Contains(body, "\n#\n") {
				t.Errorf("%s, %s: its heading is empty", name, as)
			}
		}
	}
}

// TestPostponeExample: whoever copies the command out of a reminder moves the date
// by days, not by most of a year.
func TestPostponeExample(t *testing.T) {
	s := stands(t, reviewPolicy, thin, "2027-01-14T10:30:00+09:00", "2026-12-20T10:00:00+09:00 tanaka write /postpone 2027-01-15 vendor\n")
	p := s.decide(t)
	if len(p.Notices) != 1 {
		t.Fatalf("%d notices:\n%s", len(p.Notices), p)
	}
	if strings.Contains(p.Notices[0].Body, "/postpone 12/10") {
		t.Errorf("in January it proposes the tenth of December:\n%s", p.Notices[0].Body)
	}
}
