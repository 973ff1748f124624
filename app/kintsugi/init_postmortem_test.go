package main

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kintsugi-app/kintsugi/app/server"
	"github.com/kintsugi-app/kintsugi/templates"
	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/policy"
)

// TestPostmortemTemplateIsNoticed: an issue from the template is a postmortem by
// its label, and by its title where the label was taken off; and never an
// incident, which would call people.
func TestPostmortemTemplateIsNoticed(t *testing.T) {
	for _, lang := range []string{"en", "ja"} {
		opened, rules := openedFrom(t, lang, templates.PostmortemText)
		if diff := cmp.Diff([]string{"postmortem"}, owners(opened, rules)); diff != "" {
			t.Errorf("%s: whose it is (-want +got):\n%s", lang, diff)
		}
		byTitle := opened
		byTitle.Issue.Labels, byTitle.Events = nil, nil
		if diff := cmp.Diff([]string{"postmortem"}, owners(byTitle, rules)); diff != "" {
			t.Errorf("%s: whose it is by its title alone (-want +got):\n%s", lang, diff)
		}
		byLabel := opened
		byLabel.Issue.Title = "x"
		if diff := cmp.Diff([]string{"postmortem"}, owners(byLabel, rules)); diff != "" {
			t.Errorf("%s: whose it is by its label alone (-want +got):\n%s", lang, diff)
		}
		incident, _ := openedFrom(t, lang, templates.IncidentText)
		if diff := cmp.Diff([]string{"incident"}, owners(incident, rules)); diff != "" {
			t.Errorf("%s: whose an incident is (-want +got):\n%s", lang, diff)
		}
	}
}

// openedFrom is an issue as GitHub opens it from a Markdown template: with its
// title, labels and text; and the policy that came with the template.
func openedFrom(t *testing.T, lang, file string) (opened workflows.Observation, rules policy.Policy) {
	t.Helper()
	for _, f := range templates.Files(lang, templates.Usual(lang)) {
		switch f.Path {
		case templates.Policy:
			read, problems := policy.Parse(f.Path, f.Content, sections())
			if len(problems) > 0 {
				t.Fatal(problems)
			}
			rules = read
		case file:
			from, _ := readTemplate(f.Path, f.Content)
			_, body, _ := strings.Cut(strings.TrimPrefix(string(f.Content), "---\n"), "---\n")
			opened.Issue = workflows.Issue{Title: from.title + "x", Body: body, Open: true, Labels: from.labels, CreatedAt: someNight}
			for i, label := range from.labels {
				opened.Events = append(opened.Events, workflows.Event{ID: int64(i + 1), Kind: workflows.EventLabeled, Label: label, At: someNight.Add(time.Second)})
			}
		}
	}
	if opened.Issue.Title == "" {
		t.Fatalf("%s: there is no %s", lang, file)
	}
	return opened, rules
}

// owners are the workflows that take an issue for theirs, once whoever opened it
// may do what its opening says.
func owners(o workflows.Observation, rules policy.Policy) (list []string) {
	var acts []workflows.Act
	for _, w := range server.Workflows() {
		if w.Title == nil || w.Gesture == nil { // no title and no label makes an issue one of its
			continue
		}
		if command, ok := w.Title(o.Issue.Title); ok {
			acts = append(acts, workflows.Act{ID: "title", At: o.Issue.CreatedAt, Name: command, Gesture: true, Verdict: workflows.Done})
		}
		for _, e := range o.Events {
			if command, argument, ok := w.Gesture(e, rules); ok {
				acts = append(acts, workflows.Act{ID: "e1", At: e.At, Name: command, Argument: argument, Gesture: true, Verdict: workflows.Done})
			}
		}
	}
	for _, w := range server.Workflows() {
		if w.Owns == nil {
			continue
		}
		if _, ok := w.Owns(o, rules, acts); ok {
			list = append(list, w.Name)
		}
	}
	return list
}
