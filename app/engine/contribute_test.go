package engine_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/incident"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// adds is a workflow that has something to say at the end of another's comment.
func adds(name, to string, texts ...string) workflows.Workflow {
	return workflows.Workflow{Name: name, Decide: func(in workflows.Input) workflows.Decision {
		var plan workflows.Plan
		if name == to {
			plan.Comments = []workflows.CommentIntent{{Key: name, Body: "own"}}
		}
		for _, text := range texts {
			plan.Additions = append(plan.Additions, workflows.Addition{To: to, Text: strings.ReplaceAll(text, "TITLE", in.Observation.Issue.Title)})
		}
		return workflows.Decision{Plan: plan}
	}}
}

// TestAdditions: they stand in the comment, a line each, in the order of the list,
// change with their own facts, and are dropped where there is no such comment.
func TestAdditions(t *testing.T) {
	w := newWorld(t, 1, withRules(incident.Workflow(), adds("one", "errand.paper", "one of TITLE"), errand(),
		adds("two", "errand.paper", "two"), adds("three", "errand.nothing", "three")))
	n := w.open("sato", "[incident] blank")
	w.settle()
	if got := w.paper(n); got != "<!-- kintsugi:errand.paper -->\na paper\none of [incident] blank\ntwo" {
		t.Errorf("%q", got)
	}
	w.must(w.hub.EditIssue(repo, n, "suzuki", fakehub.Edit{Title: new("[incident] slow")}))
	w.settle()
	w.wants(w.paper(n), "one of [incident] slow\ntwo")
}

func (w *world) paper(n int) string {
	for _, c := range w.ours(n) {
		if strings.Contains(c.Body, "a paper") {
			return c.Body
		}
	}
	return ""
}

func TestAdditionsClash(t *testing.T) {
	for name, w := range map[string]workflows.Workflow{
		"to one's own": adds("self", "self", "mine"),
		"twice":        adds("twice", "errand.paper", "one", "two"),
	} {
		world := newWorld(t, 1, withRules(incident.Workflow(), errand(), w))
		n := world.open("sato", "[incident] blank")
		world.settle()
		if err := world.failures(); err == nil || !strings.Contains(err.Error(), "which is its own, or twice") || len(world.ours(n)) != 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestCommandElsewhere: a command counts on the subjects that it is for; elsewhere
// it gets one reply, and what people do there means nothing to other workflows.
func TestCommandElsewhere(t *testing.T) {
	listed := incident.Workflow()
	listed.Noun = map[words.Language]workflows.Noun{words.English: {One: "an incident", Many: "incidents"}}
	for i, c := range listed.Commands {
		if c.Name == "help" {
			listed.Commands[i].On = []string{"incident", "report"}
		}
	}
	w := newWorld(t, 1, withRules(listed, reports()))
	n := w.resolved()
	w.settle()
	all, _ := w.reported()
	report := all[0]
	out := w.say(report, "sato", "/sev 1")
	w.say(report, "sato", "/mitigated")
	help := w.say(report, "tanaka", "/help")
	w.say(report, "tanaka", "Duplicate of #1") // a phrase of the incident's
	filed := w.say(report, "tanaka", "/file")
	w.settle()
	reactions := map[int64]string{out: "confused", help: "+1", filed: "+1"}
	for _, c := range w.issue(report).Comments {
		if want := reactions[c.ID]; want != "" && (len(c.Reactions) != 1 || c.Reactions[0].Content != want) {
			t.Errorf("%q got %v, want %s", c.Body, c.Reactions, want)
		}
	}
	w.wants(w.visible(report), "`/sev` is for incidents, and this is a report, so nothing was done. `/help` lists what can be written here.")
	w.wants(w.status(report), "filed by tanaka")
	if got := strings.Count(w.visible(report), "so nothing was done"); got != 1 {
		t.Errorf("%d replies, want one", got)
	}
	w.say(n, "tanaka", "/file")
	w.settle()
	w.wants(w.visible(n), "`/file` is for reports, and this is an incident")
	w.must(w.hub.Close(repo, report, "suzuki", "completed"))
	w.settle()
	w.wants(w.status(report), "filed by suzuki")
	for _, r := range w.runs {
		why := strings.Join(r.Why, "\n")
		if r.Key == fmt.Sprintf("%s#%d", repo, report) && (strings.Contains(why, "resolved") || strings.Contains(why, "original")) {
			t.Fatalf("what was done with a report was read as done with an incident:\n%s", why)
		}
	}
}

// TestCommandElsewhereInJapanese says the same to whoever reads Japanese.
func TestCommandElsewhereInJapanese(t *testing.T) {
	listed := incident.Workflow()
	listed.Noun = map[words.Language]workflows.Noun{words.Japanese: {One: "障害", Many: "障害"}}
	w := newWorld(t, 1, withRules(listed, reports()))
	w.hub.PutFile(repo, ".github/kintsugi.yml", "language: ja\n")
	w.resolved()
	w.settle()
	all, _ := w.reported()
	w.say(all[0], "tanaka", "/重大度 1")
	w.settle()
	w.wants(w.visible(all[0]), "`/sev` は障害で使うコマンドです。ここは報告書なので、何も行っていません。")
}

// TestOwnComments: all comments of the subject itself are told, none of another's.
func TestOwnComments(t *testing.T) {
	var said []string
	other := ""
	reader := workflows.Workflow{Name: "reader", Decide: func(in workflows.Input) workflows.Decision {
		here := in.Observation.Subject
		asks := []workflows.Ask{workflows.CommentsAsk{Subject: here}, workflows.CommentsAsk{Subject: workflows.Subject{Repo: here.Repo, Number: here.Number + 1}}}
		answer, ok := in.Facts[asks[0]]
		if !ok {
			return workflows.Decision{Asks: asks}
		}
		said = nil
		for _, c := range answer.Comments {
			if !c.Ours {
				said = append(said, c.Body)
			}
		}
		other = in.Facts[asks[1]].Unknown
		return workflows.Decision{}
	}}
	w := newWorld(t, 1, withRules(incident.Workflow(), reader))
	n := w.open("sato", "[incident] checkout is blank")
	for _, text := range []string{"one", "two", "three"} {
		w.say(n, "sato", text)
		w.settle()
		w.clock.Advance(10 * time.Minute)
	}
	if !slices.Equal(said, []string{"one", "two", "three"}) || other != "of another subject" {
		t.Errorf("told %q, and of another: %q", said, other)
	}
}

// TestFilesStayPrivate: a file is told where its audience is no wider than here.
func TestFilesStayPrivate(t *testing.T) {
	told := map[string]workflows.Answer{}
	reader := workflows.Workflow{Name: "reader", Decide: func(in workflows.Input) workflows.Decision {
		var asks []workflows.Ask
		for _, name := range []string{repo, "acme/open", "acme/vault", "rival/open"} {
			ask := workflows.FileAsk{Repo: name, Path: "notes.md"}
			asks = append(asks, ask)
			told[name] = in.Facts[ask]
		}
		return workflows.Decision{Asks: asks}
	}}
	w := newWorld(t, 1, withRules(incident.Workflow(), reader))
	w.addRepo("acme/open", false)
	w.addRepo("acme/vault", true)
	w.hub.AddOrg("rival")
	w.addRepo("rival/open", false)
	w.hub.Install("rival", time.Time{})
	for _, name := range []string{repo, "acme/open", "acme/vault", "rival/open"} {
		w.hub.PutFile(name, "notes.md", "notes of "+name)
	}
	w.open("sato", "[incident] checkout is blank")
	w.settle()
	for name, want := range map[string]workflows.Answer{
		repo: {Text: "notes of " + repo}, "acme/open": {Text: "notes of acme/open"},
		"acme/vault": {Unknown: "in another private repository"}, "rival/open": {Unknown: "in a repository of another owner"},
	} {
		if got := told[name]; got.Text != want.Text || got.Unknown != want.Unknown {
			t.Errorf("%s: %q, unknown %q", name, got.Text, got.Unknown)
		}
	}
}

// TestReleasesStayPrivate: so is what is asked about a release elsewhere.
func TestReleasesStayPrivate(t *testing.T) {
	w := newWorld(t, 1)
	w.addRepo("acme/open", false)
	w.addRepo("acme/vault", true)
	w.hub.PutFile("acme/open", "README.md", "open")
	w.hub.PutFile("acme/vault", "README.md", "secret")
	for there, want := range map[string]string{"acme/open": "", "acme/vault": "in another private repository", "rival/open": "in a repository of another owner"} {
		for _, ask := range []workflows.Ask{
			workflows.CommitAsk{Repo: there}, workflows.TreeAsk{Repo: there, Commit: "main"}, workflows.TextsAsk{Repo: there, Paths: "README.md"},
			workflows.FolderAsk{Repo: there, Path: "docs"}, workflows.ChecksAsk{Repo: there, Commit: "main"}, workflows.RunsAsk{Repo: there},
			workflows.LastRunsAsk{Repo: there, Workflows: "ci.yml"}, workflows.ReleasesAsk{Repo: there},
			workflows.DeploymentsAsk{Repo: there, Environments: "production"}, workflows.IssuesAsk{Repo: there, Open: "incident"},
		} {
			got, err := w.engine.Ask(context.Background(), repo, ask)
			if err != nil || want != "" && (got.Unknown != want || len(got.Seen.Files) > 0) || want == "" && strings.Contains(got.Unknown, "another") {
				t.Errorf("%T of %s: %+v, %v", ask, there, got, err)
			}
		}
	}
}
