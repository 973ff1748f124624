package readinglist

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/policy"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// TestGolden decides each case in both languages and compares the plans, texts and
// all, with what is written there. KINTSUGI_UPDATE_GOLDEN=1 rewrites them (make
// golden).
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
			given := slices.DeleteFunc(slices.Clone(archive.Files), func(f txtar.File) bool { return strings.HasPrefix(f.Name, "plan.") })
			all := given
			for _, lang := range []words.Language{words.English, words.Japanese} {
				all = append(all, txtar.File{Name: "plan." + string(lang), Data: []byte(tell(t, given, lang).plan(t).String())})
			}
			got := txtar.Format(&txtar.Archive{Comment: archive.Comment, Files: all})
			if string(got) == string(txtar.Format(archive)) {
				return
			}
			if os.Getenv("KINTSUGI_UPDATE_GOLDEN") == "1" {
				if err := os.WriteFile(file, got, 0o600); err != nil {
					t.Fatal(err)
				}
				return
			}
			t.Errorf("got\n%s", got)
		})
	}
}

// story is a case: what is given, and GitHub's answers.
type story struct {
	in      workflows.Input
	answers map[workflows.Ask]workflows.Answer
}

const root = "https://github.com/"

// tell reads a case: its policy, the body of the issue, what else GitHub answers as
// files, and a story, a line each: "now TIME", "on OWNER", "issue REPO N TITLE",
// "private", "pull merged|open FILE…", "closed REASON", "label NAME", "made KEY N",
// "refused KEY WHY", "role REPO LOGIN ROLE", "place REPO private|public|archived|apart|unknown",
// "TIME WHO ROLE labeled|unlabeled" and "TIME WHO ROLE /command …".
func tell(t *testing.T, given []txtar.File, lang words.Language) *story {
	t.Helper()
	s := &story{answers: map[workflows.Ask]workflows.Answer{}}
	in := &s.in
	in.Owner, in.Language, in.Facts, in.Made = name, lang, workflows.Facts{}, map[string]workflows.Made{}
	in.Policy = policy.Default([]policy.Section{Workflow().Policy})
	in.Policy.Language = lang
	o := &in.Observation
	o.Subject = workflows.Subject{Repo: "acme/pay", Number: 341}
	o.Issue = workflows.Issue{Open: true, Title: "Checkout was blank", Author: workflows.User{Login: "tanaka"}, CreatedAt: instant(t, "2026-11-26T00:00:00Z")}
	mark := ""
	for _, f := range given {
		switch f.Name {
		case "policy.yml":
			p, problems := policy.Parse("kintsugi.yml", f.Data, []policy.Section{Workflow().Policy})
			if len(problems) > 0 {
				t.Fatal(problems)
			}
			in.Policy = p
		case "body":
			o.Issue.Body = string(f.Data)
		case "marked": // opened by the App: its key, and what it was opened for
			mark = strings.TrimSpace(string(f.Data))
		case "story":
			for line := range strings.Lines(string(f.Data)) {
				s.line(t, strings.Fields(line))
			}
		default: // a file of the list
			s.answers[workflows.FileAsk{Repo: "acme/handbook", Ref: "tip", Path: f.Name}] = workflows.Answer{Text: string(f.Data)}
		}
	}
	if key, of, marked := strings.Cut(mark, " "); marked {
		subject, err := workflows.ParseSubject(of)
		if err != nil {
			t.Fatal(err)
		}
		o.Issue.Ours, o.Issue.Author = true, workflows.User{Login: "kintsugi[bot]", Bot: true}
		o.Issue.Body = workflows.Marked(key, subject, o.Issue.Body)
	}
	o.Issue.URL = root + o.Subject.Repo + "/issues/" + strconv.Itoa(o.Subject.Number)
	return s
}

func (s *story) line(t *testing.T, part []string) {
	t.Helper()
	in, o := &s.in, &s.in.Observation
	switch part[0] {
	case "now":
		in.Now = instant(t, part[1])
	case "on":
		in.Owner = part[1]
	case "issue":
		o.Subject.Repo = part[1]
		o.Subject.Number, _ = strconv.Atoi(part[2])
		o.Issue.Title = strings.Join(part[3:], " ")
	case "private":
		o.Private = true
	case "closed":
		o.Issue.Open, o.Issue.Reason = false, part[1]
	case "pull":
		o.Issue.Pull = true
		s.answers[workflows.PullAsk{Subject: o.Subject}] = workflows.Answer{Pull: workflows.Pull{Merged: part[1] == "merged", Files: part[2:]}}
	case "label":
		o.Issue.Labels = append(o.Issue.Labels, part[1])
	case "made":
		n, _ := strconv.Atoi(part[2])
		in.Made[part[1]] = workflows.Made{ID: int64(n), Number: n}
	case "refused":
		in.Made[part[1]] = workflows.Made{Refused: strings.Join(part[2:], " ")}
	case "role":
		s.answers[workflows.RoleAsk{Repo: part[1], Login: part[2]}] = workflows.Answer{Role: role(t, part[3])}
	case "place":
		answer := workflows.Answer{Place: workflows.Place{Private: part[2] != "public", Collects: part[2] != "apart"}}
		if part[2] == "archived" {
			answer.Place.Closed = workflows.PlaceArchived
		}
		if part[2] == "unknown" {
			answer.Unknown = "it is not there"
		}
		s.answers[workflows.PlaceAsk{Repo: part[1]}] = answer
	case "list":
		s.answers[workflows.BranchAsk{Repo: part[1], Branch: rolling}] = workflows.Answer{Branch: workflows.Branch{Default: "main", Tip: "tip"}}
	default:
		s.act(t, part)
	}
}

// act is what somebody did, judged as the engine does by role alone.
func (s *story) act(t *testing.T, part []string) {
	t.Helper()
	n := strconv.Itoa(len(s.in.Acts) + 1)
	a := workflows.Act{ID: "c" + n, At: instant(t, part[0]), Author: part[1], Role: role(t, part[2]), Verdict: workflows.Done}
	if !strings.HasPrefix(part[3], "/") {
		label := policyOf(s.in.Policy).label(s.in.Policy).Name
		command, _, ok := gesture(workflows.Event{Kind: part[3], Label: strings.ToUpper(label)}, s.in.Policy)
		if !ok {
			t.Fatalf("%q is no gesture", part[3])
		}
		a.ID, a.Name, a.Gesture = "e"+n, command, true
	} else {
		name, argument := workflows.SplitCommand(strings.Join(part[3:], " "))
		commands, _ := workflows.CommandsOf([]workflows.Workflow{Workflow()})
		c, ok := commands.Find(name)
		if !ok {
			t.Fatalf("%q is no command", name)
		}
		a.Name = c.Name
		if c.Parse != nil {
			var problem string
			if a.Value, problem = c.Parse(workflows.Argument{Text: argument, At: a.At, Policy: s.in.Policy}); problem != "" {
				t.Fatalf("%q is not understood: %s", argument, problem)
			}
		}
		if a.Role < c.Role {
			a.Verdict = workflows.Refused
		}
	}
	if a.Gesture && a.Role < workflows.RoleTriage {
		a.Verdict = workflows.Refused
	}
	s.in.Acts = append(s.in.Acts, a)
}

// plan answers until nothing is asked any more. What a case does not say is not there.
func (s *story) plan(t *testing.T) workflows.Plan {
	t.Helper()
	for range 16 {
		decision := Workflow().Decide(s.in)
		open := false
		for _, ask := range decision.Asks {
			if _, known := s.in.Facts[ask]; known {
				continue
			}
			open = true
			answer, told := s.answers[ask]
			if !told {
				answer = workflows.Answer{Unknown: workflows.NotThere}
			}
			s.in.Facts[ask] = answer
		}
		if !open {
			if len(decision.Asks) > 0 {
				t.Fatalf("it asks again what it knows: %v", decision.Asks)
			}
			return decision.Plan
		}
	}
	t.Fatal("it never stops asking")
	return workflows.Plan{}
}

func role(t *testing.T, name string) workflows.Role {
	t.Helper()
	for r := workflows.RoleUnknown; r <= workflows.RoleAdmin; r++ {
		if r.String() == name {
			return r
		}
	}
	t.Fatalf("no role %q", name)
	return 0
}

func instant(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func argument(text string) workflows.Argument { return workflows.Argument{Text: text} }
