package readiness

import (
	"strings"
	"testing"

	"github.com/kintsugi-app/kintsugi/workflows/readiness/checklist"
	"github.com/kintsugi-app/kintsugi/workflows/readiness/verdict"
	"github.com/kintsugi-app/kintsugi/workflows/words"
	"github.com/kintsugi-app/kintsugi/workflows/words/hostile"

	"github.com/kintsugi-app/kintsugi/workflows"
)

// TestTouched: a file is shown that a postmortem with open follow-ups names by its whole
// path, as code whatever it is called, and it holds nothing.
func TestTouched(t *testing.T) {
	for _, c := range []struct {
		body, file string
		want       bool
	}{
		{"The retry in `pay/charge.go` was missing.", "pay/charge.go", true},
		{"see pay/charge.go.", "pay/charge.go", true},
		{"pay/charge.go_old", "pay/charge.go", false},
		{"pay/charge.gob", "pay/charge.go", false},
		{"old/pay/charge.go", "pay/charge.go", false},
		{"old/pay/charge.go and pay/charge.go", "pay/charge.go", true},
		{"charge.go", "pay/charge.go", false},
		{"", "pay/charge.go", false},
	} {
		if got := namesFile(c.body, c.file); got != c.want {
			t.Errorf("%q names %s: %t", c.body, c.file, got)
		}
	}
	l := newLook(workflows.Input{})
	answer := workflows.Answer{Own: []workflows.OwnIssue{
		{Subject: workflows.Subject{Repo: "acme/pay", Number: 341}, Issue: workflows.Issue{Body: "in pay/charge.go"}, Summaries: map[string]string{"followup": `{"items":[{"ref":"acme/pay#1","open":true},{"ref":"acme/pay#2"}]}`}},
		{Subject: workflows.Subject{Repo: "acme/pay", Number: 342}, Issue: workflows.Issue{Body: "in pay/charge.go"}, Summaries: map[string]string{"followup": `{"items":[{"ref":"acme/pay#2"}]}`}},
	}}
	l.Facts = workflows.Facts{l.owing(): answer}
	found := l.touched([]string{"pay/charge.go", "pay/other.go"})
	if len(found) != 1 || found[0].FollowUps != 1 || found[0].File != "pay/charge.go" || !strings.HasSuffix(found[0].Incident, "#341") {
		t.Errorf("%+v", found)
	}
	for _, text := range hostile.Texts() {
		in := &verdict.Input{Checklist: new(checklist.Checklist), Own: true}
		in.Around.Incidents.Known, in.Around.FollowUps.Known, in.Around.Postmortems.Known = true, true, true
		in.Around.Touched = []verdict.Touched{{File: text.Text, Incident: "#341", FollowUps: 1}}
		v := verdict.Decide(in)
		if !v.Ready {
			t.Fatal("a file that is touched holds")
		}
		for _, lang := range []words.Language{words.English, words.Japanese} {
			if said := v.Text(lang); !strings.Contains(said, words.Foreign(text.Text).Inline(80)) {
				t.Fatalf("%s: %s", text.Name, said)
			}
		}
	}
}
