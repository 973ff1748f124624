package sandbox_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/sandbox"
	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub/contract"
	"github.com/kintsugi-app/kintsugi/app/transcript"
	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/incident"
	"github.com/kintsugi-app/kintsugi/workflows/readiness"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// line is a line for programs: a step, or at the end the totals.
type line struct {
	Step   string
	Lang   string
	OK     bool
	MS     *int64
	Detail string
	URL    string

	Steps, Failed, Requests, Points, Writes, Comments, Mentions, Deliveries int

	ByKind map[string]struct{ Requests, Points int } `json:"by_kind"`
}

// tell plays the story for programs and returns its lines.
func tell(t *testing.T, o sandbox.Options) (steps []line, totals line, err error) {
	t.Helper()
	var out bytes.Buffer
	o.Exit, o.Format, o.Out = true, "json", &out
	err = sandbox.Run(t.Context(), o)
	decoder := json.NewDecoder(&out)
	for {
		var l line
		if err := decoder.Decode(&l); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		steps = append(steps, l)
	}
	if len(steps) == 0 {
		t.Fatalf("nothing was told: %v", err)
	}
	return steps[:len(steps)-1], steps[len(steps)-1], err
}

// TestStory is the story in both languages, on the real server.
func TestStory(t *testing.T) {
	options := sandbox.Options{Languages: []words.Language{words.English, words.Japanese}}
	if contract.Here() { // then every exchange, the people's too, is held to GitHub's description
		options.Transport = contract.Check(t, http.DefaultTransport)
	}
	steps, totals, err := tell(t, options)
	if err != nil {
		t.Error(err)
	}
	seen := map[string][]string{}
	for _, s := range steps {
		seen[s.Lang] = append(seen[s.Lang], s.Step)
		if !s.OK || s.MS == nil || s.Detail == "" || !strings.HasPrefix(s.URL, "http://127.0.0.1:") {
			t.Errorf("%s %s: %+v", s.Lang, s.Step, s)
		}
	}
	if len(seen["en"]) != 24 || !slices.Equal(seen["en"], seen["ja"]) {
		t.Errorf("steps: %v", seen)
	}
	if !totals.OK || totals.Steps != 48 || totals.Failed != 0 {
		t.Errorf("totals: %+v", totals)
	}
	requests, points := 0, 0
	for _, kind := range totals.ByKind {
		requests += kind.Requests
		points += kind.Points
	}
	if requests != totals.Requests || points != totals.Points || requests == 0 {
		t.Errorf("%d requests and %d points by kind, %d and %d in all", requests, points, totals.Requests, totals.Points)
	}
	// In each language: a status, two answers, the end; on the postmortem a status,
	// what was corrected since, what is missing, that it was closed so, and what is
	// to be done; and in public a status and a call. Two people are called twice.
	if totals.Comments != 2*11 || totals.Mentions != 2*4 {
		t.Errorf("%d comments and %d mentions", totals.Comments, totals.Mentions)
	}
	t.Logf("%d requests, %d points, %d writes, %d deliveries", totals.Requests, totals.Points, totals.Writes, totals.Deliveries)
}

// broken is the incident workflow with another Decide.
func broken(change func(workflows.Decision) workflows.Decision) []workflows.Workflow {
	w := incident.Workflow()
	decide := w.Decide
	w.Decide = func(in workflows.Input) workflows.Decision { return change(decide(in)) }
	return []workflows.Workflow{w, readiness.Workflow()}
}

// TestBrokenWorkflowFailsTheStory: a story that cannot fail shows nothing.
func TestBrokenWorkflowFailsTheStory(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(workflows.Decision) workflows.Decision
		fails  string
		detail string
	}{
		{"forgets the severity label", func(d workflows.Decision) workflows.Decision {
			d.Plan.Labels = slices.DeleteFunc(d.Plan.Labels, func(l workflows.LabelIntent) bool { return strings.HasPrefix(l.Label.Name, "sev") })
			return d
		}, "opened", "expected the labels to be incident, sev2; they are incident"},
		{"calls nobody", func(d workflows.Decision) workflows.Decision {
			d.Plan.Notices = nil
			return d
		}, "opened", `expected in the status comment: "@tanaka @suzuki, please take a look."`},
		{"closes nothing", func(d workflows.Decision) workflows.Decision {
			d.Plan.State = nil
			return d
		}, "resolved", "expected the issue to be closed completed; it is open"},
		{"says too much", func(d workflows.Decision) workflows.Decision {
			d.Plan.Comments = append(d.Plan.Comments, workflows.CommentIntent{Key: "incident.chatter", Body: "Hello!"})
			return d
		}, "opened", "expected 1 comments by kintsugi[bot]; there are 2"},
		{"measures wrongly", func(d workflows.Decision) workflows.Decision {
			for i := range d.Plan.Sections {
				d.Plan.Sections[i].Text = strings.ReplaceAll(d.Plan.Sections[i].Text, "TTD 15 min", "TTD 16 min")
			}
			return d
		}, "times", "TTD 15 min (detected − started)"},
		{"panics", func(workflows.Decision) workflows.Decision { panic("a rule went wrong") },
			"opened", "the last run that failed said: acme/incidents#5: panic: a rule went wrong"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel() // most of it is waiting
			steps, totals, err := tell(t, sandbox.Options{Workflows: broken(c.change), Patience: 2 * time.Second})
			if !errors.Is(err, sandbox.ErrStory) || totals.OK || totals.Failed == 0 {
				t.Errorf("the story ended with %v, totals %+v", err, totals)
			}
			failed := slices.IndexFunc(steps, func(l line) bool { return !l.OK })
			if failed < 0 || steps[failed].Step != c.fails || !strings.Contains(steps[failed].Detail, c.detail) {
				t.Errorf("failed at %+v, want %q with %q", steps[max(failed, 0)], c.fails, c.detail)
			}
		})
	}
}

func TestTheStoryIsTold(t *testing.T) {
	var out bytes.Buffer
	if err := sandbox.Run(t.Context(), sandbox.Options{Languages: []words.Language{words.Japanese}, Exit: true, Out: &out}); err != nil {
		t.Error(err)
	}
	for _, wanted := range []string{"✓  2  閲覧権限だけのサポート担当", "✓ 24  データベースを消して", "24段階、すべて期待どおり"} {
		if !strings.Contains(out.String(), wanted) {
			t.Errorf("%q is missing in:\n%s", wanted, &out)
		}
	}
}

// TestItStaysUp: after the story there is a page, at the present time, on which
// one can go on.
func TestItStaysUp(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	out, ended := &transcript.Log{}, make(chan error, 1)
	go func() { ended <- sandbox.Run(ctx, sandbox.Options{Out: out}) }()
	deadline := time.Now().Add(20 * time.Second)
	for !strings.Contains(out.String(), "your turn") {
		if time.Now().After(deadline) {
			t.Fatalf("the story does not end:\n%s", out)
		}
		time.Sleep(10 * time.Millisecond)
	}
	address := regexp.MustCompile(`http://127\.0\.0\.1:\d+`).FindString(out.String())
	page := fetch(t, address+"/acme/incidents/issues/5", "")
	if !strings.Contains(page, "Checkout is blank") {
		t.Errorf("the page does not show the incident:\n%.500s", page)
	}
	var issue struct {
		Title string
	}
	if err := json.Unmarshal([]byte(fetch(t, address+"/api/v3/repos/acme/incidents/issues/5", "token user-tanaka")), &issue); err != nil || issue.Title == "" {
		t.Errorf("the API does not answer: %v", err)
	}
	// A site whose name was made to point here must not act as somebody.
	foreign, err := http.NewRequest(http.MethodGet, address+"/api/v3/repos/acme/incidents/issues/5", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	foreign.Host = "evil.example"
	foreign.Header.Set("Authorization", "token user-tanaka")
	answer, err := http.DefaultClient.Do(foreign)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusMisdirectedRequest {
		t.Errorf("the API answers a foreign host with %s", answer.Status)
	}
	stop()
	if err := <-ended; err != nil {
		t.Errorf("told to end, it ended with %v", err)
	}
	if _, err := http.Get(address); err == nil {
		t.Error("it still answers")
	}
}

func fetch(t *testing.T, url, authorization string) string {
	t.Helper()
	r, err := http.NewRequest(http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", authorization)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
