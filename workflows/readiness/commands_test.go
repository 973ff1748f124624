package readiness

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/kintsugi-app/kintsugi/templates"
	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/policy"
	"github.com/kintsugi-app/kintsugi/workflows/words"
	"github.com/kintsugi-app/kintsugi/workflows/words/hostile"
)

func argument(text string) workflows.Argument {
	at := time.Date(2026, 12, 2, 3, 0, 0, 0, time.UTC)
	p := policy.Default(nil)
	p.TimeZone = time.FixedZone("JST", 9*60*60)
	return workflows.Argument{Text: text, At: at, Policy: p}
}

func TestArguments(t *testing.T) {
	read := map[string]func(workflows.Argument) (string, string){}
	for _, c := range commands() {
		read[c.Name] = c.Parse
	}
	for _, c := range []struct{ command, text, value, problem string }{
		{"readiness", "", "", ""},
		{"readiness", "payments", "payments", ""},
		{"readiness", "payments version:v1.2 environment:production", "payments\tv1.2\tproduction", ""},
		{"readiness", "決済 API 版：release/1.2 環境：本番", "決済 API\trelease/1.2\t本番", ""},
		{"readiness", "version:1111111111aaaaaaaaaa1111111111aaaaaaaaaa", "\t1111111111aaaaaaaaaa1111111111aaaaaaaaaa", ""},
		{"readiness", "version:../../etc", "", whyVersion},
		{"readiness", "version:$(id)", "", whyVersion},
		{"done", "load-test https://example.com/1", "load-test https://example.com/1", ""},
		{"done", "`Load-Test` <https://example.com/1> it held", "load-test https://example.com/1", ""},
		{"done", "load-test", "", whyLink},
		{"done", "load-test javascript:alert(1)", "", whyLink},
		{"done", "", "", whyItem},
		{"done", "../x https://example.com", "", whyItem},
		{"waive", "load-test until:2026-12-31 the environment is being rebuilt", "load-test 2026-12-31 the environment is being rebuilt", ""},
		{"waive", "load-test 環境を作り直しています 期限：12月31日", "load-test 2026-12-31 環境を作り直しています", ""},
		{"waive", "load-test until: 31 December we rebuild it", "load-test 2026-12-31 we rebuild it", ""},
		{"waive", "load-test until:2026-12-31", "", whyReason},
		{"waive", "load-test until:2026-11-30 too late", "", whyPast},
		{"waive", "load-test until:2029-11-30 for good", "", whyPast},
		{"waive", "load-test until:never reason", "", whyUntil},
		{"waive", "load-test 2026-12-31 reason", "", whyUntil},
		{"waive", "until:2026-12-31 reason", "", whyItem},
		{"ship-anyway", "customers cannot pay", "customers cannot pay", ""},
		{"ship-anyway", " ", "", whyReason},
	} {
		value, problem := read[c.command](argument(c.text))
		if value != c.value || problem != c.problem {
			t.Errorf("/%s %s: %q, %q; want %q, %q", c.command, c.text, value, problem, c.value, c.problem)
		}
	}
}

// TestExplain: every problem is explained in both languages, whatever was typed.
func TestExplain(t *testing.T) {
	for _, problem := range []string{whyVersion, whyItem, whyLink, whyUntil, whyPast, whyReason} {
		for _, text := range hostile.Texts() {
			for _, lang := range []words.Language{words.English, words.Japanese} {
				said := explain(problem, words.Foreign(text.Text), lang)
				if !strings.Contains(said, "new comment") && !strings.Contains(said, "新しいコメント") {
					t.Fatalf("%s, %s: %s", problem, lang, said)
				}
			}
		}
	}
}

// TestForm: what GitHub makes of the form's answers is read as a command, in both
// languages.
func TestForm(t *testing.T) {
	for _, lang := range []string{"en", "ja"} {
		var form struct {
			Title string
			Body  []struct{ Attributes struct{ Label string } }
		}
		if err := yaml.Unmarshal(templates.ReadinessReview(lang).Content, &form); err != nil {
			t.Fatal(err)
		}
		answers := []string{"payments", "v1.2", "production"}
		var full, empty string
		for i, question := range form.Body {
			full += fmt.Sprintf("### %s\n\n%s\n\n", question.Attributes.Label, answers[i])
			empty += fmt.Sprintf("### %s\n\n_No response_\n\n", question.Attributes.Label)
		}
		said := report(form.Title, full)
		if len(said) != 1 || said[0].Command != "readiness" || said[0].Argument != "payments version:v1.2 environment:production" {
			t.Errorf("%s: %+v", lang, said)
		}
		if command, ok := title(form.Title); command != "readiness" || !ok {
			t.Errorf("%s: the title says nothing", lang)
		}
		if said := report(form.Title, empty); said != nil {
			t.Errorf("%s: %+v", lang, said)
		}
		if said := report("Checkout is blank", full); said != nil {
			t.Errorf("%s: another issue asks for a review: %+v", lang, said)
		}
	}
}
