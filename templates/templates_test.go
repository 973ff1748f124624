package templates_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"

	"github.com/kintsugi-app/kintsugi/templates"
)

var languages = []string{"en", "ja"}

// questions are those of the incident form, which the reader of a report knows.
var questions = map[string][]string{
	"en": {"What is happening?", "Since when?", "How far does it reach?", "Which service?", "Does it concern personal data or a legal duty?"},
	"ja": {"何が起きていますか", "いつからですか", "影響はどのくらいですか", "どのサービスですか", "個人情報や法的な義務に関わりますか"},
}

var (
	unsure = map[string]string{"en": "I don't know", "ja": "分からない"}
	keep   = map[string]string{"en": "No customer data here", "ja": "お客様の情報は書かないでください"}
)

// content is one file of a language, with the usual names.
func content(t *testing.T, language, path string) string {
	t.Helper()
	for _, f := range templates.Files(language, templates.Usual(language)) {
		if f.Path == path {
			return string(f.Content)
		}
	}
	t.Fatalf("there is no %s in %s", path, language)
	return ""
}

func readForm(t *testing.T, content string) form {
	t.Helper()
	var f form
	if err := yaml.Unmarshal([]byte(content), &f); err != nil {
		t.Fatal(err)
	}
	return f
}

// TestForms holds both forms in both languages to GitHub's rules and to ours: a
// person who was just woken up must get through.
func TestForms(t *testing.T) {
	for _, language := range languages {
		for _, place := range []string{templates.IncidentForm, templates.NearMissForm} {
			text := content(t, language, place)
			for _, problem := range judge(text) {
				t.Errorf("%s, %s: GitHub would refuse it: %s", language, place, problem)
			}
			f := readForm(t, text)
			if !strings.Contains(f.Body[0].Attributes.Value, keep[language]) {
				t.Errorf("%s, %s does not begin with %q", language, place, keep[language])
			}
			var labels []string
			for _, e := range f.Body[1:] {
				labels = append(labels, e.Attributes.Label)
				if asked := e.Attributes.Label == questions[language][0]; e.Validations.Required != asked {
					t.Errorf("%s, %s: required is %t of %q", language, place, e.Validations.Required, e.Attributes.Label)
				}
				if e.Attributes.Options != nil && !strings.Contains(text, "- label: "+unsure[language]+"\n") {
					t.Errorf("%s, %s: nobody can say that they are not sure", language, place)
				}
			}
			want := questions[language]
			if place == templates.NearMissForm {
				want = slices.Delete(slices.Clone(want), 2, 3) // it reached nobody
			}
			if diff := cmp.Diff(want, labels); diff != "" {
				t.Errorf("%s, %s asks otherwise than the reader of a report expects:\n%s", language, place, diff)
			}
		}
	}
}

// TestLanguagesAreEqual: both ask the same, in the same order and kind.
func TestLanguagesAreEqual(t *testing.T) {
	for _, place := range []string{templates.IncidentForm, templates.NearMissForm} {
		var shape [2][]string
		for i, language := range languages {
			for _, e := range readForm(t, content(t, language, place)).Body {
				shape[i] = append(shape[i], e.Type+" "+e.ID+strings.Repeat(" option", len(e.Attributes.Options)))
			}
		}
		if diff := cmp.Diff(shape[0], shape[1]); diff != "" {
			t.Errorf("%s differs:\n%s", place, diff)
		}
	}
}

// TestTextTwin: what is typed on a phone has the headings that the form would
// have given, and is reported under the same title and label.
func TestTextTwin(t *testing.T) {
	for _, language := range languages {
		text := content(t, language, templates.IncidentText)
		_, rest, _ := strings.Cut(text, "---\n")
		head, body, ok := strings.Cut(rest, "---\n")
		var front map[string]any
		if err := yaml.Unmarshal([]byte(head), &front); err != nil || !ok {
			t.Fatal(err)
		}
		f := readForm(t, content(t, language, templates.IncidentForm))
		if front["title"] != f.Title || f.Name == front["name"] || len(f.Labels) != 1 || !cmp.Equal(front["labels"], []any{f.Labels[0]}) {
			t.Errorf("%s: title %q, name %q and labels %q do not fit the form's", language, front["title"], front["name"], front["labels"])
		}
		var headings []string
		for _, m := range regexp.MustCompile(`(?m)^### (.*)$`).FindAllStringSubmatch(body, -1) {
			headings = append(headings, m[1])
		}
		if diff := cmp.Diff(questions[language], headings); diff != "" {
			t.Errorf("%s: the headings differ from the form's labels:\n%s", language, diff)
		}
		if !strings.Contains(body, keep[language]) || strings.Contains(between(body, "<!--", "-->"), "[ ]") {
			t.Errorf("%s: it lacks %q, or has a box in a comment, which breaks ticking", language, keep[language])
		}
		for _, option := range f.Body[len(f.Body)-1].Attributes.Options {
			label, _ := option.(map[string]any)["label"].(string)
			if !strings.Contains(body, "- [ ] "+label+"\n") {
				t.Errorf("%s: it lacks the box %q", language, label)
			}
		}
	}
}

func between(text, begin, end string) string {
	_, text, _ = strings.Cut(text, begin)
	text, _, _ = strings.Cut(text, end)
	return text
}

// TestBlankIssuesStay: GitHub's app shows no forms.
func TestBlankIssuesStay(t *testing.T) {
	for _, language := range languages {
		var chooser struct {
			Blank bool `yaml:"blank_issues_enabled"`
		}
		if err := yaml.Unmarshal([]byte(content(t, language, templates.Chooser)), &chooser); err != nil || !chooser.Blank {
			t.Errorf("%s: blank issues are off (%v)", language, err)
		}
	}
}

// TestPolicyIsShort: under 20 lines, and it names no account of anybody.
func TestPolicyIsShort(t *testing.T) {
	for _, language := range languages {
		if n := strings.Count(content(t, language, templates.Policy), "\n"); n >= 20 {
			t.Errorf("%s has %d lines", language, n)
		}
	}
}

// TestNames: whatever the names hold, they arrive, and nothing is left to fill.
func TestNames(t *testing.T) {
	for _, label := range []string{"incident", `a: "b" # c`, "[x], 'y'", `\n`, "障害", "yes", "<b>&", "- @all"} {
		for _, language := range languages {
			names := templates.Names{IncidentLabel: label, NearMissLabel: "near " + label, PostmortemLabel: "post " + label, PostmortemTemplate: label + ".md", Owner: "acme", Notify: []string{"@tanaka", "@acme/on-call"}}
			for _, f := range templates.Files(language, names) {
				if text := string(f.Content); strings.Contains(text, "{{") || strings.Contains(text, "YOUR-") {
					t.Errorf("%s, %s has a place left:\n%s", language, f.Path, text)
				}
				switch f.Path {
				case templates.IncidentForm, templates.NearMissForm:
					want := map[string]string{templates.IncidentForm: label, templates.NearMissForm: "near " + label}[f.Path]
					if got := readForm(t, string(f.Content)).Labels; !cmp.Equal(got, []string{want}) {
						t.Errorf("%s, %s: labels %q, want %q", language, f.Path, got, want)
					}
				case templates.Policy:
					var p struct {
						Incident struct {
							Label  string
							Near   string `yaml:"near_miss_label"`
							Notify []string
						}
						Postmortem struct{ Label, Template string }
					}
					err := yaml.Unmarshal(f.Content, &p)
					if err != nil || p.Incident.Label != label || p.Incident.Near != "near "+label || !cmp.Equal(p.Incident.Notify, names.Notify) {
						t.Errorf("%s: the policy of %q reads %+v (%v)", language, label, p, err)
					}
					if p.Postmortem.Label != names.PostmortemLabel || p.Postmortem.Template != names.PostmortemTemplate {
						t.Errorf("%s: the policy of %q says of postmortems %+v", language, label, p.Postmortem)
					}
				}
			}
		}
	}
}
