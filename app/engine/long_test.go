package engine_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/incident"
	"github.com/kintsugi-app/kintsugi/workflows/policy"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// novel keeps a comment, says a notice and shows a section, each of so many
// characters; a number in the title changes how many.
func novel(size int) workflows.Workflow {
	return workflows.Workflow{
		Name:     "novel",
		Commands: []workflows.Command{{Name: "novel", GestureOnly: true}, {Name: "again"}},
		Title:    func(title string) (string, bool) { return "novel", strings.HasPrefix(title, "novel") },
		Owns: func(_ workflows.Observation, _ policy.Policy, acts []workflows.Act) (time.Time, bool) {
			for _, a := range acts {
				if a.Name == "novel" {
					return a.At, true
				}
			}
			return time.Time{}, false
		},
		Decide: func(in workflows.Input) workflows.Decision {
			if in.Owner != "novel" {
				return workflows.Decision{}
			}
			n := size
			_, _ = fmt.Sscanf(in.Observation.Issue.Title, "novel %d", &n)
			return workflows.Decision{Plan: workflows.Plan{
				Sections: []workflows.Section{{Key: "novel", Title: "Novel", Text: pages(n)}},
				Comments: []workflows.CommentIntent{{Key: "novel.text", Body: "the beginning\n" + words.Foreign(pages(n)).Block() + pages(n)}},
				Notices:  []workflows.Notice{{Key: "novel.said", Line: "calling " + pages(n), Body: "calling\n" + pages(n)}},
			}}
		},
	}
}

// pages are lines of a hundred characters, some of them several bytes long.
func pages(size int) string {
	var b strings.Builder
	for i := range size/100 + 1 {
		line := fmt.Sprintf("%06d ", i) + strings.Repeat("金継ぎ", 30)
		b.WriteString(line + "\n")
	}
	return b.String()
}

// TestLongComment: a comment longer than GitHub takes becomes several, in order
// and kept true; a part that is no longer needed says so.
func TestLongComment(t *testing.T) {
	w := newWorld(t, 1, withRules(novel(0)))
	n := w.open("sato", "novel 200000")
	w.settle()
	if err := w.failures(); err != nil {
		t.Fatal(err)
	}
	parts := w.parts(n)
	if len(parts) != 4 {
		t.Fatalf("%d parts", len(parts))
	}
	whole := ""
	for i, p := range parts {
		if got := utf8.RuneCountInString(p); got > 65_536 {
			t.Errorf("part %d has %d characters", i+1, got)
		}
		w.wants(p, fmt.Sprintf("(%d/4)", i+1))
		whole += p
	}
	for i := range 2000 {
		if !strings.Contains(whole, fmt.Sprintf("%06d ", i)) {
			t.Fatalf("line %d was lost", i)
		}
	}
	edits := w.hub.Counts().Writes
	w.say(n, "tanaka", "/again")
	w.settle()
	if got := w.hub.Counts().Writes - edits; got > 2 { // 👍 and the record
		t.Errorf("%d writes though no part changed", got)
	}
	for _, c := range []struct{ size, parts int }{{100, 1}, {150_000, 3}} {
		title := fmt.Sprintf("novel %d", c.size)
		w.must(w.hub.EditIssue(repo, n, "suzuki", fakehub.Edit{Title: &title}))
		w.settle()
		for i, p := range w.parts(n) {
			if gone := strings.Contains(p, "no longer needed"); gone != (i >= c.parts) {
				t.Errorf("of %d parts, number %d says\n%.120s", c.parts, i+1, p)
			}
		}
	}
	if got := len(w.parts(n)); got != 4 {
		t.Errorf("%d comments at the end, want the same four", got)
	}
	if err := w.failures(); err != nil {
		t.Error(err)
	}
}

// parts are the comments by the key novel.text, in order.
func (w *world) parts(n int) []string {
	var parts []string
	for _, c := range w.ours(n) {
		if strings.HasPrefix(c.Body, "<!-- kintsugi:novel.text") {
			parts = append(parts, c.Body)
		}
	}
	return parts
}

// TestLongStatus: the visible text of the status comment has its bound and says
// what it leaves out; so does a notice that rides in it.
func TestLongStatus(t *testing.T) {
	w := newWorld(t, 1, withRules(novel(0)))
	n := w.open("sato", "novel 200000")
	w.settle()
	body := w.status(n)
	text, _, _ := strings.Cut(body, "<!-- kintsugi:record")
	if got := utf8.RuneCountInString(text); got > 24_200 || got < 20_000 {
		t.Errorf("a visible text of %d characters", got)
	}
	if strings.Count(body, "more characters were left out)") != 2 {
		t.Errorf("the status comment does not say twice what it leaves out")
	}
	w.wants(body, "calling ", "**Novel**")
}

// TestLongNotice: a notice that comes as a comment of its own is shortened, too.
func TestLongNotice(t *testing.T) {
	late := novel(0)
	decide := late.Decide
	late.Decide = func(in workflows.Input) workflows.Decision {
		d := decide(in)
		if !strings.Contains(in.Observation.Issue.Title, "call") {
			d.Plan.Notices = nil
		}
		return d
	}
	w := newWorld(t, 1, withRules(late))
	n := w.open("sato", "novel 100")
	w.settle()
	title := "novel 200000 call"
	w.must(w.hub.EditIssue(repo, n, "suzuki", fakehub.Edit{Title: &title}))
	w.settle()
	for _, c := range w.ours(n) {
		if strings.HasPrefix(c.Body, "<!-- kintsugi:novel.said") {
			w.wants(c.Body, "calling\n000000", "more characters were left out)")
			return
		}
	}
	t.Errorf("nobody was called: %v", w.failures())
}

// TestLongInput: titles, bodies and comments as long as GitHub takes them, and
// more labels and assignees than it should allow, are read like others.
func TestLongInput(t *testing.T) {
	if testing.Short() {
		t.Skip("long, and in one thread: nothing for the race detector")
	}
	t.Parallel()
	w := newWorld(t, 1)
	long := strings.Repeat("真", 65_000)
	n, err := w.hub.OpenIssue(repo, "tanaka", fakehub.NewIssue{Title: "[incident] " + strings.Repeat("白", 240), Body: "/sev 2\n" + long})
	w.must(err)
	for i := range 300 {
		w.must(w.hub.CreateLabel(repo, "yamamoto", fmt.Sprintf("area %d", i), "d4a017"))
		w.must(w.hub.Label(repo, n, "yamamoto", fmt.Sprintf("area %d", i)))
	}
	w.settle()
	w.say(n, "tanaka", "/ack\n"+long)
	w.settle()
	w.wants(w.status(n), "SEV2", "lead tanaka")
	if err := w.failures(); err != nil {
		t.Error(err)
	}
}

// crew assigns whom its policy would name: here, always the same.
func crew(logins ...string) workflows.Workflow {
	return workflows.Workflow{Name: "crew", Decide: func(in workflows.Input) workflows.Decision {
		if in.Owner == "" {
			return workflows.Decision{}
		}
		return workflows.Decision{Plan: workflows.Plan{Assignees: logins}}
	}}
}

// TestAssignees: whom the plan names is assigned once. Whom GitHub leaves out is
// said in one place and not tried again; whom a person takes off stays off.
func TestAssignees(t *testing.T) {
	logins := []string{"Tanaka", "nobody", "suzuki"}
	for i := range 9 {
		logins = append(logins, fmt.Sprintf("member%d", i))
	}
	w := newWorld(t, 1, withRules(incident.Workflow(), crew(logins...)))
	for _, login := range logins[3:] {
		w.hub.SetRole(repo, login, "triage")
	}
	w.hub.AddUser("nobody")
	n := w.open("sato", "[incident] checkout is blank")
	w.settle()
	if got := len(w.issue(n).Assignees); got != 10 {
		t.Fatalf("assigned %v", w.issue(n).Assignees)
	}
	w.wants(w.status(n), "Could not be assigned: member8, nobody.")
	if strings.Contains(w.status(n), "Tanaka,") {
		t.Error("somebody assigned is said not to be")
	}
	w.must(w.hub.Assign(repo, n, "yamamoto", "tanaka", "member0")) // and nobody else
	tries := 0
	w.hurdle = func(r *http.Request) error {
		if strings.HasSuffix(r.URL.Path, "/assignees") {
			tries++
		}
		return nil
	}
	for _, body := range []string{"/ack", "/sev 2"} {
		w.say(n, "tanaka", body)
		w.settle()
	}
	w.forge(n) // and with the record lost, once more at most
	w.settle()
	if tries > 1 {
		t.Errorf("tried %d times more", tries)
	}
	if err := w.failures(); err != nil {
		t.Error(err)
	}
}

// TestAssigningRefused: where we may not assign, the rest goes on and the comment
// says so.
func TestAssigningRefused(t *testing.T) {
	w := newWorld(t, 1, withRules(incident.Workflow(), crew("tanaka")))
	w.hub.Fault(fakehub.Matching(1000, http.MethodPost, "/assignees", fakehub.Fault{Status: http.StatusForbidden, Message: "Resource not accessible by integration"}))
	n := w.open("sato", "[incident] 決済画面が真っ白")
	w.settle()
	w.wants(w.status(n), "Waiting for a responder", "Could not be assigned: tanaka.")
}

// TestElevenAssigned: an issue with more assignees than GitHub should allow is
// one like others.
func TestElevenAssigned(t *testing.T) {
	w := newWorld(t, 1, withRules(incident.Workflow(), crew("tanaka")), func(w *world) {
		w.wire = func(c *engine.Config) { c.Reader = crowded{c.Reader} }
	})
	n := w.open("sato", "[incident] checkout is blank")
	w.settle()
	w.wants(w.status(n), "Waiting for a responder")
	if err := w.failures(); err != nil {
		t.Error(err)
	}
}

// crowded shows eleven assignees and 300 labels on every issue.
type crowded struct{ engine.Reader }

func (c crowded) Issue(ctx context.Context, s workflows.Subject) (workflows.Issue, error) {
	i, err := c.Reader.Issue(ctx, s)
	for n := range 11 {
		i.Assignees = append(i.Assignees, fmt.Sprintf("member%d", n))
	}
	for n := range 300 {
		i.Labels = append(i.Labels, fmt.Sprintf("area %d", n))
	}
	return i, err
}

// TestPolicyUnread: settings that cannot be read are told of in the status
// comment, with the file, in its language, and nowhere else.
func TestPolicyUnread(t *testing.T) {
	for _, c := range []struct {
		source policy.Source
		want   string
	}{
		{policy.Source{Problem: policy.ProblemForbidden}, "`acme/incidents/.github/kintsugi.yml` このファイルを読み取れませんでした。Appに `contents: read`"},
		{policy.Source{Content: []byte("language: ja\nincident: {notfy: [a]}\n")}, "`acme/incidents/.github/kintsugi.yml:2:12` "},
		{policy.Source{Content: []byte("language: ja\n#" + strings.Repeat("x", 70_000))}, "64KiBを超えている"},
	} {
		c.source.File = repo + "/.github/kintsugi.yml"
		w := newWorld(t, 1, func(w *world) {
			w.wire = func(e *engine.Config) { e.Places = settings{e.Places, &c.source} }
		})
		n := w.open("sato", "[incident] 決済画面が真っ白")
		w.settle()
		w.say(n, "suzuki", "/resolvd")
		w.say(n, "tanaka", "/復旧")
		w.settle()
		w.wants(w.status(n), c.want)
		said := 0
		for _, comment := range w.issue(n).Comments {
			said += strings.Count(comment.Body, ".github/kintsugi.yml` ") + strings.Count(comment.Body, ".github/kintsugi.yml:2:12` ")
		}
		if said == 0 || said > 2 { // the second says what counts of the file meanwhile
			t.Errorf("it is said %d times\n%s", said, w.visible(n))
		}
	}
}

// settings is a repository whose settings are these.
type settings struct {
	engine.Places
	source *policy.Source
}

func (s settings) Home(ctx context.Context, repo string) (engine.Home, error) {
	home, err := s.Places.Home(ctx, repo)
	home.Sources = []policy.Source{*s.source}
	return home, err
}
