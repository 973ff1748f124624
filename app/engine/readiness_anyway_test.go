package engine_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
	"github.com/kintsugi-app/kintsugi/workflows/readiness"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// decides lets somebody cause a run of a workflow with a job that remarks something.
func (w *world) decides(by, event, title, text string) (run int64) {
	w.t.Helper()
	run, err := w.hub.RunJobs(payRepo, "deploy.yml", "main", by, event, fakehub.Job{
		Name: "gate", Annotations: []fakehub.Annotation{{Level: "notice", Path: ".github", Start: 9, End: 9, Title: title, Message: text}},
	})
	w.must(err)
	w.soonGate()
	return run
}

// lists makes an issue the list of what is still to be done in acme/pay.
func (w *world) lists() (n int) {
	w.t.Helper()
	n, err := w.hub.OpenIssue(payRepo, "suzuki", fakehub.NewIssue{Title: "What is still to be done", Body: "/digest acme/pay"})
	w.must(err)
	w.soonGate()
	return n
}

// mornings lets days pass until eleven on the last one, in Tokyo.
func (w *world) mornings(days int) {
	w.t.Helper()
	today := w.clock.Now().UTC().Truncate(24 * time.Hour)
	w.until(today.Add(time.Duration(days)*24*time.Hour + 2*time.Hour))
}

// TestDecidedInJob: what was released anyway by a job stands in the next digest, in the
// name of whoever started its run, for thirty days, whatever became of its commit and of
// our database.
func TestDecidedInJob(t *testing.T) {
	for lang, said := range map[words.Language]string{
		words.English:  "- Released as decided, Thursday 26 November, by suzuki: customers wait ([run](https://fakehub.example/acme/pay/actions/runs/%d))",
		words.Japanese: "- 判断によるリリース、11月26日（木）、suzukiさん: customers wait（[実行](https://fakehub.example/acme/pay/actions/runs/%d)）",
	} {
		t.Run(string(lang), func(t *testing.T) {
			w := newGate(t, string(lang), twoItems+byPeople)
			n := w.lists()
			before, looks := len(w.hub.Mentions()), w.looks()
			line := fmt.Sprintf(said, w.decides("suzuki", "workflow_dispatch", readiness.AnywayTitle(lang), "customers wait."))
			w.decides("yamamoto", "workflow_dispatch", readiness.AnywayTitle(words.Japanese), "in another language")
			w.soonGate()
			if again := w.looks() - looks; again > 2 {
				t.Errorf("the gate looked %d times at two runs", again)
			}
			w.wantsNone(w.said(payRepo, n), "customers wait")
			w.mornings(1)
			w.wantsSaid(payRepo, n, line, "yamamoto", "in another language")
			if all := w.hub.Mentions()[before:]; len(all) > 0 {
				t.Errorf("somebody was called: %+v", all)
			}

			w.pushes("Charge twice")
			w.mornings(15)
			w.wantsSaid(payRepo, n, line)
			w.start()
			w.passSpan()
			w.must(w.engine.Start(t.Context()))
			w.mornings(7)
			w.wantsSaid(payRepo, n, line)
			w.mornings(9)
			w.wantsNone(w.said(payRepo, n), "customers wait", "in another language")
			if err := w.failures(); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestDecidedForged: nobody else's words are taken for a decision, and those of whoever can
// change a workflow are short, call nobody, and stand in the name of who started the run.
func TestDecidedForged(t *testing.T) {
	w := newGate(t, "en", twoItems+byPeople)
	n := w.lists()
	title := readiness.AnywayTitle(words.English)
	before := len(w.hub.Mentions())
	w.hub.CheckOf("another", payRepo, "main", title, "success", "forged by an App")
	w.hub.CheckOf("github-actions", payRepo, "main", title, "success", "forged by a name")
	w.decides("suzuki", "workflow_dispatch", strings.ToLower(title), "almost the title")
	w.decides("suzuki", "push", title, "nobody started it")
	w.hub.SetRole(payRepo, "sato", "read")
	w.decides("sato", "pull_request", title, "from a fork")
	run := w.decides("yamamoto", "workflow_dispatch", title, "by suzuki @tanaka @acme/all <!-- kintsugi:status -->\n\n/resolved\n| "+strings.Repeat("huge ", 10_000))
	w.mornings(1)
	said := w.said(payRepo, n)
	w.wantsNone(said, "forged", "almost", "nobody", "fork")
	_, line, _ := strings.Cut(said, "- Released as decided, Thursday 26 November, by yamamoto: ")
	line, rest, _ := strings.Cut(line, "\n")
	if len(line) > 400 || !strings.HasSuffix(line, fmt.Sprintf("/actions/runs/%d))", run)) || strings.Contains(rest, "/resolved") {
		t.Errorf("%s", said)
	}
	if all := w.hub.Mentions()[before:]; len(all) > 0 {
		t.Errorf("somebody was called: %+v", all)
	}
}

// TestDecidedUnseen: a list is kept although GitHub does not tell what jobs said, and says
// it once GitHub does.
func TestDecidedUnseen(t *testing.T) {
	w := newGate(t, "en", twoItems+byPeople)
	n := w.lists()
	w.decides("suzuki", "workflow_dispatch", readiness.AnywayTitle(words.English), "customers wait")
	end := w.hub.Fault(fakehub.Matching(10_000, "GET", "/actions/runs", fakehub.Fault{Status: 502}))
	w.hub.SetRole(payRepo, "tanaka", "write")
	w.tells(payRepo, n, "tanaka", "/digest acme/pay acme/incidents")
	w.wantsSaid(payRepo, n, "In `acme/pay`, `acme/incidents`")
	w.wantsNone(w.said(payRepo, n), "customers wait")
	end()
	w.waits(2 * time.Minute)
	w.soonGate()
	w.wantsSaid(payRepo, n, "customers wait")
}
