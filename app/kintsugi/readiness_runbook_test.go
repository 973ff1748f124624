package main

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
)

// TestRunbookIssues: an issue is compared with the last closed one of its label that has
// a runbook, or with whichever is named.
func TestRunbookIssues(t *testing.T) {
	w := newGateWorld(t)
	const table = "| Step | Who | Planned |\n|---|---|---|\n"
	release := func(body string, isClosed bool, labels ...string) int {
		w.clock.Advance(time.Minute)
		n, err := w.OpenIssue(gateRepo, "tanaka", fakehub.NewIssue{Title: "Release", Body: body, Labels: labels})
		if err == nil && isClosed {
			err = w.Close(gateRepo, n, "tanaka", "completed")
		}
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	first := release(table+"| Deploy | sato | 9:00 |\n", true, "release")
	last := release(table+"| Deploy | sato | 10:00 |\n", true, "release")
	release("No runbook here.", true, "release")
	release(table+"| Deploy to the moon | sato | 11:00 |\n", true, "readiness")
	now := release(table+"| Deploy | @suzuki | 10:00 |\n", false, "release")
	both := release(table+"| Deploy | @suzuki | 10:00 |\n", false, "release", "readiness")
	alone := release("x", false, "alone")
	w.serve()
	for _, c := range []struct {
		code int
		args []string
		want []string
	}{
		{fine, []string{ref(now)}, []string{"What differs from " + ref(last) + ": 0 of 1 steps", "who: sato → @suzuki"}},
		{fine, []string{ref(now), "--format", "markdown", "--lang", "ja"}, []string{"**" + ref(last) + "との違い", "担当：sato → `@suzuki`"}},
		{fine, []string{ref(now), "--format", "json"}, []string{`"from":"` + ref(last) + `","to":"` + ref(now) + `"`}},
		{fine, []string{ref(first), ref(now)}, []string{"planned: 9:00 → 10:00"}},
		{fine, []string{ref(both), "--label", "readiness"}, []string{"- 1: Deploy to the moon (sato, 11:00)"}},
		{misuse, []string{ref(both)}, []string{"has 2 labels: say by --label"}},
		{misuse, []string{ref(alone)}, []string{`none of the last 0 closed issues of acme/pay with the label "alone" is a release runbook`}},
		{misuse, []string{ref(999)}, []string{"acme/pay#999 is not there"}},
	} {
		var out, errOut bytes.Buffer
		code := run(append([]string{"readiness", "runbook", "diff"}, c.args...), &out, &errOut)
		if said := out.String() + errOut.String(); code != c.code || !containsAll(said, c.want) {
			t.Errorf("%q ended with %d:\n%s", c.args, code, said)
		}
	}
}

func ref(number int) string { return fmt.Sprintf("%s#%d", gateRepo, number) }

func containsAll(text string, parts []string) bool {
	for _, p := range parts {
		if !strings.Contains(text, p) {
			return false
		}
	}
	return true
}
