package readiness

import (
	"encoding/json"
	"fmt"
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
	"github.com/kintsugi-app/kintsugi/workflows/readiness/checklist"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// TestGolden decides each case in both languages and compares the plans, texts and all,
// with what is written there. KINTSUGI_UPDATE_GOLDEN=1 rewrites them (make golden).
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
			all := slices.Clone(given)
			for _, lang := range []words.Language{words.English, words.Japanese} {
				plan := tell(t, given, lang).plan(t)
				all = append(all, txtar.File{Name: "plan." + string(lang), Data: []byte(readable(plan.String()))})
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

// readable shows a note as JSON instead of base64.
func readable(plan string) string {
	return noteLine.ReplaceAllStringFunc(plan, func(marked string) string {
		n, _ := noteIn(marked)
		data, err := json.Marshal(n)
		if err != nil {
			panic(err)
		}
		return "<note " + string(data) + ">"
	})
}

const (
	repo  = "acme/pay"
	one   = "1111111111aaaaaaaaaa1111111111aaaaaaaaaa"
	two   = "2222222222bbbbbbbbbb2222222222bbbbbbbbbb"
	start = "2026-12-02T03:00:00Z"
)

// story is a case: what is given, and GitHub's answers.
type story struct {
	in      workflows.Input
	answers map[workflows.Ask]workflows.Answer
	files   []workflows.File
	commits map[string]workflows.Commit
	seen    map[string]workflows.Seen // by the kind of ask
	own     map[string][]workflows.OwnIssue
	missing map[string]string
}

// tell reads a case: its policy, a checklist, the body of the issue, the answers to some
// kinds of asks as JSON (seen), and a story, a line each: "now TIME", "issue N TITLE",
// "gate", "closed REASON", "author LOGIN", "label NAME", "version REF COMMIT", "lacks KIND
// PERMISSION", "published JSON", "own LABEL JSON" and "TIME WHO ROLE /command …".
func tell(t *testing.T, given []txtar.File, lang words.Language) *story {
	t.Helper()
	s := &story{answers: map[workflows.Ask]workflows.Answer{}, commits: map[string]workflows.Commit{}, seen: map[string]workflows.Seen{}, own: map[string][]workflows.OwnIssue{}, missing: map[string]string{}}
	in := &s.in
	in.Owner, in.Language, in.Facts, in.Made = name, lang, workflows.Facts{}, map[string]workflows.Made{}
	in.Now = instant(t, start)
	in.Policy = policy.Default([]policy.Section{Workflow().Policy})
	in.Policy.Language = lang
	o := &in.Observation
	o.Subject = workflows.Subject{Repo: repo, Number: 90}
	o.Issue = workflows.Issue{Open: true, Title: "[readiness] payments", Author: workflows.User{Login: "mori"}, CreatedAt: in.Now, UpdatedAt: in.Now}
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
		case "story":
			for line := range strings.Lines(string(f.Data)) {
				if strings.TrimSpace(line) != "" {
					s.line(t, strings.Fields(line))
				}
			}
		case "seen":
			if err := json.Unmarshal(f.Data, &s.seen); err != nil {
				t.Fatal(err)
			}
		default:
			s.files = append(s.files, workflows.File{Path: checklist.Folder + "/" + f.Name, Text: string(f.Data)})
		}
	}
	return s
}

func (s *story) line(t *testing.T, part []string) {
	t.Helper()
	in, o := &s.in, &s.in.Observation
	rest := strings.Join(part[min(2, len(part)):], " ")
	switch part[0] {
	case "now":
		in.Now = instant(t, part[1])
	case "issue":
		o.Subject.Number, _ = strconv.Atoi(part[1])
		o.Issue.Title = rest
	case "gate":
		o.Subject = workflows.Subject{Repo: repo, Name: workflows.Gate}
	case "closed":
		o.Issue.Open, o.Issue.Reason = false, part[1]
	case "owner":
		in.Owner = part[1]
	case "author":
		o.Issue.Author.Login = part[1]
	case "label":
		o.Issue.Labels = append(o.Issue.Labels, part[1])
	case "version":
		s.commits[part[1]] = workflows.Commit{SHA: part[2], Authors: part[3:], Message: "Retry the payment"}
	case "lacks":
		s.missing[part[1]] = rest
	case "published":
		in.Published = strings.Join(part[1:], " ")
	case "own":
		var one workflows.OwnIssue
		if err := json.Unmarshal([]byte(rest), &one); err != nil {
			t.Fatal(err)
		}
		s.own[part[1]] = append(s.own[part[1]], one)
	default:
		in.Acts = append(in.Acts, s.act(t, part))
	}
}

func (s *story) act(t *testing.T, part []string) workflows.Act {
	t.Helper()
	role := workflows.RoleNone
	for r := workflows.RoleNone; r <= workflows.RoleAdmin; r++ {
		if r.String() == part[2] {
			role = r
		}
	}
	a := workflows.Act{ID: "c" + strconv.Itoa(len(s.in.Acts)+1), At: instant(t, part[0]), Author: part[1], Role: role, Verdict: workflows.Done}
	name, argument := workflows.SplitCommand(strings.Join(part[3:], " "))
	a.Name = name
	for _, c := range commands() {
		if c.Name == name && c.Parse != nil {
			value, problem := c.Parse(workflows.Argument{Text: argument, At: a.At, Policy: s.in.Policy, Language: s.in.Language})
			if problem != "" {
				a.Verdict, a.Why = workflows.Misread, problem
			}
			a.Value = value
		}
	}
	return a
}

// plan answers what is asked until there is a plan.
func (s *story) plan(t *testing.T) workflows.Plan {
	t.Helper()
	for range 12 {
		d := decide(s.in)
		if len(d.Asks) == 0 {
			return d.Plan
		}
		for _, ask := range d.Asks {
			s.in.Facts[ask] = s.answer(ask)
		}
	}
	t.Fatal("the asks do not end")
	return workflows.Plan{}
}

func (s *story) answer(ask workflows.Ask) workflows.Answer {
	kind := strings.TrimSuffix(strings.TrimPrefix(fmt.Sprintf("%T", ask), "workflows."), "Ask")
	if lacks := s.missing[kind]; lacks != "" {
		return workflows.Answer{Unknown: "the App may not", Lacks: lacks}
	}
	switch ask := ask.(type) {
	case workflows.CommitAsk:
		for ref, c := range s.commits {
			if ref == ask.Commit || c.SHA == ask.Commit {
				c.URL = "https://github.com/acme/pay/commit/" + c.SHA
				return workflows.Answer{Seen: workflows.Seen{Commit: c}}
			}
		}
		return workflows.Answer{Unknown: workflows.NotThere}
	case workflows.CommitsAsk:
		var all workflows.Answer
		for commit := range strings.SplitSeq(ask.Commits, "\n") {
			one := s.answer(workflows.CommitAsk{Repo: ask.Repo, Commit: commit})
			if one.Lacks != "" {
				return one
			}
			if one.Unknown == "" {
				all.Seen.Commits = append(all.Seen.Commits, one.Seen.Commit)
			}
		}
		return all
	case workflows.FolderAsk:
		return workflows.Answer{Seen: workflows.Seen{Files: s.files}}
	case workflows.LabelledAsk:
		return workflows.Answer{Own: s.own[ask.Label]}
	case workflows.TeamAsk:
		return workflows.Answer{Members: []string{"sato", "kato"}}
	}
	return workflows.Answer{Seen: s.seen[kind]}
}

func instant(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}
