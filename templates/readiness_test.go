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

// subjects are what a thorough checklist is about.
var subjects = []string{
	"Architecture and design review", "Capacity and load test", "Canary and rollback", "Tests, end to end", "Backup and restore drill", "Monitoring and SLO",
	"On-call and runbooks", "Security and privacy", "Dependencies", "Data", "Cost", "Documentation",
}

type twoLanguages struct{ En, Ja string }

type readinessItem struct {
	ID, Level, When, Enough     string
	Subject, Question, Why, How twoLanguages
	Evidence                    []map[string]any
	ValidFor                    string `yaml:"valid_for"`
}

type readinessList struct {
	Title  twoLanguages
	Traits map[string]bool
	Items  []readinessItem
}

func readinessOf(t *testing.T, level string) readinessList {
	t.Helper()
	var c readinessList
	if err := yaml.UnmarshalWithOptions(templates.Readiness(level, "ci.yml").Content, &c, yaml.Strict()); err != nil {
		t.Fatalf("%s: %v", level, err)
	}
	return c
}

// isWord: what only people can say.
func isWord(e map[string]any) bool { return e["confirmation"] != nil || e["approvals"] != nil }

// TestReadiness: each level asks what the one below it asks, in the same words and at
// least as strictly; the small one is short and mostly decides itself; the others
// are about everything. That they can be read as checklists is held where the reader
// is.
func TestReadiness(t *testing.T) {
	below := map[string]readinessItem{}
	for _, level := range templates.Levels {
		c := readinessOf(t, level)
		covered, byEvidence := map[string]bool{}, 0
		here := map[string]readinessItem{}
		for _, item := range c.Items {
			here[item.ID] = item
			covered[item.Subject.En] = true
			words := 0
			for _, e := range item.Evidence {
				if isWord(e) {
					words++
				}
			}
			if words == 0 {
				byEvidence++
			}
			for _, text := range []twoLanguages{item.Subject, item.Question, item.Why, item.How} {
				if text.En == "" || text.Ja == "" || !kana.MatchString(text.Ja) && text != item.Subject || strings.Contains(text.Ja, "様") {
					t.Errorf("%s, %s: it lacks a language: %q", level, item.ID, text)
				}
			}
			if !strings.HasSuffix(item.Question.En, "?") || !strings.HasSuffix(item.Question.Ja, "か。") {
				t.Errorf("%s, %s: this is no question: %q", level, item.ID, item.Question)
			}
		}
		for id, item := range below {
			now, kept := here[id]
			if !kept || now.Level == "recommended" && item.Level != "recommended" {
				t.Errorf("%s asks less than the level below it: %s", level, id)
			}
			now.Level, now.Evidence, now.ValidFor, item.Level, item.Evidence, item.ValidFor = "", nil, "", "", nil, ""
			if diff := cmp.Diff(item, now); kept && diff != "" {
				t.Errorf("%s asks %s in other words than the level below it:\n%s", level, id, diff)
			}
		}
		below = here
		t.Logf("%s: %d items, %d decided by evidence alone", level, len(c.Items), byEvidence)
		switch level {
		case templates.LevelSmall:
			if n := len(c.Items); n > 10 || 2*byEvidence < n {
				t.Errorf("%d items, %d of them decided by evidence", n, byEvidence)
			}
		default:
			for _, s := range subjects {
				if !covered[s] {
					t.Errorf("%s has nothing on %q", level, s)
				}
			}
		}
		if !strings.Contains(string(templates.Readiness(level, "ci.yml").Content), `workflow: "ci.yml"`) {
			t.Errorf("%s does not name the workflow of the tests", level)
		}
	}
}

var kana = regexp.MustCompile(`\p{Hiragana}|\p{Katakana}|\p{Han}`)

// TestPapers: both languages have the same parts, and what people are told beside
// them stands in comments without a box, which would break ticking.
func TestPapers(t *testing.T) {
	for _, name := range templates.Papers {
		var shape [2][]int
		for i, language := range languages {
			file := templates.Paper(language, name)
			text := string(file.Content)
			if file.Path == "" || slices.ContainsFunc(comments.FindAllString(text, -1), func(c string) bool { return strings.Contains(c, "[ ]") }) {
				t.Errorf("%s, %s: it has no place, or a box in a comment", language, name)
			}
			_, isOurs := templates.PostmortemOf(text)
			if isOurs || strings.Contains(text, "様") || strings.Contains(text, "{{") {
				t.Errorf("%s, %s: it is taken for a postmortem, or has words or places that do not belong there", language, name)
			}
			shape[i] = []int{strings.Count(text, "\n#"), strings.Count(text, "<!--"), strings.Count(text, "|"), strings.Count(text, "\n- "), strings.Count(text, "- [ ]")}
			if rest, isForm := strings.CutPrefix(text, "---\n"); isForm {
				head, _, _ := strings.Cut(rest, "---\n")
				var front struct {
					Name, About, Title string
					Labels             []string
				}
				if err := yaml.Unmarshal([]byte(head), &front); err != nil || len([]rune(front.Name)) < 3 || front.About == "" || len(front.Labels) == 0 {
					t.Errorf("%s, %s: GitHub would not take %+v (%v)", language, name, front, err)
				}
			} else if !strings.HasPrefix(text, "<!-- kintsugi:template "+name+" "+language+" 1 -->\n") {
				t.Errorf("%s, %s: it does not begin with its name and version", language, name)
			}
		}
		if diff := cmp.Diff(shape[0], shape[1]); diff != "" {
			t.Errorf("%s: the languages differ:\n%s", name, diff)
		}
	}
}
