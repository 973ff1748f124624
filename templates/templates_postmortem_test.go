package templates_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"

	"github.com/kintsugi-app/kintsugi/templates"
)

var (
	comments = regexp.MustCompile(`(?s)<!--.*?-->`)
	places   = regexp.MustCompile(`\{\{.*?\}\}`)
)

// TestPostmortemTemplates: every section asks one question, in a comment without a
// box, and has room for an answer; both languages have the same places in the same
// order.
func TestPostmortemTemplates(t *testing.T) {
	for _, short := range []bool{false, true} {
		var shape [2][]string
		for i, language := range languages {
			text := templates.Postmortem(language, short)
			for _, comment := range comments.FindAllString(text, -1) {
				if strings.Contains(comment, "[ ]") || strings.Contains(comment, "\n") {
					t.Errorf("%s: a comment with a box, or of several lines: %s", language, comment)
				}
			}
			sections := strings.Split(text, "\n## ")
			shape[i] = append(shape[i], places.FindAllString(text, -1)...)
			for _, section := range sections[2:] { // the first has the facts
				if n := len(comments.FindAllString(section, -1)); n != 1 {
					t.Errorf("%s: %d comments in %q", language, n, firstOf(section))
				}
			}
			shape[i] = append(shape[i], strings.Repeat("section ", len(sections)))
			if strings.Contains(text, "様") || strings.Contains(text, "SEV1/") {
				t.Errorf("%s: it has words that we do not use:\n%s", language, text)
			}
		}
		if diff := cmp.Diff(shape[0], shape[1]); diff != "" {
			t.Errorf("the languages differ:\n%s", diff)
		}
	}
}

func firstOf(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}

// TestPostmortemOf: a document keeps the template that it was made from.
func TestPostmortemOf(t *testing.T) {
	seen := map[string]bool{}
	for _, language := range languages {
		for _, short := range []bool{false, true} {
			template := templates.Postmortem(language, short)
			seen[firstOf(template)] = true
			document := "\r\n" + strings.ReplaceAll(templates.Fill(template, map[string]string{templates.FactTitle: "Blank page"}), "\n", "\r\n")
			if got, ok := templates.PostmortemOf(document); !ok || got != template {
				t.Errorf("%s: %v %q", language, ok, firstOf(got))
			}
		}
	}
	if len(seen) != 4 {
		t.Errorf("templates share their first lines: %v", seen)
	}
	for _, other := range []string{"", "# Blank page\n", "<!-- kintsugi:template postmortem en 99 -->\n", "text\n" + templates.Postmortem("en", false), "<!-- kintsugi:template "} {
		if _, ok := templates.PostmortemOf(other); ok {
			t.Errorf("%.40q is from no template of ours", other)
		}
	}
}

// TestFill: facts arrive as they are, and what is not known leaves no trace.
func TestFill(t *testing.T) {
	const template = "<!-- kept -->\n\n# {{title}}\n\n## Facts\n\n- Severity: {{severity}}\n\n{{times}}\n\n{{changes}}\n\n-\n"
	got := templates.Fill(template, map[string]string{templates.FactTitle: "{{times}} <!-- x", templates.FactTimes: "| a |\n|---|\n| b |"})
	const want = "<!-- kept -->\n\n# {{times}} <!-- x\n\n## Facts\n\n- Severity:\n\n| a |\n|---|\n| b |\n\n-\n"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got := templates.Fill(template, nil); got != "<!-- kept -->\n\n## Facts\n\n- Severity:\n\n-\n" {
		t.Errorf("without facts: %q", got)
	}
	for _, language := range languages {
		for _, short := range []bool{false, true} {
			template := templates.Postmortem(language, short)
			facts := map[string]string{}
			for _, name := range []string{
				templates.FactTitle, templates.FactIncident, templates.FactSeverity, templates.FactRoles, templates.FactDue, templates.FactTimes, templates.FactTimeline, templates.FactChanges, templates.FactAffected,
			} {
				facts[name] = "a fact called " + name
			}
			filled := templates.Fill(template, facts)
			if strings.Contains(filled, "{{") || strings.Count(filled, "a fact called") != strings.Count(template, "{{") {
				t.Errorf("%s: a place is left, or filled twice:\n%s", language, filled)
			}
		}
	}
}

// TestPostmortemFile: people who begin by hand get the same document, with room for
// the facts.
func TestPostmortemFile(t *testing.T) {
	for _, language := range languages {
		for _, label := range []string{"", `事後: "検証"`} {
			names := templates.Usual(language)
			if label == "" {
				label = names.PostmortemLabel
				names.PostmortemLabel = ""
			} else {
				names.PostmortemLabel = label
			}
			file := templates.PostmortemFile(language, names)
			_, rest, _ := strings.Cut(string(file.Content), "---\n")
			head, body, _ := strings.Cut(rest, "---\n")
			var front struct {
				Name, About, Title string
				Labels             []string
			}
			if err := yaml.Unmarshal([]byte(head), &front); err != nil || len([]rune(front.Name)) <= 3 || front.About == "" || !cmp.Equal(front.Labels, []string{label}) {
				t.Errorf("%s: GitHub would not take %+v (%v)", language, front, err)
			}
			if _, ok := templates.PostmortemOf(body); !ok {
				t.Errorf("%s: it does not begin with the template's name: %.60q", language, body)
			}
			if strings.Contains(body, "{{") || strings.Contains(body, "\n# ") || strings.Contains(body, "\n\n\n") {
				t.Errorf("%s: it has a place left, a second title or gaps:\n%s", language, body)
			}
			for _, metric := range []string{"TTD", "TTA", "TTM", "TTR"} {
				if !strings.Contains(body, metric) {
					t.Errorf("%s: no room for %s", language, metric)
				}
			}
		}
	}
}
