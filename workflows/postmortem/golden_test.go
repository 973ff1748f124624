package postmortem_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/incident"
	"github.com/kintsugi-app/kintsugi/workflows/policy"
	"github.com/kintsugi-app/kintsugi/workflows/postmortem"
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
			got := read(t, archive).decide(t).String()
			last := &archive.Files[len(archive.Files)-1]
			if last.Name != "plan" {
				archive.Files = append(archive.Files, txtar.File{Name: "plan"})
				last = &archive.Files[len(archive.Files)-1]
			}
			if got == string(last.Data) {
				return
			}
			if os.Getenv("KINTSUGI_UPDATE_GOLDEN") == "1" {
				last.Data = []byte(got)
				if err := os.WriteFile(file, txtar.Format(archive), 0o600); err != nil {
					t.Fatal(err)
				}
				return
			}
			t.Errorf("got\n%s\nwant\n%s", got, last.Data)
		})
	}
}

// story is a case: what a workflow is given, and GitHub's answers.
type story struct {
	in    workflows.Input
	facts workflows.Facts
	files map[string]string
	// changes and deployed answer every question for what was deployed or released.
	changes  []workflows.Change
	deployed workflows.Seen
}

// read reads a case. An act is a line: time, author, role, what was written;
// "gesture:" before a command's name is one of GitHub's buttons. Files are those
// of the repository; what is not there is not there.
func read(t *testing.T, archive *txtar.Archive) *story {
	t.Helper()
	s := &story{facts: workflows.Facts{}, files: map[string]string{}}
	in := &s.in
	o := &in.Observation
	in.Facts, in.Made, in.Owner = workflows.Facts{}, map[string]workflows.Made{}, "postmortem"
	in.Commands = workflows.CommandsOn([]workflows.Workflow{incident.Workflow(), postmortem.Workflow()}, "postmortem")
	o.Subject = workflows.Subject{Repo: "acme/incidents", Number: 341}
	o.Issue = workflows.Issue{Open: true, Author: workflows.User{Login: "kintsugi[bot]", Bot: true}}
	o.Private = true
	in.Policy = policy.Default(sections())
	for _, f := range archive.Files {
		switch text := string(f.Data); {
		case f.Name == "policy.yml":
			p, problems := policy.Parse("kintsugi.yml", f.Data, sections())
			if len(problems) > 0 {
				t.Fatal(problems)
			}
			in.Policy, in.Language = p, p.Language
		case f.Name == "issue":
			for line := range strings.Lines(text) {
				s.set(t, strings.TrimSpace(line))
			}
		case f.Name == "document":
			o.Issue.Body = text
		case f.Name == "acts":
			for line := range strings.Lines(text) {
				in.Acts = append(in.Acts, act(t, strings.TrimSpace(line), len(in.Acts)+1, in.Policy))
			}
		case f.Name == "facts":
			for line := range strings.Lines(text) {
				s.fact(t, strings.TrimSpace(line))
			}
		case strings.HasPrefix(f.Name, "file:"):
			s.files[strings.TrimPrefix(f.Name, "file:")] = text
		}
	}
	if in.Language == "" {
		in.Language = words.English
	}
	if in.Now.IsZero() {
		in.Now = in.Acts[len(in.Acts)-1].At
	}
	if in.From.IsZero() {
		in.From = o.Issue.CreatedAt
	}
	kind := "issues"
	if o.Issue.Pull {
		kind = "pull"
	}
	o.Issue.URL = fmt.Sprintf("https://github.com/%s/%s/%d", o.Subject.Repo, kind, o.Subject.Number)
	return s
}

func sections() []policy.Section {
	return []policy.Section{incident.Workflow().Policy, postmortem.Workflow().Policy}
}

// set reads a line of the issue.
func (s *story) set(t *testing.T, line string) {
	t.Helper()
	in, o := &s.in, &s.in.Observation
	key, value, _ := strings.Cut(line, ": ")
	switch key {
	case "owner":
		if in.Owner = value; value == "incident" {
			o.Subject.Number = 340
		}
	case "author":
		o.Issue.Author = workflows.User{Login: value}
	case "ours":
		o.Issue.Ours = true
	case "pull":
		o.Issue.Pull = true
	case "private":
		o.Private = value == "true"
	case "assignee":
		o.Issue.Assignees = append(o.Issue.Assignees, value)
	case "label":
		o.Issue.Labels = append(o.Issue.Labels, value)
	case "closed":
		o.Issue.Open = false
	case "title":
		o.Issue.Title = value
	case "created":
		o.Issue.CreatedAt = at(t, value)
	case "now":
		in.Now = at(t, value)
	case "made": // key, number or a reason in quotes, time
		parts := strings.Fields(value)
		made := workflows.Made{ID: 1, At: in.Observation.Issue.CreatedAt}
		if n, err := strconv.Atoi(parts[1]); err == nil {
			made.Number = n
		} else {
			made = workflows.Made{Refused: strings.Join(parts[1:], " ")}
		}
		in.Made[parts[0]] = made
	default:
		t.Fatalf("the issue has no %q", key)
	}
}

// fact reads an answer: "summary 340 incident {…}", "link {…}", "pull {…}",
// "change {…}", "deployed {…}" with its commit, "comment ID author text", "role LOGIN role".
func (s *story) fact(t *testing.T, line string) {
	t.Helper()
	kind, rest, _ := strings.Cut(line, " ")
	self := s.in.Observation.Subject
	decode := func(text string, into any) {
		if err := json.Unmarshal([]byte(text), into); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	}
	switch kind {
	case "summary":
		parts := strings.SplitN(rest, " ", 3)
		n, _ := strconv.Atoi(parts[0])
		ask := workflows.SummaryAsk{Subject: workflows.Subject{Repo: self.Repo, Number: n}}
		if s.facts[ask].Summaries == nil {
			s.facts[ask] = workflows.Answer{Summaries: map[string]string{}}
		}
		s.facts[ask].Summaries[parts[1]] = parts[2]
	case "link":
		var l workflows.Link
		decode(rest, &l)
		ask := workflows.LinksAsk{Subject: self}
		s.facts[ask] = workflows.Answer{Links: append(s.facts[ask].Links, l)}
	case "pull":
		var p workflows.Pull
		decode(rest, &p)
		s.facts[workflows.PullAsk{Subject: self}] = workflows.Answer{Pull: p}
	case "change":
		var c workflows.Change
		decode(rest, &c)
		s.changes = append(s.changes, c)
	case "deployed":
		var d struct {
			workflows.Deployment
			Of workflows.Commit
		}
		decode(rest, &d)
		s.deployed.Deployments = append(s.deployed.Deployments, d.Deployment)
		s.deployed.Commits = append(s.deployed.Commits, d.Of)
	case "comment":
		parts := strings.SplitN(rest, " ", 3)
		id, _ := strconv.ParseInt(parts[0], 10, 64)
		ask := workflows.CommentsAsk{Subject: self}
		s.facts[ask] = workflows.Answer{Comments: append(s.facts[ask].Comments, workflows.Comment{ID: id, Author: workflows.User{Login: parts[1]}, Body: strings.ReplaceAll(parts[2], `\n`, "\n")})}
	case "role":
		login, role, _ := strings.Cut(rest, " ")
		s.facts[workflows.RoleAsk{Repo: self.Repo, Login: login}] = workflows.Answer{Role: roleOf(role)}
	default:
		t.Fatalf("no fact is called %q", kind)
	}
}

// decide lets the postmortem decide, until it asks nothing more.
func (s *story) decide(t *testing.T) workflows.Plan {
	t.Helper()
	for range 9 { // eight rounds of answers, and the last decision
		decision := postmortem.Workflow().Decide(s.in)
		open := false
		for _, ask := range decision.Asks {
			if _, known := s.in.Facts[ask]; !known {
				open = true
				s.in.Facts[ask] = s.answer(ask)
			}
		}
		if !open {
			return decision.Plan
		}
	}
	t.Fatal("it never stops asking")
	return workflows.Plan{}
}

func (s *story) answer(ask workflows.Ask) workflows.Answer {
	if file, ok := ask.(workflows.FileAsk); ok {
		if text, ok := s.files[file.Path]; ok {
			return workflows.Answer{Text: text}
		}
		return workflows.Answer{Unknown: "not there"}
	}
	if _, ok := ask.(workflows.ChangesAsk); ok {
		return workflows.Answer{Changes: s.changes}
	}
	if _, ok := ask.(workflows.DeployedAsk); ok {
		return workflows.Answer{Seen: s.deployed}
	}
	return s.facts[ask]
}

func roleOf(name string) workflows.Role {
	for r := workflows.RoleNone; r <= workflows.RoleAdmin; r++ {
		if r.String() == name {
			return r
		}
	}
	return workflows.RoleUnknown
}

func act(t *testing.T, line string, n int, p policy.Policy) workflows.Act {
	t.Helper()
	commands, clash := workflows.CommandsOf([]workflows.Workflow{incident.Workflow(), postmortem.Workflow()})
	parts := strings.SplitN(line, " ", 4)
	if len(parts) != 4 || clash != "" {
		t.Fatalf("act %q: want time, author, role, words (clash %q)", line, clash)
	}
	a := workflows.Act{ID: fmt.Sprintf("c%d", n), At: at(t, parts[0]), Author: parts[1], Role: roleOf(parts[2]), Verdict: workflows.Done}
	said, gesture := strings.CutPrefix(parts[3], "gesture:")
	if a.Gesture = gesture; gesture {
		said, a.ID = "/"+said, fmt.Sprintf("e%d", n)
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
