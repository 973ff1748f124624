package incident_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/incident"
	"github.com/kintsugi-app/kintsugi/workflows/policy"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// TestGolden decides each case in testdata and compares the plan, texts and all,
// with what is written there. KINTSUGI_UPDATE_GOLDEN=1 rewrites them (make
// golden); commit only what you understand.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no cases", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := decide(t, section(archive, "policy.yml"), section(archive, "issue"), section(archive, "acts"), section(archive, "facts")).String()
			if got == section(archive, "plan") {
				return
			}
			if os.Getenv("KINTSUGI_UPDATE_GOLDEN") == "1" {
				setSection(archive, "plan", got)
				if err := os.WriteFile(file, txtar.Format(archive), 0o600); err != nil {
					t.Fatal(err)
				}
				return
			}
			t.Errorf("got\n%s\nwant\n%s", got, section(archive, "plan"))
		})
	}
}

func section(a *txtar.Archive, name string) string {
	for _, f := range a.Files {
		if f.Name == name {
			return string(f.Data)
		}
	}
	return ""
}

func setSection(a *txtar.Archive, name, text string) {
	for i := range a.Files {
		if a.Files[i].Name == name {
			a.Files[i].Data = []byte(text)
			return
		}
	}
	a.Files = append(a.Files, txtar.File{Name: name, Data: []byte(text)})
}

// decide reads a case and lets the incident decide, until it asks nothing more.
// An act is a line: time, author, role, what was written; "gesture:" before a
// command's name is one of GitHub's buttons. What is not among the facts is
// answered with nothing.
func decide(t *testing.T, settings, issue, acts, facts string) workflows.Plan {
	t.Helper()
	w := incident.Workflow()
	p, problems := policy.Parse("kintsugi.yml", []byte(settings), []policy.Section{w.Policy})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	commands, _ := workflows.CommandsOf([]workflows.Workflow{w})
	in := workflows.Input{Policy: p, Owner: "incident", Commands: workflows.CommandsOn([]workflows.Workflow{w}, "incident"), Language: p.Language, Facts: workflows.Facts{}, Made: map[string]workflows.Made{}}
	o := &in.Observation
	o.Subject = workflows.Subject{Repo: "acme/incidents", Number: 340}
	o.Issue = workflows.Issue{Open: true, URL: "https://github.com/acme/incidents/issues/340"}
	lines := bufio.NewScanner(strings.NewReader(issue))
	for lines.Scan() {
		key, value, _ := strings.Cut(lines.Text(), ": ")
		switch key {
		case "author":
			o.Issue.Author.Login = value
		case "private":
			o.Private = value == "true"
		case "created":
			o.Issue.CreatedAt = at(t, value)
		case "now":
			in.Now = at(t, value)
		case "title":
			o.Issue.Title = value
		case "made": // key and time
			key, when, _ := strings.Cut(value, " ")
			in.Made[key] = workflows.Made{At: at(t, when)}
		case "labeled": // label, who and time
			parts := strings.Fields(value)
			o.Events = append(o.Events, workflows.Event{Kind: workflows.EventLabeled, Label: parts[0], Actor: workflows.User{Login: parts[1]}, At: at(t, parts[2])})
		case "closed":
			o.Issue.Open = false
			o.Events = append(o.Events, workflows.Event{Kind: workflows.EventClosed, Actor: workflows.User{Login: value}})
		default:
			t.Fatalf("the issue has no %q", key)
		}
	}
	in.From = o.Issue.CreatedAt
	lines = bufio.NewScanner(strings.NewReader(acts))
	for n := 1; lines.Scan(); n++ {
		in.Acts = append(in.Acts, act(t, lines.Text(), n, p, commands))
	}
	if in.Language == "" {
		in.Language = words.English
	}
	if in.Now.IsZero() {
		in.Now = in.Acts[len(in.Acts)-1].At
	}
	for range 4 {
		decision := w.Decide(in)
		known := len(in.Facts)
		for _, ask := range decision.Asks {
			in.Facts[ask] = answer(t, ask, facts)
		}
		if len(in.Facts) == known {
			return decision.Plan
		}
	}
	t.Fatal("it never stops asking")
	return workflows.Plan{}
}

// answer finds the facts of an ask. A fact is a line: "runbook", "similar",
// "link", "change", "deployed", "commit", "hidden", "member" or "summary", and an object as JSON.
func answer(t *testing.T, ask workflows.Ask, facts string) (a workflows.Answer) {
	t.Helper()
	decode := func(text string, into any) {
		if err := json.Unmarshal([]byte(text), into); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	}
	kinds := map[string]string{
		"runbook": "workflows.RunbooksAsk", "similar": "workflows.SimilarAsk", "link": "workflows.LinksAsk",
		"change": "workflows.ChangesAsk", "team": "workflows.TeamAsk", "summary": "workflows.SummaryAsk",
		"deployed": "workflows.DeployedAsk", "commit": "workflows.DeployedAsk", "hidden": "workflows.DeployedAsk",
	}
	if _, ok := ask.(workflows.TeamAsk); ok {
		a.Unknown = "403"
	}
	for line := range strings.Lines(facts) {
		kind, text, _ := strings.Cut(strings.TrimSpace(line), " ")
		if kinds[kind] == "" {
			t.Fatalf("no fact is called %q", kind)
		}
		if kinds[kind] != fmt.Sprintf("%T", ask) {
			continue
		}
		switch kind {
		case "runbook", "similar":
			a.Matches = append(a.Matches, workflows.Match{})
			decode(text, &a.Matches[len(a.Matches)-1])
		case "link":
			a.Links = append(a.Links, workflows.Link{})
			decode(text, &a.Links[len(a.Links)-1])
		case "change":
			a.Changes = append(a.Changes, workflows.Change{})
			decode(text, &a.Changes[len(a.Changes)-1])
		case "deployed": // the newest first
			a.Seen.Deployments = append(a.Seen.Deployments, workflows.Deployment{URL: "https://github.com/acme/incidents/deployments"})
			decode(text, &a.Seen.Deployments[len(a.Seen.Deployments)-1])
		case "commit":
			a.Seen.Commits = append(a.Seen.Commits, workflows.Commit{})
			decode(text, &a.Seen.Commits[len(a.Seen.Commits)-1])
		case "hidden": // what was deployed before this line
			a.Seen = a.Seen.Bare()
		case "team":
			a = workflows.Answer{}
			decode(text, &a.Members)
		case "summary":
			a.Summaries = map[string]string{"incident": text}
		}
	}
	return a
}

func act(t *testing.T, line string, n int, p policy.Policy, commands workflows.Commands) workflows.Act {
	t.Helper()
	parts := strings.SplitN(line, " ", 4)
	if len(parts) != 4 {
		t.Fatalf("act %q: want time, author, role, words", line)
	}
	a := workflows.Act{ID: fmt.Sprintf("c%d", n), At: at(t, parts[0]), Author: parts[1], Verdict: workflows.Done}
	for r := workflows.RoleNone; r <= workflows.RoleAdmin; r++ {
		if r.String() == parts[2] {
			a.Role = r
		}
	}
	said, gesture := strings.CutPrefix(parts[3], "gesture:")
	a.Gesture = gesture
	if gesture {
		said = "/" + said
	}
	name, argument := workflows.SplitCommand(said)
	c, ok := commands.Find(name)
	if !ok {
		t.Fatalf("act %q: no such command", line)
	}
	a.Name = c.Name
	if c.Parse != nil {
		value, problem := c.Parse(workflows.Argument{Text: argument, At: a.At, Gesture: gesture, Policy: p})
		if problem != "" {
			t.Fatalf("act %q: %s", line, problem)
		}
		a.Value = value
	}
	return a
}

func at(t *testing.T, text string) time.Time {
	t.Helper()
	when, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return when.UTC()
}
