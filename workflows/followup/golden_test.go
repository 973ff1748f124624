package followup_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/followup"
	"github.com/kintsugi-app/kintsugi/workflows/policy"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// golden runs the cases of a pattern: run returns a case's files as they should be,
// which must be those that are written there. KINTSUGI_UPDATE_GOLDEN=1 rewrites them
// (make golden).
func golden(t *testing.T, pattern string, run func(*testing.T, *txtar.Archive) []txtar.File) {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatal("no cases", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := txtar.Format(&txtar.Archive{Comment: archive.Comment, Files: run(t, archive)})
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

// TestGolden decides each case of an issue that is a follow-up, in both languages,
// and compares the plans, texts and all, with what is written there.
func TestGolden(t *testing.T) {
	golden(t, "testdata/issue/*.txtar", func(t *testing.T, archive *txtar.Archive) []txtar.File {
		var given []txtar.File
		for _, f := range archive.Files {
			if f.Name == "policy.yml" || f.Name == "story" {
				given = append(given, f)
			}
		}
		all := given
		for _, lang := range []words.Language{words.English, words.Japanese} {
			all = append(all, txtar.File{Name: "plan." + string(lang), Data: []byte(issueOf(t, given, lang))})
		}
		return all
	})
}

// issueOf tells a story, a line each, and returns the last plan: "now TIME",
// "closed TIME WHO REASON", "reopened TIME WHO", "made KEY", "merged" for a pull
// request that refers to it, "assigned WHO", and "TIME WHO ROLE /command …".
func issueOf(t *testing.T, given []txtar.File, lang words.Language) string {
	t.Helper()
	in := workflows.Input{Owner: "followup", Language: lang, Facts: workflows.Facts{}, Made: map[string]workflows.Made{}}
	in.Policy = policy.Default([]policy.Section{followup.Workflow().Policy})
	o := &in.Observation
	o.Subject = workflows.Subject{Repo: "acme/pay", Number: 88}
	o.Issue = workflows.Issue{
		Open: true, Ours: true, Author: workflows.User{Login: "kintsugi[bot]", Bot: true}, URL: "https://github.com/acme/pay/issues/88", CreatedAt: moment(t, "2026-11-26T03:00:00Z"),
		Body: workflows.Marked("followup.item.0011223344", workflows.Subject{Repo: "acme/incidents", Number: 341}, "- Type: prevent\n- Due: 2026-12-10\n"),
	}
	links := workflows.Answer{}
	for _, f := range given {
		if f.Name == "policy.yml" {
			p, problems := policy.Parse("kintsugi.yml", f.Data, []policy.Section{followup.Workflow().Policy})
			if len(problems) > 0 {
				t.Fatal(problems)
			}
			in.Policy = p
			continue
		}
		for line := range strings.Lines(string(f.Data)) {
			part := strings.Fields(line)
			switch part[0] {
			case "now":
				in.Now = moment(t, part[1])
			case "assigned":
				o.Issue.Assignees = part[1:]
			case "made":
				in.Made[part[1]] = workflows.Made{ID: 7}
			case "merged":
				links.Links = append(links.Links, workflows.Link{Subject: workflows.Subject{Repo: "acme/pay", Number: 90}, Pull: true, Merged: true})
			case workflows.EventClosed, workflows.EventReopened:
				e := workflows.Event{ID: int64(len(o.Events) + 1), Kind: part[0], At: moment(t, part[1]), Actor: workflows.User{Login: part[2]}, Ours: part[2] == "kintsugi[bot]"}
				if o.Issue.Open = part[0] == workflows.EventReopened; !o.Issue.Open {
					e.Reason, o.Issue.Reason, o.Issue.ClosedAt = part[3], part[3], e.At
				}
				o.Events = append(o.Events, e)
			default:
				in.Acts = append(in.Acts, given4(t, part, len(in.Acts)+1, in.Policy))
			}
		}
	}
	for range 4 {
		decision := followup.Workflow().Decide(in)
		open := false
		for _, ask := range decision.Asks {
			_, known := in.Facts[ask]
			open = open || !known
			in.Facts[ask] = links
		}
		if !open {
			return decision.Plan.String()
		}
	}
	t.Fatal("it never stops asking")
	return ""
}

// given4 is a command: when, by whom, in what role, and what.
func given4(t *testing.T, part []string, n int, p policy.Policy) workflows.Act {
	t.Helper()
	name, argument := workflows.SplitCommand(strings.Join(part[3:], " "))
	role := map[string]workflows.Role{"read": workflows.RoleRead, "triage": workflows.RoleTriage, "write": workflows.RoleWrite}[part[2]]
	a := workflows.Act{ID: "c" + strconv.Itoa(n), At: moment(t, part[0]), Author: part[1], Role: role, Name: name, Verdict: workflows.Done}
	switch name {
	case "quiet", "help":
	case "postpone": // which is declared elsewhere
		a.Value, _, _ = strings.Cut(argument, " ")
	default:
		value, problem := command(t, name).Parse(workflows.Argument{Text: argument, At: a.At, Policy: p})
		if problem != "" {
			t.Fatal(problem)
		}
		a.Value = value
	}
	return a
}

func moment(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(fmt.Errorf("%q: %w", text, err))
	}
	return at
}
