package followup_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/followup"
	"github.com/kintsugi-app/kintsugi/workflows/policy"
	"github.com/kintsugi-app/kintsugi/workflows/words"
	"github.com/kintsugi-app/kintsugi/workflows/words/hostile"
)

// list is a case of a digest: what it is given, and GitHub's answers.
type list struct {
	in    workflows.Input
	own   map[string][]workflows.OwnIssue // by repository
	roles map[string]workflows.Role
	asked []workflows.Ask
}

// TestDigestGolden decides each case and compares the plan, texts and all, with what
// is written there.
func TestDigestGolden(t *testing.T) {
	golden(t, "testdata/digest/*.txtar", func(t *testing.T, archive *txtar.Archive) []txtar.File {
		given := slices.DeleteFunc(slices.Clone(archive.Files), func(f txtar.File) bool { return f.Name == "plan" })
		return append(given, txtar.File{Name: "plan", Data: []byte(readList(t, archive).decide(t).String())})
	})
}

// readList reads a case: the policy, what was written behind /digest, now, the roles
// of whoever wrote it, and the follow-ups, a line each: subject, days or "-" for
// created, due and closed, what it publishes besides, who, and the title.
func readList(t *testing.T, archive *txtar.Archive) *list {
	t.Helper()
	c := &list{own: map[string][]workflows.OwnIssue{}, roles: map[string]workflows.Role{}}
	in := &c.in
	in.Owner, in.Facts, in.Made = "followup", workflows.Facts{}, map[string]workflows.Made{}
	in.Observation.Subject = workflows.Subject{Repo: "acme/incidents", Number: 9}
	in.Observation.Issue = workflows.Issue{Open: true, Author: workflows.User{Login: "tanaka"}}
	for _, f := range archive.Files {
		text := strings.TrimSpace(string(f.Data))
		switch f.Name {
		case "policy.yml":
			p, problems := policy.Parse("kintsugi.yml", f.Data, []policy.Section{followup.Workflow().Policy})
			if len(problems) > 0 {
				t.Fatal(problems)
			}
			in.Policy, in.Language = p, p.Language
		case "digest":
			value, problem := command(t, "digest").Parse(workflows.Argument{Text: text})
			if problem != "" {
				t.Fatal(problem)
			}
			in.Acts = []workflows.Act{{ID: "c1", At: day(t, "2026-11-20"), Author: "tanaka", Name: "digest", Value: value, Role: workflows.RoleTriage, Verdict: workflows.Done}}
		case "now":
			now, err := time.Parse(time.RFC3339, text)
			if err != nil {
				t.Fatal(err)
			}
			in.Now = now
		case "closed":
			in.Observation.Issue.Open = false
		case "roles":
			for line := range strings.Lines(text) {
				parts := strings.Fields(line)
				c.roles[parts[0]] = map[string]workflows.Role{"none": workflows.RoleNone, "read": workflows.RoleRead}[parts[1]]
			}
		case "issues":
			for line := range strings.Lines(text) {
				one := ownIssue(t, strings.TrimSpace(line))
				c.own[one.Subject.Repo] = append(c.own[one.Subject.Repo], one)
			}
		}
	}
	return c
}

func ownIssue(t *testing.T, line string) (one workflows.OwnIssue) {
	t.Helper()
	parts := strings.SplitN(line, " ", 7)
	if len(parts) < 6 {
		t.Fatalf("%q: want subject, created, due, closed, published, who, title", line)
	}
	var err error
	if one.Subject, err = workflows.ParseSubject(parts[0]); err != nil {
		t.Fatal(err)
	}
	one.Key, one.Issue.CreatedAt, one.Issue.Open = "followup.item.0011223344", day(t, parts[1]), parts[3] == "-"
	if !one.Issue.Open {
		when, reason, _ := strings.Cut(parts[3], "/")
		one.Issue.ClosedAt, one.Issue.Reason = day(t, when), reason
	}
	published := parts[4]
	if parts[2] != "-" {
		published = fmt.Sprintf(`"due":%q`, parts[2]) + "," + published
	}
	one.Summaries = map[string]string{"followup": "{" + strings.Trim(published, ",-") + "}"}
	if parts[5] != "-" {
		one.Issue.Assignees = strings.Split(parts[5], ",")
	}
	if len(parts) == 7 {
		one.Issue.Title = parts[6]
	}
	return one
}

func day(t *testing.T, text string) time.Time {
	t.Helper()
	when, err := time.Parse(time.DateOnly, text)
	if err != nil {
		t.Fatal(err)
	}
	return when.Add(3 * time.Hour)
}

func command(t *testing.T, name string) workflows.Command {
	t.Helper()
	all := followup.Workflow().Commands
	i := slices.IndexFunc(all, func(c workflows.Command) bool { return c.Name == name })
	if i < 0 {
		t.Fatal("no such command")
	}
	return all[i]
}

func (c *list) decide(t *testing.T) workflows.Plan {
	t.Helper()
	for range 4 {
		decision := followup.Workflow().Decide(c.in)
		if len(decision.Asks) == 0 {
			return decision.Plan
		}
		for _, ask := range decision.Asks {
			c.asked = append(c.asked, ask)
			switch ask := ask.(type) {
			case workflows.RoleAsk:
				c.in.Facts[ask] = workflows.Answer{Role: c.roles[ask.Repo]}
			case workflows.OwnIssuesAsk:
				own, known := c.own[ask.Repo]
				answer := workflows.Answer{Own: own}
				if !known {
					answer.Unknown = "not there"
				}
				c.in.Facts[ask] = answer
			default:
				t.Fatalf("it asks %+v", ask)
			}
		}
	}
	t.Fatal("it never stops asking")
	return workflows.Plan{}
}

// TestDigestAsksWhatMayBeRead: nothing is asked about a repository that whoever wrote
// the command cannot read, and the same is asked all day long.
func TestDigestAsksWhatMayBeRead(t *testing.T) {
	archive := txtar.Parse([]byte("-- policy.yml --\nlanguage: en\ntime_zone: Asia/Tokyo\n-- digest --\nacme/pay acme/vault rival/open\n-- now --\n2026-12-13T23:30:00Z\n-- roles --\nacme/pay read\nacme/vault none\n"))
	c := readList(t, archive)
	c.own["acme/pay"] = nil
	plan := c.decide(t)
	for _, ask := range c.asked {
		if own, ok := ask.(workflows.OwnIssuesAsk); ok && own.Repo != "acme/pay" {
			t.Errorf("it asked %+v", own)
		}
		if role, ok := ask.(workflows.RoleAsk); ok && (role.Login != "tanaka" || role.Repo == "rival/open") {
			t.Errorf("it asked %+v", role)
		}
	}
	if len(c.asked) != 3 || len(plan.Notices) > 0 || len(plan.Comments) > 0 {
		t.Errorf("%d asks: %+v; plan %s", len(c.asked), c.asked, plan)
	}
	later := readList(t, archive)
	later.in.Now = later.in.Now.Add(10 * time.Hour) // another day in UTC, and the same in Tokyo
	later.in.Facts = c.in.Facts
	if asks := followup.Workflow().Decide(later.in).Asks; len(asks) > 0 {
		t.Errorf("later that day it asks %+v", asks)
	}
}

// TestDigestIsCut: no list is longer than twenty, and says how many there are.
func TestDigestIsCut(t *testing.T) {
	c := readList(t, txtar.Parse([]byte("-- policy.yml --\nlanguage: en\n-- digest --\n\n-- now --\n2026-12-14T02:00:00Z\n")))
	for n := range 25 {
		c.own["acme/incidents"] = append(c.own["acme/incidents"], ownIssue(t, fmt.Sprintf("acme/incidents#%d 2026-11-01 2026-12-01 - - - one", n+1)))
	}
	text := c.decide(t).Sections[0].Text
	if rows := strings.Count(text, "\n- acme/incidents#"); rows != 20 || !strings.Contains(text, "Overdue (25)") || !strings.Contains(text, "\n- and 5 more") {
		t.Error(text)
	}
}

// TestDigestOfStrangers: whatever a title, a login or a name behind the command
// holds, the list mentions and links nothing but the follow-ups.
func TestDigestOfStrangers(t *testing.T) {
	for _, text := range hostile.Texts() {
		for _, lang := range []words.Language{words.English, words.Japanese} {
			c := readList(t, txtar.Parse([]byte("-- policy.yml --\nlanguage: "+string(lang)+"\n-- digest --\nacme/incidents\n-- now --\n2026-12-14T02:00:00Z\n")))
			c.in.Acts[0].Value, _ = command(t, "digest").Parse(workflows.Argument{Text: "acme/incidents " + text.Text})
			one := ownIssue(t, "acme/incidents#3 2026-11-01 2026-12-01 - - - x")
			one.Issue.Title, one.Issue.Assignees = text.Text, []string{text.Text}
			c.own["acme/incidents"] = []workflows.OwnIssue{one}
			section := c.decide(t).Sections[0]
			own := hostile.Own{References: []string{"acme/incidents#3"}, List: true}
			if found := hostile.Markdown(section.Title+"\n"+section.Text, own); len(found) > 0 {
				t.Errorf("%s: %q: %q", text.Name, found, section.Text)
			}
		}
	}
}

func TestDigestOwns(t *testing.T) {
	w := followup.Workflow()
	followUp := workflows.Issue{Ours: true, Body: "<!-- kintsugi:followup.item.00 acme/incidents#1 -->\n- Due: 2026-12-18\n- Type: prevent"}
	act := workflows.Act{Name: "digest", At: day(t, "2026-12-01"), Verdict: workflows.Done, Role: workflows.RoleTriage, ID: "c1"}
	for _, c := range []struct {
		issue workflows.Issue
		acts  []workflows.Act
		owns  bool
	}{
		{workflows.Issue{}, nil, false},
		{workflows.Issue{}, []workflows.Act{act}, true},
		{followUp, nil, true},
		{workflows.Issue{Body: followUp.Body}, nil, false},
	} {
		if _, ok := w.Owns(workflows.Observation{Issue: c.issue}, policy.Policy{}, c.acts); ok != c.owns {
			t.Errorf("%+v with %d acts: owned %t", c.issue, len(c.acts), ok)
		}
	}
	if got := w.Outline(followUp); got != `{"due":"2026-12-18","type":"prevent"}` {
		t.Error(got)
	}
	if got := w.Outline(workflows.Issue{Body: followUp.Body}); got != "" {
		t.Error("somebody else's issue is believed: ", got)
	}
	if !w.Confirms(workflows.Observation{}, act) {
		t.Error("an old issue does not become a digest")
	}
	act.Role = workflows.RoleRead
	if w.Confirms(workflows.Observation{}, act) {
		t.Error("whoever may only read makes an old issue a digest")
	}
	// A follow-up stays one, whatever is written on it.
	in := workflows.Input{Owner: "followup", Language: words.English, Policy: policy.Default([]policy.Section{w.Policy}), Now: day(t, "2026-12-02"),
		Observation: workflows.Observation{Issue: followUp}, Acts: []workflows.Act{act}}
	in.Observation.Issue.Open = true
	plan := w.Decide(in).Plan
	if len(plan.Sections) != 1 || !strings.HasPrefix(plan.Sections[0].Title, "Follow-up · open") || !strings.Contains(plan.Sections[0].Text, "on an issue of its own") || len(plan.Labels) > 0 {
		t.Error(plan)
	}
}
