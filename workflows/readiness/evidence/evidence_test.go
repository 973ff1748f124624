package evidence_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kintsugi-app/kintsugi/templates"
	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/incident"
	"github.com/kintsugi-app/kintsugi/workflows/policy"
	"github.com/kintsugi-app/kintsugi/workflows/readiness/checklist"
	"github.com/kintsugi-app/kintsugi/workflows/readiness/evidence"
	"github.com/kintsugi-app/kintsugi/workflows/readiness/verdict"
	"github.com/kintsugi-app/kintsugi/workflows/words"
	"github.com/kintsugi-app/kintsugi/workflows/words/hostile"
)

const (
	repo   = "acme/pay"
	commit = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
)

var now = time.Date(2026, 11, 27, 3, 40, 0, 0, time.UTC)

func ago(hours int) time.Time { return now.Add(-time.Duration(hours) * time.Hour) }

// releaseBy is a release by a checklist, one line of evidence an item, under a policy.
func releaseBy(t testing.TB, settings string, lines ...string) *evidence.Release {
	t.Helper()
	var b strings.Builder
	b.WriteString("items:\n")
	for i, line := range lines {
		fmt.Fprintf(&b, "  - {id: i%d, question: Q?, evidence: [{%s}]}\n", i, line)
	}
	c, problems := checklist.Parse("c.yml", []byte(b.String()))
	if c == nil {
		t.Fatal(problems)
	}
	p, problems := policy.Parse("p.yml", []byte(settings), []policy.Section{incident.Workflow().Policy})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return &evidence.Release{Repo: repo, Commit: commit, Environment: "production", Checklist: c, Own: true, Policy: p}
}

// answers are what is found when each ask of a type is answered so.
func answers(r *evidence.Release, seen workflows.Answer) (*verdict.Input, []workflows.Ask) {
	facts, all := workflows.Facts{}, []workflows.Ask(nil)
	for range 3 {
		for _, ask := range r.Asks(facts) {
			facts[ask] = seen
			all = append(all, ask)
		}
	}
	return r.Input(facts, now), all
}

// TestEachKind: what is seen of each kind of evidence, and what that shows.
func TestEachKind(t *testing.T) {
	yes := func(at int, seen string) string { return fmt.Sprintf("yes %dh %s", at, seen) }
	results := func(all ...workflows.Result) workflows.Seen { return workflows.Seen{Results: all} }
	issues := func(set string, i workflows.Issues) workflows.Seen {
		return workflows.Seen{Issues: map[string]workflows.Issues{set: i}}
	}
	files := func(paths ...string) workflows.Seen {
		var s workflows.Seen
		for _, p := range paths {
			path, text, _ := strings.Cut(p, "=")
			s.Files = append(s.Files, workflows.File{Path: path, Text: text, Problem: map[bool]string{true: "not a text"}[text == "?"]})
		}
		return s
	}
	cut := func(s workflows.Seen) workflows.Seen { s.Cut = true; return s }
	deployed := func(all ...workflows.Deployment) workflows.Seen { return workflows.Seen{Deployments: all} }
	for name, c := range map[string]struct {
		line string
		seen workflows.Seen
		want string
	}{
		"file":                  {`file: "docs/*.md"`, files("a.md", "docs/b.md"), "yes docs/b.md"},
		"no file":               {`file: "docs/*.md"`, files("a.md"), "no"},
		"no file among many":    {`file: "docs/*.md"`, cut(files("a.md")), "unknown the repository has more files than GitHub lists"},
		"text":                  {`file: "*.md", matches: "roll ?back"`, files("long.md=x", "b.md=rollback"), "yes b.md"},
		"no text":               {`file: "*.md", matches: "roll ?back"`, files("b.md=x"), "no b.md"},
		"no file with a text":   {`file: "*.md", matches: "roll ?back"`, files("b.txt=rollback"), "no"},
		"unreadable":            {`file: "*.md", matches: "roll ?back"`, files("b.md=?"), "unknown a file cannot be read as a text: `b.md`"},
		"too many":              {`file: "*.md", matches: "roll ?back"`, files("1.md", "2.md", "3.md", "4.md", "5.md", "6.md"), "unknown 6 files have such a name, and the 5 with the shortest do not match: name it more closely"},
		"check":                 {`check: test`, results(workflows.Result{Name: "test", State: "success", At: ago(1)}), yes(1, "success")},
		"check by another name": {`check: test`, results(workflows.Result{Name: "tests", State: "success", At: ago(1)}), "no"},
		"check failed":          {`check: test`, results(workflows.Result{Name: "test", State: "failure", At: ago(2)}, workflows.Result{Name: "test", State: "in_progress", At: ago(3)}), "no 2h failure"},
		"check skipped":         {`check: test`, results(workflows.Result{Name: "test", State: "skipped", At: ago(2)}), "no 2h skipped"},
		"one of several":        {`check: test`, results(workflows.Result{Name: "test", State: "failure", At: ago(1)}, workflows.Result{Name: "test", State: "success", At: ago(2)}, workflows.Result{Name: "test", State: "success", At: ago(3)}), yes(2, "success")},
		"check anywhere":        {`check: test, within: 3 days`, results(workflows.Result{Name: "test", State: "success", At: ago(1)}), yes(1, "success")},
		"check not here":        {`check: test, within: 3 days`, results(), "unknown GitHub tells of checks by commit only, and this one has no success of it; `workflow` looks further back"},
		"workflow":              {`workflow: ci.yml`, results(workflows.Result{Name: "ci.yml", State: "success", At: ago(1)}), yes(1, "success")},
		"no workflow":           {`workflow: ci.yml`, results(), "no"},
		"workflow within":       {`workflow: ci.yml, within: 3 days`, results(workflows.Result{Name: "ci.yml", State: "success", At: ago(100)}), yes(100, "success")},
		"release":               {`release: "v*", within: 9 days`, workflows.Seen{Releases: []workflows.Release{{Tag: "v1/a", At: ago(9)}, {Tag: "v2", At: ago(8)}, {Tag: "w", At: ago(1)}}}, yes(8, "v2")},
		"no release":            {`release: "v*", within: 9 days`, workflows.Seen{Releases: []workflows.Release{{Tag: "w", At: ago(1)}}}, "no"},
		"release among many":    {`release: "v*", within: 9 days`, workflows.Seen{Releases: []workflows.Release{{Tag: "w", At: ago(1)}}, Cut: true}, "unknown only the newest 100 releases were looked at"},
		"deployment":            {`deployment: staging, within: 9 days`, deployed(workflows.Deployment{Environment: "staging", Commit: "abc", State: "failure"}, workflows.Deployment{Environment: "Staging", Commit: "def", Success: ago(5)}), yes(5, "def")},
		"no deployment":         {`deployment: staging, within: 9 days`, deployed(workflows.Deployment{Environment: "staging", State: "failure"}, workflows.Deployment{Environment: "production", Success: ago(1)}), "no failure"},
		"drill":                 {`drill: restore, within: 9 days`, issues("closed\trestore", workflows.Issues{All: []workflows.LabelledIssue{{Number: 3, Closed: ago(1)}, {Number: 2, Closed: ago(9), Done: true}, {Number: 1, Closed: ago(50), Done: true}}}), yes(9, "#2")},
		"drill given up":        {`drill: restore, within: 9 days`, issues("closed\trestore", workflows.Issues{All: []workflows.LabelledIssue{{Number: 3, Closed: ago(1)}}}), "no"},
		"no issue":              {`no_open_issues: [b, a]`, issues("a\tb", workflows.Issues{}), "yes"},
		"an issue":              {`no_open_issues: [a]`, issues("a", workflows.Issues{Total: 1, All: []workflows.LabelledIssue{{Number: 8}}}), "no #8"},
		"many issues":           {`no_open_issues: [a]`, issues("a", workflows.Issues{Total: 70, Cut: true, All: []workflows.LabelledIssue{{Number: 8}}}), "no #8 +69"},
		"too many issues":       {`no_open_issues: [a, b]`, issues("a\tb", workflows.Issues{Total: 70, Cut: true}), "unknown too many issues carry the first of these labels"},
	} {
		t.Run(name, func(t *testing.T) {
			r := releaseBy(t, "", c.line)
			in, _ := answers(r, workflows.Answer{Seen: c.seen})
			if got := shown(in, r); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
			// Neither a refusal nor silence is ever an answer.
			in, asks := answers(r, workflows.Answer{Unknown: "x", Lacks: "some: read"})
			if got := shown(in, r); got != "unknown the permission `some: read` is missing" && !strings.HasPrefix(got, "unknown GitHub tells of checks") {
				t.Errorf("refused: %q", got)
			}
			if got := shown(r.Input(workflows.Facts{}, now), r); got != "unknown "+evidence.Silent && !strings.HasPrefix(got, "unknown GitHub tells of checks") {
				t.Errorf("silent: %q of %d", got, len(asks))
			}
		})
	}
}

// shown is what was found of the one question of a release.
func shown(in *verdict.Input, r *evidence.Release) string {
	q := r.Checklist.Questions("")[0]
	a := in.Answers[q]
	switch a.Found {
	case verdict.Unknown:
		if a.Because.Japanese == "" {
			return "no Japanese"
		}
		return "unknown " + a.Because.English
	case verdict.Yes, verdict.No:
	}
	parts := []string{map[verdict.Found]string{verdict.Yes: "yes", verdict.No: "no"}[a.Found]}
	if !a.At.IsZero() {
		parts = append(parts, fmt.Sprintf("%.0fh", now.Sub(a.At).Hours()))
	}
	return strings.Join(append(parts, strings.Fields(a.Seen)...), " ")
}

// TestRanBefore: a success of this very commit in this environment, and nothing else.
func TestRanBefore(t *testing.T) {
	for name, c := range map[string]struct {
		deployments []workflows.Deployment
		cut         bool
		want        verdict.Found
	}{
		"replaced":            {[]workflows.Deployment{{Environment: "production", Commit: "other", Success: ago(1)}, {Environment: "production", Commit: commit, State: "inactive", Success: ago(9)}}, false, verdict.Yes},
		"under way":           {[]workflows.Deployment{{Environment: "production", Commit: commit, State: "in_progress"}, {Environment: "production", Commit: "other", Success: ago(1)}}, false, verdict.No},
		"elsewhere":           {[]workflows.Deployment{{Environment: "staging", Commit: commit, Success: ago(1)}, {Environment: "production", Commit: "other", Success: ago(1)}}, false, verdict.No},
		"nothing is recorded": {[]workflows.Deployment{{Environment: "production", Commit: commit, State: "in_progress"}}, false, verdict.Unknown},
		"long ago":            {[]workflows.Deployment{{Environment: "production", Commit: "other", Success: ago(1)}}, true, verdict.Unknown},
	} {
		r := releaseBy(t, "", "file: x")
		in, _ := answers(r, workflows.Answer{Seen: workflows.Seen{Deployments: c.deployments, Cut: c.cut}})
		if in.RanBefore.Found != c.want || c.want == verdict.Unknown && in.RanBefore.Because.IsEmpty() {
			t.Errorf("%s: %+v", name, in.RanBefore)
		}
		r.Environment = ""
		if in, _ = answers(r, workflows.Answer{}); in.RanBefore.Found != verdict.Unknown {
			t.Errorf("%s without an environment: %+v", name, in.RanBefore)
		}
	}
}

// TestIncidents: those that concern the service, by what their labels tell.
func TestIncidents(t *testing.T) {
	const settings = `incident: {repository: %s, label: outage}
services:
  payments: {repositories: [acme/pay], words: [checkout]}
  search: {labels: [find]}
`
	open := workflows.Seen{Issues: map[string]workflows.Issues{"outage": {Total: 5, All: []workflows.LabelledIssue{
		{Number: 340, Title: "checkout is blank", Labels: []string{"outage", "SEV2"}},
		{Number: 341, Title: "checkout is slow", Labels: []string{"outage"}},
		{Number: 342, Title: "empty results", Labels: []string{"outage", "find", "sev1"}},
		{Number: 343, Title: "something", Labels: []string{"outage", "sev3", "sev1"}},
	}}}}
	for name, c := range map[string]struct{ kept, service, fixes, want, note string }{
		"here":             {"acme/pay", "payments", "", "#340 2 #341 0 #343 1", "#341"},
		"of another":       {"acme/pay", "search", "", "#342 1", ""},
		"of whichever":     {"acme/pay", "", "", "#340 2 #341 0 #342 1 #343 1", "#341"},
		"kept elsewhere":   {"acme/incidents", "payments", "340", "acme/incidents#340 2 acme/incidents#341 0", "acme/incidents#341"},
		"of nobody's here": {"acme/incidents", "search", "#342", "acme/incidents#342 1", ""},
	} {
		r := releaseBy(t, fmt.Sprintf(settings, c.kept), "file: x")
		r.Service, r.Fixes = c.service, c.fixes
		in, _ := answers(r, workflows.Answer{Seen: open})
		var got, notes []string
		for _, i := range in.Around.Incidents.All {
			got = append(got, fmt.Sprintf("%s %d", i.Ref, i.Severity))
			if i.Confirmed != (i.Severity > 0) {
				t.Errorf("%s: %+v", name, i)
			}
		}
		for _, n := range in.Around.Notes {
			notes = append(notes, n.English)
		}
		if strings.Join(got, " ") != c.want || !strings.Contains(strings.Join(notes, ""), c.note) || (c.note == "") != (notes == nil) {
			t.Errorf("%s: %v %q", name, got, notes)
		}
		if want := c.kept + "#" + strings.TrimPrefix(c.fixes, "#"); c.fixes != "" && in.Fixes != want {
			t.Errorf("%s: it fixes %q, not %q", name, in.Fixes, want)
		}
	}
	r := releaseBy(t, "", "file: x")
	in, _ := answers(r, workflows.Answer{Unknown: "x", Lacks: "issues: read"})
	if in.Around.Incidents.Known || in.Around.Incidents.Because.English != "the permission `issues: read` is missing" || in.Authors != nil {
		t.Errorf("%+v", in.Around)
	}
	r.Settings.Incidents = verdict.Off
	if _, asks := answers(r, workflows.Answer{}); len(asks) != 3 {
		t.Errorf("asked for what is switched off: %v", asks)
	}
}

// TestFixes: a line of its own says it, in the commit or a pull request, and what was
// said with the question counts most.
func TestFixes(t *testing.T) {
	for text, want := range map[string]string{
		"Fix it\n\nFixes-incident: #340":          "#340",
		"Fix it\r\n\r\n fixes-incident: 340 \r\n": "#340",
		"Fixes-incident: acme/incidents#7":        "acme/incidents#7",
		"Fixes-incident: ACME/pay#7":              "#7",
		"Fixes-incident: soon":                    "soon",
		"It fixes-incident: #340":                 "",
		"> Fixes-incident: #340":                  "",
		"Fixes-incident:":                         "",
	} {
		for _, c := range []workflows.Commit{{Message: text}, {Message: "Merge", Pulls: []workflows.CommitPull{{Body: "x"}, {Body: text}}}} {
			r := releaseBy(t, "", "file: x")
			in, _ := answers(r, workflows.Answer{Seen: workflows.Seen{Commit: c}})
			if in.Fixes != want {
				t.Errorf("%q: %q, want %q", text, in.Fixes, want)
			}
			r.Fixes = "#1"
			if in, _ = answers(r, workflows.Answer{Seen: workflows.Seen{Commit: c}}); in.Fixes != "#1" {
				t.Errorf("%q before what was said: %q", text, in.Fixes)
			}
		}
	}
	r := releaseBy(t, "", "file: x")
	in, _ := answers(r, workflows.Answer{Lacks: "pull-requests: read", Seen: workflows.Seen{Commit: workflows.Commit{Authors: []string{"alice"}, NoPulls: "x"}}})
	if diff := cmp.Diff([]string{"alice"}, in.Authors); diff != "" || len(in.Around.Notes) != 1 || !strings.Contains(in.Around.Notes[0].English, "`pull-requests: read`") {
		t.Errorf("%v", in.Around.Notes)
	}
}

// TestHowManyAsks: the levels that come along, and sixty items of every kind, ask no
// more than this.
func TestHowManyAsks(t *testing.T) {
	count := func(r *evidence.Release) int {
		_, asks := answers(r, workflows.Answer{Seen: workflows.Seen{Files: []workflows.File{{Path: "docs/runbook.md"}}}})
		return len(asks)
	}
	for level, want := range map[string]int{templates.LevelSmall: 6, templates.LevelStandard: 7, templates.LevelCritical: 7} {
		r := releaseBy(t, "", "file: x")
		r.Checklist, _ = checklist.Parse("x", templates.Readiness(level, "ci.yml").Content)
		if got := count(r); got != want {
			t.Errorf("%s: %d asks", level, got)
		}
	}
	var lines []string
	for i := range 60 {
		lines = append(lines, strings.ReplaceAll([]string{
			`file: "docs/N*"`, `file: "docs/*", matches: "N"`, `check: cN`, `workflow: N.yml`, `workflow: N.yml, within: 3 days`,
			`release: "vN*", within: 3 days`, `deployment: eN, within: 3 days`, `drill: dN, within: 3 days`, `no_open_issues: [l, mN]`,
		}[i%9], "N", fmt.Sprint(i)))
	}
	if got := count(releaseBy(t, "", lines...)); got != 9 {
		t.Errorf("sixty items: %d asks", got)
	}
}

// TestStrangers: whatever names, paths, tags and titles on GitHub say, the verdict does
// nothing by it.
func TestStrangers(t *testing.T) {
	for _, text := range hostile.Texts() {
		r := releaseBy(t, "incident: {label: outage}", `file: "**"`, `file: "**", matches: "never"`, `check: test`, `release: "*", within: 1 day`, `deployment: staging, within: 1 day`, `no_open_issues: [a]`)
		r.Service, r.Environment = text.Text, text.Text
		r.Settings.Freezes = []verdict.Freeze{{From: "2026-01-01", To: "2027-12-31", Reason: text.Text}}
		for _, seen := range []workflows.Answer{
			{Unknown: text.Text},
			{Seen: workflows.Seen{
				Files:       []workflows.File{{Path: text.Text, Problem: text.Text}},
				Results:     []workflows.Result{{Name: "test", State: text.Text, URL: text.Text}},
				Releases:    []workflows.Release{{Tag: text.Text, URL: text.Text, At: ago(99)}},
				Deployments: []workflows.Deployment{{Environment: "staging", Commit: text.Text, State: text.Text}},
				Commit:      workflows.Commit{Message: "Fixes-incident: " + text.Text, Authors: []string{text.Text}, URL: text.Text},
				Issues: map[string]workflows.Issues{
					"a": {Total: 1, All: []workflows.LabelledIssue{{Number: 1, URL: text.Text}}}, "outage": {Total: 1, All: []workflows.LabelledIssue{{Number: 2, Title: text.Text, Labels: []string{text.Text}}}},
				},
			}},
			{Seen: workflows.Seen{Files: []workflows.File{{Path: text.Text}}, Commit: workflows.Commit{NoPulls: text.Text}}},
		} {
			in, _ := answers(r, seen)
			for _, lang := range []words.Language{words.English, words.Japanese} {
				said := verdict.Decide(in).Text(lang)
				if faults := hostile.Markdown(said, hostile.Own{References: []string{"#1", "#2"}, Table: true, List: true, Fold: true}); len(faults) > 0 {
					t.Errorf("%s: %q\n%s", text.Name, faults, said)
				}
			}
		}
	}
}
