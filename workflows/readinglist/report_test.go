package readinglist

import (
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"github.com/kintsugi-app/kintsugi/templates"
	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/readinglist/list"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// TestForm: what GitHub makes of our form is read, in both languages.
func TestForm(t *testing.T) {
	for _, lang := range []words.Language{words.English, words.Japanese} {
		var form struct {
			Body []struct {
				ID         string `yaml:"id"`
				Attributes struct {
					Label string `yaml:"label"`
				} `yaml:"attributes"`
			} `yaml:"body"`
		}
		for _, f := range templates.Files(string(lang), templates.Usual(string(lang))) {
			if f.Path == templates.ReadingForm {
				if err := yaml.Unmarshal(f.Content, &form); err != nil {
					t.Fatal(err)
				}
			}
		}
		for services, want := range map[string]string{"payments search": "@mika payments search", "_No response_": "@mika"} {
			var body strings.Builder
			for _, field := range form.Body {
				answer := services
				if field.ID == "who" {
					answer = "@mika"
				}
				body.WriteString("### " + field.Attributes.Label + "\n\n" + answer + "\n\n")
			}
			said := report("", body.String())
			if len(said) != 1 || said[0].Command != "onboard" || said[0].Argument != want {
				t.Errorf("%s: %q is read as %v, want %q", lang, body.String(), said, want)
			}
		}
	}
	if said := report("", "### Who is new?\n\nnobody\n"); said != nil {
		t.Error(said)
	}
}

// TestRecommended: reasons and words as people type them.
func TestRecommended(t *testing.T) {
	for typed, want := range map[string]string{
		"": "", "response": "response", "Learning: because it shows how": "learning it shows how", "ARCHITECTURE because of the drawing": "architecture the drawing",
		"障害時の動き 切り分けの順番が参考になる": "response 切り分けの順番が参考になる", "学びが多いので": "learning 学びが多いので", "学び、理由は監視の話": "learning 監視の話", "ｌｅａｒｎｉｎｇ　はじめに読みたい": "learning はじめに読みたい",
		"構成": "architecture", "responsive design": "!reason", "because I like it": "!reason", "すばらしい": "!reason",
	} {
		value, problem := recommended(argument(typed))
		if problem != "" {
			value = "!" + problem
		}
		if value != want {
			t.Errorf("%q gives %q, want %q", typed, value, want)
		}
	}
	for typed, want := range map[string]string{
		"@mika": "mika", "@mika payments, search": "mika payments search", "＠mika　payments": "mika payments", "@mikaさん": "mika", "mika": "!who", "": "!who", "@-x": "!who",
	} {
		value, problem := newcomer(argument(typed))
		if problem != "" {
			value = "!" + problem
		}
		if value != want {
			t.Errorf("%q gives %q, want %q", typed, value, want)
		}
	}
	for typed, want := range map[string]string{"": "", "3": "3", "１、２": "1 2", "#4": "4", "9": "!number", "0": "!number", "x": "!number"} {
		value, problem := numbers(argument(typed))
		if problem != "" {
			value = "!" + problem
		}
		if value != want {
			t.Errorf("%q gives %q, want %q", typed, value, want)
		}
	}
}

// TestPaths: a path comes back from its address.
func TestPaths(t *testing.T) {
	for _, path := range []string{"docs/pm/2026-11-26.md", "障害/決済 (1).md", "50%#1?.md", "a+b&c.md"} {
		if got := unescapedPath(escapedPath(path)); got != path || !list.IsWeb("https://example.com/"+escapedPath(path)) {
			t.Errorf("%q comes back as %q from %q", path, got, escapedPath(path))
		}
	}
}

// TestPathsStayInTheRepository: a path on the list leads nowhere else.
func TestPathsStayInTheRepository(t *testing.T) {
	g := newGathering(workflows.Input{}, here)
	g.Observation.Subject.Repo, g.Observation.Issue.URL = here, root+here+"/issues/1"
	for path, want := range map[string]string{"../docs/a.md": "docs/a.md", "../../../../other/x": "other/x", "a.md": "reading-list/a.md"} {
		if got := g.absolute([]list.Entry{{URL: path, MovedTo: path}})[0]; got.URL != root+here+"/blob/HEAD/"+want || got.MovedTo != got.URL {
			t.Errorf("%s leads to %s, and moved to %s", path, got.URL, got.MovedTo)
		}
	}
}
